/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One Saving per run, handed from step to step:
 *
 *   choose a file ──► run the operation ──► write ──► toast
 *         └─ cancelled        └─ failed        └─ failed: the toast says what and why
 *
 * The file is written whole or not at all (GIO writes beside it and renames).
 * Thread: main.
 */
#include "views/ov-tree-saver.h"

#include "views/ov-file-dialog.h"
#include "views/ov-request.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget  *parent;
  OvSession  *session;
  OvNode     *node;
  const char *format;
  GFile      *file;
} Saving;

static const struct
{
  const char *format;
  const char *suffix;
} suffixes[] = {
  { "svg", "svg" }, { "png", "png" },   { "pdf", "pdf" }, { "mermaid", "mmd" },
  { "dot", "dot" }, { "json", "json" }, { "text", "txt" },
};

static void
saving_free (Saving *self)
{
  g_clear_object (&self->parent);
  g_clear_object (&self->session);
  g_clear_object (&self->node);
  g_clear_object (&self->file);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Saving, saving_free)

static void
say (Saving     *self,
     const char *words)
{
  gtk_widget_activate_action (self->parent, "win.toast", "s", words);
}

static void
say_error (Saving       *self,
           const GError *error)
{
  g_autofree char *words = ov_request_dup_words (error);

  say (self, words);
}

static GBytes *
dup_bytes (OvAnswerBody *answer)
{
  g_autoptr (JsonGenerator) generator = NULL;
  gsize length;
  char *text;

  if (answer->bytes != NULL)
    return g_bytes_ref (answer->bytes);

  generator = json_generator_new ();
  json_generator_set_root (generator, answer->json);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, &length);
  return g_bytes_new_take (text, length);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Saving) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (self->file);
  g_autofree char *words = NULL;

  if (!g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    {
      say_error (self, error);
      return;
    }

  /* Translators: the name of a file. */
  words = g_strdup_printf (_("Saved as %s"), name);
  say (self, words);
}

static void
got_tree_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Saving) self = user_data;
  g_autoptr (OvAnswerBody) answer = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GFile *file = self->file;

  if (!(answer = ov_operation_run_finish (result, &error)))
    {
      say_error (self, error);
      return;
    }

  bytes = dup_bytes (answer);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       written_cb, g_steal_pointer (&self));
}

static void
file_chosen_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Saving) self = user_data;
  g_autoptr (GError) error = NULL;
  OvSession *session = self->session;
  OvNode *node = self->node;
  const char *format = self->format;

  self->file = ov_file_dialog_finish (result, &error);
  if (error != NULL)
    say_error (self, error);
  if (self->file == NULL)
    return;

  ov_request_run_async ("tree.get", session, node, NULL, format, NULL,
                        got_tree_cb, g_steal_pointer (&self));
}

void
ov_tree_saver_run (GtkWidget  *parent,
                   OvSession  *session,
                   const char *format)
{
  OvNode *node = ov_session_get_node (session);
  g_autofree char *name = NULL;
  Saving *self;

  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (format != NULL);

  if (node == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (suffixes) && name == NULL; i++)
    if (g_str_equal (suffixes[i].format, format))
      {
        name = g_strdup_printf ("%s.%s", ov_node_get_name (node), suffixes[i].suffix);
        format = suffixes[i].format;
      }
  g_return_if_fail (name != NULL);

  self = g_new0 (Saving, 1);
  self->parent = g_object_ref (parent);
  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  self->format = format;
  ov_file_dialog_save_async (parent, _("Save the Tree"), name, file_chosen_cb, self);
}
