/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * process.list: the processes of a node as a sorted, filtered table.
 * Thread: main.
 */
#include "export/ov-process-text.h"
#include "model/ov-process-search.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

typedef struct
{
  OvProcessTable  *table;
  OvStrings       *strings;
  const OvProcess *rows;
} List;

static int
compare_pids (const List *list,
              guint32     a,
              guint32     b)
{
  return ov_pid_compare (&list->rows[a].pid, &list->rows[b].pid);
}

/* Greatest first; what is not known comes last. */
static int
compare_figures (guint64 a,
                 guint64 b)
{
  if (a == OV_UNKNOWN_U64 || b == OV_UNKNOWN_U64)
    return (a == OV_UNKNOWN_U64) - (b == OV_UNKNOWN_U64);

  return (a < b) - (a > b);
}

static int
by_pid (gconstpointer a,
        gconstpointer b,
        gpointer      list)
{
  return compare_pids (list, *(const guint32 *) a, *(const guint32 *) b);
}

#define BY_FIGURE(member)                                                                           \
  static int                                                                                        \
  by_##member (gconstpointer a,                                                                     \
               gconstpointer b,                                                                     \
               gpointer      user_data)                                                             \
  {                                                                                                 \
    const List *list = user_data;                                                                   \
    guint32 i = *(const guint32 *) a, k = *(const guint32 *) b;                                     \
    int order = compare_figures (list->rows[i].member, list->rows[k].member);                       \
                                                                                                    \
    return order != 0 ? order : compare_pids (list, i, k);                                          \
  }

BY_FIGURE (memory_bytes)
BY_FIGURE (reductions)
BY_FIGURE (message_queue_len)

/* What has no text comes last. */
static int
compare_texts (const List *list,
               guint32     a,
               guint32     b)
{
  const char *one = ov_strings_get (list->strings, a), *other = ov_strings_get (list->strings, b);

  return one == NULL || other == NULL ? (one == NULL) - (other == NULL) : g_strcmp0 (one, other);
}

/* Names first, in order, then labels; what has neither follows in the order of pids. */
static int
by_name (gconstpointer a,
         gconstpointer b,
         gpointer      user_data)
{
  const List *list = user_data;
  guint32 i = *(const guint32 *) a, k = *(const guint32 *) b;
  int order = compare_texts (list, list->rows[i].name, list->rows[k].name);

  if (order == 0)
    order = compare_texts (list, list->rows[i].label, list->rows[k].label);

  return order != 0 ? order : compare_pids (list, i, k);
}

static const char *const sort_words[] = { "memory", "reductions", "message_queue_len", "name", NULL };

static const GCompareDataFunc sort_functions[] = { by_memory_bytes, by_reductions, by_message_queue_len,
                                                   by_name };

static GCompareDataFunc
find_sort (const char *word)
{
  for (guint i = 0; word != NULL && sort_words[i] != NULL; i++)
    if (g_str_equal (sort_words[i], word))
      return sort_functions[i];

  return by_pid;
}

/* "Foo" means 'Elixir.Foo' too, and quotes may be written or not. */
static gboolean
is_module (const char *module,
           const char *wanted)
{
  g_autofree char *bare = NULL;
  gsize n = strlen (wanted);

  if (module == NULL)
    return FALSE;
  if (n > 2 && wanted[0] == '\'' && wanted[n - 1] == '\'')
    wanted = bare = g_strndup (wanted + 1, n - 2);
  if (g_str_equal (module, wanted))
    return TRUE;

  return g_str_has_prefix (module, "Elixir.") && g_str_equal (module + strlen ("Elixir."), wanted);
}

static GArray *
choose_rows (OvInvocation *invocation,
             const List   *list,
             guint32       n_slots)
{
  GArray *slots = g_array_new (FALSE, FALSE, sizeof (guint32));
  const char *filter = ov_invocation_get_text (invocation, "filter");
  const char *module = ov_invocation_get_text (invocation, "module");
  g_autoptr (OvProcessSearch) search = filter != NULL ? ov_process_search_new (list->table, filter) : NULL;

  for (guint32 slot = 0; slot < n_slots; slot++)
    {
      const OvProcess *row = &list->rows[slot];

      if (!row->used || !row->alive)
        continue;
      if (module != NULL && !is_module (ov_strings_get (list->strings, row->module), module))
        continue;
      if (search != NULL && !ov_process_search_is_empty (search) && !ov_process_search_matches (search, slot))
        continue;
      g_array_append_val (slots, slot);
    }

  return slots;
}

