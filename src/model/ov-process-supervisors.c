/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What supervisors say of their children: claims, which decide before anything else.
 *
 *   SUPERVISOR record ──► READING ── as many CHILD records as it has children ──► READ
 *                            └───────── a record of another kind, a flush ───────► READ
 *
 * While reading, the last answer goes on counting, so that nothing moves for a moment.
 * A process that two supervisors list belongs to the one with the lower pid; the other's claim,
 * like a claim on a process that was not reported yet, is spare until it may count.
 * Invariant: facts.supervisor/claim of a row name a claim on it, or neither is set; every other
 * claim on a local pid is in spare_claims.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

static void
supervisor_free (gpointer data)
{
  OvSupervisor *self = data;

  if (self == NULL)
    return;

  g_clear_pointer (&self->claims, g_array_unref);
  g_clear_pointer (&self->absent, g_array_unref);
  g_clear_pointer (&self->new_claims, g_array_unref);
  g_clear_pointer (&self->new_absent, g_array_unref);
  g_clear_pointer (&self->vacancies, g_array_unref);
  g_clear_pointer (&self->graves, g_array_unref);
  g_clear_pointer (&self->memos, g_hash_table_unref);
  g_free (self);
}

void
ov_table_supervisors_init (OvProcessTable *self)
{
  self->supervisors = g_ptr_array_new_with_free_func (supervisor_free);
  self->supervisors_by_key = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->spare_claims = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                              (GDestroyNotify) g_array_unref);
  self->masters = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->applications = g_array_new (FALSE, FALSE, sizeof (OvApplication));
}

void
ov_table_supervisors_clear (OvProcessTable *self)
{
  self->reading = NULL;
  g_clear_pointer (&self->supervisors_by_key, g_hash_table_unref);
  g_clear_pointer (&self->supervisors, g_ptr_array_unref);
  g_clear_pointer (&self->spare_claims, g_hash_table_unref);
  g_clear_pointer (&self->masters, g_hash_table_unref);
  g_clear_pointer (&self->applications, g_array_unref);
}

OvSupervisor *
ov_table_find_supervisor (OvProcessTable *self,
                          OvPidKey        key)
{
  return g_hash_table_lookup (self->supervisors_by_key, &key);
}

static guint32
take_index (OvProcessTable *self)
{
  for (guint32 i = self->supervisors->len; i-- > 0 && self->supervisors->len - i < 16;)
    if (self->supervisors->pdata[i] == NULL)
      return i;

  g_ptr_array_add (self->supervisors, NULL);
  return self->supervisors->len - 1;
}

OvSupervisor *
ov_table_get_supervisor (OvProcessTable *self,
                         OvPidKey        key)
{
  OvSupervisor *supervisor = ov_table_find_supervisor (self, key);

  if (supervisor != NULL)
    return supervisor;

  supervisor = g_new0 (OvSupervisor, 1);
  supervisor->key = key;
  supervisor->answer = OV_ANSWER_PENDING;
  supervisor->index = take_index (self);
  supervisor->claims = g_array_new (FALSE, FALSE, sizeof (OvClaim));
  supervisor->absent = g_array_new (FALSE, FALSE, sizeof (OvAbsentChild));
  self->supervisors->pdata[supervisor->index] = supervisor;
  g_hash_table_insert (self->supervisors_by_key, &supervisor->key, supervisor);

  return supervisor;
}

/* Did the last answer name every child there was? */
gboolean
ov_supervisor_is_complete (const OvSupervisor *self)
{
  return self->read && self->claims->len + self->absent->len >= self->n_children;
}

OvSupervisor *
ov_table_get_lister (OvProcessTable *self,
                     guint32         slot)
{
  guint32 index = ov_table_facts (self, slot)->supervisor;

  return index != OV_INDEX_NONE ? self->supervisors->pdata[index] : NULL;
}

static void
add_spare (OvProcessTable *self,
           OvPidKey        child,
           guint32         supervisor,
           guint32         claim)
{
  GArray *spares = g_hash_table_lookup (self->spare_claims, &child);
  OvSpareClaim spare = { supervisor, claim };

  if (spares == NULL)
    {
      spares = g_array_new (FALSE, FALSE, sizeof (OvSpareClaim));
      g_hash_table_insert (self->spare_claims, g_memdup2 (&child, sizeof child), spares);
    }
  g_array_append_val (spares, spare);
}

