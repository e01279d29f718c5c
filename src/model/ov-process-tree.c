/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree that places make: sibling lists in order, the application of a subtree, and sums.
 *
 * Sums are kept by adding differences on the way up, which costs the depth of a change and
 * not the width of a supervisor; a tree deeper than MAX_CLIMB (a ring of processes that each
 * spawned the next, say) gives that up and is summed anew in one pass when somebody asks.
 * Invariants: a placed row is in exactly one list, that of its parent or that of the roots
 * outside, or is the master of an application; lists are ordered by (order, seat, pid).
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#define MAX_CLIMB 256

/* Where the first and last of the siblings are kept. */
static void
get_ends (OvProcessTable  *self,
          guint32          parent,
          guint32        **first,
          guint32        **last)
{
  if (parent == OV_SLOT_NONE)
    {
      *first = &self->first_outside;
      *last = &self->last_outside;
      return;
    }

  *first = &ov_table_row (self, parent)->first_child;
  *last = &ov_table_row (self, parent)->last_child;
}

static gboolean
is_before (OvProcessTable *self,
           guint32         a,
           guint32         b)
{
  const OvFacts *first = ov_table_facts (self, a);
  const OvFacts *second = ov_table_facts (self, b);

  if (first->order != second->order)
    return first->order < second->order;
  if (first->seat != second->seat)
    return first->seat < second->seat;

  return ov_pid_key (&ov_table_row (self, a)->pid) < ov_pid_key (&ov_table_row (self, b)->pid);
}

/* The sibling after which @slot belongs.  Births come in pid order, so the end, or beside the
 * last insertion when pids have wrapped, is nearly always right. */
static guint32
find_previous (OvProcessTable *self,
               guint32         slot,
               guint32         parent,
               guint32         last)
{
  guint32 previous = last;

  if (last != OV_SLOT_NONE && is_before (self, slot, last)
      && self->hint != OV_SLOT_NONE && self->hint != slot
      && ov_table_row (self, self->hint)->used && ov_table_facts (self, self->hint)->listed
      && ov_table_row (self, self->hint)->parent == parent)
    {
      guint32 next = self->hint;

      while (next != OV_SLOT_NONE && is_before (self, next, slot))
        {
          previous = next;
          next = ov_table_row (self, next)->next;
        }
      if (next != self->hint)
        return previous;
      previous = self->hint;
    }

  while (previous != OV_SLOT_NONE && is_before (self, slot, previous))
    previous = ov_table_row (self, previous)->previous;

  return previous;
}

static void
insert_sibling (OvProcessTable *self,
                guint32         slot,
                guint32         parent)
{
  OvProcess *row = ov_table_row (self, slot);
  guint32 *first;
  guint32 *last;

  get_ends (self, parent, &first, &last);
  row->previous = find_previous (self, slot, parent, *last);
  row->next = row->previous != OV_SLOT_NONE ? ov_table_row (self, row->previous)->next : *first;

  if (row->previous != OV_SLOT_NONE)
    ov_table_row (self, row->previous)->next = slot;
  else
    *first = slot;
  if (row->next != OV_SLOT_NONE)
    ov_table_row (self, row->next)->previous = slot;
  else
    *last = slot;
  self->hint = slot;
}

static void
remove_sibling (OvProcessTable *self,
                guint32         slot)
{
  OvProcess *row = ov_table_row (self, slot);
  guint32 *first;
  guint32 *last;

  get_ends (self, row->parent, &first, &last);
  if (row->previous != OV_SLOT_NONE)
    ov_table_row (self, row->previous)->next = row->next;
  else
    *first = row->next;
  if (row->next != OV_SLOT_NONE)
    ov_table_row (self, row->next)->previous = row->previous;
  else
    *last = row->previous;
  if (self->hint == slot)
    self->hint = row->previous;
  row->previous = row->next = OV_SLOT_NONE;
}

/* Puts a row that stands nowhere under @parent, or outside; by its place, which is set before, the
 * root of an application stands by itself. */
void
ov_table_attach (OvProcessTable *self,
                 guint32         slot,
                 guint32         parent)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);

  g_assert (!facts->placed);

  row->parent = parent;
  facts->placed = TRUE;
  if (row->place == OV_PLACE_APPLICATION)
    {
      self->applications_stale = TRUE;
      return;
    }

  facts->listed = TRUE;
  insert_sibling (self, slot, parent);
  if (parent == OV_SLOT_NONE)
    {
      self->n_outside++;
      self->outside_stale = TRUE;
      return;
    }

  ov_table_row (self, parent)->n_children++;
  ov_table_add_to_sums (self, parent, facts->memory_sum, facts->mailbox_sum, facts->rate_sum,
                        (gint32) facts->n_sum);
  ov_table_raise_worst (self, parent, facts->worst);
  if (facts->worst_stale)
    ov_table_stale_worst (self, parent);
}

