/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records become facts.  Nothing here decides where a process stands; it queues whose facts
 * changed.  Records come from a node and are believed in nothing: an unknown pid, a dead one, one of
 * another node or a record twice is ignored or harmless.
 *
 * Rates: a sweep reports only what changed, so a process that is not in a sweep did nothing since
 * the one before, and a sample's reductions were made since its own last sample or since the
 * previous sweep, whichever is later.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#include <math.h>
#include <string.h>

#define NS_PER_S (1000 * (gint64) 1000000)
/* Samples of one sweep are closer together than this, sweeps are farther apart. */
#define SWEEP_NS (NS_PER_S / 2)
#define MAX_ANCESTORS 64
#define MAX_LINKS_READ 4096
#define GROWTH_SWEEPS 3
/* A mailbox that goes from nothing to two is at work, not in trouble. */
#define GROWTH_FLOOR 5

static void
set_figures (OvProcessTable *self,
             guint32         slot,
             guint64         memory,
             guint64         reductions,
             guint64         mailbox,
             gint64          rate)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  gint64 memory_before = row->memory_bytes != OV_UNKNOWN_U64 ? (gint64) row->memory_bytes : 0;
  gint64 memory_after;

  /* Sums of signed 64 bits must hold whatever a node claims. */
  if (memory != OV_UNKNOWN_U64)
    memory = MIN (memory, G_GUINT64_CONSTANT (1) << 44);
  mailbox = MIN (mailbox, G_GUINT64_CONSTANT (1) << 40);
  memory_after = memory != OV_UNKNOWN_U64 ? (gint64) memory : 0;
  rate = CLAMP (rate, 0, G_GINT64_CONSTANT (1) << 44);

  ov_table_add_to_sums (self, slot, memory_after - memory_before,
                        (gint64) mailbox - (gint64) row->message_queue_len,
                        rate - facts->rate, 0);
  row->memory_bytes = memory;
  row->reductions = reductions;
  row->message_queue_len = mailbox;
  row->reductions_per_s = (float) rate / 1000.0f;
  facts->rate = rate;
}

static void
set_status (OvProcessTable *self,
            guint32         slot,
            OvStatus        status)
{
  OvProcess *row = ov_table_row (self, slot);

  if (status == OV_STATUS_UNKNOWN || row->status == status)
    return;

  row->status = status;
  ov_table_set_mark (self, slot, OV_MARK_SUSPENDED, status == OV_STATUS_SUSPENDED);
}

/* Called with the mailbox of before still in the row. */
static void
note_growth (OvProcessTable *self,
             guint32         slot,
             guint64         mailbox)
{
  const OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);

  if (mailbox <= row->message_queue_len)
    {
      facts->growth = 0;
      ov_table_set_mark (self, slot, OV_MARK_MAILBOX_GROWING, FALSE);
      return;
    }

  if (facts->sampled_ns < self->previous_sweep_ns - SWEEP_NS)
    facts->growth = 0; /* it was not in the sweep before: not in a row */
  if (facts->growth < G_MAXUINT8)
    facts->growth++;
  if (facts->growth < GROWTH_SWEEPS || mailbox < GROWTH_FLOOR)
    return;

  ov_table_set_mark (self, slot, OV_MARK_MAILBOX_GROWING, TRUE);
  if (facts->growth_marks < 100)
    {
      facts->growth_marks++;
      ov_table_fade_mark (self, slot, OV_MARK_MAILBOX_GROWING);
    }
}

/* Rows that were busy in the sweep before and are not in this one have come to rest. */
void
ov_table_end_sweep (OvProcessTable *self,
                    gint64          at_ns)
{
  GArray *resting = self->was_active;

  for (guint i = 0; i < resting->len; i++)
    {
      guint32 slot = g_array_index (resting, guint32, i);
      OvProcess *row = ov_table_row (self, slot);

      if (row->used && row->alive && row->reductions_per_s > 0
          && ov_table_facts (self, slot)->sampled_ns < self->sweep_ns)
        set_figures (self, slot, row->memory_bytes, row->reductions, row->message_queue_len, 0);
    }
  g_array_set_size (resting, 0);
  self->was_active = self->active;
  self->active = resting;
  if (self->sweep_ns != 0)
    ov_table_sample_histories (self, self->sweep_ns);
  self->previous_sweep_ns = self->sweep_ns;
  self->sweep_ns = at_ns;
}

