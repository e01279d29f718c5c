/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help pages: of the program, of a subject, of an operation.  Nothing is said here that the
 * table does not say, except the ways of naming a node and the exit statuses.
 * Thread: main.
 */
#include "cli/ov-cli-help.h"

#include "ops/ov-parameters.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDEST 100

typedef struct
{
  GString *out;
  guint    columns;
  gboolean colour;
} Page;

static void
add_title (Page       *page,
           const char *title)
{
  g_string_append_printf (page->out, page->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

/* A no-break space keeps an option and its value on one line; who copies it wants a plain one. */
static void
append_word (GString    *into,
             const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, "\302\240", -1);
  g_autofree char *plain = g_strjoinv (" ", parts);

  g_string_append (into, plain);
}

/* Words wrapped at the page's width; the first line begins at column @at, others at @indent. */
static void
add_wrapped (Page       *page,
             const char *text,
             guint       at,
             guint       indent)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint start = at;

  for (char **word = words; *word != NULL; word++)
    {
      guint n = (guint) g_utf8_strlen (*word, -1);

      if (at > start && at + 1 + n > page->columns)
        {
          g_string_append_printf (page->out, "\n%*s", (int) indent, "");
          at = start = indent;
        }
      else if (at > start)
        {
          g_string_append_c (page->out, ' ');
          at++;
        }
      append_word (page->out, *word);
      at += n;
    }
  g_string_append_c (page->out, '\n');
}

static void
add_pair (Page       *page,
          const char *term,
          const char *text,
          guint       indent)
{
  guint n = (guint) g_utf8_strlen (term, -1);

  g_string_append_printf (page->out, "  %s", term);
  if (2 + n + 2 > indent)
    g_string_append_printf (page->out, "\n%*s", (int) indent, "");
  else
    g_string_append_printf (page->out, "%*s", (int) (indent - 2 - n), "");
  add_wrapped (page, text, indent, indent);
}

static char *
dup_command (const OvOperation *operation)
{
  return g_strdelimit (g_strdup (operation->id), ".", ' ');
}

static gboolean
is_of_subject (const OvOperation *operation,
               const OvSubject   *subject)
{
  gsize n = strlen (subject->name);

  return strncmp (operation->id, subject->name, n) == 0 && operation->id[n] == '.' &&
         !operation->keeps_session;
}

static void
add_operations (Page            *page,
                const OvSubject *subject)
{
  guint n;
  const OvOperation *const *operations = ov_operations_get_all (&n);

  for (guint i = 0; i < n; i++)
    if (is_of_subject (operations[i], subject))
      {
        g_autofree char *command = dup_command (operations[i]);

        add_pair (page, command, _(operations[i]->summary), 20);
      }
}

static void
add_options (Page *page)
{
  guint n;
  const OvCliOption *options = ov_cli_options_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *term =
        options[i].placeholder != NULL ? g_strdup_printf ("--%s %s", options[i].name, _(options[i].placeholder))
                                       : g_strdup_printf ("--%s", options[i].name);

      add_pair (page, term, _(options[i].summary), 25);
    }
}

static void
write_program (Page *page)
{
  static const char *const statuses[] = {
    N_("done"), N_("the command failed"), N_("wrong usage"), N_("could not attach to the node"),
    N_("refused: the node is attached read-only, see --arm"),
  };
  guint n;
  const OvSubject *subjects = ov_subjects_get_all (&n);

  add_wrapped (page, _("Look into running Erlang and Elixir systems from a terminal. Nothing is left behind on a "
                       "node, and nothing on it is changed unless you arm control."), 0, 0);
  add_title (page, _("Usage"));
  g_string_append (page->out, _("  overstory-cli SUBJECT VERB [--PARAMETER VALUE]…\n"
                                "                [--node NAME | --sandbox EXAMPLE | --recording FILE]\n"
                                "  overstory-cli help [SUBJECT [VERB]]\n"));
  add_title (page, _("Try it"));
  add_pair (page, "overstory-cli tree get --sandbox shop", _("an example, no node of your own needed"), 50);
  add_pair (page, "overstory-cli node list", _("which nodes run here?"), 50);
  add_pair (page, "overstory-cli tree get --node rabbit@localhost", _("the trees of one of them"), 50);
  add_pair (page, "overstory-cli trace watch --process shop_catalogue --sandbox shop", _("what one process says and hears"), 50);
  add_title (page, _("Commands"));
  for (guint i = 0; i < n; i++)
    add_operations (page, &subjects[i]);
  add_title (page, _("Options of every command"));
  add_options (page);
  add_title (page, _("The cookie"));
  add_wrapped (page, _("It is read from --cookie-file, else $OVERSTORY_COOKIE_FILE, else ~/.erlang.cookie, else the "
                       "keyring; never from the command line, which everybody on the machine can read."), 0, 0);
  add_title (page, _("Exit status"));
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      char number[4];

      g_snprintf (number, sizeof number, "%u", i);
      add_pair (page, number, _(statuses[i]), 5);
    }
}

