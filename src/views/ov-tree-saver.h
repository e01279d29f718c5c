/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Saving the tree as a document: asks where, runs `tree.get` in that format, writes the file and
 * says so in a toast.  Thread: main.
 */
#pragma once

#include "model/ov-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @format: "svg", "png", "pdf", "mermaid", "dot", "json" or "text". */
void ov_tree_saver_run (GtkWidget  *parent,
                        OvSession  *session,
                        const char *format);

G_END_DECLS
