/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signals of the distribution protocol, read in place and written whole.
 *
 * libei negotiates neither fragments nor the atom cache, so 112 ("pass through") is the only
 * first byte there is.  Invariant: nothing is believed about the bytes of a peer; what is
 * malformed is an error, what is well formed but unknown is ignored.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html
 * Thread: any.
 */
#include "link/ov-dist.h"

#include "link/ov-link.h"

#include <glib/gi18n.h>

#include <string.h>

#define PASS_THROUGH      112
#define VERSION           131
#define NEW_REFERENCE     114
#define NEWER_REFERENCE   90
#define ATOM              100
#define SMALL_ATOM        115
#define ATOM_UTF8         118
#define SMALL_ATOM_UTF8   119

enum
{
  OP_SEND = 2,
  OP_REG_SEND = 6,
  OP_SEND_TT = 12,
  OP_REG_SEND_TT = 16,
  OP_MONITOR_P = 19,
  OP_DEMONITOR_P = 20,
  OP_MONITOR_P_EXIT = 21,
  OP_SEND_SENDER = 22,
  OP_SEND_SENDER_TT = 23,
  OP_PAYLOAD_MONITOR_P_EXIT = 28,
  OP_ALIAS_SEND = 33,
  OP_ALIAS_SEND_TT = 34,
};

/* Kinds that concern us; @skip elements lie between the operation and what is read. */
static const struct
{
  guint8     op;
  guint8     arity;
  OvDistKind kind;
  guint8     skip;
} operations[] = {
  { OP_SEND, 3, OV_DIST_MESSAGE, 0 },
  { OP_SEND_TT, 4, OV_DIST_MESSAGE, 0 },
  { OP_SEND_SENDER, 3, OV_DIST_MESSAGE, 0 },
  { OP_SEND_SENDER_TT, 4, OV_DIST_MESSAGE, 0 },
  { OP_ALIAS_SEND, 3, OV_DIST_MESSAGE, 0 },
  { OP_ALIAS_SEND_TT, 4, OV_DIST_MESSAGE, 0 },
  { OP_REG_SEND, 4, OV_DIST_NAMED_MESSAGE, 2 },
  { OP_REG_SEND_TT, 5, OV_DIST_NAMED_MESSAGE, 2 },
  { OP_MONITOR_P_EXIT, 5, OV_DIST_DOWN, 2 },
  { OP_PAYLOAD_MONITOR_P_EXIT, 4, OV_DIST_DOWN, 2 },
};

static gboolean
fail (const char *why,
      GError    **error)
{
  g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL,
               _("The node sent what is no distribution message: %s"), why);
  return FALSE;
}

static gboolean
read_name (OvTermCursor *control,
           OvDistSignal *signal)
{
  char scratch[1024];
  const char *name;
  gsize length;

  signal->name[0] = '\0';
  if (!ov_term_cursor_get_atom (control, scratch, &name, &length))
    return FALSE;
  if (length < sizeof signal->name)
    {
      memcpy (signal->name, name, length);
      signal->name[length] = '\0';
    }

  return TRUE;
}

/* The elements of the control tuple behind its operation, for a row of the table. */
static gboolean
read_elements (OvTermCursor *control,
               guint         row,
               OvDistSignal *signal)
{
  for (guint i = 0; i < operations[row].skip; i++)
    if (!ov_term_cursor_skip (control))
      return FALSE;

  switch (operations[row].kind)
    {
    case OV_DIST_NAMED_MESSAGE:
      return read_name (control, signal);
    case OV_DIST_DOWN:
      if (!ov_term_cursor_get_raw (control, &signal->reference, &signal->reference_length))
        return FALSE;
      return operations[row].op != OP_MONITOR_P_EXIT
             || ov_term_cursor_get_raw (control, &signal->message, &signal->message_length);
    case OV_DIST_MESSAGE:
    case OV_DIST_IGNORED:
    default:
      return TRUE;
    }
}

/* How long the control term is, with its 131: it must be skipped as a whole to find the message. */
static gboolean
measure_control (const guint8 *bytes,
                 gsize         length,
                 gsize        *control_length)
{
  OvTermCursor cursor;

  if (length == 0 || bytes[0] != VERSION)
    return FALSE;
  ov_term_cursor_init (&cursor, bytes, length);
  if (!ov_term_cursor_skip (&cursor))
    return FALSE;

  *control_length = (gsize) (cursor.at - bytes);
  return TRUE;
}

static gboolean
has_payload (guint row)
{
  return operations[row].kind != OV_DIST_DOWN || operations[row].op == OP_PAYLOAD_MONITOR_P_EXIT;
}

