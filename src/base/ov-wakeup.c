/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWakeup coalesces wake-ups.
 *
 *   IDLE ──signal──► PENDING ──the source fires──► IDLE (the callback runs)
 *     │                 │
 *     └──────stop───────┴──► STOPPED (no call will ever come)
 *
 * Invariant: at most one source is attached at a time, and two calls are at least the
 * interval apart.
 * Threads: signal from any; the callback runs on the context; stop on the context's thread.
 */
#include "base/ov-wakeup.h"

struct _OvWakeup
{
  gatomicrefcount ref_count;
  GMutex          lock;
  GMainContext   *context;
  GSource        *source; /* attached while PENDING */
  GSourceFunc     callback;
  gpointer        user_data;
  guint           min_interval_ms;
  gint64          last_call_us;
  gboolean        stopped;
};

static gboolean
source_fired_cb (gpointer user_data)
{
  OvWakeup *self = user_data;
  gboolean call;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->source, g_source_unref);
  self->last_call_us = g_get_monotonic_time ();
  call = !self->stopped;
  g_mutex_unlock (&self->lock);

  if (call)
    self->callback (self->user_data);

  return G_SOURCE_REMOVE;
}

/**
 * ov_wakeup_new:
 * @context: (nullable): where the callback runs; the default context for %NULL
 * @min_interval_ms: the least time between two calls, 0 for none
 * @callback: (scope notified): what runs; its result is ignored
 * @user_data: its argument
 *
 * Returns: (transfer full): a wake-up that is idle
 */
OvWakeup *
ov_wakeup_new (GMainContext *context,
               guint         min_interval_ms,
               GSourceFunc   callback,
               gpointer      user_data)
{
  OvWakeup *self;

  g_return_val_if_fail (callback != NULL, NULL);

  self = g_new0 (OvWakeup, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref (context != NULL ? context : g_main_context_default ());
  self->min_interval_ms = min_interval_ms;
  self->callback = callback;
  self->user_data = user_data;

  return self;
}

OvWakeup *
ov_wakeup_ref (OvWakeup *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ov_wakeup_unref (OvWakeup *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * ov_wakeup_signal:
 * @self: a wake-up
 *
 * Asks for one call of the callback; any number of requests before it runs give one call.
 * Thread: any.
 */
void
ov_wakeup_signal (OvWakeup *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  if (self->source == NULL && !self->stopped)
    {
      gint64 wait_ms = self->min_interval_ms
                       - (g_get_monotonic_time () - self->last_call_us) / 1000;

      self->source = wait_ms > 0 ? g_timeout_source_new ((guint) wait_ms) : g_idle_source_new ();
      g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->source, source_fired_cb,
                             ov_wakeup_ref (self), (GDestroyNotify) ov_wakeup_unref);
      g_source_attach (self->source, self->context);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * ov_wakeup_stop:
 * @self: a wake-up
 *
 * After this the callback is not called again. Thread: the one of its context.
 */
void
ov_wakeup_stop (OvWakeup *self)
{
  g_autoptr (GSource) source = NULL;

  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);

  if (source != NULL)
    g_source_destroy (source);
}
