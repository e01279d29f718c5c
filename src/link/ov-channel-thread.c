/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread of a link: one poll loop over the socket and a wake-up.
 *
 * Each turn: read what is there, hand on whole frames, write what can be written, end requests
 * whose time is over, and look at the clock.  The clock:
 *   nothing sent for a quarter of the tick time          ► send a tick, also in mid-frame
 *   nothing received for half of it                      ► ask net_kernel for a sign of life: the
 *                                                          node's own tick time may be longer
 *   nothing received for five quarters                   ► the link is lost
 * Invariant: only this thread reads or writes the socket, and it never waits for anything else.
 */
#include "link/ov-channel-thread-private.h"

#include "link/ov-cookie.h"
#include "link/ov-dist.h"
#include "link/ov-handshake-private.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES  (256 * 1024)
#define READ_TURNS  8 /* then writing gets its turn */
#define PING_ID     0 /* no call has this number: the answer is dropped, having been heard */

/* Answers the call that waits for @reference, if one still does. */
static void
answer_call (OvChannel             *self,
             const OvDistReference *reference,
             const guint8          *bytes,
             gsize                  length)
{
  guint64 id = (guint64) reference->words[2] << 32 | reference->words[1];
  g_autoptr (OvTerm) value = NULL;
  g_autoptr (GError) error = NULL;
  gboolean waiting;
  OvCall *call;

  g_mutex_lock (&self->lock);
  waiting = reference->words[0] == self->reference_salt && ov_calls_find (&self->calls, id) != NULL;
  g_mutex_unlock (&self->lock);
  if (!waiting)
    return;

  value = ov_term_decode (bytes, length, NULL, NULL, &error);
  if (value == NULL)
    g_prefix_error (&error, "%s", _("The node’s answer cannot be read: "));

  g_mutex_lock (&self->lock);
  call = ov_calls_find (&self->calls, id);
  if (call != NULL)
    {
      ov_channel_forget_monitor (self, call);
      ov_calls_steal (&self->calls, id);
      call->value = g_steal_pointer (&value);
      if (error != NULL)
        call->error = g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL, error->message);
      ov_channel_deliver_call (self, call);
    }
  g_mutex_unlock (&self->lock);
}

/* A process that was asked is gone. */
static void
fail_call (OvChannel          *self,
           const OvDistSignal *signal)
{
  static const OvTermFormat format = { .max_chars = 300 };
  g_autoptr (GString) reason = g_string_new (NULL);
  OvDistReference reference;
  OvCall *call;

  if (!ov_dist_parse_reference (signal->reference, signal->reference_length, self->self.node,
                                &reference)
      || reference.words[0] != self->reference_salt)
    return;
  ov_term_print_bytes (signal->message, signal->message_length, &format, reason, NULL);

  g_mutex_lock (&self->lock);
  call = ov_calls_steal (&self->calls, (guint64) reference.words[2] << 32 | reference.words[1]);
  if (call != NULL)
    {
      call->error = g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_REMOTE,
                                 _("The process that was asked is gone: %s"), reason->str);
      ov_channel_deliver_call (self, call);
    }
  g_mutex_unlock (&self->lock);
}

static void
take_message (OvChannel          *self,
              GBytes             *frame,
              const OvDistSignal *signal)
{
  const guint8 *start = g_bytes_get_data (frame, NULL);
  g_autoptr (GBytes) message = NULL;
  OvDistReference reference;
  const guint8 *reply;
  gsize reply_length;

  if (ov_dist_parse_reply (signal->message, signal->message_length, self->self.node, &reference,
                           &reply, &reply_length))
    {
      answer_call (self, &reference, reply, reply_length);
      return;
    }
  if (self->func == NULL)
    return;

  message = g_bytes_new_from_bytes (frame, (gsize) (signal->message - start),
                                    signal->message_length);
  self->func (self->link, message, self->func_data);
}

static void
take_named_message (OvChannel          *self,
                    GBytes             *frame,
                    const OvDistSignal *signal)
{
  if (strcmp (signal->name, "net_kernel") != 0)
    {
      take_message (self, frame, signal);
      return;
    }

  g_mutex_lock (&self->lock);
  ov_dist_answer_ping (signal->message, signal->message_length, self->queued);
  g_mutex_unlock (&self->lock);
}

