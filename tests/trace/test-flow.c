/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums over ranges, against a naive twin; pairing of calls; what came from outside; gaps.
 */
#include "trace-script.h"
#include "trace/ov-flow.h"

#include <string.h>

#define SECOND_NS ((gint64) 1000000000)
#define BEGIN SCRIPT_OFFSET

static const OvFlowEdge *
find_edge (const OvFlowGraph *graph,
           guint32            from,
           guint32            to)
{
  for (guint i = 0; i < graph->n_edges; i++)
    if (graph->edges[i].from == from && graph->edges[i].to == to)
      return &graph->edges[i];

  return NULL;
}

static void
append (OvStore    *store,
        OvEventKind kind,
        guint       from,
        guint       to,
        gint64      at_ns,
        guint32     bytes)
{
  OvPid a = { ov_store_get_node (store), from, 0, 1 };
  OvPid b = { ov_store_get_node (store), to, 0, 1 };
  OvEvent event = { .at_ns = at_ns, .kind = kind, .size_bytes = bytes };

  ov_store_begin (store);
  event.actor = ov_store_intern_actor (store, &a);
  event.peer = ov_store_intern_actor (store, &b);
  event.shape = ov_store_intern_text (store, "hi", 2);
  g_assert_cmpuint (ov_store_append (store, &event, "x", 1), !=, OV_EVENT_NONE);
  ov_store_commit (store);
}

/* Edges and rates of a few messages. */
static void
test_sums (void)
{
  g_autoptr (OvFlow) flow = NULL;
  g_autoptr (OvFlowGraph) graph = NULL;
  OvFlowShare shares[2];
  const OvFlowEdge *edge;
  Script script;

  script_init (&script);
  flow = ov_flow_new (script.store);
  g_assert_false (ov_flow_update (flow, NULL));
  for (guint i = 0; i < 30; i++)
    script_event (&script, 100 * i, "{trace_ts,<0.1.0>,send,{job,1},<0.2.0>,~}");
  for (guint i = 0; i < 10; i++)
    script_event (&script, 100 * i, "{trace_ts,<0.3.0>,send,tick,<0.2.0>,~}");
  g_assert_true (ov_flow_update (flow, NULL));
  g_assert_false (ov_flow_update (flow, NULL));
  graph = ov_flow_get_graph (flow, BEGIN, BEGIN + 3 * SECOND_NS, 0);
  g_assert_cmpuint (graph->n_edges, ==, 2);
  g_assert_cmpuint (graph->n_nodes, ==, 3);
  g_assert_cmpuint (graph->edges[0].messages, ==, 30);
  g_assert_cmpfloat_with_epsilon (graph->edges[0].rate, 10, 1e-9);
  g_assert_cmpstr (ov_store_get_text (script.store, graph->edges[0].shape), ==, "{job,_}");
  g_assert_cmpint (graph->edges[0].last_ns, ==, BEGIN + 2900 * SCRIPT_MS);
  edge = find_edge (graph, script_actor (&script, 3), script_actor (&script, 2));
  g_assert_nonnull (edge);
  g_assert_cmpuint (edge->messages, ==, 10);
  g_assert_false (graph->has_gaps);
  g_assert_cmpuint (ov_flow_get_senders (flow, script_actor (&script, 2), BEGIN, BEGIN + 3 * SECOND_NS, shares, 2),
                    ==, 2);
  g_assert_cmpuint (shares[0].actor, ==, script_actor (&script, 1));
  g_assert_cmpfloat_with_epsilon (shares[0].share, 0.75, 1e-9);

  /* A part of it, and the strongest only. */
  g_clear_pointer (&graph, ov_flow_graph_free);
  graph = ov_flow_get_graph (flow, BEGIN + SECOND_NS, BEGIN + 2 * SECOND_NS, 1);
  g_assert_cmpuint (graph->n_edges, ==, 1);
  g_assert_cmpuint (graph->edges[0].messages, ==, 10);
  g_assert_cmpuint (graph->n_nodes, ==, 2);
  script_clear (&script);
}

typedef struct
{
  gint64  window;
  guint64 edge;
  guint32 bytes;
} Message;

