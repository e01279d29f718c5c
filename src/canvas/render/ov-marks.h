/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The glyphs of the tones: never colour alone.  New: plus; renewed: circular arrow; muted: bar;
 * warning: triangle with an exclamation mark; error: disc with a cross.
 */
#pragma once

#include "canvas/render/ov-theme.h"
#include "canvas/scene/ov-scene.h"

#include <cairo.h>

G_BEGIN_DECLS

void ov_mark_draw (cairo_t       *cr,
                   const OvTheme *theme,
                   OvTone         tone,
                   double         x,     /* centre */
                   double         y,
                   double         size);

G_END_DECLS
