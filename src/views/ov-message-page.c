/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvMessagePage wires the session, the presenter and the graph to each other:
 *
 *   store, session.table, session.range ──► presenter ──► canvas.graph
 *   session.selected ◄──► canvas.selected
 *   canvas.edge-selected ──► pane ──► sequence page
 *
 * Invariant: the session's selection is the truth where it is a process of the table; what the graph
 * knows and the table does not is selected on the canvas only.  Thread: main.
 */
#include "config.h"

#include "views/ov-message-page-private.h"

#include "model/ov-trace.h"
#include "views/ov-actor-words.h"
#include "views/ov-event-words.h"
#include "views/ov-flow-legend.h"
#include "views/ov-hover-card.h"
#include "views/ov-stack.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define MAX_MATCHES 1000

G_DEFINE_FINAL_TYPE (OvMessagePage, ov_message_page, ADW_TYPE_BIN)

static OvStore *
get_store (OvMessagePage *self)
{
  return ov_node_get_store (self->node);
}

static OvProcessTable *
get_table (OvMessagePage *self)
{
  return ov_actor_get_table (self->session, self->node);
}

/* The process that an id of the graph means; OV_SLOT_NONE: none that the table knows. */
static guint32
slot_of (OvMessagePage *self,
         guint64        id)
{
  guint32 actor = ov_flow_scene_actor_of (id);

  return actor != OV_ACTOR_NONE ? ov_actor_find_slot (get_table (self), get_store (self), actor)
                                : ov_flow_scene_slot_of (id);
}

/* What is shown. */

static gboolean
is_tracing (OvMessagePage *self)
{
  GListModel *traces = ov_node_list_traces (self->node);

  for (guint i = 0; i < g_list_model_get_n_items (traces); i++)
    {
      g_autoptr(OvTrace) trace = g_list_model_get_item (traces, i);

      if (ov_trace_is_running (trace))
        return TRUE;
    }
  return FALSE;
}

static void
show_nothing (OvMessagePage *self)
{
  gboolean waits = is_tracing (self), is_recording = ov_node_is_recording (self->node);
  const OvFlowGraph *flow = ov_flow_presenter_get_flow (self->presenter);
  OvStoreFigures figures;

  ov_store_get_figures (get_store (self), &figures);
  if (flow && figures.by_kind[OV_EVENT_SEND] + figures.by_kind[OV_EVENT_FLOW] > 0)
    {
      adw_status_page_set_title (self->nothing_status, _("Nobody spoke in this time"));
      adw_status_page_set_description (self->nothing_status,
                                       _("Look at another instant, or drag over a longer time on the "
                                         "time line."));
    }
  else
    {
      adw_status_page_set_title (self->nothing_status, waits ? _("Nobody has spoken yet")
                                                             : _("Nothing is traced yet"));
      adw_status_page_set_description (self->nothing_status,
        waits ? _("A trace is running. Who talks to whom stands here at once.")
        : is_recording ? _("This recording holds no messages.")
        : _("Trace who talks to whom; messages are counted on the node, which hardly notices."));
    }
  gtk_widget_set_visible (self->nothing_button, !waits && !is_recording);
  ov_stack_show (self->stack, "nothing");
}

static void
show_heat_key (OvMessagePage *self)
{
  static const char *const titles[] = {
    [OV_FLOW_COLOR_LATENCY] = N_("Answer after"),
    [OV_FLOW_COLOR_MAILBOX] = N_("Mailbox"),
    [OV_FLOW_COLOR_RATE] = N_("Messages"),
  };
  OvFlowColor color = gtk_drop_down_get_selected (self->color_choice);
  OvFlowRamp ramp = ov_flow_presenter_get_ramp (self->presenter);
  g_autofree char *low = NULL, *high = NULL;

  if (color == OV_FLOW_COLOR_LATENCY)
    {
      low = ov_event_words_duration ((gint64) (ramp.low * 1e9));
      high = ov_event_words_duration ((gint64) (ramp.high * 1e9));
    }
  else if (color == OV_FLOW_COLOR_RATE)
    {
      low = ov_words_rate (ramp.low);
      high = ov_words_rate (ramp.high);
    }
  else
    {
      low = ov_words_count ((guint64) ramp.low);
      high = ov_words_count ((guint64) ramp.high);
    }
  ov_heat_key_set_words (self->heat_key, _(titles[color]), low, high);
}

