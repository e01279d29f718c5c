/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartPage: every restart that was seen, and why it happened.
 *
 * Signal "replay-step" (guint number, guint of, const char *words; 0, 0, NULL at the end): a cascade is shown
 * again on the pages that draw the session's instant.  Thread: main.
 */
#pragma once

#include <adwaita.h>

#include "analytics/ov-restart-log.h"
#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_RESTART_PAGE (ov_restart_page_get_type ())
G_DECLARE_FINAL_TYPE (OvRestartPage, ov_restart_page, OV, RESTART_PAGE, AdwBin)

/* To be called once, before the page is shown. */
void          ov_restart_page_set_subject (OvRestartPage *self,
                                           OvSession     *session,
                                           OvNode        *node);
/* What the page lists, for the time line's marks too; (transfer none). */
OvRestartLog *ov_restart_page_get_log     (OvRestartPage *self);
/* Selects the restart nearest to an instant. */
void          ov_restart_page_reveal      (OvRestartPage *self,
                                           gint64         at_ns);
/* Ends a replay; the session stays at the instant that is shown. */
void          ov_restart_page_stop_replay (OvRestartPage *self);

G_END_DECLS
