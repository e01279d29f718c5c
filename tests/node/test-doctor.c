/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The doctor finds each fault of attaching, says which step it is in, and what to do.
 */
#include "support/ov-test-link.h"
#include "support/ov-test-node.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

static const OvDoctorStep *
find_step (GPtrArray  *steps,
           const char *name)
{
  for (guint i = 0; i < steps->len; i++)
    {
      const OvDoctorStep *step = g_ptr_array_index (steps, i);

      if (strcmp (step->name, name) == 0)
        return step;
    }

  g_error ("there is no step %s", name);
}

/* @failed is not ok, with @words in what it says; all before it are ok, all behind it skipped. */
static void
assert_fails_at (GPtrArray  *steps,
                 const char *failed,
                 const char *words)
{
  gboolean before = TRUE;

  g_assert_cmpuint (steps->len, ==, 8);
  for (guint i = 0; i < steps->len; i++)
    {
      const OvDoctorStep *step = g_ptr_array_index (steps, i);

      g_test_message ("%s ok=%d skipped=%d: %s (%s)", step->name, step->ok, step->skipped,
                      step->message, step->hint);
      if (strcmp (step->name, failed) == 0)
        {
          before = FALSE;
          g_assert_false (step->ok);
          g_assert_false (step->skipped);
          g_assert_nonnull (step->hint);
          g_assert_true (strstr (step->message, words) != NULL
                         || strstr (step->hint, words) != NULL);
        }
      else if (before)
        {
          g_assert_true (step->ok);
          g_assert_null (step->hint);
        }
      else
        g_assert_true (step->skipped);
    }
  g_assert_false (before);
}

static OvTestNode *
start (const char *name)
{
  return ov_test_node_is_available () ? ov_test_node_start (name, NULL) : NULL;
}

static void
test_healthy (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *otp = NULL;

  if (node == NULL)
    return;

  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), 0);
  for (guint i = 0; i < steps->len; i++)
    {
      const OvDoctorStep *step = g_ptr_array_index (steps, i);

      g_assert_true (step->ok);
      g_assert_false (step->skipped);
      g_assert_null (step->hint);
    }
  otp = g_strdup_printf ("OTP %u", ov_test_node_get_release (node));
  g_assert_nonnull (strstr (find_step (steps, "versions")->message, otp));
  g_assert_true (ov_test_node_wait_eval (node, "nodes(hidden)", "[]", 5000));
}

static void
test_bad_name (void)
{
  g_autoptr (GPtrArray) steps = ov_test_doctor_visit ("rabbit", NULL, 0);

  assert_fails_at (steps, "name", "name@host");
}

static void
test_no_epmd (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;

  if (node == NULL)
    return;

  ov_test_epmd_stop ();
  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "epmd", "epmd -daemon");
}

static void
test_unknown_host (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;

  if (node == NULL)
    return;

  steps = ov_test_doctor_visit ("n@nowhere.invalid", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "epmd", "nowhere.invalid");
}

static void
test_misspelt (void)
{
  g_autoptr (OvTestNode) node = start ("storefront@localhost");
  g_autoptr (GPtrArray) steps = NULL;

  if (node == NULL)
    return;

  steps = ov_test_doctor_visit ("storfront@localhost", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "registered", "Did you mean storefront@localhost?");
}

static void
test_not_distributed (void)
{
  g_autoptr (OvTestNode) node = start (NULL);
  g_autoptr (GPtrArray) steps = NULL;

  if (node == NULL)
    return;

  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "registered", "-sname n");
}

static void
test_nothing_on_port (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;
  guint16 port;

  if (node == NULL)
    return;

  port = ov_test_node_get_port (node);
  ov_test_node_kill (node);
  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), port);
  assert_fails_at (steps, "port", "Nothing listens");
}

static void
test_wrong_cookie (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (node == NULL)
    return;

  path = g_build_filename (ov_test_node_get_home (node), "other.cookie", NULL);
  g_file_set_contents_full (path, "OTHER", -1, G_FILE_SET_CONTENTS_NONE, 0400, &error);
  g_assert_no_error (error);
  steps = ov_test_doctor_visit ("n@localhost", path, 0);
  assert_fails_at (steps, "cookie", "erlang:get_cookie()");
}

