/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The distribution handshake on a connected socket, through libei.
 */
#pragma once

#include "term/ov-pid.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  /* in */
  int         fd;          /* connected, non-blocking; stays the caller's */
  int         wake_fd;     /* readable: give up */
  gint64      deadline_us; /* monotonic */
  const char *node;        /* the peer must bear this name */
  const char *cookie;
  const char *self_name;   /* ours */

  /* out */
  OvPid       self;        /* our pid */
  guint       peer_version; /* of the distribution protocol: 5 or 6 */
} OvHandshake;

/* Blocks the calling thread until it is done, over, or woken. */
gboolean ov_handshake_run      (OvHandshake *self,
                                GError     **error);
/* "overstory-<16 hex>@<host part of node>" */
char    *ov_handshake_new_name (const char *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
