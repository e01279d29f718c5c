/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSequencePage: one conversation as a sequence chart.
 *
 *   stale ── refresh ──► making (task pool) ── made_cb ──► shown
 *     ▲                                                      │
 *     └── another choice, range or instant; live: new events ┘
 *
 * While live, the chart is made anew at most once a second; a late answer is dropped with its
 * cancellable.  Whom it shows: those that another page named, else what is typed, else the selected
 * process, else everybody.  Thread: main.
 */
#include "config.h"

#include "views/ov-sequence-page.h"

#include "canvas/widget/ov-chart-canvas.h"
#include "canvas/widget/ov-look.h"
#include "export/ov-tree-scene.h"
#include "views/ov-actor-words.h"
#include "views/ov-bytes-saver.h"
#include "views/ov-event-pane.h"
#include "views/ov-event-words.h"
#include "views/ov-sequence-chart.h"
#include "views/ov-settings.h"
#include "views/ov-stack.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <string.h>

#define REFRESH_MS 1000

struct _OvSequencePage
{
  AdwBin           parent_instance;
  OvSession       *session;
  OvNode          *node;
  OvSequenceChart *shown;     /* NULL: nothing yet */
  GCancellable    *making;    /* NULL: nothing is under way */
  GArray          *named;     /* of guint32: whom another page named; NULL: nobody */
  gint64           from_ns, to_ns; /* of that; 0, 0: the session's */
  guint64          wanted;    /* this event is to be brought into sight */
  guint64          made_end;  /* of the store, when the chart was begun */
  gboolean         is_stale;
  guint            timer;

  GtkSearchEntry  *process_entry;
  GtkWidget       *named_button, *pane, *cut_label;
  GtkLabel        *named_label, *count_label;
  GtkToggleButton *pause_button;
  GtkSpinner      *spinner;
  GtkStack        *stack;
  AdwStatusPage   *nothing_status;
  OvChartCanvas   *canvas;
};

G_DEFINE_FINAL_TYPE (OvSequencePage, ov_sequence_page, ADW_TYPE_BIN)

static OvStore *
get_store (OvSequencePage *self)
{
  return ov_node_get_store (self->node);
}

static gboolean
is_current (OvSequencePage *self)
{
  return self->node && ov_session_get_node (self->session) == self->node;
}

/* Whom, when. */

/* What is shown of whom; (element-type guint32), empty: everybody. */
static GArray *
list_actors (OvSequencePage *self,
             gboolean       *both)
{
  OvProcessTable *table = ov_actor_get_table (self->session, self->node);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->process_entry));
  GArray *actors;
  guint32 actor;

  *both = FALSE;
  if (self->named)
    {
      *both = self->named->len > 1;
      return g_array_ref (self->named);
    }
  if (*text)
    return ov_actor_list_matching (table, get_store (self), text);
  actors = g_array_new (FALSE, FALSE, sizeof (guint32));
  actor = ov_actor_find (table, get_store (self), ov_session_get_selected (self->session));
  if (actor != OV_ACTOR_NONE)
    g_array_append_val (actors, actor);
  return actors;
}

/* Everything but what has no place in a conversation. */
static guint64
get_kinds (void)
{
  return ~(OV_EVENT_MASK (OV_EVENT_RECORDS) | OV_EVENT_MASK (OV_EVENT_FLOW)
           | OV_EVENT_MASK (OV_EVENT_LATENCY) | OV_EVENT_MASK (OV_EVENT_IN)
           | OV_EVENT_MASK (OV_EVENT_OUT) | OV_EVENT_MASK (OV_EVENT_GC_START)
           | OV_EVENT_MASK (OV_EVENT_GC_END))
         & (OV_EVENT_MASK (OV_N_EVENT_KINDS) - 1);
}

static void
get_range (OvSequencePage *self,
           gint64         *from_ns,
           gint64         *to_ns)
{
  if (self->to_ns)
    {
      *from_ns = self->from_ns;
      *to_ns = self->to_ns;
      return;
    }
  ov_session_get_range (self->session, from_ns, to_ns);
}

