/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hostile bytes and hostile text against the term layer.
 *
 * Whatever the input is, nothing is read beyond it (each input lies in a block of exactly its
 * size, for the address sanitizer), nothing hangs, and the functions agree: what the decoder
 * takes, the cursor skips to the same end, and encoding and decoding it again gives an equal
 * term; what is printed is valid UTF-8 within its bounds.
 * The inputs: files from real nodes, every cut of them, mutations of them, random bytes, and
 * terms made by a grammar that uses every tag.  The seed is fixed; OVERSTORY_FUZZ_FACTOR
 * multiplies the number of rounds.
 */
#include "term/ov-term-cursor.h"

#include <stdlib.h>
#include <string.h>

#define SEED 20260101
#define RANDOM_ROUNDS 60000
#define MUTATION_ROUNDS 100000
#define GRAMMAR_ROUNDS 40000
#define TEXT_ROUNDS 100000

static const OvTermFormat formats[] = {
  { .max_chars = 80 },
  { .style = OV_TERM_STYLE_ELIXIR, .max_chars = 200, .local_node = "nonode@nohost" },
  { .plain_strings = TRUE, .max_depth = 3, .max_items = 4, .max_chars = 5000 },
  { .width = 30, .max_chars = 3000 },
  { .style = OV_TERM_STYLE_ELIXIR, .width = 17, .max_items = 9, .max_chars = 3000 },
};

static guint
get_rounds (guint rounds)
{
  const char *factor = g_getenv ("OVERSTORY_FUZZ_FACTOR");

  return factor != NULL ? rounds * (guint) MAX (atoi (factor), 1) : rounds;
}

/* ---- what must hold of any bytes ---- */

static void
check_printing (const guint8 *bytes,
                gsize         n)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GString) text = g_string_new ("é");

      ov_term_print_bytes (bytes, n, &formats[i], text, NULL);
      g_assert_true (g_utf8_validate (text->str, (gssize) text->len, NULL));
      g_assert_cmpint (g_utf8_strlen (text->str, -1), <=, formats[i].max_chars + 1);
    }
}

/* All getters in turn at each place, as a reader that expects anything. */
static void
check_walk (const guint8 *bytes,
            gsize         n)
{
  OvTermCursor cursor;
  char scratch[512];

  ov_term_cursor_init (&cursor, bytes, n);
  while (!cursor.failed && !ov_term_cursor_is_at_end (&cursor))
    {
      const guint8 *at = cursor.at;
      OvTermType type;
      const guint8 *raw;
      const char *text;
      gsize length;
      gint64 integer;
      double real;
      OvPid pid;
      guint count;

      if (!ov_term_cursor_peek (&cursor, &type)
          || ov_term_cursor_match_atom (&cursor, "ok")
          || ov_term_cursor_get_atom (&cursor, scratch, &text, &length)
          || ov_term_cursor_get_integer (&cursor, &integer)
          || ov_term_cursor_get_float (&cursor, &real)
          || ov_term_cursor_get_pid (&cursor, &pid)
          || ov_term_cursor_get_binary (&cursor, &raw, &length)
          || ov_term_cursor_enter_tuple (&cursor, &count)
          || ov_term_cursor_enter_list (&cursor, &count)
          || ov_term_cursor_enter_map (&cursor, &count)
          || ov_term_cursor_get_raw (&cursor, &raw, &length))
        g_assert_true (cursor.failed || cursor.at > at);
      else
        g_assert_true (cursor.failed);
      g_assert_true (cursor.at <= cursor.end);
    }
}

static void
check_term (OvTerm *term)
{
  g_autoptr (GByteArray) encoded = g_byte_array_new ();
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) twin = NULL;
  g_autofree char *text = ov_term_to_string (term, &formats[0], NULL);
  g_autofree char *words = ov_term_dup_text (term);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  ov_term_encode (term, encoded);
  twin = ov_term_decode (encoded->data, encoded->len, NULL, NULL, &error);
  if (twin == NULL)
    g_error ("%s: %s", text, error->message);
  g_assert_true (ov_term_equal (term, twin));
  g_assert_cmpint (ov_term_compare (term, twin), ==, 0);
  ov_term_encode (twin, again);
  g_assert_cmpmem (encoded->data, encoded->len, again->data, again->len);
}

