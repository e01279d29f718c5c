/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From bytes of the external format to terms.
 *
 * Iterative: a frame for each container that is being filled.  Invariants: no container is
 * allocated before as many bytes as it and everything around it still owe were seen, so memory
 * stays within a constant factor of the input; at most max_terms terms and max_depth frames.
 * A list whose tail is a list again is one longer list, as on a node.
 * Threads: any.
 */
#include "term/ov-term-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DEFAULT_MAX_TERMS 1000000
#define DEFAULT_MAX_DEPTH 10000
#define DEFAULT_MAX_INFLATED ((gsize) 64 << 20)
#define INLINE_FRAMES 16

typedef struct
{
  OvTerm *term;
  guint32 next;     /* the slot to fill */
  guint32 capacity; /* elements of a list there is room for */
} Frame;

typedef struct
{
  OvTermCursor cursor;
  GArray      *frames;
  guint64      owed;    /* terms whose first byte is still to come */
  guint64      n_terms; /* made or owed */
  guint        max_terms;
  guint        max_depth;
  GError     **error;
} Decoder;

static OvTerm *
fail (Decoder    *self,
      OvTermError code,
      const char *message)
{
  g_set_error_literal (self->error, OV_TERM_ERROR, (int) code, message);
  return NULL;
}

static OvTerm *
fail_cursor (Decoder *self)
{
  if (self->cursor.failed == OV_CURSOR_TRUNCATED)
    return fail (self, OV_TERM_ERROR_TRUNCATED, _("The bytes end in the middle of a term"));

  return fail (self, OV_TERM_ERROR_MALFORMED, _("The bytes are no term"));
}

/* Claims @n terms; every one of them takes a byte at least. */
static gboolean
owe (Decoder *self,
     guint64  n)
{
  self->owed += n;
  self->n_terms += n;

  if (self->owed > (guint64) (self->cursor.end - self->cursor.at))
    {
      ov_term_cursor_fail (&self->cursor, OV_CURSOR_TRUNCATED);
      fail_cursor (self);
      return FALSE;
    }
  if (self->n_terms > self->max_terms)
    {
      fail (self, OV_TERM_ERROR_TOO_LARGE, _("The term has too many parts"));
      return FALSE;
    }

  return TRUE;
}

/* Opens a container; NULL with the error set when a limit is reached. */
static OvTerm *
open_container (Decoder   *self,
                OvTermType type,
                guint      n,
                guint64    n_terms)
{
  Frame frame = { NULL, 0, n };

  self->owed--;
  if (!owe (self, n_terms))
    return NULL;
  if (self->frames->len >= self->max_depth)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The term is nested too deeply"));

  frame.term = ov_term_alloc_slots (type, n);
  g_array_append_val (self->frames, frame);
  return frame.term;
}

/* ---- leaves ---- */

static OvTerm *
decode_atom (Decoder *self)
{
  char scratch[512];
  const char *text;
  gsize n;

  return ov_term_cursor_get_atom (&self->cursor, scratch, &text, &n)
           ? ov_term_new_atom_len (text, n)
           : fail_cursor (self);
}

static OvTerm *
decode_integer (Decoder *self)
{
  const guint8 *bytes;
  gboolean negative;
  gint64 value;
  gsize n;

  if (ov_term_cursor_get_integer (&self->cursor, &value))
    return ov_term_new_integer (value);
  if (!ov_term_cursor_get_big (&self->cursor, &negative, &bytes, &n))
    return fail_cursor (self);
  if (n > OV_TERM_MAX_LENGTH)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The number is too large"));

  return ov_term_new_big (negative, bytes, n);
}

static OvTerm *
decode_float (Decoder *self)
{
  double value;

  return ov_term_cursor_get_float (&self->cursor, &value) ? ov_term_new_float (value)
                                                          : fail_cursor (self);
}

static OvTerm *
decode_pid (Decoder *self)
{
  OvPid pid;

  return ov_term_cursor_get_pid (&self->cursor, &pid) ? ov_term_new_pid_interned (&pid)
                                                      : fail_cursor (self);
}

