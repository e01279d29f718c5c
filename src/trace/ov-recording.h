/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings: a store as a file.
 *
 * The file is a header with a version, then blocks, each with its length, kind and CRC-32, and
 * an index at the end that is rebuilt from the blocks when it is missing (the program died).
 * Readable up to the last whole block; nothing in it is trusted.  FORMAT.md describes it.
 * Thread: writing on the writer's own task, everything else any thread.
 */
#pragma once

#include "trace/ov-store.h"

G_BEGIN_DECLS

#define OV_RECORDING_ERROR (ov_recording_error_quark ())

typedef enum
{
  OV_RECORDING_ERROR_NOT_A_RECORDING, /* another kind of file */
  OV_RECORDING_ERROR_VERSION,         /* written by a newer Overstory */
  OV_RECORDING_ERROR_DAMAGED,         /* not one readable block, or hostile */
  OV_RECORDING_ERROR_FULL,            /* the disk is full: what came before is kept */
  OV_RECORDING_ERROR_IO,
} OvRecordingError;

GQuark ov_recording_error_quark (void);

#define OV_RECORDING_SUFFIX ".overstory"

typedef struct
{
  char   *node;          /* its name */
  guint   otp_release;
  gint64  started_ns, ended_ns;
  guint64 events;
  guint64 lost_bytes;    /* at the end, that could not be read; 0: whole */
  guint   damaged_blocks; /* in the middle, left out, a GAP in their place */
} OvRecordingInfo;

void      ov_recording_info_clear (OvRecordingInfo *self);

/* Opens a file as a store that cannot be appended to; its blocks are read, and checked, when
 * they are first looked at. */
OvStore  *ov_recording_open     (const char       *path,
                                 OvRecordingInfo  *info, /* (out) (nullable), to clear */
                                 GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void      ov_recording_open_async  (const char          *path,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
OvStore  *ov_recording_open_finish (GAsyncResult     *result,
                                    OvRecordingInfo  *info,
                                    GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* Follows a store into a file, from its first event, until stopped: blocks as they fill, and at
 * the latest each second.  A full disk ends it, with an error, and the file stays readable. */
#define OV_TYPE_RECORDER (ov_recorder_get_type ())
G_DECLARE_FINAL_TYPE (OvRecorder, ov_recorder, OV, RECORDER, GObject)

/* Signal "failed" (GError).  Thread: main. */
OvRecorder *ov_recorder_new         (OvStore     *store,
                                     const char  *path,
                                     guint        otp_release,
                                     gboolean     replace, /* an existing file; else G_IO_ERROR_EXISTS */
                                     GError     **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes what is there and closes; safe to call after "failed". */
void        ov_recorder_stop_async  (OvRecorder          *self,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
gboolean    ov_recorder_stop_finish (OvRecorder    *self,
                                     GAsyncResult  *result,
                                     GError       **error);
guint64     ov_recorder_get_bytes   (OvRecorder *self);
guint64     ov_recorder_get_events  (OvRecorder *self); /* written so far */

G_END_DECLS
