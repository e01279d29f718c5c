/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layers, each with its words before the next: ground, bands of what is pointed at, lifelines,
 * bars, arrows with labels; over them the gutter, over that the heads.
 *
 * Invariant: what is drawn is bounded by the view, not by the chart.  Labels are kept by row while they
 * are on the screen.  Thread: one at a time, the owner's.
 */
#include "canvas/render/ov-chart-painter-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MAX_LABELS   4096
#define CHAR_ADVANCE 0.5   /* of a letter, at least about, by its size */
#define CHARS_STEP   16u
#define MAX_CHARS    256u
/* A document of a million rows helps nobody. */
#define MAX_SVG_ROWS 200000

typedef struct
{
  guint chars;
  char  text[];
} Label;

struct _OvChartPainter
{
  OvText     *text;
  GHashTable *labels;    /* row: Label, of chart */
  OvChart    *chart;
};

OvChartPainter *
ov_chart_painter_new (void)
{
  OvChartPainter *self = g_new0 (OvChartPainter, 1);

  self->text = ov_text_new ();
  self->labels = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);

  return self;
}

void
ov_chart_painter_free (OvChartPainter *self)
{
  if (self == NULL)
    return;

  ov_text_free (self->text);
  g_hash_table_unref (self->labels);
  ov_chart_unref (self->chart);
  g_free (self);
}

void
ov_chart_painter_set_families (OvChartPainter *self,
                               const char     *text,
                               const char     *mono)
{
  g_return_if_fail (self != NULL);

  ov_text_set_families (self->text, text, mono);
}

double
ov_chart_painting_lane_x (const OvChartPainting *self,
                          guint32                lane)
{
  return ov_chart_get_lane_x (&self->measure, lane) - self->view->x;
}

double
ov_chart_painting_line_y (const OvChartPainting *self,
                          guint32                row)
{
  return ov_chart_get_row_y (&self->measure, self->chart, row) - self->view->y
         + round (self->measure.row * OV_CHART_LINE_AT);
}

static gboolean
is_other_half (const OvChartPainting *self,
               guint32                row)
{
  guint32 selected = self->view->selected;

  return selected < self->n_arrows
         && (self->arrows[selected].pair == row || self->arrows[row].pair == selected);
}

OvColor
ov_chart_painting_ground (const OvChartPainting *self,
                          guint32                row)
{
  const OvTheme *theme = self->theme;

  if (row == self->view->selected)
    return ov_color_mix (theme->background, theme->accent, 0.13);
  if (is_other_half (self, row))
    return ov_color_mix (theme->background, theme->accent, 0.07);
  if (row == self->view->hovered)
    return ov_color_mix (theme->background, theme->text, 0.05);

  return theme->background;
}

static const char *
keep_label (OvChartPainter *self,
            guint32         row,
            guint           chars,
            const char     *text)
{
  gsize length = strlen (text) + 1;
  Label *label = g_malloc (sizeof *label + length);

  label->chars = chars;
  memcpy (label->text, text, length);
  if (g_hash_table_size (self->labels) >= MAX_LABELS)
    g_hash_table_remove_all (self->labels);
  g_hash_table_insert (self->labels, GUINT_TO_POINTER (row), label);

  return label->text;
}

/* (transfer none), until the next label is asked for. */
const char *
ov_chart_painting_label (OvChartPainting *self,
                         guint32          row,
                         double           room)
{
  double chars = room / MAX (self->measure.text * CHAR_ADVANCE, 1);
  guint wanted = MIN (((guint) MAX (chars, 0) / CHARS_STEP + 1) * CHARS_STEP, MAX_CHARS);
  const Label *label = g_hash_table_lookup (self->painter->labels, GUINT_TO_POINTER (row));
  g_autofree char *text = NULL;

  if (label != NULL && label->chars == wanted)
    return label->text;

  text = ov_chart_dup_label (self->chart, row, wanted);

  return keep_label (self->painter, row, wanted, text);
}

static void
find_seen (OvChartPainting *self)
{
  const OvChartView *view = self->view;
  double left = view->x + self->measure.gutter, right = view->x + view->width;

  if (self->n_arrows > 0)
    {
      self->first_row = ov_chart_find_row (&self->measure, self->chart, view->y + self->measure.head
                                                                        - self->measure.gap);
      self->end_row = ov_chart_find_row (&self->measure, self->chart, view->y + view->height) + 1;
    }
  if (self->n_lanes > 0)
    {
      double first = floor ((left - self->measure.first_lane) / self->measure.lane);
      double end = ceil ((right - self->measure.first_lane) / self->measure.lane) + 1;

      self->first_lane = (guint32) CLAMP (first, 0, self->n_lanes - 1);
      self->end_lane = (guint32) CLAMP (end, 0, self->n_lanes);
    }
}

