/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRecorder: follows a store into a file while it grows.
 *
 *   FOLLOWING ── pass in the pool ──► FOLLOWING ── stop ──► last pass ──► STOPPED
 *        └───────── error ──► FAILED ("failed"; what is in the file stays readable) ── stop ──► STOPPED
 *
 * Whole chunks are written as soon as they are there, the rest before a second has passed.
 * Invariant: the writer is used by one task at a time (is_writing); the file is closed once.
 * Thread: main; passes in the task pool.
 */
#include "trace/ov-recording-private.h"

#include "base/ov-wakeup.h"

#include <glib/gi18n.h>

/* A chunk of events may be filled within this. */
#define CHUNK_MS 100
#define REST_MS 800

struct _OvRecorder
{
  GObject   parent_instance;
  OvStore  *store;
  OvWriter *writer;
  OvWakeup *wakeup;
  guint     timer;
  gboolean  is_writing, is_stopped;
  GError   *failed;
  GTask    *stopping; /* (nullable) waits for the pass that is under way */
};

enum
{
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvRecorder, ov_recorder, G_TYPE_OBJECT)

static void write_last (OvRecorder *self);

static void
store_changed_cb (gpointer store,
                  gpointer wakeup)
{
  ov_wakeup_signal (wakeup);
}

/* ---- passes ---- */

static void
stop_following (OvRecorder *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->wakeup == NULL)
    return;

  ov_store_remove_watch (self->store, store_changed_cb, self->wakeup);
  ov_wakeup_stop (self->wakeup);
  g_clear_pointer (&self->wakeup, ov_wakeup_unref);
}

static void
follow_in_pool (GTask        *task,
                gpointer      source,
                gpointer      all,
                GCancellable *cancellable)
{
  OvRecorder *self = source;
  GError *error = NULL;

  if (ov_writer_follow (self->writer, GPOINTER_TO_INT (all), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
followed_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  OvRecorder *self = OV_RECORDER (object);

  self->is_writing = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &self->failed))
    {
      stop_following (self);
      g_signal_emit (self, signals[FAILED], 0, self->failed);
    }
  if (self->stopping != NULL)
    write_last (self);
}

static void
follow (OvRecorder *self,
        gboolean    all)
{
  g_autoptr (GTask) task = NULL;

  if (self->is_writing || self->failed != NULL || ov_store_get_end (self->store) == ov_writer_get_next (self->writer))
    return;

  self->is_writing = TRUE;
  task = g_task_new (self, NULL, followed_cb, NULL);
  g_task_set_source_tag (task, follow);
  g_task_set_task_data (task, GINT_TO_POINTER (all), NULL);
  g_task_run_in_thread (task, follow_in_pool);
}

static gboolean
woken_cb (gpointer user_data)
{
  OvRecorder *self = user_data;

  if (ov_store_get_end (self->store) - ov_writer_get_next (self->writer) >= OV_CHUNK_EVENTS)
    follow (self, FALSE);

  return G_SOURCE_REMOVE;
}

static gboolean
time_came_cb (gpointer user_data)
{
  follow (user_data, TRUE);

  return G_SOURCE_CONTINUE;
}

/* ---- the end ---- */

/* Takes the writer out of the pool's hands for good: it is closed with it. */
static void
finish_in_pool (GTask        *task,
                gpointer      source,
                gpointer      writer,
                GCancellable *cancellable)
{
  GError *error = NULL;

  if (ov_writer_finish (writer, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
finished_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  OvRecorder *self = OV_RECORDER (object);
  g_autoptr (GTask) stopping = g_steal_pointer (&self->stopping);
  GError *error = NULL;

  self->is_writing = FALSE;
  self->is_stopped = TRUE;
  ov_writer_close (self->writer);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_boolean (stopping, TRUE);
  else
    {
      self->failed = g_error_copy (error);
      g_task_return_error (stopping, error);
    }
}

static void
write_last (OvRecorder *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->failed != NULL)
    {
      g_autoptr (GTask) stopping = g_steal_pointer (&self->stopping);

      self->is_stopped = TRUE;
      ov_writer_close (self->writer);
      g_task_return_error (stopping, g_error_copy (self->failed));
      return;
    }

  self->is_writing = TRUE;
  task = g_task_new (self, NULL, finished_cb, NULL);
  g_task_set_source_tag (task, write_last);
  g_task_set_task_data (task, self->writer, NULL);
  g_task_run_in_thread (task, finish_in_pool);
}

/* ---- GObject ---- */

/* Who drops a recorder without stopping it still gets the whole file, written behind their back. */
static void
ov_recorder_dispose (GObject *object)
{
  OvRecorder *self = OV_RECORDER (object);

  stop_following (self);
  if (self->writer != NULL && !self->is_stopped && self->failed == NULL)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_source_tag (task, ov_recorder_dispose);
      g_task_set_task_data (task, g_steal_pointer (&self->writer), (GDestroyNotify) ov_writer_free);
      g_task_run_in_thread (task, finish_in_pool);
    }

  G_OBJECT_CLASS (ov_recorder_parent_class)->dispose (object);
}

