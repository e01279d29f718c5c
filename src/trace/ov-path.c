/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPath: hops of one token into a tree.
 *
 * Each HOP holds {seq_trace, Label, {send | 'receive', {Previous, Current}, From, To, Message}, Ns}, see
 * seq_trace(3).  A process sends with the serial it received last as Previous and counts on from there, so
 * a serial is not unique, but (who got it, Current) is as good as: the parent of a send is the latest
 * hop to its sender whose Current is its Previous.  A spawn is a message {spawn_request, …} to the
 * child; the child's {spawn_reply, …} is no hop, it only moves its parent's serial on.
 * Invariant: a parent's index is below that of its children.  Thread: any; a path belongs to one.
 */
#include "trace/ov-path.h"

#include "trace/ov-event-filter.h"
#include "trace/ov-trace-message.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_MAX_HOPS 10000

struct _OvPath
{
  GArray  *hops; /* OvPathHop */
  gboolean is_cut;
};

/* What one HOP event says. */
typedef struct
{
  gboolean is_send, is_spawn, is_spawn_reply, to_port, to_other_node, is_answer;
  gint64   label, previous, current;
  gint64   at_ns;
  guint64  event;
  guint32  from, to;
} Record;

typedef struct
{
  OvPath     *path;
  OvStore    *store;
  GHashTable *arrived; /* (to, current) -> hop + 1, the latest */
  GArray     *records; /* Record, by time */
  guint       max_hops;
} Build;

static gboolean
read_message (OvTermCursor *cursor,
              Record       *record)
{
  OvTermCursor inside = *cursor;
  guint8 flags = 0;
  guint arity;

  if (cursor->at < cursor->end)
    ov_shape_of (cursor->at, (gsize) (cursor->end - cursor->at), NULL, &flags, NULL);
  record->is_answer = (flags & OV_EVENT_IS_REPLY) != 0;
  if (ov_term_cursor_enter_tuple (&inside, &arity) && arity >= 2)
    {
      record->is_spawn = arity == 8 && ov_term_cursor_match_atom (&inside, "spawn_request");
      record->is_spawn_reply = arity == 4 && ov_term_cursor_match_atom (&inside, "spawn_reply");
    }

  return TRUE;
}

static gboolean
read_info (OvTermCursor *cursor,
           Record       *record)
{
  OvTermType type;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity != 5)
    return FALSE;

  record->is_send = ov_term_cursor_match_atom (cursor, "send");
  if ((!record->is_send && !ov_term_cursor_match_atom (cursor, "receive"))
      || !ov_term_cursor_enter_tuple (cursor, &arity) || arity != 2
      || !ov_term_cursor_get_integer (cursor, &record->previous)
      || !ov_term_cursor_get_integer (cursor, &record->current)
      || !ov_term_cursor_skip (cursor) || !ov_term_cursor_peek (cursor, &type)
      || !ov_term_cursor_skip (cursor))
    return FALSE;

  record->to_port = type == OV_TERM_PORT;
  return read_message (cursor, record);
}

static gboolean
is_elsewhere (OvStore *store,
              guint32  actor)
{
  OvPid pid = actor == OV_ACTOR_NONE ? OV_PID_NONE : ov_store_get_actor (store, actor);

  return !ov_pid_is_none (&pid) && g_strcmp0 (pid.node, ov_store_get_node (store)) != 0;
}

/* FALSE: no hop that we read.  A label that is no integer is none of ours. */
static gboolean
read_record (OvStore *store,
             guint64  number,
             Record  *record)
{
  g_autoptr (GBytes) payload = NULL;
  OvTermCursor cursor;
  gconstpointer bytes;
  OvEvent event;
  gsize length;
  guint arity;

  if (!ov_store_get_event (store, number, &event) || event.kind != OV_EVENT_HOP
      || (payload = ov_store_dup_payload (store, number)) == NULL)
    return FALSE;

  memset (record, 0, sizeof *record);
  record->event = number;
  record->at_ns = event.at_ns;
  record->from = event.actor;
  record->to = event.peer;
  record->to_other_node = is_elsewhere (store, event.peer);
  bytes = g_bytes_get_data (payload, &length);
  ov_term_cursor_init (&cursor, bytes, length);
  return ov_term_cursor_enter_tuple (&cursor, &arity) && arity >= 3
         && ov_term_cursor_match_atom (&cursor, "seq_trace")
         && ov_term_cursor_get_integer (&cursor, &record->label) && read_info (&cursor, record);
}

static int
compare_records (gconstpointer a,
                 gconstpointer b)
{
  const Record *left = a;
  const Record *right = b;

  if (left->at_ns != right->at_ns)
    return left->at_ns < right->at_ns ? -1 : 1;

  return (left->event > right->event) - (left->event < right->event);
}

static void
gather (Build *build,
        gint64 label)
{
  const OvEventQuery query = { .kinds = OV_EVENT_MASK (OV_EVENT_HOP) };
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (build->store, &query);
  guint64 at = ov_store_get_first (build->store);
  guint64 end = ov_store_get_end (build->store);

  for (; (at = ov_event_filter_next (filter, at, end)) != OV_EVENT_NONE; at++)
    {
      Record record;

      if (!read_record (build->store, at, &record) || record.label != label)
        continue;
      if (build->records->len / 4 >= build->max_hops)
        {
          build->path->is_cut = TRUE;
          break;
        }
      g_array_append_val (build->records, record);
    }
  g_array_sort (build->records, compare_records);
}

