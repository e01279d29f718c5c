/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWindow: header, start page, and a view for each open node.
 *
 * The session's current node decides what is shown: none is the start page.  A node leaves the
 * session by the operation node.detach, and its view goes with it.  Closing the window cancels
 * what is being opened and detaches without waiting for any node.  Thread: main.
 */
#include "config.h"

#include "app/ov-window-private.h"

#include "views/ov-recordings.h"
#include "views/ov-request.h"
#include "views/ov-settings.h"
#include "views/ov-start-page.h"
#include "views/ov-trace-starter.h"

#include <glib/gi18n.h>
#include <string.h>

#define COMPACT_WIDTH       900
#define NARROW_HEADER_WIDTH 1120
#define WIDE_HEADER_WIDTH   1240
#define TOAST_S             3

G_DEFINE_FINAL_TYPE (OvWindow, ov_window, ADW_TYPE_APPLICATION_WINDOW)

static OvNodeView *
get_view (OvWindow *self)
{
  OvNode *node = ov_session_get_node (self->session);

  return node ? g_hash_table_lookup (self->views, node) : NULL;
}

void
ov_window_toast (OvWindow   *self,
                 const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *made = adw_toast_new (escaped);

  adw_toast_set_timeout (made, TOAST_S);
  adw_toast_overlay_add_toast (self->toasts, made);
}

/* Nodes. */

/* Before the first drawing there is none: then all that is asked for has room. */
static int
get_width (OvWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  int width = surface ? gdk_surface_get_width (surface) : 0;

  return width > 0 ? width : G_MAXINT;
}

/* What each width has room for.  The header gives way before the sidebar does, so that the window can
 * be made narrow at all. */
static void
update_compact (OvWindow *self)
{
  int width = get_width (self);
  gboolean is_icons = !g_settings_get_boolean (ov_settings_get (), "sidebar-visible")
                      || width < COMPACT_WIDTH;
  GHashTableIter iter;
  gpointer view;

  self->is_narrow = width < NARROW_HEADER_WIDTH;
  gtk_widget_set_visible (GTK_WIDGET (self->shield_label), !self->is_narrow);
  ov_search_box_set_compact (self->search_box, self->is_narrow);
  ov_trace_status_set_room (self->trace_status, self->is_narrow ? OV_TRACE_ROOM_LITTLE
                                                : width < WIDE_HEADER_WIDTH ? OV_TRACE_ROOM_SOME
                                                : OV_TRACE_ROOM_ENOUGH);
  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    ov_node_view_set_compact (view, is_icons);
  ov_window_update_header (self);
}

static OvNodeView *
ensure_view (OvWindow *self,
             OvNode   *node)
{
  GtkWidget *view = g_hash_table_lookup (self->views, node);

  if (view)
    return OV_NODE_VIEW (view);
  view = ov_node_view_new (self->session, node);
  ov_node_view_show_page (OV_NODE_VIEW (view), self->page);
  g_signal_connect_object (view, "reconnect", G_CALLBACK (ov_window_reconnect), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->views, g_object_ref (node), view);
  gtk_stack_add_child (self->stack, view);
  update_compact (self);
  return OV_NODE_VIEW (view);
}

static void
node_changed_cb (OvWindow *self)
{
  OvNode *node = ov_session_get_node (self->session);
  GtkWidget *shown = self->start_page;

  g_signal_group_set_target (self->node_signals, node);
  if (node)
    shown = GTK_WIDGET (ensure_view (self, node));
  gtk_stack_set_visible_child (self->stack, shown);
  ov_window_update_header (self);
}

static gboolean
is_open (OvWindow *self,
         gpointer  node)
{
  GListModel *nodes = ov_session_list_nodes (self->session);

  /* Not by name: a recording has that of its node. */
  for (guint i = 0; i < g_list_model_get_n_items (nodes); i++)
    {
      g_autoptr(OvNode) open = g_list_model_get_item (nodes, i);

      if (open == node)
        return TRUE;
    }
  return FALSE;
}

/* Views of nodes that left the session go. */
static void
nodes_changed_cb (OvWindow *self)
{
  GHashTableIter iter;
  gpointer node, view;

  g_hash_table_iter_init (&iter, self->views);
  while (g_hash_table_iter_next (&iter, &node, &view))
    if (!is_open (self, node))
      {
        gtk_stack_remove (self->stack, view);
        g_hash_table_iter_remove (&iter);
      }
  ov_window_update_header (self);
}

static void
detached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);

  /* The node is closed here all the same; its probe goes by its own lease. */
  if (!body)
    g_message ("Detaching: %s", error->message);
}

