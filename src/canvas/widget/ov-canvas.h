/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvCanvas: the one widget that shows a scene.
 *
 * It lays out in a worker (late answers are dropped by serial), glides from the old places to
 * the new ones, renders the viewport into one of three images while the camera moves, and turns
 * pointer, touch, wheel and keys into camera moves, selection and hover.  Because a drawing
 * area is one opaque node to AT-SPI in GTK 4.8, the focused item is announced through the
 * widget's accessible label and description.
 *
 * Signals: "selected" (guint64 id, 0: nothing), "activated" (guint64 id),
 * "context-menu" (guint64 id, double x, double y), "toggle" (guint64 id: collapse or expand),
 * "hovered" (guint64 id, 0: left; after the pointer has rested), "focus-moved" (guint64 id),
 * "view-changed" (the camera, the scene or the places changed).
 * Properties: "layout-kind" (uint, OvLayoutKind), "scene-busy" (a layout is under way), "zoom".
 * Thread: main.
 */
#pragma once

#include "canvas/layout/ov-layout.h"
#include "canvas/render/ov-painter.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_CANVAS (ov_canvas_get_type ())
G_DECLARE_FINAL_TYPE (OvCanvas, ov_canvas, OV, CANVAS, GtkWidget)

GtkWidget *ov_canvas_new             (void);
/* A frozen scene (transfer none).  The first one is fitted; later ones keep the camera. */
void       ov_canvas_set_scene       (OvCanvas *self,
                                      OvScene  *scene);
/* The scene last set; the one on the screen may still be the one before it. */
OvScene   *ov_canvas_get_scene       (OvCanvas *self);
OvScene   *ov_canvas_get_shown_scene (OvCanvas *self);
/* Same items, new figures: heat, tone, labels; no layout, no glide. */
void       ov_canvas_update_scene    (OvCanvas *self,
                                      OvScene  *scene);
void       ov_canvas_set_layout_kind (OvCanvas     *self,
                                      OvLayoutKind  kind);
OvLayoutKind ov_canvas_get_layout_kind (OvCanvas *self);
void       ov_canvas_select          (OvCanvas *self,
                                      guint64   id);
guint64    ov_canvas_get_selected    (OvCanvas *self);
void       ov_canvas_set_matches     (OvCanvas      *self,
                                      const guint64 *ids, /* any order */
                                      guint          n);
/* Camera; animated unless animations are off. */
void       ov_canvas_fit             (OvCanvas *self);
void       ov_canvas_zoom_to         (OvCanvas *self,
                                      guint64   id); /* frames the item's subtree */
void       ov_canvas_reveal          (OvCanvas *self,
                                      guint64   id); /* moves only if it is not well in view */
void       ov_canvas_zoom_by         (OvCanvas *self,
                                      double    factor);
/* For tests and popovers: where an item stands in the widget; FALSE if it has no place. */
gboolean   ov_canvas_get_item_rect   (OvCanvas     *self,
                                      guint64       id,
                                      GdkRectangle *rect);
/* The item at a place in the widget, 0: none. */
guint64    ov_canvas_get_item_at     (OvCanvas *self,
                                      double    x,
                                      double    y);
/* Shows this world point in the middle, at once. */
void       ov_canvas_center_on       (OvCanvas *self,
                                      double    world_x,
                                      double    world_y);
/* The item that keys act on, 0: none. */
void       ov_canvas_set_focused     (OvCanvas *self,
                                      guint64   id);
/* What a screen reader says of an item; (transfer full).  Label and second line until set. */
typedef char *(*OvCanvasDescribeFunc) (OvCanvas *self,
                                       guint64   id,
                                       gpointer  user_data);
void       ov_canvas_set_describe_func (OvCanvas            *self,
                                        OvCanvasDescribeFunc describe,
                                        gpointer             user_data,
                                        GDestroyNotify       destroy);
const OvTheme *ov_canvas_get_theme   (OvCanvas *self); /* follows the style manager */
const OvLayout   *ov_canvas_get_layout   (OvCanvas *self);
const OvViewport *ov_canvas_get_viewport (OvCanvas *self);

/* The overview in the corner; pass the canvas it belongs to. */
#define OV_TYPE_MINIMAP (ov_minimap_get_type ())
G_DECLARE_FINAL_TYPE (OvMinimap, ov_minimap, OV, MINIMAP, GtkWidget)
GtkWidget *ov_minimap_new            (OvCanvas *canvas);

G_END_DECLS
