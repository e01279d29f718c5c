/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWakeup: many "something changed" from any thread become one call on a main context.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OvWakeup OvWakeup;

OvWakeup *ov_wakeup_new    (GMainContext  *context,
                            guint          min_interval_ms,
                            GSourceFunc    callback,
                            gpointer       user_data) G_GNUC_WARN_UNUSED_RESULT;
OvWakeup *ov_wakeup_ref    (OvWakeup *self);
void      ov_wakeup_unref  (OvWakeup *self);
void      ov_wakeup_signal (OvWakeup *self);
void      ov_wakeup_stop   (OvWakeup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvWakeup, ov_wakeup_unref)

G_END_DECLS
