/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is a 4-byte big-endian length and a body; a length of zero is a tick.
 *
 *   HEADER ──4th byte, length = 0──► tick ──► HEADER
 *     │
 *     ├──4th byte, length > the limit──► error
 *     └──4th byte──► BODY ──last byte──► frame ──► HEADER
 *
 * Invariant: memory grows with the bytes that have come, not with the length that a header
 * claims: at most twice what was received and never over the limit.
 * Thread: the owner's.
 */
#include "link/ov-frame.h"

#include "link/ov-link.h"

#include <glib/gi18n.h>

#include <string.h>

#define FIRST_ALLOCATION 4096u

/**
 * ov_frame_reader_init:
 * @self: a reader, anywhere
 * @max_bytes: the longest body that is accepted; 0 for %OV_FRAME_MAX_BYTES
 */
void
ov_frame_reader_init (OvFrameReader *self,
                      guint32        max_bytes)
{
  g_return_if_fail (self != NULL);

  memset (self, 0, sizeof *self);
  self->max_bytes = max_bytes > 0 ? max_bytes : OV_FRAME_MAX_BYTES;
}

/**
 * ov_frame_reader_clear:
 * @self: a reader
 *
 * Forgets a frame that was begun and frees it; the reader can be used again.
 */
void
ov_frame_reader_clear (OvFrameReader *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->body, g_free);
  self->n_header = 0;
  self->length = self->filled = self->allocated = 0;
}

static gboolean
take_header (OvFrameReader  *self,
             const guint8  **at,
             const guint8   *end,
             GError        **error)
{
  while (self->n_header < 4 && *at < end)
    self->header[self->n_header++] = *(*at)++;
  if (self->n_header < 4)
    return TRUE;

  self->length = (guint32) self->header[0] << 24 | (guint32) self->header[1] << 16
                 | (guint32) self->header[2] << 8 | self->header[3];
  if (self->length <= self->max_bytes)
    return TRUE;

  g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL,
               _("The node began a message of %u bytes; the limit is %u"), self->length,
               self->max_bytes);
  return FALSE;
}

static void
make_room (OvFrameReader *self,
           guint32        needed)
{
  guint32 doubled;

  if (needed <= self->allocated)
    return;

  doubled = MIN (self->allocated, G_MAXUINT32 / 2) * 2;
  self->allocated = MAX (MAX (needed, FIRST_ALLOCATION), doubled);
  self->allocated = MIN (self->allocated, self->length);
  self->body = g_realloc (self->body, self->allocated);
}

static void
take_body (OvFrameReader  *self,
           const guint8  **at,
           const guint8   *end)
{
  guint32 n = (guint32) MIN ((gsize) (end - *at), (gsize) (self->length - self->filled));

  if (n == 0)
    return;
  make_room (self, self->filled + n);
  memcpy (self->body + self->filled, *at, n);
  self->filled += n;
  *at += n;
}

static gboolean
deliver (OvFrameReader  *self,
         OvFrameFunc     func,
         gpointer        user_data,
         GError        **error)
{
  g_autoptr (GBytes) frame = NULL;

  if (self->length > 0)
    frame = g_bytes_new_take (g_steal_pointer (&self->body), self->length);
  ov_frame_reader_clear (self);

  return func (frame, user_data, error);
}

/**
 * ov_frame_reader_feed:
 * @self: a reader
 * @bytes: (array length=length): what was received
 * @length: how much
 * @func: called for each frame that is whole now, and each tick
 * @user_data: its argument
 * @error: PROTOCOL when a frame is too long, or what @func gives
 *
 * Returns: whether reading may go on; after %FALSE the reader is of no more use
 */
gboolean
ov_frame_reader_feed (OvFrameReader  *self,
                      const guint8   *bytes,
                      gsize           length,
                      OvFrameFunc     func,
                      gpointer        user_data,
                      GError        **error)
{
  const guint8 *end = bytes + length;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  while (bytes < end)
    {
      if (self->n_header < 4 && !take_header (self, &bytes, end, error))
        return FALSE;
      if (self->n_header < 4)
        break;
      take_body (self, &bytes, end);
      if (self->filled == self->length && !deliver (self, func, user_data, error))
        return FALSE;
    }

  return TRUE;
}
