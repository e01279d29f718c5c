/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvCanvas on a display: layout in a worker, fit, selection, keys, hit testing, zoom around a
 * point, late answers.  Needs a display; skips with that word where there is none.
 */
#include "ov-test-scene.h"

#include "canvas/widget/ov-canvas.h"

#include <adwaita.h>
#include <math.h>

#define DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct
{
  GtkWidget *window;
  OvCanvas  *canvas;
  guint64    selected, activated, toggled, focused;
  guint      n_view_changes;
} Fixture;

static void
selected_cb (OvCanvas *canvas,
             guint64   id,
             Fixture  *fixture)
{
  fixture->selected = id;
}

static void
activated_cb (OvCanvas *canvas,
              guint64   id,
              Fixture  *fixture)
{
  fixture->activated = id;
}

static void
toggle_cb (OvCanvas *canvas,
           guint64   id,
           Fixture  *fixture)
{
  fixture->toggled = id;
}

static void
focus_moved_cb (OvCanvas *canvas,
                guint64   id,
                Fixture  *fixture)
{
  fixture->focused = id;
}

static void
view_changed_cb (OvCanvas *canvas,
                 Fixture  *fixture)
{
  fixture->n_view_changes++;
}

static gboolean
is_busy (OvCanvas *canvas)
{
  gboolean busy;

  g_object_get (canvas, "scene-busy", &busy, NULL);

  return busy;
}

