/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStage: what the canvases of this folder share: the camera and its motion, the images in
 * rotation, and gestures that become camera moves or calls to the canvas.  It is a part of its
 * widget, not an object. Thread: main.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-viewport.h"
#include "canvas/widget/ov-look.h"

G_BEGIN_DECLS

#define OV_STAGE_MARGIN   24.0
#define OV_STAGE_MAX_ZOOM 4.0
/* Fitting a few boxes does not make them huge. */
#define OV_STAGE_MAX_FIT  1.5
#define OV_STAGE_MOVE_MS  200
/* What a revealed item keeps from the edge, and its zoom at least. */
#define OV_STAGE_REVEAL_MARGIN 48.0
#define OV_STAGE_REVEAL_ZOOM   0.55

/* What a canvas does for its stage. */
typedef struct
{
  /* What fitting shows; FALSE: there is nothing yet. */
  gboolean (*get_bounds)   (GtkWidget *widget, OvBox *bounds);
  void     (*view_changed) (GtkWidget *widget, gboolean zoomed);
  /* Whatever else moves, at a frame's time; TRUE: it goes on. */
  gboolean (*advance)      (GtkWidget *widget, gint64 time_us);
  void     (*render)       (GtkWidget *widget, cairo_surface_t *image, int scale);
  /* A little work ahead, when idle; FALSE: there is none left. */
  gboolean (*warm)         (GtkWidget *widget);
  /* The pointer has moved there; below 0: it is nowhere, or busy. */
  void     (*point_at)     (GtkWidget *widget, double x, double y);
  void     (*rested)       (GtkWidget *widget); /* since ov_stage_wait_for_rest() */
  void     (*clicked)      (GtkWidget *widget, int n_press, double x, double y);
  void     (*open_menu)    (GtkWidget *widget, double x, double y);
} OvStageActs;

typedef struct
{
  GtkWidget         *widget; /* holds the stage */
  const OvStageActs *acts;

  OvViewport view, view_from, view_to;
  gint64     camera_start_us, camera_duration_us;
  gboolean   camera_moves, fitted, needs_fit;
  double     velocity_x, velocity_y; /* pixels per second, while coasting */
  gint64     coast_us;
  guint      tick_id;

  OvFrames   frames;
  guint      warm_id;
  gboolean   dirty, whole; /* something has changed; everything may have */
  gboolean   warmed, drawn_focus;

  guint      rest_id;
  double     pointer_x, pointer_y; /* below 0: outside */
  double     drag_x, drag_y;
  gboolean   dragging;
  OvViewport pinch_view;
} OvStage;

/* One key and what it does beside moving the camera. */
typedef struct
{
  guint           key;
  GdkModifierType modifiers;
  gboolean      (*act) (GtkWidget *widget, int argument);
  int             argument;
} OvStageKey;

void       ov_stage_init          (OvStage           *self,
                                   GtkWidget         *widget,
                                   const OvStageActs *acts);
void       ov_stage_dispose       (OvStage *self);
void       ov_stage_finalize      (OvStage *self);
/* Draws anew at the next frame: everything, or what lies on top (stage.whole says which). */
void       ov_stage_invalidate    (OvStage *self);
void       ov_stage_touch         (OvStage *self);

gboolean   ov_stage_is_animated   (OvStage *self);
gint64     ov_stage_now           (OvStage *self);
/* How much of a duration has passed, 0…1; and slower towards the end. */
double     ov_stage_share         (gint64 time_us,
                                   gint64 start_us,
                                   gint64 duration_us);
double     ov_stage_ease          (double t);
void       ov_stage_keep_ticking  (OvStage *self);
/* What was under way ends where it was going to. */
void       ov_stage_stop          (OvStage *self);
void       ov_stage_set_view      (OvStage          *self,
                                   const OvViewport *view);
/* @duration_ms 0: at once. */
void       ov_stage_move_camera   (OvStage          *self,
                                   const OvViewport *to,
                                   guint             duration_ms);
void       ov_stage_coast         (OvStage *self,
                                   double   velocity_x,
                                   double   velocity_y);
double     ov_stage_get_min_zoom  (OvStage *self);
void       ov_stage_fit           (OvStage *self,
                                   gboolean animate);
/* Whether a fitted camera no longer shows the whole well. */
gboolean   ov_stage_wants_fit     (OvStage *self);
/* Frames a world box; moves there only if it is not well in view. */
void       ov_stage_zoom_to       (OvStage     *self,
                                   const OvBox *box);
void       ov_stage_reveal        (OvStage     *self,
                                   const OvBox *box);
/* The same, at this zoom at least. */
void       ov_stage_approach      (OvStage     *self,
                                   const OvBox *box,
                                   double       zoom);
/* The same without any zoom: for walking. */
void       ov_stage_follow        (OvStage     *self,
                                   const OvBox *box);
void       ov_stage_zoom_around   (OvStage *self,
                                   double   x,
                                   double   y,
                                   double   factor,
                                   guint    duration_ms);
void       ov_stage_measure       (GtkOrientation orientation,
                                   int           *minimum,
                                   int           *natural);
void       ov_stage_allocate      (OvStage *self,
                                   int      width,
                                   int      height);
void       ov_stage_get_rect      (OvStage      *self,
                                   const OvBox  *box,
                                   GdkRectangle *rect);

/* ov-stage-paint.c */
void       ov_stage_snapshot      (OvStage     *self,
                                   GtkSnapshot *snapshot);

/* ov-stage-input.c */
void       ov_stage_add_input     (OvStage *self);
void       ov_stage_wait_for_rest (OvStage *self);
void       ov_stage_forget_rest   (OvStage *self);
/* What @keys do, or what moves the camera by keys. */
gboolean   ov_stage_press         (OvStage          *self,
                                   const OvStageKey *keys,
                                   guint             n_keys,
                                   guint             key,
                                   GdkModifierType   modifiers);

G_END_DECLS
