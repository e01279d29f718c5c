/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Boxes of different size on shelves, the tallest first.  The shelves are a skyline: each box
 * goes where its top is highest, so a short box fills the room above its taller neighbour's
 * foot.  Several row widths are tried, and the grid of cells is tried as wide as the row, in its
 * own proportion, and as tall as the tallest box; the smallest and best proportioned whole is
 * taken.
 *
 * Invariant: the result depends on sizes and indexes only, never on addresses or time.
 * Thread: any.
 */
#include "canvas/layout/ov-layout-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_WIDTH  (OV_ITEM_WIDTH + OV_ITEM_GAP)
#define CELL_HEIGHT (OV_ITEM_HEIGHT + OV_ITEM_GAP)

/* Row widths that are tried, as parts of the ideal one; many boxes fill any width well, and few
 * boxes are better tried beside each other. */
static const double TRIALS[] = { 1.0, 1.2, 0.87, 1.4 };
/* The outermost boxes are packed once, and their whole is what has to fit the window. */
static const double STRICT_TRIALS[] = { 1.0, 1.05, 0.95, 1.1, 0.9, 1.15, 0.85, 1.2, 0.8, 1.3, 0.75, 1.4 };
#define MANY_BLOCKS      100
#define TRIALS_WHEN_MANY 2
#define FEW_BLOCKS       3
/* So many of the tallest boxes beside each other give further widths to try. */
#define MAX_BESIDE       4

/* What is taken so far, from left to right: below @y everything is free. */
typedef struct
{
  double x, y, width;
} Step;

typedef struct
{
  Step   *steps;
  guint32 n_steps;
  double  gap;
  double  limit;          /* with one gap */
  double  width, height;  /* of what is placed */
} Skyline;

typedef struct
{
  double  limit;
  guint32 columns;  /* of the grid; cut to the limit */
} Trial;

static void
remove_steps (Skyline *self,
              guint32  first,
              guint32  n)
{
  memmove (self->steps + first, self->steps + first + n,
           (self->n_steps - first - n) * sizeof (Step));
  self->n_steps -= n;
}

/* How high a box of this width can stand at step @at; INFINITY: it does not fit there. */
static double
get_level (const Skyline *self,
           guint32        at,
           double         width)
{
  double end = self->steps[at].x + width, level = 0;

  if (end > self->limit + 1e-6)
    return INFINITY;
  for (guint32 i = at; i < self->n_steps && self->steps[i].x < end - 1e-6; i++)
    level = MAX (level, self->steps[i].y);

  return level;
}

/* The ground from @at on rises to @y over @width. */
static void
raise_ground (Skyline *self,
              guint32  at,
              double   width,
              double   y)
{
  Step raised = { self->steps[at].x, y, width };
  double end = raised.x + width;
  guint32 i = at;

  while (i < self->n_steps && self->steps[i].x + self->steps[i].width <= end + 1e-6)
    i++;
  if (i < self->n_steps && self->steps[i].x < end)
    {
      self->steps[i].width -= end - self->steps[i].x;
      self->steps[i].x = end;
    }
  if (i == at)
    {
      memmove (self->steps + at + 1, self->steps + at, (self->n_steps - at) * sizeof (Step));
      self->n_steps++;
    }
  else
    {
      remove_steps (self, at + 1, i - at - 1);
    }
  self->steps[at] = raised;

  if (at + 1 < self->n_steps && self->steps[at + 1].y == y)
    {
      self->steps[at].width += self->steps[at + 1].width;
      remove_steps (self, at + 1, 1);
    }
  if (at > 0 && self->steps[at - 1].y == y)
    {
      self->steps[at - 1].width += self->steps[at].width;
      remove_steps (self, at, 1);
    }
}

static void
place (Skyline *self,
       OvBlock *block)
{
  guint32 best = 0;
  double level = INFINITY;

  for (guint32 i = 0; i < self->n_steps && level > 0; i++)
    {
      double candidate;

      if (self->steps[i].y >= level)
        continue;
      candidate = get_level (self, i, block->width + self->gap);
      if (candidate < level)
        {
          level = candidate;
          best = i;
        }
    }
  if (level == INFINITY)
    level = get_level (self, best = 0, 0);

  block->x = self->steps[best].x;
  block->y = level;
  self->width = MAX (self->width, block->x + block->width);
  self->height = MAX (self->height, block->y + block->height);
  raise_ground (self, best, block->width + self->gap, level + block->height + self->gap);
}

/* The grid stands at the top left, and where it may have all the columns it wants, alone in its
 * row; returns its columns. */
static guint32
place_grid (Skyline *self,
            guint32  n_cells,
            guint32  columns)
{
  gboolean alone = columns == n_cells;

  columns = MIN (columns, MAX (1, (guint32) ((self->limit - self->gap + OV_ITEM_GAP) / CELL_WIDTH)));


  self->width = columns * CELL_WIDTH - OV_ITEM_GAP;
  self->height = (n_cells + columns - 1) / columns * CELL_HEIGHT - OV_ITEM_GAP;
  raise_ground (self, 0, alone ? self->limit : MIN (self->width + self->gap, self->limit),
                self->height + self->gap);

  return columns;
}

