/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Facts of the process table into decisions of supervisors.
 *
 *   a child died ──► waits ── RESTARTED by its supervisor ──► a decision
 *                      │          └─ one_for_all, rest_for_one: siblings that ended and started join it
 *                      ├── its supervisor died ──► a decision that gave up; the supervisor above ──► escalated
 *                      └── nothing for a while ──► nobody restarted it, no entry
 *
 * What ends because its supervisor ends, and what a restarted supervisor starts, belongs to the
 * decision of the one above.
 * Invariant: a death is part of at most one decision.  Thread: main.
 */
#include "analytics/ov-restart-private.h"

#include <string.h>

#define SECOND_NS ((gint64) 1000000000)
/* A supervisor acts at once; what comes later than this is another story.  Children may take
 * their shutdown time, five seconds unless the child spec says otherwise. */
#define TOGETHER_NS (SECOND_NS)
#define SHUTDOWN_NS (6 * SECOND_NS)
#define MAX_DEATHS 8192
#define LOOK_BACK 64

gboolean
ov_restart_is_quiet (const char *reason)
{
  return reason == NULL || g_str_equal (reason, "normal") || g_str_equal (reason, "shutdown")
         || g_str_has_prefix (reason, "{shutdown,");
}

/* What a supervisor ends ends so; brutal_kill and a late shutdown end as killed. */
static gboolean
may_be_stopped (const char *reason)
{
  return reason == NULL || g_str_equal (reason, "shutdown") || g_str_equal (reason, "killed")
         || g_str_has_prefix (reason, "{shutdown,");
}

static gboolean
ends_siblings (OvStrategy strategy)
{
  return strategy == OV_STRATEGY_ONE_FOR_ALL || strategy == OV_STRATEGY_REST_FOR_ONE;
}

static const char *
get_string (OvRestartLog *self,
            guint32       id)
{
  return ov_strings_get (ov_process_table_get_strings (self->table), id);
}

static OvRestartDecision *
get_decision (OvRestartLog *self,
              guint         number)
{
  return g_ptr_array_index (self->decisions, number);
}

static void
copy_limits (OvRestartDecision     *decision,
             const OvRestartLimits *limits)
{
  decision->supervisor_name = limits->name;
  decision->strategy = limits->strategy;
  decision->intensity = limits->intensity;
  decision->period_s = limits->period_s;
  decision->known = limits->known;
}

static guint
count_restart (OvRestartLog      *self,
               OvRestartDecision *decision)
{
  OvRestartLimits *limits = ov_restart_log_get_limits (self, &decision->supervisor);
  const OvRestartDeath *failed = ov_restart_log_get_death (self, decision->failed);
  gint64 at_ns = failed != NULL ? failed->at_ns : decision->last_ns;

  copy_limits (decision, limits);
  g_array_append_val (limits->times, at_ns);
  decision->n_recent = ov_restart_count_recent (limits, at_ns);
  decision->headroom = ov_restart_get_headroom (limits, decision->n_recent);
  return decision->n_recent;
}

/* The decision that a link ties this failure to, or a cascade of its own. */
static guint
find_cascade (OvRestartLog            *self,
              const OvRestartDecision *decision)
{
  const OvRestartDeath *death = ov_restart_log_get_death (self, decision->failed);

  if (decision->below != G_MAXUINT)
    return get_decision (self, decision->below)->cascade;

  for (guint depth = 0; death != NULL && death->linked_to != OV_DEATH_NONE && depth < 16; depth++)
    {
      for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
        {
          const OvRestartDecision *other = get_decision (self, i);

          if (other == decision)
            continue;
          if (other->failed == death->linked_to)
            return other->cascade;
        }
      death = ov_restart_log_get_death (self, death->linked_to);
    }
  /* The other way round: somebody who followed this death was restarted first. */
  for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
    {
      const OvRestartDecision *other = get_decision (self, i);
      const OvRestartDeath *failed = other != decision ? ov_restart_log_get_death (self, other->failed) : NULL;

      if (failed != NULL && failed->linked_to != OV_DEATH_NONE && failed->linked_to == decision->failed)
        return other->cascade;
    }

  return self->n_cascades++;
}

