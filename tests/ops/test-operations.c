/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table: every operation says all that a front end needs, and its parameters are checked.
 */
#include "base/ov-error.h"
#include "ops/ov-instant.h"
#include "ops/ov-parameters.h"
#include "ops/ov-policy.h"
#include "ops/ov-suggest.h"

#include <string.h>

static void
assert_words (const char *text)
{
  g_assert_nonnull (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (strlen (text), >, 2);
}

static void
assert_parameter (const OvParameter *parameter)
{
  g_assert_true (g_regex_match_simple ("^[a-z][a-z-]*$", parameter->name, 0, 0));
  assert_words (parameter->summary);
  g_assert_true ((parameter->type == OV_PARAMETER_CHOICE) == (parameter->choices != NULL));
  g_assert_true (!parameter->required || parameter->initial == NULL);
  g_assert_cmpfloat (parameter->min, <=, parameter->max);
}

static void
assert_member (const OvResultMember *member)
{
  static const char *const types[] = { "string", "integer", "number", "boolean", "array", "object", NULL };
  g_autofree char *type = g_strdup (member->type);

  if (g_str_has_suffix (type, "?"))
    type[strlen (type) - 1] = '\0';
  g_assert_true (g_strv_contains (types, type));
  assert_words (member->summary);
}

static void
test_complete (void)
{
  guint n, n_subjects;
  const OvOperation *const *operations = ov_operations_get_all (&n);
  const OvSubject *subjects = ov_subjects_get_all (&n_subjects);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++)
    {
      const OvOperation *operation = operations[i];
      g_auto (GStrv) parts = g_strsplit (operation->id, ".", -1);
      g_autofree char *command = g_strdup_printf ("overstory-cli %s %s", parts[0], parts[1]);
      gboolean has_subject = FALSE;

      g_test_message ("%s", operation->id);
      g_assert_true (g_regex_match_simple ("^[a-z]+\\.[a-z-]+$", operation->id, 0, 0));
      g_assert_true (g_hash_table_add (ids, (gpointer) operation->id));
      g_assert_true (ov_operation_find (operation->id) == operation);
      for (guint k = 0; k < n_subjects; k++)
        has_subject = has_subject || g_str_equal (subjects[k].name, parts[0]);
      g_assert_true (has_subject);
      assert_words (operation->summary);
      assert_words (operation->description);
      g_assert_nonnull (operation->undo);
      g_assert_true (operation->effect < OV_EFFECT_CHANGE || !g_str_equal (operation->undo, "none"));
      g_assert_nonnull (operation->run);
      g_assert_true (g_str_has_prefix (operation->example, command));
      g_assert_cmpuint (operation->n_members, >, 0);
      for (guint k = 0; k < operation->n_parameters; k++)
        assert_parameter (&operation->parameters[k]);
      for (guint k = 0; k < operation->n_members; k++)
        assert_member (&operation->members[k]);
    }
}

static char *
read_test (const char *first,
           const char *second)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, first, second, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

/* Each is run against a real node somewhere: by the command line's test, or by that of the window's. */
static void
test_tested (void)
{
  g_autofree char *command_line = read_test ("cli", "test-cli.py");
  g_autofree char *tracing = read_test ("cli", "test-cli-trace.py");
  g_autofree char *attach = read_test ("ops", "test-attach.c");
  guint n;
  const OvOperation *const *operations = ov_operations_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GStrv) parts = g_strsplit (operations[i]->id, ".", -1);
      g_autofree char *words = g_strdup_printf ("\"%s\", \"%s\"", parts[0], parts[1]);
      g_autofree char *id = g_strdup_printf ("\"%s\"", operations[i]->id);

      g_test_message ("%s", operations[i]->id);
      g_assert_true (strstr (command_line, words) != NULL || strstr (tracing, words) != NULL ||
                     strstr (attach, id) != NULL);
    }
}

static void
test_find (void)
{
  g_assert_null (ov_operation_find ("tree.burn"));
  g_assert_null (ov_operation_find (""));
  g_assert_true (ov_operation_has_format (ov_operation_find ("tree.get"), "svg"));
  g_assert_true (ov_operation_has_format (ov_operation_find ("node.info"), "json"));
  g_assert_false (ov_operation_has_format (ov_operation_find ("node.info"), "svg"));
}

