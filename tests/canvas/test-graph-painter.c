/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The painter of graphs on image surfaces: edges are wide where they begin, what is dimmed is
 * faint, heat and themes are seen, messages change what is below them and nothing else, and nothing
 * is written outside of the image.
 */
#include "ov-test-graph.h"

#include "canvas/layout/ov-force.h"
#include "canvas/render/ov-graph-painter.h"
#include "canvas/render/ov-raster.h"

#include <math.h>
#include <string.h>

#define WIDTH  900
#define HEIGHT 600

typedef struct
{
  OvGraph         *graph;
  OvGraphView     *view;
  OvGraphPainter  *painter;
  OvViewport       at;
  cairo_surface_t *image;
} Fixture;

static void
show (Fixture *fixture,
      OvGraph *graph)
{
  OvGraphLayout *layout = ov_force_compute (graph, NULL, NULL, NULL);

  fixture->graph = graph;
  fixture->view = ov_graph_view_new ();
  fixture->painter = ov_graph_painter_new ();
  fixture->image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  fixture->at = (OvViewport) { 0, 0, 1, WIDTH, HEIGHT };
  ov_viewport_fit (&fixture->at, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, 40, 1.5);
  ov_graph_view_set_graph (fixture->view, graph, layout);
  ov_graph_view_choose (fixture->view, &fixture->at);
  ov_graph_view_advance (fixture->view, INFINITY);
}

static void
fixture_clear (Fixture *fixture)
{
  ov_graph_view_free (fixture->view);
  ov_graph_painter_free (fixture->painter);
  ov_graph_unref (fixture->graph);
  cairo_surface_destroy (fixture->image);
}

static void
paint (Fixture               *fixture,
       OvThemeKind            theme,
       const OvGraphInterest *interest,
       double                 text_scale)
{
  OvPaintState state = { .text_scale = text_scale, .scale_factor = 1 };

  ov_graph_view_update (fixture->view, &fixture->at, text_scale, interest);
  ov_graph_painter_render_image (fixture->painter, fixture->image, fixture->view, &fixture->at,
                                 ov_theme_get (theme), &state);
  cairo_surface_flush (fixture->image);
}

static guint32
pixel_at (cairo_surface_t *image,
          int              x,
          int              y)
{
  const guint8 *data = cairo_image_surface_get_data (image);

  x = CLAMP (x, 0, WIDTH - 1);
  y = CLAMP (y, 0, HEIGHT - 1);

  return *(const guint32 *) (gconstpointer) (data + y * cairo_image_surface_get_stride (image) + x * 4)
         & 0xffffff;
}

static double
difference (OvColor a,
            OvColor b)
{
  return (abs ((int) (a >> 16 & 0xff) - (int) (b >> 16 & 0xff)) + abs ((int) (a >> 8 & 0xff) - (int) (b >> 8 & 0xff))
          + abs ((int) (a & 0xff) - (int) (b & 0xff))) / 765.0;
}

/* Two nodes and one edge between them. */
static OvGraph *
make_pair (float  rate,
           guint8 heat)
{
  OvGraph *graph = ov_graph_new (2);
  OvGraphEdge edge = { .rate = rate, .seconds = NAN, .heat = heat };

  edge.from = ov_graph_add (graph, &(OvGraphNode) { .id = 1, .parent = OV_SCENE_NONE, .heat = OV_HEAT_NONE }, "from", NULL);
  edge.to = ov_graph_add (graph, &(OvGraphNode) { .id = 2, .parent = OV_SCENE_NONE, .heat = OV_HEAT_NONE }, "to", NULL);
  ov_graph_add_edge (graph, &edge, NULL);
  ov_graph_freeze (graph);

  return graph;
}

