/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From --process, --from and --to to actors and instants of a store.
 * Thread: main.
 */
#include "ops/ov-instant.h"
#include "ops/ov-op-replay-private.h"
#include "ops/ov-op-support.h"
#include "ops/ov-suggest.h"

#include <glib/gi18n.h>

/* Names that a mistyped one is compared with. */
#define MAX_SUGGESTIONS 2000

static gboolean
read_instant (OvInvocation *invocation,
              const char   *name,
              gint64        first_ns,
              gint64        last_ns,
              gint64       *at_ns,
              GError      **error)
{
  const char *text = ov_invocation_get_text (invocation, name);

  if (text == NULL || ov_instant_parse (text, first_ns, last_ns, at_ns, error))
    return TRUE;
  g_prefix_error (error, "--%s: ", name);

  return FALSE;
}

gboolean
ov_op_get_range (OvInvocation *invocation,
                 OvStore      *store,
                 gint64       *from_ns,
                 gint64       *to_ns,
                 GError      **error)
{
  gint64 first_ns = 0, last_ns = 0;

  ov_store_get_span (store, &first_ns, &last_ns);
  *from_ns = first_ns;
  *to_ns = last_ns + 1;
  if (!read_instant (invocation, "from", first_ns, last_ns, from_ns, error) ||
      !read_instant (invocation, "to", first_ns, last_ns, to_ns, error))
    return FALSE;
  if (*from_ns < *to_ns || (!ov_invocation_has (invocation, "from") && !ov_invocation_has (invocation, "to")))
    return TRUE;
  g_set_error_literal (error, OV_OPERATION_ERROR, OV_OPERATION_ERROR_BAD_PARAMETER,
                       _("--to: the range ends before it begins."));

  return FALSE;
}

static void
add_spawned (OvStore *store,
             GArray  *actors)
{
  OvEventQuery query = { .kinds = OV_EVENT_MASK (OV_EVENT_SPAWN) | OV_EVENT_MASK (OV_EVENT_SPAWNED) };
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, &query);
  guint64 end = ov_store_get_end (store);

  for (guint64 number = ov_event_filter_next (filter, ov_store_get_first (store), end); number != OV_EVENT_NONE;
       number = ov_event_filter_next (filter, number + 1, end))
    {
      OvEvent event;
      guint32 born;

      if (!ov_store_get_event (store, number, &event))
        continue;
      born = event.kind == OV_EVENT_SPAWN ? event.peer : event.actor;
      if (born != OV_ACTOR_NONE)
        g_array_append_val (actors, born);
    }
}

static GError *
make_unknown_process (OvStore    *store,
                      const char *text)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint n = MIN (ov_store_get_n_actors (store), MAX_SUGGESTIONS);
  const char *near;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, ov_store_dup_actor_name (store, i));
  near = ov_suggest (text, (const char *const *) names->pdata, names->len);
  if (near != NULL)
    return g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND,
                        _("No process “%s” was seen; did you mean “%s”?"), text, near);

  return g_error_new (OV_OPERATION_ERROR, OV_OPERATION_ERROR_NOT_FOUND, _("No process “%s” was seen."), text);
}

/* A name may have been that of several processes, one after the other. */
static gboolean
add_named (OvStore    *store,
           const char *text,
           GArray     *actors,
           GError    **error)
{
  g_autofree char *name = ov_op_dup_bare_name (text);
  g_autofree char *alias = g_strconcat ("Elixir.", name, NULL);
  guint before = actors->len;
  OvPid pid;

  if (ov_pid_parse (text, ov_store_get_node (store), &pid))
    {
      guint32 actor = ov_store_find_actor (store, &pid);

      if (actor != OV_ACTOR_NONE)
        g_array_append_val (actors, actor);
    }
  else
    for (guint32 i = 0; i < ov_store_get_n_actors (store); i++)
      {
        g_autofree char *found_pid = NULL;
        g_autofree char *found = ov_op_dup_actor_name (store, i, &found_pid);

        if (found != NULL && (g_str_equal (found, name) || g_str_equal (found, text) || g_str_equal (found, alias)))
          g_array_append_val (actors, i);
      }
  if (actors->len > before)
    return TRUE;
  if (error != NULL)
    *error = make_unknown_process (store, text);

  return FALSE;
}

static void
add_below (OvProcessTable *table,
           OvStore        *store,
           guint32         slot,
           GArray         *actors)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint32));

  g_array_append_val (stack, slot);
  while (stack->len > 0)
    {
      guint32 at = g_array_index (stack, guint32, stack->len - 1);
      const OvProcess *row = ov_process_table_get_row (table, at);
      guint32 actor = row != NULL ? ov_store_find_actor (store, &row->pid) : OV_ACTOR_NONE;

      g_array_set_size (stack, stack->len - 1);
      if (actor != OV_ACTOR_NONE)
        g_array_append_val (actors, actor);
      for (guint32 child = row != NULL ? row->first_child : OV_SLOT_NONE; child != OV_SLOT_NONE;)
        {
          g_array_append_val (stack, child);
          child = ov_process_table_get_row (table, child)->next;
        }
    }
}

static gboolean
add_subtree (OvInvocation *invocation,
             OvStore      *store,
             const char   *text,
             GArray       *actors,
             GError      **error)
{
  OvProcessTable *table = ov_node_get_processes (ov_invocation_get_node (invocation));
  g_autofree char *name = ov_op_dup_process_name (table, text);
  guint32 slot;
  OvPid pid;

  slot = ov_pid_parse (text, ov_store_get_node (store), &pid) ? ov_process_table_find_pid (table, &pid)
                                                              : ov_process_table_find_name (table, name);
  if (slot == OV_SLOT_NONE)
    {
      if (error != NULL)
        *error = make_unknown_process (store, text);
      return FALSE;
    }
  add_below (table, store, slot, actors);

  return TRUE;
}

gboolean
ov_op_find_actors (OvInvocation *invocation,
                   OvStore      *store,
                   GArray      **actors,
                   GError      **error)
{
  g_auto (GStrv) processes = ov_invocation_dup_list (invocation, "process");
  gboolean subtree = ov_invocation_get_flag (invocation, "subtree");
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));

  *actors = NULL;
  if (processes[0] == NULL || g_strv_contains ((const char *const *) processes, "all"))
    return TRUE;
  for (guint i = 0; processes[i] != NULL; i++)
    if (g_str_equal (processes[i], "new"))
      add_spawned (store, found);
    else if (!(subtree ? add_subtree (invocation, store, processes[i], found, error)
                       : add_named (store, processes[i], found, error)))
      return FALSE;
  *actors = g_steal_pointer (&found);

  return TRUE;
}
