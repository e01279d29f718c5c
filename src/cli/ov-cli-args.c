/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From words to OvCliArgs.
 *
 *   SUBJECT VERB, and options anywhere after them; the options of every command also before.
 *   "--name value", "--name=value", flags "--name".  A word that begins with "--" is never taken
 *   as a value, so that a forgotten value is found where it was forgotten.
 *
 * Invariant: a cookie cannot be given here.
 * Thread: main.
 */
#include "cli/ov-cli-args.h"

#include "ops/ov-suggest.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define DEFAULT_TIMEOUT_S 5
#define MAX_TIMEOUT_S     86400

static const OvCliOption options[] = {
  { "node", N_("NAME"), N_("Attach to this node for the command") },
  { "sandbox", N_("EXAMPLE"), N_("Start this example in a private node for the command") },
  { "language", N_("LANGUAGE"), N_("In which language the example is written: erlang, elixir") },
  { "recording", N_("FILE"), N_("Answer from this recording instead of a node, where the command only reads") },
  { "cookie-file", N_("FILE"), N_("Read the node’s cookie from here instead of ~/.erlang.cookie") },
  { "host", N_("HOST"), N_("Reach the node at this host instead of its name’s") },
  { "port", N_("PORT"), N_("Reach the node at this port, without asking epmd") },
  { "arm", NULL, N_("Allow commands that change the node") },
  { "format", N_("FORMAT"), N_("text (the default), json, and what the command adds") },
  { "json", NULL, N_("Short for --format json") },
  { "output", N_("FILE"), N_("Write the answer there instead of to standard output") },
  { "timeout", N_("SECONDS"), N_("Give up after so long (5)") },
  { "help", NULL, N_("Explain the command") },
  { "version", NULL, N_("Tell the version") },
};

typedef struct
{
  OvCliArgs         *args;
  const char *const *words;
  GPtrArray         *plain;   /* words that are no option */
  GHashTable        *seen;    /* names of options */
  gboolean           help;
} Parser;

const OvCliOption *
ov_cli_options_get_all (guint *n)
{
  g_return_val_if_fail (n != NULL, NULL);

  *n = G_N_ELEMENTS (options);

  return options;
}

static void
set_text (char       **into,
          const char  *text)
{
  g_free (*into);
  *into = g_strdup (text);
}

static const OvCliOption *
find_option (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_str_equal (options[i].name, name))
      return &options[i];

  return NULL;
}

static gboolean G_GNUC_PRINTF (2, 3)
refuse (GError    **error,
        const char *format,
        ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER, format, args);
  va_end (args);

  return FALSE;
}

/* "tree get" of "tree.get". */
static char *
dup_words_of (const OvOperation *operation)
{
  return g_strdelimit (g_strdup (operation->id), ".", ' ');
}

/* Operations that only make sense in a session have no place on a command line. */
static gboolean
is_offered (const OvOperation *operation)
{
  return !operation->keeps_session;
}

static gboolean
refuse_unknown_subject (const char *word,
                        GError    **error)
{
  const char *names[64];
  const char *near;
  guint n, n_names = 0;
  const OvSubject *subjects = ov_subjects_get_all (&n);

  for (guint i = 0; i < n && n_names < G_N_ELEMENTS (names) - 1; i++)
    names[n_names++] = subjects[i].name;
  names[n_names++] = "help";
  near = ov_suggest (word, names, n_names);
  if (near != NULL)
    g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_UNKNOWN,
                 _("There is no subject “%s”; did you mean “%s”?"), word, near);
  else
    g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_UNKNOWN, _("There is no subject “%s”."),
                 word);

  return FALSE;
}

static gboolean
refuse_unknown_verb (const char *subject,
                     const char *verb,
                     GError    **error)
{
  g_autoptr (GPtrArray) verbs = g_ptr_array_new ();
  g_autofree char *all = NULL;
  const char *near;
  guint n;
  const OvOperation *const *operations = ov_operations_get_all (&n);

  for (guint i = 0; i < n; i++)
    if (g_str_has_prefix (operations[i]->id, subject) && operations[i]->id[strlen (subject)] == '.' &&
        is_offered (operations[i]))
      g_ptr_array_add (verbs, (gpointer) (operations[i]->id + strlen (subject) + 1));
  near = ov_suggest (verb, (const char *const *) verbs->pdata, verbs->len);
  g_ptr_array_add (verbs, NULL);
  all = g_strjoinv (", ", (char **) verbs->pdata);
  if (near != NULL)
    g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_UNKNOWN,
                 _("“%s” has no verb “%s”; did you mean “%s %s”?"), subject, verb, subject, near);
  else
    g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_UNKNOWN,
                 _("“%s” has no verb “%s”; it has: %s."), subject, verb, all);

  return FALSE;
}

