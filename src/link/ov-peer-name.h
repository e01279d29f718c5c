/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How does the node that listens on a port call itself?  The port mapper knows names without
 * their host part; a node says its whole name in the second packet of the handshake, before any
 * cookie is needed, and there we hang up.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void  ov_peer_name_async  (const char          *host,
                           guint16              port,
                           guint                timeout_s,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data);
/* "rabbit@localhost"; NULL and an error when what listens there does not say. */
char *ov_peer_name_finish (GAsyncResult  *result,
                           GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
