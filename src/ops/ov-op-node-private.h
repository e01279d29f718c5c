/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What opening a node and opening a sandbox have in common.
 */
#pragma once

#include "ops/ov-invocation.h"

G_BEGIN_DECLS

/* Attaches and ends the run with the node as its object; @node is (transfer full). */
void ov_op_attach        (OvInvocation          *invocation,
                          OvNode                *node,
                          const OvAttachOptions *options);
void ov_op_return_node   (OvInvocation *invocation,
                          OvNode       *node,
                          const char   *notice);
/* Ends the sandbox that @node runs in, if any. */
void ov_op_end_sandbox   (OvNode *node);

G_END_DECLS
