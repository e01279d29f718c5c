/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Order: ground, hulls, edges from the weakest to the strongest, cards, words, words upon edges,
 * trouble, what lies on top.  Edges and cards are pixels, words glyph runs: long thin edges through
 * cairo cost three times as much. Thread: one at a time, the owner's.
 */
#include "canvas/render/ov-graph-painter-private.h"

#include <math.h>
#include <string.h>

/* What is left of an edge's width where it arrives. */
#define TIP        0.22
#define MOST_STEPS 40
#define STEP       18.0  /* logical pixels that look straight in a curve */
/* Below this share of the ramp an edge would not be seen on the ground. */
#define COOLEST    112
#define DOT_SIZE   7.0   /* logical pixels, with its ring */

OvGraphPainter *
ov_graph_painter_new (void)
{
  OvGraphPainter *self = g_new0 (OvGraphPainter, 1);

  self->painter = ov_painter_new ();
  self->labels = g_array_new (FALSE, FALSE, sizeof (OvGraphLabel));

  return self;
}

static void
drop_dots (OvGraphPainter *self)
{
  for (guint i = 0; i <= OV_TONE_ERROR; i++)
    g_clear_pointer (&self->dots[i], cairo_surface_destroy);
}

void
ov_graph_painter_free (OvGraphPainter *self)
{
  if (self == NULL)
    return;

  drop_dots (self);
  ov_painter_free (self->painter);
  g_array_unref (self->labels);
  g_free (self);
}

void
ov_graph_painter_set_families (OvGraphPainter *self,
                               const char     *text,
                               const char     *mono)
{
  ov_painter_set_families (self->painter, text, mono);
}

gboolean
ov_graph_painter_warm (OvGraphPainter *self)
{
  return ov_painter_warm (self->painter);
}

OvColor
ov_graph_curve_color (const OvTheme      *theme,
                      const OvGraphCurve *curve,
                      double             *alpha)
{
  OvColor color = theme->edge;

  *alpha = (curve->state & OV_CURVE_FAINT) != 0 ? 0.30 : 0.66;
  if ((curve->state & OV_CURVE_AWAY) != 0)
    *alpha *= 0.5;
  if (curve->heat != OV_HEAT_NONE)
    {
      color = ov_theme_get_heat (theme, COOLEST + curve->heat * (254 - COOLEST) / 254);
      *alpha += 0.14;
    }
  if (curve->step > 0 || (curve->state & OV_CURVE_SELECTED) != 0)
    {
      color = theme->accent;
      *alpha = 1;
    }
  else if ((curve->state & OV_CURVE_DIM) != 0)
    *alpha = 0.10;
  else if ((curve->state & (OV_CURVE_HOVERED | OV_CURVE_RAISED)) != 0)
    {
      if (curve->heat == OV_HEAT_NONE)
        color = theme->accent;
      *alpha = (curve->state & OV_CURVE_FAINT) != 0 ? 0.7 : 0.95;
    }
  if (theme->kind >= OV_THEME_HIGH_CONTRAST && (curve->state & OV_CURVE_DIM) == 0)
    *alpha = MAX (*alpha, 0.75);

  return color;
}

static double
get_width (const OvGraphCurve *curve)
{
  double width = curve->width;

  if ((curve->state & OV_CURVE_FAINT) != 0)
    width = MIN (width, 1.4);
  if (curve->step > 0 || (curve->state & (OV_CURVE_SELECTED | OV_CURVE_HOVERED)) != 0)
    width = MAX (width, 3) + 1;

  return width;
}

/* The points of a curve, device pixels; returns how many. */
static guint
list_points (const OvGraphCurve *curve,
             double              scale,
             double             *xs,
             double             *ys)
{
  double length = hypot (curve->x[3] - curve->x[0], curve->y[3] - curve->y[0]);
  guint n = CLAMP ((guint) (length / STEP), 6, MOST_STEPS);

  for (guint i = 0; i <= n; i++)
    {
      ov_graph_curve_at (curve, i / (double) n, &xs[i], &ys[i]);
      xs[i] *= scale;
      ys[i] *= scale;
    }

  return n + 1;
}

