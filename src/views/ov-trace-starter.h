/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Starting and ending traces from the window: the operations trace.start, trace.stop and
 * trace.rearm, and the words for how it went.  Thread: main.
 */
#pragma once

#include "model/ov-trace.h"
#include "views/ov-request.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What the operation is told of whom to trace; @process: a name or pid, for PROCESS and SUBTREE.
 * With the usual events and limits.  (transfer full) */
JsonObject *ov_trace_starter_make_parameters (OvTraceScope  scope,
                                              const char   *process) G_GNUC_WARN_UNUSED_RESULT;
/* The registered name of a row, which outlives a restart, else its pid; NULL: no such row. */
char       *ov_trace_starter_dup_process     (OvProcessTable *table,
                                              guint32         slot) G_GNUC_WARN_UNUSED_RESULT;
/* Starts at once; what became of it is told as a toast.  @parameters: (transfer full). */
void        ov_trace_starter_run             (GtkWidget  *parent,
                                              OvSession  *session,
                                              OvNode     *node,
                                              JsonObject *parameters);
/* The same for who wants to say it in another way; end with ov_trace_starter_run_finish(). */
void        ov_trace_starter_run_async       (OvSession           *session,
                                              OvNode              *node,
                                              JsonObject          *parameters,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data);
/* What to tell about it; (transfer full).  NULL: @error. */
char       *ov_trace_starter_run_finish      (GAsyncResult  *result,
                                              GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Every trace of the node, at once. */
void        ov_trace_starter_stop_all        (GtkWidget *parent,
                                              OvSession *session,
                                              OvNode    *node);
/* Every trace that the fuse has switched off; it counts again, which is what a node bears best. */
void        ov_trace_starter_rearm           (GtkWidget *parent,
                                              OvSession *session,
                                              OvNode    *node);

G_END_DECLS
