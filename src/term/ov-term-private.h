/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a term lies in memory, and the tags of the external format.
 *
 * One block each: a header of 16 bytes, then what the type needs:
 *
 *   atom, big, fun, opaque, binary, bitstring   n bytes (an atom has a zero after them)
 *   integer, float                              8 bytes
 *   pid                                         an OvPid
 *   port                                        OvTermPort
 *   reference                                   OvTermReference with n words
 *   tuple, export                               n slots
 *   list                                        n slots and one for the tail (NULL: proper)
 *   map                                         2n slots, key and value by turns in the order
 *                                               they came, then n numbers: the pairs by key
 */
#pragma once

#include "term/ov-term-cursor.h"

G_BEGIN_DECLS

enum
{
  OV_TAG_NEW_FLOAT = 70,
  OV_TAG_BIT_BINARY = 77,
  OV_TAG_COMPRESSED = 80,
  OV_TAG_NEW_PID = 88,
  OV_TAG_NEW_PORT = 89,
  OV_TAG_NEWER_REFERENCE = 90,
  OV_TAG_SMALL_INTEGER = 97,
  OV_TAG_INTEGER = 98,
  OV_TAG_FLOAT = 99,
  OV_TAG_ATOM = 100,
  OV_TAG_REFERENCE = 101,
  OV_TAG_PORT = 102,
  OV_TAG_PID = 103,
  OV_TAG_SMALL_TUPLE = 104,
  OV_TAG_LARGE_TUPLE = 105,
  OV_TAG_NIL = 106,
  OV_TAG_STRING = 107,
  OV_TAG_LIST = 108,
  OV_TAG_BINARY = 109,
  OV_TAG_SMALL_BIG = 110,
  OV_TAG_LARGE_BIG = 111,
  OV_TAG_NEW_FUN = 112,
  OV_TAG_EXPORT = 113,
  OV_TAG_NEW_REFERENCE = 114,
  OV_TAG_SMALL_ATOM = 115,
  OV_TAG_MAP = 116,
  OV_TAG_FUN = 117,
  OV_TAG_ATOM_UTF8 = 118,
  OV_TAG_SMALL_ATOM_UTF8 = 119,
  OV_TAG_V4_PORT = 120,
  OV_TAG_LOCAL = 121,
  OV_TAG_VERSION = 131,
};

#define OV_TERM_STATIC (-1)
#define OV_TERM_MAX_ATOM_CHARS 255
#define OV_TERM_MAX_ATOM_BYTES (255 * 4)
#define OV_TERM_MAX_REFERENCE_WORDS 5
#define OV_TERM_FLOAT_TEXT_BYTES 31
/* Nothing larger is ever held in one block. */
#define OV_TERM_MAX_LENGTH ((gsize) 1 << 30)

struct _OvTerm
{
  gint    refs;     /* atomic; OV_TERM_STATIC for what is never freed */
  guint8  type;
  guint8  aux;      /* bitstring: bits used in the last byte; big: 1 when negative */
  guint16 unused;
  guint32 n;
  guint32 creation; /* of a port or reference */
};

typedef struct
{
  const char *node;
  guint64     id;
} OvTermPort;

typedef struct
{
  const char *node;
  guint32     words[];
} OvTermReference;

/* What a cursor's "failed" says beyond TRUE. */
enum
{
  OV_CURSOR_TRUNCATED = 1,
  OV_CURSOR_MALFORMED = 2,
};

static inline OvTerm **
ov_term_slots (const OvTerm *self)
{
  return (OvTerm **) (self + 1);
}

static inline guint8 *
ov_term_payload (const OvTerm *self)
{
  return (guint8 *) (self + 1);
}

static inline guint32 *
ov_term_map_order (const OvTerm *self)
{
  return (guint32 *) (ov_term_slots (self) + 2 * (gsize) self->n);
}

static inline gboolean
ov_term_is_container (const OvTerm *self)
{
  return self->type == OV_TERM_TUPLE || self->type == OV_TERM_LIST || self->type == OV_TERM_MAP
         || self->type == OV_TERM_EXPORT;
}

