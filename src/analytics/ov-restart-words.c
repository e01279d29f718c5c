/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of causes.  Invariant: every kind has one.  Thread: any.
 */
#include "analytics/ov-restart-log.h"

static const char *const cause_words[] = {
  [OV_CAUSE_EXIT] = "exit",       [OV_CAUSE_LINK] = "link",       [OV_CAUSE_SUPERVISOR] = "supervisor",
  [OV_CAUSE_STOPPED] = "stopped", [OV_CAUSE_STARTED] = "started", [OV_CAUSE_GAVE_UP] = "gave_up",
  [OV_CAUSE_ESCALATED] = "escalated",
};

const char *
ov_cause_kind_get_word (OvCauseKind kind)
{
  return (guint) kind < G_N_ELEMENTS (cause_words) ? cause_words[kind] : "unknown";
}
