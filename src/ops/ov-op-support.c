/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Helpers of operations.
 * Thread: main.
 */
#include "ops/ov-op-support.h"

#include "export/ov-process-text.h"
#include "model/ov-past.h"
#include "ops/ov-instant.h"

#include <glib/gi18n.h>
#include <string.h>

/* Supervisors that have not told their children by then are drawn without. */
#define SUPERVISOR_DEADLINE_MS 250

/* Terms come from the network: what is nested deeper is printed as text. */
#define JSON_DEPTH 20

typedef struct
{
  OvInvocation  *invocation;
  OvOpReadyFunc  ready;
} Census;

static void
census_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autofree Census *census = user_data;
  OvNode *node = OV_NODE (source);
  GError *error = NULL;

  if (!ov_node_census_finish (node, result, &error))
    {
      ov_invocation_return_error (census->invocation, error);
      return;
    }
  census->ready (census->invocation, ov_node_get_processes (node));
}

/* The past */

gboolean
ov_op_is_of_past (OvInvocation *invocation)
{
  return ov_node_is_recording (ov_invocation_get_node (invocation)) || ov_invocation_has (invocation, "at");
}

static GError *
make_nothing_recorded (OvInvocation *invocation)
{
  const char *at = ov_invocation_get_text (invocation, "at");

  return at != NULL ? g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                                   _("No process was known at %s: nothing had been recorded by then."), at)
                    : g_error_new_literal (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                                           _("The recording holds no processes."));
}

static void
sought_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autofree Census *census = user_data;
  g_autoptr (OvPast) past = OV_PAST (source);
  OvProcessTable *table;
  GError *error = NULL;

  if (!(table = ov_past_seek_finish (past, result, &error)))
    ov_invocation_return_error (census->invocation, error);
  else if (ov_process_table_get_n_alive (table) == 0)
    ov_invocation_return_error (census->invocation, make_nothing_recorded (census->invocation));
  else
    census->ready (census->invocation, table);
}

static void
seek (OvInvocation  *invocation,
      OvOpReadyFunc  ready)
{
  OvStore *store = ov_node_get_store (ov_invocation_get_node (invocation));
  const char *at = ov_invocation_get_text (invocation, "at");
  gint64 first_ns = 0, last_ns = 0, at_ns;
  GError *error = NULL;
  Census *census;

  ov_store_get_span (store, &first_ns, &last_ns);
  at_ns = last_ns;
  if (at != NULL && !ov_instant_parse (at, first_ns, last_ns, &at_ns, &error))
    {
      g_prefix_error (&error, "--at: ");
      ov_invocation_return_error (invocation, error);
      return;
    }
  census = g_new0 (Census, 1);
  census->invocation = invocation;
  census->ready = ready;
  ov_past_seek_async (ov_past_new (store), at_ns, ov_invocation_get_cancellable (invocation), sought_cb, census);
}

void
ov_op_with_census (OvInvocation  *invocation,
                   gboolean       with_supervisors,
                   OvOpReadyFunc  ready)
{
  OvNode *node = ov_invocation_get_node (invocation);
  guint deadline_ms = MIN (SUPERVISOR_DEADLINE_MS, ov_invocation_get_remaining_ms (invocation) / 2 + 1);
  Census *census;

  if (ov_op_is_of_past (invocation))
    {
      seek (invocation, ready);
      return;
    }
  if (ov_node_get_state (node) == OV_NODE_LIVE && ov_node_get_watched (node) != OV_WATCH_NOTHING)
    {
      ready (invocation, ov_node_get_processes (node));
      return;
    }
  census = g_new0 (Census, 1);
  census->invocation = invocation;
  census->ready = ready;
  ov_node_census_async (node, with_supervisors, deadline_ms,
                        ov_invocation_get_cancellable (invocation), census_done_cb, census);
}

/* "foo", ":foo" and "'Foo'" as people write names; quotes and a colon are no part of it. */
char *
ov_op_dup_bare_name (const char *text)
{
  gsize n;

  if (*text == ':')
    text++;
  n = strlen (text);

  return n > 2 && text[0] == '\'' && text[n - 1] == '\'' ? g_strndup (text + 1, n - 2) : g_strdup (text);
}

/* "Shop.Cart" is what Elixir calls 'Elixir.Shop.Cart': tried where the table has no process of the very name. */
char *
ov_op_dup_process_name (OvProcessTable *table,
                        const char     *text)
{
  g_autofree char *name = ov_op_dup_bare_name (text);
  g_autofree char *alias = g_strconcat ("Elixir.", name, NULL);

  if (ov_process_table_find_name (table, name) == OV_SLOT_NONE &&
      ov_process_table_find_name (table, alias) != OV_SLOT_NONE)
    return g_steal_pointer (&alias);

  return g_steal_pointer (&name);
}

