/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBody and OvSummary: the bytes of a chunk, wherever they came from.
 * Invariant: what make_sound() has passed can be read at any index below its counts.
 * Thread: any; both are immutable once they are shared (see OvBuilder for the one exception).
 */
#include "trace/ov-chunk-private.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNED(n) (((n) + 7) / 8 * 8)

static const guint8 struct_sizes[OV_N_EVENT_KINDS] = {
  [OV_EVENT_FLOW] = sizeof (OvEventFlow),
  [OV_EVENT_LATENCY] = sizeof (gint64),
  [OV_EVENT_GAP] = sizeof (OvEventGap),
};

guint
ov_event_kind_get_struct_size (guint kind)
{
  return kind < OV_N_EVENT_KINDS ? struct_sizes[kind] : 0;
}

/* ---- body ---- */

static gsize
get_columns_size (const OvBodyCounts *counts)
{
  gsize size = (gsize) counts->n_events * (sizeof (gint64) + sizeof (OvRow) + 1);

  size += (2 * (gsize) counts->n_actors + 1) * sizeof (guint32);
  size += (gsize) counts->n_postings * sizeof (guint16);

  return ALIGNED (size);
}

gsize
ov_body_get_size (const OvBodyCounts *counts)
{
  if (counts->n_events > OV_CHUNK_MAX_EVENTS
      || counts->n_actors > 2 * counts->n_events
      || counts->n_postings > 2 * counts->n_events)
    return G_MAXSIZE;

  return get_columns_size (counts) + counts->payload_bytes;
}

static void
lay_out (OvBody *self)
{
  const OvBodyCounts *counts = &self->counts;
  const guint8 *at = self->bytes;

  self->times = (const gint64 *) at;
  self->rows = (const OvRow *) (self->times + counts->n_events);
  self->actors = (const guint32 *) (self->rows + counts->n_events);
  self->starts = self->actors + counts->n_actors;
  self->postings = (const guint16 *) (self->starts + counts->n_actors + 1);
  self->kinds = (const guint8 *) (self->postings + counts->n_postings);
  self->payload = at + get_columns_size (counts);
}

OvBody *
ov_body_new (const OvBodyCounts *counts,
             gpointer            bytes,
             gsize               n_bytes,
             GDestroyNotify      free_bytes)
{
  OvBody *self = g_new0 (OvBody, 1);

  g_atomic_ref_count_init (&self->refs);
  self->counts = *counts;
  self->limit = counts->n_events;
  self->bytes = bytes;
  self->n_bytes = n_bytes;
  self->free_bytes = free_bytes;
  lay_out (self);

  return self;
}

OvBody *
ov_body_new_gap (gint64      at_ns,
                 OvGapReason reason,
                 guint64     count)
{
  const OvBodyCounts counts = { 1, 0, 0, sizeof (OvEventGap) };
  const OvEventGap gap = { .count = count, .reason = reason };
  gsize size = ov_body_get_size (&counts);
  guint8 *bytes = g_malloc0 (size);
  OvBody *self = ov_body_new (&counts, bytes, size, g_free);

  *(gint64 *) self->times = at_ns;
  *(guint8 *) self->kinds = OV_EVENT_GAP;
  *(OvRow *) self->rows = (OvRow) {
    .payload_bytes = sizeof gap, .size_bytes = sizeof gap,
    .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE,
  };
  memcpy ((guint8 *) self->payload, &gap, sizeof gap);

  return self;
}

OvBody *
ov_body_ref (OvBody *self)
{
  g_atomic_ref_count_inc (&self->refs);

  return self;
}

void
ov_body_unref (OvBody *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  if (self->owner != NULL)
    self->free_owner (self->owner);
  else if (self->free_bytes != NULL)
    self->free_bytes (self->bytes);
  else if (self->n_bytes > 0)
    munmap (self->bytes, self->n_bytes);
  g_free (self->index);
  g_free (self);
}

guint64
ov_body_get_ram (const OvBody *self)
{
  return ov_body_get_size (&self->counts) + sizeof (OvBody);
}

static gboolean
is_row_sound (const OvBody *self,
              guint         i)
{
  const OvRow *row = &self->rows[i];
  guint struct_size = ov_event_kind_get_struct_size (self->kinds[i]);

  if (self->kinds[i] >= OV_CHUNK_KINDS
      || (guint64) row->payload + row->payload_bytes > self->counts.payload_bytes)
    return FALSE;

  return struct_size == 0 || (row->payload_bytes == struct_size && row->payload % 8 == 0);
}

static void
drop_unknown_names (OvRow   *row,
                    guint32  n_actors,
                    guint32  n_texts)
{
  if (row->actor >= n_actors)
    row->actor = OV_ACTOR_NONE;
  if (row->peer >= n_actors)
    row->peer = OV_ACTOR_NONE;
  if (row->shape > n_texts)
    row->shape = 0;
}

