/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counting events from the summaries of chunks: by kind between two numbers, and in bins of time.
 *
 * A chunk that lies in one bin adds its totals; else each of its steps (256 events) that lies in one bin
 * adds its counts; only a step across a border is read event by event.  Where that would need the disk and
 * the chunk covers few bins, so that a step is little beside a bin, the step is shared out evenly over its
 * time instead: no event is lost or counted twice, but up to 256 may be in the bin beside.
 * Thread: any.
 */
#include "trace/ov-store-private.h"

#include <string.h>

/* A spilled chunk that covers more bins than this is worth a look at the disk. */
#define FEW_BINS 8

typedef struct
{
  gint64   from_ns, to_ns;
  double   scale; /* bins per ns */
  guint    n_bins;
  guint32 *bins;
  guint64  kinds;
} Binning;

/* Monotone in @at_ns, which is within the range. */
static inline guint
get_bin (const Binning *binning,
         gint64         at_ns)
{
  guint bin = (guint) ((double) ((guint64) at_ns - (guint64) binning->from_ns) * binning->scale);

  return MIN (bin, binning->n_bins - 1);
}

static void
count_rows (const Binning *binning,
            const OvBody  *body,
            guint          begin,
            guint          end)
{
  for (guint i = begin; i < end; i++)
    {
      gint64 at_ns = body->times[i];

      if (at_ns >= binning->from_ns
          && at_ns < binning->to_ns
          && binning->kinds >> (body->kinds[i] % OV_CHUNK_KINDS) & 1)
        binning->bins[get_bin (binning, at_ns)]++;
    }
}

static guint32
count_step (const OvSummary *summary,
            guint            step,
            guint64          kinds)
{
  const guint16 *counts = ov_summary_get_counts (summary) + (gsize) step * summary->n_kinds;
  guint32 sum = 0;
  guint place = 0;

  if ((summary->kinds & ~kinds) == 0)
    return MIN (OV_CHUNK_STEP, summary->n_events - step * OV_CHUNK_STEP);
  for (guint64 left = summary->kinds; left != 0; left &= left - 1, place++)
    if (kinds >> __builtin_ctzll (left) & 1)
      sum += counts[place];

  return sum;
}

/* As if the events stood at equal distances. */
static void
share_out (const Binning *binning,
           const OvChunkStep  *step,
           guint32        n)
{
  double gap_ns = (double) (step->max_ns - step->min_ns) / MAX (n, 1);

  for (guint32 i = 0; i < n; i++)
    {
      gint64 at_ns = step->min_ns + (gint64) (gap_ns * (i + 0.5));

      if (at_ns >= binning->from_ns && at_ns < binning->to_ns)
        binning->bins[get_bin (binning, at_ns)]++;
    }
}

static gboolean
is_outside (const Binning *binning,
            gint64         min_ns,
            gint64         max_ns)
{
  return max_ns < binning->from_ns || min_ns >= binning->to_ns;
}

static gboolean
is_in_one_bin (const Binning *binning,
               gint64         min_ns,
               gint64         max_ns)
{
  return min_ns >= binning->from_ns
         && max_ns < binning->to_ns
         && get_bin (binning, min_ns) == get_bin (binning, max_ns);
}

static guint
count_covered (const Binning   *binning,
               const OvSummary *summary)
{
  gint64 min_ns = MAX (summary->min_ns, binning->from_ns);
  gint64 max_ns = MIN (summary->max_ns, binning->to_ns - 1);

  return get_bin (binning, max_ns) - get_bin (binning, min_ns) + 1;
}

static void
count_steps (OvStore         *store,
             const Binning   *binning,
             OvChunk         *chunk,
             const OvSummary *summary)
{
  const OvChunkStep *steps = ov_summary_get_steps (summary);
  OvBody *body = ov_chunk_peek_body (chunk);

  if (body == NULL && count_covered (binning, summary) > FEW_BINS)
    body = ov_store_get_body (store, chunk);

  for (guint step = 0; step < summary->n_steps; step++)
    {
      guint32 n;

      if (is_outside (binning, steps[step].min_ns, steps[step].max_ns)
          || (n = count_step (summary, step, binning->kinds)) == 0)
        continue;
      if (is_in_one_bin (binning, steps[step].min_ns, steps[step].max_ns))
        binning->bins[get_bin (binning, steps[step].min_ns)] += n;
      else if (body != NULL)
        count_rows (binning, body, step * OV_CHUNK_STEP,
                    MIN ((step + 1) * OV_CHUNK_STEP, ov_chunk_get_n (chunk, body)));
      else
        share_out (binning, &steps[step], n);
    }
}

