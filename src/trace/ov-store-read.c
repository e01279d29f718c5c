/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStore, the readers' side: no lock is taken here, but for a try at one when bodies were mapped or read
 * and others could go.
 * Invariant: a chunk or body is only looked at between ov_epoch_enter() and ov_epoch_leave(); what leaves
 * such a section has a reference of its own.
 * Thread: any.
 */
#include "trace/ov-store-private.h"

#include <string.h>

/* ---- chunks ---- */

OvChunk *
ov_store_get_chunk (OvStore *self,
                    guint32  index)
{
  _Atomic (OvChunk *) *part;

  if (index >= OV_DIRECTORY_PART * OV_DIRECTORY_PARTS)
    return NULL;
  part = atomic_load (&self->directory[index / OV_DIRECTORY_PART]);

  return part != NULL ? atomic_load (&part[index % OV_DIRECTORY_PART]) : NULL;
}

static gboolean
is_within (OvChunk *chunk,
           guint64  number)
{
  return chunk != NULL
         && number >= chunk->first
         && number - chunk->first < atomic_load_explicit (&chunk->n, memory_order_acquire);
}

/* A chunk that was forgotten while one searches counts as lying before everything. */
static gboolean
begins_at_or_before (OvStore *self,
                     guint32  index,
                     guint64  number)
{
  OvChunk *chunk = ov_store_get_chunk (self, index);

  return chunk == NULL || chunk->first <= number;
}

guint32
ov_store_find_chunk (OvStore *self,
                     guint64  number)
{
  guint32 hint = atomic_load_explicit (&self->hint, memory_order_relaxed);
  guint32 low = atomic_load (&self->first_chunk);
  guint32 high = atomic_load_explicit (&self->n_chunks, memory_order_acquire);

  if (is_within (ov_store_get_chunk (self, hint), number))
    return hint;

  while (low + 1 < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (begins_at_or_before (self, middle, number))
        low = middle;
      else
        high = middle;
    }
  atomic_store_explicit (&self->hint, low, memory_order_relaxed);

  return low;
}

/* What cannot be read is one GAP from now on, for who counts and who filters too. */
static void
note_damage (OvStore *self,
             OvChunk *chunk,
             OvBody  *gap)
{
  OvSummary *summary;

  g_mutex_lock (&self->lock);
  summary = ov_chunk_get_summary (chunk);
  if (summary->n_events > 1 || summary->kinds != OV_EVENT_MASK (OV_EVENT_GAP))
    {
      ov_store_count_summary (self, summary, -1);
      atomic_store (&chunk->summary, ov_summary_new (gap, 1));
      ov_store_count_summary (self, ov_chunk_get_summary (chunk), 1);
      ov_epoch_retire (&self->epoch, summary, g_free);
    }
  g_mutex_unlock (&self->lock);
}

static OvBody *
load_body (OvStore *self,
           OvChunk *chunk)
{
  OvBody *body = chunk->place.class->load (&chunk->place, self);
  OvSummary *summary = ov_chunk_get_summary (chunk);

  if (body != NULL)
    return body;

  body = ov_body_new_gap (summary->min_ns, OV_GAP_RECORDER, atomic_load (&chunk->n));
  /* Memory for a mapping may be there again later, but a file does not heal. */
  if (self->is_closed)
    note_damage (self, chunk, body);

  return body;
}

/* Under the lock if it is free; else somebody else is there, and the next one will sweep. */
static void
sweep_if_full (OvStore *self)
{
  if (atomic_load (&self->loaded) <= self->limits.memory_bytes || !g_mutex_trylock (&self->lock))
    return;

  ov_store_sweep (self);
  g_mutex_unlock (&self->lock);
}

