/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scripted peer: a thread that plays the node's side of a connection, well or badly.
 * It needs no epmd: the link is opened with its port.
 * Threads: a script runs in the peer's thread; start and stop belong to main.
 */
#pragma once

#include "link/ov-link-private.h"
#include "term/ov-term.h"

G_BEGIN_DECLS

#define OV_TEST_PEER_NAME   "peer@localhost"
#define OV_TEST_PEER_COOKIE "SECRETSESAME"

typedef struct _OvTestPeer OvTestPeer;

typedef void (*OvTestPeerScript) (OvTestPeer *peer,
                                  gpointer    user_data);

/* How the handshake is to be played; zeros and NULLs mean: right. */
typedef struct
{
  const char *status;      /* instead of "ok" */
  const char *name;        /* instead of the right one */
  const char *cookie;      /* instead of the right one */
  guint64     flags;       /* instead of a node's */
  gboolean    old_format;  /* a challenge of version 5 */
  gboolean    refuse;      /* hang up after the reply */
} OvTestHandshake;

OvTestPeer   *ov_test_peer_start       (OvTestPeerScript script,
                                        gpointer         user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Hangs up if the script does not, waits for its end, frees. */
void          ov_test_peer_stop        (OvTestPeer *self);
guint16       ov_test_peer_get_port    (OvTestPeer *self);
OvLinkOptions ov_test_peer_get_options (OvTestPeer *self);
/* A link that is open to @self; fails the test otherwise. */
OvLink       *ov_test_peer_open_link   (OvTestPeer *self,
                                        OvLink     *link); /* NULL: a new one */

/* For scripts.  All end the test on a failure that is not the peer's. */
void          ov_test_peer_accept      (OvTestPeer *self);
void          ov_test_peer_hang_up     (OvTestPeer *self);
/* Accepts and shakes hands; NULL: rightly.  FALSE when the link hung up. */
gboolean      ov_test_peer_shake_hands (OvTestPeer            *self,
                                        const OvTestHandshake *how);
/* FALSE when the link hung up. */
gboolean      ov_test_peer_write       (OvTestPeer   *self,
                                        gconstpointer bytes,
                                        gsize         length);
gboolean      ov_test_peer_read        (OvTestPeer *self,
                                        gpointer    bytes,
                                        gsize       length);
/* The next frame without its length; an empty one is a tick, NULL the end. */
GBytes       *ov_test_peer_read_frame  (OvTestPeer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Reads frames until one is a request; the request and the reference to answer with. */
gboolean      ov_test_peer_read_call   (OvTestPeer *self,
                                        OvTerm    **request,
                                        OvTerm    **reference);
gboolean      ov_test_peer_reply       (OvTestPeer *self,
                                        OvTerm     *reference,  /* (transfer full) */
                                        OvTerm     *value);     /* (transfer full) */
/* A frame with a message to the link's pid: (transfer full) message. */
GByteArray   *ov_test_peer_make_message (OvTestPeer *self,
                                         OvTerm     *message) G_GNUC_WARN_UNUSED_RESULT;
/* Reads and drops until the link hangs up. */
void          ov_test_peer_drain       (OvTestPeer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTestPeer, ov_test_peer_stop)

G_END_DECLS
