/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading external terms in place.
 *
 * Invariants: @at never passes @end; nothing is allocated; a length is believed only after as
 * many bytes were seen.  Terms still owed by open containers are counted, and since each
 * takes a byte at least, a container that owes more than there are bytes left is refused at
 * its head, which also bounds every loop by the length of the input.
 * Threads: any, each cursor in one at a time.
 */
#include "term/ov-cursor-private.h"

#include <string.h>

const guint8 ov_tag_types[256] = {
  [OV_TAG_SMALL_INTEGER] = OV_TERM_INTEGER + 1,
  [OV_TAG_INTEGER] = OV_TERM_INTEGER + 1,
  [OV_TAG_FLOAT] = OV_TERM_FLOAT + 1,
  [OV_TAG_NEW_FLOAT] = OV_TERM_FLOAT + 1,
  [OV_TAG_ATOM] = OV_TERM_ATOM + 1,
  [OV_TAG_SMALL_ATOM] = OV_TERM_ATOM + 1,
  [OV_TAG_ATOM_UTF8] = OV_TERM_ATOM + 1,
  [OV_TAG_SMALL_ATOM_UTF8] = OV_TERM_ATOM + 1,
  [OV_TAG_PORT] = OV_TERM_PORT + 1,
  [OV_TAG_NEW_PORT] = OV_TERM_PORT + 1,
  [OV_TAG_V4_PORT] = OV_TERM_PORT + 1,
  [OV_TAG_PID] = OV_TERM_PID + 1,
  [OV_TAG_NEW_PID] = OV_TERM_PID + 1,
  [OV_TAG_REFERENCE] = OV_TERM_REFERENCE + 1,
  [OV_TAG_NEW_REFERENCE] = OV_TERM_REFERENCE + 1,
  [OV_TAG_NEWER_REFERENCE] = OV_TERM_REFERENCE + 1,
  [OV_TAG_SMALL_TUPLE] = OV_TERM_TUPLE + 1,
  [OV_TAG_LARGE_TUPLE] = OV_TERM_TUPLE + 1,
  [OV_TAG_NIL] = OV_TERM_LIST + 1,
  [OV_TAG_STRING] = OV_TERM_LIST + 1,
  [OV_TAG_LIST] = OV_TERM_LIST + 1,
  [OV_TAG_BINARY] = OV_TERM_BINARY + 1,
  [OV_TAG_BIT_BINARY] = OV_TERM_BITSTRING + 1,
  [OV_TAG_SMALL_BIG] = OV_TERM_BIG + 1,
  [OV_TAG_LARGE_BIG] = OV_TERM_BIG + 1,
  [OV_TAG_NEW_FUN] = OV_TERM_FUN + 1,
  [OV_TAG_FUN] = OV_TERM_FUN + 1,
  [OV_TAG_EXPORT] = OV_TERM_EXPORT + 1,
  [OV_TAG_MAP] = OV_TERM_MAP + 1,
  [OV_TAG_LOCAL] = OV_TERM_OPAQUE + 1,
};

const guint8 ov_tag_identifier_sizes[256] = {
  [OV_TAG_PORT] = 5, [OV_TAG_NEW_PORT] = 8, [OV_TAG_V4_PORT] = 12, [OV_TAG_PID] = 9,
  [OV_TAG_NEW_PID] = 12, [OV_TAG_REFERENCE] = 5,
};

gboolean
ov_term_cursor_fail (OvTermCursor *self,
                     int           why)
{
  if (!self->failed)
    self->failed = why;

  return FALSE;
}

/**
 * ov_term_cursor_init:
 * @self: a cursor on the stack
 * @bytes: what to read; borrowed for as long as the cursor is used
 * @length: how much
 *
 * With or without a leading 131; compressed terms are not accepted here.
 */
void
ov_term_cursor_init (OvTermCursor *self,
                     gconstpointer bytes,
                     gsize         length)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (bytes != NULL || length == 0);

  self->at = bytes;
  self->end = length > 0 ? self->at + length : self->at;
  self->failed = FALSE;
  if (length > 0 && *self->at == OV_TAG_VERSION)
    self->at++;
}

