/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counting forms: SEND events count one, FLOW events what was counted on the node; a trace delivers
 * one or the other at any instant.  A RECEIVE counts only where its SEND was not traced, which a pair
 * of processes shows by having no SEND at all.  Thread: count() runs in the task pool.
 */
#include "config.h"

#include "views/ov-flow-forms.h"

#include <string.h>

typedef struct
{
  OvStore *store;
  guint32  actors[2]; /* from, to */
  gint64   from_ns, to_ns;
} Count;

static void
count_free (gpointer data)
{
  Count *self = data;

  ov_store_unref (self->store);
  g_free (self);
}

static guint64
messages_of (Count         *count,
             guint64        number,
             const OvEvent *event)
{
  g_autoptr(GBytes) payload = NULL;
  OvEventFlow flow;
  gsize length;
  gconstpointer bytes;

  if (event->kind != OV_EVENT_FLOW)
    return 1;
  payload = ov_store_dup_payload (count->store, number);
  bytes = payload ? g_bytes_get_data (payload, &length) : NULL;
  if (!bytes || length < sizeof flow)
    return 0;
  memcpy (&flow, bytes, sizeof flow);
  return GUINT64_FROM_LE (flow.messages);
}

static void
add (GArray  *forms,
     guint32  shape,
     guint64  messages)
{
  for (guint i = 0; i < forms->len; i++)
    if (g_array_index (forms, OvFlowForm, i).shape == shape)
      {
        g_array_index (forms, OvFlowForm, i).messages += messages;
        return;
      }
  g_array_append_vals (forms, &(OvFlowForm) { .shape = shape, .messages = messages }, 1);
}

static int
compare_forms (gconstpointer a,
               gconstpointer b)
{
  const OvFlowForm *one = a, *other = b;

  return (one->messages < other->messages) - (one->messages > other->messages);
}

/* Of events of these kinds. */
static GArray *
count_kinds (Count        *count,
             guint64       kinds,
             gboolean      is_receive,
             GCancellable *cancellable)
{
  OvEventQuery query = { .kinds = kinds, .actors = count->actors, .n_actors = 2, .both = TRUE,
                         .from_ns = count->from_ns, .to_ns = count->to_ns };
  g_autoptr(OvEventFilter) filter = ov_event_filter_new (count->store, &query);
  GArray *forms = g_array_new (FALSE, FALSE, sizeof (OvFlowForm));
  guint64 end = ov_store_get_end (count->store);
  guint64 number = ov_event_filter_next (filter, ov_store_get_first (count->store), end);
  guint32 actor = count->actors[is_receive ? 1 : 0];

  for (; number != OV_EVENT_NONE && !g_cancellable_is_cancelled (cancellable);
       number = ov_event_filter_next (filter, number + 1, end))
    {
      OvEvent event;

      if (ov_store_get_event (count->store, number, &event) && event.actor == actor)
        add (forms, event.shape, messages_of (count, number, &event));
    }
  return forms;
}

static void
count_cb (GTask        *task,
          gpointer      source,
          gpointer      task_data,
          GCancellable *cancellable)
{
  Count *count = task_data;
  g_autoptr(GArray) forms = NULL;
  guint64 all = 0;

  forms = count_kinds (count, OV_EVENT_MASK (OV_EVENT_SEND) | OV_EVENT_MASK (OV_EVENT_FLOW), FALSE,
                       cancellable);
  if (forms->len == 0)
    {
      g_array_unref (forms);
      forms = count_kinds (count, OV_EVENT_MASK (OV_EVENT_RECEIVE), TRUE, cancellable);
    }
  if (g_task_return_error_if_cancelled (task))
    return;
  for (guint i = 0; i < forms->len; i++)
    all += g_array_index (forms, OvFlowForm, i).messages;
  for (guint i = 0; i < forms->len; i++)
    g_array_index (forms, OvFlowForm, i).share
      = (double) g_array_index (forms, OvFlowForm, i).messages / (double) MAX (all, 1);
  g_array_sort (forms, compare_forms);
  g_task_return_pointer (task, g_steal_pointer (&forms), (GDestroyNotify) g_array_unref);
}

void
ov_flow_forms_count_async (OvStore             *store,
                           guint32              from,
                           guint32              to,
                           gint64               from_ns,
                           gint64               to_ns,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Count *count = g_new (Count, 1);

  *count = (Count) { ov_store_ref (store), { from, to }, from_ns, to_ns };
  g_task_set_task_data (task, count, count_free);
  g_task_run_in_thread (task, count_cb);
}

GArray *
ov_flow_forms_count_finish (GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
