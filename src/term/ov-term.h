/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTerm: an Erlang term as an immutable, reference-counted value.  Any thread may hold one.
 *
 * Terms are made by the constructors below, by ov_term_decode() from bytes that a node sent,
 * or by ov_term_parse() from what a person typed.  For bulk data (a census, trace events) read
 * the bytes in place with an OvTermCursor instead: it allocates nothing.
 */
#pragma once

#include "term/ov-pid.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OvTerm OvTerm;

typedef enum
{
  OV_TERM_ATOM,
  OV_TERM_INTEGER,   /* fits 64 bits */
  OV_TERM_BIG,       /* does not */
  OV_TERM_FLOAT,
  OV_TERM_PID,
  OV_TERM_PORT,
  OV_TERM_REFERENCE,
  OV_TERM_FUN,       /* closure; its environment is kept as opaque bytes */
  OV_TERM_EXPORT,    /* fun M:F/A */
  OV_TERM_TUPLE,
  OV_TERM_LIST,      /* proper or improper; [] has no elements */
  OV_TERM_BINARY,
  OV_TERM_BITSTRING, /* a whole number of bytes and some bits */
  OV_TERM_MAP,
  OV_TERM_OPAQUE,    /* local ext and what else must be passed on untouched */
} OvTermType;

#define OV_TERM_ERROR (ov_term_error_quark ())

typedef enum
{
  OV_TERM_ERROR_TRUNCATED,  /* the bytes end in mid-term */
  OV_TERM_ERROR_MALFORMED,  /* the bytes are no term */
  OV_TERM_ERROR_TOO_LARGE,  /* a limit was reached */
  OV_TERM_ERROR_SYNTAX,     /* typed text is no term; the message gives line and column */
} OvTermError;

GQuark ov_term_error_quark (void);

/* Bounds for whatever was not made by ourselves; zero members mean the default. */
typedef struct
{
  guint  max_terms;           /* default 1,000,000 */
  guint  max_depth;           /* default 10,000; decoding is iterative at any depth */
  gsize  max_inflated_bytes;  /* compressed terms; default 64 MiB */
} OvTermLimits;

OvTerm     *ov_term_ref               (OvTerm *self);
void        ov_term_unref             (OvTerm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvTerm, ov_term_unref)

/* Constructors; containers take ownership of (are "transfer full" in) their elements. */
OvTerm     *ov_term_new_atom          (const char *name) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_integer       (gint64 value) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_float         (double value) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_boolean       (gboolean value) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_pid           (const OvPid *pid) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_reference     (const char    *node,
                                       guint32        creation,
                                       const guint32 *words,
                                       guint          n_words) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_binary        (gconstpointer bytes,
                                       gsize         length) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_text          (const char *utf8) G_GNUC_WARN_UNUSED_RESULT; /* a binary */
OvTerm     *ov_term_new_string        (const char *utf8) G_GNUC_WARN_UNUSED_RESULT; /* a list */
OvTerm     *ov_term_new_tuple         (OvTerm **elements,
                                       guint    n) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_list          (OvTerm **elements,
                                       guint    n) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_improper_list (OvTerm **elements,
                                       guint    n,
                                       OvTerm  *tail) G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_new_map           (OvTerm **keys_and_values,
                                       guint    n_pairs) G_GNUC_WARN_UNUSED_RESULT;