/* An operation with a parameter of each type. */
static const char *const colours[] = { "red", "green", NULL };
static const OvParameter all_types[] = {
  { "text", OV_PARAMETER_TEXT, FALSE, "text" },
  { "integer", OV_PARAMETER_INTEGER, FALSE, "integer", "3", NULL, 1, 10 },
  { "number", OV_PARAMETER_NUMBER, FALSE, "number", NULL, NULL, 0, 1 },
  { "flag", OV_PARAMETER_FLAG, FALSE, "flag" },
  { "colour", OV_PARAMETER_CHOICE, FALSE, "choice", NULL, colours },
  { "process", OV_PARAMETER_PROCESS, FALSE, "process" },
  { "file", OV_PARAMETER_FILE, FALSE, "file" },
  { "term", OV_PARAMETER_TERM, FALSE, "term" },
  { "list", OV_PARAMETER_PROCESS, FALSE, "list", .many = TRUE, .placeholder = "PID" },
  { "colours", OV_PARAMETER_CHOICE, FALSE, "choices", NULL, colours, .many = TRUE },
};
static const OvOperation any_operation = {
  .id = "test.any", .parameters = all_types, .n_parameters = G_N_ELEMENTS (all_types),
};

static void
test_check (void)
{
  static const struct
  {
    const char *given;    /* JSON */
    const char *checked;  /* JSON, or NULL and then … */
    const char *message;  /* … a part of the message */
  } rows[] = {
    { "{}", "{\"integer\":3}", NULL },
    { "{\"integer\":\"7\"}", "{\"integer\":7}", NULL },
    { "{\"integer\":7}", "{\"integer\":7}", NULL },
    { "{\"integer\":null}", "{\"integer\":3}", NULL },
    { "{\"integer\":\"7x\"}", NULL, "“7x” is not a whole number" },
    { "{\"integer\":\"\"}", NULL, "not a whole number" },
    { "{\"integer\":\"1e3\"}", NULL, "not a whole number" },
    { "{\"integer\":\"99999999999999999999\"}", NULL, "not a whole number" },
    { "{\"integer\":0}", NULL, "0 is too small: the smallest is 1" },
    { "{\"integer\":\"-5\"}", NULL, "too small" },
    { "{\"integer\":11}", NULL, "too large" },
    { "{\"integer\":1.5}", NULL, "whole number is wanted" },
    { "{\"integer\":[1]}", NULL, "whole number is wanted" },
    { "{\"number\":\"0.5\"}", "{\"integer\":3,\"number\":0.5}", NULL },
    { "{\"number\":1}", "{\"integer\":3,\"number\":1.0}", NULL },
    { "{\"number\":\"nan\"}", NULL, "not a number" },
    { "{\"number\":\"inf\"}", NULL, "not a number" },
    { "{\"number\":2.5}", NULL, "too large" },
    { "{\"flag\":\"true\"}", "{\"integer\":3,\"flag\":true}", NULL },
    { "{\"flag\":false}", "{\"integer\":3,\"flag\":false}", NULL },
    { "{\"flag\":\"maybe\"}", NULL, "“true” or “false”" },
    { "{\"flag\":{}}", NULL, "“true” or “false”" },
    { "{\"colour\":\"red\"}", "{\"integer\":3,\"colour\":\"red\"}", NULL },
    { "{\"colour\":\"gren\"}", NULL, "did you mean “green”" },
    { "{\"colour\":\"\"}", NULL, "empty" },
    { "{\"colour\":1}", NULL, "a text is wanted" },
    { "{\"process\":\"<0.1.0>\"}", "{\"integer\":3,\"process\":\"<0.1.0>\"}", NULL },
    { "{\"process\":\"rabbit_alarm\"}", "{\"integer\":3,\"process\":\"rabbit_alarm\"}", NULL },
    { "{\"process\":\"<0.1\"}", NULL, "is not a process" },
    { "{\"process\":\"0.x.0\"}", NULL, "is not a process" },
    { "{\"process\":\"#PID<zero>\"}", NULL, "is not a process" },
    { "{\"process\":\"\"}", NULL, "empty" },
    { "{\"text\":\"\"}", "{\"text\":\"\",\"integer\":3}", NULL },
    { "{\"text\":\"\xc3\xa9\"}", "{\"text\":\"\xc3\xa9\",\"integer\":3}", NULL },
    { "{\"file\":\"\"}", NULL, "empty" },
    { "{\"term\":\"{a,1}\"}", "{\"integer\":3,\"term\":\"{a,1}\"}", NULL },
    { "{\"term\":\"{a,\"}", NULL, "--term" },
    { "{\"term\":\"{a,}\"}", NULL, "column 4: A value is missing, at ▸ in “{a,▸}”" },
    { "{\"list\":\"<0.1.0>\"}", "{\"integer\":3,\"list\":[\"<0.1.0>\"]}", NULL },
    { "{\"list\":\"a, b,'c,d'\"}", "{\"integer\":3,\"list\":[\"a\",\"b\",\"'c,d'\"]}", NULL },
    { "{\"list\":[\"a,b\",\"c\"]}", "{\"integer\":3,\"list\":[\"a,b\",\"c\"]}", NULL },
    { "{\"list\":[]}", "{\"integer\":3,\"list\":[]}", NULL },
    { "{\"list\":\"a,,b\"}", NULL, "empty" },
    { "{\"list\":\"a,<0.1\"}", NULL, "is not a process" },
    { "{\"list\":[1]}", NULL, "a text is wanted" },
    { "{\"list\":1}", NULL, "a list of texts is wanted" },
    { "{\"colours\":\"red,green\"}", "{\"integer\":3,\"colours\":[\"red\",\"green\"]}", NULL },
    { "{\"colours\":\"red,gren\"}", NULL, "did you mean “green”" },
    { "{\"nothing\":1}", NULL, "has no parameter “nothing”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) given = json_from_string (rows[i].given, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) checked = ov_operation_check (&any_operation, json_node_get_object (given), &error);

      g_test_message ("%s", rows[i].given);
      if (rows[i].checked != NULL)
        {
          g_autoptr (JsonNode) expected = json_from_string (rows[i].checked, NULL);
          g_autoptr (JsonNode) found = json_node_new (JSON_NODE_OBJECT);

          g_assert_no_error (error);
          json_node_set_object (found, checked);
          g_assert_true (json_node_equal (found, expected));
          continue;
        }
      g_assert_null (checked);
      g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
      g_assert_nonnull (strstr (error->message, rows[i].message));
    }
}

static void
test_check_bounds (void)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  const char *const bad[] = { long_text, "a\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonObject) given = json_object_new ();
      g_autoptr (GError) error = NULL;

      json_object_set_string_member (given, "text", bad[i]);
      g_assert_null (ov_operation_check (&any_operation, given, &error));
      g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
    }
}

