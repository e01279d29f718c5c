/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvInspector: the pane about the selected process.
 *
 *   nothing ── selected ──► row (what the table has, at once) ── answered ──► row and details
 *      ▲                      │ every second while mapped: asked again      │
 *      └── unselected ────────┴──────────── died: details stay, mark told ──┘
 *
 * One question at a time; an answer about a process that is no longer selected is dropped with
 * its cancellable.  The selected row is pinned, so that the table keeps its figures over time.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-inspector.h"

#include "views/ov-actor-words.h"
#include "views/ov-details.h"
#include "views/ov-facts.h"
#include "views/ov-figure-row.h"
#include "views/ov-process-words.h"
#include "views/ov-relations.h"
#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define REFRESH_MS 1000
#define NS_PER_S   G_GINT64_CONSTANT (1000000000)

struct _OvInspector
{
  AdwBin        parent_instance;
  OvSession    *session;
  OvNode       *node;
  OvProcessTable *table;    /* the one of the instant that is looked at */
  GSignalGroup *table_signals;
  guint32       slot;       /* what is shown; OV_SLOT_NONE: nothing */
  guint32       generation;
  GCancellable *asking;     /* NULL: no question is under way */
  guint         timer;

  GtkStack     *stack;
  GtkWidget    *sections, *figures, *mark_box, *mark_icon;
  GtkLabel     *title_label, *pid_label, *mark_label, *trouble_label;
  OvFigureRow  *memory, *reductions, *mailbox;
  OvFacts      *identity, *supervision;
  GtkWidget    *supervision_section;
  OvRelations  *path;
  OvDetails    *details;
};

G_DEFINE_FINAL_TYPE (OvInspector, ov_inspector, ADW_TYPE_BIN)

static OvProcessTable *
get_table (OvInspector *self)
{
  return self->table;
}

static const OvProcess *
get_row (OvInspector *self)
{
  const OvProcess *row = NULL;

  if (self->slot != OV_SLOT_NONE)
    row = ov_process_table_get_row (get_table (self), self->slot);
  return row && row->generation == self->generation ? row : NULL;
}

/* What the table knows. */

static void
show_figures (OvInspector     *self,
              const OvProcess *row)
{
  const OvHistory *history = ov_process_table_get_history (get_table (self), self->slot);
  g_autofree char *memory = ov_words_bytes (row->memory_bytes);
  g_autofree char *reductions = ov_words_rate (row->reductions_per_s);
  g_autofree char *mailbox = ov_words_count (row->message_queue_len);

  ov_figure_row_set (self->memory, memory, history);
  ov_figure_row_set (self->reductions, reductions, history);
  ov_figure_row_set (self->mailbox, mailbox, history);
}

static void
show_mark (OvInspector     *self,
           const OvProcess *row)
{
  OvStrings *strings = ov_process_table_get_strings (get_table (self));
  const char *words = row->mark == OV_MARK_NONE ? NULL : ov_process_words_of_mark (row->mark);
  gboolean is_bad = row->mark == OV_MARK_CRASHED;
  g_autofree char *reason = NULL, *text = NULL;

  if (!row->alive && !words)
    words = _("Ended");
  if (!row->alive && row->reason != OV_STRING_NONE)
    {
      reason = ov_words_term (ov_strings_get (strings, row->reason), 600);
      text = g_strdup_printf ("%s: %s", words, reason);
    }
  gtk_label_set_text (self->mark_label, text ? text : words ? words : "");
  gtk_widget_set_visible (self->mark_box, words != NULL);
  gtk_widget_set_css_classes (self->mark_box, (const char *[]) {
    "mark-box", is_bad ? "died" : row->mark >= OV_MARK_SUSPENDED && row->alive ? "warned" : "calm",
    NULL });
  gtk_image_set_from_icon_name (GTK_IMAGE (self->mark_icon),
                                is_bad ? "dialog-error-symbolic"
                                : row->mark >= OV_MARK_SUSPENDED ? "dialog-warning-symbolic"
                                : "dialog-information-symbolic");
}

