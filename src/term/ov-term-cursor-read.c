/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a cursor reads: numbers, atoms, identifiers, bytes and closures.
 *
 * Invariant: a getter that meets another type moves nothing and fails nothing; one that meets
 * its own type cut short or malformed fails the cursor.
 * Threads: any, each cursor in one at a time.
 */
#include "term/ov-cursor-private.h"

#include "term/ov-node-name-private.h"

#include <math.h>
#include <string.h>

/*< private >
 * ov_term_cursor_get_big:
 *
 * Returns: whether a big of any size was there; @little_endian points into the input
 */
gboolean
ov_term_cursor_get_big (OvTermCursor  *self,
                        gboolean      *negative,
                        const guint8 **little_endian,
                        gsize         *n)
{
  gsize head;

  if (!ov_cursor_need (self, 1) || ov_tag_types[*self->at] != OV_TERM_BIG + 1)
    return FALSE;

  head = *self->at == OV_TAG_SMALL_BIG ? 3 : 6;
  if (!ov_cursor_need (self, head))
    return FALSE;

  *n = head == 3 ? self->at[1] : ov_read_u32 (self->at + 1);
  if (!ov_cursor_need (self, head + *n))
    return FALSE;

  *negative = self->at[head - 1] != 0;
  *little_endian = self->at + head;
  self->at += head + *n;
  return TRUE;
}

static gboolean
get_small_big (OvTermCursor *self,
               gint64       *value)
{
  OvTermCursor ahead = *self;
  const guint8 *bytes;
  gboolean negative;
  guint64 magnitude = 0;
  gsize n;

  if (!ov_term_cursor_get_big (&ahead, &negative, &bytes, &n))
    {
      self->failed = ahead.failed;
      return FALSE;
    }

  while (n > 0 && bytes[n - 1] == 0)
    n--;
  if (n > 8)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    magnitude |= (guint64) bytes[i] << (8 * i);
  if (magnitude > (guint64) G_MAXINT64 + (negative ? 1 : 0))
    return FALSE;

  *value = (gint64) (negative ? 0 - magnitude : magnitude);
  self->at = ahead.at;
  return TRUE;
}

/**
 * ov_term_cursor_get_integer:
 * @self: a cursor
 * @value: (out): the number
 *
 * Returns: whether an integer of at most 64 bits was there
 */
gboolean
ov_term_cursor_get_integer (OvTermCursor *self,
                            gint64       *value)
{
  if (!ov_cursor_need (self, 1))
    return FALSE;

  switch (*self->at)
    {
    case OV_TAG_SMALL_INTEGER:
      if (!ov_cursor_need (self, 2))
        return FALSE;
      *value = self->at[1];
      self->at += 2;
      return TRUE;
    case OV_TAG_INTEGER:
      if (!ov_cursor_need (self, 5))
        return FALSE;
      *value = (gint32) ov_read_u32 (self->at + 1);
      self->at += 5;
      return TRUE;
    case OV_TAG_SMALL_BIG:
    case OV_TAG_LARGE_BIG:
      return get_small_big (self, value);
    default:
      return FALSE;
    }
}

/**
 * ov_term_cursor_get_float:
 * @self: a cursor
 * @value: (out): the number, always finite
 *
 * Returns: whether a float was there
 */
gboolean
ov_term_cursor_get_float (OvTermCursor *self,
                          double       *value)
{
  if (ov_cursor_is_next (self, OV_TAG_NEW_FLOAT, 9))
    {
      guint64 bits = ov_read_u64 (self->at + 1);

      memcpy (value, &bits, sizeof *value);
      if (!isfinite (*value))
        return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);
      self->at += 9;
      return TRUE;
    }
  if (ov_cursor_is_next (self, OV_TAG_FLOAT, 32))
    {
      if (!ov_term_parse_float_text (self->at + 1, value))
        return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);
      self->at += 32;
      return TRUE;
    }

  return FALSE;
}

static gsize
widen_latin1 (const guint8 *bytes,
              gsize         n,
              char         *into)
{
  gsize length = 0;

  for (gsize i = 0; i < n; i++)
    if (bytes[i] < 0x80)
      into[length++] = (char) bytes[i];
    else
      {
        into[length++] = (char) (0xc0 | bytes[i] >> 6);
        into[length++] = (char) (0x80 | (bytes[i] & 0x3f));
      }

  return length;
}

