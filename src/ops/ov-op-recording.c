/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recording.open, recording.start, recording.stop, recording.save: what was seen of a node, as a file.
 * Thread: main.
 */
#include "ops/ov-instant.h"
#include "ops/ov-op-support.h"
#include "ops/ov-operations-private.h"

#include <glib/gi18n.h>

/* recording.open */

static char *
dup_notice (const OvRecordingInfo *info)
{
  if (info->lost_bytes > 0 && info->damaged_blocks > 0)
    return g_strdup_printf (_("It was not closed: the last %" G_GUINT64_FORMAT " bytes cannot be read; %u blocks in the "
                              "middle are damaged and left out."), info->lost_bytes, info->damaged_blocks);
  if (info->lost_bytes > 0)
    return g_strdup_printf (_("It was not closed: the last %" G_GUINT64_FORMAT " bytes cannot be read; what came before is "
                              "shown."), info->lost_bytes);
  if (info->damaged_blocks > 0)
    return g_strdup_printf (_("%u blocks are damaged and left out; the gaps are marked."), info->damaged_blocks);

  return NULL;
}

static void
set_instant (JsonObject *object,
             const char *member,
             gint64      at_ns)
{
  g_autofree char *text = at_ns != 0 ? ov_instant_to_text (at_ns) : NULL;

  ov_op_set_text (object, member, text);
}

static JsonNode *
describe_recording (const OvRecordingInfo *info,
                    const char            *path)
{
  JsonObject *answer = json_object_new ();
  g_autofree char *release = g_strdup_printf ("%u", info->otp_release);
  g_autofree char *notice = dup_notice (info);

  ov_op_set_text (answer, "file", path);
  ov_op_set_text (answer, "name", info->node);
  ov_op_set_text (answer, "otp_release", info->otp_release != 0 ? release : NULL);
  set_instant (answer, "started_at", info->started_ns);
  set_instant (answer, "ended_at", info->ended_ns);
  json_object_set_int_member (answer, "events", (gint64) info->events);
  json_object_set_int_member (answer, "lost_bytes", (gint64) info->lost_bytes);
  json_object_set_int_member (answer, "damaged_blocks", info->damaged_blocks);
  ov_op_set_text (answer, "notice", notice);

  return ov_op_node_of_object (answer);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  OvInvocation *invocation = user_data;
  OvSession *session = ov_invocation_get_session (invocation);
  const char *path = ov_invocation_get_text (invocation, "file");
  GError *error = NULL;
  OvNode *node;

  if (!(node = ov_node_open_recording_finish (result, &error)))
    {
      ov_invocation_return_error (invocation, error);
      return;
    }
  if (session != NULL)
    ov_session_add_node (session, node);
  ov_invocation_return_object (invocation, describe_recording (ov_node_get_info (node), path), G_OBJECT (node));
}

static void
run_open (OvInvocation *invocation)
{
  ov_node_open_recording_async (ov_invocation_get_text (invocation, "file"),
                                ov_invocation_get_cancellable (invocation), opened_cb, invocation);
}

static const OvParameter open_parameters[] = {
  { "file", OV_PARAMETER_FILE, TRUE, N_("The recording") },
};

static const OvResultMember open_members[] = {
  { "file", "string", N_("The file"), N_("File") },
  { "name", "string", N_("The node that was recorded"), N_("Node") },
  { "otp_release", "string?", N_("Its OTP release"), N_("OTP release") },
  { "started_at", "string?", N_("The first instant, RFC 3339 in UTC"), N_("From") },
  { "ended_at", "string?", N_("The last instant"), N_("To") },
  { "events", "integer", N_("How much was seen"), N_("Events") },
  { "lost_bytes", "integer", N_("At the end, that cannot be read") },
  { "damaged_blocks", "integer", N_("In the middle, that were left out") },
  { "notice", "string?", N_("What a person should know"), N_("Notice") },
};

const OvOperation ov_op_recording_open = {
  .id = "recording.open",
  .summary = N_("Open a recording"),
  .description = N_("It is then looked at as a node is, at any instant that was recorded; nothing can be asked of it. A "
                    "file that was not closed is read up to its last whole block."),
  .effect = OV_EFFECT_NONE,
  .keeps_session = TRUE,
  .undo = N_("node detach closes it"),
  .parameters = open_parameters,
  .n_parameters = G_N_ELEMENTS (open_parameters),
  .members = open_members,
  .n_members = G_N_ELEMENTS (open_members),
  .example = "overstory-cli recording open --file shop.overstory",
  .run = run_open,
};

/* recording.start */

static void
run_start (OvInvocation *invocation)
{
  const char *path = ov_invocation_get_text (invocation, "file");
  OvNode *node = ov_invocation_get_node (invocation);
  JsonObject *answer;
  GError *error = NULL;

  if (!ov_node_record (node, path, ov_invocation_get_flag (invocation, "force"), &error))
    {
      ov_invocation_return_error (invocation, error);
      return;
    }
  answer = json_object_new ();
  ov_op_set_text (answer, "file", path);
  ov_op_set_text (answer, "name", ov_node_get_name (node));
  ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
}

