/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessTable: every process of one node as a row, and its one place in the supervision tree.
 *
 * Rows live in slots: a slot keeps its process until the process died *and* was shown dead
 * (its grave), then it is used again with a new generation.  Slots are what models, scenes and
 * selections refer to; ids of (slot, generation) are stable and never reused.
 * Thread: main.
 */
#pragma once

#include "base/ov-bitset.h"
#include "base/ov-strings.h"
#include "model/ov-history.h"
#include "probe/ov-probe.h"

G_BEGIN_DECLS

#define OV_SLOT_NONE G_MAXUINT32

typedef enum
{
  OV_PLACE_PENDING,      /* its parent has not been reported yet */
  OV_PLACE_APPLICATION,  /* the root of an application */
  OV_PLACE_CHILD,        /* under a parent: a supervisor's child */
  OV_PLACE_RELATED,      /* under a parent by $ancestors, parent or link */
  OV_PLACE_OUTSIDE,      /* belongs to nothing that is known */
} OvPlace;

/* Why a row wants attention; the worst wins when many share a pixel. */
typedef enum
{
  OV_MARK_NONE,
  OV_MARK_BORN,            /* appeared a moment ago */
  OV_MARK_RESTARTED,       /* took the place of a dead sibling a moment ago */
  OV_MARK_SUSPENDED,
  OV_MARK_MAILBOX_GROWING, /* in three sweeps in a row */
  OV_MARK_NOT_ANSWERING,   /* a supervisor that did not answer the state probe */
  OV_MARK_HEADROOM_LOW,    /* one restart short of giving up */
  OV_MARK_DIED,            /* ended normally or by its supervisor's wish */
  OV_MARK_CRASHED,         /* ended for another reason */
} OvMark;

typedef struct
{
  OvPid       pid;
  guint32     generation;
  guint       used : 1, alive : 1, trap_exit : 1, restarting : 1;
  OvBehaviour behaviour : 6;
  OvStatus    status : 4;
  OvRestart   restart : 3;
  OvStrategy  strategy : 4;
  OvAnswer    answer : 3;    /* of a supervisor */
  OvPlace     place : 4;
  OvMark      mark : 5;
  guint32     name, label, module, function, current; /* in the table's strings */
  guint32     child_id;      /* printed term; OV_STRING_NONE: not a child, or not known yet */
  guint32     reason;        /* exit reason of a dead row */
  guint32     application;   /* its name; OV_STRING_NONE: outside */
  guint16     arity;
  guint16     n_restarts;    /* of the place this process stands in, as seen since attaching */
  guint32     intensity, period_s; /* of a supervisor */
  /* The tree, as slots; roots outside are each other's previous and next. */
  guint32     parent, first_child, last_child, previous, next;
  guint32     n_children;    /* direct, graves included */
  guint32     n_links, n_monitors, n_monitored_by; /* G_MAXUINT32: not asked */
  guint32     link_start;    /* into the table's link arena */
  guint64     memory_bytes;  /* OV_UNKNOWN_U64: not known */
  guint64     reductions;
  guint64     message_queue_len;
  float       reductions_per_s;
  gint64      born_ns, died_ns; /* system time of the node; 0: before we came / alive */
  OvPid       related;       /* what $ancestors, parent or a link says it belongs to */
} OvProcess;

typedef struct
{
  guint32 name;  /* in the table's strings */
  guint32 root;  /* slot of its master */
} OvApplication;

/* A child of a supervisor that is no process of this node: it has no row. */
typedef enum
{
  OV_ABSENCE_UNDEFINED,   /* specified, not running: terminated, or start returned ignore */
  OV_ABSENCE_RESTARTING,
  OV_ABSENCE_REMOTE,      /* runs on another node */
} OvAbsence;

typedef struct
{
  OvAbsence   absence;
  OvRestart   restart;
  OvBehaviour behaviour;
  guint32     child_id;   /* printed term, in the table's strings */
  guint32     position;   /* among all children of its supervisor, in start order */
  OvPid       pid;        /* REMOTE: its pid, else none */
} OvAbsentChild;

#define OV_TYPE_PROCESS_TABLE (ov_process_table_get_type ())
G_DECLARE_FINAL_TYPE (OvProcessTable, ov_process_table, OV, PROCESS_TABLE, GObject)

/* Signals, all on the main thread, at most once a frame:
 *   "changed" (guint flags: OvTableChange): something changed since the last one.
 *   "lifecycle" (const OvLifecycle *): one per birth, death, restart, in order.   */
typedef enum
{
  OV_TABLE_FIGURES   = 1 << 0, /* samples; no structure */
  OV_TABLE_STRUCTURE = 1 << 1, /* rows came, went or moved */
  OV_TABLE_DETAILS   = 1 << 2, /* names, child ids, strategies, marks */
} OvTableChange;

typedef enum
{
  OV_LIFE_BORN,
  OV_LIFE_DIED,
  OV_LIFE_RESTARTED,
} OvLifeKind;

typedef struct
{
  OvLifeKind kind;
  guint32    slot;      /* of the one that was born, died, or is the new one */
  guint32    old_slot;  /* RESTARTED: the dead one */
  guint32    supervisor; /* slot or OV_SLOT_NONE */
  gint64     at_ns;
} OvLifecycle;

