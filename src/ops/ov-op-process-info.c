/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * process.info: everything of one process that can be had within bounds.
 *
 * Nothing here makes the process do anything but answer the VM; its mailbox and state are not
 * copied.  Texts of terms are cut on the node first and printed bounded here.
 * Thread: main.
 */
#include "export/ov-process-text.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TERM_CHARS 2000

typedef void (*ConvertFunc) (JsonObject   *answer,
                             const char   *member,
                             const OvTerm *value,
                             const char   *node);

static char *
dup_term (const OvTerm *term,
          const char   *node,
          gboolean     *truncated)
{
  OvTermFormat format = { .local_node = node, .max_chars = MAX_TERM_CHARS, .max_depth = 50 };

  return ov_term_to_string (term, &format, truncated);
}

static void
convert_plain (JsonObject   *answer,
               const char   *member,
               const OvTerm *value,
               const char   *node)
{
  json_object_set_member (answer, member, ov_op_json_of_term (value, node));
}

/* {M, F, A} as "m:f/a". */
static char *
dup_call (const OvTerm *call)
{
  GString *text = g_string_new (NULL);
  gint64 arity = 0;

  if (ov_term_get_type (call) != OV_TERM_TUPLE || ov_term_get_size (call) < 3 ||
      ov_term_get_atom (ov_term_get_element (call, 0)) == NULL ||
      ov_term_get_atom (ov_term_get_element (call, 1)) == NULL)
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  ov_term_get_integer (ov_term_get_element (call, 2), &arity);
  ov_process_text_append_atom (text, ov_term_get_atom (ov_term_get_element (call, 0)));
  g_string_append_c (text, ':');
  ov_process_text_append_atom (text, ov_term_get_atom (ov_term_get_element (call, 1)));
  g_string_append_printf (text, "/%u", (guint) arity);

  return g_string_free (text, FALSE);
}

static void
convert_call (JsonObject   *answer,
              const char   *member,
              const OvTerm *value,
              const char   *node)
{
  g_autofree char *text = dup_call (value);

  ov_op_set_text (answer, member, text);
}

static void
convert_module (JsonObject   *answer,
                const char   *member,
                const OvTerm *value,
                const char   *node)
{
  const OvTerm *module = ov_term_get_type (value) == OV_TERM_TUPLE ? ov_term_get_element (value, 0) : NULL;

  ov_op_set_atom (answer, member, module != NULL ? ov_term_get_atom (module) : NULL);
}

static void
convert_atom (JsonObject   *answer,
              const char   *member,
              const OvTerm *value,
              const char   *node)
{
  ov_op_set_atom (answer, member, ov_term_is_atom (value, "null") ? NULL : ov_term_get_atom (value));
}

static void
convert_label (JsonObject   *answer,
               const char   *member,
               const OvTerm *value,
               const char   *node)
{
  g_autofree char *text = ov_term_get_type (value) == OV_TERM_BINARY ? ov_term_dup_text (value) : NULL;

  if (ov_term_is_atom (value, "null") || ov_term_is_atom (value, "undefined"))
    {
      ov_op_set_text (answer, member, NULL);
      return;
    }
  if (text == NULL)
    text = dup_term (value, node, NULL);
  ov_op_set_text (answer, member, text);
}

static void
convert_kind (JsonObject   *answer,
              const char   *member,
              const OvTerm *value,
              const char   *node)
{
  gint64 number = OV_BEHAVIOUR_UNKNOWN;

  if (!ov_term_get_integer (value, &number) || number < 0 || number > OV_BEHAVIOUR_PROC_LIB)
    number = OV_BEHAVIOUR_UNKNOWN;
  ov_op_set_text (answer, member, ov_behaviour_get_word ((OvBehaviour) number));
}

