/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cookies in the keyring, for people who do not keep them in files, and the rule which of the
 * two is asked when.
 *
 *   find: the named file │ the default file ──not usable──► keyring ──► the file's error
 *
 * Invariant: looking up never takes longer than LOOKUP_MS and is not even begun without a session
 * bus, so a command line in a bare environment does not hang.
 * Thread: the caller's; nothing blocks.
 */
#include "link/ov-cookie.h"

#include "link/ov-deadline-private.h"
#include "link/ov-link.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#define LOOKUP_MS 1000
#define STORE_MS  60000 /* a person may have to unlock the keyring first */

static const SecretSchema schema = {
  "org.overstory.Cookie",
  SECRET_SCHEMA_NONE,
  { { "node", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

typedef struct
{
  OvDeadline *deadline;
  GError     *file_error; /* what is told when the keyring has nothing either */
} Lookup;

static void
lookup_free (gpointer data)
{
  Lookup *lookup = data;

  g_clear_pointer (&lookup->deadline, ov_deadline_free);
  g_clear_error (&lookup->file_error);
  g_free (lookup);
}

static gboolean
has_session_bus (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return (address != NULL && *address != '\0') || g_file_test (socket, G_FILE_TEST_EXISTS);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Lookup *lookup = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  char *found = secret_password_lookup_finish (result, &error);

  if (found != NULL && *found != '\0')
    g_task_return_pointer (task, g_strdup (found), (GDestroyNotify) ov_cookie_free);
  else
    {
      if (error != NULL)
        g_debug ("The keyring was not asked: %s", error->message);
      g_task_return_error (task, g_steal_pointer (&lookup->file_error));
    }
  secret_password_free (found);
}

/**
 * ov_cookie_find_async:
 * @node: the node to attach to
 * @path: (nullable): a cookie file that was named
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context
 * @user_data: its argument
 *
 * Finds the cookie for @node: in @path alone if there is one, else in the default file, else in
 * the keyring.
 */
void
ov_cookie_find_async (const char          *node,
                      const char          *path,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  Lookup *lookup;
  char *cookie;

  g_return_if_fail (node != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_cookie_find_async);
  cookie = ov_cookie_read_file (path, &error);
  if (cookie != NULL)
    {
      g_task_return_pointer (task, cookie, (GDestroyNotify) ov_cookie_free);
      return;
    }
  if (path != NULL || !has_session_bus ())
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  lookup = g_new0 (Lookup, 1);
  lookup->deadline = ov_deadline_new (LOOKUP_MS, cancellable);
  lookup->file_error = g_steal_pointer (&error);
  g_task_set_task_data (task, lookup, lookup_free);
  secret_password_lookup (&schema, ov_deadline_get_cancellable (lookup->deadline), looked_up_cb,
                          g_object_ref (task), "node", node, NULL);
}

/**
 * ov_cookie_find_finish:
 * @result: what the callback got
 * @error: COOKIE_FILE or NO_COOKIE, or cancelled
 *
 * Returns: (transfer full): the cookie; free it with ov_cookie_free()
 */
char *
ov_cookie_find_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static GTask *
new_keyring_task (GCancellable        *cancellable,
                  GAsyncReadyCallback  callback,
                  gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->deadline = ov_deadline_new (STORE_MS, cancellable);
  g_task_set_task_data (task, lookup, lookup_free);
  return task;
}

/* A keyring that is missing is nothing a person did wrong: say what it means for them. */
static void
return_keyring_result (GTask  *task,
                       GError *error)
{
  g_autoptr (GError) owned = error;

  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else if (!g_task_return_error_if_cancelled (task))
    g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_NO_COOKIE,
                             _("The keyring cannot be used: %s"), error->message);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  secret_password_store_finish (result, &error);
  return_keyring_result (task, error);
}

/**
 * ov_cookie_store_async:
 * @node: a node
 * @cookie: its cookie
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context
 * @user_data: its argument
 *
 * Keeps the cookie in the keyring, which may ask the person to unlock it.
 */
void
ov_cookie_store_async (const char          *node,
                       const char          *cookie,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task;
  g_autofree char *label = NULL;

  g_return_if_fail (node != NULL);
  g_return_if_fail (cookie != NULL);

  task = new_keyring_task (cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_cookie_store_async);
  label = g_strdup_printf (_("Erlang cookie of %s"), node);
  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, cookie,
                         ov_deadline_get_cancellable (
                             ((Lookup *) g_task_get_task_data (task))->deadline),
                         stored_cb, task, "node", node, NULL);
}

gboolean
ov_cookie_store_finish (GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
