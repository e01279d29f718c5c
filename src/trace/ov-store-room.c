/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStore within its limits: spilling in a pool of its own, forgetting, and giving back what was mapped.
 *
 * Over memory_bytes the oldest chunks are written to the disk by one of its threads, while the writer goes on.
 * When the disk is too slow the writer waits a little; when there is no room on it, memory may grow to
 * twice its limit, and then the oldest is forgotten, on the disk first.
 * Invariant: chunks are spilled and forgotten in the order of their numbers: forgotten, spilled, in memory.
 * Thread: under the store's lock, but for the writing itself.
 */
#include "trace/ov-store-private.h"

#include <errno.h>

#define SPILL_THREADS 2
/* How long a writer waits for a slow disk before it forgets. */
#define MAX_WAIT_US (2 * G_USEC_PER_SEC)
/* How long a full disk is left alone. */
#define RETRY_US (2 * G_USEC_PER_SEC)

/* ---- spilling ---- */

static OvBody *
load_spilled (const OvPlace *place,
              OvStore       *store)
{
  return ov_spill_file_view (place->keeper, place->offset, &place->counts);
}

static void
release_spilled (gpointer keeper)
{
  ov_spill_file_unref (keeper);
}

static const OvKeeperClass spill_class = { load_spilled, release_spilled };

static gboolean
is_over (OvStore *self,
         guint64  factor)
{
  /* Names cannot be spilled; they have a bound of their own, and must not push out every event. */
  guint64 names = MIN (ov_names_get_bytes (self->names), self->limits.memory_bytes / 2);

  return atomic_load (&self->memory) + names > self->limits.memory_bytes * factor;
}

static OvChunk *
find_chunk_to_spill (OvStore *self)
{
  OvChunk *chunk;

  self->next_spill = MAX (self->next_spill, atomic_load (&self->first_chunk));
  if (self->next_spill >= atomic_load (&self->n_chunks))
    return NULL;
  chunk = ov_store_get_chunk (self, self->next_spill);

  return chunk != NULL && ov_chunk_get_summary (chunk) != NULL ? chunk : NULL;
}

/* The body is on the disk now, and from there it will be had again. */
static void
put_on_disk (OvStore     *self,
             OvChunk     *chunk,
             OvSpillFile *file,
             guint64      offset,
             guint64      n_bytes)
{
  OvBody *body = ov_chunk_peek_body (chunk);

  chunk->place = (OvPlace) {
    .class = &spill_class, .keeper = file, .offset = offset, .n_bytes = n_bytes, .counts = body->counts,
  };
  atomic_fetch_sub (&self->memory, ov_body_get_ram (body));
  atomic_fetch_add (&self->disk, n_bytes);
  atomic_store (&chunk->body, NULL);
  ov_epoch_retire (&self->epoch, body, (GDestroyNotify) ov_body_unref);
}

/* Under the lock, which it lets go while it writes. FALSE: no more, or no room. */
static gboolean
spill_one (OvStore *self)
{
  OvChunk *chunk = find_chunk_to_spill (self);
  guint32 index = self->next_spill;
  OvSpillFile *file = NULL;
  guint64 offset, n_bytes;
  gboolean is_written;
  OvBody *body;

  if (chunk == NULL || !is_over (self, 1))
    return FALSE;

  body = ov_body_ref (ov_chunk_peek_body (chunk));
  g_mutex_unlock (&self->lock);
  is_written = ov_spill_write (self->spill, body, &file, &offset, &n_bytes);
  if (!is_written)
    g_debug ("No room for a spilled chunk: %s", g_strerror (errno));
  ov_body_unref (body);
  g_mutex_lock (&self->lock);

  if (!is_written)
    {
      self->no_spill_before_us = g_get_monotonic_time () + RETRY_US;
      return FALSE;
    }
  if (atomic_load (&self->first_chunk) > index)
    {
      /* It was forgotten meanwhile. */
      ov_spill_file_unref (file);
      return TRUE;
    }
  put_on_disk (self, chunk, file, offset, n_bytes);
  self->next_spill = index + 1;

  return TRUE;
}

/* The last file gives its room back only as a whole, so its size is kept free. */
static void
forget_over_disk (OvStore *self)
{
  guint64 room = self->limits.disk_bytes - MIN (self->limits.disk_bytes, ov_spill_get_file_bytes (self->spill));

  while (atomic_load (&self->disk) > room && ov_store_forget (self))
    ;
}

