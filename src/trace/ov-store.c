/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStore, the writer's side: events go into the open chunk, a full chunk is sealed and a new one begun.
 *
 *   open ── full: turn() ──► sealed ── make_room(): in the pool ──► spilled ── forget() ──► forgotten
 *                               └──────────────── forget(): no room on disk ────────────────┘
 *
 * Invariants: chunks follow each other without a hole in their numbers; what is below end never changes; a
 * reader that has loaded end finds every chunk below it in the directory; a chunk or body that is taken
 * out is freed only when no reader can be looking at it (OvEpoch).
 * Thread: begin to commit hold the lock; creation and watches any.
 */
#include "trace/ov-store-private.h"

#include <string.h>

#define DEFAULT_MEMORY_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)
#define DEFAULT_DISK_BYTES (G_GUINT64_CONSTANT (8) * 1024 * 1024 * 1024)
/* A spill file gives its room back as a whole, so it is a small part of what is allowed. */
#define SPILL_FILES 32
#define MIN_SPILL_FILE_BYTES (2 * 1024 * 1024)
#define MAX_SPILL_FILE_BYTES (32 * 1024 * 1024)

typedef struct
{
  GFunc    changed;
  gpointer user_data;
} Watch;

/* ---- birth and death ---- */

static OvStore *
store_new (const char *node,
           OvNames    *names)
{
  OvStore *self = g_new0 (OvStore, 1);

  g_atomic_ref_count_init (&self->refs);
  self->node = g_intern_string (node);
  self->names = names;
  ov_epoch_init (&self->epoch);
  g_mutex_init (&self->lock);
  g_cond_init (&self->spilled);
  g_mutex_init (&self->watch_lock);
  self->watches = g_array_new (FALSE, FALSE, sizeof (Watch));
  atomic_init (&self->min_ns, G_MAXINT64);
  atomic_init (&self->max_ns, G_MININT64);
  self->open_min_ns = G_MAXINT64;
  self->open_max_ns = G_MININT64;

  return self;
}

/**
 * ov_store_new:
 * @node: (nullable): the name of the node that the events come from; its pids print as <0.…>
 * @limits: (nullable): what it may take; 0 in it, or %NULL, for the defaults
 *
 * Thread: any.
 *
 * Returns: (transfer full): an empty store
 */
OvStore *
ov_store_new (const char          *node,
              const OvStoreLimits *limits)
{
  OvStore *self = store_new (node, ov_names_new ());

  if (limits != NULL)
    self->limits = *limits;
  if (self->limits.memory_bytes == 0)
    self->limits.memory_bytes = DEFAULT_MEMORY_BYTES;
  if (self->limits.disk_bytes == 0)
    self->limits.disk_bytes = DEFAULT_DISK_BYTES;
  self->spill = ov_spill_new (CLAMP (self->limits.disk_bytes / SPILL_FILES, MIN_SPILL_FILE_BYTES,
                                     MAX_SPILL_FILE_BYTES));

  return self;
}

OvStore *
ov_store_new_closed (const char *node,
                     OvNames    *names)
{
  OvStore *self = store_new (node, names);

  self->is_closed = TRUE;
  self->limits = (OvStoreLimits) { DEFAULT_MEMORY_BYTES, DEFAULT_DISK_BYTES };

  return self;
}

/**
 * ov_store_ref:
 * @self: a store
 *
 * Thread: any.
 *
 * Returns: (transfer full): @self
 */
OvStore *
ov_store_ref (OvStore *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);

  return self;
}

void
ov_chunk_free (gpointer data)
{
  OvChunk *chunk = data;

  ov_body_unref (atomic_load (&chunk->body));
  g_free (atomic_load (&chunk->summary));
  if (chunk->place.class != NULL)
    chunk->place.class->release (chunk->place.keeper);
  g_free (chunk);
}

static void
free_directory (OvStore *self)
{
  guint32 n = atomic_load (&self->n_chunks);

  for (guint32 i = atomic_load (&self->first_chunk); i < n; i++)
    {
      OvChunk *chunk = ov_store_get_chunk (self, i);

      if (chunk != NULL)
        ov_chunk_free (chunk);
    }
  for (guint i = 0; i < OV_DIRECTORY_PARTS; i++)
    g_free (atomic_load (&self->directory[i]));
}

