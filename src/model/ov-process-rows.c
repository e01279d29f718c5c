/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the facts are kept: rows in slots, slots by pid, names, ancestors and links.
 *
 * The pid index is an open-addressed array of slots; beside a slot stands the number of its pid,
 * so that nearly all comparisons stay in the index.  Eight pids in a row stand together, as
 * they are asked for together; where, is salted, so that no node can choose pids that collide.
 * Links of all rows share one arena of 8-byte keys; a pid of another node is a number into
 * remote_pids, marked by a serial that no local pid can have.
 * Invariants: a used row is in the index exactly once; row.link_start … + link_capacity belong to
 * that row alone; names maps a name to the one live row that has it.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#include <string.h>

#define MIN_BUCKETS 64
#define REMOTE_SERIAL 0xffffffffu
#define MAX_LINKS 4096
/* A node that makes up strings for ever must not fill this program. */
#define MAX_STRINGS (4u << 20)

static guint32
bucket_of (OvProcessTable *self,
           OvPidKey        key)
{
  guint64 mixed = ((key >> 3) ^ self->salt) * 11400714819323198485u;

  mixed = (mixed ^ (mixed >> 29)) * 13787848793156543929u;

  return ((guint32) (mixed >> 32) + (guint32) (key & 7)) & (self->n_buckets - 1);
}

static guint32
slot_in_bucket (OvProcessTable *self,
                guint32         bucket)
{
  return (guint32) self->buckets[bucket] - 1;
}

static OvPidKey
key_in_bucket (OvProcessTable *self,
               guint32         bucket)
{
  return ov_pid_key (&ov_table_row (self, slot_in_bucket (self, bucket))->pid);
}

static void
insert_bucket (OvProcessTable *self,
               OvPidKey        key,
               guint32         slot)
{
  guint32 bucket = bucket_of (self, key);

  while (self->buckets[bucket] != 0)
    bucket = (bucket + 1) & (self->n_buckets - 1);
  self->buckets[bucket] = key << 32 | (slot + 1);
}

static void
grow_buckets (OvProcessTable *self)
{
  guint64 *old = self->buckets;
  guint32 n_old = self->n_buckets;

  self->n_buckets *= 2;
  self->buckets = g_new0 (guint64, self->n_buckets);
  for (guint32 i = 0; i < n_old; i++)
    if (old[i] != 0)
      {
        guint32 slot = (guint32) old[i] - 1;

        insert_bucket (self, ov_pid_key (&ov_table_row (self, slot)->pid), slot);
      }
  g_free (old);
}

/* Closes the gap, so that no look-up stops short. */
static void
remove_bucket (OvProcessTable *self,
               OvPidKey        key)
{
  guint32 mask = self->n_buckets - 1;
  guint32 gap = bucket_of (self, key);
  guint32 next;

  while (self->buckets[gap] == 0 || key_in_bucket (self, gap) != key)
    gap = (gap + 1) & mask;

  for (next = (gap + 1) & mask; self->buckets[next] != 0; next = (next + 1) & mask)
    {
      guint32 home = bucket_of (self, key_in_bucket (self, next));

      if (((next - home) & mask) >= ((next - gap) & mask))
        {
          self->buckets[gap] = self->buckets[next];
          gap = next;
        }
    }
  self->buckets[gap] = 0;
}

void
ov_table_rows_init (OvProcessTable *self)
{
  self->free_slots = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->n_buckets = MIN_BUCKETS;
  self->buckets = g_new0 (guint64, self->n_buckets);
  self->salt = (guint64) g_random_int () << 32 | g_random_int ();
  self->names = g_hash_table_new (NULL, NULL);
  self->chains = ov_chain_pool_new ();
  self->links = g_array_new (FALSE, FALSE, sizeof (OvPidKey));
  self->remote_pids = g_array_new (FALSE, FALSE, sizeof (OvPid));
  self->links_out = g_array_new (FALSE, FALSE, sizeof (OvPid));
}

void
ov_table_rows_clear (OvProcessTable *self)
{
  g_clear_pointer (&self->rows, g_free);
  g_clear_pointer (&self->facts, g_free);
  self->n_slots = self->n_slots_allocated = 0;
  g_clear_pointer (&self->free_slots, g_array_unref);
  g_clear_pointer (&self->buckets, g_free);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->chains, g_hash_table_unref);
  g_clear_pointer (&self->links, g_array_unref);
  g_clear_pointer (&self->remote_pids, g_array_unref);
  g_clear_pointer (&self->links_out, g_array_unref);
}