static void
remove_spare (OvProcessTable *self,
              OvPidKey        child,
              guint32         supervisor)
{
  GArray *spares = g_hash_table_lookup (self->spare_claims, &child);

  for (guint i = 0; spares != NULL && i < spares->len; i++)
    if (g_array_index (spares, OvSpareClaim, i).supervisor == supervisor)
      {
        g_array_remove_index_fast (spares, i);
        break;
      }
  if (spares != NULL && spares->len == 0)
    g_hash_table_remove (self->spare_claims, &child);
}

/* The claim counts if the row is there and no supervisor with a lower pid has one. */
static void
make_claim (OvProcessTable *self,
            OvSupervisor   *supervisor,
            guint32         index)
{
  const OvClaim *claim = &g_array_index (supervisor->claims, OvClaim, index);
  guint32 slot = ov_table_find_key (self, claim->child);
  OvSupervisor *rival;
  OvFacts *facts;

  if (slot == OV_SLOT_NONE)
    {
      add_spare (self, claim->child, supervisor->index, index);
      return;
    }

  facts = ov_table_facts (self, slot);
  rival = ov_table_get_lister (self, slot);
  if (rival == supervisor)
    return; /* listed twice by the same: once is enough */
  if (rival != NULL && rival->key < supervisor->key)
    {
      add_spare (self, claim->child, supervisor->index, index);
      return;
    }

  if (rival != NULL)
    add_spare (self, claim->child, rival->index, facts->claim);
  facts->supervisor = supervisor->index;
  facts->claim = index;
  ov_table_queue (self, slot);
  ov_table_note_claim (self, supervisor, claim, slot);
}

void
ov_table_take_spare_claims (OvProcessTable *self,
                            guint32         slot)
{
  OvPidKey child = ov_pid_key (&ov_table_row (self, slot)->pid);
  GArray *spares = g_hash_table_lookup (self->spare_claims, &child);
  g_autoptr (GArray) taken = NULL;

  if (spares == NULL)
    return;

  taken = g_array_ref (spares);
  g_hash_table_remove (self->spare_claims, &child);
  for (guint i = 0; i < taken->len; i++)
    {
      OvSpareClaim spare = g_array_index (taken, OvSpareClaim, i);

      make_claim (self, self->supervisors->pdata[spare.supervisor], spare.claim);
    }
}

static void
withdraw_claims (OvProcessTable *self,
                 OvSupervisor   *supervisor,
                 GArray         *claims)
{
  for (guint i = 0; i < claims->len; i++)
    {
      OvPidKey child = g_array_index (claims, OvClaim, i).child;
      guint32 slot = ov_table_find_key (self, child);

      if (slot == OV_SLOT_NONE || ov_table_facts (self, slot)->supervisor != supervisor->index)
        {
          remove_spare (self, child, supervisor->index);
          continue;
        }
      ov_table_facts (self, slot)->supervisor = OV_INDEX_NONE;
      ov_table_facts (self, slot)->claim = OV_INDEX_NONE;
      ov_table_queue (self, slot);
      ov_table_take_spare_claims (self, slot);
    }
}

/* A dynamic supervisor's children are all alike: they have no ids. */
static void
note_template (OvProcessTable *self,
               OvSupervisor   *supervisor)
{
  guint32 undefined = ov_strings_find (self->strings, "undefined");
  gboolean alike = supervisor->claims->len > 0 && undefined != OV_STRING_NONE;

  for (guint i = 0; alike && i < supervisor->claims->len; i++)
    alike = g_array_index (supervisor->claims, OvClaim, i).id == undefined;

  supervisor->dynamic = alike || supervisor->strategy == OV_STRATEGY_SIMPLE_ONE_FOR_ONE;
  if (supervisor->dynamic && supervisor->claims->len > 0)
    {
      const OvClaim *first = &g_array_index (supervisor->claims, OvClaim, 0);

      supervisor->template_id = first->id;
      if (supervisor->template_restart == OV_RESTART_UNKNOWN)
        supervisor->template_restart = first->restart;
    }
}

