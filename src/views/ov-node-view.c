/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNodeView: everything that is shown of one open node.
 *
 *   a page ── the node goes ──► the page with its last picture, and the banner
 *     ▲                                        │
 *     └────────────── the node comes back ─────┘
 *
 * Pages stay as they are while the node is gone: the table keeps its last rows.  Thread: main.
 */
#include "config.h"

#include "views/ov-node-view-private.h"

#include "views/ov-actor-words.h"
#include "views/ov-event-words.h"
#include "views/ov-room.h"
#include "views/ov-settings.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

enum { RECONNECT, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvNodeView, ov_node_view, ADW_TYPE_BIN)

#define FACTS_MS 500

static const struct
{
  const char *name, *title, *icon, *tooltip;
} pages[] = {
  { "tree", N_("Tree"), "ov-tree-symbolic", N_("Supervision trees (Ctrl+1)") },
  { "messages", N_("Messages"), "ov-messages-symbolic", N_("Who talks to whom (Ctrl+2)") },
  { "processes", N_("Processes"), "ov-processes-symbolic", N_("All processes (Ctrl+3)") },
  { "sequence", N_("Sequence"), "ov-sequence-symbolic", N_("One conversation, in order (Ctrl+4)") },
  { "events", N_("Events"), "ov-events-symbolic", N_("Everything that happened (Ctrl+5)") },
  { "restarts", N_("Restarts"), "ov-restarts-symbolic", N_("Restarts and their causes (Ctrl+6)") },
  { "path", N_("Path"), "ov-path-symbolic", N_("One message and what it causes (Ctrl+7)") },
};

/* Pages. */

static GtkWidget *
make_page_row (guint index)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_(pages[index].title));

  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (pages[index].icon));
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, _(pages[index].tooltip));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _(pages[index].title), -1);
  g_object_set_data (G_OBJECT (row), "overstory-label", label);
  return row;
}

static void
page_selected_cb (OvNodeView    *self,
                  GtkListBoxRow *row)
{
  if (row)
    ov_node_view_show_page (self, pages[gtk_list_box_row_get_index (row)].name);
}

/* The sidebar's facts. */

static guint32
find_next_trouble (OvNodeView *self,
                   guint      *n_trouble)
{
  guint32 n, found = OV_SLOT_NONE, first = OV_SLOT_NONE;
  OvProcessTable *table = ov_actor_get_table (self->session, self->node);
  const OvProcess *rows = ov_process_table_get_rows (table, &n);
  guint32 after = ov_session_get_selected (self->session);

  *n_trouble = 0;
  for (guint32 slot = 0; slot < n; slot++)
    {
      if (!rows[slot].used || rows[slot].mark < OV_MARK_SUSPENDED || rows[slot].mark == OV_MARK_DIED)
        continue;
      (*n_trouble)++;
      if (first == OV_SLOT_NONE)
        first = slot;
      if (found == OV_SLOT_NONE && after != OV_SLOT_NONE && slot > after)
        found = slot;
    }
  return found != OV_SLOT_NONE ? found : first;
}

static void
trouble_clicked_cb (OvNodeView *self)
{
  guint n_trouble;
  guint32 slot = find_next_trouble (self, &n_trouble);

  if (slot != OV_SLOT_NONE)
    ov_node_view_jump (self, slot);
}

static void
update_facts (OvNodeView *self)
{
  OvProcessTable *table = ov_actor_get_table (self->session, self->node);
  guint n_processes = ov_process_table_get_n_alive (table), n_applications, n_trouble;
  g_autofree char *count = ov_words_count (n_processes);
  g_autofree char *processes = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s process",
                                                             "%s processes", n_processes), count);
  g_autofree char *applications = NULL, *trouble = NULL;

  ov_process_table_get_applications (table, &n_applications);
  applications = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u application",
                                               "%u applications", n_applications), n_applications);
  find_next_trouble (self, &n_trouble);
  trouble = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u needs attention",
                                          "%u need attention", n_trouble), n_trouble);
  gtk_label_set_text (self->processes_label, processes);
  gtk_label_set_text (self->applications_label, applications);
  gtk_label_set_text (self->trouble_label, trouble);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->trouble_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, trouble, -1);
  gtk_widget_set_visible (self->trouble_button, n_trouble > 0);
}

static gboolean
facts_cb (gpointer user_data)
{
  OvNodeView *self = user_data;

  self->facts_id = 0;
  update_facts (self);
  return G_SOURCE_REMOVE;
}

static void
table_changed_cb (OvNodeView *self)
{
  self->seen_us = g_get_real_time ();
  if (self->facts_id == 0)
    self->facts_id = g_timeout_add (FACTS_MS, facts_cb, self);
}

/* Gone and back. */

