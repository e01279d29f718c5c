/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the probe says of a running trace, as it came (PROTOCOL.md, "Tracing"), and OvIntake, which puts
 * it into a store.  Nothing in it is trusted.
 */
#pragma once

#include "term/ov-term-cursor.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

typedef enum
{
  OV_TRACE_MESSAGE_EVENTS, /* body: the list of trace messages */
  OV_TRACE_MESSAGE_FLOW,   /* body: list of edges, then list of latencies */
  OV_TRACE_MESSAGE_METER,  /* body: a map; see OvTraceMeter */
  OV_TRACE_MESSAGE_END,    /* body: the reason (binary), then the meter's map */
  OV_TRACE_MESSAGE_RECORDS, /* body: a list of the probe's records */
} OvTraceMessageType;

typedef struct
{
  OvTraceMessageType type;
  guint16            trace;     /* its id */
  gint64             at_ns;     /* when it was sent */
  gint64             from_ns;   /* FLOW: begin of the window */
  gint64             offset_ns; /* EVENTS: system time - monotonic time of the node */
  OvTermCursor       body;
} OvTraceMessage;

typedef enum { OV_TRACE_OFF, OV_TRACE_EDGES, OV_TRACE_EVENTS } OvTraceLevel;

const char *ov_trace_level_get_word (OvTraceLevel level);

typedef struct
{
  OvTraceLevel level;
  guint64 generated;     /* trace messages that the node made for us */
  guint64 sent;          /* as single events or counted in edges */
  guint64 in_edges;      /* of these, the latter */
  guint64 dropped;       /* generated = sent + dropped + still waiting */
  guint64 paused_ns;     /* the governor kept tracing off */
  guint64 queue;         /* of the tracer */
  guint64 events_per_s;
  double  cost;          /* share of one scheduler that observing takes, estimated: 0.003 */
} OvTraceMeter;

gboolean ov_trace_meter_read (OvTermCursor *cursor,
                              OvTraceMeter *meter);

/* One per node: message by message into the store. Thread: that of the link. */
typedef struct _OvIntake OvIntake;

OvIntake *ov_intake_new   (OvStore *store) G_GNUC_WARN_UNUSED_RESULT;
void      ov_intake_free  (OvIntake *self);
/* EVENTS, FLOW and RECORDS; how many events were appended.  What could not be understood is kept
 * as OV_EVENT_OTHER, never lost: the sum of a trace stays true. */
guint     ov_intake_take  (OvIntake             *self,
                           const OvTraceMessage *message);
/* Notes a loss that this side knows of. */
void      ov_intake_gap   (OvIntake    *self,
                           gint64       at_ns,
                           OvGapReason  reason,
                           guint64      count);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvIntake, ov_intake_free)

/* The form of a message: atoms and tags stay, data becomes _: "{'$gen_call',_,{add,_}}". Bounded.
 * Sets flags and tag as in OvEvent. */
void      ov_shape_of     (gconstpointer  bytes, /* external term without 131 */
                           gsize          length,
                           GString       *shape,
                           guint8        *flags,
                           guint32       *tag);

G_END_DECLS
