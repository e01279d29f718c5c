/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's program: makes an uninstalled build find its data, chooses a renderer that suits
 * a machine without a GPU, and runs the application.  Thread: main.
 */
#include "config.h"

#include "app/ov-app.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <malloc.h>

/* Images of a whole window come and go with every frame: from the heap instead of fresh pages
 * they cost some 3 ms less each. */
#define KEEP_BYTES (256 * 1024 * 1024)

static gboolean
is_uninstalled (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return g_getenv ("OVERSTORY_UNINSTALLED")
         || (program && g_str_has_prefix (program, OV_BUILD_DIR "/"));
}

static void
find_data (void)
{
  const char *dirs = g_getenv ("XDG_DATA_DIRS");
  g_autofree char *with_ours = NULL;

  if (!is_uninstalled ())
    return;
  with_ours = g_strconcat (OV_SOURCE_DIR "/data:",
                           dirs && *dirs ? dirs : "/usr/local/share:/usr/share", NULL);
  g_setenv ("OVERSTORY_UNINSTALLED", "1", FALSE);
  g_setenv ("GSETTINGS_SCHEMA_DIR", OV_BUILD_DIR "/data", FALSE);
  /* The icon of the program: data/icons/hicolor. */
  g_setenv ("XDG_DATA_DIRS", with_ours, TRUE);
}

/* Without a GPU the cairo renderer is the faster one, and software GL may abort on large scenes. */
static gboolean
has_gpu (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "render"))
      return TRUE;
  return FALSE;
}

static void
choose_renderer (void)
{
  const char *software = g_getenv ("LIBGL_ALWAYS_SOFTWARE");

  if (!has_gpu () || (software && *software && *software != '0'))
    g_setenv ("GSK_RENDERER", "cairo", FALSE);
}

/* "--example" alone means the usual one; GApplication knows no options with optional values. */
static char **
complete_arguments (int    argc,
                    char **argv)
{
  char **complete = g_new0 (char *, (gsize) argc + 1);

  for (int i = 0; i < argc; i++)
    {
      gboolean is_alone = g_str_equal (argv[i], "--example") || g_str_equal (argv[i], "-e");
      gboolean has_value = i + 1 < argc && argv[i + 1][0] != '-';

      complete[i] = g_strdup (is_alone && !has_value ? "--example=" : argv[i]);
    }
  return complete;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(OvApp) application = NULL;
  g_auto(GStrv) arguments = complete_arguments (argc, argv);

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, OV_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  mallopt (M_MMAP_THRESHOLD, KEEP_BYTES);
  mallopt (M_TRIM_THRESHOLD, KEEP_BYTES);
  find_data ();
  choose_renderer ();

  application = ov_app_new ();
  return g_application_run (G_APPLICATION (application), argc, arguments);
}
