/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree as a document: every process once, names that cannot break the format, and pictures
 * that other programs can read.
 */
#include "export/ov-process-text.h"
#include "export/ov-tree-export.h"
#include "tests/export/ov-test-table.h"

#include <cairo.h>
#include <string.h>

static char *
export_text (OvProcessTable           *table,
             const OvTreeSceneOptions *options,
             OvExportFormat            format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ov_tree_export_bytes (table, options, format, &error);
  gsize size;
  const char *text;

  g_assert_no_error (error);
  text = g_bytes_get_data (bytes, &size);

  return g_strndup (text, size);
}

/* Adds the pids of @p and of what is below it; fails on one that was seen. */
static void
collect (JsonObject *p,
         GHashTable *pids)
{
  JsonArray *children = json_object_get_array_member (p, "children");
  static const char *const members[] = { "pid",     "name",     "label",     "kind",     "module",  "child_id",
                                         "restart", "strategy", "intensity", "period_s", "children" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_true (json_object_has_member (p, members[i]));
  if (!json_object_get_null_member (p, "pid"))
    g_assert_true (g_hash_table_add (pids, g_strdup (json_object_get_string_member (p, "pid"))));
  for (guint i = 0; i < json_array_get_length (children); i++)
    collect (json_array_get_object_element (children, i), pids);
}

static guint
count_pids (JsonNode *tree)
{
  g_autoptr (GHashTable) pids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonObject *object = json_node_get_object (tree);
  JsonArray *applications = json_object_get_array_member (object, "applications");
  JsonArray *outside = json_object_get_array_member (object, "outside");

  for (guint i = 0; i < json_array_get_length (applications); i++)
    collect (json_object_get_object_member (json_array_get_object_element (applications, i), "root"), pids);
  for (guint i = 0; i < json_array_get_length (outside); i++)
    collect (json_array_get_object_element (outside, i), pids);

  return g_hash_table_size (pids);
}

static char *
dup_without_time (JsonNode *tree)
{
  g_assert_true (g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$",
                                       json_object_get_string_member (json_node_get_object (tree), "taken_at"),
                                       0, 0));
  json_object_remove_member (json_node_get_object (tree), "taken_at");

  return json_to_string (tree, TRUE);
}

static void
test_json (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (JsonNode) tree = ov_tree_export_json (table, &options);
  g_autofree char *found = dup_without_time (tree);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "export", "shop.json", NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (count_pids (tree), ==, ov_process_table_get_n_alive (table));
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_strchomp (expected);
  g_assert_cmpstr (found, ==, expected);
}

/* Each live process once, whatever the forest. */
static void
test_exactly_once (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);

  for (guint round = 0; round < 30; round++)
    {
      guint32 n = (guint32) g_rand_int_range (rand, 1, 400);
      g_autoptr (OvProcessTable) table = test_table_new_random (rand, n);
      OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
      g_autoptr (JsonNode) tree = ov_tree_export_json (table, &options);

      g_assert_cmpuint (ov_process_table_get_n_alive (table), ==, n);
      g_assert_cmpint (json_object_get_int_member (json_node_get_object (tree), "process_count"), ==, n);
      g_assert_cmpuint (count_pids (tree), ==, n);
    }
}

/* A chain of spawns is deeper than readers of JSON like. */
static void
test_chain (void)
{
  g_autoptr (OvProcessTable) table = ov_process_table_new (TEST_NODE);
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (JsonNode) tree = NULL;
  g_autofree char *text = NULL;
  guint depth = 0, deepest = 0;

  ov_process_table_begin_census (table);
  for (guint32 id = 1; id <= 5000; id++)
    test_add_process (table, id, NULL, OV_BEHAVIOUR_PROC_LIB, "chain", id - 1);
  ov_process_table_end_census (table);
  ov_process_table_flush (table);

  tree = ov_tree_export_json (table, &options);
  g_assert_cmpuint (count_pids (tree), ==, 5000);
  text = json_to_string (tree, FALSE);
  for (const char *at = text; *at != '\0'; at++)
    {
      depth += *at == '{' || *at == '[';
      deepest = MAX (deepest, depth);
      depth -= *at == '}' || *at == ']';
    }
  g_assert_cmpuint (deepest, <, 250);
  g_assert_nonnull (strstr (text, "\"parent\":\"<0.4999.0>\""));
}

