/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starting and ending traces: see the header.
 *
 * What is stopped is every trace of the node at once: a person who presses the button wants quiet,
 * not one trace less.  Thread: main.
 */
#include "config.h"

#include "views/ov-trace-starter.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

/* The words of the parameter "process" that are no process. */
static const char *const scope_words[] = {
  [OV_TRACE_ALL] = "all",
  [OV_TRACE_NEW] = "new",
};

static void
say (GtkWidget  *parent,
     const char *words)
{
  gtk_widget_activate_action (parent, "win.toast", "s", words);
}

static void
say_error (GtkWidget    *parent,
           const GError *error)
{
  g_autofree char *words = ov_request_dup_words (error);

  say (parent, words);
}

JsonObject *
ov_trace_starter_make_parameters (OvTraceScope  scope,
                                  const char   *process)
{
  const char *word = scope < G_N_ELEMENTS (scope_words) ? scope_words[scope] : NULL;
  JsonObject *parameters = ov_request_parameters ("process", word ? word : process, NULL);

  if (scope == OV_TRACE_SUBTREE)
    json_object_set_boolean_member (parameters, "subtree", TRUE);
  return parameters;
}

char *
ov_trace_starter_dup_process (OvProcessTable *table,
                              guint32         slot)
{
  const OvProcess *row = ov_process_table_get_row (table, slot);

  if (!row)
    return NULL;
  if (row->name != OV_STRING_NONE)
    return g_strdup (ov_strings_get (ov_process_table_get_strings (table), row->name));
  return ov_process_table_dup_pid (table, slot);
}

/* Starting. */

void
ov_trace_starter_run_async (OvSession           *session,
                            OvNode              *node,
                            JsonObject          *parameters,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  ov_request_run_async ("trace.start", session, node, parameters, NULL, cancellable, callback,
                        user_data);
}

/* "Tracing shop_cart: send, receive", and what the node had to say about it. */
static char *
dup_words (OvAnswerBody *body)
{
  JsonNode *json = ov_answer_body_get_json (body, NULL);
  JsonObject *object = json && JSON_NODE_HOLDS_OBJECT (json) ? json_node_get_object (json) : NULL;
  const char *title = OV_IS_TRACE (body->object) ? ov_trace_get_title (OV_TRACE (body->object))
                                                 : ov_json_get_text (object, "title");
  JsonArray *notes = ov_json_get_array (object, "notes");
  const char *note = notes && json_array_get_length (notes) > 0
                     ? ov_json_get_element (notes, 0, "note") : NULL;
  g_autofree char *clean = ov_words_clean (title ? title : "", 80);
  g_autofree char *tracing = NULL;

  /* Translators: what is traced, "shop_cart: send, receive". */
  tracing = g_strdup_printf (_("Tracing %s"), clean);
  return note ? g_strdup_printf ("%s\n%s", tracing, note) : g_steal_pointer (&tracing);
}

char *
ov_trace_starter_run_finish (GAsyncResult  *result,
                             GError       **error)
{
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, error);

  return body ? dup_words (body) : NULL;
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GtkWidget) parent = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *words = ov_trace_starter_run_finish (result, &error);

  if (words)
    say (parent, words);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say_error (parent, error);
}

void
ov_trace_starter_run (GtkWidget  *parent,
                      OvSession  *session,
                      OvNode     *node,
                      JsonObject *parameters)
{
  ov_trace_starter_run_async (session, node, parameters, NULL, started_cb, g_object_ref (parent));
}

/* Ending, arming again. */

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GtkWidget) parent = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);

  if (!body && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say_error (parent, error);
}

void
ov_trace_starter_stop_all (GtkWidget *parent,
                           OvSession *session,
                           OvNode    *node)
{
  ov_request_run_async ("trace.stop", session, node, NULL, NULL, NULL, ended_cb,
                        g_object_ref (parent));
}

static void
rearm (GtkWidget *parent,
       OvSession *session,
       OvNode    *node,
       OvTrace   *trace)
{
  JsonObject *parameters = json_object_new ();

  json_object_set_int_member (parameters, "trace", ov_trace_get_id (trace));
  ov_request_run_async ("trace.rearm", session, node, parameters, NULL, NULL, ended_cb,
                        g_object_ref (parent));
}

void
ov_trace_starter_rearm (GtkWidget *parent,
                        OvSession *session,
                        OvNode    *node)
{
  GListModel *traces = ov_node_list_traces (node);

  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);

      if (ov_trace_is_running (trace) && ov_trace_get_level (trace) == OV_TRACE_OFF)
        rearm (parent, session, node, trace);
    }
}