OvPidKey
ov_table_key_of (OvProcessTable *self,
                 const OvPid    *pid)
{
  if (pid->node == NULL || (pid->node != self->node && !g_str_equal (pid->node, self->node)))
    return OV_PID_KEY_NONE;
  if (pid->creation != 0 && self->creation != 0 && pid->creation != self->creation)
    return OV_PID_KEY_NONE;

  return ov_pid_key (pid);
}

guint32
ov_table_find_key (OvProcessTable *self,
                   OvPidKey        key)
{
  guint32 bucket;

  if (key == OV_PID_KEY_NONE)
    return OV_SLOT_NONE;

  for (bucket = bucket_of (self, key); self->buckets[bucket] != 0;
       bucket = (bucket + 1) & (self->n_buckets - 1))
    if (self->buckets[bucket] >> 32 == (key & G_MAXUINT32)
        && key_in_bucket (self, bucket) == key)
      return slot_in_bucket (self, bucket);

  return OV_SLOT_NONE;
}

guint32
ov_table_find_alive (OvProcessTable *self,
                     OvPidKey        key)
{
  guint32 slot = ov_table_find_key (self, key);

  return slot != OV_SLOT_NONE && ov_table_row (self, slot)->alive ? slot : OV_SLOT_NONE;
}

/* New slots are all zero.  Growing by an eighth wastes less than doubling, and moving so much
 * memory is remapping it. */
void
ov_table_grow (OvProcessTable *self,
               guint32         n_slots)
{
  if (n_slots > self->n_slots_allocated)
    {
      guint32 n = MAX (n_slots, self->n_slots_allocated + self->n_slots_allocated / 8 + 64);

      self->rows = g_renew (OvProcess, self->rows, n);
      self->facts = g_renew (OvFacts, self->facts, n);
      memset (self->rows + self->n_slots_allocated, 0,
              (n - self->n_slots_allocated) * sizeof (OvProcess));
      memset (self->facts + self->n_slots_allocated, 0,
              (n - self->n_slots_allocated) * sizeof (OvFacts));
      self->n_slots_allocated = n;
    }
  self->n_slots = n_slots;
}

static guint32
take_slot (OvProcessTable *self)
{
  guint32 slot;

  if (self->free_slots->len > 0)
    {
      slot = g_array_index (self->free_slots, guint32, self->free_slots->len - 1);
      g_array_set_size (self->free_slots, self->free_slots->len - 1);
      return slot;
    }

  slot = self->n_slots;
  ov_table_grow (self, slot + 1);

  return slot;
}

static void
init_row (OvProcess   *row,
          OvFacts     *facts,
          const OvPid *pid)
{
  guint32 generation = row->generation;

  memset (row, 0, sizeof *row);
  row->generation = generation;
  row->pid = *pid;
  row->used = TRUE;
  row->alive = TRUE;
  row->answer = OV_ANSWER_PENDING;
  row->memory_bytes = OV_UNKNOWN_U64;
  row->parent = row->first_child = row->last_child = OV_SLOT_NONE;
  row->previous = row->next = OV_SLOT_NONE;
  row->related = OV_PID_NONE;

  memset (facts, 0, sizeof *facts);
  facts->leader = OV_PID_KEY_NONE;
  facts->supervisor = facts->claim = OV_INDEX_NONE;
  facts->order = facts->inherited_order = OV_ORDER_NONE;
  facts->n_sum = 1;
}

/* One that goes back in time gives slots anew, and not always as before: there a generation is the
 * process, so that what refers to a row never finds another one's. */
static guint32
generation_of (const OvPid *pid)
{
  guint64 mixed = (ov_pid_key (pid) ^ (guint64) pid->creation << 17) * 11400714819323198485u;

  return (guint32) (mixed >> 32) ^ (guint32) mixed;
}

/* The row is alive, knows nothing but its pid, and waits for a place. */
guint32
ov_table_add_row (OvProcessTable *self,
                  const OvPid    *pid)
{
  OvPidKey key = ov_pid_key (pid);
  guint32 slot = take_slot (self);

  init_row (ov_table_row (self, slot), ov_table_facts (self, slot), pid);
  ov_table_row (self, slot)->pid.node = self->node;
  if (self->replayed)
    ov_table_row (self, slot)->generation = generation_of (pid);
  ov_table_facts (self, slot)->seat = key;
  ov_table_facts (self, slot)->master = g_hash_table_contains (self->masters, &key);

  if ((self->n_used + 1) * 2 > self->n_buckets)
    grow_buckets (self);
  insert_bucket (self, key, slot);
  self->n_used++;
  self->n_alive++;
  if (ov_table_facts (self, slot)->master)
    self->applications_stale = TRUE;

  return slot;
}

