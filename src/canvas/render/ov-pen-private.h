/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pen's other half: the same strokes as SVG elements.
 */
#pragma once

#include "canvas/render/ov-pen.h"

G_BEGIN_DECLS

void ov_pen_svg_path  (OvPen         *self,
                       const OvPoint *points,
                       guint          n,
                       gboolean       fill,
                       double         width,
                       OvDash         dash,
                       OvColor        color);
void ov_pen_svg_fill  (OvPen         *self,
                       const OvBox   *box,
                       OvColor        color);
void ov_pen_svg_box   (OvPen         *self,
                       const OvBox   *box,
                       OvShape        shape,
                       double         radius,
                       OvColor        fill,
                       OvColor        border,
                       double         border_width);
void ov_pen_svg_hatch (OvPen         *self,
                       const OvBox   *box);
void ov_pen_svg_mark  (OvPen         *self,
                       OvTone         tone,
                       double         x,
                       double         y,
                       double         size);
void ov_pen_svg_words (OvPen         *self,
                       OvFace         face,
                       double         size,
                       const char    *words,
                       double         x,
                       double         y,
                       OvAlign        align,
                       OvColor        color);

/* The corner that a notched box lacks, the bar's width of a barred one. */
#define OV_PEN_NOTCH 9.0
/* The share of a supervisor's box that its strip takes. */
#define OV_PEN_STRIP 0.21
#define OV_PEN_BAR   4.0

G_END_DECLS
