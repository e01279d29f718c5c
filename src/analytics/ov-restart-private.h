/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvRestartLog share.
 *
 *   ov-restart-log.c       the list model, its signals, headroom
 *   ov-restart-join.c      facts become decisions of supervisors
 *   ov-restart-links.c     over which link a death came
 *   ov-restart-entry.c     a decision becomes an entry with its causes
 *   ov-restart-patterns.c  what repeats
 *   ov-restart-words.c     sentences
 *   ov-restart-replay.c    the log of a recording
 */
#pragma once

#include "analytics/ov-restart-log.h"
#include "model/ov-past.h"

G_BEGIN_DECLS

#define OV_DEATH_NONE G_MAXUINT64

/* Strings are the table's and live as long as it. */
typedef struct
{
  OvPid       pid, supervisor;
  gint64      at_ns;
  const char *name, *child_id, *reason, *module;
  guint64     linked_to;   /* the death it followed from; OV_DEATH_NONE */
  gboolean    link_sure;
  OvRestart   restart;
  gboolean    used;        /* part of a decision */
} OvRestartDeath;

typedef struct
{
  OvPid       pid, by;
  OvPid       old;         /* whose place it took; none: not known */
  gint64      at_ns;
  const char *name, *child_id;
  gboolean    sure;
} OvRestartStart;

/* What one supervisor did about one failure. */
typedef struct _OvRestartDecision OvRestartDecision;
struct _OvRestartDecision
{
  OvPid       supervisor;
  const char *supervisor_name;
  OvStrategy  strategy;
  guint       intensity, period_s;
  gboolean    known;       /* strategy and limits */
  guint64     failed;      /* death */
  GArray     *stopped;     /* guint64: deaths, in order */
  GArray     *started;     /* OvRestartStart */
  gint64      last_ns, recovered_ns;
  OvPid       new_pid;
  guint64     gave_up;     /* the supervisor's own death; OV_DEATH_NONE */
  guint       below;       /* number of the decision that led to this one by giving up; G_MAXUINT */
  guint       cascade, n_recent;
  double      headroom;
};

struct _OvRestartItem
{
  GObject        parent_instance;
  OvRestartEntry entry;
  GArray        *causes;   /* OvCause */
};

struct _OvRestartLog
{
  GObject         parent_instance;
  OvProcessTable *table;
  OvStore        *store;     /* nullable */
  GPtrArray      *items;     /* OvRestartItem, one for each decision */
  GPtrArray      *decisions; /* OvRestartDecision */
  GArray         *deaths;    /* OvRestartDeath; the first is number first_death */
  guint64         first_death;
  GHashTable     *death_of;  /* OvPid* -> number of its death + 1 */
  GHashTable     *limits;    /* OvPid* -> OvRestartLimits */
  GStringChunk   *texts;
  guint64         next_fact;
  guint           n_cascades;
  OvPast         *past;      /* of a recording; NULL: live */
  gint64          refreshed_ns;
  gint64          newest_ns;
};

/* What was last known of a supervisor, and when it restarted somebody. */
typedef struct
{
  OvPid       pid;
  const char *name;
  OvStrategy  strategy;
  guint       intensity, period_s;
  gboolean    known;
  GArray     *times;       /* gint64 */
} OvRestartLimits;

OvRestartLimits   *ov_restart_log_get_limits   (OvRestartLog *self,
                                                const OvPid  *supervisor);
void               ov_restart_log_inherit_limits (OvRestartLog *self,
                                                   const OvPid  *from,
                                                   const OvPid  *to);
OvRestartDeath    *ov_restart_log_get_death    (OvRestartLog *self,
                                                guint64       number); /* NULL: forgotten */
OvRestartDeath    *ov_restart_log_find_death   (OvRestartLog *self,
                                                const OvPid  *pid,
                                                guint64      *number);
void               ov_restart_log_grew         (OvRestartLog *self,
                                                guint         number,
                                                gboolean      is_new);
guint              ov_restart_count_recent     (const OvRestartLimits *limits,
                                                gint64                 at_ns);
double             ov_restart_get_headroom     (const OvRestartLimits *limits,
                                                guint                  n_recent);
/* Joining. */
void               ov_restart_join_facts       (OvRestartLog *self,
                                                gint64        until_ns);
void               ov_restart_join_refresh     (OvRestartLog *self);
void               ov_restart_find_link        (OvRestartLog *self,
                                                guint64       number);
void               ov_restart_find_exit        (OvRestartLog   *self,
                                                OvRestartDeath *death);
void               ov_restart_replay_end       (OvRestartLog *self);
void               ov_restart_fill_entry       (OvRestartLog *self,
                                                guint         number);
gboolean           ov_restart_is_quiet         (const char *reason);

G_END_DECLS
