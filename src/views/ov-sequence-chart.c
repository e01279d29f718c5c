/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a conversation to a chart: see the header.
 *
 * Rows are steps, in order of time, so an arrow that arrives later ends at the last row that was
 * sent before it arrived.  Labels are made when they are drawn.
 * Invariant: everything here is immutable once made.  Thread: any.
 */
#include "config.h"

#include "views/ov-sequence-chart.h"

#include "export/ov-chart-export.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define MAX_NAME 60

static const OvArrowKind arrow_kinds[] = {
  [OV_STEP_MESSAGE] = OV_ARROW_SOLID,
  [OV_STEP_CALL] = OV_ARROW_SOLID,
  [OV_STEP_REPLY] = OV_ARROW_DASHED,
  [OV_STEP_CAST] = OV_ARROW_OPEN,
  [OV_STEP_SYSTEM] = OV_ARROW_SOLID,
  [OV_STEP_EXIT_SIGNAL] = OV_ARROW_SIGNAL,
  [OV_STEP_TIMEOUT] = OV_ARROW_TIMER,
  [OV_STEP_SPAWN] = OV_ARROW_CREATE,
  [OV_STEP_DEATH] = OV_ARROW_END,
  [OV_STEP_NOTE] = OV_ARROW_NOTE,
  [OV_STEP_GAP] = OV_ARROW_GAP,
};

/* Labels. */

typedef struct
{
  OvConversation *conversation;
  gboolean        elixir;
} Labels;

static void
labels_free (gpointer data)
{
  Labels *self = data;

  ov_conversation_unref (self->conversation);
  g_free (self);
}

static char *
label_cb (guint32  row,
          guint    max_chars,
          gpointer user_data)
{
  Labels *self = user_data;
  g_autofree char *label = ov_conversation_dup_label (self->conversation, row, max_chars, self->elixir);

  return ov_words_clean (label, max_chars);
}

/* Lanes. */

/* The first row at or after an instant. */
static guint32
find_row (const OvConversationStep *steps,
          guint                     n,
          gint64                    at_ns)
{
  guint low = 0, high = n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (steps[middle].sent_ns < at_ns)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
add_lane (OvChart        *chart,
          OvConversation *conversation,
          guint32         lane)
{
  guint n_lanes, n_steps;
  const OvConversationLane *it = &ov_conversation_get_lanes (conversation, &n_lanes)[lane];
  const OvConversationStep *steps = ov_conversation_get_steps (conversation, &n_steps);
  OvStore *store = ov_conversation_get_store (conversation);
  g_autofree char *name = ov_conversation_dup_lane_name (conversation, lane);
  g_autofree char *label = ov_words_clean (it->actor == OV_ACTOR_NONE ? _("everybody else") : name,
                                           MAX_NAME);
  OvPid pid = it->actor != OV_ACTOR_NONE ? ov_store_get_actor (store, it->actor) : OV_PID_NONE;
  g_autofree char *text = ov_pid_is_none (&pid) ? NULL
                                                : ov_pid_to_string (&pid, ov_store_get_node (store));
  OvChartLane made = {
    .id = (guint64) it->actor + 1, /* 0 is nobody */
    .shape = OV_SHAPE_PLAIN,
    .first_row = it->born_ns ? find_row (steps, n_steps, it->born_ns) : 0,
    .end_row = it->died_ns ? find_row (steps, n_steps, it->died_ns) : G_MAXUINT32,
  };

  /* What is called by its pid needs it only once. */
  ov_chart_add_lane (chart, &made, label, text && g_strcmp0 (text, label) ? text : NULL);
}

/* Arrows. */

static guint32
end_row (const OvConversationStep *steps,
         guint                     n,
         guint32                   row)
{
  guint32 end;

  if (steps[row].received_ns <= steps[row].sent_ns)
    return row;
  end = find_row (steps, n, steps[row].received_ns + 1);
  return MAX (row, end - 1);
}

static void
add_arrows (OvChart                  *chart,
            const OvConversationStep *steps,
            guint                     n)
{
  for (guint32 i = 0; i < n; i++)
    {
      OvChartArrow arrow = {
        .from = steps[i].from == OV_ACTOR_NONE ? OV_SCENE_NONE : steps[i].from,
        .to = steps[i].to == OV_ACTOR_NONE ? OV_SCENE_NONE : steps[i].to,
        .end_row = end_row (steps, n, i),
        .pair = steps[i].pair < n ? steps[i].pair : OV_SCENE_NONE,
        .at_ns = steps[i].sent_ns,
        .kind = arrow_kinds[steps[i].kind],
        .id = steps[i].event + 1, /* 0 is none */
      };

      ov_chart_add_arrow (chart, &arrow);
    }
}

OvChart *
ov_sequence_chart_draw (OvConversation *conversation,
                        gboolean        elixir,
                        GCancellable   *cancellable)
{
  Labels *labels = g_new (Labels, 1);
  g_autoptr(OvChart) chart = NULL;
  guint n_lanes, n_steps;
  const OvConversationStep *steps = ov_conversation_get_steps (conversation, &n_steps);

  *labels = (Labels) { ov_conversation_ref (conversation), elixir };
  chart = ov_chart_new (label_cb, labels, labels_free);
  if (g_cancellable_is_cancelled (cancellable))
    return NULL;
  ov_conversation_get_lanes (conversation, &n_lanes);
  for (guint32 i = 0; i < n_lanes; i++)
    add_lane (chart, conversation, i);
  add_arrows (chart, steps, n_steps);
  /* The first reading freezes it: here, not in the main thread. */
  ov_chart_get_arrows (chart, NULL);
  return g_steal_pointer (&chart);
}

/* Making it in the task pool. */

typedef struct
{
  OvStore     *store;
  OvEventQuery query;
  guint32     *actors;
  gboolean     elixir;
} Making;

static void
making_free (gpointer data)
{
  Making *self = data;

  ov_store_unref (self->store);
  g_free (self->actors);
  g_free ((char *) self->query.text);
  g_free (self);
}

static void
make_cb (GTask        *task,
         gpointer      source,
         gpointer      task_data,
         GCancellable *cancellable)
{
  Making *making = task_data;
  g_autoptr(OvSequenceChart) made = g_new0 (OvSequenceChart, 1);

  made->conversation = ov_conversation_new (making->store, &making->query, 0, cancellable);
  if (made->conversation)
    ov_chart_export_order (made->conversation, cancellable);
  if (made->conversation)
    made->chart = ov_sequence_chart_draw (made->conversation, making->elixir, cancellable);
  if (g_task_return_error_if_cancelled (task))
    return;
  g_task_return_pointer (task, g_steal_pointer (&made), (GDestroyNotify) ov_sequence_chart_free);
}

void
ov_sequence_chart_make_async (OvStore             *store,
                              const OvEventQuery  *query,
                              gboolean             elixir,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Making *making = g_new0 (Making, 1);

  making->store = ov_store_ref (store);
  making->query = *query;
  making->actors = g_memdup2 (query->actors, sizeof (guint32) * query->n_actors);
  making->query.actors = making->actors;
  making->query.text = g_strdup (query->text);
  making->elixir = elixir;
  g_task_set_task_data (task, making, making_free);
  g_task_run_in_thread (task, make_cb);
}

OvSequenceChart *
ov_sequence_chart_make_finish (GAsyncResult  *result,
                               GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
ov_sequence_chart_free (OvSequenceChart *self)
{
  g_clear_pointer (&self->conversation, ov_conversation_unref);
  g_clear_pointer (&self->chart, ov_chart_unref);
  g_free (self);
}
