/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A grid of cells, groups inside each other.  Thread: any.
 */
#include "canvas/layout/ov-force.h"

#include <math.h>

typedef struct
{
  const OvGraphNode *nodes;
  OvBox             *boxes;
} Grid;

/* Members stand in rows of their group; sizes first, from the inside. */
static void
arrange (Grid    *grid,
         guint32  first,
         guint32  end,
         double  *width,
         double  *height)
{
  guint32 n = 0, columns, at = 0;
  double cell_width = OV_ITEM_WIDTH, cell_height = OV_ITEM_HEIGHT;

  for (guint32 i = first; i < end; i = grid->nodes[i].subtree_end, n++)
    {
      cell_width = MAX (cell_width, grid->boxes[i].width);
      cell_height = MAX (cell_height, grid->boxes[i].height);
    }
  columns = MAX (1, (guint32) ceil (sqrt (n * 1.45 * cell_height / cell_width)));
  for (guint32 i = first; i < end; i = grid->nodes[i].subtree_end, at++)
    {
      grid->boxes[i].x = at % columns * (cell_width + OV_GRAPH_GAP_X);
      grid->boxes[i].y = at / columns * (cell_height + OV_GRAPH_GAP_Y);
    }
  *width = MIN (n, columns) * (cell_width + OV_GRAPH_GAP_X) - OV_GRAPH_GAP_X;
  *height = (n + columns - 1) / columns * (cell_height + OV_GRAPH_GAP_Y) - OV_GRAPH_GAP_Y;
}

OvGraphLayout *
ov_force_compute (const OvGraph       *graph,
                  const OvGraph       *old_graph,
                  const OvGraphLayout *old,
                  GCancellable        *cancellable)
{
  guint32 n;
  const OvGraphNode *nodes = ov_graph_get_nodes (graph, &n);
  OvGraphLayout *self = g_new0 (OvGraphLayout, 1);
  Grid grid = { nodes, g_new0 (OvBox, MAX (n, 1)) };

  self->n = n;
  self->boxes = grid.boxes;
  for (guint32 i = n; i-- > 0;)
    {
      grid.boxes[i] = (OvBox) { 0, 0, OV_ITEM_WIDTH, OV_ITEM_HEIGHT };
      if (nodes[i].subtree_end == i + 1)
        continue;
      arrange (&grid, i + 1, nodes[i].subtree_end, &grid.boxes[i].width, &grid.boxes[i].height);
      grid.boxes[i].width += 2 * OV_GRAPH_GAP_X;
      grid.boxes[i].height += 2 * OV_GRAPH_GAP_Y + OV_REGION_STRIP;
    }
  arrange (&grid, 0, n, &self->bounds.width, &self->bounds.height);
  for (guint32 i = 0; i < n; i++)
    if (nodes[i].parent != OV_SCENE_NONE)
      {
        grid.boxes[i].x += grid.boxes[nodes[i].parent].x + OV_GRAPH_GAP_X;
        grid.boxes[i].y += grid.boxes[nodes[i].parent].y + OV_GRAPH_GAP_Y + OV_REGION_STRIP;
      }

  return self;
}
