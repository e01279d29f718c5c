/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventFilter: an immutable question to events, and the walk over chunks that answers it.
 *
 * A chunk is passed over when its summary says that no event in it can match (kinds, time, actors); within
 * it, the postings of few actors, or the steps, say where to look.  What is true of a text or of an actor's
 * pid is found out once.
 * Invariant: passing over never changes the answer, only the time.
 * Thread: any.
 */
#include "trace/ov-event-filter-private.h"

#include "term/ov-term.h"
#include "trace/ov-store-private.h"
#include "trace/ov-verdicts-private.h"

#include <string.h>

/* More actors than this are looked for row by row. */
#define MAX_LISTS 16
/* Of a printed payload this much is searched. */
#define MAX_PRINTED_CHARS 4000
/* How often the clock is asked. */
#define ROWS_PER_LOOK 64
#define RECENT_PAYLOADS 512

struct _OvEventFilter
{
  gatomicrefcount refs;
  OvStore        *store;
  OvEventQuery    query;  /* text is ours */
  guint32        *actors; /* ascending */
  guint           n_actors;
  char           *text;   /* folded */
  gsize           text_bytes;
  gboolean        is_ascii;
  OvVerdicts     *texts, *pids; /* with a text: does that text, the printed pid, contain it? */
};

typedef struct
{
  const guint16 *postings;
  guint          n;
} List;

typedef struct
{
  guint32 payload, payload_bytes;
  guint8  verdict; /* OvVerdict */
} RecentPayload;

/* A chunk that is looked into. */
typedef struct
{
  const OvEventFilter *filter;
  const OvSummary     *summary; /* (nullable) */
  const OvBody        *body;
  List                 lists[MAX_LISTS];
  guint                n_lists;
  gboolean             has_lists;
  RecentPayload       *recent; /* (nullable) */
} View;

/* ---- text ---- */

static gboolean
contains_ascii (const OvEventFilter *self,
                const char          *text)
{
  char first[3] = { self->text[0], g_ascii_toupper (self->text[0]), '\0' };

  for (text = strpbrk (text, first); text != NULL; text = strpbrk (text + 1, first))
    if (g_ascii_strncasecmp (text, self->text, self->text_bytes) == 0)
      return TRUE;

  return FALSE;
}

static gboolean
is_ascii (const char *text)
{
  while (*text != '\0' && (guint8) *text < 0x80)
    text++;

  return *text == '\0';
}

/* Both are text; what is not ASCII is folded as Unicode has it. */
static gboolean
contains (const OvEventFilter *self,
          const char          *text)
{
  g_autofree char *folded = NULL;

  if (is_ascii (text))
    return self->is_ascii && contains_ascii (self, text);
  folded = g_utf8_casefold (text, -1);

  return strstr (folded, self->text) != NULL;
}

static gboolean
decide (OvVerdicts *verdicts,
        guint32     number,
        gboolean    answer)
{
  ov_verdicts_set (verdicts, number, answer ? OV_VERDICT_YES : OV_VERDICT_NO);

  return answer;
}

static gboolean
text_contains (OvEventFilter *self,
               guint32        number)
{
  OvVerdict verdict = ov_verdicts_get (self->texts, number);
  const char *text;

  if (verdict != OV_VERDICT_UNKNOWN)
    return verdict == OV_VERDICT_YES;
  text = ov_names_get_text (self->store->names, number);

  return decide (self->texts, number, text != NULL && contains (self, text));
}

static gboolean
pid_contains (OvEventFilter *self,
              guint32        actor)
{
  OvVerdict verdict = ov_verdicts_get (self->pids, actor);
  g_autofree char *text = NULL;
  OvPid pid;

  if (verdict != OV_VERDICT_UNKNOWN)
    return verdict == OV_VERDICT_YES;
  pid = ov_names_get_actor (self->store->names, actor);
  if (!ov_pid_is_none (&pid))
    text = ov_pid_to_string (&pid, self->store->node);

  return decide (self->pids, actor, text != NULL && contains (self, text));
}

/* By the name it has now, or by its pid. */
static gboolean
actor_contains (OvEventFilter *self,
                guint32        actor)
{
  if (actor == OV_ACTOR_NONE)
    return FALSE;

  return text_contains (self, ov_names_get_name (self->store->names, actor)) || pid_contains (self, actor);
}