/* "shop_cart:init/1" of what the row began with. */
static char *
dup_call (OvInspector     *self,
          const OvProcess *row)
{
  OvStrings *strings = ov_process_table_get_strings (get_table (self));
  const char *module = ov_strings_get (strings, row->module);
  const char *function = ov_strings_get (strings, row->function);

  return module && function ? g_strdup_printf ("%s:%s/%u", module, function, row->arity) : NULL;
}

static void
show_identity (OvInspector     *self,
               const OvProcess *row)
{
  OvStrings *strings = ov_process_table_get_strings (get_table (self));
  g_autofree char *call = dup_call (self, row);
  g_autofree char *child_id = NULL, *born = NULL, *restarts = NULL;

  if (row->child_id != OV_STRING_NONE)
    child_id = ov_words_term (ov_strings_get (strings, row->child_id), 200);
  if (row->born_ns > 0)
    born = ov_words_clock (row->born_ns);
  if (row->n_restarts > 0)
    restarts = ov_words_count (row->n_restarts);
  ov_facts_begin (self->identity);
  ov_facts_add (self->identity, _("Kind"), ov_process_words_of_behaviour (row->behaviour), FALSE);
  ov_facts_add (self->identity, _("Label"), ov_strings_get (strings, row->label), FALSE);
  ov_facts_add (self->identity, _("Status"), ov_process_words_of_status (row->status), FALSE);
  ov_facts_add (self->identity, _("Began in"), call, TRUE);
  ov_facts_add (self->identity, _("Is in"), ov_strings_get (strings, row->current), TRUE);
  ov_facts_add (self->identity, _("Child id"), child_id, TRUE);
  ov_facts_add (self->identity, _("Restart"), ov_process_words_of_restart (row->restart), FALSE);
  ov_facts_add (self->identity, _("Restarts seen"), restarts, FALSE);
  ov_facts_add (self->identity, _("Born"), born, FALSE);
  ov_facts_end (self->identity);
}

/* Restarts by this supervisor within its period, as seen since attaching. */
static guint
count_restarts (OvInspector     *self,
                const OvProcess *row)
{
  gint64 since_ns = g_get_real_time () * 1000 - (gint64) row->period_s * NS_PER_S;
  guint64 number = ov_process_table_get_n_facts (get_table (self));
  guint n = 0;

  while (number-- > 0)
    {
      const OvLifeFact *fact = ov_process_table_get_fact (get_table (self), number);

      if (!fact || fact->at_ns < since_ns)
        break;
      if (fact->kind == OV_LIFE_RESTARTED && ov_pid_equal (&fact->supervisor, &row->pid))
        n++;
    }
  return n;
}

static void
show_supervision (OvInspector     *self,
                  const OvProcess *row)
{
  gboolean is_supervisor = row->behaviour == OV_BEHAVIOUR_SUPERVISOR;
  g_autofree char *children = ov_words_count (row->n_children);
  g_autofree char *intensity = NULL, *headroom = NULL;

  gtk_widget_set_visible (self->supervision_section, is_supervisor);
  if (!is_supervisor)
    return;
  if (row->strategy != OV_STRATEGY_UNKNOWN)
    {
      guint n = count_restarts (self, row);

      intensity = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u restart in %u s",
                                                "%u restarts in %u s", row->intensity),
                                   row->intensity, row->period_s);
      /* Translators: restarts that are left of those allowed, "3 of 5 left". */
      headroom = g_strdup_printf (_("%u of %u left"),
                                  row->intensity > n ? row->intensity - n : 0, row->intensity);
    }
  ov_facts_begin (self->supervision);
  ov_facts_add (self->supervision, _("Strategy"), ov_process_words_of_strategy (row->strategy),
                TRUE);
  ov_facts_add (self->supervision, _("Intensity"), intensity, FALSE);
  ov_facts_add (self->supervision, _("Headroom"), headroom, FALSE);
  ov_facts_add (self->supervision, _("Children"), children, FALSE);
  ov_facts_add (self->supervision, _("Note"), ov_process_words_of_answer (row->answer), FALSE);
  ov_facts_end (self->supervision);
}

