/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvGraphCanvas on a display: layout in a worker, folding, selection of nodes and edges, keys, live
 * updates, messages on their way.  Needs a display; skips with that word where there is none.
 */
#include "ov-test-graph.h"

#include "canvas/widget/ov-graph-canvas.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

/* A leaf that is folded away as long as everything is in view. */
#define DEEP 100
#define DEADLINE_US (20 * G_USEC_PER_SEC)

typedef struct
{
  GtkWidget     *window;
  OvGraphCanvas *canvas;
  OvGraph       *graph;
  guint64        selected, activated, focused, menu;
  guint64        edge[2];
  guint          n_selected, n_view_changes;
} Fixture;

static void
selected_cb (OvGraphCanvas *canvas,
             guint64        id,
             Fixture       *fixture)
{
  fixture->selected = id;
  fixture->n_selected++;
}

static void
activated_cb (OvGraphCanvas *canvas,
              guint64        id,
              Fixture       *fixture)
{
  fixture->activated = id;
}

static void
focus_moved_cb (OvGraphCanvas *canvas,
                guint64        id,
                Fixture       *fixture)
{
  fixture->focused = id;
}

static void
menu_cb (OvGraphCanvas *canvas,
         guint64        id,
         double         x,
         double         y,
         Fixture       *fixture)
{
  fixture->menu = id;
}

static void
edge_selected_cb (OvGraphCanvas *canvas,
                  guint64        from,
                  guint64        to,
                  Fixture       *fixture)
{
  fixture->edge[0] = from;
  fixture->edge[1] = to;
}

static void
view_changed_cb (OvGraphCanvas *canvas,
                 Fixture       *fixture)
{
  fixture->n_view_changes++;
}

static gboolean
is_busy (OvGraphCanvas *canvas)
{
  gboolean busy;

  g_object_get (canvas, "scene-busy", &busy, NULL);

  return busy;
}

static void
iterate_until (gint64 deadline)
{
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (g_get_monotonic_time (), <, deadline);
}

static void
wait_for_layout (OvGraphCanvas *canvas)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  while (is_busy (canvas) || gtk_widget_get_width (GTK_WIDGET (canvas)) == 0
         || ov_graph_canvas_get_viewport (canvas)->width <= 1)
    iterate_until (deadline);
}

static OvGraph *
make_graph (guint32 n,
            guint32 skip)
{
  OvTestGraph options = { .n_leaves = n, .n_edges = n * 3, .seed = 5, .skip = skip };

  return ov_test_graph_system (&options);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  n_leaves)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  fixture->graph = make_graph (GPOINTER_TO_UINT (n_leaves), 0);
  fixture->window = gtk_window_new ();
  fixture->canvas = OV_GRAPH_CANVAS (ov_graph_canvas_new ());
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1000, 700);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->canvas));
  g_signal_connect (fixture->canvas, "selected", G_CALLBACK (selected_cb), fixture);
  g_signal_connect (fixture->canvas, "activated", G_CALLBACK (activated_cb), fixture);
  g_signal_connect (fixture->canvas, "focus-moved", G_CALLBACK (focus_moved_cb), fixture);
  g_signal_connect (fixture->canvas, "context-menu", G_CALLBACK (menu_cb), fixture);
  g_signal_connect (fixture->canvas, "edge-selected", G_CALLBACK (edge_selected_cb), fixture);
  g_signal_connect (fixture->canvas, "view-changed", G_CALLBACK (view_changed_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  ov_graph_canvas_set_graph (fixture->canvas, fixture->graph);
  wait_for_layout (fixture->canvas);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  n_leaves)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  gpointer canvas = fixture->canvas;

  g_object_add_weak_pointer (G_OBJECT (canvas), &canvas);
  gtk_window_destroy (GTK_WINDOW (fixture->window));

  /* A worker may still hold it, but not for long. */
  while (canvas != NULL)
    iterate_until (deadline);
  ov_graph_unref (fixture->graph);
}

