/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvGround: a bitmap of cells that grows, and the search for the nearest free place.
 *
 * The search walks outwards over a table of steps that is sorted by distance, so the first free
 * place is the nearest.  Wide windows like wide pictures: a step to the side counts less than one
 * up or down. Invariant: what is outside of the bitmap is free.  Thread: any, one at a time.
 */
#include "canvas/layout/ov-force-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Farther than this, in cells, the search goes on beside everything that is there. */
#define REACH_X 128
#define REACH_Y 192
#define ASPECT  1.45
#define MARGIN  64

typedef struct
{
  gint16 x, y;
} Step;

struct _OvGround
{
  guint8 *cells;
  int     left, top, width, height; /* of the bitmap */
  int     right;                    /* after the last cell taken */
  OvPlot  asked;                    /* of the last search, and where it ended */
  guint32 found;
};

static inline double
measure_step (double across,
              double down)
{
  double x = across * OV_CELL_WIDTH / ASPECT, y = down * OV_CELL_HEIGHT;

  /* Between a circle and a square: what gathers around a point fills a box, and still looks grown. */
  return x * x * x * x + y * y * y * y;
}

static int
compare_steps (const void *a,
               const void *b)
{
  const Step *one = a, *two = b;
  double near = measure_step (one->x, one->y), far = measure_step (two->x, two->y);

  if (near != far)
    return near < far ? -1 : 1;
  if (one->y != two->y)
    return one->y < two->y ? -1 : 1;

  return one->x < two->x ? -1 : one->x > two->x;
}

/* Made once: every layout walks the same way. */
static const Step *
get_steps (guint32 *n)
{
  static Step *steps;
  static gsize once;

  *n = (2 * REACH_X + 1) * (2 * REACH_Y + 1);
  if (g_once_init_enter (&once))
    {
      guint32 at = 0;

      steps = g_new (Step, *n);
      for (int y = -REACH_Y; y <= REACH_Y; y++)
        for (int x = -REACH_X; x <= REACH_X; x++)
          steps[at++] = (Step) { x, y };
      qsort (steps, *n, sizeof (Step), compare_steps);
      g_once_init_leave (&once, 1);
    }

  return steps;
}

OvGround *
ov_ground_new (void)
{
  return g_new0 (OvGround, 1);
}

void
ov_ground_free (OvGround *self)
{
  if (self == NULL)
    return;

  g_free (self->cells);
  g_free (self);
}

void
ov_ground_clear (OvGround *self)
{
  if (self->cells != NULL)
    memset (self->cells, 0, (gsize) self->width * self->height);
  self->right = 0;
  self->asked.width = 0;
}

gboolean
ov_ground_is_free (const OvGround *self,
                   const OvPlot   *plot)
{
  int x0 = MAX (plot->x - self->left, 0), x1 = MIN (plot->x + plot->width - self->left, self->width);
  int y0 = MAX (plot->y - self->top, 0), y1 = MIN (plot->y + plot->height - self->top, self->height);

  if (x0 >= x1)
    return TRUE;
  /* Most places that are not free are taken at a corner. */
  if (y0 < y1 && (self->cells[(gsize) y0 * self->width + x0] != 0
                  || self->cells[(gsize) (y1 - 1) * self->width + x1 - 1] != 0))
    return FALSE;
  for (int y = y0; y < y1; y++)
    if (memchr (self->cells + (gsize) y * self->width + x0, 1, x1 - x0) != NULL)
      return FALSE;

  return TRUE;
}

