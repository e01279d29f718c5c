/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProbe: our code on the node, seen from here.
 *
 * Attaching opens a link, loads the probe's modules (the set that the node's release can load),
 * greets and checks the protocol's version.  The probe then sends batches: lists of records that
 * are read in place with an OvProbeReader.  What the wire looks like is in PROTOCOL.md.
 * Thread: main; batches are handed over on the main context, in the order they were sent,
 * and acknowledged after the handler returns (that is the credit and the lease).
 */
#pragma once

#include "link/ov-link.h"
#include "term/ov-term-cursor.h"
#include "trace/ov-trace-message.h"

G_BEGIN_DECLS

#define OV_PROBE_ERROR (ov_probe_error_quark ())

typedef enum
{
  OV_PROBE_ERROR_LOAD,      /* the node would not load a module */
  OV_PROBE_ERROR_VERSION,   /* another version of the probe is loaded there and in use */
  OV_PROBE_ERROR_RELEASE,   /* the node's release is older than we can serve */
  OV_PROBE_ERROR_NO_PROCESS, /* the process is not alive */
  OV_PROBE_ERROR_REMOTE_PROCESS, /* the pid belongs to another node */
  OV_PROBE_ERROR_BUSY,      /* the process did not answer before the deadline */
  OV_PROBE_ERROR_REFUSED,   /* the probe refuses: it would endanger the node */
  OV_PROBE_ERROR_FOREIGN_TRACER, /* another tracer has it (or the node's patterns), and is not robbed */
  OV_PROBE_ERROR_BAD_MATCH,  /* the VM does not take that match specification */
  OV_PROBE_ERROR_NO_FUNCTION, /* the module is not loaded, or has no such function */
  OV_PROBE_ERROR_FAILED,
} OvProbeError;

GQuark ov_probe_error_quark (void);

/* A borrowed string: not zero-ended, UTF-8, valid as long as the batch. */
typedef struct
{
  const char *text;
  gsize       length;
} OvSlice;

typedef enum
{
  OV_RECORD_PROCESS,      /* one process in full (census, births, and on request) */
  OV_RECORD_SAMPLE,       /* figures of a process that changed since the last sweep */
  OV_RECORD_BIRTH,        /* a process was spawned */
  OV_RECORD_DEATH,        /* a process ended; with its true reason when it was seen */
  OV_RECORD_NAME,         /* a name was registered or given up */
  OV_RECORD_LINK,         /* a link was made or removed (supervised processes only) */
  OV_RECORD_SUPERVISOR,   /* what the safe state probe read of a supervisor */
  OV_RECORD_CHILD,        /* one child of it, directly after its SUPERVISOR record */
  OV_RECORD_APPLICATION,  /* a running application and its master */
  OV_RECORD_NODE,         /* figures of the node */
  OV_RECORD_CENSUS_DONE,  /* every process alive at its start was reported */
  OV_RECORD_GAP,          /* records were dropped; how many and why */
} OvRecordType;

typedef enum
{
  OV_BEHAVIOUR_UNKNOWN,   /* no proc_lib process, or not one of these */
  OV_BEHAVIOUR_SUPERVISOR, /* supervisor, DynamicSupervisor, supervisor_bridge, Task.Supervisor… */
  OV_BEHAVIOUR_GEN_SERVER,
  OV_BEHAVIOUR_GEN_STATEM,
  OV_BEHAVIOUR_GEN_EVENT,
  OV_BEHAVIOUR_TASK,
  OV_BEHAVIOUR_AGENT,
  OV_BEHAVIOUR_APPLICATION_MASTER, /* the master and the process it starts */
  OV_BEHAVIOUR_PROC_LIB,  /* another proc_lib process */
} OvBehaviour;

typedef enum
{
  OV_STATUS_UNKNOWN,
  OV_STATUS_WAITING,
  OV_STATUS_RUNNING,
  OV_STATUS_RUNNABLE,
  OV_STATUS_GARBAGE_COLLECTING,
  OV_STATUS_SUSPENDED,
  OV_STATUS_EXITING,
} OvStatus;

typedef enum
{
  OV_RESTART_UNKNOWN,
  OV_RESTART_PERMANENT,
  OV_RESTART_TRANSIENT,
  OV_RESTART_TEMPORARY,
} OvRestart;