static void
check_bytes (const guint8 *input,
             gsize         n)
{
  static const OvTermLimits limits = { .max_inflated_bytes = 1 << 20 };
  g_autofree guint8 *bytes = g_memdup2 (input, MAX (n, 1));
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = NULL;
  OvTermCursor cursor;
  gsize consumed = 0;
  gboolean skipped;

  ov_term_cursor_init (&cursor, bytes, n);
  skipped = ov_term_cursor_skip (&cursor);
  g_assert_cmpint (skipped, ==, !cursor.failed);

  term = ov_term_decode (bytes, n, &limits, &consumed, &error);
  g_assert_true ((term == NULL) == (error != NULL));
  if (term != NULL)
    {
      if (skipped)
        g_assert_cmpuint (consumed, ==, (gsize) (cursor.at - bytes));
      else
        g_assert_true (ov_term_get_type (term) == OV_TERM_OPAQUE || (n > 1 && bytes[1] == 80));
      check_term (term);
    }
  check_walk (bytes, n);
  check_printing (bytes, n);
}

/* ---- the corpus ---- */

static int
compare_names_cb (gconstpointer a,
                  gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
load_corpus (void)
{
  GPtrArray *corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "term", NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".etf"))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names_cb);

  for (guint i = 0; i < names->len; i++)
    {
      char *contents;
      gsize n;

      g_file_get_contents (g_ptr_array_index (names, i), &contents, &n, &error);
      g_assert_no_error (error);
      g_ptr_array_add (corpus, g_bytes_new_take (contents, n));
    }
  g_assert_cmpuint (corpus->len, >=, 15);

  return corpus;
}

static void
test_corpus_and_cuts (void)
{
  g_autoptr (GPtrArray) corpus = load_corpus ();

  for (guint i = 0; i < corpus->len; i++)
    {
      gsize n;
      const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (corpus, i), &n);
      g_autoptr (GError) error = NULL;
      g_autoptr (OvTerm) whole = ov_term_decode (bytes, n, NULL, NULL, &error);

      g_assert_no_error (error);
      check_bytes (bytes, n);
      for (gsize cut = 0; cut < n; cut++)
        {
          g_autoptr (GError) why = NULL;

          check_bytes (bytes, cut);
          g_assert_null (ov_term_decode (bytes, cut, NULL, NULL, &why));
          g_assert_error (why, OV_TERM_ERROR, OV_TERM_ERROR_TRUNCATED);
        }
    }
}

static void
test_mutations (void)
{
  g_autoptr (GPtrArray) corpus = load_corpus ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint rounds = get_rounds (MUTATION_ROUNDS);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      gsize n;
      const guint8 *original = g_bytes_get_data (g_ptr_array_index (corpus, i % corpus->len), &n);
      guint n_changes = (guint) g_rand_int_range (rand, 1, 5);

      g_byte_array_append (bytes, original, (guint) n);
      for (guint j = 0; j < n_changes; j++)
        {
          guint at = (guint) g_rand_int_range (rand, 0, (gint32) bytes->len);
          guint run = (guint) g_rand_int_range (rand, 1, 12);

          run = MIN (run, bytes->len - at);
          switch (g_rand_int_range (rand, 0, 5))
            {
            case 0:
              bytes->data[at] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
              break;
            case 1:
              bytes->data[at] = (guint8) g_rand_int (rand);
              break;
            case 2:
              bytes->data[at] = "\377\000\177\154\150\164\160\120\171"[g_rand_int_range (rand, 0, 9)];
              break;
            case 3:
              memmove (bytes->data + at, bytes->data + g_rand_int_range (rand, 0, (gint32) (bytes->len - run + 1)), run);
              break;
            default:
              if (run < bytes->len)
                g_byte_array_remove_range (bytes, at, run);
              break;
            }
        }
      check_bytes (bytes->data, bytes->len);
    }
}