static inline gboolean
is_ascii (const guint8 *bytes,
          gsize         n)
{
  guint64 word;
  guint8 seen = 0;

  for (; n >= sizeof word; bytes += sizeof word, n -= sizeof word)
    {
      memcpy (&word, bytes, sizeof word);
      if (word & G_GUINT64_CONSTANT (0x8080808080808080))
        return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    seen |= bytes[i];

  return seen < 0x80;
}

/* An atom may hold a zero, which g_utf8_validate() refuses. */
static gboolean
is_atom_text (const guint8 *bytes,
              gsize         n)
{
  gsize at = 0;
  guint characters = 0;

  while (at < n)
    {
      const char *text = (const char *) bytes + at;
      gunichar c = *text == '\0' ? 0 : g_utf8_get_char_validated (text, (gssize) (n - at));

      if (c == (gunichar) -1 || c == (gunichar) -2 || ++characters > OV_TERM_MAX_ATOM_CHARS)
        return FALSE;
      at += bytes[at] == 0 ? 1 : (gsize) g_utf8_skip[bytes[at]];
    }

  return TRUE;
}

/* Bytes before an atom's text. */
static inline gsize
get_atom_head (guint8 tag)
{
  return tag == OV_TAG_SMALL_ATOM_UTF8 || tag == OV_TAG_SMALL_ATOM ? 2 : 3;
}

/**
 * ov_term_cursor_get_atom:
 * @self: a cursor
 * @scratch: room for 512 bytes, for atoms that are Latin-1 on the wire
 * @utf8: (out) (transfer none): the name, not zero-ended; in the input or in @scratch
 * @length: (out): its bytes
 *
 * Returns: whether an atom was there
 */
gboolean
ov_term_cursor_get_atom (OvTermCursor *self,
                         char         *scratch,
                         const char  **utf8,
                         gsize        *length)
{
  const guint8 *text;
  gboolean latin1;
  gsize size;
  gsize n;

  if (!ov_cursor_need (self, 1) || ov_tag_types[*self->at] != OV_TERM_ATOM + 1)
    return FALSE;

  size = ov_cursor_atom_size (self->at, self->end);
  if (size == 0)
    return ov_term_cursor_fail (self, OV_CURSOR_TRUNCATED);

  text = self->at + get_atom_head (*self->at);
  n = (gsize) (self->at + size - text);
  latin1 = *self->at == OV_TAG_ATOM || *self->at == OV_TAG_SMALL_ATOM;

  if (G_LIKELY (n <= OV_TERM_MAX_ATOM_CHARS && is_ascii (text, n)))
    {
      *utf8 = (const char *) text;
      *length = n;
    }
  else if (latin1 && n <= OV_TERM_MAX_ATOM_CHARS)
    {
      *length = widen_latin1 (text, n, scratch);
      *utf8 = scratch;
    }
  else if (!latin1 && n <= OV_TERM_MAX_ATOM_BYTES && is_atom_text (text, n))
    {
      *utf8 = (const char *) text;
      *length = n;
    }
  else
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);

  self->at += size;
  return TRUE;
}

/**
 * ov_term_cursor_match_atom:
 * @self: a cursor
 * @name: an atom's name in ASCII
 *
 * Moves only on a match.
 *
 * Returns: whether that atom was there
 */
gboolean
ov_term_cursor_match_atom (OvTermCursor *self,
                           const char   *name)
{
  const guint8 *text;
  gsize size;
  gsize n;

  if (!ov_cursor_need (self, 1) || ov_tag_types[*self->at] != OV_TERM_ATOM + 1)
    return FALSE;

  size = ov_cursor_atom_size (self->at, self->end);
  if (size == 0)
    return ov_term_cursor_fail (self, OV_CURSOR_TRUNCATED);

  /* ASCII is the same bytes under every tag, so nothing has to be converted. */
  n = strlen (name);
  text = self->at + size - n;
  if (n + get_atom_head (*self->at) != size || memcmp (name, text, n) != 0)
    return FALSE;

  self->at += size;
  return TRUE;
}

/*< private >
 * ov_term_cursor_get_node:
 *
 * The atom inside an identifier; unlike for get_atom(), another term there is an error.
 *
 * Returns: whether it was there
 */
