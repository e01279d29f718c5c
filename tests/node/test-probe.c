/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The probe on a real node: what it reports is true, nothing waits for a process that hangs, and
 * afterwards the node is as it was.
 */
#include "support/ov-test-probe.h"

#include <signal.h>
#include <string.h>

/* A supervisor with a gen_server, started outside of any application. */
#define START_TREE                                                                              \
  "Self = self(),"                                                                              \
  "spawn(fun() ->"                                                                              \
  "  {ok, S} = supervisor:start_link({local, ov_sup}, ov_test_tree, []),"                       \
  "  Self ! {tree, S}, receive stop -> ok end end),"                                            \
  "receive {tree, T} -> is_pid(T) end"

/* A callback module made on the node from source text, since nothing but OTP is there. */
#define LOAD_TREE_MODULE                                                                        \
  "Load = fun(Lines) -> Forms = [begin {ok, Ts, _} = erl_scan:string(L),"                       \
  "  {ok, F} = erl_parse:parse_form(Ts), F end || L <- Lines],"                                 \
  "  {ok, M, B} = compile:forms(Forms), {module, M} = code:load_binary(M, \"x\", B), M end,"    \
  "Load([\"-module(ov_test_tree).\","                                                           \
  "  \"-export([init/1, start/1, lone/0, handle_call/3, handle_cast/2]).\","                            \
  "  \"start(Name) -> gen_server:start_link({local, Name}, ov_test_tree, server, []).\","       \
  "  \"init(server) -> {ok, none};"                                                             \
  "   init([]) -> {ok, {#{strategy => rest_for_one, intensity => 7, period => 9},"              \
  "     [#{id => {worker, N}, start => {ov_test_tree, start, [N]}, restart => transient}"       \
  "      || N <- [ov_a, ov_b]]}};"                                                              \
  "   init(simple) -> {ok, {#{strategy => simple_one_for_one},"                                 \
  "     [#{id => w, start => {ov_test_tree, lone, []}, restart => temporary}]}}.\","      \
  "  \"lone() -> {ok, spawn_link(fun() -> receive stop -> ok end end)}.\","                     \
  "  \"handle_call(stop, _, S) -> {stop, {wanted, <<\\\"why\\\">>}, ok, S}.\","                  \
  "  \"handle_cast(_, S) -> {noreply, S}.\"])"

/* 200 ms are promised on a machine with time to spare; where many tests run at once there is not. */
#define SOON_MS 1000

static OvTestNode *
start_node (void)
{
  const char *const arguments[] = { "+P", "1000000", NULL };
  OvTestNode *node = ov_test_node_start ("probed@localhost", arguments);
  g_autofree char *loaded = ov_test_node_eval (node, LOAD_TREE_MODULE);

  return node;
}

static char *
pid_of (OvTestNode *node,
        const char *name)
{
  g_autofree char *expression = g_strdup_printf ("whereis(%s)", name);

  return ov_test_node_eval (node, expression);
}

static void
test_attach (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *before = NULL;
  g_autofree char *count = NULL;
  g_autofree char *line = NULL;
  gint64 start;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  before = ov_test_node_snapshot (node);
  probe = ov_test_probe_new ();
  start = g_get_monotonic_time ();
  ov_test_probe_attach (probe, node, NULL);
  ov_test_probe_census (probe, TRUE, 500);
  g_test_message ("attach and census: %d ms",
                  (int) ((g_get_monotonic_time () - start) / 1000));
  g_assert_cmpuint (ov_probe_get_otp_release (probe->probe), ==, ov_test_node_get_release (node));
  g_assert_true (ov_test_probe_has (probe, "application pid="));
  g_assert_true (ov_test_probe_has (probe, "name=kernel_sup module=supervisor function=kernel"));
  g_assert_true (ov_test_probe_has (probe, "id=rex"));
  g_assert_cmpuint (probe->counts[OV_RECORD_CENSUS_DONE], ==, 1);

  /* Two processes when idle: the owner and the guard. */
  line = ov_test_node_eval (node,
                            "length([P || P <- processes(), {current_function, {M, _, _}} <- "
                            "[process_info(P, current_function)], M =:= ov_probe])");
  g_assert_cmpstr (line, ==, "2");
  count = ov_test_node_eval (node, "length(processes())");
  g_test_message ("%u records for %s processes", probe->counts[OV_RECORD_PROCESS], count);

  ov_test_probe_detach (probe);
  ov_test_node_assert_same (node, before, 1000);
  g_assert_false (probe->lost);
}

