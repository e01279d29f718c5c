/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The policy: what may be done to which node.  It follows from the operation's effect and from
 * whether the node is armed, and from nothing else.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

gboolean ov_policy_allows             (const OvOperation  *operation,
                                       OvNode             *node,
                                       GError            **error);
gboolean ov_policy_needs_confirmation (const OvOperation *operation);

G_END_DECLS