static guint
add_decision (OvRestartLog *self,
              const OvPid  *supervisor,
              guint64       failed,
              guint         below)
{
  OvRestartDecision *decision = g_new0 (OvRestartDecision, 1);
  OvRestartDeath *death = ov_restart_log_get_death (self, failed);

  decision->supervisor = *supervisor;
  decision->failed = failed;
  decision->below = below;
  decision->gave_up = OV_DEATH_NONE;
  decision->stopped = g_array_new (FALSE, FALSE, sizeof (guint64));
  decision->started = g_array_new (FALSE, FALSE, sizeof (OvRestartStart));
  decision->last_ns = death != NULL ? death->at_ns : self->newest_ns;
  if (death != NULL)
    death->used = TRUE;
  g_ptr_array_add (self->decisions, decision);
  count_restart (self, decision);
  decision->cascade = find_cascade (self, decision);
  ov_restart_log_grew (self, self->decisions->len - 1, TRUE);
  return self->decisions->len - 1;
}

/* The youngest decision of that supervisor, G_MAXUINT when it is too old to be still going on. */
static guint
find_open (OvRestartLog *self,
           const OvPid  *supervisor,
           gint64        at_ns,
           gint64        within_ns)
{
  for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
    {
      const OvRestartDecision *decision = get_decision (self, i);

      if (ov_pid_equal (&decision->supervisor, supervisor))
        return decision->gave_up == OV_DEATH_NONE && at_ns - decision->last_ns <= within_ns ? i : G_MAXUINT;
    }

  return G_MAXUINT;
}

/* Deaths of children of @supervisor that no decision has, since @since_ns; the oldest first. */
static GArray *
list_unused (OvRestartLog *self,
             const OvPid  *supervisor,
             gint64        since_ns)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 end = self->first_death + self->deaths->len;

  for (guint64 i = end; i-- > self->first_death && end - i <= 1024;)
    {
      const OvRestartDeath *death = ov_restart_log_get_death (self, i);

      if (death->at_ns < since_ns)
        break;
      if (!death->used && ov_pid_equal (&death->supervisor, supervisor))
        g_array_prepend_val (found, i);
    }

  return found;
}

static void
add_stopped (OvRestartLog      *self,
             OvRestartDecision *decision,
             guint64            number,
             guint              depth)
{
  OvRestartDeath *death = ov_restart_log_get_death (self, number);
  g_autoptr (GArray) below = NULL;

  if (death == NULL || death->used || depth > 8)
    return;

  /* Its own children ended before it did. */
  death->used = TRUE;
  below = list_unused (self, &death->pid, death->at_ns - SHUTDOWN_NS);
  for (guint i = 0; i < below->len; i++)
    add_stopped (self, decision, g_array_index (below, guint64, i), depth + 1);
  g_array_append_val (decision->stopped, number);
  decision->last_ns = MAX (decision->last_ns, death->at_ns);
}

/* What a child supervisor that ended by itself had decided last, G_MAXUINT: it did not give up. */
static guint
find_giving_up (OvRestartLog         *self,
                const OvRestartDeath *death)
{
  for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
    if (ov_pid_equal (&get_decision (self, i)->supervisor, &death->pid)
        && get_decision (self, i)->gave_up != OV_DEATH_NONE)
      return i;

  return G_MAXUINT;
}

/* Whether a supervisor has to do something about it. */
static gboolean
is_failure (OvRestartLog         *self,
            const OvRestartDeath *death)
{
  if (death->restart == OV_RESTART_TEMPORARY
      || (death->restart != OV_RESTART_PERMANENT && g_strcmp0 (death->reason, "normal") == 0))
    return FALSE;

  return !may_be_stopped (death->reason) || find_giving_up (self, death) != G_MAXUINT;
}

