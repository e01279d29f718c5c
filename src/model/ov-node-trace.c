/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A node's traces, and what is seen of it in general: the store, the feed that fills it, the recorder.
 *
 * The store is made with the node and outlives every connection; where one was lost or made again the
 * axis says so.  Who is met in an event first and has no registered name is named a moment later, by what
 * the table knows of it; where nobody keeps the table, the node is asked.
 * Invariant: every trace that is not over is in starting or in traces, and in the feed.
 * Thread: main; the feed is filled on the link's.
 */
#include "model/ov-node-private.h"
#include "model/ov-trace-private.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#define NAMES_EVERY_MS 100
#define NAMES_AT_ONCE 4096
/* Of the node: 500 a second cost it 1 % of a core. */
#define ASKED_AT_ONCE 50

static OvTrace *
find_trace (OvNode  *self,
            guint16  id)
{
  OvTrace *starting = g_hash_table_lookup (self->starting, GUINT_TO_POINTER (id));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->traces));

  if (starting != NULL)
    return g_object_ref (starting);

  for (guint i = n; i-- > 0;)
    {
      g_autoptr (OvTrace) trace = g_list_model_get_item (G_LIST_MODEL (self->traces), i);

      if (ov_trace_get_id (trace) == id && ov_trace_is_running (trace))
        return g_steal_pointer (&trace);
    }

  return NULL;
}

static gboolean
news_cb (gpointer user_data)
{
  g_autoptr (OvNode) self = g_object_ref (user_data);
  OvFeedNews news;

  while (ov_feed_pop (self->feed, &news))
    {
      g_autofree char *end = news.end;
      g_autoptr (OvTrace) trace = find_trace (self, news.trace);

      if (trace != NULL)
        ov_trace_take_news (trace, &news);
      else
        ov_feed_remove_trace (self->feed, news.trace);
    }

  return G_SOURCE_REMOVE;
}

/* ---- names ---- */

/* "cart_server <0.123.0>": what it is called in the table, and which one. */
static char *
dup_name (OvNode  *self,
          guint32  slot)
{
  const OvProcess *row = ov_process_table_get_row (self->table, slot);
  g_autofree char *title = NULL;
  g_autofree char *pid = NULL;

  if (row->name == OV_STRING_NONE && row->label == OV_STRING_NONE
      && row->child_id == OV_STRING_NONE && row->module == OV_STRING_NONE)
    return NULL; /* its pid is all there is */

  title = ov_process_table_dup_title (self->table, slot);
  if (row->name != OV_STRING_NONE)
    return g_steal_pointer (&title);
  pid = ov_process_table_dup_pid (self->table, slot);

  return g_strconcat (title, " ", pid, NULL);
}

static void
name_actor (OvNode  *self,
            guint32  actor,
            GArray  *unknown)
{
  OvPid pid = ov_store_get_actor (self->store, actor);
  g_autofree char *name = NULL;
  guint32 slot;

  if (ov_pid_is_none (&pid))
    return;
  slot = ov_process_table_find_pid (self->table, &pid);
  if (slot == OV_SLOT_NONE)
    {
      if (g_strcmp0 (pid.node, self->name) == 0)
        g_array_append_val (unknown, pid);
      return;
    }

  name = dup_name (self, slot);
  if (name != NULL)
    ov_store_name_actor (self->store, actor, name, strlen (name));
}

/* Children of simple_one_for_one have no id of their own. */
static gboolean
is_undefined (const OvSlice *id)
{
  return id->length == strlen ("undefined") && memcmp (id->text, "undefined", id->length) == 0;
}

/* A child's id says more than what it was started as; it comes late. */
void
ov_node_name_child (OvNode         *self,
                    const OvRecord *record)
{
  const OvProcess *row;
  guint32 actor, slot;
  g_autofree char *pid = NULL;
  g_autofree char *name = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->traces)) == 0 || ov_pid_is_none (&record->pid)
      || record->id.length == 0 || is_undefined (&record->id))
    return; /* nobody was met in an event, or there is nothing to say */

  actor = ov_store_find_actor (self->store, &record->pid);
  slot = ov_process_table_find_pid (self->table, &record->pid);
  row = slot != OV_SLOT_NONE ? ov_process_table_get_row (self->table, slot) : NULL;
  if (actor == OV_ACTOR_NONE || row == NULL || row->name != OV_STRING_NONE
      || row->label != OV_STRING_NONE)
    return;

  pid = ov_process_table_dup_pid (self->table, slot);
  name = g_strdup_printf ("%.*s %s", (int) record->id.length, record->id.text, pid);
  ov_store_begin (self->store);
  ov_store_name_actor (self->store, actor, name, strlen (name));
  ov_store_commit (self->store);
}