static void
test_required (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ov_operation_check (ov_operation_find ("process.info"), NULL, &error));
  g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
  g_assert_nonnull (strstr (error->message, "--pid"));
}

static void
test_words (void)
{
  static const struct
  {
    int         code;
    const char *word;
  } rows[] = {
    { OV_OPERATION_ERROR_UNKNOWN, "unknown-operation" }, { OV_OPERATION_ERROR_BAD_PARAMETER, "bad-parameter" },
    { OV_OPERATION_ERROR_NOT_ARMED, "not-armed" },       { OV_OPERATION_ERROR_NO_NODE, "no-node" },
    { OV_OPERATION_ERROR_NOT_FOUND, "not-found" },       { OV_OPERATION_ERROR_FAILED, "failed" },
    { OV_OPERATION_ERROR_INSTALLATION, "installation" }, { OV_OPERATION_ERROR_RECORDING, "needs-live-node" },
    { OV_OPERATION_ERROR_NODE_LOST, "lost" },
  };

  ov_operation_find ("tree.get");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (OV_OPERATION_ERROR, rows[i].code, "x");

      g_assert_cmpstr (ov_error_get_word (error), ==, rows[i].word);
    }
}

static void
test_placeholders (void)
{
  g_autofree char *choice = ov_parameter_dup_placeholder (&all_types[4]);
  g_autofree char *flag = ov_parameter_dup_placeholder (&all_types[3]);
  g_autofree char *own = ov_parameter_dup_placeholder (&all_types[8]);
  g_autofree char *choices = ov_parameter_dup_placeholder (&all_types[9]);

  g_assert_cmpstr (choice, ==, "red|green");
  g_assert_cmpstr (flag, ==, "");
  g_assert_cmpstr (own, ==, "PID");
  g_assert_cmpstr (choices, ==, "red,green");
}

/* Read-only until armed, from the effect alone. */
static void
test_policy (void)
{
  g_autoptr (OvNode) node = ov_node_new ("shop@localhost");

  for (OvEffect effect = OV_EFFECT_NONE; effect <= OV_EFFECT_DESTROY; effect++)
    {
      OvOperation operation = { .id = "test.effect", .effect = effect, .needs_node = TRUE };
      g_autoptr (GError) error = NULL;

      ov_node_set_armed (node, FALSE);
      if (effect < OV_EFFECT_CHANGE)
        g_assert_true (ov_policy_allows (&operation, node, NULL));
      else
        {
          g_assert_false (ov_policy_allows (&operation, node, &error));
          g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_ARMED);
          g_assert_nonnull (strstr (error->message, "shop@localhost"));
        }
      ov_node_set_armed (node, TRUE);
      g_assert_true (ov_policy_allows (&operation, node, NULL));
      g_assert_true (ov_policy_needs_confirmation (&operation) == (effect == OV_EFFECT_DESTROY));
      g_clear_error (&error);
      g_assert_false (ov_policy_allows (&operation, NULL, &error));
      g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NO_NODE);
    }
}

