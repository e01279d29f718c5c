/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Graphs and what is seen of them: sums of folded groups, opening by zoom without flicker, never
 * more than can be read, and edges that run side by side.
 */
#include "ov-test-graph.h"

#include "canvas/layout/ov-force.h"
#include "canvas/layout/ov-graph-walk.h"
#include "canvas/scene/ov-graph-view.h"

#include <math.h>
#include <string.h>

static guint32
add (OvGraph *graph,
     guint64  id,
     guint32  parent,
     gboolean is_group)
{
  OvGraphNode node = { .id = id, .parent = parent, .is_group = is_group, .heat = OV_HEAT_NONE,
                       .weight = is_group ? 0 : id };

  return ov_graph_add (graph, &node, "name", NULL);
}

static void
tie (OvGraph    *graph,
     guint32     from,
     guint32     to,
     float       rate,
     const char *label)
{
  OvGraphEdge edge = { .from = from, .to = to, .rate = rate, .seconds = NAN, .heat = OV_HEAT_NONE };

  ov_graph_add_edge (graph, &edge, label);
}

/* Two groups of two, and one outside: 100 { 1, 2 }, 200 { 3, 4 }, 5. */
static OvGraph *
make_small (void)
{
  OvGraph *graph = ov_graph_new (0);
  guint32 one = add (graph, 100, OV_SCENE_NONE, TRUE), a = add (graph, 1, one, FALSE);
  guint32 b = add (graph, 2, one, FALSE), two = add (graph, 200, OV_SCENE_NONE, TRUE);
  guint32 c = add (graph, 3, two, FALSE), d = add (graph, 4, two, FALSE);
  guint32 e = add (graph, 5, OV_SCENE_NONE, FALSE);

  tie (graph, a, b, 7, "inside");
  tie (graph, a, c, 10, "few");
  tie (graph, b, d, 30, "many");
  tie (graph, d, a, 5, "back");
  tie (graph, e, a, 1, NULL);
  ov_graph_freeze (graph);

  return graph;
}

static void
test_sums (void)
{
  g_autoptr (OvGraph) graph = make_small ();
  const OvGraphSum *sums = ov_graph_get_sums (graph);
  guint32 one = ov_graph_find (graph, 100);

  g_assert_cmpuint (sums[one].n_leaves, ==, 2);
  g_assert_cmpfloat (sums[one].weight, ==, 3);
  g_assert_cmpuint (ov_graph_get_nodes (graph, NULL)[one].subtree_end, ==, one + 3);
  g_assert_cmpuint (ov_graph_find (graph, 4), ==, 5);
  g_assert_cmpuint (ov_graph_find (graph, 77), ==, OV_SCENE_NONE);
  g_assert_cmpuint (ov_graph_find (graph, 0), ==, OV_SCENE_NONE);
}

static void
test_order_is_kept (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  guint32 one = add (graph, 100, OV_SCENE_NONE, TRUE), leaf = add (graph, 1, one, FALSE);

  add (graph, 2, OV_SCENE_NONE, FALSE);
  g_test_expect_message ("overstory", G_LOG_LEVEL_CRITICAL, "*open*");
  g_assert_cmpuint (add (graph, 3, one, FALSE), ==, OV_SCENE_NONE);
  g_test_assert_expected_messages ();
  g_test_expect_message ("overstory", G_LOG_LEVEL_CRITICAL, "*");
  g_assert_cmpuint (add (graph, 4, leaf, FALSE), ==, OV_SCENE_NONE);
  g_test_assert_expected_messages ();
}

