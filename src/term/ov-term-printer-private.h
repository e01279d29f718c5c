/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of one printing, shared by the files of the printer: ov-term-print.c is the loop and
 * the containers, -leaf.c the leaves, -ahead.c what has to be known of a term before its first
 * character is written.
 */
#pragma once

#include "term/ov-term-text-private.h"

G_BEGIN_DECLS

#define INLINE_FRAMES 32

typedef enum
{
  KIND_TUPLE,
  KIND_LIST,
  KIND_MAP,
} Kind;

enum
{
  KEYWORDS = 1 << 0,    /* Elixir: items are "key: value" */
  BROKEN = 1 << 1,      /* items may go to lines of their own */
  VALUE_NEXT = 1 << 2,  /* a map's key was written */
  TAIL_DONE = 1 << 3,   /* an improper tail was written */
  STRUCT = 1 << 4,      /* Elixir: a map with a __struct__ key, already written */
  AFTER_LEAF = 1 << 5,  /* the last item was no container: lines are filled */
};

typedef struct
{
  guint8  kind;
  guint8  flags;
  guint32 left;   /* items still to come; pairs of a map; a list's tail not counted */
  guint32 shown;
  guint32 indent; /* of broken items */
} OvTermPrinterFrame;

typedef struct
{
  OvTermText          text;
  OvTermCursor        cursor;
  const OvTermFormat *format;
  gboolean            elixir;     /* 0 or 1 */
  gboolean            folding;
  gboolean            cut;        /* an item or a depth bound was hit */
  gsize               look_ahead; /* bytes of budget left */
  GString            *scratch;    /* of the measuring printer */
  OvTermPrinterFrame *frames;
  guint               n_frames;
  guint               n_room;
  OvTermPrinterFrame  inline_frames[INLINE_FRAMES];
} OvTermPrinter;

/* Inline, so that the length of a literal is known. */
static inline void
put (OvTermPrinter *self,
     const char    *ascii)
{
  ov_term_text_put (&self->text, ascii, strlen (ascii));
}

static inline OvTermPrinterFrame *
get_top (OvTermPrinter *self)
{
  return &self->frames[self->n_frames - 1];
}

/* ov-term-print.c */
void     ov_term_printer_init          (OvTermPrinter      *self,
                                        const OvTermCursor *cursor,
                                        const OvTermFormat *format,
                                        GString            *into,
                                        gsize               max);
void     ov_term_printer_run           (OvTermPrinter *self);
void     ov_term_printer_clear         (OvTermPrinter *self);

/* ov-term-print-leaf.c; NULL for what is no leaf */
typedef void (*OvTermLeafPrinter) (OvTermPrinter *self);
extern const OvTermLeafPrinter ov_term_leaf_printers[];

/* ov-term-print-ahead.c; those that take a cursor by value stand behind the container's head */
gboolean ov_term_printer_fits          (OvTermPrinter      *self,
                                        const OvTermCursor *from,
                                        gsize               room);
gsize    ov_term_printer_get_room      (OvTermPrinter *self);
gboolean ov_term_printer_is_character  (OvTermPrinter *self,
                                        gint64         c);
gboolean ov_term_printer_is_text_list  (OvTermPrinter *self,
                                        OvTermCursor  *ahead,
                                        guint32        n);
gboolean ov_term_printer_is_keyword_list (OvTermPrinter *self,
                                          OvTermCursor   ahead,
                                          guint32        n);
gboolean ov_term_printer_is_keyword_map (OvTermPrinter *self,
                                         OvTermCursor   ahead,
                                         guint32        n);
gboolean ov_term_printer_find_struct   (OvTermPrinter *self,
                                        OvTermCursor   ahead,
                                        guint32        n,
                                        OvTermCursor  *name);

G_END_DECLS
