/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventList: rows over a store.
 *
 *   without a filter:  every frame ── ov_plain_update() ──► items-changed
 *   with one:          SCANNING ── slices from the pool, once a frame ──► items-changed
 *                         │ all was looked at: busy goes
 *                         ▼
 *                      FOLLOWING ── the store grew ──► a job for what is new ──► items-changed
 *
 * A job belongs to one filter; when the filter changes it is told to stop and whatever it still brings is
 * dropped, since the list does not hold it any more.
 * Invariants: n_shown is what the last items-changed said; rows are ascending by number; while paused
 * nothing changes, but what a job brings that was begun before.  When the store forgets, its first event, a GAP,
 * is row 0 (gap_number) if it passes.
 * Thread: main; jobs in the task pool see the store, the filter and themselves.
 */
#include "trace/ov-event-list-private.h"

#include "base/ov-wakeup.h"
#include "trace/ov-event-filter-private.h"
#include "trace/ov-event-rows-private.h"
#include "trace/ov-store-private.h"

#define FRAME_MS 16
#define SLICE_US (8 * 1000)
#define SLICE_HITS 65536

/* ---- a row ---- */

struct _OvEventRow
{
  GObject parent_instance;
  guint64 number;
};

G_DEFINE_FINAL_TYPE (OvEventRow, ov_event_row, G_TYPE_OBJECT)

static void
ov_event_row_class_init (OvEventRowClass *class)
{
}

static void
ov_event_row_init (OvEventRow *self)
{
}

/**
 * ov_event_row_get_number:
 * @self: a row
 *
 * Returns: the number of its event in the store
 */
guint64
ov_event_row_get_number (OvEventRow *self)
{
  g_return_val_if_fail (OV_IS_EVENT_ROW (self), OV_EVENT_NONE);

  return self->number;
}

/* ---- a job in the pool ---- */

typedef struct
{
  gatomicrefcount refs;
  OvEventFilter  *filter;
  OvWakeup       *wakeup;
  guint64         from, to;
  int             is_cancelled; /* atomic */
  GMutex          lock;
  GArray         *found;        /* guint64; under the lock, as is_done */
  gboolean        is_done;
} Job;

static Job *
job_ref (Job *self)
{
  g_atomic_ref_count_inc (&self->refs);

  return self;
}

static void
job_unref (gpointer data)
{
  Job *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  ov_event_filter_unref (self->filter);
  ov_wakeup_unref (self->wakeup);
  g_array_unref (self->found);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
hand_over (Job    *self,
           GArray *numbers,
           gboolean is_done)
{
  g_mutex_lock (&self->lock);
  g_array_append_vals (self->found, numbers->data, numbers->len);
  self->is_done = is_done;
  g_mutex_unlock (&self->lock);
  g_array_set_size (numbers, 0);

  ov_wakeup_signal (self->wakeup);
}

static void
run_job (GTask        *task,
         gpointer      source,
         gpointer      data,
         GCancellable *cancellable)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  Job *self = data;
  guint64 at = self->from;

  while (at < self->to && !g_atomic_int_get (&self->is_cancelled))
    {
      at = ov_event_filter_collect (self->filter, at, self->to, SLICE_HITS,
                                    g_get_monotonic_time () + SLICE_US, numbers);
      hand_over (self, numbers, at >= self->to);
    }
  g_task_return_boolean (task, TRUE);
}

/* ---- the list ---- */

struct _OvEventList
{
  GObject        parent_instance;
  OvStore       *store;
  OvEventFilter *filter;   /* (nullable) */
  OvPlain       *plain;    /* without a filter */
  OvHits        *hits;     /* with one */
  Job           *job;      /* (nullable) */
  guint64        scanned;  /* up to where jobs were started */
  OvWakeup      *wakeup;
  guint64        n_events;
  guint64        gap_number; /* OV_EVENT_NONE: nothing was forgotten, or it does not pass */
  guint64        gone;     /* numbers below are not in plain or hits */
  guint          n_shown;
  guint          max_shown;
  gboolean       is_busy, is_paused;
};

static void ov_event_list_list_model_init (GListModelInterface *interface);

enum
{
  PROP_0,
  PROP_STORE,
  PROP_BUSY,
  PROP_N_EVENTS,
  PROP_PAUSED,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE_WITH_CODE (OvEventList, ov_event_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, ov_event_list_list_model_init))

