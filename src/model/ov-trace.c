/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTrace: one running (or ended) trace of a node.
 *
 *   STARTING ── the node's answer ──► RUNNING ── its end arrives ──► ENDED
 *      │                                 ├─ stop: trace_stop, then its end ──► ENDED
 *      └─ refused: never told of         └─ connection lost, detached, the tracer killed for its
 *                                           size ────────────────────────────► ENDED, the sum not final
 *
 * The end comes on the stream of events, behind the last of them: when it is here, everything that the
 * node sent is in the store, so the sum can be made.
 *   generated: what the VM made for us, says the node
 *   shown:     single events, counted in our store, and what the node counted in edges
 *   dropped:   the rest; it must be what the node says it dropped and what the store refused
 * Invariant: when it has ended, generated = shown + dropped, and nothing changes any more.
 * Thread: main.
 */
#include "model/ov-trace-private.h"

#include "model/ov-node-private.h"

#include <glib/gi18n-lib.h>

#define START_MS 10000
#define STOP_MS 10000
/* The end was sent before the answer; it is late by what the link's thread still stores. */
#define END_LATE_MS 5000

typedef enum
{
  STARTING,
  RUNNING,
  ENDED,
} State;

struct _OvTrace
{
  GObject       parent_instance;
  guint16       id;
  State         state;
  GWeakRef      node;
  char         *title;
  OvTraceLevel  level;
  OvTraceMeter  meter;
  OvTraceSum    sum;
  gboolean      sum_is_final;
  char         *reason;
  guint         n_foreign, n_processes, n_functions;
  char        **notes;
  GPtrArray    *stops;      /* GTasks that wait for the end */
  guint         end_timer;
};

enum { PROP_0, PROP_RUNNING, PROP_LEVEL, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

enum { SIGNAL_METER, SIGNAL_ENDED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvTrace, ov_trace, G_TYPE_OBJECT)

static void
set_level (OvTrace      *self,
           OvTraceLevel  level)
{
  if (self->level == level)
    return;

  self->level = level;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL]);
}

static void
return_stops (OvTrace *self)
{
  g_autoptr (GPtrArray) stops = g_steal_pointer (&self->stops);

  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < stops->len; i++)
    g_task_return_boolean (stops->pdata[i], TRUE);
}

static void
end (OvTrace    *self,
     const char *reason)
{
  g_autoptr (OvTrace) alive = g_object_ref (self);
  g_autoptr (OvNode) node = g_weak_ref_get (&self->node);

  g_clear_handle_id (&self->end_timer, g_source_remove);
  self->state = ENDED;
  self->reason = g_strdup (reason);
  set_level (self, OV_TRACE_OFF);
  if (node != NULL)
    ov_feed_remove_trace (node->feed, self->id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
  return_stops (self);
}

/* Between two meters shown may be ahead of what the node said last. */
static void
sum_up (OvTrace          *self,
        const OvFeedNews *news)
{
  guint64 shown = news->single + self->meter.in_edges;
  guint64 known = shown + self->meter.dropped + news->refused;

  self->sum.shown = shown;
  self->sum.generated = MAX (self->meter.generated, known);
  self->sum.dropped = self->sum.generated - self->sum.shown;
  self->sum.paused_ns = self->meter.paused_ns;
}

void
ov_trace_take_news (OvTrace    *self,
                    OvFeedNews *news)
{
  if (self->state == ENDED)
    return;
  if (g_strcmp0 (news->end, OV_END_OVERLOADED) == 0)
    {
      ov_trace_lose (self, news->end);
      return;
    }

  if (news->has_meter)
    self->meter = news->meter;
  sum_up (self, news);
  if (news->end == NULL)
    {
      /* What waits in the probe is neither shown nor dropped yet. */
      self->sum.dropped = self->meter.dropped + news->refused;
      set_level (self, self->meter.level);
      g_signal_emit (self, signals[SIGNAL_METER], 0);
      return;
    }

  self->sum.ended_ns = news->at_ns;
  self->sum_is_final = TRUE;
  end (self, news->end);
}

/* What was generated and on its way when the connection went is dropped. */
void
ov_trace_lose (OvTrace    *self,
               const char *reason)
{
  g_autoptr (OvNode) node = g_weak_ref_get (&self->node);
  OvFeedNews news = { 0 };

  if (self->state == ENDED)
    return;

  if (node != NULL)
    {
      ov_feed_get_news (node->feed, self->id, &news);
      if (news.has_meter)
        self->meter = news.meter;
      sum_up (self, &news);
      self->sum.ended_ns = ov_feed_get_time (node->feed);
      ov_feed_gap (node->feed, self->id, OV_GAP_LOST,
                   self->sum.dropped - MIN (self->sum.dropped, self->meter.dropped + news.refused),
                   0);
    }
  end (self, reason);
}

static void
ov_trace_dispose (GObject *object)
{
  OvTrace *self = OV_TRACE (object);

  g_clear_handle_id (&self->end_timer, g_source_remove);

  G_OBJECT_CLASS (ov_trace_parent_class)->dispose (object);
}

static void
ov_trace_finalize (GObject *object)
{
  OvTrace *self = OV_TRACE (object);

  g_weak_ref_clear (&self->node);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->notes, g_strfreev);
  g_clear_pointer (&self->stops, g_ptr_array_unref);

  G_OBJECT_CLASS (ov_trace_parent_class)->finalize (object);
}

