/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWriter: a store into a file, block after block.
 *
 * A sealed chunk goes to the file as it is; what is not whole yet is gathered into a chunk of its own, so
 * that every block stands for itself.  Names go before the events that use them.
 * Invariant: up to offset the file consists of whole blocks; a block that could not be written whole is cut
 * off again.  next is the first event of the store that is not in the file.
 * Thread: one at a time; the figures any.
 */
#include "trace/ov-recording-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Texts, actors, renames of one block. */
#define MAX_NAMES 65536

struct _OvWriter
{
  OvStore         *store;
  char            *path;
  int              fd;
  guint64          id;
  guint64          offset;
  GArray          *index;      /* OvFileIndex */
  GByteArray      *scratch;
  OvBuilder       *gathered;   /* (nullable) events that are not in a whole chunk */
  guint32          n_texts, n_actors, n_renames; /* in the file */
  guint64          n_blocked;  /* events in blocks */
  gboolean         is_finished;
  _Atomic guint64  bytes, events, next;
};

/* ---- errors ---- */

static void
set_write_error (OvWriter  *self,
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

static int
create (const char  *path,
        gboolean     replace,
        GError     **error)
{
  g_autofree char *name = g_filename_display_name (path);
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  int saved = errno;

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
      set_write_error (self, errno, error);
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
      set_write_error (self, errno, error);
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
static gboolean
write_scratch (OvWriter           *self,
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

static gboolean
write_events (OvWriter        *self,
              const OvBody    *body,
              const OvSummary *summary,
              GError         **error)
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

/* ---- names ---- */

static gboolean
write_texts (OvWriter  *self,
             guint32    end,
             GError   **error)
{
  while (self->n_texts < end)
    {
      guint32 first = self->n_texts + 1;
      guint32 n = MIN (end - self->n_texts, MAX_NAMES);
      const OvBodyCounts counts = { .n_events = n };

      g_byte_array_set_size (self->scratch, n * sizeof (guint32));
      for (guint32 i = 0; i < n; i++)
        {
          const char *text = ov_names_get_text (self->store->names, first + i);
          guint32 length = text != NULL ? (guint32) strlen (text) : 0;

          memcpy (self->scratch->data + i * sizeof length, &length, sizeof length);
          if (length > 0)
            g_byte_array_append (self->scratch, (const guint8 *) text, length);
        }
      if (!write_scratch (self, OV_BLOCK_TEXTS, first, &counts, error))
        return FALSE;
      self->n_texts += n;
    }

  return TRUE;
}

/* 1 for the first name of this block, and so on. */
static guint32
number_node (GPtrArray  *nodes,
             const char *node)
{
  if (node == NULL)
    return 0;
  for (guint i = nodes->len; i > 0; i--)
    if (g_ptr_array_index (nodes, i - 1) == node)
      return i;
  g_ptr_array_add (nodes, (gpointer) node);

  return nodes->len;
}

static void
append_nodes (OvWriter     *self,
              GPtrArray    *nodes,
              OvBodyCounts *counts)
{
  counts->n_actors = nodes->len;
  for (guint i = 0; i < nodes->len; i++)
    {
      guint32 length = (guint32) strlen (g_ptr_array_index (nodes, i));

      g_byte_array_append (self->scratch, (const guint8 *) &length, sizeof length);
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      const char *node = g_ptr_array_index (nodes, i);

      g_byte_array_append (self->scratch, (const guint8 *) node, (guint) strlen (node));
      counts->payload_bytes += (guint32) strlen (node);
    }
}

static gboolean
write_actors (OvWriter  *self,
              guint32    end,
              GError   **error)
{
  while (self->n_actors < end)
    {
      g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
      guint32 n = MIN (end - self->n_actors, MAX_NAMES);
      OvBodyCounts counts = { .n_events = n };

      g_byte_array_set_size (self->scratch, 0);
      for (guint32 i = 0; i < n; i++)
        {
          OvPid pid = ov_names_get_actor (self->store->names, self->n_actors + i);
          OvFileActor actor = { number_node (nodes, pid.node), pid.id, pid.serial, pid.creation };

          g_byte_array_append (self->scratch, (const guint8 *) &actor, sizeof actor);
        }
      append_nodes (self, nodes, &counts);
      if (!write_scratch (self, OV_BLOCK_ACTORS, self->n_actors, &counts, error))
        return FALSE;
      self->n_actors += n;
    }

  return TRUE;
}

static gboolean
write_renames (OvWriter  *self,
               guint32    end,
               GError   **error)
{
  while (self->n_renames < end)
    {
      guint32 n = MIN (end - self->n_renames, MAX_NAMES);
      const OvBodyCounts counts = { .n_events = n };

      g_byte_array_set_size (self->scratch, 0);
      for (guint32 i = 0; i < n; i++)
        {
          OvRename rename = ov_names_get_rename (self->store->names, self->n_renames + i);

          g_byte_array_append (self->scratch, (const guint8 *) &rename, sizeof rename);
        }
      if (!write_scratch (self, OV_BLOCK_RENAMES, self->n_renames, &counts, error))
        return FALSE;
      self->n_renames += n;
    }

  return TRUE;
}

/* Renames are counted first, then actors, then texts, since they point in that direction. */
static gboolean
write_names (OvWriter  *self,
             GError   **error)
{
  guint32 n_renames = ov_names_get_n_renames (self->store->names);
  guint32 n_actors = ov_names_get_n_actors (self->store->names);
  guint32 n_texts = ov_names_get_n_texts (self->store->names);

  return write_texts (self, n_texts, error)
         && write_actors (self, n_actors, error)
         && write_renames (self, n_renames, error);
}

/* ---- events ---- */

static gboolean
flush_gathered (OvWriter  *self,
                GError   **error)
{
  g_autoptr (OvBuilder) gathered = g_steal_pointer (&self->gathered);
  g_autofree OvSummary *summary = NULL;

  if (gathered == NULL || ov_builder_get_n (gathered) == 0)
    return TRUE;

  summary = ov_builder_seal (gathered);

  return write_events (self, ov_builder_get_body (gathered), summary, error);
}

static gboolean
gather (OvWriter       *self,
        const OvEvent  *event,
        gconstpointer   payload,
        guint32         payload_bytes,
        GError        **error)
{
  if (self->gathered != NULL && ov_builder_append (self->gathered, event, payload, payload_bytes))
    return TRUE;
  if (!flush_gathered (self, error))
    return FALSE;

  self->gathered = ov_builder_new (payload_bytes);
  if (self->gathered == NULL || !ov_builder_append (self->gathered, event, payload, payload_bytes))
    {
      set_write_error (self, ENOMEM, error);
      return FALSE;
    }

  return TRUE;
}

static gboolean
gather_gap (OvWriter  *self,
            gint64     at_ns,
            guint64    count,
            GError   **error)
{
  const OvEventGap gap = { .count = count, .reason = OV_GAP_RECORDER };
  const OvEvent event = {
    .at_ns = at_ns, .kind = OV_EVENT_GAP, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE,
    .size_bytes = sizeof gap,
  };

  return gather (self, &event, &gap, sizeof gap, error);
}

/* Events [begin, end) of a body that somebody holds. */
static gboolean
gather_rows (OvWriter      *self,
             const OvBody  *body,
             guint          begin,
             guint          end,
             GError       **error)
{
  for (guint i = begin; i < end; i++)
    {
      OvEvent event;

      ov_body_get_event (body, i, &event);
      if (!gather (self, &event, body->payload + body->rows[i].payload, event.payload_bytes, error))
        return FALSE;
    }

  return TRUE;
}

/* What is looked at of one chunk, outside of the readers' section. */
typedef struct
{
  guint64    first;
  guint32    n;
  OvBody    *body;
  OvSummary *summary; /* (nullable) a copy: it is sealed */
} Piece;

static void
piece_clear (Piece *piece)
{
  ov_body_unref (piece->body);
  g_free (piece->summary);
}

static gboolean
take_piece (OvWriter *self,
            guint64   number,
            Piece    *piece)
{
  guint entered = ov_epoch_enter (&self->store->epoch);
  OvChunk *chunk = ov_store_get_chunk (self->store, ov_store_find_chunk (self->store, number));

  *piece = (Piece) { 0 };
  if (chunk != NULL && number >= chunk->first)
    {
      OvSummary *summary = ov_chunk_get_summary (chunk);

      piece->first = chunk->first;
      piece->n = atomic_load (&chunk->n);
      piece->body = ov_body_ref (ov_store_get_body (self->store, chunk));
      piece->summary = summary != NULL ? g_memdup2 (summary, ov_summary_get_size (summary)) : NULL;
    }
  ov_epoch_leave (&self->store->epoch, entered);

  return piece->body != NULL && number - piece->first < piece->n;
}

/* The store forgot what was not written yet. */
static gboolean
skip_forgotten (OvWriter  *self,
                GError   **error)
{
  guint64 forgotten = atomic_load (&self->store->forgotten);
  guint64 next = atomic_load (&self->next);
  OvEvent gap;

  if (next >= forgotten)
    return TRUE;
  if (!ov_store_get_event (self->store, forgotten - 1, &gap))
    gap.at_ns = 0;
  atomic_store (&self->next, forgotten);

  return gather_gap (self, gap.at_ns, forgotten - next, error);
}

static gboolean
is_whole (const Piece *piece,
          guint64      next,
          guint64      end)
{
  return piece->summary != NULL
         && next == piece->first
         && piece->first + piece->n <= end
         && piece->body->limit >= piece->n
         && piece->body->counts.n_events == piece->n
         && piece->summary->n_events == piece->n;
}

/* One chunk, or what is wanted of it. FALSE without an error: that was all. */
static gboolean
follow_one (OvWriter  *self,
            guint64    end,
            gboolean   all,
            GError   **error)
{
  guint64 next;
  Piece piece;
  gboolean is_good = FALSE;

  if (!skip_forgotten (self, error))
    return FALSE;
  next = atomic_load (&self->next);
  if (next >= end)
    return FALSE;
  if (!take_piece (self, next, &piece))
    {
      /* Forgotten between two looks: the next time round it says so. */
      piece_clear (&piece);
      return atomic_load (&self->store->forgotten) > next;
    }

  end = MIN (end, piece.first + piece.n);
  if (is_whole (&piece, next, end))
    is_good = flush_gathered (self, error) && write_events (self, piece.body, piece.summary, error);
  else if (all || piece.summary != NULL)
    {
      guint64 limit = MIN (end, piece.first + piece.body->limit);

      is_good = gather_rows (self, piece.body, (guint) (next - piece.first),
                             (guint) (MAX (limit, next) - piece.first), error);
      if (is_good && limit < end && next > limit)
        is_good = gather_gap (self, piece.body->times[0], end - next, error);
    }
  piece_clear (&piece);
  if (is_good)
    atomic_store (&self->next, end);

  return is_good;
}

gboolean
ov_writer_follow (OvWriter  *self,
                  gboolean   all,
                  GError   **error)
{
  g_autoptr (GError) failed = NULL;
  guint64 end = ov_store_get_end (self->store);

  if (self->is_finished)
    return TRUE;
  if (all || end - atomic_load (&self->next) >= OV_CHUNK_EVENTS)
    {
      if (!write_names (self, error))
        return FALSE;
      while (follow_one (self, end, all, &failed))
        ;
      if (failed == NULL)
        flush_gathered (self, &failed);
    }
  if (failed == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failed));

  return FALSE;
}

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
  if (!write_scratch (self, OV_BLOCK_INDEX, 0, &counts, error))
    return FALSE;
  if (!ov_write_all (self->fd, &footer, sizeof footer, self->offset))
    {
      set_write_error (self, errno, error);
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
  set_write_error (self, errno, error);

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
