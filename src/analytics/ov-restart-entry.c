/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A decision as an entry: its figures, and the causes in the order in which they led to one another.
 *
 * Times of deaths and births come from different sources and differ by some milliseconds, so the order is that
 * of OTP, and times only order what stands side by side: the exit, over links to the child, what its
 * supervisor is set to do, who was stopped, who was started or that it gave up, and the supervisor above.
 * Invariant: the strings are those of the table, which the log keeps.  Thread: main.
 */
#include "analytics/ov-restart-private.h"

#include <math.h>
#include <string.h>

#define MAX_CHAIN 16

static void
add_death (OvRestartLog *self,
           GArray       *causes,
           guint64       number,
           OvCauseKind   kind,
           const OvPid  *by,
           gboolean      sure)
{
  const OvRestartDeath *death = ov_restart_log_get_death (self, number);
  OvCause cause = { .kind = kind, .sure = sure };

  if (death == NULL)
    return;

  cause.at_ns = death->at_ns;
  cause.pid = death->pid;
  cause.name = death->name;
  cause.child_id = death->child_id;
  cause.reason = death->reason;
  if (by != NULL)
    cause.by = *by;
  g_array_append_val (causes, cause);
}

/* The first exit, then each that it led to over a link, the failed child last. */
static void
add_exits (OvRestartLog *self,
           GArray       *causes,
           guint64       failed)
{
  guint64 chain[MAX_CHAIN];
  const OvRestartDeath *death;
  guint n = 0;

  for (guint64 at = failed; at != OV_DEATH_NONE && n < MAX_CHAIN; at = death->linked_to)
    {
      death = ov_restart_log_get_death (self, at);
      if (death == NULL)
        break;
      chain[n++] = at;
    }
  if (n == 0)
    return;

  add_death (self, causes, chain[n - 1], OV_CAUSE_EXIT, NULL, TRUE);
  for (guint i = n - 1; i-- > 0;)
    {
      const OvRestartDeath *next = ov_restart_log_get_death (self, chain[i]);
      const OvRestartDeath *from = ov_restart_log_get_death (self, chain[i + 1]);

      add_death (self, causes, chain[i], OV_CAUSE_LINK, &from->pid, next->link_sure);
    }
}

static int
compare_deaths (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  const OvRestartDeath *left = ov_restart_log_get_death (user_data, *(const guint64 *) a);
  const OvRestartDeath *right = ov_restart_log_get_death (user_data, *(const guint64 *) b);
  gint64 left_ns = left != NULL ? left->at_ns : 0;
  gint64 right_ns = right != NULL ? right->at_ns : 0;

  return (left_ns > right_ns) - (left_ns < right_ns);
}

static int
compare_starts (gconstpointer a,
                gconstpointer b)
{
  const OvRestartStart *left = a;
  const OvRestartStart *right = b;

  return (left->at_ns > right->at_ns) - (left->at_ns < right->at_ns);
}

static void
add_supervisor (OvRestartLog            *self,
                GArray                  *causes,
                const OvRestartDecision *decision,
                OvCauseKind              kind)
{
  OvCause cause = {
    .kind = kind, .pid = decision->supervisor, .name = decision->supervisor_name,
    .reason = ov_strategy_get_word (decision->strategy), .sure = decision->known,
  };
  const OvRestartDeath *failed = ov_restart_log_get_death (self, decision->failed);

  cause.at_ns = failed != NULL ? failed->at_ns : decision->last_ns;
  g_array_append_val (causes, cause);
}

static void
add_giving_up (OvRestartLog            *self,
               GArray                  *causes,
               const OvRestartDecision *decision)
{
  g_autofree char *limit = NULL;
  OvCause *cause;

  add_death (self, causes, decision->gave_up, OV_CAUSE_GAVE_UP, NULL,
             decision->known && decision->n_recent > decision->intensity);
  if (causes->len == 0)
    return;

  cause = &g_array_index (causes, OvCause, causes->len - 1);
  if (cause->kind != OV_CAUSE_GAVE_UP || !decision->known)
    return;
  limit = g_strdup_printf ("%u/%u s", decision->intensity, decision->period_s);
  cause->reason = g_string_chunk_insert_const (self->texts, limit);
}

