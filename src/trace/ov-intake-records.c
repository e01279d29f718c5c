/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batches of the probe's records: kept whole, and looked at only for what actors are called.
 *
 * Of PROTOCOL.md's records: PROCESS {1, Pid, Shape, Name, …} with Shape {Behaviour, M, F, A, …} or 0 for
 * the one before, BIRTH {3, AtNs, Pid, Parent, M, F, A}, DEATH {4, AtNs, Pid, …}, NAME {5, AtNs, Pid, Name,
 * Gained}.  A registered name is a name; what a process was started as is no more than a kind, so
 * the pid stands behind it.  A census names a hundred thousand processes that no event will ever meet:
 * who has no name and is in no event yet is not made an actor here.
 * Invariant: what is not understood names nobody; the batch is kept all the same.
 * Thread: that of the link.
 */
#include "trace/ov-intake-private.h"

#include <string.h>

enum
{
  RECORD_PROCESS = 1,
  RECORD_BIRTH = 3,
  RECORD_DEATH = 4,
  RECORD_NAME = 5,
};

#define MAX_ACTORS_NAMED (1 << 22)

/* What a process was started as: "cart:init/1". */
typedef struct
{
  char    text[256];
  gsize   length;  /* 0: not known */
  guint32 hash;
} Call;

static guint32
hash_text (const char *text,
           gsize       length)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) text[i]) * 16777619u;

  return hash != 0 ? hash : 1;
}

/* Whether the store has another name for that actor, and remembers that it has this one now. */
static gboolean
is_news (OvIntake *self,
         guint32   actor,
         guint32   hash)
{
  if (actor >= MAX_ACTORS_NAMED)
    return FALSE;
  if (actor >= self->given->len)
    g_array_set_size (self->given, MAX (actor + 1, self->given->len * 2));
  if (g_array_index (self->given, guint32, actor) == hash)
    return FALSE;

  g_array_index (self->given, guint32, actor) = hash;
  return TRUE;
}

static void
give_name (OvIntake   *self,
           guint32     actor,
           const char *name,
           gsize       length)
{
  if (is_news (self, actor, hash_text (name, length)))
    ov_store_name_actor (self->store, actor, name, length);
}

static void
give_call (OvIntake    *self,
           guint32      actor,
           const OvPid *pid,
           const Call  *call)
{
  g_autofree char *where = NULL;
  g_autofree char *name = NULL;
  g_autofree char *known = NULL;

  if (call->length == 0 || !is_news (self, actor, call->hash))
    return;

  known = ov_store_dup_actor_name (self->store, actor);
  if (known != NULL && known[0] != '<')
    return; /* somebody knows it better */
  where = ov_pid_to_string (pid, ov_store_get_node (self->store));
  name = g_strconcat (call->text, " ", where, NULL);
  ov_store_name_actor (self->store, actor, name, strlen (name));
}

/* M, F, A; any of them may be []. */
static void
read_call (OvTermCursor *cursor,
           Call         *call)
{
  char module_scratch[512], function_scratch[512];
  const char *module, *function;
  gsize module_length, function_length;
  gint64 arity;
  int n;

  call->length = 0;
  if (!ov_term_cursor_get_atom (cursor, module_scratch, &module, &module_length)
      || !ov_term_cursor_get_atom (cursor, function_scratch, &function, &function_length)
      || !ov_term_cursor_get_integer (cursor, &arity) || arity < 0 || arity > 255
      || module_length + function_length > 200)
    return;

  n = g_snprintf (call->text, sizeof call->text, "%.*s:%.*s/%u", (int) module_length, module,
                  (int) function_length, function, (guint) arity);
  call->length = (gsize) n;
  call->hash = hash_text (call->text, call->length);
}

