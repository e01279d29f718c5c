/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessTable, the object: when things happen.
 *
 *   apply ──► facts, queue ──► wake-up, at most once a frame ──► flush:
 *             marks and graves that are due end · rows are placed · "lifecycle" for each event, in
 *             order · "changed" once
 *   a timer wakes it for the next grave or mark that is due
 *
 * Invariant: between a flush and the next apply every used row is placed, and sums are right.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#include <string.h>

#define FRAME_MS 16

G_DEFINE_FINAL_TYPE (OvProcessTable, ov_process_table, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_LIFECYCLE, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
clear_timer (OvProcessTable *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
timer_due_cb (gpointer user_data)
{
  OvProcessTable *self = user_data;

  clear_timer (self);
  ov_table_flush (self, FALSE);

  return G_SOURCE_REMOVE;
}

static void
arm_timer (OvProcessTable *self)
{
  gint64 due_us = ov_table_next_due (self);
  gint64 wait_us;

  if (self->timer != NULL && self->timer_due_us == due_us)
    return;

  clear_timer (self);
  if (due_us == G_MAXINT64 || self->replayed)
    return;

  /* Not more often than four times a second: many that are due together go together. */
  wait_us = CLAMP (due_us - g_get_monotonic_time (), 250000, G_MAXINT32);
  self->timer_due_us = due_us;
  self->timer = g_timeout_source_new ((guint) (wait_us / 1000));
  g_source_set_callback (self->timer, timer_due_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

static gboolean
frame_cb (gpointer user_data)
{
  ov_table_flush (user_data, FALSE);

  return G_SOURCE_REMOVE;
}

void
ov_table_note_change (OvProcessTable *self,
                      guint           changes)
{
  if (self->changes == 0 && !self->flushing && !self->quiet)
    ov_wakeup_signal (self->wakeup);
  self->changes |= changes;
}

static OvPin *
find_pin (OvProcessTable *self,
          guint32         slot)
{
  for (guint i = 0; i < self->pins->len; i++)
    {
      OvPin *pin = &g_array_index (self->pins, OvPin, i);

      if (pin->slot == slot && pin->generation == ov_table_row (self, slot)->generation)
        return pin;
    }

  return NULL;
}

static void
drop_pin (gpointer data)
{
  OvPin *pin = data;

  g_clear_pointer (&pin->history, ov_history_free);
}

static void
drop_ended_pins (OvProcessTable *self)
{
  for (guint i = self->pins->len; i-- > 0;)
    {
      const OvPin *pin = &g_array_index (self->pins, OvPin, i);

      if (ov_table_row (self, pin->slot)->generation != pin->generation)
        g_array_remove_index_fast (self->pins, i);
    }
}

/* One sample for every row that somebody looks at, and for the whole. */
void
ov_table_sample_histories (OvProcessTable *self,
                           gint64          at_ns)
{
  double totals[OV_N_FIGURES] = { 0 };

  drop_ended_pins (self);
  for (guint i = 0; i < self->pins->len; i++)
    {
      const OvPin *pin = &g_array_index (self->pins, OvPin, i);
      const OvProcess *row = ov_table_row (self, pin->slot);
      double values[OV_N_FIGURES] = {
        [OV_FIGURE_MEMORY] = row->memory_bytes != OV_UNKNOWN_U64 ? (double) row->memory_bytes : 0,
        [OV_FIGURE_REDUCTIONS] = row->reductions_per_s,
        [OV_FIGURE_MAILBOX] = (double) row->message_queue_len,
        [OV_FIGURE_PROCESSES] = row->alive,
      };

      ov_history_add (pin->history, at_ns, values);
    }

  for (guint32 slot = 0; slot < self->n_slots; slot++)
    {
      const OvProcess *row = ov_table_row (self, slot);

      if (!row->alive)
        continue;
      totals[OV_FIGURE_MEMORY] += row->memory_bytes != OV_UNKNOWN_U64 ? (double) row->memory_bytes
                                                                     : 0;
      totals[OV_FIGURE_REDUCTIONS] += row->reductions_per_s;
      totals[OV_FIGURE_MAILBOX] += (double) row->message_queue_len;
      totals[OV_FIGURE_PROCESSES]++;
    }
  ov_history_add (self->totals, at_ns, totals);
}

static void
note_fact (OvProcessTable    *self,
           const OvLifecycle *life,
           const OvPid       *old_pid)
{
  const OvProcess *row = ov_table_row (self, life->slot);
  OvLifeFact *fact;

  if (self->life_ring == NULL)
    self->life_ring = g_new0 (OvLifeFact, OV_LIFE_RING);
  fact = &self->life_ring[self->n_life_facts++ % OV_LIFE_RING];
  *fact = (OvLifeFact) {
    .kind = life->kind, .name = row->name, .child_id = row->child_id, .reason = row->reason,
    .module = row->module, .pid = row->pid, .at_ns = life->at_ns,
  };
  if (old_pid != NULL)
    fact->old_pid = *old_pid;
  if (life->supervisor != OV_SLOT_NONE)
    fact->supervisor = ov_table_row (self, life->supervisor)->pid;
}

void
ov_table_tell (OvProcessTable *self,
               OvLifeKind      kind,
               guint32         slot,
               const OvPid    *old_pid,
               guint32         old_slot,
               guint32         supervisor,
               gint64          at_ns)
{
  OvLifecycle life = { kind, slot, old_slot, supervisor, at_ns };

  g_array_append_val (self->lifecycle, life);
  note_fact (self, &life, old_pid);
  ov_table_note_change (self, OV_TABLE_STRUCTURE);
}

static void
emit_lifecycle (OvProcessTable *self)
{
  g_autoptr (GArray) events = NULL;

  if (self->lifecycle->len == 0)
    return;

  if (self->replayed)
    {
      g_array_set_size (self->lifecycle, 0); /* it happened long ago */
      return;
    }

  events = g_steal_pointer (&self->lifecycle);
  self->lifecycle = g_array_new (FALSE, FALSE, sizeof (OvLifecycle));
  for (guint i = 0; i < events->len; i++)
    {
      OvLifecycle *life = &g_array_index (events, OvLifecycle, i);
      const OvProcess *row = ov_table_row (self, life->slot);

      /* Where it stands was not known when it was told. */
      if (life->kind == OV_LIFE_BORN && life->supervisor == OV_SLOT_NONE && row->used
          && row->place == OV_PLACE_CHILD)
        life->supervisor = row->parent;
      g_signal_emit (self, signals[SIGNAL_LIFECYCLE], 0, life);
    }
}

/* Now that their deaths were told, graves whose place is taken go with the next frame. */
static void
release_replaced (OvProcessTable *self)
{
  if (self->replaced->len == 0)
    return;

  for (guint i = 0; i < self->replaced->len; i++)
    {
      const OvGrave *grave = &g_array_index (self->replaced, OvGrave, i);

      if (ov_table_row (self, grave->slot)->used
          && ov_table_row (self, grave->slot)->generation == grave->generation)
        g_array_append_val (self->dead, grave->slot);
    }
  g_array_set_size (self->replaced, 0);
  if (!self->quiet)
    ov_wakeup_signal (self->wakeup);
}

void
ov_table_flush (OvProcessTable *self,
                gboolean        thorough)
{
  guint changes;

  if (self->flushing)
    return;

  g_object_ref (self);
  self->flushing = TRUE;
  if (thorough)
    ov_table_end_reading (self);
  ov_table_end_marks (self, ov_table_now_us (self));
  if (!self->in_census || thorough)
    ov_table_place (self, thorough);
  changes = self->quiet ? 0 : self->changes;
  self->changes &= ~changes;
  self->flushing = FALSE;

  emit_lifecycle (self);
  release_replaced (self);
  if (changes != 0)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, changes);
  if (self->structure_changed && !self->in_census && !self->quiet)
    ov_wakeup_signal (self->wakeup); /* what was put off */
  arm_timer (self);
  g_object_unref (self);
}

static void
init_contents (OvProcessTable *self)
{
  ov_table_supervisors_init (self);
  ov_table_rows_init (self);
  self->pending = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->unsorted = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->unsettled = ov_bitset_new ();
  self->first_outside = self->last_outside = self->hint = OV_SLOT_NONE;
  self->outside = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->active = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->was_active = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->headroom = g_array_new (FALSE, FALSE, sizeof (OvDue));
  self->replaced = g_array_new (FALSE, FALSE, sizeof (OvGrave));
  self->dead = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->tombstones = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->lifecycle = g_array_new (FALSE, FALSE, sizeof (OvLifecycle));
  self->pins = g_array_new (FALSE, FALSE, sizeof (OvPin));
  g_array_set_clear_func (self->pins, drop_pin);
}

void
ov_table_clear_contents (OvProcessTable *self)
{
  ov_table_supervisors_clear (self);
  ov_table_marks_clear (self);
  ov_table_rows_clear (self);
  g_clear_pointer (&self->pending, g_array_unref);
  g_clear_pointer (&self->unsorted, g_array_unref);
  g_clear_pointer (&self->unsettled, ov_bitset_free);
  g_clear_pointer (&self->outside, g_array_unref);
  g_clear_pointer (&self->active, g_array_unref);
  g_clear_pointer (&self->was_active, g_array_unref);
  g_clear_pointer (&self->headroom, g_array_unref);
  g_clear_pointer (&self->replaced, g_array_unref);
  g_clear_pointer (&self->dead, g_array_unref);
  g_clear_pointer (&self->tombstones, g_hash_table_unref);
  g_clear_pointer (&self->lifecycle, g_array_unref);
  g_clear_pointer (&self->pins, g_array_unref);
}

static void
ov_process_table_finalize (GObject *object)
{
  OvProcessTable *self = OV_PROCESS_TABLE (object);

  clear_timer (self);
  ov_wakeup_stop (self->wakeup);
  g_clear_pointer (&self->wakeup, ov_wakeup_unref);
  ov_table_clear_contents (self);
  if (self->strings_owner == NULL)
    ov_strings_free (self->strings);
  self->strings = NULL;
  g_clear_object (&self->strings_owner);
  g_clear_pointer (&self->totals, ov_history_free);
  g_clear_pointer (&self->life_ring, g_free);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (ov_process_table_parent_class)->finalize (object);
}

static void
ov_process_table_class_init (OvProcessTableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ov_process_table_finalize;

  /**
   * OvProcessTable::changed:
   * @self: the table
   * @flags: #OvTableChange flags
   *
   * Something changed since the last time; at most once a frame.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_UINT);
  /**
   * OvProcessTable::lifecycle:
   * @self: the table
   * @life: (type gpointer): an #OvLifecycle, valid during the emission
   *
   * A birth, death or restart; in order, before #OvProcessTable::changed.
   */
  signals[SIGNAL_LIFECYCLE] =
    g_signal_new ("lifecycle", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
ov_process_table_init (OvProcessTable *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->wakeup = ov_wakeup_new (self->context, FRAME_MS, frame_cb, self);
  self->strings = ov_strings_new ();
  self->totals = ov_history_new ();
  init_contents (self);
}

/**
 * ov_process_table_new:
 * @node: the name of the node whose processes these are
 *
 * Returns: (transfer full): an empty table, not live
 */
OvProcessTable *
ov_process_table_new (const char *node)
{
  OvProcessTable *self;

  g_return_val_if_fail (node != NULL, NULL);

  self = g_object_new (OV_TYPE_PROCESS_TABLE, NULL);
  self->node = g_intern_string (node);

  return self;
}

/**
 * ov_process_table_begin_census:
 * @self: a table
 *
 * From here to the end of the census every live process is reported. Rows are not placed meanwhile
 * unless ov_process_table_flush() is called.
 */
void
ov_process_table_begin_census (OvProcessTable *self)
{
  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  ov_table_end_reading (self);
  self->census++;
  self->in_census = TRUE;
  g_hash_table_remove_all (self->tombstones);
}

static void
end_unreported (OvProcessTable *self)
{
  for (guint32 slot = 0; slot < self->n_slots; slot++)
    if (ov_table_row (self, slot)->alive && ov_table_facts (self, slot)->census != self->census)
      ov_table_end_process (self, slot, OV_STRING_NONE, self->sweep_ns);
}

/* Answers of supervisors that died before the census could report them. */
static void
drop_lost_supervisors (OvProcessTable *self)
{
  for (guint i = 0; i < self->supervisors->len; i++)
    {
      const OvSupervisor *supervisor = self->supervisors->pdata[i];

      if (supervisor != NULL && ov_table_find_alive (self, supervisor->key) == OV_SLOT_NONE)
        ov_table_forget_supervisor (self, supervisor->key);
    }
}

/**
 * ov_process_table_end_census:
 * @self: a table
 *
 * Rows that the census did not report have ended meanwhile.
 */
void
ov_process_table_end_census (OvProcessTable *self)
{
  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  if (!self->in_census)
    return;

  ov_table_end_reading (self);
  end_unreported (self);
  drop_lost_supervisors (self);
  self->in_census = FALSE;
  self->had_census = TRUE;
  g_hash_table_remove_all (self->tombstones);
  ov_table_note_change (self, OV_TABLE_STRUCTURE | OV_TABLE_DETAILS | OV_TABLE_FIGURES);
  ov_table_flush (self, TRUE);
}

/**
 * ov_process_table_cancel_census:
 * @self: a table
 *
 * The census did not come to its end: what it reported stays, and nobody is dead for that.
 */
void
ov_process_table_cancel_census (OvProcessTable *self)
{
  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  if (!self->in_census)
    return;

  ov_table_end_reading (self);
  self->in_census = FALSE;
  g_hash_table_remove_all (self->tombstones);
  ov_table_flush (self, TRUE);
}

/**
 * ov_process_table_flush:
 * @self: a table
 *
 * Places every row and emits what there is to tell now.
 */
void
ov_process_table_flush (OvProcessTable *self)
{
  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  ov_table_flush (self, TRUE);
}

/**
 * ov_process_table_reset:
 * @self: a table
 *
 * Forgets every row without telling of deaths: the node lives another life. Strings stay, and
 * generations go on, so that what refers to an old row finds nothing.
 */
void
ov_process_table_reset (OvProcessTable *self)
{
  g_autofree guint32 *generations = NULL;
  guint32 n_slots;

  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  n_slots = self->n_slots;
  generations = g_new (guint32, MAX (n_slots, 1));
  for (guint32 slot = 0; slot < n_slots; slot++)
    generations[slot] = ov_table_row (self, slot)->generation + ov_table_row (self, slot)->used;

  ov_table_clear_contents (self);
  init_contents (self);
  self->reading = NULL;
  self->creation = self->n_used = self->n_alive = self->n_links_dead = self->n_outside = 0;
  self->sweep_ns = self->previous_sweep_ns = 0;
  self->in_census = self->had_census = FALSE;
  self->structure_changed = self->sums_stale = FALSE;
  self->outside_stale = self->applications_stale = TRUE;

  ov_table_grow (self, n_slots);
  for (guint32 i = 0; i < n_slots; i++)
    {
      guint32 slot = n_slots - 1 - i;
      OvProcess *row = ov_table_row (self, slot);

      row->generation = generations[slot];
      row->parent = row->first_child = row->last_child = OV_SLOT_NONE;
      row->previous = row->next = OV_SLOT_NONE;
      g_array_append_val (self->free_slots, slot);
    }
  ov_table_note_change (self, OV_TABLE_STRUCTURE | OV_TABLE_DETAILS | OV_TABLE_FIGURES);
}

/**
 * ov_process_table_set_live:
 * @self: a table
 * @live: whether births and deaths are to be seen
 */
void
ov_process_table_set_live (OvProcessTable *self,
                           gboolean        live)
{
  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  live = live != FALSE;
  if (self->live == live)
    return;

  self->live = live;
  if (!live)
    ov_table_end_marks (self, G_MAXINT64);
}

const char *
ov_process_table_get_node_name (OvProcessTable *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  return self->node;
}

OvStrings *
ov_process_table_get_strings (OvProcessTable *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  return self->strings;
}

/**
 * ov_process_table_get_rows:
 * @self: a table
 * @n_slots: (out): how many slots there are, free ones included
 *
 * Returns: (transfer none) (array length=n_slots): all slots; `used` says which hold a row; valid
 *   until the next apply
 */
const OvProcess *
ov_process_table_get_rows (OvProcessTable *self,
                           guint32        *n_slots)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);
  g_return_val_if_fail (n_slots != NULL, NULL);

  *n_slots = self->n_slots;

  return self->rows;
}

const OvProcess *
ov_process_table_get_row (OvProcessTable *self,
                          guint32         slot)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  if (slot >= self->n_slots || !ov_table_row (self, slot)->used)
    return NULL;

  return ov_table_row (self, slot);
}

guint32
ov_process_table_get_n_alive (OvProcessTable *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), 0);

  return self->n_alive;
}

