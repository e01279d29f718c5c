/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words and figures as the window writes them.
 *
 * What comes from a node passes ov_words_clean() before it reaches a label: control characters
 * and the characters that turn the direction of text are written as escapes, and the length is
 * bounded.  All functions return (transfer full) UTF-8.  Thread: main.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @max_chars 0: 4,096.  A cut text ends in "…". */
char *ov_words_clean   (const char *text,
                       gsize       max_chars) G_GNUC_WARN_UNUSED_RESULT;
/* A term or a module name in Erlang syntax, written in the style the person prefers. */
char *ov_words_term    (const char *erlang,
                       gsize       max_chars) G_GNUC_WARN_UNUSED_RESULT;
char *ov_words_bytes   (guint64 bytes) G_GNUC_WARN_UNUSED_RESULT; /* "1.2 MB", "—" for OV_UNKNOWN_U64 */
char *ov_words_rate    (double per_second) G_GNUC_WARN_UNUSED_RESULT; /* "340/s" */
char *ov_words_count   (guint64 count) G_GNUC_WARN_UNUSED_RESULT; /* "12,345" as the locale groups */
/* "12:03:11" of a time in ns since the epoch, local time. */
char *ov_words_clock   (gint64 time_ns) G_GNUC_WARN_UNUSED_RESULT;
/* "today at 12:03", "21 November". */
char *ov_words_day     (gint64 time_s) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