OvTerm *
ov_op_make_process_argument (const char  *node,
                             const char  *text,
                             GError     **error)
{
  OvPid pid;
  OvTerm *pairs[4];

  if (!ov_pid_parse (text, node, &pid))
    {
      g_autofree char *name = ov_op_dup_bare_name (text);

      pairs[0] = ov_term_new_atom ("name");
      pairs[1] = ov_term_new_text (name);
      return ov_term_new_map (pairs, 1);
    }
  if (g_strcmp0 (pid.node, node) != 0)
    {
      g_set_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_REMOTE_PROCESS,
                   _("%s is a process of %s, not of %s."), text, pid.node, node);
      return NULL;
    }
  pairs[0] = ov_term_new_atom ("id");
  pairs[1] = ov_term_new_integer (pid.id);
  pairs[2] = ov_term_new_atom ("serial");
  pairs[3] = ov_term_new_integer (pid.serial);

  return ov_term_new_map (pairs, 2);
}

/* What tells the node's lives from each other; 0: nothing is known of it yet. */
static guint32
get_creation (OvProcessTable *table)
{
  const char *node = ov_process_table_get_node_name (table);
  guint32 n;
  const OvProcess *rows = ov_process_table_get_rows (table, &n);

  for (guint32 i = 0; i < n; i++)
    if (rows[i].used && rows[i].alive && g_strcmp0 (rows[i].pid.node, node) == 0)
      return rows[i].pid.creation;

  return 0;
}

static OvTerm *localize (OvTerm     *term,
                         const char *node,
                         guint32     creation);

static OvTerm *
localize_parts (OvTerm     *term,
                const char *node,
                guint32     creation)
{
  gboolean is_map = ov_term_get_type (term) == OV_TERM_MAP;
  guint n = ov_term_get_size (term);
  g_autofree OvTerm **parts = g_new0 (OvTerm *, 2 * n + 1);

  for (guint i = 0; i < n; i++)
    if (is_map)
      {
        parts[2 * i] = localize (ov_term_get_key (term, i), node, creation);
        parts[2 * i + 1] = localize (ov_term_get_value (term, i), node, creation);
      }
    else
      parts[i] = localize (ov_term_get_element (term, i), node, creation);
  if (is_map)
    return ov_term_new_map (parts, n);

  return ov_term_get_type (term) == OV_TERM_TUPLE ? ov_term_new_tuple (parts, n) : ov_term_new_list (parts, n);
}

/* A typed term is no deeper than its text is long, which is bounded. */
static OvTerm *
localize (OvTerm     *term,
          const char *node,
          guint32     creation)
{
  OvTermType type = ov_term_get_type (term);
  OvPid pid;

  if (ov_term_get_pid (term, &pid) && g_strcmp0 (pid.node, node) == 0)
    {
      pid.creation = creation;
      return ov_term_new_pid (&pid);
    }
  if (type == OV_TERM_TUPLE || type == OV_TERM_MAP || (type == OV_TERM_LIST && ov_term_get_tail (term) == NULL))
    return localize_parts (term, node, creation);

  return ov_term_ref (term);
}

void
ov_op_localize_pid (OvProcessTable *table,
                    OvPid          *pid)
{
  if (g_strcmp0 (pid->node, ov_process_table_get_node_name (table)) == 0)
    pid->creation = get_creation (table);
}

OvTerm *
ov_op_parse_term (OvProcessTable  *table,
                  const char      *text,
                  GError         **error)
{
  const char *node = ov_process_table_get_node_name (table);
  g_autoptr (OvTerm) term = ov_term_parse (text, node, NULL, error);

  return term != NULL ? localize (term, node, get_creation (table)) : NULL;
}

void
ov_op_set_text (JsonObject *object,
                const char *member,
                const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    json_object_set_null_member (object, member);
  else if (g_utf8_validate (text, -1, NULL))
    json_object_set_string_member (object, member, text);
  else
    json_object_set_string_member (object, member, valid = g_utf8_make_valid (text, -1));
}

void
ov_op_set_atom (JsonObject *object,
                const char *member,
                const char *atom)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (atom != NULL)
    ov_process_text_append_atom (text, atom);
  ov_op_set_text (object, member, atom != NULL ? text->str : NULL);
}

/* What the store calls it, without the pid that follows where several may be called so. */
char *
ov_op_dup_actor_name (OvStore *store,
                      guint32  actor,
                      char   **pid)
{
  OvPid value = actor != OV_ACTOR_NONE ? ov_store_get_actor (store, actor) : OV_PID_NONE;
  g_autofree char *name = actor != OV_ACTOR_NONE ? ov_store_dup_actor_name (store, actor) : NULL;

  *pid = ov_pid_is_none (&value) ? NULL : ov_pid_to_string (&value, ov_store_get_node (store));
  if (name == NULL || *pid == NULL)
    return g_steal_pointer (&name);
  if (g_str_has_suffix (name, *pid))
    name[strlen (name) - strlen (*pid)] = '\0';
  g_strchomp (name);

  return *name != '\0' ? g_steal_pointer (&name) : NULL;
}

