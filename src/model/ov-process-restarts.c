/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which birth takes whose place.
 *
 * A supervisor that starts a child again spawns a process whose id is only known when the
 * supervisor has been asked.  The picture must not wait for that, so a birth is matched with
 * a child of the same supervisor that died less than a second before with the same initial call;
 * when the ids arrive they decide, and a wrong guess is put right.
 *
 *   child dies ──► vacancy ── birth by the same supervisor ──► guessed ── CHILD record ──► known
 *                     └───────────── CHILD record with another pid ─────────────────────────┘
 *
 * Only a death that leads to a restart leaves a vacancy: a temporary child never, a transient one
 * when it crashed, and one that its supervisor ended only where the strategy ends siblings.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#include <string.h>

#define VACANT_NS (1000 * (gint64) 1000000)

/* normal, shutdown and {shutdown, _} are how a process is meant to end. */
gboolean
ov_reason_is_quiet (const char *reason)
{
  return reason == NULL || g_str_equal (reason, "normal") || g_str_equal (reason, "shutdown")
         || g_str_has_prefix (reason, "{shutdown,");
}

static gboolean
ends_siblings (OvStrategy strategy)
{
  return strategy == OV_STRATEGY_ONE_FOR_ALL || strategy == OV_STRATEGY_REST_FOR_ONE;
}

static gboolean
leads_to_restart (OvProcessTable  *self,
                  const OvProcess *row,
                  OvStrategy       strategy)
{
  if (row->restart == OV_RESTART_TEMPORARY)
    return FALSE;

  return row->restart == OV_RESTART_PERMANENT || ends_siblings (strategy)
         || !ov_reason_is_quiet (ov_strings_get (self->strings, row->reason));
}

static void
note_memo (OvProcessTable  *self,
           OvSupervisor    *supervisor,
           const OvProcess *row,
           guint32          slot)
{
  gpointer id = GUINT_TO_POINTER (row->child_id);
  OvPlaceMemo *memo;

  if (row->child_id == OV_STRING_NONE || supervisor->dynamic)
    return;

  if (supervisor->memos == NULL)
    supervisor->memos = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  memo = g_hash_table_lookup (supervisor->memos, id);
  if (memo == NULL)
    {
      memo = g_new0 (OvPlaceMemo, 1);
      g_hash_table_insert (supervisor->memos, id, memo);
    }
  memo->last = memo->before = row->pid;
  memo->before_slot = slot;
  memo->before_generation = row->generation;
  memo->n_restarts = row->n_restarts;
  memo->guessed = FALSE;
}

static void
note_grave (OvProcessTable *self,
            OvSupervisor   *supervisor,
            guint32         slot)
{
  OvGrave grave = { slot, ov_table_row (self, slot)->generation };

  if (!supervisor->dynamic || !self->live)
    return;

  if (supervisor->graves == NULL)
    supervisor->graves = g_array_new (FALSE, FALSE, sizeof (OvGrave));
  g_array_append_val (supervisor->graves, grave);
}

/* Of a child that has just died; it still stands under its supervisor. */
void
ov_table_note_vacancy (OvProcessTable *self,
                       guint32         slot,
                       gint64          at_ns)
{
  const OvProcess *row = ov_table_row (self, slot);
  const OvFacts *facts = ov_table_facts (self, slot);
  const OvProcess *above;
  OvSupervisor *supervisor;
  OvVacancy vacancy;

  if (row->place != OV_PLACE_CHILD || row->parent == OV_SLOT_NONE)
    return;
  above = ov_table_row (self, row->parent);
  if (!above->alive)
    return;

  supervisor = ov_table_get_supervisor (self, ov_pid_key (&above->pid));
  note_grave (self, supervisor, slot);
  if (!leads_to_restart (self, row, above->strategy))
    return;
  note_memo (self, supervisor, row, slot);
  vacancy = (OvVacancy) {
    .pid = row->pid, .slot = slot, .generation = row->generation, .died_ns = at_ns,
    .module = row->module, .function = row->function, .arity = row->arity,
    .child_id = row->child_id, .order = facts->order, .restart = row->restart,
    .n_restarts = row->n_restarts,
  };
  if (supervisor->vacancies == NULL)
    supervisor->vacancies = g_array_new (FALSE, FALSE, sizeof (OvVacancy));
  g_array_append_val (supervisor->vacancies, vacancy);
}

