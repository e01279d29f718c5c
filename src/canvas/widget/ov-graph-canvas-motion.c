/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What moves beside the camera: groups that open and fold, the glide to new places, what is gone
 * and fades, and messages on their way.  The stage drives them and stops when nothing moves.  Where
 * animations are off things are at their end at once, and no message travels. Thread: main.
 */
#include "canvas/widget/ov-graph-canvas-private.h"

#include <math.h>

#define FADE_US      600000
/* A frame that came late does not make things jump. */
#define LONGEST_STEP 0.05

static gboolean
advance_view (OvGraphCanvas *self,
              gint64         time_us)
{
  double seconds = (time_us - self->advanced_us) / 1e6;
  gboolean more;

  if (self->advanced_us == 0)
    return FALSE;

  self->advanced_us = time_us;
  more = ov_graph_view_advance (self->view, CLAMP (seconds, 0, LONGEST_STEP));
  if (!more)
    self->advanced_us = 0;
  ov_stage_invalidate (&self->stage);
  if (!more)
    ov_graph_canvas_emit (self, OV_GRAPH_VIEW_CHANGED, 0);

  return more;
}

static gboolean
advance_fadings (OvGraphCanvas *self,
                 gint64         time_us)
{
  if (self->fadings->len == 0)
    return FALSE;

  for (guint i = self->fadings->len; i-- > 0;)
    if (time_us - g_array_index (self->fadings, OvFading, i).start_us >= FADE_US)
      g_array_remove_index_fast (self->fadings, i);
  ov_stage_invalidate (&self->stage);

  return self->fadings->len > 0;
}

static gboolean
advance_travels (OvGraphCanvas *self,
                 gint64         time_us)
{
  if (self->travels->len == 0)
    return FALSE;

  for (guint i = self->travels->len; i-- > 0;)
    {
      const OvTravel *travel = &g_array_index (self->travels, OvTravel, i);

      if (time_us >= travel->start_us + travel->duration_us)
        g_array_remove_index_fast (self->travels, i);
    }
  ov_stage_touch (&self->stage);

  return self->travels->len > 0;
}

gboolean
ov_graph_canvas_advance (GtkWidget *widget,
                         gint64     time_us)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  gboolean view = advance_view (self, time_us);
  gboolean fadings = advance_fadings (self, time_us);
  gboolean travels = advance_travels (self, time_us);

  return view || fadings || travels;
}

/* What was under way is at its end. */
void
ov_graph_canvas_stop (OvGraphCanvas *self)
{
  ov_stage_stop (&self->stage);
  ov_graph_view_advance (self->view, G_MAXDOUBLE);
  self->advanced_us = 0;
  g_array_set_size (self->fadings, 0);
  g_array_set_size (self->travels, 0);
}

void
ov_graph_canvas_choose (OvGraphCanvas *self)
{
  ov_graph_view_choose (self->view, &self->stage.view);
  if (!ov_stage_is_animated (&self->stage))
    {
      ov_graph_view_advance (self->view, G_MAXDOUBLE);
      return;
    }
  if (self->advanced_us != 0 || !ov_graph_view_advance (self->view, 0))
    return;
  self->advanced_us = ov_stage_now (&self->stage);
  ov_stage_keep_ticking (&self->stage);
}

void
ov_graph_canvas_fade (OvGraphCanvas *self,
                      const OvBox   *box)
{
  OvFading fading = { *box, ov_stage_now (&self->stage) };

  g_array_append_val (self->fadings, fading);
  ov_stage_keep_ticking (&self->stage);
}

void
ov_graph_canvas_place_effects (OvGraphCanvas *self)
{
  gint64 time_us = ov_stage_now (&self->stage);

  g_array_set_size (self->effects, 0);
  for (guint i = 0; i < self->fadings->len; i++)
    {
      const OvFading *fading = &g_array_index (self->fadings, OvFading, i);
      OvPaintEffect effect = { fading->box, OV_PAINT_EFFECT_GHOST, OV_TONE_MUTED,
                               ov_stage_share (time_us, fading->start_us, FADE_US) };

      g_array_append_val (self->effects, effect);
    }
}

void
ov_graph_canvas_place_dots (OvGraphCanvas *self,
                            double         scale)
{
  gint64 time_us = ov_stage_now (&self->stage);

  g_array_set_size (self->dots, 0);
  for (guint i = 0; i < self->travels->len; i++)
    {
      const OvTravel *travel = &g_array_index (self->travels, OvTravel, i);
      OvGraphDot dot = { .tone = travel->tone };
      OvGraphCurve way;
      double x, y;

      if (time_us < travel->start_us
          || !ov_graph_view_get_way (self->view, travel->from, travel->to, &way))
        continue;
      ov_graph_curve_at (&way, ov_stage_share (time_us, travel->start_us, travel->duration_us), &x, &y);
      dot.x = x * scale;
      dot.y = y * scale;
      g_array_append_val (self->dots, dot);
    }
}

void
ov_graph_canvas_add_dot (OvGraphCanvas *self,
                         guint64        from,
                         guint64        to,
                         guint          delay_ms,
                         guint          travel_ms,
                         OvTone         tone)
{
  OvTravel travel = { from, to, 0, travel_ms * G_GINT64_CONSTANT (1000), tone };

  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  if (!ov_stage_is_animated (&self->stage) || self->travels->len >= OV_GRAPH_MAX_DOTS || travel_ms == 0)
    return;

  travel.start_us = ov_stage_now (&self->stage) + delay_ms * G_GINT64_CONSTANT (1000);
  g_array_append_val (self->travels, travel);
  ov_stage_keep_ticking (&self->stage);
}

guint
ov_graph_canvas_get_n_dots (OvGraphCanvas *self)
{
  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self), 0);

  return self->travels->len;
}

void
ov_graph_canvas_clear_dots (OvGraphCanvas *self)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  if (self->travels->len == 0)
    return;
  g_array_set_size (self->travels, 0);
  ov_stage_touch (&self->stage);
}
