/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSequencePage: one conversation as a sequence chart.  Thread: main.
 */
#include "config.h"

#include "views/ov-sequence-page.h"

struct _OvSequencePage
{
  AdwBin     parent_instance;
  OvSession *session;
  OvNode    *node;
  GtkStack  *stack;
};

G_DEFINE_FINAL_TYPE (OvSequencePage, ov_sequence_page, ADW_TYPE_BIN)

static void
ov_sequence_page_dispose (GObject *object)
{
  OvSequencePage *self = OV_SEQUENCE_PAGE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_sequence_page_parent_class)->dispose (object);
}

static void
ov_sequence_page_class_init (OvSequencePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_sequence_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-sequence-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, stack);
}

static void
ov_sequence_page_init (OvSequencePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_sequence_page_set_subject (OvSequencePage *self,
                              OvSession      *session,
                              OvNode         *node)
{
  g_return_if_fail (OV_IS_SEQUENCE_PAGE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
}
