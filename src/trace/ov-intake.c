/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvIntake: messages of the probe into a store.
 *
 * Everything is read in place; an event is a few look-ups and one append.  What was sent to a reference
 * (the alias of a call) is given to the process that called, and what was sent to a name to the
 * process that has it, where that was seen.
 * Invariant: whatever a list holds, each of its elements becomes one event, and a list that breaks off
 * becomes a gap with the number of those that are missing.
 * Thread: that of the link.
 */
#include "trace/ov-intake-private.h"

#include <string.h>

#define MAX_NAMES 100000
#define MAX_NAME_BYTES 1024

/**
 * ov_intake_new:
 * @store: where events go
 *
 * Returns: (transfer full): the way into @store; one per node
 */
OvIntake *
ov_intake_new (OvStore *store)
{
  OvIntake *self;

  g_return_val_if_fail (store != NULL, NULL);

  self = g_new0 (OvIntake, 1);
  self->store = ov_store_ref (store);
  self->shapes = ov_shape_cache_new ();
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->registered = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->given = g_array_new (FALSE, TRUE, sizeof (guint32));
  self->made = g_byte_array_new ();
  return self;
}

void
ov_intake_free (OvIntake *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->store, ov_store_unref);
  g_clear_pointer (&self->shapes, ov_shape_cache_free);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->registered, g_hash_table_unref);
  g_clear_pointer (&self->given, g_array_unref);
  g_clear_pointer (&self->made, g_byte_array_unref);
  g_free (self);
}

/*< private >
 * ov_intake_actor_of:
 *
 * Returns: the store's number of a process
 */
guint32
ov_intake_actor_of (OvIntake    *self,
                    const OvPid *pid)
{
  guint32 at = ((pid->id ^ pid->serial << 7) * 2654435769u) >> (32 - 12);
  OvIntakePid *place = &self->pids[at & (OV_INTAKE_PIDS - 1)];

  if (G_UNLIKELY (place->pid.id != pid->id || place->pid.serial != pid->serial
                  || place->pid.creation != pid->creation || place->pid.node != pid->node))
    {
      place->actor = ov_store_intern_actor (self->store, pid);
      place->pid = *pid;
    }

  return place->actor;
}

static guint32
actor_of_name (OvIntake   *self,
               const char *name,
               gsize       length)
{
  char key[MAX_NAME_BYTES + 1];
  guint32 actor;

  length = MIN (length, MAX_NAME_BYTES);
  memcpy (key, name, length);
  key[length] = '\0';
  actor = GPOINTER_TO_UINT (g_hash_table_lookup (self->names, key));
  return actor != 0 ? actor - 1 : ov_store_intern_name (self->store, name, length);
}

/* {Name, Node}; a name on our own node is a name. */
static guint32
actor_of_remote_name (OvIntake     *self,
                      OvTermCursor *cursor)
{
  const char *own = ov_store_get_node (self->store);
  char name_scratch[512], node_scratch[512], text[MAX_NAME_BYTES];
  const char *name, *node;
  gsize name_length, node_length;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity != 2
      || !ov_term_cursor_get_atom (cursor, name_scratch, &name, &name_length)
      || !ov_term_cursor_get_atom (cursor, node_scratch, &node, &node_length))
    return OV_ACTOR_NONE;

  if (own != NULL && strlen (own) == node_length && memcmp (own, node, node_length) == 0)
    return actor_of_name (self, name, name_length);
  if (name_length + node_length + 2 > sizeof text)
    return OV_ACTOR_NONE;

  memcpy (text, name, name_length);
  text[name_length] = '@';
  memcpy (text + name_length + 1, node, node_length);
  return ov_store_intern_name (self->store, text, name_length + 1 + node_length);
}

/* Whoever was last seen to wait for the answer. */
static guint32
actor_of_alias (OvIntake     *self,
                OvTermCursor *cursor)
{
  guint32 tag = ov_shape_read_tag (cursor);
  const OvIntakeCaller *caller = &self->callers[tag & (OV_INTAKE_CALLERS - 1)];

  return tag != 0 && caller->tag == tag ? caller->actor : OV_ACTOR_NONE;
}

static guint32
actor_of_port (OvIntake     *self,
               OvTermCursor *cursor)
{
  const OvTermFormat format = { .local_node = ov_store_get_node (self->store), .max_chars = 100 };
  g_autoptr (GString) text = g_string_new (NULL);
  const guint8 *raw;
  gsize length;

  if (!ov_term_cursor_get_raw (cursor, &raw, &length))
    return OV_ACTOR_NONE;

  ov_term_print_bytes (raw, length, &format, text, NULL);
  return ov_store_intern_name (self->store, text->str, text->len);
}

/*< private >
 * ov_intake_read_actor:
 *
 * Returns: who it is, OV_ACTOR_NONE when that cannot be said
 */
guint32
ov_intake_read_actor (OvIntake     *self,
                      OvTermCursor *cursor)
{
  OvTermCursor ahead = *cursor;
  guint32 actor = OV_ACTOR_NONE;
  char scratch[512];
  const char *name;
  gsize length;
  OvTermType type;
  OvPid pid;

  if (ov_term_cursor_get_pid (cursor, &pid))
    return ov_intake_actor_of (self, &pid);
  if (!ov_term_cursor_peek (&ahead, &type))
    {
      ov_term_cursor_skip (cursor);
      return actor;
    }

  if (type == OV_TERM_ATOM && ov_term_cursor_get_atom (&ahead, scratch, &name, &length))
    actor = actor_of_name (self, name, length);
  else if (type == OV_TERM_REFERENCE)
    actor = actor_of_alias (self, &ahead);
  else if (type == OV_TERM_TUPLE)
    actor = actor_of_remote_name (self, &ahead);
  else if (type == OV_TERM_PORT)
    actor = actor_of_port (self, &ahead);

  ov_term_cursor_skip (cursor);
  return actor;
}