static OvTerm *
decode_port (Decoder *self)
{
  const char *node;
  guint32 creation;
  guint64 id;

  return ov_term_cursor_get_port (&self->cursor, &node, &id, &creation)
           ? ov_term_new_port (node, id, creation)
           : fail_cursor (self);
}

static OvTerm *
decode_reference (Decoder *self)
{
  guint32 words[OV_TERM_MAX_REFERENCE_WORDS];
  const char *node;
  guint32 creation;
  guint n;

  return ov_term_cursor_get_reference (&self->cursor, &node, &creation, words, &n)
           ? ov_term_new_ref_interned (node, creation, words, n)
           : fail_cursor (self);
}

static OvTerm *
decode_binary (Decoder *self)
{
  const guint8 *bytes;
  guint last_bits;
  gsize n;

  if (ov_term_cursor_get_binary (&self->cursor, &bytes, &n))
    last_bits = 8;
  else if (!ov_term_cursor_get_bits (&self->cursor, &bytes, &n, &last_bits))
    return fail_cursor (self);
  if (n > OV_TERM_MAX_LENGTH)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The binary is too large"));

  return ov_term_new_bitstring (bytes, n, n > 0 ? last_bits : 8);
}

static OvTerm *
decode_fun (Decoder *self)
{
  const guint8 *begin = self->cursor.at;
  char scratch[512];
  OvTermFunHead head;
  gsize n;

  if (!ov_term_cursor_get_fun (&self->cursor, scratch, &head))
    return fail_cursor (self);

  n = (gsize) (self->cursor.at - begin);
  if (n > OV_TERM_MAX_LENGTH)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The fun is too large"));

  return ov_term_alloc_bytes (OV_TERM_FUN, begin, n);
}

static OvTerm *
decode_export (Decoder *self)
{
  g_autoptr (OvTerm) module = NULL;
  g_autoptr (OvTerm) function = NULL;
  gint64 arity;

  self->cursor.at++;
  if ((module = decode_atom (self)) == NULL || (function = decode_atom (self)) == NULL)
    return NULL;
  if (!ov_term_cursor_get_integer (&self->cursor, &arity) || arity < 0 || arity > 255)
    {
      ov_term_cursor_fail (&self->cursor, OV_CURSOR_MALFORMED);
      return fail_cursor (self);
    }

  return ov_term_new_export (g_steal_pointer (&module), g_steal_pointer (&function),
                             ov_term_new_integer (arity));
}

/* The short form of a list; all of its elements are shared integers. */
static OvTerm *
decode_string (Decoder *self)
{
  const guint8 *bytes;
  OvTerm *list;
  gsize n;

  if (!ov_term_cursor_get_string (&self->cursor, &bytes, &n))
    return fail_cursor (self);
  if (n == 0)
    return ov_term_new_nil ();

  self->n_terms += n;
  if (self->n_terms > self->max_terms)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The term has too many parts"));

  list = ov_term_alloc_slots (OV_TERM_LIST, (guint) n);
  for (gsize i = 0; i < n; i++)
    ov_term_slots (list)[i] = ov_term_new_integer (bytes[i]);

  return list;
}

/* ---- containers ---- */

static OvTerm *
decode_tuple (Decoder  *self,
              gboolean *opened)
{
  guint n;

  if (!ov_term_cursor_enter_tuple (&self->cursor, &n))
    return fail_cursor (self);
  if (n == 0)
    return ov_term_new_tuple (NULL, 0);

  *opened = TRUE;
  return open_container (self, OV_TERM_TUPLE, n, n);
}

static OvTerm *
decode_map (Decoder  *self,
            gboolean *opened)
{
  guint n;

  if (!ov_term_cursor_enter_map (&self->cursor, &n))
    return fail_cursor (self);
  if (n == 0)
    return ov_term_new_map (NULL, 0);
  if (n > G_MAXINT32 / 2)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The term has too many parts"));

  *opened = TRUE;
  return open_container (self, OV_TERM_MAP, n, 2 * (guint64) n);
}

