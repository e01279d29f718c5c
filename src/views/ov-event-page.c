/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventPage: everything that happened, as a list.  Thread: main.
 */
#include "config.h"

#include "views/ov-event-page.h"

struct _OvEventPage
{
  AdwBin     parent_instance;
  OvSession *session;
  OvNode    *node;
  GtkStack  *stack;
};

G_DEFINE_FINAL_TYPE (OvEventPage, ov_event_page, ADW_TYPE_BIN)

static void
ov_event_page_dispose (GObject *object)
{
  OvEventPage *self = OV_EVENT_PAGE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_event_page_parent_class)->dispose (object);
}

static void
ov_event_page_class_init (OvEventPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_event_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-event-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvEventPage, stack);
}

static void
ov_event_page_init (OvEventPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
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
}
