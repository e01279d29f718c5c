/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessList: the processes of a table as a sorted, filtered GListModel for a column view.
 *
 * Item k stands for "row k", whatever process is there now: a refresh re-texts the items that
 * somebody holds (the bound rows) and never moves one, so the view neither rebinds nor scrolls.
 * items-changed is only ever emitted at the tail, when the number of rows changes.
 * Selection is kept by slot and generation, not by position.
 * Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"

G_BEGIN_DECLS

typedef enum
{
  OV_COLUMN_TITLE,
  OV_COLUMN_PID,
  OV_COLUMN_KIND,
  OV_COLUMN_MODULE,
  OV_COLUMN_MEMORY,
  OV_COLUMN_REDUCTIONS,   /* per second, then in total */
  OV_COLUMN_MAILBOX,
  OV_COLUMN_STATUS,
  OV_COLUMN_APPLICATION,
  OV_COLUMN_CURRENT,      /* current function */
  OV_N_COLUMNS,
} OvColumn;

#define OV_TYPE_PROCESS_ITEM (ov_process_item_get_type ())
G_DECLARE_FINAL_TYPE (OvProcessItem, ov_process_item, OV, PROCESS_ITEM, GObject)

/* Signal "changed": what the item stands for, or its figures, changed. */
guint32          ov_process_item_get_slot     (OvProcessItem *self); /* OV_SLOT_NONE: ended while frozen */
const OvProcess *ov_process_item_get_row      (OvProcessItem *self); /* NULL: ended while frozen */
/* The text of a cell as people read it; "" where there is nothing to say. */
char            *ov_process_item_dup_text     (OvProcessItem *self,
                                               OvColumn       column) G_GNUC_WARN_UNUSED_RESULT;

#define OV_TYPE_PROCESS_LIST (ov_process_list_get_type ())
G_DECLARE_FINAL_TYPE (OvProcessList, ov_process_list, OV, PROCESS_LIST, GObject)

/* Signal "refreshed": the rows were sorted and filtered anew. */
OvProcessList  *ov_process_list_new         (OvProcessTable *table) G_GNUC_WARN_UNUSED_RESULT;
OvProcessTable *ov_process_list_get_table   (OvProcessList *self);
void            ov_process_list_set_sort    (OvProcessList *self,
                                             OvColumn       column,
                                             gboolean       descending);
OvColumn        ov_process_list_get_sort    (OvProcessList *self,
                                             gboolean      *descending);
/* The search syntax of ov-process-search.h; NULL or "": everything. */
void            ov_process_list_set_filter  (OvProcessList *self,
                                             const char    *filter);
/* Only processes of this module; NULL: all. */
void            ov_process_list_set_module  (OvProcessList *self,
                                             const char    *module);
/* While frozen (the pointer or the keyboard is in the list) rows keep their positions and figures
 * go on changing; what a person asks for (sort, filter, refresh) is done all the same. */
void            ov_process_list_set_frozen  (OvProcessList *self,
                                             gboolean       frozen);
gboolean        ov_process_list_get_frozen  (OvProcessList *self);
guint32         ov_process_list_slot_at     (OvProcessList *self,
                                             guint          position); /* OV_SLOT_NONE: none there */
guint           ov_process_list_position_of (OvProcessList *self,
                                             guint32        slot); /* G_MAXUINT: not in the list */
/* Sorts and filters now instead of with the next change of the table. */
void            ov_process_list_refresh     (OvProcessList *self);


G_END_DECLS
