/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keeping the table like the node: censuses, what arrives between them, figures.
 *
 * Watching starts with the flags and then takes a census, so that nothing that happens in between is
 * missed: what is born during a census is reported twice, which is harmless, and what dies
 * leaves a tombstone.  When the probe had to drop records another census puts things right, a
 * second later at the earliest.
 * The probe takes one census at a time; who asks for another waits in line.
 * Invariant: the table is in a census exactly while in_census is set.
 * Thread: main.
 */
#include "model/ov-node-private.h"

#include <string.h>

#define CENSUS_AGAIN_MS 1000

static const struct
{
  const char *key;
  gsize       offset;
} figure_keys[] = {
  { "process_count", G_STRUCT_OFFSET (OvNodeFigures, process_count) },
  { "process_limit", G_STRUCT_OFFSET (OvNodeFigures, process_limit) },
  { "port_count", G_STRUCT_OFFSET (OvNodeFigures, port_count) },
  { "atom_count", G_STRUCT_OFFSET (OvNodeFigures, atom_count) },
  { "run_queue", G_STRUCT_OFFSET (OvNodeFigures, run_queue) },
  { "uptime_s", G_STRUCT_OFFSET (OvNodeFigures, uptime_s) },
  { "memory_total_bytes", G_STRUCT_OFFSET (OvNodeFigures, total_bytes) },
};

void
ov_node_read_figures (OvNode         *self,
                      const OvRecord *record)
{
  OvTermCursor cursor = record->body;
  guint n_pairs = 0;

  if (cursor.at == NULL || !ov_term_cursor_enter_map (&cursor, &n_pairs))
    return;

  self->figures.at_ns = record->at_ns != 0 ? record->at_ns : g_get_real_time () * 1000;
  for (guint i = 0; i < n_pairs; i++)
    {
      guint known = 0;
      gint64 value;

      while (known < G_N_ELEMENTS (figure_keys)
             && !ov_term_cursor_match_atom (&cursor, figure_keys[known].key))
        known++;
      if (known == G_N_ELEMENTS (figure_keys) && !ov_term_cursor_skip (&cursor))
        break;
      if (known < G_N_ELEMENTS (figure_keys) && ov_term_cursor_get_integer (&cursor, &value))
        G_STRUCT_MEMBER (guint64, &self->figures, figure_keys[known].offset) =
          (guint64) MAX (value, 0);
      else if (!ov_term_cursor_skip (&cursor))
        break;
    }
  ov_node_told_figures (self);
}

static void census_again (OvNode *self);

static gboolean
census_due_cb (gpointer user_data)
{
  OvNode *self = user_data;

  self->census_timer = 0;
  census_again (self);

  return G_SOURCE_REMOVE;
}

/* Records were lost: what the table says may be wrong until the next census. */
static void
note_gap (OvNode         *self,
          const OvRecord *record)
{
  static const char dropped[] = "dropped";

  if (record->name.length > 0
      && (record->name.length != strlen (dropped)
          || strncmp (record->name.text, dropped, record->name.length) != 0))
    return; /* a notice: nothing was lost */

  if (self->census_timer == 0)
    self->census_timer = g_timeout_add (CENSUS_AGAIN_MS, census_due_cb, self);
}

/* The node was started again since: the axis goes on, and says so. */
static void
note_life (OvNode      *self,
           const OvPid *pid)
{
  if (self->creation != 0)
    ov_feed_note (self->feed, OV_NOTE_OTHER_LIFE, pid->creation);
  self->creation = pid->creation;
}

void
ov_node_batch_cb (OvProbe       *probe,
                  OvProbeReader *reader,
                  gpointer       user_data)
{
  OvNode *self = user_data;
  OvRecord record;

  while (ov_probe_reader_next (reader, &record))
    {
      if (record.type == OV_RECORD_PROCESS && record.pid.creation != self->creation)
        note_life (self, &record.pid);
      ov_process_table_apply (self->table, &record);
      ov_node_note_record (self, &record);
      if (record.type == OV_RECORD_NODE)
        ov_node_read_figures (self, &record);
      else if (record.type == OV_RECORD_GAP)
        note_gap (self, &record);
      else if (record.type == OV_RECORD_CHILD)
        ov_node_name_child (self, &record);
    }
}

typedef struct
{
  OvNode       *node;
  OvProbe      *probe;
  gboolean      with_supervisors;
  guint         deadline_ms;
  GCancellable *cancellable;
  GTask        *task; /* NULL: nobody asked but the watch */
} Census;

static void
census_free (Census *census)
{
  g_clear_object (&census->node);
  g_clear_object (&census->probe);
  g_clear_object (&census->cancellable);
  g_clear_object (&census->task);
  g_free (census);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Census, census_free)

static void start_census (OvNode *self);

/* Only a census that was whole says who is dead. */
static void
end_census (OvNode   *self,
            gboolean  is_whole)
{
  self->in_census = FALSE;
  if (is_whole)
    ov_process_table_end_census (self->table);
  else
    {
      ov_process_table_cancel_census (self->table);
      ov_feed_note (self->feed, OV_NOTE_CENSUS_BROKEN, self->n_censuses);
    }
  if (self->state == OV_NODE_TAKING_CENSUS)
    ov_node_set_state (self, OV_NODE_LIVE, NULL);
  start_census (self);
}

