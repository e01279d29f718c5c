/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some nodes that distribute over TLS answer a greeting in the clear with an alert, some just hang
 * up.  A client's hello brings every one of them to answer: with a hello, or with an alert that
 * they do not like ours.  A node without TLS takes the hello for the start of a long packet and
 * says nothing.
 * Invariant: three bytes are read, nothing is negotiated.
 * Format: https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.2
 * Thread: the link's.
 */
#include "link/ov-tls-probe-private.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define WAIT_US       (G_USEC_PER_SEC / 2)
#define TLS_ALERT     0x15
#define TLS_HANDSHAKE 0x16
#define TLS_MAJOR     0x03

/* TLS 1.2, a random of zeros, no session, one cipher suite (TLS_RSA_WITH_AES_128_CBC_SHA), no
 * compression, no extensions. */
static const guint8 hello[] = {
  TLS_HANDSHAKE, TLS_MAJOR, 1, 0, 45, /* a record of 45 bytes */
  1, 0, 0, 41,                        /* client_hello, 41 bytes */
  3, 3,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0,
  0, 2, 0, 0x2f,
  1, 0,
};

static gboolean
wait_for (int    fd,
          int    wake_fd,
          short  events,
          gint64 until_us)
{
  struct pollfd fds[2] = {
    { .fd = fd, .events = events },
    { .fd = wake_fd, .events = POLLIN },
  };
  gint64 left_us;

  while ((left_us = until_us - g_get_monotonic_time ()) > 0)
    {
      int n = poll (fds, 2, (int) (left_us / 1000) + 1);

      if (n > 0)
        return fds[1].revents == 0;
      if (n < 0 && errno != EINTR)
        return FALSE;
    }

  return FALSE;
}

static gboolean
speaks_tls (int    fd,
            int    wake_fd,
            gint64 until_us)
{
  guint8 answer[3];

  return wait_for (fd, wake_fd, POLLOUT, until_us)
         && send (fd, hello, sizeof hello, MSG_NOSIGNAL) == (gssize) sizeof hello
         && wait_for (fd, wake_fd, POLLIN, until_us)
         && recv (fd, answer, sizeof answer, 0) == (gssize) sizeof answer
         && (answer[0] == TLS_HANDSHAKE || answer[0] == TLS_ALERT) && answer[1] == TLS_MAJOR;
}

gboolean
ov_tls_probe (const struct sockaddr *address,
              socklen_t              length,
              int                    wake_fd,
              gint64                 deadline_us)
{
  gint64 until_us = MIN (deadline_us, g_get_monotonic_time () + WAIT_US);
  gboolean answer = FALSE;
  int fd = socket (address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  if (connect (fd, address, length) == 0 || errno == EINPROGRESS)
    answer = speaks_tls (fd, wake_fd, until_us);
  close (fd);

  return answer;
}
