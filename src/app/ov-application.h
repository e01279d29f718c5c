/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvApplication: the program as the desktop sees it: command line, windows, accelerators.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define OV_TYPE_APPLICATION (ov_application_get_type ())
G_DECLARE_FINAL_TYPE (OvApplication, ov_application, OV, APPLICATION, AdwApplication)

OvApplication *ov_application_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