static void
wait_for_layout (OvCanvas *canvas)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  while (is_busy (canvas) || gtk_widget_get_width (GTK_WIDGET (canvas)) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

static OvScene *
make_scene (guint32 n,
            guint32 skip)
{
  OvTestScene options = { .n_items = n, .seed = 5, .trouble = TRUE, .skip = skip };

  return ov_test_scene_system (&options);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  n_items)
{
  g_autoptr (OvScene) scene = make_scene (GPOINTER_TO_UINT (n_items), 0);

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  fixture->window = gtk_window_new ();
  fixture->canvas = OV_CANVAS (ov_canvas_new ());
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 900, 600);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->canvas));
  g_signal_connect (fixture->canvas, "selected", G_CALLBACK (selected_cb), fixture);
  g_signal_connect (fixture->canvas, "activated", G_CALLBACK (activated_cb), fixture);
  g_signal_connect (fixture->canvas, "toggle", G_CALLBACK (toggle_cb), fixture);
  g_signal_connect (fixture->canvas, "focus-moved", G_CALLBACK (focus_moved_cb), fixture);
  g_signal_connect (fixture->canvas, "view-changed", G_CALLBACK (view_changed_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  ov_canvas_set_scene (fixture->canvas, scene);
  wait_for_layout (fixture->canvas);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  n_items)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  gpointer canvas = fixture->canvas;

  g_object_add_weak_pointer (G_OBJECT (canvas), &canvas);
  gtk_window_destroy (GTK_WINDOW (fixture->window));

  /* A worker may still hold it, but not for long. */
  while (canvas != NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

/* As the toolkit would deliver it to the canvas. */
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

static void
test_fits_and_maps (Fixture       *fixture,
                    gconstpointer  unused)
{
  const OvViewport *view = ov_canvas_get_viewport (fixture->canvas);
  const OvSceneItem *items = ov_scene_get_items (ov_canvas_get_scene (fixture->canvas));
  guint32 n = ov_scene_get_size (ov_canvas_get_scene (fixture->canvas));
  GdkRectangle rect;

  for (guint32 i = 0; i < n; i++)
    {
      g_assert_true (ov_canvas_get_item_rect (fixture->canvas, items[i].id, &rect));
      g_assert_cmpint (rect.x, >=, 0);
      g_assert_cmpint (rect.y, >=, 0);
      g_assert_cmpint (rect.x + rect.width, <=, view->width + 1);
      g_assert_cmpint (rect.y + rect.height, <=, view->height + 1);
    }
  g_assert_false (ov_canvas_get_item_rect (fixture->canvas, 1, &rect));
}

static void
test_hits_what_it_maps (Fixture       *fixture,
                        gconstpointer  unused)
{
  const OvSceneItem *items = ov_scene_get_items (ov_canvas_get_scene (fixture->canvas));
  guint32 n = ov_scene_get_size (ov_canvas_get_scene (fixture->canvas));

  for (guint32 i = 0; i < n; i++)
    {
      GdkRectangle rect;

      if (items[i].subtree_end != i + 1)
        continue;
      g_assert_true (ov_canvas_get_item_rect (fixture->canvas, items[i].id, &rect));
      g_assert_cmpuint (ov_canvas_get_item_at (fixture->canvas, rect.x + rect.width / 2.0,
                                               rect.y + rect.height / 2.0), ==, items[i].id);
    }
  g_assert_cmpuint (ov_canvas_get_item_at (fixture->canvas, 1, 1), ==, 0);
}

static void
test_keys_walk (Fixture       *fixture,
                gconstpointer  unused)
{
  const OvSceneItem *items = ov_scene_get_items (ov_canvas_get_scene (fixture->canvas));

  ov_canvas_select (fixture->canvas, items[0].id);
  g_assert_true (press (fixture, GDK_KEY_Down, 0));
  g_assert_cmpuint (fixture->selected, ==, items[1].id);
  g_assert_cmpuint (fixture->focused, ==, items[1].id);
  g_assert_true (press (fixture, GDK_KEY_Down, 0));
  g_assert_cmpuint (fixture->selected, ==, items[2].id);
  g_assert_true (press (fixture, GDK_KEY_End, 0));
  g_assert_cmpuint (items[fixture->selected - 1000].parent, ==, 1);
  g_assert_true (press (fixture, GDK_KEY_BackSpace, 0));
  g_assert_cmpuint (fixture->selected, ==, items[1].id);
  g_assert_true (press (fixture, GDK_KEY_Return, 0));
  g_assert_cmpuint (fixture->activated, ==, items[1].id);
  g_assert_true (press (fixture, GDK_KEY_space, 0));
  g_assert_cmpuint (fixture->toggled, ==, items[1].id);
  g_assert_false (press (fixture, GDK_KEY_Tab, 0));
}

static void
test_zooms (Fixture       *fixture,
            gconstpointer  unused)
{
  const OvViewport *view = ov_canvas_get_viewport (fixture->canvas);
  double before = view->zoom, x, y, x2, y2;

  ov_viewport_to_world (view, view->width / 2, view->height / 2, &x, &y);
  g_assert_true (press (fixture, GDK_KEY_plus, 0));
  ov_viewport_to_world (view, view->width / 2, view->height / 2, &x2, &y2);
  g_assert_cmpfloat (view->zoom, >, before);
  g_assert_cmpfloat_with_epsilon (x, x2, 1e-6);
  g_assert_cmpfloat_with_epsilon (y, y2, 1e-6);
  g_assert_true (press (fixture, GDK_KEY_0, 0));
  g_assert_cmpfloat_with_epsilon (view->zoom, before, 1e-9);
  ov_canvas_select (fixture->canvas, 1004);
  g_assert_true (press (fixture, GDK_KEY_f, 0));
  g_assert_cmpfloat (view->zoom, >, before);
}

/* Where nothing was touched, a bigger picture is fitted again; a moved camera stays. */
static void
test_camera_keeps (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (OvScene) other = make_scene (200, 3);
  OvViewport moved;

  ov_canvas_zoom_by (fixture->canvas, 1.7);
  moved = *ov_canvas_get_viewport (fixture->canvas);
  ov_canvas_set_scene (fixture->canvas, other);
  wait_for_layout (fixture->canvas);
  g_assert_cmpfloat (ov_canvas_get_viewport (fixture->canvas)->zoom, ==, moved.zoom);
  g_assert_cmpfloat (ov_canvas_get_viewport (fixture->canvas)->x, ==, moved.x);
  g_assert_true (ov_canvas_get_shown_scene (fixture->canvas) == other);
}

/* Of many scenes in a row the last one is shown, whatever order the workers end in. */
static void
test_late_answers (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (OvScene) last = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_clear_pointer (&last, ov_scene_unref);
      last = make_scene (i % 2 == 0 ? 20000 : 50, i + 2);
      ov_canvas_set_scene (fixture->canvas, last);
    }
  wait_for_layout (fixture->canvas);
  g_assert_true (ov_canvas_get_shown_scene (fixture->canvas) == last);
  g_assert_cmpuint (ov_canvas_get_layout (fixture->canvas)->n, ==, ov_scene_get_size (last));
}

static void
test_update_keeps_layout (Fixture       *fixture,
                          gconstpointer  unused)
{
  g_autoptr (OvScene) same = make_scene (200, 0);
  const OvLayout *layout = ov_canvas_get_layout (fixture->canvas);

  ov_canvas_select (fixture->canvas, 1003);
  ov_canvas_update_scene (fixture->canvas, same);
  g_assert_false (is_busy (fixture->canvas));
  g_assert_true (ov_canvas_get_layout (fixture->canvas) == layout);
  g_assert_true (ov_canvas_get_shown_scene (fixture->canvas) == same);
  g_assert_cmpuint (ov_canvas_get_selected (fixture->canvas), ==, 1003);
}

static void
test_closes_while_busy (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (OvScene) scene = make_scene (100000, 0);

  ov_canvas_set_scene (fixture->canvas, scene);
  g_assert_true (is_busy (fixture->canvas));
}

static cairo_surface_t *
take_picture (GtkWidget *widget)
{
  g_autoptr (GskRenderer) renderer = gsk_cairo_renderer_new ();
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  cairo_surface_t *image;
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  g_assert_nonnull (node);
  g_assert_true (gsk_renderer_realize (renderer, NULL, NULL));
  texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
  gsk_renderer_unrealize (renderer);
  image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  gdk_texture_download (texture, cairo_image_surface_get_data (image),
                        cairo_image_surface_get_stride (image));
  cairo_surface_mark_dirty (image);

  return image;
}

static void
test_shows_pixels (Fixture       *fixture,
                   gconstpointer  unused)
{
  const OvTheme *theme = ov_canvas_get_theme (fixture->canvas);
  cairo_surface_t *image = take_picture (GTK_WIDGET (fixture->canvas));
  const guint32 *pixels = (const guint32 *) (gpointer) cairo_image_surface_get_data (image);
  gsize n = (gsize) cairo_image_surface_get_stride (image) / 4 * cairo_image_surface_get_height (image);
  gsize ground = 0;

  for (gsize i = 0; i < n; i++)
    ground += (pixels[i] & 0xffffff) == theme->background;
  g_assert_cmpuint (ground, >, n / 50);
  g_assert_cmpuint (ground, <, n * 9 / 10);
  cairo_surface_destroy (image);
}

static void
test_minimap_moves (Fixture       *fixture,
                    gconstpointer  unused)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *minimap = ov_minimap_new (fixture->canvas);
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  cairo_surface_t *image;

  g_object_ref (fixture->canvas);
  gtk_window_set_child (GTK_WINDOW (fixture->window), NULL);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (fixture->canvas));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), minimap);
  gtk_window_set_child (GTK_WINDOW (fixture->window), overlay);
  g_object_unref (fixture->canvas);
  g_assert_cmpfloat (gtk_widget_get_opacity (minimap), ==, 0);
  ov_canvas_zoom_by (fixture->canvas, 3);
  g_assert_cmpfloat (gtk_widget_get_opacity (minimap), >, 0.5);
  while (gtk_widget_get_width (minimap) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  image = take_picture (minimap);
  g_assert_cmpint (cairo_image_surface_get_width (image), >, 100);
  cairo_surface_destroy (image);
}

