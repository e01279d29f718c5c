/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that moves: the camera, the coasting after a fling, the glide between layouts,
 * ghosts of what is gone and pulses of what came again.  One tick callback drives them all and
 * removes itself as soon as nothing moves.  Where animations are off, things change at once.
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

#include <adwaita.h>
#include <math.h>

#define GLIDE_US        250000
#define GHOST_US        600000
#define GHOST_ERROR_US 1500000
#define PULSE_US        900000
#define COAST_TIME         0.32 /* seconds until a fling has lost most of its speed */
#define COAST_END         12.0  /* pixels per second */
#define MAX_EFFECTS      400

static double
ease (double t)
{
  double rest = 1 - CLAMP (t, 0, 1);

  return 1 - rest * rest * rest;
}

gboolean
ov_canvas_is_animated (OvCanvas *self)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self)) && adw_get_enable_animations (GTK_WIDGET (self));
}

static gint64
now (OvCanvas *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  return clock != NULL ? gdk_frame_clock_get_frame_time (clock) : g_get_monotonic_time ();
}

static double
share (gint64 time_us,
       gint64 start_us,
       gint64 duration_us)
{
  return duration_us <= 0 ? 1 : CLAMP ((time_us - start_us) / (double) duration_us, 0, 1);
}

void
ov_canvas_set_view (OvCanvas         *self,
                    const OvViewport *view)
{
  double old_zoom = self->view.zoom;

  self->view = *view;
  ov_canvas_invalidate (self);
  if (old_zoom != view->zoom)
    g_object_notify (G_OBJECT (self), "zoom");
  ov_canvas_emit (self, OV_CANVAS_VIEW_CHANGED, 0);
}

static void
advance_camera (OvCanvas *self,
                gint64    time_us)
{
  double t = share (time_us, self->camera_start_us, self->camera_duration_us);
  OvViewport view;

  if (!self->camera_moves)
    return;

  self->camera_moves = t < 1;
  ov_viewport_interpolate (&self->view_from, &self->view_to, ease (t), &view);
  ov_canvas_set_view (self, &view);
}

static void
advance_coast (OvCanvas *self,
               gint64    time_us)
{
  double seconds = (time_us - self->coast_us) / 1e6;
  double decay = exp (-seconds / COAST_TIME);
  OvViewport view = self->view;

  if (self->velocity_x == 0 && self->velocity_y == 0)
    return;

  self->coast_us = time_us;
  ov_viewport_pan (&view, self->velocity_x * seconds, self->velocity_y * seconds);
  self->velocity_x *= decay;
  self->velocity_y *= decay;
  if (hypot (self->velocity_x, self->velocity_y) < COAST_END)
    self->velocity_x = self->velocity_y = 0;
  ov_canvas_set_view (self, &view);
}

static void
advance_tween (OvCanvas *self,
               gint64    time_us)
{
  double t = share (time_us, self->tween_start_us, GLIDE_US);

  if (self->tween == NULL)
    return;

  self->tween_share = ease (t);
  if (t >= 1)
    g_clear_pointer (&self->tween, ov_tween_free);
  ov_canvas_invalidate (self);
  if (t >= 1)
    ov_canvas_emit (self, OV_CANVAS_VIEW_CHANGED, 0);
}

static void
advance_effects (OvCanvas *self,
                 gint64    time_us)
{
  if (self->effects->len == 0)
    return;

  for (guint i = self->effects->len; i-- > 0;)
    {
      OvTimedEffect *timed = &g_array_index (self->effects, OvTimedEffect, i);

      timed->effect.progress = share (time_us, timed->start_us, timed->duration_us);
      if (timed->effect.progress >= 1)
        g_array_remove_index_fast (self->effects, i);
    }
  ov_canvas_invalidate (self);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  OvCanvas *self = OV_CANVAS (widget);
  gint64 time_us = gdk_frame_clock_get_frame_time (clock);

  advance_camera (self, time_us);
  advance_coast (self, time_us);
  advance_tween (self, time_us);
  advance_effects (self, time_us);

  if (self->camera_moves || self->tween != NULL || self->effects->len > 0
      || self->velocity_x != 0 || self->velocity_y != 0)
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;

  return G_SOURCE_REMOVE;
}

