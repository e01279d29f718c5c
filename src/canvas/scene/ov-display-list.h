/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvDisplayList: what of a scene is seen through a viewport, and in which detail.
 *
 * Culls what is outside, folds what is too small to be told apart.  Places are device pixels.
 * Entries are in the scene's order, so parents come before what stands inside them.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"
#include "canvas/scene/ov-viewport.h"

G_BEGIN_DECLS

typedef enum
{
  OV_DETAIL_FOLDED, /* stands for its whole subtree */
  OV_DETAIL_SPECK,  /* under 3 px: density */
  OV_DETAIL_RECT,   /* under 8 px: a plain rectangle */
  OV_DETAIL_BOX,    /* everything: shape, border, label */
} OvDetail;

#define OV_DETAIL_SPECK_BELOW 3.0
#define OV_DETAIL_RECT_BELOW  8.0

typedef struct
{
  guint32 index;
  guint8  detail;
  guint8  holds;             /* has children inside its box */
  float   x, y, width, height;
  float   zoom;              /* logical pixels per world unit */
} OvDisplayEntry;

typedef struct
{
  OvDisplayEntry *entries;
  guint32         n, n_allocated;
  double          zoom;      /* device pixels per world unit */
  gboolean        whole;     /* set by the caller: never fold */
} OvDisplayList;

/* Fills @self, whose memory is used again. */
void ov_display_list_build (OvDisplayList    *self,
                            const OvScene    *scene,
                            const OvLayout   *layout,
                            const OvViewport *viewport,
                            double            scale_factor);
void ov_display_list_clear (OvDisplayList *self);

G_END_DECLS
