/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plain handing on: the work is link/ov-doctor.c's and link/ov-cookie.c's.
 * Thread: main.
 */
#include "model/ov-doctor-report.h"

#include "link/ov-cookie.h"

void
ov_node_doctor_async (const char            *node,
                      const OvAttachOptions *options,
                      GCancellable          *cancellable,
                      GAsyncReadyCallback    callback,
                      gpointer               user_data)
{
  OvDoctorOptions how = { 0 };

  g_return_if_fail (node != NULL);

  if (options != NULL)
    how = (OvDoctorOptions) {
      .cookie_path = options->cookie_file,
      .cookie = options->cookie,
      .host = options->host,
      .port = options->port,
      .timeout_ms = options->timeout_ms,
    };
  ov_doctor_visit_full_async (node, &how, cancellable, callback, user_data);
}

GPtrArray *
ov_node_doctor_finish (GAsyncResult  *result,
                       GError       **error)
{
  return ov_doctor_visit_finish (result, error);
}

void
ov_node_remember_cookie_async (const char          *node,
                               const char          *cookie,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (node != NULL);
  g_return_if_fail (cookie != NULL);

  ov_cookie_store_async (node, cookie, cancellable, callback, user_data);
}

gboolean
ov_node_remember_cookie_finish (GAsyncResult  *result,
                                GError       **error)
{
  return ov_cookie_store_finish (result, error);
}
