/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tracing on a real node: sums are exact, names and modules are taken up again, another tracer is
 * left alone, limits hold, and afterwards the node is as it was.
 */
#include "support/ov-test-trace.h"

#include <stdio.h>
#include <string.h>

#define SOON_MS 5000
#define AGAIN_MS 250
#define NAMED(name) "[#{scope => <<\"process\">>, name => <<\"" name "\">>}]"
#define SUBTREE(name) "[#{scope => <<\"subtree\">>, name => <<\"" name "\">>}]"
#define ALL "[#{scope => <<\"all\">>}]"
#define MESSAGES "[<<\"send\">>, <<\"receive\">>]"
#define CALL(function, arity, match)                                                                \
  "calls => [#{module => <<\"ov_talk\">>, function => <<\"" function "\">>, arity => " arity ","     \
  " match => " match ", global => false}]"

typedef struct
{
  OvTestNode  *node;
  OvTestProbe *probe;
  OvTestTrace *trace;
  char        *before;  /* a snapshot */
  gboolean     changed; /* the test itself made other processes of the node's */
} Bench;

static void
load_talk (OvTestNode *node)
{
  g_autofree char *source = NULL;
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "support", "ov_talk.erl", NULL);
  g_autofree char *path = g_build_filename (ov_test_node_get_home (node), "ov_talk.erl", NULL);
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (from, &source, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, source, (gssize) length, &error);
  g_assert_no_error (error);
  command = g_strdup_printf ("{ok, M, B} = compile:file(\"%s\", [binary]),"
                             "{module, M} = code:load_binary(M, \"ov_talk\", B), M",
                             ov_test_node_get_inner_path (node, path));
  ov_test_node_assert_eval (node, command, "ov_talk");
}

/* A node with the servers a and b under a supervisor, and an attached probe. */
static gboolean
set_up (Bench *self)
{
  self->changed = FALSE;
  if (!ov_test_node_is_available ())
    return FALSE;

  self->node = ov_test_node_start ("traced@localhost", NULL);
  load_talk (self->node);
  ov_test_node_assert_eval (self->node, "is_pid(ov_talk:tree([a, b]))", "true");
  self->before = ov_test_node_snapshot (self->node);
  self->probe = ov_test_probe_new ();
  self->trace = ov_test_trace_new (self->probe);
  ov_test_probe_attach (self->probe, self->node, NULL);
  return TRUE;
}

/* What there is besides processes and names. */
static void
assert_nothing_left (OvTestNode *node)
{
  g_assert_true (ov_test_node_wait_eval (node, "code:is_loaded(ov_probe)", "false", SOON_MS));
  ov_test_node_assert_eval (node,
                            "[P || P <- [new_processes | processes()],"
                            "  erlang:trace_info(P, flags) =/= {flags, []},"
                            "  erlang:trace_info(P, flags) =/= undefined]", "[]");
  ov_test_node_assert_eval (node, "erlang:trace_info(send, match_spec)", "{match_spec,true}");
  ov_test_node_assert_eval (node, "erlang:trace_info('receive', match_spec)", "{match_spec,true}");
  ov_test_node_assert_eval (node, "seq_trace:get_system_tracer()", "false");
}

static void
tear_down (Bench *self)
{
  ov_test_probe_detach (self->probe);
  assert_nothing_left (self->node);
  if (!self->changed)
    ov_test_node_assert_same (self->node, self->before, 2000);
  g_assert_false (self->probe->lost);
  ov_test_probe_free (self->probe);
  ov_test_trace_free (self->trace);
  g_free (self->before);
  ov_test_node_stop (self->node);
}

static void
eval (Bench      *self,
      const char *expression)
{
  g_autofree char *value = ov_test_node_eval (self->node, expression);
}

/* Nothing of a trace is left on a node that is still attached: two processes, no flags. */
static void
assert_idle (Bench *self)
{
  g_assert_true (ov_test_node_wait_eval (
      self->node, "length([P || P <- processes(), {_, {ov_probe, _, _}} <- "
                  "[process_info(P, current_function)]])", "2", SOON_MS));
}

