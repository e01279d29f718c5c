/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads what the peer says during a handshake, packet by packet, and judges it.
 * Invariant: a packet that ov_shake_read_packet() lets pass is complete, of the kind that is due,
 * and its lengths lie within it.
 * Thread: the link's.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#distribution-handshake
 */
#include "link/ov-shake-private.h"

#include "link/ov-node-name.h"
#include "link/ov-tls-probe-private.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#define TLS_ALERT     0x15
#define TLS_MAJOR     0x03
#define DIGEST_PACKET 17

/* (transfer full) error */
static void
take_error (OvShake *shake,
            GError  *error)
{
  if (shake->error == NULL)
    shake->error = error;
  else
    g_error_free (error);
}

void
ov_shake_fail (OvShake    *shake,
               OvLinkError code,
               const char *format,
               ...)
{
  va_list arguments;

  va_start (arguments, format);
  take_error (shake, g_error_new_valist (OV_LINK_ERROR, (int) code, format, arguments));
  va_end (arguments);
}

/* FALSE when time is over or the link is being closed. */
gboolean
ov_shake_wait_for (OvShake *shake,
                   short    events)
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
        take_error (shake, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                _("The link was closed")));
      else if (n > 0)
        return TRUE;
      else
        ov_shake_fail (shake, OV_LINK_ERROR_TIMED_OUT,
                       _("%s accepted the connection but did not answer in time"),
                       shake->self->node);
      return FALSE;
    }
}

static void
fail_tls (OvShake *shake)
{
  ov_shake_fail (shake, OV_LINK_ERROR_TLS,
                 _("%s speaks TLS on its distribution port"), shake->self->node);
}

/* The peer hung up: what that means depends on what it was to say next. */
void
ov_shake_fail_ended (OvShake *shake)
{
  const char *node = shake->self->node;

  if (shake->stage == OV_SHAKE_CHALLENGED)
    ov_shake_fail (shake, OV_LINK_ERROR_BAD_COOKIE, _("%s refused the cookie"), node);
  else if (shake->stage == OV_SHAKE_GREETED && shake->peer_length > 0
           && ov_tls_probe ((struct sockaddr *) &shake->peer, shake->peer_length,
                            shake->self->wake_fd, shake->self->deadline_us))
    fail_tls (shake);
  else if (shake->stage == OV_SHAKE_GREETED)
    ov_shake_fail (shake, OV_LINK_ERROR_REFUSED,
                   _("%s closed the connection when it was greeted"), node);
  else
    ov_shake_fail (shake, OV_LINK_ERROR_LOST,
                   _("%s closed the connection during the handshake"), node);
}

void
ov_shake_fail_protocol (OvShake *shake)
{
  ov_shake_fail (shake, OV_LINK_ERROR_PROTOCOL,
                 _("What answers in the place of %s is no Erlang node"), shake->self->node);
}

/* Exactly @wanted more bytes into the packet. */
static gboolean
read_exactly (OvShake *shake,
              gsize    wanted)
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
          if (!ov_shake_wait_for (shake, POLLIN))
            return FALSE;
        }
      else
        {
          ov_shake_fail_ended (shake);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
is_text (const guint8 *body,
         gsize         length,
         const char   *text)
{
  return length == strlen (text) && memcmp (body, text, length) == 0;
}

static gboolean
check_status (OvShake      *shake,
              const guint8 *body,
              gsize         length)
{
  g_autofree char *raw = NULL;
  g_autofree char *said = NULL;

  if (body[0] != 's')
    {
      ov_shake_fail_protocol (shake);
      return FALSE;
    }
  if (is_text (body, length, "sok") || is_text (body, length, "sok_simultaneous"))
    {
      shake->stage = OV_SHAKE_ACCEPTED;
      return TRUE;
    }

  raw = g_strndup ((const char *) body + 1, MIN (length - 1, 64));
  said = g_strescape (raw, NULL); /* it may go to a terminal */
  ov_shake_fail (shake, OV_LINK_ERROR_REFUSED,
                 _("%s does not let us connect: it answered “%s”"), shake->self->node, said);
  return FALSE;
}

/* The name's kind is the usual reason for a wrong name, but an alias of the host is as good a one. */
static gboolean
check_peer_name (OvShake      *shake,
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
    ov_shake_fail (shake, OV_LINK_ERROR_NAME_KIND,
                   ov_node_name_is_long (actual) ? _("%s uses long names: it is called %s") : _("%s uses short names: it is called %s"),
                   wanted, actual);
  else
    ov_shake_fail (shake, OV_LINK_ERROR_NAME_KIND,
                   _("The node that answers for %s is called %s"), wanted, actual);
  return FALSE;
}

/* 'N' flags:64 challenge:32 creation:32 length:16 name, or 'n' version:16 flags:32 challenge:32 name. */
static gboolean
check_challenge (OvShake      *shake,
                 const guint8 *body,
                 gsize         length)
{
  gsize fixed = body[0] == 'N' ? 19 : 11;
  gsize name_length;

  if ((body[0] != 'N' && body[0] != 'n') || length <= fixed)
    {
      ov_shake_fail_protocol (shake);
      return FALSE;
    }
  name_length = body[0] == 'N' ? (gsize) body[17] << 8 | body[18] : length - fixed;
  if (name_length > OV_NODE_NAME_MAX || fixed + name_length > length)
    {
      ov_shake_fail_protocol (shake);
      return FALSE;
    }
  shake->self->peer_version = body[0] == 'N' ? 6 : 5;
  shake->stage = OV_SHAKE_CHALLENGED;

  return check_peer_name (shake, body + fixed, name_length);
}

static gboolean
check_acknowledgement (OvShake      *shake,
                       const guint8 *body,
                       gsize         length)
{
  if (body[0] != 'a' || length != DIGEST_PACKET)
    {
      ov_shake_fail_protocol (shake);
      return FALSE;
    }

  shake->stage = OV_SHAKE_DONE;
  return TRUE;
}

static gboolean
check_packet (OvShake *shake)
{
  const guint8 *body = shake->packet + OV_SHAKE_HEADER;
  gsize length = shake->length - OV_SHAKE_HEADER;

  switch (shake->stage)
    {
    case OV_SHAKE_GREETED:
      return check_status (shake, body, length);
    case OV_SHAKE_ACCEPTED:
      return check_challenge (shake, body, length);
    case OV_SHAKE_CHALLENGED:
      return check_acknowledgement (shake, body, length);
    case OV_SHAKE_DONE:
    default:
      ov_shake_fail_protocol (shake);
      return FALSE;
    }
}

gboolean
ov_shake_read_packet (OvShake *shake)
{
  gsize length;

  shake->length = shake->served = 0;
  if (!read_exactly (shake, OV_SHAKE_HEADER))
    return FALSE;
  if (shake->stage == OV_SHAKE_GREETED && shake->packet[0] == TLS_ALERT
      && shake->packet[1] == TLS_MAJOR)
    {
      fail_tls (shake);
      return FALSE;
    }
  length = (gsize) shake->packet[0] << 8 | shake->packet[1];
  if (length == 0 || length > OV_SHAKE_MAX_PACKET)
    {
      ov_shake_fail_protocol (shake);
      return FALSE;
    }

  return read_exactly (shake, length) && check_packet (shake);
}