/* How much ink lies across a curve at @t. */
static double
measure_ink (Fixture *fixture,
             double   t)
{
  OvColor ground = ov_theme_get (OV_THEME_LIGHT)->background;
  OvGraphCurve way;
  double x, y, before_x, before_y, dx, dy, length, ink = 0;

  g_assert_true (ov_graph_view_get_way (fixture->view, 1, 2, &way));
  ov_graph_curve_at (&way, t, &x, &y);
  ov_graph_curve_at (&way, t - 0.01, &before_x, &before_y);
  dx = x - before_x;
  dy = y - before_y;
  length = hypot (dx, dy);
  for (double off = -8; off <= 8; off += 0.25)
    ink += difference (pixel_at (fixture->image, (int) floor (x - dy / length * off),
                                 (int) floor (y + dx / length * off)), ground) / 4;

  return ink;
}

static void
test_wide_at_the_sender (void)
{
  Fixture fixture = { 0 };

  show (&fixture, make_pair (5000, OV_HEAT_NONE));
  paint (&fixture, OV_THEME_LIGHT, NULL, 1);
  g_assert_cmpfloat (measure_ink (&fixture, 0.15), >, 1.5 * measure_ink (&fixture, 0.85));
  g_assert_cmpfloat (measure_ink (&fixture, 0.85), >, 0.05);
  fixture_clear (&fixture);
}

static void
test_width_is_rate (void)
{
  double last = 0;

  for (float rate = 1; rate < 1e6; rate *= 40)
    {
      Fixture fixture = { 0 };
      double ink;

      show (&fixture, make_pair (rate, OV_HEAT_NONE));
      paint (&fixture, OV_THEME_LIGHT, NULL, 1);
      ink = measure_ink (&fixture, 0.12);
      g_assert_cmpfloat (ink, >, last);
      last = ink;
      fixture_clear (&fixture);
    }
}

static OvColor
get_edge_color (guint8      heat,
                OvThemeKind theme)
{
  Fixture fixture = { 0 };
  OvGraphCurve way;
  OvColor color;
  double x, y;

  show (&fixture, make_pair (9e5f, heat));
  paint (&fixture, theme, NULL, 1);
  g_assert_true (ov_graph_view_get_way (fixture.view, 1, 2, &way));
  ov_graph_curve_at (&way, 0.12, &x, &y);
  color = pixel_at (fixture.image, (int) x, (int) y);
  fixture_clear (&fixture);

  return color;
}

/* Heat is a colour, and an edge can be told from the ground in every theme. */
static void
test_heat_and_themes (void)
{
  for (OvThemeKind theme = OV_THEME_LIGHT; theme <= OV_THEME_HIGH_CONTRAST_DARK; theme++)
    {
      OvColor none = get_edge_color (OV_HEAT_NONE, theme), cold = get_edge_color (0, theme);
      OvColor hot = get_edge_color (254, theme), ground = ov_theme_get (theme)->background;

      g_assert_cmpfloat (difference (cold, hot), >, 0.12);
      g_assert_cmpfloat (ov_color_get_contrast (none, ground), >, 1.6);
      g_assert_cmpfloat (ov_color_get_contrast (cold, ground), >, 1.6);
      g_assert_cmpfloat (ov_color_get_contrast (hot, ground), >, 3);
    }
}

static void
test_dimmed_is_faint (void)
{
  OvGraphInterest path = { 0 }, focus = { .focus = 1 };
  guint64 elsewhere[] = { 2, 1 };
  Fixture fixture = { 0 };
  double plain, raised;

  show (&fixture, make_pair (5000, OV_HEAT_NONE));
  paint (&fixture, OV_THEME_LIGHT, NULL, 1);
  plain = measure_ink (&fixture, 0.2);
  paint (&fixture, OV_THEME_LIGHT, &focus, 1);
  raised = measure_ink (&fixture, 0.2);
  path.path = elsewhere;
  path.n_path = 1;
  paint (&fixture, OV_THEME_LIGHT, &path, 1);
  g_assert_cmpfloat (measure_ink (&fixture, 0.2), <, 0.4 * plain);
  g_assert_cmpfloat (raised, >=, 0.9 * plain);
  fixture_clear (&fixture);
}

