/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreePage wires the session, the presenter and the canvas to each other:
 *
 *   session.table (of the instant) ──► presenter.table ──► canvas.scene
 *   session.selected ◄──► canvas.selected, breadcrumbs
 *   session.filter ◄──► the filter entry ──► presenter.filter
 *
 * Invariant: the session's selection is the truth; the canvas and the breadcrumbs only show it.
 * Thread: main.
 */
#include "views/ov-tree-page-private.h"

#include "views/ov-actor-words.h"
#include "views/ov-breadcrumbs.h"
#include "views/ov-hover-card.h"
#include "views/ov-legend.h"
#include "views/ov-request.h"
#include "views/ov-settings.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (OvTreePage, ov_tree_page, GTK_TYPE_WIDGET)

static OvProcessTable *
get_table (OvTreePage *self)
{
  return ov_tree_presenter_get_table (self->presenter);
}

/* Where the page stands: waiting, without anything to show, or showing a tree. */
static void
update_state (OvTreePage *self)
{
  OvNodeState state = self->node != NULL ? ov_node_get_state (self->node) : OV_NODE_OFFLINE;
  const GError *error = self->node != NULL ? ov_node_get_error (self->node) : NULL;
  g_autofree char *words = error != NULL ? ov_request_dup_words (error) : NULL;
  g_autofree char *escaped = words != NULL ? g_markup_escape_text (words, -1) : NULL;

  ov_tree_presenter_set_held (self->presenter, state == OV_NODE_TAKING_CENSUS);
  if (ov_canvas_get_scene (self->canvas) != NULL)
    {
      gtk_stack_set_visible_child_name (self->stack, "tree");
      return;
    }

  if (state == OV_NODE_CONNECTING || state == OV_NODE_TAKING_CENSUS || state == OV_NODE_LIVE
      || (self->node != NULL && ov_node_is_recording (self->node)))
    {
      adw_status_page_set_title (self->wait_status, state == OV_NODE_CONNECTING ? _("Attaching")
                                                    : state == OV_NODE_OFFLINE ? _("Reading the recording")
                                                    : _("Taking a census"));
      adw_status_page_set_description (self->wait_status,
                                       self->node != NULL ? ov_node_get_name (self->node) : NULL);
      gtk_stack_set_visible_child_name (self->stack, "wait");
      return;
    }

  adw_status_page_set_title (self->offline_status, _("No picture of this node"));
  adw_status_page_set_description (self->offline_status,
                                   escaped != NULL ? escaped
                                                   : _("Attach to it from the start page."));
  gtk_stack_set_visible_child_name (self->stack, "offline");
}

static void
update_breadcrumbs (OvTreePage *self)
{
  ov_breadcrumbs_set_path (OV_BREADCRUMBS (self->breadcrumbs), get_table (self),
                           ov_tree_page_get_selected (self));
}

static void
selected_changed_cb (OvSession  *session,
                     GParamSpec *pspec,
                     gpointer    user_data)
{
  OvTreePage *self = user_data;
  guint32 slot = ov_tree_page_get_selected (self);
  guint64 id = ov_tree_presenter_get_id (self->presenter, slot);

  ov_tree_page_enable_actions (self);
  update_breadcrumbs (self);
  ov_tree_presenter_set_selected (self->presenter, slot);
  ov_monitor_watch_set (self->monitors, slot);
  if (id == ov_canvas_get_selected (self->canvas))
    return;

  ov_tree_presenter_expand_to (self->presenter, slot);
  ov_canvas_select (self->canvas, id);
  if (id != 0)
    ov_canvas_reveal (self->canvas, id);
}

static void
filter_of_session_changed_cb (OvSession  *session,
                              GParamSpec *pspec,
                              gpointer    user_data)
{
  OvTreePage *self = user_data;
  const char *filter = ov_session_get_filter (session);

  ov_tree_presenter_set_filter (self->presenter, filter);
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->filter_entry)),
                 filter != NULL ? filter : "") != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), filter != NULL ? filter : "");
  if (filter != NULL && *filter != '\0')
    gtk_revealer_set_reveal_child (GTK_REVEALER (self->filter_revealer), TRUE);
}

/* Another node is looked at, or another instant of this one. */
static void
table_changed_cb (OvSession  *session,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  OvTreePage *self = user_data;

  ov_tree_presenter_set_table (self->presenter, ov_actor_get_table (self->session, self->node));
  ov_tree_presenter_set_selected (self->presenter, ov_tree_page_get_selected (self));
  update_breadcrumbs (self);
}

