/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making plots compact without mixing them up: each slides towards the middle as far as it can, the
 * inner ones first; then what sticks out looks for a hole inside.
 *
 * Invariant: a plot that is moved is released before and taken after, so the ground always says who
 * is where. Thread: any.
 */
#include "canvas/layout/ov-force-private.h"

#include "canvas/layout/ov-layout-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROUNDS 60
/* The first cuts are this part of the outline. */
#define COARSE 24

OvPlot
ov_plot_unite (const OvPlot *a,
               const OvPlot *b)
{
  int left = MIN (a->x, b->x), top = MIN (a->y, b->y);

  return (OvPlot) { left, top, MAX (a->x + a->width, b->x + b->width) - left,
                    MAX (a->y + a->height, b->y + b->height) - top };
}

gboolean
ov_plot_overlaps (const OvPlot *a,
                  const OvPlot *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

OvPlot
ov_plots_measure (const OvPlot *plots,
                  guint32       n,
                  double       *used)
{
  OvPlot outline = plots[0];

  *used = 0;
  for (guint32 i = 0; i < n; i++)
    {
      *used += (double) plots[i].width * plots[i].height;
      outline = ov_plot_unite (&outline, &plots[i]);
    }

  return outline;
}

static gboolean
is_inside (const OvPlot *plot,
           const OvPlot *outline)
{
  return plot->x >= outline->x && plot->y >= outline->y
         && plot->x + plot->width <= outline->x + outline->width
         && plot->y + plot->height <= outline->y + outline->height;
}

typedef struct
{
  guint32 index;
  double  distance;
} Order;

static int
compare_order (const void *a,
               const void *b)
{
  const Order *one = a, *two = b;

  if (one->distance != two->distance)
    return one->distance < two->distance ? -1 : 1;

  return one->index < two->index ? -1 : one->index > two->index;
}

/* From the middle of a plot to that of the outline, in halves of cells. */
static int
offset_x (const OvPlot *plot,
          const OvPlot *outline)
{
  return 2 * outline->x + outline->width - 2 * plot->x - plot->width;
}

static int
offset_y (const OvPlot *plot,
          const OvPlot *outline)
{
  return 2 * outline->y + outline->height - 2 * plot->y - plot->height;
}

static Order *
order_plots (const OvPlot *plots,
             guint32       n,
             const OvPlot *outline)
{
  Order *order = g_new (Order, n);

  for (guint32 i = 0; i < n; i++)
    order[i] = (Order) { i, hypot (offset_x (&plots[i], outline) * OV_CELL_WIDTH / OV_LAYOUT_ASPECT,
                                   offset_y (&plots[i], outline) * OV_CELL_HEIGHT) };
  qsort (order, n, sizeof (Order), compare_order);

  return order;
}

/* One step to the side or up and down, if it leads inwards and is free. */
static gboolean
step_inwards (OvPlot         *plot,
              const OvPlot   *outline,
              const OvGround *ground,
              gboolean        sideways)
{
  int offset = sideways ? offset_x (plot, outline) : offset_y (plot, outline);
  OvPlot moved = *plot;

  if (abs (offset) < 2)
    return FALSE;
  if (sideways)
    moved.x += offset > 0 ? 1 : -1;
  else
    moved.y += offset > 0 ? 1 : -1;
  if (!ov_ground_is_free (ground, &moved))
    return FALSE;
  *plot = moved;

  return TRUE;
}

static gboolean
slide (OvPlot       *plot,
       const OvPlot *outline,
       OvGround     *ground)
{
  OvPlot before = *plot;
  gboolean any = TRUE;

  ov_ground_release (ground, plot);
  while (any)
    {
      any = step_inwards (plot, outline, ground, TRUE);
      any = step_inwards (plot, outline, ground, FALSE) || any;
    }
  ov_ground_take (ground, plot);

  return before.x != plot->x || before.y != plot->y;
}

static void
gather (OvPlot   *plots,
        guint32   n,
        OvGround *ground,
        double    filled)
{
  gboolean any = TRUE;

  for (guint round = 0; round < MOST_ROUNDS && any; round++)
    {
      double used;
      OvPlot outline = ov_plots_measure (plots, n, &used);
      g_autofree Order *order = NULL;

      if (used >= filled * outline.width * outline.height)
        return;
      order = order_plots (plots, n, &outline);
      any = FALSE;
      for (guint32 i = 0; i < n; i++)
        any = slide (&plots[order[i].index], &outline, ground) || any;
    }
}

/* Moves whatever sticks out of @outline to the nearest free place in it, or nothing at all. */
static gboolean
draw_in (OvPlot       *plots,
         guint32       n,
         OvGround     *ground,
         const OvPlot *outline)
{
  g_autofree OvPlot *before = g_memdup2 (plots, n * sizeof (OvPlot));

  for (guint32 i = 0; i < n; i++)
    {
      gboolean found;

      if (is_inside (&plots[i], outline))
        continue;
      ov_ground_release (ground, &plots[i]);
      found = ov_ground_settle_inside (ground, &plots[i], outline);
      ov_ground_take (ground, &plots[i]);
      if (found)
        continue;

      for (guint32 k = 0; k < i; k++)
        ov_ground_release (ground, &plots[k]);
      memcpy (plots, before, i * sizeof (OvPlot));
      for (guint32 k = 0; k < i; k++)
        ov_ground_take (ground, &plots[k]);
      return FALSE;
    }

  return TRUE;
}

/* The outline without the cells along one of its sides: left, right, top, bottom. */
static OvPlot
cut_side (const OvPlot *outline,
          guint         side,
          int           cells)
{
  OvPlot cut = *outline;

  if (side < 2)
    {
      cut.x += side == 0 ? cells : 0;
      cut.width -= cells;
    }
  else
    {
      cut.y += side == 2 ? cells : 0;
      cut.height -= cells;
    }

  return cut;
}

/* Cuts where it can, the longer way first; FALSE: nothing gives way. */
static gboolean
cut_once (OvPlot   *plots,
          guint32   n,
          OvGround *ground,
          OvPlot   *outline,
          int       cells)
{
  gboolean wide = outline->width * OV_CELL_WIDTH > outline->height * OV_CELL_HEIGHT * OV_LAYOUT_ASPECT;

  for (guint i = 0; i < 4; i++)
    {
      OvPlot cut = cut_side (outline, wide ? i : 3 - i, cells);

      if (cut.width > 0 && cut.height > 0 && draw_in (plots, n, ground, &cut))
        {
          *outline = cut;
          return TRUE;
        }
    }

  return FALSE;
}

void
ov_plots_squeeze (OvPlot   *plots,
                  guint32   n,
                  OvGround *ground,
                  double    filled)
{
  double used;
  OvPlot outline;
  int cells;

  gather (plots, n, ground, filled);
  outline = ov_plots_measure (plots, n, &used);
  cells = MAX (1, MIN (outline.width, outline.height) / COARSE);
  while (cells > 0 && used < filled * outline.width * outline.height)
    if (!cut_once (plots, n, ground, &outline, cells))
      cells /= 2;
}
