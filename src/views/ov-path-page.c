/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPathPage:
 *
 *   form ── Send and Follow ──► following ── the answer ──► hops
 *    ▲                              │ Stop, error              │
 *    └──────────────────────────────┴──────────────────────────┘
 *
 * Following sends a message, so the button works in sandboxes and on armed nodes only, and says so.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-path-page.h"

#include "canvas/widget/ov-graph-canvas.h"
#include "views/ov-path-list.h"
#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>
#include <math.h>

struct _OvPathPage
{
  AdwBin         parent_instance;
  OvSession     *session;
  OvNode        *node;
  GCancellable  *cancellable; /* of what is being followed; NULL: nothing is */
  JsonNode      *answer;

  GtkEditable   *from_entry, *to_entry, *message_entry;
  GtkWidget     *follow_button, *stop_button, *spinner, *arm_note, *copy_button;
  GtkLabel      *note_label, *error_label;
  GtkStack      *stack;
  OvPathList    *list;
  OvGraphCanvas *canvas;
};

G_DEFINE_FINAL_TYPE (OvPathPage, ov_path_page, ADW_TYPE_BIN)

static gboolean
can_follow (OvPathPage *self)
{
  return self->node != NULL && ov_node_get_state (self->node) == OV_NODE_LIVE && ov_node_get_armed (self->node)
         && self->cancellable == NULL && *gtk_editable_get_text (self->from_entry) != '\0'
         && *gtk_editable_get_text (self->to_entry) != '\0' && *gtk_editable_get_text (self->message_entry) != '\0';
}

static void
update (OvPathPage *self)
{
  gboolean is_following = self->cancellable != NULL;

  gtk_widget_set_sensitive (self->follow_button, can_follow (self));
  gtk_widget_set_visible (self->follow_button, !is_following);
  gtk_widget_set_visible (self->stop_button, is_following);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), is_following);
  gtk_widget_set_visible (self->spinner, is_following);
  gtk_widget_set_visible (self->arm_note, self->node != NULL && !ov_node_get_armed (self->node));
}

static void
set_label (GtkLabel   *label,
           const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

/* The graph: who took part, and every hop as an edge. */

static guint32
ensure_member (OvGraph    *graph,
               GHashTable *indexes,
               JsonObject *hop,
               const char *pid_member,
               const char *name_member)
{
  const char *pid = ov_json_get_text (hop, pid_member), *name = ov_json_get_text (hop, name_member);
  g_autofree char *label = ov_words_clean (name != NULL ? name : pid, 80);
  g_autofree char *sublabel = name != NULL && pid != NULL ? ov_words_clean (pid, 80) : NULL;
  const char *key = pid != NULL ? pid : "";
  OvGraphNode node = { .id = g_hash_table_size (indexes) + 1, .parent = OV_SCENE_NONE, .shape = OV_SHAPE_PLAIN,
                       .heat = OV_HEAT_NONE, .weight = 0 };
  gpointer found;
  guint32 index;

  if (g_hash_table_lookup_extended (indexes, key, NULL, &found))
    return GPOINTER_TO_UINT (found);
  index = ov_graph_add (graph, &node, label, sublabel);
  g_hash_table_insert (indexes, g_strdup (key), GUINT_TO_POINTER (index));

  return index;
}

static void
draw_graph (OvPathPage *self,
            JsonArray  *hops)
{
  g_autoptr(OvGraph) graph = ov_graph_new (16);
  g_autoptr(GHashTable) indexes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = json_array_get_length (hops);
  g_autofree guint64 *from = g_new0 (guint64, n + 1), *to = g_new0 (guint64, n + 1);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *hop = json_array_get_object_element (hops, i);
      OvGraphEdge edge = { .rate = 1, .seconds = NAN, .heat = OV_HEAT_NONE };
      g_autofree char *label = g_strdup_printf ("%u", i + 1);

      edge.from = ensure_member (graph, indexes, hop, "from", "from_name");
      edge.to = ensure_member (graph, indexes, hop, "to", "to_name");
      ov_graph_add_edge (graph, &edge, label);
      from[i] = edge.from + 1;
      to[i] = edge.to + 1;
    }
  ov_graph_freeze (graph);
  ov_graph_canvas_set_graph (self->canvas, graph);
  ov_graph_canvas_set_path (self->canvas, from, to, n);
}

/* Following. */

static char *
dup_notes (JsonObject *answer)
{
  JsonArray *notes = ov_json_get_array (answer, "notes");
  const char *sent_by = ov_json_get_text (answer, "sent_by");
  GString *into = g_string_new (NULL);

  if (sent_by != NULL)
    {
      g_autofree char *pid = ov_words_clean (sent_by, 80);

      /* Translators: a pid. */
      g_string_append_printf (into, _("Sent by %s."), pid);
    }
  for (guint i = 0; notes != NULL && i < json_array_get_length (notes); i++)
    {
      g_autofree char *note = ov_words_clean (ov_json_get_element (notes, i, NULL), 300);

      g_string_append_printf (into, " %s", note);
    }
  if (json_object_get_boolean_member_with_default (answer, "cut", FALSE))
    g_string_append_printf (into, " %s", _("There were more hops than are shown."));

  return g_string_free (into, FALSE);
}

