/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * restart.list: restarts with their causes, seen live for some seconds or read from a recording.
 *
 *   run ─► census ─► watching births and deaths ──time, stop, lost──► list ─► returned
 *    └── recording: replay to the end ─────────────────────────────────▲
 * Thread: main.
 */
#include "analytics/ov-restart-log.h"

#include "export/ov-process-text.h"
#include "ops/ov-instant.h"
#include "ops/ov-op-replay-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define SUPERVISOR_DEADLINE_MS 250

typedef struct
{
  OvInvocation   *invocation;
  OvNode         *node;
  OvStore        *store;
  OvProcessTable *table;     /* (transfer none), of the node or the log */
  OvRestartLog   *log;
  guint           timer;
  gulong          state_id;
  gint64          from_ns, to_ns;
  OvPid           supervisor;
  char           *supervisor_name;
} Restarts;

static void
restarts_free (Restarts *restarts)
{
  g_clear_handle_id (&restarts->timer, g_source_remove);
  g_clear_signal_handler (&restarts->state_id, restarts->node);
  g_clear_object (&restarts->log);
  g_object_unref (restarts->node);
  ov_store_unref (restarts->store);
  g_free (restarts->supervisor_name);
  g_free (restarts);
}

static void
fail (Restarts *restarts,
      GError   *error)
{
  ov_invocation_return_error (restarts->invocation, error);
  restarts_free (restarts);
}

static void
set_pid (Restarts    *restarts,
         JsonObject  *object,
         const char  *member,
         const OvPid *pid)
{
  g_autofree char *text = ov_pid_is_none (pid) ? NULL : ov_pid_to_string (pid, ov_node_get_name (restarts->node));

  ov_op_set_text (object, member, text);
}

static void
set_instant (JsonObject *object,
             const char *member,
             const char *member_ns,
             gint64      at_ns)
{
  g_autofree char *text = at_ns != 0 ? ov_instant_to_text (at_ns) : NULL;

  ov_op_set_text (object, member, text);
  if (at_ns != 0)
    json_object_set_int_member (object, member_ns, at_ns);
  else
    json_object_set_null_member (object, member_ns);
}

static JsonObject *
describe_cause (Restarts      *restarts,
                const OvCause *cause)
{
  JsonObject *object = json_object_new ();
  g_autofree char *words = ov_cause_dup_words (cause, restarts->table);

  ov_op_set_text (object, "kind", ov_cause_kind_get_word (cause->kind));
  set_instant (object, "at", "at_ns", cause->at_ns);
  set_pid (restarts, object, "pid", &cause->pid);
  ov_op_set_text (object, "name", cause->name);
  ov_op_set_text (object, "child_id", cause->child_id);
  set_pid (restarts, object, "by", &cause->by);
  ov_op_set_text (object, "reason", cause->reason);
  json_object_set_boolean_member (object, "sure", cause->sure);
  ov_op_set_text (object, "words", words);

  return object;
}

static void
set_supervisor (Restarts             *restarts,
                JsonObject           *object,
                const OvRestartEntry *entry)
{
  g_autofree char *pid = ov_pid_is_none (&entry->supervisor)
                             ? NULL : ov_pid_to_string (&entry->supervisor, ov_node_get_name (restarts->node));

  ov_op_set_text (object, "supervisor", entry->supervisor_name != NULL ? entry->supervisor_name : pid);
  ov_op_set_text (object, "supervisor_pid", pid);
  ov_op_set_text (object, "strategy", ov_strategy_get_word (entry->strategy));
}

static void
set_headroom (JsonObject           *object,
              const OvRestartEntry *entry)
{
  if (isnan (entry->headroom))
    {
      json_object_set_null_member (object, "headroom");
      json_object_set_null_member (object, "intensity");
      json_object_set_null_member (object, "period_s");
    }
  else
    {
      json_object_set_double_member (object, "headroom", entry->headroom);
      json_object_set_int_member (object, "intensity", entry->intensity);
      json_object_set_int_member (object, "period_s", entry->period_s);
    }
  json_object_set_int_member (object, "recent", entry->n_recent);
}

static JsonObject *
describe (Restarts             *restarts,
          const OvRestartEntry *entry)
{
  JsonObject *object = json_object_new ();
  JsonArray *causes = json_array_new ();

  set_instant (object, "at", "at_ns", entry->at_ns);
  set_supervisor (restarts, object, entry);
  ov_op_set_text (object, "child_id", entry->child_id);
  set_pid (restarts, object, "old_pid", &entry->old_pid);
  set_pid (restarts, object, "new_pid", &entry->new_pid);
  ov_op_set_text (object, "reason", entry->reason);
  for (guint i = 0; i < entry->n_causes; i++)
    json_array_add_object_element (causes, describe_cause (restarts, &entry->causes[i]));
  json_object_set_array_member (object, "cause", causes);
  set_headroom (object, entry);
  if (entry->recovered_ns > entry->at_ns)
    json_object_set_int_member (object, "recovery_ns", entry->recovered_ns - entry->at_ns);
  else
    json_object_set_null_member (object, "recovery_ns");
  json_object_set_int_member (object, "cascade", entry->cascade);

  return object;
}

