/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartLog: every restart that was seen, why it happened, and what followed.
 *
 * Reads lifecycle facts (live from a process table, or of all records of a recording) and joins them into
 * cascades: which exit came first, over which link it travelled, which supervisor decided what, in which
 * order children stopped and started, how long it took until all were there again.
 * Headroom is H = 1 - r / (MaxR + 1), r being the restarts within the last MaxT seconds, this one too, and
 * never below 0: 1 is untouched, at 0 the supervisor has given up.  Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"
#include "trace/ov-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  OV_CAUSE_EXIT,       /* it ended by itself, with this reason: the beginning */
  OV_CAUSE_LINK,       /* it died because a linked process did (same reason, linked) */
  OV_CAUSE_SUPERVISOR, /* a supervisor saw it: strategy and what that means */
  OV_CAUSE_STOPPED,    /* ended by its supervisor (shutdown, killed) */
  OV_CAUSE_STARTED,    /* a child was started again */
  OV_CAUSE_GAVE_UP,    /* intensity was reached: the supervisor ended itself */
  OV_CAUSE_ESCALATED,  /* the supervisor above took over */
} OvCauseKind;

typedef struct
{
  OvCauseKind kind;
  gint64      at_ns;
  OvPid       pid;         /* whom it concerns */
  OvPid       by;          /* link: from whom; started, stopped: the supervisor */
  const char *name, *child_id, *reason; /* NULL: not known; live as long as the log */
  gboolean    sure;        /* FALSE: concluded, not seen (the link was not reported, say) */
} OvCause;

typedef struct
{
  gint64      at_ns;       /* of the first exit */
  gint64      recovered_ns; /* when the last child was there again; 0: not */
  OvPid       supervisor;
  const char *supervisor_name;
  OvStrategy  strategy;
  const char *child_id;    /* of the one that failed */
  OvPid       old_pid, new_pid; /* none: not restarted */
  const char *reason;
  guint       intensity, period_s, n_recent; /* r_T after this one */
  double      headroom;    /* 0…1; NAN: not known */
  guint       cascade;     /* restarts of one cascade share a number */
  const OvCause *causes;   /* in true order */
  guint       n_causes;
} OvRestartEntry;

/* What repeats: the same child with the same reason, periodic, together with another. */
typedef struct
{
  char   *words;           /* for people, translated */
  guint   count;
  OvPid   supervisor;
  double  period_s;        /* 0: not periodic */
} OvRestartPattern;

#define OV_TYPE_RESTART_LOG (ov_restart_log_get_type ())
G_DECLARE_FINAL_TYPE (OvRestartLog, ov_restart_log, OV, RESTART_LOG, GObject)

#define OV_TYPE_RESTART_ITEM (ov_restart_item_get_type ())
G_DECLARE_FINAL_TYPE (OvRestartItem, ov_restart_item, OV, RESTART_ITEM, GObject)
const OvRestartEntry *ov_restart_item_get (OvRestartItem *self);

/* A GListModel of OvRestartItem, oldest first.  Signal "changed" when an entry grew.
 * Live: listens to @table's "lifecycle", from now on. */
/* @store (nullable): links and reasons from traces. */
OvRestartLog         *ov_restart_log_new          (OvProcessTable *table,
                                                   OvStore        *store) G_GNUC_WARN_UNUSED_RESULT;
/* Of all that a store has: nothing until it is replayed, which is done in slices on the main loop. */
OvRestartLog         *ov_restart_log_new_for_store (OvStore *store) G_GNUC_WARN_UNUSED_RESULT;
void                  ov_restart_log_replay_async  (OvRestartLog        *self,
                                                    GCancellable        *cancellable,
                                                    GAsyncReadyCallback  callback,
                                                    gpointer             user_data);
gboolean              ov_restart_log_replay_finish (OvRestartLog  *self,
                                                    GAsyncResult  *result,
                                                    GError       **error);
/* What the log reads: a live node's table, or that of the last instant of a recording. */
OvProcessTable       *ov_restart_log_get_table     (OvRestartLog *self);
guint                 ov_restart_log_get_size     (OvRestartLog *self);
const OvRestartEntry *ov_restart_log_get          (OvRestartLog *self,
                                                   guint         index);
/* Now, of a supervisor: restarts that still count, and headroom; FALSE: nothing known. */
gboolean              ov_restart_log_get_headroom (OvRestartLog *self,
                                                   const OvPid  *supervisor,
                                                   gint64        at_ns,
                                                   guint        *n_recent,
                                                   double       *headroom);
/* (element-type OvRestartPattern) */
GPtrArray            *ov_restart_log_list_patterns (OvRestartLog *self) G_GNUC_WARN_UNUSED_RESULT;
const char           *ov_cause_kind_get_word      (OvCauseKind kind);
/* One sentence for people: "orders ended: {badmatch,1}"; (transfer full). */
char                 *ov_cause_dup_words          (const OvCause  *cause,
                                                   OvProcessTable *table) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