/**
 * ov_process_table_find_pid:
 * @self: a table
 * @pid: a pid; creation 0 when a person typed it
 *
 * Returns: the slot of the process, also while it is a grave; %OV_SLOT_NONE when there is none
 */
guint32
ov_process_table_find_pid (OvProcessTable *self,
                           const OvPid    *pid)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), OV_SLOT_NONE);
  g_return_val_if_fail (pid != NULL, OV_SLOT_NONE);

  return ov_table_find_key (self, ov_table_key_of (self, pid));
}

guint32
ov_process_table_find_name (OvProcessTable *self,
                            const char     *registered_name)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), OV_SLOT_NONE);
  g_return_val_if_fail (registered_name != NULL, OV_SLOT_NONE);

  return ov_table_find_named (self, ov_strings_find (self->strings, registered_name));
}

static int
compare_applications (gconstpointer a,
                      gconstpointer b,
                      gpointer      user_data)
{
  OvProcessTable *self = user_data;
  const OvApplication *first = a;
  const OvApplication *second = b;
  int order = strcmp (ov_strings_get (self->strings, first->name),
                      ov_strings_get (self->strings, second->name));

  if (order != 0)
    return order;

  return ov_pid_key (&ov_table_row (self, first->root)->pid)
         < ov_pid_key (&ov_table_row (self, second->root)->pid) ? -1 : 1;
}

