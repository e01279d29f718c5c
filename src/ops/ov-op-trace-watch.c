/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trace.watch on a live node: what happens, line by line, as it comes.
 *
 *   run ─► census (names) ─► trace starts ─► WATCHING ──ended (count, duration, lost, fuse, gone)──► DRAINING ─► RECORDED ─► returned
 *                                               └── stopped, --max, fuse ─► ov_trace_stop_async() ──────▲
 *
 * Invariant: generated = shown + dropped, where shown is what was emitted here, line by line, a line of counted
 * edges with its count.  A reader that is slow is waited for: the events stay in the store meanwhile, and
 * the link's thread goes on taking them.
 * Thread: main; the store's watch only signals.
 */
#include "base/ov-wakeup.h"
#include "ops/ov-event-line.h"
#include "ops/ov-op-support.h"
#include "ops/ov-op-trace-private.h"
#include "ops/ov-op-replay-private.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

#define LINES_EVERY_MS 20
#define RETRY_MS       20
/* A slice of lines between two looks at signals and the node. */
#define SLICE 2000
#define SUPERVISOR_DEADLINE_MS 250

typedef struct
{
  OvInvocation  *invocation;
  OvNode        *node;
  OvStore       *store;
  OvOpTraceSpec *spec;
  OvTrace       *trace;
  OvRecorder    *recorder;    /* ours, of --record */
  OvEventLine   *line;
  OvWakeup      *wakeup;
  guint          retry;
  gulong         ended_id, cancelled_id;
  guint64        next;        /* the first event that was not looked at */
  guint64        shown, max;
  gint64         started_us;
  const char    *reason;      /* ours; NULL: that of the trace */
  gboolean       stopping, finishing;
  gboolean       stop_pending; /* trace_stopped_cb() is still to come */
} Watch;

static void drain (Watch *watch);

static void
watch_free (Watch *watch)
{
  if (watch->wakeup != NULL)
    ov_wakeup_stop (watch->wakeup);
  g_clear_pointer (&watch->wakeup, ov_wakeup_unref);
  g_clear_handle_id (&watch->retry, g_source_remove);
  g_clear_signal_handler (&watch->ended_id, watch->trace);
  g_clear_signal_handler (&watch->cancelled_id, ov_invocation_get_cancellable (watch->invocation));
  ov_invocation_unref (watch->invocation);
  g_clear_object (&watch->trace);
  g_clear_object (&watch->recorder);
  g_clear_pointer (&watch->line, ov_event_line_free);
  g_clear_pointer (&watch->spec, ov_op_trace_spec_free);
  g_object_unref (watch->node);
  ov_store_unref (watch->store);
  g_free (watch);
}

/* On the writer's thread. */
static void
store_changed_cb (gpointer store,
                  gpointer user_data)
{
  ov_wakeup_signal (user_data);
}

static JsonNode *
make_summary (Watch *watch)
{
  const OvTraceSum *sum = ov_trace_get_sum (watch->trace);
  guint64 generated = MAX (sum->generated, watch->shown);
  const char *reason = watch->reason != NULL ? watch->reason : ov_trace_get_reason (watch->trace);
  JsonObject *summary = json_object_new ();

  json_object_set_string_member (summary, "type", "summary");
  json_object_set_int_member (summary, "generated", (gint64) generated);
  json_object_set_int_member (summary, "shown", (gint64) watch->shown);
  json_object_set_int_member (summary, "dropped", (gint64) (generated - watch->shown));
  json_object_set_string_member (summary, "reason", reason != NULL ? reason : "stopped");
  json_object_set_double_member (summary, "seconds", (double) (g_get_monotonic_time () - watch->started_us) / 1e6);
  json_object_set_int_member (summary, "paused_ns", (gint64) sum->paused_ns);
  json_object_set_int_member (summary, "foreign", ov_trace_get_n_foreign (watch->trace));
  if (watch->recorder != NULL)
    {
      json_object_set_int_member (summary, "recorded_events", (gint64) ov_recorder_get_events (watch->recorder));
      json_object_set_int_member (summary, "recorded_bytes", (gint64) ov_recorder_get_bytes (watch->recorder));
    }

  return ov_op_node_of_object (summary);
}

