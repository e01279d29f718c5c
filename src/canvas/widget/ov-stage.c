/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The camera: moves, coasting after a fling, fitting.  One tick callback drives these and whatever
 * else the canvas moves, and removes itself as soon as nothing moves.  Where animations are off,
 * things change at once. Thread: main.
 */
#include "canvas/widget/ov-stage-private.h"

#include <adwaita.h>
#include <math.h>

#define COAST_TIME 0.32 /* seconds until a fling has lost most of its speed */
#define COAST_END  12.0 /* pixels per second */

/* Where a widget's stage is. */
#define STAGE "ov-stage"

static void
look_changed_cb (GtkWidget *widget)
{
  ov_stage_invalidate (g_object_get_data (G_OBJECT (widget), STAGE));
}

void
ov_stage_init (OvStage           *self,
               GtkWidget         *widget,
               const OvStageActs *acts)
{
  g_object_set_data (G_OBJECT (widget), STAGE, self);
  self->widget = widget;
  self->acts = acts;
  self->view = (OvViewport) { 0, 0, 1, 1, 1 };
  self->view_to = self->view;
  self->needs_fit = TRUE;
  self->dirty = self->whole = TRUE;
  self->pointer_x = self->pointer_y = -1;

  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  ov_stage_add_input (self);
  ov_look_watch (widget, G_CALLBACK (look_changed_cb));
}

void
ov_stage_dispose (OvStage *self)
{
  ov_stage_stop (self);
  g_clear_handle_id (&self->rest_id, g_source_remove);
  g_clear_handle_id (&self->warm_id, g_source_remove);
}

void
ov_stage_finalize (OvStage *self)
{
  ov_frames_clear (&self->frames);
}

void
ov_stage_invalidate (OvStage *self)
{
  self->whole = TRUE;
  ov_stage_touch (self);
}

void
ov_stage_touch (OvStage *self)
{
  self->dirty = TRUE;
  gtk_widget_queue_draw (self->widget);
}

double
ov_stage_ease (double t)
{
  double rest = 1 - CLAMP (t, 0, 1);

  return 1 - rest * rest * rest;
}

gboolean
ov_stage_is_animated (OvStage *self)
{
  return gtk_widget_get_mapped (self->widget) && adw_get_enable_animations (self->widget);
}

gint64
ov_stage_now (OvStage *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (self->widget);

  return clock != NULL ? gdk_frame_clock_get_frame_time (clock) : g_get_monotonic_time ();
}

double
ov_stage_share (gint64 time_us,
                gint64 start_us,
                gint64 duration_us)
{
  return duration_us <= 0 ? 1 : CLAMP ((time_us - start_us) / (double) duration_us, 0, 1);
}

void
ov_stage_set_view (OvStage          *self,
                   const OvViewport *view)
{
  gboolean zoomed = self->view.zoom != view->zoom;

  self->view = *view;
  ov_stage_invalidate (self);
  self->acts->view_changed (self->widget, zoomed);
}

static void
advance_camera (OvStage *self,
                gint64   time_us)
{
  double t = ov_stage_share (time_us, self->camera_start_us, self->camera_duration_us);
  OvViewport view;

  if (!self->camera_moves)
    return;

  self->camera_moves = t < 1;
  ov_viewport_interpolate (&self->view_from, &self->view_to, ov_stage_ease (t), &view);
  ov_stage_set_view (self, &view);
}

static void
advance_coast (OvStage *self,
               gint64   time_us)
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
  ov_stage_set_view (self, &view);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  OvStage *self = user_data;
  gint64 time_us = gdk_frame_clock_get_frame_time (clock);
  gboolean more;

  advance_camera (self, time_us);
  advance_coast (self, time_us);
  more = self->acts->advance (self->widget, time_us);
  if (more || self->camera_moves || self->velocity_x != 0 || self->velocity_y != 0)
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;

  return G_SOURCE_REMOVE;
}

void
ov_stage_keep_ticking (OvStage *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (self->widget, tick_cb, self, NULL);
}

void
ov_stage_stop (OvStage *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (self->widget, self->tick_id);
  self->tick_id = 0;
  if (self->camera_moves)
    self->view = self->view_to;
  self->camera_moves = FALSE;
  self->velocity_x = self->velocity_y = 0;
  self->dirty = self->whole = TRUE;
}

void
ov_stage_move_camera (OvStage          *self,
                      const OvViewport *to,
                      guint             duration_ms)
{
  self->velocity_x = self->velocity_y = 0;
  if (duration_ms == 0 || !ov_stage_is_animated (self))
    {
      self->camera_moves = FALSE;
      ov_stage_set_view (self, to);
      return;
    }

  self->view_from = self->view;
  self->view_to = *to;
  self->camera_start_us = ov_stage_now (self);
  self->camera_duration_us = duration_ms * 1000;
  self->camera_moves = TRUE;
  ov_stage_keep_ticking (self);
}

void
ov_stage_coast (OvStage *self,
                double   velocity_x,
                double   velocity_y)
{
  if (!ov_stage_is_animated (self))
    return;

  self->velocity_x = velocity_x;
  self->velocity_y = velocity_y;
  self->coast_us = ov_stage_now (self);
  ov_stage_keep_ticking (self);
}

/* FALSE: there is nothing to fit. */
static gboolean
get_fitting_view (OvStage    *self,
                  OvViewport *view)
{
  double margin = MIN (OV_STAGE_MARGIN, MIN (self->view.width, self->view.height) / 10);
  OvBox bounds;

  if (!self->acts->get_bounds (self->widget, &bounds))
    return FALSE;
  *view = self->view;
  ov_viewport_fit (view, bounds.x, bounds.y, bounds.width, bounds.height, margin, OV_STAGE_MAX_FIT);

  return TRUE;
}