/**
 * ov_process_table_get_applications:
 * @self: a table
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): the applications that run, by name; valid until the
 *   next apply
 */
const OvApplication *
ov_process_table_get_applications (OvProcessTable *self,
                                   guint          *n)
{
  GHashTableIter iter;
  gpointer key;
  gpointer name;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);
  g_return_val_if_fail (n != NULL, NULL);

  if (self->applications_stale)
    {
      g_array_set_size (self->applications, 0);
      g_hash_table_iter_init (&iter, self->masters);
      while (g_hash_table_iter_next (&iter, &key, &name))
        {
          OvApplication application = { GPOINTER_TO_UINT (name),
                                        ov_table_find_key (self, *(OvPidKey *) key) };

          /* One that died before it was known to be a master stays where it was. */
          if (application.root != OV_SLOT_NONE
              && ov_table_row (self, application.root)->place == OV_PLACE_APPLICATION)
            g_array_append_val (self->applications, application);
        }
      g_array_sort_with_data (self->applications, compare_applications, self);
      self->applications_stale = FALSE;
    }
  *n = self->applications->len;

  return (const OvApplication *) (gpointer) self->applications->data;
}

const guint32 *
ov_process_table_get_outside (OvProcessTable *self,
                              guint          *n)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);
  g_return_val_if_fail (n != NULL, NULL);

  if (self->outside_stale)
    {
      g_array_set_size (self->outside, 0);
      for (guint32 slot = self->first_outside; slot != OV_SLOT_NONE;
           slot = ov_table_row (self, slot)->next)
        g_array_append_val (self->outside, slot);
      self->outside_stale = FALSE;
    }
  *n = self->outside->len;

  return (const guint32 *) (gpointer) self->outside->data;
}

