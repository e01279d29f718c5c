/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fast way: everything that comes in thousands is written straight into the image's pixels,
 * words go out as glyph runs afterwards, and what lies on top is drawn with cairo.
 *
 * Order: ground, frames and tree edges, boxes in the scene's order, words, plates, trouble too
 * small for its box (so the worst status always wins), what lies on top.
 * Thread: one at a time, the owner's.
 */
#include "canvas/render/ov-painter-private.h"

#include <math.h>
#include <string.h>

/* Boxes in trouble are seen from this size on, logical pixels. */
#define TROUBLE_SIZE 4.0
#define LEAST_TEXT   6.0
#define SMALLEST_WHOLE 8.0 /* to this size words shrink to be shown whole */
#define SMALL_COLOR_KNOWN (1u << 24)
#define RAIL         (OV_LEVEL_GAP / 2)

OvPainter *
ov_painter_new (void)
{
  OvPainter *self = g_new0 (OvPainter, 1);

  self->text = ov_text_new ();
  self->sprites = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL,
                                         (GDestroyNotify) cairo_surface_destroy);
  self->plates = g_array_new (FALSE, FALSE, sizeof (OvPlate));

  return self;
}

void
ov_painter_free (OvPainter *self)
{
  if (self == NULL)
    return;

  ov_text_free (self->text);
  ov_display_list_clear (&self->list);
  g_hash_table_unref (self->sprites);
  g_array_unref (self->plates);
  g_free (self);
}

void
ov_painter_set_families (OvPainter  *self,
                         const char *text,
                         const char *mono)
{
  g_return_if_fail (self != NULL);

  ov_text_set_families (self->text, text, mono);
}

gboolean
ov_painter_warm (OvPainter *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return ov_text_warm (self->text);
}

void
ov_painting_begin (OvPainting         *self,
                   OvPainter          *painter,
                   const OvScene      *scene,
                   const OvLayout     *layout,
                   const OvViewport   *viewport,
                   const OvTheme      *theme,
                   const OvPaintState *state)
{
  static const OvPaintState NOTHING = { 0 };
  double scale;

  self->painter = painter;
  self->scene = scene;
  self->items = ov_scene_get_items (scene);
  self->layout = layout;
  self->viewport = viewport;
  self->theme = theme;
  self->legends = FALSE;
  self->state = state != NULL ? state : &NOTHING;
  scale = self->state->scale_factor > 0 ? self->state->scale_factor : 1;
  self->measure.scale = scale;
  self->measure.zoom = viewport->zoom * scale;
  self->measure.text_scale = self->state->text_scale > 0 ? self->state->text_scale : 1;
  self->measure.least_text = self->state->overview ? G_MAXDOUBLE : LEAST_TEXT * scale;
}

OvBox
ov_painting_place (const OvPainting *self,
                   const OvBox      *box)
{
  double zoom = self->measure.zoom;

  return (OvBox) { (box->x - self->viewport->x) * zoom, (box->y - self->viewport->y) * zoom,
                   box->width * zoom, box->height * zoom };
}

static int
snap (double value)
{
  return (int) floor (CLAMP (value, -1e7, 1e7) + 0.5);
}

static void
paint_frames (OvPainting *self,
              OvRaster   *raster)
{
  for (guint32 i = 0; i < self->layout->n_frames; i++)
    {
      const OvLayoutFrame *frame = &self->layout->frames[i];
      OvBox box = ov_painting_place (self, &frame->box);
      OvRasterBox hull = {
        .x0 = snap (box.x), .y0 = snap (box.y),
        .x1 = snap (box.x + box.width), .y1 = snap (box.y + box.height),
        .radius = snap ((frame->is_grid ? 8 : 16) * MIN (self->measure.zoom, 1.5 * self->measure.scale)),
        .border_width = MAX (1, snap (self->theme->border_width * self->measure.scale)),
        .fill = frame->is_grid ? self->theme->frame : self->theme->region[0],
        .border = frame->is_grid ? self->theme->frame_border : self->theme->region_border,
      };

      if (frame->is_grid)
        hull.fill = self->theme->container[0];
      ov_raster_box (raster, &hull);
    }
}