static void
show_row (OvInspector *self)
{
  const OvProcess *row = get_row (self);
  g_autofree char *title = NULL, *clean = NULL, *pid = NULL;

  gtk_stack_set_visible_child_name (self->stack, row ? "process" : "nothing");
  if (!row)
    return;
  title = ov_process_table_dup_title (get_table (self), self->slot);
  clean = ov_words_clean (title, 300);
  pid = ov_process_table_dup_pid (get_table (self), self->slot);
  if (!g_str_equal (gtk_label_get_text (self->title_label), clean))
    gtk_label_set_text (self->title_label, clean);
  if (!g_str_equal (gtk_label_get_text (self->pid_label), pid))
    gtk_label_set_text (self->pid_label, pid);
  show_mark (self, row);
  show_figures (self, row);
  show_identity (self, row);
  show_supervision (self, row);
  ov_relations_set_path (self->path, get_table (self), self->slot);
}

/* What the node tells. */

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(OvInspector) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);
  JsonNode *json = body ? ov_answer_body_get_json (body, &error) : NULL;

  /* Another process was selected, or the pane went: that answer is nobody's. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->asking);
  if (json && JSON_NODE_HOLDS_OBJECT (json) && get_row (self))
    {
      ov_details_set (self->details, get_table (self), json_node_get_object (json));
      gtk_widget_set_visible (GTK_WIDGET (self->details), TRUE);
    }
  /* That it ended is told by its mark. */
  gtk_widget_set_visible (GTK_WIDGET (self->trouble_label),
                          error && get_row (self) && get_row (self)->alive
                          && !g_error_matches (error, OV_OPERATION_ERROR,
                                               OV_OPERATION_ERROR_NOT_FOUND));
  if (error)
    gtk_label_set_text (self->trouble_label, error->message);
}

static void
ask (OvInspector *self)
{
  const OvProcess *row = get_row (self);
  g_autofree char *pid = NULL;

  if (!row || !row->alive || self->asking || !gtk_widget_get_mapped (GTK_WIDGET (self))
      || ov_node_get_state (self->node) != OV_NODE_LIVE
      || ov_session_get_instant (self->session) != OV_INSTANT_LIVE)
    return;
  pid = ov_process_table_dup_pid (get_table (self), self->slot);
  self->asking = g_cancellable_new ();
  ov_request_run_async ("process.info", self->session, self->node,
                        ov_request_parameters ("pid", pid, NULL), NULL, self->asking, answered_cb,
                        g_object_ref (self));
}

static gboolean
timer_cb (gpointer user_data)
{
  OvInspector *self = user_data;

  show_row (self);
  ask (self);
  return G_SOURCE_CONTINUE;
}

/* What is selected. */

static void
stop_asking (OvInspector *self)
{
  if (self->asking)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
}

static void
unpin (OvInspector *self)
{
  if (self->slot != OV_SLOT_NONE && get_row (self))
    ov_process_table_unpin (get_table (self), self->slot);
}

static void
selected_cb (OvInspector *self)
{
  guint32 slot = ov_session_get_selected (self->session);
  const OvProcess *row;

  /* What is selected on another node concerns another pane. */
  if (ov_session_get_node (self->session) != self->node)
    return;
  stop_asking (self);
  unpin (self);
  if (g_set_object (&self->table, ov_actor_get_table (self->session, self->node)))
    g_signal_group_set_target (self->table_signals, self->table);
  row = slot != OV_SLOT_NONE ? ov_process_table_get_row (get_table (self), slot) : NULL;
  self->slot = row ? slot : OV_SLOT_NONE;
  self->generation = row ? row->generation : 0;
  if (row)
    ov_process_table_pin (get_table (self), slot);
  gtk_widget_set_visible (GTK_WIDGET (self->details), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->trouble_label), FALSE);
  show_row (self);
  ask (self);
}

static void
walk_cb (OvInspector *self,
         guint        slot)
{
  ov_session_set_selected (self->session, slot);
}