static void
count_chunk (OvStore       *store,
             const Binning *binning,
             OvChunk       *chunk)
{
  const OvSummary *summary = ov_chunk_get_summary (chunk);

  if (summary == NULL)
    {
      OvBody *body = ov_store_get_body (store, chunk);

      count_rows (binning, body, 0, ov_chunk_get_n (chunk, body));
      return;
    }

  if ((summary->kinds & binning->kinds) == 0 || is_outside (binning, summary->min_ns, summary->max_ns))
    return;
  if (is_in_one_bin (binning, summary->min_ns, summary->max_ns))
    binning->bins[get_bin (binning, summary->min_ns)] += ov_summary_count (summary, binning->kinds);
  else
    count_steps (store, binning, chunk, summary);
}

/**
 * ov_store_count_bins:
 * @self: a store
 * @from_ns: the begin of the range
 * @to_ns: its end, which is not part of it
 * @kinds: which kinds are counted, OV_EVENT_MASK()s
 * @n_bins: in how many equal parts
 * @bins: (out) (array length=n_bins): how many events are in each
 *
 * Event i of the range is in bin (at - from) * n_bins / (to - from), rounded down. Thread: any.
 */
void
ov_store_count_bins (OvStore *self,
                     gint64   from_ns,
                     gint64   to_ns,
                     guint64  kinds,
                     guint    n_bins,
                     guint32 *bins)
{
  Binning binning;
  guint entered;
  guint32 n;

  g_return_if_fail (self != NULL && (bins != NULL || n_bins == 0));

  if (n_bins > 0)
    memset (bins, 0, n_bins * sizeof *bins);
  if (to_ns <= from_ns || n_bins == 0)
    return;

  binning = (Binning) {
    from_ns, to_ns, n_bins / (double) ((guint64) to_ns - (guint64) from_ns), n_bins, bins, ov_kinds_widen (kinds),
  };
  entered = ov_epoch_enter (&self->epoch);
  n = atomic_load_explicit (&self->n_chunks, memory_order_acquire);
  for (guint32 i = atomic_load (&self->first_chunk); i < n; i++)
    {
      OvChunk *chunk = ov_store_get_chunk (self, i);

      if (chunk != NULL)
        count_chunk (self, &binning, chunk);
    }
  ov_epoch_leave (&self->epoch, entered);
}

/* ---- by number ---- */

static guint64
count_kinds_of_rows (const OvBody *body,
                     guint         begin,
                     guint         end,
                     guint64       kinds)
{
  guint64 sum = 0;

  for (guint i = begin; i < end; i++)
    sum += kinds >> (body->kinds[i] % OV_CHUNK_KINDS) & 1;

  return sum;
}

guint64
ov_chunk_count_kinds (OvStore *store,
                      OvChunk *chunk,
                      guint    begin,
                      guint    end,
                      guint64  kinds)
{
  const OvSummary *summary = ov_chunk_get_summary (chunk);
  guint64 sum = 0;
  OvBody *body;

  /* Fewer than promised when the chunk turned out to be damaged. */
  if (summary != NULL)
    end = MIN (end, summary->n_events);
  if (begin >= end)
    return 0;
  if (summary != NULL && begin == 0 && end == summary->n_events)
    return ov_summary_count (summary, kinds);
  if (summary != NULL && (summary->kinds & ~kinds) == 0)
    return end - begin;

  /* Whole steps from the summary, the ends from the rows. */
  if (summary != NULL)
    for (; begin % OV_CHUNK_STEP == 0 && begin + OV_CHUNK_STEP <= end; begin += OV_CHUNK_STEP)
      sum += count_step (summary, begin / OV_CHUNK_STEP, kinds);
  if (begin >= end)
    return sum;
  body = ov_store_get_body (store, chunk);

  return sum + count_kinds_of_rows (body, begin, MIN (end, body->limit), kinds);
}
