/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreeFinder: what the search found in the tree, and at which of it one is.
 *
 * Property "status" (string, notifies): "3 of 12", "12 found", "nothing found", or empty.
 * Thread: main.
 */
#pragma once

#include "views/ov-tree-presenter.h"

G_BEGIN_DECLS

#define OV_TYPE_TREE_FINDER (ov_tree_finder_get_type ())
G_DECLARE_FINAL_TYPE (OvTreeFinder, ov_tree_finder, OV, TREE_FINDER, GObject)

OvTreeFinder *ov_tree_finder_new        (OvTreePresenter *presenter,
                                         OvCanvas        *canvas) G_GNUC_WARN_UNUSED_RESULT;
/* NULL or "": no search. */
void          ov_tree_finder_set_text   (OvTreeFinder *self,
                                         const char   *text);
/* The next (+1) or previous (-1) match: its slot, or OV_SLOT_NONE when nothing was found. */
guint32       ov_tree_finder_step       (OvTreeFinder *self,
                                         int           direction);
const char   *ov_tree_finder_get_status (OvTreeFinder *self);

G_END_DECLS
