/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What writes an answer as text, and the answers that have writers of their own.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

#define BOLD   "\033[1m"
#define FAINT  "\033[2m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define RED    "\033[31m"
#define PLAIN  "\033[0m"

typedef struct
{
  const OvOperation *operation;
  JsonObject        *answer;
  const OvTextStyle *style;
  GString           *out;
} OvAnswerWriter;

/* In a colour, where the style has some. */
void  ov_answer_writer_paint      (OvAnswerWriter *writer,
                                   const char     *paint,
                                   const char     *text);
char *ov_answer_text_dup_duration (double seconds) G_GNUC_WARN_UNUSED_RESULT;
/* NULL where there is nothing to say. */
char *ov_answer_text_dup_value    (const char *member,
                                   JsonNode   *value) G_GNUC_WARN_UNUSED_RESULT;

void  ov_answer_write_summary     (OvAnswerWriter *writer); /* of trace.watch */
void  ov_answer_write_path        (OvAnswerWriter *writer);
void  ov_answer_write_flow        (OvAnswerWriter *writer);
void  ov_answer_write_restarts    (OvAnswerWriter *writer);

G_END_DECLS
