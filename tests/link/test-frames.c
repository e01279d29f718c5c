/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes over the line once a link is up: frames in pieces, ticks, garbage, silence, loss,
 * frames as long as they may be and longer, and signals that are no messages.
 */
#include "link/ov-dist.h"
#include "link/ov-frame.h"
#include "link/ov-test-peer.h"
#include "support/ov-test-link.h"

#include <string.h>

/* What a link got, as seen from its thread. */
typedef struct
{
  GAsyncQueue *messages; /* of GBytes */
  gint         n_messages;
  gint         lost;
  GError      *error;
  OvTestPeer  *peer;
  OvLink      *link;
} Fixture;

static void
message_cb (OvLink   *link,
            GBytes   *message,
            gpointer  user_data)
{
  Fixture *fixture = user_data;

  g_async_queue_push (fixture->messages, g_bytes_ref (message));
  g_atomic_int_inc (&fixture->n_messages);
}

static void
lost_cb (OvLink       *link,
         const GError *error,
         gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (fixture->error);
  fixture->error = g_error_copy (error);
  g_atomic_int_set (&fixture->lost, 1);
}

static void
set_up (Fixture          *fixture,
        OvTestPeerScript  script,
        gpointer          user_data,
        guint             tick_time_ms)
{
  fixture->messages = g_async_queue_new_full ((GDestroyNotify) g_bytes_unref);
  fixture->link = ov_link_new ();
  ov_link_set_message_func (fixture->link, message_cb, fixture, NULL);
  g_signal_connect (fixture->link, "lost", G_CALLBACK (lost_cb), fixture);
  if (tick_time_ms > 0)
    ov_link_set_tick_time (fixture->link, tick_time_ms);
  fixture->peer = ov_test_peer_start (script, user_data);
  ov_test_peer_open_link (fixture->peer, fixture->link);
}

static void
tear_down (Fixture *fixture)
{
  ov_link_close (fixture->link);
  g_assert_finalize_object (fixture->link);
  ov_test_peer_stop (fixture->peer);
  g_async_queue_unref (fixture->messages);
  g_clear_error (&fixture->error);
}

static void
assert_message (Fixture    *fixture,
                const char *expected)
{
  static const OvTermFormat format = { 0 };
  g_autoptr (GBytes) message = g_async_queue_timeout_pop (fixture->messages, 60 * G_USEC_PER_SEC);
  g_autoptr (OvTerm) term = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_nonnull (message);
  term = ov_term_decode (g_bytes_get_data (message, NULL), g_bytes_get_size (message), NULL, NULL,
                         &error);
  g_assert_no_error (error);
  text = ov_term_to_string (term, &format, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_lost (Fixture     *fixture,
             OvLinkError  code)
{
  ov_test_wait_flag (&fixture->lost);
  g_test_message ("%s", fixture->error->message);
  g_assert_error (fixture->error, OV_LINK_ERROR, (int) code);
  g_assert_cmpint (ov_link_get_state (fixture->link), ==, OV_LINK_LOST);
}

/* Pieces */

static void
pieces_cb (OvTestPeer *peer,
           gpointer    user_data)
{
  g_autoptr (GByteArray) first = NULL;
  g_autoptr (GByteArray) second = NULL;

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  first = ov_test_peer_make_message (peer, ov_term_new_atom ("first"));
  second = ov_test_peer_make_message (peer, ov_term_list (ov_term_new_integer (1),
                                                          ov_term_new_integer (-2), NULL));
  for (guint i = 0; i < first->len; i++)
    {
      ov_test_peer_write (peer, first->data + i, 1);
      g_usleep (100); /* so that the bytes arrive one by one; nothing depends on it */
    }
  g_byte_array_append (first, second->data, second->len);
  g_byte_array_append (first, second->data, second->len / 2);
  ov_test_peer_write (peer, first->data, first->len);
  ov_test_peer_write (peer, second->data + second->len / 2, second->len - second->len / 2);
  ov_test_peer_drain (peer);
}

static void
test_pieces (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, pieces_cb, NULL, 0);
  assert_message (&fixture, "first");
  assert_message (&fixture, "first");
  assert_message (&fixture, "[1,-2]");
  assert_message (&fixture, "[1,-2]");
  tear_down (&fixture);
}

/* Ticks: each one of the peer's is answered. */

static void
ticks_cb (OvTestPeer *peer,
          gpointer    user_data)
{
  static const guint8 ticks[4 * 100] = { 0 };
  guint8 answers[4 * 100];
  g_autoptr (GByteArray) done = NULL;

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  ov_test_peer_write (peer, ticks, sizeof ticks);
  g_assert_true (ov_test_peer_read (peer, answers, sizeof answers));
  g_assert_cmpmem (answers, sizeof answers, ticks, sizeof ticks);
  done = ov_test_peer_make_message (peer, ov_term_new_atom ("done"));
  ov_test_peer_write (peer, done->data, done->len);
  ov_test_peer_drain (peer);
}

static void
test_ticks (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, ticks_cb, NULL, 0);
  assert_message (&fixture, "done");
  tear_down (&fixture);
}

