/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The actions of the node view, "node.…": on the selected process, tracing, and the ways from one
 * page to another: a process, an event, an instant, a conversation.
 * Invariant: what would ask the node is enabled only while there is one to ask.  Thread: main.
 */
#include "config.h"

#include "views/ov-node-view-private.h"

#include "views/ov-actor-words.h"
#include "views/ov-recordings.h"
#include "views/ov-trace-dialog.h"
#include "views/ov-trace-starter.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

/* Around one event, when its conversation is shown. */
#define AROUND_NS (G_GINT64_CONSTANT (2) * 1000 * 1000 * 1000)

static OvProcessTable *
get_table (OvNodeView *self)
{
  return ov_actor_get_table (self->session, self->node);
}

const OvProcess *
ov_node_view_get_selected (OvNodeView *self,
                           guint32    *slot)
{
  *slot = ov_session_get_node (self->session) == self->node
          ? ov_session_get_selected (self->session) : OV_SLOT_NONE;
  return *slot != OV_SLOT_NONE ? ov_process_table_get_row (get_table (self), *slot) : NULL;
}

static void
toast (OvNodeView *self,
       const char *words)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", words);
}

/* The selected process. */

static void
copy_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  g_autofree char *text = NULL, *clean = NULL, *words = NULL;
  guint32 slot;

  if (!ov_node_view_get_selected (self, &slot))
    return;
  text = g_str_equal (action, "node.copy-pid") ? ov_process_table_dup_pid (get_table (self), slot)
                                               : ov_process_table_dup_title (get_table (self), slot);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  clean = ov_words_clean (text, 80);
  /* Translators: what was put on the clipboard. */
  words = g_strdup_printf (_("Copied %s"), clean);
  toast (self, words);
}

static void
inspect_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  ov_node_view_inspect (OV_NODE_VIEW (widget));
}

static void
show_in_cb (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  guint32 slot;

  ov_node_view_show_page (self, g_str_equal (action, "node.show-in-tree") ? "tree" : "processes");
  if (ov_node_view_get_selected (self, &slot))
    ov_node_view_jump (self, slot);
}

/* Tracing. */

static void
trace_dialog_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  guint32 slot;
  g_autofree char *process = ov_node_view_get_selected (self, &slot)
                             ? ov_trace_starter_dup_process (get_table (self), slot) : NULL;

  gtk_window_present (GTK_WINDOW (ov_trace_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)),
                                                       self->session, self->node, process)));
}

static void
trace (OvNodeView   *self,
       OvTraceScope  scope,
       const char   *process)
{
  ov_trace_starter_run (GTK_WIDGET (self), self->session, self->node,
                        ov_trace_starter_make_parameters (scope, process));
}

static void
trace_selected_cb (GtkWidget  *widget,
                   const char *action,
                   GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  gboolean is_subtree = g_str_equal (action, "node.trace-subtree");
  g_autofree char *process = NULL;
  guint32 slot;

  if (!ov_node_view_get_selected (self, &slot))
    return;
  process = ov_trace_starter_dup_process (get_table (self), slot);
  trace (self, is_subtree ? OV_TRACE_SUBTREE : OV_TRACE_PROCESS, process);
}

static void
trace_wide_cb (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  trace (OV_NODE_VIEW (widget), g_str_equal (action, "node.trace-new") ? OV_TRACE_NEW : OV_TRACE_ALL,
         NULL);
}

/* Recordings. */

static void
record_cb (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);

  ov_recordings_toggle (widget, self->session, self->node);
}

static void
save_recording_cb (GtkWidget  *widget,
                   const char *action,
                   GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);

  ov_recordings_save (widget, self->session, self->node);
}

/* Ways. */

static void
show_actor_cb (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  OvStore *store = ov_node_get_store (self->node);
  guint32 actor = g_variant_get_uint32 (parameter);
  guint32 slot = ov_actor_find_slot (get_table (self), store, actor);
  g_autofree char *pid = NULL, *words = NULL;

  if (slot != OV_SLOT_NONE)
    {
      ov_session_set_selected (self->session, slot);
      return;
    }
  pid = ov_actor_dup_pid (store, actor);
  /* Translators: a pid. */
  words = g_strdup_printf (_("%s is not there at this instant. Look at an earlier one on the time line."),
                           pid);
  toast (self, words);
}

