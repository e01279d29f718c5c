/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartStory: one restart told as a numbered story: what ended first and why, who decided what, in which
 * order children stopped and started, and how near the supervisor is to giving up.
 *
 * Signal "replay": the person wants to see it on the tree.  Thread: main.
 */
#pragma once

#include "analytics/ov-restart-log.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define OV_TYPE_RESTART_STORY (ov_restart_story_get_type ())
G_DECLARE_FINAL_TYPE (OvRestartStory, ov_restart_story, OV, RESTART_STORY, AdwBin)

/* The entry is read now, not kept; NULL: nothing is selected. */
void  ov_restart_story_set        (OvRestartStory       *self,
                                   OvProcessTable       *table,
                                   const OvRestartEntry *entry);
/* The whole story as text, for the clipboard; (transfer full). */
char *ov_restart_story_dup_text   (OvProcessTable       *table,
                                   const OvRestartEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
/* "2.1 ms", "1 min 12 s", of a duration; (transfer full). */
char *ov_restart_words_duration   (gint64 ns) G_GNUC_WARN_UNUSED_RESULT;
/* "2 of 3 left" and why; "—" where it is not known; (transfer full). */
char *ov_restart_words_headroom   (const OvRestartEntry *entry) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
