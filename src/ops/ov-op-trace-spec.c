/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parameters of tracing.  A match specification is parsed, never evaluated, and refused here where
 * the node would refuse it, or where it would do more than observe.
 * Thread: main.
 */
#include "ops/ov-op-support.h"
#include "ops/ov-op-trace-private.h"

#include <glib/gi18n.h>

const char *const ov_op_trace_events[] = { "send", "receive", "procs", "running", "garbage_collection", "ports", NULL };
const char *const ov_op_trace_levels[] = { "auto", "events", "edges", NULL };

static const OvTraceFlags event_flags[] = {
  OV_TRACE_SEND, OV_TRACE_RECEIVE, OV_TRACE_PROCS, OV_TRACE_RUNNING, OV_TRACE_GARBAGE_COLLECTION, OV_TRACE_PORTS,
};

static gboolean
refuse (GError     **error,
        const char  *name,
        const char  *message)
{
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER, "--%s: %s", name, message);

  return FALSE;
}

static gboolean
check_calls (JsonObject  *parameters,
             GError     **error)
{
  JsonArray *calls = json_object_has_member (parameters, "call")
                       ? json_object_get_array_member (parameters, "call") : NULL;

  for (guint i = 0; calls != NULL && i < json_array_get_length (calls); i++)
    {
      g_autoptr (GError) local = NULL;
      OvTraceCall call = { 0 };
      gboolean ok = ov_trace_call_parse (json_array_get_string_element (calls, i), &call, &local);

      ov_trace_call_clear (&call);
      if (!ok)
        return refuse (error, "call", local->message);
    }

  return TRUE;
}

static gboolean
check_match (JsonObject  *parameters,
             const char  *name,
             OvMatchKind  kind,
             GError     **error)
{
  const char *text = json_object_get_string_member_with_default (parameters, name, NULL);
  g_autoptr (OvTerm) spec = NULL;
  g_autoptr (GError) local = NULL;

  if (text == NULL)
    return TRUE;
  if (!(spec = ov_term_parse (text, NULL, NULL, &local)) || !ov_match_spec_check (spec, kind, &local))
    return refuse (error, name, local->message);

  return TRUE;
}

gboolean
ov_op_trace_spec_check (JsonObject  *parameters,
                        GError     **error)
{
  if (json_object_get_boolean_member_with_default (parameters, "subtree", FALSE) &&
      !json_object_has_member (parameters, "process"))
    return refuse (error, "subtree", _("it goes with --process."));
  if (!json_object_has_member (parameters, "call") && json_object_has_member (parameters, "match"))
    return refuse (error, "match", _("it goes with --call; for messages there are --send-match and --receive-match."));

  return check_calls (parameters, error) && check_match (parameters, "match", OV_MATCH_CALLS, error) &&
         check_match (parameters, "send-match", OV_MATCH_SEND, error) &&
         check_match (parameters, "receive-match", OV_MATCH_RECEIVE, error);
}

static void
add_target (OvOpTraceSpec *self,
            OvNode        *node,
            const char    *text,
            OvTraceScope   scope)
{
  OvTraceTarget target = { .scope = scope };

  if (g_str_equal (text, "all"))
    target.scope = OV_TRACE_ALL;
  else if (g_str_equal (text, "new"))
    target.scope = OV_TRACE_NEW;
  else if (ov_pid_parse (text, ov_node_get_name (node), &target.pid))
    ov_op_localize_pid (ov_node_get_processes (node), &target.pid);
  else
    {
      char *name = ov_op_dup_process_name (ov_node_get_processes (node), text);

      g_ptr_array_add (self->kept, name);
      target.name = name;
    }
  g_array_append_val (self->targets, target);
}

static gboolean
is_of_node (const char           *node,
            const OvTraceTarget  *target,
            GError              **error)
{
  g_autofree char *pid = NULL;

  if (ov_pid_is_none (&target->pid) || g_strcmp0 (target->pid.node, node) == 0)
    return TRUE;
  pid = ov_pid_to_string (&target->pid, node);
  g_set_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_REMOTE_PROCESS, _("%s is a process of %s, not of %s."), pid,
               target->pid.node, node);

  return FALSE;
}

static gboolean
add_targets (OvOpTraceSpec  *self,
             OvInvocation   *invocation,
             GError        **error)
{
  OvNode *node = ov_invocation_get_node (invocation);
  g_auto (GStrv) processes = ov_invocation_dup_list (invocation, "process");
  OvTraceScope scope = ov_invocation_get_flag (invocation, "subtree") ? OV_TRACE_SUBTREE : OV_TRACE_PROCESS;

  for (guint i = 0; processes[i] != NULL; i++)
    add_target (self, node, processes[i], scope);
  if (self->targets->len == 0)
    add_target (self, node, "all", scope);
  for (guint i = 0; i < self->targets->len; i++)
    if (!is_of_node (ov_node_get_name (node), &g_array_index (self->targets, OvTraceTarget, i), error))
      return FALSE;

  return TRUE;
}

