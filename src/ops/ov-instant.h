/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Instants as people and programs write them.  Thread: any.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "2026-11-21T07:10:00.123456789Z"; (transfer full). */
char    *ov_instant_to_text (gint64 at_ns) G_GNUC_WARN_UNUSED_RESULT;
/* That, ns since the epoch, "+2.5" (seconds after @first_ns) or "-2.5" (before @last_ns); FALSE with
 * OV_OPERATION_ERROR_BAD_PARAMETER. */
gboolean ov_instant_parse   (const char *text,
                             gint64      first_ns,
                             gint64      last_ns,
                             gint64     *at_ns,
                             GError    **error);

G_END_DECLS