/**
 * ov_term_cursor_is_at_end:
 * @self: a cursor
 *
 * Returns: whether everything was read, and well
 */
gboolean
ov_term_cursor_is_at_end (const OvTermCursor *self)
{
  return !self->failed && self->at == self->end;
}

/* Bytes of a term whose size its tag alone decides, the tag included; 0 for the others. */
static const guint8 fixed_sizes[256] = {
  [OV_TAG_SMALL_INTEGER] = 2, [OV_TAG_INTEGER] = 5, [OV_TAG_FLOAT] = 32,
  [OV_TAG_NEW_FLOAT] = 9,     [OV_TAG_NIL] = 1,
};

/* The size of a term without parts, 0 when it is cut or no such term. */
static gsize
get_leaf_size (const guint8 *at,
               const guint8 *end)
{
  gsize left = (gsize) (end - at);
  gsize head;
  gsize node;

  switch (*at)
    {
    case OV_TAG_ATOM:
    case OV_TAG_SMALL_ATOM:
    case OV_TAG_ATOM_UTF8:
    case OV_TAG_SMALL_ATOM_UTF8:
      return ov_cursor_atom_size (at, end);
    case OV_TAG_SMALL_INTEGER:
    case OV_TAG_INTEGER:
    case OV_TAG_FLOAT:
    case OV_TAG_NEW_FLOAT:
    case OV_TAG_NIL:
      return fixed_sizes[*at];
    case OV_TAG_STRING:
      return left < 3 ? 0 : 3 + (gsize) ov_read_u16 (at + 1);
    case OV_TAG_BINARY:
      return left < 5 ? 0 : 5 + (gsize) ov_read_u32 (at + 1);
    case OV_TAG_BIT_BINARY:
      return left < 6 ? 0 : 6 + (gsize) ov_read_u32 (at + 1);
    case OV_TAG_SMALL_BIG:
      return left < 3 ? 0 : 3 + (gsize) at[1];
    case OV_TAG_LARGE_BIG:
      return left < 6 ? 0 : 6 + (gsize) ov_read_u32 (at + 1);
    case OV_TAG_NEW_FUN:
      return left < 30 || ov_read_u32 (at + 1) < 29 ? 0 : 1 + (gsize) ov_read_u32 (at + 1);
    case OV_TAG_NEW_REFERENCE:
    case OV_TAG_NEWER_REFERENCE:
      if (left < 4 || (node = ov_cursor_atom_size (at + 3, end)) == 0)
        return 0;
      head = *at == OV_TAG_NEW_REFERENCE ? 4 : 7;
      return head + node + 4 * (gsize) ov_read_u16 (at + 1);
    case OV_TAG_PORT:
    case OV_TAG_NEW_PORT:
    case OV_TAG_V4_PORT:
    case OV_TAG_PID:
    case OV_TAG_NEW_PID:
    case OV_TAG_REFERENCE:
      node = ov_cursor_atom_size (at + 1, end);
      return node == 0 ? 0 : 1 + node + ov_tag_identifier_sizes[*at];
    default:
      return 0;
    }
}

/* The head of a container: its own size, and how many terms it owes; 0 when it is none. */
static gsize
get_container_head (const guint8 *at,
                    const guint8 *end,
                    guint64      *owed)
{
  gsize left = (gsize) (end - at);

  if (*at == OV_TAG_SMALL_TUPLE)
    {
      *owed = left < 2 ? 0 : at[1];
      return left < 2 ? 0 : 2;
    }
  if (*at == OV_TAG_EXPORT)
    {
      *owed = 3;
      return 1;
    }
  if (*at == OV_TAG_FUN)
    {
      *owed = left < 5 ? 0 : (guint64) ov_read_u32 (at + 1) + 4;
      return left < 5 ? 0 : 5;
    }
  if (left < 5)
    return 0;

  *owed = ov_read_u32 (at + 1);
  if (*at == OV_TAG_LIST)
    *owed += 1;
  else if (*at == OV_TAG_MAP)
    *owed *= 2;
  else if (*at != OV_TAG_LARGE_TUPLE)
    return 0;

  return 5;
}

