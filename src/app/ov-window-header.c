/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's header: which node, how it is, and what may be done to it.  Thread: main.
 */
#include "config.h"

#include "app/ov-window-private.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

/* A sandbox is always armed, a recording never. */
static void
update_arm_button (OvWindow *self,
                   OvNode   *node)
{
  gboolean is_armed = ov_node_get_armed (node);

  gtk_widget_set_visible (self->arm_button, !ov_node_is_sandbox (node) && !ov_node_is_recording (node));
  gtk_button_set_label (GTK_BUTTON (self->arm_button), is_armed ? _("Disarm This Node") : _("Arm This Node"));
  if (is_armed)
    gtk_widget_remove_css_class (self->arm_button, "destructive-action");
  else
    gtk_widget_add_css_class (self->arm_button, "destructive-action");
}

static void
update_shield (OvWindow *self,
               OvNode   *node)
{
  gboolean is_armed = ov_node_get_armed (node);
  const char *title = _("This node is read-only");
  const char *text = _("Overstory only looks. Nothing on the node is changed, and the probe goes "
                       "without a trace when you detach.");

  if (ov_node_is_recording (node))
    {
      title = _("This is a recording");
      text = _("A file of what was seen of a node. Every instant of it can be looked at; nothing can be asked.");
    }
  else if (is_armed && ov_node_is_sandbox (node))
    {
      title = _("This is a sandbox");
      text = _("A private node of this program: nobody else can reach it, and it ends with the "
               "program.");
    }
  else if (is_armed)
    {
      title = _("This node is armed");
      text = _("Operations that change the node are allowed, and each is written to the journal.");
    }
  update_arm_button (self, node);
  if (is_armed && !ov_node_is_sandbox (node))
    gtk_widget_add_css_class (GTK_WIDGET (self->shield_button), "armed");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->shield_button), "armed");
  gtk_label_set_text (self->shield_label, ov_node_is_recording (node) ? _("recording")
                      : !is_armed ? _("read-only")
                      : ov_node_is_sandbox (node) ? _("sandbox") : _("armed"));
  gtk_label_set_text (self->shield_title, title);
  gtk_label_set_text (self->shield_text, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->shield_button), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->shield_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

static void
update_node_button (OvWindow *self,
                    OvNode   *node)
{
  const char *classes[] = { "state", node ? ov_node_switcher_get_class (node) : "offline", NULL };
  g_autofree char *name = node ? ov_node_switcher_dup_title (node) : g_strdup (_("Open nodes"));
  g_autofree char *accessible = NULL, *release = NULL;

  if (node && ov_node_get_otp_release (node) > 0)
    release = g_strdup_printf ("OTP %u", ov_node_get_otp_release (node));
  accessible = node ? g_strdup_printf ("%s, %s, %s", name, ov_node_switcher_get_word (node),
                                       release ? release : "")
                    : g_strdup (name);
  gtk_widget_set_css_classes (self->state_dot, classes);
  gtk_label_set_text (self->node_label, name);
  gtk_label_set_text (self->release_label, release ? release : "");
  gtk_widget_set_visible (GTK_WIDGET (self->release_label), release != NULL && !self->is_narrow);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->node_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, accessible, -1);
}

void
ov_window_toggle_armed (OvWindow *self)
{
  OvNode *node = ov_session_get_node (self->session);

  if (!node || ov_node_is_sandbox (node) || ov_node_is_recording (node))
    return;
  ov_node_set_armed (node, !ov_node_get_armed (node));
  gtk_menu_button_popdown (self->shield_button);
}

void
ov_window_update_header (OvWindow *self)
{
  OvNode *node = ov_session_get_node (self->session);
  gboolean has_nodes = g_list_model_get_n_items (ov_session_list_nodes (self->session)) > 0;
  g_autofree char *name = node ? ov_node_switcher_dup_title (node) : NULL;

  update_node_button (self, node);
  gtk_widget_set_visible (GTK_WIDGET (self->node_button), has_nodes);
  gtk_widget_set_visible (GTK_WIDGET (self->shield_button), node != NULL);
  gtk_widget_set_visible (self->inspector_button, node != NULL);
  gtk_widget_set_visible (self->trace_button, node && ov_node_get_state (node) == OV_NODE_LIVE
                                              && !self->is_narrow);
  ov_trace_status_set_node (self->trace_status, node);
  gtk_stack_set_visible_child_name (self->title_stack, node ? "node" : "start");
  gtk_window_set_title (GTK_WINDOW (self), name ? name : "Overstory");
  if (node)
    update_shield (self, node);
}
