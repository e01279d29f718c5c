/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlowPresenter: keeps a graph canvas showing who talks to whom.
 *
 * It follows the store in the task pool, builds a graph twice a second at most, and lets single
 * messages travel while they are few.  Replay plays a range again at another speed.
 *
 * Signal "presented": another graph was handed to the canvas.  Thread: main.
 */
#pragma once

#include "canvas/widget/ov-graph-canvas.h"
#include "model/ov-session.h"
#include "views/ov-flow-scene.h"

G_BEGIN_DECLS

#define OV_TYPE_FLOW_PRESENTER (ov_flow_presenter_get_type ())
G_DECLARE_FINAL_TYPE (OvFlowPresenter, ov_flow_presenter, OV, FLOW_PRESENTER, GObject)

OvFlowPresenter   *ov_flow_presenter_new        (OvGraphCanvas *canvas,
                                                 OvSession     *session,
                                                 OvNode        *node) G_GNUC_WARN_UNUSED_RESULT;
/* It works only while it is active: while the page can be seen. */
void               ov_flow_presenter_set_active (OvFlowPresenter *self,
                                                 gboolean         active);
void               ov_flow_presenter_set_paused (OvFlowPresenter *self,
                                                 gboolean         paused);
void               ov_flow_presenter_set_color  (OvFlowPresenter *self,
                                                 OvFlowColor      color);
/* How much of the past is summed up while no range is set. */
void               ov_flow_presenter_set_window (OvFlowPresenter *self,
                                                 gint64           window_ns);
/* What is shown now, (transfer none) (nullable), valid until "presented". */
const OvFlowGraph *ov_flow_presenter_get_flow   (OvFlowPresenter *self);
OvFlowRamp         ov_flow_presenter_get_ramp   (OvFlowPresenter *self);
const OvBottleneck *ov_flow_presenter_find_bottleneck (OvFlowPresenter *self,
                                                       guint32          actor);
/* Plays the session's range (or what is shown) from its begin; @speed 1: as it was.  0: stop. */
void               ov_flow_presenter_replay     (OvFlowPresenter *self,
                                                 double           speed);
/* Where the replay is; 0: there is none. */
gint64             ov_flow_presenter_get_replay_instant (OvFlowPresenter *self);

G_END_DECLS
