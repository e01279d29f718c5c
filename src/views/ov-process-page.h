/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessPage: every process of one node as a table.  Selection and filter are the session's.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_PROCESS_PAGE (ov_process_page_get_type ())
G_DECLARE_FINAL_TYPE (OvProcessPage, ov_process_page, OV, PROCESS_PAGE, AdwBin)

void ov_process_page_set_subject  (OvProcessPage *self,
                                   OvSession     *session,
                                   OvNode        *node);
/* Scrolls to the selected process. */
void ov_process_page_reveal       (OvProcessPage *self);

G_END_DECLS
