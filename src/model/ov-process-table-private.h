/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of OvProcessTable, shared by the files that each do one part of it:
 *
 *   ov-process-table.c        the object: flush, signals, timers, what is asked of it
 *   ov-process-rows.c         slots, pids, names, links: where facts are kept
 *   ov-process-apply.c        records become facts
 *   ov-process-supervisors.c  what supervisors say of their children: claims
 *   ov-process-restarts.c     which birth takes whose place
 *   ov-process-place.c        facts become places
 *   ov-process-tree.c         places become a tree, with sums
 *   ov-process-marks.c        marks, how they fade, and graves
 *   ov-process-words.c        rows and enumerations in words
 *   ov-process-copy.c         tables of the past, and one into another for going back
 *
 * Thread: main.
 */
#pragma once

#include "base/ov-wakeup.h"
#include "model/ov-process-chain-private.h"
#include "model/ov-process-table.h"

G_BEGIN_DECLS

#define OV_INDEX_NONE G_MAXUINT32
#define OV_ORDER_NONE G_MAXUINT32

/* How strong the reason is for which a row stands where it stands; a loop of reasons is cut
 * at the weakest. */
typedef enum
{
  OV_RULE_NONE,
  OV_RULE_LEADER,    /* its group leader is the master of an application */
  OV_RULE_LINK,      /* it is linked to just one process */
  OV_RULE_ANCESTOR,  /* a farther ancestor, the nearer ones are gone */
  OV_RULE_PARENT,    /* $ancestors' head, or the process that spawned it */
  OV_RULE_GRAVE,     /* its parent has just died and is still shown */
  OV_RULE_CLAIM,     /* a supervisor lists it */
  OV_RULE_MASTER,    /* it is the master of an application */
} OvRule;

/* What is known of a row beyond OvProcess. */
typedef struct
{
  OvChain *chain;
  OvPidKey leader;
  OvPidKey seat;                              /* where it stands among equals: its own pid, or
                                               * that of whose place it took */
  gint64   memory_sum, mailbox_sum, rate_sum; /* of the subtree; the rate in 1/1000 per second */
  gint64   rate;                              /* of the row itself, as it stands in the sums */
  gint64   sampled_ns;
  guint32  n_sum;                             /* live processes of the subtree */
  guint32  supervisor, claim;                 /* who lists it, and where; OV_INDEX_NONE */
  guint32  order;                             /* among siblings, before the pid decides */
  guint32  inherited_order;                   /* of the process whose place it took */
  guint32  sequence;                          /* when it was first seen */
  guint16  link_count, link_capacity;
  guint16  marks;                             /* bit per OvMark */
  guint8   worst;                             /* OvMark of the subtree */
  guint8   growth;                            /* sweeps in a row with a longer mailbox */
  guint8   growth_marks;                      /* times that MAILBOX_GROWING is to fade */
  guint8   rule;                              /* OvRule */
  guint8   census;                            /* the last one that reported it */
  guint8   placed : 1, queued : 1, unsettled : 1, broken : 1, described : 1, proc_lib : 1,
           worst_stale : 1, listed : 1, master : 1, unsorted : 1;
} OvFacts;

typedef struct
{
  OvPidKey child;
  guint32  id;
  guint32  position;
  guint8   restart;    /* OvRestart */
  guint8   behaviour;  /* OvBehaviour */
} OvClaim;

/* A claim that does not count: its process is not known yet, or belongs to another. */
typedef struct
{
  guint32 supervisor, claim;
} OvSpareClaim;

/* What the last answer of a supervisor said; it may come before the supervisor's row. */
typedef struct
{
  OvPidKey   key;
  guint32    index;
  guint32    sequence;      /* of the reading */
  guint32    n_children;    /* as the supervisor counts them */
  gboolean   read;          /* it has answered at least once */
  guint32    intensity, period_s;
  guint8     strategy, answer;
  gboolean   dynamic;       /* its children have no ids of their own */
  guint32    template_id;   /* of a dynamic one: what a child is called */
  guint8     template_restart;
  gboolean   reading;       /* children are arriving */
  GArray    *claims;        /* OvClaim */
  GArray    *absent;        /* OvAbsentChild */
  GArray    *new_claims, *new_absent; /* while reading */
  GHashTable *memos;        /* child id -> OvPlaceMemo; NULL until a child died */
  GArray    *vacancies;     /* OvVacancy; NULL until a child died */
  GArray    *graves;        /* OvGrave of a dynamic one, oldest first; NULL until a child died */
} OvSupervisor;

