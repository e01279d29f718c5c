/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sequence.get: a conversation of a recording, or of what the window saw of a node, as a sequence chart.
 * Thread: main; the conversation is made in the task pool.
 */
#include "export/ov-chart-export.h"
#include "ops/ov-op-replay-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define LABEL_CHARS 400

typedef struct
{
  OvStore *store;
  GArray  *actors; /* nullable */
  gint64   from_ns, to_ns;
  guint    max_steps;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  ov_store_unref (wanted->store);
  g_clear_pointer (&wanted->actors, g_array_unref);
  g_free (wanted);
}

static void
make_conversation (GTask        *task,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  const Wanted *wanted = task_data;
  OvEventQuery query = { .from_ns = wanted->from_ns, .to_ns = wanted->to_ns };
  OvConversation *conversation;

  if (wanted->actors != NULL)
    {
      query.actors = (const guint32 *) (gpointer) wanted->actors->data;
      query.n_actors = wanted->actors->len;
    }
  conversation = ov_conversation_new (wanted->store, &query, wanted->max_steps, cancellable);
  if (conversation != NULL)
    ov_chart_export_order (conversation, cancellable);
  if (conversation == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled."));
  else
    g_task_return_pointer (task, conversation, (GDestroyNotify) ov_conversation_unref);
}

static JsonArray *
describe_lanes (OvConversation *conversation)
{
  OvStore *store = ov_conversation_get_store (conversation);
  JsonArray *array = json_array_new ();
  guint n;
  const OvConversationLane *lanes = ov_conversation_get_lanes (conversation, &n);

  for (guint i = 0; i < n; i++)
    {
      OvPid pid = lanes[i].actor != OV_ACTOR_NONE ? ov_store_get_actor (store, lanes[i].actor) : OV_PID_NONE;
      g_autofree char *text = ov_pid_is_none (&pid) ? NULL : ov_pid_to_string (&pid, ov_store_get_node (store));
      g_autofree char *name = ov_conversation_dup_lane_name (conversation, i);
      JsonObject *object = json_object_new ();

      ov_op_set_text (object, "pid", text);
      ov_op_set_text (object, "name", name);
      ov_op_set_ns (object, "born_ns", lanes[i].born_ns);
      ov_op_set_ns (object, "died_ns", lanes[i].died_ns);
      json_array_add_object_element (array, object);
    }

  return array;
}

/* A lane by its number, null for outside. */
static void
set_lane (JsonObject *object,
          const char *member,
          guint32     lane)
{
  if (lane == OV_ACTOR_NONE)
    json_object_set_null_member (object, member);
  else
    json_object_set_int_member (object, member, lane);
}

static JsonArray *
describe_steps (OvConversation *conversation,
                gboolean        elixir)
{
  JsonArray *array = json_array_new ();
  guint n;
  const OvConversationStep *steps = ov_conversation_get_steps (conversation, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = ov_conversation_dup_label (conversation, i, LABEL_CHARS, elixir);
      JsonObject *object = json_object_new ();

      ov_op_set_text (object, "kind", ov_step_kind_get_word (steps[i].kind));
      set_lane (object, "from", steps[i].from);
      set_lane (object, "to", steps[i].to);
      ov_op_set_ns (object, "sent_ns", steps[i].sent_ns);
      ov_op_set_ns (object, "received_ns", steps[i].received_ns);
      ov_op_set_text (object, "label", label);
      set_lane (object, "pair", steps[i].pair);
      if (steps[i].truncated)
        json_object_set_boolean_member (object, "truncated", TRUE);
      json_array_add_object_element (array, object);
    }

  return array;
}

static JsonNode *
describe (OvConversation *conversation,
          gboolean        elixir)
{
  JsonObject *answer = json_object_new ();

  ov_op_set_text (answer, "node", ov_store_get_node (ov_conversation_get_store (conversation)));
  json_object_set_array_member (answer, "lanes", describe_lanes (conversation));
  json_object_set_array_member (answer, "steps", describe_steps (conversation, elixir));
  json_object_set_boolean_member (answer, "cut", ov_conversation_is_cut (conversation));

  return ov_op_node_of_object (answer);
}

static void
return_text (OvInvocation *invocation,
             char         *text,
             const char   *content_type)
{
  ov_invocation_return_bytes (invocation, g_bytes_new_take (text, strlen (text)), content_type);
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  const char *format = ov_invocation_get_format (invocation);
  gboolean elixir = ov_invocation_get_flag (invocation, "elixir");
  g_autoptr (OvConversation) conversation = NULL;
  GError *error = NULL;

  if (!(conversation = g_task_propagate_pointer (G_TASK (result), &error)))
    ov_invocation_return_error (invocation, error);
  else if (g_str_equal (format, "text"))
    return_text (invocation, ov_conversation_to_text (conversation, elixir), "text/plain");
  else if (g_str_equal (format, "mermaid"))
    return_text (invocation, ov_conversation_to_mermaid (conversation, elixir), "text/vnd.mermaid");
  else if (g_str_equal (format, "svg"))
    ov_invocation_return_bytes (invocation, ov_chart_export_svg (conversation, elixir), "image/svg+xml");
  else
    ov_invocation_return_json (invocation, describe (conversation, elixir));
}

static void
run_get (OvInvocation *invocation)
{
  g_autoptr (GTask) task = g_task_new (NULL, ov_invocation_get_cancellable (invocation), made_cb, invocation);
  Wanted *wanted = g_new0 (Wanted, 1);
  GError *error = NULL;

  wanted->store = ov_store_ref (ov_node_get_store (ov_invocation_get_node (invocation)));
  wanted->max_steps = (guint) ov_invocation_get_integer (invocation, "limit");
  g_task_set_task_data (task, wanted, wanted_free);
  if (!ov_op_get_range (invocation, wanted->store, &wanted->from_ns, &wanted->to_ns, &error) ||
      !ov_op_find_actors (invocation, wanted->store, &wanted->actors, &error))
    g_task_return_error (task, error);
  else
    g_task_run_in_thread (task, make_conversation);
}

static const OvParameter parameters[] = {
  { "process", OV_PARAMETER_PROCESS, FALSE, N_("Only what these sent or received; several, parted by commas"), .many = TRUE },
  { "subtree", OV_PARAMETER_FLAG, FALSE, N_("With all processes below these supervisors"), "false" },
  { "limit", OV_PARAMETER_INTEGER, FALSE, N_("So many steps at most, the earliest"), "10000", NULL, 1, 1000000 },
  { "elixir", OV_PARAMETER_FLAG, FALSE, N_("Write terms as Elixir does"), "false" },
  OV_OP_RANGE_PARAMETERS,
};

static const OvResultMember members[] = {
  { "node", "string", N_("The node") },
  { "lanes", "array", N_("Who takes part, in an order in which few arrows cross") },
  { "lanes[].pid", "string?", N_("The process; null for everybody else") },
  { "lanes[].name", "string", N_("What it is called") },
  { "lanes[].born_ns", "integer?", N_("When, if in this range") },
  { "lanes[].died_ns", "integer?", N_("When, if in this range") },
  { "steps", "array", N_("What happened, in order") },
  { "steps[].kind", "string", N_("message, call, reply, cast, system, exit, timeout, spawn, death, note, gap") },
  { "steps[].from", "integer?", N_("Number of a lane; null: from outside") },
  { "steps[].to", "integer?", N_("Number of a lane; null: to outside") },
  { "steps[].sent_ns", "integer?", N_("When it was sent") },
  { "steps[].received_ns", "integer?", N_("When it was in the mailbox; null: not seen") },
  { "steps[].label", "string", N_("What was said") },
  { "steps[].pair", "integer?", N_("Number of the step that it answers, or that answers it") },
  { "steps[].truncated", "boolean", N_("Only where it was cut: true") },
  { "cut", "boolean", N_("Whether there were more steps than --limit") },
};

static const char *const formats[] = { "mermaid", "svg", NULL };

const OvOperation ov_op_sequence_get = {
  .id = "sequence.get",
  .summary = N_("Show a conversation as a sequence chart"),
  .description = N_("Who sent what to whom, in order: a send and its arrival are one arrow, a call and its answer know each "
                    "other. From a recording that “trace watch --record” or the window made."),
  .effect = OV_EFFECT_NONE,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .needs_recording = TRUE,
  .undo = "none",
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .formats = formats,
  .example = "overstory-cli sequence get --recording shop.overstory --process shop_catalogue --format mermaid",
  .run = run_get,
};
