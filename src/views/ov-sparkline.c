/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSparkline: a figure over time as a small filled line.
 *
 * The bottom is zero, so that a steady figure is drawn steady and a doubling looks like one.
 * The widget's colour (CSS "color") is the line's.  Thread: main.
 */
#include "config.h"

#include "views/ov-sparkline.h"

struct _OvSparkline
{
  GtkWidget parent_instance;
  double   *values;
  guint     n;
  guint     capacity;
};

G_DEFINE_FINAL_TYPE (OvSparkline, ov_sparkline, GTK_TYPE_WIDGET)

#define LINE_WIDTH 1.5
#define HEADROOM   1.15 /* the highest value stays clear of the top edge */

static double
find_max (OvSparkline *self)
{
  double max = 0;

  for (guint i = 0; i < self->n; i++)
    max = MAX (max, self->values[i]);
  return max > 0 ? max * HEADROOM : 1;
}

static void
trace_line (OvSparkline *self,
            cairo_t     *cr,
            double       width,
            double       height)
{
  double step = width / (self->capacity - 1);
  double left = width - step * (self->n - 1);
  double max = find_max (self);

  for (guint i = 0; i < self->n; i++)
    cairo_line_to (cr, left + i * step,
                   height - LINE_WIDTH / 2 - self->values[i] / max * (height - LINE_WIDTH));
}

static void
ov_sparkline_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  OvSparkline *self = OV_SPARKLINE (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GdkRGBA colour;
  cairo_t *cr;

  if (self->n < 2 || width < 2 || height < 2)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, LINE_WIDTH);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  trace_line (self, cr, width, height);
  cairo_stroke_preserve (cr);

  cairo_line_to (cr, width, height);
  cairo_line_to (cr, width - width / (self->capacity - 1) * (self->n - 1), height);
  cairo_close_path (cr);
  colour.alpha *= 0.15;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
ov_sparkline_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 48 : 24;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 96 : 28;
  *minimum_baseline = *natural_baseline = -1;
}

static void
ov_sparkline_finalize (GObject *object)
{
  g_free (OV_SPARKLINE (object)->values);

  G_OBJECT_CLASS (ov_sparkline_parent_class)->finalize (object);
}

static void
ov_sparkline_class_init (OvSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ov_sparkline_finalize;
  widget_class->snapshot = ov_sparkline_snapshot;
  widget_class->measure = ov_sparkline_measure;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  /* What it shows stands in words beside it. */
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
ov_sparkline_init (OvSparkline *self)
{
  self->capacity = 2;
}

GtkWidget *
ov_sparkline_new (void)
{
  return g_object_new (OV_TYPE_SPARKLINE, NULL);
}

void
ov_sparkline_set_values (OvSparkline  *self,
                         const double *values,
                         guint         n,
                         guint         capacity)
{
  g_return_if_fail (OV_IS_SPARKLINE (self));

  g_free (self->values);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n = n;
  self->capacity = MAX (capacity, MAX (n, 2));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
