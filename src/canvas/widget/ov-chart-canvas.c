/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chart as a widget: scrolling, pixels, selection, what is announced.  Only the rows and lanes in sight
 * are drawn.
 *
 * Invariant: the adjustments reach from 0 to the size of the whole picture, heads and gutter with it.
 * Thread: main.
 */
#include "canvas/widget/ov-chart-canvas-private.h"

#include <math.h>

enum
{
  PROP_0,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

#define MOST_STRETCH   1.8
#define START_ROWS     16

static guint signals[OV_CHART_CANVAS_N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (OvChartCanvas, ov_chart_canvas, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

void
ov_chart_canvas_invalidate (OvChartCanvas *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static double
get_value (OvChartCanvas  *self,
           GtkOrientation  orientation)
{
  GtkAdjustment *adjustment = self->adjustments[orientation];

  return adjustment == NULL ? 0 : round (gtk_adjustment_get_value (adjustment));
}

/* Few lanes take the room there is, so that more of the labels can be read. */
static double
stretch_lanes (OvChartCanvas        *self,
               const OvChartView    *view,
               const OvChartMeasure *measure)
{
  guint32 n;
  double room;

  ov_chart_get_lanes (self->chart, &n);
  if (n == 0)
    return measure->lane;
  room = floor ((view->width - (measure->width - n * measure->lane)) / n);

  return CLAMP (room, measure->lane, MOST_STRETCH * measure->lane);
}

void
ov_chart_canvas_get_view (OvChartCanvas  *self,
                          OvChartView    *view,
                          OvChartMeasure *measure)
{
  GtkWidget *widget = GTK_WIDGET (self);
  double text_scale = ov_look_get_text_scale (widget);

  *view = (OvChartView) {
    .x = get_value (self, GTK_ORIENTATION_HORIZONTAL),
    .y = get_value (self, GTK_ORIENTATION_VERTICAL),
    .width = gtk_widget_get_width (widget),
    .height = gtk_widget_get_height (widget),
    .row_height = round (OV_CHART_ROW_HEIGHT * text_scale * self->row_zoom),
    .lane_width = round (OV_CHART_LANE_WIDTH * text_scale * self->lane_zoom),
    .text_scale = text_scale,
    .scale_factor = gtk_widget_get_scale_factor (widget),
    .selected = self->selected,
    .hovered = self->hovered,
    .selected_lane = self->selected_lane,
    .headers = TRUE,
    .focus_visible = gtk_widget_has_visible_focus (widget),
  };
  ov_chart_measure (measure, self->chart, view);
  if (self->lanes_chosen)
    return;
  view->lane_width = stretch_lanes (self, view, measure);
  ov_chart_measure (measure, self->chart, view);
}

static void
configure (OvChartCanvas  *self,
           GtkOrientation  orientation,
           double          whole,
           double          page,
           double          step)
{
  GtkAdjustment *adjustment = self->adjustments[orientation];

  if (adjustment == NULL)
    return;
  gtk_adjustment_configure (adjustment, CLAMP (gtk_adjustment_get_value (adjustment), 0, MAX (0, whole - page)),
                            0, MAX (whole, page), step, MAX (step, page * 0.9), page);
}

static void
update_adjustments (OvChartCanvas *self)
{
  OvChartMeasure measure;
  OvChartView view;

  ov_chart_canvas_get_view (self, &view, &measure);
  self->configuring = TRUE;
  configure (self, GTK_ORIENTATION_HORIZONTAL, measure.width, view.width, measure.lane / 2);
  configure (self, GTK_ORIENTATION_VERTICAL, measure.height, view.height, measure.row);
  self->configuring = FALSE;
  ov_chart_canvas_invalidate (self);
}

void
ov_chart_canvas_scroll_to (OvChartCanvas *self,
                           double         x,
                           double         y)
{
  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL] != NULL)
    gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_HORIZONTAL], round (x));
  if (self->adjustments[GTK_ORIENTATION_VERTICAL] != NULL)
    gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL], round (y));
}

