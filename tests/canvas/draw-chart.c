/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws a sequence chart to a PNG, or to an SVG by its name, for looking at it:
 *   draw-chart story|N FILE [lanes=L] [theme=0…3] [x=X] [y=Y] [width=W] [height=H] [text=SCALE] [scale=S]
 *              [row=HEIGHT] [lane=WIDTH] [selected=ROW] [hovered=ROW] [focus=LANE] [long] [seed=N]
 */
#include "ov-test-chart.h"

#include "canvas/render/ov-chart-painter.h"

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

static guint32
get_row (char      **argv,
         const char *name)
{
  double row = get_number (argv, name, -1);

  return row < 0 ? OV_SCENE_NONE : (guint32) row;
}

int
main (int    argc,
      char **argv)
{
  OvTestChart options = { 0 };
  OvChartView view = { .headers = TRUE };
  const OvTheme *theme;
  cairo_surface_t *image;
  cairo_t *cr;
  gint64 start;

  if (argc < 3)
    return 2;
  options.n_rows = strtoul (argv[1], NULL, 10);
  options.n_lanes = get_number (argv, "lanes", 12);
  options.seed = get_number (argv, "seed", 7);
  options.long_names = g_strv_contains ((const char *const *) argv, "long");
  theme = ov_theme_get ((OvThemeKind) get_number (argv, "theme", 0));

  g_autoptr (OvChart) chart = strcmp (argv[1], "story") == 0 ? ov_test_chart_story ()
                                                             : ov_test_chart_random (&options);
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();

  if (g_str_has_suffix (argv[2], ".svg"))
    {
      g_autoptr (GBytes) svg = ov_chart_to_svg (chart, theme);

      return !g_file_set_contents (argv[2], g_bytes_get_data (svg, NULL), g_bytes_get_size (svg), NULL);
    }
  view.x = get_number (argv, "x", 0);
  view.y = get_number (argv, "y", 0);
  view.width = get_number (argv, "width", 1300);
  view.height = get_number (argv, "height", 760);
  view.text_scale = get_number (argv, "text", 1);
  view.scale_factor = get_number (argv, "scale", 1);
  view.row_height = get_number (argv, "row", 0);
  view.lane_width = get_number (argv, "lane", 0);
  view.selected = get_row (argv, "selected");
  view.hovered = get_row (argv, "hovered");
  view.selected_lane = get_row (argv, "focus");
  image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, view.width * view.scale_factor,
                                      view.height * view.scale_factor);
  cr = cairo_create (image);
  start = g_get_monotonic_time ();
  ov_chart_paint (painter, chart, &view, theme, cr);
  g_print ("first frame %.1f ms", (g_get_monotonic_time () - start) / 1000.0);
  start = g_get_monotonic_time ();
  ov_chart_paint (painter, chart, &view, theme, cr);
  g_print (", second %.1f ms\n", (g_get_monotonic_time () - start) / 1000.0);
  cairo_destroy (cr);
  cairo_surface_write_to_png (image, argv[2]);
  cairo_surface_destroy (image);

  return 0;
}
