/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a flow to a graph.
 *
 * Who talks is put under its supervisors and its application, as they are in the table; what the
 * table does not know stands in a group of its own.  A group with one member says nothing that
 * the member does not say, and is left out.  Groups come before what is in them.
 * Invariant: ids go by actor and by (generation, slot), never by place, so that what is known stays where it is.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-flow-scene.h"

#include "export/ov-tree-scene.h"
#include "views/ov-actor-words.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <math.h>

#define GROUP_BIT       (G_GUINT64_CONSTANT (1) << 63)
#define APPLICATION_BIT (G_GUINT64_CONSTANT (1) << 62)
#define ENDED_ID        (GROUP_BIT | APPLICATION_BIT | (G_GUINT64_CONSTANT (1) << 61))
#define ELSEWHERE_ID    (ENDED_ID | 1)
#define ROOT            0u
#define MAX_HEAT        254
#define PROBE_LABEL     "Overstory probe"
#define PROBE_NAME      "ov_probe"

/* One group or actor while the tree is put together. */
typedef struct
{
  guint64 id;
  guint32 parent, first, last, next; /* of members; 0: none (the root is nobody's member) */
  guint32 n_members;
  guint32 actor;                     /* OV_ACTOR_NONE: a group */
  guint32 slot;                      /* OV_SLOT_NONE: not in the table */
  guint32 application;               /* string of the table, of a group that is one */
  guint32 index;                     /* in the graph */
  double  rate;
} Place;

typedef struct
{
  const OvFlowGraph        *flow;
  OvStore                  *store;
  OvProcessTable           *table;
  const OvFlowSceneOptions *options;
  OvFlowRamp                ramp;
  GArray                   *places; /* of Place; the first is the root */
  GHashTable               *by_id;  /* guint64 -> place */
  OvGraph                  *graph;
} Build;

guint64
ov_flow_scene_id_of (guint32 actor)
{
  return (guint64) actor + 1;
}

guint32
ov_flow_scene_actor_of (guint64 id)
{
  return id == 0 || id & GROUP_BIT || id > OV_ACTOR_NONE ? OV_ACTOR_NONE : (guint32) (id - 1);
}

guint32
ov_flow_scene_slot_of (guint64 id)
{
  return (id & GROUP_BIT) && !(id & APPLICATION_BIT)
         ? ov_tree_scene_slot_of (id & ~GROUP_BIT) : OV_SLOT_NONE;
}

/* The tree of groups. */

static Place *
get_place (Build   *build,
           guint32  place)
{
  return &g_array_index (build->places, Place, place);
}

static guint32
add_place (Build       *build,
           guint32      parent,
           const Place *made)
{
  guint32 place = build->places->len;
  Place *above;

  g_array_append_vals (build->places, made, 1);
  get_place (build, place)->parent = parent;
  above = get_place (build, parent);
  if (above->last)
    get_place (build, above->last)->next = place;
  else
    above->first = place;
  above->last = place;
  above->n_members++;
  g_hash_table_insert (build->by_id, g_memdup2 (&made->id, sizeof made->id), GUINT_TO_POINTER (place));
  return place;
}

static guint32
find_place (Build   *build,
            guint64  id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (build->by_id, &id));
}

static guint32
ensure_group (Build   *build,
              guint32  parent,
              guint64  id,
              guint32  slot,
              guint32  application)
{
  guint32 place = find_place (build, id);

  return place ? place : add_place (build, parent, &(Place) {
    .id = id, .actor = OV_ACTOR_NONE, .slot = slot, .application = application });
}

static guint32
ensure_application (Build           *build,
                    const OvProcess *row)
{
  if (row->application == OV_STRING_NONE)
    return ROOT;
  return ensure_group (build, ROOT, GROUP_BIT | APPLICATION_BIT | row->application, OV_SLOT_NONE,
                       row->application);
}

/* The group of the members of a row: its supervisors from the top down. */
static guint32
ensure_supervisor (Build   *build,
                   guint32  slot)
{
  g_autoptr(GArray) way = g_array_new (FALSE, FALSE, sizeof (guint32));
  const OvProcess *row = ov_process_table_get_row (build->table, slot);
  guint32 group;

  group = row ? ensure_application (build, row) : ROOT;
  for (; row; row = ov_process_table_get_row (build->table, slot))
    {
      if (row->behaviour == OV_BEHAVIOUR_SUPERVISOR)
        g_array_append_val (way, slot);
      if ((slot = row->parent) == OV_SLOT_NONE)
        break;
    }
  for (guint i = way->len; i-- > 0;)
    {
      guint32 at = g_array_index (way, guint32, i);
      guint64 id = GROUP_BIT | ov_tree_scene_id_of (ov_process_table_get_row (build->table, at), at);

      group = ensure_group (build, group, id, at, OV_STRING_NONE);
    }
  return group;
}

