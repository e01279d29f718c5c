/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recording as a store: names and summaries are read when it is opened, events when they are looked at.
 *
 * Bodies are read into memory of our own rather than mapped: somebody may cut or change the file while it is
 * open, and then a mapping ends the program, or changes after it was checked.  They are the same bytes as in
 * memory, so nothing is converted, and what was not looked at for long is let go.
 * Invariant: nothing that comes from the file is used before it was checked against what is there.
 * Thread: any.
 */
#include "trace/ov-recording-private.h"

#include "base/ov-error.h"
#include "term/ov-term-cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const OvErrorWord words[] = {
  { OV_RECORDING_ERROR_NOT_A_RECORDING, "not-a-recording",
    N_("Choose a file that was saved by Overstory; their names end in .overstory.") },
  { OV_RECORDING_ERROR_VERSION, "recording-version",
    N_("Open it with the version of Overstory that wrote it, or a newer one.") },
  { OV_RECORDING_ERROR_DAMAGED, "recording-damaged",
    N_("Nothing in the file can be read. If it was copied, copy it again and compare the sizes.") },
  { OV_RECORDING_ERROR_FULL, "recording-full",
    N_("What was recorded before is kept. Free some disk space, or record to another place.") },
  { OV_RECORDING_ERROR_IO, "recording-io", NULL },
};

/**
 * ov_recording_error_quark:
 *
 * Thread: any.
 *
 * Returns: the domain of the errors of recordings
 */
GQuark
ov_recording_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    {
      GQuark domain = g_quark_from_static_string ("ov-recording-error");

      ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
      g_once_init_leave (&quark, domain);
    }

  return (GQuark) quark;
}

/**
 * ov_recording_info_clear:
 * @self: what ov_recording_open() filled in
 *
 * Frees what is in it.
 */
void
ov_recording_info_clear (OvRecordingInfo *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->node, g_free);
}

/* ---- the file that keeps the bodies ---- */

typedef struct
{
  gatomicrefcount refs;
  int             fd;
} RecordingFile;

static RecordingFile *
recording_file_ref (RecordingFile *self)
{
  g_atomic_ref_count_inc (&self->refs);

  return self;
}

static void
recording_file_unref (gpointer data)
{
  RecordingFile *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;

  close (self->fd);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordingFile, recording_file_unref)

/* A body that was read and is what its block says it is; NULL when it is not. */
static OvBody *
load_body (const OvPlace *place,
           OvStore       *store)
{
  const RecordingFile *file = place->keeper;
  gsize size = ov_body_get_size (&place->counts);
  gpointer bytes = g_try_malloc (size);
  OvBody *body;

  if (bytes == NULL
      || !ov_read_all (file->fd, bytes, size, place->offset)
      || ov_crc (bytes, size) != place->crc)
    {
      g_free (bytes);
      return NULL;
    }

  body = ov_body_new (&place->counts, bytes, size, g_free);
  if (ov_body_make_sound (body, ov_names_get_n_actors (store->names),
                          ov_names_get_n_texts (store->names)))
    return body;
  ov_body_unref (body);

  return NULL;
}

static const OvKeeperClass recording_class = { load_body, recording_file_unref };

/* ---- reading blocks ---- */

typedef struct
{
  OvFileScan     scan;
  RecordingFile *file;
  OvStore       *store;
  OvNames       *names;      /* of the store */
  const char   **nodes;      /* of one block */
  guint64        expected;   /* number of the next event, as the file counts */
  guint64        max_holes;  /* names that may be missing: no more than the file had room for */
} Reader;

static gpointer
read_body (Reader              *self,
           const OvFileIndex   *entry,
           const OvBlockHeader *header)
{
  guint8 *bytes = g_try_malloc (header->body_bytes + 1);

  if (bytes != NULL
      && ov_read_all (self->scan.fd, bytes, header->body_bytes,
                      entry->offset + sizeof *header + header->summary_bytes)
      && ov_crc (bytes, header->body_bytes) == header->body_crc)
    return bytes;
  g_free (bytes);

  return NULL;
}

