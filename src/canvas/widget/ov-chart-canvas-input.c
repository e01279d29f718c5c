/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pointer, wheel and keys: a click selects a row, or a lane by its head; a drag moves the picture; Ctrl and wheel
 * changes the height of rows, with Shift the distance of lanes.  Plain scrolling is the scrolled window's.
 * Thread: main.
 */
#include "canvas/widget/ov-chart-canvas-private.h"

#include <math.h>

#define DRAG_THRESHOLD 6.0
#define WHEEL_FACTOR   1.15

/* The row at a place of the widget, NONE: heads, or below the last one. */
static guint32
row_at (OvChartCanvas *self,
        double         x,
        double         y)
{
  OvChartMeasure measure;
  OvChartView view;
  guint32 row;

  ov_chart_canvas_get_view (self, &view, &measure);
  if (y < measure.head)
    return OV_SCENE_NONE;
  row = ov_chart_find_row (&measure, self->chart, y + view.y);
  if (row == OV_SCENE_NONE || y + view.y >= ov_chart_get_row_y (&measure, self->chart, row) + measure.row)
    return OV_SCENE_NONE;

  return row;
}

/* The lane whose head is there. */
static guint32
head_at (OvChartCanvas *self,
         double         x,
         double         y)
{
  OvChartMeasure measure;
  OvChartView view;

  ov_chart_canvas_get_view (self, &view, &measure);
  if (y >= measure.head || x < measure.gutter)
    return OV_SCENE_NONE;

  return ov_chart_find_lane (&measure, self->chart, x + view.x);
}

static void
set_hovered (OvChartCanvas *self,
             guint32        row)
{
  if (self->hovered == row)
    return;

  self->hovered = row;
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (self));
  ov_chart_canvas_invalidate (self);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           OvChartCanvas            *self)
{
  if (self->pointer_x == x && self->pointer_y == y)
    return;

  self->pointer_x = x;
  self->pointer_y = y;
  set_hovered (self, self->dragging ? OV_SCENE_NONE : row_at (self, x, y));
}

