/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an event says, in the syntax of a language: "shop_cart:add(tea, 2)", "shop_cart:add/2 → ok".
 */
#pragma once

#include "term/ov-term-cursor.h"
#include "trace/ov-store.h"

G_BEGIN_DECLS

/* A function and what it was called with or gave; cursors borrow the payload. */
typedef struct
{
  OvTermCursor module, function;
  gint64       arity;
  gboolean     has_arguments;
  OvTermCursor arguments; /* a list */
  gboolean     has_result;
  OvTermCursor result;    /* a value, or {Class, Reason} */
} OvEventCall;

/* Of SPAWN, SPAWNED, CALL, RETURN, EXCEPTION, IN, OUT; FALSE: the payload is something else. */
gboolean ov_event_call_read     (OvEventCall *self,
                                 guint8       kind,
                                 GBytes      *payload);
/* The message of a HOP: {seq_trace, Label, {Kind, Serial, From, To, Message}, Ns}. */
gboolean ov_event_hop_read      (GBytes       *payload,
                                 OvTermCursor *message);
/* The raw bytes at a cursor, printed. */
void     ov_event_words_term    (GString            *into,
                                 const OvTermCursor *cursor,
                                 const OvTermFormat *format);
/* "shop_cart:add/2", "Shop.Cart.add/2"; with arguments where there are some: "shop_cart:add(tea, 2)". */
void     ov_event_words_call    (GString            *into,
                                 const OvEventCall  *call,
                                 gboolean            with_arguments,
                                 const OvTermFormat *format);
/* All that the payload says, for people; bounded by @format, not yet safe for a terminal. */
void     ov_event_words_append  (GString            *into,
                                 const OvEvent      *event,
                                 GBytes             *payload,
                                 const OvTermFormat *format);

G_END_DECLS