static void
update_banner (OvNodeView *self)
{
  OvNodeState state = ov_node_get_state (self->node);
  gboolean is_gone = !ov_node_is_recording (self->node)
                     && (state == OV_NODE_GONE || state == OV_NODE_OFFLINE);
  g_autofree char *name = ov_words_clean (ov_node_get_name (self->node), 200);
  g_autofree char *seen = ov_words_clock (self->seen_us * 1000);
  g_autofree char *text = NULL;

  if (is_gone)
    {
      if (ov_node_is_sandbox (self->node))
        /* Translators: a node name and a time. */
        text = g_strdup_printf (_("%s has ended — last seen %s"), name, seen);
      else
        /* Translators: a node name and a time. */
        text = g_strdup_printf (_("%s is gone — last seen %s"), name, seen);
      gtk_label_set_text (self->banner_label, text);
    }
  gtk_widget_set_visible (self->reconnect_button, !ov_node_is_sandbox (self->node));
  gtk_revealer_set_reveal_child (self->banner, is_gone);
}

static void
state_changed_cb (OvNodeView *self)
{
  if (ov_node_get_state (self->node) == OV_NODE_LIVE)
    self->seen_us = g_get_real_time ();
  ov_node_view_enable_actions (self);
  update_banner (self);
  update_facts (self);
}

/* Another instant than now. */

static void
update_as_of (OvNodeView *self)
{
  gint64 at_ns = ov_session_get_instant (self->session);
  g_autofree char *clock = ov_event_words_clock (at_ns);
  g_autofree char *text = NULL;
  const char *back;

  if (ov_session_get_node (self->session) != self->node)
    return;
  /* Translators: a time of the day. */
  text = g_strdup_printf (_("As of %s"), clock);
  if (at_ns != OV_INSTANT_LIVE)
    gtk_label_set_text (self->as_of_label, text);
  back = ov_node_is_recording (self->node) ? _("To the End") : _("Back to Live");
  gtk_button_set_label (GTK_BUTTON (self->live_button), back);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->live_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  back, -1);
  gtk_revealer_set_reveal_child (self->as_of, at_ns != OV_INSTANT_LIVE);
}

/* A cascade that is shown again says beside the time what it shows; the words stay until another instant. */
static void
replay_step_cb (OvNodeView *self,
                guint       number,
                guint       of,
                const char *words)
{
  g_autofree char *clock = ov_event_words_clock (ov_session_get_instant (self->session));
  g_autofree char *clean = ov_words_clean (words, 200);
  g_autofree char *text = NULL;

  if (number == 0 || *clean == '\0')
    return;
  /* Translators: a time of the day, the number of a step, how many there are, and what happens in it. */
  text = g_strdup_printf (_("As of %s · %u of %u: %s"), clock, number - 1, of - 1, clean);
  gtk_label_set_text (self->as_of_label, text);
}

static void
live_clicked_cb (OvNodeView *self)
{
  ov_restart_page_stop_replay (self->restart_page);
  ov_session_set_instant (self->session, OV_INSTANT_LIVE);
}

/* The person asked for it, or the node is back. */
static void
reconnect_cb (OvNodeView *self)
{
  g_signal_emit (self, signals[RECONNECT], 0);
}

static void
ov_node_view_dispose (GObject *object)
{
  OvNodeView *self = OV_NODE_VIEW (object);

  g_clear_handle_id (&self->facts_id, g_source_remove);
  g_clear_object (&self->node);
  g_clear_object (&self->session);
  g_clear_pointer (&self->page, g_free);

  G_OBJECT_CLASS (ov_node_view_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, sidebar);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, see_label);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, facts);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, trouble_button);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, processes_label);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, applications_label);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, page_rows);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, flap);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, banner);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, banner_label);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, reconnect_button);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, stack);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, inspector);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, tree_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, process_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, message_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, sequence_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, event_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, restart_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, path_page);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, time_strip);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, as_of);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, as_of_label);
  gtk_widget_class_bind_template_child (widget_class, OvNodeView, live_button);
  gtk_widget_class_bind_template_callback (widget_class, page_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, trouble_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, reconnect_cb);
  gtk_widget_class_bind_template_callback (widget_class, live_clicked_cb);
}

