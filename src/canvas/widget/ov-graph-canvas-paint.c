/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame of the graph canvas.  While nothing but messages moves, the picture below them is kept
 * and copied; they are blended over the copy. Thread: main.
 */
#include "canvas/widget/ov-graph-canvas-private.h"

#include <cairo-svg.h>
#include <math.h>
#include <string.h>

/* A document is not made larger than this; what is on it scales anyway. */
#define MOST_SVG_WIDTH 6000.0

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  guint64 one = *(const guint64 *) a, two = *(const guint64 *) b;

  return one < two ? -1 : one > two;
}

static void
collect_stand_ins (OvGraphCanvas *self)
{
  g_array_set_size (self->stand_ins, 0);
  for (guint i = 0; i < self->matches->len; i++)
    {
      guint64 id = ov_graph_view_stand_in (self->view, g_array_index (self->matches, guint64, i));

      if (id != 0)
        g_array_append_val (self->stand_ins, id);
    }
  g_array_sort (self->stand_ins, compare_ids);
}

static OvPaintState
get_state (OvGraphCanvas *self,
           int            scale)
{
  collect_stand_ins (self);
  ov_graph_canvas_place_effects (self);

  return (OvPaintState) {
    .selected = ov_graph_view_stand_in (self->view, self->selected),
    .hovered = ov_graph_view_stand_in (self->view, self->hovered),
    .focused = ov_graph_view_stand_in (self->view, self->focused),
    .focus_visible = self->stage.drawn_focus,
    .matches = (const guint64 *) (gpointer) self->stand_ins->data,
    .n_matches = self->stand_ins->len,
    .effects = (const OvPaintEffect *) (gpointer) self->effects->data,
    .n_effects = self->effects->len,
    .text_scale = ov_look_get_text_scale (GTK_WIDGET (self)),
    .scale_factor = scale,
  };
}

static void
update_for (OvGraphCanvas    *self,
            const OvViewport *viewport)
{
  OvGraphInterest interest = {
    .selected = self->selected, .hovered = self->hovered, .focus = self->focus_id,
    .selected_edge = { self->selected_edge[0], self->selected_edge[1] },
    .hovered_edge = { self->hovered_edge[0], self->hovered_edge[1] },
    .path = (const guint64 *) (gpointer) self->path->data, .n_path = self->path->len / 2,
  };

  ov_graph_view_update (self->view, viewport, ov_look_get_text_scale (GTK_WIDGET (self)), &interest);
}

void
ov_graph_canvas_update (OvGraphCanvas *self)
{
  update_for (self, &self->stage.view);
}

static void
render_ground (OvGraphCanvas   *self,
               cairo_surface_t *image,
               int              scale)
{
  OvPaintState state;

  ov_graph_canvas_update (self);
  state = get_state (self, scale);
  ov_graph_painter_set_families (self->painter, ov_look_get_family (GTK_WIDGET (self)), "Monospace");
  ov_graph_painter_render_image (self->painter, image, self->view, &self->stage.view, ov_look_get_theme (),
                                 &state);
}

static gboolean
has_size_of (cairo_surface_t *one,
             cairo_surface_t *two)
{
  return one != NULL && cairo_image_surface_get_width (one) == cairo_image_surface_get_width (two)
         && cairo_image_surface_get_height (one) == cairo_image_surface_get_height (two);
}

static void
copy_image (cairo_surface_t *from,
            cairo_surface_t *to)
{
  gsize size = (gsize) cairo_image_surface_get_stride (from) * cairo_image_surface_get_height (from);

  cairo_surface_flush (from);
  cairo_surface_flush (to);
  memcpy (cairo_image_surface_get_data (to), cairo_image_surface_get_data (from), size);
  cairo_surface_mark_dirty (to);
}

/* The picture below the messages, made when it is asked for the first time. */
static cairo_surface_t *
get_ground (OvGraphCanvas   *self,
            cairo_surface_t *image,
            int              scale)
{
  if (has_size_of (self->ground, image))
    return self->ground;

  g_clear_pointer (&self->ground, cairo_surface_destroy);
  self->ground = cairo_image_surface_create (CAIRO_FORMAT_RGB24, cairo_image_surface_get_width (image),
                                             cairo_image_surface_get_height (image));
  render_ground (self, self->ground, scale);

  return self->ground;
}

/* While the camera moves nothing is worth keeping. */
void
ov_graph_canvas_render (GtkWidget       *widget,
                        cairo_surface_t *image,
                        int              scale)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);

  if (self->stage.whole || self->travels->len == 0)
    {
      g_clear_pointer (&self->ground, cairo_surface_destroy);
      render_ground (self, image, scale);
    }
  else
    copy_image (get_ground (self, image, scale), image);
  if (self->travels->len == 0)
    return;

  ov_graph_canvas_place_dots (self, scale);
  ov_graph_painter_blend_dots (self->painter, image, ov_look_get_theme (), scale,
                               (const OvGraphDot *) (gpointer) self->dots->data, self->dots->len);
}

static cairo_status_t
write_bytes (void                *closure,
             const unsigned char *data,
             unsigned int         length)
{
  g_byte_array_append (closure, data, length);

  return CAIRO_STATUS_SUCCESS;
}

/* All of the graph, as far as it is open now. */
static OvViewport
get_whole_view (OvGraphCanvas *self)
{
  const OvBox *bounds = &ov_graph_view_get_layout (self->view)->bounds;
  OvViewport view = self->stage.view;

  view.zoom = MIN (view.zoom, MOST_SVG_WIDTH / MAX (bounds->width, bounds->height));
  view.width = ceil (bounds->width * view.zoom + 2 * OV_STAGE_MARGIN);
  view.height = ceil (bounds->height * view.zoom + 2 * OV_STAGE_MARGIN);
  view.x = bounds->x - OV_STAGE_MARGIN / view.zoom;
  view.y = bounds->y - OV_STAGE_MARGIN / view.zoom;

  return view;
}

GBytes *
ov_graph_canvas_to_svg (OvGraphCanvas *self)
{
  GByteArray *bytes = g_byte_array_new ();
  OvViewport view = { 0, 0, 1, 1, 1 };
  OvPaintState state;
  cairo_surface_t *surface;
  cairo_t *cr;

  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self), NULL);

  if (ov_graph_view_get_graph (self->view) != NULL)
    {
      view = get_whole_view (self);
      update_for (self, &view);
    }
  surface = cairo_svg_surface_create_for_stream (write_bytes, bytes, view.width, view.height);
  cr = cairo_create (surface);
  state = get_state (self, 1);
  ov_graph_painter_draw (self->painter, cr, self->view, &view, ov_look_get_theme (), &state);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  ov_graph_canvas_update (self);

  return g_byte_array_free_to_bytes (bytes);
}
