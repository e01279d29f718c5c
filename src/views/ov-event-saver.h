/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Saving events to a file a person chooses: as text, or as one JSON object a line.  Thread: main.
 */
#pragma once

#include <gtk/gtk.h>

#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

/* @filter NULL: everything but RECORDS; @format: "text" or "json". */
void ov_event_saver_run (GtkWidget     *parent,
                         OvStore       *store,
                         OvEventFilter *filter,
                         const char    *format);

G_END_DECLS
