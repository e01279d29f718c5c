/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * epmd's answers: right ones, wrong ones, endless ones and none.
 */
#include "link/ov-test-peer.h"
#include "support/ov-test-link.h"

#include <string.h>

typedef struct
{
  const char *bytes;
  gsize       length;
  gboolean    stay;    /* do not hang up */
  guint       repeat;  /* how often, if more than once */
  char        request[64];
  gsize       request_length;
} Answer;

#define ANSWER(text) { .bytes = text, .length = sizeof text - 1 }

static void
answer_cb (OvTestPeer *peer,
           gpointer    user_data)
{
  Answer *answer = user_data;
  guint8 head[2];

  ov_test_peer_accept (peer);
  if (!ov_test_peer_read (peer, head, sizeof head))
    return;
  answer->request_length = (gsize) head[0] << 8 | head[1];
  g_assert_cmpuint (answer->request_length, <, sizeof answer->request);
  g_assert_true (ov_test_peer_read (peer, answer->request, answer->request_length));
  for (guint i = 0; i < MAX (answer->repeat, 1); i++)
    if (!ov_test_peer_write (peer, answer->bytes, answer->length))
      return;
  if (answer->stay)
    ov_test_peer_drain (peer);
}

static OvTestPeer *
start (Answer *answer)
{
  OvTestPeer *peer = ov_test_peer_start (answer_cb, answer);
  g_autofree char *port = g_strdup_printf ("%u", ov_test_peer_get_port (peer));

  g_setenv ("ERL_EPMD_PORT", port, TRUE);
  g_assert_cmpuint (ov_epmd_get_port (), ==, ov_test_peer_get_port (peer));
  return peer;
}

static GPtrArray *
ask_names (GError **error)
{
  g_auto (OvTestResult) result = { NULL };

  ov_epmd_names_async ("127.0.0.1", 500, NULL, ov_test_result_cb, &result);
  return ov_epmd_names_finish (ov_test_result_wait (&result), error);
}

static guint16
ask_port (GError **error)
{
  g_auto (OvTestResult) result = { NULL };

  ov_epmd_port_async ("127.0.0.1", "rabbit", 500, NULL, ov_test_result_cb, &result);
  return ov_epmd_port_finish (ov_test_result_wait (&result), error);
}

static void
test_names (void)
{
  Answer answer = ANSWER ("\0\0\x11\x11name rabbit at port 25672\nname a_b-c at port 1\n");
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = ask_names (&error);
  OvEpmdEntry *entry;

  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 2);
  entry = g_ptr_array_index (names, 0);
  g_assert_cmpstr (entry->name, ==, "rabbit");
  g_assert_cmpuint (entry->port, ==, 25672);
  g_assert_cmpmem (answer.request, answer.request_length, "n", 1);
}

static void
test_no_names (void)
{
  Answer answer = ANSWER ("\0\0\x11\x11");
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = ask_names (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 0);
}

static void
test_port (void)
{
  Answer answer = ANSWER ("w\0\x64\x48M\0\0\6\0\5\0\6rabbit\0\0");
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (ask_port (&error), ==, 25672);
  g_assert_no_error (error);
  g_assert_cmpmem (answer.request, answer.request_length, "zrabbit", 7);
}

/* The port is known as soon as its bytes are; the connection need not end. */
static void
test_port_stays (void)
{
  Answer answer = { .bytes = "w\0\x64\x48", .length = 4, .stay = TRUE };
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (ask_port (&error), ==, 25672);
  g_assert_no_error (error);
}

static void
test_unknown (void)
{
  Answer answer = ANSWER ("w\1");
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (ask_port (&error), ==, 0);
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_UNKNOWN_NODE);
}

