/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The canvas's inside, shared by its parts: scene and layout, camera, painting, input.
 */
#pragma once

#include "canvas/layout/ov-tween.h"
#include "canvas/layout/ov-walk.h"
#include "canvas/scene/ov-hit.h"
#include "canvas/widget/ov-canvas.h"

G_BEGIN_DECLS

#define OV_CANVAS_N_IMAGES 3
#define OV_CANVAS_MARGIN   24.0
#define OV_CANVAS_MAX_ZOOM 4.0
/* Fitting a few boxes does not make them huge. */
#define OV_CANVAS_MAX_FIT  1.5

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
  guint         tick_id;
  OvViewport    view, view_from, view_to;
  gint64        camera_start_us, camera_duration_us;
  gboolean      camera_moves, fitted, needs_fit;
  double        velocity_x, velocity_y; /* pixels per second, while coasting */
  gint64        coast_us;

  /* Painting. */
  OvPainter       *painter;
  cairo_surface_t *images[OV_CANVAS_N_IMAGES];
  guint            image;
  gboolean         dirty, warmed;
  guint            warm_id;
  GArray          *drawn_effects; /* OvPaintEffect of this frame */

  /* What the user points at. */
  guint64     selected, hovered, hover_told, focused;
  GArray     *matches; /* guint64, sorted */
  guint       hover_id;
  double      pointer_x, pointer_y;
  double      drag_x, drag_y;
  gboolean    dragging, drawn_focus;
  OvViewport  pinch_view;
  GtkGesture *drag;

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

/* ov-canvas-motion.c */
gboolean        ov_canvas_is_animated   (OvCanvas         *self);
void            ov_canvas_keep_ticking  (OvCanvas         *self);
void            ov_canvas_stop_motion   (OvCanvas         *self);
void            ov_canvas_glide         (OvCanvas         *self,
                                         OvScene          *old_scene,
                                         const OvLayout   *old_places);
void            ov_canvas_note_renewals (OvCanvas         *self,
                                         const OvScene    *old_scene);
void            ov_canvas_move_camera   (OvCanvas         *self,
                                         const OvViewport *to,
                                         guint             duration_ms);
void            ov_canvas_set_view      (OvCanvas         *self,
                                         const OvViewport *view);
void            ov_canvas_coast         (OvCanvas         *self,
                                         double            velocity_x,
                                         double            velocity_y);
double          ov_canvas_get_min_zoom  (OvCanvas         *self);
void            ov_canvas_fit_now       (OvCanvas         *self,
                                         gboolean          animate);
void            ov_canvas_zoom_around   (OvCanvas         *self,
                                         double            x,
                                         double            y,
                                         double            factor,
                                         guint             duration_ms);

/* ov-canvas-paint.c */
void            ov_canvas_snapshot      (GtkWidget        *widget,
                                         GtkSnapshot      *snapshot);
void            ov_canvas_drop_images   (OvCanvas         *self);
double          ov_canvas_get_text_scale (OvCanvas        *self);

/* ov-canvas-input.c */
void            ov_canvas_add_input     (OvCanvas         *self);

G_END_DECLS