void
ov_process_table_pin (OvProcessTable *self,
                      guint32         slot)
{
  OvPin *pin;

  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  if (ov_process_table_get_row (self, slot) == NULL)
    return;

  pin = find_pin (self, slot);
  if (pin != NULL)
    pin->count++;
  else
    {
      OvPin made = { slot, ov_table_row (self, slot)->generation, 1, ov_history_new () };

      g_array_append_val (self->pins, made);
    }
}

void
ov_process_table_unpin (OvProcessTable *self,
                        guint32         slot)
{
  OvPin *pin;

  g_return_if_fail (OV_IS_PROCESS_TABLE (self));

  if (slot >= self->n_slots)
    return;
  pin = find_pin (self, slot);
  if (pin != NULL && --pin->count == 0)
    g_array_remove_index_fast (self->pins, (guint) (pin - (OvPin *) (gpointer) self->pins->data));
}

const OvHistory *
ov_process_table_get_history (OvProcessTable *self,
                              guint32         slot)
{
  const OvPin *pin;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  pin = slot < self->n_slots ? find_pin (self, slot) : NULL;

  return pin != NULL ? pin->history : NULL;
}

const OvHistory *
ov_process_table_get_totals (OvProcessTable *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  return self->totals;
}

guint64
ov_process_table_get_n_facts (OvProcessTable *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), 0);

  return self->n_life_facts;
}

const OvLifeFact *
ov_process_table_get_fact (OvProcessTable *self,
                           guint64         number)
{
  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  if (number >= self->n_life_facts || self->n_life_facts - number > OV_LIFE_RING)
    return NULL;

  return &self->life_ring[number % OV_LIFE_RING];
}
