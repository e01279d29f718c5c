/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Over which link a death came.
 *
 * A process that does not trap exits dies of the same reason as the one it is linked to, at once after
 * it.  So the candidates are the deaths just before with the same reason; a link that was reported decides,
 * by the table (which keeps the links of the dead for a moment) or by the trace's LINK events; without one
 * only two deaths of the same instant are taken to belong together, and are marked as not sure.
 * Invariant: a death follows only from an earlier one, so there is no circle.  Thread: main.
 */
#include "analytics/ov-restart-private.h"

#include "trace/ov-event-filter.h"

#include <string.h>

#define LINKED_NS ((gint64) 1000000000)
#define SAME_INSTANT_NS ((gint64) 2000000)
/* Times of different sources differ by as much as a batch. */
#define JITTER_NS ((gint64) 20000000)
#define LOOK_BACK 64
#define LINK_EVENTS 200000
#define EXIT_EVENTS 5000

static gboolean
is_linked_in_table (OvRestartLog *self,
                    const OvPid  *a,
                    const OvPid  *b)
{
  guint32 slot = ov_process_table_find_pid (self->table, a);
  const OvPid *links;
  guint n;

  if (slot == OV_SLOT_NONE)
    return FALSE;

  links = ov_process_table_get_links (self->table, slot, &n);
  for (guint i = 0; i < n; i++)
    if (ov_pid_equal (&links[i], b))
      return TRUE;

  return FALSE;
}

/* The last event before @at_ns, or so, that the filter lets through; of the last @n of all. */
static guint64
find_last (OvStore             *store,
           const OvEventFilter *filter,
           gint64               at_ns,
           guint64              n)
{
  guint64 first = ov_store_get_first (store);
  guint64 end = ov_store_find_time (store, at_ns + JITTER_NS);

  return ov_event_filter_previous (filter, MAX (first, end - MIN (n, end)), end);
}

static gboolean
is_linked_in_store (OvRestartLog *self,
                    const OvPid  *a,
                    const OvPid  *b,
                    gint64        at_ns)
{
  guint32 actors[2];
  OvEventQuery query = { .actors = actors, .n_actors = 2, .both = TRUE };
  g_autoptr (OvEventFilter) filter = NULL;
  guint64 found;
  OvEvent event;

  if (self->store == NULL)
    return FALSE;
  actors[0] = ov_store_find_actor (self->store, a);
  actors[1] = ov_store_find_actor (self->store, b);
  if (actors[0] == OV_ACTOR_NONE || actors[1] == OV_ACTOR_NONE)
    return FALSE;

  query.kinds = OV_EVENT_MASK (OV_EVENT_LINK) | OV_EVENT_MASK (OV_EVENT_LINKED)
                | OV_EVENT_MASK (OV_EVENT_UNLINK);
  filter = ov_event_filter_new (self->store, &query);
  found = find_last (self->store, filter, at_ns, LINK_EVENTS);
  return found != OV_EVENT_NONE && ov_store_get_event (self->store, found, &event)
         && event.kind != OV_EVENT_UNLINK;
}

static gboolean
is_linked (OvRestartLog *self,
           const OvPid  *a,
           const OvPid  *b,
           gint64        at_ns)
{
  return is_linked_in_table (self, a, b) || is_linked_in_table (self, b, a)
         || is_linked_in_store (self, a, b, at_ns);
}

/*< private >
 * ov_restart_find_exit:
 *
 * A trace knows the instant of a death and its reason; a monitor tells of it a moment later, a sweep without
 * a reason.
 */
void
ov_restart_find_exit (OvRestartLog   *self,
                      OvRestartDeath *death)
{
  guint32 actor = self->store != NULL ? ov_store_find_actor (self->store, &death->pid) : OV_ACTOR_NONE;
  const OvEventQuery query = { .kinds = OV_EVENT_MASK (OV_EVENT_EXIT), .actors = &actor, .n_actors = 1 };
  g_autoptr (OvEventFilter) filter = NULL;
  g_autoptr (GBytes) payload = NULL;
  guint64 found;
  OvEvent event;

  if (actor == OV_ACTOR_NONE)
    return;
  filter = ov_event_filter_new (self->store, &query);
  found = find_last (self->store, filter, death->at_ns, EXIT_EVENTS);
  if (found == OV_EVENT_NONE || !ov_store_get_event (self->store, found, &event) || event.actor != actor)
    return;

  death->at_ns = CLAMP (event.at_ns, death->at_ns - LINKED_NS, death->at_ns);
  if (death->reason == NULL && (payload = ov_store_dup_payload (self->store, found)) != NULL)
    {
      const OvTermFormat format = { .max_chars = 512, .local_node = ov_store_get_node (self->store) };
      g_autoptr (GString) text = g_string_new (NULL);
      gsize length;
      gconstpointer bytes = g_bytes_get_data (payload, &length);

      ov_term_print_bytes (bytes, length, &format, text, NULL);
      death->reason = g_string_chunk_insert_const (self->texts, text->str);
    }
}

/*< private >
 * ov_restart_find_link:
 *
 * Notes in the death @number which earlier one it followed from.
 */
void
ov_restart_find_link (OvRestartLog *self,
                      guint64       number)
{
  OvRestartDeath *death = ov_restart_log_get_death (self, number);
  guint64 guess = OV_DEATH_NONE;

  /* A supervisor's shutdown is no link's doing, and kill turns into killed. */
  if (death->reason == NULL || ov_restart_is_quiet (death->reason))
    return;

  for (guint64 i = number; i-- > self->first_death && number - i <= LOOK_BACK;)
    {
      const OvRestartDeath *other = ov_restart_log_get_death (self, i);

      if (other->reason == NULL || !g_str_equal (other->reason, death->reason)
          || death->at_ns - other->at_ns > LINKED_NS || other->at_ns - death->at_ns > JITTER_NS)
        continue;
      if (is_linked (self, &death->pid, &other->pid, death->at_ns))
        {
          death->linked_to = i;
          death->link_sure = TRUE;
          return;
        }
      if (ABS (death->at_ns - other->at_ns) <= SAME_INSTANT_NS && guess == OV_DEATH_NONE)
        guess = i;
    }
  death->linked_to = guess;
}
