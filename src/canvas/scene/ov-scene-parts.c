/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invariants: text offset 0 is the empty string; a parent's index is lower than its children's,
 * and a subtree is one run of indexes.
 * Thread: any; one at a time while it is built.
 */
#include "canvas/scene/ov-scene-private.h"

#include <string.h>

/* Nobody reads more than this of one name. */
#define MAX_TEXT_BYTES 1024

static inline const OvItemHead *
head_at (gconstpointer items,
         gsize         stride,
         guint32       i)
{
  return (const OvItemHead *) ((const guint8 *) items + stride * i);
}

GByteArray *
ov_text_arena_new (void)
{
  GByteArray *self = g_byte_array_sized_new (1024);

  return g_byte_array_append (self, (const guint8 *) "", 1);
}

guint32
ov_text_arena_append (GByteArray *self,
                      const char *text)
{
  g_autofree char *valid = NULL;
  guint32 offset = self->len;
  gsize length;

  if (text == NULL || *text == '\0')
    return 0;

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  length = strlen (text);
  if (length > MAX_TEXT_BYTES)
    length = g_utf8_find_prev_char (text, text + MAX_TEXT_BYTES + 1) - text;
  if (offset > G_MAXUINT32 - MAX_TEXT_BYTES - 2)
    return 0;

  g_byte_array_append (self, (const guint8 *) text, length);
  g_byte_array_append (self, (const guint8 *) "", 1);

  return offset;
}

const char *
ov_text_arena_get (const GByteArray *self,
                   guint32           offset)
{
  g_return_val_if_fail (self != NULL && offset < self->len, "");

  return (const char *) self->data + offset;
}

/* Depth first means: the parent is the last item or one of its ancestors.  The walk upwards
 * leaves subtrees for good, so all walks together are linear. */
gboolean
ov_items_is_open (gconstpointer items,
                  gsize         stride,
                  guint32       n,
                  guint32       parent)
{
  guint32 at = n == 0 ? OV_SCENE_NONE : n - 1;

  while (at != OV_SCENE_NONE && at > parent)
    at = head_at (items, stride, at)->parent;

  return at == parent;
}

/* Children have higher indexes, so one pass backwards sees every subtree finished. */
void
ov_items_set_ends (gpointer items,
                   gsize    stride,
                   guint32  n)
{
  for (guint32 i = n; i-- > 0;)
    {
      const OvItemHead *item = head_at (items, stride, i);
      OvItemHead *parent;

      if (item->parent == OV_SCENE_NONE)
        continue;
      parent = (OvItemHead *) head_at (items, stride, item->parent);
      parent->subtree_end = MAX (parent->subtree_end, item->subtree_end);
    }
}

static guint32
hash_id (guint64 id)
{
  return (guint32) ((id * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

void
ov_id_index_fill (OvIdIndex    *self,
                  gconstpointer items,
                  gsize         stride,
                  guint32       n)
{
  guint32 n_slots = 16;

  while (n_slots < n * 2)
    n_slots *= 2;
  self->slots = g_new0 (guint32, n_slots);
  self->mask = n_slots - 1;

  for (guint32 i = 0; i < n; i++)
    {
      guint64 id = head_at (items, stride, i)->id;
      guint32 slot = hash_id (id) & self->mask;

      while (self->slots[slot] != 0 && head_at (items, stride, self->slots[slot] - 1)->id != id)
        slot = (slot + 1) & self->mask;
      if (self->slots[slot] == 0)
        self->slots[slot] = i + 1;
    }
}

guint32
ov_id_index_find (const OvIdIndex *self,
                  gconstpointer    items,
                  gsize            stride,
                  guint64          id)
{
  if (id == 0)
    return OV_SCENE_NONE;

  for (guint32 slot = hash_id (id) & self->mask; self->slots[slot] != 0; slot = (slot + 1) & self->mask)
    if (head_at (items, stride, self->slots[slot] - 1)->id == id)
      return self->slots[slot] - 1;

  return OV_SCENE_NONE;
}

guint8
ov_heat_max (guint8 a,
             guint8 b)
{
  if (a == OV_HEAT_NONE)
    return b;

  return b == OV_HEAT_NONE ? a : MAX (a, b);
}
