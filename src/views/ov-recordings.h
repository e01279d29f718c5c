/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings from the window: begin and end one, save what was seen, open a file; the operations
 * recording.….  How it went is told as a toast.  Thread: main.
 */
#pragma once

#include "model/ov-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Ends the recording of the node, or asks for a file and begins one. */
void    ov_recordings_toggle      (GtkWidget *parent,
                                   OvSession *session,
                                   OvNode    *node);
void    ov_recordings_save        (GtkWidget *parent,
                                   OvSession *session,
                                   OvNode    *node);
/* Asks for a file; it becomes the session's node. */
void    ov_recordings_choose      (GtkWidget *parent,
                                   OvSession *session);
void    ov_recordings_open        (GtkWidget *parent,
                                   OvSession *session,
                                   GFile     *file);

G_END_DECLS
