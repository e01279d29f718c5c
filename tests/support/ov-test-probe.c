/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See the header.  Snapshots are taken over the node's standard input, not by the probe.
 */
#include "support/ov-test-probe.h"

#include <string.h>

static const char *const type_names[] = {
  [OV_RECORD_PROCESS] = "process", [OV_RECORD_SAMPLE] = "sample", [OV_RECORD_BIRTH] = "birth",
  [OV_RECORD_DEATH] = "death", [OV_RECORD_NAME] = "name", [OV_RECORD_LINK] = "link",
  [OV_RECORD_SUPERVISOR] = "supervisor", [OV_RECORD_CHILD] = "child",
  [OV_RECORD_APPLICATION] = "application", [OV_RECORD_NODE] = "node",
  [OV_RECORD_CENSUS_DONE] = "census-done", [OV_RECORD_GAP] = "gap",
};

static void
append_slice (GString    *line,
              const char *key,
              OvSlice     slice)
{
  if (slice.length > 0)
    g_string_append_printf (line, " %s=%.*s", key, (int) slice.length, slice.text);
}

static void
append_pid (GString     *line,
            const char  *key,
            const OvPid *pid,
            const char  *node)
{
  g_autofree char *text = NULL;

  if (ov_pid_is_none (pid))
    return;

  text = ov_pid_to_string (pid, node);
  g_string_append_printf (line, " %s=%s", key, text);
}

static char *
describe (const OvRecord *record,
          const char     *node)
{
  GString *line = g_string_new (type_names[record->type]);

  append_pid (line, "pid", &record->pid, node);
  append_slice (line, "name", record->name);
  append_slice (line, "label", record->label);
  append_slice (line, "module", record->module);
  append_slice (line, "function", record->function);
  append_slice (line, "current", record->current);
  append_slice (line, "reason", record->reason);
  append_slice (line, "id", record->id);
  append_slice (line, "parent_name", record->parent_name);
  append_pid (line, "parent", &record->parent, node);
  append_pid (line, "other", &record->other, node);
  g_string_append_printf (line,
                          " behaviour=%u memory=%" G_GINT64_FORMAT " mailbox=%" G_GUINT64_FORMAT
                          " strategy=%u intensity=%u period=%u children=%u restarts=%u answer=%u"
                          " restart=%u child_restart=%u restarting=%d gained=%d count=%"
                          G_GUINT64_FORMAT,
                          record->behaviour, (gint64) record->memory_bytes,
                          record->message_queue_len, record->strategy, record->intensity,
                          record->period_s, record->n_children, record->n_restarts,
                          record->answer, record->restart, record->child_restart,
                          record->restarting, record->gained, record->count);

  return g_string_free (line, FALSE);
}

/* What could not be read, for the person who broke it. */
static char *
dup_rest (OvProbeReader *reader)
{
  GString *hex = g_string_new (NULL);

  for (const guint8 *at = reader->cursor.at; at < reader->cursor.end && hex->len < 200; at++)
    g_string_append_printf (hex, g_ascii_isprint (*at) ? "%c" : "\\%u", *at);

  return g_string_free (hex, FALSE);
}

static void
batch_cb (OvProbe       *probe,
          OvProbeReader *reader,
          gpointer       user_data)
{
  OvTestProbe *self = user_data;
  OvRecord record;

  while (ov_probe_reader_next (reader, &record))
    {
      self->counts[record.type]++;
      if (self->keeps_lines && record.type != OV_RECORD_SAMPLE && record.type != OV_RECORD_NODE)
        g_ptr_array_add (self->lines, describe (&record, reader->node));
    }
  if (reader->malformed)
    g_error ("malformed after %u lines: %s", self->lines->len, dup_rest (reader));
}

static void
lost_cb (OvProbe      *probe,
         const GError *error,
         gpointer      user_data)
{
  OvTestProbe *self = user_data;

  self->lost = TRUE;
  g_free (self->lost_message);
  self->lost_message = g_strdup (error->message);
}

OvTestProbe *
ov_test_probe_new (void)
{
  OvTestProbe *self = g_new0 (OvTestProbe, 1);

  self->probe = ov_probe_new ();
  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->keeps_lines = TRUE;
  ov_probe_set_batch_func (self->probe, batch_cb, self);
  g_signal_connect (self->probe, "lost", G_CALLBACK (lost_cb), self);

  return self;
}

