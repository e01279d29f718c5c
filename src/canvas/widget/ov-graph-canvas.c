/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph canvas as a widget: its properties, signals and public functions.  What it shows is in
 * ov-graph-canvas-scene.c, what moves in ov-graph-canvas-motion.c, pixels in
 * ov-graph-canvas-paint.c, pointer and keys in ov-graph-canvas-input.c; the camera and gestures are
 * its stage's. Thread: main.
 */
#include "canvas/widget/ov-graph-canvas-private.h"

G_DEFINE_FINAL_TYPE (OvGraphCanvas, ov_graph_canvas, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SCENE_BUSY,
  PROP_ZOOM,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint signals[OV_GRAPH_N_SIGNALS];

void
ov_graph_canvas_emit (OvGraphCanvas *self,
                      guint          signal,
                      guint64        id)
{
  if (signal == OV_GRAPH_VIEW_CHANGED)
    g_signal_emit (self, signals[signal], 0);
  else
    g_signal_emit (self, signals[signal], 0, id);
}

void
ov_graph_canvas_emit_edge (OvGraphCanvas *self,
                           guint          signal,
                           const guint64 *ends)
{
  g_signal_emit (self, signals[signal], 0, ends[0], ends[1]);
}

void
ov_graph_canvas_emit_menu (OvGraphCanvas *self,
                           guint64        id,
                           double         x,
                           double         y)
{
  g_signal_emit (self, signals[OV_GRAPH_CONTEXT_MENU], 0, id, x, y);
}

static gboolean
get_bounds (GtkWidget *widget,
            OvBox     *bounds)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  const OvGraphLayout *layout = ov_graph_view_get_layout (self->view);

  if (layout == NULL)
    return FALSE;
  *bounds = layout->bounds;

  return TRUE;
}

static void
view_changed (GtkWidget *widget,
              gboolean   zoomed)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);

  ov_graph_canvas_choose (self);
  if (zoomed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
  ov_graph_canvas_emit (self, OV_GRAPH_VIEW_CHANGED, 0);
}

static gboolean
warm (GtkWidget *widget)
{
  return ov_graph_painter_warm (OV_GRAPH_CANVAS (widget)->painter);
}

static const OvStageActs ACTS = {
  .get_bounds = get_bounds,
  .view_changed = view_changed,
  .advance = ov_graph_canvas_advance,
  .render = ov_graph_canvas_render,
  .warm = warm,
  .point_at = ov_graph_canvas_point_at,
  .rested = ov_graph_canvas_rested,
  .clicked = ov_graph_canvas_clicked,
  .open_menu = ov_graph_canvas_open_menu,
};

static void
ov_graph_canvas_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  ov_stage_measure (orientation, minimum, natural);
}

static void
ov_graph_canvas_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  ov_stage_allocate (&OV_GRAPH_CANVAS (widget)->stage, width, height);
}

static void
ov_graph_canvas_snapshot (GtkWidget   *widget,
                          GtkSnapshot *snapshot)
{
  ov_stage_snapshot (&OV_GRAPH_CANVAS (widget)->stage, snapshot);
}

static void
ov_graph_canvas_unmap (GtkWidget *widget)
{
  ov_graph_canvas_stop (OV_GRAPH_CANVAS (widget));

  GTK_WIDGET_CLASS (ov_graph_canvas_parent_class)->unmap (widget);
}

static gboolean
ov_graph_canvas_focus (GtkWidget       *widget,
                       GtkDirectionType direction)
{
  /* The canvas is one stop of the Tab key; arrows walk inside it. */
  return !gtk_widget_is_focus (widget) && gtk_widget_grab_focus (widget);
}

static void
ov_graph_canvas_dispose (GObject *object)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (object);

  ov_graph_canvas_stop (self);
  ov_stage_dispose (&self->stage);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->describe_destroy != NULL)
    g_clear_pointer (&self->describe_data, self->describe_destroy);
  self->describe = NULL;

  G_OBJECT_CLASS (ov_graph_canvas_parent_class)->dispose (object);
}

static void
ov_graph_canvas_finalize (GObject *object)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (object);

  g_clear_pointer (&self->wanted, ov_graph_unref);
  g_clear_pointer (&self->next, ov_graph_unref);
  g_clear_pointer (&self->ground, cairo_surface_destroy);
  g_array_unref (self->travels);
  g_array_unref (self->fadings);
  g_array_unref (self->dots);
  g_array_unref (self->effects);
  g_array_unref (self->stand_ins);
  g_array_unref (self->matches);
  g_array_unref (self->path);
  ov_stage_finalize (&self->stage);
  ov_graph_view_free (self->view);
  ov_graph_painter_free (self->painter);

  G_OBJECT_CLASS (ov_graph_canvas_parent_class)->finalize (object);
}

