/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTraceDialog: a form over the operation trace.start.
 *
 *   form ── trace_clicked_cb ──► starting ── started_cb: ok ──► told as a toast, closed
 *    ▲                              │ started_cb: error, told above the form
 *    └──────────────────────────────┘
 *
 * What is typed is checked as it is typed, so that the button is only there for what can be tried.
 * Closing cancels.  Thread: main.
 */
#include "config.h"

#include "views/ov-trace-dialog.h"

#include "views/ov-trace-starter.h"

#include <glib/gi18n.h>

struct _OvTraceDialog
{
  AdwWindow       parent_instance;
  OvSession      *session;
  OvNode         *node;
  GCancellable   *cancellable;
  gboolean        is_busy;

  GtkWidget      *trace_button, *form, *trouble, *process_row, *call_row, *match_row;
  GtkSpinner     *spinner;
  GtkLabel       *trouble_label, *call_trouble;
  AdwComboRow    *scope_row, *level_row;
  GtkCheckButton *send_check, *receive_check, *procs_check, *running_check, *garbage_check,
                 *ports_check;
  GtkSpinButton  *rate_spin, *count_spin, *seconds_spin, *nodes_spin;
};

G_DEFINE_FINAL_TYPE (OvTraceDialog, ov_trace_dialog, ADW_TYPE_WINDOW)

/* The check buttons and the words of the parameter "events", in the order of the form. */
static const struct
{
  gsize       check;
  const char *word;
} events[] = {
  { G_STRUCT_OFFSET (OvTraceDialog, send_check), "send" },
  { G_STRUCT_OFFSET (OvTraceDialog, receive_check), "receive" },
  { G_STRUCT_OFFSET (OvTraceDialog, procs_check), "procs" },
  { G_STRUCT_OFFSET (OvTraceDialog, running_check), "running" },
  { G_STRUCT_OFFSET (OvTraceDialog, garbage_check), "garbage_collection" },
  { G_STRUCT_OFFSET (OvTraceDialog, ports_check), "ports" },
};

/* The limits and their parameters; a limit of 0 is left out. */
static const struct
{
  gsize       spin;
  const char *parameter;
} limits[] = {
  { G_STRUCT_OFFSET (OvTraceDialog, rate_spin), "rate" },
  { G_STRUCT_OFFSET (OvTraceDialog, count_spin), "max" },
  { G_STRUCT_OFFSET (OvTraceDialog, seconds_spin), "seconds" },
  { G_STRUCT_OFFSET (OvTraceDialog, nodes_spin), "term-nodes" },
};

/* The choices of the level, in the order of the form; NULL: automatic. */
static const char *const levels[] = { NULL, "events", "edges" };

static const char *
get_text (GtkWidget *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static OvTraceScope
get_scope (OvTraceDialog *self)
{
  return adw_combo_row_get_selected (self->scope_row);
}

static gboolean
has_process (OvTraceDialog *self)
{
  return get_scope (self) == OV_TRACE_PROCESS || get_scope (self) == OV_TRACE_SUBTREE;
}

static char *
dup_events (OvTraceDialog *self)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (gtk_check_button_get_active (G_STRUCT_MEMBER (GtkCheckButton *, self, events[i].check)))
      g_string_append_printf (words, "%s%s", words->len ? "," : "", events[i].word);
  return g_string_free (words, FALSE);
}

/* Checking. */

static gboolean
check_match (const char  *text,
             GError     **error)
{
  g_autoptr(OvTerm) match = ov_term_parse (text, NULL, NULL, error);

  return match && ov_match_spec_check (match, OV_MATCH_CALLS, error);
}

/* What is wrong with the calls, NULL: nothing. */
static GError *
check_calls (OvTraceDialog *self)
{
  const char *call = get_text (self->call_row);
  OvTraceCall parsed = { 0 };
  GError *error = NULL;

  if (*call && ov_trace_call_parse (call, &parsed, &error))
    ov_trace_call_clear (&parsed);
  if (!error && *get_text (self->match_row))
    check_match (get_text (self->match_row), &error);
  return error;
}

static gboolean
is_complete (OvTraceDialog *self,
             const GError  *error)
{
  g_autofree char *words = dup_events (self);

  return !error && (!has_process (self) || *get_text (self->process_row))
         && (*words || *get_text (self->call_row))
         && (!*get_text (self->match_row) || *get_text (self->call_row));
}

static void
update_cb (OvTraceDialog *self)
{
  g_autoptr(GError) error = check_calls (self);

  gtk_widget_set_visible (self->process_row, has_process (self));
  gtk_widget_set_sensitive (self->match_row, *get_text (self->call_row) != '\0');
  gtk_label_set_text (self->call_trouble, error ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->call_trouble), error != NULL);
  gtk_widget_set_sensitive (self->trace_button, !self->is_busy && is_complete (self, error));
}

