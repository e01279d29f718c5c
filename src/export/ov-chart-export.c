/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A step of a conversation is a row of the chart, a lane is a lane; nothing is laid out here.
 * Invariant: row i of the chart is step i of the conversation.
 * Thread: any.
 */
#include "export/ov-chart-export.h"

#include "canvas/layout/ov-lanes.h"
#include "canvas/render/ov-chart-painter.h"

typedef struct
{
  OvConversation *conversation;
  gboolean        elixir;
} Labels;

static void
labels_free (gpointer data)
{
  Labels *labels = data;

  ov_conversation_unref (labels->conversation);
  g_free (labels);
}

static char *
dup_label (guint32  row,
           guint    max_chars,
           gpointer user_data)
{
  const Labels *labels = user_data;

  return ov_conversation_dup_label (labels->conversation, row, max_chars, labels->elixir);
}

static const OvArrowKind arrows[] = {
  [OV_STEP_MESSAGE] = OV_ARROW_SOLID,       [OV_STEP_CALL] = OV_ARROW_SOLID,    [OV_STEP_REPLY] = OV_ARROW_DASHED,
  [OV_STEP_CAST] = OV_ARROW_OPEN,           [OV_STEP_SYSTEM] = OV_ARROW_SOLID,  [OV_STEP_EXIT_SIGNAL] = OV_ARROW_SIGNAL,
  [OV_STEP_TIMEOUT] = OV_ARROW_TIMER,       [OV_STEP_SPAWN] = OV_ARROW_CREATE,  [OV_STEP_DEATH] = OV_ARROW_END,
  [OV_STEP_NOTE] = OV_ARROW_NOTE,           [OV_STEP_GAP] = OV_ARROW_GAP,
};

/* The rows in which a lane lives, from the steps that begin and end it. */
static void
find_life (const OvConversationStep *steps,
           guint                     n_steps,
           OvChartLane              *lanes)
{
  for (guint i = 0; i < n_steps; i++)
    if (steps[i].kind == OV_STEP_SPAWN && steps[i].to != OV_ACTOR_NONE)
      lanes[steps[i].to].first_row = i;
    else if (steps[i].kind == OV_STEP_DEATH && steps[i].from != OV_ACTOR_NONE)
      lanes[steps[i].from].end_row = i;
}

static void
add_lanes (OvChart        *chart,
           OvConversation *conversation)
{
  OvStore *store = ov_conversation_get_store (conversation);
  guint n, n_steps;
  const OvConversationLane *lanes = ov_conversation_get_lanes (conversation, &n);
  const OvConversationStep *steps = ov_conversation_get_steps (conversation, &n_steps);
  g_autofree OvChartLane *drawn = g_new0 (OvChartLane, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    drawn[i].end_row = G_MAXUINT32;
  find_life (steps, n_steps, drawn);
  for (guint i = 0; i < n; i++)
    {
      OvPid pid = lanes[i].actor != OV_ACTOR_NONE ? ov_store_get_actor (store, lanes[i].actor) : OV_PID_NONE;
      g_autofree char *text = ov_pid_is_none (&pid) ? NULL : ov_pid_to_string (&pid, ov_store_get_node (store));
      g_autofree char *name = ov_conversation_dup_lane_name (conversation, i);

      drawn[i].id = lanes[i].actor;
      ov_chart_add_lane (chart, &drawn[i], name, g_strcmp0 (text, name) != 0 ? text : NULL);
    }
}

/* How much each two lanes have to do with each other, in the order of their first step. */
static GArray *
count_edges (OvConversation *conversation)
{
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (OvLaneEdge));
  guint n;
  const OvConversationStep *steps = ov_conversation_get_steps (conversation, &n);

  for (guint i = 0; i < n; i++)
    {
      OvLaneEdge edge = { MIN (steps[i].from, steps[i].to), MAX (steps[i].from, steps[i].to), 1 };
      gint64 key = (gint64) ((guint64) edge.from << 32 | edge.to);
      gpointer place;

      if (edge.from == edge.to || edge.to == OV_ACTOR_NONE)
        continue;
      if (g_hash_table_lookup_extended (places, &key, NULL, &place))
        {
          g_array_index (edges, OvLaneEdge, GPOINTER_TO_UINT (place)).weight++;
          continue;
        }
      g_hash_table_insert (places, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (edges->len));
      g_array_append_val (edges, edge);
    }

  return edges;
}

void
ov_chart_export_order (OvConversation *conversation,
                       GCancellable   *cancellable)
{
  g_autoptr (GArray) edges = NULL;
  g_autofree guint32 *order = NULL;
  guint n;

  g_return_if_fail (conversation != NULL);

  edges = count_edges (conversation);
  ov_conversation_get_lanes (conversation, &n);
  order = g_new (guint32, n + 1);
  ov_lanes_order (n, (const OvLaneEdge *) (gpointer) edges->data, edges->len, order, cancellable);
  ov_conversation_reorder (conversation, order);
}

OvChart *
ov_chart_export_chart (OvConversation *conversation,
                       gboolean        elixir)
{
  Labels *labels = g_new0 (Labels, 1);
  OvChart *chart;
  guint n;
  const OvConversationStep *steps;

  g_return_val_if_fail (conversation != NULL, NULL);

  labels->conversation = ov_conversation_ref (conversation);
  labels->elixir = elixir;
  chart = ov_chart_new (dup_label, labels, labels_free);
  add_lanes (chart, conversation);
  steps = ov_conversation_get_steps (conversation, &n);
  for (guint32 i = 0; i < n; i++)
    {
      OvChartArrow arrow = {
        .from = steps[i].from, .to = steps[i].to, .end_row = i, .pair = steps[i].pair,
        .at_ns = steps[i].sent_ns != 0 ? steps[i].sent_ns : steps[i].received_ns,
        .kind = (guint) steps[i].kind < G_N_ELEMENTS (arrows) ? arrows[steps[i].kind] : OV_ARROW_NOTE,
      };

      ov_chart_add_arrow (chart, &arrow);
    }

  return chart;
}

GBytes *
ov_chart_export_svg (OvConversation *conversation,
                     gboolean        elixir)
{
  g_autoptr (OvChart) chart = ov_chart_export_chart (conversation, elixir);

  return ov_chart_to_svg (chart, ov_theme_get (OV_THEME_LIGHT));
}