OvBody *
ov_store_get_body (OvStore *self,
                   OvChunk *chunk)
{
  OvBody *body = ov_chunk_peek_body (chunk);
  OvBody *loaded, *none = NULL;
  guint64 ram;

  if (G_LIKELY (body != NULL))
    {
      if (atomic_load_explicit (&body->is_used, memory_order_relaxed) == 0)
        atomic_store_explicit (&body->is_used, 1, memory_order_relaxed);
      return body;
    }

  loaded = load_body (self, chunk);
  atomic_store (&loaded->is_used, 1);
  ram = ov_body_get_ram (loaded);
  atomic_fetch_add (&self->loaded, ram);
  if (!atomic_compare_exchange_strong (&chunk->body, &none, loaded))
    {
      /* Another reader was faster. */
      atomic_fetch_sub (&self->loaded, ram);
      ov_body_unref (loaded);
      return none;
    }
  sweep_if_full (self);

  return loaded;
}

guint64
ov_kinds_widen (guint64 kinds)
{
  if (kinds & OV_EVENT_MASK (OV_EVENT_OTHER))
    kinds |= ~(OV_EVENT_MASK (OV_N_EVENT_KINDS) - 1);

  return kinds;
}

/* ---- events ---- */

/**
 * ov_store_get_node:
 * @self: a store
 *
 * Thread: any.
 *
 * Returns: (transfer none) (nullable): the name of the node that the events come from
 */
const char *
ov_store_get_node (OvStore *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->node;
}

/**
 * ov_store_get_first:
 * @self: a store
 *
 * Thread: any.
 *
 * Returns: the number of the oldest event that is kept
 */
guint64
ov_store_get_first (OvStore *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return atomic_load_explicit (&self->first, memory_order_acquire);
}

/**
 * ov_store_get_end:
 * @self: a store
 *
 * Thread: any.
 *
 * Returns: the number that the next event will have
 */
guint64
ov_store_get_end (OvStore *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return atomic_load_explicit (&self->end, memory_order_acquire);
}

/* The body that holds an event and where in it; NULL: none does. */
static OvBody *
find_event (OvStore *self,
            guint64  number,
            guint   *at)
{
  OvChunk *chunk;
  OvBody *body;

  if (number < ov_store_get_first (self) || number >= ov_store_get_end (self))
    return NULL;

  chunk = ov_store_get_chunk (self, ov_store_find_chunk (self, number));
  if (!is_within (chunk, number))
    return NULL;
  body = ov_store_get_body (self, chunk);
  if (number - chunk->first >= body->limit)
    return NULL;
  *at = (guint) (number - chunk->first);

  return body;
}

/**
 * ov_store_get_event:
 * @self: a store
 * @number: of the event
 * @event: (out): where it goes
 *
 * Thread: any.
 *
 * Returns: whether there is such an event; not when it was forgotten or lies in a damaged block
 */
gboolean
ov_store_get_event (OvStore *self,
                    guint64  number,
                    OvEvent *event)
{
  guint entered, at;
  OvBody *body;

  g_return_val_if_fail (self != NULL && event != NULL, FALSE);

  entered = ov_epoch_enter (&self->epoch);
  body = find_event (self, number, &at);
  if (body != NULL)
    ov_body_get_event (body, at, event);
  ov_epoch_leave (&self->epoch, entered);

  return body != NULL;
}

/**
 * ov_store_dup_payload:
 * @self: a store
 * @number: of an event
 *
 * The bytes stay where they are, as long as somebody holds them. Thread: any.
 *
 * Returns: (transfer full) (nullable): its payload, empty when it has none; %NULL when there is no such
 *   event
 */
GBytes *
ov_store_dup_payload (OvStore *self,
                      guint64  number)
{
  GBytes *bytes = NULL;
  guint entered, at;
  OvBody *body;

  g_return_val_if_fail (self != NULL, NULL);

  entered = ov_epoch_enter (&self->epoch);
  body = find_event (self, number, &at);
  if (body != NULL)
    bytes = g_bytes_new_with_free_func (body->payload + body->rows[at].payload, body->rows[at].payload_bytes,
                                        (GDestroyNotify) ov_body_unref, ov_body_ref (body));
  ov_epoch_leave (&self->epoch, entered);

  return bytes;
}

