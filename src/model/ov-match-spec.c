/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is a typed term a match specification, and one that only observes?
 *
 *   [{Head, [Guard], [Action]}]   https://www.erlang.org/doc/apps/erts/match_spec.html
 *
 * The node's VM has the last word; what is said here is which part is wrong, before anything travels.
 * Actions that reach beyond our own trace (set_seq_token, silent, trace, …) or that copy without
 * bound (process_dump, display) are refused: limits and fuse would not know of them.
 * Invariant: what passes has the VM's structure, calls only functions of the table, and uses only
 * variables of its head.  Thread: any.
 */
#include "model/ov-match-spec.h"

#include "probe/ov-probe.h"

#include <glib/gi18n-lib.h>

#define MAX_DEPTH 64
#define ANY_NUMBER G_MAXUINT8

typedef enum
{
  GUARD = 1 << 0,      /* in conditions and in bodies */
  ACTION = 1 << 1,     /* in bodies only */
  OF_CALLS = 1 << 2,   /* only where calls are traced */
  NOT_RECEIVE = 1 << 3, /* the VM does not take it for messages that are received */
  REFUSED = 1 << 4,
} Use;

static const struct
{
  const char *name;
  guint8      min, max; /* arguments */
  guint8      use;
} functions[] = {
  { "is_atom", 1, 1, GUARD },
  { "is_float", 1, 1, GUARD },
  { "is_integer", 1, 1, GUARD },
  { "is_list", 1, 1, GUARD },
  { "is_number", 1, 1, GUARD },
  { "is_pid", 1, 1, GUARD },
  { "is_port", 1, 1, GUARD },
  { "is_reference", 1, 1, GUARD },
  { "is_tuple", 1, 1, GUARD },
  { "is_map", 1, 1, GUARD },
  { "is_map_key", 2, 2, GUARD },
  { "is_binary", 1, 1, GUARD },
  { "is_bitstring", 1, 1, GUARD },
  { "is_boolean", 1, 1, GUARD },
  { "is_function", 1, 2, GUARD },
  { "is_record", 2, 3, GUARD },
  { "is_seq_trace", 0, 0, GUARD | NOT_RECEIVE },
  { "and", 1, ANY_NUMBER, GUARD },
  { "or", 1, ANY_NUMBER, GUARD },
  { "not", 1, 1, GUARD },
  { "xor", 2, 2, GUARD },
  { "andalso", 1, ANY_NUMBER, GUARD },
  { "orelse", 1, ANY_NUMBER, GUARD },
  { "abs", 1, 1, GUARD },
  { "element", 2, 2, GUARD },
  { "hd", 1, 1, GUARD },
  { "tl", 1, 1, GUARD },
  { "length", 1, 1, GUARD },
  { "map_get", 2, 2, GUARD },
  { "map_size", 1, 1, GUARD },
  { "max", 2, 2, GUARD },
  { "min", 2, 2, GUARD },
  { "node", 0, 1, GUARD },
  { "float", 1, 1, GUARD },
  { "round", 1, 1, GUARD },
  { "floor", 1, 1, GUARD },
  { "ceil", 1, 1, GUARD },
  { "trunc", 1, 1, GUARD },
  { "size", 1, 1, GUARD },
  { "tuple_size", 1, 1, GUARD },
  { "bit_size", 1, 1, GUARD },
  { "byte_size", 1, 1, GUARD },
  { "binary_part", 2, 3, GUARD },
  { "self", 0, 0, GUARD },
  { "get_tcw", 0, 0, GUARD },
  { "+", 1, 2, GUARD },
  { "-", 1, 2, GUARD },
  { "*", 2, 2, GUARD },
  { "/", 2, 2, GUARD },
  { "div", 2, 2, GUARD },
  { "rem", 2, 2, GUARD },
  { "band", 2, 2, GUARD },
  { "bor", 2, 2, GUARD },
  { "bxor", 2, 2, GUARD },
  { "bnot", 1, 1, GUARD },
  { "bsl", 2, 2, GUARD },
  { "bsr", 2, 2, GUARD },
  { ">", 2, 2, GUARD },
  { ">=", 2, 2, GUARD },
  { "<", 2, 2, GUARD },
  { "=<", 2, 2, GUARD },
  { "=:=", 2, 2, GUARD },
  { "==", 2, 2, GUARD },
  { "=/=", 2, 2, GUARD },
  { "/=", 2, 2, GUARD },
  { "message", 1, 1, ACTION },
  { "return_trace", 0, 0, ACTION | OF_CALLS },
  { "exception_trace", 0, 0, ACTION | OF_CALLS },
  { "caller", 0, 0, ACTION | OF_CALLS },
  { "caller_line", 0, 0, ACTION | OF_CALLS },
  { "current_stacktrace", 0, 1, ACTION | OF_CALLS },
  { "get_seq_token", 0, 0, ACTION | NOT_RECEIVE },
  { "set_seq_token", 2, 2, REFUSED },
  { "set_tcw", 1, 1, REFUSED },
  { "process_dump", 0, 0, REFUSED },
  { "display", 1, 1, REFUSED },
  { "enable_trace", 1, 2, REFUSED },
  { "disable_trace", 1, 2, REFUSED },
  { "trace", 2, 3, REFUSED },
  { "silent", 1, 1, REFUSED },
};