static void
test_random_bytes (void)
{
  static const guint8 tags[] = "FMPXYZabcdefghijklmnopqrstuvwxy";
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 1);
  guint rounds = get_rounds (RANDOM_ROUNDS);

  for (guint i = 0; i < rounds; i++)
    {
      guint8 bytes[64];
      guint n = (guint) g_rand_int_range (rand, 0, sizeof bytes);

      for (guint j = 0; j < n; j++)
        bytes[j] = (guint8) (g_rand_boolean (rand) ? tags[g_rand_int_range (rand, 0, sizeof tags - 1)]
                                                   : g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 6 : 256));
      if (n > 0 && i % 2 == 0)
        bytes[0] = 131;
      check_bytes (bytes, n);
    }
}

/* ---- a grammar of valid terms ---- */

static void
put (GByteArray *into,
     guint       n,
     guint64     value)
{
  for (guint i = n; i > 0; i--)
    {
      guint8 byte = (guint8) (value >> (8 * (i - 1)));

      g_byte_array_append (into, &byte, 1);
    }
}

static void
put_random (GByteArray *into,
            GRand      *rand,
            guint       n)
{
  for (guint i = 0; i < n; i++)
    put (into, 1, g_rand_int (rand));
}

static void
put_letters (GByteArray *into,
             GRand      *rand,
             guint       n)
{
  for (guint i = 0; i < n; i++)
    put (into, 1, (guint64) g_rand_int_range (rand, 1, 127));
}

static void
put_atom (GByteArray *into,
          GRand      *rand)
{
  static const guint8 tags[] = { 100, 115, 118, 119 };
  guint8 tag = tags[g_rand_int_range (rand, 0, sizeof tags)];
  guint n = (guint) g_rand_int_range (rand, 0, 9);

  put (into, 1, tag);
  put (into, tag == 100 || tag == 118 ? 2 : 1, n);
  if (tag == 100 || tag == 115)
    put_random (into, rand, n);
  else
    put_letters (into, rand, n);
}

static void
put_pid (GByteArray *into,
         GRand      *rand)
{
  gboolean old = g_rand_boolean (rand);

  put (into, 1, old ? 103 : 88);
  put_atom (into, rand);
  put_random (into, rand, old ? 9 : 12);
}

static void
put_counted (GByteArray *into,
             GRand      *rand,
             guint8      tag,
             guint       width,
             guint       extra)
{
  guint n = (guint) g_rand_int_range (rand, 1, 20);

  put (into, 1, tag);
  put (into, width, n);
  if (tag == 77)
    put (into, 1, (guint64) g_rand_int_range (rand, 1, 9));
  else if (extra > 0)
    put (into, extra, (guint64) g_rand_int_range (rand, 0, 2));
  put_random (into, rand, n);
}

static void
put_reference (GByteArray *into,
               GRand      *rand)
{
  guint n = (guint) g_rand_int_range (rand, 1, 6);
  gboolean newer = g_rand_boolean (rand);

  put (into, 1, newer ? 90 : 114);
  put (into, 2, n);
  put_atom (into, rand);
  put_random (into, rand, (newer ? 4 : 1) + 4 * n);
}

static void
put_identifier (GByteArray *into,
                GRand      *rand,
                guint8      tag,
                guint       n)
{
  put (into, 1, tag);
  put_atom (into, rand);
  put_random (into, rand, n);
}

static void
put_double (GByteArray *into,
            GRand      *rand)
{
  double value = g_rand_double_range (rand, -1e9, 1e9);
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  put (into, 1, 70);
  put (into, 8, bits);
}

static void
put_float_text (GByteArray *into,
                GRand      *rand)
{
  char text[31] = { 0 };

  g_ascii_formatd (text, sizeof text, "%.20e", g_rand_double_range (rand, -1e9, 1e9));
  put (into, 1, 99);
  g_byte_array_append (into, (guint8 *) text, sizeof text);
}

static void put_term (GByteArray *into, GRand *rand, guint depth);

static void
put_terms (GByteArray *into,
           GRand      *rand,
           guint       depth,
           guint       n)
{
  for (guint i = 0; i < n; i++)
    put_term (into, rand, depth);
}

