/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An arrow leads to the nearest neighbour in a cone of 120°; only where no edge leads that way does
 * it go to what is no neighbour.  Thread: any.
 */
#include "canvas/layout/ov-graph-walk.h"

#include <math.h>

/* How much farther off the arrow's line counts than along it. */
#define ASIDE 2.0
#define CONE  1.75 /* tangent of 60° */

typedef struct
{
  const OvScene     *scene;
  const OvSceneItem *items;
  const OvLayout    *places;
  guint32            from;
  OvStep             step;
  double             nearest;
  guint32            found;
} Walk;

/* Distance along the arrow with what is beside it counted more; INFINITY: not that way. */
static double
measure (const Walk *walk,
         guint32     to)
{
  const OvBox *a = &walk->places->boxes[walk->from], *b = &walk->places->boxes[to];
  double dx = b->x + b->width / 2 - a->x - a->width / 2;
  double dy = b->y + b->height / 2 - a->y - a->height / 2;
  gboolean flat = walk->step == OV_STEP_LEFT || walk->step == OV_STEP_RIGHT;
  double along = flat ? dx : dy, aside = fabs (flat ? dy : dx);

  if (walk->step == OV_STEP_LEFT || walk->step == OV_STEP_UP)
    along = -along;
  if (along <= 0 || aside > along * CONE)
    return INFINITY;

  return along + ASIDE * aside;
}

static void
consider (Walk    *walk,
          guint32  to)
{
  double distance;

  if (to == walk->from || walk->items[to].subtree_end > to + 1)
    return;
  distance = measure (walk, to);
  if (distance < walk->nearest)
    {
      walk->nearest = distance;
      walk->found = to;
    }
}

static void
walk_by_arrow (Walk              *walk,
               const OvGraphView *view)
{
  const OvGraphCurve *curves;
  guint n;

  curves = ov_graph_view_get_curves (view, &n);
  for (guint i = 0; i < n; i++)
    if (curves[i].from == walk->from || curves[i].to == walk->from)
      consider (walk, curves[i].from == walk->from ? curves[i].to : curves[i].from);
  if (walk->found != OV_SCENE_NONE)
    return;
  for (guint32 i = 0; i < walk->places->n; i++)
    consider (walk, i);
}

/* The busiest or the least busy of what is no open group. */
static guint32
find_extreme (const Walk        *walk,
              const OvGraphView *view,
              gboolean           busiest)
{
  const OvGraph *graph = ov_graph_view_get_graph (view);
  const OvGraphSum *sums = ov_graph_get_sums (graph);
  guint32 found = OV_SCENE_NONE;
  float extreme = 0;

  for (guint32 i = 0; i < walk->places->n; i++)
    {
      float weight = sums[ov_graph_find (graph, walk->items[i].id)].weight;

      if (walk->items[i].subtree_end > i + 1)
        continue;
      if (found == OV_SCENE_NONE || (busiest ? weight > extreme : weight < extreme))
        {
          found = i;
          extreme = weight;
        }
    }

  return found;
}

guint64
ov_graph_walk (const OvGraphView *view,
               guint64            from,
               OvStep             step)
{
  Walk walk = { ov_graph_view_get_scene (view), NULL, ov_graph_view_get_places (view), OV_SCENE_NONE,
                step, INFINITY, OV_SCENE_NONE };

  if (walk.scene == NULL)
    return 0;
  walk.items = ov_scene_get_items (walk.scene);
  walk.from = ov_scene_find (walk.scene, ov_graph_view_stand_in (view, from));
  if (walk.from == OV_SCENE_NONE || step == OV_STEP_FIRST || step == OV_STEP_LAST)
    walk.found = find_extreme (&walk, view, step != OV_STEP_LAST);
  else if (step == OV_STEP_PARENT)
    walk.found = walk.items[walk.from].parent;
  else if (step == OV_STEP_CHILD)
    walk.found = walk.items[walk.from].subtree_end > walk.from + 1 ? walk.from + 1 : OV_SCENE_NONE;
  else
    walk_by_arrow (&walk, view);
  if (walk.found == OV_SCENE_NONE)
    walk.found = walk.from;

  return walk.found == OV_SCENE_NONE ? 0 : walk.items[walk.found].id;
}
