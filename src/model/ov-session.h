/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSession: what is open and what is looked at.  One per program (command line) or window:
 * the nodes, the current node, the selected process and the filter, shared by all pages.
 * Thread: main.
 */
#pragma once

#include "model/ov-node.h"

G_BEGIN_DECLS

#define OV_TYPE_SESSION (ov_session_get_type ())
G_DECLARE_FINAL_TYPE (OvSession, ov_session, OV, SESSION, GObject)

/* Properties (all notify): "node" (OvNode, nullable), "selected" (uint slot of the node's
 * table, OV_SLOT_NONE), "filter" (string). */
OvSession  *ov_session_new           (void) G_GNUC_WARN_UNUSED_RESULT;
GListModel *ov_session_list_nodes    (OvSession *self); /* (transfer none) of OvNode */
OvNode     *ov_session_find_node     (OvSession  *self,
                                      const char *name);
void        ov_session_add_node      (OvSession *self,
                                      OvNode    *node);
void        ov_session_remove_node   (OvSession *self,
                                      OvNode    *node);
OvNode     *ov_session_get_node      (OvSession *self);
void        ov_session_set_node      (OvSession *self,
                                      OvNode    *node);
guint32     ov_session_get_selected  (OvSession *self);
void        ov_session_set_selected  (OvSession *self,
                                      guint32    slot);
const char *ov_session_get_filter    (OvSession *self);
void        ov_session_set_filter    (OvSession  *self,
                                      const char *filter);

G_END_DECLS
