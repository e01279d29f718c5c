/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvApp: command line, windows, accelerators.
 *
 * With a session bus there is one process: a second start asks the first for another window.
 * Without one the program runs alone.  Thread: main.
 */
#include "config.h"

#include "app/ov-app.h"

#include "app/ov-preferences.h"
#include "app/ov-window.h"
#include "views/ov-node-view.h"
#include "views/ov-settings.h"

#include <glib/gi18n.h>

#define DEFAULT_EXAMPLE "shop"

struct _OvApp
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (OvApp, ov_app, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "attach", 'a', 0, G_OPTION_ARG_STRING, NULL, N_("Attach to this node"), N_("NODE") },
  { "cookie-file", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_("Take the cookie for it from this file"),
    N_("FILE") },
  { "host", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Host of the node, when it is not the name’s"),
    N_("HOST") },
  { "port", 0, 0, G_OPTION_ARG_INT, NULL, N_("Port of the node, instead of asking epmd"),
    N_("PORT") },
  { "example", 'e', 0, G_OPTION_ARG_STRING, NULL, N_("Open an example; without a name: shop"),
    N_("[NAME]") },
  { "recording", 'r', 0, G_OPTION_ARG_FILENAME, NULL, N_("Open this recording"), N_("FILE") },
  { "page", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Show this page first: tree, messages, processes, sequence, events, restarts, path"),
    N_("PAGE") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL },
  { NULL }
};

static const struct
{
  const char *action;
  const char *keys[3];
} accelerators[] = {
  { "app.quit", { "<Control>q" } },
  { "app.new-window", { "<Control>n" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.show-help-overlay", { "<Control>question", "F1" } },
  { "win.search", { "<Control>k", "<Control>f" } },
  { "win.attach", { "<Control>o" } },
  { "win.nodes", { "<Control>l" } },
  { "win.detach", { "<Control>d" } },
  { "win.start-page", { "<Alt>Home" } },
  { "win.page::tree", { "<Control>1" } },
  { "win.page::messages", { "<Control>2" } },
  { "win.page::processes", { "<Control>3" } },
  { "win.page::sequence", { "<Control>4" } },
  { "win.page::events", { "<Control>5" } },
  { "win.page::restarts", { "<Control>6" } },
  { "win.page::path", { "<Control>7" } },
  { "win.open-recording", { "<Control><Shift>o" } },
  { "win.trace", { "<Control>t" } },
  { "win.record", { "<Control>r" } },
  { "win.trace-stop", { "<Control>period" } },
  { "win.inspector-visible", { "F9" } },
  { "win.sidebar-visible", { "F8" } },
  { "win.minimap-visible", { "<Control>m" } },
};

/* Actions. */

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  GtkApplication *self = user_data;
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (self));

  /* Closing detaches and keeps the state of each window. */
  for (GList *window = windows; window; window = window->next)
    gtk_window_close (window->data);
}

static OvWindow *
make_window (OvApp *self)
{
  GtkWidget *window = ov_window_new (GTK_APPLICATION (self));
  g_autoptr(GtkBuilder) builder = NULL;
  GObject *shortcuts;

  builder = gtk_builder_new_from_resource ("/org/overstory/Overstory/ui/app/ov-shortcuts.ui");
  shortcuts = gtk_builder_get_object (builder, "shortcuts");
  gtk_application_window_set_help_overlay (GTK_APPLICATION_WINDOW (window),
                                           GTK_SHORTCUTS_WINDOW (shortcuts));
  return OV_WINDOW (window);
}

static void
new_window_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  gtk_window_present (GTK_WINDOW (make_window (user_data)));
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  GtkWidget *window = ov_preferences_new (gtk_application_get_active_window (user_data));

  gtk_window_present (GTK_WINDOW (window));
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  adw_show_about_window (gtk_application_get_active_window (user_data),
                         "application-name", "Overstory",
                         "application-icon", OV_APP_ID,
                         "version", OV_VERSION,
                         "developer-name", _("The Overstory contributors"),
                         "comments", _("See the supervision trees of running Erlang and Elixir "
                                       "nodes, live, and every process in them."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         NULL);
}

static const GActionEntry actions[] = {
  { "quit", quit_cb },
  { "new-window", new_window_cb },
  { "preferences", preferences_cb },
  { "about", about_cb },
};

/* Command line. */

