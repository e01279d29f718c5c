/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scanning what has an inside of its own: numbers, quoted text and binaries.
 *
 * Invariant: @at never passes @end, and the text is valid UTF-8 (the parser checked it).
 * Threads: any, each scanner in one at a time.
 */
#include "term/ov-term-scan-private.h"

#include "term/ov-term-text-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_SEGMENT_BITS 65536

static const struct
{
  char     letter;
  gunichar character;
  gboolean elixir_only;
} escapes[] = {
  { 'b', '\b' }, { 'd', 127 },  { 'e', 27 },   { 'f', '\f' }, { 'n', '\n' },
  { 'r', '\r' }, { 's', ' ' },  { 't', '\t' }, { 'v', '\v' }, { 'a', '\a', TRUE },
};

/* White space and comments.  "%" begins a comment unless it begins a map or struct of Elixir. */
void
ov_term_scan_blanks (OvTermScanner *self)
{
  while (self->at < self->end)
    {
      if (g_ascii_isspace (*self->at))
        self->at++;
      else if (*self->at == '%' && (self->at + 1 == self->end
                                    || (self->at[1] != '{' && !g_ascii_isupper (self->at[1]))))
        while (self->at < self->end && *self->at != '\n')
          self->at++;
      else
        return;
    }
}

/* ---- numbers ---- */

static gboolean
is_digit_of (char  c,
             guint base)
{
  int value = g_ascii_isdigit (c) ? c - '0' : g_ascii_isalpha (c) ? g_ascii_tolower (c) - 'a' + 10 : 99;

  return value < (int) base;
}

/* Digits with single underscores between them. */
static const char *
find_end_of_digits (OvTermScanner *self,
                    const char    *at,
                    guint          base)
{
  while (at < self->end
         && (is_digit_of (*at, base)
             || (*at == '_' && at + 1 < self->end && is_digit_of (at[1], base) && at > self->text
                 && is_digit_of (at[-1], base))))
    at++;

  return at;
}

static gboolean
finish_integer (OvTermScanner *self,
                gboolean       negative,
                const char    *digits,
                guint          base)
{
  const char *end = find_end_of_digits (self, digits, base);

  if (end == digits)
    return ov_term_scan_fail (self, digits, _("Digits are missing"));
  if (end < self->end && (g_ascii_isalnum (*end) || *end == '_'))
    return ov_term_scan_fail (self, end, _("This is no digit of that base"));

  self->term = ov_term_parse_big (negative, digits, (gsize) (end - digits), base);
  if (self->term == NULL)
    return ov_term_scan_fail (self, digits, _("The number has too many digits"));

  self->at = end;
  return TRUE;
}

static gboolean
finish_float (OvTermScanner *self,
              const char    *begin,
              const char    *fraction)
{
  const char *end = find_end_of_digits (self, fraction, 10);
  g_autoptr (GString) plain = g_string_new (NULL);
  double value;

  if (end < self->end && (*end == 'e' || *end == 'E'))
    {
      const char *exponent = end + 1;

      if (exponent < self->end && (*exponent == '-' || *exponent == '+'))
        exponent++;
      end = find_end_of_digits (self, exponent, 10);
      if (end == exponent)
        return ov_term_scan_fail (self, exponent, _("Digits are missing"));
    }
  for (const char *at = begin; at < end; at++)
    if (*at != '_')
      g_string_append_c (plain, *at);

  value = g_ascii_strtod (plain->str, NULL);
  if (!isfinite (value))
    return ov_term_scan_fail (self, begin, _("The number is too large for a float"));

  self->term = ov_term_new_float (value);
  self->at = end;
  return TRUE;
}

gboolean
ov_term_scan_number (OvTermScanner *self)
{
  const char *begin = self->at;
  const char *digits = *begin == '-' || *begin == '+' ? begin + 1 : begin;
  const char *end = find_end_of_digits (self, digits, 10);

  if (end + 1 < self->end && *end == '.' && g_ascii_isdigit (end[1]))
    return finish_float (self, begin, end + 1);
  if (end < self->end && *end == '#')
    {
      guint64 base = end - digits <= 2 ? g_ascii_strtoull (digits, NULL, 10) : 0;

      if (base < 2 || base > 36)
        return ov_term_scan_fail (self, digits, _("A base is a number from 2 to 36"));
      return finish_integer (self, *begin == '-', end + 1, (guint) base);
    }
  if (end - digits == 1 && *digits == '0' && end < self->end && (*end == 'x' || *end == 'X'))
    return finish_integer (self, *begin == '-', end + 1, 16);

  return finish_integer (self, *begin == '-', digits, 10);
}

/* ---- characters and quotes ---- */

