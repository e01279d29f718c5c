/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The painter: (scene, layout, viewport, theme, cairo context) -> pixels, and nothing else.
 *
 * ov_painter_render_image() is the fast way (level of detail, raw pixels, glyph runs) for the
 * window and PNG; ov_painter_draw() draws vectors with every label, for SVG, PDF and print.
 */
#pragma once

#include "canvas/render/ov-theme.h"
#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"
#include "canvas/scene/ov-viewport.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef struct _OvPainter OvPainter; /* caches: glyphs, sprites; one per thread that paints */

/* What is no item of the scene (any more): shown for a moment, on top. */
typedef enum
{
  OV_PAINT_EFFECT_GHOST, /* an item that is gone: its outline fades */
  OV_PAINT_EFFECT_PULSE, /* an item that took another's place: a ring runs outwards */
} OvPaintEffectKind;

typedef struct
{
  OvBox   box;      /* world */
  guint8  kind;     /* OvPaintEffectKind */
  guint8  tone;     /* OvTone */
  float   progress; /* 0…1 */
} OvPaintEffect;

typedef struct
{
  guint64  selected;   /* item id, 0: none */
  guint64  hovered;
  guint64  focused;
  const guint64 *matches;  /* sorted ids found by the search */
  guint    n_matches;
  double   text_scale; /* 1.0; 2.0 for 200 % text */
  double   scale_factor; /* device pixels per logical pixel */
  const OvPaintEffect *effects;
  guint    n_effects;
  gboolean focus_visible; /* draw the ring of the keyboard focus */
  gboolean overview;      /* for a minimap: boxes and trouble, no words, no outlines */
} OvPaintState;

OvPainter *ov_painter_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void       ov_painter_free         (OvPainter *self);
/* Font families; "Sans" and "Monospace" until told. */
void       ov_painter_set_families (OvPainter  *self,
                                    const char *text,
                                    const char *mono);
/* Does a millisecond or two of work ahead, so that the first zoom does not stutter; FALSE: there
 * is none left.  For idle times. */
gboolean   ov_painter_warm         (OvPainter *self);
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
