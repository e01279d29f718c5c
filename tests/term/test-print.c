/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Terms are written as the shell and as inspect/1 write them, within bounds.
 */
#include "term/ov-term.h"

#include <string.h>

static OvTerm *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  OvTerm *term = ov_term_parse (text, "n@h", NULL, &error);

  if (error != NULL)
    g_error ("%s: %s", text, error->message);
  return term;
}

static char *
print (const char         *text,
       const OvTermFormat *format,
       gboolean           *truncated)
{
  g_autoptr (OvTerm) term = parse (text);

  return ov_term_to_string (term, format, truncated);
}

static void
assert_prints (const char         *text,
               const OvTermFormat *format,
               const char         *expected)
{
  gboolean truncated;
  g_autofree char *printed = print (text, format, &truncated);

  g_assert_cmpstr (printed, ==, expected);
  g_assert_cmpint (truncated, ==, strstr (expected, "…") != NULL);
}

/* Typed, ~w, ~p, inspect/1. */
static const struct
{
  const char *typed;
  const char *w;
  const char *p;
  const char *inspect;
} styles[] = {
  { "ok", "ok", "ok", ":ok" },
  { "'A b'", "'A b'", "'A b'", ":\"A b\"" },
  { "'a\\'b\\n'", "'a\\'b\\n'", "'a\\'b\\n'", ":\"a'b\\n\"" },
  { "''", "''", "''", ":\"\"" },
  { "'after'", "'after'", "'after'", ":after" },
  { "'bxor'", "'bxor'", "'bxor'", ":bxor" },
  { "afterx", "afterx", "afterx", ":afterx" },
  { "nil", "nil", "nil", "nil" },
  { "true", "true", "true", "true" },
  { "'Elixir.Foo.Bar'", "'Elixir.Foo.Bar'", "'Elixir.Foo.Bar'", "Foo.Bar" },
  { "'Elixir.foo'", "'Elixir.foo'", "'Elixir.foo'", ":\"Elixir.foo\"" },
  { "'Elixir.Elixir.Foo'", "'Elixir.Elixir.Foo'", "'Elixir.Elixir.Foo'", "Elixir.Elixir.Foo" },
  { "'foo?'", "'foo?'", "'foo?'", ":foo?" },
  { "'+'", "'+'", "'+'", ":+" },
  { "été", "été", "été", ":été" },
  { "'Ж'", "'Ж'", "'Ж'", ":Ж" },
  { "'×'", "'×'", "'×'", ":\"×\"" },
  { "1.0", "1.0", "1.0", "1.0" },
  { "1.0e22", "1.0e22", "1.0e22", "1.0e22" },
  { "123456789012345680.0", "1.2345678901234568e17", "1.2345678901234568e17", "1.2345678901234568e17" },
  { "0.001", "0.001", "0.001", "0.001" },
  { "0.00001", "1.0e-5", "1.0e-5", "1.0e-5" },
  { "4.9e-324", "5.0e-324", "5.0e-324", "5.0e-324" },
  { "-0.0", "-0.0", "-0.0", "-0.0" },
  { "0.1", "0.1", "0.1", "0.1" },
  { "1.7976931348623157e308", "1.7976931348623157e308", "1.7976931348623157e308", "1.7976931348623157e308" },
  { "-18446744073709551616", "-18446744073709551616", "-18446744073709551616", "-18446744073709551616" },
  { "\"text\"", "[116,101,120,116]", "\"text\"", "~c\"text\"" },
  { "[1046]", "[1046]", "\"Ж\"", "[1046]" },
  { "[0]", "[0]", "[0]", "[0]" },
  { "[7]", "[7]", "[7]", "~c\"\\a\"" },
  { "\"q\\\"\\\\\\e\"", "[113,34,92,27]", "\"q\\\"\\\\\\e\"", "~c\"q\\\"\\\\\\e\"" },
  { "<<\"text\">>", "<<116,101,120,116>>", "<<\"text\">>", "\"text\"" },
  { "<<\"é\"/utf8>>", "<<195,169>>", "<<\"é\"/utf8>>", "\"é\"" },
  { "<<\"é\">>", "<<233>>", "<<\"é\">>", "<<233>>" },
  { "<<\"a#{b}\">>", "<<97,35,123,98,125>>", "<<\"a#{b}\">>", "\"a\\#{b}\"" },
  { "<<>>", "<<>>", "<<>>", "\"\"" },
  { "<<1,2,3>>", "<<1,2,3>>", "<<1,2,3>>", "<<1, 2, 3>>" },
  { "<<1,2:3>>", "<<1,2:3>>", "<<1,2:3>>", "<<1, 2::size(3)>>" },
  { "{a,{},[]}", "{a,{},[]}", "{a,{},[]}", "{:a, {}, []}" },
  { "[a|b]", "[a|b]", "[a|b]", "[:a | :b]" },
  { "#{a => 1,\"k\" => #{}}", "#{a => 1,[107] => #{}}", "#{a => 1,\"k\" => #{}}", "%{:a => 1, ~c\"k\" => %{}}" },
  { "#{a => 1}", "#{a => 1}", "#{a => 1}", "%{a: 1}" },
  { "#{'a b' => 1,'+' => 2}", "#{'a b' => 1,'+' => 2}", "#{'a b' => 1,'+' => 2}", "%{\"a b\": 1, +: 2}" },
  { "#{'Elixir.A' => 1}", "#{'Elixir.A' => 1}", "#{'Elixir.A' => 1}", "%{A => 1}" },
  { "[{a,1},{b,[{c,2}]}]", "[{a,1},{b,[{c,2}]}]", "[{a,1},{b,[{c,2}]}]", "[a: 1, b: [c: 2]]" },
  { "[{a,1},b]", "[{a,1},b]", "[{a,1},b]", "[{:a, 1}, :b]" },
  { "[{a,1}|b]", "[{a,1}|b]", "[{a,1}|b]", "[{:a, 1} | :b]" },
  { "%Foo.Bar{x: nil}", "#{'__struct__' => 'Elixir.Foo.Bar',x => nil}",
    "#{'__struct__' => 'Elixir.Foo.Bar',x => nil}", "%Foo.Bar{x: nil}" },
  { "%Foo{}", "#{'__struct__' => 'Elixir.Foo'}", "#{'__struct__' => 'Elixir.Foo'}", "%Foo{}" },
  { "<0.5.6>", "<0.5.6>", "<0.5.6>", "#PID<0.5.6>" },
  { "#Ref<0.1.2.3>", "#Ref<0.1.2.3>", "#Ref<0.1.2.3>", "#Reference<0.1.2.3>" },
  { "#Port<0.7>", "#Port<0.7>", "#Port<0.7>", "#Port<0.7>" },
  { "fun lists:map/2", "fun lists:map/2", "fun lists:map/2", "&:lists.map/2" },
  { "fun 'Elixir.Enum':'a b'/2", "fun 'Elixir.Enum':'a b'/2", "fun 'Elixir.Enum':'a b'/2", "&Enum.\"a b\"/2" },
};

