/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the main thread and the link's thread share: the queue of bytes to be sent, the calls
 * that wait, and the mailbox.  The thread itself is in ov-channel-thread.c.
 *
 *   IDLE ──start──► STARTING ──handshake──► UP ──┐
 *     ▲                │ handshake fails         │ end of file, error, silence, overrun
 *     │                ▼                         ▼
 *     └──stop──────── ENDED ◄────────────────────┘
 *
 * Invariants: calls wait only while UP; each call lands in the mailbox exactly once; the queue
 * holds at most OV_CHANNEL_MAX_QUEUED bytes.
 * Threads: as the header says; everything below "lock" is guarded by it.
 */
#include "link/ov-channel-thread-private.h"

#include "link/ov-dist.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define REFERENCE_SALT_MASK 0x3ffffu /* the first word of a reference has 18 bits */

/**
 * ov_mail_clear:
 * @mail: what was taken
 */
void
ov_mail_clear (OvMail *mail)
{
  g_clear_error (&mail->ended);
  g_clear_pointer (&mail->calls, g_ptr_array_unref);
}

void
ov_channel_wake (OvChannel *self)
{
  guint64 one = 1;

  if (write (self->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
    g_critical ("eventfd: %s", g_strerror (errno));
}

/* With the lock held. */
void
ov_channel_deliver_call (OvChannel *self,
                         OvCall    *call)
{
  if (self->mail.calls == NULL)
    self->mail.calls = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_call_free);
  g_ptr_array_add (self->mail.calls, call);
  ov_wakeup_signal (self->wakeup);
}

/* With the lock held: nobody will answer any more. */
void
ov_channel_fail_calls (OvChannel    *self,
                       const GError *why)
{
  OvCall *call;

  while ((call = ov_calls_steal_any (&self->calls)) != NULL)
    {
      call->error = g_error_copy (why);
      ov_channel_deliver_call (self, call);
    }
}

OvChannel *
ov_channel_new (OvLink *link)
{
  OvChannel *self = g_new0 (OvChannel, 1);

  self->link = link;
  self->fd = -1;
  self->tick_time_ms = OV_CHANNEL_TICK_TIME_MS;
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake_fd < 0)
    g_error ("eventfd: %s", g_strerror (errno)); /* out of descriptors: as out of memory */
  g_mutex_init (&self->lock);
  self->queued = g_byte_array_new ();
  ov_calls_init (&self->calls);
  self->reference_salt = g_random_int () & REFERENCE_SALT_MASK;

  return self;
}

void
ov_channel_free (OvChannel *self)
{
  if (self == NULL)
    return;

  g_assert (self->thread == NULL);
  if (self->wakeup != NULL)
    ov_wakeup_stop (self->wakeup);
  g_clear_pointer (&self->wakeup, ov_wakeup_unref);
  ov_mail_clear (&self->mail);
  ov_calls_clear (&self->calls);
  g_clear_pointer (&self->queued, g_byte_array_unref);
  close (self->wake_fd);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
ov_channel_set_func (OvChannel         *self,
                     OvLinkMessageFunc  func,
                     gpointer           user_data)
{
  self->func = func;
  self->func_data = user_data;
}

void
ov_channel_set_tick_time (OvChannel *self,
                          guint      tick_time_ms)
{
  self->tick_time_ms = tick_time_ms;
}

/**
 * ov_channel_start:
 * @self: a channel whose thread does not run
 * @start: what to connect; its parts are taken over
 * @context: where @notify runs
 * @notify: called when there is mail
 * @user_data: its argument
 */
void
ov_channel_start (OvChannel      *self,
                  OvChannelStart *start,
                  GMainContext   *context,
                  GSourceFunc     notify,
                  gpointer        user_data)
{
  guint64 old;

  g_assert (self->thread == NULL);

  if (self->wakeup != NULL)
    ov_wakeup_stop (self->wakeup);
  g_clear_pointer (&self->wakeup, ov_wakeup_unref);
  self->wakeup = ov_wakeup_new (context, 0, notify, user_data);
  if (self->mail.calls != NULL) /* of an earlier connection */
    ov_wakeup_signal (self->wakeup);
  while (read (self->wake_fd, &old, sizeof old) > 0)
    ;
  self->stop = self->overrun = FALSE;
  g_byte_array_set_size (self->queued, 0);
  self->start = *start;
  self->fd = start->fd;
  self->thread = g_thread_new ("overstory-link", ov_channel_thread, self);
}

void
ov_channel_stop (OvChannel    *self,
                 const GError *why)
{
  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  self->up = FALSE;
  if (self->wakeup != NULL)
    ov_channel_fail_calls (self, why);
  g_mutex_unlock (&self->lock);

  if (self->thread == NULL)
    return;
  ov_channel_wake (self);
  if (self->thread == g_thread_self ())
    return;
  g_thread_join (g_steal_pointer (&self->thread));

  /* News of this connection must not be taken for news of the next one. */
  g_mutex_lock (&self->lock);
  self->mail.opened = FALSE;
  g_clear_error (&self->mail.ended);
  g_mutex_unlock (&self->lock);
}

void
ov_channel_take_mail (OvChannel *self,
                      OvMail    *mail)
{
  g_mutex_lock (&self->lock);
  *mail = self->mail;
  memset (&self->mail, 0, sizeof self->mail);
  g_mutex_unlock (&self->lock);
}

/* With the lock held.  Too much that the node does not take ends the link: dropping a message
 * in silence would be worse. */
static void
check_overrun (OvChannel *self)
{
  if (self->queued->len > OV_CHANNEL_MAX_QUEUED)
    self->overrun = TRUE;
}

gboolean
ov_channel_send (OvChannel    *self,
                 const OvPid  *to,
                 const char   *name,
                 const OvTerm *message)
{
  gboolean up;

  g_mutex_lock (&self->lock);
  up = self->up;
  if (up && name != NULL)
    ov_dist_append_reg_send (self->queued, &self->self, name, message);
  else if (up)
    ov_dist_append_send (self->queued, to, message);
  check_overrun (self);
  g_mutex_unlock (&self->lock);
  if (up)
    ov_channel_wake (self);

  return up;
}

gboolean
ov_channel_get_self (OvChannel *self,
                     OvPid     *pid)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = self->self.node != NULL;
  *pid = self->self;
  g_mutex_unlock (&self->lock);

  return known;
}

