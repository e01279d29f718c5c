/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvChartCanvas on a display: scrolling, keys, selection, what is announced, zoom around a place.
 * Needs a display; skips with that word where there is none.
 */
#include "ov-test-chart.h"

#include "canvas/widget/ov-chart-canvas-private.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#define DEADLINE_US (10 * G_USEC_PER_SEC)
#define NONE        G_MAXUINT

typedef struct
{
  GtkWidget     *window, *scrolled;
  OvChartCanvas *canvas;
  OvChart       *chart;
  guint          selected, activated, menu;
  guint64        lane;
  guint          n_selected;
  double         menu_y;
} Fixture;

static void
selected_cb (OvChartCanvas *canvas,
             guint          row,
             Fixture       *fixture)
{
  fixture->selected = row;
  fixture->n_selected++;
}

static void
activated_cb (OvChartCanvas *canvas,
              guint          row,
              Fixture       *fixture)
{
  fixture->activated = row;
}

static void
lane_selected_cb (OvChartCanvas *canvas,
                  guint64        id,
                  Fixture       *fixture)
{
  fixture->lane = id;
}

static void
context_menu_cb (OvChartCanvas *canvas,
                 guint          row,
                 double         x,
                 double         y,
                 Fixture       *fixture)
{
  fixture->menu = row;
  fixture->menu_y = y;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  n_rows)
{
  OvTestChart options = { .n_lanes = 20, .n_rows = GPOINTER_TO_UINT (n_rows), .seed = 5 };
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  fixture->chart = options.n_rows == 0 ? ov_test_chart_story () : ov_test_chart_random (&options);
  fixture->window = gtk_window_new ();
  fixture->scrolled = gtk_scrolled_window_new ();
  fixture->canvas = OV_CHART_CANVAS (ov_chart_canvas_new ());
  fixture->selected = fixture->activated = fixture->menu = 12345678;
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 500);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (fixture->scrolled), GTK_WIDGET (fixture->canvas));
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->scrolled);
  g_signal_connect (fixture->canvas, "selected", G_CALLBACK (selected_cb), fixture);
  g_signal_connect (fixture->canvas, "activated", G_CALLBACK (activated_cb), fixture);
  g_signal_connect (fixture->canvas, "lane-selected", G_CALLBACK (lane_selected_cb), fixture);
  g_signal_connect (fixture->canvas, "context-menu", G_CALLBACK (context_menu_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  ov_chart_canvas_set_chart (fixture->canvas, fixture->chart, FALSE);
  while (gtk_widget_get_height (GTK_WIDGET (fixture->canvas)) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  n_rows)
{
  gpointer canvas = fixture->canvas;

  g_object_add_weak_pointer (G_OBJECT (canvas), &canvas);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (canvas);
  ov_chart_unref (fixture->chart);
}

static gboolean
press (Fixture         *fixture,
       guint            key,
       GdkModifierType  modifiers)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (fixture->canvas));
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, modifiers, &handled);
    }

  return handled;
}

static double
get_scroll (Fixture        *fixture,
            GtkOrientation  orientation)
{
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (fixture->scrolled);

  return gtk_adjustment_get_value (orientation == GTK_ORIENTATION_VERTICAL
                                     ? gtk_scrolled_window_get_vadjustment (scrolled)
                                     : gtk_scrolled_window_get_hadjustment (scrolled));
}

/* The row is below the heads and wholly in the widget. */
static void
assert_in_sight (Fixture *fixture,
                 guint    row)
{
  GdkRectangle rect;

  g_assert_true (ov_chart_canvas_get_row_rect (fixture->canvas, row, &rect));
  g_assert_cmpint (rect.y, >=, OV_CHART_HEAD_HEIGHT);
  g_assert_cmpint (rect.y + rect.height, <=, gtk_widget_get_height (GTK_WIDGET (fixture->canvas)));
}

static void
test_scrolls_to_both_ends (Fixture       *fixture,
                           gconstpointer  data)
{
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (fixture->scrolled));
  OvChartMeasure measure;
  OvChartView view;
  GdkRectangle rect;

  ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
  g_assert_cmpfloat (gtk_adjustment_get_upper (vertical), ==, measure.height);
  g_assert_cmpfloat (gtk_adjustment_get_page_size (vertical), ==, view.height);
  g_assert_cmpfloat (measure.height, >, 100000 * OV_CHART_ROW_HEIGHT);

  gtk_adjustment_set_value (vertical, gtk_adjustment_get_upper (vertical));
  assert_in_sight (fixture, 99999);
  g_assert_true (ov_chart_canvas_get_row_rect (fixture->canvas, 0, &rect));
  g_assert_cmpint (rect.y, <, -2000000);
  g_assert_false (ov_chart_canvas_get_row_rect (fixture->canvas, 100000, &rect));
}

