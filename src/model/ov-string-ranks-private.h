/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStringRanks: the alphabetical place of every string of a pool, so that sorting rows by text
 * compares numbers.
 * Thread: main.
 */
#pragma once

#include "base/ov-strings.h"

G_BEGIN_DECLS

typedef struct _OvStringRanks OvStringRanks;

OvStringRanks *ov_string_ranks_new    (OvStrings *strings);
void           ov_string_ranks_free   (OvStringRanks *self);
/* Takes in strings that are new since; ranks may change. */
void           ov_string_ranks_update (OvStringRanks *self);
/* From 1; 0 for OV_STRING_NONE. */
guint32        ov_string_ranks_get    (const OvStringRanks *self,
                                       guint32              id);

G_END_DECLS