typedef struct
{
  OvMatchKind  kind;
  GString     *path;      /* "clause 2, guard 1" */
  GHashTable  *variables; /* of the head: names that the term owns */
  gboolean     in_body;
  guint        depth;
  GError     **error;
} Check;

static gboolean fail (Check      *check,
                      const char *format,
                      ...) G_GNUC_PRINTF (2, 3);

/* Always FALSE.  Clauses, guards and actions are counted from 1, as people do. */
static gboolean
fail (Check      *check,
      const char *format,
      ...)
{
  g_autofree char *words = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (check->path->len > 0)
    g_set_error (check->error, OV_PROBE_ERROR, OV_PROBE_ERROR_BAD_MATCH, "%s: %s",
                 check->path->str, words);
  else
    g_set_error_literal (check->error, OV_PROBE_ERROR, OV_PROBE_ERROR_BAD_MATCH, words);

  return FALSE;
}

static gsize enter (Check      *check,
                    const char *format,
                    ...) G_GNUC_PRINTF (2, 3);

/* Where to cut the path again. */
static gsize
enter (Check      *check,
       const char *format,
       ...)
{
  gsize before = check->path->len;
  va_list arguments;

  if (before > 0)
    g_string_append (check->path, ", ");
  va_start (arguments, format);
  g_string_append_vprintf (check->path, format, arguments);
  va_end (arguments);

  return before;
}

static char *
print (const OvTerm *term)
{
  const OvTermFormat format = { .max_chars = 60 };

  return ov_term_to_string (term, &format, NULL);
}

/* '$1': a dollar sign and digits. */
static gboolean
is_variable (const OvTerm *term)
{
  const char *name = ov_term_get_atom (term);

  if (name == NULL || name[0] != '$' || !g_ascii_isdigit (name[1]))
    return FALSE;
  for (name += 2; *name != '\0'; name++)
    if (!g_ascii_isdigit (*name))
      return FALSE;

  return TRUE;
}

static gboolean
is_proper_list (const OvTerm *term)
{
  return ov_term_get_type (term) == OV_TERM_LIST && ov_term_get_tail (term) == NULL;
}

static gboolean collect_variables (Check        *check,
                                   const OvTerm *term);

static gboolean
collect_from_parts (Check        *check,
                    const OvTerm *term)
{
  guint n = ov_term_get_size (term);

  for (guint i = 0; i < n; i++)
    if (ov_term_get_type (term) == OV_TERM_MAP
          ? !collect_variables (check, ov_term_get_value (term, i))
          : !collect_variables (check, ov_term_get_element (term, i)))
      return FALSE;

  return ov_term_get_tail (term) == NULL || collect_variables (check, ov_term_get_tail (term));
}

static gboolean
collect_variables (Check        *check,
                   const OvTerm *term)
{
  gboolean ok = TRUE;

  if (is_variable (term))
    {
      g_hash_table_add (check->variables, (gpointer) ov_term_get_atom (term));
      return TRUE;
    }

  if (++check->depth > MAX_DEPTH)
    return fail (check, _("it is nested more than %u deep"), MAX_DEPTH);
  switch (ov_term_get_type (term))
    {
    case OV_TERM_TUPLE:
    case OV_TERM_LIST:
    case OV_TERM_MAP:
      ok = collect_from_parts (check, term);
      break;
    default:
      break;
    }
  check->depth--;

  return ok;
}

