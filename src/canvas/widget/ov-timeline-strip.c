/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The drawn part of the time line as a widget: its size, its picture, its tooltip, a slider to assistive technology.
 * Thread: main.
 */
#include "canvas/widget/ov-timeline-private.h"

#include <glib/gi18n.h>
#include <math.h>

G_DEFINE_FINAL_TYPE (OvTimelineStrip, ov_timeline_strip, GTK_TYPE_WIDGET)

static void
ov_timeline_strip_measure (GtkWidget     *widget,
                           GtkOrientation orientation,
                           int            for_size,
                           int           *minimum,
                           int           *natural,
                           int           *minimum_baseline,
                           int           *natural_baseline)
{
  OvTimelineStrip *self = OV_TIMELINE_STRIP (widget);

  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 160
                        : (int) ceil (ov_timeline_get_natural_height (self->timeline));
}

static void
ov_timeline_strip_snapshot (GtkWidget   *widget,
                            GtkSnapshot *snapshot)
{
  OvTimelineStrip *self = OV_TIMELINE_STRIP (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int scale = gtk_widget_get_scale_factor (widget);
  cairo_t *cr;

  if (self->timeline == NULL || width <= 0 || height <= 0)
    return;

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  ov_timeline_paint (self->timeline, cr, width, height, scale);
  cairo_destroy (cr);
}

static gboolean
ov_timeline_strip_query_tooltip (GtkWidget  *widget,
                                 int         x,
                                 int         y,
                                 gboolean    keyboard,
                                 GtkTooltip *tooltip)
{
  OvTimeline *timeline = OV_TIMELINE_STRIP (widget)->timeline;
  const OvTimelineMark *mark;
  g_autofree char *clock = NULL;
  g_autofree char *words = NULL;
  g_autofree char *text = NULL;

  if (timeline == NULL || keyboard || (mark = ov_timeline_find_mark (timeline, x)) == NULL)
    return FALSE;

  clock = ov_timeline_dup_clock (mark->at_ns, 1000000);
  if (timeline->source != NULL && timeline->source->describe_mark != NULL)
    words = timeline->source->describe_mark (mark->id, timeline->user_data);
  text = words == NULL ? g_strdup (clock) : g_strdup_printf ("%s\n%s", words, clock);
  gtk_tooltip_set_text (tooltip, text);

  return TRUE;
}

static gboolean
ov_timeline_strip_focus (GtkWidget       *widget,
                         GtkDirectionType direction)
{
  if (gtk_widget_is_focus (widget))
    return FALSE;

  return gtk_widget_grab_focus (widget);
}

static void
ov_timeline_strip_class_init (OvTimelineStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = ov_timeline_strip_measure;
  widget_class->snapshot = ov_timeline_strip_snapshot;
  widget_class->query_tooltip = ov_timeline_strip_query_tooltip;
  widget_class->focus = ov_timeline_strip_focus;
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
ov_timeline_strip_init (OvTimelineStrip *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Time line"), -1);
}

static void
look_changed_cb (GtkWidget *widget)
{
  gtk_widget_queue_resize (widget);
}

GtkWidget *
ov_timeline_strip_new (OvTimeline *timeline)
{
  OvTimelineStrip *self = g_object_new (OV_TYPE_TIMELINE_STRIP, NULL);

  self->timeline = timeline;
  ov_look_watch (GTK_WIDGET (self), G_CALLBACK (look_changed_cb));
  g_signal_connect (self, "state-flags-changed", G_CALLBACK (gtk_widget_queue_draw), NULL);

  return GTK_WIDGET (self);
}
