/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of terms is Erlang's, at any depth.
 */
#include "term/ov-term.h"

static OvTerm *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  OvTerm *term = ov_term_parse (text, "n@h", NULL, &error);

  g_assert_no_error (error);
  return term;
}

/* Ascending; each line was checked against a node's own comparison. */
static void
test_order (void)
{
  static const char *const ascending[] = {
    "-1180591620717411303424", "-9223372036854775809", "-1", "-0.5", "0", "1", "1.5", "2", "9007199254740993",
    "1.0e300", "a", "aa", "b", "b@", "'é'", "#Ref<0.1.2.3>", "#Ref<0.2.2.3>", "fun a:b/1", "fun a:c/1",
    "#Port<0.1>", "#Port<0.2>", "<0.2.0>", "<0.3.0>", "<0.1.1>", "{}", "{a}", "{b}", "{a,a}", "{a,{b}}", "#{}",
    "#{z => 1}", "#{a => 1,b => 1}", "#{a => 1,b => 2}", "#{a => 0,c => 0}", "[]", "[a|b]", "[a]", "[a,b]", "[b]",
    "[b,a]", "<<>>", "<<1:1>>", "<<129>>", "<<129,0>>", "<<130>>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ascending); i++)
    for (guint j = 0; j < G_N_ELEMENTS (ascending); j++)
      {
        g_autoptr (OvTerm) a = parse (ascending[i]);
        g_autoptr (OvTerm) b = parse (ascending[j]);
        int order = ov_term_compare (a, b);

        if ((i < j) != (order < 0) || (i > j) != (order > 0) || (i == j) != ov_term_equal (a, b))
          g_error ("%s against %s gives %d", ascending[i], ascending[j], order);
      }
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    int         order;
    gboolean    equal;
  } cases[] = {
    { "1", "1.0", 0, FALSE },
    { "1", "1", 0, TRUE },
    { "9007199254740993", "9007199254740992.0", 1, FALSE },
    { "9223372036854775807", "9223372036854775808.0", -1, FALSE },
    { "9223372036854775808", "9223372036854775808.0", 0, FALSE },
    { "18446744073709551616", "18446744073709551616.0", 0, FALSE },
    { "18446744073709551617", "18446744073709551616.0", 1, FALSE },
    { "-18446744073709551617", "-18446744073709551616.0", -1, FALSE },
    { "1267650600228229401496703205376", "1.2676506002282294e30", 0, FALSE },
    { "1267650600228229401496703205377", "1.2676506002282294e30", 1, FALSE },
    { "18446744073709551616", "1.5", 1, FALSE },
    { "-18446744073709551616", "1.0e300", -1, FALSE },
    { "{1}", "{1.0}", 0, FALSE },
    { "#{a => 1}", "#{a => 1.0}", 0, FALSE },
    { "#{1 => a}", "#{1.0 => a}", -1, FALSE },
    { "#{1.0 => a,1 => b}", "#{1 => b,1.0 => a}", 0, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OvTerm) a = parse (cases[i].a);
      g_autoptr (OvTerm) b = parse (cases[i].b);

      if (ov_term_compare (a, b) != cases[i].order || ov_term_compare (b, a) != -cases[i].order
          || ov_term_equal (a, b) != cases[i].equal)
        g_error ("%s against %s", cases[i].a, cases[i].b);
    }
}

static OvTerm *
make_deep (gint64 bottom)
{
  OvTerm *term = ov_term_new_integer (bottom);

  for (guint i = 0; i < 1000000; i++)
    {
      OvTerm *element[] = { term };

      term = ov_term_new_tuple (element, 1);
    }

  return term;
}

static void
test_deep (void)
{
  g_autoptr (OvTerm) a = make_deep (1000);
  g_autoptr (OvTerm) b = make_deep (1000);
  g_autoptr (OvTerm) c = make_deep (1001);

  g_assert_true (ov_term_equal (a, b));
  g_assert_cmpint (ov_term_compare (a, c), <, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/compare/order", test_order);
  g_test_add_func ("/term/compare/numbers", test_numbers);
  g_test_add_func ("/term/compare/deep", test_deep);

  return g_test_run ();
}