/* Random messages in and out of order over 20 minutes, against summing them one by one. */
static void
test_twin (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (OvFlow) flow = ov_flow_new (store);
  g_autoptr (GArray) twin = g_array_new (FALSE, FALSE, sizeof (Message));
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  const gint64 n_windows = 12000;
  gint64 now = 0;

  for (guint i = 0; i < 60000; i++)
    {
      gint64 late = g_rand_int_range (random, 0, 50) == 0 ? g_rand_int_range (random, 0, 3000) : 0;
      Message message = { .bytes = (guint32) g_rand_int_range (random, 1, 1000) };
      guint from = (guint) g_rand_int_range (random, 1, 30);
      guint to = (guint) g_rand_int_range (random, 1, 30);

      now = n_windows * i / 60000;
      message.window = MAX (0, now - late);
      message.edge = (guint64) from << 32 | to;
      append (store, OV_EVENT_SEND, from, to, BEGIN + message.window * OV_FLOW_WINDOW_NS + 5, message.bytes);
      g_array_append_val (twin, message);
      if (i % 7000 == 0)
        ov_flow_update (flow, NULL);
    }
  ov_flow_update (flow, NULL);

  for (guint round = 0; round < 40; round++)
    {
      gint64 from = g_rand_int_range (random, 0, (gint32) n_windows);
      gint64 to = from + 1 + g_rand_int_range (random, 0, (gint32) (n_windows - from));
      g_autoptr (OvFlowGraph) graph = ov_flow_get_graph (flow, BEGIN + from * OV_FLOW_WINDOW_NS,
                                                         BEGIN + to * OV_FLOW_WINDOW_NS, 0);
      guint64 messages = 0, bytes = 0, found_messages = 0, found_bytes = 0, first_edge = 0;

      for (guint i = 0; i < graph->n_edges; i++)
        {
          found_messages += graph->edges[i].messages;
          found_bytes += graph->edges[i].bytes;
        }
      for (guint i = 0; i < twin->len; i++)
        {
          const Message *message = &g_array_index (twin, Message, i);

          if (message->window < from || message->window >= to)
            continue;
          messages++;
          bytes += message->bytes;
          if (graph->n_edges > 0)
            {
              OvPid a = ov_store_get_actor (store, graph->edges[0].from);
              OvPid b = ov_store_get_actor (store, graph->edges[0].to);

              first_edge += message->edge == ((guint64) a.id << 32 | b.id);
            }
        }
      g_assert_cmpuint (found_messages, ==, messages);
      g_assert_cmpuint (found_bytes, ==, bytes);
      if (graph->n_edges > 0)
        g_assert_cmpuint (graph->edges[0].messages, ==, first_edge);
    }
}

/* Calls: how long they took, and those without an answer. */
static void
test_calls (void)
{
  g_autoptr (OvFlow) flow = NULL;
  g_autoptr (OvFlowGraph) graph = NULL;
  const OvFlowEdge *edge;
  Script script;

  script_init (&script);
  flow = ov_flow_new (script.store);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *ask = g_strdup_printf ("{trace_ts,<0.1.0>,send,{'$gen_call',{<0.1.0>,"
                                              "[alias|#Ref<0.1.2.%u>]},get},<0.2.0>,~}", i);
      g_autofree char *told = g_strdup_printf ("{trace_ts,<0.2.0>,send,{[alias|#Ref<0.1.2.%u>],ok},"
                                               "#Ref<0.1.2.%u>,~}", i, i);

      script_event (&script, 10 * i, ask);
      if (i < 99)
        script_event (&script, 10 * i + (i < 98 ? 2 : 8), told);
    }
  /* The answer to another call was 'DOWN'. */
  script_event (&script, 1000, "{trace_ts,<0.1.0>,send,{'$gen_call',{<0.1.0>,#Ref<0.7.7.7>},get},<0.2.0>,~}");
  script_event (&script, 1001, "{trace_ts,<0.1.0>,'receive',{'DOWN',#Ref<0.7.7.7>,process,<0.2.0>,boom},~}");
  ov_flow_update (flow, NULL);
  graph = ov_flow_get_graph (flow, BEGIN, BEGIN + 2 * SECOND_NS, 0);
  edge = find_edge (graph, script_actor (&script, 1), script_actor (&script, 2));
  g_assert_nonnull (edge);
  g_assert_cmpuint (edge->messages, ==, 101);
  g_assert_cmpuint (edge->calls, ==, 99);
  g_assert_cmpuint (edge->unanswered, ==, 1); /* the other one may still be answered */
  g_assert_cmpint (ABS (edge->median_ns - 2 * SCRIPT_MS), <=, 2 * SCRIPT_MS / 32);
  g_assert_cmpint (ABS (edge->p99_ns - 8 * SCRIPT_MS), <=, 8 * SCRIPT_MS / 32);

  /* Five seconds later it is taken as unanswered; then the answer comes after all. */
  script_event (&script, 7000, "{trace_ts,<0.3.0>,send,x,<0.4.0>,~}");
  ov_flow_update (flow, NULL);
  g_clear_pointer (&graph, ov_flow_graph_free);
  graph = ov_flow_get_graph (flow, BEGIN, BEGIN + 2 * SECOND_NS, 0);
  g_assert_cmpuint (find_edge (graph, script_actor (&script, 1), script_actor (&script, 2))->unanswered, ==, 2);
  script_event (&script, 8000, "{trace_ts,<0.2.0>,send,{[alias|#Ref<0.1.2.99>],ok},#Ref<0.1.2.99>,~}");
  ov_flow_update (flow, NULL);
  g_clear_pointer (&graph, ov_flow_graph_free);
  graph = ov_flow_get_graph (flow, BEGIN, BEGIN + 2 * SECOND_NS, 0);
  edge = find_edge (graph, script_actor (&script, 1), script_actor (&script, 2));
  g_assert_cmpuint (edge->unanswered, ==, 1);
  g_assert_cmpuint (edge->calls, ==, 100);
  script_clear (&script);
}