static void
show_instant_cb (GtkWidget  *widget,
                 const char *action,
                 GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);

  if (ov_session_get_node (self->session) == self->node)
    ov_session_set_instant (self->session, g_variant_get_int64 (parameter));
}

static void
show_event_cb (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);

  ov_node_view_show_page (self, "events");
  ov_event_page_reveal (self->event_page, g_variant_get_uint64 (parameter));
}

/* What the selected process says and hears. */
static void
show_conversation_cb (GtkWidget  *widget,
                      const char *action,
                      GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);

  ov_node_view_show_page (self, "sequence");
  ov_sequence_page_show (self->sequence_page, NULL, 0, 0, 0, OV_EVENT_NONE);
}

/* The two of an event, around its time. */
static void
show_sequence_cb (GtkWidget  *widget,
                  const char *action,
                  GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  guint64 number = g_variant_get_uint64 (parameter);
  guint32 actors[2];
  OvEvent event;
  guint n = 0;

  if (!ov_store_get_event (ov_node_get_store (self->node), number, &event))
    return;
  if (event.actor != OV_ACTOR_NONE)
    actors[n++] = event.actor;
  if (event.peer != OV_ACTOR_NONE)
    actors[n++] = event.peer;
  ov_node_view_show_page (self, "sequence");
  ov_sequence_page_show (self->sequence_page, actors, n, event.at_ns - AROUND_NS,
                         event.at_ns + AROUND_NS, number);
}

static void
show_sequence_of_cb (GtkWidget  *widget,
                     const char *action,
                     GVariant   *parameter)
{
  OvNodeView *self = OV_NODE_VIEW (widget);
  g_autoptr(GVariant) list = NULL;
  const guint32 *actors;
  gint64 from_ns, to_ns;
  gsize n;

  g_variant_get (parameter, "(@auxx)", &list, &from_ns, &to_ns);
  actors = g_variant_get_fixed_array (list, &n, sizeof *actors);
  ov_node_view_show_page (self, "sequence");
  ov_sequence_page_show (self->sequence_page, actors, (guint) n, from_ns, to_ns, OV_EVENT_NONE);
}

static const struct
{
  const char *name, *parameter;
  void      (*run) (GtkWidget *widget, const char *action, GVariant *parameter);
  gboolean    asks; /* needs a node that answers */
} actions[] = {
  { "node.copy-pid", NULL, copy_cb, FALSE },
  { "node.copy-name", NULL, copy_cb, FALSE },
  { "node.inspect", NULL, inspect_cb, FALSE },
  { "node.show-in-tree", NULL, show_in_cb, FALSE },
  { "node.show-in-processes", NULL, show_in_cb, FALSE },
  { "node.show-actor", "u", show_actor_cb, FALSE },
  { "node.show-instant", "x", show_instant_cb, FALSE },
  { "node.show-event", "t", show_event_cb, FALSE },
  { "node.show-conversation", NULL, show_conversation_cb, FALSE },
  { "node.show-sequence", "t", show_sequence_cb, FALSE },
  { "node.show-sequence-of", "(auxx)", show_sequence_of_cb, FALSE },
  { "node.record", NULL, record_cb, FALSE },
  { "node.save-recording", NULL, save_recording_cb, FALSE },
  { "node.trace", NULL, trace_dialog_cb, TRUE },
  { "node.trace-process", NULL, trace_selected_cb, TRUE },
  { "node.trace-subtree", NULL, trace_selected_cb, TRUE },
  { "node.trace-all", NULL, trace_wide_cb, TRUE },
  { "node.trace-new", NULL, trace_wide_cb, TRUE },
};

void
ov_node_view_install_actions (GtkWidgetClass *widget_class)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter,
                                     actions[i].run);
}

void
ov_node_view_enable_actions (OvNodeView *self)
{
  gboolean is_live = ov_node_get_state (self->node) == OV_NODE_LIVE;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (actions[i].asks)
      gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].name, is_live);
}
