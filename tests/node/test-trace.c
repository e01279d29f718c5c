/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTrace on real nodes: what a node generates is shown or counted as dropped, whatever ends it.
 * The witness is the store, and the node itself, asked over its standard input.
 */
#include "model/ov-trace.h"
#include "support/ov-test-node.h"
#include "support/ov-test-wait.h"

#include <string.h>

typedef struct
{
  OvTestNode *peer;
  OvNode     *node;
  OvTrace    *trace;
  gboolean    done;
  GError     *error;
  guint       n_meters, n_ended;
} Fixture;

static void
finished_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_clear_error (&fixture->error);
  g_task_propagate_boolean (G_TASK (result), &fixture->error);
  fixture->done = TRUE;
}

static void
wait_done (Fixture *fixture)
{
  ov_test_wait_until (fixture->done, 20000);
  fixture->done = FALSE;
}

/* FALSE: no `erl`, the test is skipped. */
static gboolean
set_up (Fixture    *fixture,
        const char *name)
{
  OvAttachOptions options = { 0 };

  *fixture = (Fixture) { 0 };
  if (!ov_test_node_is_available ())
    return FALSE;

  fixture->peer = ov_test_node_start (name, NULL);
  options.cookie = ov_test_node_get_cookie (fixture->peer);
  fixture->node = ov_node_new (name);
  ov_node_attach_async (fixture->node, &options, NULL, finished_cb, fixture);
  wait_done (fixture);
  g_assert_no_error (fixture->error);

  return TRUE;
}

static void
tear_down (Fixture *fixture)
{
  g_clear_object (&fixture->trace);
  ov_node_detach_async (fixture->node, NULL, finished_cb, fixture);
  wait_done (fixture);
  g_assert_no_error (fixture->error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&fixture->node));
  g_clear_error (&fixture->error);
  g_clear_pointer (&fixture->peer, ov_test_node_stop);
}

static void
meter_cb (OvTrace *trace,
          Fixture *fixture)
{
  fixture->n_meters++;
}

static void
ended_cb (OvTrace *trace,
          Fixture *fixture)
{
  fixture->n_ended++;
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_clear_error (&fixture->error);
  fixture->trace = ov_node_trace_finish (OV_NODE (source), result, &fixture->error);
  if (fixture->trace != NULL)
    {
      g_signal_connect (fixture->trace, "meter", G_CALLBACK (meter_cb), fixture);
      g_signal_connect (fixture->trace, "ended", G_CALLBACK (ended_cb), fixture);
    }
  fixture->done = TRUE;
}

static void
start_trace (Fixture           *fixture,
             const OvTraceSpec *spec)
{
  fixture->n_meters = fixture->n_ended = 0;
  g_clear_object (&fixture->trace);
  ov_node_trace_async (fixture->node, spec, NULL, started_cb, fixture);
  wait_done (fixture);
}

static void
stop_trace (Fixture *fixture)
{
  ov_trace_stop_async (fixture->trace, NULL, finished_cb, fixture);
  wait_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_false (ov_trace_is_running (fixture->trace));
  g_assert_cmpuint (fixture->n_ended, ==, 1);
}

/* A process that answers, registered as echo. */
static void
start_echo (OvTestNode *peer)
{
  ov_test_node_assert_eval (peer,
    "begin Loop = fun L() -> receive {From, N} -> From ! {pong, N}, L(); stop -> ok end end, "
    "register(echo, spawn(Loop)) end", "true");
}

static void
talk (OvTestNode *peer,
      guint       n)
{
  g_autofree char *ask =
    g_strdup_printf ("begin [begin echo ! {self(), N}, receive {pong, N} -> ok end end || N <- lists:seq(1, %u)], "
                     "ok end", n);

  ov_test_node_assert_eval (peer, ask, "ok");
}