gboolean
ov_term_cursor_get_node (OvTermCursor *self,
                         const char  **node)
{
  char scratch[512];
  const char *text;
  gsize n;

  if (!ov_term_cursor_get_atom (self, scratch, &text, &n))
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);

  *node = ov_node_name_intern (text, n);
  return TRUE;
}

/**
 * ov_term_cursor_get_pid:
 * @self: a cursor
 * @pid: (out): the pid
 *
 * Returns: whether a pid was there
 */
gboolean
ov_term_cursor_get_pid (OvTermCursor *self,
                        OvPid        *pid)
{
  gboolean is_new;

  if (!ov_cursor_need (self, 1) || ov_tag_types[*self->at] != OV_TERM_PID + 1)
    return FALSE;

  is_new = *self->at++ == OV_TAG_NEW_PID;
  if (!ov_term_cursor_get_node (self, &pid->node) || !ov_cursor_need (self, is_new ? 12 : 9))
    return FALSE;

  pid->id = ov_read_u32 (self->at);
  pid->serial = ov_read_u32 (self->at + 4);
  pid->creation = is_new ? ov_read_u32 (self->at + 8) : self->at[8] & 3;
  self->at += is_new ? 12 : 9;
  return TRUE;
}

/*< private >
 * ov_term_cursor_get_port:
 *
 * Returns: whether a port was there
 */
gboolean
ov_term_cursor_get_port (OvTermCursor *self,
                         const char  **node,
                         guint64      *id,
                         guint32      *creation)
{
  guint8 tag;

  if (!ov_cursor_need (self, 1) || ov_tag_types[*self->at] != OV_TERM_PORT + 1)
    return FALSE;

  tag = *self->at++;
  if (!ov_term_cursor_get_node (self, node) || !ov_cursor_need (self, ov_tag_identifier_sizes[tag]))
    return FALSE;

  *id = tag == OV_TAG_V4_PORT ? ov_read_u64 (self->at) : ov_read_u32 (self->at);
  if (tag == OV_TAG_PORT)
    *creation = self->at[4] & 3;
  else
    *creation = ov_read_u32 (self->at + (tag == OV_TAG_V4_PORT ? 8 : 4));
  self->at += ov_tag_identifier_sizes[tag];
  return TRUE;
}

static gboolean
get_old_reference (OvTermCursor *self,
                   const char  **node,
                   guint32      *creation,
                   guint32      *words)
{
  self->at++;
  if (!ov_term_cursor_get_node (self, node) || !ov_cursor_need (self, 5))
    return FALSE;

  words[0] = ov_read_u32 (self->at);
  *creation = self->at[4] & 3;
  self->at += 5;
  return TRUE;
}

/*< private >
 * ov_term_cursor_get_reference:
 *
 * Returns: whether a reference was there; the words are in the order of the wire
 */
gboolean
ov_term_cursor_get_reference (OvTermCursor *self,
                              const char  **node,
                              guint32      *creation,
                              guint32      *words,
                              guint        *n_words)
{
  gboolean is_newer;
  gsize size;

  *n_words = 1;
  if (ov_cursor_is_next (self, OV_TAG_REFERENCE, 1))
    return get_old_reference (self, node, creation, words);
  if (!ov_cursor_need (self, 1)
      || ov_tag_types[*self->at] != OV_TERM_REFERENCE + 1
      || !ov_cursor_need (self, 3))
    return FALSE;

  is_newer = *self->at == OV_TAG_NEWER_REFERENCE;
  *n_words = ov_read_u16 (self->at + 1);
  if (*n_words < 1 || *n_words > OV_TERM_MAX_REFERENCE_WORDS)
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);

  self->at += 3;
  size = (is_newer ? 4 : 1) + 4 * (gsize) *n_words;
  if (!ov_term_cursor_get_node (self, node) || !ov_cursor_need (self, size))
    return FALSE;

  *creation = is_newer ? ov_read_u32 (self->at) : self->at[0] & 3;
  for (guint i = 0; i < *n_words; i++)
    words[i] = ov_read_u32 (self->at + (is_newer ? 4 : 1) + 4 * i);
  self->at += size;
  return TRUE;
}