static void
test_depth_and_application (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (JsonNode) tree = NULL;
  JsonObject *root;

  options.max_depth = 1;
  options.application = ov_strings_find (ov_process_table_get_strings (table), "shop");
  tree = ov_tree_export_json (table, &options);
  g_assert_cmpuint (json_array_get_length (
                      json_object_get_array_member (json_node_get_object (tree), "outside")), ==, 0);
  root = json_object_get_object_member (
    json_array_get_object_element (
      json_object_get_array_member (json_node_get_object (tree), "applications"), 0), "root");
  g_assert_cmpstr (json_object_get_string_member (root, "pid"), ==, "<0.10.0>");
  g_assert_cmpint (json_object_get_int_member (root, "hidden"), ==, 9);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (root, "children")), ==, 0);
}

static void
test_text (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  OvTextStyle narrow = { .columns = 60, .colour = TRUE };
  g_autofree char *text = export_text (table, &options, OV_EXPORT_TEXT);
  g_autofree char *cut = NULL;

  g_assert_null (strchr (text, '\033'));
  g_assert_nonnull (strstr (text, "shop_sup"));
  g_assert_nonnull (strstr (text, "Shop.Cart"));
  g_assert_nonnull (strstr (text, "supervisor  one_for_all, 3 in 10 s"));
  g_assert_nonnull (strstr (text, "evil\\x1B[2J"));
  g_assert_nonnull (strstr (text, "restarting"));
  g_assert_nonnull (strstr (text, "not answering"));
  g_assert_nonnull (strstr (text, "└─ "));

  cut = ov_tree_export_text (table, &options, &narrow);
  g_assert_nonnull (strstr (cut, "\033[1m"));
  g_assert_null (strstr (cut, "\033[2J"));
}

/* In a terminal, hundreds of equal workers are told by their number; in a pipe each is there. */
static void
test_fold (void)
{
  g_autoptr (OvProcessTable) table = ov_process_table_new (TEST_NODE);
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  OvTextStyle fold = { .fold = TRUE }, all = { 0 };
  g_autofree char *folded = NULL, *whole = NULL;

  ov_process_table_begin_census (table);
  test_add_process (table, 1, "pool", OV_BEHAVIOUR_SUPERVISOR, "pool", 0);
  for (guint32 id = 2; id < 102; id++)
    test_add_process (table, id, NULL, OV_BEHAVIOUR_GEN_SERVER, "worker", 1);
  ov_process_table_end_census (table);
  ov_process_table_flush (table);

  folded = ov_tree_export_text (table, &options, &fold);
  g_assert_nonnull (strstr (folded, "95 more"));
  g_assert_nonnull (strstr (folded, "<0.6.0>"));
  g_assert_null (strstr (folded, "<0.7.0>"));
  whole = ov_tree_export_text (table, &options, &all);
  g_assert_nonnull (strstr (whole, "<0.101.0>"));
}

/* Quotes, brackets and markup of a name stay inside its label. */
static void
test_mermaid (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autofree char *text = export_text (table, &options, OV_EXPORT_MERMAID);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint open = 0;

  g_assert_cmpstr (lines[0], ==, "flowchart LR");
  for (char **line = lines + 1; **line != '\0'; line++)
    {
      gboolean opens = g_regex_match_simple ("^  subgraph r\\d+ \\[\"[^\"]+\"\\]$", *line, 0, 0);
      gboolean closes = g_str_equal (*line, "  end");

      g_assert_true (opens || closes || g_regex_match_simple ("^  p\\d+ --> p\\d+$", *line, 0, 0) ||
                     g_regex_match_simple ("^    p\\d+[\\[({/]+\"[^\"]+\"[\\])}/]+$", *line, 0, 0));
      open += opens;
      open -= closes;
      g_assert_cmpuint (open, <=, 1);
    }
  g_assert_cmpuint (open, ==, 0);
}

static void
test_dot (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autofree char *text = export_text (table, &options, OV_EXPORT_DOT);
  guint braces = 0;
  gboolean in_string = FALSE;

  for (const char *at = text; *at != '\0'; at++)
    if (in_string && *at == '\\')
      at++;
    else if (*at == '"')
      in_string = !in_string;
    else if (!in_string)
      {
        braces += *at == '{';
        g_assert_true (*at != '}' || braces > 0);
        braces -= *at == '}';
      }
    else
      g_assert_cmpint (*at, !=, '\n');
  g_assert_false (in_string);
  g_assert_cmpuint (braces, ==, 0);
  g_assert_true (g_str_has_prefix (text, "digraph \"shop@localhost\" {\n"));
  g_assert_nonnull (strstr (text, "->"));
}

