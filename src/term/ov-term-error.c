/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of the term layer's errors.
 * Threads: any.
 */
#include "term/ov-term.h"

#include "base/ov-error.h"

#include <glib/gi18n-lib.h>

static const OvErrorWord words[] = {
  { OV_TERM_ERROR_TRUNCATED, "truncated-term", NULL },
  { OV_TERM_ERROR_MALFORMED, "malformed-term", NULL },
  { OV_TERM_ERROR_TOO_LARGE, "term-too-large", N_("Ask for a smaller part of it.") },
  { OV_TERM_ERROR_SYNTAX, "syntax-error",
    N_("Write the term as in the Erlang shell, for example {ok, [1, 2]}.") },
};

/**
 * ov_term_error_quark:
 *
 * Returns: the domain of #OvTermError
 */
GQuark
ov_term_error_quark (void)
{
  static gsize quark;

  if (g_once_init_enter (&quark))
    {
      GQuark domain = g_quark_from_static_string ("ov-term-error-quark");

      ov_error_register_domain (domain, words, G_N_ELEMENTS (words));
      g_once_init_leave (&quark, domain);
    }

  return (GQuark) quark;
}
