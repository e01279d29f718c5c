/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPast: the process table of any instant of a store.
 *
 *                 ┌── slices of 3 ms on the main loop ──┐
 *   seek ──► [back to a checkpoint] ──► step ──► step ──► … ──► the instant ──► "changed", the task returns
 *                                         └─ now and then: a checkpoint
 *
 * A step goes to an instant S.  Batches stand in the order in which they came, which is that of time but
 * for the age of a batch: a step reads on until batches are younger than S by AHEAD_NS, applies the records
 * that tell of S or before, and remembers which of these batches have more to tell ("ahead").  So every
 * record is applied once, when its time has come, and not with its batch.
 * The table's clock is that of the records, so that graves and marks are what they were.
 * A census is known by our own note before it and CENSUS_DONE behind it (ov-feed-private.h).
 *
 * Invariant: between two steps the table is that of at_ns; checkpoints are copies made there, and the
 * first is the empty table.
 * Thread: main.
 */
#include "model/ov-past.h"

#include "model/ov-feed-private.h"
#include "model/ov-process-table-private.h"
#include "trace/ov-event-filter.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#define NS_PER_MS G_GINT64_CONSTANT (1000000)
#define STEP_NS (2000 * NS_PER_MS)
/* How much younger than its oldest record a batch may be. */
#define AHEAD_NS (400 * NS_PER_MS)
#define FRAME_NS (16 * NS_PER_MS)
#define SLICE_US 3000
#define LOOK_AT_CLOCK 64  /* records */
#define MAX_CHECKPOINTS 16
/* All checkpoints together: some 500 MB at most. */
#define MAX_ROWS (1 << 20)
#define MIN_INTERVAL 20000 /* records between two */
/* Below drawing, above what can wait. */
#define PRIORITY (G_PRIORITY_HIGH_IDLE + 30)
#define BEFORE_ALL G_MININT64

/* A batch of which some records are younger than at_ns. */
typedef struct
{
  guint64 number;
  gint64  next_ns; /* of the oldest of those; G_MAXINT64: none is left */
} Ahead;

/* Where a replay stands, without the table. */
typedef struct
{
  gint64   at_ns;     /* everything up to here is applied */
  guint64  next;      /* number of the first event that was not looked at */
  GArray  *ahead;     /* Ahead, in the order of the store */
  gint64   census_id; /* -1: none is under way */
} Place;

typedef struct
{
  Place           place;
  OvProcessTable *table;
} Checkpoint;

/* The batch that is being read. */
typedef struct
{
  gboolean      is_open;
  GBytes       *payload;
  OvProbeReader reader;
  guint64       number;
  guint         ahead;    /* its index there; G_MAXUINT: it is new */
  gint64        batch_ns;
  gint64        after_ns; /* what is not younger was applied */
  gint64        next_ns;
} Batch;

struct _OvPast
{
  GObject          parent_instance;
  OvStore         *store;
  OvEventFilter   *records;  /* events that are batches */
  OvProcessTable  *table;
  gint64           instant_ns;

  Place            place;
  gboolean         in_step;
  gint64           step_ns;  /* where the step goes */
  guint            n_looked; /* of ahead, in this step */
  Batch            batch;
  gint64           frame_ns; /* the last time the table was flushed */

  GTask           *seek;
  gint64           target_ns;
  GSource         *slice;
  GMainContext    *context;

  GPtrArray       *checkpoints; /* by time */
  guint64          interval;
  guint64          n_applied;   /* since the last checkpoint */

  OvPastRecordFunc record_func;
  gpointer         record_data;
};

G_DEFINE_FINAL_TYPE (OvPast, ov_past, G_TYPE_OBJECT)

/* ---- places and checkpoints ---- */

static void
place_set (Place       *place,
           const Place *from)
{
  GArray *ahead = g_array_copy (from->ahead);

  g_clear_pointer (&place->ahead, g_array_unref);
  *place = *from;
  place->ahead = ahead;
}

static void
checkpoint_free (gpointer data)
{
  Checkpoint *checkpoint = data;

  g_clear_pointer (&checkpoint->place.ahead, g_array_unref);
  g_clear_object (&checkpoint->table);
  g_free (checkpoint);
}

/* Every second one, but not the empty one: those that stay are twice as far apart. */
static void
thin_checkpoints (OvPast *self)
{
  for (guint i = self->checkpoints->len; i-- > 1;)
    if (i % 2 == 1)
      g_ptr_array_remove_index (self->checkpoints, i);
  self->interval *= 2;
}

static guint
get_max_checkpoints (OvPast *self)
{
  return CLAMP (MAX_ROWS / MAX (self->table->n_slots, 1), 3, MAX_CHECKPOINTS);
}

