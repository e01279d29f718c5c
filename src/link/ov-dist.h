/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is inside a frame of the distribution protocol: the byte 112, a control term that says
 * what kind of signal this is, and for some kinds a message term.
 */
#pragma once

#include "term/ov-term.h"
#include "term/ov-term-cursor.h"

G_BEGIN_DECLS

typedef enum
{
  OV_DIST_IGNORED,      /* links, exits, group leaders, trace tokens: nothing that concerns us */
  OV_DIST_MESSAGE,      /* to our pid */
  OV_DIST_NAMED_MESSAGE, /* to a registered name */
  OV_DIST_DOWN,         /* a process that we monitor is gone */
} OvDistKind;

/* Offsets are into the frame; terms are without 131. */
typedef struct
{
  OvDistKind    kind;
  const guint8 *message;        /* MESSAGE, NAMED_MESSAGE; the reason of DOWN where there is one */
  gsize         message_length;
  char          name[256];      /* NAMED_MESSAGE; "" when it is longer than an atom can be */
  const guint8 *reference;      /* DOWN */
  gsize         reference_length;
} OvDistSignal;

/* A reference that we made, as it comes back. */
typedef struct
{
  guint32 creation;
  guint32 words[3];
} OvDistReference;

/* @signal points into @bytes.  Error PROTOCOL for what is no frame of the protocol. */
gboolean ov_dist_parse            (const guint8 *bytes,
                                   gsize         length,
                                   OvDistSignal *signal,
                                   GError      **error);
/* Reads {Reference, Reply} and {[alias | Reference], Reply} where the reference was made by
 * @node; @reply is set to the second element's bytes. */
gboolean ov_dist_parse_reply      (const guint8    *message,
                                   gsize            length,
                                   const char      *node,
                                   OvDistReference *reference,
                                   const guint8   **reply,
                                   gsize           *reply_length);
gboolean ov_dist_parse_reference  (const guint8    *bytes,
                                   gsize            length,
                                   const char      *node,
                                   OvDistReference *reference);
/* net_adm:ping/1 sends {'$gen_call', {From, Tag}, {is_auth, Node}} to net_kernel; the answer is
 * appended to @into as a whole frame. */
gboolean ov_dist_answer_ping      (const guint8 *message,
                                   gsize         length,
                                   GByteArray   *into);

/* Whole frames, with their length. */
void     ov_dist_append_tick      (GByteArray   *into);
void     ov_dist_append_send      (GByteArray   *into,
                                   const OvPid  *to,
                                   const OvTerm *message);
void     ov_dist_append_reg_send  (GByteArray   *into,
                                   const OvPid  *from,
                                   const char   *name,
                                   const OvTerm *message);
void     ov_dist_append_monitor   (GByteArray   *into,
                                   const OvPid  *from,
                                   const OvPid  *to,
                                   const OvTerm *reference,
                                   gboolean      on);

G_END_DECLS