static void
test_sums (void)
{
  Bench self;
  OvTestSum sum;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, NAMED ("a"), MESSAGES, "");
  eval (&self, "[gen_server:cast(a, {n, N}) || N <- lists:seq(1, 2500)], gen_server:call(a, count)");
  eval (&self, "[gen_server:call(a, {add, N, 1}) || N <- lists:seq(1, 500)]");
  ov_test_trace_stop (self.trace, 1);
  sum = ov_test_trace_get (self.trace, 1);
  g_assert_cmpuint (sum.meter.generated, ==, 2500 + 2 * 501);
  g_assert_cmpuint (sum.meter.dropped, ==, 0);
  g_assert_cmpstr (sum.why, ==, "stopped");
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "'$gen_cast'"), ==, 2500);
  assert_idle (&self);
  tear_down (&self);
}

/* Who sent what was received; a timer is nobody. */
static void
test_sender (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, NAMED ("a"), "[<<\"receive\">>]", "");
  eval (&self, "gen_server:cast(b, {tell, whereis(a), from_b}), erlang:send_after(1, a, from_nobody)");
  g_assert_true (ov_test_trace_wait (self.trace, 1, "from_nobody", 1, SOON_MS));
  g_assert_true (ov_test_trace_wait (self.trace, 1, "from_b", 1, SOON_MS));
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "'receive',from_b,<"), ==, 1);
  ov_test_trace_stop (self.trace, 1);
  tear_down (&self);
}

static void
test_name_again (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  self.changed = TRUE;
  ov_test_trace_start (self.trace, 1, NAMED ("a"), MESSAGES, "");
  for (guint i = 1; i <= 3; i++)
    {
      eval (&self, "ov_talk:stop(a), F = fun F() -> case whereis(a) of undefined -> F(); _ -> ok end"
                   " end, F()");
      for (gint64 until = g_get_monotonic_time () + SOON_MS * 1000;
           ov_test_trace_count (self.trace, 1, "{life,") < i && g_get_monotonic_time () < until;)
        {
          g_autofree char *cast = g_strdup_printf ("gen_server:cast(a, {life, %u})", i);

          eval (&self, cast);
          g_assert_true (ov_test_node_wait_eval (self.node, "gen_server:call(a, count) > 0", "true",
                                                 SOON_MS));
          ov_test_trace_wait (self.trace, 1, "{life,", i, 50);
        }
      {
        g_autofree char *mark = g_strdup_printf ("{life,%u}", i);

        g_assert_cmpuint (ov_test_trace_count (self.trace, 1, mark), >, 0);
      }
    }
  ov_test_trace_stop (self.trace, 1);
  tear_down (&self);
}

/* Ends with the last process it is about; with a name it does not. */
static void
test_processes_gone (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  {
    g_autofree char *pid = ov_test_node_eval (self.node,
                                              "pid_to_list(spawn(fun() -> receive stop -> ok end end))");
    g_autofree char *targets = NULL;
    g_autofree char *stop = g_strdup_printf ("list_to_pid(%s) ! stop", pid);
    guint id = 0, serial = 0;

    g_assert_cmpint (sscanf (pid, "\"<0.%u.%u>", &id, &serial), ==, 2);
    targets = g_strdup_printf ("[#{scope => <<\"process\">>, id => %u, serial => %u}]", id, serial);
    ov_test_trace_start (self.trace, 1, targets, "[<<\"procs\">>, <<\"receive\">>]", "");
    eval (&self, stop);
  }
  g_assert_true (ov_test_trace_wait_end (self.trace, 1, SOON_MS));
  g_assert_cmpstr (ov_test_trace_get (self.trace, 1).why, ==, "processes-gone");
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, ",exit,normal"), ==, 1);
  assert_idle (&self);
  tear_down (&self);
}

