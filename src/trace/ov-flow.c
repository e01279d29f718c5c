/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlow: reading the store into sums.
 *
 * Invariant: each event of the store is read once, in order; an event whose message was counted on the
 * node (FLOW) and one that came by itself (SEND) are different messages, by the probe's promise.
 * What somebody received is counted beside what was sent to him: the difference came from outside
 * of what is traced.
 * Thread: one at a time.
 */
#include "trace/ov-flow-private.h"

#include <string.h>

#define MAX_EDGES (1u << 20) /* all further ones are one, from nobody to nobody */
#define MAX_GAPS 65536
#define MAX_SPREAD 100

/**
 * ov_flow_new:
 * @store: the store to follow
 *
 * Returns: (transfer full): an empty flow; ov_flow_update() fills it
 */
OvFlow *
ov_flow_new (OvStore *store)
{
  OvFlow *self;

  g_return_val_if_fail (store != NULL, NULL);

  self = g_new0 (OvFlow, 1);
  self->store = ov_store_ref (store);
  self->newest_ns = G_MININT64;
  self->edges = g_array_new (FALSE, FALSE, sizeof (OvFlowRecord));
  self->n_places = 1024;
  self->places = g_new0 (guint32, self->n_places);
  self->questions = ov_flow_questions_new ();
  self->gaps = g_array_new (FALSE, FALSE, sizeof (OvFlowGap));
  ov_flow_windows_init (self);
  return self;
}

void
ov_flow_free (OvFlow *self)
{
  g_return_if_fail (self != NULL);

  ov_flow_windows_clear (self);
  g_clear_pointer (&self->edges, g_array_unref);
  g_clear_pointer (&self->places, g_free);
  g_clear_pointer (&self->questions, ov_flow_questions_free);
  g_clear_pointer (&self->gaps, g_array_unref);
  g_clear_pointer (&self->store, ov_store_unref);
  g_free (self);
}

static guint
find_place (const OvFlow *self,
            guint32       from,
            guint32       to,
            gboolean      received)
{
  guint64 key = ((guint64) from << 32 | to) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + (guint64) received;
  guint at = (guint) (key >> 24) & (self->n_places - 1);

  for (;; at = (at + 1) & (self->n_places - 1))
    {
      const OvFlowRecord *edge;

      if (self->places[at] == 0)
        return at;
      edge = &g_array_index (self->edges, OvFlowRecord, self->places[at] - 1);
      if (edge->from == from && edge->to == to && edge->received == received)
        return at;
    }
}

static void
grow (OvFlow *self)
{
  g_free (self->places);
  self->n_places *= 2;
  self->places = g_new0 (guint32, self->n_places);
  for (guint i = 0; i < self->edges->len; i++)
    {
      const OvFlowRecord *edge = &g_array_index (self->edges, OvFlowRecord, i);

      self->places[find_place (self, edge->from, edge->to, edge->received)] = i + 1;
    }
}

/*< private >
 * ov_flow_find_edge:
 *
 * Returns: its number, OV_EDGE_NONE when there is none
 */
guint32
ov_flow_find_edge (OvFlow  *self,
                   guint32  from,
                   guint32  to,
                   gboolean received)
{
  return self->places[find_place (self, from, to, received)] - 1;
}

/*< private >
 * ov_flow_edge:
 *
 * Returns: the number of the edge, which is made when there is none
 */
guint32
ov_flow_edge (OvFlow  *self,
              guint32  from,
              guint32  to,
              gboolean received)
{
  guint at = find_place (self, from, to, received);
  OvFlowRecord edge = { .from = from, .to = to, .received = received, .window = G_MININT64 };

  if (G_LIKELY (self->places[at] != 0))
    return self->places[at] - 1;
  if (self->edges->len >= MAX_EDGES && (from != OV_ACTOR_NONE || to != OV_ACTOR_NONE))
    return ov_flow_edge (self, OV_ACTOR_NONE, OV_ACTOR_NONE, received);

  g_array_append_val (self->edges, edge);
  self->places[at] = self->edges->len;
  if (self->edges->len > self->n_places / 2)
    grow (self);
  return self->edges->len - 1;
}