static void
test_keys_walk (Fixture       *fixture,
                gconstpointer  data)
{
  g_assert_true (press (fixture, GDK_KEY_Down, 0));
  g_assert_cmpuint (fixture->selected, ==, 0);
  press (fixture, GDK_KEY_Down, 0);
  g_assert_cmpuint (fixture->selected, ==, 1);
  press (fixture, GDK_KEY_Up, 0);
  press (fixture, GDK_KEY_Up, 0);
  g_assert_cmpuint (fixture->selected, ==, 0);
  g_assert_cmpuint (fixture->n_selected, ==, 3);

  press (fixture, GDK_KEY_End, 0);
  g_assert_cmpuint (fixture->selected, ==, 99999);
  assert_in_sight (fixture, 99999);
  press (fixture, GDK_KEY_Page_Up, 0);
  g_assert_cmpuint (fixture->selected, <, 99999);
  g_assert_cmpuint (fixture->selected, >, 99960);
  assert_in_sight (fixture, fixture->selected);
  press (fixture, GDK_KEY_Return, 0);
  g_assert_cmpuint (fixture->activated, ==, fixture->selected);
  press (fixture, GDK_KEY_Home, 0);
  assert_in_sight (fixture, 0);
  g_assert_cmpfloat (get_scroll (fixture, GTK_ORIENTATION_VERTICAL), ==, 0);

  press (fixture, GDK_KEY_Menu, 0);
  g_assert_cmpuint (fixture->menu, ==, 0);
  g_assert_cmpfloat (fixture->menu_y, <, 100);
  press (fixture, GDK_KEY_Escape, 0);
  g_assert_cmpuint (fixture->selected, ==, NONE);
  g_assert_false (press (fixture, GDK_KEY_Escape, 0));
}

/* Wherever a key leads, both ends of the arrow come into sight when there is room for them. */
static void
test_reveals_both_ends (Fixture       *fixture,
                        gconstpointer  data)
{
  const OvChartArrow *arrows = ov_chart_get_arrows (fixture->chart, NULL);

  for (guint row = 500; row < 560; row++)
    {
      OvChartMeasure measure;
      OvChartView view;
      double left, right;

      ov_chart_canvas_reveal (fixture->canvas, row);
      assert_in_sight (fixture, row);
      ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
      if (arrows[row].kind == OV_ARROW_GAP || !ov_chart_get_extent (&measure, fixture->chart, row, &left, &right)
          || right - left + 2 * measure.lane > view.width - measure.gutter)
        continue;
      g_assert_cmpfloat (left - view.x, >=, measure.gutter);
      g_assert_cmpfloat (right - view.x, <=, view.width);
    }
}

static void
test_lanes_by_key (Fixture       *fixture,
                   gconstpointer  data)
{
  const OvChartArrow *arrows = ov_chart_get_arrows (fixture->chart, NULL);

  press (fixture, GDK_KEY_Right, 0);
  g_assert_cmpuint (fixture->lane, ==, 1);
  press (fixture, GDK_KEY_Right, 0);
  g_assert_cmpuint (fixture->lane, ==, 2);
  press (fixture, GDK_KEY_Left, 0);
  press (fixture, GDK_KEY_Left, 0);
  g_assert_cmpuint (fixture->lane, ==, 1);

  /* Ctrl goes from message to message of that lane. */
  press (fixture, GDK_KEY_Down, 0);
  for (guint i = 0; i < 10; i++)
    {
      guint before = fixture->selected;

      press (fixture, GDK_KEY_Down, GDK_CONTROL_MASK);
      g_assert_cmpuint (fixture->selected, >, before);
      g_assert_true (arrows[fixture->selected].from == 0 || arrows[fixture->selected].to == 0);
      for (guint row = before + 1; row < fixture->selected; row++)
        g_assert_true (arrows[row].from != 0 && arrows[row].to != 0);
    }
}

static void
test_other_half (Fixture       *fixture,
                 gconstpointer  data)
{
  ov_chart_canvas_select (fixture->canvas, 1);
  press (fixture, GDK_KEY_p, 0);
  g_assert_cmpuint (fixture->selected, ==, 8);
  press (fixture, GDK_KEY_p, 0);
  g_assert_cmpuint (fixture->selected, ==, 1);
}

static char *
dup_label (Fixture *fixture)
{
  return gtk_test_accessible_check_property (GTK_ACCESSIBLE (fixture->canvas), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                             "nobody says this");
}

