/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvChart: a sequence chart as flat arrays: lanes and the arrows between them, in order.
 *
 * Row k stands at y = k, so the picture is laid out as it is scrolled: nothing but what is on the screen
 * is ever measured.  Labels are asked for when an arrow is drawn.  Built, frozen, immutable.
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
  OV_ARROW_END,      /* the lane ends with a cross */
  OV_ARROW_NOTE,     /* a box on one lane */
  OV_ARROW_TIMER,    /* a timer or a call given up: amber */
  OV_ARROW_GAP,      /* hatched across all lanes */
} OvArrowKind;

typedef struct
{
  guint32 from, to;    /* lanes; OV_SCENE_NONE: from or to outside, at the edge */
  guint32 end_row;     /* where it arrives; its own row when not known */
  guint32 pair;        /* row of the answer (bracket), OV_SCENE_NONE */
  gint64  at_ns;
  guint8  kind;        /* OvArrowKind */
  guint8  dim;
  guint16 reserved;
} OvChartArrow;

typedef struct
{
  guint64 id;
  guint32 label, sublabel;
  guint32 first_row, end_row; /* where the lane lives; end_row G_MAXUINT32: to the end */
  guint8  shape, tone;
} OvChartLane;

typedef struct _OvChart OvChart;

typedef char *(*OvChartLabelFunc) (guint32 row, guint max_chars, gpointer user_data); /* (transfer full), any thread */

OvChart            *ov_chart_new       (OvChartLabelFunc label,
                                        gpointer         user_data,
                                        GDestroyNotify   destroy) G_GNUC_WARN_UNUSED_RESULT;
OvChart            *ov_chart_ref       (OvChart *self);
void                ov_chart_unref     (OvChart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvChart, ov_chart_unref)
guint32             ov_chart_add_lane  (OvChart           *self,
                                        const OvChartLane *lane,
                                        const char        *label,
                                        const char        *sublabel);
guint32             ov_chart_add_arrow (OvChart            *self,
                                        const OvChartArrow *arrow);
const OvChartLane  *ov_chart_get_lanes (const OvChart *self,
                                        guint32       *n);
const OvChartArrow *ov_chart_get_arrows (const OvChart *self,
                                         guint32       *n);
const char         *ov_chart_get_text  (const OvChart *self,
                                        guint32        offset);
char               *ov_chart_dup_label (const OvChart *self,
                                        guint32        row,
                                        guint          max_chars) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