/* A frame that dribbles for longer than the tick time: the link must not take the peer for dead,
 * and must tick by itself, or a real node would take *us* for dead. */

static void
dribble_cb (OvTestPeer *peer,
            gpointer    user_data)
{
  g_autoptr (GByteArray) frame = NULL;
  guint n_ticks = 0;
  guint sent = 0;

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  frame = ov_test_peer_make_message (peer, ov_term_new_atom ("slowly_slowly_slowly_slowly"));
  while (n_ticks < 8) /* of a quarter of the tick time each: twice the tick time */
    {
      g_autoptr (GBytes) tick = NULL;

      if (sent < frame->len - 1)
        ov_test_peer_write (peer, frame->data + sent++, 1);
      tick = ov_test_peer_read_frame (peer);
      g_assert_nonnull (tick);
      g_assert_cmpuint (g_bytes_get_size (tick), ==, 0);
      n_ticks++;
    }
  ov_test_peer_write (peer, frame->data + sent, frame->len - sent);
  ov_test_peer_drain (peer);
}

static void
test_dribble (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, dribble_cb, NULL, 400);
  assert_message (&fixture, "slowly_slowly_slowly_slowly");
  g_assert_cmpint (ov_link_get_state (fixture.link), ==, OV_LINK_UP);
  tear_down (&fixture);
}

/* Silence: the link asks for a sign of life first, then gives up. */

static void
silence_cb (OvTestPeer *peer,
            gpointer    user_data)
{
  g_autoptr (OvTerm) request = NULL;
  g_autoptr (OvTerm) reference = NULL;

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  if (ov_test_peer_read_call (peer, &request, &reference)
      && ov_term_is_tagged (request, "is_auth", 2))
    g_atomic_int_set ((gint *) user_data, 1);
  ov_test_peer_drain (peer);
}

static void
test_silence (void)
{
  Fixture fixture = { 0 };
  gint asked = 0;

  set_up (&fixture, silence_cb, &asked, 200);
  assert_lost (&fixture, OV_LINK_ERROR_LOST);
  tear_down (&fixture);
  g_assert_cmpint (asked, ==, 1);
}

/* A node whose own tick time is long says nothing by itself, but it answers. */

static void
answers_cb (OvTestPeer *peer,
            gpointer    user_data)
{
  guint n = 0;

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  while (TRUE)
    {
      g_autoptr (OvTerm) request = NULL;
      g_autoptr (OvTerm) reference = NULL;

      if (!ov_test_peer_read_call (peer, &request, &reference))
        return;
      ov_test_peer_reply (peer, ov_term_ref (reference), ov_term_new_atom ("yes"));
      g_atomic_int_set ((gint *) user_data, ++n == 6);
      if (n == 6)
        break;
    }
  ov_test_peer_drain (peer);
}

static void
test_quiet_node (void)
{
  Fixture fixture = { 0 };
  gint answered = 0;

  set_up (&fixture, answers_cb, &answered, 200);
  ov_test_wait_flag (&answered); /* six times half the tick time */
  g_assert_cmpint (fixture.lost, ==, 0);
  g_assert_cmpint (fixture.n_messages, ==, 0); /* the answers are the link's own business */
  tear_down (&fixture);
}

/* Garbage and loss */

typedef struct
{
  const char *bytes;
  gsize       length;
} Stream;

static void
stream_cb (OvTestPeer *peer,
           gpointer    user_data)
{
  const Stream *stream = user_data;

  if (ov_test_peer_shake_hands (peer, NULL)
      && ov_test_peer_write (peer, stream->bytes, stream->length))
    ov_test_peer_hang_up (peer);
}

#define STREAM(text) { text, sizeof text - 1 }