/* Of the deaths that wait, the failure is the first that no supervisor wanted. */
static guint64
choose_failure (OvRestartLog *self,
                GArray       *deaths)
{
  for (guint i = 0; i < deaths->len; i++)
    if (is_failure (self, ov_restart_log_get_death (self, g_array_index (deaths, guint64, i))))
      return g_array_index (deaths, guint64, i);

  return deaths->len > 0 ? g_array_index (deaths, guint64, 0) : OV_DEATH_NONE;
}

static void
take_waiting (OvRestartLog      *self,
              OvRestartDecision *decision,
              GArray            *waiting)
{
  for (guint i = 0; i < waiting->len; i++)
    if (g_array_index (waiting, guint64, i) != decision->failed)
      add_stopped (self, decision, g_array_index (waiting, guint64, i), 0);
}

/* Whose place it took may be told twice: as a guess, and when the supervisor was asked. */
static void
add_start (OvRestartDecision    *decision,
           const OvRestartStart *start)
{
  for (guint i = 0; i < decision->started->len; i++)
    {
      OvRestartStart *known = &g_array_index (decision->started, OvRestartStart, i);

      if (ov_pid_equal (&known->pid, &start->pid))
        {
          known->old = start->old;
          return;
        }
    }

  g_array_append_val (decision->started, *start);
  decision->last_ns = MAX (decision->last_ns, start->at_ns);
  decision->recovered_ns = MAX (decision->recovered_ns, start->at_ns);
}

/* By its child id, where that is known, else by whose place it was said to have taken. */
static void
find_new_pid (OvRestartLog      *self,
              OvRestartDecision *decision)
{
  const OvRestartDeath *failed = ov_restart_log_get_death (self, decision->failed);

  for (guint i = 0; failed != NULL && i < decision->started->len; i++)
    {
      const OvRestartStart *start = &g_array_index (decision->started, OvRestartStart, i);
      gboolean is_known = ends_siblings (decision->strategy) && start->child_id != NULL && failed->child_id != NULL;

      if (ov_pid_equal (&start->by, &decision->supervisor)
          && (is_known ? g_str_equal (start->child_id, failed->child_id) : ov_pid_equal (&start->old, &failed->pid)))
        decision->new_pid = start->pid;
    }
}

/* A child of @supervisor was started in the place of @old. */
static void
take_restart (OvRestartLog         *self,
              const OvPid          *supervisor,
              const OvPid          *old,
              const OvRestartStart *start)
{
  OvStrategy strategy = ov_restart_log_get_limits (self, supervisor)->strategy;
  OvRestartDecision *decision;
  g_autoptr (GArray) waiting = NULL;
  guint64 failed = OV_DEATH_NONE;
  OvRestartDeath *death = ov_restart_log_find_death (self, old, &failed);
  guint number = G_MAXUINT;

  if (ends_siblings (strategy) && (death == NULL || death->used))
    number = find_open (self, supervisor, start->at_ns, SHUTDOWN_NS);
  if (number == G_MAXUINT)
    {
      if (death == NULL || death->used)
        return; /* nothing is known of why */
      if (ends_siblings (strategy))
        {
          waiting = list_unused (self, supervisor, start->at_ns - SHUTDOWN_NS);
          failed = choose_failure (self, waiting);
          if (failed == OV_DEATH_NONE)
            return;
          death = ov_restart_log_get_death (self, failed);
        }
      number = add_decision (self, supervisor, failed, find_giving_up (self, death));
    }

  decision = get_decision (self, number);
  if (waiting != NULL)
    take_waiting (self, decision, waiting);
  add_start (decision, start);
  find_new_pid (self, decision);
  ov_restart_log_grew (self, number, FALSE);
}

/* The supervisor above may have acted before it was known why. */
static void
tell_above (OvRestartLog *self,
            guint64       supervisor_end,
            guint         below)
{
  for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
    {
      OvRestartDecision *decision = get_decision (self, i);

      if (decision->failed != supervisor_end || decision->below != G_MAXUINT)
        continue;
      decision->below = below;
      decision->cascade = get_decision (self, below)->cascade;
      ov_restart_log_grew (self, i, FALSE);
    }
}

