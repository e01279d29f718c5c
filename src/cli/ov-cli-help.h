/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The help, written from the table of operations.
 */
#pragma once

#include "cli/ov-cli-args.h"

G_BEGIN_DECLS

/* For a terminal of @columns (0: 80). */
char *ov_cli_help_write (const OvCliArgs *args,
                         guint            columns,
                         gboolean         colour) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
