/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvLayout: where the items of a scene stand.  Layouts are pure functions of a frozen scene:
 * the same scene gives the same places.  They run in any thread and look at @cancellable.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  OV_LAYOUT_AUTOMATIC, /* tidy up to some 500 shown items if that can be read, else packed */
  OV_LAYOUT_PACKED,
  OV_LAYOUT_TIDY,
} OvLayoutKind;

/* (transfer full); NULL only when cancelled. */
OvLayout *ov_layout_compute (const OvScene *scene,
                             OvLayoutKind   kind,
                             GCancellable  *cancellable) G_GNUC_WARN_UNUSED_RESULT;
void      ov_layout_free    (OvLayout *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvLayout, ov_layout_free)

G_END_DECLS