static void
read_process (OvIntake     *self,
              OvTermCursor *cursor,
              Call         *call)
{
  char scratch[512];
  OvTermCursor shape;
  const char *name;
  gsize length;
  gint64 behaviour;
  guint32 actor;
  guint arity;
  OvPid pid;

  if (!ov_term_cursor_get_pid (cursor, &pid))
    return;

  shape = *cursor;
  if (!ov_term_cursor_skip (cursor))
    return;
  if (ov_term_cursor_enter_tuple (&shape, &arity) && ov_term_cursor_get_integer (&shape, &behaviour))
    read_call (&shape, call);

  if (ov_term_cursor_get_atom (cursor, scratch, &name, &length))
    {
      actor = ov_intake_actor_of (self, &pid);
      give_name (self, actor, name, length);
      ov_intake_set_name (self, actor, name, length, TRUE);
    }
  else if ((actor = ov_store_find_actor (self->store, &pid)) != OV_ACTOR_NONE)
    {
      give_call (self, actor, &pid, call);
    }
}

static void
read_birth (OvIntake     *self,
            OvTermCursor *cursor)
{
  guint32 actor;
  OvPid pid;
  Call call;

  if (!ov_term_cursor_skip (cursor) || !ov_term_cursor_get_pid (cursor, &pid)
      || !ov_term_cursor_skip (cursor)
      || (actor = ov_store_find_actor (self->store, &pid)) == OV_ACTOR_NONE)
    return;

  read_call (cursor, &call);
  give_call (self, actor, &pid, &call);
}

static void
read_death (OvIntake     *self,
            OvTermCursor *cursor)
{
  guint32 actor;
  OvPid pid;

  if (ov_term_cursor_skip (cursor) && ov_term_cursor_get_pid (cursor, &pid)
      && (actor = ov_store_find_actor (self->store, &pid)) != OV_ACTOR_NONE)
    ov_intake_forget_names (self, actor);
}

static void
read_name (OvIntake     *self,
           OvTermCursor *cursor)
{
  char scratch[512];
  const char *name;
  gboolean gained;
  guint32 actor;
  gsize length;
  OvPid pid;

  if (!ov_term_cursor_skip (cursor) || !ov_term_cursor_get_pid (cursor, &pid)
      || !ov_term_cursor_get_atom (cursor, scratch, &name, &length))
    return;

  actor = ov_intake_actor_of (self, &pid);
  gained = ov_term_cursor_match_atom (cursor, "true");
  if (gained)
    give_name (self, actor, name, length);
  ov_intake_set_name (self, actor, name, length, gained);
}

static void
read_record (OvIntake     *self,
             OvTermCursor *cursor,
             Call         *call)
{
  gint64 number;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || !ov_term_cursor_get_integer (cursor, &number))
    return;

  if (number == RECORD_PROCESS && arity == 11)
    read_process (self, cursor, call);
  else if (number == RECORD_BIRTH && arity == 7)
    read_birth (self, cursor);
  else if (number == RECORD_DEATH && arity == 5)
    read_death (self, cursor);
  else if (number == RECORD_NAME && arity == 5)
    read_name (self, cursor);
}

/*< private >
 * ov_intake_take_records:
 *
 * Returns: how many events were appended
 */
guint
ov_intake_take_records (OvIntake             *self,
                        const OvTraceMessage *message)
{
  OvTermCursor cursor = message->body;
  OvEvent event = {
    .at_ns = message->at_ns, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE, .trace = message->trace,
    .kind = OV_EVENT_RECORDS,
  };
  const guint8 *raw, *bytes;
  gsize length, n_bytes;
  Call call = { .length = 0 };
  guint n;

  if (!ov_term_cursor_get_raw (&cursor, &raw, &length))
    return 0;

  ov_term_cursor_init (&cursor, raw, length);
  if (!ov_term_cursor_enter_list (&cursor, &n))
    n = 0;
  for (guint i = 0; i < n && ov_term_cursor_get_raw (&cursor, &bytes, &n_bytes); i++)
    {
      OvTermCursor record;

      ov_term_cursor_init (&record, bytes, n_bytes);
      read_record (self, &record, &call);
    }

  event.size_bytes = (guint32) MIN (length, G_MAXUINT32);
  return ov_intake_append (self, &event, raw, length);
}
