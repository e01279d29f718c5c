/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a store to a sequence chart: the conversation of a query, its lanes in an order with few
 * crossings, as an OvChart.  Made in the task pool, asked for and answered on the main thread.
 */
#pragma once

#include "canvas/scene/ov-chart.h"
#include "trace/ov-conversation.h"

G_BEGIN_DECLS

/* Row k of the chart is step k of the conversation. */
typedef struct
{
  OvConversation *conversation;
  OvChart        *chart;
} OvSequenceChart;

void             ov_sequence_chart_free        (OvSequenceChart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvSequenceChart, ov_sequence_chart_free)

void             ov_sequence_chart_make_async  (OvStore             *store,
                                                const OvEventQuery  *query, /* copied */
                                                gboolean             elixir,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data);
OvSequenceChart *ov_sequence_chart_make_finish (GAsyncResult  *result,
                                                GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* The chart of a conversation; any thread.  NULL: cancelled. */
OvChart         *ov_sequence_chart_draw        (OvConversation *conversation,
                                                gboolean        elixir,
                                                GCancellable   *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
