/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Draws a scene to a PNG, for looking at it:
 *   draw-scene N FILE [theme=0…3] [layout=packed|tidy|auto] [zoom=Z] [heat] [trouble] [long]
 *              [text=SCALE] [scale=S] [width=W] [height=H] [x=X] [y=Y] [vector] [state] [minimap]
 * zoom=0 fits; x and y are world coordinates of the centre.
 */
#include "ov-test-scene.h"

#include "canvas/layout/ov-layout.h"
#include "canvas/render/ov-painter.h"

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

int
main (int    argc,
      char **argv)
{
  OvTestScene options = { .seed = 7 };
  OvViewport viewport = { 0 };
  OvPaintState state = { 0 };
  guint64 matches[] = { 1040, 1041 };
  double zoom;

  if (argc < 3)
    return 2;
  options.n_items = strtoul (argv[1], NULL, 10);
  options.heat = has (argv, "heat");
  options.trouble = has (argv, "trouble");
  options.long_names = has (argv, "long");
  options.seed = get_number (argv, "seed", 7);
  options.error_at = get_number (argv, "error", 0);

  g_autoptr (OvScene) scene = ov_test_scene_system (&options);
  OvLayoutKind kind = has (argv, "layout=packed") ? OV_LAYOUT_PACKED
                      : has (argv, "layout=tidy") ? OV_LAYOUT_TIDY : OV_LAYOUT_AUTOMATIC;
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, kind, NULL);
  g_autoptr (OvPainter) painter = ov_painter_new ();
  const OvTheme *theme = ov_theme_get ((OvThemeKind) get_number (argv, "theme", 0));
  cairo_surface_t *image;

  state.text_scale = get_number (argv, "text", 1);
  state.scale_factor = get_number (argv, "scale", 1);
  if (has (argv, "state"))
    {
      state.selected = 1012;
      state.hovered = 1014;
      state.focused = 1012;
      state.focus_visible = TRUE;
      state.matches = matches;
      state.n_matches = G_N_ELEMENTS (matches);
    }
  viewport.width = get_number (argv, "width", 1400);
  viewport.height = get_number (argv, "height", 900);
  ov_viewport_fit (&viewport, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, 24, 1.5);
  if ((zoom = get_number (argv, "zoom", 0)) > 0)
    {
      viewport.zoom = zoom;
      viewport.x = get_number (argv, "x", layout->bounds.width / 3) - viewport.width / 2 / zoom;
      viewport.y = get_number (argv, "y", layout->bounds.height / 3) - viewport.height / 2 / zoom;
    }
  image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, viewport.width * state.scale_factor,
                                      viewport.height * state.scale_factor);
  if (has (argv, "vector"))
    {
      cairo_t *cr = cairo_create (image);

      ov_painter_draw (painter, cr, scene, layout, &viewport, theme, &state);
      cairo_destroy (cr);
    }
  else
    {
      gint64 start = g_get_monotonic_time ();

      ov_painter_render_image (painter, image, scene, layout, &viewport, theme, &state);
      g_print ("first frame %.1f ms\n", (g_get_monotonic_time () - start) / 1000.0);
    }
  g_print ("%u items, bounds %.0f x %.0f (%.2f:1), zoom %.3f\n", layout->n, layout->bounds.width,
           layout->bounds.height, layout->bounds.width / layout->bounds.height, viewport.zoom);
  cairo_surface_write_to_png (image, argv[2]);
  cairo_surface_destroy (image);

  return 0;
}
