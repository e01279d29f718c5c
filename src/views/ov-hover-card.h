/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHoverCard: the card beside the pointer that says what the process under it is and how it is
 * doing.  It takes no events.  Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_HOVER_CARD (ov_hover_card_get_type ())
G_DECLARE_FINAL_TYPE (OvHoverCard, ov_hover_card, OV, HOVER_CARD, GtkWidget)

GtkWidget *ov_hover_card_new  (void);
/* Hides itself when the slot is free. */
void       ov_hover_card_show (OvHoverCard    *self,
                               OvProcessTable *table,
                               guint32         slot);
/* Where it stands in an overlay: right of the item it speaks of, else left of it, else inside. */
void       ov_hover_card_place (OvHoverCard        *self,
                                GtkOverlay         *overlay,
                                const GdkRectangle *item,
                                GdkRectangle       *place);
/* One sentence with the same content, for the screen reader; (transfer full). */
char      *ov_hover_card_describe (OvProcessTable *table,
                                   guint32         slot) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