/* Numbers below @first that are not there keep their place, so that all after them mean what they meant. */
static gboolean
fill_hole (Reader  *self,
           guint64  have,
           guint64  first,
           gboolean is_texts)
{
  guint64 hole = first - have;

  if (first < have || hole > self->max_holes)
    return FALSE;
  self->max_holes -= hole;
  if (is_texts)
    return ov_names_skip_texts (self->names, (guint32) hole);
  for (; hole > 0; hole--)
    if (!ov_names_add_actor (self->names, &OV_PID_NONE))
      return FALSE;

  return TRUE;
}

static gboolean
read_texts (Reader              *self,
            const OvFileIndex   *entry,
            const OvBlockHeader *header)
{
  g_autofree guint8 *bytes = NULL;
  guint64 n = header->counts.n_events;
  guint64 at = n * sizeof (guint32);

  if (at > header->body_bytes
      || (bytes = read_body (self, entry, header)) == NULL
      || !fill_hole (self, (guint64) ov_names_get_n_texts (self->names) + 1, header->first, TRUE))
    return FALSE;

  for (guint64 i = 0; i < n; i++)
    {
      guint32 length;

      memcpy (&length, bytes + i * sizeof length, sizeof length);
      if (length > header->body_bytes - at
          || !ov_names_add_text (self->names, (const char *) bytes + at, length))
        return FALSE;
      at += length;
    }

  return TRUE;
}

/* Through the cursor, because that keeps a bound on how many names of nodes the program takes in. */
static const char *
intern_node (const guint8 *name,
             gsize         length)
{
  guint8 term[4 + OV_FILE_NODE_BYTES + 12] = { 88, 118, (guint8) (length >> 8), (guint8) length };
  OvTermCursor cursor;
  OvPid pid;

  if (length < OV_FILE_NODE_BYTES)
    {
      memcpy (term + 4, name, length);
      ov_term_cursor_init (&cursor, term, 4 + length + 12);
      if (ov_term_cursor_get_pid (&cursor, &pid))
        return pid.node;
    }

  /* No node can have such a name. */
  return g_intern_static_string ("…");
}

/* The names of nodes of an ACTORS block; NULL when they do not fit it. */
static GPtrArray *
read_nodes (const OvBlockHeader *header,
            const guint8        *bytes)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  guint64 n = header->counts.n_actors;
  guint64 lengths = header->counts.n_events * (guint64) sizeof (OvFileActor);
  guint64 at = lengths + n * sizeof (guint32);

  if (at > header->body_bytes)
    return NULL;
  for (guint64 i = 0; i < n; i++)
    {
      guint32 length;

      memcpy (&length, bytes + lengths + i * sizeof length, sizeof length);
      if (length > header->body_bytes - at)
        return NULL;
      g_ptr_array_add (nodes, (gpointer) intern_node (bytes + at, length));
      at += length;
    }

  return g_steal_pointer (&nodes);
}

static gboolean
read_actors (Reader              *self,
             const OvFileIndex   *entry,
             const OvBlockHeader *header)
{
  g_autofree guint8 *bytes = read_body (self, entry, header);
  g_autoptr (GPtrArray) nodes = bytes != NULL ? read_nodes (header, bytes) : NULL;

  if (nodes == NULL || !fill_hole (self, ov_names_get_n_actors (self->names), header->first, FALSE))
    return FALSE;

  for (guint32 i = 0; i < header->counts.n_events; i++)
    {
      OvFileActor actor;
      OvPid pid;

      memcpy (&actor, bytes + i * sizeof actor, sizeof actor);
      if (actor.node > nodes->len)
        return FALSE;
      pid = (OvPid) {
        actor.node != 0 ? g_ptr_array_index (nodes, actor.node - 1) : NULL, actor.id, actor.serial, actor.creation,
      };
      if (!ov_names_add_actor (self->names, &pid))
        return FALSE;
    }

  return TRUE;
}