static void
node_state_changed_cb (OvNode     *node,
                       GParamSpec *pspec,
                       gpointer    user_data)
{
  update_state (user_data);
}

/* What is hovered may have been folded away, or its slot have another process by now. */
static void
show_card (OvTreePage *self)
{
  guint32 slot = ov_tree_scene_slot_of (self->hovered);
  GdkRectangle item;

  if (self->hovered == 0 || ov_tree_presenter_get_id (self->presenter, slot) != self->hovered
      || !ov_canvas_get_item_rect (self->canvas, self->hovered, &item))
    slot = OV_SLOT_NONE;
  ov_hover_card_show (OV_HOVER_CARD (self->hover_card), get_table (self), slot);
}

static void
presented_cb (OvTreePresenter *presenter,
              gpointer         user_data)
{
  OvTreePage *self = user_data;

  update_state (self);
  update_breadcrumbs (self);
  ov_heat_key_set (self->heat_key, ov_tree_presenter_get_overlay (presenter),
                   ov_tree_presenter_get_ramp (presenter));
  show_card (self);
}

static void
canvas_selected_cb (OvCanvas *canvas,
                    guint64   id,
                    gpointer  user_data)
{
  OvTreePage *self = user_data;

  ov_session_set_selected (self->session, ov_tree_scene_slot_of (id));
}

static void
canvas_activated_cb (OvCanvas *canvas,
                     guint64   id,
                     gpointer  user_data)
{
  OvTreePage *self = user_data;

  if (ov_tree_scene_slot_of (id) != OV_SLOT_NONE)
    gtk_widget_activate_action (GTK_WIDGET (self), "node.inspect", NULL);
}

static void
canvas_toggle_cb (OvCanvas *canvas,
                  guint64   id,
                  gpointer  user_data)
{
  OvTreePage *self = user_data;

  ov_tree_presenter_toggle (self->presenter, ov_tree_scene_slot_of (id));
}

static void
canvas_hovered_cb (OvCanvas *canvas,
                   guint64   id,
                   gpointer  user_data)
{
  OvTreePage *self = user_data;

  self->hovered = id;
  show_card (self);
  gtk_widget_queue_allocate (self->overlay);
}

static void
canvas_context_menu_cb (OvCanvas *canvas,
                        guint64   id,
                        double    x,
                        double    y,
                        gpointer  user_data)
{
  OvTreePage *self = user_data;
  GdkRectangle at = { (int) x, (int) y, 1, 1 };

  if (ov_tree_scene_slot_of (id) == OV_SLOT_NONE)
    return;

  ov_session_set_selected (self->session, ov_tree_scene_slot_of (id));
  if (self->context_popover == NULL)
    {
      self->context_popover = GTK_POPOVER (gtk_popover_menu_new_from_model (self->context_menu));
      gtk_popover_set_has_arrow (self->context_popover, FALSE);
      gtk_widget_set_halign (GTK_WIDGET (self->context_popover), GTK_ALIGN_START);
      gtk_widget_set_parent (GTK_WIDGET (self->context_popover), GTK_WIDGET (self->canvas));
    }
  gtk_popover_set_pointing_to (self->context_popover, &at);
  gtk_popover_popup (self->context_popover);
}

static gboolean
child_position_cb (GtkOverlay   *overlay,
                   GtkWidget    *child,
                   GdkRectangle *place,
                   gpointer      user_data)
{
  OvTreePage *self = user_data;
  GdkRectangle item;

  if (child != self->hover_card || !ov_canvas_get_item_rect (self->canvas, self->hovered, &item))
    return FALSE;

  ov_hover_card_place (OV_HOVER_CARD (child), overlay, &item, place);

  return TRUE;
}

static void
crumb_activated_cb (OvBreadcrumbs *breadcrumbs,
                    guint          slot,
                    gpointer       user_data)
{
  OvTreePage *self = user_data;

  if (slot == OV_SLOT_NONE)
    {
      ov_session_set_selected (self->session, OV_SLOT_NONE);
      ov_canvas_fit (self->canvas);
      return;
    }
  ov_session_set_selected (self->session, slot);
  ov_canvas_zoom_to (self->canvas, ov_tree_presenter_get_id (self->presenter, slot));
}

