/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTextTable: cells in columns, aligned, and cut where the terminal ends.
 */
#pragma once

#include "export/ov-tree-export.h"

G_BEGIN_DECLS

typedef struct _OvTextTable OvTextTable;

OvTextTable *ov_text_table_new        (guint n_columns) G_GNUC_WARN_UNUSED_RESULT;
void         ov_text_table_free       (OvTextTable *self);
void         ov_text_table_set_column (OvTextTable *self,
                                       guint        column,
                                       const char  *heading,
                                       gboolean     right);
/* In reading order; @text is made safe; NULL is an empty cell. */
void         ov_text_table_add        (OvTextTable *self,
                                       const char  *text);
guint        ov_text_table_get_n_rows (const OvTextTable *self);
void         ov_text_table_write      (OvTextTable       *self,
                                       const OvTextStyle *style,
                                       GString           *into);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTextTable, ov_text_table_free)

G_END_DECLS
