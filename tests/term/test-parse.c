/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people type is understood, and what is wrong with it is said with its place.
 */
#include "term/ov-term.h"

#include <string.h>

/* Typed; as ~w writes it. */
static const struct
{
  const char *typed;
  const char *written;
} good[] = {
  { " {ok, [1, 2]} ", "{ok,[1,2]}" },
  { "{ok,[1,2]}.", "{ok,[1,2]}" },
  { "% a comment\n{a, % another\n b}\n%", "{a,b}" },
  { "'A b'", "'A b'" },
  { "'\\x{416}\\101\\n\\s\\^a'", "'ЖA\\n \\001'" },
  { "a@b_C1", "a@b_C1" },
  { "-17", "-17" },
  { "+17", "17" },
  { "1_000_000", "1000000" },
  { "16#fF", "255" },
  { "2#1_0", "2" },
  { "-36#zz", "-1295" },
  { "0xff", "255" },
  { "123456789012345678901234567890", "123456789012345678901234567890" },
  { "16#ffffffffffffffffffff", "1208925819614629174706175" },
  { "$a", "97" },
  { "$\\n", "10" },
  { "$Ж", "1046" },
  { "$ ", "32" },
  { "1.5", "1.5" },
  { "-1.5E-3", "-0.0015" },
  { "1_0.2_5e+1", "102.5" },
  { "\"ab\"", "[97,98]" },
  { "\"a\" \"b\"\n\"c\"", "[97,98,99]" },
  { "\"\"", "[]" },
  { "\"\\\"\\\\\\x41\\e\"", "[34,92,65,27]" },
  { "[]", "[]" },
  { "[a|b]", "[a|b]" },
  { "[a,b|[c,d]]", "[a,b,c,d]" },
  { "[a|[b|[c|d]]]", "[a,b,c|d]" },
  { "[a|[]]", "[a]" },
  { "[a|\"bc\"]", "[a,98,99]" },
  { "{}", "{}" },
  { "#{}", "#{}" },
  { "#{a => 1, b => #{c => d}}", "#{a => 1,b => #{c => d}}" },
  { "#{a => 1, a => 2}", "#{a => 2}" },
  { "<<>>", "<<>>" },
  { "<<1, 2, 255>>", "<<1,2,255>>" },
  { "<<256>>", "<<0>>" },
  { "<<-1>>", "<<255>>" },
  { "<<-2:16>>", "<<255,254>>" },
  { "<<-18446744073709551617:72>>", "<<254,255,255,255,255,255,255,255,255>>" },
  { "<<300:16, 1:1>>", "<<1,44,1:1>>" },
  { "<<1:1, 1>>", "<<128,1:1>>" },
  { "<<\"ab\", 3>>", "<<97,98,3>>" },
  { "<<\"é\">>", "<<233>>" },
  { "<<\"é\"/utf8>>", "<<195,169>>" },
  { "<<$a>>", "<<97>>" },
  { "<<1::size(4), 1::4>>", "<<17>>" },
  { "<0.12.0>", "<0.12.0>" },
  { "#PID<0.12.0>", "<0.12.0>" },
  { "<m@other.1.2>", "<m@other.1.2>" },
  { "#Ref<0.1.2.3>", "#Ref<0.1.2.3>" },
  { "#Reference<m@10.0.0.1.1.2.3>", "#Ref<m@10.0.0.1.1.2.3>" },
  { "#Port<0.5>", "#Port<0.5>" },
  { "#Port<m@h.5>", "#Port<m@h.5>" },
  { "fun lists:map/2", "fun lists:map/2" },
  { "fun 'Elixir.A':'b c'/0", "fun 'Elixir.A':'b c'/0" },
  { ":ok", "ok" },
  { ":\"a b\\a\"", "'a b\\007'" },
  { ":foo?", "'foo?'" },
  { "{:+, :<>, :%{}}", "{'+','<>','%{}'}" },
  { ":été", "été" },
  { "nil", "nil" },
  { "Foo.Bar", "'Elixir.Foo.Bar'" },
  { "Elixir", "'Elixir'" },
  { "%{}", "#{}" },
  { "%{a: 1, \"b c\": 2}", "#{a => 1,'b c' => 2}" },
  { "%{:a => 1, <<1>> => 2}", "#{a => 1,<<1>> => 2}" },
  { "%Foo{a: 1}", "#{'__struct__' => 'Elixir.Foo',a => 1}" },
  { "[a: 1, b: [c: 2]]", "[{a,1},{b,[{c,2}]}]" },
  { "[x, a: 1]", "[x,{a,1}]" },
  { "[end: 1, Foo: 2, ok?: 3]", "[{'end',1},{'Foo',2},{'ok?',3}]" },
  { "~c\"it's\\a\"", "[105,116,39,115,7]" },
};

