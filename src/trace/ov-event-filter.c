/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventFilter: an immutable question to events, and the walk over chunks that answers it.
 *
 * A chunk is passed over when its summary says that no event in it can match (kinds, time, actors); within
 * it, the postings of few actors, or the steps, say where to look.
 * Invariant: passing over never changes the answer, only the time.
 * Thread: any.
 */
#include "trace/ov-event-filter-private.h"

#include <string.h>

/* More actors than this are looked for row by row. */
#define MAX_LISTS 16
/* How often the clock is asked. */
#define ROWS_PER_LOOK 64

typedef struct
{
  const guint16 *postings;
  guint          n;
} List;

/* A chunk that is looked into. */
typedef struct
{
  const OvEventFilter *filter;
  const OvSummary     *summary; /* (nullable) */
  const OvBody        *body;
  List                 lists[MAX_LISTS];
  guint                n_lists;
  gboolean             has_lists;
  OvRecentPayload       *recent; /* (nullable) */
} View;

/* ---- one chunk ---- */

static gboolean
may_have_actors (const OvEventFilter *self,
                 const OvSummary     *summary)
{
  if (self->query.actors == NULL)
    return TRUE;
  if (self->n_actors > MAX_LISTS)
    return TRUE;
  for (guint i = 0; i < self->n_actors; i++)
    if (ov_summary_may_have (summary, self->actors[i]))
      return TRUE;

  return FALSE;
}

static gboolean
can_match (const OvEventFilter *self,
           const OvSummary     *summary)
{
  return (summary->kinds & self->query.kinds) != 0
         && ov_event_filter_is_in_time (self, summary->min_ns, summary->max_ns)
         && may_have_actors (self, summary);
}

static void
open_view (View                *self,
           const OvEventFilter *filter,
           const OvSummary     *summary,
           const OvBody        *body,
           OvRecentPayload       *recent)
{
  *self = (View) { .filter = filter, .summary = summary, .body = body, .recent = recent };
  if (summary == NULL || filter->query.actors == NULL || filter->n_actors > MAX_LISTS
      || body->limit < summary->n_events)
    return;

  self->has_lists = TRUE;
  for (guint i = 0; i < filter->n_actors; i++)
    {
      List *list = &self->lists[self->n_lists];

      list->postings = ov_body_find_postings (body, filter->actors[i], &list->n);
      if (list->postings != NULL)
        self->n_lists++;
    }
}

