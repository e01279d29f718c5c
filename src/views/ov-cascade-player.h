/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvCascadePlayer: shows one restart again, step by step, on the pages that draw the session's instant.
 *
 * Each step sets the session's instant to that of a cause and selects whom it concerns, so that the tree
 * itself shows what happened: nothing is drawn that was not recorded.
 *
 *   idle ── play ──► waiting for the table of the instant ──► shown (STEP_MS) ──► next … ──► idle
 *
 * Signals: "step" (guint number from 1, guint of, const char *words), "finished".  Thread: main.
 */
#pragma once

#include "analytics/ov-restart-log.h"
#include "model/ov-session.h"

G_BEGIN_DECLS

#define OV_TYPE_CASCADE_PLAYER (ov_cascade_player_get_type ())
G_DECLARE_FINAL_TYPE (OvCascadePlayer, ov_cascade_player, OV, CASCADE_PLAYER, GObject)

OvCascadePlayer *ov_cascade_player_new  (OvSession *session) G_GNUC_WARN_UNUSED_RESULT;
/* Copies what it needs of @entry.  A running one is given up. */
void             ov_cascade_player_play (OvCascadePlayer      *self,
                                         OvProcessTable       *words_of,
                                         const OvRestartEntry *entry);
/* The session stays at the instant that is shown. */
void             ov_cascade_player_stop (OvCascadePlayer *self);
gboolean         ov_cascade_player_is_playing (OvCascadePlayer *self);

G_END_DECLS
