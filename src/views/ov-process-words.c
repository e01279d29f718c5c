/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables from the model's enumerations to words.  OTP's own terms stay as they are.
 * Thread: main.
 */
#include "views/ov-process-words.h"

#include <glib/gi18n.h>

static const char *const behaviours[] = {
  [OV_BEHAVIOUR_UNKNOWN] = N_("Process"),
  [OV_BEHAVIOUR_SUPERVISOR] = N_("Supervisor"),
  [OV_BEHAVIOUR_GEN_SERVER] = "gen_server",
  [OV_BEHAVIOUR_GEN_STATEM] = "gen_statem",
  [OV_BEHAVIOUR_GEN_EVENT] = "gen_event",
  [OV_BEHAVIOUR_TASK] = N_("Task"),
  [OV_BEHAVIOUR_AGENT] = N_("Agent"),
  [OV_BEHAVIOUR_APPLICATION_MASTER] = N_("Application master"),
  [OV_BEHAVIOUR_PROC_LIB] = N_("Process"),
};

static const char *const restarts[] = {
  [OV_RESTART_UNKNOWN] = NULL,
  [OV_RESTART_PERMANENT] = N_("Permanent: always restarted"),
  [OV_RESTART_TRANSIENT] = N_("Transient: restarted after a crash"),
  [OV_RESTART_TEMPORARY] = N_("Temporary: never restarted"),
};

static const char *const strategies[] = {
  [OV_STRATEGY_UNKNOWN] = NULL,
  [OV_STRATEGY_ONE_FOR_ONE] = "one_for_one",
  [OV_STRATEGY_ONE_FOR_ALL] = "one_for_all",
  [OV_STRATEGY_REST_FOR_ONE] = "rest_for_one",
  [OV_STRATEGY_SIMPLE_ONE_FOR_ONE] = "simple_one_for_one",
};

static const char *const statuses[] = {
  [OV_STATUS_UNKNOWN] = N_("Unknown"),
  [OV_STATUS_WAITING] = N_("Waiting"),
  [OV_STATUS_RUNNING] = N_("Running"),
  [OV_STATUS_RUNNABLE] = N_("Runnable"),
  [OV_STATUS_GARBAGE_COLLECTING] = N_("Collecting garbage"),
  [OV_STATUS_SUSPENDED] = N_("Suspended"),
  [OV_STATUS_EXITING] = N_("Exiting"),
};

static const char *const marks[] = {
  [OV_MARK_NONE] = NULL,
  [OV_MARK_BORN] = N_("Just started"),
  [OV_MARK_RESTARTED] = N_("Just restarted"),
  [OV_MARK_SUSPENDED] = N_("Suspended"),
  [OV_MARK_MAILBOX_GROWING] = N_("Its mailbox keeps growing"),
  [OV_MARK_NOT_ANSWERING] = N_("Does not answer"),
  [OV_MARK_HEADROOM_LOW] = N_("One more restart and it gives up"),
  [OV_MARK_DIED] = N_("Ended"),
  [OV_MARK_CRASHED] = N_("Crashed"),
};

static const char *const answers[] = {
  [OV_ANSWER_OK] = NULL,
  [OV_ANSWER_PENDING] = N_("Its children are being read"),
  [OV_ANSWER_NONE] = N_("It did not answer: busy, suspended or hung"),
  [OV_ANSWER_NOT_UNDERSTOOD] = N_("Its state has a shape that is not known here"),
};

static const char *
find_words (const char *const *words,
            guint              n,
            guint              value)
{
  return value < n && words[value] != NULL ? _(words[value]) : NULL;
}

const char *
ov_process_words_of_behaviour (OvBehaviour value)
{
  return find_words (behaviours, G_N_ELEMENTS (behaviours), value);
}

const char *
ov_process_words_of_restart (OvRestart value)
{
  return find_words (restarts, G_N_ELEMENTS (restarts), value);
}

const char *
ov_process_words_of_strategy (OvStrategy value)
{
  return find_words (strategies, G_N_ELEMENTS (strategies), value);
}

const char *
ov_process_words_of_status (OvStatus value)
{
  return find_words (statuses, G_N_ELEMENTS (statuses), value);
}

const char *
ov_process_words_of_mark (OvMark value)
{
  return find_words (marks, G_N_ELEMENTS (marks), value);
}

const char *
ov_process_words_of_answer (OvAnswer value)
{
  return find_words (answers, G_N_ELEMENTS (answers), value);
}