/* A place of a supervisor of which a process has died. */
typedef struct
{
  OvPid    last;        /* the process that stood there last */
  OvPid    before;      /* and the one whose death is the latest */
  guint32  before_slot, before_generation;
  guint16  n_restarts;
  gboolean guessed;     /* last was found by its initial call, not by its id */
} OvPlaceMemo;

/* A child that died a moment ago and may be started again. */
typedef struct
{
  OvPid   pid;
  guint32 slot, generation;
  gint64  died_ns;
  guint32 module, function, child_id, order;
  guint16 arity, n_restarts;
  guint8  restart;
} OvVacancy;

typedef struct
{
  guint32 slot, generation;
  gint64  due_us;
} OvDue;

typedef struct
{
  guint32 slot, generation;
} OvGrave;

typedef struct
{
  guint32 slot, generation, count;
  OvHistory *history;
} OvPin;

struct _OvProcessTable
{
  GObject         parent_instance;

  const char     *node;        /* interned; of its pids */
  guint32         creation;    /* of its pids; 0: none seen yet */
  OvStrings      *strings;
  GMainContext   *context;
  OvWakeup       *wakeup;
  GSource        *timer;       /* the next grave or mark that is due */
  gint64          timer_due_us;

  /* rows */
  OvProcess      *rows;
  OvFacts        *facts;       /* beside the rows */
  guint32         n_slots, n_slots_allocated;
  GArray         *free_slots;  /* guint32 */
  guint64        *buckets;     /* number of the pid << 32 | slot + 1; 0: free */
  guint64         salt;
  guint32         n_buckets, n_used;
  GHashTable     *names;       /* string id -> slot + 1 */
  OvChainPool    *chains;
  GArray         *links;       /* OvPidKey; see ov-process-rows.c */
  GArray         *remote_pids; /* OvPid of links to other nodes */
  guint32         n_links_dead;
  GArray         *links_out;   /* OvPid, the last answer */
  guint32         n_alive;

  /* supervisors and applications */
  GPtrArray      *supervisors; /* OvSupervisor by index, NULL where free */
  GHashTable     *supervisors_by_key;
  OvSupervisor   *reading;     /* whose children are arriving */
  GHashTable     *spare_claims; /* &OvPidKey -> GArray of OvSpareClaim */
  GHashTable     *masters;     /* &OvPidKey -> application name */
  GArray         *applications; /* OvApplication, by name */

  /* places */
  GArray         *pending;     /* guint32: rows to look at again */
  GArray         *unsorted;    /* guint32: parents whose children changed their order */
  OvBitset       *unsettled;   /* rows whose place hangs on what else is there */
  guint32         first_outside, last_outside, n_outside;
  guint32         hint;        /* the row that was inserted last */
  GArray         *outside;     /* guint32, the last answer */
  gboolean        outside_stale, applications_stale, structure_changed, sums_stale,
                  cut_some;
  gint64          unsettled_looked_us;

  /* time */
  gboolean        live, in_census, had_census;
  guint8          census;
  guint32         sequence;
  gint64          sweep_ns, previous_sweep_ns;
  GArray         *active;      /* guint32: rows sampled in this sweep */
  GArray         *was_active;  /* in the one before */
  GQueue          graves, fading, renewed, growing; /* OvDue */
  GArray         *headroom;    /* OvDue: marks that end with their period */
  GArray         *replaced;    /* OvGrave: somebody has taken their place, once told they go */
  GArray         *dead;        /* guint32: graves of a table that is not live */
  GHashTable     *tombstones;  /* &OvPidKey: died in a census before they were reported */

  /* telling */
  guint           changes;     /* OvTableChange */
  GArray         *lifecycle;   /* OvLifecycle */
  GArray         *pins;        /* OvPin */
  OvHistory      *totals;
  OvLifeFact     *life_ring;
  guint64         n_life_facts;
  gboolean        flushing;