/* Why the term at @at could not be sized. */
static int
get_reason (const guint8 *at,
            const guint8 *end)
{
  static const char known[] = {
    OV_TAG_ATOM, OV_TAG_SMALL_ATOM, OV_TAG_ATOM_UTF8, OV_TAG_SMALL_ATOM_UTF8, OV_TAG_STRING,
    OV_TAG_BINARY, OV_TAG_BIT_BINARY, OV_TAG_SMALL_BIG, OV_TAG_LARGE_BIG, OV_TAG_SMALL_TUPLE,
    OV_TAG_LARGE_TUPLE, OV_TAG_LIST, OV_TAG_MAP, OV_TAG_FUN,
  };
  gsize node_at = *at == OV_TAG_NEW_REFERENCE || *at == OV_TAG_NEWER_REFERENCE ? 3 : 1;

  if (memchr (known, *at, sizeof known) != NULL)
    return OV_CURSOR_TRUNCATED;
  if (*at == OV_TAG_NEW_FUN)
    return (end - at) < 30 ? OV_CURSOR_TRUNCATED : OV_CURSOR_MALFORMED;
  if (ov_tag_identifier_sizes[*at] == 0 && node_at == 1)
    return OV_CURSOR_MALFORMED;
  if ((gsize) (end - at) <= node_at)
    return OV_CURSOR_TRUNCATED;

  /* What stands in the place of the node: an atom that is cut, or none at all. */
  return memchr (known, at[node_at], 4) != NULL ? OV_CURSOR_TRUNCATED : OV_CURSOR_MALFORMED;
}

/**
 * ov_term_cursor_skip:
 * @self: a cursor
 *
 * Moves over one whole term, at any depth, without a stack: only the number of terms that
 * are still owed has to be known.
 *
 * Returns: %FALSE when the bytes end in mid-term or are no term
 */
gboolean
ov_term_cursor_skip (OvTermCursor *self)
{
  const guint8 *at = self->at;
  const guint8 *end = self->end;
  guint64 owed = 1;

  if (self->failed)
    return FALSE;

  while (owed > 0)
    {
      gsize left = (gsize) (end - at);
      guint64 inside = 0;
      gsize size;

      if (G_UNLIKELY (owed > left))
        return ov_term_cursor_fail (self, OV_CURSOR_TRUNCATED);

      size = get_leaf_size (at, end);
      if (size == 0)
        size = get_container_head (at, end, &inside);
      if (G_UNLIKELY (size == 0))
        return ov_term_cursor_fail (self, get_reason (at, end));
      if (G_UNLIKELY (size > left))
        return ov_term_cursor_fail (self, OV_CURSOR_TRUNCATED);

      at += size;
      owed += inside - 1;
    }

  self->at = at;
  return TRUE;
}

/**
 * ov_term_cursor_get_raw:
 * @self: a cursor
 * @bytes: (out) (transfer none): the bytes of the next term, without 131
 * @length: (out): how many
 *
 * Returns: %FALSE when the bytes end in mid-term or are no term
 */
gboolean
ov_term_cursor_get_raw (OvTermCursor  *self,
                        const guint8 **bytes,
                        gsize         *length)
{
  const guint8 *begin = self->at;

  if (!ov_term_cursor_skip (self))
    return FALSE;

  *bytes = begin;
  *length = (gsize) (self->at - begin);
  return TRUE;
}

/*< private >
 * ov_term_cursor_peek_tag_type:
 *
 * Returns: %FALSE, and the cursor has failed, at the end and for bytes that are no term
 */
gboolean
ov_term_cursor_peek_tag_type (OvTermCursor *self,
                              OvTermType   *type)
{
  if (!ov_cursor_need (self, 1))
    return FALSE;
  if (ov_tag_types[*self->at] == 0)
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);

  *type = (OvTermType) (ov_tag_types[*self->at] - 1);
  return TRUE;
}

/**
 * ov_term_cursor_peek:
 * @self: a cursor
 * @type: (out): what the next term is
 *
 * Does not move.
 *
 * Returns: %FALSE at the end, and for bytes that are no term
 */
