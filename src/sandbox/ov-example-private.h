/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the files of an example are.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *ov_example_dup_folder          (const char  *name,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;
char *ov_example_dup_launcher_folder (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