static void
ov_node_view_class_init (OvNodeViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_node_view_dispose;

  signals[RECONNECT] = g_signal_new ("reconnect", OV_TYPE_NODE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (OV_TYPE_EVENT_PAGE);
  g_type_ensure (OV_TYPE_INSPECTOR);
  g_type_ensure (OV_TYPE_MESSAGE_PAGE);
  g_type_ensure (OV_TYPE_PATH_PAGE);
  g_type_ensure (OV_TYPE_PROCESS_PAGE);
  g_type_ensure (OV_TYPE_RESTART_PAGE);
  g_type_ensure (OV_TYPE_ROOM);
  g_type_ensure (OV_TYPE_SEQUENCE_PAGE);
  g_type_ensure (OV_TYPE_TIME_STRIP);
  g_type_ensure (OV_TYPE_TREE_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-node-view.ui");
  bind_children (widget_class);
  ov_node_view_install_actions (widget_class);
}

/* Where there is no room for both, the page is what is seen first; F9 lays the pane over it. */
static void
folded_cb (OvNodeView *self)
{
  gboolean is_folded, is_open = g_settings_get_boolean (ov_settings_get (), "inspector-visible");

  g_object_get (self->flap, "folded", &is_folded, NULL);
  if (is_folded && is_open)
    {
      self->closed_by_fold = TRUE;
      g_settings_set_boolean (ov_settings_get (), "inspector-visible", FALSE);
    }
  else if (!is_folded && self->closed_by_fold)
    {
      self->closed_by_fold = FALSE;
      g_settings_set_boolean (ov_settings_get (), "inspector-visible", TRUE);
    }
}

static void
ov_node_view_init (OvNodeView *self)
{
  self->page = g_strdup (pages[0].name);
  self->seen_us = g_get_real_time ();
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_list_box_append (self->page_rows, make_page_row (i));
  g_settings_bind (ov_settings_get (), "inspector-visible", self->flap, "reveal-flap",
                   G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->flap, "notify::folded", G_CALLBACK (folded_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
ov_node_view_new (OvSession *session,
                  OvNode    *node)
{
  OvNodeView *self = g_object_new (OV_TYPE_NODE_VIEW, NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  ov_tree_page_set_subject (self->tree_page, session, node);
  ov_process_page_set_subject (self->process_page, session, node);
  ov_message_page_set_subject (self->message_page, session, node);
  ov_sequence_page_set_subject (self->sequence_page, session, node);
  ov_event_page_set_subject (self->event_page, session, node);
  ov_restart_page_set_subject (self->restart_page, session, node);
  ov_path_page_set_subject (self->path_page, session, node);
  ov_inspector_set_subject (self->inspector, session, node);
  ov_time_strip_set_subject (self->time_strip, session, node);
  g_signal_connect_object (self->restart_page, "replay-step", G_CALLBACK (replay_step_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::instant", G_CALLBACK (update_as_of), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::node", G_CALLBACK (update_as_of), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (table_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "returned", G_CALLBACK (reconnect_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ov_node_get_processes (node), "changed", G_CALLBACK (table_changed_cb),
                           self, G_CONNECT_SWAPPED);
  ov_node_view_show_page (self, pages[0].name);
  update_as_of (self);
  state_changed_cb (self);
  return GTK_WIDGET (self);
}

OvNode *
ov_node_view_get_node (OvNodeView *self)
{
  g_return_val_if_fail (OV_IS_NODE_VIEW (self), NULL);

  return self->node;
}

gboolean
ov_node_view_has_page (const char *page)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    if (g_str_equal (pages[i].name, page))
      return TRUE;
  return FALSE;
}

gboolean
ov_node_view_show_page (OvNodeView *self,
                        const char *page)
{
  g_return_val_if_fail (OV_IS_NODE_VIEW (self), FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      if (!g_str_equal (pages[i].name, page))
        continue;
      g_free (self->page);
      self->page = g_strdup (pages[i].name);
      gtk_list_box_select_row (self->page_rows,
                               gtk_list_box_get_row_at_index (self->page_rows, (int) i));
      gtk_stack_set_visible_child_name (self->stack, page);
      return TRUE;
    }
  return FALSE;
}

void
ov_node_view_set_compact (OvNodeView *self,
                          gboolean    compact)
{
  GtkListBoxRow *row;

  g_return_if_fail (OV_IS_NODE_VIEW (self));

  gtk_widget_set_visible (self->see_label, !compact);
  gtk_widget_set_visible (self->facts, !compact);
  ov_time_strip_set_compact (self->time_strip, compact);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->page_rows, i)); i++)
    gtk_widget_set_visible (g_object_get_data (G_OBJECT (row), "overstory-label"), !compact);
  if (compact)
    gtk_widget_add_css_class (self->sidebar, "compact");
  else
    gtk_widget_remove_css_class (self->sidebar, "compact");
}

void
ov_node_view_set_matches (OvNodeView    *self,
                          const guint32 *slots,
                          guint          n)
{
  g_return_if_fail (OV_IS_NODE_VIEW (self));

  ov_tree_page_set_matches (self->tree_page, slots, n);
}

void
ov_node_view_jump (OvNodeView *self,
                   guint32     slot)
{
  g_return_if_fail (OV_IS_NODE_VIEW (self));

  ov_session_set_selected (self->session, slot);
  if (g_str_equal (self->page, "processes"))
    ov_process_page_reveal (self->process_page);
  else
    ov_tree_page_reveal (self->tree_page, slot);
}

void
ov_node_view_inspect (OvNodeView *self)
{
  g_return_if_fail (OV_IS_NODE_VIEW (self));

  g_settings_set_boolean (ov_settings_get (), "inspector-visible", TRUE);
  gtk_widget_child_focus (GTK_WIDGET (self->inspector), GTK_DIR_TAB_FORWARD);
}

void
ov_node_view_focus_page (OvNodeView *self)
{
  GtkWidget *page;

  g_return_if_fail (OV_IS_NODE_VIEW (self));

  page = gtk_stack_get_visible_child (self->stack);
  if (!gtk_widget_grab_focus (page))
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}