/* The outline of a blade: out along one side, back along the other. */
static void
trace_blade (cairo_t      *cr,
             const double *xs,
             const double *ys,
             guint         n,
             double        width)
{
  double nx[MOST_STEPS + 1] = { 0 }, ny[MOST_STEPS + 1] = { 0 };

  for (guint i = 0; i < n; i++)
    {
      double dx = xs[MIN (i + 1, n - 1)] - xs[i == 0 ? 0 : i - 1];
      double dy = ys[MIN (i + 1, n - 1)] - ys[i == 0 ? 0 : i - 1];
      double along = hypot (dx, dy) + 1e-9, half = width / 2 * (1 - (1 - TIP) * i / (n - 1));

      nx[i] = -dy / along * half;
      ny[i] = dx / along * half;
    }
  cairo_move_to (cr, xs[0] + nx[0], ys[0] + ny[0]);
  for (guint i = 1; i < n; i++)
    cairo_line_to (cr, xs[i] + nx[i], ys[i] + ny[i]);
  for (guint i = n; i-- > 0;)
    cairo_line_to (cr, xs[i] - nx[i], ys[i] - ny[i]);
  cairo_close_path (cr);
}

/* Into the pixels, or as vectors. */
static void
draw_blade (OvRaster     *raster,
            cairo_t      *cr,
            const double *xs,
            const double *ys,
            guint         n,
            double        width,
            OvColor       color,
            double        alpha)
{
  if (raster != NULL)
    {
      ov_raster_blade (raster, xs, ys, n, width, width * TIP, color, alpha);
      return;
    }
  trace_blade (cr, xs, ys, n, width);
  ov_painting_color (cr, color, alpha);
  cairo_fill (cr);
}

static void
draw_curve (const OvPainting   *painting,
            OvRaster           *raster,
            cairo_t            *cr,
            const OvGraphCurve *curve)
{
  double scale = painting->measure.scale, xs[MOST_STEPS + 1], ys[MOST_STEPS + 1];
  double alpha, width = get_width (curve) * scale;
  OvColor color = ov_graph_curve_color (painting->theme, curve, &alpha);
  guint n = list_points (curve, scale, xs, ys);

  /* A rim of the ground's colour keeps what matters apart from what it crosses. */
  if (curve->step > 0 || (curve->state & (OV_CURVE_SELECTED | OV_CURVE_HOVERED)) != 0)
    draw_blade (raster, cr, xs, ys, n, width + 3 * scale, painting->theme->background, 0.85);
  draw_blade (raster, cr, xs, ys, n, width, color, alpha);
}

static gboolean
is_above (const OvGraphCurve *curve)
{
  return curve->step > 0
         || (curve->state & (OV_CURVE_SELECTED | OV_CURVE_HOVERED | OV_CURVE_RAISED)) != 0;
}

static void
draw_curves (const OvPainting  *painting,
             OvRaster          *raster,
             cairo_t           *cr,
             const OvGraphView *view)
{
  const OvGraphCurve *curves;
  guint n;

  curves = ov_graph_view_get_curves (view, &n);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < n; i++)
      if (is_above (&curves[i]) == (pass == 1))
        draw_curve (painting, raster, cr, &curves[i]);
}

/* A card keeps its size while the world shrinks: its corners, margins and words go with the card, and words
 * are of one size on all of them. */
static void
measure_entry (OvPainting     *painting,
               OvDisplayEntry *entry,
               double          zoom)
{
  double scale = painting->measure.scale, most = CLAMP (zoom / scale, 1, 1.5);
  gboolean leaf = painting->items[entry->index].shape != OV_SHAPE_REGION
                  && painting->items[entry->index].shape != OV_SHAPE_HEADER;

  if (!entry->holds)
    zoom = scale * CLAMP (entry->height / scale / OV_ITEM_HEIGHT, 0.25, leaf ? most : most * 1.12);
  painting->measure.zoom = zoom;
  entry->zoom = zoom / scale;
}

/* Hulls lie below the edges, cards above. */
static void
paint_entries (OvPainting *painting,
               OvRaster   *raster,
               cairo_t    *cr,
               gboolean    hulls)
{
  const OvDisplayList *list = &painting->painter->list;
  double zoom = painting->measure.zoom;

  for (guint32 i = 0; i < list->n; i++)
    {
      OvDisplayEntry entry = list->entries[i];

      if ((entry.holds != 0) != hulls)
        continue;
      measure_entry (painting, &entry, zoom);
      if (raster != NULL)
        ov_painting_entry (painting, raster, &entry);
      else
        ov_painting_vector_entry (painting, cr, &entry);
    }
  painting->measure.zoom = zoom;
}

