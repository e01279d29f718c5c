/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tracing costs the traced processes, in ratios of one run on one node: untraced, with a null
 * tracer (a process that receives what the VM tells and forgets it: the least that tracing by a
 * process can cost), with every event delivered here, with edges, with the governor at 100,000
 * events a second; for calls beside recon_trace where that is installed; and a flood.
 * redbug is in no archive of Debian and is left out.
 * $OV_BENCH_ROUNDS rounds (5), $OV_BENCH_TRIPS operations each (50,000).
 */
#include "support/ov-test-trace.h"

#include <stdio.h>
#include <string.h>

#define MAX_ROUNDS 51

typedef enum
{
  WAY_BARE,
  WAY_NULL,
  WAY_EVENTS,
  WAY_EDGES,
  WAY_GOVERNED,
  N_WAYS,
} Way;

static const char *const way_names[] = {
  "untraced", "null tracer", "events", "edges", "governor at 100,000/s",
};

static const struct
{
  const char *name;
  guint       events; /* per operation: send and receive of each message, as far as both sides are traced */
} loads[] = {
  { "ping_pong", 4 },
  { "ring", 2 },
  { "gen_server", 4 },
};

typedef struct
{
  OvTestNode  *node;
  OvTestProbe *probe;
  OvTestTrace *trace;
  guint        rounds, trips;
  guint        id; /* of the last trace */
} Bench;

static guint
number (const char *variable,
        guint       fallback)
{
  const char *text = g_getenv (variable);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : fallback;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const double *values,
        guint         n)
{
  double sorted[MAX_ROUNDS];

  memcpy (sorted, values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return sorted[n / 2];
}

static double
eval_number (Bench      *self,
             const char *expression)
{
  g_autofree char *value = ov_test_node_eval (self->node, expression);

  return g_ascii_strtod (value, NULL);
}

static void
load_talk (OvTestNode *node)
{
  g_autofree char *source = NULL;
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "support", "ov_talk.erl", NULL);
  g_autofree char *path = g_build_filename (ov_test_node_get_home (node), "ov_talk.erl", NULL);
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (!g_file_get_contents (from, &source, &length, &error)
      || !g_file_set_contents (path, source, (gssize) length, &error))
    g_error ("%s", error->message);
  command = g_strdup_printf ("{ok, M, B} = compile:file(\"%s\", [binary]),"
                             "{module, M} = code:load_binary(M, \"ov_talk\", B), M",
                             ov_test_node_get_inner_path (node, path));
  ov_test_node_assert_eval (node, command, "ov_talk");
}

/* The waiting load's processes as targets. */
static char *
prepare (Bench      *self,
         const char *load,
         guint       trips)
{
  g_autofree char *expression = g_strdup_printf ("ov_talk:prepare(%s, %u)", load, trips);
  g_autofree char *pids = ov_test_node_eval (self->node, expression);
  GString *targets = g_string_new ("[");

  for (const char *at = pids; (at = strchr (at, '{')) != NULL; at++)
    {
      guint id, serial;

      if (sscanf (at, "{%u,%u}", &id, &serial) != 2)
        g_error ("%s", pids);
      g_string_append_printf (targets,
                              "%s#{scope => <<\"process\">>, id => %u, serial => %u}",
                              targets->len > 1 ? ", " : "", id, serial);
    }
  g_string_append_c (targets, ']');

  return g_string_free (targets, FALSE);
}

static const char *
get_more (Way way)
{
  switch (way)
    {
    case WAY_EDGES:
      return "level => <<\"edges\">>, limits => #{rate => 0, queue => 200000}";
    case WAY_GOVERNED:
      return "limits => #{rate => 100000}";
    case WAY_BARE:
    case WAY_NULL:
    case WAY_EVENTS:
    case N_WAYS:
    default:
      return "limits => #{rate => 0, queue => 200000}";
    }
}

/* The processes of a load end with it, and so does the trace, unless the fuse went before. */
static OvTestSum
wait_end (Bench *self,
          guint  id)
{
  if (!ov_test_trace_wait_end (self->trace, id, 1000))
    {
      g_autoptr (OvTerm) answer = ov_test_trace_ask (self->trace, "trace_stop", "#{id => %u}", id);

      printf ("(the fuse went)\n");
    }

  return ov_test_trace_get (self->trace, id);
}

