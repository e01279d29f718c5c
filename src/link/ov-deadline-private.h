/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvDeadline: a cancellable that fires when its parent does or when a time is over, and then
 * says which it was.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OvDeadline OvDeadline;

OvDeadline   *ov_deadline_new             (guint         timeout_ms,
                                           GCancellable *parent) G_GNUC_WARN_UNUSED_RESULT;
void          ov_deadline_free            (OvDeadline *self);
GCancellable *ov_deadline_get_cancellable (OvDeadline *self);
gint64        ov_deadline_get_time_us     (OvDeadline *self); /* monotonic */
guint         ov_deadline_get_left_ms     (OvDeadline *self);
gboolean      ov_deadline_has_expired     (OvDeadline *self);
/* From now on only the parent cancels. */
void          ov_deadline_stop_clock      (OvDeadline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvDeadline, ov_deadline_free)

G_END_DECLS
