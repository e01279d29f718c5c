/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvInspector: the pane about the selected process: who it is, where it stands, its figures over
 * time, what it is linked to, what it does.  It asks by the operation process.info once a second
 * while it can be seen.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_INSPECTOR (ov_inspector_get_type ())
G_DECLARE_FINAL_TYPE (OvInspector, ov_inspector, OV, INSPECTOR, AdwBin)

void ov_inspector_set_subject (OvInspector *self,
                               OvSession   *session,
                               OvNode      *node);

G_END_DECLS
