/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNodeSwitcher: the open nodes, to go to one, to close one, or to open another.
 * Signal "close-node" (OvNode).  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_NODE_SWITCHER (ov_node_switcher_get_type ())
G_DECLARE_FINAL_TYPE (OvNodeSwitcher, ov_node_switcher, OV, NODE_SWITCHER, GtkPopover)

void        ov_node_switcher_set_session (OvNodeSwitcher *self,
                                          OvSession      *session);
/* How a node is, as a word and as the CSS class of its dot. */
/* Its name, or that of the file it was recorded to; clean. */
char       *ov_node_switcher_dup_title (OvNode *node) G_GNUC_WARN_UNUSED_RESULT;
const char *ov_node_switcher_get_word    (OvNode *node);
const char *ov_node_switcher_get_class   (OvNode *node);

G_END_DECLS
