/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines wait in a buffer of bounded size and are written when the descriptor takes them.
 *
 *   open ── write fails with EPIPE, or the other end hangs up ──► gone (told once; what comes is dropped)
 *
 * Invariants: the main loop never blocks in write() while the stream lasts (a pager that does not read must not
 * keep the node's lease from being renewed): no more is written than PIPE_BUF after poll() said that there is room;
 * nothing waits that could be written, so a line is seen as it comes.
 * Standard output is shared with other programs, so it is not made non-blocking.
 * Thread: main.
 */
#include "cli/ov-cli-stream.h"

#include "cli/ov-cli-output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* So much may wait before the source of lines is asked to. */
#define FULL_BYTES (256 * 1024)

struct _OvCliStream
{
  int       fd;
  gboolean  close;
  GString  *waiting;
  gsize     written;     /* of what waits */
  guint     source;      /* writes when there is room */
  guint     hang_up;     /* sees that the other end went away */
  gboolean  is_gone;
  int       trouble;     /* errno of a write that failed otherwise */
  void    (*gone) (gpointer user_data);
  gpointer  user_data;
};

static void
set_gone (OvCliStream *self,
          int          number)
{
  if (self->is_gone)
    return;
  self->is_gone = TRUE;
  self->trouble = number != EPIPE ? number : 0;
  g_string_truncate (self->waiting, 0);
  self->written = 0;
  self->gone (self->user_data);
}

static gboolean
has_room (int fd,
          int timeout_ms)
{
  struct pollfd look = { .fd = fd, .events = POLLOUT };

  return poll (&look, 1, timeout_ms) > 0 && (look.revents & (POLLOUT | POLLERR | POLLHUP)) != 0;
}

/* As much as there is room for. */
static void
write_some (OvCliStream *self)
{
  while (!self->is_gone && self->written < self->waiting->len && has_room (self->fd, 0))
    {
      gsize rest = self->waiting->len - self->written;
      gssize n = write (self->fd, self->waiting->str + self->written, MIN (rest, PIPE_BUF));

      if (n < 0 && errno != EINTR && errno != EAGAIN)
        set_gone (self, errno);
      else if (n > 0)
        self->written += n;
    }
  if (self->written == self->waiting->len)
    g_string_truncate (self->waiting, 0);
  else if (self->written > FULL_BYTES / 2)
    g_string_erase (self->waiting, 0, (gssize) self->written);
  else
    return;
  self->written = 0;
}

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  OvCliStream *self = user_data;

  write_some (self);
  if (self->waiting->len > 0)
    return G_SOURCE_CONTINUE;
  self->source = 0;

  return G_SOURCE_REMOVE;
}

static gboolean
hung_up_cb (int          fd,
            GIOCondition condition,
            gpointer     user_data)
{
  OvCliStream *self = user_data;

  self->hang_up = 0;
  set_gone (self, EPIPE);

  return G_SOURCE_REMOVE;
}

OvCliStream *
ov_cli_stream_new (const char  *path,
                   void       (*gone) (gpointer user_data),
                   gpointer     user_data,
                   GError     **error)
{
  g_autofree OvCliStream *self = g_new0 (OvCliStream, 1);

  g_return_val_if_fail (gone != NULL, NULL);

  self->fd = STDOUT_FILENO;
  if (path != NULL && !g_str_equal (path, "-"))
    {
      self->fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
      self->close = TRUE;
      if (self->fd < 0)
        {
          int number = errno;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), _("“%s” cannot be written: %s"), path,
                       g_strerror (number));
          return NULL;
        }
    }
  self->waiting = g_string_new (NULL);
  self->gone = gone;
  self->user_data = user_data;
  /* An error is the only thing that is looked for here: it is always reported. */
  if (!self->close)
    self->hang_up = g_unix_fd_add (self->fd, G_IO_ERR | G_IO_HUP, hung_up_cb, self);

  return g_steal_pointer (&self);
}

void
ov_cli_stream_free (OvCliStream *self)
{
  if (self == NULL)
    return;

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_handle_id (&self->hang_up, g_source_remove);
  if (self->close)
    close (self->fd);
  g_string_free (self->waiting, TRUE);
  g_free (self);
}

/* Text for people is in the terminal's charset; JSON is UTF-8, which it is in every case of ASCII. */
static void
append (OvCliStream *self,
        const char  *text)
{
  const char *charset;
  g_autofree char *coded = NULL;

  if (!g_get_charset (&charset) && *text != '{')
    coded = g_convert_with_fallback (text, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
  g_string_append (self->waiting, coded != NULL ? coded : text);
}

gboolean
ov_cli_stream_take (const char *line,
                    gpointer    stream)
{
  OvCliStream *self = stream;

  if (self->is_gone)
    return TRUE;
  append (self, line);
  g_string_append_c (self->waiting, '\n');
  write_some (self);
  if (self->waiting->len > 0 && self->source == 0 && !self->is_gone)
    self->source = g_unix_fd_add (self->fd, G_IO_OUT | G_IO_ERR | G_IO_HUP, writable_cb, self);

  return self->waiting->len - self->written < FULL_BYTES;
}

static void
append_answer (OvCliStream  *self,
               OvAnswerBody *answer)
{
  g_autofree char *text = NULL;

  if (answer->json != NULL)
    {
      text = json_to_string (answer->json, FALSE);
      g_string_append (self->waiting, text);
      g_string_append_c (self->waiting, '\n');
      return;
    }
  text = g_strndup (g_bytes_get_data (answer->bytes, NULL), g_bytes_get_size (answer->bytes));
  append (self, text);
}

int
ov_cli_stream_end (OvCliStream  *self,
                   OvAnswerBody *answer)
{
  g_return_val_if_fail (self != NULL && answer != NULL, 1);

  if (!self->is_gone)
    append_answer (self, answer);
  /* Everything on the node is undone by now: here it may take as long as the reader likes. */
  while (!self->is_gone && self->waiting->len > 0)
    if (has_room (self->fd, -1))
      write_some (self);
  if (self->trouble != 0)
    {
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, g_io_error_from_errno (self->trouble),
                                              _("The output cannot be written: %s"), g_strerror (self->trouble));

      ov_cli_output_write_error (error, answer->json != NULL, NULL);
      return 1;
    }

  return self->is_gone ? 128 + SIGPIPE : 0;
}