static void
test_good (void)
{
  static const OvTermFormat w = { .plain_strings = TRUE, .local_node = "n@h" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvTerm) term = ov_term_parse (good[i].typed, "n@h", NULL, &error);
      g_autoptr (OvTerm) again = NULL;
      g_autofree char *text = NULL;

      if (term == NULL)
        g_error ("%s: %s", good[i].typed, error->message);
      text = ov_term_to_string (term, &w, NULL);
      g_assert_cmpstr (text, ==, good[i].written);
      again = ov_term_parse (text, "n@h", NULL, &error);
      g_assert_no_error (error);
      g_assert_true (ov_term_equal (term, again));
    }
}

/* Typed; where it is wrong; how the message begins. */
static const struct
{
  const char *typed;
  gsize       offset;
  const char *place;
} bad[] = {
  { "", 0, "Line 1, column 1: " },
  { "  ", 2, "Line 1, column 3: " },
  { "{a", 0, "Line 1, column 1: " },
  { "{a,\n [b,c}", 9, "Line 2, column 6: " },
  { "{é, ü, @}", 9, "Line 1, column 8: " },
  { "{a,}", 3, "Line 1, column 4: " },
  { "{,a}", 1, "Line 1, column 2: " },
  { "a b", 2, "Line 1, column 3: " },
  { "{a b}", 3, "Line 1, column 4: " },
  { "a}", 1, "Line 1, column 2: " },
  { "[a|b,c]", 4, "Line 1, column 5: " },
  { "[|a]", 1, "Line 1, column 2: " },
  { "[a|[b],c]", 6, "Line 1, column 7: " },
  { "{a|b}", 2, "Line 1, column 3: " },
  { "#{a}", 3, "Line 1, column 4: " },
  { "#{a => }", 7, "Line 1, column 8: " },
  { "#{a => 1, b}", 11, "Line 1, column 12: " },
  { "{a => 1}", 3, "Line 1, column 4: " },
  { "[a: ]", 4, "Line 1, column 5: " },
  { "{a: 1}", 1, "Line 1, column 2: " },
  { "\"abc", 0, "Line 1, column 1: " },
  { "'abc", 0, "Line 1, column 1: " },
  { "\"\\x{110000}\"", 1, "Line 1, column 2: " },
  { "\"\\x{d800}\"", 1, "Line 1, column 2: " },
  { "\"\\xg\"", 1, "Line 1, column 2: " },
  { "$", 1, "Line 1, column 2: " },
  { "2#2", 2, "Line 1, column 3: " },
  { "37#1", 0, "Line 1, column 1: " },
  { "12ab", 2, "Line 1, column 3: " },
  { "1.0e", 4, "Line 1, column 5: " },
  { "1.0e999", 0, "Line 1, column 1: " },
  { "<<a>>", 2, "Line 1, column 3: " },
  { "<<1.5>>", 2, "Line 1, column 3: " },
  { "<<1", 0, "Line 1, column 1: " },
  { "<<\"Ж\">>", 2, "Line 1, column 3: " },
  { "<<1:99999999>>", 4, "Line 1, column 5: " },
  { "<0.1>", 0, "Line 1, column 1: " },
  { "<0.1.2", 0, "Line 1, column 1: " },
  { "#Ref<x>", 0, "Line 1, column 1: " },
  { "#Fun<a.1.2>", 0, "Line 1, column 1: " },
  { "fun(X) -> X end", 3, "Line 1, column 4: " },
  { "fun a:b", 7, "Line 1, column 8: " },
  { "fun a:b/256", 11, "Line 1, column 12: " },
  { "_Var", 0, "Line 1, column 1: " },
  { "end", 0, "Line 1, column 1: " },
  { "{ok,\n\n  &x}", 8, "Line 3, column 3: " },
  { "a. b", 1, "Line 1, column 2: " },
  { "{a.}", 2, "Line 1, column 3: " },
  { "%Foo", 4, "Line 1, column 5: " },
  { ":", 1, "Line 1, column 2: " },
  { "a\xff", 1, "Line 1, column 2: " },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize offset = G_MAXSIZE;

      if (ov_term_parse (bad[i].typed, "n@h", &offset, &error) != NULL)
        g_error ("taken for a term: %s", bad[i].typed);
      g_assert_error (error, OV_TERM_ERROR, OV_TERM_ERROR_SYNTAX);
      if (offset != bad[i].offset || !g_str_has_prefix (error->message, bad[i].place))
        g_error ("%s: at %" G_GSIZE_FORMAT ": %s", bad[i].typed, offset, error->message);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_without_a_node (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = ov_term_parse ("<0.1.2>", NULL, NULL, &error);
  OvPid pid;

  g_assert_no_error (error);
  g_assert_true (ov_term_get_pid (term, &pid));
  g_assert_cmpstr (pid.node, ==, "nonode@nohost");
}

static char *
repeat (const char *unit,
        guint       n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, unit);

  return g_string_free (text, FALSE);
}