gboolean
ov_term_cursor_peek (OvTermCursor *self,
                     OvTermType   *type)
{
  OvTermCursor ahead;
  gint64 value;

  if (!ov_term_cursor_peek_tag_type (self, type))
    return FALSE;

  ahead = *self;
  if (*type == OV_TERM_BIG && ov_term_cursor_get_integer (&ahead, &value))
    *type = OV_TERM_INTEGER;

  return TRUE;
}

gboolean
ov_term_cursor_match_nil (OvTermCursor *self)
{
  if (!ov_cursor_is_next (self, OV_TAG_NIL, 1))
    return FALSE;

  self->at++;
  return TRUE;
}

gboolean
ov_term_cursor_read_list_head (OvTermCursor *self,
                               guint32      *n)
{
  if (!ov_cursor_is_next (self, OV_TAG_LIST, 5))
    return FALSE;

  *n = ov_read_u32 (self->at + 1);
  self->at += 5;
  return TRUE;
}

/**
 * ov_term_cursor_enter_tuple:
 * @self: a cursor
 * @arity: (out): how many elements follow
 *
 * Returns: whether a tuple was there
 */
gboolean
ov_term_cursor_enter_tuple (OvTermCursor *self,
                            guint        *arity)
{
  gsize head;
  guint32 n;

  if (!ov_cursor_need (self, 1) || ov_tag_types[*self->at] != OV_TERM_TUPLE + 1)
    return FALSE;

  head = *self->at == OV_TAG_SMALL_TUPLE ? 2 : 5;
  if (!ov_cursor_need (self, head))
    return FALSE;
  n = head == 2 ? self->at[1] : ov_read_u32 (self->at + 1);
  if (!ov_cursor_need (self, head + n))
    return FALSE;

  *arity = n;
  self->at += head;
  return TRUE;
}

/**
 * ov_term_cursor_enter_list:
 * @self: a cursor
 * @length: (out): how many elements follow
 *
 * [] gives 0 and is consumed whole; after the elements of a longer list comes leave_list().
 * A list of bytes in its short form (STRING_EXT) is not entered: use get_term().
 *
 * Returns: whether a list was there
 */
gboolean
ov_term_cursor_enter_list (OvTermCursor *self,
                           guint        *length)
{
  guint32 n;

  if (ov_term_cursor_match_nil (self))
    {
      *length = 0;
      return TRUE;
    }
  if (!ov_cursor_is_next (self, OV_TAG_LIST, 5))
    return FALSE;

  n = ov_read_u32 (self->at + 1);
  if (!ov_cursor_need (self, 5 + (gsize) n + 1))
    return FALSE;

  self->at += 5;
  *length = n;
  return n > 0 || ov_term_cursor_leave_list (self);
}

/**
 * ov_term_cursor_leave_list:
 * @self: a cursor behind the last element of a list
 *
 * Returns: %FALSE, and the cursor has failed, for an improper list
 */
gboolean
ov_term_cursor_leave_list (OvTermCursor *self)
{
  return ov_term_cursor_match_nil (self) || ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);
}

/**
 * ov_term_cursor_enter_map:
 * @self: a cursor
 * @n_pairs: (out): how many pairs of key and value follow
 *
 * Returns: whether a map was there
 */
gboolean
ov_term_cursor_enter_map (OvTermCursor *self,
                          guint        *n_pairs)
{
  guint32 n;

  if (!ov_cursor_is_next (self, OV_TAG_MAP, 5))
    return FALSE;

  n = ov_read_u32 (self->at + 1);
  if (!ov_cursor_need (self, 5 + 2 * (gsize) n))
    return FALSE;

  *n_pairs = n;
  self->at += 5;
  return TRUE;
}

/**
 * ov_term_cursor_get_term:
 * @self: a cursor
 * @limits: (nullable): bounds
 * @error: where to say why not
 *
 * Returns: (transfer full) (nullable): the next term as a value; when it is bad the cursor
 *   has failed
 */
OvTerm *
ov_term_cursor_get_term (OvTermCursor       *self,
                         const OvTermLimits *limits,
                         GError            **error)
{
  return ov_term_decode_next (self, limits, error);
}
