/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs of operations that exist only here: policy, journal, time limit, cancel, secrets, streams.
 */
#include "ops/ov-invocation.h"
#include "ops/ov-journal.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  GMainLoop    *loop;
  OvAnswerBody *body;
  GError       *error;
  guint         n_lines;
} Run;

static OvInvocation *held;
static char         *seen_secret;

static void
run_answer (OvInvocation *invocation)
{
  JsonNode *node = json_from_string ("{\"pid\":\"<0.1.0>\",\"size_bytes\":1200000}", NULL);

  ov_invocation_return_json (invocation, node);
}

static void
run_hang (OvInvocation *invocation)
{
  held = invocation;
}

static void
run_stream (OvInvocation *invocation)
{
  for (guint i = 0; i < 3; i++)
    g_assert_true (ov_invocation_emit (invocation, "{\"type\":\"event\"}") == (i == 0));
  ov_invocation_return_json (invocation, json_from_string ("{\"type\":\"summary\"}", NULL));
}

/* Lasts until it is stopped, and then has half of what was wanted. */
static void
stopped (OvInvocation *invocation,
         gpointer      user_data)
{
  g_assert_true (user_data == &held);
  held = NULL;
  ov_invocation_return_partial (invocation, json_from_string ("{\"half\":true}", NULL),
                                g_error_new_literal (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NODE_LOST, "lost"));
}

static void
run_last (OvInvocation *invocation)
{
  held = invocation;
  ov_invocation_begin_lasting (invocation, stopped, &held);
}

static void
run_secret (OvInvocation *invocation)
{
  seen_secret = g_strdup (ov_invocation_get_secret (invocation));
  ov_invocation_return_json (invocation, json_from_string ("{}", NULL));
}

static void
run_fail (OvInvocation *invocation)
{
  ov_invocation_return_error (invocation, g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_FAILED, "it broke"));
}

static const OvParameter parameters[] = { { "pid", OV_PARAMETER_PROCESS, FALSE, "a process" } };
static const OvResultMember members[] = {
  { "pid", "string", "the process", "Pid" },
  { "size_bytes", "integer", "its size", "Size" },
};

#define OPERATION(name, function, its_effect)                                                       \
  static const OvOperation name = {                                                                 \
    .id = "test." #name, .summary = "A test", .effect = its_effect, .undo = "none",                 \
    .needs_node = its_effect >= OV_EFFECT_CHANGE, .parameters = parameters, .n_parameters = 1,      \
    .members = members, .n_members = 2, .run = function,                                            \
  }

OPERATION (answer, run_answer, OV_EFFECT_OBSERVE);
OPERATION (change, run_answer, OV_EFFECT_CHANGE);
OPERATION (destroy, run_fail, OV_EFFECT_DESTROY);
OPERATION (hang, run_hang, OV_EFFECT_OBSERVE);
OPERATION (stream, run_stream, OV_EFFECT_OBSERVE);
static const OvOperation last = {
  .id = "test.last", .summary = "A test", .undo = "none", .lasts = TRUE, .run = run_last,
};
static const OvOperation secret = {
  .id = "test.secret", .summary = "A test", .undo = "none", .journaled = TRUE, .run = run_secret,
};

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Run *run = user_data;

  run->body = ov_operation_run_finish (result, &run->error);
  g_main_loop_quit (run->loop);
}

/* A reader that is behind from the second line on. */
static gboolean
line_cb (const char *line,
         gpointer    user_data)
{
  Run *run = user_data;

  g_assert_cmpstr (line, ==, "{\"type\":\"event\"}");
  g_assert_null (run->body);

  return ++run->n_lines < 2;
}

static void
do_run (Run                *run,
        const OvOperation  *operation,
        OvNode             *node,
        const OvRunOptions *options,
        GCancellable       *cancellable)
{
  OvRunOptions with_lines = *options;

  with_lines.line_func = line_cb;
  with_lines.line_data = run;
  run->loop = g_main_loop_new (NULL, FALSE);
  ov_operation_run_full_async (operation, NULL, node, &with_lines, cancellable, ran_cb, run);
  g_main_loop_run (run->loop);
}

