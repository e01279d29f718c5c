/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cookie files under OTP's rules, and the order in which places are asked.
 */
#include "base/ov-error.h"
#include "support/ov-test-link.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  const char *folder;
  char       *file;
} Fixture;

static char *home; /* GLib asks for $HOME once */

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = home;
  fixture->file = g_build_filename (fixture->folder, ".erlang.cookie", NULL);
  g_unsetenv ("OVERSTORY_COOKIE_FILE");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "", TRUE);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_unlink (fixture->file);
  g_free (fixture->file);
}

static void
write_cookie (const char *path,
              const char *contents,
              gssize      length,
              int         mode)
{
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  g_file_set_contents (path, contents, length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
test_contents (Fixture       *fixture,
               gconstpointer  data)
{
  static const struct
  {
    const char *contents;
    const char *cookie; /* NULL: refused */
  } files[] = {
    { "ABCDEF", "ABCDEF" },
    { "ABCDEF\n", "ABCDEF" },
    { "ABCDEF\r\n", "ABCDEF" },
    { "ABCDEF\n\n \n", "ABCDEF" },
    { "ab+/=cd==\n", "ab+/=cd==" },
    { "with a space", "with a space" },
    { "~!@#$%^&*()", "~!@#$%^&*()" },
    { "", NULL },
    { "\n", NULL },
    { "ABC\nDEF", NULL },
    { "ABC\tDEF", NULL },
    { "k\xc3\xa4se", NULL },
    { "ABC\x7f", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvCookie) cookie = NULL;

      write_cookie (fixture->file, files[i].contents, -1, 0400);
      cookie = ov_cookie_read_file (fixture->file, &error);
      g_assert_cmpstr (cookie, ==, files[i].cookie);
      if (files[i].cookie == NULL)
        g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
      else
        g_assert_no_error (error);
    }
}

static void
test_length (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *longest = g_strnfill (255, 'c');
  g_autofree char *longer = g_strnfill (256, 'c');
  g_autofree char *huge = g_strnfill (100000, 'c');
  g_autoptr (GError) error = NULL;
  g_autoptr (OvCookie) cookie = NULL;

  write_cookie (fixture->file, longest, -1, 0400);
  cookie = ov_cookie_read_file (fixture->file, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cookie, ==, longest);
  write_cookie (fixture->file, longer, -1, 0400);
  g_assert_null (ov_cookie_read_file (fixture->file, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
  g_clear_error (&error);
  write_cookie (fixture->file, huge, -1, 0400);
  g_assert_null (ov_cookie_read_file (fixture->file, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
  g_clear_error (&error);
  write_cookie (fixture->file, "ab\0cd", 5, 0400);
  g_assert_null (ov_cookie_read_file (fixture->file, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
}

static void
test_modes (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct
  {
    int      mode;
    gboolean accepted;
  } modes[] = {
    { 0400, TRUE }, { 0600, TRUE }, { 0700, TRUE }, { 0440, FALSE }, { 0404, FALSE },
    { 0644, FALSE }, { 0420, FALSE }, { 0401, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvCookie) cookie = NULL;
      g_autofree char *mode = g_strdup_printf ("%04o", (guint) modes[i].mode);

      write_cookie (fixture->file, "SECRETSESAME", -1, modes[i].mode);
      cookie = ov_cookie_read_file (fixture->file, &error);
      if (modes[i].accepted)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (cookie, ==, "SECRETSESAME");
        }
      else
        {
          g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
          g_assert_cmpstr (ov_error_get_word (error), ==, "cookie-file");
          g_assert_nonnull (strstr (error->message, mode));
          g_assert_null (strstr (error->message, "SECRETSESAME"));
        }
    }
}

static void
test_no_file (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ov_cookie_read_file (fixture->folder, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
  g_clear_error (&error);
  g_assert_null (ov_cookie_read_file ("/nonexistent/cookie", &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
  g_clear_error (&error);
  g_assert_null (ov_cookie_read_file (NULL, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_COOKIE);
  g_clear_error (&error);

  /* A pipe without a writer does not make us wait. */
  g_assert_cmpint (mkfifo (fixture->file, 0400), ==, 0);
  g_assert_null (ov_cookie_read_file (fixture->file, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
}

/* Only means something to somebody other than root. */
static void
test_unreadable (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  write_cookie (fixture->file, "ABC", -1, 0200);
  if (g_access (fixture->file, R_OK) == 0)
    {
      g_autoptr (OvCookie) cookie = ov_cookie_read_file (fixture->file, &error);

      g_assert_no_error (error); /* root reads it, as OTP's root would */
      return;
    }
  g_assert_null (ov_cookie_read_file (fixture->file, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
}

static char *
find (const char  *path,
      GError     **error)
{
  g_auto (OvTestResult) result = { NULL };

  ov_cookie_find_async ("n@localhost", path, NULL, ov_test_result_cb, &result);
  return ov_cookie_find_finish (ov_test_result_wait (&result), error);
}

static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *named = g_build_filename (fixture->folder, "named", NULL);
  g_autofree char *chosen = g_build_filename (fixture->folder, "chosen", NULL);
  g_autoptr (OvCookie) first = NULL;
  g_autoptr (OvCookie) second = NULL;
  g_autoptr (OvCookie) third = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  write_cookie (fixture->file, "HOME", -1, 0400);
  write_cookie (named, "NAMED", -1, 0400);
  write_cookie (chosen, "CHOSEN", -1, 0400);
  first = find (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "HOME");
  g_setenv ("OVERSTORY_COOKIE_FILE", chosen, TRUE);
  second = find (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second, ==, "CHOSEN");
  third = find (named, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (third, ==, "NAMED");

  /* A file that was chosen and is not there is a mistake, not a reason to take another. */
  g_unlink (chosen);
  g_assert_null (find (NULL, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE);
  g_clear_error (&error);
  g_unsetenv ("OVERSTORY_COOKIE_FILE");
  g_unlink (fixture->file);
  g_assert_null (find (NULL, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_COOKIE);
  g_unlink (named);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
}

/* A session bus that takes the connection and says nothing: the keyring is soon given up. */
static void
test_mute_bus (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "bus", NULL);
  g_autofree char *address = g_strdup_printf ("unix:path=%s", path);
  g_autoptr (GSocketAddress) socket_address = g_unix_socket_address_new (path);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_assert_true (g_socket_listener_add_address (listener, socket_address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error));
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  g_assert_null (find (NULL, &error));
  g_assert_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_COOKIE);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
  g_unlink (path);
}

int
main (int   argc,
      char *argv[])
{
  int failed;

  home = g_dir_make_tmp ("ov-cookie-XXXXXX", NULL);
  g_assert_nonnull (home);
  g_setenv ("HOME", home, TRUE);
  g_setenv ("XDG_CONFIG_HOME", "/nonexistent", TRUE);
  g_setenv ("XDG_RUNTIME_DIR", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/link/cookie/contents", Fixture, NULL, set_up, test_contents, tear_down);
  g_test_add ("/link/cookie/length", Fixture, NULL, set_up, test_length, tear_down);
  g_test_add ("/link/cookie/modes", Fixture, NULL, set_up, test_modes, tear_down);
  g_test_add ("/link/cookie/no-file", Fixture, NULL, set_up, test_no_file, tear_down);
  g_test_add ("/link/cookie/unreadable", Fixture, NULL, set_up, test_unreadable, tear_down);
  g_test_add ("/link/cookie/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/link/cookie/mute-bus", Fixture, NULL, set_up, test_mute_bus, tear_down);

  failed = g_test_run ();
  g_assert_cmpint (g_rmdir (home), ==, 0); /* nothing is left in it */
  g_free (home);
  return failed;
}