static void
ov_recorder_finalize (GObject *object)
{
  OvRecorder *self = OV_RECORDER (object);

  ov_writer_free (self->writer);
  ov_store_unref (self->store);
  g_clear_error (&self->failed);

  G_OBJECT_CLASS (ov_recorder_parent_class)->finalize (object);
}

static void
ov_recorder_class_init (OvRecorderClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = ov_recorder_dispose;
  object_class->finalize = ov_recorder_finalize;

  /**
   * OvRecorder::failed:
   * @self: a recorder
   * @error: why, an error of %OV_RECORDING_ERROR
   *
   * Nothing more is written; what was written before is a recording that can be opened.
   */
  signals[FAILED] = g_signal_new ("failed", OV_TYPE_RECORDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ov_recorder_init (OvRecorder *self)
{
}

/**
 * ov_recorder_new:
 * @store: what is recorded, from its first event
 * @path: the file
 * @otp_release: of the node
 * @replace: whether a file of that name may be replaced
 * @error: %G_IO_ERROR_EXISTS when there is one and it may not
 *
 * The file is made at once, readable by its owner only, since messages may be secret.
 *
 * Returns: (transfer full) (nullable): a recorder that follows the store
 */
OvRecorder *
ov_recorder_new (OvStore     *store,
                 const char  *path,
                 guint        otp_release,
                 gboolean     replace,
                 GError     **error)
{
  OvWriter *writer;
  OvRecorder *self;

  g_return_val_if_fail (store != NULL && path != NULL, NULL);

  writer = ov_writer_new (store, path, otp_release, replace, error);
  if (writer == NULL)
    return NULL;

  self = g_object_new (OV_TYPE_RECORDER, NULL);
  self->store = ov_store_ref (store);
  self->writer = writer;
  self->wakeup = ov_wakeup_new (NULL, CHUNK_MS, woken_cb, self);
  ov_store_add_watch (store, store_changed_cb, self->wakeup);
  self->timer = g_timeout_add (REST_MS, time_came_cb, self);
  ov_wakeup_signal (self->wakeup);

  return self;
}

/**
 * ov_recorder_stop_async:
 * @self: a recorder
 * @callback: (scope async): called when the file is closed
 * @user_data: its argument
 *
 * Writes what is there and closes the file. After "failed" it says again why.
 */
void
ov_recorder_stop_async (OvRecorder          *self,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OV_IS_RECORDER (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, ov_recorder_stop_async);
  if (self->stopping != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, _("The recording is being closed already"));
      return;
    }
  if (self->is_stopped)
    {
      if (self->failed != NULL)
        g_task_return_error (task, g_error_copy (self->failed));
      else
        g_task_return_boolean (task, TRUE);
      return;
    }

  stop_following (self);
  self->stopping = g_steal_pointer (&task);
  if (!self->is_writing)
    write_last (self);
}

/**
 * ov_recorder_stop_finish:
 * @self: a recorder
 * @result: what the callback got
 * @error: why the recording is not whole
 *
 * Returns: whether all that the store had is in the file
 */
gboolean
ov_recorder_stop_finish (OvRecorder    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (OV_IS_RECORDER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ov_recorder_get_bytes:
 * @self: a recorder
 *
 * Returns: how large the file is
 */
guint64
ov_recorder_get_bytes (OvRecorder *self)
{
  g_return_val_if_fail (OV_IS_RECORDER (self), 0);

  return ov_writer_get_bytes (self->writer);
}

/**
 * ov_recorder_get_events:
 * @self: a recorder
 *
 * Returns: how many events are in the file
 */
guint64
ov_recorder_get_events (OvRecorder *self)
{
  g_return_val_if_fail (OV_IS_RECORDER (self), 0);

  return ov_writer_get_events (self->writer);
}
