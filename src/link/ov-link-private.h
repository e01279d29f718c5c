/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What only this folder and its tests may do with a link.
 */
#pragma once

#include "link/ov-channel-private.h"

G_BEGIN_DECLS

/* Before open.  A node that says nothing for five quarters of this is lost; 60 s by default. */
void ov_link_set_tick_time (OvLink *self,
                            guint   tick_time_ms);

OvChannel *ov_link_get_channel (OvLink *self);
/* Tells the caller what came of @call, on the main thread. */
void       ov_link_finish_call (OvCall *call);

G_END_DECLS
