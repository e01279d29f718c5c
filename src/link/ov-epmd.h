/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the Erlang port mapper daemon of a host knows: its nodes and their ports.
 * The port is $ERL_EPMD_PORT or 4369.  Our own reader of the two answers, since they come
 * from the network.  https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char   *name; /* "rabbit", without the host */
  guint16 port;
} OvEpmdEntry;

void       ov_epmd_entry_free   (OvEpmdEntry *entry);
guint16    ov_epmd_get_port     (void);
/* (element-type OvEpmdEntry) (transfer full) from finish; error NO_EPMD when nothing answers. */
void       ov_epmd_names_async  (const char          *host,
                                 guint                timeout_ms,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data);
GPtrArray *ov_epmd_names_finish (GAsyncResult  *result,
                                 GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* The port of one node; error UNKNOWN_NODE when it is not registered. */
void       ov_epmd_port_async   (const char          *host,
                                 const char          *name,
                                 guint                timeout_ms,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data);
guint16    ov_epmd_port_finish  (GAsyncResult  *result,
                                 GError       **error);

G_END_DECLS
