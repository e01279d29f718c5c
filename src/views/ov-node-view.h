/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNodeView: everything that is shown of one open node: the sidebar with its pages, the pages,
 * the inspector, and the banner that tells when the node is gone.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_NODE_VIEW (ov_node_view_get_type ())
G_DECLARE_FINAL_TYPE (OvNodeView, ov_node_view, OV, NODE_VIEW, AdwBin)

/* Signal "reconnect": the person wants to attach to the node again, or it is back. */
GtkWidget *ov_node_view_new          (OvSession *session,
                                      OvNode    *node);
OvNode    *ov_node_view_get_node     (OvNodeView *self);
gboolean   ov_node_view_has_page     (const char *page);
/* "tree", "messages", "processes", …; FALSE: no such page. */
gboolean   ov_node_view_show_page    (OvNodeView *self,
                                      const char *page);
/* The sidebar shows icons only. */
void       ov_node_view_set_compact  (OvNodeView *self,
                                      gboolean    compact);
void       ov_node_view_set_matches  (OvNodeView    *self,
                                      const guint32 *slots,
                                      guint          n);
/* Selects and brings into view. */
void       ov_node_view_jump         (OvNodeView *self,
                                      guint32     slot);
/* Opens the inspector and puts the keyboard there. */
void       ov_node_view_inspect      (OvNodeView *self);
void       ov_node_view_focus_page   (OvNodeView *self);

G_END_DECLS
