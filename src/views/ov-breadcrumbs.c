/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBreadcrumbs is a row of flat buttons in a scroller that keeps its end in view, since the
 * end is where the selection is.
 * Invariant: the buttons are rebuilt only when the path differs from the one shown, so that a
 * refresh once a second takes neither focus nor pointer from them.
 * Thread: main.
 */
#include "views/ov-breadcrumbs.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

#define MAX_STEPS 64
#define MAX_LABEL_CHARS 28

struct _OvBreadcrumbs
{
  GtkWidget  parent_instance;
  GtkWidget *scroller;
  GtkWidget *row;
  char      *shown; /* the path that the buttons show, as one text */
  guint      scroll_idle;
};

enum
{
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvBreadcrumbs, ov_breadcrumbs, GTK_TYPE_WIDGET)

static void
step_clicked_cb (GtkButton *button,
                 gpointer   user_data)
{
  OvBreadcrumbs *self = user_data;
  guint32 slot = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "slot"));

  g_signal_emit (self, signals[ACTIVATED], 0, slot);
}

static void
append_step (OvBreadcrumbs *self,
             const char    *title,
             guint32        slot,
             gboolean       is_last)
{
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *button = gtk_button_new ();

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_LABEL_CHARS);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_tooltip_text (button, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, is_last ? "crumb-last" : "crumb");
  g_object_set_data (G_OBJECT (button), "slot", GUINT_TO_POINTER (slot));
  g_signal_connect_object (button, "clicked", G_CALLBACK (step_clicked_cb), self, 0);

  if (gtk_widget_get_first_child (self->row) != NULL)
    {
      GtkWidget *arrow = gtk_label_new ("›");

      gtk_widget_add_css_class (arrow, "dim-label");
      gtk_box_append (GTK_BOX (self->row), arrow);
    }
  gtk_box_append (GTK_BOX (self->row), button);
}

/* What stands for a row in the path: an application's name for its master, nothing for the
 * process between the master and the top supervisor. */
static char *
dup_step (OvProcessTable  *table,
          const OvProcess *row,
          guint32          slot)
{
  g_autofree char *title = NULL;

  if (row->behaviour == OV_BEHAVIOUR_APPLICATION_MASTER)
    return row->place == OV_PLACE_APPLICATION
             ? ov_words_clean (ov_strings_get (ov_process_table_get_strings (table),
                                               row->application), 200)
             : NULL;

  title = ov_process_table_dup_title (table, slot);
  return ov_words_clean (title, 200);
}

static void
clear_row (OvBreadcrumbs *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->row)) != NULL)
    gtk_box_remove (GTK_BOX (self->row), child);
}

static gboolean
scroll_to_end_cb (gpointer user_data)
{
  OvBreadcrumbs *self = user_data;
  GtkAdjustment *adjustment;

  self->scroll_idle = 0;
  adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));

  return G_SOURCE_REMOVE;
}

/* Comes in the middle of an allocation, where scrolling would be overruled. */
static void
upper_changed_cb (GtkAdjustment *adjustment,
                  gpointer       user_data)
{
  OvBreadcrumbs *self = user_data;

  if (self->scroll_idle == 0)
    self->scroll_idle = g_idle_add (scroll_to_end_cb, self);
}

static void
ov_breadcrumbs_dispose (GObject *object)
{
  OvBreadcrumbs *self = OV_BREADCRUMBS (object);

  g_clear_handle_id (&self->scroll_idle, g_source_remove);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->shown, g_free);

  G_OBJECT_CLASS (ov_breadcrumbs_parent_class)->dispose (object);
}

static void
ov_breadcrumbs_class_init (OvBreadcrumbsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_breadcrumbs_dispose;

  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                     0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "breadcrumbs");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_NAVIGATION);
}

static void
ov_breadcrumbs_init (OvBreadcrumbs *self)
{
  GtkAdjustment *adjustment;

  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller),
                                  GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->row);
  /* Steps keep their width and the row scrolls, rather than each step being cut to nothing. */
  gtk_scrollable_set_hscroll_policy (
    GTK_SCROLLABLE (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (self->scroller))),
    GTK_SCROLL_NATURAL);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Place in the tree"), -1);

  adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (upper_changed_cb), self, 0);
}

GtkWidget *
ov_breadcrumbs_new (void)
{
  return g_object_new (OV_TYPE_BREADCRUMBS, NULL);
}

/**
 * ov_breadcrumbs_set_path:
 * @self: the breadcrumbs
 * @table: (nullable): the processes of the node
 * @slot: the process whose place is shown, or %OV_SLOT_NONE
 *
 * Shows the way from the node to @slot; does nothing when it is shown already.
 */
void
ov_breadcrumbs_set_path (OvBreadcrumbs  *self,
                         OvProcessTable *table,
                         guint32         slot)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  guint32 slots[MAX_STEPS];
  guint n = 0;

  g_return_if_fail (OV_IS_BREADCRUMBS (self));

  while (table != NULL && n < MAX_STEPS)
    {
      const OvProcess *row = ov_process_table_get_row (table, slot);
      char *title = row != NULL ? dup_step (table, row, slot) : NULL;

      if (row == NULL)
        break;
      if (title != NULL)
        {
          slots[n++] = slot;
          g_ptr_array_add (titles, title);
          g_string_append_printf (path, "%u %s\n", slot, title);
        }
      slot = row->parent;
    }
  if (table != NULL)
    g_string_append (path, ov_process_table_get_node_name (table));

  if (g_strcmp0 (path->str, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_strdup (path->str);

  clear_row (self);
  if (table == NULL)
    return;
  append_step (self, ov_process_table_get_node_name (table), OV_SLOT_NONE, n == 0);
  for (guint i = n; i-- > 0;)
    append_step (self, g_ptr_array_index (titles, i), slots[i], i == 0);
}