static OvTerm *
decode_list (Decoder  *self,
             gboolean *opened)
{
  guint32 n;

  if (!ov_term_cursor_read_list_head (&self->cursor, &n))
    return fail_cursor (self);
  if (n > G_MAXINT32)
    return fail (self, OV_TERM_ERROR_TRUNCATED, _("The bytes end in the middle of a term"));

  *opened = TRUE;
  return open_container (self, OV_TERM_LIST, n, (guint64) n + 1);
}

/* One term, or the head of a container, which is then *opened. */
static OvTerm *
decode_next (Decoder  *self,
             gboolean *opened)
{
  OvTermType type;

  *opened = FALSE;
  if (self->cursor.at < self->cursor.end && *self->cursor.at == OV_TAG_LOCAL)
    return fail (self, OV_TERM_ERROR_MALFORMED,
                 _("A term in a node's own format stands inside another"));
  if (!ov_term_cursor_peek (&self->cursor, &type))
    return fail_cursor (self);

  switch (type)
    {
    case OV_TERM_ATOM:
      return decode_atom (self);
    case OV_TERM_INTEGER:
    case OV_TERM_BIG:
      return decode_integer (self);
    case OV_TERM_FLOAT:
      return decode_float (self);
    case OV_TERM_PID:
      return decode_pid (self);
    case OV_TERM_PORT:
      return decode_port (self);
    case OV_TERM_REFERENCE:
      return decode_reference (self);
    case OV_TERM_BINARY:
    case OV_TERM_BITSTRING:
      return decode_binary (self);
    case OV_TERM_FUN:
      return decode_fun (self);
    case OV_TERM_EXPORT:
      return decode_export (self);
    case OV_TERM_TUPLE:
      return decode_tuple (self, opened);
    case OV_TERM_MAP:
      return decode_map (self, opened);
    case OV_TERM_LIST:
    default:
      break;
    }

  if (*self->cursor.at == OV_TAG_STRING)
    return decode_string (self);

  return ov_term_cursor_match_nil (&self->cursor) ? ov_term_new_nil () : decode_list (self, opened);
}

/* ---- lists whose tail is a list ---- */

static guint32
count_frame_slots (const Frame *frame)
{
  if (frame->term->type == OV_TERM_MAP)
    return 2 * frame->term->n;

  return frame->term->type == OV_TERM_LIST ? frame->term->n + 1 : frame->term->n;
}

/* Room for @more elements; grows by doubling, so that a chain of tails costs no square. */
static void
extend_list (Frame  *frame,
             guint32 more)
{
  guint32 n = frame->term->n + more;

  if (n > frame->capacity)
    {
      gsize old = sizeof (OvTerm) + ((gsize) frame->capacity + 1) * sizeof (OvTerm *);
      gsize size;

      frame->capacity = MAX (n, MIN (2 * frame->capacity, G_MAXINT32));
      size = sizeof (OvTerm) + ((gsize) frame->capacity + 1) * sizeof (OvTerm *);
      frame->term = g_realloc (frame->term, size);
      memset ((guint8 *) frame->term + old, 0, size - old);
    }
  frame->term->n = n;
}

typedef enum
{
  TAIL_OTHER, /* decode it as a term */
  TAIL_ENDED, /* the list is complete */
  TAIL_LONGER,/* more elements follow */
  TAIL_BAD,
} Tail;

/* The cursor stands at the tail of the list in the top frame. */
static Tail
decode_tail (Decoder *self,
             Frame   *frame)
{
  const guint8 *bytes;
  guint32 more;
  gsize n;

  if (self->cursor.at == self->cursor.end)
    return TAIL_OTHER;

  if (ov_term_cursor_match_nil (&self->cursor))
    {
      self->owed--;
      return TAIL_ENDED;
    }
  if (*self->cursor.at == OV_TAG_LIST)
    {
      if (!ov_term_cursor_read_list_head (&self->cursor, &more))
        {
          fail_cursor (self);
          return TAIL_BAD;
        }
      if (!owe (self, more))
        return TAIL_BAD;
      extend_list (frame, more);
      return TAIL_LONGER;
    }
  if (*self->cursor.at != OV_TAG_STRING)
    return TAIL_OTHER;

  if (!ov_term_cursor_get_string (&self->cursor, &bytes, &n))
    {
      fail_cursor (self);
      return TAIL_BAD;
    }
  self->owed--;
  self->n_terms += n;
  if (self->n_terms > self->max_terms)
    {
      fail (self, OV_TERM_ERROR_TOO_LARGE, _("The term has too many parts"));
      return TAIL_BAD;
    }
  extend_list (frame, (guint32) n);
  for (gsize i = 0; i < n; i++)
    ov_term_slots (frame->term)[frame->next++] = ov_term_new_integer (bytes[i]);
  return TAIL_ENDED;
}

