/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvChart: a sequence chart as flat arrays: lanes and the arrows between them, in order.
 *
 * Row k stands below row k - 1, with a break between them where time jumps, so the picture is laid out as it is
 * scrolled: nothing but what is on the screen is ever measured.  Labels are asked for when an arrow
 * is drawn.  The first reading freezes it; from then on it is immutable and may be read in any thread, but
 * for the look of lanes.
 */
#pragma once

#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

typedef enum
{
  OV_ARROW_SOLID,    /* message, call */
  OV_ARROW_DASHED,   /* reply */
  OV_ARROW_OPEN,     /* cast: open head */
  OV_ARROW_SIGNAL,   /* exit signal, 'DOWN': red */
  OV_ARROW_CREATE,   /* spawn: ends at the head of a lane */
  OV_ARROW_END,      /* the lane ends with a cross: to, or from where to is none */
  OV_ARROW_NOTE,     /* a box on one lane: from, or to where from is none */
  OV_ARROW_TIMER,    /* a timer or a call given up: amber; from and to may be the same */
  OV_ARROW_GAP,      /* hatched across all lanes */
} OvArrowKind;

typedef struct
{
  guint32 from, to;    /* lanes; OV_SCENE_NONE: from or to outside, at the edge */
  guint32 end_row;     /* where it arrives; its own row (or less) when not known */
  guint32 pair;        /* row of the answer (bracket), OV_SCENE_NONE; in an answer the question's */
  gint64  at_ns;       /* not before the row above */
  guint8  kind;        /* OvArrowKind */
  guint8  dim;
  guint8  tone;        /* OvTone; an end with OV_TONE_ERROR was a crash */
  guint8  reserved;
  guint64 id;          /* stable between charts: what is selected and seen is kept by it; 0: by row */
} OvChartArrow;

typedef struct
{
  guint64 id;
  guint32 label, sublabel;    /* set by the chart */
  guint32 first_row, end_row; /* where the lane lives; end_row G_MAXUINT32: to the end */
  guint8  shape, tone;
} OvChartLane;

/* What is found out about a row when the chart is frozen. */
typedef struct
{
  guint8 slot;                /* of the bar its question draws: bars on one lane stand side by side */
  guint8 from_bars, to_bars;  /* which slots are taken there, as bits */
} OvChartPlace;

#define OV_CHART_SLOTS 4

typedef struct _OvChart OvChart;

/* (transfer full); called in any thread. */
typedef char *(*OvChartLabelFunc) (guint32  row,
                                   guint    max_chars,
                                   gpointer user_data);

OvChart            *ov_chart_new       (OvChartLabelFunc label,
                                        gpointer         user_data,
                                        GDestroyNotify   destroy) G_GNUC_WARN_UNUSED_RESULT;
OvChart            *ov_chart_ref       (OvChart *self);
void                ov_chart_unref     (OvChart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvChart, ov_chart_unref)
/* Lanes and arrows may be added in any order; what an arrow points at is checked when it is frozen. */
guint32             ov_chart_add_lane  (OvChart           *self,
                                        const OvChartLane *lane,
                                        const char        *label,
                                        const char        *sublabel);
guint32             ov_chart_add_arrow (OvChart            *self,
                                        const OvChartArrow *arrow);
/* What a lane looks like may still be found out after freezing, before the chart is shown to anybody. */
void                ov_chart_set_look  (OvChart *self,
                                        guint32  lane,
                                        OvShape  shape,
                                        OvTone   tone);
const OvChartLane  *ov_chart_get_lanes (const OvChart *self,
                                        guint32       *n);
const OvChartArrow *ov_chart_get_arrows (const OvChart *self,
                                         guint32       *n);
const char         *ov_chart_get_text  (const OvChart *self,
                                        guint32        offset);
char               *ov_chart_dup_label (const OvChart *self,
                                        guint32        row,
                                        guint          max_chars) G_GNUC_WARN_UNUSED_RESULT;

/* By row. */
const OvChartPlace *ov_chart_get_places (const OvChart *self);
/* The rows before which the time jumps by more than ten times the median, ascending. */
const guint32      *ov_chart_get_breaks (const OvChart *self,
                                         guint32       *n);
/* How many of those are at @row or before it. */
guint32             ov_chart_count_breaks (const OvChart *self,
                                           guint32        row);
/* The rows before @row whose arrow or bracket reaches @row or beyond, the last first; at most @max. */
guint32             ov_chart_list_crossing (const OvChart *self,
                                            guint32        row,
                                            guint32       *rows,
                                            guint32        max);
/* Something comes from outside or goes there, at that edge. */
gboolean            ov_chart_has_outside (const OvChart *self,
                                          gboolean       right);
/* On which edge the outside partner of @arrow stands: the nearer one. */
gboolean            ov_chart_is_outside_right (const OvChart      *self,
                                               const OvChartArrow *arrow);
/* A question with an answer further down: it is bracketed by a bar. */
gboolean            ov_chart_has_bar (const OvChart *self,
                                      guint32        row);

G_END_DECLS
