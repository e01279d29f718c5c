/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The accepting side of the distribution protocol, for tests; see the header.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html
 */
#include "link/ov-test-peer.h"

#include "link/ov-dist.h"
#include "support/ov-test-link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NODE_FLAGS     G_GUINT64_CONSTANT (0x0000000d07df7fbd) /* what OTP 25 offers */
#define CHALLENGE      0x12345678u
#define READ_LIMIT_MS  60000

struct _OvTestPeer
{
  GThread          *thread;
  OvTestPeerScript  script;
  gpointer          user_data;
  int               listener;
  int               fd;
  guint16           port;
  char              link_name[256];
  guint32           link_creation;
};

static gpointer
run_script (gpointer data)
{
  OvTestPeer *self = data;

  self->script (self, self->user_data);
  ov_test_peer_hang_up (self);
  return NULL;
}

OvTestPeer *
ov_test_peer_start (OvTestPeerScript script,
                    gpointer         user_data)
{
  OvTestPeer *self = g_new0 (OvTestPeer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  self->script = script;
  self->user_data = user_data;
  self->fd = -1;
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (self->listener, 8), ==, 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &length), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("test-peer", run_script, self);

  return self;
}

void
ov_test_peer_stop (OvTestPeer *self)
{
  if (self == NULL)
    return;

  shutdown (self->listener, SHUT_RDWR); /* wakes a script that waits for a connection */
  g_thread_join (self->thread);
  close (self->listener);
  g_free (self);
}

guint16
ov_test_peer_get_port (OvTestPeer *self)
{
  return self->port;
}

OvLinkOptions
ov_test_peer_get_options (OvTestPeer *self)
{
  return (OvLinkOptions) {
    .node = OV_TEST_PEER_NAME,
    .cookie = OV_TEST_PEER_COOKIE,
    .host = "127.0.0.1",
    .port = self->port,
  };
}

OvLink *
ov_test_peer_open_link (OvTestPeer *self,
                        OvLink     *link)
{
  OvLinkOptions options = ov_test_peer_get_options (self);
  g_autoptr (GError) error = NULL;

  if (link == NULL)
    link = ov_link_new ();
  ov_test_link_open (link, &options, &error);
  g_assert_no_error (error);

  return link;
}

void
ov_test_peer_accept (OvTestPeer *self)
{
  int one = 1;

  ov_test_peer_hang_up (self);
  self->fd = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC);
  if (self->fd >= 0)
    setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

void
ov_test_peer_hang_up (OvTestPeer *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

gboolean
ov_test_peer_write (OvTestPeer   *self,
                    gconstpointer bytes,
                    gsize         length)
{
  const guint8 *at = bytes;

  while (length > 0)
    {
      gssize n = send (self->fd, at, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      length -= (gsize) n;
    }

  return TRUE;
}

gboolean
ov_test_peer_read (OvTestPeer *self,
                   gpointer    bytes,
                   gsize       length)
{
  guint8 *at = bytes;

  if (self->fd < 0)
    return FALSE;
  while (length > 0)
    {
      struct pollfd ready = { .fd = self->fd, .events = POLLIN };
      gssize n;

      if (poll (&ready, 1, READ_LIMIT_MS) == 0)
        g_error ("the link sent nothing for a minute");
      n = recv (self->fd, at, length, 0);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      at += n;
      length -= (gsize) n;
    }

  return TRUE;
}

/* Handshake packets have a 2-byte length. */
static gboolean
write_packet (OvTestPeer *self,
              GByteArray *packet)
{
  guint8 head[2] = { (guint8) (packet->len >> 8), (guint8) packet->len };
  gboolean written = ov_test_peer_write (self, head, sizeof head)
                     && ov_test_peer_write (self, packet->data, packet->len);

  g_byte_array_unref (packet);
  return written;
}

static void
append_number (GByteArray *packet,
               guint64     number,
               guint       n_bytes)
{
  for (guint i = n_bytes; i > 0; i--)
    {
      guint8 byte = (guint8) (number >> 8 * (i - 1));

      g_byte_array_append (packet, &byte, 1);
    }
}

static void
append_text (GByteArray *packet,
             const char *text)
{
  g_byte_array_append (packet, (const guint8 *) text, (guint) strlen (text));
}

/* 'N' flags:64 creation:32 length:16 name */
static gboolean
read_greeting (OvTestPeer *self)
{
  guint8 head[2 + 15];
  gsize length;

  if (!ov_test_peer_read (self, head, sizeof head))
    return FALSE;
  length = (gsize) head[15] << 8 | head[16];
  g_assert_cmpint (head[2], ==, 'N');
  g_assert_cmpuint (length, <, sizeof self->link_name);
  self->link_creation = (guint32) head[11] << 24 | (guint32) head[12] << 16
                        | (guint32) head[13] << 8 | head[14];
  memset (self->link_name, 0, sizeof self->link_name);
  return ov_test_peer_read (self, self->link_name, length);
}

static gboolean
write_challenge (OvTestPeer            *self,
                 const OvTestHandshake *how)
{
  GByteArray *packet = g_byte_array_new ();
  const char *name = how->name != NULL ? how->name : OV_TEST_PEER_NAME;
  guint64 flags = how->flags != 0 ? how->flags : NODE_FLAGS;

  append_text (packet, how->old_format ? "n" : "N");
  if (how->old_format)
    append_number (packet, 5, 2);
  append_number (packet, flags, how->old_format ? 4 : 8);
  append_number (packet, CHALLENGE, 4);
  if (!how->old_format)
    {
      append_number (packet, 7, 4);
      append_number (packet, strlen (name), 2);
    }
  append_text (packet, name);

  return write_packet (self, packet);
}

static void
make_digest (const char *cookie,
             guint32     challenge,
             guint8      digest[16])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_MD5);
  g_autofree char *number = g_strdup_printf ("%u", challenge);
  gsize length = 16;

  g_checksum_update (sum, (const guchar *) cookie, -1);
  g_checksum_update (sum, (const guchar *) number, -1);
  g_checksum_get_digest (sum, digest, &length);
}