/**
 * ov_store_unref:
 * @self: (nullable): a store
 *
 * Gives back a reference; payloads that somebody still holds stay. Thread: any.
 */
void
ov_store_unref (OvStore *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  ov_epoch_clear (&self->epoch);
  ov_builder_free (self->open);
  free_directory (self);
  ov_spill_free (self->spill);
  ov_names_free (self->names);
  g_array_unref (self->watches);
  g_mutex_clear (&self->watch_lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->spilled);
  g_free (self);
}

/* ---- chunks ---- */

/* FALSE: the directory is full, which takes 10^11 events. */
static gboolean
push_chunk (OvStore *self,
            OvChunk *chunk)
{
  guint32 i = atomic_load_explicit (&self->n_chunks, memory_order_relaxed);
  _Atomic (OvChunk *) *part;

  if (i >= OV_DIRECTORY_PART * OV_DIRECTORY_PARTS)
    return FALSE;

  part = atomic_load_explicit (&self->directory[i / OV_DIRECTORY_PART], memory_order_relaxed);
  if (part == NULL)
    {
      part = g_malloc0 (OV_DIRECTORY_PART * sizeof *part);
      atomic_store_explicit (&self->directory[i / OV_DIRECTORY_PART], part, memory_order_release);
    }
  atomic_store_explicit (&part[i % OV_DIRECTORY_PART], chunk, memory_order_release);
  atomic_store_explicit (&self->n_chunks, i + 1, memory_order_release);

  return TRUE;
}

static void
widen_span (OvStore *self,
            gint64   min_ns,
            gint64   max_ns)
{
  if (min_ns < atomic_load_explicit (&self->min_ns, memory_order_relaxed))
    atomic_store_explicit (&self->min_ns, min_ns, memory_order_relaxed);
  if (max_ns > atomic_load_explicit (&self->max_ns, memory_order_relaxed))
    atomic_store_explicit (&self->max_ns, max_ns, memory_order_relaxed);
}

/* Everything that was appended so far can be seen from here on. */
static void
publish (OvStore *self)
{
  if (self->open_chunk != NULL)
    atomic_store_explicit (&self->open_chunk->n, ov_builder_get_n (self->open), memory_order_release);
  widen_span (self, self->open_min_ns, self->open_max_ns);
  atomic_store_explicit (&self->end, self->next, memory_order_release);
}

static void
seal (OvStore *self)
{
  OvSummary *summary;

  publish (self);
  summary = ov_builder_seal (self->open);
  atomic_fetch_add (&self->memory, ov_body_get_ram (ov_builder_get_body (self->open))
                                   + ov_summary_get_size (summary) + sizeof (OvChunk));
  atomic_store_explicit (&self->open_chunk->summary, summary, memory_order_release);
  ov_builder_free (g_steal_pointer (&self->open));
  self->open_chunk = NULL;
  self->open_min_ns = G_MAXINT64;
  self->open_max_ns = G_MININT64;
}

/* Seals the open chunk and begins another that has room for so much payload. */
static gboolean
turn (OvStore *self,
      gsize    payload_bytes)
{
  OvChunk *chunk;

  if (self->open != NULL)
    seal (self);
  ov_store_make_room (self);
  /* It may have waited, and another writer have come in between. */
  if (self->open != NULL)
    return TRUE;

  self->open = ov_builder_new (payload_bytes);
  if (self->open == NULL)
    return FALSE;

  chunk = g_new0 (OvChunk, 1);
  chunk->first = self->next;
  chunk->peak_ns = atomic_load_explicit (&self->max_ns, memory_order_relaxed);
  atomic_init (&chunk->body, ov_body_ref (ov_builder_get_body (self->open)));
  if (!push_chunk (self, chunk))
    {
      ov_chunk_free (chunk);
      g_clear_pointer (&self->open, ov_builder_free);
      return FALSE;
    }
  self->open_chunk = chunk;

  return TRUE;
}

/* ---- writing ---- */

/**
 * ov_store_begin:
 * @self: a store
 *
 * Begins a batch; other writers wait until ov_store_commit(). Thread: any.
 */
void
ov_store_begin (OvStore *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
}