static void
test_worst_and_heat (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  OvGraphNode node = { .id = 9, .parent = OV_SCENE_NONE, .is_group = TRUE, .heat = OV_HEAT_NONE };
  guint32 group = ov_graph_add (graph, &node, "group", NULL);

  node = (OvGraphNode) { .id = 1, .parent = group, .heat = 200, .weight = 3, .tone = OV_TONE_WARNING, .dim = 1 };
  ov_graph_add (graph, &node, NULL, NULL);
  node = (OvGraphNode) { .id = 2, .parent = group, .heat = 0, .weight = 1 };
  ov_graph_add (graph, &node, NULL, NULL);
  node = (OvGraphNode) { .id = 3, .parent = group, .heat = OV_HEAT_NONE, .weight = NAN };
  ov_graph_add (graph, &node, "\xff bad", NULL);
  ov_graph_freeze (graph);
  g_assert_cmpuint (ov_graph_get_sums (graph)[group].worst, ==, OV_TONE_WARNING);
  g_assert_cmpuint (ov_graph_get_sums (graph)[group].heat, ==, 150);
  g_assert_cmpuint (ov_graph_get_sums (graph)[3].heat, ==, OV_HEAT_NONE);
  g_assert_cmpfloat (ov_graph_get_sums (graph)[group].weight, ==, 4);
  g_assert_false (ov_graph_get_sums (graph)[group].dim);
  g_assert_true (g_utf8_validate (ov_graph_get_text (graph, ov_graph_get_nodes (graph, NULL)[3].label), -1, NULL));
}

static void
test_fold_sums_edges (void)
{
  g_autoptr (OvGraph) graph = make_small ();
  guint8 shut[7] = { 0 }, half[7] = { 1 };
  g_autoptr (OvGraphFold) all = ov_graph_fold (graph, shut);
  g_autoptr (OvGraphFold) some = ov_graph_fold (graph, half);

  /* 100, 200 and 5; 100 to 200 is 10 + 30, the edge inside is gone. */
  g_assert_cmpuint (all->n_shown, ==, 3);
  g_assert_cmpuint (all->n_edges, ==, 3);
  g_assert_cmpuint (all->edges[0].from, ==, 0);
  g_assert_cmpuint (all->edges[0].to, ==, 3);
  g_assert_cmpfloat (all->edges[0].rate, ==, 40);
  g_assert_cmpstr (ov_graph_get_text (graph, all->edges[0].label), ==, "many");
  g_assert_cmpuint (all->stands_for[2], ==, 0);
  g_assert_cmpfloat (all->edges[1].rate, ==, 5);

  g_assert_cmpuint (some->n_shown, ==, 5);
  g_assert_cmpuint (some->stands_for[0], ==, 0);
  g_assert_cmpuint (some->stands_for[1], ==, 1);
  g_assert_cmpuint (some->stands_for[4], ==, 3);
  for (guint32 i = 1; i < some->n_edges; i++)
    g_assert_cmpfloat (some->edges[i].rate, <=, some->edges[i - 1].rate);
}

/* What is between shown nodes and what is folded away is all there is, at any fold. */
static void
test_fold_keeps_totals (void)
{
  OvTestGraph options = { .n_leaves = 400, .n_edges = 2000, .seed = 3 };
  g_autoptr (OvGraph) graph = ov_test_graph_system (&options);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  const OvGraphEdge *edges;
  guint32 n, n_edges;

  ov_graph_get_nodes (graph, &n);
  edges = ov_graph_get_edges (graph, &n_edges);
  for (guint round = 0; round < 20; round++)
    {
      g_autofree guint8 *open = g_new (guint8, n);
      g_autoptr (OvGraphFold) fold = NULL;
      double all = 0, summed = 0;

      for (guint32 i = 0; i < n; i++)
        open[i] = g_rand_int_range (rand, 0, 2);
      fold = ov_graph_fold (graph, open);
      for (guint32 i = 0; i < n_edges; i++)
        if (fold->stands_for[edges[i].from] != fold->stands_for[edges[i].to])
          all += edges[i].rate;
      for (guint32 i = 0; i < fold->n_edges; i++)
        summed += fold->edges[i].rate;
      g_assert_cmpfloat_with_epsilon (all, summed, all * 1e-4);
    }
}

typedef struct
{
  OvGraph     *graph;
  OvGraphView *view;
  OvViewport   whole, at;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  n_leaves)
{
  guint32 n = GPOINTER_TO_UINT (n_leaves);
  OvTestGraph options = { .n_leaves = n, .n_edges = n * 3, .seed = 11 };
  OvGraphLayout *layout;

  fixture->graph = ov_test_graph_system (&options);
  layout = ov_force_compute (fixture->graph, NULL, NULL, NULL);
  fixture->view = ov_graph_view_new ();
  fixture->whole = (OvViewport) { 0, 0, 1, 1400, 900 };
  ov_viewport_fit (&fixture->whole, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, 24, 1.5);
  fixture->at = fixture->whole;
  ov_graph_view_set_graph (fixture->view, fixture->graph, layout);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  n_leaves)
{
  ov_graph_view_free (fixture->view);
  ov_graph_unref (fixture->graph);
}