static void
keep_checkpoint (OvPast *self)
{
  Checkpoint *checkpoint = g_new0 (Checkpoint, 1);

  place_set (&checkpoint->place, &self->place);
  checkpoint->table = ov_table_new_replayed (ov_store_get_node (self->store), self->table);
  ov_table_copy (checkpoint->table, self->table);
  g_ptr_array_add (self->checkpoints, checkpoint);
  self->n_applied = 0;
}

static void
consider_checkpoint (OvPast *self)
{
  const Checkpoint *last = self->checkpoints->pdata[self->checkpoints->len - 1];

  if (self->place.at_ns <= last->place.at_ns
      || self->n_applied < MAX (self->interval, 2 * (guint64) self->table->n_slots))
    return;

  while (self->checkpoints->len >= get_max_checkpoints (self))
    thin_checkpoints (self);
  keep_checkpoint (self);
}

static void
close_batch (OvPast *self)
{
  if (!self->batch.is_open)
    return;

  ov_probe_reader_clear (&self->batch.reader);
  g_clear_pointer (&self->batch.payload, g_bytes_unref);
  self->batch.is_open = FALSE;
}

static void
go_back (OvPast *self,
         gint64  at_ns)
{
  guint best = 0;
  const Checkpoint *checkpoint;

  for (guint i = 1; i < self->checkpoints->len; i++)
    if (((const Checkpoint *) self->checkpoints->pdata[i])->place.at_ns <= at_ns)
      best = i;

  checkpoint = self->checkpoints->pdata[best];
  close_batch (self);
  self->in_step = FALSE;
  place_set (&self->place, &checkpoint->place);
  ov_table_copy (self->table, checkpoint->table);
  self->frame_ns = self->place.at_ns;
  self->n_applied = 0;
}

/* ---- records ---- */

static gboolean
says (const OvRecord *record,
      const char     *word)
{
  return record->name.length == strlen (word)
         && memcmp (record->name.text, word, record->name.length) == 0;
}

static void
take_note (OvPast         *self,
           const OvRecord *record)
{
  if (!says (record, OV_NOTE_CENSUS) && !says (record, OV_NOTE_CENSUS_BROKEN))
    return;

  if (self->place.census_id >= 0)
    ov_process_table_cancel_census (self->table);
  self->place.census_id = -1;
  if (says (record, OV_NOTE_CENSUS))
    {
      ov_process_table_begin_census (self->table);
      self->place.census_id = (gint64) MIN (record->count, G_MAXINT64);
    }
}

/* One that was given up may still end on the node, long after. */
static void
end_census (OvPast *self)
{
  if (self->place.census_id < 0 || !self->batch.reader.has_census_id
      || self->batch.reader.census_id != self->place.census_id)
    return;

  ov_process_table_end_census (self->table);
  self->place.census_id = -1;
}

static void
apply (OvPast         *self,
       const OvRecord *record,
       gint64          at_ns)
{
  if (self->frame_ns == BEFORE_ALL || at_ns - self->frame_ns >= FRAME_NS)
    {
      ov_table_flush_frame (self->table);
      self->frame_ns = at_ns;
    }
  ov_table_set_clock (self->table, at_ns);
  ov_process_table_apply (self->table, record);
  if (record->type == OV_RECORD_GAP)
    take_note (self, record);
  else if (record->type == OV_RECORD_CENSUS_DONE)
    end_census (self);
  if (self->record_func != NULL)
    self->record_func (record, self->record_data);
  self->n_applied++;
}

/* ---- batches ---- */

static void
open_batch (OvPast  *self,
            guint64  number,
            guint    ahead)
{
  Batch *batch = &self->batch;
  gsize length = 0;
  gconstpointer bytes;
  OvEvent event;

  *batch = (Batch) {
    .number = number, .ahead = ahead, .next_ns = G_MAXINT64,
    .after_ns = ahead != G_MAXUINT ? self->place.at_ns : BEFORE_ALL,
  };
  if (!ov_store_get_event (self->store, number, &event)
      || (batch->payload = ov_store_dup_payload (self->store, number)) == NULL)
    return; /* forgotten meanwhile */

  bytes = g_bytes_get_data (batch->payload, &length);
  batch->batch_ns = event.at_ns;
  batch->is_open = TRUE;
  ov_probe_reader_init (&batch->reader, bytes, length, event.at_ns,
                        ov_store_get_node (self->store));
}

/* What is left of it, for a later step. */
static void
end_batch (OvPast *self)
{
  Batch *batch = &self->batch;
  Ahead ahead = { batch->number, batch->next_ns };

  if (batch->ahead != G_MAXUINT)
    g_array_index (self->place.ahead, Ahead, batch->ahead).next_ns = batch->next_ns;
  else if (batch->next_ns != G_MAXINT64)
    g_array_append_val (self->place.ahead, ahead);
  close_batch (self);
}

