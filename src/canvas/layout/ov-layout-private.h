/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the layouts of this folder share.
 */
#pragma once

#include "canvas/layout/ov-layout.h"

G_BEGIN_DECLS

/* A box that is to be placed among its siblings. */
typedef struct
{
  guint32 index;
  double  width, height;
  double  x, y;          /* set by ov_shelves_pack() */
} OvBlock;

#define OV_LAYOUT_ASPECT 1.45

/* FALSE: cancelled. */
gboolean ov_layout_pack (OvLayout      *self,
                         const OvScene *scene,
                         GCancellable  *cancellable);
gboolean ov_layout_tidy (OvLayout      *self,
                         const OvScene *scene,
                         GCancellable  *cancellable);

/* Sorts @blocks (height, then index) and places them on shelves below a grid of @n_cells cells,
 * whose columns are returned; the whole is about OV_LAYOUT_ASPECT wide. */
guint32  ov_shelves_pack (OvBlock *blocks,
                          guint32  n,
                          double   gap,
                          guint32  n_cells,
                          gboolean strict, /* proportion above size */
                          double  *width,
                          double  *height);
guint32  ov_grid_columns (guint32 n_cells);

OvBox    ov_box_union    (OvBox a,
                          OvBox b);

/* Cheap enough for inner loops. */
static inline gboolean
ov_layout_is_cancelled (GCancellable *cancellable,
                        guint32       step)
{
  return (step & 0x3ff) == 0 && g_cancellable_is_cancelled (cancellable);
}

G_END_DECLS