static void
close_node (OvWindow *self,
            OvNode   *node)
{
  g_autoptr(OvNode) kept = g_object_ref (node);

  if (ov_session_get_node (self->session) == node)
    ov_session_set_node (self->session, NULL);
  ov_request_run_async ("node.detach", self->session, node, NULL, NULL, NULL, detached_cb, NULL);
  ov_session_remove_node (self->session, node);
}

static void
close_node_cb (OvWindow *self,
               OvNode   *node)
{
  gtk_popover_popdown (GTK_POPOVER (self->node_switcher));
  close_node (self, node);
}

static void
matches_changed_cb (OvWindow *self)
{
  OvNodeView *view = get_view (self);
  const guint32 *slots;
  guint n;

  slots = ov_search_box_get_matches (self->search_box, &n);
  if (view)
    ov_node_view_set_matches (view, slots, n);
}

static void
jump_cb (OvWindow *self,
         guint     slot)
{
  if (get_view (self))
    ov_node_view_jump (get_view (self), slot);
}

/* Actions. */

static void
page_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  OvWindow *self = OV_WINDOW (widget);

  if (ov_window_set_page (self, g_variant_get_string (parameter, NULL)) && get_view (self))
    ov_node_view_focus_page (get_view (self));
}

static void
toast_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  ov_window_toast (OV_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
search_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  ov_search_box_focus (OV_WINDOW (widget)->search_box);
}

static void
focus_page_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  if (get_view (OV_WINDOW (widget)))
    ov_node_view_focus_page (get_view (OV_WINDOW (widget)));
}

static void
inspect_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  if (get_view (OV_WINDOW (widget)))
    ov_node_view_inspect (get_view (OV_WINDOW (widget)));
}

static void
attach_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  ov_window_present_dialog (OV_WINDOW (widget));
}

static void
start_page_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  OvWindow *self = OV_WINDOW (widget);

  ov_session_set_node (self->session, NULL);
  gtk_widget_child_focus (self->start_page, GTK_DIR_TAB_FORWARD);
}

static void
nodes_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  gtk_menu_button_popup (OV_WINDOW (widget)->node_button);
}

static void
detach_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  OvWindow *self = OV_WINDOW (widget);

  if (ov_session_get_node (self->session))
    close_node (self, ov_session_get_node (self->session));
}

static void
trace_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  OvWindow *self = OV_WINDOW (widget);
  OvNode *node = ov_session_get_node (self->session);

  if (!node)
    return;
  if (g_str_equal (name, "win.trace-stop"))
    ov_trace_starter_stop_all (widget, self->session, node);
  else
    ov_trace_starter_rearm (widget, self->session, node);
}

/* Keys for these work wherever the keyboard is. */
static void
view_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  OvNodeView *view = get_view (OV_WINDOW (widget));
  g_autofree char *action = g_strconcat ("node.", name + strlen ("win."), NULL);

  if (view)
    gtk_widget_activate_action (GTK_WIDGET (view), action, NULL);
}

static void
open_recording_action (GtkWidget  *widget,
                       const char *name,
                       GVariant   *parameter)
{
  ov_recordings_choose (widget, OV_WINDOW (widget)->session);
}

static gboolean
dropped_cb (OvWindow     *self,
            const GValue *value)
{
  GSList *files = g_value_get_boxed (value);

  for (GSList *file = files; file; file = file->next)
    ov_window_open_recording (self, file->data);
  return files != NULL;
}

static void
arm_action (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  ov_window_toggle_armed (OV_WINDOW (widget));
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.arm", NULL, arm_action);
  gtk_widget_class_install_action (widget_class, "win.page", "s", page_action);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", toast_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.focus-page", NULL, focus_page_action);
  gtk_widget_class_install_action (widget_class, "win.inspect", NULL, inspect_action);
  gtk_widget_class_install_action (widget_class, "win.attach", NULL, attach_action);
  gtk_widget_class_install_action (widget_class, "win.start-page", NULL, start_page_action);
  gtk_widget_class_install_action (widget_class, "win.nodes", NULL, nodes_action);
  gtk_widget_class_install_action (widget_class, "win.detach", NULL, detach_action);
  gtk_widget_class_install_action (widget_class, "win.open-recording", NULL, open_recording_action);
  gtk_widget_class_install_action (widget_class, "win.trace", NULL, view_action);
  gtk_widget_class_install_action (widget_class, "win.record", NULL, view_action);
  gtk_widget_class_install_action (widget_class, "win.trace-stop", NULL, trace_action);
  gtk_widget_class_install_action (widget_class, "win.trace-rearm", NULL, trace_action);
}

/* State between runs. */

static void
surface_width_cb (OvWindow *self)
{
  update_compact (self);
}

static void
ov_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ov_window_parent_class)->realize (widget);
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "notify::width",
                           G_CALLBACK (surface_width_cb), widget, G_CONNECT_SWAPPED);
}

