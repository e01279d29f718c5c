/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTimeSource: what the time line draws of a node: density of events, crashes and restarts, gaps.
 *
 * It keeps what it has read of gaps and marks and only reads on, so that asking it ten times a
 * second costs nothing.  Thread: main.
 */
#pragma once

#include "canvas/widget/ov-timeline.h"
#include "model/ov-session.h"

G_BEGIN_DECLS

typedef struct _OvTimeSource OvTimeSource;

OvTimeSource           *ov_time_source_new      (OvNode *node) G_GNUC_WARN_UNUSED_RESULT;
void                    ov_time_source_free     (OvTimeSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTimeSource, ov_time_source_free)
/* For ov_timeline_set_source(), with the source as its data. */
const OvTimelineSource *ov_time_source_get_functions (void);

G_END_DECLS