/**
 * ov_store_append:
 * @self: a store, between begin and commit
 * @event: what happened; its payload fields are set here
 * @payload: (nullable): a term without 131, a text, or one of the structs of ov-event.h
 * @payload_bytes: its length
 *
 * Returns: the number of the event, or %OV_EVENT_NONE when it could not be kept
 */
guint64
ov_store_append (OvStore       *self,
                 const OvEvent *event,
                 gconstpointer  payload,
                 gsize          payload_bytes)
{
  OvEvent cut;

  g_return_val_if_fail (self != NULL && event != NULL, OV_EVENT_NONE);
  g_return_val_if_fail (event->kind < OV_N_EVENT_KINDS, OV_EVENT_NONE);
  g_return_val_if_fail (payload != NULL || payload_bytes == 0, OV_EVENT_NONE);

  if (self->is_closed)
    return OV_EVENT_NONE;

  if (payload_bytes > OV_MAX_PAYLOAD)
    {
      cut = *event;
      cut.flags |= OV_EVENT_TRUNCATED;
      event = &cut;
      payload_bytes = 0;
    }
  if (self->open == NULL && !turn (self, payload_bytes))
    return OV_EVENT_NONE;
  /* A new chunk may be filled by another writer while this one waits for room. */
  while (!ov_builder_append (self->open, event, payload, (guint32) payload_bytes))
    if (!turn (self, payload_bytes))
      return OV_EVENT_NONE;

  self->open_min_ns = MIN (self->open_min_ns, event->at_ns);
  self->open_max_ns = MAX (self->open_max_ns, event->at_ns);
  atomic_store_explicit (&self->by_kind[event->kind],
                         atomic_load_explicit (&self->by_kind[event->kind], memory_order_relaxed) + 1,
                         memory_order_relaxed);

  return self->next++;
}

static void
tell (OvStore *self)
{
  g_mutex_lock (&self->watch_lock);
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = &g_array_index (self->watches, Watch, i);

      watch->changed (self, watch->user_data);
    }
  g_mutex_unlock (&self->watch_lock);
}

/**
 * ov_store_commit:
 * @self: a store
 *
 * Ends the batch: what was appended can be seen, and who watches is told. (A chunk that became full on
 * the way could be seen before.)
 */
void
ov_store_commit (OvStore *self)
{
  gboolean is_more;

  g_return_if_fail (self != NULL);

  is_more = self->next != self->told;
  self->told = self->next;
  publish (self);
  ov_epoch_advance (&self->epoch);
  g_mutex_unlock (&self->lock);

  if (is_more)
    tell (self);
}

/**
 * ov_store_add_watch:
 * @self: a store
 * @changed: (scope notified): called with the store and @user_data after each commit, on its thread; it
 *   must be quick and must not add or remove watches
 * @user_data: its argument
 *
 * Thread: any.
 */
void
ov_store_add_watch (OvStore  *self,
                    GFunc     changed,
                    gpointer  user_data)
{
  Watch watch = { changed, user_data };

  g_return_if_fail (self != NULL && changed != NULL);

  g_mutex_lock (&self->watch_lock);
  g_array_append_val (self->watches, watch);
  g_mutex_unlock (&self->watch_lock);
}

/**
 * ov_store_remove_watch:
 * @self: a store
 * @changed: as it was added
 * @user_data: as it was added
 *
 * After this it is not called any more, nor running. Thread: any.
 */
void
ov_store_remove_watch (OvStore  *self,
                       GFunc     changed,
                       gpointer  user_data)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->watch_lock);
  for (guint i = 0; i < self->watches->len; i++)
    {
      Watch *watch = &g_array_index (self->watches, Watch, i);

      if (watch->changed == changed && watch->user_data == user_data)
        {
          g_array_remove_index (self->watches, i);
          break;
        }
    }
  g_mutex_unlock (&self->watch_lock);
}

/* ---- names, between begin and commit ---- */

/**
 * ov_store_intern_actor:
 * @self: a store, between begin and commit
 * @pid: a process
 *
 * Returns: its number, %OV_ACTOR_NONE when no more can be kept
 */
guint32
ov_store_intern_actor (OvStore     *self,
                       const OvPid *pid)
{
  g_return_val_if_fail (self != NULL && pid != NULL, OV_ACTOR_NONE);

  if (ov_pid_is_none (pid))
    return OV_ACTOR_NONE;

  return ov_names_intern_actor (self->names, pid);
}