static void
test_dots (void)
{
  Fixture fixture = { 0 };
  OvTestGraph options = { .n_leaves = 60, .n_edges = 200, .seed = 4 };
  OvGraphDot dots[] = { { 100, 100, OV_TONE_NEUTRAL }, { 300, 200, OV_TONE_ERROR }, { -50, -50, OV_TONE_NEUTRAL },
                        { 1e6f, 10, OV_TONE_NEUTRAL }, { WIDTH - 1, HEIGHT - 1, OV_TONE_WARNING } };
  g_autofree guint8 *before = NULL;
  gsize size;
  guint n_changed = 0;

  show (&fixture, ov_test_graph_system (&options));
  paint (&fixture, OV_THEME_LIGHT, NULL, 1);
  size = (gsize) cairo_image_surface_get_stride (fixture.image) * HEIGHT;
  before = g_memdup2 (cairo_image_surface_get_data (fixture.image), size);
  ov_graph_painter_blend_dots (fixture.painter, fixture.image, ov_theme_get (OV_THEME_LIGHT), 1, dots,
                               G_N_ELEMENTS (dots));
  cairo_surface_flush (fixture.image);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        guint32 old = *(const guint32 *) (gconstpointer) (before + y * cairo_image_surface_get_stride (fixture.image) + x * 4)
                      & 0xffffff;
        gboolean near = FALSE;

        for (guint i = 0; i < G_N_ELEMENTS (dots); i++)
          near = near || hypot (x - dots[i].x, y - dots[i].y) < 7;
        if (pixel_at (fixture.image, x, y) != old)
          {
            g_assert_true (near);
            n_changed++;
          }
      }
  g_assert_cmpuint (n_changed, >, 40);
  g_assert_cmpuint (pixel_at (fixture.image, 300, 200), ==, ov_theme_get (OV_THEME_LIGHT)->error);
  fixture_clear (&fixture);
}

/* The same state gives the same pixels. */
static void
test_deterministic (void)
{
  OvTestGraph options = { .n_leaves = 200, .n_edges = 800, .seed = 4, .heat = TRUE, .trouble = TRUE };
  Fixture fixture = { 0 };
  g_autofree guint8 *before = NULL;
  gsize size;

  show (&fixture, ov_test_graph_system (&options));
  paint (&fixture, OV_THEME_DARK, NULL, 1);
  size = (gsize) cairo_image_surface_get_stride (fixture.image) * HEIGHT;
  before = g_memdup2 (cairo_image_surface_get_data (fixture.image), size);
  paint (&fixture, OV_THEME_DARK, NULL, 2);
  g_assert_cmpint (memcmp (before, cairo_image_surface_get_data (fixture.image), size), !=, 0);
  paint (&fixture, OV_THEME_DARK, NULL, 1);
  g_assert_cmpmem (before, size, cairo_image_surface_get_data (fixture.image), size);
  fixture_clear (&fixture);
}

/* What is hidden is said in the corner. */
static void
test_hidden_is_said (void)
{
  OvTestGraph options = { .n_leaves = 900, .n_edges = 6000, .seed = 4 };
  Fixture fixture = { 0 };
  OvColor strip = ov_theme_get (OV_THEME_LIGHT)->strip;
  guint n = 0;

  show (&fixture, ov_test_graph_system (&options));
  paint (&fixture, OV_THEME_LIGHT, NULL, 1);
  g_assert_cmpuint (ov_graph_view_get_n_hidden (fixture.view), >, 0);
  for (int x = WIDTH - 80; x < WIDTH; x++)
    for (int y = HEIGHT - 40; y < HEIGHT; y++)
      n += pixel_at (fixture.image, x, y) == strip;
  g_assert_cmpuint (n, >, 100);
  fixture_clear (&fixture);
}

