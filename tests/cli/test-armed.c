/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What changes a node needs --arm there: exit statuses with operations that exist only here.
 */
#include "cli/ov-cli-run.h"
#include "ops/ov-invocation.h"
#include "ops/ov-journal.h"
#include "tests/support/ov-test-node.h"

#include <glib/gstdio.h>

static guint n_runs;

static void
run_change (OvInvocation *invocation)
{
  g_assert_true (ov_node_get_armed (ov_invocation_get_node (invocation)));
  n_runs++;
  ov_invocation_return_json (invocation, json_from_string ("{\"changed\":true}", NULL));
}

static const OvOperation change = {
  .id = "test.change", .summary = "A test", .effect = OV_EFFECT_CHANGE, .needs_node = TRUE, .undo = "none",
  .run = run_change,
};

static int
run (OvTestNode *target,
     gboolean    arm,
     const char *output)
{
  OvCliArgs args = {
    .operation = &change,
    .parameters = json_object_new (),
    .node = (char *) ov_test_node_get_name (target),
    .cookie_file = (char *) ov_test_node_get_cookie_file (target),
    .format = (char *) "json",
    .output = (char *) output,
    .timeout_s = 20,
    .arm = arm,
  };
  int status = ov_cli_run (&args);

  json_object_unref (args.parameters);

  return status;
}

static guint
count_entries (const char *outcome)
{
  g_autoptr (GPtrArray) entries = ov_journal_read (ov_journal_get_default (), 1000, NULL);
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    n += g_str_equal (json_object_get_string_member (g_ptr_array_index (entries, i), "operation"), "test.change") &&
         g_str_equal (json_object_get_string_member (g_ptr_array_index (entries, i), "outcome"), outcome);

  return n;
}

static void
test_armed (void)
{
  g_autoptr (OvTestNode) target = NULL;
  g_autofree char *output = NULL;

  if (!ov_test_node_is_available ())
    return;
  target = ov_test_node_start ("armed@localhost", NULL);
  output = g_build_filename (ov_test_node_get_home (target), "answer.json", NULL);

  g_assert_cmpint (run (target, FALSE, output), ==, 4);
  g_assert_cmpuint (n_runs, ==, 0);
  g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_entries ("started"), ==, 0);

  g_assert_cmpint (run (target, TRUE, output), ==, 0);
  g_assert_cmpuint (n_runs, ==, 1);
  g_assert_true (g_file_test (output, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_entries ("started"), ==, 1);
  g_assert_cmpuint (count_entries ("done"), ==, 1);
  g_unlink (output);
  g_assert_true (ov_test_node_wait_eval (target, "{code:is_loaded(ov_probe), whereis(ov_probe_guard)}",
                                         "{false,undefined}", 5000));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/cli/armed", test_armed);

  return g_test_run ();
}