static void
return_summary (Watch  *watch,
                GError *error)
{
  JsonNode *summary = make_summary (watch);
  const char *reason = json_object_get_string_member (json_node_get_object (summary), "reason");

  ov_store_remove_watch (watch->store, store_changed_cb, watch->wakeup);
  if (error == NULL && g_str_equal (reason, "lost"))
    error = g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NODE_LOST,
                         _("The connection to %s was lost; what had come until then is above."),
                         ov_node_get_name (watch->node));
  ov_invocation_return_partial (watch->invocation, summary, error);
  watch_free (watch);
}

static void
recording_stopped_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  Watch *watch = user_data;
  GError *error = NULL;

  if (!ov_node_stop_recording_finish (OV_NODE (source), result, &error))
    g_prefix_error (&error, _("The recording ended early: "));
  return_summary (watch, error);
}

static void
finish (Watch *watch)
{
  watch->finishing = TRUE;
  if (watch->recorder != NULL)
    ov_node_stop_recording_async (watch->node, recording_stopped_cb, watch);
  else
    return_summary (watch, NULL);
}

static void
trace_stopped_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Watch *watch = user_data;
  g_autoptr (GError) error = NULL;

  watch->stop_pending = FALSE;
  /* A node that is gone has nothing to stop; the sum is then what is known. */
  if (!ov_trace_stop_finish (OV_TRACE (source), result, &error))
    g_debug ("the trace was not stopped: %s", error->message);
  drain (watch);
}

static void
stop (Watch      *watch,
      const char *reason)
{
  if (watch->stopping || watch->finishing)
    return;
  watch->stopping = TRUE;
  watch->reason = reason;
  watch->stop_pending = ov_trace_is_running (watch->trace);
  if (watch->stop_pending)
    ov_trace_stop_async (watch->trace, NULL, trace_stopped_cb, watch);
}

static void
stopped_by_user (OvInvocation *invocation,
                 gpointer      user_data)
{
  Watch *watch = user_data;

  stop (watch, "interrupted");
  drain (watch);
}

/* Nobody wants the answer any more: the trace must end all the same. */
static void
cancelled_cb (GCancellable *cancellable,
              Watch        *watch)
{
  stop (watch, "cancelled");
}

static gboolean
retry_cb (gpointer user_data)
{
  Watch *watch = user_data;

  watch->retry = 0;
  drain (watch);

  return G_SOURCE_REMOVE;
}

static void
drain_later (Watch *watch,
             guint  delay_ms)
{
  if (watch->retry == 0)
    watch->retry = g_timeout_add (delay_ms, retry_cb, watch);
}

static gboolean
is_ours (const Watch   *watch,
         const OvEvent *event)
{
  return event->kind != OV_EVENT_RECORDS &&
         (event->trace == ov_trace_get_id (watch->trace) || (event->trace == 0 && event->kind == OV_EVENT_GAP));
}

/* The fuse is a decision of the node's side, and only a person re-arms it: here nobody can. */
static gboolean
is_fuse (Watch         *watch,
         const OvEvent *event)
{
  return event->kind == OV_EVENT_LEVEL && ov_trace_is_running (watch->trace) &&
         ov_trace_get_level (watch->trace) == OV_TRACE_OFF;
}

/* FALSE: the reader is behind. */
static gboolean
show (Watch   *watch,
      guint64  number)
{
  OvEvent event;
  guint64 lost;
  const char *line;
  gboolean goes_on = TRUE;

  if (!ov_store_get_event (watch->store, number, &event))
    return TRUE;
  if (!is_ours (watch, &event))
    {
      if (event.kind == OV_EVENT_RECORDS)
        ov_event_line_forget_names (watch->line);
      return TRUE;
    }
  if (watch->max != 0 && watch->shown >= watch->max)
    return TRUE;
  if ((line = ov_event_line_write (watch->line, number)) == NULL)
    return TRUE;
  goes_on = ov_invocation_emit (watch->invocation, line);
  watch->shown += ov_event_line_count (watch->store, number, &event, &lost);
  if (watch->max != 0 && watch->shown >= watch->max)
    stop (watch, "count");
  else if (is_fuse (watch, &event))
    stop (watch, "fuse");

  return goes_on;
}

static void
drain (Watch *watch)
{
  gboolean over = !ov_trace_is_running (watch->trace);
  guint64 end = ov_store_get_end (watch->store);
  guint64 slice_end;

  if (watch->finishing)
    return;
  watch->next = MAX (watch->next, ov_store_get_first (watch->store));
  slice_end = MIN (end, watch->next + SLICE);
  while (watch->next < slice_end)
    if (!show (watch, watch->next++))
      {
        drain_later (watch, RETRY_MS);
        return;
      }
  if (watch->next < end)
    drain_later (watch, 0);
  else if (over && !watch->stop_pending)
    finish (watch);
}

