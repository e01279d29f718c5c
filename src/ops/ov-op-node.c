/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node.list, node.doctor, node.info, node.attach, node.detach.
 * Thread: main.
 */
#include "ops/ov-op-node-private.h"

#include "model/ov-discovery.h"
#include "model/ov-doctor-report.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

/* node.list */

static void
nodes_listed_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  g_autoptr (GPtrArray) found = NULL;
  GError *error = NULL;
  JsonObject *answer;
  JsonArray *nodes;

  if (!(found = ov_discovery_list_finish (result, &error)))
    {
      ov_invocation_return_error (invocation, error);
      return;
    }
  nodes = json_array_new ();
  for (guint i = 0; i < found->len; i++)
    {
      OvFoundNode *node = g_ptr_array_index (found, i);
      JsonObject *object = json_object_new ();

      ov_op_set_text (object, "name", ov_found_node_get_name (node));
      ov_op_set_text (object, "host", ov_found_node_get_host (node));
      json_object_set_int_member (object, "port", ov_found_node_get_port (node));
      json_array_add_object_element (nodes, object);
    }
  answer = json_object_new ();
  json_object_set_array_member (answer, "nodes", nodes);
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

static void
run_list (OvInvocation *invocation)
{
  ov_discovery_list_async (ov_invocation_get_text (invocation, "host"),
                           ov_invocation_get_remaining_ms (invocation),
                           ov_invocation_get_cancellable (invocation), nodes_listed_cb, invocation);
}

static const OvParameter list_parameters[] = {
  { "host", OV_PARAMETER_TEXT, FALSE, N_("Ask the port mapper of this host instead of this machine’s") },
};

static const OvResultMember list_members[] = {
  { "nodes", "array", N_("What the port mapper (epmd) of the host knows") },
  { "nodes[].name", "string", N_("The node’s name, as --node takes it"), N_("Node") },
  { "nodes[].host", "string", N_("The host that was asked"), N_("Host") },
  { "nodes[].port", "integer", N_("Where it listens for other nodes"), N_("Port") },
};

const OvOperation ov_op_node_list = {
  .id = "node.list",
  .summary = N_("List the nodes of this machine"),
  .description = N_("Asks the Erlang port mapper daemon (epmd) which nodes are registered. Nodes are not "
                    "contacted. A node that runs without epmd, or under another epmd (see ERL_EPMD_PORT), "
                    "is not listed."),
  .effect = OV_EFFECT_NONE,
  .undo = "none",
  .parameters = list_parameters,
  .n_parameters = G_N_ELEMENTS (list_parameters),
  .members = list_members,
  .n_members = G_N_ELEMENTS (list_members),
  .example = "overstory-cli node list",
  .run = run_list,
};

/* node.doctor */

static void
fill_options (OvInvocation    *invocation,
              OvAttachOptions *options)
{
  options->cookie = ov_invocation_get_secret (invocation);
  options->cookie_file = ov_invocation_get_text (invocation, "cookie-file");
  options->host = ov_invocation_get_text (invocation, "host");
  options->port = (guint16) ov_invocation_get_integer (invocation, "port");
  options->timeout_ms = ov_invocation_get_remaining_ms (invocation);
}

static JsonNode *
make_report (GPtrArray *steps)
{
  JsonObject *answer = json_object_new ();
  JsonArray *array = json_array_new ();
  gboolean ok = TRUE;

  for (guint i = 0; i < steps->len; i++)
    {
      const OvDoctorStep *step = g_ptr_array_index (steps, i);
      JsonObject *object = json_object_new ();

      ok = ok && step->ok;
      ov_op_set_text (object, "name", step->name);
      json_object_set_boolean_member (object, "ok", step->ok);
      ov_op_set_text (object, "message", step->message);
      ov_op_set_text (object, "hint", step->hint);
      json_object_set_boolean_member (object, "skipped", step->skipped);
      json_array_add_object_element (array, object);
    }
  json_object_set_boolean_member (answer, "ok", ok);
  json_object_set_array_member (answer, "steps", array);

  return ov_op_node_of_object (answer);
}

static void
doctor_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  g_autoptr (GPtrArray) steps = NULL;
  GError *error = NULL;

  if (!(steps = ov_node_doctor_finish (result, &error)))
    ov_invocation_return_error (invocation, error);
  else
    ov_invocation_return_json (invocation, make_report (steps));
}

static void
run_doctor (OvInvocation *invocation)
{
  OvAttachOptions options = { 0 };

  fill_options (invocation, &options);
  options.timeout_ms = options.timeout_ms / 4 * 3; /* findings are worth more than a time limit's error */
  ov_node_doctor_async (ov_invocation_get_text (invocation, "node"), &options,
                        ov_invocation_get_cancellable (invocation), doctor_done_cb, invocation);
}

