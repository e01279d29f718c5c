/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operations that open and close nodes, as the window runs them, against a real node.
 */
#include "model/ov-trace.h"
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

static JsonObject *
get_answer (Run *run)
{
  g_assert_no_error (run->error);

  return json_node_get_object (ov_answer_body_get_json (run->body, NULL));
}

/* Two traces of an example, stopped one by one and all at once; then what was seen is saved and opened again. */
static void
test_tracing (void)
{
  g_autoptr (OvSession) session = ov_session_new ();
  g_autofree char *recorded = g_build_filename (g_get_user_data_dir (), "recorded.overstory", NULL);
  g_autofree char *saved = g_build_filename (g_get_user_data_dir (), "saved.overstory", NULL);
  g_autoptr (OvNode) node = NULL;
  g_autoptr (OvTrace) trace = NULL;
  g_auto (Run) run = { 0 };
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  if (!ov_test_node_is_available ())
    return;
  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  do_run (&run, "sandbox.open", session, NULL, NULL, (const char *const[]) { "example", "shop", NULL });
  g_assert_no_error (run.error);
  node = OV_NODE (g_object_ref (run.body->object));
  wait_for_state (node, OV_NODE_LIVE);

  do_run (&run, "recording.stop", session, node, NULL, NULL);
  g_assert_error (run.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND);
  do_run (&run, "recording.start", session, node, NULL, (const char *const[]) { "file", recorded, NULL });
  get_answer (&run);

  do_run (&run, "trace.start", session, node, NULL,
          (const char *const[]) { "process", "shop_catalogue", "events", "send,receive", NULL });
  g_assert_cmpint (json_object_get_int_member (get_answer (&run), "processes"), ==, 1);
  trace = OV_TRACE (g_object_ref (run.body->object));
  g_assert_true (ov_trace_is_running (trace));
  do_run (&run, "trace.start", session, node, NULL, (const char *const[]) { "process", "shop_sup", "subtree", "true", NULL });
  get_answer (&run);
  do_run (&run, "trace.start", session, node, NULL, (const char *const[]) { "process", "nobody", NULL });
  g_assert_nonnull (run.error);
  do_run (&run, "trace.rearm", session, node, NULL, (const char *const[]) { "trace", "1", "level", "events", NULL });
  g_assert_cmpstr (json_object_get_string_member (get_answer (&run), "level"), ==, "events");
  while (ov_trace_get_sum (trace)->shown < 10)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }

  do_run (&run, "trace.stop", session, node, NULL, (const char *const[]) { "trace", "1", NULL });
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (get_answer (&run), "traces")), ==, 1);
  g_assert_false (ov_trace_is_running (trace));
  g_assert_cmpuint (ov_trace_get_sum (trace)->generated, ==,
                    ov_trace_get_sum (trace)->shown + ov_trace_get_sum (trace)->dropped);
  do_run (&run, "trace.stop", session, node, NULL, (const char *const[]) { "trace", "1", NULL });
  g_assert_error (run.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND);
  do_run (&run, "trace.stop", session, node, NULL, NULL);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (get_answer (&run), "traces")), ==, 1);
  do_run (&run, "trace.stop", session, node, NULL, NULL);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (get_answer (&run), "traces")), ==, 0);

  do_run (&run, "recording.stop", session, node, NULL, NULL);
  g_assert_cmpint (json_object_get_int_member (get_answer (&run), "events"), >=, 10);
  do_run (&run, "recording.save", session, node, NULL, (const char *const[]) { "file", saved, NULL });
  g_assert_cmpint (json_object_get_int_member (get_answer (&run), "events"), >=, 10);
  do_run (&run, "recording.save", session, node, NULL, (const char *const[]) { "file", saved, NULL });
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  do_run (&run, "node.detach", session, node, NULL, NULL);
  g_assert_no_error (run.error);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (OvNode) past = NULL;

      do_run (&run, "recording.open", session, NULL, NULL, (const char *const[]) { "file", i == 0 ? recorded : saved, NULL });
      g_assert_cmpstr (json_object_get_string_member (get_answer (&run), "name"), ==, ov_node_get_name (node));
      past = OV_NODE (g_object_ref (run.body->object));
      g_assert_true (ov_node_is_recording (past));
      do_run (&run, "tree.get", session, past, NULL, NULL);
      g_assert_cmpint (json_object_get_int_member (get_answer (&run), "process_count"), >, 40);
      do_run (&run, "trace.start", session, past, NULL, (const char *const[]) { "process", "all", NULL });
      g_assert_error (run.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_RECORDING);
      do_run (&run, "node.detach", session, past, NULL, NULL);
      g_assert_no_error (run.error);
      g_assert_cmpuint (g_list_model_get_n_items (ov_session_list_nodes (session)), ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/ops/attach/attach", test_attach);
  g_test_add_func ("/ops/attach/wrong-cookie", test_wrong_cookie);
  g_test_add_func ("/ops/attach/sandbox", test_sandbox);
  g_test_add_func ("/ops/attach/tracing", test_tracing);

  return g_test_run ();
}
