/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of the event list: titles, widths, and how a cell is filled from its event.
 * Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

#include "model/ov-session.h"
#include "trace/ov-event-list.h"

G_BEGIN_DECLS

/* Whom cells ask: the store of the events, and the session for the names of processes. */
typedef struct
{
  OvSession *session;
  OvNode    *node;
  OvStore   *store;
} OvEventSource;

/* Adds all columns to @view; @source must outlive it. */
void        ov_event_columns_add    (GtkColumnView       *view,
                                     const OvEventSource *source);
/* The row of the cell at a point of @view; (transfer none), NULL: none there. */
OvEventRow *ov_event_columns_pick   (GtkColumnView *view,
                                     double         x,
                                     double         y);
/* Cells that are bound are written again: another style, other names. */
void        ov_event_columns_redraw (GtkColumnView *view);

G_END_DECLS
