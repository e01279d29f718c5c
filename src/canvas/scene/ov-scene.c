/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvScene is three arenas: items, text, edges, and after freezing what is derived from them.
 *
 * Invariants: a parent's index is lower than its children's, and a subtree is one run of
 * indexes (ov_scene_add() refuses anything else); text offset 0 is the empty string; nothing
 * changes after ov_scene_freeze(), so a frozen scene may be read from any thread.
 */
#include "canvas/scene/ov-scene-private.h"

struct _OvScene
{
  gint         ref_count;
  gboolean     frozen;
  OvSceneItem *items;
  guint32      n_items, n_allocated;
  GByteArray  *text;
  GArray      *edges;      /* OvSceneEdge */
  guint8      *worst;      /* by item: worst tone of the subtree */
  guint8      *hottest;    /* by item: highest heat of the subtree */
  GArray      *trouble;    /* guint32: items whose own tone is warning or worse */
  OvIdIndex    ids;
};

/**
 * ov_scene_new:
 * @expected_items: how many items will be added; more is fine
 *
 * Returns: (transfer full): an empty scene that can be added to
 */
OvScene *
ov_scene_new (guint32 expected_items)
{
  OvScene *self = g_new0 (OvScene, 1);

  self->ref_count = 1;
  self->n_allocated = MAX (expected_items, 16);
  self->items = g_new (OvSceneItem, self->n_allocated);
  self->text = ov_text_arena_new ();
  self->edges = g_array_new (FALSE, FALSE, sizeof (OvSceneEdge));
  self->trouble = g_array_new (FALSE, FALSE, sizeof (guint32));

  return self;
}

OvScene *
ov_scene_ref (OvScene *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);

  return self;
}

void
ov_scene_unref (OvScene *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_free (self->items);
  g_byte_array_unref (self->text);
  g_array_unref (self->edges);
  g_array_unref (self->trouble);
  g_free (self->worst);
  g_free (self->hottest);
  g_free (self->ids.slots);
  g_free (self);
}

/**
 * ov_scene_add:
 * @item: what to add; subtree_end, depth, label and sublabel are set by the scene
 * @label: (nullable): first line
 * @sublabel: (nullable): second line
 *
 * Returns: the item's index, or %OV_SCENE_NONE when the order is not depth first
 */
guint32
ov_scene_add (OvScene           *self,
              const OvSceneItem *item,
              const char        *label,
              const char        *sublabel)
{
  OvSceneItem *added;

  g_return_val_if_fail (self != NULL && !self->frozen, OV_SCENE_NONE);
  g_return_val_if_fail (item != NULL && item->id != 0, OV_SCENE_NONE);
  g_return_val_if_fail (item->parent == OV_SCENE_NONE
                          || ov_items_is_open (self->items, sizeof (OvSceneItem), self->n_items,
                                               item->parent),
                        OV_SCENE_NONE);
  g_return_val_if_fail (self->n_items < OV_SCENE_NONE / 4, OV_SCENE_NONE);

  if (self->n_items == self->n_allocated)
    {
      self->n_allocated *= 2;
      self->items = g_renew (OvSceneItem, self->items, self->n_allocated);
    }
  added = &self->items[self->n_items];
  *added = *item;
  added->tone = MIN (added->tone, OV_TONE_ERROR);
  added->label = ov_text_arena_append (self->text, label);
  added->sublabel = ov_text_arena_append (self->text, sublabel);
  added->subtree_end = self->n_items + 1;
  added->depth = 0;

  return self->n_items++;
}

void
ov_scene_add_edge (OvScene *self,
                   guint32  from,
                   guint32  to,
                   guint8   kind)
{
  OvSceneEdge edge = { from, to, kind };

  g_return_if_fail (self != NULL && !self->frozen);
  g_return_if_fail (from < self->n_items && to < self->n_items);

  g_array_append_val (self->edges, edge);
}

static void
derive_depths (OvScene *self)
{
  for (guint32 i = 0; i < self->n_items; i++)
    {
      guint32 parent = self->items[i].parent;

      if (parent != OV_SCENE_NONE)
        self->items[i].depth = MIN (self->items[parent].depth + 1, G_MAXUINT8);
    }
}

static void
derive_subtrees (OvScene *self)
{
  self->worst = g_new (guint8, MAX (self->n_items, 1));
  self->hottest = g_new (guint8, MAX (self->n_items, 1));
  ov_items_set_ends (self->items, sizeof (OvSceneItem), self->n_items);
  for (guint32 i = 0; i < self->n_items; i++)
    {
      self->worst[i] = self->items[i].tone;
      self->hottest[i] = self->items[i].heat;
    }

  for (guint32 i = self->n_items; i-- > 0;)
    {
      guint32 parent = self->items[i].parent;

      if (parent == OV_SCENE_NONE)
        continue;
      self->worst[parent] = MAX (self->worst[parent], self->worst[i]);
      self->hottest[parent] = ov_heat_max (self->hottest[parent], self->hottest[i]);
    }
}

static void
derive_trouble (OvScene *self)
{
  for (guint32 i = 0; i < self->n_items; i++)
    if (self->items[i].tone >= OV_TONE_WARNING)
      g_array_append_val (self->trouble, i);
}

/**
 * ov_scene_freeze:
 *
 * Ends the building: from here on the scene is immutable and may be read from any thread.
 */
void
ov_scene_freeze (OvScene *self)
{
  g_return_if_fail (self != NULL);

  if (self->frozen)
    return;

  derive_depths (self);
  derive_subtrees (self);
  derive_trouble (self);
  ov_id_index_fill (&self->ids, self->items, sizeof (OvSceneItem), self->n_items);
  self->frozen = TRUE;
}

guint32
ov_scene_get_size (const OvScene *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_items;
}

const OvSceneItem *
ov_scene_get_items (const OvScene *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->items;
}

const char *
ov_scene_get_text (const OvScene *self,
                   guint32        offset)
{
  g_return_val_if_fail (self != NULL, "");

  return ov_text_arena_get (self->text, offset);
}

const OvSceneEdge *
ov_scene_get_edges (const OvScene *self,
                    guint32       *n)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (n != NULL)
    *n = self->edges->len;

  return (const OvSceneEdge *) (gpointer) self->edges->data;
}

const guint8 *
ov_scene_get_worst (const OvScene *self)
{
  g_return_val_if_fail (self != NULL && self->frozen, NULL);

  return self->worst;
}

const guint8 *
ov_scene_get_hottest (const OvScene *self)
{
  g_return_val_if_fail (self != NULL && self->frozen, NULL);

  return self->hottest;
}

const guint32 *
ov_scene_get_trouble (const OvScene *self,
                      guint32       *n)
{
  g_return_val_if_fail (self != NULL && self->frozen, NULL);

  if (n != NULL)
    *n = self->trouble->len;

  return (const guint32 *) (gpointer) self->trouble->data;
}

/**
 * ov_scene_find:
 * @id: an item's id
 *
 * Returns: the item's index, or %OV_SCENE_NONE
 */
guint32
ov_scene_find (const OvScene *self,
               guint64        id)
{
  g_return_val_if_fail (self != NULL && self->frozen, OV_SCENE_NONE);

  return ov_id_index_find (&self->ids, self->items, sizeof (OvSceneItem), id);
}
