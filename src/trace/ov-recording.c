/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Opening recordings, and what to say when that cannot be done.
 * Invariant: whatever the path leads to, opening it ends soon, with a store or with words.
 * Thread: any.
 */
#include "trace/ov-recording-private.h"

#include "base/ov-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const OvErrorWord words[] = {
  { OV_RECORDING_ERROR_NOT_A_RECORDING, "not-a-recording",
    N_("Choose a file that was saved by Overstory; their names end in .overstory.") },
  { OV_RECORDING_ERROR_VERSION, "recording-version",
    N_("Open it with the version of Overstory that wrote it, or a newer one.") },
  { OV_RECORDING_ERROR_DAMAGED, "recording-damaged",
    N_("Nothing in the file can be read. If it was copied, copy it again and compare the sizes.") },
  { OV_RECORDING_ERROR_FULL, "recording-full",
    N_("What was recorded before is kept. Free some disk space, or record to another place.") },
  { OV_RECORDING_ERROR_IO, "recording-io", NULL },
};

/**
 * ov_recording_error_quark:
 *
 * Thread: any.
 *
 * Returns: the domain of the errors of recordings
 */
GQuark
ov_recording_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    {
      GQuark domain = g_quark_from_static_string ("ov-recording-error");

      ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
      g_once_init_leave (&quark, domain);
    }

  return (GQuark) quark;
}

/**
 * ov_recording_info_clear:
 * @self: what ov_recording_open() filled in
 *
 * Frees what is in it.
 */
void
ov_recording_info_clear (OvRecordingInfo *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->node, g_free);
}

/* ---- opening ---- */

static void
set_errno_error (GError    **error,
                 const char *path,
                 int         saved)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), _("“%s” cannot be opened: %s"), name,
               g_strerror (saved));
}