/* A replay's instant, else what is missing in the picture. */
static void
show_note (OvMessagePage *self)
{
  gint64 at_ns = ov_flow_presenter_get_replay_instant (self->presenter);
  const OvFlowGraph *flow = ov_flow_presenter_get_flow (self->presenter);
  g_autofree char *clock = at_ns ? ov_event_words_clock (at_ns) : NULL;
  g_autofree char *text = NULL;

  if (clock)
    /* Translators: a time, and the speed of a replay. */
    text = g_strdup_printf (_("Replay: %s, ×%g"), clock, ov_message_page_get_speed (self));
  else if (flow && flow->has_gaps)
    text = g_strdup (_("Something is missing in this time: rates are at least these"));
  gtk_label_set_text (self->note_label, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), text != NULL);
  if (!clock && gtk_toggle_button_get_active (self->replay_button))
    gtk_toggle_button_set_active (self->replay_button, FALSE);
}

static void
show_pane (OvMessagePage *self)
{
  guint32 actor = ov_actor_find (get_table (self), get_store (self),
                                 ov_session_get_selected (self->session));
  const OvBottleneck *bottleneck = actor != OV_ACTOR_NONE
    ? ov_flow_presenter_find_bottleneck (self->presenter, actor) : NULL;

  if (self->edge_from != OV_ACTOR_NONE)
    ov_flow_pane_show_edge (self->pane, self->edge_from, self->edge_to,
                            ov_flow_presenter_get_flow (self->presenter));
  else if (bottleneck)
    ov_flow_pane_show_bottleneck (self->pane, bottleneck);
  gtk_revealer_set_reveal_child (self->pane_revealer,
                                 self->edge_from != OV_ACTOR_NONE || bottleneck != NULL);
}

static void
presented_cb (OvMessagePage *self)
{
  const OvFlowGraph *flow = ov_flow_presenter_get_flow (self->presenter);

  if (flow && flow->n_nodes > 0)
    ov_stack_show (self->stack, "graph");
  else if (ov_flow_presenter_get_replay_instant (self->presenter) == 0)
    show_nothing (self);
  show_heat_key (self);
  show_note (self);
  show_pane (self);
}

static void
traces_changed_cb (OvMessagePage *self)
{
  if (g_str_equal (gtk_stack_get_visible_child_name (self->stack), "nothing"))
    show_nothing (self);
}

/* Selection. */

static void
selected_cb (OvMessagePage *self,
             guint64        id)
{
  guint32 slot = slot_of (self, id);

  if (self->is_syncing)
    return;
  if (id != 0)
    self->edge_from = self->edge_to = OV_ACTOR_NONE;
  if (slot != OV_SLOT_NONE || id == 0)
    ov_session_set_selected (self->session, slot);
  ov_graph_canvas_set_focus (self->canvas, gtk_toggle_button_get_active (self->focus_button) ? id : 0);
  show_pane (self);
}

static void
activated_cb (OvMessagePage *self,
              guint64        id)
{
  if (slot_of (self, id) != OV_SLOT_NONE)
    gtk_widget_activate_action (GTK_WIDGET (self), "node.inspect", NULL);
}

static void
session_selected_cb (OvMessagePage *self)
{
  guint32 actor;

  if (ov_session_get_node (self->session) != self->node)
    return;
  actor = ov_actor_find (get_table (self), get_store (self), ov_session_get_selected (self->session));
  if (actor == OV_ACTOR_NONE)
    return;
  self->is_syncing = TRUE;
  ov_graph_canvas_select (self->canvas, ov_flow_scene_id_of (actor));
  self->is_syncing = FALSE;
  if (gtk_toggle_button_get_active (self->focus_button))
    ov_graph_canvas_set_focus (self->canvas, ov_flow_scene_id_of (actor));
  show_pane (self);
}

static void
focus_toggled_cb (OvMessagePage *self)
{
  guint32 actor = ov_actor_find (get_table (self), get_store (self),
                                 ov_session_get_selected (self->session));

  ov_graph_canvas_set_focus (self->canvas, gtk_toggle_button_get_active (self->focus_button)
                                           && actor != OV_ACTOR_NONE ? ov_flow_scene_id_of (actor) : 0);
}

static void
edge_selected_cb (OvMessagePage *self,
                  guint64        from,
                  guint64        to)
{
  self->edge_from = ov_flow_scene_actor_of (from);
  self->edge_to = ov_flow_scene_actor_of (to);
  /* Between groups: zooming in tells which processes talk. */
  if (self->edge_from == OV_ACTOR_NONE || self->edge_to == OV_ACTOR_NONE)
    self->edge_from = self->edge_to = OV_ACTOR_NONE;
  show_pane (self);
}

static void
pane_closed_cb (OvMessagePage *self)
{
  self->edge_from = self->edge_to = OV_ACTOR_NONE;
  gtk_revealer_set_reveal_child (self->pane_revealer, FALSE);
}

/* Under the pointer. */

static void
hovered_cb (OvMessagePage *self,
            guint64        id)
{
  self->hovered = id;
  ov_hover_card_show (OV_HOVER_CARD (self->hover_card), get_table (self), slot_of (self, id));
  gtk_widget_queue_allocate (self->overlay);
}

