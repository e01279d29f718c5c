/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Terms are made, shared and read; a reader that hopes for another type gets nothing.
 */
#include "term/ov-term.h"

#include "base/ov-error.h"

static void
test_leaves (void)
{
  g_autoptr (OvTerm) atom = ov_term_new_atom ("größe");
  g_autoptr (OvTerm) small = ov_term_new_integer (7);
  g_autoptr (OvTerm) large = ov_term_new_integer (G_MININT64);
  g_autoptr (OvTerm) real = ov_term_new_float (1.5);
  g_autoptr (OvTerm) yes = ov_term_new_boolean (TRUE);
  g_autoptr (OvTerm) binary = ov_term_new_binary ("a\0b", 3);
  OvPid pid;
  gint64 integer;
  double number;
  gsize n;

  g_assert_cmpint (ov_term_get_type (atom), ==, OV_TERM_ATOM);
  g_assert_cmpstr (ov_term_get_atom (atom), ==, "größe");
  g_assert_true (ov_term_is_atom (atom, "größe"));
  g_assert_false (ov_term_is_atom (atom, "gr"));
  g_assert_true (ov_term_is_atom (yes, "true"));

  g_assert_true (ov_term_get_integer (small, &integer));
  g_assert_cmpint (integer, ==, 7);
  g_assert_true (ov_term_get_integer (large, &integer));
  g_assert_cmpint (integer, ==, G_MININT64);
  g_assert_false (ov_term_get_integer (atom, &integer));
  g_assert_cmpint (integer, ==, 0);
  g_assert_true (ov_term_get_float (real, &number));
  g_assert_cmpfloat (number, ==, 1.5);
  g_assert_false (ov_term_get_float (small, &number));

  g_assert_cmpmem (ov_term_get_bytes (binary, &n), n, "a\0b", 3);
  g_assert_null (ov_term_get_bytes (atom, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (ov_term_get_atom (binary));
  g_assert_false (ov_term_get_pid (binary, &pid));
  g_assert_true (ov_pid_is_none (&pid));
  g_assert_cmpuint (ov_term_get_size (binary), ==, 0);
  g_assert_null (ov_term_get_element (binary, 0));
  g_assert_null (ov_term_get_tail (binary));
  g_assert_null (ov_term_lookup (binary, "x"));
}

static void
test_identifiers (void)
{
  static const guint32 words[] = { 1, 2, 3 };
  g_autoptr (OvTerm) reference = ov_term_new_reference ("n@h", 9, words, 3);
  g_autoptr (OvTerm) term = NULL;
  OvPid pid, got;

  g_assert_true (ov_pid_parse ("<0.5.6>", "n@h", &pid));
  pid.creation = 3;
  term = ov_term_new_pid (&pid);
  g_assert_true (ov_term_get_pid (term, &got));
  g_assert_true (ov_pid_equal (&pid, &got));
  g_assert_cmpuint (got.creation, ==, 3);
  g_assert_cmpint (ov_term_get_type (reference), ==, OV_TERM_REFERENCE);
}

static void
test_containers (void)
{
  OvTerm *shared = ov_term_new_text ("v");
  g_autoptr (OvTerm) tuple = ov_term_tuple (ov_term_new_atom ("ok"), ov_term_ref (shared), NULL);
  g_autoptr (OvTerm) list = ov_term_list (ov_term_ref (tuple), ov_term_new_integer (1), NULL);
  g_autoptr (OvTerm) empty = ov_term_list (NULL, NULL);
  g_autoptr (OvTerm) nothing = ov_term_tuple (NULL, NULL);

  ov_term_unref (shared);
  g_assert_true (ov_term_is_tagged (tuple, "ok", 2));
  g_assert_false (ov_term_is_tagged (tuple, "ok", 3));
  g_assert_false (ov_term_is_tagged (tuple, "error", 2));
  g_assert_false (ov_term_is_tagged (nothing, "ok", 0));
  g_assert_cmpuint (ov_term_get_size (list), ==, 2);
  g_assert_true (ov_term_get_element (list, 0) == tuple);
  g_assert_null (ov_term_get_element (list, 2));
  g_assert_null (ov_term_get_tail (list));
  g_assert_cmpuint (ov_term_get_size (empty), ==, 0);
  g_assert_cmpint (ov_term_get_type (empty), ==, OV_TERM_LIST);
  g_assert_true (ov_term_lookup (list, "ok") == shared);
}

static void
test_tails (void)
{
  OvTerm *one[] = { ov_term_new_integer (1) };
  OvTerm *two[] = { ov_term_new_integer (2) };
  OvTerm *none[] = { ov_term_new_integer (3) };
  g_autoptr (OvTerm) improper = ov_term_new_improper_list (one, 1, ov_term_new_atom ("t"));
  g_autoptr (OvTerm) longer = ov_term_new_improper_list (two, 1, ov_term_ref (improper));
  g_autoptr (OvTerm) proper = ov_term_new_improper_list (none, 1, ov_term_new_list (NULL, 0));

  g_assert_true (ov_term_is_atom (ov_term_get_tail (improper), "t"));
  g_assert_cmpuint (ov_term_get_size (longer), ==, 2);
  g_assert_true (ov_term_is_atom (ov_term_get_tail (longer), "t"));
  g_assert_cmpuint (ov_term_get_size (proper), ==, 1);
  g_assert_null (ov_term_get_tail (proper));
}

static void
test_maps (void)
{
  OvTerm *pairs[] = {
    ov_term_new_atom ("b"), ov_term_new_integer (1),
    ov_term_new_atom ("a"), ov_term_new_integer (2),
    ov_term_new_atom ("b"), ov_term_new_integer (3),
  };
  g_autoptr (OvTerm) map = ov_term_new_map (pairs, 3);
  gint64 value;

  g_assert_cmpuint (ov_term_get_size (map), ==, 2);
  g_assert_true (ov_term_is_atom (ov_term_get_key (map, 0), "a"));
  g_assert_true (ov_term_get_integer (ov_term_lookup (map, "b"), &value));
  g_assert_cmpint (value, ==, 3);
  g_assert_true (ov_term_get_integer (ov_term_get_value (map, 0), &value));
  g_assert_cmpint (value, ==, 2);
  g_assert_null (ov_term_lookup (map, "c"));
  g_assert_null (ov_term_get_key (map, 2));
}

static void
test_text (void)
{
  g_autoptr (OvTerm) list = ov_term_new_string ("für Ж");
  g_autoptr (OvTerm) binary = ov_term_new_text ("für Ж");
  g_autoptr (OvTerm) atom = ov_term_new_atom ("für Ж");
  g_autoptr (OvTerm) latin = ov_term_new_binary ("f\xfcr", 3);
  g_autoptr (OvTerm) zero = ov_term_new_binary ("a\0b", 3);
  g_autoptr (OvTerm) numbers = ov_term_list (ov_term_new_integer (-1), NULL);
  g_autoptr (OvTerm) empty = ov_term_new_string ("");
  OvTerm *texts[] = { list, binary, atom };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = ov_term_dup_text (texts[i]);

      g_assert_cmpstr (text, ==, "für Ж");
    }
  g_assert_null (ov_term_dup_text (latin));
  g_assert_null (ov_term_dup_text (zero));
  g_assert_null (ov_term_dup_text (numbers));
  {
    g_autofree char *text = ov_term_dup_text (empty);

    g_assert_cmpstr (text, ==, "");
  }
}

/* Freed without recursion, or this overflows the stack. */
static void
test_deep_terms_are_freed (void)
{
  OvTerm *term = ov_term_new_integer (1000);

  for (guint i = 0; i < 1000000; i++)
    {
      OvTerm *element[] = { term };

      term = i % 2 == 0 ? ov_term_new_tuple (element, 1) : ov_term_new_list (element, 1);
    }
  ov_term_unref (term);
}

static void
test_words (void)
{
  static const struct
  {
    OvTermError code;
    const char *word;
  } words[] = {
    { OV_TERM_ERROR_TRUNCATED, "truncated-term" },
    { OV_TERM_ERROR_MALFORMED, "malformed-term" },
    { OV_TERM_ERROR_TOO_LARGE, "term-too-large" },
    { OV_TERM_ERROR_SYNTAX, "syntax-error" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (OV_TERM_ERROR, (int) words[i].code, "x");

      g_assert_cmpstr (ov_error_get_word (error), ==, words[i].word);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/leaves", test_leaves);
  g_test_add_func ("/term/identifiers", test_identifiers);
  g_test_add_func ("/term/containers", test_containers);
  g_test_add_func ("/term/tails", test_tails);
  g_test_add_func ("/term/maps", test_maps);
  g_test_add_func ("/term/text", test_text);
  g_test_add_func ("/term/deep-terms-are-freed", test_deep_terms_are_freed);
  g_test_add_func ("/term/error-words", test_words);

  return g_test_run ();
}
