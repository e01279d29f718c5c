/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walking a scene by keys: from an item to the one that an arrow leads to.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

typedef enum
{
  OV_STEP_UP, OV_STEP_DOWN, OV_STEP_LEFT, OV_STEP_RIGHT, /* the four arrows */
  OV_STEP_PARENT, OV_STEP_CHILD,
  OV_STEP_FIRST, OV_STEP_LAST,                           /* among siblings */
} OvStep;

/* The item's index, or @from when there is nothing that way; the first root from OV_SCENE_NONE. */
guint32 ov_walk (const OvScene  *scene,
                 const OvLayout *layout,
                 guint32         from,
                 OvStep          step);

G_END_DECLS
