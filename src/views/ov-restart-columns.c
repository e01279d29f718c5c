/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each column is a function from an entry to a text and one that compares two entries.  Thread: main.
 */
#include "config.h"

#include "views/ov-restart-columns.h"

#include "views/ov-restart-story.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <math.h>

#define MAX_CHARS 200
/* The list items of a factory that show a row now. */
#define BOUND_KEY "overstory-bound"

static char *
dup_time (const OvRestartEntry *entry)
{
  return ov_words_clock (entry->at_ns);
}

static char *
dup_supervisor (const OvRestartEntry *entry)
{
  return ov_words_clean (entry->supervisor_name, MAX_CHARS);
}

static char *
dup_child (const OvRestartEntry *entry)
{
  return ov_words_term (entry->child_id, MAX_CHARS);
}

static char *
dup_reason (const OvRestartEntry *entry)
{
  return entry->reason != NULL ? ov_words_term (entry->reason, MAX_CHARS) : g_strdup ("—");
}

static char *
dup_recovery (const OvRestartEntry *entry)
{
  return entry->recovered_ns > 0 ? ov_restart_words_duration (entry->recovered_ns - entry->at_ns)
                                 : g_strdup ("—");
}

static int
compare_time (const OvRestartEntry *a,
              const OvRestartEntry *b)
{
  return (a->at_ns > b->at_ns) - (a->at_ns < b->at_ns);
}

static int
compare_supervisor (const OvRestartEntry *a,
                    const OvRestartEntry *b)
{
  return g_strcmp0 (a->supervisor_name, b->supervisor_name);
}

static int
compare_child (const OvRestartEntry *a,
               const OvRestartEntry *b)
{
  return g_strcmp0 (a->child_id, b->child_id);
}

static int
compare_reason (const OvRestartEntry *a,
                const OvRestartEntry *b)
{
  return g_strcmp0 (a->reason, b->reason);
}

static gint64
get_recovery (const OvRestartEntry *entry)
{
  return entry->recovered_ns > 0 ? entry->recovered_ns - entry->at_ns : G_MAXINT64;
}

static int
compare_recovery (const OvRestartEntry *a,
                  const OvRestartEntry *b)
{
  return (get_recovery (a) > get_recovery (b)) - (get_recovery (a) < get_recovery (b));
}

static int
compare_headroom (const OvRestartEntry *a,
                  const OvRestartEntry *b)
{
  double x = isnan (a->headroom) ? 2 : a->headroom, y = isnan (b->headroom) ? 2 : b->headroom;

  return (x > y) - (x < y);
}

static const struct
{
  const char *title;
  int         width;
  gboolean    is_figure, is_code, expands;
  char     *(*dup_text) (const OvRestartEntry *entry);
  int       (*compare)  (const OvRestartEntry *a, const OvRestartEntry *b);
} columns[] = {
  { N_("Time"), 90, TRUE, FALSE, FALSE, dup_time, compare_time },
  { N_("Supervisor"), 140, FALSE, FALSE, FALSE, dup_supervisor, compare_supervisor },
  { N_("Child"), 120, FALSE, FALSE, FALSE, dup_child, compare_child },
  { N_("Reason"), 130, FALSE, TRUE, TRUE, dup_reason, compare_reason },
  { N_("Whole after"), 100, TRUE, FALSE, FALSE, dup_recovery, compare_recovery },
  { N_("Headroom"), 130, TRUE, FALSE, FALSE, ov_restart_words_headroom, compare_headroom },
};

static int
compare_items (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  guint column = GPOINTER_TO_UINT (user_data);
  int order = columns[column].compare (ov_restart_item_get ((OvRestartItem *) a),
                                       ov_restart_item_get ((OvRestartItem *) b));

  return order < 0 ? GTK_ORDERING_SMALLER : order > 0 ? GTK_ORDERING_LARGER : GTK_ORDERING_EQUAL;
}

static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *list_item,
          gpointer            user_data)
{
  guint column = GPOINTER_TO_UINT (user_data);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), columns[column].is_figure ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (columns[column].is_figure)
    gtk_widget_add_css_class (label, "numeric");
  if (columns[column].is_code)
    gtk_widget_add_css_class (label, "monospace");
  gtk_list_item_set_child (list_item, label);
}

static void
fill_cell (GtkListItem *list_item,
           guint        column)
{
  const OvRestartEntry *entry = ov_restart_item_get (gtk_list_item_get_item (list_item));
  g_autofree char *text = columns[column].dup_text (entry);

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (list_item)), text);
}

static void
bind_cb (GtkListItemFactory *factory,
         GtkListItem        *list_item,
         gpointer            user_data)
{
  g_hash_table_add (g_object_get_data (G_OBJECT (factory), BOUND_KEY), list_item);
  fill_cell (list_item, GPOINTER_TO_UINT (user_data));
}

static void
unbind_cb (GtkListItemFactory *factory,
           GtkListItem        *list_item,
           gpointer            user_data)
{
  g_hash_table_remove (g_object_get_data (G_OBJECT (factory), BOUND_KEY), list_item);
}

static GtkColumnViewColumn *
make_column (guint column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *made = gtk_column_view_column_new (_(columns[column].title), factory);
  g_autoptr(GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare_items,
                                                                   GUINT_TO_POINTER (column), NULL));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), GUINT_TO_POINTER (column));
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  g_object_set_data_full (G_OBJECT (factory), BOUND_KEY, g_hash_table_new (NULL, NULL),
                          (GDestroyNotify) g_hash_table_unref);
  gtk_column_view_column_set_sorter (made, sorter);
  gtk_column_view_column_set_resizable (made, TRUE);
  gtk_column_view_column_set_fixed_width (made, columns[column].width);
  gtk_column_view_column_set_expand (made, columns[column].expands);

  return made;
}

void
ov_restart_columns_add (GtkColumnView *view)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr(GtkColumnViewColumn) column = make_column (i);

      gtk_column_view_append_column (view, column);
    }
}

void
ov_restart_columns_refresh (GtkColumnView *view)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr(GtkColumnViewColumn) column = NULL;
      GHashTableIter iter;
      gpointer list_item;

      column = g_list_model_get_item (gtk_column_view_get_columns (view), i);
      g_hash_table_iter_init (&iter, g_object_get_data (G_OBJECT (gtk_column_view_column_get_factory (column)),
                                                        BOUND_KEY));
      while (g_hash_table_iter_next (&iter, &list_item, NULL))
        fill_cell (list_item, i);
    }
}