static void
test_calls (void)
{
  g_autoptr (OvTerm) answer = NULL;
  gboolean added = FALSE;
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, NAMED ("a"), "[]", CALL ("add", "2", "[]"));
  eval (&self, "gen_server:call(a, {add, 3, 4})");
  g_assert_true (ov_test_trace_wait (self.trace, 1, "return_from,{ov_talk,add,2},7", 1, SOON_MS));
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "call,{ov_talk,add,[3,4]}"), ==, 1);

  /* The module is loaded again: the breakpoints are set again, and from some call on it is seen. */
  load_talk (self.node);
  for (gint64 until = g_get_monotonic_time () + SOON_MS * 1000; !added && g_get_monotonic_time () < until;)
    {
      eval (&self, "gen_server:call(a, {add, 30, 40})");
      added = ov_test_trace_wait (self.trace, 1, "return_from,{ov_talk,add,2},70", 1, AGAIN_MS);
    }
  g_assert_true (added);

  /* Several at once: each gets its own. */
  ov_test_trace_start (self.trace, 2, NAMED ("a"), "[<<\"receive\">>]", CALL ("fail", "1", "[]"));
  eval (&self, "gen_server:call(a, {fail, oops}), gen_server:call(a, {add, 5, 5})");
  g_assert_true (ov_test_trace_wait (self.trace, 2, "exception_from,{ov_talk,fail,1},{error,oops}", 1,
                                     SOON_MS));
  g_assert_true (ov_test_trace_wait (self.trace, 2, "{add,5,5}", 1, SOON_MS));
  g_assert_true (ov_test_trace_wait (self.trace, 1, "return_from,{ov_talk,add,2},10", 1, SOON_MS));
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "fail"), ==, 0);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 2, "return_from,{ov_talk,add"), ==, 0);
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_REFUSED, "trace_start",
                        "#{id => 3, targets => " ALL ", events => [], level => <<\"events\">>, "
                        CALL ("add", "2", "[{['$1', '_'], [], []}]") "}");
  ov_test_trace_stop (self.trace, 1);
  ov_test_trace_stop (self.trace, 2);
  ov_test_node_assert_eval (self.node, "erlang:trace_info({ov_talk, add, 2}, all)", "{all,false}");
  assert_idle (&self);
  tear_down (&self);
}

static void
test_refused (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_NO_FUNCTION, "trace_start",
                        "#{id => 1, targets => " ALL ", events => [], level => <<\"events\">>, "
                        CALL ("missing", "2", "[]") "}");
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_NO_FUNCTION, "trace_start",
                        "#{id => 1, targets => " ALL ", events => [], level => <<\"events\">>,"
                        " calls => [#{module => <<\"no_such_module\">>, function => <<\"f\">>}]}");
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_BAD_MATCH, "trace_start",
                        "#{id => 1, targets => " ALL ", events => [], level => <<\"events\">>, "
                        CALL ("add", "2", "[{['$1', '_'], [{wrong, '$1'}], []}]") "}");
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_NO_PROCESS, "trace_start",
                        "#{id => 1, targets => " NAMED ("nobody_of_that_name") ","
                        " events => " MESSAGES ", level => <<\"events\">>}");
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_FAILED, "trace_start",
                        "#{id => 1, targets => [], events => " MESSAGES ", level => <<\"events\">>}");
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_FAILED, "trace_stop", "#{id => 7}");
  assert_idle (&self);
  tear_down (&self);
}

static void
test_large_terms (void)
{
  Bench self;
  OvTestSum sum;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, NAMED ("a"), MESSAGES, "");
  eval (&self, "[gen_server:call(a, {large, 100000}) || _ <- lists:seq(1, 20)]");
  eval (&self, "gen_server:cast(a, {large_binary, binary:copy(<<1>>, 10000000)})");
  eval (&self, "gen_server:cast(a, {small_fun, fun lists:seq/2})");
  g_assert_true (ov_test_trace_wait (self.trace, 1, "small_fun", 1, SOON_MS));
  ov_test_trace_stop (self.trace, 1);
  sum = ov_test_trace_get (self.trace, 1);
  g_assert_cmpuint (sum.n_events, ==, 42);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "{trace_cut,"), ==, 21);
  g_assert_cmpuint (sum.bytes, <, 42 * 1000);
  tear_down (&self);
}