/* @steps has room for two more than there are blocks. */
static guint32
arrange (OvBlock     *blocks,
         guint32      n,
         double       gap,
         guint32      n_cells,
         const Trial *trial,
         Step        *steps,
         double      *width,
         double      *height)
{
  Skyline skyline = { steps, 1, gap, trial->limit + gap, 0, 0 };
  guint32 columns = 0;

  steps[0] = (Step) { 0, 0, skyline.limit };
  if (n_cells > 0)
    columns = place_grid (&skyline, n_cells, trial->columns);
  for (guint32 i = 0; i < n; i++)
    place (&skyline, &blocks[i]);
  *width = skyline.width;
  *height = skyline.height;

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
judge (double   width,
       double   height,
       gboolean strict)
{
  double aspect = width / height / OV_LAYOUT_ASPECT;
  double off = MAX (aspect, 1 / aspect);

  return width * height * (strict ? off * off * off : off);
}

guint32
ov_grid_columns (guint32 n_cells)
{
  return MAX (1, (guint32) ceil (sqrt (n_cells * OV_LAYOUT_ASPECT * CELL_HEIGHT / CELL_WIDTH) - 0.2));
}

static double
measure_blocks (const OvBlock *blocks,
                guint32        n,
                double         gap,
                double        *area)
{
  double widest = 0;

  for (guint32 i = 0; i < n; i++)
    {
      *area += (blocks[i].width + gap) * (blocks[i].height + gap);
      widest = MAX (widest, blocks[i].width);
    }

  return widest;
}

typedef struct
{
  OvBlock *blocks;
  guint32  n, n_cells;
  double   gap;
  Step    *steps;
  Trial    best;
  double   score;
  gboolean strict;
} Search;

static void
try_one (Search *search,
         double  limit,
         guint32 columns)
{
  Trial trial = { limit, columns };
  double width, height, score;

  arrange (search->blocks, search->n, search->gap, search->n_cells, &trial, search->steps, &width,
           &height);
  score = judge (width, height, search->strict);
  if (score < search->score)
    {
      search->score = score;
      search->best = trial;
    }
}

/* The row as wide as the ideal. */
static void
try_widths (Search *search,
            double  ideal,
            double  least)
{
  const double *trials = search->strict ? STRICT_TRIALS : TRIALS;
  guint n = search->strict ? G_N_ELEMENTS (STRICT_TRIALS) : G_N_ELEMENTS (TRIALS);

  for (guint i = 0; i < (search->n > MANY_BLOCKS ? TRIALS_WHEN_MANY : n); i++)
    {
      double limit = MAX (least, ideal * trials[i]);

      try_one (search, limit, search->n_cells);
      if (search->n_cells > 0)
        try_one (search, limit, ov_grid_columns (search->n_cells));
    }
}

/* The tallest boxes side by side, with the grid above, or beside and as tall as they are. */
static void
try_beside (Search *search,
            double  least)
{
  guint32 rows = MAX (1, (guint32) ((search->blocks[0].height + OV_ITEM_GAP) / CELL_HEIGHT));
  guint32 columns = (search->n_cells + rows - 1) / rows;
  double beside = 0;

  for (guint i = 0; i < MIN (search->n, MAX_BESIDE); i++)
    {
      beside += search->blocks[i].width + search->gap;
      try_one (search, MAX (least, beside - search->gap), search->n_cells);
      if (search->n_cells > 0)
        try_one (search, MAX (least, beside + columns * CELL_WIDTH - OV_ITEM_GAP), columns);
    }
}

guint32
ov_shelves_pack (OvBlock *blocks,
                 guint32  n,
                 double   gap,
                 guint32  n_cells,
                 gboolean strict,
                 double  *width,
                 double  *height)
{
  g_autofree Step *steps = g_new (Step, n + 4);
  guint32 columns = ov_grid_columns (n_cells);
  double area = n_cells * CELL_WIDTH * CELL_HEIGHT, least;
  Search search = { blocks, n, n_cells, gap, steps, { columns * CELL_WIDTH, columns }, INFINITY, strict };

  if (n > 0)
    qsort (blocks, n, sizeof (OvBlock), compare_blocks);
  least = MAX (measure_blocks (blocks, n, gap, &area), OV_ITEM_WIDTH);
  if (n > FEW_BLOCKS)
    try_widths (&search, sqrt (area * OV_LAYOUT_ASPECT), least);
  if (n > 0 && n <= MANY_BLOCKS)
    try_beside (&search, least);

  return arrange (blocks, n, gap, n_cells, &search.best, steps, width, height);
}