static void
test_styles (void)
{
  static const OvTermFormat w = { .plain_strings = TRUE };
  static const OvTermFormat p = { 0 };
  static const OvTermFormat inspect = { .style = OV_TERM_STYLE_ELIXIR };

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    {
      assert_prints (styles[i].typed, &w, styles[i].w);
      assert_prints (styles[i].typed, &p, styles[i].p);
      assert_prints (styles[i].typed, &inspect, styles[i].inspect);
    }
}

static void
test_nodes (void)
{
  static const OvTermFormat here = { .local_node = "n@h" };
  static const OvTermFormat there = { .local_node = "m@h" };
  static const OvTermFormat there_elixir = { .local_node = "m@h", .style = OV_TERM_STYLE_ELIXIR };

  assert_prints ("{<0.1.2>,<m@h.1.2>}", &here, "{<0.1.2>,<m@h.1.2>}");
  assert_prints ("{<0.1.2>,<m@h.1.2>}", &there, "{<n@h.1.2>,<0.1.2>}");
  assert_prints ("{<0.1.2>,<m@h.1.2>}", NULL, "{<0.1.2>,<0.1.2>}");
  assert_prints ("{<0.1.2>,#Ref<0.1.2.3>}", &there_elixir, "{#PID<n@h.1.2>, #Reference<n@h.1.2.3>}");
}

