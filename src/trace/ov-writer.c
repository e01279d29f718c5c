/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWriter: a store into a file, block after block.
 *
 * The body of a block is written first, its header last, so that a block with a whole header is whole.
 * Invariant: up to offset the file consists of whole blocks; a block that could not be written whole is cut
 * off again.  next is the first event of the store that is not in the file.
 * Thread: one at a time; the figures any.
 */
#include "trace/ov-writer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* ---- errors ---- */

void
ov_writer_set_error (OvWriter  *self,
                     int        saved,
                     GError   **error)
{
  g_autofree char *name = g_filename_display_name (self->path);

  if (saved == ENOSPC || saved == EDQUOT)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_FULL,
                 _("The disk is full: the recording “%s” ends here"), name);
  else if (saved == EFBIG)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_FULL,
                 _("Files may not become larger than this: the recording “%s” ends here"), name);
  else
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_IO,
                 _("The recording “%s” cannot be written: %s"), name, g_strerror (saved));
}

/* ---- making the file ---- */

/* A file of that name is replaced at once, as one step: what it pointed to, if it was a link, is not touched. */
static int
create_replacing (const char *path)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  int saved;

  if (fd < 0)
    return -1;
  if (g_rename (temporary, path) == 0)
    return fd;

  saved = errno;
  g_unlink (temporary);
  close (fd);
  errno = saved;

  return -1;
}

/* Devices, pipes and folders are nobody's recording: they are never replaced. */
static gboolean
is_replaceable (const char *path)
{
  struct stat about;

  return lstat (path, &about) == 0 && (S_ISREG (about.st_mode) || S_ISLNK (about.st_mode));
}

static int
create (const char  *path,
        gboolean     replace,
        GError     **error)
{
  g_autofree char *name = g_filename_display_name (path);
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  int saved = errno;

  if (fd < 0 && saved == EEXIST && !is_replaceable (path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _("“%s” is there, and is no ordinary file"), name);
      return -1;
    }
  if (fd < 0 && saved == EEXIST && replace)
    {
      fd = create_replacing (path);
      saved = errno;
    }
  if (fd >= 0)
    return fd;

  if (saved == EEXIST)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("There is already a file “%s”"), name);
  else if (saved == ENOSPC || saved == EDQUOT)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_FULL,
                 _("The disk is full: “%s” cannot be made"), name);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
                 _("The file “%s” cannot be made: %s"), name, g_strerror (saved));

  return -1;
}

static guint64
make_id (void)
{
  return (guint64) g_random_int () << 32 | g_random_int ();
}

static gboolean
write_file_header (OvWriter *self,
                   guint     otp_release)
{
  const char *node = ov_store_get_node (self->store);
  OvFileHeader header = {
    .magic = OV_FILE_MAGIC, .version = OV_FILE_VERSION, .order = OV_FILE_ORDER,
    .header_bytes = sizeof header, .otp_release = otp_release, .id = self->id,
    .created_ns = g_get_real_time () * 1000,
  };

  memcpy (header.magic, OV_FILE_MAGIC, sizeof header.magic);
  if (node != NULL && strlen (node) < sizeof header.node && g_utf8_validate (node, -1, NULL))
    g_strlcpy (header.node, node, sizeof header.node);
  header.crc = ov_crc (&header, offsetof (OvFileHeader, crc));
  self->offset = sizeof header;

  return ov_write_all (self->fd, &header, sizeof header, 0);
}

OvWriter *
ov_writer_new (OvStore     *store,
               const char  *path,
               guint        otp_release,
               gboolean     replace,
               GError     **error)
{
  OvWriter *self;
  int fd = create (path, replace, error);

  if (fd < 0)
    return NULL;

  self = g_new0 (OvWriter, 1);
  self->store = ov_store_ref (store);
  self->path = g_strdup (path);
  self->fd = fd;
  self->id = make_id ();
  self->index = g_array_new (FALSE, FALSE, sizeof (OvFileIndex));
  self->scratch = g_byte_array_new ();
  if (!write_file_header (self, otp_release))
    {
      ov_writer_set_error (self, errno, error);
      g_unlink (path);
      ov_writer_free (self);
      return NULL;
    }
  atomic_store (&self->bytes, self->offset);

  return self;
}

void
ov_writer_close (OvWriter *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->is_finished = TRUE;
}

void
ov_writer_free (OvWriter *self)
{
  if (self == NULL)
    return;

  ov_builder_free (self->gathered);
  ov_store_unref (self->store);
  g_array_unref (self->index);
  g_byte_array_unref (self->scratch);
  ov_writer_close (self);
  g_free (self->path);
  g_free (self);
}

/* ---- blocks ---- */

typedef struct
{
  OvWriter *writer;
  guint64   at;
  uLong     crc;
} Output;

static gboolean
emit_to_file (gconstpointer bytes,
              gsize         n,
              gpointer      user_data)
{
  Output *output = user_data;

  output->crc = crc32_z (output->crc, bytes, n);
  if (!ov_write_all (output->writer->fd, bytes, n, output->at))
    return FALSE;
  output->at += n;

  return TRUE;
}

