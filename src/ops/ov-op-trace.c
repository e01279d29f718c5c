/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trace.start, trace.stop, trace.rearm: traces of a session, whose events go into the node's store.
 * Thread: main.
 */
#include "ops/ov-op-support.h"
#include "ops/ov-op-trace-private.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

static JsonObject *
describe_trace (OvTrace *trace)
{
  const OvTraceSum *sum = ov_trace_get_sum (trace);
  const char *const *words = ov_trace_get_notes (trace);
  JsonObject *object = json_object_new ();
  JsonArray *notes = json_array_new ();

  for (; words != NULL && *words != NULL; words++)
    json_array_add_string_element (notes, *words);
  json_object_set_int_member (object, "trace", ov_trace_get_id (trace));
  ov_op_set_text (object, "title", ov_trace_get_title (trace));
  json_object_set_boolean_member (object, "running", ov_trace_is_running (trace));
  ov_op_set_text (object, "level", ov_trace_level_get_word (ov_trace_get_level (trace)));
  ov_op_set_text (object, "reason", ov_trace_get_reason (trace));
  json_object_set_int_member (object, "generated", (gint64) sum->generated);
  json_object_set_int_member (object, "shown", (gint64) sum->shown);
  json_object_set_int_member (object, "dropped", (gint64) sum->dropped);
  json_object_set_int_member (object, "foreign", ov_trace_get_n_foreign (trace));
  json_object_set_int_member (object, "processes", ov_trace_get_n_processes (trace));
  json_object_set_int_member (object, "functions", ov_trace_get_n_functions (trace));
  json_object_set_array_member (object, "notes", notes);

  return object;
}

#define TRACE_MEMBERS(path)                                                                                     \
  { path "trace", "integer", N_("Its number"), N_("Trace") },                                                   \
  { path "title", "string", N_("What it traces"), N_("Title") },                                                \
  { path "running", "boolean", N_("Whether it goes on"), N_("Running") },                                       \
  { path "level", "string", N_("events, edges, or off after the fuse"), N_("Level") },                          \
  { path "reason", "string?", N_("Why it ended"), N_("Reason") },                                               \
  { path "generated", "integer", N_("Events that the node made so far"), N_("Generated") },                     \
  { path "shown", "integer", N_("Of these, in the store"), N_("Shown") },                                       \
  { path "dropped", "integer", N_("Of these, not"), N_("Dropped") },                                            \
  { path "foreign", "integer", N_("Processes that stayed with another tracer"), N_("Foreign") },               \
  { path "processes", "integer", N_("Processes that were traced from the start") },                             \
  { path "functions", "integer", N_("Functions whose calls are traced") },                                      \
  { path "notes", "array", N_("What the node had to say about it") }

/* trace.start */

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  g_autoptr (OvTrace) trace = NULL;
  GError *error = NULL;

  if (!(trace = ov_node_trace_finish (OV_NODE (source), result, &error)))
    ov_invocation_return_error (invocation, error);
  else
    ov_invocation_return_object (invocation, ov_op_node_of_object (describe_trace (trace)),
                                 g_object_ref (G_OBJECT (trace)));
}

static void
run_start (OvInvocation *invocation)
{
  g_autoptr (OvOpTraceSpec) spec = NULL;
  GError *error = NULL;

  if (!(spec = ov_op_trace_spec_new (invocation, &error)))
    ov_invocation_return_error (invocation, error);
  else
    ov_node_trace_async (ov_invocation_get_node (invocation), &spec->spec,
                         ov_invocation_get_cancellable (invocation), started_cb, invocation);
}

static const OvParameter start_parameters[] = {
  OV_OP_TRACE_PARAMETERS,
  { "seconds", OV_PARAMETER_NUMBER, FALSE, N_("End after so long"), NULL, NULL, 0.001, 1e6 },
};

static const OvResultMember start_members[] = { TRACE_MEMBERS ("") };

const OvOperation ov_op_trace_start = {
  .id = "trace.start",
  .summary = N_("Start a trace"),
  .description = N_("Its events go into the store of the node, until it is stopped; several may run at once. Without a "
                    "process it is of all."),
  .effect = OV_EFFECT_LOAD,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .journaled = TRUE,
  .undo = N_("trace stop; it also ends with the connection"),
  .parameters = start_parameters,
  .n_parameters = G_N_ELEMENTS (start_parameters),
  .members = start_members,
  .n_members = G_N_ELEMENTS (start_members),
  .example = "overstory-cli trace start --process shop_catalogue",
  .check = ov_op_trace_spec_check,
  .run = run_start,
};

static GError *
make_unknown_trace (gint64 id)
{
  return g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                      _("There is no running trace %" G_GINT64_FORMAT "."), id);
}

/* (transfer full) running traces, all of them for 0 */
static GPtrArray *
find_traces (OvNode *node,
             gint64  id)
{
  GListModel *traces = ov_node_list_traces (node);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr (OvTrace) trace = g_list_model_get_item (traces, i);

      if (ov_trace_is_running (trace) && (id == 0 || ov_trace_get_id (trace) == id))
        g_ptr_array_add (found, g_steal_pointer (&trace));
    }

  return found;
}