static gboolean
check_head_length (Check *check,
                   guint  length)
{
  switch (check->kind)
    {
    case OV_MATCH_SEND:
      return length == 2 || fail (check, _("the head of a send is [To, Message], a list of two"));
    case OV_MATCH_RECEIVE:
      return length == 3
             || fail (check, _("the head of a receive is [Node, Sender, Message], a list of three"));
    case OV_MATCH_MESSAGES:
      return length == 2 || length == 3
             || fail (check, _("the head of a message is [To, Message] or [Node, Sender, Message]"));
    case OV_MATCH_CALLS:
      return length <= 255 || fail (check, _("a function has at most 255 arguments"));
    default:
      return FALSE;
    }
}

static gboolean
check_head (Check        *check,
            const OvTerm *head)
{
  g_autofree char *text = NULL;

  if (ov_term_is_atom (head, "_") || is_variable (head))
    return collect_variables (check, head);
  if (is_proper_list (head))
    return check_head_length (check, ov_term_get_size (head)) && collect_variables (check, head);

  text = print (head);
  return check->kind == OV_MATCH_CALLS
           ? fail (check, _("the head is the list of the arguments, '_' or a variable, not %s"), text)
           : fail (check, _("the head is a list, '_' or a variable, not %s"), text);
}

static gboolean
refuse_place (Check      *check,
              const char *name,
              guint       use)
{
  if (use & REFUSED)
    return fail (check, _("%s changes the node or has no bound, and is not allowed here"), name);
  if (!check->in_body && !(use & GUARD))
    return fail (check, _("%s is an action and stands in the body only"), name);
  if ((use & OF_CALLS) && check->kind != OV_MATCH_CALLS)
    return fail (check, _("%s is for calls, not for messages"), name);
  if ((use & NOT_RECEIVE) && check->kind == OV_MATCH_RECEIVE)
    return fail (check, _("%s is not for messages that are received"), name);

  return TRUE;
}

static gboolean check_expression (Check        *check,
                                  const OvTerm *term);

/* Elements from @first on. */
static gboolean
check_arguments (Check        *check,
                 const OvTerm *term,
                 guint         first)
{
  for (guint i = first; i < ov_term_get_size (term); i++)
    {
      gsize before = enter (check, first == 1 ? _("argument %u") : _("element %u"),
                            first == 1 ? i : i + 1);

      if (!check_expression (check, ov_term_get_element (term, i)))
        return FALSE;
      g_string_truncate (check->path, before);
    }

  return TRUE;
}

static gboolean
check_call (Check        *check,
            const OvTerm *call)
{
  const char *name = ov_term_get_atom (ov_term_get_element (call, 0));
  guint n_arguments = ov_term_get_size (call) - 1;
  g_autofree char *text = NULL;

  if (name == NULL)
    {
      text = print (call);
      return fail (check, _("%s calls nothing; a tuple is written {{…}}"), text);
    }
  if (g_str_equal (name, "const"))
    return n_arguments == 1 || fail (check, _("const has one argument, not %u"), n_arguments);

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_str_equal (functions[i].name, name))
      {
        if (!refuse_place (check, name, functions[i].use))
          return FALSE;
        if (n_arguments < functions[i].min
            || (functions[i].max != ANY_NUMBER && n_arguments > functions[i].max))
          return fail (check, _("%s does not take %u arguments"), name, n_arguments);
        return check_arguments (check, call, 1);
      }

  return check->in_body
           ? fail (check, _("%s is neither a guard function nor an action"), name)
           : fail (check, _("%s is no guard function"), name);
}

static gboolean
check_atom (Check        *check,
            const OvTerm *atom)
{
  if (!is_variable (atom) || g_hash_table_contains (check->variables, ov_term_get_atom (atom)))
    return TRUE;

  return fail (check, _("the variable %s is not in the head"), ov_term_get_atom (atom));
}

static gboolean
check_tuple (Check        *check,
             const OvTerm *tuple)
{
  const OvTerm *inner = ov_term_get_element (tuple, 0);

  if (ov_term_get_size (tuple) == 0)
    return fail (check, _("{} calls nothing; the empty tuple is written {{}}"));
  if (ov_term_get_size (tuple) == 1 && ov_term_get_type (inner) == OV_TERM_TUPLE)
    return check_arguments (check, inner, 0);

  return check_call (check, tuple);
}

