/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The colours, and the arithmetic of contrast as WCAG 2.1 defines it.
 * Thread: any; the tables are constant.
 */
#include "canvas/render/ov-theme.h"

#include <math.h>

static const OvTheme THEMES[] = {
  [OV_THEME_LIGHT] = {
    .kind = OV_THEME_LIGHT, .dark = FALSE, .background = 0xf7f7f8,
    .region = { 0xececf0, 0xe5e6eb }, .region_border = 0xd2d4db,
    .container = { 0xf8f8fa, 0xf0f1f4 }, .strip = 0xe0e4ec,
    .box = 0xffffff, .border = 0x868b96,
    .frame = 0xeeeff2, .frame_border = 0xd2d4db, .edge = 0x868b96,
    .text = 0x26282d, .text_soft = 0x565a64,
    .accent = 0x1c71d8, .on_accent = 0xffffff, .fresh = 0xe4eefb,
    .warning = 0xb87000, .on_warning = 0xffffff, .warning_fill = 0xfdf1da,
    .error = 0xd01b24, .on_error = 0xffffff, .error_fill = 0xfde6e6,
    .muted = 0xf1f1f3, .muted_border = 0x9a9da5,
    .border_width = 1,
  },
  [OV_THEME_DARK] = {
    .kind = OV_THEME_DARK, .dark = TRUE, .background = 0x1d1d20,
    .region = { 0x27282c, 0x2d2e33 }, .region_border = 0x3d3f46,
    .container = { 0x303136, 0x292a2e }, .strip = 0x40444e,
    .box = 0x3b3c42, .border = 0x959aa6,
    .frame = 0x26272b, .frame_border = 0x3d3f46, .edge = 0x7f8490,
    .text = 0xf4f4f6, .text_soft = 0xc6c9d1,
    .accent = 0x78aeed, .on_accent = 0x10161f, .fresh = 0x2c3d55,
    .warning = 0xf5c211, .on_warning = 0x1d1d20, .warning_fill = 0x4a4024,
    .error = 0xff6a63, .on_error = 0x1d1d20, .error_fill = 0x552c2e,
    .muted = 0x2a2b2f, .muted_border = 0x777b85,
    .border_width = 1,
  },
  [OV_THEME_HIGH_CONTRAST] = {
    .kind = OV_THEME_HIGH_CONTRAST, .dark = FALSE, .background = 0xffffff,
    .region = { 0xf2f2f2, 0xe8e8e8 }, .region_border = 0x4a4a4a,
    .container = { 0xffffff, 0xf2f2f2 }, .strip = 0xdcdcdc,
    .box = 0xffffff, .border = 0x000000,
    .frame = 0xf2f2f2, .frame_border = 0x4a4a4a, .edge = 0x000000,
    .text = 0x000000, .text_soft = 0x1f1f1f,
    .accent = 0x0b4fa8, .on_accent = 0xffffff, .fresh = 0xdce9fb,
    .warning = 0x7d4700, .on_warning = 0xffffff, .warning_fill = 0xfff0d0,
    .error = 0xb00010, .on_error = 0xffffff, .error_fill = 0xffe0e0,
    .muted = 0xe8e8e8, .muted_border = 0x4a4a4a,
    .border_width = 1.5,
  },
  [OV_THEME_HIGH_CONTRAST_DARK] = {
    .kind = OV_THEME_HIGH_CONTRAST_DARK, .dark = TRUE, .background = 0x000000,
    .region = { 0x141414, 0x1c1c1c }, .region_border = 0xb8b8b8,
    .container = { 0x0a0a0a, 0x141414 }, .strip = 0x333333,
    .box = 0x101010, .border = 0xffffff,
    .frame = 0x141414, .frame_border = 0xb8b8b8, .edge = 0xffffff,
    .text = 0xffffff, .text_soft = 0xe6e6e6,
    .accent = 0x8fc4ff, .on_accent = 0x000000, .fresh = 0x17304f,
    .warning = 0xffd83d, .on_warning = 0x000000, .warning_fill = 0x3d3200,
    .error = 0xff7a72, .on_error = 0x000000, .error_fill = 0x4a1214,
    .muted = 0x1c1c1c, .muted_border = 0xb8b8b8,
    .border_width = 1.5,
  },
};

/* Pale sand to deep violet; luminance falls all the way, and hue goes only through colours that
 * stay apart for red-green and blue-yellow blind eyes. */
static const OvColor RAMP[] = {
  0xfaf5dc, 0xe3ecbb, 0xbadfb4, 0x86cbb6, 0x53b1bb, 0x3590b8, 0x326da8, 0x374a8e, 0x33296b, 0x23134a,
};

#define N_HEATS 255

const OvTheme *
ov_theme_get (OvThemeKind kind)
{
  g_return_val_if_fail (kind <= OV_THEME_HIGH_CONTRAST_DARK, &THEMES[0]);

  return &THEMES[kind];
}

/* From light to dark, with the ink for each step; made once, for a hundred thousand items ask. */
typedef struct
{
  OvColor color[N_HEATS], ink[N_HEATS];
} Ramp;

static const Ramp *
get_ramp (void)
{
  static Ramp ramp;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      for (guint i = 0; i < N_HEATS; i++)
        {
          double at = i / (N_HEATS - 1.0) * (G_N_ELEMENTS (RAMP) - 1);
          guint step = MIN ((guint) at, G_N_ELEMENTS (RAMP) - 2);

          ramp.color[i] = ov_color_mix (RAMP[step], RAMP[step + 1], at - step);
          ramp.ink[i] = ov_color_get_ink (ramp.color[i]);
        }
      g_once_init_leave (&once, 1);
    }

  return &ramp;
}

static guint
ramp_index (const OvTheme *self,
            guint8         heat)
{
  guint index = MIN (heat, N_HEATS - 1);

  return self->dark ? N_HEATS - 1 - index : index;
}

OvColor
ov_theme_get_heat (const OvTheme *self,
                   guint8         heat)
{
  return get_ramp ()->color[ramp_index (self, heat)];
}

OvColor
ov_theme_get_heat_ink (const OvTheme *self,
                       guint8         heat)
{
  return get_ramp ()->ink[ramp_index (self, heat)];
}

OvColor
ov_color_mix (OvColor a,
              OvColor b,
              double  share_of_b)
{
  guint32 over = (guint32) (CLAMP (share_of_b, 0, 1) * 256 + 0.5), under = 256 - over;
  guint32 red_blue = ((a & 0xff00ff) * under + (b & 0xff00ff) * over) >> 8;
  guint32 green = ((a & 0x00ff00) * under + (b & 0x00ff00) * over) >> 8;

  return (red_blue & 0xff00ff) | (green & 0x00ff00);
}

static double
linear (guint32 channel)
{
  double value = (channel & 0xff) / 255.0;

  return value <= 0.04045 ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

double
ov_color_get_luminance (OvColor color)
{
  return 0.2126 * linear (color >> 16) + 0.7152 * linear (color >> 8) + 0.0722 * linear (color);
}

/**
 * ov_color_get_contrast:
 *
 * Returns: the contrast ratio of WCAG 2.1, 1 to 21
 */
double
ov_color_get_contrast (OvColor a,
                       OvColor b)
{
  double one = ov_color_get_luminance (a), two = ov_color_get_luminance (b);

  return (MAX (one, two) + 0.05) / (MIN (one, two) + 0.05);
}

OvColor
ov_color_get_ink (OvColor ground)
{
  return ov_color_get_contrast (ground, 0x000000) >= ov_color_get_contrast (ground, 0xffffff)
           ? 0x000000 : 0xffffff;
}
