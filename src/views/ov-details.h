/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvDetails: what only the node can tell of a process: its relations, stack, dictionary, heap.
 * Signal "walk" (uint slot).  Thread: main.
 */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

#include "model/ov-process-table.h"

G_BEGIN_DECLS

#define OV_TYPE_DETAILS (ov_details_get_type ())
G_DECLARE_FINAL_TYPE (OvDetails, ov_details, OV, DETAILS, AdwBin)

GtkWidget *ov_details_new (void);
/* The answer of `process info`. */
void       ov_details_set (OvDetails      *self,
                           OvProcessTable *table,
                           JsonObject     *info);

G_END_DECLS