static void
test_announces (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *before = dup_label (fixture);
  g_autofree char *row = NULL;
  g_autofree char *death = NULL;
  g_autofree char *description = ov_chart_canvas_describe (fixture->canvas, 1);

  g_assert_cmpstr (description, ==,
                   "web_acceptor to order_sup, {order, 17}, at 0.000210 seconds, answered after 1.2 ms");
  g_assert_nonnull (strstr (before, "Sequence chart"));
  ov_chart_canvas_select (fixture->canvas, 1);
  row = dup_label (fixture);
  g_assert_nonnull (strstr (row, description));
  ov_chart_canvas_select (fixture->canvas, 14);
  death = dup_label (fixture);
  g_assert_nonnull (strstr (death, "packer:init/1 ended"));
}

static void
test_keeps_its_place (Fixture       *fixture,
                      gconstpointer  data)
{
  OvTestChart options = { .n_lanes = 20, .n_rows = 60000, .seed = 5 };
  g_autoptr (OvChart) other = ov_test_chart_random (&options);
  double before;

  ov_chart_canvas_select (fixture->canvas, 40000);
  ov_chart_canvas_reveal (fixture->canvas, 40000);
  before = get_scroll (fixture, GTK_ORIENTATION_VERTICAL);
  fixture->n_selected = 0;
  ov_chart_canvas_set_chart (fixture->canvas, other, TRUE);
  g_assert_cmpfloat (get_scroll (fixture, GTK_ORIENTATION_VERTICAL), ==, before);
  g_assert_cmpuint (fixture->n_selected, ==, 0);
  ov_chart_canvas_set_chart (fixture->canvas, fixture->chart, FALSE);
  g_assert_cmpfloat (get_scroll (fixture, GTK_ORIENTATION_VERTICAL), ==, 0);
  g_assert_cmpuint (fixture->selected, ==, NONE);

  /* A chart that is shorter than the place takes the selection away, and says so. */
  ov_chart_canvas_select (fixture->canvas, 90000);
  ov_chart_canvas_set_chart (fixture->canvas, other, TRUE);
  g_assert_cmpuint (fixture->selected, ==, NONE);
  ov_chart_canvas_set_chart (fixture->canvas, NULL, FALSE);
  g_assert_false (press (fixture, GDK_KEY_Down, 0));
}

/* Of many lanes those are seen first that the first rows are about. */
static void
test_starts_where_something_is (Fixture       *fixture,
                                gconstpointer  data)
{
  g_autoptr (OvChart) chart = ov_chart_new (NULL, NULL, NULL);
  OvChartMeasure measure;
  OvChartView view;
  gboolean right;

  for (guint i = 0; i < 60; i++)
    ov_chart_add_lane (chart, &(OvChartLane) { .id = i + 1, .end_row = G_MAXUINT32 }, "lane", NULL);
  for (guint32 i = 0; i < 100; i++)
    ov_chart_add_arrow (chart, &(OvChartArrow) { .from = 40 + i % 2, .to = 41 - i % 2, .pair = OV_SCENE_NONE });
  ov_chart_canvas_set_chart (fixture->canvas, chart, FALSE);
  ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
  g_assert_false (ov_chart_is_beyond (&measure, chart, &view, 0, &right));
  g_assert_cmpfloat (view.x, >, 20 * OV_CHART_LANE_WIDTH);
  g_assert_cmpfloat (view.y, ==, 0);
}

static OvChart *
make_window (guint64 first,
             guint32 n)
{
  OvChart *chart = ov_chart_new (NULL, NULL, NULL);

  for (guint i = 0; i < 3; i++)
    ov_chart_add_lane (chart, &(OvChartLane) { .id = (first / 100 + i) % 3 + 1, .end_row = G_MAXUINT32 }, "lane", NULL);
  for (guint32 i = 0; i < n; i++)
    ov_chart_add_arrow (chart, &(OvChartArrow) { .from = 0, .to = 1, .pair = OV_SCENE_NONE, .id = first + i,
                                                 .at_ns = (gint64) (first + i) * 1000 });

  return chart;
}

