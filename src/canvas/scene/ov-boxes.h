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

typedef struct
{
  guint32  n;
  OvBox   *boxes;    /* by item index */
  OvBox    bounds;
  gboolean nested;   /* children stand inside their parent's box (packed), else below it (tidy) */
} OvLayout;

/* Sizes that both layouts and the painter agree on: an item's own box without children. */
#define OV_ITEM_WIDTH  132.0
#define OV_ITEM_HEIGHT  40.0

G_END_DECLS
