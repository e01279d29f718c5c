/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of operations and how one is run: check, policy, journal, time limit, answer.
 * Invariant: an operation's run() is only entered with checked parameters, under the policy, and
 * with a node where it needs one.
 * Thread: main.
 */
#include "ops/ov-operation.h"

#include "base/ov-error.h"
#include "ops/ov-invocation-private.h"
#include "ops/ov-operations-private.h"
#include "ops/ov-policy.h"

#include <glib/gi18n.h>

static const OvErrorWord words[] = {
  { OV_OPERATION_ERROR_UNKNOWN, "unknown-operation",
    N_("“overstory-cli help” lists the operations.") },
  { OV_OPERATION_ERROR_BAD_PARAMETER, "bad-parameter",
    N_("“overstory-cli help SUBJECT VERB” says what it takes.") },
  { OV_OPERATION_ERROR_NOT_ARMED, "not-armed",
    N_("Arm control for this node: --arm on the command line, the shield in the window.") },
  { OV_OPERATION_ERROR_NO_NODE, "no-node",
    N_("Name a node with --node NAME, or start an example with --sandbox EXAMPLE; "
       "“overstory-cli node list” lists the nodes of this machine.") },
  { OV_OPERATION_ERROR_NOT_FOUND, "not-found",
    N_("“overstory-cli process list” and “overstory-cli tree get” show what is there.") },
  { OV_OPERATION_ERROR_FAILED, "failed", NULL },
  { OV_OPERATION_ERROR_INSTALLATION, "installation", N_("Install Overstory again, with its data files.") },
  { OV_OPERATION_ERROR_RECORDING, "needs-live-node",
    N_("A recording only answers what was recorded: name a live node with --node instead.") },
  { OV_OPERATION_ERROR_NODE_LOST, "lost", N_("“overstory-cli node doctor --node NAME” tells whether it is back.") },
};

/* Whoever names the domain has its words. */
GQuark
ov_operation_error_quark (void)
{
  static gsize quark;

  if (g_once_init_enter (&quark))
    {
      GQuark value = g_quark_from_static_string ("ov-operation-error-quark");

      ov_error_register_domain (value, words, G_N_ELEMENTS (words));
      g_once_init_leave (&quark, value);
    }

  return (GQuark) quark;
}

static const OvOperation *const operations[] = {
  &ov_op_node_list,    &ov_op_node_info,    &ov_op_node_doctor,  &ov_op_node_attach,
  &ov_op_node_detach,  &ov_op_tree_get,     &ov_op_tree_diff,    &ov_op_process_list,
  &ov_op_process_info, &ov_op_trace_watch,  &ov_op_trace_start,  &ov_op_trace_stop,
  &ov_op_trace_rearm,  &ov_op_flow_watch,   &ov_op_flow_path,    &ov_op_sequence_get,
  &ov_op_restart_list, &ov_op_recording_open, &ov_op_recording_start, &ov_op_recording_stop,
  &ov_op_recording_save, &ov_op_sandbox_list, &ov_op_sandbox_open,
};

static const OvSubject subjects[] = {
  { "node", N_("Erlang and Elixir nodes: which there are, and what they are like") },
  { "tree", N_("The supervision trees of a node") },
  { "process", N_("The processes of a node") },
  { "trace", N_("What happens on a node, event by event") },
  { "flow", N_("Who talks to whom") },
  { "sequence", N_("Conversations as sequence charts") },
  { "restart", N_("Restarts and why they happened") },
  { "recording", N_("What was seen of a node, in a file") },
  { "sandbox", N_("Private nodes with example programs") },
};

const OvOperation *const *
ov_operations_get_all (guint *n)
{
  g_return_val_if_fail (n != NULL, NULL);

  *n = G_N_ELEMENTS (operations);

  return operations;
}

const OvSubject *
ov_subjects_get_all (guint *n)
{
  g_return_val_if_fail (n != NULL, NULL);

  *n = G_N_ELEMENTS (subjects);

  return subjects;
}

const OvOperation *
ov_operation_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i]->id, id))
      return operations[i];

  return NULL;
}

const OvParameter *
ov_operation_find_parameter (const OvOperation *self,
                             const char        *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  for (guint i = 0; i < self->n_parameters; i++)
    if (g_str_equal (self->parameters[i].name, name))
      return &self->parameters[i];

  return NULL;
}

