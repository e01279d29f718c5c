/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three arenas (nodes, edges, text) and what follows from them.
 *
 * Invariants: nodes are in depth-first order; nothing changes after ov_graph_freeze(), so a frozen
 * graph may be read from any thread; a fold's edges are in one order for one graph and one set of
 * open groups, whatever the order in which they were added.
 */
#include "canvas/scene/ov-graph.h"

#include "canvas/scene/ov-scene-private.h"

#include <math.h>
#include <stdlib.h>

struct _OvGraph
{
  gint         ref_count;
  gboolean     frozen;
  GArray      *nodes;  /* OvGraphNode */
  GArray      *edges;  /* OvGraphEdge */
  GByteArray  *text;
  OvGraphSum  *sums;   /* by node */
  OvIdIndex    ids;
};

/* Indexes are kept as far from OV_SCENE_NONE as anybody can add to them. */
#define MAX_NODES (OV_SCENE_NONE / 4)

static inline OvGraphNode *
node_at (const OvGraph *self,
         guint32        i)
{
  return &g_array_index (self->nodes, OvGraphNode, i);
}

/**
 * ov_graph_new:
 * @expected_nodes: how many nodes will be added; more is fine
 *
 * Returns: (transfer full): an empty graph that can be added to
 */
OvGraph *
ov_graph_new (guint32 expected_nodes)
{
  OvGraph *self = g_new0 (OvGraph, 1);

  self->ref_count = 1;
  self->nodes = g_array_sized_new (FALSE, FALSE, sizeof (OvGraphNode), MAX (expected_nodes, 16));
  self->edges = g_array_new (FALSE, FALSE, sizeof (OvGraphEdge));
  self->text = ov_text_arena_new ();

  return self;
}

OvGraph *
ov_graph_ref (OvGraph *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);

  return self;
}

void
ov_graph_unref (OvGraph *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_array_unref (self->nodes);
  g_array_unref (self->edges);
  g_byte_array_unref (self->text);
  g_free (self->sums);
  g_free (self->ids.slots);
  g_free (self);
}

/* Figures come from foreign systems: what is no number is none. */
static float
clean (float value)
{
  return isfinite (value) && value > 0 ? value : 0;
}

/**
 * ov_graph_add:
 * @node: what to add; subtree_end and the texts are set by the graph
 * @label: (nullable): first line
 * @sublabel: (nullable): second line
 *
 * Returns: the node's index, or %OV_SCENE_NONE when the order is not depth first
 */
guint32
ov_graph_add (OvGraph           *self,
              const OvGraphNode *node,
              const char        *label,
              const char        *sublabel)
{
  OvGraphNode added;

  g_return_val_if_fail (self != NULL && !self->frozen, OV_SCENE_NONE);
  g_return_val_if_fail (node != NULL && node->id != 0, OV_SCENE_NONE);
  g_return_val_if_fail (node->parent == OV_SCENE_NONE
                          || ov_items_is_open (self->nodes->data, sizeof (OvGraphNode),
                                               self->nodes->len, node->parent),
                        OV_SCENE_NONE);
  g_return_val_if_fail (node->parent == OV_SCENE_NONE || node_at (self, node->parent)->is_group,
                        OV_SCENE_NONE);
  g_return_val_if_fail (self->nodes->len < MAX_NODES, OV_SCENE_NONE);

  added = *node;
  added.tone = MIN (added.tone, OV_TONE_ERROR);
  added.weight = clean (added.weight);
  added.label = ov_text_arena_append (self->text, label);
  added.sublabel = ov_text_arena_append (self->text, sublabel);
  added.subtree_end = self->nodes->len + 1;
  g_array_append_val (self->nodes, added);

  return self->nodes->len - 1;
}

/**
 * ov_graph_add_edge:
 * @edge: what to add; several between the same two nodes are fine, each is one more message kind
 * @label: (nullable): the most frequent message
 */
void
ov_graph_add_edge (OvGraph           *self,
                   const OvGraphEdge *edge,
                   const char        *label)
{
  OvGraphEdge added;

  g_return_if_fail (self != NULL && !self->frozen && edge != NULL);
  g_return_if_fail (edge->from < self->nodes->len && edge->to < self->nodes->len);

  added = *edge;
  added.rate = clean (added.rate);
  added.label = ov_text_arena_append (self->text, label);
  g_array_append_val (self->edges, added);
}

/* A mean under way: of heats, by weight. */
typedef struct
{
  double sum, weight;
} Mean;