void
ov_table_detach (OvProcessTable *self,
                 guint32         slot)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  guint32 parent = row->parent;

  if (!facts->placed)
    return;

  facts->placed = FALSE;
  if (!facts->listed) /* it may have become a master while it stood in a list */
    {
      self->applications_stale = TRUE;
      return;
    }

  facts->listed = FALSE;
  remove_sibling (self, slot);
  row->parent = OV_SLOT_NONE;
  if (parent == OV_SLOT_NONE)
    {
      self->n_outside--;
      self->outside_stale = TRUE;
      return;
    }

  ov_table_row (self, parent)->n_children--;
  ov_table_add_to_sums (self, parent, -facts->memory_sum, -facts->mailbox_sum, -facts->rate_sum,
                        -(gint32) facts->n_sum);
  if (facts->worst != OV_MARK_NONE)
    ov_table_stale_worst (self, parent);
}

static int
compare_siblings (gconstpointer a,
                  gconstpointer b,
                  gpointer      user_data)
{
  return is_before (user_data, *(const guint32 *) a, *(const guint32 *) b) ? -1 : 1;
}

/* After positions of children that stay where they are have changed. */
void
ov_table_sort_children (OvProcessTable *self,
                        guint32         parent)
{
  g_autoptr (GArray) children = g_array_new (FALSE, FALSE, sizeof (guint32));
  OvProcess *above = ov_table_row (self, parent);
  gboolean sorted = TRUE;

  for (guint32 child = above->first_child; child != OV_SLOT_NONE;
       child = ov_table_row (self, child)->next)
    {
      sorted &= ov_table_row (self, child)->previous == OV_SLOT_NONE
                || is_before (self, ov_table_row (self, child)->previous, child);
      g_array_append_val (children, child);
    }
  if (sorted)
    return;

  g_array_sort_with_data (children, compare_siblings, self);
  for (guint i = 0; i < children->len; i++)
    {
      OvProcess *child = ov_table_row (self, g_array_index (children, guint32, i));

      child->previous = i > 0 ? g_array_index (children, guint32, i - 1) : OV_SLOT_NONE;
      child->next = i + 1 < children->len ? g_array_index (children, guint32, i + 1)
                                          : OV_SLOT_NONE;
    }
  above->first_child = g_array_index (children, guint32, 0);
  above->last_child = g_array_index (children, guint32, children->len - 1);
  ov_table_note_change (self, OV_TABLE_STRUCTURE);
}

/* Is @slot the row @ancestor, or somewhere below it? */
gboolean
ov_table_is_below (OvProcessTable *self,
                   guint32         slot,
                   guint32         ancestor)
{
  while (slot != OV_SLOT_NONE && slot != ancestor)
    slot = ov_table_row (self, slot)->parent;

  return slot == ancestor;
}

/* The row after @slot in the subtree of @top, parents first; OV_SLOT_NONE at its end. */
guint32
ov_table_next_preorder (OvProcessTable *self,
                        guint32         slot,
                        guint32         top)
{
  const OvProcess *row = ov_table_row (self, slot);

  if (row->first_child != OV_SLOT_NONE)
    return row->first_child;

  while (slot != top)
    {
      row = ov_table_row (self, slot);
      if (row->next != OV_SLOT_NONE)
        return row->next;
      slot = row->parent;
    }

  return OV_SLOT_NONE;
}

void
ov_table_set_application (OvProcessTable *self,
                          guint32         slot,
                          guint32         application)
{
  if (ov_table_row (self, slot)->application == application)
    return;

  for (guint32 at = slot; at != OV_SLOT_NONE; at = ov_table_next_preorder (self, at, slot))
    ov_table_row (self, at)->application = application;
}

void
ov_table_add_to_sums (OvProcessTable *self,
                      guint32         from,
                      gint64          memory,
                      gint64          mailbox,
                      gint64          rate,
                      gint32          n)
{
  guint climbed = 0;

  if (self->sums_stale)
    return;

  for (guint32 slot = from; slot != OV_SLOT_NONE; slot = ov_table_row (self, slot)->parent)
    {
      OvFacts *facts = ov_table_facts (self, slot);

      facts->memory_sum += memory;
      facts->mailbox_sum += mailbox;
      facts->rate_sum += rate;
      facts->n_sum += n;
      if (++climbed > MAX_CLIMB)
        {
          self->sums_stale = TRUE;
          return;
        }
    }
}

void
ov_table_raise_worst (OvProcessTable *self,
                      guint32         slot,
                      OvMark          mark)
{
  guint climbed = 0;

  for (; slot != OV_SLOT_NONE && !self->sums_stale; slot = ov_table_row (self, slot)->parent)
    {
      OvFacts *facts = ov_table_facts (self, slot);

      if (facts->worst >= mark)
        return;
      facts->worst = mark;
      if (++climbed > MAX_CLIMB)
        self->sums_stale = TRUE;
    }
}