static void
test_limits (void)
{
  Bench self;
  OvTestSum sum;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, NAMED ("a"), MESSAGES, "limits => #{count => 100, rate => 0}");
  eval (&self, "[gen_server:cast(a, {n, N}) || N <- lists:seq(1, 250)]");
  g_assert_true (ov_test_trace_wait_end (self.trace, 1, SOON_MS));
  sum = ov_test_trace_get (self.trace, 1);
  g_assert_cmpstr (sum.why, ==, "count");
  g_assert_cmpuint (sum.n_events, ==, 100);
  g_assert_cmpuint (sum.meter.sent, ==, 100);
  g_assert_cmpuint (sum.meter.generated, ==, 100 + sum.meter.dropped);

  ov_test_trace_start (self.trace, 2, NAMED ("a"), MESSAGES, "limits => #{duration_ms => 50}");
  g_assert_true (ov_test_trace_wait_end (self.trace, 2, SOON_MS));
  g_assert_cmpstr (ov_test_trace_get (self.trace, 2).why, ==, "duration");
  assert_idle (&self);
  tear_down (&self);
}

/* A subtree has those who are there and those who come; so has everybody; the new ones are new. */
static void
test_scopes (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, SUBTREE ("ov_talk_sup"), MESSAGES, "");
  eval (&self, "gen_server:cast(a, to_a), gen_server:cast(b, to_b), rex ! nonsense");
  g_assert_true (ov_test_trace_wait (self.trace, 1, "to_a", 1, SOON_MS));
  g_assert_true (ov_test_trace_wait (self.trace, 1, "to_b", 1, SOON_MS));
  eval (&self, "supervisor:start_child(ov_talk_sup,"
               " #{id => c, start => {ov_talk, start_worker, [c]}}), gen_server:cast(c, to_c)");
  g_assert_true (ov_test_trace_wait (self.trace, 1, "to_c", 1, SOON_MS));
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "nonsense"), ==, 0);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, ",spawn,"), ==, 0);
  ov_test_trace_stop (self.trace, 1);
  eval (&self, "ok = supervisor:terminate_child(ov_talk_sup, c),"
               "ok = supervisor:delete_child(ov_talk_sup, c)");

  ov_test_trace_start (self.trace, 2, "[#{scope => <<\"new\">>}]", "[<<\"receive\">>, <<\"procs\">>]",
                       "");
  eval (&self, "gen_server:cast(a, to_a), P = spawn(fun() -> receive stop -> ok end end), P ! stop");
  g_assert_true (ov_test_trace_wait (self.trace, 2, "'receive',stop", 1, SOON_MS));
  g_assert_cmpuint (ov_test_trace_count (self.trace, 2, "to_a"), ==, 0);
  ov_test_trace_stop (self.trace, 2);

  ov_test_trace_start (self.trace, 3, ALL, "[<<\"receive\">>, <<\"procs\">>]", "");
  eval (&self, "gen_server:cast(a, to_a), P = spawn(fun() -> receive stop -> ok end end), P ! stop");
  g_assert_true (ov_test_trace_wait (self.trace, 3, "to_a", 1, SOON_MS));
  g_assert_true (ov_test_trace_wait (self.trace, 3, "'receive',stop", 1, SOON_MS));
  /* Not our own: no acknowledgement, no request. */
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (OvTerm) info = ov_test_probe_request (self.probe, "node_info", NULL, NULL);
    }
  ov_test_probe_census (self.probe, TRUE, 500);
  ov_test_trace_stop (self.trace, 3);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 3, "ov_ack"), ==, 0);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 3, "ov_own"), ==, 0);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 3, "replace_state"), ==, 0);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 3, "'$gen_call',{<0."), ==, 0);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 3, "{request,"), ==, 0);
  assert_idle (&self);
  tear_down (&self);
}