static GtkEventController *
dup_controller (Fixture *fixture,
                GType    type,
                guint    button)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (fixture->canvas));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type)
          && (button == 0 || gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (controller)) == button
              || gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (controller)) == button))
        return g_steal_pointer (&controller);
    }
  g_assert_not_reached ();
}

/* As the toolkit would deliver them to the canvas. */
static gboolean
press (Fixture         *fixture,
       guint            key,
       GdkModifierType  modifiers)
{
  g_autoptr (GtkEventController) controller = dup_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_KEY, 0);
  gboolean handled = FALSE;

  g_signal_emit_by_name (controller, "key-pressed", key, 0, modifiers, &handled);

  return handled;
}

static void
click (Fixture *fixture,
       guint    button,
       int      n_press,
       double   x,
       double   y)
{
  g_autoptr (GtkEventController) controller = dup_controller (fixture, GTK_TYPE_GESTURE_CLICK, button);

  g_signal_emit_by_name (controller, "pressed", n_press, x, y);
  g_signal_emit_by_name (controller, "released", n_press, x, y);
}

static void
click_node (Fixture *fixture,
            guint64  id,
            int      n_press)
{
  GdkRectangle rect;

  g_assert_true (ov_graph_canvas_get_item_rect (fixture->canvas, id, &rect));
  click (fixture, GDK_BUTTON_PRIMARY, n_press, rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
}

static guint64
find_shown (Fixture  *fixture,
            gboolean  group)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  const OvGraphNode *nodes = ov_graph_get_nodes (fixture->graph, NULL);
  guint32 n;

  ov_graph_get_nodes (fixture->graph, &n);
  for (guint32 i = 0; i < n; i++)
    if (nodes[i].is_group == group && ov_graph_view_stand_in (view, nodes[i].id) == nodes[i].id
        && !ov_graph_view_is_open (view, nodes[i].id))
      return nodes[i].id;

  return 0;
}

static void
test_fits (Fixture       *fixture,
           gconstpointer  unused)
{
  const OvViewport *view = ov_graph_canvas_get_viewport (fixture->canvas);
  const OvGraphNode *nodes;
  GdkRectangle rect;
  guint32 n;

  nodes = ov_graph_get_nodes (fixture->graph, &n);
  for (guint32 i = 0; i < n; i++)
    {
      g_assert_true (ov_graph_canvas_get_item_rect (fixture->canvas, nodes[i].id, &rect));
      g_assert_cmpint (rect.x, >=, 0);
      g_assert_cmpint (rect.y, >=, 0);
      g_assert_cmpint (rect.x + rect.width, <=, view->width + 1);
      g_assert_cmpint (rect.y + rect.height, <=, view->height + 1);
    }
  g_assert_false (ov_graph_canvas_get_item_rect (fixture->canvas, 77777777, &rect));
  g_assert_cmpuint (fixture->n_view_changes, >, 0);
}

static void
test_click_selects (Fixture       *fixture,
                    gconstpointer  unused)
{
  guint64 id = find_shown (fixture, TRUE);

  g_assert_cmpuint (id, !=, 0);
  click_node (fixture, id, 1);
  g_assert_cmpuint (fixture->selected, ==, id);
  g_assert_cmpuint (fixture->focused, ==, id);
  g_assert_cmpuint (ov_graph_canvas_get_selected (fixture->canvas), ==, id);
  ov_graph_canvas_select (fixture->canvas, id);
  g_assert_cmpuint (fixture->n_selected, ==, 1);
  click (fixture, GDK_BUTTON_PRIMARY, 1, 2, 2);
  g_assert_cmpuint (fixture->selected, ==, 0);
  click (fixture, GDK_BUTTON_SECONDARY, 1, 2, 2);
  g_assert_cmpuint (fixture->menu, ==, 0);
}

