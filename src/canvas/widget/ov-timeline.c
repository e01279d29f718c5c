/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The time line's state, as drawn in the header, and its public functions.
 *
 * While it is live and seen, a timer asks ten times a second how far time goes, and draws when that is a bar further.
 * Nothing else of the window is laid out or drawn for it.
 * Thread: main.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define NS_PER_S     G_GINT64_CONSTANT (1000000000)
#define LIVE_SPAN_NS (60 * NS_PER_S)
#define TIMER_MS     100

enum { INSTANT_CHANGED, RANGE_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvTimeline, ov_timeline, GTK_TYPE_WIDGET)

void
ov_timeline_redraw (OvTimeline *self)
{
  gtk_widget_queue_draw (self->strip);
}

/* Active: the newest is looked at and seen.  Live but panned away, it leads back. */
void
ov_timeline_update_toggle (OvTimeline *self)
{
  gboolean live = self->instant_ns == 0, active = live && self->follows;

  self->updating_toggle = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->toggle), active);
  gtk_widget_set_sensitive (self->toggle, self->has_span);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->toggle_image),
                                !live ? "media-playback-pause-symbolic"
                                : self->recorded ? "media-skip-forward-symbolic" : "media-playback-start-symbolic");
  if (active)
    gtk_widget_add_css_class (self->toggle_image, "accent");
  else
    gtk_widget_remove_css_class (self->toggle_image, "accent");
  gtk_label_set_label (GTK_LABEL (self->toggle_label),
                       self->recorded ? live ? _("End") : _("Earlier") : live ? _("Live") : _("Paused"));
  gtk_widget_set_tooltip_text (self->toggle, active ? _("Stop at this instant")
                                             : self->recorded ? _("To the end") : _("Back to now"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Live"), -1);
  self->updating_toggle = FALSE;
}

void
ov_timeline_announce (OvTimeline *self)
{
  g_autofree char *value = ov_timeline_dup_value (self);
  double now = self->instant_ns != 0 ? self->instant_ns : self->last_ns;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->strip),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, self->first_ns / (double) NS_PER_S,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, self->last_ns / (double) NS_PER_S,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, now / NS_PER_S,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, value,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, value,
                                  -1);
}

/* Another view than was drawn last; beside a view that stays, its newest end has moved by a pixel. */
static gboolean
has_moved (OvTimeline *self)
{
  double pixels = ov_timeline_get_extent (self);

  if (self->to_ns != self->drawn_to_ns)
    return TRUE;

  return !self->follows && self->drawn_last_ns < self->to_ns
         && fabs ((double) (self->last_ns - self->drawn_last_ns)) * pixels >= (double) (self->to_ns - self->from_ns);
}

static gboolean
timer_cb (gpointer user_data)
{
  OvTimeline *self = user_data;

  ov_timeline_update_span (self);
  /* A frame may have asked before. */
  if (gtk_widget_get_sensitive (self->toggle) != self->has_span)
    {
      ov_timeline_update_toggle (self);
      ov_timeline_announce (self);
      ov_timeline_redraw (self);
    }
  else if (self->stale || has_moved (self))
    ov_timeline_redraw (self);

  return G_SOURCE_CONTINUE;
}

static void
update_timer (OvTimeline *self)
{
  gboolean wanted = self->source != NULL && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && self->timer_id == 0)
    self->timer_id = g_timeout_add (TIMER_MS, timer_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->timer_id, g_source_remove);
}

static void
mapped_cb (OvTimeline *self)
{
  update_timer (self);
}

void
ov_timeline_live (OvTimeline *self,
                  gboolean    live)
{
  if (live)
    {
      ov_timeline_set_instant (self, 0);
      self->follows = TRUE;
      ov_timeline_update_span (self);
      ov_timeline_update_toggle (self);
      ov_timeline_redraw (self);
    }
  else
    {
      ov_timeline_update_span (self);
      if (self->has_span && self->instant_ns == 0)
        ov_timeline_set_instant (self, self->last_ns);
      ov_timeline_update_toggle (self);
    }
}

static void
toggled_cb (OvTimeline *self)
{
  if (!self->updating_toggle)
    ov_timeline_live (self, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->toggle)));
}