/* However short, a bounded text is the beginning of the whole one. */
static void
test_max_chars (void)
{
  const char *text = "{ok,\"grüße Ж\",<<\"b\">>,#{k => [1.5|t]},'Ä'}";
  g_autofree char *whole = print (text, NULL, NULL);
  glong n = g_utf8_strlen (whole, -1);

  for (glong max = 1; max <= n + 2; max++)
    {
      OvTermFormat format = { .max_chars = (guint) max };
      gboolean truncated;
      g_autofree char *cut = print (text, &format, &truncated);

      g_assert_true (g_utf8_validate (cut, -1, NULL));
      g_assert_cmpint (truncated, ==, max < n);
      g_assert_cmpint (g_utf8_strlen (cut, -1), ==, MIN (n, max));
      if (max < n)
        {
          g_assert_true (g_str_has_suffix (cut, "…"));
          g_assert_cmpint (strncmp (cut, whole, strlen (cut) - strlen ("…")), ==, 0);
        }
      else
        g_assert_cmpstr (cut, ==, whole);
    }
}

/* A bound also bounds the work: a huge text costs what is shown of it. */
static void
test_large_binary_is_cheap (void)
{
  gsize n = 64 << 20;
  g_autofree guint8 *bytes = g_malloc (n + 5);
  static const OvTermFormat format = { .max_chars = 80 };
  g_autoptr (GString) into = g_string_new (NULL);
  gint64 begin;

  bytes[0] = 109;
  bytes[1] = 4;
  bytes[2] = bytes[3] = bytes[4] = 0;
  memset (bytes + 5, 'x', n);
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < 1000; i++)
    {
      g_string_truncate (into, 0);
      ov_term_print_bytes (bytes, n + 5, &format, into, NULL);
    }
  g_assert_cmpuint (into->len, ==, 79 + strlen ("…"));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

static void
test_max_depth_and_items (void)
{
  static const OvTermFormat shallow = { .max_depth = 2 };
  static const OvTermFormat few = { .max_items = 2 };
  static const OvTermFormat few_elixir = { .max_items = 2, .style = OV_TERM_STYLE_ELIXIR };

  assert_prints ("{a,{b,{c}}}", &shallow, "{a,{b,…}}");
  assert_prints ("[[],[[]],{x},[{y}]]", &shallow, "[[],[[]],{x},[…]]");
  assert_prints ("[a,b,c,d]", &few, "[a,b,…]");
  assert_prints ("{a,{b,c,d},e}", &few, "{a,{b,c,…},…}");
  assert_prints ("[1,2,3]", &few, "[1,2,…]");
  assert_prints ("#{a => 1,b => 2,c => 3}", &few, "#{a => 1,b => 2,…}");
  assert_prints ("[{[a,b,c|d],x},y]", &few, "[{[a,b,…],x},y]");
  assert_prints ("[a: 1, b: 2, c: 3]", &few_elixir, "[a: 1, b: 2, …]");
  assert_prints ("%S{a: 1, b: 2}", &few_elixir, "%S{a: 1, b: 2}");
}

static void
test_folding (void)
{
  static const OvTermFormat narrow = { .width = 20 };
  static const OvTermFormat elixir = { .width = 20, .style = OV_TERM_STYLE_ELIXIR };

  assert_prints ("{short,[a,b]}", &narrow, "{short,[a,b]}");
  assert_prints ("[aaaa,bbbb,cccc,dddd,eeee]", &narrow, "[aaaa,bbbb,cccc,\n dddd,eeee]");
  assert_prints ("{state,{first,1},{second,22},[x]}", &narrow, "{state,\n {first,1},\n {second,22},\n [x]}");
  assert_prints ("#{name => bob,age => 42}", &narrow, "#{name => bob,\n  age => 42}");
  assert_prints ("{:state, %{name: :bob, age: 42}}", &elixir, "{\n  :state,\n  %{\n    name: :bob,\n    age: 42\n  }\n}");
}