/* FALSE: the slice is over before the batch. */
static gboolean
read_batch (OvPast *self,
            gint64  until_us)
{
  Batch *batch = &self->batch;
  OvRecord record;
  guint n = 0;

  while (ov_probe_reader_next (&batch->reader, &record))
    {
      gint64 at_ns = record.at_ns != 0 ? MIN (record.at_ns, batch->batch_ns) : batch->batch_ns;

      if (at_ns > self->step_ns)
        batch->next_ns = MIN (batch->next_ns, at_ns);
      else if (at_ns > batch->after_ns)
        apply (self, &record, at_ns);
      if (++n % LOOK_AT_CLOCK == 0 && g_get_monotonic_time () >= until_us)
        return FALSE;
    }
  end_batch (self);

  return TRUE;
}

/* ---- steps ---- */

static guint64
find_unread (OvPast *self,
             gint64 *at_ns)
{
  OvEvent event;
  guint64 number = ov_event_filter_next (self->records,
                                         MAX (self->place.next, ov_store_get_first (self->store)),
                                         ov_store_get_end (self->store));

  if (number == OV_EVENT_NONE || !ov_store_get_event (self->store, number, &event))
    return OV_EVENT_NONE;

  *at_ns = event.at_ns;
  return number;
}

/* Over stretches in which nothing happened a step goes at once. */
static void
begin_step (OvPast *self)
{
  gint64 earliest_ns = G_MAXINT64;
  gint64 unread_ns;

  for (guint i = 0; i < self->place.ahead->len; i++)
    earliest_ns = MIN (earliest_ns, g_array_index (self->place.ahead, Ahead, i).next_ns);
  if (find_unread (self, &unread_ns) != OV_EVENT_NONE)
    earliest_ns = MIN (earliest_ns, unread_ns);
  if (self->place.at_ns != BEFORE_ALL)
    earliest_ns = MAX (earliest_ns, self->place.at_ns + STEP_NS);

  self->step_ns = MIN (earliest_ns, self->target_ns);
  self->in_step = TRUE;
  self->n_looked = 0;
}

/* FALSE: there is none for this step any more. */
static gboolean
open_next_batch (OvPast *self)
{
  gint64 at_ns = 0;
  guint64 number;

  while (self->n_looked < self->place.ahead->len)
    {
      const Ahead ahead = g_array_index (self->place.ahead, Ahead, self->n_looked);

      self->n_looked++;
      if (ahead.next_ns > self->step_ns)
        continue;
      open_batch (self, ahead.number, self->n_looked - 1);
      if (self->batch.is_open)
        return TRUE;
      g_array_index (self->place.ahead, Ahead, self->n_looked - 1).next_ns = G_MAXINT64;
    }

  while ((number = find_unread (self, &at_ns)) != OV_EVENT_NONE
         && (at_ns <= self->step_ns || (guint64) at_ns - (guint64) self->step_ns <= AHEAD_NS))
    {
      self->place.next = number + 1;
      open_batch (self, number, G_MAXUINT);
      if (self->batch.is_open)
        return TRUE;
    }

  return FALSE;
}

static void
end_step (OvPast *self)
{
  GArray *ahead = self->place.ahead;
  guint kept = 0;

  for (guint i = 0; i < ahead->len; i++)
    if (g_array_index (ahead, Ahead, i).next_ns != G_MAXINT64)
      g_array_index (ahead, Ahead, kept++) = g_array_index (ahead, Ahead, i);
  g_array_set_size (ahead, kept);

  self->in_step = FALSE;
  self->place.at_ns = self->step_ns;
  ov_table_set_clock (self->table, self->step_ns);
  ov_table_flush_frame (self->table);
  self->frame_ns = self->step_ns;
  consider_checkpoint (self);
}

/* FALSE: the slice is over first. */
static gboolean
advance (OvPast *self,
         gint64  until_us)
{
  while (self->in_step || self->place.at_ns < self->target_ns)
    {
      if (self->batch.is_open && !read_batch (self, until_us))
        return FALSE;
      if (!self->in_step)
        begin_step (self);
      else if (!open_next_batch (self))
        end_step (self);
      if (g_get_monotonic_time () >= until_us)
        return FALSE;
    }

  return TRUE;
}

/* ---- seeking ---- */

static void
clear_slice (OvPast *self)
{
  if (self->slice != NULL)
    g_source_destroy (self->slice);
  g_clear_pointer (&self->slice, g_source_unref);
}