static OvTerm *
parse_term (OvInvocation *invocation,
            const char   *name)
{
  const char *text = ov_invocation_get_text (invocation, name);

  /* It was parsed when it was checked; pids in it are those of this node. */
  return text != NULL ? ov_op_parse_term (ov_node_get_processes (ov_invocation_get_node (invocation)), text, NULL) : NULL;
}

static gboolean
add_calls (OvOpTraceSpec  *self,
           OvInvocation   *invocation,
           GError        **error)
{
  g_auto (GStrv) calls = ov_invocation_dup_list (invocation, "call");

  for (guint i = 0; calls[i] != NULL; i++)
    {
      OvTraceCall call = { 0 };

      if (!ov_trace_call_parse (calls[i], &call, error))
        return FALSE;
      call.match = parse_term (invocation, "match");
      g_array_append_val (self->calls, call);
    }

  return TRUE;
}

static OvTraceFlags
get_flags (OvInvocation *invocation)
{
  g_auto (GStrv) words = ov_invocation_dup_list (invocation, "events");
  OvTraceFlags flags = 0;

  for (guint i = 0; words[i] != NULL; i++)
    for (guint k = 0; ov_op_trace_events[k] != NULL; k++)
      if (g_str_equal (words[i], ov_op_trace_events[k]))
        flags |= event_flags[k];

  return flags;
}

static void
clear_call (gpointer data)
{
  OvTraceCall *call = data;

  g_clear_pointer (&call->match, ov_term_unref);
  ov_trace_call_clear (call);
}

OvOpTraceSpec *
ov_op_trace_spec_new (OvInvocation  *invocation,
                      GError       **error)
{
  g_autoptr (OvOpTraceSpec) self = g_new0 (OvOpTraceSpec, 1);
  const char *level = ov_invocation_get_text (invocation, "level");
  OvTraceSpec *spec = &self->spec;

  self->targets = g_array_new (FALSE, TRUE, sizeof (OvTraceTarget));
  self->calls = g_array_new (FALSE, TRUE, sizeof (OvTraceCall));
  g_array_set_clear_func (self->calls, clear_call);
  self->kept = g_ptr_array_new_with_free_func (g_free);
  if (!add_targets (self, invocation, error) || !add_calls (self, invocation, error))
    return NULL;

  spec->targets = (const OvTraceTarget *) (gpointer) self->targets->data;
  spec->n_targets = self->targets->len;
  spec->calls = (const OvTraceCall *) (gpointer) self->calls->data;
  spec->n_calls = self->calls->len;
  spec->flags = get_flags (invocation);
  spec->send_match = parse_term (invocation, "send-match");
  spec->receive_match = parse_term (invocation, "receive-match");
  spec->automatic = level == NULL || g_str_equal (level, "auto");
  spec->level = g_strcmp0 (level, "events") == 0 ? OV_TRACE_EVENTS
                : g_strcmp0 (level, "edges") == 0 ? OV_TRACE_EDGES : OV_TRACE_OFF;
  spec->rate = (guint) ov_invocation_get_integer (invocation, "rate");
  spec->count = (guint64) ov_invocation_get_integer (invocation, "max");
  spec->term_nodes = (guint) ov_invocation_get_integer (invocation, "term-nodes");
  spec->duration_ms = (guint) (ov_invocation_get_number (invocation, "seconds") * 1000);

  return g_steal_pointer (&self);
}

void
ov_op_trace_spec_free (OvOpTraceSpec *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->spec.send_match, ov_term_unref);
  g_clear_pointer (&self->spec.receive_match, ov_term_unref);
  g_array_unref (self->targets);
  g_array_unref (self->calls);
  g_ptr_array_unref (self->kept);
  g_free (self);
}

gboolean
ov_op_trace_has_begun (OvTrace           *trace,
                       const OvTraceSpec *spec,
                       GError           **error)
{
  guint n_foreign = ov_trace_get_n_foreign (trace);

  if (n_foreign == 0 || ov_trace_get_n_processes (trace) > 0)
    return TRUE;
  for (guint i = 0; i < spec->n_targets; i++)
    if (spec->targets[i].scope != OV_TRACE_PROCESS)
      return TRUE;
  if (ov_trace_is_running (trace))
    ov_trace_stop_async (trace, NULL, NULL, NULL);
  g_set_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_FOREIGN_TRACER,
               _("Another tracer has what was named (%u processes), and is left alone."), n_foreign);

  return FALSE;
}

GError *
ov_op_trace_explain (OvInvocation *invocation,
                     GError       *error)
{
  g_auto (GStrv) processes = ov_invocation_dup_list (invocation, "process");
  g_autofree char *all = g_strjoinv (", ", processes);

  if (g_error_matches (error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS) && processes[0] != NULL)
    g_prefix_error (&error, "--process %s: ", all);

  return error;
}
