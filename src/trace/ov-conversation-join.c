/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events into steps.
 *
 * The events come in order of time (ov-conversation-gather.c) and are walked through once.
 * A send waits for its receive in a queue of its receiver and the hash of the message; a question for its
 * answer under its tag.
 *
 *   question ── answer ──► pair
 *      ├── receive … after, while it waits ──► given up: pairs with the timeout; a late answer knows its question
 *      └── 'DOWN' with its reference ──► pairs with that
 *
 * Invariant: steps are in order of time; each event makes at most one step; a pair is mutual but for late answers.
 * Thread: any.
 */
#include "term/ov-term-cursor.h"
#include "trace/ov-conversation-private.h"

#include <string.h>

#define MAX_LANES 4096
#define CHECK_EVERY 4096
#define MAX_LOOK 64
/* A receive that looks whether something is there times out at once, after the one that waited. */
#define SAME_TIMEOUT_NS 1000000

#define MESSAGE_KINDS \
  (OV_EVENT_MASK (OV_EVENT_SEND) | OV_EVENT_MASK (OV_EVENT_SEND_NOWHERE) | OV_EVENT_MASK (OV_EVENT_RECEIVE))

typedef struct
{
  guint64 hash;
  guint32 actor;
} MessageKey;

/* Steps that wait for their receive, the oldest first. */
typedef struct
{
  MessageKey key;
  GQueue     steps;
} Waiting;

/* What is remembered of an actor while walking. */
typedef struct
{
  guint32 lane;
  guint32 question;   /* the last step in which it asked and has no answer yet; OV_STEP_NO_PAIR */
  gint64  timeout_ns; /* of its last receive that timed out */
} Actor;

typedef struct
{
  OvConversation *conversation;
  OvStore        *store;
  GHashTable     *actors;    /* actor + 1 -> Actor */
  GHashTable     *waiting;   /* MessageKey -> Waiting */
  GHashTable     *questions; /* tag -> step + 1 */
  GHashTable     *spawned;   /* actor + 1: its birth is a step already */
  guint           max_steps;
} Join;

static guint
hash_key (gconstpointer data)
{
  const MessageKey *key = data;

  return (guint) (key->hash ^ key->hash >> 32) ^ key->actor * 2654435769u;
}

static gboolean
equal_keys (gconstpointer a,
            gconstpointer b)
{
  const MessageKey *left = a;
  const MessageKey *right = b;

  return left->hash == right->hash && left->actor == right->actor;
}

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_queue_clear (&waiting->steps);
  g_free (waiting);
}

static guint64
hash_bytes (GBytes *payload)
{
  gsize length = 0;
  const guint8 *at = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  guint64 hash = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ length;
  guint64 word;

  for (; length >= sizeof word; at += sizeof word, length -= sizeof word)
    {
      memcpy (&word, at, sizeof word);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 29;
    }
  for (; length > 0; at++, length--)
    hash = (hash ^ *at) * G_GUINT64_CONSTANT (0x100000001b3);

  return hash ^ hash >> 31;
}

static Actor *
get_actor (Join   *join,
           guint32 number)
{
  gpointer key = GUINT_TO_POINTER (number + 1);
  GArray *lanes = join->conversation->lanes;
  Actor *actor = g_hash_table_lookup (join->actors, key);
  const OvConversationLane lane = { .actor = number };

  if (actor != NULL)
    return actor;

  actor = g_new0 (Actor, 1);
  actor->question = OV_STEP_NO_PAIR;
  actor->timeout_ns = G_MININT64;
  actor->lane = OV_ACTOR_NONE;
  if (number != OV_ACTOR_NONE && lanes->len < MAX_LANES)
    {
      actor->lane = lanes->len;
      g_array_append_val (lanes, lane);
    }
  g_hash_table_insert (join->actors, key, actor);
  return actor;
}

static guint32
get_lane (Join   *join,
          guint32 actor)
{
  return actor == OV_ACTOR_NONE ? OV_ACTOR_NONE : get_actor (join, actor)->lane;
}

static OvConversationStep *
get_step (Join   *join,
          guint32 index)
{
  return &g_array_index (join->conversation->steps, OvConversationStep, index);
}

static guint32
add_step (Join          *join,
          OvStepKind     kind,
          guint32        from,
          guint32        to,
          const OvEvent *event,
          guint64        number)
{
  OvConversationStep step = {
    .kind = kind, .from = get_lane (join, from), .to = get_lane (join, to), .sent_ns = event->at_ns,
    .event = number, .pair = OV_STEP_NO_PAIR, .truncated = (event->flags & OV_EVENT_TRUNCATED) != 0,
  };
  GArray *steps = join->conversation->steps;

  g_array_append_val (steps, step);
  return steps->len - 1;
}