/* With the lock held. */
OvTerm *
ov_channel_new_reference (OvChannel *self,
                          guint64    id)
{
  guint32 words[] = { self->reference_salt, (guint32) id, (guint32) (id >> 32) };

  return ov_term_new_reference (self->self.node, self->self.creation, words, G_N_ELEMENTS (words));
}

/* With the lock held. */
static void
append_request (OvChannel   *self,
                OvCall      *call,
                const OvPid *to,
                const char  *name,
                OvTerm      *request)
{
  g_autoptr (OvTerm) reference = ov_channel_new_reference (self, call->id);
  g_autoptr (OvTerm) message = NULL;

  message = ov_term_tuple (ov_term_new_atom ("$gen_call"),
                           ov_term_tuple (ov_term_new_pid (&self->self), ov_term_ref (reference),
                                          NULL),
                           ov_term_ref (request), NULL);
  if (to != NULL)
    {
      call->monitored = *to;
      ov_dist_append_monitor (self->queued, &self->self, to, reference, TRUE);
      ov_dist_append_send (self->queued, to, message);
    }
  else
    ov_dist_append_reg_send (self->queued, &self->self, name, message);
  check_overrun (self);
}

void
ov_channel_call (OvChannel   *self,
                 OvCall      *call,
                 const OvPid *to,
                 const char  *name,
                 OvTerm      *request,
                 guint        timeout_ms)
{
  gboolean up;

  g_assert (self->wakeup != NULL);

  g_mutex_lock (&self->lock);
  up = self->up;
  if (up)
    {
      call->deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
      ov_calls_add (&self->calls, call);
      append_request (self, call, to, name, request);
    }
  else
    {
      call->error = g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_LOST, _("The node is not connected"));
      ov_channel_deliver_call (self, call);
    }
  g_mutex_unlock (&self->lock);
  if (up) /* in mid-handshake a wake-up means "give up" */
    ov_channel_wake (self);
}

void
ov_channel_cancel (OvChannel *self,
                   OvCall    *call)
{
  gboolean up;

  g_mutex_lock (&self->lock);
  up = self->up;
  if (ov_calls_contains (&self->calls, call))
    {
      ov_channel_forget_monitor (self, call);
      ov_calls_steal (&self->calls, call->id);
      call->error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The request was cancelled"));
      ov_channel_deliver_call (self, call);
    }
  g_mutex_unlock (&self->lock);
  if (up)
    ov_channel_wake (self);
}

/* With the lock held: the node need not tell us any more when the process ends. */
void
ov_channel_forget_monitor (OvChannel *self,
                           OvCall    *call)
{
  g_autoptr (OvTerm) reference = NULL;

  if (!self->up || ov_pid_is_none (&call->monitored))
    return;

  reference = ov_channel_new_reference (self, call->id);
  ov_dist_append_monitor (self->queued, &self->self, &call->monitored, reference, FALSE);
}
