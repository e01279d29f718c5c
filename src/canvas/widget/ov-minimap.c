/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvMinimap: the whole layout in a corner, with the viewport as a rectangle that can be dragged.
 * It is the same painter on a small image, so here too the worst status wins; the image is
 * made anew only when scene or layout change, not while the camera moves.
 *
 * It fades away while the canvas shows everything anyway.  Thread: main.
 */
#include "canvas/widget/ov-canvas.h"

#include <glib/gi18n.h>
#include <math.h>

#define WIDTH  208
#define HEIGHT 136
#define MARGIN 6.0
#define SHOWN_OPACITY 0.96
#define SHADE         0.22 /* trouble out of view must still be seen */

struct _OvMinimap
{
  GtkWidget        parent_instance;
  OvCanvas        *canvas;    /* weak */
  OvPainter       *painter;
  cairo_surface_t *image;
  OvViewport       view;      /* the whole layout in this widget */
  OvScene         *drawn;     /* what the image shows */
  const OvTheme   *drawn_theme;
  gboolean         stale;     /* places have changed since */
  double           grab_x, grab_y; /* where the drag began */
};

G_DEFINE_FINAL_TYPE (OvMinimap, ov_minimap, GTK_TYPE_WIDGET)

static gboolean
shows_everything (OvMinimap *self)
{
  const OvLayout *layout = ov_canvas_get_layout (self->canvas);
  const OvViewport *view = ov_canvas_get_viewport (self->canvas);
  double x, y;

  if (layout == NULL || layout->n == 0)
    return TRUE;
  ov_viewport_to_screen (view, layout->bounds.x, layout->bounds.y, &x, &y);

  return x >= -1 && y >= -1 && x + layout->bounds.width * view->zoom <= view->width + 1
         && y + layout->bounds.height * view->zoom <= view->height + 1;
}

static void
view_changed_cb (OvMinimap *self)
{
  gboolean needed = self->canvas != NULL && !shows_everything (self);

  gtk_widget_set_opacity (GTK_WIDGET (self), needed ? SHOWN_OPACITY : 0);
  gtk_widget_set_can_target (GTK_WIDGET (self), needed);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
busy_changed_cb (OvMinimap *self)
{
  self->stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
go_to (OvMinimap *self,
       double     x,
       double     y)
{
  double world_x, world_y;

  if (self->canvas == NULL || self->view.zoom <= 0)
    return;
  ov_viewport_to_world (&self->view, x, y, &world_x, &world_y);
  ov_canvas_center_on (self->canvas, world_x, world_y);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               OvMinimap      *self)
{
  self->grab_x = x;
  self->grab_y = y;
  go_to (self, x, y);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          x,
                double          y,
                OvMinimap      *self)
{
  go_to (self, self->grab_x + x, self->grab_y + y);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           OvMinimap                *self)
{
  if (self->canvas != NULL && dy != 0)
    ov_canvas_zoom_by (self->canvas, pow (1.2, -dy));

  return GDK_EVENT_STOP;
}

static void
ov_minimap_measure (GtkWidget     *widget,
                    GtkOrientation orientation,
                    int            for_size,
                    int           *minimum,
                    int           *natural,
                    int           *minimum_baseline,
                    int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
render (OvMinimap      *self,
        const OvLayout *layout,
        OvScene        *scene,
        const OvTheme  *theme)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  OvPaintState state = { .scale_factor = scale, .overview = TRUE };

  self->view = (OvViewport) { .zoom = 1, .width = WIDTH, .height = HEIGHT };
  ov_viewport_fit (&self->view, layout->bounds.x, layout->bounds.y, layout->bounds.width,
                   layout->bounds.height, MARGIN, 0.5);
  g_clear_pointer (&self->image, cairo_surface_destroy);
  self->image = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH * scale, HEIGHT * scale);
  ov_painter_render_image (self->painter, self->image, scene, layout, &self->view, theme, &state);
  g_clear_pointer (&self->drawn, ov_scene_unref);
  self->drawn = ov_scene_ref (scene);
  self->drawn_theme = theme;
  self->stale = FALSE;
}

static void
set_color (cairo_t *cr,
           OvColor  color,
           double   alpha)
{
  cairo_set_source_rgba (cr, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                         (color & 0xff) / 255.0, alpha);
}

static void
trace_rounded (cairo_t *cr,
               double   x,
               double   y,
               double   width,
               double   height,
               double   radius)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* What is out of view lies in shade, the view has the accent's frame. */
static void
draw_view (OvMinimap     *self,
           cairo_t       *cr,
           const OvTheme *theme)
{
  const OvViewport *view = ov_canvas_get_viewport (self->canvas);
  double x, y, right, bottom;

  ov_viewport_to_screen (&self->view, view->x, view->y, &x, &y);
  right = CLAMP (x + view->width / view->zoom * self->view.zoom, 2, WIDTH - 2);
  bottom = CLAMP (y + view->height / view->zoom * self->view.zoom, 2, HEIGHT - 2);
  x = CLAMP (x, 2, WIDTH - 2);
  y = CLAMP (y, 2, HEIGHT - 2);
  if (right - x < 5)
    right = MIN (WIDTH - 1, (x = MAX (1, (x + right) / 2 - 2.5)) + 5);
  if (bottom - y < 5)
    bottom = MIN (HEIGHT - 1, (y = MAX (1, (y + bottom) / 2 - 2.5)) + 5);

  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, 0, 0, WIDTH, HEIGHT);
  cairo_rectangle (cr, x, y, right - x, bottom - y);
  set_color (cr, theme->background, SHADE);
  cairo_fill (cr);
  cairo_rectangle (cr, x, y, right - x, bottom - y);
  set_color (cr, theme->accent, 1);
  cairo_set_line_width (cr, 1.6);
  cairo_stroke (cr);
}

