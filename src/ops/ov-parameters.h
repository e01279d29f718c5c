/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From what was given (texts of a command line, members of a form) to checked, typed parameters.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

/* The word of help texts: "TEXT", "N", "PID|NAME", …; choices are joined with "|". */
char *ov_parameter_dup_placeholder (const OvParameter *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