static void
put_fun (GByteArray *into,
         GRand      *rand,
         guint       depth)
{
  guint n = (guint) g_rand_int_range (rand, 0, 3);
  guint at = into->len;
  guint32 size;

  if (g_rand_boolean (rand))
    {
      put (into, 1, 117);
      put (into, 4, n);
      put_pid (into, rand);
      put_atom (into, rand);
      put (into, 4, 0x61016102); /* two small integers */
      put_terms (into, rand, depth, n);
      return;
    }

  put (into, 1, 112);
  put (into, 4, 0);
  put_random (into, rand, 1 + 16 + 4);
  put (into, 4, n);
  put_atom (into, rand);
  put (into, 4, 0x61016102);
  put_pid (into, rand);
  put_terms (into, rand, depth, n);
  size = GUINT32_TO_BE (into->len - at - 1);
  memcpy (into->data + at + 1, &size, sizeof size);
}

/* Keys are numbered, so that none comes twice. */
static void
put_map (GByteArray *into,
         GRand      *rand,
         guint       depth)
{
  guint n = (guint) g_rand_int_range (rand, 0, 5);

  put (into, 1, 116);
  put (into, 4, n);
  for (guint i = 0; i < n; i++)
    {
      put (into, 1, 104);
      put (into, 1, 2);
      put (into, 2, 0x6100 + i);
      put_term (into, rand, depth);
      put_term (into, rand, depth);
    }
}

static void
put_container (GByteArray *into,
               GRand      *rand,
               guint       depth)
{
  guint n = (guint) g_rand_int_range (rand, 0, 5);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      put (into, 1, 104);
      put (into, 1, n);
      put_terms (into, rand, depth, n);
      break;
    case 1:
      put (into, 1, 105);
      put (into, 4, n);
      put_terms (into, rand, depth, n);
      break;
    case 2:
      put (into, 1, 108);
      put (into, 4, n);
      put_terms (into, rand, depth, n);
      put (into, 1, 106);
      break;
    case 3:
      put (into, 1, 108);
      put (into, 4, n);
      put_terms (into, rand, depth, n + 1);
      break;
    case 4:
      put_map (into, rand, depth);
      break;
    default:
      put_fun (into, rand, depth);
      break;
    }
}

/* Leaves, all of one shape: the tag and two numbers that mean what their writer makes of them. */
typedef void (*PutLeaf) (GByteArray *into,
                         GRand      *rand,
                         guint8      tag,
                         guint       a,
                         guint       b);

static void
put_fixed (GByteArray *into,
           GRand      *rand,
           guint8      tag,
           guint       n,
           guint       unused)
{
  put (into, 1, tag);
  put_random (into, rand, n);
}

static void
put_any_float (GByteArray *into,
               GRand      *rand,
               guint8      tag,
               guint       a,
               guint       b)
{
  if (tag == 70)
    put_double (into, rand);
  else
    put_float_text (into, rand);
}

static void
put_any_identifier (GByteArray *into,
                    GRand      *rand,
                    guint8      tag,
                    guint       n,
                    guint       unused)
{
  if (tag == 90)
    put_reference (into, rand);
  else if (tag == 88)
    put_pid (into, rand);
  else
    put_identifier (into, rand, tag, n);
}

static void
put_any_atom (GByteArray *into,
              GRand      *rand,
              guint8      tag,
              guint       a,
              guint       b)
{
  if (tag == 113)
    {
      put (into, 1, tag);
      put_atom (into, rand);
      put_atom (into, rand);
      put_fixed (into, rand, 97, 1, 0);
    }
  else
    put_atom (into, rand);
}

static const struct
{
  PutLeaf put;
  guint8  tag;
  guint   a;
  guint   b;
} leaves[] = {
  { put_fixed, 97, 1 },           { put_fixed, 98, 4 },            { put_fixed, 106, 0 },
  { put_any_float, 70 },          { put_any_float, 99 },           { put_counted, 110, 1, 1 },
  { put_counted, 111, 4, 1 },     { put_counted, 107, 2, 0 },      { put_counted, 109, 4, 0 },
  { put_counted, 77, 4, 1 },      { put_any_identifier, 90 },      { put_any_identifier, 88 },
  { put_any_identifier, 101, 5 }, { put_any_identifier, 102, 5 },  { put_any_identifier, 89, 8 },
  { put_any_identifier, 120, 12 }, { put_any_atom, 119 },          { put_any_atom, 113 },
};