static void
look (Fixture *fixture,
      double   nearness,
      double   x,
      double   y)
{
  fixture->at = fixture->whole;
  ov_viewport_zoom_at (&fixture->at, x, y, nearness, 1e-4, 10);
  ov_graph_view_choose (fixture->view, &fixture->at);
  ov_graph_view_advance (fixture->view, INFINITY);
  ov_graph_view_update (fixture->view, &fixture->at, 1, NULL);
}

static guint
count_open (Fixture *fixture)
{
  const OvGraphNode *nodes;
  guint32 n;
  guint n_open = 0;

  nodes = ov_graph_get_nodes (fixture->graph, &n);
  for (guint32 i = 0; i < n; i++)
    n_open += ov_graph_view_is_open (fixture->view, nodes[i].id);

  return n_open;
}

static guint
count_in_view (Fixture *fixture)
{
  const OvLayout *places = ov_graph_view_get_places (fixture->view);
  const OvSceneItem *items = ov_scene_get_items (ov_graph_view_get_scene (fixture->view));
  guint n = 0;

  for (guint32 i = 0; i < places->n; i++)
    {
      double x, y;

      ov_viewport_to_screen (&fixture->at, places->boxes[i].x, places->boxes[i].y, &x, &y);
      n += items[i].subtree_end == i + 1 && x < fixture->at.width && y < fixture->at.height
           && x + places->boxes[i].width * fixture->at.zoom > 0
           && y + places->boxes[i].height * fixture->at.zoom > 0;
    }

  return n;
}

/* However near: what is in view can be read, and what is not drawn is counted. */
static void
test_never_too_much (Fixture       *fixture,
                     gconstpointer  n_leaves)
{
  for (double nearness = 0.5; nearness < 60; nearness *= 1.31)
    {
      const OvGraphCurve *curves;
      guint n;

      look (fixture, nearness, 500, 350);
      g_assert_cmpuint (count_in_view (fixture), <=, OV_GRAPH_MAX_SHOWN);
      curves = ov_graph_view_get_curves (fixture->view, &n);
      g_assert_cmpuint (n, <=, OV_GRAPH_MAX_EDGES * 3 / 2);
      for (guint i = 1; i < n; i++)
        g_assert_cmpfloat (curves[i].rate, >=, curves[i - 1].rate);
    }
}

static void
test_zoom_opens_and_folds (Fixture       *fixture,
                           gconstpointer  n_leaves)
{
  guint far, near;

  look (fixture, 0.1, 700, 450);
  far = count_open (fixture);
  look (fixture, 12, 700, 450);
  near = count_open (fixture);
  g_assert_cmpuint (near, >, far + 2);
  look (fixture, 0.1, 700, 450);
  g_assert_cmpuint (count_open (fixture), ==, far);
}

/* A hand that trembles on the wheel changes nothing: what opened stays open until it is clearly too small. */
static void
test_no_flicker (Fixture       *fixture,
                 gconstpointer  n_leaves)
{
  for (double nearness = 0.5; nearness < 20; nearness *= 1.4)
    {
      guint n;

      look (fixture, nearness, 700, 450);
      look (fixture, nearness * 1.04, 700, 450);
      n = count_open (fixture);
      for (guint i = 0; i < 6; i++)
        {
          look (fixture, nearness * (i % 2 == 0 ? 1 : 1.04), 700, 450);
          g_assert_cmpuint (count_open (fixture), ==, n);
        }
    }
}