static void
test_again_and_again (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *before = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  before = ov_test_node_snapshot (node);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (OvTestProbe) probe = ov_test_probe_new ();

      ov_test_probe_attach (probe, node, NULL);
      ov_test_probe_detach (probe);
    }
  ov_test_node_assert_same (node, before, 1000);
}

static void
test_several (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) first = NULL;
  g_autoptr (OvTestProbe) second = NULL;
  g_autofree char *before = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  before = ov_test_node_snapshot (node);
  first = ov_test_probe_new ();
  second = ov_test_probe_new ();
  ov_test_probe_attach (first, node, NULL);
  ov_test_probe_attach (second, node, NULL);
  ov_probe_watch (first->probe, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  ov_test_probe_detach (first);
  ov_test_probe_census (second, FALSE, 0);
  g_assert_cmpuint (second->counts[OV_RECORD_CENSUS_DONE], ==, 1);
  ov_test_probe_detach (second);
  ov_test_node_assert_same (node, before, 1000);
}

static void
test_version (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *loaded = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  loaded = ov_test_node_eval (
      node, "{ok, ov_probe, B} = compile:forms([{attribute,1,module,ov_probe},"
            "{attribute,1,export,[{version,0}]},{function,1,version,0,[{clause,1,[],[],"
            "[{tuple,1,[{atom,1,version},{integer,1,999},{atom,1,true}]}]}]}]),"
            "code:load_binary(ov_probe, \"ov_probe.beam\", B).");
  probe = ov_test_probe_new ();
  g_assert_false (ov_test_probe_attach (probe, node, &error));
  g_assert_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_VERSION);
}

static void
test_supervisors (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *started = NULL;
  g_autofree char *sup = NULL;
  g_autofree char *a = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *child = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  started = ov_test_node_eval (node, START_TREE);
  sup = pid_of (node, "ov_sup");
  a = pid_of (node, "ov_a");
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  ov_test_probe_census (probe, TRUE, 1000);
  expected = g_strdup_printf ("supervisor pid=%s module=ov_test_tree behaviour=0 memory=0 mailbox=0 "
                              "strategy=3 intensity=7 period=9 children=2 restarts=0 answer=0", sup);
  g_assert_true (ov_test_probe_has (probe, expected));
  child = g_strdup_printf ("child pid=%s id={worker,ov_a} other=%s", a, sup);
  g_assert_true (ov_test_probe_has (probe, child));
  ov_test_probe_detach (probe);
}

/* A supervisor that hangs in the start of its child is seen, said not to answer, not waited for,
 * not asked twice, and not hurt when it goes on after we left. */
static void
test_hung_supervisor (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *started = NULL;
  g_autofree char *hung = NULL;
  g_autofree char *expected = NULL;
  gint64 start;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  started = ov_test_node_eval (
      node,
      START_TREE ", Slow = fun() -> Self ! hung, receive go -> ignore end end,"
      "spawn(fun() -> supervisor:start_child(ov_sup, #{id => slow, start => {erlang, apply,"
      "  [Slow, []]}}) end), receive hung -> true end");
  g_assert_cmpstr (started, ==, "true");
  hung = pid_of (node, "ov_sup");
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  for (guint round = 0; round < 2; round++)
    {
      ov_test_probe_clear (probe);
      start = g_get_monotonic_time ();
      ov_test_probe_census (probe, TRUE, 300);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 2000 * 1000);
      expected = g_strdup_printf ("supervisor pid=%s behaviour=0", hung);
      g_assert_nonnull (strstr (ov_test_probe_wait (probe, expected, 1), "answer=2"));
      g_clear_pointer (&expected, g_free);
      expected = g_strdup_printf ("process pid=%s name=ov_sup", hung);
      g_assert_true (ov_test_probe_has (probe, expected));
      g_clear_pointer (&expected, g_free);
    }
  ov_test_node_assert_eval (node, "element(2, process_info(whereis(ov_sup), message_queue_len))",
                            "1");
  ov_test_probe_detach (probe);
  ov_test_node_assert_eval (node, "code:is_loaded(ov_probe)", "false");
  ov_test_node_assert_eval (
      node, "ov_sup ! go, length(supervisor:which_children(ov_sup))", "3");
  started = (g_free (started), pid_of (node, "ov_sup"));
  g_assert_cmpstr (started, ==, hung);
}