/* Live: the range moves with time, and nothing holds it. */
static gboolean
is_live (OvSequencePage *self)
{
  gint64 from_ns, to_ns;

  return is_current (self) && !self->to_ns && ov_node_get_state (self->node) == OV_NODE_LIVE
         && ov_session_get_instant (self->session) == OV_INSTANT_LIVE
         && !ov_session_get_range (self->session, &from_ns, &to_ns)
         && !gtk_toggle_button_get_active (self->pause_button);
}

/* Showing. */

static void
show_nothing (OvSequencePage *self)
{
  OvStoreFigures figures;
  gboolean has_messages, has_counts;

  ov_store_get_figures (get_store (self), &figures);
  has_messages = figures.by_kind[OV_EVENT_SEND] + figures.by_kind[OV_EVENT_RECEIVE] > 0;
  has_counts = figures.by_kind[OV_EVENT_FLOW] > 0;
  adw_status_page_set_title (self->nothing_status, has_messages ? _("Nobody spoke in this time")
                                                   : has_counts ? _("Messages were only counted")
                                                   : _("No conversation yet"));
  adw_status_page_set_description (self->nothing_status,
    has_messages ? _("Choose another process, or drag over a longer time on the time line.")
    : has_counts ? _("Trace single events of a process to see what it says to whom, in order.")
    : _("Trace the messages of a process to see whom it talks to, in order."));
  ov_stack_show (self->stack, "nothing");
}

static void
show_count (OvSequencePage *self)
{
  guint n_steps, n_lanes;
  g_autofree char *steps = NULL, *text = NULL;

  ov_conversation_get_steps (self->shown->conversation, &n_steps);
  ov_conversation_get_lanes (self->shown->conversation, &n_lanes);
  steps = ov_words_count (n_steps);
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s step", "%s steps", n_steps), steps);
  gtk_label_set_text (self->count_label, text);
  gtk_widget_set_visible (self->cut_label, ov_conversation_is_cut (self->shown->conversation));
  if (n_steps == 0)
    show_nothing (self);
  else
    ov_stack_show (self->stack, "chart");
}

/* The row of an event, or of the first step after it; G_MAXUINT: none. */
static guint
find_row (OvSequencePage *self,
          guint64         event)
{
  guint n;
  const OvConversationStep *steps = ov_conversation_get_steps (self->shown->conversation, &n);
  guint after = G_MAXUINT;

  for (guint i = 0; i < n; i++)
    {
      if (steps[i].event == event)
        return i;
      if (after == G_MAXUINT && steps[i].event > event)
        after = i;
    }
  return after;
}

static void
reveal_wanted (OvSequencePage *self)
{
  guint row;

  if (self->wanted == OV_EVENT_NONE)
    return;
  row = find_row (self, self->wanted);
  self->wanted = OV_EVENT_NONE;
  if (row == G_MAXUINT)
    return;
  ov_chart_canvas_select (self->canvas, row);
  ov_chart_canvas_reveal (self->canvas, row);
}

/* As in the tree. */
static void
dress_lanes (OvSequencePage *self)
{
  OvProcessTable *table = ov_actor_get_table (self->session, self->node);
  guint32 n;
  const OvChartLane *lanes = ov_chart_get_lanes (self->shown->chart, &n);

  for (guint32 i = 0; i < n; i++)
    {
      guint32 slot = ov_actor_find_slot (table, get_store (self), (guint32) (lanes[i].id - 1));
      const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (table, slot) : NULL;

      if (row)
        ov_chart_set_look (self->shown->chart, i, ov_tree_scene_shape_of (row),
                           row->mark == OV_MARK_CRASHED ? OV_TONE_ERROR : OV_TONE_NEUTRAL);
    }
}

static void refresh (OvSequencePage *self);

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(OvSequencePage) self = user_data;
  g_autoptr(GError) error = NULL;
  OvSequenceChart *made = ov_sequence_chart_make_finish (result, &error);
  gboolean follows = is_live (self);
  guint n;

  /* Cancelled: another one is on its way, or the page is gone. */
  if (!made)
    return;
  g_clear_object (&self->making);
  gtk_spinner_stop (self->spinner);
  g_clear_pointer (&self->shown, ov_sequence_chart_free);
  self->shown = made;
  dress_lanes (self);
  ov_chart_canvas_set_chart (self->canvas, made->chart, TRUE);
  show_count (self);
  ov_conversation_get_steps (made->conversation, &n);
  if (self->wanted != OV_EVENT_NONE)
    reveal_wanted (self);
  else if (follows && n > 0)
    ov_chart_canvas_reveal (self->canvas, n - 1);
  if (self->is_stale)
    refresh (self);
}