static void
ov_minimap_snapshot (GtkWidget   *widget,
                     GtkSnapshot *snapshot)
{
  OvMinimap *self = OV_MINIMAP (widget);
  const OvLayout *layout = self->canvas == NULL ? NULL : ov_canvas_get_layout (self->canvas);
  OvScene *scene = self->canvas == NULL ? NULL : ov_canvas_get_shown_scene (self->canvas);
  const OvTheme *theme;
  double scale;
  cairo_t *cr;

  if (layout == NULL || scene == NULL || gtk_widget_get_opacity (widget) == 0)
    return;

  theme = ov_canvas_get_theme (self->canvas);
  scale = gtk_widget_get_scale_factor (widget);
  if (self->image == NULL || self->stale || self->drawn != scene || self->drawn_theme != theme
      || cairo_image_surface_get_width (self->image) != (int) (WIDTH * scale))
    render (self, layout, scene, theme);

  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT));
  trace_rounded (cr, 0.5, 0.5, WIDTH - 1, HEIGHT - 1, 10);
  cairo_clip_preserve (cr);
  cairo_save (cr);
  cairo_scale (cr, 1 / scale, 1 / scale);
  cairo_set_source_surface (cr, self->image, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_new_path (cr);
  draw_view (self, cr, theme);
  trace_rounded (cr, 0.5, 0.5, WIDTH - 1, HEIGHT - 1, 10);
  set_color (cr, theme->region_border, 1);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
ov_minimap_dispose (GObject *object)
{
  OvMinimap *self = OV_MINIMAP (object);

  g_clear_weak_pointer (&self->canvas);

  G_OBJECT_CLASS (ov_minimap_parent_class)->dispose (object);
}

static void
ov_minimap_finalize (GObject *object)
{
  OvMinimap *self = OV_MINIMAP (object);

  g_clear_pointer (&self->image, cairo_surface_destroy);
  g_clear_pointer (&self->drawn, ov_scene_unref);
  ov_painter_free (self->painter);

  G_OBJECT_CLASS (ov_minimap_parent_class)->finalize (object);
}

static void
ov_minimap_class_init (OvMinimapClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_minimap_dispose;
  object_class->finalize = ov_minimap_finalize;
  widget_class->measure = ov_minimap_measure;
  widget_class->snapshot = ov_minimap_snapshot;
  gtk_widget_class_set_css_name (widget_class, "minimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
ov_minimap_init (OvMinimap *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  self->painter = ov_painter_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_set_halign (widget, GTK_ALIGN_END);
  gtk_widget_set_valign (widget, GTK_ALIGN_END);
  gtk_widget_set_margin_end (widget, 12);
  gtk_widget_set_margin_bottom (widget, 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Overview map"), -1);
}

/**
 * ov_minimap_new:
 * @canvas: (transfer none): the canvas whose layout it shows
 *
 * Returns: (transfer floating): a widget to lay over the canvas's corner
 */
GtkWidget *
ov_minimap_new (OvCanvas *canvas)
{
  OvMinimap *self;

  g_return_val_if_fail (OV_IS_CANVAS (canvas), NULL);

  self = g_object_new (OV_TYPE_MINIMAP, NULL);
  g_set_weak_pointer (&self->canvas, canvas);
  g_signal_connect_object (canvas, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (canvas, "notify::scene-busy", G_CALLBACK (busy_changed_cb), self,
                           G_CONNECT_SWAPPED);
  view_changed_cb (self);

  return GTK_WIDGET (self);
}