static void
ov_graph_canvas_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (object);

  switch (prop_id)
    {
    case PROP_SCENE_BUSY:
      g_value_set_boolean (value, self->wanted != NULL);
      break;
    case PROP_ZOOM:
      g_value_set_double (value, self->stage.view.zoom);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static guint
add_signal (const char *name,
            guint       n_params,
            GType       second)
{
  return g_signal_new (name, OV_TYPE_GRAPH_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, G_TYPE_UINT64, second, G_TYPE_DOUBLE);
}

static void
install_signals (void)
{
  signals[OV_GRAPH_SELECTED] = add_signal ("selected", 1, G_TYPE_NONE);
  signals[OV_GRAPH_ACTIVATED] = add_signal ("activated", 1, G_TYPE_NONE);
  signals[OV_GRAPH_CONTEXT_MENU] = add_signal ("context-menu", 3, G_TYPE_DOUBLE);
  signals[OV_GRAPH_HOVERED] = add_signal ("hovered", 1, G_TYPE_NONE);
  signals[OV_GRAPH_FOCUS_MOVED] = add_signal ("focus-moved", 1, G_TYPE_NONE);
  signals[OV_GRAPH_VIEW_CHANGED] = add_signal ("view-changed", 0, G_TYPE_NONE);
  signals[OV_GRAPH_EDGE_SELECTED] = add_signal ("edge-selected", 2, G_TYPE_UINT64);
  signals[OV_GRAPH_EDGE_HOVERED] = add_signal ("edge-hovered", 2, G_TYPE_UINT64);
}

static void
ov_graph_canvas_class_init (OvGraphCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_graph_canvas_dispose;
  object_class->finalize = ov_graph_canvas_finalize;
  object_class->get_property = ov_graph_canvas_get_property;
  widget_class->measure = ov_graph_canvas_measure;
  widget_class->size_allocate = ov_graph_canvas_size_allocate;
  widget_class->snapshot = ov_graph_canvas_snapshot;
  widget_class->unmap = ov_graph_canvas_unmap;
  widget_class->focus = ov_graph_canvas_focus;

  props[PROP_SCENE_BUSY] =
    g_param_spec_boolean ("scene-busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_ZOOM] =
    g_param_spec_double ("zoom", NULL, NULL, 0, G_MAXDOUBLE, 1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  install_signals ();
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ov_graph_canvas_init (OvGraphCanvas *self)
{
  self->view = ov_graph_view_new ();
  self->painter = ov_graph_painter_new ();
  self->cancellable = g_cancellable_new ();
  self->travels = g_array_new (FALSE, FALSE, sizeof (OvTravel));
  self->fadings = g_array_new (FALSE, FALSE, sizeof (OvFading));
  self->dots = g_array_new (FALSE, FALSE, sizeof (OvGraphDot));
  self->effects = g_array_new (FALSE, FALSE, sizeof (OvPaintEffect));
  self->stand_ins = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->matches = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->path = g_array_new (FALSE, FALSE, sizeof (guint64));
  ov_stage_init (&self->stage, GTK_WIDGET (self), &ACTS);
  ov_graph_canvas_add_keys (self);
  ov_graph_canvas_announce (self);
}

GtkWidget *
ov_graph_canvas_new (void)
{
  return g_object_new (OV_TYPE_GRAPH_CANVAS, NULL);
}

void
ov_graph_canvas_set_path (OvGraphCanvas *self,
                          const guint64 *from,
                          const guint64 *to,
                          guint          n)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  g_array_set_size (self->path, 0);
  for (guint i = 0; i < n; i++)
    {
      g_array_append_val (self->path, from[i]);
      g_array_append_val (self->path, to[i]);
    }
  ov_stage_invalidate (&self->stage);
}

/**
 * ov_graph_canvas_select:
 * @id: the node, 0: nothing
 *
 * Selects without moving the camera; the keyboard goes on from there.
 */
void
ov_graph_canvas_select (OvGraphCanvas *self,
                        guint64        id)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  if (id != 0)
    ov_graph_canvas_set_focused (self, id);
  if (self->selected == id)
    return;

  self->selected = id;
  ov_stage_invalidate (&self->stage);
  ov_graph_canvas_emit (self, OV_GRAPH_SELECTED, id);
}

guint64
ov_graph_canvas_get_selected (OvGraphCanvas *self)
{
  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self), 0);

  return self->selected;
}

void
ov_graph_canvas_select_edge (OvGraphCanvas *self,
                             guint64        from,
                             guint64        to)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  if (self->selected_edge[0] == from && self->selected_edge[1] == to)
    return;

  self->selected_edge[0] = from;
  self->selected_edge[1] = to;
  ov_stage_invalidate (&self->stage);
  ov_graph_canvas_emit_edge (self, OV_GRAPH_EDGE_SELECTED, self->selected_edge);
}

