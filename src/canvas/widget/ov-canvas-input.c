/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pointer, wheel, touch and keys become camera moves, selection and hover.  The keys are a
 * table; what each does is one small function.
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

#include <math.h>

#define WHEEL_FACTOR   1.2
#define WHEEL_MS       110
#define KEY_FACTOR     1.3
#define KEY_PAN        80.0 /* pixels */
#define DRAG_THRESHOLD 6.0
#define HOVER_DELAY_MS 350
#define MOVE_MS        200
/* A click this near to a very small box means it. */
#define REACH          6.0  /* pixels */
#define MAX_FLING      4000.0

static guint64
item_at_pointer (OvCanvas *self,
                 double    x,
                 double    y)
{
  double world_x, world_y, zoom = self->view.zoom;
  guint32 exact, near;

  if (self->hit == NULL)
    return 0;

  ov_viewport_to_world (&self->view, x, y, &world_x, &world_y);
  exact = ov_hit_find (self->hit, self->layout, world_x, world_y);
  if (OV_ITEM_HEIGHT * zoom >= REACH)
    return exact == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[exact].id;
  near = exact != OV_SCENE_NONE && ov_scene_get_items (self->scene)[exact].subtree_end == exact + 1
           ? exact : ov_hit_find_near (self->hit, self->layout, world_x, world_y, REACH / zoom);
  if (near == OV_SCENE_NONE)
    near = exact;

  return near == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[near].id;
}

static gboolean
hover_rested_cb (gpointer user_data)
{
  OvCanvas *self = user_data;

  self->hover_id = 0;
  if (self->hover_told != self->hovered)
    {
      self->hover_told = self->hovered;
      ov_canvas_emit (self, OV_CANVAS_HOVERED, self->hovered);
    }

  return G_SOURCE_REMOVE;
}

/* The outline follows at once, the signal waits for the pointer to rest. */
static void
set_hovered (OvCanvas *self,
             guint64   id)
{
  g_clear_handle_id (&self->hover_id, g_source_remove);
  if (self->hover_told != 0 && self->hover_told != id)
    {
      self->hover_told = 0;
      ov_canvas_emit (self, OV_CANVAS_HOVERED, 0);
    }
  if (id != 0 && id != self->hover_told)
    self->hover_id = g_timeout_add (HOVER_DELAY_MS, hover_rested_cb, self);
  if (self->hovered == id)
    return;

  self->hovered = id;
  ov_canvas_invalidate (self);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           OvCanvas                 *self)
{
  if (self->pointer_x == x && self->pointer_y == y)
    return;

  self->pointer_x = x;
  self->pointer_y = y;
  set_hovered (self, self->dragging ? 0 : item_at_pointer (self, x, y));
}

