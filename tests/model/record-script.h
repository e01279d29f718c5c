/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batches of records as a probe sends them (PROTOCOL.md), written into a store: for tests of what is
 * replayed from one.  Processes are the numbers of table-script.h.
 */
#pragma once

#include "table-script.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

/* Records for the next batch, in order; they are not in the store before record_batch(). */
typedef GPtrArray RecordScript;

RecordScript *record_script_new  (void);
void          record_script_free (RecordScript *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordScript, record_script_free)

/* What of a ScriptProcess can be sent; links are left out. */
void          record_process     (RecordScript        *self,
                                  const ScriptProcess *process);
void          record_birth       (RecordScript *self,
                                  guint         id,
                                  guint         parent,
                                  const char   *module,
                                  gint64        at_ns);
void          record_death       (RecordScript *self,
                                  guint         id,
                                  const char   *reason,
                                  gint64        at_ns);
void          record_name        (RecordScript *self,
                                  guint         id,
                                  const char   *name,
                                  gboolean      gained,
                                  gint64        at_ns);
void          record_supervisor  (RecordScript *self,
                                  guint         id,
                                  guint         n_children);
void          record_child       (RecordScript *self,
                                  guint         supervisor,
                                  const char   *child_id,
                                  guint         id);
void          record_application (RecordScript *self,
                                  const char   *name,
                                  guint         master);
void          record_census_done (RecordScript *self,
                                  gint64        id,
                                  guint         n);
void          record_gap         (RecordScript *self,
                                  guint64       count,
                                  const char   *why);
/* Appends what there is as one batch of that time, and begins the next. */
void          record_batch       (RecordScript *self,
                                  OvStore      *store,
                                  gint64        at_ns);

G_END_DECLS