OvProcessTable      *ov_process_table_new             (const char *node) G_GNUC_WARN_UNUSED_RESULT;
/* Feeding it; called by OvNode. */
void                 ov_process_table_apply           (OvProcessTable *self,
                                                       const OvRecord *record);
void                 ov_process_table_begin_census    (OvProcessTable *self);
void                 ov_process_table_end_census      (OvProcessTable *self); /* rows not reported are dead */
void                 ov_process_table_cancel_census   (OvProcessTable *self); /* it broke off: nobody is dead for that */
void                 ov_process_table_flush           (OvProcessTable *self); /* place, then emit now */

void                 ov_process_table_reset           (OvProcessTable *self); /* another life of the node */
/* A live table keeps graves for a moment and gives births a mark; one-shot use does neither. */
void                 ov_process_table_set_live        (OvProcessTable *self,
                                                       gboolean        live);

/* Reading it. */
const char          *ov_process_table_get_node_name   (OvProcessTable *self);
OvStrings           *ov_process_table_get_strings     (OvProcessTable *self);
const OvProcess     *ov_process_table_get_rows        (OvProcessTable *self,
                                                       guint32        *n_slots); /* valid until the next apply */
const OvProcess     *ov_process_table_get_row         (OvProcessTable *self,
                                                       guint32         slot); /* NULL for a free slot */
guint32              ov_process_table_get_n_alive     (OvProcessTable *self);
guint32              ov_process_table_find_pid        (OvProcessTable *self,
                                                       const OvPid    *pid);
guint32              ov_process_table_find_name       (OvProcessTable *self,
                                                       const char     *registered_name);
const OvApplication *ov_process_table_get_applications (OvProcessTable *self,
                                                       guint          *n);
/* Roots that stand outside every application, in pid order; (transfer none). */
const guint32       *ov_process_table_get_outside     (OvProcessTable *self,
                                                       guint          *n);
/* Valid until the next call. */
const OvPid         *ov_process_table_get_links       (OvProcessTable *self,
                                                       guint32         slot,
                                                       guint          *n);
/* Children of a supervisor that have no row: restarting, undefined, remote; in start order. */
const OvAbsentChild *ov_process_table_get_absent      (OvProcessTable *self,
                                                       guint32         supervisor,
                                                       guint          *n);
/* Another supervisor that lists this process as its child too; OV_SLOT_NONE: none. */
guint32              ov_process_table_get_rival       (OvProcessTable *self,
                                                       guint32         slot);
/* Words for a row, in OTP's terms; (transfer full). */
const char          *ov_process_table_get_callback    (OvProcessTable  *self,
                                                       const OvProcess *row); /* a supervisor's callback module, or NULL */
char                *ov_process_table_dup_title       (OvProcessTable *self,
                                                       guint32         slot); /* name, else label, child id, M.f/a */
char                *ov_process_table_dup_pid         (OvProcessTable *self,
                                                       guint32         slot);
/* Subtree sums (memory, reductions/s, mailbox) including the row itself. */
typedef struct
{
  guint64 memory_bytes, message_queue_len;
  double  reductions_per_s;
  guint32 n_processes;
  OvMark  worst_mark;
} OvSubtree;
void                 ov_process_table_sum             (OvProcessTable *self,
                                                       guint32         slot,
                                                       OvSubtree      *sum);

/* Samples over time of a row that somebody looks at; pins are counted, and a pin ends by
 * itself when the row's slot is used again.  The history is NULL for a row without pin. */
void                 ov_process_table_pin             (OvProcessTable *self,
                                                       guint32         slot);
void                 ov_process_table_unpin           (OvProcessTable *self,
                                                       guint32         slot);
const OvHistory     *ov_process_table_get_history     (OvProcessTable *self,
                                                       guint32         slot);
/* Of the whole node: the sums over all rows, one sample a sweep. */
const OvHistory     *ov_process_table_get_totals      (OvProcessTable *self);

/* What happened, kept in a ring that forgets the oldest. */
typedef struct
{
  OvLifeKind kind;
  guint32    name, child_id, reason, module; /* in the table's strings */
  OvPid      pid;
  OvPid      old_pid;     /* RESTARTED: whose place it took */
  OvPid      supervisor;  /* none: unsupervised */
  gint64     at_ns;
} OvLifeFact;

/* Facts are numbered from 0 without gaps; one that was forgotten is NULL. */
guint64              ov_process_table_get_n_facts     (OvProcessTable *self);
const OvLifeFact    *ov_process_table_get_fact        (OvProcessTable *self,
                                                       guint64         number);

/* Words of the enumerations, untranslated as the command line prints them ("gen_server",
 * "permanent", "one_for_one"); NULL for UNKNOWN. */
const char *ov_behaviour_get_word (OvBehaviour value);  /* "process" for UNKNOWN and PROC_LIB */
const char *ov_restart_get_word   (OvRestart value);
const char *ov_strategy_get_word  (OvStrategy value);
const char *ov_status_get_word    (OvStatus value);
const char *ov_mark_get_word      (OvMark value);
const char *ov_absence_get_word   (OvAbsence value);

G_END_DECLS
