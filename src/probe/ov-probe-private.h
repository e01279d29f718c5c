/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between the files of this folder: what has arrived and not been handed over (inbox), and the
 * steps that put the probe on a node (attach).
 */
#pragma once

#include "probe/ov-probe.h"

G_BEGIN_DECLS

OvProbeError ov_probe_error_from_word (const char *word);

/* ---- the inbox: filled by the link's thread, emptied on the main context ---- */

typedef struct
{
  GBytes *message;
  gsize   offset; /* of the list of records in it */
  OvPid   from;
  gint64  seq, at_ns;
} OvProbeBatch;

typedef struct _OvProbeInbox OvProbeInbox;

OvProbeInbox *ov_probe_inbox_new     (GMainContext *context,
                                      GSourceFunc   arrived,
                                      gpointer      user_data) G_GNUC_WARN_UNUSED_RESULT;
OvProbeInbox *ov_probe_inbox_ref     (OvProbeInbox *self);
void          ov_probe_inbox_unref   (OvProbeInbox *self);
void          ov_probe_inbox_set_trace_func (OvProbeInbox     *self,
                                             OvProbeTraceFunc  func,
                                             gpointer          user_data);
void          ov_probe_inbox_stop    (OvProbeInbox *self); /* main: no call comes any more */
void          ov_probe_inbox_receive (OvLink   *link,
                                      GBytes   *message,
                                      gpointer  inbox);   /* an OvLinkMessageFunc */
OvProbeBatch *ov_probe_inbox_pop     (OvProbeInbox *self);
void          ov_probe_inbox_again   (OvProbeInbox *self); /* one more call, later */
/* What the node answered to the loading: [ov_answer, Serial, Value…]. */
OvTerm       *ov_probe_inbox_pop_answer (OvProbeInbox *self);
char         *ov_probe_inbox_dup_gone (OvProbeInbox *self); /* why the probe went; NULL: it is there */
void          ov_probe_batch_free    (OvProbeBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvProbeBatch, ov_probe_batch_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvProbeInbox, ov_probe_inbox_unref)

/* ---- putting the probe on a node ---- */

typedef struct
{
  OvPid owner, guard;
  guint otp_release;
} OvProbeHome;

typedef struct _OvProbeLoad OvProbeLoad;

OvProbeLoad *ov_probe_load_async  (OvLink              *link,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
void         ov_probe_load_answer (OvProbeLoad         *self,
                                   const OvTerm        *values);
void         ov_probe_load_abort  (OvProbeLoad         *self,
                                   GError              *error);
gboolean     ov_probe_load_finish (GAsyncResult        *result,
                                   OvProbeHome         *home,
                                   GError             **error);

G_END_DECLS
