/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Neutral is the default; a tone colours the border and tints the fill, heat replaces the fill,
 * what is filtered out fades towards the background.  Text keeps its contrast on all of them.
 * Thread: any.
 */
#include "canvas/render/ov-style.h"

#include <string.h>

/* How far what does not match the filter fades. */
#define DIMMED     0.62
#define LABEL_SIZE 11.5
#define SUB_RATIO  0.82
#define LEAF_STRIP 12.0
/* A hot box needs less of a border: its fill stands out. */
#define HEAT_BORDER 0.4
/* The share of a box's height that its label takes. */
#define LABEL_SHARE  0.55
/* Below this zoom the borders of boxes that hold others fade. */
#define CALM_ZOOM  0.4
#define MAX_BORDER_SHARE 0.42

/* The colours of each tone, as offsets into a theme; 0 keeps the neutral ones. */
static const struct
{
  gsize fill, border;
} TONES[] = {
  [OV_TONE_NEUTRAL] = { 0, 0 },
  [OV_TONE_NEW] = { G_STRUCT_OFFSET (OvTheme, fresh), G_STRUCT_OFFSET (OvTheme, accent) },
  [OV_TONE_RENEWED] = { G_STRUCT_OFFSET (OvTheme, fresh), G_STRUCT_OFFSET (OvTheme, accent) },
  [OV_TONE_MUTED] = { G_STRUCT_OFFSET (OvTheme, muted), G_STRUCT_OFFSET (OvTheme, muted_border) },
  [OV_TONE_WARNING] = { G_STRUCT_OFFSET (OvTheme, warning_fill), G_STRUCT_OFFSET (OvTheme, warning) },
  [OV_TONE_ERROR] = { G_STRUCT_OFFSET (OvTheme, error_fill), G_STRUCT_OFFSET (OvTheme, error) },
};

static OvColor
color_at (const OvTheme *theme,
          gsize          offset)
{
  return G_STRUCT_MEMBER (OvColor, theme, offset);
}

static void
apply_tone (OvStyle       *self,
            const OvTheme *theme,
            guint8         tone,
            gboolean       holds)
{
  if (TONES[tone].fill == 0)
    return;

  self->border = color_at (theme, TONES[tone].border);
  self->top = color_at (theme, TONES[tone].fill);
  if (!holds)
    self->fill = self->top;
}

static void
apply_heat (OvStyle       *self,
            const OvTheme *theme,
            guint8         heat,
            gboolean       holds,
            gboolean       troubled)
{
  OvColor color;

  if (heat == OV_HEAT_NONE)
    return;

  color = ov_theme_get_heat (theme, heat);
  self->top = color;
  if (!holds)
    self->fill = color;
  if (!holds && !troubled)
    self->border = ov_color_mix (color, ov_theme_get_heat_ink (theme, heat), HEAT_BORDER);
  self->text = self->text_soft = ov_theme_get_heat_ink (theme, heat);
}

static void
apply_dim (OvStyle       *self,
           const OvTheme *theme)
{
  self->fill = ov_color_mix (self->fill, theme->background, DIMMED);
  self->top = ov_color_mix (self->top, theme->background, DIMMED);
  self->border = ov_color_mix (self->border, theme->background, DIMMED);
  self->text = ov_color_mix (self->text, theme->background, 0.45);
  self->text_soft = ov_color_mix (self->text_soft, theme->background, 0.45);
}

/* The border of a box that holds others tells less and less as it shrinks; dashes would only
 * flicker between its children. */
static void
calm_border (OvStyle              *self,
             const OvDisplayEntry *entry)
{
  if (entry->zoom >= CALM_ZOOM)
    return;

  self->stroke = OV_STROKE_SOLID;
  self->border = ov_color_mix (self->fill, self->border, CLAMP (entry->zoom / CALM_ZOOM, 0.4, 1));
}

void
ov_style_resolve (OvStyle              *self,
                  const OvTheme        *theme,
                  const OvScene        *scene,
                  const OvDisplayEntry *entry)
{
  const OvSceneItem *item = &ov_scene_get_items (scene)[entry->index];
  gboolean region = item->shape == OV_SHAPE_REGION;
  gboolean folded = entry->detail == OV_DETAIL_FOLDED;
  guint8 tone = folded ? ov_scene_get_worst (scene)[entry->index] : item->tone;
  guint8 heat = folded ? ov_scene_get_hottest (scene)[entry->index] : item->heat;

  self->text = theme->text;
  self->text_soft = theme->text_soft;
  self->border = region ? theme->region_border : theme->border;
  self->stroke = (OvStroke) MIN (item->border, OV_STROKE_DOTTED);
  self->top = theme->strip;
  self->fill = theme->box;
  if (entry->holds && !folded)
    self->fill = region ? theme->region[item->depth & 1] : theme->container[item->depth & 1];
  if (region && entry->holds)
    self->top = theme->region[item->depth & 1];
  else if (region)
    self->fill = theme->strip;
  if (entry->holds)
    calm_border (self, entry);

  apply_tone (self, theme, tone, entry->holds && !folded);
  apply_heat (self, theme, heat, entry->holds && !folded, tone != OV_TONE_NEUTRAL);
  if (item->dim)
    apply_dim (self, theme);
}

/* The border takes its share of the area, so that nothing jumps where details begin. */
OvColor
ov_style_blend (const OvStyle        *self,
                const OvDisplayEntry *entry,
                double                scale)
{
  double share = 2 * scale / MAX (entry->width, 1) + 2 * scale / MAX (entry->height, 1);

  return ov_color_mix (self->fill, self->border, MIN (share, MAX_BORDER_SHARE));
}

