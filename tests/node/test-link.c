/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The link against a real node: names of both kinds, calls, what goes wrong, and what the node
 * sees of us.
 */
#include "base/ov-error.h"
#include "support/ov-test-link.h"
#include "support/ov-test-node.h"

#include <string.h>

static OvLinkOptions
make_options (OvTestNode *node)
{
  return (OvLinkOptions) {
    .node = ov_test_node_get_name (node),
    .cookie = ov_test_node_get_cookie (node),
  };
}

static OvLink *
open_link (OvTestNode *node)
{
  OvLinkOptions options = make_options (node);
  g_autoptr (GError) error = NULL;
  OvLink *link = ov_link_new ();

  ov_test_link_open (link, &options, &error);
  g_assert_no_error (error);

  return link;
}

static void
close_link (OvLink *link)
{
  ov_link_close (link);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_CLOSED);
  g_assert_finalize_object (link);
}

static void
test_names (gconstpointer data)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *value = NULL;
  g_autofree char *hidden = NULL;
  OvLink *link;
  OvPid self;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start (data, NULL);
  link = open_link (node);
  g_assert_cmpuint (ov_link_get_port (link), ==, ov_test_node_get_port (node));
  g_assert_cmpuint (ov_link_get_release (link), ==, 6);
  g_assert_true (ov_link_get_self (link, &self));
  g_assert_true (g_str_has_prefix (self.node, "overstory-"));

  value = ov_test_link_call_text (link, "erlang", "node", ov_term_new_list (NULL, 0));
  g_assert_true (strstr (value, data) != NULL);
  ov_test_node_assert_eval (node, "nodes()", "[]");
  hidden = g_strdup_printf ("['%s']", self.node);
  ov_test_node_assert_eval (node, "nodes(hidden)", hidden);
  close_link (link);
  g_assert_true (ov_test_node_wait_eval (node, "nodes(hidden)", "[]", 10000));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/node/link/short-name", "n@localhost", test_names);
  g_test_add_data_func ("/node/link/long-name", "n@127.0.0.1", test_names);

  return g_test_run ();
}
