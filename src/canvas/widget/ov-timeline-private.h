/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The time line's inside: the state and its parts, what is fetched, painting, input.
 *
 * OvTimeline is a box of two: the toggle for live, and the strip that is drawn.  The strip is a widget of its
 * own, because a slider has no children for assistive technology.
 */
#pragma once

#include "canvas/render/ov-pen.h"
#include "canvas/widget/ov-look.h"
#include "canvas/widget/ov-timeline.h"

G_BEGIN_DECLS

/* A bar and the space after it, logical pixels. */
#define OV_TIMELINE_BIN_WIDTH 4.0
#define OV_TIMELINE_MARGIN   10.0
#define OV_TIMELINE_REACH     6.0 /* a click this near to something means it */
#define OV_TIMELINE_LEAST_SPAN_NS G_GINT64_CONSTANT (100000)              /* 0.1 ms */
#define OV_TIMELINE_MOST_SPAN_NS  G_GINT64_CONSTANT (31536000000000000)   /* a year */

typedef enum { OV_TIMELINE_IDLE, OV_TIMELINE_PANS, OV_TIMELINE_SELECTS, OV_TIMELINE_SCRUBS } OvTimelineDrag;

#define OV_TYPE_TIMELINE_STRIP (ov_timeline_strip_get_type ())
G_DECLARE_FINAL_TYPE (OvTimelineStrip, ov_timeline_strip, OV, TIMELINE_STRIP, GtkWidget)

struct _OvTimelineStrip
{
  GtkWidget   parent_instance;

  OvTimeline *timeline;    /* not owned: it owns us */
};

struct _OvTimeline
{
  GtkWidget               parent_instance;

  GtkWidget              *toggle, *toggle_image, *toggle_label, *strip;
  const OvTimelineSource *source;
  gpointer                user_data;

  /* What there is, what is seen, what is looked at; ns. */
  gboolean                has_span, recorded, fits; /* fits: the first span is to be shown whole */
  gint64                  first_ns, last_ns, drawn_last_ns, drawn_to_ns;
  gint64                  from_ns, to_ns;
  gint64                  live_span_ns;
  gboolean                follows;       /* the newest stands at the right border */
  gint64                  instant_ns;    /* 0: live */
  gint64                  range_from_ns, range_to_ns;

  /* What was fetched for it. */
  gboolean                stale;
  gint64                  bin_ns, bins_from_ns;
  guint                   n_bins;
  guint32                *bins;
  GArray                 *marks;         /* OvTimelineMark, by time */
  GArray                 *gaps;          /* OvTimelineGap */
  guint                   n_fetches;     /* for tests: how often the source was asked for bins */

  guint                   timer_id;
  gboolean                updating_toggle;
  OvText                 *text;

  /* Pointer. */
  double                  pointer_x;     /* in the strip; below 0: not there */
  OvTimelineDrag          drag;
  gint64                  drag_from_ns, drag_to_ns, drag_anchor_ns;
  gint64                  told_us;
};

/* ov-timeline-data.c: time and pixels, and what is fetched. */
double ov_timeline_get_x        (OvTimeline *self,
                                 gint64      at_ns);
gint64 ov_timeline_get_time     (OvTimeline *self,
                                 double      x);
double ov_timeline_get_extent   (OvTimeline *self); /* width of the axis */
void   ov_timeline_look         (OvTimeline *self,
                                 gint64      from_ns,
                                 gint64      to_ns); /* at this; no longer follows unless it is the newest */
void   ov_timeline_update_span  (OvTimeline *self);
void   ov_timeline_fetch        (OvTimeline *self);
const OvTimelineMark *ov_timeline_find_mark (OvTimeline *self,
                                             double      x);
/* "12:31:05.120", in local time, as exact as @step_ns asks for; (transfer full). */
char  *ov_timeline_dup_clock    (gint64 at_ns,
                                 gint64 step_ns) G_GNUC_WARN_UNUSED_RESULT;
/* The distance of the clock labels. */
gint64 ov_timeline_get_step     (OvTimeline *self,
                                 double      least_pixels);
/* "12:31:05.120, 8 seconds ago"; (transfer full). */
char  *ov_timeline_dup_value    (OvTimeline *self) G_GNUC_WARN_UNUSED_RESULT;

/* ov-timeline.c */
void   ov_timeline_redraw       (OvTimeline *self);
void   ov_timeline_live         (OvTimeline *self,
                                 gboolean    live);
void   ov_timeline_update_toggle (OvTimeline *self);
void   ov_timeline_announce     (OvTimeline *self);

/* ov-timeline-strip.c, ov-timeline-paint.c, ov-timeline-input.c */
GtkWidget *ov_timeline_strip_new   (OvTimeline *timeline);
void       ov_timeline_paint       (OvTimeline *self,
                                    cairo_t    *cr,
                                    double      width,
                                    double      height,
                                    double      scale);
double     ov_timeline_get_natural_height (OvTimeline *self);
void       ov_timeline_add_input   (OvTimeline *self,
                                    GtkWidget  *strip);

G_END_DECLS
