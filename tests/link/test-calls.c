/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests and their answers: many at once, out of order, late, never, cancelled, and cut off.
 */
#include "base/ov-error.h"
#include "link/ov-test-peer.h"
#include "support/ov-test-link.h"

#include <string.h>

#define N_CALLS 10000

typedef struct
{
  guint  n_done;
  guint  n_right;
  GError *last_error;
  gint   flag;
  guint  wanted;
} Count;

static void
count_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Count *count = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = ov_link_call_finish (OV_LINK (source), result, &error);

  count->n_done++;
  count->n_right += value != NULL;
  if (error != NULL)
    {
      g_clear_error (&count->last_error);
      count->last_error = g_steal_pointer (&error);
    }
  if (count->n_done == count->wanted)
    g_atomic_int_set (&count->flag, 1);
}

static OvTerm *
new_arguments (gint64 number)
{
  return ov_term_list (ov_term_new_integer (number), NULL);
}

/* Answers with the argument, the newest request first. */
static void
echo_backwards_cb (OvTestPeer *peer,
                   gpointer    user_data)
{
  GDestroyNotify unref = (GDestroyNotify) ov_term_unref;
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (unref);
  g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func (unref);

  if (!ov_test_peer_shake_hands (peer, NULL))
    return;
  for (guint i = 0; i < N_CALLS; i++)
    {
      OvTerm *request, *reference;

      if (!ov_test_peer_read_call (peer, &request, &reference))
        return;
      g_ptr_array_add (requests, request);
      g_ptr_array_add (references, reference);
    }
  for (guint i = N_CALLS; i > 0; i--)
    {
      OvTerm *arguments = ov_term_get_element (g_ptr_array_index (requests, i - 1), 3);

      ov_test_peer_reply (peer, ov_term_ref (g_ptr_array_index (references, i - 1)),
                          ov_term_ref (ov_term_get_element (arguments, 0)));
    }
  ov_test_peer_drain (peer);
}

typedef struct
{
  Count  *count;
  gint64  number;
} Numbered;

static void
numbered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autofree Numbered *numbered = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) value = ov_link_call_finish (OV_LINK (source), result, &error);
  gint64 number = -1;

  g_assert_no_error (error);
  g_assert_true (ov_term_get_integer (value, &number));
  g_assert_cmpint (number, ==, numbered->number);
  if (++numbered->count->n_done == N_CALLS)
    g_atomic_int_set (&numbered->count->flag, 1);
}

static void
test_many (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (echo_backwards_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  Count count = { 0 };

  for (gint64 i = 0; i < N_CALLS; i++)
    {
      g_autoptr (OvTerm) arguments = new_arguments (i);
      Numbered *numbered = g_new (Numbered, 1);

      *numbered = (Numbered) { &count, i };
      ov_link_call_async (link, "m", "f", arguments, 60000, NULL, numbered_cb, numbered);
    }
  ov_test_wait_flag (&count.flag);
  g_assert_cmpuint (count.n_done, ==, N_CALLS);
  g_assert_finalize_object (link);
}

/* Never answers. */
static void
mute_cb (OvTestPeer *peer,
         gpointer    user_data)
{
  if (ov_test_peer_shake_hands (peer, NULL))
    ov_test_peer_drain (peer);
}

static void
test_timed_out (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (mute_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autoptr (OvTerm) arguments = new_arguments (1);
  Count count = { .wanted = 20 };
  gint64 start_us = g_get_monotonic_time ();

  /* The shortest is not the first. */
  for (guint i = 0; i < 20; i++)
    ov_link_call_async (link, "m", "f", arguments, 60 + 10 * ((i * 7) % 20), NULL, count_cb,
                        &count);
  ov_test_wait_flag (&count.flag);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 250 * 1000);
  g_assert_error (count.last_error, OV_LINK_ERROR, OV_LINK_ERROR_TIMED_OUT);
  g_assert_cmpstr (ov_error_get_word (count.last_error), ==, "timed-out");
  g_assert_cmpuint (count.n_right, ==, 0);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_UP);
  g_clear_error (&count.last_error);
  g_assert_finalize_object (link);
}