static gboolean
slice_cb (gpointer user_data)
{
  g_autoptr (OvPast) self = g_object_ref (user_data);
  g_autoptr (GTask) task = NULL;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->seek)))
    {
      task = g_steal_pointer (&self->seek);
      clear_slice (self);
      ov_table_set_quiet (self->table, FALSE);
      g_task_return_error_if_cancelled (task);
      return G_SOURCE_REMOVE;
    }
  if (!advance (self, g_get_monotonic_time () + SLICE_US))
    return G_SOURCE_CONTINUE;

  task = g_steal_pointer (&self->seek);
  clear_slice (self);
  self->instant_ns = self->target_ns;
  ov_table_set_quiet (self->table, FALSE);
  g_task_return_pointer (task, self->table, NULL);

  return G_SOURCE_REMOVE;
}

static void
give_up_seek (OvPast *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->seek);

  clear_slice (self);
  if (task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             _("Another instant was asked for"));
}

static void
ov_past_dispose (GObject *object)
{
  OvPast *self = OV_PAST (object);

  clear_slice (self);
  close_batch (self);

  G_OBJECT_CLASS (ov_past_parent_class)->dispose (object);
}

static void
ov_past_finalize (GObject *object)
{
  OvPast *self = OV_PAST (object);

  g_clear_pointer (&self->checkpoints, g_ptr_array_unref);
  g_clear_pointer (&self->place.ahead, g_array_unref);
  g_clear_pointer (&self->records, ov_event_filter_unref);
  g_clear_object (&self->table);
  g_clear_pointer (&self->store, ov_store_unref);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (ov_past_parent_class)->finalize (object);
}

static void
ov_past_class_init (OvPastClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ov_past_dispose;
  object_class->finalize = ov_past_finalize;
}

static void
ov_past_init (OvPast *self)
{
  self->checkpoints = g_ptr_array_new_with_free_func (checkpoint_free);
  self->interval = MIN_INTERVAL;
  self->context = g_main_context_ref_thread_default ();
  self->place = (Place) { BEFORE_ALL, 0, g_array_new (FALSE, FALSE, sizeof (Ahead)), -1 };
  self->frame_ns = BEFORE_ALL;
}

/**
 * ov_past_new:
 * @store: what was seen of a node; it may grow
 *
 * Returns: (transfer full): its past, before the first event: the table is empty
 */
OvPast *
ov_past_new (OvStore *store)
{
  const OvEventQuery query = { .kinds = OV_EVENT_MASK (OV_EVENT_RECORDS) };
  OvPast *self;

  g_return_val_if_fail (store != NULL, NULL);

  self = g_object_new (OV_TYPE_PAST, NULL);
  self->store = ov_store_ref (store);
  self->records = ov_event_filter_new (store, &query);
  self->table = ov_table_new_replayed (ov_store_get_node (store), NULL);
  keep_checkpoint (self);

  return self;
}

/**
 * ov_past_seek_async:
 * @self: a past
 * @at_ns: an instant, ns since the epoch by the node's clock
 * @cancellable: (nullable): gives up
 * @callback: called when the table is that of the instant
 * @user_data: its data
 *
 * Goes there in slices of some milliseconds. A seek that is under way ends with %G_IO_ERROR_CANCELLED.
 */
void
ov_past_seek_async (OvPast              *self,
                    gint64               at_ns,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_return_if_fail (OV_IS_PAST (self));

  give_up_seek (self);
  self->seek = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->seek, ov_past_seek_async);
  g_task_set_check_cancellable (self->seek, FALSE); /* it is looked at between slices */
  ov_table_set_quiet (self->table, TRUE);
  self->target_ns = at_ns;
  if (at_ns < (self->in_step ? self->step_ns : self->place.at_ns))
    go_back (self, at_ns);

  self->slice = g_idle_source_new ();
  g_source_set_priority (self->slice, PRIORITY);
  g_source_set_callback (self->slice, slice_cb, self, NULL);
  g_source_attach (self->slice, self->context);
}

/**
 * ov_past_seek_finish:
 * @self: a past
 * @result: the result
 * @error: (out) (optional): that it was cancelled
 *
 * Returns: (transfer none): the table of the instant, always the same object
 */
OvProcessTable *
ov_past_seek_finish (OvPast        *self,
                     GAsyncResult  *result,
                     GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gint64
ov_past_get_instant (OvPast *self)
{
  g_return_val_if_fail (OV_IS_PAST (self), 0);

  return self->instant_ns;
}

OvProcessTable *
ov_past_get_table (OvPast *self)
{
  g_return_val_if_fail (OV_IS_PAST (self), NULL);

  return self->table;
}

/**
 * ov_past_set_record_func:
 * @self: a past
 * @func: (nullable): what is called for each record, after the table took it
 * @user_data: its argument
 */
void
ov_past_set_record_func (OvPast           *self,
                         OvPastRecordFunc  func,
                         gpointer          user_data)
{
  g_return_if_fail (OV_IS_PAST (self));

  self->record_func = func;
  self->record_data = user_data;
}
