/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a run begins; only ov-operation.c starts one.
 */
#pragma once

#include "ops/ov-invocation.h"

G_BEGIN_DECLS

/* @parameters (transfer full) are checked ones; @task (transfer full) is returned from. */
OvInvocation *ov_invocation_new       (const OvOperation  *operation,
                                       OvSession          *session,
                                       OvNode             *node,
                                       JsonObject         *parameters,
                                       const OvRunOptions *options,
                                       GTask              *task) G_GNUC_WARN_UNUSED_RESULT;
void          ov_invocation_start     (OvInvocation *self); /* (transfer full) @self */

G_END_DECLS
