/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words upon edges: the rate, with the most frequent message where there is room; the steps of a
 * path; and how many edges are not drawn.  A label never covers a card or another label: where
 * there is no room it is left out. Thread: the painter's.
 */
#include "canvas/render/ov-graph-painter-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define LABEL_TEXT 10.0   /* logical pixels */
#define NOTE_TEXT  10.5
#define MAX_LABELS 36
#define LEAST_ROOM  1.5   /* an edge is longer than its label by so much */
#define STEP_SIZE  16.0

static const double PLACES[] = { 0.5, 0.4, 0.6, 0.3, 0.7 };

static gboolean
overlap (const OvBox *a,
         const OvBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

/* A card, or of a hull its label. */
static OvBox
get_words (const OvPainting     *painting,
           const OvDisplayEntry *entry)
{
  OvBox box = { entry->x, entry->y, entry->width, entry->height };

  if (entry->holds)
    {
      box.height = MIN (box.height, OV_REGION_STRIP * painting->measure.zoom);
      box.width = MIN (box.width, OV_ITEM_WIDTH * MAX (painting->measure.zoom, painting->measure.scale));
    }

  return box;
}

static gboolean
is_free (const OvGraphPainter *self,
         const OvPainting     *painting,
         const OvBox          *box)
{
  const OvDisplayList *list = &self->painter->list;

  if (box->x < 0 || box->y < 0 || box->x + box->width > painting->viewport->width * painting->measure.scale
      || box->y + box->height > painting->viewport->height * painting->measure.scale)
    return FALSE;
  for (guint i = 0; i < self->labels->len; i++)
    if (overlap (box, &g_array_index (self->labels, OvGraphLabel, i).box))
      return FALSE;
  for (guint i = 0; i < self->painter->plates->len; i++)
    {
      const OvPlate *plate = &g_array_index (self->painter->plates, OvPlate, i);

      if (overlap (box, &(OvBox) { plate->x, plate->y, plate->width, plate->height }))
        return FALSE;
    }
  for (guint32 i = 0; i < list->n; i++)
    {
      OvBox words = get_words (painting, &list->entries[i]);

      if (overlap (box, &words))
        return FALSE;
    }

  return TRUE;
}

static gboolean
try_label (OvGraphPainter     *self,
           OvPainting         *painting,
           const OvGraphCurve *curve,
           guint               index,
           const char         *text)
{
  double scale = painting->measure.scale, size = LABEL_TEXT * scale * painting->measure.text_scale;
  double length = hypot (curve->x[3] - curve->x[0], curve->y[3] - curve->y[0]) * scale;
  OvGraphLabel label = { .curve = index };

  label.box.width = ov_text_measure (self->painter->text, OV_FACE_TEXT, size, text) + size;
  label.box.height = ov_text_get_line (self->painter->text, OV_FACE_TEXT, size) + 2 * scale;
  label.strong = (curve->state & (OV_CURVE_HOVERED | OV_CURVE_SELECTED)) != 0;
  if (length < LEAST_ROOM * label.box.width && length < 6 * label.box.height)
    return FALSE;
  g_strlcpy (label.text, text, sizeof label.text);
  for (guint i = 0; i < G_N_ELEMENTS (PLACES); i++)
    {
      double x, y;

      ov_graph_curve_at (curve, PLACES[i], &x, &y);
      label.box.x = x * scale - label.box.width / 2;
      label.box.y = y * scale - label.box.height / 2;
      if (is_free (self, painting, &label.box))
        {
          g_array_append_val (self->labels, label);
          return TRUE;
        }
    }

  return FALSE;
}

/* The most that there is room for. */
static void
consider (OvGraphPainter     *self,
          OvPainting         *painting,
          const OvGraphView  *view,
          const OvGraphCurve *curve,
          guint               index)
{
  g_autofree char *rate = ov_graph_dup_rate (curve->rate);
  g_autofree char *both = NULL;
  const char *message = ov_graph_get_text (ov_graph_view_get_graph (view), curve->label);

  if (*message != '\0' && g_utf8_strlen (message, -1) <= 36)
    both = g_strdup_printf ("%s  %s", rate, message);
  if (both != NULL && try_label (self, painting, curve, index, both))
    return;
  try_label (self, painting, curve, index, rate);
}

static gboolean
is_quiet (const OvGraphCurve *curve)
{
  if ((curve->state & (OV_CURVE_HOVERED | OV_CURVE_SELECTED)) != 0)
    return FALSE;

  return curve->step > 0 || curve->rate <= 0 || (curve->state & (OV_CURVE_DIM | OV_CURVE_FAINT | OV_CURVE_AWAY)) != 0;
}

static gboolean
is_pointed_at (const OvGraphCurve *curve)
{
  return (curve->state & (OV_CURVE_HOVERED | OV_CURVE_SELECTED | OV_CURVE_RAISED)) != 0;
}

void
ov_graph_labels_place (OvGraphPainter    *self,
                       OvPainting        *painting,
                       const OvGraphView *view)
{
  const OvGraphCurve *curves;
  guint n;

  g_array_set_size (self->labels, 0);
  curves = ov_graph_view_get_curves (view, &n);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = n; i-- > 0 && self->labels->len < MAX_LABELS;)
      if (!is_quiet (&curves[i]) && is_pointed_at (&curves[i]) == (pass == 0))
        consider (self, painting, view, &curves[i], i);
}

