/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFacts: rows of a grid that are reused, so that a refresh once a second neither flickers nor
 * takes a person's text selection away.  Thread: main.
 */
#include "config.h"

#include "views/ov-facts.h"

#include "views/ov-words.h"

#define MAX_CHARS 2000

typedef struct
{
  GtkWidget *title, *value; /* owned by the grid */
} Row;

struct _OvFacts
{
  AdwBin   parent_instance;
  GtkGrid *grid;
  GArray  *rows; /* of Row */
  guint    n;    /* those in use */
};

G_DEFINE_FINAL_TYPE (OvFacts, ov_facts, ADW_TYPE_BIN)

static GtkWidget *
make_label (OvFacts *self,
            int      column,
            guint    row)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_grid_attach (self->grid, label, column, (int) row, 1, 1);
  return label;
}

static Row *
ensure_row (OvFacts *self,
            guint    index)
{
  if (index == self->rows->len)
    {
      Row row = { make_label (self, 0, index), make_label (self, 1, index) };

      gtk_widget_add_css_class (row.title, "dim-label");
      gtk_widget_set_hexpand (row.value, TRUE);
      gtk_label_set_selectable (GTK_LABEL (row.value), TRUE);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (row.value),
                                      GTK_ACCESSIBLE_RELATION_LABELLED_BY, row.title, NULL, -1);
      g_array_append_val (self->rows, row);
    }
  return &g_array_index (self->rows, Row, index);
}

static void
set_text (GtkWidget  *label,
          const char *text)
{
  if (!g_str_equal (gtk_label_get_text (GTK_LABEL (label)), text))
    gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_visible (label, TRUE);
}

static void
ov_facts_finalize (GObject *object)
{
  g_array_unref (OV_FACTS (object)->rows);

  G_OBJECT_CLASS (ov_facts_parent_class)->finalize (object);
}

static void
ov_facts_class_init (OvFactsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ov_facts_finalize;
}

static void
ov_facts_init (OvFacts *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (self->grid, 12);
  gtk_grid_set_row_spacing (self->grid, 4);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->grid));
}

GtkWidget *
ov_facts_new (void)
{
  return g_object_new (OV_TYPE_FACTS, NULL);
}

void
ov_facts_begin (OvFacts *self)
{
  g_return_if_fail (OV_IS_FACTS (self));

  self->n = 0;
}

void
ov_facts_add (OvFacts    *self,
              const char *title,
              const char *value,
              gboolean    is_code)
{
  g_autofree char *clean_title = NULL, *clean = NULL;
  Row *row;

  g_return_if_fail (OV_IS_FACTS (self));

  if (!value || !*value)
    return;
  clean_title = ov_words_clean (title, 120);
  clean = ov_words_clean (value, MAX_CHARS);
  row = ensure_row (self, self->n++);
  set_text (row->title, clean_title);
  set_text (row->value, clean);
  if (is_code)
    gtk_widget_add_css_class (row->value, "monospace");
  else
    gtk_widget_remove_css_class (row->value, "monospace");
}

void
ov_facts_end (OvFacts *self)
{
  g_return_if_fail (OV_IS_FACTS (self));

  for (guint i = self->n; i < self->rows->len; i++)
    {
      gtk_widget_set_visible (g_array_index (self->rows, Row, i).title, FALSE);
      gtk_widget_set_visible (g_array_index (self->rows, Row, i).value, FALSE);
    }
}

guint
ov_facts_get_n (OvFacts *self)
{
  g_return_val_if_fail (OV_IS_FACTS (self), 0);

  return self->n;
}
