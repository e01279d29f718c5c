/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNodeView: everything that is shown of the session's node: the sidebar with its pages, the pages,
 * the inspector, and the banner that tells when the node is gone.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "views/ov-search-box.h"

G_BEGIN_DECLS

#define OV_TYPE_NODE_VIEW (ov_node_view_get_type ())
G_DECLARE_FINAL_TYPE (OvNodeView, ov_node_view, OV, NODE_VIEW, AdwBin)

/* Signal "reconnect": the person wants to attach to the node again. */
GtkWidget  *ov_node_view_new         (OvSession   *session,
                                      OvSearchBox *search_box);
/* "tree", "processes"; FALSE: no such page. */
gboolean    ov_node_view_show_page   (OvNodeView *self,
                                      const char *page);
const char *ov_node_view_get_page    (OvNodeView *self);
/* The sidebar shows icons only. */
void        ov_node_view_set_compact (OvNodeView *self,
                                      gboolean    compact);
/* Opens the inspector and puts the keyboard there. */
void        ov_node_view_inspect     (OvNodeView *self);
void        ov_node_view_focus_page  (OvNodeView *self);

G_END_DECLS
