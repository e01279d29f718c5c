/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The writer's side of OvEpoch.
 * Invariant: retired[t & 1] holds what was taken away in turn t or in turn t - 1, never both: before
 * turn t begins, that list is emptied.
 * Thread: under the owner's lock.
 */
#include "trace/ov-epoch-private.h"

static void
free_list (GArray *retired)
{
  for (guint i = 0; i < retired->len; i++)
    {
      OvRetired *one = &g_array_index (retired, OvRetired, i);

      one->free (one->what);
    }
  g_array_set_size (retired, 0);
}

void
ov_epoch_init (OvEpoch *self)
{
  atomic_init (&self->turn, 0);
  for (guint i = 0; i < 2; i++)
    {
      atomic_init (&self->readers[i], 0);
      self->retired[i] = g_array_new (FALSE, FALSE, sizeof (OvRetired));
    }
}

void
ov_epoch_clear (OvEpoch *self)
{
  for (guint i = 0; i < 2; i++)
    {
      free_list (self->retired[i]);
      g_array_unref (self->retired[i]);
    }
}

void
ov_epoch_retire (OvEpoch        *self,
                 gpointer        what,
                 GDestroyNotify  free)
{
  OvRetired one = { what, free };

  if (what != NULL)
    g_array_append_val (self->retired[atomic_load (&self->turn) & 1], one);
}

void
ov_epoch_advance (OvEpoch *self)
{
  guint64 turn = atomic_load (&self->turn);

  if (self->retired[0]->len + self->retired[1]->len == 0
      || atomic_load (&self->readers[(turn + 1) & 1]) != 0)
    return;

  free_list (self->retired[(turn + 1) & 1]);
  atomic_store (&self->turn, turn + 1);
}