static void
test_pins (Fixture       *fixture,
           gconstpointer  n_leaves)
{
  guint64 group = ov_graph_get_nodes (fixture->graph, NULL)[0].id;
  OvBox box = ov_graph_view_get_layout (fixture->view)->boxes[0];
  double x, y;

  look (fixture, 0.2, 700, 450);
  g_assert_false (ov_graph_view_is_open (fixture->view, group));
  ov_graph_view_pin (fixture->view, group, 1);
  look (fixture, 0.2, 700, 450);
  g_assert_true (ov_graph_view_is_open (fixture->view, group));
  ov_graph_view_pin (fixture->view, group, 0);
  ov_viewport_to_screen (&fixture->whole, box.x + box.width / 2, box.y + box.height / 2, &x, &y);
  look (fixture, 30, x, y);
  g_assert_false (ov_graph_view_is_open (fixture->view, group));
  ov_graph_view_unfold (fixture->view, 1);
  look (fixture, 30, x, y);
  g_assert_true (ov_graph_view_is_open (fixture->view, group));

  /* Out of view it is folded, pinned or not. */
  ov_graph_view_pin (fixture->view, group, 1);
  fixture->at.x += 1e6;
  ov_graph_view_choose (fixture->view, &fixture->at);
  g_assert_false (ov_graph_view_is_open (fixture->view, group));
  look (fixture, 30, x, y);
  g_assert_true (ov_graph_view_is_open (fixture->view, group));
}

/* At the zoom that is named for a node it is itself that is drawn. */
static void
test_zoom_for (Fixture       *fixture,
               gconstpointer  n_leaves)
{
  for (guint64 id = 1; id <= 200; id += 37)
    {
      guint32 i = ov_graph_find (fixture->graph, id);
      OvBox box = ov_graph_view_get_layout (fixture->view)->boxes[i];

      look (fixture, 1, 0, 0);
      fixture->at.zoom = ov_graph_view_get_zoom_for (fixture->view, id);
      fixture->at.x = box.x + box.width / 2 - fixture->at.width / 2 / fixture->at.zoom;
      fixture->at.y = box.y + box.height / 2 - fixture->at.height / 2 / fixture->at.zoom;
      ov_graph_view_choose (fixture->view, &fixture->at);
      ov_graph_view_advance (fixture->view, INFINITY);
      ov_graph_view_update (fixture->view, &fixture->at, 1, NULL);
      g_assert_cmpuint (ov_graph_view_stand_in (fixture->view, id), ==, id);
      g_assert_true (ov_graph_view_get_box (fixture->view, id, &box));
      g_assert_cmpuint (ov_graph_view_find_node (fixture->view, fixture->at.width / 2, fixture->at.height / 2),
                        ==, id);
    }
}

/* Cards never overlap, at any zoom. */
static void
test_cards_stay_apart (Fixture       *fixture,
                       gconstpointer  n_leaves)
{
  for (double nearness = 0.3; nearness < 20; nearness *= 1.7)
    {
      const OvLayout *places;
      const OvSceneItem *items;

      look (fixture, nearness, 600, 400);
      places = ov_graph_view_get_places (fixture->view);
      items = ov_scene_get_items (ov_graph_view_get_scene (fixture->view));
      for (guint32 a = 0; a < places->n; a++)
        for (guint32 b = a + 1; b < places->n; b++)
          {
            const OvBox *one = &places->boxes[a], *two = &places->boxes[b];

            if (items[a].subtree_end > a + 1 || items[b].subtree_end > b + 1)
              continue;
            g_assert_true (one->x + one->width <= two->x || two->x + two->width <= one->x
                           || one->y + one->height <= two->y || two->y + two->height <= one->y);
          }
    }
}

