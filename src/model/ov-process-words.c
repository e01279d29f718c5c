/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows and enumerations in words: OTP's own, untranslated, as the command line prints them.
 * Thread: any for the words; main for the rows.
 */
#include "model/ov-process-table-private.h"

#include <string.h>

static const char *const behaviour_words[] = {
  [OV_BEHAVIOUR_UNKNOWN] = "process",
  [OV_BEHAVIOUR_SUPERVISOR] = "supervisor",
  [OV_BEHAVIOUR_GEN_SERVER] = "gen_server",
  [OV_BEHAVIOUR_GEN_STATEM] = "gen_statem",
  [OV_BEHAVIOUR_GEN_EVENT] = "gen_event",
  [OV_BEHAVIOUR_TASK] = "task",
  [OV_BEHAVIOUR_AGENT] = "agent",
  [OV_BEHAVIOUR_APPLICATION_MASTER] = "application_master",
  [OV_BEHAVIOUR_PROC_LIB] = "process",
};

static const char *const restart_words[] = {
  [OV_RESTART_UNKNOWN] = NULL,
  [OV_RESTART_PERMANENT] = "permanent",
  [OV_RESTART_TRANSIENT] = "transient",
  [OV_RESTART_TEMPORARY] = "temporary",
};

static const char *const strategy_words[] = {
  [OV_STRATEGY_UNKNOWN] = NULL,
  [OV_STRATEGY_ONE_FOR_ONE] = "one_for_one",
  [OV_STRATEGY_ONE_FOR_ALL] = "one_for_all",
  [OV_STRATEGY_REST_FOR_ONE] = "rest_for_one",
  [OV_STRATEGY_SIMPLE_ONE_FOR_ONE] = "simple_one_for_one",
};

static const char *const status_words[] = {
  [OV_STATUS_UNKNOWN] = NULL,
  [OV_STATUS_WAITING] = "waiting",
  [OV_STATUS_RUNNING] = "running",
  [OV_STATUS_RUNNABLE] = "runnable",
  [OV_STATUS_GARBAGE_COLLECTING] = "garbage_collecting",
  [OV_STATUS_SUSPENDED] = "suspended",
  [OV_STATUS_EXITING] = "exiting",
};

static const char *const mark_words[] = {
  [OV_MARK_NONE] = NULL,
  [OV_MARK_BORN] = "born",
  [OV_MARK_RESTARTED] = "restarted",
  [OV_MARK_SUSPENDED] = "suspended",
  [OV_MARK_MAILBOX_GROWING] = "mailbox_growing",
  [OV_MARK_NOT_ANSWERING] = "not_answering",
  [OV_MARK_HEADROOM_LOW] = "headroom_low",
  [OV_MARK_DIED] = "died",
  [OV_MARK_CRASHED] = "crashed",
};

static const char *const absence_words[] = {
  [OV_ABSENCE_UNDEFINED] = "undefined",
  [OV_ABSENCE_RESTARTING] = "restarting",
  [OV_ABSENCE_REMOTE] = "remote",
};

#define WORD(words, value) ((gsize) (value) < G_N_ELEMENTS (words) ? words[value] : NULL)

const char *
ov_behaviour_get_word (OvBehaviour value)
{
  return WORD (behaviour_words, value);
}

const char *
ov_restart_get_word (OvRestart value)
{
  return WORD (restart_words, value);
}

const char *
ov_strategy_get_word (OvStrategy value)
{
  return WORD (strategy_words, value);
}

const char *
ov_status_get_word (OvStatus value)
{
  return WORD (status_words, value);
}

const char *
ov_mark_get_word (OvMark value)
{
  return WORD (mark_words, value);
}

const char *
ov_absence_get_word (OvAbsence value)
{
  return WORD (absence_words, value);
}

/**
 * ov_process_table_get_callback:
 * @self: a table
 * @row: a row of it
 *
 * The callback module of a supervisor that began as OTP's supervisors do: their initial call is
 * {supervisor, CallbackModule, 1}.
 *
 * Returns: (transfer none) (nullable): its name, %NULL for every other process
 */
const char *
ov_process_table_get_callback (OvProcessTable  *self,
                               const OvProcess *row)
{
  const char *function = ov_strings_get (self->strings, row->function);

  if (row->behaviour != OV_BEHAVIOUR_SUPERVISOR || function == NULL || row->arity != 1
      || g_str_equal (function, "init"))
    return NULL;

  return function;
}

/* "gen_server:init/1"; Elixir's modules as Elixir writes them, "Shop.Cart.init/1". */
static char *
dup_call (OvProcessTable  *self,
          const OvProcess *row)
{
  const char *module = ov_strings_get (self->strings, row->module);
  const char *function = ov_strings_get (self->strings, row->function);
  const char *callback = ov_process_table_get_callback (self, row);

  if (callback != NULL)
    return g_strdup (g_str_has_prefix (callback, "Elixir.") ? callback + strlen ("Elixir.") : callback);
  if (module == NULL || function == NULL)
    return NULL;
  if (g_str_has_prefix (module, "Elixir."))
    return g_strdup_printf ("%s.%s/%u", module + strlen ("Elixir."), function, row->arity);

  return g_strdup_printf ("%s:%s/%u", module, function, row->arity);
}

/**
 * ov_process_table_dup_title:
 * @self: a table
 * @slot: a used slot
 *
 * What a person calls the process: its registered name, else its label, its child id, a
 * supervisor's callback module, its initial call, its pid.
 *
 * Returns: (transfer full) (nullable): a title, %NULL for a free slot
 */
char *
ov_process_table_dup_title (OvProcessTable *self,
                            guint32         slot)
{
  const OvProcess *row;
  const char *child_id;
  char *call;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  row = ov_process_table_get_row (self, slot);
  if (row == NULL)
    return NULL;

  if (row->name != OV_STRING_NONE)
    return g_strdup (ov_strings_get (self->strings, row->name));
  if (row->label != OV_STRING_NONE)
    return g_strdup (ov_strings_get (self->strings, row->label));
  child_id = ov_strings_get (self->strings, row->child_id);
  if (child_id != NULL && !g_str_equal (child_id, "undefined"))
    return g_strdup (child_id);

  call = dup_call (self, row);
  return call != NULL ? call : ov_process_table_dup_pid (self, slot);
}

/**
 * ov_process_table_dup_pid:
 * @self: a table
 * @slot: a used slot
 *
 * Returns: (transfer full) (nullable): its pid as its own node's shell prints it
 */
char *
ov_process_table_dup_pid (OvProcessTable *self,
                          guint32         slot)
{
  const OvProcess *row;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (self), NULL);

  row = ov_process_table_get_row (self, slot);

  return row != NULL ? g_strdup_printf ("<0.%u.%u>", row->pid.id, row->pid.serial) : NULL;
}
