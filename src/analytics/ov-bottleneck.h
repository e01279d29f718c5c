/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bottlenecks: whose mailbox grows, and who fills it.
 *
 * A mailbox that was longer in each of three windows in a row than in the one before is a bottleneck;
 * its senders are those of OvFlow in that time, by share.  Thread: main for the table.
 */
#pragma once

#include "model/ov-process-table.h"
#include "trace/ov-flow.h"

G_BEGIN_DECLS

#define OV_BOTTLENECK_WINDOWS 3
#define OV_BOTTLENECK_SENDERS 5

typedef struct
{
  OvPid       pid;
  guint32     actor;        /* in the flow's store; OV_ACTOR_NONE: never met there */
  guint64     mailbox;      /* now */
  double      growth;       /* messages a second over the windows; 0: not known */
  gboolean    by_table;     /* only the table says so: there is no history of it */
  OvFlowShare senders[OV_BOTTLENECK_SENDERS]; /* the strongest first */
  guint       n_senders;
} OvBottleneck;

/* Whether the last samples grew three times in a row; @growth (out) (optional): messages a second. */
gboolean ov_bottleneck_check_history (const OvHistory *history,
                                      double          *growth);
/* FALSE: no such process, or its mailbox does not grow.  @flow and @store nullable: nobody's shares. */
gboolean ov_bottleneck_find          (OvProcessTable *table,
                                      guint32         slot,
                                      OvFlow         *flow,
                                      OvStore        *store,
                                      OvBottleneck   *found);
/* All of them, the longest mailbox first; (transfer full) (element-type OvBottleneck). */
GArray  *ov_bottleneck_list          (OvProcessTable *table,
                                      OvFlow         *flow,
                                      OvStore        *store,
                                      guint           max) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