static const OvSubject *
find_subject (const char *word)
{
  guint n;
  const OvSubject *subjects = ov_subjects_get_all (&n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (subjects[i].name, word))
      return &subjects[i];

  return NULL;
}

/* Once the subject and the verb are there, options can be told from their values. */
static gboolean
take_operation (Parser  *parser,
                GError **error)
{
  const char *subject = g_ptr_array_index (parser->plain, 0), *verb;
  g_autofree char *id = NULL;
  const OvOperation *operation;

  if (find_subject (subject) == NULL)
    return refuse_unknown_subject (subject, error);
  if (parser->plain->len < 2)
    return TRUE;
  verb = g_ptr_array_index (parser->plain, 1);
  id = g_strdup_printf ("%s.%s", subject, verb);
  operation = ov_operation_find (id);
  if (operation != NULL && !is_offered (operation))
    {
      g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_UNKNOWN,
                   _("“%s %s” opens or closes something in the window; on the command line every command "
                     "attaches and detaches by itself: add --node NAME or --sandbox EXAMPLE."), subject, verb);
      return FALSE;
    }
  if (operation == NULL)
    return refuse_unknown_verb (subject, verb, error);
  parser->args->operation = operation;

  return TRUE;
}

static gboolean
take_word (Parser     *parser,
           const char *word,
           GError    **error)
{
  gboolean is_help;

  g_ptr_array_add (parser->plain, (gpointer) word);
  is_help = g_str_equal (g_ptr_array_index (parser->plain, 0), "help");
  if (parser->plain->len > (is_help ? 3 : 2))
    return refuse (error, _("“%s” is one word too many."), word);

  return is_help || take_operation (parser, error);
}

static gboolean
take_port (Parser     *parser,
           const char *text,
           GError    **error)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 1, 65535, &port, NULL))
    return refuse (error, _("--port: “%s” is not a number from 1 to 65535."), text);
  parser->args->port = (guint) port;

  return TRUE;
}

static gboolean
take_timeout (Parser     *parser,
              const char *text,
              GError    **error)
{
  char *end = NULL;
  double seconds = g_ascii_strtod (text, &end);

  if (*text == '\0' || *end != '\0' || !isfinite (seconds) || seconds <= 0 || seconds > MAX_TIMEOUT_S)
    return refuse (error, _("--timeout: “%s” is not a number of seconds between 0 and %d."), text,
                   MAX_TIMEOUT_S);
  parser->args->timeout_s = seconds;

  return TRUE;
}

static gboolean
take_option (Parser            *parser,
             const OvCliOption *option,
             const char        *value,
             GError           **error)
{
  OvCliArgs *args = parser->args;
  const struct
  {
    const char *name;
    char      **into;
  } texts[] = {
    { "node", &args->node },     { "sandbox", &args->sandbox }, { "cookie-file", &args->cookie_file },
    { "format", &args->format }, { "output", &args->output },   { "language", &args->language },
    { "host", &args->host },     { "recording", &args->recording },
  };

  if (g_str_equal (option->name, "port"))
    return take_port (parser, value, error);
  if (g_str_equal (option->name, "timeout"))
    return take_timeout (parser, value, error);
  if (g_str_equal (option->name, "arm"))
    args->arm = TRUE;
  else if (g_str_equal (option->name, "help"))
    parser->help = TRUE;
  else if (g_str_equal (option->name, "version"))
    args->wish = OV_CLI_VERSION;
  else if (g_str_equal (option->name, "json"))
    {
      if (args->format != NULL && !g_str_equal (args->format, "json"))
        return refuse (error, _("--json and --format %s exclude each other."), args->format);
      set_text (&args->format, "json");
    }
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (option->name, texts[i].name))
      {
        if (*value == '\0')
          return refuse (error, _("--%s: the value is empty."), option->name);
        if (texts[i].into == &args->format && args->format != NULL && !g_str_equal (value, args->format))
          return refuse (error, _("--json and --format %s exclude each other."), value);
        set_text (texts[i].into, value);
      }

  return TRUE;
}

static gboolean
refuse_unknown_option (Parser     *parser,
                       const char *name,
                       GError    **error)
{
  const OvOperation *operation = parser->args->operation;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *command = NULL;
  const char *near;

  for (guint i = 0; operation != NULL && i < operation->n_parameters; i++)
    g_ptr_array_add (names, (gpointer) operation->parameters[i].name);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    g_ptr_array_add (names, (gpointer) options[i].name);
  near = ov_suggest (name, (const char *const *) names->pdata, names->len);
  if (operation == NULL)
    return near != NULL ? refuse (error, _("There is no option “--%s” before a command; did you mean “--%s”?"), name, near)
                        : refuse (error, _("There is no option “--%s” before a command."), name);
  command = dup_words_of (operation);

  return near != NULL ? refuse (error, _("“%s” has no option “--%s”; did you mean “--%s”?"), command, name, near)
                      : refuse (error, _("“%s” has no option “--%s”."), command, name);
}