void
ov_graph_painter_render_image (OvGraphPainter     *self,
                               cairo_surface_t    *image,
                               const OvGraphView  *view,
                               const OvViewport   *viewport,
                               const OvTheme      *theme,
                               const OvPaintState *state)
{
  OvPainting painting;
  OvRaster raster;
  cairo_t *cr;

  g_return_if_fail (self != NULL && image != NULL && view != NULL && viewport != NULL && theme != NULL);

  if (ov_graph_view_get_scene (view) == NULL || !ov_raster_begin (&raster, image))
    return;
  ov_painting_begin (&painting, self->painter, ov_graph_view_get_scene (view),
                     ov_graph_view_get_places (view), viewport, theme, state);
  painting.legends = TRUE;
  ov_raster_clear (&raster, theme->background);
  ov_painting_list (&painting);
  paint_entries (&painting, &raster, NULL, TRUE);
  draw_curves (&painting, &raster, NULL, view);
  paint_entries (&painting, &raster, NULL, FALSE);
  ov_painting_plates (&painting, &raster);
  ov_painting_trouble (&painting, &raster);
  ov_raster_end (image);

  cr = cairo_create (image);
  ov_text_flush (self->painter->text, cr);
  ov_graph_labels_place (self, &painting, view);
  ov_graph_labels_paint (self, &painting, cr, view);
  ov_text_flush (self->painter->text, cr);
  ov_painting_on_top (&painting, cr);
  cairo_destroy (cr);
}

void
ov_graph_painter_draw (OvGraphPainter     *self,
                       cairo_t            *cr,
                       const OvGraphView  *view,
                       const OvViewport   *viewport,
                       const OvTheme      *theme,
                       const OvPaintState *state)
{
  OvPaintState logical = { 0 };
  OvPainting painting;

  g_return_if_fail (self != NULL && cr != NULL && view != NULL && viewport != NULL && theme != NULL);

  if (ov_graph_view_get_scene (view) == NULL)
    return;
  if (state != NULL)
    logical = *state;
  logical.scale_factor = 1;
  ov_painting_begin (&painting, self->painter, ov_graph_view_get_scene (view),
                     ov_graph_view_get_places (view), viewport, theme, &logical);
  ov_painting_list (&painting);

  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, viewport->width, viewport->height);
  cairo_clip (cr);
  ov_painting_color (cr, theme->background, 1);
  cairo_paint (cr);
  paint_entries (&painting, NULL, cr, TRUE);
  draw_curves (&painting, NULL, cr, view);
  paint_entries (&painting, NULL, cr, FALSE);
  ov_text_flush (self->painter->text, cr);
  g_array_set_size (self->painter->plates, 0);
  ov_graph_labels_place (self, &painting, view);
  ov_graph_labels_paint (self, &painting, cr, view);
  ov_text_flush (self->painter->text, cr);
  ov_painting_on_top (&painting, cr);
  cairo_restore (cr);
}

static OvColor
get_dot_color (const OvTheme *theme,
               guint8         tone)
{
  switch (tone)
    {
    case OV_TONE_ERROR:
      return theme->error;
    case OV_TONE_WARNING:
      return theme->warning;
    case OV_TONE_MUTED:
      return theme->text_soft;
    default:
      return theme->accent;
    }
}

static void
make_dots (OvGraphPainter *self,
           const OvTheme  *theme,
           int             size)
{
  drop_dots (self);
  for (guint tone = 0; tone <= OV_TONE_ERROR; tone++)
    {
      cairo_surface_t *dot = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size + 2, size + 2);
      cairo_t *cr = cairo_create (dot);
      double middle = size / 2.0 + 1;

      cairo_arc (cr, middle, middle, size / 2.0, 0, 2 * G_PI);
      ov_painting_color (cr, theme->background, 0.9);
      cairo_fill (cr);
      cairo_arc (cr, middle, middle, size / 2.0 * 0.72, 0, 2 * G_PI);
      ov_painting_color (cr, get_dot_color (theme, tone), 1);
      cairo_fill (cr);
      cairo_destroy (cr);
      cairo_surface_flush (dot);
      self->dots[tone] = dot;
    }
  self->dot_size = size;
  self->dot_theme = theme->kind;
}

void
ov_graph_painter_blend_dots (OvGraphPainter   *self,
                             cairo_surface_t  *image,
                             const OvTheme    *theme,
                             double            scale_factor,
                             const OvGraphDot *dots,
                             guint             n_dots)
{
  int size = (int) lround (DOT_SIZE * scale_factor);
  OvRaster raster;

  if (self->dots[0] == NULL || self->dot_size != size || self->dot_theme != theme->kind)
    make_dots (self, theme, size);
  if (!ov_raster_begin (&raster, image))
    return;
  for (guint i = 0; i < n_dots; i++)
    ov_raster_sprite (&raster, self->dots[MIN (dots[i].tone, OV_TONE_ERROR)],
                      (int) lround (dots[i].x - size / 2.0) - 1, (int) lround (dots[i].y - size / 2.0) - 1);
  ov_raster_end (image);
}
