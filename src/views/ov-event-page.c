/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventPage: everything that happened, as a list.
 *
 *   following ── scrolled up, a row selected, an instant chosen ──► standing
 *       ▲                                                              │
 *       └────────── scrolled to the end, back to live ─────────────────┘
 *
 * Following keeps the newest event in sight; standing, the list grows below what is looked at.
 * Paused, it does not grow at all.  The filter is made of kinds, a process, a text, a form and the
 * session's range; where a process is meant by text, it is found again when actors came since.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-event-page.h"

#include "model/ov-trace.h"
#include "trace/ov-event-list.h"
#include "views/ov-actor-words.h"
#include "views/ov-event-columns.h"
#include "views/ov-event-pane.h"
#include "views/ov-event-saver.h"
#include "views/ov-event-words.h"
#include "views/ov-settings.h"
#include "views/ov-stack.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <string.h>

#define REFRESH_MS    1000
#define NEAR_END_PX   40
#define REVEAL_MS     50

struct _OvEventPage
{
  AdwBin              parent_instance;
  OvSession          *session;
  OvNode             *node;
  OvEventSource       source;
  OvEventList        *list;
  GtkSingleSelection *selection;
  GSimpleActionGroup *kind_actions;
  GtkWidget          *context_menu;
  GArray             *actors;     /* of guint32, what the process entry means; NULL: everybody */
  guint32             n_known_actors;
  guint32             shape;      /* 0: any */
  gboolean            is_following, is_filtered;
  guint               follow_id, refresh_id, reveal_id;
  guint64             wanted;      /* to be revealed when the page is seen; OV_EVENT_NONE: none */

  GtkSearchEntry     *process_entry, *text_entry;
  GtkMenuButton      *kinds_button;
  GtkToggleButton    *pause_button;
  GtkWidget          *shape_button;
  GtkLabel           *shape_label, *count_label;
  AdwStatusPage      *nothing_status;
  GtkWidget          *nothing_button;
  GtkStack           *stack;
  GtkScrolledWindow  *scroller;
  GtkColumnView      *view;
  OvEventPane        *pane;
  GMenuModel         *row_menu;
};

G_DEFINE_FINAL_TYPE (OvEventPage, ov_event_page, ADW_TYPE_BIN)

/* What is shown. */

static gboolean
is_tracing (OvEventPage *self)
{
  GListModel *traces = ov_node_list_traces (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);

      if (ov_trace_is_running (trace))
        return TRUE;
    }
  return FALSE;
}

static void
show_nothing (OvEventPage *self)
{
  gboolean waits = is_tracing (self);
  gboolean is_recording = ov_node_is_recording (self->node);

  adw_status_page_set_title (self->nothing_status, waits ? _("Nothing has happened yet")
                                                         : _("No events yet"));
  adw_status_page_set_description (self->nothing_status,
    waits ? _("A trace is running. What it sees stands here at once.")
    : is_recording ? _("This recording holds no events, only the processes and their figures.")
    : _("Trace a process and each of its messages, calls, births and deaths stands here."));
  gtk_widget_set_visible (self->nothing_button, !waits && !is_recording);
  ov_stack_show (self->stack, "nothing");
}

static void
update_shown (OvEventPage *self)
{
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  gboolean is_busy = ov_event_list_is_busy (self->list);
  g_autofree char *count = ov_words_count (shown);
  g_autofree char *text = NULL;

  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s event", "%s events", shown), count);
  if (is_busy)
    {
      /* Translators: a count of events, more are being looked for. */
      g_autofree char *more = g_strdup_printf (_("%s, searching…"), text);

      gtk_label_set_text (self->count_label, more);
    }
  else
    {
      gtk_label_set_text (self->count_label, text);
    }
  if (shown > 0 || is_busy)
    ov_stack_show (self->stack, "list");
  else if (self->is_filtered)
    ov_stack_show (self->stack, "no-match");
  else
    show_nothing (self);
}