static void
write_subject (Page            *page,
               const OvSubject *subject)
{
  add_wrapped (page, _(subject->summary), 0, 0);
  add_title (page, _("Commands"));
  add_operations (page, subject);
  g_string_append_printf (page->out, _("\n“overstory-cli help %s VERB” explains one.\n"), subject->name);
}

static void
add_usage (Page              *page,
           const OvOperation *operation)
{
  g_autofree char *command = dup_command (operation);
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "overstory-cli %s", command);
  for (guint i = 0; i < operation->n_parameters; i++)
    {
      const OvParameter *parameter = &operation->parameters[i];
      g_autofree char *placeholder = ov_parameter_dup_placeholder (parameter);

      g_string_append_printf (line, " %s--%s%s%s%s", parameter->required ? "" : "[", parameter->name,
                              *placeholder != '\0' ? "\302\240" : "", placeholder,
                              parameter->required ? "" : "]");
    }
  if (operation->needs_recording)
    g_string_append (line, " --recording\302\240FILE");
  else if (operation->needs_node)
    g_string_append_printf (line, " (--node\302\240NAME\302\240|\302\240--sandbox\302\240EXAMPLE%s)",
                            operation->reads_recording ? "\302\240|\302\240--recording\302\240FILE" : "");
  g_string_append (page->out, "  ");
  add_wrapped (page, line->str, 2, 6);
}

static void
add_parameters (Page              *page,
                const OvOperation *operation)
{
  if (operation->n_parameters == 0)
    return;
  add_title (page, _("Parameters"));
  for (guint i = 0; i < operation->n_parameters; i++)
    {
      const OvParameter *parameter = &operation->parameters[i];
      g_autofree char *placeholder = ov_parameter_dup_placeholder (parameter);
      g_autofree char *term = g_strdup_printf ("--%s %s", parameter->name, placeholder);
      g_autofree char *text = parameter->initial != NULL && parameter->type != OV_PARAMETER_FLAG
                                  ? g_strdup_printf (_("%s (%s)"), _(parameter->summary), parameter->initial)
                                  : g_strdup (_(parameter->summary));

      add_pair (page, term, text, 25);
    }
}

static const char *
describe_effect (OvEffect effect)
{
  switch (effect)
    {
    case OV_EFFECT_NONE:
      return _("None: no node is asked to do anything.");
    case OV_EFFECT_OBSERVE:
      return _("It reads, within bounds, and leaves nothing behind.");
    case OV_EFFECT_LOAD:
      return _("It puts a measurable load on the node, within a cap.");
    case OV_EFFECT_CHANGE:
      return _("It changes the node: --arm is needed on a real one.");
    case OV_EFFECT_DESTROY:
    default:
      return _("It ends something on the node: --arm is needed on a real one.");
    }
}

static void
write_operation (Page              *page,
                 const OvOperation *operation)
{
  add_wrapped (page, _(operation->summary), 0, 0);
  add_title (page, _("Usage"));
  add_usage (page, operation);
  g_string_append_c (page->out, '\n');
  add_wrapped (page, _(operation->description), 0, 0);
  add_parameters (page, operation);
  add_title (page, _("Answer (--json)"));
  for (guint i = 0; i < operation->n_members; i++)
    {
      g_autofree char *term = g_strdup_printf ("%s: %s", operation->members[i].path, operation->members[i].type);

      add_pair (page, term, _(operation->members[i].summary), 42);
    }
  if (operation->formats != NULL)
    {
      g_autofree char *more = g_strjoinv (", ", (char **) operation->formats);

      add_title (page, _("Formats"));
      g_string_append_printf (page->out, "  text, json, %s\n", more);
    }
  add_title (page, _("Effect on the node"));
  g_string_append_printf (page->out, "  %s\n", describe_effect (operation->effect));
  if (!g_str_equal (operation->undo, "none"))
    g_string_append_printf (page->out, _("  Undone by: %s\n"), _(operation->undo));
  add_title (page, _("Example"));
  g_string_append_printf (page->out, "  %s\n", operation->example);
}

char *
ov_cli_help_write (const OvCliArgs *args,
                   guint            columns,
                   gboolean         colour)
{
  Page page = { .out = g_string_new (NULL), .columns = columns != 0 ? MIN (columns, WIDEST) : 80,
                .colour = colour };

  g_return_val_if_fail (args != NULL, NULL);

  if (args->operation != NULL)
    write_operation (&page, args->operation);
  else if (args->subject != NULL)
    write_subject (&page, args->subject);
  else
    write_program (&page);

  return g_string_free (page.out, FALSE);
}