typedef enum
{
  OV_STRATEGY_UNKNOWN,
  OV_STRATEGY_ONE_FOR_ONE,
  OV_STRATEGY_ONE_FOR_ALL,
  OV_STRATEGY_REST_FOR_ONE,
  OV_STRATEGY_SIMPLE_ONE_FOR_ONE,
} OvStrategy;

/* What the safe state probe could say of a supervisor. */
typedef enum
{
  OV_ANSWER_OK,
  OV_ANSWER_PENDING,      /* asked, the deadline has not passed */
  OV_ANSWER_NONE,         /* it did not answer before the deadline: busy or hung */
  OV_ANSWER_NOT_UNDERSTOOD, /* its state has a shape we do not know */
} OvAnswer;

#define OV_UNKNOWN_U64 G_MAXUINT64
#define OV_UNKNOWN_U32 G_MAXUINT32

typedef struct
{
  OvRecordType type;
  gint64       at_ns;            /* the node's system time, ns since the epoch, of what is told, else of the batch */
  OvPid        pid;

  /* PROCESS */
  OvSlice      name;             /* registered name; empty: none */
  OvSlice      label;            /* OTP 27 label as text; empty: none */
  OvSlice      module, function; /* the initial call, proc_lib's translated one where there is one */
  guint        arity;
  OvSlice      current;          /* "m:f/a" */
  OvBehaviour  behaviour;
  OvStatus     status;
  gboolean     trap_exit;
  OvPid        parent;           /* OTP's parent, or the head of $ancestors; none when unknown */
  OvSlice      parent_name;      /* when $ancestors gives a name instead */
  OvPid        group_leader;
  guint64      memory_bytes;     /* OV_UNKNOWN_U64: not asked, the mailbox is long */
  guint64      reductions;
  guint64      message_queue_len;
  guint        n_links;          /* OV_UNKNOWN_U32: not asked, a supervisor that may have very many */
  guint        n_monitors, n_monitored_by; /* OV_UNKNOWN_U32: a census does not ask; see process_info */
  OvTermCursor links;            /* a list of at most 64 local and remote pids; read with a cursor */
  OvTermCursor ancestors;        /* $ancestors beyond the first: pids and atoms */

  /* SAMPLE uses memory_bytes, reductions, message_queue_len, status. */
  /* BIRTH: parent (the spawner), module, function, arity.  DEATH: reason. */
  OvSlice      reason;           /* a bounded print of the exit reason; empty: not seen */
  gboolean     reason_truncated;
  /* NAME: name, gained.  LINK: pid, other, gained. */
  OvPid        other;
  gboolean     gained;

  /* SUPERVISOR: pid, strategy, intensity, period_s, n_children, n_restarts, answer, module.
   * CHILD: pid (none: restarting, undefined), id, restart, behaviour (supervisor or unknown),
   * other (the supervisor). */
  OvStrategy   strategy;
  OvRestart    child_restart;    /* of the children, where all have the same (simple_one_for_one) */
  gboolean     children_truncated; /* more than were listed */
  guint        intensity, period_s, n_children, n_restarts;
  OvAnswer     answer;
  OvSlice      id;               /* child id printed as a term */
  OvRestart    restart;
  gboolean     restarting;       /* the child is being restarted */

  /* APPLICATION: name, pid (its master).  NODE: a map, read with the cursor. */
  OvTermCursor body;
  /* CENSUS_DONE: how many processes there were.
   * GAP: name says why.  "dropped": @count records were lost, take a census.  Notices, nothing
   * is lost: "lifecycle-full", "lifecycle-polling" (there were too many events; births are found
   * by the sweep for a while), "foreign-tracer" (@count supervisors are traced by somebody else,
   * their children are found by the sweep), "sweep-off" (too many processes). */
  guint64      count;
} OvRecord;

/* One batch, read in place.  The slices and cursors of a record live as long as the reader. */
typedef struct
{
  OvTermCursor  cursor;
  guint         remaining;
  const char   *node;
  /*< private >*/
  gint64        at_ns;
  gboolean      malformed;
  gboolean      has_shape;
  gboolean      has_census_id; /* CENSUS_DONE was read */
  gint64        census_id;
  OvRecord      shape;   /* what records that say "the same" repeat */
  GStringChunk *texts;   /* terms that were printed; NULL until there is one */
} OvProbeReader;