/* A node with room for one more process only: the census takes it, and no supervisor is asked. */
static void
test_full_node (void)
{
  const char *const arguments[] = { "+P", "1024", NULL };
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *loaded = NULL;
  g_autofree char *started = NULL;
  g_autofree char *line = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("full@localhost", arguments);
  loaded = ov_test_node_eval (node, LOAD_TREE_MODULE);
  started = ov_test_node_eval (node, START_TREE);
  g_free (started);
  started = pid_of (node, "ov_sup");
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  ov_test_node_assert_eval (
      node,
      "begin Fill = fun Fill() -> case erlang:system_info(process_limit) - length(processes()) of"
      "  1 -> full; _ -> spawn(fun() -> receive never -> ok end end), Fill() end end, Fill() end", "full");
  ov_test_probe_census (probe, TRUE, 500);
  line = g_strdup_printf ("process pid=%s name=ov_sup", started);
  g_assert_true (ov_test_probe_has (probe, line));
  g_free (line);
  line = g_strdup_printf ("supervisor pid=%s behaviour=0", started);
  g_assert_nonnull (strstr (ov_test_probe_wait (probe, line, 1), "answer=2"));
  ov_test_probe_detach (probe);
  ov_test_node_assert_eval (node, "code:is_loaded(ov_probe)", "false");
}

