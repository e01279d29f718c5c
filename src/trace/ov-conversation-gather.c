/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The events that a conversation is made of, in order of time.
 *
 * Beside those that are asked for these are the receives of those they were sent to, which only complete a
 * step, and the gaps of that time, which are nobody's.
 * Invariant: each event is there once; sources overlap in the store, but not here.  Thread: any.
 */
#include "trace/ov-conversation-private.h"

#define CHECK_EVERY 4096

#define MESSAGE_KINDS \
  (OV_EVENT_MASK (OV_EVENT_SEND) | OV_EVENT_MASK (OV_EVENT_SEND_NOWHERE) | OV_EVENT_MASK (OV_EVENT_RECEIVE))
#define DEFAULT_KINDS \
  (MESSAGE_KINDS | OV_EVENT_MASK (OV_EVENT_SPAWN) | OV_EVENT_MASK (OV_EVENT_SPAWNED) \
   | OV_EVENT_MASK (OV_EVENT_EXIT) | OV_EVENT_MASK (OV_EVENT_LINK) | OV_EVENT_MASK (OV_EVENT_UNLINK) \
   | OV_EVENT_MASK (OV_EVENT_REGISTER) | OV_EVENT_MASK (OV_EVENT_UNREGISTER) \
   | OV_EVENT_MASK (OV_EVENT_CALL) | OV_EVENT_MASK (OV_EVENT_RETURN) | OV_EVENT_MASK (OV_EVENT_EXCEPTION) \
   | OV_EVENT_MASK (OV_EVENT_PORT_OPEN) | OV_EVENT_MASK (OV_EVENT_PORT_CLOSED) \
   | OV_EVENT_MASK (OV_EVENT_LEVEL))

static int
compare_items (gconstpointer a,
               gconstpointer b)
{
  const OvConversationItem *left = a;
  const OvConversationItem *right = b;

  if (left->at_ns != right->at_ns)
    return left->at_ns < right->at_ns ? -1 : 1;

  return (left->number > right->number) - (left->number < right->number);
}

/* FALSE: cancelled. */
static gboolean
gather (OvStore            *store,
        const OvEventQuery *query,
        gboolean            only_joins,
        guint               max_items,
        GArray             *items,
        gboolean           *is_cut,
        GCancellable       *cancellable)
{
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, query);
  guint begin = items->len;
  guint64 at = ov_store_get_first (store);
  guint64 to = ov_store_get_end (store);

  for (guint n = 1; (at = ov_event_filter_next (filter, at, to)) != OV_EVENT_NONE; at++, n++)
    {
      OvConversationItem item = { .number = at, .only_joins = only_joins };
      OvEvent event;

      if (n % CHECK_EVERY == 0 && g_cancellable_is_cancelled (cancellable))
        return FALSE;
      if (items->len - begin >= max_items)
        {
          *is_cut = TRUE;
          break;
        }
      if (!ov_store_get_event (store, at, &event))
        continue;
      item.at_ns = event.at_ns;
      g_array_append_val (items, item);
    }

  return TRUE;
}

static GArray *
list_receivers (OvStore *store,
                GArray  *items)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GArray *receivers = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < items->len; i++)
    {
      OvEvent event;

      if (ov_store_get_event (store, g_array_index (items, OvConversationItem, i).number, &event)
          && event.kind == OV_EVENT_SEND && event.peer != OV_ACTOR_NONE
          && g_hash_table_add (seen, GUINT_TO_POINTER (event.peer + 1)))
        g_array_append_val (receivers, event.peer);
    }

  return receivers;
}

/* The receives of what the chosen ones sent to others, and the gaps, which are nobody's. */
static gboolean
gather_others (OvStore            *store,
               const OvEventQuery *query,
               guint               max_items,
               GArray             *items,
               GCancellable       *cancellable)
{
  g_autoptr (GArray) receivers = NULL;
  OvEventQuery receives = { .kinds = OV_EVENT_MASK (OV_EVENT_RECEIVE),
                            .from_ns = query->from_ns, .to_ns = query->to_ns };
  const OvEventQuery gaps = { .kinds = OV_EVENT_MASK (OV_EVENT_GAP),
                              .from_ns = query->from_ns, .to_ns = query->to_ns };
  gboolean ignored;

  if (query->actors != NULL || query->text != NULL || query->shape != 0)
    {
      receivers = list_receivers (store, items);
      receives.actors = (const guint32 *) receivers->data;
      receives.n_actors = receivers->len;
      if (receivers->len > 0
          && !gather (store, &receives, TRUE, max_items, items, &ignored, cancellable))
        return FALSE;
    }

  return gather (store, &gaps, FALSE, max_items, items, &ignored, cancellable);
}

static void
drop_doubles (GArray *items)
{
  guint kept = 0;

  for (guint i = 0; i < items->len; i++)
    {
      const OvConversationItem *item = &g_array_index (items, OvConversationItem, i);
      OvConversationItem *last = kept > 0 ? &g_array_index (items, OvConversationItem, kept - 1) : NULL;

      if (last != NULL && last->number == item->number)
        last->only_joins &= item->only_joins;
      else
        g_array_index (items, OvConversationItem, kept++) = *item;
    }
  g_array_set_size (items, kept);
}

/*< private >
 * ov_conversation_gather:
 * @is_cut: (out): set where there are more
 *
 * Returns: (transfer full) (element-type OvConversationItem) (nullable): %NULL when it was cancelled
 */
GArray *
ov_conversation_gather (OvStore            *store,
                        const OvEventQuery *query,
                        guint               max_steps,
                        gboolean           *is_cut,
                        GCancellable       *cancellable)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (OvConversationItem));
  guint max_items = max_steps < G_MAXUINT / 2 ? 2 * max_steps : max_steps;
  OvEventQuery wanted = *query;

  if (wanted.kinds == 0)
    wanted.kinds = DEFAULT_KINDS;
  wanted.kinds &= ~OV_EVENT_MASK (OV_EVENT_GAP);
  if (!gather (store, &wanted, FALSE, max_items, items, is_cut, cancellable)
      || !gather_others (store, query, max_items, items, cancellable))
    return NULL;

  g_array_sort (items, compare_items);
  drop_doubles (items);
  return g_steal_pointer (&items);
}
