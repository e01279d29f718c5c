/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cursor reads a record in place, is soft about types and hard about broken bytes.
 */
#include "term/ov-term-cursor.h"

#include <string.h>

static const char record[] = "{sample,<0.5.6>,12345678901,-1.5,<<\"bytes\">>,[a,b],[],#{k => v},[1,2],'é'}";

static GByteArray *
encode (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = ov_term_parse (text, "n@h", NULL, &error);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_no_error (error);
  ov_term_encode_versioned (term, bytes);

  return bytes;
}

static void
read_record (OvTermCursor *cursor)
{
  char scratch[512];
  const guint8 *bytes;
  const char *text;
  OvPid pid;
  gint64 integer;
  double real;
  guint n;
  gsize length;

  g_assert_true (ov_term_cursor_enter_tuple (cursor, &n));
  g_assert_cmpuint (n, ==, 10);
  g_assert_false (ov_term_cursor_match_atom (cursor, "other"));
  g_assert_true (ov_term_cursor_match_atom (cursor, "sample"));
  g_assert_true (ov_term_cursor_get_pid (cursor, &pid));
  g_assert_cmpstr (pid.node, ==, "n@h");
  g_assert_cmpuint (pid.id, ==, 5);
  g_assert_true (ov_term_cursor_get_integer (cursor, &integer));
  g_assert_cmpint (integer, ==, 12345678901);
  g_assert_true (ov_term_cursor_get_float (cursor, &real));
  g_assert_cmpfloat (real, ==, -1.5);
  g_assert_true (ov_term_cursor_get_binary (cursor, &bytes, &length));
  g_assert_cmpmem (bytes, length, "bytes", 5);
  g_assert_true (ov_term_cursor_enter_list (cursor, &n));
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (ov_term_cursor_skip (cursor));
  g_assert_true (ov_term_cursor_get_atom (cursor, scratch, &text, &length));
  g_assert_cmpmem (text, length, "b", 1);
  g_assert_true (ov_term_cursor_leave_list (cursor));
  g_assert_true (ov_term_cursor_enter_list (cursor, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (ov_term_cursor_enter_map (cursor, &n));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (ov_term_cursor_get_raw (cursor, &bytes, &length));
  g_assert_cmpmem (bytes, length, "w\001k", 3);
  g_assert_true (ov_term_cursor_skip (cursor));
}

static void
test_record (void)
{
  g_autoptr (GByteArray) bytes = encode (record);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) list = NULL;
  OvTermCursor cursor;
  char scratch[512];
  const char *text;
  gsize length;
  guint n;

  ov_term_cursor_init (&cursor, bytes->data, bytes->len);
  read_record (&cursor);

  /* A list of bytes is soft: it is got as a term. */
  g_assert_false (ov_term_cursor_enter_list (&cursor, &n));
  g_assert_false (cursor.failed);
  list = ov_term_cursor_get_term (&cursor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ov_term_get_size (list), ==, 2);
  g_assert_false (ov_term_cursor_is_at_end (&cursor));
  g_assert_true (ov_term_cursor_get_atom (&cursor, scratch, &text, &length));
  g_assert_cmpmem (text, length, "é", 2);
  g_assert_true (ov_term_cursor_is_at_end (&cursor));

  g_assert_false (ov_term_cursor_skip (&cursor));
  g_assert_true (cursor.failed);
  g_assert_false (ov_term_cursor_is_at_end (&cursor));
}

static void
test_latin1_atom (void)
{
  static const guint8 bytes[] = { 131, 100, 0, 2, 'a', 0xe9, 115, 1, 'b' };
  OvTermCursor cursor;
  char scratch[512];
  const char *text;
  gsize length;

  ov_term_cursor_init (&cursor, bytes, sizeof bytes);
  g_assert_true (ov_term_cursor_get_atom (&cursor, scratch, &text, &length));
  g_assert_true (text == scratch);
  g_assert_cmpmem (text, length, "aé", 3);
  g_assert_true (ov_term_cursor_match_atom (&cursor, "b"));
  g_assert_true (ov_term_cursor_is_at_end (&cursor));
}

/* Every getter on every type: the wrong one neither moves nor fails. */
static void
test_softness (void)
{
  static const char *const texts[] = {
    "a", "5", "5.5", "<0.1.2>", "#Ref<0.1.2.3>", "#Port<0.1>", "fun a:b/1", "{}", "[a]", "<<1>>", "<<1:3>>", "#{}",
    "18446744073709551616",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GByteArray) bytes = encode (texts[i]);
      OvTermCursor cursor;
      char scratch[512];
      const guint8 *raw;
      const char *text;
      gint64 integer;
      double real;
      gsize length;
      OvPid pid;
      guint n;
      guint taken = 0;

#define TRY(call)                                        \
  G_STMT_START                                           \
    {                                                    \
      ov_term_cursor_init (&cursor, bytes->data, bytes->len); \
      if (call)                                          \
        taken++;                                         \
      else                                               \
        g_assert_true (cursor.at == bytes->data + 1);    \
      g_assert_false (cursor.failed);                    \
    }                                                    \
  G_STMT_END

      TRY (ov_term_cursor_get_integer (&cursor, &integer));
      TRY (ov_term_cursor_get_float (&cursor, &real));
      TRY (ov_term_cursor_get_atom (&cursor, scratch, &text, &length));
      TRY (ov_term_cursor_get_pid (&cursor, &pid));
      TRY (ov_term_cursor_get_binary (&cursor, &raw, &length));
      TRY (ov_term_cursor_enter_tuple (&cursor, &n));
      TRY (ov_term_cursor_enter_list (&cursor, &n));
      TRY (ov_term_cursor_enter_map (&cursor, &n));
      TRY (ov_term_cursor_match_atom (&cursor, "zz"));
#undef TRY
      g_assert_cmpuint (taken, <=, 1);
    }
}

