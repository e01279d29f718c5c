/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For tests: a list that can count no further than a few.
 */
#pragma once

#include "trace/ov-event-list.h"

G_BEGIN_DECLS

void ov_event_list_set_max_shown (OvEventList *self,
                                  guint        max_shown);

G_END_DECLS
