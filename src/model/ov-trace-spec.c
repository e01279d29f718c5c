/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is to be traced, as a request of PROTOCOL.md and as words.
 * Names travel as binaries, so that the node makes no atom of what a person mistyped; the atoms of a match
 * specification are atoms, there is no other way to write one.
 * Thread: any.
 */
#include "model/ov-trace-private.h"

#include <glib/gi18n-lib.h>

#define DEFAULT_RATE 20000
#define DEFAULT_TERM_NODES 50
#define MAX_TARGETS 1000
#define MAX_CALLS 1000

static const char *const scope_words[] = {
  [OV_TRACE_PROCESS] = "process", [OV_TRACE_SUBTREE] = "subtree",
  [OV_TRACE_ALL] = "all",         [OV_TRACE_NEW] = "new",
};

static const struct
{
  OvTraceFlags flag;
  const char  *word;
} event_words[] = {
  { OV_TRACE_SEND, "send" },
  { OV_TRACE_RECEIVE, "receive" },
  { OV_TRACE_PROCS, "procs" },
  { OV_TRACE_RUNNING, "running" },
  { OV_TRACE_GARBAGE_COLLECTION, "garbage_collection" },
  { OV_TRACE_PORTS, "ports" },
};

static OvTraceFlags
get_flags (const OvTraceSpec *spec)
{
  if (spec->flags != 0 || spec->n_calls > 0)
    return spec->flags;

  return OV_TRACE_SEND | OV_TRACE_RECEIVE | OV_TRACE_PROCS;
}

OvTraceLevel
ov_trace_spec_get_level (const OvTraceSpec *spec)
{
  if (spec->level != OV_TRACE_OFF)
    return spec->level;

  /* Calls are no messages between two processes: they have no edges. */
  for (guint i = 0; i < spec->n_targets && spec->n_calls == 0; i++)
    if (spec->targets[i].scope != OV_TRACE_PROCESS)
      return OV_TRACE_EDGES;

  return OV_TRACE_EVENTS;
}

static gboolean
check_target (const OvTraceTarget  *target,
              GError              **error)
{
  gboolean needs_process = target->scope == OV_TRACE_PROCESS || target->scope == OV_TRACE_SUBTREE;

  if (target->scope <= OV_TRACE_NEW
      && (!needs_process || target->name != NULL || !ov_pid_is_none (&target->pid)))
    return TRUE;

  g_set_error_literal (error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS,
                       _("There is no process to trace"));
  return FALSE;
}

static gboolean
check_match (const OvTerm  *match,
             OvMatchKind    kind,
             GError       **error)
{
  return match == NULL || ov_match_spec_check (match, kind, error);
}

/* That nothing is asked for, or what the VM would refuse. */
gboolean
ov_trace_spec_check (const OvTraceSpec  *spec,
                     GError            **error)
{
  if (spec->n_targets == 0 || spec->n_targets > MAX_TARGETS || spec->n_calls > MAX_CALLS)
    {
      g_set_error_literal (error, OV_PROBE_ERROR, OV_PROBE_ERROR_NO_PROCESS,
                           spec->n_targets == 0
                             ? _("There is no process to trace")
                             : _("That is too much for one trace; trace a whole subtree, or a "
                                 "whole module"));
      return FALSE;
    }
  for (guint i = 0; i < spec->n_targets; i++)
    if (!check_target (&spec->targets[i], error))
      return FALSE;
  for (guint i = 0; i < spec->n_calls; i++)
    if (!check_match (spec->calls[i].match, OV_MATCH_CALLS, error))
      return FALSE;

  return check_match (spec->send_match, OV_MATCH_SEND, error)
         && check_match (spec->receive_match, OV_MATCH_RECEIVE, error);
}

/* Takes @value; the map is made from what was put. */
static void
put (GPtrArray  *pairs,
     const char *key,
     OvTerm     *value)
{
  g_ptr_array_add (pairs, ov_term_new_atom (key));
  g_ptr_array_add (pairs, value);
}

static OvTerm *
make_map (GPtrArray *pairs)
{
  OvTerm *map = ov_term_new_map ((OvTerm **) pairs->pdata, pairs->len / 2);

  g_ptr_array_unref (pairs);

  return map;
}

static OvTerm *
make_list (GPtrArray *elements)
{
  OvTerm *list = ov_term_new_list ((OvTerm **) elements->pdata, elements->len);

  g_ptr_array_unref (elements);

  return list;
}

static OvTerm *
new_target (const OvTraceTarget *target)
{
  GPtrArray *pairs = g_ptr_array_new ();

  put (pairs, "scope", ov_term_new_text (scope_words[target->scope]));
  if (target->name != NULL)
    put (pairs, "name", ov_term_new_text (target->name));
  else if (!ov_pid_is_none (&target->pid))
    put (pairs, "pid", ov_term_new_pid (&target->pid));

  return make_map (pairs);
}