static void
test_garbage (void)
{
  const Stream streams[] = {
    STREAM ("\0\0\0\1x"),
    STREAM ("\0\0\0\1p"),
    STREAM ("\0\0\0\2p\203"),
    STREAM ("\0\0\0\3p\203\377"),
    STREAM ("\0\0\0\3\203Dx"),                                 /* a header of the atom cache */
    STREAM ("\0\0\0\4p\203a\2"),                               /* an integer for a control term */
    STREAM ("\0\0\0\4p\203h\0"),                               /* an empty tuple */
    STREAM ("\0\0\0\6p\203h\1a\2"),                            /* SEND of a wrong arity */
    STREAM ("\0\0\0\12p\203h\3a\2a\0a\0"),                     /* SEND without a message */
    STREAM ("\0\0\0\13p\203h\3a\2a\0a\0\0"),
    STREAM ("\0\0\0\15p\203h\4a\6a\0a\0a\0\203"),
    STREAM ("\0\0\0\7p\203i\377\377\377\377"),                 /* a tuple of 2^32 - 1 */
    STREAM ("\0\0\0\11p\203l\377\377\377\377a\1"),
    STREAM ("\0\0\0\13p\203P\377\377\377\377x\234\1\2"),       /* compressed */
    STREAM ("\377\377\377\377"),
    STREAM ("\4\0\0\1"),                                       /* one byte over the limit */
    STREAM ("GET / HTTP/1.1\r\n\r\n"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      Fixture fixture = { 0 };

      set_up (&fixture, stream_cb, (gpointer) &streams[i], 0);
      assert_lost (&fixture, OV_LINK_ERROR_PROTOCOL);
      g_assert_cmpint (fixture.n_messages, ==, 0);
      tear_down (&fixture);
    }
}

static void
test_loss (void)
{
  const Stream streams[] = {
    STREAM (""),
    STREAM ("\0\0"),
    STREAM ("\0\0\1\0"),
    STREAM ("\0\0\1\0p\203h"),
    STREAM ("\3\377\377\377p\203h\3"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      Fixture fixture = { 0 };

      set_up (&fixture, stream_cb, (gpointer) &streams[i], 0);
      assert_lost (&fixture, OV_LINK_ERROR_LOST);
      tear_down (&fixture);
    }
}

/* Signals that are well formed and do not concern us, and messages that are: to a pid, a name, an
 * alias, with a sender, with a trace token. */

static void
signals_cb (OvTestPeer *peer,
            gpointer    user_data)
{
  static const Stream signals[] = {
    STREAM ("p\203h\3a\1a\0a\0"),                     /* LINK */
    STREAM ("p\203h\4a\3a\0a\0a\0"),                  /* EXIT */
    STREAM ("p\203h\3a\4a\0a\0"),                     /* UNLINK */
    STREAM ("p\203h\1a\5"),                            /* NODE_LINK */
    STREAM ("p\203h\3a\7a\0a\0"),                     /* GROUP_LEADER */
    STREAM ("p\203h\4a\10a\0a\0a\0"),                 /* EXIT2 */
    STREAM ("p\203h\4a\23a\0a\0a\0"),                 /* MONITOR_P */
    STREAM ("p\203h\5a\25a\0a\0a\0a\0"),              /* MONITOR_P_EXIT of nobody */
    STREAM ("p\203h\2a\377a\0"),                      /* 255, unknown */
    STREAM ("p\203h\3a\2a\0a\0\203a\1"),              /* SEND 1 */
    STREAM ("p\203h\4a\14a\0a\0a\0\203a\2"),          /* SEND_TT 2 */
    STREAM ("p\203h\3a\26a\0a\0\203a\3"),             /* SEND_SENDER 3 */
    STREAM ("p\203h\4a\27a\0a\0a\0\203a\4"),          /* SEND_SENDER_TT 4 */
    STREAM ("p\203h\3a!a\0a\0\203a\5"),               /* ALIAS_SEND 5 */
    STREAM ("p\203h\4a\6a\0a\0w\1x\203a\6"),          /* REG_SEND 6 to x */
    STREAM ("p\203h\5a\20a\0a\0w\1xa\0\203a\7"),      /* REG_SEND_TT 7 */
    STREAM ("p\203h\4a\6a\0a\0w\12net_kernel\203a\10"), /* to net_kernel, no ping */
  };

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      guint8 head[4] = { 0, 0, 0, (guint8) signals[i].length };

      ov_test_peer_write (peer, head, sizeof head);
      ov_test_peer_write (peer, signals[i].bytes, signals[i].length);
    }
  ov_test_peer_hang_up (peer);
}

static void
test_signals (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, signals_cb, NULL, 0);
  assert_lost (&fixture, OV_LINK_ERROR_LOST);
  for (guint i = 1; i <= 7; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      assert_message (&fixture, number);
    }
  g_assert_cmpint (fixture.n_messages, ==, 7);
  tear_down (&fixture);
}

/* The longest frame that is accepted */

static void
large_cb (OvTestPeer *peer,
          gpointer    user_data)
{
  /* 112, {2, 0, 0}, 131, a binary: 16 bytes before its contents. */
  static const guint8 head[] = { 4, 0, 0, 0, 'p', 131, 'h', 3, 'a', 2, 'a', 0, 'a', 0, 131, 'm' };
  guint32 length = OV_FRAME_MAX_BYTES - 16;
  guint8 size[4] = { (guint8) (length >> 24), (guint8) (length >> 16), (guint8) (length >> 8),
                     (guint8) length };
  g_autofree guint8 *contents = g_malloc0 (length);

  if (ov_test_peer_shake_hands (peer, NULL) && ov_test_peer_write (peer, head, sizeof head)
      && ov_test_peer_write (peer, size, sizeof size)
      && ov_test_peer_write (peer, contents, length))
    ov_test_peer_drain (peer);
}

