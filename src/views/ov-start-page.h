/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStartPage: where to begin: nodes of this machine, nodes of late, the examples.
 * Signals: "attach" (const OvAttachRequest *), "attach-other", "open-example" (const char *name, const char *language).
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "views/ov-attachment.h"

G_BEGIN_DECLS

#define OV_TYPE_START_PAGE (ov_start_page_get_type ())
G_DECLARE_FINAL_TYPE (OvStartPage, ov_start_page, OV, START_PAGE, AdwBin)

GtkWidget *ov_start_page_new      (OvSession *session);
/* While something is being opened: the name of it, or NULL. */
void       ov_start_page_set_busy (OvStartPage *self,
                                   const char  *name);

G_END_DECLS