/* A name for somebody who is not there is no damage: the actor may have been lost. */
static gboolean
read_renames (Reader              *self,
              const OvFileIndex   *entry,
              const OvBlockHeader *header)
{
  g_autofree guint8 *bytes = NULL;

  if (header->body_bytes != header->counts.n_events * (guint64) sizeof (OvRename)
      || (bytes = read_body (self, entry, header)) == NULL)
    return FALSE;

  for (guint32 i = 0; i < header->counts.n_events; i++)
    {
      OvRename rename;

      memcpy (&rename, bytes + i * sizeof rename, sizeof rename);
      if (rename.text <= ov_names_get_n_texts (self->names))
        ov_names_rename (self->names, rename.actor, rename.text);
    }

  return TRUE;
}

/* The summary, or one made from the body when only the summary is damaged. */
static OvSummary *
read_summary (Reader              *self,
              const OvFileIndex   *entry,
              const OvBlockHeader *header,
              const OvPlace       *place)
{
  g_autofree OvSummary *summary = g_try_malloc (MAX (header->summary_bytes, sizeof (OvSummary)));
  OvSummary *made = NULL;
  OvBody *body;

  if (summary != NULL
      && ov_read_all (self->scan.fd, summary, header->summary_bytes, entry->offset + sizeof *header)
      && ov_crc (summary, header->summary_bytes) == header->summary_crc
      && ov_summary_is_sound (summary, header->summary_bytes)
      && summary->n_events == header->counts.n_events)
    return g_steal_pointer (&summary);

  body = load_body (place, self->store);
  if (body != NULL)
    made = ov_summary_new (body, header->counts.n_events);
  ov_body_unref (body);

  return made;
}

static gint64
get_last_ns (Reader *self)
{
  gint64 first_ns, last_ns;

  return ov_store_get_span (self->store, &first_ns, &last_ns) ? last_ns : self->scan.header.created_ns;
}

/* Events that the file counts and that are not there. */
static gboolean
note_missing (Reader  *self,
              guint64  up_to)
{
  gboolean is_noted = TRUE;

  if (up_to > self->expected)
    is_noted = ov_store_add_gap (self->store, get_last_ns (self), OV_GAP_RECORDER, up_to - self->expected);
  self->expected = MAX (self->expected, up_to);

  return is_noted;
}

static gboolean
read_events (Reader              *self,
             const OvFileIndex   *entry,
             const OvBlockHeader *header)
{
  OvSummary *summary;
  OvPlace place = {
    .class = &recording_class,
    .keeper = self->file,
    .offset = entry->offset + sizeof *header + header->summary_bytes,
    .n_bytes = entry->n_bytes,
    .counts = header->counts,
    .crc = header->body_crc,
  };

  if (header->counts.n_events == 0
      || ov_body_get_size (&header->counts) != header->body_bytes
      || header->summary_bytes % 8 != 0
      || header->first < self->expected
      || header->first > G_MAXINT64)
    return FALSE;

  summary = read_summary (self, entry, header, &place);
  if (summary == NULL)
    return FALSE;
  recording_file_ref (self->file);
  if (note_missing (self, header->first) && ov_store_add_chunk (self->store, summary, &place))
    {
      self->expected = header->first + header->counts.n_events;
      return TRUE;
    }

  recording_file_unref (self->file);
  g_free (summary);

  return FALSE;
}

typedef gboolean (*ReadBlock) (Reader              *self,
                               const OvFileIndex   *entry,
                               const OvBlockHeader *header);

static const ReadBlock readers[] = {
  [OV_BLOCK_TEXTS] = read_texts,
  [OV_BLOCK_ACTORS] = read_actors,
  [OV_BLOCK_RENAMES] = read_renames,
  [OV_BLOCK_EVENTS] = read_events,
};

