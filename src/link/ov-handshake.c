/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libei shakes hands; its socket callbacks are ours.  So one deadline covers the whole, a wake-up
 * ends it at once, and each packet of the peer is read whole and checked before libei sees it.
 *
 *   GREETED ──'s' ok──► ACCEPTED ──'N'/'n' challenge, the right name──► CHALLENGED ──'a'──► DONE
 *      │ alert of TLS       │ another name                                  │ end of file, or a digest
 *      ├──► TLS             └──► NAME_KIND                                  └──► BAD_COOKIE      that is wrong
 *      ├── 's' other ──► REFUSED
 *      └── something else ──► PROTOCOL                     any: TIMED_OUT, cancelled, LOST
 *
 * Invariant: the digest is not sent to a node of another name, and no cookie stays in libei's
 * table of connections.  Thread: the link's.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#distribution-handshake
 */
#include "link/ov-handshake-private.h"

#include "link/ov-link.h"
#include "link/ov-node-name.h"
#include "link/ov-tls-probe-private.h"

#include <glib/gi18n.h>

#include <ei.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER        2
#define MAX_PACKET    1024 /* the longest is a challenge with a name of 255 bytes */
#define TLS_ALERT     0x15
#define TLS_MAJOR     0x03
#define HOST_MAX      EI_MAXHOSTNAMELEN
#define DIGEST_PACKET 17
#define DIST_MONITOR_NAME 0x20
#define SELF_ALIVE_LENGTH 26 /* "overstory-" and 16 digits */

typedef enum
{
  GREETED,
  ACCEPTED,
  CHALLENGED,
  DONE,
} Stage;

typedef struct
{
  OvHandshake *self;
  Stage        stage;
  guint8       packet[HEADER + MAX_PACKET];
  gsize        length;  /* of the packet that is there */
  gsize        served;  /* how much of it libei has taken */
  struct sockaddr_storage peer; /* asked for while it is there */
  socklen_t    peer_length;
  gboolean     greeted; /* our own first packet is on its way */
  GError      *error;   /* the first; what libei says then is of no interest */
} Shake;

/* libei keeps a copy of the whole C node, cookie included, for each descriptor; this is how it is
 * found.  The symbol is not in its header, so it may be missing from another release's archive. */
extern ei_cnode *ei_fd_to_cnode (int fd) __attribute__ ((weak));

static void
take_error (Shake  *shake,
            GError *error)
{
  if (shake->error == NULL)
    shake->error = error;
  else
    g_error_free (error);
}

/* FALSE when time is over or the link is being closed. */
static gboolean
wait_for (Shake *shake,
          short  events)
{
  struct pollfd fds[2] = {
    { .fd = shake->self->fd, .events = events },
    { .fd = shake->self->wake_fd, .events = POLLIN },
  };

  while (TRUE)
    {
      gint64 left_us = shake->self->deadline_us - g_get_monotonic_time ();
      int n = left_us > 0 ? poll (fds, 2, (int) (left_us / 1000) + 1) : 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n > 0 && fds[1].revents != 0)
        take_error (shake, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The link was closed")));
      else if (n > 0)
        return TRUE;
      else
        take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_TIMED_OUT,
                                        _("%s accepted the connection but did not answer in time"),
                                        shake->self->node));
      return FALSE;
    }
}

static void
fail_tls (Shake *shake)
{
  take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_TLS,
                                  _("%s speaks TLS on its distribution port"), shake->self->node));
}

/* The peer hung up: what that means depends on what it was to say next. */
static void
fail_ended (Shake *shake)
{
  const char *node = shake->self->node;

  if (shake->stage == CHALLENGED)
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE,
                                    _("%s refused the cookie"), node));
  else if (shake->stage == GREETED && shake->peer_length > 0
           && ov_tls_probe ((struct sockaddr *) &shake->peer, shake->peer_length,
                            shake->self->wake_fd, shake->self->deadline_us))
    fail_tls (shake);
  else if (shake->stage == GREETED)
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_REFUSED,
                                    _("%s closed the connection when it was greeted"), node));
  else
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                    _("%s closed the connection during the handshake"), node));
}

static void
fail_protocol (Shake *shake)
{
  take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL,
                                  _("What answers in the place of %s is no Erlang node"),
                                  shake->self->node));
}

/* Exactly @wanted more bytes into the packet. */
static gboolean
read_exactly (Shake *shake,
              gsize  wanted)
{
  gsize target = shake->length + wanted;

  while (shake->length < target)
    {
      gssize n = recv (shake->self->fd, shake->packet + shake->length, target - shake->length, 0);

      if (n > 0)
        shake->length += (gsize) n;
      else if (n < 0 && errno == EINTR)
        continue;
      else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        {
          if (!wait_for (shake, POLLIN))
            return FALSE;
        }
      else
        {
          fail_ended (shake);
          return FALSE;
        }
    }

  return TRUE;
}

static guint32
read_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

static gboolean
is_text (const guint8 *body,
         gsize         length,
         const char   *text)
{
  return length == strlen (text) && memcmp (body, text, length) == 0;
}