static guint
has_gap (OvEventList *self)
{
  return self->gap_number != OV_EVENT_NONE ? 1 : 0;
}

/* Rows that there are, were there no bound on their number. */
static guint64
count_rows (OvEventList *self)
{
  return has_gap (self) + (self->filter != NULL ? ov_hits_get_n (self->hits) : ov_plain_get_n (self->plain));
}

static void
set_busy (OvEventList *self,
          gboolean     is_busy)
{
  if (self->is_busy == is_busy)
    return;

  self->is_busy = is_busy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
cancel_job (OvEventList *self)
{
  if (self->job != NULL)
    g_atomic_int_set (&self->job->is_cancelled, TRUE);
  g_clear_pointer (&self->job, job_unref);
}

static void
start_job (OvEventList *self,
           guint64      to)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  Job *job = g_new0 (Job, 1);

  g_atomic_ref_count_init (&job->refs);
  job->filter = ov_event_filter_ref (self->filter);
  job->wakeup = ov_wakeup_ref (self->wakeup);
  job->from = self->scanned;
  job->to = self->scanned = to;
  job->found = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_mutex_init (&job->lock);
  self->job = job;

  g_task_set_source_tag (task, start_job);
  g_task_set_task_data (task, job_ref (job), job_unref);
  g_task_run_in_thread (task, run_job);
}

/* What the job brought so far; the list lets go of it when that was all. */
static void
take_hits (OvEventList *self)
{
  g_autoptr (GArray) found = NULL;
  gboolean is_done;

  if (self->job == NULL)
    return;

  g_mutex_lock (&self->job->lock);
  found = g_steal_pointer (&self->job->found);
  self->job->found = g_array_new (FALSE, FALSE, sizeof (guint64));
  is_done = self->job->is_done;
  g_mutex_unlock (&self->job->lock);

  ov_hits_append (self->hits, (guint64 *) (gpointer) found->data, found->len);
  /* It may have been forgotten while the job was on its way. */
  ov_hits_drop (self->hits, self->gone);
  if (is_done)
    g_clear_pointer (&self->job, job_unref);
}

/* Says what is new at the end, within what a list can count. */
static void
show_end (OvEventList *self)
{
  guint old = self->n_shown;

  self->n_shown = (guint) MIN (count_rows (self), self->max_shown);
  if (self->n_shown > old)
    g_list_model_items_changed (G_LIST_MODEL (self), old, 0, self->n_shown - old);
  else
    g_assert (self->n_shown == old);
}

/* What the store forgot goes from the front; the gap in its place is a row, if the filter lets it pass. */
static void
drop_forgotten (OvEventList *self)
{
  guint64 forgotten = atomic_load (&self->store->forgotten);
  guint had_gap = has_gap (self);
  guint64 dropped;
  guint removed;

  if (forgotten == self->gone)
    return;

  self->gone = forgotten;
  self->scanned = MAX (self->scanned, forgotten);
  dropped = self->filter != NULL ? ov_hits_drop (self->hits, forgotten)
                                 : ov_plain_drop (self->plain, forgotten);
  self->gap_number = self->filter == NULL || ov_event_filter_matches (self->filter, forgotten - 1)
                     ? forgotten - 1
                     : OV_EVENT_NONE;
  removed = (guint) MIN (dropped + had_gap, self->n_shown);
  self->n_shown += has_gap (self) - removed;
  if (removed + has_gap (self) > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, removed, has_gap (self));
}

/* Once a frame at most, and whenever the filter changes. */
static void
catch_up (OvEventList *self)
{
  guint64 end = ov_store_get_end (self->store);
  gboolean had_job = self->job != NULL;

  if (self->n_events != end)
    {
      self->n_events = end;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_EVENTS]);
    }
  if (!self->is_paused)
    drop_forgotten (self);
  if (self->filter != NULL)
    take_hits (self);
  else if (!self->is_paused)
    ov_plain_update (self->plain, end);
  show_end (self);
  if (had_job && self->job == NULL)
    set_busy (self, FALSE);

  if (self->filter != NULL && self->job == NULL && !self->is_paused && end > self->scanned)
    start_job (self, end);
}

