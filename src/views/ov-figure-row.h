/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFigureRow: one figure of a process with its name, its value now and its last two minutes.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-history.h"

G_BEGIN_DECLS

#define OV_TYPE_FIGURE_ROW (ov_figure_row_get_type ())
G_DECLARE_FINAL_TYPE (OvFigureRow, ov_figure_row, OV, FIGURE_ROW, AdwBin)

GtkWidget *ov_figure_row_new (const char *title,
                              OvFigure    figure);
/* @history may be NULL: only the value is shown. */
void       ov_figure_row_set (OvFigureRow     *self,
                              const char      *value,
                              const OvHistory *history);

G_END_DECLS
