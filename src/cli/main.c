/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * overstory-cli: the operations for a terminal.
 * Thread: main.
 */
#include "config.h"

#include "cli/ov-cli-help.h"
#include "cli/ov-cli-output.h"
#include "cli/ov-cli-run.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

/* A program that was not installed finds its data in the folder it was built from. */
static void
find_data (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  if (program != NULL && g_str_has_prefix (program, OV_BUILD_DIR G_DIR_SEPARATOR_S))
    g_setenv ("OVERSTORY_UNINSTALLED", "1", FALSE);
}

/* Which page of the help to read, if the first words are a command. */
static char *
dup_help_hint (const char *const *words)
{
  g_autofree char *id = NULL;

  if (words[0] == NULL || words[1] == NULL)
    return NULL;
  id = g_strdup_printf ("%s.%s", words[0], words[1]);

  return ov_operation_find (id) != NULL
             ? g_strdup_printf (_("“overstory-cli help %s %s” says what it takes."), words[0], words[1])
             : NULL;
}

static int
refuse (const GError      *error,
        const char *const *words)
{
  g_autofree char *hint = NULL;

  if (g_error_matches (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER))
    hint = dup_help_hint (words);
  ov_cli_output_write_error (error, ov_cli_args_want_json (words), hint);

  return 2;
}

static int
show_help (const OvCliArgs *args)
{
  g_autofree char *text = NULL;
  OvTextStyle style;

  ov_cli_output_get_style (&style);
  text = ov_cli_help_write (args, style.columns, style.colour);

  return ov_cli_output_write_text (text);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (OvCliArgs) args = NULL;
  g_autoptr (GError) error = NULL;
  const char *const *words = (const char *const *) argv + 1;

  find_data ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, OV_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("overstory-cli");
  g_log_writer_default_set_use_stderr (TRUE);
  /* A reader that goes away is seen where it is written to. */
  signal (SIGPIPE, SIG_IGN);

  if (!(args = ov_cli_args_parse (words, &error)))
    return refuse (error, words);
  if (args->wish == OV_CLI_VERSION)
    return ov_cli_output_write_text ("overstory-cli " OV_VERSION "\n");
  if (args->wish == OV_CLI_HELP)
    return show_help (args);
  if (ov_cli_output_is_binary (args->format) && args->output == NULL && ov_cli_output_is_terminal ())
    {
      g_autofree char *format = g_ascii_strup (args->format, -1);

      g_set_error (&error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                   _("%s is not for a terminal: add --output FILE, or redirect the output."), format);
      return refuse (error, words);
    }

  return ov_cli_run (args);
}
