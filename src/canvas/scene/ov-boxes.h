/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvLayout, the data: a box for each item of a scene.  canvas/layout computes it, canvas/render
 * draws it; both know it from here, so neither has to know the other.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double x, y, width, height; /* world units; one unit is one pixel at zoom 1 */
} OvBox;

/* A frame that is no item: the hull around a root region's tree (item is the region), or the
 * grid that holds a parent's folded leaves (item is the parent).  Tidy only. */
typedef struct
{
  guint32  item;
  gboolean is_grid;
  OvBox    box;
} OvLayoutFrame;

typedef struct
{
  guint32        n;
  OvBox         *boxes;    /* by item index */
  OvBox          bounds;
  gboolean       nested;   /* children stand inside their parent's box (packed), else below it (tidy) */
  gboolean       gliding;  /* between two layouts: nothing may be concluded about a subtree from its root */
  OvLayoutFrame *frames;
  guint32        n_frames;
  guint8        *in_grid;  /* tidy: by item index, 1: stands in its parent's grid and has no edge of its own */
} OvLayout;

/* Sizes that both layouts and the painter agree on: an item's own box without children. */
#define OV_ITEM_WIDTH  132.0
#define OV_ITEM_HEIGHT  40.0
/* The strip with the label on top of a box that holds others. */
#define OV_HEADER_STRIP 26.0
#define OV_REGION_STRIP 32.0
/* Between siblings in a grid, and around them in their parent. */
#define OV_ITEM_GAP      8.0
#define OV_BOX_PADDING  10.0
/* Between a parent and its children in the tidy layout. */
#define OV_LEVEL_GAP    38.0
/* From this number on leaf siblings are folded into a grid in the tidy layout; where that would
 * leave a very wide picture, smaller groups are folded too. */
#define OV_GRID_LEAVES  12
#define OV_TIDY_MAX_ITEMS 500

G_END_DECLS
