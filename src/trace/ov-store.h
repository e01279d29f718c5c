/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStore: everything that was seen of one node, in the order it came, bounded in memory.
 *
 * Events stand in chunks that are only ever appended to; a chunk is sealed when full, gets its
 * indexes (kind, actor, time), and may then be spilled to an unlinked file, from where it is
 * mapped when somebody looks.  What is beyond the limit on disk is forgotten from the old end; the
 * oldest event is then a GAP (OV_GAP_RECORDER) that says how many stood before it and in its place.
 * Events of one source come in order of time; those of several sources may overlap by the age of
 * a batch, so ov_store_find_time() gives a place, not a border.
 *
 *   open ── full ──► sealed ── over memory ──► spilled ── over disk ──► forgotten
 *
 * Thread: writers take the store by begin/commit (one lock a batch); readers take no lock, see
 * what was committed, from any thread.
 */
#pragma once

#include "trace/ov-event.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OvStore OvStore;

typedef struct
{
  guint64 memory_bytes; /* 0: 256 MiB */
  guint64 disk_bytes;   /* 0: 8 GiB; beyond, the oldest is forgotten */
} OvStoreLimits;

OvStore    *ov_store_new            (const char          *node, /* its pids print as <0.…> */
                                     const OvStoreLimits *limits) G_GNUC_WARN_UNUSED_RESULT;
OvStore    *ov_store_ref            (OvStore *self);
void        ov_store_unref          (OvStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvStore, ov_store_unref)
const char *ov_store_get_node       (OvStore *self);

/* Writing, between begin and commit. */
void        ov_store_begin          (OvStore *self);
/* OV_ACTOR_NONE when no more can be kept. */
guint32     ov_store_intern_actor   (OvStore     *self,
                                     const OvPid *pid);
/* An actor that is no pid: a registered name that was sent to while its process was not known, or
 * "name@other@host" on another node.  ov_store_get_actor() of it is OV_PID_NONE.
 * OV_ACTOR_NONE when no more can be kept. */
guint32     ov_store_intern_name    (OvStore    *self,
                                     const char *name,
                                     gsize       length);
/* A string, for the shape of an event: its number is no actor; 0 when no more can be kept. */
guint32     ov_store_intern_text    (OvStore    *self,
                                     const char *text,
                                     gsize       length);
/* What to call an actor where no tree is at hand: registered name, label, M:F/A. */
void        ov_store_name_actor     (OvStore    *self,
                                     guint32     actor,
                                     const char *name,
                                     gsize       length);
/* payload, payload_bytes and reserved of @event are set here; same payloads are kept once where
 * that is cheap; one beyond 64 MiB is left out (OV_EVENT_TRUNCATED).  The event's number, or
 * OV_EVENT_NONE when nothing more can be kept or the store was made from a file. */
guint64     ov_store_append         (OvStore       *self,
                                     const OvEvent *event,
                                     gconstpointer  payload,
                                     gsize          payload_bytes);
void        ov_store_commit         (OvStore *self);
/* Waits until nothing is on its way to the disk: for tests and benchmarks. */
void        ov_store_settle         (OvStore *self);
/* Called after commits, on the writer's thread, at most one is pending: an ov_wakeup_signal(). */
void        ov_store_add_watch      (OvStore       *self,
                                     GFunc          changed, /* (store, user_data) */
                                     gpointer       user_data);
void        ov_store_remove_watch   (OvStore  *self,
                                     GFunc     changed,
                                     gpointer  user_data);

/* Reading. */
guint64     ov_store_get_first      (OvStore *self); /* the oldest that is kept */
guint64     ov_store_get_end        (OvStore *self); /* one after the newest */
gboolean    ov_store_get_event      (OvStore *self,
                                     guint64  number,
                                     OvEvent *event); /* FALSE: forgotten or not there */
/* An external term without 131, or one of the structs above; NULL when forgotten.  Keeps a
 * spilled chunk mapped as long as it lives. */
GBytes     *ov_store_dup_payload    (OvStore *self,
                                     guint64  number) G_GNUC_WARN_UNUSED_RESULT;
guint32     ov_store_get_n_actors   (OvStore *self);
OvPid       ov_store_get_actor      (OvStore *self,
                                     guint32  actor); /* OV_PID_NONE for a name */
guint32     ov_store_find_actor     (OvStore     *self,
                                     const OvPid *pid); /* OV_ACTOR_NONE: never met */
guint32     ov_store_find_name      (OvStore    *self,
                                     const char *name); /* what intern_name() gave, OV_ACTOR_NONE */
const char *ov_store_get_text       (OvStore *self,
                                     guint32  text);  /* lives as long as the store; NULL for 0 */
guint32     ov_store_find_text      (OvStore    *self,
                                     const char *text);
/* "shop_cart" or "<0.123.0>"; (transfer full). */
char       *ov_store_dup_actor_name (OvStore *self,
                                     guint32  actor) G_GNUC_WARN_UNUSED_RESULT;
/* The first event at or after an instant; ov_store_get_end() when there is none. */
guint64     ov_store_find_time      (OvStore *self,
                                     gint64   at_ns);
gboolean    ov_store_get_span       (OvStore *self,
                                     gint64  *first_ns,
                                     gint64  *last_ns); /* FALSE: empty */
typedef struct
{
  guint64 events, memory_bytes, disk_bytes, forgotten;
  guint64 by_kind[OV_N_EVENT_KINDS];
} OvStoreFigures;
void        ov_store_get_figures    (OvStore        *self,
                                     OvStoreFigures *figures);
/* For the time line: counts of @n_bins equal parts of [from_ns, to_ns) of the kinds in the mask;
 * from the indexes, in time that does not grow with the number of events in whole chunks. */
void        ov_store_count_bins     (OvStore *self,
                                     gint64   from_ns,
                                     gint64   to_ns,
                                     guint64  kinds,
                                     guint    n_bins,
                                     guint32 *bins);

G_END_DECLS
