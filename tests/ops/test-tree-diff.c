/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.diff over saved files: restarts by place, changes by pid, and files that are no trees.
 */
#include "ops/ov-operation.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  GMainLoop    *loop;
  OvAnswerBody *body;
  GError       *error;
} Diff;

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Diff *diff = user_data;

  diff->body = ov_operation_run_finish (result, &diff->error);
  g_main_loop_quit (diff->loop);
}

static void
clear_diff (Diff *diff)
{
  g_clear_pointer (&diff->loop, g_main_loop_unref);
  g_clear_pointer (&diff->body, ov_answer_body_free);
  g_clear_error (&diff->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Diff, clear_diff)

static char *
write_file (const char *text)
{
  g_autoptr (GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("overstory-tree-XXXXXX.json", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return path;
}

static void
run_diff (Diff       *diff,
          const char *from,
          const char *to)
{
  g_autofree char *from_path = write_file (from), *to_path = write_file (to);
  g_autoptr (JsonObject) parameters = json_object_new ();

  json_object_set_string_member (parameters, "from", from_path);
  json_object_set_string_member (parameters, "to", to_path);
  diff->loop = g_main_loop_new (NULL, FALSE);
  ov_operation_run_async (ov_operation_find ("tree.diff"), NULL, NULL, parameters, NULL, 0, NULL, ran_cb, diff);
  g_main_loop_run (diff->loop);
  g_unlink (from_path);
  g_unlink (to_path);
}

#define P(pid, name, id, children)                                                                  \
  "{\"pid\":\"" pid "\",\"name\":" name ",\"label\":null,\"kind\":\"gen_server\",\"module\":\"m\","   \
  "\"child_id\":" id ",\"restart\":null,\"strategy\":null,\"intensity\":null,\"period_s\":null,"      \
  "\"children\":[" children "]}"
#define TREE(root, outside)                                                                         \
  "{\"node\":\"a@b\",\"taken_at\":\"\",\"process_count\":0,"                                          \
  "\"applications\":[{\"name\":\"shop\",\"root\":" root "}],\"outside\":[" outside "]}"

static JsonArray *
get_array (const Diff *diff,
           const char *member,
           guint       length)
{
  JsonArray *array = json_object_get_array_member (json_node_get_object (diff->body->json), member);

  g_assert_cmpuint (json_array_get_length (array), ==, length);

  return array;
}

static const char *
get_text (JsonArray  *array,
          guint       index,
          const char *member)
{
  return json_object_get_string_member (json_array_get_object_element (array, index), member);
}

/* cart: another pid in the same place. till: gone. pool: new. stock: renamed. A dynamic worker:
 * one came, one went, which is no restart. The probe itself is never part of the difference. */
static void
test_diff (void)
{
  static const char from[] = TREE (
    P ("<0.1.0>", "null", "null",
       P ("<0.2.0>", "\"sup\"", "null",
          P ("<0.3.0>", "null", "\"cart\"", "") "," P ("<0.4.0>", "null", "\"till\"", "") ","
          P ("<0.5.0>", "\"stock\"", "\"stock\"", "") "," P ("<0.6.0>", "null", "null", ""))),
    P ("<0.9.0>", "\"init\"", "null", "") "," P ("<0.10.0>", "\"ov_probe_guard\"", "null", ""));
  static const char to[] = TREE (
    P ("<0.1.0>", "null", "null",
       P ("<0.2.0>", "\"sup\"", "null",
          P ("<0.13.0>", "null", "\"cart\"", "") "," P ("<0.14.0>", "null", "\"pool\"", "") ","
          P ("<0.5.0>", "\"depot\"", "\"stock\"", "") "," P ("<0.16.0>", "null", "null", ""))),
    P ("<0.9.0>", "\"init\"", "null", "") "," P ("<0.20.0>", "\"ov_probe_guard\"", "null", ""));
  g_auto (Diff) diff = { 0 };
  JsonArray *array;

  run_diff (&diff, from, to);
  g_assert_no_error (diff.error);
  array = get_array (&diff, "restarted", 1);
  g_assert_cmpstr (get_text (array, 0, "from"), ==, "<0.3.0>");
  g_assert_cmpstr (get_text (array, 0, "to"), ==, "<0.13.0>");
  g_assert_cmpstr (get_text (array, 0, "child_id"), ==, "cart");
  array = get_array (&diff, "added", 2);
  g_assert_cmpstr (get_text (array, 0, "pid"), ==, "<0.14.0>");
  g_assert_cmpstr (get_text (array, 1, "pid"), ==, "<0.16.0>");
  array = get_array (&diff, "removed", 2);
  g_assert_cmpstr (get_text (array, 0, "pid"), ==, "<0.4.0>");
  g_assert_cmpstr (get_text (array, 1, "pid"), ==, "<0.6.0>");
  array = get_array (&diff, "changed", 1);
  g_assert_cmpstr (get_text (array, 0, "pid"), ==, "<0.5.0>");
  g_assert_true (json_object_has_member (
    json_object_get_object_member (json_array_get_object_element (array, 0), "changes"), "name"));
}

/* The supervisor itself was restarted: its children stand in the same places below it. */
static void
test_whole_subtree (void)
{
  static const char from[] = TREE (
    P ("<0.1.0>", "null", "null",
       P ("<0.2.0>", "\"sup\"", "null",
          P ("<0.3.0>", "null", "\"inner\"", P ("<0.4.0>", "null", "{worker,1}", "")))), "");
  static const char to[] = TREE (
    P ("<0.1.0>", "null", "null",
       P ("<0.2.0>", "\"sup\"", "null",
          P ("<0.13.0>", "null", "\"inner\"", P ("<0.14.0>", "null", "\"{worker,1}\"", "")))), "");
  static const char good_from[] = TREE (
    P ("<0.1.0>", "null", "null",
       P ("<0.2.0>", "\"sup\"", "null",
          P ("<0.3.0>", "null", "\"inner\"", P ("<0.4.0>", "null", "\"{worker,1}\"", "")))), "");
  g_auto (Diff) bad = { 0 }, diff = { 0 };

  run_diff (&bad, from, to); /* {worker,1} without quotes is no JSON */
  g_assert_error (bad.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
  run_diff (&diff, good_from, to);
  g_assert_no_error (diff.error);
  get_array (&diff, "restarted", 2);
  get_array (&diff, "added", 0);
  get_array (&diff, "removed", 0);
}

static void
test_same (void)
{
  static const char tree[] = TREE (P ("<0.1.0>", "null", "null", ""), P ("<0.9.0>", "\"init\"", "null", ""));
  static const char *const members[] = { "added", "removed", "restarted", "changed" };
  g_auto (Diff) diff = { 0 };

  run_diff (&diff, tree, tree);
  g_assert_no_error (diff.error);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    get_array (&diff, members[i], 0);
}

static void
test_malformed (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  const char *const rows[] = {
    "", "nonsense", "[]", "null", "42", "\"text\"", "{}", "{\"applications\":{},\"outside\":[]}",
    "{\"applications\":[],\"outside\":{}}", "{\"applications\":[1],\"outside\":[]}",
    "{\"applications\":[{\"root\":{}}],\"outside\":[]}", "{\"applications\":[{\"name\":\"a\",\"root\":7}],\"outside\":[]}",
    "{\"applications\":[],\"outside\":[{\"name\":null,\"children\":[]}]}",
    "{\"applications\":[],\"outside\":[{\"pid\":5,\"children\":[]}]}",
    "{\"applications\":[],\"outside\":[{\"pid\":\"<0.1.0>\",\"children\":7}]}",
    "{\"applications\":[],\"outside\":[{\"pid\":\"<0.1.0>\",\"children\":[]},{\"pid\":\"<0.1.0>\",\"children\":[]}]}",
    "{\"applications\":[],\"outside\":[", "\xff\xfe{}", deep,
  };
  static const char good[] = TREE (P ("<0.1.0>", "null", "null", ""), "");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Diff) first = { 0 }, second = { 0 };

      g_test_message ("row %u", i);
      run_diff (&first, rows[i], good);
      g_assert_error (first.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
      run_diff (&second, good, rows[i]);
      g_assert_error (second.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
    }
}

static void
test_unreadable (void)
{
  g_autoptr (JsonObject) parameters = json_object_new ();
  g_auto (Diff) diff = { .loop = g_main_loop_new (NULL, FALSE) };

  json_object_set_string_member (parameters, "from", "/nonexistent/tree.json");
  json_object_set_string_member (parameters, "to", "/");
  ov_operation_run_async (ov_operation_find ("tree.diff"), NULL, NULL, parameters, NULL, 0, NULL, ran_cb, &diff);
  g_main_loop_run (diff.loop);
  g_assert_error (diff.error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
  g_assert_nonnull (strstr (diff.error->message, "/nonexistent/tree.json"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/tree-diff/diff", test_diff);
  g_test_add_func ("/ops/tree-diff/whole-subtree", test_whole_subtree);
  g_test_add_func ("/ops/tree-diff/same", test_same);
  g_test_add_func ("/ops/tree-diff/malformed", test_malformed);
  g_test_add_func ("/ops/tree-diff/unreadable", test_unreadable);

  return g_test_run ();
}
