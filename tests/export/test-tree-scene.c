/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scenes of hand-filled tables: what a row looks like, what is folded, dimmed and connected.
 */
#include "export/ov-tree-scene.h"
#include "tests/export/ov-test-table.h"

#include <string.h>
#include <time.h>

static guint32
slot_of (OvProcessTable *table,
         guint32         id)
{
  OvPid pid = test_pid (id);

  return ov_process_table_find_pid (table, &pid);
}

static const OvSceneItem *
item_of (OvScene        *scene,
         OvProcessTable *table,
         guint32         id)
{
  guint32 slot = slot_of (table, id);
  guint32 index = ov_scene_find (scene, ov_tree_scene_id_of (ov_process_table_get_row (table, slot), slot));

  return index != OV_SCENE_NONE ? &ov_scene_get_items (scene)[index] : NULL;
}

static const char *
label_of (OvScene           *scene,
          const OvSceneItem *item)
{
  return ov_scene_get_text (scene, item->label);
}

static void
test_look (void)
{
  static const struct
  {
    guint32 id;
    guint8  shape, border, dots, tone;
    const char *label;
  } rows[] = {
    { 12, OV_SHAPE_HEADER, OV_BORDER_SOLID, OV_DOTS_ALL, OV_TONE_NEUTRAL, "shop_sup" },
    { 13, OV_SHAPE_PLAIN, OV_BORDER_SOLID, OV_DOTS_UNKNOWN, OV_TONE_NEUTRAL, "Shop.Cart" },
    { 14, OV_SHAPE_NOTCHED, OV_BORDER_DASHED, OV_DOTS_UNKNOWN, OV_TONE_NEUTRAL, "evil\\x1B[2J\"<b>&\\n" },
    { 15, OV_SHAPE_HEADER, OV_BORDER_SOLID, OV_DOTS_STACK, OV_TONE_NEUTRAL, "pool" },
    { 16, OV_SHAPE_HEADER, OV_BORDER_SOLID, OV_DOTS_UNKNOWN, OV_TONE_WARNING, "stuck" },
    { 17, OV_SHAPE_PILL, OV_BORDER_DOTTED, OV_DOTS_UNKNOWN, OV_TONE_NEUTRAL, "shop_worker:init/1" },
    { 19, OV_SHAPE_PILL, OV_BORDER_DOTTED, OV_DOTS_UNKNOWN, OV_TONE_NEUTRAL, "{order,7}" },
  };
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = ov_tree_scene_build (table, &options);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const OvSceneItem *item = item_of (scene, table, rows[i].id);

      g_assert_nonnull (item);
      g_assert_cmpstr (label_of (scene, item), ==, rows[i].label);
      g_assert_cmpint (item->shape, ==, rows[i].shape);
      g_assert_cmpint (item->border, ==, rows[i].border);
      g_assert_cmpint (item->dots, ==, rows[i].dots);
      g_assert_cmpint (item->tone, ==, rows[i].tone);
      g_assert_cmpint (item->heat, ==, OV_HEAT_NONE);
    }
}

/* Ids are unique, lead back to their slots, and regions have none. */
static void
test_ids (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = ov_tree_scene_build (table, &options);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  guint n_regions = 0, n_rows = 0;

  for (guint32 i = 0; i < ov_scene_get_size (scene); i++)
    {
      const OvSceneItem *item = &ov_scene_get_items (scene)[i];
      guint32 slot = ov_tree_scene_slot_of (item->id);

      g_assert_cmpuint (item->id, !=, 0);
      g_assert_true (g_hash_table_add (seen, (gpointer) &item->id));
      n_regions += item->shape == OV_SHAPE_REGION;
      n_rows += slot != OV_SLOT_NONE;
      g_assert_true (item->shape != OV_SHAPE_REGION || slot == OV_SLOT_NONE);
    }
  g_assert_cmpuint (n_regions, ==, 2);
  g_assert_cmpuint (n_rows, ==, ov_process_table_get_n_alive (table));
}

/* A closed box says how many it hides and shows the worst of them. */
static void
test_collapsed (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  g_autoptr (OvBitset) collapsed = ov_bitset_new ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = NULL;
  const OvSceneItem *item;

  ov_bitset_add (collapsed, slot_of (table, 12));
  options.collapsed = collapsed;
  scene = ov_tree_scene_build (table, &options);
  item = item_of (scene, table, 12);
  g_assert_true (item->collapsed);
  g_assert_cmpuint (item->n_hidden, ==, 7);
  g_assert_cmpint (item->tone, ==, OV_TONE_WARNING);
  g_assert_null (item_of (scene, table, 13));
}

