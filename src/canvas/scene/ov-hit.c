/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A uniform grid over the layout's bounds.  An item is listed in every cell that it touches;
 * one that would touch too many goes to the list of large ones, which is walked from its end,
 * because what stands inside has the higher index.
 *
 * Invariant: each list of indexes is ascending.
 */
#include "canvas/scene/ov-hit.h"

#include <math.h>

#define MAX_CELLS_PER_ITEM 24
#define MAX_SIDE           1024

struct _OvHit
{
  double   x, y, cell_width, cell_height;
  guint32  columns, rows;
  guint32 *starts;  /* columns * rows + 1 offsets into members */
  guint32 *members;
  GArray  *large;   /* guint32 */
};

typedef struct
{
  guint32 left, top, right, bottom; /* cells, both ends included */
} CellRange;

static guint32
cell_at (double  distance,
         double  size,
         guint32 n)
{
  return (guint32) CLAMP (distance / size, 0, n - 1);
}

static CellRange
get_range (const OvHit *self,
           const OvBox *box)
{
  return (CellRange) {
    cell_at (box->x - self->x, self->cell_width, self->columns),
    cell_at (box->y - self->y, self->cell_height, self->rows),
    cell_at (box->x + box->width - self->x, self->cell_width, self->columns),
    cell_at (box->y + box->height - self->y, self->cell_height, self->rows),
  };
}

static gboolean
is_large (const CellRange *range)
{
  return (guint64) (range->right - range->left + 1) * (range->bottom - range->top + 1)
         > MAX_CELLS_PER_ITEM;
}

static void
choose_grid (OvHit          *self,
             const OvLayout *layout)
{
  double width = MAX (layout->bounds.width, 1), height = MAX (layout->bounds.height, 1);
  double side = sqrt (width * height / MAX (layout->n, 1));

  self->x = layout->bounds.x;
  self->y = layout->bounds.y;
  self->columns = (guint32) CLAMP (width / side, 1, MAX_SIDE);
  self->rows = (guint32) CLAMP (height / side, 1, MAX_SIDE);
  self->cell_width = width / self->columns;
  self->cell_height = height / self->rows;
}

/* Twice over the items: first the cells' sizes are counted, then they are filled. */
static void
fill_cells (OvHit          *self,
            const OvLayout *layout,
            gboolean        counting)
{
  for (guint32 i = 0; i < layout->n; i++)
    {
      CellRange range = get_range (self, &layout->boxes[i]);

      if (is_large (&range))
        {
          if (counting)
            g_array_append_val (self->large, i);
          continue;
        }
      for (guint32 row = range.top; row <= range.bottom; row++)
        for (guint32 column = range.left; column <= range.right; column++)
          {
            guint32 cell = row * self->columns + column;

            if (counting)
              self->starts[cell + 1]++;
            else
              self->members[self->starts[cell]++] = i;
          }
    }
}

OvHit *
ov_hit_new (const OvLayout *layout)
{
  OvHit *self = g_new0 (OvHit, 1);
  guint32 n_cells;

  g_return_val_if_fail (layout != NULL, NULL);

  self->large = g_array_new (FALSE, FALSE, sizeof (guint32));
  choose_grid (self, layout);
  n_cells = self->columns * self->rows;
  self->starts = g_new0 (guint32, n_cells + 1);
  fill_cells (self, layout, TRUE);
  for (guint32 cell = 0; cell < n_cells; cell++)
    self->starts[cell + 1] += self->starts[cell];
  self->members = g_new (guint32, MAX (self->starts[n_cells], 1));
  fill_cells (self, layout, FALSE);

  /* Filling has moved each start to the next one's place. */
  for (guint32 cell = n_cells; cell > 0; cell--)
    self->starts[cell] = self->starts[cell - 1];
  self->starts[0] = 0;

  return self;
}

void
ov_hit_free (OvHit *self)
{
  if (self == NULL)
    return;

  g_free (self->starts);
  g_free (self->members);
  g_array_unref (self->large);
  g_free (self);
}

static gboolean
contains (const OvBox *box,
          double       x,
          double       y)
{
  return x >= box->x && y >= box->y && x < box->x + box->width && y < box->y + box->height;
}

guint32
ov_hit_find (const OvHit    *self,
             const OvLayout *layout,
             double          x,
             double          y)
{
  guint32 cell, found = OV_SCENE_NONE;

  g_return_val_if_fail (self != NULL && layout != NULL, OV_SCENE_NONE);

  if (!contains (&layout->bounds, x, y))
    return OV_SCENE_NONE;

  cell = cell_at (y - self->y, self->cell_height, self->rows) * self->columns
         + cell_at (x - self->x, self->cell_width, self->columns);
  for (guint32 i = self->starts[cell + 1]; i-- > self->starts[cell];)
    if (contains (&layout->boxes[self->members[i]], x, y))
      {
        found = self->members[i];
        break;
      }
  for (guint i = self->large->len; i-- > 0;)
    {
      guint32 item = g_array_index (self->large, guint32, i);

      if (found != OV_SCENE_NONE && item < found)
        break;
      if (contains (&layout->boxes[item], x, y))
        return item;
    }

  return found;
}

guint32
ov_hit_find_near (const OvHit    *self,
                  const OvLayout *layout,
                  double          x,
                  double          y,
                  double          reach)
{
  OvBox square = { x - reach, y - reach, 2 * reach, 2 * reach };
  CellRange range;
  double nearest = INFINITY;
  guint32 found = OV_SCENE_NONE;

  g_return_val_if_fail (self != NULL && layout != NULL, OV_SCENE_NONE);

  range = get_range (self, &square);
  if ((guint64) (range.right - range.left + 1) * (range.bottom - range.top + 1) > 400)
    return OV_SCENE_NONE;
  for (guint32 row = range.top; row <= range.bottom; row++)
    for (guint32 column = range.left; column <= range.right; column++)
      {
        guint32 cell = row * self->columns + column;

        for (guint32 i = self->starts[cell]; i < self->starts[cell + 1]; i++)
          {
            const OvBox *box = &layout->boxes[self->members[i]];
            double distance = hypot (box->x + box->width / 2 - x, box->y + box->height / 2 - y);

            if (distance < nearest && distance <= reach)
              {
                nearest = distance;
                found = self->members[i];
              }
          }
      }

  return found;
}