static void
test_edges (void)
{
  Bench self;
  OvTestSum sum;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, ALL, MESSAGES, "level => <<\"edges\">>");
  eval (&self, "[gen_server:call(a, {add, N, 1}) || N <- lists:seq(1, 300)],"
               "[gen_server:cast(b, {n, N}) || N <- lists:seq(1, 200)], gen_server:call(b, count)");
  ov_test_trace_stop (self.trace, 1);
  sum = ov_test_trace_get (self.trace, 1);
  g_assert_cmpuint (sum.n_counted, ==, sum.meter.sent);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "{'$gen_call','_',{add,'_','_'}},300,"), ==, 1);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "{'$gen_cast',{n,'_'}},200,"), ==, 1);
  g_assert_cmpuint (sum.n_latencies, >=, 200);

  /* Of one process: what it sends, and what it receives from those who are not traced. */
  ov_test_trace_start (self.trace, 2, NAMED ("a"), MESSAGES, "level => <<\"edges\">>");
  eval (&self, "[gen_server:call(a, {add, N, 1}) || N <- lists:seq(1, 300)]");
  ov_test_trace_stop (self.trace, 2);
  sum = ov_test_trace_get (self.trace, 2);
  g_assert_cmpuint (sum.n_counted, ==, 600);
  g_assert_cmpuint (sum.meter.sent, ==, 600);
  assert_idle (&self);
  tear_down (&self);
}

/* A program that does not acknowledge: what is dropped is counted, told, and nothing waits for it. */
static void
test_gaps (void)
{
  Bench self;
  OvTestSum sum;

  if (!set_up (&self))
    return;

  ov_test_trace_set_keeps_lines (self.trace, FALSE);
  ov_test_trace_start (self.trace, 1, NAMED ("a"), MESSAGES, "");
  ov_test_trace_set_stuck (self.trace, TRUE);
  eval (&self, "[begin [gen_server:cast(a, {n, N}) || N <- lists:seq(1, 1000)],"
               " gen_server:call(a, count) end || _ <- lists:seq(1, 100)]");
  ov_test_trace_set_stuck (self.trace, FALSE);
  eval (&self, "gen_server:call(a, count)");
  ov_test_trace_stop (self.trace, 1);
  sum = ov_test_trace_get (self.trace, 1);
  g_assert_cmpuint (sum.meter.generated, ==, 100 * 1002 + 2);
  g_assert_cmpuint (sum.meter.dropped, >, 0);
  g_assert_cmpuint (sum.gap_count, ==, sum.meter.dropped);
  tear_down (&self);
}

/* More is lost than shown for three seconds: the fuse; a person re-arms it. */
static void
test_backlog (void)
{
  g_autoptr (OvTerm) answer = NULL;
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_set_keeps_lines (self.trace, FALSE);
  ov_test_trace_start (self.trace, 1, NAMED ("a"), MESSAGES, "");
  eval (&self, "spawn(fun() -> register(pump, self()), (fun P() -> gen_server:cast(a, x),"
               " erlang:yield(), receive stop -> ok after 0 -> P() end end)() end)");
  ov_test_trace_set_delay (self.trace, 20 * 1000);
  if (!ov_test_trace_wait_level (self.trace, 1, OV_TRACE_OFF, 30 * 1000))
    {
      OvTestSum sum = ov_test_trace_get (self.trace, 1);

      g_error ("level %u, generated %" G_GUINT64_FORMAT ", sent %" G_GUINT64_FORMAT ", dropped %"
               G_GUINT64_FORMAT ", %u meters, %u messages", sum.meter.level, sum.meter.generated,
               sum.meter.sent, sum.meter.dropped, sum.n_meters, sum.n_messages);
    }
  ov_test_trace_set_delay (self.trace, 0);
  ov_test_node_assert_eval (self.node, "erlang:trace_info(whereis(a), flags)", "{flags,[]}");
  answer = ov_test_trace_ask (self.trace, "trace_level", "#{id => 1, level => <<\"events\">>}");
  g_assert_true (ov_test_trace_wait_level (self.trace, 1, OV_TRACE_EVENTS, SOON_MS));
  eval (&self, "pump ! stop");
  ov_test_trace_stop (self.trace, 1);
  assert_idle (&self);
  tear_down (&self);
}

