/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartPage: every restart that was seen, and why it happened.  Thread: main.
 */
#include "config.h"

#include "views/ov-restart-page.h"

struct _OvRestartPage
{
  AdwBin     parent_instance;
  OvSession *session;
  OvNode    *node;
  GtkStack  *stack;
};

G_DEFINE_FINAL_TYPE (OvRestartPage, ov_restart_page, ADW_TYPE_BIN)

static void
ov_restart_page_dispose (GObject *object)
{
  OvRestartPage *self = OV_RESTART_PAGE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_restart_page_parent_class)->dispose (object);
}

static void
ov_restart_page_class_init (OvRestartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_restart_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-restart-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvRestartPage, stack);
}

static void
ov_restart_page_init (OvRestartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_restart_page_set_subject (OvRestartPage *self,
                             OvSession     *session,
                             OvNode        *node)
{
  g_return_if_fail (OV_IS_RESTART_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
}
