/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph of a range: sums of windows, and what follows from them.
 *
 * Invariant: a message that somebody received is counted once: by its sending where that was seen, else
 * as coming from outside (or from the caller, where the message names him).
 * Thread: that of the flow; the graph is the caller's.
 */
#include "trace/ov-flow-private.h"

#include <string.h>

/* What came to one actor: sent to it by somebody; received, by naming nobody; and of what was sent, how
 * much is accounted for by receives that name their sender. */
typedef struct
{
  guint64 sent, received, named;
} Arrival;

typedef struct
{
  OvFlow     *flow;
  OvFlowCell *sums;      /* by edge */
  GArray     *latencies; /* OvFlowLatency, of all windows */
  GHashTable *arrivals;  /* actor + 1 -> Arrival */
} Sum;

static void
add_window_cb (const OvFlowWindow *window,
               gpointer            user_data)
{
  Sum *sum = user_data;

  for (guint i = 0; i < window->cells->len; i++)
    {
      const OvFlowCell *cell = &g_array_index (window->cells, OvFlowCell, i);
      OvFlowCell *into = &sum->sums[cell->edge];

      into->messages += cell->messages;
      into->bytes += cell->bytes;
      into->unanswered += cell->unanswered;
      into->last_ns = MAX (into->last_ns, cell->last_ns);
    }
  g_array_append_vals (sum->latencies, window->latencies->data, window->latencies->len);
}

static void
sum_init (Sum    *sum,
          OvFlow *flow,
          gint64  from_ns,
          gint64  to_ns)
{
  sum->flow = flow;
  sum->sums = g_new0 (OvFlowCell, flow->edges->len);
  for (guint i = 0; i < flow->edges->len; i++)
    sum->sums[i].last_ns = G_MININT64;
  sum->latencies = g_array_new (FALSE, FALSE, sizeof (OvFlowLatency));
  sum->arrivals = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  ov_flow_visit (flow, from_ns / OV_FLOW_WINDOW_NS,
                 (to_ns + OV_FLOW_WINDOW_NS - 1) / OV_FLOW_WINDOW_NS, add_window_cb, sum);
}

static void
sum_clear (Sum *sum)
{
  g_clear_pointer (&sum->sums, g_free);
  g_clear_pointer (&sum->latencies, g_array_unref);
  g_clear_pointer (&sum->arrivals, g_hash_table_unref);
}

static Arrival *
get_arrival (Sum    *sum,
             guint32 actor)
{
  gpointer key = GUINT_TO_POINTER (actor + 1);
  Arrival *arrival = g_hash_table_lookup (sum->arrivals, key);

  if (arrival == NULL)
    {
      arrival = g_new0 (Arrival, 1);
      g_hash_table_insert (sum->arrivals, key, arrival);
    }

  return arrival;
}

static OvFlowEdge *
add_edge (Sum    *sum,
          GArray *edges,
          guint32 number,
          guint64 messages,
          guint64 bytes)
{
  const OvFlowRecord *record = &g_array_index (sum->flow->edges, OvFlowRecord, number);
  OvFlowEdge edge = { .from = record->from, .to = record->to, .messages = messages, .bytes = bytes };
  guint best = 0;

  for (guint i = 1; i < OV_FLOW_SHAPES; i++)
    if (record->shape_counts[i] > record->shape_counts[best])
      best = i;
  edge.shape = record->shapes[best];
  edge.last_ns = sum->sums[number].last_ns != G_MININT64 ? sum->sums[number].last_ns : 0;
  edge.unanswered = (guint64) MAX (sum->sums[number].unanswered, 0);
  g_array_append_val (edges, edge);
  return &g_array_index (edges, OvFlowEdge, edges->len - 1);
}

static guint64
scale (guint64 bytes,
       guint64 part,
       guint64 whole)
{
  return whole > 0 ? (guint64) ((double) bytes * (double) part / (double) whole) : 0;
}

static gboolean
has_latency (Sum    *sum,
             guint32 number)
{
  return sum->sums[number].edge != 0; /* a mark, see mark_called() */
}

