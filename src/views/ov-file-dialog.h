/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Choosing a file to save to or to open, through the portal where there is one.  The one place that knows
 * the toolkit's class for it, which newer GTK replaces.  Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @parent: any widget of the window. */
void   ov_file_dialog_save_async (GtkWidget           *parent,
                                  const char          *title,
                                  const char          *suggested_name,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data);
/* @pattern: "*.txt", which is a @kind of files. */
void   ov_file_dialog_open_async (GtkWidget           *parent,
                                  const char          *title,
                                  const char          *kind,
                                  const char          *pattern,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data);
/* (transfer full) (nullable): NULL without an error when the person thought better. */
GFile *ov_file_dialog_finish     (GAsyncResult  *result,
                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