static void
ov_trace_get_property (GObject    *object,
                       guint       property,
                       GValue     *value,
                       GParamSpec *pspec)
{
  OvTrace *self = OV_TRACE (object);

  switch (property)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, ov_trace_is_running (self));
      break;
    case PROP_LEVEL:
      g_value_set_uint (value, self->level);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_trace_class_init (OvTraceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = ov_trace_dispose;
  object_class->finalize = ov_trace_finalize;
  object_class->get_property = ov_trace_get_property;

  /**
   * OvTrace:running:
   *
   * Whether it goes on, be it at level "off" after the fuse.
   */
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  /**
   * OvTrace:level:
   *
   * Its #OvTraceLevel: single events, counted edges, or nothing.
   */
  properties[PROP_LEVEL] = g_param_spec_uint ("level", NULL, NULL, OV_TRACE_OFF, OV_TRACE_EVENTS,
                                              OV_TRACE_OFF, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * OvTrace::meter:
   * @self: a trace
   *
   * What ov_trace_get_meter() and ov_trace_get_sum() say is newer.
   */
  signals[SIGNAL_METER] = g_signal_new ("meter", OV_TYPE_TRACE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  /**
   * OvTrace::ended:
   * @self: a trace
   *
   * It has ended; ov_trace_get_reason() says why, ov_trace_get_sum() is final.
   */
  signals[SIGNAL_ENDED] = g_signal_new ("ended", OV_TYPE_TRACE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
}

static void
ov_trace_init (OvTrace *self)
{
  g_weak_ref_init (&self->node, NULL);
  self->stops = g_ptr_array_new_with_free_func (g_object_unref);
}

guint
ov_trace_get_id (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), 0);

  return self->id;
}

/**
 * ov_trace_get_node:
 * @self: a trace
 *
 * Returns: (transfer none) (nullable): the node; it lives as long as whoever shows it holds it
 */
OvNode *
ov_trace_get_node (OvTrace *self)
{
  g_autoptr (OvNode) node = NULL;

  g_return_val_if_fail (OV_IS_TRACE (self), NULL);

  node = g_weak_ref_get (&self->node);

  return node; /* somebody else holds it too: this is the main thread */
}

const char *
ov_trace_get_title (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), NULL);

  return self->title;
}

gboolean
ov_trace_is_running (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), FALSE);

  return self->state == RUNNING;
}

OvTraceLevel
ov_trace_get_level (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), OV_TRACE_OFF);

  return self->level;
}

const OvTraceMeter *
ov_trace_get_meter (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), NULL);

  return &self->meter;
}

const OvTraceSum *
ov_trace_get_sum (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), NULL);

  return &self->sum;
}

const char *
ov_trace_get_reason (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), NULL);

  return self->reason;
}

gboolean
ov_trace_is_sum_final (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), FALSE);

  return self->sum_is_final;
}

guint
ov_trace_get_n_processes (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), 0);

  return self->n_processes;
}