static gboolean
frame_read_cb (GBytes   *frame,
               gpointer  user_data,
               GError  **error)
{
  OvChannel *self = user_data;
  OvDistSignal signal;
  const guint8 *bytes;
  gsize length;

  if (frame == NULL)
    {
      g_mutex_lock (&self->lock);
      ov_dist_append_tick (self->queued);
      g_mutex_unlock (&self->lock);
      return TRUE;
    }

  bytes = g_bytes_get_data (frame, &length);
  if (!ov_dist_parse (bytes, length, &signal, error))
    return FALSE;
  switch (signal.kind)
    {
    case OV_DIST_MESSAGE:
      take_message (self, frame, &signal);
      break;
    case OV_DIST_NAMED_MESSAGE:
      take_named_message (self, frame, &signal);
      break;
    case OV_DIST_DOWN:
      fail_call (self, &signal);
      break;
    case OV_DIST_IGNORED:
    default:
      break;
    }

  return TRUE;
}

static gboolean
read_socket (OvChannel *self,
             guint8    *buffer,
             GError   **error)
{
  for (guint turn = 0; turn < READ_TURNS; turn++)
    {
      gssize n = recv (self->fd, buffer, READ_BYTES, 0);

      if (n > 0)
        {
          self->last_received_us = g_get_monotonic_time ();
          if (!ov_frame_reader_feed (&self->reader, buffer, (gsize) n, frame_read_cb, self, error))
            return FALSE;
          if (n < READ_BYTES)
            return TRUE;
        }
      else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return TRUE;
      else if (n == 0 || errno != EINTR)
        {
          g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                       n == 0 ? _("%s closed the connection%s%s")
                              : _("The connection to %s broke%s%s"),
                       self->start.node, n == 0 ? "" : ": ", n == 0 ? "" : g_strerror (errno));
          return FALSE;
        }
    }

  return TRUE;
}

/* The queue is taken whole when what was taken before is gone. */
static gboolean
write_socket (OvChannel *self,
              GError   **error)
{
  while (TRUE)
    {
      gssize n;

      if (self->sent == self->sending->len)
        {
          GByteArray *empty = self->sending;

          g_byte_array_set_size (empty, 0);
          self->sent = 0;
          g_mutex_lock (&self->lock);
          self->sending = self->queued;
          self->queued = empty;
          g_mutex_unlock (&self->lock);
          if (self->sending->len == 0)
            return TRUE;
        }

      n = send (self->fd, self->sending->data + self->sent, self->sending->len - self->sent,
                MSG_NOSIGNAL);
      if (n >= 0)
        {
          self->sent += (gsize) n;
          self->last_sent_us = g_get_monotonic_time ();
        }
      else if (errno == EAGAIN || errno == EWOULDBLOCK)
        return TRUE;
      else if (errno != EINTR)
        {
          g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                       _("The connection to %s broke: %s"), self->start.node, g_strerror (errno));
          return FALSE;
        }
    }
}

static void
expire_calls (OvChannel *self,
              gint64     now_us)
{
  OvCall *call;

  g_mutex_lock (&self->lock);
  while ((call = ov_calls_steal_expired (&self->calls, now_us)) != NULL)
    {
      ov_channel_forget_monitor (self, call);
      call->error = g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_TIMED_OUT,
                                 _("%s did not answer in time"), self->start.node);
      ov_channel_deliver_call (self, call);
    }
  g_mutex_unlock (&self->lock);
}

/* {'$gen_call', {Self, Ref}, {is_auth, Node}}: what net_adm:ping/1 sends; every node answers. */
static void
send_ping (OvChannel *self)
{
  g_autoptr (OvTerm) message = NULL;

  g_mutex_lock (&self->lock);
  message = ov_term_tuple (ov_term_new_atom ("$gen_call"),
                           ov_term_tuple (ov_term_new_pid (&self->self),
                                          ov_channel_new_reference (self, PING_ID), NULL),
                           ov_term_tuple (ov_term_new_atom ("is_auth"),
                                          ov_term_new_atom (self->self.node), NULL),
                           NULL);
  ov_dist_append_reg_send (self->queued, &self->self, "net_kernel", message);
  g_mutex_unlock (&self->lock);
}

static gboolean
look_at_clock (OvChannel *self,
               gint64     now_us,
               GError   **error)
{
  gint64 tick_us = (gint64) self->tick_time_ms * 1000;
  gint64 silence_us = now_us - self->last_received_us;

  if (silence_us >= tick_us * 5 / 4)
    {
      g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                   _("Nothing was heard of %s for %.0f seconds"), self->start.node,
                   (double) silence_us / G_USEC_PER_SEC);
      return FALSE;
    }
  if (silence_us >= tick_us / 2 && now_us - self->last_ping_us >= tick_us / 4)
    {
      self->last_ping_us = now_us;
      send_ping (self);
    }
  if (now_us - self->last_sent_us >= tick_us / 4)
    {
      self->last_sent_us = now_us;
      g_mutex_lock (&self->lock);
      if (self->queued->len == 0 && self->sent == self->sending->len)
        ov_dist_append_tick (self->queued);
      g_mutex_unlock (&self->lock);
    }

  return TRUE;
}

