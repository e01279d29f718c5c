/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Left and right lead to the sibling before and after, in the scene's order: in a grid that is
 * reading order.  Down leads to the first child, from an item without children to the sibling
 * that stands below; up to the sibling that stands above, else to the parent.  So every item
 * can be reached with the four arrows alone, in both layouts.
 * Thread: any.
 */
#include "canvas/layout/ov-walk.h"

#include <math.h>

static guint32
first_sibling (const OvSceneItem *items,
               guint32            i)
{
  return items[i].parent == OV_SCENE_NONE ? 0 : items[i].parent + 1;
}

static guint32
siblings_end (const OvScene *scene,
              guint32        i)
{
  guint32 parent = ov_scene_get_items (scene)[i].parent;

  return parent == OV_SCENE_NONE ? ov_scene_get_size (scene)
                                 : ov_scene_get_items (scene)[parent].subtree_end;
}

/* How far @to lies above or below; sideways counts double, the other side is infinitely far. */
static double
distance (const OvBox *from,
          const OvBox *to,
          gboolean     up)
{
  double dx = to->x + to->width / 2 - from->x - from->width / 2;
  double ahead = up ? from->y - to->y - to->height : to->y - from->y - from->height;

  return ahead < -0.5 ? INFINITY : ahead + 2 * fabs (dx);
}

static guint32
nearest_sibling (const OvScene  *scene,
                 const OvLayout *layout,
                 guint32         from,
                 gboolean        up)
{
  const OvSceneItem *items = ov_scene_get_items (scene);
  guint32 end = siblings_end (scene, from), found = from;
  double nearest = INFINITY;

  for (guint32 i = first_sibling (items, from); i < end; i = items[i].subtree_end)
    {
      double d = i == from ? INFINITY : distance (&layout->boxes[from], &layout->boxes[i], up);

      if (d < nearest)
        {
          nearest = d;
          found = i;
        }
    }

  return found;
}

static guint32
step_in_order (const OvScene *scene,
               guint32        from,
               gboolean       forward)
{
  const OvSceneItem *items = ov_scene_get_items (scene);
  guint32 end = siblings_end (scene, from);

  if (forward)
    return items[from].subtree_end < end ? items[from].subtree_end : from;
  for (guint32 i = first_sibling (items, from); i < from; i = items[i].subtree_end)
    if (items[i].subtree_end == from)
      return i;

  return from;
}

static guint32
last_sibling (const OvScene *scene,
              guint32        from)
{
  const OvSceneItem *items = ov_scene_get_items (scene);
  guint32 end = siblings_end (scene, from);

  while (items[from].subtree_end < end)
    from = items[from].subtree_end;

  return from;
}

static guint32
step_to_parent (const OvSceneItem *items,
                guint32            from)
{
  return items[from].parent == OV_SCENE_NONE ? from : items[from].parent;
}

static guint32
step_to_child (const OvSceneItem *items,
               guint32            from)
{
  return items[from].subtree_end > from + 1 ? from + 1 : from;
}

guint32
ov_walk (const OvScene  *scene,
         const OvLayout *layout,
         guint32         from,
         OvStep          step)
{
  const OvSceneItem *items = ov_scene_get_items (scene);
  guint32 to;

  if (ov_scene_get_size (scene) == 0)
    return OV_SCENE_NONE;
  if (from == OV_SCENE_NONE || from >= layout->n)
    return 0;

  switch (step)
    {
    case OV_STEP_PARENT:
      return step_to_parent (items, from);
    case OV_STEP_CHILD:
      return step_to_child (items, from);
    case OV_STEP_FIRST:
      return first_sibling (items, from);
    case OV_STEP_LAST:
      return last_sibling (scene, from);
    case OV_STEP_UP:
      to = nearest_sibling (scene, layout, from, TRUE);
      return to != from ? to : step_to_parent (items, from);
    case OV_STEP_DOWN:
      if (step_to_child (items, from) != from)
        return step_to_child (items, from);
      return nearest_sibling (scene, layout, from, FALSE);
    case OV_STEP_LEFT:
    case OV_STEP_RIGHT:
    default:
      return step_in_order (scene, from, step == OV_STEP_RIGHT);
    }
}
