/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvJournal: what was done to which node, one JSON object a line, for the person who asks later.
 *
 * The file is $XDG_STATE_HOME/overstory/journal.jsonl, readable by its owner only.  It is
 * bounded: when it is full it becomes journal.jsonl.1, and the one that was there is dropped.
 * Several programs may append at once.  A secret never gets this far: the parameters of an
 * operation hold none.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _OvJournal OvJournal;

typedef struct
{
  const char   *operation;   /* "process.kill" */
  const char   *node;        /* NULL: none */
  JsonObject   *parameters;  /* (transfer none) */
  const char   *effect;      /* a word */
  const char   *undo;
  const char   *outcome;     /* "started", "done", "failed", "undone" */
  const GError *error;       /* NULL unless failed */
  gint64        duration_ms;
} OvJournalEntry;

/* The program's own, never freed. */
OvJournal *ov_journal_get_default (void);
/* @max_bytes of one file; two are kept. */
OvJournal *ov_journal_new         (const char *path,
                                   gsize       max_bytes) G_GNUC_WARN_UNUSED_RESULT;
void       ov_journal_free        (OvJournal *self);
/* Whole or not at all: on a full disk the file stays as it was. */
gboolean   ov_journal_append      (OvJournal             *self,
                                   const OvJournalEntry  *entry,
                                   GError               **error);
/* The newest @max entries, oldest first (element-type JsonObject); lines that are no entry
 * are passed over.  A journal that does not exist is empty. */
GPtrArray *ov_journal_read        (OvJournal  *self,
                                   guint       max,
                                   GError    **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvJournal, ov_journal_free)

G_END_DECLS
