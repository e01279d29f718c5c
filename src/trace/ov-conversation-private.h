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

/* Fills steps and lanes; FALSE: cancelled. */
gboolean ov_conversation_join (OvConversation     *self,
                               const OvEventQuery *query,
                               guint               max_steps,
                               GCancellable       *cancellable);

G_END_DECLS
