/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTween: the way from one layout to another.  What is in both scenes (by id) glides, what is
 * only in the new one grows in, what is only in the old one is listed as gone.
 * Thread: made and asked anywhere, one at a time.
 */
#pragma once

#include "canvas/layout/ov-layout.h"

G_BEGIN_DECLS

typedef struct _OvTween OvTween;

/* Indexes of the old scene. */
typedef struct
{
  guint32 index;
  OvBox   box;
} OvGone;

/* @old_layout may itself be a frame of a tween; both are copied from, not kept. */
OvTween        *ov_tween_new      (const OvScene  *old_scene,
                                   const OvLayout *old_layout,
                                   const OvScene  *new_scene,
                                   const OvLayout *new_layout) G_GNUC_WARN_UNUSED_RESULT;
void            ov_tween_free     (OvTween        *self);
/* (transfer none): places at @t, 0…1, already eased; valid until asked again.  At 0 everything
 * known stands where it stood, at 1 everything stands as in the new layout. */
const OvLayout *ov_tween_get      (OvTween        *self,
                                   double          t);
/* Whether anything moves at all. */
gboolean        ov_tween_is_idle  (const OvTween  *self);
const OvGone   *ov_tween_get_gone (const OvTween  *self,
                                   guint          *n);
/* By new index: whether it was not in the old scene. */
gboolean        ov_tween_is_born  (const OvTween  *self,
                                   guint32         index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTween, ov_tween_free)

G_END_DECLS
