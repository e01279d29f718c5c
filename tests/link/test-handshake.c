/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The handshake with peers that play it rightly, wrongly, slowly and not at all: each fault gives
 * its own error, at once, and leaves a link that can be opened again.
 */
#include "base/ov-error.h"
#include "link/ov-test-peer.h"
#include "support/ov-test-link.h"

#include <string.h>

static void
play_cb (OvTestPeer *peer,
         gpointer    user_data)
{
  if (ov_test_peer_shake_hands (peer, user_data))
    ov_test_peer_drain (peer);
}

static void
assert_fails (OvTestPeerScript  script,
              gpointer          user_data,
              OvLinkError       code,
              const char       *word)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (script, user_data);
  OvLinkOptions options = ov_test_peer_get_options (peer);
  g_autoptr (GError) error = NULL;
  OvLink *link = ov_link_new ();

  options.timeout_ms = 1000;
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, OV_LINK_ERROR, (int) code);
  g_assert_cmpstr (ov_error_get_word (error), ==, word);
  g_assert_nonnull (ov_error_get_hint (error));
  g_assert_null (strstr (error->message, OV_TEST_PEER_COOKIE));
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_CLOSED);
  g_assert_finalize_object (link);
}

static void
test_right (void)
{
  OvTestHandshake how = { 0 };
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (play_cb, &how);
  OvLink *link = ov_test_peer_open_link (peer, NULL);

  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_UP);
  g_assert_cmpuint (ov_link_get_release (link), ==, 6);
  g_assert_cmpuint (ov_link_get_port (link), ==, ov_test_peer_get_port (peer));
  g_assert_cmpstr (ov_link_get_node_name (link), ==, OV_TEST_PEER_NAME);
  ov_link_close (link);
  ov_link_close (link);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_CLOSED);
  g_assert_finalize_object (link);
}

static void
test_simultaneous (void)
{
  OvTestHandshake how = { .status = "ok_simultaneous" };
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (play_cb, &how);
  OvLink *link = ov_test_peer_open_link (peer, NULL);

  g_assert_finalize_object (link);
}

static void
test_refused_cookie (void)
{
  OvTestHandshake how = { .refuse = TRUE };

  assert_fails (play_cb, &how, OV_LINK_ERROR_BAD_COOKIE, "bad-cookie");
}

/* The peer does not know the cookie itself: it could be anybody. */
static void
test_wrong_digest (void)
{
  OvTestHandshake how = { .cookie = "ANOTHER" };

  assert_fails (play_cb, &how, OV_LINK_ERROR_BAD_COOKIE, "bad-cookie");
}

static void
test_statuses (void)
{
  static const char *const statuses[] = { "nok", "not_allowed", "alive", "named:x", "okay", "" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      OvTestHandshake how = { .status = statuses[i] };

      assert_fails (play_cb, &how, OV_LINK_ERROR_REFUSED, "refused");
    }
}

static void
test_another_name (void)
{
  OvTestHandshake how = { .name = "peer@localhost.example.org" };

  assert_fails (play_cb, &how, OV_LINK_ERROR_NAME_KIND, "name-kind");
  how.name = "other@localhost";
  assert_fails (play_cb, &how, OV_LINK_ERROR_NAME_KIND, "name-kind");
  how.name = "\xff\xfe@\x01";
  assert_fails (play_cb, &how, OV_LINK_ERROR_NAME_KIND, "name-kind");
}

static void
test_too_old (void)
{
  OvTestHandshake how = { .flags = 1 };

  assert_fails (play_cb, &how, OV_LINK_ERROR_REFUSED, "refused");
}

/* Bytes instead of a status packet, then the end or silence. */
typedef struct
{
  const char *bytes;
  gsize       length;
  gboolean    stay;
} Answer;

static void
answer_cb (OvTestPeer *peer,
           gpointer    user_data)
{
  const Answer *answer = user_data;
  guint8 greeting[17];

  ov_test_peer_accept (peer);
  if (!ov_test_peer_read (peer, greeting, sizeof greeting))
    return;
  ov_test_peer_write (peer, answer->bytes, answer->length);
  if (answer->stay)
    ov_test_peer_drain (peer);
}

#define ANSWER(text, stays) { text, sizeof text - 1, stays }