/* Something below became better: look again when somebody asks. */
void
ov_table_stale_worst (OvProcessTable *self,
                      guint32         slot)
{
  guint climbed = 0;

  for (; slot != OV_SLOT_NONE && !self->sums_stale; slot = ov_table_row (self, slot)->parent)
    {
      OvFacts *facts = ov_table_facts (self, slot);

      if (facts->worst_stale)
        return;
      facts->worst_stale = TRUE;
      if (++climbed > MAX_CLIMB)
        self->sums_stale = TRUE;
    }
}

static void
collect_worst (OvProcessTable *self,
               guint32         slot)
{
  OvFacts *facts = ov_table_facts (self, slot);
  guint8 worst = ov_table_row (self, slot)->mark;

  for (guint32 child = ov_table_row (self, slot)->first_child; child != OV_SLOT_NONE;
       child = ov_table_row (self, child)->next)
    worst = MAX (worst, ov_table_facts (self, child)->worst);

  facts->worst = worst;
  facts->worst_stale = FALSE;
}

/* Children before their parents, and only below rows that are stale. */
static void
refresh_worst (OvProcessTable *self,
               guint32         top)
{
  g_autoptr (GArray) stale = g_array_new (FALSE, FALSE, sizeof (guint32));

  g_array_append_val (stale, top);
  for (guint i = 0; i < stale->len; i++)
    for (guint32 child = ov_table_row (self, g_array_index (stale, guint32, i))->first_child;
         child != OV_SLOT_NONE; child = ov_table_row (self, child)->next)
      if (ov_table_facts (self, child)->worst_stale)
        g_array_append_val (stale, child);

  for (guint i = stale->len; i-- > 0;)
    collect_worst (self, g_array_index (stale, guint32, i));
}

static void
start_sums (OvProcessTable *self,
            guint32         slot)
{
  const OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);

  facts->memory_sum = facts->mailbox_sum = facts->rate_sum = 0;
  facts->n_sum = row->alive;
  if (row->alive)
    {
      facts->memory_sum = row->memory_bytes != OV_UNKNOWN_U64 ? (gint64) row->memory_bytes : 0;
      facts->mailbox_sum = (gint64) row->message_queue_len;
      facts->rate_sum = facts->rate;
    }
  facts->worst = row->mark;
  facts->worst_stale = FALSE;
}

static void
add_to_parent (OvProcessTable *self,
               guint32         slot)
{
  const OvFacts *facts = ov_table_facts (self, slot);
  OvFacts *above = ov_table_facts (self, ov_table_row (self, slot)->parent);

  above->memory_sum += facts->memory_sum;
  above->mailbox_sum += facts->mailbox_sum;
  above->rate_sum += facts->rate_sum;
  above->n_sum += facts->n_sum;
  above->worst = MAX (above->worst, facts->worst);
}

void
ov_table_sum_all (OvProcessTable *self)
{
  g_autoptr (GArray) order = g_array_sized_new (FALSE, FALSE, sizeof (guint32), self->n_used);

  for (guint32 slot = 0; slot < self->n_slots; slot++)
    if (ov_table_row (self, slot)->used)
      {
        start_sums (self, slot);
        if (ov_table_row (self, slot)->parent == OV_SLOT_NONE)
          for (guint32 at = slot; at != OV_SLOT_NONE; at = ov_table_next_preorder (self, at, slot))
            g_array_append_val (order, at);
      }

  for (guint i = order->len; i-- > 0;)
    if (ov_table_row (self, g_array_index (order, guint32, i))->parent != OV_SLOT_NONE)
      add_to_parent (self, g_array_index (order, guint32, i));

  self->sums_stale = FALSE;
}

/**
 * ov_process_table_sum:
 * @self: a table
 * @slot: a used slot
 * @sum: (out): the sums over the row and everything below it
 *
 * Dead rows count with their mark alone. A process whose memory is not known counts as zero.
 * Cheap: the sums are kept.
 */
void
ov_process_table_sum (OvProcessTable *self,
                      guint32         slot,
                      OvSubtree      *sum)
{
  const OvFacts *facts;

  g_return_if_fail (OV_IS_PROCESS_TABLE (self));
  g_return_if_fail (sum != NULL);

  *sum = (OvSubtree) { 0 };
  if (ov_process_table_get_row (self, slot) == NULL)
    return;

  if (self->sums_stale)
    ov_table_sum_all (self);
  if (ov_table_facts (self, slot)->worst_stale)
    refresh_worst (self, slot);

  facts = ov_table_facts (self, slot);
  sum->memory_bytes = (guint64) MAX (facts->memory_sum, 0);
  sum->message_queue_len = (guint64) MAX (facts->mailbox_sum, 0);
  sum->reductions_per_s = (double) facts->rate_sum / 1000.0;
  sum->n_processes = facts->n_sum;
  sum->worst_mark = facts->worst;
}
