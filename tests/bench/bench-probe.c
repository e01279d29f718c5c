/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the probe costs a node with 100,000 processes, beside what OTP's own observer_backend
 * costs on the same node in the same run, and beside the node without a probe.
 * $OV_BENCH_PROCESSES changes the number, $OV_BENCH_ROUNDS the rounds of throughput.
 */
#include "support/ov-test-probe.h"

#include <string.h>

#define WATCHED (OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE)

static guint
number (const char *variable,
        guint       fallback)
{
  const char *text = g_getenv (variable);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : fallback;
}

static double
eval_number (OvTestNode *node,
             const char *expression)
{
  g_autofree char *value = ov_test_node_eval (node, expression);

  return g_ascii_strtod (value, NULL);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, values->len / 2);
}

static gboolean
stop_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* The measured thing is the node, over this time. */
static void
run_for (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, stop_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* Compiled functions, since what the shell interprets would measure erl_eval. */
static void
load_helpers (OvTestNode *node)
{
  static const char *const lines[] = {
    "-module(ov_bench).",
    "-export([idle/0, spawn_idle/1, wake/1, observer/0, calls/1, server/0, pauses/0,"
    "  longest/0]).",
    "idle() -> receive {wake, _} -> idle(); stop -> ok end.",
    "spawn_idle(N) -> P = spawn(fun() -> put(all, [spawn(fun idle/0) || _ <- lists:seq(1, N)]),"
    "  (fun F() -> receive {wake, K} -> [Q ! {wake, 1} || Q <- lists:sublist(get(all), K)], F();"
    "  stop -> ok end end)() end), register(ov_idle, P), N.",
    "wake(K) -> ov_idle ! {wake, K}, K.",
    "observer() -> Me = self(), {T, _} = timer:tc(fun() ->"
    "  P = spawn(fun() -> observer_backend:procs_info(Me), Me ! {done, self()} end),"
    "  (fun F() -> receive {done, P} -> ok; {procs_info, _, _} -> F() end end)() end), T.",
    /* What ran on end for more than 2 ms, of the probe's processes. */
    "pauses() -> register(ov_pauses, spawn(fun() -> erlang:system_monitor(self(),"
    "  [{long_schedule, 2}, {long_gc, 2}]), pauses(#{}) end)), ok.",
    "pauses(Seen) -> receive {monitor, P, Kind, Info} when is_pid(P) ->"
    "  Ms = proplists:get_value(timeout, Info), Own = case process_info(P, dictionary) of"
    "  {_, D} -> proplists:get_value('$process_label', D, other); _ -> other end,"
    "  K = {Own, Kind}, {N, Max} = maps:get(K, Seen, {0, 0}), pauses(Seen#{K => {N + 1, max(Max, Ms)}});"
    "  {get, From} -> From ! {pauses, maps:to_list(Seen)}, pauses(#{}); _ -> pauses(Seen) end.",
    "longest() -> ov_pauses ! {get, self()}, receive {pauses, L} -> L end.",
    "server() -> receive {From, Ref} -> From ! {Ref, ok}, server(); stop -> ok end.",
    "calls(Ms) -> S = spawn(fun server/0), End = erlang:monotonic_time(millisecond) + Ms,"
    "  N = calls(S, End, 0), S ! stop, N.",
    "calls(S, End, N) -> R = make_ref(), M = erlang:monitor(process, S), S ! {self(), R},"
    "  receive {R, ok} -> erlang:demonitor(M, [flush]) end,"
    "  case N band 255 =:= 0 andalso erlang:monotonic_time(millisecond) >= End of"
    "  true -> N; false -> calls(S, End, N + 1) end.",
  };
  g_autoptr (GString) expression = g_string_new (
      "Load = fun(Lines) -> Forms = [begin {ok, Ts, _} = erl_scan:string(L),"
      " {ok, F} = erl_parse:parse_form(Ts), F end || L <- Lines],"
      " {ok, M, B} = compile:forms(Forms), {module, M} = code:load_binary(M, \"x\", B), M end, Load([");
  g_autofree char *loaded = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *quoted = g_strescape (lines[i], NULL);

      g_string_append_printf (expression, "%s\"%s\"", i > 0 ? "," : "", quoted);
    }
  g_string_append (expression, "])");
  loaded = ov_test_node_eval (node, expression->str);
}

