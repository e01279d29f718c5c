/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Process tables filled by hand: records as the probe's reader would give them.
 * Processes are named by a small number, the middle one of their pid.
 */
#pragma once

#include "model/ov-process-table.h"

G_BEGIN_DECLS

#define TEST_NODE "shop@localhost"

OvPid    test_pid             (guint32 id);
void     test_add_process     (OvProcessTable *table,
                               guint32         id,
                               const char     *name,     /* NULL: none */
                               OvBehaviour     behaviour,
                               const char     *module,   /* with start/1, or NULL */
                               guint32         parent);  /* 0: none */
void     test_add_figures     (OvProcessTable *table,
                               guint32         id,
                               guint64         memory_bytes,
                               guint64         reductions,
                               guint64         message_queue_len);
/* A process whose mailbox is too long to ask for its memory. */
void     test_add_unmeasured  (OvProcessTable *table,
                               guint32         id);
void     test_add_label       (OvProcessTable *table,
                               guint32         id,
                               const char     *label,
                               OvBehaviour     behaviour,
                               guint32         parent);
void     test_add_supervisor  (OvProcessTable *table,
                               guint32         id,
                               OvStrategy      strategy,
                               guint           intensity,
                               guint           period_s,
                               OvAnswer        answer,
                               guint           n_children);
void     test_add_child       (OvProcessTable *table,
                               guint32         supervisor,
                               guint32         id,       /* 0: none is running */
                               const char     *child_id,
                               OvRestart       restart,
                               OvBehaviour     behaviour,
                               gboolean        restarting);
void     test_add_application (OvProcessTable *table,
                               const char     *name,
                               guint32         master);
/* The example that the expected texts of tests are made from: an application with a supervisor,
 * its children, one child that is being restarted, one supervisor that does not answer, hostile
 * names, and processes outside. */
OvProcessTable *test_table_new_shop   (void);
/* A random forest of @n processes. */
OvProcessTable *test_table_new_random (GRand   *rand,
                                       guint32  n);

G_END_DECLS