/**
 * ov_store_intern_name:
 * @self: a store, between begin and commit
 * @name: what a message was sent to, UTF-8
 * @length: its length
 *
 * Returns: the number of an actor without a pid, %OV_ACTOR_NONE when no more can be kept
 */
guint32
ov_store_intern_name (OvStore    *self,
                       const char *name,
                       gsize       length)
{
  OvPid named = OV_PID_NONE;
  guint32 actor;

  g_return_val_if_fail (self != NULL && name != NULL, OV_ACTOR_NONE);

  named.id = ov_names_intern_text (self->names, name, length);
  if (named.id == 0)
    return OV_ACTOR_NONE;
  actor = ov_names_intern_actor (self->names, &named);
  if (actor != OV_ACTOR_NONE)
    ov_names_rename (self->names, actor, named.id);

  return actor;
}

/**
 * ov_store_intern_text:
 * @self: a store, between begin and commit
 * @text: UTF-8; what is not is made so, and a long one is cut
 * @length: its length
 *
 * Returns: the number of the text, 0 when no more can be kept
 */
guint32
ov_store_intern_text (OvStore    *self,
                      const char *text,
                      gsize       length)
{
  g_return_val_if_fail (self != NULL && text != NULL, 0);

  return ov_names_intern_text (self->names, text, length);
}

/**
 * ov_store_name_actor:
 * @self: a store, between begin and commit
 * @actor: a number of it
 * @name: what to call it from now on; empty: by its pid
 * @length: its length
 */
void
ov_store_name_actor (OvStore    *self,
                     guint32     actor,
                     const char *name,
                     gsize       length)
{
  guint32 text = 0;

  g_return_if_fail (self != NULL && (name != NULL || length == 0));

  if (length > 0)
    text = ov_names_intern_text (self->names, name, length);
  if (text != 0 || length == 0)
    ov_names_rename (self->names, actor, text);
}

/* ---- a store made from a file ---- */

void
ov_store_count_summary (OvStore         *self,
                        const OvSummary *summary,
                        int              sign)
{
  const guint32 *totals = ov_summary_get_totals (summary);
  guint place = 0;

  for (guint64 left = summary->kinds; left != 0; left &= left - 1, place++)
    atomic_fetch_add (&self->by_kind[ov_kind_of ((guint8) __builtin_ctzll (left))],
                      (guint64) ((gint64) totals[place] * sign));
}

gboolean
ov_store_add_chunk (OvStore       *self,
                    OvSummary     *summary,
                    const OvPlace *place)
{
  OvChunk *chunk = g_new0 (OvChunk, 1);

  chunk->first = self->next;
  chunk->peak_ns = atomic_load (&self->max_ns);
  atomic_init (&chunk->n, summary->n_events);
  atomic_init (&chunk->summary, summary);
  chunk->place = *place;
  if (!push_chunk (self, chunk))
    {
      g_free (chunk);
      return FALSE;
    }

  ov_store_count_summary (self, summary, 1);
  atomic_fetch_add (&self->memory, sizeof *chunk + ov_summary_get_size (summary));
  atomic_fetch_add (&self->disk, place->n_bytes);
  widen_span (self, summary->min_ns, summary->max_ns);
  self->next += summary->n_events;
  publish (self);

  return TRUE;
}

gboolean
ov_store_add_gap (OvStore     *self,
                  gint64       at_ns,
                  OvGapReason  reason,
                  guint64      count)
{
  OvChunk *chunk = g_new0 (OvChunk, 1);

  chunk->first = self->next;
  chunk->peak_ns = atomic_load (&self->max_ns);
  atomic_init (&chunk->n, 1);
  atomic_init (&chunk->body, ov_body_new_gap (at_ns, reason, count));
  atomic_init (&chunk->summary, ov_summary_new (ov_chunk_peek_body (chunk), 1));
  if (!push_chunk (self, chunk))
    {
      ov_chunk_free (chunk);
      return FALSE;
    }

  ov_store_count_summary (self, ov_chunk_get_summary (chunk), 1);
  widen_span (self, at_ns, at_ns);
  self->next++;
  publish (self);

  return TRUE;
}
