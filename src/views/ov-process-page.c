/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessPage: every process of one node as a table.
 *
 * The order is held while the pointer or the keyboard is in the table, so that no row moves
 * away from under the hand; figures go on.  Selection is the session's slot: after every sort
 * the table's selected position follows it, never the other way round.  Thread: main.
 */
#include "config.h"

#include "views/ov-process-page.h"

#include "views/ov-actor-words.h"
#include "views/ov-process-columns.h"
#include "views/ov-settings.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

struct _OvProcessPage
{
  AdwBin              parent_instance;
  OvSession          *session;
  OvNode             *node;
  OvProcessList      *list;
  GtkSingleSelection *selection;
  GtkWidget          *context_menu;
  gboolean            is_syncing;  /* the selection is being set by us */
  gboolean            has_pointer, has_focus;

  GtkSearchEntry     *filter_entry;
  GtkLabel           *count_label;
  GtkMenuButton      *columns_button;
  GtkStack           *stack;
  GtkScrolledWindow  *scroller;
  GtkColumnView      *view;
  GMenuModel         *row_menu;
};

G_DEFINE_FINAL_TYPE (OvProcessPage, ov_process_page, ADW_TYPE_BIN)

/* The words of the setting for columns, as the schema has them. */
static const char *const column_words[OV_N_COLUMNS] = {
  [OV_COLUMN_TITLE] = "name",
  [OV_COLUMN_PID] = "pid",
  [OV_COLUMN_KIND] = "kind",
  [OV_COLUMN_MODULE] = "module",
  [OV_COLUMN_MEMORY] = "memory",
  [OV_COLUMN_REDUCTIONS] = "reductions",
  [OV_COLUMN_MAILBOX] = "mailbox",
  [OV_COLUMN_STATUS] = "status",
  [OV_COLUMN_APPLICATION] = "application",
  [OV_COLUMN_CURRENT] = "current",
};

static gboolean
is_current (OvProcessPage *self)
{
  return self->node && ov_session_get_node (self->session) == self->node;
}

/* Selection. */

static void
sync_selection (OvProcessPage *self)
{
  guint position = GTK_INVALID_LIST_POSITION;

  if (!is_current (self))
    return;
  if (ov_session_get_selected (self->session) != OV_SLOT_NONE)
    position = ov_process_list_position_of (self->list, ov_session_get_selected (self->session));
  self->is_syncing = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->is_syncing = FALSE;
}

static void
row_selected_cb (OvProcessPage *self)
{
  guint position = gtk_single_selection_get_selected (self->selection);

  if (self->is_syncing || !is_current (self) || position == GTK_INVALID_LIST_POSITION)
    return;
  ov_session_set_selected (self->session, ov_process_list_slot_at (self->list, position));
}

static void
row_activated_cb (OvProcessPage *self,
                  guint          position)
{
  ov_session_set_selected (self->session, ov_process_list_slot_at (self->list, position));
  gtk_widget_activate_action (GTK_WIDGET (self), "node.inspect", NULL);
}

/* What is shown. */

static void
update_count (OvProcessPage *self)
{
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  guint all = ov_process_table_get_n_alive (ov_process_list_get_table (self->list));
  g_autofree char *shown_text = ov_words_count (shown);
  g_autofree char *all_text = ov_words_count (all);
  g_autofree char *text = NULL;
  const char *filter = ov_session_get_filter (self->session);
  gboolean is_filtered = filter && *filter;

  if (is_filtered)
    /* Translators: shown processes of all processes. */
    text = g_strdup_printf (_("%s of %s"), shown_text, all_text);
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s process", "%s processes", all),
                            all_text);
  gtk_label_set_text (self->count_label, text);
  gtk_stack_set_visible_child_name (self->stack, is_filtered && shown == 0 ? "nothing" : "table");
}

static void
refreshed_cb (OvProcessPage *self)
{
  sync_selection (self);
  update_count (self);
}

static void
sort_changed_cb (OvProcessPage *self)
{
  OvColumn column;
  gboolean descending;

  if (!self->list || !ov_process_columns_get_sort (self->view, &column, &descending))
    return;
  ov_process_list_set_sort (self->list, column, descending);
  ov_process_list_refresh (self->list);
}

static void
update_frozen (OvProcessPage *self)
{
  if (self->list)
    ov_process_list_set_frozen (self->list, self->has_pointer || self->has_focus);
}

static void
pointer_cb (GtkEventControllerMotion *motion,
            GParamSpec               *pspec,
            OvProcessPage            *self)
{
  self->has_pointer = gtk_event_controller_motion_contains_pointer (motion);
  update_frozen (self);
}

static void
focus_cb (GtkEventControllerFocus *focus,
          GParamSpec              *pspec,
          OvProcessPage           *self)
{
  self->has_focus = gtk_event_controller_focus_contains_focus (focus);
  update_frozen (self);
}

/* The filter is the session's. */

static void
filter_typed_cb (OvProcessPage *self)
{
  if (is_current (self))
    ov_session_set_filter (self->session, gtk_editable_get_text (GTK_EDITABLE (self->filter_entry)));
}

static void
filter_activated_cb (OvProcessPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
clear_filter_cb (OvProcessPage *self)
{
  ov_session_set_filter (self->session, "");
  gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
}

static void
filter_changed_cb (OvProcessPage *self)
{
  const char *filter = ov_session_get_filter (self->session);

  if (!is_current (self))
    return;
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->filter_entry)), filter ? filter : ""))
    gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), filter ? filter : "");
  ov_process_list_set_filter (self->list, filter);
  ov_process_list_refresh (self->list);
}

