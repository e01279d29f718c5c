/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pointer, wheel and keys of the strip.
 *
 *   press ──► on the needle ──────────── drags it: SCRUBS
 *         ├─► on an end of the range ─── drags it: SELECTS
 *         ├─► with Shift, middle ─────── PANS
 *         └─► elsewhere ── moved ─────── SELECTS a new range
 *                       └─ not moved ─── the instant (a mark near by attracts)
 * Thread: main.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <math.h>

#define DRAG_THRESHOLD 4.0
#define WHEEL_FACTOR   1.25
#define KEY_FACTOR     1.5
#define PAN_SHARE      0.1
/* While something is dragged it is told this often. */
#define TELL_US        (G_USEC_PER_SEC / 15)

static gboolean
may_tell (OvTimeline *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->told_us < TELL_US)
    return FALSE;
  self->told_us = now;

  return TRUE;
}

static gboolean
is_near (OvTimeline *self,
         gint64      at_ns,
         double      x)
{
  return at_ns != 0 && fabs (ov_timeline_get_x (self, at_ns) - x) <= OV_TIMELINE_REACH;
}

/* What can be dragged says so. */
static void
update_cursor (OvTimeline *self,
               double      x)
{
  gboolean grip = is_near (self, self->instant_ns, x) || is_near (self, self->range_from_ns, x)
                  || is_near (self, self->range_to_ns, x);

  gtk_widget_set_cursor_from_name (self->strip, grip ? "ew-resize" : NULL);
}

static void
motion_cb (GtkEventControllerMotion *controller,
           double                    x,
           double                    y,
           OvTimeline               *self)
{
  if (self->pointer_x == x)
    return;

  self->pointer_x = x;
  if (self->drag == OV_TIMELINE_IDLE)
    update_cursor (self, x);
  gtk_widget_trigger_tooltip_query (self->strip);
  ov_timeline_redraw (self);
}

static void
leave_cb (GtkEventControllerMotion *controller,
          OvTimeline               *self)
{
  self->pointer_x = -1;
  ov_timeline_redraw (self);
}

/* Following: the newest stays where it is; else what is at @x. */
static void
zoom (OvTimeline *self,
      double      x,
      double      factor)
{
  double span = CLAMP ((self->to_ns - self->from_ns) * factor, OV_TIMELINE_LEAST_SPAN_NS, OV_TIMELINE_MOST_SPAN_NS);
  gint64 at = self->follows ? self->to_ns : ov_timeline_get_time (self, x);
  double share = (double) (at - self->from_ns) / MAX (self->to_ns - self->from_ns, 1);

  if (self->has_span)
    ov_timeline_look (self, at - (gint64) (share * span), at + (gint64) ((1 - share) * span));
}

static void
pan (OvTimeline *self,
     double      share)
{
  gint64 by = (gint64) (share * (self->to_ns - self->from_ns));

  if (self->has_span)
    ov_timeline_look (self, self->from_ns + by, self->to_ns + by);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           OvTimeline               *self)
{
  GdkModifierType modifiers =
    gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  double x = self->pointer_x >= 0 ? self->pointer_x : gtk_widget_get_width (self->strip) / 2.0;

  if ((modifiers & GDK_SHIFT_MASK) != 0)
    dx = dx != 0 ? dx : dy;
  if (dx != 0 && (fabs (dx) > fabs (dy) || (modifiers & GDK_SHIFT_MASK) != 0))
    pan (self, dx * PAN_SHARE);
  else if (dy != 0)
    zoom (self, x, pow (WHEEL_FACTOR, dy));

  return GDK_EVENT_STOP;
}

/* What the press is on; the anchor is what stays of the range. */
static OvTimelineDrag
begin_drag (OvTimeline      *self,
            double           x,
            GdkModifierType  modifiers,
            guint            button)
{
  if ((modifiers & GDK_SHIFT_MASK) != 0 || button == GDK_BUTTON_MIDDLE)
    return OV_TIMELINE_PANS;
  if (is_near (self, self->instant_ns, x))
    return OV_TIMELINE_SCRUBS;
  self->drag_anchor_ns = ov_timeline_get_time (self, x);
  if (is_near (self, self->range_from_ns, x))
    self->drag_anchor_ns = self->range_to_ns;
  else if (is_near (self, self->range_to_ns, x))
    self->drag_anchor_ns = self->range_from_ns;

  return OV_TIMELINE_SELECTS;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OvTimeline     *self)
{
  self->drag = OV_TIMELINE_IDLE;
  self->drag_from_ns = self->from_ns;
  self->drag_to_ns = self->to_ns;
  gtk_widget_grab_focus (self->strip);
}

