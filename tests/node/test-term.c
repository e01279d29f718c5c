/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ten thousand terms that a real node made, of this machine's release and of others: decoded,
 * written as the node writes them, typed again, ordered as the node orders them, and sent back.
 * A smaller number against inspect/1.
 */
#include "support/ov-test-node.h"
#include "term/ov-term.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_TERMS 10000
#define N_INSPECTED 3000
#define SEED 20260101

typedef struct
{
  guint8 *at;
  guint8 *end;
} Input;

static GBytes *
take (Input *input)
{
  guint32 wire;
  gsize n;
  GBytes *bytes;

  g_assert_cmpuint (input->end - input->at, >=, 4);
  memcpy (&wire, input->at, 4);
  n = GUINT32_FROM_BE (wire);
  g_assert_cmpuint ((gsize) (input->end - input->at), >=, 4 + n);
  bytes = g_bytes_new (input->at + 4, n);
  input->at += 4 + n;

  return bytes;
}

static char *
take_text (Input *input)
{
  g_autoptr (GBytes) bytes = take (input);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static OvTerm *
decode (gconstpointer bytes,
        gsize         n,
        const char   *text)
{
  g_autoptr (GError) error = NULL;
  OvTerm *term = ov_term_decode (bytes, n, NULL, NULL, &error);

  if (term == NULL)
    g_error ("%s: %s", text, error->message);
  return term;
}

/* The order that the node reports between this term and the one before. */
static void
check_order (const OvTerm *before,
             const OvTerm *term,
             char          order,
             const char   *text)
{
  int ours = ov_term_compare (before, term);
  gboolean right = order == '<' ? ours < 0 : order == '>' ? ours > 0 : ours == 0;

  if (!right || ov_term_equal (before, term) != (order == '='))
    {
      g_autofree char *other = ov_term_to_string (before, NULL, NULL);

      g_error ("%s %c %s, not %d", other, order, text, ours);
    }
}

static void
check_typed (const OvTerm *term,
             const char   *text,
             const char   *node)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) typed = NULL;
  g_autofree char *twin = NULL;

  typed = ov_term_parse (text, node, NULL, &error);
  if (typed == NULL)
    g_error ("%s: %s", text, error->message);
  twin = ov_term_to_string (typed, &(OvTermFormat) { .plain_strings = TRUE, .local_node = node }, NULL);
  if (!ov_term_equal (typed, term))
    g_error ("%s was typed and became %s", text, twin);
}

/* Decodes, prints, types and encodes one; returns it. */
static OvTerm *
check_term (GBytes     *bytes,
            const char *text,
            const char *node,
            GByteArray *again)
{
  OvTermFormat w = { .plain_strings = TRUE, .local_node = node };
  g_autoptr (GString) printed = g_string_new (NULL);
  g_autoptr (GByteArray) encoded = g_byte_array_new ();
  g_autoptr (OvTerm) term = decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text);
  g_autoptr (OvTerm) twin = NULL;
  g_autofree char *ours = ov_term_to_string (term, &w, NULL);
  guint32 wire;

  g_assert_cmpstr (ours, ==, text);
  ov_term_print_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &w, printed, NULL);
  g_assert_cmpstr (printed->str, ==, text);
  if (strstr (text, "#Fun<") == NULL)
    check_typed (term, text, node);

  ov_term_encode_versioned (term, encoded);
  twin = decode (encoded->data, encoded->len, text);
  g_assert_true (ov_term_equal (term, twin));
  wire = GUINT32_TO_BE (encoded->len);
  g_byte_array_append (again, (guint8 *) &wire, 4);
  g_byte_array_append (again, encoded->data, encoded->len);

  return g_steal_pointer (&term);
}

static GByteArray *
check_terms (const char *path,
             const char *node)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) before = NULL;
  g_autofree char *before_text = NULL;
  g_autofree char *contents = NULL;
  GByteArray *again = g_byte_array_new ();
  Input input;
  gsize n;

  g_file_get_contents (path, &contents, &n, &error);
  g_assert_no_error (error);
  input = (Input) { (guint8 *) contents, (guint8 *) contents + n };

  for (guint i = 0; i < N_TERMS; i++)
    {
      g_autoptr (GBytes) bytes = take (&input);
      g_autofree char *text = take_text (&input);
      OvTerm *term = check_term (bytes, text, node, again);
      char order = (char) *input.at++;

      /* Between closures a node orders by things that are not in the bytes. */
      if (before != NULL && (strstr (text, "#Fun<") == NULL || strstr (before_text, "#Fun<") == NULL))
        check_order (before, term, order, text);
      g_clear_pointer (&before, ov_term_unref);
      before = term;
      g_free (before_text);
      before_text = g_steal_pointer (&text);
    }
  g_assert_true (input.at == input.end);

  return again;
}

