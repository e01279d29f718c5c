/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Actors and processes: see the header.  The table knows more (labels, child ids, modules), the
 * store remembers longer; so the table is asked first.  Thread: main.
 */
#include "config.h"

#include "views/ov-actor-words.h"

#include "model/ov-process-search.h"
#include "views/ov-words.h"

#include <string.h>

#define MAX_TITLE 120

OvProcessTable *
ov_actor_get_table (OvSession *session,
                    OvNode    *node)
{
  OvProcessTable *table = NULL;

  if (session && ov_session_get_node (session) == node)
    table = ov_session_get_table (session);
  return table ? table : ov_node_get_processes (node);
}

guint32
ov_actor_find_slot (OvProcessTable *table,
                    OvStore        *store,
                    guint32         actor)
{
  OvPid pid;
  g_autofree char *name = NULL;

  if (!table || actor == OV_ACTOR_NONE)
    return OV_SLOT_NONE;
  pid = ov_store_get_actor (store, actor);
  if (!ov_pid_is_none (&pid))
    return ov_process_table_find_pid (table, &pid);
  name = ov_store_dup_actor_name (store, actor);
  return name ? ov_process_table_find_name (table, name) : OV_SLOT_NONE;
}

guint32
ov_actor_find (OvProcessTable *table,
               OvStore        *store,
               guint32         slot)
{
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (table, slot) : NULL;

  return row ? ov_store_find_actor (store, &row->pid) : OV_ACTOR_NONE;
}

char *
ov_actor_dup_title (OvProcessTable *table,
                    OvStore        *store,
                    guint32         actor)
{
  guint32 slot = ov_actor_find_slot (table, store, actor);
  g_autofree char *title = NULL;

  if (actor == OV_ACTOR_NONE)
    return g_strdup ("—");
  title = slot != OV_SLOT_NONE ? ov_process_table_dup_title (table, slot)
                               : ov_store_dup_actor_name (store, actor);
  return ov_words_clean (title, MAX_TITLE);
}

char *
ov_actor_dup_pid (OvStore *store,
                  guint32  actor)
{
  OvPid pid = actor != OV_ACTOR_NONE ? ov_store_get_actor (store, actor) : OV_PID_NONE;
  g_autofree char *name = NULL;

  if (!ov_pid_is_none (&pid))
    return ov_pid_to_string (&pid, ov_store_get_node (store));
  name = actor != OV_ACTOR_NONE ? ov_store_dup_actor_name (store, actor) : NULL;
  return ov_words_clean (name ? name : "—", MAX_TITLE);
}

/* What the store calls them, also when they are long gone. */
static void
add_known_by_name (GArray     *into,
                   OvStore    *store,
                   const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint32 actor = 0; actor < ov_store_get_n_actors (store); actor++)
    {
      g_autofree char *name = ov_store_dup_actor_name (store, actor);
      g_autofree char *pid = ov_actor_dup_pid (store, actor);
      g_autofree char *name_folded = name ? g_utf8_casefold (name, -1) : NULL;

      if ((name_folded && strstr (name_folded, folded)) || g_str_equal (pid, text))
        g_array_append_val (into, actor);
    }
}

static int
compare_actors (gconstpointer a,
                gconstpointer b)
{
  guint32 one = *(const guint32 *) a, other = *(const guint32 *) b;

  return (one > other) - (one < other);
}

GArray *
ov_actor_list_matching (OvProcessTable *table,
                        OvStore        *store,
                        const char     *text)
{
  GArray *actors = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr(OvProcessSearch) search = ov_process_search_new (table, text);
  g_autoptr(GArray) slots = ov_process_search_run (search);
  guint kept = 0;

  for (guint i = 0; i < slots->len; i++)
    {
      guint32 actor = ov_actor_find (table, store, g_array_index (slots, guint32, i));

      if (actor != OV_ACTOR_NONE)
        g_array_append_val (actors, actor);
    }
  add_known_by_name (actors, store, text);

  g_array_sort (actors, compare_actors);
  for (guint i = 0; i < actors->len; i++)
    if (i == 0 || g_array_index (actors, guint32, i) != g_array_index (actors, guint32, kept - 1))
      g_array_index (actors, guint32, kept++) = g_array_index (actors, guint32, i);
  g_array_set_size (actors, kept);
  return actors;
}
