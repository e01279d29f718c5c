/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Marks: why a row wants attention, and for how long.
 *
 *   BORN, RESTARTED ── their time ──► gone          MAILBOX_GROWING ── no growth ──► gone
 *   HEADROOM_LOW ── the supervisor's period ──► gone
 *   DIED, CRASHED ── the grave's time ──► the slot is free, with the next generation
 *
 * A row has a set of marks and shows the worst of it.  Times of one kind are all equal, so a queue
 * in order of arrival is in order of time as well.
 * Thread: main.
 */
#include "model/ov-process-table-private.h"

#define GRAVE_US (1500 * 1000)
#define BORN_US (2 * G_USEC_PER_SEC)
#define RESTARTED_US (5 * G_USEC_PER_SEC)
#define GROWING_US (3 * G_USEC_PER_SEC)

static void
show_worst (OvProcessTable *self,
            guint32         slot)
{
  OvProcess *row = ov_table_row (self, slot);
  OvFacts *facts = ov_table_facts (self, slot);
  OvMark before = row->mark;

  row->mark = facts->marks != 0 ? (guint) g_bit_nth_msf (facts->marks, -1) : OV_MARK_NONE;
  if (row->mark > before)
    ov_table_raise_worst (self, slot, row->mark);
  else if (row->mark < before)
    ov_table_stale_worst (self, slot);
}

void
ov_table_set_mark (OvProcessTable *self,
                   guint32         slot,
                   OvMark          mark,
                   gboolean        on)
{
  OvFacts *facts = ov_table_facts (self, slot);
  guint16 marks = on ? facts->marks | (1u << mark) : facts->marks & ~(1u << mark);

  if (marks == facts->marks)
    return;

  facts->marks = marks;
  show_worst (self, slot);
  ov_table_note_change (self, OV_TABLE_DETAILS);
}

static gint64
time_of (OvMark mark)
{
  switch (mark)
    {
    case OV_MARK_RESTARTED:
      return RESTARTED_US;
    case OV_MARK_MAILBOX_GROWING:
      return GROWING_US;
    default:
      return BORN_US;
    }
}

static GQueue *
queue_of (OvProcessTable *self,
          OvMark          mark)
{
  switch (mark)
    {
    case OV_MARK_RESTARTED:
      return &self->renewed;
    case OV_MARK_MAILBOX_GROWING:
      return &self->growing;
    default:
      return &self->fading;
    }
}

static void
push_due (OvProcessTable *self,
          GQueue         *queue,
          guint32         slot,
          gint64          after_us)
{
  OvDue *due = g_new (OvDue, 1);

  due->slot = slot;
  due->generation = ov_table_row (self, slot)->generation;
  due->due_us = ov_table_now_us (self) + after_us;
  g_queue_push_tail (queue, due);
}

/* BORN, RESTARTED and MAILBOX_GROWING end by themselves. */
void
ov_table_fade_mark (OvProcessTable *self,
                    guint32         slot,
                    OvMark          mark)
{
  push_due (self, queue_of (self, mark), slot, time_of (mark));
}

void
ov_table_mark_headroom (OvProcessTable *self,
                        guint32         slot,
                        guint32         period_s)
{
  OvDue due = { slot, ov_table_row (self, slot)->generation,
                ov_table_now_us (self) + (gint64) MIN (period_s, 86400) * G_USEC_PER_SEC };

  for (guint i = 0; i < self->headroom->len; i++)
    if (g_array_index (self->headroom, OvDue, i).slot == slot)
      {
        g_array_index (self->headroom, OvDue, i) = due;
        return;
      }
  g_array_append_val (self->headroom, due);
}

void
ov_table_bury (OvProcessTable *self,
               guint32         slot)
{
  if (self->live)
    push_due (self, &self->graves, slot, GRAVE_US);
  else
    g_array_append_val (self->dead, slot);
}

static gboolean
is_same (OvProcessTable *self,
         const OvDue    *due)
{
  return ov_table_row (self, due->slot)->used
         && ov_table_row (self, due->slot)->generation == due->generation;
}