static gboolean
check_map (Check        *check,
           const OvTerm *map)
{
  for (guint i = 0; i < ov_term_get_size (map); i++)
    if (!check_expression (check, ov_term_get_value (map, i)))
      return FALSE;

  return TRUE;
}

static gboolean
check_expression (Check        *check,
                  const OvTerm *term)
{
  gboolean ok;

  if (++check->depth > MAX_DEPTH)
    return fail (check, _("it is nested more than %u deep"), MAX_DEPTH);

  switch (ov_term_get_type (term))
    {
    case OV_TERM_ATOM:
      ok = check_atom (check, term);
      break;
    case OV_TERM_TUPLE:
      ok = check_tuple (check, term);
      break;
    case OV_TERM_LIST:
      ok = ov_term_get_tail (term) == NULL || fail (check, _("a list must end properly"));
      ok = ok && check_arguments (check, term, 0);
      break;
    case OV_TERM_MAP:
      ok = check_map (check, term);
      break;
    default:
      ok = TRUE; /* it stands for itself */
      break;
    }
  check->depth--;

  return ok;
}

static gboolean
check_list (Check        *check,
            const OvTerm *list,
            gboolean      in_body)
{
  g_autofree char *text = NULL;

  check->in_body = in_body;
  if (!is_proper_list (list))
    {
      text = print (list);
      return in_body ? fail (check, _("the body is a list of actions, not %s"), text)
                     : fail (check, _("the guards are a list, not %s"), text);
    }

  for (guint i = 0; i < ov_term_get_size (list); i++)
    {
      const OvTerm *part = ov_term_get_element (list, i);
      gsize before = enter (check, in_body ? _("action %u") : _("guard %u"), i + 1);

      if (!check_expression (check, part))
        return FALSE;
      g_string_truncate (check->path, before);
    }

  return TRUE;
}

static gboolean
check_clause (Check        *check,
              const OvTerm *clause)
{
  g_autofree char *text = NULL;

  if (ov_term_get_type (clause) != OV_TERM_TUPLE || ov_term_get_size (clause) != 3)
    {
      text = print (clause);
      return fail (check, _("a clause is {Head, [Guard], [Action]}, not %s"), text);
    }

  g_hash_table_remove_all (check->variables);
  return check_head (check, ov_term_get_element (clause, 0))
         && check_list (check, ov_term_get_element (clause, 1), FALSE)
         && check_list (check, ov_term_get_element (clause, 2), TRUE);
}

static gboolean
check_clauses (Check        *check,
               const OvTerm *spec)
{
  g_autofree char *text = NULL;

  if (!is_proper_list (spec) || ov_term_get_size (spec) == 0)
    {
      text = print (spec);
      return fail (check, _("A match specification is [{Head, [Guard], [Action]}], not %s"), text);
    }

  for (guint i = 0; i < ov_term_get_size (spec); i++)
    {
      gsize before = enter (check, _("clause %u"), i + 1);

      if (!check_clause (check, ov_term_get_element (spec, i)))
        return FALSE;
      g_string_truncate (check->path, before);
    }

  return TRUE;
}

/**
 * ov_match_spec_check:
 * @spec: a term, as a person typed it
 * @kind: what it is to match
 * @error: (out) (optional): %OV_PROBE_ERROR_BAD_MATCH with the part that is wrong: "clause 3, guard 2: …"
 *
 * Whether the VM would take it and it only observes. A function that the node's release does not have
 * yet passes here and is refused there.
 *
 * Returns: %TRUE if so
 */
gboolean
ov_match_spec_check (const OvTerm  *spec,
                     OvMatchKind    kind,
                     GError       **error)
{
  Check check = { .kind = kind, .error = error };
  gboolean ok;

  g_return_val_if_fail (spec != NULL, FALSE);
  g_return_val_if_fail (kind <= OV_MATCH_RECEIVE, FALSE);

  check.path = g_string_new (NULL);
  check.variables = g_hash_table_new (g_str_hash, g_str_equal);
  ok = check_clauses (&check, spec);
  g_hash_table_unref (check.variables);
  g_string_free (check.path, TRUE);

  return ok;
}
