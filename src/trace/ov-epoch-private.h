/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEpoch: lets readers look at things without a lock while the one who holds the lock takes them away.
 *
 * A reader enters, looks, and leaves; what was taken away is freed two turns later, when nobody who could
 * have seen it is still inside.
 *
 *   in the store ── retire ──► of this turn ── advance ──► of the last turn ── advance ──► freed
 *
 * advance() passes only when every reader of the turn before has left, so that a slow reader delays the
 * freeing and nobody else.
 * Thread: enter and leave any; the rest under the owner's lock.
 */
#pragma once

#include <glib.h>

#include <stdatomic.h>

G_BEGIN_DECLS

typedef struct
{
  gpointer       what;
  GDestroyNotify free;
} OvRetired;

typedef struct
{
  _Atomic guint64 turn;
  _Atomic gint64  readers[2]; /* of even and of odd turns */
  GArray         *retired[2]; /* OvRetired */
} OvEpoch;

void ov_epoch_init    (OvEpoch *self);
void ov_epoch_clear   (OvEpoch *self); /* nobody is inside any more */
void ov_epoch_retire  (OvEpoch        *self,
                       gpointer        what,
                       GDestroyNotify  free);
void ov_epoch_advance (OvEpoch *self);

/* Returns what leave() wants. Sections may nest. */
static inline guint
ov_epoch_enter (OvEpoch *self)
{
  for (;;)
    {
      guint64 turn = atomic_load (&self->turn);

      atomic_fetch_add (&self->readers[turn & 1], 1);
      /* Entered into the turn that still is: whatever is retired from now on waits for us. */
      if (atomic_load (&self->turn) == turn)
        return (guint) (turn & 1);
      atomic_fetch_sub (&self->readers[turn & 1], 1);
    }
}

static inline void
ov_epoch_leave (OvEpoch *self,
                guint    entered)
{
  atomic_fetch_sub (&self->readers[entered], 1);
}

G_END_DECLS
