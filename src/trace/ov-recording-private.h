/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a recording (FORMAT.md), who writes them and who finds them again.
 */
#pragma once

#include "trace/ov-recording.h"
#include "trace/ov-store-private.h"

G_BEGIN_DECLS

#define OV_FILE_MAGIC "\x89OVREC\r\n"
#define OV_FILE_VERSION 1
#define OV_FILE_ORDER 0x01020304u
#define OV_FILE_NODE_BYTES 1024
#define OV_BLOCK_MAGIC 0x4b42564fu /* "OVBK" */
#define OV_FOOTER_MAGIC "OVEND\r\n\0"

typedef struct
{
  char    magic[8];
  guint32 version;
  guint32 order;        /* OV_FILE_ORDER, as the machine that wrote it stores it */
  guint32 header_bytes; /* of this struct */
  guint32 otp_release;
  guint64 id;           /* random: a block that says another is none of ours */
  gint64  created_ns;
  char    node[OV_FILE_NODE_BYTES];
  guint32 reserved[5];
  guint32 crc;          /* of all before */
} OvFileHeader;

G_STATIC_ASSERT (sizeof (OvFileHeader) == 1088);

/* The numbers are written to recordings: only ever append. */
typedef enum
{
  OV_BLOCK_TEXTS = 1,
  OV_BLOCK_ACTORS,
  OV_BLOCK_RENAMES,
  OV_BLOCK_EVENTS,
  OV_BLOCK_INDEX,
} OvBlockKind;

typedef struct
{
  guint32      magic;
  guint32      kind;
  guint64      id;
  guint64      first;  /* number of the first text, actor, rename, event or index entry in it */
  OvBodyCounts counts; /* n_events: how many texts, … */
  guint64      body_bytes;
  guint32      body_crc;
  guint32      summary_bytes; /* between this and the body; EVENTS only */
  guint32      summary_crc;
  guint32      crc;    /* of all before */
} OvBlockHeader;

G_STATIC_ASSERT (sizeof (OvBlockHeader) == 64);

typedef struct
{
  guint32 node;  /* 1: the first of the block's node names; 0: a name, of which id is the text */
  guint32 id, serial, creation;
} OvFileActor;

typedef struct
{
  guint64 offset, n_bytes, first;
  guint32 kind, n;
} OvFileIndex;

typedef struct
{
  char    magic[8];
  guint64 id;
  guint64 index;  /* offset of the INDEX block */
  guint32 reserved;
  guint32 crc;    /* of all before */
} OvFileFooter;

G_STATIC_ASSERT (sizeof (OvFileFooter) == 32);

/* From the begin of the block to that of the next; G_MAXUINT64: nonsense. */
guint64  ov_block_get_size    (const OvBlockHeader *header);
guint32  ov_crc               (gconstpointer bytes,
                               gsize         n);
/* All of them, or FALSE. */
gboolean ov_read_all          (int      fd,
                               gpointer bytes,
                               gsize    n,
                               guint64  offset);

/* ---- finding ---- */

typedef struct
{
  int          fd;
  guint64      size;
  OvFileHeader header;
  GArray      *blocks;        /* OvFileIndex, ascending; those without n_bytes are damaged */
  guint64      lost_bytes;
  guint        damaged;
} OvFileScan;

/* Fills in blocks, from the index or by looking for them. */
void     ov_file_scan         (OvFileScan *self);
gboolean ov_file_read_block   (const OvFileScan *self,
                               guint64           offset,
                               OvBlockHeader    *header); /* FALSE: none of ours, or beyond the end */

/* ---- reading ---- */

/* A store of a file whose header is good; takes the descriptor. */
OvStore *ov_file_read         (OvFileScan *scan) G_GNUC_WARN_UNUSED_RESULT;

/* ---- writing ---- */

typedef struct _OvWriter OvWriter;

OvWriter *ov_writer_new       (OvStore     *store,
                               const char  *path,
                               guint        otp_release,
                               gboolean     replace,
                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void      ov_writer_free      (OvWriter *self);
/* What is there and was not written yet; without @all only whole chunks. */
gboolean  ov_writer_follow    (OvWriter  *self,
                               gboolean   all,
                               GError   **error);
/* The rest, index and footer; then nothing more can be written. */
gboolean  ov_writer_finish    (OvWriter  *self,
                               GError   **error);
/* Nothing can be written after; the figures stay. */
void      ov_writer_close     (OvWriter *self);
guint64   ov_writer_get_bytes  (OvWriter *self); /* any thread */
guint64   ov_writer_get_events (OvWriter *self); /* any thread */
guint64   ov_writer_get_next   (OvWriter *self); /* any thread: the event that is written next */

G_END_DECLS