/* The middle of a curve that nothing lies on. */
static gboolean
find_free_middle (const OvGraphView *view,
                  double            *x,
                  double            *y,
                  guint64           *ends)
{
  const OvSceneItem *items = ov_scene_get_items (ov_graph_view_get_scene (view));
  const OvGraphCurve *curves;
  guint n;

  curves = ov_graph_view_get_curves (view, &n);
  for (guint i = n; i-- > 0;)
    {
      guint64 at;
      guint32 item;

      ov_graph_curve_at (&curves[i], 0.5, x, y);
      at = ov_graph_view_find_node (view, *x, *y);
      item = ov_scene_find (ov_graph_view_get_scene (view), at);
      if ((at == 0 || items[item].subtree_end > item + 1)
          && ov_graph_view_find_curve (view, *x, *y, 5) == (int) i)
        {
          ends[0] = items[curves[i].from].id;
          ends[1] = items[curves[i].to].id;
          return TRUE;
        }
    }

  return FALSE;
}

static void
test_click_selects_edge (Fixture       *fixture,
                         gconstpointer  unused)
{
  guint64 ends[2];
  double x, y;

  g_assert_true (find_free_middle (ov_graph_canvas_get_view (fixture->canvas), &x, &y, ends));
  click (fixture, GDK_BUTTON_PRIMARY, 1, x, y);
  g_assert_cmpuint (fixture->edge[0], ==, ends[0]);
  g_assert_cmpuint (fixture->edge[1], ==, ends[1]);
  click (fixture, GDK_BUTTON_PRIMARY, 1, 2, 2);
  g_assert_cmpuint (fixture->edge[0], ==, 0);
}

static void
test_double_click_toggles (Fixture       *fixture,
                           gconstpointer  unused)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  guint64 id = find_shown (fixture, TRUE);
  guint32 group = ov_graph_find (fixture->graph, id);
  guint64 member = ov_graph_get_nodes (fixture->graph, NULL)[group + 1].id;

  click_node (fixture, id, 2);
  g_assert_true (ov_graph_view_is_open (view, id));
  ov_graph_canvas_get_item_rect (fixture->canvas, id, &(GdkRectangle) { 0 });
  g_assert_cmpuint (ov_graph_view_stand_in (view, member), ==, member);

  /* Pinned: it stays open from afar, and shut from near. */
  ov_graph_canvas_fit (fixture->canvas);
  g_assert_true (ov_graph_view_is_open (view, id));
  ov_graph_canvas_select (fixture->canvas, id);
  g_assert_true (press (fixture, GDK_KEY_Return, 0));
  g_assert_false (ov_graph_view_is_open (view, id));
  ov_graph_canvas_reveal (fixture->canvas, id);
  ov_graph_canvas_zoom_by (fixture->canvas, 3);
  g_assert_false (ov_graph_view_is_open (view, id));
  ov_graph_canvas_reveal (fixture->canvas, member);
  g_assert_true (ov_graph_view_is_open (view, id));
  g_assert_cmpuint (fixture->activated, ==, 0);
}

static void
test_leaf_is_activated (Fixture       *fixture,
                        gconstpointer  unused)
{
  ov_graph_canvas_reveal (fixture->canvas, 1);
  click_node (fixture, 1, 2);
  g_assert_cmpuint (fixture->activated, ==, 1);
}

