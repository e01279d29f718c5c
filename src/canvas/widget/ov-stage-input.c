/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pointer, wheel and touch: what moves the camera is done here, what means an item goes to the
 * canvas. Thread: main.
 */
#include "canvas/widget/ov-stage-private.h"

#include <math.h>

#define WHEEL_FACTOR   1.2
#define WHEEL_MS       110
#define KEY_FACTOR     1.3
#define KEY_PAN        80.0 /* pixels */
#define DRAG_THRESHOLD 6.0
#define HOVER_DELAY_MS 350
#define MAX_FLING      4000.0

static gboolean
rested_cb (gpointer user_data)
{
  OvStage *self = user_data;

  self->rest_id = 0;
  self->acts->rested (self->widget);

  return G_SOURCE_REMOVE;
}

void
ov_stage_wait_for_rest (OvStage *self)
{
  g_clear_handle_id (&self->rest_id, g_source_remove);
  self->rest_id = g_timeout_add (HOVER_DELAY_MS, rested_cb, self);
}

void
ov_stage_forget_rest (OvStage *self)
{
  g_clear_handle_id (&self->rest_id, g_source_remove);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           OvStage                  *self)
{
  if (self->pointer_x == x && self->pointer_y == y)
    return;

  self->pointer_x = x;
  self->pointer_y = y;
  self->acts->point_at (self->widget, self->dragging ? -1 : x, self->dragging ? -1 : y);
}

static void
leave_cb (GtkEventControllerMotion *controller,
          OvStage                  *self)
{
  self->pointer_x = self->pointer_y = -1;
  self->acts->point_at (self->widget, -1, -1);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           OvStage                  *self)
{
  gboolean wheel = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL;
  GdkModifierType modifiers =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double x = self->pointer_x, y = self->pointer_y;

  if (x < 0)
    {
      x = self->view.width / 2;
      y = self->view.height / 2;
    }
  self->acts->point_at (self->widget, -1, -1);
  if (wheel && (modifiers & GDK_SHIFT_MASK) != 0)
    dx = dx != 0 ? dx : dy;
  if (dx != 0 && (fabs (dx) > fabs (dy) || (modifiers & GDK_SHIFT_MASK) != 0))
    {
      OvViewport view = self->view;

      self->fitted = FALSE;
      ov_viewport_pan (&view, -dx * (wheel ? KEY_PAN : 1), 0);
      ov_stage_move_camera (self, &view, 0);
      return GDK_EVENT_STOP;
    }
  if (dy != 0)
    ov_stage_zoom_around (self, x, y, wheel ? pow (WHEEL_FACTOR, -dy) : exp (-dy * 0.006),
                          wheel ? WHEEL_MS : 0);

  return GDK_EVENT_STOP;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OvStage        *self)
{
  self->drag_x = self->drag_y = 0;
  self->dragging = FALSE;
  ov_stage_coast (self, 0, 0);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          x,
                double          y,
                OvStage        *self)
{
  OvViewport view = self->view;

  if (!self->dragging)
    {
      if (hypot (x, y) < DRAG_THRESHOLD)
        return;
      self->dragging = TRUE;
      self->fitted = FALSE;
      self->acts->point_at (self->widget, -1, -1);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      gtk_widget_set_cursor_from_name (self->widget, "grabbing");
    }
  ov_viewport_pan (&view, x - self->drag_x, y - self->drag_y);
  self->drag_x = x;
  self->drag_y = y;
  ov_stage_move_camera (self, &view, 0);
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          x,
             double          y,
             OvStage        *self)
{
  self->dragging = FALSE;
  gtk_widget_set_cursor (self->widget, NULL);
}

static void
swipe_cb (GtkGestureSwipe *gesture,
          double           velocity_x,
          double           velocity_y,
          OvStage         *self)
{
  if (hypot (self->drag_x, self->drag_y) < DRAG_THRESHOLD)
    return;

  ov_stage_coast (self, CLAMP (velocity_x, -MAX_FLING, MAX_FLING),
                  CLAMP (velocity_y, -MAX_FLING, MAX_FLING));
}

static void
pinch_begin_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                OvStage          *self)
{
  self->pinch_view = self->view;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
pinch_cb (GtkGestureZoom *gesture,
          double          scale,
          OvStage        *self)
{
  OvViewport view = self->pinch_view;
  double x = self->view.width / 2, y = self->view.height / 2;

  if (!(scale > 0))
    return;
  gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y);
  self->fitted = FALSE;
  ov_viewport_zoom_at (&view, x, y, scale, ov_stage_get_min_zoom (self), OV_STAGE_MAX_ZOOM);
  ov_stage_move_camera (self, &view, 0);
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             OvStage         *self)
{
  if (!self->dragging && hypot (self->drag_x, self->drag_y) < DRAG_THRESHOLD)
    self->acts->clicked (self->widget, n_press, x, y);
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            OvStage         *self)
{
  gtk_widget_grab_focus (self->widget);
}

