/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreePage: the supervision trees of the session's node on a canvas, with its tool bar,
 * legend, hover card and minimap.  It activates win.toast, win.page and win.inspector.
 * Thread: main.
 */
#pragma once

#include "views/ov-search-box.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_TREE_PAGE (ov_tree_page_get_type ())
G_DECLARE_FINAL_TYPE (OvTreePage, ov_tree_page, OV, TREE_PAGE, GtkWidget)

GtkWidget *ov_tree_page_new            (OvSession *session);
void       ov_tree_page_set_search_box (OvTreePage  *self,
                                        OvSearchBox *box);

G_END_DECLS
