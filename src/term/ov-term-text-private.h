/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTermText: where printed terms go, and how the leaves of a term are spelled.
 *
 * A text lives on the stack and writes straight into a GString's room, so that printing into a
 * string that was used before allocates nothing.  It counts characters, not bytes, and knows
 * when it is full; what was written beyond the bound is cut at the end.
 */
#pragma once

#include "term/ov-term-private.h"

#include <string.h>

G_BEGIN_DECLS

typedef struct
{
  GString            *into;
  char               *at;       /* where the next byte goes */
  char               *end;      /* of the room; one byte more is there for the zero */
  gsize               start;    /* of this text in @into */
  gsize               extra;    /* bytes that are no character of their own */
  gsize               line;     /* characters up to the current line */
  gsize               max;      /* characters; G_MAXSIZE for no bound */
  const OvTermFormat *format;
} OvTermText;

void     ov_term_text_init    (OvTermText         *self,
                               GString            *into,
                               const OvTermFormat *format,
                               gsize               max);
/* Cuts what is too long, ends it with "…" and gives the string its length. */
gboolean ov_term_text_finish  (OvTermText *self);
void     ov_term_text_grow    (OvTermText *self,
                               gsize       n);
void     ov_term_text_newline (OvTermText *self,
                               gsize       indent);

static inline gsize
ov_term_text_count (const OvTermText *self)
{
  return (gsize) (self->at - self->into->str) - self->start - self->extra;
}

static inline gsize
ov_term_text_column (const OvTermText *self)
{
  return ov_term_text_count (self) - self->line;
}

static inline gboolean
ov_term_text_is_full (const OvTermText *self)
{
  return ov_term_text_count (self) > self->max;
}

/* Room for @n more bytes. */
static inline void
ov_term_text_reserve (OvTermText *self,
                      gsize       n)
{
  if (G_UNLIKELY ((gsize) (self->end - self->at) < n))
    ov_term_text_grow (self, n);
}

static inline void
ov_term_text_put (OvTermText *self,
                  const char *ascii,
                  gsize       n)
{
  ov_term_text_reserve (self, n);
  memcpy (self->at, ascii, n);
  self->at += n;
}

#define ov_term_text_put_literal(self, literal) \
  ov_term_text_put ((self), "" literal, sizeof (literal) - 1)

static inline void
ov_term_text_put_char (OvTermText *self,
                       char        ascii)
{
  ov_term_text_reserve (self, 1);
  *self->at++ = ascii;
}

void     ov_term_text_put_unichar   (OvTermText *self,
                                     gunichar    c);
void     ov_term_text_put_ellipsis  (OvTermText *self);
void     ov_term_text_put_unsigned  (OvTermText *self,
                                     guint64     value);
void     ov_term_text_put_integer   (OvTermText *self,
                                     gint64      value);
void     ov_term_text_put_big       (OvTermText   *self,
                                     gboolean      negative,
                                     const guint8 *little_endian,
                                     gsize         n);
void     ov_term_text_put_float     (OvTermText *self,
                                     double      value);
void     ov_term_text_put_atom      (OvTermText *self,
                                     const char *utf8,
                                     gsize       n);
/* With the colon of a keyword: "key: ". */
void     ov_term_text_put_key       (OvTermText *self,
                                     const char *utf8,
                                     gsize       n);
/* Behind the dot of &Module.function/1, without a colon. */
void     ov_term_text_put_function  (OvTermText *self,
                                     const char *utf8,
                                     gsize       n);
void     ov_term_text_put_binary    (OvTermText   *self,
                                     const guint8 *bytes,
                                     gsize         n,
                                     guint         last_bits);
/* One character between @quote, as a string writes it; @escape_all: Latin-1 bytes. */
void     ov_term_text_put_escaped   (OvTermText *self,
                                     gunichar    c,
                                     char        quote);
/* The first number of an identifier: 0, or the name of another node. */
void     ov_term_text_put_node      (OvTermText *self,
                                     const char *node);

/* Whether a character may stand in a text between quotes in that style. */
gboolean ov_term_is_printable       (gunichar    c,
                                     OvTermStyle style);
gboolean ov_term_is_elixir_alias    (const char *utf8,
                                     gsize       n);

gboolean ov_term_is_reserved_word (const char *text,
                                   gsize       n);
/* Bytes of the longest of Elixir's operators that stands here, 0 when none does. */
gsize    ov_term_match_elixir_operator (const char *text,
                                        gsize       n);

/* ov-term-number.c: shortest text that reads back as the same number; not zero-ended. */
gsize    ov_term_format_float       (double value,
                                     char   text[32]);
/* The digits of a big in base 10, or in base 16 with "16#" when it is enormous. */
char    *ov_term_format_big         (gboolean      negative,
                                     const guint8 *little_endian,
                                     gsize         n) G_GNUC_WARN_UNUSED_RESULT;
/* The opposite; NULL when there are too many digits. */
OvTerm  *ov_term_parse_big          (gboolean    negative,
                                     const char *digits,
                                     gsize       n,
                                     guint       base) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