void
ov_test_probe_free (OvTestProbe *self)
{
  g_signal_handlers_disconnect_by_data (self->probe, self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (self->probe);
  g_ptr_array_unref (self->lines);
  g_free (self->lost_message);
  g_free (self);
}

static void
store_result_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

gboolean
ov_test_probe_attach (OvTestProbe  *self,
                      OvTestNode   *node,
                      GError      **error)
{
  const OvLinkOptions options = {
    .node = ov_test_node_get_name (node),
    .cookie = ov_test_node_get_cookie (node),
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local = NULL;

  ov_probe_attach_async (self->probe, &options, NULL, store_result_cb, &result);
  wait_result (&result);
  if (ov_probe_attach_finish (self->probe, result, &local))
    return TRUE;

  if (error == NULL)
    g_assert_no_error (local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

void
ov_test_probe_detach (OvTestProbe *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  ov_probe_detach_async (self->probe, NULL, store_result_cb, &result);
  wait_result (&result);
  g_assert_true (ov_probe_detach_finish (self->probe, result, NULL));
}

void
ov_test_probe_census (OvTestProbe *self,
                      gboolean     with_supervisors,
                      guint        deadline_ms)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ov_probe_census_async (self->probe, with_supervisors, deadline_ms, NULL, store_result_cb,
                         &result);
  wait_result (&result);
  ov_probe_census_finish (self->probe, result, &error);
  g_assert_no_error (error);
}

OvTerm *
ov_test_probe_request (OvTestProbe  *self,
                       const char   *request,
                       OvTerm       *arguments,
                       GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (OvTerm) term = arguments;

  ov_probe_request_async (self->probe, request, term, 0, NULL, store_result_cb, &result);
  wait_result (&result);

  return ov_probe_request_finish (self->probe, result, error);
}

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
ov_test_probe_wait_lost (OvTestProbe *self,
                         guint        timeout_ms)
{
  gboolean late = FALSE;
  guint id = g_timeout_add (timeout_ms, set_flag_cb, &late);

  while (!self->lost && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);

  return self->lost;
}

static const char *
find_line (OvTestProbe *self,
           const char  *text)
{
  for (guint i = 0; i < self->lines->len; i++)
    if (strstr (g_ptr_array_index (self->lines, i), text) != NULL)
      return g_ptr_array_index (self->lines, i);

  return NULL;
}

const char *
ov_test_probe_wait (OvTestProbe *self,
                    const char  *text,
                    guint        timeout_ms)
{
  gboolean late = FALSE;
  guint id = g_timeout_add (timeout_ms, set_flag_cb, &late);
  const char *line;

  while (!(line = find_line (self, text)) && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);

  return line;
}

gboolean
ov_test_probe_has (OvTestProbe *self,
                   const char  *text)
{
  return find_line (self, text) != NULL;
}

void
ov_test_probe_clear (OvTestProbe *self)
{
  g_ptr_array_set_size (self->lines, 0);
  memset (self->counts, 0, sizeof self->counts);
}

/* Connection processes of the distribution come and go with us, as they do for any node; the
 * process that evaluates this is the only other one that is left out.  The modules of OTP that
 * the node loaded for its own purposes (sys, when a supervisor gets its first system message)
 * are no concern: only what is not part of OTP's libraries counts. */
char *
ov_test_node_snapshot (OvTestNode *node)
{
  return ov_test_node_eval (
      node,
      "Own = fun(P) -> P =/= self() andalso"
      "   case process_info(P, initial_call) of"
      "     {_, {inet_tcp_dist, _, _}} -> false;"
      "     {_, {erts_internal, _, _}} -> false;"
      "     undefined -> false; _ -> true end end,"
      "Ps = [P || P <- processes(), Own(P)],"
      "Flags = fun(P) -> case erlang:trace_info(P, flags) of"
      "   {flags, []} -> false; undefined -> false; F -> {true, {P, F}} end end,"
      "{lists:sort(Ps),"
      " lists:sort([M || {M, F} <- code:all_loaded(),"
      "                  not (is_list(F) andalso lists:prefix(code:lib_dir(), F))]),"
      " lists:sort([ets:info(T, name) || T <- ets:all()]),"
      " lists:sort(registered()),"
      " lists:filtermap(Flags, [new_processes, new_ports | Ps]),"
      " [erlang:trace_info(E, match_spec) || E <- [send, 'receive']],"
      " lists:sort([{P, M} || P <- Ps, P =/= whereis(net_kernel),"
      "    {_, [_ | _] = M} <- [process_info(P, monitored_by)]]),"
      " [{M, F, A} || M <- [lists, gen_server], {F, A} <- M:module_info(functions),"
      "    erlang:trace_info({M, F, A}, all) =/= {all, false}],"
      " seq_trace:get_system_tracer(),"
      " [length(All) || {all, All} <- [try apply(trace, session_info, [all]) catch _:_ -> none end]],"
      " erlang:system_monitor(),"
      " lists:sort(logger:get_handler_ids())}.");
}

void
ov_test_node_assert_same (OvTestNode *node,
                          const char *before,
                          guint       timeout_ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  for (;;)
    {
      g_autofree char *now = ov_test_node_snapshot (node);

      if (g_str_equal (now, before))
        return;
      if (g_get_monotonic_time () > until)
        {
          g_autofree char *newest = ov_test_node_eval (
              node, "[{P, process_info(P, [initial_call, current_stacktrace, links, dictionary,"
                    " messages])} || P <- lists:nthtail(max(0, length(processes()) - 5), processes())]");

          g_printerr ("before: %s\nnow:    %s\nnewest: %s\n", before, now, newest);
          g_assert_not_reached ();
        }
      g_main_context_iteration (NULL, FALSE);
    }
}
