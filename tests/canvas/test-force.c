/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layout of graphs: nothing overlaps, the same graph gives the same places, who stays does so
 * where he was, what belongs together stands together, and the whole has the proportion of a
 * window.
 */
#include "ov-test-graph.h"

#include "canvas/layout/ov-force.h"

#include <math.h>
#include <string.h>

/* Farther than this is more than "a few pixels". */
#define A_FEW 4.0

static OvGraph *
make (guint32  n,
      guint32  n_edges,
      guint32  seed,
      gboolean flat,
      guint32  skip)
{
  OvTestGraph options = { .n_leaves = n, .n_edges = n_edges, .seed = seed, .flat = flat, .skip = skip,
                          .mute = n_edges == 0 };

  return ov_test_graph_system (&options);
}

static gboolean
overlap (const OvBox *a,
         const OvBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

static gboolean
holds (const OvBox *outer,
       const OvBox *inner)
{
  return inner->x >= outer->x && inner->y >= outer->y && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

static void
assert_valid (const OvGraph       *graph,
              const OvGraphLayout *layout)
{
  const OvGraphNode *nodes;
  guint32 n;

  nodes = ov_graph_get_nodes (graph, &n);
  g_assert_cmpuint (layout->n, ==, n);
  for (guint32 i = 0; i < n; i++)
    {
      const OvBox *box = &layout->boxes[i];
      guint32 parent = nodes[i].parent, end = parent == OV_SCENE_NONE ? n : nodes[parent].subtree_end;

      g_assert_true (isfinite (box->x) && isfinite (box->y));
      g_assert_cmpfloat (box->width, >=, 64);
      g_assert_true (holds (parent == OV_SCENE_NONE ? &layout->bounds : &layout->boxes[parent], box));
      for (guint32 other = nodes[i].subtree_end; other < end; other = nodes[other].subtree_end)
        g_assert_false (overlap (box, &layout->boxes[other]));
    }
}

static void
test_no_overlap (void)
{
  static const struct { guint32 n, n_edges; gboolean flat; } GRAPHS[] = {
    { 0, 0, FALSE }, { 1, 0, TRUE }, { 2, 3, TRUE }, { 12, 20, FALSE }, { 60, 300, FALSE }, { 300, 900, FALSE },
    { 300, 0, FALSE }, { 500, 1500, TRUE }, { 1200, 3000, TRUE }, { 1500, 5000, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (GRAPHS); i++)
    for (guint32 seed = 1; seed <= 3; seed++)
      {
        g_autoptr (OvGraph) graph = make (GRAPHS[i].n, GRAPHS[i].n_edges, seed, GRAPHS[i].flat, 0);
        g_autoptr (OvGraphLayout) layout = ov_force_compute (graph, NULL, NULL, NULL);

        assert_valid (graph, layout);
      }
}

static gpointer
compute_in_thread (gpointer graph)
{
  return ov_force_compute (graph, NULL, NULL, NULL);
}

static void
test_deterministic (void)
{
  for (guint flat = 0; flat < 2; flat++)
    {
      g_autoptr (OvGraph) one = make (1300, 4000, 9, flat != 0, 0);
      g_autoptr (OvGraph) two = make (1300, 4000, 9, flat != 0, 0);
      GThread *thread = g_thread_new ("layout", compute_in_thread, two);
      g_autoptr (OvGraphLayout) a = ov_force_compute (one, NULL, NULL, NULL);
      g_autoptr (OvGraphLayout) b = g_thread_join (thread);

      g_assert_cmpuint (a->n, ==, b->n);
      g_assert_cmpmem (a->boxes, a->n * sizeof (OvBox), b->boxes, b->n * sizeof (OvBox));
    }
}

typedef struct
{
  guint32 n_stay, n_moved;
  double  farthest, mean;
} Moves;

static Moves
measure_moves (const OvGraph       *before,
               const OvGraphLayout *old,
               const OvGraph       *after,
               const OvGraphLayout *new)
{
  const OvGraphNode *nodes;
  Moves moves = { 0 };
  guint32 n;

  nodes = ov_graph_get_nodes (before, &n);
  for (guint32 i = 0; i < n; i++)
    {
      guint32 now = ov_graph_find (after, nodes[i].id);
      double distance;

      if (now == OV_SCENE_NONE || nodes[i].is_group)
        continue;
      distance = hypot (new->boxes[now].x - old->boxes[i].x, new->boxes[now].y - old->boxes[i].y);
      moves.n_stay++;
      moves.n_moved += distance > A_FEW;
      moves.farthest = MAX (moves.farthest, distance);
      moves.mean += distance;
    }
  moves.mean /= MAX (moves.n_stay, 1);

  return moves;
}

/* One in @skip goes, then comes again: at most @share of the others may be moved. */
static void
check_stable (guint32  n,
              guint32  n_edges,
              gboolean flat,
              guint32  skip,
              double   share)
{
  guint32 n_stay = 0, n_moved = 0;
  double farthest = 0;

  for (guint32 seed = 1; seed <= 4; seed++)
    {
      g_autoptr (OvGraph) all = make (n, n_edges, seed, flat, 0);
      g_autoptr (OvGraph) fewer = make (n, n_edges, seed, flat, skip);
      g_autoptr (OvGraphLayout) first = ov_force_compute (fewer, NULL, NULL, NULL);
      g_autoptr (OvGraphLayout) more = ov_force_compute (all, fewer, first, NULL);
      g_autoptr (OvGraphLayout) again = ov_force_compute (fewer, all, more, NULL);
      Moves coming = measure_moves (fewer, first, all, more), going = measure_moves (all, more, fewer, again);

      assert_valid (all, more);
      assert_valid (fewer, again);
      n_stay += coming.n_stay + going.n_stay;
      n_moved += coming.n_moved + going.n_moved;
      farthest = MAX (farthest, MAX (coming.farthest, going.farthest));
      g_assert_cmpuint (going.n_moved, ==, 0);
    }
  g_test_message ("%u nodes, one in %u comes: %u of %u moved more than %.0f, the farthest by %.0f", n, skip,
                  n_moved, n_stay, A_FEW, farthest);
  g_assert_cmpuint (n_moved, <=, n_stay * share);
}

static void
test_stable (void)
{
  check_stable (100, 300, FALSE, 30, 0.02);
  check_stable (300, 900, FALSE, 40, 0.02);
  check_stable (1000, 3000, FALSE, 50, 0.02);
  check_stable (300, 900, TRUE, 20, 0);
  check_stable (1500, 5000, TRUE, 20, 0);
}

/* Nothing has changed: nothing moves, for ever. */
static void
test_rests (void)
{
  g_autoptr (OvGraph) graph = make (400, 1200, 3, FALSE, 0);
  g_autoptr (OvGraphLayout) first = ov_force_compute (graph, NULL, NULL, NULL);
  g_autoptr (OvGraphLayout) layout = ov_force_compute (graph, graph, first, NULL);

  for (guint i = 0; i < 5; i++)
    {
      OvGraphLayout *next = ov_force_compute (graph, graph, layout, NULL);

      g_assert_cmpmem (next->boxes, next->n * sizeof (OvBox), first->boxes, first->n * sizeof (OvBox));
      ov_graph_layout_free (layout);
      layout = next;
    }
}

static void
test_aspect (void)
{
  static const guint32 SIZES[] = { 100, 300, 1000, 3000 };

  for (guint i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autoptr (OvGraph) graph = make (SIZES[i], SIZES[i] * 3, 7, FALSE, 0);
      g_autoptr (OvGraphLayout) layout = ov_force_compute (graph, NULL, NULL, NULL);
      double aspect = layout->bounds.width / layout->bounds.height;

      g_test_message ("%u: %.2f:1", SIZES[i], aspect);
      g_assert_cmpfloat (aspect, >, 1.0);
      g_assert_cmpfloat (aspect, <, 2.1);
    }
}

static guint32
add_leaf (OvGraph *graph,
          guint64  id)
{
  OvGraphNode node = { .id = id, .parent = OV_SCENE_NONE, .heat = OV_HEAT_NONE };

  return ov_graph_add (graph, &node, "leaf", NULL);
}

static void
tie (OvGraph *graph,
     guint32  from,
     guint32  to)
{
  OvGraphEdge edge = { .from = from, .to = to, .rate = 1, .heat = OV_HEAT_NONE };

  ov_graph_add_edge (graph, &edge, NULL);
}

/* Many parts that have nothing to do with each other take little more room than they need. */
static void
test_parts_are_packed (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  g_autoptr (OvGraphLayout) layout = NULL;
  double used = 0, area;

  for (guint32 part = 0; part < 60; part++)
    {
      guint32 first = add_leaf (graph, part * 10 + 1);

      for (guint32 i = 1; i < part % 5; i++)
        tie (graph, first, add_leaf (graph, part * 10 + 1 + i));
    }
  ov_graph_freeze (graph);
  layout = ov_force_compute (graph, NULL, NULL, NULL);
  assert_valid (graph, layout);
  for (guint32 i = 0; i < layout->n; i++)
    used += (layout->boxes[i].width + OV_GRAPH_GAP) * (layout->boxes[i].height + OV_GRAPH_GAP);
  area = layout->bounds.width * layout->bounds.height;
  g_assert_cmpfloat (area, <, 1.7 * used);
}

/* Who talks to each other stands nearer than who does not. */
static void
test_neighbours_are_near (void)
{
  for (guint32 n = 300; n <= 1500; n += 1200)
    {
      g_autoptr (OvGraph) graph = make (n, n * 2, 5, TRUE, 0);
      g_autoptr (OvGraphLayout) layout = ov_force_compute (graph, NULL, NULL, NULL);
      const OvGraphEdge *edges;
      double tied = 0, any = 0;
      guint32 n_edges;

      edges = ov_graph_get_edges (graph, &n_edges);
      for (guint32 i = 0; i < n_edges; i++)
        {
          const OvBox *from = &layout->boxes[edges[i].from], *to = &layout->boxes[edges[i].to];
          const OvBox *other = &layout->boxes[(edges[i].to + 7919 * (i + 1)) % n];

          tied += hypot (to->x - from->x, to->y - from->y);
          any += hypot (other->x - from->x, other->y - from->y);
        }
      g_test_message ("%u: neighbours %.2f of the usual distance", n, tied / any);
      g_assert_cmpfloat (tied, <, 0.75 * any);
    }
}

/* A leaf among large groups is as near to being seen as they are. */
static void
test_leaf_beside_groups (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  g_autoptr (OvGraphLayout) layout = NULL;
  guint32 hub;

  for (guint32 group = 0; group < 5; group++)
    {
      OvGraphNode node = { .id = 1000 + group, .parent = OV_SCENE_NONE, .is_group = TRUE };
      guint32 at = ov_graph_add (graph, &node, "group", NULL);

      for (guint32 i = 0; i < 60; i++)
        {
          node = (OvGraphNode) { .id = group * 100 + i + 1, .parent = at };
          ov_graph_add (graph, &node, "leaf", NULL);
        }
    }
  hub = add_leaf (graph, 5000);
  for (guint32 i = 1; i < hub; i += 3)
    if (!ov_graph_get_nodes (graph, NULL)[i].is_group)
      tie (graph, i, hub);
  ov_graph_freeze (graph);
  layout = ov_force_compute (graph, NULL, NULL, NULL);
  assert_valid (graph, layout);
  g_assert_cmpfloat (layout->boxes[hub].width, >, 1.9 * layout->boxes[1].width);
}

/* Neither depth nor a hostile tree makes it fail. */
static void
test_deep_nesting (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  g_autoptr (OvGraphLayout) layout = NULL;
  guint32 parent = OV_SCENE_NONE;

  for (guint32 i = 0; i < 400; i++)
    {
      OvGraphNode node = { .id = i + 1, .parent = parent, .is_group = TRUE };

      parent = ov_graph_add (graph, &node, "deep", NULL);
    }
  ov_graph_add (graph, &(OvGraphNode) { .id = 9999, .parent = parent }, "leaf", NULL);
  tie (graph, 400, 7);
  tie (graph, 3, 3);
  ov_graph_freeze (graph);
  layout = ov_force_compute (graph, NULL, NULL, NULL);
  assert_valid (graph, layout);
}

static void
test_size_follows_weight (void)
{
  g_autoptr (OvGraph) graph = ov_graph_new (0);
  g_autoptr (OvGraphLayout) layout = NULL;
  static const float WEIGHTS[] = { 0, 100, 1e9f };

  for (guint i = 0; i < G_N_ELEMENTS (WEIGHTS); i++)
    ov_graph_add (graph, &(OvGraphNode) { .id = i + 1, .parent = OV_SCENE_NONE, .weight = WEIGHTS[i] }, NULL, NULL);
  ov_graph_freeze (graph);
  layout = ov_force_compute (graph, NULL, NULL, NULL);
  g_assert_cmpfloat (layout->boxes[0].width, <, layout->boxes[1].width);
  g_assert_cmpfloat (layout->boxes[1].width, <, layout->boxes[2].width);
  g_assert_cmpfloat (layout->boxes[2].width, <=, 2 * layout->boxes[0].width);
}

static void
test_cancelled (void)
{
  g_autoptr (OvGraph) graph = make (2000, 6000, 3, TRUE, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_null (ov_force_compute (graph, NULL, NULL, cancellable));
}

/* The largest that is promised: it ends, and is right. */
static void
test_large (void)
{
  g_autoptr (OvGraph) graph = make (5000, 20000, 7, TRUE, 0);
  g_autoptr (OvGraphLayout) layout = ov_force_compute (graph, NULL, NULL, NULL);

  assert_valid (graph, layout);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/force/no-overlap", test_no_overlap);
  g_test_add_func ("/canvas/force/deterministic", test_deterministic);
  g_test_add_func ("/canvas/force/stable", test_stable);
  g_test_add_func ("/canvas/force/rests", test_rests);
  g_test_add_func ("/canvas/force/aspect", test_aspect);
  g_test_add_func ("/canvas/force/parts-are-packed", test_parts_are_packed);
  g_test_add_func ("/canvas/force/neighbours-are-near", test_neighbours_are_near);
  g_test_add_func ("/canvas/force/leaf-beside-groups", test_leaf_beside_groups);
  g_test_add_func ("/canvas/force/deep-nesting", test_deep_nesting);
  g_test_add_func ("/canvas/force/size-follows-weight", test_size_follows_weight);
  g_test_add_func ("/canvas/force/cancelled", test_cancelled);
  g_test_add_func ("/canvas/force/large", test_large);

  return g_test_run ();
}