static void
test_large (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GBytes) message = NULL;

  set_up (&fixture, large_cb, NULL, 0);
  message = g_async_queue_timeout_pop (fixture.messages, 60 * G_USEC_PER_SEC);
  g_assert_nonnull (message);
  g_assert_cmpuint (g_bytes_get_size (message), ==, OV_FRAME_MAX_BYTES - 11);
  g_assert_cmpint (fixture.lost, ==, 0);
  tear_down (&fixture);
}

/* A peer that takes nothing: the queue is bounded, and the link ends with an error. */

static void
deaf_cb (OvTestPeer *peer,
         gpointer    user_data)
{
  gint *over = user_data;

  if (ov_test_peer_shake_hands (peer, NULL))
    while (g_atomic_int_get (over) == 0)
      g_usleep (1000); /* doing nothing is what is tested */
}

static void
test_deaf (void)
{
  Fixture fixture = { 0 };
  g_autoptr (OvTerm) message = NULL;
  g_autofree guint8 *bytes = g_malloc0 (1024 * 1024);
  OvPid pid = { .node = OV_TEST_PEER_NAME, .id = 1 };
  gint over = 0;

  message = ov_term_new_binary (bytes, 1024 * 1024);
  set_up (&fixture, deaf_cb, &over, 0);
  for (guint i = 0; i < 150; i++)
    ov_link_send (fixture.link, &pid, message);
  assert_lost (&fixture, OV_LINK_ERROR_LOST);
  g_atomic_int_set (&over, 1);
  ov_link_send (fixture.link, &pid, message); /* nothing happens */
  tear_down (&fixture);
}

/* Sends from many threads arrive whole, and each thread's in order. */

#define N_SENDERS  4
#define N_MESSAGES 2000

static void
count_cb (OvTestPeer *peer,
          gpointer    user_data)
{
  gint64 next[N_SENDERS] = { 0 };

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  for (guint i = 0; i < N_SENDERS * N_MESSAGES; i++)
    {
      g_autoptr (GBytes) frame = ov_test_peer_read_frame (peer);
      g_autoptr (OvTerm) message = NULL;
      OvDistSignal signal;
      gint64 sender, number;

      g_assert_true (ov_dist_parse (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame),
                                    &signal, NULL));
      message = ov_term_decode (signal.message, signal.message_length, NULL, NULL, NULL);
      g_assert_true (ov_term_get_integer (ov_term_get_element (message, 0), &sender));
      g_assert_true (ov_term_get_integer (ov_term_get_element (message, 1), &number));
      g_assert_cmpint (number, ==, next[sender]++);
    }
  g_atomic_int_set ((gint *) user_data, 1);
  ov_test_peer_drain (peer);
}

typedef struct
{
  OvLink *link;
  gint64  number;
} Sender;

static gpointer
send_many (gpointer data)
{
  Sender *sender = data;
  OvPid pid = { .node = OV_TEST_PEER_NAME, .id = 1 };

  for (gint64 i = 0; i < N_MESSAGES; i++)
    {
      g_autoptr (OvTerm) message = ov_term_tuple (ov_term_new_integer (sender->number),
                                                  ov_term_new_integer (i), NULL);

      ov_link_send (sender->link, &pid, message);
    }
  return NULL;
}

static void
test_senders (void)
{
  Fixture fixture = { 0 };
  GThread *threads[N_SENDERS];
  Sender senders[N_SENDERS];
  gint counted = 0;

  set_up (&fixture, count_cb, &counted, 0);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      senders[i] = (Sender) { fixture.link, i };
      threads[i] = g_thread_new ("sender", send_many, &senders[i]);
    }
  for (guint i = 0; i < N_SENDERS; i++)
    g_thread_join (threads[i]);
  ov_test_wait_flag (&counted);
  tear_down (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/frames/pieces", test_pieces);
  g_test_add_func ("/link/frames/ticks", test_ticks);
  g_test_add_func ("/link/frames/dribble", test_dribble);
  g_test_add_func ("/link/frames/silence", test_silence);
  g_test_add_func ("/link/frames/quiet-node", test_quiet_node);
  g_test_add_func ("/link/frames/garbage", test_garbage);
  g_test_add_func ("/link/frames/loss", test_loss);
  g_test_add_func ("/link/frames/signals", test_signals);
  g_test_add_func ("/link/frames/large", test_large);
  g_test_add_func ("/link/frames/deaf", test_deaf);
  g_test_add_func ("/link/frames/senders", test_senders);

  return g_test_run ();
}