static char *
flood (Bench *self)
{
  return ov_test_node_eval (
      self->node,
      "Self = self(), spawn(fun() -> register(ov_flood, self()),"
      " N = ov_talk:flood(4, 3000), Self ! {flood, N} end),"
      "M0 = erlang:memory(total), Start = erlang:monotonic_time(millisecond),"
      "Max = (fun F(M) -> receive {flood, N} -> {N, M div 1000000}"
      "  after 20 -> F(max(M, erlang:memory(total) - M0)) end end)(0), Max");
}

/* Everybody floods: governed, then edges, then off, by itself; the node keeps its memory. */
static void
test_flood (void)
{
  g_autofree char *bare = NULL;
  g_autofree char *traced = NULL;
  guint megabytes = 0;
  guint64 trips = 0;
  Bench self;

  if (!set_up (&self))
    return;

  bare = flood (&self);
  ov_test_trace_start (self.trace, 1, ALL, MESSAGES,
                       "automatic => true, limits => #{rate => 20000}");
  traced = flood (&self);
  g_test_message ("round trips and MB: %s untraced, %s traced", bare, traced);
  g_assert_cmpint (sscanf (traced, "{%" G_GUINT64_FORMAT ",%u}", &trips, &megabytes), ==, 2);
  g_assert_cmpuint (megabytes, <, 100);
  ov_test_trace_stop (self.trace, 1);
  {
    g_autofree char *all = ov_test_trace_dup_lines (self.trace, 1);
    g_auto (GStrv) each = g_strsplit (all, "\n", -1);

    g_test_message ("%s", each[0]);
    for (guint i = 0; each[i] != NULL; i++)
      if (g_str_has_prefix (each[i], "{trace_level") || g_str_has_prefix (each[i], "{trace_gap"))
        g_test_message ("%s", each[i]);
  }
  /* Down to edges and then off, or off at once where the queue was quicker. */
  g_assert_cmpuint (ov_test_trace_count (self.trace, 1, "{trace_level,<<\"off\">>,"), ==, 1);
  assert_idle (&self);
  tear_down (&self);
}

/* Without a governor the tracer's queue is the fuse. */
static void
test_queue (void)
{
  g_autofree char *traced = NULL;
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_set_keeps_lines (self.trace, FALSE);
  ov_test_trace_start (self.trace, 1, ALL, "[<<\"send\">>, <<\"receive\">>, <<\"running\">>]", "");
  traced = flood (&self);
  g_test_message ("round trips and MB: %s", traced);
  ov_test_trace_stop (self.trace, 1);
  assert_idle (&self);
  tear_down (&self);
}

/* Somebody else traces already, and is not robbed. */
static void
test_foreign (void)
{
  g_autoptr (OvTerm) answer = NULL;
  gboolean is_session;
  gint64 foreign = -1;
  Bench self;

  if (!set_up (&self))
    return;

  is_session = ov_test_node_get_release (self.node) >= 27;
  eval (&self, "Self = self(), spawn(fun() -> register(other, self()),"
               " erlang:trace(whereis(b), true, [procs]), Self ! ok,"
               " (fun L() -> receive {sum, P, R} -> P ! {R, x}, L(); stop -> ok; _ -> L() end end)() end),"
               " receive ok -> ok end");
  answer = ov_test_trace_ask (
      self.trace, "trace_start",
      "#{id => 1, targets => " SUBTREE ("ov_talk_sup") ", events => " MESSAGES ","
      "  level => <<\"events\">>, automatic => false, limits => #{rate => 1000}}");
  g_assert_true (ov_term_get_integer (ov_term_lookup (answer, "foreign"), &foreign));
  g_assert_cmpint (foreign, ==, is_session ? 0 : 1);
  ov_test_node_assert_eval (self.node, "erlang:trace_info(whereis(b), tracer) =:="
                                       " {tracer, whereis(other)}", "true");
  eval (&self, "[gen_server:cast(a, {n, N}) || N <- lists:seq(1, 1000)], gen_server:call(a, count)");
  ov_test_node_assert_eval (self.node, "erlang:trace_info(send, match_spec)", "{match_spec,true}");
  if (!is_session)
    ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_FOREIGN_TRACER, "trace_start",
                          "#{id => 2, targets => " NAMED ("a") ", events => [<<\"running\">>],"
                          " level => <<\"events\">>, send_match => [{['_', x], [], []}]}");
  ov_test_trace_stop (self.trace, 1);
  ov_test_node_assert_eval (self.node, "erlang:trace_info(whereis(b), tracer) =:="
                                       " {tracer, whereis(other)}", "true");
  ov_test_node_assert_eval (self.node, "erlang:trace_info(whereis(b), flags)", "{flags,[procs]}");
  eval (&self, "M = monitor(process, other), other ! stop, receive {'DOWN', M, _, _, _} -> ok end");
  tear_down (&self);
}