/* Takes the finished container off the stack; NULL when it turns out to be wrong. */
static OvTerm *
close_container (Decoder *self)
{
  Frame frame = g_array_index (self->frames, Frame, self->frames->len - 1);
  g_autoptr (OvTerm) term = frame.term;

  g_array_set_size (self->frames, self->frames->len - 1);
  if (term->type == OV_TERM_MAP && !ov_term_sort_map (term))
    return fail (self, OV_TERM_ERROR_MALFORMED, _("A map has the same key twice"));
  if (term->type != OV_TERM_LIST)
    return g_steal_pointer (&term);

  if (term->n == 0)
    {
      OvTerm *tail = g_steal_pointer (&ov_term_slots (term)[0]);

      return tail != NULL ? tail : ov_term_new_nil ();
    }
  if (frame.capacity > term->n)
    {
      gsize size = sizeof (OvTerm) + ((gsize) term->n + 1) * sizeof (OvTerm *);

      return g_realloc (g_steal_pointer (&term), size);
    }

  return g_steal_pointer (&term);
}

typedef enum
{
  GOT_NOTHING, /* the top frame wants another term from the bytes */
  GOT_TERM,
  GOT_ERROR,
} Got;

/* Puts @value where it belongs and closes what is thereby complete; *value is then the
 * container, until one is left that wants more. */
static Got
deliver (Decoder *self,
         OvTerm **value)
{
  while (self->frames->len > 0)
    {
      Frame *frame = &g_array_index (self->frames, Frame, self->frames->len - 1);
      gboolean ended;

      if (*value != NULL)
        ov_term_slots (frame->term)[frame->next++] = g_steal_pointer (value);

      ended = frame->next == count_frame_slots (frame);
      while (!ended && frame->term->type == OV_TERM_LIST && frame->next == frame->term->n)
        {
          Tail tail = decode_tail (self, frame);

          if (tail == TAIL_BAD)
            return GOT_ERROR;
          if (tail == TAIL_OTHER)
            return GOT_NOTHING;
          if (tail == TAIL_ENDED)
            ended = TRUE;
        }
      if (!ended)
        return GOT_NOTHING;
      if ((*value = close_container (self)) == NULL)
        return GOT_ERROR;
    }

  return GOT_TERM;
}

static OvTerm *
run (Decoder *self)
{
  while (TRUE)
    {
      gboolean opened;
      OvTerm *value = decode_next (self, &opened);
      Got got;

      if (value == NULL)
        return NULL;
      /* A list of no elements wants its tail at once. */
      if (opened)
        value = NULL;
      else
        self->owed--;
      got = deliver (self, &value);
      if (got == GOT_ERROR)
        return NULL;
      if (got == GOT_TERM)
        return value;
    }
}

/* A whole term in a format that only its own node knows; it takes all that is left. */
static OvTerm *
decode_local (Decoder *self)
{
  gsize n = (gsize) (self->cursor.end - self->cursor.at);
  OvTerm *term;

  if (n > OV_TERM_MAX_LENGTH)
    return fail (self, OV_TERM_ERROR_TOO_LARGE, _("The term is too large"));

  term = ov_term_alloc_bytes (OV_TERM_OPAQUE, self->cursor.at, n);
  self->cursor.at = self->cursor.end;
  return term;
}

