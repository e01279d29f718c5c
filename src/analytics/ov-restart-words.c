/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of causes: one for machines, a sentence for people.
 *
 * Invariant: every kind has one of each; what was concluded and not seen is said to be so.
 * Thread: any for the words of kinds; main for sentences.
 */
#include "analytics/ov-restart-log.h"

#include <glib/gi18n.h>

static const char *const cause_words[] = {
  [OV_CAUSE_EXIT] = "exit",       [OV_CAUSE_LINK] = "link",       [OV_CAUSE_SUPERVISOR] = "supervisor",
  [OV_CAUSE_STOPPED] = "stopped", [OV_CAUSE_STARTED] = "started", [OV_CAUSE_GAVE_UP] = "gave_up",
  [OV_CAUSE_ESCALATED] = "escalated",
};

/* What a strategy means, by its word; %s is the supervisor. */
static const struct
{
  const char *strategy;
  const char *sentence;
} strategy_sentences[] = {
  { "one_for_one", N_("%s starts it again, and nobody else (one_for_one)") },
  { "one_for_all", N_("%s ends all its children and starts them again (one_for_all)") },
  { "rest_for_one", N_("%s ends the children that were started after it, and starts them all again (rest_for_one)") },
  { "simple_one_for_one", N_("%s starts it again, and nobody else (simple_one_for_one)") },
};

const char *
ov_cause_kind_get_word (OvCauseKind kind)
{
  return (guint) kind < G_N_ELEMENTS (cause_words) ? cause_words[kind] : "unknown";
}

static char *
dup_pid_name (const OvPid    *pid,
              OvProcessTable *table)
{
  guint32 slot;

  if (ov_pid_is_none (pid))
    return g_strdup (_("an unknown process"));

  slot = table != NULL ? ov_process_table_find_pid (table, pid) : OV_SLOT_NONE;
  if (slot != OV_SLOT_NONE)
    return ov_process_table_dup_title (table, slot);

  return ov_pid_to_string (pid, table != NULL ? ov_process_table_get_node_name (table) : NULL);
}

static char *
dup_name (const OvCause  *cause,
          OvProcessTable *table)
{
  if (cause->name != NULL)
    return g_strdup (cause->name);
  if (cause->child_id != NULL)
    return g_strdup (cause->child_id);

  return dup_pid_name (&cause->pid, table);
}

static char *
dup_decision (const OvCause *cause,
              const char    *name)
{
  for (guint i = 0; cause->reason != NULL && i < G_N_ELEMENTS (strategy_sentences); i++)
    if (g_str_equal (strategy_sentences[i].strategy, cause->reason))
      {
        g_auto (GStrv) parts = g_strsplit (_(strategy_sentences[i].sentence), "%s", 2);

        return g_strjoinv (name, parts);
      }

  return g_strdup_printf (_("%s decides what to do"), name);
}

static char *
dup_sentence (const OvCause  *cause,
              OvProcessTable *table)
{
  g_autofree char *name = dup_name (cause, table);
  g_autofree char *by = dup_pid_name (&cause->by, table);
  const char *reason = cause->reason != NULL ? cause->reason : _("reason not seen");

  switch (cause->kind)
    {
    case OV_CAUSE_EXIT:
      return g_strdup_printf (_("%s ended: %s"), name, reason);
    case OV_CAUSE_LINK:
      return g_strdup_printf (_("%s ended with it, being linked to %s: %s"), name, by, reason);
    case OV_CAUSE_SUPERVISOR:
      return dup_decision (cause, name);
    case OV_CAUSE_STOPPED:
      return g_strdup_printf (_("%s was stopped by %s: %s"), name, by, reason);
    case OV_CAUSE_STARTED:
      return g_strdup_printf (_("%s was started by %s"), name, by);
    case OV_CAUSE_GAVE_UP:
      if (cause->reason != NULL)
        return g_strdup_printf (_("%s gave up: its restart intensity was exceeded (%s)"), name, cause->reason);
      return g_strdup_printf (_("%s gave up: its restart intensity was exceeded"), name);
    case OV_CAUSE_ESCALATED:
    default:
      return g_strdup_printf (_("%s, the supervisor above, took over"), name);
    }
}

/**
 * ov_cause_dup_words:
 * @cause: a cause
 * @table: (nullable): where processes are looked up that the cause does not name
 *
 * Returns: (transfer full): one sentence for people: "orders ended: {badmatch,1}"
 */
char *
ov_cause_dup_words (const OvCause  *cause,
                    OvProcessTable *table)
{
  g_autofree char *sentence = NULL;

  g_return_val_if_fail (cause != NULL, NULL);

  sentence = dup_sentence (cause, table);
  if (cause->sure)
    return g_steal_pointer (&sentence);

  return g_strdup_printf (_("%s (concluded, not seen)"), sentence);
}