static void
load_generator (OvTestNode *node)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "node", "ov_term_pairs.erl", NULL);
  g_autofree char *copy = g_build_filename (ov_test_node_get_home (node), "ov_term_pairs.erl", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize n;

  g_file_get_contents (source, &text, &n, &error);
  g_assert_no_error (error);
  g_file_set_contents (copy, text, (gssize) n, &error);
  g_assert_no_error (error);
  ov_test_node_assert_eval (node,
                            "begin {ok, M, B} = compile:file(filename:join(os:getenv(\"HOME\"), \"ov_term_pairs\"), [binary]),"
                            " {module, _} = code:load_binary(M, \"ov_term_pairs\", B), ok end",
                            "ok");
}

static void
round_trip (void)
{
  OvTestNode *node;
  g_autoptr (GByteArray) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *start = NULL;
  g_autofree char *count = NULL;
  g_autofree char *terms = NULL;
  g_autofree char *answers = NULL;

  node = ov_test_node_start (NULL, NULL);
  load_generator (node);
  start = g_strdup_printf ("ov_term_pairs:start(os:getenv(\"HOME\"), %d, %d)", N_TERMS, SEED);
  count = g_strdup_printf ("%d", N_TERMS);
  ov_test_node_assert_eval (node, start, count);

  terms = g_build_filename (ov_test_node_get_home (node), "terms", NULL);
  answers = g_build_filename (ov_test_node_get_home (node), "again", NULL);
  again = check_terms (terms, "nonode@nohost");
  g_file_set_contents (answers, (const char *) again->data, again->len, &error);
  g_assert_no_error (error);
  ov_test_node_assert_eval (node, "ov_term_pairs:check(os:getenv(\"HOME\"))", count);

  ov_test_node_stop (node);
}

static void
test_round_trip (void)
{
  if (ov_test_node_is_available ())
    round_trip ();
}

/* Another release in a folder of its own, where tests/support/fetch-releases put it. */
static void
test_other_release (gconstpointer release)
{
  const char *cache = g_getenv ("OVERSTORY_TEST_CACHE");
  g_autofree char *usual = g_build_filename (g_get_user_cache_dir (), "overstory-tests", NULL);
  g_autofree char *name = g_strdup_printf ("otp-%s", (const char *) release);
  g_autofree char *root = g_build_filename (cache != NULL ? cache : usual, name, NULL);
  g_autofree char *complete = g_strconcat (root, ".complete", NULL);

  if (geteuid () != 0 || !g_file_test (complete, G_FILE_TEST_EXISTS))
    {
      g_autofree char *why = g_strdup_printf ("OTP %s (tests/support/fetch-releases, as root) is missing",
                                              (const char *) release);

      g_test_skip (why);
      return;
    }

  g_setenv ("OVERSTORY_TEST_OTP_ROOT", root, TRUE);
  round_trip ();
  g_unsetenv ("OVERSTORY_TEST_OTP_ROOT");
}

static void
run_elixir (const char *elixir,
            const char *path)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "node", "ov_term_inspect.exs", NULL);
  g_autofree char *count = g_strdup_printf ("%d", N_INSPECTED);
  g_autofree char *seed = g_strdup_printf ("%d", SEED);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, elixir, script, path, count, seed, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
test_inspect (void)
{
  static const OvTermFormat inspect = { .style = OV_TERM_STYLE_ELIXIR };
  g_autofree char *elixir = g_find_program_in_path ("elixir");
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  Input input;
  gsize n;

  if (elixir == NULL)
    {
      g_test_skip ("elixir is not installed");
      return;
    }

  folder = g_dir_make_tmp ("ov-term-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "terms", NULL);
  run_elixir (elixir, path);
  g_file_get_contents (path, &contents, &n, &error);
  g_assert_no_error (error);
  g_remove (path);
  g_rmdir (folder);

  input = (Input) { (guint8 *) contents, (guint8 *) contents + n };
  for (guint i = 0; i < N_INSPECTED; i++)
    {
      g_autoptr (GBytes) bytes = take (&input);
      g_autofree char *text = take_text (&input);
      g_autoptr (OvTerm) term = decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text);
      g_autofree char *ours = ov_term_to_string (term, &inspect, NULL);

      g_assert_cmpstr (ours, ==, text);
    }
  g_assert_true (input.at == input.end);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/term/round-trip", test_round_trip);
  g_test_add_data_func ("/node/term/round-trip-otp-23", "23", test_other_release);
  g_test_add_data_func ("/node/term/round-trip-otp-27", "27", test_other_release);
  g_test_add_data_func ("/node/term/round-trip-otp-29", "29", test_other_release);
  g_test_add_func ("/node/term/inspect", test_inspect);

  return g_test_run ();
}