/* Another node is looked at, or another instant of this one: another table. */

static void
table_changed_cb (OvProcessPage *self)
{
  OvProcessTable *table = ov_actor_get_table (self->session, self->node);

  if (self->list && ov_process_list_get_table (self->list) == table)
    return;
  self->is_syncing = TRUE;
  gtk_column_view_set_model (self->view, NULL);
  self->is_syncing = FALSE;
  g_clear_object (&self->selection);
  g_clear_object (&self->list);
  self->list = ov_process_list_new (table);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->list)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->list, "refreshed", G_CALLBACK (refreshed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (row_selected_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  ov_process_list_set_filter (self->list, ov_session_get_filter (self->session));
  sort_changed_cb (self);
  update_frozen (self);
  refreshed_cb (self);
}

/* Columns. */

static void
column_toggled_cb (OvProcessPage *self)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) words = NULL;

  for (guint i = 0; i < OV_N_COLUMNS; i++)
    if (gtk_column_view_column_get_visible (ov_process_columns_get (self->view, i)))
      g_strv_builder_add (builder, column_words[i]);
  words = g_strv_builder_end (builder);
  g_settings_set_strv (ov_settings_get (), "process-columns", (const char *const *) words);
}

static void
set_up_columns (OvProcessPage *self)
{
  g_auto(GStrv) shown = g_settings_get_strv (ov_settings_get (), "process-columns");
  g_autoptr(GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr(GMenu) menu = g_menu_new ();

  ov_process_columns_add (self->view);
  for (guint i = 0; i < OV_N_COLUMNS; i++)
    {
      GtkColumnViewColumn *column = ov_process_columns_get (self->view, i);
      g_autoptr(GPropertyAction) action = NULL;
      g_autofree char *detailed = g_strconcat ("columns.", column_words[i], NULL);

      gtk_column_view_column_set_visible (column, i == OV_COLUMN_TITLE
                                          || g_strv_contains ((const char *const *) shown,
                                                              column_words[i]));
      g_signal_connect_object (column, "notify::visible", G_CALLBACK (column_toggled_cb), self,
                               G_CONNECT_SWAPPED);
      if (i == OV_COLUMN_TITLE)
        continue;
      action = g_property_action_new (column_words[i], column, "visible");
      g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (action));
      g_menu_append (menu, ov_process_columns_get_title (i), detailed);
    }
  gtk_widget_insert_action_group (GTK_WIDGET (self), "columns", G_ACTION_GROUP (actions));
  gtk_menu_button_set_menu_model (self->columns_button, G_MENU_MODEL (menu));
}

/* Context menu. */

static void
show_menu (OvProcessPage *self,
           double         x,
           double         y)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context_menu), &(GdkRectangle) { x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->context_menu));
}

static void
pressed_cb (OvProcessPage *self,
            int            n_press,
            double         x,
            double         y)
{
  double view_x, view_y;
  OvProcessItem *item;

  gtk_widget_translate_coordinates (GTK_WIDGET (self), GTK_WIDGET (self->view), x, y, &view_x,
                                    &view_y);
  item = ov_process_columns_pick (self->view, view_x, view_y);
  if (!item)
    return;
  ov_session_set_selected (self->session, ov_process_item_get_slot (item));
  show_menu (self, x, y);
}

static void
menu_key_cb (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  show_menu (OV_PROCESS_PAGE (widget), gtk_widget_get_width (widget) / 2.0,
             gtk_widget_get_height (widget) / 3.0);
}

static void
set_up_controllers (OvProcessPage *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (motion, "notify::contains-pointer", G_CALLBACK (pointer_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), motion);
  g_signal_connect (focus, "notify::contains-focus", G_CALLBACK (focus_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), focus);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));

  self->context_menu = gtk_popover_menu_new_from_model (self->row_menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->context_menu), FALSE);
  gtk_widget_set_halign (self->context_menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->context_menu, GTK_WIDGET (self));
}

static void
ov_process_page_dispose (GObject *object)
{
  OvProcessPage *self = OV_PROCESS_PAGE (object);

  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->list);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_process_page_parent_class)->dispose (object);
}

static void
ov_process_page_class_init (OvProcessPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_process_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-process-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, columns_button);
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, view);
  gtk_widget_class_bind_template_child (widget_class, OvProcessPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, filter_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_install_action (widget_class, "processes.menu", NULL, menu_key_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK,
                                       "processes.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "processes.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "node.copy-pid",
                                       NULL);
}

static void
ov_process_page_init (OvProcessPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  set_up_columns (self);
  set_up_controllers (self);
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed",
                           G_CALLBACK (sort_changed_cb), self, G_CONNECT_SWAPPED);
}

void
ov_process_page_set_subject (OvProcessPage *self,
                             OvSession     *session,
                             OvNode        *node)
{
  g_return_if_fail (OV_IS_PROCESS_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  gtk_column_view_sort_by_column (self->view, ov_process_columns_get (self->view, OV_COLUMN_MEMORY),
                                  GTK_SORT_DESCENDING);
  table_changed_cb (self);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (table_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (sync_selection), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::filter", G_CALLBACK (filter_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::node", G_CALLBACK (filter_changed_cb), self,
                           G_CONNECT_SWAPPED);
  refreshed_cb (self);
}

void
ov_process_page_reveal (OvProcessPage *self)
{
  guint position = gtk_single_selection_get_selected (self->selection);

  g_return_if_fail (OV_IS_PROCESS_PAGE (self));

  /* The view's own action; GTK 4.8 has no function for it. */
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (gtk_widget_get_last_child (GTK_WIDGET (self->view)),
                                "list.scroll-to-item", "u", position);
}
