/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operations that open and close nodes, as the window runs them, against a real node.
 */
#include "ops/ov-journal.h"
#include "ops/ov-operation.h"
#include "tests/support/ov-test-node.h"

#include <string.h>

#define CLEAN "{code:is_loaded(ov_probe), whereis(ov_probe_guard)}"

typedef struct
{
  GMainLoop    *loop;
  OvAnswerBody *body;
  GError       *error;
} Run;

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Run *run = user_data;

  run->body = ov_operation_run_finish (result, &run->error);
  g_main_loop_quit (run->loop);
}

static void
clear_run (Run *run)
{
  g_clear_pointer (&run->loop, g_main_loop_unref);
  g_clear_pointer (&run->body, ov_answer_body_free);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, clear_run)

/* @pairs: names and texts by turns. */
static void
do_run (Run               *run,
        const char        *id,
        OvSession         *session,
        OvNode            *node,
        const char        *secret,
        const char *const *pairs)
{
  g_autoptr (JsonObject) parameters = json_object_new ();
  OvRunOptions options = { .parameters = parameters, .secret = secret, .timeout_ms = 30000 };

  for (; pairs != NULL && *pairs != NULL; pairs += 2)
    json_object_set_string_member (parameters, pairs[0], pairs[1]);
  clear_run (run);
  run->loop = g_main_loop_new (NULL, FALSE);
  ov_operation_run_full_async (ov_operation_find (id), session, node, &options, NULL, ran_cb, run);
  g_main_loop_run (run->loop);
}

static void
wait_for_state (OvNode      *node,
                OvNodeState  state)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (ov_node_get_state (node) != state)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

static void
assert_not_in_journal (const char *secret)
{
  g_autoptr (GPtrArray) entries = ov_journal_read (ov_journal_get_default (), 1000, NULL);
  gboolean attached = FALSE;

  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), g_ptr_array_index (entries, i));
      g_autofree char *text = json_to_string (node, FALSE);

      g_assert_null (strstr (text, secret));
      attached = attached || strstr (text, "\"node.attach\"") != NULL;
    }
  g_assert_true (attached);
}

/* With a typed cookie: the node is in the session and live; afterwards it is as it was. */
static void
test_attach (void)
{
  g_autoptr (OvTestNode) target = NULL;
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) node = NULL;
  g_auto (Run) run = { 0 };

  if (!ov_test_node_is_available ())
    return;
  target = ov_test_node_start ("attach@localhost", NULL);
  do_run (&run, "node.attach", session, NULL, ov_test_node_get_cookie (target),
          (const char *const[]) { "node", ov_test_node_get_name (target), NULL });
  g_assert_no_error (run.error);
  node = OV_NODE (g_object_ref (run.body->object));
  g_assert_true (ov_session_find_node (session, ov_test_node_get_name (target)) == node);
  g_assert_false (ov_node_get_armed (node));
  wait_for_state (node, OV_NODE_LIVE);

  do_run (&run, "tree.get", session, node, NULL, NULL);
  g_assert_no_error (run.error);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (ov_answer_body_get_json (run.body, NULL)),
                                               "process_count"), >, 20);

  do_run (&run, "node.attach", session, NULL, NULL,
          (const char *const[]) { "node", ov_test_node_get_name (target), NULL });
  g_assert_no_error (run.error);
  g_assert_true (run.body->object == G_OBJECT (node));

  do_run (&run, "node.detach", session, node, NULL, NULL);
  g_assert_no_error (run.error);
  g_assert_cmpuint (g_list_model_get_n_items (ov_session_list_nodes (session)), ==, 0);
  g_assert_true (ov_test_node_wait_eval (target, CLEAN, "{false,undefined}", 5000));
  assert_not_in_journal (ov_test_node_get_cookie (target));
}

static void
test_wrong_cookie (void)
{
  g_autoptr (OvTestNode) target = NULL;
  g_autoptr (OvSession) session = ov_session_new ();
  g_auto (Run) run = { 0 };

  if (!ov_test_node_is_available ())
    return;
  target = ov_test_node_start ("cookie@localhost", NULL);
  do_run (&run, "node.attach", session, NULL, "CRUMBLYCOOKIE",
          (const char *const[]) { "node", ov_test_node_get_name (target), NULL });
  g_assert_error (run.error, OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE);
  g_assert_cmpuint (g_list_model_get_n_items (ov_session_list_nodes (session)), ==, 0);
  assert_not_in_journal ("CRUMBLYCOOKIE");
}

/* An example is armed from the start and ends with the detach. */
static void
test_sandbox (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (OvNode) node = NULL;
  g_auto (Run) run = { 0 };

  if (!ov_test_node_is_available ())
    return;
  do_run (&run, "sandbox.open", session, NULL, NULL, (const char *const[]) { "example", "shop", NULL });
  g_assert_no_error (run.error);
  node = OV_NODE (g_object_ref (run.body->object));
  g_assert_true (ov_node_get_armed (node));
  g_assert_true (ov_node_is_sandbox (node));
  wait_for_state (node, OV_NODE_LIVE);
  do_run (&run, "node.detach", session, node, NULL, NULL);
  g_assert_no_error (run.error);
  g_assert_cmpuint (g_list_model_get_n_items (ov_session_list_nodes (session)), ==, 0);

  do_run (&run, "sandbox.open", session, NULL, NULL, (const char *const[]) { "example", "nothing", NULL });
  g_assert_nonnull (run.error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/ops/attach/attach", test_attach);
  g_test_add_func ("/ops/attach/wrong-cookie", test_wrong_cookie);
  g_test_add_func ("/ops/attach/sandbox", test_sandbox);

  return g_test_run ();
}