static OvTerm *
new_targets (const OvTraceSpec *spec)
{
  GPtrArray *targets = g_ptr_array_new ();

  for (guint i = 0; i < spec->n_targets; i++)
    g_ptr_array_add (targets, new_target (&spec->targets[i]));

  return make_list (targets);
}

static OvTerm *
new_events (OvTraceFlags flags)
{
  GPtrArray *words = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (event_words); i++)
    if (flags & event_words[i].flag)
      g_ptr_array_add (words, ov_term_new_text (event_words[i].word));

  return make_list (words);
}

static OvTerm *
new_match (OvTerm *match)
{
  return match != NULL ? ov_term_ref (match) : ov_term_new_list (NULL, 0);
}

static OvTerm *
new_calls (const OvTraceSpec *spec)
{
  GPtrArray *calls = g_ptr_array_new ();

  for (guint i = 0; i < spec->n_calls; i++)
    {
      const OvTraceCall *call = &spec->calls[i];
      GPtrArray *pairs = g_ptr_array_new ();

      put (pairs, "module", ov_term_new_text (call->module));
      put (pairs, "function", ov_term_new_text (call->function != NULL ? call->function : "_"));
      put (pairs, "arity", ov_term_new_integer (call->arity));
      put (pairs, "match", new_match (call->match));
      put (pairs, "global", ov_term_new_boolean (call->global));
      g_ptr_array_add (calls, make_map (pairs));
    }

  return make_list (calls);
}

/* What is 0 has no limit but those of the probe, and is left out. */
static OvTerm *
new_limits (const OvTraceSpec *spec)
{
  GPtrArray *pairs = g_ptr_array_new ();

  put (pairs, "rate", ov_term_new_integer (spec->rate != 0 ? spec->rate : DEFAULT_RATE));
  put (pairs, "term_nodes",
       ov_term_new_integer (spec->term_nodes != 0 ? spec->term_nodes : DEFAULT_TERM_NODES));
  if (spec->count != 0)
    put (pairs, "count", ov_term_new_integer ((gint64) MIN (spec->count, G_MAXINT64)));
  if (spec->duration_ms != 0)
    put (pairs, "duration_ms", ov_term_new_integer (spec->duration_ms));

  return make_map (pairs);
}

OvTerm *
ov_trace_spec_to_request (const OvTraceSpec *spec,
                          guint16            id)
{
  GPtrArray *pairs = g_ptr_array_new ();

  put (pairs, "id", ov_term_new_integer (id));
  put (pairs, "targets", new_targets (spec));
  put (pairs, "events", new_events (get_flags (spec)));
  put (pairs, "calls", new_calls (spec));
  put (pairs, "send_match", new_match (spec->send_match));
  put (pairs, "receive_match", new_match (spec->receive_match));
  put (pairs, "level",
       ov_term_new_text (ov_trace_level_get_word (ov_trace_spec_get_level (spec))));
  put (pairs, "automatic", ov_term_new_boolean (spec->automatic));
  put (pairs, "limits", new_limits (spec));

  return make_map (pairs);
}

static char *
dup_target_words (const OvTraceTarget *target)
{
  g_autofree char *process = NULL;

  switch (target->scope)
    {
    case OV_TRACE_ALL:
      return g_strdup (_("all processes"));
    case OV_TRACE_NEW:
      return g_strdup (_("new processes"));
    case OV_TRACE_PROCESS:
    case OV_TRACE_SUBTREE:
    default:
      process = target->name != NULL ? g_strdup (target->name)
                                     : ov_pid_to_string (&target->pid, target->pid.node);
      /* Translators: a process and all the processes below it in the supervision tree. */
      return target->scope == OV_TRACE_SUBTREE ? g_strdup_printf (_("%s and below"), process)
                                               : g_steal_pointer (&process);
    }
}

static void
append_word (GString    *title,
             const char *separator,
             const char *word)
{
  if (title->len > 0)
    g_string_append (title, separator);
  g_string_append (title, word);
}

char *
ov_trace_spec_dup_title (const OvTraceSpec *spec)
{
  g_autoptr (GString) who = g_string_new (NULL);
  g_autoptr (GString) what = g_string_new (NULL);
  OvTraceFlags flags = get_flags (spec);

  for (guint i = 0; i < spec->n_targets; i++)
    {
      g_autofree char *words = dup_target_words (&spec->targets[i]);

      append_word (who, ", ", i < 3 ? words : "…");
      if (i == 3)
        break;
    }
  for (guint i = 0; i < G_N_ELEMENTS (event_words); i++)
    if (flags & event_words[i].flag)
      append_word (what, ", ", event_words[i].word);
  for (guint i = 0; i < spec->n_calls; i++)
    {
      g_autofree char *words = ov_trace_call_to_string (&spec->calls[i]);

      append_word (what, ", ", i < 3 ? words : "…");
      if (i == 3)
        break;
    }

  return g_strdup_printf ("%s: %s", who->str, what->str);
}