static void
test_zoom_opens (Fixture       *fixture,
                 gconstpointer  unused)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  GdkRectangle rect;
  guint64 whole, near;

  ov_graph_canvas_get_item_rect (fixture->canvas, DEEP, &rect);
  whole = ov_graph_view_stand_in (view, DEEP);
  g_assert_cmpuint (whole, !=, DEEP);
  ov_graph_canvas_reveal (fixture->canvas, DEEP);
  ov_graph_canvas_get_item_rect (fixture->canvas, DEEP, &rect);
  near = ov_graph_view_stand_in (view, DEEP);
  g_assert_cmpuint (near, ==, DEEP);
  g_assert_cmpint (rect.width, >=, 50);
  g_assert_cmpint (rect.x, >=, 0);
  g_assert_cmpint (rect.x + rect.width, <=, ov_graph_canvas_get_viewport (fixture->canvas)->width);
  ov_graph_canvas_fit (fixture->canvas);
  ov_graph_canvas_get_item_rect (fixture->canvas, DEEP, &rect);
  g_assert_cmpuint (ov_graph_view_stand_in (view, DEEP), ==, whole);
}

static gboolean
are_neighbours (Fixture *fixture,
                guint64  a,
                guint64  b)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  const OvSceneItem *items = ov_scene_get_items (ov_graph_view_get_scene (view));
  const OvGraphCurve *curves;
  guint n;

  curves = ov_graph_view_get_curves (view, &n);
  for (guint i = 0; i < n; i++)
    if ((items[curves[i].from].id == a && items[curves[i].to].id == b)
        || (items[curves[i].from].id == b && items[curves[i].to].id == a))
      return TRUE;

  return FALSE;
}

static void
test_keys_walk (Fixture       *fixture,
                gconstpointer  unused)
{
  static const guint KEYS[] = { GDK_KEY_Left, GDK_KEY_Right, GDK_KEY_Up, GDK_KEY_Down };
  guint n_neighbours = 0, n_moves = 0;
  guint64 busiest;

  g_assert_true (press (fixture, GDK_KEY_Home, 0));
  busiest = fixture->selected;
  g_assert_cmpuint (busiest, !=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (KEYS); i++)
    {
      ov_graph_canvas_select (fixture->canvas, busiest);
      g_assert_true (press (fixture, KEYS[i], 0));
      n_moves += fixture->selected != busiest;
      n_neighbours += are_neighbours (fixture, busiest, fixture->selected);
    }
  g_assert_cmpuint (n_moves, >, 0);
  g_assert_cmpuint (n_neighbours, >, 0);
  ov_graph_canvas_reveal (fixture->canvas, 1);
  ov_graph_canvas_select (fixture->canvas, 1);
  g_assert_true (press (fixture, GDK_KEY_Up, GDK_ALT_MASK));
  g_assert_cmpuint (fixture->selected, ==,
                    ov_graph_get_nodes (fixture->graph, NULL)
                      [ov_graph_get_nodes (fixture->graph, NULL)[ov_graph_find (fixture->graph, 1)].parent].id);
  g_assert_false (press (fixture, GDK_KEY_F5, 0));
}

static void
test_focus_dims (Fixture       *fixture,
                 gconstpointer  unused)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  guint64 id = find_shown (fixture, TRUE);
  const OvSceneItem *items;
  guint n_dim = 0;
  GdkRectangle rect;

  ov_graph_canvas_set_focus (fixture->canvas, id);
  ov_graph_canvas_get_item_rect (fixture->canvas, id, &rect);
  items = ov_scene_get_items (ov_graph_view_get_scene (view));
  for (guint32 i = 0; i < ov_scene_get_size (ov_graph_view_get_scene (view)); i++)
    {
      if (items[i].id == id || are_neighbours (fixture, id, items[i].id))
        g_assert_false (items[i].dim);
      n_dim += items[i].dim;
    }
  g_assert_cmpuint (n_dim, >, 0);
  ov_graph_canvas_set_focus (fixture->canvas, 0);
  ov_graph_canvas_get_item_rect (fixture->canvas, id, &rect);
  items = ov_scene_get_items (ov_graph_view_get_scene (view));
  for (guint32 i = 0; i < ov_scene_get_size (ov_graph_view_get_scene (view)); i++)
    g_assert_false (items[i].dim);
}

