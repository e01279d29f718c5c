/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPen: the few strokes that charts are made of, on a cairo context or as the text of an SVG
 * document, so that what is exported is what was seen.
 *
 * Coordinates are logical pixels.  On cairo straight lines are whole device pixels and words are queued
 * until ov_pen_flush(); in SVG words stay words.  Thread: one at a time, the owner's.
 */
#pragma once

#include "canvas/render/ov-text.h"
#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

typedef enum { OV_DASH_NONE, OV_DASH_LONG, OV_DASH_DOTS } OvDash;
typedef enum { OV_ALIGN_START, OV_ALIGN_CENTER, OV_ALIGN_END } OvAlign;

typedef struct
{
  cairo_t       *cr;     /* or */
  GString       *svg;
  OvText        *text;
  const OvTheme *theme;
  double         scale;  /* device pixels per logical one; SVG: 1 */
} OvPen;

typedef struct { double x, y; } OvPoint;

void   ov_pen_fill     (OvPen       *self,
                        double       x,
                        double       y,
                        double       width,
                        double       height,
                        OvColor      color);
void   ov_pen_line     (OvPen       *self,
                        OvPoint      from,
                        OvPoint      to,
                        double       width,
                        OvDash       dash,
                        OvColor      color);
/* Through the points, with round joins. */
void   ov_pen_stroke   (OvPen         *self,
                        const OvPoint *points,
                        guint          n,
                        double         width,
                        OvDash         dash,
                        OvColor        color);
void   ov_pen_polygon  (OvPen         *self,
                        const OvPoint *points,
                        guint          n,
                        OvColor        color);
/* A box that says what it is, as in the tree. */
void   ov_pen_box      (OvPen       *self,
                        const OvBox *box,
                        OvShape      shape,
                        double       radius,
                        OvColor      fill,
                        OvColor      border,
                        double       border_width);
/* What is missing. */
void   ov_pen_hatch    (OvPen       *self,
                        const OvBox *box);
/* The glyph of a tone, centred. */
void   ov_pen_mark     (OvPen       *self,
                        OvTone       tone,
                        double       x,
                        double       y,
                        double       size);
/* Cut to @max_width; @x is its left end, middle or right end, @y the top of its line.  Returns its width. */
double ov_pen_words    (OvPen       *self,
                        OvFace       face,
                        double       size,
                        const char  *words,
                        double       x,
                        double       y,
                        double       max_width,
                        OvAlign      align,
                        OvColor      color);
/* (transfer full): without its middle where it is too long; what tells names apart is often at their end. */
char  *ov_pen_cut_middle (OvPen      *self,
                          OvFace      face,
                          double      size,
                          const char *words,
                          double      max_width) G_GNUC_WARN_UNUSED_RESULT;
double ov_pen_measure  (OvPen       *self,
                        OvFace       face,
                        double       size,
                        const char  *words);
double ov_pen_get_line (OvPen       *self,
                        OvFace       face,
                        double       size);
/* Draws the words of this layer. */
void   ov_pen_flush    (OvPen       *self);

/* Begins an SVG document of this size, ends it. */
void   ov_pen_open_svg  (OvPen      *self,
                         double      width,
                         double      height,
                         const char *title);
void   ov_pen_close_svg (OvPen      *self);

G_END_DECLS
