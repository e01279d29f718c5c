/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventPane: one event.  The term is printed anew when the event or the style changes; it is
 * bounded on the node already, so that printing it whole is never long.  Thread: main.
 */
#include "config.h"

#include "views/ov-event-pane.h"

#include "views/ov-actor-button.h"
#include "views/ov-event-words.h"
#include "views/ov-facts.h"
#include "views/ov-settings.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define TERM_WIDTH 76

struct _OvEventPane
{
  AdwBin       parent_instance;
  OvSession   *session;
  OvNode      *node;
  guint64      number;
  OvEvent      event;

  GtkStack    *stack;
  GtkImage    *icon;
  GtkLabel    *title_label, *cut_label;
  GtkWidget   *arrow, *shape_button;
  OvActorButton *actor_button, *peer_button;
  OvFacts     *facts;
  GtkTextView *term_view;
};

enum { ONLY_SHAPE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvEventPane, ov_event_pane, ADW_TYPE_BIN)

static OvStore *
get_store (OvEventPane *self)
{
  return ov_node_get_store (self->node);
}

/* Showing. */

static void
show_facts (OvEventPane *self)
{
  const OvEvent *event = &self->event;
  const char *shape = ov_store_get_text (get_store (self), event->shape);
  g_autofree char *form = shape ? ov_words_term (shape, 300) : NULL;
  g_autofree char *size = event->size_bytes ? ov_words_bytes (event->size_bytes) : NULL;
  g_autofree char *number = ov_words_count (self->number);

  ov_facts_begin (self->facts);
  ov_facts_add (self->facts, _("What it is"), ov_event_words_of_flags (event->flags), FALSE);
  ov_facts_add (self->facts, _("Form"), form, TRUE);
  ov_facts_add (self->facts, _("Size"), size, FALSE);
  ov_facts_add (self->facts, _("Number"), number, FALSE);
  ov_facts_end (self->facts);
  gtk_widget_set_visible (self->shape_button, shape != NULL);
}

static void
show_term (OvEventPane *self)
{
  g_autofree char *text = ov_event_words_whole (get_store (self), self->number, &self->event,
                                                ov_event_words_get_style (), TERM_WIDTH);
  g_autofree char *size = ov_words_bytes (self->event.size_bytes);
  g_autofree char *words = NULL;
  gboolean is_cut = self->event.flags & OV_EVENT_TRUNCATED;

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->term_view), text, -1);
  /* Translators: the size of a whole term. */
  words = g_strdup_printf (_("Cut on the node, before it travelled; the whole has %s."), size);
  gtk_label_set_text (self->cut_label, words);
  gtk_widget_set_visible (GTK_WIDGET (self->cut_label), is_cut);
}

static void
show (OvEventPane *self)
{
  g_autofree char *clock = ov_event_words_clock (self->event.at_ns);
  g_autofree char *title = g_strdup_printf ("%s · %s", ov_event_words_of_kind (self->event.kind), clock);

  gtk_image_set_from_icon_name (self->icon, ov_event_words_get_icon (self->event.kind));
  gtk_label_set_text (self->title_label, title);
  ov_actor_button_set (self->actor_button, self->session, self->node, self->event.actor);
  ov_actor_button_set (self->peer_button, self->session, self->node, self->event.peer);
  gtk_label_set_label (GTK_LABEL (self->arrow), self->event.kind == OV_EVENT_RECEIVE ? "←" : "→");
  gtk_widget_set_visible (self->arrow, self->event.actor != OV_ACTOR_NONE
                                       && self->event.peer != OV_ACTOR_NONE);
  show_facts (self);
  show_term (self);
}

static void
style_changed_cb (OvEventPane *self)
{
  if (self->number != OV_EVENT_NONE)
    show (self);
}

/* Ways from here. */

static void
copy_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  OvEventPane *self = OV_EVENT_PANE (widget);
  g_autofree char *text = NULL;

  if (self->number == OV_EVENT_NONE)
    return;
  text = ov_event_words_whole (get_store (self), self->number, &self->event,
                               ov_event_words_get_style (), TERM_WIDTH);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied the term"));
}

static void
sequence_cb (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  OvEventPane *self = OV_EVENT_PANE (widget);

  if (self->number != OV_EVENT_NONE)
    gtk_widget_activate_action (widget, "node.show-sequence", "t", self->number);
}

static void
instant_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  OvEventPane *self = OV_EVENT_PANE (widget);

  if (self->number != OV_EVENT_NONE)
    gtk_widget_activate_action (widget, "node.show-instant", "x", self->event.at_ns);
}

static void
shape_cb (GtkWidget  *widget,
          const char *action,
          GVariant   *parameter)
{
  OvEventPane *self = OV_EVENT_PANE (widget);

  if (self->number != OV_EVENT_NONE && self->event.shape != 0)
    g_signal_emit (self, signals[ONLY_SHAPE], 0, self->event.shape);
}

static void
ov_event_pane_dispose (GObject *object)
{
  OvEventPane *self = OV_EVENT_PANE (object);

  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_event_pane_parent_class)->dispose (object);
}

static void
ov_event_pane_class_init (OvEventPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_event_pane_dispose;

  signals[ONLY_SHAPE] = g_signal_new ("only-shape", OV_TYPE_EVENT_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  g_type_ensure (OV_TYPE_ACTOR_BUTTON);
  g_type_ensure (OV_TYPE_FACTS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-event-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, stack);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, icon);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, title_label);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, cut_label);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, actor_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, arrow);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, peer_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, shape_button);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, facts);
  gtk_widget_class_bind_template_child (widget_class, OvEventPane, term_view);
  gtk_widget_class_install_action (widget_class, "event.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "event.sequence", NULL, sequence_cb);
  gtk_widget_class_install_action (widget_class, "event.instant", NULL, instant_cb);
  gtk_widget_class_install_action (widget_class, "event.shape", NULL, shape_cb);
}

static void
ov_event_pane_init (OvEventPane *self)
{
  self->number = OV_EVENT_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (ov_settings_get (), "changed::term-style", G_CALLBACK (style_changed_cb),
                           self, G_CONNECT_SWAPPED);
}

GtkWidget *
ov_event_pane_new (void)
{
  return g_object_new (OV_TYPE_EVENT_PANE, NULL);
}

void
ov_event_pane_set_subject (OvEventPane *self,
                           OvSession   *session,
                           OvNode      *node)
{
  g_return_if_fail (OV_IS_EVENT_PANE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
}

void
ov_event_pane_show (OvEventPane *self,
                    guint64      number)
{
  g_return_if_fail (OV_IS_EVENT_PANE (self));

  if (number != OV_EVENT_NONE && !ov_store_get_event (get_store (self), number, &self->event))
    number = OV_EVENT_NONE;
  self->number = number;
  gtk_stack_set_visible_child_name (self->stack, number == OV_EVENT_NONE ? "nothing" : "event");
  if (number != OV_EVENT_NONE)
    show (self);
}

guint64
ov_event_pane_get_number (OvEventPane *self)
{
  g_return_val_if_fail (OV_IS_EVENT_PANE (self), OV_EVENT_NONE);

  return self->number;
}