static void
test_path_is_raised (Fixture       *fixture,
                     gconstpointer  unused)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  guint64 ends[2];
  const OvGraphCurve *curves;
  double x, y;
  guint n, n_steps = 0;

  g_assert_true (find_free_middle (view, &x, &y, ends));
  ov_graph_canvas_set_path (fixture->canvas, &ends[0], &ends[1], 1);
  ov_graph_canvas_get_item_rect (fixture->canvas, ends[0], &(GdkRectangle) { 0 });
  curves = ov_graph_view_get_curves (view, &n);
  for (guint i = 0; i < n; i++)
    {
      n_steps += curves[i].step == 1;
      g_assert_true (curves[i].step == 1 || (curves[i].state & OV_CURVE_DIM) != 0);
    }
  g_assert_cmpuint (n_steps, ==, 1);
  ov_graph_canvas_set_path (fixture->canvas, NULL, NULL, 0);
}

/* Of many graphs in a row the last is shown, and who stays does so where he was. */
static void
test_live (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (OvGraph) fewer = make_graph (200, 20);
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  const OvGraphLayout *layout = ov_graph_view_get_layout (view);
  g_autofree OvBox *before = g_memdup2 (layout->boxes, layout->n * sizeof (OvBox));
  const OvGraphNode *nodes = ov_graph_get_nodes (fixture->graph, NULL);
  guint32 n = layout->n, n_same = 0, n_both = 0;

  for (guint i = 0; i < 10; i++)
    {
      ov_graph_canvas_set_graph (fixture->canvas, i % 2 == 0 ? fixture->graph : fewer);
      g_assert_true (ov_graph_canvas_get_graph (fixture->canvas) == (i % 2 == 0 ? fixture->graph : fewer));
    }
  wait_for_layout (fixture->canvas);
  g_assert_true (ov_graph_view_get_graph (view) == fewer);
  layout = ov_graph_view_get_layout (view);
  for (guint32 i = 0; i < n; i++)
    {
      guint32 now = ov_graph_find (fewer, nodes[i].id);

      if (now == OV_SCENE_NONE)
        continue;
      n_both++;
      n_same += hypot (layout->boxes[now].x - before[i].x, layout->boxes[now].y - before[i].y) < 4;
    }
  g_assert_cmpuint (n_same, ==, n_both);
}

static void
test_closing_while_busy (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (OvGraph) large = make_graph (3000, 0);

  ov_graph_canvas_set_graph (fixture->canvas, large);
  g_assert_true (is_busy (fixture->canvas));
}

static void
test_no_dots_without_animations (Fixture       *fixture,
                                 gconstpointer  unused)
{
  ov_graph_canvas_add_dot (fixture->canvas, 1, 2, 0, 100, OV_TONE_NEUTRAL);
  g_assert_cmpuint (ov_graph_canvas_get_n_dots (fixture->canvas), ==, 0);
}

static void
test_dots_arrive (Fixture       *fixture,
                  gconstpointer  unused)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  for (guint i = 0; i < OV_GRAPH_MAX_DOTS + 500; i++)
    ov_graph_canvas_add_dot (fixture->canvas, 1 + i % 200, 1 + i * 7 % 200, i % 50, 100, OV_TONE_NEUTRAL);
  g_assert_cmpuint (ov_graph_canvas_get_n_dots (fixture->canvas), ==, OV_GRAPH_MAX_DOTS);
  while (ov_graph_canvas_get_n_dots (fixture->canvas) > 0)
    iterate_until (deadline);
  ov_graph_canvas_add_dot (fixture->canvas, 1, 2, 10000, 100, OV_TONE_NEUTRAL);
  g_assert_cmpuint (ov_graph_canvas_get_n_dots (fixture->canvas), ==, 1);
  ov_graph_canvas_clear_dots (fixture->canvas);
  g_assert_cmpuint (ov_graph_canvas_get_n_dots (fixture->canvas), ==, 0);
}