static gboolean
woken_cb (gpointer user_data)
{
  /* Who hears of the change may drop the list. */
  g_autoptr (OvEventList) self = g_object_ref (user_data);

  catch_up (self);

  return G_SOURCE_REMOVE;
}

static void
store_changed_cb (gpointer store,
                  gpointer user_data)
{
  ov_wakeup_signal (user_data);
}

/* Forgets all rows and begins again, with the filter that is set. */
static void
begin (OvEventList *self)
{
  guint old = self->n_shown;

  cancel_job (self);
  g_clear_pointer (&self->hits, ov_hits_free);
  g_clear_pointer (&self->plain, ov_plain_free);
  self->hits = self->filter != NULL ? ov_hits_new () : NULL;
  self->plain = self->filter == NULL ? ov_plain_new (self->store) : NULL;
  self->gap_number = OV_EVENT_NONE;
  self->gone = self->scanned = 0;
  self->n_shown = 0;
  if (old > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, old, 0);
}

/* ---- GListModel ---- */

static GType
get_item_type (GListModel *model)
{
  return OV_TYPE_EVENT_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return OV_EVENT_LIST (model)->n_shown;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  guint64 number = ov_event_list_get_number (OV_EVENT_LIST (model), position);
  OvEventRow *row;

  if (number == OV_EVENT_NONE)
    return NULL;

  row = g_object_new (OV_TYPE_EVENT_ROW, NULL);
  row->number = number;

  return row;
}

static void
ov_event_list_list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

/* ---- GObject ---- */

static void
ov_event_list_constructed (GObject *object)
{
  OvEventList *self = OV_EVENT_LIST (object);

  G_OBJECT_CLASS (ov_event_list_parent_class)->constructed (object);

  self->wakeup = ov_wakeup_new (NULL, FRAME_MS, woken_cb, self);
  ov_store_add_watch (self->store, store_changed_cb, self->wakeup);
  begin (self);
  catch_up (self);
}

static void
ov_event_list_dispose (GObject *object)
{
  OvEventList *self = OV_EVENT_LIST (object);

  cancel_job (self);
  if (self->wakeup != NULL)
    {
      ov_store_remove_watch (self->store, store_changed_cb, self->wakeup);
      ov_wakeup_stop (self->wakeup);
    }
  g_clear_pointer (&self->wakeup, ov_wakeup_unref);

  G_OBJECT_CLASS (ov_event_list_parent_class)->dispose (object);
}

static void
ov_event_list_finalize (GObject *object)
{
  OvEventList *self = OV_EVENT_LIST (object);

  ov_hits_free (self->hits);
  ov_plain_free (self->plain);
  ov_event_filter_unref (self->filter);
  ov_store_unref (self->store);

  G_OBJECT_CLASS (ov_event_list_parent_class)->finalize (object);
}

