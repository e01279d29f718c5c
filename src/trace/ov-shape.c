/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The form of a message: what stays the same when its data changes.
 *
 * Atoms and the tuples around them stay; numbers, texts, pids, references, lists and maps become _,
 * an Elixir struct keeps its name.  One walker makes the text, or only a hash of the same pieces, so
 * that equal hashes mean equal texts and an event costs no printing.
 * Invariant: at most MAX_NODES terms, MAX_DEPTH levels and MAX_TUPLE elements of a tuple are looked at,
 * so recursion is bounded; what is beyond is skipped by the cursor, which is iterative.
 * Thread: any.
 */
#include "trace/ov-shape-private.h"

#include "trace/ov-trace-message.h"

#include <string.h>

#define MAX_NODES 24
#define MAX_DEPTH 4
#define MAX_TUPLE 8
#define MAX_ATOM_CHARS 60
#define MAX_STRUCT_KEYS 64
#define HASH_START G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define HASH_STEP G_GUINT64_CONSTANT (0xff51afd7ed558ccd)

/* Of the external term format, as far as they decide what is done. */
enum
{
  TAG_NEW_PID = 88,
  TAG_NEWER_REFERENCE = 90,
  TAG_ATOM = 100,
  TAG_PID = 103,
  TAG_SMALL_TUPLE = 104,
  TAG_LARGE_TUPLE = 105,
  TAG_NIL = 106,
  TAG_NEW_REFERENCE = 114,
  TAG_SMALL_ATOM = 115,
  TAG_MAP = 116,
  TAG_ATOM_UTF8 = 118,
  TAG_SMALL_ATOM_UTF8 = 119,
};

typedef struct
{
  OvTermCursor cursor;
  guint        nodes;
  guint64      hash;
  GString     *text; /* NULL: only the hash is wanted */
} Walk;

/* What a well-known message is, by its first element and arity. */
typedef struct
{
  const char *name;
  guint8      arity;
  guint8      flags;
  gint8       caller_at; /* the element that says who waits, -1: none */
  gint8       tag_at;    /* the element with the reference, -1: none */
} Known;

static const Known known_messages[] = {
  { "$gen_call", 3, OV_EVENT_IS_CALL, 1, 1 },
  { "$gen_cast", 2, OV_EVENT_IS_CAST, -1, -1 },
  { "system", 3, OV_EVENT_IS_CALL | OV_EVENT_IS_SYSTEM, 1, 1 },
  { "notify", 2, OV_EVENT_IS_CAST, -1, -1 },
  { "io_request", 4, OV_EVENT_IS_CALL, 1, 2 },
  { "io_reply", 3, OV_EVENT_IS_REPLY, -1, 1 },
  { "file_request", 4, OV_EVENT_IS_CALL, 1, 2 },
  { "file_reply", 3, OV_EVENT_IS_REPLY, -1, 1 },
  { "EXIT", 3, OV_EVENT_IS_EXIT, -1, -1 },
  { "DOWN", 5, OV_EVENT_IS_EXIT, -1, 1 },
  { "timeout", 3, OV_EVENT_IS_TIMEOUT, -1, -1 },
};

static inline guint64
mix (guint64 hash,
     guint64 value)
{
  hash = (hash ^ value) * HASH_STEP;
  return hash ^ hash >> 32;
}

static guint64
mix_bytes (guint64       hash,
           gconstpointer bytes,
           gsize         length)
{
  const guint8 *at = bytes;
  guint64 word;

  hash = mix (hash, length);
  for (; length >= sizeof word; at += sizeof word, length -= sizeof word)
    {
      memcpy (&word, at, sizeof word);
      hash = mix (hash, word);
    }
  for (word = 0; length > 0; length--)
    word = word << 8 | at[length - 1];

  return mix (hash, word);
}

static void
put (Walk       *walk,
     const char *text)
{
  if (walk->text != NULL)
    g_string_append (walk->text, text);
  else
    walk->hash = mix (walk->hash, (guint8) *text);
}