static void
test_garbage (void)
{
  Answer answers[] = {
    ANSWER ("HTTP/1.1 400 Bad Request\r\n\r\n", FALSE),
    ANSWER ("HTTP/1.1 400 Bad Request\r\n\r\n", TRUE),
    ANSWER ("\0\0", TRUE),
    ANSWER ("\0\3xok", TRUE),
    ANSWER ("\xff\xff" "sok", TRUE),
    ANSWER ("\0\3sok\0\1N", TRUE),
    ANSWER ("\0\3sok\0\24N\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0x", TRUE), /* a name of 256 bytes */
    ANSWER ("\0\3sok\0\14n\0\5\0\0\0\0\0\0\0", FALSE),
    ANSWER ("\0\3sok\0\3sok", TRUE),
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      gboolean ends_early = i == 7;

      assert_fails (answer_cb, &answers[i],
                    ends_early ? OV_LINK_ERROR_LOST : OV_LINK_ERROR_PROTOCOL,
                    ends_early ? "lost" : "protocol");
    }
}

static void
test_tls_alert (void)
{
  Answer answer = ANSWER ("\x15\x03\x01\x00\x02\x02\x0a", FALSE);

  assert_fails (answer_cb, &answer, OV_LINK_ERROR_TLS, "tls");
}

/* Hangs up on the greeting, but answers a TLS hello with an alert. */
static void
tls_cb (OvTestPeer *peer,
        gpointer    user_data)
{
  guint8 bytes[17];

  ov_test_peer_accept (peer);
  if (!ov_test_peer_read (peer, bytes, sizeof bytes))
    return;
  ov_test_peer_accept (peer); /* hangs up first */
  if (!ov_test_peer_read (peer, bytes, 5))
    return;
  g_assert_cmpint (bytes[0], ==, 0x16);
  ov_test_peer_write (peer, "\x15\x03\x03\x00\x02\x02\x28", 7);
}

static void
test_tls_hello (void)
{
  assert_fails (tls_cb, NULL, OV_LINK_ERROR_TLS, "tls");
}

static void
test_hang_up (void)
{
  Answer nothing = ANSWER ("", FALSE);
  Answer half = ANSWER ("\0\3s", FALSE);

  assert_fails (answer_cb, &nothing, OV_LINK_ERROR_REFUSED, "refused");
  assert_fails (answer_cb, &half, OV_LINK_ERROR_REFUSED, "refused");
}

static void
test_silence (void)
{
  Answer nothing = ANSWER ("", TRUE);
  Answer half = ANSWER ("\0\3so", TRUE);
  gint64 start_us = g_get_monotonic_time ();

  assert_fails (answer_cb, &nothing, OV_LINK_ERROR_TIMED_OUT, "timed-out");
  assert_fails (answer_cb, &half, OV_LINK_ERROR_TIMED_OUT, "timed-out");
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 1900 * 1000);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
shaking_hands_cb (OvLink     *link,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  if (ov_link_get_state (link) == OV_LINK_SHAKING_HANDS)
    g_idle_add (cancel_cb, user_data);
}