/**
 * ov_term_cursor_get_binary:
 * @self: a cursor
 * @bytes: (out) (transfer none): its bytes in the input
 * @length: (out): how many
 *
 * Returns: whether a binary was there
 */
gboolean
ov_term_cursor_get_binary (OvTermCursor  *self,
                           const guint8 **bytes,
                           gsize         *length)
{
  gsize n;

  if (!ov_cursor_is_next (self, OV_TAG_BINARY, 5))
    return FALSE;

  n = ov_read_u32 (self->at + 1);
  if (!ov_cursor_need (self, 5 + n))
    return FALSE;

  *bytes = self->at + 5;
  *length = n;
  self->at += 5 + n;
  return TRUE;
}

/*< private >
 * ov_term_cursor_get_bits:
 *
 * Returns: whether a bit string was there
 */
gboolean
ov_term_cursor_get_bits (OvTermCursor  *self,
                         const guint8 **bytes,
                         gsize         *n,
                         guint         *last_bits)
{
  if (!ov_cursor_is_next (self, OV_TAG_BIT_BINARY, 6))
    return FALSE;

  *n = ov_read_u32 (self->at + 1);
  *last_bits = self->at[5];
  if (!ov_cursor_need (self, 6 + *n))
    return FALSE;
  if (*last_bits > 8 || (*last_bits == 0) != (*n == 0))
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);

  *bytes = self->at + 6;
  self->at += 6 + *n;
  return TRUE;
}

/*< private >
 * ov_term_cursor_get_string:
 *
 * Returns: whether a list of bytes in its short form was there
 */
gboolean
ov_term_cursor_get_string (OvTermCursor  *self,
                           const guint8 **bytes,
                           gsize         *n)
{
  if (!ov_cursor_is_next (self, OV_TAG_STRING, 3))
    return FALSE;

  *n = ov_read_u16 (self->at + 1);
  if (!ov_cursor_need (self, 3 + *n))
    return FALSE;

  *bytes = self->at + 3;
  self->at += 3 + *n;
  return TRUE;
}

/* The four terms that every closure has, then @n_free more, and nothing after them. */
static gboolean
read_fun_parts (OvTermCursor  *self,
                char          *scratch,
                gboolean       pid_first,
                guint32        n_free,
                OvTermFunHead *head)
{
  gint64 old_index;
  OvPid pid;
  const char *module;

  if (pid_first && !ov_term_cursor_get_pid (self, &pid))
    return FALSE;
  if (!ov_term_cursor_get_atom (self, scratch, &module, &head->module_length)
      || !ov_term_cursor_get_integer (self, pid_first ? &head->index : &old_index)
      || !ov_term_cursor_get_integer (self, &head->uniq))
    return FALSE;
  if (!pid_first && !ov_term_cursor_get_pid (self, &pid))
    return FALSE;

  head->module = (const guint8 *) module;
  for (guint32 i = 0; i < n_free; i++)
    if (!ov_term_cursor_skip (self))
      return FALSE;

  return TRUE;
}

/*< private >
 * ov_term_cursor_get_fun:
 *
 * Returns: whether a closure was there that is well formed to its end
 */
gboolean
ov_term_cursor_get_fun (OvTermCursor  *self,
                        char          *scratch,
                        OvTermFunHead *head)
{
  OvTermCursor inside;
  guint32 n_free;
  gsize size;

  if (ov_cursor_is_next (self, OV_TAG_FUN, 5))
    {
      n_free = ov_read_u32 (self->at + 1);
      self->at += 5;
      head->arity = 0;
      return read_fun_parts (self, scratch, TRUE, n_free, head)
             || ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);
    }
  if (!ov_cursor_is_next (self, OV_TAG_NEW_FUN, 30))
    return FALSE;

  size = 1 + (gsize) ov_read_u32 (self->at + 1);
  if (size < 30)
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);
  if (!ov_cursor_need (self, size))
    return FALSE;

  head->arity = self->at[5];
  head->index = ov_read_u32 (self->at + 22);
  n_free = ov_read_u32 (self->at + 26);
  inside = (OvTermCursor) { self->at + 30, self->at + size, FALSE };
  if (!read_fun_parts (&inside, scratch, FALSE, n_free, head) || inside.at != inside.end)
    return ov_term_cursor_fail (self, OV_CURSOR_MALFORMED);

  self->at += size;
  return TRUE;
}