/* Told by the tracer, or by the sweep, which may look a moment earlier. */
static gboolean
wait_born (OvTestProbe *probe)
{
  gint64 until_us = g_get_monotonic_time () + SOON_MS * 1000;

  while (g_get_monotonic_time () < until_us)
    if (ov_test_probe_wait (probe, "birth pid", 100) != NULL || ov_test_probe_wait (probe, "process pid", 100) != NULL)
      return TRUE;

  return FALSE;
}

/* Births under a supervisor are told by the lifecycle tracer while its supervisor is traced too. */
static void
test_lifecycle (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  self.changed = TRUE;
  ov_test_probe_census (self.probe, TRUE, 500);
  ov_probe_watch (self.probe->probe, OV_WATCH_LIFECYCLE);
  g_assert_nonnull (ov_test_probe_wait (self.probe, "name=lifecycle-full", SOON_MS));
  for (guint i = 1; i <= 2; i++)
    {
      ov_test_trace_start (self.trace, i, SUBTREE ("ov_talk_sup"), MESSAGES, "");
      ov_test_probe_clear (self.probe);
      eval (&self, "gen_server:cast(a, to_a), ov_talk:stop(b), F = fun F() ->"
                   " case whereis(b) of undefined -> F(); P -> gen_server:cast(P, to_new_b) end end, F()");
      g_assert_true (wait_born (self.probe));
      g_assert_nonnull (ov_test_probe_wait (self.probe, "reason=killed", SOON_MS));
      g_assert_true (ov_test_trace_wait (self.trace, i, "to_a", 1, SOON_MS));
      g_assert_true (ov_test_trace_wait (self.trace, i, "to_new_b", 1, SOON_MS));
      g_assert_cmpuint (ov_test_trace_count (self.trace, i, "foreign"), ==, 0);
      ov_test_trace_stop (self.trace, i);

      /* Given back. */
      ov_test_probe_clear (self.probe);
      g_assert_true (ov_test_node_wait_eval (
          self.node, "erlang:system_info(otp_release) >= \"27\" orelse"
                     " element(2, erlang:trace_info(whereis(ov_talk_sup), flags)) =/= []",
          "true", SOON_MS));
      eval (&self, "ov_talk:stop(b)");
      g_assert_true (wait_born (self.probe));
    }
  ov_probe_watch (self.probe->probe, OV_WATCH_NOTHING);
  g_assert_cmpuint (self.probe->counts[OV_RECORD_GAP], ==, 0);
  tear_down (&self);
}

