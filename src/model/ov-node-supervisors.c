/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asking supervisors for child ids, restart types, strategy and limits: late, seldom, in batches.
 *
 *   new, or something under it changed ──► to ask ── timer, at most 256 at a time ──► asked
 *        ▲                                                                              │
 *        └─ it did not answer: again after NOT_ANSWERING_US ◄── answer, or the deadline ┘
 *
 * A supervisor is asked at most once a second; one with very many children that are all alike is
 * asked every ten seconds, since its answer says little that its births do not.
 * Invariant: nothing here waits; the table shows what it knows meanwhile.
 * Thread: main.
 */
#include "model/ov-node-private.h"

#define ASK_EVERY_MS 100
#define MOST_AT_ONCE 256
#define DEADLINE_MS 500
#define AGAIN_US (1 * G_USEC_PER_SEC)
#define LARGE_AGAIN_US (10 * G_USEC_PER_SEC)
#define NOT_ANSWERING_US (5 * G_USEC_PER_SEC)
#define LARGE 500

static gint64
get_asked (OvNode  *self,
           guint32  slot)
{
  return slot < self->asked->len ? g_array_index (self->asked, gint64, slot) : 0;
}

static void
set_asked (OvNode  *self,
           guint32  slot,
           gint64   at_us)
{
  if (slot >= self->asked->len)
    g_array_set_size (self->asked, slot + 1);
  g_array_index (self->asked, gint64, slot) = at_us;
}

static gboolean
is_due (OvNode          *self,
        const OvProcess *row,
        guint32          slot,
        gint64           now_us)
{
  gint64 asked_us = get_asked (self, slot);
  gint64 pause_us = AGAIN_US;

  if (asked_us == 0)
    return TRUE;
  if (row->answer == OV_ANSWER_NONE)
    pause_us = NOT_ANSWERING_US;
  else if (row->n_children > LARGE)
    pause_us = LARGE_AGAIN_US;

  return now_us - asked_us >= pause_us;
}

static gboolean
ask_due_cb (gpointer user_data)
{
  OvNode *self = user_data;
  gint64 now_us = g_get_monotonic_time ();
  OvPid pids[MOST_AT_ONCE];
  guint n = 0;

  for (guint32 slot = ov_bitset_next (self->to_ask, 0); slot != OV_BITSET_END && n < MOST_AT_ONCE;
       slot = ov_bitset_next (self->to_ask, slot + 1))
    {
      const OvProcess *row = ov_process_table_get_row (self->table, slot);

      if (row == NULL || !row->alive || row->behaviour != OV_BEHAVIOUR_SUPERVISOR)
        ov_bitset_remove (self->to_ask, slot);
      else if (is_due (self, row, slot, now_us))
        {
          ov_bitset_remove (self->to_ask, slot);
          set_asked (self, slot, now_us);
          pids[n++] = row->pid;
        }
    }

  if (n > 0 && self->probe != NULL)
    ov_probe_read_supervisors (self->probe, pids, n, DEADLINE_MS);
  if (ov_bitset_get_size (self->to_ask) > 0)
    return G_SOURCE_CONTINUE;

  self->ask_timer = 0;
  return G_SOURCE_REMOVE;
}

void
ov_node_ask_supervisor (OvNode  *self,
                        guint32  slot)
{
  if (self->watched == OV_WATCH_NOTHING || self->probe == NULL)
    return;

  ov_bitset_add (self->to_ask, slot);
  if (self->ask_timer == 0)
    self->ask_timer = g_timeout_add (ASK_EVERY_MS, ask_due_cb, self);
}

void
ov_node_lifecycle_cb (OvProcessTable    *table,
                      const OvLifecycle *life,
                      OvNode            *self)
{
  const OvProcess *row = ov_process_table_get_row (table, life->slot);

  if (life->supervisor != OV_SLOT_NONE)
    ov_node_ask_supervisor (self, life->supervisor);
  if (life->kind == OV_LIFE_DIED)
    return;

  /* The slot may have been another supervisor's before. */
  set_asked (self, life->slot, 0);
  if (row != NULL && row->behaviour == OV_BEHAVIOUR_SUPERVISOR)
    ov_node_ask_supervisor (self, life->slot);
}

/* What arrived says whom to ask: a supervisor that was never asked, and one that did not answer. */
void
ov_node_note_record (OvNode         *self,
                     const OvRecord *record)
{
  guint32 slot;

  if (self->watched == OV_WATCH_NOTHING)
    return;
  if (!(record->type == OV_RECORD_PROCESS && record->behaviour == OV_BEHAVIOUR_SUPERVISOR)
      && !(record->type == OV_RECORD_SUPERVISOR && record->answer == OV_ANSWER_NONE))
    return;

  slot = ov_process_table_find_pid (self->table, &record->pid);
  if (slot != OV_SLOT_NONE
      && (get_asked (self, slot) == 0 || record->type == OV_RECORD_SUPERVISOR))
    ov_node_ask_supervisor (self, slot);
}

void
ov_node_forget_questions (OvNode *self)
{
  g_clear_handle_id (&self->ask_timer, g_source_remove);
  ov_bitset_clear (self->to_ask);
  g_array_set_size (self->asked, 0);
}