void
ov_op_set_actor (JsonObject *object,
                 const char *pid_member,
                 const char *name_member,
                 OvStore    *store,
                 guint32     actor)
{
  g_autofree char *pid = NULL;
  g_autofree char *name = ov_op_dup_actor_name (store, actor, &pid);

  ov_op_set_text (object, pid_member, pid != NULL ? pid : name);
  ov_op_set_text (object, name_member, name);
}

void
ov_op_set_figure (JsonObject *object,
                  const char *member,
                  guint64     value)
{
  if (value == OV_UNKNOWN_U64)
    json_object_set_null_member (object, member);
  else
    json_object_set_int_member (object, member, MIN (value, G_MAXINT64));
}

void
ov_op_set_ns (JsonObject *object,
              const char *member,
              gint64      ns)
{
  if (ns == 0)
    json_object_set_null_member (object, member);
  else
    json_object_set_int_member (object, member, ns);
}

JsonNode *
ov_op_node_of_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);

  return node;
}

static JsonNode *convert (const OvTerm *term,
                          const char   *local_node,
                          guint         depth);

static JsonNode *
convert_map (const OvTerm *term,
             const char   *local_node,
             guint         depth)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < ov_term_get_size (term); i++)
    {
      g_autofree char *key = ov_term_dup_text (ov_term_get_key (term, i));
      OvTermFormat format = { .local_node = local_node, .max_chars = 200 };

      if (key == NULL)
        key = ov_term_to_string (ov_term_get_key (term, i), &format, NULL);
      json_object_set_member (object, key, convert (ov_term_get_value (term, i), local_node, depth + 1));
    }

  return ov_op_node_of_object (object);
}

static JsonNode *
convert_list (const OvTerm *term,
              const char   *local_node,
              guint         depth)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < ov_term_get_size (term); i++)
    json_array_add_element (array, convert (ov_term_get_element (term, i), local_node, depth + 1));
  json_node_take_array (node, array);

  return node;
}

static JsonNode *
convert (const OvTerm *term,
         const char   *local_node,
         guint         depth)
{
  OvTermFormat format = { .local_node = local_node, .max_chars = 4096, .max_depth = JSON_DEPTH };
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  g_autofree char *text = NULL;
  gint64 integer;
  double number;

  switch (ov_term_get_type (term))
    {
    case OV_TERM_INTEGER:
      ov_term_get_integer (term, &integer);
      json_node_set_int (node, integer);
      return node;
    case OV_TERM_FLOAT:
      ov_term_get_float (term, &number);
      json_node_set_double (node, number);
      return node;
    case OV_TERM_BINARY:
      text = ov_term_dup_text (term);
      break;
    case OV_TERM_ATOM:
      if (ov_term_is_atom (term, "undefined") || ov_term_is_atom (term, "null"))
        {
          json_node_unref (node);
          return json_node_new (JSON_NODE_NULL);
        }
      if (ov_term_is_atom (term, "true") || ov_term_is_atom (term, "false"))
        {
          json_node_set_boolean (node, ov_term_is_atom (term, "true"));
          return node;
        }
      break;
    case OV_TERM_MAP:
    case OV_TERM_LIST:
      if (depth >= JSON_DEPTH || ov_term_get_tail (term) != NULL)
        break;
      json_node_unref (node);
      return ov_term_get_type (term) == OV_TERM_MAP ? convert_map (term, local_node, depth)
                                                    : convert_list (term, local_node, depth);
    default:
      break;
    }
  if (text == NULL)
    text = ov_term_to_string (term, &format, NULL);
  json_node_set_string (node, text);

  return node;
}

JsonNode *
ov_op_json_of_term (const OvTerm *term,
                    const char   *local_node)
{
  g_return_val_if_fail (term != NULL, NULL);

  return convert (term, local_node, 0);
}

/* Brackets outside of strings: the parser recurses, so depth is judged before it runs. */
gboolean
ov_op_json_is_shallow (const char *text,
                       gsize       length,
                       guint       max_depth)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    if (in_string)
      {
        if (text[i] == '\\')
          i++;
        else if (text[i] == '"')
          in_string = FALSE;
      }
    else if (text[i] == '"')
      in_string = TRUE;
    else if (text[i] == '{' || text[i] == '[')
      {
        if (++depth > max_depth)
          return FALSE;
      }
    else if ((text[i] == '}' || text[i] == ']') && depth > 0)
      depth--;

  return TRUE;
}
