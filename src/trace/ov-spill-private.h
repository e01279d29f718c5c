/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSpill: files without a name in which a store keeps what memory has no room for.
 *
 * Several of them, so that the disk gets its room back when the oldest is forgotten, on any file system.
 * Thread: writing one at a time; viewing any.
 */
#pragma once

#include "trace/ov-chunk-private.h"

G_BEGIN_DECLS

typedef struct _OvSpill OvSpill;
typedef struct _OvSpillFile OvSpillFile;

OvSpill     *ov_spill_new        (guint64 file_bytes) G_GNUC_WARN_UNUSED_RESULT;
void         ov_spill_free       (OvSpill *self);
guint64      ov_spill_get_file_bytes (const OvSpill *self);
/* @file: one that somebody holds; @n_bytes: what it takes on the disk.  FALSE: errno says why. */
gboolean     ov_spill_write      (OvSpill       *self,
                                  const OvBody  *body,
                                  OvSpillFile  **file,
                                  guint64       *offset,
                                  guint64       *n_bytes);
OvBody      *ov_spill_file_view  (OvSpillFile        *file,
                                  guint64             offset,
                                  const OvBodyCounts *counts) G_GNUC_WARN_UNUSED_RESULT;
void         ov_spill_file_unref (OvSpillFile *file);

/* write() in a loop that a file size limit cannot kill the program in; FALSE: errno. */
gboolean     ov_write_all        (int           fd,
                                  gconstpointer bytes,
                                  gsize         n,
                                  guint64       offset);

G_END_DECLS