/* What belongs together is checked together, before a node is asked. */
static void
test_trace_check (void)
{
  static const struct
  {
    const char *given;
    const char *message; /* NULL: good */
  } rows[] = {
    { "{\"process\":\"all\",\"events\":\"send,receive\"}", NULL },
    { "{\"call\":\"lists:seq/2,lists:_\",\"match\":\"[{['_',3],[],[{return_trace}]}]\"}", NULL },
    { "{\"process\":\"a\",\"match\":\"[{'_',[],[]}]\"}", "--match: it goes with --call" },
    { "{\"subtree\":true,\"call\":\"a:b\"}", "--subtree: it goes with --process" },
    { "{\"call\":\"a:b\",\"match\":\"[{'_',[],}]\"}", "--match: Line 1, column 10" },
    { "{\"call\":\"a:b\",\"match\":\"[{'_',[],[{halt}]}]\"}", "--match: " },
    { "{\"call\":\"a:b\",\"match\":\"{a}\"}", "--match: " },
    { "{\"call\":\"a b\"}", "--call: " },
    { "{\"process\":\"a\",\"send-match\":\"[{a,b}]\"}", "--send-match: " },
    { "{\"process\":\"a\",\"receive-match\":\"nonsense\"}", "--receive-match: " },
    { "{\"process\":\"a\",\"events\":\"sends\"}", "did you mean “send”" },
    { "{\"process\":\"a\",\"seconds\":0}", "too small" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) given = json_from_string (rows[i].given, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) checked =
        ov_operation_check (ov_operation_find ("trace.watch"), json_node_get_object (given), &error);

      g_test_message ("%s", rows[i].given);
      g_assert_true ((checked != NULL) == (rows[i].message == NULL));
      if (checked != NULL)
        continue;
      g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].message));
    }
}

static void
test_instants (void)
{
  const gint64 first = G_GINT64_CONSTANT (1700000000123456789), last = first + G_GINT64_CONSTANT (60000000000);
  static const char *const bad[] = { "", "+", "+x", "-", "yesterday", "12:00", "5", "+1e99", "2026-13-01T00:00:00Z", "+ 1" };
  const struct
  {
    const char *text;
    gint64      ns;
  } rows[] = {
    { "1700000000123456789", first },
    { "2023-11-14T22:13:20.123456789Z", first },
    { "2023-11-14T23:13:20.123456789+01:00", first },
    { "2023-11-14T22:13:20Z", first - 123456789 },
    { "+0", first },
    { "+2.5", first + G_GINT64_CONSTANT (2500000000) },
    { "-2.5", last - G_GINT64_CONSTANT (2500000000) },
  };
  g_autofree char *text = ov_instant_to_text (first);
  gint64 ns;

  g_assert_cmpstr (text, ==, "2023-11-14T22:13:20.123456789Z");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (ov_instant_parse (rows[i].text, first, last, &ns, &error));
      g_assert_no_error (error);
      g_assert_cmpint (ns, ==, rows[i].ns);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("“%s”", bad[i]);
      g_assert_false (ov_instant_parse (bad[i], first, last, &ns, &error));
      g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
    }
}

static void
test_suggest (void)
{
  static const char *const words[] = { "node", "tree", "process", "sandbox", "message_queue_len" };
  static const char *const rows[][2] = {
    { "tre", "tree" },      { "three", "tree" },     { "treee", "tree" },       { "proces", "process" },
    { "prcoess", "process" }, { "snadbox", "sandbox" }, { "message_queue", "message_queue_len" },
    { "banana", NULL },     { "", NULL },            { "x", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (ov_suggest (rows[i][0], words, G_N_ELEMENTS (words)), ==, rows[i][1]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/operations/complete", test_complete);
  g_test_add_func ("/ops/operations/tested", test_tested);
  g_test_add_func ("/ops/operations/find", test_find);
  g_test_add_func ("/ops/operations/words", test_words);
  g_test_add_func ("/ops/parameters/check", test_check);
  g_test_add_func ("/ops/parameters/bounds", test_check_bounds);
  g_test_add_func ("/ops/parameters/required", test_required);
  g_test_add_func ("/ops/parameters/placeholders", test_placeholders);
  g_test_add_func ("/ops/parameters/trace", test_trace_check);
  g_test_add_func ("/ops/instants", test_instants);
  g_test_add_func ("/ops/policy", test_policy);
  g_test_add_func ("/ops/suggest", test_suggest);

  return g_test_run ();
}
