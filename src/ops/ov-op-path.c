/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * flow.path: one message is sent, and all that it causes is followed by a token of seq_trace.
 *
 *   run ─► census (names) ─► path_start (the message goes out) ─► WAITING ──max hops, time, stop──► trace_stop ─► OvPath ─► returned
 *
 * Thread: main; the store's watch only signals.
 */
#include "trace/ov-path.h"

#include "base/ov-wakeup.h"
#include "ops/ov-event-words-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

#define LOOK_EVERY_MS 20
#define STOP_LIMIT_MS 2000
#define MESSAGE_CHARS 400

typedef struct
{
  OvInvocation *invocation;
  OvNode       *node;
  OvStore      *store;
  OvWakeup     *wakeup;
  guint         timer;
  gint64        label;
  guint         id, max_hops;
  char         *sent_by;
  JsonArray    *notes;
  gboolean      ending;
} Path;

static void
path_free (Path *path)
{
  if (path->wakeup != NULL)
    ov_wakeup_stop (path->wakeup);
  g_clear_pointer (&path->wakeup, ov_wakeup_unref);
  g_clear_handle_id (&path->timer, g_source_remove);
  g_clear_pointer (&path->notes, json_array_unref);
  g_object_unref (path->node);
  ov_store_unref (path->store);
  g_free (path->sent_by);
  g_free (path);
}

static void
store_changed_cb (gpointer store,
                  gpointer user_data)
{
  ov_wakeup_signal (user_data);
}

static void
set_message (Path       *path,
             JsonObject *object,
             guint64     number)
{
  g_autoptr (GBytes) payload = ov_store_dup_payload (path->store, number);
  OvTermFormat format = { .local_node = ov_store_get_node (path->store), .max_chars = MESSAGE_CHARS };
  g_autoptr (GString) text = g_string_new (NULL);
  OvTermCursor message;

  if (payload == NULL || !ov_event_hop_read (payload, &message))
    {
      json_object_set_null_member (object, "message");
      return;
    }
  ov_event_words_term (text, &message, &format);
  ov_op_set_text (object, "message", text->str);
  if (g_str_has_suffix (text->str, "…"))
    json_object_set_boolean_member (object, "truncated", TRUE);
}

static JsonObject *
describe_hop (Path            *path,
              const OvPathHop *hop)
{
  JsonObject *object = json_object_new ();

  ov_op_set_actor (object, "from", "from_name", path->store, hop->from);
  ov_op_set_actor (object, "to", "to_name", path->store, hop->to);
  ov_op_set_ns (object, "sent_ns", hop->sent_ns);
  ov_op_set_ns (object, "received_ns", hop->received_ns);
  json_object_set_int_member (object, "depth", hop->depth);
  if (hop->parent == G_MAXUINT32)
    json_object_set_null_member (object, "parent");
  else
    json_object_set_int_member (object, "parent", hop->parent);
  json_object_set_boolean_member (object, "spawn", hop->is_spawn);
  set_message (path, object, hop->event);
  ov_op_set_text (object, "lost", hop->lost != NULL ? _(hop->lost) : NULL);

  return object;
}

static void
return_hops (Path *path)
{
  g_autoptr (OvPath) made = ov_path_new (path->store, path->label, path->max_hops);
  guint n;
  const OvPathHop *hops = ov_path_get_hops (made, &n);
  JsonObject *answer = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < n; i++)
    json_array_add_object_element (array, describe_hop (path, &hops[i]));
  ov_op_set_text (answer, "sent_by", path->sent_by);
  json_object_set_int_member (answer, "label", path->label);
  json_object_set_array_member (answer, "hops", array);
  json_object_set_boolean_member (answer, "cut", ov_path_is_cut (made));
  json_object_set_array_member (answer, "notes", g_steal_pointer (&path->notes));
  ov_store_remove_watch (path->store, store_changed_cb, path->wakeup);
  ov_invocation_return_json (path->invocation, ov_op_node_of_object (answer));
  path_free (path);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) meter = ov_node_request_finish (OV_NODE (source), result, &error);

  /* It may have ended by itself, at its last hop. */
  if (meter == NULL)
    g_debug ("the path was not stopped: %s", error->message);
  return_hops (user_data);
}