/* Of many lanes those come into sight that the first rows are about: the offset that shows most of these. */
static double
find_start (OvChartCanvas        *self,
            const OvChartView    *view,
            const OvChartMeasure *measure)
{
  double lefts[START_ROWS], rights[START_ROWS], best = 0, room = view->width - measure->gutter - measure->lane;
  guint32 n_rows, n = 0, most = 0;

  ov_chart_get_arrows (self->chart, &n_rows);
  for (guint32 row = 0; row < MIN (n_rows, START_ROWS); row++)
    if (ov_chart_get_extent (measure, self->chart, row, &lefts[n], &rights[n]))
      n++;
  for (guint32 i = 0; i <= n; i++)
    {
      double left = i == 0 ? measure->first_lane : lefts[i - 1];
      guint32 n_seen = 0;

      for (guint32 j = 0; j < n; j++)
        n_seen += lefts[j] >= left && rights[j] <= left + room;
      if (n_seen <= most)
        continue;
      most = n_seen;
      best = i == 0 ? 0 : left - measure->lane / 2 - measure->gutter;
    }

  return best;
}

static void
show_start (OvChartCanvas *self)
{
  OvChartMeasure measure;
  OvChartView view;

  ov_chart_canvas_get_view (self, &view, &measure);
  if (view.width <= 0)
    return;
  self->begins = FALSE;
  ov_chart_canvas_scroll_to (self, find_start (self, &view, &measure), 0);
}

static void
scrolled_cb (OvChartCanvas *self)
{
  if (self->configuring)
    return;

  self->hovered = OV_SCENE_NONE;
  ov_chart_canvas_invalidate (self);
}

static void
look_changed_cb (OvChartCanvas *self)
{
  update_adjustments (self);
}

static void
set_adjustment (OvChartCanvas  *self,
                GtkOrientation  orientation,
                GtkAdjustment  *adjustment)
{
  GtkAdjustment **place = &self->adjustments[orientation];

  if (*place == adjustment && adjustment != NULL)
    return;
  if (*place != NULL)
    g_signal_handlers_disconnect_by_func (*place, scrolled_cb, self);
  g_clear_object (place);
  *place = g_object_ref_sink (adjustment != NULL ? adjustment : gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  g_signal_connect_object (*place, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  update_adjustments (self);
}

/* What is at this place of the widget stays there while @change has its way. */
static void
zoom_around (OvChartCanvas *self,
             double         row_zoom,
             double         lane_zoom,
             gboolean       lanes_chosen,
             double         x,
             double         y)
{
  OvChartMeasure before, after;
  OvChartView view;
  double lane, share = 0, top = 0;
  guint32 row;

  ov_chart_canvas_get_view (self, &view, &before);
  row = ov_chart_find_row (&before, self->chart, y + view.y);
  if (row != OV_SCENE_NONE)
    share = (y + view.y - ov_chart_get_row_y (&before, self->chart, row)) / before.row;
  lane = (x + view.x - before.first_lane) / before.lane;

  self->row_zoom = CLAMP (row_zoom, OV_CHART_CANVAS_LEAST_ZOOM, OV_CHART_CANVAS_MOST_ZOOM);
  self->lane_zoom = CLAMP (lane_zoom, OV_CHART_CANVAS_LEAST_ZOOM, OV_CHART_CANVAS_MOST_ZOOM);
  self->lanes_chosen = lanes_chosen;
  update_adjustments (self);
  ov_chart_canvas_get_view (self, &view, &after);
  if (row != OV_SCENE_NONE)
    top = ov_chart_get_row_y (&after, self->chart, row) + share * after.row - y;
  ov_chart_canvas_scroll_to (self, after.first_lane + lane * after.lane - x, top);
}

void
ov_chart_canvas_zoom (OvChartCanvas *self,
                      double         rows,
                      double         lanes,
                      double         x,
                      double         y)
{
  OvChartMeasure measure;
  OvChartView view;
  double lane_zoom = self->lane_zoom;

  ov_chart_canvas_get_view (self, &view, &measure);
  if (lanes != 1)
    lane_zoom = measure.lane / (OV_CHART_LANE_WIDTH * view.text_scale) * lanes;
  zoom_around (self, self->row_zoom * rows, lane_zoom, self->lanes_chosen || lanes != 1, x, y);
}

void
ov_chart_canvas_unzoom (OvChartCanvas *self)
{
  zoom_around (self, 1, 1, FALSE, 0, gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

void
ov_chart_canvas_emit_row (OvChartCanvas *self,
                          guint          signal,
                          guint32        row)
{
  g_signal_emit (self, signals[signal], 0, row == OV_SCENE_NONE ? G_MAXUINT : row);
}

void
ov_chart_canvas_emit_menu (OvChartCanvas *self,
                           guint32        row,
                           double         x,
                           double         y)
{
  g_signal_emit (self, signals[OV_CHART_CANVAS_CONTEXT_MENU], 0, row == OV_SCENE_NONE ? G_MAXUINT : row, x, y);
}

/* Straight into GTK's node: a few hundred strokes cost less than the copy of an image of our own. */
static void
ov_chart_canvas_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  OvChartCanvas *self = OV_CHART_CANVAS (widget);
  OvChartMeasure measure;
  OvChartView view;
  cairo_t *cr;

  ov_chart_canvas_get_view (self, &view, &measure);
  if (view.width <= 0 || view.height <= 0)
    return;

  ov_chart_painter_set_families (self->painter, ov_look_get_family (widget), "Monospace");
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, view.width, view.height));
  cairo_scale (cr, 1 / view.scale_factor, 1 / view.scale_factor);
  ov_chart_paint (self->painter, self->chart, &view, ov_look_get_theme (), cr);
  cairo_destroy (cr);
}

static void
ov_chart_canvas_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 420;
}