/* Rows go at the top and come at the bottom: what is selected and seen is the same message. */
static void
test_keeps_by_id (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (OvChart) one = make_window (100, 1000);
  g_autoptr (OvChart) two = make_window (300, 1000);
  g_autoptr (OvChart) gone = make_window (5000, 1000);
  GdkRectangle before, after;

  ov_chart_canvas_set_chart (fixture->canvas, one, FALSE);
  press (fixture, GDK_KEY_Right, 0);
  g_assert_cmpuint (fixture->lane, ==, 2);
  ov_chart_canvas_select (fixture->canvas, 500);
  ov_chart_canvas_reveal (fixture->canvas, 500);
  ov_chart_canvas_get_row_rect (fixture->canvas, 500, &before);

  ov_chart_canvas_set_chart (fixture->canvas, two, TRUE);
  g_assert_cmpuint (fixture->selected, ==, 300);
  ov_chart_canvas_get_row_rect (fixture->canvas, 300, &after);
  g_assert_cmpint (after.y, ==, before.y);
  g_assert_cmpuint (ov_chart_get_lanes (two, NULL)[fixture->canvas->selected_lane].id, ==, 2);

  ov_chart_canvas_set_chart (fixture->canvas, gone, TRUE);
  g_assert_cmpuint (fixture->selected, ==, NONE);
}

/* What is under the pointer stays there; lanes and rows have limits. */
static void
test_zoom_around (Fixture       *fixture,
                  gconstpointer  data)
{
  OvChartMeasure measure;
  OvChartView view;
  guint row, after;

  ov_chart_canvas_reveal (fixture->canvas, 50000);
  ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
  row = ov_chart_find_row (&measure, fixture->chart, view.y + 250);
  for (guint i = 0; i < 6; i++)
    ov_chart_canvas_zoom (fixture->canvas, 1.15, 1, 400, 250);
  ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
  after = ov_chart_find_row (&measure, fixture->chart, view.y + 250);
  g_assert_cmpfloat (measure.row, >, 40);
  g_assert_cmpuint (MAX (row, after) - MIN (row, after), <=, 1);

  for (guint i = 0; i < 60; i++)
    ov_chart_canvas_zoom (fixture->canvas, 0.5, 0.5, 400, 250);
  ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
  g_assert_cmpfloat (measure.row, >, 4);
  g_assert_cmpfloat (measure.lane, >, 30);
  press (fixture, GDK_KEY_0, 0);
  ov_chart_canvas_get_view (fixture->canvas, &view, &measure);
  g_assert_cmpfloat (measure.row, ==, OV_CHART_ROW_HEIGHT);
  g_assert_cmpfloat (measure.lane, ==, OV_CHART_LANE_WIDTH);
}

/* The widget's own snapshot, so no frame has to pass. */
static guint
count_other_than (Fixture *fixture,
                  OvColor  color)
{
  GtkWidget *widget = GTK_WIDGET (fixture->canvas);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  const guint32 *pixels = (const guint32 *) (gpointer) cairo_image_surface_get_data (image);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  cairo_t *cr = cairo_create (image);
  GskRenderNode *node;
  guint n = 0;

  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  for (int i = 0; i < cairo_image_surface_get_stride (image) / 4 * height; i++)
    n += (pixels[i] & 0xffffff) != color;
  cairo_surface_destroy (image);

  return n;
}

static void
test_draws (Fixture       *fixture,
            gconstpointer  data)
{
  OvColor ground = ov_look_get_theme ()->background;

  g_assert_cmpuint (count_other_than (fixture, ground), >, 5000);
  ov_chart_canvas_set_chart (fixture->canvas, NULL, FALSE);
  g_assert_cmpuint (count_other_than (fixture, ground), >, 100);
  g_assert_cmpuint (count_other_than (fixture, ground), <, 3000);
}

#define ADD(path, n_rows, func) \
  g_test_add (path, Fixture, GUINT_TO_POINTER (n_rows), set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP a display (Xvfb) is missing\n");
      return 0;
    }
  adw_init ();

  ADD ("/chart-canvas/scrolls-to-both-ends", 100000, test_scrolls_to_both_ends);
  ADD ("/chart-canvas/keys-walk", 100000, test_keys_walk);
  ADD ("/chart-canvas/reveals-both-ends", 2000, test_reveals_both_ends);
  ADD ("/chart-canvas/lanes-by-key", 2000, test_lanes_by_key);
  ADD ("/chart-canvas/other-half", 0, test_other_half);
  ADD ("/chart-canvas/announces", 0, test_announces);
  ADD ("/chart-canvas/keeps-its-place", 100000, test_keeps_its_place);
  ADD ("/chart-canvas/keeps-by-id", 0, test_keeps_by_id);
  ADD ("/chart-canvas/starts-where-something-is", 0, test_starts_where_something_is);
  ADD ("/chart-canvas/zoom-around", 100000, test_zoom_around);
  ADD ("/chart-canvas/draws", 0, test_draws);

  return g_test_run ();
}
