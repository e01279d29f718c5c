/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What lies on top of the boxes: labels of what is too small for its own, edges between items,
 * outlines of matches, hover, selection and focus, and the effects of birth and death.
 * These come in dozens, so cairo draws them.
 */
#include "canvas/render/ov-painter-private.h"

#include <math.h>

#define MAX_PLATES   160
#define MAX_OUTLINES 600
#define MAX_EDGES    2000
#define PLATE_TEXT   11.5  /* logical pixels */
#define LABEL_SHARE  0.55  /* of a strip's height */

void
ov_painting_color (cairo_t *cr,
                   OvColor  color,
                   double   alpha)
{
  cairo_set_source_rgba (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                         (color & 0xff) / 255.0, alpha);
}

void
ov_painting_rounded (cairo_t *cr,
                     double   x,
                     double   y,
                     double   width,
                     double   height,
                     double   radius)
{
  radius = MAX (0, MIN (radius, MIN (width, height) / 2));
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

static gboolean
overlaps_plate (const GArray  *plates,
                const OvPlate *plate)
{
  for (guint i = 0; i < plates->len; i++)
    {
      const OvPlate *other = &g_array_index (plates, OvPlate, i);

      if (plate->x < other->x + other->width && other->x < plate->x + plate->width
          && plate->y < other->y + other->height && other->y < plate->y + plate->height)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_in_view (const OvPainting *self,
            const OvBox      *box)
{
  return box->x < self->viewport->width * self->measure.scale && box->x + box->width > 0
         && box->y < self->viewport->height * self->measure.scale && box->y + box->height > 0;
}

/* A box deserves a plate when its own strip cannot be read and the plate covers little of it. */
static void
consider_plate (OvPainting  *self,
                guint32      index,
                const OvBox *box,
                double       strip)
{
  const OvSceneItem *item = &self->items[index];
  gboolean region = item->shape == OV_SHAPE_REGION;
  double scale = self->measure.scale, size = PLATE_TEXT * scale * self->measure.text_scale;
  double left = MAX (box->x, 0), right = MIN (box->x + box->width, self->viewport->width * scale);
  OvPlate plate = { index };
  double width;

  if (LABEL_SHARE * strip >= 7 * scale || item->label == 0 || item->dim)
    return;
  if (box->height < (region ? 2.6 : 5) * size || right - left < 5 * size)
    return;
  width = ov_text_measure (self->painter->text, region ? OV_FACE_BOLD : OV_FACE_TEXT, size,
                           ov_scene_get_text (self->scene, item->label));
  if (!region && width + 3 * size > right - left)
    return;

  plate.width = MIN (width + size, right - left - 6 * scale);
  plate.height = size * 1.5;
  plate.x = floor (left + (right - left - plate.width) / 2);
  plate.y = floor (MAX (box->y, 0) + MIN (strip, 4 * scale) + 2 * scale);
  if (self->legends)
    plate.y = floor (MAX (box->y - 0.55 * plate.height, 0));
  if (plate.y + plate.height > box->y + box->height || overlaps_plate (self->painter->plates, &plate))
    return;
  g_array_append_val (self->painter->plates, plate);
}

static void
consider_entry (OvPainting           *self,
                const OvDisplayEntry *entry,
                gboolean              regions)
{
  double size = PLATE_TEXT * self->measure.scale * self->measure.text_scale;
  OvBox box = { entry->x, entry->y, entry->width, entry->height };
  gboolean region;

  /* Most boxes are far too small: they are sorted out before anything else is looked at. */
  if (!entry->holds || entry->height < 2.6 * size || entry->width < 5 * size)
    return;
  region = self->items[entry->index].shape == OV_SHAPE_REGION;
  if (entry->detail == OV_DETAIL_BOX && region == regions)
    consider_plate (self, entry->index, &box,
                    (region ? OV_REGION_STRIP : OV_HEADER_STRIP) * self->measure.zoom);
}

/* In the tidy layout a region's hull is labelled, when the region's own box is too small. */
static void
consider_hulls (OvPainting *self)
{
  for (guint32 i = 0; i < self->layout->n_frames; i++)
    {
      const OvLayoutFrame *frame = &self->layout->frames[i];
      OvBox box = ov_painting_place (self, &frame->box);

      if (!frame->is_grid && is_in_view (self, &box))
        consider_plate (self, frame->item, &box, OV_ITEM_HEIGHT * self->measure.zoom);
    }
}

static void
paint_plates (OvPainting *self,
              OvRaster   *raster)
{
  GArray *plates = self->painter->plates;
  double size = PLATE_TEXT * self->measure.scale * self->measure.text_scale;

  for (guint i = 0; i < plates->len; i++)
    {
      const OvPlate *plate = &g_array_index (plates, OvPlate, i);
      gboolean region = self->items[plate->index].shape == OV_SHAPE_REGION;
      OvRasterBox box = {
        .x0 = (int) plate->x, .y0 = (int) plate->y,
        .x1 = (int) (plate->x + plate->width), .y1 = (int) (plate->y + plate->height),
        .radius = (int) (plate->height / 2), .border_width = (int) ceil (0.75 * self->measure.scale),
        .fill = self->theme->background, .border = self->theme->region_border,
      };

      ov_raster_box (raster, &box);
      ov_text_add (self->painter->text, region ? OV_FACE_BOLD : OV_FACE_TEXT, size,
                   ov_scene_get_text (self->scene, self->items[plate->index].label),
                   plate->x + size / 2, plate->y + size * 0.16, plate->width - size + 1,
                   region ? self->theme->text : self->theme->text_soft);
    }
}

void
ov_painting_plates (OvPainting *self,
                    OvRaster   *raster)
{
  const OvDisplayList *list = &self->painter->list;

  g_array_set_size (self->painter->plates, 0);
  consider_hulls (self);
  for (guint pass = 0; pass < 2; pass++)
    for (guint32 i = 0; i < list->n && self->painter->plates->len < MAX_PLATES; i++)
      consider_entry (self, &list->entries[i], pass == 0);
  paint_plates (self, raster);
}

/* An edge leaves its box at the border, on the way to the other one's centre. */
static void
clip_to_border (const OvBox *box,
                double       to_x,
                double       to_y,
                double      *x,
                double      *y)
{
  double dx = to_x - *x, dy = to_y - *y;
  double share = 1;

  if (fabs (dx) > 1e-9)
    share = MIN (share, box->width / 2 / fabs (dx));
  if (fabs (dy) > 1e-9)
    share = MIN (share, box->height / 2 / fabs (dy));
  *x += dx * share;
  *y += dy * share;
}

static gboolean
contains (const OvBox *outer,
          const OvBox *inner)
{
  return inner->x >= outer->x && inner->x + inner->width <= outer->x + outer->width
         && inner->y >= outer->y && inner->y + inner->height <= outer->y + outer->height;
}

static void
draw_edge (OvPainting        *self,
           cairo_t           *cr,
           const OvSceneEdge *edge)
{
  OvBox from = ov_painting_place (self, &self->layout->boxes[edge->from]);
  OvBox to = ov_painting_place (self, &self->layout->boxes[edge->to]);
  double x0 = from.x + from.width / 2, y0 = from.y + from.height / 2;
  double x1 = to.x + to.width / 2, y1 = to.y + to.height / 2;
  double scale = self->measure.scale, bend, length;
  double dashes[] = { 5 * scale, 4 * scale };

  /* Of a box and one inside it the picture says already that they belong together. */
  if (contains (&from, &to) || contains (&to, &from))
    return;

  clip_to_border (&from, to.x + to.width / 2, to.y + to.height / 2, &x0, &y0);
  clip_to_border (&to, from.x + from.width / 2, from.y + from.height / 2, &x1, &y1);
  length = hypot (x1 - x0, y1 - y0);
  if (length < 1 || length > 1e6)
    return;

  bend = MIN (0.18 * length, 60 * scale) / length;
  cairo_set_dash (cr, dashes, edge->kind == OV_EDGE_MONITOR ? 2 : 0, 0);
  cairo_move_to (cr, x0, y0);
  cairo_curve_to (cr, x0 + (x1 - x0) / 3 - (y1 - y0) * bend, y0 + (y1 - y0) / 3 + (x1 - x0) * bend,
                  x0 + (x1 - x0) * 2 / 3 - (y1 - y0) * bend, y0 + (y1 - y0) * 2 / 3 + (x1 - x0) * bend,
                  x1, y1);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x1, y1, 2.8 * scale, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_edges (OvPainting *self,
            cairo_t    *cr)
{
  const OvSceneEdge *edges;
  guint32 n;

  edges = ov_scene_get_edges (self->scene, &n);
  if (n == 0)
    return;

  /* A light line below the coloured one keeps the edge readable on any ground. */
  for (guint pass = 0; pass < 2; pass++)
    {
      ov_painting_color (cr, pass == 0 ? self->theme->background : self->theme->accent,
                         pass == 0 ? 0.7 : 0.95);
      cairo_set_line_width (cr, (pass == 0 ? 3.6 : 1.6) * self->measure.scale);
      for (guint32 i = 0; i < MIN (n, MAX_EDGES); i++)
        if (edges[i].from < self->layout->n && edges[i].to < self->layout->n)
          draw_edge (self, cr, &edges[i]);
    }
}

/* What is very small gets an outline that can still be seen. */
static OvBox
outline_of (const OvPainting *self,
            guint32           index,
            double            distance)
{
  OvBox box = ov_painting_place (self, &self->layout->boxes[index]);
  double least = 12 * self->measure.scale;
  double grow_x = MAX (distance, (least - box.width) / 2);
  double grow_y = MAX (distance, (least - box.height) / 2);

  return (OvBox) { box.x - grow_x, box.y - grow_y, box.width + 2 * grow_x, box.height + 2 * grow_y };
}

static void
trace_outline (OvPainting *self,
               cairo_t    *cr,
               guint32     index,
               double      distance)
{
  OvBox box = outline_of (self, index, distance * self->measure.scale);
  double radius = CLAMP (7 * self->measure.zoom, 3 * self->measure.scale, 11 * self->measure.scale);

  if (self->items[index].shape == OV_SHAPE_PILL && self->items[index].subtree_end == index + 1)
    radius = box.height / 2;
  ov_painting_rounded (cr, box.x, box.y, box.width, box.height, radius);
}

static void
draw_outline (OvPainting *self,
              cairo_t    *cr,
              guint64     id,
              double      distance,
              double      width,
              OvColor     color,
              double      alpha)
{
  guint32 index = ov_scene_find (self->scene, id);

  if (index == OV_SCENE_NONE || index >= self->layout->n)
    return;

  trace_outline (self, cr, index, distance);
  ov_painting_color (cr, self->theme->background, alpha);
  cairo_set_line_width (cr, (width + 2) * self->measure.scale);
  cairo_stroke_preserve (cr);
  ov_painting_color (cr, color, alpha);
  cairo_set_line_width (cr, width * self->measure.scale);
  cairo_stroke (cr);
}

static void
draw_matches (OvPainting *self,
              cairo_t    *cr)
{
  guint drawn = 0;

  for (guint i = 0; i < self->state->n_matches && drawn < MAX_OUTLINES; i++)
    {
      guint32 index = ov_scene_find (self->scene, self->state->matches[i]);
      OvBox box;

      if (index == OV_SCENE_NONE || index >= self->layout->n)
        continue;
      box = outline_of (self, index, 1);
      if (!is_in_view (self, &box))
        continue;
      trace_outline (self, cr, index, 1.5);
      drawn++;
    }
  if (drawn == 0)
    return;

  ov_painting_color (cr, self->theme->background, 0.9);
  cairo_set_line_width (cr, 4 * self->measure.scale);
  cairo_stroke_preserve (cr);
  ov_painting_color (cr, self->theme->accent, 1);
  cairo_set_line_width (cr, 2 * self->measure.scale);
  cairo_stroke (cr);
}

static OvColor
tone_color (const OvTheme *theme,
            guint8         tone)
{
  return tone == OV_TONE_ERROR ? theme->error : tone == OV_TONE_WARNING ? theme->warning
         : tone == OV_TONE_RENEWED || tone == OV_TONE_NEW ? theme->accent : theme->border;
}

static void
draw_effect (OvPainting     *self,
             cairo_t        *cr,
             const OvPaintEffect *effect)
{
  OvBox box = ov_painting_place (self, &effect->box);
  double rest = 1 - effect->progress, grow = 0;
  OvColor color = tone_color (self->theme, effect->tone);

  if (!is_in_view (self, &box))
    return;
  if (effect->kind == OV_PAINT_EFFECT_PULSE)
    grow = 14 * effect->progress * self->measure.scale;
  ov_painting_rounded (cr, box.x - grow, box.y - grow, box.width + 2 * grow, box.height + 2 * grow,
                       CLAMP (7 * self->measure.zoom, 2, 10 * self->measure.scale) + grow);
  if (effect->kind == OV_PAINT_EFFECT_GHOST)
    {
      ov_painting_color (cr, ov_color_mix (self->theme->background, color, 0.2), 0.8 * rest);
      cairo_fill_preserve (cr);
    }
  ov_painting_color (cr, color, rest);
  cairo_set_line_width (cr, (effect->kind == OV_PAINT_EFFECT_PULSE ? 3 : 1.6) * self->measure.scale);
  cairo_stroke (cr);
}

void
ov_painting_on_top (OvPainting *self,
                    cairo_t    *cr)
{
  const OvPaintState *state = self->state;

  draw_matches (self, cr);
  draw_edges (self, cr);
  if (state->hovered != state->selected)
    draw_outline (self, cr, state->hovered, 1, 1.5, self->theme->text_soft, 0.9);
  draw_outline (self, cr, state->selected, 1.5, 2.5, self->theme->accent, 1);
  if (state->focus_visible)
    draw_outline (self, cr, state->focused, 5, 2, self->theme->accent, 0.75);
  for (guint i = 0; i < state->n_effects; i++)
    draw_effect (self, cr, &state->effects[i]);
}
