/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One image per frame: a node per item would be a hundred times as slow.  At rest nothing is
 * rendered again.
 * Thread: main.
 */
#include "canvas/widget/ov-look.h"

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
ov_look_get_theme (void)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);

  if (adw_style_manager_get_high_contrast (style))
    return ov_theme_get (dark ? OV_THEME_HIGH_CONTRAST_DARK : OV_THEME_HIGH_CONTRAST);

  return ov_theme_get (dark ? OV_THEME_DARK : OV_THEME_LIGHT);
}

double
ov_look_get_text_scale (GtkWidget *widget)
{
  int dpi = -1;

  g_object_get (gtk_widget_get_settings (widget), "gtk-xft-dpi", &dpi, NULL);

  return dpi <= 0 ? 1 : CLAMP (dpi / 1024.0 / 96.0, 0.5, 4);
}

const char *
ov_look_get_family (GtkWidget *widget)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *description = pango_context_get_font_description (context);
  const char *family = description == NULL ? NULL : pango_font_description_get_family (description);

  return family != NULL ? family : "Sans";
}

void
ov_look_watch (GtkWidget *widget,
               GCallback  changed)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  keep_large_blocks ();
  g_signal_connect_object (style, "notify::dark", changed, widget, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", changed, widget, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_widget_get_settings (widget), "notify::gtk-xft-dpi", changed, widget,
                           G_CONNECT_SWAPPED);
  g_signal_connect (widget, "notify::scale-factor", changed, NULL);
}

cairo_surface_t *
ov_frames_get (const OvFrames *self,
               int             width,
               int             height)
{
  cairo_surface_t *image = self->images[self->current];

  return image != NULL && cairo_image_surface_get_width (image) == width
         && cairo_image_surface_get_height (image) == height ? image : NULL;
}

cairo_surface_t *
ov_frames_next (OvFrames *self,
                int       width,
                int       height)
{
  cairo_surface_t *image;

  self->current = (self->current + 1) % OV_FRAMES;
  if ((image = ov_frames_get (self, width, height)) != NULL)
    return image;

  g_clear_pointer (&self->images[self->current], cairo_surface_destroy);
  self->images[self->current] = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);

  return self->images[self->current];
}

void
ov_frames_clear (OvFrames *self)
{
  for (guint i = 0; i < OV_FRAMES; i++)
    g_clear_pointer (&self->images[i], cairo_surface_destroy);
}

void
ov_frames_append (cairo_surface_t *image,
                  GtkSnapshot     *snapshot,
                  int              scale)
{
  float width = (float) cairo_image_surface_get_width (image) / scale;
  float height = (float) cairo_image_surface_get_height (image) / scale;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));

  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  cairo_set_source_surface (cr, image, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_destroy (cr);
}
