/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTimeStrip: the time line along the bottom, shared by all pages: live or paused, the previous
 * and the next crash or restart, the recording.  Instant and range are the session's.
 * Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_TIME_STRIP (ov_time_strip_get_type ())
G_DECLARE_FINAL_TYPE (OvTimeStrip, ov_time_strip, OV, TIME_STRIP, AdwBin)

void ov_time_strip_set_subject (OvTimeStrip *self,
                                OvSession   *session,
                                OvNode      *node);
void ov_time_strip_set_compact (OvTimeStrip *self,
                                gboolean     compact);

G_END_DECLS