/* A batch as a census of children of one supervisor makes it: the first record has a shape. */
static GBytes *
new_batch (guint n)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  g_autoptr (OvTerm) list = NULL;
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < n; i++)
    {
      OvPid pid = { g_intern_static_string ("bench@localhost"), 100 + i, 0, 1 };
      OvPid parent = { pid.node, 50, 0, 1 };
      OvTerm *shape = ov_term_new_integer (0);

      if (i == 0)
        {
          ov_term_unref (shape);
          shape = ov_term_tuple (
              ov_term_new_integer (2), ov_term_new_atom ("bench"), ov_term_new_atom ("init"),
              ov_term_new_integer (1), ov_term_new_text ("gen_server:loop/7"),
              ov_term_new_pid (&parent), ov_term_new_atom ("bench_sup"), ov_term_new_pid (&parent),
              ov_term_list (ov_term_new_pid (&parent), NULL), NULL);
        }
      g_ptr_array_add (records, ov_term_tuple (
          ov_term_new_integer (1), ov_term_new_pid (&pid), shape, ov_term_new_list (NULL, 0),
          ov_term_new_integer (1), ov_term_new_integer (2688), ov_term_new_integer (3000 + i),
          ov_term_new_integer (0), ov_term_new_integer (1),
          ov_term_list (ov_term_new_pid (&parent), NULL), ov_term_new_list (NULL, 0), NULL));
    }
  list = ov_term_new_list ((OvTerm **) records->pdata, records->len);
  ov_term_encode (list, bytes);

  return g_byte_array_free_to_bytes (bytes);
}

static void
bench_reader (void)
{
  const guint n_batches = 200, n_records = 500;
  g_autoptr (GBytes) batch = new_batch (n_records);
  gint64 start = g_get_monotonic_time ();
  guint n = 0;
  gsize length;
  gconstpointer bytes = g_bytes_get_data (batch, &length);

  for (guint i = 0; i < n_batches; i++)
    {
      g_auto (OvProbeReader) reader = { 0 };
      OvRecord record;

      ov_probe_reader_init (&reader, bytes, length, 0, "bench@localhost");
      while (ov_probe_reader_next (&reader, &record))
        n++;
    }
  g_print ("reading %u PROCESS records here: %.1f ms\n", n,
           (double) (g_get_monotonic_time () - start) / 1000);
}

static void
print_memory (OvTestNode *node)
{
  g_autofree char *memory = ov_test_node_eval (
      node, "lists:sum([M || P <- processes(), {_, D} <- [process_info(P, dictionary)],"
            " {_, <<\"Overstory\", _/binary>>} <- D, {_, M} <- [process_info(P, memory)]])");

  g_print ("memory of the probe's processes while watching: %s bytes\n", memory);
}

static void
bench_census (OvTestNode  *node,
              OvTestProbe *probe)
{
  for (guint round = 0; round < 3; round++)
    {
      double observer_us = eval_number (node, "ov_bench:observer()");
      gint64 start = g_get_monotonic_time ();
      gint64 us;

      ov_test_probe_clear (probe);
      ov_test_probe_census (probe, FALSE, 0);
      us = g_get_monotonic_time () - start;
      g_print ("census of %u processes, read here: %.0f ms; observer_backend:procs_info: %.0f ms;"
               " ratio %.2f\n", probe->counts[OV_RECORD_PROCESS], (double) us / 1000,
               observer_us / 1000, (double) us / observer_us);
    }
}

/* Scheduler time of the probe's processes is not told by the VM; the node's CPU time is. */
static double
node_cpu_ms (OvTestNode *node)
{
  return eval_number (node, "element(1, erlang:statistics(runtime))");
}

