/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Did you mean …?": the nearest of some words.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The nearest of @words, which need not be NULL-ended; NULL when none is near. */
const char *ov_suggest (const char        *typed,
                        const char *const *words,
                        guint              n_words);

G_END_DECLS
