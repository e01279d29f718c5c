/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What several operations need: a table that is fresh, a process that was named, JSON values.
 */
#pragma once

#include "ops/ov-invocation.h"

G_BEGIN_DECLS

/* The instant that is asked for where the past can be; without it now, or the end of a recording. */
#define OV_OP_AT_PARAMETER                                                                                      \
  { "at", OV_PARAMETER_TEXT, FALSE,                                                                             \
    N_("With --recording: as it was then: RFC 3339, ns since 1970, +SECONDS after the beginning, -SECONDS before the end"), \
    .placeholder = "INSTANT" }

/* Whether the run is to be answered from what was seen, not by the node. */
gboolean    ov_op_is_of_past       (OvInvocation *invocation);

/* Goes on with @ready when the node's table holds a census (a watched table is fresh already) or the
 * table of the past instant is there, or ends the run with the error.  @ready takes the run over; a table of
 * the past lives until it returns. */
typedef void (*OvOpReadyFunc) (OvInvocation   *invocation,
                               OvProcessTable *table);

void        ov_op_with_census      (OvInvocation  *invocation,
                                    gboolean       with_supervisors,
                                    OvOpReadyFunc  ready);
/* The same process of the node's present life: a typed pid does not say which life is meant. */
void        ov_op_localize_pid     (OvProcessTable *table,
                                    OvPid          *pid);
/* A term as a person typed it, for the node of the table: pids in it are those of the node's present life. */
OvTerm     *ov_op_parse_term       (OvProcessTable  *table,
                                    const char      *text,
                                    GError         **error) G_GNUC_WARN_UNUSED_RESULT;
/* The probe's argument for a process: a pid or a registered name as a person gave it.
 * NULL with REMOTE_PROCESS for a process of another node. */
OvTerm     *ov_op_make_process_argument (const char  *node,
                                         const char  *text,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* A registered name as the node knows it, without what a person wrote around it. */
char       *ov_op_dup_bare_name    (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The same, or Elixir's alias of it where that is what the table knows. */
char       *ov_op_dup_process_name (OvProcessTable *table,
                                    const char     *text) G_GNUC_WARN_UNUSED_RESULT;

/* NULL makes null. */
void        ov_op_set_text         (JsonObject *object,
                                    const char *member,
                                    const char *text);
/* An atom in Erlang syntax; NULL makes null. */
void        ov_op_set_atom         (JsonObject *object,
                                    const char *member,
                                    const char *atom);
/* The pid of an actor of a store, and what it is called; one that is only a name has its name as both. */
void        ov_op_set_actor        (JsonObject *object,
                                    const char *pid_member,
                                    const char *name_member,
                                    OvStore    *store,
                                    guint32     actor);
/* A registered name, a label, M:F/A; NULL: only its pid is known.  @pid (out): its pid, or NULL. */
char       *ov_op_dup_actor_name   (OvStore *store,
                                    guint32  actor,
                                    char   **pid) G_GNUC_WARN_UNUSED_RESULT;
/* OV_UNKNOWN_U64 makes null. */
void        ov_op_set_figure       (JsonObject *object,
                                    const char *member,
                                    guint64     value);
/* 0, not known, makes null. */
void        ov_op_set_ns           (JsonObject *object,
                                    const char *member,
                                    gint64      ns);
JsonNode   *ov_op_node_of_object   (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT; /* takes it over */
/* A term from the probe as JSON: numbers, booleans, texts and pids as what they are, a map as an
 * object, a list as an array, other terms as text in Erlang syntax. */
JsonNode   *ov_op_json_of_term     (const OvTerm *term,
                                    const char   *local_node) G_GNUC_WARN_UNUSED_RESULT;

/* Whether no bracket of a JSON text is nested deeper. */
gboolean    ov_op_json_is_shallow  (const char *text,
                                    gsize       length,
                                    guint       max_depth);

G_END_DECLS
