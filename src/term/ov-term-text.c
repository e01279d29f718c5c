/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The leaves of a term as text, in Erlang's and in Elixir's spelling.
 *
 * Invariants: the text is valid UTF-8 whatever the bytes were; a leaf stops being written soon
 * after the bound is reached, so a large binary costs what is shown of it.
 * Threads: any, each text in one at a time.
 */
#include "term/ov-term-text-private.h"

#include <math.h>

#define ELLIPSIS "…"
#define MIN_ROOM 128
/* The widest a single character becomes: an escape with six hexadecimal digits. */
#define MAX_ESCAPE 12
#define MAX_INTEGER 20

enum
{
  START = 1 << 0, /* an atom without quotes may begin with it */
  NAME = 1 << 1,  /* and go on with it */
  UPPER = 1 << 2,
};

#define L (START | NAME)
#define U (NAME | UPPER)
#define N NAME

static const guint8 classes[128] = {
  ['0'] = N, ['1'] = N, ['2'] = N, ['3'] = N, ['4'] = N, ['5'] = N, ['6'] = N, ['7'] = N,
  ['8'] = N, ['9'] = N, ['@'] = N, ['_'] = N,
  ['A'] = U, ['B'] = U, ['C'] = U, ['D'] = U, ['E'] = U, ['F'] = U, ['G'] = U, ['H'] = U,
  ['I'] = U, ['J'] = U, ['K'] = U, ['L'] = U, ['M'] = U, ['N'] = U, ['O'] = U, ['P'] = U,
  ['Q'] = U, ['R'] = U, ['S'] = U, ['T'] = U, ['U'] = U, ['V'] = U, ['W'] = U, ['X'] = U,
  ['Y'] = U, ['Z'] = U,
  ['a'] = L, ['b'] = L, ['c'] = L, ['d'] = L, ['e'] = L, ['f'] = L, ['g'] = L, ['h'] = L,
  ['i'] = L, ['j'] = L, ['k'] = L, ['l'] = L, ['m'] = L, ['n'] = L, ['o'] = L, ['p'] = L,
  ['q'] = L, ['r'] = L, ['s'] = L, ['t'] = L, ['u'] = L, ['v'] = L, ['w'] = L, ['x'] = L,
  ['y'] = L, ['z'] = L,
};

#undef L
#undef U
#undef N

/* What erl_scan:reserved_word/1 knows, by first letter. */
static const char reserved['x' - 'a' + 1][7][8] = {
  ['a' - 'a'] = { "after", "and", "andalso" },
  ['b' - 'a'] = { "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor" },
  ['c' - 'a'] = { "case", "catch", "cond" },
  ['d' - 'a'] = { "div" },
  ['e' - 'a'] = { "end" },
  ['f' - 'a'] = { "fun" },
  ['i' - 'a'] = { "if" },
  ['l' - 'a'] = { "let" },
  ['n' - 'a'] = { "not" },
  ['o' - 'a'] = { "of", "or", "orelse" },
  ['r' - 'a'] = { "receive", "rem" },
  ['t' - 'a'] = { "try" },
  ['w' - 'a'] = { "when" },
  ['x' - 'a'] = { "xor" },
};

/* Atoms that Elixir writes without quotes though they are no identifiers. */
static const char *const elixir_operators[] = {
  "!",   "!=",  "!==", "%",   "%{}", "&",   "&&",  "&&&", "*",   "**",  "+",   "++",  "+++",
  "-",   "--",  "---", "->",  ".",   "..",  "...", "..//", "/",  "<",   "<-",  "<<<", "<<>>",
  "<<~", "<=",  "<>",  "<~",  "<~>", "=",   "==",  "===", "=~",  ">",   ">=",  ">>>", "@",
  "\\\\", "^",  "{}",  "|",   "|>",  "||",  "|||", "~>",  "~>>",
};

