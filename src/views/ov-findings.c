/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvFindings: the doctor's steps as a list; each has a mark, a word and, where it failed, a
 * hint.  The hint can be selected, since it often is a command.  Thread: main.
 */
#include "config.h"

#include "views/ov-findings.h"

#include "views/ov-request.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

struct _OvFindings
{
  AdwBin               parent_instance;
  AdwPreferencesGroup *group;
  GtkWidget           *rows;
  GString             *text;
};

G_DEFINE_FINAL_TYPE (OvFindings, ov_findings, ADW_TYPE_BIN)

typedef enum { STEP_FINE, STEP_FAILED, STEP_SKIPPED } StepResult;

static const struct
{
  const char *icon, *css_class, *sign, *word;
} results[] = {
  [STEP_FINE] = { "emblem-ok-symbolic", "success", "✓", N_("fine") },
  [STEP_FAILED] = { "dialog-error-symbolic", "error", "✗", N_("failed") },
  [STEP_SKIPPED] = { "content-loading-symbolic", "dim-label", "–", N_("not tried") },
};

static const struct
{
  const char *name, *title;
} steps[] = {
  { "name", N_("Node name") },
  { "epmd", N_("Port mapper (epmd)") },
  { "registered", N_("Registered with epmd") },
  { "port", N_("Distribution port") },
  { "handshake", N_("Handshake") },
  { "cookie", N_("Cookie") },
  { "code_loading", N_("Loading the probe") },
  { "versions", N_("Versions") },
};

static const char *
get_step_title (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_strcmp0 (steps[i].name, name) == 0)
      return _(steps[i].title);
  return name ? name : "";
}

static void
copy_clicked_cb (OvFindings *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->text->str);
}

static GtkWidget *
make_label (const char *text,
            const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_row (const char *title,
          const char *message,
          const char *hint,
          StepResult  result)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *across = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *down = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *icon = gtk_image_new_from_icon_name (results[result].icon);
  g_autofree char *name = g_strdup_printf ("%s: %s. %s %s", title, _(results[result].word),
                                           message, hint ? hint : "");

  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (icon, results[result].css_class);
  gtk_box_append (GTK_BOX (across), icon);
  gtk_box_append (GTK_BOX (across), down);
  gtk_widget_set_hexpand (down, TRUE);
  gtk_box_append (GTK_BOX (down), make_label (title, result == STEP_SKIPPED ? "dim-label" : NULL));
  if (*message)
    gtk_box_append (GTK_BOX (down), make_label (message, "dim-caption"));
  if (hint && *hint)
    {
      GtkWidget *label = make_label (hint, "caption");

      gtk_label_set_selectable (GTK_LABEL (label), TRUE);
      gtk_widget_set_margin_top (label, 4);
      gtk_box_append (GTK_BOX (down), label);
    }
  gtk_widget_add_css_class (across, "finding");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), across);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return row;
}

static void
add_step (OvFindings *self,
          JsonObject *step)
{
  g_autofree char *message = ov_words_clean (ov_json_get_text (step, "message"), 1000);
  g_autofree char *hint = ov_words_clean (ov_json_get_text (step, "hint"), 1000);
  const char *title = get_step_title (ov_json_get_text (step, "name"));
  StepResult result = STEP_FAILED;

  if (json_object_has_member (step, "ok") && json_object_get_boolean_member (step, "ok"))
    result = STEP_FINE;
  else if (json_object_get_boolean_member_with_default (step, "skipped", FALSE))
    result = STEP_SKIPPED;
  if (result == STEP_FINE)
    g_clear_pointer (&hint, g_free);

  gtk_list_box_append (GTK_LIST_BOX (self->rows), make_row (title, message, hint, result));
  g_string_append_printf (self->text, "%s %s: %s\n", results[result].sign, title, message);
  if (hint && *hint)
    g_string_append_printf (self->text, "  → %s\n", hint);
}

static void
ov_findings_finalize (GObject *object)
{
  g_string_free (OV_FINDINGS (object)->text, TRUE);

  G_OBJECT_CLASS (ov_findings_parent_class)->finalize (object);
}

static void
ov_findings_class_init (OvFindingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ov_findings_finalize;
}

static void
ov_findings_init (OvFindings *self)
{
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  self->text = g_string_new (NULL);
  self->group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->group, _("What was found"));
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_valign (copy, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (copy, _("Copy the findings"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Copy the findings"), -1);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_clicked_cb), self);
  adw_preferences_group_set_header_suffix (self->group, copy);

  self->rows = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->rows), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->rows, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->rows), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("What was found"), -1);
  adw_preferences_group_add (self->group, self->rows);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->group));
}

void
ov_findings_show (OvFindings *self,
                  JsonObject *answer)
{
  JsonArray *list;
  GtkWidget *row;

  g_return_if_fail (OV_IS_FINDINGS (self));

  while ((row = gtk_widget_get_first_child (self->rows)))
    gtk_list_box_remove (GTK_LIST_BOX (self->rows), row);
  g_string_truncate (self->text, 0);
  list = ov_json_get_array (answer, "steps");
  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonNode *step = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_OBJECT (step))
        add_step (self, json_node_get_object (step));
    }
}
