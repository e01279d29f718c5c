/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Command lines: what is understood, what is refused and in which words, and the help.
 */
#include "cli/ov-cli-args.h"
#include "cli/ov-cli-help.h"

#include <string.h>

static OvCliArgs *
parse (const char  *line,
       GError     **error)
{
  g_auto (GStrv) words = NULL;

  if (*line == '\0')
    return ov_cli_args_parse ((const char *const[]) { NULL }, error);
  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));

  return ov_cli_args_parse ((const char *const *) words, error);
}

static void
test_good (void)
{
  static const struct
  {
    const char *line;
    const char *id;
    const char *node, *sandbox, *format;
    const char *parameters;
  } rows[] = {
    { "tree get --node a@b", "tree.get", "a@b", NULL, NULL, "{}" },
    { "tree get --node=a@b --json", "tree.get", "a@b", NULL, "json", "{}" },
    { "--json --node a@b tree get", "tree.get", "a@b", NULL, "json", "{}" },
    { "--json tree --node a@b get --format json", "tree.get", "a@b", NULL, "json", "{}" },
    { "tree get --sandbox shop --depth 3 --application=kernel --format svg", "tree.get", NULL, "shop", "svg",
      "{\"depth\":\"3\",\"application\":\"kernel\"}" },
    { "process list --node a@b --sort memory --limit 5", "process.list", "a@b", NULL, NULL,
      "{\"sort\":\"memory\",\"limit\":\"5\"}" },
    { "process list --node a@b --filter=--x", "process.list", "a@b", NULL, NULL, "{\"filter\":\"--x\"}" },
    { "process info --node a@b --pid <0.1.0>", "process.info", "a@b", NULL, NULL, "{\"pid\":\"<0.1.0>\"}" },
    { "node doctor --node a@b --cookie-file c", "node.doctor", "a@b", NULL, NULL,
      "{\"node\":\"a@b\",\"cookie-file\":\"c\"}" },
    { "node doctor --node a@b --host h --port 99", "node.doctor", "a@b", NULL, NULL,
      "{\"node\":\"a@b\",\"host\":\"h\",\"port\":\"99\"}" },
    { "tree get --recording f --at +2", "tree.get", NULL, NULL, NULL, "{\"at\":\"+2\"}" },
    { "trace watch --process a --node a@b --process=b,c --seconds 2", "trace.watch", "a@b", NULL, NULL,
      "{\"process\":\"a,b,c\",\"seconds\":\"2\"}" },
    { "trace watch --node a@b --call lists:seq/2 --call lists:map/2 --events send,procs", "trace.watch", "a@b", NULL, NULL,
      "{\"call\":\"lists:seq/2,lists:map/2\",\"events\":\"send,procs\"}" },
    { "trace watch --recording f", "trace.watch", NULL, NULL, NULL, "{}" },
    { "node list --host h", "node.list", NULL, NULL, NULL, "{\"host\":\"h\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvCliArgs) args = parse (rows[i].line, &error);
      g_autoptr (JsonNode) expected = json_from_string (rows[i].parameters, NULL);
      g_autoptr (JsonNode) found = NULL;

      g_test_message ("%s", rows[i].line);
      g_assert_no_error (error);
      g_assert_cmpint (args->wish, ==, OV_CLI_RUN);
      g_assert_cmpstr (args->operation->id, ==, rows[i].id);
      g_assert_cmpstr (args->node, ==, rows[i].node);
      g_assert_cmpstr (args->sandbox, ==, rows[i].sandbox);
      g_assert_cmpstr (args->format, ==, rows[i].format);
      found = json_node_init_object (json_node_alloc (), args->parameters);
      g_assert_true (json_node_equal (found, expected));
    }
}

static void
test_bad (void)
{
  static const struct
  {
    const char *line;
    int         code;
    const char *message;
  } rows[] = {
    { "tre get", OV_OPERATION_ERROR_UNKNOWN, "did you mean “tree”" },
    { "banana", OV_OPERATION_ERROR_UNKNOWN, "no subject “banana”" },
    { "tree gte", OV_OPERATION_ERROR_UNKNOWN, "did you mean “tree get”" },
    { "tree burn", OV_OPERATION_ERROR_UNKNOWN, "it has: get, diff" },
    { "tree", OV_OPERATION_ERROR_UNKNOWN, "it has: get, diff" },
    { "help banana", OV_OPERATION_ERROR_UNKNOWN, "no subject “banana”" },
    { "help tree burn", OV_OPERATION_ERROR_UNKNOWN, "no verb “burn”" },
    { "help tree get more", OV_OPERATION_ERROR_BAD_PARAMETER, "“more” is one word too many" },
    { "tree get more --node a@b", OV_OPERATION_ERROR_BAD_PARAMETER, "“more” is one word too many" },
    { "tree get", OV_OPERATION_ERROR_NO_NODE, "needs a node" },
    { "tree get --node", OV_OPERATION_ERROR_BAD_PARAMETER, "--node needs a value" },
    { "tree get --node --json", OV_OPERATION_ERROR_BAD_PARAMETER, "--node needs a value" },
    { "tree get --node ''", OV_OPERATION_ERROR_BAD_PARAMETER, "--node: the value is empty" },
    { "tree get --node a@b --node c@d", OV_OPERATION_ERROR_BAD_PARAMETER, "--node is given twice" },
    { "tree get --node a@b --sandbox shop", OV_OPERATION_ERROR_BAD_PARAMETER, "exclude each other" },
    { "tree get --node a@b --depht 3", OV_OPERATION_ERROR_BAD_PARAMETER, "did you mean “--depth”" },
    { "tree get --node a@b --zzzzzz 3", OV_OPERATION_ERROR_BAD_PARAMETER, "has no option “--zzzzzz”" },
    { "tree get --node a@b --depth 0", OV_OPERATION_ERROR_BAD_PARAMETER, "--depth: 0 is too small" },
    { "tree get --node a@b --depth x", OV_OPERATION_ERROR_BAD_PARAMETER, "--depth: “x” is not a whole number" },
    { "tree get --node a@b --format gif", OV_OPERATION_ERROR_BAD_PARAMETER, "mermaid, dot, svg, png, pdf; not as “gif”" },
    { "node info --node a@b --format svg", OV_OPERATION_ERROR_BAD_PARAMETER, "not as “svg”" },
    { "tree get --node a@b --json --format svg", OV_OPERATION_ERROR_BAD_PARAMETER, "exclude each other" },
    { "tree get --node a@b --format svg --json", OV_OPERATION_ERROR_BAD_PARAMETER, "exclude each other" },
    { "tree get --node a@b --json=yes", OV_OPERATION_ERROR_BAD_PARAMETER, "--json takes no value" },
    { "tree get --node a@b --timeout 0", OV_OPERATION_ERROR_BAD_PARAMETER, "--timeout" },
    { "tree get --node a@b --timeout soon", OV_OPERATION_ERROR_BAD_PARAMETER, "--timeout" },
    { "tree get --node a@b --timeout -1", OV_OPERATION_ERROR_BAD_PARAMETER, "--timeout" },
    { "tree get --node a@b --port x", OV_OPERATION_ERROR_BAD_PARAMETER, "--port: “x” is not a number" },
    { "tree get --node a@b --port 0", OV_OPERATION_ERROR_BAD_PARAMETER, "from 1 to 65535" },
    { "node doctor --node a@b --port 70000", OV_OPERATION_ERROR_BAD_PARAMETER, "too large" },
    { "tree get --sandbox shop --port 9", OV_OPERATION_ERROR_BAD_PARAMETER, "--port goes with --node" },
    { "tree get --sandbox shop --host h", OV_OPERATION_ERROR_BAD_PARAMETER, "--host goes with --node" },
    { "tree get --node a@b --language elixir", OV_OPERATION_ERROR_BAD_PARAMETER, "--language goes with --sandbox" },
    { "tree get --sandbox shop --language cobol", OV_OPERATION_ERROR_BAD_PARAMETER, "“cobol” is not one of" },
    { "tree get -x", OV_OPERATION_ERROR_BAD_PARAMETER, "“-x” is not an option" },
    { "tree get --", OV_OPERATION_ERROR_BAD_PARAMETER, "is not an option" },
    { "--depth 3 tree get --node a@b", OV_OPERATION_ERROR_BAD_PARAMETER, "no option “--depth” before a command" },
    { "tree get --recording f --node a@b", OV_OPERATION_ERROR_BAD_PARAMETER, "--recording and --node exclude each other" },
    { "tree get --recording f --sandbox shop", OV_OPERATION_ERROR_BAD_PARAMETER, "--recording and --sandbox exclude" },
    { "sandbox list --recording f", OV_OPERATION_ERROR_BAD_PARAMETER, "asks no node" },
    { "flow path --recording f --from a --to b --message c", OV_OPERATION_ERROR_RECORDING, "needs a live node" },
    { "sequence get", OV_OPERATION_ERROR_BAD_PARAMETER, "name one with --recording FILE" },
    { "sequence get --node a@b", OV_OPERATION_ERROR_BAD_PARAMETER, "name one with --recording FILE" },
    { "trace watch --node a@b --process a --seconds 1 --seconds 2", OV_OPERATION_ERROR_BAD_PARAMETER, "given twice" },
    { "trace watch --node a@b --call a:b --match '[{x}]'", OV_OPERATION_ERROR_BAD_PARAMETER, "--match: " },
    { "trace watch --node a@b --process a --match '[]'", OV_OPERATION_ERROR_BAD_PARAMETER, "goes with --call" },
    { "trace start --process a", OV_OPERATION_ERROR_UNKNOWN, "add --node NAME or --sandbox EXAMPLE" },
    { "sandbox list --node a@b", OV_OPERATION_ERROR_BAD_PARAMETER, "asks no node" },
    { "tree diff --from a --to b --sandbox shop", OV_OPERATION_ERROR_BAD_PARAMETER, "asks no node" },
    { "tree diff --from a", OV_OPERATION_ERROR_BAD_PARAMETER, "--to" },
    { "process info --node a@b", OV_OPERATION_ERROR_BAD_PARAMETER, "--pid" },
    { "process info --node a@b --pid '<0.'", OV_OPERATION_ERROR_BAD_PARAMETER, "is not a process" },
    { "process list --node a@b --sort size", OV_OPERATION_ERROR_BAD_PARAMETER, "is not one of memory" },
    { "process list --node a@b --limit 0", OV_OPERATION_ERROR_BAD_PARAMETER, "too small" },
    { "node doctor", OV_OPERATION_ERROR_BAD_PARAMETER, "--node" },
    { "node attach --node a@b", OV_OPERATION_ERROR_UNKNOWN, "add --node NAME or --sandbox EXAMPLE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvCliArgs) args = parse (rows[i].line, &error);

      g_test_message ("%s", rows[i].line);
      g_assert_null (args);
      g_assert_error (error, OV_OPERATION_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].message));
    }
}