/* Each element as text, whatever it is: pids, ports, names, {Name, Node}. */
static void
convert_texts (JsonObject   *answer,
               const char   *member,
               const OvTerm *value,
               const char   *node)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; ov_term_get_type (value) == OV_TERM_LIST && i < ov_term_get_size (value); i++)
    {
      g_autofree char *text = dup_term (ov_term_get_element (value, i), node, NULL);

      json_array_add_string_element (array, text);
    }
  json_object_set_array_member (answer, member, array);
}

/* [{Key, Value, WasCut}] */
static void
convert_dictionary (JsonObject   *answer,
                    const char   *member,
                    const OvTerm *value,
                    const char   *node)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; ov_term_get_type (value) == OV_TERM_LIST && i < ov_term_get_size (value); i++)
    {
      const OvTerm *entry = ov_term_get_element (value, i);
      g_autofree char *key = NULL, *text = NULL;
      gboolean key_cut = FALSE, cut = FALSE;
      JsonObject *object;

      if (ov_term_get_type (entry) != OV_TERM_TUPLE || ov_term_get_size (entry) != 3)
        continue;
      key = dup_term (ov_term_get_element (entry, 0), node, &key_cut);
      text = dup_term (ov_term_get_element (entry, 1), node, &cut);
      object = json_object_new ();
      ov_op_set_text (object, "key", key);
      ov_op_set_text (object, "value", text);
      json_object_set_boolean_member (object, "truncated",
                                      key_cut || cut || ov_term_is_atom (ov_term_get_element (entry, 2), "true"));
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (answer, member, array);
}

/* [{M, F, A, File, Line}] */
static void
convert_stack (JsonObject   *answer,
               const char   *member,
               const OvTerm *value,
               const char   *node)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; ov_term_get_type (value) == OV_TERM_LIST && i < ov_term_get_size (value); i++)
    {
      const OvTerm *frame = ov_term_get_element (value, i);
      g_autofree char *call = dup_call (frame);
      g_autofree char *file = NULL;
      JsonObject *object;
      gint64 line = 0;

      if (call == NULL || ov_term_get_size (frame) != 5)
        continue;
      if (ov_term_get_type (ov_term_get_element (frame, 3)) == OV_TERM_BINARY)
        file = ov_term_dup_text (ov_term_get_element (frame, 3));
      ov_term_get_integer (ov_term_get_element (frame, 4), &line);
      object = json_object_new ();
      ov_op_set_text (object, "function", call);
      ov_op_set_text (object, "file", file);
      ov_op_set_figure (object, "line", line > 0 ? (guint64) line : OV_UNKNOWN_U64);
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (answer, member, array);
}

/* The VM's names, with the unit where it is words. */
static void
convert_collection (JsonObject   *answer,
                    const char   *member,
                    const OvTerm *value,
                    const char   *node)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; ov_term_get_type (value) == OV_TERM_MAP && i < ov_term_get_size (value); i++)
    {
      const char *key = ov_term_get_atom (ov_term_get_key (value, i));
      g_autofree char *name = NULL;
      gint64 number;

      if (key == NULL || !ov_term_get_integer (ov_term_get_value (value, i), &number))
        continue;
      name = g_str_has_suffix (key, "_size") ? g_strdup_printf ("%.*s_words", (int) strlen (key) - 5, key)
                                             : g_strdup (key);
      json_object_set_int_member (object, name, number);
    }
  json_object_set_object_member (answer, member, object);
}

