/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvActorButton: a flat button over "node.show-actor".  Thread: main.
 */
#include "config.h"

#include "views/ov-actor-button.h"

#include "views/ov-actor-words.h"

#include <glib/gi18n.h>

struct _OvActorButton
{
  AdwBin     parent_instance;
  GtkWidget *button, *label;
};

G_DEFINE_FINAL_TYPE (OvActorButton, ov_actor_button, ADW_TYPE_BIN)

static void
ov_actor_button_class_init (OvActorButtonClass *klass)
{
}

static void
ov_actor_button_init (OvActorButton *self)
{
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->label), 30);
  self->button = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->button), self->label);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->button, "actor");
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  /* Until it is told whom it stands for. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Process"), -1);
  adw_bin_set_child (ADW_BIN (self), self->button);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
ov_actor_button_set (OvActorButton *self,
                     OvSession     *session,
                     OvNode        *node,
                     guint32        actor)
{
  OvStore *store = ov_node_get_store (node);
  g_autofree char *title = ov_actor_dup_title (ov_actor_get_table (session, node), store, actor);
  g_autofree char *pid = ov_actor_dup_pid (store, actor);
  g_autofree char *tip = NULL;

  g_return_if_fail (OV_IS_ACTOR_BUTTON (self));

  gtk_widget_set_visible (GTK_WIDGET (self), actor != OV_ACTOR_NONE);
  if (actor == OV_ACTOR_NONE)
    return;
  /* Translators: a process that would be selected. */
  tip = g_strdup_printf (_("Select %s"), pid);
  gtk_label_set_text (GTK_LABEL (self->label), title);
  gtk_widget_set_tooltip_text (self->button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  /* In this order: an action that wants a target is not to meet a button without. */
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->button), "u", actor);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), "node.show-actor");
}