static void
leave_cb (GtkEventControllerMotion *controller,
          OvCanvas                 *self)
{
  self->pointer_x = self->pointer_y = -1;
  set_hovered (self, 0);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           OvCanvas                 *self)
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
  set_hovered (self, 0);
  if (wheel && (modifiers & GDK_SHIFT_MASK) != 0)
    dx = dx != 0 ? dx : dy;
  if (dx != 0 && (fabs (dx) > fabs (dy) || (modifiers & GDK_SHIFT_MASK) != 0))
    {
      OvViewport view = self->view;

      self->fitted = FALSE;
      ov_viewport_pan (&view, -dx * (wheel ? KEY_PAN : 1), 0);
      ov_canvas_move_camera (self, &view, 0);
      return GDK_EVENT_STOP;
    }
  if (dy != 0)
    ov_canvas_zoom_around (self, x, y, wheel ? pow (WHEEL_FACTOR, -dy) : exp (-dy * 0.006),
                           wheel ? WHEEL_MS : 0);

  return GDK_EVENT_STOP;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OvCanvas       *self)
{
  self->drag_x = self->drag_y = 0;
  self->dragging = FALSE;
  ov_canvas_coast (self, 0, 0);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          x,
                double          y,
                OvCanvas       *self)
{
  OvViewport view = self->view;

  if (!self->dragging)
    {
      if (hypot (x, y) < DRAG_THRESHOLD)
        return;
      self->dragging = TRUE;
      self->fitted = FALSE;
      set_hovered (self, 0);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
    }
  ov_viewport_pan (&view, x - self->drag_x, y - self->drag_y);
  self->drag_x = x;
  self->drag_y = y;
  ov_canvas_move_camera (self, &view, 0);
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          x,
             double          y,
             OvCanvas       *self)
{
  self->dragging = FALSE;
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

static void
swipe_cb (GtkGestureSwipe *gesture,
          double           velocity_x,
          double           velocity_y,
          OvCanvas        *self)
{
  if (hypot (self->drag_x, self->drag_y) < DRAG_THRESHOLD)
    return;

  ov_canvas_coast (self, CLAMP (velocity_x, -MAX_FLING, MAX_FLING),
                   CLAMP (velocity_y, -MAX_FLING, MAX_FLING));
}

static void
pinch_begin_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                OvCanvas         *self)
{
  self->pinch_view = self->view;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
pinch_cb (GtkGestureZoom *gesture,
          double          scale,
          OvCanvas       *self)
{
  OvViewport view = self->pinch_view;
  double x = self->view.width / 2, y = self->view.height / 2;

  if (!(scale > 0))
    return;
  gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y);
  self->fitted = FALSE;
  ov_viewport_zoom_at (&view, x, y, scale, ov_canvas_get_min_zoom (self), OV_CANVAS_MAX_ZOOM);
  ov_canvas_move_camera (self, &view, 0);
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             OvCanvas        *self)
{
  guint64 id = item_at_pointer (self, x, y);

  if (self->dragging || hypot (self->drag_x, self->drag_y) >= DRAG_THRESHOLD)
    return;
  if (n_press == 1)
    ov_canvas_select (self, id);
  else if (n_press == 2 && id != 0)
    ov_canvas_zoom_to (self, id);
  else if (n_press == 2)
    ov_canvas_fit (self);
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            OvCanvas        *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
open_menu (OvCanvas *self,
           double    x,
           double    y)
{
  guint64 id = item_at_pointer (self, x, y);

  set_hovered (self, 0);
  if (id != 0)
    ov_canvas_select (self, id);
  ov_canvas_emit_menu (self, id, x, y);
}

static void
secondary_cb (GtkGestureClick *gesture,
              int              n_press,
              double           x,
              double           y,
              OvCanvas        *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

static void
long_press_cb (GtkGestureLongPress *gesture,
               double               x,
               double               y,
               OvCanvas            *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

static guint32
get_focused_index (OvCanvas *self)
{
  guint32 index = self->scene == NULL ? OV_SCENE_NONE : ov_scene_find (self->scene, self->focused);

  if (index == OV_SCENE_NONE && self->scene != NULL)
    index = ov_scene_find (self->scene, self->selected);

  return index;
}

/* The selection goes with the keyboard's focus: what is announced is what the panes show. */
static gboolean
walk (OvCanvas *self,
      int       step)
{
  guint32 to;
  guint64 id;

  if (self->layout == NULL)
    return FALSE;
  to = ov_walk (self->scene, self->layout, get_focused_index (self), (OvStep) step);
  if (to == OV_SCENE_NONE)
    return FALSE;

  id = ov_scene_get_items (self->scene)[to].id;
  ov_canvas_select (self, id);
  ov_canvas_reveal (self, id);

  return TRUE;
}

static gboolean
pan_by_key (OvCanvas *self,
            int       direction)
{
  static const gint8 DX[] = { 0, 0, 1, -1 }, DY[] = { 1, -1, 0, 0 };
  OvViewport view = self->camera_moves ? self->view_to : self->view;

  self->fitted = FALSE;
  ov_viewport_pan (&view, DX[direction] * KEY_PAN, DY[direction] * KEY_PAN);
  ov_canvas_move_camera (self, &view, MOVE_MS / 2);

  return TRUE;
}

static gboolean
zoom_by_key (OvCanvas *self,
             int       direction)
{
  if (direction == 0)
    ov_canvas_fit (self);
  else
    ov_canvas_zoom_by (self, direction > 0 ? KEY_FACTOR : 1 / KEY_FACTOR);

  return TRUE;
}

static gboolean
zoom_to_selection (OvCanvas *self,
                   int       unused)
{
  guint32 index = get_focused_index (self);

  if (index != OV_SCENE_NONE)
    ov_canvas_zoom_to (self, ov_scene_get_items (self->scene)[index].id);

  return index != OV_SCENE_NONE;
}

static gboolean
emit_for_focused (OvCanvas *self,
                  int       signal)
{
  guint32 index = get_focused_index (self);

  if (index != OV_SCENE_NONE)
    ov_canvas_emit (self, signal, ov_scene_get_items (self->scene)[index].id);

  return index != OV_SCENE_NONE;
}

static gboolean
open_menu_by_key (OvCanvas *self,
                  int       unused)
{
  guint32 index = get_focused_index (self);
  GdkRectangle rect = { self->view.width / 2, self->view.height / 2, 0, 0 };
  guint64 id = index == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[index].id;

  if (id != 0)
    ov_canvas_get_item_rect (self, id, &rect);
  ov_canvas_emit_menu (self, id, CLAMP (rect.x + rect.width / 2, 0, self->view.width),
                       CLAMP (rect.y + rect.height / 2, 0, self->view.height));

  return TRUE;
}

static const struct
{
  guint           key;
  GdkModifierType modifiers;
  gboolean      (*act) (OvCanvas *self, int argument);
  int             argument;
} KEYS[] = {
  { GDK_KEY_Up, 0, walk, OV_STEP_UP },
  { GDK_KEY_Down, 0, walk, OV_STEP_DOWN },
  { GDK_KEY_Left, 0, walk, OV_STEP_LEFT },
  { GDK_KEY_Right, 0, walk, OV_STEP_RIGHT },
  { GDK_KEY_KP_Up, 0, walk, OV_STEP_UP },
  { GDK_KEY_KP_Down, 0, walk, OV_STEP_DOWN },
  { GDK_KEY_KP_Left, 0, walk, OV_STEP_LEFT },
  { GDK_KEY_KP_Right, 0, walk, OV_STEP_RIGHT },
  { GDK_KEY_Up, GDK_ALT_MASK, walk, OV_STEP_PARENT },
  { GDK_KEY_Down, GDK_ALT_MASK, walk, OV_STEP_CHILD },
  { GDK_KEY_BackSpace, 0, walk, OV_STEP_PARENT },
  { GDK_KEY_Home, 0, walk, OV_STEP_FIRST },
  { GDK_KEY_End, 0, walk, OV_STEP_LAST },
  { GDK_KEY_Up, GDK_CONTROL_MASK, pan_by_key, 0 },
  { GDK_KEY_Down, GDK_CONTROL_MASK, pan_by_key, 1 },
  { GDK_KEY_Left, GDK_CONTROL_MASK, pan_by_key, 2 },
  { GDK_KEY_Right, GDK_CONTROL_MASK, pan_by_key, 3 },
  { GDK_KEY_Return, 0, emit_for_focused, OV_CANVAS_ACTIVATED },
  { GDK_KEY_KP_Enter, 0, emit_for_focused, OV_CANVAS_ACTIVATED },
  { GDK_KEY_space, 0, emit_for_focused, OV_CANVAS_TOGGLE },
  { GDK_KEY_Menu, 0, open_menu_by_key, 0 },
  { GDK_KEY_F10, GDK_SHIFT_MASK, open_menu_by_key, 0 },
  { GDK_KEY_plus, 0, zoom_by_key, 1 },
  { GDK_KEY_plus, GDK_SHIFT_MASK, zoom_by_key, 1 },
  { GDK_KEY_equal, 0, zoom_by_key, 1 },
  { GDK_KEY_KP_Add, 0, zoom_by_key, 1 },
  { GDK_KEY_minus, 0, zoom_by_key, -1 },
  { GDK_KEY_KP_Subtract, 0, zoom_by_key, -1 },
  { GDK_KEY_0, 0, zoom_by_key, 0 },
  { GDK_KEY_KP_0, 0, zoom_by_key, 0 },
  { GDK_KEY_f, 0, zoom_to_selection, 0 },
  { GDK_KEY_F, 0, zoom_to_selection, 0 },
};

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  key,
        guint                  code,
        GdkModifierType        modifiers,
        OvCanvas              *self)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  for (guint i = 0; i < G_N_ELEMENTS (KEYS); i++)
    if (KEYS[i].key == key && KEYS[i].modifiers == modifiers)
      return KEYS[i].act (self, KEYS[i].argument);

  return GDK_EVENT_PROPAGATE;
}

/* Coming in by the keyboard without a place to go on from: start at the selection or the top. */
static void
focus_in_cb (GtkEventControllerFocus *controller,
             OvCanvas                *self)
{
  if (self->scene != NULL && ov_scene_get_size (self->scene) > 0
      && ov_scene_find (self->scene, self->focused) == OV_SCENE_NONE)
    ov_canvas_set_focused (self, ov_scene_find (self->scene, self->selected) != OV_SCENE_NONE
                                   ? self->selected : ov_scene_get_items (self->scene)[0].id);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
add_click (OvCanvas *self,
           guint     button,
           GCallback pressed,
           GCallback released)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), button);
  if (pressed != NULL)
    g_signal_connect (click, "pressed", pressed, self);
  if (released != NULL)
    g_signal_connect (click, "released", released, self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
add_drag (OvCanvas *self,
          guint     button)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *swipe = gtk_gesture_swipe_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (swipe), button);
  gtk_gesture_group (drag, swipe);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (swipe, "swipe", G_CALLBACK (swipe_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (swipe));
}

static void
add_touch (OvCanvas *self)
{
  GtkGesture *pinch = gtk_gesture_zoom_new (), *press = gtk_gesture_long_press_new ();

  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect (press, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
}

void
ov_canvas_add_input (OvCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->pointer_x = self->pointer_y = -1;
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, key);
  g_signal_connect (focus, "enter", G_CALLBACK (focus_in_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_add_controller (widget, focus);
  g_signal_connect (widget, "state-flags-changed", G_CALLBACK (gtk_widget_queue_draw), NULL);

  add_drag (self, GDK_BUTTON_PRIMARY);
  add_drag (self, GDK_BUTTON_MIDDLE);
  add_click (self, GDK_BUTTON_PRIMARY, G_CALLBACK (pressed_cb), G_CALLBACK (released_cb));
  add_click (self, GDK_BUTTON_SECONDARY, G_CALLBACK (secondary_cb), NULL);
  add_touch (self);
}