static OvStepKind
get_message_kind (const OvEvent *event)
{
  static const struct
  {
    guint8     flag;
    OvStepKind kind;
  } by_flag[] = {
    { OV_EVENT_IS_SYSTEM, OV_STEP_SYSTEM }, { OV_EVENT_IS_CALL, OV_STEP_CALL },
    { OV_EVENT_IS_REPLY, OV_STEP_REPLY },   { OV_EVENT_IS_CAST, OV_STEP_CAST },
    { OV_EVENT_IS_EXIT, OV_STEP_EXIT_SIGNAL }, { OV_EVENT_IS_TIMEOUT, OV_STEP_TIMEOUT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (by_flag); i++)
    if (event->flags & by_flag[i].flag)
      return by_flag[i].kind;

  return OV_STEP_MESSAGE;
}

/* A question that @asker waits on: by its tag, and as his last one. */
static void
ask (Join          *join,
     const OvEvent *event,
     guint32        asker,
     guint32        step)
{
  if (event->tag == 0)
    return;

  g_hash_table_insert (join->questions, GUINT_TO_POINTER (event->tag), GUINT_TO_POINTER (step + 1));
  if (asker != OV_ACTOR_NONE)
    get_actor (join, asker)->question = step;
}

/* Whoever waits on this question does not any more. */
static void
stop_waiting (Join   *join,
              guint32 question)
{
  guint32 lane = get_step (join, question)->from;
  const OvConversationLane *asker = NULL;
  Actor *actor;

  if (lane == OV_ACTOR_NONE)
    return;

  asker = &g_array_index (join->conversation->lanes, OvConversationLane, lane);
  actor = get_actor (join, asker->actor);
  if (actor->question == question)
    actor->question = OV_STEP_NO_PAIR;
}

/* An answer or a 'DOWN': it pairs with the question, unless that was given up before. */
static void
answer (Join          *join,
        const OvEvent *event,
        guint32        step)
{
  gpointer tag = GUINT_TO_POINTER (event->tag);
  guint32 question = GPOINTER_TO_UINT (g_hash_table_lookup (join->questions, tag)) - 1;

  if (event->tag == 0 || question == OV_STEP_NO_PAIR)
    return;

  get_step (join, step)->pair = question;
  if (get_step (join, question)->pair == OV_STEP_NO_PAIR)
    get_step (join, question)->pair = step;
  stop_waiting (join, question);
  g_hash_table_remove (join->questions, tag);
}

static void
note_tag (Join          *join,
          const OvEvent *event,
          guint32        asker,
          guint32        step)
{
  if (event->flags & OV_EVENT_IS_CALL)
    ask (join, event, asker, step);
  else if (event->flags & (OV_EVENT_IS_REPLY | OV_EVENT_IS_EXIT))
    answer (join, event, step);
}

/* Names and aliases nobody knows: their receive is found by the message alone. */
static guint32
get_waiting_actor (Join   *join,
                   guint32 peer)
{
  OvPid pid = peer == OV_ACTOR_NONE ? OV_PID_NONE : ov_store_get_actor (join->store, peer);

  return ov_pid_is_none (&pid) ? OV_ACTOR_NONE : peer;
}

static void
wait_for_receive (Join   *join,
                  guint32 peer,
                  guint64 hash,
                  guint32 step)
{
  const MessageKey key = { hash, get_waiting_actor (join, peer) };
  Waiting *waiting = g_hash_table_lookup (join->waiting, &key);

  if (waiting == NULL)
    {
      waiting = g_new0 (Waiting, 1);
      waiting->key = key;
      g_queue_init (&waiting->steps);
      g_hash_table_insert (join->waiting, &waiting->key, waiting);
    }
  g_queue_push_tail (&waiting->steps, GUINT_TO_POINTER (step));
}

static void
take_send (Join          *join,
           const OvEvent *event,
           guint64        number,
           guint64        hash)
{
  guint32 step = add_step (join, get_message_kind (event), event->actor, event->peer, event, number);

  if (event->kind == OV_EVENT_SEND)
    wait_for_receive (join, event->peer, hash, step);
  note_tag (join, event, event->actor, step);
}

/* Of the sends that wait, the oldest that may have come from the sender, where he is known; a message with
 * a reference in it is like no other. */
static GList *
find_from (Join          *join,
           Waiting       *waiting,
           const OvEvent *event)
{
  guint32 lane = event->tag == 0 ? get_lane (join, event->peer) : OV_ACTOR_NONE;
  guint n = 0;

  for (GList *link = waiting->steps.head; link != NULL && n < MAX_LOOK; link = link->next, n++)
    if (lane == OV_ACTOR_NONE || get_step (join, GPOINTER_TO_UINT (link->data))->from == lane)
      return link;

  return NULL;
}

/* The oldest send of the same message to that actor, or to a name that is nobody's yet. */
static guint32
find_send (Join          *join,
           const OvEvent *event,
           guint64        hash)
{
  const MessageKey keys[] = { { hash, event->actor }, { hash, OV_ACTOR_NONE } };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      Waiting *waiting = g_hash_table_lookup (join->waiting, &keys[i]);
      GList *link = waiting != NULL ? find_from (join, waiting, event) : NULL;
      guint32 step;

      if (link == NULL)
        continue;
      step = GPOINTER_TO_UINT (link->data);
      g_queue_delete_link (&waiting->steps, link);
      if (g_queue_is_empty (&waiting->steps))
        g_hash_table_remove (join->waiting, &keys[i]);
      return step;
    }

  return OV_STEP_NO_PAIR;
}

