/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log of restarts on a real node: one_for_one, one_for_all, rest_for_one, a linked helper, escalation, and
 * supervisors of Elixir.  What a name ended as is asked of the log alone, what is there now of the node.
 */
#include "analytics/ov-restart-log.h"
#include "model/ov-node.h"
#include "support/ov-test-node.h"
#include "support/ov-test-wait.h"

#include <string.h>

typedef struct
{
  OvTestNode   *peer;
  OvNode       *node;
  OvRestartLog *log;
  gboolean      done;
  GError       *error;
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

static gboolean
has_limits (Fixture    *fixture,
            const char *name)
{
  OvProcessTable *table = ov_node_get_processes (fixture->node);
  guint32 slot = ov_process_table_find_name (table, name);

  return slot != OV_SLOT_NONE
         && ov_process_table_get_row (table, slot)->strategy != OV_STRATEGY_UNKNOWN;
}

/* Attached, and the log knows how the supervisor is set up. */
static void
attach (Fixture    *fixture,
        const char *supervisor)
{
  OvAttachOptions options = { .cookie = ov_test_node_get_cookie (fixture->peer) };

  fixture->node = ov_node_new (ov_test_node_get_name (fixture->peer));
  ov_node_attach_async (fixture->node, &options, NULL, finished_cb, fixture);
  ov_test_wait_until (fixture->done, 20000);
  g_assert_no_error (fixture->error);
  fixture->done = FALSE;
  ov_node_watch (fixture->node, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  ov_test_wait_until (has_limits (fixture, supervisor), 20000);
  fixture->log = ov_restart_log_new (ov_node_get_processes (fixture->node), NULL);
}

static void
tear_down (Fixture *fixture)
{
  ov_node_detach_async (fixture->node, NULL, finished_cb, fixture);
  ov_test_wait_until (fixture->done, 20000);
  g_assert_no_error (fixture->error);
  g_assert_finalize_object (g_steal_pointer (&fixture->log));
  g_assert_finalize_object (g_steal_pointer (&fixture->node));
  g_clear_pointer (&fixture->peer, ov_test_node_stop);
}

/* A node of another release sees its HOME, not our sources. */
static void
load (OvTestNode *peer)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "support", "falls.erl", NULL);
  g_autofree char *copy = g_build_filename (ov_test_node_get_home (peer), "falls.erl", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = NULL;
  g_autofree char *ask = NULL;
  gsize length;

  g_file_get_contents (source, &program, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (copy, program, (gssize) length, &error);
  g_assert_no_error (error);
  ask = g_strdup_printf ("begin {ok, falls, B} = compile:file(\"%s\", [binary]), "
                         "{module, falls} = code:load_binary(falls, \"falls\", B), falls:start() end",
                         ov_test_node_get_inner_path (peer, copy));
  ov_test_node_assert_eval (peer, ask, "ok");
}

static gboolean
set_up (Fixture    *fixture,
        const char *node,
        const char *supervisor)
{
  *fixture = (Fixture) { 0 };
  if (!ov_test_node_is_available ())
    return FALSE;

  fixture->peer = ov_test_node_start (node, NULL);
  load (fixture->peer);
  attach (fixture, supervisor);
  return TRUE;
}

/* "exit falls_b, supervisor falls_one, started falls_b" */
static char *
describe (const OvRestartEntry *entry)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entry->n_causes; i++)
    {
      const OvCause *cause = &entry->causes[i];

      g_string_append_printf (text, "%s%s%s %s", i > 0 ? ", " : "", cause->sure ? "" : "~",
                              ov_cause_kind_get_word (cause->kind),
                              cause->name != NULL ? cause->name : "?");
    }

  return g_string_free (text, FALSE);
}

static gboolean
is_entry (Fixture    *fixture,
          guint       index,
          const char *expected)
{
  g_autofree char *found = NULL;

  if (index >= ov_restart_log_get_size (fixture->log))
    return FALSE;

  found = describe (ov_restart_log_get (fixture->log, index));
  return g_str_equal (found, expected);
}

static void
assert_entry (Fixture    *fixture,
              guint       index,
              const char *expected)
{
  g_autofree char *found = NULL;

  ov_test_turn_until (is_entry (fixture, index, expected), 20000);
  g_assert_cmpuint (ov_restart_log_get_size (fixture->log), >, index);
  found = describe (ov_restart_log_get (fixture->log, index));
  g_assert_cmpstr (found, ==, expected);
}

/* The pid that the log says is there now is the one that has the name. */
static void
assert_is_there (Fixture     *fixture,
                 const char  *name,
                 const OvPid *pid)
{
  g_autofree char *ask = g_strdup_printf ("whereis(%s)", name);
  g_autofree char *text = ov_pid_to_string (pid, ov_test_node_get_name (fixture->peer));

  ov_test_node_assert_eval (fixture->peer, ask, text);
}