static void
show_answer (OvPathPage *self)
{
  JsonObject *answer = json_node_get_object (self->answer);
  JsonArray *hops = ov_json_get_array (answer, "hops");
  g_autofree char *notes = dup_notes (answer);

  set_label (self->note_label, notes);
  gtk_widget_set_sensitive (self->copy_button, hops != NULL && json_array_get_length (hops) > 0);
  if (hops == NULL || json_array_get_length (hops) == 0)
    {
      gtk_stack_set_visible_child_name (self->stack, "unseen");
      return;
    }
  ov_path_list_set (self->list, hops);
  draw_graph (self, hops);
  gtk_stack_set_visible_child_name (self->stack, "hops");
}

static void
followed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(OvPathPage) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);
  JsonNode *json = body != NULL ? ov_answer_body_get_json (body, &error) : NULL;

  g_clear_object (&self->cancellable);
  if (self->node == NULL)
    return;
  update (self);
  if (json == NULL)
    {
      g_autofree char *words = ov_request_dup_words (error);
      g_autofree char *clean = ov_words_clean (words, 0);

      set_label (self->error_label, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? NULL : clean);
      return;
    }
  g_clear_pointer (&self->answer, json_node_unref);
  self->answer = json_node_ref (json);
  show_answer (self);
}

static void
follow_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  OvPathPage *self = OV_PATH_PAGE (widget);

  if (!can_follow (self))
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->from_entry));
      return;
    }
  set_label (self->error_label, NULL);
  self->cancellable = g_cancellable_new ();
  update (self);
  ov_request_run_async ("flow.path", self->session, self->node,
                        ov_request_parameters ("from", gtk_editable_get_text (self->from_entry),
                                               "to", gtk_editable_get_text (self->to_entry),
                                               "message", gtk_editable_get_text (self->message_entry), NULL),
                        NULL, self->cancellable, followed_cb, g_object_ref (self));
}

static void
stop_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  OvPathPage *self = OV_PATH_PAGE (widget);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static void
copy_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  OvPathPage *self = OV_PATH_PAGE (widget);
  JsonObject *answer = self->answer != NULL ? json_node_get_object (self->answer) : NULL;
  g_autofree char *text = answer != NULL ? ov_path_list_dup_text (ov_json_get_array (answer, "hops")) : NULL;

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied the path"));
}

/* What is selected on another page is who one wants to write to. */
static void
selected_changed_cb (OvPathPage *self)
{
  OvProcessTable *table = ov_session_get_table (self->session);
  guint32 slot = ov_session_get_selected (self->session);
  const OvProcess *row;
  g_autofree char *text = NULL;

  if (table == NULL || slot == OV_SLOT_NONE || ov_session_get_node (self->session) != self->node
      || gtk_widget_get_mapped (GTK_WIDGET (self)) || !(row = ov_process_table_get_row (table, slot)))
    return;
  text = row->name != OV_STRING_NONE
         ? g_strdup (ov_strings_get (ov_process_table_get_strings (table), row->name))
         : ov_process_table_dup_pid (table, slot);
  gtk_editable_set_text (self->to_entry, text);
}

/* Selects on every page whom the hop went to. */
static void
hop_activated_cb (OvPathPage *self,
                  guint       number)
{
  JsonArray *hops = ov_json_get_array (json_node_get_object (self->answer), "hops");
  const char *text = ov_json_get_text (json_array_get_object_element (hops, number), "to");
  OvProcessTable *table = ov_session_get_table (self->session);
  OvPid pid;

  if (table == NULL || text == NULL || !ov_pid_parse (text, ov_process_table_get_node_name (table), &pid))
    return;
  ov_session_set_selected (self->session, ov_process_table_find_pid (table, &pid));
}

static void
ov_path_page_dispose (GObject *object)
{
  OvPathPage *self = OV_PATH_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->answer, json_node_unref);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_path_page_parent_class)->dispose (object);
}

static void
ov_path_page_class_init (OvPathPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_path_page_dispose;

  g_type_ensure (OV_TYPE_PATH_LIST);
  g_type_ensure (OV_TYPE_GRAPH_CANVAS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-path-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, from_entry);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, to_entry);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, message_entry);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, follow_button);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, arm_note);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, copy_button);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, note_label);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, stack);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, list);
  gtk_widget_class_bind_template_child (widget_class, OvPathPage, canvas);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, hop_activated_cb);
  gtk_widget_class_install_action (widget_class, "path.follow", NULL, follow_action);
  gtk_widget_class_install_action (widget_class, "path.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "path.copy", NULL, copy_action);
}

static void
ov_path_page_init (OvPathPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
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
  g_signal_connect_object (node, "notify::armed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (node, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (selected_changed_cb), self, G_CONNECT_SWAPPED);
  update (self);
}
