/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cookie files, under the rules of OTP's auth.erl: a regular file that neither group nor others
 * can access; characters from space to tilde; what follows must be line ends and spaces.
 * Invariant: buffers that held a cookie are overwritten before they are freed.
 * Thread: any; a file of a few bytes is read without waiting.
 */
#include "link/ov-cookie.h"

#include "link/ov-link.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COOKIE_MAX   255  /* an atom's length */
#define BUFFER_BYTES 1024

/**
 * ov_cookie_free:
 * @cookie: (nullable): a cookie
 */
void
ov_cookie_free (char *cookie)
{
  if (cookie == NULL)
    return;

  explicit_bzero (cookie, strlen (cookie));
  g_free (cookie);
}

static gboolean
fail (const char *path,
      const char *why,
      GError    **error)
{
  g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_COOKIE_FILE,
               _("The cookie file “%s” cannot be used: %s"), path, why);
  return FALSE;
}

static gboolean
check_file (const char *path,
            int         fd,
            GError    **error)
{
  struct stat info;
  g_autofree char *why = NULL;

  if (fstat (fd, &info) != 0)
    return fail (path, g_strerror (errno), error);
  if (!S_ISREG (info.st_mode))
    return fail (path, _("it is no regular file"), error);
  if ((info.st_mode & 077) == 0)
    return TRUE;

  why = g_strdup_printf (_("others than its owner can access it (its mode is %04o)"),
                         (guint) info.st_mode & 07777);
  return fail (path, why, error);
}

/* How many bytes at the start of @text are the cookie; -1 with @error. */
static gssize
measure_cookie (const char *path,
                const char *text,
                gsize       length,
                GError    **error)
{
  gsize n = 0;

  while (n < length && text[n] >= ' ' && text[n] <= '~')
    n++;
  for (gsize i = n; i < length; i++)
    if (text[i] != '\n' && text[i] != '\r' && text[i] != ' ')
      return fail (path, _("it has characters that no cookie can have"), error) - 1;
  if (n == 0)
    return fail (path, _("it is empty"), error) - 1;
  if (n > COOKIE_MAX)
    return fail (path, _("a cookie has at most 255 characters"), error) - 1;

  return (gssize) n;
}

static char *
read_cookie (const char *path,
             int         fd,
             GError    **error)
{
  char buffer[BUFFER_BYTES];
  gsize filled = 0;
  gssize n = 0;
  char *cookie = NULL;

  while (filled < sizeof buffer && (n = read (fd, buffer + filled, sizeof buffer - filled)) > 0)
    filled += (gsize) n;
  if (n < 0)
    fail (path, g_strerror (errno), error);
  else if ((n = measure_cookie (path, buffer, filled, error)) > 0)
    cookie = g_strndup (buffer, (gsize) n);
  explicit_bzero (buffer, sizeof buffer);

  return cookie;
}

/**
 * ov_cookie_dup_default_path:
 *
 * Returns: (transfer full): where the cookie is looked for when nobody names a file:
 *   $OVERSTORY_COOKIE_FILE, ~/.erlang.cookie, or $XDG_CONFIG_HOME/erlang/.erlang.cookie where
 *   only that exists
 */
char *
ov_cookie_dup_default_path (void)
{
  const char *chosen = g_getenv ("OVERSTORY_COOKIE_FILE");
  g_autofree char *home = NULL;
  g_autofree char *config = NULL;

  if (chosen != NULL && *chosen != '\0')
    return g_strdup (chosen);

  home = g_build_filename (g_get_home_dir (), ".erlang.cookie", NULL);
  config = g_build_filename (g_get_user_config_dir (), "erlang", ".erlang.cookie", NULL);
  if (!g_file_test (home, G_FILE_TEST_EXISTS) && g_file_test (config, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&config);

  return g_steal_pointer (&home);
}

/**
 * ov_cookie_read_file:
 * @path: (nullable): a file; %NULL for ov_cookie_dup_default_path()
 * @error: COOKIE_FILE when the file cannot be used, NO_COOKIE when no default file exists
 *
 * Returns: (transfer full): the cookie; free it with ov_cookie_free()
 */
char *
ov_cookie_read_file (const char  *path,
                     GError     **error)
{
  g_autofree char *file = path != NULL ? g_strdup (path) : ov_cookie_dup_default_path ();
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  char *cookie = NULL;

  if (fd < 0 && errno == ENOENT && path == NULL && g_getenv ("OVERSTORY_COOKIE_FILE") == NULL)
    g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_COOKIE,
                 _("There is no cookie file: “%s” does not exist"), file);
  else if (fd < 0)
    fail (file, g_strerror (errno), error);
  else if (check_file (file, fd, error))
    cookie = read_cookie (file, fd, error);
  if (fd >= 0)
    close (fd);

  return cookie;
}
