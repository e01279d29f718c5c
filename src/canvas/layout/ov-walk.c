/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In both layouts arrows go to the neighbour that is seen in that direction among the siblings.
 * Where no sibling stands there, up leads to the parent, down to the first child, and left and
 * right to the sibling before and after, so that every item can be reached with arrows alone.
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

/* How far @to lies that way; sideways counts double, what lies elsewhere is infinitely far. */
static double
distance (const OvBox *from,
          const OvBox *to,
          OvStep       step)
{
  double dx = to->x + to->width / 2 - from->x - from->width / 2;
  double dy = to->y + to->height / 2 - from->y - from->height / 2;
  double ahead = step == OV_STEP_LEFT ? from->x - to->x - to->width
                 : step == OV_STEP_RIGHT ? to->x - from->x - from->width
                 : step == OV_STEP_UP ? from->y - to->y - to->height
                 : to->y - from->y - from->height;
  gboolean across = step == OV_STEP_LEFT || step == OV_STEP_RIGHT;

  if (ahead < -0.5)
    return INFINITY;

  return across ? fabs (dx) + 2 * fabs (dy) : fabs (dy) + 2 * fabs (dx);
}

static guint32
nearest_sibling (const OvScene  *scene,
                 const OvLayout *layout,
                 guint32         from,
                 OvStep          step)
{
  const OvSceneItem *items = ov_scene_get_items (scene);
  guint32 end = siblings_end (scene, from), found = from;
  double nearest = INFINITY;

  for (guint32 i = first_sibling (items, from); i < end; i = items[i].subtree_end)
    {
      double d = i == from ? INFINITY : distance (&layout->boxes[from], &layout->boxes[i], step);

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
      to = nearest_sibling (scene, layout, from, step);
      return to != from ? to : step_to_parent (items, from);
    case OV_STEP_DOWN:
      if (step_to_child (items, from) != from)
        return step_to_child (items, from);
      return nearest_sibling (scene, layout, from, step);
    case OV_STEP_LEFT:
    case OV_STEP_RIGHT:
    default:
      to = nearest_sibling (scene, layout, from, step);
      return to != from ? to : step_in_order (scene, from, step == OV_STEP_RIGHT);
    }
}