/* One parent's edges: down to a rail, along it, and from it down to each child. */
static void
paint_rail (OvPainting *self,
            OvRaster   *raster,
            guint32     parent,
            int         thickness,
            OvColor     color)
{
  const OvBox *boxes = self->layout->boxes;
  OvBox from = ov_painting_place (self, &boxes[parent]);
  int x = snap (from.x + from.width / 2), top = snap (from.y + from.height);
  int rail = snap (from.y + from.height + RAIL * self->measure.zoom);
  int left = x, right = x;
  gboolean any = FALSE;

  if (rail < -1000000 || top > raster->height)
    return;

  for (guint32 i = parent + 1; i < self->items[parent].subtree_end; i = self->items[i].subtree_end)
    {
      OvBox to;
      int at;

      if (self->layout->in_grid != NULL && self->layout->in_grid[i])
        continue;
      to = ov_painting_place (self, &boxes[i]);
      at = snap (to.x + to.width / 2);
      left = MIN (left, at);
      right = MAX (right, at);
      any = TRUE;
      ov_raster_fill (raster, at, MIN (rail, snap (to.y)), at + thickness, snap (to.y), color);
    }
  if (!any)
    return;
  ov_raster_fill (raster, x, top, x + thickness, rail, color);
  ov_raster_fill (raster, left, rail, right + thickness, rail + thickness, color);
}

static void
paint_grid_edge (OvPainting          *self,
                 OvRaster            *raster,
                 const OvLayoutFrame *frame,
                 int                  thickness,
                 OvColor              color)
{
  OvBox from = ov_painting_place (self, &self->layout->boxes[frame->item]);
  OvBox to = ov_painting_place (self, &frame->box);
  int x0 = snap (from.x + from.width / 2), x1 = snap (to.x + to.width / 2);
  int rail = snap (from.y + from.height + RAIL * self->measure.zoom);

  ov_raster_fill (raster, x0, snap (from.y + from.height), x0 + thickness, rail, color);
  ov_raster_fill (raster, MIN (x0, x1), rail, MAX (x0, x1) + thickness, rail + thickness, color);
  ov_raster_fill (raster, x1, rail, x1 + thickness, snap (to.y), color);
}

static void
paint_tree_edges (OvPainting *self,
                  OvRaster   *raster)
{
  double gap = 2 * RAIL * self->measure.zoom / self->measure.scale;
  int thickness = MAX (1, snap (1.2 * self->measure.scale));
  OvColor color = ov_color_mix (self->theme->region[0], self->theme->edge, CLAMP (gap / 16, 0.25, 1));

  if (self->layout->nested)
    return;

  for (guint32 i = 0; i < self->layout->n; i++)
    if (self->items[i].subtree_end > i + 1)
      paint_rail (self, raster, i, thickness, color);
  for (guint32 i = 0; i < self->layout->n_frames; i++)
    if (self->layout->frames[i].is_grid)
      paint_grid_edge (self, raster, &self->layout->frames[i], thickness, color);
}

static cairo_surface_t *
get_mark (OvPainting *self,
          guint8      tone,
          int         size)
{
  gpointer key = GUINT_TO_POINTER ((guint) self->theme->kind << 24 | (guint) tone << 16 | (guint) size);
  cairo_surface_t *sprite = g_hash_table_lookup (self->painter->sprites, key);
  cairo_t *cr;

  if (sprite != NULL)
    return sprite;

  sprite = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size + 2, size + 2);
  cr = cairo_create (sprite);
  ov_mark_draw (cr, self->theme, tone, size / 2.0 + 1, size / 2.0 + 1, size);
  cairo_destroy (cr);
  cairo_surface_flush (sprite);
  g_hash_table_insert (self->painter->sprites, key, sprite);

  return sprite;
}