static void
drop_old (GArray *vacancies,
          gint64  at_ns)
{
  guint n_old = 0;

  while (n_old < vacancies->len
         && at_ns - g_array_index (vacancies, OvVacancy, n_old).died_ns > VACANT_NS)
    n_old++;
  if (n_old > 0)
    g_array_remove_range (vacancies, 0, n_old);
}

static gboolean
can_fill (OvProcessTable  *self,
          const OvVacancy *vacancy,
          guint32          slot)
{
  const OvProcess *row = ov_table_row (self, slot);
  const char *module = ov_strings_get (self->strings, row->module);

  /* A call that is not known yet, or only proc_lib's own, says nothing. */
  return (row->module == vacancy->module && row->function == vacancy->function
          && row->arity == vacancy->arity)
         || module == NULL || g_str_equal (module, "proc_lib") || vacancy->module == OV_STRING_NONE;
}

static int
find_vacancy (OvProcessTable *self,
              GArray         *vacancies,
              guint32         slot,
              gboolean        in_start_order)
{
  int best = -1;

  for (guint i = 0; i < vacancies->len; i++)
    {
      const OvVacancy *vacancy = &g_array_index (vacancies, OvVacancy, i);

      if (!can_fill (self, vacancy, slot))
        continue;
      if (!in_start_order)
        return (int) i;
      if (best < 0 || vacancy->order < g_array_index (vacancies, OvVacancy, best).order)
        best = (int) i;
    }

  return best;
}

static guint32
slot_if_same (OvProcessTable *self,
              guint32         slot,
              guint32         generation)
{
  return slot < self->n_slots && ov_table_row (self, slot)->used
         && ov_table_row (self, slot)->generation == generation ? slot : OV_SLOT_NONE;
}

static void
take_place (OvProcessTable  *self,
            OvSupervisor    *supervisor,
            const OvVacancy *vacancy,
            guint32          slot)
{
  OvProcess *row = ov_table_row (self, slot);
  OvPlaceMemo *memo = supervisor->memos != NULL
                        ? g_hash_table_lookup (supervisor->memos,
                                               GUINT_TO_POINTER (vacancy->child_id)) : NULL;

  row->child_id = vacancy->child_id;
  row->restart = vacancy->restart;
  row->n_restarts = vacancy->n_restarts < G_MAXUINT16 ? vacancy->n_restarts + 1 : G_MAXUINT16;
  ov_table_facts (self, slot)->inherited_order = vacancy->order;
  if (memo != NULL && ov_pid_equal (&memo->last, &vacancy->pid))
    {
      memo->last = row->pid;
      memo->n_restarts = row->n_restarts;
      memo->guessed = TRUE;
    }
}

static void
tell_restart (OvProcessTable *self,
              guint32         slot,
              const OvPid    *old_pid,
              guint32         old_slot,
              OvSupervisor   *supervisor,
              gint64          at_ns)
{
  if (!self->live)
    return;

  ov_table_set_mark (self, slot, OV_MARK_RESTARTED, TRUE);
  ov_table_fade_mark (self, slot, OV_MARK_RESTARTED);
  ov_table_tell (self, OV_LIFE_RESTARTED, slot, old_pid, old_slot,
                 ov_table_find_key (self, supervisor->key), at_ns);
}

