/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers as text: floats in the shortest form that reads back, large integers in both
 * directions, and the floats that very old nodes send as text.
 *
 * Bound: converting between bases takes time quadratic in the length, so integers beyond
 * MAX_DECIMAL_BYTES are written in base 16, and typed ones may have MAX_DIGITS digits.
 * Threads: any.
 */
#include "term/ov-term-text-private.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define MAX_DECIMAL_BYTES 1024
#define MAX_DIGITS 10000

/*< private >
 * ov_term_parse_float_text:
 * @text: 31 bytes as sprintf ("%.20e") wrote them, then zeros
 * @value: (out): the number
 *
 * Returns: whether it was a finite number
 */
gboolean
ov_term_parse_float_text (const guint8 *text,
                          double       *value)
{
  char copy[OV_TERM_FLOAT_TEXT_BYTES + 1];
  char *end;

  memcpy (copy, text, OV_TERM_FLOAT_TEXT_BYTES);
  copy[OV_TERM_FLOAT_TEXT_BYTES] = '\0';
  if (strspn (copy, "+-.0123456789eE ") != strlen (copy) || copy[0] == '\0')
    return FALSE;

  *value = g_ascii_strtod (copy, &end);
  return end != copy && *end == '\0' && isfinite (*value);
}

/* Adds one to the last digit of "d.ddde±xx"; FALSE when that would carry out of the first. */
static gboolean
round_up (char *text)
{
  for (char *digit = strchr (text, 'e') - 1; digit >= text; digit--)
    if (*digit == '9')
      *digit = '0';
    else if (*digit != '.')
      {
        (*digit)++;
        return TRUE;
      }

  return FALSE;
}

/* Whether the digits read back as @value.  Above a power of two its neighbours are twice as far
 * away as below, so there the next higher digits may do where the nearest ones do not. */
static gboolean
reads_back (char  *text,
            double value)
{
  int exponent;

  if (g_ascii_strtod (text, NULL) == value)
    return TRUE;

  return frexp (value, &exponent) == 0.5 && round_up (text) && g_ascii_strtod (text, NULL) == value;
}

/* The fewest digits that read back as @value, which is positive; returns how many, and the
 * power of ten: value = 0.DIGITS * 10^place. */
static int
find_shortest_digits (double value,
                      char   digits[18],
                      int   *place)
{
  /* 15 digits always survive, so fewer show as zeros at the end; not so for denormal numbers. */
  for (int precision = value < DBL_MIN ? 1 : 15; precision <= 17; precision++)
    {
      char text[32];
      char format[8];
      int n = precision;

      g_snprintf (format, sizeof format, "%%.%de", precision - 1);
      g_ascii_formatd (text, sizeof text, format, value);
      if (precision < 17 && !reads_back (text, value))
        continue;

      digits[0] = text[0];
      memcpy (digits + 1, text + 2, (gsize) n - 1);
      *place = atoi (strchr (text, 'e') + 1) + 1;
      while (n > 1 && digits[n - 1] == '0')
        n--;
      return n;
    }

  g_assert_not_reached ();
}

static gsize
write_exponent (char       *text,
                const char *digits,
                int         n,
                int         place)
{
  gsize length = 0;

  text[length++] = digits[0];
  text[length++] = '.';
  if (n == 1)
    text[length++] = '0';
  memcpy (text + length, digits + 1, (gsize) n - 1);
  length += (gsize) n - 1;

  return length + (gsize) g_snprintf (text + length, 8, "e%d", place - 1);
}

static gsize
write_plain (char       *text,
             const char *digits,
             int         n,
             int         place)
{
  gsize length = 0;

  if (place <= 0)
    {
      text[length++] = '0';
      text[length++] = '.';
      memset (text + length, '0', (gsize) -place);
      length += (gsize) -place;
      memcpy (text + length, digits, (gsize) n);
      return length + (gsize) n;
    }

  memcpy (text, digits, (gsize) MIN (n, place));
  length = (gsize) MIN (n, place);
  while (length < (gsize) place)
    text[length++] = '0';
  text[length++] = '.';
  if (n <= place)
    text[length++] = '0';
  else
    {
      memcpy (text + length, digits + place, (gsize) (n - place));
      length += (gsize) (n - place);
    }

  return length;
}

/* Whether a node writes the plain form: when it is not longer, and the number is not so large
 * that plain digits would promise more than a float holds. */
static gboolean
is_plain_form (double value,
               int    n,
               int    place)
{
  char exponent[8];
  int exponent_length;
  int plain_length;

  if (value >= 0x1p53)
    return FALSE;

  exponent_length = n + (n == 1 ? 2 : 1) + g_snprintf (exponent, sizeof exponent, "e%d", place - 1);
  if (place <= 0)
    plain_length = 2 - place + n;
  else
    plain_length = place >= n ? place + 2 : n + 1;

  return plain_length <= exponent_length;
}