static void
paint_label (OvGraphPainter     *self,
             OvPainting         *painting,
             cairo_t            *cr,
             const OvGraphLabel *label)
{
  double scale = painting->measure.scale, size = LABEL_TEXT * scale * painting->measure.text_scale;
  const OvBox *box = &label->box;

  ov_painting_rounded (cr, floor (box->x), floor (box->y), ceil (box->width), ceil (box->height),
                       box->height / 2);
  ov_painting_color (cr, painting->theme->background, 1);
  if (label->strong)
    {
      cairo_fill_preserve (cr);
      ov_painting_color (cr, painting->theme->accent, 1);
      cairo_set_line_width (cr, 1.2 * scale);
      cairo_stroke (cr);
    }
  else
    cairo_fill (cr);
  ov_text_add (self->painter->text, OV_FACE_TEXT, size, label->text, box->x + size / 2, box->y + scale,
               box->width, label->strong ? painting->theme->text : painting->theme->text_soft);
}

static void
paint_step (OvGraphPainter     *self,
            OvPainting         *painting,
            cairo_t            *cr,
            const OvGraphCurve *curve)
{
  double scale = painting->measure.scale, size = LABEL_TEXT * scale * painting->measure.text_scale;
  double half = STEP_SIZE / 2 * scale * painting->measure.text_scale, x, y, width;
  char number[16];

  g_snprintf (number, sizeof number, "%u", curve->step);
  ov_graph_curve_at (curve, 0.5, &x, &y);
  x *= scale;
  y *= scale;
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, y, half, 0, 2 * G_PI);
  ov_painting_color (cr, painting->theme->accent, 1);
  cairo_fill_preserve (cr);
  ov_painting_color (cr, painting->theme->background, 1);
  cairo_set_line_width (cr, 1.5 * scale);
  cairo_stroke (cr);
  width = ov_text_measure (self->painter->text, OV_FACE_BOLD, size, number);
  ov_text_add (self->painter->text, OV_FACE_BOLD, size, number, x - width / 2,
               y - ov_text_get_line (self->painter->text, OV_FACE_BOLD, size) / 2, width + size,
               painting->theme->on_accent);
}

/* In the corner: what is left out is said. */
static void
paint_note (OvGraphPainter *self,
            OvPainting     *painting,
            cairo_t        *cr,
            guint           n_hidden)
{
  double scale = painting->measure.scale, size = NOTE_TEXT * scale * painting->measure.text_scale;
  g_autofree char *note = NULL;
  double width, height, x, y;

  if (n_hidden == 0)
    return;
  note = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "+%u weaker edge", "+%u weaker edges", n_hidden),
                          n_hidden);
  width = ov_text_measure (self->painter->text, OV_FACE_TEXT, size, note) + 1.6 * size;
  height = ov_text_get_line (self->painter->text, OV_FACE_TEXT, size) + 6 * scale;
  x = floor (painting->viewport->width * scale - width - 12 * scale);
  y = painting->viewport->height * scale - height - 12 * scale;
  ov_painting_rounded (cr, x, floor (y), width, height, height / 2);
  ov_painting_color (cr, painting->theme->strip, 1);
  cairo_fill (cr);
  ov_text_add (self->painter->text, OV_FACE_TEXT, size, note, x + 0.8 * size, y + 3 * scale, width,
               painting->theme->text);
}

void
ov_graph_labels_paint (OvGraphPainter    *self,
                       OvPainting        *painting,
                       cairo_t           *cr,
                       const OvGraphView *view)
{
  const OvGraphCurve *curves;
  guint n;

  curves = ov_graph_view_get_curves (view, &n);
  for (guint i = 0; i < self->labels->len; i++)
    paint_label (self, painting, cr, &g_array_index (self->labels, OvGraphLabel, i));
  for (guint i = 0; i < n; i++)
    if (curves[i].step > 0)
      paint_step (self, painting, cr, &curves[i]);
  paint_note (self, painting, cr, ov_graph_view_get_n_hidden (view));
}