static void
test_lifecycle (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *before = NULL;
  g_autofree char *started = NULL;
  g_autofree char *a = NULL;
  g_autofree char *death = NULL;
  g_autofree char *ignored = NULL;
  const char *line;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  started = ov_test_node_eval (node, START_TREE);
  a = pid_of (node, "ov_a");
  before = ov_test_node_snapshot (node);
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  ov_test_probe_census (probe, FALSE, 0);
  ov_probe_watch (probe->probe, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  g_assert_nonnull (ov_test_probe_wait (probe, "name=lifecycle-full", 2000));

  ignored = ov_test_node_eval (node, "catch exit(whereis(ov_a), {wanted, <<\"why\">>})");
  death = g_strdup_printf ("death pid=%s reason={wanted,<<\"why\">>}", a);
  g_assert_nonnull (ov_test_probe_wait (probe, death, SOON_MS));
  line = ov_test_probe_wait (probe, "birth pid=", SOON_MS);
  g_assert_nonnull (line);
  g_assert_nonnull (ov_test_probe_wait (probe, "module=ov_test_tree function=init", SOON_MS));
  g_assert_nonnull (ov_test_probe_wait (probe, "name=ov_a", SOON_MS));

  /* The supervisor remembers it: rest_for_one, so that both children count as one restart. */
  ov_test_probe_clear (probe);
  ov_test_probe_census (probe, TRUE, 1000);
  line = ov_test_probe_wait (probe, "module=ov_test_tree behaviour=0 memory=0", 1);
  g_assert_nonnull (line);
  g_assert_nonnull (strstr (line, "children=2 restarts=1 answer=0"));

  /* An init that fails is seen, with its reason. */
  ignored = (g_free (ignored), ov_test_node_eval (
      node, "catch supervisor:start_child(ov_sup, #{id => bad, start => {proc_lib, start_link,"
            " [erlang, exit, [{bad, init}]]}})"));
  g_assert_nonnull (ov_test_probe_wait (probe, "reason={bad,init}", SOON_MS));

  /* So are those who have no supervisor: found soon, and their end has its reason. */
  ignored = (g_free (ignored), ov_test_node_eval (
      node, "register(ov_lone, spawn(fun() -> receive {stop, R} -> exit(R) end end))"));
  g_assert_nonnull (ov_test_probe_wait (probe, "name=ov_lone", SOON_MS));
  ignored = (g_free (ignored), ov_test_node_eval (node, "ov_lone ! {stop, alone}"));
  g_assert_nonnull (ov_test_probe_wait (probe, "reason=alone", SOON_MS));
  ov_test_probe_detach (probe);
  g_free (before);
  before = ov_test_node_snapshot (node);
  g_assert_null (strstr (before, "ov_probe"));
  g_assert_null (strstr (before, "flags"));
}

/* Processes that another tracer holds stay with it, and keep their flags when we go. */
static void
test_foreign_tracer (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *ready = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  ready = ov_test_node_eval (
      node, START_TREE ", Me = self(),"
            "register(ov_tracer, spawn(fun() -> erlang:trace(whereis(ov_sup), true, [procs, send]),"
            "  Me ! on, receive stop -> ok end end)), receive on -> ok end");
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  ov_test_probe_census (probe, FALSE, 0);
  ov_probe_watch (probe->probe, OV_WATCH_LIFECYCLE);
  g_assert_nonnull (ov_test_probe_wait (probe, "name=lifecycle-full", 2000));
  if (ov_test_node_get_release (node) < 27)
    g_assert_nonnull (strstr (ov_test_probe_wait (probe, "name=foreign-tracer", 5000), "count=1"));
  ov_test_node_assert_eval (node, "erlang:trace_info(whereis(ov_sup), tracer) =:="
                                  " {tracer, whereis(ov_tracer)}", "true");
  ov_probe_watch (probe->probe, OV_WATCH_NOTHING);
  ov_test_probe_detach (probe);
  ov_test_node_assert_eval (node, "lists:sort(element(2, erlang:trace_info(whereis(ov_sup),"
                                  " flags)))", "[procs,send]");
}

/* Memory is linear in the mailbox: a long one is not asked for it. */
static void
test_long_mailbox (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *ready = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  ready = ov_test_node_eval (
      node, "register(ov_full, spawn(fun() -> receive stop -> ok end end)),"
            "[ov_full ! N || N <- lists:seq(1, 20000)], ok");
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  ov_test_probe_census (probe, FALSE, 0);
  g_assert_nonnull (strstr (ov_test_probe_wait (probe, "name=ov_full", 1),
                            "memory=-1 mailbox=20000"));
  ov_test_probe_detach (probe);
}

static OvTerm *
one (const char *key,
     OvTerm     *value)
{
  OvTerm *pair[] = { ov_term_new_atom (key), value };

  return ov_term_new_map (pair, 1);
}

static void
test_requests (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autoptr (OvTerm) info = NULL;
  g_autoptr (OvTerm) process = NULL;
  g_autoptr (OvTerm) found = NULL;
  g_autoptr (OvTerm) none = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *release = NULL;
  g_autofree char *atoms = NULL;
  OvPid pid;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);

  info = ov_test_probe_request (probe, "node_info", NULL, &error);
  g_assert_no_error (error);
  release = ov_term_dup_text (ov_term_lookup (info, "otp_release"));
  g_assert_cmpuint ((guint) g_ascii_strtoull (release, NULL, 10), ==,
                    ov_test_node_get_release (node));
  g_assert_true (ov_term_is_atom (ov_term_lookup (info, "name"), "probed@localhost"));
  g_assert_nonnull (ov_term_lookup (ov_term_lookup (info, "memory"), "total"));

  process = ov_test_probe_request (probe, "process_info", one ("name", ov_term_new_text ("kernel_sup")), &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_get_pid (ov_term_lookup (process, "pid"), &pid));
  g_assert_cmpuint (ov_term_get_size (ov_term_lookup (process, "stack")), >, 0);
  found = ov_test_probe_request (probe, "find", one ("name", ov_term_new_text ("kernel_sup")), &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_equal (found, ov_term_lookup (process, "pid")));

  /* Names never become atoms there. */
  atoms = ov_test_node_eval (node, "erlang:system_info(atom_count)");
  none = ov_test_probe_request (probe, "find", one ("name", ov_term_new_text ("ov never seen")), &error);
  g_assert_null (none);
  g_assert_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS);
  g_clear_error (&error);
  ov_test_node_assert_eval (node, "erlang:system_info(atom_count)", atoms);

  pid.node = g_intern_static_string ("elsewhere@localhost");
  g_assert_null (ov_test_probe_request (probe, "process_info", one ("pid", ov_term_new_pid (&pid)),
                                        &error));
  g_assert_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_REMOTE_PROCESS);
  g_clear_error (&error);
  g_assert_null (ov_test_probe_request (probe, "no such", NULL, &error));
  g_assert_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_FAILED);
  ov_test_probe_detach (probe);
}