/* What is given again is one more of the same. */
static void
add_parameter (Parser            *parser,
               const OvParameter *parameter,
               const char        *value)
{
  JsonObject *parameters = parser->args->parameters;
  const char *before = json_object_get_string_member_with_default (parameters, parameter->name, NULL);
  g_autofree char *both = before != NULL ? g_strconcat (before, ",", value, NULL) : NULL;

  json_object_set_string_member (parameters, parameter->name, both != NULL ? both : value);
}

/* @value NULL: not written behind "=".  Returns how many words were taken, 0 on error. */
static guint
take_named (Parser     *parser,
            const char *name,
            const char *value,
            const char *next,
            GError    **error)
{
  const OvCliOption *option = find_option (name);
  const OvOperation *operation = parser->args->operation;
  const OvParameter *parameter = operation != NULL ? ov_operation_find_parameter (operation, name) : NULL;
  gboolean is_flag = parameter != NULL ? parameter->type == OV_PARAMETER_FLAG
                                       : option != NULL && option->placeholder == NULL;
  guint taken = 1;

  if (option == NULL && parameter == NULL)
    return refuse_unknown_option (parser, name, error);
  if (!g_hash_table_add (parser->seen, g_strdup (name)) && (parameter == NULL || !parameter->many))
    return refuse (error, _("--%s is given twice."), name);
  if (is_flag && value != NULL && parameter == NULL)
    return refuse (error, _("--%s takes no value."), name);
  if (!is_flag && value == NULL)
    {
      if (next == NULL || g_str_has_prefix (next, "--"))
        return refuse (error, _("--%s needs a value."), name);
      value = next;
      taken = 2;
    }
  if (parameter != NULL)
    add_parameter (parser, parameter, value != NULL ? value : "true");
  /* The node and its cookie also belong to the program where the operation asks for them. */
  if (option != NULL && (parameter == NULL || g_str_equal (name, "node") || g_str_equal (name, "cookie-file")) &&
      !take_option (parser, option, value, error))
    return 0;

  return taken;
}

static gboolean
parse_words (Parser  *parser,
             GError **error)
{
  for (guint i = 0; parser->words[i] != NULL; i++)
    if (!g_utf8_validate (parser->words[i], -1, NULL))
      return refuse (error, _("Word %u of the command line is not valid UTF-8."), i + 1);
  for (guint i = 0; parser->words[i] != NULL;)
    {
      const char *word = parser->words[i];
      const char *equals;
      g_autofree char *name = NULL;
      guint taken;

      if (g_str_equal (word, "-h") || g_str_equal (word, "-?"))
        word = "--help";
      if (!g_str_has_prefix (word, "-") || g_str_equal (word, "-"))
        {
          if (!take_word (parser, word, error))
            return FALSE;
          i++;
          continue;
        }
      if (!g_str_has_prefix (word, "--") || word[2] == '\0')
        return refuse (error, _("“%s” is not an option; options begin with “--” and a name."), word);
      equals = strchr (word, '=');
      name = equals != NULL ? g_strndup (word + 2, equals - word - 2) : g_strdup (word + 2);
      taken = take_named (parser, name, equals != NULL ? equals + 1 : NULL, parser->words[i + 1], error);
      if (taken == 0)
        return FALSE;
      i += taken;
    }

  return TRUE;
}

static gboolean
settle_help (Parser  *parser,
             GError **error)
{
  OvCliArgs *args = parser->args;
  GPtrArray *plain = parser->plain;
  gboolean asked = parser->help || plain->len == 0 || g_str_equal (g_ptr_array_index (plain, 0), "help");

  if (!asked)
    return TRUE;
  args->wish = OV_CLI_HELP;
  if (plain->len > 0 && g_str_equal (g_ptr_array_index (plain, 0), "help"))
    g_ptr_array_remove_index (plain, 0);
  if (plain->len == 0)
    return TRUE;
  args->subject = find_subject (g_ptr_array_index (plain, 0));

  return take_operation (parser, error);
}

