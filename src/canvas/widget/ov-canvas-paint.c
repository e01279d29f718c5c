/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame of the canvas: scene, places and what is pointed at go to the painter.
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

const OvTheme *
ov_canvas_get_theme (OvCanvas *self)
{
  return ov_look_get_theme ();
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

void
ov_canvas_render (GtkWidget       *widget,
                  cairo_surface_t *image,
                  int              scale)
{
  OvCanvas *self = OV_CANVAS (widget);
  const OvLayout *places = ov_canvas_get_places (self);
  OvPaintState state = {
    .selected = self->selected,
    .hovered = self->hovered,
    .focused = self->focused,
    .focus_visible = self->stage.drawn_focus,
    .matches = (const guint64 *) (gpointer) self->matches->data,
    .n_matches = self->matches->len,
    .text_scale = ov_look_get_text_scale (widget),
    .scale_factor = scale,
  };

  collect_effects (self, places);
  state.effects = (const OvPaintEffect *) (gpointer) self->drawn_effects->data;
  state.n_effects = self->drawn_effects->len;
  ov_painter_set_families (self->painter, ov_look_get_family (widget), "Monospace");
  ov_painter_render_image (self->painter, image, self->scene, places, &self->stage.view,
                           ov_look_get_theme (), &state);
}
