/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvMessagePage: who talks to whom, as a graph that moves.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_MESSAGE_PAGE (ov_message_page_get_type ())
G_DECLARE_FINAL_TYPE (OvMessagePage, ov_message_page, OV, MESSAGE_PAGE, AdwBin)

/* To be called once, before the page is shown. */
void ov_message_page_set_subject (OvMessagePage *self,
                                  OvSession     *session,
                                  OvNode        *node);

G_END_DECLS
