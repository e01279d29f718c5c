/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shelf packing: boxes of different size, the tallest first, in rows; within a row a shorter
 * box goes below its left neighbour when there is room.  Several row widths are tried and the
 * one that gives the smallest and best proportioned whole is taken.
 *
 * Invariant: the result depends on sizes and indexes only, never on addresses or time.
 * Thread: any.
 */
#include "canvas/layout/ov-layout-private.h"

#include <math.h>
#include <stdlib.h>

#define CELL_WIDTH  (OV_ITEM_WIDTH + OV_ITEM_GAP)
#define CELL_HEIGHT (OV_ITEM_HEIGHT + OV_ITEM_GAP)

/* Row widths that are tried, as parts of the ideal one. */
static const double TRIALS[] = { 0.8, 0.9, 1.0, 1.1, 1.25, 1.45, 1.7 };

/* The open row and, in it, the open column. */
typedef struct
{
  double limit, gap;
  double x, y, height;                  /* row: right end, top, height */
  double column_x, column_width, column_bottom;
  double widest;
} Shelf;

static void
place (Shelf   *shelf,
       OvBlock *block)
{
  double x = shelf->x > 0 ? shelf->x + shelf->gap : 0;

  if (shelf->x > 0 && block->width <= shelf->column_width
      && shelf->column_bottom + shelf->gap + block->height <= shelf->y + shelf->height)
    {
      block->x = shelf->column_x;
      block->y = shelf->column_bottom + shelf->gap;
      shelf->column_bottom = block->y + block->height;
      return;
    }
  if (shelf->x > 0 && x + block->width > shelf->limit)
    {
      shelf->y += shelf->height + shelf->gap;
      x = 0;
    }
  if (x == 0)
    shelf->height = block->height;

  block->x = shelf->column_x = x;
  block->y = shelf->y;
  shelf->column_width = block->width;
  shelf->column_bottom = shelf->y + block->height;
  shelf->x = x + block->width;
  shelf->widest = MAX (shelf->widest, shelf->x);
}

/* The grid of cells is as wide as the row, the shelves follow below it. */
static guint32
arrange (OvBlock *blocks,
         guint32  n,
         double   gap,
         guint32  n_cells,
         double   limit,
         double  *width,
         double  *height)
{
  Shelf shelf = { limit, gap };
  guint32 columns = 0;

  if (n_cells > 0)
    {
      columns = CLAMP ((guint32) ((limit + OV_ITEM_GAP) / CELL_WIDTH), 1, n_cells);
      shelf.widest = columns * CELL_WIDTH - OV_ITEM_GAP;
      shelf.y = (n_cells + columns - 1) / columns * CELL_HEIGHT - OV_ITEM_GAP + gap;
    }
  for (guint32 i = 0; i < n; i++)
    place (&shelf, &blocks[i]);
  *width = shelf.widest;
  *height = n > 0 ? shelf.y + shelf.height : shelf.y - gap;

  return columns;
}

static int
compare_blocks (const void *a,
                const void *b)
{
  const OvBlock *one = a, *two = b;

  if (one->height != two->height)
    return one->height > two->height ? -1 : 1;

  return one->index < two->index ? -1 : one->index > two->index;
}

static double
judge (double width,
       double height)
{
  double aspect = width / height / OV_LAYOUT_ASPECT;

  return width * height * MAX (aspect, 1 / aspect);
}

guint32
ov_grid_columns (guint32 n_cells)
{
  return MAX (1, (guint32) ceil (sqrt (n_cells * OV_LAYOUT_ASPECT * CELL_HEIGHT / CELL_WIDTH) - 0.2));
}

guint32
ov_shelves_pack (OvBlock *blocks,
                 guint32  n,
                 double   gap,
                 guint32  n_cells,
                 double  *width,
                 double  *height)
{
  double area = n_cells * CELL_WIDTH * CELL_HEIGHT;
  double least = 0, best = INFINITY, best_limit = 0;
  double ideal;

  qsort (blocks, n, sizeof (OvBlock), compare_blocks);
  for (guint32 i = 0; i < n; i++)
    {
      area += (blocks[i].width + gap) * (blocks[i].height + gap);
      least = MAX (least, blocks[i].width);
    }
  ideal = n == 0 ? ov_grid_columns (n_cells) * CELL_WIDTH : sqrt (area * OV_LAYOUT_ASPECT);
  if (n == 0)
    return arrange (blocks, n, gap, n_cells, ideal, width, height);

  for (guint i = 0; i < G_N_ELEMENTS (TRIALS); i++)
    {
      double limit = MAX (least, ideal * TRIALS[i]);

      arrange (blocks, n, gap, n_cells, limit, width, height);
      if (judge (*width, *height) < best)
        {
          best = judge (*width, *height);
          best_limit = limit;
        }
    }

  return arrange (blocks, n, gap, n_cells, best_limit, width, height);
}