guint
ov_trace_get_n_functions (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), 0);

  return self->n_functions;
}

const char * const *
ov_trace_get_notes (OvTrace *self)
{
  static const char *const none[] = { NULL };

  g_return_val_if_fail (OV_IS_TRACE (self), none);

  return self->notes != NULL ? (const char * const *) self->notes : none;
}

guint
ov_trace_get_n_foreign (OvTrace *self)
{
  g_return_val_if_fail (OV_IS_TRACE (self), 0);

  return self->n_foreign;
}

/* ---- starting ---- */

static guint
get_count (const OvTerm *answer,
           const char   *key)
{
  const OvTerm *value = ov_term_lookup (answer, key);
  gint64 count = 0;

  if (value == NULL || !ov_term_get_integer (value, &count))
    return 0;

  return (guint) CLAMP (count, 0, G_MAXUINT);
}

static void
read_notes (OvTrace      *self,
            const OvTerm *answer)
{
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();
  const OvTerm *list = ov_term_lookup (answer, "notes");

  for (guint i = 0; list != NULL && i < MIN (ov_term_get_size (list), 100); i++)
    {
      g_autofree char *text = ov_term_dup_text (ov_term_get_element (list, i));

      if (text != NULL)
        g_strv_builder_add (notes, text);
    }
  self->notes = g_strv_builder_end (notes);
}

static void
start (OvTrace      *self,
       OvNode       *node,
       const OvTerm *answer)
{
  self->n_processes = get_count (answer, "processes");
  self->n_functions = get_count (answer, "functions");
  self->n_foreign = get_count (answer, "foreign");
  read_notes (self, answer);
  if (self->state == STARTING)
    self->state = RUNNING;
  g_list_store_append (node->traces, self);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvNode *node = OV_NODE (source);
  OvTrace *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (OvTerm) answer = ov_node_request_finish (node, result, &error);

  if (answer == NULL)
    {
      ov_feed_remove_trace (node->feed, self->id);
      g_hash_table_remove (node->starting, GUINT_TO_POINTER (self->id));
      g_task_return_error (task, error);
      return;
    }

  start (self, node, answer);
  g_hash_table_remove (node->starting, GUINT_TO_POINTER (self->id));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_task_return_pointer (task, g_object_ref (self), g_object_unref);
}

static OvTrace *
new_trace (OvNode            *node,
           const OvTraceSpec *spec)
{
  OvTrace *self = g_object_new (OV_TYPE_TRACE, NULL);

  self->id = ov_node_take_trace_id (node);
  self->level = ov_trace_spec_get_level (spec);
  self->title = ov_trace_spec_dup_title (spec);
  self->sum.started_ns = ov_feed_get_time (node->feed);
  g_weak_ref_set (&self->node, node);

  return self;
}

/**
 * ov_node_trace_async:
 * @node: a node that is attached
 * @spec: what is to be traced, within which limits; not kept
 * @cancellable: (nullable): stops waiting, not tracing
 * @callback: called when the node traces
 * @user_data: its data
 *
 * Events may be in the store before the callback runs. Errors are of %OV_PROBE_ERROR (a process that is
 * not there, another tracer, a match specification or a function that is not taken) and %OV_LINK_ERROR.
 */