/* With animations on, a birth glides: half way nothing stands where it will, then all does. */
static void
test_glides (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (OvScene) other = make_scene (200, 2);
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;
  guint moved = 0;
  GdkRectangle first, rect;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  ov_canvas_set_scene (fixture->canvas, other);
  wait_for_layout (fixture->canvas);
  g_assert_true (ov_canvas_get_item_rect (fixture->canvas, 1100, &first));
  do
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_true (ov_canvas_get_item_rect (fixture->canvas, 1100, &rect));
      moved += !gdk_rectangle_equal (&first, &rect);
      first = rect;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  while (moved < 2);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static GtkEventController *
find_controller (Fixture *fixture,
                 GType    type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (fixture->canvas));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller; /* the canvas keeps it */
    }
  g_assert_not_reached ();
}

/* The wheel zooms, in and out, around the point under the pointer. */
static void
test_wheel_keeps_point (Fixture       *fixture,
                        gconstpointer  unused)
{
  const OvViewport *view = ov_canvas_get_viewport (fixture->canvas);
  double x, y, x2, y2;

  g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_MOTION), "motion",
                         333.0, 222.0);
  ov_viewport_to_world (view, 333, 222, &x, &y);
  for (guint i = 0; i < 6; i++)
    {
      double before = view->zoom;
      gboolean handled;

      g_signal_emit_by_name (find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_SCROLL), "scroll",
                             0.0, i < 4 ? -1.0 : 1.0, &handled);
      g_assert_true (handled);
      g_assert_true (i < 4 ? view->zoom > before : view->zoom < before);
      ov_viewport_to_world (view, 333, 222, &x2, &y2);
      g_assert_cmpfloat_with_epsilon (x, x2, 1e-6);
      g_assert_cmpfloat_with_epsilon (y, y2, 1e-6);
    }
}