/* What is hardly slower than untraced has to run for longer. */
static guint
get_trips (Bench *self,
           Way    way)
{
  return way == WAY_BARE || way == WAY_GOVERNED ? 10 * self->trips : self->trips;
}

/* Nanoseconds of an operation, and what the node's processors worked for it. */
static double
run (Bench      *self,
     const char *load,
     Way         way,
     OvTestSum  *sum,
     double     *cpu_ns)
{
  guint trips = get_trips (self, way);
  g_autofree char *targets = prepare (self, load, trips);
  double ns, cpu_ms;

  memset (sum, 0, sizeof *sum);
  if (way == WAY_NULL)
    ov_test_node_assert_eval (self->node, "ov_talk:null_trace(all)", "ok");
  else if (way != WAY_BARE)
    ov_test_trace_start (self->trace, ++self->id, targets, "[<<\"send\">>, <<\"receive\">>]",
                         get_more (way));
  cpu_ms = eval_number (self, "element(1, erlang:statistics(runtime))");
  ns = eval_number (self, "ov_talk:go()");
  *cpu_ns = (eval_number (self, "element(1, erlang:statistics(runtime))") - cpu_ms) * 1e6 / trips;
  if (way == WAY_NULL)
    sum->n_events = (guint64) eval_number (self, "ov_talk:null_stop()");
  else if (way != WAY_BARE)
    *sum = wait_end (self, self->id);

  return ns / trips;
}

static void
attach (Bench *self)
{
  self->probe = ov_test_probe_new ();
  self->trace = ov_test_trace_new (self->probe);
  self->id = 0;
  ov_test_trace_set_keeps_lines (self->trace, FALSE);
  ov_test_probe_attach (self->probe, self->node, NULL);
}

static void
detach (Bench *self)
{
  ov_test_probe_detach (self->probe);
  ov_test_probe_free (self->probe);
  ov_test_trace_free (self->trace);
}

/* Slow-downs as medians of the ratios of each round. */
static void
bench_load (Bench *self,
            guint  load)
{
  double ratios[N_WAYS][MAX_ROUNDS], delivered[N_WAYS][MAX_ROUNDS], work[N_WAYS][MAX_ROUNDS];

  for (guint round = 0; round < self->rounds; round++)
    {
      double ns[N_WAYS], cpu[N_WAYS];

      attach (self);
      for (Way way = 0; way < N_WAYS; way++)
        {
          OvTestSum sum;

          ns[way] = run (self, loads[load].name, way, &sum, &cpu[way]);
          work[way][round] = cpu[way] / MAX (cpu[WAY_NULL], 1);
          ratios[way][round] = ns[way] / ns[WAY_BARE];
          if (way == WAY_NULL)
            work[WAY_BARE][round] = cpu[WAY_BARE] / MAX (cpu[WAY_NULL], 1);
          delivered[way][round] = (double) (way == WAY_NULL ? sum.n_events : sum.meter.sent)
                                  / loads[load].events / get_trips (self, way);
        }
      detach (self);
    }
  for (Way way = WAY_NULL; way < N_WAYS; way++)
    printf ("%-10s %-22s %6.2f × untraced, %5.2f × null tracer (processor time %5.2f ×),"
            " %5.1f %% of the events\n",
            loads[load].name, way_names[way], median (ratios[way], self->rounds),
            median (ratios[way], self->rounds) / median (ratios[WAY_NULL], self->rounds),
            median (work[way], self->rounds),
            100 * median (delivered[way], self->rounds));
  fflush (stdout);
}

/* Everybody floods; how soon it is off, what memory it took, and the speed a second later. */
static void
bench_flood (Bench *self)
{
  g_autofree char *before = ov_test_node_eval (self->node, "ov_talk:flood(4, 1000)");
  g_autofree char *during = NULL;
  g_autofree char *after = NULL;
  g_autofree char *lines = NULL;
  const char *off;

  attach (self);
  ov_test_trace_set_keeps_lines (self->trace, TRUE);
  ov_test_trace_start (self->trace, 1, "[#{scope => <<\"all\">>}]", "[<<\"send\">>, <<\"receive\">>]",
                       "automatic => true, limits => #{rate => 20000}");
  during = ov_test_node_eval (
      self->node, "Self = self(), spawn(fun() -> Self ! {flood, ov_talk:flood(4, 1000)} end),"
                  "M0 = erlang:memory(total),"
                  "(fun F(M) -> receive {flood, N} -> {N, M div 1000000}"
                  "  after 5 -> F(max(M, erlang:memory(total) - M0)) end end)(0)");
  after = ov_test_node_eval (self->node, "ov_talk:flood(4, 1000)");
  lines = ov_test_trace_dup_lines (self->trace, 1);
  off = strstr (lines, "{trace_level,<<\"off\">>");
  printf ("flood: round trips in a second %s untraced, {N, MB} %s while traced, %s after; %.60s\n",
          before, during, after, off != NULL ? off : "never off");
  detach (self);
}