/* With animations a group opens by and by, and ends open. */
static void
test_opens_smoothly (Fixture       *fixture,
                     gconstpointer  unused)
{
  const OvGraphView *view = ov_graph_canvas_get_view (fixture->canvas);
  guint64 id = find_shown (fixture, TRUE);
  guint64 member = ov_graph_get_nodes (fixture->graph, NULL)[ov_graph_find (fixture->graph, id) + 1].id;
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  GdkRectangle shut, open;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  g_assert_true (ov_graph_canvas_get_item_rect (fixture->canvas, id, &shut));
  ov_graph_canvas_set_open (fixture->canvas, id, 1);
  while (ov_graph_view_stand_in (view, member) != member)
    iterate_until (deadline);
  do
    {
      iterate_until (deadline);
      g_assert_true (ov_graph_canvas_get_item_rect (fixture->canvas, id, &open));
    }
  while (open.width <= shut.width && open.height <= shut.height);
}

static char *
describe_cb (OvGraphCanvas *canvas,
             guint64        id,
             gpointer       user_data)
{
  *(guint64 *) user_data = id;

  return g_strdup ("described");
}

static void
test_describes_the_focus (Fixture       *fixture,
                          gconstpointer  unused)
{
  guint64 described = 0, id = find_shown (fixture, TRUE);

  ov_graph_canvas_set_describe_func (fixture->canvas, describe_cb, &described, NULL);
  ov_graph_canvas_select (fixture->canvas, id);
  g_assert_cmpuint (described, ==, id);
  gtk_test_accessible_assert_property (fixture->canvas, GTK_ACCESSIBLE_PROPERTY_LABEL, "described");
  ov_graph_canvas_set_describe_func (fixture->canvas, NULL, NULL, NULL);
}

static void
test_svg (Fixture       *fixture,
          gconstpointer  unused)
{
  g_autoptr (GBytes) svg = ov_graph_canvas_to_svg (fixture->canvas);
  gsize size;
  const char *text = g_bytes_get_data (svg, &size);

  g_assert_cmpuint (size, >, 1000);
  g_assert_nonnull (g_strstr_len (text, size, "<svg"));
  g_assert_nonnull (g_strstr_len (text, size, "</svg>"));
}

static const struct
{
  const char *path;
  void      (*test) (Fixture *fixture, gconstpointer n_leaves);
} TESTS[] = {
  { "/canvas/graph-widget/fits", test_fits },
  { "/canvas/graph-widget/click-selects", test_click_selects },
  { "/canvas/graph-widget/click-selects-edge", test_click_selects_edge },
  { "/canvas/graph-widget/double-click-toggles", test_double_click_toggles },
  { "/canvas/graph-widget/leaf-is-activated", test_leaf_is_activated },
  { "/canvas/graph-widget/zoom-opens", test_zoom_opens },
  { "/canvas/graph-widget/keys-walk", test_keys_walk },
  { "/canvas/graph-widget/focus-dims", test_focus_dims },
  { "/canvas/graph-widget/path-is-raised", test_path_is_raised },
  { "/canvas/graph-widget/live", test_live },
  { "/canvas/graph-widget/closing-while-busy", test_closing_while_busy },
  { "/canvas/graph-widget/no-dots-without-animations", test_no_dots_without_animations },
  { "/canvas/graph-widget/dots-arrive", test_dots_arrive },
  { "/canvas/graph-widget/opens-smoothly", test_opens_smoothly },
  { "/canvas/graph-widget/describes-the-focus", test_describes_the_focus },
  { "/canvas/graph-widget/svg", test_svg },
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP a display (Xvfb) is missing\n");
      return 0;
    }
  adw_init ();

  for (guint i = 0; i < G_N_ELEMENTS (TESTS); i++)
    g_test_add (TESTS[i].path, Fixture, GUINT_TO_POINTER (200), set_up, TESTS[i].test, tear_down);

  return g_test_run ();
}
