/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The doctor: walks the steps of attaching to a node, one by one, and says of each what was
 * found and what to do.  It never changes anything on the node.
 * Steps, in order: name, epmd, registered, port, handshake, cookie, code_loading, versions.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char    *name;     /* one of the steps above */
  gboolean ok;
  gboolean skipped;  /* an earlier step failed */
  char    *message;  /* what was found, one sentence */
  char    *hint;     /* what to do; NULL when ok */
} OvDoctorStep;

void       ov_doctor_step_free    (OvDoctorStep *step);
/* All of it may be zero. */
typedef struct
{
  const char *cookie_path; /* NULL: the default files, then the keyring */
  const char *cookie;      /* one that was typed; never kept longer than the visit */
  const char *host;        /* NULL: the name's */
  guint16     port;        /* 0: ask epmd */
  guint       timeout_ms;  /* for the whole of the visit; 0: 7,000 */
} OvDoctorOptions;

void       ov_doctor_visit_full_async (const char            *node,
                                       const OvDoctorOptions *options,
                                       GCancellable          *cancellable,
                                       GAsyncReadyCallback    callback,
                                       gpointer               user_data);
/* @cookie_path NULL: the default files; @port 0: ask epmd. */
void       ov_doctor_visit_async  (const char          *node,
                                   const char          *cookie_path,
                                   guint16              port,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
/* (element-type OvDoctorStep): findings are no errors; only cancelling is. */
GPtrArray *ov_doctor_visit_finish (GAsyncResult  *result,
                                   GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