/* Space-saving: what is frequent stays, what is not replaces the rarest. */
static void
count_shape (OvFlow *self,
             guint32 edge,
             guint32 shape,
             guint64 n)
{
  OvFlowRecord *record = &g_array_index (self->edges, OvFlowRecord, edge);
  guint rarest = 0;

  for (guint i = 0; i < OV_FLOW_SHAPES; i++)
    {
      if (record->shapes[i] == shape)
        {
          record->shape_counts[i] += n;
          return;
        }
      if (record->shape_counts[i] < record->shape_counts[rarest])
        rarest = i;
    }
  record->shapes[rarest] = shape;
  record->shape_counts[rarest] += n;
}

static void
read_send (OvFlow        *self,
           const OvEvent *event)
{
  guint32 edge = ov_flow_edge (self, event->actor, event->peer, FALSE);

  ov_flow_add (self, edge, event->at_ns, 1, event->size_bytes, 0);
  count_shape (self, edge, event->shape, 1);
  if (event->tag == 0)
    return;
  if (event->flags & OV_EVENT_IS_CALL)
    ov_flow_ask (self, event, edge, TRUE);
  else if (event->flags & OV_EVENT_IS_REPLY)
    ov_flow_answer (self, event);
}

/* "timeout" is no message: a receive ended without one. */
static gboolean
is_message (const OvEvent *event)
{
  return (event->flags & OV_EVENT_IS_TIMEOUT) == 0 || event->payload_bytes > 10;
}

static void
read_receive (OvFlow        *self,
              const OvEvent *event)
{
  if (is_message (event))
    {
      guint32 edge = ov_flow_edge (self, event->peer, event->actor, TRUE);

      ov_flow_add (self, edge, event->at_ns, 1, event->size_bytes, 0);
      count_shape (self, edge, event->shape, 1);
    }
  if (event->tag == 0)
    return;

  if (event->flags & OV_EVENT_IS_CALL)
    ov_flow_ask (self, event, ov_flow_edge (self, event->peer, event->actor, FALSE), FALSE);
  else if (event->flags & OV_EVENT_IS_REPLY)
    ov_flow_answer (self, event);
  else if (event->flags & OV_EVENT_IS_EXIT)
    ov_flow_give_up (self, event);
}

/* A window of the node that is longer than ours is spread over ours. */
static void
read_counted (OvFlow        *self,
              guint64        number,
              const OvEvent *event)
{
  g_autoptr (GBytes) payload = ov_store_dup_payload (self->store, number);
  guint32 edge = ov_flow_edge (self, event->actor, event->peer, FALSE);
  guint64 messages, bytes, n_parts;
  OvEventFlow flow;
  gint64 length;

  if (payload == NULL || g_bytes_get_size (payload) < sizeof flow)
    return;

  memcpy (&flow, g_bytes_get_data (payload, NULL), sizeof flow);
  messages = GUINT64_FROM_LE (flow.messages);
  bytes = GUINT64_FROM_LE (flow.bytes);
  length = (gint64) ((guint64) event->at_ns - (guint64) GINT64_FROM_LE (flow.from_ns));
  self->first_ns = MIN (self->first_ns, event->at_ns - CLAMP (length, 1, MAX_SPREAD * (gint64) OV_FLOW_WINDOW_NS));
  n_parts = (guint64) CLAMP ((length + OV_FLOW_WINDOW_NS / 2) / OV_FLOW_WINDOW_NS, 1, MAX_SPREAD);
  for (guint64 i = 0; i < n_parts; i++)
    ov_flow_add (self, edge, event->at_ns - 1 - (gint64) (n_parts - 1 - i) * OV_FLOW_WINDOW_NS,
                 messages / n_parts + (i < messages % n_parts), bytes / n_parts + (i < bytes % n_parts), 0);
  count_shape (self, edge, event->shape, messages);
}