/* Which of the three dots is filled, by strategy. */
static const guint8 FILLED_DOTS[] = {
  [OV_DOTS_UNKNOWN] = 0x0, [OV_DOTS_FIRST] = 0x1, [OV_DOTS_ALL] = 0x7,
  [OV_DOTS_FROM_SECOND] = 0x6, [OV_DOTS_STACK] = 0x7,
};

static void
paint_dots (OvPainting           *self,
            OvRaster             *raster,
            const OvDisplayEntry *entry,
            const OvPlan         *plan,
            guint8                dots,
            OvColor               color)
{
  double step = plan->dot_radius * (dots == OV_DOTS_STACK ? 1.5 : 3);
  double x = entry->x + plan->dots_x, y = entry->y + plan->dots_y;
  double ring = MAX (1 * self->measure.scale, plan->dot_radius * 0.35);

  if (plan->dot_radius <= 0 || dots >= G_N_ELEMENTS (FILLED_DOTS))
    return;
  if (dots == OV_DOTS_STACK)
    x += plan->dot_radius * 1.5;
  for (guint i = 0; i < 3; i++)
    {
      gboolean filled = (FILLED_DOTS[dots] >> i & 1) != 0;

      /* A stack: only the front one is full, the others look out from behind it. */
      if (dots == OV_DOTS_STACK)
        filled = i == 2;
      ov_raster_disc (raster, x + i * step, y, plan->dot_radius, filled ? 0 : ring, color);
    }
}

static const char *
text_of (const OvPainting *self,
         guint32           offset)
{
  return ov_scene_get_text (self->scene, offset);
}

/* The count of restarts, or what is folded away; returns the width it took. */
static double
add_note (OvPainting           *self,
          const OvDisplayEntry *entry,
          const OvPlan         *plan,
          const OvStyle        *style)
{
  const OvSceneItem *item = &self->items[entry->index];
  OvText *text = self->painter->text;
  char note[32];
  double width, line;

  if (plan->note_size <= 0)
    return 0;

  if (item->n_hidden > 0)
    g_snprintf (note, sizeof note, "+%u", item->n_hidden);
  else
    g_snprintf (note, sizeof note, "%u", item->badge);
  width = ov_text_measure (text, OV_FACE_BOLD, plan->note_size, note);
  if (width > plan->note_x - plan->label_x - 2 * plan->note_size)
    return 0;
  line = ov_text_get_line (text, OV_FACE_BOLD, plan->note_size);
  ov_text_add (text, OV_FACE_BOLD, plan->note_size, note, entry->x + plan->note_x - width,
               entry->y + plan->note_y - line / 2, width + plan->note_size, style->text_soft);

  return width + 4 * self->measure.scale;
}

/* Words that are too wide become smaller before they are cut: more of a name says more than
 * larger letters do. */
static double
fit_words (OvPainting *self,
           OvFace      face,
           double      size,
           const char *words,
           double      width)
{
  double least = MIN (size, SMALLEST_WHOLE * self->measure.scale);

  /* Fonts come in whole pixels and do not shrink evenly: each size is tried. */
  while (size > least && ov_text_measure (self->painter->text, face, size, words) > width)
    size = MAX (floor (size - 0.5), least);

  return size;
}

/* On a card of a graph the name comes before the count. */
static gboolean
has_room_for_note (OvPainting   *self,
                   const OvPlan *plan,
                   const char   *label,
                   OvFace        face,
                   double        width)
{
  double size = MIN (plan->label_size, SMALLEST_WHOLE * self->measure.scale);

  return !self->legends
         || ov_text_measure (self->painter->text, face, size, label) + 3 * plan->note_size < width;
}