static void
test_garbage (void)
{
  Answer names[] = {
    ANSWER (""), ANSWER ("\0\0\x11"), ANSWER ("\0\0\x11\x11rabbit 25672\n"),
    ANSWER ("\0\0\x11\x11name rabbit at port 70000\n"), ANSWER ("\0\0\x11\x11name  at port 1\n"),
    ANSWER ("\0\0\x11\x11name \xff\xfe at port 1\n"), ANSWER ("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ANSWER ("\0\0\x11\x11name a at port -1\n"), ANSWER ("\0\0\x11\x11\0\0\0\0"),
  };
  Answer ports[] = {
    ANSWER (""), ANSWER ("w"), ANSWER ("w\0"), ANSWER ("w\0\x64"), ANSWER ("w\0\0\0"),
    ANSWER ("x\0\x64\x48"), ANSWER ("HTTP/1.1 400 Bad Request\r\n\r\n"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (OvTestPeer) peer = start (&names[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (ask_names (&error));
      g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr (OvTestPeer) peer = start (&ports[i]);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (ask_port (&error), ==, 0);
      g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL);
    }
}

/* Many megabytes of well-formed names: more than any epmd has. */
static void
test_endless (void)
{
  Answer answer = { .bytes = "name rabbit at port 25672\n", .length = 26, .repeat = 500000 };
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = ask_names (&error);

  g_assert_null (names);
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL);
}

static void
test_mute (void)
{
  Answer answer = { .bytes = "", .stay = TRUE };
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_assert_null (ask_names (&error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
}

static void
test_none (void)
{
  Answer answer = ANSWER ("");
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;
  OvLinkOptions options = { .node = "rabbit@127.0.0.1", .cookie = "c" };
  OvLink *link = ov_link_new ();

  ov_test_peer_stop (g_steal_pointer (&peer));
  g_assert_null (ask_names (&error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD);
  g_clear_error (&error);
  g_assert_cmpuint (ask_port (&error), ==, 0);
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD);
  g_clear_error (&error);
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD);
  g_assert_finalize_object (link);
}

/* An epmd that takes the connection and says nothing, asked on the way to opening a link. */
static void
test_mute_while_opening (void)
{
  Answer answer = { .bytes = "", .stay = TRUE };
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GError) error = NULL;
  OvLinkOptions options = { .node = "rabbit@127.0.0.1", .cookie = "c", .timeout_ms = 300 };
  OvLink *link = ov_link_new ();

  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD);
  g_assert_finalize_object (link);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (void)
{
  Answer answer = { .bytes = "", .stay = TRUE };
  g_autoptr (OvTestPeer) peer = start (&answer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;

  ov_epmd_names_async ("127.0.0.1", 60000, cancellable, ov_test_result_cb, &result);
  g_timeout_add (20, cancel_cb, cancellable);
  g_assert_null (ov_epmd_names_finish (ov_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_environment (void)
{
  static const char *const bad[] = { "", "0", "65536", "-1", "x", "4369x" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_setenv ("ERL_EPMD_PORT", bad[i], TRUE);
      g_assert_cmpuint (ov_epmd_get_port (), ==, 4369);
    }
  g_unsetenv ("ERL_EPMD_PORT");
  g_assert_cmpuint (ov_epmd_get_port (), ==, 4369);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/epmd/names", test_names);
  g_test_add_func ("/link/epmd/no-names", test_no_names);
  g_test_add_func ("/link/epmd/port", test_port);
  g_test_add_func ("/link/epmd/port-stays", test_port_stays);
  g_test_add_func ("/link/epmd/unknown", test_unknown);
  g_test_add_func ("/link/epmd/garbage", test_garbage);
  g_test_add_func ("/link/epmd/endless", test_endless);
  g_test_add_func ("/link/epmd/mute", test_mute);
  g_test_add_func ("/link/epmd/none", test_none);
  g_test_add_func ("/link/epmd/mute-while-opening", test_mute_while_opening);
  g_test_add_func ("/link/epmd/cancelled", test_cancelled);
  g_test_add_func ("/link/epmd/environment", test_environment);

  return g_test_run ();
}