/* A supervisor ended.  If a child's failure waited for it, it gave up. */
static void
take_supervisor_end (OvRestartLog *self,
                     guint64       number)
{
  const OvRestartDeath *death = ov_restart_log_get_death (self, number);
  g_autoptr (GArray) waiting = list_unused (self, &death->pid, death->at_ns - SHUTDOWN_NS);
  OvRestartDecision *decision;
  guint64 failed;
  guint at;

  if (waiting->len == 0 || !ov_restart_is_quiet (death->reason))
    return;

  failed = choose_failure (self, waiting);
  if (!is_failure (self, ov_restart_log_get_death (self, failed)))
    return;

  at = add_decision (self, &death->pid, failed,
                     find_giving_up (self, ov_restart_log_get_death (self, failed)));
  decision = get_decision (self, at);
  take_waiting (self, decision, waiting);
  decision->gave_up = number;
  decision->last_ns = MAX (decision->last_ns, death->at_ns);
  ov_restart_log_grew (self, at, FALSE);
  tell_above (self, number, at);
}

/* Deaths are told by monitors, in any order: the failure may come after the siblings that were ended for it, and
 * after the first start.  Then the decision was taken to be about one of those. */
static gboolean
adopt_failure (OvRestartLog *self,
               guint64       number)
{
  OvRestartDeath *death = ov_restart_log_get_death (self, number);
  const OvRestartLimits *limits = ov_restart_log_get_limits (self, &death->supervisor);
  OvRestartDecision *decision;
  OvRestartDeath *taken;
  guint open;

  if (!ends_siblings (limits->strategy) || !is_failure (self, death))
    return FALSE;
  open = find_open (self, &death->supervisor, death->at_ns, TOGETHER_NS);
  if (open == G_MAXUINT)
    return FALSE;
  decision = get_decision (self, open);
  taken = ov_restart_log_get_death (self, decision->failed);
  if (taken == NULL || is_failure (self, taken))
    return FALSE;

  g_array_append_val (decision->stopped, decision->failed);
  decision->failed = number;
  decision->new_pid = OV_PID_NONE;
  death->used = TRUE;
  find_new_pid (self, decision);
  ov_restart_log_grew (self, open, FALSE);
  return TRUE;
}

/* A child has failed since, for which there is no decision yet: siblings that end now end for that. */
static gboolean
is_failure_waiting (OvRestartLog *self,
                    const OvPid  *supervisor,
                    gint64        since_ns)
{
  g_autoptr (GArray) waiting = list_unused (self, supervisor, since_ns);

  for (guint i = 0; i < waiting->len; i++)
    if (is_failure (self, ov_restart_log_get_death (self, g_array_index (waiting, guint64, i))))
      return TRUE;

  return FALSE;
}

/* one_for_all and rest_for_one go on ending children while the first are started again already. */
static gboolean
join_open (OvRestartLog *self,
           guint64       number)
{
  const OvRestartDeath *death = ov_restart_log_get_death (self, number);
  const OvRestartLimits *limits = ov_restart_log_get_limits (self, &death->supervisor);
  guint open;

  if (!ends_siblings (limits->strategy) || !may_be_stopped (death->reason))
    return FALSE;
  open = find_open (self, &death->supervisor, death->at_ns, TOGETHER_NS);
  if (open == G_MAXUINT
      || is_failure_waiting (self, &death->supervisor, death->at_ns - SHUTDOWN_NS))
    return FALSE;

  add_stopped (self, get_decision (self, open), number, 0);
  ov_restart_log_grew (self, open, FALSE);
  return TRUE;
}

/* The child's failure is told after the end of the supervisor that gave up because of it. */
static void
take_late_failure (OvRestartLog *self,
                   guint64       number)
{
  const OvRestartDeath *death = ov_restart_log_get_death (self, number);
  guint64 above;

  if (is_failure (self, death) && ov_restart_log_find_death (self, &death->supervisor, &above) != NULL)
    take_supervisor_end (self, above);
}

