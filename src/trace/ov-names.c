/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNames keeps three growing arrays (texts, actors, renames) whose parts never move, and a hash table for
 * each of the first two that is replaced, never changed in place, when it grows.
 * Invariants: an element is complete before its count or its place in the hash table is published, and is
 * not changed after (but for an actor's name, one atomic number); a replaced hash table lives as long as
 * the names, since somebody may be in it.  Bounded: beyond the limits numbers are refused.
 * Thread: see ov-names-private.h.
 */
#include "trace/ov-names-private.h"

#include <stdatomic.h>
#include <string.h>

#define PART 4096
#define MAX_PARTS 4096
#define MAX_ELEMENTS (PART * MAX_PARTS)
#define MAX_TEXT_BYTES (512u * 1024 * 1024)
/* One text; a longer one is cut. */
#define MAX_TEXT 65535

typedef struct
{
  gsize            element_bytes;
  _Atomic guint32  n;
  _Atomic gpointer parts[MAX_PARTS];
} Parts;

typedef struct _Slots Slots;
struct _Slots
{
  Slots          *older;
  guint32         mask;
  _Atomic guint32 slots[]; /* number + 1; 0: free */
};

typedef struct
{
  const char *text; /* NULL: was lost from a file */
  guint32     hash, length;
} Text;

typedef struct
{
  const char     *node; /* NULL: a name, of which id is the text */
  guint32         id, serial, creation;
  _Atomic guint32 name;
} Actor;

struct _OvNames
{
  GStringChunk    *chunk;
  guint64          text_bytes;
  Parts            texts, actors, renames;
  _Atomic (Slots *) text_slots, actor_slots;
  _Atomic guint64  bytes;
};

/* ---- arrays that grow in place ---- */

static gpointer
get_element (Parts   *parts,
             guint32  i)
{
  char *part = atomic_load_explicit (&parts->parts[i / PART], memory_order_acquire);

  return part != NULL ? part + (i % PART) * parts->element_bytes : NULL;
}

/* Room for the next element, which is not there before publish(). NULL: no more. */
static gpointer
prepare (OvNames *self,
         Parts   *parts)
{
  guint32 n = atomic_load_explicit (&parts->n, memory_order_relaxed);

  if (n >= MAX_ELEMENTS)
    return NULL;
  if (get_element (parts, n) == NULL)
    {
      atomic_store_explicit (&parts->parts[n / PART], g_malloc0 (PART * parts->element_bytes),
                             memory_order_release);
      atomic_fetch_add_explicit (&self->bytes, PART * parts->element_bytes, memory_order_relaxed);
    }

  return get_element (parts, n);
}

static guint32
publish (Parts *parts)
{
  guint32 n = atomic_load_explicit (&parts->n, memory_order_relaxed);

  atomic_store_explicit (&parts->n, n + 1, memory_order_release);

  return n;
}

static guint32
get_n (Parts *parts)
{
  return atomic_load_explicit (&parts->n, memory_order_acquire);
}

static void
clear_parts (Parts *parts)
{
  for (guint i = 0; i < MAX_PARTS; i++)
    g_free (parts->parts[i]);
}

/* ---- hash tables ---- */

static guint32
hash_text (const char *text,
           gsize       length)
{
  guint64 hash = length * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  for (; length >= 8; text += 8, length -= 8)
    {
      guint64 word;

      memcpy (&word, text, 8);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
      hash ^= hash >> 32;
    }
  for (; length > 0; text++, length--)
    hash = (hash ^ (guint8) *text) * G_GUINT64_CONSTANT (0x100000001b3);
  hash *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return (guint32) (hash >> 32);
}

/* Of a name too: an actor without a node. */
static guint32
hash_actor (const char *node,
            guint32     id,
            guint32     serial)
{
  OvPid pid = { node, id, serial, 0 };

  return ov_pid_hash (&pid);
}

static Slots *
slots_new (guint32  size,
           Slots   *older)
{
  Slots *self = g_malloc0 (sizeof (Slots) + size * sizeof (guint32));

  self->mask = size - 1;
  self->older = older;

  return self;
}

static void
slots_free (Slots *self)
{
  while (self != NULL)
    {
      Slots *older = self->older;

      g_free (self);
      self = older;
    }
}

static void
put_slot (Slots   *slots,
          guint32  hash,
          guint32  number)
{
  guint32 at = hash & slots->mask;

  while (atomic_load_explicit (&slots->slots[at], memory_order_relaxed) != 0)
    at = (at + 1) & slots->mask;
  atomic_store_explicit (&slots->slots[at], number + 1, memory_order_release);
}

static guint32
hash_of_text (OvNames *self,
              guint32  number)
{
  Text *text = get_element (&self->texts, number);

  return text != NULL ? text->hash : 0;
}

static guint32
hash_of_actor (OvNames *self,
               guint32  number)
{
  Actor *actor = get_element (&self->actors, number);

  return hash_actor (actor->node, actor->id, actor->serial);
}

/* At most half full, so that looking for what is not there ends soon. */
static void
enter_slot (OvNames          *self,
            _Atomic (Slots *) *where,
            Parts            *parts,
            guint32         (*hash_of) (OvNames *self, guint32 number),
            guint32           number)
{
  Slots *slots = atomic_load_explicit (where, memory_order_relaxed);

  if (number >= slots->mask / 2)
    {
      Slots *grown = slots_new ((slots->mask + 1) * 2, slots);

      for (guint32 i = 0; i <= slots->mask; i++)
        {
          guint32 slot = atomic_load_explicit (&slots->slots[i], memory_order_relaxed);

          if (slot != 0)
            put_slot (grown, hash_of (self, slot - 1), slot - 1);
        }
      atomic_fetch_add_explicit (&self->bytes, (guint64) (grown->mask + 1) * 4, memory_order_relaxed);
      atomic_store_explicit (where, grown, memory_order_release);
      slots = grown;
    }
  put_slot (slots, hash_of (self, number), number);
}

/* ---- texts ---- */

OvNames *
ov_names_new (void)
{
  OvNames *self = g_new0 (OvNames, 1);

  self->chunk = g_string_chunk_new (16 * 1024);
  self->texts.element_bytes = sizeof (Text);
  self->actors.element_bytes = sizeof (Actor);
  self->renames.element_bytes = sizeof (OvRename);
  atomic_init (&self->text_slots, slots_new (1024, NULL));
  atomic_init (&self->actor_slots, slots_new (1024, NULL));
  /* Number 0 is no text. */
  prepare (self, &self->texts);
  publish (&self->texts);

  return self;
}

void
ov_names_free (OvNames *self)
{
  if (self == NULL)
    return;

  clear_parts (&self->texts);
  clear_parts (&self->actors);
  clear_parts (&self->renames);
  slots_free (atomic_load (&self->text_slots));
  slots_free (atomic_load (&self->actor_slots));
  g_string_chunk_free (self->chunk);
  g_free (self);
}

static guint32
find_text (OvNames    *self,
           const char *text,
           gsize       length,
           guint32     hash)
{
  Slots *slots = atomic_load_explicit (&self->text_slots, memory_order_acquire);

  for (guint32 at = hash & slots->mask;; at = (at + 1) & slots->mask)
    {
      guint32 slot = atomic_load_explicit (&slots->slots[at], memory_order_acquire);
      Text *found;

      if (slot == 0)
        return 0;
      found = get_element (&self->texts, slot - 1);
      if (found->hash == hash
          && found->length == length
          && memcmp (found->text, text, length) == 0)
        return slot - 1;
    }
}

static guint32
append_text (OvNames    *self,
             const char *text,
             gsize       length,
             guint32     hash)
{
  Text *entry = NULL;
  guint32 number;

  if (self->text_bytes + length <= MAX_TEXT_BYTES)
    entry = prepare (self, &self->texts);
  if (entry == NULL)
    return 0;

  entry->text = g_string_chunk_insert_len (self->chunk, text, (gssize) length);
  entry->hash = hash;
  entry->length = (guint32) length;
  self->text_bytes += length + 1;
  atomic_fetch_add_explicit (&self->bytes, length + 1, memory_order_relaxed);
  number = publish (&self->texts);
  enter_slot (self, &self->text_slots, &self->texts, hash_of_text, number);

  return number;
}

/* What is printed must be text, whatever somebody calls a process. */
static char *
make_text (const char *text,
           gsize      *length)
{
  char *valid = g_utf8_make_valid (text, (gssize) MIN (*length, MAX_TEXT - 2));

  *length = strlen (valid);

  return valid;
}

static gboolean
is_good_text (const char *text,
              gsize       length)
{
  /* A zero byte is no valid text for this function either. */
  return length < MAX_TEXT && g_utf8_validate (text, (gssize) length, NULL);
}

guint32
ov_names_intern_text (OvNames    *self,
                      const char *text,
                      gsize       length)
{
  guint32 hash = hash_text (text, length);
  guint32 number = find_text (self, text, length, hash);
  g_autofree char *valid = NULL;

  if (number != 0)
    return number;
  if (!is_good_text (text, length))
    {
      text = valid = make_text (text, &length);
      hash = hash_text (text, length);
      number = find_text (self, text, length, hash);
      if (number != 0)
        return number;
    }

  return append_text (self, text, length, hash);
}

gboolean
ov_names_add_text (OvNames    *self,
                   const char *text,
                   gsize       length)
{
  g_autofree char *valid = NULL;

  if (!is_good_text (text, length))
    text = valid = make_text (text, &length);

  return append_text (self, text, length, hash_text (text, length)) != 0;
}

gboolean
ov_names_skip_texts (OvNames *self,
                     guint32  n)
{
  for (guint32 i = 0; i < n; i++)
    {
      if (prepare (self, &self->texts) == NULL)
        return FALSE;
      publish (&self->texts);
    }

  return TRUE;
}

guint32
ov_names_get_n_texts (OvNames *self)
{
  return get_n (&self->texts) - 1;
}

const char *
ov_names_get_text (OvNames *self,
                   guint32  text)
{
  if (text == 0 || text >= get_n (&self->texts))
    return NULL;

  return ((Text *) get_element (&self->texts, text))->text;
}

guint32
ov_names_find_text (OvNames    *self,
                    const char *text)
{
  gsize length = strlen (text);

  return find_text (self, text, length, hash_text (text, length));
}

/* ---- actors ---- */

static gboolean
is_actor (const Actor *actor,
          const OvPid *pid)
{
  return actor->id == pid->id
         && actor->serial == pid->serial
         && actor->node == pid->node
         && (actor->creation == pid->creation || actor->creation == 0 || pid->creation == 0);
}

/* The newest that fits: a pid without a creation may fit several. */
guint32
ov_names_find_actor (OvNames     *self,
                     const OvPid *pid)
{
  Slots *slots = atomic_load_explicit (&self->actor_slots, memory_order_acquire);
  guint32 at = hash_actor (pid->node, pid->id, pid->serial) & slots->mask;
  guint32 found = G_MAXUINT32;

  for (;; at = (at + 1) & slots->mask)
    {
      guint32 slot = atomic_load_explicit (&slots->slots[at], memory_order_acquire);
      Actor *actor;

      if (slot == 0)
        return found;
      actor = get_element (&self->actors, slot - 1);
      if (!is_actor (actor, pid))
        continue;
      if (actor->creation == pid->creation && pid->creation != 0)
        return slot - 1;
      if (found == G_MAXUINT32 || slot - 1 > found)
        found = slot - 1;
    }
}

gboolean
ov_names_add_actor (OvNames     *self,
                    const OvPid *pid)
{
  Actor *actor = prepare (self, &self->actors);

  if (actor == NULL)
    return FALSE;

  actor->node = pid->node;
  actor->id = pid->id;
  actor->serial = pid->serial;
  actor->creation = pid->creation;
  enter_slot (self, &self->actor_slots, &self->actors, hash_of_actor, publish (&self->actors));

  return TRUE;
}

guint32
ov_names_intern_actor (OvNames     *self,
                       const OvPid *pid)
{
  guint32 number = ov_names_find_actor (self, pid);

  if (number != G_MAXUINT32)
    return number;

  return ov_names_add_actor (self, pid) ? get_n (&self->actors) - 1 : G_MAXUINT32;
}

guint32
ov_names_get_n_actors (OvNames *self)
{
  return get_n (&self->actors);
}

OvPid
ov_names_get_actor (OvNames *self,
                    guint32  number)
{
  Actor *actor;

  if (number >= get_n (&self->actors))
    return OV_PID_NONE;

  actor = get_element (&self->actors, number);

  return (OvPid) { actor->node, actor->id, actor->serial, actor->creation };
}

/* ---- what actors are called ---- */

void
ov_names_rename (OvNames *self,
                 guint32  number,
                 guint32  text)
{
  OvRename *rename;
  Actor *actor;

  if (number >= get_n (&self->actors) || ov_names_get_name (self, number) == text)
    return;
  rename = prepare (self, &self->renames);
  if (rename == NULL)
    return;

  actor = get_element (&self->actors, number);
  atomic_store_explicit (&actor->name, text, memory_order_release);
  rename->actor = number;
  rename->text = text;
  publish (&self->renames);
}

guint32
ov_names_get_name (OvNames *self,
                   guint32  number)
{
  Actor *actor;

  if (number >= get_n (&self->actors))
    return 0;

  actor = get_element (&self->actors, number);

  return atomic_load_explicit (&actor->name, memory_order_acquire);
}

guint32
ov_names_get_n_renames (OvNames *self)
{
  return get_n (&self->renames);
}

OvRename
ov_names_get_rename (OvNames *self,
                     guint32  i)
{
  return *(OvRename *) get_element (&self->renames, i);
}

guint64
ov_names_get_bytes (OvNames *self)
{
  return atomic_load_explicit (&self->bytes, memory_order_relaxed);
}
