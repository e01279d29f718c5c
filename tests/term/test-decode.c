/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every tag of the external format is decoded to what it means, encoded again to the same
 * value, and refused when it is cut, oversized or nonsense.
 */
#include "term/ov-term.h"

#include <string.h>
#include <zlib.h>

/* "61 05" and so on; text between single quotes stands for its bytes. */
static GByteArray *
make_bytes (const char *recipe)
{
  GByteArray *bytes = g_byte_array_new ();

  while (*recipe != '\0')
    {
      if (*recipe == ' ')
        recipe++;
      else if (*recipe == '\'')
        {
          const char *end = strchr (recipe + 1, '\'');

          g_byte_array_append (bytes, (const guint8 *) recipe + 1, (guint) (end - recipe - 1));
          recipe = end + 1;
        }
      else
        {
          guint8 byte = (guint8) (g_ascii_xdigit_value (recipe[0]) << 4 | g_ascii_xdigit_value (recipe[1]));

          g_byte_array_append (bytes, &byte, 1);
          recipe += 2;
        }
    }

  return bytes;
}

static const struct
{
  const char *name;
  const char *recipe;
  OvTermType  type;
  const char *text;
} tags[] = {
  { "SMALL_INTEGER", "61 ff", OV_TERM_INTEGER, "255" },
  { "INTEGER", "62 ff ff ff fe", OV_TERM_INTEGER, "-2" },
  { "FLOAT", "63 '1.50000000000000000000e+00' 00 00 00 00 00", OV_TERM_FLOAT, "1.5" },
  { "NEW_FLOAT", "46 bf f8 00 00 00 00 00 00", OV_TERM_FLOAT, "-1.5" },
  { "SMALL_BIG", "6e 09 01 00 00 00 00 00 00 00 00 01", OV_TERM_BIG, "-18446744073709551616" },
  { "SMALL_BIG that fits", "6e 08 01 00 00 00 00 00 00 00 80", OV_TERM_INTEGER, "-9223372036854775808" },
  { "SMALL_BIG that does not", "6e 08 00 00 00 00 00 00 00 00 80", OV_TERM_BIG, "9223372036854775808" },
  { "SMALL_BIG with zeros", "6e 0a 00 05 00 00 00 00 00 00 00 00 00", OV_TERM_INTEGER, "5" },
  { "LARGE_BIG", "6f 00 00 00 09 00 00 00 00 00 00 00 00 00 01", OV_TERM_BIG, "18446744073709551616" },
  { "ATOM", "64 00 03 'a' e9 'b'", OV_TERM_ATOM, "aéb" },
  { "SMALL_ATOM", "73 02 'ok'", OV_TERM_ATOM, "ok" },
  { "ATOM_UTF8", "76 00 02 'ok'", OV_TERM_ATOM, "ok" },
  { "SMALL_ATOM_UTF8", "77 04 'a' d0 96 'b'", OV_TERM_ATOM, "'aЖb'" },
  { "empty atom", "77 00", OV_TERM_ATOM, "''" },
  { "PID", "67 64 00 03 'n@h' 00 00 00 05 00 00 00 06 01", OV_TERM_PID, "<0.5.6>" },
  { "NEW_PID", "58 77 03 'n@h' 00 00 00 05 00 00 00 06 00 00 00 09", OV_TERM_PID, "<0.5.6>" },
  { "PORT", "66 64 00 03 'n@h' 00 00 00 05 01", OV_TERM_PORT, "#Port<0.5>" },
  { "NEW_PORT", "59 77 03 'n@h' 00 00 00 05 00 00 00 09", OV_TERM_PORT, "#Port<0.5>" },
  { "V4_PORT", "78 77 03 'n@h' 00 00 00 01 00 00 00 00 00 00 00 09", OV_TERM_PORT, "#Port<0.4294967296>" },
  { "REFERENCE", "65 64 00 03 'n@h' 00 00 00 07 01", OV_TERM_REFERENCE, "#Ref<0.7>" },
  { "NEW_REFERENCE", "72 00 03 64 00 03 'n@h' 01 00 00 00 01 00 00 00 02 00 00 00 03", OV_TERM_REFERENCE, "#Ref<0.3.2.1>" },
  { "NEWER_REFERENCE", "5a 00 05 77 03 'n@h' 00 00 00 09 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05", OV_TERM_REFERENCE, "#Ref<0.5.4.3.2.1>" },
  { "SMALL_TUPLE", "68 02 61 01 68 00", OV_TERM_TUPLE, "{1,{}}" },
  { "LARGE_TUPLE", "69 00 00 00 01 61 01", OV_TERM_TUPLE, "{1}" },
  { "MAP", "74 00 00 00 02 77 01 'b' 61 01 77 01 'a' 61 02", OV_TERM_MAP, "#{b => 1,a => 2}" },
  { "empty MAP", "74 00 00 00 00", OV_TERM_MAP, "#{}" },
  { "NIL", "6a", OV_TERM_LIST, "[]" },
  { "STRING", "6b 00 02 01 02", OV_TERM_LIST, "[1,2]" },
  { "empty STRING", "6b 00 00", OV_TERM_LIST, "[]" },
  { "LIST", "6c 00 00 00 02 61 01 77 01 'a' 6a", OV_TERM_LIST, "[1,a]" },
  { "improper LIST", "6c 00 00 00 01 61 01 77 01 'a'", OV_TERM_LIST, "[1|a]" },
  { "LIST of nothing", "6c 00 00 00 00 6a", OV_TERM_LIST, "[]" },
  { "LIST of nothing but a tail", "6c 00 00 00 00 61 05", OV_TERM_INTEGER, "5" },
  { "LIST behind LIST", "6c 00 00 00 01 61 01 6c 00 00 00 02 77 01 'a' 77 01 'b' 6a", OV_TERM_LIST, "[1,a,b]" },
  { "STRING behind LIST", "6c 00 00 00 01 77 01 'a' 6b 00 02 01 02", OV_TERM_LIST, "[a,1,2]" },
  { "BINARY", "6d 00 00 00 02 01 02", OV_TERM_BINARY, "<<1,2>>" },
  { "empty BINARY", "6d 00 00 00 00", OV_TERM_BINARY, "<<>>" },
  { "BIT_BINARY", "4d 00 00 00 02 03 01 ff", OV_TERM_BITSTRING, "<<1,7:3>>" },
  { "BIT_BINARY of whole bytes", "4d 00 00 00 01 08 01", OV_TERM_BINARY, "<<1>>" },
  { "EXPORT", "71 77 01 'm' 77 02 'A b' 61 02", OV_TERM_EXPORT, NULL },
  { "EXPORT of atoms", "71 64 00 01 'm' 77 01 'f' 61 02", OV_TERM_EXPORT, "fun m:f/2" },
  { "NEW_FUN", "70 00 00 00 3d 01 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 00 00 00 04 00 00 00 01 "
               "77 01 'm' 61 04 61 09 58 77 03 'n@h' 00 00 00 05 00 00 00 06 00 00 00 09 6a 61", OV_TERM_FUN, NULL },
  { "NEW_FUN with an environment", "70 00 00 00 37 01 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 00 00 00 04 00 00 00 01 "
               "77 01 'm' 61 04 61 09 58 77 03 'n@h' 00 00 00 05 00 00 00 06 00 00 00 09 6a", OV_TERM_FUN, "#Fun<m.4.9>" },
  { "FUN", "75 00 00 00 01 67 64 00 03 'n@h' 00 00 00 05 00 00 00 06 01 77 01 'm' 61 04 61 09 6a", OV_TERM_FUN, "#Fun<m.4.9>" },
  { "LOCAL", "79 01 02 03 04 05 06 07 08 ff", OV_TERM_OPAQUE, "#Opaque<10 bytes>" },
};

