/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The canvas as a widget: its properties, signals and public functions.  What it shows is in
 * ov-canvas-scene.c, what moves in ov-canvas-motion.c, pixels in ov-canvas-paint.c, gestures
 * and keys in ov-canvas-input.c.
 *
 * Invariant: scene, layout and hit change together, in one place (apply_layout()).
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (OvCanvas, ov_canvas, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_LAYOUT_KIND,
  PROP_SCENE_BUSY,
  PROP_ZOOM,
  N_PROPS,
};


static GParamSpec *props[N_PROPS];
static guint signals[OV_CANVAS_N_SIGNALS];

void
ov_canvas_emit (OvCanvas *self,
                guint     signal,
                guint64   id)
{
  if (signal == OV_CANVAS_VIEW_CHANGED)
    g_signal_emit (self, signals[signal], 0);
  else
    g_signal_emit (self, signals[signal], 0, id);
}

void
ov_canvas_emit_menu (OvCanvas *self,
                     guint64   id,
                     double    x,
                     double    y)
{
  g_signal_emit (self, signals[OV_CANVAS_CONTEXT_MENU], 0, id, x, y);
}

void
ov_canvas_invalidate (OvCanvas *self)
{
  ov_stage_invalidate (&self->stage);
}

const OvLayout *
ov_canvas_get_places (OvCanvas *self)
{
  return self->tween != NULL ? ov_tween_get (self->tween, self->tween_share) : self->layout;
}