/* Following. */

/* The view's own action; GTK 4.8 has no function for it. */
static void
scroll_to (OvEventPage *self,
           guint        position)
{
  gtk_widget_activate_action (gtk_widget_get_last_child (GTK_WIDGET (self->view)),
                              "list.scroll-to-item", "u", position);
}

static gboolean
follow_cb (gpointer user_data)
{
  OvEventPage *self = user_data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));

  if (self->is_following && n > 0)
    scroll_to (self, n - 1);
  self->follow_id = 0;
  return G_SOURCE_REMOVE;
}

/* Not from within the list's own allocation, which is when the length of the list becomes known. */
static void
length_changed_cb (OvEventPage *self)
{
  if (self->is_following && self->follow_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->follow_id = g_timeout_add (REVEAL_MS, follow_cb, self);
}

static void
scrolled_cb (OvEventPage   *self,
             GtkAdjustment *adjustment)
{
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (self->follow_id == 0)
    self->is_following = gtk_adjustment_get_value (adjustment) >= end - NEAR_END_PX;
}

static gboolean
reveal_cb (gpointer user_data)
{
  OvEventPage *self = user_data;
  guint position = ov_event_list_find (self->list, self->wanted);

  self->reveal_id = 0;
  self->wanted = OV_EVENT_NONE;
  if (position == G_MAXUINT)
    return G_SOURCE_REMOVE;
  gtk_single_selection_set_selected (self->selection, position);
  scroll_to (self, position);
  return G_SOURCE_REMOVE;
}

/* A list that has no size yet cannot scroll: not before it was laid out. */
static void
reveal_wanted (OvEventPage *self)
{
  if (self->wanted != OV_EVENT_NONE && self->reveal_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->reveal_id = g_timeout_add (REVEAL_MS, reveal_cb, self);
}

void
ov_event_page_reveal (OvEventPage *self,
                      guint64      number)
{
  g_return_if_fail (OV_IS_EVENT_PAGE (self));

  self->is_following = FALSE;
  g_clear_handle_id (&self->follow_id, g_source_remove);
  self->wanted = number;
  reveal_wanted (self);
}

static void
ov_event_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ov_event_page_parent_class)->map (widget);
  reveal_wanted (OV_EVENT_PAGE (widget));
  length_changed_cb (OV_EVENT_PAGE (widget));
}

/* The filter. */

static guint64
get_kinds (OvEventPage *self)
{
  guint n;
  const OvEventGroup *groups = ov_event_words_get_groups (&n);
  guint64 kinds = 0;
  gboolean all = TRUE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self->kind_actions),
                                                                   groups[i].id);

      if (g_variant_get_boolean (state))
        kinds |= groups[i].kinds;
      else
        all = FALSE;
    }
  return all ? 0 : kinds;
}

static void
find_actors (OvEventPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->process_entry));

  g_clear_pointer (&self->actors, g_array_unref);
  self->n_known_actors = ov_store_get_n_actors (self->source.store);
  if (*text)
    self->actors = ov_actor_list_matching (ov_actor_get_table (self->session, self->node),
                                           self->source.store, text);
}

static gboolean
read_query (OvEventPage  *self,
            OvEventQuery *query)
{
  static const guint32 nobody = OV_ACTOR_NONE;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->text_entry));

  *query = (OvEventQuery) { .kinds = get_kinds (self), .text = *text ? text : NULL,
                            .shape = self->shape };
  if (self->actors)
    {
      query->n_actors = MAX (1, self->actors->len);
      query->actors = self->actors->len ? (const guint32 *) self->actors->data : &nobody;
    }
  if (ov_session_get_node (self->session) == self->node
      && !ov_session_get_range (self->session, &query->from_ns, &query->to_ns))
    query->from_ns = query->to_ns = 0;
  return query->kinds || query->text || query->shape || query->actors || query->to_ns;
}