static void
add_acts (OvRestartLog            *self,
          GArray                  *causes,
          const OvRestartDecision *decision)
{
  g_array_sort_with_data (decision->stopped, compare_deaths, self);
  g_array_sort (decision->started, compare_starts);
  for (guint i = 0; i < decision->stopped->len; i++)
    {
      guint64 number = g_array_index (decision->stopped, guint64, i);
      const OvRestartDeath *death = ov_restart_log_get_death (self, number);

      if (death != NULL)
        add_death (self, causes, number, OV_CAUSE_STOPPED, &death->supervisor, TRUE);
    }
  for (guint i = 0; i < decision->started->len; i++)
    {
      const OvRestartStart *start = &g_array_index (decision->started, OvRestartStart, i);
      const OvCause cause = {
        .kind = OV_CAUSE_STARTED, .at_ns = start->at_ns, .pid = start->pid, .by = start->by,
        .name = start->name, .child_id = start->child_id, .sure = start->sure,
      };

      g_array_append_val (causes, cause);
    }
}

static void
add_causes (OvRestartLog            *self,
            GArray                  *causes,
            const OvRestartDecision *decision,
            guint                    depth)
{
  if (decision->below != G_MAXUINT && depth < MAX_CHAIN)
    {
      add_causes (self, causes, g_ptr_array_index (self->decisions, decision->below), depth + 1);
      add_supervisor (self, causes, decision, OV_CAUSE_ESCALATED);
    }
  else
    {
      add_exits (self, causes, decision->failed);
      add_supervisor (self, causes, decision, OV_CAUSE_SUPERVISOR);
    }
  add_acts (self, causes, decision);
  if (decision->gave_up != OV_DEATH_NONE)
    add_giving_up (self, causes, decision);
}

/* A death that was told by 'DOWN' is some microseconds late; it cannot be later than what it led to. */
static void
keep_order (GArray *causes)
{
  for (guint i = causes->len; i-- > 1;)
    {
      OvCause *before = &g_array_index (causes, OvCause, i - 1);

      before->at_ns = MIN (before->at_ns, g_array_index (causes, OvCause, i).at_ns);
    }
}

/*< private >
 * ov_restart_fill_entry:
 *
 * Makes the item with this number say what its decision says now.
 */
void
ov_restart_fill_entry (OvRestartLog *self,
                       guint         number)
{
  const OvRestartDecision *decision = g_ptr_array_index (self->decisions, number);
  const OvRestartDeath *failed = ov_restart_log_get_death (self, decision->failed);
  OvRestartItem *item = g_ptr_array_index (self->items, number);
  OvRestartEntry *entry = &item->entry;

  if (failed == NULL && item->causes->len > 0)
    return; /* it is too old to change any more */

  g_array_set_size (item->causes, 0);
  add_causes (self, item->causes, decision, 0);
  keep_order (item->causes);
  *entry = (OvRestartEntry) {
    .at_ns = item->causes->len > 0 ? g_array_index (item->causes, OvCause, 0).at_ns : decision->last_ns,
    .recovered_ns = decision->recovered_ns,
    .supervisor = decision->supervisor,
    .supervisor_name = decision->supervisor_name,
    .strategy = decision->strategy,
    .new_pid = decision->new_pid,
    .intensity = decision->intensity,
    .period_s = decision->period_s,
    .n_recent = decision->n_recent,
    .headroom = decision->known ? decision->headroom : NAN,
    .cascade = decision->cascade,
    .causes = (const OvCause *) item->causes->data,
    .n_causes = item->causes->len,
  };
  if (failed != NULL)
    {
      entry->child_id = failed->child_id;
      entry->old_pid = failed->pid;
      entry->reason = failed->reason;
    }
}