/* Edges that only carry the times of calls, of which the messages were not seen. */
static void
mark_called (Sum *sum)
{
  for (guint i = 0; i < sum->latencies->len; i++)
    sum->sums[g_array_index (sum->latencies, OvFlowLatency, i).edge].edge = 1;
}

static void
add_sent (Sum    *sum,
          GArray *edges,
          GArray *numbers)
{
  for (guint32 i = 0; i < sum->flow->edges->len; i++)
    {
      const OvFlowRecord *record = &g_array_index (sum->flow->edges, OvFlowRecord, i);
      const OvFlowCell *cell = &sum->sums[i];

      if (record->received
          || (cell->messages == 0 && cell->unanswered <= 0 && !has_latency (sum, i)))
        continue;
      get_arrival (sum, record->to)->sent += cell->messages;
      add_edge (sum, edges, i, cell->messages, cell->bytes);
      g_array_append_val (numbers, i);
    }
}

/* Receives that name their sender: if they are more than it was seen to send, they count. */
static void
add_named (Sum    *sum,
           GArray *edges,
           GArray *numbers,
           GArray *places)
{
  for (guint32 i = 0; i < sum->flow->edges->len; i++)
    {
      const OvFlowRecord *record = &g_array_index (sum->flow->edges, OvFlowRecord, i);
      const OvFlowCell *cell = &sum->sums[i];
      guint32 sent_edge;
      guint64 sent;

      if (!record->received || cell->messages == 0)
        continue;
      if (record->from == OV_ACTOR_NONE)
        {
          get_arrival (sum, record->to)->received += cell->messages;
          continue;
        }

      sent_edge = ov_flow_find_edge (sum->flow, record->from, record->to, FALSE);
      sent = sent_edge != OV_EDGE_NONE ? sum->sums[sent_edge].messages : 0;
      get_arrival (sum, record->to)->named += MIN (sent, cell->messages);
      if (sent >= cell->messages)
        continue;
      if (sent_edge != OV_EDGE_NONE && g_array_index (places, guint32, sent_edge) != 0)
        {
          OvFlowEdge *edge = &g_array_index (edges, OvFlowEdge, g_array_index (places, guint32, sent_edge) - 1);

          edge->messages = cell->messages;
          edge->bytes = cell->bytes;
          edge->last_ns = cell->last_ns;
          edge->shape = edge->shape != 0 ? edge->shape : record->shapes[0];
          continue;
        }
      add_edge (sum, edges, i, cell->messages, cell->bytes);
      g_array_append_val (numbers, i);
    }
}

/* Receives whose sending nobody saw. */
static void
add_outside (Sum    *sum,
             GArray *edges,
             GArray *numbers)
{
  for (guint32 i = 0; i < sum->flow->edges->len; i++)
    {
      const OvFlowRecord *record = &g_array_index (sum->flow->edges, OvFlowRecord, i);
      const OvFlowCell *cell = &sum->sums[i];
      const Arrival *arrival;
      guint64 known, missing;

      if (!record->received || record->from != OV_ACTOR_NONE || cell->messages == 0)
        continue;

      arrival = get_arrival (sum, record->to);
      known = arrival->sent - MIN (arrival->named, arrival->sent);
      missing = cell->messages - MIN (known, cell->messages);
      /* What is under way at the ends of the range is not from outside. */
      if (missing == 0 || (known > 0 && missing <= MAX (2, cell->messages / 50)))
        continue;
      add_edge (sum, edges, i, missing, scale (cell->bytes, missing, cell->messages));
      g_array_append_val (numbers, i);
    }
}

/* Of latencies that are in order, the one that @rank of them are not above. */
static gint64
get_quantile (const OvFlowLatency *latencies,
              guint                n,
              guint64              rank)
{
  guint64 seen = 0;

  for (guint i = 0; i < n; i++)
    {
      seen += latencies[i].count;
      if (seen >= rank)
        return ov_flow_bucket_value (latencies[i].bucket);
    }

  return 0;
}

