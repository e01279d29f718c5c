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


static void
test_calls (void)
{
  g_autoptr (OvTestNode) node = NULL;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *expected = g_strdup_printf ("%u", i * (i + 1) / 2);
      g_autofree char *sum = NULL;
      OvTerm *numbers[100];

      for (guint j = 0; j <= i; j++)
        numbers[j] = ov_term_new_integer (j);
      sum = ov_test_link_call_text (link, "lists", "sum",
                                    ov_term_list (ov_term_new_list (numbers, i + 1), NULL));
      g_assert_cmpstr (sum, ==, expected);
    }
  close_link (link);
}

static void
test_bad_rpc (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = NULL;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  value = ov_test_link_call (link, "erlang", "atom_to_list",
                             ov_term_list (ov_term_new_integer (1), NULL), &error);
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_REMOTE);
  g_assert_nonnull (strstr (error->message, "badarg"));
  g_assert_null (value);
  close_link (link);
}

/* A large answer comes in many pieces, and a large argument goes out in many. */
static void
test_large_values (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize size = 20 * 1024 * 1024;
  gconstpointer answer;
  gsize length;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  bytes = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 31 >> 3);
  value = ov_test_link_call (link, "erlang", "hd",
                             ov_term_list (ov_term_list (ov_term_new_binary (bytes, size), NULL),
                                           NULL), &error);
  g_assert_no_error (error);
  answer = ov_term_get_bytes (value, &length);
  g_assert_cmpmem (answer, length, bytes, size);
  close_link (link);
}

static void
test_ask (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) pid_term = NULL;
  g_autoptr (OvTerm) request = ov_term_tuple (ov_term_new_atom ("is_auth"), ov_term_new_atom ("x"),
                                              NULL);
  g_autoptr (OvTerm) answer = NULL;
  g_auto (OvTestResult) result = { NULL };
  g_auto (OvTestResult) dead = { NULL };
  OvLink *link;
  OvPid pid;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  pid_term = ov_test_link_call (link, "erlang", "whereis",
                                ov_term_list (ov_term_new_atom ("net_kernel"), NULL), &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_get_pid (pid_term, &pid));
  ov_link_ask_async (link, &pid, request, 0, NULL, ov_test_result_cb, &result);
  answer = ov_link_call_finish (link, ov_test_result_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_is_atom (answer, "yes"));
  /* What was monitored for the request is monitored no more. */
  g_assert_true (ov_test_node_wait_eval (
      node, "process_info(whereis(net_kernel), monitored_by)", "{monitored_by,[]}", 5000));

  g_clear_pointer (&pid_term, ov_term_unref);
  pid_term = ov_test_link_call (link, "erlang", "spawn",
                                ov_term_list (ov_term_new_atom ("erlang"), ov_term_new_atom ("now"),
                                              ov_term_new_list (NULL, 0), NULL), &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_get_pid (pid_term, &pid));
  ov_link_ask_async (link, &pid, request, 30000, NULL, ov_test_result_cb, &dead);
  g_assert_null (ov_link_call_finish (link, ov_test_result_wait (&dead), &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_REMOTE);
  ov_test_result_clear (&result); /* a result holds the link */
  ov_test_result_clear (&dead);
  close_link (link);
}

/* net_adm:ping/1 towards us is answered; libei never does that for a C node. */
static void
test_pinged (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autofree char *ping = NULL;
  g_autofree char *answer = NULL;
  OvLink *link;
  OvPid self;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  g_assert_true (ov_link_get_self (link, &self));
  ping = g_strdup_printf ("net_adm:ping('%s')", self.node);
  answer = ov_test_node_eval (node, ping); /* waits for the link's own thread */
  g_assert_cmpstr (answer, ==, "pong");
  close_link (link);
}

static void
test_port_without_epmd (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  OvLinkOptions options;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  ov_test_epmd_stop ();
  link = ov_link_new ();
  options = make_options (node);
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD);
  g_assert_cmpstr (ov_error_get_word (error), ==, "no-epmd");
  g_clear_error (&error);

  options.port = ov_test_node_get_port (node);
  ov_test_link_open (link, &options, &error);
  g_assert_no_error (error);
  close_link (link);
}

static void
test_bad_cookie (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  OvLinkOptions options;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = ov_link_new ();
  options = make_options (node);
  options.cookie = "WRONG";
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE);
  g_assert_cmpstr (ov_error_get_word (error), ==, "bad-cookie");
  g_assert_nonnull (ov_error_get_hint (error));
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_CLOSED);
  g_assert_finalize_object (link);
}

static void
test_unknown_node (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  OvLinkOptions options;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = ov_link_new ();
  options = make_options (node);
  options.node = "nobody@localhost";
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_UNKNOWN_NODE);
  g_assert_finalize_object (link);
}