static gboolean
are_postings_sound (const OvBody *self)
{
  const OvBodyCounts *counts = &self->counts;

  for (guint32 i = 0; i < counts->n_actors; i++)
    if (self->starts[i] > self->starts[i + 1]
        || (i > 0 && self->actors[i - 1] >= self->actors[i]))
      return FALSE;
  for (guint32 i = 0; i < counts->n_postings; i++)
    if (self->postings[i] >= counts->n_events)
      return FALSE;

  return self->starts[0] == 0 && self->starts[counts->n_actors] == counts->n_postings;
}

gboolean
ov_body_make_sound (OvBody  *self,
                    guint32  n_actors,
                    guint32  n_texts)
{
  for (guint32 i = 0; i < self->counts.n_events; i++)
    {
      if (!is_row_sound (self, i))
        return FALSE;
      /* Still nobody's but ours. */
      drop_unknown_names ((OvRow *) &self->rows[i], n_actors, n_texts);
    }

  return are_postings_sound (self);
}

gboolean
ov_body_emit (const OvBody *self,
              OvEmit        emit,
              gpointer      user_data)
{
  static const guint8 zeros[8] = { 0 };
  const OvBodyCounts *counts = &self->counts;
  gsize exact = (gsize) counts->n_events * (sizeof (gint64) + sizeof (OvRow) + 1)
                + (2 * (gsize) counts->n_actors + 1) * sizeof (guint32)
                + (gsize) counts->n_postings * sizeof (guint16);
  const struct { gconstpointer bytes; gsize n; } pieces[] = {
    { self->times, counts->n_events * sizeof (gint64) },
    { self->rows, counts->n_events * sizeof (OvRow) },
    { self->actors, counts->n_actors * sizeof (guint32) },
    { self->starts, (counts->n_actors + 1) * sizeof (guint32) },
    { self->postings, counts->n_postings * sizeof (guint16) },
    { self->kinds, counts->n_events },
    { zeros, ALIGNED (exact) - exact },
    { self->payload, counts->payload_bytes },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    if (pieces[i].n > 0 && !emit (pieces[i].bytes, pieces[i].n, user_data))
      return FALSE;

  return TRUE;
}

const guint16 *
ov_body_find_postings (const OvBody *self,
                       guint32       actor,
                       guint        *n)
{
  guint32 low = 0;
  guint32 high = self->counts.n_actors;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (self->actors[middle] < actor)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == self->counts.n_actors || self->actors[low] != actor)
    return NULL;

  *n = self->starts[low + 1] - self->starts[low];

  return self->postings + self->starts[low];
}

void
ov_body_get_event (const OvBody *self,
                   guint         i,
                   OvEvent      *event)
{
  const OvRow *row = &self->rows[i];

  *event = (OvEvent) {
    .at_ns = self->times[i],
    .payload = row->payload,
    .payload_bytes = row->payload_bytes,
    .size_bytes = row->size_bytes,
    .actor = row->actor,
    .peer = row->peer,
    .shape = row->shape,
    .tag = row->tag,
    .trace = row->trace,
    .kind = ov_kind_of (self->kinds[i]),
    .flags = row->flags,
  };
}

/* ---- summary ---- */

static gsize
get_tables_size (const OvSummary *self)
{
  gsize size = self->n_steps * sizeof (OvChunkStep) + self->n_kinds * sizeof (guint32);

  return ALIGNED (size + (gsize) self->n_steps * self->n_kinds * sizeof (guint16));
}

gsize
ov_summary_get_size (const OvSummary *self)
{
  return sizeof *self + get_tables_size (self) + self->n_bloom * sizeof (guint64);
}

const OvChunkStep *
ov_summary_get_steps (const OvSummary *self)
{
  return (const OvChunkStep *) (self + 1);
}

const guint32 *
ov_summary_get_totals (const OvSummary *self)
{
  return (const guint32 *) (ov_summary_get_steps (self) + self->n_steps);
}

const guint16 *
ov_summary_get_counts (const OvSummary *self)
{
  return (const guint16 *) (ov_summary_get_totals (self) + self->n_kinds);
}

static guint64 *
get_bloom (const OvSummary *self)
{
  return (guint64 *) ((guint8 *) (self + 1) + get_tables_size (self));
}

static guint32
get_bloom_bit (const OvSummary *self,
               guint32          actor)
{
  return ((actor * 0x9e3779b1u) >> 8) & (self->n_bloom * 64 - 1);
}

/* About four bits an actor, so that three of four chunks without it are passed over. */
static guint32
choose_bloom_words (guint32 n_actors)
{
  guint32 words = 1;

  while (words < 256 && words * 16 < n_actors)
    words *= 2;

  return words;
}

static void
summarize_step (const OvBody *body,
                guint32       begin,
                guint32       end,
                OvChunkStep       *step,
                guint16      *by_kind)
{
  *step = (OvChunkStep) { G_MAXINT64, G_MININT64 };
  for (guint32 i = begin; i < end; i++)
    {
      step->min_ns = MIN (step->min_ns, body->times[i]);
      step->max_ns = MAX (step->max_ns, body->times[i]);
      by_kind[body->kinds[i] % OV_CHUNK_KINDS]++;
    }
}

