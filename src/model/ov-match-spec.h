/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Match specifications and calls as people type them: checked, never evaluated.
 * Thread: any.
 */
#pragma once

#include "term/ov-term.h"

G_BEGIN_DECLS

/* What a match specification is for. */
typedef enum
{
  OV_MATCH_MESSAGES, /* sent or received, not known which */
  OV_MATCH_CALLS,    /* its head is the list of the arguments */
  OV_MATCH_SEND,     /* [To, Message] */
  OV_MATCH_RECEIVE,  /* [Node, Sender, Message] */
} OvMatchKind;

/* A match specification that the VM would take; what it calls must be among OTP's guards and tracing
 * actions that only observe.  The error (OV_PROBE_ERROR_BAD_MATCH) says which part is wrong. */
gboolean ov_match_spec_check   (const OvTerm *spec,
                                OvMatchKind   kind,
                                GError      **error);

typedef struct
{
  const char *module, *function; /* "_" for any function */
  int         arity;             /* -1: any */
  OvTerm     *match;             /* a match specification, (nullable); checked by ov_match_spec_check() */
  gboolean    global;            /* only calls from outside the module */
} OvTraceCall;

/* "lists:map/2", "lists:map", "lists", "lists:_", "'odd mod':f/_", "Shop.Cart.add/2", ":lists.map/2",
 * "Elixir.Shop.Cart:add/2"; @match and @global are left unset.  The error is OV_TERM_ERROR_SYNTAX with
 * the column.  To be freed with ov_trace_call_clear(). */
gboolean ov_trace_call_parse   (const char   *text,
                                OvTraceCall  *call,
                                GError      **error);
void     ov_trace_call_clear   (OvTraceCall  *call);
/* "lists:map/2", (transfer full). */
char    *ov_trace_call_to_string (const OvTraceCall *call) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OvTraceCall, ov_trace_call_clear)

G_END_DECLS
