/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTermCursor: reads external terms in place, without allocating and without trusting them.
 *
 * A cursor lives on the stack and borrows its bytes.  Every function checks before it reads;
 * the first failure makes the cursor *failed*, and from then on all functions return FALSE, so
 * that a reader may check once at the end of a record.  A getter that meets another type than
 * it wants returns FALSE, does not move and does not fail the cursor.
 */
#pragma once

#include "term/ov-term.h"

G_BEGIN_DECLS

typedef struct
{
  const guint8 *at;
  const guint8 *end;
  gboolean      failed;
} OvTermCursor;

/* With or without a leading 131; compressed terms are not accepted here. */
void       ov_term_cursor_init        (OvTermCursor *self,
                                       gconstpointer bytes,
                                       gsize         length);
gboolean   ov_term_cursor_is_at_end   (const OvTermCursor *self);
gboolean   ov_term_cursor_peek        (OvTermCursor *self,
                                       OvTermType   *type);
gboolean   ov_term_cursor_skip        (OvTermCursor *self); /* one whole term, iteratively */
/* The bytes of the next term (without 131), which is skipped. */
gboolean   ov_term_cursor_get_raw     (OvTermCursor  *self,
                                       const guint8 **bytes,
                                       gsize         *length);
gboolean   ov_term_cursor_get_integer (OvTermCursor *self,
                                       gint64       *value);
gboolean   ov_term_cursor_get_float   (OvTermCursor *self,
                                       double       *value);
/* Not zero-ended; Latin-1 atoms with characters above 127 come from @scratch (at least 512 bytes). */
gboolean   ov_term_cursor_get_atom    (OvTermCursor *self,
                                       char         *scratch,
                                       const char  **utf8,
                                       gsize        *length);
gboolean   ov_term_cursor_match_atom  (OvTermCursor *self,
                                       const char   *name); /* moves only on a match */
gboolean   ov_term_cursor_get_pid     (OvTermCursor *self,
                                       OvPid        *pid);
gboolean   ov_term_cursor_get_binary  (OvTermCursor  *self,
                                       const guint8 **bytes,
                                       gsize         *length);
gboolean   ov_term_cursor_enter_tuple (OvTermCursor *self,
                                       guint        *arity);
/* [] gives length 0 and is consumed whole; a longer list's tail must be consumed with
 * leave_list() after its elements were read.  STRING_EXT fails softly: use get_term. */
gboolean   ov_term_cursor_enter_list  (OvTermCursor *self,
                                       guint        *length);
gboolean   ov_term_cursor_leave_list  (OvTermCursor *self); /* FALSE and failed for an improper tail */
gboolean   ov_term_cursor_enter_map   (OvTermCursor *self,
                                       guint        *n_pairs);
OvTerm    *ov_term_cursor_get_term    (OvTermCursor       *self,
                                       const OvTermLimits *limits,
                                       GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