static void
put_data (Walk *walk)
{
  ov_term_cursor_skip (&walk->cursor);
  put (walk, "_");
}

static gboolean
is_hole (const char *name,
         gsize       length)
{
  return (length == 1 && *name == '_') || (length == 3 && memcmp (name, "…", 3) == 0);
}

static void
put_atom (Walk *walk)
{
  static const OvTermFormat format = { .max_chars = MAX_ATOM_CHARS };
  const guint8 *begin = walk->cursor.at;
  char scratch[512];
  const char *name;
  gsize length;

  if (!ov_term_cursor_get_atom (&walk->cursor, scratch, &name, &length) || is_hole (name, length))
    put (walk, "_");
  else if (walk->text == NULL)
    walk->hash = mix_bytes (walk->hash, name, length);
  else
    ov_term_print_bytes (begin, (gsize) (walk->cursor.at - begin), &format, walk->text, NULL);
}

/* The name of a module of Elixir, as it is written there. */
static gboolean
is_struct_name (const char *name,
                gsize       length)
{
  if (length <= strlen ("Elixir.") || length > 80 || memcmp (name, "Elixir.", strlen ("Elixir.")) != 0)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '.' && name[i] != '_')
      return FALSE;

  return TRUE;
}

/* A struct's name stands under one of the first keys; other maps are data. */
static void
put_map (Walk *walk)
{
  OvTermCursor inside = walk->cursor;
  char scratch[512];
  const char *name;
  gsize length;
  guint n;

  if (!ov_term_cursor_enter_map (&inside, &n))
    n = 0;
  for (guint i = 0; i < MIN (n, MAX_STRUCT_KEYS); i++)
    {
      if (ov_term_cursor_match_atom (&inside, "__struct__"))
        {
          if (!ov_term_cursor_get_atom (&inside, scratch, &name, &length)
              || !is_struct_name (name, length))
            break;
          if (walk->text != NULL)
            g_string_append_printf (walk->text, "%%%.*s{}", (int) length - 7, name + 7);
          else
            walk->hash = mix_bytes (mix (walk->hash, '%'), name, length);
          ov_term_cursor_skip (&walk->cursor);
          return;
        }
      if (!ov_term_cursor_skip (&inside) || !ov_term_cursor_skip (&inside))
        break;
    }

  put_data (walk);
}

/* {Pid, Tag}, as calls carry it. */
static gboolean
read_from (OvTermCursor *cursor,
           OvPid        *caller,
           guint32      *tag)
{
  OvTermCursor ahead = *cursor;
  guint arity;

  if (!ov_term_cursor_enter_tuple (&ahead, &arity) || arity != 2
      || !ov_term_cursor_get_pid (&ahead, caller) || (*tag = ov_shape_read_tag (&ahead)) == 0)
    return FALSE;

  *cursor = ahead;
  return TRUE;
}

static void put_term (Walk *walk,
                      guint depth);

static gboolean
is_pid_next (const OvTermCursor *cursor)
{
  return cursor->at < cursor->end && (*cursor->at == TAG_NEW_PID || *cursor->at == TAG_PID);
}

/* Who asks is data, whatever it looks like. */
static gboolean
is_question (const OvTermCursor *cursor,
             guint               arity)
{
  OvTermCursor ahead = *cursor;

  return arity == 3
         && (ov_term_cursor_match_atom (&ahead, "$gen_call") || ov_term_cursor_match_atom (&ahead, "system"));
}

static void
put_elements (Walk *walk,
              guint arity,
              guint depth)
{
  gboolean asks = is_question (&walk->cursor, arity);

  for (guint i = 0; i < arity && !walk->cursor.failed; i++)
    {
      if (i > 0 && i <= MAX_TUPLE)
        put (walk, ",");
      if (i == MAX_TUPLE)
        put (walk, "…");

      if (i >= MAX_TUPLE)
        ov_term_cursor_skip (&walk->cursor);
      else if (i == 1 && asks)
        put_data (walk);
      else
        put_term (walk, depth + 1);
    }
}