static void
leave_cb (GtkEventControllerMotion *controller,
          OvChartCanvas            *self)
{
  self->pointer_x = self->pointer_y = -1;
  set_hovered (self, OV_SCENE_NONE);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           OvChartCanvas            *self)
{
  GdkModifierType modifiers =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double by = fabs (dy) > fabs (dx) ? dy : dx, factor = pow (WHEEL_FACTOR, -by);
  gboolean lanes = (modifiers & GDK_SHIFT_MASK) != 0;

  if ((modifiers & GDK_CONTROL_MASK) == 0)
    return GDK_EVENT_PROPAGATE;

  ov_chart_canvas_zoom (self, lanes ? 1 : factor, lanes ? factor : 1, MAX (self->pointer_x, 0),
                        MAX (self->pointer_y, 0));

  return GDK_EVENT_STOP;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OvChartCanvas  *self)
{
  OvChartMeasure measure;
  OvChartView view;

  self->dragging = FALSE;
  ov_chart_canvas_get_view (self, &view, &measure);
  self->drag_x = view.x;
  self->drag_y = view.y;
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          x,
                double          y,
                OvChartCanvas  *self)
{
  if (!self->dragging)
    {
      if (hypot (x, y) < DRAG_THRESHOLD)
        return;
      self->dragging = TRUE;
      set_hovered (self, OV_SCENE_NONE);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
    }
  ov_chart_canvas_scroll_to (self, self->drag_x - x, self->drag_y - y);
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          x,
             double          y,
             OvChartCanvas  *self)
{
  self->dragging = FALSE;
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            OvChartCanvas   *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* A row whose arrow is out of sight goes there. */
static void
select_at (OvChartCanvas *self,
           guint32        row)
{
  OvChartMeasure measure;
  OvChartView view;
  gboolean right;

  ov_chart_canvas_get_view (self, &view, &measure);
  ov_chart_canvas_select (self, row == OV_SCENE_NONE ? G_MAXUINT : row);
  if (row != OV_SCENE_NONE && ov_chart_is_beyond (&measure, self->chart, &view, row, &right))
    ov_chart_canvas_reveal (self, row);
}

static void
released_cb (GtkGestureClick *gesture,
             int              n_press,
             double           x,
             double           y,
             OvChartCanvas   *self)
{
  guint32 lane = head_at (self, x, y), row = row_at (self, x, y);

  if (self->dragging)
    return;
  if (lane != OV_SCENE_NONE)
    {
      ov_chart_canvas_select_lane (self, lane);
      return;
    }
  if (n_press == 1)
    select_at (self, row);
  else if (n_press == 2 && row != OV_SCENE_NONE)
    ov_chart_canvas_emit_row (self, OV_CHART_CANVAS_ACTIVATED, row);
}

static void
open_menu (OvChartCanvas *self,
           double         x,
           double         y)
{
  guint32 lane = head_at (self, x, y), row = row_at (self, x, y);

  set_hovered (self, OV_SCENE_NONE);
  if (lane != OV_SCENE_NONE)
    ov_chart_canvas_select_lane (self, lane);
  else if (row != OV_SCENE_NONE)
    ov_chart_canvas_select (self, row);
  ov_chart_canvas_emit_menu (self, row, x, y);
}

static void
secondary_cb (GtkGestureClick *gesture,
              int              n_press,
              double           x,
              double           y,
              OvChartCanvas   *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

static void
long_press_cb (GtkGestureLongPress *gesture,
               double               x,
               double               y,
               OvChartCanvas       *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  open_menu (self, x, y);
}

typedef enum { STEP_BACK, STEP_ON, PAGE_BACK, PAGE_ON, TO_FIRST, TO_LAST, LANE_BACK, LANE_ON, OTHER_HALF } Step;

static gboolean
is_on_lane (const OvChartArrow *arrow,
            guint32             lane)
{
  return lane == OV_SCENE_NONE || arrow->from == lane || arrow->to == lane;
}

/* The next row up or down that the selected lane takes part in. */
static guint32
find_on_lane (OvChartCanvas      *self,
              const OvChartArrow *arrows,
              guint32             n,
              guint32             row,
              int                 direction)
{
  for (gint64 at = (gint64) row + direction; at >= 0 && at < n; at += direction)
    if (is_on_lane (&arrows[at], self->selected_lane))
      return (guint32) at;

  return row;
}

static guint32
step_from (OvChartCanvas *self,
           guint32        row,
           Step           step)
{
  guint32 n;
  const OvChartArrow *arrows = ov_chart_get_arrows (self->chart, &n);
  OvChartMeasure measure;
  OvChartView view;
  guint32 page;

  ov_chart_canvas_get_view (self, &view, &measure);
  page = (guint32) MAX (1, (view.height - measure.head) / measure.row - 2);
  switch (step)
    {
    case STEP_BACK:
      return row > 0 ? row - 1 : 0;
    case STEP_ON:
      return row + 1;
    case PAGE_BACK:
      return row > page ? row - page : 0;
    case PAGE_ON:
      return row + page;
    case TO_FIRST:
      return 0;
    case LANE_BACK:
      return find_on_lane (self, arrows, n, row, -1);
    case LANE_ON:
      return find_on_lane (self, arrows, n, row, 1);
    case OTHER_HALF:
      return arrows[row].pair != OV_SCENE_NONE ? arrows[row].pair : row;
    case TO_LAST:
    default:
      return n - 1;
    }
}

/* Without a selection keys begin at the first row in sight. */
static gboolean
walk (OvChartCanvas *self,
      int            step)
{
  OvChartMeasure measure;
  OvChartView view;
  guint32 n, row;

  ov_chart_get_arrows (self->chart, &n);
  if (n == 0)
    return FALSE;

  ov_chart_canvas_get_view (self, &view, &measure);
  row = self->selected;
  if (row < n)
    row = MIN (step_from (self, row, step), n - 1);
  else
    row = step == TO_LAST ? n - 1
                          : ov_chart_find_row (&measure, self->chart, step == TO_FIRST ? 0 : view.y + measure.head);
  ov_chart_canvas_select (self, row);
  ov_chart_canvas_reveal (self, row);

  return TRUE;
}

/* Brings the selected lane's head into sight. */
static void
reveal_lane (OvChartCanvas *self)
{
  OvChartMeasure measure;
  OvChartView view;
  double left;

  ov_chart_canvas_get_view (self, &view, &measure);
  left = ov_chart_get_lane_x (&measure, self->selected_lane) - measure.lane / 2;
  if (left < view.x + measure.gutter)
    view.x = left - measure.gutter;
  else if (left + measure.lane > view.x + view.width)
    view.x = left + measure.lane - view.width;
  ov_chart_canvas_scroll_to (self, view.x, view.y);
}

static gboolean
walk_lanes (OvChartCanvas *self,
            int            direction)
{
  guint32 n, lane = self->selected_lane;

  ov_chart_get_lanes (self->chart, &n);
  if (n == 0)
    return FALSE;
  if (lane >= n)
    lane = direction > 0 ? 0 : n - 1;
  else if ((direction < 0 && lane > 0) || (direction > 0 && lane + 1 < n))
    lane += direction;
  ov_chart_canvas_select_lane (self, lane);
  reveal_lane (self);

  return TRUE;
}

static gboolean
activate (OvChartCanvas *self,
          int            unused)
{
  if (self->selected != OV_SCENE_NONE)
    ov_chart_canvas_emit_row (self, OV_CHART_CANVAS_ACTIVATED, self->selected);

  return self->selected != OV_SCENE_NONE;
}

static gboolean
open_menu_by_key (OvChartCanvas *self,
                  int            unused)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GdkRectangle rect = { 0, gtk_widget_get_height (widget) / 2, gtk_widget_get_width (widget), 0 };

  if (self->selected != OV_SCENE_NONE)
    ov_chart_canvas_get_row_rect (self, self->selected, &rect);
  ov_chart_canvas_emit_menu (self, self->selected, rect.width / 2.0,
                             CLAMP (rect.y + rect.height / 2, 0, gtk_widget_get_height (widget)));

  return TRUE;
}

static gboolean
zoom_by_key (OvChartCanvas *self,
             int            direction)
{
  double factor = direction > 0 ? WHEEL_FACTOR * WHEEL_FACTOR : 1 / WHEEL_FACTOR / WHEEL_FACTOR;
  GtkWidget *widget = GTK_WIDGET (self);

  if (direction == 0)
    ov_chart_canvas_unzoom (self);
  else
    ov_chart_canvas_zoom (self, factor, 1, 0, gtk_widget_get_height (widget) / 2.0);

  return TRUE;
}

/* Escape gives the lane up, then the row. */
static gboolean
give_up (OvChartCanvas *self,
         int            unused)
{
  if (self->selected_lane == OV_SCENE_NONE && self->selected == OV_SCENE_NONE)
    return FALSE;
  if (self->selected_lane != OV_SCENE_NONE)
    ov_chart_canvas_select_lane (self, OV_SCENE_NONE);
  else
    ov_chart_canvas_select (self, G_MAXUINT);

  return TRUE;
}

static const struct
{
  guint           key;
  GdkModifierType modifiers;
  gboolean      (*act) (OvChartCanvas *self, int argument);
  int             argument;
} KEYS[] = {
  { GDK_KEY_Up, 0, walk, STEP_BACK },
  { GDK_KEY_Down, 0, walk, STEP_ON },
  { GDK_KEY_KP_Up, 0, walk, STEP_BACK },
  { GDK_KEY_KP_Down, 0, walk, STEP_ON },
  { GDK_KEY_Page_Up, 0, walk, PAGE_BACK },
  { GDK_KEY_Page_Down, 0, walk, PAGE_ON },
  { GDK_KEY_Home, 0, walk, TO_FIRST },
  { GDK_KEY_End, 0, walk, TO_LAST },
  { GDK_KEY_Up, GDK_CONTROL_MASK, walk, LANE_BACK },
  { GDK_KEY_Down, GDK_CONTROL_MASK, walk, LANE_ON },
  { GDK_KEY_p, 0, walk, OTHER_HALF },
  { GDK_KEY_Left, 0, walk_lanes, -1 },
  { GDK_KEY_Right, 0, walk_lanes, 1 },
  { GDK_KEY_KP_Left, 0, walk_lanes, -1 },
  { GDK_KEY_KP_Right, 0, walk_lanes, 1 },
  { GDK_KEY_Return, 0, activate, 0 },
  { GDK_KEY_KP_Enter, 0, activate, 0 },
  { GDK_KEY_space, 0, activate, 0 },
  { GDK_KEY_Menu, 0, open_menu_by_key, 0 },
  { GDK_KEY_F10, GDK_SHIFT_MASK, open_menu_by_key, 0 },
  { GDK_KEY_plus, 0, zoom_by_key, 1 },
  { GDK_KEY_plus, GDK_SHIFT_MASK, zoom_by_key, 1 },
  { GDK_KEY_KP_Add, 0, zoom_by_key, 1 },
  { GDK_KEY_minus, 0, zoom_by_key, -1 },
  { GDK_KEY_KP_Subtract, 0, zoom_by_key, -1 },
  { GDK_KEY_0, 0, zoom_by_key, 0 },
  { GDK_KEY_Escape, 0, give_up, 0 },
};

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  key,
        guint                  code,
        GdkModifierType        modifiers,
        OvChartCanvas         *self)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  for (guint i = 0; i < G_N_ELEMENTS (KEYS); i++)
    if (KEYS[i].key == key && KEYS[i].modifiers == modifiers)
      return KEYS[i].act (self, KEYS[i].argument);

  return GDK_EVENT_PROPAGATE;
}

static void
add_click (OvChartCanvas *self,
           guint          button,
           GCallback      pressed,
           GCallback      released)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), button);
  g_signal_connect (click, "pressed", pressed, self);
  if (released != NULL)
    g_signal_connect (click, "released", released, self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
add_drag (OvChartCanvas *self,
          guint          button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

void
ov_chart_canvas_add_input (OvChartCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *press = gtk_gesture_long_press_new ();

  self->pointer_x = self->pointer_y = -1;
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, key);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect (press, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (press));
  g_signal_connect (widget, "state-flags-changed", G_CALLBACK (gtk_widget_queue_draw), NULL);

  add_drag (self, GDK_BUTTON_PRIMARY);
  add_drag (self, GDK_BUTTON_MIDDLE);
  add_click (self, GDK_BUTTON_PRIMARY, G_CALLBACK (pressed_cb), G_CALLBACK (released_cb));
  add_click (self, GDK_BUTTON_SECONDARY, G_CALLBACK (secondary_cb), NULL);
}
