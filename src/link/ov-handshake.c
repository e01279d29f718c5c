/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libei shakes hands; its socket callbacks are ours.  So one deadline covers the whole, a wake-up
 * ends it at once, and each packet of the peer is read whole and checked before libei sees it.
 *
 *   GREETED ──'s' ok──► ACCEPTED ──'N'/'n' challenge, the right name──► CHALLENGED ──'a'──► DONE
 *      │ alert of TLS       │ another name                  end or a wrong digest │
 *      ├──► TLS             └──► NAME_KIND                        BAD_COOKIE ◄────┘
 *      ├── 's' other ──► REFUSED
 *      └── something else ──► PROTOCOL                     any: TIMED_OUT, cancelled, LOST
 *
 * Invariant: the digest is not sent to a node of another name, and no cookie stays in libei's
 * table of connections.  Thread: the link's.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#distribution-handshake
 */
#include "link/ov-shake-private.h"

#include "link/ov-link.h"
#include "link/ov-node-name.h"

#include <glib/gi18n.h>

#include <ei.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_MAX          EI_MAXHOSTNAMELEN
#define DIST_MONITOR_NAME 0x20
#define SELF_ALIVE_LENGTH 26 /* "overstory-" and 16 digits */

/* libei keeps a copy of the whole C node, cookie included, for each descriptor; this is how it is
 * found.  The symbol is not in its header, so it may be missing from another release's archive. */
extern ei_cnode *ei_fd_to_cnode (int fd) __attribute__ ((weak));

/* The callbacks: 0 or an errno. */
static int
socket_cb (void **context,
           void  *setup_context)
{
  *context = setup_context;
  return 0;
}

static int
close_cb (void *context)
{
  return 0; /* the descriptor stays the caller's */
}

static int
connect_cb (void    *context,
            void    *address,
            int      length,
            unsigned timeout)
{
  return 0; /* it is connected already */
}

/* The greeting says what we can read, and behind the handshake that is not libei but us.  Without
 * this flag a node takes our monitors and never reports the end of a process. */
static const char *
add_flags (OvShake    *shake,
           const char *bytes,
           gsize       length)
{
  gboolean has_64_bits = length > OV_SHAKE_HEADER && bytes[OV_SHAKE_HEADER] == 'N';
  gsize last = OV_SHAKE_HEADER + (has_64_bits ? 8 : 6);

  if (shake->greeted || length <= last || length > sizeof shake->packet)
    return bytes;

  shake->greeted = TRUE;
  memcpy (shake->packet, bytes, length);
  shake->packet[last] |= DIST_MONITOR_NAME;
  return (const char *) shake->packet;
}

static int
write_cb (void       *context,
          const char *bytes,
          ssize_t    *length,
          unsigned    timeout)
{
  OvShake *shake = context;
  ssize_t n;

  bytes = add_flags (shake, bytes, (gsize) *length);
  while ((n = send (shake->self->fd, bytes, (size_t) *length, MSG_NOSIGNAL)) < 0)
    {
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        {
          if (!ov_shake_wait_for (shake, POLLOUT))
            return ETIMEDOUT;
        }
      else if (errno != EINTR)
        {
          ov_shake_fail_ended (shake);
          return EIO;
        }
    }

  *length = n;
  return 0;
}

static int
read_cb (void    *context,
         char    *bytes,
         ssize_t *length,
         unsigned timeout)
{
  OvShake *shake = context;
  gsize n;

  if (shake->served == shake->length && !ov_shake_read_packet (shake))
    return EIO;

  n = MIN ((gsize) *length, shake->length - shake->served);
  memcpy (bytes, shake->packet + shake->served, n);
  shake->served += n;
  *length = (ssize_t) n;
  return 0;
}

static int
header_size_cb (void *context,
                int  *size)
{
  *size = OV_SHAKE_HEADER;
  return 0;
}

static int
complete_cb (void *context)
{
  return 0;
}

static int
get_fd_cb (void *context,
           int  *fd)
{
  *fd = ((OvShake *) context)->self->fd;
  return 0;
}

static ei_socket_callbacks callbacks = {
  .flags = EI_SCLBK_FLG_FULL_IMPL,
  .socket = socket_cb,
  .close = close_cb,
  .connect = connect_cb,
  .write = write_cb,
  .read = read_cb,
  .handshake_packet_header_size = header_size_cb,
  .connect_handshake_complete = complete_cb,
  .accept_handshake_complete = complete_cb,
  .get_fd = get_fd_cb,
};