void
ov_painting_words (OvPainting           *self,
                   const OvDisplayEntry *entry,
                   const OvPlan         *plan,
                   const OvStyle        *style)
{
  const OvSceneItem *item = &self->items[entry->index];
  OvText *text = self->painter->text;
  double left = MAX (entry->x + plan->label_x, plan->label_x);
  double width = entry->x + plan->label_x + plan->label_width - left;
  OvFace face = ov_style_get_face (item, FALSE);
  double size, sink;

  if (plan->label_size <= 0)
    return;

  if (has_room_for_note (self, plan, text_of (self, item->label), face, width))
    width -= add_note (self, entry, plan, style);
  size = fit_words (self, face, plan->label_size, text_of (self, item->label), width);
  sink = (ov_text_get_line (text, face, plan->label_size) - ov_text_get_line (text, face, size)) / 2;
  ov_text_add (text, face, size, text_of (self, item->label), left, entry->y + plan->label_y + sink,
               width, style->text);
  if (plan->sub_size > 0)
    ov_text_add (text, ov_style_get_face (item, TRUE), plan->sub_size,
                 text_of (self, item->sublabel), left, entry->y + plan->sub_y, width,
                 style->text_soft);
}

static void
paint_box (OvPainting           *self,
           OvRaster             *raster,
           const OvDisplayEntry *entry,
           const OvStyle        *style)
{
  const OvSceneItem *item = &self->items[entry->index];
  OvRasterBox box = { 0 };
  OvPlan plan;

  ov_plan_make (&plan, item, entry, &self->measure, self->painter->text);
  box.x0 = snap (entry->x);
  box.y0 = snap (entry->y);
  box.x1 = MAX (box.x0 + 1, snap (entry->x + entry->width));
  box.y1 = MAX (box.y0 + 1, snap (entry->y + entry->height));
  box.radius = snap (plan.radius);
  box.notch = snap (plan.notch);
  box.split = snap (plan.strip);
  box.border_width = MAX (1, snap (self->theme->border_width * self->measure.scale));
  box.fill = style->fill;
  box.top_fill = style->top;
  box.border = style->border;
  box.stroke = style->stroke;
  if (item->tone >= OV_TONE_WARNING && !item->dim && entry->height > 14 * self->measure.scale)
    box.border_width += snap (0.6 * self->measure.scale);
  ov_raster_box (raster, &box);

  if (plan.bar > 0)
    ov_raster_fill (raster, box.x0 + box.border_width + snap (plan.bar * 0.5), box.y0 + snap (plan.radius),
                    box.x0 + box.border_width + snap (plan.bar), box.y1 - snap (plan.radius), box.border);
  paint_dots (self, raster, entry, &plan, item->dots, style->text_soft);
  if (plan.mark_size > 0)
    {
      cairo_surface_t *mark = get_mark (self, item->tone, snap (plan.mark_size));

      ov_raster_sprite (raster, mark, snap (entry->x + plan.mark_x - plan.mark_size / 2) - 1,
                        snap (entry->y + plan.mark_y - plan.mark_size / 2) - 1);
    }
  ov_painting_words (self, entry, &plan, style);
}

static OvColor
compute_small_color (OvPainting           *self,
                     const OvDisplayEntry *entry)
{
  OvStyle style;

  ov_style_resolve (&style, self->theme, self->scene, entry);

  return ov_style_blend (&style, entry, self->measure.scale);
}

/* All leaves have one size, so in a picture of a hundred thousand of them the colour depends on
 * tone, heat and filter alone; each is computed once.  A glide has boxes of any size. */
static OvColor
get_small_color (OvPainting           *self,
                 const OvDisplayEntry *entry)
{
  const OvSceneItem *item = &self->items[entry->index];
  guint32 *cached;

  if (entry->holds || self->layout->gliding || item->shape == OV_SHAPE_REGION)
    return compute_small_color (self, entry);

  cached = &self->painter->small_colors[item->tone][item->dim != 0][item->heat];
  if (*cached == 0)
    *cached = compute_small_color (self, entry) | SMALL_COLOR_KNOWN;

  return *cached & 0xffffff;
}

