/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlowPane: what goes from one process to another, or who fills the mailbox of one.
 * Signal "closed": the person has seen enough.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"
#include "views/ov-flow-scene.h"

G_BEGIN_DECLS

#define OV_TYPE_FLOW_PANE (ov_flow_pane_get_type ())
G_DECLARE_FINAL_TYPE (OvFlowPane, ov_flow_pane, OV, FLOW_PANE, AdwBin)

void ov_flow_pane_set_subject     (OvFlowPane *self,
                                   OvSession  *session,
                                   OvNode     *node);
/* The edge of a flow; @flow may have another one for it each time.  NULL: it fell silent. */
void ov_flow_pane_show_edge       (OvFlowPane        *self,
                                   guint32            from,
                                   guint32            to,
                                   const OvFlowGraph *flow);
void ov_flow_pane_show_bottleneck (OvFlowPane         *self,
                                   const OvBottleneck *bottleneck);

G_END_DECLS
