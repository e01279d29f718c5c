/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of the process table.
 *
 * A cell is one label that follows its item: the list re-texts the items that are bound, and
 * nothing else happens at a refresh.  The sorting itself is the list's; the sorters here only
 * make headers clickable and tell which column was chosen.  Thread: main.
 */
#include "config.h"

#include "views/ov-process-columns.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

#define ITEM_KEY    "overstory-item"
#define HANDLER_KEY "overstory-handler"
#define MAX_CHARS   200

static const struct
{
  const char *title;
  int         width;    /* pixels; 0: as wide as the content */
  gboolean    is_figure, is_code, expands;
} columns[OV_N_COLUMNS] = {
  [OV_COLUMN_TITLE] = { N_("Name"), 190, FALSE, FALSE, TRUE },
  [OV_COLUMN_PID] = { N_("Pid"), 94, FALSE, TRUE, FALSE },
  [OV_COLUMN_KIND] = { N_("Kind"), 96, FALSE, FALSE, FALSE },
  [OV_COLUMN_MODULE] = { N_("Module"), 150, FALSE, TRUE, FALSE },
  [OV_COLUMN_MEMORY] = { N_("Memory"), 88, TRUE, FALSE, FALSE },
  [OV_COLUMN_REDUCTIONS] = { N_("Reductions"), 100, TRUE, FALSE, FALSE },
  [OV_COLUMN_MAILBOX] = { N_("Mailbox"), 80, TRUE, FALSE, FALSE },
  [OV_COLUMN_STATUS] = { N_("Status"), 96, FALSE, FALSE, FALSE },
  [OV_COLUMN_APPLICATION] = { N_("Application"), 150, FALSE, FALSE, FALSE },
  [OV_COLUMN_CURRENT] = { N_("Current function"), 220, FALSE, TRUE, FALSE },
};

/* What the person sorts by, found by asking the view's sorter to compare two dummies: the
 * first column that is asked is the primary one (GTK 4.8 has no getter for it). */
static int asked_column;

static int
note_column (gconstpointer a,
             gconstpointer b,
             gpointer      user_data)
{
  if (asked_column < 0)
    asked_column = GPOINTER_TO_INT (user_data);
  return GTK_ORDERING_SMALLER;
}

static void
fill_cell (GtkLabel      *label,
           OvProcessItem *item)
{
  OvColumn column = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (label), "overstory-column"));
  g_autofree char *raw = ov_process_item_dup_text (item, column);
  g_autofree char *text = ov_words_clean (raw, MAX_CHARS);

  /* A row keeps its place while somebody is in the list, also when its process ended. */
  if (column == OV_COLUMN_TITLE && ov_process_item_get_slot (item) == OV_SLOT_NONE)
    gtk_label_set_text (label, _("(ended)"));
  else
    gtk_label_set_text (label, text);
}

static void
item_changed_cb (OvProcessItem *item,
                 GtkLabel      *label)
{
  fill_cell (label, item);
}

static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *list_item,
          gpointer            user_data)
{
  OvColumn column = GPOINTER_TO_INT (user_data);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), columns[column].is_figure ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (columns[column].is_figure)
    gtk_widget_add_css_class (label, "numeric");
  if (columns[column].is_code)
    gtk_widget_add_css_class (label, "monospace");
  g_object_set_data (G_OBJECT (label), "overstory-column", GINT_TO_POINTER (column));
  gtk_list_item_set_child (list_item, label);
}

static void
bind_cb (GtkListItemFactory *factory,
         GtkListItem        *list_item,
         gpointer            user_data)
{
  OvProcessItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *label = gtk_list_item_get_child (list_item);

  g_object_set_data (G_OBJECT (label), ITEM_KEY, item);
  g_signal_connect_object (item, "changed", G_CALLBACK (item_changed_cb), label, 0);
  fill_cell (GTK_LABEL (label), item);
}

static void
unbind_cb (GtkListItemFactory *factory,
           GtkListItem        *list_item,
           gpointer            user_data)
{
  OvProcessItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *label = gtk_list_item_get_child (list_item);

  g_signal_handlers_disconnect_by_func (item, item_changed_cb, label);
  g_object_set_data (G_OBJECT (label), ITEM_KEY, NULL);
}

static GtkColumnViewColumn *
make_column (OvColumn column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made = gtk_column_view_column_new (_(columns[column].title), factory);
  g_autoptr(GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (note_column,
                                                                   GINT_TO_POINTER (column),
                                                                   NULL));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_fixed_width (made, columns[column].width);
  gtk_column_view_column_set_expand (made, columns[column].expands);
  return made;
}

void
ov_process_columns_add (GtkColumnView *view)
{
  for (guint i = 0; i < OV_N_COLUMNS; i++)
    {
      g_autoptr(GtkColumnViewColumn) column = make_column (i);

      gtk_column_view_append_column (view, column);
    }
}

gboolean
ov_process_columns_get_sort (GtkColumnView *view,
                             OvColumn      *column,
                             gboolean      *descending)
{
  g_autoptr(GObject) one = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr(GObject) other = g_object_new (G_TYPE_OBJECT, NULL);
  GtkOrdering ordering;

  asked_column = -1;
  ordering = gtk_sorter_compare (gtk_column_view_get_sorter (view), one, other);
  if (asked_column < 0)
    return FALSE;
  *column = asked_column;
  *descending = ordering == GTK_ORDERING_LARGER;
  return TRUE;
}

GtkColumnViewColumn *
ov_process_columns_get (GtkColumnView *view,
                        OvColumn       column)
{
  g_autoptr(GtkColumnViewColumn) found = NULL;

  /* They are only ever added in the order of the enumeration. */
  found = g_list_model_get_item (gtk_column_view_get_columns (view), column);
  return found;
}

const char *
ov_process_columns_get_title (OvColumn column)
{
  return _(columns[column].title);
}

OvProcessItem *
ov_process_columns_pick (GtkColumnView *view,
                         double         x,
                         double         y)
{
  GtkWidget *at = gtk_widget_pick (GTK_WIDGET (view), x, y, GTK_PICK_DEFAULT);
  GtkWidget *child;

  for (; at && at != GTK_WIDGET (view); at = gtk_widget_get_parent (at))
    {
      if (g_object_get_data (G_OBJECT (at), ITEM_KEY))
        return g_object_get_data (G_OBJECT (at), ITEM_KEY);
      /* Beside the label: the cell's only child is it. */
      child = gtk_widget_get_first_child (at);
      if (child && g_object_get_data (G_OBJECT (child), ITEM_KEY))
        return g_object_get_data (G_OBJECT (child), ITEM_KEY);
    }
  return NULL;
}