static OvPathHop *
get_hop (Build  *build,
         guint32 index)
{
  return &g_array_index (build->path->hops, OvPathHop, index);
}

static gint64
make_key (guint32 actor,
          gint64  serial)
{
  return (gint64) ((guint64) actor << 32 | (guint32) serial);
}

static guint32
find_arrived (Build  *build,
              guint32 actor,
              gint64  serial)
{
  gint64 key = make_key (actor, serial);

  return GPOINTER_TO_UINT (g_hash_table_lookup (build->arrived, &key)) - 1;
}

static void
set_arrived (Build  *build,
             guint32 actor,
             gint64  serial,
             guint32 hop)
{
  gint64 key = make_key (actor, serial);

  if (hop != G_MAXUINT32)
    g_hash_table_insert (build->arrived, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (hop + 1));
}

static const char *
get_obvious_loss (const Record *record)
{
  if (record->to_port)
    return N_("A port does not pass the token on.");
  if (record->to_other_node)
    return N_("Nobody watches the token on the other node.");

  return NULL;
}

static void
take_send (Build        *build,
           const Record *record)
{
  OvPathHop hop = {
    .from = record->from, .to = record->to, .sent_ns = record->at_ns, .event = record->event,
    .parent = find_arrived (build, record->from, record->previous), .is_spawn = record->is_spawn,
    .lost = get_obvious_loss (record),
  };

  if (record->is_spawn_reply)
    {
      /* The parent goes on from the child's serial, but as whom it was before it spawned. */
      guint32 spawn = find_arrived (build, record->from, record->previous);

      if (spawn != G_MAXUINT32)
        set_arrived (build, record->to, record->current, get_hop (build, spawn)->parent);
      return;
    }
  if (build->path->hops->len >= build->max_hops)
    {
      build->path->is_cut = TRUE;
      return;
    }

  if (hop.parent != G_MAXUINT32)
    hop.depth = get_hop (build, hop.parent)->depth + 1;
  g_array_append_val (build->path->hops, hop);
  set_arrived (build, record->to, record->current, build->path->hops->len - 1);
}

static void
take_receive (Build        *build,
              const Record *record)
{
  guint32 hop = find_arrived (build, record->to, record->current);

  if (record->is_spawn_reply)
    return;
  if (hop == G_MAXUINT32 || get_hop (build, hop)->from != record->from)
    {
      /* Its sending was not seen. */
      take_send (build, record);
      hop = find_arrived (build, record->to, record->current);
      if (hop == G_MAXUINT32)
        return;
      get_hop (build, hop)->sent_ns = 0;
    }
  if (get_hop (build, hop)->received_ns == 0)
    get_hop (build, hop)->received_ns = record->at_ns;
}

/* At the ends of the tree: an answer is an end, anything else may go on where the token does not. */
static void
note_ends (Build *build)
{
  GArray *hops = build->path->hops;
  g_autofree gboolean *has_children = g_new0 (gboolean, hops->len + 1);
  g_autofree gboolean *is_answer = g_new0 (gboolean, hops->len + 1);

  for (guint i = 0; i < build->records->len; i++)
    {
      const Record *record = &g_array_index (build->records, Record, i);
      guint32 hop = find_arrived (build, record->to, record->current);

      if (record->is_answer && hop != G_MAXUINT32)
        is_answer[hop] = TRUE;
    }
  for (guint i = 0; i < hops->len; i++)
    if (get_hop (build, i)->parent != G_MAXUINT32)
      has_children[get_hop (build, i)->parent] = TRUE;

  for (guint i = 0; i < hops->len; i++)
    {
      OvPathHop *hop = get_hop (build, i);

      if (hop->lost != NULL || has_children[i] || is_answer[i])
        continue;
      hop->lost = hop->received_ns == 0
                    ? N_("The message was not taken from the mailbox while the token was watched.")
                    : N_("Work that is kept in a table, a state or a timer goes on without the token.");
    }
}

/**
 * ov_path_new:
 * @store: where the hops are
 * @label: of the token
 * @max_hops: at most so many; 0: 10,000
 *
 * Returns: (transfer full): the path, empty when the token was not seen. Thread: any.
 */
OvPath *
ov_path_new (OvStore *store,
             gint64   label,
             guint    max_hops)
{
  OvPath *self;
  Build build = { 0 };

  g_return_val_if_fail (store != NULL, NULL);

  self = g_new0 (OvPath, 1);
  self->hops = g_array_new (FALSE, FALSE, sizeof (OvPathHop));
  build.path = self;
  build.store = store;
  build.max_hops = max_hops > 0 ? max_hops : DEFAULT_MAX_HOPS;
  build.records = g_array_new (FALSE, FALSE, sizeof (Record));
  build.arrived = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gather (&build, label);
  for (guint i = 0; i < build.records->len; i++)
    {
      const Record *record = &g_array_index (build.records, Record, i);

      if (record->is_send)
        take_send (&build, record);
      else
        take_receive (&build, record);
    }
  note_ends (&build);
  g_hash_table_unref (build.arrived);
  g_array_unref (build.records);

  return self;
}

void
ov_path_free (OvPath *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->hops, g_array_unref);
  g_free (self);
}

const OvPathHop *
ov_path_get_hops (OvPath *self,
                  guint  *n)
{
  g_return_val_if_fail (self != NULL && n != NULL, NULL);

  *n = self->hops->len;
  return (const OvPathHop *) self->hops->data;
}

gboolean
ov_path_is_cut (OvPath *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_cut;
}
