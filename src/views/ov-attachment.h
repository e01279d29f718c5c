/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Getting to a node: the operations node.attach, node.doctor and sandbox.open as the window
 * needs them.  A node that was reached is in the session and among the recent ones.
 * Thread: main.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;        /* "rabbit@localhost" */
  const char *cookie_file; /* NULL or "": the default files, then the keyring */
  const char *cookie;      /* typed; NULL: none.  Never logged, never kept but by the keyring. */
  const char *host;        /* NULL or "": the name's */
  guint       port;        /* 0: ask epmd */
  gboolean    keep_cookie; /* put the typed cookie into the keyring */
} OvAttachRequest;

void        ov_attachment_attach_async  (OvSession             *session,
                                         const OvAttachRequest *request,
                                         GCancellable          *cancellable,
                                         GAsyncReadyCallback    callback,
                                         gpointer               user_data);
/* A node of the session that is gone, the way it was reached before. */
void        ov_attachment_again_async   (OvSession             *session,
                                         OvNode                *node,
                                         GCancellable          *cancellable,
                                         GAsyncReadyCallback    callback,
                                         gpointer               user_data);
void        ov_attachment_example_async (OvSession             *session,
                                         const char            *example,
                                         const char            *language, /* NULL: erlang */
                                         GCancellable          *cancellable,
                                         GAsyncReadyCallback    callback,
                                         gpointer               user_data);
/* Of all three; (transfer full).  @notice (out, nullable, transfer full): what to tell about it. */
OvNode     *ov_attachment_finish        (GAsyncResult  *result,
                                         char         **notice,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the doctor says of the way to that node; (transfer full) from finish. */
void        ov_attachment_visit_async   (OvSession             *session,
                                         const OvAttachRequest *request,
                                         GCancellable          *cancellable,
                                         GAsyncReadyCallback    callback,
                                         gpointer               user_data);
JsonObject *ov_attachment_visit_finish  (GAsyncResult  *result,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
