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

/* Properties (all notify): "node" (OvNode, nullable), "selected" (uint slot of the shown
 * table, OV_SLOT_NONE), "filter" (string), "instant" (int64), "table" (OvProcessTable, nullable).
 * Signal "range-changed". */
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

/* Time is one axis.  The instant that is looked at, in ns since the epoch; OV_INSTANT_LIVE: now.
 * Setting it starts a replay; "table" changes when that instant's table is there.  The selected
 * process is kept by its pid. */
#define OV_INSTANT_LIVE G_GINT64_CONSTANT (0)
gint64          ov_session_get_instant (OvSession *self);
void            ov_session_set_instant (OvSession *self,
                                        gint64     at_ns);
/* The table to draw: the node's own while live, that of the instant otherwise; NULL without a node. */
OvProcessTable *ov_session_get_table   (OvSession *self);
/* The range that lists, graphs and charts show; without one, the last OV_RANGE_LIVE_NS before the instant. */
#define OV_RANGE_LIVE_NS (G_GINT64_CONSTANT (10) * 1000 * 1000 * 1000)
gboolean        ov_session_get_range   (OvSession *self,
                                        gint64    *from_ns,
                                        gint64    *to_ns); /* FALSE: none was set; gives the above */
void            ov_session_set_range   (OvSession *self,
                                        gint64     from_ns,
                                        gint64     to_ns); /* 0, 0: none */

G_END_DECLS
