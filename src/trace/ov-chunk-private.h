/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of a chunk of events: its columns (the body), what is known of them at a glance (the summary),
 * and who makes both (the builder).  In memory, in a spill file and in a recording they are the same bytes;
 * FORMAT.md describes them.
 *
 *   body:    times 8n · rows 32n · actors 4a · starts 4(a + 1) · postings 2p · kinds n · to 8 · payload
 *   summary: OvSummary · steps 16s · totals 4k · counts 2sk · to 8 · bloom 8b
 *
 * 41 bytes an event, and 2 for each actor of it in the postings.
 */
#pragma once

#include "trace/ov-event.h"

G_BEGIN_DECLS

#define OV_CHUNK_EVENTS 16384      /* of ours */
#define OV_CHUNK_MAX_EVENTS 65536  /* that a file may have in one block */
#define OV_CHUNK_PAYLOAD (4 * 1024 * 1024)
#define OV_CHUNK_STEP 256
#define OV_CHUNK_KINDS 64          /* that the format has room for */
/* A single payload; the distribution link takes no more either. */
#define OV_MAX_PAYLOAD (64 * 1024 * 1024)

typedef struct
{
  guint32 payload, payload_bytes; /* place in the chunk's payload */
  guint32 size_bytes;
  guint32 actor, peer, shape, tag;
  guint16 trace;
  guint8  flags, reserved;
} OvRow;

G_STATIC_ASSERT (sizeof (OvRow) == 32);

/* How many of each; from these the places of all columns follow. */
typedef struct
{
  guint32 n_events, n_actors, n_postings, payload_bytes;
} OvBodyCounts;

/* The body of a chunk, wherever its bytes are.  Immutable but for the builder's own. */
typedef struct
{
  gatomicrefcount refs;
  OvBodyCounts    counts; /* while it is being built, only the builder may look at them */
  guint32         limit;  /* events that can be read here: fewer than promised when damaged */
  const gint64   *times;
  const OvRow    *rows;
  const guint8   *kinds;
  const guint8   *payload;
  const guint32  *actors; /* ascending; n_actors + 1 starts; events of actor i are */
  const guint32  *starts; /* postings[starts[i]] up to postings[starts[i + 1]] */
  const guint16  *postings;
  gpointer        bytes;     /* one of the ways to hold them */
  gsize           n_bytes;
  GDestroyNotify  free_bytes; /* g_free, or NULL: munmap */
  gpointer        owner;     /* (nullable) who unmaps them instead, told by free_owner */
  GDestroyNotify  free_owner;
  gpointer        index;     /* (nullable) g_malloc'ed actors, starts and postings of a built body */
  _Atomic guint8  is_used;   /* looked at since the last sweep */
} OvBody;

gsize    ov_body_get_size     (const OvBodyCounts *counts); /* G_MAXSIZE: too large */
/* Takes @bytes; the counts must fit n_bytes, nothing else is checked. */
OvBody  *ov_body_new          (const OvBodyCounts *counts,
                               gpointer            bytes,
                               gsize               n_bytes,
                               GDestroyNotify      free_bytes) G_GNUC_WARN_UNUSED_RESULT;
/* One event, a GAP. */
OvBody  *ov_body_new_gap      (gint64      at_ns,
                               OvGapReason reason,
                               guint64     count) G_GNUC_WARN_UNUSED_RESULT;
OvBody  *ov_body_ref          (OvBody *self);
void     ov_body_unref        (OvBody *self);
/* For what comes from a file, before it is shared: FALSE when a number in it points to nothing.  Names that
 * were lost with another block are left out. */
gboolean ov_body_make_sound   (OvBody       *self,
                               guint32       n_actors,
                               guint32       n_texts);
guint64  ov_body_get_ram      (const OvBody *self);
/* The pieces in the order of the file; @emit returns FALSE to stop. */
typedef gboolean (*OvEmit)    (gconstpointer bytes,
                               gsize         n,
                               gpointer      user_data);
gboolean ov_body_emit         (const OvBody *self,
                               OvEmit        emit,
                               gpointer      user_data);
/* The postings of an actor; NULL when it is not here. */
const guint16 *ov_body_find_postings (const OvBody *self,
                                      guint32       actor,
                                      guint        *n);
void     ov_body_get_event    (const OvBody *self,
                               guint         i,
                               OvEvent      *event);

/* ---- at a glance ---- */

typedef struct
{
  gint64 min_ns, max_ns;
} OvChunkStep;

typedef struct
{
  gint64  min_ns, max_ns;
  guint64 kinds;        /* which occur */
  guint32 n_events, n_steps, n_kinds, n_bloom; /* n_bloom: words, a power of two */
} OvSummary;

gsize           ov_summary_get_size   (const OvSummary *self);
const OvChunkStep   *ov_summary_get_steps  (const OvSummary *self);
const guint32  *ov_summary_get_totals (const OvSummary *self); /* n_kinds */
const guint16  *ov_summary_get_counts (const OvSummary *self); /* n_steps times n_kinds */
OvSummary      *ov_summary_new        (const OvBody *body,
                                       guint32       n_events) G_GNUC_WARN_UNUSED_RESULT; /* g_free() */
/* Of bytes from a file, @n of them. */
gboolean        ov_summary_is_sound   (const OvSummary *self,
                                       gsize            n);
gboolean        ov_summary_may_have   (const OvSummary *self,
                                       guint32          actor);
guint32         ov_summary_count      (const OvSummary *self,
                                       guint64          kinds);

/* A kind that this version does not know reads as OTHER. */
static inline guint8
ov_kind_of (guint8 stored)
{
  return stored < OV_N_EVENT_KINDS ? stored : OV_EVENT_OTHER;
}

/* Which payloads are structs of ours, and how large; 0: a term or text. */
guint           ov_event_kind_get_struct_size (guint kind);

/* ---- making one ---- */

typedef struct _OvBuilder OvBuilder;

OvBuilder *ov_builder_new    (gsize payload_bytes) G_GNUC_WARN_UNUSED_RESULT; /* room for at least; NULL: no memory */
void       ov_builder_free   (OvBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvBuilder, ov_builder_free)
OvBody    *ov_builder_get_body (OvBuilder *self); /* grows as events are appended */
guint32    ov_builder_get_n  (OvBuilder *self);
/* FALSE: full. */
gboolean   ov_builder_append (OvBuilder     *self,
                              const OvEvent *event,
                              gconstpointer  payload,
                              guint32        payload_bytes);
/* Indexes it and gives back what was not used; nothing can be appended after. */
OvSummary *ov_builder_seal   (OvBuilder *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