#define REACH_PARAMETERS                                                                            \
  { "node", OV_PARAMETER_NODE, TRUE, N_("The node, “name@host”") },                                 \
  { "cookie-file", OV_PARAMETER_FILE, FALSE,                                                        \
    N_("Read the cookie from here; otherwise $OVERSTORY_COOKIE_FILE, ~/.erlang.cookie, the keyring") }, \
  { "host", OV_PARAMETER_TEXT, FALSE, N_("Reach it at this host instead of the name’s") },          \
  { "port", OV_PARAMETER_INTEGER, FALSE, N_("Reach it at this port without asking epmd"), NULL,     \
    NULL, 1, 65535 }

static const OvParameter doctor_parameters[] = { REACH_PARAMETERS };

static const OvResultMember doctor_members[] = {
  { "ok", "boolean", N_("Nothing stands in the way of attaching") },
  { "steps", "array", N_("The steps of attaching, in order") },
  { "steps[].name", "string", N_("name, epmd, registered, port, handshake, cookie, code_loading, versions"), N_("Step") },
  { "steps[].ok", "boolean", N_("Whether the step went well") },
  { "steps[].message", "string", N_("What was found"), N_("Finding") },
  { "steps[].hint", "string?", N_("What to do about it"), N_("What to try") },
  { "steps[].skipped", "boolean", N_("Not tried, since an earlier step failed") },
};

const OvOperation ov_op_node_doctor = {
  .id = "node.doctor",
  .summary = N_("Find out why a node cannot be attached to"),
  .description = N_("Walks the steps of attaching one by one and says of each what was found and what to do: "
                    "the name, epmd, the port, the handshake, the cookie, loading code, versions. Changes "
                    "nothing on the node."),
  .effect = OV_EFFECT_OBSERVE,
  .undo = "none",
  .parameters = doctor_parameters,
  .n_parameters = G_N_ELEMENTS (doctor_parameters),
  .members = doctor_members,
  .n_members = G_N_ELEMENTS (doctor_members),
  .example = "overstory-cli node doctor --node rabbit@localhost",
  .run = run_doctor,
};

/* node.attach */

typedef struct
{
  OvInvocation *invocation;
  OvNode       *node;
} Attach;

static void
attach_free (Attach *attach)
{
  g_object_unref (attach->node);
  g_free (attach);
}

static void
finish_attach (Attach     *attach,
               const char *notice)
{
  OvInvocation *invocation = attach->invocation;
  OvSession *session = ov_invocation_get_session (invocation);

  if (session != NULL && ov_session_find_node (session, ov_node_get_name (attach->node)) == NULL)
    ov_session_add_node (session, attach->node);
  if (ov_invocation_get_flag (invocation, "arm"))
    ov_node_set_armed (attach->node, TRUE);
  if (ov_invocation_get_flag (invocation, "watch"))
    ov_node_watch (attach->node, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  ov_op_return_node (invocation, attach->node, notice);
  attach_free (attach);
}

static void
cookie_kept_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *notice = NULL;

  if (!ov_node_remember_cookie_finish (result, &error))
    notice = g_strdup_printf (_("The cookie could not be kept in the keyring: %s"), error->message);
  finish_attach (user_data, notice);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Attach *attach = user_data;
  OvInvocation *invocation = attach->invocation;
  const char *secret = ov_invocation_get_secret (invocation);
  GError *error = NULL;

  if (!ov_node_attach_finish (attach->node, result, &error))
    {
      ov_invocation_return_error (invocation, error);
      attach_free (attach);
      return;
    }
  if (secret != NULL && ov_invocation_get_flag (invocation, "remember"))
    ov_node_remember_cookie_async (ov_node_get_name (attach->node), secret,
                                   ov_invocation_get_cancellable (invocation), cookie_kept_cb, attach);
  else
    finish_attach (attach, NULL);
}

void
ov_op_attach (OvInvocation          *invocation,
              OvNode                *node,
              const OvAttachOptions *options)
{
  Attach *attach = g_new0 (Attach, 1);

  attach->invocation = invocation;
  attach->node = node;
  ov_node_attach_async (node, options, ov_invocation_get_cancellable (invocation), attached_cb, attach);
}

/* With the cookie, host and port that led there before: a cookie that was typed is in no file. */
static void
attach_again (OvInvocation *invocation,
              OvNode       *node)
{
  Attach *attach = g_new0 (Attach, 1);

  attach->invocation = invocation;
  attach->node = g_object_ref (node);
  ov_node_reattach_async (node, ov_invocation_get_cancellable (invocation), attached_cb, attach);
}

