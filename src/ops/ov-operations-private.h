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
extern const OvOperation ov_op_trace_watch;
extern const OvOperation ov_op_trace_start;
extern const OvOperation ov_op_trace_stop;
extern const OvOperation ov_op_trace_rearm;
extern const OvOperation ov_op_flow_watch;
extern const OvOperation ov_op_flow_path;
extern const OvOperation ov_op_sequence_get;
extern const OvOperation ov_op_restart_list;
extern const OvOperation ov_op_recording_open;
extern const OvOperation ov_op_recording_start;
extern const OvOperation ov_op_recording_stop;
extern const OvOperation ov_op_recording_save;
extern const OvOperation ov_op_sandbox_list;
extern const OvOperation ov_op_sandbox_open;

G_END_DECLS
