/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTraceStatus: the sum over the running traces of one node.
 *
 *   hidden ── a trace runs ──► metering ── the fuse went ──► off, "Re-arm"
 *     ▲                          │  ▲                          │
 *     └────── none runs ─────────┘  └───── armed again ────────┘
 *
 * The popover lists each trace with its own level and sum.  Thread: main.
 */
#include "config.h"

#include "views/ov-trace-status.h"

#include "views/ov-words.h"

#include <glib/gi18n.h>

struct _OvTraceStatus
{
  AdwBin         parent_instance;
  OvNode        *node;
  GSignalGroup  *traces;   /* the list's */
  OvTraceRoom    room;

  GtkMenuButton *meter_button;
  GtkLabel      *cost_label, *rate_label, *level_label;
  GtkWidget     *rearm_button;
  GtkListBox    *rows;
};

G_DEFINE_FINAL_TYPE (OvTraceStatus, ov_trace_status, ADW_TYPE_BIN)

/* All running traces as one. */
typedef struct
{
  guint        n;
  guint        n_off;
  OvTraceLevel level;     /* the finest */
  double       cost;
  guint64      events_per_s;
} Sum;

static const char *const level_words[] = {
  [OV_TRACE_OFF] = N_("off"),
  [OV_TRACE_EDGES] = N_("edges"),
  [OV_TRACE_EVENTS] = N_("events"),
};

static const char *const level_tips[] = {
  [OV_TRACE_OFF] = N_("There was too much: the fuse has switched tracing off until you arm it again."),
  [OV_TRACE_EDGES] = N_("Messages are counted on the node; who talks to whom is known, single messages are not."),
  [OV_TRACE_EVENTS] = N_("Every single event is shown."),
};

static void
sum_up (OvTraceStatus *self,
        Sum           *sum)
{
  GListModel *traces = ov_node_list_traces (self->node);

  *sum = (Sum) { .level = OV_TRACE_OFF };
  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);
      const OvTraceMeter *meter = ov_trace_get_meter (trace);

      if (!ov_trace_is_running (trace))
        continue;
      sum->n++;
      sum->n_off += ov_trace_get_level (trace) == OV_TRACE_OFF;
      sum->level = MAX (sum->level, ov_trace_get_level (trace));
      sum->cost += meter->cost;
      sum->events_per_s += meter->events_per_s;
    }
}

/* The popover. */

static GtkWidget *
make_row (OvTrace *trace)
{
  GtkWidget *row = adw_action_row_new ();
  const OvTraceSum *sum = ov_trace_get_sum (trace);
  g_autofree char *title = ov_words_clean (ov_trace_get_title (trace), 120);
  g_autofree char *shown = ov_words_count (sum->shown);
  g_autofree char *dropped = ov_words_count (sum->dropped);
  g_autofree char *subtitle = NULL;

  /* Translators: the level of a trace, events that are shown, events that were dropped. */
  subtitle = g_strdup_printf (_("%s · %s shown · %s dropped"),
                              _(level_words[ov_trace_get_level (trace)]), shown, dropped);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static void
fill_rows (OvTraceStatus *self)
{
  GListModel *traces = ov_node_list_traces (self->node);
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->rows))))
    gtk_list_box_remove (self->rows, row);
  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);

      if (ov_trace_is_running (trace))
        gtk_list_box_append (self->rows, make_row (trace));
    }
}

static void
opened_cb (OvTraceStatus *self)
{
  if (self->node)
    fill_rows (self);
}

/* The meter. */

