/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHits: ascending numbers in groups of those that share all but their low 16 bits.
 * Invariant: groups are ascending and none is empty; before is how many were appended ahead of the group.
 * Thread: one at a time.
 */
#include "trace/ov-event-rows-private.h"

typedef struct
{
  guint64  high;   /* number >> 16 */
  guint64  before;
  guint16 *lows;
  guint32  n, room;
} Group;

struct _OvHits
{
  GArray *groups;
  guint64 appended, dropped;
};

static void
clear_group (gpointer group)
{
  g_free (((Group *) group)->lows);
}

OvHits *
ov_hits_new (void)
{
  OvHits *self = g_new0 (OvHits, 1);

  self->groups = g_array_new (FALSE, TRUE, sizeof (Group));
  g_array_set_clear_func (self->groups, clear_group);

  return self;
}

void
ov_hits_free (OvHits *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->groups);
  g_free (self);
}

static Group *
get_group (const OvHits *self,
           guint         i)
{
  return &g_array_index (self->groups, Group, i);
}

static Group *
need_group (OvHits  *self,
            guint64  high)
{
  Group *last = self->groups->len > 0 ? get_group (self, self->groups->len - 1) : NULL;
  Group fresh = { .high = high, .before = self->appended };

  if (last != NULL && last->high == high)
    return last;
  if (last != NULL)
    last->lows = g_renew (guint16, last->lows, last->n);
  g_array_append_val (self->groups, fresh);

  return get_group (self, self->groups->len - 1);
}

void
ov_hits_append (OvHits        *self,
                const guint64 *numbers,
                gsize          n)
{
  for (gsize i = 0; i < n; i++)
    {
      Group *group = need_group (self, numbers[i] >> 16);

      if (group->n == group->room)
        {
          group->room = MAX (16, group->room * 2);
          group->lows = g_renew (guint16, group->lows, group->room);
        }
      group->lows[group->n++] = (guint16) numbers[i];
      self->appended++;
    }
}

guint64
ov_hits_get_n (const OvHits *self)
{
  return self->appended - self->dropped;
}

/* The group in which the hit of this number in the order of appending is. */
static guint
find_group (const OvHits *self,
            guint64       at)
{
  guint low = 0;
  guint high = self->groups->len;

  while (low + 1 < high)
    {
      guint middle = low + (high - low) / 2;

      if (get_group (self, middle)->before <= at)
        low = middle;
      else
        high = middle;
    }

  return low;
}

guint64
ov_hits_get (const OvHits *self,
             guint64       position)
{
  guint64 at = position + self->dropped;
  const Group *group;

  if (position >= ov_hits_get_n (self))
    return OV_EVENT_NONE;
  group = get_group (self, find_group (self, at));

  return group->high << 16 | group->lows[at - group->before];
}

static guint32
find_low (const Group *group,
          guint16      wanted)
{
  guint32 low = 0;
  guint32 high = group->n;

  while (low < high)
    {
      guint32 middle = low + (high - low) / 2;

      if (group->lows[middle] < wanted)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

guint64
ov_hits_find (const OvHits *self,
              guint64       number)
{
  guint low = 0;
  guint high = self->groups->len;
  guint64 at = self->appended;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (get_group (self, middle)->high < number >> 16)
        low = middle + 1;
      else
        high = middle;
    }
  if (low < self->groups->len)
    {
      const Group *group = get_group (self, low);

      at = group->before + (group->high == number >> 16 ? find_low (group, (guint16) number) : 0);
    }

  return MAX (at, self->dropped) - self->dropped;
}

guint64
ov_hits_drop (OvHits  *self,
              guint64  number)
{
  guint64 n = ov_hits_find (self, number);
  guint gone = 0;

  self->dropped += n;
  while (gone < self->groups->len
         && get_group (self, gone)->before + get_group (self, gone)->n <= self->dropped)
    gone++;
  if (gone > 0)
    g_array_remove_range (self->groups, 0, gone);

  return n;
}
