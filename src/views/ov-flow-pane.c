/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFlowPane: an edge or a bottleneck in figures.
 *
 * The figures follow the graph; the forms of messages are counted in the task pool when another
 * edge is shown, and then every few seconds at most.  Thread: main.
 */
#include "config.h"

#include "views/ov-flow-pane.h"

#include "views/ov-actor-button.h"
#include "views/ov-actor-words.h"
#include "views/ov-event-words.h"
#include "views/ov-facts.h"
#include "views/ov-flow-forms.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define FORMS_AGE_US (2 * G_USEC_PER_SEC)
#define MAX_FORMS    8

struct _OvFlowPane
{
  AdwBin        parent_instance;
  OvSession    *session;
  OvNode       *node;
  guint32       from, to;      /* OV_ACTOR_NONE: no edge */
  gint64        from_ns, to_ns;
  GCancellable *counting;
  gint64        counted_us;    /* when the forms were asked for; 0: not yet */

  GtkWidget    *arrow, *sequence_button;
  OvActorButton *from_button, *to_button;
  OvFacts      *facts, *forms;
  GtkLabel     *title_label, *forms_label;
};

enum { CLOSED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvFlowPane, ov_flow_pane, ADW_TYPE_BIN)

static OvStore *
get_store (OvFlowPane *self)
{
  return ov_node_get_store (self->node);
}

static char *
dup_title (OvFlowPane *self,
           guint32     actor)
{
  return ov_actor_dup_title (ov_actor_get_table (self->session, self->node), get_store (self), actor);
}

/* Forms. */

static void
show_forms (OvFlowPane *self,
            GArray     *forms)
{
  ov_facts_begin (self->forms);
  for (guint i = 0; i < forms->len && i < MAX_FORMS; i++)
    {
      const OvFlowForm *form = &g_array_index (forms, OvFlowForm, i);
      g_autofree char *count = ov_words_count (form->messages);
      g_autofree char *share = g_strdup_printf ("%.0f %% (%s)", form->share * 100, count);
      const char *text = ov_store_get_text (get_store (self), form->shape);

      ov_facts_add (self->forms, share, text ? text : _("(form not known)"), TRUE);
    }
  ov_facts_end (self->forms);
  gtk_widget_set_visible (GTK_WIDGET (self->forms_label), forms->len > 0);
}

static void
counted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(OvFlowPane) self = user_data;
  /* The only error is that another edge was asked for. */
  g_autoptr(GArray) forms = ov_flow_forms_count_finish (result, NULL);

  if (!forms)
    return;
  g_clear_object (&self->counting);
  show_forms (self, forms);
}

static void
stop_counting (OvFlowPane *self)
{
  if (self->counting)
    g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  self->counted_us = 0;
}

static void
count_forms (OvFlowPane *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->counting || (self->counted_us && now_us - self->counted_us < FORMS_AGE_US))
    return;
  self->counted_us = now_us;
  self->counting = g_cancellable_new ();
  ov_flow_forms_count_async (get_store (self), self->from, self->to, self->from_ns, self->to_ns,
                             self->counting, counted_cb, g_object_ref (self));
}

/* Figures. */

static const OvFlowEdge *
find_edge (const OvFlowGraph *flow,
           guint32            from,
           guint32            to)
{
  for (guint i = 0; flow && i < flow->n_edges; i++)
    if (flow->edges[i].from == from && flow->edges[i].to == to)
      return &flow->edges[i];
  return NULL;
}

static void
add_count (OvFacts    *facts,
           const char *title,
           guint64     count)
{
  g_autofree char *text = ov_words_count (count);

  ov_facts_add (facts, title, text, FALSE);
}

static void
add_duration (OvFacts    *facts,
              const char *title,
              gint64      ns)
{
  g_autofree char *text = ns > 0 ? ov_event_words_duration (ns) : NULL;

  ov_facts_add (facts, title, text, FALSE);
}

static void
show_figures (OvFlowPane        *self,
              const OvFlowEdge  *edge,
              const OvFlowGraph *flow)
{
  g_autofree char *rate = ov_words_rate (edge ? edge->rate : 0);
  g_autofree char *bytes = ov_words_bytes (edge ? edge->bytes : 0);
  /* What is missing was not counted. */
  g_autofree char *at_least = flow->has_gaps ? g_strdup_printf (_("at least %s"), rate) : NULL;

  ov_facts_begin (self->facts);
  ov_facts_add (self->facts, _("Rate"), at_least ? at_least : rate, FALSE);
  add_count (self->facts, _("Messages"), edge ? edge->messages : 0);
  ov_facts_add (self->facts, _("Size of all"), bytes, FALSE);
  if (edge && edge->calls)
    add_count (self->facts, _("Answered calls"), edge->calls);
  if (edge && edge->unanswered)
    add_count (self->facts, _("Without an answer"), edge->unanswered);
  add_duration (self->facts, _("Answer, median"), edge ? edge->median_ns : 0);
  add_duration (self->facts, _("Answer, 99 of 100"), edge ? edge->p99_ns : 0);
  ov_facts_end (self->facts);
}

