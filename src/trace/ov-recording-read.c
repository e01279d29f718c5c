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

#include "term/ov-term-cursor.h"

#include <string.h>
#include <unistd.h>

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
  OvFileScan    *scan;
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
      && ov_read_all (self->scan->fd, bytes, header->body_bytes,
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
      && ov_read_all (self->scan->fd, summary, header->summary_bytes, entry->offset + sizeof *header)
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

  return ov_store_get_span (self->store, &first_ns, &last_ns) ? last_ns : self->scan->header.created_ns;
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

  if (!ov_file_read_block (self->scan, entry->offset, &header))
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

  for (guint i = 0; i < self->scan->blocks->len; i++)
    {
      const OvFileIndex *entry = &g_array_index (self->scan->blocks, OvFileIndex, i);

      claimed = MAX (claimed, get_claimed_end (entry));
      /* What the scan found damaged is counted already. */
      if (entry->n_bytes != 0 && !read_block (self, entry))
        self->scan->damaged++;
    }
  note_missing (self, claimed);
}

OvStore *
ov_file_read (OvFileScan *scan)
{
  const char *node = scan->header.node;
  g_autoptr (RecordingFile) file = g_new0 (RecordingFile, 1);
  Reader self = { .scan = scan, .file = file, .names = ov_names_new (), .max_holes = scan->size / 16 };

  g_atomic_ref_count_init (&file->refs);
  file->fd = scan->fd;
  self.store = ov_store_new_closed (node[0] != '\0' ? node : NULL, self.names);
  ov_file_scan (scan);
  read_blocks (&self);
  g_clear_pointer (&scan->blocks, g_array_unref);

  return self.store;
}
