/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where does a process stand?  Every process has exactly one place, by the first rule that holds:
 *
 *   master    it is the master of an application: the root of that application
 *   claim     a live supervisor lists it: its child (of two supervisors, the lower pid's)
 *   grave     the process it stands under has just died and is still shown: it stays for that time
 *   parent    the head of its $ancestors is alive, by pid or by name; of a process that is not
 *             proc_lib's: the process that spawned it, if it is alive and linked.  Under a
 *             supervisor it counts as a child until a complete answer does not list it; under the
 *             process that an application's master starts, so stands the top supervisor
 *   ancestor  the nearest of its farther $ancestors that is alive
 *   link      it is linked to exactly one live process, not counting those that stand under it
 *   leader    its group leader is the master of an application: it belongs to that application
 *   outside   none of these
 *
 * A rule looks at facts, never at where others stand (but for graves), so the order in which
 * records arrive does not matter.  Rules may form a loop, since pids may refer to each other: it is
 * cut at the row with the weakest rule, the lowest pid among equals, which then stands outside.
 *
 * Rows whose facts changed are queued; rows that hang on what else is there (no live parent, or cut
 * from a loop) are "unsettled" and looked at whenever the structure changed.  When much is
 * queued, everything is placed anew in one linear pass.
 * Invariant: after ov_table_place() with @thorough each used row is placed exactly once.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#define BULK_AT_LEAST 512
/* Looking at very many unsettled rows is rationed while nobody waits for the result. */
#define MANY_UNSETTLED 2000
#define UNSETTLED_PAUSE_US 250000

typedef struct
{
  guint32  parent;
  guint32  order;
  OvPlace  place;
  OvRule   rule;
  gboolean settled;
} Decision;

void
ov_table_queue (OvProcessTable *self,
                guint32         slot)
{
  OvFacts *facts = ov_table_facts (self, slot);

  self->structure_changed = TRUE;
  if (facts->queued)
    return;
  facts->queued = TRUE;
  g_array_append_val (self->pending, slot);
}

void
ov_table_queue_children (OvProcessTable *self,
                         guint32         slot)
{
  for (guint32 child = ov_table_row (self, slot)->first_child; child != OV_SLOT_NONE;
       child = ov_table_row (self, child)->next)
    ov_table_queue (self, child);
}

static gboolean
decide_claim (OvProcessTable *self,
              guint32         slot,
              Decision       *decision)
{
  OvSupervisor *supervisor = ov_table_get_lister (self, slot);
  guint32 parent;

  if (supervisor == NULL)
    return FALSE;
  parent = ov_table_find_alive (self, supervisor->key);
  if (parent == OV_SLOT_NONE || parent == slot)
    return FALSE;

  *decision = (Decision) {
    .parent = parent, .place = OV_PLACE_CHILD, .rule = OV_RULE_CLAIM, .settled = TRUE,
    .order = OV_ORDER_NONE,
  };
  if (!supervisor->dynamic)
    decision->order = g_array_index (supervisor->claims, OvClaim,
                                     ov_table_facts (self, slot)->claim).position;

  return TRUE;
}

static gboolean
decide_grave (OvProcessTable *self,
              guint32         slot,
              Decision       *decision)
{
  const OvProcess *row = ov_table_row (self, slot);
  const OvFacts *facts = ov_table_facts (self, slot);

  if (!facts->placed || row->parent == OV_SLOT_NONE || ov_table_row (self, row->parent)->alive)
    return FALSE;

  *decision = (Decision) {
    .parent = row->parent, .place = row->place, .rule = OV_RULE_GRAVE, .settled = TRUE,
    .order = facts->order,
  };

  return TRUE;
}

/* Under a supervisor: a child, unless the supervisor named all of its children and not this. */
static OvPlace
place_under (OvProcessTable *self,
             guint32         slot,
             guint32         parent)
{
  const OvProcess *above = ov_table_row (self, parent);
  OvSupervisor *supervisor;

  if (above->behaviour != OV_BEHAVIOUR_SUPERVISOR)
    return OV_PLACE_RELATED;

  supervisor = ov_table_find_supervisor (self, ov_pid_key (&above->pid));
  if (supervisor == NULL || !ov_supervisor_is_complete (supervisor)
      || ov_table_facts (self, slot)->sequence > supervisor->sequence)
    return OV_PLACE_CHILD;

  return OV_PLACE_RELATED;
}

static guint32
find_entry (OvProcessTable     *self,
            const OvChainEntry *entry)
{
  return entry->key != OV_PID_KEY_NONE ? ov_table_find_alive (self, entry->key)
                                       : ov_table_find_named (self, entry->name);
}

static gboolean
decide_ancestors (OvProcessTable *self,
                  guint32         slot,
                  Decision       *decision)
{
  const OvFacts *facts = ov_table_facts (self, slot);
  guint n = facts->chain != NULL ? facts->chain->n : 0;

  /* The spawner of a process that is not proc_lib's says something only while they are linked. */
  gboolean spawned = facts->described && !facts->proc_lib;

  for (guint i = 0; i < (spawned ? MIN (n, 1) : n); i++)
    {
      guint32 parent = find_entry (self, &facts->chain->entries[i]);

      if (parent == OV_SLOT_NONE || parent == slot)
        continue;
      if (spawned
          && !ov_table_is_linked (self, slot, ov_pid_key (&ov_table_row (self, parent)->pid)))
        continue;

      *decision = (Decision) {
        .parent = parent, .order = OV_ORDER_NONE, .settled = i == 0,
        .place = i == 0 ? place_under (self, slot, parent) : OV_PLACE_RELATED,
        .rule = i == 0 ? OV_RULE_PARENT : OV_RULE_ANCESTOR,
      };
      if (decision->place == OV_PLACE_CHILD)
        decision->order = facts->inherited_order;
      return TRUE;
    }

  return FALSE;
}

/* The place that follows from the row's own facts and those of its parent. */
static gboolean
decide_strong (OvProcessTable *self,
               guint32         slot,
               Decision       *decision)
{
  if (ov_table_facts (self, slot)->master)
    {
      *decision = (Decision) {
        .parent = OV_SLOT_NONE, .place = OV_PLACE_APPLICATION, .rule = OV_RULE_MASTER,
        .settled = TRUE, .order = OV_ORDER_NONE,
      };
      return TRUE;
    }

  return decide_claim (self, slot, decision) || decide_grave (self, slot, decision)
         || decide_ancestors (self, slot, decision);
}

static gboolean
decide_link (OvProcessTable *self,
             guint32         slot,
             Decision       *decision)
{
  const OvFacts *facts = ov_table_facts (self, slot);
  guint32 start = ov_table_row (self, slot)->link_start;
  guint32 only = OV_SLOT_NONE;

  for (guint i = 0; i < facts->link_count; i++)
    {
      guint32 other = ov_table_find_alive (self,
                                           g_array_index (self->links, OvPidKey, start + i));
      Decision theirs;

      if (other == OV_SLOT_NONE || other == slot || other == only)
        continue;
      if (decide_strong (self, other, &theirs) && theirs.parent == slot)
        continue;
      if (only != OV_SLOT_NONE)
        return FALSE;
      only = other;
    }
  if (only == OV_SLOT_NONE)
    return FALSE;

  *decision = (Decision) {
    .parent = only, .place = OV_PLACE_RELATED, .rule = OV_RULE_LINK, .order = OV_ORDER_NONE,
  };

  return TRUE;
}

static gboolean
decide_leader (OvProcessTable *self,
               guint32         slot,
               Decision       *decision)
{
  guint32 leader = ov_table_find_alive (self, ov_table_facts (self, slot)->leader);

  if (leader == OV_SLOT_NONE || leader == slot || !ov_table_facts (self, leader)->master)
    return FALSE;

  *decision = (Decision) {
    .parent = leader, .place = OV_PLACE_RELATED, .rule = OV_RULE_LEADER, .order = OV_ORDER_NONE,
  };

  return TRUE;
}

static void
decide (OvProcessTable *self,
        guint32         slot,
        Decision       *decision)
{
  if (decide_strong (self, slot, decision) || decide_link (self, slot, decision)
      || decide_leader (self, slot, decision))
    return;

  *decision = (Decision) {
    .parent = OV_SLOT_NONE, .place = OV_PLACE_OUTSIDE, .rule = OV_RULE_NONE,
    .order = OV_ORDER_NONE,
  };
}

/* What a place says of a row besides where it is. */
static void
note_place (OvProcessTable *self,
            guint32         slot,
            const Decision *decision)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  OvSupervisor *supervisor;

  row->place = decision->place;
  row->related = decision->parent != OV_SLOT_NONE ? ov_table_row (self, decision->parent)->pid
                                                  : OV_PID_NONE;
  facts->order = decision->order;
  facts->rule = decision->rule;
  facts->unsettled = !decision->settled;
  if (facts->unsettled)
    ov_bitset_add (self->unsettled, slot);
  else
    ov_bitset_remove (self->unsettled, slot);

  if (decision->rule == OV_RULE_CLAIM && decision->place == OV_PLACE_CHILD)
    {
      /* Whoever listed it may have been forgotten since. */
      supervisor = ov_table_get_lister (self, slot);
      if (supervisor != NULL && facts->claim < supervisor->claims->len)
        {
          const OvClaim *claim = &g_array_index (supervisor->claims, OvClaim, facts->claim);

          row->child_id = claim->id;
          row->restart = claim->restart;
        }
    }
  else if (decision->rule == OV_RULE_PARENT && decision->place == OV_PLACE_CHILD)
    {
      supervisor = ov_table_find_supervisor (self, ov_pid_key (&row->related));
      if (supervisor != NULL && supervisor->dynamic)
        {
          row->child_id = supervisor->template_id;
          row->restart = supervisor->template_restart;
        }
      else if (facts->inherited_order == OV_ORDER_NONE)
        {
          row->child_id = OV_STRING_NONE;
          row->restart = OV_RESTART_UNKNOWN;
        }
    }
  else if (decision->rule != OV_RULE_GRAVE)
    {
      row->child_id = OV_STRING_NONE;
      row->restart = OV_RESTART_UNKNOWN;
    }
}