/* The slot of who started the row, by the first entry of its chain. */
static guint32
find_starter (OvProcessTable *self,
              guint32         slot)
{
  const OvChain *chain = ov_table_facts (self, slot)->chain;

  if (chain == NULL)
    return OV_SLOT_NONE;

  return chain->entries[0].key != OV_PID_KEY_NONE
           ? ov_table_find_alive (self, chain->entries[0].key)
           : ov_table_find_named (self, chain->entries[0].name);
}

/* The children of a dynamic supervisor are all alike: one that is born while another's grave is
 * still shown stands in its place, so that the others need not move, and the grave goes. */
void
ov_table_take_seat (OvProcessTable *self,
                    guint32         slot)
{
  guint32 above = find_starter (self, slot);
  OvSupervisor *supervisor = NULL;
  guint taken = 0;

  if (above != OV_SLOT_NONE)
    supervisor = ov_table_find_supervisor (self, ov_pid_key (&ov_table_row (self, above)->pid));
  if (supervisor == NULL || !supervisor->dynamic || supervisor->graves == NULL)
    return;

  while (taken < supervisor->graves->len)
    {
      OvGrave grave = g_array_index (supervisor->graves, OvGrave, taken++);

      if (slot_if_same (self, grave.slot, grave.generation) == OV_SLOT_NONE)
        continue;
      ov_table_facts (self, slot)->seat = ov_table_facts (self, grave.slot)->seat;
      g_array_append_val (self->replaced, grave);
      break;
    }
  g_array_remove_range (supervisor->graves, 0, taken);
}

/* Of a birth by a supervisor, the first entry of the row's chain; TRUE when it is a restart. */
gboolean
ov_table_fill_vacancy (OvProcessTable *self,
                       guint32         slot,
                       gint64          at_ns)
{
  guint32 above = find_starter (self, slot);
  OvSupervisor *supervisor;
  OvVacancy vacancy;
  int index;

  if (above == OV_SLOT_NONE)
    return FALSE;

  supervisor = ov_table_find_supervisor (self, ov_pid_key (&ov_table_row (self, above)->pid));
  if (supervisor == NULL || supervisor->vacancies == NULL)
    return FALSE;

  drop_old (supervisor->vacancies, at_ns);
  index = find_vacancy (self, supervisor->vacancies, slot,
                        ends_siblings (ov_table_row (self, above)->strategy));
  if (index < 0)
    return FALSE;

  vacancy = g_array_index (supervisor->vacancies, OvVacancy, index);
  g_array_remove_index (supervisor->vacancies, (guint) index);
  take_place (self, supervisor, &vacancy, slot);
  tell_restart (self, slot, &vacancy.pid,
                slot_if_same (self, vacancy.slot, vacancy.generation), supervisor, at_ns);

  return TRUE;
}

/* The supervisor names the process that stands in a place: now it is known, not guessed. */
void
ov_table_note_claim (OvProcessTable *self,
                     OvSupervisor   *supervisor,
                     const OvClaim  *claim,
                     guint32         slot)
{
  OvProcess *row = ov_table_row (self, slot);
  OvPlaceMemo *memo = NULL;
  OvPid old;
  guint32 old_slot;

  if (supervisor->dynamic)
    return;
  if (supervisor->memos != NULL)
    memo = g_hash_table_lookup (supervisor->memos, GUINT_TO_POINTER (claim->id));
  if (memo == NULL)
    {
      row->n_restarts = 0; /* nobody has died in this place */
      return;
    }

  if (!ov_pid_equal (&memo->last, &row->pid))
    {
      if (!memo->guessed && memo->n_restarts < G_MAXUINT16)
        memo->n_restarts++;
      memo->last = row->pid;
      old = memo->before;
      old_slot = slot_if_same (self, memo->before_slot, memo->before_generation);
      row->n_restarts = memo->n_restarts;
      if (row->alive)
        tell_restart (self, slot, &old, old_slot, supervisor, row->born_ns);
    }
  else
    row->n_restarts = memo->n_restarts;
  memo->guessed = FALSE;
}
