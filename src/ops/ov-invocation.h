/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvInvocation: one run of an operation, as the operation's author sees it.
 *
 * The parameters have been checked and hold their defaults.  A run ends with exactly one
 * ov_invocation_return_…(), which also gives up the reference that run() was called with; a
 * return that comes after the time limit or after a cancel is dropped.
 * Thread: main.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

OvInvocation      *ov_invocation_ref             (OvInvocation *self);
void               ov_invocation_unref           (OvInvocation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvInvocation, ov_invocation_unref)

OvSession         *ov_invocation_get_session     (OvInvocation *self); /* nullable */
OvNode            *ov_invocation_get_node        (OvInvocation *self); /* never NULL where one is needed */
const char        *ov_invocation_get_format      (OvInvocation *self); /* "json" by default */
const OvTextStyle *ov_invocation_get_text_style  (OvInvocation *self);
GCancellable      *ov_invocation_get_cancellable (OvInvocation *self); /* also cancelled by the time limit */
guint              ov_invocation_get_remaining_ms (OvInvocation *self); /* at least 1 */
const char        *ov_invocation_get_secret      (OvInvocation *self); /* nullable */

/* Parameters; the "nothing" value where one was not given. */
gboolean           ov_invocation_has             (OvInvocation *self,
                                                  const char   *name);
const char        *ov_invocation_get_text        (OvInvocation *self,
                                                  const char   *name);
gint64             ov_invocation_get_integer     (OvInvocation *self,
                                                  const char   *name);
double             ov_invocation_get_number      (OvInvocation *self,
                                                  const char   *name);
gboolean           ov_invocation_get_flag        (OvInvocation *self,
                                                  const char   *name);

/* One line of a stream; (transfer full). */
void               ov_invocation_emit            (OvInvocation *self,
                                                  JsonNode     *line);
/* All (transfer full). */
void               ov_invocation_return_json     (OvInvocation *self,
                                                  JsonNode     *json);
void               ov_invocation_return_object   (OvInvocation *self,
                                                  JsonNode     *json,
                                                  GObject      *object);
void               ov_invocation_return_bytes    (OvInvocation *self,
                                                  GBytes       *bytes,
                                                  const char   *content_type);
void               ov_invocation_return_error    (OvInvocation *self,
                                                  GError       *error);

G_END_DECLS