static void
cut (OvProcessTable *self,
     guint32         slot,
     Decision       *decision)
{
  decision->parent = OV_SLOT_NONE;
  decision->place = OV_PLACE_OUTSIDE;
  decision->order = OV_ORDER_NONE;
  decision->settled = FALSE;
  ov_table_facts (self, slot)->broken = TRUE;
  self->cut_some = TRUE;
}

static gboolean
is_weaker (OvProcessTable *self,
           guint32         a,
           OvRule          rule_a,
           guint32         b,
           OvRule          rule_b)
{
  if (rule_a != rule_b)
    return rule_a < rule_b;

  return ov_pid_key (&ov_table_row (self, a)->pid) < ov_pid_key (&ov_table_row (self, b)->pid);
}

/* The row at which the loop is cut that @slot would close by standing under @parent. */
static guint32
find_weakest (OvProcessTable *self,
              guint32         slot,
              OvRule          rule,
              guint32         parent)
{
  guint32 weakest = slot;

  for (guint32 at = parent; at != slot; at = ov_table_row (self, at)->parent)
    {
      OvRule weakest_rule = weakest == slot ? rule : ov_table_facts (self, weakest)->rule;

      if (is_weaker (self, at, ov_table_facts (self, at)->rule, weakest, weakest_rule))
        weakest = at;
    }

  return weakest;
}

