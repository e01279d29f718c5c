/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The choice among layouts, and what they have in common.
 * Thread: any; a layout is immutable once it is computed.
 */
#include "canvas/layout/ov-layout-private.h"

/* What the automatic choice reckons with. */
#define USUAL_WIDTH   1200.0
#define USUAL_HEIGHT   800.0
#define READABLE_FIT     0.4
#define WORTH_PACKING    1.4

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
  double left, top, right, bottom;

  if (self->n == 0)
    {
      self->bounds = (OvBox) { 0, 0, OV_ITEM_WIDTH, OV_ITEM_HEIGHT };
      return;
    }

  left = self->boxes[0].x;
  top = self->boxes[0].y;
  right = left + self->boxes[0].width;
  bottom = top + self->boxes[0].height;
  for (guint32 i = 1; i < self->n; i++)
    {
      const OvBox *box = &self->boxes[i];

      left = MIN (left, box->x);
      top = MIN (top, box->y);
      right = MAX (right, box->x + box->width);
      bottom = MAX (bottom, box->y + box->height);
    }
  self->bounds = (OvBox) { left, top, right - left, bottom - top };
  for (guint32 i = 0; i < self->n_frames; i++)
    self->bounds = ov_box_union (self->bounds, self->frames[i].box);
}

static OvLayout *
compute (const OvScene *scene,
         gboolean       nested,
         GCancellable  *cancellable)
{
  g_autoptr (OvLayout) self = g_new0 (OvLayout, 1);
  gboolean done;

  self->n = ov_scene_get_size (scene);
  self->boxes = g_new0 (OvBox, MAX (self->n, 1));
  self->nested = nested;
  done = nested ? ov_layout_pack (self, scene, cancellable)
                : ov_layout_tidy (self, scene, cancellable);
  if (!done || g_cancellable_is_cancelled (cancellable))
    return NULL;
  compute_bounds (self);

  return g_steal_pointer (&self);
}

/* The zoom at which the whole fits a window of a usual size. */
static double
get_fit (const OvLayout *self)
{
  return MIN (USUAL_WIDTH / self->bounds.width, USUAL_HEIGHT / self->bounds.height);
}

/* A tree shows who is above whom best, as long as its boxes stay large enough for words. */
static OvLayout *
choose (const OvScene *scene,
        GCancellable  *cancellable)
{
  g_autoptr (OvLayout) tidy = NULL;
  g_autoptr (OvLayout) packed = NULL;

  if (ov_scene_get_size (scene) > OV_TIDY_MAX_ITEMS)
    return compute (scene, TRUE, cancellable);

  tidy = compute (scene, FALSE, cancellable);
  if (tidy == NULL || get_fit (tidy) >= READABLE_FIT)
    return g_steal_pointer (&tidy);
  packed = compute (scene, TRUE, cancellable);
  if (packed == NULL || get_fit (packed) > get_fit (tidy) * WORTH_PACKING)
    return g_steal_pointer (&packed);

  return g_steal_pointer (&tidy);
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
  g_return_val_if_fail (scene != NULL, NULL);

  if (g_cancellable_is_cancelled (cancellable))
    return NULL;
  if (kind == OV_LAYOUT_AUTOMATIC)
    return choose (scene, cancellable);

  return compute (scene, kind == OV_LAYOUT_PACKED, cancellable);
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
