/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pointer and keys mean for nodes and edges.  The keys are a table; what each does is one
 * small function. Thread: main.
 */
#include "canvas/widget/ov-graph-canvas-private.h"

#include "canvas/layout/ov-graph-walk.h"

/* A click this near to an edge means it, pixels. */
#define REACH 5.0

static gboolean
find_edge (OvGraphCanvas *self,
           double         x,
           double         y,
           guint64       *ends)
{
  int index = ov_graph_view_find_curve (self->view, x, y, REACH);
  const OvSceneItem *items;
  const OvGraphCurve *curves;
  guint n;

  ends[0] = ends[1] = 0;
  if (index < 0)
    return FALSE;
  curves = ov_graph_view_get_curves (self->view, &n);
  items = ov_scene_get_items (ov_graph_view_get_scene (self->view));
  ends[0] = items[curves[index].from].id;
  ends[1] = items[curves[index].to].id;

  return TRUE;
}

static gboolean
is_open_group (OvGraphCanvas *self,
               guint64        id)
{
  const OvScene *scene = ov_graph_view_get_scene (self->view);
  guint32 item = scene == NULL ? OV_SCENE_NONE : ov_scene_find (scene, id);

  return item != OV_SCENE_NONE && ov_scene_get_items (scene)[item].subtree_end > item + 1;
}

/* A card hides the edges below it; a hull lies below them. */
static guint64
find_at (OvGraphCanvas *self,
         double         x,
         double         y,
         guint64       *ends)
{
  guint64 node;

  ends[0] = ends[1] = 0;
  if (ov_graph_view_get_scene (self->view) == NULL)
    return 0;
  node = ov_graph_view_find_node (self->view, x, y);
  if ((node == 0 || is_open_group (self, node)) && find_edge (self, x, y, ends))
    return 0;

  return node;
}

static void
tell_left (OvGraphCanvas *self)
{
  static const guint64 NONE[2] = { 0, 0 };

  if (self->told[1] != 0)
    ov_graph_canvas_emit_edge (self, OV_GRAPH_EDGE_HOVERED, NONE);
  else if (self->told[0] != 0)
    ov_graph_canvas_emit (self, OV_GRAPH_HOVERED, 0);
  self->told[0] = self->told[1] = 0;
}

/* The outline follows at once, the signal waits for the pointer to rest. */
void
ov_graph_canvas_point_at (GtkWidget *widget,
                          double     x,
                          double     y)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  guint64 ends[2] = { 0, 0 }, node = x < 0 ? 0 : find_at (self, x, y, ends);
  guint64 now[2] = { ends[0] != 0 ? ends[0] : node, ends[1] };
  gboolean same = self->hovered == node && self->hovered_edge[0] == ends[0]
                  && self->hovered_edge[1] == ends[1];

  ov_stage_forget_rest (&self->stage);
  if (self->told[0] != now[0] || self->told[1] != now[1])
    {
      tell_left (self);
      if (now[0] != 0)
        ov_stage_wait_for_rest (&self->stage);
    }
  if (same)
    return;

  self->hovered = node;
  self->hovered_edge[0] = ends[0];
  self->hovered_edge[1] = ends[1];
  gtk_widget_set_cursor_from_name (widget, ends[0] != 0 ? "pointer" : NULL);
  ov_stage_invalidate (&self->stage);
}

void
ov_graph_canvas_rested (GtkWidget *widget)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);

  self->told[0] = self->hovered_edge[0] != 0 ? self->hovered_edge[0] : self->hovered;
  self->told[1] = self->hovered_edge[1];
  if (self->told[1] != 0)
    ov_graph_canvas_emit_edge (self, OV_GRAPH_EDGE_HOVERED, self->told);
  else if (self->told[0] != 0)
    ov_graph_canvas_emit (self, OV_GRAPH_HOVERED, self->told[0]);
}

