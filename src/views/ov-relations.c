/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRelations: processes as buttons to walk along.
 *
 * Buttons are made anew only when the list differs from the last one; a process of another
 * node, a port, or one that ended stays as text.  Thread: main.
 */
#include "config.h"

#include "views/ov-relations.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

#define MAX_SHOWN 60
#define MAX_STEPS 32
#define MAX_CHARS 60
#define MAX_INDENT 8
#define INDENT_WIDTH 8 /* pixels */
#define SLOT_KEY  "overstory-slot"

struct _OvRelations
{
  AdwBin     parent_instance;
  GtkLabel  *title;
  GtkWidget *box;
  char      *words; /* the title without the count */
  char      *shown; /* what is shown now, joined */
};

enum { WALK, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvRelations, ov_relations, ADW_TYPE_BIN)

static void
clicked_cb (OvRelations *self,
            GtkWidget   *button)
{
  g_signal_emit (self, signals[WALK], 0,
                 GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), SLOT_KEY)));
}

static GtkWidget *
make_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  return label;
}

/* "name  <0.12.0>" of a row, else the text as it came. */
static char *
dup_words (OvProcessTable *table,
           guint32         slot,
           const char     *text)
{
  g_autofree char *title = slot != OV_SLOT_NONE ? ov_process_table_dup_title (table, slot) : NULL;
  g_autofree char *pid = slot != OV_SLOT_NONE ? ov_process_table_dup_pid (table, slot) : NULL;
  g_autofree char *joined = NULL;

  if (!title)
    return ov_words_clean (text, MAX_CHARS);
  joined = g_str_equal (title, pid) ? g_strdup (pid) : g_strdup_printf ("%s  %s", title, pid);
  return ov_words_clean (joined, MAX_CHARS * 2);
}

static void
add_step (OvRelations    *self,
          OvProcessTable *table,
          guint32         slot,
          const char     *text,
          int             indent)
{
  g_autofree char *words = dup_words (table, slot, text);
  GtkWidget *label = make_label (words), *child = label;

  if (slot != OV_SLOT_NONE)
    {
      g_autofree char *name = g_strdup_printf (_("Go to %s"), words);

      child = gtk_button_new ();
      gtk_button_set_child (GTK_BUTTON (child), label);
      gtk_widget_add_css_class (child, "flat");
      gtk_widget_add_css_class (child, "relation");
      gtk_widget_set_tooltip_text (child, name);
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                      -1);
      g_object_set_data (G_OBJECT (child), SLOT_KEY, GUINT_TO_POINTER (slot));
      g_signal_connect_swapped (child, "clicked", G_CALLBACK (clicked_cb), self);
    }
  else
    {
      gtk_widget_add_css_class (child, "dim-label");
      gtk_widget_set_margin_start (child, 8);
    }
  gtk_widget_set_margin_start (child, gtk_widget_get_margin_start (child) + MIN (indent, MAX_INDENT) * INDENT_WIDTH);
  gtk_box_append (GTK_BOX (self->box), child);
}

static gboolean
take_key (OvRelations *self,
          char        *key) /* (transfer full) */
{
  if (g_strcmp0 (self->shown, key) == 0)
    {
      g_free (key);
      return FALSE;
    }
  g_free (self->shown);
  self->shown = key;
  return TRUE;
}

static void
clear (OvRelations *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->box)))
    gtk_box_remove (GTK_BOX (self->box), child);
}

static guint32
find_slot (OvProcessTable *table,
           const char     *text)
{
  OvPid pid;

  if (text && ov_pid_parse (text, ov_process_table_get_node_name (table), &pid))
    return ov_process_table_find_pid (table, &pid);
  return text ? ov_process_table_find_name (table, text) : OV_SLOT_NONE;
}

static void
set_title (OvRelations *self,
           gint64       total)
{
  g_autofree char *count = ov_words_count ((guint64) MAX (total, 0));
  /* Translators: a heading and how many there are: "Links (3)". */
  g_autofree char *text = g_strdup_printf (_("%s (%s)"), self->words, count);

  gtk_label_set_text (self->title, text);
}

static void
ov_relations_finalize (GObject *object)
{
  OvRelations *self = OV_RELATIONS (object);

  g_free (self->words);
  g_free (self->shown);

  G_OBJECT_CLASS (ov_relations_parent_class)->finalize (object);
}

static void
ov_relations_class_init (OvRelationsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ov_relations_finalize;

  signals[WALK] = g_signal_new ("walk", OV_TYPE_RELATIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
ov_relations_init (OvRelations *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  self->title = GTK_LABEL (gtk_label_new (NULL));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_label_set_xalign (self->title, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (box), self->box);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
ov_relations_new (const char *title)
{
  OvRelations *self = g_object_new (OV_TYPE_RELATIONS, NULL);

  self->words = g_strdup (title);
  gtk_label_set_text (self->title, title);
  return GTK_WIDGET (self);
}

void
ov_relations_set (OvRelations    *self,
                  OvProcessTable *table,
                  JsonArray      *texts,
                  gint64          total)
{
  guint n = texts ? json_array_get_length (texts) : 0;
  g_autoptr(GString) key = g_string_new (NULL);
  g_autofree guint32 *slots = g_new (guint32, n + 1);

  g_return_if_fail (OV_IS_RELATIONS (self));

  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
  n = MIN (n, MAX_SHOWN);
  for (guint i = 0; i < n; i++)
    {
      const char *text = json_array_get_string_element (texts, i);

      slots[i] = find_slot (table, text);
      g_string_append_printf (key, "%s %u\n", text, slots[i]);
    }
  g_string_append_printf (key, "%" G_GINT64_FORMAT, total);
  if (!take_key (self, g_string_free (g_steal_pointer (&key), FALSE)))
    return;
  clear (self);
  set_title (self, total);
  for (guint i = 0; i < n; i++)
    add_step (self, table, slots[i], json_array_get_string_element (texts, i), 0);
  if (total > n)
    {
      g_autofree char *more = g_strdup_printf (_("… and %" G_GINT64_FORMAT " more"), total - n);

      add_step (self, table, OV_SLOT_NONE, more, 0);
    }
}

void
ov_relations_set_path (OvRelations    *self,
                       OvProcessTable *table,
                       guint32         slot)
{
  guint32 steps[MAX_STEPS];
  g_autoptr(GString) key = g_string_new (NULL);
  const OvProcess *row;
  const char *application;
  int n = 0, indent = 0;

  g_return_if_fail (OV_IS_RELATIONS (self));

  for (guint32 at = slot; at != OV_SLOT_NONE && n < MAX_STEPS; at = row->parent)
    {
      if (!(row = ov_process_table_get_row (table, at)))
        break;
      steps[n++] = at;
      g_string_append_printf (key, "%u.%u.%u\n", at, row->generation, row->name);
    }
  if (!take_key (self, g_string_free (g_steal_pointer (&key), FALSE)))
    return;
  clear (self);
  if (n == 0)
    return;
  row = ov_process_table_get_row (table, slot);
  application = ov_strings_get (ov_process_table_get_strings (table), row->application);
  add_step (self, table, OV_SLOT_NONE, application ? application : _("Outside every application"),
            indent++);
  while (n-- > 0)
    add_step (self, table, steps[n], NULL, indent++);
}
