/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See the header.  Everything in a hop comes from a node: each text is cleaned before it is shown.
 * Thread: main.
 */
#include "config.h"

#include "views/ov-path-list.h"

#include "views/ov-request.h"
#include "views/ov-restart-story.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

#define INDENT      22
/* What a hop's number takes, so that what is below it begins where its words do. */
#define NUMBER_WIDTH 38
#define MAX_INDENT 330
#define MAX_NAME    80
#define MAX_MESSAGE 300

struct _OvPathList
{
  AdwBin      parent_instance;
  GtkListBox *rows;
};

enum { HOP_ACTIVATED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvPathList, ov_path_list, ADW_TYPE_BIN)

static char *
dup_name (JsonObject *hop,
          const char *name_member,
          const char *pid_member)
{
  const char *name = ov_json_get_text (hop, name_member);

  return ov_words_clean (name != NULL ? name : ov_json_get_text (hop, pid_member), MAX_NAME);
}

/* "orders → stock" */
static char *
dup_ways (JsonObject *hop)
{
  g_autofree char *from = dup_name (hop, "from_name", "from");
  g_autofree char *to = dup_name (hop, "to_name", "to");

  if (json_object_get_boolean_member_with_default (hop, "spawn", FALSE))
    /* Translators: a process spawned another. */
    return g_strdup_printf (_("%s spawned %s"), from, to);

  return g_strdup_printf ("%s → %s", from, to);
}

/* From sending to being taken out of the mailbox. */
static char *
dup_wait (JsonObject *hop)
{
  gint64 sent, received;

  if (!ov_json_get_integer (hop, "sent_ns", &sent) || !ov_json_get_integer (hop, "received_ns", &received))
    return g_strdup (_("not taken up"));

  return ov_restart_words_duration (MAX (received - sent, 0));
}

static guint
get_depth (JsonObject *hop)
{
  gint64 depth = 0;

  ov_json_get_integer (hop, "depth", &depth);

  return (guint) CLAMP (depth, 0, 1000);
}

static GtkWidget *
make_label (const char *text,
            const char *style,
            gboolean    expands)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, expands);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);

  return label;
}

static GtkWidget *
make_lost (JsonObject *hop)
{
  g_autofree char *words = ov_words_clean (ov_json_get_text (hop, "lost"), MAX_MESSAGE);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-information-symbolic");
  GtkWidget *label = make_label (words, "dim-caption", TRUE);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_margin_start (box, NUMBER_WIDTH);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);

  return box;
}

static GtkWidget *
make_row (JsonObject *hop,
          guint       number)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autofree char *count = g_strdup_printf ("%u", number + 1);
  g_autofree char *ways = dup_ways (hop);
  g_autofree char *message = ov_words_term (ov_json_get_text (hop, "message"), MAX_MESSAGE);
  g_autofree char *wait = dup_wait (hop);
  GtkWidget *index = make_label (count, "numeric", FALSE), *time = make_label (wait, "numeric", FALSE);

  gtk_widget_set_margin_start (row, (int) MIN (get_depth (hop) * INDENT, MAX_INDENT));
  gtk_widget_add_css_class (row, "story-step");
  gtk_widget_add_css_class (index, "dim-label");
  gtk_label_set_width_chars (GTK_LABEL (index), 3);
  gtk_label_set_xalign (GTK_LABEL (index), 1);
  gtk_widget_add_css_class (time, "dim-label");
  gtk_widget_set_tooltip_text (time, _("From being sent until it was taken out of the mailbox"));
  gtk_box_append (GTK_BOX (line), index);
  gtk_box_append (GTK_BOX (line), make_label (ways, NULL, FALSE));
  gtk_box_append (GTK_BOX (line), make_label (message, "monospace", TRUE));
  gtk_box_append (GTK_BOX (line), time);
  gtk_box_append (GTK_BOX (row), line);
  if (ov_json_get_text (hop, "lost") != NULL)
    gtk_box_append (GTK_BOX (row), make_lost (hop));

  return row;
}

static void
row_activated_cb (OvPathList    *self,
                  GtkListBoxRow *row)
{
  g_signal_emit (self, signals[HOP_ACTIVATED], 0, (guint) gtk_list_box_row_get_index (row));
}

static void
ov_path_list_class_init (OvPathListClass *klass)
{
  signals[HOP_ACTIVATED] = g_signal_new ("hop-activated", OV_TYPE_PATH_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
ov_path_list_init (OvPathList *self)
{
  self->rows = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->rows, GTK_SELECTION_BROWSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->rows), "path-hops");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->rows), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("What the message caused, hop by hop"), -1);
  g_signal_connect_swapped (self->rows, "row-activated", G_CALLBACK (row_activated_cb), self);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->rows));
}

void
ov_path_list_set (OvPathList *self,
                  JsonArray  *hops)
{
  GtkListBoxRow *row;

  g_return_if_fail (OV_IS_PATH_LIST (self));

  while ((row = gtk_list_box_get_row_at_index (self->rows, 0)))
    gtk_list_box_remove (self->rows, GTK_WIDGET (row));
  for (guint i = 0; hops != NULL && i < json_array_get_length (hops); i++)
    gtk_list_box_append (self->rows, make_row (json_array_get_object_element (hops, i), i));
}

char *
ov_path_list_dup_text (JsonArray *hops)
{
  GString *into = g_string_new (NULL);

  for (guint i = 0; hops != NULL && i < json_array_get_length (hops); i++)
    {
      JsonObject *hop = json_array_get_object_element (hops, i);
      g_autofree char *ways = dup_ways (hop), *wait = dup_wait (hop);
      g_autofree char *message = ov_words_term (ov_json_get_text (hop, "message"), MAX_MESSAGE);

      g_string_append_printf (into, "%*s%s  %s  (%s)\n", (int) get_depth (hop) * 2, "", ways, message, wait);
    }

  return g_string_free (into, FALSE);
}
