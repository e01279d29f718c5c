/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How views start operations: by id, with texts as parameters.  Nothing else in the window asks
 * a node for anything.  Thread: main.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

/* Pairs of a name and a text; a NULL text leaves the parameter out.  (transfer full) */
JsonObject *ov_request_parameters (const char *first_name,
                                   ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
/* @parameters is (transfer full) and may be NULL; @node too.  End with ov_operation_run_finish(). */
void        ov_request_run_async  (const char          *id,
                                   OvSession           *session,
                                   OvNode              *node,
                                   JsonObject          *parameters,
                                   const char          *format,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
/* An error as one text for people: what happened and, below it, what to try. */
char       *ov_request_dup_words  (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* JSON as it may come: the "nothing" value where a member is missing, null or of another type. */
const char *ov_json_get_text      (JsonObject *object,
                                   const char *member);
gboolean    ov_json_get_integer   (JsonObject *object,
                                   const char *member,
                                   gint64     *value);
JsonArray  *ov_json_get_array     (JsonObject *object,
                                   const char *member);
JsonObject *ov_json_get_object    (JsonObject *object,
                                   const char *member);
/* The text of an array's element: a string, or the named member of an object. */
const char *ov_json_get_element   (JsonArray  *array,
                                   guint       index,
                                   const char *member);

G_END_DECLS