static gint64
rate_since (OvProcessTable *self,
            guint32         slot,
            guint64         reductions,
            gint64          at_ns)
{
  const OvProcess *row = ov_table_row (self, slot);
  gint64 since = MAX (ov_table_facts (self, slot)->sampled_ns, self->previous_sweep_ns);

  if (ov_table_facts (self, slot)->sampled_ns == 0 || since >= at_ns
      || reductions < row->reductions)
    return ov_table_facts (self, slot)->rate;

  return (gint64) ((double) (reductions - row->reductions) * 1000.0
                   * (double) NS_PER_S / (double) (at_ns - since));
}

static void
apply_sample (OvProcessTable *self,
              const OvRecord *record)
{
  guint32 slot = ov_table_find_alive (self, ov_table_key_of (self, &record->pid));
  gint64 at_ns = ov_record_time (record);
  gint64 rate;

  if (slot == OV_SLOT_NONE)
    return;

  if (at_ns > self->sweep_ns + SWEEP_NS)
    ov_table_end_sweep (self, at_ns);

  rate = rate_since (self, slot, record->reductions, at_ns);
  note_growth (self, slot, record->message_queue_len);
  set_status (self, slot, record->status);
  set_figures (self, slot,
               record->memory_bytes != OV_UNKNOWN_U64 ? record->memory_bytes
                                                      : ov_table_row (self, slot)->memory_bytes,
               record->reductions, record->message_queue_len, rate);
  if (ov_table_facts (self, slot)->sampled_ns < self->sweep_ns
      || ov_table_facts (self, slot)->sampled_ns == 0)
    g_array_append_val (self->active, slot);
  ov_table_facts (self, slot)->sampled_ns = at_ns;
  ov_table_note_change (self, OV_TABLE_FIGURES);
}

/* The first entry is the parent; those of other nodes cannot be a place. */
static guint
read_ancestors (OvProcessTable *self,
                const OvRecord *record,
                OvChainEntry   *entries)
{
  OvTermCursor cursor = record->ancestors;
  OvPidKey parent = ov_table_key_of (self, &record->parent);
  guint length = 0;
  guint n = 0;

  if (parent != OV_PID_KEY_NONE)
    entries[n++] = (OvChainEntry) { parent, OV_STRING_NONE };
  else if (record->parent_name.length > 0)
    entries[n++] = (OvChainEntry) { OV_PID_KEY_NONE, ov_table_intern (self, &record->parent_name) };

  if (cursor.at == NULL || !ov_term_cursor_enter_list (&cursor, &length))
    return n;

  for (guint i = 0; i < length && n < MAX_ANCESTORS; i++)
    {
      char scratch[512];
      OvSlice name;
      OvPid pid;

      if (ov_term_cursor_get_pid (&cursor, &pid))
        {
          OvPidKey key = ov_table_key_of (self, &pid);

          if (key != OV_PID_KEY_NONE)
            entries[n++] = (OvChainEntry) { key, OV_STRING_NONE };
        }
      else if (ov_term_cursor_get_atom (&cursor, scratch, &name.text, &name.length))
        entries[n++] = (OvChainEntry) { OV_PID_KEY_NONE, ov_table_intern (self, &name) };
      else if (!ov_term_cursor_skip (&cursor))
        break;
    }

  return n;
}

static void
read_links (OvProcessTable *self,
            const OvRecord *record,
            guint32         slot)
{
  OvTermCursor cursor = record->links;
  OvPid *pids;
  guint length = 0;
  guint n = 0;

  if (cursor.at == NULL || !ov_term_cursor_enter_list (&cursor, &length))
    return;

  length = MIN (length, MAX_LINKS_READ);
  pids = length <= 64 ? g_newa (OvPid, MAX (length, 1)) : g_new (OvPid, length);
  for (guint i = 0; i < length; i++)
    if (ov_term_cursor_get_pid (&cursor, &pids[n]))
      n++;
    else if (!ov_term_cursor_skip (&cursor))
      break;
  ov_table_set_links (self, slot, pids, n);
  if (length > 64)
    g_free (pids);
}

