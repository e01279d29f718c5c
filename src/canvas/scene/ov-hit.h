/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvHit: which item stands at a point.  Made once per layout, asked at every move of the
 * pointer: a grid of cells for what is small, a short list for what is large.
 * Thread: made anywhere, immutable afterwards.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

typedef struct _OvHit OvHit;

OvHit  *ov_hit_new   (const OvLayout *layout) G_GNUC_WARN_UNUSED_RESULT;
void    ov_hit_free  (OvHit          *self);
/* The innermost item there, or OV_SCENE_NONE; world coordinates. */
guint32 ov_hit_find  (const OvHit    *self,
                      const OvLayout *layout,
                      double          x,
                      double          y);
/* The item whose centre is nearest among those in a square of @reach around the point. */
guint32 ov_hit_find_near (const OvHit    *self,
                          const OvLayout *layout,
                          double          x,
                          double          y,
                          double          reach);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvHit, ov_hit_free)

G_END_DECLS