/* How many events of a trace are in the store; @kinds 0: all that stand for a trace message. */
static guint64
count_events (OvNode  *node,
              OvTrace *trace,
              guint64  kinds)
{
  OvStore *store = ov_node_get_store (node);
  guint64 none = OV_EVENT_MASK (OV_EVENT_FLOW) | OV_EVENT_MASK (OV_EVENT_LATENCY)
                 | OV_EVENT_MASK (OV_EVENT_GAP) | OV_EVENT_MASK (OV_EVENT_LEVEL);
  guint64 n = 0;
  OvEvent event;

  for (guint64 i = ov_store_get_first (store); i < ov_store_get_end (store); i++)
    if (ov_store_get_event (store, i, &event) && event.trace == ov_trace_get_id (trace)
        && (OV_EVENT_MASK (event.kind) & (kinds != 0 ? kinds : ~none)) != 0)
      n++;

  return n;
}

/* What the gaps of a trace say is missing. */
static guint64
count_gaps (OvNode  *node,
            OvTrace *trace)
{
  OvStore *store = ov_node_get_store (node);
  guint64 missing = 0;
  OvEvent event;

  for (guint64 i = ov_store_get_first (store); i < ov_store_get_end (store); i++)
    if (ov_store_get_event (store, i, &event) && event.kind == OV_EVENT_GAP
        && event.trace == ov_trace_get_id (trace))
      {
        g_autoptr (GBytes) payload = ov_store_dup_payload (store, i);
        OvEventGap gap;

        g_assert_cmpuint (g_bytes_get_size (payload), >=, sizeof gap);
        memcpy (&gap, g_bytes_get_data (payload, NULL), sizeof gap);
        missing += GUINT64_FROM_LE (gap.count);
      }

  return missing;
}

static void
print_sum (OvTrace *trace)
{
  const OvTraceSum *sum = ov_trace_get_sum (trace);
  const OvTraceMeter *meter = ov_trace_get_meter (trace);

  g_test_message ("%s: %s: generated %" G_GUINT64_FORMAT ", shown %" G_GUINT64_FORMAT
                  " (%" G_GUINT64_FORMAT " in edges), dropped %" G_GUINT64_FORMAT ", paused %.1f ms",
                  ov_trace_get_title (trace), ov_trace_get_reason (trace), sum->generated, sum->shown,
                  meter->in_edges, sum->dropped, (double) sum->paused_ns / 1e6);
}

/* The rule, and that each part of it is what somebody else says too. */
static void
check_sum (Fixture *fixture)
{
  const OvTraceSum *sum = ov_trace_get_sum (fixture->trace);
  const OvTraceMeter *meter = ov_trace_get_meter (fixture->trace);

  print_sum (fixture->trace);
  g_assert_true (ov_trace_is_sum_final (fixture->trace));
  g_assert_cmpuint (sum->generated, ==, sum->shown + sum->dropped);
  g_assert_cmpuint (sum->generated, ==, meter->generated);
  g_assert_cmpuint (sum->shown, ==, meter->sent);
  g_assert_cmpuint (sum->dropped, ==, meter->dropped);
  g_assert_cmpuint (count_events (fixture->node, fixture->trace, 0), ==, sum->shown - meter->in_edges);
  g_assert_cmpuint (count_gaps (fixture->node, fixture->trace), ==, sum->dropped);
}

static gboolean
is_called (OvNode     *node,
           guint32     actor,
           const char *name)
{
  g_autofree char *found = ov_store_dup_actor_name (ov_node_get_store (node), actor);

  return g_strcmp0 (found, name) == 0;
}

/* More than one process can send: the governor has nothing to do. */
#define NO_GOVERNOR 10000000

