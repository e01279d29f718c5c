/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPathPage: one message, and everything it caused.  Thread: main.
 */
#include "config.h"

#include "views/ov-path-page.h"

struct _OvPathPage
{
  AdwBin     parent_instance;
  OvSession *session;
  OvNode    *node;
  GtkStack  *stack;
};

G_DEFINE_FINAL_TYPE (OvPathPage, ov_path_page, ADW_TYPE_BIN)

static void
ov_path_page_dispose (GObject *object)
{
  OvPathPage *self = OV_PATH_PAGE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_path_page_parent_class)->dispose (object);
}

static void
ov_path_page_class_init (OvPathPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_path_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-path-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, stack);
}

static void
ov_path_page_init (OvPathPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_path_page_set_subject (OvPathPage *self,
                          OvSession  *session,
                          OvNode     *node)
{
  g_return_if_fail (OV_IS_PATH_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
}
