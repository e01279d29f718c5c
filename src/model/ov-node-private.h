/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of OvNode, shared by the files that each do one part of it:
 *
 *   ov-node.c              the object: what it is asked, its properties
 *   ov-node-attach.c       its states: attaching, detaching, loss
 *   ov-node-watch.c        keeping the table live: censuses, figures
 *   ov-node-supervisors.c  asking supervisors of whom something changed
 *   ov-node-return.c       looking whether a node that is gone came back
 *   ov-node-trace.c        its traces, the store and what fills it, the recorder
 *   ov-node-recording.c    a node that is a file
 *
 * Thread: main.
 */
#pragma once

#include "base/ov-wakeup.h"
#include "model/ov-feed-private.h"
#include "model/ov-node.h"
#include "model/ov-past.h"

G_BEGIN_DECLS

struct _OvNode
{
  GObject         parent_instance;

  char           *name;
  OvNodeState     state;
  gboolean        armed;
  guint           otp_release;
  GError         *error;
  OvWatch         watched;
  OvProcessTable *table;
  OvProbe        *probe;       /* while connecting and attached */
  gulong          lost_handler;
  GCancellable   *cancellable; /* of everything that is under way */

  /* how it was attached; kept for the next time */
  char           *cookie;
  char           *cookie_file;
  char           *host;
  guint16         port;        /* 0: epmd knows */
  guint           timeout_ms;
  gboolean        is_sandbox;
  gboolean        was_attached;
  guint16         last_port;   /* where it was */

  /* censuses */
  GQueue          censuses;    /* that wait */
  gboolean        in_census;
  guint           census_timer;
  OvNodeFigures   figures;
  gint64          figures_told_us;

  /* supervisors to ask */
  OvBitset       *to_ask;
  GArray         *asked;       /* gint64, monotonic µs by slot: the last time */
  guint           ask_timer;

  /* coming back */
  guint           return_timer;
  GCancellable   *return_look;
  gboolean        can_reconnect;
  guint16         return_port;

  /* what was seen of it */
  OvStore        *store;
  OvFeed         *feed;
  OvWakeup       *names;       /* actors of the store want names */
  guint32         n_named;
  guint64         n_censuses;  /* of this connection: the ids that the probe gives them */
  guint32         creation;    /* of its pids; another one is another life */
  gint64          lost_ns;     /* when the connection was lost; 0: it is there, or never was */
  GListStore     *traces;      /* OvTrace */
  GHashTable     *starting;    /* id -> OvTrace that the node has not confirmed */
  guint16         last_trace_id;
  OvRecorder     *recorder;
  GError         *recorder_error;

  /* a node that is a file */
  gboolean        is_recording;
  char           *path;
  OvRecordingInfo info;
  OvPast         *replay;      /* its table is ours */
  GQueue          openings;    /* GTasks that wait for the replay */
  gboolean        is_replayed;
};

/* ov-node.c */
void     ov_node_set_state          (OvNode       *self,
                                     OvNodeState   state,
                                     const GError *error); /* NULL: all is well */
void     ov_node_set_can_reconnect  (OvNode   *self,
                                     gboolean  can_reconnect);
void     ov_node_told_release       (OvNode *self);
void     ov_node_told_figures       (OvNode *self);
void     ov_node_told_recorder      (OvNode *self);
OvNode  *ov_node_new_empty          (const char *name);
gboolean ov_node_is_attached        (OvNode *self);
void     ov_node_return_not_attached (OvNode *self,
                                     GTask  *task); /* (transfer full) */
/* ov-node-attach.c */
void     ov_node_drop_probe         (OvNode *self);
/* ov-node-watch.c */
void     ov_node_batch_cb           (OvProbe       *probe,
                                     OvProbeReader *reader,
                                     gpointer       user_data);
void     ov_node_start_watching     (OvNode *self);
void     ov_node_stop_watching      (OvNode *self);
void     ov_node_read_figures       (OvNode         *self,
                                     const OvRecord *record);
/* ov-node-supervisors.c */
void     ov_node_ask_supervisor     (OvNode  *self,
                                     guint32  slot);
void     ov_node_lifecycle_cb       (OvProcessTable    *table,
                                     const OvLifecycle *life,
                                     OvNode            *self);
void     ov_node_note_record        (OvNode         *self,
                                     const OvRecord *record);
void     ov_node_forget_questions   (OvNode *self);
/* ov-node-return.c */
void     ov_node_start_looking      (OvNode *self);
void     ov_node_stop_looking       (OvNode *self);
/* ov-node-trace.c */
void     ov_node_open_store         (OvNode  *self,
                                     OvStore *store); /* (transfer full) */
void     ov_node_close_store        (OvNode *self);
void     ov_node_feed_from          (OvNode  *self,
                                     OvProbe *probe);
void     ov_node_name_child         (OvNode         *self,
                                     const OvRecord *record);
void     ov_node_lose_traces        (OvNode     *self,
                                     const char *reason);
void     ov_node_note_lost          (OvNode *self);
void     ov_node_note_back          (OvNode *self);
/* ov-node-recording.c */
void     ov_node_close_recording    (OvNode *self);
void     ov_node_wait_for_replay    (OvNode *self,
                                     GTask  *task); /* (transfer full) */

G_END_DECLS