static gboolean
payload_contains (OvEventFilter *self,
                  const guint8  *payload,
                  guint32        n,
                  guint8         kind)
{
  const OvTermFormat format = { .max_chars = MAX_PRINTED_CHARS, .local_node = self->store->node };
  g_autoptr (GString) text = NULL;

  /* A batch of records and our own structs are nothing that is printed. */
  if (n == 0 || kind == OV_EVENT_RECORDS || ov_event_kind_get_struct_size (kind) != 0)
    return FALSE;

  text = g_string_sized_new (256);
  if (kind == OV_EVENT_LEVEL)
    g_string_append_len (text, (const char *) payload, n);
  else
    ov_term_print_bytes (payload, n, &format, text, NULL);
  if (kind == OV_EVENT_LEVEL && !g_utf8_validate (text->str, (gssize) text->len, NULL))
    return FALSE;

  return contains (self, text->str);
}

/* Same bytes lie at the same place, so they are printed once while one looks at a chunk. */
static gboolean
row_payload_contains (const View  *view,
                      const OvRow *row,
                      guint8       kind)
{
  OvEventFilter *self = (OvEventFilter *) view->filter;
  RecentPayload *recent = NULL;
  gboolean answer;

  if (view->recent != NULL)
    {
      recent = &view->recent[(row->payload * 0x9e3779b1u) >> 23];
      if (recent->verdict != OV_VERDICT_UNKNOWN
          && recent->payload == row->payload
          && recent->payload_bytes == row->payload_bytes)
        return recent->verdict == OV_VERDICT_YES;
    }

  answer = payload_contains (self, view->body->payload + row->payload, row->payload_bytes, kind);
  if (recent != NULL && kind != OV_EVENT_LEVEL && kind != OV_EVENT_RECORDS)
    *recent = (RecentPayload) { row->payload, row->payload_bytes, answer ? OV_VERDICT_YES : OV_VERDICT_NO };

  return answer;
}

static gboolean
has_text (const View  *view,
          const OvRow *row,
          guint8       kind)
{
  /* What is found out is the same for everybody who asks; see OvVerdicts. */
  OvEventFilter *self = (OvEventFilter *) view->filter;

  return actor_contains (self, row->actor)
         || actor_contains (self, row->peer)
         || text_contains (self, row->shape)
         || row_payload_contains (view, row, kind);
}

/* ---- one row ---- */

static gboolean
is_wanted_actor (const OvEventFilter *self,
                 guint32              actor)
{
  guint low = 0;
  guint high = self->n_actors;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->actors[middle] < actor)
        low = middle + 1;
      else
        high = middle;
    }

  return low < self->n_actors && self->actors[low] == actor;
}

static gboolean
has_actors (const OvEventFilter *self,
            const OvRow         *row)
{
  if (self->query.actors == NULL)
    return TRUE;
  if (self->query.both)
    return is_wanted_actor (self, row->actor) && is_wanted_actor (self, row->peer);

  return is_wanted_actor (self, row->actor) || is_wanted_actor (self, row->peer);
}

static gboolean
is_in_time (const OvEventFilter *self,
            gint64               min_ns,
            gint64               max_ns)
{
  if (self->query.from_ns == 0 && self->query.to_ns == 0)
    return TRUE;

  return max_ns >= self->query.from_ns && min_ns < self->query.to_ns;
}

static gboolean
row_matches (const View *view,
             guint       i)
{
  const OvEventFilter *self = view->filter;
  const OvRow *row = &view->body->rows[i];
  guint8 kind = view->body->kinds[i];

  return (self->query.kinds >> (kind % OV_CHUNK_KINDS) & 1) != 0
         && is_in_time (self, view->body->times[i], view->body->times[i])
         && (row->flags & self->query.flags) == self->query.flags
         && (self->query.shape == 0 || row->shape == self->query.shape)
         && has_actors (self, row)
         && (self->text == NULL || has_text (view, row, ov_kind_of (kind)));
}

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
         && is_in_time (self, summary->min_ns, summary->max_ns)
         && may_have_actors (self, summary);
}

static void
open_view (View                *self,
           const OvEventFilter *filter,
           const OvSummary     *summary,
           const OvBody        *body,
           RecentPayload       *recent)
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

  return is_in_time (self->filter, at->min_ns, at->max_ns);
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

      if (row_matches (view, i))
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
               RecentPayload       *recent)
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
    memset (recent, 0, RECENT_PAYLOADS * sizeof *recent);
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
  g_autofree RecentPayload *recent = NULL;
  guint64 end = MIN (to, ov_store_get_end (self->store));

  /* For one single answer that is more work than it saves. */
  if (self->text != NULL && max > 1)
    recent = g_new (RecentPayload, RECENT_PAYLOADS);

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
    if (row_matches (&view, i))
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
      self->is_ascii = is_ascii (self->text);
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
