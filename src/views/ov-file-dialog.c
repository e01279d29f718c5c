/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GtkFileChooserNative behind an asynchronous pair.
 * Invariant: the task owns the dialog, and the dialog's answer ends the task exactly once.
 * Thread: main.
 */
#include "views/ov-file-dialog.h"

#include <glib/gi18n.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static void
response_cb (GtkNativeDialog *dialog,
             int              response,
             gpointer         user_data)
{
  g_autoptr (GTask) task = user_data;
  GFile *file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_task_return_pointer (task, file, g_object_unref);
  gtk_native_dialog_destroy (dialog);
}

static GtkFileChooser *
make_dialog (GtkWidget            *parent,
             const char           *title,
             GtkFileChooserAction  action)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkFileChooserNative *dialog;

  dialog = gtk_file_chooser_native_new (title, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                        action, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);

  return GTK_FILE_CHOOSER (dialog);
}

static void
show (GtkFileChooser      *dialog, /* (transfer full) */
      GAsyncReadyCallback  callback,
      gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, show);
  g_task_set_task_data (task, dialog, g_object_unref);
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), g_object_ref (task));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
ov_file_dialog_save_async (GtkWidget           *parent,
                           const char          *title,
                           const char          *suggested_name,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GtkFileChooser *dialog;

  g_return_if_fail (GTK_IS_WIDGET (parent));

  dialog = make_dialog (parent, title, GTK_FILE_CHOOSER_ACTION_SAVE);
  gtk_file_chooser_set_current_name (dialog, suggested_name);
  show (dialog, callback, user_data);
}

static void
add_filter (GtkFileChooser *dialog,
            const char     *name,
            const char     *pattern)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_pattern (filter, pattern);
  gtk_file_chooser_add_filter (dialog, filter);
}

void
ov_file_dialog_open_async (GtkWidget           *parent,
                           const char          *title,
                           const char          *kind,
                           const char          *pattern,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GtkFileChooser *dialog;

  g_return_if_fail (GTK_IS_WIDGET (parent));

  dialog = make_dialog (parent, title, GTK_FILE_CHOOSER_ACTION_OPEN);
  add_filter (dialog, kind, pattern);
  add_filter (dialog, _("All files"), "*");
  show (dialog, callback, user_data);
}

GFile *
ov_file_dialog_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

G_GNUC_END_IGNORE_DEPRECATIONS
