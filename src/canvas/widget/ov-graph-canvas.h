/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvGraphCanvas: shows an OvGraph that changes all the time and stays where it is.
 *
 * Zooming in opens groups (supervisors, applications), zooming out folds them; a group may be
 * pinned open or shut, by a double click or Enter too.  Edges are tapered, wide at the sender;
 * width is rate, colour is heat.  Dots travel along edges: real ones that the caller names, at most
 * OV_GRAPH_MAX_DOTS at once; beyond, width, colour and a label with the rate tell it.  Arrow keys
 * walk between neighbours, the focused node is announced.
 *
 * Signals as those of OvCanvas: "selected" (guint64 id, 0: nothing), "activated" (guint64 id; what
 * is no group), "context-menu" (guint64 id, double x, double y), "hovered" (guint64 id, 0: left;
 * after the pointer has rested), "focus-moved" (guint64 id), "view-changed"; and "edge-selected"
 * (guint64 from id, guint64 to id; of what is drawn, so groups too; 0, 0: no longer),
 * "edge-hovered" (the same; 0, 0: left). Properties: "scene-busy" (a layout is under way), "zoom".
 * Thread: main.
 */
#pragma once

#include "canvas/layout/ov-force.h"
#include "canvas/render/ov-painter.h"
#include "canvas/scene/ov-graph-view.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_GRAPH_MAX_DOTS 2000

#define OV_TYPE_GRAPH_CANVAS (ov_graph_canvas_get_type ())
G_DECLARE_FINAL_TYPE (OvGraphCanvas, ov_graph_canvas, OV, GRAPH_CANVAS, GtkWidget)

GtkWidget *ov_graph_canvas_new          (void);
/* Frozen; layout in a worker, one at a time, of what came meanwhile the last; the old graph glides into the new. */
void       ov_graph_canvas_set_graph    (OvGraphCanvas *self,
                                         OvGraph       *graph);
/* The graph last set; the one on the screen may still be the one before it. */
OvGraph   *ov_graph_canvas_get_graph    (OvGraphCanvas *self);
/* One message on its way, by ids; @delay_ms from now, for @travel_ms.  None where animations are off. */
void       ov_graph_canvas_add_dot      (OvGraphCanvas *self,
                                         guint64        from,
                                         guint64        to,
                                         guint          delay_ms,
                                         guint          travel_ms,
                                         OvTone         tone);
guint      ov_graph_canvas_get_n_dots   (OvGraphCanvas *self);
void       ov_graph_canvas_clear_dots   (OvGraphCanvas *self);
/* Emphasises a path: these edges in order, everything else dimmed; n 0: none. */
void       ov_graph_canvas_set_path     (OvGraphCanvas *self,
                                         const guint64 *from,
                                         const guint64 *to,
                                         guint          n);
void       ov_graph_canvas_select       (OvGraphCanvas *self,
                                         guint64        id);
guint64    ov_graph_canvas_get_selected (OvGraphCanvas *self);
/* Marks an edge as if it had been clicked; 0, 0: none. */
void       ov_graph_canvas_select_edge  (OvGraphCanvas *self,
                                         guint64        from,
                                         guint64        to);
/* Everything but this node and its neighbours is dimmed; 0: nothing is. */
void       ov_graph_canvas_set_focus    (OvGraphCanvas *self,
                                         guint64        id);
void       ov_graph_canvas_set_matches  (OvGraphCanvas *self,
                                         const guint64 *ids,
                                         guint          n);
void       ov_graph_canvas_set_open     (OvGraphCanvas *self,
                                         guint64        group,
                                         int            open); /* 1 open, 0 shut, -1 by zoom */
void       ov_graph_canvas_fit          (OvGraphCanvas *self);
void       ov_graph_canvas_zoom_by      (OvGraphCanvas *self,
                                         double         factor);
/* Brings a node into view, near enough for the groups around it to open. */
void       ov_graph_canvas_reveal       (OvGraphCanvas *self,
                                         guint64        id);
/* Of the node, or of the folded group that stands for it. */
gboolean   ov_graph_canvas_get_item_rect (OvGraphCanvas *self,
                                          guint64        id,
                                          GdkRectangle  *rect);
/* What is open, drawn and hidden just now; for tests and hints. */
const OvGraphView *ov_graph_canvas_get_view (OvGraphCanvas *self);
const OvViewport  *ov_graph_canvas_get_viewport (OvGraphCanvas *self);
typedef char *(*OvGraphDescribeFunc)    (OvGraphCanvas *self,
                                         guint64        id,
                                         gpointer       user_data);
void       ov_graph_canvas_set_describe_func (OvGraphCanvas      *self,
                                              OvGraphDescribeFunc describe,
                                              gpointer            user_data,
                                              GDestroyNotify      destroy);
/* The picture as it would be on the screen, whole, for export; (transfer full). */
GBytes    *ov_graph_canvas_to_svg       (OvGraphCanvas *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