static gboolean
ov_window_close_request (GtkWindow *window)
{
  OvWindow *self = OV_WINDOW (window);
  GListModel *nodes = ov_session_list_nodes (self->session);

  g_cancellable_cancel (self->cancellable);
  while (g_list_model_get_n_items (nodes) > 0)
    {
      g_autoptr(OvNode) node = g_list_model_get_item (nodes, 0);

      close_node (self, node);
    }
  return GTK_WINDOW_CLASS (ov_window_parent_class)->close_request (window);
}

static void
ov_window_dispose (GObject *object)
{
  OvWindow *self = OV_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  if (self->session)
    {
      g_signal_handlers_disconnect_by_data (ov_session_list_nodes (self->session), self);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_object (&self->node_signals);
  g_clear_pointer (&self->views, g_hash_table_unref);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_window_parent_class)->dispose (object);
}

static void
ov_window_finalize (GObject *object)
{
  OvWindow *self = OV_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_free (self->page);

  G_OBJECT_CLASS (ov_window_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, OvWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, title_stack);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, search_box);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, node_switcher);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, node_button);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, shield_button);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, arm_button);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, inspector_button);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, state_dot);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, node_label);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, release_label);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, shield_label);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, shield_title);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, shield_text);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, trace_status);
  gtk_widget_class_bind_template_child (widget_class, OvWindow, trace_button);
}

static void
ov_window_class_init (OvWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = ov_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = ov_window_close_request;
  widget_class->realize = ov_window_realize;

  g_type_ensure (OV_TYPE_NODE_SWITCHER);
  g_type_ensure (OV_TYPE_SEARCH_BOX);
  g_type_ensure (OV_TYPE_TRACE_STATUS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/app/ov-window.ui");
  bind_children (widget_class);
  install_actions (widget_class);
}

static void
bind_settings (OvWindow *self)
{
  static const char *const toggles[] = { "inspector-visible", "sidebar-visible", "minimap-visible",
                                         "term-style" };
  GSettings *settings = ov_settings_get ();

  for (guint i = 0; i < G_N_ELEMENTS (toggles); i++)
    {
      g_autoptr(GAction) action = g_settings_create_action (settings, toggles[i]);

      g_action_map_add_action (G_ACTION_MAP (self), action);
    }
  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (settings, "changed::sidebar-visible", G_CALLBACK (update_compact), self,
                           G_CONNECT_SWAPPED);
}

static void
connect_parts (OvWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_swapped (drop, "drop", G_CALLBACK (dropped_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  self->node_signals = g_signal_group_new (OV_TYPE_NODE);
  g_signal_group_connect_swapped (self->node_signals, "notify", G_CALLBACK (ov_window_update_header), self);
  g_signal_connect_object (self->session, "notify::node", G_CALLBACK (node_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ov_session_list_nodes (self->session), "items-changed",
                           G_CALLBACK (nodes_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->start_page, "attach", G_CALLBACK (ov_window_attach), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->start_page, "attach-other", G_CALLBACK (ov_window_present_dialog), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->start_page, "open-example", G_CALLBACK (ov_window_open_example), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_box, "matches-changed", G_CALLBACK (matches_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_box, "jump", G_CALLBACK (jump_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->node_switcher, "close-node", G_CALLBACK (close_node_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
ov_window_init (OvWindow *self)
{
  self->session = ov_session_new ();
  self->cancellable = g_cancellable_new ();
  self->views = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->page = g_settings_get_string (ov_settings_get (), "page");

  gtk_widget_init_template (GTK_WIDGET (self));
  ov_search_box_set_session (self->search_box, self->session);
  ov_node_switcher_set_session (self->node_switcher, self->session);
  self->start_page = ov_start_page_new (self->session);
  gtk_stack_add_named (self->stack, self->start_page, "start");
  bind_settings (self);
  connect_parts (self);
  node_changed_cb (self);
}

GtkWidget *
ov_window_new (GtkApplication *application)
{
  return g_object_new (OV_TYPE_WINDOW, "application", application, NULL);
}

void
ov_window_open_recording (OvWindow *self,
                          GFile    *file)
{
  g_return_if_fail (OV_IS_WINDOW (self));

  ov_recordings_open (GTK_WIDGET (self), self->session, file);
}

gboolean
ov_window_set_page (OvWindow   *self,
                    const char *page)
{
  OvNodeView *view;

  g_return_val_if_fail (OV_IS_WINDOW (self), FALSE);

  view = get_view (self);
  if (!ov_node_view_has_page (page))
    return FALSE;
  if (self->page != page)
    {
      g_free (self->page);
      self->page = g_strdup (page);
    }
  g_settings_set_string (ov_settings_get (), "page", page);
  return !view || ov_node_view_show_page (view, page);
}