/**
 * ov_dist_parse:
 * @bytes: (array length=length): a frame without its length
 * @length: its size
 * @signal: (out caller-allocates): what it says
 * @error: PROTOCOL
 *
 * Returns: whether it was a frame of the protocol
 */
gboolean
ov_dist_parse (const guint8 *bytes,
               gsize         length,
               OvDistSignal *signal,
               GError      **error)
{
  OvTermCursor control;
  gsize control_length;
  guint arity;
  gint64 op;

  memset (signal, 0, G_STRUCT_OFFSET (OvDistSignal, name));
  signal->name[0] = '\0';
  signal->reference = NULL;
  signal->reference_length = 0;

  if (length < 2 || bytes[0] != PASS_THROUGH)
    return fail (_("its first byte is unknown"), error);
  bytes++;
  length--;
  if (!measure_control (bytes, length, &control_length))
    return fail (_("its control term is malformed"), error);
  ov_term_cursor_init (&control, bytes, control_length);
  if (!ov_term_cursor_enter_tuple (&control, &arity)
      || !ov_term_cursor_get_integer (&control, &op))
    return fail (_("its control term is no signal"), error);

  for (guint row = 0; row < G_N_ELEMENTS (operations); row++)
    {
      if (operations[row].op != op)
        continue;
      if (operations[row].arity != arity || !read_elements (&control, row, signal))
        return fail (_("its control term has another form"), error);
      if (has_payload (row))
        {
          if (length < control_length + 2 || bytes[control_length] != VERSION)
            return fail (_("its message is missing"), error);
          signal->message = bytes + control_length + 1;
          signal->message_length = length - control_length - 1;
        }
      signal->kind = operations[row].kind;
      return TRUE;
    }

  signal->kind = OV_DIST_IGNORED;
  return TRUE;
}

static guint32
read_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* Whether an atom of @node's name stands at @at and ends exactly at @end. */
static gboolean
is_node_atom (const guint8 *at,
              const guint8 *end,
              const char   *node)
{
  gsize head, length;

  if (end - at < 3)
    return FALSE;
  if (at[0] == SMALL_ATOM_UTF8 || at[0] == SMALL_ATOM)
    {
      head = 2;
      length = at[1];
    }
  else if (at[0] == ATOM || at[0] == ATOM_UTF8)
    {
      head = 3;
      length = (gsize) at[1] << 8 | at[2];
    }
  else
    return FALSE;

  return (gsize) (end - at) == head + length && strlen (node) == length
         && memcmp (at + head, node, length) == 0;
}

/**
 * ov_dist_parse_reference:
 * @bytes: (array length=length): a term without 131
 * @length: its size
 * @node: the node that made it
 * @reference: (out caller-allocates): its numbers
 *
 * Returns: whether the term is a reference of three words that @node made
 */
gboolean
ov_dist_parse_reference (const guint8    *bytes,
                         gsize            length,
                         const char      *node,
                         OvDistReference *reference)
{
  gsize creation_size, tail;
  const guint8 *end = bytes + length;

  if (length < 3 || (bytes[0] != NEWER_REFERENCE && bytes[0] != NEW_REFERENCE)
      || bytes[1] != 0 || bytes[2] != G_N_ELEMENTS (reference->words))
    return FALSE;
  creation_size = bytes[0] == NEWER_REFERENCE ? 4 : 1;
  tail = creation_size + sizeof reference->words;
  if (length < 3 + tail || !is_node_atom (bytes + 3, end - tail, node))
    return FALSE;

  reference->creation = creation_size == 4 ? read_u32 (end - tail) : *(end - tail);
  for (guint i = 0; i < G_N_ELEMENTS (reference->words); i++)
    reference->words[i] = read_u32 (end - sizeof reference->words + 4 * i);
  return TRUE;
}

/**
 * ov_dist_parse_reply:
 * @message: (array length=length): a message without 131
 * @length: its size
 * @node: our own name
 * @reference: (out caller-allocates): which request this answers
 * @reply: (out): the answer's bytes, in @message
 * @reply_length: (out): its size
 *
 * Returns: whether the message is an answer to a request of @node
 */
