/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From terms to bytes, in the shortest form that every node since OTP 23 reads.
 *
 * Iterative: a frame for each container that is being written.
 * Threads: any.
 */
#include "term/ov-term-private.h"

#include <string.h>

#define MAX_STRING 65535

typedef struct
{
  const OvTerm *term;
  guint32       next;
} Frame;

static void
put_u8 (GByteArray *into,
        guint       value)
{
  guint8 byte = (guint8) value;

  g_byte_array_append (into, &byte, 1);
}

static void
put_u16 (GByteArray *into,
         guint       value)
{
  guint16 wire = GUINT16_TO_BE (value);

  g_byte_array_append (into, (guint8 *) &wire, sizeof wire);
}

static void
put_u32 (GByteArray *into,
         guint32     value)
{
  guint32 wire = GUINT32_TO_BE (value);

  g_byte_array_append (into, (guint8 *) &wire, sizeof wire);
}

static void
put_u64 (GByteArray *into,
         guint64     value)
{
  guint64 wire = GUINT64_TO_BE (value);

  g_byte_array_append (into, (guint8 *) &wire, sizeof wire);
}

static void
put_atom (GByteArray *into,
          const char *utf8,
          gsize       n)
{
  if (n <= 255)
    {
      put_u8 (into, OV_TAG_SMALL_ATOM_UTF8);
      put_u8 (into, (guint) n);
    }
  else
    {
      put_u8 (into, OV_TAG_ATOM_UTF8);
      put_u16 (into, (guint) n);
    }
  g_byte_array_append (into, (const guint8 *) utf8, (guint) n);
}

static void
put_big (GByteArray   *into,
         gboolean      negative,
         const guint8 *little_endian,
         gsize         n)
{
  if (n <= 255)
    {
      put_u8 (into, OV_TAG_SMALL_BIG);
      put_u8 (into, (guint) n);
    }
  else
    {
      put_u8 (into, OV_TAG_LARGE_BIG);
      put_u32 (into, (guint32) n);
    }
  put_u8 (into, negative ? 1 : 0);
  g_byte_array_append (into, little_endian, (guint) n);
}

static void
put_integer (GByteArray *into,
             gint64      value)
{
  if (value >= 0 && value <= 255)
    {
      put_u8 (into, OV_TAG_SMALL_INTEGER);
      put_u8 (into, (guint) value);
    }
  else if (value >= G_MININT32 && value <= G_MAXINT32)
    {
      put_u8 (into, OV_TAG_INTEGER);
      put_u32 (into, (guint32) value);
    }
  else
    {
      guint64 magnitude = value < 0 ? 0 - (guint64) value : (guint64) value;
      guint64 bytes = GUINT64_TO_LE (magnitude);
      gsize n = 8;

      while (n > 1 && ((guint8 *) &bytes)[n - 1] == 0)
        n--;
      put_big (into, value < 0, (guint8 *) &bytes, n);
    }
}

static void
put_float (GByteArray *into,
           double      value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u8 (into, OV_TAG_NEW_FLOAT);
  put_u64 (into, bits);
}

static void
put_pid (GByteArray  *into,
         const OvPid *pid)
{
  put_u8 (into, OV_TAG_NEW_PID);
  put_atom (into, pid->node, strlen (pid->node));
  put_u32 (into, pid->id);
  put_u32 (into, pid->serial);
  put_u32 (into, pid->creation);
}

static void
put_port (GByteArray   *into,
          const OvTerm *self)
{
  const OvTermPort *port = (const OvTermPort *) ov_term_payload (self);
  gboolean wide = port->id > 0x0fffffff;

  put_u8 (into, wide ? OV_TAG_V4_PORT : OV_TAG_NEW_PORT);
  put_atom (into, port->node, strlen (port->node));
  if (wide)
    put_u64 (into, port->id);
  else
    put_u32 (into, (guint32) port->id);
  put_u32 (into, self->creation);
}

static void
put_reference (GByteArray   *into,
               const OvTerm *self)
{
  const OvTermReference *reference = (const OvTermReference *) ov_term_payload (self);

  put_u8 (into, OV_TAG_NEWER_REFERENCE);
  put_u16 (into, self->n);
  put_atom (into, reference->node, strlen (reference->node));
  put_u32 (into, self->creation);
  for (guint i = 0; i < self->n; i++)
    put_u32 (into, reference->words[i]);
}

/* A proper list of bytes has a short form. */
static gboolean
put_as_string (GByteArray   *into,
               const OvTerm *self)
{
  OvTerm **slots = ov_term_slots (self);

  if (self->n > MAX_STRING || slots[self->n] != NULL)
    return FALSE;
  for (guint i = 0; i < self->n; i++)
    {
      gint64 value;

      if (!ov_term_get_integer (slots[i], &value) || value < 0 || value > 255)
        return FALSE;
    }

  put_u8 (into, OV_TAG_STRING);
  put_u16 (into, self->n);
  for (guint i = 0; i < self->n; i++)
    {
      gint64 value = 0;

      ov_term_get_integer (slots[i], &value);
      put_u8 (into, (guint) value);
    }
  return TRUE;
}

