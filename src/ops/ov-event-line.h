/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventLine: the events of a store as lines, for programs (JSON) and for people.
 *
 * It holds what lines share: the syntax of terms, the width of the terminal, the names of processes
 * and how wide they were so far.  Thread: one at a time.
 */
#pragma once

#include "export/ov-tree-export.h"
#include "model/ov-process-table.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

typedef struct _OvEventLine OvEventLine;

OvEventLine *ov_event_line_new         (OvStore           *store,
                                        gboolean           elixir,
                                        const OvTextStyle *style) G_GNUC_WARN_UNUSED_RESULT; /* NULL: JSON */
void         ov_event_line_free        (OvEventLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvEventLine, ov_event_line_free)
/* Where names are looked for first: a live node's table knows them before the store does. */
void         ov_event_line_set_table   (OvEventLine    *self,
                                        OvProcessTable *table);
/* Processes may have got names since. */
void         ov_event_line_forget_names (OvEventLine *self);
/* The line of an event, without a newline; lives until the next call.  NULL: nothing to show (RECORDS,
 * and in text LATENCY). */
const char  *ov_event_line_write       (OvEventLine *self,
                                        guint64      number);
/* Single events count one, a FLOW counts its messages, a GAP counts what it lost as *@lost. */
guint64      ov_event_line_count       (OvStore       *store,
                                        guint64        number,
                                        const OvEvent *event,
                                        guint64       *lost);

G_END_DECLS
