/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPast: the process table of any instant of a store.
 *
 * Replays the RECORDS of the store up to the instant into a table of its own; goes on from where it stands
 * when the instant is later, else from the nearest checkpoint.  A long replay is done in slices on the
 * main loop, so it can be cancelled and never blocks for more than a few milliseconds.  Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"
#include "trace/ov-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define OV_TYPE_PAST (ov_past_get_type ())
G_DECLARE_FINAL_TYPE (OvPast, ov_past, OV, PAST, GObject)

OvPast         *ov_past_new         (OvStore *store) G_GNUC_WARN_UNUSED_RESULT;
void            ov_past_seek_async  (OvPast              *self,
                                     gint64               at_ns,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
/* (transfer none): the table of that instant; it changes with the next seek. */
OvProcessTable *ov_past_seek_finish (OvPast        *self,
                                     GAsyncResult  *result,
                                     GError       **error);
gint64          ov_past_get_instant (OvPast *self);
OvProcessTable *ov_past_get_table   (OvPast *self);

G_END_DECLS