static const struct
{
  const char *member;
  const char *key;
  ConvertFunc convert;
} facts[] = {
  { "pid", "pid", convert_plain },
  { "name", "registered_name", convert_atom },
  { "label", "label", convert_label },
  { "kind", "behaviour", convert_kind },
  { "module", "translated_initial_call", convert_module },
  { "initial_call", "translated_initial_call", convert_call },
  { "current_function", "current_function", convert_call },
  { "status", "status", convert_atom },
  { "priority", "priority", convert_atom },
  { "trap_exit", "trap_exit", convert_plain },
  { "parent", "parent", convert_plain },
  { "ancestors", "ancestors", convert_texts },
  { "group_leader", "group_leader", convert_plain },
  { "memory_bytes", "memory_bytes", convert_plain },
  { "reductions", "reductions", convert_plain },
  { "message_queue_len", "message_queue_len", convert_plain },
  { "message_queue_data", "message_queue_data", convert_atom },
  { "heap_bytes", "heap_bytes", convert_plain },
  { "stack_bytes", "stack_bytes", convert_plain },
  { "total_heap_bytes", "total_heap_bytes", convert_plain },
  { "min_heap_bytes", "min_heap_bytes", convert_plain },
  { "links", "links", convert_texts },
  { "links_count", "n_links", convert_plain },
  { "monitors", "monitors", convert_texts },
  { "monitors_count", "n_monitors", convert_plain },
  { "monitored_by", "monitored_by", convert_texts },
  { "monitored_by_count", "n_monitored_by", convert_plain },
  { "suspending", "suspending", convert_texts },
  { "dictionary", "dictionary", convert_dictionary },
  { "dictionary_size", "dictionary_size", convert_plain },
  { "dictionary_truncated", "dictionary_truncated", convert_plain },
  { "stack", "stack", convert_stack },
  { "garbage_collection", "garbage_collection", convert_collection },
};

static JsonNode *
convert_info (const OvTerm *info,
              const char   *node)
{
  JsonObject *answer = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      const OvTerm *value = ov_term_lookup (info, facts[i].key);

      if (value != NULL)
        facts[i].convert (answer, facts[i].member, value, node);
      else
        json_object_set_null_member (answer, facts[i].member);
    }

  return ov_op_node_of_object (answer);
}

static void ask (OvInvocation *invocation,
                 const char   *process);

/* "Shop.Cart" on a command line means 'Elixir.Shop.Cart', unless something has just that name. */
static gboolean
ask_elixir (OvInvocation *invocation)
{
  const char *text = ov_invocation_get_text (invocation, "pid");
  g_autofree char *full = NULL;

  if (!g_ascii_isupper (*text) || g_str_has_prefix (text, "Elixir."))
    return FALSE;
  full = g_strconcat ("Elixir.", text, NULL);
  ask (invocation, full);

  return TRUE;
}

static GError *
make_not_found (OvInvocation *invocation)
{
  return g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                      _("There is no process %s on %s; it may have ended."),
                      ov_invocation_get_text (invocation, "pid"),
                      ov_node_get_name (ov_invocation_get_node (invocation)));
}

typedef struct
{
  OvInvocation *invocation;
  gboolean      is_second; /* the name was already tried as an Elixir name */
} Question;

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autofree Question *question = user_data;
  OvInvocation *invocation = question->invocation;
  OvNode *node = OV_NODE (source);
  g_autoptr (OvTerm) info = NULL;
  g_autoptr (GError) error = NULL;

  info = ov_node_request_finish (node, result, &error);
  if (info != NULL && ov_term_get_type (info) == OV_TERM_MAP)
    ov_invocation_return_json (invocation, convert_info (info, ov_node_get_name (node)));
  else if (info != NULL)
    ov_invocation_return_error (invocation, g_error_new_literal (OV_OPERATION_ERROR, OV_OPERATION_ERROR_FAILED,
                                                                 _("The node’s answer is not understood.")));
  else if (!g_error_matches (error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS))
    ov_invocation_return_error (invocation, g_steal_pointer (&error));
  else if (question->is_second || !ask_elixir (invocation))
    ov_invocation_return_error (invocation, make_not_found (invocation));
}

static void
ask (OvInvocation *invocation,
     const char   *process)
{
  OvNode *node = ov_invocation_get_node (invocation);
  g_autoptr (OvTerm) arguments = NULL;
  GError *error = NULL;
  Question *question;

  arguments = ov_op_make_process_argument (ov_node_get_name (node), process, &error);
  if (arguments == NULL)
    {
      ov_invocation_return_error (invocation, error);
      return;
    }
  question = g_new0 (Question, 1);
  question->invocation = invocation;
  question->is_second = process != ov_invocation_get_text (invocation, "pid");
  ov_node_request_async (node, "process_info", arguments, ov_invocation_get_remaining_ms (invocation),
                         ov_invocation_get_cancellable (invocation), answered_cb, question);
}

