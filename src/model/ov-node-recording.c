/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A node that is a file: its store was recorded, its table is that of the last instant.
 *
 *   new_from_recording ──► REPLAYING ── the last instant is there ──► REPLAYED
 *                              └─ who takes a census or opens waits ──┘
 *
 * Its state stays OFFLINE, and everything that would have to be asked is refused with
 * OV_NODE_ERROR_RECORDING.
 * Thread: main; the file is opened in the task pool.
 */
#include "model/ov-node-private.h"

/* ---- the replay ---- */

static void
finish_waiting (OvNode       *self,
                const GError *error)
{
  GTask *waiting;

  while ((waiting = g_queue_pop_head (&self->openings)) != NULL)
    {
      g_autoptr (GTask) task = waiting;

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
replayed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (OvNode) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ov_past_seek_finish (OV_PAST (source), result, &error) != NULL)
    self->is_replayed = TRUE;
  finish_waiting (self, error);
}

static void
record_cb (const OvRecord *record,
           gpointer        user_data)
{
  if (record->type == OV_RECORD_NODE)
    ov_node_read_figures (user_data, record);
}

static void
start_replay (OvNode *self)
{
  gint64 first_ns = 0, last_ns = 0;

  ov_store_get_span (self->store, &first_ns, &last_ns);
  ov_past_set_record_func (self->replay, record_cb, self);
  ov_past_seek_async (self->replay, last_ns, self->cancellable, replayed_cb, g_object_ref (self));
}

void
ov_node_wait_for_replay (OvNode *self,
                         GTask  *task)
{
  if (!self->is_replayed)
    {
      g_queue_push_tail (&self->openings, task);
      return;
    }

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

void
ov_node_close_recording (OvNode *self)
{
  if (self->replay != NULL)
    ov_past_set_record_func (self->replay, NULL, NULL);
  g_clear_object (&self->replay);
}

/**
 * ov_node_new_from_recording:
 * @store: what ov_recording_open() gave
 * @info: (nullable): what it said of the file
 * @path: the file
 *
 * Returns: (transfer full): the recording as a node; its table is replayed on the main loop and whole when
 *   ov_node_census_async() is done
 */
OvNode *
ov_node_new_from_recording (OvStore               *store,
                            const OvRecordingInfo *info,
                            const char            *path)
{
  OvNode *self;

  g_return_val_if_fail (store != NULL, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  self = ov_node_new_empty (ov_store_get_node (store));
  self->is_recording = TRUE;
  self->path = g_strdup (path);
  if (info != NULL)
    {
      self->info = *info;
      self->info.node = g_strdup (info->node);
      self->otp_release = info->otp_release;
    }
  ov_node_open_store (self, ov_store_ref (store));
  self->replay = ov_past_new (store);
  self->table = g_object_ref (ov_past_get_table (self->replay));
  self->cancellable = g_cancellable_new ();
  start_replay (self);

  return self;
}

gboolean
ov_node_is_recording (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), FALSE);

  return self->is_recording;
}

const char *
ov_node_get_path (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->path;
}

/**
 * ov_node_get_info:
 * @self: a node
 *
 * Returns: (transfer none) (nullable): what is known of the file, when it is a recording
 */
const OvRecordingInfo *
ov_node_get_info (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->is_recording ? &self->info : NULL;
}

/* ---- opening ---- */

static void
table_there_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvNode *node = OV_NODE (source);
  GError *error = NULL;

  if (ov_node_census_finish (node, result, &error))
    g_task_return_pointer (task, g_object_ref (node), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (OvStore) store = NULL;
  g_autoptr (OvNode) node = NULL;
  OvRecordingInfo info = { 0 };
  GError *error = NULL;

  if (!(store = ov_recording_open_finish (result, &info, &error)))
    {
      g_task_return_error (task, error);
      return;
    }

  node = ov_node_new_from_recording (store, &info, g_task_get_task_data (task));
  ov_recording_info_clear (&info);
  ov_node_census_async (node, FALSE, 0, g_task_get_cancellable (task), table_there_cb,
                        g_object_ref (task));
}

/**
 * ov_node_open_recording_async:
 * @path: a recording
 * @cancellable: (nullable): gives up
 * @callback: called when the table of its last instant is there
 * @user_data: its data
 *
 * Errors are of %OV_RECORDING_ERROR and %G_IO_ERROR. A file that breaks off opens up to where it does:
 * see ov_node_get_info().
 */
void
ov_node_open_recording_async (const char          *path,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (path != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_node_open_recording_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  ov_recording_open_async (path, cancellable, opened_cb, task);
}

/**
 * ov_node_open_recording_finish:
 * @result: the result
 * @error: (out) (optional): why not
 *
 * Returns: (transfer full): the recording as a node, with its table
 */
OvNode *
ov_node_open_recording_finish (GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
