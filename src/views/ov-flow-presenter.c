/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlowPresenter
 *
 *   IDLE ── the timer, a change ──► WORKING (task pool: follow the store, sum up) ──► (build, hand over) ──► IDLE
 *                                      │ another change meanwhile: once more when it is done
 *
 *   LIVE ── replay (speed) ──► REPLAYING ── the end of the range, replay (0) ──► LIVE
 *
 * Invariant: the flow is touched by the one task that is under way, or by nobody; the task keeps the
 * presenter alive.
 * Thread: main; work() runs in the task pool.
 */
#include "config.h"

#include "views/ov-flow-presenter.h"

#include "views/ov-actor-words.h"

#define INTERVAL_MS     500
#define REPLAY_MS       50
#define MAX_EDGES       20000
#define MAX_BOTTLENECKS 50
/* More single messages a turn are no dots any more: width and colour tell them. */
#define MAX_DOTS        (OV_GRAPH_MAX_DOTS / 3)
#define TRAVEL_MS       600
#define NS_PER_MS       G_GINT64_CONSTANT (1000000)

struct _OvFlowPresenter
{
  GObject        parent_instance;
  OvGraphCanvas *canvas;    /* the page owns both */
  OvSession     *session;
  OvNode        *node;
  OvFlow        *flow;      /* NULL while a task has it */
  OvFlowGraph   *shown;     /* NULL: nothing yet */
  GArray        *bottlenecks; /* of OvBottleneck */
  OvFlowRamp     ramp;
  OvFlowColor    color;
  gint64         window_ns;
  GCancellable  *working;   /* NULL: IDLE */
  gboolean       is_active, is_paused, is_stale;
  guint          timer;
  guint64        next_dot;  /* the first event that has not travelled yet */

  double         speed;     /* 0: LIVE */
  gint64         replay_from_ns, replay_to_ns, head_ns;
  gint64         ticked_us;
  guint          replay_timer;
};

enum { PRESENTED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvFlowPresenter, ov_flow_presenter, G_TYPE_OBJECT)

static OvStore *
get_store (OvFlowPresenter *self)
{
  return ov_node_get_store (self->node);
}

/* What is summed up in the task pool. */

typedef struct
{
  OvFlow      *flow;
  gint64       from_ns, to_ns;
  OvFlowGraph *graph;
} Work;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_clear_pointer (&self->flow, ov_flow_free);
  g_clear_pointer (&self->graph, ov_flow_graph_free);
  g_free (self);
}

static void
work_cb (GTask        *task,
         gpointer      source,
         gpointer      task_data,
         GCancellable *cancellable)
{
  Work *work = task_data;

  ov_flow_update (work->flow, cancellable);
  work->graph = ov_flow_get_graph (work->flow, work->from_ns, work->to_ns, MAX_EDGES);
  g_task_return_boolean (task, TRUE);
}

/* Which stretch of time. */

static void
get_range (OvFlowPresenter *self,
           gint64          *from_ns,
           gint64          *to_ns)
{
  if (self->speed > 0)
    {
      *to_ns = self->head_ns;
      *from_ns = MAX (self->replay_from_ns, self->head_ns - self->window_ns);
      *to_ns = MAX (*to_ns, *from_ns + 1);
      return;
    }
  if (!ov_session_get_range (self->session, from_ns, to_ns) && self->window_ns > 0)
    *from_ns = *to_ns - self->window_ns;
}

static gboolean
is_live (OvFlowPresenter *self)
{
  gint64 from_ns, to_ns;

  return self->speed == 0 && !self->is_paused && ov_node_get_state (self->node) == OV_NODE_LIVE
         && ov_session_get_node (self->session) == self->node
         && ov_session_get_instant (self->session) == OV_INSTANT_LIVE
         && !ov_session_get_range (self->session, &from_ns, &to_ns);
}

/* Single messages on their way. */

/* Events of [from, to) that travel; TRUE when they are few enough to be told apart. */
static gboolean
list_sends (OvFlowPresenter *self,
            guint64          from,
            guint64          to,
            GArray          *sends)
{
  OvEvent event;

  for (guint64 number = from; number < to; number++)
    {
      if (!ov_store_get_event (get_store (self), number, &event)
          || (event.kind != OV_EVENT_SEND && event.kind != OV_EVENT_SEND_NOWHERE))
        continue;
      if (sends->len >= MAX_DOTS)
        return FALSE;
      g_array_append_val (sends, event);
    }
  return TRUE;
}