void
ov_canvas_keep_ticking (OvCanvas *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

/* What was under way ends where it was going to. */
void
ov_canvas_stop_motion (OvCanvas *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (self->camera_moves)
    self->view = self->view_to;
  self->camera_moves = FALSE;
  self->velocity_x = self->velocity_y = 0;
  g_clear_pointer (&self->tween, ov_tween_free);
  g_array_set_size (self->effects, 0);
  self->dirty = TRUE;
}

static void
add_effect (OvCanvas    *self,
            OvPaintEffectKind kind,
            guint64      id,
            OvBox        box,
            guint8       tone,
            gint64       duration_us)
{
  OvTimedEffect timed = { { box, kind, tone, 0 }, id, now (self), duration_us };

  if (self->effects->len < MAX_EFFECTS)
    g_array_append_val (self->effects, timed);
}

/* A process that took another's place: with the tone for it now, and not with this count before. */
void
ov_canvas_note_renewals (OvCanvas      *self,
                         const OvScene *old_scene)
{
  const OvSceneItem *items = ov_scene_get_items (self->scene);
  const OvSceneItem *old_items = ov_scene_get_items (old_scene);

  if (!ov_canvas_is_animated (self))
    return;

  for (guint32 i = 0; i < self->layout->n; i++)
    {
      guint32 old;

      if (items[i].tone != OV_TONE_RENEWED)
        continue;
      old = ov_scene_find (old_scene, items[i].id);
      if (old == OV_SCENE_NONE || old_items[old].tone != OV_TONE_RENEWED
          || old_items[old].badge != items[i].badge)
        add_effect (self, OV_PAINT_EFFECT_PULSE, items[i].id, self->layout->boxes[i], items[i].tone, PULSE_US);
    }
  if (self->effects->len > 0)
    ov_canvas_keep_ticking (self);
}

static void
add_ghosts (OvCanvas      *self,
            const OvScene *old_scene)
{
  const OvSceneItem *items = ov_scene_get_items (old_scene);
  const OvGone *gone;
  guint n;

  gone = ov_tween_get_gone (self->tween, &n);
  for (guint i = 0; i < n; i++)
    {
      const OvSceneItem *item = &items[gone[i].index];

      /* A box that held others would hide what moves up in its place. */
      if (item->subtree_end == gone[i].index + 1)
        add_effect (self, OV_PAINT_EFFECT_GHOST, item->id, gone[i].box, item->tone,
                    item->tone == OV_TONE_ERROR ? GHOST_ERROR_US : GHOST_US);
    }
}

/* From the places of the old scene to those of the one that has just become current. */
void
ov_canvas_glide (OvCanvas       *self,
                 OvScene        *old_scene,
                 const OvLayout *old_places)
{
  g_clear_pointer (&self->tween, ov_tween_free);
  if (!ov_canvas_is_animated (self) || old_places == NULL)
    return;

  self->tween = ov_tween_new (old_scene, old_places, self->scene, self->layout);
  add_ghosts (self, old_scene);
  ov_canvas_note_renewals (self, old_scene);
  if (ov_tween_is_idle (self->tween))
    g_clear_pointer (&self->tween, ov_tween_free);
  self->tween_start_us = now (self);
  self->tween_share = 0;
  if (self->tween != NULL || self->effects->len > 0)
    ov_canvas_keep_ticking (self);
}

/**
 * ov_canvas_move_camera:
 * @duration_ms: 0: at once
 */
void
ov_canvas_move_camera (OvCanvas         *self,
                       const OvViewport *to,
                       guint             duration_ms)
{
  self->velocity_x = self->velocity_y = 0;
  if (duration_ms == 0 || !ov_canvas_is_animated (self))
    {
      self->camera_moves = FALSE;
      ov_canvas_set_view (self, to);
      return;
    }

  self->view_from = self->view;
  self->view_to = *to;
  self->camera_start_us = now (self);
  self->camera_duration_us = duration_ms * 1000;
  self->camera_moves = TRUE;
  ov_canvas_keep_ticking (self);
}

void
ov_canvas_coast (OvCanvas *self,
                 double    velocity_x,
                 double    velocity_y)
{
  if (!ov_canvas_is_animated (self))
    return;

  self->velocity_x = velocity_x;
  self->velocity_y = velocity_y;
  self->coast_us = now (self);
  ov_canvas_keep_ticking (self);
}

static OvViewport
get_fitting_view (OvCanvas *self)
{
  OvViewport view = self->view;
  const OvBox *bounds = &self->layout->bounds;
  double margin = MIN (OV_CANVAS_MARGIN, MIN (view.width, view.height) / 10);

  ov_viewport_fit (&view, bounds->x, bounds->y, bounds->width, bounds->height, margin, OV_CANVAS_MAX_FIT);

  return view;
}

double
ov_canvas_get_min_zoom (OvCanvas *self)
{
  return self->layout == NULL ? 0.01 : MIN (get_fitting_view (self).zoom / 2, 0.5);
}

void
ov_canvas_fit_now (OvCanvas *self,
                   gboolean  animate)
{
  OvViewport view;

  if (self->layout == NULL || self->view.width <= 1)
    {
      self->needs_fit = TRUE;
      return;
    }

  view = get_fitting_view (self);
  self->needs_fit = FALSE;
  self->fitted = TRUE;
  ov_canvas_move_camera (self, &view, animate ? 200 : 0);
}

void
ov_canvas_zoom_around (OvCanvas *self,
                       double    x,
                       double    y,
                       double    factor,
                       guint     duration_ms)
{
  OvViewport view = self->camera_moves ? self->view_to : self->view;

  self->fitted = FALSE;
  ov_viewport_zoom_at (&view, x, y, factor, ov_canvas_get_min_zoom (self), OV_CANVAS_MAX_ZOOM);
  ov_canvas_move_camera (self, &view, duration_ms);
}