/* A reading of a supervisor says nothing of a process that came after it. */
static void
stamp_sequence (OvProcessTable *self,
                guint32         slot,
                gboolean        born)
{
  if (born)
    self->sequence++;
  ov_table_facts (self, slot)->sequence = self->sequence;
}

static gboolean
may_come_to_life (OvProcessTable *self,
                  const OvRecord *record)
{
  OvPidKey key = ov_pid_key (&record->pid);

  return g_hash_table_size (self->tombstones) == 0
         || !g_hash_table_contains (self->tombstones, &key);
}

/* A pid of another incarnation in a census: the node was started again since. */
static gboolean
is_of_this_node (OvProcessTable *self,
                 const OvRecord *record)
{
  if (record->pid.node == NULL)
    return FALSE;
  if (self->n_used == 0 && self->creation == 0)
    {
      self->node = record->pid.node;
      self->creation = record->pid.creation;
    }
  if (!g_str_equal (record->pid.node, self->node))
    return FALSE;
  if (record->pid.creation == self->creation || record->pid.creation == 0)
    return TRUE;
  if (!self->in_census)
    return FALSE;

  ov_process_table_reset (self);
  self->in_census = TRUE;
  self->creation = record->pid.creation;

  return TRUE;
}

static guint32
add_process (OvProcessTable *self,
             const OvRecord *record,
             gboolean        born)
{
  guint32 slot = ov_table_add_row (self, &record->pid);

  stamp_sequence (self, slot, born);
  ov_table_queue (self, slot);
  ov_table_copy_supervisor (self, slot);
  ov_table_queue_claims (self, slot);
  ov_table_note_change (self, OV_TABLE_STRUCTURE);

  return slot;
}

static void
tell_birth (OvProcessTable *self,
            guint32         slot,
            gint64          at_ns)
{
  ov_table_row (self, slot)->born_ns = at_ns;
  if (!self->live)
    return;

  ov_table_take_seat (self, slot);
  if (ov_table_fill_vacancy (self, slot, at_ns))
    return;

  ov_table_set_mark (self, slot, OV_MARK_BORN, TRUE);
  ov_table_fade_mark (self, slot, OV_MARK_BORN);
  ov_table_tell (self, OV_LIFE_BORN, slot, NULL, OV_SLOT_NONE, OV_SLOT_NONE, at_ns);
}

static void
describe (OvProcessTable *self,
          guint32         slot,
          const OvRecord *record)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  gboolean proc_lib = record->behaviour != OV_BEHAVIOUR_UNKNOWN;
  OvPidKey leader = ov_table_key_of (self, &record->group_leader);

  if (!facts->described || facts->proc_lib != proc_lib || facts->leader != leader)
    ov_table_queue (self, slot);
  if (row->behaviour != record->behaviour)
    ov_table_queue_children (self, slot);

  facts->described = TRUE;
  facts->proc_lib = proc_lib;
  facts->leader = leader;
  row->behaviour = record->behaviour;
  row->trap_exit = record->trap_exit != FALSE;
  row->module = ov_table_intern (self, &record->module);
  row->function = ov_table_intern (self, &record->function);
  row->arity = MIN (record->arity, G_MAXUINT16);
  row->current = ov_table_intern (self, &record->current);
  row->label = ov_table_intern (self, &record->label);
  row->n_links = record->n_links;
  row->n_monitors = record->n_monitors;
  row->n_monitored_by = record->n_monitored_by;
}

static void
apply_process (OvProcessTable *self,
               const OvRecord *record)
{
  OvChainEntry entries[MAX_ANCESTORS + 1];
  gboolean is_new;
  guint32 slot;
  guint n;

  if (!is_of_this_node (self, record))
    return;
  slot = ov_table_find_key (self, ov_pid_key (&record->pid));
  is_new = slot == OV_SLOT_NONE;
  if (is_new ? !may_come_to_life (self, record) : !ov_table_row (self, slot)->alive)
    return; /* this is older than its death */
  if (is_new)
    slot = add_process (self, record, self->had_census);

  n = read_ancestors (self, record, entries);
  ov_table_set_chain (self, slot, entries, n);
  describe (self, slot, record);
  ov_table_set_name (self, slot, ov_table_intern (self, &record->name));
  if (record->n_links != G_MAXUINT32)
    read_links (self, record, slot);
  set_status (self, slot, record->status);
  set_figures (self, slot, record->memory_bytes, record->reductions, record->message_queue_len,
               ov_table_facts (self, slot)->rate);
  ov_table_facts (self, slot)->census = self->census;
  if (is_new || ov_table_facts (self, slot)->sampled_ns == 0)
    ov_table_facts (self, slot)->sampled_ns = ov_record_time (record);
  if (is_new)
    {
      ov_table_take_spare_claims (self, slot);
      if (self->had_census)
        tell_birth (self, slot, ov_record_time (record));
    }
  ov_table_note_change (self, OV_TABLE_DETAILS | OV_TABLE_FIGURES);
}