static OvTerm *
decode (GByteArray *bytes,
        GError    **error)
{
  return ov_term_decode (bytes->data, bytes->len, NULL, NULL, error);
}

static void
check_tag (guint i)
{
  static const OvTermFormat plain = { .plain_strings = TRUE };
  g_autoptr (GByteArray) bytes = make_bytes (tags[i].recipe);
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GString) printed = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = decode (bytes, &error);
  g_autoptr (OvTerm) twin = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (ov_term_get_type (term), ==, tags[i].type);
  text = ov_term_to_string (term, &plain, NULL);
  g_assert_cmpstr (text, ==, tags[i].text);

  ov_term_encode_versioned (term, again);
  g_assert_cmpuint (again->data[0], ==, 131);
  twin = decode (again, &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_equal (term, twin));

  /* Printed from its bytes it is the same, but for lists that are oddly cut into pieces. */
  ov_term_print_bytes (bytes->data, bytes->len, &plain, printed, NULL);
  if (strstr (tags[i].name, "nothing") == NULL)
    g_assert_cmpstr (printed->str, ==, tags[i].text);

  for (guint n = 0; n < bytes->len && tags[i].type != OV_TERM_OPAQUE; n++)
    {
      g_autoptr (GError) cut = NULL;

      g_assert_null (ov_term_decode (bytes->data, n, NULL, NULL, &cut));
      g_assert_error (cut, OV_TERM_ERROR, OV_TERM_ERROR_TRUNCATED);
    }
}