/**
 * ov_operation_has_format:
 * @self: an operation
 * @format: "svg", say
 *
 * Returns: whether it can answer so; all can answer "json" and "text"
 */
gboolean
ov_operation_has_format (const OvOperation *self,
                         const char        *format)
{
  g_return_val_if_fail (self != NULL && format != NULL, FALSE);

  return g_str_equal (format, "json") || g_str_equal (format, "text") ||
         (self->formats != NULL && g_strv_contains (self->formats, format));
}

const char *
ov_effect_get_word (OvEffect effect)
{
  static const char *const effect_words[] = {
    [OV_EFFECT_NONE] = "none",     [OV_EFFECT_OBSERVE] = "observe", [OV_EFFECT_LOAD] = "load",
    [OV_EFFECT_CHANGE] = "change", [OV_EFFECT_DESTROY] = "destroy",
  };

  g_return_val_if_fail ((guint) effect < G_N_ELEMENTS (effect_words), NULL);

  return effect_words[effect];
}

void
ov_answer_body_free (OvAnswerBody *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->json, json_node_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->object);
  g_clear_error (&self->error);
  g_free (self);
}

JsonNode *
ov_answer_body_get_json (OvAnswerBody  *self,
                         GError       **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->json == NULL && self->bytes != NULL && g_str_equal (self->content_type, "application/json"))
    {
      g_autoptr (JsonParser) parser = json_parser_new_immutable ();
      gsize size;
      const char *text = g_bytes_get_data (self->bytes, &size);

      if (!json_parser_load_from_data (parser, text, size, error))
        return NULL;
      self->json = json_parser_steal_root (parser);
    }
  if (self->json == NULL)
    g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_FAILED,
                 _("The answer is %s, not JSON."), self->content_type);

  return self->json;
}

/* A recording is a node that nothing can be asked of. */
static gboolean
check_live (const OvOperation *self,
            OvNode            *node,
            GError           **error)
{
  if (node == NULL || !self->needs_node || self->reads_recording || !ov_node_is_recording (node))
    return TRUE;
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_RECORDING,
               _("“%s” needs a live node; this is a recording."), self->id);

  return FALSE;
}

static gboolean
check_format (const OvOperation *self,
              const char        *format,
              GError           **error)
{
  if (format == NULL || ov_operation_has_format (self, format))
    return TRUE;
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
               _("--format: “%s” cannot answer as “%s”."), self->id, format);

  return FALSE;
}

/**
 * ov_operation_run_full_async:
 * @self: an operation
 * @session: (nullable): what is open; needed by operations that open and close
 * @node: (nullable): the node to ask
 * @options: parameters, format, limits; only borrowed during the call
 * @cancellable: (nullable): ends the run and undoes what it began
 * @callback: called when it has ended
 * @user_data: for @callback
 *
 * Checks, asks the policy and runs. Thread: main.
 */
void
ov_operation_run_full_async (const OvOperation   *self,
                             OvSession           *session,
                             OvNode              *node,
                             const OvRunOptions  *options,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (JsonObject) checked = NULL;
  GError *error = NULL;

  g_return_if_fail (self != NULL && self->run != NULL);
  g_return_if_fail (options != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_operation_run_full_async);
  /* A run that ended well stays so, even if it was cancelled while its answer was on the way. */
  g_task_set_check_cancellable (task, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, &error) ||
      !(checked = ov_operation_check (self, options->parameters, &error)) ||
      !check_format (self, options->format, &error) || !check_live (self, node, &error) ||
      !ov_policy_allows (self, node, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  ov_invocation_start (ov_invocation_new (self, session, node, g_steal_pointer (&checked), options,
                                          g_steal_pointer (&task)));
}

void
ov_operation_run_async (const OvOperation   *self,
                        OvSession           *session,
                        OvNode              *node,
                        JsonObject          *parameters,
                        const char          *format,
                        guint                timeout_ms,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  OvRunOptions options = { .parameters = parameters, .format = format, .timeout_ms = timeout_ms };

  ov_operation_run_full_async (self, session, node, &options, cancellable, callback, user_data);
}

/**
 * ov_operation_run_finish:
 * @result: what the callback got
 * @error: set to an error of %OV_OPERATION_ERROR, of a lower layer, or %G_IO_ERROR
 *
 * Returns: (transfer full): the answer
 */
OvAnswerBody *
ov_operation_run_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
