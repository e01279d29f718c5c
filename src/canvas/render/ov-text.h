/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvText: many short labels in few calls.
 *
 * ASCII labels become glyph runs, one per font and colour; everything else goes through cached
 * Pango layouts.  A label is never wider than asked: it is cut and ends with an ellipsis.
 * Thread: one at a time, the owner's.
 */
#pragma once

#include "canvas/render/ov-theme.h"

#include <pango/pangocairo.h>

G_BEGIN_DECLS

typedef enum { OV_FACE_TEXT, OV_FACE_BOLD, OV_FACE_MONO, OV_N_FACES } OvFace;

typedef struct _OvText OvText;

OvText *ov_text_new          (void) G_GNUC_WARN_UNUSED_RESULT;
void    ov_text_free         (OvText *self);
void    ov_text_set_families (OvText     *self,
                              const char *text,
                              const char *mono);
/* Loads one font that a zoom will need; FALSE: all are there. */
gboolean ov_text_warm        (OvText     *self);
/* Width of @text when it is not cut. */
double  ov_text_measure      (OvText     *self,
                              OvFace      face,
                              double      size,
                              const char *text);
/* Queues @text with its line box's top left at (@x, @y); returns the width it takes. */
double  ov_text_add          (OvText     *self,
                              OvFace      face,
                              double      size,    /* pixels */
                              const char *text,
                              double      x,
                              double      y,
                              double      max_width,
                              OvColor     color);
double  ov_text_get_line     (OvText *self,
                              OvFace  face,
                              double  size);
/* Draws what is queued and forgets it. */
void    ov_text_flush        (OvText  *self,
                              cairo_t *cr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvText, ov_text_free)

G_END_DECLS
