/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNode: one node as the program knows it: how to reach it, whether it is there, its figures
 * and its processes.  Only operations call the functions that ask the node; views read.
 * Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"
#include "trace/ov-recording.h"

G_BEGIN_DECLS

typedef enum
{
  OV_NODE_OFFLINE,     /* never attached, or detached */
  OV_NODE_CONNECTING,
  OV_NODE_TAKING_CENSUS,
  OV_NODE_LIVE,
  OV_NODE_GONE,        /* was live; its last picture stays; watched for coming back */
} OvNodeState;

typedef struct
{
  const char *cookie;       /* NULL: found by ov_cookie_find_async() */
  const char *cookie_file;  /* NULL: the default */
  const char *host;         /* NULL: the name's */
  guint16     port;         /* 0: epmd */
  guint       timeout_ms;   /* 0: 5,000 */
  gboolean    is_sandbox;   /* armed from the start */
} OvAttachOptions;

#define OV_NODE_ERROR (ov_node_error_quark ())

typedef enum
{
  OV_NODE_ERROR_RECORDING, /* it is a recording: nothing can be asked of it */
} OvNodeError;

GQuark ov_node_error_quark (void);

#define OV_TYPE_NODE (ov_node_get_type ())
G_DECLARE_FINAL_TYPE (OvNode, ov_node, OV, NODE, GObject)

/* What the node said of itself last (the probe's NODE record); zero: not known. */
typedef struct
{
  gint64  at_ns;
  guint64 process_count, process_limit, port_count, atom_count, run_queue, uptime_s;
  guint64 total_bytes, processes_bytes, binary_bytes, ets_bytes, code_bytes, atom_bytes;
  double  reductions_per_s;
} OvNodeFigures;

/* Properties (all notify): "name", "state" (OvNodeState as int), "armed", "otp-release" (uint),
 * "error" (boxed GError: why it is offline or gone), "watched" (OvWatch as uint),
 * "can-reconnect" (boolean: it is gone, and something answers in its place again),
 * "recorder" (OvRecorder, nullable; also notified when it failed).
 * Signals: "returned" when can-reconnect becomes true (an attach may be offered or started),
 * "figures" at most once a second when ov_node_get_figures() is newer. */
OvNode         *ov_node_new               (const char *name) G_GNUC_WARN_UNUSED_RESULT;
const char     *ov_node_get_name          (OvNode *self);
OvNodeState     ov_node_get_state         (OvNode *self);
guint           ov_node_get_otp_release   (OvNode *self);
gboolean        ov_node_is_sandbox        (OvNode *self);
gboolean        ov_node_get_armed         (OvNode *self);
void            ov_node_set_armed         (OvNode   *self,
                                           gboolean  armed);
const GError   *ov_node_get_error         (OvNode *self);
gboolean        ov_node_can_reconnect     (OvNode *self);
OvWatch         ov_node_get_watched       (OvNode *self);
const OvNodeFigures *ov_node_get_figures  (OvNode *self);
OvProcessTable *ov_node_get_processes     (OvNode *self); /* (transfer none), never NULL */
/* What was seen of it, also after it is gone; (transfer none), never NULL. */
OvStore        *ov_node_get_store         (OvNode *self);
GListModel     *ov_node_list_traces       (OvNode *self); /* (transfer none) of OvTrace, the ended ones too */
/* The node's system time now, ns; of one that is not attached, of what was seen of it last; 0: nothing. */
gint64          ov_node_get_now           (OvNode *self);
/* For what is not an OvTrace and has a number like one: a path that is followed. */
guint16         ov_node_take_trace_id     (OvNode *self);
/* A recording as a node without a node: its last instant is its table, replayed a little later (the census
 * waits for that); nothing can be asked of it. */
OvNode         *ov_node_new_from_recording (OvStore               *store,
                                            const OvRecordingInfo *info,
                                            const char            *path) G_GNUC_WARN_UNUSED_RESULT;
gboolean        ov_node_is_recording      (OvNode *self);
const char     *ov_node_get_path          (OvNode *self); /* of the recording, or NULL */
const OvRecordingInfo *ov_node_get_info   (OvNode *self); /* of the recording, or NULL */
/* Opens a file and replays it to its last instant: the node that comes back has its table. */
void            ov_node_open_recording_async  (const char          *path,
                                               GCancellable        *cancellable,
                                               GAsyncReadyCallback  callback,
                                               gpointer             user_data);
OvNode         *ov_node_open_recording_finish (GAsyncResult  *result,
                                               GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes everything that is seen of the node from its first event on to a file; one at a time. */
gboolean        ov_node_record            (OvNode      *self,
                                           const char  *path,
                                           gboolean     replace,
                                           GError     **error);
OvRecorder     *ov_node_get_recorder      (OvNode *self); /* NULL: not recording */
const GError   *ov_node_get_recorder_error (OvNode *self); /* why it ended by itself */
/* The file is whole when it is done; also for one that failed. */
void            ov_node_stop_recording_async  (OvNode              *self,
                                               GAsyncReadyCallback  callback,
                                               gpointer             user_data);
gboolean        ov_node_stop_recording_finish (OvNode        *self,
                                               GAsyncResult  *result,
                                               GError       **error);

void            ov_node_attach_async      (OvNode                *self,
                                           const OvAttachOptions *options,
                                           GCancellable          *cancellable,
                                           GAsyncReadyCallback    callback,
                                           gpointer               user_data);
gboolean        ov_node_attach_finish     (OvNode        *self,
                                           GAsyncResult  *result,
                                           GError       **error);
/* Attach again as last time: same cookie rules, same host and port where they were given or
 * remembered, and the same watch.  Finish with ov_node_attach_finish(). */
void            ov_node_reattach_async    (OvNode              *self,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
void            ov_node_detach_async      (OvNode              *self,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
gboolean        ov_node_detach_finish     (OvNode        *self,
                                           GAsyncResult  *result,
                                           GError       **error);
/* Fills the table with a census; @with_supervisors reads child ids and strategies too. */
void            ov_node_census_async      (OvNode              *self,
                                           gboolean             with_supervisors,
                                           guint                deadline_ms,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
gboolean        ov_node_census_finish     (OvNode        *self,
                                           GAsyncResult  *result,
                                           GError       **error);
/* Keeps the table live from now on: census, lifecycle, samples; holds until unwatched. */
void            ov_node_watch             (OvNode  *self,
                                           OvWatch  what);
/* Full records of these rows now (what became visible or selected, say). */
void            ov_node_refresh           (OvNode        *self,
                                           const guint32 *slots,
                                           guint          n_slots);
/* One request of PROTOCOL.md. */
void            ov_node_request_async     (OvNode              *self,
                                           const char          *request,
                                           const OvTerm        *arguments,
                                           guint                timeout_ms,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data);
OvTerm         *ov_node_request_finish    (OvNode        *self,
                                           GAsyncResult  *result,
                                           GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
