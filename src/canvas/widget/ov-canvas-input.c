/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pointer and keys mean for items: selection and hover.  The keys are a table; what
 * each does is one small function.
 * Thread: main.
 */
#include "canvas/widget/ov-canvas-private.h"

/* A click this near to a very small box means it. */
#define REACH          6.0  /* pixels */

static guint64
item_at_pointer (OvCanvas *self,
                 double    x,
                 double    y)
{
  double world_x, world_y, zoom = self->stage.view.zoom;
  guint32 exact, near;

  if (self->hit == NULL)
    return 0;

  ov_viewport_to_world (&self->stage.view, x, y, &world_x, &world_y);
  exact = ov_hit_find (self->hit, self->layout, world_x, world_y);
  if (OV_ITEM_HEIGHT * zoom >= REACH)
    return exact == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[exact].id;
  near = exact != OV_SCENE_NONE && ov_scene_get_items (self->scene)[exact].subtree_end == exact + 1
           ? exact : ov_hit_find_near (self->hit, self->layout, world_x, world_y, REACH / zoom);
  if (near == OV_SCENE_NONE)
    near = exact;

  return near == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[near].id;
}

void
ov_canvas_rested (GtkWidget *widget)
{
  OvCanvas *self = OV_CANVAS (widget);

  if (self->hover_told == self->hovered)
    return;
  self->hover_told = self->hovered;
  ov_canvas_emit (self, OV_CANVAS_HOVERED, self->hovered);
}

/* The outline follows at once, the signal waits for the pointer to rest. */
static void
set_hovered (OvCanvas *self,
             guint64   id)
{
  ov_stage_forget_rest (&self->stage);
  if (self->hover_told != 0 && self->hover_told != id)
    {
      self->hover_told = 0;
      ov_canvas_emit (self, OV_CANVAS_HOVERED, 0);
    }
  if (id != 0 && id != self->hover_told)
    ov_stage_wait_for_rest (&self->stage);
  if (self->hovered == id)
    return;

  self->hovered = id;
  ov_canvas_invalidate (self);
}

void
ov_canvas_point_at (GtkWidget *widget,
                    double     x,
                    double     y)
{
  OvCanvas *self = OV_CANVAS (widget);

  set_hovered (self, x < 0 ? 0 : item_at_pointer (self, x, y));
}

void
ov_canvas_clicked (GtkWidget *widget,
                   int        n_press,
                   double     x,
                   double     y)
{
  OvCanvas *self = OV_CANVAS (widget);
  guint64 id = item_at_pointer (self, x, y);

  if (n_press == 1)
    ov_canvas_select (self, id);
  else if (n_press == 2 && id != 0)
    ov_canvas_zoom_to (self, id);
  else if (n_press == 2)
    ov_canvas_fit (self);
}

void
ov_canvas_open_menu (GtkWidget *widget,
                     double     x,
                     double     y)
{
  OvCanvas *self = OV_CANVAS (widget);
  guint64 id = item_at_pointer (self, x, y);

  if (id != 0)
    ov_canvas_select (self, id);
  ov_canvas_emit_menu (self, id, x, y);
}

static guint32
get_focused_index (OvCanvas *self)
{
  guint32 index = self->scene == NULL ? OV_SCENE_NONE : ov_scene_find (self->scene, self->focused);

  if (index == OV_SCENE_NONE && self->scene != NULL)
    index = ov_scene_find (self->scene, self->selected);

  return index;
}

/* The selection goes with the keyboard's focus: what is announced is what the panes show. */
static gboolean
walk (GtkWidget *widget,
      int        step)
{
  OvCanvas *self = OV_CANVAS (widget);
  guint32 to;
  guint64 id;

  if (self->layout == NULL)
    return FALSE;
  to = ov_walk (self->scene, self->layout, get_focused_index (self), (OvStep) step);
  if (to == OV_SCENE_NONE)
    return FALSE;

  id = ov_scene_get_items (self->scene)[to].id;
  ov_canvas_select (self, id);
  ov_canvas_reveal (self, id);

  return TRUE;
}