static gboolean
check_status (Shake        *shake,
              const guint8 *body,
              gsize         length)
{
  g_autofree char *raw = NULL;
  g_autofree char *said = NULL;

  if (body[0] != 's')
    {
      fail_protocol (shake);
      return FALSE;
    }
  if (is_text (body, length, "sok") || is_text (body, length, "sok_simultaneous"))
    {
      shake->stage = ACCEPTED;
      return TRUE;
    }

  raw = g_strndup ((const char *) body + 1, MIN (length - 1, 64));
  said = g_strescape (raw, NULL); /* it may go to a terminal */
  take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_REFUSED,
                                  _("%s does not let us connect: it answered “%s”"),
                                  shake->self->node, said));
  return FALSE;
}

/* The name's kind is the usual reason for a wrong name, but an alias of the host is as good a one. */
static gboolean
check_peer_name (Shake        *shake,
                 const guint8 *name,
                 gsize         length)
{
  const char *wanted = shake->self->node;
  g_autofree char *raw = NULL;
  g_autofree char *actual = NULL;

  if (is_text (name, length, wanted))
    return TRUE;

  raw = g_strndup ((const char *) name, MIN (length, OV_NODE_NAME_MAX));
  actual = g_strescape (raw, NULL);
  if (ov_node_name_is_long (actual) != ov_node_name_is_long (wanted))
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_NAME_KIND,
                                    ov_node_name_is_long (actual)
                                        ? _("%s uses long names: it is called %s")
                                        : _("%s uses short names: it is called %s"),
                                    wanted, actual));
  else
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_NAME_KIND,
                                    _("The node that answers for %s is called %s"), wanted, actual));
  return FALSE;
}

/* 'N' flags:64 challenge:32 creation:32 length:16 name, or 'n' version:16 flags:32 challenge:32 name. */
static gboolean
check_challenge (Shake        *shake,
                 const guint8 *body,
                 gsize         length)
{
  gsize fixed = body[0] == 'N' ? 19 : 11;
  gsize name_length;

  if ((body[0] != 'N' && body[0] != 'n') || length <= fixed)
    {
      fail_protocol (shake);
      return FALSE;
    }
  name_length = body[0] == 'N' ? (gsize) body[17] << 8 | body[18] : length - fixed;
  if (name_length > OV_NODE_NAME_MAX || fixed + name_length > length)
    {
      fail_protocol (shake);
      return FALSE;
    }
  if (body[0] == 'N')
    shake->self->peer_flags = (guint64) read_u32 (body + 1) << 32 | read_u32 (body + 5);
  else
    shake->self->peer_flags = read_u32 (body + 3);
  shake->self->peer_version = body[0] == 'N' ? 6 : 5;
  shake->stage = CHALLENGED;

  return check_peer_name (shake, body + fixed, name_length);
}

static gboolean
check_acknowledgement (Shake        *shake,
                       const guint8 *body,
                       gsize         length)
{
  if (body[0] != 'a' || length != DIGEST_PACKET)
    {
      fail_protocol (shake);
      return FALSE;
    }

  shake->stage = DONE;
  return TRUE;
}

static gboolean
check_packet (Shake *shake)
{
  const guint8 *body = shake->packet + HEADER;
  gsize length = shake->length - HEADER;

  switch (shake->stage)
    {
    case GREETED:
      return check_status (shake, body, length);
    case ACCEPTED:
      return check_challenge (shake, body, length);
    case CHALLENGED:
      return check_acknowledgement (shake, body, length);
    case DONE:
    default:
      fail_protocol (shake);
      return FALSE;
    }
}

static gboolean
read_packet (Shake *shake)
{
  gsize length;

  shake->length = shake->served = 0;
  if (!read_exactly (shake, HEADER))
    return FALSE;
  if (shake->stage == GREETED && shake->packet[0] == TLS_ALERT && shake->packet[1] == TLS_MAJOR)
    {
      fail_tls (shake);
      return FALSE;
    }
  length = (gsize) shake->packet[0] << 8 | shake->packet[1];
  if (length == 0 || length > MAX_PACKET)
    {
      fail_protocol (shake);
      return FALSE;
    }

  return read_exactly (shake, length) && check_packet (shake);
}

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
add_flags (Shake      *shake,
           const char *bytes,
           gsize       length)
{
  gsize last = length > HEADER && bytes[HEADER] == 'N' ? HEADER + 8 : HEADER + 6; /* 64 or 32 bits */

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
  Shake *shake = context;
  ssize_t n;

  bytes = add_flags (shake, bytes, (gsize) *length);
  while ((n = send (shake->self->fd, bytes, (size_t) *length, MSG_NOSIGNAL)) < 0)
    {
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        {
          if (!wait_for (shake, POLLOUT))
            return ETIMEDOUT;
        }
      else if (errno != EINTR)
        {
          fail_ended (shake);
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
  Shake *shake = context;
  gsize n;

  if (shake->served == shake->length && !read_packet (shake))
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
  *size = HEADER;
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
  *fd = ((Shake *) context)->self->fd;
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
           Shake    *shake)
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

  take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE,
                                  _("The cookie is too long")));
  return FALSE;
}

static void
fail_at_stage (Shake *shake)
{
  if (shake->stage == DONE)
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE,
                                    _("%s has another cookie"), shake->self->node));
  else if (shake->stage == CHALLENGED)
    take_error (shake, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_REFUSED,
                                    _("%s speaks a distribution protocol that is too old"),
                                    shake->self->node));
  else
    fail_protocol (shake);
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
  Shake shake = { .self = self };
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
