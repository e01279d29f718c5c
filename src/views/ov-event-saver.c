/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One Saving per run, handed from step to step:
 *
 *   choose a file ──► write, in the task pool ──► toast
 *         └─ cancelled         └─ failed: the toast says what and why
 *
 * The file is written whole or not at all (GIO writes beside it and renames).  What comes while
 * it is written is left out.  Thread: main; write() runs in the task pool.
 */
#include "config.h"

#include "views/ov-event-saver.h"

#include "views/ov-event-words.h"
#include "views/ov-file-dialog.h"
#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#define MAX_CHARS   100000
#define FLUSH_BYTES (256 * 1024)

typedef struct
{
  GtkWidget     *parent; /* until the writing begins: its thread is not to let go of a widget */
  OvStore       *store;
  OvEventFilter *filter;
  gboolean       as_json;
  OvTermStyle    style;
  GFile         *file;
  guint64        n; /* written */
} Saving;

static void
saving_free (Saving *self)
{
  g_clear_object (&self->parent);
  g_clear_object (&self->file);
  g_clear_pointer (&self->filter, ov_event_filter_unref);
  g_clear_pointer (&self->store, ov_store_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Saving, saving_free)

/* One event as JSON: the members of the command line's events. */

static void
add_actor (JsonObject *object,
           const char *member,
           const char *name_member,
           OvStore    *store,
           guint32     actor)
{
  OvPid pid = actor != OV_ACTOR_NONE ? ov_store_get_actor (store, actor) : OV_PID_NONE;
  g_autofree char *name = actor != OV_ACTOR_NONE ? ov_store_dup_actor_name (store, actor) : NULL;
  g_autofree char *text = NULL;

  if (ov_pid_is_none (&pid))
    {
      json_object_set_null_member (object, member);
      json_object_set_string_member (object, name_member, name);
      return;
    }
  text = ov_pid_to_string (&pid, ov_store_get_node (store));
  json_object_set_string_member (object, member, text);
  if (name && !g_str_equal (name, text))
    json_object_set_string_member (object, name_member, name);
  else
    json_object_set_null_member (object, name_member);
}

static char *
make_json (Saving        *self,
           guint64        number,
           const OvEvent *event)
{
  JsonObject *object = json_object_new ();
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *message = ov_event_words_message (self->store, number, event,
                                                     OV_TERM_STYLE_ERLANG, MAX_CHARS);

  json_node_take_object (node, object);
  json_object_set_string_member (object, "type", "event");
  json_object_set_int_member (object, "at_ns", event->at_ns);
  json_object_set_string_member (object, "kind", ov_event_kind_get_word (event->kind));
  add_actor (object, "pid", "name", self->store, event->actor);
  if (event->peer != OV_ACTOR_NONE)
    add_actor (object, "peer", "peer_name", self->store, event->peer);
  json_object_set_string_member (object, "message", message);
  json_object_set_int_member (object, "size_bytes", event->size_bytes);
  json_object_set_boolean_member (object, "truncated", (event->flags & OV_EVENT_TRUNCATED) != 0);
  return json_to_string (node, FALSE);
}

/* Writing. */

static guint64
find_next (Saving  *self,
           guint64  from,
           guint64  end)
{
  OvEvent event;

  if (self->filter)
    return ov_event_filter_next (self->filter, from, end);
  for (; from < end; from++)
    if (ov_store_get_event (self->store, from, &event) && event.kind != OV_EVENT_RECORDS)
      return from;
  return OV_EVENT_NONE;
}

static gboolean
write_lines (Saving         *self,
             GOutputStream  *stream,
             GCancellable   *cancellable,
             GError        **error)
{
  g_autoptr(GString) lines = g_string_new (NULL);
  guint64 end = ov_store_get_end (self->store);
  guint64 number = find_next (self, ov_store_get_first (self->store), end);

  for (; number != OV_EVENT_NONE; number = find_next (self, number + 1, end))
    {
      g_autofree char *line = NULL;
      OvEvent event;

      if (!ov_store_get_event (self->store, number, &event))
        continue;
      line = self->as_json ? make_json (self, number, &event)
                           : ov_event_words_line (self->store, number, &event, self->style, MAX_CHARS);
      g_string_append (lines, line);
      g_string_append_c (lines, '\n');
      self->n++;
      if (lines->len < FLUSH_BYTES)
        continue;
      if (!g_output_stream_write_all (stream, lines->str, lines->len, NULL, cancellable, error))
        return FALSE;
      g_string_truncate (lines, 0);
    }
  return g_output_stream_write_all (stream, lines->str, lines->len, NULL, cancellable, error)
         && g_output_stream_close (stream, cancellable, error);
}

static void
write_cb (GTask        *task,
          gpointer      source,
          gpointer      task_data,
          GCancellable *cancellable)
{
  Saving *self = task_data;
  g_autoptr(GFileOutputStream) stream = NULL;
  GError *error = NULL;

  stream = g_file_replace (self->file, NULL, FALSE, G_FILE_CREATE_NONE, cancellable, &error);
  if (stream && write_lines (self, G_OUTPUT_STREAM (stream), cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GtkWidget) parent = user_data;
  Saving *self = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_file_get_basename (self->file);
  g_autofree char *count = ov_words_count (self->n);
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    /* Translators: a count of events, the name of a file. */
    words = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Saved %s event as %s",
                                          "Saved %s events as %s", (gulong) MIN (self->n, G_MAXINT)),
                             count, name);
  else
    words = ov_request_dup_words (error);
  gtk_widget_activate_action (parent, "win.toast", "s", words);
}

static void
file_chosen_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Saving) self = user_data;
  g_autoptr(GTask) task = NULL;

  /* Choosing has no other failure than a person who thought better. */
  self->file = ov_file_dialog_finish (result, NULL);
  if (!self->file)
    return;
  task = g_task_new (NULL, NULL, written_cb, g_steal_pointer (&self->parent));
  g_task_set_task_data (task, g_steal_pointer (&self), (GDestroyNotify) saving_free);
  g_task_run_in_thread (task, write_cb);
}

void
ov_event_saver_run (GtkWidget     *parent,
                    OvStore       *store,
                    OvEventFilter *filter,
                    const char    *format)
{
  Saving *self = g_new0 (Saving, 1);
  g_autofree char *name = NULL;

  self->parent = g_object_ref (parent);
  self->store = ov_store_ref (store);
  self->filter = filter ? ov_event_filter_ref (filter) : NULL;
  self->as_json = g_str_equal (format, "json");
  self->style = ov_event_words_get_style ();
  name = g_strdup_printf ("%s.events.%s", ov_store_get_node (store), self->as_json ? "jsonl" : "txt");
  ov_file_dialog_save_async (parent, _("Save the Events"), name, file_chosen_cb, self);
}