static void
put_term (GByteArray *into,
          GRand      *rand,
          guint       depth)
{
  guint i = (guint) g_rand_int_range (rand, 0, depth > 0 ? 30 : G_N_ELEMENTS (leaves));

  if (i < G_N_ELEMENTS (leaves))
    leaves[i].put (into, rand, leaves[i].tag, leaves[i].a, leaves[i].b);
  else
    put_container (into, rand, depth - 1);
}

static void
test_grammar (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 2);
  guint rounds = get_rounds (GRAMMAR_ROUNDS);

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (OvTerm) term = NULL;

      put (bytes, 1, 131);
      put_term (bytes, rand, 4);
      term = ov_term_decode (bytes->data, bytes->len, NULL, NULL, &error);
      g_assert_no_error (error);
      check_bytes (bytes->data, bytes->len);
      check_bytes (bytes->data, (gsize) g_rand_int_range (rand, 0, (gint32) bytes->len));
    }
}

/* ---- typed text ---- */

static void
check_text (const char *input,
            gsize       n)
{
  static const OvTermFormat w = { .plain_strings = TRUE, .local_node = "n@h" };
  g_autofree char *text = g_strndup (input, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = NULL;
  g_autoptr (OvTerm) again = NULL;
  g_autofree char *printed = NULL;
  gsize offset = G_MAXSIZE;

  term = ov_term_parse (text, "n@h", &offset, &error);
  if (term == NULL)
    {
      g_assert_true (error != NULL && offset <= strlen (text));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }

  check_term (term);
  printed = ov_term_to_string (term, &w, NULL);
  /* The name of one node too many; it cannot be typed. */
  if (strstr (printed, "<…") != NULL)
    return;
  again = ov_term_parse (printed, "n@h", NULL, &error);
  if (again == NULL)
    g_error ("%s gives %s: %s", text, printed, error->message);
  g_assert_true (ov_term_equal (term, again));
}

static void
test_text (void)
{
  static const char *const words[] = {
    "{", "}", "[", "]", "#{", "%{", "%A{", "<<", ">>", ",", "|", "=>", ".", "1", "-", "16#f", "1.5", "e9", "$", "\\",
    "\"", "'", "a", "Ж", "fun ", "a:b/1", ":", "::", "k: ", "nil", "Foo", "<0.1.2>", "#Ref<0.1.2>", "#Port<", ">", "%",
    "\n", " ", "~c\"", "_", "/utf8", ":8", "\\x{41}", "0", "\xff",
  };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "term", "typed.txt", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 3);
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  guint rounds = get_rounds (TEXT_ROUNDS);

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (g_strchomp (contents), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (OvTerm) whole = ov_term_parse (lines[i], "n@h", NULL, &error);

      g_assert_no_error (error);
      for (gsize n = 0; n <= strlen (lines[i]); n++)
        check_text (lines[i], n);
    }
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GString) text = g_string_new (i % 3 == 0 ? lines[i % g_strv_length (lines)] : "");
      guint n = (guint) g_rand_int_range (rand, 1, 12);

      for (guint j = 0; j < n; j++)
        g_string_insert (text, g_rand_int_range (rand, 0, (gint32) text->len + 1),
                         words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
      check_text (text->str, text->len);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* First, since hostile bytes use up the room for the names of other nodes. */
  g_test_add_func ("/fuzz/term/text", test_text);
  g_test_add_func ("/fuzz/term/corpus-and-cuts", test_corpus_and_cuts);
  g_test_add_func ("/fuzz/term/mutations", test_mutations);
  g_test_add_func ("/fuzz/term/random-bytes", test_random_bytes);
  g_test_add_func ("/fuzz/term/grammar", test_grammar);

  return g_test_run ();
}