static void
add_to_mean (Mean   *mean,
             guint8  heat,
             double  weight)
{
  if (heat == OV_HEAT_NONE)
    return;
  /* Who says nothing counts a little, or a silent group would have no heat at all. */
  mean->sum += heat * (weight + 1e-3);
  mean->weight += weight + 1e-3;
}

static guint8
get_mean (const Mean *mean)
{
  return mean->weight <= 0 ? OV_HEAT_NONE : (guint8) MIN (lround (mean->sum / mean->weight), 254);
}

static void
add_to_parent (OvGraph *self,
               guint32  i)
{
  guint32 parent = node_at (self, i)->parent;
  const OvGraphSum *own = &self->sums[i];
  OvGraphSum *sum = &self->sums[parent];

  sum->n_leaves += own->n_leaves;
  sum->weight += own->weight;
  sum->worst = MAX (sum->worst, own->worst);
  sum->dim = sum->dim && own->dim;
  if (node_at (self, i)->is_group)
    sum->height = MAX (sum->height, MIN (own->height + 1, G_MAXUINT8));
}

static void
derive_sums (OvGraph *self)
{
  g_autofree Mean *heats = g_new0 (Mean, MAX (self->nodes->len, 1));

  self->sums = g_new0 (OvGraphSum, MAX (self->nodes->len, 1));
  for (guint32 i = 0; i < self->nodes->len; i++)
    {
      const OvGraphNode *node = node_at (self, i);

      self->sums[i] = (OvGraphSum) { node->is_group ? 0 : 1, node->weight, node->tone, OV_HEAT_NONE,
                                     node->dim, 0 };
      add_to_mean (&heats[i], node->heat, node->weight);
    }

  for (guint32 i = self->nodes->len; i-- > 0;)
    {
      guint32 parent = node_at (self, i)->parent;

      self->sums[i].heat = get_mean (&heats[i]);
      if (parent == OV_SCENE_NONE)
        continue;
      heats[parent].sum += heats[i].sum;
      heats[parent].weight += heats[i].weight;
      add_to_parent (self, i);
    }
}

/**
 * ov_graph_freeze:
 *
 * Ends the building: from here on the graph is immutable and may be read from any thread.
 */
void
ov_graph_freeze (OvGraph *self)
{
  g_return_if_fail (self != NULL);

  if (self->frozen)
    return;

  ov_items_set_ends (self->nodes->data, sizeof (OvGraphNode), self->nodes->len);
  derive_sums (self);
  ov_id_index_fill (&self->ids, self->nodes->data, sizeof (OvGraphNode), self->nodes->len);
  self->frozen = TRUE;
}

const OvGraphNode *
ov_graph_get_nodes (const OvGraph *self,
                    guint32       *n)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (n != NULL)
    *n = self->nodes->len;

  return (const OvGraphNode *) (gpointer) self->nodes->data;
}

const OvGraphEdge *
ov_graph_get_edges (const OvGraph *self,
                    guint32       *n)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (n != NULL)
    *n = self->edges->len;

  return (const OvGraphEdge *) (gpointer) self->edges->data;
}

const OvGraphSum *
ov_graph_get_sums (const OvGraph *self)
{
  g_return_val_if_fail (self != NULL && self->frozen, NULL);

  return self->sums;
}

const char *
ov_graph_get_text (const OvGraph *self,
                   guint32        offset)
{
  g_return_val_if_fail (self != NULL, "");

  return ov_text_arena_get (self->text, offset);
}

/**
 * ov_graph_find:
 * @id: a node's id
 *
 * Returns: the node's index, or %OV_SCENE_NONE
 */
guint32
ov_graph_find (const OvGraph *self,
               guint64        id)
{
  g_return_val_if_fail (self != NULL && self->frozen, OV_SCENE_NONE);

  return ov_id_index_find (&self->ids, self->nodes->data, sizeof (OvGraphNode), id);
}

static void
choose_shown (OvGraphFold   *fold,
              const OvGraph *self,
              const guint8  *open)
{
  for (guint32 i = 0; i < self->nodes->len;)
    {
      const OvGraphNode *node = node_at (self, i);
      guint32 end = node->is_group && !open[i] ? node->subtree_end : i + 1;

      fold->shown[fold->n_shown++] = i;
      for (guint32 member = i; member < end; member++)
        fold->stands_for[member] = i;
      i = end;
    }
}

typedef struct
{
  guint32 *slots; /* edge + 1 */
  guint32  mask;
  float   *strongest; /* by edge: the rate whose label it has */
  Mean    *heats, *seconds;
} Sums;

