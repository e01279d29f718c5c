/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What goes to standard output and standard error, and how wide, coloured and coded.
 */
#pragma once

#include "cli/ov-cli-args.h"

G_BEGIN_DECLS

/* How text on standard output is set. */
void     ov_cli_output_get_style    (OvTextStyle *style);
gboolean ov_cli_output_is_terminal  (void);
gboolean ov_cli_output_is_binary    (const char *format);
/* All bytes, or an exit status that is not 0: 141 when the reader is gone (which is no error to
 * speak of), 1 with a message otherwise. */
int      ov_cli_output_write_text   (const char *text);
int      ov_cli_output_write_answer (OvAnswerBody    *body,
                                     const OvCliArgs *args);
/* One error, once: as JSON or in words, on standard error. */
void     ov_cli_output_write_error  (const GError *error,
                                     gboolean      json,
                                     const char   *hint); /* NULL: the error's own */
/* A word on what goes on, only where a person looks. */
void     ov_cli_output_tell         (const char *text,
                                     gboolean    json);

G_END_DECLS