/* Starting. */

static void
set_busy (OvTraceDialog *self,
          gboolean       is_busy)
{
  self->is_busy = is_busy;
  gtk_widget_set_sensitive (self->form, !is_busy);
  if (is_busy)
    gtk_spinner_start (self->spinner);
  else
    gtk_spinner_stop (self->spinner);
  update_cb (self);
}

static void
add_text (JsonObject *parameters,
          const char *name,
          const char *text)
{
  if (text && *text)
    json_object_set_string_member (parameters, name, text);
}

static JsonObject *
read_form (OvTraceDialog *self)
{
  JsonObject *parameters = ov_trace_starter_make_parameters (get_scope (self),
                                                             get_text (self->process_row));
  g_autofree char *words = dup_events (self);

  add_text (parameters, "events", words);
  add_text (parameters, "call", get_text (self->call_row));
  add_text (parameters, "match", get_text (self->match_row));
  add_text (parameters, "level", levels[adw_combo_row_get_selected (self->level_row)]);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      GtkSpinButton *spin = G_STRUCT_MEMBER (GtkSpinButton *, self, limits[i].spin);

      if (gtk_spin_button_get_value_as_int (spin) > 0)
        json_object_set_int_member (parameters, limits[i].parameter,
                                    gtk_spin_button_get_value_as_int (spin));
    }
  return parameters;
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(OvTraceDialog) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *words = ov_trace_starter_run_finish (result, &error);
  g_autofree char *trouble = NULL;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  set_busy (self, FALSE);
  if (words)
    {
      gtk_widget_activate_action (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (self))),
                                  "win.toast", "s", words);
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  trouble = ov_request_dup_words (error);
  gtk_label_set_text (self->trouble_label, trouble);
  gtk_widget_set_visible (self->trouble, TRUE);
}

static void
trace_clicked_cb (OvTraceDialog *self)
{
  if (!gtk_widget_get_sensitive (self->trace_button))
    return;
  gtk_widget_set_visible (self->trouble, FALSE);
  set_busy (self, TRUE);
  ov_trace_starter_run_async (self->session, self->node, read_form (self), self->cancellable,
                              started_cb, g_object_ref (self));
}

static void
ov_trace_dialog_dispose (GObject *object)
{
  OvTraceDialog *self = OV_TRACE_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  g_clear_object (&self->node);

  G_OBJECT_CLASS (ov_trace_dialog_parent_class)->dispose (object);
}

static gboolean
ov_trace_dialog_close_request (GtkWindow *window)
{
  g_cancellable_cancel (OV_TRACE_DIALOG (window)->cancellable);
  return GTK_WINDOW_CLASS (ov_trace_dialog_parent_class)->close_request (window);
}

/* With a process there is nothing that must be said: Enter traces it. */
static void
ov_trace_dialog_map (GtkWidget *widget)
{
  OvTraceDialog *self = OV_TRACE_DIALOG (widget);

  GTK_WIDGET_CLASS (ov_trace_dialog_parent_class)->map (widget);
  gtk_widget_grab_focus (gtk_widget_get_sensitive (self->trace_button) ? self->trace_button
                                                                        : GTK_WIDGET (self->scope_row));
}

static void
ov_trace_dialog_finalize (GObject *object)
{
  g_object_unref (OV_TRACE_DIALOG (object)->cancellable);

  G_OBJECT_CLASS (ov_trace_dialog_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, trace_button);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, form);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, trouble);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, scope_row);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, process_row);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, send_check);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, receive_check);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, procs_check);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, running_check);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, garbage_check);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, ports_check);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, call_row);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, match_row);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, call_trouble);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, level_row);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, rate_spin);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, count_spin);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, seconds_spin);
  gtk_widget_class_bind_template_child (widget_class, OvTraceDialog, nodes_spin);
}

static void
ov_trace_dialog_class_init (OvTraceDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_trace_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = ov_trace_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = ov_trace_dialog_close_request;
  widget_class->map = ov_trace_dialog_map;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-trace-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, update_cb);
  gtk_widget_class_bind_template_callback (widget_class, trace_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_window_close);
}

static void
ov_trace_dialog_init (OvTraceDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->trace_button);
}

GtkWidget *
ov_trace_dialog_new (GtkWindow  *parent,
                     OvSession  *session,
                     OvNode     *node,
                     const char *process)
{
  OvTraceDialog *self = g_object_new (OV_TYPE_TRACE_DIALOG, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  self->node = g_object_ref (node);
  gtk_editable_set_text (GTK_EDITABLE (self->process_row), process ? process : "");
  adw_combo_row_set_selected (self->scope_row, process ? OV_TRACE_PROCESS : OV_TRACE_ALL);
  update_cb (self);
  return GTK_WIDGET (self);
}