/* Also takes note of what other threads asked for. */
static gint64
get_next_deadline (OvChannel *self,
                   gboolean  *stop,
                   gboolean  *overrun)
{
  gint64 tick_us = (gint64) self->tick_time_ms * 1000;
  gint64 next_us = MIN (self->last_sent_us + tick_us / 4, self->last_received_us + tick_us / 2);

  if (next_us <= self->last_ping_us)
    next_us = MIN (self->last_ping_us + tick_us / 4, self->last_received_us + tick_us * 5 / 4);
  g_mutex_lock (&self->lock);
  next_us = MIN (next_us, ov_calls_get_deadline_us (&self->calls));
  *stop = self->stop;
  *overrun = self->overrun;
  g_mutex_unlock (&self->lock);

  return next_us;
}

/* Returns FALSE without an error when the link is being closed. */
static gboolean
take_turn (OvChannel *self,
           guint8    *buffer,
           GError   **error)
{
  gboolean stop, overrun;
  gint64 wait_us = get_next_deadline (self, &stop, &overrun) - g_get_monotonic_time ();
  struct pollfd fds[2] = {
    { .fd = self->fd, .events = POLLIN },
    { .fd = self->wake_fd, .events = POLLIN },
  };
  gint64 now_us;
  guint64 count;

  if (stop)
    return FALSE;
  if (overrun)
    {
      g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                   _("%s does not take what is sent to it"), self->start.node);
      return FALSE;
    }
  if (self->sent < self->sending->len)
    fds[0].events |= POLLOUT;
  if (poll (fds, 2, wait_us > 0 ? (int) MIN (wait_us / 1000 + 1, G_MAXINT) : 0) < 0
      && errno != EINTR)
    g_error ("poll: %s", g_strerror (errno));

  if (fds[1].revents != 0 && read (self->wake_fd, &count, sizeof count) < 0 && errno != EAGAIN)
    g_error ("eventfd: %s", g_strerror (errno));
  if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_socket (self, buffer, error))
    return FALSE;
  now_us = g_get_monotonic_time ();
  expire_calls (self, now_us);

  return look_at_clock (self, now_us, error) && write_socket (self, error);
}

static gboolean
shake_hands (OvChannel *self,
             GError   **error)
{
  g_autofree char *name = ov_handshake_new_name (self->start.node);
  OvHandshake handshake = {
    .fd = self->fd,
    .wake_fd = self->wake_fd,
    .deadline_us = self->start.deadline_us,
    .node = self->start.node,
    .cookie = self->start.cookie,
    .self_name = name,
  };
  gboolean done = ov_handshake_run (&handshake, error);

  g_clear_pointer (&self->start.cookie, ov_cookie_free);
  if (!done)
    return FALSE;

  g_mutex_lock (&self->lock);
  self->self = handshake.self;
  self->up = !self->stop;
  self->mail.opened = TRUE;
  self->mail.peer_version = handshake.peer_version;
  ov_wakeup_signal (self->wakeup);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
exchange (OvChannel *self,
          GError   **error)
{
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);

  ov_frame_reader_init (&self->reader, 0);
  self->sending = g_byte_array_new ();
  self->sent = 0;
  self->last_received_us = self->last_sent_us = self->last_ping_us = g_get_monotonic_time ();
  while (take_turn (self, buffer, error))
    ;
  ov_frame_reader_clear (&self->reader);
  g_clear_pointer (&self->sending, g_byte_array_unref);
}

/**
 * ov_channel_thread:
 * @data: the channel
 *
 * The thread's body: from the handshake to the end of the connection.
 *
 * Returns: %NULL
 */
gpointer
ov_channel_thread (gpointer data)
{
  OvChannel *self = data;
  g_autoptr (GError) error = NULL;

  if (shake_hands (self, &error))
    exchange (self, &error);
  close (self->fd);
  self->fd = -1;
  g_clear_pointer (&self->start.node, g_free);

  g_mutex_lock (&self->lock);
  self->up = FALSE;
  if (error != NULL)
    {
      ov_channel_fail_calls (self, error);
      g_clear_error (&self->mail.ended);
      self->mail.ended = g_steal_pointer (&error);
      ov_wakeup_signal (self->wakeup);
    }
  g_mutex_unlock (&self->lock);

  return NULL;
}