static void
test_open_cookie_file (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *path = NULL;
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;

  if (node == NULL)
    return;

  path = g_build_filename (ov_test_node_get_home (node), "open cookie", NULL);
  g_file_set_contents_full (path, "OTHER", -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  steps = ov_test_doctor_visit ("n@localhost", path, 0);
  command = g_strdup_printf ("chmod 400 '%s'", path);
  g_assert_nonnull (strstr (find_step (steps, "cookie")->hint, command));
  g_assert_true (find_step (steps, "port")->ok);
  g_assert_true (find_step (steps, "handshake")->skipped);
}

static void
test_name_kind (void)
{
  g_autoptr (OvTestNode) node = start ("n@127.0.0.1");
  g_autoptr (GPtrArray) steps = NULL;

  if (node == NULL)
    return;

  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "handshake", "n@127.0.0.1");
}

/* A queue of connections that is full and that nobody takes from: packets are dropped, as by a
 * firewall. */
static void
test_firewall (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listener, fillers[8];
  gint64 start_us;

  if (node == NULL)
    return;

  listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listener, 0), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &length), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (fillers[i], (struct sockaddr *) &address, sizeof address); /* EINPROGRESS it is */
    }

  start_us = g_get_monotonic_time ();
  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node),
                                ntohs (address.sin_port));
  assert_fails_at (steps, "port", "irewall");
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 8 * G_USEC_PER_SEC);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    close (fillers[i]);
  close (listener);
}

/* Makes a certificate; NULL where openssl is missing. */
static char *
make_certificate (const char *home)
{
  g_autofree char *path = g_build_filename (home, "node.pem", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "req", "-x509",
                              "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                              "/CN=localhost", "-keyout", path, "-out", path, "-batch", NULL);
  if (process == NULL)
    return NULL;
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);

  return g_steal_pointer (&path);
}

static void
test_tls (void)
{
  g_autoptr (OvTestNode) plain = start ("n@localhost");
  g_autoptr (OvTestNode) node = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *path = NULL;

  if (plain == NULL)
    return;

  path = make_certificate (ov_test_node_get_home (plain));
  if (path == NULL)
    {
      g_test_skip ("openssl is missing");
      return;
    }
  {
    const char *arguments[] = { "-proto_dist", "inet_tls", "-ssl_dist_opt", "server_certfile",
                                ov_test_node_get_inner_path (plain, path), NULL };

    node = ov_test_node_start ("secret@localhost", arguments);
  }
  steps = ov_test_doctor_visit ("secret@localhost", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "handshake", "TLS");
}

static void
test_code_server (void)
{
  g_autoptr (OvTestNode) node = start ("n@localhost");
  g_autoptr (GPtrArray) steps = NULL;

  if (node == NULL)
    return;

  /* The first handshake of a node loads modules of its own, so it must be over. */
  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), 0);
  g_assert_true (find_step (steps, "versions")->ok);
  g_clear_pointer (&steps, g_ptr_array_unref);
  ov_test_node_assert_eval (node, "erlang:suspend_process(whereis(code_server))", "true");
  steps = ov_test_doctor_visit ("n@localhost", ov_test_node_get_cookie_file (node), 0);
  assert_fails_at (steps, "code_loading", "code server");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/doctor/healthy", test_healthy);
  g_test_add_func ("/node/doctor/bad-name", test_bad_name);
  g_test_add_func ("/node/doctor/no-epmd", test_no_epmd);
  g_test_add_func ("/node/doctor/unknown-host", test_unknown_host);
  g_test_add_func ("/node/doctor/misspelt", test_misspelt);
  g_test_add_func ("/node/doctor/not-distributed", test_not_distributed);
  g_test_add_func ("/node/doctor/nothing-on-port", test_nothing_on_port);
  g_test_add_func ("/node/doctor/wrong-cookie", test_wrong_cookie);
  g_test_add_func ("/node/doctor/open-cookie-file", test_open_cookie_file);
  g_test_add_func ("/node/doctor/name-kind", test_name_kind);
  g_test_add_func ("/node/doctor/firewall", test_firewall);
  g_test_add_func ("/node/doctor/tls", test_tls);
  g_test_add_func ("/node/doctor/code-server", test_code_server);

  return g_test_run ();
}
