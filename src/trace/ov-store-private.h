/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of OvStore, for the files of this folder: chunks, how they are found and looked at, and the
 * making of a store from a file.
 */
#pragma once

#include "trace/ov-chunk-private.h"
#include "trace/ov-epoch-private.h"
#include "trace/ov-names-private.h"
#include "trace/ov-spill-private.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

#define OV_DIRECTORY_PART 4096
#define OV_DIRECTORY_PARTS 4096

typedef struct _OvPlace OvPlace;

/* What keeps bodies that are not in memory: a spill file, a recording. */
typedef struct
{
  OvBody *(*load)    (const OvPlace *place,
                      OvStore       *store); /* NULL: it cannot be read any more */
  void    (*release) (gpointer keeper);
} OvKeeperClass;

/* From where a body can be had again. */
struct _OvPlace
{
  const OvKeeperClass *class;  /* NULL: it is only in memory */
  gpointer     keeper;
  guint64      offset, n_bytes;
  OvBodyCounts counts;
  guint32      crc;
};

typedef struct
{
  guint64               first;     /* number of its first event */
  gint64                peak_ns;   /* the latest event of all chunks before; G_MININT64: none */
  _Atomic guint32       n;         /* events that can be seen */
  _Atomic (OvBody *)    body;      /* NULL: spilled, or not read yet */
  _Atomic (OvSummary *) summary;   /* NULL: still open */
  OvPlace               place;     /* set before body becomes NULL */
} OvChunk;

struct _OvStore
{
  gatomicrefcount     refs;
  const char         *node;
  OvStoreLimits       limits;
  OvNames            *names;
  gboolean            is_closed;   /* made from a file */

  /* Readers. */
  OvEpoch             epoch;
  _Atomic (_Atomic (OvChunk *) *) directory[OV_DIRECTORY_PARTS];
  _Atomic guint32     first_chunk, n_chunks;
  _Atomic guint64     first, end, forgotten;
  _Atomic guint32     hint;        /* the chunk that was asked for last */
  _Atomic gint64      min_ns, max_ns;
  _Atomic guint64     by_kind[OV_N_EVENT_KINDS];
  _Atomic guint64     memory, disk; /* bytes that only this store has, there and there */
  _Atomic guint64     loaded;       /* bytes of bodies that could be had again */

  /* The writer, under the lock. */
  GMutex              lock;
  GCond               spilled;
  OvBuilder          *open;
  OvChunk            *open_chunk;
  guint64             next;
  guint64             told;        /* what watchers know of */
  gint64              open_min_ns, open_max_ns;
  gboolean            has_gap;     /* the first chunk stands for what was forgotten */
  OvSpill            *spill;
  guint32             next_spill;  /* the oldest chunk that is only in memory */
  gboolean            is_spilling;
  gint64              no_spill_before_us; /* the disk was full */
  guint32             sweep_hand;

  GMutex              watch_lock;
  GArray             *watches;
};

/* ---- finding and looking, between ov_epoch_enter() and leave ---- */

OvChunk   *ov_store_get_chunk    (OvStore *self,
                                  guint32  index); /* NULL: forgotten or not there */
guint32    ov_store_find_chunk   (OvStore *self,
                                  guint64  number); /* the last that begins at or before it */
OvBody    *ov_store_get_body     (OvStore *self,
                                  OvChunk *chunk);  /* never NULL */
/* How many events of it can be read. */
static inline guint32
ov_chunk_get_n (OvChunk *self,
                OvBody  *body)
{
  guint32 n = atomic_load_explicit (&self->n, memory_order_acquire);

  return MIN (n, body->limit);
}
/* Does it answer without the disk? */
static inline OvBody *
ov_chunk_peek_body (OvChunk *self)
{
  return atomic_load_explicit (&self->body, memory_order_acquire);
}
static inline OvSummary *
ov_chunk_get_summary (OvChunk *self)
{
  return atomic_load_explicit (&self->summary, memory_order_acquire);
}

/* Kinds of the mask, with those that are unknown where OTHER is among them. */
guint64    ov_kinds_widen        (guint64 kinds);
/* How many of these kinds are among the events [begin, end) of a chunk; from the summary where it can. */
guint64    ov_chunk_count_kinds  (OvStore *store,
                                  OvChunk *chunk,
                                  guint    begin,
                                  guint    end,
                                  guint64  kinds);

/* ---- keeping to the limits, under the lock ---- */

void       ov_store_make_room    (OvStore *self);
void       ov_store_sweep        (OvStore *self);
/* The oldest chunk; the open one stays, FALSE. */
gboolean   ov_store_forget       (OvStore *self);

/* ---- building ---- */

OvStore   *ov_store_new_closed   (const char *node,
                                  OvNames    *names) G_GNUC_WARN_UNUSED_RESULT; /* takes @names */
/* Takes @summary and one reference of the keeper; FALSE: no room for more chunks, nothing was taken. */
gboolean   ov_store_add_chunk    (OvStore       *self,
                                  OvSummary     *summary,
                                  const OvPlace *place);
gboolean   ov_store_add_gap      (OvStore     *self,
                                  gint64       at_ns,
                                  OvGapReason  reason,
                                  guint64      count);
/* Adds or takes away (@sign) what a chunk has of each kind. */
void       ov_store_count_summary (OvStore         *self,
                                   const OvSummary *summary,
                                   int              sign);
void       ov_chunk_free         (gpointer chunk);

G_END_DECLS
