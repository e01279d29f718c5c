/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One command: attach, run, detach.
 */
#pragma once

#include "cli/ov-cli-args.h"

G_BEGIN_DECLS

/* Returns the exit status, as the program's help lists them; what there was to say has been said. */
int ov_cli_run (const OvCliArgs *args);

G_END_DECLS
