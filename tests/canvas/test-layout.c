/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What both layouts promise, on random trees of every form; tween, hit test and walking.
 */
#include "ov-test-scene.h"

#include "canvas/layout/ov-layout.h"
#include "canvas/layout/ov-tween.h"
#include "canvas/layout/ov-walk.h"
#include "canvas/scene/ov-hit.h"

#include <string.h>

#define N_SEEDS 60
#define SLACK   1e-6

static gboolean
overlap (const OvBox *a,
         const OvBox *b)
{
  return a->x + a->width > b->x + SLACK && b->x + b->width > a->x + SLACK
         && a->y + a->height > b->y + SLACK && b->y + b->height > a->y + SLACK;
}

static gboolean
contains (const OvBox *outer,
          const OvBox *inner)
{
  return inner->x >= outer->x - SLACK && inner->y >= outer->y - SLACK
         && inner->x + inner->width <= outer->x + outer->width + SLACK
         && inner->y + inner->height <= outer->y + outer->height + SLACK;
}

static gboolean
is_ancestor (const OvSceneItem *items,
             guint32            above,
             guint32            below)
{
  return above <= below && below < items[above].subtree_end;
}

static void
check_layout (const OvScene  *scene,
              const OvLayout *layout)
{
  const OvSceneItem *items = ov_scene_get_items (scene);

  for (guint32 i = 0; i < layout->n; i++)
    {
      g_assert_true (contains (&layout->bounds, &layout->boxes[i]));
      g_assert_cmpfloat (layout->boxes[i].width, >=, OV_ITEM_WIDTH);
      g_assert_cmpfloat (layout->boxes[i].height, >=, OV_ITEM_HEIGHT);
      if (items[i].parent != OV_SCENE_NONE && layout->nested)
        {
          const OvBox *parent = &layout->boxes[items[i].parent];

          g_assert_true (contains (parent, &layout->boxes[i]));
          g_assert_cmpfloat (layout->boxes[i].y, >=, parent->y + OV_HEADER_STRIP);
        }
      else if (items[i].parent != OV_SCENE_NONE)
        {
          const OvBox *parent = &layout->boxes[items[i].parent];

          g_assert_cmpfloat (layout->boxes[i].y, >, parent->y + parent->height);
        }
      for (guint32 j = i + 1; j < layout->n; j++)
        if (!layout->nested || !is_ancestor (items, i, j))
          g_assert_false (overlap (&layout->boxes[i], &layout->boxes[j]));
    }
}

static void
test_no_overlap (gconstpointer kind)
{
  for (guint32 seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (OvScene) scene = ov_test_scene_random (1 + seed * 9, seed);
      g_autoptr (OvLayout) layout = ov_layout_compute (scene, GPOINTER_TO_INT (kind), NULL);

      g_assert_cmpuint (layout->n, ==, ov_scene_get_size (scene));
      check_layout (scene, layout);
    }
}

static void
test_deterministic (gconstpointer kind)
{
  for (guint32 seed = 0; seed < 10; seed++)
    {
      g_autoptr (OvScene) one = ov_test_scene_random (900, seed);
      g_autoptr (OvScene) two = ov_test_scene_random (900, seed);
      g_autoptr (OvLayout) a = ov_layout_compute (one, GPOINTER_TO_INT (kind), NULL);
      g_autoptr (OvLayout) b = ov_layout_compute (two, GPOINTER_TO_INT (kind), NULL);

      g_assert_cmpmem (a->boxes, a->n * sizeof (OvBox), b->boxes, b->n * sizeof (OvBox));
    }
}

