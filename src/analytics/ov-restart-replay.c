/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log of a recording: its records are replayed into a table of the past, whose facts are joined.
 *
 * The table places who was born a frame later; so facts are joined when the clock of the records has gone on by
 * WAIT_NS, and at the end all that are left.
 * Invariant: a log is replayed once.  Thread: main.
 */
#include "analytics/ov-restart-private.h"
#include "trace/ov-event-filter.h"

#define WAIT_NS ((gint64) 50 * 1000000)
#define REFRESH_NS ((gint64) 100 * 1000000)

static void
record_cb (const OvRecord *record,
           gpointer        user_data)
{
  OvRestartLog *self = user_data;
  gint64 at_ns = CLAMP (record->at_ns, G_MININT64 / 4, G_MAXINT64 / 4);

  ov_restart_join_facts (self, at_ns - WAIT_NS);
  if (self->decisions->len > 0 && at_ns - self->refreshed_ns >= REFRESH_NS)
    {
      self->refreshed_ns = at_ns;
      ov_restart_join_refresh (self);
    }
}

/**
 * ov_restart_log_new_for_store:
 * @store: a recording, or what a node has left
 *
 * Returns: (transfer full): an empty log; see ov_restart_log_replay_async()
 */
OvRestartLog *
ov_restart_log_new_for_store (OvStore *store)
{
  OvRestartLog *self;

  g_return_val_if_fail (store != NULL, NULL);

  self = g_object_new (OV_TYPE_RESTART_LOG, NULL);
  self->store = ov_store_ref (store);
  self->past = ov_past_new (store);
  self->table = g_object_ref (ov_past_get_table (self->past));
  ov_past_set_record_func (self->past, record_cb, self);

  return self;
}

/*< private >
 * ov_restart_replay_end:
 *
 * Nothing is read any more.
 */
void
ov_restart_replay_end (OvRestartLog *self)
{
  if (self->past != NULL)
    ov_past_set_record_func (self->past, NULL, NULL);
  g_clear_object (&self->past);
}

static void
sought_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvRestartLog *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (ov_past_seek_finish (OV_PAST (source), result, &error) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  ov_restart_join_facts (self, G_MAXINT64);
  ov_restart_join_refresh (self);
  g_task_return_boolean (task, TRUE);
}

/* The instant of the last records: later the table would have buried those that died just before. */
static gint64
get_end_ns (OvStore *store)
{
  const OvEventQuery query = { .kinds = OV_EVENT_MASK (OV_EVENT_RECORDS) };
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, &query);
  guint64 last = ov_event_filter_previous (filter, ov_store_get_first (store), ov_store_get_end (store));
  OvEvent event;

  return last != OV_EVENT_NONE && ov_store_get_event (store, last, &event) ? event.at_ns : 0;
}

/**
 * ov_restart_log_replay_async:
 * @self: a log that was made for a store
 * @cancellable: (nullable): what was found until then stays
 * @callback: called when the end is reached
 * @user_data: for @callback
 *
 * The list grows meanwhile.
 */
void
ov_restart_log_replay_async (OvRestartLog        *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (OV_IS_RESTART_LOG (self));
  g_return_if_fail (self->past != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  ov_past_seek_async (self->past, get_end_ns (self->store), cancellable, sought_cb, task);
}

gboolean
ov_restart_log_replay_finish (OvRestartLog  *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

OvProcessTable *
ov_restart_log_get_table (OvRestartLog *self)
{
  g_return_val_if_fail (OV_IS_RESTART_LOG (self), NULL);

  return self->table;
}