static char *
find_recon (void)
{
  const char *root = "/usr/lib/rabbitmq/lib";
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *server;

  while (dir != NULL && (server = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *plugins = g_build_filename (root, server, "plugins", NULL);
      g_autoptr (GDir) inside = g_dir_open (plugins, 0, NULL);
      const char *plugin;

      while (inside != NULL && (plugin = g_dir_read_name (inside)) != NULL)
        if (g_str_has_prefix (plugin, "recon-"))
          return g_build_filename (plugins, plugin, "ebin", NULL);
    }

  return NULL;
}

/* Calls of a gen_server's handle_call/3 with what they return; recon_trace prints into nothing. */
static void
bench_calls (Bench *self)
{
  g_autofree char *recon = find_recon ();
  g_autofree char *path = NULL;
  double cpu, bare[MAX_ROUNDS], ours[MAX_ROUNDS], theirs[MAX_ROUNDS], memory[MAX_ROUNDS], own[MAX_ROUNDS];
  OvTestSum sum;

  if (recon == NULL)
    {
      printf ("calls: skipped, recon_trace is missing\n");
      return;
    }
  path = g_strdup_printf ("code:add_patha(\"%s\")", recon);
  ov_test_node_assert_eval (self->node, path, "true");
  for (guint round = 0; round < self->rounds; round++)
    {
      g_autofree char *targets = NULL;
      g_autofree char *pids = NULL;
      double start;

      bare[round] = run (self, "gen_server", WAY_BARE, &sum, &cpu);

      attach (self);
      targets = prepare (self, "gen_server", self->trips);
      start = eval_number (self, "erlang:memory(total)");
      ov_test_trace_start (self->trace, 1, targets, "[]",
                           "calls => [#{module => <<\"ov_talk\">>, function => <<\"handle_call\">>,"
                           " arity => 3, match => []}], limits => #{rate => 0, queue => 200000}");
      ours[round] = eval_number (self, "ov_talk:go()") / self->trips;
      own[round] = (eval_number (self, "erlang:memory(total)") - start) / 1e6;
      wait_end (self, 1);
      detach (self);

      pids = prepare (self, "gen_server", self->trips);
      ov_test_node_assert_eval (
          self->node, "register(ov_nothing, spawn(fun F() -> receive {io_request, P, R, _} ->"
                      " P ! {io_reply, R, ok}, F(); stop -> ok end end)), ok", "ok");
      start = eval_number (self, "erlang:memory(total)");
      ov_test_node_assert_eval (
          self->node, "recon_trace:calls({ov_talk, handle_call, fun([_, _, _]) -> return_trace() end},"
                      " 100000000, [{io_server, whereis(ov_nothing)}, {scope, local}]) > 0", "true");
      theirs[round] = eval_number (self, "ov_talk:go()") / self->trips;
      memory[round] = (eval_number (self, "erlang:memory(total)") - start) / 1e6;
      ov_test_node_assert_eval (self->node, "recon_trace:clear(), ov_nothing ! stop, ok", "ok");
    }
  printf ("calls: %.2f × untraced, %.1f MB; recon_trace %.2f × untraced, %.1f MB\n",
          median (ours, self->rounds) / median (bare, self->rounds), median (own, self->rounds),
          median (theirs, self->rounds) / median (bare, self->rounds),
          median (memory, self->rounds));
}

int
main (int   argc,
      char *argv[])
{
  Bench self = { 0 };

  g_test_init (&argc, &argv, NULL);
  if (!ov_test_node_is_available ())
    return 77;

  self.rounds = CLAMP (number ("OV_BENCH_ROUNDS", 5), 1, MAX_ROUNDS);
  self.trips = MAX (number ("OV_BENCH_TRIPS", 50000), 1000);
  self.node = ov_test_node_start ("bench@localhost", NULL);
  load_talk (self.node);
  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    bench_load (&self, i);
  bench_flood (&self);
  bench_calls (&self);
  ov_test_node_stop (self.node);

  return 0;
}
