/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables of the past: their clock, their silence while they are replayed, and a whole table into another,
 * so that a replay may go on from there more than once.
 *
 * Whoever looks at the target keeps looking: its signals, strings, pins and its context are its own.  The
 * copy has the same processes in the same slots with the same generations.
 * Invariant: nothing is shared but the strings, which are one pool for both.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

/* A table of the past: live, but its clock is set by whoever replays into it, and it tells of
 * nothing but that it changed. */
OvProcessTable *
ov_table_new_replayed (const char     *node,
                       OvProcessTable *strings_owner)
{
  OvProcessTable *self = ov_process_table_new (node);

  self->replayed = TRUE;
  self->live = TRUE;
  if (strings_owner != NULL)
    {
      ov_strings_free (self->strings);
      self->strings = strings_owner->strings;
      self->strings_owner = g_object_ref (strings_owner);
    }

  return self;
}

/* The last graves whose places were taken go with a second flush, as they do in life. */
void
ov_table_set_quiet (OvProcessTable *self,
                    gboolean        quiet)
{
  if (!quiet && self->quiet)
    ov_table_flush (self, TRUE);
  self->quiet = quiet;
  if (!quiet)
    ov_table_flush (self, TRUE);
}

void
ov_table_set_clock (OvProcessTable *self,
                    gint64          at_ns)
{
  self->clock_us = MAX (self->clock_us, at_ns / 1000);
}

/* What a frame does in life, between two records. */
void
ov_table_flush_frame (OvProcessTable *self)
{
  if (!self->in_census)
    ov_table_flush (self, FALSE);
}

static GArray *
copy_array (GArray *array)
{
  return array != NULL ? g_array_copy (array) : NULL;
}

static GHashTable *
copy_numbers (GHashTable *table)
{
  GHashTable *copy = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, key, value);

  return copy;
}

/* By &OvPidKey; @copy_value NULL: numbers. */
static GHashTable *
copy_by_key (GHashTable     *table,
             GDestroyNotify  free_value,
             GArray         *(*copy_value) (GArray *array))
{
  GHashTable *copy = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_value);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, g_memdup2 (key, sizeof (OvPidKey)),
                         copy_value != NULL ? copy_value (value) : value);

  return copy;
}

static GHashTable *
copy_set (GHashTable *set)
{
  GHashTable *copy = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (copy, g_memdup2 (key, sizeof (OvPidKey)));

  return copy;
}

static OvBitset *
copy_bitset (const OvBitset *set)
{
  OvBitset *copy = ov_bitset_new ();

  for (guint32 value = ov_bitset_next (set, 0); value != OV_BITSET_END;
       value = ov_bitset_next (set, value + 1))
    ov_bitset_add (copy, value);

  return copy;
}

static void
copy_dues (GQueue       *queue,
           const GQueue *from)
{
  g_queue_init (queue);
  for (const GList *link = from->head; link != NULL; link = link->next)
    g_queue_push_tail (queue, g_memdup2 (link->data, sizeof (OvDue)));
}

/* Neighbours mostly have the same ancestors. */
static void
copy_chains (OvProcessTable *self)
{
  OvChain *last = NULL;
  OvChain *last_copy = NULL;

  self->chains = ov_chain_pool_new ();
  for (guint32 slot = 0; slot < self->n_slots; slot++)
    {
      OvFacts *facts = ov_table_facts (self, slot);

      if (facts->chain == NULL)
        continue;
      if (facts->chain == last)
        last_copy->ref_count++;
      else
        {
          last = facts->chain;
          last_copy = ov_chain_pool_intern (self->chains, last->entries, last->n);
        }
      facts->chain = last_copy;
    }
}

static GHashTable *
copy_memos (GHashTable *memos)
{
  GHashTable *copy;
  GHashTableIter iter;
  gpointer key, value;

  if (memos == NULL)
    return NULL;

  copy = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_iter_init (&iter, memos);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy, key, g_memdup2 (value, sizeof (OvPlaceMemo)));

  return copy;
}

static OvSupervisor *
copy_supervisor (const OvSupervisor *from)
{
  OvSupervisor *copy = g_memdup2 (from, sizeof *from);

  copy->claims = copy_array (from->claims);
  copy->absent = copy_array (from->absent);
  copy->new_claims = copy_array (from->new_claims);
  copy->new_absent = copy_array (from->new_absent);
  copy->vacancies = copy_array (from->vacancies);
  copy->graves = copy_array (from->graves);
  copy->memos = copy_memos (from->memos);

  return copy;
}