static void
send_dots (OvFlowPresenter *self,
           guint64          from,
           guint64          to,
           gint64           begin_ns,
           double           speed)
{
  g_autoptr(GArray) sends = g_array_new (FALSE, FALSE, sizeof (OvEvent));

  if (!list_sends (self, from, to, sends))
    return;
  for (guint i = 0; i < sends->len; i++)
    {
      const OvEvent *event = &g_array_index (sends, OvEvent, i);
      double delay = (double) (event->at_ns - begin_ns) / NS_PER_MS / speed;

      if (event->actor == OV_ACTOR_NONE || event->peer == OV_ACTOR_NONE)
        continue;
      ov_graph_canvas_add_dot (self->canvas, ov_flow_scene_id_of (event->actor),
                               ov_flow_scene_id_of (event->peer), (guint) CLAMP (delay, 0, 2000),
                               TRAVEL_MS,
                               event->flags & OV_EVENT_IS_EXIT ? OV_TONE_ERROR
                               : event->kind == OV_EVENT_SEND_NOWHERE ? OV_TONE_WARNING
                               : OV_TONE_NEW);
    }
}

static void
send_live_dots (OvFlowPresenter *self)
{
  guint64 end = ov_store_get_end (get_store (self));
  OvEvent first;

  /* After a pause what came meanwhile is over. */
  if (self->next_dot < end && end - self->next_dot < MAX_DOTS * 8
      && ov_store_get_event (get_store (self), self->next_dot, &first))
    send_dots (self, self->next_dot, end, first.at_ns, 1);
  self->next_dot = end;
}

/* Presenting. */

static void
present (OvFlowPresenter *self)
{
  OvFlowSceneOptions options = {
    .color = self->color,
    .bottlenecks = (const OvBottleneck *) self->bottlenecks->data,
    .n_bottlenecks = self->bottlenecks->len,
  };
  g_autoptr(OvGraph) graph = NULL;

  if (!self->canvas || !self->shown)
    return;
  graph = ov_flow_scene_build (self->shown, get_store (self),
                               ov_actor_get_table (self->session, self->node), &options, &self->ramp);
  ov_graph_canvas_set_graph (self->canvas, graph);
  g_signal_emit (self, signals[PRESENTED], 0);
}

static void refresh (OvFlowPresenter *self);

static void
worked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(OvFlowPresenter) self = user_data;
  Work *work = g_task_get_task_data (G_TASK (result));

  gboolean is_cancelled = g_cancellable_is_cancelled (self->working);

  self->flow = g_steal_pointer (&work->flow);
  g_clear_object (&self->working);
  if (is_cancelled)
    {
      if (self->is_stale)
        refresh (self);
      return;
    }
  g_clear_pointer (&self->shown, ov_flow_graph_free);
  g_clear_pointer (&self->bottlenecks, g_array_unref);
  self->shown = g_steal_pointer (&work->graph);
  self->bottlenecks = ov_bottleneck_list (ov_actor_get_table (self->session, self->node), self->flow,
                                          get_store (self), MAX_BOTTLENECKS);
  present (self);
  if (self->canvas && is_live (self))
    send_live_dots (self);
  if (self->is_stale)
    refresh (self);
}

static void
refresh (OvFlowPresenter *self)
{
  g_autoptr(GTask) task = NULL;
  Work *work;

  self->is_stale = self->working != NULL || !self->is_active;
  if (self->is_stale || !self->flow)
    return;
  work = g_new0 (Work, 1);
  work->flow = g_steal_pointer (&self->flow);
  get_range (self, &work->from_ns, &work->to_ns);
  self->working = g_cancellable_new ();
  task = g_task_new (NULL, self->working, worked_cb, g_object_ref (self));
  g_task_set_task_data (task, work, work_free);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, work_cb);
}

static gboolean
timer_cb (gpointer user_data)
{
  OvFlowPresenter *self = user_data;

  if (self->working == NULL && is_live (self))
    refresh (self);
  return G_SOURCE_CONTINUE;
}

/* Replay. */

static void
stop_replay (OvFlowPresenter *self)
{
  g_clear_handle_id (&self->replay_timer, g_source_remove);
  self->speed = 0;
}

static gboolean
replay_cb (gpointer user_data)
{
  OvFlowPresenter *self = user_data;
  OvStore *store = get_store (self);
  gint64 now_us = g_get_monotonic_time ();
  gint64 from_ns = self->head_ns;

  self->head_ns += (gint64) ((double) (now_us - self->ticked_us) * 1000 * self->speed);
  self->ticked_us = now_us;
  if (self->head_ns >= self->replay_to_ns)
    {
      self->replay_timer = 0;
      stop_replay (self);
      refresh (self);
      return G_SOURCE_REMOVE;
    }
  if (self->canvas)
    send_dots (self, ov_store_find_time (store, from_ns), ov_store_find_time (store, self->head_ns),
               from_ns, self->speed);
  if (self->working == NULL)
    refresh (self);
  return G_SOURCE_CONTINUE;
}

