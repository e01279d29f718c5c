/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One pass over the items.  In a nested layout a box that is out of sight or folded takes its
 * whole subtree with it; while gliding, and in a tidy layout, each item is judged alone.
 * Thread: any.
 */
#include "canvas/scene/ov-display-list.h"

/* Far outside of any screen, and still exact as a float and an int. */
#define FAR 1e7

static OvDetail
judge (double   width,
       double   height,
       double   scale,
       gboolean holds)
{
  double least = MIN (width, height) / scale, most = MAX (width, height) / scale;

  if (holds && most < OV_DETAIL_SPECK_BELOW)
    return OV_DETAIL_FOLDED;
  if (least < OV_DETAIL_SPECK_BELOW)
    return OV_DETAIL_SPECK;
  if (least < OV_DETAIL_RECT_BELOW)
    return OV_DETAIL_RECT;

  return OV_DETAIL_BOX;
}

static OvDisplayEntry *
append (OvDisplayList *self)
{
  if (self->n == self->n_allocated)
    {
      self->n_allocated = MAX (1024, self->n_allocated * 2);
      self->entries = g_renew (OvDisplayEntry, self->entries, self->n_allocated);
    }

  return &self->entries[self->n++];
}

void
ov_display_list_build (OvDisplayList    *self,
                       const OvScene    *scene,
                       const OvLayout   *layout,
                       const OvViewport *viewport,
                       double            scale_factor)
{
  const OvSceneItem *items = ov_scene_get_items (scene);
  double zoom = viewport->zoom * scale_factor;
  double right = viewport->width * scale_factor, bottom = viewport->height * scale_factor;
  gboolean by_subtree = layout->nested && !layout->gliding;
  guint32 n = MIN (layout->n, ov_scene_get_size (scene));

  self->n = 0;
  self->zoom = zoom;
  for (guint32 i = 0, next; i < n; i = next)
    {
      const OvBox *box = &layout->boxes[i];
      double x = (box->x - viewport->x) * zoom, y = (box->y - viewport->y) * zoom;
      double width = box->width * zoom, height = box->height * zoom;
      gboolean holds = layout->nested && items[i].subtree_end > i + 1;
      OvDisplayEntry *entry;
      OvDetail detail;

      next = i + 1;
      if (x >= right || y >= bottom || x + width <= 0 || y + height <= 0 || width <= 0)
        {
          if (by_subtree)
            next = items[i].subtree_end;
          continue;
        }
      detail = judge (width, height, scale_factor, holds && by_subtree && !self->whole);
      if (detail == OV_DETAIL_FOLDED)
        next = items[i].subtree_end;

      entry = append (self);
      entry->index = i;
      entry->detail = detail;
      entry->holds = holds;
      entry->zoom = viewport->zoom;
      entry->x = MAX (x, -FAR);
      entry->y = MAX (y, -FAR);
      entry->width = MIN (x + width, FAR) - entry->x;
      entry->height = MIN (y + height, FAR) - entry->y;
    }
}

void
ov_display_list_clear (OvDisplayList *self)
{
  g_clear_pointer (&self->entries, g_free);
  self->n = self->n_allocated = 0;
}