/* trace.stop */

typedef struct
{
  OvInvocation *invocation;
  GPtrArray    *traces;
  guint         pending;
  GError       *error;
} Stopping;

static void
return_stopped (Stopping *stopping)
{
  JsonObject *answer = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < stopping->traces->len; i++)
    json_array_add_object_element (array, describe_trace (g_ptr_array_index (stopping->traces, i)));
  json_object_set_array_member (answer, "traces", array);
  if (stopping->error != NULL)
    {
      ov_invocation_return_error (stopping->invocation, stopping->error);
      json_object_unref (answer);
    }
  else
    ov_invocation_return_json (stopping->invocation, ov_op_node_of_object (answer));
  g_ptr_array_unref (stopping->traces);
  g_free (stopping);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Stopping *stopping = user_data;
  g_autoptr (GError) error = NULL;

  if (!ov_trace_stop_finish (OV_TRACE (source), result, &error) && stopping->error == NULL)
    stopping->error = g_steal_pointer (&error);
  if (--stopping->pending == 0)
    return_stopped (stopping);
}

static void
run_stop (OvInvocation *invocation)
{
  gint64 id = ov_invocation_get_integer (invocation, "trace");
  g_autoptr (GPtrArray) traces = find_traces (ov_invocation_get_node (invocation), id);
  Stopping *stopping;

  if (traces->len == 0 && id != 0)
    {
      ov_invocation_return_error (invocation, make_unknown_trace (id));
      return;
    }
  stopping = g_new0 (Stopping, 1);
  stopping->invocation = invocation;
  stopping->traces = g_ptr_array_ref (traces);
  stopping->pending = traces->len;
  if (traces->len == 0)
    return_stopped (stopping);
  for (guint i = 0; i < traces->len; i++)
    ov_trace_stop_async (g_ptr_array_index (traces, i), ov_invocation_get_cancellable (invocation), stopped_cb, stopping);
}

static const OvParameter stop_parameters[] = {
  { "trace", OV_PARAMETER_INTEGER, FALSE, N_("Its number; all that run without it"), NULL, NULL, 1, 65535 },
};

static const OvResultMember stop_members[] = {
  { "traces", "array", N_("What was stopped") },
  TRACE_MEMBERS ("traces[]."),
};

const OvOperation ov_op_trace_stop = {
  .id = "trace.stop",
  .summary = N_("Stop a trace, or all"),
  .description = N_("Flags and patterns are taken off the node at once; what was on its way still comes, and the sum is "
                    "final then."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .journaled = TRUE,
  .undo = N_("trace start"),
  .parameters = stop_parameters,
  .n_parameters = G_N_ELEMENTS (stop_parameters),
  .members = stop_members,
  .n_members = G_N_ELEMENTS (stop_members),
  .example = "overstory-cli trace stop",
  .run = run_stop,
};

/* trace.rearm */

static void
rearmed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  GError *error = NULL;

  if (!ov_trace_rearm_finish (OV_TRACE (source), result, &error))
    ov_invocation_return_error (invocation, error);
  else
    ov_invocation_return_json (invocation, ov_op_node_of_object (describe_trace (OV_TRACE (source))));
}

static void
run_rearm (OvInvocation *invocation)
{
  gint64 id = ov_invocation_get_integer (invocation, "trace");
  g_autoptr (GPtrArray) traces = find_traces (ov_invocation_get_node (invocation), id);
  const char *level = ov_invocation_get_text (invocation, "level");

  if (traces->len == 0)
    {
      ov_invocation_return_error (invocation, make_unknown_trace (id));
      return;
    }
  ov_trace_rearm_async (g_ptr_array_index (traces, 0),
                        g_str_equal (level, "edges") ? OV_TRACE_EDGES : OV_TRACE_EVENTS,
                        ov_invocation_get_cancellable (invocation), rearmed_cb, invocation);
}

static const char *const rearm_levels[] = { "events", "edges", NULL };

static const OvParameter rearm_parameters[] = {
  { "trace", OV_PARAMETER_INTEGER, TRUE, N_("Its number"), NULL, NULL, 1, 65535 },
  { "level", OV_PARAMETER_CHOICE, FALSE, N_("What it begins with again"), "edges", rearm_levels },
};

static const OvResultMember rearm_members[] = { TRACE_MEMBERS ("") };

const OvOperation ov_op_trace_rearm = {
  .id = "trace.rearm",
  .summary = N_("Switch a trace on again after its fuse, or change its level"),
  .description = N_("A trace that was too much for the node is off, and stays off until a person decides otherwise."),
  .effect = OV_EFFECT_LOAD,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .journaled = TRUE,
  .undo = N_("trace stop"),
  .parameters = rearm_parameters,
  .n_parameters = G_N_ELEMENTS (rearm_parameters),
  .members = rearm_members,
  .n_members = G_N_ELEMENTS (rearm_members),
  .example = "overstory-cli trace rearm --trace 1",
  .run = run_rearm,
};
