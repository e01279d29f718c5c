/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events as people read them: the word and the icon of a kind, the time, the message.
 * All texts are translated and clean.  Thread: any, but for the style.
 */
#pragma once

#include "term/ov-term.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

/* Kinds that are shown or hidden together. */
typedef struct
{
  const char *id;    /* "messages" */
  const char *title; /* N_() */
  guint64     kinds; /* OV_EVENT_MASK()s */
} OvEventGroup;

const OvEventGroup *ov_event_words_get_groups (guint *n);

const char *ov_event_words_of_kind   (OvEventKind kind); /* "Send", "Exit", "Gap" */
const char *ov_event_words_get_icon  (OvEventKind kind);
/* "answer", "call", "system"; NULL: an ordinary message. */
const char *ov_event_words_of_flags  (guint8 flags);
/* "12:31:05.123456", local time. */
char       *ov_event_words_clock     (gint64 at_ns) G_GNUC_WARN_UNUSED_RESULT;
/* "1.2 ms", "340 µs", "3.4 s". */
char       *ov_event_words_duration  (gint64 ns) G_GNUC_WARN_UNUSED_RESULT;
/* The style the person prefers; main thread.  What takes a style may be called from any thread. */
OvTermStyle ov_event_words_get_style (void);
/* The payload on one line. */
char       *ov_event_words_message   (OvStore       *store,
                                      guint64        number,
                                      const OvEvent *event,
                                      OvTermStyle    style,
                                      guint          max_chars) G_GNUC_WARN_UNUSED_RESULT;
/* The whole payload, on lines of @width columns. */
char       *ov_event_words_whole     (OvStore       *store,
                                      guint64        number,
                                      const OvEvent *event,
                                      OvTermStyle    style,
                                      guint          width) G_GNUC_WARN_UNUSED_RESULT;
/* One line for the clipboard, a text file, a screen reader. */
char       *ov_event_words_line      (OvStore       *store,
                                      guint64        number,
                                      const OvEvent *event,
                                      OvTermStyle    style,
                                      guint          max_chars) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