static void
ov_canvas_measure (GtkWidget     *widget,
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
ov_canvas_size_allocate (GtkWidget *widget,
                         int        width,
                         int        height,
                         int        baseline)
{
  ov_stage_allocate (&OV_CANVAS (widget)->stage, width, height);
}

static void
ov_canvas_snapshot (GtkWidget   *widget,
                    GtkSnapshot *snapshot)
{
  ov_stage_snapshot (&OV_CANVAS (widget)->stage, snapshot);
}

static gboolean
get_bounds (GtkWidget *widget,
            OvBox     *bounds)
{
  OvCanvas *self = OV_CANVAS (widget);

  if (self->layout == NULL)
    return FALSE;
  *bounds = self->layout->bounds;

  return TRUE;
}

static void
view_changed (GtkWidget *widget,
              gboolean   zoomed)
{
  if (zoomed)
    g_object_notify (G_OBJECT (widget), "zoom");
  ov_canvas_emit (OV_CANVAS (widget), OV_CANVAS_VIEW_CHANGED, 0);
}

static gboolean
warm (GtkWidget *widget)
{
  return ov_painter_warm (OV_CANVAS (widget)->painter);
}

static const OvStageActs ACTS = {
  .get_bounds = get_bounds,
  .view_changed = view_changed,
  .advance = ov_canvas_advance,
  .render = ov_canvas_render,
  .warm = warm,
  .point_at = ov_canvas_point_at,
  .rested = ov_canvas_rested,
  .clicked = ov_canvas_clicked,
  .open_menu = ov_canvas_open_menu,
};

static void
ov_canvas_unmap (GtkWidget *widget)
{
  ov_canvas_stop_motion (OV_CANVAS (widget));

  GTK_WIDGET_CLASS (ov_canvas_parent_class)->unmap (widget);
}

static gboolean
ov_canvas_focus (GtkWidget       *widget,
                 GtkDirectionType direction)
{
  /* The canvas is one stop of the Tab key; arrows walk inside it. */
  if (gtk_widget_is_focus (widget))
    return FALSE;

  return gtk_widget_grab_focus (widget);
}

static void
ov_canvas_dispose (GObject *object)
{
  OvCanvas *self = OV_CANVAS (object);

  ov_canvas_stop_motion (self);
  ov_stage_dispose (&self->stage);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->serial++;
  if (self->describe_destroy != NULL)
    g_clear_pointer (&self->describe_data, self->describe_destroy);
  self->describe = NULL;

  G_OBJECT_CLASS (ov_canvas_parent_class)->dispose (object);
}

static void
ov_canvas_finalize (GObject *object)
{
  OvCanvas *self = OV_CANVAS (object);

  g_clear_pointer (&self->scene, ov_scene_unref);
  g_clear_pointer (&self->wanted, ov_scene_unref);
  g_clear_pointer (&self->layout, ov_layout_free);
  g_clear_pointer (&self->hit, ov_hit_free);
  g_clear_pointer (&self->tween, ov_tween_free);
  g_array_unref (self->effects);
  g_array_unref (self->drawn_effects);
  g_array_unref (self->matches);
  ov_stage_finalize (&self->stage);
  ov_painter_free (self->painter);

  G_OBJECT_CLASS (ov_canvas_parent_class)->finalize (object);
}

static void
ov_canvas_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  OvCanvas *self = OV_CANVAS (object);

  switch (prop_id)
    {
    case PROP_LAYOUT_KIND:
      g_value_set_uint (value, self->layout_kind);
      break;
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

static void
ov_canvas_set_property (GObject      *object,
                        guint         prop_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  if (prop_id == PROP_LAYOUT_KIND)
    ov_canvas_set_layout_kind (OV_CANVAS (object), g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static guint
add_signal (const char *name,
            guint       n_params,
            GType       first)
{
  return g_signal_new (name, OV_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, first, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
}

static void
install_signals (void)
{
  signals[OV_CANVAS_SELECTED] = add_signal ("selected", 1, G_TYPE_UINT64);
  signals[OV_CANVAS_ACTIVATED] = add_signal ("activated", 1, G_TYPE_UINT64);
  signals[OV_CANVAS_CONTEXT_MENU] = add_signal ("context-menu", 3, G_TYPE_UINT64);
  signals[OV_CANVAS_TOGGLE] = add_signal ("toggle", 1, G_TYPE_UINT64);
  signals[OV_CANVAS_HOVERED] = add_signal ("hovered", 1, G_TYPE_UINT64);
  signals[OV_CANVAS_FOCUS_MOVED] = add_signal ("focus-moved", 1, G_TYPE_UINT64);
  signals[OV_CANVAS_VIEW_CHANGED] = add_signal ("view-changed", 0, G_TYPE_NONE);
}

static void
ov_canvas_class_init (OvCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_canvas_dispose;
  object_class->finalize = ov_canvas_finalize;
  object_class->get_property = ov_canvas_get_property;
  object_class->set_property = ov_canvas_set_property;
  widget_class->measure = ov_canvas_measure;
  widget_class->size_allocate = ov_canvas_size_allocate;
  widget_class->snapshot = ov_canvas_snapshot;
  widget_class->unmap = ov_canvas_unmap;
  widget_class->focus = ov_canvas_focus;

  props[PROP_LAYOUT_KIND] =
    g_param_spec_uint ("layout-kind", NULL, NULL, 0, OV_LAYOUT_TIDY, OV_LAYOUT_AUTOMATIC,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  props[PROP_SCENE_BUSY] =
    g_param_spec_boolean ("scene-busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_ZOOM] =
    g_param_spec_double ("zoom", NULL, NULL, 0, G_MAXDOUBLE, 1,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  install_signals ();
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ov_canvas_init (OvCanvas *self)
{
  self->painter = ov_painter_new ();
  self->effects = g_array_new (FALSE, FALSE, sizeof (OvTimedEffect));
  self->drawn_effects = g_array_new (FALSE, FALSE, sizeof (OvPaintEffect));
  self->matches = g_array_new (FALSE, FALSE, sizeof (guint64));
  ov_stage_init (&self->stage, GTK_WIDGET (self), &ACTS);
  ov_canvas_add_keys (self);
  ov_canvas_announce (self);
}

GtkWidget *
ov_canvas_new (void)
{
  return g_object_new (OV_TYPE_CANVAS, NULL);
}

OvLayoutKind
ov_canvas_get_layout_kind (OvCanvas *self)
{
  g_return_val_if_fail (OV_IS_CANVAS (self), OV_LAYOUT_AUTOMATIC);

  return self->layout_kind;
}

/**
 * ov_canvas_set_layout_kind:
 *
 * Lays the scene out anew; everything glides to its place and the whole is fitted, because
 * the same spot means something else in another layout.
 */
void
ov_canvas_set_layout_kind (OvCanvas    *self,
                           OvLayoutKind kind)
{
  OvScene *scene;

  g_return_if_fail (OV_IS_CANVAS (self));

  if (self->layout_kind == kind)
    return;

  self->layout_kind = kind;
  self->chosen_for = 0;
  self->stage.needs_fit = TRUE;
  scene = self->wanted != NULL ? self->wanted : self->scene;
  if (scene != NULL)
    ov_canvas_lay_out (self, scene);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAYOUT_KIND]);
}

/**
 * ov_canvas_select:
 * @id: the item, 0: nothing
 *
 * Selects without moving the camera; the keyboard goes on from there.
 */
void
ov_canvas_select (OvCanvas *self,
                  guint64   id)
{
  g_return_if_fail (OV_IS_CANVAS (self));

  if (id != 0)
    ov_canvas_set_focused (self, id);
  if (self->selected == id)
    return;

  self->selected = id;
  ov_canvas_invalidate (self);
  ov_canvas_emit (self, OV_CANVAS_SELECTED, id);
}

guint64
ov_canvas_get_selected (OvCanvas *self)
{
  g_return_val_if_fail (OV_IS_CANVAS (self), 0);

  return self->selected;
}

void
ov_canvas_set_focused (OvCanvas *self,
                       guint64   id)
{
  g_return_if_fail (OV_IS_CANVAS (self));

  if (self->focused == id)
    return;

  self->focused = id;
  ov_canvas_invalidate (self);
  ov_canvas_announce (self);
  ov_canvas_emit (self, OV_CANVAS_FOCUS_MOVED, id);
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  guint64 one = *(const guint64 *) a, two = *(const guint64 *) b;

  return one < two ? -1 : one > two;
}

void
ov_canvas_set_matches (OvCanvas      *self,
                       const guint64 *ids,
                       guint          n)
{
  g_return_if_fail (OV_IS_CANVAS (self));

  g_array_set_size (self->matches, 0);
  if (n > 0)
    g_array_append_vals (self->matches, ids, n);
  g_array_sort (self->matches, compare_ids);
  ov_canvas_invalidate (self);
}

void
ov_canvas_fit (OvCanvas *self)
{
  g_return_if_fail (OV_IS_CANVAS (self));

  ov_stage_fit (&self->stage, TRUE);
}

/* Its box, with everything below it where that stands elsewhere. */
static gboolean
get_subtree_box (OvCanvas *self,
                 guint64   id,
                 OvBox    *box)
{
  guint32 index = self->scene == NULL ? OV_SCENE_NONE : ov_scene_find (self->scene, id);
  const OvBox *boxes;
  double right, bottom;

  if (index == OV_SCENE_NONE || index >= self->layout->n)
    return FALSE;

  boxes = self->layout->boxes;
  *box = boxes[index];
  right = box->x + box->width;
  bottom = box->y + box->height;
  for (guint32 i = index; i < ov_scene_get_items (self->scene)[index].subtree_end; i++)
    {
      box->x = MIN (box->x, boxes[i].x);
      box->y = MIN (box->y, boxes[i].y);
      right = MAX (right, boxes[i].x + boxes[i].width);
      bottom = MAX (bottom, boxes[i].y + boxes[i].height);
    }
  box->width = right - box->x;
  box->height = bottom - box->y;

  return TRUE;
}

void
ov_canvas_zoom_to (OvCanvas *self,
                   guint64   id)
{
  OvBox box;

  g_return_if_fail (OV_IS_CANVAS (self));

  if (get_subtree_box (self, id, &box))
    ov_stage_zoom_to (&self->stage, &box);
  else
    self->zoom_later = self->wanted != NULL ? id : 0;
}

void
ov_canvas_reveal (OvCanvas *self,
                  guint64   id)
{
  guint32 index;

  g_return_if_fail (OV_IS_CANVAS (self));

  index = self->scene == NULL ? OV_SCENE_NONE : ov_scene_find (self->scene, id);
  if (index == OV_SCENE_NONE || index >= self->layout->n)
    self->reveal_later = self->wanted != NULL ? id : 0;
  else
    ov_stage_reveal (&self->stage, &self->layout->boxes[index]);
}

void
ov_canvas_zoom_by (OvCanvas *self,
                   double    factor)
{
  g_return_if_fail (OV_IS_CANVAS (self));

  ov_stage_zoom_around (&self->stage, self->stage.view.width / 2, self->stage.view.height / 2, factor,
                        OV_STAGE_MOVE_MS);
}

void
ov_canvas_center_on (OvCanvas *self,
                     double    world_x,
                     double    world_y)
{
  OvViewport view;

  g_return_if_fail (OV_IS_CANVAS (self));

  self->stage.fitted = FALSE;
  view = self->stage.view;
  view.x = world_x - view.width / 2 / view.zoom;
  view.y = world_y - view.height / 2 / view.zoom;
  ov_stage_move_camera (&self->stage, &view, 0);
}

gboolean
ov_canvas_get_item_rect (OvCanvas     *self,
                         guint64       id,
                         GdkRectangle *rect)
{
  const OvLayout *places;
  guint32 index;

  g_return_val_if_fail (OV_IS_CANVAS (self) && rect != NULL, FALSE);

  places = ov_canvas_get_places (self);
  index = self->scene == NULL ? OV_SCENE_NONE : ov_scene_find (self->scene, id);
  if (places == NULL || index == OV_SCENE_NONE || index >= places->n)
    return FALSE;

  ov_stage_get_rect (&self->stage, &places->boxes[index], rect);

  return TRUE;
}

guint64
ov_canvas_get_item_at (OvCanvas *self,
                       double    x,
                       double    y)
{
  double world_x, world_y;
  guint32 index;

  g_return_val_if_fail (OV_IS_CANVAS (self), 0);

  if (self->hit == NULL)
    return 0;
  ov_viewport_to_world (&self->stage.view, x, y, &world_x, &world_y);
  index = ov_hit_find (self->hit, self->layout, world_x, world_y);

  return index == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[index].id;
}

void
ov_canvas_set_describe_func (OvCanvas            *self,
                             OvCanvasDescribeFunc describe,
                             gpointer             user_data,
                             GDestroyNotify       destroy)
{
  g_return_if_fail (OV_IS_CANVAS (self));

  if (self->describe_destroy != NULL)
    self->describe_destroy (self->describe_data);
  self->describe = describe;
  self->describe_data = user_data;
  self->describe_destroy = destroy;
  ov_canvas_announce (self);
}

const OvLayout *
ov_canvas_get_layout (OvCanvas *self)
{
  g_return_val_if_fail (OV_IS_CANVAS (self), NULL);

  return self->layout;
}

const OvViewport *
ov_canvas_get_viewport (OvCanvas *self)
{
  g_return_val_if_fail (OV_IS_CANVAS (self), NULL);

  return &self->stage.view;
}
