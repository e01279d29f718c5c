/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shapes of messages on the hot path: a hash of the shape without its text, and a cache from that
 * hash to the store's string.
 */
#pragma once

#include "term/ov-term-cursor.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 hash;   /* equal for equal shapes */
  guint8  flags;  /* OvEventFlags */
  guint32 tag;    /* of the reference in it, 0: none */
  OvPid   caller; /* of a call: who waits for the answer, none when it does not say */
} OvShapeScan;

void    ov_shape_scan     (gconstpointer bytes,
                           gsize         length,
                           OvShapeScan  *scan);
/* A hash of a reference, of [alias|Reference], or of what stands in their place; 0: none is there. */
guint32 ov_shape_read_tag (OvTermCursor *cursor);

typedef struct _OvShapeCache OvShapeCache;

OvShapeCache *ov_shape_cache_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void          ov_shape_cache_free   (OvShapeCache *self);
/* The store's string for the message; the store is being written to. */
guint32       ov_shape_cache_intern (OvShapeCache      *self,
                                     OvStore           *store,
                                     const OvShapeScan *scan,
                                     gconstpointer      bytes,
                                     gsize              length);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvShapeCache, ov_shape_cache_free)

G_END_DECLS
