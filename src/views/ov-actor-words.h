/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From an actor of a store to a process of the table that is looked at, and to what it is called.
 * Thread: main.
 */
#pragma once

#include "model/ov-session.h"

G_BEGIN_DECLS

/* What the pages of @node draw: the table of the session's instant, as long as the session looks at
 * that node, else the node's own; (transfer none). */
OvProcessTable *ov_actor_get_table  (OvSession *session,
                                     OvNode    *node);
/* OV_SLOT_NONE: it is not in the table. */
guint32         ov_actor_find_slot  (OvProcessTable *table,
                                     OvStore        *store,
                                     guint32         actor);
/* OV_ACTOR_NONE: nothing was seen of it. */
guint32         ov_actor_find       (OvProcessTable *table,
                                     OvStore        *store,
                                     guint32         slot);
/* "shop_cart", "orders", "<0.123.0>"; clean; "—" for OV_ACTOR_NONE. */
char           *ov_actor_dup_title  (OvProcessTable *table,
                                     OvStore        *store,
                                     guint32         actor) G_GNUC_WARN_UNUSED_RESULT;
/* "<0.123.0>", or the name of an actor that is no pid. */
char           *ov_actor_dup_pid    (OvStore *store,
                                     guint32  actor) G_GNUC_WARN_UNUSED_RESULT;
/* Actors whose name or title has @text in it, or whose pid it is; (element-type guint32). */
GArray         *ov_actor_list_matching (OvProcessTable *table,
                                        OvStore        *store,
                                        const char     *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
