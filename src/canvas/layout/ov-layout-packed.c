/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packed nested boxes: a box holds its label strip, then its leaves as a grid in their order,
 * then its larger children on shelves.  Siblings never overlap, children lie inside.
 *
 * Parents have lower indexes than children: one pass backwards knows all sizes and places
 * children relative to their parent, one pass forwards makes the places absolute.  No recursion,
 * so a chain of any depth is fine.  Thread: any.
 */
#include "canvas/layout/ov-layout-private.h"

#define ROOT_GAP 20.0

typedef struct
{
  OvBox             *boxes;
  const OvSceneItem *items;
  GArray            *blocks; /* OvBlock, used again for each parent */
} Packing;

static gboolean
is_leaf (const Packing *packing,
         guint32        i)
{
  return packing->items[i].subtree_end == i + 1;
}

static void
place_cells (Packing *packing,
             guint32  first,
             guint32  end,
             guint32  columns,
             double   left,
             double   top)
{
  guint32 cell = 0;

  for (guint32 i = first; i < end; i = packing->items[i].subtree_end)
    if (is_leaf (packing, i))
      {
        packing->boxes[i].x = left + cell % columns * (OV_ITEM_WIDTH + OV_ITEM_GAP);
        packing->boxes[i].y = top + cell / columns * (OV_ITEM_HEIGHT + OV_ITEM_GAP);
        cell++;
      }
}

/* Places the siblings [first, end) relative to their parent and returns their extent. */
static void
pack_siblings (Packing *packing,
               guint32  first,
               guint32  end,
               double   gap,
               double   left,
               double   top,
               double  *width,
               double  *height)
{
  guint32 n_cells = 0, columns;

  g_array_set_size (packing->blocks, 0);
  for (guint32 i = first; i < end; i = packing->items[i].subtree_end)
    {
      OvBlock block = { i, packing->boxes[i].width, packing->boxes[i].height, 0, 0 };

      if (is_leaf (packing, i))
        n_cells++;
      else
        g_array_append_val (packing->blocks, block);
    }

  columns = ov_shelves_pack ((OvBlock *) (gpointer) packing->blocks->data, packing->blocks->len, gap,
                             n_cells, first == 0, width, height);
  if (n_cells > 0)
    place_cells (packing, first, end, columns, left, top);
  for (guint i = 0; i < packing->blocks->len; i++)
    {
      const OvBlock *block = &g_array_index (packing->blocks, OvBlock, i);

      packing->boxes[block->index].x = left + block->x;
      packing->boxes[block->index].y = top + block->y;
    }
}

static void
size_box (Packing *packing,
          guint32  i)
{
  const OvSceneItem *item = &packing->items[i];
  double strip = item->shape == OV_SHAPE_REGION ? OV_REGION_STRIP : OV_HEADER_STRIP;
  OvBox *box = &packing->boxes[i];

  if (is_leaf (packing, i))
    {
      box->width = OV_ITEM_WIDTH;
      box->height = OV_ITEM_HEIGHT;
      return;
    }

  pack_siblings (packing, i + 1, item->subtree_end, OV_BOX_PADDING,
                 OV_BOX_PADDING, strip + OV_ITEM_GAP / 2, &box->width, &box->height);
  box->width += 2 * OV_BOX_PADDING;
  box->height += strip + OV_ITEM_GAP / 2 + OV_BOX_PADDING;
}

gboolean
ov_layout_pack (OvLayout      *self,
                const OvScene *scene,
                GCancellable  *cancellable)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (OvBlock));
  Packing packing = { self->boxes, ov_scene_get_items (scene), blocks };
  double width, height;

  for (guint32 i = self->n; i-- > 0;)
    {
      if (ov_layout_is_cancelled (cancellable, i))
        return FALSE;
      size_box (&packing, i);
    }
  if (self->n > 0)
    pack_siblings (&packing, 0, self->n, ROOT_GAP, 0, 0, &width, &height);
  for (guint32 i = 0; i < self->n; i++)
    {
      guint32 parent = packing.items[i].parent;

      if (ov_layout_is_cancelled (cancellable, i))
        return FALSE;
      if (parent == OV_SCENE_NONE)
        continue;
      self->boxes[i].x += self->boxes[parent].x;
      self->boxes[i].y += self->boxes[parent].y;
    }

  return TRUE;
}