static void
grow (OvGround     *self,
      const OvPlot *plot)
{
  int left = MIN (self->left, plot->x - MARGIN), top = MIN (self->top, plot->y - MARGIN);
  int right = MAX (self->left + self->width, plot->x + plot->width + MARGIN);
  int bottom = MAX (self->top + self->height, plot->y + plot->height + MARGIN);
  guint8 *cells;

  /* Twice as much as needed, so that growing does not happen often. */
  if (self->cells != NULL)
    {
      left -= left < self->left ? self->width / 2 : 0;
      top -= top < self->top ? self->height / 2 : 0;
      right += right > self->left + self->width ? self->width / 2 : 0;
      bottom += bottom > self->top + self->height ? self->height / 2 : 0;
    }
  cells = g_malloc0 ((gsize) (right - left) * (bottom - top));
  for (int y = 0; y < self->height; y++)
    memcpy (cells + (gsize) (y + self->top - top) * (right - left) + self->left - left,
            self->cells + (gsize) y * self->width, self->width);
  g_free (self->cells);
  self->cells = cells;
  self->left = left;
  self->top = top;
  self->width = right - left;
  self->height = bottom - top;
}

void
ov_ground_take (OvGround     *self,
                const OvPlot *plot)
{
  if (self->cells == NULL || plot->x < self->left || plot->y < self->top
      || plot->x + plot->width > self->left + self->width
      || plot->y + plot->height > self->top + self->height)
    grow (self, plot);
  for (int y = plot->y - self->top; y < plot->y - self->top + plot->height; y++)
    memset (self->cells + (gsize) y * self->width + plot->x - self->left, 1, plot->width);
  self->right = MAX (self->right, plot->x + plot->width);
}

void
ov_ground_release (OvGround     *self,
                   const OvPlot *plot)
{
  for (int y = plot->y - self->top; y < plot->y - self->top + plot->height; y++)
    memset (self->cells + (gsize) y * self->width + plot->x - self->left, 0, plot->width);
  self->asked.width = 0;
}

static gboolean
are_free (const OvGround *self,
          const OvPlot   *plots,
          guint32         n,
          int             dx,
          int             dy)
{
  for (guint32 i = 0; i < n; i++)
    {
      OvPlot moved = { plots[i].x + dx, plots[i].y + dy, plots[i].width, plots[i].height };

      if (!ov_ground_is_free (self, &moved))
        return FALSE;
    }

  return TRUE;
}

static void
move (OvPlot  *plots,
      guint32  n,
      int      dx,
      int      dy)
{
  for (guint32 i = 0; i < n; i++)
    {
      plots[i].x += dx;
      plots[i].y += dy;
    }
}

void
ov_ground_settle (OvGround *self,
                  OvPlot   *plots,
                  guint32   n)
{
  guint32 n_steps;
  const Step *steps = get_steps (&n_steps);
  gboolean again = n == 1 && memcmp (&self->asked, plots, sizeof (OvPlot)) == 0;
  int left = G_MAXINT;

  /* Cells are only ever taken: what was too near the last time is so again. */
  if (!again)
    self->found = 0;
  self->asked = n == 1 ? plots[0] : (OvPlot) { 0 };
  for (; self->found < n_steps; self->found++)
    if (are_free (self, plots, n, steps[self->found].x, steps[self->found].y))
      {
        move (plots, n, steps[self->found].x, steps[self->found].y);
        return;
      }

  for (guint32 i = 0; i < n; i++)
    left = MIN (left, plots[i].x);
  move (plots, n, self->right - left, 0);
}

/* An outline has fewer places than the table has steps: all of them are looked at. */
gboolean
ov_ground_settle_inside (OvGround     *self,
                         OvPlot       *plot,
                         const OvPlot *inside)
{
  OvPlot moved = *plot;
  double nearest = INFINITY;
  int found_x = 0, found_y = 0;

  for (int y = inside->y; y <= inside->y + inside->height - plot->height; y++)
    for (int x = inside->x; x <= inside->x + inside->width - plot->width; x++)
      {
        double distance = measure_step (x - plot->x, y - plot->y);

        if (distance >= nearest)
          continue;
        moved.x = x;
        moved.y = y;
        if (!ov_ground_is_free (self, &moved))
          continue;
        nearest = distance;
        found_x = x;
        found_y = y;
      }
  if (nearest == INFINITY)
    return FALSE;
  plot->x = found_x;
  plot->y = found_y;

  return TRUE;
}