static gboolean
is_wanted (Restarts             *restarts,
           const OvRestartEntry *entry)
{
  if (restarts->to_ns != 0 && (entry->at_ns < restarts->from_ns || entry->at_ns >= restarts->to_ns))
    return FALSE;
  if (restarts->supervisor_name != NULL)
    return g_strcmp0 (entry->supervisor_name, restarts->supervisor_name) == 0;

  return ov_pid_is_none (&restarts->supervisor) || ov_pid_equal (&entry->supervisor, &restarts->supervisor);
}

static JsonArray *
describe_patterns (Restarts *restarts)
{
  g_autoptr (GPtrArray) patterns = ov_restart_log_list_patterns (restarts->log);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < patterns->len; i++)
    {
      const OvRestartPattern *pattern = g_ptr_array_index (patterns, i);
      JsonObject *object = json_object_new ();

      ov_op_set_text (object, "words", pattern->words);
      json_object_set_int_member (object, "count", pattern->count);
      set_pid (restarts, object, "supervisor_pid", &pattern->supervisor);
      json_array_add_object_element (array, object);
    }

  return array;
}

static void
return_list (Restarts *restarts,
             GError   *error)
{
  JsonObject *answer = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < ov_restart_log_get_size (restarts->log); i++)
    {
      const OvRestartEntry *entry = ov_restart_log_get (restarts->log, i);

      if (is_wanted (restarts, entry))
        json_array_add_object_element (array, describe (restarts, entry));
    }
  json_object_set_array_member (answer, "restarts", array);
  json_object_set_array_member (answer, "patterns", describe_patterns (restarts));
  ov_invocation_return_partial (restarts->invocation, ov_op_node_of_object (answer), error);
  restarts_free (restarts);
}

/* Which supervisor was meant; one that is not there now may have been before, or come again. */
static void
find_supervisor (Restarts *restarts)
{
  const char *text = ov_invocation_get_text (restarts->invocation, "supervisor");

  if (text != NULL && !ov_pid_parse (text, ov_node_get_name (restarts->node), &restarts->supervisor))
    restarts->supervisor_name = ov_op_dup_process_name (restarts->table, text);
}

/* Live */

static void
stopped_by_user (OvInvocation *invocation,
                 gpointer      user_data)
{
  return_list (user_data, NULL);
}

static gboolean
time_over_cb (gpointer user_data)
{
  Restarts *restarts = user_data;

  restarts->timer = 0;
  ov_process_table_flush (restarts->table);
  return_list (restarts, NULL);

  return G_SOURCE_REMOVE;
}

static void
state_changed_cb (OvNode     *node,
                  GParamSpec *pspec,
                  Restarts   *restarts)
{
  if (ov_node_get_state (node) == OV_NODE_GONE)
    return_list (restarts, g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NODE_LOST,
                                        _("The connection to %s was lost; this is what was seen until then."),
                                        ov_node_get_name (node)));
}

static void
census_done_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Restarts *restarts = user_data;
  GError *error = NULL;

  if (!ov_node_census_finish (restarts->node, result, &error))
    {
      fail (restarts, error);
      return;
    }
  find_supervisor (restarts);
  restarts->log = ov_restart_log_new (restarts->table, restarts->store);
  ov_node_watch (restarts->node, OV_WATCH_LIFECYCLE | OV_WATCH_SAMPLES);
  restarts->state_id = g_signal_connect (restarts->node, "notify::state", G_CALLBACK (state_changed_cb), restarts);
  restarts->timer = g_timeout_add ((guint) (ov_invocation_get_number (restarts->invocation, "seconds") * 1000),
                                   time_over_cb, restarts);
  ov_invocation_begin_lasting (restarts->invocation, stopped_by_user, restarts);
}

/* Recorded */

static void
replayed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Restarts *restarts = user_data;
  GError *error = NULL;

  if (!ov_restart_log_replay_finish (restarts->log, result, &error))
    {
      fail (restarts, error);
      return;
    }
  find_supervisor (restarts);
  return_list (restarts, NULL);
}

static void
run_recorded (Restarts *restarts)
{
  GError *error = NULL;

  if (!ov_op_get_range (restarts->invocation, restarts->store, &restarts->from_ns, &restarts->to_ns, &error))
    {
      fail (restarts, error);
      return;
    }
  restarts->log = ov_restart_log_new_for_store (restarts->store);
  restarts->table = ov_restart_log_get_table (restarts->log);
  ov_restart_log_replay_async (restarts->log, ov_invocation_get_cancellable (restarts->invocation), replayed_cb,
                               restarts);
}

