/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A program that starts the sandbox of its argument, prints the node's name, port and notice on a line,
 * and then does nothing until it is killed.  test-sandbox.c kills it.
 */
#include "sandbox/ov-sandbox.h"

#include <stdlib.h>

static OvSandbox *held;

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  held = ov_sandbox_start_finish (result, &error);
  if (held == NULL)
    {
      g_printerr ("%s\n", error->message);
      exit (EXIT_FAILURE);
    }
  g_print ("%s\n", ov_sandbox_get_node (held));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_assert (argc == 2);
  ov_sandbox_start_async (argv[1], NULL, NULL, started_cb, NULL);
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}
