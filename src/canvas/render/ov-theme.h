/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTheme: the canvas's colours, one static table per look.
 *
 * Text has a contrast of at least 4.5:1 to everything it is written on, marks and borders that
 * say something at least 3:1; a test computes it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OV_THEME_LIGHT,
  OV_THEME_DARK,
  OV_THEME_HIGH_CONTRAST,
  OV_THEME_HIGH_CONTRAST_DARK,
} OvThemeKind;

typedef guint32 OvColor; /* 0xRRGGBB */

typedef struct
{
  OvThemeKind kind;
  gboolean    dark;
  OvColor     background;
  OvColor     region[2], region_border;  /* by depth, in turn */
  OvColor     container[2], strip;       /* a box that holds others, and its label strip */
  OvColor     box, border;               /* a box that holds none */
  OvColor     frame, frame_border;       /* grids of the tidy layout */
  OvColor     edge;
  OvColor     text, text_soft;
  OvColor     accent, on_accent, fresh;  /* selection; fill of what is new */
  OvColor     warning, on_warning, warning_fill;
  OvColor     error, on_error, error_fill;
  OvColor     muted, muted_border;
  double      border_width;              /* logical pixels */
} OvTheme;

const OvTheme *ov_theme_get           (OvThemeKind kind);
/* The ramp of overlays: what is high stands out from the background in every theme. */
OvColor        ov_theme_get_heat      (const OvTheme *self,
                                       guint8         heat);
/* The colour of words upon it. */
OvColor        ov_theme_get_heat_ink  (const OvTheme *self,
                                       guint8         heat);

OvColor        ov_color_mix           (OvColor a,
                                       OvColor b,
                                       double  share_of_b);
double         ov_color_get_luminance (OvColor color);
double         ov_color_get_contrast  (OvColor a,
                                       OvColor b);
/* Black or white: the one that is better read on @ground. */
OvColor        ov_color_get_ink       (OvColor ground);

G_END_DECLS
