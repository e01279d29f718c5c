/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that are not known are asked at once, and the answer is complete when the last has answered or
 * its time is over.  A node is asked once in its life: asking is a connection to it.
 * Invariant: pending counts the questions that are under way, and one for asking itself.
 * Thread: main.
 */
#include "model/ov-found-names-private.h"

#include "link/ov-epmd.h"
#include "link/ov-peer-name.h"

#define ANSWER_S 1

typedef struct
{
  OvKnownNames *known;
  char        **names;
  char        **keys;
  guint         n;
  guint         pending;
} Names;

typedef struct
{
  GTask *task;
  guint  index;
} Question;

static void
names_free (gpointer data)
{
  Names *names = data;

  g_hash_table_unref (names->known);
  g_strfreev (names->names);
  g_strfreev (names->keys);
  g_free (names);
}

OvKnownNames *
ov_known_names_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
one_is_done (GTask *task)
{
  Names *names = g_task_get_task_data (task);

  if (--names->pending > 0)
    return;
  g_task_return_pointer (task, g_steal_pointer (&names->names), (GDestroyNotify) g_strfreev);
}

static void
name_arrived_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (GTask) task = question->task;
  guint index = question->index;
  Names *names = g_task_get_task_data (task);
  g_autofree char *name = ov_peer_name_finish (result, NULL); /* then the guess stays */

  g_free (question);
  if (name != NULL)
    {
      g_free (names->names[index]);
      names->names[index] = g_strdup (name);
      g_hash_table_insert (names->known, g_strdup (names->keys[index]), g_steal_pointer (&name));
    }
  one_is_done (task);
}

static void
ask (GTask      *task,
     const char *address,
     guint       index,
     guint16     port)
{
  Names *names = g_task_get_task_data (task);
  Question *question = g_new (Question, 1);

  question->task = g_object_ref (task);
  question->index = index;
  names->pending++;
  ov_peer_name_async (address, port, ANSWER_S, g_task_get_cancellable (task), name_arrived_cb,
                      question);
}

void
ov_found_names_async (GPtrArray           *entries,
                      const char          *address,
                      const char          *host,
                      OvKnownNames        *known,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Names *names = g_new0 (Names, 1);

  names->known = g_hash_table_ref (known);
  names->names = g_new0 (char *, entries->len + 1);
  names->keys = g_new0 (char *, entries->len + 1);
  names->pending = 1;
  g_task_set_task_data (task, names, names_free);
  for (guint i = 0; i < entries->len; i++)
    {
      const OvEpmdEntry *entry = g_ptr_array_index (entries, i);
      const char *name;

      names->keys[i] = g_strdup_printf ("%s:%u", entry->name, entry->port);
      name = g_hash_table_lookup (known, names->keys[i]);
      names->names[i] = name != NULL ? g_strdup (name) : g_strdup_printf ("%s@%s", entry->name, host);
      if (name == NULL)
        ask (task, address, i, entry->port);
    }
  one_is_done (task);
}

char **
ov_found_names_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
