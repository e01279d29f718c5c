/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels: the viewport is rendered into one of three images in rotation, and GTK gets that one
 * image.  A node per item would be a hundred times as slow, and GTK may still hold the last
 * image while the next one is drawn, hence three.  At rest nothing is rendered again.
 * Thread: main.
 */
#include "canvas/widget/ov-stage-private.h"

#include <adwaita.h>
#include <malloc.h>

/* GTK makes and frees an image of the window's size in every frame; without this each of its
 * pages is fetched from the kernel again, which costs some 3 ms a frame.  The C library refuses
 * a greater MAPPED_BYTES. */
#define MAPPED_BYTES (32 << 20)
#define KEPT_BYTES   (256 << 20)

static void
keep_large_blocks (void)
{
#ifdef __GLIBC__
  static gsize once;

  if (g_once_init_enter (&once))
    {
      mallopt (M_MMAP_THRESHOLD, MAPPED_BYTES);
      mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
      g_once_init_leave (&once, 1);
    }
#endif
}

const OvTheme *
ov_stage_get_theme (void)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);

  if (adw_style_manager_get_high_contrast (style))
    return ov_theme_get (dark ? OV_THEME_HIGH_CONTRAST_DARK : OV_THEME_HIGH_CONTRAST);

  return ov_theme_get (dark ? OV_THEME_DARK : OV_THEME_LIGHT);
}

/* 200 % text arrives as twice the resolution. */
double
ov_stage_get_text_scale (OvStage *self)
{
  int dpi = -1;

  g_object_get (gtk_widget_get_settings (self->widget), "gtk-xft-dpi", &dpi, NULL);

  return dpi <= 0 ? 1 : CLAMP (dpi / 1024.0 / 96.0, 0.5, 4);
}

/* What the window's text is set in. */
const char *
ov_stage_get_family (OvStage *self)
{
  PangoContext *context = gtk_widget_get_pango_context (self->widget);
  const PangoFontDescription *description = pango_context_get_font_description (context);
  const char *family = description == NULL ? NULL : pango_font_description_get_family (description);

  return family != NULL ? family : "Sans";
}

static cairo_surface_t *
next_image (OvStage *self,
            int      width,
            int      height)
{
  cairo_surface_t *image;

  self->image = (self->image + 1) % OV_STAGE_N_IMAGES;
  image = self->images[self->image];
  if (image != NULL && cairo_image_surface_get_width (image) == width
      && cairo_image_surface_get_height (image) == height)
    return image;

  keep_large_blocks ();
  g_clear_pointer (&self->images[self->image], cairo_surface_destroy);
  self->images[self->image] = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);

  return self->images[self->image];
}

static gboolean
warm_cb (gpointer user_data)
{
  OvStage *self = user_data;

  if (self->acts->warm (self->widget))
    return G_SOURCE_CONTINUE;
  self->warm_id = 0;

  return G_SOURCE_REMOVE;
}

static void
show_ground (GtkSnapshot *snapshot,
             int          width,
             int          height)
{
  OvColor color = ov_stage_get_theme ()->background;
  GdkRGBA rgba = { (color >> 16 & 0xff) / 255.f, (color >> 8 & 0xff) / 255.f, (color & 0xff) / 255.f, 1 };

  gtk_snapshot_append_color (snapshot, &rgba, &GRAPHENE_RECT_INIT (0, 0, width, height));
}

void
ov_stage_snapshot (OvStage     *self,
                   GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (self->widget), height = gtk_widget_get_height (self->widget);
  int scale = gtk_widget_get_scale_factor (self->widget);
  gboolean focus = gtk_widget_has_visible_focus (self->widget);
  cairo_surface_t *image = self->images[self->image];
  OvBox bounds;
  cairo_t *cr;

  if (width <= 0 || height <= 0)
    return;
  if (!self->acts->get_bounds (self->widget, &bounds))
    {
      show_ground (snapshot, width, height);
      return;
    }

  if (self->dirty || image == NULL || focus != self->drawn_focus
      || cairo_image_surface_get_width (image) != width * scale
      || cairo_image_surface_get_height (image) != height * scale)
    {
      self->drawn_focus = focus;
      image = next_image (self, width * scale, height * scale);
      self->acts->render (self->widget, image, scale);
      self->dirty = FALSE;
      if (!self->warmed)
        self->warm_id = g_idle_add_full (G_PRIORITY_LOW, warm_cb, self, NULL);
      self->warmed = TRUE;
    }

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  cairo_set_source_surface (cr, image, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_destroy (cr);
}