void
ov_node_trace_async (OvNode              *node,
                     const OvTraceSpec   *spec,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (OvTerm) request = NULL;
  OvTrace *self;
  GError *error = NULL;

  g_return_if_fail (OV_IS_NODE (node));
  g_return_if_fail (spec != NULL);

  task = g_task_new (node, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_node_trace_async);
  if (!ov_node_is_attached (node))
    {
      ov_node_return_not_attached (node, g_steal_pointer (&task));
      return;
    }
  if (!ov_trace_spec_check (spec, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  self = new_trace (node, spec);
  g_task_set_task_data (task, self, g_object_unref);
  g_hash_table_insert (node->starting, GUINT_TO_POINTER (self->id), g_object_ref (self));
  ov_feed_add_trace (node->feed, self->id);
  request = ov_trace_spec_to_request (spec, self->id);
  ov_node_request_async (node, "trace_start", request, START_MS, NULL, started_cb,
                         g_steal_pointer (&task));
}

/**
 * ov_node_trace_finish:
 * @node: a node
 * @result: the result
 * @error: (out) (optional): why not
 *
 * Returns: (transfer full): the trace, which is in ov_node_list_traces() too
 */
OvTrace *
ov_node_trace_finish (OvNode        *node,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, node), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- stopping ---- */

/* The node said that it ended, and the end did not come on the stream: what is known counts. */
static gboolean
end_late_cb (gpointer user_data)
{
  OvTrace *self = user_data;

  self->end_timer = 0;
  ov_trace_lose (self, "stopped");

  return G_SOURCE_REMOVE;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (OvTrace) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) answer = ov_node_request_finish (OV_NODE (source), result, &error);

  if (self->state == ENDED)
    return; /* whatever was answered: the end was here before it */

  if (answer != NULL)
    {
      if (self->end_timer == 0)
        self->end_timer = g_timeout_add (END_LATE_MS, end_late_cb, self);
      return;
    }

  /* It goes on, as far as we know, and may be stopped again. */
  while (self->stops->len > 0)
    {
      g_autoptr (GTask) task = g_ptr_array_steal_index (self->stops, 0);

      g_task_return_error (task, g_error_copy (error));
    }
}

static OvTerm *
new_arguments (OvTrace    *self,
               const char *level)
{
  OvTerm *pairs[4] = { ov_term_new_atom ("id"), ov_term_new_integer (self->id) };

  if (level == NULL)
    return ov_term_new_map (pairs, 1);

  pairs[2] = ov_term_new_atom ("level");
  pairs[3] = ov_term_new_text (level);

  return ov_term_new_map (pairs, 2);
}

/**
 * ov_trace_stop_async:
 * @self: a trace
 * @cancellable: (nullable): stops waiting, not stopping
 * @callback: called when its sum is final
 * @user_data: its data
 *
 * Stopping what has ended does nothing.
 */
void
ov_trace_stop_async (OvTrace             *self,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr (OvTerm) arguments = NULL;
  g_autoptr (OvNode) node = NULL;
  GTask *task;

  g_return_if_fail (OV_IS_TRACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_trace_stop_async);
  node = g_weak_ref_get (&self->node);
  if (self->state == ENDED || node == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  g_ptr_array_add (self->stops, task);
  if (self->stops->len > 1)
    return; /* it is being stopped */
  arguments = new_arguments (self, NULL);
  ov_node_request_async (node, "trace_stop", arguments, STOP_MS, NULL, stopped_cb,
                         g_object_ref (self));
}

gboolean
ov_trace_stop_finish (OvTrace       *self,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- levels ---- */

static void
rearmed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvTrace *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (OvTerm) answer = ov_node_request_finish (OV_NODE (source), result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  /* The next meter may say that it could not be kept up. */
  if (self->state == RUNNING)
    set_level (self, GPOINTER_TO_INT (g_task_get_task_data (task)));
  g_task_return_boolean (task, TRUE);
}

/**
 * ov_trace_rearm_async:
 * @self: a trace
 * @level: the level to go on with
 * @cancellable: (nullable): stops waiting
 * @callback: called when the node has done it
 * @user_data: its data
 */
void
ov_trace_rearm_async (OvTrace             *self,
                      OvTraceLevel         level,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (OvTerm) arguments = NULL;
  g_autoptr (OvNode) node = NULL;
  GTask *task;

  g_return_if_fail (OV_IS_TRACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_trace_rearm_async);
  g_task_set_task_data (task, GINT_TO_POINTER (level), NULL);
  node = g_weak_ref_get (&self->node);
  if (self->state == ENDED || node == NULL)
    {
      g_task_return_new_error (task, OV_PROBE_ERROR, OV_PROBE_ERROR_FAILED,
                               _("The trace has ended"));
      g_object_unref (task);
      return;
    }

  arguments = new_arguments (self, ov_trace_level_get_word (level));
  ov_node_request_async (node, "trace_level", arguments, STOP_MS, cancellable, rearmed_cb, task);
}

gboolean
ov_trace_rearm_finish (OvTrace       *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
