/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStartPage: nodes of this machine (looked for only while the page is on the screen), nodes
 * of late, the examples that this machine can run.  Thread: main.
 */
#include "config.h"

#include "views/ov-start-page.h"

#include "model/ov-discovery.h"
#include "views/ov-request.h"
#include "views/ov-settings.h"
#include "views/ov-words.h"

#include <glib/gi18n.h>

struct _OvStartPage
{
  AdwBin       parent_instance;
  OvSession   *session;
  OvDiscovery *discovery;
  GtkWidget   *example_rows, *found_rows, *recent_rows, *recent_group, *lessons_row;
  GtkLabel    *none_label;
};

enum { ATTACH, ATTACH_OTHER, OPEN_EXAMPLE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvStartPage, ov_start_page, ADW_TYPE_BIN)

#define RECENT_KEY   "overstory-recent"
#define EXAMPLE_KEY  "overstory-example"
#define LANGUAGE_KEY "overstory-language"
#define SPINNER_KEY  "overstory-spinner"

static GtkWidget *
make_row (const char *title,
          const char *subtitle,
          const char *icon_name)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *spinner = gtk_spinner_new ();
  GtkWidget *next = gtk_image_new_from_icon_name ("go-next-symbolic");

  /* Before the texts: names of nodes are no markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (icon_name));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), spinner);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), next);
  gtk_widget_add_css_class (next, "dim-label");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data (G_OBJECT (row), SPINNER_KEY, spinner);
  return row;
}

/* Nodes of this machine. */

static GtkWidget *
make_found_row (gpointer item,
                gpointer user_data)
{
  OvFoundNode *node = item;
  g_autofree char *name = ov_words_clean (ov_found_node_get_name (node), 300);
  g_autofree char *place = g_strdup_printf (_("Listens on port %u"), ov_found_node_get_port (node));
  GtkWidget *row = make_row (name, place, "ov-node-symbolic");
  OvRecentNode *target = g_new0 (OvRecentNode, 1);

  target->name = g_strdup (ov_found_node_get_name (node));
  g_object_set_data_full (G_OBJECT (row), RECENT_KEY, target, (GDestroyNotify) ov_recent_node_free);
  return row;
}

static void
looked_cb (OvStartPage *self)
{
  const char *text = _("Looking for nodes…");

  if (ov_discovery_get_looked (self->discovery))
    text = ov_discovery_get_has_epmd (self->discovery)
           ? _("No node is running here with a name. Start one, and it appears by itself:")
           : _("No node is running here. Start one in a terminal, and it appears by itself:");
  gtk_label_set_text (self->none_label, text);
}

/* Nodes of late. */

/* A node that once was attached with a cookie file of its own is found with it again. */
static const OvRecentNode *
find_recent (GPtrArray  *recent,
             const char *name)
{
  for (guint i = 0; i < recent->len; i++)
    {
      const OvRecentNode *node = g_ptr_array_index (recent, i);

      if (g_str_equal (node->name, name))
        return node;
    }
  return NULL;
}

static void
forget_clicked_cb (GtkWidget *button,
                   gpointer   user_data)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, ADW_TYPE_ACTION_ROW);
  const OvRecentNode *node = g_object_get_data (G_OBJECT (row), RECENT_KEY);

  ov_settings_forget (node->name);
}

static void
add_recent_row (OvStartPage  *self,
                OvRecentNode *node) /* (transfer full) */
{
  g_autofree char *name = ov_words_clean (node->name, 300);
  g_autofree char *day = ov_words_day (node->seen_s);
  /* Translators: %s is a day and a time. */
  g_autofree char *seen = g_strdup_printf (_("Last attached %s"), day);
  g_autofree char *forget = g_strdup_printf (_("Forget %s"), name);
  GtkWidget *row = make_row (name, seen, "document-open-recent-symbolic");
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _("Remove from this list"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, forget,
                                  -1);
  g_signal_connect (button, "clicked", G_CALLBACK (forget_clicked_cb), NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_object_set_data_full (G_OBJECT (row), RECENT_KEY, node, (GDestroyNotify) ov_recent_node_free);
  gtk_list_box_append (GTK_LIST_BOX (self->recent_rows), row);
}

static void
fill_recent (OvStartPage *self)
{
  g_autoptr(GPtrArray) recent = ov_settings_list_recent ();
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (self->recent_rows)))
    gtk_list_box_remove (GTK_LIST_BOX (self->recent_rows), row);
  gtk_widget_set_visible (self->recent_group, recent->len > 0);
  g_ptr_array_set_free_func (recent, NULL);
  for (guint i = 0; i < recent->len; i++)
    add_recent_row (self, g_ptr_array_index (recent, i));
}

static void
row_activated_cb (OvStartPage   *self,
                  GtkListBoxRow *row)
{
  const OvRecentNode *node = g_object_get_data (G_OBJECT (row), RECENT_KEY);
  g_autoptr(GPtrArray) recent = ov_settings_list_recent ();
  const OvRecentNode *known = find_recent (recent, node->name);
  OvAttachRequest request = { .name = node->name };

  if (known)
    {
      request.cookie_file = known->cookie_file;
      request.host = known->host;
      request.port = known->port;
    }
  g_signal_emit (self, signals[ATTACH], 0, &request);
}

static void
attach_other_cb (OvStartPage *self)
{
  g_signal_emit (self, signals[ATTACH_OTHER], 0);
}

/* Examples. */

