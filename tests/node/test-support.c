/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The helper that starts real nodes does what the other tests rely on.
 */
#include "support/ov-test-node.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>

static void
test_short_name (void)
{
  const char *arguments[] = { "-overstory", "yes", NULL };
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *home = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("helper@localhost", arguments);
  g_assert_cmpuint (ov_test_node_get_port (node), >, 0);
  g_assert_cmpuint (ov_test_node_get_release (node), >=, 23);
  ov_test_node_assert_eval (node, "node()", "helper@localhost");
  ov_test_node_assert_eval (node, "lists:seq(1, 3).", "[1,2,3]");
  ov_test_node_assert_eval (node, "init:get_argument(overstory)", "{ok,[[\"yes\"]]}");
  ov_test_node_assert_eval (node, "init:get_argument(setcookie)", "error");
  home = g_strdup (ov_test_node_get_home (node));
  ov_test_node_stop (g_steal_pointer (&node));
  g_assert_false (g_file_test (home, G_FILE_TEST_EXISTS));
}

static void
test_long_name (void)
{
  g_autoptr (OvTestNode) node = NULL;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("helper@127.0.0.1", NULL);
  ov_test_node_assert_eval (node, "{node(), net_kernel:longnames()}", "{'helper@127.0.0.1',true}");
}

static void
test_no_distribution (void)
{
  g_autoptr (OvTestNode) node = NULL;
  pid_t id;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start (NULL, NULL);
  ov_test_node_assert_eval (node, "node()", "nonode@nohost");
  g_assert_cmpuint (ov_test_node_get_port (node), ==, 0);
  id = ov_test_node_get_process_id (node);
  ov_test_node_kill (node);
  g_assert_cmpint (kill (id, 0), ==, -1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/support/short-name", test_short_name);
  g_test_add_func ("/node/support/long-name", test_long_name);
  g_test_add_func ("/node/support/no-distribution", test_no_distribution);

  return g_test_run ();
}
