/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvConversation as a value: made once, read by anybody.
 *
 * Invariant: nothing changes after ov_conversation_new() has returned.  Thread: any.
 */
#include "trace/ov-conversation-private.h"

#define DEFAULT_MAX_STEPS 1000000

static const char *const step_words[] = {
  [OV_STEP_MESSAGE] = "message",
  [OV_STEP_CALL] = "call",
  [OV_STEP_REPLY] = "reply",
  [OV_STEP_CAST] = "cast",
  [OV_STEP_SYSTEM] = "system",
  [OV_STEP_EXIT_SIGNAL] = "exit_signal",
  [OV_STEP_TIMEOUT] = "timeout",
  [OV_STEP_SPAWN] = "spawn",
  [OV_STEP_DEATH] = "death",
  [OV_STEP_NOTE] = "note",
  [OV_STEP_GAP] = "gap",
};

/**
 * ov_conversation_new:
 * @store: where to read
 * @query: who and when; kinds 0 means messages, births, deaths, names, links and calls of functions
 * @max_steps: the earliest are kept; 0: 1,000,000
 * @cancellable: (nullable): looked at every few thousand events
 *
 * Returns: (transfer full) (nullable): the conversation; %NULL when it was cancelled. Thread: any.
 */
OvConversation *
ov_conversation_new (OvStore            *store,
                     const OvEventQuery *query,
                     guint               max_steps,
                     GCancellable       *cancellable)
{
  g_autoptr (OvConversation) self = NULL;

  g_return_val_if_fail (store != NULL && query != NULL, NULL);

  self = g_new0 (OvConversation, 1);
  g_atomic_ref_count_init (&self->refs);
  self->store = ov_store_ref (store);
  self->steps = g_array_new (FALSE, FALSE, sizeof (OvConversationStep));
  self->lanes = g_array_new (FALSE, FALSE, sizeof (OvConversationLane));
  if (!ov_conversation_join (self, query, max_steps > 0 ? max_steps : DEFAULT_MAX_STEPS, cancellable))
    return NULL;

  return g_steal_pointer (&self);
}

OvConversation *
ov_conversation_ref (OvConversation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
ov_conversation_unref (OvConversation *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->lanes, g_array_unref);
  g_clear_pointer (&self->store, ov_store_unref);
  g_free (self);
}

/**
 * ov_conversation_reorder:
 * @order: (array): a permutation of the lanes: order[place] = lane
 *
 * Lanes begin in the order of appearance.
 */
void
ov_conversation_reorder (OvConversation *self,
                         const guint32  *order)
{
  g_autofree guint32 *places = NULL;
  GArray *lanes;

  g_return_if_fail (self != NULL && (order != NULL || self->lanes->len == 0));

  places = g_new0 (guint32, self->lanes->len + 1);
  lanes = g_array_sized_new (FALSE, FALSE, sizeof (OvConversationLane), self->lanes->len);
  for (guint32 i = 0; i < self->lanes->len; i++)
    {
      places[order[i]] = i;
      g_array_append_val (lanes, g_array_index (self->lanes, OvConversationLane, order[i]));
    }
  g_array_unref (self->lanes);
  self->lanes = lanes;
  for (guint i = 0; i < self->steps->len; i++)
    {
      OvConversationStep *step = &g_array_index (self->steps, OvConversationStep, i);

      if (step->from < lanes->len)
        step->from = places[step->from];
      if (step->to < lanes->len)
        step->to = places[step->to];
    }
}

OvStore *
ov_conversation_get_store (OvConversation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->store;
}

/**
 * ov_conversation_get_steps:
 * @self: a conversation
 * @n: (out): how many
 *
 * Returns: (transfer none): the steps, in order of time
 */
const OvConversationStep *
ov_conversation_get_steps (OvConversation *self,
                           guint          *n)
{
  g_return_val_if_fail (self != NULL && n != NULL, NULL);

  *n = self->steps->len;
  return (const OvConversationStep *) self->steps->data;
}

/**
 * ov_conversation_get_lanes:
 * @self: a conversation
 * @n: (out): how many
 *
 * Returns: (transfer none): who takes part, in the order of appearance until they are reordered
 */
const OvConversationLane *
ov_conversation_get_lanes (OvConversation *self,
                           guint          *n)
{
  g_return_val_if_fail (self != NULL && n != NULL, NULL);

  *n = self->lanes->len;
  return (const OvConversationLane *) self->lanes->data;
}

gboolean
ov_conversation_is_cut (OvConversation *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_cut;
}

const char *
ov_step_kind_get_word (OvStepKind kind)
{
  return (guint) kind < G_N_ELEMENTS (step_words) ? step_words[kind] : "unknown";
}
