/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   link's thread:  ov_feed_take ──► note that waits ──► intake ──► store      (acknowledged by the probe)
 *                        └─► counts, meters, ends of the traces that were added ──► wake-up
 *   main loop:      ov_feed_pop ──► OvTrace
 *
 * What waits for the main loop is one entry for a trace that we started: a node that sends meters without
 * end fills nothing.
 * Invariant: "single" of a trace is how many trace messages of it are in the store as events; it is read from
 * the store, after the fact.  What its edges stand for only the node knows: an edge counts a message once, and
 * its sending and its arrival were two.
 * Threads: two; lock guards the entries, intake_lock the order of what is written.
 */
#include "model/ov-feed-private.h"

#include "base/ov-wakeup.h"

#include <string.h>

#define MAX_NOTES 8
/* Events that are no trace message, or do not stand for one. */
#define NO_MESSAGES (OV_EVENT_MASK (OV_EVENT_FLOW) | OV_EVENT_MASK (OV_EVENT_LATENCY) \
                     | OV_EVENT_MASK (OV_EVENT_RECORDS) | OV_EVENT_MASK (OV_EVENT_GAP) \
                     | OV_EVENT_MASK (OV_EVENT_LEVEL))

typedef struct
{
  OvFeedNews news;
  gboolean   fresh;
} Entry;

typedef struct
{
  const char *words; /* static */
  guint64     number;
} Note;

struct _OvFeed
{
  gatomicrefcount ref_count;
  OvStore        *store;
  OvWakeup       *wakeup;

  GMutex          intake_lock;
  OvIntake       *intake;
  Note            notes[MAX_NOTES]; /* that wait for the next batch */
  guint           n_notes;

  GMutex          lock;
  GHashTable     *entries;  /* id -> Entry */
  gint64          last_ns;  /* of what arrived last */
  gint64          ahead_ns; /* the node's clock, beyond ours */
  gboolean        has_clock;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->news.end);
  g_free (entry);
}

OvFeed *
ov_feed_new (OvStore      *store,
             GMainContext *context,
             GSourceFunc   told,
             gpointer      user_data)
{
  OvFeed *self = g_new0 (OvFeed, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->store = ov_store_ref (store);
  self->intake = ov_intake_new (store);
  self->wakeup = ov_wakeup_new (context, 0, told, user_data);
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->intake_lock);

  return self;
}

OvFeed *
ov_feed_ref (OvFeed *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ov_feed_unref (OvFeed *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  ov_intake_free (self->intake);
  ov_store_unref (self->store);
  ov_wakeup_unref (self->wakeup);
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->intake_lock);
  g_free (self);
}

void
ov_feed_stop (OvFeed *self)
{
  ov_wakeup_stop (self->wakeup);
}

/* [{12, Number, Words}]: see PROTOCOL.md.  Under intake_lock. */
static void
write_note (OvFeed     *self,
            const Note *note,
            gint64      at_ns)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (OvTerm) records =
    ov_term_list (ov_term_tuple (ov_term_new_integer (12),
                                 ov_term_new_integer ((gint64) note->number),
                                 ov_term_new_text (note->words), NULL), NULL);
  OvTraceMessage message = { .type = OV_TRACE_MESSAGE_RECORDS, .at_ns = at_ns };

  ov_term_encode (records, bytes);
  ov_term_cursor_init (&message.body, bytes->data, bytes->len);
  ov_intake_take (self->intake, &message);
}

static void
write_waiting_notes (OvFeed *self,
                     gint64  at_ns)
{
  for (guint i = 0; i < self->n_notes; i++)
    write_note (self, &self->notes[i], at_ns);
  self->n_notes = 0;
}

/* A batch is never younger than its arrival: the least delay seen tells how the clocks differ. */
static void
note_time (OvFeed *self,
           gint64  at_ns)
{
  gint64 ahead_ns = at_ns - g_get_real_time () * 1000;

  self->last_ns = MAX (self->last_ns, at_ns);
  if (!self->has_clock || ahead_ns > self->ahead_ns)
    self->ahead_ns = ahead_ns;
  self->has_clock = TRUE;
}

/* What of a trace was appended from @from on. */
static guint64
count_single (OvFeed  *self,
             guint16  trace,
             guint64  from)
{
  guint64 end = ov_store_get_end (self->store);
  guint64 single = 0;
  OvEvent event;

  for (guint64 number = from; number < end; number++)
    if (ov_store_get_event (self->store, number, &event) && event.trace == trace
        && (OV_EVENT_MASK (event.kind) & NO_MESSAGES) == 0)
      single++;

  return single;
}

static void
take_counted (OvFeed               *self,
              const OvTraceMessage *message)
{
  guint64 from = ov_store_get_end (self->store);
  OvTermCursor list = message->body;
  guint64 single;
  guint appended;
  guint length = 0;
  Entry *entry;

  appended = ov_intake_take (self->intake, message);
  single = count_single (self, message->trace, from);

  g_mutex_lock (&self->lock);
  note_time (self, message->at_ns);
  entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (message->trace));
  if (entry != NULL)
    {
      entry->news.single += single;
      if (message->type == OV_TRACE_MESSAGE_EVENTS && ov_term_cursor_enter_list (&list, &length)
          && length > appended)
        entry->news.refused += length - appended;
    }
  g_mutex_unlock (&self->lock);
}

static void
take_records (OvFeed               *self,
              const OvTraceMessage *message)
{
  write_waiting_notes (self, message->at_ns);
  ov_intake_take (self->intake, message);

  g_mutex_lock (&self->lock);
  note_time (self, message->at_ns);
  g_mutex_unlock (&self->lock);
}