/* Reading order: a later leaf of the same parent is in a lower row, or further right in it. */
static void
test_stable_order (void)
{
  g_autoptr (OvScene) scene = ov_test_scene_random (3000, 3);
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
  const OvSceneItem *items = ov_scene_get_items (scene);
  g_autofree guint32 *last = g_new (guint32, layout->n);
  guint compared = 0;

  memset (last, 0xff, layout->n * sizeof (guint32));
  for (guint32 i = 0; i < layout->n; i++)
    {
      guint32 parent = items[i].parent;

      if (items[i].subtree_end != i + 1 || parent == OV_SCENE_NONE)
        continue;
      if (last[parent] != OV_SCENE_NONE)
        {
          const OvBox *before = &layout->boxes[last[parent]], *box = &layout->boxes[i];

          g_assert_true (box->y > before->y || (box->y == before->y && box->x > before->x));
          compared++;
        }
      last[parent] = i;
    }
  g_assert_cmpuint (compared, >, 500);
}

static OvScene *
make_wide (guint32 n)
{
  OvScene *scene = ov_scene_new (n);

  for (guint32 i = 0; i < n; i++)
    {
      OvSceneItem item = { .id = i + 1, .parent = i == 0 ? OV_SCENE_NONE : 0, .shape = OV_SHAPE_HEADER };

      ov_scene_add (scene, &item, "x", NULL);
    }
  ov_scene_freeze (scene);

  return scene;
}

static OvScene *
make_deep (guint32 n)
{
  OvScene *scene = ov_scene_new (n);

  for (guint32 i = 0; i < n; i++)
    {
      OvSceneItem item = { .id = i + 1, .parent = i == 0 ? OV_SCENE_NONE : i - 1 };

      ov_scene_add (scene, &item, "x", NULL);
    }
  ov_scene_freeze (scene);

  return scene;
}

static void
test_extremes (gconstpointer kind)
{
  g_autoptr (OvScene) none = make_wide (0);
  g_autoptr (OvScene) one = make_wide (1);
  g_autoptr (OvScene) deep = make_deep (100000);
  g_autoptr (OvLayout) empty = ov_layout_compute (none, GPOINTER_TO_INT (kind), NULL);
  g_autoptr (OvLayout) single = ov_layout_compute (one, GPOINTER_TO_INT (kind), NULL);
  g_autoptr (OvLayout) chain = ov_layout_compute (deep, GPOINTER_TO_INT (kind), NULL);

  g_assert_cmpuint (empty->n, ==, 0);
  g_assert_cmpfloat (empty->bounds.width, >, 0);
  g_assert_cmpfloat (single->boxes[0].width, ==, OV_ITEM_WIDTH);
  g_assert_cmpuint (chain->n, ==, 100000);
}

/* A hundred thousand items are about as wide as a screen, whatever form they have. */
static void
test_aspect (void)
{
  g_autoptr (OvScene) wide = make_wide (100000);
  g_autoptr (OvScene) system = ov_test_scene_system (&(OvTestScene) { .n_items = 100000, .seed = 7 });
  g_autoptr (OvLayout) a = ov_layout_compute (wide, OV_LAYOUT_PACKED, NULL);
  g_autoptr (OvLayout) b = ov_layout_compute (system, OV_LAYOUT_PACKED, NULL);

  g_assert_cmpfloat (a->bounds.width / a->bounds.height, >, 1.2);
  g_assert_cmpfloat (a->bounds.width / a->bounds.height, <, 1.6);
  g_assert_cmpfloat (b->bounds.width / b->bounds.height, >, 1.2);
  g_assert_cmpfloat (b->bounds.width / b->bounds.height, <, 1.6);
}

static void
test_automatic (void)
{
  g_autoptr (OvScene) few = make_wide (OV_TIDY_MAX_ITEMS);
  g_autoptr (OvScene) many = make_wide (OV_TIDY_MAX_ITEMS + 1);
  g_autoptr (OvLayout) tidy = ov_layout_compute (few, OV_LAYOUT_AUTOMATIC, NULL);
  g_autoptr (OvLayout) packed = ov_layout_compute (many, OV_LAYOUT_AUTOMATIC, NULL);

  g_autoptr (OvScene) bushy = ov_test_scene_system (&(OvTestScene) { .n_items = 400, .seed = 7 });
  g_autoptr (OvLayout) readable = ov_layout_compute (bushy, OV_LAYOUT_AUTOMATIC, NULL);

  g_assert_false (tidy->nested);
  g_assert_true (packed->nested);

  /* As a tree this one would be a ribbon too wide to be read. */
  g_assert_true (readable->nested);
}

