/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose mailbox grows, and who fills it.
 *
 * The table marks every row whose mailbox grew in three sweeps; where somebody looks at a row there
 * is a history too, which says how fast.
 * Invariant: a process that has a history is judged by that alone.  Thread: main.
 */
#include "analytics/ov-bottleneck.h"

#define SECOND_NS ((gint64) 1000000000)

/**
 * ov_bottleneck_check_history:
 * @history: (nullable): samples of one process
 * @growth: (out) (optional): messages a second over the last three windows
 *
 * Returns: whether the mailbox was longer in each of the last three samples than in the one before
 */
gboolean
ov_bottleneck_check_history (const OvHistory *history,
                             double          *growth)
{
  guint n = history != NULL ? ov_history_get_length (history) : 0;
  double first, last, seconds;

  if (growth != NULL)
    *growth = 0;
  if (n <= OV_BOTTLENECK_WINDOWS)
    return FALSE;

  for (guint i = n - OV_BOTTLENECK_WINDOWS; i < n; i++)
    if (ov_history_get_value (history, i, OV_FIGURE_MAILBOX)
        <= ov_history_get_value (history, i - 1, OV_FIGURE_MAILBOX))
      return FALSE;

  first = ov_history_get_value (history, n - 1 - OV_BOTTLENECK_WINDOWS, OV_FIGURE_MAILBOX);
  last = ov_history_get_value (history, n - 1, OV_FIGURE_MAILBOX);
  seconds = (double) (ov_history_get_time (history, n - 1)
                      - ov_history_get_time (history, n - 1 - OV_BOTTLENECK_WINDOWS)) / 1e9;
  if (growth != NULL && seconds > 0)
    *growth = (last - first) / seconds;
  return TRUE;
}

static gboolean
is_growing (OvProcessTable *table,
            guint32         slot,
            OvBottleneck   *found)
{
  const OvHistory *history = ov_process_table_get_history (table, slot);
  const OvProcess *row = ov_process_table_get_row (table, slot);

  if (ov_bottleneck_check_history (history, &found->growth))
    return TRUE;

  /* Three sweeps are too few to disprove what the table saw. */
  found->by_table = history == NULL || ov_history_get_length (history) <= OV_BOTTLENECK_WINDOWS;
  return found->by_table && row->mark == OV_MARK_MAILBOX_GROWING;
}

static void
find_senders (OvFlow       *flow,
              OvStore      *store,
              OvBottleneck *found)
{
  gint64 first_ns, last_ns;

  found->actor = ov_store_find_actor (store, &found->pid);
  if (found->actor == OV_ACTOR_NONE || !ov_store_get_span (store, &first_ns, &last_ns))
    return;

  found->n_senders = ov_flow_get_senders (flow, found->actor, last_ns - OV_BOTTLENECK_WINDOWS * SECOND_NS,
                                          last_ns + 1, found->senders, OV_BOTTLENECK_SENDERS);
}

/**
 * ov_bottleneck_find:
 * @table: the processes
 * @slot: one of them
 * @flow: (nullable): who sends to whom
 * @store: (nullable): that of @flow
 * @found: (out): what is known
 *
 * Returns: whether the mailbox grew in three windows in a row
 */
gboolean
ov_bottleneck_find (OvProcessTable *table,
                    guint32         slot,
                    OvFlow         *flow,
                    OvStore        *store,
                    OvBottleneck   *found)
{
  const OvProcess *row;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), FALSE);
  g_return_val_if_fail (found != NULL, FALSE);

  row = ov_process_table_get_row (table, slot);
  *found = (OvBottleneck) { .actor = OV_ACTOR_NONE };
  if (row == NULL || !row->alive || !is_growing (table, slot, found))
    return FALSE;

  found->pid = row->pid;
  found->mailbox = row->message_queue_len;
  if (flow != NULL && store != NULL)
    find_senders (flow, store, found);
  return TRUE;
}

static int
compare_mailboxes (gconstpointer a,
                   gconstpointer b)
{
  const OvBottleneck *left = a;
  const OvBottleneck *right = b;

  return (left->mailbox < right->mailbox) - (left->mailbox > right->mailbox);
}

/**
 * ov_bottleneck_list:
 * @table: the processes
 * @flow: (nullable): who sends to whom
 * @store: (nullable): that of @flow
 * @max: at most so many; 0: all
 *
 * Returns: (transfer full) (element-type OvBottleneck): the longest mailbox first
 */
GArray *
ov_bottleneck_list (OvProcessTable *table,
                    OvFlow         *flow,
                    OvStore        *store,
                    guint           max)
{
  GArray *all;
  guint32 n_slots;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);

  all = g_array_new (FALSE, FALSE, sizeof (OvBottleneck));
  ov_process_table_get_rows (table, &n_slots);
  for (guint32 slot = 0; slot < n_slots; slot++)
    {
      OvBottleneck found;

      if (ov_bottleneck_find (table, slot, NULL, NULL, &found))
        g_array_append_val (all, found);
    }
  g_array_sort (all, compare_mailboxes);
  if (max > 0 && all->len > max)
    g_array_set_size (all, max);
  for (guint i = 0; flow != NULL && store != NULL && i < all->len; i++)
    find_senders (flow, store, &g_array_index (all, OvBottleneck, i));

  return all;
}
