/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProbe for tests: its asynchronous functions as functions that wait, what arrived as a list of
 * lines, and snapshots of a node by which "as it was" is judged.
 * Thread: main.
 */
#pragma once

#include "probe/ov-probe.h"
#include "support/ov-test-node.h"

G_BEGIN_DECLS

typedef struct
{
  OvProbe   *probe;
  guint      counts[OV_RECORD_GAP + 1];
  guint      n_births_traced;
  GPtrArray *lines;       /* of char *: one per record that is no SAMPLE and no NODE */
  gboolean   keeps_lines; /* FALSE: only counts, for large nodes */
  gboolean   lost;
  char      *lost_message;
} OvTestProbe;

OvTestProbe *ov_test_probe_new      (void);
void         ov_test_probe_free     (OvTestProbe *self);
/* Attaches to @node; NULL @error: failing ends the test. */
gboolean     ov_test_probe_attach   (OvTestProbe  *self,
                                     OvTestNode   *node,
                                     GError      **error);
void         ov_test_probe_detach   (OvTestProbe *self);
void         ov_test_probe_census   (OvTestProbe *self,
                                     gboolean     with_supervisors,
                                     guint        deadline_ms);
OvTerm      *ov_test_probe_request  (OvTestProbe  *self,
                                     const char   *request,
                                     OvTerm       *arguments, /* (transfer full) (nullable) */
                                     GError      **error);
/* Turns the main loop until a line contains @text, at most @timeout_ms. */
const char  *ov_test_probe_wait     (OvTestProbe *self,
                                     const char  *text,
                                     guint        timeout_ms);
gboolean     ov_test_probe_has      (OvTestProbe *self,
                                     const char  *text);
void         ov_test_probe_clear    (OvTestProbe *self);
/* Turns the main loop until "lost" was emitted, at most @timeout_ms. */
gboolean     ov_test_probe_wait_lost (OvTestProbe *self,
                                      guint        timeout_ms);
/* Processes, modules, tables, names, trace flags, patterns, monitors, logger handlers. */
char        *ov_test_node_snapshot  (OvTestNode *node);
/* Waits until the snapshot is @before again; else fails the test and prints both. */
void         ov_test_node_assert_same (OvTestNode *node,
                                       const char *before,
                                       guint       timeout_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTestProbe, ov_test_probe_free)

G_END_DECLS