static void
filter_changed_cb (GtkSearchEntry *entry,
                   gpointer        user_data)
{
  OvTreePage *self = user_data;

  ov_session_set_filter (self->session, gtk_editable_get_text (GTK_EDITABLE (entry)));
}

static void
filter_stopped_cb (GtkSearchEntry *entry,
                   gpointer        user_data)
{
  OvTreePage *self = user_data;

  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->filter_revealer), FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
filter_revealed_cb (GtkRevealer *revealer,
                    GParamSpec  *pspec,
                    gpointer     user_data)
{
  OvTreePage *self = user_data;

  if (gtk_revealer_get_reveal_child (revealer))
    gtk_widget_grab_focus (self->filter_entry);
  else
    gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), "");
}

static void
overlay_chosen_cb (GtkDropDown *choice,
                   GParamSpec  *pspec,
                   gpointer     user_data)
{
  OvTreePage *self = user_data;
  guint selected = gtk_drop_down_get_selected (choice);

  ov_tree_presenter_set_overlay (self->presenter, (OvOverlay) selected);
  ov_heat_key_set (self->heat_key, (OvOverlay) selected,
                   ov_tree_presenter_get_ramp (self->presenter));
  g_settings_set_enum (ov_settings_get (), "tree-overlay", (int) selected);
}

static void
layout_chosen_cb (GtkDropDown *choice,
                  GParamSpec  *pspec,
                  gpointer     user_data)
{
  OvTreePage *self = user_data;
  guint selected = gtk_drop_down_get_selected (choice);

  ov_canvas_set_layout_kind (self->canvas, (OvLayoutKind) selected);
  g_settings_set_enum (ov_settings_get (), "tree-layout", (int) selected);
}

/* A setting that was changed in the preferences, or by another page. */
static void
setting_changed_cb (GSettings  *settings,
                    const char *key,
                    gpointer    user_data)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (user_data), (guint) g_settings_get_enum (settings, key));
}

static char *
describe_cb (OvCanvas *canvas,
             guint64   id,
             gpointer  user_data)
{
  OvTreePage *self = user_data;
  OvProcessTable *table = get_table (self);
  guint32 slot = ov_tree_scene_slot_of (id);

  if (table == NULL || slot == OV_SLOT_NONE)
    return NULL;

  return ov_hover_card_describe (table, slot);
}

/* The focus of the page is its canvas, not the first step of the breadcrumbs. */
static gboolean
ov_tree_page_grab_focus (GtkWidget *widget)
{
  OvTreePage *self = OV_TREE_PAGE (widget);

  return gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
ov_tree_page_dispose (GObject *object)
{
  OvTreePage *self = OV_TREE_PAGE (object);
  GtkWidget *child;

  g_clear_pointer ((GtkWidget **) &self->context_popover, gtk_widget_unparent);
  if (self->presenter != NULL)
    ov_tree_presenter_set_table (self->presenter, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  if (self->monitors != NULL)
    ov_monitor_watch_set (self->monitors, OV_SLOT_NONE);
  g_clear_object (&self->monitors);
  g_clear_object (&self->presenter);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_tree_page_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (OV_TYPE_BREADCRUMBS);
  g_type_ensure (OV_TYPE_CANVAS);
  g_type_ensure (OV_TYPE_HEAT_KEY);
  g_type_ensure (OV_TYPE_HOVER_CARD);
  g_type_ensure (OV_TYPE_LEGEND);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-tree-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, breadcrumbs);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, filter_revealer);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, overlay_choice);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, layout_choice);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, wait_status);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, offline_status);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, overlay);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, canvas);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, hover_card);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, heat_key);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, minimap_bin);
  gtk_widget_class_bind_template_child (widget_class, OvTreePage, context_menu);
  gtk_widget_class_bind_template_callback (widget_class, canvas_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, canvas_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, canvas_toggle_cb);
  gtk_widget_class_bind_template_callback (widget_class, canvas_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, canvas_context_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, child_position_cb);
  gtk_widget_class_bind_template_callback (widget_class, crumb_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_stopped_cb);
}

static void
ov_tree_page_class_init (OvTreePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ov_tree_page_dispose;

  widget_class->grab_focus = ov_tree_page_grab_focus;
  bind_template (widget_class);
  ov_tree_page_install_actions (widget_class);
  gtk_widget_class_set_css_name (widget_class, "treepage");
}