static gboolean
changed_cb (gpointer user_data)
{
  drain (user_data);

  return G_SOURCE_REMOVE;
}

static void
ended_cb (OvTrace *trace,
          Watch   *watch)
{
  drain_later (watch, 0);
}

static void
traced_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Watch *watch = user_data;
  OvInvocation *invocation = watch->invocation;
  gboolean json = g_str_equal (ov_invocation_get_format (invocation), "json");
  GError *error = NULL;

  if (!(watch->trace = ov_node_trace_finish (OV_NODE (source), result, &error)) ||
      !ov_op_trace_has_begun (watch->trace, &watch->spec->spec, &error))
    {
      ov_invocation_return_error (invocation, ov_op_trace_explain (invocation, error));
      watch_free (watch);
      return;
    }
  watch->started_us = g_get_monotonic_time ();
  watch->line = ov_event_line_new (watch->store, ov_invocation_get_flag (invocation, "elixir"),
                                   json ? NULL : ov_invocation_get_text_style (invocation));
  ov_event_line_set_table (watch->line, ov_node_get_processes (watch->node));
  watch->wakeup = ov_wakeup_new (NULL, LINES_EVERY_MS, changed_cb, watch);
  ov_store_add_watch (watch->store, store_changed_cb, watch->wakeup);
  watch->ended_id = g_signal_connect (watch->trace, "ended", G_CALLBACK (ended_cb), watch);
  watch->cancelled_id = g_signal_connect (ov_invocation_get_cancellable (invocation), "cancelled",
                                          G_CALLBACK (cancelled_cb), watch);
  ov_invocation_begin_lasting (invocation, stopped_by_user, watch);
  drain_later (watch, 0);
}

static void
census_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Watch *watch = user_data;
  GError *error = NULL;

  if (!ov_node_census_finish (watch->node, result, &error) ||
      !(watch->spec = ov_op_trace_spec_new (watch->invocation, &error)))
    {
      ov_invocation_return_error (watch->invocation, error);
      watch_free (watch);
      return;
    }
  /* Whoever comes later has a name, too; a recording shall show the tree of any instant. */
  ov_node_watch (watch->node, ov_invocation_has (watch->invocation, "record") ? OV_WATCH_LIFECYCLE | OV_WATCH_SAMPLES
                                                                            : OV_WATCH_LIFECYCLE);
  /* Lines are of single events for as long as the node bears it, however many processes there are. */
  if (watch->spec->spec.automatic)
    watch->spec->spec.level = OV_TRACE_EVENTS;
  watch->next = ov_store_get_end (watch->store);
  ov_node_trace_async (watch->node, &watch->spec->spec, ov_invocation_get_cancellable (watch->invocation), traced_cb,
                       watch);
}

static gboolean
begin_recording (Watch   *watch,
                 GError **error)
{
  const char *path = ov_invocation_get_text (watch->invocation, "record");

  if (path == NULL)
    return TRUE;
  if (!ov_node_record (watch->node, path, ov_invocation_get_flag (watch->invocation, "force"), error))
    return FALSE;
  g_set_object (&watch->recorder, ov_node_get_recorder (watch->node));

  return TRUE;
}

static gboolean
names_somebody (OvInvocation *invocation)
{
  return ov_invocation_has (invocation, "process") || ov_invocation_has (invocation, "call");
}

static void
run_live (OvInvocation *invocation)
{
  OvNode *node = ov_invocation_get_node (invocation);
  Watch *watch;
  GError *error = NULL;

  if (!names_somebody (invocation))
    {
      ov_invocation_return_error (invocation,
        g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                     _("--process: say whose events: a pid, a registered name, “new” or “all”.")));
      return;
    }
  watch = g_new0 (Watch, 1);
  watch->invocation = ov_invocation_ref (invocation);
  watch->node = g_object_ref (node);
  watch->store = ov_store_ref (ov_node_get_store (node));
  watch->max = (guint64) ov_invocation_get_integer (invocation, "max");
  if (!begin_recording (watch, &error))
    {
      ov_invocation_return_error (invocation, error);
      watch_free (watch);
      return;
    }
  ov_node_census_async (node, ov_invocation_has (invocation, "record"),
                        MIN (SUPERVISOR_DEADLINE_MS, ov_invocation_get_remaining_ms (invocation) / 2 + 1),
                        ov_invocation_get_cancellable (invocation), census_done_cb, watch);
}