static void
test_bounds (void)
{
  g_autofree char *deep = repeat ("{", 1000000);
  g_autofree char *tails = repeat ("[1|", 100000);
  g_autofree char *closing = repeat ("]", 100000);
  g_autofree char *chain = g_strconcat (tails, "x", closing, NULL);
  g_autofree char *large = repeat ("          ", 500000);
  g_autofree char *digits = repeat ("1234567890", 1001);
  g_autoptr (GError) a = NULL;
  g_autoptr (GError) b = NULL;
  g_autoptr (GError) c = NULL;
  g_autoptr (GError) d = NULL;
  g_autoptr (OvTerm) list = NULL;
  g_autofree char *atom = g_strnfill (256, 'a');
  g_autofree char *longest = g_strnfill (255, 'a');
  g_autoptr (OvTerm) long_atom = NULL;

  g_assert_null (ov_term_parse (deep, NULL, NULL, &a));
  g_assert_error (a, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
  list = ov_term_parse (chain, NULL, NULL, &b);
  g_assert_no_error (b);
  g_assert_cmpuint (ov_term_get_size (list), ==, 100000);
  g_assert_null (ov_term_parse (large, NULL, NULL, &b));
  g_assert_error (b, OV_TERM_ERROR, OV_TERM_ERROR_TOO_LARGE);
  g_assert_null (ov_term_parse (digits, NULL, NULL, &c));
  g_assert_error (c, OV_TERM_ERROR, OV_TERM_ERROR_SYNTAX);
  g_assert_null (ov_term_parse (atom, NULL, NULL, &d));
  g_assert_error (d, OV_TERM_ERROR, OV_TERM_ERROR_SYNTAX);
  long_atom = ov_term_parse (longest, NULL, NULL, NULL);
  g_assert_true (ov_term_is_atom (long_atom, longest));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/parse/good", test_good);
  g_test_add_func ("/term/parse/bad", test_bad);
  g_test_add_func ("/term/parse/without-a-node", test_without_a_node);
  g_test_add_func ("/term/parse/bounds", test_bounds);

  return g_test_run ();
}
