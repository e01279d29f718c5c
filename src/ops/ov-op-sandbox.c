/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sandbox.list, sandbox.open.  A node that runs in a sandbox holds it: when the node is detached
 * or freed, the sandbox ends.
 * Thread: main.
 */
#include "ops/ov-op-node-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"
#include "sandbox/ov-sandbox.h"

#include <glib/gi18n.h>

static G_DEFINE_QUARK (ov-sandbox-of-node, sandbox_of_node)

/* sandbox.list */

static JsonObject *
describe_example (const OvExample *example)
{
  JsonObject *object = json_object_new ();
  JsonArray *languages = json_array_new ();

  ov_op_set_text (object, "name", example->name);
  ov_op_set_text (object, "summary", example->summary);
  for (char **language = example->languages; language != NULL && *language != NULL; language++)
    json_array_add_string_element (languages, *language);
  json_object_set_array_member (object, "languages", languages);

  return object;
}

static void
run_list (OvInvocation *invocation)
{
  g_autoptr (GPtrArray) examples = NULL;
  GError *error = NULL;
  JsonObject *answer;
  JsonArray *array;

  if (!(examples = ov_example_list (&error)))
    {
      ov_invocation_return_error (invocation,
                                  g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_INSTALLATION,
                                               _("The examples that come with Overstory cannot be read: %s"),
                                               error->message));
      g_error_free (error);
      return;
    }
  array = json_array_new ();
  for (guint i = 0; i < examples->len; i++)
    json_array_add_object_element (array, describe_example (g_ptr_array_index (examples, i)));
  answer = json_object_new ();
  json_object_set_array_member (answer, "examples", array);
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

static const OvResultMember list_members[] = {
  { "examples", "array", N_("The example programs that came with Overstory") },
  { "examples[].name", "string", N_("As --sandbox takes it"), N_("Example") },
  { "examples[].languages", "array", N_("Those whose runtime is on this machine"), N_("Languages") },
  { "examples[].summary", "string", N_("What it is"), N_("Summary") },
};

const OvOperation ov_op_sandbox_list = {
  .id = "sandbox.list",
  .summary = N_("List the example programs"),
  .description = N_("An example runs in a private node that nobody else can reach: start it for one command with "
                    "--sandbox EXAMPLE. It is a safe place to try anything."),
  .effect = OV_EFFECT_NONE,
  .undo = "none",
  .members = list_members,
  .n_members = G_N_ELEMENTS (list_members),
  .example = "overstory-cli sandbox list",
  .run = run_list,
};

/* sandbox.open */

void
ov_op_end_sandbox (OvNode *node)
{
  OvSandbox *sandbox = g_object_get_qdata (G_OBJECT (node), sandbox_of_node_quark ());

  if (sandbox != NULL)
    ov_sandbox_stop (sandbox);
  g_object_set_qdata (G_OBJECT (node), sandbox_of_node_quark (), NULL);
}

/* A sandbox whose node is never attached to ends with the last reference. */
static void
end_and_unref (gpointer sandbox)
{
  ov_sandbox_stop (sandbox);
  g_object_unref (sandbox);
}

typedef struct
{
  OvInvocation *invocation;
  OvNode       *node;
  char         *notice;
} Opening;

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree Opening *opening = user_data;
  OvInvocation *invocation = opening->invocation;
  g_autoptr (OvNode) node = opening->node;
  g_autofree char *notice = opening->notice;
  OvSession *session = ov_invocation_get_session (invocation);
  GError *error = NULL;

  if (!ov_node_attach_finish (node, result, &error))
    {
      ov_op_end_sandbox (node);
      ov_invocation_return_error (invocation, error);
      return;
    }
  ov_node_set_armed (node, TRUE);
  if (session != NULL)
    ov_session_add_node (session, node);
  if (ov_invocation_get_flag (invocation, "watch"))
    ov_node_watch (node, OV_WATCH_SAMPLES | OV_WATCH_LIFECYCLE);
  ov_op_return_node (invocation, node, notice);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  g_autoptr (OvSandbox) sandbox = NULL;
  GError *error = NULL;
  Opening *opening;

  if (!(sandbox = ov_sandbox_start_finish (result, &error)))
    {
      ov_invocation_return_error (invocation, error);
      return;
    }
  opening = g_new0 (Opening, 1);
  opening->invocation = invocation;
  opening->node = ov_node_new (ov_sandbox_get_node (sandbox));
  opening->notice = g_strdup (ov_sandbox_get_notice (sandbox));
  g_object_set_qdata_full (G_OBJECT (opening->node), sandbox_of_node_quark (), g_object_ref (sandbox),
                           end_and_unref);

  {
    OvAttachOptions options = {
      .cookie = ov_sandbox_get_cookie (sandbox),
      .host = "localhost",
      .port = ov_sandbox_get_port (sandbox),
      .timeout_ms = ov_invocation_get_remaining_ms (invocation),
      .is_sandbox = TRUE,
    };

    ov_node_attach_async (opening->node, &options, ov_invocation_get_cancellable (invocation), opened_cb,
                          opening);
  }
}

static void
run_open (OvInvocation *invocation)
{
  ov_sandbox_start_async (ov_invocation_get_text (invocation, "example"),
                          ov_invocation_get_text (invocation, "language"),
                          ov_invocation_get_cancellable (invocation), started_cb, invocation);
}

static const char *const languages[] = { "erlang", "elixir", NULL };

static const OvParameter open_parameters[] = {
  { "example", OV_PARAMETER_TEXT, TRUE, N_("Which; “sandbox list” lists them") },
  { "language", OV_PARAMETER_CHOICE, FALSE, N_("In which language it is written"), "erlang", languages },
  { "watch", OV_PARAMETER_FLAG, FALSE, N_("Keep its processes up to date from now on"), "true" },
};

static const OvResultMember open_members[] = {
  { "name", "string", N_("The private node"), N_("Node") },
  { "otp_release", "string?", N_("Its OTP release"), N_("OTP release") },
  { "armed", "boolean", N_("Sandboxes are armed"), N_("Armed") },
  { "notice", "string?", N_("Where its isolation is weaker than it should be, and why"), N_("Notice") },
};

const OvOperation ov_op_sandbox_open = {
  .id = "sandbox.open",
  .summary = N_("Start an example in a private node and attach to it"),
  .description = N_("The node has a random cookie, listens on loopback only, needs no epmd and ends with this "
                    "program."),
  .effect = OV_EFFECT_NONE,
  .keeps_session = TRUE,
  .undo = N_("node detach ends it"),
  .parameters = open_parameters,
  .n_parameters = G_N_ELEMENTS (open_parameters),
  .members = open_members,
  .n_members = G_N_ELEMENTS (open_members),
  .example = "overstory-cli sandbox open --example shop",
  .run = run_open,
};