static void
test_events (void)
{
  OvTraceTarget target = { OV_TRACE_PROCESS, .name = "echo" };
  OvTraceSpec spec = {
    .targets = &target, .n_targets = 1, .flags = OV_TRACE_SEND | OV_TRACE_RECEIVE,
    .rate = NO_GOVERNOR,
  };
  Fixture fixture;
  OvEvent event = { 0 };
  guint64 last;

  if (!set_up (&fixture, "events@localhost"))
    return;

  start_echo (fixture.peer);
  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  g_assert_true (ov_trace_is_running (fixture.trace));
  g_assert_cmpint (ov_trace_get_level (fixture.trace), ==, OV_TRACE_EVENTS);
  g_assert_cmpstr (ov_trace_get_title (fixture.trace), ==, "echo: send, receive");
  g_assert_cmpuint (ov_trace_get_n_processes (fixture.trace), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (ov_node_list_traces (fixture.node)), ==, 1);
  talk (fixture.peer, 500);
  ov_test_wait_until (fixture.n_meters > 0, 5000);
  stop_trace (&fixture);

  check_sum (&fixture);
  g_assert_cmpstr (ov_trace_get_reason (fixture.trace), ==, "stopped");
  g_assert_cmpuint (ov_trace_get_sum (fixture.trace)->shown, ==, 1000);
  g_assert_cmpuint (ov_trace_get_sum (fixture.trace)->dropped, ==, 0);
  g_assert_cmpuint (count_events (fixture.node, fixture.trace, OV_EVENT_MASK (OV_EVENT_SEND)), ==, 500);
  g_assert_cmpuint (count_events (fixture.node, fixture.trace, OV_EVENT_MASK (OV_EVENT_RECEIVE)), ==, 500);

  /* Who sent it is known, and its name came with it, though nobody took a census. */
  for (last = ov_store_get_end (ov_node_get_store (fixture.node)); event.kind != OV_EVENT_RECEIVE;)
    g_assert_true (ov_store_get_event (ov_node_get_store (fixture.node), --last, &event));
  g_assert_cmpuint (event.peer, !=, OV_ACTOR_NONE);
  ov_test_wait_until (is_called (fixture.node, event.actor, "echo"), 5000);

  /* Stopping again is no error, and the sum stays. */
  ov_trace_stop_async (fixture.trace, NULL, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_no_error (fixture.error);
  tear_down (&fixture);
}

/* Edges, the governor and a flood: the sum is exact all the same. */
static void
test_flood (void)
{
  OvTraceTarget target = { OV_TRACE_ALL };
  OvTraceSpec spec = {
    .targets = &target, .n_targets = 1, .flags = OV_TRACE_SEND | OV_TRACE_RECEIVE, .automatic = TRUE,
    .level = OV_TRACE_EVENTS,
  };
  Fixture fixture;

  if (!set_up (&fixture, "flood@localhost"))
    return;

  for (guint round = 0; round < 3; round++)
    {
      static const OvTraceLevel levels[] = { OV_TRACE_EVENTS, OV_TRACE_EDGES, OV_TRACE_EVENTS };

      spec.level = levels[round];
      spec.automatic = round == 2;
      ov_test_node_assert_eval (fixture.peer,
        "begin Ping = fun L(0, _) -> ok; L(N, P) -> P ! {self(), N}, receive {pong, N} -> L(N - 1, P) end end, "
        "Pong = fun L() -> receive {From, N} -> From ! {pong, N}, L() end end, "
        "[spawn(fun() -> Ping(50000, spawn_link(Pong)) end) || _ <- [1, 2, 3, 4]], ok end", "ok");
      start_trace (&fixture, &spec);
      g_assert_no_error (fixture.error);
      ov_test_wait_until (fixture.n_meters > 4 || !ov_trace_is_running (fixture.trace), 20000);
      stop_trace (&fixture);
      check_sum (&fixture);
      g_assert_cmpuint (ov_trace_get_sum (fixture.trace)->shown, >, 0);
    }
  tear_down (&fixture);
}

/* Ten million events and more, each of them shown or counted as dropped: for "-m slow". */
static void
test_ten_million (void)
{
  OvTraceTarget target = { OV_TRACE_ALL };
  OvTraceSpec spec = {
    .targets = &target, .n_targets = 1, .flags = OV_TRACE_SEND | OV_TRACE_RECEIVE,
    .level = OV_TRACE_EVENTS, .rate = NO_GOVERNOR,
  };
  Fixture fixture;

  if (!g_test_slow ())
    {
      g_test_skip ("slow; run with -m slow");
      return;
    }
  if (!set_up (&fixture, "million@localhost"))
    return;

  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  ov_test_node_assert_eval (fixture.peer,
    "begin register(millions, spawn(fun() -> "
    "Ping = fun L(0, _) -> ok; L(N, P) -> P ! {self(), N}, receive {pong, N} -> L(N - 1, P) end end, "
    "Pong = fun L() -> receive {From, N} -> From ! {pong, N}, L() end end, "
    "Ping(5000000, spawn_link(Pong)) end)) end", "true");
  ov_test_wait_until (ov_trace_get_sum (fixture.trace)->generated >= 10 * 1000 * 1000
              || ov_trace_get_level (fixture.trace) == OV_TRACE_OFF, 400000);
  stop_trace (&fixture);
  check_sum (&fixture);
  g_assert_cmpuint (ov_trace_get_sum (fixture.trace)->generated, >=, 10 * 1000 * 1000);
  tear_down (&fixture);
}

static void
test_limits (void)
{
  OvTraceTarget target = { OV_TRACE_PROCESS, .name = "echo" };
  OvTraceSpec spec = {
    .targets = &target, .n_targets = 1, .flags = OV_TRACE_SEND | OV_TRACE_RECEIVE, .count = 100,
    .rate = NO_GOVERNOR,
  };
  Fixture fixture;

  if (!set_up (&fixture, "limits@localhost"))
    return;

  start_echo (fixture.peer);
  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  talk (fixture.peer, 400);
  ov_test_wait_until (fixture.n_ended > 0, 5000);
  g_assert_cmpstr (ov_trace_get_reason (fixture.trace), ==, "count");
  check_sum (&fixture);
  g_assert_cmpuint (ov_trace_get_sum (fixture.trace)->shown, ==, 100);

  spec.count = 0;
  spec.duration_ms = 300;
  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  talk (fixture.peer, 10);
  ov_test_wait_until (fixture.n_ended > 0, 5000);
  g_assert_cmpstr (ov_trace_get_reason (fixture.trace), ==, "duration");
  check_sum (&fixture);

  spec.duration_ms = 0;
  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  talk (fixture.peer, 10);
  ov_test_node_assert_eval (fixture.peer, "exit(whereis(echo), kill)", "true");
  start_echo (fixture.peer);
  /* The name is taken up again, a moment after the next owner has it. */
  for (guint i = 0; i < 100
       && count_events (fixture.node, fixture.trace, OV_EVENT_MASK (OV_EVENT_SEND)) <= 10; i++)
    {
      talk (fixture.peer, 10);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  stop_trace (&fixture);
  check_sum (&fixture);
  g_assert_cmpuint (count_events (fixture.node, fixture.trace, OV_EVENT_MASK (OV_EVENT_SEND)), >, 10);
  g_assert_cmpuint (g_list_model_get_n_items (ov_node_list_traces (fixture.node)), ==, 3);
  tear_down (&fixture);
}

static void
test_calls (void)
{
  g_autoptr (OvTerm) match =
    ov_term_parse ("[{['_', '$1'], [{is_list, '$1'}], [{return_trace}]}]", NULL, NULL, NULL);
  OvTraceCall call = { "lists", "map", 2, NULL, TRUE };
  OvTraceTarget target = { OV_TRACE_PROCESS, .name = "mapper" };
  OvTraceSpec spec = { .targets = &target, .n_targets = 1, .calls = &call, .n_calls = 1 };
  Fixture fixture;

  if (!set_up (&fixture, "calls@localhost"))
    return;

  ov_test_node_assert_eval (fixture.peer,
    "begin Loop = fun L() -> receive {From, X} -> From ! lists:map(fun(A) -> A + 1 end, X), L() end end, "
    "register(mapper, spawn(Loop)) end", "true");
  call.match = match;
  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (ov_trace_get_title (fixture.trace), ==, "mapper: lists:map/2");
  g_assert_cmpuint (ov_trace_get_n_functions (fixture.trace), ==, 1);
  ov_test_node_assert_eval (fixture.peer, "begin mapper ! {self(), [1, 2]}, receive X -> X end end", "[2,3]");
  stop_trace (&fixture);
  check_sum (&fixture);
  g_assert_cmpuint (count_events (fixture.node, fixture.trace, OV_EVENT_MASK (OV_EVENT_CALL)), ==, 1);
  g_assert_cmpuint (count_events (fixture.node, fixture.trace, OV_EVENT_MASK (OV_EVENT_RETURN)), ==, 1);

  /* What is wrong is said, and nothing is left of it. */
  call = (OvTraceCall) { "no_such_module_at_all", "f", 1, NULL, TRUE };
  start_trace (&fixture, &spec);
  g_assert_error (fixture.error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_FUNCTION);
  spec.n_calls = 0;
  target.name = "nobody_is_called_that";
  start_trace (&fixture, &spec);
  g_assert_error (fixture.error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS);
  spec.n_targets = 0;
  start_trace (&fixture, &spec);
  g_assert_error (fixture.error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS);
  g_assert_cmpuint (g_list_model_get_n_items (ov_node_list_traces (fixture.node)), ==, 1);
  tear_down (&fixture);
}

/* The node dies in the middle: what came is kept, the sum says what is known, and the gap is there. */
static void
test_lost (void)
{
  OvTraceTarget target = { OV_TRACE_PROCESS, .name = "echo" };
  OvTraceSpec spec = {
    .targets = &target, .n_targets = 1, .flags = OV_TRACE_SEND | OV_TRACE_RECEIVE,
    .rate = NO_GOVERNOR,
  };
  const OvTraceSum *sum;
  OvStoreFigures figures;
  Fixture fixture;

  if (!set_up (&fixture, "lost@localhost"))
    return;

  start_echo (fixture.peer);
  start_trace (&fixture, &spec);
  g_assert_no_error (fixture.error);
  talk (fixture.peer, 200);
  ov_test_wait_until (count_events (fixture.node, fixture.trace, 0) >= 400, 5000);
  ov_test_node_kill (fixture.peer);
  ov_test_wait_until (fixture.n_ended > 0, 10000);
  print_sum (fixture.trace);
  sum = ov_trace_get_sum (fixture.trace);
  g_assert_cmpstr (ov_trace_get_reason (fixture.trace), ==, "lost");
  g_assert_false (ov_trace_is_running (fixture.trace));
  g_assert_false (ov_trace_is_sum_final (fixture.trace));
  g_assert_cmpuint (sum->shown, ==, 400);
  g_assert_cmpuint (sum->generated, ==, sum->shown + sum->dropped);
  ov_store_get_figures (ov_node_get_store (fixture.node), &figures);
  g_assert_cmpuint (figures.by_kind[OV_EVENT_GAP], >=, 2); /* of the trace, and of the node */
  ov_trace_stop_async (fixture.trace, NULL, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_no_error (fixture.error);
  tear_down (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/trace/events", test_events);
  g_test_add_func ("/node/trace/flood", test_flood);
  g_test_add_func ("/node/trace/ten-million", test_ten_million);
  g_test_add_func ("/node/trace/limits", test_limits);
  g_test_add_func ("/node/trace/calls", test_calls);
  g_test_add_func ("/node/trace/lost", test_lost);

  return g_test_run ();
}