static void
bench_sweep (OvTestNode  *node,
             OvTestProbe *probe,
             guint        n_processes)
{
  static const guint permille[] = { 0, 10, 100 };
  const guint seconds = 5;

  for (guint i = 0; i < G_N_ELEMENTS (permille); i++)
    {
      g_autofree char *wake = g_strdup_printf ("ov_bench:wake(%u)",
                                               n_processes * permille[i] / 1000);
      double idle = 0, watched = 0;

      for (guint watch = 0; watch < 2; watch++)
        {
          double before;

          ov_probe_watch (probe->probe, watch ? WATCHED : OV_WATCH_NOTHING);
          run_for (1500);
          ov_test_probe_clear (probe);
          before = node_cpu_ms (node);
          for (guint s = 0; s < seconds; s++)
            {
              g_autofree char *woken = ov_test_node_eval (node, wake);

              run_for (1000);
            }
          *(watch ? &watched : &idle) = (node_cpu_ms (node) - before) / seconds;
        }
      g_print ("sweep with %.1f %% active: %.1f ms CPU of the node a second (%.1f without),"
               " %u samples a second\n", permille[i] / 10.0, watched - idle, idle,
               probe->counts[OV_RECORD_SAMPLE] / seconds);
    }
}

static void
print_pauses (OvTestNode *node,
              const char *what)
{
  g_autofree char *pauses = ov_test_node_eval (node, "ov_bench:longest()");

  g_print ("%s: on end for 2 ms or more {who, how}, {times, longest ms}: %s\n", what, pauses);
}

static void
bench_throughput (OvTestNode  *node,
                  OvTestProbe *probe)
{
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  guint rounds = number ("OV_BENCH_ROUNDS", 15);

  for (guint round = 0; round < rounds; round++)
    {
      double calls[2], ratio;

      for (guint k = 0; k < 2; k++)
        {
          guint watch = (round + k) % 2;

          ov_probe_watch (probe->probe, watch ? WATCHED : OV_WATCH_NOTHING);
          run_for (300);
          calls[watch] = eval_number (node, "erlang:statistics(runtime), N = ov_bench:calls(1000),"
                                            " {_, Ms} = erlang:statistics(runtime), N / Ms");
        }
      ratio = calls[1] / calls[0];
      g_array_append_val (ratios, ratio);
    }
  g_print ("calls to a server for one second of the node's CPU time, watched against not: median ratio %.4f (of %u pairs)\n",
           median (ratios), rounds);
}

int
main (int   argc,
      char *argv[])
{
  const char *const arguments[] = { "+P", "2000000", NULL };
  guint n_processes = number ("OV_BENCH_PROCESSES", 100000);
  g_autofree char *spawn = g_strdup_printf ("ov_bench:spawn_idle(%u)", n_processes);
  g_autofree char *enough = g_strdup_printf ("erlang:system_info(process_count) > %u",
                                             n_processes);
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTestProbe) probe = NULL;
  g_autofree char *spawned = NULL;
  g_autofree char *pauses = NULL;

  g_test_init (&argc, &argv, NULL);
  if (!ov_test_node_is_available ())
    return 77;

  bench_reader ();
  node = ov_test_node_start ("bench@localhost", arguments);
  load_helpers (node);
  probe = ov_test_probe_new ();
  probe->keeps_lines = FALSE;
  ov_test_probe_attach (probe, node, NULL);
  bench_throughput (node, probe);
  spawned = ov_test_node_eval (node, spawn);
  if (!ov_test_node_wait_eval (node, enough, "true", 20000))
    return 1;
  pauses = ov_test_node_eval (node, "ov_bench:pauses()");
  bench_census (node, probe);
  print_pauses (node, "census");
  bench_sweep (node, probe, n_processes);
  print_pauses (node, "sweep");
  print_memory (node);
  ov_test_probe_detach (probe);

  return 0;
}