/* Only the server is traced: its callers are named by their calls, others are outside. */
static void
test_outside (void)
{
  g_autoptr (OvFlow) flow = NULL;
  g_autoptr (OvFlowGraph) graph = NULL;
  Script script;

  script_init (&script);
  flow = ov_flow_new (script.store);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *call = g_strdup_printf ("{trace_ts,<0.2.0>,'receive',{'$gen_call',{<0.1.0>,"
                                               "#Ref<0.1.2.%u>},get},~}", i);
      g_autofree char *told = g_strdup_printf ("{trace_ts,<0.2.0>,send,{#Ref<0.1.2.%u>,ok},<0.1.0>,~}", i);

      script_event (&script, i, call);
      script_event (&script, i + 0.5, told);
      script_event (&script, i + 0.6, "{trace_ts,<0.2.0>,'receive',tick,~}");
      script_event (&script, i + 0.7, "{trace_ts,<0.2.0>,'receive',timeout,~}");
    }
  /* What was seen to be sent is not counted again when it arrives. */
  for (guint i = 0; i < 10; i++)
    {
      script_event (&script, 50 + i, "{trace_ts,<0.5.0>,send,x,<0.6.0>,~}");
      script_event (&script, 50 + i + 0.1, "{trace_ts,<0.6.0>,'receive',x,~}");
    }
  ov_flow_update (flow, NULL);
  graph = ov_flow_get_graph (flow, BEGIN, BEGIN + SECOND_NS, 0);
  g_assert_cmpuint (graph->n_edges, ==, 4);
  g_assert_cmpuint (find_edge (graph, script_actor (&script, 1), script_actor (&script, 2))->messages, ==, 20);
  g_assert_cmpuint (find_edge (graph, script_actor (&script, 1), script_actor (&script, 2))->calls, ==, 20);
  g_assert_cmpuint (find_edge (graph, script_actor (&script, 2), script_actor (&script, 1))->messages, ==, 20);
  g_assert_cmpuint (find_edge (graph, OV_ACTOR_NONE, script_actor (&script, 2))->messages, ==, 20);
  g_assert_cmpuint (find_edge (graph, script_actor (&script, 5), script_actor (&script, 6))->messages, ==, 10);
  script_clear (&script);
}

/* Edges that the node counted, and its samples of how long calls took; a gap in a range is told. */
static void
test_counted (void)
{
  g_autoptr (OvFlow) flow = NULL;
  g_autoptr (OvFlowGraph) graph = NULL;
  g_autoptr (OvFlowGraph) later = NULL;
  const OvFlowEdge *edge;
  Script script;

  script_init (&script);
  flow = ov_flow_new (script.store);
  script_take (&script, OV_TRACE_MESSAGE_FLOW,
               "{[{<0.1.0>,<0.2.0>,{'$gen_call','_',get},4000,80000}],[{<0.1.0>,<0.2.0>,1000000}]}");
  script_event (&script, 1500, "{trace_gap,credit,5,0,~}");
  ov_flow_update (flow, NULL);
  graph = ov_flow_get_graph (flow, BEGIN + 900 * SCRIPT_MS, BEGIN + 1100 * SCRIPT_MS, 0);
  edge = find_edge (graph, script_actor (&script, 1), script_actor (&script, 2));
  g_assert_nonnull (edge);
  g_assert_cmpuint (edge->messages, ==, 4000);
  g_assert_cmpuint (edge->bytes, ==, 80000);
  g_assert_cmpuint (edge->calls, ==, 1);
  g_assert_cmpint (ABS (edge->median_ns - 1000000), <=, 1000000 / 32);
  g_assert_cmpstr (ov_store_get_text (script.store, edge->shape), ==, "{'$gen_call',_,get}");
  g_assert_false (graph->has_gaps);
  later = ov_flow_get_graph (flow, 0, 0, 0);
  g_assert_true (later->has_gaps);
  script_clear (&script);
}

/* Times that are none do no harm. */
static void
test_hostile_times (void)
{
  static const gint64 times[] = { G_MININT64, G_MAXINT64, 0, -1, G_MAXINT64 / 5, G_MININT64 / 5, BEGIN };
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (OvFlow) flow = ov_flow_new (store);
  g_autoptr (OvFlowGraph) graph = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    append (store, OV_EVENT_SEND, 1, 2, times[i], 10);
  ov_flow_update (flow, NULL);
  graph = ov_flow_get_graph (flow, G_MININT64, G_MAXINT64, 0);
  g_assert_cmpuint (graph->edges[0].messages, ==, 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/flow/sums", test_sums);
  g_test_add_func ("/trace/flow/twin", test_twin);
  g_test_add_func ("/trace/flow/calls", test_calls);
  g_test_add_func ("/trace/flow/outside", test_outside);
  g_test_add_func ("/trace/flow/counted", test_counted);
  g_test_add_func ("/trace/flow/hostile-times", test_hostile_times);
  return g_test_run ();
}