/* Of a row that stands nowhere any more. */
void
ov_table_free_row (OvProcessTable *self,
                   guint32         slot)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);

  g_assert (row->used && row->first_child == OV_SLOT_NONE);

  remove_bucket (self, ov_pid_key (&row->pid));
  self->n_used--;
  if (row->alive)
    self->n_alive--;
  ov_chain_pool_drop (self->chains, g_steal_pointer (&facts->chain));
  self->n_links_dead += facts->link_capacity;
  ov_bitset_remove (self->unsettled, slot);

  {
    guint32 generation = row->generation;

    memset (row, 0, sizeof *row);
    memset (facts, 0, sizeof *facts);
    row->generation = generation + 1;
    row->parent = row->first_child = row->last_child = OV_SLOT_NONE;
    row->previous = row->next = OV_SLOT_NONE;
  }
  g_array_append_val (self->free_slots, slot);
}

guint32
ov_table_intern (OvProcessTable *self,
                 const OvSlice  *text)
{
  if (text->length == 0)
    return OV_STRING_NONE;
  if (ov_strings_get_size (self->strings) >= MAX_STRINGS)
    {
      g_autofree char *copy = g_strndup (text->text, text->length);
      guint32 known = ov_strings_find (self->strings, copy);

      return known != OV_STRING_NONE ? known : ov_strings_intern (self->strings, "…");
    }

  return ov_strings_intern_len (self->strings, text->text, text->length);
}

guint32
ov_table_find_named (OvProcessTable *self,
                     guint32         name)
{
  gpointer slot = name != OV_STRING_NONE
                    ? g_hash_table_lookup (self->names, GUINT_TO_POINTER (name)) : NULL;

  return slot != NULL ? GPOINTER_TO_UINT (slot) - 1 : OV_SLOT_NONE;
}

/* A name has one owner; taking it from another is giving it up there. */
void
ov_table_set_name (OvProcessTable *self,
                   guint32         slot,
                   guint32         name)
{
  OvProcess *row = ov_table_row (self, slot);
  guint32 owner = ov_table_find_named (self, name);

  if (row->name == name && owner == (name != OV_STRING_NONE ? slot : OV_SLOT_NONE))
    return;

  if (row->name != OV_STRING_NONE && ov_table_find_named (self, row->name) == slot)
    {
      g_hash_table_remove (self->names, GUINT_TO_POINTER (row->name));
      ov_table_queue_children (self, slot);
    }
  if (owner != OV_SLOT_NONE && owner != slot)
    {
      ov_table_row (self, owner)->name = OV_STRING_NONE;
      ov_table_queue_children (self, owner);
    }

  row->name = name;
  if (name != OV_STRING_NONE)
    g_hash_table_insert (self->names, GUINT_TO_POINTER (name), GUINT_TO_POINTER (slot + 1));
  self->structure_changed = TRUE; /* somebody may wait for an ancestor of that name */
  ov_table_note_change (self, OV_TABLE_DETAILS);
}

void
ov_table_set_chain (OvProcessTable     *self,
                    guint32             slot,
                    const OvChainEntry *entries,
                    guint               n)
{
  OvFacts *facts = ov_table_facts (self, slot);
  OvChain *chain = ov_chain_pool_intern (self->chains, entries, n);

  if (chain != facts->chain)
    ov_table_queue (self, slot);
  ov_chain_pool_drop (self->chains, facts->chain);
  facts->chain = chain;
}

/* Moves the links of all rows together; once half of the arena is nobody's. */
static void
compact_links (OvProcessTable *self)
{
  GArray *kept = g_array_sized_new (FALSE, FALSE, sizeof (OvPidKey), self->links->len / 2 + 1);

  for (guint32 slot = 0; slot < self->n_slots; slot++)
    {
      OvProcess *row = ov_table_row (self, slot);
      OvFacts *facts = ov_table_facts (self, slot);

      if (!row->used || facts->link_count == 0)
        {
          facts->link_capacity = 0;
          continue;
        }
      g_array_append_vals (kept, &g_array_index (self->links, OvPidKey, row->link_start),
                           facts->link_count);
      row->link_start = kept->len - facts->link_count;
      facts->link_capacity = facts->link_count;
    }
  g_array_unref (self->links);
  self->links = kept;
  self->n_links_dead = 0;
}

static void
reserve_links (OvProcessTable *self,
               guint32         slot,
               guint           n)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  guint32 start = self->links->len;

  if (facts->link_capacity >= n)
    return;

  g_array_set_size (self->links, start + n);
  if (facts->link_count > 0)
    memcpy (&g_array_index (self->links, OvPidKey, start),
            &g_array_index (self->links, OvPidKey, row->link_start),
            facts->link_count * sizeof (OvPidKey));
  self->n_links_dead += facts->link_capacity;
  row->link_start = start;
  facts->link_capacity = n;
  if (self->n_links_dead > 65536 && self->n_links_dead > self->links->len / 2)
    {
      guint16 count = facts->link_count;

      facts->link_count = n; /* what was reserved counts as used while moving */
      compact_links (self);
      facts->link_count = count;
    }
}

