/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvMonitorWatch runs process.info for the selected process.
 *
 *   IDLE ──set──► ASKING ──answer──► WAITING ──2 s──► ASKING
 *     ▲             │ set: the question is cancelled    │
 *     └─────────── set (none) ──────────────────────────┘
 *
 * Invariant: one question is under way at most; an answer that was cancelled is dropped.
 * Thread: main.
 */
#include "views/ov-monitor-watch.h"

#include "views/ov-request.h"

#define PERIOD_S 2
#define PROBE_LABEL "Overstory probe"

struct _OvMonitorWatch
{
  GObject          parent_instance;
  OvTreePresenter *presenter;
  OvSession       *session;
  OvNode          *node;
  GCancellable    *question; /* while ASKING */
  guint            timer;    /* while WAITING */
  guint32          slot;
};

G_DEFINE_FINAL_TYPE (OvMonitorWatch, ov_monitor_watch, G_TYPE_OBJECT)

/* The probe watches supervised processes too, to tell their end; that is no part of the system. */
static gboolean
is_ours (OvProcessTable *table,
         const OvPid    *pid)
{
  const OvProcess *row = ov_process_table_get_row (table, ov_process_table_find_pid (table, pid));
  const char *label = row != NULL ? ov_strings_get (ov_process_table_get_strings (table), row->label) : NULL;

  return label != NULL && g_str_has_prefix (label, PROBE_LABEL);
}

static void
add_pid (OvProcessTable *table,
         GArray         *pids,
         const OvPid    *pid)
{
  if (!is_ours (table, pid))
    g_array_append_vals (pids, pid, 1);
}

static GArray *
parse_pids (OvMonitorWatch *self,
            JsonObject     *info,
            const char     *member)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (OvPid));
  OvProcessTable *table = ov_node_get_processes (self->node);
  JsonArray *texts = ov_json_get_array (info, member);

  for (guint i = 0; texts != NULL && i < json_array_get_length (texts); i++)
    {
      const char *text = ov_json_get_element (texts, i, "pid");
      guint32 slot;
      OvPid pid;

      if (text != NULL && ov_pid_parse (text, ov_node_get_name (self->node), &pid))
        add_pid (table, pids, &pid);
      else if (text != NULL && (slot = ov_process_table_find_name (table, text)) != OV_SLOT_NONE)
        add_pid (table, pids, &ov_process_table_get_row (table, slot)->pid);
    }

  return pids;
}

static void ask (OvMonitorWatch *self);

static gboolean
timer_cb (gpointer user_data)
{
  OvMonitorWatch *self = user_data;

  self->timer = 0;
  ask (self);

  return G_SOURCE_REMOVE;
}

static void
answered_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (OvMonitorWatch) self = user_data;
  g_autoptr (OvAnswerBody) answer = NULL;
  g_autoptr (GArray) monitors = NULL;
  g_autoptr (GArray) monitored_by = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *info;

  answer = ov_operation_run_finish (result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->question);
  if (self->slot != OV_SLOT_NONE)
    self->timer = g_timeout_add_seconds (PERIOD_S, timer_cb, self);
  /* A process that just died is no news here: the tree shows it. */
  if (answer == NULL || answer->json == NULL)
    return;

  info = json_node_get_object (answer->json);
  monitors = parse_pids (self, info, "monitors");
  monitored_by = parse_pids (self, info, "monitored_by");
  ov_tree_presenter_set_monitors (self->presenter, monitors, monitored_by);
}

static void
ask (OvMonitorWatch *self)
{
  OvProcessTable *table = ov_node_get_processes (self->node);
  const OvProcess *row = ov_process_table_get_row (table, self->slot);
  g_autofree char *pid = NULL;

  /* Of another instant than now the node knows nothing. */
  if (row == NULL || !row->alive || ov_node_get_state (self->node) != OV_NODE_LIVE
      || ov_session_get_instant (self->session) != OV_INSTANT_LIVE)
    return;

  pid = ov_process_table_dup_pid (table, self->slot);
  self->question = g_cancellable_new ();
  ov_request_run_async ("process.info", self->session, self->node,
                        ov_request_parameters ("pid", pid, NULL), NULL, self->question,
                        answered_cb, g_object_ref (self));
}

static void
stop (OvMonitorWatch *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->question != NULL)
    g_cancellable_cancel (self->question);
  g_clear_object (&self->question);
}

static void
ov_monitor_watch_dispose (GObject *object)
{
  OvMonitorWatch *self = OV_MONITOR_WATCH (object);

  stop (self);
  g_clear_object (&self->presenter);
  g_clear_object (&self->session);
  g_clear_object (&self->node);

  G_OBJECT_CLASS (ov_monitor_watch_parent_class)->dispose (object);
}

static void
ov_monitor_watch_class_init (OvMonitorWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_monitor_watch_dispose;
}

static void
ov_monitor_watch_init (OvMonitorWatch *self)
{
  self->slot = OV_SLOT_NONE;
}

OvMonitorWatch *
ov_monitor_watch_new (OvTreePresenter *presenter,
                      OvSession       *session,
                      OvNode          *node)
{
  OvMonitorWatch *self;

  g_return_val_if_fail (OV_IS_TREE_PRESENTER (presenter), NULL);
  g_return_val_if_fail (OV_IS_SESSION (session), NULL);
  g_return_val_if_fail (OV_IS_NODE (node), NULL);

  self = g_object_new (OV_TYPE_MONITOR_WATCH, NULL);
  self->presenter = g_object_ref (presenter);
  self->session = g_object_ref (session);
  self->node = g_object_ref (node);

  return self;
}

void
ov_monitor_watch_set (OvMonitorWatch *self,
                      guint32         slot)
{
  g_return_if_fail (OV_IS_MONITOR_WATCH (self));

  if (self->slot == slot)
    return;

  stop (self);
  self->slot = slot;
  ask (self);
}
