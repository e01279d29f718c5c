/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEvent: one thing that happened on a node, 48 bytes beside its payload.
 *
 * Everything on the time axis is an event: messages and calls of a trace, births and deaths,
 * edges that were counted on the node, and whole batches of the probe's records (a census,
 * samples, supervisors), from which the tree of any instant is made again.  Thread: any; plain values.
 */
#pragma once

#include "term/ov-pid.h"

G_BEGIN_DECLS

/* The numbers are written to recordings: only ever append. */
typedef enum
{
  OV_EVENT_SEND,         /* actor sent payload to peer */
  OV_EVENT_SEND_NOWHERE, /* the same, and no such process exists */
  OV_EVENT_RECEIVE,      /* payload was put into actor's mailbox, by peer where that is known */
  OV_EVENT_SPAWN,        /* actor spawned peer; payload {M, F, Args} */
  OV_EVENT_SPAWNED,      /* actor was spawned by peer */
  OV_EVENT_EXIT,         /* actor ended; payload: the reason */
  OV_EVENT_LINK,         /* actor linked to peer */
  OV_EVENT_UNLINK,
  OV_EVENT_LINKED,       /* actor got a link from peer */
  OV_EVENT_UNLINKED,
  OV_EVENT_REGISTER,     /* payload: the name */
  OV_EVENT_UNREGISTER,
  OV_EVENT_CALL,         /* actor called payload {M, F, Args}, or {M, F, Args, What a match specification says} */
  OV_EVENT_RETURN,       /* payload {{M, F, Arity}, Value} */
  OV_EVENT_EXCEPTION,    /* payload {{M, F, Arity}, {Class, Reason}} */
  OV_EVENT_IN,           /* actor was scheduled in; payload: where ({M, F, Arity} or 0) */
  OV_EVENT_OUT,
  OV_EVENT_GC_START,     /* payload: the figures */
  OV_EVENT_GC_END,
  OV_EVENT_PORT_OPEN,    /* of the trace flag ports; payload: driver or facts */
  OV_EVENT_PORT_CLOSED,
  OV_EVENT_HOP,          /* seq_trace: a message with our token; payload is its record */
  OV_EVENT_FLOW,         /* messages from actor to peer of one shape, counted over a window:
                          * payload is an OvEventFlow */
  OV_EVENT_LATENCY,      /* actor called peer and had its answer; payload: gint64 ns */
  OV_EVENT_RECORDS,      /* a batch of the probe's records (ov_probe_reader_init() reads it) */
  OV_EVENT_GAP,          /* payload is an OvEventGap: something is missing here */
  OV_EVENT_LEVEL,        /* a trace switched between events, edges and off; payload is text */
  OV_EVENT_OTHER,        /* a trace message of a kind we do not know; payload whole */
  OV_N_EVENT_KINDS,
} OvEventKind;

typedef enum
{
  OV_EVENT_TRUNCATED = 1 << 0, /* the payload is a bounded view; size_bytes is the whole's */
  OV_EVENT_IS_CALL   = 1 << 1, /* a message that asks for an answer: '$gen_call', … */
  OV_EVENT_IS_REPLY  = 1 << 2, /* the answer; tag is that of the question */
  OV_EVENT_IS_CAST   = 1 << 3,
  OV_EVENT_IS_SYSTEM = 1 << 4, /* {system, …}, sys messages */
  OV_EVENT_IS_EXIT   = 1 << 5, /* an {'EXIT', …} or {'DOWN', …} message */
  OV_EVENT_IS_TIMEOUT = 1 << 6, /* {timeout, …}, 'timeout', {'$gen_…', timeout} */
} OvEventFlags;

#define OV_ACTOR_NONE G_MAXUINT32
#define OV_EVENT_NONE G_MAXUINT64

typedef struct
{
  gint64  at_ns;         /* system time of the node */
  guint64 payload;       /* private to the store */
  guint32 payload_bytes; /* as kept */
  guint32 size_bytes;    /* of the whole term, external format; saturating */
  guint32 actor, peer;   /* numbers of the store, OV_ACTOR_NONE */
  guint32 shape;         /* string of the store: the form of the message, "{'$gen_call',_,get}" */
  guint32 tag;           /* pairs question and answer: a hash of the reference, 0: none */
  guint16 trace;         /* which trace it came from, 0: none */
  guint8  kind, flags;
  guint32 reserved;      /* 0 */
} OvEvent;

G_STATIC_ASSERT (sizeof (OvEvent) == 48);

/* Payloads that we make ourselves; little endian, as in the file. */
typedef struct
{
  gint64  from_ns;       /* the window is [from_ns, at_ns) */
  guint64 messages, bytes;
} OvEventFlow;

typedef enum
{
  OV_GAP_CREDIT,   /* the program was too slow: events were dropped */
  OV_GAP_GOVERNOR, /* over the rate: tracing was off for paused_ns, nothing was generated */
  OV_GAP_FUSE,     /* too much: tracing is off until re-armed */
  OV_GAP_RECORDER, /* the store or the disk was full */
  OV_GAP_LOST,     /* the connection went away */
  OV_GAP_FOREIGN,  /* count processes belong to another tracer */
} OvGapReason;

typedef struct
{
  guint64 count;     /* events that were generated and are not here; 0: see paused_ns */
  gint64  paused_ns; /* nothing was generated for so long before at_ns */
  guint32 reason;    /* OvGapReason */
  guint32 reserved;
} OvEventGap;

/* "send", "receive", "spawn", "exit" …: the words of the command line. */
const char *ov_event_kind_get_word (OvEventKind kind);
const char *ov_gap_reason_get_word (OvGapReason reason);
#define OV_EVENT_MASK(kind) (G_GUINT64_CONSTANT (1) << (kind))

G_END_DECLS