/* Whatever the coordinates, no pixel outside is touched. */
static void
test_blade_stays_inside (void)
{
  enum { SIDE = 40, RIM = 64 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree guint32 *pixels = g_new (guint32, (SIDE + 2 * RIM) * (SIDE + 2 * RIM));
  OvRaster raster = { pixels + RIM * (SIDE + 2 * RIM) + RIM, SIDE + 2 * RIM, SIDE, SIDE };
  guint n_inside = 0;

  for (guint i = 0; i < (SIDE + 2 * RIM) * (SIDE + 2 * RIM); i++)
    pixels[i] = 0xabcdef;
  for (guint i = 0; i < 3000; i++)
    {
      double reach = i % 3 == 0 ? 1e6 : 60, xs[4], ys[4];

      for (guint k = 0; k < 4; k++)
        {
          xs[k] = g_rand_double_range (rand, -reach, reach);
          ys[k] = g_rand_double_range (rand, -reach, reach);
        }
      if (i % 7 == 0)
        xs[1] = xs[0], ys[1] = ys[0];
      ov_raster_blade (&raster, xs, ys, 4, g_rand_double_range (rand, 0, 20), 1, 0x123456, 0.7);
    }
  for (int y = -RIM; y < SIDE + RIM; y++)
    for (int x = -RIM; x < SIDE + RIM; x++)
      {
        guint32 pixel = raster.pixels[y * raster.stride + x];

        if (x >= 0 && y >= 0 && x < SIDE && y < SIDE)
          n_inside += pixel != 0xabcdef;
        else
          g_assert_cmphex (pixel, ==, 0xabcdef);
      }
  g_assert_cmpuint (n_inside, >, SIDE * SIDE / 2);
}

/* A blade covers as much as its outline has area. */
static void
test_blade_has_its_area (void)
{
  enum { SIDE = 200 };
  g_autofree guint32 *pixels = g_new0 (guint32, SIDE * SIDE);
  OvRaster raster = { pixels, SIDE, SIDE, SIDE };

  for (guint i = 0; i < 24; i++)
    {
      double angle = i * G_PI / 12 + 0.03, length = 120, area = 0;
      double xs[] = { 100 - cos (angle) * length / 2, 100, 100 + cos (angle) * length / 2 };
      double ys[] = { 100 - sin (angle) * length / 2, 100, 100 + sin (angle) * length / 2 };

      memset (pixels, 0, SIDE * SIDE * sizeof (guint32));
      ov_raster_blade (&raster, xs, ys, 3, 8, 2, 0xffffff, 1);
      for (guint k = 0; k < SIDE * SIDE; k++)
        area += (pixels[k] & 0xff) / 255.0;
      g_assert_cmpfloat (fabs (area - length * 5), <, length * 5 * 0.06);
    }
}

static void
test_vectors (void)
{
  OvTestGraph options = { .n_leaves = 100, .n_edges = 300, .seed = 4 };
  Fixture fixture = { 0 };
  OvPaintState state = { .text_scale = 1 };
  guint n_same = 0, n = 0;
  cairo_surface_t *vectors = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (vectors);

  show (&fixture, ov_test_graph_system (&options));
  paint (&fixture, OV_THEME_LIGHT, NULL, 1);
  ov_graph_painter_draw (fixture.painter, cr, fixture.view, &fixture.at, ov_theme_get (OV_THEME_LIGHT), &state);
  cairo_destroy (cr);
  cairo_surface_flush (vectors);
  for (int y = 0; y < HEIGHT; y += 3)
    for (int x = 0; x < WIDTH; x += 3, n++)
      n_same += difference (pixel_at (vectors, x, y), pixel_at (fixture.image, x, y)) < 0.1;
  g_assert_cmpuint (n_same, >, n * 9 / 10);
  cairo_surface_destroy (vectors);
  fixture_clear (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/graph-painter/wide-at-the-sender", test_wide_at_the_sender);
  g_test_add_func ("/canvas/graph-painter/width-is-rate", test_width_is_rate);
  g_test_add_func ("/canvas/graph-painter/heat-and-themes", test_heat_and_themes);
  g_test_add_func ("/canvas/graph-painter/dimmed-is-faint", test_dimmed_is_faint);
  g_test_add_func ("/canvas/graph-painter/dots", test_dots);
  g_test_add_func ("/canvas/graph-painter/deterministic", test_deterministic);
  g_test_add_func ("/canvas/graph-painter/hidden-is-said", test_hidden_is_said);
  g_test_add_func ("/canvas/graph-painter/blade-stays-inside", test_blade_stays_inside);
  g_test_add_func ("/canvas/graph-painter/blade-has-its-area", test_blade_has_its_area);
  g_test_add_func ("/canvas/graph-painter/vectors", test_vectors);

  return g_test_run ();
}