static const OvParameter file_parameters[] = {
  { "file", OV_PARAMETER_FILE, TRUE, N_("Where to") },
  { "force", OV_PARAMETER_FLAG, FALSE, N_("Replace an existing file"), "false" },
};

static const OvResultMember start_members[] = {
  { "file", "string", N_("The file"), N_("File") },
  { "name", "string", N_("The node"), N_("Node") },
};

const OvOperation ov_op_recording_start = {
  .id = "recording.start",
  .summary = N_("Record what is seen of a node"),
  .description = N_("Everything from the first event on that is still kept, and all that comes, until it is stopped. The "
                    "file can be read up to its last second even if the program dies."),
  .effect = OV_EFFECT_NONE,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .journaled = TRUE,
  .undo = N_("recording stop"),
  .parameters = file_parameters,
  .n_parameters = G_N_ELEMENTS (file_parameters),
  .members = start_members,
  .n_members = G_N_ELEMENTS (start_members),
  .example = "overstory-cli recording start --file shop.overstory",
  .run = run_start,
};

/* recording.stop and recording.save end with what is in the file. */

typedef struct
{
  OvInvocation *invocation;
  OvRecorder   *recorder;
} Closing;

static Closing *
closing_new (OvInvocation *invocation,
             OvRecorder   *recorder)
{
  Closing *closing = g_new0 (Closing, 1);

  closing->invocation = invocation;
  closing->recorder = recorder;

  return closing;
}

static void
return_file (Closing *closing,
             GError  *error)
{
  OvInvocation *invocation = closing->invocation;
  JsonObject *answer;

  if (error != NULL)
    ov_invocation_return_error (invocation, error);
  else
    {
      answer = json_object_new ();
      ov_op_set_text (answer, "file", ov_invocation_get_text (invocation, "file"));
      json_object_set_int_member (answer, "events", (gint64) ov_recorder_get_events (closing->recorder));
      json_object_set_int_member (answer, "file_bytes", (gint64) ov_recorder_get_bytes (closing->recorder));
      ov_invocation_return_json (invocation, ov_op_node_of_object (answer));
    }
  g_object_unref (closing->recorder);
  g_free (closing);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GError *error = NULL;

  ov_node_stop_recording_finish (OV_NODE (source), result, &error);
  return_file (user_data, error);
}

static void
run_stop (OvInvocation *invocation)
{
  OvNode *node = ov_invocation_get_node (invocation);
  OvRecorder *recorder = ov_node_get_recorder (node);

  if (recorder == NULL)
    ov_invocation_return_error (invocation, g_error_new_literal (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                                                                 _("Nothing is being recorded.")));
  else
    ov_node_stop_recording_async (node, stopped_cb, closing_new (invocation, g_object_ref (recorder)));
}

static const OvResultMember stop_members[] = {
  { "file", "string?", N_("The file; null where it was named before"), N_("File") },
  { "events", "integer", N_("How many events it holds"), N_("Events") },
  { "file_bytes", "integer", N_("How long it is"), N_("Size") },
};

const OvOperation ov_op_recording_stop = {
  .id = "recording.stop",
  .summary = N_("End a recording"),
  .description = N_("Writes what is left and closes the file."),
  .effect = OV_EFFECT_NONE,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .journaled = TRUE,
  .undo = N_("recording start"),
  .members = stop_members,
  .n_members = G_N_ELEMENTS (stop_members),
  .example = "overstory-cli recording stop",
  .run = run_stop,
};

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GError *error = NULL;

  ov_recorder_stop_finish (OV_RECORDER (source), result, &error);
  return_file (user_data, error);
}

static void
run_save (OvInvocation *invocation)
{
  OvNode *node = ov_invocation_get_node (invocation);
  OvRecorder *recorder;
  GError *error = NULL;

  if (!(recorder = ov_recorder_new (ov_node_get_store (node), ov_invocation_get_text (invocation, "file"),
                                    ov_node_get_otp_release (node), ov_invocation_get_flag (invocation, "force"),
                                    &error)))
    ov_invocation_return_error (invocation, error);
  else
    ov_recorder_stop_async (recorder, saved_cb, closing_new (invocation, recorder));
}

const OvOperation ov_op_recording_save = {
  .id = "recording.save",
  .summary = N_("Save what was seen of a node until now"),
  .description = N_("Everything that is still kept, as a file that can be opened again, or sent to somebody."),
  .effect = OV_EFFECT_NONE,
  .needs_node = TRUE,
  .keeps_session = TRUE,
  .reads_recording = TRUE,
  .journaled = TRUE,
  .undo = "none",
  .parameters = file_parameters,
  .n_parameters = G_N_ELEMENTS (file_parameters),
  .members = stop_members,
  .n_members = G_N_ELEMENTS (stop_members),
  .example = "overstory-cli recording save --file shop.overstory",
  .run = run_save,
};
