/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every widget that draws itself needs: the theme of now, the scale of text, the fonts, and images
 * in rotation for what is rendered into pixels.  Thread: main.
 */
#pragma once

#include "canvas/render/ov-theme.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Follows the style manager: light, dark, high contrast. */
const OvTheme *ov_look_get_theme      (void);
/* 200 % text arrives as twice the resolution. */
double         ov_look_get_text_scale (GtkWidget *widget);
const char    *ov_look_get_family     (GtkWidget *widget);
/* @changed (widget) is called when any of these changes, or the scale of pixels. */
void           ov_look_watch          (GtkWidget *widget,
                                       GCallback  changed);

/* GTK may still hold the last image while the next one is drawn, hence three. */
#define OV_FRAMES 3

typedef struct
{
  cairo_surface_t *images[OV_FRAMES];
  guint            current;
} OvFrames;

/* The last image if it has this size, else NULL. */
cairo_surface_t *ov_frames_get   (const OvFrames *self,
                                  int             width,
                                  int             height);
/* (transfer none): the one to draw on now. */
cairo_surface_t *ov_frames_next  (OvFrames    *self,
                                  int          width,
                                  int          height);
void             ov_frames_clear (OvFrames    *self);
/* Shows @image pixel for pixel at the widget's origin. */
void             ov_frames_append (cairo_surface_t *image,
                                   GtkSnapshot     *snapshot,
                                   int              scale);

G_END_DECLS
