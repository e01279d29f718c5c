/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvCliStream: lines to standard output or a file as they come, without ever waiting for who reads them.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

typedef struct _OvCliStream OvCliStream;

/* @path NULL or "-": standard output.  @gone is called once, when nobody reads any more. */
OvCliStream *ov_cli_stream_new  (const char  *path,
                                 void       (*gone) (gpointer user_data),
                                 gpointer     user_data,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void         ov_cli_stream_free (OvCliStream *self);
/* An OvLineFunc: FALSE when the reader is behind. */
gboolean     ov_cli_stream_take (const char  *line,
                                 gpointer     stream);
/* The last line, then everything to the end; returns the exit status: 141 when the reader is gone. */
int          ov_cli_stream_end  (OvCliStream  *self,
                                 OvAnswerBody *answer);

G_END_DECLS
