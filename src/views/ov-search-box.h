/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSearchBox: search over everything in the current node: a text, how many match, and a walk
 * through them (Enter, Shift+Enter).
 * Signals: "matches-changed", "jump" (uint slot).  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_SEARCH_BOX (ov_search_box_get_type ())
G_DECLARE_FINAL_TYPE (OvSearchBox, ov_search_box, OV, SEARCH_BOX, AdwBin)

void           ov_search_box_set_session (OvSearchBox *self,
                                          OvSession   *session);
/* Without the buttons to walk along the matches; keys do. */
void           ov_search_box_set_compact (OvSearchBox *self,
                                          gboolean     compact);
void           ov_search_box_focus       (OvSearchBox *self);
/* Slots in slot order; valid until the next "matches-changed". */
const guint32 *ov_search_box_get_matches (OvSearchBox *self,
                                          guint       *n);

G_END_DECLS