  /* a table of the past */
  gboolean        replayed;    /* its clock is that of what is applied */
  gboolean        quiet;       /* a replay is under way: nothing is told */
  gint64          clock_us;
  OvProcessTable *strings_owner; /* whose strings these are; NULL: our own */
};

#define OV_LIFE_RING 16384

static inline OvProcess *
ov_table_row (OvProcessTable *self,
              guint32         slot)
{
  return &self->rows[slot];
}

static inline OvFacts *
ov_table_facts (OvProcessTable *self,
                guint32         slot)
{
  return &self->facts[slot];
}

/* Records that are no events have no time of their own: they are of now. */
static inline gint64
ov_record_time (const OvRecord *record)
{
  return record->at_ns != 0 ? record->at_ns : g_get_real_time () * 1000;
}

static inline OvPidKey
ov_pid_key (const OvPid *pid)
{
  return ((OvPidKey) pid->serial << 32) | pid->id;
}

/* Marks and graves end by this clock. */
static inline gint64
ov_table_now_us (OvProcessTable *self)
{
  return self->replayed ? self->clock_us : g_get_monotonic_time ();
}

/* ov-process-rows.c */
void         ov_table_rows_init        (OvProcessTable *self);
void         ov_table_rows_clear       (OvProcessTable *self);
void         ov_table_grow             (OvProcessTable *self,
                                        guint32         n_slots);
OvPidKey     ov_table_key_of           (OvProcessTable *self,
                                        const OvPid    *pid); /* OV_PID_KEY_NONE: not of this node */
guint32      ov_table_find_key         (OvProcessTable *self,
                                        OvPidKey        key);
guint32      ov_table_find_alive       (OvProcessTable *self,
                                        OvPidKey        key);
guint32      ov_table_add_row          (OvProcessTable *self,
                                        const OvPid    *pid);
void         ov_table_free_row         (OvProcessTable *self,
                                        guint32         slot);
guint32      ov_table_intern           (OvProcessTable *self,
                                        const OvSlice  *text);
guint32      ov_table_find_named       (OvProcessTable *self,
                                        guint32         name); /* alive */
void         ov_table_set_name         (OvProcessTable *self,
                                        guint32         slot,
                                        guint32         name);
void         ov_table_set_chain        (OvProcessTable     *self,
                                        guint32             slot,
                                        const OvChainEntry *entries,
                                        guint               n);
void         ov_table_set_links        (OvProcessTable *self,
                                        guint32         slot,
                                        const OvPid    *pids,
                                        guint           n);
gboolean     ov_table_change_link      (OvProcessTable *self,
                                        guint32         slot,
                                        const OvPid    *other,
                                        gboolean        gained);
gboolean     ov_table_is_linked        (OvProcessTable *self,
                                        guint32         slot,
                                        OvPidKey        other);
/* ov-process-supervisors.c */
void         ov_table_supervisors_init  (OvProcessTable *self);
void         ov_table_supervisors_clear (OvProcessTable *self);
OvSupervisor *ov_table_find_supervisor  (OvProcessTable *self,
                                         OvPidKey        key);
OvSupervisor *ov_table_get_supervisor   (OvProcessTable *self,
                                         OvPidKey        key); /* makes one */
gboolean     ov_supervisor_is_complete  (const OvSupervisor *self);
OvSupervisor *ov_table_get_lister       (OvProcessTable *self,
                                         guint32         slot); /* whose claim counts */
void         ov_table_apply_supervisor  (OvProcessTable *self,
                                         const OvRecord *record);
void         ov_table_apply_child       (OvProcessTable *self,
                                         const OvRecord *record);
void         ov_table_end_reading       (OvProcessTable *self);
void         ov_table_take_spare_claims (OvProcessTable *self,
                                         guint32         slot);
void         ov_table_forget_supervisor (OvProcessTable *self,
                                         OvPidKey        key);
void         ov_table_copy_supervisor   (OvProcessTable *self,
                                         guint32         slot);
void         ov_table_queue_claims      (OvProcessTable *self,
                                         guint32         slot);
/* ov-process-restarts.c */
void         ov_table_note_vacancy      (OvProcessTable *self,
                                         guint32         slot,
                                         gint64          at_ns);