static void
test_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvCliArgs) args =
    ov_cli_args_parse ((const char *const[]) { "tree", "get", "--node", "a\xff@b", NULL }, &error);

  g_assert_null (args);
  g_assert_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER);
}

static void
test_want_json (void)
{
  g_assert_true (ov_cli_args_want_json ((const char *const[]) { "tree", "--json", NULL }));
  g_assert_true (ov_cli_args_want_json ((const char *const[]) { "--format", "json", NULL }));
  g_assert_true (ov_cli_args_want_json ((const char *const[]) { "--format=json", NULL }));
  g_assert_false (ov_cli_args_want_json ((const char *const[]) { "--format", "svg", NULL }));
  g_assert_false (ov_cli_args_want_json ((const char *const[]) { "--format", NULL }));
}

/* Every example of the table is a command line that is understood. */
static void
test_examples (void)
{
  guint n;
  const OvOperation *const *operations = ov_operations_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvCliArgs) args = NULL;

      if (operations[i]->keeps_session)
        continue;
      args = parse (operations[i]->example + strlen ("overstory-cli "), &error);
      g_assert_no_error (error);
      g_assert_true (args->operation == operations[i]);
    }
}

static void
test_help (void)
{
  static const char *const asking[] = { "", "help", "--help", "-h", "help tree", "tree --help", "help tree get",
                                        "tree get --help", "process list --sort memory -h" };
  guint n;
  const OvOperation *const *operations = ov_operations_get_all (&n);
  g_autofree char *page = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvCliArgs) args = parse (asking[i], &error);
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (args->wish, ==, OV_CLI_HELP);
      text = ov_cli_help_write (args, 80, FALSE);
      g_assert_true (g_str_has_suffix (text, "\n"));
      lines = g_strsplit (text, "\n", -1);
      for (char **line = lines; *line != NULL; line++)
        g_assert_cmpint (g_utf8_strlen (*line, -1), <=, 84);
      if (i == 0)
        page = g_steal_pointer (&text);
    }
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *command = g_strdelimit (g_strdup (operations[i]->id), ".", ' ');

      g_assert_true ((strstr (page, command) != NULL) == !operations[i]->keeps_session);
    }
}

/* All that the table says of an operation is on its page. */
static void
test_operation_page (void)
{
  guint n;
  const OvOperation *const *operations = ov_operations_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      OvCliArgs args = { .wish = OV_CLI_HELP, .operation = operations[i] };
      g_autofree char *text = ov_cli_help_write (&args, 0, FALSE);

      g_assert_nonnull (strstr (text, operations[i]->summary));
      g_assert_nonnull (strstr (text, operations[i]->example));
      for (guint k = 0; k < operations[i]->n_parameters; k++)
        g_assert_nonnull (strstr (text, operations[i]->parameters[k].name));
      for (guint k = 0; k < operations[i]->n_members; k++)
        g_assert_nonnull (strstr (text, operations[i]->members[k].path));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/args/good", test_good);
  g_test_add_func ("/cli/args/bad", test_bad);
  g_test_add_func ("/cli/args/bytes", test_bytes);
  g_test_add_func ("/cli/args/want-json", test_want_json);
  g_test_add_func ("/cli/args/examples", test_examples);
  g_test_add_func ("/cli/help/pages", test_help);
  g_test_add_func ("/cli/help/operation", test_operation_page);

  return g_test_run ();
}
