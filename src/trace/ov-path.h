/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPath: one message and everything it caused, from the HOP events of a seq_trace.
 *
 * Serials make a tree: a hop's parent is the hop whose serial its sender had last received.
 * Where the token is lost (a port, ETS, a process that keeps work for later) the path ends, and says so.
 * Thread: made in any, and then belongs to one; the store has to outlive it only while it is made.
 */
#pragma once

#include "trace/ov-store.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 from, to;      /* actors */
  gint64  sent_ns, received_ns; /* 0: not seen */
  guint64 event;
  guint32 parent;        /* index, G_MAXUINT32: the message itself */
  guint   depth;
  gboolean is_spawn;     /* the token went with a new process */
  const char *lost;      /* why the path may go on unseen here, untranslated N_(); NULL: it does not */
} OvPathHop;

typedef struct _OvPath OvPath;

OvPath          *ov_path_new      (OvStore *store,
                                   gint64   label,     /* of the token */
                                   guint    max_hops) G_GNUC_WARN_UNUSED_RESULT;
void             ov_path_free     (OvPath *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvPath, ov_path_free)
const OvPathHop *ov_path_get_hops (OvPath *self,
                                   guint  *n); /* parents before children, by time */
gboolean         ov_path_is_cut   (OvPath *self);

G_END_DECLS