/* A kind that a later version added is left out. */
static gboolean
read_block (Reader            *self,
            const OvFileIndex *entry)
{
  OvBlockHeader header;

  if (!ov_file_read_block (&self->scan, entry->offset, &header))
    return FALSE;
  if (header.kind >= G_N_ELEMENTS (readers) || readers[header.kind] == NULL)
    return TRUE;

  return readers[header.kind] (self, entry, &header);
}

/* Up to which event the file says that it goes, by what can be read of it. */
static guint64
get_claimed_end (const OvFileIndex *entry)
{
  if (entry->kind != OV_BLOCK_EVENTS || entry->n > OV_CHUNK_MAX_EVENTS || entry->first > G_MAXINT64)
    return 0;

  return entry->first + entry->n;
}

static void
read_blocks (Reader *self)
{
  guint64 claimed = 0;

  for (guint i = 0; i < self->scan.blocks->len; i++)
    {
      const OvFileIndex *entry = &g_array_index (self->scan.blocks, OvFileIndex, i);

      claimed = MAX (claimed, get_claimed_end (entry));
      /* What the scan found damaged is counted already. */
      if (entry->n_bytes != 0 && !read_block (self, entry))
        self->scan.damaged++;
    }
  note_missing (self, claimed);
}

/* ---- opening ---- */

static void
set_errno_error (GError    **error,
                 const char *path,
                 int         saved)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), _("“%s” cannot be opened: %s"), name,
               g_strerror (saved));
}

static int
open_file (const char  *path,
           guint64     *size,
           GError     **error)
{
  /* Nonblocking, or a pipe of that name would keep us waiting. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_autofree char *name = g_filename_display_name (path);
  struct stat facts;

  if (fd < 0 || fstat (fd, &facts) != 0)
    {
      set_errno_error (error, path, errno);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if (S_ISREG (facts.st_mode))
    {
      *size = (guint64) facts.st_size;
      return fd;
    }

  close (fd);
  if (S_ISDIR (facts.st_mode))
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING,
                 _("“%s” is a folder, not a recording"), name);
  else
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING,
                 _("“%s” is not a file, so it is no recording"), name);

  return -1;
}

static gboolean
is_header_whole (const OvFileHeader *header)
{
  return header->version == OV_FILE_VERSION
         && header->order == OV_FILE_ORDER
         && header->header_bytes == sizeof *header
         && header->crc == ov_crc (header, offsetof (OvFileHeader, crc))
         && header->node[sizeof header->node - 1] == '\0'
         && g_utf8_validate (header->node, -1, NULL);
}

static gboolean
read_file_header (OvFileScan  *scan,
                  const char  *path,
                  GError     **error)
{
  OvFileHeader *header = &scan->header;
  gsize n = (gsize) MIN (scan->size, sizeof *header);
  g_autofree char *name = g_filename_display_name (path);

  if (n == 0)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING, _("“%s” is empty"), name);
  else if (!ov_read_all (scan->fd, header, n, 0))
    set_errno_error (error, path, errno);
  else if (memcmp (header->magic, OV_FILE_MAGIC, MIN (n, sizeof header->magic)) != 0)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING,
                 _("“%s” is another kind of file, not a recording"), name);
  else if (n < sizeof *header)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED,
                 _("The recording “%s” ends before its first event"), name);
  else if (header->order == GUINT32_SWAP_LE_BE (OV_FILE_ORDER))
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_VERSION,
                 _("The recording “%s” was written on a machine with another order of bytes"), name);
  else if (header->order == OV_FILE_ORDER && header->version > OV_FILE_VERSION && header->version < 65536)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_VERSION,
                 _("The recording “%s” was written by a newer version of Overstory"), name);
  else if (!is_header_whole (header))
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED,
                 _("The begin of the recording “%s” is damaged"), name);
  else
    return TRUE;

  return FALSE;
}

static void
fill_info (const Reader    *reader,
           OvRecordingInfo *info)
{
  *info = (OvRecordingInfo) {
    .node = g_strdup (reader->scan.header.node),
    .otp_release = reader->scan.header.otp_release,
    .started_ns = reader->scan.header.created_ns,
    .ended_ns = reader->scan.header.created_ns,
    .events = ov_store_get_end (reader->store),
    .lost_bytes = reader->scan.lost_bytes,
    .damaged_blocks = reader->scan.damaged,
  };
  ov_store_get_span (reader->store, &info->started_ns, &info->ended_ns);
}

/* The reader's file is open and its header is good. */
static OvStore *
read_store (Reader *self)
{
  const char *node = self->scan.header.node;

  self->names = ov_names_new ();
  self->store = ov_store_new_closed (node[0] != '\0' ? node : NULL, self->names);
  self->max_holes = self->scan.size / 16;
  ov_file_scan (&self->scan);
  read_blocks (self);
  g_array_unref (self->scan.blocks);

  return self->store;
}

/**
 * ov_recording_open:
 * @path: a file name
 * @info: (out) (nullable): what it is, to be cleared
 * @error: an error of %OV_RECORDING_ERROR, or of %G_IO_ERROR when the system refuses
 *
 * Names and figures are read now, events when they are looked at: a block that turns out to be damaged then
 * shows as one GAP, and its other numbers have no event. Thread: any.
 *
 * Returns: (transfer full) (nullable): a store that cannot be appended to
 */
OvStore *
ov_recording_open (const char       *path,
                   OvRecordingInfo  *info,
                   GError          **error)
{
  g_autoptr (RecordingFile) file = NULL;
  g_autoptr (OvStore) store = NULL;
  Reader reader = { 0 };

  g_return_val_if_fail (path != NULL, NULL);

  reader.scan.fd = open_file (path, &reader.scan.size, error);
  if (reader.scan.fd < 0)
    return NULL;
  file = g_new0 (RecordingFile, 1);
  g_atomic_ref_count_init (&file->refs);
  file->fd = reader.scan.fd;
  if (!read_file_header (&reader.scan, path, error))
    return NULL;

  reader.file = file;
  store = read_store (&reader);
  if (ov_store_get_end (store) == 0 && (reader.scan.damaged > 0 || reader.scan.lost_bytes > 0))
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED,
                   _("Nothing in the recording “%s” can be read"), name);
      return NULL;
    }
  if (info != NULL)
    fill_info (&reader, info);

  return g_steal_pointer (&store);
}

