/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPlain: all events but RECORDS, by nothing but how many of them each chunk has.
 *
 * Counting a sealed chunk looks at its summary only, so that ten million events cost some hundred numbers;
 * which event a row shows is found out when somebody looks at the row.
 * Invariant: spans are the sealed chunks counted so far, without a hole; the tail begins where they end.
 * Thread: one at a time.
 */
#include "trace/ov-event-rows-private.h"

#include "trace/ov-store-private.h"

#define SHOWN_KINDS (~OV_EVENT_MASK (OV_EVENT_RECORDS))

typedef struct
{
  guint64 first;
  guint64 before; /* rows counted ahead of it */
  guint32 n_events, n_rows;
} Span;

struct _OvPlain
{
  OvStore *store;
  GArray  *spans;
  guint64  counted;    /* rows in spans, also in dropped ones */
  guint64  dropped;
  guint64  tail_first; /* the number after the last span */
  guint64  tail_end;
  guint64  tail_rows;
  guint32  next_chunk; /* probably the one that the tail is in */
};

OvPlain *
ov_plain_new (OvStore *store)
{
  OvPlain *self = g_new0 (OvPlain, 1);

  self->store = ov_store_ref (store);
  self->spans = g_array_new (FALSE, FALSE, sizeof (Span));

  return self;
}

void
ov_plain_free (OvPlain *self)
{
  if (self == NULL)
    return;

  ov_store_unref (self->store);
  g_array_unref (self->spans);
  g_free (self);
}

guint64
ov_plain_get_n (const OvPlain *self)
{
  return self->counted + self->tail_rows - self->dropped;
}

static const Span *
get_span (const OvPlain *self,
          guint          i)
{
  return &g_array_index (self->spans, Span, i);
}

static void
take_chunk (OvPlain *self,
            OvChunk *chunk,
            guint32  n)
{
  Span span = { chunk->first, self->counted, n, 0 };

  span.n_rows = (guint32) ov_chunk_count_kinds (self->store, chunk, 0, n, SHOWN_KINDS);
  g_array_append_val (self->spans, span);
  self->counted += span.n_rows;
  self->tail_first = self->tail_end = chunk->first + n;
  self->tail_rows = 0;
}

/* FALSE: that was the last one below @end. */
static gboolean
count_on (OvPlain *self,
          guint64  end)
{
  OvChunk *chunk = ov_store_get_chunk (self->store, self->next_chunk);
  guint32 n;

  if (chunk == NULL || chunk->first != self->tail_first)
    {
      self->next_chunk = ov_store_find_chunk (self->store, self->tail_first);
      chunk = ov_store_get_chunk (self->store, self->next_chunk);
    }
  if (chunk != NULL && self->tail_first >= chunk->first + atomic_load (&chunk->n))
    chunk = ov_store_get_chunk (self->store, ++self->next_chunk);
  if (chunk == NULL || chunk->first >= end)
    return FALSE;

  n = atomic_load (&chunk->n);
  if (ov_chunk_get_summary (chunk) != NULL && chunk->first + n <= end)
    {
      take_chunk (self, chunk, n);
      self->next_chunk++;
      return TRUE;
    }

  self->tail_first = chunk->first;
  self->tail_end = MAX (self->tail_end, chunk->first);
  end = MIN (end, chunk->first + n);
  if (end > self->tail_end)
    self->tail_rows += ov_chunk_count_kinds (self->store, chunk, (guint) (self->tail_end - chunk->first),
                                             (guint) (end - chunk->first), SHOWN_KINDS);
  self->tail_end = end;

  return FALSE;
}

void
ov_plain_update (OvPlain *self,
                 guint64  end)
{
  guint entered = ov_epoch_enter (&self->store->epoch);

  while (count_on (self, end))
    ;
  ov_epoch_leave (&self->store->epoch, entered);
}