static void
example_activated_cb (OvStartPage   *self,
                      GtkListBoxRow *row)
{
  const char *example = g_object_get_data (G_OBJECT (row), EXAMPLE_KEY);

  if (example)
    g_signal_emit (self, signals[OPEN_EXAMPLE], 0, example,
                   g_object_get_data (G_OBJECT (row), LANGUAGE_KEY));
}

static void
add_example (OvStartPage *self,
             const char  *example,
             const char  *summary,
             const char  *language,
             int          position)
{
  gboolean is_elixir = g_strcmp0 (language, "elixir") == 0;
  /* Translators: %s is the name of an example system, "shop". */
  g_autofree char *title = g_strdup_printf (is_elixir ? _("Open the Elixir example “%s”")
                                                      : _("Open the example “%s”"), example);
  GtkWidget *row = make_row (title, summary, "ov-tree-symbolic");

  g_object_set_data_full (G_OBJECT (row), EXAMPLE_KEY, g_strdup (example), g_free);
  g_object_set_data_full (G_OBJECT (row), LANGUAGE_KEY, g_strdup (language), g_free);
  gtk_list_box_insert (GTK_LIST_BOX (self->example_rows), row, position);
}

static void
examples_listed_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(OvStartPage) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);
  JsonNode *json = body ? ov_answer_body_get_json (body, &error) : NULL;
  JsonArray *examples = json ? ov_json_get_array (json_node_get_object (json), "examples") : NULL;
  int position = 0;

  if (error)
    g_message ("The examples cannot be listed: %s", error->message);
  for (guint i = 0; examples && i < json_array_get_length (examples); i++)
    {
      JsonObject *example = json_array_get_object_element (examples, i);
      JsonArray *languages = ov_json_get_array (example, "languages");

      for (guint j = 0; languages && j < json_array_get_length (languages); j++)
        add_example (self, ov_json_get_text (example, "name"),
                     ov_json_get_text (example, "summary"),
                     json_array_get_string_element (languages, j), position++);
    }
}

/* Looked for only while somebody can see it. */

static void
ov_start_page_map (GtkWidget *widget)
{
  OvStartPage *self = OV_START_PAGE (widget);

  GTK_WIDGET_CLASS (ov_start_page_parent_class)->map (widget);
  ov_discovery_start (self->discovery);
}

static void
ov_start_page_unmap (GtkWidget *widget)
{
  OvStartPage *self = OV_START_PAGE (widget);

  ov_discovery_stop (self->discovery);
  GTK_WIDGET_CLASS (ov_start_page_parent_class)->unmap (widget);
}

static void
ov_start_page_dispose (GObject *object)
{
  OvStartPage *self = OV_START_PAGE (object);

  g_clear_object (&self->discovery);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ov_start_page_parent_class)->dispose (object);
}

static void
ov_start_page_class_init (OvStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ov_start_page_dispose;
  widget_class->map = ov_start_page_map;
  widget_class->unmap = ov_start_page_unmap;

  signals[ATTACH] = g_signal_new ("attach", OV_TYPE_START_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ATTACH_OTHER] = g_signal_new ("attach-other", OV_TYPE_START_PAGE, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[OPEN_EXAMPLE] = g_signal_new ("open-example", OV_TYPE_START_PAGE, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                        G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/overstory/Overstory/ui/views/ov-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, OvStartPage, example_rows);
  gtk_widget_class_bind_template_child (widget_class, OvStartPage, found_rows);
  gtk_widget_class_bind_template_child (widget_class, OvStartPage, recent_rows);
  gtk_widget_class_bind_template_child (widget_class, OvStartPage, recent_group);
  gtk_widget_class_bind_template_child (widget_class, OvStartPage, lessons_row);
  gtk_widget_class_bind_template_child (widget_class, OvStartPage, none_label);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, example_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, attach_other_cb);
}

static void
ov_start_page_init (OvStartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->discovery = ov_discovery_new (NULL);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->found_rows), G_LIST_MODEL (self->discovery),
                           make_found_row, NULL, NULL);
  g_signal_connect_object (self->discovery, "notify", G_CALLBACK (looked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ov_settings_get (), "changed::recent-nodes", G_CALLBACK (fill_recent),
                           self, G_CONNECT_SWAPPED);
  looked_cb (self);
  fill_recent (self);
}

GtkWidget *
ov_start_page_new (OvSession *session)
{
  OvStartPage *self = g_object_new (OV_TYPE_START_PAGE, NULL);

  self->session = g_object_ref (session);
  ov_request_run_async ("sandbox.list", session, NULL, NULL, NULL, NULL, examples_listed_cb,
                        g_object_ref (self));
  return GTK_WIDGET (self);
}

static void
mark_busy (GtkWidget  *list,
           const char *name)
{
  for (GtkWidget *row = gtk_widget_get_first_child (list); row;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkSpinner *spinner = g_object_get_data (G_OBJECT (row), SPINNER_KEY);
      const OvRecentNode *node = g_object_get_data (G_OBJECT (row), RECENT_KEY);
      const char *example = g_object_get_data (G_OBJECT (row), EXAMPLE_KEY);

      if (spinner)
        gtk_spinner_set_spinning (spinner, name && g_strcmp0 (node ? node->name : example,
                                                              name) == 0);
    }
}

void
ov_start_page_set_busy (OvStartPage *self,
                        const char  *name)
{
  g_return_if_fail (OV_IS_START_PAGE (self));

  mark_busy (self->found_rows, name);
  mark_busy (self->recent_rows, name);
  mark_busy (self->example_rows, name);
  gtk_widget_set_sensitive (self->found_rows, name == NULL);
  gtk_widget_set_sensitive (self->recent_rows, name == NULL);
  gtk_widget_set_sensitive (self->example_rows, name == NULL);
}