static void
begin (OvChartPainting   *self,
       OvChartPainter    *painter,
       const OvChart     *chart,
       const OvChartView *view,
       const OvTheme     *theme)
{
  self->painter = painter;
  self->chart = chart;
  self->arrows = ov_chart_get_arrows (chart, &self->n_arrows);
  self->lanes = ov_chart_get_lanes (chart, &self->n_lanes);
  self->places = ov_chart_get_places (chart);
  self->view = view;
  self->theme = theme;
  self->pen.text = painter->text;
  self->pen.theme = theme;
  self->pen.scale = view->scale_factor > 0 ? view->scale_factor : 1;
  ov_chart_measure (&self->measure, chart, view);
  find_seen (self);
  if (painter->chart == chart)
    return;

  g_hash_table_remove_all (painter->labels);
  ov_chart_unref (painter->chart);
  painter->chart = ov_chart_ref ((OvChart *) chart);
}

/* No messages yet: two lifelines that wait. */
static void
paint_nothing (OvChartPainting *self)
{
  const OvChartView *view = self->view;
  double scale = self->measure.scale, x = view->width / 2, y = view->height / 2 + self->measure.head / 4;
  double size = 13 * scale, half = 44 * scale;
  OvColor color = ov_color_mix (self->theme->background, self->theme->edge, 0.75);

  for (int side = -1; side <= 1; side += 2)
    ov_pen_line (&self->pen, (OvPoint) { x + side * half, y - 46 * scale },
                 (OvPoint) { x + side * half, y + 4 * scale }, 1.5, OV_DASH_DOTS, color);
  ov_pen_line (&self->pen, (OvPoint) { x - half + 6 * scale, y - 21 * scale },
               (OvPoint) { x + half - 8 * scale, y - 21 * scale }, 1.5, OV_DASH_LONG, color);
  ov_pen_words (&self->pen, OV_FACE_TEXT, size, _("No messages yet"), x, y + 16 * scale,
                view->width - 2 * size, OV_ALIGN_CENTER, self->theme->text_soft);
}

static void
paint (OvChartPainting *self)
{
  const OvChartView *view = self->view;

  ov_pen_fill (&self->pen, 0, 0, view->width, view->height, self->theme->background);
  if (self->n_arrows == 0)
    paint_nothing (self);
  ov_chart_painting_rows (self);
  ov_pen_flush (&self->pen);
  if (self->n_arrows > 0)
    ov_chart_painting_gutter (self);
  ov_pen_flush (&self->pen);
  if (view->headers && self->n_lanes > 0)
    ov_chart_painting_heads (self);
  ov_pen_flush (&self->pen);
}

/**
 * ov_chart_paint:
 * @cr: in device pixels: what is drawn is @view's size times its scale factor
 */
void
ov_chart_paint (OvChartPainter    *painter,
                const OvChart     *chart,
                const OvChartView *view,
                const OvTheme     *theme,
                cairo_t           *cr)
{
  OvChartPainting self = { .pen.cr = cr };

  g_return_if_fail (painter != NULL && chart != NULL && view != NULL && theme != NULL && cr != NULL);

  begin (&self, painter, chart, view, theme);
  paint (&self);
}

/**
 * ov_chart_to_svg:
 *
 * Words stay words, so the document can be searched.  Of more than 200,000 rows the first are drawn, and a
 * line says so.
 *
 * Returns: (transfer full): a document, well-formed whatever the labels are
 */
GBytes *
ov_chart_to_svg (const OvChart *chart,
                 const OvTheme *theme)
{
  g_autoptr (OvChartPainter) painter = ov_chart_painter_new ();
  OvChartView view = { .selected = OV_SCENE_NONE, .hovered = OV_SCENE_NONE,
                       .selected_lane = OV_SCENE_NONE, .headers = TRUE };
  OvChartPainting self = { 0 };
  gsize length;
  char *text;

  g_return_val_if_fail (chart != NULL && theme != NULL, NULL);

  self.pen.svg = g_string_new (NULL);
  ov_chart_measure (&self.measure, chart, &view);
  view.width = MAX (self.measure.width, 240);
  view.height = MAX (self.measure.height, 160);
  begin (&self, painter, chart, &view, theme);
  if (self.n_arrows > MAX_SVG_ROWS)
    {
      view.height = ov_chart_get_row_y (&self.measure, chart, MAX_SVG_ROWS) + 2 * self.measure.row;
      self.end_row = MAX_SVG_ROWS;
    }
  ov_pen_open_svg (&self.pen, view.width, view.height, _("Sequence chart"));
  paint (&self);
  if (self.n_arrows > MAX_SVG_ROWS)
    {
      g_autofree char *more = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                                            "%u more message is not drawn",
                                                            "%u more messages are not drawn",
                                                            self.n_arrows - MAX_SVG_ROWS),
                                               self.n_arrows - MAX_SVG_ROWS);

      ov_pen_words (&self.pen, OV_FACE_TEXT, self.measure.text, more, self.measure.gutter,
                    view.height - 1.5 * self.measure.row, view.width, OV_ALIGN_START, theme->text_soft);
    }
  ov_pen_close_svg (&self.pen);
  length = self.pen.svg->len;
  text = g_string_free (self.pen.svg, FALSE);

  return g_bytes_new_take (text, length);
}