static void
test_svg (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autofree char *text = export_text (table, &options, OV_EXPORT_SVG);
  static const GMarkupParser nothing;
  GMarkupParseContext *context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_markup_parse_context_parse (context, text, -1, &error));
  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_end_parse (context, &error));
  g_markup_parse_context_free (context);
  g_assert_nonnull (strstr (text, "<svg"));
}

static cairo_status_t
read_cb (void          *closure,
         unsigned char *data,
         unsigned int   length)
{
  GByteArray *bytes = closure;

  if (length > bytes->len)
    return CAIRO_STATUS_READ_ERROR;
  memcpy (data, bytes->data, length);
  g_byte_array_remove_range (bytes, 0, length);

  return CAIRO_STATUS_SUCCESS;
}

/* It decodes, and it is not one colour. */
static void
test_png (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = ov_tree_export_bytes (table, &options, OV_EXPORT_PNG, &error);
  g_autoptr (GByteArray) array = NULL;
  cairo_surface_t *surface;
  const guint32 *pixels;
  gboolean differs = FALSE;
  int n;

  g_assert_no_error (error);
  array = g_bytes_unref_to_array (g_steal_pointer (&bytes));
  surface = cairo_image_surface_create_from_png_stream (read_cb, array);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (surface), >, 100);
  pixels = (const guint32 *) cairo_image_surface_get_data (surface);
  n = cairo_image_surface_get_height (surface) * cairo_image_surface_get_stride (surface) / 4;
  for (int i = 1; i < n && !differs; i++)
    differs = pixels[i] != pixels[0];
  g_assert_true (differs);
  cairo_surface_destroy (surface);
}

static void
test_pdf (void)
{
  g_autoptr (OvProcessTable) table = test_table_new_shop ();
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autofree char *text = export_text (table, &options, OV_EXPORT_PDF);

  g_assert_true (g_str_has_prefix (text, "%PDF-"));
}

static void
test_safe_text (void)
{
  static const struct
  {
    const char *text;
    const char *safe;
    guint       columns;
  } rows[] = {
    { "plain", "plain", 5 },
    { "caf\303\251", "caf\303\251", 4 },
    { "\346\274\242\345\255\227", "\346\274\242\345\255\227", 4 },
    { "a\033[31mb", "a\\x1B[31mb", 10 },
    { "a\nb\tc", "a\\nb\\tc", 7 },
    { "a\302\233b", "a\\x9Bb", 6 },                   /* CSI in one byte of Latin-1 */
    { "a\342\200\256b", "a\\x{202E}b", 10 },          /* right-to-left override */
    { "a\377b", "a\\xFFb", 6 },
    { "", "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) safe = g_string_new (NULL);

      ov_process_text_append_safe (safe, rows[i].text);
      g_assert_cmpstr (safe->str, ==, rows[i].safe);
      g_assert_cmpuint (ov_process_text_measure (safe->str), ==, rows[i].columns);
    }
}

static void
test_atoms (void)
{
  static const char *const rows[][2] = {
    { "rabbit_sup", "rabbit_sup" }, { "sup", "sup" },           { "Elixir.Foo", "'Elixir.Foo'" },
    { "end", "'end'" },             { "receive", "'receive'" }, { "it's", "'it\\'s'" },
    { "", "''" },                   { "a b", "'a b'" },         { "node@host", "node@host" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      ov_process_text_append_atom (text, rows[i][0]);
      g_assert_cmpstr (text->str, ==, rows[i][1]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/tree/json", test_json);
  g_test_add_func ("/export/tree/exactly-once", test_exactly_once);
  g_test_add_func ("/export/tree/chain", test_chain);
  g_test_add_func ("/export/tree/depth-and-application", test_depth_and_application);
  g_test_add_func ("/export/tree/text", test_text);
  g_test_add_func ("/export/tree/fold", test_fold);
  g_test_add_func ("/export/tree/mermaid", test_mermaid);
  g_test_add_func ("/export/tree/dot", test_dot);
  g_test_add_func ("/export/tree/svg", test_svg);
  g_test_add_func ("/export/tree/png", test_png);
  g_test_add_func ("/export/tree/pdf", test_pdf);
  g_test_add_func ("/export/text/safe", test_safe_text);
  g_test_add_func ("/export/text/atoms", test_atoms);

  return g_test_run ();
}