static void
clear_run (Run *run)
{
  g_clear_pointer (&run->loop, g_main_loop_unref);
  g_clear_pointer (&run->body, ov_answer_body_free);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, clear_run)

static void
test_formats (void)
{
  g_auto (Run) as_json = { 0 }, as_text = { 0 }, as_svg = { 0 };
  gsize size;

  do_run (&as_json, &answer, NULL, &(OvRunOptions) { 0 }, NULL);
  g_assert_no_error (as_json.error);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (as_json.body->json), "size_bytes"), ==, 1200000);
  do_run (&as_text, &answer, NULL, &(OvRunOptions) { .format = "text" }, NULL);
  g_assert_no_error (as_text.error);
  g_assert_cmpstr (g_bytes_get_data (as_text.body->bytes, &size), ==, "Pid   <0.1.0>\nSize  1.2 MB\n");
  do_run (&as_svg, &answer, NULL, &(OvRunOptions) { .format = "svg" }, NULL);
  g_assert_error (as_svg.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
}

static GPtrArray *
read_journal (void)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *entries = ov_journal_read (ov_journal_get_default (), 1000, &error);

  g_assert_no_error (error);

  return entries;
}

static void
assert_entry (GPtrArray  *entries,
              guint       from_end,
              const char *operation,
              const char *outcome)
{
  JsonObject *entry = g_ptr_array_index (entries, entries->len - 1 - from_end);

  g_assert_cmpstr (json_object_get_string_member (entry, "operation"), ==, operation);
  g_assert_cmpstr (json_object_get_string_member (entry, "outcome"), ==, outcome);
  g_assert_true (json_object_has_member (entry, "at"));
}

/* Refused unless armed, and then without a trace in the journal; what is run is in it twice. */
static void
test_policy (void)
{
  g_autoptr (OvNode) node = ov_node_new ("shop@localhost");
  g_autoptr (GPtrArray) before = read_journal (), refused = NULL, after = NULL;
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_auto (Run) run = { 0 };

  json_object_set_string_member (arguments, "pid", "<0.5.0>");
  do_run (&run, &change, node, &(OvRunOptions) { .parameters = arguments }, NULL);
  g_assert_error (run.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_ARMED);
  refused = read_journal ();
  g_assert_cmpuint (refused->len, ==, before->len);

  clear_run (&run);
  ov_node_set_armed (node, TRUE);
  do_run (&run, &change, node, &(OvRunOptions) { .parameters = arguments }, NULL);
  g_assert_no_error (run.error);
  after = read_journal ();
  g_assert_cmpuint (after->len, ==, before->len + 2);
  assert_entry (after, 1, "test.change", "started");
  assert_entry (after, 0, "test.change", "done");
  g_assert_cmpstr (json_object_get_string_member (g_ptr_array_index (after, after->len - 1), "node"), ==,
                   "shop@localhost");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (
                     g_ptr_array_index (after, after->len - 1), "parameters"), "pid"), ==, "<0.5.0>");
}

static void
test_failure (void)
{
  g_autoptr (OvNode) node = ov_node_new ("shop@localhost");
  g_autoptr (GPtrArray) entries = NULL;
  g_auto (Run) run = { 0 };

  ov_node_set_armed (node, TRUE);
  do_run (&run, &destroy, node, &(OvRunOptions) { 0 }, NULL);
  g_assert_error (run.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_FAILED);
  entries = read_journal ();
  assert_entry (entries, 0, "test.destroy", "failed");
  g_assert_cmpstr (json_object_get_string_member (g_ptr_array_index (entries, entries->len - 1), "message"), ==,
                   "it broke");
}

static void
test_no_node (void)
{
  g_auto (Run) run = { 0 };

  do_run (&run, &change, NULL, &(OvRunOptions) { 0 }, NULL);
  g_assert_error (run.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NO_NODE);
}

