/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever instant a debugger dies at (tracing, following a message, taking a census), the node is as
 * it was a second later; when the debugger is
 * stopped instead, after the lease.  The number of kills is $OV_TEST_KILLS, else 200; the seed of
 * the instants is g_test's.
 */
#include "support/ov-test-probe.h"

#include <signal.h>
#include <sys/wait.h>

#define KILLED_MS 1000
#define STOPPED_MS 3000
#define LONGEST_US (250 * 1000)
#define SHORTEST_US 5000

static GPid
start_debugger (OvTestNode *node)
{
  g_autofree char *seed = g_strdup_printf ("%u", (guint) g_test_rand_int_range (0, G_MAXINT32));
  const char *argv[] = { g_getenv ("OV_TEST_DEBUGGER"), ov_test_node_get_name (node),
                         ov_test_node_get_cookie_file (node), seed, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  int out;
  char word[5];

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (out, word, sizeof word), >, 0);
  close (out);

  return pid;
}

static void
end_debugger (GPid pid,
              int  signal_number)
{
  int status;

  kill (pid, signal_number);
  waitpid (pid, &status, 0);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
}

/* Children that come and go while the debugger looks. */
static void
start_life (OvTestNode *node)
{
  g_autofree char *started = ov_test_node_eval (
      node, "register(ov_life, spawn(fun() -> (fun F() -> spawn(fun() -> ok end),"
            " receive stop -> ok after 5 -> F() end end)() end))");
}

static void
pause_life (OvTestNode *node)
{
  ov_test_node_assert_eval (node, "catch (ov_life ! stop), F = fun W() -> case whereis(ov_life) of"
                                  " undefined -> ok; _ -> W() end end, F()", "ok");
}

/* The witness that tracing ran at all when the debugger was killed. */
static gboolean
has_tracer (OvTestNode *node)
{
  g_autofree char *count = ov_test_node_eval (
      node, "length([P || P <- processes(), {dictionary, D} <- [process_info(P, dictionary)],"
            " lists:member({'$process_label', <<\"Overstory probe: tracer\">>}, D)])");

  return !g_str_equal (count, "0");
}

static void
test_killed (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *before = NULL;
  guint n_traced = 0;
  const char *kills = g_getenv ("OV_TEST_KILLS");
  guint n = kills != NULL ? (guint) g_ascii_strtoull (kills, NULL, 10) : 200;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("killed@localhost", NULL);
  before = ov_test_node_snapshot (node);
  for (guint i = 0; i < n; i++)
    {
      GPid pid;

      start_life (node);
      pid = start_debugger (node);
      g_usleep ((gulong) g_test_rand_int_range (0, LONGEST_US));
      n_traced += has_tracer (node);
      g_usleep ((gulong) g_test_rand_int_range (0, SHORTEST_US));
      end_debugger (pid, SIGKILL);
      pause_life (node);
      ov_test_node_assert_same (node, before, KILLED_MS);
    }
  g_test_message ("%u of %u were killed while they traced", n_traced, n);
  g_assert_cmpuint (n_traced, >=, n / 10);
}

static void
test_stopped (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *before = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("stopped@localhost", NULL);
  before = ov_test_node_snapshot (node);
  for (guint i = 0; i < 3; i++)
    {
      GPid pid = start_debugger (node);

      g_assert_true (ov_test_node_wait_eval (node, "whereis(ov_probe_guard) =/= undefined", "true",
                                             5000));
      g_usleep ((gulong) g_test_rand_int_range (0, LONGEST_US));
      kill (pid, SIGSTOP);
      ov_test_node_assert_same (node, before, STOPPED_MS);
      end_debugger (pid, SIGKILL);
    }
}

/* The other way round: somebody kills the parts of the probe on the node. */
static void
test_parts_killed (void)
{
  const char *const parts[] = {
    "whereis(ov_probe_guard)",
    "hd([P || P <- processes(), {dictionary, D} <- [process_info(P, dictionary)],"
    " lists:member({'$process_label', <<\"Overstory probe: owner\">>}, D)])",
  };
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *before = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("parts@localhost", NULL);
  before = ov_test_node_snapshot (node);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (OvTestProbe) probe = ov_test_probe_new ();
      g_autofree char *expression = g_strdup_printf ("exit(%s, kill)", parts[i]);

      ov_test_probe_attach (probe, node, NULL);
      ov_probe_watch (probe->probe, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
      g_assert_nonnull (ov_test_probe_wait (probe, "name=lifecycle-full", 2000));
      ov_test_node_assert_eval (node, expression, "true");
      g_assert_true (ov_test_probe_wait_lost (probe, 3000));
      ov_test_node_assert_same (node, before, KILLED_MS);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/probe-killed/killed", test_killed);
  g_test_add_func ("/node/probe-killed/stopped", test_stopped);
  g_test_add_func ("/node/probe-killed/parts-killed", test_parts_killed);

  return g_test_run ();
}