static void
ov_chart_canvas_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  OvChartCanvas *self = OV_CHART_CANVAS (widget);

  update_adjustments (self);
  if (self->begins)
    show_start (self);
}

static gboolean
ov_chart_canvas_focus (GtkWidget       *widget,
                       GtkDirectionType direction)
{
  /* One stop of the Tab key; arrows walk inside it. */
  if (gtk_widget_is_focus (widget))
    return FALSE;

  return gtk_widget_grab_focus (widget);
}

static gboolean
ov_chart_canvas_query_tooltip (GtkWidget  *widget,
                               int         x,
                               int         y,
                               gboolean    keyboard,
                               GtkTooltip *tooltip)
{
  OvChartCanvas *self = OV_CHART_CANVAS (widget);
  guint32 row = keyboard ? self->selected : self->hovered;
  g_autofree char *text = NULL;
  guint32 n = 0;

  ov_chart_get_arrows (self->chart, &n);
  if (row >= n)
    return FALSE;

  text = ov_chart_canvas_describe (self, row);
  gtk_tooltip_set_text (tooltip, text);

  return TRUE;
}

static void
ov_chart_canvas_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  OvChartCanvas *self = OV_CHART_CANVAS (object);

  switch (prop_id)
    {
    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->adjustments[GTK_ORIENTATION_HORIZONTAL]);
      break;
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->adjustments[GTK_ORIENTATION_VERTICAL]);
      break;
    case PROP_HSCROLL_POLICY:
      g_value_set_enum (value, self->policies[GTK_ORIENTATION_HORIZONTAL]);
      break;
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, self->policies[GTK_ORIENTATION_VERTICAL]);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ov_chart_canvas_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  OvChartCanvas *self = OV_CHART_CANVAS (object);

  switch (prop_id)
    {
    case PROP_HADJUSTMENT:
      set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
      break;
    case PROP_VADJUSTMENT:
      set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
      break;
    case PROP_HSCROLL_POLICY:
      self->policies[GTK_ORIENTATION_HORIZONTAL] = g_value_get_enum (value);
      break;
    case PROP_VSCROLL_POLICY:
      self->policies[GTK_ORIENTATION_VERTICAL] = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ov_chart_canvas_dispose (GObject *object)
{
  OvChartCanvas *self = OV_CHART_CANVAS (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->adjustments); i++)
    g_clear_object (&self->adjustments[i]);

  G_OBJECT_CLASS (ov_chart_canvas_parent_class)->dispose (object);
}

static void
ov_chart_canvas_finalize (GObject *object)
{
  OvChartCanvas *self = OV_CHART_CANVAS (object);

  g_clear_pointer (&self->chart, ov_chart_unref);
  ov_chart_painter_free (self->painter);

  G_OBJECT_CLASS (ov_chart_canvas_parent_class)->finalize (object);
}