/* Whole chunks are forgotten, so whole spans go; the tail only when its chunk was sealed meanwhile. */
guint64
ov_plain_drop (OvPlain *self,
               guint64  number)
{
  guint64 dropped = 0;
  guint gone = 0;

  for (; gone < self->spans->len && get_span (self, gone)->first < number; gone++)
    dropped += get_span (self, gone)->n_rows;
  if (gone > 0)
    g_array_remove_range (self->spans, 0, gone);
  if (self->tail_first < number)
    {
      dropped += self->tail_rows;
      self->counted += self->tail_rows;
      self->tail_rows = 0;
      self->tail_first = self->tail_end = number;
    }
  self->dropped += dropped;

  return dropped;
}

/* The event of row @k (of those shown) of [first, end) of one chunk. */
static guint64
select_in_chunk (OvPlain *self,
                 guint64  first,
                 guint32  n_events,
                 guint64  k)
{
  guint entered = ov_epoch_enter (&self->store->epoch);
  OvChunk *chunk = ov_store_get_chunk (self->store, ov_store_find_chunk (self->store, first));
  guint64 number = first + k;

  if (chunk != NULL && chunk->first == first)
    {
      OvBody *body = ov_store_get_body (self->store, chunk);
      guint n = MIN (n_events, body->limit);
      guint step = 0;

      /* Step by step, then event by event. */
      for (guint64 rows;
           step + OV_CHUNK_STEP < n
           && (rows = ov_chunk_count_kinds (self->store, chunk, step, step + OV_CHUNK_STEP, SHOWN_KINDS)) <= k;
           step += OV_CHUNK_STEP)
        k -= rows;
      for (; step < n; step++)
        if (body->kinds[step] != OV_EVENT_RECORDS && k-- == 0)
          {
            number = first + step;
            break;
          }
    }
  ov_epoch_leave (&self->store->epoch, entered);

  return number;
}

guint64
ov_plain_get (OvPlain *self,
              guint64  position)
{
  guint64 at = position + self->dropped;
  guint low = 0;
  guint high = self->spans->len;
  const Span *span;

  if (position >= ov_plain_get_n (self))
    return OV_EVENT_NONE;
  if (at >= self->counted)
    {
      at -= self->counted;
      return self->tail_rows == self->tail_end - self->tail_first
             ? self->tail_first + at
             : select_in_chunk (self, self->tail_first, (guint32) (self->tail_end - self->tail_first), at);
    }

  while (low + 1 < high)
    {
      guint middle = low + (high - low) / 2;

      if (get_span (self, middle)->before <= at)
        low = middle;
      else
        high = middle;
    }
  span = get_span (self, low);
  at -= span->before;

  return span->n_rows == span->n_events ? span->first + at
                                        : select_in_chunk (self, span->first, span->n_events, at);
}

/* How many rows of one chunk are below a number of it. */
static guint64
count_below (OvPlain *self,
             guint64  first,
             guint64  number)
{
  guint entered = ov_epoch_enter (&self->store->epoch);
  OvChunk *chunk = ov_store_get_chunk (self->store, ov_store_find_chunk (self->store, first));
  guint64 n = number - first;

  if (chunk != NULL && chunk->first == first && n > 0)
    n = ov_chunk_count_kinds (self->store, chunk, 0, (guint) n, SHOWN_KINDS);
  ov_epoch_leave (&self->store->epoch, entered);

  return n;
}

guint64
ov_plain_find (OvPlain *self,
               guint64  number)
{
  guint low = 0;
  guint high = self->spans->len;
  guint64 at;

  if (number >= self->tail_end)
    return ov_plain_get_n (self);
  if (number >= self->tail_first)
    return self->counted - self->dropped + count_below (self, self->tail_first, number);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (get_span (self, middle)->first <= number)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return 0;
  at = get_span (self, low - 1)->before + count_below (self, get_span (self, low - 1)->first, number);

  return MAX (at, self->dropped) - self->dropped;
}
