/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pixels: the viewport is rendered into one of three images in rotation, and GTK gets that one
 * image.  A node per item would be a hundred times as slow, and GTK may still hold the last
 * image while the next one is drawn, hence three.  At rest nothing is rendered again.
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

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

void
ov_canvas_drop_images (OvCanvas *self)
{
  for (guint i = 0; i < OV_CANVAS_N_IMAGES; i++)
    g_clear_pointer (&self->images[i], cairo_surface_destroy);
}

const OvTheme *
ov_canvas_get_theme (OvCanvas *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);

  if (adw_style_manager_get_high_contrast (style))
    return ov_theme_get (dark ? OV_THEME_HIGH_CONTRAST_DARK : OV_THEME_HIGH_CONTRAST);

  return ov_theme_get (dark ? OV_THEME_DARK : OV_THEME_LIGHT);
}

/* 200 % text arrives as twice the resolution. */
double
ov_canvas_get_text_scale (OvCanvas *self)
{
  int dpi = -1;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-xft-dpi", &dpi, NULL);

  return dpi <= 0 ? 1 : CLAMP (dpi / 1024.0 / 96.0, 0.5, 4);
}

static void
update_fonts (OvCanvas *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self));
  const PangoFontDescription *description = pango_context_get_font_description (context);
  const char *family = description == NULL ? NULL : pango_font_description_get_family (description);

  ov_painter_set_families (self->painter, family != NULL ? family : "Sans", "Monospace");
}

static cairo_surface_t *
next_image (OvCanvas *self,
            int       width,
            int       height)
{
  cairo_surface_t *image;

  self->image = (self->image + 1) % OV_CANVAS_N_IMAGES;
  image = self->images[self->image];
  if (image != NULL && cairo_image_surface_get_width (image) == width
      && cairo_image_surface_get_height (image) == height)
    return image;

  keep_large_blocks ();
  g_clear_pointer (&self->images[self->image], cairo_surface_destroy);
  self->images[self->image] = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);

  return self->images[self->image];
}

static void
collect_effects (OvCanvas       *self,
                 const OvLayout *places)
{
  g_array_set_size (self->drawn_effects, 0);
  for (guint i = 0; i < self->effects->len; i++)
    {
      OvTimedEffect *timed = &g_array_index (self->effects, OvTimedEffect, i);
      guint32 index = OV_SCENE_NONE;

      if (timed->effect.kind == OV_PAINT_EFFECT_PULSE)
        index = ov_scene_find (self->scene, timed->id);
      if (index != OV_SCENE_NONE && index < places->n)
        timed->effect.box = places->boxes[index];
      g_array_append_val (self->drawn_effects, timed->effect);
    }
}

static gboolean
warm_cb (gpointer user_data)
{
  OvCanvas *self = user_data;

  if (ov_painter_warm (self->painter))
    return G_SOURCE_CONTINUE;
  self->warm_id = 0;

  return G_SOURCE_REMOVE;
}

static void
render (OvCanvas        *self,
        cairo_surface_t *image,
        int              scale)
{
  const OvLayout *places = ov_canvas_get_places (self);
  OvPaintState state = {
    .selected = self->selected,
    .hovered = self->hovered,
    .focused = self->focused,
    .focus_visible = self->drawn_focus,
    .matches = (const guint64 *) (gpointer) self->matches->data,
    .n_matches = self->matches->len,
    .text_scale = ov_canvas_get_text_scale (self),
    .scale_factor = scale,
  };

  collect_effects (self, places);
  state.effects = (const OvPaintEffect *) (gpointer) self->drawn_effects->data;
  state.n_effects = self->drawn_effects->len;
  update_fonts (self);
  ov_painter_render_image (self->painter, image, self->scene, places, &self->view,
                           ov_canvas_get_theme (self), &state);
}

static void
show_ground (OvCanvas    *self,
             GtkSnapshot *snapshot,
             int          width,
             int          height)
{
  OvColor color = ov_canvas_get_theme (self)->background;
  GdkRGBA rgba = { (color >> 16 & 0xff) / 255.f, (color >> 8 & 0xff) / 255.f, (color & 0xff) / 255.f, 1 };

  gtk_snapshot_append_color (snapshot, &rgba, &GRAPHENE_RECT_INIT (0, 0, width, height));
}

void
ov_canvas_snapshot (GtkWidget   *widget,
                    GtkSnapshot *snapshot)
{
  OvCanvas *self = OV_CANVAS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int scale = gtk_widget_get_scale_factor (widget);
  gboolean focus = gtk_widget_has_visible_focus (widget);
  cairo_surface_t *image = self->images[self->image];
  cairo_t *cr;

  if (width <= 0 || height <= 0)
    return;
  if (self->layout == NULL)
    {
      show_ground (self, snapshot, width, height);
      return;
    }

  if (self->dirty || image == NULL || focus != self->drawn_focus
      || cairo_image_surface_get_width (image) != width * scale
      || cairo_image_surface_get_height (image) != height * scale)
    {
      self->drawn_focus = focus;
      image = next_image (self, width * scale, height * scale);
      render (self, image, scale);
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