static void
set_latencies (Sum    *sum,
               GArray *edges,
               GArray *places)
{
  const OvFlowLatency *all = (const OvFlowLatency *) sum->latencies->data;
  guint n = sum->latencies->len;

  g_array_sort (sum->latencies, ov_flow_compare_latencies);
  for (guint begin = 0, end; begin < n; begin = end)
    {
      guint32 place = g_array_index (places, guint32, all[begin].edge);
      guint64 count = 0;

      for (end = begin; end < n && all[end].edge == all[begin].edge; end++)
        count += all[end].count;
      if (place > 0)
        {
          OvFlowEdge *edge = &g_array_index (edges, OvFlowEdge, place - 1);

          edge->calls = count;
          edge->median_ns = get_quantile (all + begin, end - begin, (count + 1) / 2);
          edge->p99_ns = get_quantile (all + begin, end - begin, count - count / 100);
        }
    }
}

/* By edge, one more than where it stands among @numbers; 0: it does not. */
static GArray *
get_places (Sum    *sum,
            GArray *numbers)
{
  GArray *places = g_array_new (FALSE, TRUE, sizeof (guint32));

  g_array_set_size (places, sum->flow->edges->len);
  for (guint i = 0; i < numbers->len; i++)
    g_array_index (places, guint32, g_array_index (numbers, guint32, i)) = i + 1;

  return places;
}

static int
compare_edges (gconstpointer a,
               gconstpointer b)
{
  const OvFlowEdge *left = a;
  const OvFlowEdge *right = b;

  if (left->messages != right->messages)
    return left->messages > right->messages ? -1 : 1;
  if (left->from != right->from)
    return left->from < right->from ? -1 : 1;

  return (left->to > right->to) - (left->to < right->to);
}

static GArray *
list_edges (Sum *sum)
{
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (OvFlowEdge));
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) places = NULL;

  mark_called (sum);
  add_sent (sum, edges, numbers);
  places = get_places (sum, numbers);
  add_named (sum, edges, numbers, places);
  add_outside (sum, edges, numbers);
  set_latencies (sum, edges, places);
  g_array_sort (edges, compare_edges);
  return edges;
}

static OvFlowNode *
get_node (GHashTable *places,
          GArray     *nodes,
          guint32     actor)
{
  gpointer key = GUINT_TO_POINTER (actor + 1);
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, key));

  if (place == 0)
    {
      const OvFlowNode node = { .actor = actor };

      g_array_append_val (nodes, node);
      place = nodes->len;
      g_hash_table_insert (places, key, GUINT_TO_POINTER (place));
    }

  return &g_array_index (nodes, OvFlowNode, place - 1);
}

/* Those at the ends of the first @n_shown edges, with what all edges say of them. */
static GArray *
list_nodes (GArray *edges,
            guint   n_shown,
            double  seconds)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (OvFlowNode));
  guint n_nodes = 0;

  for (guint i = 0; i < edges->len; i++)
    {
      const OvFlowEdge *edge = &g_array_index (edges, OvFlowEdge, i);

      get_node (places, nodes, edge->from)->sent += edge->messages;
      get_node (places, nodes, edge->to)->received += edge->messages;
      if (i + 1 == n_shown)
        n_nodes = nodes->len;
    }
  g_array_set_size (nodes, n_nodes);
  for (guint i = 0; i < n_nodes; i++)
    {
      OvFlowNode *node = &g_array_index (nodes, OvFlowNode, i);

      node->rate_in = seconds > 0 ? (double) node->received / seconds : 0;
      node->rate_out = seconds > 0 ? (double) node->sent / seconds : 0;
    }

  return nodes;
}

static gboolean
has_gaps (const OvFlow *self,
          gint64        from_ns,
          gint64        to_ns)
{
  for (guint i = self->gaps->len; i-- > 0;)
    {
      const OvFlowGap *gap = &g_array_index (self->gaps, OvFlowGap, i);

      if (gap->from_ns < to_ns && gap->to_ns > from_ns)
        return TRUE;
    }

  return FALSE;
}