static void
secondary_cb (GtkGestureClick *gesture,
              int              n_press,
              double           x,
              double           y,
              OvStage         *self)
{
  gtk_widget_grab_focus (self->widget);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  self->acts->point_at (self->widget, -1, -1);
  self->acts->open_menu (self->widget, x, y);
}

static void
long_press_cb (GtkGestureLongPress *gesture,
               double               x,
               double               y,
               OvStage             *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  self->acts->point_at (self->widget, -1, -1);
  self->acts->open_menu (self->widget, x, y);
}

static gboolean
pan_by_key (OvStage *self,
            int      direction)
{
  static const gint8 DX[] = { 0, 0, 1, -1 }, DY[] = { 1, -1, 0, 0 };
  OvViewport view = self->camera_moves ? self->view_to : self->view;

  self->fitted = FALSE;
  ov_viewport_pan (&view, DX[direction] * KEY_PAN, DY[direction] * KEY_PAN);
  ov_stage_move_camera (self, &view, OV_STAGE_MOVE_MS / 2);

  return GDK_EVENT_STOP;
}

static gboolean
zoom_by_key (OvStage *self,
             int      direction)
{
  if (direction == 0)
    ov_stage_fit (self, TRUE);
  else
    ov_stage_zoom_around (self, self->view.width / 2, self->view.height / 2,
                          direction > 0 ? KEY_FACTOR : 1 / KEY_FACTOR, OV_STAGE_MOVE_MS);

  return GDK_EVENT_STOP;
}

/* What moves the camera is the same in every canvas. */
static const struct
{
  guint           key;
  GdkModifierType modifiers;
  gboolean      (*act) (OvStage *self, int direction);
  int             direction;
} CAMERA_KEYS[] = {
  { GDK_KEY_Up, GDK_CONTROL_MASK, pan_by_key, 0 },
  { GDK_KEY_Down, GDK_CONTROL_MASK, pan_by_key, 1 },
  { GDK_KEY_Left, GDK_CONTROL_MASK, pan_by_key, 2 },
  { GDK_KEY_Right, GDK_CONTROL_MASK, pan_by_key, 3 },
  { GDK_KEY_plus, 0, zoom_by_key, 1 },
  { GDK_KEY_plus, GDK_SHIFT_MASK, zoom_by_key, 1 },
  { GDK_KEY_equal, 0, zoom_by_key, 1 },
  { GDK_KEY_KP_Add, 0, zoom_by_key, 1 },
  { GDK_KEY_minus, 0, zoom_by_key, -1 },
  { GDK_KEY_KP_Subtract, 0, zoom_by_key, -1 },
  { GDK_KEY_0, 0, zoom_by_key, 0 },
  { GDK_KEY_KP_0, 0, zoom_by_key, 0 },
};

gboolean
ov_stage_press (OvStage          *self,
                const OvStageKey *keys,
                guint             n_keys,
                guint             key,
                GdkModifierType   modifiers)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  for (guint i = 0; i < n_keys; i++)
    if (keys[i].key == key && keys[i].modifiers == modifiers)
      return keys[i].act (self->widget, keys[i].argument);
  for (guint i = 0; i < G_N_ELEMENTS (CAMERA_KEYS); i++)
    if (CAMERA_KEYS[i].key == key && CAMERA_KEYS[i].modifiers == modifiers)
      return CAMERA_KEYS[i].act (self, CAMERA_KEYS[i].direction);

  return GDK_EVENT_PROPAGATE;
}

static void
add_click (OvStage   *self,
           guint      button,
           GCallback  pressed,
           GCallback  released)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), button);
  if (pressed != NULL)
    g_signal_connect (click, "pressed", pressed, self);
  if (released != NULL)
    g_signal_connect (click, "released", released, self);
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (click));
}

static void
add_drag (OvStage *self,
          guint    button)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *swipe = gtk_gesture_swipe_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (swipe), button);
  gtk_gesture_group (drag, swipe);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (swipe, "swipe", G_CALLBACK (swipe_cb), self);
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (swipe));
}

static void
add_touch (OvStage *self)
{
  GtkGesture *pinch = gtk_gesture_zoom_new (), *press = gtk_gesture_long_press_new ();

  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect (press, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (self->widget, GTK_EVENT_CONTROLLER (press));
}

void
ov_stage_add_input (OvStage *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (self->widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (self->widget, scroll);
  g_signal_connect (self->widget, "state-flags-changed", G_CALLBACK (gtk_widget_queue_draw), NULL);

  add_drag (self, GDK_BUTTON_PRIMARY);
  add_drag (self, GDK_BUTTON_MIDDLE);
  add_click (self, GDK_BUTTON_PRIMARY, G_CALLBACK (pressed_cb), G_CALLBACK (released_cb));
  add_click (self, GDK_BUTTON_SECONDARY, G_CALLBACK (secondary_cb), NULL);
  add_touch (self);
}