static OvGraphEdge *
find_sum (OvGraphFold *fold,
          Sums        *sums,
          guint32      from,
          guint32      to)
{
  guint64 key = ((guint64) from << 32 | to) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  for (guint32 slot = (guint32) (key >> 32) & sums->mask;; slot = (slot + 1) & sums->mask)
    {
      OvGraphEdge *edge;

      if (sums->slots[slot] == 0)
        {
          edge = &fold->edges[fold->n_edges];
          *edge = (OvGraphEdge) { .from = from, .to = to, .seconds = NAN, .heat = OV_HEAT_NONE, .dim = 1 };
          sums->strongest[fold->n_edges] = -1;
          sums->slots[slot] = ++fold->n_edges;
          return edge;
        }
      edge = &fold->edges[sums->slots[slot] - 1];
      if (edge->from == from && edge->to == to)
        return edge;
    }
}

/* Latency and heat are means by rate, or among many edges one would always make the sum look slow. */
static void
add_to_sum (OvGraphFold       *fold,
            Sums              *sums,
            const OvGraphEdge *edge)
{
  guint32 from = fold->stands_for[edge->from], to = fold->stands_for[edge->to], at;
  OvGraphEdge *sum;

  if (from == to)
    return;

  sum = find_sum (fold, sums, from, to);
  at = sum - fold->edges;
  sum->rate += edge->rate;
  sum->dim = sum->dim && edge->dim;
  add_to_mean (&sums->heats[at], edge->heat, edge->rate);
  if (!isnan (edge->seconds))
    {
      sums->seconds[at].sum += edge->seconds * (edge->rate + 1e-3);
      sums->seconds[at].weight += edge->rate + 1e-3;
    }
  if (edge->rate > sums->strongest[at])
    {
      sums->strongest[at] = edge->rate;
      sum->label = edge->label;
    }
}

static int
compare_edges (const void *a,
               const void *b)
{
  const OvGraphEdge *one = a, *two = b;

  if (one->rate != two->rate)
    return one->rate > two->rate ? -1 : 1;
  if (one->from != two->from)
    return one->from < two->from ? -1 : 1;

  return one->to < two->to ? -1 : one->to > two->to;
}

static void
sum_edges (OvGraphFold   *fold,
           const OvGraph *self)
{
  guint32 n_slots = 16;

  while (n_slots < self->edges->len * 2)
    n_slots *= 2;
  g_autofree guint32 *slots = g_new0 (guint32, n_slots);
  g_autofree float *strongest = g_new (float, MAX (self->edges->len, 1));
  g_autofree Mean *heats = g_new0 (Mean, MAX (self->edges->len, 1));
  g_autofree Mean *seconds = g_new0 (Mean, MAX (self->edges->len, 1));
  Sums sums = { slots, n_slots - 1, strongest, heats, seconds };

  fold->edges = g_new (OvGraphEdge, MAX (self->edges->len, 1));
  for (guint32 i = 0; i < self->edges->len; i++)
    add_to_sum (fold, &sums, &g_array_index (self->edges, OvGraphEdge, i));
  for (guint32 i = 0; i < fold->n_edges; i++)
    {
      fold->edges[i].heat = get_mean (&heats[i]);
      if (seconds[i].weight > 0)
        fold->edges[i].seconds = seconds[i].sum / seconds[i].weight;
    }
  qsort (fold->edges, fold->n_edges, sizeof (OvGraphEdge), compare_edges);
}

/**
 * ov_graph_fold:
 * @open: by node index, 1: this group shows its members; what is no group does not matter
 *
 * An open group stands for itself, so that messages to its own process have an end.
 *
 * Returns: (transfer full): what is drawn
 */
OvGraphFold *
ov_graph_fold (const OvGraph *self,
               const guint8  *open)
{
  OvGraphFold *fold;

  g_return_val_if_fail (self != NULL && self->frozen && open != NULL, NULL);

  fold = g_new0 (OvGraphFold, 1);
  fold->shown = g_new (guint32, MAX (self->nodes->len, 1));
  fold->stands_for = g_new (guint32, MAX (self->nodes->len, 1));
  choose_shown (fold, self, open);
  sum_edges (fold, self);

  return fold;
}

void
ov_graph_fold_free (OvGraphFold *self)
{
  if (self == NULL)
    return;

  g_free (self->shown);
  g_free (self->stands_for);
  g_free (self->edges);
  g_free (self);
}

void
ov_graph_layout_free (OvGraphLayout *self)
{
  if (self == NULL)
    return;

  g_free (self->boxes);
  g_free (self);
}
