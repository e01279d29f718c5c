/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBuilder: a chunk while events are appended to it.
 *
 * The columns lie in one anonymous mapping whose pages cost nothing before they are written, so that none
 * of them ever moves: others read what was published while more is appended.
 * Invariant: bytes below n and below payload_used are never written again.
 * Thread: one at a time (the store's lock, or a recorder's task).
 */
#include "trace/ov-chunk-private.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The last payloads by their hash: the same bytes again are kept once. */
#define RECENT 2048
#define RECENT_MAX_BYTES 4096
/* More than all actors that one chunk can have. */
#define ACTOR_SLOTS (4 * OV_CHUNK_EVENTS)

typedef struct
{
  guint32 hash, payload, payload_bytes;
} Recent;

struct _OvBuilder
{
  OvBody     *body;
  gint64     *times;
  OvRow      *rows;
  guint8     *kinds;
  guint8     *payload;
  gsize       payload_room;
  guint32     payload_used;
  guint32     n;
  gboolean    is_sealed;
  Recent      recent[RECENT];
};

static gsize
to_pages (gsize bytes)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  return (bytes + page - 1) / page * page;
}

OvBuilder *
ov_builder_new (gsize payload_bytes)
{
  const OvBodyCounts counts = { OV_CHUNK_EVENTS, 0, 0, 0 };
  gsize columns = to_pages (OV_CHUNK_EVENTS * (sizeof (gint64) + sizeof (OvRow) + 1));
  gsize room = to_pages (MAX (payload_bytes, OV_CHUNK_PAYLOAD));
  OvBuilder *self;
  guint8 *bytes;

  bytes = mmap (NULL, columns + room, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED)
    return NULL;

  self = g_new0 (OvBuilder, 1);
  self->body = ov_body_new (&counts, bytes, columns + room, NULL);
  self->times = (gint64 *) bytes;
  self->rows = (OvRow *) (self->times + OV_CHUNK_EVENTS);
  self->kinds = (guint8 *) (self->rows + OV_CHUNK_EVENTS);
  self->payload = bytes + columns;
  self->payload_room = room;
  self->body->times = self->times;
  self->body->rows = self->rows;
  self->body->kinds = self->kinds;
  self->body->payload = self->payload;

  return self;
}

void
ov_builder_free (OvBuilder *self)
{
  if (self == NULL)
    return;

  ov_body_unref (self->body);
  g_free (self);
}

OvBody *
ov_builder_get_body (OvBuilder *self)
{
  return self->body;
}

guint32
ov_builder_get_n (OvBuilder *self)
{
  return self->n;
}

/* ---- payload ---- */