static void
apply_birth (OvProcessTable *self,
             const OvRecord *record)
{
  OvPidKey parent;
  guint32 slot;

  if (!is_of_this_node (self, record))
    return;
  slot = ov_table_find_key (self, ov_pid_key (&record->pid));
  if (slot != OV_SLOT_NONE)
    {
      if (ov_table_row (self, slot)->born_ns == 0)
        ov_table_row (self, slot)->born_ns = ov_record_time (record);
      return;
    }

  slot = add_process (self, record, TRUE);
  ov_table_row (self, slot)->module = ov_table_intern (self, &record->module);
  ov_table_row (self, slot)->function = ov_table_intern (self, &record->function);
  ov_table_row (self, slot)->arity = MIN (record->arity, G_MAXUINT16);
  ov_table_facts (self, slot)->census = self->census;
  parent = ov_table_key_of (self, &record->parent);
  if (parent != OV_PID_KEY_NONE)
    ov_table_set_chain (self, slot, &(OvChainEntry) { parent, OV_STRING_NONE }, 1);
  ov_table_take_spare_claims (self, slot);
  tell_birth (self, slot, ov_record_time (record));
}

/* The row becomes a grave: it keeps its place and its last figures, but counts no more. */
void
ov_table_end_process (OvProcessTable *self,
                      guint32         slot,
                      guint32         reason,
                      gint64          at_ns)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  OvPidKey key = ov_pid_key (&row->pid);
  gboolean quiet;

  row->reason = reason;
  row->died_ns = at_ns;
  quiet = ov_reason_is_quiet (ov_strings_get (self->strings, reason));
  ov_table_note_vacancy (self, slot, at_ns);
  ov_table_add_to_sums (self, slot,
                        row->memory_bytes != OV_UNKNOWN_U64 ? -(gint64) row->memory_bytes : 0,
                        -(gint64) row->message_queue_len, -facts->rate, -1);
  facts->rate = 0;
  row->alive = FALSE;
  self->n_alive--;
  if (row->name != OV_STRING_NONE && ov_table_find_named (self, row->name) == slot)
    g_hash_table_remove (self->names, GUINT_TO_POINTER (row->name)); /* the row still shows it */
  if (self->live)
    ov_table_tell (self, OV_LIFE_DIED, slot, NULL, OV_SLOT_NONE, row->parent, at_ns);

  ov_table_forget_supervisor (self, key);
  ov_table_set_mark (self, slot, quiet ? OV_MARK_DIED : OV_MARK_CRASHED, TRUE);
  ov_table_queue_children (self, slot);
  ov_bitset_remove (self->unsettled, slot);
  self->structure_changed = TRUE;
  if (facts->master)
    self->applications_stale = TRUE;
  ov_table_bury (self, slot);
  ov_table_note_change (self, OV_TABLE_STRUCTURE | OV_TABLE_DETAILS);
}

static void
apply_death (OvProcessTable *self,
             const OvRecord *record)
{
  OvPidKey key = ov_table_key_of (self, &record->pid);
  guint32 slot = ov_table_find_key (self, key);

  if (slot == OV_SLOT_NONE)
    {
      if (self->in_census && key != OV_PID_KEY_NONE)
        g_hash_table_add (self->tombstones, g_memdup2 (&key, sizeof key));
      return;
    }

  if (ov_table_row (self, slot)->alive)
    ov_table_end_process (self, slot, ov_table_intern (self, &record->reason), ov_record_time (record));
  else if (ov_table_row (self, slot)->reason == OV_STRING_NONE && record->reason.length > 0)
    {
      /* The sweep saw it gone before the reason came. */
      guint32 reason = ov_table_intern (self, &record->reason);

      ov_table_row (self, slot)->reason = reason;
      if (!ov_reason_is_quiet (ov_strings_get (self->strings, reason)))
        ov_table_set_mark (self, slot, OV_MARK_CRASHED, TRUE);
      ov_table_note_change (self, OV_TABLE_DETAILS);
    }
}