static void
test_filter (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = NULL;

  options.filter = "cart";
  scene = ov_tree_scene_build (table, &options);
  g_assert_false (item_of (scene, table, 13)->dim);
  g_assert_true (item_of (scene, table, 12)->dim);
}

static void
test_heat (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = NULL;
  OvHeatRamp ramp;

  test_add_figures (table, 13, 3 * 1000 * 1000, 100, 0);
  test_add_unmeasured (table, 40);
  ov_process_table_flush (table);
  options.overlay = OV_OVERLAY_MEMORY;
  scene = ov_tree_scene_build_with_ramp (table, &options, &ramp);
  g_assert_cmpfloat (ramp.high, ==, 5e6);
  g_assert_cmpfloat (ramp.low, ==, 500);
  g_assert_cmpint (item_of (scene, table, 13)->heat, >, 200);
  g_assert_cmpint (item_of (scene, table, 13)->heat, <, 254);
  g_assert_cmpint (item_of (scene, table, 40)->heat, ==, OV_HEAT_NONE);
  g_assert_cmpint (item_of (scene, table, 17)->heat, <, 100);
}

/* Processes outside with the same module stand together. */
static void
test_groups (void)
{
  g_autoptr (OvProcessTable) table = ov_process_table_new (TEST_NODE);
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = NULL;
  guint n_regions = 0;

  ov_process_table_begin_census (table);
  for (guint32 id = 1; id <= 20; id++)
    test_add_process (table, id, NULL, OV_BEHAVIOUR_UNKNOWN, id % 2 ? "odd" : "even", 0);
  test_add_process (table, 21, NULL, OV_BEHAVIOUR_UNKNOWN, "lonely", 0);
  ov_process_table_end_census (table);
  ov_process_table_flush (table);
  scene = ov_tree_scene_build (table, &options);
  for (guint32 i = 0; i < ov_scene_get_size (scene); i++)
    n_regions += ov_scene_get_items (scene)[i].shape == OV_SHAPE_REGION;
  g_assert_cmpuint (n_regions, ==, 3);
  g_assert_cmpuint (ov_scene_get_size (scene), ==, 24);
  options.hide_outside = TRUE;
  g_clear_pointer (&scene, ov_scene_unref);
  scene = ov_tree_scene_build (table, &options);
  g_assert_cmpuint (ov_scene_get_size (scene), ==, 0);
}

/* Other programs on the machine do not count. */
static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return now.tv_sec * G_GINT64_CONSTANT (1000000) + now.tv_nsec / 1000;
}

/* A flat supervisor of 100,000 is built in the time of two frames or so. */
static void
test_many (void)
{
  g_autoptr (OvProcessTable) table = ov_process_table_new (TEST_NODE);
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  gint64 best = G_MAXINT64;

  ov_process_table_begin_census (table);
  test_add_process (table, 1, "pool", OV_BEHAVIOUR_SUPERVISOR, "pool", 0);
  for (guint32 id = 2; id <= 100000; id++)
    test_add_process (table, id, NULL, OV_BEHAVIOUR_GEN_SERVER, "worker", 1);
  ov_process_table_end_census (table);
  ov_process_table_flush (table);
  options.overlay = OV_OVERLAY_MEMORY;
  for (guint i = 0; i < 5; i++)
    {
      gint64 start = get_cpu_us ();
      g_autoptr (OvScene) scene = ov_tree_scene_build (table, &options);

      best = MIN (best, get_cpu_us () - start);
      g_assert_cmpuint (ov_scene_get_size (scene), ==, 100001);
    }
  g_test_message ("100,000 rows: %.1f ms", best / 1000.0);
  g_test_minimized_result (best / 1000.0, "scene of 100,000 rows, ms");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/scene/look", test_look);
  g_test_add_func ("/export/scene/ids", test_ids);
  g_test_add_func ("/export/scene/collapsed", test_collapsed);
  g_test_add_func ("/export/scene/filter", test_filter);
  g_test_add_func ("/export/scene/heat", test_heat);
  g_test_add_func ("/export/scene/groups", test_groups);
  g_test_add_func ("/export/scene/many", test_many);

  return g_test_run ();
}
