/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cookie is never in argv, in the environment, or in anything that is logged or said, whether
 * the handshake works or fails; and after the handshake it is not in libei's memory either.
 *
 * The test starts itself again as a child that opens links with G_MESSAGES_DEBUG=all and reads the
 * cookie from a file, watches the child's /proc while it runs, and reads all it says.
 */
#include "link/ov-test-peer.h"
#include "support/ov-test-link.h"

#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
play_cb (OvTestPeer *peer,
         gpointer    user_data)
{
  if (ov_test_peer_shake_hands (peer, user_data))
    ov_test_peer_drain (peer);
}

/* How often the cookie stands in the writable memory of this process. */
static guint
count_in_memory (const char *needle)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length = strlen (needle);
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  guint n = 0;

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint64 from, to;
      char access[5];
      g_autofree char *bytes = NULL;
      gssize got;

      if (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &from, &to,
                  access) != 3
          || access[1] != 'w' || strstr (lines[i], "[stack]") != NULL || to - from > 1 << 28)
        continue;
      bytes = g_malloc (to - from);
      got = pread (memory, bytes, to - from, (off_t) from);
      for (char *at = bytes; got > 0; n++)
        {
          at = memmem (at, (gsize) (bytes + got - at), needle, length);
          if (at == NULL)
            break;
          at += length;
        }
      if (got > 0)
        explicit_bzero (bytes, (gsize) got);
    }
  close (memory);

  return n;
}

/* The child: the cookie comes from a file, as it always does. */
static int
run_child (const char *path)
{
  OvTestHandshake right = { 0 };
  OvTestHandshake wrong = { .refuse = TRUE };
  g_autofree char *needle = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (OvTestPeer) peer = ov_test_peer_start (play_cb, i == 0 ? &right : &wrong);
      OvLinkOptions options = ov_test_peer_get_options (peer);
      g_autoptr (OvCookie) cookie = ov_cookie_read_file (path, NULL);
      g_autoptr (GError) error = NULL;
      OvLink *link = ov_link_new ();

      options.cookie = cookie;
      ov_test_link_open (link, &options, &error);
      g_print ("opened: %s\n", error != NULL ? error->message : "yes");
      if (i == 0)
        {
          /* Put together here, so that the needle itself is not found twice. */
          needle = g_strreverse (g_strdup ("EMASESTERCES"));
          ov_cookie_free (g_steal_pointer (&cookie));
          g_print ("copies: %u\n", count_in_memory (needle) - 1);
        }
      g_object_unref (link);
    }
  g_print ("done\n");
  pause (); /* until it is killed: its /proc is being read */
  return 0;
}

static gboolean
contains (const char *path,
          const char *needle)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, >, 0);
  return memmem (bytes, length, needle, strlen (needle)) != NULL;
}

static char *
write_cookie_file (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("ov-cookie-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, OV_TEST_PEER_COOKIE "\n", strlen (OV_TEST_PEER_COOKIE) + 1), >, 0);
  close (fd);

  return g_steal_pointer (&path);
}

static void
test_secrets (gconstpointer data)
{
  g_autofree char *path = write_cookie_file ();
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *id;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                        | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_subprocess_launcher_setenv (launcher, "G_MESSAGES_DEBUG", "all", TRUE);
  g_subprocess_launcher_setenv (launcher, "EI_TRACELEVEL", "9", TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, data, "--child", path, NULL);
  g_assert_no_error (error);
  id = g_subprocess_get_identifier (child);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
      g_autofree char *arguments = g_strdup_printf ("/proc/%s/cmdline", id);
      g_autofree char *environment = g_strdup_printf ("/proc/%s/environ", id);

      g_assert_no_error (error);
      if (line == NULL)
        g_error ("the child ended: %s", said->str);
      g_string_append_printf (said, "%s\n", line);
      g_assert_false (contains (arguments, OV_TEST_PEER_COOKIE));
      g_assert_false (contains (environment, OV_TEST_PEER_COOKIE));
      if (strcmp (line, "done") == 0)
        break;
    }
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL); /* cannot fail without a cancellable */
  g_unlink (path);

  g_assert_null (strstr (said->str, OV_TEST_PEER_COOKIE));
  g_assert_nonnull (strstr (said->str, "DEBUG")); /* there was something to be quiet in */
  g_assert_nonnull (strstr (said->str, "opened: yes\n"));
  g_assert_nonnull (strstr (said->str, "opened: " OV_TEST_PEER_NAME " refused the cookie\n"));
  g_assert_nonnull (strstr (said->str, "copies: 0\n"));
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && strcmp (argv[1], "--child") == 0)
    return run_child (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/link/secrets/never-shown", argv[0], test_secrets);

  return g_test_run ();
}
