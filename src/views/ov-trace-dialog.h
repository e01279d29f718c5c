/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTraceDialog: what to trace: whom, which events, which calls, within which limits.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"
#include "model/ov-trace.h"

G_BEGIN_DECLS

#define OV_TYPE_TRACE_DIALOG (ov_trace_dialog_get_type ())
G_DECLARE_FINAL_TYPE (OvTraceDialog, ov_trace_dialog, OV, TRACE_DIALOG, AdwWindow)

/* @process (nullable): a registered name or a pid to begin with. */
GtkWidget *ov_trace_dialog_new (GtkWindow  *parent,
                                OvSession  *session,
                                OvNode     *node,
                                const char *process);

G_END_DECLS
