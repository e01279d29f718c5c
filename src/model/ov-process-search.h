/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessSearch: which processes does a text mean?
 *
 * The text is split at spaces and every word must match (AND), without regard to case, as a
 * part of any of: registered name, pid, module, label, child id, application, kind, initial
 * call, current function.  A word that begins with "name:", "pid:", "module:", "label:",
 * "child:", "application:", "kind:" or "function:" looks there only.
 *
 * A string of the table is compared once per search however many rows have it, so that a search
 * over 100,000 rows costs a few milliseconds; a search object that is kept only looks at strings
 * that are new since.
 * Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"

G_BEGIN_DECLS

typedef struct _OvProcessSearch OvProcessSearch;

OvProcessSearch *ov_process_search_new      (OvProcessTable *table,
                                             const char     *text) G_GNUC_WARN_UNUSED_RESULT;
void             ov_process_search_free     (OvProcessSearch *self);
gboolean         ov_process_search_is_empty (const OvProcessSearch *self); /* matches everything */
/* Look at strings that came since; before a run of ov_process_search_matches(). */
void             ov_process_search_update   (OvProcessSearch *self);
gboolean         ov_process_search_matches  (OvProcessSearch *self,
                                             guint32          slot);
/* The slots that match, in slot order; (transfer full) (element-type guint32).  Nothing matches
 * an empty text here. */
GArray          *ov_process_search_run      (OvProcessSearch *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvProcessSearch, ov_process_search_free)

G_END_DECLS