static void
apply_filter (OvEventPage *self)
{
  OvEventQuery query;
  g_autoptr(OvEventFilter) filter = NULL;

  self->is_filtered = read_query (self, &query);
  if (self->is_filtered)
    filter = ov_event_filter_new (self->source.store, &query);
  ov_event_list_set_filter (self->list, filter);
  update_shown (self);
}

static void
process_typed_cb (OvEventPage *self)
{
  find_actors (self);
  apply_filter (self);
}

static void
kind_toggled_cb (OvEventPage *self)
{
  gtk_widget_set_css_classes (GTK_WIDGET (self->kinds_button),
                              get_kinds (self) ? (const char *[]) { "flat", "narrowed", NULL }
                                               : (const char *[]) { "flat", NULL });
  apply_filter (self);
}

static void
set_shape (OvEventPage *self,
           guint32      shape)
{
  const char *text = ov_store_get_text (self->source.store, shape);
  g_autofree char *form = ov_words_term (text, 60);

  self->shape = text ? shape : 0;
  gtk_label_set_text (self->shape_label, form);
  gtk_widget_set_visible (self->shape_button, self->shape != 0);
  apply_filter (self);
}

static void
only_shape_cb (OvEventPage *self,
               guint        shape)
{
  set_shape (self, shape);
}

static void
shape_clicked_cb (OvEventPage *self)
{
  set_shape (self, 0);
}

static void
clear_filter_cb (OvEventPage *self)
{
  guint n;
  const OvEventGroup *groups = ov_event_words_get_groups (&n);

  for (guint i = 0; i < n; i++)
    g_action_group_change_action_state (G_ACTION_GROUP (self->kind_actions), groups[i].id,
                                        g_variant_new_boolean (TRUE));
  gtk_editable_set_text (GTK_EDITABLE (self->process_entry), "");
  gtk_editable_set_text (GTK_EDITABLE (self->text_entry), "");
  g_clear_pointer (&self->actors, g_array_unref);
  ov_session_set_range (self->session, 0, 0);
  set_shape (self, 0);
}

/* New actors may be meant by the text in the process entry. */
static gboolean
refresh_cb (gpointer user_data)
{
  OvEventPage *self = user_data;
  guint had = self->actors ? self->actors->len : 0;

  if (self->actors && ov_store_get_n_actors (self->source.store) != self->n_known_actors)
    {
      find_actors (self);
      if (self->actors->len != had)
        apply_filter (self);
    }
  return G_SOURCE_CONTINUE;
}

/* Selection. */

static void
row_selected_cb (OvEventPage *self)
{
  OvEventRow *row = gtk_single_selection_get_selected_item (self->selection);
  guint position = gtk_single_selection_get_selected (self->selection);

  if (row && position + 1 < g_list_model_get_n_items (G_LIST_MODEL (self->list)))
    self->is_following = FALSE;
  ov_event_pane_show (self->pane, row ? ov_event_row_get_number (row) : OV_EVENT_NONE);
}

static void
row_activated_cb (OvEventPage *self,
                  guint        position)
{
  guint64 number = ov_event_list_get_number (self->list, position);
  OvEvent event;

  if (ov_store_get_event (self->source.store, number, &event) && event.actor != OV_ACTOR_NONE)
    gtk_widget_activate_action (GTK_WIDGET (self), "node.show-actor", "u", event.actor);
}

static void
show_in_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  OvEventPage *self = OV_EVENT_PAGE (widget);
  guint64 number = ov_event_pane_get_number (self->pane);
  OvEvent event;

  if (!ov_store_get_event (self->source.store, number, &event) || event.actor == OV_ACTOR_NONE)
    return;
  gtk_widget_activate_action (widget, "node.show-actor", "u", event.actor);
  gtk_widget_activate_action (widget, g_str_equal (action, "events.show-in-tree")
                                        ? "node.show-in-tree" : "node.show-in-processes", NULL);
}

