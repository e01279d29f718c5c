/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvBreadcrumbs: the way from the node down to the selected process; every step can be clicked.
 *
 * Signal "activated" (guint slot; OV_SLOT_NONE: the node itself).  Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define OV_TYPE_BREADCRUMBS (ov_breadcrumbs_get_type ())
G_DECLARE_FINAL_TYPE (OvBreadcrumbs, ov_breadcrumbs, OV, BREADCRUMBS, GtkWidget)

GtkWidget *ov_breadcrumbs_new      (void);
/* @table NULL: nothing is shown; @slot OV_SLOT_NONE: only the node. */
void       ov_breadcrumbs_set_path (OvBreadcrumbs  *self,
                                    OvProcessTable *table,
                                    guint32         slot);

G_END_DECLS
