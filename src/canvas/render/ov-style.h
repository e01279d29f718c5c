/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From what an item says to how it is drawn: colours, stroke, and where its words and marks go.
 * Both ways of painting, pixels and vectors, ask here, so that they agree.
 */
#pragma once

#include "canvas/render/ov-painter.h"
#include "canvas/render/ov-raster.h"
#include "canvas/render/ov-text.h"
#include "canvas/scene/ov-display-list.h"

G_BEGIN_DECLS

typedef struct
{
  OvColor  fill, top;         /* the box and its strip */
  OvColor  border;
  OvColor  text, text_soft;   /* upon fill, or upon top for boxes with a strip */
  OvStroke stroke;
} OvStyle;

/* Where things go in a box, device pixels from its top left corner. */
typedef struct
{
  double strip;               /* height of the strip on top, 0: none */
  double radius, notch, bar;
  double label_x, label_y, label_width, label_size;
  double sub_y, sub_size;     /* sub_size 0: no second line */
  double mark_x, mark_y, mark_size;     /* centre; mark_size 0: no mark */
  double dots_x, dots_y, dot_radius;    /* centre of the first; 0: none */
  double note_x, note_y, note_size;     /* the small count; right end */
} OvPlan;

typedef struct
{
  double scale;      /* device pixels per logical pixel */
  double zoom;       /* device pixels per world unit */
  double text_scale;
  double least_text; /* device pixels; smaller text is left out */
} OvMeasure;

void    ov_style_resolve (OvStyle                *self,
                          const OvTheme          *theme,
                          const OvScene          *scene,
                          const OvDisplayEntry   *entry);
/* The one colour of a box too small for a border. */
OvColor ov_style_blend   (const OvStyle          *self,
                          const OvDisplayEntry   *entry,
                          double                  scale);
void    ov_plan_make     (OvPlan                 *self,
                          const OvSceneItem      *item,
                          const OvDisplayEntry   *entry,
                          const OvMeasure        *measure,
                          OvText                 *text);
OvFace  ov_style_get_face (const OvSceneItem     *item,
                           gboolean               sublabel);

G_END_DECLS