static void
activate (OvGraphCanvas *self,
          guint64        id)
{
  if (ov_graph_canvas_is_group (self, id))
    ov_graph_canvas_toggle (self, id);
  else
    ov_graph_canvas_emit (self, OV_GRAPH_ACTIVATED, id);
}

void
ov_graph_canvas_clicked (GtkWidget *widget,
                         int        n_press,
                         double     x,
                         double     y)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  guint64 ends[2], node = find_at (self, x, y, ends);

  if (n_press == 1)
    {
      ov_graph_canvas_select (self, node);
      ov_graph_canvas_select_edge (self, ends[0], ends[1]);
    }
  else if (n_press == 2 && node != 0)
    activate (self, node);
  else if (n_press == 2 && ends[0] == 0)
    ov_graph_canvas_fit (self);
}

void
ov_graph_canvas_open_menu (GtkWidget *widget,
                           double     x,
                           double     y)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  guint64 ends[2], node = find_at (self, x, y, ends);

  if (node != 0)
    ov_graph_canvas_select (self, node);
  ov_graph_canvas_emit_menu (self, node, x, y);
}

/* What keys act on, as it is drawn; 0: nothing yet. */
static guint64
get_focused (OvGraphCanvas *self)
{
  guint64 id = ov_graph_view_stand_in (self->view, self->focused);

  return id != 0 ? id : ov_graph_view_stand_in (self->view, self->selected);
}

/* The selection goes with the keyboard's focus: what is announced is what the panes show. */
static gboolean
walk (GtkWidget *widget,
      int        step)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  guint64 to = ov_graph_walk (self->view, get_focused (self), (OvStep) step);
  OvBox box;

  if (to == 0)
    return FALSE;
  ov_graph_canvas_select (self, to);
  if (ov_graph_view_get_box (self->view, to, &box))
    ov_stage_follow (&self->stage, &box);

  return TRUE;
}

static gboolean
reveal_focused (GtkWidget *widget,
                int        unused)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  guint64 id = get_focused (self);

  if (id != 0)
    ov_graph_canvas_reveal (self, id);

  return id != 0;
}

static gboolean
activate_focused (GtkWidget *widget,
                  int        unused)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  guint64 id = get_focused (self);

  if (id != 0)
    activate (self, id);

  return id != 0;
}

static gboolean
open_menu_by_key (GtkWidget *widget,
                  int        unused)
{
  OvGraphCanvas *self = OV_GRAPH_CANVAS (widget);
  GdkRectangle rect = { self->stage.view.width / 2, self->stage.view.height / 2, 0, 0 };
  guint64 id = get_focused (self);

  if (id != 0)
    ov_graph_canvas_get_item_rect (self, id, &rect);
  ov_graph_canvas_emit_menu (self, id, CLAMP (rect.x + rect.width / 2, 0, self->stage.view.width),
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
  { GDK_KEY_Return, 0, activate_focused, 0 },
  { GDK_KEY_KP_Enter, 0, activate_focused, 0 },
  { GDK_KEY_space, 0, activate_focused, 0 },
  { GDK_KEY_Menu, 0, open_menu_by_key, 0 },
  { GDK_KEY_F10, GDK_SHIFT_MASK, open_menu_by_key, 0 },
  { GDK_KEY_f, 0, reveal_focused, 0 },
  { GDK_KEY_F, 0, reveal_focused, 0 },
};

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint                  key,
        guint                  code,
        GdkModifierType        modifiers,
        OvGraphCanvas         *self)
{
  return ov_stage_press (&self->stage, KEYS, G_N_ELEMENTS (KEYS), key, modifiers);
}

/* Coming in by the keyboard without a place to go on from: start at the selection or the busiest. */
static void
focus_in_cb (GtkEventControllerFocus *controller,
             OvGraphCanvas           *self)
{
  if (get_focused (self) == 0 && ov_graph_view_get_scene (self->view) != NULL)
    ov_graph_canvas_set_focused (self, ov_graph_walk (self->view, 0, OV_STEP_FIRST));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
ov_graph_canvas_add_keys (OvGraphCanvas *self)
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
