/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The examples: folders with an example.json (name, summary, languages), in the data folder
 * of an installed program or in the source tree of one that is run from its build folder.
 * Thread: any.
 */
#include "sandbox/ov-example-private.h"

#include "sandbox/ov-runtime-private.h"
#include "sandbox/ov-sandbox.h"

#include "config.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define NAME_BYTES_MAX 64

/* Run from the build folder, or told so. */
static gboolean
is_uninstalled (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return g_getenv ("OVERSTORY_UNINSTALLED") != NULL
         || (program != NULL && g_str_has_prefix (program, OV_BUILD_DIR G_DIR_SEPARATOR_S));
}

static char *
dup_examples_folder (void)
{
  return is_uninstalled () ? g_build_filename (OV_SOURCE_DIR, "data", "examples", NULL)
                           : g_build_filename (OV_PKGDATADIR, "examples", NULL);
}

/* Where the sources of what runs inside every sandbox stand. */
char *
ov_example_dup_launcher_folder (void)
{
  return is_uninstalled () ? g_build_filename (OV_SOURCE_DIR, "src", "sandbox", "erl", NULL)
                           : g_build_filename (OV_PKGDATADIR, "sandbox", NULL);
}

/* Names are folder names, and become part of a node's name: small letters, digits, '_'. */
static gboolean
is_example_name (const char *name)
{
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_");

  return length > 0 && length <= NAME_BYTES_MAX && name[length] == '\0';
}

char *
ov_example_dup_folder (const char  *name,
                       GError     **error)
{
  g_autofree char *examples = dup_examples_folder ();
  g_autofree char *folder = NULL;
  g_autofree char *description = NULL;

  if (is_example_name (name))
    {
      folder = g_build_filename (examples, name, NULL);
      description = g_build_filename (folder, "example.json", NULL);
      if (g_file_test (description, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&folder);
    }

  g_set_error (error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_EXAMPLE,
               _("There is no example named “%s”"), name);
  return NULL;
}

/**
 * ov_example_free:
 * @example: (transfer full): an example
 */
void
ov_example_free (OvExample *example)
{
  g_return_if_fail (example != NULL);

  g_free (example->name);
  g_free (example->summary);
  g_strfreev (example->languages);
  g_free (example);
}

static gboolean
has_runtime (const char *language)
{
  g_autofree char *program = NULL;

  if (strcmp (language, "erlang") == 0)
    program = g_find_program_in_path ("erl");
  else if (strcmp (language, "elixir") == 0)
    program = g_find_program_in_path ("elixir");

  return program != NULL;
}

static char **
read_languages (JsonObject *object)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *languages = json_object_get_array_member (object, "languages");

  for (guint i = 0; languages != NULL && i < json_array_get_length (languages); i++)
    {
      const char *language = json_array_get_string_element (languages, i);

      if (has_runtime (language))
        g_strv_builder_add (builder, language);
    }

  return g_strv_builder_end (builder);
}

static OvExample *
read_example (const char  *folder,
              const char  *name,
              GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, "example.json", NULL);
  g_autoptr(JsonParser) parser = json_parser_new_immutable ();
  g_autoptr(GError) local = NULL;
  JsonObject *object;
  OvExample *example;

  if (!json_parser_load_from_file (parser, path, &local) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error (error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_EXAMPLE, _("The example “%s” cannot be read: %s"),
                   name, local != NULL ? local->message : _("its description is no JSON object"));
      return NULL;
    }

  object = json_node_get_object (json_parser_get_root (parser));
  example = g_new0 (OvExample, 1);
  example->name = g_strdup (name);
  example->summary = g_strdup (json_object_get_string_member_with_default (object, "summary", ""));
  example->languages = read_languages (object);
  return example;
}

static int
compare_examples (gconstpointer a,
                  gconstpointer b)
{
  const OvExample *const *left = a;
  const OvExample *const *right = b;

  return strcmp ((*left)->name, (*right)->name);
}

/**
 * ov_example_list:
 * @error: return location
 *
 * Reads what examples this program came with, ordered by name; a language is in an example's
 * list when its runtime is on this machine.
 *
 * Returns: (element-type OvExample) (transfer full): the examples, or %NULL with
 *   OV_SANDBOX_ERROR_NO_EXAMPLE when they cannot be read
 */
GPtrArray *
ov_example_list (GError **error)
{
  g_autofree char *folder = dup_examples_folder ();
  g_autoptr(GPtrArray) examples = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_example_free);
  g_autoptr(GDir) dir = NULL;
  g_autoptr(GError) local = NULL;
  const char *name;

  if (!(dir = g_dir_open (folder, 0, &local)))
    {
      g_set_error (error, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_EXAMPLE,
                   _("The examples that come with Overstory are missing: %s"), local->message);
      return NULL;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      OvExample *example;

      if (!is_example_name (name))
        continue;
      if (!(example = read_example (folder, name, error)))
        return NULL;
      g_ptr_array_add (examples, example);
    }

  g_ptr_array_sort (examples, compare_examples);
  return g_steal_pointer (&examples);
}
