/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvAttachDialog: which node, with which cookie; and when it does not work, why not and what to
 * try.  Signal "attached" (OvNode).  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "views/ov-attachment.h"

G_BEGIN_DECLS

#define OV_TYPE_ATTACH_DIALOG (ov_attach_dialog_get_type ())
G_DECLARE_FINAL_TYPE (OvAttachDialog, ov_attach_dialog, OV, ATTACH_DIALOG, AdwWindow)

GtkWidget *ov_attach_dialog_new     (GtkWindow *parent,
                                     OvSession *session);
/* Fills the form in; copied. */
void       ov_attach_dialog_fill    (OvAttachDialog        *self,
                                     const OvAttachRequest *request);
/* An attach that failed elsewhere is explained here. */
void       ov_attach_dialog_explain (OvAttachDialog *self,
                                     const GError   *error);

G_END_DECLS
