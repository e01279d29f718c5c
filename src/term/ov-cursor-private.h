/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The smallest steps of reading: what the files of the cursor share.
 */
#pragma once

#include "term/ov-term-private.h"

G_BEGIN_DECLS

/* OvTermType + 1 by tag; 0 for what is no term.  A small big may turn out an integer. */
extern const guint8 ov_tag_types[256];
/* Bytes after the node of an identifier; 0 for other tags. */
extern const guint8 ov_tag_identifier_sizes[256];

static inline gsize
ov_cursor_left (const OvTermCursor *self)
{
  return (gsize) (self->end - self->at);
}

static inline guint32
ov_read_u16 (const guint8 *at)
{
  return (guint32) at[0] << 8 | at[1];
}

static inline guint32
ov_read_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

static inline guint64
ov_read_u64 (const guint8 *at)
{
  return (guint64) ov_read_u32 (at) << 32 | ov_read_u32 (at + 4);
}

/* Whether @n more bytes are there; fails the cursor when they are not. */
static inline gboolean
ov_cursor_need (OvTermCursor *self,
                gsize         n)
{
  if (G_LIKELY (!self->failed && ov_cursor_left (self) >= n))
    return TRUE;

  return ov_term_cursor_fail (self, OV_CURSOR_TRUNCATED);
}

/* Whether the next term has @tag and @n bytes (the tag among them); soft for another tag. */
static inline gboolean
ov_cursor_is_next (OvTermCursor *self,
                   guint8        tag,
                   gsize         n)
{
  return ov_cursor_need (self, 1) && *self->at == tag && ov_cursor_need (self, n);
}

/* The size of the atom at @at with its tag, 0 when it is none or cut. */
static inline gsize
ov_cursor_atom_size (const guint8 *at,
                     const guint8 *end)
{
  gsize left = (gsize) (end - at);
  gsize size = 0;

  if (left >= 2 && (*at == OV_TAG_SMALL_ATOM_UTF8 || *at == OV_TAG_SMALL_ATOM))
    size = 2 + (gsize) at[1];
  else if (left >= 3 && (*at == OV_TAG_ATOM || *at == OV_TAG_ATOM_UTF8))
    size = 3 + (gsize) ov_read_u16 (at + 1);

  return size <= left ? size : 0;
}

G_END_DECLS
