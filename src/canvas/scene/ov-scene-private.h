/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the flat arrays of this folder share: text in one arena, items in depth-first order, and
 * the way from an id to an index.
 */
#pragma once

#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

/* The beginning of each kind of item; an array of them is walked by its stride. */
typedef struct
{
  guint64 id;
  guint32 parent;
  guint32 subtree_end;
} OvItemHead;

typedef struct
{
  guint32 *slots; /* open addressing: index + 1, 0 is free */
  guint32  mask;
} OvIdIndex;

GByteArray *ov_text_arena_new    (void) G_GNUC_WARN_UNUSED_RESULT;
/* Returns the offset; 0 for no text. Cut and made valid: names come from foreign systems. */
guint32     ov_text_arena_append (GByteArray *self,
                                  const char *text);
const char *ov_text_arena_get    (const GByteArray *self,
                                  guint32           offset);

/* Whether @parent may get one more child after the last of @n items. */
gboolean    ov_items_is_open     (gconstpointer items,
                                  gsize         stride,
                                  guint32       n,
                                  guint32       parent);
void        ov_items_set_ends    (gpointer items,
                                  gsize    stride,
                                  guint32  n);

void        ov_id_index_fill     (OvIdIndex    *self,
                                  gconstpointer items,
                                  gsize         stride,
                                  guint32       n);
guint32     ov_id_index_find     (const OvIdIndex *self,
                                  gconstpointer    items,
                                  gsize            stride,
                                  guint64          id);

/* The higher of two heats, where one may be none. */
guint8      ov_heat_max          (guint8 a,
                                  guint8 b);

G_END_DECLS