/* The body is there, the header that makes it a block comes last. */
static gboolean
close_block (OvWriter        *self,
             OvBlockHeader   *header,
             const OvSummary *summary)
{
  static const guint8 zeros[8] = { 0 };
  guint64 size, unpadded;

  header->magic = OV_BLOCK_MAGIC;
  header->id = self->id;
  if (summary != NULL)
    header->summary_crc = ov_crc (summary, header->summary_bytes);
  header->crc = ov_crc (header, offsetof (OvBlockHeader, crc));
  size = ov_block_get_size (header);
  unpadded = sizeof *header + header->summary_bytes + header->body_bytes;

  return ov_write_all (self->fd, zeros, size - unpadded, self->offset + unpadded)
         && (summary == NULL
             || ov_write_all (self->fd, summary, header->summary_bytes, self->offset + sizeof *header))
         && ov_write_all (self->fd, header, sizeof *header, self->offset);
}

static gboolean
end_block (OvWriter            *self,
           const OvBlockHeader *header,
           gboolean             is_written,
           GError             **error)
{
  OvFileIndex entry = {
    self->offset, ov_block_get_size (header), header->first, header->kind, header->counts.n_events,
  };

  if (!is_written)
    {
      ov_writer_set_error (self, errno, error);
      if (ftruncate (self->fd, (off_t) self->offset) != 0)
        g_debug ("A half block stays at the end of a recording: %s", g_strerror (errno));
      return FALSE;
    }

  self->offset += entry.n_bytes;
  atomic_store (&self->bytes, self->offset);
  if (header->kind != OV_BLOCK_INDEX)
    g_array_append_val (self->index, entry);

  return TRUE;
}

/* A block whose body is in the scratch. */
gboolean
ov_writer_write_scratch (OvWriter           *self,
                         OvBlockKind         kind,
                         guint64             first,
                         const OvBodyCounts *counts,
                         GError            **error)
{
  OvBlockHeader header = {
    .kind = kind, .first = first, .counts = *counts, .body_bytes = self->scratch->len,
    .body_crc = ov_crc (self->scratch->data, self->scratch->len),
  };
  gboolean is_written = ov_write_all (self->fd, self->scratch->data, self->scratch->len,
                                      self->offset + sizeof header)
                        && close_block (self, &header, NULL);

  return end_block (self, &header, is_written, error);
}

gboolean
ov_writer_write_events (OvWriter         *self,
                        const OvBody     *body,
                        const OvSummary  *summary,
                        GError          **error)
{
  OvBlockHeader header = {
    .kind = OV_BLOCK_EVENTS, .first = self->n_blocked, .counts = body->counts,
    .body_bytes = ov_body_get_size (&body->counts),
    .summary_bytes = (guint32) ov_summary_get_size (summary),
  };
  Output output = { self, self->offset + sizeof header + header.summary_bytes, crc32_z (0, NULL, 0) };
  gboolean is_written = ov_body_emit (body, emit_to_file, &output);

  header.body_crc = (guint32) output.crc;
  is_written = is_written && close_block (self, &header, summary);
  if (!end_block (self, &header, is_written, error))
    return FALSE;

  self->n_blocked += body->counts.n_events;
  atomic_store (&self->events, self->n_blocked);

  return TRUE;
}

/* ---- the end ---- */

static gboolean
write_index (OvWriter  *self,
             GError   **error)
{
  OvFileFooter footer = { .id = self->id, .index = self->offset };
  OvBodyCounts counts = { .n_events = self->index->len };

  memcpy (footer.magic, OV_FOOTER_MAGIC, sizeof footer.magic);
  footer.crc = ov_crc (&footer, offsetof (OvFileFooter, crc));
  g_byte_array_set_size (self->scratch, 0);
  g_byte_array_append (self->scratch, (const guint8 *) self->index->data,
                       (guint) (self->index->len * sizeof (OvFileIndex)));
  if (!ov_writer_write_scratch (self, OV_BLOCK_INDEX, 0, &counts, error))
    return FALSE;
  if (!ov_write_all (self->fd, &footer, sizeof footer, self->offset))
    {
      ov_writer_set_error (self, errno, error);
      return FALSE;
    }
  self->offset += sizeof footer;
  atomic_store (&self->bytes, self->offset);

  return TRUE;
}

gboolean
ov_writer_finish (OvWriter  *self,
                  GError   **error)
{
  if (self->is_finished)
    return TRUE;
  if (!ov_writer_follow (self, TRUE, error) || !write_index (self, error))
    return FALSE;

  self->is_finished = TRUE;
  if (fsync (self->fd) == 0)
    return TRUE;
  ov_writer_set_error (self, errno, error);

  return FALSE;
}

guint64
ov_writer_get_bytes (OvWriter *self)
{
  return atomic_load (&self->bytes);
}

guint64
ov_writer_get_events (OvWriter *self)
{
  return atomic_load (&self->events);
}

guint64
ov_writer_get_next (OvWriter *self)
{
  return atomic_load (&self->next);
}
