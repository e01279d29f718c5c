/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of OvConversation share.
 */
#pragma once

#include "trace/ov-conversation.h"

G_BEGIN_DECLS

#define OV_STEP_NO_PAIR G_MAXUINT32

struct _OvConversation
{
  gatomicrefcount refs;
  OvStore        *store;
  GArray         *steps; /* OvConversationStep */
  GArray         *lanes; /* OvConversationLane */
  gboolean        is_cut;
};

typedef struct
{
  gint64   at_ns;
  guint64  number;
  gboolean only_joins; /* not asked for: it may only complete a step */
} OvConversationItem;

/* Times come from a node and may be anything. */
static inline gint64
ov_elapsed_ns (gint64 from_ns,
               gint64 to_ns)
{
  return (gint64) ((guint64) to_ns - (guint64) from_ns);
}

GArray  *ov_conversation_gather (OvStore            *store,
                                 const OvEventQuery *query,
                                 guint               max_steps,
                                 gboolean           *is_cut,
                                 GCancellable       *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Fills steps and lanes; FALSE: cancelled. */
gboolean ov_conversation_join (OvConversation     *self,
                               const OvEventQuery *query,
                               guint               max_steps,
                               GCancellable       *cancellable);

G_END_DECLS