static void
move_row (OvProcessTable *self,
          guint32         slot,
          const Decision *decision)
{
  OvProcess *row = ov_table_row (self, slot);
  const OvProcess *above;

  ov_table_detach (self, slot);
  note_place (self, slot, decision);
  ov_table_attach (self, slot, decision->parent);

  above = decision->parent != OV_SLOT_NONE ? ov_table_row (self, decision->parent) : NULL;
  if (decision->place == OV_PLACE_APPLICATION)
    {
      OvPidKey key = ov_pid_key (&row->pid);

      ov_table_set_application (self, slot,
                                GPOINTER_TO_UINT (g_hash_table_lookup (self->masters, &key)));
    }
  else
    ov_table_set_application (self, slot, above != NULL ? above->application : OV_STRING_NONE);
  ov_table_note_change (self, OV_TABLE_STRUCTURE);
}

static void
note_unsorted (OvProcessTable *self,
               guint32         parent)
{
  if (ov_table_facts (self, parent)->unsorted)
    return;

  ov_table_facts (self, parent)->unsorted = TRUE;
  g_array_append_val (self->unsorted, parent);
}

static void
sort_unsorted (OvProcessTable *self)
{
  for (guint i = 0; i < self->unsorted->len; i++)
    {
      guint32 parent = g_array_index (self->unsorted, guint32, i);

      ov_table_facts (self, parent)->unsorted = FALSE;
      if (ov_table_row (self, parent)->used)
        ov_table_sort_children (self, parent);
    }
  g_array_set_size (self->unsorted, 0);
}

