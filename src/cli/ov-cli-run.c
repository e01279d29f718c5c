/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A command from its start to its exit status.
 *
 *   open() ──► OPENING ──opened_cb──► RUNNING ──ran_cb──► CLOSING ──closed_cb──► DONE
 *     └ no node needed ────────────────►│                    ▲
 *   any failure, and SIGINT, SIGTERM, SIGHUP (take_signal) ──┘   a second signal: _exit
 *
 * What lasts (a stream, say) is not broken off by the first signal, nor by a reader that goes away:
 * it is asked to stop, and ends with its answer.  Its exit status is then that of a command that
 * did what it was asked for.
 * Invariant: whatever was opened is closed before the answer is written, so that a reader who
 * does not read (a pager) keeps nothing alive on the node.  If this program is killed instead,
 * the probe goes by itself.
 * The time limit runs from the start of the command; a sandbox's start has its own.
 * Thread: main.
 */
#include "cli/ov-cli-run.h"

#include "base/ov-error.h"
#include "cli/ov-cli-output.h"
#include "cli/ov-cli-stream.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <unistd.h>

/* What a node may take to say good-bye; the probe would also go without. */
#define CLOSE_LIMIT_MS  1000
#define SANDBOX_LIMIT_MS 30000
#define RECORDING_LIMIT_MS 60000

enum
{
  STATUS_DONE,
  STATUS_FAILED,
  STATUS_USAGE,
  STATUS_NOT_ATTACHED,
  STATUS_REFUSED,
};

typedef struct
{
  const OvCliArgs *args;
  GMainLoop       *loop;
  GCancellable    *cancellable;
  GCancellable    *stop;         /* of what lasts */
  OvCliStream     *stream;       /* of what streams, else NULL */
  OvSession       *session;
  OvNode          *node;
  OvAnswerBody    *answer;
  GError          *error;
  gint64           deadline_us;
  int              status;
  int              signal;
  gboolean         json;
  gboolean         running;
} Command;

static guint
get_remaining_ms (const Command *command)
{
  return MAX ((command->deadline_us - g_get_monotonic_time ()) / 1000, 1);
}

static void
set_limit (Command *command)
{
  command->deadline_us = g_get_monotonic_time () + (gint64) (command->args->timeout_s * 1e6);
}

/* By the error's word, since the layers that define some of them are not known here. */
static int
get_status (const GError *error,
            gboolean      opening)
{
  const char *word = ov_error_get_word (error);

  if (g_error_matches (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_ARMED))
    return STATUS_REFUSED;
  if (g_error_matches (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_UNKNOWN) ||
      g_error_matches (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER) ||
      g_error_matches (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NO_NODE) ||
      g_error_matches (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_RECORDING) ||
      g_str_equal (word, "no-example") || g_str_equal (word, "bad-match"))
    return STATUS_USAGE;

  return opening ? STATUS_NOT_ATTACHED : STATUS_FAILED;
}

static void
closed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Command *command = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvAnswerBody) body = ov_operation_run_finish (result, &error);

  /* A node that is gone has nothing of ours any more; another error changes nothing in what was
   * asked for, but it is told. */
  if (body == NULL && command->error == NULL && command->signal == 0)
    ov_cli_output_tell (error->message, command->json);
  g_main_loop_quit (command->loop);
}

static void
close_node (Command *command)
{
  if (command->node == NULL)
    {
      g_main_loop_quit (command->loop);
      return;
    }
  ov_operation_run_async (ov_operation_find ("node.detach"), command->session, command->node, NULL, NULL,
                          CLOSE_LIMIT_MS, NULL, closed_cb, command);
}

static void
fail (Command  *command,
      GError   *error,
      gboolean  opening)
{
  command->status = get_status (error, opening);
  command->error = error;
  close_node (command);
}

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Command *command = user_data;
  GError *error = NULL;

  if ((command->answer = ov_operation_run_finish (result, &error)))
    close_node (command);
  else
    fail (command, error, FALSE);
}