static void
end_queue (OvProcessTable *self,
           OvMark          mark,
           gint64          now_us)
{
  GQueue *queue = queue_of (self, mark);
  OvDue *due;

  while ((due = g_queue_peek_head (queue)) != NULL && due->due_us <= now_us)
    {
      g_queue_pop_head (queue);
      if (is_same (self, due))
        {
          /* Who was marked again meanwhile has a later entry of the same kind; its growth since
           * tells. */
          if (mark == OV_MARK_MAILBOX_GROWING)
            ov_table_facts (self, due->slot)->growth_marks--;
          if (mark != OV_MARK_MAILBOX_GROWING
              || ov_table_facts (self, due->slot)->growth_marks == 0)
            ov_table_set_mark (self, due->slot, mark, FALSE);
        }
      g_free (due);
    }
}

static void
end_headroom (OvProcessTable *self,
              gint64          now_us)
{
  for (guint i = self->headroom->len; i-- > 0;)
    {
      const OvDue due = g_array_index (self->headroom, OvDue, i);

      if (due.due_us > now_us)
        continue;
      if (is_same (self, &due))
        ov_table_set_mark (self, due.slot, OV_MARK_HEADROOM_LOW, FALSE);
      g_array_remove_index_fast (self->headroom, i);
    }
}

/* Frees the row and the graves below it; what lives below it is placed anew. */
static void
end_grave (OvProcessTable *self,
           guint32         slot)
{
  g_autoptr (GArray) below = g_array_new (FALSE, FALSE, sizeof (guint32));
  OvPidKey key;

  g_array_append_val (below, slot);
  for (guint i = 0; i < below->len; i++)
    {
      guint32 at = g_array_index (below, guint32, i);

      for (guint32 child = ov_table_row (self, at)->first_child; child != OV_SLOT_NONE;
           child = ov_table_row (self, child)->next)
        if (!ov_table_row (self, child)->alive)
          g_array_append_val (below, child);
    }

  for (guint i = below->len; i-- > 0;)
    {
      guint32 at = g_array_index (below, guint32, i);

      while (ov_table_row (self, at)->first_child != OV_SLOT_NONE)
        {
          guint32 child = ov_table_row (self, at)->first_child;

          ov_table_detach (self, child);
          ov_table_row (self, child)->place = OV_PLACE_OUTSIDE;
          ov_table_attach (self, child, OV_SLOT_NONE); /* until the queue is worked off */
          ov_table_set_application (self, child, OV_STRING_NONE);
          ov_table_queue (self, child);
        }
      key = ov_pid_key (&ov_table_row (self, at)->pid);
      ov_table_detach (self, at);
      g_hash_table_remove (self->masters, &key);
      ov_table_free_row (self, at);
    }
  ov_table_note_change (self, OV_TABLE_STRUCTURE);
}

static void
end_graves (OvProcessTable *self,
            gint64          now_us)
{
  OvDue *due;

  while ((due = g_queue_peek_head (&self->graves)) != NULL && due->due_us <= now_us)
    {
      g_queue_pop_head (&self->graves);
      if (is_same (self, due))
        end_grave (self, due->slot);
      g_free (due);
    }

  if (self->in_census)
    return;
  for (guint i = 0; i < self->dead->len; i++)
    {
      guint32 slot = g_array_index (self->dead, guint32, i);

      if (ov_table_row (self, slot)->used && !ov_table_row (self, slot)->alive)
        end_grave (self, slot);
    }
  g_array_set_size (self->dead, 0);
}

void
ov_table_end_marks (OvProcessTable *self,
                    gint64          now_us)
{
  end_queue (self, OV_MARK_BORN, now_us);
  end_queue (self, OV_MARK_RESTARTED, now_us);
  end_queue (self, OV_MARK_MAILBOX_GROWING, now_us);
  end_headroom (self, now_us);
  end_graves (self, now_us);
}

void
ov_table_marks_clear (OvProcessTable *self)
{
  g_queue_clear_full (&self->graves, g_free);
  g_queue_clear_full (&self->fading, g_free);
  g_queue_clear_full (&self->renewed, g_free);
  g_queue_clear_full (&self->growing, g_free);
}

gint64
ov_table_next_due (OvProcessTable *self)
{
  GQueue *queues[] = { &self->graves, &self->fading, &self->renewed, &self->growing };
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    if (!g_queue_is_empty (queues[i]))
      next = MIN (next, ((OvDue *) g_queue_peek_head (queues[i]))->due_us);
  for (guint i = 0; i < self->headroom->len; i++)
    next = MIN (next, g_array_index (self->headroom, OvDue, i).due_us);

  return next;
}