gboolean
ov_dist_parse_reply (const guint8    *message,
                     gsize            length,
                     const char      *node,
                     OvDistReference *reference,
                     const guint8   **reply,
                     gsize           *reply_length)
{
  OvTermCursor cursor;
  const guint8 *tag;
  gsize tag_length;
  guint arity, n;

  ov_term_cursor_init (&cursor, message, length);
  if (!ov_term_cursor_enter_tuple (&cursor, &arity) || arity != 2)
    return FALSE;
  if (ov_term_cursor_enter_list (&cursor, &n)
      && (n != 1 || !ov_term_cursor_match_atom (&cursor, "alias")))
    return FALSE;

  return ov_term_cursor_get_raw (&cursor, &tag, &tag_length)
         && ov_dist_parse_reference (tag, tag_length, node, reference)
         && ov_term_cursor_get_raw (&cursor, reply, reply_length);
}

/* Frames: room for the length is made first and filled in at the end. */
static guint
begin_frame (GByteArray *into)
{
  static const guint8 head[] = { 0, 0, 0, 0, PASS_THROUGH };
  guint start = into->len;

  g_byte_array_append (into, head, sizeof head);
  return start;
}

static void
end_frame (GByteArray *into,
           guint       start)
{
  guint32 length = GUINT32_TO_BE (into->len - start - 4);

  memcpy (into->data + start, &length, sizeof length);
}

/* Consumes @control. */
static void
append_control (GByteArray *into,
                OvTerm     *control)
{
  ov_term_encode_versioned (control, into);
  ov_term_unref (control);
}

void
ov_dist_append_tick (GByteArray *into)
{
  static const guint8 tick[4] = { 0, 0, 0, 0 };

  g_byte_array_append (into, tick, sizeof tick);
}

void
ov_dist_append_send (GByteArray   *into,
                     const OvPid  *to,
                     const OvTerm *message)
{
  guint start = begin_frame (into);

  append_control (into, ov_term_tuple (ov_term_new_integer (OP_SEND), ov_term_new_atom (""),
                                       ov_term_new_pid (to), NULL));
  ov_term_encode_versioned (message, into);
  end_frame (into, start);
}

void
ov_dist_append_reg_send (GByteArray   *into,
                         const OvPid  *from,
                         const char   *name,
                         const OvTerm *message)
{
  guint start = begin_frame (into);

  append_control (into, ov_term_tuple (ov_term_new_integer (OP_REG_SEND), ov_term_new_pid (from),
                                       ov_term_new_atom (""), ov_term_new_atom (name), NULL));
  ov_term_encode_versioned (message, into);
  end_frame (into, start);
}

void
ov_dist_append_monitor (GByteArray   *into,
                        const OvPid  *from,
                        const OvPid  *to,
                        const OvTerm *reference,
                        gboolean      on)
{
  guint start = begin_frame (into);

  append_control (into, ov_term_tuple (ov_term_new_integer (on ? OP_MONITOR_P : OP_DEMONITOR_P),
                                       ov_term_new_pid (from), ov_term_new_pid (to),
                                       ov_term_ref ((OvTerm *) reference), NULL));
  end_frame (into, start);
}

/**
 * ov_dist_answer_ping:
 * @message: (array length=length): a message to net_kernel
 * @length: its size
 * @into: gets the answer
 *
 * Returns: whether the message was a ping
 */
gboolean
ov_dist_answer_ping (const guint8 *message,
                     gsize         length,
                     GByteArray   *into)
{
  static const guint8 yes[] = { SMALL_ATOM_UTF8, 3, 'y', 'e', 's' };
  static const guint8 pair[] = { VERSION, 104, 2 };
  OvTermCursor cursor;
  const guint8 *tag;
  gsize tag_length;
  guint arity, start;
  OvPid from;

  ov_term_cursor_init (&cursor, message, length);
  if (!ov_term_cursor_enter_tuple (&cursor, &arity) || arity != 3
      || !ov_term_cursor_match_atom (&cursor, "$gen_call")
      || !ov_term_cursor_enter_tuple (&cursor, &arity) || arity != 2
      || !ov_term_cursor_get_pid (&cursor, &from)
      || !ov_term_cursor_get_raw (&cursor, &tag, &tag_length)
      || !ov_term_cursor_enter_tuple (&cursor, &arity) || arity != 2
      || !ov_term_cursor_match_atom (&cursor, "is_auth"))
    return FALSE;

  start = begin_frame (into);
  append_control (into, ov_term_tuple (ov_term_new_integer (OP_SEND), ov_term_new_atom (""),
                                       ov_term_new_pid (&from), NULL));
  g_byte_array_append (into, pair, sizeof pair);
  g_byte_array_append (into, tag, (guint) tag_length);
  g_byte_array_append (into, yes, sizeof yes);
  end_frame (into, start);
  return TRUE;
}
