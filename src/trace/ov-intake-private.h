/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvIntake share.
 */
#pragma once

#include "trace/ov-shape-private.h"
#include "trace/ov-trace-message.h"

G_BEGIN_DECLS

#define OV_INTAKE_PIDS 4096     /* powers of two */
#define OV_INTAKE_CALLERS 65536

typedef struct
{
  OvPid   pid;
  guint32 actor;
} OvIntakePid;

typedef struct
{
  guint32 tag; /* 0: free */
  guint32 actor;
} OvIntakeCaller;

struct _OvIntake
{
  OvStore      *store;
  OvShapeCache *shapes;
  OvIntakePid   pids[OV_INTAKE_PIDS]; /* a cache in front of the store's table */
  /* Who waits behind a reference: the answer to a call is sent to an alias, not to a pid. */
  OvIntakeCaller callers[OV_INTAKE_CALLERS];
  GHashTable   *names;  /* registered name -> actor + 1, as far as it is known now */
  GHashTable   *registered; /* the other way round: actor + 1 -> name */
  GArray       *given;  /* guint32 by actor: a hash of the name that the store has, 0: none */
  GByteArray   *made;   /* a payload that is put together of two terms */
  guint64       refused; /* events that the store did not take, not yet told by a gap */
};

guint32  ov_intake_actor_of    (OvIntake    *self,
                                const OvPid *pid);
/* A pid, a name, {Name, Node}, a port or a reference; moves over whatever is there. */
guint32  ov_intake_read_actor  (OvIntake     *self,
                                OvTermCursor *cursor);
gboolean ov_intake_append      (OvIntake      *self,
                                const OvEvent *event,
                                gconstpointer  payload,
                                gsize          payload_bytes);
guint    ov_intake_append_gap  (OvIntake         *self,
                                guint16           trace,
                                gint64            at_ns,
                                const OvEventGap *gap);
guint    ov_intake_take_events (OvIntake             *self,
                                const OvTraceMessage *message);
guint    ov_intake_take_flow   (OvIntake             *self,
                                const OvTraceMessage *message);
guint    ov_intake_take_records (OvIntake             *self,
                                 const OvTraceMessage *message);
/* A name came to, or left, an actor. */
void     ov_intake_set_name    (OvIntake   *self,
                                guint32     actor,
                                const char *name,
                                gsize       length,
                                gboolean    gained);
void     ov_intake_forget_names (OvIntake *self,
                                 guint32   actor);
/* A key or a word, which comes as an atom or as a binary: not ended by zero, alive as long as the message and
 * @scratch, which has the room that ov_term_cursor_get_atom() wants. */
gboolean ov_intake_read_word   (OvTermCursor *cursor,
                                char         *scratch,
                                const char  **word,
                                gsize        *length);

G_END_DECLS
