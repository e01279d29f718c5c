/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWindow: one window with its own session: header, start page, and a view for each open node.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "views/ov-attachment.h"

G_BEGIN_DECLS

#define OV_TYPE_WINDOW (ov_window_get_type ())
G_DECLARE_FINAL_TYPE (OvWindow, ov_window, OV, WINDOW, AdwApplicationWindow)

GtkWidget *ov_window_new          (GtkApplication *application);
void       ov_window_attach       (OvWindow              *self,
                                   const OvAttachRequest *request);
void       ov_window_open_example (OvWindow   *self,
                                   const char *example,
                                   const char *language); /* NULL: erlang */
void       ov_window_open_recording (OvWindow *self,
                                     GFile    *file);
/* The page that nodes show first; "tree", "messages", "processes", …. */
gboolean   ov_window_set_page     (OvWindow   *self,
                                   const char *page);

G_END_DECLS
