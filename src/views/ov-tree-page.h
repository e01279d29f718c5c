/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreePage: the supervision trees of one node on a canvas, with its tool bar,
 * legend, hover card and minimap.  It activates win.toast and node.inspect.
 * Thread: main.
 */
#pragma once

#include "model/ov-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_TREE_PAGE (ov_tree_page_get_type ())
G_DECLARE_FINAL_TYPE (OvTreePage, ov_tree_page, OV, TREE_PAGE, GtkWidget)

void ov_tree_page_set_subject (OvTreePage *self,
                               OvSession  *session,
                               OvNode     *node);
/* Marks what the search found; moves nothing. */
void ov_tree_page_set_matches (OvTreePage    *self,
                               const guint32 *slots,
                               guint          n);
/* Expands what hides the process and moves the camera to it. */
void ov_tree_page_reveal      (OvTreePage *self,
                               guint32     slot);

G_END_DECLS