static void
test_tags (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (tags[i].text != NULL)
      {
        g_test_message ("%s", tags[i].name);
        check_tag (i);
      }
}

static void
test_consumed (void)
{
  static const guint8 bytes[] = { 131, 97, 5, 106 };
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = NULL;
  gsize consumed;

  term = ov_term_decode (bytes, sizeof bytes, NULL, &consumed, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (consumed, ==, 3);
  g_assert_null (ov_term_decode (bytes, sizeof bytes, NULL, NULL, &error));
  g_assert_error (error, OV_TERM_ERROR, OV_TERM_ERROR_MALFORMED);
}

static void
test_malformed (void)
{
  static const char *const recipes[] = {
    "00", "83", "83 83 61 05", "52 01", "44 01", /* no term; atom cache */
    "46 7f f0 00 00 00 00 00 00", "46 7f f8 00 00 00 00 00 00", /* infinite, not a number */
    "63 'nan' 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "63 'hello' 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "77 02 c3 28", /* not UTF-8 */
    "77 01 ff",
    "58 61 05 00 00 00 05 00 00 00 06 00 00 00 09", /* the node is a number */
    "5a 00 00 77 03 'n@h' 00 00 00 09", /* a reference of no words */
    "5a 00 06 77 03 'n@h' 00 00 00 09 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 05 00 00 00 06",
    "74 00 00 00 02 77 01 'a' 61 01 77 01 'a' 61 02", /* a key twice */
    "4d 00 00 00 01 09 ff", "4d 00 00 00 01 00 ff", "4d 00 00 00 00 03", /* bits of a byte */
    "71 77 01 'm' 61 05 61 02", "71 77 01 'm' 77 01 'f' 62 00 00 01 00", "71 77 01 'm' 77 01 'f' 77 01 'x'",
    "70 00 00 00 05 01 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 00 00 00 04 00 00 00 01 6a 6a",
    "68 01 79 01 02 03 04", /* a node's own format inside another term */
  };

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autoptr (GByteArray) bytes = make_bytes (recipes[i]);
      g_autoptr (GError) error = NULL;

      if (decode (bytes, &error) != NULL)
        g_error ("decoded: %s", recipes[i]);
      if (!g_error_matches (error, OV_TERM_ERROR, OV_TERM_ERROR_MALFORMED) && i != 1)
        g_error ("%s: %s", recipes[i], error->message);
    }
}

static void
test_atom_length (void)
{
  g_autoptr (GByteArray) bytes = make_bytes ("76 01 fe");
  g_autoptr (GByteArray) latin = make_bytes ("64 01 00");
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = NULL;

  for (guint i = 0; i < 255; i++)
    g_byte_array_append (bytes, (const guint8 *) "é", 2);
  term = decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (ov_term_get_atom (term)), ==, 510);

  g_byte_array_set_size (latin, 3 + 256);
  memset (latin->data + 3, 'a', 256);
  g_assert_null (decode (latin, &error));
  g_assert_error (error, OV_TERM_ERROR, OV_TERM_ERROR_MALFORMED);
}

