/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same options give the same graph: everything comes from one seeded generator.  Whether a leaf
 * is left out changes nothing about the others, so that two graphs of one seed differ by births and
 * deaths only.
 */
#include "ov-test-graph.h"

#include <math.h>

typedef struct
{
  const OvTestGraph *options;
  OvGraph           *graph;
  GRand             *rand;
  guint32           *index_of;  /* by leaf number, OV_SCENE_NONE: left out */
  guint32           *area_of;   /* which application */
  guint32            n_leaves, n_nodes;
  guint32            hubs[16];  /* by area: the leaf that most of them talk to */
} Maker;

static const char *const AREAS[] = {
  "rabbit", "shop", "kernel", "ssl", "mnesia", "ranch", "cowboy", "logger", "inets", "amqp_client",
  "prometheus", "os_mon", "phoenix", "ecto", "telemetry", "sasl",
};
static const char *const NAMES[] = {
  "queue", "connection", "channel", "cart", "order", "session", "writer", "reader", "metrics", "index",
  "cache", "worker", "payment_gateway", "user", "pool", "router",
};
static const char *const MESSAGES[] = {
  "{'$gen_call', _, {get, _}}", "{deliver, _}", "{tcp, _, _}", "flush", "{publish, _, _}", "{ack, _}", "tick",
};

static guint32
add_node (Maker      *maker,
          guint32     parent,
          gboolean    is_group,
          OvShape     shape,
          const char *label)
{
  OvGraphNode node = { .id = 100000 + maker->n_nodes, .parent = parent, .is_group = is_group,
                       .shape = shape, .heat = OV_HEAT_NONE, .mono = OV_MONO_SUBLABEL };
  g_autofree char *pid = g_strdup_printf ("<0.%u.0>", 90 + maker->n_nodes);

  maker->n_nodes++;

  return ov_graph_add (maker->graph, &node, label, shape == OV_SHAPE_REGION ? NULL : pid);
}

static void
add_leaf (Maker      *maker,
          guint32     parent,
          guint32     area,
          const char *name)
{
  static const guint8 SHAPES[] = { OV_SHAPE_PLAIN, OV_SHAPE_PLAIN, OV_SHAPE_NOTCHED, OV_SHAPE_BARRED,
                                   OV_SHAPE_PILL };
  guint32 dice = g_rand_int_range (maker->rand, 0, 1000);
  float weight = exp (g_rand_double_range (maker->rand, 0, 9));
  g_autofree char *label = g_strdup_printf ("%s_%u", name, maker->n_leaves);
  OvGraphNode node = { .id = 1 + maker->n_leaves, .parent = parent, .weight = weight,
                       .shape = SHAPES[dice % G_N_ELEMENTS (SHAPES)], .heat = OV_HEAT_NONE,
                       .mono = OV_MONO_SUBLABEL };
  g_autofree char *pid = g_strdup_printf ("<0.%u.0>", 200 + maker->n_leaves);

  if (maker->options->heat)
    node.heat = dice * dice / 4000;
  if (maker->options->trouble && dice < 4)
    node.tone = OV_TONE_WARNING;
  maker->area_of[maker->n_leaves] = area;
  maker->index_of[maker->n_leaves] = OV_SCENE_NONE;
  if (maker->options->skip == 0 || maker->n_leaves % maker->options->skip != 3)
    maker->index_of[maker->n_leaves] = ov_graph_add (maker->graph, &node, label, pid);
  maker->n_leaves++;
}