/* A death or a restart is told at once, figures with the next second. */
static void
table_changed_cb (OvInspector *self,
                  guint        flags)
{
  if (self->slot != OV_SLOT_NONE && (flags & (OV_TABLE_STRUCTURE | OV_TABLE_DETAILS))
      && gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_row (self);
}

static void
ov_inspector_map (GtkWidget *widget)
{
  OvInspector *self = OV_INSPECTOR (widget);

  GTK_WIDGET_CLASS (ov_inspector_parent_class)->map (widget);
  if (self->timer == 0)
    self->timer = g_timeout_add (REFRESH_MS, timer_cb, self);
  if (self->node)
    timer_cb (self);
}

static void
ov_inspector_unmap (GtkWidget *widget)
{
  OvInspector *self = OV_INSPECTOR (widget);

  g_clear_handle_id (&self->timer, g_source_remove);
  GTK_WIDGET_CLASS (ov_inspector_parent_class)->unmap (widget);
}

static GtkWidget *
append (OvInspector *self,
        GtkWidget   *widget)
{
  gtk_box_append (GTK_BOX (self->sections), widget);
  return widget;
}

static OvFacts *
append_facts (OvInspector *self,
              const char  *text,
              GtkWidget  **section)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *facts = ov_facts_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), facts);
  append (self, box);
  if (section)
    *section = box;
  return OV_FACTS (facts);
}

static void
add_sections (OvInspector *self)
{
  self->memory = OV_FIGURE_ROW (ov_figure_row_new (_("Memory"), OV_FIGURE_MEMORY));
  self->reductions = OV_FIGURE_ROW (ov_figure_row_new (_("Reductions"), OV_FIGURE_REDUCTIONS));
  self->mailbox = OV_FIGURE_ROW (ov_figure_row_new (_("Mailbox"), OV_FIGURE_MAILBOX));
  gtk_box_append (GTK_BOX (self->figures), GTK_WIDGET (self->memory));
  gtk_box_append (GTK_BOX (self->figures), GTK_WIDGET (self->reductions));
  gtk_box_append (GTK_BOX (self->figures), GTK_WIDGET (self->mailbox));

  self->supervision = append_facts (self, _("Supervision"), &self->supervision_section);
  self->identity = append_facts (self, _("Identity"), NULL);
  self->path = OV_RELATIONS (append (self, ov_relations_new (_("Place in the tree"))));
  self->details = OV_DETAILS (append (self, ov_details_new ()));
  g_signal_connect_object (self->path, "walk", G_CALLBACK (walk_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->details, "walk", G_CALLBACK (walk_cb), self, G_CONNECT_SWAPPED);
}

static void
ov_inspector_dispose (GObject *object)
{
  OvInspector *self = OV_INSPECTOR (object);

  stop_asking (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->node)
    unpin (self);
  self->slot = OV_SLOT_NONE;
  g_clear_object (&self->table_signals);
  g_clear_object (&self->table);
  g_clear_object (&self->node);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_inspector_parent_class)->dispose (object);
}

static void
ov_inspector_class_init (OvInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_inspector_dispose;
  widget_class->map = ov_inspector_map;
  widget_class->unmap = ov_inspector_unmap;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, OvInspector, stack);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, sections);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, figures);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, mark_box);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, mark_icon);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, mark_label);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, title_label);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, pid_label);
  gtk_widget_class_bind_template_child (widget_class, OvInspector, trouble_label);
}

static void
ov_inspector_init (OvInspector *self)
{
  self->slot = OV_SLOT_NONE;
  gtk_widget_init_template (GTK_WIDGET (self));
  add_sections (self);
}

void
ov_inspector_set_subject (OvInspector *self,
                          OvSession   *session,
                          OvNode      *node)
{
  g_return_if_fail (OV_IS_INSPECTOR (self));
  g_return_if_fail (self->node == NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  self->table = g_object_ref (ov_node_get_processes (node));
  self->table_signals = g_signal_group_new (OV_TYPE_PROCESS_TABLE);
  g_signal_group_connect_swapped (self->table_signals, "changed", G_CALLBACK (table_changed_cb), self);
  g_signal_group_set_target (self->table_signals, self->table);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::node", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::table", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  selected_cb (self);
}
