/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trace.watch of a recording: the same lines by the same filters, as fast as they are read.
 *
 * Invariant: generated = shown + dropped, over what the filters let pass; dropped is what the gaps say.
 * Thread: main, in slices.
 */
#include "ops/ov-event-line.h"
#include "ops/ov-event-words-private.h"
#include "ops/ov-op-replay-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-op-trace-private.h"

#include <glib/gi18n.h>

#define SLICE    2000
#define RETRY_MS 20

#define MASK(kind) OV_EVENT_MASK (OV_EVENT_##kind)
/* What is told of every trace. */
#define ALWAYS (MASK (GAP) | MASK (LEVEL))
#define CALLS (MASK (CALL) | MASK (RETURN) | MASK (EXCEPTION))
#define EVERYTHING (~G_GUINT64_CONSTANT (0) & ~MASK (RECORDS))

static const guint64 event_kinds[] = {
  MASK (SEND) | MASK (SEND_NOWHERE) | MASK (FLOW) | MASK (LATENCY),
  MASK (RECEIVE),
  MASK (SPAWN) | MASK (SPAWNED) | MASK (EXIT) | MASK (LINK) | MASK (UNLINK) | MASK (LINKED) | MASK (UNLINKED) |
    MASK (REGISTER) | MASK (UNREGISTER),
  MASK (IN) | MASK (OUT),
  MASK (GC_START) | MASK (GC_END),
  MASK (PORT_OPEN) | MASK (PORT_CLOSED),
};

typedef struct
{
  OvInvocation  *invocation;
  OvStore       *store;
  OvEventFilter *filter;
  OvEventLine   *line;
  GArray        *calls;     /* of OvTraceCall, with atoms as they are printed */
  guint64        next, end;
  guint64        shown, dropped, max;
  gint64         started_us;
  const char    *reason;
  guint          source;
} Replay;

static void
clear_call (gpointer call)
{
  ov_trace_call_clear (call);
}

static void
replay_free (Replay *replay)
{
  g_clear_handle_id (&replay->source, g_source_remove);
  g_clear_pointer (&replay->filter, ov_event_filter_unref);
  g_clear_pointer (&replay->line, ov_event_line_free);
  g_clear_pointer (&replay->calls, g_array_unref);
  ov_store_unref (replay->store);
  g_free (replay);
}

static void
return_summary (Replay *replay)
{
  JsonObject *summary = json_object_new ();

  json_object_set_string_member (summary, "type", "summary");
  json_object_set_int_member (summary, "generated", (gint64) (replay->shown + replay->dropped));
  json_object_set_int_member (summary, "shown", (gint64) replay->shown);
  json_object_set_int_member (summary, "dropped", (gint64) replay->dropped);
  json_object_set_string_member (summary, "reason", replay->reason);
  json_object_set_double_member (summary, "seconds", (double) (g_get_monotonic_time () - replay->started_us) / 1e6);
  json_object_set_int_member (summary, "paused_ns", 0);
  json_object_set_int_member (summary, "foreign", 0);
  ov_invocation_return_json (replay->invocation, ov_op_node_of_object (summary));
  replay_free (replay);
}

static gboolean
is_atom (const OvTermCursor *cursor,
         const char         *name)
{
  OvTermCursor at = *cursor;

  return ov_term_cursor_match_atom (&at, name);
}

/* Only a call, a return or an exception can be one that was not asked for. */
static gboolean
is_wanted (Replay        *replay,
           guint64        number,
           const OvEvent *event)
{
  g_autoptr (GBytes) payload = NULL;
  OvEventCall called;

  if (replay->calls->len == 0 || !(OV_EVENT_MASK (event->kind) & CALLS))
    return TRUE;
  payload = ov_store_dup_payload (replay->store, number);
  if (!ov_event_call_read (&called, event->kind, payload))
    return FALSE;
  for (guint i = 0; i < replay->calls->len; i++)
    {
      const OvTraceCall *call = &g_array_index (replay->calls, OvTraceCall, i);

      if ((g_str_equal (call->module, "_") || is_atom (&called.module, call->module)) &&
          (g_str_equal (call->function, "_") || is_atom (&called.function, call->function)) &&
          (call->arity < 0 || called.arity < 0 || call->arity == called.arity))
        return TRUE;
    }

  return FALSE;
}

/* FALSE: the reader is behind. */
static gboolean
show (Replay  *replay,
      guint64  number)
{
  OvEvent event;
  guint64 lost;
  const char *line;

  if (!ov_store_get_event (replay->store, number, &event) || !is_wanted (replay, number, &event) ||
      !(line = ov_event_line_write (replay->line, number)))
    return TRUE;
  replay->shown += ov_event_line_count (replay->store, number, &event, &lost);
  replay->dropped += lost;

  return ov_invocation_emit (replay->invocation, line);
}

