/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartPage: every restart that was seen, and why it happened.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_RESTART_PAGE (ov_restart_page_get_type ())
G_DECLARE_FINAL_TYPE (OvRestartPage, ov_restart_page, OV, RESTART_PAGE, AdwBin)

/* To be called once, before the page is shown. */
void ov_restart_page_set_subject (OvRestartPage *self,
                                  OvSession     *session,
                                  OvNode        *node);

G_END_DECLS
