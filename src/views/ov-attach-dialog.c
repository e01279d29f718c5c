/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvAttachDialog: which node, with which cookie; and when it does not work, why not.
 *
 *   form ── attach_clicked_cb ──► attaching ── attached_cb: ok ──► "attached", closed
 *    ▲                               │ attached_cb: error
 *    └── visited_cb: findings ◄── visiting (the doctor looks where it fails)
 *
 * Closing cancels whatever is under way.  Thread: main.
 */
#include "config.h"

#include "views/ov-attach-dialog.h"

#include "views/ov-findings.h"
#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

typedef enum { COOKIE_DEFAULT, COOKIE_FILE, COOKIE_TYPED } CookieSource;

struct _OvAttachDialog
{
  AdwWindow             parent_instance;
  OvSession            *session;
  GCancellable         *cancellable;
  GtkFileChooserNative *chooser;
  char                 *cookie_file;
  gboolean              is_busy, was_active;

  GtkWidget   *attach_button, *form, *trouble, *file_row, *typed_row, *keep_row, *keep_switch,
              *name_row, *host_row, *port_row, *place_row;
  GtkSpinner  *spinner;
  GtkLabel    *trouble_label;
  AdwComboRow *cookie_row;
  OvFindings  *findings;
};

enum { ATTACHED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvAttachDialog, ov_attach_dialog, ADW_TYPE_WINDOW)

static const char *
get_text (GtkWidget *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static CookieSource
get_source (OvAttachDialog *self)
{
  return adw_combo_row_get_selected (self->cookie_row);
}

static gboolean
is_complete (OvAttachDialog *self)
{
  const char *at = strchr (get_text (self->name_row), '@');
  const char *port = get_text (self->port_row);
  guint64 number;

  if (!at || at == get_text (self->name_row) || !at[1])
    return FALSE;
  if (*port && !g_ascii_string_to_unsigned (port, 10, 1, G_MAXUINT16, &number, NULL))
    return FALSE;
  return (get_source (self) != COOKIE_FILE || self->cookie_file)
         && (get_source (self) != COOKIE_TYPED || *get_text (self->typed_row));
}

static void
update_cb (OvAttachDialog *self)
{
  CookieSource source = get_source (self);

  gtk_widget_set_visible (self->file_row, source == COOKIE_FILE);
  gtk_widget_set_visible (self->typed_row, source == COOKIE_TYPED);
  gtk_widget_set_visible (self->keep_row, source == COOKIE_TYPED);
  gtk_widget_set_sensitive (self->attach_button, !self->is_busy && is_complete (self));
}

static void
set_busy (OvAttachDialog *self,
          gboolean        is_busy)
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
read_form (OvAttachDialog  *self,
           OvAttachRequest *request)
{
  CookieSource source = get_source (self);

  *request = (OvAttachRequest) {
    .name = get_text (self->name_row),
    .host = get_text (self->host_row),
    .port = (guint) g_ascii_strtoull (get_text (self->port_row), NULL, 10),
    .cookie_file = source == COOKIE_FILE ? self->cookie_file : NULL,
    .cookie = source == COOKIE_TYPED ? get_text (self->typed_row) : NULL,
    .keep_cookie = source == COOKIE_TYPED && gtk_switch_get_active (GTK_SWITCH (self->keep_switch)),
  };
}

static void
visited_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(OvAttachDialog) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) answer = ov_attachment_visit_finish (result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  set_busy (self, FALSE);
  /* Without findings the words of the failed attach still stand above. */
  gtk_widget_set_visible (GTK_WIDGET (self->findings), answer != NULL);
  if (answer)
    ov_findings_show (self->findings, answer);
}

static void
show_trouble (OvAttachDialog *self,
              const GError   *error)
{
  g_autofree char *words = ov_request_dup_words (error);

  gtk_label_set_text (self->trouble_label, words);
  gtk_widget_set_visible (self->trouble, TRUE);
}

