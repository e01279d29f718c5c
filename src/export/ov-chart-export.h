/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation as a chart to draw, and as a picture.
 */
#pragma once

#include "canvas/scene/ov-chart.h"
#include "trace/ov-conversation.h"

G_BEGIN_DECLS

/* Puts the lanes into an order in which few arrows cross; before anybody else sees the conversation.  Any thread. */
void     ov_chart_export_order (OvConversation *conversation,
                                GCancellable   *cancellable);
/* The chart asks the conversation for its labels, and keeps it alive. */
OvChart *ov_chart_export_chart (OvConversation *conversation,
                                gboolean        elixir) G_GNUC_WARN_UNUSED_RESULT;
GBytes  *ov_chart_export_svg   (OvConversation *conversation,
                                gboolean        elixir) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
