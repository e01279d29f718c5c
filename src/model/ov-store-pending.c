/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weak stand-ins for parts of trace/ that are not merged yet, so that programs link; they say so honestly and
 * give way to the real ones.  This file goes when those are there.  Thread: main.
 */
#include "trace/ov-event-filter.h"
#include "trace/ov-recording.h"

#include <glib/gi18n-lib.h>

#define WEAK __attribute__ ((weak))

struct _OvEventFilter
{
  OvStore *store;
};

WEAK OvEventFilter *
ov_event_filter_new (OvStore            *store,
                     const OvEventQuery *query)
{
  OvEventFilter *self = g_new0 (OvEventFilter, 1);

  self->store = ov_store_ref (store);

  return self;
}

WEAK void
ov_event_filter_unref (OvEventFilter *self)
{
  ov_store_unref (self->store);
  g_free (self);
}

WEAK guint64
ov_event_filter_next (const OvEventFilter *self,
                      guint64              from,
                      guint64              to)
{
  OvEvent event;

  for (guint64 number = from; number < to; number++)
    if (ov_store_get_event (self->store, number, &event) && event.kind == OV_EVENT_RECORDS)
      return number;

  return OV_EVENT_NONE;
}

WEAK GType
ov_recorder_get_type (void)
{
  return G_TYPE_OBJECT;
}

WEAK OvRecorder *
ov_recorder_new (OvStore     *store,
                 const char  *path,
                 guint        otp_release,
                 gboolean     replace,
                 GError     **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("Recording is not possible yet"));
  return NULL;
}

WEAK void
ov_recorder_stop_async (OvRecorder          *self,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
}

WEAK gboolean
ov_recorder_stop_finish (OvRecorder    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("Recording is not possible yet"));
  return FALSE;
}

WEAK guint64
ov_recorder_get_bytes (OvRecorder *self)
{
  return 0;
}

WEAK guint64
ov_recorder_get_events (OvRecorder *self)
{
  return 0;
}

WEAK void
ov_recording_info_clear (OvRecordingInfo *self)
{
  g_clear_pointer (&self->node, g_free);
}

WEAK void
ov_recording_open_async (const char          *path,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           _("Recordings cannot be opened yet"));
}

WEAK OvStore *
ov_recording_open_finish (GAsyncResult     *result,
                          OvRecordingInfo  *info,
                          GError          **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