static void
place_row (OvProcessTable *self,
           guint32         slot)
{
  const OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  Decision decision;

  if (!row->used || (!row->alive && facts->placed))
    return;

  decide (self, slot, &decision);
  facts->broken = FALSE;
  if (decision.parent != OV_SLOT_NONE && row->first_child != OV_SLOT_NONE
      && ov_table_is_below (self, decision.parent, slot))
    {
      guint32 weakest = find_weakest (self, slot, decision.rule, decision.parent);

      if (weakest == slot)
        cut (self, slot, &decision);
      else
        {
          Decision outside = { .rule = ov_table_facts (self, weakest)->rule };

          cut (self, weakest, &outside);
          move_row (self, weakest, &outside);
        }
    }

  if (facts->placed && row->parent == decision.parent && row->place == decision.place)
    {
      guint32 order = facts->order;
      guint32 child_id = row->child_id;
      OvRestart restart = row->restart;

      note_place (self, slot, &decision);
      if (child_id != row->child_id || restart != row->restart)
        ov_table_note_change (self, OV_TABLE_DETAILS);
      if (order != facts->order && row->parent != OV_SLOT_NONE)
        note_unsorted (self, row->parent);
      return;
    }
  move_row (self, slot, &decision);
}

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  const guint64 *first = a;
  const guint64 *second = b;

  if (first[0] != second[0])
    return first[0] < second[0] ? -1 : 1;

  return first[1] < second[1] ? -1 : first[1] > second[1];
}

/* Pairs of seat and slot, in the order of seats; a census comes nearly sorted. */
static GArray *
list_by_seat (OvProcessTable *self)
{
  GArray *pairs = g_array_sized_new (FALSE, FALSE, 2 * sizeof (guint64), self->n_used);
  gboolean sorted = TRUE;
  guint64 last = 0;

  for (guint32 slot = 0; slot < self->n_slots; slot++)
    {
      guint64 pair[2];

      if (!ov_table_row (self, slot)->used)
        continue;
      pair[0] = ov_table_facts (self, slot)->seat;
      pair[1] = slot;
      sorted &= pair[0] >= last;
      last = pair[0];
      g_array_append_vals (pairs, pair, 1);
    }
  if (!sorted)
    g_array_sort (pairs, compare_keys);

  return pairs;
}

#define UNSEEN 0u
#define DONE G_MAXUINT32

/* Cuts every loop of @decisions; linear, since each row is walked over twice at most. */
static void
cut_loops (OvProcessTable *self,
           Decision       *decisions)
{
  g_autofree guint32 *seen = g_new0 (guint32, self->n_slots);

  for (guint32 start = 0; start < self->n_slots; start++)
    {
      guint32 at = start;
      guint32 weakest;

      if (!ov_table_row (self, start)->used)
        continue;

      while (at != OV_SLOT_NONE && seen[at] == UNSEEN)
        {
          seen[at] = start + 1;
          at = decisions[at].parent;
        }
      if (at != OV_SLOT_NONE && seen[at] == start + 1)
        {
          guint32 first = at;

          weakest = at;
          for (at = decisions[at].parent; at != first; at = decisions[at].parent)
            if (is_weaker (self, at, decisions[at].rule, weakest, decisions[weakest].rule))
              weakest = at;
          cut (self, weakest, &decisions[weakest]);
        }
      for (at = start; at != OV_SLOT_NONE && seen[at] == start + 1; at = decisions[at].parent)
        seen[at] = DONE;
    }
}

static void
decide_all (OvProcessTable *self,
            Decision       *decisions)
{
  for (guint32 slot = 0; slot < self->n_slots; slot++)
    {
      const OvProcess *row = ov_table_row (self, slot);
      OvFacts *facts = ov_table_facts (self, slot);

      if (!row->used)
        continue;
      facts->broken = FALSE;
      if (row->alive || !facts->placed)
        decide (self, slot, &decisions[slot]);
      else /* a grave stays where it is */
        decisions[slot] = (Decision) {
          .parent = row->parent, .place = row->place, .rule = facts->rule, .order = facts->order,
          .settled = TRUE,
        };
    }
}

