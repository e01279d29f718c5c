/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * flow.watch: who talks to whom, summed up on the node for some seconds, or over a stretch of a recording.
 *
 *   run ─► census (names) ─► trace at the level of edges ─► WATCHING ──duration, stop, lost──► graph ─► returned
 *    └── recording: range ─────────────────────────────────────────────────────────────────────▲
 * Thread: main.
 */
#include "trace/ov-flow.h"

#include "ops/ov-instant.h"
#include "ops/ov-op-replay-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-op-trace-private.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  OvInvocation  *invocation;
  OvNode        *node;
  OvStore       *store;
  OvOpTraceSpec *spec;
  OvTrace       *trace;
  gulong         ended_id;
  gint64         from_ns, to_ns;
  GHashTable    *actors;    /* whose edges are told; NULL: all */
} Flow;

static void
flow_free (Flow *flow)
{
  g_clear_signal_handler (&flow->ended_id, flow->trace);
  g_clear_object (&flow->trace);
  g_clear_pointer (&flow->spec, ov_op_trace_spec_free);
  g_clear_pointer (&flow->actors, g_hash_table_unref);
  g_object_unref (flow->node);
  ov_store_unref (flow->store);
  g_free (flow);
}

static JsonObject *
describe_edge (Flow             *flow,
               const OvFlowEdge *edge)
{
  JsonObject *object = json_object_new ();

  ov_op_set_actor (object, "from", "from_name", flow->store, edge->from);
  ov_op_set_actor (object, "to", "to_name", flow->store, edge->to);
  json_object_set_int_member (object, "messages", (gint64) edge->messages);
  json_object_set_int_member (object, "bytes", (gint64) edge->bytes);
  ov_op_set_text (object, "label", ov_store_get_text (flow->store, edge->shape));
  json_object_set_double_member (object, "messages_per_s", edge->rate);
  json_object_set_int_member (object, "calls", (gint64) edge->calls);
  json_object_set_int_member (object, "unanswered", (gint64) edge->unanswered);
  ov_op_set_ns (object, "median_ns", edge->median_ns);
  ov_op_set_ns (object, "p99_ns", edge->p99_ns);

  return object;
}

static JsonObject *
describe_node (Flow             *flow,
               const OvFlowNode *node)
{
  JsonObject *object = json_object_new ();

  ov_op_set_actor (object, "pid", "name", flow->store, node->actor);
  json_object_set_int_member (object, "sent", (gint64) node->sent);
  json_object_set_int_member (object, "received", (gint64) node->received);
  json_object_set_double_member (object, "sent_per_s", node->rate_out);
  json_object_set_double_member (object, "received_per_s", node->rate_in);

  return object;
}

static gboolean
is_told (Flow    *flow,
         guint32  actor,
         guint32  peer)
{
  return flow->actors == NULL || g_hash_table_contains (flow->actors, GUINT_TO_POINTER (actor)) ||
         g_hash_table_contains (flow->actors, GUINT_TO_POINTER (peer));
}

/* The edges up to --limit, and those processes that stand on one of them. */
static void
add_graph (Flow              *flow,
           JsonObject        *answer,
           const OvFlowGraph *graph)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  JsonArray *edges = json_array_new (), *nodes = json_array_new ();
  gint64 limit = ov_invocation_get_integer (flow->invocation, "limit");
  guint64 messages = 0, n_edges = 0;

  for (guint i = 0; i < graph->n_edges; i++)
    {
      const OvFlowEdge *edge = &graph->edges[i];

      if (!is_told (flow, edge->from, edge->to))
        continue;
      n_edges++;
      messages += edge->messages;
      if (limit != 0 && json_array_get_length (edges) >= limit)
        continue;
      json_array_add_object_element (edges, describe_edge (flow, edge));
      g_hash_table_add (seen, GUINT_TO_POINTER (edge->from));
      g_hash_table_add (seen, GUINT_TO_POINTER (edge->to));
    }
  for (guint i = 0; i < graph->n_nodes; i++)
    if (g_hash_table_contains (seen, GUINT_TO_POINTER (graph->nodes[i].actor)))
      json_array_add_object_element (nodes, describe_node (flow, &graph->nodes[i]));
  json_object_set_array_member (answer, "edges", edges);
  json_object_set_array_member (answer, "nodes", nodes);
  json_object_set_int_member (answer, "edge_count", (gint64) n_edges);
  json_object_set_int_member (answer, "messages", (gint64) messages);
  json_object_set_boolean_member (answer, "has_gaps", graph->has_gaps);
}