/* Folded or not, the same text but for white space; and no line is longer than need be. */
static void
test_folding_keeps_the_text (void)
{
  const char *text = "{state,[{<0.1.2>,\"name\",#{a => [1,2,3],b => {x,y}}},{<0.2.2>,\"other\",#{}}],[],<<\"bin\">>,[a|b]}";
  g_autofree char *flat = print (text, NULL, NULL);

  for (guint width = 1; width < 120; width++)
    {
      OvTermFormat format = { .width = width };
      g_autofree char *folded = print (text, &format, NULL);
      g_auto (GStrv) lines = g_strsplit (folded, "\n", -1);
      g_autoptr (GString) joined = g_string_new (lines[0]);

      for (guint i = 1; lines[i] != NULL; i++)
        g_string_append (joined, g_strchug (lines[i]));
      g_string_replace (joined, "=>", "", 0);
      g_string_replace (joined, " ", "", 0);
      {
        g_autoptr (GString) wanted = g_string_new (flat);

        g_string_replace (wanted, "=>", "", 0);
        g_string_replace (wanted, " ", "", 0);
        g_assert_cmpstr (joined->str, ==, wanted->str);
      }
      if (width > strlen (flat) + 1)
        g_assert_cmpstr (folded, ==, flat);
      for (guint i = 0; width >= 40 && lines[i] != NULL; i++)
        g_assert_cmpuint (strlen (lines[i]), <=, width);
    }
}

static void
test_malformed (void)
{
  static const guint8 bytes[] = { 131, 104, 3, 97, 1, 97, 2 };
  static const guint8 nonsense[] = { 131, 104, 2, 97, 1, 3, 9 };
  g_autoptr (GString) into = g_string_new ("> ");

  ov_term_print_bytes (bytes, sizeof bytes, NULL, into, NULL);
  g_assert_cmpstr (into->str, ==, "> {1,2,‹malformed›");
  g_string_truncate (into, 0);
  ov_term_print_bytes (nonsense, sizeof nonsense, NULL, into, NULL);
  g_assert_cmpstr (into->str, ==, "{1,‹malformed›");
  g_string_truncate (into, 0);
  ov_term_print_bytes (NULL, 0, NULL, into, NULL);
  g_assert_cmpstr (into->str, ==, "‹malformed›");
}

/* Recognising keyword lists looks ahead; nested in each other they may not cost a square. */
static void
test_nested_keywords_are_cheap (void)
{
  static const guint8 level[] = { 108, 0, 0, 0, 1, 104, 2, 119, 1, 'k' };
  static const OvTermFormat elixir = { .style = OV_TERM_STYLE_ELIXIR };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) into = g_string_new (NULL);
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 200000; i++)
    g_byte_array_append (bytes, level, sizeof level);
  for (guint i = 0; i < 200001; i++)
    g_byte_array_append (bytes, (const guint8 *) "j", 1);
  ov_term_print_bytes (bytes->data, bytes->len, &elixir, into, NULL);
  g_assert_true (g_str_has_prefix (into->str, "[k: [k: "));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 10 * G_USEC_PER_SEC);
}

static void
test_huge_integer (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) into = g_string_new (NULL);
  guint8 head[] = { 111, 0, 0x10, 0, 0, 1 };

  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_set_size (bytes, sizeof head + 0x100000);
  memset (bytes->data + sizeof head, 0xab, 0x100000);
  ov_term_print_bytes (bytes->data, bytes->len, NULL, into, NULL);
  g_assert_true (g_str_has_prefix (into->str, "-16#ABAB"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/term/print/styles", test_styles);
  g_test_add_func ("/term/print/nodes", test_nodes);
  g_test_add_func ("/term/print/max-chars", test_max_chars);
  g_test_add_func ("/term/print/large-binary-is-cheap", test_large_binary_is_cheap);
  g_test_add_func ("/term/print/max-depth-and-items", test_max_depth_and_items);
  g_test_add_func ("/term/print/folding", test_folding);
  g_test_add_func ("/term/print/folding-keeps-the-text", test_folding_keeps_the_text);
  g_test_add_func ("/term/print/malformed", test_malformed);
  g_test_add_func ("/term/print/nested-keywords-are-cheap", test_nested_keywords_are_cheap);
  g_test_add_func ("/term/print/huge-integer", test_huge_integer);

  return g_test_run ();
}
