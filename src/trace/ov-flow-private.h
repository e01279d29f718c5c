/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvFlow share.
 *
 *   level 0: 100 ms   level 1: 1 s   level 2: 10 s   level 3: 100 s
 *
 * A window holds one cell for each edge that was used in it; a window above is the sum of its ten
 * below, made ("built") once they are two seconds old.  The same edge may have several cells in a
 * window: sums do not mind.
 */
#pragma once

#include "trace/ov-flow.h"

G_BEGIN_DECLS

#define OV_FLOW_LEVELS 4
#define OV_FLOW_BUCKETS_PER_OCTAVE 16
#define OV_FLOW_UNANSWERED_NS (5 * G_GINT64_CONSTANT (1000000000))
#define OV_FLOW_SHAPES 4
#define OV_EDGE_NONE G_MAXUINT32

typedef struct
{
  guint32 edge;
  gint32  unanswered;
  guint64 messages, bytes;
  gint64  last_ns;
} OvFlowCell;

/* Calls of one edge whose answer took about as long. */
typedef struct
{
  guint32 edge, bucket, count;
} OvFlowLatency;

typedef struct
{
  gint64   index;   /* in units of its level's length */
  guint8   level;
  gboolean built;   /* holds the sum of what is below; always so on level 0 */
  gboolean dropped; /* what is below was given up for memory */
  GArray  *cells;   /* OvFlowCell */
  GArray  *latencies; /* OvFlowLatency */
} OvFlowWindow;

typedef struct
{
  guint32 from, to;
  gboolean received;  /* counts what @to received, not what @from sent */
  gint64  window;     /* of the cell that was used last */
  guint32 cell;
  guint32 shapes[OV_FLOW_SHAPES]; /* the frequent ones, and how often at most */
  guint64 shape_counts[OV_FLOW_SHAPES];
} OvFlowRecord;

/* A question that waits for its answer. */
typedef struct
{
  guint32 tag;      /* 0: free */
  guint32 edge;
  gint64  at_ns;
  gboolean from_send; /* its sending was seen, not only that it arrived */
  gboolean expired;   /* counted as unanswered */
} OvFlowQuestion;

typedef struct
{
  gint64 from_ns, to_ns;
} OvFlowGap;

typedef struct _OvFlowQuestions OvFlowQuestions;

struct _OvFlow
{
  OvStore   *store;
  guint64    next;     /* the first event that was not read */
  gint64     first_ns, newest_ns; /* of what was read; newest_ns is G_MININT64 before */
  GArray    *edges;    /* OvFlowRecord */
  guint32   *places;   /* hash of (from, to, received) -> edge + 1 */
  guint      n_places; /* a power of two */
  GPtrArray *levels[OV_FLOW_LEVELS]; /* OvFlowWindow by index */
  guint      n_built[OV_FLOW_LEVELS]; /* windows before this one are built, or came late */
  gsize      memory[OV_FLOW_LEVELS];
  GArray    *places_in_window; /* guint32 by edge: where packing saw it last */
  OvFlowWindow *last;  /* of level 0, that was used last */
  OvFlowQuestions *questions;
  GArray    *gaps;     /* OvFlowGap, by from_ns where time is in order */
};

/* Windows. */
void          ov_flow_windows_init  (OvFlow *self);
void          ov_flow_windows_clear (OvFlow *self);
void          ov_flow_add           (OvFlow  *self,
                                     guint32  edge,
                                     gint64   at_ns,
                                     guint64  messages,
                                     guint64  bytes,
                                     gint32   unanswered);
void          ov_flow_add_latency   (OvFlow *self,
                                     guint32 edge,
                                     gint64  at_ns,
                                     gint64  ns);
void          ov_flow_build         (OvFlow *self);
gint64        ov_flow_bucket_value  (guint bucket);
/* Of OvFlowLatency, by edge, then bucket. */
int           ov_flow_compare_latencies (gconstpointer a,
                                         gconstpointer b);
typedef void (*OvFlowVisit) (const OvFlowWindow *window,
                             gpointer            user_data);
/* Windows that together are [from, to) of level 0, each stretch once. */
void          ov_flow_visit         (OvFlow      *self,
                                     gint64       from,
                                     gint64       to,
                                     OvFlowVisit  visit,
                                     gpointer     user_data);

/* Edges. */
guint32       ov_flow_edge          (OvFlow  *self,
                                     guint32  from,
                                     guint32  to,
                                     gboolean received);
guint32       ov_flow_find_edge     (OvFlow  *self,
                                     guint32  from,
                                     guint32  to,
                                     gboolean received); /* OV_EDGE_NONE: there is none */

/* Questions and answers. */
OvFlowQuestions *ov_flow_questions_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void             ov_flow_questions_free (OvFlowQuestions *self);
void             ov_flow_ask            (OvFlow        *self,
                                         const OvEvent *event,
                                         guint32        edge,
                                         gboolean       from_send);
void             ov_flow_answer         (OvFlow        *self,
                                         const OvEvent *event);
void             ov_flow_give_up        (OvFlow        *self,
                                         const OvEvent *event);
void             ov_flow_expire         (OvFlow *self);

G_END_DECLS