static void
ov_event_list_get_property (GObject    *object,
                            guint       id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  OvEventList *self = OV_EVENT_LIST (object);

  switch (id)
    {
    case PROP_BUSY:
      g_value_set_boolean (value, self->is_busy);
      break;
    case PROP_N_EVENTS:
      g_value_set_uint64 (value, self->n_events);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->is_paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ov_event_list_set_property (GObject      *object,
                            guint         id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  OvEventList *self = OV_EVENT_LIST (object);

  switch (id)
    {
    case PROP_STORE:
      self->store = ov_store_ref (g_value_get_pointer (value));
      break;
    case PROP_PAUSED:
      ov_event_list_set_paused (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ov_event_list_class_init (OvEventListClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->constructed = ov_event_list_constructed;
  object_class->dispose = ov_event_list_dispose;
  object_class->finalize = ov_event_list_finalize;
  object_class->get_property = ov_event_list_get_property;
  object_class->set_property = ov_event_list_set_property;

  properties[PROP_STORE] =
    g_param_spec_pointer ("store", NULL, NULL,
                          G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * OvEventList:busy:
   *
   * Whether the filter has not yet been over all events.
   */
  properties[PROP_BUSY] =
    g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * OvEventList:n-events:
   *
   * How many events the store has had, of whatever kind.
   */
  properties[PROP_N_EVENTS] =
    g_param_spec_uint64 ("n-events", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * OvEventList:paused:
   *
   * What comes now is not shown until this is unset.
   */
  properties[PROP_PAUSED] =
    g_param_spec_boolean ("paused", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ov_event_list_init (OvEventList *self)
{
  /* A list counts in guint, and views ask for one more than the last. */
  self->max_shown = G_MAXUINT - 1;
  self->gap_number = OV_EVENT_NONE;
}

/**
 * ov_event_list_new:
 * @store: where the events are
 *
 * Returns: (transfer full): a list of all of them but RECORDS
 */
OvEventList *
ov_event_list_new (OvStore *store)
{
  g_return_val_if_fail (store != NULL, NULL);

  return g_object_new (OV_TYPE_EVENT_LIST, "store", store, NULL);
}

/**
 * ov_event_list_get_store:
 * @self: a list
 *
 * Returns: (transfer none): the store that it shows
 */
OvStore *
ov_event_list_get_store (OvEventList *self)
{
  g_return_val_if_fail (OV_IS_EVENT_LIST (self), NULL);

  return self->store;
}

/**
 * ov_event_list_set_filter:
 * @self: a list
 * @filter: (nullable): which events are shown; %NULL for all but RECORDS
 *
 * The list becomes empty, and fills as events are found.  While the list is paused, what the store has now
 * is filtered, and nothing after.
 */
void
ov_event_list_set_filter (OvEventList   *self,
                          OvEventFilter *filter)
{
  gboolean was_paused;

  g_return_if_fail (OV_IS_EVENT_LIST (self));
  g_return_if_fail (filter == NULL || ov_event_filter_get_store (filter) == self->store);

  if (self->filter == filter)
    return;

  g_clear_pointer (&self->filter, ov_event_filter_unref);
  self->filter = filter != NULL ? ov_event_filter_ref (filter) : NULL;
  begin (self);
  set_busy (self, filter != NULL && ov_store_get_end (self->store) > 0);
  was_paused = self->is_paused;
  self->is_paused = FALSE;
  catch_up (self);
  self->is_paused = was_paused;
}

/**
 * ov_event_list_set_paused:
 * @self: a list
 * @paused: whether what comes from now on waits
 */
void
ov_event_list_set_paused (OvEventList *self,
                          gboolean     paused)
{
  g_return_if_fail (OV_IS_EVENT_LIST (self));

  paused = paused != FALSE;
  if (self->is_paused == paused)
    return;

  self->is_paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  if (!paused)
    catch_up (self);
}

/**
 * ov_event_list_is_busy:
 * @self: a list
 *
 * Returns: whether the filter has not yet been over all events
 */
gboolean
ov_event_list_is_busy (OvEventList *self)
{
  g_return_val_if_fail (OV_IS_EVENT_LIST (self), FALSE);

  return self->is_busy;
}

/**
 * ov_event_list_get_number:
 * @self: a list
 * @position: a row
 *
 * Returns: the number of the event in the store, %OV_EVENT_NONE when there is no such row
 */
guint64
ov_event_list_get_number (OvEventList *self,
                          guint        position)
{
  g_return_val_if_fail (OV_IS_EVENT_LIST (self), OV_EVENT_NONE);

  if (position >= self->n_shown)
    return OV_EVENT_NONE;
  if (has_gap (self) > 0 && position == 0)
    return self->gap_number;

  position -= has_gap (self);

  return self->filter != NULL ? ov_hits_get (self->hits, position) : ov_plain_get (self->plain, position);
}

/**
 * ov_event_list_find:
 * @self: a list
 * @number: of an event
 *
 * Returns: the row that shows it, or the next one after it; %G_MAXUINT when there is none
 */
guint
ov_event_list_find (OvEventList *self,
                    guint64      number)
{
  guint64 row;

  g_return_val_if_fail (OV_IS_EVENT_LIST (self), G_MAXUINT);

  if (has_gap (self) > 0 && number <= self->gap_number)
    row = 0;
  else
    row = has_gap (self)
          + (self->filter != NULL ? ov_hits_find (self->hits, number) : ov_plain_find (self->plain, number));

  return row < self->n_shown ? (guint) row : G_MAXUINT;
}

void
ov_event_list_set_max_shown (OvEventList *self,
                             guint        max_shown)
{
  self->max_shown = max_shown;
}