static void
run_watch (OvInvocation *invocation)
{
  if (ov_node_is_recording (ov_invocation_get_node (invocation)))
    ov_op_replay (invocation);
  else
    run_live (invocation);
}

static const OvParameter watch_parameters[] = {
  OV_OP_TRACE_PARAMETERS,
  { "seconds", OV_PARAMETER_NUMBER, FALSE, N_("End after so long; without it, and without --max, on Ctrl-C"), NULL, NULL, 0.001, 1e6 },
  { "record", OV_PARAMETER_FILE, FALSE, N_("Keep everything in this file, which must not exist") },
  { "force", OV_PARAMETER_FLAG, FALSE, N_("Replace an existing file"), "false" },
  { "elixir", OV_PARAMETER_FLAG, FALSE, N_("Write terms as Elixir does"), "false" },
  OV_OP_RANGE_PARAMETERS,
};

static const OvResultMember watch_members[] = {
  { "event.type", "string", N_("“event”, one thing that happened; a line each") },
  { "event.at_ns", "integer", N_("When: the node’s system time") },
  { "event.kind", "string", N_("send, receive, spawn, exit, link, register, call, return, exception, in, out, gc_start, …") },
  { "event.pid", "string", N_("Whose event it is") },
  { "event.name", "string?", N_("What it is called") },
  { "event.peer", "string", N_("The other process: receiver, child, linked") },
  { "event.peer_name", "string?", N_("What that is called") },
  { "event.message", "string", N_("Of send and receive, bounded; also reason, registered_name, figures, term") },
  { "event.truncated", "boolean", N_("Only where it was cut: true") },
  { "event.size_bytes", "integer", N_("Of a whole message") },
  { "event.style", "string?", N_("What a message is to OTP: call, reply, cast, system, exit, timeout") },
  { "event.module", "string", N_("Of calls and spawns, with function, arity, arguments; value, or class and reason") },
  { "flow.type", "string", N_("“flow”, messages that were counted on the node, with from_ns, at_ns, from, to, messages, bytes, label") },
  { "gap.type", "string", N_("“gap”, something is missing, with at_ns, reason, count, paused_ns") },
  { "level.type", "string", N_("“level”, it switched to events, edges or off, with at_ns, level, why") },
  { "type", "string", N_("“summary”, the last line") },
  { "generated", "integer", N_("Events that the node made: shown and dropped") },
  { "shown", "integer", N_("Events on lines, and messages that were counted") },
  { "dropped", "integer", N_("Events that were made and are not shown") },
  { "reason", "string", N_("Why it ended: duration, count, interrupted, fuse, lost, processes-gone, stopped, end") },
  { "seconds", "number", N_("How long it took") },
  { "paused_ns", "integer", N_("For how long the rate limit kept tracing off") },
  { "foreign", "integer", N_("Processes that stayed with another tracer") },
};

const OvOperation ov_op_trace_watch = {
  .id = "trace.watch",
  .summary = N_("Watch messages, calls and lifecycles as they happen"),
  .description = N_("One line for each event as it comes, and a summary as the last line. The node is protected: a rate "
                    "limit and a fuse on it count by edges or drop what is too much, and each gap is a line; shown and "
                    "dropped events are all that were generated, exactly. Ctrl-C, SIGTERM and a reader that goes away "
                    "end it in order: flags off, what is on its way, the summary. The exit status is 0 then, 1 when the "
                    "node was lost, 141 when the reader was. --timeout limits attaching and starting only. With "
                    "--recording FILE the events of a file are shown, by the same filters."),
  .effect = OV_EFFECT_LOAD,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .lasts = TRUE,
  .streams = TRUE,
  .journaled = TRUE,
  .undo = N_("the end of the command"),
  .parameters = watch_parameters,
  .n_parameters = G_N_ELEMENTS (watch_parameters),
  .members = watch_members,
  .n_members = G_N_ELEMENTS (watch_members),
  .example = "overstory-cli trace watch --process shop_catalogue --seconds 5 --sandbox shop",
  .check = ov_op_trace_spec_check,
  .run = run_watch,
};