/* What was read becomes what counts. */
void
ov_table_end_reading (OvProcessTable *self)
{
  OvSupervisor *supervisor = g_steal_pointer (&self->reading);
  g_autoptr (GArray) old = NULL;
  guint32 slot;

  if (supervisor == NULL)
    return;

  old = g_steal_pointer (&supervisor->claims);
  supervisor->claims = g_steal_pointer (&supervisor->new_claims);
  g_array_unref (supervisor->absent);
  supervisor->absent = g_steal_pointer (&supervisor->new_absent);
  supervisor->reading = FALSE;
  supervisor->read = TRUE;

  withdraw_claims (self, supervisor, old);
  note_template (self, supervisor);
  for (guint i = 0; i < supervisor->claims->len; i++)
    make_claim (self, supervisor, i);

  slot = ov_table_find_key (self, supervisor->key);
  if (slot != OV_SLOT_NONE)
    ov_table_queue_children (self, slot);
  ov_table_note_change (self, OV_TABLE_DETAILS);
}

void
ov_table_copy_supervisor (OvProcessTable *self,
                          guint32         slot)
{
  OvProcess *row = ov_table_row (self, slot);
  OvSupervisor *supervisor = ov_table_find_supervisor (self, ov_pid_key (&row->pid));

  if (supervisor == NULL)
    return;

  row->answer = supervisor->answer;
  row->strategy = supervisor->strategy;
  row->intensity = supervisor->intensity;
  row->period_s = supervisor->period_s;
  ov_table_set_mark (self, slot, OV_MARK_NOT_ANSWERING, supervisor->answer == OV_ANSWER_NONE);
}

/* Claims of a supervisor that came before its row count from now on. */
void
ov_table_queue_claims (OvProcessTable *self,
                       guint32         slot)
{
  OvSupervisor *supervisor =
    ov_table_find_supervisor (self, ov_pid_key (&ov_table_row (self, slot)->pid));

  for (guint i = 0; supervisor != NULL && i < supervisor->claims->len; i++)
    {
      guint32 child = ov_table_find_key (self,
                                         g_array_index (supervisor->claims, OvClaim, i).child);

      if (child != OV_SLOT_NONE)
        ov_table_queue (self, child);
    }
}

static void
start_reading (OvSupervisor *supervisor)
{
  g_clear_pointer (&supervisor->new_claims, g_array_unref);
  g_clear_pointer (&supervisor->new_absent, g_array_unref);
  supervisor->new_claims = g_array_new (FALSE, FALSE, sizeof (OvClaim));
  supervisor->new_absent = g_array_new (FALSE, FALSE, sizeof (OvAbsentChild));
  supervisor->reading = TRUE;
}

void
ov_table_apply_supervisor (OvProcessTable *self,
                           const OvRecord *record)
{
  OvPidKey key = ov_table_key_of (self, &record->pid);
  guint32 slot = ov_table_find_key (self, key);
  OvSupervisor *supervisor;

  if (key == OV_PID_KEY_NONE || (slot != OV_SLOT_NONE && !ov_table_row (self, slot)->alive))
    return;

  supervisor = ov_table_get_supervisor (self, key);
  supervisor->answer = record->answer;
  if (record->answer == OV_ANSWER_OK)
    {
      supervisor->strategy = record->strategy;
      supervisor->intensity = record->intensity;
      supervisor->period_s = record->period_s;
      supervisor->n_children = record->n_children;
      supervisor->template_restart = record->child_restart;
      supervisor->sequence = self->sequence;
      start_reading (supervisor);
      self->reading = supervisor;
      if (slot != OV_SLOT_NONE)
        ov_table_set_mark (self, slot, OV_MARK_HEADROOM_LOW,
                           record->intensity > 0 && record->n_restarts >= record->intensity);
      if (slot != OV_SLOT_NONE && ov_table_facts (self, slot)->marks >> OV_MARK_HEADROOM_LOW & 1)
        ov_table_mark_headroom (self, slot, record->period_s);
      if (record->n_children == 0)
        ov_table_end_reading (self);
    }
  if (slot != OV_SLOT_NONE)
    ov_table_copy_supervisor (self, slot);
  ov_table_note_change (self, OV_TABLE_DETAILS);
}

