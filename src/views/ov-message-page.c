/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvMessagePage: who talks to whom, as a graph that moves.  Thread: main.
 */
#include "config.h"

#include "views/ov-message-page.h"

struct _OvMessagePage
{
  AdwBin     parent_instance;
  OvSession *session;
  OvNode    *node;
  GtkStack  *stack;
};

G_DEFINE_FINAL_TYPE (OvMessagePage, ov_message_page, ADW_TYPE_BIN)

static void
ov_message_page_dispose (GObject *object)
{
  OvMessagePage *self = OV_MESSAGE_PAGE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_message_page_parent_class)->dispose (object);
}

static void
ov_message_page_class_init (OvMessagePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_message_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-message-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, stack);
}

static void
ov_message_page_init (OvMessagePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_message_page_set_subject (OvMessagePage *self,
                             OvSession     *session,
                             OvNode        *node)
{
  g_return_if_fail (OV_IS_MESSAGE_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
}
