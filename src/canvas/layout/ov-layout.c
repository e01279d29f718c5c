/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The choice among layouts, and what they have in common.
 * Thread: any; a layout is immutable once it is computed.
 */
#include "canvas/layout/ov-layout-private.h"

OvBox
ov_box_union (OvBox a,
              OvBox b)
{
  double right = MAX (a.x + a.width, b.x + b.width);
  double bottom = MAX (a.y + a.height, b.y + b.height);
  OvBox box = { MIN (a.x, b.x), MIN (a.y, b.y), 0, 0 };

  box.width = right - box.x;
  box.height = bottom - box.y;

  return box;
}

static void
compute_bounds (OvLayout *self)
{
  if (self->n == 0)
    {
      self->bounds = (OvBox) { 0, 0, OV_ITEM_WIDTH, OV_ITEM_HEIGHT };
      return;
    }

  self->bounds = self->boxes[0];
  for (guint32 i = 1; i < self->n; i++)
    self->bounds = ov_box_union (self->bounds, self->boxes[i]);
  for (guint32 i = 0; i < self->n_frames; i++)
    self->bounds = ov_box_union (self->bounds, self->frames[i].box);
}

gboolean
ov_layout_is_tidy (const OvScene *scene,
                   OvLayoutKind   kind)
{
  g_return_val_if_fail (scene != NULL, FALSE);

  return kind == OV_LAYOUT_TIDY
         || (kind == OV_LAYOUT_AUTOMATIC && ov_scene_get_size (scene) <= OV_TIDY_MAX_ITEMS);
}

/**
 * ov_layout_compute:
 * @scene: a frozen scene
 * @kind: which layout
 * @cancellable: (nullable): looked at now and then
 *
 * Returns: (transfer full) (nullable): the places, or %NULL when cancelled
 */
OvLayout *
ov_layout_compute (const OvScene *scene,
                   OvLayoutKind   kind,
                   GCancellable  *cancellable)
{
  g_autoptr (OvLayout) self = g_new0 (OvLayout, 1);
  gboolean done;

  g_return_val_if_fail (scene != NULL, NULL);

  self->n = ov_scene_get_size (scene);
  self->boxes = g_new0 (OvBox, MAX (self->n, 1));
  self->nested = !ov_layout_is_tidy (scene, kind);

  if (g_cancellable_is_cancelled (cancellable))
    return NULL;
  if (self->nested)
    done = ov_layout_pack (self, scene, cancellable);
  else
    done = ov_layout_tidy (self, scene, cancellable);
  if (!done)
    return NULL;
  compute_bounds (self);

  return g_steal_pointer (&self);
}

void
ov_layout_free (OvLayout *self)
{
  if (self == NULL)
    return;

  g_free (self->boxes);
  g_free (self->frames);
  g_free (self->in_grid);
  g_free (self);
}