/*< private >
 * ov_term_format_float:
 * @value: a finite number
 * @text: room for it
 *
 * As io_lib:format("~w") of OTP 25 and later.
 *
 * Returns: the length
 */
gsize
ov_term_format_float (double value,
                      char   text[32])
{
  gsize sign = signbit (value) ? 1 : 0;
  char digits[18];
  int place;
  int n;

  text[0] = '-';
  if (value == 0)
    {
      memcpy (text + sign, "0.0", 3);
      return sign + 3;
    }

  value = fabs (value);
  n = find_shortest_digits (value, digits, &place);

  return sign + (is_plain_form (value, n, place) ? write_plain (text + sign, digits, n, place)
                                                 : write_exponent (text + sign, digits, n, place));
}

static char *
format_hexadecimal (gboolean      negative,
                    const guint8 *little_endian,
                    gsize         n)
{
  GString *text = g_string_sized_new (2 * n + 8);

  g_string_append (text, negative ? "-16#" : "16#");
  while (n > 1 && little_endian[n - 1] == 0)
    n--;
  g_string_append_printf (text, "%X", little_endian[n - 1]);
  for (gsize i = n - 1; i > 0; i--)
    g_string_append_printf (text, "%02X", little_endian[i - 1]);

  return g_string_free (text, FALSE);
}

/* Divides by 10^9 in place and returns the remainder. */
static guint32
divide (guint32 *limbs,
        gsize   *n)
{
  guint64 rest = 0;

  for (gsize i = *n; i > 0; i--)
    {
      guint64 value = rest << 32 | limbs[i - 1];

      limbs[i - 1] = (guint32) (value / 1000000000);
      rest = value % 1000000000;
    }
  while (*n > 0 && limbs[*n - 1] == 0)
    (*n)--;

  return (guint32) rest;
}

/*< private >
 * ov_term_format_big:
 *
 * Returns: (transfer full): the digits
 */
char *
ov_term_format_big (gboolean      negative,
                    const guint8 *little_endian,
                    gsize         n)
{
  guint32 limbs[MAX_DECIMAL_BYTES / 4] = { 0 };
  char text[MAX_DECIMAL_BYTES * 3 + 2];
  gsize at = sizeof text - 1;
  gsize n_limbs = (n + 3) / 4;

  if (n > MAX_DECIMAL_BYTES)
    return format_hexadecimal (negative, little_endian, n);

  for (gsize i = 0; i < n; i++)
    limbs[i / 4] |= (guint32) little_endian[i] << (8 * (i % 4));
  while (n_limbs > 0 && limbs[n_limbs - 1] == 0)
    n_limbs--;

  text[at] = '\0';
  do
    {
      guint32 chunk = divide (limbs, &n_limbs);

      for (guint i = 0; i < 9 && (n_limbs > 0 || chunk > 0 || i == 0); i++, chunk /= 10)
        text[--at] = (char) ('0' + chunk % 10);
    }
  while (n_limbs > 0);
  if (negative && strcmp (text + at, "0") != 0)
    text[--at] = '-';

  return g_strdup (text + at);
}

/*< private >
 * ov_term_parse_big:
 * @digits: of base @base; underscores are passed over
 * @n: how many
 *
 * Returns: (transfer full) (nullable): the integer, %NULL when there are too many digits
 */
OvTerm *
ov_term_parse_big (gboolean    negative,
                   const char *digits,
                   gsize       n,
                   guint       base)
{
  g_autofree guint32 *limbs = NULL;
  gsize used = 0;

  if (n > MAX_DIGITS)
    return NULL;

  limbs = g_new0 (guint32, n / 4 + 8); /* a digit of base 36 has less than 6 bits */
  for (gsize i = 0; i < n; i++)
    {
      char digit = g_ascii_tolower (digits[i]);
      guint64 carry;

      if (digit == '_')
        continue;
      carry = (guint64) (g_ascii_isdigit (digit) ? digit - '0' : digit - 'a' + 10);
      for (gsize j = 0; j < used; j++)
        {
          carry += (guint64) limbs[j] * base;
          limbs[j] = (guint32) carry;
          carry >>= 32;
        }
      if (carry > 0)
        limbs[used++] = (guint32) carry;
    }

  for (gsize i = 0; i < used; i++)
    limbs[i] = GUINT32_TO_LE (limbs[i]);
  return ov_term_new_big (negative, (guint8 *) limbs, 4 * used);
}