static gboolean
scan_hexadecimal (OvTermScanner *self,
                  const char    *backslash,
                  guint          most,
                  gunichar      *c)
{
  gboolean braces = self->at < self->end && *self->at == '{';
  const char *begin;
  gunichar value = 0;

  if (braces)
    {
      self->at++;
      most = 8;
    }
  begin = self->at;
  while (self->at < self->end && g_ascii_isxdigit (*self->at) && self->at - begin < (gssize) most)
    value = value << 4 | (gunichar) g_ascii_xdigit_value (*self->at++);
  if (self->at == begin || (braces && (self->at == self->end || *self->at != '}')))
    return ov_term_scan_fail (self, backslash, _("The escape is incomplete"));
  if (braces)
    self->at++;
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return ov_term_scan_fail (self, backslash, _("No character has that number"));

  *c = value;
  return TRUE;
}

static gboolean
scan_escape (OvTermScanner *self,
             gboolean       elixir,
             gunichar      *c)
{
  const char *backslash = self->at++;

  if (self->at == self->end)
    return ov_term_scan_fail (self, backslash, _("The escape is incomplete"));
  if (*self->at == 'x')
    {
      self->at++;
      return scan_hexadecimal (self, backslash, 2, c);
    }
  if (*self->at == 'u' && elixir)
    {
      self->at++;
      return scan_hexadecimal (self, backslash, 4, c);
    }
  if (*self->at >= '0' && *self->at <= '7')
    {
      const char *end = self->at + MIN (self->end - self->at, elixir ? 1 : 3);

      *c = 0;
      while (self->at < end && *self->at >= '0' && *self->at <= '7')
        *c = *c << 3 | (gunichar) (*self->at++ - '0');
      return TRUE;
    }
  if (*self->at == '^' && !elixir && self->at + 1 < self->end
      && self->at[1] >= '@' && self->at[1] <= 'z')
    {
      *c = (gunichar) self->at[1] & 31;
      self->at += 2;
      return TRUE;
    }

  *c = g_utf8_get_char (self->at);
  self->at = g_utf8_next_char (self->at);
  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (*c == (gunichar) escapes[i].letter && (elixir || !escapes[i].elixir_only))
      {
        *c = escapes[i].character;
        break;
      }
  return TRUE;
}

gboolean
ov_term_scan_character (OvTermScanner *self,
                        gboolean       elixir,
                        gunichar      *c)
{
  if (self->at == self->end)
    return ov_term_scan_fail (self, self->at, _("A character is missing"));
  if (*self->at == '\\')
    return scan_escape (self, elixir, c);

  *c = g_utf8_get_char (self->at);
  self->at = g_utf8_next_char (self->at);
  return TRUE;
}

gboolean
ov_term_scan_quoted (OvTermScanner *self,
                     char           quote,
                     gboolean       elixir,
                     GString       *into)
{
  const char *opening = self->at - 1;

  while (self->at < self->end && *self->at != quote)
    {
      gunichar c;

      if (!ov_term_scan_character (self, elixir, &c))
        return FALSE;
      if (c == 0)
        g_string_append_c (into, '\0');
      else
        g_string_append_unichar (into, c);
    }
  if (self->at == self->end)
    return ov_term_scan_fail (self, opening, _("The closing quote is missing"));

  self->at++;
  return TRUE;
}

/* ---- binaries ---- */

typedef struct
{
  GByteArray *bytes;
  guint       bits; /* used in the last byte; 0 when it is whole */
} Bits;

static void
put_bit (Bits  *self,
         guint8 bit)
{
  guint8 zero = 0;

  if (self->bits == 0)
    g_byte_array_append (self->bytes, &zero, 1);
  self->bytes->data[self->bytes->len - 1] |= (guint8) (bit << (7 - self->bits));
  self->bits = (self->bits + 1) % 8;
}

/* The lowest @size bits of an integer, the highest of them first; as two's complement. */
static void
put_bits (Bits         *self,
          const OvTerm *value,
          guint64       size)
{
  gint64 small = 0;
  gboolean negative;
  const guint8 *bytes = (const guint8 *) &small;
  gsize n = sizeof small;
  gboolean carry = FALSE;
  g_autofree guint8 *flipped = NULL;

  if (ov_term_get_integer (value, &small))
    {
      negative = small < 0;
      small = GINT64_TO_LE (small);
    }
  else
    {
      negative = value->aux != 0;
      bytes = ov_term_payload (value);
      n = value->n;
      carry = negative;
    }
  if (carry)
    {
      flipped = g_malloc (n);
      for (gsize i = 0; i < n; i++)
        {
          flipped[i] = (guint8) (~bytes[i] + (carry ? 1 : 0));
          carry = carry && flipped[i] == 0;
        }
      bytes = flipped;
    }

  for (guint64 i = size; i > 0; i--)
    {
      gsize byte = (i - 1) / 8;

      put_bit (self, byte < n ? (bytes[byte] >> ((i - 1) % 8)) & 1 : negative ? 1 : 0);
    }
}