static void
run (Command *command)
{
  const OvCliArgs *args = command->args;
  OvRunOptions options = {
    .parameters = args->parameters,
    .format = args->format != NULL ? args->format : "text",
    .timeout_ms = get_remaining_ms (command),
  };

  command->running = TRUE;
  if (args->output == NULL)
    ov_cli_output_get_style (&options.text);
  if (args->operation->lasts)
    options.stop = command->stop;
  if (command->stream != NULL)
    {
      options.line_func = ov_cli_stream_take;
      options.line_data = command->stream;
    }
  ov_operation_run_full_async (args->operation, command->session, command->node, &options,
                               command->cancellable, ran_cb, command);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Command *command = user_data;
  g_autoptr (OvAnswerBody) body = NULL;
  GError *error = NULL;
  const char *notice;

  if (!(body = ov_operation_run_finish (result, &error)))
    {
      fail (command, error, command->args->recording == NULL);
      return;
    }
  command->node = OV_NODE (g_object_ref (body->object));
  notice = json_object_get_string_member_with_default (json_node_get_object (body->json), "notice", NULL);
  if (notice != NULL)
    ov_cli_output_tell (notice, command->json);
  if (command->args->sandbox != NULL)
    set_limit (command);
  if (command->signal != 0)
    close_node (command);
  else
    run (command);
}

static JsonObject *
make_attach_parameters (const OvCliArgs *args)
{
  JsonObject *parameters = json_object_new ();

  json_object_set_string_member (parameters, "node", args->node);
  if (args->cookie_file != NULL)
    json_object_set_string_member (parameters, "cookie-file", args->cookie_file);
  if (args->host != NULL)
    json_object_set_string_member (parameters, "host", args->host);
  if (args->port != 0)
    json_object_set_int_member (parameters, "port", args->port);
  json_object_set_boolean_member (parameters, "arm", args->arm);
  json_object_set_boolean_member (parameters, "watch", FALSE);

  return parameters;
}

static JsonObject *
make_open_parameters (const OvCliArgs *args)
{
  JsonObject *parameters = json_object_new ();

  json_object_set_string_member (parameters, "example", args->sandbox);
  if (args->language != NULL)
    json_object_set_string_member (parameters, "language", args->language);
  json_object_set_boolean_member (parameters, "watch", FALSE);

  return parameters;
}

static JsonObject *
make_recording_parameters (const OvCliArgs *args)
{
  JsonObject *parameters = json_object_new ();

  json_object_set_string_member (parameters, "file", args->recording);

  return parameters;
}

/* How the command gets to its node. */
static const struct
{
  const char  *operation;
  JsonObject *(*make_parameters) (const OvCliArgs *args);
  guint        limit_ms;  /* 0: what is left of the command's */
} ways[] = {
  { "node.attach", make_attach_parameters, 0 },
  { "sandbox.open", make_open_parameters, SANDBOX_LIMIT_MS },
  { "recording.open", make_recording_parameters, RECORDING_LIMIT_MS },
};

static gboolean
start_cb (gpointer user_data)
{
  Command *command = user_data;
  const OvCliArgs *args = command->args;
  g_autoptr (JsonObject) parameters = NULL;
  guint way;

  if (!args->operation->needs_node)
    {
      run (command);
      return G_SOURCE_REMOVE;
    }
  way = args->recording != NULL ? 2 : args->sandbox != NULL ? 1 : 0;
  parameters = ways[way].make_parameters (args);
  ov_operation_run_async (ov_operation_find (ways[way].operation), command->session, NULL, parameters, NULL,
                          ways[way].limit_ms != 0 ? ways[way].limit_ms : get_remaining_ms (command),
                          command->cancellable, opened_cb, command);

  return G_SOURCE_REMOVE;
}

