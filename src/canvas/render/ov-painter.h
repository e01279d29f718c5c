/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The painter: (scene, layout, viewport, theme, cairo context) -> pixels, and nothing else.
 *
 * ov_painter_render_image() is the fast way (level of detail, raw pixels, glyph runs) for the
 * window and PNG; ov_painter_draw() draws vectors with every label, for SVG, PDF and print.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"
#include "canvas/scene/ov-viewport.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef enum { OV_THEME_LIGHT, OV_THEME_DARK, OV_THEME_HIGH_CONTRAST, OV_THEME_HIGH_CONTRAST_DARK } OvThemeKind;

typedef struct _OvTheme OvTheme; /* colours and fonts; ov-theme.h */

const OvTheme *ov_theme_get (OvThemeKind kind);

typedef struct _OvPainter OvPainter; /* caches: glyphs, sprites; one per thread that paints */

typedef struct
{
  guint64  selected;   /* item id, 0: none */
  guint64  hovered;
  guint64  focused;
  const guint64 *matches;  /* sorted ids found by the search */
  guint    n_matches;
  double   text_scale; /* 1.0; 2.0 for 200 % text */
  double   scale_factor; /* device pixels per logical pixel */
} OvPaintState;

OvPainter *ov_painter_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void       ov_painter_free         (OvPainter *self);
/* @image is RGB24 and has the viewport's size times the scale factor. */
void       ov_painter_render_image (OvPainter          *self,
                                    cairo_surface_t    *image,
                                    const OvScene      *scene,
                                    const OvLayout     *layout,
                                    const OvViewport   *viewport,
                                    const OvTheme      *theme,
                                    const OvPaintState *state);
void       ov_painter_draw         (OvPainter          *self,
                                    cairo_t            *cr,
                                    const OvScene      *scene,
                                    const OvLayout     *layout,
                                    const OvViewport   *viewport,
                                    const OvTheme      *theme,
                                    const OvPaintState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvPainter, ov_painter_free)

G_END_DECLS
