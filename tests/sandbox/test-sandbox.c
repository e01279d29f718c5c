/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sandboxes on this machine's own Erlang: they come up, keep their secret, listen on loopback
 * only, and leave neither a process nor a folder, whichever way they or their program end.
 */
#include "base/ov-error.h"
#include "sandbox/ov-sandbox.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEADLINE_S 60

typedef struct
{
  OvSandbox *sandbox;
  GError    *error;
  gboolean   done;
} Outcome;

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->sandbox = ov_sandbox_start_finish (result, &outcome->error);
  outcome->done = TRUE;
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("nothing happened in %d s", DEADLINE_S);
  return G_SOURCE_REMOVE;
}

static void
iterate_until (const gboolean *done)
{
  guint deadline = g_timeout_add_seconds (DEADLINE_S, too_late_cb, NULL);

  while (!*done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static Outcome
start (const char *example,
       const char *language)
{
  Outcome outcome = { NULL, NULL, FALSE };

  ov_sandbox_start_async (example, language, NULL, started_cb, &outcome);
  iterate_until (&outcome.done);
  return outcome;
}

static OvSandbox *
start_shop (const char *language)
{
  Outcome outcome = start ("shop", language);

  g_assert_no_error (outcome.error);
  g_assert_nonnull (outcome.sandbox);
  return outcome.sandbox;
}

/* Is @needle in a file of any process, "cmdline" or "environ"?  Zero bytes count as text. */
static gboolean
is_in_proc (const char *file,
            const char *needle)
{
  g_autoptr(GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, file, NULL);
      g_autofree char *text = NULL;
      gsize length;

      if (g_ascii_isdigit (*name) && g_file_get_contents (path, &text, &length, NULL)
          && memmem (text, length, needle, strlen (needle)) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* Processes end a moment after they are killed; ended is when /proc has none. */
static void
assert_no_process (const char *node)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (is_in_proc ("cmdline", node))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

static guint
count_folders (void)
{
  g_autofree char *parent = g_build_filename (g_get_user_runtime_dir (), "overstory", NULL);
  g_autoptr(GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "node-") && !g_str_has_suffix (name, ".lock");
  return n;
}

/* The file of the private folder with this name, somewhere under the runtime folder. */
static char *
find_private_file (const char *name)
{
  g_autofree char *parent = g_build_filename (g_get_user_runtime_dir (), "overstory", NULL);
  g_autoptr(GDir) dir = g_dir_open (parent, 0, NULL);
  const char *folder;

  while ((folder = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (parent, folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }

  return NULL;
}

/* The local addresses that listen on @port, from the kernel's table ("0100007F:1A2B"). */
static void
assert_listens_on_loopback_only (guint16 port)
{
  static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6" };
  g_autofree char *ending = g_strdup_printf (":%04X", port);
  guint found = 0;

  for (gsize t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      g_autofree char *text = NULL;
      g_auto(GStrv) lines = NULL;

      if (!g_file_get_contents (tables[t], &text, NULL, NULL))
        continue;
      lines = g_strsplit (text, "\n", -1);
      for (char **line = lines; *line != NULL; line++)
        {
          char local[64], remote[64];
          guint state;

          if (sscanf (*line, " %*d: %63s %63s %x", local, remote, &state) != 3 || state != 0x0a
              || !g_str_has_suffix (local, ending))
            continue;
          g_assert_true (g_str_has_prefix (local, "0100007F:"));
          found++;
        }
    }

  g_assert_cmpuint (found, ==, 1);
}

static void
test_list (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) examples = ov_example_list (&error);
  g_autofree char *elixir = g_find_program_in_path ("elixir");
  OvExample *shop = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < examples->len; i++)
    if (g_str_equal (((OvExample *) examples->pdata[i])->name, "shop"))
      shop = examples->pdata[i];

  g_assert_nonnull (shop);
  g_assert_cmpstr (shop->summary, !=, "");
  g_assert_true (g_strv_contains ((const char *const *) shop->languages, "erlang"));
  g_assert_cmpint (g_strv_contains ((const char *const *) shop->languages, "elixir"), ==,
                   elixir != NULL);
}

static void
test_start_and_stop (void)
{
  g_autoptr(OvSandbox) sandbox = NULL;
  g_autofree char *node = NULL;
  gint64 began = g_get_monotonic_time ();

  sandbox = start_shop (NULL);
  g_test_message ("started in %.2f s, notice: %s", (g_get_monotonic_time () - began) / 1e6,
                  ov_sandbox_get_notice (sandbox));
  node = g_strdup (ov_sandbox_get_node (sandbox));
  g_assert_true (g_str_has_prefix (node, "shop-"));
  g_assert_true (g_str_has_suffix (node, "@localhost"));
  g_assert_true (is_in_proc ("cmdline", node));
  assert_listens_on_loopback_only (ov_sandbox_get_port (sandbox));

  ov_sandbox_stop (sandbox);
  assert_no_process (node);
  g_assert_cmpuint (count_folders (), ==, 0);
  ov_sandbox_stop (sandbox);
  g_assert_finalize_object (g_steal_pointer (&sandbox));
}

static void
test_secret (void)
{
  g_autoptr(OvSandbox) sandbox = start_shop (NULL);
  const char *cookie = ov_sandbox_get_cookie (sandbox);
  g_autofree char *path = find_private_file (".erlang.cookie");
  g_autofree char *folder = NULL;
  g_autofree char *text = NULL;
  struct stat status;

  g_assert_cmpuint (strlen (cookie), >=, 32);
  g_assert_false (is_in_proc ("cmdline", cookie));
  g_assert_false (is_in_proc ("environ", cookie));

  g_assert_nonnull (path);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, cookie);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0400);
  folder = g_path_get_dirname (path);
  g_assert_cmpint (stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
}

/* Dropping the last reference is enough. */
static void
test_dropped (void)
{
  OvSandbox *sandbox = start_shop (NULL);
  g_autofree char *node = g_strdup (ov_sandbox_get_node (sandbox));

  g_assert_finalize_object (sandbox);
  assert_no_process (node);
  g_assert_cmpuint (count_folders (), ==, 0);
}

static void
test_cancelled (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { NULL, NULL, FALSE };

  ov_sandbox_start_async ("shop", NULL, cancellable, started_cb, &outcome);
  g_cancellable_cancel (cancellable);
  iterate_until (&outcome.done);

  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (outcome.sandbox);
  g_assert_cmpuint (count_folders (), ==, 0);
  g_clear_error (&outcome.error);
}

static void
ended_cb (OvSandbox    *sandbox,
          const GError *error,
          gpointer      user_data)
{
  GError **kept = user_data;

  *kept = g_error_copy (error);
}

static int
find_beam (const char *node)
{
  g_autoptr(GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *text = NULL;
      gsize length;

      if (g_ascii_isdigit (*name) && g_file_get_contents (path, &text, &length, NULL)
          && strstr (text, "beam") != NULL && memmem (text, length, node, strlen (node)) != NULL)
        return atoi (name);
    }

  return 0;
}

static void
test_ends_by_itself (void)
{
  g_autoptr(OvSandbox) sandbox = start_shop (NULL);
  g_autoptr(GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;
  int beam = find_beam (ov_sandbox_get_node (sandbox));

  g_signal_connect (sandbox, "ended", G_CALLBACK (ended_cb), &error);
  g_assert_cmpint (beam, >, 0);
  g_assert_cmpint (kill (beam, SIGKILL), ==, 0);
  while (error == NULL && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, FALSE);

  g_assert_error (error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_ENDED);
  g_assert_cmpstr (ov_error_get_word (error), ==, "sandbox-ended");
  g_assert_cmpuint (count_folders (), ==, 0);
}

static void
test_no_example (void)
{
  static const char *const names[] = { "nothing", "../shop", "", "Shop", "shop/src" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Outcome outcome = start (names[i], NULL);

      g_assert_error (outcome.error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_EXAMPLE);
      g_assert_nonnull (ov_error_get_hint (outcome.error));
      g_clear_error (&outcome.error);
    }
}

static void
test_no_erl (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  Outcome outcome;

  g_setenv ("PATH", "/nonexistent", TRUE);
  outcome = start ("shop", NULL);
  g_setenv ("PATH", path, TRUE);

  g_assert_error (outcome.error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_ERL);
  g_assert_nonnull (ov_error_get_hint (outcome.error));
  g_assert_cmpuint (count_folders (), ==, 0);
  g_clear_error (&outcome.error);
}

/* A file stands where the folder of folders should be. */
static void
test_no_folder (void)
{
  g_autofree char *parent = g_build_filename (g_get_user_runtime_dir (), "overstory", NULL);
  g_autofree char *aside = g_strconcat (parent, "-aside", NULL);
  Outcome outcome;

  g_assert_cmpint (g_rename (parent, aside), ==, 0);
  g_assert_true (g_file_set_contents (parent, "", 0, NULL));
  outcome = start ("shop", NULL);
  g_unlink (parent);
  g_assert_cmpint (g_rename (aside, parent), ==, 0);

  g_assert_error (outcome.error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_FOLDER);
  g_assert_cmpstr (ov_error_get_word (outcome.error), ==, "sandbox-folder");
  g_clear_error (&outcome.error);
}

/* Starts the shop with a PATH that has Erlang and, if given, a bwrap that is the script @bwrap. */
static void
check_limited (const char *bwrap,
               const char *expected)
{
  g_autofree char *folder = g_dir_make_tmp ("overstory-test-XXXXXX", NULL);
  g_autofree char *erl = g_find_program_in_path ("erl");
  g_autofree char *erl_link = g_build_filename (folder, "erl", NULL);
  g_autofree char *bwrap_path = g_build_filename (folder, "bwrap", NULL);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr(OvSandbox) sandbox = NULL;
  g_autofree char *node = NULL;

  g_assert_cmpint (symlink (erl, erl_link), ==, 0);
  if (bwrap != NULL)
    g_assert_true (g_file_set_contents_full (bwrap_path, bwrap, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));

  g_setenv ("PATH", folder, TRUE);
  sandbox = start_shop (NULL);
  g_setenv ("PATH", path, TRUE);

  g_assert_nonnull (strstr (ov_sandbox_get_notice (sandbox), expected));
  node = g_strdup (ov_sandbox_get_node (sandbox));
  g_clear_object (&sandbox);
  assert_no_process (node);

  g_unlink (erl_link);
  g_unlink (bwrap_path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_without_bwrap (void)
{
  check_limited (NULL, "not installed");
}

static void
test_refused_bwrap (void)
{
  check_limited ("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n",
                 "No permissions to create a new namespace");
}

/* A version manager's shim is a script that leads to the real program. */
static void
test_shim (void)
{
  g_autofree char *folder = g_dir_make_tmp ("overstory-test-XXXXXX", NULL);
  g_autofree char *erl = g_find_program_in_path ("erl");
  g_autofree char *shim = g_build_filename (folder, "erl", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nexec %s \"$@\"\n", erl);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *with_shim = g_strconcat (folder, ":", path, NULL);
  g_autoptr(OvSandbox) sandbox = NULL;

  g_assert_true (g_file_set_contents_full (shim, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  g_setenv ("PATH", with_shim, TRUE);
  sandbox = start_shop (NULL);
  g_setenv ("PATH", path, TRUE);

  g_assert_cmpuint (ov_sandbox_get_port (sandbox), !=, 0);
  g_unlink (shim);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The program is killed with no chance to clean up: the node goes with it, the folder at the next start. */
static void
test_killed_program (void)
{
  g_autofree char *holder = g_test_build_filename (G_TEST_BUILT, "sandbox-holder", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, holder, "shop", NULL);
  g_autoptr(GDataInputStream) output = NULL;
  g_autoptr(OvSandbox) next = NULL;
  g_autofree char *node = NULL;

  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  node = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_assert_true (is_in_proc ("cmdline", node));

  g_subprocess_send_signal (process, SIGKILL);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  assert_no_process (node);
  g_assert_cmpuint (count_folders (), ==, 1);

  next = start_shop (NULL);
  g_assert_cmpuint (count_folders (), ==, 1);
  ov_sandbox_stop (next);
  g_assert_cmpuint (count_folders (), ==, 0);
}

static void
test_elixir (void)
{
  g_autofree char *elixir = g_find_program_in_path ("elixir");
  g_autoptr(OvSandbox) sandbox = NULL;
  gint64 began = g_get_monotonic_time ();

  if (elixir == NULL)
    {
      g_test_skip ("elixir is missing");
      return;
    }

  sandbox = start_shop ("elixir");
  g_test_message ("started in %.2f s", (g_get_monotonic_time () - began) / 1e6);
  g_assert_cmpuint (ov_sandbox_get_port (sandbox), !=, 0);
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *runtime = g_dir_make_tmp ("overstory-runtime-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (runtime, "overstory", NULL);
  g_autofree char *lock = g_build_filename (folder, "sweep.lock", NULL);
  int status;

  /* Before GLib looks: every count below is about this test's own folders. */
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/list", test_list);
  g_test_add_func ("/sandbox/start-and-stop", test_start_and_stop);
  g_test_add_func ("/sandbox/secret", test_secret);
  g_test_add_func ("/sandbox/dropped", test_dropped);
  g_test_add_func ("/sandbox/cancelled", test_cancelled);
  g_test_add_func ("/sandbox/ends-by-itself", test_ends_by_itself);
  g_test_add_func ("/sandbox/no-example", test_no_example);
  g_test_add_func ("/sandbox/no-erl", test_no_erl);
  g_test_add_func ("/sandbox/no-folder", test_no_folder);
  g_test_add_func ("/sandbox/without-bwrap", test_without_bwrap);
  g_test_add_func ("/sandbox/refused-bwrap", test_refused_bwrap);
  g_test_add_func ("/sandbox/shim", test_shim);
  g_test_add_func ("/sandbox/killed-program", test_killed_program);
  g_test_add_func ("/sandbox/elixir", test_elixir);
  status = g_test_run ();

  g_unlink (lock);
  g_rmdir (folder);
  g_rmdir (runtime);
  return status;
}
