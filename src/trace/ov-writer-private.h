/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of OvWriter: blocks (ov-writer.c), and what goes into them (ov-writer-names.c, -events.c).
 */
#pragma once

#include "trace/ov-recording-private.h"

G_BEGIN_DECLS

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

void     ov_writer_set_error     (OvWriter  *self,
                                  int        saved, /* errno */
                                  GError   **error);
/* A block whose body is in the scratch. */
gboolean ov_writer_write_scratch (OvWriter           *self,
                                  OvBlockKind         kind,
                                  guint64             first,
                                  const OvBodyCounts *counts,
                                  GError            **error);
gboolean ov_writer_write_events  (OvWriter         *self,
                                  const OvBody     *body,
                                  const OvSummary  *summary,
                                  GError          **error);
/* Those that came since the last time. */
gboolean ov_writer_write_names   (OvWriter  *self,
                                  GError   **error);

G_END_DECLS