static gpointer
init_once (gpointer data)
{
  ei_init ();
  return NULL;
}

static gboolean
init_node (ei_cnode *node,
           OvShake  *shake)
{
  static GOnce once = G_ONCE_INIT;
  const char *name = shake->self->self_name;
  g_autofree char *alive = NULL;
  g_autofree char *host = NULL;
  struct in_addr unused = { .s_addr = htonl (INADDR_LOOPBACK) };
  guint32 creation = g_random_int () | 4; /* 0 to 3 have a meaning of their own */

  g_once (&once, init_once, NULL);
  if (!ov_node_name_split (name, &alive, &host, &shake->error))
    return FALSE;
  if (strlen (host) > HOST_MAX)
    host[HOST_MAX] = '\0'; /* libei only shows it; the name is what counts */
  if (ei_connect_xinit_ussi (node, host, alive, name, &unused, shake->self->cookie, creation,
                             &callbacks, sizeof callbacks, shake) >= 0)
    {
      ei_set_tracelevel (0); /* whatever the environment says */
      return TRUE;
    }

  ov_shake_fail (shake, OV_LINK_ERROR_BAD_COOKIE, _("The cookie is too long"));
  return FALSE;
}

static void
fail_at_stage (OvShake *shake)
{
  if (shake->stage == OV_SHAKE_DONE)
    ov_shake_fail (shake, OV_LINK_ERROR_BAD_COOKIE, _("%s has another cookie"), shake->self->node);
  else if (shake->stage == OV_SHAKE_CHALLENGED)
    ov_shake_fail (shake, OV_LINK_ERROR_REFUSED,
                   _("%s speaks a distribution protocol that is too old"), shake->self->node);
  else
    ov_shake_fail_protocol (shake);
}

/* Forgets the copy of the cookie in libei's table. */
static void
forget_connection (int fd)
{
  ei_cnode *copy = ei_fd_to_cnode != NULL ? ei_fd_to_cnode (fd) : NULL;

  if (copy != NULL)
    explicit_bzero (copy->ei_connect_cookie, sizeof copy->ei_connect_cookie);
  ei_close_connection (fd);
}

/**
 * ov_handshake_run:
 * @self: what to do; its out members are set on success
 * @error: BAD_COOKIE, NAME_KIND, TLS, REFUSED, PROTOCOL, TIMED_OUT, LOST or cancelled
 *
 * Returns: whether the socket may now carry frames
 */
gboolean
ov_handshake_run (OvHandshake *self,
                  GError     **error)
{
  OvShake shake = { .self = self };
  ei_cnode node;
  struct in_addr unused = { .s_addr = htonl (INADDR_LOOPBACK) };
  gboolean done = FALSE;

  shake.peer_length = sizeof shake.peer;
  if (getpeername (self->fd, (struct sockaddr *) &shake.peer, &shake.peer_length) != 0)
    shake.peer_length = 0;
  memset (&node, 0, sizeof node);
  if (init_node (&node, &shake))
    {
      done = ei_xconnect_host_port_tmo (&node, &unused, 1, 0) >= 0;
      if (done)
        forget_connection (self->fd);
      else
        fail_at_stage (&shake);
    }
  if (done)
    self->self = (OvPid) {
      .node = g_intern_string (self->self_name),
      .id = node.self.num,
      .serial = node.self.serial,
      .creation = node.self.creation,
    };
  explicit_bzero (&node, sizeof node);

  if (done)
    g_clear_error (&shake.error);
  else
    g_propagate_error (error, shake.error);
  return done;
}

/**
 * ov_handshake_new_name:
 * @node: the node to connect to
 *
 * Random, never from our process id: in a container ids are small and repeat, and a node refuses
 * a second connection of the same name.
 *
 * Returns: (transfer full): a name for us that suits @node's kind of names
 */
char *
ov_handshake_new_name (const char *node)
{
  const char *host = strchr (node, '@');

  return g_strdup_printf ("overstory-%08x%08x%.*s", g_random_int (), g_random_int (),
                          OV_NODE_NAME_MAX - SELF_ALIVE_LENGTH, host != NULL ? host : "@localhost");
}