static void
put_tuple (Walk *walk,
           guint depth)
{
  OvTermCursor inside = walk->cursor;
  guint32 tag;
  OvPid pid;
  guint arity;

  if (depth >= MAX_DEPTH || !ov_term_cursor_enter_tuple (&inside, &arity))
    {
      put_data (walk);
      return;
    }
  if (arity == 2 && is_pid_next (&inside) && read_from (&walk->cursor, &pid, &tag))
    {
      put (walk, "_");
      return;
    }
  walk->cursor = inside;

  put (walk, "{");
  put_elements (walk, arity, depth);
  put (walk, "}");
}

/* By the tag alone: this is done for every term of every message. */
static void
put_term (Walk *walk,
          guint depth)
{
  guint8 tag = walk->cursor.at < walk->cursor.end ? *walk->cursor.at : 0;

  if (walk->cursor.failed || ++walk->nodes > MAX_NODES)
    tag = 0;

  switch (tag)
    {
    case TAG_ATOM:
    case TAG_SMALL_ATOM:
    case TAG_ATOM_UTF8:
    case TAG_SMALL_ATOM_UTF8:
      put_atom (walk);
      break;
    case TAG_SMALL_TUPLE:
    case TAG_LARGE_TUPLE:
      put_tuple (walk, depth);
      break;
    case TAG_MAP:
      put_map (walk);
      break;
    case TAG_NIL:
      ov_term_cursor_skip (&walk->cursor);
      put (walk, "[]");
      break;
    default:
      put_data (walk);
      break;
    }
}

static Walk
walk_message (gconstpointer bytes,
              gsize         length,
              GString      *text)
{
  Walk walk = { .hash = HASH_START, .text = text };

  ov_term_cursor_init (&walk.cursor, bytes, length);
  put_term (&walk, 0);
  return walk;
}

/* The words of a reference identify it; its node and creation are those of everybody else here. */
static guint32
hash_reference (const guint8 *raw,
                gsize         length)
{
  gsize n = length;
  guint32 hash;

  if (length > 3 && (*raw == TAG_NEWER_REFERENCE || *raw == TAG_NEW_REFERENCE))
    n = MIN (4 * ((gsize) raw[1] << 8 | raw[2]), length);

  hash = (guint32) mix_bytes (HASH_START, raw + length - n, n);
  return hash != 0 ? hash : 1;
}

/*< private >
 * ov_shape_read_tag:
 * @cursor: where a reference may stand, as it is, as [alias|Reference] or as [[alias|Reference]|Id]
 *
 * Moves only over one of these.
 *
 * Returns: a hash of the reference, 0 when none is there
 */
guint32
ov_shape_read_tag (OvTermCursor *cursor)
{
  OvTermCursor ahead = *cursor;
  const guint8 *raw;
  OvTermType type;
  gsize length;
  guint n;

  for (guint depth = 0; depth < 2; depth++)
    {
      if (!ov_term_cursor_peek (&ahead, &type))
        return 0;
      if (type != OV_TERM_LIST || !ov_term_cursor_enter_list (&ahead, &n) || n != 1)
        break;
      if (ov_term_cursor_match_atom (&ahead, "alias"))
        break;
    }
  if (!ov_term_cursor_peek (&ahead, &type) || type != OV_TERM_REFERENCE
      || !ov_term_cursor_get_raw (&ahead, &raw, &length) || !ov_term_cursor_skip (cursor))
    return 0;

  return hash_reference (raw, length);
}

static const Known *
find_known (OvTermCursor *cursor,
            guint         arity)
{
  char scratch[512];
  const char *name;
  gsize length;

  if (!ov_term_cursor_get_atom (cursor, scratch, &name, &length))
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (known_messages); i++)
    if (known_messages[i].arity == arity && strlen (known_messages[i].name) == length
        && memcmp (known_messages[i].name, name, length) == 0)
      return &known_messages[i];

  return NULL;
}

