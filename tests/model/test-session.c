/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSession: what is open, what is current, what is selected; and a node that was never attached.
 */
#include "model/ov-session.h"
#include "table-script.h"

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/session/nodes", test_nodes);
  g_test_add_func ("/model/session/selection", test_selection);

  return g_test_run ();
}