static void
show_menu (OvEventPage *self,
           double       x,
           double       y)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context_menu), &(GdkRectangle) { x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->context_menu));
}

static void
pressed_cb (OvEventPage *self,
            int          n_press,
            double       x,
            double       y)
{
  double view_x, view_y;
  OvEventRow *row;

  gtk_widget_translate_coordinates (GTK_WIDGET (self), GTK_WIDGET (self->view), x, y, &view_x,
                                    &view_y);
  row = ov_event_columns_pick (self->view, view_x, view_y);
  if (!row)
    return;
  gtk_single_selection_set_selected (self->selection,
                                     ov_event_list_find (self->list, ov_event_row_get_number (row)));
  show_menu (self, x, y);
}

static void
menu_key_cb (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  show_menu (OV_EVENT_PAGE (widget), gtk_widget_get_width (widget) / 2.0,
             gtk_widget_get_height (widget) / 3.0);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  OvEventPage *self = OV_EVENT_PAGE (widget);
  guint64 number = ov_event_pane_get_number (self->pane);
  g_autofree char *line = NULL;
  OvEvent event;

  if (!ov_store_get_event (self->source.store, number, &event))
    return;
  line = ov_event_words_line (self->source.store, number, &event, ov_event_words_get_style (), 0);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), line);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied the event"));
}

/* The pane has these; the menu of a row is not within it. */
static void
pane_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  g_autofree char *name = g_strconcat ("event.", action + strlen ("events."), NULL);

  gtk_widget_activate_action (GTK_WIDGET (OV_EVENT_PAGE (widget)->pane), name, NULL);
}

static void
save_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  OvEventPage *self = OV_EVENT_PAGE (widget);
  OvEventQuery query;
  g_autoptr(OvEventFilter) filter = NULL;

  if (read_query (self, &query))
    filter = ov_event_filter_new (self->source.store, &query);
  ov_event_saver_run (widget, self->source.store, filter, g_variant_get_string (parameter, NULL));
}

/* Live and paused; the session's instant. */

static void
paused_cb (OvEventPage *self)
{
  gboolean is_paused = gtk_toggle_button_get_active (self->pause_button);

  gtk_button_set_icon_name (GTK_BUTTON (self->pause_button),
                            is_paused ? "media-playback-start-symbolic"
                                      : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button),
                               is_paused ? _("Paused: show what came since")
                                         : _("Live: hold the list"));
  if (self->list)
    ov_event_list_set_paused (self->list, is_paused);
}

static void
instant_changed_cb (OvEventPage *self)
{
  gint64 at_ns = ov_session_get_instant (self->session);

  if (ov_session_get_node (self->session) != self->node)
    return;
  if (at_ns == OV_INSTANT_LIVE)
    {
      self->wanted = OV_EVENT_NONE;
      self->is_following = TRUE;
      length_changed_cb (self);
    }
  else
    {
      ov_event_page_reveal (self, ov_store_find_time (self->source.store, at_ns));
    }
}

static void
range_changed_cb (OvEventPage *self)
{
  if (ov_session_get_node (self->session) == self->node)
    apply_filter (self);
}

static void
redraw_cb (OvEventPage *self)
{
  ov_event_columns_redraw (self->view);
}

/* Making it. */

static void
set_up_kinds (OvEventPage *self)
{
  guint n;
  const OvEventGroup *groups = ov_event_words_get_groups (&n);
  g_autoptr(GMenu) menu = g_menu_new ();

  self->kind_actions = g_simple_action_group_new ();
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *detailed = g_strconcat ("kinds.", groups[i].id, NULL);
      g_autoptr(GSimpleAction) action = g_simple_action_new_stateful (groups[i].id, NULL,
                                                                      g_variant_new_boolean (TRUE));

      g_action_map_add_action (G_ACTION_MAP (self->kind_actions), G_ACTION (action));
      g_signal_connect_object (action, "notify::state", G_CALLBACK (kind_toggled_cb), self,
                               G_CONNECT_SWAPPED);
      g_menu_append (menu, _(groups[i].title), detailed);
    }
  gtk_widget_insert_action_group (GTK_WIDGET (self), "kinds", G_ACTION_GROUP (self->kind_actions));
  gtk_menu_button_set_menu_model (self->kinds_button, G_MENU_MODEL (menu));
}