static void
test_name_kind (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GError) error = NULL;
  OvLinkOptions options;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@127.0.0.1", NULL);
  link = ov_link_new ();
  options = make_options (node);
  options.node = "n@localhost";
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NAME_KIND);
  g_assert_nonnull (strstr (error->message, "n@127.0.0.1"));
  g_assert_finalize_object (link);
}

typedef struct
{
  guint   lost;
  GError *error;
  gint    flag;
} Loss;

static void
lost_cb (OvLink       *link,
         const GError *error,
         gpointer      user_data)
{
  Loss *loss = user_data;

  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_LOST);
  loss->lost++;
  loss->error = g_error_copy (error);
  g_atomic_int_set (&loss->flag, 1);
}

static void
test_killed (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTerm) arguments = ov_term_list (ov_term_new_integer (60000), NULL);
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  OvLinkOptions options;
  Loss loss = { 0 };
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  g_signal_connect (link, "lost", G_CALLBACK (lost_cb), &loss);
  ov_link_call_async (link, "timer", "sleep", arguments, 60000, NULL, ov_test_result_cb, &result);
  ov_test_node_kill (node);
  ov_test_wait_flag (&loss.flag);
  g_assert_error (loss.error, OV_LINK_ERROR, OV_LINK_ERROR_LOST);
  g_assert_null (ov_link_call_finish (link, ov_test_result_wait (&result), &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_LOST);
  g_clear_error (&error);
  g_assert_cmpuint (loss.lost, ==, 1);
  g_clear_error (&loss.error);

  /* The port is remembered, and the same link can be opened again; nobody listens now. */
  options = make_options (node);
  options.port = ov_link_get_port (link);
  g_assert_cmpuint (options.port, ==, ov_test_node_get_port (node));
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE);
  ov_test_result_clear (&result);
  close_link (link);
}

/* A call to a node that is stopped ends in time; afterwards the link still works. */
static void
test_suspended (void)
{
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (OvTerm) arguments = ov_term_new_list (NULL, 0);
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", NULL);
  link = open_link (node);
  ov_test_node_suspend (node);
  ov_link_call_async (link, "erlang", "node", arguments, 100, NULL, ov_test_result_cb, &result);
  g_assert_null (ov_link_call_finish (link, ov_test_result_wait (&result), &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_TIMED_OUT);
  ov_test_node_resume (node);
  value = ov_test_link_call_text (link, "erlang", "node", ov_term_new_list (NULL, 0));
  g_assert_cmpstr (value, ==, "n@localhost");
  ov_test_result_clear (&result);
  close_link (link);
}

/* Ticks: the node's tick time is a second, and nothing but ticks goes over the line for three. */
static gboolean
time_over_cb (gpointer user_data)
{
  g_atomic_int_set ((gint *) user_data, 1);
  return G_SOURCE_REMOVE;
}

static void
test_ticks (void)
{
  const char *arguments[] = { "-kernel", "net_ticktime", "1", NULL };
  g_autoptr (OvTestNode) node = NULL;
  Loss loss = { 0 };
  OvLink *link;

  if (!ov_test_node_is_available ())
    return;

  node = ov_test_node_start ("n@localhost", arguments);
  link = open_link (node);
  g_signal_connect (link, "lost", G_CALLBACK (lost_cb), &loss);
  g_timeout_add (3500, time_over_cb, &loss.flag);
  ov_test_wait_flag (&loss.flag);
  g_assert_cmpuint (loss.lost, ==, 0);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_UP);
  ov_test_node_assert_eval (node, "length(nodes(hidden))", "1");
  close_link (link);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/node/link/short-name", "n@localhost", test_names);
  g_test_add_data_func ("/node/link/long-name", "n@127.0.0.1", test_names);
  g_test_add_func ("/node/link/calls", test_calls);
  g_test_add_func ("/node/link/bad-rpc", test_bad_rpc);
  g_test_add_func ("/node/link/large-values", test_large_values);
  g_test_add_func ("/node/link/ask", test_ask);
  g_test_add_func ("/node/link/pinged", test_pinged);
  g_test_add_func ("/node/link/port-without-epmd", test_port_without_epmd);
  g_test_add_func ("/node/link/bad-cookie", test_bad_cookie);
  g_test_add_func ("/node/link/unknown-node", test_unknown_node);
  g_test_add_func ("/node/link/name-kind", test_name_kind);
  g_test_add_func ("/node/link/killed", test_killed);
  g_test_add_func ("/node/link/suspended", test_suspended);
  g_test_add_func ("/node/link/ticks", test_ticks);

  return g_test_run ();
}