void
ov_flow_presenter_replay (OvFlowPresenter *self,
                          double           speed)
{
  gboolean was_playing;

  g_return_if_fail (OV_IS_FLOW_PRESENTER (self));

  was_playing = self->speed > 0;
  if (speed <= 0)
    {
      stop_replay (self);
      ov_graph_canvas_clear_dots (self->canvas);
      refresh (self);
      return;
    }
  if (!was_playing)
    {
      get_range (self, &self->replay_from_ns, &self->replay_to_ns);
      self->head_ns = self->replay_from_ns;
      ov_graph_canvas_clear_dots (self->canvas);
    }
  self->speed = speed;
  self->ticked_us = g_get_monotonic_time ();
  if (self->replay_timer == 0)
    self->replay_timer = g_timeout_add (REPLAY_MS, replay_cb, self);
}

gint64
ov_flow_presenter_get_replay_instant (OvFlowPresenter *self)
{
  g_return_val_if_fail (OV_IS_FLOW_PRESENTER (self), 0);

  return self->speed > 0 ? self->head_ns : 0;
}

static void
session_time_cb (OvFlowPresenter *self)
{
  stop_replay (self);
  refresh (self);
}

static void
ov_flow_presenter_dispose (GObject *object)
{
  OvFlowPresenter *self = OV_FLOW_PRESENTER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->replay_timer, g_source_remove);
  g_clear_pointer (&self->flow, ov_flow_free);
  g_clear_pointer (&self->shown, ov_flow_graph_free);
  g_clear_pointer (&self->bottlenecks, g_array_unref);
  g_clear_object (&self->node);
  g_clear_object (&self->session);
  g_clear_weak_pointer (&self->canvas);

  G_OBJECT_CLASS (ov_flow_presenter_parent_class)->dispose (object);
}

static void
ov_flow_presenter_class_init (OvFlowPresenterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_flow_presenter_dispose;

  signals[PRESENTED] = g_signal_new ("presented", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ov_flow_presenter_init (OvFlowPresenter *self)
{
  self->window_ns = OV_RANGE_LIVE_NS;
  self->bottlenecks = g_array_new (FALSE, FALSE, sizeof (OvBottleneck));
}

OvFlowPresenter *
ov_flow_presenter_new (OvGraphCanvas *canvas,
                       OvSession     *session,
                       OvNode        *node)
{
  OvFlowPresenter *self = g_object_new (OV_TYPE_FLOW_PRESENTER, NULL);

  g_set_weak_pointer (&self->canvas, canvas);
  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  self->flow = ov_flow_new (get_store (self));
  self->next_dot = ov_store_get_end (get_store (self));
  g_signal_connect_object (session, "notify::instant", G_CALLBACK (session_time_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (session_time_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "range-changed", G_CALLBACK (session_time_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
ov_flow_presenter_set_active (OvFlowPresenter *self,
                              gboolean         active)
{
  g_return_if_fail (OV_IS_FLOW_PRESENTER (self));

  if (self->is_active == active)
    return;
  self->is_active = active;
  g_clear_handle_id (&self->timer, g_source_remove);
  if (!active)
    {
      stop_replay (self);
      if (self->working)
        g_cancellable_cancel (self->working);
      return;
    }
  self->next_dot = ov_store_get_end (get_store (self));
  self->timer = g_timeout_add (INTERVAL_MS, timer_cb, self);
  refresh (self);
}

void
ov_flow_presenter_set_paused (OvFlowPresenter *self,
                              gboolean         paused)
{
  g_return_if_fail (OV_IS_FLOW_PRESENTER (self));

  self->is_paused = paused;
  self->next_dot = ov_store_get_end (get_store (self));
}

void
ov_flow_presenter_set_color (OvFlowPresenter *self,
                             OvFlowColor      color)
{
  g_return_if_fail (OV_IS_FLOW_PRESENTER (self));

  if (self->color == color)
    return;
  self->color = color;
  present (self);
}

void
ov_flow_presenter_set_window (OvFlowPresenter *self,
                              gint64           window_ns)
{
  g_return_if_fail (OV_IS_FLOW_PRESENTER (self));

  if (self->window_ns == window_ns)
    return;
  self->window_ns = window_ns;
  refresh (self);
}

const OvFlowGraph *
ov_flow_presenter_get_flow (OvFlowPresenter *self)
{
  g_return_val_if_fail (OV_IS_FLOW_PRESENTER (self), NULL);

  return self->shown;
}

OvFlowRamp
ov_flow_presenter_get_ramp (OvFlowPresenter *self)
{
  g_return_val_if_fail (OV_IS_FLOW_PRESENTER (self), ((OvFlowRamp) { 0, 0 }));

  return self->ramp;
}

const OvBottleneck *
ov_flow_presenter_find_bottleneck (OvFlowPresenter *self,
                                   guint32          actor)
{
  g_return_val_if_fail (OV_IS_FLOW_PRESENTER (self), NULL);

  for (guint i = 0; i < self->bottlenecks->len; i++)
    if (g_array_index (self->bottlenecks, OvBottleneck, i).actor == actor)
      return &g_array_index (self->bottlenecks, OvBottleneck, i);
  return NULL;
}