static void
init_minimap (OvTreePage *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GAction) action = g_settings_create_action (ov_settings_get (), "minimap-visible");

  adw_bin_set_child (self->minimap_bin, ov_minimap_new (self->canvas));
  g_action_map_add_action (G_ACTION_MAP (group), action);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "tree-settings", G_ACTION_GROUP (group));
  g_settings_bind (ov_settings_get (), "minimap-visible",
                   self->minimap_bin, "visible", G_SETTINGS_BIND_GET);
}

static void
ov_tree_page_init (OvTreePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->presenter = ov_tree_presenter_new (self->canvas);
  ov_canvas_set_describe_func (self->canvas, describe_cb, self, NULL);
  init_minimap (self);

  g_signal_connect_object (self->presenter, "presented", G_CALLBACK (presented_cb), self, 0);
  g_signal_connect_object (self->filter_revealer, "notify::reveal-child",
                           G_CALLBACK (filter_revealed_cb), self, 0);
  g_signal_connect_object (self->overlay_choice, "notify::selected",
                           G_CALLBACK (overlay_chosen_cb), self, 0);
  g_signal_connect_object (self->layout_choice, "notify::selected",
                           G_CALLBACK (layout_chosen_cb), self, 0);
  g_signal_connect_object (ov_settings_get (), "changed::tree-overlay",
                           G_CALLBACK (setting_changed_cb), self->overlay_choice, 0);
  g_signal_connect_object (ov_settings_get (), "changed::tree-layout",
                           G_CALLBACK (setting_changed_cb), self->layout_choice, 0);
  setting_changed_cb (ov_settings_get (), "tree-overlay", self->overlay_choice);
  setting_changed_cb (ov_settings_get (), "tree-layout", self->layout_choice);
}

/* The session's selection, as far as it concerns this node. */
guint32
ov_tree_page_get_selected (OvTreePage *self)
{
  return self->session != NULL && ov_session_get_node (self->session) == self->node
           ? ov_session_get_selected (self->session)
           : OV_SLOT_NONE;
}

/**
 * ov_tree_page_set_subject:
 * @self: the page
 * @session: what is open and looked at
 * @node: the node that the page shows as long as it lives
 *
 * To be called once, before the page is shown.
 */
void
ov_tree_page_set_subject (OvTreePage *self,
                          OvSession  *session,
                          OvNode     *node)
{
  g_return_if_fail (OV_IS_TREE_PAGE (self));
  g_return_if_fail (OV_IS_SESSION (session));
  g_return_if_fail (OV_IS_NODE (node));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  self->monitors = ov_monitor_watch_new (self->presenter, session, node);
  g_signal_connect_object (session, "notify::node", G_CALLBACK (selected_changed_cb), self, 0);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (selected_changed_cb), self, 0);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (table_changed_cb), self, 0);
  g_signal_connect_object (session, "notify::filter",
                           G_CALLBACK (filter_of_session_changed_cb), self, 0);
  g_signal_connect_object (node, "notify::state", G_CALLBACK (node_state_changed_cb), self, 0);
  update_state (self);
  ov_tree_presenter_set_table (self->presenter, ov_actor_get_table (session, node));
  update_breadcrumbs (self);
  ov_tree_page_enable_actions (self);
}

/**
 * ov_tree_page_set_matches:
 * @self: the page
 * @slots: (array length=n): what the search found
 * @n: how many
 *
 * Marks on the canvas what was found; moves nothing.
 */
void
ov_tree_page_set_matches (OvTreePage    *self,
                          const guint32 *slots,
                          guint          n)
{
  g_autofree guint64 *ids = g_new (guint64, n + 1);

  g_return_if_fail (OV_IS_TREE_PAGE (self));

  for (guint i = 0; i < n; i++)
    ids[i] = ov_tree_presenter_get_id (self->presenter, slots[i]);
  ov_canvas_set_matches (self->canvas, ids, n);
}

/**
 * ov_tree_page_reveal:
 * @self: the page
 * @slot: a process
 *
 * Expands what hides it and moves the camera to it.
 */
void
ov_tree_page_reveal (OvTreePage *self,
                     guint32     slot)
{
  g_return_if_fail (OV_IS_TREE_PAGE (self));

  ov_tree_presenter_expand_to (self->presenter, slot);
  ov_canvas_zoom_to (self->canvas, ov_tree_presenter_get_id (self->presenter, slot));
}