static void
census_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Census) census = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = ov_probe_census_finish (census->probe, result, &error);
  OvNode *self = census->node;

  /* After a loss the census was broken off there, and this is another life. */
  if (self->probe == census->probe)
    end_census (self, ok);
  if (census->task == NULL)
    {
      if (!ok && self->probe == census->probe && self->census_timer == 0)
        self->census_timer = g_timeout_add (CENSUS_AGAIN_MS, census_due_cb, self);
      return;
    }

  if (ok)
    g_task_return_boolean (census->task, TRUE);
  else
    g_task_return_error (census->task, g_steal_pointer (&error));
}

static void
start_census (OvNode *self)
{
  Census *census;

  if (self->in_census || !ov_node_is_attached (self)
      || (census = g_queue_pop_head (&self->censuses)) == NULL)
    return;

  self->in_census = TRUE;
  census->probe = g_object_ref (self->probe);
  ov_process_table_begin_census (self->table);
  ov_feed_note_before (self->feed, OV_NOTE_CENSUS, ++self->n_censuses);
  ov_node_set_state (self, OV_NODE_TAKING_CENSUS, NULL);
  ov_probe_census_async (self->probe, census->with_supervisors, census->deadline_ms,
                         census->cancellable, census_done_cb, census);
}

static void
queue_census (OvNode       *self,
              gboolean      with_supervisors,
              guint         deadline_ms,
              GCancellable *cancellable,
              GTask        *task)
{
  Census *census = g_new0 (Census, 1);

  census->node = g_object_ref (self);
  census->with_supervisors = with_supervisors;
  census->deadline_ms = deadline_ms;
  census->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  census->task = task;
  g_queue_push_tail (&self->censuses, census);
  start_census (self);
}

static void
census_again (OvNode *self)
{
  if (ov_node_is_attached (self) && self->watched != OV_WATCH_NOTHING
      && g_queue_is_empty (&self->censuses))
    queue_census (self, FALSE, 0, self->cancellable, NULL);
}

static void
refuse_censuses (OvNode *self)
{
  Census *waiting;

  while ((waiting = g_queue_pop_head (&self->censuses)) != NULL)
    {
      g_autoptr (Census) census = waiting;

      if (census->task != NULL)
        ov_node_return_not_attached (self, g_steal_pointer (&census->task));
    }
}

/* Of a node that is attached. */
void
ov_node_start_watching (OvNode *self)
{
  ov_process_table_set_live (self->table, (self->watched & OV_WATCH_LIFECYCLE) != 0);
  ov_probe_watch (self->probe, self->watched);
  if (self->watched != OV_WATCH_NOTHING)
    census_again (self);
  else
    ov_node_forget_questions (self);
}

/* The connection ended: a census that is under way will not be whole. */
void
ov_node_stop_watching (OvNode *self)
{
  g_clear_handle_id (&self->census_timer, g_source_remove);
  ov_node_forget_questions (self);
  refuse_censuses (self);
  if (self->in_census)
    {
      ov_process_table_cancel_census (self->table);
      ov_feed_note (self->feed, OV_NOTE_CENSUS_BROKEN, self->n_censuses);
    }
  self->in_census = FALSE;
}

/**
 * ov_node_census_async:
 * @self: a node that is attached, or a recording: its census is the replay of its last instant
 * @with_supervisors: whether every supervisor is asked for its children too
 * @deadline_ms: how long one supervisor may take to answer
 * @cancellable: (nullable): stops waiting
 * @callback: what is called when the table is whole
 * @user_data: its data
 */
void
ov_node_census_async (OvNode              *self,
                      gboolean             with_supervisors,
                      guint                deadline_ms,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (OV_IS_NODE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_node_census_async);
  if (self->is_recording)
    {
      ov_node_wait_for_replay (self, task); /* all that there is to ask was asked */
      return;
    }
  if (!ov_node_is_attached (self))
    {
      ov_node_return_not_attached (self, task);
      return;
    }
  queue_census (self, with_supervisors, deadline_ms, cancellable, task);
}

gboolean
ov_node_census_finish (OvNode        *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ov_node_watch:
 * @self: a node
 * @what: what is to keep arriving; %OV_WATCH_NOTHING ends it
 *
 * Keeps the table live, also after the node was lost and attached again.
 */
void
ov_node_watch (OvNode  *self,
               OvWatch  what)
{
  g_return_if_fail (OV_IS_NODE (self));

  if (self->watched == what)
    return;

  self->watched = what;
  g_object_notify (G_OBJECT (self), "watched");
  if (ov_node_is_attached (self))
    ov_node_start_watching (self);
}

/**
 * ov_node_refresh:
 * @self: a node
 * @slots: (array length=n_slots): rows that somebody looks at
 * @n_slots: how many
 *
 * Asks for full records of these; they arrive like any other.
 */
void
ov_node_refresh (OvNode        *self,
                 const guint32 *slots,
                 guint          n_slots)
{
  g_autoptr (GArray) pids = NULL;

  g_return_if_fail (OV_IS_NODE (self));
  g_return_if_fail (slots != NULL || n_slots == 0);

  if (!ov_node_is_attached (self))
    return;

  pids = g_array_new (FALSE, FALSE, sizeof (OvPid));
  for (guint i = 0; i < n_slots; i++)
    {
      const OvProcess *row = ov_process_table_get_row (self->table, slots[i]);

      if (row != NULL && row->alive)
        g_array_append_val (pids, row->pid);
    }
  if (pids->len > 0)
    ov_probe_refresh (self->probe, (const OvPid *) (gpointer) pids->data, pids->len);
}