static gint64
clamp_to_span (OvTimeline *self,
               gint64      at_ns)
{
  return CLAMP (at_ns, self->first_ns, self->last_ns);
}

static void
drag_to (OvTimeline *self,
         double      start_x,
         double      by_x,
         gboolean    last)
{
  gint64 at = ov_timeline_get_time (self, start_x + by_x);
  gint64 by = (gint64) (by_x / ov_timeline_get_extent (self) * (self->drag_to_ns - self->drag_from_ns));

  switch (self->drag)
    {
    case OV_TIMELINE_PANS:
      ov_timeline_look (self, self->drag_from_ns - by, self->drag_to_ns - by);
      break;
    case OV_TIMELINE_SCRUBS:
      if (last || may_tell (self))
        ov_timeline_set_instant (self, MAX (clamp_to_span (self, at), 1));
      break;
    case OV_TIMELINE_SELECTS:
      at = clamp_to_span (self, at);
      if (last || may_tell (self))
        ov_timeline_set_range (self, MIN (at, self->drag_anchor_ns), MAX (at, self->drag_anchor_ns));
      break;
    case OV_TIMELINE_IDLE:
    default:
      break;
    }
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          x,
                double          y,
                OvTimeline     *self)
{
  double start_x, start_y;

  if (!self->has_span || !gtk_gesture_drag_get_start_point (gesture, &start_x, &start_y))
    return;
  if (self->drag == OV_TIMELINE_IDLE)
    {
      if (fabs (x) < DRAG_THRESHOLD)
        return;
      self->drag = begin_drag (self, start_x,
                               gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)),
                               gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)));
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
    }
  self->pointer_x = start_x + x;
  drag_to (self, start_x, x, FALSE);
}

/* A click: the instant, or the mark that is near. */
static void
click (OvTimeline *self,
       double      x)
{
  const OvTimelineMark *mark = ov_timeline_find_mark (self, x);
  gint64 at = mark != NULL ? mark->at_ns : ov_timeline_get_time (self, x);

  /* Beyond the newest there is only now. */
  if (at > self->last_ns)
    ov_timeline_live (self, TRUE);
  else
    ov_timeline_set_instant (self, MAX (clamp_to_span (self, at), 1));
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          x,
             double          y,
             OvTimeline     *self)
{
  double start_x, start_y;

  if (self->has_span && gtk_gesture_drag_get_start_point (gesture, &start_x, &start_y))
    {
      if (self->drag != OV_TIMELINE_IDLE)
        drag_to (self, start_x, x, TRUE);
      else if (gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)) == GDK_BUTTON_PRIMARY)
        click (self, start_x);
    }
  self->drag = OV_TIMELINE_IDLE;
  ov_timeline_redraw (self);
}

static gint64
get_now (OvTimeline *self)
{
  return self->instant_ns != 0 ? self->instant_ns : self->last_ns;
}

static gboolean
step_by_bin (OvTimeline *self,
             int         direction)
{
  gint64 at = get_now (self) + direction * MAX (self->bin_ns, 1);

  if (!self->has_span || (self->instant_ns == 0 && direction > 0))
    return TRUE;
  if (at >= self->last_ns)
    ov_timeline_live (self, TRUE);
  else
    ov_timeline_set_instant (self, MAX (clamp_to_span (self, at), 1));

  return TRUE;
}

/* The range's right end; without a range one begins at the instant. */
static gboolean
stretch_range (OvTimeline *self,
               int         direction)
{
  gint64 from = self->range_from_ns, to = self->range_to_ns, bin = MAX (self->bin_ns, 1);

  if (!self->has_span)
    return TRUE;
  if (to <= from)
    {
      to = get_now (self);
      from = direction < 0 ? to - bin : to;
      to = direction < 0 ? to : to + bin;
    }
  else
    to += direction * bin;
  ov_timeline_set_range (self, MAX (from, self->first_ns), MIN (to, self->last_ns));

  return TRUE;
}

