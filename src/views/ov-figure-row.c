/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFigureRow: see the header.  Thread: main.
 */
#include "config.h"

#include "views/ov-figure-row.h"

#include "views/ov-sparkline.h"

#include <glib/gi18n.h>

#define MIN_SHOWN (OV_HISTORY_LENGTH / 4)

struct _OvFigureRow
{
  AdwBin       parent_instance;
  OvFigure     figure;
  GtkLabel    *value;
  OvSparkline *sparkline;
};

G_DEFINE_FINAL_TYPE (OvFigureRow, ov_figure_row, ADW_TYPE_BIN)

static void
ov_figure_row_class_init (OvFigureRowClass *klass)
{
}

static void
ov_figure_row_init (OvFigureRow *self)
{
}

GtkWidget *
ov_figure_row_new (const char *title,
                   OvFigure    figure)
{
  OvFigureRow *self = g_object_new (OV_TYPE_FIGURE_ROW, NULL);
  GtkWidget *across = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *down = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (title);

  self->figure = figure;
  self->value = GTK_LABEL (gtk_label_new (NULL));
  self->sparkline = OV_SPARKLINE (ov_sparkline_new ());
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_xalign (self->value, 0);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->value), "figure");
  gtk_widget_add_css_class (GTK_WIDGET (self->value), "numeric");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self->value), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  label, NULL, -1);
  gtk_widget_set_size_request (down, 104, -1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->sparkline), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->sparkline), GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (down), label);
  gtk_box_append (GTK_BOX (down), GTK_WIDGET (self->value));
  gtk_box_append (GTK_BOX (across), down);
  gtk_box_append (GTK_BOX (across), GTK_WIDGET (self->sparkline));
  adw_bin_set_child (ADW_BIN (self), across);
  return GTK_WIDGET (self);
}

void
ov_figure_row_set (OvFigureRow     *self,
                   const char      *value,
                   const OvHistory *history)
{
  double values[OV_HISTORY_LENGTH];
  guint n = history ? MIN (ov_history_get_length (history), OV_HISTORY_LENGTH) : 0;

  g_return_if_fail (OV_IS_FIGURE_ROW (self));

  for (guint i = 0; i < n; i++)
    values[i] = ov_history_get_value (history, i, self->figure);
  gtk_label_set_text (self->value, value);
  /* A young history is stretched, so that it is more than a hair at the edge. */
  ov_sparkline_set_values (self->sparkline, values, n, MAX (n, MIN_SHOWN));
}