/* From what was seen: no member that only the node could tell, each of them null. */

static void
set_pid (JsonObject     *answer,
         const char     *member,
         OvProcessTable *table,
         guint32         slot)
{
  g_autofree char *text = slot != OV_SLOT_NONE ? ov_process_table_dup_pid (table, slot) : NULL;

  ov_op_set_text (answer, member, text);
}

static void
set_links (JsonObject      *answer,
           OvProcessTable  *table,
           const OvProcess *row,
           guint32          slot)
{
  JsonArray *array = json_array_new ();
  guint n;
  const OvPid *links = ov_process_table_get_links (table, slot, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = ov_pid_to_string (&links[i], ov_process_table_get_node_name (table));

      json_array_add_string_element (array, text);
    }
  json_object_set_array_member (answer, "links", array);
  ov_op_set_figure (answer, "links_count", row->n_links != G_MAXUINT32 ? row->n_links : OV_UNKNOWN_U64);
}

static JsonNode *
describe_past (OvProcessTable *table,
               guint32         slot)
{
  const OvProcess *row = ov_process_table_get_row (table, slot);
  OvStrings *strings = ov_process_table_get_strings (table);
  JsonObject *answer = json_object_new ();
  g_autoptr (GString) call = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    json_object_set_null_member (answer, facts[i].member);
  ov_process_text_append_call (call, ov_strings_get (strings, row->module), ov_strings_get (strings, row->function),
                               row->arity);
  set_pid (answer, "pid", table, slot);
  ov_op_set_atom (answer, "name", ov_strings_get (strings, row->name));
  ov_op_set_text (answer, "label", ov_strings_get (strings, row->label));
  ov_op_set_text (answer, "kind", ov_behaviour_get_word (row->behaviour));
  ov_op_set_atom (answer, "module", ov_strings_get (strings, row->module));
  ov_op_set_text (answer, "initial_call", call->len > 0 ? call->str : NULL);
  ov_op_set_text (answer, "current_function", ov_strings_get (strings, row->current));
  ov_op_set_text (answer, "status", ov_status_get_word (row->status));
  json_object_set_boolean_member (answer, "trap_exit", row->trap_exit);
  set_pid (answer, "parent", table, row->parent);
  ov_op_set_figure (answer, "memory_bytes", row->memory_bytes);
  ov_op_set_figure (answer, "reductions", row->reductions);
  ov_op_set_figure (answer, "message_queue_len", row->message_queue_len);
  set_links (answer, table, row, slot);

  return ov_op_node_of_object (answer);
}

static void
past_ready (OvInvocation   *invocation,
            OvProcessTable *table)
{
  const char *text = ov_invocation_get_text (invocation, "pid");
  g_autofree char *name = ov_op_dup_process_name (table, text);
  OvPid pid;
  guint32 slot = ov_pid_parse (text, ov_process_table_get_node_name (table), &pid)
                     ? ov_process_table_find_pid (table, &pid) : ov_process_table_find_name (table, name);

  if (slot == OV_SLOT_NONE)
    ov_invocation_return_error (invocation, g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                                                         _("There was no process %s at that instant."), text));
  else
    ov_invocation_return_json (invocation, describe_past (table, slot));
}

static void
run (OvInvocation *invocation)
{
  if (ov_op_is_of_past (invocation))
    {
      ov_op_with_census (invocation, FALSE, past_ready);
      return;
    }
  ask (invocation, ov_invocation_get_text (invocation, "pid"));
}

static const OvParameter parameters[] = {
  { "pid", OV_PARAMETER_PROCESS, TRUE, N_("The process: a pid as the shell prints it, or a registered name") },  OV_OP_AT_PARAMETER,
};

