/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvCliArgs: a command line, understood.  What belongs to the operation is checked by the
 * operation; here it is only told apart from what belongs to the program.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

typedef enum
{
  OV_CLI_RUN,
  OV_CLI_HELP,
  OV_CLI_VERSION,
} OvCliWish;

typedef struct
{
  OvCliWish          wish;
  const OvOperation *operation;   /* RUN; HELP of one operation */
  const OvSubject   *subject;     /* HELP of one subject */
  JsonObject        *parameters;  /* texts, and flags */
  char              *node, *sandbox, *language, *recording, *cookie_file, *format, *output;
  char              *host;        /* NULL: the name's */
  guint              port;        /* 0: ask epmd */
  double             timeout_s;
  gboolean           arm;
} OvCliArgs;

/* An option of every command. */
typedef struct
{
  const char *name;
  const char *placeholder; /* NULL: a flag */
  const char *summary;     /* N_() */
} OvCliOption;

const OvCliOption *ov_cli_options_get_all (guint *n);

/* Errors are of OV_OPERATION_ERROR: UNKNOWN and BAD_PARAMETER. */
OvCliArgs         *ov_cli_args_parse      (const char *const  *words,
                                           GError            **error) G_GNUC_WARN_UNUSED_RESULT;
void               ov_cli_args_free       (OvCliArgs *self);
/* Whether JSON was asked for, also by a command line with mistakes: its error is JSON too. */
gboolean           ov_cli_args_want_json  (const char *const *words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvCliArgs, ov_cli_args_free)

G_END_DECLS