static gboolean
step_by_mark (OvTimeline *self,
              int         direction)
{
  if (!ov_timeline_step (self, direction))
    gtk_widget_error_bell (self->strip);

  return TRUE;
}

static gboolean
go_to_end (OvTimeline *self,
           int         direction)
{
  if (!self->has_span)
    return TRUE;
  if (direction > 0)
    ov_timeline_live (self, TRUE);
  else
    ov_timeline_set_instant (self, MAX (self->first_ns, 1));

  return TRUE;
}

static gboolean
toggle_live (OvTimeline *self,
             int         unused)
{
  ov_timeline_live (self, self->instant_ns != 0 || !self->follows);

  return TRUE;
}

static gboolean
zoom_by_key (OvTimeline *self,
             int         direction)
{
  double middle = gtk_widget_get_width (self->strip) / 2.0;

  zoom (self, self->instant_ns != 0 ? ov_timeline_get_x (self, self->instant_ns) : middle,
        direction > 0 ? 1 / KEY_FACTOR : KEY_FACTOR);

  return TRUE;
}

static gboolean
give_up_range (OvTimeline *self,
               int         unused)
{
  if (self->range_to_ns <= self->range_from_ns)
    return FALSE;
  ov_timeline_set_range (self, 0, 0);

  return TRUE;
}

static const struct
{
  guint           key;
  GdkModifierType modifiers;
  gboolean      (*act) (OvTimeline *self, int argument);
  int             argument;
} KEYS[] = {
  { GDK_KEY_Left, 0, step_by_bin, -1 },
  { GDK_KEY_Right, 0, step_by_bin, 1 },
  { GDK_KEY_KP_Left, 0, step_by_bin, -1 },
  { GDK_KEY_KP_Right, 0, step_by_bin, 1 },
  { GDK_KEY_Left, GDK_SHIFT_MASK, stretch_range, -1 },
  { GDK_KEY_Right, GDK_SHIFT_MASK, stretch_range, 1 },
  { GDK_KEY_Left, GDK_CONTROL_MASK, step_by_mark, -1 },
  { GDK_KEY_Right, GDK_CONTROL_MASK, step_by_mark, 1 },
  { GDK_KEY_Home, 0, go_to_end, -1 },
  { GDK_KEY_End, 0, go_to_end, 1 },
  { GDK_KEY_space, 0, toggle_live, 0 },
  { GDK_KEY_plus, 0, zoom_by_key, 1 },
  { GDK_KEY_plus, GDK_SHIFT_MASK, zoom_by_key, 1 },
  { GDK_KEY_KP_Add, 0, zoom_by_key, 1 },
  { GDK_KEY_minus, 0, zoom_by_key, -1 },
  { GDK_KEY_KP_Subtract, 0, zoom_by_key, -1 },
  { GDK_KEY_Escape, 0, give_up_range, 0 },
};

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  key,
        guint                  code,
        GdkModifierType        modifiers,
        OvTimeline            *self)
{
  modifiers &= gtk_accelerator_get_default_mod_mask ();
  for (guint i = 0; i < G_N_ELEMENTS (KEYS); i++)
    if (KEYS[i].key == key && KEYS[i].modifiers == modifiers)
      return KEYS[i].act (self, KEYS[i].argument);

  return GDK_EVENT_PROPAGATE;
}

static void
add_drag (OvTimeline *self,
          GtkWidget  *strip,
          guint       button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, 0);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, 0);
  gtk_widget_add_controller (strip, GTK_EVENT_CONTROLLER (drag));
}

void
ov_timeline_add_input (OvTimeline *self,
                       GtkWidget  *strip)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();

  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, 0);
  gtk_widget_add_controller (strip, motion);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, 0);
  gtk_widget_add_controller (strip, scroll);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (key_cb), self, 0);
  gtk_widget_add_controller (strip, key);
  add_drag (self, strip, GDK_BUTTON_PRIMARY);
  add_drag (self, strip, GDK_BUTTON_MIDDLE);
}
