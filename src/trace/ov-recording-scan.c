/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding the blocks of a recording: by its index, or one after the other when there is none.
 *
 *   footer is whole ── index is whole ──► take the index
 *        └─ no ─────────────┴──────────► at the first block ── whole ──► the next …
 *                                             ▲    └─ no: look for one further on ── none: the rest is lost
 *                                             └──────────────── found: one damaged ───┘
 *
 * Invariant: blocks are ascending, do not overlap and lie within the file, whatever the file says.
 * Thread: any, one at a time.
 */
#include "trace/ov-recording-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MIN_WINDOW (4 * 1024)
#define MAX_WINDOW (1024 * 1024)

guint32
ov_crc (gconstpointer bytes,
        gsize         n)
{
  return (guint32) crc32_z (0, bytes, n);
}

gboolean
ov_read_all (int      fd,
             gpointer bytes,
             gsize    n,
             guint64  offset)
{
  guint8 *at = bytes;

  while (n > 0)
    {
      ssize_t got = pread (fd, at, n, (off_t) offset);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return FALSE;
      at += got;
      n -= (gsize) got;
      offset += (guint64) got;
    }

  return TRUE;
}

guint64
ov_block_get_size (const OvBlockHeader *header)
{
  /* A file is not larger than that, so nothing below can overflow. */
  if (header->body_bytes > G_MAXINT64 / 2)
    return G_MAXUINT64;

  return (sizeof *header + header->summary_bytes + header->body_bytes + 7) / 8 * 8;
}

static gboolean
is_header_sound (const OvFileScan    *self,
                 const OvBlockHeader *header)
{
  return header->magic == OV_BLOCK_MAGIC
         && header->id == self->header.id
         && header->crc == ov_crc (header, offsetof (OvBlockHeader, crc));
}

gboolean
ov_file_read_block (const OvFileScan *self,
                    guint64           offset,
                    OvBlockHeader    *header)
{
  guint64 size;

  if (offset % 8 != 0
      || offset > self->size
      || self->size - offset < sizeof *header
      || !ov_read_all (self->fd, header, sizeof *header, offset)
      || !is_header_sound (self, header))
    return FALSE;
  size = ov_block_get_size (header);

  return size <= self->size - offset;
}

static void
add_block (OvFileScan          *self,
           guint64              offset,
           const OvBlockHeader *header)
{
  OvFileIndex entry = {
    offset, ov_block_get_size (header), header->first, header->kind, header->counts.n_events,
  };

  g_array_append_val (self->blocks, entry);
}

/* ---- by the index ---- */

static gboolean
read_footer (OvFileScan   *self,
             OvFileFooter *footer)
{
  return self->size >= sizeof (OvFileHeader) + sizeof *footer
         && ov_read_all (self->fd, footer, sizeof *footer, self->size - sizeof *footer)
         && memcmp (footer->magic, OV_FOOTER_MAGIC, sizeof footer->magic) == 0
         && footer->id == self->header.id
         && footer->crc == ov_crc (footer, offsetof (OvFileFooter, crc));
}

static gboolean
is_index_sound (const OvFileIndex *entries,
                guint32            n,
                guint64            end)
{
  guint64 at = sizeof (OvFileHeader);

  for (guint32 i = 0; i < n; i++)
    {
      if (entries[i].offset < at
          || entries[i].offset % 8 != 0
          || entries[i].n_bytes < sizeof (OvBlockHeader)
          || entries[i].offset > end
          || entries[i].n_bytes > end - entries[i].offset)
        return FALSE;
      at = entries[i].offset + entries[i].n_bytes;
    }

  return TRUE;
}

/* An entry whose block is not what it says: damaged, but one knows what is missing. */
static void
check_entries (OvFileScan *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      OvFileIndex *entry = &g_array_index (self->blocks, OvFileIndex, i);
      OvBlockHeader header;

      if (ov_file_read_block (self, entry->offset, &header)
          && ov_block_get_size (&header) == entry->n_bytes
          && header.kind == entry->kind
          && header.first == entry->first
          && header.counts.n_events == entry->n)
        continue;
      entry->n_bytes = 0;
      self->damaged++;
    }
}