static OvAbsentChild
read_absent (OvProcessTable *self,
             const OvRecord *record,
             guint32         position)
{
  OvAbsentChild absent = {
    .absence = record->restarting ? OV_ABSENCE_RESTARTING : OV_ABSENCE_UNDEFINED,
    .restart = record->restart,
    .behaviour = record->behaviour,
    .child_id = ov_table_intern (self, &record->id),
    .position = position,
    .pid = record->pid,
  };

  if (!ov_pid_is_none (&record->pid))
    absent.absence = OV_ABSENCE_REMOTE;

  return absent;
}

void
ov_table_apply_child (OvProcessTable *self,
                      const OvRecord *record)
{
  OvSupervisor *supervisor = ov_table_find_supervisor (self,
                                                       ov_table_key_of (self, &record->other));
  OvPidKey child = ov_table_key_of (self, &record->pid);
  GArray *claims;
  GArray *absent;
  guint32 position;

  if (supervisor == NULL)
    return; /* its supervisor has died meanwhile */

  claims = supervisor->reading ? supervisor->new_claims : supervisor->claims;
  absent = supervisor->reading ? supervisor->new_absent : supervisor->absent;
  position = claims->len + absent->len;
  if (child == OV_PID_KEY_NONE)
    {
      OvAbsentChild entry = read_absent (self, record, position);

      g_array_append_val (absent, entry);
    }
  else
    {
      OvClaim claim = { child, ov_table_intern (self, &record->id), position,
                        record->restart, record->behaviour };

      g_array_append_val (claims, claim);
      if (!supervisor->reading)
        make_claim (self, supervisor, claims->len - 1);
    }

  if (supervisor == self->reading && claims->len + absent->len >= supervisor->n_children)
    ov_table_end_reading (self);
}

void
ov_table_forget_supervisor (OvProcessTable *self,
                            OvPidKey        key)
{
  OvSupervisor *supervisor = ov_table_find_supervisor (self, key);

  if (supervisor == NULL)
    return;

  if (self->reading == supervisor)
    self->reading = NULL;
  withdraw_claims (self, supervisor, supervisor->claims);
  g_hash_table_remove (self->supervisors_by_key, &key);
  self->supervisors->pdata[supervisor->index] = NULL;
  supervisor_free (supervisor);
}

/**
 * ov_process_table_get_absent:
 * @self: a table
 * @supervisor: a used slot
 * @n: (out): how many
 *
 * Returns: (transfer none) (array length=n): children that are no process of this node, in start
 *   order; valid until the next apply
 */
const OvAbsentChild *
ov_process_table_get_absent (OvProcessTable *self,
                             guint32         supervisor,
                             guint          *n)
{
  const OvProcess *row;
  OvSupervisor *found;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);
  g_return_val_if_fail (n != NULL, NULL);

  *n = 0;
  row = ov_process_table_get_row (self, supervisor);
  found = row != NULL ? ov_table_find_supervisor (self, ov_pid_key (&row->pid)) : NULL;
  if (found == NULL)
    return NULL;

  *n = found->absent->len;
  return (const OvAbsentChild *) (gpointer) found->absent->data;
}

/**
 * ov_process_table_get_rival:
 * @self: a table
 * @slot: a used slot
 *
 * Returns: the slot of another supervisor that lists the process too, %OV_SLOT_NONE when there
 *   is none
 */
guint32
ov_process_table_get_rival (OvProcessTable *self,
                            guint32         slot)
{
  const OvProcess *row;
  OvPidKey key;
  GArray *spares;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), OV_SLOT_NONE);

  row = ov_process_table_get_row (self, slot);
  if (row == NULL)
    return OV_SLOT_NONE;

  key = ov_pid_key (&row->pid);
  spares = g_hash_table_lookup (self->spare_claims, &key);
  for (guint i = 0; spares != NULL && i < spares->len; i++)
    {
      const OvSpareClaim *spare = &g_array_index (spares, OvSpareClaim, i);
      OvSupervisor *rival = self->supervisors->pdata[spare->supervisor];
      guint32 found = ov_table_find_alive (self, rival->key);

      if (found != OV_SLOT_NONE)
        return found;
    }

  return OV_SLOT_NONE;
}
