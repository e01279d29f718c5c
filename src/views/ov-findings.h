/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFindings: what the doctor found on the way to a node, step by step, with what to do.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define OV_TYPE_FINDINGS (ov_findings_get_type ())
G_DECLARE_FINAL_TYPE (OvFindings, ov_findings, OV, FINDINGS, AdwBin)

/* The answer of `node doctor`: {"steps":[{"name","ok","message","hint"}]}. */
void ov_findings_show (OvFindings *self,
                       JsonObject *answer);

G_END_DECLS