/* From a dozen leaves on they stand in one grid, which has a frame and no edges inside. */
static void
test_tidy_grid (void)
{
  g_autoptr (OvScene) scene = make_wide (1 + OV_GRID_LEAVES);
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_TIDY, NULL);

  g_assert_cmpuint (layout->n_frames, ==, 1);
  g_assert_true (layout->frames[0].is_grid);
  g_assert_cmpuint (layout->frames[0].item, ==, 0);
  for (guint32 i = 1; i < layout->n; i++)
    {
      g_assert_cmpuint (layout->in_grid[i], ==, 1);
      g_assert_true (contains (&layout->frames[0].box, &layout->boxes[i]));
    }
}

static void
test_cancelled (gconstpointer kind)
{
  g_autoptr (OvScene) scene = make_wide (5000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_null (ov_layout_compute (scene, GPOINTER_TO_INT (kind), cancellable));
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* Cancelled at any moment, it ends, with all or with nothing. */
static void
test_cancelled_midway (gconstpointer kind)
{
  g_autoptr (OvScene) scene = ov_test_scene_random (60000, 1);

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
      g_autoptr (OvLayout) layout = ov_layout_compute (scene, GPOINTER_TO_INT (kind), cancellable);

      g_thread_join (thread);
      g_assert_true (layout == NULL || layout->n == 60000);
    }
}

static void
test_tween (void)
{
  OvTestScene options = { .n_items = 600, .seed = 4 };
  g_autoptr (OvScene) old = ov_test_scene_system (&options);
  g_autoptr (OvScene) new = ov_test_scene_random (800, 2);
  g_autoptr (OvLayout) from = ov_layout_compute (old, OV_LAYOUT_PACKED, NULL);
  g_autoptr (OvLayout) other = ov_layout_compute (old, OV_LAYOUT_TIDY, NULL);
  g_autoptr (OvLayout) to = ov_layout_compute (new, OV_LAYOUT_PACKED, NULL);
  g_autoptr (OvTween) same = ov_tween_new (old, from, old, other);
  g_autoptr (OvTween) tween = ov_tween_new (old, from, new, to);
  g_autoptr (OvTween) idle = ov_tween_new (old, from, old, from);
  const OvLayout *at;
  guint n;

  at = ov_tween_get (same, 0);
  g_assert_cmpmem (at->boxes, at->n * sizeof (OvBox), from->boxes, from->n * sizeof (OvBox));
  g_assert_true (at->gliding);
  at = ov_tween_get (same, 1);
  g_assert_cmpmem (at->boxes, at->n * sizeof (OvBox), other->boxes, other->n * sizeof (OvBox));
  g_assert_false (at->gliding);
  at = ov_tween_get (same, 0.5);
  g_assert_cmpfloat_with_epsilon (at->boxes[9].x, (from->boxes[9].x + other->boxes[9].x) / 2, 1e-9);

  /* Nothing in common (ids from 1000 against ids from 1): all are born, all are gone. */
  g_assert_true (ov_tween_is_born (tween, 0));
  at = ov_tween_get (tween, 0);
  g_assert_cmpfloat (at->boxes[5].width, ==, 0);
  ov_tween_get_gone (tween, &n);
  g_assert_cmpuint (n, ==, 600);
  g_assert_false (ov_tween_is_idle (tween));
  g_assert_true (ov_tween_is_idle (idle));
}

static guint32
find_slowly (const OvLayout *layout,
             double          x,
             double          y)
{
  for (guint32 i = layout->n; i-- > 0;)
    if (x >= layout->boxes[i].x && y >= layout->boxes[i].y
        && x < layout->boxes[i].x + layout->boxes[i].width
        && y < layout->boxes[i].y + layout->boxes[i].height)
      return i;

  return OV_SCENE_NONE;
}

static void
test_hit (gconstpointer kind)
{
  for (guint32 seed = 0; seed < 20; seed++)
    {
      g_autoptr (OvScene) scene = ov_test_scene_random (1 + seed * 150, seed);
      g_autoptr (OvLayout) layout = ov_layout_compute (scene, GPOINTER_TO_INT (kind), NULL);
      g_autoptr (OvHit) hit = ov_hit_new (layout);
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

      for (guint i = 0; i < 2000; i++)
        {
          double x = layout->bounds.x + layout->bounds.width * g_rand_double_range (rand, -0.1, 1.1);
          double y = layout->bounds.y + layout->bounds.height * g_rand_double_range (rand, -0.1, 1.1);

          g_assert_cmpuint (ov_hit_find (hit, layout, x, y), ==, find_slowly (layout, x, y));
        }
    }
}

static void
test_hit_is_fast (void)
{
  g_autoptr (OvScene) scene = ov_test_scene_system (&(OvTestScene) { .n_items = 100000, .seed = 7 });
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_PACKED, NULL);
  g_autoptr (OvHit) hit = ov_hit_new (layout);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 start = g_get_monotonic_time ();
  guint found = 0, n = 2000;

  for (guint i = 0; i < n; i++)
    found += ov_hit_find (hit, layout, layout->bounds.width * g_rand_double (rand),
                          layout->bounds.height * g_rand_double (rand)) != OV_SCENE_NONE;
  g_test_message ("%.2f us for one hit test among 100,000", (g_get_monotonic_time () - start) / (double) n);
  g_assert_cmpuint (found, >, n / 2);
  g_assert_cmpint (g_get_monotonic_time () - start, <, n * 50);
}