/* "timeout": a receive ended without a message; if it was waiting for an answer, that is given up. */
static void
take_timeout (Join          *join,
              const OvEvent *event,
              guint64        number)
{
  Actor *actor = get_actor (join, event->actor);
  guint32 question = actor->question;
  gboolean again = actor->timeout_ns != G_MININT64
                   && ov_elapsed_ns (actor->timeout_ns, event->at_ns) < SAME_TIMEOUT_NS;
  guint32 step;

  actor->timeout_ns = event->at_ns;
  if (again && question == OV_STEP_NO_PAIR)
    return;

  actor->question = OV_STEP_NO_PAIR;
  step = add_step (join, OV_STEP_TIMEOUT, event->actor, event->actor, event, number);
  get_step (join, step)->received_ns = event->at_ns;
  if (question != OV_STEP_NO_PAIR && get_step (join, question)->pair == OV_STEP_NO_PAIR)
    {
      get_step (join, step)->pair = question;
      get_step (join, question)->pair = step;
    }
}

/* The pid in {'EXIT', Pid, _} and {'DOWN', _, _, Pid, _}, whose end this tells of. */
static guint32
find_ended (Join   *join,
            GBytes *payload)
{
  OvTermCursor cursor;
  gconstpointer bytes;
  gsize length;
  guint arity;
  OvPid pid;

  if (payload == NULL)
    return OV_ACTOR_NONE;

  bytes = g_bytes_get_data (payload, &length);
  ov_term_cursor_init (&cursor, bytes, length);
  if (!ov_term_cursor_enter_tuple (&cursor, &arity) || (arity != 3 && arity != 5))
    return OV_ACTOR_NONE;
  for (guint i = 0; i < (arity == 3 ? 1u : 3u); i++)
    if (!ov_term_cursor_skip (&cursor))
      return OV_ACTOR_NONE;

  return ov_term_cursor_get_pid (&cursor, &pid) ? ov_store_find_actor (join->store, &pid) : OV_ACTOR_NONE;
}

static gboolean
is_plain_timeout (const OvEvent *event)
{
  return (event->flags & OV_EVENT_IS_TIMEOUT) != 0 && event->payload_bytes <= 10;
}

static void
take_receive (Join          *join,
              const OvEvent *event,
              guint64        number,
              GBytes        *payload,
              guint64        hash,
              gboolean       only_joins)
{
  guint32 step = find_send (join, event, hash);
  guint32 from = event->peer;

  if (step != OV_STEP_NO_PAIR)
    {
      get_step (join, step)->received_ns = event->at_ns;
      get_step (join, step)->to = get_lane (join, event->actor);
      return;
    }
  if (only_joins)
    return;
  if (is_plain_timeout (event))
    {
      take_timeout (join, event, number);
      return;
    }

  if (event->flags & OV_EVENT_IS_EXIT)
    from = find_ended (join, payload);
  step = add_step (join, get_message_kind (event), from, event->actor, event, number);
  get_step (join, step)->received_ns = event->at_ns;
  note_tag (join, event, event->peer, step);
  if (from == OV_ACTOR_NONE && (event->flags & OV_EVENT_IS_REPLY) != 0
      && get_step (join, step)->pair != OV_STEP_NO_PAIR)
    get_step (join, step)->from = get_step (join, get_step (join, step)->pair)->to;
}

static void
take_birth (Join          *join,
            const OvEvent *event,
            guint64        number)
{
  guint32 parent = event->kind == OV_EVENT_SPAWN ? event->actor : event->peer;
  guint32 child = event->kind == OV_EVENT_SPAWN ? event->peer : event->actor;
  guint32 lane;

  if (child == OV_ACTOR_NONE || !g_hash_table_add (join->spawned, GUINT_TO_POINTER (child + 1)))
    return;

  add_step (join, OV_STEP_SPAWN, parent, child, event, number);
  lane = get_lane (join, child);
  if (lane != OV_ACTOR_NONE)
    g_array_index (join->conversation->lanes, OvConversationLane, lane).born_ns = event->at_ns;
}

