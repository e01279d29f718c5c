/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The canvas's inside, shared by its parts: scene and layout, camera, painting, input.
 */
#pragma once

#include "canvas/layout/ov-tween.h"
#include "canvas/layout/ov-walk.h"
#include "canvas/scene/ov-hit.h"
#include "canvas/widget/ov-canvas.h"
#include "canvas/widget/ov-stage-private.h"

G_BEGIN_DECLS

/* An effect with its time; pulses follow their item by id. */
typedef struct
{
  OvPaintEffect effect;
  guint64  id;
  gint64   start_us, duration_us;
} OvTimedEffect;

struct _OvCanvas
{
  GtkWidget     parent_instance;
  OvStage       stage;

  /* What is shown.  layout and hit belong to scene; wanted is the scene being laid out. */
  OvScene      *scene, *wanted;
  OvLayout     *layout;
  OvHit        *hit;
  OvLayoutKind  layout_kind;
  guint32       chosen_for;     /* items when the automatic choice was made; 0: not made */
  gboolean      chosen_nested;
  guint         serial;
  GCancellable *cancellable;
  guint64       reveal_later, zoom_later; /* ids that only the wanted scene has */

  /* What moves; see ov-canvas-motion.c. */
  OvTween      *tween;
  gint64        tween_start_us;
  double        tween_share;   /* eased, of the last frame */
  GArray       *effects;       /* OvTimedEffect */

  /* Painting. */
  OvPainter    *painter;
  GArray       *drawn_effects; /* OvPaintEffect of this frame */

  /* What the user points at. */
  guint64     selected, hovered, hover_told, focused;
  GArray     *matches; /* guint64, sorted */

  OvCanvasDescribeFunc describe;
  gpointer             describe_data;
  GDestroyNotify       describe_destroy;
};

enum
{
  OV_CANVAS_SELECTED, OV_CANVAS_ACTIVATED, OV_CANVAS_CONTEXT_MENU, OV_CANVAS_TOGGLE,
  OV_CANVAS_HOVERED, OV_CANVAS_FOCUS_MOVED, OV_CANVAS_VIEW_CHANGED, OV_CANVAS_N_SIGNALS,
};

void            ov_canvas_emit          (OvCanvas         *self,
                                         guint             signal,
                                         guint64           id);
void            ov_canvas_emit_menu     (OvCanvas         *self,
                                         guint64           id,
                                         double            x,
                                         double            y);
/* Draws anew at the next frame. */
void            ov_canvas_invalidate    (OvCanvas         *self);
/* Where things stand in this frame, in the middle of a glide too. */
const OvLayout *ov_canvas_get_places    (OvCanvas         *self);

/* ov-canvas-scene.c */
void            ov_canvas_lay_out       (OvCanvas         *self,
                                         OvScene          *scene);
void            ov_canvas_announce      (OvCanvas         *self);

/* ov-canvas-motion.c: the stage's advance, and what begins. */
gboolean        ov_canvas_advance       (GtkWidget        *widget,
                                         gint64            time_us);
void            ov_canvas_stop_motion   (OvCanvas         *self);
void            ov_canvas_glide         (OvCanvas         *self,
                                         OvScene          *old_scene,
                                         const OvLayout   *old_places);
void            ov_canvas_note_renewals (OvCanvas         *self,
                                         const OvScene    *old_scene);

/* ov-canvas-paint.c: the stage's render. */
void            ov_canvas_render        (GtkWidget        *widget,
                                         cairo_surface_t  *image,
                                         int               scale);

/* ov-canvas-input.c: what the stage tells of the pointer, and keys. */
void            ov_canvas_point_at      (GtkWidget        *widget,
                                         double            x,
                                         double            y);
void            ov_canvas_rested        (GtkWidget        *widget);
void            ov_canvas_clicked       (GtkWidget        *widget,
                                         int               n_press,
                                         double            x,
                                         double            y);
void            ov_canvas_open_menu     (GtkWidget        *widget,
                                         double            x,
                                         double            y);
void            ov_canvas_add_keys      (OvCanvas         *self);

G_END_DECLS