/* ---- names ---- */

/**
 * ov_store_get_n_actors:
 * @self: a store
 *
 * Thread: any.
 *
 * Returns: how many actors it knows; their numbers are below
 */
guint32
ov_store_get_n_actors (OvStore *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return ov_names_get_n_actors (self->names);
}

/**
 * ov_store_get_actor:
 * @self: a store
 * @actor: a number
 *
 * Thread: any.
 *
 * Returns: its pid; none when it is only a name, or nobody
 */
OvPid
ov_store_get_actor (OvStore *self,
                    guint32  actor)
{
  OvPid pid;

  g_return_val_if_fail (self != NULL, OV_PID_NONE);

  pid = ov_names_get_actor (self->names, actor);

  return ov_pid_is_none (&pid) ? OV_PID_NONE : pid;
}

/**
 * ov_store_find_actor:
 * @self: a store
 * @pid: a process; a creation of 0 fits the newest
 *
 * Thread: any.
 *
 * Returns: its number, %OV_ACTOR_NONE when it was never met
 */
guint32
ov_store_find_actor (OvStore     *self,
                     const OvPid *pid)
{
  g_return_val_if_fail (self != NULL && pid != NULL, OV_ACTOR_NONE);

  return !ov_pid_is_none (pid) ? ov_names_find_actor (self->names, pid) : OV_ACTOR_NONE;
}

/**
 * ov_store_find_name:
 * @self: a store
 * @name: what messages were sent to
 *
 * Thread: any.
 *
 * Returns: the number of the actor without a pid that ov_store_intern_name() made, or %OV_ACTOR_NONE
 */
guint32
ov_store_find_name (OvStore    *self,
                     const char *name)
{
  OvPid named = OV_PID_NONE;

  g_return_val_if_fail (self != NULL && name != NULL, OV_ACTOR_NONE);

  named.id = ov_names_find_text (self->names, name);

  return named.id != 0 ? ov_names_find_actor (self->names, &named) : OV_ACTOR_NONE;
}

/**
 * ov_store_get_text:
 * @self: a store
 * @text: a number
 *
 * Thread: any.
 *
 * Returns: (transfer none) (nullable): the text, as long as the store lives; %NULL for 0 and for one that
 *   was lost from a file
 */
const char *
ov_store_get_text (OvStore *self,
                   guint32  text)
{
  g_return_val_if_fail (self != NULL, NULL);

  return ov_names_get_text (self->names, text);
}

/**
 * ov_store_find_text:
 * @self: a store
 * @text: a text
 *
 * Thread: any.
 *
 * Returns: its number, 0 when it was never interned
 */
guint32
ov_store_find_text (OvStore    *self,
                    const char *text)
{
  g_return_val_if_fail (self != NULL && text != NULL, 0);

  return ov_names_find_text (self->names, text);
}

/**
 * ov_store_dup_actor_name:
 * @self: a store
 * @actor: a number
 *
 * Thread: any.
 *
 * Returns: (transfer full): the name it was given last, else its pid; "" for nobody
 */
char *
ov_store_dup_actor_name (OvStore *self,
                         guint32  actor)
{
  const char *name;
  OvPid pid;

  g_return_val_if_fail (self != NULL, NULL);

  name = ov_names_get_text (self->names, ov_names_get_name (self->names, actor));
  if (name != NULL)
    return g_strdup (name);
  pid = ov_names_get_actor (self->names, actor);

  return ov_pid_is_none (&pid) ? g_strdup ("") : ov_pid_to_string (&pid, self->node);
}

/* ---- time ---- */

