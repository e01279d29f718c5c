/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFeed: what the probe of a node sends, on its way into the node's store, and what of it the main loop
 * must know.
 *
 * It is one for a node and its store, whatever connections come and go.  Thread: ov_feed_take() on the
 * link's, the rest on the main one.
 */
#pragma once

#include "trace/ov-trace-message.h"

G_BEGIN_DECLS

typedef struct _OvFeed OvFeed;

/* A reason that comes without figures: the tracer is no more. */
#define OV_END_OVERLOADED "overloaded"

/* What is new of one trace. */
typedef struct
{
  guint16      trace;
  gboolean     has_meter;
  OvTraceMeter meter;
  gint64       at_ns;
  char        *end;     /* the reason; NULL: it goes on; (transfer full) */
  guint64      single;  /* trace messages that are in the store as events */
  guint64      refused; /* arrived, and the store could not keep them */
} OvFeedNews;

/* @told on @context, when there is news. */
OvFeed  *ov_feed_new        (OvStore      *store,
                             GMainContext *context,
                             GSourceFunc   told,
                             gpointer      user_data) G_GNUC_WARN_UNUSED_RESULT;
OvFeed  *ov_feed_ref        (OvFeed *self);
void     ov_feed_unref      (OvFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvFeed, ov_feed_unref)
void     ov_feed_stop       (OvFeed *self); /* nothing is told any more */
void     ov_feed_take       (const OvTraceMessage *message,
                             gpointer              feed); /* an OvProbeTraceFunc */

void     ov_feed_add_trace    (OvFeed  *self,
                               guint16  trace);
void     ov_feed_remove_trace (OvFeed  *self,
                               guint16  trace);
gboolean ov_feed_pop          (OvFeed     *self,
                               OvFeedNews *news);
void     ov_feed_get_news     (OvFeed     *self,
                               guint16     trace,
                               OvFeedNews *news); /* as it stands; no end */

/* Words of ours in the stream of records, in the form of a GAP notice of PROTOCOL.md: where the replay
 * must do what the node did (OvPast reads them). */
#define OV_NOTE_CENSUS "census"             /* one begins; the number is its id */
#define OV_NOTE_CENSUS_BROKEN "census-broken" /* it broke off */
#define OV_NOTE_OTHER_LIFE "other-life"     /* the node was started again since */
/* Stands before the next batch that arrives, with its time. */
void     ov_feed_note_before  (OvFeed     *self,
                               const char *note,
                               guint64     number);
/* Stands behind what has arrived. */
void     ov_feed_note         (OvFeed     *self,
                               const char *note,
                               guint64     number);
void     ov_feed_gap          (OvFeed      *self,
                               guint16      trace,
                               OvGapReason  reason,
                               guint64      count,
                               gint64       paused_ns);
/* The node's system time now, as far as it is known from what arrived. */
gint64   ov_feed_get_time     (OvFeed *self);
/* Of what arrived last; 0: nothing has. */
gint64   ov_feed_get_last_ns  (OvFeed *self);

G_END_DECLS