void
ov_graph_canvas_set_focused (OvGraphCanvas *self,
                             guint64        id)
{
  if (self->focused == id)
    return;

  self->focused = id;
  ov_stage_invalidate (&self->stage);
  ov_graph_canvas_announce (self);
  ov_graph_canvas_emit (self, OV_GRAPH_FOCUS_MOVED, id);
}

void
ov_graph_canvas_set_focus (OvGraphCanvas *self,
                           guint64        id)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  if (self->focus_id == id)
    return;

  self->focus_id = id;
  ov_stage_invalidate (&self->stage);
}

void
ov_graph_canvas_set_matches (OvGraphCanvas *self,
                             const guint64 *ids,
                             guint          n)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  g_array_set_size (self->matches, 0);
  if (n > 0)
    g_array_append_vals (self->matches, ids, n);
  ov_stage_invalidate (&self->stage);
}

void
ov_graph_canvas_set_open (OvGraphCanvas *self,
                          guint64        group,
                          int            open)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  ov_graph_view_pin (self->view, group, open);
  ov_graph_canvas_choose (self);
  ov_stage_invalidate (&self->stage);
}

gboolean
ov_graph_canvas_is_group (OvGraphCanvas *self,
                          guint64        id)
{
  OvGraph *graph = ov_graph_view_get_graph (self->view);
  guint32 i = graph == NULL ? OV_SCENE_NONE : ov_graph_find (graph, id);

  return i != OV_SCENE_NONE && ov_graph_get_nodes (graph, NULL)[i].subtree_end > i + 1;
}

void
ov_graph_canvas_toggle (OvGraphCanvas *self,
                        guint64        group)
{
  gboolean open = ov_graph_view_is_open (self->view, group);
  const OvGraphLayout *layout = ov_graph_view_get_layout (self->view);
  OvGraph *graph = ov_graph_view_get_graph (self->view);
  guint32 member = ov_graph_find (graph, group) + 1;
  double zoom = ov_graph_view_get_zoom_for (self->view, ov_graph_get_nodes (graph, NULL)[member].id);

  ov_graph_canvas_set_open (self, group, !open);
  /* From far away one goes there as well: members too small to be read would be no use. */
  if (!open && self->stage.view.zoom < zoom)
    ov_stage_zoom_to (&self->stage, &layout->boxes[member - 1]);
}

void
ov_graph_canvas_fit (OvGraphCanvas *self)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  ov_stage_fit (&self->stage, TRUE);
}

void
ov_graph_canvas_zoom_by (OvGraphCanvas *self,
                         double         factor)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  ov_stage_zoom_around (&self->stage, self->stage.view.width / 2, self->stage.view.height / 2, factor,
                        OV_STAGE_MOVE_MS);
}

void
ov_graph_canvas_reveal (OvGraphCanvas *self,
                        guint64        id)
{
  OvGraph *graph;
  guint32 i;

  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  graph = ov_graph_view_get_graph (self->view);
  i = graph == NULL ? OV_SCENE_NONE : ov_graph_find (graph, id);
  if (i == OV_SCENE_NONE)
    {
      self->reveal_later = self->wanted != NULL ? id : 0;
      return;
    }
  ov_graph_view_unfold (self->view, id);
  ov_stage_approach (&self->stage, &ov_graph_view_get_layout (self->view)->boxes[i],
                     ov_graph_view_get_zoom_for (self->view, id));
  ov_graph_canvas_choose (self);
}

gboolean
ov_graph_canvas_get_item_rect (OvGraphCanvas *self,
                               guint64        id,
                               GdkRectangle  *rect)
{
  OvBox box;

  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self) && rect != NULL, FALSE);

  if (ov_graph_view_get_graph (self->view) == NULL)
    return FALSE;
  ov_graph_canvas_update (self);
  if (!ov_graph_view_get_box (self->view, ov_graph_view_stand_in (self->view, id), &box))
    return FALSE;
  ov_stage_get_rect (&self->stage, &box, rect);

  return TRUE;
}

const OvGraphView *
ov_graph_canvas_get_view (OvGraphCanvas *self)
{
  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self), NULL);

  return self->view;
}

const OvViewport *
ov_graph_canvas_get_viewport (OvGraphCanvas *self)
{
  g_return_val_if_fail (OV_IS_GRAPH_CANVAS (self), NULL);

  return &self->stage.view;
}

void
ov_graph_canvas_set_describe_func (OvGraphCanvas      *self,
                                   OvGraphDescribeFunc describe,
                                   gpointer            user_data,
                                   GDestroyNotify      destroy)
{
  g_return_if_fail (OV_IS_GRAPH_CANVAS (self));

  if (self->describe_destroy != NULL)
    self->describe_destroy (self->describe_data);
  self->describe = describe;
  self->describe_data = user_data;
  self->describe_destroy = destroy;
  ov_graph_canvas_announce (self);
}
