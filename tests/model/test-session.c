/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSession: what is open, what is current, what is selected; and a node that was never attached.
 */
#include "model/ov-session.h"
#include "record-script.h"
#include "table-script.h"

#define MS G_GINT64_CONSTANT (1000000)
#define BEGIN (G_GINT64_CONSTANT (1700000000) * 1000 * MS)

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *count)
{
  (*count)++;
}

static void
test_nodes (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) first = ov_node_new ("first@localhost");
  g_autoptr (OvNode) second = ov_node_new ("second@localhost");
  guint n_told = 0;

  g_signal_connect (session, "notify::node", G_CALLBACK (count_cb), &n_told);
  ov_session_add_node (session, first);
  ov_session_add_node (session, second);
  ov_session_add_node (session, first);
  g_assert_cmpuint (g_list_model_get_n_items (ov_session_list_nodes (session)), ==, 2);
  g_assert_true (ov_session_get_node (session) == first);
  g_assert_true (ov_session_find_node (session, "second@localhost") == second);
  g_assert_null (ov_session_find_node (session, "third@localhost"));
  g_assert_cmpuint (n_told, ==, 1);
  ov_session_remove_node (session, first);
  g_assert_true (ov_session_get_node (session) == second);
  ov_session_remove_node (session, second);
  g_assert_null (ov_session_get_node (session));
  g_assert_cmpuint (n_told, ==, 3);

  ov_session_set_filter (session, NULL);
  g_assert_cmpstr (ov_session_get_filter (session), ==, "");
  g_assert_cmpint (ov_node_get_state (first), ==, OV_NODE_OFFLINE);
  g_assert_finalize_object (g_steal_pointer (&session));
  g_assert_finalize_object (g_steal_pointer (&first));
  g_assert_finalize_object (g_steal_pointer (&second));
}

/* A selection is a process, not a slot: it does not pass on to who comes into the slot next. */
static void
test_selection (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) node = ov_node_new (SCRIPT_NODE);
  OvProcessTable *table = ov_node_get_processes (node);
  guint32 slot;
  guint n_told = 0;

  script_process (table, &(ScriptProcess) { 1, OV_BEHAVIOUR_GEN_SERVER });
  ov_process_table_flush (table);
  ov_session_add_node (session, node);
  g_signal_connect (session, "notify::selected", G_CALLBACK (count_cb), &n_told);
  slot = script_slot (table, 1);
  ov_session_set_selected (session, slot);
  ov_session_set_selected (session, slot);
  g_assert_cmpuint (n_told, ==, 1);
  g_assert_cmpuint (ov_session_get_selected (session), ==, slot);

  script_death (table, 1, "normal", 5);
  ov_process_table_flush (table);
  g_assert_cmpuint (ov_session_get_selected (session), ==, OV_SLOT_NONE);
  script_process (table, &(ScriptProcess) { 2, OV_BEHAVIOUR_GEN_SERVER });
  ov_process_table_flush (table);
  g_assert_cmpuint (script_slot (table, 2), ==, slot);
  g_assert_cmpuint (ov_session_get_selected (session), ==, OV_SLOT_NONE);
  ov_session_set_selected (session, 12345);
  g_assert_cmpuint (ov_session_get_selected (session), ==, OV_SLOT_NONE);
}

/* Process 1 lives from the begin on, 2 is born at 10 ms and dies at 5,000, 3 is born then. */
static OvNode *
new_node_with_past (void)
{
  OvNode *node = ov_node_new (SCRIPT_NODE);
  OvStore *store = ov_node_get_store (node);
  g_autoptr (RecordScript) script = record_script_new ();

  record_gap (script, 1, "census");
  record_process (script, &(ScriptProcess) { 1, OV_BEHAVIOUR_SUPERVISOR });
  record_census_done (script, 1, 1);
  record_batch (script, store, BEGIN);
  record_birth (script, 2, 1, "m", BEGIN + 10 * MS);
  record_batch (script, store, BEGIN + 11 * MS);
  record_death (script, 2, "kill", BEGIN + 5000 * MS);
  record_birth (script, 3, 1, "m", BEGIN + 5000 * MS);
  record_batch (script, store, BEGIN + 5001 * MS);

  return node;
}

static void
add_live_rows (OvNode *node)
{
  OvProcessTable *table = ov_node_get_processes (node);

  script_process (table, &(ScriptProcess) { 9, OV_BEHAVIOUR_GEN_SERVER }); /* other slots than then */
  script_process (table, &(ScriptProcess) { 1, OV_BEHAVIOUR_SUPERVISOR });
  script_process (table, &(ScriptProcess) { 3, OV_BEHAVIOUR_GEN_SERVER, NULL, 1 });
  ov_process_table_flush (table);
}

static guint
selected_id (OvSession *session)
{
  guint32 slot = ov_session_get_selected (session);

  return slot == OV_SLOT_NONE
           ? 0 : ov_process_table_get_row (ov_session_get_table (session), slot)->pid.id;
}