static void
hovered_cb (OvCanvas *canvas,
            guint64   id,
            guint64  *hovered)
{
  *hovered = id;
}

/* A resting pointer is told once, a leaving one at once. */
static void
test_hover (Fixture       *fixture,
            gconstpointer  unused)
{
  GtkEventController *motion = find_controller (fixture, GTK_TYPE_EVENT_CONTROLLER_MOTION);
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US, again = 0;
  guint64 hovered = 0;
  GdkRectangle rect;

  g_signal_connect (fixture->canvas, "hovered", G_CALLBACK (hovered_cb), &hovered);
  g_assert_true (ov_canvas_get_item_rect (fixture->canvas, 1003, &rect));
  while (hovered == 0)
    {
      /* Another window on this display may take the real pointer away. */
      if (g_get_monotonic_time () > again)
        {
          g_signal_emit_by_name (motion, "motion", rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
          g_assert_cmpuint (hovered, ==, 0);
          again = g_get_monotonic_time () + G_USEC_PER_SEC;
        }
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
  g_assert_cmpuint (hovered, ==, 1003);
  g_signal_emit_by_name (motion, "leave");
  g_assert_cmpuint (hovered, ==, 0);
}

static char *
describe_cb (OvCanvas *canvas,
             guint64   id,
             gpointer  user_data)
{
  return g_strdup_printf ("process %" G_GUINT64_FORMAT, id);
}

/* What the focus is on is what assistive technology reads, in the view's own words. */
static void
test_announces_focus (Fixture       *fixture,
                      gconstpointer  unused)
{
  ov_canvas_set_describe_func (fixture->canvas, describe_cb, NULL, NULL);
  ov_canvas_select (fixture->canvas, 1003);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (fixture->canvas), GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (fixture->canvas),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "process 1003");
  g_assert_true (press (fixture, GDK_KEY_Right, 0));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (fixture->canvas),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "process 1004");
}

static gboolean
would_nest (guint32 n)
{
  g_autoptr (OvScene) scene = make_scene (n, 0);
  g_autoptr (OvLayout) layout = ov_layout_compute (scene, OV_LAYOUT_AUTOMATIC, NULL);

  return layout->nested;
}

static void
show (Fixture *fixture,
      guint32  n)
{
  g_autoptr (OvScene) scene = make_scene (n, 0);

  ov_canvas_set_scene (fixture->canvas, scene);
  wait_for_layout (fixture->canvas);
}

/* One process more does not turn a tree into boxes; ten times as many do. */
static void
test_keeps_choice (Fixture       *fixture,
                   gconstpointer  unused)
{
  guint32 n = 20;

  while (would_nest (n + 10) == would_nest (n) && n < 600)
    n += 10;
  g_assert_cmpuint (n, <, 600);

  ov_canvas_set_layout_kind (fixture->canvas, OV_LAYOUT_PACKED);
  ov_canvas_set_layout_kind (fixture->canvas, OV_LAYOUT_AUTOMATIC);
  show (fixture, n);
  g_assert_false (ov_canvas_get_layout (fixture->canvas)->nested);
  show (fixture, n + 10);
  g_assert_false (ov_canvas_get_layout (fixture->canvas)->nested);
  show (fixture, n * 10);
  g_assert_true (ov_canvas_get_layout (fixture->canvas)->nested);
  show (fixture, n * 9);
  g_assert_true (ov_canvas_get_layout (fixture->canvas)->nested);
}

static const struct
{
  const char *path;
  void      (*test) (Fixture *, gconstpointer);
} TESTS[] = {
  { "/canvas/widget/fits-and-maps", test_fits_and_maps },
  { "/canvas/widget/hits-what-it-maps", test_hits_what_it_maps },
  { "/canvas/widget/keys-walk", test_keys_walk },
  { "/canvas/widget/zooms", test_zooms },
  { "/canvas/widget/camera-keeps", test_camera_keeps },
  { "/canvas/widget/keeps-choice", test_keeps_choice },
  { "/canvas/widget/late-answers", test_late_answers },
  { "/canvas/widget/update-keeps-layout", test_update_keeps_layout },
  { "/canvas/widget/closes-while-busy", test_closes_while_busy },
  { "/canvas/widget/shows-pixels", test_shows_pixels },
  { "/canvas/widget/minimap-moves", test_minimap_moves },
  { "/canvas/widget/glides", test_glides },
  { "/canvas/widget/wheel-keeps-point", test_wheel_keeps_point },
  { "/canvas/widget/hover", test_hover },
  { "/canvas/widget/announces-focus", test_announces_focus },
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