/* What follows the backslash. */
static const struct
{
  guint8 character;
  char   letter;
  gboolean elixir_only;
} escapes[] = {
  { '\a', 'a', TRUE }, { '\b', 'b' }, { '\t', 't' }, { '\n', 'n' }, { '\v', 'v' },
  { '\f', 'f' },       { '\r', 'r' }, { 27, 'e' },   { 127, 'd' },
};

/*< private >
 * ov_term_text_init:
 * @into: appended to; not to be touched until finish
 * @max: characters, 0 for no bound
 */
void
ov_term_text_init (OvTermText         *self,
                   GString            *into,
                   const OvTermFormat *format,
                   gsize               max)
{
  self->into = into;
  self->start = into->len;
  self->at = into->str + into->len;
  self->end = into->str + into->allocated_len - 1;
  self->extra = 0;
  self->line = 0;
  self->max = max > 0 ? max : G_MAXSIZE - 1;
  self->format = format;
}

void
ov_term_text_grow (OvTermText *self,
                   gsize       n)
{
  gsize used = (gsize) (self->at - self->into->str);

  /* The string learns its length so that its bytes survive the move. */
  self->into->len = used;
  g_string_set_size (self->into, used + MAX (n, MIN_ROOM));
  self->into->len = used;
  self->at = self->into->str + used;
  self->end = self->into->str + self->into->allocated_len - 1;
}

gboolean
ov_term_text_finish (OvTermText *self)
{
  gboolean full = ov_term_text_is_full (self);

  if (full)
    {
      const char *begin = self->into->str + self->start;
      const char *cut = begin + (self->max - 1);

      if (self->extra > 0)
        {
          *self->at = '\0';
          cut = g_utf8_offset_to_pointer (begin, (glong) self->max - 1);
        }
      self->at = self->into->str + (cut - self->into->str);
      ov_term_text_reserve (self, sizeof ELLIPSIS);
      memcpy (self->at, ELLIPSIS, strlen (ELLIPSIS));
      self->at += strlen (ELLIPSIS);
    }

  self->into->len = (gsize) (self->at - self->into->str);
  self->into->str[self->into->len] = '\0';
  return full;
}

void
ov_term_text_newline (OvTermText *self,
                      gsize       indent)
{
  ov_term_text_reserve (self, indent + 1);
  *self->at++ = '\n';
  self->line = ov_term_text_count (self);
  memset (self->at, ' ', indent);
  self->at += indent;
}

void
ov_term_text_put_unichar (OvTermText *self,
                          gunichar    c)
{
  gsize n;

  ov_term_text_reserve (self, 6);
  n = (gsize) g_unichar_to_utf8 (c, self->at);
  self->at += n;
  self->extra += n - 1;
}

void
ov_term_text_put_ellipsis (OvTermText *self)
{
  ov_term_text_put_unichar (self, 0x2026);
}

void
ov_term_text_put_unsigned (OvTermText *self,
                           guint64     value)
{
  char digits[MAX_INTEGER];
  gsize at = sizeof digits;

  /* Narrow divisions are several times as fast. */
  for (; value > G_MAXUINT32; value /= 10)
    digits[--at] = (char) ('0' + value % 10);
  for (guint32 narrow = (guint32) value; narrow > 0 || at == sizeof digits; narrow /= 10)
    digits[--at] = (char) ('0' + narrow % 10);

  ov_term_text_put (self, digits + at, sizeof digits - at);
}

void
ov_term_text_put_integer (OvTermText *self,
                          gint64      value)
{
  if (value < 0)
    ov_term_text_put_char (self, '-');
  ov_term_text_put_unsigned (self, value < 0 ? 0 - (guint64) value : (guint64) value);
}

void
ov_term_text_put_big (OvTermText   *self,
                      gboolean      negative,
                      const guint8 *little_endian,
                      gsize         n)
{
  g_autofree char *digits = ov_term_format_big (negative, little_endian, n);

  ov_term_text_put (self, digits, strlen (digits));
}