/* A group opens by and by: its hull grows out of its card, its members stay inside all the way. */
static void
test_opens_smoothly (Fixture       *fixture,
                     gconstpointer  n_leaves)
{
  guint64 group = ov_graph_get_nodes (fixture->graph, NULL)[0].id;
  guint64 member = ov_graph_get_nodes (fixture->graph, NULL)[1].id;
  OvBox hull, inside;
  double last;
  guint n_frames = 0;

  look (fixture, 0.2, 700, 450);
  g_assert_true (ov_graph_view_get_box (fixture->view, group, &hull));
  g_assert_false (ov_graph_view_get_box (fixture->view, member, &inside));
  last = hull.width * hull.height;
  ov_graph_view_pin (fixture->view, group, 1);
  ov_graph_view_choose (fixture->view, &fixture->at);
  while (ov_graph_view_advance (fixture->view, 1 / 60.0))
    {
      ov_graph_view_update (fixture->view, &fixture->at, 1, NULL);
      g_assert_true (ov_graph_view_get_box (fixture->view, group, &hull));
      g_assert_true (ov_graph_view_get_box (fixture->view, member, &inside));
      g_assert_cmpfloat (hull.width * hull.height, >=, last - 1e-6);
      g_assert_cmpfloat (inside.x, >=, hull.x - 1e-6);
      g_assert_cmpfloat (inside.x + inside.width, <=, hull.x + hull.width + 1e-6);
      last = hull.width * hull.height;
      n_frames++;
    }
  g_assert_cmpuint (n_frames, >, 8);
  g_assert_cmpuint (n_frames, <, 20);
}

static void
test_both_ways_side_by_side (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  g_autoptr (OvGraphView) view = ov_graph_view_new ();
  guint32 a = add (graph, 1, OV_SCENE_NONE, FALSE), b = add (graph, 2, OV_SCENE_NONE, FALSE);
  OvViewport at = { 0, 0, 1, 1400, 900 };
  OvGraphCurve there, back;
  double x0, y0, x1, y1;
  OvGraphLayout *layout;

  tie (graph, a, b, 10, "there");
  tie (graph, b, a, 20, "back");
  ov_graph_freeze (graph);
  layout = ov_force_compute (graph, NULL, NULL, NULL);
  ov_viewport_fit (&at, layout->bounds.x, layout->bounds.y, layout->bounds.width, layout->bounds.height, 24, 1);
  ov_graph_view_set_graph (view, graph, layout);
  ov_graph_view_choose (view, &at);
  ov_graph_view_update (view, &at, 1, NULL);
  g_assert_true (ov_graph_view_get_way (view, 1, 2, &there));
  g_assert_true (ov_graph_view_get_way (view, 2, 1, &back));
  g_assert_false (ov_graph_view_get_way (view, 1, 1, &back));
  g_assert_false (ov_graph_view_get_way (view, 1, 9, &back));
  ov_graph_curve_at (&there, 0.5, &x0, &y0);
  ov_graph_curve_at (&back, 0.5, &x1, &y1);
  g_assert_cmpfloat (hypot (x1 - x0, y1 - y0), >, 4);
  g_assert_cmpfloat (back.width, >, there.width);
  g_assert_cmpint (ov_graph_view_find_curve (view, x0, y0, 2), >=, 0);
  g_assert_cmpint (ov_graph_view_find_curve (view, 3, 3, 2), ==, -1);
}

static void
test_interest (Fixture       *fixture,
               gconstpointer  n_leaves)
{
  OvGraphInterest interest = { 0 };
  guint64 path[2], ends[2] = { 0, 0 };
  const OvGraphCurve *curves;
  const OvSceneItem *items;
  guint n, n_steps = 0, n_touching = 0;

  look (fixture, 1, 700, 450);
  items = ov_scene_get_items (ov_graph_view_get_scene (fixture->view));
  curves = ov_graph_view_get_curves (fixture->view, &n);
  g_assert_cmpuint (n, >, 3);
  path[0] = ends[0] = items[curves[n - 1].from].id;
  path[1] = ends[1] = items[curves[n - 1].to].id;

  interest.path = path;
  interest.n_path = 1;
  ov_graph_view_update (fixture->view, &fixture->at, 1, &interest);
  curves = ov_graph_view_get_curves (fixture->view, &n);
  for (guint i = 0; i < n; i++)
    n_steps += curves[i].step == 1 && (curves[i].state & OV_CURVE_DIM) == 0;
  g_assert_cmpuint (n_steps, ==, 1);

  interest = (OvGraphInterest) { .focus = ends[0], .selected_edge = { ends[0], ends[1] } };
  ov_graph_view_update (fixture->view, &fixture->at, 1, &interest);
  items = ov_scene_get_items (ov_graph_view_get_scene (fixture->view));
  curves = ov_graph_view_get_curves (fixture->view, &n);
  for (guint i = 0; i < n; i++)
    {
      gboolean touches = items[curves[i].from].id == ends[0] || items[curves[i].to].id == ends[0];

      n_touching += touches;
      g_assert_cmpint ((curves[i].state & OV_CURVE_DIM) != 0, ==, !touches);
    }
  g_assert_cmpuint (n_touching, >, 0);
  g_assert_false (items[ov_scene_find (ov_graph_view_get_scene (fixture->view), ends[1])].dim);
}