/* The INDEX block at @offset, if it is whole. */
static gboolean
take_index (OvFileScan *self,
            guint64     offset)
{
  g_autofree OvFileIndex *entries = NULL;
  OvBlockHeader header;

  if (offset < sizeof (OvFileHeader)
      || !ov_file_read_block (self, offset, &header)
      || header.kind != OV_BLOCK_INDEX
      || header.summary_bytes != 0
      || header.body_bytes != header.counts.n_events * (guint64) sizeof (OvFileIndex))
    return FALSE;

  entries = g_try_malloc (MAX (header.body_bytes, 1));
  if (entries == NULL
      || !ov_read_all (self->fd, entries, header.body_bytes, offset + sizeof header)
      || ov_crc (entries, header.body_bytes) != header.body_crc
      || !is_index_sound (entries, header.counts.n_events, offset))
    return FALSE;

  g_array_set_size (self->blocks, 0);
  g_array_append_vals (self->blocks, entries, header.counts.n_events);
  self->damaged = 0;
  check_entries (self);

  return TRUE;
}

static gboolean
take_index_of_footer (OvFileScan *self)
{
  OvFileFooter footer;

  return read_footer (self, &footer) && take_index (self, footer.index);
}

/* ---- one after the other ---- */

/* The first place in a window of the file where a block of ours may begin; @n when there is none. */
static gsize
find_header (const OvFileScan *self,
             const guint8     *window,
             gsize             n)
{
  for (gsize i = 0; i + sizeof (guint32) <= n; i += 8)
    {
      OvBlockHeader header;
      guint32 word;

      memcpy (&word, window + i, sizeof word);
      if (word != OV_BLOCK_MAGIC)
        continue;
      if (i + sizeof header > n)
        return i;
      memcpy (&header, window + i, sizeof header);
      if (is_header_sound (self, &header))
        return i;
    }

  return n;
}

/* The next block at or after @from, which is a multiple of 8; the size of the file when there is none.  Looks
 * near first, so that a file of many small wounds does not take long. */
static guint64
find_block (OvFileScan *self,
            guint64     from)
{
  g_autofree guint8 *window = g_malloc (MAX_WINDOW);
  OvBlockHeader header;

  for (gsize room = MIN_WINDOW; from < self->size; room = MIN (room * 2, MAX_WINDOW))
    {
      gsize n = (gsize) MIN (room, self->size - from);
      gsize at = 0;

      if (!ov_read_all (self->fd, window, n, from))
        return self->size;
      while ((at += find_header (self, window + at, n - at)) < n)
        {
          if (ov_file_read_block (self, from + at, &header))
            return from + at;
          at = MIN (at + 8, n);
        }
      from += n;
    }

  return self->size;
}

static void
walk_blocks (OvFileScan *self)
{
  guint64 at = sizeof (OvFileHeader);
  OvBlockHeader header;

  while (at < self->size)
    {
      guint64 next;

      if (ov_file_read_block (self, at, &header))
        {
          /* It knows what the damaged ones before it were. */
          if (header.kind != OV_BLOCK_INDEX)
            add_block (self, at, &header);
          else if (self->damaged > 0 && take_index (self, at))
            break;
          at += ov_block_get_size (&header);
          continue;
        }

      next = find_block (self, at + 8);
      if (next >= self->size)
        {
          self->lost_bytes = self->size - at;
          break;
        }
      self->damaged++;
      at = next;
    }
}

void
ov_file_scan (OvFileScan *self)
{
  self->blocks = g_array_new (FALSE, TRUE, sizeof (OvFileIndex));
  if (!take_index_of_footer (self))
    walk_blocks (self);
}