static void
read_latency (OvFlow        *self,
              guint64        number,
              const OvEvent *event)
{
  g_autoptr (GBytes) payload = ov_store_dup_payload (self->store, number);
  gint64 ns;

  if (payload == NULL || g_bytes_get_size (payload) < sizeof ns)
    return;

  memcpy (&ns, g_bytes_get_data (payload, NULL), sizeof ns);
  ov_flow_add_latency (self, ov_flow_edge (self, event->actor, event->peer, FALSE), event->at_ns,
                       GINT64_FROM_LE (ns));
}

static void
add_gap (OvFlow *self,
         gint64  from_ns,
         gint64  to_ns)
{
  OvFlowGap gap = { from_ns, to_ns };
  OvFlowGap *last = self->gaps->len > 0
                      ? &g_array_index (self->gaps, OvFlowGap, self->gaps->len - 1)
                      : NULL;

  if (last != NULL
      && (self->gaps->len >= MAX_GAPS || (from_ns <= last->to_ns && to_ns >= last->from_ns)))
    {
      last->from_ns = MIN (last->from_ns, from_ns);
      last->to_ns = MAX (last->to_ns, to_ns);
      return;
    }

  g_array_append_val (self->gaps, gap);
}

static void
read_gap (OvFlow        *self,
          guint64        number,
          const OvEvent *event)
{
  g_autoptr (GBytes) payload = ov_store_dup_payload (self->store, number);
  OvEventGap gap = { 0 };

  if (payload != NULL && g_bytes_get_size (payload) >= sizeof gap)
    memcpy (&gap, g_bytes_get_data (payload, NULL), sizeof gap);
  if (GUINT32_FROM_LE (gap.reason) != OV_GAP_FOREIGN)
    add_gap (self, event->at_ns - CLAMP (GINT64_FROM_LE (gap.paused_ns), 0, G_MAXINT64 / 4),
             event->at_ns + 1);
}

static void
read_event (OvFlow        *self,
            guint64        number,
            const OvEvent *event)
{
  switch (event->kind)
    {
    case OV_EVENT_SEND:
    case OV_EVENT_SEND_NOWHERE:
      read_send (self, event);
      break;
    case OV_EVENT_RECEIVE:
      read_receive (self, event);
      break;
    case OV_EVENT_FLOW:
      read_counted (self, number, event);
      break;
    case OV_EVENT_LATENCY:
      read_latency (self, number, event);
      break;
    case OV_EVENT_GAP:
      read_gap (self, number, event);
      break;
    default:
      break;
    }
}

/* What was forgotten before it was read. */
static void
note_forgotten (OvFlow *self,
                guint64 first)
{
  OvEvent event;

  if (self->next > 0 && ov_store_get_event (self->store, first, &event))
    add_gap (self, self->newest_ns, event.at_ns);
  self->next = first;
}

/* Times that a sum of nanoseconds could not hold are no times. */
static gboolean
is_time (gint64 at_ns)
{
  return at_ns > G_MININT64 / 4 && at_ns < G_MAXINT64 / 4;
}

/**
 * ov_flow_update:
 * @self: a flow
 * @cancellable: (nullable): looked at now and then; what was read until then stays read
 *
 * Reads what was appended to the store since the last time.
 *
 * Returns: whether there was anything
 */
gboolean
ov_flow_update (OvFlow       *self,
                GCancellable *cancellable)
{
  guint64 first, end;
  gboolean any = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);

  end = ov_store_get_end (self->store);
  first = ov_store_get_first (self->store);
  if (self->next < first)
    note_forgotten (self, first);
  for (; self->next < end; self->next++)
    {
      OvEvent event;

      if ((self->next & 8191) == 0)
        {
          ov_flow_build (self);
          if (g_cancellable_is_cancelled (cancellable))
            break;
        }
      if (!ov_store_get_event (self->store, self->next, &event) || !is_time (event.at_ns))
        continue;

      if (!any && self->newest_ns == G_MININT64)
        self->first_ns = event.at_ns;
      any = TRUE;
      self->first_ns = MIN (self->first_ns, event.at_ns);
      self->newest_ns = MAX (self->newest_ns, event.at_ns);
      read_event (self, self->next, &event);
      ov_flow_expire (self);
    }
  ov_flow_build (self);

  return any;
}
