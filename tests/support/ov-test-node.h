/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A real `erl` for tests: on loopback, on an epmd that only this test program knows, with a
 * random cookie in a private HOME.  It ends with the test, also when the test is killed.
 *
 * ov_test_node_eval() talks to the node over its standard input, not over the link that is
 * being tested: what it answers is an independent witness.
 * $OVERSTORY_TEST_OTP_ROOT names a folder with another release in it, to which nodes are chrooted.
 * Thread: main.
 */
#pragma once

#include <glib.h>

#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _OvTestNode OvTestNode;

/* Whether an `erl` is there; else the running test is marked as skipped, with its name. */
gboolean    ov_test_node_is_available   (void);

/* Starts the private epmd if needed, points $ERL_EPMD_PORT of this process at it, starts the
 * node and waits until it is distributed.  @name: "n@localhost" gives short names and
 * "n@127.0.0.1" long ones; NULL starts a node without distribution.  @arguments (nullable,
 * NULL-ended) go to `erl` behind ours. */
OvTestNode *ov_test_node_start          (const char        *name,
                                         const char *const *arguments) G_GNUC_WARN_UNUSED_RESULT;
/* Kills the node and removes its HOME. */
void        ov_test_node_stop           (OvTestNode *self);
/* Kills it with SIGKILL and waits for its end; the HOME stays until stop. */
void        ov_test_node_kill           (OvTestNode *self);
/* SIGSTOP, and it waits until every thread has stopped; SIGCONT. */
void        ov_test_node_suspend        (OvTestNode *self);
void        ov_test_node_resume         (OvTestNode *self);

const char *ov_test_node_get_name       (OvTestNode *self);
const char *ov_test_node_get_cookie     (OvTestNode *self);
const char *ov_test_node_get_cookie_file (OvTestNode *self);
const char *ov_test_node_get_home       (OvTestNode *self);
/* A path below its HOME as the node itself sees it. */
const char *ov_test_node_get_inner_path (OvTestNode *self,
                                         const char *path);
pid_t       ov_test_node_get_process_id (OvTestNode *self);
/* The port of its distribution; 0 without one. */
guint16     ov_test_node_get_port       (OvTestNode *self);
guint       ov_test_node_get_release    (OvTestNode *self); /* 25 */

/* Evaluates "lists:seq(1, 3)." on the node (the full stop may be left out) and returns its
 * value as ~0tp prints it.  Bindings do not last.  A failure ends the test. */
char       *ov_test_node_eval           (OvTestNode *self,
                                         const char *expression) G_GNUC_WARN_UNUSED_RESULT;
/* Fails the test unless the value prints as @expected. */
void        ov_test_node_assert_eval    (OvTestNode *self,
                                         const char *expression,
                                         const char *expected);
/* Evaluates until the value prints as @expected, at most @timeout_ms. */
gboolean    ov_test_node_wait_eval      (OvTestNode *self,
                                         const char *expression,
                                         const char *expected,
                                         guint       timeout_ms);

/* The port of the private epmd (started if needed), and its end: after stop, a new start uses
 * the same port again. */
guint16     ov_test_epmd_start          (void);
void        ov_test_epmd_stop           (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTestNode, ov_test_node_stop)

G_END_DECLS