OvFace
ov_style_get_face (const OvSceneItem *item,
                   gboolean           sublabel)
{
  if ((item->mono & (sublabel ? OV_MONO_SUBLABEL : OV_MONO_LABEL)) != 0)
    return OV_FACE_MONO;

  return !sublabel && (item->shape == OV_SHAPE_REGION || item->shape == OV_SHAPE_HEADER)
           ? OV_FACE_BOLD : OV_FACE_TEXT;
}

static double
largest_text (const OvMeasure *measure)
{
  return LABEL_SIZE * measure->scale * measure->text_scale
         * CLAMP (measure->zoom / measure->scale, 1, 1.6);
}

static void
plan_shape (OvPlan               *self,
            const OvSceneItem    *item,
            const OvDisplayEntry *entry,
            const OvMeasure      *measure)
{
  double unit = measure->zoom;

  self->radius = CLAMP (6 * unit, 1 * measure->scale, 8 * measure->scale);
  if (item->shape == OV_SHAPE_REGION)
    self->radius = CLAMP (12 * unit, 2 * measure->scale, 14 * measure->scale);
  if (item->shape == OV_SHAPE_PILL && !entry->holds)
    self->radius = entry->height / 2;
  if (item->shape == OV_SHAPE_NOTCHED)
    self->notch = CLAMP (11 * unit, 2 * measure->scale, entry->height / 2);
  if (item->shape == OV_SHAPE_BARRED)
    self->bar = CLAMP (5 * unit, 1 * measure->scale, 8 * measure->scale);
  if (entry->holds)
    self->strip = (item->shape == OV_SHAPE_REGION ? OV_REGION_STRIP : OV_HEADER_STRIP) * unit;
  else if (item->shape == OV_SHAPE_HEADER)
    self->strip = LEAF_STRIP * unit;
}

/* From the right end inwards: dots, mark, count.  Returns where the words must end. */
static double
plan_right_side (OvPlan               *self,
                 const OvSceneItem    *item,
                 const OvDisplayEntry *entry,
                 const OvMeasure      *measure)
{
  double height = entry->holds ? self->strip : entry->height;
  double end = entry->width - MAX (6 * measure->zoom, 2 * measure->scale) - self->notch / 2;
  double small = MIN (0.34 * height, 9 * measure->scale * MAX (measure->text_scale, 1));

  if (item->shape == OV_SHAPE_PILL)
    end -= self->radius / 4;
  if (item->shape == OV_SHAPE_HEADER && self->strip >= 5 * measure->scale)
    {
      self->dot_radius = MIN (0.13 * self->strip, 3.2 * measure->scale);
      if (!entry->holds)
        self->dot_radius = MIN (0.22 * self->strip, 3.2 * measure->scale);
      self->dots_x = end - 7 * self->dot_radius;
      self->dots_y = self->strip / 2;
      if (entry->holds)
        end = self->dots_x - 3 * self->dot_radius;
    }
  if (item->tone != OV_TONE_NEUTRAL && height >= 8 * measure->scale)
    {
      self->mark_size = CLAMP (0.42 * height, 6 * measure->scale,
                               15 * measure->scale * MAX (measure->text_scale, 1));
      self->mark_x = end - self->mark_size / 2;
      self->mark_y = entry->holds ? height / 2 : self->strip + (height - self->strip) / 2;
      end -= self->mark_size + 3 * measure->scale;
    }
  if ((item->badge > 0 || item->n_hidden > 0) && small >= measure->least_text)
    {
      self->note_size = small;
      self->note_x = end;
      self->note_y = entry->holds ? height / 2 : self->strip + (height - self->strip) / 2;
    }

  return end;
}

static void
plan_words (OvPlan               *self,
            const OvSceneItem    *item,
            const OvDisplayEntry *entry,
            const OvMeasure      *measure,
            OvText               *text,
            double                end)
{
  double top = entry->holds ? 0 : self->strip;
  double height = entry->holds ? self->strip : entry->height - self->strip;
  double line, sub_line;

  self->label_size = MIN (LABEL_SHARE * height, largest_text (measure));
  if (!entry->holds && self->strip > 0)
    self->label_size = MIN (0.62 * height, largest_text (measure));
  self->label_x = MAX (8 * measure->zoom, 3 * measure->scale) + self->bar;
  if (item->shape == OV_SHAPE_PILL)
    self->label_x += self->radius / 4;
  self->label_width = end - self->label_x;
  if (self->label_size < measure->least_text)
    {
      self->label_size = 0;
      return;
    }

  line = ov_text_get_line (text, ov_style_get_face (item, FALSE), self->label_size);
  self->sub_size = item->sublabel == 0 || entry->holds ? 0 : self->label_size * SUB_RATIO;
  if (self->sub_size > 0)
    {
      sub_line = ov_text_get_line (text, ov_style_get_face (item, TRUE), self->sub_size);
      if (line + sub_line > height - 2 * measure->scale || self->sub_size < measure->least_text)
        self->sub_size = 0;
      else
        {
          self->label_y = top + (height - line - sub_line) / 2;
          self->sub_y = self->label_y + line;
          return;
        }
    }
  self->label_y = top + (height - line) / 2;
}

void
ov_plan_make (OvPlan               *self,
              const OvSceneItem    *item,
              const OvDisplayEntry *entry,
              const OvMeasure      *measure,
              OvText               *text)
{
  double end;

  memset (self, 0, sizeof *self);
  plan_shape (self, item, entry, measure);
  end = plan_right_side (self, item, entry, measure);
  plan_words (self, item, entry, measure, text, end);
}