static void
spill_in_pool (gpointer data,
               gpointer unused)
{
  OvStore *self = data;

  g_mutex_lock (&self->lock);
  while (spill_one (self))
    {
      forget_over_disk (self);
      ov_epoch_advance (&self->epoch);
      g_cond_broadcast (&self->spilled);
    }
  self->is_spilling = FALSE;
  g_cond_broadcast (&self->spilled);
  g_mutex_unlock (&self->lock);

  ov_store_unref (self);
}

static GThreadPool *
get_pool (void)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (spill_in_pool, NULL, SPILL_THREADS, FALSE, NULL));

  return (GThreadPool *) pool;
}

static void
begin_spilling (OvStore *self)
{
  if (self->is_spilling
      || g_get_monotonic_time () < self->no_spill_before_us
      || !is_over (self, 1)
      || find_chunk_to_spill (self) == NULL)
    return;

  self->is_spilling = g_thread_pool_push (get_pool (), ov_store_ref (self), NULL);
  if (!self->is_spilling)
    ov_store_unref (self);
}

static void
wait_for_disk (OvStore *self)
{
  gint64 deadline_us = g_get_monotonic_time () + MAX_WAIT_US;

  begin_spilling (self);
  while (is_over (self, 2) && self->is_spilling)
    if (!g_cond_wait_until (&self->spilled, &self->lock, deadline_us))
      break;
}

/* Over the hard bound: what is oldest goes. When that is on a full disk, so much of it that at least one file
 * gives back its room, and the next chunks can go there. */
static gboolean
give_up_oldest (OvStore *self)
{
  guint64 disk = atomic_load (&self->disk);
  guint64 wanted = disk - MIN (disk, 2 * ov_spill_get_file_bytes (self->spill));

  if (!ov_store_forget (self))
    return FALSE;
  while (atomic_load (&self->disk) > wanted && ov_store_forget (self))
    ;
  if (disk > 0)
    self->no_spill_before_us = 0;
  ov_epoch_advance (&self->epoch);
  ov_epoch_advance (&self->epoch);

  return TRUE;
}

/* A chunk was sealed and another is wanted. */
void
ov_store_make_room (OvStore *self)
{
  do
    wait_for_disk (self);
  while (is_over (self, 2) && give_up_oldest (self));
}

/**
 * ov_store_settle:
 * @self: a store
 *
 * Waits until nothing of it is on its way to the disk: for tests and benchmarks. Thread: any.
 */
void
ov_store_settle (OvStore *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  begin_spilling (self);
  while (self->is_spilling)
    g_cond_wait (&self->spilled, &self->lock);
  ov_epoch_advance (&self->epoch);
  ov_epoch_advance (&self->epoch);
  g_mutex_unlock (&self->lock);
}

/* ---- forgetting ---- */

/* What stands in for all that was forgotten: the last number of it, a GAP. */
static OvChunk *
make_gap (guint64 number,
          gint64  at_ns)
{
  OvChunk *gap = g_new0 (OvChunk, 1);

  gap->first = number;
  gap->peak_ns = G_MININT64;
  atomic_init (&gap->n, 1);
  atomic_init (&gap->body, ov_body_new_gap (at_ns, OV_GAP_RECORDER, number + 1));
  atomic_init (&gap->summary, ov_summary_new (ov_chunk_peek_body (gap), 1));

  return gap;
}

static _Atomic (OvChunk *) *
get_cell (OvStore *self,
          guint32  index)
{
  return &atomic_load (&self->directory[index / OV_DIRECTORY_PART])[index % OV_DIRECTORY_PART];
}

/* A reader that is still in the chunk must not read the body again once it is uncounted. */
static void
drop_loaded (OvStore *self,
             OvChunk *chunk)
{
  OvBody *nothing = ov_body_new_gap (0, OV_GAP_RECORDER, 0);
  OvBody *body = atomic_exchange (&chunk->body, nothing);

  if (body == NULL)
    return;
  atomic_fetch_sub (&self->loaded, ov_body_get_ram (body));
  ov_epoch_retire (&self->epoch, body, (GDestroyNotify) ov_body_unref);
}

