/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreePresenter: keeps a canvas showing the tree of a process table.
 *
 * It decides when a new scene is built (never more often than the machine can bear), what is
 * collapsed, which overlay and filter apply, and tells the canvas whether items came and went or
 * only looks changed.
 *
 * Signal "presented": a scene was handed to the canvas.  Thread: main.
 */
#pragma once

#include "canvas/widget/ov-canvas.h"
#include "export/ov-tree-scene.h"

G_BEGIN_DECLS

#define OV_TYPE_TREE_PRESENTER (ov_tree_presenter_get_type ())
G_DECLARE_FINAL_TYPE (OvTreePresenter, ov_tree_presenter, OV, TREE_PRESENTER, GObject)

OvTreePresenter *ov_tree_presenter_new          (OvCanvas *canvas) G_GNUC_WARN_UNUSED_RESULT;
void             ov_tree_presenter_set_table    (OvTreePresenter *self,
                                                 OvProcessTable  *table); /* nullable */
OvProcessTable  *ov_tree_presenter_get_table    (OvTreePresenter *self);
void             ov_tree_presenter_set_overlay  (OvTreePresenter *self,
                                                 OvOverlay        overlay);
OvOverlay        ov_tree_presenter_get_overlay  (OvTreePresenter *self);
void             ov_tree_presenter_set_filter   (OvTreePresenter *self,
                                                 const char      *filter);
void             ov_tree_presenter_set_selected (OvTreePresenter *self,
                                                 guint32          slot);
/* What the selected process monitors and is monitored by: edges until another is selected. */
void             ov_tree_presenter_set_monitors (OvTreePresenter *self,
                                                 GArray          *monitors,      /* of OvPid */
                                                 GArray          *monitored_by); /* of OvPid */
/* Collapsing goes by rows: what is collapsed stays so when its children change. */
void             ov_tree_presenter_toggle       (OvTreePresenter *self,
                                                 guint32          slot);
void             ov_tree_presenter_collapse_all (OvTreePresenter *self);
void             ov_tree_presenter_expand_all   (OvTreePresenter *self);
/* Expands whatever hides @slot; TRUE if something did. */
gboolean         ov_tree_presenter_expand_to    (OvTreePresenter *self,
                                                 guint32          slot);
/* The id of a row in the canvas, 0 when the slot is free. */
guint64          ov_tree_presenter_get_id       (OvTreePresenter *self,
                                                 guint32          slot);
/* Of the overlay that is shown; both ends 0 without one. */
OvHeatRamp       ov_tree_presenter_get_ramp     (OvTreePresenter *self);
/* While held, nothing new is shown: a census under way would be shown in parts. */
void             ov_tree_presenter_set_held     (OvTreePresenter *self,
                                                 gboolean         held);
/* Builds at once instead of at the next turn. */
void             ov_tree_presenter_present_now  (OvTreePresenter *self);

G_END_DECLS