/* A hundred thousand children of one supervisor: all are told, none is asked, the node goes on. */
static void
test_many_children (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *started = NULL;
  gint64 start, ms;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  started = ov_test_node_eval (
      node, "Self = self(), spawn(fun() -> {ok, S} = supervisor:start_link({local, ov_many},"
            " ov_test_tree, simple), [supervisor:start_child(S, []) || _ <- lists:seq(1, 100000)],"
            " Self ! S, receive stop -> ok end end), receive S -> is_pid(S) end");
  probe = ov_test_probe_new ();
  probe->keeps_lines = FALSE;
  ov_test_probe_attach (probe, node, NULL);
  start = g_get_monotonic_time ();
  ov_test_probe_census (probe, TRUE, 2000);
  ms = (g_get_monotonic_time () - start) / 1000;
  g_test_message ("census of %u processes with supervisors: %d ms",
                  probe->counts[OV_RECORD_PROCESS], (int) ms);
  g_assert_cmpuint (probe->counts[OV_RECORD_PROCESS], >, 100000);
  g_assert_cmpuint (probe->counts[OV_RECORD_CHILD], >=, 10000);
  g_assert_cmpuint (probe->counts[OV_RECORD_CHILD], <, 11000);
  start = g_get_monotonic_time ();
  ov_test_probe_detach (probe);
  ms = (g_get_monotonic_time () - start) / 1000;
  g_test_message ("detaching: %d ms", (int) ms);
  ov_test_node_assert_eval (node, "code:is_loaded(ov_probe)", "false");
}

/* The node dies in the middle of everything. */
static void
test_node_dies (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = start_node ();
  probe = ov_test_probe_new ();
  ov_test_probe_attach (probe, node, NULL);
  ov_probe_watch (probe->probe, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  ov_test_node_kill (node);
  g_assert_true (ov_test_probe_wait_lost (probe, 5000));
  g_assert_false (ov_probe_is_attached (probe->probe));
  ov_test_probe_detach (probe);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/probe/attach", test_attach);
  g_test_add_func ("/node/probe/again-and-again", test_again_and_again);
  g_test_add_func ("/node/probe/several", test_several);
  g_test_add_func ("/node/probe/version", test_version);
  g_test_add_func ("/node/probe/supervisors", test_supervisors);
  g_test_add_func ("/node/probe/hung-supervisor", test_hung_supervisor);
  g_test_add_func ("/node/probe/full-node", test_full_node);
  g_test_add_func ("/node/probe/lifecycle", test_lifecycle);
  g_test_add_func ("/node/probe/foreign-tracer", test_foreign_tracer);
  g_test_add_func ("/node/probe/long-mailbox", test_long_mailbox);
  g_test_add_func ("/node/probe/requests", test_requests);
  g_test_add_func ("/node/probe/many-children", test_many_children);
  g_test_add_func ("/node/probe/node-dies", test_node_dies);

  return g_test_run ();
}
