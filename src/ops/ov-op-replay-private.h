/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What operations need that read a store: which actors and which stretch of time were meant.
 */
#pragma once

#include "ops/ov-invocation.h"
#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

#define OV_OP_RANGE_PARAMETERS                                                                                  \
  { "from", OV_PARAMETER_TEXT, FALSE,                                                                           \
    N_("With --recording: from this instant: RFC 3339, ns since 1970, +SECONDS after the beginning, "           \
       "-SECONDS before the end"),                                                                              \
    .placeholder = "INSTANT" },                                                                                 \
  { "to", OV_PARAMETER_TEXT, FALSE, N_("With --recording: until before this instant"), .placeholder = "INSTANT" }

/* --from and --to; the whole store without them.  FALSE with BAD_PARAMETER. */
gboolean ov_op_get_range   (OvInvocation  *invocation,
                            OvStore       *store,
                            gint64        *from_ns,
                            gint64        *to_ns,
                            GError       **error);
/* --process, with --subtree all below them, as actors; *@actors is NULL for all.  FALSE with NOT_FOUND. */
gboolean ov_op_find_actors (OvInvocation  *invocation,
                            OvStore       *store,
                            GArray       **actors,
                            GError       **error);
/* trace.watch of a recording; ends the run. */
void     ov_op_replay      (OvInvocation  *invocation);

G_END_DECLS
