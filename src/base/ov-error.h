/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words and hints for error codes.
 *
 * Every layer has its own GError domain.  A domain registers one table that gives each
 * code the word the command line prints ("bad-cookie") and a hint that says what a person
 * can try.  Registration is idempotent; look-ups are thread-safe.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int         code;
  const char *word;
  const char *hint; /* marked with N_(); NULL when there is nothing to try */
} OvErrorWord;

void        ov_error_register_domain (GQuark             domain,
                                      const OvErrorWord *words,
                                      gsize              n_words);
const char *ov_error_get_word        (const GError *error);
const char *ov_error_get_hint        (const GError *error);

G_END_DECLS