static void
put_byte (Bits  *self,
          guint8 byte)
{
  for (int i = 7; i >= 0; i--)
    put_bit (self, (byte >> i) & 1);
}

static gboolean
skip_word (OvTermScanner *self,
           const char    *word)
{
  gsize n = strlen (word);

  if ((gsize) (self->end - self->at) < n || memcmp (self->at, word, n) != 0)
    return FALSE;

  self->at += n;
  return TRUE;
}

/* ":Size", or Elixir's "::Size" and "::size(Size)"; 8 when there is none. */
static gboolean
scan_size (OvTermScanner *self,
           guint64       *size)
{
  gboolean call = FALSE;
  const char *begin;

  *size = 8;
  if (!skip_word (self, ":"))
    return TRUE;
  if (skip_word (self, ":"))
    call = skip_word (self, "size(");

  begin = self->at;
  *size = 0;
  while (self->at < self->end && g_ascii_isdigit (*self->at) && *size <= MAX_SEGMENT_BITS)
    *size = *size * 10 + (guint64) (*self->at++ - '0');
  if (self->at == begin)
    return ov_term_scan_fail (self, begin, _("A size in bits is missing"));
  if (*size > MAX_SEGMENT_BITS)
    return ov_term_scan_fail (self, begin, _("The size is too large"));
  if (call && !skip_word (self, ")"))
    return ov_term_scan_fail (self, self->at, _("“)” is missing"));

  return TRUE;
}

static gboolean
scan_text_segment (OvTermScanner *self,
                   Bits          *bits)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *begin = self->at++;
  gboolean utf8;

  if (!ov_term_scan_quoted (self, '"', FALSE, text))
    return FALSE;

  utf8 = skip_word (self, "/utf8");
  for (const char *at = text->str; at < text->str + text->len;)
    {
      gunichar c = *at == '\0' ? 0 : g_utf8_get_char (at);
      gsize n = *at == '\0' ? 1 : (gsize) g_utf8_skip[(guint8) *at];

      if (!utf8 && c > 255)
        return ov_term_scan_fail (self, begin, _("A character above 255 needs /utf8 behind its text"));
      if (!utf8)
        put_byte (bits, (guint8) c);
      for (gsize i = 0; utf8 && i < n; i++)
        put_byte (bits, (guint8) at[i]);
      at += n;
    }

  return TRUE;
}

static gboolean
scan_number_segment (OvTermScanner *self,
                     Bits          *bits)
{
  g_autoptr (OvTerm) value = NULL;
  const char *begin = self->at;
  guint64 size;

  if (*self->at == '$')
    {
      gunichar c;

      self->at++;
      if (!ov_term_scan_character (self, FALSE, &c))
        return FALSE;
      value = ov_term_new_integer (c);
    }
  else if (g_ascii_isdigit (*self->at)
           || (*self->at == '-' && self->at + 1 < self->end && g_ascii_isdigit (self->at[1])))
    {
      if (!ov_term_scan_number (self))
        return FALSE;
      value = g_steal_pointer (&self->term);
    }
  else
    return ov_term_scan_fail (self, begin, _("A binary holds numbers and texts"));

  if (value->type == OV_TERM_FLOAT)
    return ov_term_scan_fail (self, begin, _("A binary holds whole numbers and texts"));
  if (!scan_size (self, &size))
    return FALSE;

  put_bits (bits, value, size);
  return TRUE;
}

static gboolean
scan_segments (OvTermScanner *self,
               const char    *opening,
               Bits          *bits)
{
  ov_term_scan_blanks (self);
  if (skip_word (self, ">>"))
    return TRUE;

  while (self->at < self->end)
    {
      if (!(*self->at == '"' ? scan_text_segment (self, bits) : scan_number_segment (self, bits)))
        return FALSE;
      ov_term_scan_blanks (self);
      if (skip_word (self, ">>"))
        return TRUE;
      if (self->at < self->end && !skip_word (self, ","))
        return ov_term_scan_fail (self, self->at, _("“,” or “>>” is missing"));
      ov_term_scan_blanks (self);
    }

  return ov_term_scan_fail (self, opening, _("The binary is not closed with “>>”"));
}

/* Behind "<<". */
gboolean
ov_term_scan_binary (OvTermScanner *self)
{
  const char *opening = self->at - 2;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Bits bits = { bytes, 0 };

  if (!scan_segments (self, opening, &bits))
    return FALSE;

  self->term = ov_term_new_bitstring (bytes->data, bytes->len, bits.bits == 0 ? 8 : bits.bits);
  return TRUE;
}