static void
take_word (OvFeed               *self,
           const OvTraceMessage *message)
{
  OvTermCursor cursor = message->body;
  const guint8 *reason = NULL;
  gsize length = 0;
  OvTraceMeter meter;
  gboolean fresh = FALSE;
  Entry *entry;

  if (message->type == OV_TRACE_MESSAGE_END
      && !ov_term_cursor_get_binary (&cursor, &reason, &length))
    return;
  memset (&meter, 0, sizeof meter);
  if (!ov_trace_meter_read (&cursor, &meter))
    return;

  g_mutex_lock (&self->lock);
  note_time (self, message->at_ns);
  entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (message->trace));
  if (entry != NULL && entry->news.end == NULL)
    {
      if (reason != NULL)
        entry->news.end = g_utf8_make_valid ((const char *) reason, (gssize) MIN (length, 64));
      if (g_strcmp0 (entry->news.end, OV_END_OVERLOADED) != 0)
        {
          entry->news.meter = meter;
          entry->news.has_meter = TRUE;
        }
      entry->news.at_ns = message->at_ns;
      entry->fresh = fresh = TRUE;
    }
  g_mutex_unlock (&self->lock);
  if (fresh)
    ov_wakeup_signal (self->wakeup);
}

void
ov_feed_take (const OvTraceMessage *message,
              gpointer              feed)
{
  OvFeed *self = feed;

  g_mutex_lock (&self->intake_lock);
  switch (message->type)
    {
    case OV_TRACE_MESSAGE_RECORDS:
      take_records (self, message);
      break;
    case OV_TRACE_MESSAGE_EVENTS:
    case OV_TRACE_MESSAGE_FLOW:
      take_counted (self, message);
      break;
    case OV_TRACE_MESSAGE_METER:
    case OV_TRACE_MESSAGE_END:
    default:
      take_word (self, message);
      break;
    }
  g_mutex_unlock (&self->intake_lock);
}

void
ov_feed_add_trace (OvFeed  *self,
                   guint16  trace)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->news.trace = trace;
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->entries, GUINT_TO_POINTER (trace), entry);
  g_mutex_unlock (&self->lock);
}

void
ov_feed_remove_trace (OvFeed  *self,
                      guint16  trace)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->entries, GUINT_TO_POINTER (trace));
  g_mutex_unlock (&self->lock);
}

gboolean
ov_feed_pop (OvFeed     *self,
             OvFeedNews *news)
{
  GHashTableIter iter;
  gpointer value;
  gboolean found = FALSE;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (!found && g_hash_table_iter_next (&iter, NULL, &value))
    {
      Entry *entry = value;

      if (!entry->fresh)
        continue;
      entry->fresh = FALSE;
      *news = entry->news;
      news->end = g_strdup (entry->news.end);
      found = TRUE;
    }
  g_mutex_unlock (&self->lock);

  return found;
}

void
ov_feed_get_news (OvFeed     *self,
                  guint16     trace,
                  OvFeedNews *news)
{
  const Entry *entry;

  *news = (OvFeedNews) { .trace = trace };
  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, GUINT_TO_POINTER (trace));
  if (entry != NULL)
    *news = entry->news;
  news->end = NULL;
  g_mutex_unlock (&self->lock);
}

void
ov_feed_note_before (OvFeed     *self,
                     const char *note,
                     guint64     number)
{
  g_mutex_lock (&self->intake_lock);
  if (self->n_notes < MAX_NOTES)
    self->notes[self->n_notes++] = (Note) { note, number };
  g_mutex_unlock (&self->intake_lock);
}

void
ov_feed_note (OvFeed     *self,
              const char *note,
              guint64     number)
{
  gint64 at_ns = ov_feed_get_last_ns (self);

  if (at_ns == 0)
    return; /* nothing is there that it could stand behind */

  g_mutex_lock (&self->intake_lock);
  if (g_str_equal (note, OV_NOTE_CENSUS_BROKEN))
    self->n_notes = 0; /* it did not even begin */
  write_note (self, &(Note) { note, number }, at_ns);
  g_mutex_unlock (&self->intake_lock);
}

void
ov_feed_gap (OvFeed      *self,
             guint16      trace,
             OvGapReason  reason,
             guint64      count,
             gint64       paused_ns)
{
  const OvEventGap gap = {
    .count = GUINT64_TO_LE (count), .paused_ns = GINT64_TO_LE (paused_ns),
    .reason = GUINT32_TO_LE (reason),
  };
  OvEvent event = {
    .at_ns = ov_feed_get_time (self), .kind = OV_EVENT_GAP, .trace = trace,
    .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE,
  };

  g_mutex_lock (&self->intake_lock);
  ov_store_begin (self->store);
  ov_store_append (self->store, &event, &gap, sizeof gap);
  ov_store_commit (self->store);
  g_mutex_unlock (&self->intake_lock);
}

gint64
ov_feed_get_time (OvFeed *self)
{
  gint64 now_ns;

  g_mutex_lock (&self->lock);
  now_ns = g_get_real_time () * 1000 + (self->has_clock ? self->ahead_ns : 0);
  now_ns = MAX (now_ns, self->last_ns);
  g_mutex_unlock (&self->lock);

  return now_ns;
}

gint64
ov_feed_get_last_ns (OvFeed *self)
{
  gint64 last_ns;

  g_mutex_lock (&self->lock);
  last_ns = self->last_ns;
  g_mutex_unlock (&self->lock);

  return last_ns;
}