static void
refresh (OvSequencePage *self)
{
  gboolean both;
  g_autoptr(GArray) actors = NULL;
  OvEventQuery query = { .kinds = get_kinds () };

  self->is_stale = TRUE;
  if (!is_current (self) || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (self->making)
    g_cancellable_cancel (self->making);
  g_clear_object (&self->making);
  self->is_stale = FALSE;
  self->made_end = ov_store_get_end (get_store (self));
  actors = list_actors (self, &both);
  get_range (self, &query.from_ns, &query.to_ns);
  query.actors = (const guint32 *) actors->data;
  query.n_actors = actors->len;
  query.both = both;
  self->making = g_cancellable_new ();
  gtk_spinner_start (self->spinner);
  ov_sequence_chart_make_async (get_store (self), &query, ov_settings_is_elixir (), self->making,
                                made_cb, g_object_ref (self));
}

static gboolean
timer_cb (gpointer user_data)
{
  OvSequencePage *self = user_data;

  /* Each is let finish: a long one would never be seen if the next cancelled it. */
  if (self->making == NULL && is_live (self)
      && ov_store_get_end (get_store (self)) != self->made_end)
    refresh (self);
  return G_SOURCE_CONTINUE;
}

static void
ov_sequence_page_map (GtkWidget *widget)
{
  OvSequencePage *self = OV_SEQUENCE_PAGE (widget);

  GTK_WIDGET_CLASS (ov_sequence_page_parent_class)->map (widget);
  refresh (self);
  if (self->timer == 0)
    self->timer = g_timeout_add (REFRESH_MS, timer_cb, self);
}

static void
ov_sequence_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&OV_SEQUENCE_PAGE (widget)->timer, g_source_remove);
  GTK_WIDGET_CLASS (ov_sequence_page_parent_class)->unmap (widget);
}

/* Whom: what a person chooses. */

static void
set_named (OvSequencePage *self,
           GArray         *named) /* (transfer full) (nullable) */
{
  g_autoptr(GString) words = g_string_new (NULL);

  g_clear_pointer (&self->named, g_array_unref);
  self->named = named;
  for (guint i = 0; named && i < named->len; i++)
    {
      g_autofree char *title = ov_actor_dup_title (ov_actor_get_table (self->session, self->node),
                                                   get_store (self),
                                                   g_array_index (named, guint32, i));

      g_string_append_printf (words, "%s%s", i ? " ↔ " : "", title);
    }
  gtk_label_set_text (self->named_label, words->str);
  gtk_widget_set_visible (self->named_button, named != NULL);
}

static void
forget_named_cb (OvSequencePage *self)
{
  set_named (self, NULL);
  self->from_ns = self->to_ns = 0;
  refresh (self);
}

static void
process_typed_cb (OvSequencePage *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->process_entry)))
    forget_named_cb (self);
  else
    refresh (self);
}

static void
session_selected_cb (OvSequencePage *self)
{
  if (!self->named && !*gtk_editable_get_text (GTK_EDITABLE (self->process_entry)))
    refresh (self);
}

static void
session_time_cb (OvSequencePage *self)
{
  self->from_ns = self->to_ns = 0;
  refresh (self);
}

static void
paused_cb (OvSequencePage *self)
{
  gboolean is_paused = gtk_toggle_button_get_active (self->pause_button);

  gtk_button_set_icon_name (GTK_BUTTON (self->pause_button),
                            is_paused ? "media-playback-start-symbolic"
                                      : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button),
                               is_paused ? _("Paused: show what came since")
                                         : _("Live: hold the chart"));
  if (!is_paused && self->session)
    refresh (self);
}

/* One step. */