static void
test_walk (Fixture       *fixture,
           gconstpointer  n_leaves)
{
  guint64 busiest, parent;

  look (fixture, 6, 500, 400);
  busiest = ov_graph_walk (fixture->view, 0, OV_STEP_FIRST);
  g_assert_cmpuint (busiest, !=, 0);
  g_assert_cmpuint (ov_graph_walk (fixture->view, busiest, OV_STEP_LAST), !=, busiest);
  parent = ov_graph_walk (fixture->view, busiest, OV_STEP_PARENT);
  for (OvStep step = OV_STEP_UP; step <= OV_STEP_RIGHT; step++)
    {
      guint64 to = ov_graph_walk (fixture->view, busiest, step);
      OvBox from_box, to_box;

      if (to == busiest)
        continue;
      g_assert_true (ov_graph_view_get_box (fixture->view, busiest, &from_box));
      g_assert_true (ov_graph_view_get_box (fixture->view, to, &to_box));
      if (step == OV_STEP_LEFT)
        g_assert_cmpfloat (to_box.x + to_box.width / 2, <, from_box.x + from_box.width / 2);
      if (step == OV_STEP_DOWN)
        g_assert_cmpfloat (to_box.y + to_box.height / 2, >, from_box.y + from_box.height / 2);
    }
  if (parent != busiest)
    g_assert_cmpuint (ov_graph_walk (fixture->view, parent, OV_STEP_CHILD), !=, parent);
}

static void
test_rates (void)
{
  static const struct { double rate; const char *text; } RATES[] = {
    { 0, "0/s" }, { 0.25, "0.2/s" }, { 9.94, "9.9/s" }, { 340, "340/s" }, { 999.4, "999/s" },
    { 1234, "1.2 k/s" }, { 15600, "16 k/s" }, { 999600, "1.0 M/s" }, { 2.5e6, "2.5 M/s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (RATES); i++)
    {
      g_autofree char *text = ov_graph_dup_rate (RATES[i].rate);

      g_assert_cmpstr (text, ==, RATES[i].text);
    }
}

static const struct
{
  const char *path;
  void      (*test) (Fixture *fixture, gconstpointer n_leaves);
} TESTS[] = {
  { "/canvas/graph/never-too-much", test_never_too_much },
  { "/canvas/graph/zoom-opens-and-folds", test_zoom_opens_and_folds },
  { "/canvas/graph/no-flicker", test_no_flicker },
  { "/canvas/graph/pins", test_pins },
  { "/canvas/graph/zoom-for", test_zoom_for },
  { "/canvas/graph/cards-stay-apart", test_cards_stay_apart },
  { "/canvas/graph/opens-smoothly", test_opens_smoothly },
  { "/canvas/graph/interest", test_interest },
  { "/canvas/graph/walk", test_walk },
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/graph/sums", test_sums);
  g_test_add_func ("/canvas/graph/order-is-kept", test_order_is_kept);
  g_test_add_func ("/canvas/graph/worst-and-heat", test_worst_and_heat);
  g_test_add_func ("/canvas/graph/fold-sums-edges", test_fold_sums_edges);
  g_test_add_func ("/canvas/graph/fold-keeps-totals", test_fold_keeps_totals);
  g_test_add_func ("/canvas/graph/both-ways-side-by-side", test_both_ways_side_by_side);
  g_test_add_func ("/canvas/graph/rates", test_rates);
  for (guint i = 0; i < G_N_ELEMENTS (TESTS); i++)
    g_test_add (TESTS[i].path, Fixture, GUINT_TO_POINTER (900), set_up, TESTS[i].test, tear_down);

  return g_test_run ();
}