static void
run_list (OvInvocation *invocation)
{
  Restarts *restarts = g_new0 (Restarts, 1);

  restarts->invocation = invocation;
  restarts->node = g_object_ref (ov_invocation_get_node (invocation));
  restarts->store = ov_store_ref (ov_node_get_store (restarts->node));
  if (ov_node_is_recording (restarts->node))
    {
      run_recorded (restarts);
      return;
    }
  restarts->table = ov_node_get_processes (restarts->node);
  ov_process_table_set_live (restarts->table, TRUE);
  ov_node_census_async (restarts->node, TRUE,
                        MIN (SUPERVISOR_DEADLINE_MS, ov_invocation_get_remaining_ms (invocation) / 2 + 1),
                        ov_invocation_get_cancellable (invocation), census_done_cb, restarts);
}

static const OvParameter parameters[] = {
  { "supervisor", OV_PARAMETER_PROCESS, FALSE, N_("Only restarts by this one") },
  { "seconds", OV_PARAMETER_NUMBER, FALSE, N_("Look at a live node for so long"), "10", NULL, 0.01, 1e6 },
  OV_OP_RANGE_PARAMETERS,
};

static const OvResultMember members[] = {
  { "restarts", "array", N_("The restarts, oldest first") },
  { "restarts[].at", "string", N_("When the first process ended: RFC 3339 in UTC"), N_("At") },
  { "restarts[].at_ns", "integer", N_("The same in ns since 1970") },
  { "restarts[].supervisor", "string?", N_("Its name, or pid"), N_("Supervisor") },
  { "restarts[].supervisor_pid", "string?", N_("Its pid") },
  { "restarts[].strategy", "string?", N_("one_for_one, one_for_all, rest_for_one, simple_one_for_one"), N_("Strategy") },
  { "restarts[].child_id", "string?", N_("The child that failed"), N_("Child") },
  { "restarts[].old_pid", "string?", N_("What it was"), N_("Old") },
  { "restarts[].new_pid", "string?", N_("What it is now; null: not restarted"), N_("New") },
  { "restarts[].reason", "string?", N_("Why it ended"), N_("Reason") },
  { "restarts[].cause", "array", N_("What led to what, in true order") },
  { "restarts[].cause[].kind", "string", N_("exit, link, supervisor, stopped, started, gave_up, escalated") },
  { "restarts[].cause[].at", "string?", N_("When") },
  { "restarts[].cause[].pid", "string?", N_("Whom it concerns") },
  { "restarts[].cause[].name", "string?", N_("What that is called") },
  { "restarts[].cause[].by", "string?", N_("From whom: the linked process, the supervisor") },
  { "restarts[].cause[].reason", "string?", N_("An exit reason") },
  { "restarts[].cause[].sure", "boolean", N_("Whether it was seen, not concluded") },
  { "restarts[].cause[].words", "string", N_("One sentence") },
  { "restarts[].headroom", "number?", N_("What is left of the restart intensity: 1 is untouched, at 0 it gave up"), N_("Headroom") },
  { "restarts[].intensity", "integer?", N_("So many restarts are allowed …") },
  { "restarts[].period_s", "integer?", N_("… within so many seconds") },
  { "restarts[].recent", "integer", N_("Restarts that count with this one") },
  { "restarts[].recovery_ns", "integer?", N_("Until the last child was there again; null: it was not"), N_("Recovery") },
  { "restarts[].cascade", "integer", N_("Restarts that belong together share it") },
  { "patterns", "array", N_("What repeats") },
  { "patterns[].words", "string", N_("One sentence") },
  { "patterns[].count", "integer", N_("How often") },
  { "patterns[].supervisor_pid", "string?", N_("Whose children") },
};

const OvOperation ov_op_restart_list = {
  .id = "restart.list",
  .summary = N_("List restarts and why they happened"),
  .description = N_("Looks at births and deaths for some seconds and tells each restart with the chain of its causes: which "
                    "process ended and why, over which link, what the supervisor decided, and how near it is to giving "
                    "up. Ctrl-C ends it early with what was seen. With --recording FILE it tells those of a recording."),
  .effect = OV_EFFECT_OBSERVE,
  .needs_node = TRUE,
  .reads_recording = TRUE,
  .lasts = TRUE,
  .undo = "none",
  .parameters = parameters,
  .n_parameters = G_N_ELEMENTS (parameters),
  .members = members,
  .n_members = G_N_ELEMENTS (members),
  .example = "overstory-cli restart list --seconds 30 --node rabbit@localhost",
  .run = run_list,
};
