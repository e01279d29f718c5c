/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside of OvChannel: shared by its two files only.
 */
#pragma once

#include "base/ov-wakeup.h"
#include "link/ov-calls-private.h"
#include "link/ov-frame.h"

G_BEGIN_DECLS

#define OV_CHANNEL_MAX_QUEUED   (64u * 1024 * 1024)
#define OV_CHANNEL_TICK_TIME_MS 60000 /* OTP's net_ticktime */

struct _OvChannel
{
  /* set before the thread starts */
  OvLink            *link;         /* outlives us */
  OvLinkMessageFunc  func;
  gpointer           func_data;
  guint              tick_time_ms;
  OvWakeup          *wakeup;
  OvChannelStart     start;
  int                wake_fd;
  guint32            reference_salt;
  GThread           *thread;       /* main thread's */

  GMutex             lock;         /* guards all of these */
  OvPid              self;
  GByteArray        *queued;       /* frames nobody has taken to the socket yet */
  OvCalls            calls;
  OvMail             mail;
  gboolean           up;
  gboolean           stop;
  gboolean           overrun;

  /* the thread's */
  int                fd;
  OvFrameReader      reader;
  GByteArray        *sending;      /* what was taken from queued */
  gsize              sent;         /* how much of it is gone */
  gint64             last_received_us;
  gint64             last_sent_us;
  gint64             last_ping_us;
};

gpointer ov_channel_thread         (gpointer data);
void     ov_channel_wake           (OvChannel *self);
void     ov_channel_deliver_call   (OvChannel *self,
                                    OvCall    *call);
void     ov_channel_fail_calls     (OvChannel    *self,
                                    const GError *why);
void     ov_channel_forget_monitor (OvChannel *self,
                                    OvCall    *call);
OvTerm  *ov_channel_new_reference  (OvChannel *self,
                                    guint64    id);

G_END_DECLS