/* How many postings are below @event. */
static guint
count_below (const List *list,
             guint       event)
{
  guint low = 0;
  guint high = list->n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (list->postings[middle] < event)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static gboolean
can_step_match (const View *self,
                guint       step)
{
  const OvChunkStep *at = &ov_summary_get_steps (self->summary)[step];

  return ov_event_filter_is_in_time (self->filter, at->min_ns, at->max_ns);
}

/* The first row at or after @i that is worth a look; @end when there is none. */
static guint
next_candidate (const View *self,
                guint       i,
                guint       end)
{
  guint next = end;

  if (self->has_lists)
    {
      for (guint l = 0; l < self->n_lists; l++)
        {
          guint at = count_below (&self->lists[l], i);

          if (at < self->lists[l].n)
            next = MIN (next, self->lists[l].postings[at]);
        }
      return next;
    }

  if (self->summary != NULL)
    while (i < end && i % OV_CHUNK_STEP == 0 && !can_step_match (self, i / OV_CHUNK_STEP))
      i += OV_CHUNK_STEP;

  return MIN (i, end);
}

/* The last row before @i that is worth a look; G_MAXUINT when there is none. */
static guint
previous_candidate (const View *self,
                    guint       i)
{
  guint previous = G_MAXUINT;

  if (!self->has_lists)
    return i - 1; /* G_MAXUINT for 0 */

  for (guint l = 0; l < self->n_lists; l++)
    {
      guint at = count_below (&self->lists[l], i);

      if (at > 0 && (previous == G_MAXUINT || self->lists[l].postings[at - 1] > previous))
        previous = self->lists[l].postings[at - 1];
    }

  return previous;
}

/* ---- over all chunks ---- */

typedef struct
{
  guint   max;
  gint64  deadline_us;
  GArray *numbers;
} Harvest;

static gboolean
is_over (const Harvest *harvest,
         guint          n_looked)
{
  return harvest->numbers->len >= harvest->max
         || (harvest->deadline_us != 0
             && n_looked % ROWS_PER_LOOK == 0
             && g_get_monotonic_time () >= harvest->deadline_us);
}

/* Rows [i, end) of a chunk; returns the row to go on at. */
static guint
harvest_rows (const View    *view,
              const OvChunk *chunk,
              guint          i,
              guint          end,
              const Harvest *harvest)
{
  guint n_looked = 0;

  for (i = next_candidate (view, i, end); i < end; i = next_candidate (view, i + 1, end))
    {
      guint64 number = chunk->first + i;

      if (ov_event_filter_matches_row (view->filter, view->body, i, view->recent))
        g_array_append_val (harvest->numbers, number);
      if (is_over (harvest, ++n_looked))
        return i + 1;
    }

  return end;
}

/* From @from on within one chunk; returns the number to go on at. */
static guint64
harvest_chunk (const OvEventFilter *self,
               OvChunk             *chunk,
               guint64              from,
               guint64              to,
               const Harvest       *harvest,
               OvRecentPayload       *recent)
{
  const OvSummary *summary = ov_chunk_get_summary (chunk);
  guint32 n = atomic_load_explicit (&chunk->n, memory_order_acquire);
  guint end = (guint) MIN (to - chunk->first, n);
  guint done;
  OvBody *body;
  View view;

  if (summary != NULL && !can_match (self, summary))
    return chunk->first + end;

  body = ov_store_get_body (self->store, chunk);
  if (recent != NULL)
    memset (recent, 0, OV_RECENT_PAYLOADS * sizeof *recent);
  open_view (&view, self, summary, body, recent);
  done = harvest_rows (&view, chunk, (guint) (from - chunk->first), MIN (end, body->limit), harvest);

  return chunk->first + (done >= MIN (end, body->limit) ? end : done);
}

/* The chunk that holds @from or, when that is nowhere, the next; NULL at the end. */
static OvChunk *
find_chunk_from (OvStore *store,
                 guint64 *from)
{
  guint32 n = atomic_load_explicit (&store->n_chunks, memory_order_acquire);

  for (guint32 i = ov_store_find_chunk (store, *from); i < n; i++)
    {
      OvChunk *chunk = ov_store_get_chunk (store, i);

      if (chunk == NULL)
        continue;
      *from = MAX (*from, chunk->first);
      if (*from - chunk->first < atomic_load_explicit (&chunk->n, memory_order_acquire))
        return chunk;
    }

  return NULL;
}

guint64
ov_event_filter_collect (const OvEventFilter *self,
                         guint64              from,
                         guint64              to,
                         guint                max,
                         gint64               deadline_us,
                         GArray              *numbers)
{
  const Harvest harvest = { max, deadline_us, numbers };
  g_autofree OvRecentPayload *recent = NULL;
  guint64 end = MIN (to, ov_store_get_end (self->store));

  /* For one single answer that is more work than it saves. */
  if (self->text != NULL && max > 1)
    recent = g_new (OvRecentPayload, OV_RECENT_PAYLOADS);

  from = MAX (from, ov_store_get_first (self->store));
  while (from < end && !is_over (&harvest, 0))
    {
      guint entered = ov_epoch_enter (&self->store->epoch);
      OvChunk *chunk = find_chunk_from (self->store, &from);

      if (chunk == NULL || from >= end)
        from = end;
      else
        from = harvest_chunk (self, chunk, from, end, &harvest, recent);
      ov_epoch_leave (&self->store->epoch, entered);
    }

  return from < end ? from : MAX (from, to);
}

OvStore *
ov_event_filter_get_store (const OvEventFilter *self)
{
  return self->store;
}

/* The last match of one chunk below @to, or OV_EVENT_NONE. */
static guint64
find_last_in_chunk (const OvEventFilter *self,
                    OvChunk             *chunk,
                    guint64              from,
                    guint64              to)
{
  const OvSummary *summary = ov_chunk_get_summary (chunk);
  guint begin = from > chunk->first ? (guint) (from - chunk->first) : 0;
  OvBody *body;
  View view;
  guint i;

  if (summary != NULL && !can_match (self, summary))
    return OV_EVENT_NONE;

  body = ov_store_get_body (self->store, chunk);
  open_view (&view, self, summary, body, NULL);
  i = (guint) MIN (to - chunk->first, ov_chunk_get_n (chunk, body));
  for (i = previous_candidate (&view, i); i != G_MAXUINT && i >= begin; i = previous_candidate (&view, i))
    if (ov_event_filter_matches_row (self, body, i, NULL))
      return chunk->first + i;

  return OV_EVENT_NONE;
}

/* ---- public ---- */

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  guint32 p = *(const guint32 *) a;
  guint32 q = *(const guint32 *) b;

  return p < q ? -1 : p > q;
}