void
ov_flow_pane_show_edge (OvFlowPane        *self,
                        guint32            from,
                        guint32            to,
                        const OvFlowGraph *flow)
{
  g_return_if_fail (OV_IS_FLOW_PANE (self));

  if (!flow)
    return;
  if (self->from != from || self->to != to)
    {
      stop_counting (self);
      ov_facts_begin (self->forms);
      ov_facts_end (self->forms);
      gtk_widget_set_visible (GTK_WIDGET (self->forms_label), FALSE);
    }
  self->from = from;
  self->to = to;
  self->from_ns = flow->from_ns;
  self->to_ns = flow->to_ns;
  gtk_label_set_text (self->title_label, _("Messages"));
  gtk_label_set_text (self->forms_label, _("Most frequent"));
  ov_actor_button_set (self->from_button, self->session, self->node, from);
  ov_actor_button_set (self->to_button, self->session, self->node, to);
  gtk_widget_set_visible (self->arrow, TRUE);
  gtk_widget_set_visible (self->sequence_button, TRUE);
  show_figures (self, find_edge (flow, from, to), flow);
  count_forms (self);
}

void
ov_flow_pane_show_bottleneck (OvFlowPane         *self,
                              const OvBottleneck *bottleneck)
{
  g_autofree char *growth = bottleneck->growth > 0 ? ov_words_rate (bottleneck->growth) : NULL;

  g_return_if_fail (OV_IS_FLOW_PANE (self));

  stop_counting (self);
  self->from = self->to = OV_ACTOR_NONE;
  gtk_label_set_text (self->title_label, _("Its mailbox grows"));
  gtk_label_set_text (self->forms_label, _("Who fills it"));
  gtk_widget_set_visible (GTK_WIDGET (self->forms_label), bottleneck->n_senders > 0);
  ov_actor_button_set (self->from_button, self->session, self->node, bottleneck->actor);
  gtk_widget_set_visible (GTK_WIDGET (self->to_button), FALSE);
  gtk_widget_set_visible (self->arrow, FALSE);
  gtk_widget_set_visible (self->sequence_button, FALSE);
  ov_facts_begin (self->facts);
  add_count (self->facts, _("Mailbox"), bottleneck->mailbox);
  ov_facts_add (self->facts, _("Grows by"), growth, FALSE);
  ov_facts_end (self->facts);
  ov_facts_begin (self->forms);
  for (guint i = 0; i < bottleneck->n_senders; i++)
    {
      g_autofree char *share = g_strdup_printf ("%.0f %%", bottleneck->senders[i].share * 100);
      g_autofree char *who = dup_title (self, bottleneck->senders[i].actor);

      ov_facts_add (self->forms, share, who, FALSE);
    }
  ov_facts_end (self->forms);
}

static void
sequence_cb (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  OvFlowPane *self = OV_FLOW_PANE (widget);
  guint32 actors[] = { self->from, self->to };
  GVariant *list;

  if (self->from == OV_ACTOR_NONE)
    return;
  list = g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, actors, 2, sizeof *actors);
  gtk_widget_activate_action (widget, "node.show-sequence-of", "(@auxx)", list, self->from_ns,
                              self->to_ns);
}

static void
close_clicked_cb (OvFlowPane *self)
{
  stop_counting (self);
  g_signal_emit (self, signals[CLOSED], 0);
}

static void
ov_flow_pane_dispose (GObject *object)
{
  OvFlowPane *self = OV_FLOW_PANE (object);

  stop_counting (self);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_flow_pane_parent_class)->dispose (object);
}

static void
ov_flow_pane_class_init (OvFlowPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_flow_pane_dispose;

  signals[CLOSED] = g_signal_new ("closed", OV_TYPE_FLOW_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);

  g_type_ensure (OV_TYPE_ACTOR_BUTTON);
  g_type_ensure (OV_TYPE_FACTS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-flow-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, from_button);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, arrow);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, to_button);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, sequence_button);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, facts);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, forms);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, title_label);
  gtk_widget_class_bind_template_child (widget_class, OvFlowPane, forms_label);
  gtk_widget_class_bind_template_callback (widget_class, close_clicked_cb);
  gtk_widget_class_install_action (widget_class, "flow.sequence", NULL, sequence_cb);
}

static void
ov_flow_pane_init (OvFlowPane *self)
{
  self->from = self->to = OV_ACTOR_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
ov_flow_pane_set_subject (OvFlowPane *self,
                          OvSession  *session,
                          OvNode     *node)
{
  g_return_if_fail (OV_IS_FLOW_PANE (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
}
