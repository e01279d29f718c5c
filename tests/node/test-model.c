/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNode against real nodes: the tree, restarts as they happen, loss and coming back.
 * The witness is the node itself, asked over its standard input.
 */
#include "model/ov-node.h"
#include "model/ov-discovery.h"
#include "support/ov-test-node.h"
#include "support/ov-test-wait.h"

#include <string.h>

/* 200 ms are promised on a machine with time to spare; where many tests run at once there is not. */
#define SOON_US G_USEC_PER_SEC

typedef struct
{
  GMainLoop  *loop;
  OvNode     *node;
  gboolean    done;
  GError     *error;
  GArray     *lives; /* OvLifecycle */
  gint64      told_us;
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

static void
lifecycle_cb (OvProcessTable    *table,
              const OvLifecycle *life,
              Fixture           *fixture)
{
  g_array_append_vals (fixture->lives, life, 1);
  fixture->told_us = g_get_monotonic_time ();
}

static void
attach (Fixture    *fixture,
        OvTestNode *peer)
{
  OvAttachOptions options = { .cookie = ov_test_node_get_cookie (peer) };

  fixture->lives = g_array_new (FALSE, FALSE, sizeof (OvLifecycle));
  fixture->node = ov_node_new (ov_test_node_get_name (peer));
  g_signal_connect (ov_node_get_processes (fixture->node), "lifecycle", G_CALLBACK (lifecycle_cb),
                    fixture);
  ov_node_attach_async (fixture->node, &options, NULL, finished_cb, fixture);
  g_assert_cmpint (ov_node_get_state (fixture->node), ==, OV_NODE_CONNECTING);
  wait_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (ov_node_get_state (fixture->node), ==, OV_NODE_LIVE);
  g_assert_cmpuint (ov_node_get_otp_release (fixture->node), ==, ov_test_node_get_release (peer));
}

static void
detach (Fixture *fixture)
{
  ov_node_detach_async (fixture->node, NULL, finished_cb, fixture);
  g_assert_cmpint (ov_node_get_state (fixture->node), ==, OV_NODE_OFFLINE);
  wait_done (fixture);
  g_assert_no_error (fixture->error);
  g_assert_finalize_object (g_steal_pointer (&fixture->node));
  g_clear_pointer (&fixture->lives, g_array_unref);
}

static void
load_demo (OvTestNode *peer)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "support", "demo", NULL);
  g_autofree char *load =
    g_strdup_printf ("begin {ok, demo, B} = compile:file(\"%s\", [binary]), "
                     "{module, demo} = code:load_binary(demo, \"demo\", B), demo:start() end", path);

  ov_test_node_assert_eval (peer, load, "ok");
}

/* "Parent Child Id" of every child of every supervisor below every application, by which_children. */
static char *
walk_on_node (OvTestNode *peer)
{
  g_autofree char *path = g_build_filename (ov_test_node_get_home (peer), "walk", NULL);
  g_autofree char *ask = NULL;
  char *text = NULL;

  ask = g_strdup_printf (
    "begin IsSup = fun(P) -> {dictionary, D} = process_info(P, dictionary), "
    "  case proplists:get_value('$initial_call', D) of {supervisor, _, _} -> true; _ -> false end end, "
    "Walk = fun W(Sup) -> case is_pid(Sup) andalso node(Sup) =:= node() andalso IsSup(Sup) of false -> []; "
    "  true -> lists:append([[io_lib:format(\"~w ~w ~0tp~n\", [Sup, P, Id]) | W(P)] "
    "    || {Id, P, _, _} <- supervisor:which_children(Sup), is_pid(P)]) end end, "
    "Masters = [M || {A, _, _} <- application:which_applications(), M <- [application_controller:get_master(A)], is_pid(M)], "
    "Roots = [R || M <- Masters, {R, _} <- [application_master:get_child(M)]], "
    "file:write_file(\"%s\", unicode:characters_to_binary(lists:sort(lists:flatmap(Walk, Roots)))) end", path);
  ov_test_node_assert_eval (peer, ask, "ok");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  return text;
}