static int
open_file (const char  *path,
           guint64     *size,
           GError     **error)
{
  /* Nonblocking, or a pipe of that name would keep us waiting. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_autofree char *name = g_filename_display_name (path);
  struct stat facts;

  if (fd < 0 || fstat (fd, &facts) != 0)
    {
      set_errno_error (error, path, errno);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if (S_ISREG (facts.st_mode))
    {
      *size = (guint64) facts.st_size;
      return fd;
    }

  close (fd);
  if (S_ISDIR (facts.st_mode))
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING,
                 _("“%s” is a folder, not a recording"), name);
  else
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING,
                 _("“%s” is not a file, so it is no recording"), name);

  return -1;
}

static gboolean
is_header_whole (const OvFileHeader *header)
{
  return header->version == OV_FILE_VERSION
         && header->order == OV_FILE_ORDER
         && header->header_bytes == sizeof *header
         && header->crc == ov_crc (header, offsetof (OvFileHeader, crc))
         && header->node[sizeof header->node - 1] == '\0'
         && g_utf8_validate (header->node, -1, NULL);
}

static gboolean
read_file_header (OvFileScan  *scan,
                  const char  *path,
                  GError     **error)
{
  OvFileHeader *header = &scan->header;
  gsize n = (gsize) MIN (scan->size, sizeof *header);
  g_autofree char *name = g_filename_display_name (path);

  if (n == 0)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING, _("“%s” is empty"), name);
  else if (!ov_read_all (scan->fd, header, n, 0))
    set_errno_error (error, path, errno);
  else if (memcmp (header->magic, OV_FILE_MAGIC, MIN (n, sizeof header->magic)) != 0)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING,
                 _("“%s” is another kind of file, not a recording"), name);
  else if (n < sizeof *header)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED,
                 _("The recording “%s” ends before its first event"), name);
  else if (header->order == GUINT32_SWAP_LE_BE (OV_FILE_ORDER))
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_VERSION,
                 _("The recording “%s” was written on a machine with another order of bytes"), name);
  else if (header->order == OV_FILE_ORDER && header->version > OV_FILE_VERSION && header->version < 65536)
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_VERSION,
                 _("The recording “%s” was written by a newer version of Overstory"), name);
  else if (!is_header_whole (header))
    g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED,
                 _("The begin of the recording “%s” is damaged"), name);
  else
    return TRUE;

  return FALSE;
}

static void
fill_info (const OvFileScan *scan,
           OvStore          *store,
           OvRecordingInfo  *info)
{
  *info = (OvRecordingInfo) {
    .node = g_strdup (scan->header.node),
    .otp_release = scan->header.otp_release,
    .started_ns = scan->header.created_ns,
    .ended_ns = scan->header.created_ns,
    .events = ov_store_get_end (store),
    .lost_bytes = scan->lost_bytes,
    .damaged_blocks = scan->damaged,
  };
  ov_store_get_span (store, &info->started_ns, &info->ended_ns);
}

/**
 * ov_recording_open:
 * @path: a file name
 * @info: (out) (nullable): what it is, to be cleared
 * @error: an error of %OV_RECORDING_ERROR, or of %G_IO_ERROR when the system refuses
 *
 * Names and figures are read now, events when they are looked at: a block that turns out to be damaged then
 * shows as one GAP, and its other numbers have no event. Thread: any.
 *
 * Returns: (transfer full) (nullable): a store that cannot be appended to
 */
OvStore *
ov_recording_open (const char       *path,
                   OvRecordingInfo  *info,
                   GError          **error)
{
  g_autoptr (OvStore) store = NULL;
  OvFileScan scan = { 0 };

  g_return_val_if_fail (path != NULL, NULL);

  scan.fd = open_file (path, &scan.size, error);
  if (scan.fd < 0)
    return NULL;
  if (!read_file_header (&scan, path, error))
    {
      close (scan.fd);
      return NULL;
    }

  store = ov_file_read (&scan);
  if (ov_store_get_end (store) == 0 && (scan.damaged > 0 || scan.lost_bytes > 0))
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED,
                   _("Nothing in the recording “%s” can be read"), name);
      return NULL;
    }
  if (info != NULL)
    fill_info (&scan, store, info);

  return g_steal_pointer (&store);
}

/* ---- in the pool ---- */

typedef struct
{
  char           *path;
  OvRecordingInfo info;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  ov_recording_info_clear (&self->info);
  g_free (self->path);
  g_free (self);
}

static void
open_in_pool (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  Opening *opening = data;
  GError *error = NULL;
  OvStore *store = ov_recording_open (opening->path, &opening->info, &error);

  if (store != NULL)
    g_task_return_pointer (task, store, (GDestroyNotify) ov_store_unref);
  else
    g_task_return_error (task, error);
}

/**
 * ov_recording_open_async:
 * @path: a file name
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is open
 * @user_data: its argument
 *
 * As ov_recording_open(), in the pool.
 */
void
ov_recording_open_async (const char          *path,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Opening *opening;

  g_return_if_fail (path != NULL);

  opening = g_new0 (Opening, 1);
  opening->path = g_strdup (path);
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_recording_open_async);
  g_task_set_task_data (task, opening, opening_free);
  g_task_run_in_thread (task, open_in_pool);
}

/**
 * ov_recording_open_finish:
 * @result: what the callback got
 * @info: (out) (nullable): what it is, to be cleared
 * @error: as of ov_recording_open()
 *
 * Returns: (transfer full) (nullable): the store
 */
OvStore *
ov_recording_open_finish (GAsyncResult     *result,
                          OvRecordingInfo  *info,
                          GError          **error)
{
  OvStore *store;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  store = g_task_propagate_pointer (G_TASK (result), error);
  if (store != NULL && info != NULL)
    {
      Opening *opening = g_task_get_task_data (G_TASK (result));

      *info = opening->info;
      opening->info = (OvRecordingInfo) { 0 };
    }

  return store;
}