static void
take_signal (Command *command,
             int      number)
{
  if (command->signal != 0)
    _exit (128 + number);
  command->signal = number;
  if (command->running && command->args->operation->lasts)
    g_cancellable_cancel (command->stop);
  else
    g_cancellable_cancel (command->cancellable);
}

/* Whoever read the stream is gone: nobody wants the rest. */
static void
reader_gone_cb (gpointer user_data)
{
  Command *command = user_data;

  g_cancellable_cancel (command->stop);
}

#define SIGNAL(name, number)                                                                        \
  static gboolean                                                                                   \
  name (gpointer command)                                                                           \
  {                                                                                                 \
    take_signal (command, number);                                                                  \
    return G_SOURCE_CONTINUE;                                                                       \
  }

SIGNAL (interrupted_cb, SIGINT)
SIGNAL (terminated_cb, SIGTERM)
SIGNAL (hung_up_cb, SIGHUP)

static char *
dup_hint (const Command *command)
{
  const char *hint = ov_error_get_hint (command->error);

  if (command->status == STATUS_USAGE && command->error->domain == OV_OPERATION_ERROR &&
      command->error->code == OV_OPERATION_ERROR_BAD_PARAMETER)
    {
      g_autofree char *words = g_strdelimit (g_strdup (command->args->operation->id), ".", ' ');

      return g_strdup_printf (_("“overstory-cli help %s” says what it takes."), words);
    }
  if (command->status == STATUS_NOT_ATTACHED && command->args->node != NULL)
    return g_strdup_printf (_("%s%s“overstory-cli node doctor --node %s” looks at each step of attaching."),
                            hint != NULL ? hint : "", hint != NULL ? " " : "", command->args->node);

  return g_strdup (hint);
}

/* The answer, then why it is not all of it. */
static int
write_answer (Command *command)
{
  int status = command->stream != NULL ? ov_cli_stream_end (command->stream, command->answer)
                                       : ov_cli_output_write_answer (command->answer, command->args);

  if (command->answer->error == NULL)
    return status;
  ov_cli_output_write_error (command->answer->error, command->json, NULL);

  return MAX (status, STATUS_FAILED);
}

static int
finish (Command *command)
{
  g_autofree char *hint = NULL;

  if (command->answer != NULL && (command->signal == 0 || command->args->operation->lasts))
    return write_answer (command);
  if (command->signal != 0)
    return 128 + command->signal;
  hint = dup_hint (command);
  ov_cli_output_write_error (command->error, command->json, hint);

  return command->status;
}

int
ov_cli_run (const OvCliArgs *args)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OvSession) session = ov_session_new ();
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  Command command = { .args = args, .loop = loop, .cancellable = cancellable, .stop = stop, .session = session };
  GError *error = NULL;
  guint sources[3];
  int status;

  g_return_val_if_fail (args != NULL && args->operation != NULL, STATUS_USAGE);

  command.json = g_strcmp0 (args->format, "json") == 0;
  set_limit (&command);
  if (args->operation->streams && !(command.stream = ov_cli_stream_new (args->output, reader_gone_cb, &command, &error)))
    {
      ov_cli_output_write_error (error, command.json, _("Choose a file that can be written with --output."));
      g_error_free (error);
      return STATUS_FAILED;
    }
  sources[0] = g_unix_signal_add (SIGINT, interrupted_cb, &command);
  sources[1] = g_unix_signal_add (SIGTERM, terminated_cb, &command);
  sources[2] = g_unix_signal_add (SIGHUP, hung_up_cb, &command);
  g_idle_add_full (G_PRIORITY_DEFAULT, start_cb, &command, NULL);
  g_main_loop_run (loop);

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  g_clear_object (&command.node);
  status = finish (&command);
  g_clear_pointer (&command.stream, ov_cli_stream_free);
  g_clear_pointer (&command.answer, ov_answer_body_free);
  g_clear_error (&command.error);

  return status;
}
