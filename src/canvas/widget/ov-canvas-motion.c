/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What moves beside the camera: the glide between layouts, ghosts of what is gone and pulses of
 * what came again.  The stage drives them.  Where animations are off, things change at once.
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

#define GLIDE_US        250000
#define GHOST_US        600000
#define GHOST_ERROR_US 1500000
#define PULSE_US        900000
#define MAX_EFFECTS      400

static void
advance_tween (OvCanvas *self,
               gint64    time_us)
{
  double t = ov_stage_share (time_us, self->tween_start_us, GLIDE_US);

  if (self->tween == NULL)
    return;

  self->tween_share = ov_stage_ease (t);
  if (t >= 1)
    g_clear_pointer (&self->tween, ov_tween_free);
  ov_canvas_invalidate (self);
  if (t >= 1)
    ov_canvas_emit (self, OV_CANVAS_VIEW_CHANGED, 0);
}

static void
advance_effects (OvCanvas *self,
                 gint64    time_us)
{
  if (self->effects->len == 0)
    return;

  for (guint i = self->effects->len; i-- > 0;)
    {
      OvTimedEffect *timed = &g_array_index (self->effects, OvTimedEffect, i);

      timed->effect.progress = ov_stage_share (time_us, timed->start_us, timed->duration_us);
      if (timed->effect.progress >= 1)
        g_array_remove_index_fast (self->effects, i);
    }
  ov_canvas_invalidate (self);
}

gboolean
ov_canvas_advance (GtkWidget *widget,
                   gint64     time_us)
{
  OvCanvas *self = OV_CANVAS (widget);

  advance_tween (self, time_us);
  advance_effects (self, time_us);

  return self->tween != NULL || self->effects->len > 0;
}

/* What was under way ends where it was going to. */
void
ov_canvas_stop_motion (OvCanvas *self)
{
  ov_stage_stop (&self->stage);
  g_clear_pointer (&self->tween, ov_tween_free);
  g_array_set_size (self->effects, 0);
}

static void
add_effect (OvCanvas    *self,
            OvPaintEffectKind kind,
            guint64      id,
            OvBox        box,
            guint8       tone,
            gint64       duration_us)
{
  OvTimedEffect timed = { { box, kind, tone, 0 }, id, ov_stage_now (&self->stage), duration_us };

  if (self->effects->len < MAX_EFFECTS)
    g_array_append_val (self->effects, timed);
}

/* A process that took another's place: with the tone for it now, and not with this count before. */
void
ov_canvas_note_renewals (OvCanvas      *self,
                         const OvScene *old_scene)
{
  const OvSceneItem *items = ov_scene_get_items (self->scene);
  const OvSceneItem *old_items = ov_scene_get_items (old_scene);

  if (!ov_stage_is_animated (&self->stage))
    return;

  for (guint32 i = 0; i < self->layout->n; i++)
    {
      guint32 old;

      if (items[i].tone != OV_TONE_RENEWED)
        continue;
      old = ov_scene_find (old_scene, items[i].id);
      if (old == OV_SCENE_NONE || old_items[old].tone != OV_TONE_RENEWED
          || old_items[old].badge != items[i].badge)
        add_effect (self, OV_PAINT_EFFECT_PULSE, items[i].id, self->layout->boxes[i], items[i].tone, PULSE_US);
    }
  if (self->effects->len > 0)
    ov_stage_keep_ticking (&self->stage);
}

static void
add_ghosts (OvCanvas      *self,
            const OvScene *old_scene)
{
  const OvSceneItem *items = ov_scene_get_items (old_scene);
  const OvGone *gone;
  guint n;

  gone = ov_tween_get_gone (self->tween, &n);
  for (guint i = 0; i < n; i++)
    {
      const OvSceneItem *item = &items[gone[i].index];

      /* A box that held others would hide what moves up in its place. */
      if (item->subtree_end == gone[i].index + 1)
        add_effect (self, OV_PAINT_EFFECT_GHOST, item->id, gone[i].box, item->tone,
                    item->tone == OV_TONE_ERROR ? GHOST_ERROR_US : GHOST_US);
    }
}

/* From the places of the old scene to those of the one that has just become current. */
void
ov_canvas_glide (OvCanvas       *self,
                 OvScene        *old_scene,
                 const OvLayout *old_places)
{
  g_clear_pointer (&self->tween, ov_tween_free);
  if (!ov_stage_is_animated (&self->stage) || old_places == NULL)
    return;

  self->tween = ov_tween_new (old_scene, old_places, self->scene, self->layout);
  add_ghosts (self, old_scene);
  ov_canvas_note_renewals (self, old_scene);
  if (ov_tween_is_idle (self->tween))
    g_clear_pointer (&self->tween, ov_tween_free);
  self->tween_start_us = ov_stage_now (&self->stage);
  self->tween_share = 0;
  if (self->tween != NULL || self->effects->len > 0)
    ov_stage_keep_ticking (&self->stage);
}
