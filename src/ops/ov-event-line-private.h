/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the two forms of a line share.
 */
#pragma once

#include "ops/ov-event-line.h"
#include "term/ov-term.h"

G_BEGIN_DECLS

typedef struct
{
  char    *pid, *name; /* either may be NULL */
  char    *words;      /* for people, safe */
  gboolean is_shared;  /* others may have this name: it is a label or a function */
} OvLineActor;

struct _OvEventLine
{
  OvStore      *store;
  OvProcessTable *table;   /* (nullable) */
  OvTermFormat  format;
  OvTextStyle   style;
  gboolean      json;
  GPtrArray    *actors;    /* of OvLineActor, by number; NULL: not asked yet */
  GString      *line, *scratch;
  guint         who_columns;
  gint64        second;    /* that clock tells */
  char          clock[16];
};

/* NULL: nobody. */
const OvLineActor *ov_event_line_get_actor  (OvEventLine *self,
                                             guint32      number);
/* A payload that is one of our structs; FALSE: it is too short for that. */
gboolean           ov_event_line_read       (GBytes   *payload,
                                             gpointer  into,
                                             gsize     size);
/* Both write the line from its beginning; @payload may be NULL. */
void               ov_event_line_write_json (OvEventLine   *self,
                                             const OvEvent *event,
                                             GBytes        *payload);
void               ov_event_line_write_text (OvEventLine   *self,
                                             const OvEvent *event,
                                             GBytes        *payload);

G_END_DECLS