/* Somebody kills the tracer: its traces are said to be over, and what it had set is undone at once. */
static void
test_tracer_killed (void)
{
  Bench self;

  if (!set_up (&self))
    return;

  ov_test_trace_start (self.trace, 1, ALL, MESSAGES, CALL ("_", "-1", "[]"));
  eval (&self, "[exit(P, kill) || P <- processes(), {dictionary, D} <- [process_info(P, dictionary)],"
               " lists:member({'$process_label', <<\"Overstory probe: tracer\">>}, D)]");
  g_assert_true (ov_test_trace_wait_end (self.trace, 1, SOON_MS));
  g_assert_cmpstr (ov_test_trace_get (self.trace, 1).why, ==, "overloaded");
  g_assert_true (ov_test_node_wait_eval (self.node, "erlang:trace_info({ov_talk, add, 2}, all)",
                                         "{all,false}", SOON_MS));
  assert_idle (&self);

  ov_test_trace_start (self.trace, 2, NAMED ("a"), MESSAGES, "");
  eval (&self, "gen_server:call(a, count)");
  ov_test_trace_stop (self.trace, 2);
  g_assert_cmpuint (ov_test_trace_get (self.trace, 2).n_events, ==, 2);
  tear_down (&self);
}

static void
test_path (void)
{
  g_autoptr (OvTerm) answer = NULL;
  g_autofree char *text = NULL;
  Bench self;

  if (!set_up (&self))
    return;

  answer = ov_test_trace_ask (
      self.trace, "path_start",
      "#{id => 5, label => 5, from => #{name => <<\"a\">>}, to => #{name => <<\"b\">>},"
      "  message => {'$gen_cast', hello}, max_hops => 10, duration_ms => 5000}");
  text = ov_term_to_string (answer, NULL, NULL);
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "notes => []"));
  g_assert_true (ov_test_trace_wait_end (self.trace, 5, SOON_MS));
  g_assert_cmpstr (ov_test_trace_get (self.trace, 5).why, ==, "quiet");
  g_assert_cmpuint (ov_test_trace_count (self.trace, 5, "{seq_trace,5,{send,"), ==, 1);
  g_assert_cmpuint (ov_test_trace_count (self.trace, 5, "{seq_trace,5,{'receive',"), ==, 1);
  ov_test_node_assert_eval (self.node, "seq_trace:get_system_tracer()", "false");
  ov_test_node_assert_eval (self.node, "gen_server:call(b, count)", "1");

  /* Somebody else is the system tracer. */
  eval (&self, "P = spawn(fun() -> register(other, self()), receive stop -> ok end end),"
               " seq_trace:set_system_tracer(P)");
  ov_test_trace_refuse (self.trace, OV_PROBE_ERROR_FOREIGN_TRACER, "path_start",
                        "#{id => 6, label => 6, to => #{name => <<\"b\">>}, message => hello}");
  eval (&self, "M = monitor(process, other), other ! stop, receive {'DOWN', M, _, _, _} -> ok end");
  assert_idle (&self);
  tear_down (&self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/probe-trace/sums", test_sums);
  g_test_add_func ("/node/probe-trace/sender", test_sender);
  g_test_add_func ("/node/probe-trace/name-again", test_name_again);
  g_test_add_func ("/node/probe-trace/processes-gone", test_processes_gone);
  g_test_add_func ("/node/probe-trace/calls", test_calls);
  g_test_add_func ("/node/probe-trace/refused", test_refused);
  g_test_add_func ("/node/probe-trace/large-terms", test_large_terms);
  g_test_add_func ("/node/probe-trace/limits", test_limits);
  g_test_add_func ("/node/probe-trace/scopes", test_scopes);
  g_test_add_func ("/node/probe-trace/edges", test_edges);
  g_test_add_func ("/node/probe-trace/gaps", test_gaps);
  g_test_add_func ("/node/probe-trace/backlog", test_backlog);
  g_test_add_func ("/node/probe-trace/flood", test_flood);
  g_test_add_func ("/node/probe-trace/queue", test_queue);
  g_test_add_func ("/node/probe-trace/foreign", test_foreign);
  g_test_add_func ("/node/probe-trace/lifecycle", test_lifecycle);
  g_test_add_func ("/node/probe-trace/tracer-killed", test_tracer_killed);
  g_test_add_func ("/node/probe-trace/path", test_path);

  return g_test_run ();
}