/**
 * ov_event_filter_new:
 * @store: where the events are
 * @query: what they must have; copied
 *
 * Thread: any.
 *
 * Returns: (transfer full): a filter
 */
OvEventFilter *
ov_event_filter_new (OvStore            *store,
                     const OvEventQuery *query)
{
  OvEventFilter *self;

  g_return_val_if_fail (store != NULL && query != NULL, NULL);

  self = g_new0 (OvEventFilter, 1);
  g_atomic_ref_count_init (&self->refs);
  self->store = ov_store_ref (store);
  self->query = *query;
  if (self->query.kinds == 0)
    self->query.kinds = ~OV_EVENT_MASK (OV_EVENT_RECORDS);
  self->query.kinds = ov_kinds_widen (self->query.kinds);

  if (query->actors != NULL)
    {
      self->n_actors = query->n_actors;
      self->actors = g_memdup2 (query->actors, query->n_actors * sizeof (guint32));
      if (self->n_actors > 0)
        qsort (self->actors, self->n_actors, sizeof (guint32), compare_numbers);
    }
  if (query->text != NULL && query->text[0] != '\0')
    {
      g_autofree char *valid = g_utf8_make_valid (query->text, -1);

      self->text = g_utf8_casefold (valid, -1);
      self->text_bytes = strlen (self->text);
      self->is_ascii = ov_is_ascii (self->text);
      self->texts = ov_verdicts_new ();
      self->pids = ov_verdicts_new ();
    }
  self->query.text = self->text;

  return self;
}

/**
 * ov_event_filter_ref:
 * @self: a filter
 *
 * Thread: any.
 *
 * Returns: (transfer full): @self
 */
OvEventFilter *
ov_event_filter_ref (OvEventFilter *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);

  return self;
}

/**
 * ov_event_filter_unref:
 * @self: (nullable): a filter
 *
 * Thread: any.
 */
void
ov_event_filter_unref (OvEventFilter *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  ov_verdicts_free (self->texts);
  ov_verdicts_free (self->pids);
  ov_store_unref (self->store);
  g_free (self->actors);
  g_free (self->text);
  g_free (self);
}

/**
 * ov_event_filter_next:
 * @self: a filter
 * @from: a number
 * @to: the end, which is not looked at
 *
 * Thread: any.
 *
 * Returns: the first match at or after @from, %OV_EVENT_NONE when there is none below @to
 */
guint64
ov_event_filter_next (const OvEventFilter *self,
                      guint64              from,
                      guint64              to)
{
  g_autoptr (GArray) numbers = NULL;

  g_return_val_if_fail (self != NULL, OV_EVENT_NONE);

  numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  ov_event_filter_collect (self, from, to, 1, 0, numbers);

  return numbers->len > 0 ? g_array_index (numbers, guint64, 0) : OV_EVENT_NONE;
}

/**
 * ov_event_filter_matches:
 * @self: a filter
 * @number: of an event
 *
 * Thread: any.
 *
 * Returns: whether there is such an event and it matches
 */
gboolean
ov_event_filter_matches (const OvEventFilter *self,
                         guint64              number)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return number != OV_EVENT_NONE && ov_event_filter_next (self, number, number + 1) == number;
}

/**
 * ov_event_filter_previous:
 * @self: a filter
 * @from: the begin of where to look
 * @to: its end, which is not looked at
 *
 * Thread: any.
 *
 * Returns: the last match in [@from, @to), %OV_EVENT_NONE when there is none
 */
guint64
ov_event_filter_previous (const OvEventFilter *self,
                          guint64              from,
                          guint64              to)
{
  guint64 found = OV_EVENT_NONE;
  guint entered;

  g_return_val_if_fail (self != NULL, OV_EVENT_NONE);

  from = MAX (from, ov_store_get_first (self->store));
  to = MIN (to, ov_store_get_end (self->store));
  if (from >= to)
    return OV_EVENT_NONE;

  entered = ov_epoch_enter (&self->store->epoch);
  for (guint32 i = ov_store_find_chunk (self->store, to - 1) + 1; i-- > 0 && found == OV_EVENT_NONE;)
    {
      OvChunk *chunk = ov_store_get_chunk (self->store, i);

      if (chunk == NULL)
        break;
      found = find_last_in_chunk (self, chunk, from, to);
      if (chunk->first <= from)
        break;
    }
  ov_epoch_leave (&self->store->epoch, entered);

  return found;
}
