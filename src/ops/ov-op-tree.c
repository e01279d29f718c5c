/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.get: the supervision trees of a node, as data, text or picture.
 * Thread: main.
 */
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"
#include "ops/ov-suggest.h"

#include <glib/gi18n.h>

typedef struct
{
  const char    *word;
  OvExportFormat format;
  const char    *content_type;
} Format;

static const Format formats[] = {
  { "text", OV_EXPORT_TEXT, "text/plain" },
  { "json", OV_EXPORT_JSON, "application/json" },
  { "mermaid", OV_EXPORT_MERMAID, "text/vnd.mermaid" },
  { "dot", OV_EXPORT_DOT, "text/vnd.graphviz" },
  { "svg", OV_EXPORT_SVG, "image/svg+xml" },
  { "png", OV_EXPORT_PNG, "image/png" },
  { "pdf", OV_EXPORT_PDF, "application/pdf" },
};

static const char *const more_formats[] = { "mermaid", "dot", "svg", "png", "pdf", NULL };

static GError *
make_unknown_application (OvProcessTable *table,
                          const char     *name)
{
  OvStrings *strings = ov_process_table_get_strings (table);
  guint n;
  const OvApplication *applications = ov_process_table_get_applications (table, &n);
  g_autofree const char **names = g_new0 (const char *, n + 1);
  const char *near;

  for (guint i = 0; i < n; i++)
    names[i] = ov_strings_get (strings, applications[i].name);
  near = ov_suggest (name, names, n);
  if (near != NULL)
    return g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                        _("No application “%s” runs on %s; did you mean “%s”?"), name,
                        ov_process_table_get_node_name (table), near);

  return g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                      _("No application “%s” runs on %s."), name,
                      ov_process_table_get_node_name (table));
}

/* OV_STRING_NONE when it does not run. */
static guint32
find_application (OvProcessTable *table,
                  const char     *name)
{
  guint32 id = ov_strings_find (ov_process_table_get_strings (table), name);
  guint n;
  const OvApplication *applications = ov_process_table_get_applications (table, &n);

  for (guint i = 0; i < n; i++)
    if (id != OV_STRING_NONE && applications[i].name == id)
      return id;

  return OV_STRING_NONE;
}

static GBytes *
write_tree (OvInvocation             *invocation,
            OvProcessTable           *table,
            const OvTreeSceneOptions *options,
            const Format             *format,
            GError                  **error)
{
  char *text;

  if (format->format != OV_EXPORT_TEXT)
    return ov_tree_export_bytes (table, options, format->format, error);
  text = ov_tree_export_text (table, options, ov_invocation_get_text_style (invocation));

  return g_bytes_new_take (text, strlen (text));
}

static void
table_ready (OvInvocation   *invocation,
             OvProcessTable *table)
{
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  const char *application = ov_invocation_get_text (invocation, "application");
  const Format *format = NULL;
  GError *error = NULL;
  GBytes *bytes;

  for (guint i = 0; i < G_N_ELEMENTS (formats) && format == NULL; i++)
    if (g_str_equal (formats[i].word, ov_invocation_get_format (invocation)))
      format = &formats[i];
  options.max_depth = (guint) ov_invocation_get_integer (invocation, "depth");
  if (application != NULL)
    options.application = find_application (table, application);

  if (application != NULL && options.application == OV_STRING_NONE)
    ov_invocation_return_error (invocation, make_unknown_application (table, application));
  else if (!(bytes = write_tree (invocation, table, &options, format, &error)))
    ov_invocation_return_error (invocation, error);
  else
    ov_invocation_return_bytes (invocation, bytes, format->content_type);
}

static void
run_get (OvInvocation *invocation)
{
  ov_op_with_census (invocation, TRUE, table_ready);
}

static const OvParameter get_parameters[] = {
  { "application", OV_PARAMETER_TEXT, FALSE, N_("Only this application") },
  { "depth", OV_PARAMETER_INTEGER, FALSE, N_("So many levels of processes, and below them only how many there are"),
    NULL, NULL, 1, 1000000 },  OV_OP_AT_PARAMETER,
};

static const OvResultMember get_members[] = {
  { "node", "string", N_("The node") },
  { "taken_at", "string", N_("When, RFC 3339 in UTC") },
  { "process_count", "integer", N_("All processes of the node") },
  { "applications", "array", N_("Running applications with their trees") },
  { "applications[].name", "string", N_("The application’s name") },
  { "applications[].root", "object?", N_("Its master, a P") },
  { "outside", "array", N_("Processes that stand in no application, each a P") },
  { "P.pid", "string?", N_("As the shell prints it; null for a child without a process") },
  { "P.name", "string?", N_("Registered name") },
  { "P.label", "string?", N_("Label (OTP 27)") },
  { "P.kind", "string", N_("supervisor, gen_server, gen_statem, gen_event, task, agent, application_master, process") },
  { "P.module", "string?", N_("Module of the initial call") },
  { "P.child_id", "string?", N_("Id in its supervisor’s child specification") },
  { "P.restart", "string?", N_("permanent, transient, temporary") },
  { "P.strategy", "string?", N_("one_for_one, one_for_all, rest_for_one, simple_one_for_one") },
  { "P.intensity", "integer?", N_("So many restarts are allowed …") },
  { "P.period_s", "integer?", N_("… within so many seconds") },
  { "P.status", "string?", N_("waiting, running, runnable, garbage_collecting, suspended, exiting") },
  { "P.children", "array", N_("Each a P, in start order") },
  { "P.answer", "string", N_("Only of a supervisor whose state could not be read: pending, none, not_understood") },
  { "P.hidden", "integer", N_("Only where --depth left processes out: how many") },
  { "P.parent", "string", N_("Only below 100 levels, where children stand beside each other: the pid of its parent") },
  { "P.absence", "string", N_("Only of a child without a process: undefined, restarting, remote") },
  { "P.restarting", "boolean", N_("Only of a child that is being restarted: true") },
};

const OvOperation ov_op_tree_get = {
  .id = "tree.get",
  .summary = N_("Show the supervision trees of a node"),
  .description = N_("Every live process of the node in its one place: application, supervisors, children, and "
                    "below them the processes that belong to them; what belongs to nothing is listed as outside. "
                    "No supervisor is ever waited for: one that does not answer is shown, and marked."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .undo = "none",
  .parameters = get_parameters,
  .n_parameters = G_N_ELEMENTS (get_parameters),
  .members = get_members,
  .n_members = G_N_ELEMENTS (get_members),
  .formats = more_formats,
  .example = "overstory-cli tree get --sandbox shop",
  .run = run_get,
};
