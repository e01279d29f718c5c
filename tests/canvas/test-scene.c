/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvScene keeps its order, finds ids, sums up subtrees; OvViewport keeps points in place.
 */
#include "ov-test-scene.h"

#include "canvas/scene/ov-viewport.h"

#include <math.h>
#include <string.h>

static guint32
add (OvScene *scene,
     guint64  id,
     guint32  parent,
     OvTone   tone)
{
  OvSceneItem item = { .id = id, .parent = parent, .tone = tone, .heat = OV_HEAT_NONE };

  return ov_scene_add (scene, &item, "label", NULL);
}

static void
test_subtrees (void)
{
  g_autoptr (OvScene) scene = ov_scene_new (0);
  const OvSceneItem *items;
  const guint32 *trouble;
  guint32 n;

  add (scene, 10, OV_SCENE_NONE, OV_TONE_NEUTRAL);
  add (scene, 11, 0, OV_TONE_NEUTRAL);
  add (scene, 12, 1, OV_TONE_ERROR);
  add (scene, 13, 0, OV_TONE_WARNING);
  add (scene, 14, OV_SCENE_NONE, OV_TONE_NEW);
  ov_scene_freeze (scene);
  items = ov_scene_get_items (scene);
  g_assert_cmpuint (items[0].subtree_end, ==, 4);
  g_assert_cmpuint (items[1].subtree_end, ==, 3);
  g_assert_cmpuint (items[4].subtree_end, ==, 5);
  g_assert_cmpuint (items[2].depth, ==, 2);
  g_assert_cmpuint (ov_scene_get_worst (scene)[0], ==, OV_TONE_ERROR);
  g_assert_cmpuint (ov_scene_get_worst (scene)[3], ==, OV_TONE_WARNING);
  g_assert_cmpuint (ov_scene_get_worst (scene)[4], ==, OV_TONE_NEW);
  trouble = ov_scene_get_trouble (scene, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (trouble[0], ==, 2);
  g_assert_cmpuint (trouble[1], ==, 3);
}

static void
test_order_is_kept (void)
{
  g_autoptr (OvScene) scene = ov_scene_new (0);

  add (scene, 1, OV_SCENE_NONE, 0);
  add (scene, 2, 0, 0);
  add (scene, 3, OV_SCENE_NONE, 0);
  g_test_expect_message ("overstory", G_LOG_LEVEL_CRITICAL, "*is_open*");
  g_assert_cmpuint (add (scene, 4, 1, 0), ==, OV_SCENE_NONE);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (ov_scene_get_size (scene), ==, 3);
}

static void
test_find (void)
{
  g_autoptr (OvScene) scene = ov_scene_new (4);

  for (guint64 i = 0; i < 50000; i++)
    add (scene, i << 32 | 7, OV_SCENE_NONE, 0);
  g_assert_cmpuint (ov_scene_get_size (scene), ==, 49999 + 1);
  ov_scene_freeze (scene);
  for (guint64 i = 1; i < 50000; i++)
    g_assert_cmpuint (ov_scene_find (scene, i << 32 | 7), ==, i);
  g_assert_cmpuint (ov_scene_find (scene, 0), ==, OV_SCENE_NONE);
  g_assert_cmpuint (ov_scene_find (scene, 8), ==, OV_SCENE_NONE);
}

static void
test_text (void)
{
  g_autoptr (OvScene) scene = ov_scene_new (4);
  g_autofree char *long_text = g_strnfill (5000, 'x');
  OvSceneItem item = { .id = 1, .parent = OV_SCENE_NONE };
  const OvSceneItem *items;

  ov_scene_add (scene, &item, "bad \xff\xfe bytes", long_text);
  ov_scene_add (scene, &item, NULL, "");
  ov_scene_freeze (scene);
  items = ov_scene_get_items (scene);
  g_assert_true (g_utf8_validate (ov_scene_get_text (scene, items[0].label), -1, NULL));
  g_assert_cmpuint (strlen (ov_scene_get_text (scene, items[0].sublabel)), <=, 1024);
  g_assert_cmpstr (ov_scene_get_text (scene, items[1].label), ==, "");
  g_assert_cmpuint (items[1].sublabel, ==, 0);
}

static void
test_zoom_anchor (void)
{
  OvViewport view = { 100, -50, 0.7, 800, 600 };

  for (int i = 0; i < 200; i++)
    {
      double x = (i * 37) % 800, y = (i * 91) % 600, wx, wy, sx, sy;

      ov_viewport_to_world (&view, x, y, &wx, &wy);
      ov_viewport_zoom_at (&view, x, y, i % 3 == 0 ? 0.5 : 1.3, 0.01, 4);
      ov_viewport_to_screen (&view, wx, wy, &sx, &sy);
      g_assert_cmpfloat_with_epsilon (sx, x, 1e-6);
      g_assert_cmpfloat_with_epsilon (sy, y, 1e-6);
      g_assert_cmpfloat (view.zoom, >=, 0.01);
      g_assert_cmpfloat (view.zoom, <=, 4);
    }
}

static void
test_fit (void)
{
  OvViewport view = { .zoom = 1, .width = 1000, .height = 500 };
  double x, y;

  ov_viewport_fit (&view, -300, 200, 6000, 1000, 20, 2);
  ov_viewport_to_screen (&view, -300, 200, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 20, 1e-6);
  g_assert_cmpfloat (y, >, 20);
  ov_viewport_to_screen (&view, 5700, 1200, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 980, 1e-6);
  ov_viewport_fit (&view, 0, 0, 10, 10, 20, 2);
  g_assert_cmpfloat_with_epsilon (view.zoom, 2, 1e-9);
}

/* Between two views the point that both show at the same place stays there. */
static void
test_interpolation (void)
{
  OvViewport from = { 10, 20, 0.3, 800, 600 }, to = from, at;
  double wx, wy, sx, sy;

  ov_viewport_to_world (&from, 123, 456, &wx, &wy);
  ov_viewport_zoom_at (&to, 123, 456, 7, 0.01, 10);
  for (int i = 0; i <= 10; i++)
    {
      ov_viewport_interpolate (&from, &to, i / 10.0, &at);
      ov_viewport_to_screen (&at, wx, wy, &sx, &sy);
      g_assert_cmpfloat_with_epsilon (sx, 123, 1e-6);
      g_assert_cmpfloat_with_epsilon (sy, 456, 1e-6);
    }
  ov_viewport_interpolate (&from, &to, 0, &at);
  g_assert_cmpfloat_with_epsilon (at.zoom, from.zoom, 1e-9);
  ov_viewport_interpolate (&from, &to, 1, &at);
  g_assert_cmpfloat (at.x, ==, to.x);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/scene/subtrees", test_subtrees);
  g_test_add_func ("/canvas/scene/order-is-kept", test_order_is_kept);
  g_test_add_func ("/canvas/scene/find", test_find);
  g_test_add_func ("/canvas/scene/text", test_text);
  g_test_add_func ("/canvas/viewport/zoom-anchor", test_zoom_anchor);
  g_test_add_func ("/canvas/viewport/fit", test_fit);
  g_test_add_func ("/canvas/viewport/interpolation", test_interpolation);

  return g_test_run ();
}
