/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTermScanner: cuts a typed term into brackets, commas and finished leaves.
 */
#pragma once

#include "term/ov-term-private.h"

G_BEGIN_DECLS

typedef enum
{
  OV_TOKEN_END,
  OV_TOKEN_LEAF,        /* number, atom, string, identifier, fun, binary: in @term */
  OV_TOKEN_KEY,         /* Elixir's "name:"; the atom is in @term */
  OV_TOKEN_OPEN_TUPLE,  /* { */
  OV_TOKEN_CLOSE_BRACE, /* } */
  OV_TOKEN_OPEN_LIST,   /* [ */
  OV_TOKEN_CLOSE_LIST,  /* ] */
  OV_TOKEN_OPEN_MAP,    /* #{ or %{, or %Name{ with the name in @term */
  OV_TOKEN_ARROW,       /* => */
  OV_TOKEN_COMMA,
  OV_TOKEN_BAR,
  OV_TOKEN_DOT,         /* the one that ends an expression in the shell */
} OvToken;

typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  const char *local_node;
  const char *begin;     /* of the token */
  OvTerm     *term;      /* of the token; the reader takes it */
  const char *error_at;
  const char *message;   /* translated; set when a function returned FALSE */
} OvTermScanner;

gboolean ov_term_scan           (OvTermScanner *self,
                                 OvToken       *token);
gboolean ov_term_scan_fail      (OvTermScanner *self,
                                 const char    *at,
                                 const char    *message);

/* ov-term-scan-text.c */
/* Behind the opening quote, up to and over the closing one. */
gboolean ov_term_scan_quoted    (OvTermScanner *self,
                                 char           quote,
                                 gboolean       elixir,
                                 GString       *into);
gboolean ov_term_scan_character (OvTermScanner *self,
                                 gboolean       elixir,
                                 gunichar      *c);
gboolean ov_term_scan_binary    (OvTermScanner *self);
/* Digits, at a digit or a sign before one; leaves the number in @term. */
gboolean ov_term_scan_number    (OvTermScanner *self);
void     ov_term_scan_blanks    (OvTermScanner *self);

G_END_DECLS