static int
compare_lines (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
walk_in_table (OvProcessTable *table)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  OvStrings *strings = ov_process_table_get_strings (table);
  guint32 n_slots;
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);

  for (guint32 slot = 0; slot < n_slots; slot++)
    {
      g_autofree char *parent = NULL;
      g_autofree char *pid = NULL;

      if (!rows[slot].alive || rows[slot].place != OV_PLACE_CHILD)
        continue;
      /* A supervisor_bridge has no strategy, and which_children does not see into it. */
      if (rows[rows[slot].parent].strategy == OV_STRATEGY_UNKNOWN)
        continue;
      parent = ov_process_table_dup_pid (table, rows[slot].parent);
      pid = ov_process_table_dup_pid (table, slot);
      g_ptr_array_add (lines, g_strdup_printf ("%s %s %s\n", parent, pid,
                                               ov_strings_get (strings, rows[slot].child_id)));
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);

  return g_strjoinv (NULL, (char **) lines->pdata);
}

static gboolean
is_walk (OvProcessTable *table,
         const char     *expected)
{
  g_autofree char *found = walk_in_table (table);

  return g_str_equal (found, expected);
}

static void
test_census (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;
  Fixture fixture = { 0 };
  OvProcessTable *table;

  if (!ov_test_node_is_available ())
    return;

  peer = ov_test_node_start ("census@localhost", NULL);
  load_demo (peer);
  attach (&fixture, peer);
  table = ov_node_get_processes (fixture.node);
  ov_node_census_async (fixture.node, TRUE, 2000, NULL, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_no_error (fixture.error);

  expected = walk_on_node (peer);
  found = walk_in_table (table);
  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpuint (fixture.lives->len, ==, 0); /* nobody was born by being seen first */
  detach (&fixture);
}

/* Two censuses at once: both are taken, one after the other. */
static void
test_two_censuses (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  Fixture fixture = { 0 };
  Fixture other = { 0 };

  if (!ov_test_node_is_available ())
    return;

  peer = ov_test_node_start ("twice@localhost", NULL);
  attach (&fixture, peer);
  ov_node_census_async (fixture.node, FALSE, 0, NULL, finished_cb, &fixture);
  ov_node_census_async (fixture.node, TRUE, 1000, NULL, finished_cb, &other);
  ov_test_wait_until (fixture.done && other.done, 20000);
  g_assert_no_error (fixture.error);
  g_assert_no_error (other.error);
  fixture.done = FALSE;
  detach (&fixture);
}

static gboolean
has_life (Fixture    *fixture,
          OvLifeKind  kind)
{
  for (guint i = 0; i < fixture->lives->len; i++)
    if (g_array_index (fixture->lives, OvLifecycle, i).kind == kind)
      return TRUE;

  return FALSE;
}

static gboolean
has_reason (OvProcessTable *table,
            guint64         from,
            const char     *reason)
{
  OvStrings *strings = ov_process_table_get_strings (table);

  for (guint64 i = from; i < ov_process_table_get_n_facts (table); i++)
    {
      const OvLifeFact *fact = ov_process_table_get_fact (table, i);

      if (fact->kind == OV_LIFE_DIED && !ov_pid_is_none (&fact->supervisor)
          && g_strcmp0 (ov_strings_get (strings, fact->reason), reason) == 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
knows_ids (OvProcessTable *table,
           const char     *supervisor)
{
  guint32 slot = ov_process_table_find_name (table, supervisor);
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (table, slot) : NULL;

  return row != NULL && row->answer == OV_ANSWER_OK && row->first_child != OV_SLOT_NONE
         && ov_process_table_get_row (table, row->first_child)->child_id != OV_STRING_NONE;
}

static void
start_watching (Fixture *fixture)
{
  ov_node_watch (fixture->node, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  g_assert_cmpint (ov_node_get_state (fixture->node), ==, OV_NODE_TAKING_CENSUS);
  ov_test_wait_until (ov_node_get_state (fixture->node) == OV_NODE_LIVE, 10000);
}

static void
test_restart_is_seen (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  Fixture fixture = { 0 };
  const OvProcess *row;
  OvProcessTable *table;
  guint64 n_facts;
  gint64 killed_us;

  if (!ov_test_node_is_available ())
    return;

  peer = ov_test_node_start ("restart@localhost", NULL);
  load_demo (peer);
  attach (&fixture, peer);
  table = ov_node_get_processes (fixture.node);
  start_watching (&fixture);
  ov_test_wait_until (knows_ids (table, "demo_sup"), 5000);
  g_array_set_size (fixture.lives, 0);
  n_facts = ov_process_table_get_n_facts (table);
  ov_test_node_assert_eval (peer,
    "begin [{Id, P} | _] = [{Id, P} || {Id, P, worker, _} <- supervisor:which_children(demo_all), is_pid(P)], "
    "exit(P, {shot, 1}), is_tuple({Id}) end", "true");
  killed_us = g_get_monotonic_time ();
  ov_test_wait_until (has_life (&fixture, OV_LIFE_DIED) && has_life (&fixture, OV_LIFE_RESTARTED), 5000);
  g_test_message ("seen %.1f ms after the node had answered",
                  (double) (fixture.told_us - killed_us) / 1000.0);
  g_assert_cmpint (fixture.told_us - killed_us, <, SOON_US);

  g_assert_true (has_reason (table, n_facts, "{shot,1}"));
  for (guint i = 0; i < fixture.lives->len; i++)
    {
      const OvLifecycle *life = &g_array_index (fixture.lives, OvLifecycle, i);

      if (life->kind != OV_LIFE_RESTARTED)
        continue;
      row = ov_process_table_get_row (table, life->slot);
      g_assert_cmpuint (row->n_restarts, ==, 1);
      g_assert_cmpuint (life->supervisor, ==, ov_process_table_find_name (table, "demo_all"));
      g_assert_cmpuint (life->old_slot, !=, OV_SLOT_NONE);
      g_assert_false (ov_process_table_get_row (table, life->old_slot)->alive);
    }

  /* The ids that the supervisor gives afterwards agree with what was guessed. */
  {
    g_autofree char *expected = walk_on_node (peer);

    ov_test_wait_until (is_walk (table, expected), 5000);
  }
  detach (&fixture);
}

static guint
count_alive (OvProcessTable *table)
{
  guint32 n_slots;
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);
  guint n = 0;

  for (guint32 slot = 0; slot < n_slots; slot++)
    n += rows[slot].alive;

  return n;
}

/* Hundreds of births and deaths, of which nobody asks for a census: in the end the table is the
 * node. */
static void
test_churn (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  g_autofree char *expected = NULL;
  Fixture fixture = { 0 };
  OvProcessTable *table;

  if (!ov_test_node_is_available ())
    return;

  peer = ov_test_node_start ("churn@localhost", NULL);
  load_demo (peer);
  attach (&fixture, peer);
  table = ov_node_get_processes (fixture.node);
  start_watching (&fixture);
  ov_test_wait_until (knows_ids (table, "demo_crowd"), 5000);
  for (guint round = 0; round < 5; round++)
    {
      ov_test_node_assert_eval (peer,
        "begin Ps = [begin {ok, P} = supervisor:start_child(demo_crowd, [{churn, N}]), P end || N <- lists:seq(1, 60)], "
        "[ok = supervisor:terminate_child(demo_crowd, P) || P <- lists:sublist(Ps, 58)], ok end", "ok");
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  ov_test_node_assert_eval (peer,
    "begin [P | _] = [C || {_, C, worker, _} <- supervisor:which_children(demo_all), is_pid(C)], exit(P, kill) end", "true");
  ov_test_wait_until (has_life (&fixture, OV_LIFE_RESTARTED), 5000);
  expected = walk_on_node (peer);
  ov_test_wait_until (is_walk (table, expected), 10000);
  g_assert_cmpuint (count_alive (table), ==, ov_process_table_get_n_alive (table));
  detach (&fixture);
}

static void
test_gone_and_back (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  g_autoptr (OvTestNode) again = NULL;
  Fixture fixture = { 0 };
  OvProcessTable *table;
  guint n_before;

  if (!ov_test_node_is_available ())
    return;

  peer = ov_test_node_start ("gone@localhost", NULL);
  attach (&fixture, peer);
  table = ov_node_get_processes (fixture.node);
  start_watching (&fixture);
  n_before = ov_process_table_get_n_alive (table);
  g_assert_cmpuint (n_before, >, 20);
  ov_test_node_kill (peer);
  ov_test_wait_until (ov_node_get_state (fixture.node) == OV_NODE_GONE, 5000);
  g_assert_nonnull (ov_node_get_error (fixture.node));
  g_assert_cmpuint (ov_process_table_get_n_alive (table), ==, n_before);
  g_assert_false (ov_node_can_reconnect (fixture.node));

  /* Another life under the same name; the old picture makes room for the new one. */
  again = ov_test_node_start ("gone@localhost", NULL);
  ov_test_wait_until (ov_node_can_reconnect (fixture.node), 8000);
  {
    OvAttachOptions options = { .cookie = ov_test_node_get_cookie (again) };

    ov_node_attach_async (fixture.node, &options, NULL, finished_cb, &fixture);
  }
  wait_done (&fixture);
  g_assert_no_error (fixture.error);
  g_assert_null (ov_node_get_error (fixture.node));
  g_array_set_size (fixture.lives, 0);
  ov_test_wait_until (ov_node_get_state (fixture.node) == OV_NODE_LIVE
              && ov_process_table_get_n_alive (table) > 20, 10000);
  for (guint i = 0; i < fixture.lives->len; i++)
    g_assert_cmpint (g_array_index (fixture.lives, OvLifecycle, i).kind, !=, OV_LIFE_DIED);
  detach (&fixture);
}

static void
test_refused (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  OvAttachOptions wrong = { .cookie = "no-such-cookie" };
  Fixture fixture = { 0 };

  if (!ov_test_node_is_available ())
    return;

  peer = ov_test_node_start ("refused@localhost", NULL);
  fixture.node = ov_node_new (ov_test_node_get_name (peer));
  ov_node_census_async (fixture.node, FALSE, 0, NULL, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_error (fixture.error, OV_LINK_ERROR, OV_LINK_ERROR_LOST);
  ov_node_attach_async (fixture.node, &wrong, NULL, finished_cb, &fixture);
  wait_done (&fixture);
  g_assert_error (fixture.error, OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE);
  g_assert_cmpint (ov_node_get_state (fixture.node), ==, OV_NODE_OFFLINE);
  g_assert_error (ov_node_get_error (fixture.node), OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE);
  g_assert_finalize_object (g_steal_pointer (&fixture.node));
  g_clear_error (&fixture.error);
}

static gboolean
lists (OvDiscovery *discovery,
       const char  *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (discovery)); i++)
    {
      g_autoptr (OvFoundNode) found = g_list_model_get_item (G_LIST_MODEL (discovery), i);

      if (g_str_equal (ov_found_node_get_name (found), name))
        return TRUE;
    }

  return FALSE;
}

static void
test_discovery (void)
{
  g_autoptr (OvTestNode) peer = NULL;
  g_autoptr (OvTestNode) again = NULL;
  g_autoptr (OvDiscovery) discovery = ov_discovery_new (NULL);

  if (!ov_test_node_is_available ())
    return;

  ov_test_epmd_start ();
  ov_discovery_start (discovery);
  ov_test_wait_until (ov_discovery_get_looked (discovery), 3000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (discovery)), ==, 0);
  g_assert_true (ov_discovery_get_has_epmd (discovery));
  peer = ov_test_node_start ("found@localhost", NULL);
  ov_test_wait_until (lists (discovery, "found@localhost"), 5000);
  ov_test_node_kill (peer);
  ov_test_wait_until (!lists (discovery, "found@localhost"), 5000);
  /* The port mapper says "found"; the node itself says the rest, and is not connected for it. */
  again = ov_test_node_start ("found@127.0.0.1", NULL);
  ov_test_wait_until (lists (discovery, "found@127.0.0.1"), 5000);
  ov_test_node_assert_eval (again, "{nodes(), nodes(hidden)}",
                            "{[],[]}");
  ov_discovery_stop (discovery);
  g_assert_finalize_object (g_steal_pointer (&discovery));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/model/discovery", test_discovery);
  g_test_add_func ("/node/model/census", test_census);
  g_test_add_func ("/node/model/two-censuses", test_two_censuses);
  g_test_add_func ("/node/model/restart-is-seen", test_restart_is_seen);
  g_test_add_func ("/node/model/churn", test_churn);
  g_test_add_func ("/node/model/gone-and-back", test_gone_and_back);
  g_test_add_func ("/node/model/refused", test_refused);

  return g_test_run ();
}
