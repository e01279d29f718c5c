/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node.info: what a node says of itself, in one request.
 * Thread: main.
 */
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

/* How members are called here, and in the probe's answer. */
static const struct
{
  const char *member;
  const char *key;
} facts[] = {
  { "name", "name" },
  { "otp_release", "otp_release" },
  { "erts_version", "erts_version" },
  { "elixir_version", "elixir_version" },
  { "system_architecture", "system_architecture" },
  { "os_pid", "os_pid" },
  { "uptime_s", "uptime_s" },
  { "schedulers", "schedulers" },
  { "schedulers_available", "schedulers_available" },
  { "run_queue", "run_queue" },
  { "process_count", "process_count" },
  { "process_limit", "process_limit" },
  { "port_count", "port_count" },
  { "port_limit", "port_limit" },
  { "atom_count", "atom_count" },
  { "atom_limit", "atom_limit" },
  { "ets_count", "ets_count" },
  { "word_bytes", "wordsize" },
};

static JsonObject *
convert_memory (const OvTerm *memory)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < ov_term_get_size (memory); i++)
    {
      const char *key = ov_term_get_atom (ov_term_get_key (memory, i));
      g_autofree char *member = g_strconcat (key != NULL ? key : "?", "_bytes", NULL);
      gint64 bytes;

      if (ov_term_get_integer (ov_term_get_value (memory, i), &bytes))
        json_object_set_int_member (object, member, bytes);
    }

  return object;
}

/* [{Name, Version}] */
static JsonArray *
convert_applications (const OvTerm *list)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < ov_term_get_size (list); i++)
    {
      const OvTerm *pair = ov_term_get_element (list, i);
      JsonObject *object;

      if (pair == NULL || ov_term_get_type (pair) != OV_TERM_TUPLE || ov_term_get_size (pair) != 2)
        continue;
      object = json_object_new ();
      ov_op_set_atom (object, "name", ov_term_get_atom (ov_term_get_element (pair, 0)));
      json_object_set_member (object, "version", ov_op_json_of_term (ov_term_get_element (pair, 1), NULL));
      json_array_add_object_element (array, object);
    }

  return array;
}

static JsonNode *
convert_info (const OvTerm *info,
              const char   *node)
{
  JsonObject *answer = json_object_new ();
  const OvTerm *memory = ov_term_lookup (info, "memory");
  const OvTerm *applications = ov_term_lookup (info, "applications");

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      const OvTerm *value = ov_term_lookup (info, facts[i].key);

      if (value != NULL)
        json_object_set_member (answer, facts[i].member, ov_op_json_of_term (value, node));
      else
        json_object_set_null_member (answer, facts[i].member);
    }
  ov_op_set_text (answer, "name", node);
  json_object_set_object_member (answer, "memory",
                                 memory != NULL && ov_term_get_type (memory) == OV_TERM_MAP
                                     ? convert_memory (memory) : json_object_new ());
  json_object_set_array_member (answer, "applications",
                                applications != NULL && ov_term_get_type (applications) == OV_TERM_LIST
                                    ? convert_applications (applications) : json_array_new ());

  return ov_op_node_of_object (answer);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  OvNode *node = OV_NODE (source);
  g_autoptr (OvTerm) info = NULL;
  GError *error = NULL;

  if (!(info = ov_node_request_finish (node, result, &error)))
    ov_invocation_return_error (invocation, error);
  else if (ov_term_get_type (info) != OV_TERM_MAP)
    ov_invocation_return_error (invocation, g_error_new_literal (OV_OPERATION_ERROR, OV_OPERATION_ERROR_FAILED,
                                                                 _("The node’s answer is not understood.")));
  else
    ov_invocation_return_json (invocation, convert_info (info, ov_node_get_name (node)));
}

