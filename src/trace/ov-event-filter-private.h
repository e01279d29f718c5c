/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filtering in slices, for who must not be away for long.
 */
#pragma once

#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

/* Appends the numbers (guint64) of matches in [from, to) to @numbers until it has @max of them or the
 * monotonic clock is past @deadline_us (0: never).  Returns where to go on, @to at the end. */
guint64  ov_event_filter_collect  (const OvEventFilter *self,
                                   guint64              from,
                                   guint64              to,
                                   guint                max,
                                   gint64               deadline_us,
                                   GArray              *numbers);
OvStore *ov_event_filter_get_store (const OvEventFilter *self);

G_END_DECLS