static void
end (Path *path)
{
  g_autoptr (OvTerm) arguments = NULL;
  OvTerm *pairs[2];

  if (path->ending)
    return;
  path->ending = TRUE;
  pairs[0] = ov_term_new_atom ("id");
  pairs[1] = ov_term_new_integer (path->id);
  arguments = ov_term_new_map (pairs, 1);
  ov_node_request_async (path->node, "trace_stop", arguments, STOP_LIMIT_MS, NULL, stopped_cb, path);
}

static void
stopped_by_user (OvInvocation *invocation,
                 gpointer      user_data)
{
  end (user_data);
}

static gboolean
time_over_cb (gpointer user_data)
{
  Path *path = user_data;

  path->timer = 0;
  end (path);

  return G_SOURCE_REMOVE;
}

static gboolean
changed_cb (gpointer user_data)
{
  Path *path = user_data;
  g_autoptr (OvPath) made = path->ending ? NULL : ov_path_new (path->store, path->label, path->max_hops);

  if (made != NULL && ov_path_is_cut (made))
    end (path);

  return G_SOURCE_REMOVE;
}

static void
read_answer (Path         *path,
             const OvTerm *answer)
{
  const OvTerm *sent_by = ov_term_lookup (answer, "sent_by"), *notes = ov_term_lookup (answer, "notes");
  const char *node = ov_node_get_name (path->node);
  OvPid pid;

  if (sent_by != NULL && ov_term_get_pid (sent_by, &pid))
    path->sent_by = ov_pid_to_string (&pid, node);
  for (guint i = 0; notes != NULL && i < ov_term_get_size (notes); i++)
    {
      g_autofree char *note = ov_term_dup_text (ov_term_get_element (notes, i));

      if (note != NULL)
        json_array_add_string_element (path->notes, note);
    }
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Path *path = user_data;
  g_autoptr (OvTerm) answer = NULL;
  GError *error = NULL;

  if (!(answer = ov_node_request_finish (OV_NODE (source), result, &error)))
    {
      ov_invocation_return_error (path->invocation, error);
      path_free (path);
      return;
    }
  read_answer (path, answer);
  path->wakeup = ov_wakeup_new (NULL, LOOK_EVERY_MS, changed_cb, path);
  ov_store_add_watch (path->store, store_changed_cb, path->wakeup);
  path->timer = g_timeout_add ((guint) (ov_invocation_get_number (path->invocation, "seconds") * 1000), time_over_cb, path);
  ov_invocation_begin_lasting (path->invocation, stopped_by_user, path);
}

/* All (transfer none). */
static OvTerm *
make_map (Path   *path,
          OvTerm *from,
          OvTerm *to,
          OvTerm *message)
{
  gint64 duration_ms = (gint64) (ov_invocation_get_number (path->invocation, "seconds") * 1000);
  const struct
  {
    const char *name;
    OvTerm     *value;
  } members[] = {
    { "id", ov_term_new_integer (path->id) },
    { "label", ov_term_new_integer (path->label) },
    { "from", ov_term_ref (from) },
    { "to", ov_term_ref (to) },
    { "message", ov_term_ref (message) },
    { "max_hops", ov_term_new_integer (path->max_hops) },
    { "duration_ms", ov_term_new_integer (duration_ms) },
  };
  OvTerm *pairs[2 * G_N_ELEMENTS (members)];

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      pairs[2 * i] = ov_term_new_atom (members[i].name);
      pairs[2 * i + 1] = members[i].value;
    }

  return ov_term_new_map (pairs, G_N_ELEMENTS (members));
}

static OvTerm *
make_process (Path        *path,
              const char  *name,
              GError     **error)
{
  return ov_op_make_process_argument (ov_node_get_name (path->node), ov_invocation_get_text (path->invocation, name),
                                      error);
}

static OvTerm *
make_arguments (Path    *path,
                GError **error)
{
  const char *text = ov_invocation_get_text (path->invocation, "message");
  g_autoptr (OvTerm) from = NULL;
  g_autoptr (OvTerm) to = NULL;
  g_autoptr (OvTerm) message = NULL;

  if (!(from = make_process (path, "from", error)) || !(to = make_process (path, "to", error)) ||
      !(message = ov_op_parse_term (ov_node_get_processes (path->node), text, error)))
    return NULL;

  return make_map (path, from, to, message);
}