/* With the four arrows alone every item can be reached from the first one. */
static void
test_walk_reaches_all (gconstpointer kind)
{
  g_autoptr (OvScene) scene = ov_test_scene_system (&(OvTestScene) { .n_items = 400, .seed = 9 });
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, GPOINTER_TO_INT (kind), NULL);
  g_autofree guint8 *seen = g_new0 (guint8, layout->n);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 first = ov_walk (scene, layout, OV_SCENE_NONE, OV_STEP_DOWN);

  g_assert_cmpuint (first, ==, 0);
  g_array_append_val (queue, first);
  seen[first] = 1;
  for (guint i = 0; i < queue->len; i++)
    for (int step = OV_STEP_UP; step <= OV_STEP_RIGHT; step++)
      {
        guint32 to = ov_walk (scene, layout, g_array_index (queue, guint32, i), step);

        if (!seen[to])
          g_array_append_val (queue, to);
        seen[to] = 1;
      }
  g_assert_cmpuint (queue->len, ==, layout->n);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    OvLayoutKind kind;
  } KINDS[] = { { "packed", OV_LAYOUT_PACKED }, { "tidy", OV_LAYOUT_TIDY } };
  static const struct
  {
    const char   *name;
    GTestDataFunc test;
  } TESTS[] = {
    { "no-overlap", test_no_overlap },
    { "deterministic", test_deterministic },
    { "extremes", test_extremes },
    { "cancelled", test_cancelled },
    { "cancelled-midway", test_cancelled_midway },
    { "hit", test_hit },
    { "walk-reaches-all", test_walk_reaches_all },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint k = 0; k < G_N_ELEMENTS (KINDS); k++)
    for (guint t = 0; t < G_N_ELEMENTS (TESTS); t++)
      {
        g_autofree char *path = g_strdup_printf ("/canvas/layout/%s/%s", KINDS[k].name, TESTS[t].name);

        g_test_add_data_func (path, GINT_TO_POINTER (KINDS[k].kind), TESTS[t].test);
      }
  g_test_add_func ("/canvas/layout/stable-order", test_stable_order);
  g_test_add_func ("/canvas/layout/aspect", test_aspect);
  g_test_add_func ("/canvas/layout/automatic", test_automatic);
  g_test_add_func ("/canvas/layout/tidy-grid", test_tidy_grid);
  g_test_add_func ("/canvas/tween/endpoints", test_tween);
  g_test_add_func ("/canvas/hit/fast", test_hit_is_fast);

  return g_test_run ();
}
