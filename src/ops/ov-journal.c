/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvJournal appends under flock() with one write(), so that the lines of several programs never
 * mix.  Invariant: after every append, good or bad, the file ends where a whole line ends; a
 * write that was cut short (a full disk) is taken back with ftruncate().
 * Thread: main.
 */
#include "ops/ov-journal.h"

#include "base/ov-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_MAX_BYTES (1024 * 1024)

struct _OvJournal
{
  char *path;
  char *old_path;
  gsize max_bytes;
};

static gboolean
fail (GError    **error,
      const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path,
               g_strerror (code));

  return FALSE;
}

/* Opens and locks.  Another program may have rotated the file between the two: then the lock is
 * on the old one, and it is tried again. */
static int
open_locked (OvJournal *self)
{
  for (guint attempt = 0; attempt < 10; attempt++)
    {
      int fd = open (self->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
      struct stat opened, named;

      if (fd < 0)
        return -1;
      while (flock (fd, LOCK_EX) < 0 && errno == EINTR)
        continue;
      if (fstat (fd, &opened) == 0 && stat (self->path, &named) == 0 &&
          opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
        return fd;
      close (fd);
    }
  errno = EBUSY;

  return -1;
}

static char *
serialize (const OvJournalEntry *entry)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *at = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "at", at);
  json_object_set_string_member (object, "program", g_get_prgname ());
  json_object_set_string_member (object, "node", entry->node);
  json_object_set_string_member (object, "operation", entry->operation);
  if (entry->parameters != NULL)
    json_object_set_object_member (object, "parameters", json_object_ref (entry->parameters));
  json_object_set_string_member (object, "effect", entry->effect);
  json_object_set_string_member (object, "undo", entry->undo);
  json_object_set_string_member (object, "outcome", entry->outcome);
  json_object_set_int_member (object, "duration_ms", entry->duration_ms);
  if (entry->error != NULL)
    {
      json_object_set_string_member (object, "code", ov_error_get_word (entry->error));
      json_object_set_string_member (object, "message", entry->error->message);
    }
  json_node_set_object (root, object);
  text = json_to_string (root, FALSE);

  return g_strconcat (text, "\n", NULL);
}

static gboolean
write_line (OvJournal  *self,
            int         fd,
            const char *line,
            GError    **error)
{
  gsize length = strlen (line);
  struct stat info;
  gssize n;

  if (fstat (fd, &info) < 0)
    return fail (error, self->path);
  do
    n = write (fd, line, length);
  while (n < 0 && errno == EINTR);
  if (n == (gssize) length)
    return TRUE;

  if (n >= 0)
    errno = ENOSPC;
  fail (error, self->path);
  if (n > 0 && ftruncate (fd, info.st_size) < 0)
    g_debug ("the journal keeps a cut line, which readers pass over: %s", g_strerror (errno));

  return FALSE;
}

/**
 * ov_journal_new:
 * @path: the file; its folder is made when it is first needed
 * @max_bytes: when the file would grow beyond, it is set aside
 *
 * Returns: (transfer full): a journal
 */
OvJournal *
ov_journal_new (const char *path,
                gsize       max_bytes)
{
  OvJournal *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (OvJournal, 1);
  self->path = g_strdup (path);
  self->old_path = g_strconcat (path, ".1", NULL);
  self->max_bytes = max_bytes;

  return self;
}

void
ov_journal_free (OvJournal *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->old_path);
  g_free (self);
}

OvJournal *
ov_journal_get_default (void)
{
  static OvJournal *journal;

  if (journal == NULL)
    {
      g_autofree char *path = g_build_filename (g_get_user_state_dir (), "overstory",
                                                "journal.jsonl", NULL);

      journal = ov_journal_new (path, DEFAULT_MAX_BYTES);
    }

  return journal;
}

gboolean
ov_journal_append (OvJournal             *self,
                   const OvJournalEntry  *entry,
                   GError               **error)
{
  g_autofree char *line = NULL;
  g_autofree char *folder = NULL;
  struct stat info;
  gboolean ok;
  int fd;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (entry != NULL && entry->operation != NULL, FALSE);

  folder = g_path_get_dirname (self->path);
  if (g_mkdir_with_parents (folder, 0700) < 0)
    return fail (error, folder);
  if ((fd = open_locked (self)) < 0)
    return fail (error, self->path);

  line = serialize (entry);
  if (fstat (fd, &info) == 0 && info.st_size > 0 &&
      (gsize) info.st_size + strlen (line) > self->max_bytes)
    {
      if (rename (self->path, self->old_path) < 0 && ftruncate (fd, 0) < 0)
        g_debug ("the journal could not be set aside: %s", g_strerror (errno));
      close (fd);
      if ((fd = open_locked (self)) < 0)
        return fail (error, self->path);
    }
  ok = write_line (self, fd, line, error);
  close (fd);

  return ok;
}

static gboolean
read_file (const char *path,
           GPtrArray  *into,
           GError    **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) local = NULL;

  if (!g_file_get_contents (path, &text, NULL, &local))
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      /* A cut or foreign line is no reason to withhold the others. */
      g_autoptr (JsonNode) node = json_from_string (*line, NULL);

      if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
        g_ptr_array_add (into, json_node_dup_object (node));
    }

  return TRUE;
}

GPtrArray *
ov_journal_read (OvJournal  *self,
                 guint       max,
                 GError    **error)
{
  g_autoptr (GPtrArray) entries = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  if (!read_file (self->old_path, entries, error) || !read_file (self->path, entries, error))
    return NULL;
  if (entries->len > max)
    g_ptr_array_remove_range (entries, 0, entries->len - max);

  return g_steal_pointer (&entries);
}