static void
census_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Path *path = user_data;
  g_autoptr (OvTerm) arguments = NULL;
  GError *error = NULL;

  if (!ov_node_census_finish (path->node, result, &error) || !(arguments = make_arguments (path, &error)))
    {
      ov_invocation_return_error (path->invocation, error);
      path_free (path);
      return;
    }
  ov_node_request_async (path->node, "path_start", arguments, ov_invocation_get_remaining_ms (path->invocation),
                         ov_invocation_get_cancellable (path->invocation), sent_cb, path);
}

static void
run_path (OvInvocation *invocation)
{
  Path *path = g_new0 (Path, 1);

  path->invocation = invocation;
  path->node = g_object_ref (ov_invocation_get_node (invocation));
  path->store = ov_store_ref (ov_node_get_store (path->node));
  path->id = ov_node_take_trace_id (path->node);
  path->label = g_random_int_range (1, G_MAXINT32);
  path->max_hops = (guint) ov_invocation_get_integer (invocation, "max-hops");
  path->notes = json_array_new ();
  ov_node_census_async (path->node, FALSE, 1, ov_invocation_get_cancellable (invocation), census_done_cb, path);
}

static const OvParameter parameters[] = {
  { "from", OV_PARAMETER_PROCESS, TRUE, N_("In whose name the message is sent") },
  { "to", OV_PARAMETER_PROCESS, TRUE, N_("To whom") },
  { "message", OV_PARAMETER_TERM, TRUE, N_("What, as Erlang writes it: {'$gen_cast',{add,tea}}") },
  { "max-hops", OV_PARAMETER_INTEGER, FALSE, N_("So many hops at most"), "100", NULL, 1, 100000 },
  { "seconds", OV_PARAMETER_NUMBER, FALSE, N_("Wait so long for what it causes"), "2", NULL, 0.01, 3600 },
};

static const OvResultMember members[] = {
  { "sent_by", "string?", N_("Who really sent it"), N_("Sent by") },
  { "label", "integer", N_("Of the token") },
  { "hops", "array", N_("The message itself, and what it caused; causes before what they caused") },
  { "hops[].depth", "integer", N_("How far from the message itself, which is 0"), N_("Depth") },
  { "hops[].from_name", "string?", N_("What the sender is called") },
  { "hops[].from", "string", N_("The sender’s pid"), N_("From") },
  { "hops[].to_name", "string?", N_("What the receiver is called") },
  { "hops[].to", "string", N_("The receiver’s pid"), N_("To") },
  { "hops[].sent_ns", "integer?", N_("When it was sent") },
  { "hops[].received_ns", "integer?", N_("When it was taken out of the mailbox; null: not seen") },
  { "hops[].parent", "integer?", N_("Number of the hop that caused it") },
  { "hops[].spawn", "boolean", N_("Whether the token went with a new process") },
  { "hops[].message", "string?", N_("What was sent, bounded"), N_("Message") },
  { "hops[].truncated", "boolean", N_("Only where it was cut: true") },
  { "hops[].lost", "string?", N_("Why the path may go on unseen from here"), N_("Lost") },
  { "cut", "boolean", N_("Whether there were more hops than --max-hops") },
  { "notes", "array", N_("What the node had to say about it"), N_("Notes") },
};

const OvOperation ov_op_flow_path = {
  .id = "flow.path",
  .summary = N_("Send a message and follow what it causes"),
  .description = N_("The message is really sent. A token of seq_trace goes with it to whoever is sent something "
                    "because of it. The token is lost in ports, in ETS tables, and where a process keeps work "
                    "for later: there the path ends, and says so. A node has one system tracer: where somebody else is "
                    "it, the path is refused."),
  .effect = OV_EFFECT_CHANGE,
  .needs_node = TRUE,
  .lasts = TRUE,
  .undo = N_("not at all: a message that was sent is sent; the tracing ends with the command"),
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli flow path --from shop_events --to shop_catalogue --message '{price,tea}' --sandbox shop",
  .run = run_path,
};