/* The records that come name them on their way into the store. */
static void
ask_for_names (OvNode *self,
               GArray *pids)
{
  if (pids->len > 0 && self->watched == OV_WATCH_NOTHING && ov_node_is_attached (self))
    ov_probe_refresh (self->probe, (const OvPid *) (gpointer) pids->data, pids->len);
}

static gboolean
names_due_cb (gpointer user_data)
{
  OvNode *self = user_data;
  g_autoptr (GArray) unknown = NULL;
  guint32 n = ov_store_get_n_actors (self->store);
  guint32 end = MIN (n, self->n_named + NAMES_AT_ONCE);

  if (self->n_named >= n)
    return G_SOURCE_REMOVE;

  unknown = g_array_new (FALSE, FALSE, sizeof (OvPid));
  ov_store_begin (self->store);
  for (; self->n_named < end && unknown->len < ASKED_AT_ONCE; self->n_named++)
    name_actor (self, self->n_named, unknown);
  ov_store_commit (self->store);
  ask_for_names (self, unknown);
  if (self->n_named < n)
    ov_wakeup_signal (self->names);

  return G_SOURCE_REMOVE;
}

static void
store_changed_cb (gpointer store,
                  gpointer wakeup)
{
  ov_wakeup_signal (wakeup);
}

/* ---- the node's part ---- */

void
ov_node_open_store (OvNode  *self,
                    OvStore *store)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->store = store;
  self->feed = ov_feed_new (store, context, news_cb, self);
  self->names = ov_wakeup_new (context, NAMES_EVERY_MS, names_due_cb, self);
  self->traces = g_list_store_new (OV_TYPE_TRACE);
  self->starting = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  if (!self->is_recording)
    ov_store_add_watch (store, store_changed_cb, self->names);
}

void
ov_node_close_store (OvNode *self)
{
  if (self->store == NULL)
    return;

  ov_node_lose_traces (self, "lost");
  if (!self->is_recording)
    ov_store_remove_watch (self->store, store_changed_cb, self->names);
  ov_wakeup_stop (self->names);
  g_clear_pointer (&self->names, ov_wakeup_unref);
  ov_feed_stop (self->feed);
  if (self->recorder != NULL)
    ov_recorder_stop_async (self->recorder, NULL, NULL); /* it writes what is there and closes */
  g_clear_object (&self->recorder);
  g_clear_pointer (&self->feed, ov_feed_unref);
  g_clear_pointer (&self->starting, g_hash_table_unref);
  g_clear_object (&self->traces);
  g_clear_pointer (&self->store, ov_store_unref);
}

/* The probe is about to attach.  It keeps the feed: what it sends while it leaves is still taken. */
void
ov_node_feed_from (OvNode  *self,
                   OvProbe *probe)
{
  ov_probe_set_trace_func (probe, ov_feed_take, self->feed);
  g_object_set_data_full (G_OBJECT (probe), "ov-feed", ov_feed_ref (self->feed),
                          (GDestroyNotify) ov_feed_unref);
}

/* What runs on a node that nobody listens to any more has ended for us. */
void
ov_node_lose_traces (OvNode     *self,
                     const char *reason)
{
  g_autoptr (GPtrArray) running = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer trace;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->traces)); i++)
    g_ptr_array_add (running, g_list_model_get_item (G_LIST_MODEL (self->traces), i));
  g_hash_table_iter_init (&iter, self->starting);
  while (g_hash_table_iter_next (&iter, NULL, &trace))
    g_ptr_array_add (running, g_object_ref (trace));

  for (guint i = 0; i < running->len; i++)
    ov_trace_lose (running->pdata[i], reason);
}

/* From here on the axis has no eyes. */
void
ov_node_note_lost (OvNode *self)
{
  self->lost_ns = ov_feed_get_last_ns (self->feed) != 0 ? ov_feed_get_time (self->feed) : 0;
  ov_node_lose_traces (self, "lost");
  if (self->lost_ns != 0)
    ov_feed_gap (self->feed, 0, OV_GAP_LOST, 0, 0);
}

