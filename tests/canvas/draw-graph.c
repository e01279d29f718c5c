/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws a graph to a PNG, for looking at it:
 *   draw-graph N EDGES FILE [theme=0…3] [zoom=Z] [x=X] [y=Y] [heat] [trouble] [flat] [text=SCALE] [scale=S]
 *              [width=W] [height=H] [focus=ID] [select=ID] [hover=ID] [path] [dots=N] [vector] [seed=N]
 * zoom=0 fits, zoom is in fits otherwise; x and y are shares of the whole.
 */
#include "ov-test-graph.h"

#include "canvas/layout/ov-force.h"
#include "canvas/render/ov-graph-painter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double
get_number (char      **argv,
            const char *name,
            double      otherwise)
{
  for (gsize length = strlen (name); *argv != NULL; argv++)
    if (strncmp (*argv, name, length) == 0 && (*argv)[length] == '=')
      return g_ascii_strtod (*argv + length + 1, NULL);

  return otherwise;
}

static gboolean
has (char      **argv,
     const char *name)
{
  return g_strv_contains ((const char *const *) argv, name);
}

static void
look (OvViewport          *viewport,
      const OvGraphLayout *layout,
      char               **argv)
{
  const OvBox *bounds = &layout->bounds;
  double zoom = get_number (argv, "zoom", 0);

  ov_viewport_fit (viewport, bounds->x, bounds->y, bounds->width, bounds->height, 24, 1.5);
  if (zoom <= 0)
    return;
  viewport->zoom *= zoom;
  viewport->x = bounds->x + bounds->width * get_number (argv, "x", 0.5)
                - viewport->width / 2 / viewport->zoom;
  viewport->y = bounds->y + bounds->height * get_number (argv, "y", 0.5)
                - viewport->height / 2 / viewport->zoom;
}

static void
blend_dots (OvGraphPainter    *painter,
            cairo_surface_t   *image,
            const OvGraphView *view,
            const OvTheme     *theme,
            double             scale,
            guint              n)
{
  g_autofree OvGraphDot *dots = g_new (OvGraphDot, n + 1);
  const OvGraphCurve *curves;
  guint n_curves;

  curves = ov_graph_view_get_curves (view, &n_curves);
  for (guint i = 0; i < n && n_curves > 0; i++)
    {
      double x, y;

      ov_graph_curve_at (&curves[i * 7919 % n_curves], fmod (i * 0.381966, 1), &x, &y);
      dots[i] = (OvGraphDot) { x * scale, y * scale, i % 40 == 0 ? OV_TONE_ERROR : OV_TONE_NEUTRAL };
    }
  if (n_curves > 0)
    ov_graph_painter_blend_dots (painter, image, theme, scale, dots, n);
}

int
main (int    argc,
      char **argv)
{
  OvTestGraph options = { 0 };
  OvGraphInterest interest = { 0 };
  OvPaintState state = { 0 };
  OvViewport viewport = { .zoom = 1 };
  guint64 path[] = { 1, 2, 2, 4, 4, 1 };
  gint64 start;

  if (argc < 4)
    return 2;
  options.n_leaves = strtoul (argv[1], NULL, 10);
  options.n_edges = strtoul (argv[2], NULL, 10);
  options.seed = get_number (argv, "seed", 7);
  options.heat = has (argv, "heat");
  options.trouble = has (argv, "trouble");
  options.flat = has (argv, "flat");

  g_autoptr (OvGraph) graph = ov_test_graph_system (&options);
  start = g_get_monotonic_time ();
  OvGraphLayout *layout = ov_force_compute (graph, NULL, NULL, NULL);
  double layout_ms = (g_get_monotonic_time () - start) / 1000.0;
  g_autoptr (OvGraphView) view = ov_graph_view_new ();
  g_autoptr (OvGraphPainter) painter = ov_graph_painter_new ();
  const OvTheme *theme = ov_theme_get ((OvThemeKind) get_number (argv, "theme", 0));
  cairo_surface_t *image;
  guint n_curves;

  state.text_scale = get_number (argv, "text", 1);
  state.scale_factor = get_number (argv, "scale", 1);
  state.selected = interest.selected = get_number (argv, "select", 0);
  state.hovered = interest.hovered = get_number (argv, "hover", 0);
  interest.focus = get_number (argv, "focus", 0);
  if (has (argv, "path"))
    {
      interest.path = path;
      interest.n_path = 3;
    }
  viewport.width = get_number (argv, "width", 1400);
  viewport.height = get_number (argv, "height", 900);
  look (&viewport, layout, argv);
  ov_graph_view_set_graph (view, graph, layout);
  ov_graph_view_choose (view, &viewport);
  ov_graph_view_advance (view, INFINITY);
  start = g_get_monotonic_time ();
  ov_graph_view_update (view, &viewport, state.text_scale, &interest);
  double update_ms = (g_get_monotonic_time () - start) / 1000.0;
  state.selected = ov_graph_view_stand_in (view, state.selected);
  state.hovered = ov_graph_view_stand_in (view, state.hovered);
  image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, viewport.width * state.scale_factor,
                                      viewport.height * state.scale_factor);
  start = g_get_monotonic_time ();
  if (has (argv, "vector"))
    {
      cairo_t *cr = cairo_create (image);

      ov_graph_painter_draw (painter, cr, view, &viewport, theme, &state);
      cairo_destroy (cr);
    }
  else
    ov_graph_painter_render_image (painter, image, view, &viewport, theme, &state);
  blend_dots (painter, image, view, theme, state.scale_factor, get_number (argv, "dots", 0));
  ov_graph_view_get_curves (view, &n_curves);
  g_print ("layout %.1f ms, %.0f x %.0f (%.2f:1); update %.2f ms, %u items, %u edges, %u hidden; "
           "first frame %.1f ms; zoom %.3f\n",
           layout_ms, layout->bounds.width, layout->bounds.height,
           layout->bounds.width / layout->bounds.height, update_ms,
           ov_scene_get_size (ov_graph_view_get_scene (view)), n_curves, ov_graph_view_get_n_hidden (view),
           (g_get_monotonic_time () - start) / 1000.0, viewport.zoom);
  cairo_surface_write_to_png (image, argv[3]);
  cairo_surface_destroy (image);

  return 0;
}