static void
take_death (Join          *join,
            const OvEvent *event,
            guint64        number)
{
  guint32 lane;

  add_step (join, OV_STEP_DEATH, event->actor, event->actor, event, number);
  lane = get_lane (join, event->actor);
  if (lane != OV_ACTOR_NONE)
    g_array_index (join->conversation->lanes, OvConversationLane, lane).died_ns = event->at_ns;
}

static void
take_item (Join       *join,
           const OvConversationItem *item)
{
  g_autoptr (GBytes) payload = NULL;
  OvEvent event;
  guint64 hash = 0;

  if (!ov_store_get_event (join->store, item->number, &event))
    return;
  if (OV_EVENT_MASK (event.kind) & MESSAGE_KINDS)
    {
      payload = ov_store_dup_payload (join->store, item->number);
      hash = hash_bytes (payload);
    }

  switch (event.kind)
    {
    case OV_EVENT_SEND:
    case OV_EVENT_SEND_NOWHERE:
      take_send (join, &event, item->number, hash);
      break;
    case OV_EVENT_RECEIVE:
      take_receive (join, &event, item->number, payload, hash, item->only_joins);
      break;
    case OV_EVENT_SPAWN:
    case OV_EVENT_SPAWNED:
      take_birth (join, &event, item->number);
      break;
    case OV_EVENT_EXIT:
      take_death (join, &event, item->number);
      break;
    case OV_EVENT_GAP:
      add_step (join, OV_STEP_GAP, OV_ACTOR_NONE, OV_ACTOR_NONE, &event, item->number);
      break;
    default:
      add_step (join, OV_STEP_NOTE, event.actor, event.actor, &event, item->number);
      break;
    }
}

static void
join_init (Join           *join,
           OvConversation *conversation,
           guint           max_steps)
{
  join->conversation = conversation;
  join->store = conversation->store;
  join->actors = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  join->waiting = g_hash_table_new_full (hash_key, equal_keys, NULL, waiting_free);
  join->questions = g_hash_table_new (NULL, NULL);
  join->spawned = g_hash_table_new (NULL, NULL);
  join->max_steps = max_steps;
}

static void
join_clear (Join *join)
{
  g_clear_pointer (&join->actors, g_hash_table_unref);
  g_clear_pointer (&join->waiting, g_hash_table_unref);
  g_clear_pointer (&join->questions, g_hash_table_unref);
  g_clear_pointer (&join->spawned, g_hash_table_unref);
}

static gboolean
walk (Join         *join,
      GArray       *items,
      GCancellable *cancellable)
{
  for (guint i = 0; i < items->len; i++)
    {
      if (i % CHECK_EVERY == 0 && g_cancellable_is_cancelled (cancellable))
        return FALSE;
      if (join->conversation->steps->len >= join->max_steps)
        {
          join->conversation->is_cut = TRUE;
          break;
        }
      take_item (join, &g_array_index (items, OvConversationItem, i));
    }

  return TRUE;
}

/* A name that turned out to be a process has no step left. */
static void
drop_empty_lanes (OvConversation *self)
{
  g_autofree guint32 *renamed = g_new0 (guint32, self->lanes->len + 1);
  guint kept = 0;

  for (guint i = 0; i < self->steps->len; i++)
    {
      const OvConversationStep *step = &g_array_index (self->steps, OvConversationStep, i);

      if (step->from != OV_ACTOR_NONE)
        renamed[step->from] = 1;
      if (step->to != OV_ACTOR_NONE)
        renamed[step->to] = 1;
    }
  for (guint i = 0; i < self->lanes->len; i++)
    if (renamed[i] != 0)
      {
        g_array_index (self->lanes, OvConversationLane, kept)
          = g_array_index (self->lanes, OvConversationLane, i);
        renamed[i] = kept++;
      }
  g_array_set_size (self->lanes, kept);
  for (guint i = 0; i < self->steps->len; i++)
    {
      OvConversationStep *step = &g_array_index (self->steps, OvConversationStep, i);

      step->from = step->from == OV_ACTOR_NONE ? OV_ACTOR_NONE : renamed[step->from];
      step->to = step->to == OV_ACTOR_NONE ? OV_ACTOR_NONE : renamed[step->to];
    }
}

/*< private >
 * ov_conversation_join:
 *
 * Returns: %FALSE when it was cancelled
 */
gboolean
ov_conversation_join (OvConversation     *self,
                      const OvEventQuery *query,
                      guint               max_steps,
                      GCancellable       *cancellable)
{
  g_autoptr (GArray) items = ov_conversation_gather (self->store, query, max_steps, &self->is_cut, cancellable);
  gboolean done;
  Join join;

  if (items == NULL)
    return FALSE;

  join_init (&join, self, max_steps);
  done = walk (&join, items, cancellable);
  join_clear (&join);
  drop_empty_lanes (self);

  return done;
}
