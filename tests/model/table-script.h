/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records for tests of the process table, written as one line each: what a probe would say of a
 * small made-up node.  Processes are numbers; a name is written where a number is not enough.
 */
#pragma once

#include "model/ov-process-table.h"

G_BEGIN_DECLS

#define SCRIPT_NODE "script@localhost"
#define SCRIPT_CREATION 7

/* What a PROCESS record says; a number 0 is "none" and lists end with 0. */
typedef struct
{
  guint        id;
  OvBehaviour  behaviour;
  const char  *name;
  guint        parent;
  const char  *parent_name;
  guint        ancestors[8];
  guint        leader;
  guint        links[16];
  const char  *module;
  const char  *label;
  const char  *current;
  guint64      memory;
  guint64      mailbox;
  guint64      reductions;
} ScriptProcess;

OvPid    script_pid           (guint id);
OvSlice  script_slice         (const char *text);
void     script_process       (OvProcessTable      *table,
                               const ScriptProcess *process);
void     script_birth         (OvProcessTable *table,
                               guint           id,
                               guint           parent,
                               const char     *module,
                               gint64          at_ns);
void     script_death         (OvProcessTable *table,
                               guint           id,
                               const char     *reason,
                               gint64          at_ns);
void     script_sample        (OvProcessTable *table,
                               guint           id,
                               guint64         reductions,
                               guint64         mailbox,
                               guint64         memory,
                               gint64          at_ns);
void     script_name          (OvProcessTable *table,
                               guint           id,
                               const char     *name,
                               gboolean        gained);
void     script_link          (OvProcessTable *table,
                               guint           id,
                               guint           other,
                               gboolean        gained);
void     script_application   (OvProcessTable *table,
                               const char     *name,
                               guint           master);
void     script_supervisor    (OvProcessTable *table,
                               guint           id,
                               OvStrategy      strategy,
                               guint           n_children);
void     script_child         (OvProcessTable *table,
                               guint           supervisor,
                               const char     *child_id,
                               guint           id,
                               OvRestart       restart);

/* The tree as one line: "kernel:1(2(3 4)) | 9(10)" — applications by name, then what stands outside;
 * a child that its supervisor lists or started has its id behind it, "4=worker", graves a "†". */
char    *script_tree          (OvProcessTable *table) G_GNUC_WARN_UNUSED_RESULT;
#define script_assert_tree(table, expected) \
  G_STMT_START { \
    g_autofree char *script_tree_found = (ov_process_table_flush (table), script_tree (table)); \
    g_assert_cmpstr (script_tree_found, ==, expected); \
  } G_STMT_END
/* Every used row stands in exactly one place, siblings are in order and sums are right. */
void     script_check         (OvProcessTable *table);
guint32  script_slot          (OvProcessTable *table,
                               guint           id);

G_END_DECLS
