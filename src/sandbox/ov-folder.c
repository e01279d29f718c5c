/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Private folders, and the ones that a killed program left behind.
 *
 * They stand in $XDG_RUNTIME_DIR/overstory, mode 0700.  Beside a folder "node-x" its owner holds
 * a lock on the file "node-x.lock" for as long as it lives; the kernel drops the lock with the
 * process, however that ends.  Whoever creates a folder first removes those whose lock is free.
 * Invariant: creating and sweeping happen under the lock of "sweep.lock", so no sweeper can see
 * a folder whose owner has not locked it yet.
 * Thread: any.
 */
#include "sandbox/ov-folder-private.h"

#include "sandbox/ov-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FOLDER_PREFIX "node-"
#define LOCK_SUFFIX   ".lock"

struct _OvFolder
{
  char *path;
  char *lock_path;
  int   lock;
};

static gboolean
fail_with_errno (GError    **error,
                 const char *what,
                 const char *path)
{
  int saved = errno;

  g_set_error (error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_FOLDER, "%s “%s”: %s", what, path, g_strerror (saved));
  return FALSE;
}

/* Returns the descriptor of the locked file, or -1 with errno; EWOULDBLOCK: somebody holds it. */
static int
lock_file (const char *path,
           int         operation)
{
  int file = open (path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (file >= 0 && flock (file, operation) != 0)
    {
      int saved = errno;

      close (file);
      errno = saved;
      return -1;
    }

  return file;
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && (dir = g_dir_open (path, 0, NULL)) != NULL)
    {
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }

  /* Nobody can act on a file that stays; the next start tries again. */
  (void) g_remove (path);
}

static void
sweep_one (const char *parent,
           const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  g_autofree char *lock_path = g_strconcat (path, LOCK_SUFFIX, NULL);
  int lock = lock_file (lock_path, LOCK_EX | LOCK_NB);

  if (lock < 0)
    return;

  remove_tree (path);
  g_unlink (lock_path);
  close (lock);
}

static void
sweep (const char *parent)
{
  g_autoptr(GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, FOLDER_PREFIX) && !g_str_has_suffix (name, LOCK_SUFFIX))
      sweep_one (parent, name);
}

static gboolean
fill_in (OvFolder    *self,
         const char  *parent,
         GError     **error)
{
  g_autofree char *path = g_build_filename (parent, FOLDER_PREFIX "XXXXXX", NULL);

  if (g_mkdtemp_full (path, 0700) == NULL)
    return fail_with_errno (error, _("Cannot make a folder like"), path);

  self->path = g_steal_pointer (&path);
  self->lock_path = g_strconcat (self->path, LOCK_SUFFIX, NULL);
  self->lock = lock_file (self->lock_path, LOCK_EX | LOCK_NB);
  return self->lock >= 0 || fail_with_errno (error, _("Cannot lock"), self->lock_path);
}

/*
 * ov_folder_create:
 * @error: return location for OV_SANDBOX_ERROR_FOLDER
 *
 * Makes an empty folder only this user can enter, after removing those nobody owns any more.
 */
OvFolder *
ov_folder_create (GError **error)
{
  g_autofree char *parent = g_build_filename (g_get_user_runtime_dir (), "overstory", NULL);
  g_autofree char *sweep_path = g_build_filename (parent, "sweep" LOCK_SUFFIX, NULL);
  g_autoptr(OvFolder) self = g_new0 (OvFolder, 1);
  gboolean made;
  int sweep_lock;

  self->lock = -1;
  if (g_mkdir_with_parents (parent, 0700) != 0)
    {
      fail_with_errno (error, _("Cannot make the folder"), parent);
      return NULL;
    }
  if ((sweep_lock = lock_file (sweep_path, LOCK_EX)) < 0)
    {
      fail_with_errno (error, _("Cannot lock"), sweep_path);
      return NULL;
    }

  sweep (parent);
  made = fill_in (self, parent, error);
  close (sweep_lock);
  return made ? g_steal_pointer (&self) : NULL;
}

/* Removes the folder with all that is in it, and frees @self. */
void
ov_folder_remove (OvFolder *self)
{
  g_return_if_fail (self != NULL);

  if (self->path != NULL)
    remove_tree (self->path);
  if (self->lock >= 0)
    {
      g_unlink (self->lock_path);
      close (self->lock);
    }
  g_free (self->path);
  g_free (self->lock_path);
  g_free (self);
}

const char *
ov_folder_get_path (OvFolder *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/* Writes a file of mode 0400, which never has another mode, not even for an instant. */
gboolean
ov_folder_write_secret (OvFolder    *self,
                        const char  *name,
                        const char  *text,
                        GError     **error)
{
  g_autofree char *path = NULL;
  gssize length = (gssize) strlen (text);
  gboolean written;
  int file;

  g_return_val_if_fail (self != NULL, FALSE);

  path = g_build_filename (self->path, name, NULL);
  file = open (path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0400);
  if (file < 0)
    return fail_with_errno (error, _("Cannot create"), path);

  written = write (file, text, length) == length && fsync (file) == 0;
  if (!written)
    fail_with_errno (error, _("Cannot write"), path);
  close (file);
  return written;
}