/* An empty or backward range means everything. */
static void
check_range (const OvFlow *self,
             gint64       *from_ns,
             gint64       *to_ns)
{
  if (*to_ns <= *from_ns)
    {
      *from_ns = self->newest_ns == G_MININT64 ? 0 : self->first_ns;
      *to_ns = self->newest_ns == G_MININT64 ? 0 : self->newest_ns + 1;
    }
  *from_ns = CLAMP (*from_ns, G_MININT64 / 4, G_MAXINT64 / 4);
  *to_ns = CLAMP (*to_ns, G_MININT64 / 4, G_MAXINT64 / 4);
}

/**
 * ov_flow_get_graph:
 * @self: a flow
 * @from_ns: begin of the range, in the node's system time; rounded to windows of 100 ms, of 1 s and more
 *   where the recording is very long
 * @to_ns: its end; not after @from_ns means everything
 * @max_edges: 0: all, else the strongest
 *
 * Times of calls are those until the answer was sent, or received where only that was seen; median and
 * p99 come from buckets, 16 an octave: they are within 1/32 of the true ones.
 *
 * Returns: (transfer full): who talked to whom
 */
OvFlowGraph *
ov_flow_get_graph (OvFlow *self,
                   gint64  from_ns,
                   gint64  to_ns,
                   guint   max_edges)
{
  OvFlowGraph *graph;
  g_autoptr (GArray) edges = NULL;
  g_autoptr (GArray) nodes = NULL;
  double seconds;
  Sum sum;

  g_return_val_if_fail (self != NULL, NULL);

  check_range (self, &from_ns, &to_ns);
  seconds = (double) (to_ns - from_ns) / 1e9;
  sum_init (&sum, self, from_ns, to_ns);
  edges = list_edges (&sum);
  sum_clear (&sum);

  graph = g_new0 (OvFlowGraph, 1);
  graph->from_ns = from_ns;
  graph->to_ns = to_ns;
  graph->has_gaps = has_gaps (self, from_ns, to_ns);
  graph->n_edges = max_edges > 0 ? MIN (max_edges, edges->len) : edges->len;
  nodes = list_nodes (edges, graph->n_edges, seconds);
  g_array_set_size (edges, graph->n_edges);
  for (guint i = 0; i < edges->len; i++)
    {
      OvFlowEdge *edge = &g_array_index (edges, OvFlowEdge, i);

      edge->rate = seconds > 0 ? (double) edge->messages / seconds : 0;
    }
  graph->n_nodes = nodes->len;
  graph->nodes = (OvFlowNode *) g_array_free (g_steal_pointer (&nodes), FALSE);
  graph->edges = (OvFlowEdge *) g_array_free (g_steal_pointer (&edges), FALSE);
  return graph;
}

void
ov_flow_graph_free (OvFlowGraph *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->edges, g_free);
  g_clear_pointer (&self->nodes, g_free);
  g_free (self);
}

/**
 * ov_flow_get_senders:
 * @self: a flow
 * @actor: whose mailbox
 * @from_ns: begin of the range
 * @to_ns: its end
 * @shares: (out caller-allocates): the senders, the strongest first; OV_ACTOR_NONE is everybody who is not traced
 * @n: room in @shares
 *
 * Returns: how many there are in @shares
 */
guint
ov_flow_get_senders (OvFlow      *self,
                     guint32      actor,
                     gint64       from_ns,
                     gint64       to_ns,
                     OvFlowShare *shares,
                     guint        n)
{
  g_autoptr (GArray) edges = NULL;
  guint64 all = 0;
  guint found = 0;
  Sum sum;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (shares != NULL || n == 0, 0);

  check_range (self, &from_ns, &to_ns);
  sum_init (&sum, self, from_ns, to_ns);
  edges = list_edges (&sum);
  sum_clear (&sum);
  for (guint i = 0; i < edges->len; i++)
    {
      const OvFlowEdge *edge = &g_array_index (edges, OvFlowEdge, i);

      if (edge->to != actor || edge->messages == 0)
        continue;
      all += edge->messages;
      if (found < n)
        shares[found++] = (OvFlowShare) { edge->from, edge->messages, 0 };
    }
  for (guint i = 0; i < found; i++)
    shares[i].share = (double) shares[i].messages / (double) all;

  return found;
}