static void
show (OvTraceStatus *self,
      const Sum     *sum)
{
  g_autofree char *cost = NULL, *rate = NULL, *events = ov_words_rate ((double) sum->events_per_s);
  g_autofree char *accessible = NULL, *figure = NULL;

  /* Translators: what observing takes of one scheduler of the node. */
  cost = g_strdup_printf (_("cost %.1f %%"), sum->cost * 100);
  /* Translators: events a second. */
  rate = g_strdup_printf (_("%s events"), events);
  accessible = g_strdup_printf ("%s, %s, %s", cost, rate, _(level_words[sum->level]));
  figure = g_strdup_printf ("%.1f %%", sum->cost * 100);
  gtk_label_set_text (self->cost_label, self->room == OV_TRACE_ROOM_LITTLE ? figure : cost);
  gtk_label_set_text (self->rate_label, rate);
  gtk_label_set_text (self->level_label, _(level_words[sum->level]));
  gtk_widget_set_visible (GTK_WIDGET (self->rate_label), self->room == OV_TRACE_ROOM_ENOUGH);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->meter_button), _(level_tips[sum->level]));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->meter_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, accessible, -1);
  gtk_widget_set_visible (self->rearm_button, sum->n_off > 0);
  gtk_widget_set_css_classes (GTK_WIDGET (self->level_label), (const char *[]) {
    "caption", "level", ov_trace_level_get_word (sum->level), NULL });
}

static void
update (OvTraceStatus *self)
{
  Sum sum = { 0 };

  if (self->node)
    sum_up (self, &sum);
  gtk_widget_set_visible (GTK_WIDGET (self), sum.n > 0);
  if (sum.n == 0)
    gtk_menu_button_popdown (self->meter_button);
  else
    show (self, &sum);
  if (sum.n > 0 && gtk_widget_get_visible (GTK_WIDGET (gtk_menu_button_get_popover (self->meter_button))))
    fill_rows (self);
}

static void
traces_changed_cb (OvTraceStatus *self,
                   guint          position,
                   guint          removed,
                   guint          added,
                   GListModel    *traces)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);

      g_signal_connect_object (trace, "meter", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (trace, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
}

static void
unfollow (OvTraceStatus *self)
{
  GListModel *traces = ov_node_list_traces (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);

      g_signal_handlers_disconnect_by_func (trace, update, self);
    }
  g_signal_group_set_target (self->traces, NULL);
}

static void
ov_trace_status_dispose (GObject *object)
{
  OvTraceStatus *self = OV_TRACE_STATUS (object);

  if (self->node)
    unfollow (self);
  g_clear_object (&self->traces);
  g_clear_object (&self->node);

  G_OBJECT_CLASS (ov_trace_status_parent_class)->dispose (object);
}

static void
ov_trace_status_class_init (OvTraceStatusClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_trace_status_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-trace-status.ui");
  gtk_widget_class_bind_template_child (widget_class, OvTraceStatus, meter_button);
  gtk_widget_class_bind_template_child (widget_class, OvTraceStatus, cost_label);
  gtk_widget_class_bind_template_child (widget_class, OvTraceStatus, rate_label);
  gtk_widget_class_bind_template_child (widget_class, OvTraceStatus, level_label);
  gtk_widget_class_bind_template_child (widget_class, OvTraceStatus, rearm_button);
  gtk_widget_class_bind_template_child (widget_class, OvTraceStatus, rows);
  gtk_widget_class_bind_template_callback (widget_class, opened_cb);
}

static void
ov_trace_status_init (OvTraceStatus *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->traces = g_signal_group_new (G_TYPE_LIST_MODEL);
  g_signal_group_connect_swapped (self->traces, "items-changed", G_CALLBACK (traces_changed_cb),
                                  self);
  update (self);
}

void
ov_trace_status_set_node (OvTraceStatus *self,
                          OvNode        *node)
{
  GListModel *traces = node ? ov_node_list_traces (node) : NULL;

  g_return_if_fail (OV_IS_TRACE_STATUS (self));

  if (self->node == node)
    return;
  if (self->node)
    unfollow (self);
  g_set_object (&self->node, node);
  g_signal_group_set_target (self->traces, traces);
  if (traces)
    traces_changed_cb (self, 0, 0, g_list_model_get_n_items (traces), traces);
  else
    update (self);
}

void
ov_trace_status_set_room (OvTraceStatus *self,
                          OvTraceRoom    room)
{
  g_return_if_fail (OV_IS_TRACE_STATUS (self));

  if (self->room == room)
    return;
  self->room = room;
  update (self);
}