static void
forget_old_deaths (OvRestartLog *self)
{
  guint n = self->deaths->len / 2;

  if (self->deaths->len < MAX_DEATHS)
    return;

  for (guint i = 0; i < n; i++)
    {
      const OvRestartDeath *death = &g_array_index (self->deaths, OvRestartDeath, i);

      if (GPOINTER_TO_SIZE (g_hash_table_lookup (self->death_of, &death->pid))
          == (gsize) (self->first_death + i + 1))
        g_hash_table_remove (self->death_of, &death->pid);
    }
  g_array_remove_range (self->deaths, 0, n);
  self->first_death += n;
}

static void
take_death (OvRestartLog         *self,
            const OvRestartDeath *death)
{
  guint64 number;

  forget_old_deaths (self);
  number = self->first_death + self->deaths->len;
  g_array_append_val (self->deaths, *death);
  g_hash_table_replace (self->death_of, g_memdup2 (&death->pid, sizeof death->pid),
                        GSIZE_TO_POINTER ((gsize) (number + 1)));
  ov_restart_find_link (self, number);
  take_supervisor_end (self, number);
  if (ov_pid_is_none (&death->supervisor))
    return;
  if (!adopt_failure (self, number) && !join_open (self, number))
    take_late_failure (self, number);
}

/* What a supervisor starts that was itself started just now belongs to the same decision. */
static void
take_birth (OvRestartLog         *self,
            const OvPid          *supervisor,
            const OvRestartStart *start)
{
  for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
    {
      OvRestartDecision *decision = get_decision (self, i);

      if (start->at_ns - decision->last_ns > TOGETHER_NS)
        continue;
      for (guint j = 0; j < decision->started->len; j++)
        if (ov_pid_equal (&g_array_index (decision->started, OvRestartStart, j).pid, supervisor))
          {
            add_start (decision, start);
            ov_restart_log_grew (self, i, FALSE);
            return;
          }
    }
}

static OvRestart
get_restart (OvRestartLog *self,
             const OvPid  *pid)
{
  guint32 slot = ov_process_table_find_pid (self->table, pid);

  return slot != OV_SLOT_NONE ? ov_process_table_get_row (self->table, slot)->restart : OV_RESTART_UNKNOWN;
}

/* Whose child it is; where that was not known when the fact was noted, the table knows now. */
static OvPid
get_supervisor (OvRestartLog     *self,
                const OvLifeFact *fact)
{
  const OvProcess *above;
  guint32 slot;

  if (!ov_pid_is_none (&fact->supervisor) || fact->kind != OV_LIFE_BORN)
    return fact->supervisor;

  slot = ov_process_table_find_pid (self->table, &fact->pid);
  if (slot != OV_SLOT_NONE)
    slot = ov_process_table_get_row (self->table, slot)->parent;
  above = slot != OV_SLOT_NONE ? ov_process_table_get_row (self->table, slot) : NULL;
  return above != NULL && above->behaviour == OV_BEHAVIOUR_SUPERVISOR ? above->pid : OV_PID_NONE;
}

static void
join_death (OvRestartLog     *self,
            const OvLifeFact *fact,
            gint64            at_ns)
{
  OvRestartDeath death = {
    .pid = fact->pid, .supervisor = get_supervisor (self, fact), .at_ns = at_ns,
    .name = get_string (self, fact->name), .child_id = get_string (self, fact->child_id),
    .reason = get_string (self, fact->reason), .module = get_string (self, fact->module),
    .linked_to = OV_DEATH_NONE, .restart = get_restart (self, &fact->pid),
  };

  ov_restart_find_exit (self, &death);
  take_death (self, &death);
}

static void
join_start (OvRestartLog     *self,
            const OvLifeFact *fact,
            gint64            at_ns)
{
  const OvRestartStart start = {
    .pid = fact->pid, .by = get_supervisor (self, fact), .old = fact->old_pid, .at_ns = at_ns,
    .name = get_string (self, fact->name), .child_id = get_string (self, fact->child_id), .sure = TRUE,
  };

  if (ov_pid_is_none (&start.by))
    return;
  if (fact->kind == OV_LIFE_BORN)
    {
      take_birth (self, &start.by, &start);
      return;
    }

  ov_restart_log_inherit_limits (self, &fact->old_pid, &fact->pid);
  take_restart (self, &start.by, &fact->old_pid, &start);
}

