/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An answer as a person reads it in a terminal, made from the JSON and the operation's members:
 * what has a heading is shown, lists of objects become tables.
 */
#pragma once

#include "ops/ov-operation.h"

G_BEGIN_DECLS

char *ov_answer_text_write    (const OvOperation *operation,
                               JsonNode          *answer,
                               const OvTextStyle *style) G_GNUC_WARN_UNUSED_RESULT;
/* Text from anywhere without control characters. */
char *ov_answer_text_dup_safe (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* At most @columns (0: all) of a safe text, with an ellipsis where it was cut. */
void  ov_answer_text_append_cut (GString    *into,
                                 const char *text,
                                 guint       columns,
                                 gboolean    ascii);
/* "1.2 MB", "12,345", "2 d 3 h": a figure by the unit that ends the member's name. */
char *ov_answer_text_dup_figure (const char *member,
                                 JsonNode   *value) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