void
ov_painting_entry (OvPainting           *self,
                   OvRaster             *raster,
                   const OvDisplayEntry *entry)
{
  OvStyle style;

  if (entry->detail == OV_DETAIL_BOX)
    {
      ov_style_resolve (&style, self->theme, self->scene, entry);
      paint_box (self, raster, entry, &style);
      return;
    }
  ov_raster_blend (raster, entry->x, entry->y, entry->x + entry->width, entry->y + entry->height,
                   get_small_color (self, entry));
}

/* Boxes in trouble that are too small to show it get a mark of a size that can be seen. */
static void
paint_trouble (OvPainting *self,
               OvRaster   *raster,
               guint8      tone)
{
  double least = TROUBLE_SIZE * self->measure.scale;
  OvColor color = tone == OV_TONE_ERROR ? self->theme->error : self->theme->warning;
  const guint32 *trouble;
  guint32 n;

  trouble = ov_scene_get_trouble (self->scene, &n);
  for (guint32 i = 0; i < n && trouble[i] < self->layout->n; i++)
    {
      OvBox box;
      double x, y;

      if (self->items[trouble[i]].tone != tone)
        continue;
      box = ov_painting_place (self, &self->layout->boxes[trouble[i]]);
      if (MIN (box.width, box.height) >= OV_DETAIL_RECT_BELOW * self->measure.scale)
        continue;
      x = box.x + box.width / 2;
      y = box.y + box.height / 2;
      if (x < 0 || y < 0 || x > raster->width || y > raster->height)
        continue;
      box.width = MAX (box.width, least);
      box.height = MAX (box.height, least);
      ov_raster_fill (raster, snap (x - box.width / 2), snap (y - box.height / 2),
                      snap (x + box.width / 2), snap (y + box.height / 2), color);
    }
}

void
ov_painting_trouble (OvPainting *self,
                     OvRaster   *raster)
{
  paint_trouble (self, raster, OV_TONE_WARNING);
  paint_trouble (self, raster, OV_TONE_ERROR);
}

void
ov_painting_list (OvPainting *self)
{
  OvPainter *painter = self->painter;

  memset (painter->small_colors, 0, sizeof painter->small_colors);
  painter->list.whole = FALSE;
  ov_display_list_build (&painter->list, self->scene, self->layout, self->viewport, self->measure.scale);
}

void
ov_painter_render_image (OvPainter          *self,
                         cairo_surface_t    *image,
                         const OvScene      *scene,
                         const OvLayout     *layout,
                         const OvViewport   *viewport,
                         const OvTheme      *theme,
                         const OvPaintState *state)
{
  OvPainting painting;
  OvRaster raster;
  cairo_t *cr;

  g_return_if_fail (self != NULL && image != NULL && scene != NULL && layout != NULL);
  g_return_if_fail (viewport != NULL && theme != NULL);

  ov_painting_begin (&painting, self, scene, layout, viewport, theme, state);
  if (!ov_raster_begin (&raster, image))
    return;

  ov_raster_clear (&raster, theme->background);
  ov_painting_list (&painting);
  paint_frames (&painting, &raster);
  paint_tree_edges (&painting, &raster);
  for (guint32 i = 0; i < self->list.n; i++)
    ov_painting_entry (&painting, &raster, &self->list.entries[i]);
  ov_raster_end (image);

  cr = cairo_create (image);
  ov_text_flush (self->text, cr);
  if (ov_raster_begin (&raster, image))
    {
      if (!painting.state->overview)
        ov_painting_plates (&painting, &raster);
      ov_painting_trouble (&painting, &raster);
      ov_raster_end (image);
    }
  ov_text_flush (self->text, cr);
  if (!painting.state->overview)
    ov_painting_on_top (&painting, cr);
  cairo_destroy (cr);
}