static void
test_cancelled (void)
{
  Answer nothing = ANSWER ("", TRUE);
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (answer_cb, &nothing);
  OvLinkOptions options = ov_test_peer_get_options (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  OvLink *link = ov_link_new ();

  options.timeout_ms = 50000;
  g_signal_connect (link, "notify::state", G_CALLBACK (shaking_hands_cb), cancellable);
  ov_link_open_async (link, &options, cancellable, ov_test_result_cb, &result);
  g_assert_false (ov_link_open_finish (link, ov_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_CLOSED);
  ov_test_result_clear (&result);
  g_assert_finalize_object (link);
}

/* Closed while it resolves; and the same link is opened again at once. */
static void
test_closed_while_opening (void)
{
  OvTestHandshake how = { 0 };
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (play_cb, &how);
  OvLinkOptions options = ov_test_peer_get_options (peer);
  OvLinkOptions elsewhere = { .node = "nobody@localhost", .cookie = "x" };
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  OvLink *link = ov_link_new ();

  ov_link_open_async (link, &elsewhere, NULL, ov_test_result_cb, &result);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_RESOLVING);
  ov_link_close (link);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_CLOSED);
  g_assert_true (ov_test_link_open (link, &options, &error));
  g_assert_false (ov_link_open_finish (link, ov_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_UP);
  ov_test_result_clear (&result);

  /* The look-up that was cancelled holds the link until its callback has run. */
  g_object_add_weak_pointer (G_OBJECT (link), (gpointer *) &link);
  g_object_unref (link);
  while (link != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Closed after the handshake is done and before the main thread has heard of it; the next opening
 * must not take that news for its own. */
static void
greeted_cb (OvTestPeer *peer,
            gpointer    user_data)
{
  if (ov_test_peer_shake_hands (peer, NULL))
    {
      g_autoptr (OvTerm) request = NULL;
      g_autoptr (OvTerm) reference = NULL;

      /* The link's own sign of life shows that it is up over there. */
      if (ov_test_peer_read_call (peer, &request, &reference))
        g_atomic_int_set ((gint *) user_data, 1);
      ov_test_peer_drain (peer);
    }
}

static void
test_stale_news (void)
{
  Answer nothing = ANSWER ("", TRUE);
  gint up = 0;
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (greeted_cb, &up);
  g_autoptr (OvTestPeer) mute = ov_test_peer_start (answer_cb, &nothing);
  OvLinkOptions options = ov_test_peer_get_options (peer);
  OvLinkOptions elsewhere = ov_test_peer_get_options (mute);
  g_auto (OvTestResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  OvLink *link = ov_link_new ();

  ov_link_set_tick_time (link, 100);
  ov_link_open_async (link, &options, NULL, ov_test_result_cb, &result);
  while (ov_link_get_state (link) != OV_LINK_SHAKING_HANDS)
    g_main_context_iteration (NULL, TRUE);
  while (g_atomic_int_get (&up) == 0)
    g_usleep (1000); /* the main context does not run: the news has to wait */
  ov_link_close (link);
  elsewhere.timeout_ms = 500;
  g_assert_false (ov_test_link_open (link, &elsewhere, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_TIMED_OUT);
  ov_test_result_clear (&result);
  g_assert_finalize_object (link);
}

/* Refused before anything is sent: no peer is there at all. */
static void
test_bad_options (void)
{
  g_autofree char *long_name = g_strnfill (300, 'n');
  g_autofree char *long_node = g_strconcat (long_name, "@localhost", NULL);
  g_autofree char *long_cookie = g_strnfill (300, 'c');
  const struct
  {
    const char *node;
    const char *cookie;
    OvLinkError code;
  } bad[] = {
    { long_node, "c", OV_LINK_ERROR_BAD_NAME },
    { "n\xc3\xb6" "de@localhost", "c", OV_LINK_ERROR_BAD_NAME },
    { "node", "c", OV_LINK_ERROR_BAD_NAME },
    { "", "c", OV_LINK_ERROR_BAD_NAME },
    { "@localhost", "c", OV_LINK_ERROR_BAD_NAME },
    { "node@", "c", OV_LINK_ERROR_BAD_NAME },
    { "a@b@c", "c", OV_LINK_ERROR_BAD_NAME },
    { "a b@localhost", "c", OV_LINK_ERROR_BAD_NAME },
    { "\xff\xfe@localhost", "c", OV_LINK_ERROR_BAD_NAME },
    { "n@localhost", NULL, OV_LINK_ERROR_NO_COOKIE },
    { "n@localhost", "", OV_LINK_ERROR_NO_COOKIE },
    { "n@localhost", long_cookie, OV_LINK_ERROR_BAD_COOKIE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      OvLinkOptions options = { .node = bad[i].node, .cookie = bad[i].cookie, .port = 1 };
      g_autoptr (GError) error = NULL;
      OvLink *link = ov_link_new ();

      g_assert_false (ov_test_link_open (link, &options, &error));
      g_assert_error (error, OV_LINK_ERROR, (int) bad[i].code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_nonnull (ov_error_get_hint (error));
      g_assert_cmpuint (strlen (error->message), <, 300);
      g_assert_finalize_object (link);
    }
}

static void
test_nobody_listens (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (tls_cb, NULL);
  OvLinkOptions options = ov_test_peer_get_options (peer);
  g_autoptr (GError) error = NULL;
  OvLink *link = ov_link_new ();

  ov_test_peer_stop (g_steal_pointer (&peer));
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE);
  g_clear_error (&error);
  options.host = "nowhere.invalid";
  g_assert_false (ov_test_link_open (link, &options, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE);
  g_assert_finalize_object (link);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/handshake/right", test_right);
  g_test_add_func ("/link/handshake/simultaneous", test_simultaneous);
  g_test_add_func ("/link/handshake/refused-cookie", test_refused_cookie);
  g_test_add_func ("/link/handshake/wrong-digest", test_wrong_digest);
  g_test_add_func ("/link/handshake/statuses", test_statuses);
  g_test_add_func ("/link/handshake/another-name", test_another_name);
  g_test_add_func ("/link/handshake/too-old", test_too_old);
  g_test_add_func ("/link/handshake/garbage", test_garbage);
  g_test_add_func ("/link/handshake/tls-alert", test_tls_alert);
  g_test_add_func ("/link/handshake/tls-hello", test_tls_hello);
  g_test_add_func ("/link/handshake/hang-up", test_hang_up);
  g_test_add_func ("/link/handshake/silence", test_silence);
  g_test_add_func ("/link/handshake/cancelled", test_cancelled);
  g_test_add_func ("/link/handshake/closed-while-opening", test_closed_while_opening);
  g_test_add_func ("/link/handshake/stale-news", test_stale_news);
  g_test_add_func ("/link/handshake/bad-options", test_bad_options);
  g_test_add_func ("/link/handshake/nobody-listens", test_nobody_listens);

  return g_test_run ();
}