static void
add_sum (Flow       *flow,
         JsonObject *answer)
{
  const OvTraceSum *sum = ov_trace_get_sum (flow->trace);

  json_object_set_int_member (answer, "generated", (gint64) sum->generated);
  json_object_set_int_member (answer, "dropped", (gint64) sum->dropped);
  ov_op_set_text (answer, "reason", ov_trace_get_reason (flow->trace));
  json_object_set_int_member (answer, "foreign", ov_trace_get_n_foreign (flow->trace));
}

static void
return_graph (Flow *flow)
{
  g_autoptr (OvFlow) sums = ov_flow_new (flow->store);
  g_autoptr (OvFlowGraph) graph = NULL;
  g_autofree char *from = ov_instant_to_text (flow->from_ns);
  JsonObject *answer = json_object_new ();
  GError *error = NULL;

  ov_flow_update (sums, NULL);
  graph = ov_flow_get_graph (sums, flow->from_ns, flow->to_ns, 0);
  add_graph (flow, answer, graph);
  ov_op_set_text (answer, "from_at", from);
  json_object_set_double_member (answer, "seconds", (double) (flow->to_ns - flow->from_ns) / 1e9);
  if (flow->trace != NULL)
    {
      add_sum (flow, answer);
      if (g_strcmp0 (ov_trace_get_reason (flow->trace), "lost") == 0)
        error = g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NODE_LOST,
                             _("The connection to %s was lost; this is what had come until then."),
                             ov_node_get_name (flow->node));
    }
  ov_invocation_return_partial (flow->invocation, ov_op_node_of_object (answer), error);
  flow_free (flow);
}

/* From the first window that lies in the trace whole to the last. */
static void
trace_over (Flow *flow)
{
  const OvTraceSum *sum = ov_trace_get_sum (flow->trace);
  gint64 first_ns, last_ns = 0;

  flow->from_ns = sum->started_ns;
  ov_store_get_span (flow->store, &first_ns, &last_ns);
  flow->to_ns = MAX (sum->ended_ns, flow->from_ns + 1);
  if (last_ns >= flow->to_ns)
    flow->to_ns = last_ns + 1;
  return_graph (flow);
}

static void
ended_cb (OvTrace *trace,
          Flow    *flow)
{
  trace_over (flow);
}

static void
trace_stopped_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  /* The trace says that it ended; where the node is gone it already has. */
  if (!ov_trace_stop_finish (OV_TRACE (source), result, &error))
    g_debug ("the trace was not stopped: %s", error->message);
}

static void
stopped_by_user (OvInvocation *invocation,
                 gpointer      user_data)
{
  Flow *flow = user_data;

  ov_trace_stop_async (flow->trace, NULL, trace_stopped_cb, NULL);
}

static void
traced_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Flow *flow = user_data;
  GError *error = NULL;

  if (!(flow->trace = ov_node_trace_finish (OV_NODE (source), result, &error)) ||
      !ov_op_trace_has_begun (flow->trace, &flow->spec->spec, &error))
    {
      ov_invocation_return_error (flow->invocation, ov_op_trace_explain (flow->invocation, error));
      flow_free (flow);
      return;
    }
  flow->ended_id = g_signal_connect (flow->trace, "ended", G_CALLBACK (ended_cb), flow);
  ov_invocation_begin_lasting (flow->invocation, stopped_by_user, flow);
  if (!ov_trace_is_running (flow->trace))
    trace_over (flow);
}

/* Of all processes every message is seen where it is sent; of some, what others send them only where it arrives. */
static gboolean
is_narrow (const OvTraceSpec *spec)
{
  for (guint i = 0; i < spec->n_targets; i++)
    if (spec->targets[i].scope == OV_TRACE_ALL)
      return FALSE;

  return TRUE;
}

static void
census_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Flow *flow = user_data;
  GError *error = NULL;

  if (!ov_node_census_finish (flow->node, result, &error) ||
      !(flow->spec = ov_op_trace_spec_new (flow->invocation, &error)))
    {
      ov_invocation_return_error (flow->invocation, error);
      flow_free (flow);
      return;
    }
  flow->spec->spec.flags = is_narrow (&flow->spec->spec) ? OV_TRACE_SEND | OV_TRACE_RECEIVE : OV_TRACE_SEND;
  flow->spec->spec.automatic = FALSE;
  flow->spec->spec.level = OV_TRACE_EDGES;
  ov_node_trace_async (flow->node, &flow->spec->spec, ov_invocation_get_cancellable (flow->invocation), traced_cb, flow);
}

static void
run_live (Flow *flow)
{
  ov_node_census_async (flow->node, FALSE, 1, ov_invocation_get_cancellable (flow->invocation), census_done_cb, flow);
}

