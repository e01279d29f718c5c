/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The actions of the messages page, "messages.…", and its settings, "flow.…": how much of the past
 * is summed up, and how fast a replay is.  Thread: main.
 */
#include "config.h"

#include "views/ov-message-page-private.h"

#include "views/ov-bytes-saver.h"

#include <glib/gi18n.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

static void
fit_cb (GtkWidget  *widget,
        const char *action,
        GVariant   *parameter)
{
  ov_graph_canvas_fit (OV_MESSAGE_PAGE (widget)->canvas);
}

static void
zoom_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  ov_graph_canvas_zoom_by (OV_MESSAGE_PAGE (widget)->canvas,
                           g_str_equal (action, "messages.zoom-in") ? 1.25 : 0.8);
}

static void
save_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  OvMessagePage *self = OV_MESSAGE_PAGE (widget);
  g_autofree char *name = g_strdup_printf ("%s.messages.svg", ov_node_get_name (self->node));
  g_autoptr(GBytes) bytes = ov_graph_canvas_to_svg (self->canvas);

  ov_bytes_saver_run (widget, _("Save the Graph"), name, bytes);
}

void
ov_message_page_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "messages.fit", NULL, fit_cb);
  gtk_widget_class_install_action (widget_class, "messages.zoom-in", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "messages.zoom-out", NULL, zoom_cb);
  gtk_widget_class_install_action (widget_class, "messages.save", NULL, save_cb);
}

static double
get_number (OvMessagePage *self,
            const char    *action)
{
  g_autoptr(GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self->settings), action);

  return g_ascii_strtod (g_variant_get_string (state, NULL), NULL);
}

double
ov_message_page_get_speed (OvMessagePage *self)
{
  return get_number (self, "speed");
}

static void
window_changed_cb (OvMessagePage *self)
{
  if (self->presenter)
    ov_flow_presenter_set_window (self->presenter, (gint64) get_number (self, "window") * NS_PER_S);
}

static void
speed_changed_cb (OvMessagePage *self)
{
  if (self->presenter && gtk_toggle_button_get_active (self->replay_button))
    ov_flow_presenter_replay (self->presenter, ov_message_page_get_speed (self));
}

void
ov_message_page_set_up_settings (OvMessagePage *self)
{
  g_autoptr(GSimpleAction) window = g_simple_action_new_stateful ("window", G_VARIANT_TYPE_STRING,
                                                                  g_variant_new_string ("10"));
  g_autoptr(GSimpleAction) speed = g_simple_action_new_stateful ("speed", G_VARIANT_TYPE_STRING,
                                                                 g_variant_new_string ("1"));

  self->settings = g_simple_action_group_new ();
  g_action_map_add_action (G_ACTION_MAP (self->settings), G_ACTION (window));
  g_action_map_add_action (G_ACTION_MAP (self->settings), G_ACTION (speed));
  g_signal_connect_object (window, "notify::state", G_CALLBACK (window_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (speed, "notify::state", G_CALLBACK (speed_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "flow", G_ACTION_GROUP (self->settings));
}