static guint32
hash_bytes (const guint8 *bytes,
            guint32       n)
{
  guint64 hash = n * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint64 word = 0;

  for (; n >= 8; bytes += 8, n -= 8)
    {
      memcpy (&word, bytes, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  word = 0;
  memcpy (&word, bytes, n);
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);

  return (guint32) (hash >> 32);
}

/* Structs of ours are read in place, so they stand where the machine likes them. */
static gboolean
take_room (OvBuilder *self,
           guint8     kind,
           guint32    payload_bytes,
           guint32   *at)
{
  gsize begin = self->payload_used;

  if (ov_event_kind_get_struct_size (kind) != 0)
    begin = (begin + 7) / 8 * 8;
  if (begin + payload_bytes > self->payload_room)
    return FALSE;

  *at = (guint32) begin;
  self->payload_used = (guint32) (begin + payload_bytes);

  return TRUE;
}

static gboolean
put_payload (OvBuilder    *self,
             guint8        kind,
             gconstpointer payload,
             guint32       n,
             guint32      *at)
{
  Recent *recent = NULL;

  *at = 0;
  if (n == 0)
    return TRUE;

  if (n <= RECENT_MAX_BYTES && ov_event_kind_get_struct_size (kind) == 0)
    {
      guint32 hash = hash_bytes (payload, n);

      recent = &self->recent[hash % RECENT];
      if (recent->hash == hash
          && recent->payload_bytes == n
          && memcmp (self->payload + recent->payload, payload, n) == 0)
        {
          *at = recent->payload;
          return TRUE;
        }
      *recent = (Recent) { hash, 0, 0 };
    }

  if (!take_room (self, kind, n, at))
    return FALSE;
  memcpy (self->payload + *at, payload, n);
  if (recent != NULL)
    {
      recent->payload = *at;
      recent->payload_bytes = n;
    }

  return TRUE;
}

gboolean
ov_builder_append (OvBuilder     *self,
                   const OvEvent *event,
                   gconstpointer  payload,
                   guint32        payload_bytes)
{
  guint32 i = self->n;
  guint32 at;

  g_assert (!self->is_sealed);
  if (i == OV_CHUNK_EVENTS || !put_payload (self, event->kind, payload, payload_bytes, &at))
    return FALSE;

  self->times[i] = event->at_ns;
  self->kinds[i] = event->kind;
  self->rows[i] = (OvRow) {
    .payload = at,
    .payload_bytes = payload_bytes,
    .size_bytes = event->size_bytes,
    .actor = event->actor,
    .peer = event->peer,
    .shape = event->shape,
    .tag = event->tag,
    .trace = event->trace,
    .flags = event->flags,
  };
  self->n = i + 1;

  return TRUE;
}

/* ---- postings ---- */

typedef struct
{
  guint32 *actors; /* by slot; OV_ACTOR_NONE: free */
  guint32 *counts; /* by slot; later where the actor's next posting goes */
  guint32  n_actors, n_postings;
} Tally;

static guint32
find_slot (const Tally *tally,
           guint32      actor)
{
  guint32 at = (actor * 0x9e3779b1u) >> 16;

  while (tally->actors[at % ACTOR_SLOTS] != actor && tally->actors[at % ACTOR_SLOTS] != OV_ACTOR_NONE)
    at++;

  return at % ACTOR_SLOTS;
}

static void
count_actor (Tally   *tally,
             guint32  actor)
{
  guint32 slot;

  if (actor == OV_ACTOR_NONE)
    return;
  slot = find_slot (tally, actor);
  if (tally->actors[slot] == OV_ACTOR_NONE)
    {
      tally->actors[slot] = actor;
      tally->n_actors++;
    }
  tally->counts[slot]++;
  tally->n_postings++;
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  guint32 p = *(const guint32 *) a;
  guint32 q = *(const guint32 *) b;

  return p < q ? -1 : p > q;
}

static void
put_posting (const Tally *tally,
             guint16     *postings,
             guint32      actor,
             guint32      event)
{
  if (actor != OV_ACTOR_NONE)
    postings[tally->counts[find_slot (tally, actor)]++] = (guint16) event;
}

/* Sorts the actors, turns counts into places, and fills in the events in their order. */
static void
fill_postings (OvBuilder *self,
               Tally     *tally,
               guint32   *actors,
               guint32   *starts,
               guint16   *postings)
{
  guint32 n = 0;
  guint32 place = 0;

  for (guint32 slot = 0; slot < ACTOR_SLOTS; slot++)
    if (tally->actors[slot] != OV_ACTOR_NONE)
      actors[n++] = tally->actors[slot];
  qsort (actors, n, sizeof *actors, compare_numbers);

  for (guint32 i = 0; i < n; i++)
    {
      guint32 *count = &tally->counts[find_slot (tally, actors[i])];
      guint32 begin = place;

      starts[i] = begin;
      place += *count;
      *count = begin;
    }
  starts[n] = place;

  for (guint32 i = 0; i < self->n; i++)
    {
      put_posting (tally, postings, self->rows[i].actor, i);
      if (self->rows[i].peer != self->rows[i].actor)
        put_posting (tally, postings, self->rows[i].peer, i);
    }
}

static void
index_actors (OvBuilder *self)
{
  OvBody *body = self->body;
  g_autofree guint32 *slots = g_new (guint32, 2 * ACTOR_SLOTS);
  Tally tally = { slots, slots + ACTOR_SLOTS, 0, 0 };
  guint32 *actors;

  memset (tally.actors, 0xff, ACTOR_SLOTS * sizeof (guint32));
  memset (tally.counts, 0, ACTOR_SLOTS * sizeof (guint32));
  for (guint32 i = 0; i < self->n; i++)
    {
      count_actor (&tally, self->rows[i].actor);
      if (self->rows[i].peer != self->rows[i].actor)
        count_actor (&tally, self->rows[i].peer);
    }

  actors = g_malloc ((2 * tally.n_actors + 1) * sizeof (guint32) + tally.n_postings * sizeof (guint16));
  body->index = actors;
  body->actors = actors;
  body->starts = actors + tally.n_actors;
  body->postings = (guint16 *) (actors + 2 * tally.n_actors + 1);
  fill_postings (self, &tally, actors, actors + tally.n_actors, (guint16 *) body->postings);
  body->counts.n_actors = tally.n_actors;
  body->counts.n_postings = tally.n_postings;
}

/* The room that payload did not need goes back to the system. */
static void
trim (OvBuilder *self)
{
  gsize used = to_pages ((gsize) (self->payload - (guint8 *) self->body->bytes) + self->payload_used);

  if (used < self->body->n_bytes)
    munmap ((guint8 *) self->body->bytes + used, self->body->n_bytes - used);
  self->body->n_bytes = used;
}

OvSummary *
ov_builder_seal (OvBuilder *self)
{
  g_assert (!self->is_sealed);

  self->is_sealed = TRUE;
  index_actors (self);
  trim (self);
  self->body->counts.n_events = self->n;
  self->body->counts.payload_bytes = self->payload_used;

  return ov_summary_new (self->body, self->n);
}