/* ---- in the pool ---- */

typedef struct
{
  char           *path;
  OvRecordingInfo info;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  ov_recording_info_clear (&self->info);
  g_free (self->path);
  g_free (self);
}

static void
open_in_pool (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  Opening *opening = data;
  GError *error = NULL;
  OvStore *store = ov_recording_open (opening->path, &opening->info, &error);

  if (store != NULL)
    g_task_return_pointer (task, store, (GDestroyNotify) ov_store_unref);
  else
    g_task_return_error (task, error);
}

/**
 * ov_recording_open_async:
 * @path: a file name
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is open
 * @user_data: its argument
 *
 * As ov_recording_open(), in the pool.
 */
void
ov_recording_open_async (const char          *path,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Opening *opening;

  g_return_if_fail (path != NULL);

  opening = g_new0 (Opening, 1);
  opening->path = g_strdup (path);
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_recording_open_async);
  g_task_set_task_data (task, opening, opening_free);
  g_task_run_in_thread (task, open_in_pool);
}

/**
 * ov_recording_open_finish:
 * @result: what the callback got
 * @info: (out) (nullable): what it is, to be cleared
 * @error: as of ov_recording_open()
 *
 * Returns: (transfer full) (nullable): the store
 */
OvStore *
ov_recording_open_finish (GAsyncResult     *result,
                          OvRecordingInfo  *info,
                          GError          **error)
{
  OvStore *store;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  store = g_task_propagate_pointer (G_TASK (result), error);
  if (store != NULL && info != NULL)
    {
      Opening *opening = g_task_get_task_data (G_TASK (result));

      *info = opening->info;
      opening->info = (OvRecordingInfo) { 0 };
    }

  return store;
}
