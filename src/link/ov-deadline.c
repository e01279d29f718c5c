/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIO's time-outs are per operation and in seconds; what is promised to people is a limit for
 * the whole.  One inner cancellable covers every step of the whole.
 * Invariant: the inner cancellable is cancelled at most once and outlives every step using it.
 * Thread: the one that made it; its parent may be cancelled on any.
 */
#include "link/ov-deadline-private.h"

struct _OvDeadline
{
  GCancellable *inner;
  GCancellable *parent;
  gulong        parent_handler;
  GSource      *clock;
  gint64        time_us;
  gboolean      expired;
};

static gboolean
time_over_cb (gpointer user_data)
{
  OvDeadline *self = user_data;

  self->expired = TRUE;
  g_cancellable_cancel (self->inner);
  return G_SOURCE_REMOVE;
}

static void
parent_cancelled_cb (GCancellable *parent,
                     gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

OvDeadline *
ov_deadline_new (guint         timeout_ms,
                 GCancellable *parent)
{
  OvDeadline *self = g_new0 (OvDeadline, 1);

  self->inner = g_cancellable_new ();
  self->time_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  self->clock = g_timeout_source_new (timeout_ms);
  g_source_set_callback (self->clock, time_over_cb, self, NULL);
  g_source_attach (self->clock, g_main_context_get_thread_default ());
  if (parent != NULL)
    {
      self->parent = g_object_ref (parent);
      self->parent_handler = g_cancellable_connect (parent, G_CALLBACK (parent_cancelled_cb),
                                                    g_object_ref (self->inner), g_object_unref);
    }

  return self;
}

void
ov_deadline_free (OvDeadline *self)
{
  if (self == NULL)
    return;

  ov_deadline_stop_clock (self);
  if (self->parent != NULL)
    g_cancellable_disconnect (self->parent, self->parent_handler);
  g_clear_object (&self->parent);
  g_clear_object (&self->inner);
  g_free (self);
}

GCancellable *
ov_deadline_get_cancellable (OvDeadline *self)
{
  return self->inner;
}

gint64
ov_deadline_get_time_us (OvDeadline *self)
{
  return self->time_us;
}

guint
ov_deadline_get_left_ms (OvDeadline *self)
{
  gint64 left_ms = (self->time_us - g_get_monotonic_time ()) / 1000;

  return left_ms > 0 ? (guint) left_ms : 1;
}

gboolean
ov_deadline_has_expired (OvDeadline *self)
{
  return self->expired;
}

void
ov_deadline_stop_clock (OvDeadline *self)
{
  if (self->clock != NULL)
    g_source_destroy (self->clock);
  g_clear_pointer (&self->clock, g_source_unref);
}
