/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The operations themselves, each defined in the file of its subject.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

extern const OvOperation ov_op_node_list;
extern const OvOperation ov_op_node_doctor;
extern const OvOperation ov_op_node_info;
extern const OvOperation ov_op_node_attach;
extern const OvOperation ov_op_node_detach;
extern const OvOperation ov_op_tree_get;
extern const OvOperation ov_op_tree_diff;
extern const OvOperation ov_op_process_list;
extern const OvOperation ov_op_process_info;
extern const OvOperation ov_op_sandbox_list;
extern const OvOperation ov_op_sandbox_open;

G_END_DECLS
