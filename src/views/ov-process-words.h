/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words people read for what a process is, how it is restarted and how it is doing.
 * All are translated and (transfer none).  Thread: main.
 */
#pragma once

#include "model/ov-process-table.h"

G_BEGIN_DECLS

const char *ov_process_words_of_behaviour (OvBehaviour value); /* "Supervisor", "gen_server", "Process" */
const char *ov_process_words_of_restart   (OvRestart value);   /* NULL for unknown */
const char *ov_process_words_of_strategy  (OvStrategy value);  /* NULL for unknown */
const char *ov_process_words_of_status    (OvStatus value);
const char *ov_process_words_of_mark      (OvMark value);      /* NULL for none */
const char *ov_process_words_of_answer    (OvAnswer value);    /* NULL when all is well */

G_END_DECLS