static JsonObject *
describe (const List      *list,
          const OvProcess *row)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  ov_process_text_append_pid (text, list->table, &row->pid);
  ov_op_set_text (object, "pid", text->str);
  ov_op_set_atom (object, "name", ov_strings_get (list->strings, row->name));
  ov_op_set_text (object, "label", ov_strings_get (list->strings, row->label));
  ov_op_set_text (object, "kind", ov_behaviour_get_word (row->behaviour));
  ov_op_set_atom (object, "module", ov_strings_get (list->strings, row->module));
  ov_op_set_atom (object, "application", ov_strings_get (list->strings, row->application));
  ov_op_set_text (object, "child_id", ov_process_text_get_child_id (list->table, row));
  ov_op_set_figure (object, "memory_bytes", row->memory_bytes);
  ov_op_set_figure (object, "reductions", row->reductions);
  ov_op_set_figure (object, "message_queue_len", row->message_queue_len);
  ov_op_set_text (object, "current_function", ov_strings_get (list->strings, row->current));
  ov_op_set_text (object, "status", ov_status_get_word (row->status));

  return object;
}

static void
table_ready (OvInvocation   *invocation,
             OvProcessTable *table)
{
  List list = { .table = table, .strings = ov_process_table_get_strings (table) };
  g_autoptr (GArray) slots = NULL;
  JsonObject *answer = json_object_new ();
  JsonArray *processes = json_array_new ();
  gint64 limit = ov_invocation_get_integer (invocation, "limit");
  guint32 n_slots;

  list.rows = ov_process_table_get_rows (table, &n_slots);
  slots = choose_rows (invocation, &list, n_slots);
  g_array_sort_with_data (slots, find_sort (ov_invocation_get_text (invocation, "sort")), &list);
  for (guint i = 0; i < slots->len && (limit == 0 || i < limit); i++)
    json_array_add_object_element (processes,
                                   describe (&list, &list.rows[g_array_index (slots, guint32, i)]));
  json_object_set_array_member (answer, "processes", processes);
  json_object_set_int_member (answer, "matched", slots->len);
  json_object_set_int_member (answer, "process_count", ov_process_table_get_n_alive (table));
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

static void
run_list (OvInvocation *invocation)
{
  ov_op_with_census (invocation, FALSE, table_ready);
}

static const OvParameter parameters[] = {
  { "sort", OV_PARAMETER_CHOICE, FALSE,
    N_("Order: names ascending, figures greatest first; without it by pid"), NULL, sort_words },
  { "filter", OV_PARAMETER_TEXT, FALSE,
    N_("Only processes that have all of these words in their name, pid, module, label, …; “module:rabbit” looks in one place") },
  { "module", OV_PARAMETER_TEXT, FALSE, N_("Only processes whose initial call is in this module") },
  { "limit", OV_PARAMETER_INTEGER, FALSE, N_("At most so many"), NULL, NULL, 1, 1e9 },  OV_OP_AT_PARAMETER,
};

static const OvResultMember members[] = {
  { "processes", "array", N_("The processes, in the order asked for") },
  { "processes[].pid", "string", N_("As the shell prints it"), N_("Pid") },
  { "processes[].name", "string?", N_("Registered name"), N_("Name") },
  { "processes[].label", "string?", N_("Label (OTP 27)"), N_("Label") },
  { "processes[].kind", "string", N_("supervisor, gen_server, gen_statem, gen_event, task, agent, application_master, process"), N_("Kind") },
  { "processes[].module", "string?", N_("Module of the initial call"), N_("Module") },
  { "processes[].application", "string?", N_("The application it stands in"), N_("Application") },
  { "processes[].child_id", "string?", N_("Id in its supervisor’s child specification, where it was read") },
  { "processes[].memory_bytes", "integer?", N_("Memory; null where the mailbox was too long to ask"), N_("Memory") },
  { "processes[].reductions", "integer", N_("Work done since it was born"), N_("Reductions") },
  { "processes[].message_queue_len", "integer", N_("Messages that wait in its mailbox"), N_("Mailbox") },
  { "processes[].current_function", "string?", N_("What it is in"), N_("Current function") },
  { "processes[].status", "string?", N_("waiting, running, runnable, garbage_collecting, suspended, exiting"), N_("Status") },
  { "matched", "integer", N_("How many there are without --limit") },
  { "process_count", "integer", N_("How many processes the node has") },
};

const OvOperation ov_op_process_list = {
  .id = "process.list",
  .summary = N_("List the processes of a node"),
  .description = N_("One bounded look at every process. Memory is not asked of a process whose mailbox is long, since "
                    "that alone can take seconds."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .undo = "none",
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli process list --node rabbit@localhost --sort memory --limit 10",
  .run = run_list,
};