static const OvFlowEdge *
find_edge (OvMessagePage *self,
           guint64        from,
           guint64        to)
{
  const OvFlowGraph *flow = ov_flow_presenter_get_flow (self->presenter);
  guint32 from_actor = ov_flow_scene_actor_of (from), to_actor = ov_flow_scene_actor_of (to);

  for (guint i = 0; flow && from_actor != OV_ACTOR_NONE && i < flow->n_edges; i++)
    if (flow->edges[i].from == from_actor && flow->edges[i].to == to_actor)
      return &flow->edges[i];
  return NULL;
}

/* "orders → stock: 120/s, answered after 1.2 ms". */
static char *
dup_edge_words (OvMessagePage    *self,
                const OvFlowEdge *edge)
{
  g_autofree char *from = ov_actor_dup_title (get_table (self), get_store (self), edge->from);
  g_autofree char *to = ov_actor_dup_title (get_table (self), get_store (self), edge->to);
  g_autofree char *rate = ov_words_rate (edge->rate);
  g_autofree char *latency = NULL;

  if (!edge->median_ns)
    return g_strdup_printf ("%s → %s: %s", from, to, rate);
  latency = ov_event_words_duration (edge->median_ns);
  /* Translators: sender, receiver, messages a second, the time until an answer. */
  return g_strdup_printf (_("%s → %s: %s, answered after %s"), from, to, rate, latency);
}

static void
edge_hovered_cb (OvMessagePage *self,
                 guint64        from,
                 guint64        to)
{
  const OvFlowEdge *edge = find_edge (self, from, to);
  g_autofree char *words = edge ? dup_edge_words (self, edge) : NULL;

  if (!words)
    {
      show_note (self);
      return;
    }
  gtk_label_set_text (self->note_label, words);
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), TRUE);
}

static gboolean
child_position_cb (GtkOverlay   *overlay,
                   GtkWidget    *child,
                   GdkRectangle *place,
                   gpointer      user_data)
{
  OvMessagePage *self = user_data;
  GdkRectangle item;

  if (child != self->hover_card || self->hovered == 0
      || !ov_graph_canvas_get_item_rect (self->canvas, self->hovered, &item))
    return FALSE;
  ov_hover_card_place (OV_HOVER_CARD (child), overlay, &item, place);
  return TRUE;
}

static void
context_menu_cb (OvMessagePage *self,
                 guint64        id,
                 double         x,
                 double         y)
{
  GdkRectangle at = { (int) x, (int) y, 1, 1 };

  if (slot_of (self, id) == OV_SLOT_NONE)
    return;
  ov_session_set_selected (self->session, slot_of (self, id));
  if (!self->context_popover)
    {
      self->context_popover = GTK_POPOVER (gtk_popover_menu_new_from_model (self->context_menu));
      gtk_popover_set_has_arrow (self->context_popover, FALSE);
      gtk_widget_set_halign (GTK_WIDGET (self->context_popover), GTK_ALIGN_START);
      gtk_widget_set_parent (GTK_WIDGET (self->context_popover), GTK_WIDGET (self));
    }
  gtk_widget_translate_coordinates (GTK_WIDGET (self->canvas), GTK_WIDGET (self), x, y, &x, &y);
  at.x = (int) x;
  at.y = (int) y;
  gtk_popover_set_pointing_to (self->context_popover, &at);
  gtk_popover_popup (self->context_popover);
}

/* "shop_cart, gen_server, … 120 messages a second". */
static char *
describe_cb (OvGraphCanvas *canvas,
             guint64        id,
             gpointer       user_data)
{
  OvMessagePage *self = user_data;
  guint32 slot = slot_of (self, id), actor = ov_flow_scene_actor_of (id);

  if (slot != OV_SLOT_NONE)
    return ov_hover_card_describe (get_table (self), slot);
  return actor != OV_ACTOR_NONE ? ov_actor_dup_title (get_table (self), get_store (self), actor) : NULL;
}

/* Searching. */

static GArray *
list_matches (OvMessagePage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_autoptr(GArray) actors = *text ? ov_actor_list_matching (get_table (self), get_store (self), text)
                                   : g_array_new (FALSE, FALSE, sizeof (guint32));
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (guint i = 0; i < actors->len && i < MAX_MATCHES; i++)
    {
      guint64 id = ov_flow_scene_id_of (g_array_index (actors, guint32, i));

      g_array_append_val (ids, id);
    }
  return ids;
}

static void
search_cb (OvMessagePage *self)
{
  g_autoptr(GArray) ids = list_matches (self);

  ov_graph_canvas_set_matches (self->canvas, (const guint64 *) (void *) ids->data, ids->len);
}