static OvPidKey
link_key (OvProcessTable *self,
          const OvPid    *pid)
{
  OvPidKey key = ov_table_key_of (self, pid);

  if (key != OV_PID_KEY_NONE)
    return pid->serial != REMOTE_SERIAL ? key : OV_PID_KEY_NONE;

  for (guint i = 0; i < self->remote_pids->len; i++)
    if (ov_pid_equal (&g_array_index (self->remote_pids, OvPid, i), pid))
      return ((OvPidKey) REMOTE_SERIAL << 32) | i;
  if (self->remote_pids->len >= 4096)
    return OV_PID_KEY_NONE; /* beyond that, links to other nodes are only counted */

  g_array_append_val (self->remote_pids, *pid);
  return ((OvPidKey) REMOTE_SERIAL << 32) | (self->remote_pids->len - 1);
}

void
ov_table_set_links (OvProcessTable *self,
                    guint32         slot,
                    const OvPid    *pids,
                    guint           n)
{
  OvFacts *facts = ov_table_facts (self, slot);
  gboolean changed = FALSE;
  guint count = 0;

  n = MIN (n, MAX_LINKS);
  reserve_links (self, slot, n);
  for (guint i = 0; i < n; i++)
    {
      OvPidKey key = link_key (self, &pids[i]);
      OvPidKey *at;

      if (key == OV_PID_KEY_NONE)
        continue;
      at = &g_array_index (self->links, OvPidKey, ov_table_row (self, slot)->link_start + count);
      changed |= count >= facts->link_count || *at != key;
      *at = key;
      count++;
    }
  changed |= count != facts->link_count;
  facts->link_count = count;
  if (changed)
    ov_table_queue (self, slot);
}

static int
find_link (OvProcessTable *self,
           guint32         slot,
           OvPidKey        key)
{
  guint32 start = ov_table_row (self, slot)->link_start;

  for (guint i = 0; i < ov_table_facts (self, slot)->link_count; i++)
    if (g_array_index (self->links, OvPidKey, start + i) == key)
      return i;

  return -1;
}

gboolean
ov_table_is_linked (OvProcessTable *self,
                    guint32         slot,
                    OvPidKey        other)
{
  return find_link (self, slot, other) >= 0;
}

gboolean
ov_table_change_link (OvProcessTable *self,
                      guint32         slot,
                      const OvPid    *other,
                      gboolean        gained)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  OvPidKey key = link_key (self, other);
  int index = key != OV_PID_KEY_NONE ? find_link (self, slot, key) : -1;

  if (key == OV_PID_KEY_NONE || gained == (index >= 0))
    return FALSE;

  if (gained)
    {
      if (facts->link_count >= MAX_LINKS)
        return FALSE;
      if (facts->link_count == facts->link_capacity)
        reserve_links (self, slot, MAX (2, facts->link_capacity * 2u));
      g_array_index (self->links, OvPidKey, row->link_start + facts->link_count) = key;
      facts->link_count++;
      row->n_links += row->n_links != G_MAXUINT32;
    }
  else
    {
      facts->link_count--;
      g_array_index (self->links, OvPidKey, row->link_start + index) =
        g_array_index (self->links, OvPidKey, row->link_start + facts->link_count);
      row->n_links -= row->n_links > 0 && row->n_links != G_MAXUINT32;
    }

  return TRUE;
}

/**
 * ov_process_table_get_links:
 * @self: a table
 * @slot: a used slot
 * @n: (out): how many
 *
 * At most 4,096 links of a process are kept; `n_links` of the row counts them all.
 *
 * Returns: (transfer none) (array length=n): the pids it is linked to, valid until the next call
 */
const OvPid *
ov_process_table_get_links (OvProcessTable *self,
                            guint32         slot,
                            guint          *n)
{
  const OvProcess *row;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);
  g_return_val_if_fail (n != NULL, NULL);

  *n = 0;
  row = ov_process_table_get_row (self, slot);
  if (row == NULL)
    return NULL;

  g_array_set_size (self->links_out, 0);
  for (guint i = 0; i < ov_table_facts (self, slot)->link_count; i++)
    {
      OvPidKey key = g_array_index (self->links, OvPidKey, row->link_start + i);
      OvPid pid = { self->node, (guint32) key, (guint32) (key >> 32), row->pid.creation };

      if (pid.serial == REMOTE_SERIAL)
        pid = g_array_index (self->remote_pids, OvPid, pid.id);
      g_array_append_val (self->links_out, pid);
    }
  *n = self->links_out->len;

  return (const OvPid *) (gpointer) self->links_out->data;
}