/* Which place each kind has among those that occur. */
static guint
number_kinds (guint64 kinds,
              guint8  places[OV_CHUNK_KINDS])
{
  guint n = 0;

  for (guint kind = 0; kind < OV_CHUNK_KINDS; kind++)
    if (kinds & OV_EVENT_MASK (kind))
      places[kind] = (guint8) n++;

  return n;
}

static void
fill_tables (OvSummary    *self,
             const OvBody *body)
{
  OvChunkStep *steps = (OvChunkStep *) ov_summary_get_steps (self);
  guint32 *totals = (guint32 *) ov_summary_get_totals (self);
  guint16 *counts = (guint16 *) ov_summary_get_counts (self);
  guint8 places[OV_CHUNK_KINDS];

  number_kinds (self->kinds, places);
  for (guint32 step = 0; step < self->n_steps; step++)
    {
      guint32 begin = step * OV_CHUNK_STEP;
      guint16 by_kind[OV_CHUNK_KINDS] = { 0 };

      summarize_step (body, begin, MIN (begin + OV_CHUNK_STEP, self->n_events), &steps[step], by_kind);
      self->min_ns = MIN (self->min_ns, steps[step].min_ns);
      self->max_ns = MAX (self->max_ns, steps[step].max_ns);
      for (guint64 left = self->kinds; left != 0; left &= left - 1)
        {
          guint kind = (guint) __builtin_ctzll (left);

          counts[step * self->n_kinds + places[kind]] = by_kind[kind];
          totals[places[kind]] += by_kind[kind];
        }
    }
}

OvSummary *
ov_summary_new (const OvBody *body,
                guint32       n_events)
{
  OvSummary size = { 0 };
  guint8 places[OV_CHUNK_KINDS];
  OvSummary *self;

  for (guint32 i = 0; i < n_events; i++)
    size.kinds |= OV_EVENT_MASK (body->kinds[i] % OV_CHUNK_KINDS);
  size.min_ns = G_MAXINT64;
  size.max_ns = G_MININT64;
  size.n_events = n_events;
  size.n_steps = (n_events + OV_CHUNK_STEP - 1) / OV_CHUNK_STEP;
  size.n_kinds = number_kinds (size.kinds, places);
  size.n_bloom = choose_bloom_words (body->counts.n_actors);

  self = g_malloc0 (ov_summary_get_size (&size));
  *self = size;
  fill_tables (self, body);
  for (guint32 i = 0; i < body->counts.n_actors; i++)
    {
      guint32 bit = get_bloom_bit (self, body->actors[i]);

      get_bloom (self)[bit / 64] |= G_GUINT64_CONSTANT (1) << (bit % 64);
    }

  return self;
}

static gboolean
are_tables_sound (const OvSummary *self)
{
  const guint16 *counts = ov_summary_get_counts (self);
  const guint32 *totals = ov_summary_get_totals (self);
  guint64 sums[OV_CHUNK_KINDS] = { 0 };

  for (guint32 step = 0; step < self->n_steps; step++)
    {
      guint32 size = MIN (OV_CHUNK_STEP, self->n_events - step * OV_CHUNK_STEP);
      guint32 found = 0;

      for (guint32 kind = 0; kind < self->n_kinds; kind++)
        {
          found += counts[step * self->n_kinds + kind];
          sums[kind] += counts[step * self->n_kinds + kind];
        }
      if (found != size)
        return FALSE;
    }
  for (guint32 kind = 0; kind < self->n_kinds; kind++)
    if (sums[kind] != totals[kind])
      return FALSE;

  return TRUE;
}

gboolean
ov_summary_is_sound (const OvSummary *self,
                     gsize            n)
{
  if (n < sizeof *self
      || self->n_events == 0
      || self->n_events > OV_CHUNK_MAX_EVENTS
      || self->n_steps != (self->n_events + OV_CHUNK_STEP - 1) / OV_CHUNK_STEP
      || self->n_kinds != (guint32) __builtin_popcountll (self->kinds)
      || self->n_bloom == 0
      || self->n_bloom > 65536
      || (self->n_bloom & (self->n_bloom - 1)) != 0
      || ov_summary_get_size (self) != n
      || self->min_ns > self->max_ns)
    return FALSE;

  for (guint32 step = 0; step < self->n_steps; step++)
    {
      const OvChunkStep *at = &ov_summary_get_steps (self)[step];

      if (at->min_ns > at->max_ns || at->min_ns < self->min_ns || at->max_ns > self->max_ns)
        return FALSE;
    }

  return are_tables_sound (self);
}

gboolean
ov_summary_may_have (const OvSummary *self,
                     guint32          actor)
{
  guint32 bit = get_bloom_bit (self, actor);

  return (get_bloom (self)[bit / 64] >> (bit % 64) & 1) != 0;
}

guint32
ov_summary_count (const OvSummary *self,
                  guint64          kinds)
{
  const guint32 *totals = ov_summary_get_totals (self);
  guint32 sum = 0;
  guint place = 0;

  if ((self->kinds & ~kinds) == 0)
    return self->n_events;
  for (guint64 left = self->kinds; left != 0; left &= left - 1, place++)
    if (kinds >> __builtin_ctzll (left) & 1)
      sum += totals[place];

  return sum;
}