static void
add_area (Maker   *maker,
          guint32  area,
          guint32  n)
{
  guint32 end = MIN (maker->n_leaves + n, maker->options->n_leaves);
  guint32 region = OV_SCENE_NONE, top = OV_SCENE_NONE;

  if (!maker->options->flat)
    {
      region = add_node (maker, OV_SCENE_NONE, TRUE, OV_SHAPE_REGION, AREAS[area]);
      if (n > 6)
        {
          g_autofree char *name = g_strdup_printf ("%s_sup", AREAS[area]);

          top = add_node (maker, region, TRUE, OV_SHAPE_HEADER, name);
        }
    }
  maker->hubs[area] = maker->n_leaves;
  for (guint i = 0; maker->n_leaves < end; i++)
    {
      guint32 some = i == 0 ? 3 : g_rand_int_range (maker->rand, 4, 5 + MIN (n, 60)), group = top;
      const char *name = NAMES[g_rand_int_range (maker->rand, 0, G_N_ELEMENTS (NAMES))];

      if (top == OV_SCENE_NONE)
        group = region;
      else if (i > 0)
        {
          g_autofree char *label = g_strdup_printf ("%s_sup", name);

          group = add_node (maker, top, TRUE, OV_SHAPE_HEADER, label);
        }
      for (guint32 k = 0; k < some && maker->n_leaves < end; k++)
        add_leaf (maker, group, area, i == 0 ? AREAS[area] : name);
    }
}

static guint32
pick_partner (Maker   *maker,
              guint32  from,
              guint32  n_areas)
{
  guint32 area = maker->area_of[from], dice = g_rand_int_range (maker->rand, 0, 100);

  if (dice < 45)
    return maker->hubs[area] + g_rand_int_range (maker->rand, 0, 2);
  if (dice < 70)
    return MAX (from, 1) - 1;
  if (dice < 96)
    return maker->hubs[(area * 2 + 1) % n_areas];

  return g_rand_int_range (maker->rand, 0, maker->n_leaves);
}

static void
add_edges (Maker   *maker,
           guint32  n_areas)
{
  for (guint32 i = 0; i < maker->options->n_edges; i++)
    {
      guint32 from = i < maker->n_leaves ? i : (guint32) g_rand_int_range (maker->rand, 0, maker->n_leaves);
      guint32 to = MIN (pick_partner (maker, from, n_areas), maker->n_leaves - 1);
      const char *message = MESSAGES[g_rand_int_range (maker->rand, 0, G_N_ELEMENTS (MESSAGES))];
      guint8 heat = g_rand_int_range (maker->rand, 0, 255);
      OvGraphEdge edge = { .seconds = NAN, .heat = OV_HEAT_NONE,
                           .rate = exp (g_rand_double_range (maker->rand, 0, 8)) / 4 };

      if (g_rand_int_range (maker->rand, 0, 4) == 0)
        {
          guint32 other = from;

          from = to;
          to = other;
        }
      edge.from = maker->index_of[from];
      edge.to = maker->index_of[to];
      if (maker->options->heat)
        edge.heat = heat * heat / 255;
      if (edge.from != OV_SCENE_NONE && edge.to != OV_SCENE_NONE && from != to)
        ov_graph_add_edge (maker->graph, &edge, message);
    }
}

OvGraph *
ov_test_graph_system (const OvTestGraph *options)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (options->seed);
  g_autofree guint32 *index_of = g_new (guint32, options->n_leaves + 1);
  g_autofree guint32 *area_of = g_new (guint32, options->n_leaves + 1);
  Maker maker = { options, ov_graph_new (options->n_leaves), rand, index_of, area_of };
  guint32 n_areas = CLAMP (options->n_leaves / 25, 2, G_N_ELEMENTS (AREAS));

  for (guint32 area = 0; area < n_areas && options->n_leaves > 0; area++)
    {
      guint32 left = options->n_leaves - maker.n_leaves;
      guint32 share = left / (n_areas - area) * (area % 3 == 0 ? 3 : 1) / 2;

      add_area (&maker, area, area + 1 == n_areas ? left : CLAMP (share, MIN (left, 3), left));
    }
  if (!options->mute)
    add_edges (&maker, n_areas);
  ov_graph_freeze (maker.graph);

  return maker.graph;
}