double
ov_stage_get_min_zoom (OvStage *self)
{
  OvViewport view;

  return get_fitting_view (self, &view) ? MIN (view.zoom / 2, 0.5) : 0.01;
}

void
ov_stage_fit (OvStage  *self,
              gboolean  animate)
{
  OvViewport view;

  if (self->view.width <= 1 || !get_fitting_view (self, &view))
    {
      self->needs_fit = TRUE;
      return;
    }

  self->needs_fit = FALSE;
  self->fitted = TRUE;
  ov_stage_move_camera (self, &view, animate ? OV_STAGE_MOVE_MS : 0);
}

/* The camera follows a growing picture only as long as the user has left it fitted. */
gboolean
ov_stage_wants_fit (OvStage *self)
{
  OvBox bounds;
  double x, y, width, height;

  if (self->needs_fit)
    return TRUE;
  if (!self->fitted || !self->acts->get_bounds (self->widget, &bounds))
    return FALSE;

  ov_viewport_to_screen (&self->view, bounds.x, bounds.y, &x, &y);
  width = bounds.width * self->view.zoom;
  height = bounds.height * self->view.zoom;

  return x < 0 || y < 0 || x + width > self->view.width || y + height > self->view.height
         || (self->view.zoom < OV_STAGE_MAX_FIT
             && MAX (width / self->view.width, height / self->view.height) < 0.7);
}

void
ov_stage_zoom_to (OvStage     *self,
                  const OvBox *box)
{
  OvViewport view = self->view;

  self->fitted = FALSE;
  ov_viewport_fit (&view, box->x, box->y, box->width, box->height, 2 * OV_STAGE_MARGIN, OV_STAGE_MAX_FIT);
  ov_stage_move_camera (self, &view, OV_STAGE_MOVE_MS);
}

void
ov_stage_approach (OvStage     *self,
                   const OvBox *box,
                   double       least_zoom)
{
  const double margin = OV_STAGE_REVEAL_MARGIN;
  OvViewport view = self->camera_moves ? self->view_to : self->view;
  double x, y, zoom, width, height;

  ov_viewport_to_screen (&view, box->x, box->y, &x, &y);
  width = MIN (box->width * view.zoom, view.width - 2 * margin);
  height = MIN (box->height * view.zoom, view.height - 2 * margin);
  zoom = MAX (view.zoom, MIN (least_zoom, OV_STAGE_MAX_ZOOM));
  if (zoom == view.zoom && x >= margin && y >= margin && x + width <= view.width - margin
      && y + height <= view.height - margin)
    return;

  self->fitted = FALSE;
  view.zoom = zoom;
  view.x = box->x + MIN (box->width, view.width / zoom * 0.6) / 2 - view.width / 2 / zoom;
  view.y = box->y + MIN (box->height, view.height / zoom * 0.6) / 2 - view.height / 2 / zoom;
  ov_stage_move_camera (self, &view, OV_STAGE_MOVE_MS);
}

void
ov_stage_reveal (OvStage     *self,
                 const OvBox *box)
{
  double zoom = self->camera_moves ? self->view_to.zoom : self->view.zoom;

  ov_stage_approach (self, box,
                     MAX (zoom, MIN (OV_STAGE_REVEAL_ZOOM, self->view.width / box->width / 1.5)));
}

void
ov_stage_follow (OvStage     *self,
                 const OvBox *box)
{
  ov_stage_approach (self, box, 0);
}

void
ov_stage_zoom_around (OvStage *self,
                      double   x,
                      double   y,
                      double   factor,
                      guint    duration_ms)
{
  OvViewport view = self->camera_moves ? self->view_to : self->view;

  self->fitted = FALSE;
  ov_viewport_zoom_at (&view, x, y, factor, ov_stage_get_min_zoom (self), OV_STAGE_MAX_ZOOM);
  ov_stage_move_camera (self, &view, duration_ms);
}

void
ov_stage_measure (GtkOrientation orientation,
                  int           *minimum,
                  int           *natural)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 420;
}

/* A fitted view stays fitted; any other keeps what is in its middle. */
void
ov_stage_allocate (OvStage *self,
                   int      width,
                   int      height)
{
  OvViewport view = self->view;
  OvBox bounds;

  if (width <= 0 || height <= 0 || (view.width == width && view.height == height))
    return;

  view.x += (view.width - width) / 2 / view.zoom;
  view.y += (view.height - height) / 2 / view.zoom;
  view.width = width;
  view.height = height;
  self->view_to.width = width;
  self->view_to.height = height;
  ov_stage_set_view (self, &view);
  if (self->acts->get_bounds (self->widget, &bounds) && (self->needs_fit || self->fitted))
    ov_stage_fit (self, FALSE);
}

void
ov_stage_get_rect (OvStage      *self,
                   const OvBox  *box,
                   GdkRectangle *rect)
{
  double x, y;

  ov_viewport_to_screen (&self->view, box->x, box->y, &x, &y);
  rect->x = (int) floor (CLAMP (x, -1e8, 1e8));
  rect->y = (int) floor (CLAMP (y, -1e8, 1e8));
  rect->width = MAX (1, (int) ceil (box->width * self->view.zoom));
  rect->height = MAX (1, (int) ceil (box->height * self->view.zoom));
}
