/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The doctor and the cookie keeper, handed on to those who may not include the link.
 *
 * Operations and views stand on the model; what they need of attaching that is not an OvNode
 * yet (why does it fail, keep a cookie) they find here.
 * Thread: main.
 */
#pragma once

#include "link/ov-doctor.h"
#include "model/ov-node.h"

G_BEGIN_DECLS

/* A visit with the options of an attach; a finding is no error, only cancelling is.
 * (element-type OvDoctorStep) (transfer full). */
void       ov_node_doctor_async           (const char            *node,
                                           const OvAttachOptions *options,
                                           GCancellable          *cancellable,
                                           GAsyncReadyCallback    callback,
                                           gpointer               user_data);
GPtrArray *ov_node_doctor_finish          (GAsyncResult  *result,
                                           GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps @cookie for @node in the keyring of the person. */
void       ov_node_remember_cookie_async  (const char          *node,
                                           const char          *cookie,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
gboolean   ov_node_remember_cookie_finish (GAsyncResult  *result,
                                           GError       **error);

G_END_DECLS