/* Which of the ways to a node were given, and whether the operation can go them. */
static gboolean
check_recording (Parser  *parser,
                 GError **error)
{
  OvCliArgs *args = parser->args;
  const OvOperation *operation = args->operation;
  g_autofree char *command = dup_words_of (operation);

  if (args->recording == NULL)
    {
      if (!operation->needs_recording)
        return TRUE;

      return refuse (error, _("“%s” reads a recording: name one with --recording FILE; “overstory-cli trace watch "
                              "--record FILE” makes one."), command);
    }
  if (args->node != NULL || args->sandbox != NULL)
    return refuse (error, _("--recording and --%s exclude each other."), args->node != NULL ? "node" : "sandbox");
  if (!operation->needs_node)
    return refuse (error, _("“%s” asks no node: leave out --recording."), command);
  if (operation->reads_recording)
    return TRUE;
  g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_RECORDING,
               _("“%s” needs a live node; a recording cannot answer it."), command);

  return FALSE;
}

static gboolean
check_reach (Parser  *parser,
             GError **error)
{
  OvCliArgs *args = parser->args;
  const OvOperation *operation = args->operation;
  g_autofree char *command = dup_words_of (operation);

  if (args->node != NULL && args->sandbox != NULL)
    return refuse (error, _("--node and --sandbox exclude each other."));
  if (!check_recording (parser, error))
    return FALSE;
  if (args->language != NULL && args->sandbox == NULL)
    return refuse (error, _("--language goes with --sandbox."));
  if (args->language != NULL && !g_str_equal (args->language, "erlang") && !g_str_equal (args->language, "elixir"))
    return refuse (error, _("--language: “%s” is not one of erlang, elixir."), args->language);
  if ((args->port != 0 || args->host != NULL) && args->node == NULL)
    return refuse (error, _("--%s goes with --node."), args->port != 0 ? "port" : "host");
  if (!operation->needs_node && (args->sandbox != NULL ||
      (args->node != NULL && ov_operation_find_parameter (operation, "node") == NULL)))
    return refuse (error, _("“%s” asks no node: leave out --%s."), command,
                   args->sandbox != NULL ? "sandbox" : "node");
  if (args->format != NULL && !ov_operation_has_format (operation, args->format))
    {
      g_autofree char *more = operation->formats != NULL ? g_strjoinv (", ", (char **) operation->formats) : NULL;

      return refuse (error, _("--format: “%s” answers as text, json%s%s; not as “%s”."), command,
                     more != NULL ? ", " : "", more != NULL ? more : "", args->format);
    }
  if (operation->needs_node && args->node == NULL && args->sandbox == NULL && args->recording == NULL)
    {
      g_set_error (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_NO_NODE,
                   _("“%s” needs a node, and none was named."), command);
      return FALSE;
    }

  return TRUE;
}

static gboolean
settle (Parser  *parser,
        GError **error)
{
  OvCliArgs *args = parser->args;
  g_autoptr (JsonObject) checked = NULL;

  if (args->wish == OV_CLI_VERSION)
    return TRUE;
  if (!settle_help (parser, error))
    return FALSE;
  if (args->wish == OV_CLI_HELP)
    return TRUE;
  if (args->operation == NULL)
    return refuse_unknown_verb (g_ptr_array_index (parser->plain, 0), "", error);
  if (!check_reach (parser, error))
    return FALSE;

  /* A mistake in a parameter is told before anything is started for it. */
  checked = ov_operation_check (args->operation, args->parameters, error);

  return checked != NULL;
}

OvCliArgs *
ov_cli_args_parse (const char *const  *words,
                   GError            **error)
{
  g_autoptr (OvCliArgs) args = g_new0 (OvCliArgs, 1);
  g_autoptr (GPtrArray) plain = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Parser parser = { .args = args, .words = words, .plain = plain, .seen = seen };

  g_return_val_if_fail (words != NULL, NULL);

  args->parameters = json_object_new ();
  args->timeout_s = DEFAULT_TIMEOUT_S;
  if (!parse_words (&parser, error) || !settle (&parser, error))
    return NULL;

  return g_steal_pointer (&args);
}

void
ov_cli_args_free (OvCliArgs *self)
{
  if (self == NULL)
    return;

  json_object_unref (self->parameters);
  g_free (self->node);
  g_free (self->sandbox);
  g_free (self->language);
  g_free (self->recording);
  g_free (self->cookie_file);
  g_free (self->format);
  g_free (self->output);
  g_free (self->host);
  g_free (self);
}

gboolean
ov_cli_args_want_json (const char *const *words)
{
  for (; *words != NULL; words++)
    if (g_str_equal (*words, "--json") || g_str_equal (*words, "--format=json") ||
        (g_str_equal (*words, "--format") && g_strcmp0 (words[1], "json") == 0))
      return TRUE;

  return FALSE;
}