static void
visit (OvAttachDialog *self)
{
  OvAttachRequest request;

  read_form (self, &request);
  set_busy (self, TRUE);
  ov_attachment_visit_async (self->session, &request, self->cancellable, visited_cb,
                             g_object_ref (self));
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(OvAttachDialog) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvNode) node = ov_attachment_finish (result, NULL, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (node)
    {
      g_signal_emit (self, signals[ATTACHED], 0, node);
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  show_trouble (self, error);
  visit (self);
}

static void
attach_clicked_cb (OvAttachDialog *self)
{
  OvAttachRequest request;

  if (self->is_busy || !is_complete (self))
    return;
  read_form (self, &request);
  set_busy (self, TRUE);
  gtk_widget_set_visible (self->trouble, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->findings), FALSE);
  ov_attachment_attach_async (self->session, &request, self->cancellable, attached_cb,
                              g_object_ref (self));
}

static void
set_cookie_file (OvAttachDialog *self,
                 const char     *path)
{
  g_autofree char *shown = ov_words_clean (path, 300);

  g_free (self->cookie_file);
  self->cookie_file = g_strdup (path);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->file_row), shown);
  update_cb (self);
}

static void
file_chosen_cb (OvAttachDialog *self,
                int             response)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));

      set_cookie_file (self, g_file_peek_path (file));
    }
  g_clear_object (&self->chooser);
}

static void
choose_file_cb (OvAttachDialog *self)
{
  if (self->chooser)
    return;
  self->chooser = gtk_file_chooser_native_new (_("Choose a cookie file"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (file_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static gboolean
ov_attach_dialog_close_request (GtkWindow *window)
{
  g_cancellable_cancel (OV_ATTACH_DIALOG (window)->cancellable);

  return GTK_WINDOW_CLASS (ov_attach_dialog_parent_class)->close_request (window);
}

/* The keyboard begins at the name.  Not sooner than the window has it: focus in a window that is
 * not shown yet hides it from assistive technology (GTK 4.8). */
static void
active_cb (OvAttachDialog *self)
{
  if (self->was_active || !gtk_window_is_active (GTK_WINDOW (self)))
    return;
  self->was_active = TRUE;
  gtk_widget_grab_focus (self->name_row);
}

static void
ov_attach_dialog_dispose (GObject *object)
{
  OvAttachDialog *self = OV_ATTACH_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_attach_dialog_parent_class)->dispose (object);
}

static void
ov_attach_dialog_finalize (GObject *object)
{
  OvAttachDialog *self = OV_ATTACH_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_free (self->cookie_file);

  G_OBJECT_CLASS (ov_attach_dialog_parent_class)->finalize (object);
}

static void
ov_attach_dialog_class_init (OvAttachDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_attach_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = ov_attach_dialog_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = ov_attach_dialog_close_request;

  signals[ATTACHED] = g_signal_new ("attached", OV_TYPE_ATTACH_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 1, OV_TYPE_NODE);

  g_type_ensure (OV_TYPE_FINDINGS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-attach-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, attach_button);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, form);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, trouble);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, trouble_label);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, cookie_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, file_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, typed_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, keep_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, keep_switch);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, place_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, host_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, port_row);
  gtk_widget_class_bind_template_child (widget_class, OvAttachDialog, findings);
  gtk_widget_class_bind_template_callback (widget_class, attach_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_file_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_window_close);
}

static void
ov_attach_dialog_init (OvAttachDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_cb), NULL);
  update_cb (self);
}

GtkWidget *
ov_attach_dialog_new (GtkWindow *parent,
                      OvSession *session)
{
  OvAttachDialog *self = g_object_new (OV_TYPE_ATTACH_DIALOG, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

void
ov_attach_dialog_fill (OvAttachDialog        *self,
                       const OvAttachRequest *request)
{
  g_return_if_fail (OV_IS_ATTACH_DIALOG (self));

  gtk_editable_set_text (GTK_EDITABLE (self->name_row), request->name);
  if (request->host && *request->host)
    gtk_editable_set_text (GTK_EDITABLE (self->host_row), request->host);
  if (request->port > 0)
    {
      g_autofree char *port = g_strdup_printf ("%u", request->port);

      gtk_editable_set_text (GTK_EDITABLE (self->port_row), port);
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self->place_row), TRUE);
    }
  if (request->cookie_file && *request->cookie_file)
    {
      adw_combo_row_set_selected (self->cookie_row, COOKIE_FILE);
      set_cookie_file (self, request->cookie_file);
    }
  update_cb (self);
}

void
ov_attach_dialog_explain (OvAttachDialog *self,
                          const GError   *error)
{
  g_return_if_fail (OV_IS_ATTACH_DIALOG (self));

  show_trouble (self, error);
  if (is_complete (self))
    visit (self);
}