static const char *
look_up (GVariantDict *dict,
         const char   *name,
         const char   *format)
{
  const char *value = NULL;

  g_variant_dict_lookup (dict, name, format, &value);
  return value;
}

/* What only this process can know and say, before anything is drawn. */
static int
ov_app_handle_local_options (GApplication *application,
                                     GVariantDict *dict)
{
  const char *page = look_up (dict, "page", "&s");
  int port = 0;

  if (g_variant_dict_contains (dict, "version"))
    {
      g_print ("Overstory %s\n", OV_VERSION);
      return 0;
    }
  if (g_variant_dict_contains (dict, "attach") && g_variant_dict_contains (dict, "example"))
    {
      g_printerr ("overstory: %s\n", _("--attach and --example exclude each other."));
      return 2;
    }
  if (g_variant_dict_lookup (dict, "port", "i", &port) && (port < 1 || port > G_MAXUINT16))
    {
      g_printerr ("overstory: %s\n", _("--port wants a number from 1 to 65535."));
      return 2;
    }
  if (page && !ov_node_view_has_page (page))
    {
      g_printerr ("overstory: %s\n", _("--page wants “tree”, “messages”, “processes”, “sequence”, "
                                         "“events”, “restarts” or “path”."));
      return 2;
    }
  if (!gtk_init_check ())
    {
      g_printerr ("overstory: %s\n%s\n", _("There is no display to open a window on."),
                  _("Set DISPLAY or WAYLAND_DISPLAY, serve the window to a browser with "
                    "gtk4-broadwayd, or use overstory-cli, which does the same in a terminal."));
      return 1;
    }
  if (!ov_settings_are_there ())
    {
      g_printerr ("overstory: %s\n%s\n", _("The settings schema is not installed."),
                  _("Install the program, or set GSETTINGS_SCHEMA_DIR to the folder “data” of the "
                    "build folder."));
      return 1;
    }
  return -1;
}

/* A path as it was meant where the command was given; (nullable). */
static GFile *
make_file (GApplicationCommandLine *command_line,
           GVariantDict            *dict,
           const char              *option)
{
  const char *path = look_up (dict, option, "^&ay");

  return path ? g_application_command_line_create_file_for_arg (command_line, path) : NULL;
}

static int
ov_app_command_line (GApplication            *application,
                             GApplicationCommandLine *command_line)
{
  GVariantDict *dict = g_application_command_line_get_options_dict (command_line);
  OvWindow *window = make_window (OV_APP (application));
  const char *example = look_up (dict, "example", "&s");
  const char *page = look_up (dict, "page", "&s");
  g_autoptr(GFile) recording = make_file (command_line, dict, "recording");
  g_autoptr(GFile) cookie = make_file (command_line, dict, "cookie-file");
  g_autofree char *cookie_file = cookie ? g_file_get_path (cookie) : NULL;
  OvAttachRequest request = { .name = look_up (dict, "attach", "&s"), .cookie_file = cookie_file,
                              .host = look_up (dict, "host", "&s") };
  int port = 0;

  if (g_variant_dict_lookup (dict, "port", "i", &port))
    request.port = (guint) port;
  if (page)
    ov_window_set_page (window, page);
  gtk_window_present (GTK_WINDOW (window));
  if (recording)
    ov_window_open_recording (window, recording);
  if (request.name)
    ov_window_attach (window, &request);
  else if (example)
    ov_window_open_example (window, *example ? example : DEFAULT_EXAMPLE, NULL);
  return 0;
}

static void
ov_app_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (make_window (OV_APP (application))));
}

static void
ov_app_startup (GApplication *application)
{
  G_APPLICATION_CLASS (ov_app_parent_class)->startup (application);

  ov_preferences_apply_style ();
  gtk_window_set_default_icon_name (OV_APP_ID);
  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), accelerators[i].action,
                                           accelerators[i].keys);
}

static void
ov_app_class_init (OvAppClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->handle_local_options = ov_app_handle_local_options;
  application_class->command_line = ov_app_command_line;
  application_class->activate = ov_app_activate;
  application_class->startup = ov_app_startup;
}

static void
ov_app_init (OvApp *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _("See live Erlang and Elixir nodes."));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

OvApp *
ov_app_new (void)
{
  return g_object_new (OV_TYPE_APP,
                       "application-id", OV_APP_ID,
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE,
                       "resource-base-path", "/org/overstory/Overstory",
                       NULL);
}