static void
read_known (OvTermCursor *cursor,
            const Known  *known,
            OvShapeScan  *scan)
{
  scan->flags = known->flags;
  for (gint8 i = 1; i <= MAX (known->caller_at, known->tag_at); i++)
    {
      if (i == known->caller_at
          && (read_from (cursor, &scan->caller, &scan->tag)
              || ov_term_cursor_get_pid (cursor, &scan->caller)))
        continue;
      if (i == known->tag_at && (scan->tag = ov_shape_read_tag (cursor)) != 0)
        continue;
      if (!ov_term_cursor_skip (cursor))
        return;
    }
}

/* Messages that are known by their form alone: answers, calls of gen_event, monitors with a tag of one's own. */
static void
read_unnamed (OvTermCursor *cursor,
              guint         arity,
              OvShapeScan  *scan)
{
  OvTermCursor second = *cursor;
  guint32 tag;
  OvPid pid;

  if (arity == 2 && (tag = ov_shape_read_tag (&second)) != 0)
    {
      scan->flags = OV_EVENT_IS_REPLY;
      scan->tag = tag;
    }
  else if (arity == 3 && ov_term_cursor_get_pid (&second, &pid)
           && read_from (&second, &scan->caller, &scan->tag))
    {
      scan->flags = OV_EVENT_IS_CALL;
    }
  else if (arity == 5 && ov_term_cursor_skip (&second) && (tag = ov_shape_read_tag (&second)) != 0
           && (ov_term_cursor_match_atom (&second, "process")
               || ov_term_cursor_match_atom (&second, "port")))
    {
      scan->flags = OV_EVENT_IS_EXIT;
      scan->tag = tag;
    }
}

static void
classify (gconstpointer bytes,
          gsize         length,
          OvShapeScan  *scan)
{
  OvTermCursor cursor, first;
  const Known *known;
  guint arity;

  ov_term_cursor_init (&cursor, bytes, length);
  if (ov_term_cursor_match_atom (&cursor, "timeout"))
    {
      scan->flags = OV_EVENT_IS_TIMEOUT;
      return;
    }
  if (!ov_term_cursor_enter_tuple (&cursor, &arity) || arity < 2 || arity > 5)
    return;

  first = cursor;
  if ((known = find_known (&first, arity)) != NULL)
    read_known (&first, known, scan);
  else
    read_unnamed (&cursor, arity, scan);
}

/*< private >
 * ov_shape_scan:
 * @bytes: an external term without 131
 * @length: its bytes
 * @scan: (out): what can be said of it without a text
 */
void
ov_shape_scan (gconstpointer bytes,
               gsize         length,
               OvShapeScan  *scan)
{
  memset (scan, 0, sizeof *scan);
  if (length == 0)
    return;

  scan->hash = walk_message (bytes, length, NULL).hash;
  classify (bytes, length, scan);
}

/**
 * ov_shape_of:
 * @bytes: an external term without 131
 * @length: its bytes
 * @shape: (nullable): where to append the form: "{'$gen_call',_,{add,_}}"
 * @flags: (out) (optional): #OvEventFlags of such a message
 * @tag: (out) (optional): a hash of the reference that pairs question and answer, 0: none
 *
 * The form of a message: atoms, tuples and names of structs stay, data becomes _.  Thread: any.
 */
void
ov_shape_of (gconstpointer bytes,
             gsize         length,
             GString      *shape,
             guint8       *flags,
             guint32      *tag)
{
  OvShapeScan scan = { 0 };

  g_return_if_fail (bytes != NULL || length == 0);

  if (length > 0)
    {
      classify (bytes, length, &scan);
      if (shape != NULL)
        walk_message (bytes, length, shape);
    }
  if (flags != NULL)
    *flags = scan.flags;
  if (tag != NULL)
    *tag = scan.tag;
}
