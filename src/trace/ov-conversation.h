/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvConversation: who said what to whom, in order, as a sequence chart wants it.
 *
 * Made from a store for a selection of actors and a range of time; immutable afterwards.  A send and
 * its receive become one message; question and answer know each other; lanes are in an order with few
 * crossings.  Thread: made in any (it looks at the cancellable), read in any.
 */
#pragma once

#include "trace/ov-event-filter.h"

G_BEGIN_DECLS

typedef enum
{
  OV_STEP_MESSAGE,   /* plain send */
  OV_STEP_CALL,      /* question; pair is its answer */
  OV_STEP_REPLY,
  OV_STEP_CAST,
  OV_STEP_SYSTEM,
  OV_STEP_EXIT_SIGNAL, /* an {'EXIT', …} or 'DOWN' message */
  OV_STEP_TIMEOUT,   /* a timer's message, or a call that was given up */
  OV_STEP_SPAWN,     /* from made to */
  OV_STEP_DEATH,     /* from ended */
  OV_STEP_NOTE,      /* on one lane: register, link, call of a function, … */
  OV_STEP_GAP,       /* across all lanes: something is missing */
} OvStepKind;

typedef struct
{
  OvStepKind kind;
  guint32    from, to;         /* lanes; the same for what happens to oneself; OV_ACTOR_NONE: outside */
  gint64     sent_ns, received_ns; /* received 0: not seen */
  guint64    event;            /* of the send (or receive, if only that was seen) */
  guint32    pair;             /* index of the other half, G_MAXUINT32: none */
  guint8     truncated;
} OvConversationStep;

typedef struct
{
  guint32 actor;               /* OV_ACTOR_NONE: everybody else */
  gint64  born_ns, died_ns;    /* in the range; 0: before / after */
} OvConversationLane;

typedef struct _OvConversation OvConversation;

/* @query as for a filter; @max_steps 0: 1,000,000; the earliest are kept. */
OvConversation *ov_conversation_new   (OvStore            *store,
                                       const OvEventQuery *query,
                                       guint               max_steps,
                                       GCancellable       *cancellable) G_GNUC_WARN_UNUSED_RESULT; /* NULL: cancelled */
OvConversation *ov_conversation_ref   (OvConversation *self);
void            ov_conversation_unref (OvConversation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvConversation, ov_conversation_unref)
/* order[place] = lane: renumbers the lanes.  Before anybody else sees it. */
void                      ov_conversation_reorder   (OvConversation *self,
                                                     const guint32  *order);
OvStore                  *ov_conversation_get_store (OvConversation *self);
const OvConversationStep *ov_conversation_get_steps (OvConversation *self,
                                                     guint          *n);
const OvConversationLane *ov_conversation_get_lanes (OvConversation *self,
                                                     guint          *n);
gboolean                  ov_conversation_is_cut    (OvConversation *self); /* there were more */
/* "add({tea, 2})", "ok", "EXIT: boom": short, one line; (transfer full).  @elixir: its syntax. */
char                     *ov_conversation_dup_label (OvConversation *self,
                                                     guint           step,
                                                     guint           max_chars,
                                                     gboolean        elixir) G_GNUC_WARN_UNUSED_RESULT;
char                     *ov_conversation_dup_lane_name (OvConversation *self,
                                                         guint           lane) G_GNUC_WARN_UNUSED_RESULT;
const char               *ov_step_kind_get_word     (OvStepKind kind);
/* Documents of it. */
char                     *ov_conversation_to_text    (OvConversation *self,
                                                      gboolean        elixir) G_GNUC_WARN_UNUSED_RESULT;
char                     *ov_conversation_to_mermaid (OvConversation *self,
                                                      gboolean        elixir) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