static void
apply_name (OvProcessTable *self,
            const OvRecord *record)
{
  guint32 slot = ov_table_find_alive (self, ov_table_key_of (self, &record->pid));
  guint32 name = ov_table_intern (self, &record->name);

  if (slot == OV_SLOT_NONE)
    return;
  if (record->gained)
    ov_table_set_name (self, slot, name);
  else if (ov_table_row (self, slot)->name == name)
    ov_table_set_name (self, slot, OV_STRING_NONE);
}

static void
apply_link (OvProcessTable *self,
            const OvRecord *record)
{
  const OvPid *ends[2][2] = { { &record->pid, &record->other }, { &record->other, &record->pid } };

  for (guint i = 0; i < 2; i++)
    {
      guint32 slot = ov_table_find_alive (self, ov_table_key_of (self, ends[i][0]));

      if (slot != OV_SLOT_NONE
          && ov_table_change_link (self, slot, ends[i][1], record->gained != FALSE))
        {
          ov_table_queue (self, slot);
          ov_table_note_change (self, OV_TABLE_DETAILS);
        }
    }
}

static void
apply_application (OvProcessTable *self,
                   const OvRecord *record)
{
  OvPidKey key = ov_table_key_of (self, &record->pid);
  guint32 name = ov_table_intern (self, &record->name);
  guint32 slot = ov_table_find_key (self, key);

  if (key == OV_PID_KEY_NONE || name == OV_STRING_NONE)
    return; /* a library application has no master */
  if (slot != OV_SLOT_NONE && !ov_table_row (self, slot)->alive)
    return;

  g_hash_table_replace (self->masters, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (name));
  self->applications_stale = TRUE;
  self->structure_changed = TRUE;
  if (slot != OV_SLOT_NONE)
    {
      ov_table_facts (self, slot)->master = TRUE;
      ov_table_queue (self, slot);
    }
  ov_table_note_change (self, OV_TABLE_STRUCTURE);
}

/* The node's own figures are OvNode's; here they are the beat of the sweeps. */
static void
apply_node (OvProcessTable *self,
            const OvRecord *record)
{
  gint64 at_ns = ov_record_time (record);

  if (at_ns > self->sweep_ns + SWEEP_NS)
    ov_table_end_sweep (self, at_ns);
}

static void
ignore (OvProcessTable *self,
        const OvRecord *record)
{
}

static void (*const appliers[]) (OvProcessTable *, const OvRecord *) = {
  [OV_RECORD_PROCESS] = apply_process,
  [OV_RECORD_SAMPLE] = apply_sample,
  [OV_RECORD_BIRTH] = apply_birth,
  [OV_RECORD_DEATH] = apply_death,
  [OV_RECORD_NAME] = apply_name,
  [OV_RECORD_LINK] = apply_link,
  [OV_RECORD_SUPERVISOR] = ov_table_apply_supervisor,
  [OV_RECORD_CHILD] = ov_table_apply_child,
  [OV_RECORD_APPLICATION] = apply_application,
  [OV_RECORD_NODE] = apply_node,
  [OV_RECORD_CENSUS_DONE] = ignore, /* told by ov_process_table_end_census() */
  [OV_RECORD_GAP] = ignore,         /* OvNode takes another census */
};

/**
 * ov_process_table_apply:
 * @self: a table
 * @record: what the probe said
 *
 * Takes the facts of one record. Places and signals follow at most a frame later, or at once with
 * ov_process_table_flush().
 */
void
ov_process_table_apply (OvProcessTable *self,
                        const OvRecord *record)
{
  g_return_if_fail (OV_IS_PROCESS_TABLE (self));
  g_return_if_fail (record != NULL);

  if (record->type >= G_N_ELEMENTS (appliers))
    return;

  if (self->reading != NULL && record->type != OV_RECORD_CHILD)
    ov_table_end_reading (self);
  appliers[record->type] (self, record);
}