static void
test_peek (void)
{
  static const struct
  {
    const char *text;
    OvTermType  type;
  } cases[] = {
    { "a", OV_TERM_ATOM }, { "1", OV_TERM_INTEGER }, { "12345678901", OV_TERM_INTEGER },
    { "18446744073709551616", OV_TERM_BIG }, { "1.0", OV_TERM_FLOAT }, { "<0.1.2>", OV_TERM_PID },
    { "[]", OV_TERM_LIST }, { "[1]", OV_TERM_LIST }, { "[a]", OV_TERM_LIST }, { "{}", OV_TERM_TUPLE },
    { "#{}", OV_TERM_MAP }, { "<<>>", OV_TERM_BINARY }, { "<<1:1>>", OV_TERM_BITSTRING },
  };
  OvTermCursor cursor;
  OvTermType type;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = encode (cases[i].text);

      ov_term_cursor_init (&cursor, bytes->data, bytes->len);
      g_assert_true (ov_term_cursor_peek (&cursor, &type));
      g_assert_cmpint (type, ==, cases[i].type);
      g_assert_true (cursor.at == bytes->data + 1);
    }

  ov_term_cursor_init (&cursor, "R", 1);
  g_assert_false (ov_term_cursor_peek (&cursor, &type));
  g_assert_true (cursor.failed);
  ov_term_cursor_init (&cursor, NULL, 0);
  g_assert_false (ov_term_cursor_peek (&cursor, &type));
}

/* Cut anywhere, a record is read up to there and then fails, for good. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) bytes = encode (record);

  for (guint n = 0; n < bytes->len; n++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes->data, MAX (n, 1));
      OvTermCursor cursor;

      ov_term_cursor_init (&cursor, copy, n);
      g_assert_false (ov_term_cursor_skip (&cursor));
      g_assert_true (cursor.failed);
      g_assert_false (ov_term_cursor_match_atom (&cursor, "sample"));
    }
}

static void
test_improper_list_fails (void)
{
  g_autoptr (GByteArray) bytes = encode ("[a|b]");
  OvTermCursor cursor;
  guint n;

  ov_term_cursor_init (&cursor, bytes->data, bytes->len);
  g_assert_true (ov_term_cursor_enter_list (&cursor, &n));
  g_assert_true (ov_term_cursor_skip (&cursor));
  g_assert_false (ov_term_cursor_leave_list (&cursor));
  g_assert_true (cursor.failed);
}

static void
test_deep_skip (void)
{
  gsize n = 5000000;
  g_autofree guint8 *bytes = g_malloc (2 * n + 1);
  OvTermCursor cursor;

  for (gsize i = 0; i < n; i++)
    {
      bytes[2 * i] = 104;
      bytes[2 * i + 1] = 1;
    }
  bytes[2 * n] = 106;
  ov_term_cursor_init (&cursor, bytes, 2 * n + 1);
  g_assert_true (ov_term_cursor_skip (&cursor));
  g_assert_true (ov_term_cursor_is_at_end (&cursor));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/cursor/record", test_record);
  g_test_add_func ("/term/cursor/latin1-atom", test_latin1_atom);
  g_test_add_func ("/term/cursor/softness", test_softness);
  g_test_add_func ("/term/cursor/peek", test_peek);
  g_test_add_func ("/term/cursor/cut", test_cut);
  g_test_add_func ("/term/cursor/improper-list", test_improper_list_fails);
  g_test_add_func ("/term/cursor/deep-skip", test_deep_skip);

  return g_test_run ();
}
