/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a port that hung up on Erlang's greeting would rather have had TLS's.
 */
#pragma once

#include <glib.h>

#include <sys/socket.h>

G_BEGIN_DECLS

/* Connects once more to @address and waits for an answer, at most half a second. */
gboolean ov_tls_probe (const struct sockaddr *address,
                       socklen_t              length,
                       int                    wake_fd,
                       gint64                 deadline_us);

G_END_DECLS
