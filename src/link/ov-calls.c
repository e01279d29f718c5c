/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two views of one set.  Invariant: a call stands in both or in neither.
 * Thread: whoever holds the channel's lock.
 */
#include "link/ov-calls-private.h"

/**
 * ov_call_free:
 * @call: (nullable): a call that is in no table
 */
void
ov_call_free (OvCall *call)
{
  if (call == NULL)
    return;

  g_clear_pointer (&call->value, ov_term_unref);
  g_clear_error (&call->error);
  g_clear_object (&call->task);
  g_free (call);
}

static gint
compare_deadlines (gconstpointer a,
                   gconstpointer b,
                   gpointer      user_data)
{
  const OvCall *first = a;
  const OvCall *second = b;

  return (first->deadline_us > second->deadline_us) - (first->deadline_us < second->deadline_us);
}

void
ov_calls_init (OvCalls *self)
{
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->by_deadline = g_sequence_new (NULL);
  /* Not from zero, so that a late answer to an earlier link of ours never finds a call. */
  self->last_id = (guint64) g_random_int () << 20;
}

void
ov_calls_clear (OvCalls *self)
{
  OvCall *call;

  while ((call = ov_calls_steal_any (self)) != NULL)
    ov_call_free (call);
  g_clear_pointer (&self->by_deadline, g_sequence_free);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
}

void
ov_calls_add (OvCalls *self,
              OvCall  *call)
{
  call->id = ++self->last_id;
  g_hash_table_insert (self->by_id, &call->id, call);
  call->place = g_sequence_insert_sorted (self->by_deadline, call, compare_deadlines, NULL);
}

gboolean
ov_calls_contains (OvCalls *self,
                   OvCall  *call)
{
  return g_hash_table_lookup (self->by_id, &call->id) == call;
}

OvCall *
ov_calls_find (OvCalls *self,
               guint64  id)
{
  return g_hash_table_lookup (self->by_id, &id);
}

OvCall *
ov_calls_steal (OvCalls *self,
                guint64  id)
{
  OvCall *call = ov_calls_find (self, id);

  if (call == NULL)
    return NULL;

  g_hash_table_remove (self->by_id, &id);
  g_sequence_remove (call->place);
  call->place = NULL;
  return call;
}

static OvCall *
get_first (OvCalls *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->by_deadline);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

OvCall *
ov_calls_steal_any (OvCalls *self)
{
  OvCall *call = get_first (self);

  return call != NULL ? ov_calls_steal (self, call->id) : NULL;
}

OvCall *
ov_calls_steal_expired (OvCalls *self,
                        gint64   now_us)
{
  OvCall *call = get_first (self);

  return call != NULL && call->deadline_us <= now_us ? ov_calls_steal (self, call->id) : NULL;
}

gint64
ov_calls_get_deadline_us (OvCalls *self)
{
  OvCall *call = get_first (self);

  return call != NULL ? call->deadline_us : G_MAXINT64;
}