void
ov_op_return_node (OvInvocation *invocation,
                   OvNode       *node,
                   const char   *notice)
{
  JsonObject *answer = json_object_new ();
  g_autofree char *release = g_strdup_printf ("%u", ov_node_get_otp_release (node));

  ov_op_set_text (answer, "name", ov_node_get_name (node));
  ov_op_set_text (answer, "otp_release", ov_node_get_otp_release (node) != 0 ? release : NULL);
  json_object_set_boolean_member (answer, "armed", ov_node_get_armed (node));
  ov_op_set_text (answer, "notice", notice);
  ov_invocation_return_object (invocation, ov_op_node_of_object (answer), g_object_ref (G_OBJECT (node)));
}

static gboolean
is_open (OvNode *node)
{
  OvNodeState state = ov_node_get_state (node);

  return state == OV_NODE_LIVE || state == OV_NODE_TAKING_CENSUS;
}

static void
run_attach (OvInvocation *invocation)
{
  OvSession *session = ov_invocation_get_session (invocation);
  const char *name = ov_invocation_get_text (invocation, "node");
  OvNode *node = session != NULL ? ov_session_find_node (session, name) : NULL;
  OvAttachOptions options = { 0 };

  if (node != NULL && is_open (node))
    {
      ov_op_return_node (invocation, node, NULL);
      return;
    }
  if (node != NULL && ov_invocation_get_flag (invocation, "again"))
    {
      attach_again (invocation, node);
      return;
    }
  fill_options (invocation, &options);
  ov_op_attach (invocation, node != NULL ? g_object_ref (node) : ov_node_new (name), &options);
}

static const OvParameter attach_parameters[] = {
  REACH_PARAMETERS,
  { "remember", OV_PARAMETER_FLAG, FALSE, N_("Keep a typed cookie in the keyring"), "false" },
  { "watch", OV_PARAMETER_FLAG, FALSE, N_("Keep its processes up to date from now on"), "true" },
  { "arm", OV_PARAMETER_FLAG, FALSE, N_("Allow operations that change the node"), "false" },
  { "again", OV_PARAMETER_FLAG, FALSE,
    N_("Reach an open node that is gone the way it was reached before"), "false" },
};

static const OvResultMember attach_members[] = {
  { "name", "string", N_("The node"), N_("Node") },
  { "otp_release", "string?", N_("Its OTP release"), N_("OTP release") },
  { "armed", "boolean", N_("Whether operations may change it"), N_("Armed") },
  { "notice", "string?", N_("What a person should know"), N_("Notice") },
};

const OvOperation ov_op_node_attach = {
  .id = "node.attach",
  .summary = N_("Attach to a node"),
  .description = N_("Connects as a hidden node and loads the probe, which leaves nothing behind when it goes."),
  .effect = OV_EFFECT_OBSERVE,
  .keeps_session = TRUE,
  .journaled = TRUE,
  .undo = N_("node detach; the probe also goes by itself when the connection is lost"),
  .parameters = attach_parameters,
  .n_parameters = G_N_ELEMENTS (attach_parameters),
  .members = attach_members,
  .n_members = G_N_ELEMENTS (attach_members),
  .example = "overstory-cli node attach --node rabbit@localhost",
  .run = run_attach,
};

/* node.detach */

static void
detached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  OvSession *session = ov_invocation_get_session (invocation);
  OvNode *node = OV_NODE (source);
  JsonObject *answer;
  GError *error = NULL;

  if (session != NULL)
    ov_session_remove_node (session, node);
  ov_op_end_sandbox (node);
  if (!ov_node_detach_finish (node, result, &error))
    {
      ov_invocation_return_error (invocation, error);
      return;
    }
  answer = json_object_new ();
  ov_op_set_text (answer, "name", ov_node_get_name (node));
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

/* There is nothing to detach from. */
static void
close_recording (OvInvocation *invocation)
{
  OvSession *session = ov_invocation_get_session (invocation);
  OvNode *node = ov_invocation_get_node (invocation);
  JsonObject *answer = json_object_new ();

  ov_op_set_text (answer, "name", ov_node_get_name (node));
  if (session != NULL)
    ov_session_remove_node (session, node);
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

static void
run_detach (OvInvocation *invocation)
{
  if (ov_node_is_recording (ov_invocation_get_node (invocation)))
    {
      close_recording (invocation);
      return;
    }
  ov_node_detach_async (ov_invocation_get_node (invocation), ov_invocation_get_cancellable (invocation),
                        detached_cb, invocation);
}

static const OvResultMember detach_members[] = {
  { "name", "string", N_("The node"), N_("Node") },
};

const OvOperation ov_op_node_detach = {
  .id = "node.detach",
  .summary = N_("Detach from a node"),
  .description = N_("Undoes what is undone at the end, removes the probe and closes the connection; a sandbox is "
                    "ended with it."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .reads_recording = TRUE,
  .journaled = TRUE,
  .undo = N_("node attach"),
  .members = detach_members,
  .n_members = G_N_ELEMENTS (detach_members),
  .example = "overstory-cli node detach --node rabbit@localhost",
  .run = run_detach,
};