/*< private >
 * ov_restart_join_facts:
 * @until_ns: what happened later than this waits, since the table does not know all of it yet
 *
 * Joins what the table has noted since the last time.
 */
void
ov_restart_join_facts (OvRestartLog *self,
                       gint64        until_ns)
{
  guint64 end = ov_process_table_get_n_facts (self->table);

  for (; self->next_fact < end; self->next_fact++)
    {
      const OvLifeFact *fact = ov_process_table_get_fact (self->table, self->next_fact);
      gint64 at_ns;

      if (fact == NULL)
        continue; /* forgotten */
      at_ns = CLAMP (fact->at_ns, G_MININT64 / 4, G_MAXINT64 / 4);
      if (at_ns > until_ns)
        return;

      self->newest_ns = MAX (self->newest_ns, at_ns);
      if (fact->kind == OV_LIFE_DIED)
        join_death (self, fact, at_ns);
      else
        join_start (self, fact, at_ns);
    }
}

static gboolean
refresh_start (OvRestartLog   *self,
               OvRestartStart *start)
{
  guint32 slot = ov_process_table_find_pid (self->table, &start->pid);
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (self->table, slot) : NULL;
  const char *name, *child_id;

  if (row == NULL)
    return FALSE;

  name = start->name != NULL ? start->name : get_string (self, row->name);
  child_id = get_string (self, row->child_id) != NULL ? get_string (self, row->child_id) : start->child_id;
  if (name == start->name && child_id == start->child_id)
    return FALSE;

  start->name = name;
  start->child_id = child_id;
  return TRUE;
}

/* A name goes over to the new process before the end of the old one is told. */
static gboolean
refresh_old_name (OvRestartLog         *self,
                  const OvRestartStart *start)
{
  guint64 number;
  OvRestartDeath *death;

  if (start->name == NULL || ov_pid_is_none (&start->old)
      || (death = ov_restart_log_find_death (self, &start->old, &number)) == NULL || death->name != NULL)
    return FALSE;

  death->name = start->name;
  return TRUE;
}

static gboolean
refresh_death (OvRestartLog *self,
               guint64       number)
{
  OvRestartDeath *death = ov_restart_log_get_death (self, number);
  guint32 slot;
  const OvProcess *row;

  if (death == NULL || death->reason != NULL
      || (slot = ov_process_table_find_pid (self->table, &death->pid)) == OV_SLOT_NONE
      || (row = ov_process_table_get_row (self->table, slot)) == NULL || row->reason == OV_STRING_NONE)
    return FALSE;

  death->reason = get_string (self, row->reason);
  return TRUE;
}

/*< private >
 * ov_restart_join_refresh:
 *
 * Names, child ids, reasons and limits often come a moment after the deed.
 */
void
ov_restart_join_refresh (OvRestartLog *self)
{
  for (guint i = self->decisions->len; i-- > 0 && self->decisions->len - i < LOOK_BACK;)
    {
      OvRestartDecision *decision = get_decision (self, i);
      gboolean changed = refresh_death (self, decision->failed);

      if (self->newest_ns - decision->last_ns > 30 * SECOND_NS)
        break;
      for (guint j = 0; j < decision->started->len; j++)
        {
          changed |= refresh_start (self, &g_array_index (decision->started, OvRestartStart, j));
          changed |= refresh_old_name (self, &g_array_index (decision->started, OvRestartStart, j));
        }
      if (!decision->known)
        {
          const OvRestartLimits *limits = ov_restart_log_get_limits (self, &decision->supervisor);

          if (limits->known)
            {
              copy_limits (decision, limits);
              decision->headroom = ov_restart_get_headroom (limits, decision->n_recent);
              changed = TRUE;
            }
        }
      if (changed)
        {
          find_new_pid (self, decision);
          ov_restart_log_grew (self, i, FALSE);
        }
    }
}