static void
let_go (OvStore *self,
        OvChunk *chunk)
{
  OvSummary *summary = ov_chunk_get_summary (chunk);
  gboolean is_gap = self->has_gap && chunk->first == atomic_load (&self->first);

  if (!is_gap)
    {
      ov_store_count_summary (self, summary, -1);
      atomic_fetch_sub (&self->memory, ov_summary_get_size (summary) + sizeof (OvChunk));
      if (chunk->place.class == NULL)
        atomic_fetch_sub (&self->memory, ov_body_get_ram (ov_chunk_peek_body (chunk)));
    }
  if (chunk->place.class != NULL)
    {
      atomic_fetch_sub (&self->disk, chunk->place.n_bytes);
      drop_loaded (self, chunk);
    }
  ov_epoch_retire (&self->epoch, chunk, ov_chunk_free);
}

/* A part of the directory of which every chunk is gone. */
static void
free_part_before (OvStore *self,
                  guint32  index)
{
  guint part = index / OV_DIRECTORY_PART;
  gpointer cells;

  if (index % OV_DIRECTORY_PART != 0 || part == 0)
    return;
  cells = (gpointer) atomic_exchange (&self->directory[part - 1], NULL);
  ov_epoch_retire (&self->epoch, cells, g_free);
}

static void
measure_span (OvStore *self)
{
  gint64 min_ns = self->open_min_ns;
  guint32 n = atomic_load (&self->n_chunks);

  for (guint32 i = atomic_load (&self->first_chunk); i < n; i++)
    {
      OvChunk *chunk = ov_store_get_chunk (self, i);
      OvSummary *summary = ov_chunk_get_summary (chunk);

      if (summary != NULL)
        min_ns = MIN (min_ns, summary->min_ns);
    }
  atomic_store (&self->min_ns, min_ns);
}

/* One chunk, and the gap of those before it. */
static void
forget_first (OvStore *self)
{
  guint32 index = atomic_load (&self->first_chunk);
  OvChunk *chunk = ov_store_get_chunk (self, index);
  OvChunk *next = ov_store_get_chunk (self, index + 1);
  OvChunk *last = self->has_gap ? next : chunk;
  OvChunk *gap = make_gap (last->first + atomic_load (&last->n) - 1,
                           ov_chunk_get_summary (last)->max_ns);

  let_go (self, chunk);
  if (self->has_gap)
    {
      atomic_store (get_cell (self, index), NULL);
      let_go (self, next);
      index++;
    }
  atomic_store (get_cell (self, index), gap);
  atomic_store (&self->first_chunk, index);
  atomic_store (&self->first, gap->first);
  atomic_store (&self->forgotten, gap->first + 1);
  self->has_gap = TRUE;
  free_part_before (self, index);
}

/* Is there a whole chunk that can go? The open one cannot, nor the gap alone. */
static gboolean
can_forget (OvStore *self)
{
  guint32 index = atomic_load (&self->first_chunk) + (self->has_gap ? 1 : 0);
  OvChunk *chunk = index < atomic_load (&self->n_chunks) ? ov_store_get_chunk (self, index) : NULL;

  return chunk != NULL && ov_chunk_get_summary (chunk) != NULL;
}

/* FALSE: there is nothing that can go. */
gboolean
ov_store_forget (OvStore *self)
{
  if (!can_forget (self))
    return FALSE;

  forget_first (self);
  measure_span (self);

  return TRUE;
}

/* ---- what was mapped or read again ---- */

/* Takes bodies out of memory that were not looked at since the last time round, until there is room. */
void
ov_store_sweep (OvStore *self)
{
  guint64 wanted = self->limits.memory_bytes / 4 * 3;
  guint32 first = atomic_load (&self->first_chunk);
  guint32 n = atomic_load (&self->n_chunks);

  for (guint64 i = 0; i < 2 * (guint64) (n - first) && atomic_load (&self->loaded) > wanted; i++)
    {
      OvChunk *chunk;
      OvBody *body;

      self->sweep_hand = self->sweep_hand + 1 < n ? MAX (self->sweep_hand + 1, first) : first;
      chunk = ov_store_get_chunk (self, self->sweep_hand);
      if (chunk == NULL || chunk->place.class == NULL || (body = ov_chunk_peek_body (chunk)) == NULL)
        continue;
      if (atomic_exchange (&body->is_used, 0) != 0)
        continue;
      atomic_store (&chunk->body, NULL);
      atomic_fetch_sub (&self->loaded, ov_body_get_ram (body));
      ov_epoch_retire (&self->epoch, body, (GDestroyNotify) ov_body_unref);
    }
  ov_epoch_advance (&self->epoch);
}
