/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening compressed terms.
 *
 * The size that the bytes claim is used as a bound, never as an amount to allocate: the buffer
 * grows with what really comes out, and no further than the caller's cap.
 * Threads: any.
 */
#include "term/ov-term-private.h"

#include <glib/gi18n-lib.h>
#include <zlib.h>

#define HEAD_BYTES 5 /* 80 and four bytes of size */
#define FIRST_CHUNK 4096

static gboolean
grow (GByteArray *plain,
      z_stream   *stream,
      gsize       claimed)
{
  gsize used = plain->len;
  gsize size = MIN (claimed, MAX (FIRST_CHUNK, 2 * used));

  if (size == used)
    return FALSE;

  g_byte_array_set_size (plain, (guint) size);
  stream->next_out = plain->data + used;
  stream->avail_out = (uInt) (size - used);
  return TRUE;
}

/* Runs until the end of the stream, its bytes, or the room it claimed. */
static int
run (z_stream   *stream,
     GByteArray *plain,
     gsize       claimed)
{
  int status = Z_OK;

  while (status == Z_OK)
    {
      if (stream->avail_out == 0 && !grow (plain, stream, claimed))
        {
          guint8 spare;

          /* Full: only the end of the stream may still come. */
          stream->next_out = &spare;
          stream->avail_out = 1;
          status = inflate (stream, Z_FINISH);
          if (status == Z_OK || stream->avail_out == 0)
            status = Z_DATA_ERROR;
          stream->avail_out = 0;
        }
      else
        status = inflate (stream, Z_NO_FLUSH);
    }

  return status;
}

/*< private >
 * ov_term_inflate:
 * @bytes: the compressed term from its tag on (without 131)
 * @length: how much there is
 * @max_bytes: how large it may become
 * @consumed: (out): how much of @bytes it took
 *
 * Returns: (transfer full) (nullable): the plain term, without 131
 */
GBytes *
ov_term_inflate (gconstpointer bytes,
                 gsize         length,
                 gsize         max_bytes,
                 gsize        *consumed,
                 GError      **error)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  const guint8 *at = bytes;
  z_stream stream = { 0 };
  gsize claimed;
  int status;

  if (length < HEAD_BYTES)
    {
      g_set_error_literal (error, OV_TERM_ERROR, OV_TERM_ERROR_TRUNCATED,
                           _("The compressed term ends in its head"));
      return NULL;
    }

  claimed = (gsize) at[1] << 24 | (gsize) at[2] << 16 | (gsize) at[3] << 8 | at[4];
  if (claimed > MIN (max_bytes, OV_TERM_MAX_LENGTH))
    {
      g_set_error (error, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE,
                   _("The compressed term is larger than %" G_GSIZE_FORMAT " bytes"), max_bytes);
      return NULL;
    }

  stream.next_in = (Bytef *) at + HEAD_BYTES;
  stream.avail_in = (uInt) MIN (length - HEAD_BYTES, G_MAXUINT32);
  if (inflateInit (&stream) != Z_OK)
    g_error ("Out of memory in inflateInit");
  status = run (&stream, plain, claimed);
  *consumed = (gsize) (stream.next_in - at);
  g_byte_array_set_size (plain, (guint) MIN (stream.total_out, plain->len));
  inflateEnd (&stream);

  if (status != Z_STREAM_END || plain->len != claimed)
    {
      g_set_error_literal (error, OV_TERM_ERROR,
                           status == Z_BUF_ERROR ? OV_TERM_ERROR_TRUNCATED : OV_TERM_ERROR_MALFORMED,
                           _("The compressed term is damaged"));
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&plain));
}
