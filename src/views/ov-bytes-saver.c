/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One Saving per run:  choose a file ──► write ──► toast.  The file is written whole or not at all
 * (GIO writes beside it and renames).  Thread: main.
 */
#include "config.h"

#include "views/ov-bytes-saver.h"

#include "views/ov-file-dialog.h"
#include "views/ov-request.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *parent;
  GBytes    *bytes;
} Saving;

static void
saving_free (Saving *self)
{
  g_clear_object (&self->parent);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Saving, saving_free)

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Saving) self = user_data;
  g_autofree char *name = g_file_get_basename (G_FILE (object));
  g_autofree char *words = NULL;
  g_autoptr(GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    /* Translators: the name of a file. */
    words = g_strdup_printf (_("Saved as %s"), name);
  else
    words = ov_request_dup_words (error);
  gtk_widget_activate_action (self->parent, "win.toast", "s", words);
}

static void
file_chosen_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Saving) self = user_data;
  /* Choosing has no other failure than a person who thought better. */
  g_autoptr(GFile) file = ov_file_dialog_finish (result, NULL);
  GBytes *bytes = self->bytes;

  if (file)
    g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                         written_cb, g_steal_pointer (&self));
}

void
ov_bytes_saver_run (GtkWidget  *parent,
                    const char *title,
                    const char *suggested_name,
                    GBytes     *bytes)
{
  Saving *self;

  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (bytes != NULL);

  self = g_new0 (Saving, 1);
  self->parent = g_object_ref (parent);
  self->bytes = g_bytes_ref (bytes);
  ov_file_dialog_save_async (parent, title, suggested_name, file_chosen_cb, self);
}