static void
install_signals (void)
{
  signals[OV_CHART_CANVAS_SELECTED] =
    g_signal_new ("selected", OV_TYPE_CHART_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  1, G_TYPE_UINT);
  signals[OV_CHART_CANVAS_ACTIVATED] =
    g_signal_new ("activated", OV_TYPE_CHART_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  1, G_TYPE_UINT);
  signals[OV_CHART_CANVAS_LANE_SELECTED] =
    g_signal_new ("lane-selected", OV_TYPE_CHART_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  1, G_TYPE_UINT64);
  signals[OV_CHART_CANVAS_CONTEXT_MENU] =
    g_signal_new ("context-menu", OV_TYPE_CHART_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                  3, G_TYPE_UINT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

static void
ov_chart_canvas_class_init (OvChartCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_chart_canvas_dispose;
  object_class->finalize = ov_chart_canvas_finalize;
  object_class->get_property = ov_chart_canvas_get_property;
  object_class->set_property = ov_chart_canvas_set_property;
  widget_class->measure = ov_chart_canvas_measure;
  widget_class->size_allocate = ov_chart_canvas_size_allocate;
  widget_class->snapshot = ov_chart_canvas_snapshot;
  widget_class->focus = ov_chart_canvas_focus;
  widget_class->query_tooltip = ov_chart_canvas_query_tooltip;

  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
  install_signals ();
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ov_chart_canvas_init (OvChartCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->painter = ov_chart_painter_new ();
  self->chart = ov_chart_new (NULL, NULL, NULL);
  self->selected = self->hovered = self->selected_lane = OV_SCENE_NONE;
  self->row_zoom = self->lane_zoom = 1;

  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  ov_chart_canvas_add_input (self);
  ov_look_watch (widget, G_CALLBACK (look_changed_cb));
  ov_chart_canvas_announce (self);
}

/**
 * ov_chart_canvas_new:
 *
 * Returns: (transfer floating): the widget; put it into a #GtkScrolledWindow
 */
GtkWidget *
ov_chart_canvas_new (void)
{
  return g_object_new (OV_TYPE_CHART_CANVAS, NULL);
}

/* What stays when another chart takes the place of this one: a row that is seen, by its id, and where. */
typedef struct
{
  guint64 selected, lane, anchor;  /* ids, 0: none */
  guint32 row, selected_row;       /* where there are no ids */
  double  offset;                  /* of the anchor's top in the widget */
} Place;

static void
remember_place (OvChartCanvas *self,
                Place         *place)
{
  guint32 n_rows, n_lanes;
  const OvChartArrow *arrows = ov_chart_get_arrows (self->chart, &n_rows);
  const OvChartLane *lanes = ov_chart_get_lanes (self->chart, &n_lanes);
  OvChartMeasure measure;
  OvChartView view;
  double top;

  *place = (Place) { .row = OV_SCENE_NONE, .selected_row = self->selected };
  if (self->selected < n_rows)
    place->selected = arrows[self->selected].id;
  if (self->selected_lane < n_lanes)
    place->lane = lanes[self->selected_lane].id;
  if (n_rows == 0)
    return;

  ov_chart_canvas_get_view (self, &view, &measure);
  place->row = ov_chart_find_row (&measure, self->chart, view.y + measure.head);
  if (self->selected < n_rows)
    {
      top = ov_chart_get_row_y (&measure, self->chart, self->selected) - view.y;
      if (top >= measure.head && top < view.height)
        place->row = self->selected;
    }
  place->anchor = arrows[place->row].id;
  place->offset = ov_chart_get_row_y (&measure, self->chart, place->row) - view.y;
}

/* The row with this id; without one, the same row as before. */
static guint32
find_again (const OvChart *chart,
            guint64        id,
            guint32        row)
{
  guint32 n;
  const OvChartArrow *arrows = ov_chart_get_arrows (chart, &n);

  if (id == 0 || (row < n && arrows[row].id == id))
    return row < n ? row : OV_SCENE_NONE;
  for (guint32 i = 0; i < n; i++)
    if (arrows[i].id == id)
      return i;

  return OV_SCENE_NONE;
}

static void
return_to_place (OvChartCanvas *self,
                 const Place   *place)
{
  guint32 n_lanes, anchor = find_again (self->chart, place->anchor, place->row);
  const OvChartLane *lanes = ov_chart_get_lanes (self->chart, &n_lanes);
  OvChartMeasure measure;
  OvChartView view;

  ov_chart_canvas_get_view (self, &view, &measure);
  if (anchor != OV_SCENE_NONE)
    ov_chart_canvas_scroll_to (self, view.x, ov_chart_get_row_y (&measure, self->chart, anchor) - place->offset);
  self->selected_lane = OV_SCENE_NONE;
  for (guint32 i = 0; i < n_lanes && place->lane != 0; i++)
    if (lanes[i].id == place->lane)
      self->selected_lane = i;
}

/**
 * ov_chart_canvas_set_chart:
 * @chart: (nullable): reading any of it before, in a worker, takes the work of freezing it off this thread
 * @keep_place: what is seen and selected stays, by its id; else the view goes to the start and nothing is selected
 */
void
ov_chart_canvas_set_chart (OvChartCanvas *self,
                           OvChart       *chart,
                           gboolean       keep_place)
{
  guint32 selected = OV_SCENE_NONE;
  Place place;

  g_return_if_fail (OV_IS_CHART_CANVAS (self));

  if (self->chart == chart)
    return;

  remember_place (self, &place);
  ov_chart_unref (self->chart);
  self->chart = chart != NULL ? ov_chart_ref (chart) : ov_chart_new (NULL, NULL, NULL);
  self->hovered = OV_SCENE_NONE;
  update_adjustments (self);
  self->begins |= !keep_place || place.row == OV_SCENE_NONE;
  if (keep_place && !self->begins)
    {
      return_to_place (self, &place);
      selected = find_again (self->chart, place.selected, place.selected_row);
    }
  else
    {
      self->selected_lane = OV_SCENE_NONE;
      show_start (self);
    }
  ov_chart_canvas_select (self, selected == OV_SCENE_NONE ? G_MAXUINT : selected);
  ov_chart_canvas_announce (self);
}

OvChart *
ov_chart_canvas_get_chart (OvChartCanvas *self)
{
  g_return_val_if_fail (OV_IS_CHART_CANVAS (self), NULL);

  return self->chart;
}

/**
 * ov_chart_canvas_select:
 * @row: %G_MAXUINT: none
 *
 * Selects without scrolling.
 */
void
ov_chart_canvas_select (OvChartCanvas *self,
                        guint          row)
{
  guint32 n;

  g_return_if_fail (OV_IS_CHART_CANVAS (self));

  ov_chart_get_arrows (self->chart, &n);
  if (row >= n)
    row = OV_SCENE_NONE;
  if (self->selected == row)
    return;

  self->selected = row;
  ov_chart_canvas_announce (self);
  ov_chart_canvas_invalidate (self);
  ov_chart_canvas_emit_row (self, OV_CHART_CANVAS_SELECTED, row);
}

void
ov_chart_canvas_select_lane (OvChartCanvas *self,
                             guint32        lane)
{
  guint32 n;
  const OvChartLane *lanes = ov_chart_get_lanes (self->chart, &n);

  if (lane >= n)
    lane = OV_SCENE_NONE;
  if (self->selected_lane == lane)
    return;

  self->selected_lane = lane;
  ov_chart_canvas_announce (self);
  ov_chart_canvas_invalidate (self);
  g_signal_emit (self, signals[OV_CHART_CANVAS_LANE_SELECTED], 0,
                 lane == OV_SCENE_NONE ? (guint64) 0 : lanes[lane].id);
}

/* So much of [start, end) as has room comes into the page that begins after @head. */
static double
bring_into (double value,
            double page,
            double head,
            double start,
            double end,
            double margin)
{
  if (start - margin < value + head)
    return start - margin - head;
  if (end + margin > value + page)
    return MIN (end + margin - page, start - head);

  return value;
}

/**
 * ov_chart_canvas_reveal:
 * @row: a row
 *
 * Scrolls as little as brings the row and the ends of its arrow into sight.
 */
void
ov_chart_canvas_reveal (OvChartCanvas *self,
                        guint          row)
{
  OvChartMeasure measure;
  OvChartView view;
  double top, left, right;
  guint32 n;

  g_return_if_fail (OV_IS_CHART_CANVAS (self));

  ov_chart_get_arrows (self->chart, &n);
  if (row >= n)
    return;

  ov_chart_canvas_get_view (self, &view, &measure);
  top = ov_chart_get_row_y (&measure, self->chart, row);
  view.y = bring_into (view.y, view.height, measure.head, top, top + measure.row, 2 * measure.row);
  if (ov_chart_get_extent (&measure, self->chart, row, &left, &right))
    view.x = bring_into (view.x, view.width, measure.gutter, left - measure.lane / 2, right + measure.lane / 2, 0);
  ov_chart_canvas_scroll_to (self, view.x, view.y);
}

/**
 * ov_chart_canvas_get_row_rect:
 * @rect: (out): where the row stands in the widget
 *
 * Returns: %FALSE: there is no such row
 */
gboolean
ov_chart_canvas_get_row_rect (OvChartCanvas *self,
                              guint          row,
                              GdkRectangle  *rect)
{
  OvChartMeasure measure;
  OvChartView view;
  guint32 n;

  g_return_val_if_fail (OV_IS_CHART_CANVAS (self) && rect != NULL, FALSE);

  ov_chart_get_arrows (self->chart, &n);
  if (row >= n)
    return FALSE;

  ov_chart_canvas_get_view (self, &view, &measure);
  rect->x = 0;
  rect->y = (int) CLAMP (ov_chart_get_row_y (&measure, self->chart, row) - view.y, -1e8, 1e8);
  rect->width = (int) view.width;
  rect->height = (int) measure.row;

  return TRUE;
}
