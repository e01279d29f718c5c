/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvLayout: where the items of a scene stand.  Layouts are pure functions of a frozen scene:
 * the same scene gives the same places.  They run in any thread and look at @cancellable.
 */
#pragma once

#include "canvas/scene/ov-scene.h"

#include <gio/gio.h>

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

typedef enum
{
  OV_LAYOUT_AUTOMATIC, /* tidy below some 500 shown items, packed above */
  OV_LAYOUT_PACKED,
  OV_LAYOUT_TIDY,
} OvLayoutKind;

/* (transfer full); NULL only when cancelled. */
OvLayout *ov_layout_compute (const OvScene *scene,
                             OvLayoutKind   kind,
                             GCancellable  *cancellable) G_GNUC_WARN_UNUSED_RESULT;
void      ov_layout_free    (OvLayout *self);
/* Sizes that both layouts and the painter agree on: an item's own box without children. */
#define OV_ITEM_WIDTH  132.0
#define OV_ITEM_HEIGHT  40.0

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvLayout, ov_layout_free)

G_END_DECLS