/* The limit ends the run; the operation's own return comes late and is dropped. */
static void
test_limit (void)
{
  g_auto (Run) run = { 0 };

  do_run (&run, &hang, NULL, &(OvRunOptions) { .timeout_ms = 20 }, NULL);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (g_cancellable_is_cancelled (ov_invocation_get_cancellable (held)));
  ov_invocation_emit (held, "{\"type\":\"event\"}");
  ov_invocation_return_json (g_steal_pointer (&held), json_from_string ("{}", NULL));
  g_assert_cmpuint (run.n_lines, ==, 0);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Run) run = { 0 }, again = { 0 };

  g_idle_add (cancel_cb, cancellable);
  do_run (&run, &hang, NULL, &(OvRunOptions) { 0 }, cancellable);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ov_invocation_return_error (g_steal_pointer (&held), g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "late"));

  do_run (&again, &answer, NULL, &(OvRunOptions) { 0 }, cancellable);
  g_assert_error (again.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_stream (void)
{
  g_auto (Run) run = { 0 };

  do_run (&run, &stream, NULL, &(OvRunOptions) { 0 }, NULL);
  g_assert_no_error (run.error);
  g_assert_cmpuint (run.n_lines, ==, 3);
}

/* The operation sees it, the journal does not. */
static void
test_secret (void)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_auto (Run) run = { 0 };

  do_run (&run, &secret, NULL, &(OvRunOptions) { .secret = "CRUMBLYCOOKIE" }, NULL);
  g_assert_no_error (run.error);
  g_assert_cmpstr (seen_secret, ==, "CRUMBLYCOOKIE");
  g_clear_pointer (&seen_secret, g_free);
  entries = read_journal ();
  assert_entry (entries, 0, "test.secret", "done");
  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), g_ptr_array_index (entries, i));
      g_autofree char *text = json_to_string (node, FALSE);

      g_assert_null (strstr (text, "CRUMBLYCOOKIE"));
    }
}

/* The time limit is that of the start; a stop is no error, whenever it comes. */
static void
test_lasting (void)
{
  for (guint before = 0; before < 2; before++)
    {
      g_autoptr (GCancellable) stop = g_cancellable_new ();
      g_auto (Run) run = { 0 };

      if (before)
        g_cancellable_cancel (stop);
      else
        g_timeout_add (50, cancel_cb, stop);
      do_run (&run, &last, NULL, &(OvRunOptions) { .timeout_ms = 10, .stop = stop }, NULL);
      g_assert_no_error (run.error);
      g_assert_true (json_object_get_boolean_member (json_node_get_object (run.body->json), "half"));
      g_assert_error (run.body->error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NODE_LOST);
    }
}

static void
test_lasting_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Run) run = { 0 };

  g_timeout_add (20, cancel_cb, cancellable);
  do_run (&run, &last, NULL, &(OvRunOptions) { .timeout_ms = 10 }, cancellable);
  g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ov_invocation_return_error (g_steal_pointer (&held), g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "late"));
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *state = g_dir_make_tmp ("overstory-run-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (state, "overstory", NULL);
  g_autofree char *journal = g_build_filename (folder, "journal.jsonl", NULL);
  int status;

  g_setenv ("XDG_STATE_HOME", state, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/run/lasting", test_lasting);
  g_test_add_func ("/ops/run/lasting-cancelled", test_lasting_cancelled);
  g_test_add_func ("/ops/run/formats", test_formats);
  g_test_add_func ("/ops/run/policy", test_policy);
  g_test_add_func ("/ops/run/failure", test_failure);
  g_test_add_func ("/ops/run/no-node", test_no_node);
  g_test_add_func ("/ops/run/limit", test_limit);
  g_test_add_func ("/ops/run/cancel", test_cancel);
  g_test_add_func ("/ops/run/stream", test_stream);
  g_test_add_func ("/ops/run/secret", test_secret);

  status = g_test_run ();
  g_unlink (journal);
  g_rmdir (folder);
  g_rmdir (state);

  return status;
}
