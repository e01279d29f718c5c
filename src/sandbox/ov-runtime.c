/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finds the folders of Erlang and Elixir.
 *
 * A sandbox sees no home folder, so it can use no version manager's shim; what it needs is the
 * folder the shim leads to.  An ordinary installation tells that by its symbolic links; a shim
 * (a script of asdf, mise, kerl) has to be run and asked, which takes a tenth of a second.
 *
 *   ERLANG ──look or ask──► ELIXIR (when wanted) ──look or ask──► done
 *
 * Thread: main.
 */
#include "sandbox/ov-runtime-private.h"

#include "sandbox/ov-sandbox.h"

#include <glib/gi18n.h>
#include <stdlib.h>

typedef struct
{
  const char *program;
  const char *proof;    /* a file under the root that shows it is one */
  const char *ask[4];   /* arguments that make the program print its root */
  guint       levels;   /* folders between what is printed and the root */
  const char *missing;
} Kind;

static const Kind kinds[] = {
  { "erl", "bin/start_clean.boot",
    { "-noinput", "-eval", "io:put_chars(code:root_dir()), halt().", NULL }, 0,
    N_("There is no Erlang (“erl”) on this machine") },
  { "elixir", "lib/elixir/ebin/elixir.app",
    { "-e", "IO.write(:code.lib_dir(:elixir))", NULL, NULL }, 2,
    N_("There is no Elixir (“elixir”) on this machine") },
};

typedef struct
{
  OvRuntime *found;
  guint      kind;
  guint      n_kinds;
} Search;

static void find_next (GTask *task);

static void
search_free (Search *search)
{
  g_clear_pointer (&search->found, ov_runtime_free);
  g_free (search);
}

void
ov_runtime_free (OvRuntime *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->erlang_root);
  g_free (self->elixir_root);
  g_free (self);
}

static gboolean
is_root (const Kind *kind,
         const char *folder)
{
  g_autofree char *proof = g_build_filename (folder, kind->proof, NULL);

  return g_file_test (proof, G_FILE_TEST_IS_REGULAR);
}

/* "/usr/bin/erl" -> "/usr/lib/erlang/bin/erl" -> "/usr/lib/erlang", if that is one. */
static char *
look (const Kind *kind,
      const char *program)
{
  g_autofree char *real = realpath (program, NULL);
  g_autofree char *bin = real != NULL ? g_path_get_dirname (real) : NULL;
  g_autofree char *root = bin != NULL ? g_path_get_dirname (bin) : NULL;

  return root != NULL && is_root (kind, root) ? g_steal_pointer (&root) : NULL;
}

static void
take_root (GTask *task,
           char  *root)
{
  Search *search = g_task_get_task_data (task);

  if (search->kind == 0)
    search->found->erlang_root = root;
  else
    search->found->elixir_root = root;

  search->kind++;
  find_next (task);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(GError) error = NULL;
  g_autofree char *answer = NULL;
  Search *search = g_task_get_task_data (task);
  const Kind *kind = &kinds[search->kind];
  g_autofree char *root = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &answer, NULL, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  root = g_strdup (answer != NULL ? g_strstrip (answer) : "");
  for (guint i = 0; i < kind->levels; i++)
    {
      char *parent = g_path_get_dirname (root);

      g_free (root);
      root = parent;
    }

  if (is_root (kind, root))
    take_root (task, g_steal_pointer (&root));
  else
    g_task_return_new_error (task, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_ERL,
                             _("The program “%s” does not say where it is installed"), kind->program);
}

static void
ask (GTask      *task,
     const Kind *kind,
     const char *program)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = NULL;
  const char *argv[G_N_ELEMENTS (kind->ask) + 1] = { program };

  for (gsize i = 0; i < G_N_ELEMENTS (kind->ask); i++)
    argv[i + 1] = kind->ask[i];

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  if (process == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_subprocess_communicate_utf8_async (process, NULL, g_task_get_cancellable (task),
                                         asked_cb, g_object_ref (task));
}

static void
find_next (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  g_autofree char *program = NULL;
  char *root;

  if (search->kind == search->n_kinds)
    {
      g_task_return_pointer (task, g_steal_pointer (&search->found), (GDestroyNotify) ov_runtime_free);
      return;
    }

  program = g_find_program_in_path (kinds[search->kind].program);
  if (program == NULL)
    g_task_return_new_error (task, OV_SANDBOX_ERROR, OV_SANDBOX_ERROR_NO_ERL,
                             "%s", _(kinds[search->kind].missing));
  else if ((root = look (&kinds[search->kind], program)) != NULL)
    take_root (task, root);
  else
    ask (task, &kinds[search->kind], program);
}

/*
 * ov_runtime_find_async:
 * @with_elixir: whether Elixir is needed too
 *
 * Ends with OV_SANDBOX_ERROR_NO_ERL when something is missing.
 */
void
ov_runtime_find_async (gboolean             with_elixir,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  search->found = g_new0 (OvRuntime, 1);
  search->n_kinds = with_elixir ? 2 : 1;
  g_task_set_source_tag (task, ov_runtime_find_async);
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  find_next (task);
}

OvRuntime *
ov_runtime_find_finish (GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