static int
compare_names (const char **a,
               const char **b)
{
  return strcmp (*a, *b);
}

/* Who restarted something, each once, in order. */
static char *
list_supervisors (OvRestartLog *log)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ov_restart_log_get_size (log); i++)
    {
      char *pid = ov_pid_to_string (&ov_restart_log_get (log, i)->supervisor, NULL);

      if (g_ptr_array_find_with_equal_func (names, pid, g_str_equal, NULL))
        g_free (pid);
      else
        g_ptr_array_add (names, pid);
    }
  g_ptr_array_sort (names, (GCompareFunc) compare_names);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s ", (const char *) g_ptr_array_index (names, i));

  return g_string_free (text, FALSE);
}

/* The store of the node replayed from its beginning knows every supervisor that acted, as soon as the probe has
 * told of those that are new.  The causes may be told in less detail than live: a recording has the times that were
 * told, and a death told by 'DOWN' may be later than the birth of its successor. */
static void
assert_replayed (Fixture *fixture)
{
  g_autofree char *live = list_supervisors (fixture->log);
  g_autofree char *replayed = NULL;
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  do
    {
      g_autoptr (OvRestartLog) log = ov_restart_log_new_for_store (ov_node_get_store (fixture->node));

      g_clear_pointer (&replayed, g_free);
      ov_restart_log_replay_async (log, NULL, finished_cb, fixture);
      ov_test_wait_until (fixture->done, 20000);
      g_assert_no_error (fixture->error);
      fixture->done = FALSE;
      replayed = list_supervisors (log);
    }
  while (!g_str_equal (replayed, live) && g_get_monotonic_time () < until_us);
  g_assert_cmpstr (replayed, ==, live);
}

static void
test_one_for_one (void)
{
  const OvRestartEntry *entry;
  Fixture fixture;

  if (!set_up (&fixture, "one@localhost", "falls_one"))
    return;

  ov_test_node_assert_eval (fixture.peer, "falls:end_with(falls_b, {badmatch,1})", "ok");
  assert_entry (&fixture, 0, "exit falls_b, supervisor falls_one, started falls_b");
  entry = ov_restart_log_get (fixture.log, 0);
  g_assert_cmpstr (entry->reason, ==, "{badmatch,1}");
  g_assert_cmpstr (entry->child_id, ==, "b");
  g_assert_cmpstr (entry->supervisor_name, ==, "falls_one");
  g_assert_cmpuint (entry->intensity, ==, 2);
  g_assert_cmpuint (entry->period_s, ==, 5);
  g_assert_cmpuint (entry->n_recent, ==, 1);
  g_assert_cmpfloat_with_epsilon (entry->headroom, 2.0 / 3, 1e-9);
  assert_is_there (&fixture, "falls_b", &entry->new_pid);
  tear_down (&fixture);
}

static void
test_strategies (void)
{
  const OvRestartEntry *entry;
  Fixture fixture;

  if (!set_up (&fixture, "strategies@localhost", "falls_rest"))
    return;

  ov_test_wait_until (has_limits (&fixture, "falls_all"), 20000);
  ov_test_node_assert_eval (fixture.peer, "falls:end_with(falls_e, boom)", "ok");
  assert_entry (&fixture, 0, "exit falls_e, supervisor falls_all, stopped falls_f, stopped falls_d, "
                             "started falls_d, started falls_e, started falls_f");
  entry = ov_restart_log_get (fixture.log, 0);
  assert_is_there (&fixture, "falls_e", &entry->new_pid);
  g_assert_cmpint (entry->recovered_ns, >, entry->causes[0].at_ns);

  ov_test_node_assert_eval (fixture.peer, "falls:end_with(falls_h, boom)", "ok");
  assert_entry (&fixture, 1, "exit falls_h, supervisor falls_rest, stopped falls_i, started falls_h, started falls_i");
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 2);
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 1)->cascade, !=, ov_restart_log_get (fixture.log, 0)->cascade);
  assert_replayed (&fixture);
  tear_down (&fixture);
}

static void
test_link (void)
{
  const OvRestartEntry *entry;
  Fixture fixture;

  if (!set_up (&fixture, "link@localhost", "falls_one"))
    return;

  ov_test_node_assert_eval (fixture.peer, "falls:helper(falls_a)", "true");
  ov_test_wait_until (ov_process_table_find_name (ov_node_get_processes (fixture.node), "falls_helper")
                        != OV_SLOT_NONE, 20000);
  ov_test_node_assert_eval (fixture.peer, "falls_helper ! {end_with, {lost, disk}}", "{end_with,{lost,disk}}");
  assert_entry (&fixture, 0, "exit falls_helper, link falls_a, supervisor falls_one, started falls_a");
  entry = ov_restart_log_get (fixture.log, 0);
  g_assert_cmpstr (entry->reason, ==, "{lost,disk}");
  g_assert_true (ov_pid_equal (&entry->causes[1].by, &entry->causes[0].pid));
  tear_down (&fixture);
}

