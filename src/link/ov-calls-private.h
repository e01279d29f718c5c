/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvCalls: the requests that wait for an answer, found by number and by deadline.
 */
#pragma once

#include "link/ov-channel-private.h"

G_BEGIN_DECLS

typedef struct
{
  GHashTable *by_id;       /* guint64 -> OvCall, owned */
  GSequence  *by_deadline; /* borrowed */
  guint64     last_id;
} OvCalls;

void     ov_calls_init             (OvCalls *self);
void     ov_calls_clear            (OvCalls *self);
/* Takes @call, gives it a number that was never used before. */
void     ov_calls_add              (OvCalls *self,
                                    OvCall  *call);
gboolean ov_calls_contains         (OvCalls *self,
                                    OvCall  *call);
OvCall  *ov_calls_find             (OvCalls *self,
                                    guint64  id);
/* (transfer full), NULL when nothing waits under that number */
OvCall  *ov_calls_steal            (OvCalls *self,
                                    guint64  id);
OvCall  *ov_calls_steal_any        (OvCalls *self);
/* The next one whose time is over. */
OvCall  *ov_calls_steal_expired    (OvCalls *self,
                                    gint64   now_us);
/* G_MAXINT64 when nothing waits. */
gint64   ov_calls_get_deadline_us  (OvCalls *self);

G_END_DECLS