/* Variadic and NULL-ended: ov_term_tuple (ov_term_new_atom ("ok"), pid, NULL). */
OvTerm     *ov_term_tuple             (OvTerm *first,
                                       ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
OvTerm     *ov_term_list              (OvTerm *first,
                                       ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;

/* Reading.  A getter of the wrong type returns the "nothing" value and never aborts, since
 * terms come from the network: NULL, 0, FALSE. */
OvTermType  ov_term_get_type          (const OvTerm *self);
gboolean    ov_term_is_atom           (const OvTerm *self,
                                       const char   *name);
const char *ov_term_get_atom          (const OvTerm *self);
gboolean    ov_term_get_integer       (const OvTerm *self,
                                       gint64       *value);
gboolean    ov_term_get_float         (const OvTerm *self,
                                       double       *value);
gboolean    ov_term_get_pid           (const OvTerm *self,
                                       OvPid        *pid);
gconstpointer ov_term_get_bytes       (const OvTerm *self,
                                       gsize        *length);
/* Of an atom, binary or string; valid UTF-8, NULL otherwise. */
char       *ov_term_dup_text          (const OvTerm *self) G_GNUC_WARN_UNUSED_RESULT;
/* Elements of a tuple or list, pairs of a map. */
guint       ov_term_get_size          (const OvTerm *self);
OvTerm     *ov_term_get_element       (const OvTerm *self,
                                       guint         index); /* (transfer none), from 0 */
OvTerm     *ov_term_get_tail          (const OvTerm *self);  /* of an improper list, else NULL */
OvTerm     *ov_term_get_key           (const OvTerm *self,
                                       guint         index);
OvTerm     *ov_term_get_value         (const OvTerm *self,
                                       guint         index);
OvTerm     *ov_term_lookup            (const OvTerm *self,
                                       const char   *atom_key); /* of a map, or a list of pairs */
gboolean    ov_term_is_tagged         (const OvTerm *self,
                                       const char   *tag,
                                       guint         arity);
gboolean    ov_term_equal             (const OvTerm *a,
                                       const OvTerm *b);
int         ov_term_compare           (const OvTerm *a,
                                       const OvTerm *b); /* Erlang's term order */

/* External term format: https://www.erlang.org/doc/apps/erts/erl_ext_dist.html */
OvTerm     *ov_term_decode            (gconstpointer       bytes,
                                       gsize               length,
                                       const OvTermLimits *limits,
                                       gsize              *consumed,
                                       GError            **error) G_GNUC_WARN_UNUSED_RESULT;
/* Appends without / with the version byte 131. */
void        ov_term_encode            (const OvTerm *self,
                                       GByteArray   *into);
void        ov_term_encode_versioned  (const OvTerm *self,
                                       GByteArray   *into);

typedef enum
{
  OV_TERM_STYLE_ERLANG, /* what ~p / ~w write */
  OV_TERM_STYLE_ELIXIR, /* what inspect/1 writes */
} OvTermStyle;

typedef struct
{
  OvTermStyle style;
  guint       max_chars;   /* 0: no bound; a cut text ends in "…" */
  guint       max_depth;   /* 0: no bound; deeper parts are "…" */
  guint       max_items;   /* of one container; 0: no bound */
  guint       width;       /* columns; 0: one line */
  const char *local_node;  /* pids of this node print as <0.…>; NULL: all do */
  gboolean    plain_strings; /* ~w: never guess that a list of integers is text */
} OvTermFormat;

/* (out) truncated may be NULL. */
char       *ov_term_to_string         (const OvTerm       *self,
                                       const OvTermFormat *format,
                                       gboolean           *truncated) G_GNUC_WARN_UNUSED_RESULT;
/* Straight from bytes, bounded, for bulk; never fails: malformed bytes print as "‹malformed›".
 * ~p and ~w are those of a UTF-8 shell (~tp, ~tw).  Elixir's charlists are written ~c"" as since
 * 1.15, structs by name with their fields in the order they came. */
void        ov_term_print_bytes       (gconstpointer       bytes,
                                       gsize               length,
                                       const OvTermFormat *format,
                                       GString            *into,
                                       gboolean           *truncated);
/* A term as a person types it: Erlang syntax, and Elixir's where it is unambiguous (:atom, nil,
 * Module.Name, %{}, %Name{}, key: value, #PID<>, ~c"").  "text" is Erlang's list of characters;
 * a binary is <<"text">>. */
OvTerm     *ov_term_parse             (const char *text,
                                       const char *local_node,
                                       gsize      *error_offset,
                                       GError    **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