/* @self has empty ones. */
static void
copy_supervisors (OvProcessTable *self,
                  OvProcessTable *from)
{
  ov_table_supervisors_init (self);
  for (guint i = 0; i < from->supervisors->len; i++)
    {
      const OvSupervisor *supervisor = from->supervisors->pdata[i];
      OvSupervisor *copy = supervisor != NULL ? copy_supervisor (supervisor) : NULL;

      g_ptr_array_add (self->supervisors, copy);
      if (copy != NULL)
        g_hash_table_insert (self->supervisors_by_key, &copy->key, copy);
    }
  self->reading = from->reading != NULL ? self->supervisors->pdata[from->reading->index] : NULL;

  g_hash_table_unref (self->spare_claims);
  self->spare_claims = copy_by_key (from->spare_claims, (GDestroyNotify) g_array_unref, copy_array);
  g_hash_table_unref (self->masters);
  self->masters = copy_by_key (from->masters, NULL, NULL);
  g_array_unref (self->applications);
  self->applications = copy_array (from->applications);
}

static void
copy_rows (OvProcessTable *self,
           OvProcessTable *from)
{
  self->rows = g_memdup2 (from->rows, from->n_slots_allocated * sizeof (OvProcess));
  self->facts = g_memdup2 (from->facts, from->n_slots_allocated * sizeof (OvFacts));
  self->buckets = g_memdup2 (from->buckets, from->n_buckets * sizeof (guint64));
  self->free_slots = copy_array (from->free_slots);
  self->names = copy_numbers (from->names);
  self->links = copy_array (from->links);
  self->remote_pids = copy_array (from->remote_pids);
  self->links_out = copy_array (from->links_out);
  copy_chains (self);
}

static void
copy_places_and_times (OvProcessTable *self,
                       OvProcessTable *from)
{
  self->pending = copy_array (from->pending);
  self->unsorted = copy_array (from->unsorted);
  self->unsettled = copy_bitset (from->unsettled);
  self->outside = copy_array (from->outside);
  self->active = copy_array (from->active);
  self->was_active = copy_array (from->was_active);
  self->headroom = copy_array (from->headroom);
  self->replaced = copy_array (from->replaced);
  self->dead = copy_array (from->dead);
  self->tombstones = copy_set (from->tombstones);
  self->lifecycle = copy_array (from->lifecycle);
  copy_dues (&self->graves, &from->graves);
  copy_dues (&self->fading, &from->fading);
  copy_dues (&self->renewed, &from->renewed);
  copy_dues (&self->growing, &from->growing);
}

/* What belongs to the object and not to what it shows. */
static void
keep_own (OvProcessTable       *self,
          const OvProcessTable *own)
{
  self->parent_instance = own->parent_instance;
  self->context = own->context;
  self->wakeup = own->wakeup;
  self->timer = own->timer;
  self->timer_due_us = own->timer_due_us;
  self->strings = own->strings;
  self->strings_owner = own->strings_owner;
  self->pins = own->pins;
  self->flushing = own->flushing;
  self->quiet = own->quiet;
}

/* A pin's samples were of the other time. */
static void
restart_pins (GArray *pins)
{
  for (guint i = 0; i < pins->len; i++)
    {
      OvPin *pin = &g_array_index (pins, OvPin, i);

      ov_history_free (pin->history);
      pin->history = ov_history_new ();
    }
}

/* @self becomes what @from is; both have one pool of strings. */
void
ov_table_copy (OvProcessTable *self,
               OvProcessTable *from)
{
  OvProcessTable own;

  g_assert (self->strings == from->strings && self->replayed && from->replayed);

  own = *self;
  own.pins = g_array_ref (self->pins);
  ov_table_clear_contents (self);
  ov_history_free (self->totals);
  g_free (self->life_ring);

  *self = *from;
  keep_own (self, &own);
  copy_rows (self, from);
  copy_supervisors (self, from);
  copy_places_and_times (self, from);
  self->totals = ov_history_copy (from->totals);
  self->life_ring = from->life_ring != NULL
                      ? g_memdup2 (from->life_ring, OV_LIFE_RING * sizeof (OvLifeFact)) : NULL;
  restart_pins (self->pins);
  self->changes = OV_TABLE_STRUCTURE | OV_TABLE_DETAILS | OV_TABLE_FIGURES;
}