static gboolean
slice_cb (gpointer user_data)
{
  Replay *replay = user_data;
  guint n = 0;

  replay->source = 0;
  while (replay->next < replay->end && n++ < SLICE)
    {
      guint64 number = ov_event_filter_next (replay->filter, replay->next, replay->end);

      if (number == OV_EVENT_NONE)
        {
          replay->next = replay->end;
          break;
        }
      replay->next = number + 1;
      if (!show (replay, number))
        {
          replay->source = g_timeout_add (RETRY_MS, slice_cb, replay);
          return G_SOURCE_REMOVE;
        }
      if (replay->max != 0 && replay->shown >= replay->max)
        {
          replay->reason = "count";
          replay->next = replay->end;
        }
    }
  if (replay->next < replay->end)
    replay->source = g_idle_add (slice_cb, replay);
  else
    return_summary (replay);

  return G_SOURCE_REMOVE;
}

static void
stopped_by_user (OvInvocation *invocation,
                 gpointer      user_data)
{
  Replay *replay = user_data;

  replay->reason = "interrupted";
  return_summary (replay);
}

/* What only a node can do. */
static gboolean
refuse_live_parameters (OvInvocation *invocation,
                        GError      **error)
{
  static const char *const live[] = { "match", "send-match", "receive-match", "record" };

  for (guint i = 0; i < G_N_ELEMENTS (live); i++)
    if (ov_invocation_has (invocation, live[i]))
      {
        g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                     _("--%s: only a live node can do that, and this is a recording."), live[i]);
        return FALSE;
      }

  return TRUE;
}

static guint64
get_kinds (OvInvocation *invocation)
{
  g_auto (GStrv) words = ov_invocation_dup_list (invocation, "events");
  guint64 kinds = ov_invocation_has (invocation, "call") ? CALLS : 0;

  for (guint i = 0; words[i] != NULL; i++)
    for (guint k = 0; ov_op_trace_events[k] != NULL; k++)
      if (g_str_equal (words[i], ov_op_trace_events[k]))
        kinds |= event_kinds[k];

  return kinds != 0 ? kinds | ALWAYS : EVERYTHING;
}

static gboolean
parse_calls (Replay       *replay,
             GError      **error)
{
  g_auto (GStrv) calls = ov_invocation_dup_list (replay->invocation, "call");

  replay->calls = g_array_new (FALSE, TRUE, sizeof (OvTraceCall));
  g_array_set_clear_func (replay->calls, clear_call);
  for (guint i = 0; calls[i] != NULL; i++)
    {
      OvTraceCall call = { 0 };

      if (!ov_trace_call_parse (calls[i], &call, error))
        return FALSE;
      g_array_append_val (replay->calls, call);
    }

  return TRUE;
}

static gboolean
make_filter (Replay  *replay,
             GError **error)
{
  g_autoptr (GArray) actors = NULL;
  OvEventQuery query = { .kinds = get_kinds (replay->invocation) };

  if (!ov_op_get_range (replay->invocation, replay->store, &query.from_ns, &query.to_ns, error) ||
      !ov_op_find_actors (replay->invocation, replay->store, &actors, error))
    return FALSE;
  if (actors != NULL)
    {
      query.actors = (const guint32 *) (gpointer) actors->data;
      query.n_actors = actors->len;
    }
  replay->filter = ov_event_filter_new (replay->store, &query);

  return TRUE;
}

void
ov_op_replay (OvInvocation *invocation)
{
  Replay *replay = g_new0 (Replay, 1);
  gboolean json = g_str_equal (ov_invocation_get_format (invocation), "json");
  GError *error = NULL;

  replay->invocation = invocation;
  replay->store = ov_store_ref (ov_node_get_store (ov_invocation_get_node (invocation)));
  replay->max = (guint64) ov_invocation_get_integer (invocation, "max");
  replay->reason = "end";
  replay->started_us = g_get_monotonic_time ();
  if (!refuse_live_parameters (invocation, &error) || !parse_calls (replay, &error) || !make_filter (replay, &error))
    {
      ov_invocation_return_error (invocation, error);
      replay_free (replay);
      return;
    }
  replay->line = ov_event_line_new (replay->store, ov_invocation_get_flag (invocation, "elixir"),
                                    json ? NULL : ov_invocation_get_text_style (invocation));
  replay->next = ov_store_get_first (replay->store);
  replay->end = ov_store_get_end (replay->store);
  ov_invocation_begin_lasting (invocation, stopped_by_user, replay);
  replay->source = g_idle_add (slice_cb, replay);
}