/* @bytes: the list of records, an external term without 131, which must outlive the reader. */
void        ov_probe_reader_init   (OvProbeReader *reader,
                                    gconstpointer  bytes,
                                    gsize          length,
                                    gint64         at_ns,
                                    const char    *node);
void        ov_probe_reader_clear  (OvProbeReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OvProbeReader, ov_probe_reader_clear)
/* FALSE at the end of the batch or where it is malformed; what came before stays valid. */
gboolean    ov_probe_reader_next   (OvProbeReader *reader,
                                    OvRecord      *record);

typedef enum
{
  OV_WATCH_NOTHING    = 0,
  OV_WATCH_SAMPLES    = 1 << 0, /* the sweep, once a second */
  OV_WATCH_LIFECYCLE  = 1 << 1, /* births, deaths, names, restarts as they happen */
} OvWatch;

#define OV_TYPE_PROBE (ov_probe_get_type ())
G_DECLARE_FINAL_TYPE (OvProbe, ov_probe, OV, PROBE, GObject)

typedef void (*OvProbeBatchFunc) (OvProbe       *probe,
                                  OvProbeReader *reader,
                                  gpointer       user_data);

OvProbe     *ov_probe_new              (void) G_GNUC_WARN_UNUSED_RESULT;
/* Before attach. */
void         ov_probe_set_batch_func   (OvProbe          *self,
                                        OvProbeBatchFunc  func,
                                        gpointer          user_data);
/* Messages of running traces, and every batch of records too (before the batch func sees it), on the
 * link's thread; acknowledged when it returns.  Before attach. */
typedef void (*OvProbeTraceFunc) (const OvTraceMessage *message,
                                  gpointer              user_data);
void         ov_probe_set_trace_func   (OvProbe          *self,
                                        OvProbeTraceFunc  func,
                                        gpointer          user_data);
void         ov_probe_attach_async     (OvProbe             *self,
                                        const OvLinkOptions *options,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
gboolean     ov_probe_attach_finish    (OvProbe       *self,
                                        GAsyncResult  *result,
                                        GError       **error);
/* Undoes everything on the node, unloads the probe, closes the link. */
void         ov_probe_detach_async     (OvProbe             *self,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
gboolean     ov_probe_detach_finish    (OvProbe       *self,
                                        GAsyncResult  *result,
                                        GError       **error);
/* Signal "lost" (const GError *error): the link went away other than by detach. */
gboolean     ov_probe_is_attached      (OvProbe *self);
guint16      ov_probe_get_port         (OvProbe *self);
guint        ov_probe_get_otp_release  (OvProbe *self); /* 25 */

/* One full census; its records arrive as batches, CENSUS_DONE last; then the operation is done.
 * @with_supervisors: read every supervisor's children too, within @deadline_ms. */
void         ov_probe_census_async     (OvProbe             *self,
                                        gboolean             with_supervisors,
                                        guint                deadline_ms,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
gboolean     ov_probe_census_finish    (OvProbe       *self,
                                        GAsyncResult  *result,
                                        GError       **error);
/* What keeps arriving from now on; idempotent. */
void         ov_probe_watch            (OvProbe *self,
                                        OvWatch  what);
/* Full PROCESS records of these now (what became visible, say). */
void         ov_probe_refresh          (OvProbe     *self,
                                        const OvPid *pids,
                                        guint        n_pids);
/* SUPERVISOR and CHILD records of these, each within @deadline_ms. */
void         ov_probe_read_supervisors (OvProbe     *self,
                                        const OvPid *pids,
                                        guint        n_pids,
                                        guint        deadline_ms);
/* One request to the owner process and its answer; the requests are listed in PROTOCOL.md
 * (node_info, process_info, …).  Errors are of OV_PROBE_ERROR or OV_LINK_ERROR. */
void         ov_probe_request_async    (OvProbe             *self,
                                        const char          *request,
                                        const OvTerm        *arguments,
                                        guint                timeout_ms,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
OvTerm      *ov_probe_request_finish   (OvProbe       *self,
                                        GAsyncResult  *result,
                                        GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
