/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which messages go from one process to another: their forms, by how often, over a range of time.
 * Counted in the task pool, asked for and answered on the main thread.
 */
#pragma once

#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 shape;    /* text of the store */
  guint64 messages;
  double  share;
} OvFlowForm;

void    ov_flow_forms_count_async  (OvStore             *store,
                                    guint32              from,
                                    guint32              to,
                                    gint64               from_ns,
                                    gint64               to_ns,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
/* By how often, descending; (transfer full) (element-type OvFlowForm).  NULL: @error. */
GArray *ov_flow_forms_count_finish (GAsyncResult  *result,
                                    GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