static gboolean
zoom_to_selection (GtkWidget *widget,
                   int        unused)
{
  OvCanvas *self = OV_CANVAS (widget);
  guint32 index = get_focused_index (self);

  if (index != OV_SCENE_NONE)
    ov_canvas_zoom_to (self, ov_scene_get_items (self->scene)[index].id);

  return index != OV_SCENE_NONE;
}

static gboolean
emit_for_focused (GtkWidget *widget,
                  int        signal)
{
  OvCanvas *self = OV_CANVAS (widget);
  guint32 index = get_focused_index (self);

  if (index != OV_SCENE_NONE)
    ov_canvas_emit (self, signal, ov_scene_get_items (self->scene)[index].id);

  return index != OV_SCENE_NONE;
}

static gboolean
open_menu_by_key (GtkWidget *widget,
                  int        unused)
{
  OvCanvas *self = OV_CANVAS (widget);
  guint32 index = get_focused_index (self);
  GdkRectangle rect = { self->stage.view.width / 2, self->stage.view.height / 2, 0, 0 };
  guint64 id = index == OV_SCENE_NONE ? 0 : ov_scene_get_items (self->scene)[index].id;

  if (id != 0)
    ov_canvas_get_item_rect (self, id, &rect);
  ov_canvas_emit_menu (self, id, CLAMP (rect.x + rect.width / 2, 0, self->stage.view.width),
                       CLAMP (rect.y + rect.height / 2, 0, self->stage.view.height));

  return TRUE;
}

static const OvStageKey KEYS[] = {
  { GDK_KEY_Up, 0, walk, OV_STEP_UP },
  { GDK_KEY_Down, 0, walk, OV_STEP_DOWN },
  { GDK_KEY_Left, 0, walk, OV_STEP_LEFT },
  { GDK_KEY_Right, 0, walk, OV_STEP_RIGHT },
  { GDK_KEY_KP_Up, 0, walk, OV_STEP_UP },
  { GDK_KEY_KP_Down, 0, walk, OV_STEP_DOWN },
  { GDK_KEY_KP_Left, 0, walk, OV_STEP_LEFT },
  { GDK_KEY_KP_Right, 0, walk, OV_STEP_RIGHT },
  { GDK_KEY_Up, GDK_ALT_MASK, walk, OV_STEP_PARENT },
  { GDK_KEY_Down, GDK_ALT_MASK, walk, OV_STEP_CHILD },
  { GDK_KEY_BackSpace, 0, walk, OV_STEP_PARENT },
  { GDK_KEY_Home, 0, walk, OV_STEP_FIRST },
  { GDK_KEY_End, 0, walk, OV_STEP_LAST },
  { GDK_KEY_Return, 0, emit_for_focused, OV_CANVAS_ACTIVATED },
  { GDK_KEY_KP_Enter, 0, emit_for_focused, OV_CANVAS_ACTIVATED },
  { GDK_KEY_space, 0, emit_for_focused, OV_CANVAS_TOGGLE },
  { GDK_KEY_Menu, 0, open_menu_by_key, 0 },
  { GDK_KEY_F10, GDK_SHIFT_MASK, open_menu_by_key, 0 },
  { GDK_KEY_f, 0, zoom_to_selection, 0 },
  { GDK_KEY_F, 0, zoom_to_selection, 0 },
};

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  key,
        guint                  code,
        GdkModifierType        modifiers,
        OvCanvas              *self)
{
  return ov_stage_press (&self->stage, KEYS, G_N_ELEMENTS (KEYS), key, modifiers);
}

/* Coming in by the keyboard without a place to go on from: start at the selection or the top. */
static void
focus_in_cb (GtkEventControllerFocus *controller,
             OvCanvas                *self)
{
  if (self->scene != NULL && ov_scene_get_size (self->scene) > 0
      && ov_scene_find (self->scene, self->focused) == OV_SCENE_NONE)
    ov_canvas_set_focused (self, ov_scene_find (self->scene, self->selected) != OV_SCENE_NONE
                                   ? self->selected : ov_scene_get_items (self->scene)[0].id);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
ov_canvas_add_keys (OvCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, key);
  g_signal_connect (focus, "enter", G_CALLBACK (focus_in_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_add_controller (widget, focus);
}
