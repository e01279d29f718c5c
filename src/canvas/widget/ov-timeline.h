/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTimeline: a strip of time: density as bars, marks (crash, restart), gaps hatched, the range that is
 * selected, and the instant that is looked at.
 *
 * It asks for what it draws (bins and marks for a span) and never for more than fits its width.  Drag
 * selects a range, a click sets the instant, the needle and the ends of the range can be dragged, wheel zooms
 * around the pointer, Shift and drag pans; keys: Left, Right step by a bin, with Shift they change the range,
 * Ctrl+Left, Ctrl+Right to the previous and next mark, Home, End to the first instant and live, plus, minus zoom,
 * Space live or paused, Escape gives the range up.
 *
 *            click, key, toggle off, set_instant (t)
 *    LIVE ───────────────────────────────────────────► AT AN INSTANT
 *      ▲   follows the newest                            │ stays, though the store grows
 *      └──────── toggle on, End, set_instant (0) ────────┘
 *
 * Signals: "instant-changed" (gint64, 0: live), "range-changed" (gint64, gint64; 0, 0: none); a setter
 * that changes nothing is silent.  Thread: main.
 */
#pragma once

#include "canvas/render/ov-theme.h"
#include "canvas/scene/ov-scene.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 at_ns;
  guint8 tone;        /* OvTone: ERROR ▲ crash, RENEWED ↻ restart */
  guint64 id;
} OvTimelineMark;

typedef struct { gint64 from_ns, to_ns; } OvTimelineGap;

/* What the time line draws; the answers are copied. */
typedef struct
{
  /* FALSE: there is nothing yet.  Of a node that is watched @last_ns is now, of a recording its end; it is asked
   * for some ten times a second while the time line is seen, so it has to be cheap. */
  gboolean (*get_span)  (gint64 *first_ns, gint64 *last_ns, gpointer user_data);
  void     (*get_bins)  (gint64 from_ns, gint64 to_ns, guint n, guint32 *bins, gpointer user_data);
  void     (*get_marks) (gint64 from_ns, gint64 to_ns, GArray *marks, gpointer user_data); /* OvTimelineMark */
  void     (*get_gaps)  (gint64 from_ns, gint64 to_ns, GArray *gaps, gpointer user_data);  /* OvTimelineGap */
  char    *(*describe_mark) (guint64 id, gpointer user_data); /* (transfer full) */
} OvTimelineSource;

#define OV_TYPE_TIMELINE (ov_timeline_get_type ())
G_DECLARE_FINAL_TYPE (OvTimeline, ov_timeline, OV, TIMELINE, GtkWidget)

GtkWidget *ov_timeline_new          (void);
/* What is shown ended long ago: "live" is called the end, and all of it is shown first.  Before the source. */
void       ov_timeline_set_recorded (OvTimeline *self,
                                     gboolean    recorded);
void       ov_timeline_set_source   (OvTimeline             *self,
                                     const OvTimelineSource *source, /* static; NULL: none */
                                     gpointer                user_data);
void       ov_timeline_refresh      (OvTimeline *self); /* something was added */
gint64     ov_timeline_get_instant  (OvTimeline *self); /* 0: live */
void       ov_timeline_set_instant  (OvTimeline *self,
                                     gint64      at_ns);
gboolean   ov_timeline_get_range    (OvTimeline *self,
                                     gint64     *from_ns,
                                     gint64     *to_ns);
void       ov_timeline_set_range    (OvTimeline *self,
                                     gint64      from_ns,
                                     gint64      to_ns);
/* Live: the newest instant is kept at the right border, showing this long before it. */
void       ov_timeline_set_live_span (OvTimeline *self,
                                      gint64      span_ns);
/* What is shown now. */
void       ov_timeline_get_view     (OvTimeline *self,
                                     gint64     *from_ns,
                                     gint64     *to_ns);
void       ov_timeline_set_view     (OvTimeline *self,
                                     gint64      from_ns,
                                     gint64      to_ns);
/* To the previous (-1) or next (1) mark; FALSE when there is none. */
gboolean   ov_timeline_step         (OvTimeline *self,
                                     int         direction);

G_END_DECLS
