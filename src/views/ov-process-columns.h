/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of the process table: titles, widths, alignment, and how a cell is filled.
 * Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ov-process-list.h"

G_BEGIN_DECLS

/* Adds all columns to @view, with a sorter each, so that a click on a header sorts. */
void           ov_process_columns_add      (GtkColumnView *view);
/* By which column the person sorts; FALSE: by none. */
gboolean       ov_process_columns_get_sort (GtkColumnView *view,
                                            OvColumn      *column,
                                            gboolean      *descending);
GtkColumnViewColumn *
               ov_process_columns_get      (GtkColumnView *view,
                                            OvColumn       column); /* (transfer none) */
const char    *ov_process_columns_get_title (OvColumn column);
/* The item of the cell at a point of @view; (transfer none), NULL: none there. */
OvProcessItem *ov_process_columns_pick     (GtkColumnView *view,
                                            double         x,
                                            double         y);

G_END_DECLS
