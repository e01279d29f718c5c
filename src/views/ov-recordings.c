/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings from the window.  One Request per run, handed from step to step:
 *
 *   choose a file ──► run the operation ──► toast
 *         └─ cancelled        └─ failed: the toast says what and why
 *
 * The person is asked by the dialog before a file is replaced.  Thread: main.
 */
#include "config.h"

#include "views/ov-recordings.h"

#include <adwaita.h>

#include "views/ov-file-dialog.h"
#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define OPEN_TIMEOUT_MS 60000
#define FILE_KEY        "overstory-recording-file"

typedef struct
{
  const char *id;      /* of the operation */
  GtkWidget  *parent;
  OvSession  *session;
  OvNode     *node;    /* NULL: none is asked */
  GFile      *file;
} Request;

static Request *
request_new (const char *id,
             GtkWidget  *parent,
             OvSession  *session,
             OvNode     *node)
{
  Request *self = g_new0 (Request, 1);

  self->id = id;
  self->parent = g_object_ref (parent);
  self->session = g_object_ref (session);
  self->node = node ? g_object_ref (node) : NULL;
  return self;
}

static void
request_free (Request *self)
{
  g_clear_object (&self->parent);
  g_clear_object (&self->session);
  g_clear_object (&self->node);
  g_clear_object (&self->file);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
say (Request    *self,
     const char *words)
{
  gtk_widget_activate_action (self->parent, "win.toast", "s", words);
}

/* The file that a node was being recorded to. */
static const char *
get_file_name (OvNode *node)
{
  const char *name = g_object_get_data (G_OBJECT (node), FILE_KEY);

  return name ? name : _("a file");
}

/* "Recorded 3.1 MB to shop.overstory". */
static void
say_done (Request      *self,
          OvAnswerBody *body)
{
  JsonNode *json = ov_answer_body_get_json (body, NULL);
  JsonObject *object = json && JSON_NODE_HOLDS_OBJECT (json) ? json_node_get_object (json) : NULL;
  const char *path = ov_json_get_text (object, "file");
  g_autofree char *name = path ? g_path_get_basename (path) : g_strdup ("");
  g_autofree char *size = NULL, *words = NULL;
  gint64 bytes = 0;

  ov_json_get_integer (object, "file_bytes", &bytes);
  size = ov_words_bytes ((guint64) bytes);
  if (g_str_equal (self->id, "recording.start"))
    {
      /* Translators: the name of a file. */
      words = g_strdup_printf (_("Recording to %s"), name);
      g_object_set_data_full (G_OBJECT (self->node), FILE_KEY, g_strdup (name), g_free);
    }
  else if (g_str_equal (self->id, "recording.open"))
    words = g_strdup (ov_json_get_text (object, "notice"));
  else
    /* Translators: a size, the name of a file. */
    words = g_strdup_printf (_("Recorded %s to %s"), size, *name ? name : get_file_name (self->node));
  if (words)
    say (self, words);
}

/* What failed, why, what to try: more than a toast has room for. */
static void
explain (Request      *self,
         const GError *error)
{
  g_autofree char *words = ov_request_dup_words (error);
  GtkRoot *root = gtk_widget_get_root (self->parent);
  GtkWidget *dialog;

  dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                   g_str_equal (self->id, "recording.open")
                                     ? _("The recording could not be opened")
                                     : _("It could not be recorded"), words);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Request) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);

  if (!body)
    {
      explain (self, error);
      return;
    }
  if (OV_IS_NODE (body->object))
    ov_session_set_node (self->session, OV_NODE (body->object));
  say_done (self, body);
}

static void
run (Request *self) /* (transfer full) */
{
  g_autofree char *path = self->file ? g_file_get_path (self->file) : NULL;
  JsonObject *parameters = ov_request_parameters ("file", path, NULL);
  OvRunOptions options = { .parameters = parameters, .timeout_ms = OPEN_TIMEOUT_MS };

  if (g_str_equal (self->id, "recording.start") || g_str_equal (self->id, "recording.save"))
    json_object_set_boolean_member (parameters, "force", TRUE);
  if (self->file && !path)
    {
      say (self, _("Only files of this machine can be recorded to or opened."));
      request_free (self);
    }
  else
    {
      ov_operation_run_full_async (ov_operation_find (self->id), self->session, self->node,
                                   &options, NULL, answered_cb, self);
    }
  json_object_unref (parameters);
}

static void
file_chosen_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Request) self = user_data;

  /* Choosing has no other failure than a person who thought better. */
  self->file = ov_file_dialog_finish (result, NULL);
  if (self->file)
    run (g_steal_pointer (&self));
}

/* "shop_2026-11-21_07-12.overstory". */
static char *
suggest_name (OvNode *node)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%d_%H-%M");
  g_auto(GStrv) parts = g_strsplit (ov_node_get_name (node), "@", 2);

  return g_strdup_printf ("%s_%s%s", parts[0], time, OV_RECORDING_SUFFIX);
}

static void
choose_and_run (Request *self) /* (transfer full) */
{
  g_autofree char *name = suggest_name (self->node);

  ov_file_dialog_save_async (self->parent, _("Record to a File"), name, file_chosen_cb, self);
}

void
ov_recordings_toggle (GtkWidget *parent,
                      OvSession *session,
                      OvNode    *node)
{
  if (ov_node_get_recorder (node))
    run (request_new ("recording.stop", parent, session, node));
  else
    choose_and_run (request_new ("recording.start", parent, session, node));
}

void
ov_recordings_save (GtkWidget *parent,
                    OvSession *session,
                    OvNode    *node)
{
  choose_and_run (request_new ("recording.save", parent, session, node));
}

void
ov_recordings_choose (GtkWidget *parent,
                      OvSession *session)
{
  ov_file_dialog_open_async (parent, _("Open a Recording"), _("Overstory recordings"),
                             "*" OV_RECORDING_SUFFIX, file_chosen_cb,
                             request_new ("recording.open", parent, session, NULL));
}

void
ov_recordings_open (GtkWidget *parent,
                    OvSession *session,
                    GFile     *file)
{
  Request *self = request_new ("recording.open", parent, session, NULL);

  self->file = g_object_ref (file);
  run (self);
}