static void
test_cancelled (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (mute_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OvTerm) arguments = new_arguments (1);
  Count count = { .wanted = 101 };

  for (guint i = 0; i < 100; i++)
    ov_link_call_async (link, "m", "f", arguments, 60000, cancellable, count_cb, &count);
  g_cancellable_cancel (cancellable);
  ov_link_call_async (link, "m", "f", arguments, 60000, cancellable, count_cb, &count);
  ov_test_wait_flag (&count.flag);
  g_assert_error (count.last_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count.n_right, ==, 0);
  g_clear_error (&count.last_error);
  g_assert_finalize_object (link);
}

static gpointer
cancel_in_thread (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

/* Cancelling on another thread while the answers come in: each call ends once. */
static void
test_cancel_race (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (echo_backwards_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OvTerm) arguments = new_arguments (1);
  Count count = { .wanted = N_CALLS };
  GThread *thread;

  for (guint i = 0; i < N_CALLS; i++)
    ov_link_call_async (link, "m", "f", arguments, 60000, cancellable, count_cb, &count);
  while (count.n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  thread = g_thread_new ("canceller", cancel_in_thread, cancellable);
  ov_test_wait_flag (&count.flag);
  g_thread_join (thread);
  g_assert_cmpuint (count.n_done, ==, N_CALLS);
  g_assert_cmpuint (count.n_right, >, 0);
  g_clear_error (&count.last_error);
  g_assert_finalize_object (link);
}

static void
test_closed (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (mute_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autoptr (OvTerm) arguments = new_arguments (1);
  Count count = { .wanted = 51 };

  for (guint i = 0; i < 50; i++)
    ov_link_call_async (link, "m", "f", arguments, 60000, NULL, count_cb, &count);
  ov_link_close (link);
  ov_link_call_async (link, "m", "f", arguments, 60000, NULL, count_cb, &count);
  ov_test_wait_flag (&count.flag);
  g_assert_error (count.last_error, OV_LINK_ERROR, OV_LINK_ERROR_LOST);
  g_assert_cmpuint (count.n_right, ==, 0);
  g_clear_error (&count.last_error);
  g_assert_finalize_object (link);
}

/* Reads one request and hangs up. */
static void
hang_up_cb (OvTestPeer *peer,
            gpointer    user_data)
{
  g_autoptr (OvTerm) request = NULL;
  g_autoptr (OvTerm) reference = NULL;

  if (ov_test_peer_shake_hands (peer, NULL)
      && ov_test_peer_read_call (peer, &request, &reference))
    ov_test_peer_hang_up (peer);
}

static void
test_lost (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (hang_up_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autoptr (OvTerm) arguments = new_arguments (1);
  Count count = { .wanted = 50 };

  for (guint i = 0; i < 50; i++)
    ov_link_call_async (link, "m", "f", arguments, 60000, NULL, count_cb, &count);
  ov_test_wait_flag (&count.flag);
  g_assert_error (count.last_error, OV_LINK_ERROR, OV_LINK_ERROR_LOST);
  g_assert_cmpuint (count.n_right, ==, 0);
  while (ov_link_get_state (link) == OV_LINK_UP)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_LOST);
  g_clear_error (&count.last_error);
  g_assert_finalize_object (link);
}

/* Answers in every form there is, and some that answer nothing. */
static void
forms_cb (OvTestPeer *peer,
          gpointer    user_data)
{
  g_autoptr (OvTerm) request = NULL;
  g_autoptr (OvTerm) first = NULL;
  g_autoptr (OvTerm) second = NULL;
  g_autoptr (OvTerm) third = NULL;
  OvTerm *alias[] = { ov_term_new_atom ("alias") };
  guint32 words[] = { 1, 2, 3 };
  static const guint8 cut[] = { 104, 2 };

  if (!ov_test_peer_shake_hands (peer, NULL) || !ov_test_peer_read_call (peer, &request, &first))
    return;
  g_clear_pointer (&request, ov_term_unref);
  ov_test_peer_reply (peer, ov_term_new_reference ("other@host", 1, words, 3),
                      ov_term_new_atom ("wrong"));
  ov_test_peer_reply (peer, ov_term_new_reference (OV_TEST_PEER_NAME, 1, words, 3),
                      ov_term_new_atom ("wrong"));
  ov_test_peer_reply (peer, ov_term_new_improper_list (alias, 1, ov_term_ref (first)),
                      ov_term_new_atom ("right"));
  ov_test_peer_reply (peer, ov_term_ref (first), ov_term_new_atom ("too_late"));

  if (!ov_test_peer_read_call (peer, &request, &second))
    return;
  g_clear_pointer (&request, ov_term_unref);
  ov_test_peer_reply (peer, ov_term_ref (second),
                      ov_term_tuple (ov_term_new_atom ("badrpc"), ov_term_new_atom ("nodedown"),
                                     NULL));

  if (!ov_test_peer_read_call (peer, &request, &third))
    return;
  {
    g_autoptr (GByteArray) frame = ov_test_peer_make_message (
        peer, ov_term_tuple (ov_term_ref (third), ov_term_new_binary (cut, sizeof cut), NULL));

    /* A deeply nested answer is one that cannot be read: 100,000 lists in each other. */
    g_byte_array_set_size (frame, frame->len - 7); /* the binary goes */
    for (guint i = 0; i < 100000; i++)
      g_byte_array_append (frame, (const guint8 *) "l\0\0\0\1", 5);
    g_byte_array_append (frame, (const guint8 *) "j", 1);
    for (guint i = 0; i < 100000; i++)
      g_byte_array_append (frame, (const guint8 *) "j", 1);
    for (guint i = 0; i < 4; i++)
      frame->data[i] = (guint8) ((frame->len - 4) >> 8 * (3 - i));
    ov_test_peer_write (peer, frame->data, frame->len);
  }
  ov_test_peer_drain (peer);
}

static void
test_forms (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (forms_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autofree char *text = ov_test_link_call_text (link, "m", "f", new_arguments (1));
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, "right");
  g_assert_null (ov_test_link_call (link, "m", "f", new_arguments (1), &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_REMOTE);
  g_assert_nonnull (strstr (error->message, "nodedown"));
  g_clear_error (&error);
  g_assert_null (ov_test_link_call (link, "m", "f", new_arguments (1), &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL);
  g_assert_cmpint (ov_link_get_state (link), ==, OV_LINK_UP);
  g_assert_finalize_object (link);
}

/* What a call looks like on the line: the node relies on it. */
static void
shape_cb (OvTestPeer *peer,
          gpointer    user_data)
{
  g_autoptr (OvTerm) request = NULL;
  g_autoptr (OvTerm) reference = NULL;
  static const OvTermFormat format = { 0 };
  g_autofree char *text = NULL;

  if (!ov_test_peer_shake_hands (peer, NULL)
      || !ov_test_peer_read_call (peer, &request, &reference))
    return;
  text = ov_term_to_string (request, &format, NULL);
  g_assert_cmpstr (text, ==, "{call,m,f,[1],user}");
  g_assert_cmpint (ov_term_get_type (reference), ==, OV_TERM_REFERENCE);
  ov_test_peer_reply (peer, ov_term_ref (reference), ov_term_new_atom ("ok"));
  ov_test_peer_drain (peer);
}

static void
test_shape (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (shape_cb, NULL);
  OvLink *link = ov_test_peer_open_link (peer, NULL);
  g_autofree char *text = ov_test_link_call_text (link, "m", "f", new_arguments (1));

  g_assert_cmpstr (text, ==, "ok");
  g_assert_finalize_object (link);
}

static void
destroyed_cb (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

static void
ignore_cb (OvLink   *link,
           GBytes   *message,
           gpointer  user_data)
{
}

static void
test_destroy (void)
{
  g_autoptr (OvTestPeer) peer = ov_test_peer_start (mute_cb, NULL);
  OvLink *link = ov_link_new ();
  gint destroyed = 0;

  ov_link_set_message_func (link, ignore_cb, &destroyed, destroyed_cb);
  ov_test_peer_open_link (peer, link);
  g_assert_cmpint (destroyed, ==, 0);
  g_assert_finalize_object (link); /* without close: the thread ends with the object */
  g_assert_cmpint (destroyed, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/calls/many", test_many);
  g_test_add_func ("/link/calls/timed-out", test_timed_out);
  g_test_add_func ("/link/calls/cancelled", test_cancelled);
  g_test_add_func ("/link/calls/cancel-race", test_cancel_race);
  g_test_add_func ("/link/calls/closed", test_closed);
  g_test_add_func ("/link/calls/lost", test_lost);
  g_test_add_func ("/link/calls/forms", test_forms);
  g_test_add_func ("/link/calls/shape", test_shape);
  g_test_add_func ("/link/calls/destroy", test_destroy);

  return g_test_run ();
}
