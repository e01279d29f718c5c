/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSpill: each file is mapped as a whole when it is begun, and its descriptor closed when it is full, so that
 * gigabytes take some hundred mappings and one descriptor.
 * Invariant: what is written once is never changed, and a file is never made shorter below what somebody looks
 * at, so a mapping of it cannot fault; the file has no name, so nobody else can.
 * Thread: see ov-spill-private.h.
 */
#include "trace/ov-spill-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct _OvSpillFile
{
  gatomicrefcount refs;
  int             fd;     /* -1: full */
  guint8         *bytes;  /* mapped, also where nothing is written yet */
  guint64         size, used;
};

/* What somebody looks at of a file. */
typedef struct
{
  OvSpillFile *file;
  guint8      *bytes;
  gsize        n_bytes;
} View;

struct _OvSpill
{
  guint64      file_bytes;
  OvSpillFile *current;
};

static void
end_file (OvSpillFile *file)
{
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
}

void
ov_spill_file_unref (OvSpillFile *file)
{
  if (file == NULL || !g_atomic_ref_count_dec (&file->refs))
    return;

  munmap (file->bytes, file->size);
  end_file (file);
  g_free (file);
}

OvSpill *
ov_spill_new (guint64 file_bytes)
{
  OvSpill *self = g_new0 (OvSpill, 1);

  self->file_bytes = file_bytes;

  return self;
}

void
ov_spill_free (OvSpill *self)
{
  if (self == NULL)
    return;

  ov_spill_file_unref (self->current);
  g_free (self);
}

guint64
ov_spill_get_file_bytes (const OvSpill *self)
{
  return self->file_bytes;
}

static int
open_without_name (const char *folder)
{
  g_autofree char *path = NULL;
  int fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
    return fd;

  path = g_build_filename (folder, "spill-XXXXXX", NULL);
  fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlink (path);

  return fd;
}

/* With room for at least @size. */
static gboolean
begin_file (OvSpill *self,
            guint64  size)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "overstory", NULL);
  guint8 *bytes;
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return FALSE;
  fd = open_without_name (folder);
  if (fd < 0)
    return FALSE;
  size = MAX (size, self->file_bytes);
  bytes = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  if (bytes == MAP_FAILED)
    {
      close (fd);
      errno = ENOMEM;
      return FALSE;
    }

  if (self->current != NULL)
    end_file (self->current);
  ov_spill_file_unref (self->current);
  self->current = g_new0 (OvSpillFile, 1);
  g_atomic_ref_count_init (&self->current->refs);
  self->current->fd = fd;
  self->current->bytes = bytes;
  self->current->size = size;

  return TRUE;
}

/* Over a limit on the size of files the kernel sends SIGXFSZ, whose default is to end the program. */
static ssize_t
write_guarded (int           fd,
               gconstpointer bytes,
               gsize         n,
               guint64       offset)
{
  static const struct timespec now = { 0, 0 };
  sigset_t before, guarded;
  ssize_t written;
  int saved;

  sigemptyset (&guarded);
  sigaddset (&guarded, SIGXFSZ);
  pthread_sigmask (SIG_BLOCK, &guarded, &before);
  written = pwrite (fd, bytes, n, (off_t) offset);
  saved = errno;
  if (written < 0 && saved == EFBIG)
    sigtimedwait (&guarded, NULL, &now);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = saved;

  return written;
}

gboolean
ov_write_all (int           fd,
              gconstpointer bytes,
              gsize         n,
              guint64       offset)
{
  const guint8 *at = bytes;

  while (n > 0)
    {
      ssize_t written = write_guarded (fd, at, n, offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written == 0)
        errno = ENOSPC;
      if (written <= 0)
        return FALSE;
      at += written;
      n -= (gsize) written;
      offset += (guint64) written;
    }

  return TRUE;
}

typedef struct
{
  int     fd;
  guint64 at;
} Position;

static gboolean
emit_to_file (gconstpointer bytes,
              gsize         n,
              gpointer      user_data)
{
  Position *position = user_data;

  if (!ov_write_all (position->fd, bytes, n, position->at))
    return FALSE;
  position->at += n;

  return TRUE;
}

gboolean
ov_spill_write (OvSpill       *self,
                const OvBody  *body,
                OvSpillFile  **file,
                guint64       *offset,
                guint64       *n_bytes)
{
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);
  guint64 size = (ov_body_get_size (&body->counts) + page - 1) / page * page;
  Position position;

  if ((self->current == NULL || self->current->used + size > self->current->size) && !begin_file (self, size))
    return FALSE;

  position = (Position) { self->current->fd, self->current->used };
  if (!ov_body_emit (body, emit_to_file, &position))
    {
      int saved = errno;

      /* What was half written takes room that others may need. */
      if (ftruncate (self->current->fd, (off_t) self->current->used) != 0)
        g_debug ("A spill file keeps its half chunk: %s", g_strerror (errno));
      errno = saved;
      return FALSE;
    }

  *file = self->current;
  *offset = self->current->used;
  *n_bytes = size;
  self->current->used += size;
  g_atomic_ref_count_inc (&self->current->refs);

  return TRUE;
}

/* The pages go back to the system; they can be had again from the file. */
static void
forget_view (gpointer data)
{
  View *view = data;

  madvise (view->bytes, view->n_bytes, MADV_DONTNEED);
  ov_spill_file_unref (view->file);
  g_free (view);
}

OvBody *
ov_spill_file_view (OvSpillFile        *file,
                    guint64             offset,
                    const OvBodyCounts *counts)
{
  gsize size = ov_body_get_size (counts);
  OvBody *body = ov_body_new (counts, file->bytes + offset, size, NULL);
  View *view = g_new (View, 1);

  *view = (View) { file, file->bytes + offset, size };
  g_atomic_ref_count_inc (&file->refs);
  body->owner = view;
  body->free_owner = forget_view;

  return body;
}