static void
wait_for_table (OvSession *session,
                OvNode    *node,
                gboolean   live)
{
  while ((ov_session_get_table (session) == ov_node_get_processes (node)) != live)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_instant (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) node = new_node_with_past ();
  guint n_instants = 0, n_tables = 0, n_selected = 0;
  OvProcessTable *live = ov_node_get_processes (node);
  OvProcessTable *past;

  add_live_rows (node);
  ov_session_add_node (session, node);
  g_assert_true (ov_session_get_table (session) == live);
  ov_session_set_selected (session, script_slot (live, 3));
  g_signal_connect (session, "notify::instant", G_CALLBACK (count_cb), &n_instants);
  g_signal_connect (session, "notify::table", G_CALLBACK (count_cb), &n_tables);
  g_signal_connect (session, "notify::selected", G_CALLBACK (count_cb), &n_selected);

  ov_session_set_instant (session, BEGIN + 6000 * MS);
  g_assert_cmpuint (n_instants, ==, 1);
  g_assert_true (ov_session_get_table (session) == live);
  wait_for_table (session, node, FALSE);
  past = ov_session_get_table (session);
  g_assert_cmpuint (n_tables, ==, 1);
  g_assert_cmpuint (selected_id (session), ==, 3);
  g_assert_cmpuint (script_slot (past, 9), ==, OV_SLOT_NONE);

  /* Before its birth there is nobody to select, and later there is again. */
  ov_session_set_instant (session, BEGIN + 4000 * MS);
  while (script_slot (past, 2) == OV_SLOT_NONE || selected_id (session) != 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (ov_session_get_table (session) == past);
  ov_session_set_instant (session, BEGIN + 7000 * MS);
  while (selected_id (session) != 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (script_slot (past, 2), ==, OV_SLOT_NONE);

  /* One after the other, faster than tables are made: the last is where it ends. */
  for (gint64 at_ns = 0; at_ns <= 3000 * MS; at_ns += 100 * MS)
    ov_session_set_instant (session, BEGIN + 500 * MS + at_ns);
  while (script_slot (past, 2) == OV_SLOT_NONE || script_slot (past, 3) != OV_SLOT_NONE)
    g_main_context_iteration (NULL, TRUE);

  ov_session_set_instant (session, OV_INSTANT_LIVE);
  g_assert_true (ov_session_get_table (session) == live);
  g_assert_cmpuint (selected_id (session), ==, 3);
  g_assert_cmpuint (n_selected, >=, 3);

  /* Gone while it is sought: nothing comes of it any more. */
  ov_session_set_instant (session, BEGIN + 1000 * MS);
  ov_session_set_instant (session, OV_INSTANT_LIVE);
  n_tables = 0;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (ov_session_get_table (session) == live);
  g_assert_cmpuint (n_tables, ==, 0);
  ov_session_remove_node (session, node);
  g_assert_null (ov_session_get_table (session));
  g_assert_finalize_object (g_steal_pointer (&session));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&node));
}

/* The instant is that of all nodes; each is shown with its own table of it. */
static void
test_instant_of_two_nodes (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) first = new_node_with_past ();
  g_autoptr (OvNode) second = new_node_with_past ();
  OvProcessTable *past;

  add_live_rows (first);
  ov_session_add_node (session, first);
  ov_session_add_node (session, second);
  ov_session_set_instant (session, BEGIN + 1000 * MS);
  wait_for_table (session, first, FALSE);
  past = ov_session_get_table (session);
  ov_session_set_selected (session, script_slot (past, 2));
  ov_session_set_node (session, second);
  g_assert_cmpuint (ov_session_get_selected (session), ==, OV_SLOT_NONE);
  wait_for_table (session, second, FALSE);
  g_assert_true (ov_session_get_table (session) != past);
  g_assert_cmpuint (script_slot (ov_session_get_table (session), 2), !=, OV_SLOT_NONE);
  ov_session_set_node (session, first);
  wait_for_table (session, first, FALSE);
  g_assert_true (ov_session_get_table (session) == past);
  ov_session_remove_node (session, first);
  g_assert_true (ov_session_get_node (session) == second);
}

static void
changed_cb (OvSession *session,
            guint     *count)
{
  (*count)++;
}

static void
test_range (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) node = new_node_with_past ();
  gint64 from_ns, to_ns;
  guint n_told = 0;

  ov_session_add_node (session, node);
  g_signal_connect (session, "range-changed", G_CALLBACK (changed_cb), &n_told);

  /* It is not attached: its now is what was seen last. */
  g_assert_cmpint (ov_node_get_now (node), ==, BEGIN + 5001 * MS);
  g_assert_false (ov_session_get_range (session, &from_ns, &to_ns));
  g_assert_cmpint (to_ns, ==, BEGIN + 5001 * MS + 1);
  g_assert_cmpint (to_ns - from_ns, ==, OV_RANGE_LIVE_NS);
  ov_session_set_instant (session, BEGIN + 2000 * MS);
  g_assert_cmpuint (n_told, ==, 1);
  g_assert_false (ov_session_get_range (session, &from_ns, &to_ns));
  g_assert_cmpint (to_ns, ==, BEGIN + 2000 * MS + 1);

  ov_session_set_range (session, BEGIN, BEGIN + 5 * MS);
  ov_session_set_range (session, BEGIN, BEGIN + 5 * MS);
  g_assert_cmpuint (n_told, ==, 2);
  ov_session_set_instant (session, BEGIN + 3000 * MS);
  g_assert_cmpuint (n_told, ==, 2);
  g_assert_true (ov_session_get_range (session, &from_ns, &to_ns));
  g_assert_cmpint (from_ns, ==, BEGIN);
  g_assert_cmpint (to_ns, ==, BEGIN + 5 * MS);
  ov_session_set_range (session, 0, 0);
  g_assert_cmpuint (n_told, ==, 3);
  g_assert_false (ov_session_get_range (session, &from_ns, &to_ns));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/session/nodes", test_nodes);
  g_test_add_func ("/model/session/selection", test_selection);
  g_test_add_func ("/model/session/instant", test_instant);
  g_test_add_func ("/model/session/instant-of-two-nodes", test_instant_of_two_nodes);
  g_test_add_func ("/model/session/range", test_range);

  return g_test_run ();
}