static const OvResultMember members[] = {
  { "pid", "string", N_("As the shell prints it"), N_("Pid") },
  { "name", "string?", N_("Registered name"), N_("Name") },
  { "label", "string?", N_("Label (OTP 27)"), N_("Label") },
  { "kind", "string", N_("supervisor, gen_server, gen_statem, gen_event, task, agent, application_master, process"), N_("Kind") },
  { "module", "string?", N_("Module of the initial call") },
  { "initial_call", "string?", N_("Where it began"), N_("Initial call") },
  { "current_function", "string?", N_("Where it is"), N_("Current function") },
  { "status", "string", N_("waiting, running, runnable, garbage_collecting, suspended, exiting"), N_("Status") },
  { "priority", "string", N_("low, normal, high, max"), N_("Priority") },
  { "trap_exit", "boolean", N_("Whether exits of linked processes reach it as messages"), N_("Traps exits") },
  { "parent", "string?", N_("Who spawned it (OTP 25)"), N_("Parent") },
  { "ancestors", "array", N_("Who started it, nearest first, as proc_lib keeps it"), N_("Ancestors") },
  { "group_leader", "string?", N_("Its group leader"), N_("Group leader") },
  { "memory_bytes", "integer?", N_("Memory; null where the mailbox was too long to ask"), N_("Memory") },
  { "reductions", "integer", N_("Work done since it was born"), N_("Reductions") },
  { "message_queue_len", "integer", N_("Messages that wait in its mailbox"), N_("Mailbox") },
  { "message_queue_data", "string?", N_("on_heap, off_heap") },
  { "heap_bytes", "integer?", N_("Its youngest heap"), N_("Heap") },
  { "stack_bytes", "integer?", N_("Its stack"), N_("Stack size") },
  { "total_heap_bytes", "integer?", N_("All of its heaps with the mailbox") },
  { "min_heap_bytes", "integer?", N_("The least its heap shrinks to") },
  { "links", "array", N_("What it is linked to, at most 1,000"), N_("Links") },
  { "links_count", "integer", N_("How many those are") },
  { "monitors", "array", N_("What it monitors, at most 1,000"), N_("Monitors") },
  { "monitors_count", "integer", N_("How many those are") },
  { "monitored_by", "array", N_("What monitors it, at most 1,000"), N_("Monitored by") },
  { "monitored_by_count", "integer", N_("How many those are") },
  { "suspending", "array", N_("Processes that it has suspended"), N_("Suspending") },
  { "stack", "array", N_("Its stack, innermost call first") },
  { "stack[].function", "string", N_("Module, function and arity"), N_("Function") },
  { "stack[].file", "string?", N_("Source file"), N_("File") },
  { "stack[].line", "integer?", N_("Line in it"), N_("Line") },
  { "dictionary", "array", N_("Its process dictionary, at most 200 entries, each cut to a bounded size") },
  { "dictionary[].key", "string", N_("As Erlang writes it"), N_("Key") },
  { "dictionary[].value", "string", N_("As Erlang writes it"), N_("Value") },
  { "dictionary[].truncated", "boolean", N_("Whether something of it was left out") },
  { "dictionary_size", "integer?", N_("How many entries it has") },
  { "dictionary_truncated", "boolean", N_("Whether entries were left out") },
  { "garbage_collection", "object", N_("What the garbage collector keeps of it: minor_gcs, fullsweep_after, sizes in words") },
};

const OvOperation ov_op_process_info = {
  .id = "process.info",
  .summary = N_("Show everything of one process"),
  .description = N_("Identity, figures, links and monitors, ancestors, process dictionary, stack, garbage collection. "
                    "Bounded: a huge dictionary or a million links cost neither the node nor you. The mailbox and "
                    "the state are not copied."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .undo = "none",
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli process info --node rabbit@localhost --pid rabbit_alarm",
  .run = run,
};