/*< private >
 * ov_intake_append:
 *
 * Returns: whether the store took it
 */
gboolean
ov_intake_append (OvIntake      *self,
                  const OvEvent *event,
                  gconstpointer  payload,
                  gsize          payload_bytes)
{
  if (G_LIKELY (ov_store_append (self->store, event, payload, payload_bytes) != OV_EVENT_NONE))
    return TRUE;

  self->refused++;
  return FALSE;
}

/*< private >
 * ov_intake_append_gap:
 *
 * Returns: how many events were appended
 */
guint
ov_intake_append_gap (OvIntake         *self,
                      guint16           trace,
                      gint64            at_ns,
                      const OvEventGap *gap)
{
  const OvEventGap written = {
    .count = GUINT64_TO_LE (gap->count), .paused_ns = GINT64_TO_LE (gap->paused_ns),
    .reason = GUINT32_TO_LE (gap->reason),
  };
  const OvEvent event = {
    .at_ns = at_ns, .size_bytes = sizeof written, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE,
    .trace = trace, .kind = OV_EVENT_GAP,
  };

  return ov_store_append (self->store, &event, &written, sizeof written) != OV_EVENT_NONE;
}

/* What the store could not take is said as soon as it takes something again. */
static guint
tell_refused (OvIntake *self,
              gint64    at_ns)
{
  const OvEventGap gap = { .count = self->refused, .reason = OV_GAP_RECORDER };

  if (self->refused == 0 || ov_intake_append_gap (self, 0, at_ns, &gap) == 0)
    return 0;

  self->refused = 0;
  return 1;
}

/**
 * ov_intake_take:
 * @self: an intake
 * @message: EVENTS, FLOW or RECORDS; others are nothing for a store
 *
 * Puts the message into the store, all of it or, where it is malformed, what can be read and a gap.
 *
 * Returns: how many events were appended
 */
guint
ov_intake_take (OvIntake             *self,
                const OvTraceMessage *message)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL && message != NULL, 0);

  ov_store_begin (self->store);
  n += tell_refused (self, message->at_ns);
  switch (message->type)
    {
    case OV_TRACE_MESSAGE_EVENTS:
      n += ov_intake_take_events (self, message);
      break;
    case OV_TRACE_MESSAGE_FLOW:
      n += ov_intake_take_flow (self, message);
      break;
    case OV_TRACE_MESSAGE_RECORDS:
      n += ov_intake_take_records (self, message);
      break;
    case OV_TRACE_MESSAGE_METER:
    case OV_TRACE_MESSAGE_END:
    default:
      break;
    }
  ov_store_commit (self->store);

  return n;
}

/**
 * ov_intake_gap:
 * @self: an intake
 * @at_ns: when, in the node's system time
 * @reason: why
 * @count: how many events are missing, 0: not known
 *
 * Notes a loss that this side knows of.
 */
void
ov_intake_gap (OvIntake    *self,
               gint64       at_ns,
               OvGapReason  reason,
               guint64      count)
{
  const OvEventGap gap = { .count = count, .reason = (guint32) reason };

  g_return_if_fail (self != NULL);

  ov_store_begin (self->store);
  ov_intake_append_gap (self, 0, at_ns, &gap);
  ov_store_commit (self->store);
}

/*< private >
 * ov_intake_set_name:
 *
 * From now on messages to that name are messages to @actor, or to nobody known.
 */
void
ov_intake_set_name (OvIntake   *self,
                    guint32     actor,
                    const char *name,
                    gsize       length,
                    gboolean    gained)
{
  g_autofree char *key = NULL;
  guint32 owner;

  if (actor == OV_ACTOR_NONE || length == 0 || length > MAX_NAME_BYTES)
    return;

  key = g_strndup (name, length);
  owner = GPOINTER_TO_UINT (g_hash_table_lookup (self->names, key));
  if (!gained)
    {
      if (owner == actor + 1)
        ov_intake_forget_names (self, actor);
    }
  else if (g_hash_table_size (self->names) < MAX_NAMES && owner != actor + 1)
    {
      if (owner != 0)
        g_hash_table_remove (self->registered, GUINT_TO_POINTER (owner));
      ov_intake_forget_names (self, actor);
      g_hash_table_insert (self->registered, GUINT_TO_POINTER (actor + 1), g_strdup (key));
      g_hash_table_replace (self->names, g_steal_pointer (&key), GUINT_TO_POINTER (actor + 1));
    }
}

/*< private >
 * ov_intake_forget_names:
 *
 * @actor has no name any more: it ended, or gave it up.
 */
void
ov_intake_forget_names (OvIntake *self,
                        guint32   actor)
{
  const char *name = g_hash_table_lookup (self->registered, GUINT_TO_POINTER (actor + 1));

  if (name == NULL)
    return;

  g_hash_table_remove (self->names, name);
  g_hash_table_remove (self->registered, GUINT_TO_POINTER (actor + 1));
}