/* 'r' challenge:32 digest:16 bytes; then our 'a' digest */
static gboolean
acknowledge (OvTestPeer            *self,
             const OvTestHandshake *how)
{
  guint8 reply[2 + 21];
  guint8 digest[16];
  GByteArray *packet;

  if (!ov_test_peer_read (self, reply, sizeof reply))
    return FALSE;
  g_assert_cmpint (reply[2], ==, 'r');
  make_digest (OV_TEST_PEER_COOKIE, CHALLENGE, digest);
  g_assert_cmpmem (reply + 7, 16, digest, 16);
  if (how->refuse)
    return FALSE;

  packet = g_byte_array_new ();
  append_text (packet, "a");
  make_digest (how->cookie != NULL ? how->cookie : OV_TEST_PEER_COOKIE,
               (guint32) reply[3] << 24 | (guint32) reply[4] << 16 | (guint32) reply[5] << 8
                   | reply[6], digest);
  g_byte_array_append (packet, digest, sizeof digest);

  return write_packet (self, packet);
}

gboolean
ov_test_peer_shake_hands (OvTestPeer            *self,
                          const OvTestHandshake *how)
{
  static const OvTestHandshake right = { 0 };
  GByteArray *status = g_byte_array_new ();

  if (how == NULL)
    how = &right;
  append_text (status, "s");
  append_text (status, how->status != NULL ? how->status : "ok");
  ov_test_peer_accept (self);
  if (self->fd < 0 || !read_greeting (self))
    {
      g_byte_array_unref (status);
      return FALSE;
    }

  return write_packet (self, status) && write_challenge (self, how) && acknowledge (self, how);
}

GBytes *
ov_test_peer_read_frame (OvTestPeer *self)
{
  guint8 head[4];
  guint8 *body;
  gsize length;

  if (!ov_test_peer_read (self, head, sizeof head))
    return NULL;
  length = (gsize) head[0] << 24 | (gsize) head[1] << 16 | (gsize) head[2] << 8 | head[3];
  body = g_malloc (length + 1);
  if (length == 0 || ov_test_peer_read (self, body, length))
    return g_bytes_new_take (body, length);

  g_free (body);
  return NULL;
}

/* {'$gen_call', {From, Reference}, Request} */
static gboolean
parse_call (GBytes  *frame,
            OvTerm **request,
            OvTerm **reference)
{
  g_autoptr (OvTerm) message = NULL;
  OvDistSignal signal;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (frame, &length);

  if (length == 0)
    return FALSE;
  g_assert_true (ov_dist_parse (bytes, length, &signal, NULL));
  if (signal.kind == OV_DIST_IGNORED || signal.kind == OV_DIST_DOWN)
    return FALSE;
  message = ov_term_decode (signal.message, signal.message_length, NULL, NULL, NULL);
  if (!ov_term_is_tagged (message, "$gen_call", 3))
    return FALSE;

  *request = ov_term_ref (ov_term_get_element (message, 2));
  *reference = ov_term_ref (ov_term_get_element (ov_term_get_element (message, 1), 1));
  return TRUE;
}

gboolean
ov_test_peer_read_call (OvTestPeer *self,
                        OvTerm    **request,
                        OvTerm    **reference)
{
  while (TRUE)
    {
      g_autoptr (GBytes) frame = ov_test_peer_read_frame (self);

      if (frame == NULL)
        return FALSE;
      if (parse_call (frame, request, reference))
        return TRUE;
    }
}

GByteArray *
ov_test_peer_make_message (OvTestPeer *self,
                           OvTerm     *message)
{
  GByteArray *frame = g_byte_array_new ();
  OvPid pid = { .node = g_intern_string (self->link_name), .creation = self->link_creation };

  ov_dist_append_send (frame, &pid, message);
  ov_term_unref (message);
  return frame;
}

gboolean
ov_test_peer_reply (OvTestPeer *self,
                    OvTerm     *reference,
                    OvTerm     *value)
{
  g_autoptr (GByteArray) frame =
      ov_test_peer_make_message (self, ov_term_tuple (reference, value, NULL));

  return ov_test_peer_write (self, frame->data, frame->len);
}

void
ov_test_peer_drain (OvTestPeer *self)
{
  guint8 byte;

  while (ov_test_peer_read (self, &byte, 1))
    ;
}
