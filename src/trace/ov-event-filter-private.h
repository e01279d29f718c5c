/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of OvEventFilter: what is asked, how one row answers, and filtering in slices for who must not be
 * away for long.
 */
#pragma once

#include "trace/ov-event-filter.h"
#include "trace/ov-store-private.h"
#include "trace/ov-verdicts-private.h"

G_BEGIN_DECLS

#define OV_RECENT_PAYLOADS 512

struct _OvEventFilter
{
  gatomicrefcount refs;
  OvStore        *store;
  OvEventQuery    query;  /* text is ours */
  guint32        *actors; /* ascending */
  guint           n_actors;
  char           *text;   /* folded */
  gsize           text_bytes;
  gboolean        is_ascii;
  OvVerdicts     *texts, *pids; /* with a text: does that text, the printed pid, contain it? */
};

/* Same bytes lie at the same place, so they are printed once while one looks at a chunk. */
typedef struct
{
  guint32 payload, payload_bytes;
  guint8  verdict; /* OvVerdict */
} OvRecentPayload;

gboolean ov_is_ascii                 (const char          *text);
/* Row @i of a body, whatever chunk it is of. */
gboolean ov_event_filter_matches_row (const OvEventFilter *self,
                                      const OvBody        *body,
                                      guint                i,
                                      OvRecentPayload     *recent); /* (nullable) OV_RECENT_PAYLOADS */
gboolean ov_event_filter_is_in_time  (const OvEventFilter *self,
                                      gint64               min_ns,
                                      gint64               max_ns);

/* Appends the numbers (guint64) of matches in [from, to) to @numbers until it has @max of them or the
 * monotonic clock is past @deadline_us (0: never).  Returns where to go on, @to at the end. */
guint64  ov_event_filter_collect  (const OvEventFilter *self,
                                   guint64              from,
                                   guint64              to,
                                   guint                max,
                                   gint64               deadline_us,
                                   GArray              *numbers);
OvStore *ov_event_filter_get_store (const OvEventFilter *self);

G_END_DECLS