/* A length is a claim.  None of these may allocate what it claims. */
static void
test_claims (void)
{
  static const char *const recipes[] = {
    "6c ff ff ff ff 61 01 6a", "69 ff ff ff ff 61 01", "74 ff ff ff ff 61 01 61 02", "6d ff ff ff ff 01",
    "6b ff ff 01", "6f ff ff ff ff 00 01", "4d ff ff ff ff 01 01", "75 ff ff ff ff 6a", "70 ff ff ff ff 00 00",
    "6c 7f ff ff ff 61 01 6a", "74 7f ff ff ff 61 01 61 02",
    /* Each claims what is left, of which the others already claimed a part. */
    "68 05 68 05 68 05 68 05 68 05 6a 6a 6a 6a 6a 6a", "6c 00 00 00 06 6c 00 00 00 06 6a 6a 6a 6a 6a 6a 6a 6a",
  };

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autoptr (GByteArray) bytes = make_bytes (recipes[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (decode (bytes, &error));
      if (!g_error_matches (error, OV_TERM_ERROR, OV_TERM_ERROR_TRUNCATED)
          && !g_error_matches (error, OV_TERM_ERROR, OV_TERM_ERROR_MALFORMED))
        g_error ("%s: %s", recipes[i], error->message);
    }
}

static void
test_limits (void)
{
  static const OvTermLimits few = { .max_terms = 3 };
  static const OvTermLimits shallow = { .max_depth = 2 };
  g_autoptr (GByteArray) deep = make_bytes ("68 01 68 01 68 01 6a");
  g_autoptr (GByteArray) wide = make_bytes ("68 03 6a 6a 6a");
  g_autoptr (GByteArray) text = make_bytes ("6b 00 04 'abcd'");
  g_autoptr (GError) a = NULL;
  g_autoptr (GError) b = NULL;
  g_autoptr (GError) c = NULL;

  g_assert_null (ov_term_decode (deep->data, deep->len, &shallow, NULL, &a));
  g_assert_error (a, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
  g_assert_null (ov_term_decode (wide->data, wide->len, &few, NULL, &b));
  g_assert_error (b, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
  g_assert_null (ov_term_decode (text->data, text->len, &few, NULL, &c));
  g_assert_error (c, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
}

static GByteArray *
make_deep (guint        depth,
           const guint8 *level,
           guint         n)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < depth; i++)
    g_byte_array_append (bytes, level, n);
  g_byte_array_append (bytes, (const guint8 *) "j", 1);

  return bytes;
}

/* A million levels: decoded, compared, encoded, printed and freed without a stack, when the
 * caller allows them; an error by default. */
static void
test_deep (void)
{
  static const guint8 tuple[] = { 104, 1 };
  static const guint8 list_tail[] = { 108, 0, 0, 0, 1, 106 };
  static const OvTermLimits deep = { .max_terms = 10000000, .max_depth = 2000000 };
  static const OvTermFormat folded = { .max_chars = 3000000, .width = 80 };
  g_autoptr (GByteArray) bytes = make_deep (1000000, tuple, sizeof tuple);
  g_autoptr (GByteArray) chain = make_deep (500000, list_tail, sizeof list_tail);
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = NULL;
  g_autoptr (OvTerm) list = NULL;
  g_autofree char *text = NULL;
  g_autofree char *lines = NULL;

  g_assert_null (decode (bytes, &error));
  g_assert_error (error, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
  g_clear_error (&error);

  term = ov_term_decode (bytes->data, bytes->len, &deep, NULL, &error);
  g_assert_no_error (error);
  ov_term_encode (term, again);
  g_assert_cmpmem (bytes->data, bytes->len, again->data, again->len);
  text = ov_term_to_string (term, NULL, NULL);
  g_assert_cmpuint (strlen (text), ==, 2000002);
  lines = ov_term_to_string (term, &folded, NULL);
  g_assert_nonnull (lines);

  list = ov_term_decode (chain->data, chain->len, &deep, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ov_term_get_size (list), ==, 500000);
}

static GByteArray *
make_compressed (const guint8 *plain,
                 gsize         n,
                 guint32       claimed)
{
  GByteArray *bytes = make_bytes ("83 50");
  guint32 wire = GUINT32_TO_BE (claimed);
  uLongf size = compressBound (n);
  g_autofree guint8 *packed = g_malloc (size);

  g_assert_cmpint (compress (packed, &size, plain, n), ==, Z_OK);
  g_byte_array_append (bytes, (guint8 *) &wire, 4);
  g_byte_array_append (bytes, packed, (guint) size);

  return bytes;
}

static void
test_compressed (void)
{
  static const OvTermLimits small = { .max_inflated_bytes = 50000 };
  g_autoptr (GByteArray) plain = make_bytes ("6d 00 01 00 00");
  g_autoptr (GByteArray) good = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  static const OvTermFormat few = { .max_chars = 10 };
  gsize n;

  g_byte_array_set_size (plain, 5 + 65536);
  memset (plain->data + 5, 0, 65536);
  good = make_compressed (plain->data, plain->len, plain->len);
  term = decode (good, &error);
  g_assert_no_error (error);
  g_assert_nonnull (ov_term_get_bytes (term, &n));
  g_assert_cmpuint (n, ==, 65536);
  ov_term_print_bytes (good->data, good->len, &few, text, NULL);
  g_assert_cmpstr (text->str, ==, "<<0,0,0,0…");

  g_assert_null (ov_term_decode (good->data, good->len, &small, NULL, &error));
  g_assert_error (error, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
  g_clear_error (&error);

  for (gsize cut = 0; cut < good->len; cut++)
    {
      g_autoptr (GError) why = NULL;

      g_assert_null (ov_term_decode (good->data, cut, NULL, NULL, &why));
      g_assert_error (why, OV_TERM_ERROR, OV_TERM_ERROR_TRUNCATED);
    }
}

/* The claimed size is a bound both ways; a bomb that claims little is cut off. */
static void
test_compressed_lies (void)
{
  g_autoptr (GByteArray) plain = make_bytes ("6d 00 01 00 00");
  guint32 claims[] = { 0, 5, 65540, 65542, 70000, 0xffffffff };

  g_byte_array_set_size (plain, 5 + 65536);
  memset (plain->data + 5, 0, 65536);
  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      g_autoptr (GByteArray) bytes = make_compressed (plain->data, plain->len, claims[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (decode (bytes, &error));
      g_assert_nonnull (error);
    }
}

static void
test_round_trip_of_large_parts (void)
{
  g_autoptr (GPtrArray) elements = g_ptr_array_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) tuple = NULL;
  g_autoptr (OvTerm) twin = NULL;

  for (guint i = 0; i < 70000; i++)
    g_ptr_array_add (elements, ov_term_new_integer (i % 256));
  g_ptr_array_add (elements, ov_term_new_list ((OvTerm **) elements->pdata, elements->len));
  for (guint i = 0; i + 1 < elements->len; i++)
    ov_term_ref (g_ptr_array_index (elements, i));
  tuple = ov_term_new_tuple ((OvTerm **) elements->pdata, elements->len);

  ov_term_encode_versioned (tuple, bytes);
  twin = decode (bytes, &error);
  g_assert_no_error (error);
  g_assert_true (ov_term_equal (tuple, twin));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/decode/tags", test_tags);
  g_test_add_func ("/term/decode/consumed", test_consumed);
  g_test_add_func ("/term/decode/malformed", test_malformed);
  g_test_add_func ("/term/decode/atom-length", test_atom_length);
  g_test_add_func ("/term/decode/claims", test_claims);
  g_test_add_func ("/term/decode/limits", test_limits);
  g_test_add_func ("/term/decode/deep", test_deep);
  g_test_add_func ("/term/decode/compressed", test_compressed);
  g_test_add_func ("/term/decode/compressed-lies", test_compressed_lies);
  g_test_add_func ("/term/decode/large-parts", test_round_trip_of_large_parts);

  return g_test_run ();
}
