/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvApp: the program as the desktop sees it: command line, windows, accelerators.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define OV_TYPE_APP (ov_app_get_type ())
G_DECLARE_FINAL_TYPE (OvApp, ov_app, OV, APP, AdwApplication)

OvApp *ov_app_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