static void
clear_tree (OvProcessTable *self)
{
  for (guint32 slot = 0; slot < self->n_slots; slot++)
    {
      OvProcess *row = ov_table_row (self, slot);

      row->parent = row->first_child = row->last_child = OV_SLOT_NONE;
      row->previous = row->next = OV_SLOT_NONE;
      row->n_children = 0;
      row->application = OV_STRING_NONE;
      ov_table_facts (self, slot)->placed = ov_table_facts (self, slot)->listed = FALSE;
    }
  self->first_outside = self->last_outside = self->hint = OV_SLOT_NONE;
  self->n_outside = 0;
  self->applications_stale = self->outside_stale = TRUE;
}

static int
compare_in_list (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  const OvFacts *first = ov_table_facts (user_data, ((const guint64 *) a)[1]);
  const OvFacts *second = ov_table_facts (user_data, ((const guint64 *) b)[1]);

  if (first->order != second->order)
    return first->order < second->order ? -1 : 1;

  return compare_keys (a, b);
}

static void
set_applications (OvProcessTable *self)
{
  GHashTableIter iter;
  gpointer key;
  gpointer name;

  g_hash_table_iter_init (&iter, self->masters);
  while (g_hash_table_iter_next (&iter, &key, &name))
    {
      guint32 slot = ov_table_find_key (self, *(OvPidKey *) key);

      if (slot != OV_SLOT_NONE)
        ov_table_set_application (self, slot, GPOINTER_TO_UINT (name));
    }
}

/* Attaching in (order, seat) order makes every insertion one at the end of its list. */
static void
place_all (OvProcessTable *self)
{
  g_autoptr (GArray) pairs = list_by_seat (self);
  g_autofree Decision *decisions = g_new (Decision, MAX (self->n_slots, 1));
  gboolean ordered = FALSE;

  decide_all (self, decisions);
  cut_loops (self, decisions);
  clear_tree (self);
  self->sums_stale = TRUE;
  for (guint i = 0; i < pairs->len; i++)
    {
      guint32 slot = (guint32) ((guint64 *) (gpointer) pairs->data)[2 * i + 1];

      note_place (self, slot, &decisions[slot]);
      ordered |= decisions[slot].order != OV_ORDER_NONE;
    }
  if (ordered)
    g_array_sort_with_data (pairs, compare_in_list, self);

  for (guint i = 0; i < pairs->len; i++)
    {
      guint32 slot = (guint32) ((guint64 *) (gpointer) pairs->data)[2 * i + 1];

      ov_table_attach (self, slot, decisions[slot].parent);
    }
  set_applications (self);
  ov_table_sum_all (self);
  ov_table_note_change (self, OV_TABLE_STRUCTURE | OV_TABLE_DETAILS);
}

/* Loops are looked for among rows of which some may be about to move.  After all were placed
 * once every loop is a true one, so those that were cut are looked at a second time. */
static void
place_unsettled (OvProcessTable *self)
{
  self->cut_some = FALSE;
  for (guint32 slot = ov_bitset_next (self->unsettled, 0); slot != OV_BITSET_END;
       slot = ov_bitset_next (self->unsettled, slot + 1))
    place_row (self, slot);
  for (guint32 slot = self->cut_some ? ov_bitset_next (self->unsettled, 0) : OV_BITSET_END;
       slot != OV_BITSET_END; slot = ov_bitset_next (self->unsettled, slot + 1))
    if (ov_table_facts (self, slot)->broken)
      place_row (self, slot);
  self->structure_changed = FALSE;
  self->unsettled_looked_us = ov_table_now_us (self);
}

/* @thorough: somebody waits for the result, so nothing is put off. */
void
ov_table_place (OvProcessTable *self,
                gboolean        thorough)
{
  g_autoptr (GArray) pending = NULL;

  if (self->pending->len > 0)
    {
      pending = g_steal_pointer (&self->pending);
      self->pending = g_array_new (FALSE, FALSE, sizeof (guint32));
      for (guint i = 0; i < pending->len; i++)
        ov_table_facts (self, g_array_index (pending, guint32, i))->queued = FALSE;

      if (pending->len >= BULK_AT_LEAST && pending->len > self->n_used / 4)
        {
          place_all (self);
          self->structure_changed = FALSE;
          return;
        }
      for (guint i = 0; i < pending->len; i++)
        place_row (self, g_array_index (pending, guint32, i));
    }

  if (self->structure_changed
      && (thorough || ov_bitset_get_size (self->unsettled) < MANY_UNSETTLED
          || ov_table_now_us (self) - self->unsettled_looked_us > UNSETTLED_PAUSE_US))
    place_unsettled (self);
  sort_unsorted (self);
}