/* The first event of a chunk at or after an instant, G_MAXUINT when there is none. */
static guint
find_time_in_chunk (OvStore *self,
                    OvChunk *chunk,
                    gint64   at_ns)
{
  OvSummary *summary = ov_chunk_get_summary (chunk);
  OvBody *body;
  guint i = 0;
  guint n;

  if (summary != NULL)
    {
      const OvChunkStep *steps = ov_summary_get_steps (summary);
      guint step = 0;

      if (summary->max_ns < at_ns)
        return G_MAXUINT;
      if (summary->min_ns >= at_ns)
        return 0;
      while (step < summary->n_steps && steps[step].max_ns < at_ns)
        step++;
      i = step * OV_CHUNK_STEP;
    }

  body = ov_store_get_body (self, chunk);
  n = ov_chunk_get_n (chunk, body);
  while (i < n && body->times[i] < at_ns)
    i++;

  return i < n ? i : G_MAXUINT;
}

/* The first chunk that can have it: the one whose successor has something as late before it. */
static guint32
find_chunk_by_time (OvStore *self,
                    gint64   at_ns)
{
  guint32 low = atomic_load (&self->first_chunk);
  guint32 high = atomic_load_explicit (&self->n_chunks, memory_order_acquire);

  while (low + 1 < high)
    {
      guint32 middle = low + (high - low) / 2;
      OvChunk *chunk = ov_store_get_chunk (self, middle);

      if (chunk == NULL || chunk->peak_ns < at_ns)
        low = middle;
      else
        high = middle;
    }

  return low;
}

/**
 * ov_store_find_time:
 * @self: a store
 * @at_ns: an instant, system time of the node
 *
 * Thread: any.
 *
 * Returns: the lowest number of an event at or after @at_ns, ov_store_get_end() when there is none
 */
guint64
ov_store_find_time (OvStore *self,
                    gint64   at_ns)
{
  guint64 end, found;
  guint32 i, n;
  guint entered;

  g_return_val_if_fail (self != NULL, 0);

  end = found = ov_store_get_end (self);
  entered = ov_epoch_enter (&self->epoch);
  n = atomic_load_explicit (&self->n_chunks, memory_order_acquire);
  for (i = find_chunk_by_time (self, at_ns); i < n && found == end; i++)
    {
      OvChunk *chunk = ov_store_get_chunk (self, i);
      guint at = chunk != NULL ? find_time_in_chunk (self, chunk, at_ns) : G_MAXUINT;

      if (at != G_MAXUINT)
        found = MIN (chunk->first + at, end);
    }
  ov_epoch_leave (&self->epoch, entered);

  return found;
}

/**
 * ov_store_get_span:
 * @self: a store
 * @first_ns: (out): the earliest instant in it
 * @last_ns: (out): the latest
 *
 * Thread: any.
 *
 * Returns: whether there is anything at all
 */
gboolean
ov_store_get_span (OvStore *self,
                   gint64  *first_ns,
                   gint64  *last_ns)
{
  g_return_val_if_fail (self != NULL && first_ns != NULL && last_ns != NULL, FALSE);

  if (ov_store_get_end (self) == ov_store_get_first (self))
    return FALSE;

  *first_ns = atomic_load_explicit (&self->min_ns, memory_order_relaxed);
  *last_ns = atomic_load_explicit (&self->max_ns, memory_order_relaxed);

  return TRUE;
}

/* ---- figures ---- */

/**
 * ov_store_get_figures:
 * @self: a store
 * @figures: (out): how much it holds and takes
 *
 * Thread: any.
 */
void
ov_store_get_figures (OvStore        *self,
                      OvStoreFigures *figures)
{
  g_return_if_fail (self != NULL && figures != NULL);

  *figures = (OvStoreFigures) { 0 };
  for (guint kind = 0; kind < OV_N_EVENT_KINDS; kind++)
    {
      figures->by_kind[kind] = atomic_load_explicit (&self->by_kind[kind], memory_order_relaxed);
      figures->events += figures->by_kind[kind];
    }
  figures->memory_bytes = atomic_load (&self->memory) + ov_names_get_bytes (self->names);
  figures->disk_bytes = atomic_load (&self->disk);
  figures->forgotten = atomic_load (&self->forgotten);
}