/* Of a recording: what the node said of itself last, and null for the rest. */
static void
recorded_ready (OvInvocation   *invocation,
                OvProcessTable *table)
{
  OvNode *node = ov_invocation_get_node (invocation);
  const OvNodeFigures *figures = ov_node_get_figures (node);
  const struct
  {
    const char *member;
    guint64     value;
  } known[] = {
    { "uptime_s", figures->uptime_s },           { "process_limit", figures->process_limit },
    { "port_count", figures->port_count },       { "atom_count", figures->atom_count },
    { "run_queue", figures->run_queue },
  }, bytes[] = {
    { "total_bytes", figures->total_bytes },     { "processes_bytes", figures->processes_bytes },
    { "binary_bytes", figures->binary_bytes },   { "ets_bytes", figures->ets_bytes },
    { "code_bytes", figures->code_bytes },       { "atom_bytes", figures->atom_bytes },
  };
  g_autofree char *release = g_strdup_printf ("%u", ov_node_get_otp_release (node));
  JsonObject *answer = json_object_new (), *memory = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    json_object_set_null_member (answer, facts[i].member);
  ov_op_set_text (answer, "name", ov_node_get_name (node));
  ov_op_set_text (answer, "otp_release", ov_node_get_otp_release (node) != 0 ? release : NULL);
  json_object_set_int_member (answer, "process_count", ov_process_table_get_n_alive (table));
  /* Zero is what was not told. */
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    ov_op_set_figure (answer, known[i].member, known[i].value != 0 ? known[i].value : OV_UNKNOWN_U64);
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    ov_op_set_figure (memory, bytes[i].member, bytes[i].value != 0 ? bytes[i].value : OV_UNKNOWN_U64);
  json_object_set_object_member (answer, "memory", memory);
  json_object_set_array_member (answer, "applications", json_array_new ());
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

static void
run (OvInvocation *invocation)
{
  g_autoptr (OvTerm) arguments = ov_term_new_map (NULL, 0);

  if (ov_op_is_of_past (invocation))
    {
      ov_op_with_census (invocation, FALSE, recorded_ready);
      return;
    }
  ov_node_request_async (ov_invocation_get_node (invocation), "node_info", arguments,
                         ov_invocation_get_remaining_ms (invocation),
                         ov_invocation_get_cancellable (invocation), answered_cb, invocation);
}

static const OvResultMember members[] = {
  { "name", "string", N_("The node"), N_("Node") },
  { "otp_release", "string", N_("OTP release"), N_("OTP release") },
  { "erts_version", "string", N_("Version of the Erlang runtime system"), N_("ERTS version") },
  { "elixir_version", "string?", N_("Version of Elixir, where it runs"), N_("Elixir version") },
  { "system_architecture", "string", N_("What it was built for"), N_("Architecture") },
  { "os_pid", "string", N_("Its process in the operating system"), N_("OS process") },
  { "uptime_s", "integer", N_("How long it has been up"), N_("Uptime") },
  { "schedulers", "integer", N_("Schedulers that are online"), N_("Schedulers") },
  { "schedulers_available", "integer", N_("Schedulers that there are") },
  { "run_queue", "integer", N_("Processes and ports that are ready to run"), N_("Run queue") },
  { "process_count", "integer", N_("Processes"), N_("Processes") },
  { "process_limit", "integer", N_("How many there can be"), N_("Process limit") },
  { "port_count", "integer", N_("Ports"), N_("Ports") },
  { "port_limit", "integer", N_("How many there can be") },
  { "atom_count", "integer", N_("Atoms, which are never freed"), N_("Atoms") },
  { "atom_limit", "integer", N_("How many there can be"), N_("Atom limit") },
  { "ets_count", "integer", N_("ETS tables"), N_("ETS tables") },
  { "word_bytes", "integer", N_("Size of a machine word") },
  { "memory", "object", N_("What erlang:memory/0 tells, in bytes") },
  { "memory.total_bytes", "integer", N_("All that the emulator has allocated"), N_("Memory") },
  { "memory.processes_bytes", "integer", N_("Processes"), N_("  processes") },
  { "memory.binary_bytes", "integer", N_("Binaries"), N_("  binaries") },
  { "memory.ets_bytes", "integer", N_("ETS tables"), N_("  ETS") },
  { "memory.code_bytes", "integer", N_("Code"), N_("  code") },
  { "memory.atom_bytes", "integer", N_("Atoms"), N_("  atoms") },
  { "applications", "array", N_("Running applications") },
  { "applications[].name", "string", N_("The application"), N_("Application") },
  { "applications[].version", "string?", N_("Its version"), N_("Version") },
};

const OvOperation ov_op_node_info = {
  .id = "node.info",
  .summary = N_("Describe a node"),
  .description = N_("Versions, uptime, counts and their limits, memory, and the running applications."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .undo = "none",
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli node info --node rabbit@localhost",
  .run = run,
};
