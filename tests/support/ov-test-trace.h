/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Traces for tests: requests written as Erlang text, what arrived as lines and sums.
 * Thread: main, except that what arrives is taken on the link's thread, under a lock.
 */
#pragma once

#include "support/ov-test-probe.h"

G_BEGIN_DECLS

typedef struct
{
  guint64      n_events;   /* of the VM; neither gaps nor levels */
  guint64      n_counted;  /* in edges */
  guint64      gap_count, gap_ns;
  guint64      bytes;      /* of messages with events */
  guint        n_messages, n_latencies, n_foreign;
  OvTraceMeter meter;      /* the newest, of the end when it has ended */
  guint        n_meters;
  char        *why;        /* it has ended; NULL: not yet */
  GString     *lines;      /* each event, edge and latency printed, one a line, where asked for */
} OvTestSum;

typedef struct _OvTestTrace OvTestTrace;

/* Before the probe attaches. */
OvTestTrace *ov_test_trace_new     (OvTestProbe *probe);
void         ov_test_trace_free    (OvTestTrace *self);
void         ov_test_trace_set_keeps_lines (OvTestTrace *self,
                                            gboolean     keeps_lines);
/* While TRUE the link's thread is held up in the trace func: nothing is acknowledged. */
void         ov_test_trace_set_stuck (OvTestTrace *self,
                                      gboolean     stuck);
/* Every message takes so long here. */
void         ov_test_trace_set_delay (OvTestTrace *self,
                                      guint        delay_us);
/* "trace_start" and its map as text; fails the test unless it is answered. */
OvTerm      *ov_test_trace_ask     (OvTestTrace *self,
                                    const char  *request,
                                    const char  *format,
                                    ...) G_GNUC_PRINTF (3, 4) G_GNUC_WARN_UNUSED_RESULT;
/* The same, and it has to fail with @code. */
void         ov_test_trace_refuse  (OvTestTrace *self,
                                    OvProbeError code,
                                    const char  *request,
                                    const char  *format,
                                    ...) G_GNUC_PRINTF (4, 5);
/* Starts trace @id of @targets (a list as text) with the usual events at level events; @more: further
 * pairs of the map, which come last and win. */
void         ov_test_trace_start   (OvTestTrace *self,
                                    guint        id,
                                    const char  *targets,
                                    const char  *events,
                                    const char  *more);
/* Stops it and checks that generated = sent + dropped = what arrived and what the gaps say. */
void         ov_test_trace_stop    (OvTestTrace *self,
                                    guint        id);
/* A copy of the figures; lines are not copied. */
OvTestSum    ov_test_trace_get     (OvTestTrace *self,
                                    guint        id);
guint        ov_test_trace_count   (OvTestTrace *self,
                                    guint        id,
                                    const char  *text);
/* Turns the main loop until as many lines have @text. */
gboolean     ov_test_trace_wait    (OvTestTrace *self,
                                    guint        id,
                                    const char  *text,
                                    guint        n,
                                    guint        timeout_ms);
gboolean     ov_test_trace_wait_level (OvTestTrace *self,
                                       guint        id,
                                       OvTraceLevel level,
                                       guint        timeout_ms);
gboolean     ov_test_trace_wait_end (OvTestTrace *self,
                                     guint        id,
                                     guint        timeout_ms);
char        *ov_test_trace_dup_lines (OvTestTrace *self,
                                      guint        id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTestTrace, ov_test_trace_free)

G_END_DECLS