/* ov-term.c: blocks without content; slots are zeroed, so a half filled one can be freed. */
OvTerm  *ov_term_alloc_bytes      (OvTermType    type,
                                   gconstpointer bytes,
                                   gsize         n);
OvTerm  *ov_term_alloc_slots      (OvTermType type,
                                   guint      n);
OvTerm  *ov_term_new_nil          (void);
OvTerm  *ov_term_new_atom_len     (const char *utf8,
                                   gsize       length);
OvTerm  *ov_term_new_big          (gboolean      negative,
                                   const guint8 *little_endian,
                                   gsize         n);
OvTerm  *ov_term_new_bitstring    (const guint8 *bytes,
                                   gsize         n,
                                   guint         last_bits);
OvTerm  *ov_term_new_port         (const char *node,
                                   guint64     id,
                                   guint32     creation);
OvTerm  *ov_term_new_export       (OvTerm *module,
                                   OvTerm *function,
                                   OvTerm *arity);
OvTerm  *ov_term_new_pid_interned (const OvPid *pid);
OvTerm  *ov_term_new_ref_interned (const char    *node,
                                   guint32        creation,
                                   const guint32 *words,
                                   guint          n_words);

/* ov-term-compare.c; FALSE when a key is there twice. */
gboolean ov_term_sort_map         (OvTerm *self);
int      ov_term_compare_exactly  (const OvTerm *a,
                                   const OvTerm *b);

/* ov-term-cursor.c */
gboolean ov_term_cursor_fail      (OvTermCursor *self,
                                   int           why);
/* As peek(), but every big is OV_TERM_BIG. */
gboolean ov_term_cursor_peek_tag_type (OvTermCursor *self,
                                       OvTermType   *type);
gboolean ov_term_cursor_match_nil (OvTermCursor *self);
/* LIST_EXT, whatever its tail is. */
gboolean ov_term_cursor_read_list_head (OvTermCursor *self,
                                        guint32      *n);
gboolean ov_term_cursor_get_node  (OvTermCursor *self,
                                   const char  **node);
gboolean ov_term_cursor_get_port  (OvTermCursor *self,
                                   const char  **node,
                                   guint64      *id,
                                   guint32      *creation);
/* @words has room for OV_TERM_MAX_REFERENCE_WORDS, in the order of the wire. */
gboolean ov_term_cursor_get_reference (OvTermCursor *self,
                                       const char  **node,
                                       guint32      *creation,
                                       guint32      *words,
                                       guint        *n_words);
gboolean ov_term_cursor_get_big   (OvTermCursor  *self,
                                   gboolean      *negative,
                                   const guint8 **little_endian,
                                   gsize         *n);
gboolean ov_term_cursor_get_bits  (OvTermCursor  *self,
                                   const guint8 **bytes,
                                   gsize         *n,
                                   guint         *last_bits);
gboolean ov_term_cursor_get_string (OvTermCursor  *self,
                                    const guint8 **bytes,
                                    gsize         *n);

typedef struct
{
  const guint8 *module;
  gsize         module_length;
  gint64        index;
  gint64        uniq;
  guint         arity;
} OvTermFunHead;

/* A closure, checked through to its end; @scratch as for ov_term_cursor_get_atom(). */
gboolean ov_term_cursor_get_fun   (OvTermCursor  *self,
                                   char          *scratch,
                                   OvTermFunHead *head);
gboolean ov_term_parse_float_text (const guint8 *text,
                                   double       *value);

/* ov-term-decode.c */
OvTerm  *ov_term_decode_next      (OvTermCursor       *cursor,
                                   const OvTermLimits *limits,
                                   GError            **error);

/* ov-term-inflate.c: the term inside a compressed one, NULL with @error set when it is bad. */
GBytes  *ov_term_inflate          (gconstpointer bytes,
                                   gsize         length,
                                   gsize         max_bytes,
                                   gsize        *consumed,
                                   GError      **error);

G_END_DECLS
