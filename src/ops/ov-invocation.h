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

/* Elements of a parameter that may be many; (transfer full), empty where it was not given. */
char             **ov_invocation_dup_list        (OvInvocation *self,
                                                  const char   *name) G_GNUC_WARN_UNUSED_RESULT;

/* What lasts: its start is over, the time limit ends.  @stopped is called once, at the latest when
 * the run ends, if somebody wants it to end with what it has. */
void               ov_invocation_begin_lasting   (OvInvocation *self,
                                                  void        (*stopped) (OvInvocation *self, gpointer user_data),
                                                  gpointer      user_data);
/* One line of a stream, in the run's format; FALSE: the reader is behind, wait with the next. */
gboolean           ov_invocation_emit            (OvInvocation *self,
                                                  const char   *line);
/* All (transfer full). */
void               ov_invocation_return_json     (OvInvocation *self,
                                                  JsonNode     *json);
/* What there is, and why it is not all (nullable). */
void               ov_invocation_return_partial  (OvInvocation *self,
                                                  JsonNode     *json,
                                                  GError       *error);
void               ov_invocation_return_object   (OvInvocation *self,
                                                  JsonNode     *json,
                                                  GObject      *object);
void               ov_invocation_return_bytes    (OvInvocation *self,
                                                  GBytes       *bytes,
                                                  const char   *content_type);
void               ov_invocation_return_error    (OvInvocation *self,
                                                  GError       *error);

G_END_DECLS
