/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The exact way: the same boxes, words and marks as vectors, for SVG, PDF and print.  Nothing
 * is left out for being small, so a reader can zoom into the document.
 * Thread: one at a time, the painter's owner.
 */
#include "canvas/render/ov-painter-private.h"

#include <math.h>

#define RAIL (OV_LEVEL_GAP / 2)

static void
set_stroke (OvPainting *self,
            cairo_t    *cr,
            OvStroke    stroke)
{
  double unit = MIN (self->measure.zoom, 1) * self->theme->border_width;
  double dashes[] = { stroke == OV_STROKE_DASHED ? 5 * unit : 2 * unit,
                      stroke == OV_STROKE_DASHED ? 3 * unit : 2 * unit };

  cairo_set_line_width (cr, unit);
  cairo_set_dash (cr, dashes, stroke == OV_STROKE_SOLID ? 0 : 2, 0);
}

static void
trace_shape (cairo_t              *cr,
             const OvDisplayEntry *entry,
             const OvPlan         *plan)
{
  double right = entry->x + entry->width, bottom = entry->y + entry->height, radius = plan->radius;

  if (plan->notch <= 0)
    {
      ov_painting_rounded (cr, entry->x, entry->y, entry->width, entry->height, radius);
      return;
    }
  cairo_new_sub_path (cr);
  cairo_line_to (cr, right - plan->notch, entry->y);
  cairo_line_to (cr, right, entry->y + plan->notch);
  cairo_arc (cr, right - radius, bottom - radius, radius, 0, G_PI_2);
  cairo_arc (cr, entry->x + radius, bottom - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, entry->x + radius, entry->y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

static void
draw_dots (OvPainting           *self,
           cairo_t              *cr,
           const OvDisplayEntry *entry,
           const OvPlan         *plan,
           guint8                dots,
           OvColor               color)
{
  static const guint8 FILLED[] = { 0x0, 0x1, 0x7, 0x6, 0x4 };
  double step = plan->dot_radius * (dots == OV_DOTS_STACK ? 1.5 : 3);
  double x = entry->x + plan->dots_x + (dots == OV_DOTS_STACK ? plan->dot_radius * 1.5 : 0);

  if (plan->dot_radius <= 0 || dots >= G_N_ELEMENTS (FILLED))
    return;
  ov_painting_color (cr, color, 1);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, plan->dot_radius * 0.35);
  for (guint i = 0; i < 3; i++)
    {
      gboolean filled = (FILLED[dots] >> i & 1) != 0;

      cairo_new_sub_path (cr);
      cairo_arc (cr, x + i * step, entry->y + plan->dots_y,
                 plan->dot_radius * (filled ? 1 : 0.82), 0, 2 * G_PI);
      if (filled)
        cairo_fill (cr);
      else
        cairo_stroke (cr);
    }
}

void
ov_painting_vector_entry (OvPainting           *self,
                          cairo_t              *cr,
                          const OvDisplayEntry *entry)
{
  const OvSceneItem *item = &self->items[entry->index];
  OvStyle style;
  OvPlan plan;

  ov_style_resolve (&style, self->theme, self->scene, entry);
  ov_plan_make (&plan, item, entry, &self->measure, self->painter->text);

  trace_shape (cr, entry, &plan);
  ov_painting_color (cr, style.fill, 1);
  cairo_fill_preserve (cr);
  if (plan.strip > 0)
    {
      cairo_save (cr);
      cairo_clip_preserve (cr);
      cairo_new_path (cr);
      ov_painting_color (cr, style.top, 1);
      cairo_rectangle (cr, entry->x, entry->y, entry->width, plan.strip);
      cairo_fill (cr);
      cairo_restore (cr);
      trace_shape (cr, entry, &plan);
    }
  ov_painting_color (cr, style.border, 1);
  set_stroke (self, cr, style.stroke);
  cairo_stroke (cr);
  if (plan.bar > 0)
    {
      cairo_rectangle (cr, entry->x + plan.bar * 0.6, entry->y + plan.radius, plan.bar * 0.5,
                       entry->height - 2 * plan.radius);
      cairo_fill (cr);
    }
  draw_dots (self, cr, entry, &plan, item->dots, style.text_soft);
  cairo_set_dash (cr, NULL, 0, 0);
  ov_mark_draw (cr, self->theme, plan.mark_size > 0 ? item->tone : OV_TONE_NEUTRAL,
                entry->x + plan.mark_x, entry->y + plan.mark_y, plan.mark_size);
  ov_painting_words (self, entry, &plan, &style);
}

static void
draw_rail (OvPainting *self,
           cairo_t    *cr,
           guint32     parent)
{
  OvBox from = ov_painting_place (self, &self->layout->boxes[parent]);
  double x = from.x + from.width / 2, top = from.y + from.height, rail = top + RAIL * self->measure.zoom;

  for (guint32 i = parent + 1; i < self->items[parent].subtree_end; i = self->items[i].subtree_end)
    if (!self->layout->in_grid[i])
      {
        OvBox to = ov_painting_place (self, &self->layout->boxes[i]);

        cairo_move_to (cr, x, top);
        cairo_line_to (cr, x, rail);
        cairo_line_to (cr, to.x + to.width / 2, rail);
        cairo_line_to (cr, to.x + to.width / 2, to.y);
      }
}

static void
draw_frames (OvPainting *self,
             cairo_t    *cr)
{
  for (guint32 i = 0; i < self->layout->n_frames; i++)
    {
      const OvLayoutFrame *frame = &self->layout->frames[i];
      OvBox box = ov_painting_place (self, &frame->box);

      ov_painting_rounded (cr, box.x, box.y, box.width, box.height,
                           (frame->is_grid ? 8 : 16) * self->measure.zoom);
      ov_painting_color (cr, frame->is_grid ? self->theme->container[0] : self->theme->region[0], 1);
      cairo_fill_preserve (cr);
      ov_painting_color (cr, frame->is_grid ? self->theme->frame_border : self->theme->region_border, 1);
      set_stroke (self, cr, OV_STROKE_SOLID);
      cairo_stroke (cr);
    }
}

static void
draw_tree_edges (OvPainting *self,
                 cairo_t    *cr)
{
  if (self->layout->nested || self->layout->in_grid == NULL)
    return;

  for (guint32 i = 0; i < self->layout->n; i++)
    if (self->items[i].subtree_end > i + 1)
      draw_rail (self, cr, i);
  for (guint32 i = 0; i < self->layout->n_frames; i++)
    {
      const OvLayoutFrame *frame = &self->layout->frames[i];
      OvBox from = ov_painting_place (self, &self->layout->boxes[frame->item]);
      OvBox to = ov_painting_place (self, &frame->box);
      double rail = from.y + from.height + RAIL * self->measure.zoom;

      if (!frame->is_grid)
        continue;
      cairo_move_to (cr, from.x + from.width / 2, from.y + from.height);
      cairo_line_to (cr, from.x + from.width / 2, rail);
      cairo_line_to (cr, to.x + to.width / 2, rail);
      cairo_line_to (cr, to.x + to.width / 2, to.y);
    }
  ov_painting_color (cr, self->theme->edge, 1);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, MIN (self->measure.zoom, 1));
  cairo_stroke (cr);
}