/* To the next one after what is selected. */
static void
search_activated_cb (OvMessagePage *self)
{
  g_autoptr(GArray) ids = list_matches (self);
  OvGraph *graph = ov_graph_canvas_get_graph (self->canvas);
  guint32 selected = ov_actor_find (get_table (self), get_store (self),
                                    ov_session_get_selected (self->session));
  guint64 first = 0, next = 0;

  for (guint i = 0; graph && i < ids->len && !next; i++)
    {
      guint64 id = g_array_index (ids, guint64, i);

      if (ov_graph_find (graph, id) == OV_SCENE_NONE)
        continue;
      first = first ? first : id;
      if (selected != OV_ACTOR_NONE && id > ov_flow_scene_id_of (selected))
        next = id;
    }
  next = next ? next : first;
  if (!next)
    return;
  ov_graph_canvas_select (self->canvas, next);
  selected_cb (self, next);
  ov_graph_canvas_reveal (self->canvas, next);
}

static void
search_stopped_cb (OvMessagePage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

/* Choices. */

static void
color_chosen_cb (OvMessagePage *self)
{
  if (self->presenter)
    ov_flow_presenter_set_color (self->presenter, gtk_drop_down_get_selected (self->color_choice));
}

static void
paused_cb (OvMessagePage *self)
{
  gboolean is_paused = gtk_toggle_button_get_active (self->pause_button);

  gtk_button_set_icon_name (GTK_BUTTON (self->pause_button),
                            is_paused ? "media-playback-start-symbolic"
                                      : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button),
                               is_paused ? _("Paused: go on") : _("Live: hold the graph"));
  if (self->presenter)
    ov_flow_presenter_set_paused (self->presenter, is_paused);
}

static void
replay_toggled_cb (OvMessagePage *self)
{
  gboolean plays = gtk_toggle_button_get_active (self->replay_button);

  if (plays == (ov_flow_presenter_get_replay_instant (self->presenter) != 0))
    return;
  ov_flow_presenter_replay (self->presenter, plays ? ov_message_page_get_speed (self) : 0);
}

static void
ov_message_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ov_message_page_parent_class)->map (widget);
  ov_flow_presenter_set_active (OV_MESSAGE_PAGE (widget)->presenter, TRUE);
}

static void
ov_message_page_unmap (GtkWidget *widget)
{
  if (OV_MESSAGE_PAGE (widget)->presenter)
    ov_flow_presenter_set_active (OV_MESSAGE_PAGE (widget)->presenter, FALSE);
  GTK_WIDGET_CLASS (ov_message_page_parent_class)->unmap (widget);
}

static void
ov_message_page_dispose (GObject *object)
{
  OvMessagePage *self = OV_MESSAGE_PAGE (object);

  if (self->context_popover)
    gtk_widget_unparent (GTK_WIDGET (self->context_popover));
  self->context_popover = NULL;
  if (self->presenter)
    ov_flow_presenter_set_active (self->presenter, FALSE);
  g_clear_object (&self->presenter);
  g_clear_object (&self->settings);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_message_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, focus_button);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, replay_button);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, color_choice);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, nothing_status);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, nothing_button);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, overlay);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, hover_card);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, canvas);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, heat_key);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, note_label);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, pane_revealer);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, pane);
  gtk_widget_class_bind_template_child (widget_class, OvMessagePage, context_menu);
}

static void
bind_callbacks (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, focus_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, color_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, replay_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, paused_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, context_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, edge_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, edge_hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, child_position_cb);
  gtk_widget_class_bind_template_callback (widget_class, pane_closed_cb);
}

static void
ov_message_page_class_init (OvMessagePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_message_page_dispose;
  widget_class->map = ov_message_page_map;
  widget_class->unmap = ov_message_page_unmap;

  g_type_ensure (OV_TYPE_FLOW_LEGEND);
  g_type_ensure (OV_TYPE_FLOW_PANE);
  g_type_ensure (OV_TYPE_GRAPH_CANVAS);
  g_type_ensure (OV_TYPE_HEAT_KEY);
  g_type_ensure (OV_TYPE_HOVER_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-message-page.ui");
  bind_children (widget_class);
  bind_callbacks (widget_class);
  ov_message_page_install_actions (widget_class);
}

static void
ov_message_page_init (OvMessagePage *self)
{
  self->edge_from = self->edge_to = OV_ACTOR_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
  ov_message_page_set_up_settings (self);
  ov_graph_canvas_set_describe_func (self->canvas, describe_cb, self, NULL);
  paused_cb (self);
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
  self->presenter = ov_flow_presenter_new (self->canvas, session, node);
  ov_flow_pane_set_subject (self->pane, session, node);
  g_signal_connect_object (self->presenter, "presented", G_CALLBACK (presented_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (session_selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ov_node_list_traces (node), "items-changed",
                           G_CALLBACK (traces_changed_cb), self, G_CONNECT_SWAPPED);
  show_nothing (self);
}