/* Returns whether the elements have to follow. */
static gboolean
put_container_head (GByteArray   *into,
                    const OvTerm *self)
{
  switch ((OvTermType) self->type)
    {
    case OV_TERM_EXPORT:
      put_u8 (into, OV_TAG_EXPORT);
      return TRUE;
    case OV_TERM_MAP:
      put_u8 (into, OV_TAG_MAP);
      put_u32 (into, self->n);
      return TRUE;
    case OV_TERM_TUPLE:
      put_u8 (into, self->n <= 255 ? OV_TAG_SMALL_TUPLE : OV_TAG_LARGE_TUPLE);
      if (self->n <= 255)
        put_u8 (into, self->n);
      else
        put_u32 (into, self->n);
      return TRUE;
    case OV_TERM_LIST:
    default:
      break;
    }

  if (self->n == 0)
    put_u8 (into, OV_TAG_NIL);
  else if (!put_as_string (into, self))
    {
      put_u8 (into, OV_TAG_LIST);
      put_u32 (into, self->n);
      return TRUE;
    }
  return FALSE;
}

static void
put_leaf (GByteArray   *into,
          const OvTerm *self)
{
  const guint8 *payload = ov_term_payload (self);
  gint64 integer;
  double real;

  switch ((OvTermType) self->type)
    {
    case OV_TERM_ATOM:
      put_atom (into, (const char *) payload, self->n);
      break;
    case OV_TERM_INTEGER:
      memcpy (&integer, payload, sizeof integer);
      put_integer (into, integer);
      break;
    case OV_TERM_BIG:
      put_big (into, self->aux != 0, payload, self->n);
      break;
    case OV_TERM_FLOAT:
      memcpy (&real, payload, sizeof real);
      put_float (into, real);
      break;
    case OV_TERM_PID:
      put_pid (into, (const OvPid *) payload);
      break;
    case OV_TERM_PORT:
      put_port (into, self);
      break;
    case OV_TERM_REFERENCE:
      put_reference (into, self);
      break;
    case OV_TERM_BINARY:
    case OV_TERM_BITSTRING:
      put_u8 (into, self->type == OV_TERM_BINARY ? OV_TAG_BINARY : OV_TAG_BIT_BINARY);
      put_u32 (into, self->n);
      if (self->type == OV_TERM_BITSTRING)
        put_u8 (into, self->aux);
      g_byte_array_append (into, payload, self->n);
      break;
    default: /* closures and opaque terms are kept as they came */
      g_byte_array_append (into, payload, self->n);
      break;
    }
}

/* The next part of a container, NULL behind the last; a proper list's tail is written here. */
static const OvTerm *
next_part (GByteArray *into,
           Frame      *frame)
{
  const OvTerm *term = frame->term;
  guint32 n = term->type == OV_TERM_MAP ? 2 * term->n : term->n;
  guint32 i = frame->next++;

  if (i < n)
    return ov_term_slots (term)[i];
  if (term->type != OV_TERM_LIST || i > n)
    return NULL;
  if (ov_term_slots (term)[n] == NULL)
    put_u8 (into, OV_TAG_NIL);

  return ov_term_slots (term)[n];
}

/**
 * ov_term_encode:
 * @self: a term
 * @into: what to append to
 *
 * Appends the external format without the leading 131.
 */
void
ov_term_encode (const OvTerm *self,
                GByteArray   *into)
{
  g_autoptr (GArray) frames = NULL;
  const OvTerm *term = self;

  g_return_if_fail (self != NULL && into != NULL);

  frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  while (TRUE)
    {
      Frame *top;

      if (term != NULL && !ov_term_is_container (term))
        put_leaf (into, term);
      else if (term != NULL && put_container_head (into, term))
        {
          Frame frame = { term, 0 };

          g_array_append_val (frames, frame);
        }
      else if (term == NULL)
        g_array_set_size (frames, frames->len - 1);

      if (frames->len == 0)
        return;
      top = &g_array_index (frames, Frame, frames->len - 1);
      term = next_part (into, top);
    }
}

/**
 * ov_term_encode_versioned:
 * @self: a term
 * @into: what to append to
 *
 * As ov_term_encode(), with the leading 131: what term_to_binary/1 gives.
 */
void
ov_term_encode_versioned (const OvTerm *self,
                          GByteArray   *into)
{
  g_return_if_fail (self != NULL && into != NULL);

  put_u8 (into, OV_TAG_VERSION);
  ov_term_encode (self, into);
}