static void
row_selected_cb (OvSequencePage *self,
                 guint           row)
{
  guint n;
  const OvConversationStep *steps = self->shown
    ? ov_conversation_get_steps (self->shown->conversation, &n) : NULL;

  ov_event_pane_show (OV_EVENT_PANE (self->pane),
                      steps && row < n ? steps[row].event : OV_EVENT_NONE);
}

static void
row_activated_cb (OvSequencePage *self,
                  guint           row)
{
  guint64 number;

  row_selected_cb (self, row);
  number = ov_event_pane_get_number (OV_EVENT_PANE (self->pane));
  if (number != OV_EVENT_NONE)
    gtk_widget_activate_action (GTK_WIDGET (self), "node.show-event", "t", number);
}

static void
lane_selected_cb (OvSequencePage *self,
                  guint64         id)
{
  if (id > 0 && id - 1 < OV_ACTOR_NONE)
    gtk_widget_activate_action (GTK_WIDGET (self), "node.show-actor", "u", (guint32) (id - 1));
}

/* Saving. */

static GBytes *
export (OvSequencePage *self,
        const char     *format)
{
  char *text;

  if (g_str_equal (format, "svg"))
    return ov_chart_to_svg (self->shown->chart, ov_look_get_theme ());
  text = g_str_equal (format, "mmd")
         ? ov_conversation_to_mermaid (self->shown->conversation, ov_settings_is_elixir ())
         : ov_conversation_to_text (self->shown->conversation, ov_settings_is_elixir ());
  return g_bytes_new_take (text, strlen (text));
}

static void
save_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  OvSequencePage *self = OV_SEQUENCE_PAGE (widget);
  const char *format = g_variant_get_string (parameter, NULL);
  g_autofree char *name = g_strdup_printf ("%s.sequence.%s", ov_node_get_name (self->node), format);
  g_autoptr(GBytes) bytes = NULL;

  if (!self->shown)
    return;
  bytes = export (self, format);
  ov_bytes_saver_run (widget, _("Save the Sequence"), name, bytes);
}

static void
ov_sequence_page_dispose (GObject *object)
{
  OvSequencePage *self = OV_SEQUENCE_PAGE (object);

  if (self->making)
    g_cancellable_cancel (self->making);
  g_clear_object (&self->making);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->shown, ov_sequence_chart_free);
  g_clear_pointer (&self->named, g_array_unref);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_sequence_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, process_entry);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, named_button);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, named_label);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, count_label);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, cut_label);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, pause_button);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, spinner);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, nothing_status);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, canvas);
  gtk_widget_class_bind_template_child (widget_class, OvSequencePage, pane);
  gtk_widget_class_bind_template_callback (widget_class, process_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, forget_named_cb);
  gtk_widget_class_bind_template_callback (widget_class, paused_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, lane_selected_cb);
}

static void
ov_sequence_page_class_init (OvSequencePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_sequence_page_dispose;
  widget_class->map = ov_sequence_page_map;
  widget_class->unmap = ov_sequence_page_unmap;

  g_type_ensure (OV_TYPE_CHART_CANVAS);
  g_type_ensure (OV_TYPE_EVENT_PANE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-sequence-page.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "sequence.save", "s", save_cb);
}

static void
ov_sequence_page_init (OvSequencePage *self)
{
  self->wanted = OV_EVENT_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
  paused_cb (self);
  g_signal_connect_object (ov_settings_get (), "changed::term-style", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
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
  ov_event_pane_set_subject (OV_EVENT_PANE (self->pane), session, node);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (session_selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::instant", G_CALLBACK (session_time_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "range-changed", G_CALLBACK (session_time_cb), self,
                           G_CONNECT_SWAPPED);
  show_nothing (self);
}

void
ov_sequence_page_show (OvSequencePage *self,
                       const guint32  *actors,
                       guint           n,
                       gint64          from_ns,
                       gint64          to_ns,
                       guint64         event)
{
  g_return_if_fail (OV_IS_SEQUENCE_PAGE (self));

  gtk_editable_set_text (GTK_EDITABLE (self->process_entry), "");
  set_named (self, n ? g_array_append_vals (g_array_new (FALSE, FALSE, sizeof *actors), actors, n)
                     : NULL);
  self->from_ns = from_ns;
  self->to_ns = to_ns;
  self->wanted = event;
  refresh (self);
}
