/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreePage: the supervision trees of the session's node on a canvas, with its tool bar,
 * legend, hover card and minimap.  It activates win.toast, win.page and win.inspector.
 *
 * Property "search-status" (string): see OvTreeFinder.  Thread: main.
 */
#pragma once

#include "model/ov-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_TREE_PAGE (ov_tree_page_get_type ())
G_DECLARE_FINAL_TYPE (OvTreePage, ov_tree_page, OV, TREE_PAGE, GtkWidget)

GtkWidget *ov_tree_page_new         (OvSession *session);
/* Marks what matches @text (NULL or "": nothing); moves nothing. */
void       ov_tree_page_search      (OvTreePage *self,
                                     const char *text);
/* Selects and reveals the next (+1) or previous (-1) match. */
void       ov_tree_page_search_next (OvTreePage *self,
                                     int         direction);

G_END_DECLS
