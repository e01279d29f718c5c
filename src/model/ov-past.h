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
/* A seek replaces one that is under way, which ends as cancelled.  After a cancelled one the table shows
 * some instant on the way. */
void            ov_past_seek_async  (OvPast              *self,
                                     gint64               at_ns,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
/* (transfer none): the table of that instant; it changes with the next seek. */
OvProcessTable *ov_past_seek_finish (OvPast        *self,
                                     GAsyncResult  *result,
                                     GError       **error);
gint64          ov_past_get_instant (OvPast *self); /* of the last seek that was done */
OvProcessTable *ov_past_get_table   (OvPast *self);
/* Every record that is applied, for who wants more of them than the table does. */
typedef void (*OvPastRecordFunc) (const OvRecord *record,
                                  gpointer        user_data);
void            ov_past_set_record_func (OvPast           *self,
                                         OvPastRecordFunc  func,
                                         gpointer          user_data);

G_END_DECLS