void         ov_table_take_seat         (OvProcessTable *self,
                                         guint32         slot);
gboolean     ov_table_fill_vacancy      (OvProcessTable *self,
                                         guint32         slot,
                                         gint64          at_ns);
void         ov_table_note_claim        (OvProcessTable *self,
                                         OvSupervisor   *supervisor,
                                         const OvClaim  *claim,
                                         guint32         slot);
gboolean     ov_reason_is_quiet         (const char *reason);
/* ov-process-place.c */
void         ov_table_queue             (OvProcessTable *self,
                                         guint32         slot);
void         ov_table_queue_children    (OvProcessTable *self,
                                         guint32         slot);
void         ov_table_place             (OvProcessTable *self,
                                         gboolean        thorough);
/* ov-process-tree.c */
void         ov_table_attach            (OvProcessTable *self,
                                         guint32         slot,
                                         guint32         parent); /* OV_SLOT_NONE: outside */
void         ov_table_detach            (OvProcessTable *self,
                                         guint32         slot);
void         ov_table_sort_children     (OvProcessTable *self,
                                         guint32         parent);
gboolean     ov_table_is_below          (OvProcessTable *self,
                                         guint32         slot,
                                         guint32         ancestor);
void         ov_table_set_application   (OvProcessTable *self,
                                         guint32         slot,
                                         guint32         application);
void         ov_table_sum_all           (OvProcessTable *self);
void         ov_table_add_to_sums       (OvProcessTable *self,
                                         guint32         from,
                                         gint64          memory,
                                         gint64          mailbox,
                                         gint64          rate,
                                         gint32          n);
void         ov_table_raise_worst       (OvProcessTable *self,
                                         guint32         slot,
                                         OvMark          mark);
void         ov_table_stale_worst       (OvProcessTable *self,
                                         guint32         slot);
guint32      ov_table_next_preorder     (OvProcessTable *self,
                                         guint32         slot,
                                         guint32         top);
/* ov-process-marks.c */
void         ov_table_set_mark          (OvProcessTable *self,
                                         guint32         slot,
                                         OvMark          mark,
                                         gboolean        on);
void         ov_table_fade_mark         (OvProcessTable *self,
                                         guint32         slot,
                                         OvMark          mark);
void         ov_table_mark_headroom     (OvProcessTable *self,
                                         guint32         slot,
                                         guint32         period_s);
void         ov_table_bury              (OvProcessTable *self,
                                         guint32         slot);
void         ov_table_end_marks         (OvProcessTable *self,
                                         gint64          now_us); /* G_MAXINT64: all graves */
void         ov_table_marks_clear       (OvProcessTable *self);
gint64       ov_table_next_due          (OvProcessTable *self); /* G_MAXINT64: nothing */
/* ov-process-apply.c */
void         ov_table_end_process       (OvProcessTable *self,
                                         guint32         slot,
                                         guint32         reason,
                                         gint64          at_ns);
void         ov_table_end_sweep         (OvProcessTable *self,
                                         gint64          at_ns);
/* ov-process-copy.c */
OvProcessTable *ov_table_new_replayed  (const char     *node,
                                        OvProcessTable *strings_owner); /* (nullable) */
void         ov_table_set_quiet        (OvProcessTable *self,
                                        gboolean        quiet); /* FALSE: tells of all that changed */
void         ov_table_set_clock        (OvProcessTable *self,
                                        gint64          at_ns);
void         ov_table_flush_frame      (OvProcessTable *self);
void         ov_table_copy             (OvProcessTable *self,
                                        OvProcessTable *from);
/* ov-process-table.c */
void         ov_table_flush            (OvProcessTable *self,
                                        gboolean        thorough);
void         ov_table_clear_contents   (OvProcessTable *self);
void         ov_table_sample_histories (OvProcessTable *self,
                                        gint64          at_ns);
void         ov_table_tell              (OvProcessTable    *self,
                                         OvLifeKind         kind,
                                         guint32            slot,
                                         const OvPid       *old_pid,
                                         guint32            old_slot,
                                         guint32            supervisor,
                                         gint64             at_ns);
void         ov_table_note_change       (OvProcessTable *self,
                                         guint           changes);

G_END_DECLS