/*< private >
 * ov_term_decode_next:
 * @cursor: moves behind the term
 *
 * As ov_term_decode(), for a term inside others: neither 131 nor a compressed one.
 */
OvTerm *
ov_term_decode_next (OvTermCursor       *cursor,
                     const OvTermLimits *limits,
                     GError            **error)
{
  g_autoptr (GError) own = NULL;
  Decoder self = { *cursor, NULL, 1, 1, DEFAULT_MAX_TERMS, DEFAULT_MAX_DEPTH, &own };
  OvTerm *term;

  if (limits != NULL && limits->max_terms > 0)
    self.max_terms = limits->max_terms;
  if (limits != NULL && limits->max_depth > 0)
    self.max_depth = limits->max_depth;

  if (cursor->failed)
    term = fail_cursor (&self);
  else
    {
      self.frames = g_array_sized_new (FALSE, FALSE, sizeof (Frame), INLINE_FRAMES);
      term = run (&self);
      for (guint i = 0; i < self.frames->len; i++)
        ov_term_unref (g_array_index (self.frames, Frame, i).term);
      g_array_unref (self.frames);
    }

  *cursor = self.cursor;
  if (term == NULL)
    {
      ov_term_cursor_fail (cursor, OV_CURSOR_MALFORMED);
      g_propagate_error (error, g_steal_pointer (&own));
    }
  return term;
}

static OvTerm *
decode_compressed (OvTermCursor       *cursor,
                   const OvTermLimits *limits,
                   GError            **error)
{
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (OvTerm) term = NULL;
  gsize max_bytes = DEFAULT_MAX_INFLATED;
  OvTermCursor inside;
  gsize consumed;

  if (limits != NULL && limits->max_inflated_bytes > 0)
    max_bytes = limits->max_inflated_bytes;

  plain = ov_term_inflate (cursor->at, (gsize) (cursor->end - cursor->at), max_bytes, &consumed, error);
  if (plain == NULL)
    return NULL;

  inside.at = g_bytes_get_data (plain, NULL);
  inside.end = inside.at + g_bytes_get_size (plain);
  inside.failed = FALSE;
  if ((term = ov_term_decode_next (&inside, limits, error)) == NULL)
    return NULL;
  if (inside.at != inside.end)
    {
      g_set_error_literal (error, OV_TERM_ERROR, OV_TERM_ERROR_MALFORMED,
                           _("More than a term was compressed"));
      return NULL;
    }

  cursor->at += consumed;
  return g_steal_pointer (&term);
}

/**
 * ov_term_decode:
 * @bytes: a term in the external format, with or without its leading 131
 * @length: how many bytes there are
 * @limits: (nullable): bounds; %NULL for the defaults
 * @consumed: (out) (optional): how many bytes the term took; without it, all must be taken
 * @error: where to say why not, of %OV_TERM_ERROR
 *
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): the term
 */
OvTerm *
ov_term_decode (gconstpointer       bytes,
                gsize               length,
                const OvTermLimits *limits,
                gsize              *consumed,
                GError            **error)
{
  g_autoptr (OvTerm) term = NULL;
  OvTermCursor cursor;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  ov_term_cursor_init (&cursor, bytes, length);
  if (cursor.at < cursor.end && *cursor.at == OV_TAG_COMPRESSED && cursor.at != bytes)
    term = decode_compressed (&cursor, limits, error);
  else if (cursor.at < cursor.end && *cursor.at == OV_TAG_LOCAL)
    {
      Decoder self = { .cursor = cursor, .error = error };

      term = decode_local (&self);
      cursor = self.cursor;
    }
  else
    term = ov_term_decode_next (&cursor, limits, error);

  if (term != NULL && consumed == NULL && cursor.at != cursor.end)
    {
      g_set_error_literal (error, OV_TERM_ERROR, OV_TERM_ERROR_MALFORMED,
                           _("Bytes follow the end of the term"));
      g_clear_pointer (&term, ov_term_unref);
    }
  if (consumed != NULL)
    *consumed = term != NULL ? (gsize) (cursor.at - (const guint8 *) bytes) : 0;

  return g_steal_pointer (&term);
}
