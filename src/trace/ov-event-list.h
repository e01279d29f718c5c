/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventList: the events that pass a filter as a GListModel of flyweights.
 *
 * Ten million events cost a list of numbers in a worker, and an object only for a row that is
 * looked at.  While a filter is being applied the list grows ("busy"); new events are added at
 * the end, at most once a frame.  Thread: main; the filtering runs in the task pool.
 */
#pragma once

#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

#define OV_TYPE_EVENT_ROW (ov_event_row_get_type ())
G_DECLARE_FINAL_TYPE (OvEventRow, ov_event_row, OV, EVENT_ROW, GObject)
guint64      ov_event_row_get_number  (OvEventRow *self);

#define OV_TYPE_EVENT_LIST (ov_event_list_get_type ())
G_DECLARE_FINAL_TYPE (OvEventList, ov_event_list, OV, EVENT_LIST, GObject)

/* Properties (notify): "busy" (boolean), "n-events" (uint64, of the store), "paused" (boolean:
 * what comes now is not shown until it is unset). */
OvEventList *ov_event_list_new        (OvStore *store) G_GNUC_WARN_UNUSED_RESULT;
OvStore     *ov_event_list_get_store  (OvEventList *self);
/* NULL: everything but RECORDS. */
void         ov_event_list_set_filter (OvEventList   *self,
                                       OvEventFilter *filter);
void         ov_event_list_set_paused (OvEventList *self,
                                       gboolean     paused);
gboolean     ov_event_list_is_busy    (OvEventList *self);
guint64      ov_event_list_get_number (OvEventList *self,
                                       guint        position); /* OV_EVENT_NONE: no such row */
/* The row that shows this event, or the next one after it; G_MAXUINT when there is none. */
guint        ov_event_list_find       (OvEventList *self,
                                       guint64      number);

G_END_DECLS