static void
ov_timeline_dispose (GObject *object)
{
  OvTimeline *self = OV_TIMELINE (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->source = NULL;
  self->has_span = FALSE;
  g_clear_pointer (&self->toggle, gtk_widget_unparent);
  if (self->strip != NULL)
    OV_TIMELINE_STRIP (self->strip)->timeline = NULL;
  g_clear_pointer (&self->strip, gtk_widget_unparent);

  G_OBJECT_CLASS (ov_timeline_parent_class)->dispose (object);
}

static void
ov_timeline_finalize (GObject *object)
{
  OvTimeline *self = OV_TIMELINE (object);

  g_free (self->bins);
  g_array_unref (self->marks);
  g_array_unref (self->gaps);
  ov_text_free (self->text);

  G_OBJECT_CLASS (ov_timeline_parent_class)->finalize (object);
}

static void
ov_timeline_class_init (OvTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_timeline_dispose;
  object_class->finalize = ov_timeline_finalize;
  signals[INSTANT_CHANGED] =
    g_signal_new ("instant-changed", OV_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  1, G_TYPE_INT64);
  signals[RANGE_CHANGED] =
    g_signal_new ("range-changed", OV_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  2, G_TYPE_INT64, G_TYPE_INT64);
  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
make_toggle (OvTimeline *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->toggle = gtk_toggle_button_new ();
  self->toggle_image = gtk_image_new ();
  self->toggle_label = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (self->toggle_label), 7);
  gtk_label_set_xalign (GTK_LABEL (self->toggle_label), 0);
  gtk_box_append (GTK_BOX (box), self->toggle_image);
  gtk_box_append (GTK_BOX (box), self->toggle_label);
  gtk_button_set_child (GTK_BUTTON (self->toggle), box);
  gtk_widget_add_css_class (self->toggle, "flat");
  gtk_widget_set_valign (self->toggle, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (self->toggle, 6);
  gtk_widget_set_parent (self->toggle, GTK_WIDGET (self));
  g_signal_connect_object (self->toggle, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
}

static void
ov_timeline_init (OvTimeline *self)
{
  self->marks = g_array_new (FALSE, TRUE, sizeof (OvTimelineMark));
  self->gaps = g_array_new (FALSE, TRUE, sizeof (OvTimelineGap));
  self->text = ov_text_new ();
  self->live_span_ns = self->to_ns = LIVE_SPAN_NS;
  self->follows = TRUE;
  self->pointer_x = -1;

  make_toggle (self);
  self->strip = ov_timeline_strip_new (self);
  gtk_widget_set_parent (self->strip, GTK_WIDGET (self));
  ov_timeline_add_input (self, self->strip);
  g_signal_connect (self, "map", G_CALLBACK (mapped_cb), NULL);
  g_signal_connect_after (self, "unmap", G_CALLBACK (mapped_cb), NULL);
  ov_timeline_update_toggle (self);
  ov_timeline_announce (self);
}

/**
 * ov_timeline_new:
 *
 * Returns: (transfer floating): a strip without a source
 */
GtkWidget *
ov_timeline_new (void)
{
  return g_object_new (OV_TYPE_TIMELINE, NULL);
}

void
ov_timeline_set_recorded (OvTimeline *self,
                          gboolean    recorded)
{
  g_return_if_fail (OV_IS_TIMELINE (self));

  if (self->recorded == recorded)
    return;

  self->recorded = recorded;
  self->fits = recorded;
  ov_timeline_update_toggle (self);
}

/**
 * ov_timeline_set_source:
 * @source: (nullable): lives as long as it is set
 *
 * The instant and the range are given up: they were another source's.
 */
void
ov_timeline_set_source (OvTimeline             *self,
                        const OvTimelineSource *source,
                        gpointer                user_data)
{
  g_return_if_fail (OV_IS_TIMELINE (self));

  if (self->source == source && self->user_data == user_data)
    return;

  self->source = source;
  self->user_data = user_data;
  self->follows = TRUE;
  self->stale = TRUE;
  self->fits = self->recorded;
  g_array_set_size (self->marks, 0);
  g_array_set_size (self->gaps, 0);
  ov_timeline_set_range (self, 0, 0);
  ov_timeline_set_instant (self, 0);
  ov_timeline_update_span (self);
  ov_timeline_update_toggle (self);
  update_timer (self);
  ov_timeline_announce (self);
  ov_timeline_redraw (self);
}

/**
 * ov_timeline_refresh:
 *
 * Something was added.  It is drawn within a tenth of a second, however often this is called.
 */
void
ov_timeline_refresh (OvTimeline *self)
{
  g_return_if_fail (OV_IS_TIMELINE (self));

  self->stale = TRUE;
}

gint64
ov_timeline_get_instant (OvTimeline *self)
{
  g_return_val_if_fail (OV_IS_TIMELINE (self), 0);

  return self->instant_ns;
}

static void
bring_into_view (OvTimeline *self,
                 gint64      at_ns)
{
  gint64 span = self->to_ns - self->from_ns;

  if (at_ns >= self->from_ns && at_ns <= self->to_ns)
    return;
  ov_timeline_look (self, at_ns - span / 2, at_ns + span / 2);
}

/**
 * ov_timeline_set_instant:
 * @at_ns: since the epoch; 0: live
 */
void
ov_timeline_set_instant (OvTimeline *self,
                         gint64      at_ns)
{
  g_return_if_fail (OV_IS_TIMELINE (self));

  if (self->instant_ns == at_ns)
    return;

  self->instant_ns = at_ns;
  self->follows = at_ns == 0;
  ov_timeline_update_span (self);
  if (at_ns != 0)
    bring_into_view (self, at_ns);
  ov_timeline_update_toggle (self);
  ov_timeline_announce (self);
  ov_timeline_redraw (self);
  g_signal_emit (self, signals[INSTANT_CHANGED], 0, at_ns);
}

gboolean
ov_timeline_get_range (OvTimeline *self,
                       gint64     *from_ns,
                       gint64     *to_ns)
{
  g_return_val_if_fail (OV_IS_TIMELINE (self), FALSE);

  if (from_ns != NULL)
    *from_ns = self->range_from_ns;
  if (to_ns != NULL)
    *to_ns = self->range_to_ns;

  return self->range_to_ns > self->range_from_ns;
}

/**
 * ov_timeline_set_range:
 *
 * 0, 0, or a range of no length, is none.
 */
void
ov_timeline_set_range (OvTimeline *self,
                       gint64      from_ns,
                       gint64      to_ns)
{
  g_return_if_fail (OV_IS_TIMELINE (self));

  if (to_ns <= from_ns)
    from_ns = to_ns = 0;
  if (self->range_from_ns == from_ns && self->range_to_ns == to_ns)
    return;

  self->range_from_ns = from_ns;
  self->range_to_ns = to_ns;
  ov_timeline_redraw (self);
  g_signal_emit (self, signals[RANGE_CHANGED], 0, from_ns, to_ns);
}

void
ov_timeline_set_live_span (OvTimeline *self,
                           gint64      span_ns)
{
  g_return_if_fail (OV_IS_TIMELINE (self));
  g_return_if_fail (span_ns > 0);

  self->live_span_ns = CLAMP (span_ns, OV_TIMELINE_LEAST_SPAN_NS, OV_TIMELINE_MOST_SPAN_NS);
  ov_timeline_update_span (self);
  ov_timeline_redraw (self);
}

void
ov_timeline_get_view (OvTimeline *self,
                      gint64     *from_ns,
                      gint64     *to_ns)
{
  g_return_if_fail (OV_IS_TIMELINE (self));

  if (from_ns != NULL)
    *from_ns = self->from_ns;
  if (to_ns != NULL)
    *to_ns = self->to_ns;
}

/**
 * ov_timeline_set_view:
 *
 * Shows this part; it goes on with the newest only when that is within it and the instant is live.
 */
void
ov_timeline_set_view (OvTimeline *self,
                      gint64      from_ns,
                      gint64      to_ns)
{
  g_return_if_fail (OV_IS_TIMELINE (self));
  g_return_if_fail (to_ns > from_ns);

  ov_timeline_look (self, from_ns, to_ns);
}

/**
 * ov_timeline_step:
 * @direction: -1: the previous mark, 1: the next
 *
 * Goes on from the instant, or from the newest.  Returns: %FALSE: there is none
 */
gboolean
ov_timeline_step (OvTimeline *self,
                  int         direction)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, TRUE, sizeof (OvTimelineMark));
  gint64 at, found = 0;

  g_return_val_if_fail (OV_IS_TIMELINE (self), FALSE);
  g_return_val_if_fail (direction == -1 || direction == 1, FALSE);

  ov_timeline_update_span (self);
  if (!self->has_span || self->source->get_marks == NULL)
    return FALSE;

  at = self->instant_ns != 0 ? self->instant_ns : self->last_ns + 1;
  self->source->get_marks (direction < 0 ? self->first_ns : at, direction < 0 ? at : self->last_ns + 1, marks,
                           self->user_data);
  for (guint i = 0; i < marks->len; i++)
    {
      gint64 mark = g_array_index (marks, OvTimelineMark, i).at_ns;

      if (direction < 0 ? mark < at && (found == 0 || mark > found) : mark > at && (found == 0 || mark < found))
        found = mark;
    }
  if (found == 0)
    return FALSE;
  ov_timeline_set_instant (self, found);

  return TRUE;
}