void
ov_term_text_put_float (OvTermText *self,
                        double      value)
{
  char text[32];

  /* Elixir writes whole numbers of up to 16 digits without an exponent. */
  if (self->format->style == OV_TERM_STYLE_ELIXIR
      && fabs (value) >= 1.0 && fabs (value) < 1.0e16 && trunc (value) == value)
    {
      ov_term_text_put_integer (self, (gint64) value);
      ov_term_text_put_literal (self, ".0");
      return;
    }

  ov_term_text_put (self, text, ov_term_format_float (value, text));
}

/*< private >
 * ov_term_is_printable:
 *
 * Returns: whether the shell takes a text with that character for a text
 */
gboolean
ov_term_is_printable (gunichar    c,
                      OvTermStyle style)
{
  if (c >= 32 && c < 127)
    return TRUE;
  if ((c >= '\b' && c <= '\r') || c == 27)
    return TRUE;
  if (style == OV_TERM_STYLE_ELIXIR && (c == '\a' || c == 127))
    return TRUE;

  return (c >= 0xa0 && c < 0xd800) || (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

static void
put_other_control (OvTermText *self,
                   gunichar    c)
{
  char text[MAX_ESCAPE];
  int n;

  if (self->format->style == OV_TERM_STYLE_ELIXIR)
    n = g_snprintf (text, sizeof text, c == 0 ? "\\0" : "\\x%02X", c);
  else
    n = g_snprintf (text, sizeof text, "\\%03o", c);
  ov_term_text_put (self, text, (gsize) n);
}

void
ov_term_text_put_escaped (OvTermText *self,
                          gunichar    c,
                          char        quote)
{
  gboolean elixir = self->format->style == OV_TERM_STYLE_ELIXIR;

  if (c == (gunichar) quote || c == '\\')
    {
      ov_term_text_put_char (self, '\\');
      ov_term_text_put_char (self, (char) c);
      return;
    }
  if (c >= 32 && c < 127)
    {
      ov_term_text_put_char (self, (char) c);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (escapes[i].character == c && (elixir || !escapes[i].elixir_only))
      {
        ov_term_text_put_char (self, '\\');
        ov_term_text_put_char (self, escapes[i].letter);
        return;
      }

  if (c < 0xa0)
    put_other_control (self, c);
  else
    ov_term_text_put_unichar (self, g_unichar_validate (c) ? c : 0xfffd);
}

/* Copies what needs no escape up to the first character that may; returns where that is. */
static const char *
put_plain_run (OvTermText *self,
               const char *utf8,
               const char *end,
               char        quote)
{
  const char *at = utf8;

  /* No further than the bound, or a large text would be copied whole. */
  if ((gsize) (end - utf8) > self->max + 1 - ov_term_text_count (self))
    end = utf8 + (self->max + 1 - ov_term_text_count (self));
  while (at < end && *at >= 32 && *at < 127 && *at != quote && *at != '\\' && *at != '#')
    at++;
  ov_term_text_put (self, utf8, (gsize) (at - utf8));

  return at;
}

/* Valid UTF-8 (zeros allowed) between quotes. */
static void
put_quoted (OvTermText *self,
            const char *utf8,
            gsize       n,
            char        quote)
{
  const char *end = utf8 + n;
  gboolean elixir = self->format->style == OV_TERM_STYLE_ELIXIR;

  ov_term_text_put_char (self, quote);
  while (utf8 < end && !ov_term_text_is_full (self))
    {
      utf8 = put_plain_run (self, utf8, end, quote);
      if (utf8 == end || ov_term_text_is_full (self))
        break;
      if (elixir && *utf8 == '#' && utf8 + 1 < end && utf8[1] == '{')
        ov_term_text_put_char (self, '\\');
      ov_term_text_put_escaped (self, *utf8 == '\0' ? 0 : g_utf8_get_char (utf8), quote);
      utf8 += *utf8 == '\0' ? 1 : g_utf8_skip[(guint8) *utf8];
    }
  ov_term_text_put_char (self, quote);
}

/*< private >
 * ov_term_is_reserved_word:
 *
 * Returns: whether Erlang's scanner keeps that word for itself
 */
gboolean
ov_term_is_reserved_word (const char *text,
                          gsize       n)
{
  if (n < 2 || n > 7 || text[0] < 'a' || text[0] > 'x')
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (reserved[0]); i++)
    {
      const char *word = reserved[text[0] - 'a'][i];

      if (word[0] == '\0')
        return FALSE;
      if (word[1] == text[1] && memcmp (word, text, n) == 0 && word[n] == '\0')
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_latin1_name (gunichar c,
                gboolean first)
{
  if (c < 0x80)
    return (classes[c] & (first ? START : NAME)) != 0;
  if (c > 0xff || c == 0xd7 || c == 0xf7)
    return FALSE;

  return c >= (first ? 0xdf : 0xc0);
}

/* For atoms that hold characters beyond ASCII. */
static gboolean
is_plain_erlang_atom (const char *utf8,
                      gsize       n)
{
  const char *end = utf8 + n;
  gboolean first = TRUE;

  for (; utf8 < end; utf8 = g_utf8_next_char (utf8))
    {
      if (*utf8 == '\0' || !is_latin1_name (g_utf8_get_char (utf8), first))
        return FALSE;
      first = FALSE;
    }

  return !first;
}

static void
put_utf8 (OvTermText *self,
          const char *utf8,
          gsize       n)
{
  ov_term_text_put (self, utf8, n);
  for (gsize i = 0; i < n; i++)
    self->extra += ((guint8) utf8[i] & 0xc0) == 0x80;
}

static void
put_erlang_atom (OvTermText *self,
                 const char *utf8,
                 gsize       n)
{
  gsize i = 1;

  if (n > 0 && (guint8) utf8[0] < 0x80 && (classes[(guint8) utf8[0]] & START))
    while (i < n && (guint8) utf8[i] < 0x80 && (classes[(guint8) utf8[i]] & NAME))
      i++;
  else
    i = 0;

  if (G_LIKELY (i == n && n > 0 && !ov_term_is_reserved_word (utf8, n)))
    ov_term_text_put (self, utf8, n);
  else if (i < n && is_plain_erlang_atom (utf8, n))
    put_utf8 (self, utf8, n);
  else
    put_quoted (self, utf8, n, '\'');
}

static gboolean
is_elixir_identifier (const char *utf8,
                      gsize       n)
{
  const char *end = utf8 + n;
  gboolean first = TRUE;

  if (n > 1 && (end[-1] == '?' || end[-1] == '!'))
    end--;
  for (; utf8 < end; utf8 = g_utf8_next_char (utf8))
    {
      gunichar c = (guint8) *utf8;
      gboolean fits;

      if (c < 0x80)
        fits = (classes[c] & (first ? START | UPPER : NAME)) != 0 || c == '_';
      else
        {
          c = g_utf8_get_char (utf8);
          fits = g_unichar_isalpha (c) || (!first && (g_unichar_isalnum (c) || g_unichar_ismark (c)));
        }
      if (!fits)
        return FALSE;
      first = FALSE;
    }

  return !first;
}

/*< private >
 * ov_term_is_elixir_alias:
 *
 * Returns: whether the atom is a module's name, "Elixir.Foo.Bar"
 */
gboolean
ov_term_is_elixir_alias (const char *utf8,
                         gsize       n)
{
  gboolean start = TRUE;

  if (n <= strlen ("Elixir.") || memcmp (utf8, "Elixir.", strlen ("Elixir.")) != 0)
    return FALSE;

  for (gsize i = strlen ("Elixir."); i < n; i++)
    {
      guint8 c = (guint8) utf8[i];

      if (c >= 0x80 || (start && !(classes[c] & UPPER)))
        return FALSE;
      if (!start && c != '.' && (!(classes[c] & NAME) || c == '@'))
        return FALSE;
      start = c == '.';
    }

  return !start;
}

static gboolean
is_elixir_operator (const char *utf8,
                    gsize       n)
{
  for (guint i = 0; n > 0 && i < G_N_ELEMENTS (elixir_operators); i++)
    if (elixir_operators[i][0] == utf8[0]
        && strlen (elixir_operators[i]) == n
        && memcmp (elixir_operators[i], utf8, n) == 0)
      return TRUE;

  return FALSE;
}

/*< private >
 * ov_term_match_elixir_operator:
 *
 * Returns: bytes of the longest operator at @text, 0 for none
 */
gsize
ov_term_match_elixir_operator (const char *text,
                               gsize       n)
{
  gsize longest = 0;

  for (guint i = 0; i < G_N_ELEMENTS (elixir_operators); i++)
    {
      gsize length = strlen (elixir_operators[i]);

      if (length <= n && length > longest && memcmp (elixir_operators[i], text, length) == 0)
        longest = length;
    }

  return longest;
}

/* Inline, so that the length of the word is known. */
static inline gboolean
is_word (const char *utf8,
         gsize       n,
         const char *word)
{
  return strlen (word) == n && memcmp (utf8, word, n) == 0;
}

static gboolean
is_plain_in_elixir (const char *utf8,
                    gsize       n)
{
  return memchr (utf8, '\0', n) == NULL
         && (is_elixir_identifier (utf8, n) || is_elixir_operator (utf8, n));
}

static void
put_elixir_atom (OvTermText *self,
                 const char *utf8,
                 gsize       n)
{
  gsize prefix = strlen ("Elixir.");

  if (is_word (utf8, n, "nil") || is_word (utf8, n, "true") || is_word (utf8, n, "false")
      || is_word (utf8, n, "Elixir"))
    ov_term_text_put (self, utf8, n);
  else if (ov_term_is_elixir_alias (utf8, n))
    {
      /* Elixir.Elixir.Foo keeps its name, or it would read as another module's. */
      if (n > 2 * prefix && memcmp (utf8 + prefix, "Elixir.", prefix) == 0)
        prefix = 0;
      ov_term_text_put (self, utf8 + prefix, n - prefix);
    }
  else
    {
      ov_term_text_put_char (self, ':');
      if (is_plain_in_elixir (utf8, n))
        put_utf8 (self, utf8, n);
      else
        put_quoted (self, utf8, n, '"');
    }
}

void
ov_term_text_put_atom (OvTermText *self,
                       const char *utf8,
                       gsize       n)
{
  if (self->format->style == OV_TERM_STYLE_ELIXIR)
    put_elixir_atom (self, utf8, n);
  else
    put_erlang_atom (self, utf8, n);
}

void
ov_term_text_put_key (OvTermText *self,
                      const char *utf8,
                      gsize       n)
{
  if (is_plain_in_elixir (utf8, n) && !is_word (utf8, n, "Elixir"))
    put_utf8 (self, utf8, n);
  else
    put_quoted (self, utf8, n, '"');
  ov_term_text_put_literal (self, ": ");
}

void
ov_term_text_put_function (OvTermText *self,
                           const char *utf8,
                           gsize       n)
{
  if (is_plain_in_elixir (utf8, n))
    put_utf8 (self, utf8, n);
  else
    put_quoted (self, utf8, n, '"');
}

static gboolean
is_printable_utf8 (const guint8 *bytes,
                   gsize         n,
                   OvTermStyle   style)
{
  const char *at = (const char *) bytes;
  const char *end = at + n;

  if (memchr (bytes, '\0', n) != NULL || !g_utf8_validate_len (at, n, NULL))
    return FALSE;
  for (; at < end; at = g_utf8_next_char (at))
    if (!ov_term_is_printable (g_utf8_get_char (at), style))
      return FALSE;

  return TRUE;
}

static gboolean
is_printable_latin1 (const guint8 *bytes,
                     gsize         n)
{
  for (gsize i = 0; i < n; i++)
    if (!ov_term_is_printable (bytes[i], OV_TERM_STYLE_ERLANG))
      return FALSE;

  return TRUE;
}

static gboolean
has_high_bytes (const guint8 *bytes,
                gsize         n)
{
  for (gsize i = 0; i < n; i++)
    if (bytes[i] >= 0x80)
      return TRUE;

  return FALSE;
}

/* Of a long binary only what can be shown is looked at, up to the end of a character. */
static gsize
get_visible_bytes (const OvTermText *self,
                   const guint8     *bytes,
                   gsize             n)
{
  gsize most = self->max < G_MAXSIZE / 8 ? 4 * self->max + 8 : G_MAXSIZE;

  if (n <= most)
    return n;
  for (gsize i = 0; i < 4; i++)
    if ((bytes[most - i] & 0xc0) != 0x80)
      return most - i;

  return most;
}

/* Writes the bytes between quotes if they are a text as far as they will be looked at. */
static gboolean
try_put_text (OvTermText   *self,
              const guint8 *bytes,
              gsize         length)
{
  OvTermStyle style = self->format->style;
  gsize n = get_visible_bytes (self, bytes, length);

  if (is_printable_utf8 (bytes, n, style))
    {
      if (style == OV_TERM_STYLE_ELIXIR)
        {
          put_quoted (self, (const char *) bytes, n, '"');
          return TRUE;
        }
      ov_term_text_put_literal (self, "<<");
      put_quoted (self, (const char *) bytes, n, '"');
      if (has_high_bytes (bytes, n))
        ov_term_text_put_literal (self, "/utf8");
      ov_term_text_put_literal (self, ">>");
      return TRUE;
    }
  if (style == OV_TERM_STYLE_ELIXIR || !is_printable_latin1 (bytes, n))
    return FALSE;

  ov_term_text_put_literal (self, "<<\"");
  for (gsize i = 0; i < n && !ov_term_text_is_full (self); i++)
    ov_term_text_put_escaped (self, bytes[i], '"');
  ov_term_text_put_literal (self, "\">>");
  return TRUE;
}

void
ov_term_text_put_binary (OvTermText   *self,
                         const guint8 *bytes,
                         gsize         n,
                         guint         last_bits)
{
  gboolean elixir = self->format->style == OV_TERM_STYLE_ELIXIR;

  if (n == 0 && elixir)
    {
      ov_term_text_put_literal (self, "\"\"");
      return;
    }
  if (n > 0 && last_bits == 8 && !self->format->plain_strings && try_put_text (self, bytes, n))
    return;

  ov_term_text_put_literal (self, "<<");
  for (gsize i = 0; i < n && !ov_term_text_is_full (self); i++)
    {
      gboolean cut = i + 1 == n && last_bits < 8;

      if (i > 0)
        ov_term_text_put (self, ", ", elixir ? 2 : 1);
      ov_term_text_put_unsigned (self, cut ? bytes[i] >> (8 - last_bits) : bytes[i]);
      if (cut)
        {
          ov_term_text_put (self, elixir ? "::size(" : ":", elixir ? 7 : 1);
          ov_term_text_put_unsigned (self, last_bits);
          ov_term_text_put (self, ")", elixir ? 1 : 0);
        }
    }
  ov_term_text_put_literal (self, ">>");
}

void
ov_term_text_put_node (OvTermText *self,
                       const char *node)
{
  const char *local = self->format->local_node;

  if (local == NULL || strcmp (local, node) == 0)
    ov_term_text_put_char (self, '0');
  else
    put_utf8 (self, node, strlen (node));
}