static void
set_up_controllers (OvEventPage *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (length_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self,
                           G_CONNECT_SWAPPED);
  self->context_menu = gtk_popover_menu_new_from_model (self->row_menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->context_menu), FALSE);
  gtk_widget_set_halign (self->context_menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->context_menu, GTK_WIDGET (self));
}

static void
ov_event_page_dispose (GObject *object)
{
  OvEventPage *self = OV_EVENT_PAGE (object);

  g_clear_handle_id (&self->follow_id, g_source_remove);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_handle_id (&self->reveal_id, g_source_remove);
  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  g_clear_pointer (&self->actors, g_array_unref);
  g_clear_object (&self->kind_actions);
  g_clear_object (&self->selection);
  g_clear_object (&self->list);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_event_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, process_entry);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, text_entry);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, kinds_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, shape_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, shape_label);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, count_label);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, nothing_status);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, nothing_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, view);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, pane);
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, row_menu);
  gtk_widget_class_bind_template_callback (widget_class, process_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_filter);
  gtk_widget_class_bind_template_callback (widget_class, clear_filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, shape_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, only_shape_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, paused_cb);
}

static void
ov_event_page_class_init (OvEventPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_event_page_dispose;
  widget_class->map = ov_event_page_map;

  g_type_ensure (OV_TYPE_EVENT_PANE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-event-page.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "events.menu", NULL, menu_key_cb);
  gtk_widget_class_install_action (widget_class, "events.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "events.save", "s", save_cb);
  gtk_widget_class_install_action (widget_class, "events.sequence", NULL, pane_cb);
  gtk_widget_class_install_action (widget_class, "events.instant", NULL, pane_cb);
  gtk_widget_class_install_action (widget_class, "events.shape", NULL, pane_cb);
  gtk_widget_class_install_action (widget_class, "events.show-in-tree", NULL, show_in_cb);
  gtk_widget_class_install_action (widget_class, "events.show-in-processes", NULL, show_in_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "events.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "events.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "events.copy", NULL);
}

static void
ov_event_page_init (OvEventPage *self)
{
  self->is_following = TRUE;
  self->wanted = OV_EVENT_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
  set_up_controllers (self);
  paused_cb (self);
  g_signal_connect_object (ov_settings_get (), "changed::term-style", G_CALLBACK (redraw_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
follow_session (OvEventPage *self)
{
  static const char *const tells[] = { "notify::instant", "notify::node" };

  for (guint i = 0; i < G_N_ELEMENTS (tells); i++)
    g_signal_connect_object (self->session, tells[i], G_CALLBACK (instant_changed_cb), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "range-changed", G_CALLBACK (range_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
ov_event_page_set_subject (OvEventPage *self,
                           OvSession   *session,
                           OvNode      *node)
{
  g_return_if_fail (OV_IS_EVENT_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  self->source = (OvEventSource) { session, node, ov_node_get_store (node) };
  self->list = ov_event_list_new (self->source.store);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->list)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  set_up_kinds (self);
  ov_event_columns_add (self->view, &self->source);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  ov_event_pane_set_subject (self->pane, session, node);
  self->refresh_id = g_timeout_add (REFRESH_MS, refresh_cb, self);

  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (update_shown), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify::busy", G_CALLBACK (update_shown), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (row_selected_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ov_node_list_traces (node), "items-changed", G_CALLBACK (update_shown),
                           self, G_CONNECT_SWAPPED);
  follow_session (self);
  update_shown (self);
}
