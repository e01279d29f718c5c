/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame of a stage: where something has changed the canvas renders the viewport into the next
 * image, and GTK gets that one image. Thread: main.
 */
#include "canvas/widget/ov-stage-private.h"

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
  OvColor color = ov_look_get_theme ()->background;
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
  cairo_surface_t *image = ov_frames_get (&self->frames, width * scale, height * scale);
  OvBox bounds;

  if (width <= 0 || height <= 0)
    return;
  if (!self->acts->get_bounds (self->widget, &bounds))
    {
      show_ground (snapshot, width, height);
      return;
    }

  self->whole = self->whole || image == NULL || focus != self->drawn_focus;
  if (self->whole || self->dirty)
    {
      self->drawn_focus = focus;
      image = ov_frames_next (&self->frames, width * scale, height * scale);
      self->acts->render (self->widget, image, scale);
      self->dirty = self->whole = FALSE;
      if (!self->warmed)
        self->warm_id = g_idle_add_full (G_PRIORITY_LOW, warm_cb, self, NULL);
      self->warmed = TRUE;
    }
  ov_frames_append (image, snapshot, scale);
}