static void
run_recorded (Flow *flow)
{
  g_autoptr (GArray) actors = NULL;
  GError *error = NULL;

  if (!ov_op_get_range (flow->invocation, flow->store, &flow->from_ns, &flow->to_ns, &error) ||
      !ov_op_find_actors (flow->invocation, flow->store, &actors, &error))
    {
      ov_invocation_return_error (flow->invocation, error);
      flow_free (flow);
      return;
    }
  if (actors != NULL)
    flow->actors = g_hash_table_new (NULL, NULL);
  for (guint i = 0; actors != NULL && i < actors->len; i++)
    g_hash_table_add (flow->actors, GUINT_TO_POINTER (g_array_index (actors, guint32, i)));
  return_graph (flow);
}

static void
run_watch (OvInvocation *invocation)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->invocation = invocation;
  flow->node = g_object_ref (ov_invocation_get_node (invocation));
  flow->store = ov_store_ref (ov_node_get_store (flow->node));
  if (ov_node_is_recording (flow->node))
    run_recorded (flow);
  else
    run_live (flow);
}

static const OvParameter parameters[] = {
  { "process", OV_PARAMETER_PROCESS, FALSE,
    N_("Whose messages: pids and registered names, “new”, “all” (without it); several, parted by commas"),
    .many = TRUE, .placeholder = "PID|NAME|new|all" },
  { "subtree", OV_PARAMETER_FLAG, FALSE, N_("With all processes below these supervisors"), "false" },
  { "seconds", OV_PARAMETER_NUMBER, FALSE, N_("For so long"), "5", NULL, 0.01, 1e6 },
  { "limit", OV_PARAMETER_INTEGER, FALSE, N_("So many edges at most, the strongest"), NULL, NULL, 1, 1e9 },
  OV_OP_RANGE_PARAMETERS,
};

static const OvResultMember members[] = {
  { "edges", "array", N_("Who sent to whom, the strongest first") },
  { "edges[].from_name", "string?", N_("What the sender is called"), N_("From") },
  { "edges[].from", "string", N_("The sender’s pid"), N_("Pid") },
  { "edges[].to_name", "string?", N_("What the receiver is called"), N_("To") },
  { "edges[].to", "string", N_("The receiver’s pid"), N_("Pid") },
  { "edges[].messages", "integer", N_("How many"), N_("Messages") },
  { "edges[].messages_per_s", "number", N_("How many a second"), N_("Rate") },
  { "edges[].bytes", "integer", N_("How much, as external terms"), N_("Bytes") },
  { "edges[].calls", "integer", N_("Calls whose answer was seen") },
  { "edges[].unanswered", "integer", N_("Calls without an answer") },
  { "edges[].median_ns", "integer?", N_("From call to answer; null where none was seen"), N_("Median") },
  { "edges[].p99_ns", "integer?", N_("99 of 100 are faster"), N_("p99") },
  { "edges[].label", "string?", N_("The form of most of them"), N_("Message") },
  { "nodes", "array", N_("The processes on these edges") },
  { "nodes[].pid", "string", N_("The process") },
  { "nodes[].name", "string?", N_("What it is called") },
  { "nodes[].sent", "integer", N_("Messages that it sent") },
  { "nodes[].received", "integer", N_("Messages that it was sent") },
  { "nodes[].sent_per_s", "number", N_("The same a second") },
  { "nodes[].received_per_s", "number", N_("The same a second") },
  { "edge_count", "integer", N_("How many edges there are without --limit") },
  { "messages", "integer", N_("All messages on them") },
  { "has_gaps", "boolean", N_("Whether something is missing: the counts are lower bounds") },
  { "from_at", "string", N_("Since when, RFC 3339 in UTC") },
  { "seconds", "number", N_("For how long") },
  { "generated", "integer", N_("Of a live node: messages that the trace saw") },
  { "dropped", "integer", N_("Of these, not counted on an edge") },
  { "reason", "string", N_("Why it ended: duration, stopped, fuse, lost") },
  { "foreign", "integer", N_("Processes that stayed with another tracer") },
};

const OvOperation ov_op_flow_watch = {
  .id = "flow.watch",
  .summary = N_("Sum up who talks to whom"),
  .description = N_("Messages are counted on the node by sender, receiver and form, so that even a busy node can be watched "
                    "whole; the time from a call to its answer is taken by sampling. Ctrl-C ends it early with what was "
                    "counted. With --recording FILE it sums up a stretch of a recording."),
  .effect = OV_EFFECT_LOAD,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .lasts = TRUE,
  .journaled = TRUE,
  .undo = N_("the end of the command"),
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli flow watch --seconds 3 --sandbox shop",
  .run = run_watch,
};