/**
 * ov_painter_draw:
 * @cr: draws in the viewport's logical pixels, whatever the state's scale factor
 *
 * Draws everything in the viewport as vectors, with every label.
 */
void
ov_painter_draw (OvPainter          *self,
                 cairo_t            *cr,
                 const OvScene      *scene,
                 const OvLayout     *layout,
                 const OvViewport   *viewport,
                 const OvTheme      *theme,
                 const OvPaintState *state)
{
  OvPaintState logical = { 0 };
  OvViewport natural;
  OvPainting painting;

  g_return_if_fail (self != NULL && cr != NULL && scene != NULL && layout != NULL);
  g_return_if_fail (viewport != NULL && theme != NULL);

  /* Everything is drawn at its natural size and scaled by cairo: words keep their proportion to
   * their box however small the page is. */
  natural = *viewport;
  natural.zoom = 1;
  natural.width = viewport->width / viewport->zoom;
  natural.height = viewport->height / viewport->zoom;
  if (state != NULL)
    logical = *state;
  logical.scale_factor = 1;
  ov_painting_begin (&painting, self, scene, layout, &natural, theme, &logical);
  self->list.whole = TRUE;
  ov_display_list_build (&self->list, scene, layout, &natural, 1);

  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, viewport->width, viewport->height);
  cairo_clip (cr);
  ov_painting_color (cr, theme->background, 1);
  cairo_paint (cr);
  cairo_scale (cr, viewport->zoom, viewport->zoom);
  draw_frames (&painting, cr);
  draw_tree_edges (&painting, cr);
  for (guint32 i = 0; i < self->list.n; i++)
    ov_painting_vector_entry (&painting, cr, &self->list.entries[i]);
  ov_text_flush (self->text, cr);
  ov_painting_on_top (&painting, cr);
  cairo_restore (cr);
}