static guint32
find_group (Build   *build,
            guint32  actor,
            guint32  slot)
{
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (build->table, slot) : NULL;
  OvPid pid;

  /* A supervisor that talks stands among those it supervises. */
  if (row)
    return row->behaviour == OV_BEHAVIOUR_SUPERVISOR || row->parent == OV_SLOT_NONE
           ? ensure_supervisor (build, slot) : ensure_supervisor (build, row->parent);
  pid = ov_store_get_actor (build->store, actor);
  if (ov_pid_is_none (&pid) || g_strcmp0 (pid.node, ov_store_get_node (build->store)) != 0)
    return ensure_group (build, ROOT, ELSEWHERE_ID, OV_SLOT_NONE, OV_STRING_NONE);
  return ensure_group (build, ROOT, ENDED_ID, OV_SLOT_NONE, OV_STRING_NONE);
}

/* What this program has on the node is no part of the system that is looked at. */
static gboolean
is_ours (Build   *build,
         guint32  slot)
{
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (build->table, slot) : NULL;
  OvStrings *strings = ov_process_table_get_strings (build->table);
  const char *label = row ? ov_strings_get (strings, row->label) : NULL;
  const char *name = row ? ov_strings_get (strings, row->name) : NULL;

  return (label && g_str_has_prefix (label, PROBE_LABEL)) || (name && g_str_has_prefix (name, PROBE_NAME));
}

static void
place_actors (Build *build)
{
  for (guint i = 0; i < build->flow->n_nodes; i++)
    {
      const OvFlowNode *node = &build->flow->nodes[i];
      guint32 slot = ov_actor_find_slot (build->table, build->store, node->actor);

      if (node->actor == OV_ACTOR_NONE || is_ours (build, slot))
        continue;
      add_place (build, find_group (build, node->actor, slot), &(Place) {
        .id = ov_flow_scene_id_of (node->actor), .actor = node->actor, .slot = slot,
        .rate = node->rate_in + node->rate_out });
    }
}

/* Colours. */

static guint8
heat_of (const OvFlowRamp *ramp,
         double            value)
{
  double share;

  if (value <= 0 || !(ramp->high > ramp->low))
    return 0;
  share = log (MAX (value, ramp->low) / ramp->low) / log (ramp->high / ramp->low);
  return (guint8) (CLAMP (share, 0, 1) * MAX_HEAT);
}

static double
get_mailbox (Build   *build,
             guint32  slot)
{
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (build->table, slot) : NULL;

  return row && row->message_queue_len != OV_UNKNOWN_U64 ? (double) row->message_queue_len : 0;
}

static double
find_highest (Build *build)
{
  double highest = 0;

  if (build->options->color == OV_FLOW_COLOR_MAILBOX)
    {
      for (guint i = 1; i < build->places->len; i++)
        highest = MAX (highest, get_mailbox (build, get_place (build, i)->slot));
      return highest;
    }
  for (guint i = 0; i < build->flow->n_edges; i++)
    highest = MAX (highest, build->options->color == OV_FLOW_COLOR_RATE
                              ? build->flow->edges[i].rate : (double) build->flow->edges[i].median_ns / 1e9);
  return highest;
}

/* Rounded up to 1, 2 or 5 times a power of ten, so that colours do not flicker. */
static double
round_up (double value)
{
  double power = pow (10, floor (log10 (value)));
  double steps = value / power;

  return power * (steps <= 1 ? 1 : steps <= 2 ? 2 : steps <= 5 ? 5 : 10);
}

static void
set_ramp (Build *build)
{
  double highest = find_highest (build);
  double least = build->options->color == OV_FLOW_COLOR_LATENCY ? 1e-6 : 1;

  build->ramp.high = round_up (MAX (highest, least * 10));
  build->ramp.low = MAX (least, build->ramp.high / 1e4);
}

/* Nodes. */

static const OvBottleneck *
find_bottleneck (Build   *build,
                 guint32  actor)
{
  for (guint i = 0; i < build->options->n_bottlenecks; i++)
    if (build->options->bottlenecks[i].actor == actor)
      return &build->options->bottlenecks[i];
  return NULL;
}

/* "mailbox 1,204, 80 % from orders". */
static char *
dup_trouble (Build              *build,
             const OvBottleneck *bottleneck)
{
  g_autofree char *count = ov_words_count (bottleneck->mailbox);
  g_autofree char *who = bottleneck->n_senders
    ? ov_actor_dup_title (build->table, build->store, bottleneck->senders[0].actor) : NULL;

  if (!who)
    /* Translators: how many messages wait. */
    return g_strdup_printf (_("mailbox %s, growing"), count);
  /* Translators: how many messages wait, a share of them in per cent, who sent that share. */
  return g_strdup_printf (_("mailbox %s, %.0f %% from %s"), count,
                          bottleneck->senders[0].share * 100, who);
}

