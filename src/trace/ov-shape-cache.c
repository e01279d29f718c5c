/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the hash of a shape to the store's string, so that an event costs no printing.
 *
 * Invariant: each shape is printed once; beyond MAX_SHAPES all further ones are "…".
 * Thread: that of the intake.
 */
#include "trace/ov-shape-private.h"

#include "trace/ov-trace-message.h"

#include <string.h>

/* A program that makes atoms of its data gets no string for each of them. */
#define MAX_SHAPES 32768

/* An open table of hash and string, at most half full. */
struct _OvShapeCache
{
  guint64 *hashes; /* 0: free */
  guint32 *texts;
  guint    size;   /* a power of two */
  guint    used;
};

/*< private >
 * ov_shape_cache_new:
 *
 * Returns: (transfer full): an empty cache
 */
OvShapeCache *
ov_shape_cache_new (void)
{
  OvShapeCache *self = g_new0 (OvShapeCache, 1);

  self->size = 1024;
  self->hashes = g_new0 (guint64, self->size);
  self->texts = g_new0 (guint32, self->size);
  return self;
}

void
ov_shape_cache_free (OvShapeCache *self)
{
  g_free (self->hashes);
  g_free (self->texts);
  g_free (self);
}

static guint
find_place (const OvShapeCache *self,
            guint64             hash)
{
  guint at = (guint) (hash >> 20) & (self->size - 1);

  while (self->hashes[at] != 0 && self->hashes[at] != hash)
    at = (at + 1) & (self->size - 1);

  return at;
}

static void
grow (OvShapeCache *self)
{
  OvShapeCache old = *self;

  self->size *= 2;
  self->hashes = g_new0 (guint64, self->size);
  self->texts = g_new0 (guint32, self->size);
  for (guint i = 0; i < old.size; i++)
    if (old.hashes[i] != 0)
      {
        guint at = find_place (self, old.hashes[i]);

        self->hashes[at] = old.hashes[i];
        self->texts[at] = old.texts[i];
      }
  g_free (old.hashes);
  g_free (old.texts);
}

/*< private >
 * ov_shape_cache_intern:
 *
 * Returns: the number of the shape's text in @store; that of "…" when there are too many shapes
 */
guint32
ov_shape_cache_intern (OvShapeCache      *self,
                       OvStore           *store,
                       const OvShapeScan *scan,
                       gconstpointer      bytes,
                       gsize              length)
{
  guint64 hash = scan->hash != 0 ? scan->hash : 1;
  guint at = find_place (self, hash);
  g_autoptr (GString) text = NULL;

  if (G_LIKELY (self->hashes[at] == hash))
    return self->texts[at];
  if (self->used >= MAX_SHAPES)
    return ov_store_intern_text (store, "…", strlen ("…"));

  if (++self->used > self->size / 2)
    {
      grow (self);
      at = find_place (self, hash);
    }
  text = g_string_new (NULL);
  ov_shape_of (bytes, length, text, NULL, NULL);
  self->hashes[at] = hash;
  self->texts[at] = ov_store_intern_text (store, text->str, text->len);
  return self->texts[at];
}