static void
test_escalation (void)
{
  static const char *const before[] = {
    "exit falls_c, supervisor falls_one, started falls_c",
    "exit falls_c, supervisor falls_one, started falls_c",
    "exit falls_c, supervisor falls_one, stopped falls_b, stopped falls_a, gave_up falls_one",
  };
  const OvRestartEntry *entry;
  Fixture fixture;

  if (!set_up (&fixture, "escalation@localhost", "falls_one"))
    return;

  ov_test_wait_until (has_limits (&fixture, "falls_top"), 20000);
  for (guint i = 0; i < 3; i++)
    {
      ov_test_node_assert_eval (fixture.peer, "falls:end_with(falls_c, boom)", "ok");
      assert_entry (&fixture, i, before[i]);
      g_assert_true (ov_test_node_wait_eval (fixture.peer, "is_pid(whereis(falls_c))", "true", 10000));
    }
  assert_entry (&fixture, 3, "exit falls_c, supervisor falls_one, stopped falls_b, stopped falls_a, gave_up falls_one, "
                             "escalated falls_top, started falls_one, started falls_a, started falls_b, "
                             "started falls_c");
  entry = ov_restart_log_get (fixture.log, 2);
  g_assert_cmpuint (entry->n_recent, ==, 3);
  g_assert_cmpfloat_with_epsilon (entry->headroom, 0, 1e-9);
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 3)->cascade, ==, entry->cascade);
  assert_is_there (&fixture, "falls_one", &ov_restart_log_get (fixture.log, 3)->new_pid);
  assert_replayed (&fixture);
  tear_down (&fixture);
}

/* Where Elixir is installed, NULL: it is not. */
static char *
find_elixir (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "elixir", "-e", "IO.write(:code.lib_dir(:elixir, :ebin))", NULL };
  g_autofree char *program = g_find_program_in_path ("elixir");

  if (program == NULL || g_getenv ("OVERSTORY_TEST_OTP_ROOT") != NULL)
    return NULL;
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text,
                NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strdup (text);
}

static void
test_elixir (void)
{
  g_autofree char *ebin = NULL;
  Fixture fixture = { 0 };

  if (!ov_test_node_is_available ())
    return;
  ebin = find_elixir ();
  if (ebin == NULL)
    {
      g_test_skip ("there is no elixir");
      return;
    }

  fixture.peer = ov_test_node_start ("elixir@localhost", (const char *const[]) { "-pa", ebin, NULL });
  load (fixture.peer);
  ov_test_node_assert_eval (fixture.peer,
                            "begin {ok, S} = 'Elixir.Supervisor':start_link("
                            "  [#{id => Id, start => {falls, worker, [Id]}} || Id <- [first, second, third]], "
                            "  [{strategy, rest_for_one}, {name, elixir_rest}]), unlink(S), "
                            "{ok, D} = 'Elixir.DynamicSupervisor':start_link([{strategy, one_for_one}, "
                            "  {name, elixir_dynamic}]), unlink(D), "
                            "[{ok, _} = 'Elixir.DynamicSupervisor':start_child(elixir_dynamic, "
                            "  #{id => Id, start => {falls, worker, [Id]}}) || Id <- [dynamic_1, dynamic_2]], ok end",
                            "ok");
  attach (&fixture, "elixir_rest");
  ov_test_wait_until (has_limits (&fixture, "elixir_dynamic"), 20000);
  ov_test_node_assert_eval (fixture.peer, "falls:end_with(second, {'Elixir.RuntimeError', bad})", "ok");
  assert_entry (&fixture, 0, "exit second, supervisor elixir_rest, stopped third, started second, started third");
  ov_test_node_assert_eval (fixture.peer, "falls:end_with(dynamic_2, boom)", "ok");
  assert_entry (&fixture, 1, "exit dynamic_2, supervisor elixir_dynamic, started dynamic_2");
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 1)->intensity, ==, 3);
  tear_down (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/restarts/one-for-one", test_one_for_one);
  g_test_add_func ("/node/restarts/strategies", test_strategies);
  g_test_add_func ("/node/restarts/link", test_link);
  g_test_add_func ("/node/restarts/escalation", test_escalation);
  g_test_add_func ("/node/restarts/elixir", test_elixir);
  return g_test_run ();
}