static guint32
add_actor (Build       *build,
           const Place *place,
           guint32      parent)
{
  const OvProcess *row = place->slot != OV_SLOT_NONE
    ? ov_process_table_get_row (build->table, place->slot) : NULL;
  const OvBottleneck *bottleneck = find_bottleneck (build, place->actor);
  g_autofree char *title = ov_actor_dup_title (build->table, build->store, place->actor);
  g_autofree char *below = bottleneck ? dup_trouble (build, bottleneck)
                                      : ov_actor_dup_pid (build->store, place->actor);
  OvGraphNode node = {
    .id = place->id, .parent = parent, .shape = ov_tree_scene_shape_of (row), .weight = (float) place->rate,
    .tone = bottleneck ? OV_TONE_WARNING : row && row->alive ? OV_TONE_NEUTRAL : OV_TONE_MUTED,
    .heat = OV_HEAT_NONE,
  };

  if (row && row->mark == OV_MARK_CRASHED)
    node.tone = OV_TONE_ERROR;
  if (build->options->color == OV_FLOW_COLOR_MAILBOX)
    node.heat = heat_of (&build->ramp, get_mailbox (build, place->slot));
  else if (build->options->color == OV_FLOW_COLOR_RATE)
    node.heat = heat_of (&build->ramp, place->rate);
  return ov_graph_add (build->graph, &node, title, g_str_equal (title, below) ? NULL : below);
}

static char *
dup_group_title (Build       *build,
                 const Place *place)
{
  const char *application = ov_strings_get (ov_process_table_get_strings (build->table),
                                            place->application);
  g_autofree char *title = NULL;

  if (place->id == ENDED_ID)
    return g_strdup (_("Ended"));
  if (place->id == ELSEWHERE_ID)
    return g_strdup (_("Other nodes and names"));
  if (application)
    return ov_words_clean (application, 60);
  title = ov_process_table_dup_title (build->table, place->slot);
  return ov_words_clean (title, 60);
}

static guint32
add_group (Build       *build,
           const Place *place,
           guint32      parent)
{
  g_autofree char *title = dup_group_title (build, place);
  OvGraphNode node = { .id = place->id, .parent = parent, .is_group = TRUE, .shape = OV_SHAPE_REGION,
                       .heat = OV_HEAT_NONE };

  return ov_graph_add (build->graph, &node, title, NULL);
}

/* Depth first, without recursion: a tree of supervisors may be as deep as somebody made it. */
static void
add_nodes (Build *build)
{
  guint32 at = get_place (build, ROOT)->first;

  while (at != ROOT)
    {
      Place *place = get_place (build, at);
      guint32 parent = place->parent == ROOT ? OV_SCENE_NONE : get_place (build, place->parent)->index;

      if (place->actor != OV_ACTOR_NONE)
        place->index = add_actor (build, place, parent);
      else if (place->n_members == 1)
        place->index = parent;
      else
        place->index = add_group (build, place, parent);

      if (place->first)
        {
          at = place->first;
          continue;
        }
      while (at != ROOT && !get_place (build, at)->next)
        at = get_place (build, at)->parent;
      at = at == ROOT ? ROOT : get_place (build, at)->next;
    }
}

static void
add_edges (Build *build)
{
  for (guint i = 0; i < build->flow->n_edges; i++)
    {
      const OvFlowEdge *it = &build->flow->edges[i];
      guint32 from = find_place (build, ov_flow_scene_id_of (it->from));
      guint32 to = find_place (build, ov_flow_scene_id_of (it->to));
      OvGraphEdge edge = { .rate = (float) it->rate, .heat = OV_HEAT_NONE,
                           .seconds = it->median_ns ? (float) ((double) it->median_ns / 1e9) : NAN };
      g_autofree char *label = NULL;

      if (!from || !to)
        continue;
      edge.from = get_place (build, from)->index;
      edge.to = get_place (build, to)->index;
      if (build->options->color == OV_FLOW_COLOR_RATE)
        edge.heat = heat_of (&build->ramp, it->rate);
      else if (build->options->color == OV_FLOW_COLOR_LATENCY && it->median_ns)
        edge.heat = heat_of (&build->ramp, (double) it->median_ns / 1e9);
      label = ov_words_clean (ov_store_get_text (build->store, it->shape), 60);
      ov_graph_add_edge (build->graph, &edge, *label ? label : NULL);
    }
}

OvGraph *
ov_flow_scene_build (const OvFlowGraph        *flow,
                     OvStore                  *store,
                     OvProcessTable           *table,
                     const OvFlowSceneOptions *options,
                     OvFlowRamp               *ramp)
{
  static const OvFlowGraph nobody;
  g_autoptr(GArray) places = g_array_new (FALSE, TRUE, sizeof (Place));
  g_autoptr(GHashTable) by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Build build = { .flow = flow ? flow : &nobody, .store = store, .table = table,
                  .options = options, .places = places, .by_id = by_id };

  g_array_append_vals (places, &(Place) { .actor = OV_ACTOR_NONE, .slot = OV_SLOT_NONE }, 1);
  place_actors (&build);
  set_ramp (&build);
  build.graph = ov_graph_new (places->len);
  add_nodes (&build);
  add_edges (&build);
  ov_graph_freeze (build.graph);
  if (ramp)
    *ramp = build.ramp;
  return build.graph;
}