/* And here it has them again: for so long nothing was seen. */
void
ov_node_note_back (OvNode *self)
{
  gint64 now_ns = ov_feed_get_time (self->feed);

  if (self->lost_ns != 0 && now_ns > self->lost_ns)
    ov_feed_gap (self->feed, 0, OV_GAP_LOST, 0, now_ns - self->lost_ns);
  self->lost_ns = 0;
}

/**
 * ov_node_get_store:
 * @self: a node
 *
 * Returns: (transfer none): everything that was seen of it, over all its lives
 */
OvStore *
ov_node_get_store (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->store;
}

/**
 * ov_node_list_traces:
 * @self: a node
 *
 * Returns: (transfer none): its #OvTrace objects in the order in which they were started, those that
 *   ended too
 */
GListModel *
ov_node_list_traces (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return G_LIST_MODEL (self->traces);
}

/**
 * ov_node_take_trace_id:
 * @self: a node
 *
 * Returns: a number from 1 to 65,535 for a trace, or for a path that is followed, that no other of this
 *   node has as long as they fit
 */
guint16
ov_node_take_trace_id (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), 1);

  do
    self->last_trace_id = self->last_trace_id == G_MAXUINT16 ? 1 : self->last_trace_id + 1;
  while (g_hash_table_contains (self->starting, GUINT_TO_POINTER (self->last_trace_id)));

  return self->last_trace_id;
}

/**
 * ov_node_get_now:
 * @self: a node
 *
 * Returns: the node's system time now, ns; of a node that is not attached, the time of what was seen of
 *   it last; 0 when nothing was
 */
gint64
ov_node_get_now (OvNode *self)
{
  gint64 first_ns, last_ns;

  g_return_val_if_fail (OV_IS_NODE (self), 0);

  if (ov_node_is_attached (self))
    return ov_feed_get_time (self->feed);

  return ov_store_get_span (self->store, &first_ns, &last_ns) ? last_ns : 0;
}

/* ---- recording ---- */

static void
recorder_failed_cb (OvRecorder   *recorder,
                    const GError *error,
                    OvNode       *self)
{
  g_clear_error (&self->recorder_error);
  self->recorder_error = g_error_copy (error);
  ov_node_told_recorder (self);
}

/**
 * ov_node_record:
 * @self: a node
 * @path: a file
 * @replace: whether a file of that name is replaced
 * @error: (out) (optional): why not; %G_IO_ERROR_PENDING when it is being recorded
 *
 * Writes all that is seen of the node, from its first event on, until ov_node_stop_recording_async().
 *
 * Returns: %TRUE if it began
 */
gboolean
ov_node_record (OvNode      *self,
                const char  *path,
                gboolean     replace,
                GError     **error)
{
  g_return_val_if_fail (OV_IS_NODE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (self->recorder != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING, _("%s is being recorded already"),
                   self->name);
      return FALSE;
    }
  self->recorder = ov_recorder_new (self->store, path, self->otp_release, replace, error);
  if (self->recorder == NULL)
    return FALSE;

  g_clear_error (&self->recorder_error);
  g_signal_connect_object (self->recorder, "failed", G_CALLBACK (recorder_failed_cb), self, 0);
  ov_node_told_recorder (self);

  return TRUE;
}

/**
 * ov_node_get_recorder:
 * @self: a node
 *
 * Returns: (transfer none) (nullable): what records it, also when it has failed, until it is stopped
 */
OvRecorder *
ov_node_get_recorder (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->recorder;
}

/**
 * ov_node_get_recorder_error:
 * @self: a node
 *
 * Returns: (transfer none) (nullable): why the recording ended by itself: the disk is full, say
 */
const GError *
ov_node_get_recorder_error (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->recorder_error;
}

static void
recorder_stopped_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (ov_recorder_stop_finish (OV_RECORDER (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * ov_node_stop_recording_async:
 * @self: a node
 * @callback: called when the file is whole and closed
 * @user_data: its data
 *
 * Ends the recording; nothing to do is no error.
 */
void
ov_node_stop_recording_async (OvNode              *self,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (OvRecorder) recorder = NULL;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OV_IS_NODE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, ov_node_stop_recording_async);
  recorder = g_steal_pointer (&self->recorder);
  if (recorder == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_signal_handlers_disconnect_by_func (recorder, recorder_failed_cb, self);
  ov_node_told_recorder (self);
  ov_recorder_stop_async (recorder, recorder_stopped_cb, g_steal_pointer (&task));
}

gboolean
ov_node_stop_recording_finish (OvNode        *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
