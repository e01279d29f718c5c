/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The VM's own trace messages and the probe's counted edges, each as an event.
 *
 * The kinds and what stands in them are one table, see trace:process/4 and erlang:trace/3.  A message whose
 * kind, arity or types are others becomes OTHER with all its bytes.
 * Invariant: a reader believes an arity only after the cursor has checked it.
 * Thread: that of the link.
 */
#include "trace/ov-intake-private.h"

#include <string.h>

/* What stands between the kind and the time. */
typedef enum
{
  LAYOUT_TERM_PEER, /* send: the message, who gets it */
  LAYOUT_TERM,      /* exit, …: a term about oneself */
  LAYOUT_RECEIVE,   /* the message, and mostly who sent it: 'undefined' where nobody did */
  LAYOUT_PEER,      /* link, …: another one */
  LAYOUT_PEER_TERM, /* spawn: another one, and a term */
  LAYOUT_CALL,      /* {M, F, Args}, and what a match specification adds */
  LAYOUT_PAIR,      /* return_from: {M, F, Arity} and a value: one payload of both */
  LAYOUT_NAMED,     /* garbage collections: the term in a pair with the name of the kind */
} Layout;

typedef struct
{
  const char *name;
  guint8      length;
  guint8      kind;
  guint8      layout;
} Kind;

#define KIND(name, kind, layout) { name, sizeof name - 1, OV_EVENT_##kind, LAYOUT_##layout }

/* The frequent ones first. */
static const Kind kinds[] = {
  KIND ("send", SEND, TERM_PEER),
  KIND ("receive", RECEIVE, RECEIVE),
  KIND ("call", CALL, CALL),
  KIND ("return_from", RETURN, PAIR),
  KIND ("in", IN, TERM),
  KIND ("out", OUT, TERM),
  KIND ("spawn", SPAWN, PEER_TERM),
  KIND ("spawned", SPAWNED, PEER_TERM),
  KIND ("exit", EXIT, TERM),
  KIND ("link", LINK, PEER),
  KIND ("unlink", UNLINK, PEER),
  KIND ("getting_linked", LINKED, PEER),
  KIND ("getting_unlinked", UNLINKED, PEER),
  KIND ("register", REGISTER, TERM),
  KIND ("unregister", UNREGISTER, TERM),
  KIND ("send_to_non_existing_process", SEND_NOWHERE, TERM_PEER),
  KIND ("exception_from", EXCEPTION, PAIR),
  KIND ("gc_minor_start", GC_START, NAMED),
  KIND ("gc_minor_end", GC_END, NAMED),
  KIND ("gc_major_start", GC_START, NAMED),
  KIND ("gc_major_end", GC_END, NAMED),
  KIND ("gc_max_heap_size", GC_END, NAMED),
  KIND ("in_exiting", IN, TERM),
  KIND ("out_exiting", OUT, TERM),
  KIND ("out_exited", OUT, TERM),
  KIND ("open", PORT_OPEN, PEER_TERM),
  KIND ("closed", PORT_CLOSED, TERM),
};

typedef struct
{
  OvEvent       event;
  const guint8 *payload;
  gsize         length;
  OvPid         caller; /* of a call */
} Found;

static gint64
to_system_time (gint64 monotonic_ns,
                gint64 offset_ns)
{
  return (gint64) ((guint64) monotonic_ns + (guint64) offset_ns);
}

static guint32
saturate (guint64 bytes)
{
  return (guint32) MIN (bytes, G_MAXUINT32);
}

/* The next term as payload; where it was cut, the view in {Bytes, View}. */
static gboolean
read_payload (OvTermCursor *cursor,
              gboolean      was_cut,
              Found        *found)
{
  OvTermCursor inside = *cursor;
  gint64 whole;
  guint arity;

  if (was_cut && ov_term_cursor_enter_tuple (&inside, &arity) && arity == 2
      && ov_term_cursor_get_integer (&inside, &whole) && whole >= 0
      && ov_term_cursor_get_raw (&inside, &found->payload, &found->length))
    {
      found->event.flags |= OV_EVENT_TRUNCATED;
      found->event.size_bytes = saturate ((guint64) whole);
      *cursor = inside;
      return TRUE;
    }
  if (!ov_term_cursor_get_raw (cursor, &found->payload, &found->length))
    return FALSE;

  found->event.size_bytes = saturate (found->length);
  return TRUE;
}

/* {@a, payload}, in the intake's own bytes. */
static void
make_pair (OvIntake     *self,
           const guint8 *a,
           gsize         a_length,
           Found        *found)
{
  static const guint8 pair[] = { 104, 2 };

  g_byte_array_set_size (self->made, 0);
  g_byte_array_append (self->made, pair, sizeof pair);
  g_byte_array_append (self->made, a, (guint) a_length);
  g_byte_array_append (self->made, found->payload, (guint) found->length);
  found->payload = self->made->data;
  found->length = self->made->len;
}

/* A match specification's {message, Term} follows {M, F, Args}: it becomes the fourth element. */
static gboolean
read_call (OvIntake     *self,
           OvTermCursor *cursor,
           guint         n,
           gboolean      was_cut,
           Found        *found)
{
  static const guint8 head[] = { 104, 4 };
  const guint8 *extra;
  gsize length;

  if (!read_payload (cursor, was_cut, found))
    return FALSE;
  if (n < 2)
    return TRUE;
  if (!ov_term_cursor_get_raw (cursor, &extra, &length))
    return FALSE;
  if (found->length < 2 || found->payload[0] != 104 || found->payload[1] != 3)
    return TRUE;

  g_byte_array_set_size (self->made, 0);
  g_byte_array_append (self->made, head, sizeof head);
  g_byte_array_append (self->made, found->payload + 2, (guint) found->length - 2);
  g_byte_array_append (self->made, extra, (guint) length);
  found->payload = self->made->data;
  found->length = self->made->len;
  found->event.size_bytes += saturate (length);
  return TRUE;
}

/* Reads the @n terms between kind and time. */
static gboolean
read_layout (OvIntake     *self,
             const Kind   *kind,
             OvTermCursor *cursor,
             guint         n,
             gboolean      was_cut,
             Found        *found)
{
  const guint8 *first = cursor->at;
  gsize length;

  switch ((Layout) kind->layout)
    {
    case LAYOUT_TERM_PEER:
      if (n != 2 || !read_payload (cursor, was_cut, found))
        return FALSE;
      found->event.peer = ov_intake_read_actor (self, cursor);
      return !cursor->failed;
    case LAYOUT_TERM:
      return n == 1 && read_payload (cursor, was_cut, found);
    case LAYOUT_RECEIVE:
      if ((n != 1 && n != 2) || !read_payload (cursor, was_cut, found))
        return FALSE;
      if (n == 2 && !ov_term_cursor_match_atom (cursor, "undefined"))
        found->event.peer = ov_intake_read_actor (self, cursor);
      return !cursor->failed;
    case LAYOUT_PEER:
      if (n != 1)
        return FALSE;
      found->event.peer = ov_intake_read_actor (self, cursor);
      return !cursor->failed;
    case LAYOUT_PEER_TERM:
      if (n != 2)
        return FALSE;
      found->event.peer = ov_intake_read_actor (self, cursor);
      return !cursor->failed && read_payload (cursor, was_cut, found);
    case LAYOUT_CALL:
      return n >= 1 && n <= 2 && read_call (self, cursor, n, was_cut, found);
    case LAYOUT_PAIR:
      if (n != 2 || !ov_term_cursor_get_raw (cursor, &first, &length)
          || !read_payload (cursor, was_cut, found))
        return FALSE;
      make_pair (self, first, length, found);
      return TRUE;
    case LAYOUT_NAMED:
    default:
      {
        guint8 name[64] = { 119, kind->length };

        if (n != 1 || !read_payload (cursor, was_cut, found))
          return FALSE;
        memcpy (name + 2, kind->name, kind->length);
        make_pair (self, name, 2 + (gsize) kind->length, found);
        return TRUE;
      }
    }
}

static const Kind *
find_kind (const char *name,
           gsize       length)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].length == length && memcmp (kinds[i].name, name, length) == 0)
      return &kinds[i];

  return NULL;
}

static void
remember_caller (OvIntake *self,
                 guint32   tag,
                 guint32   actor)
{
  self->callers[tag & (OV_INTAKE_CALLERS - 1)] = (OvIntakeCaller) { tag, actor };
}

/* What only messages have: flags, the tag, and who waits for the answer. */
static void
note_message (OvIntake          *self,
              const OvShapeScan *scan,
              OvEvent           *event)
{
  event->flags |= scan->flags;
  event->tag = scan->tag;
  if ((scan->flags & OV_EVENT_IS_CALL) == 0 || ov_pid_is_none (&scan->caller))
    return;

  if (event->kind == OV_EVENT_RECEIVE && event->peer == OV_ACTOR_NONE)
    event->peer = ov_intake_actor_of (self, &scan->caller);
  if (scan->tag != 0)
    remember_caller (self, scan->tag, ov_intake_actor_of (self, &scan->caller));
}

static void
note_name (OvIntake *self,
           Found    *found)
{
  OvTermCursor cursor;
  char scratch[512];
  const char *name;
  gsize length;

  ov_term_cursor_init (&cursor, found->payload, found->length);
  if (ov_term_cursor_get_atom (&cursor, scratch, &name, &length))
    ov_intake_set_name (self, found->event.actor, name, length,
                        found->event.kind == OV_EVENT_REGISTER);
}

static gboolean
append_found (OvIntake *self,
              Found    *found)
{
  OvEvent *event = &found->event;
  OvShapeScan scan;

  if (event->kind != OV_EVENT_GC_START && event->kind != OV_EVENT_GC_END && found->length > 0)
    {
      ov_shape_scan (found->payload, found->length, &scan);
      event->shape = ov_shape_cache_intern (self->shapes, self->store, &scan, found->payload,
                                            found->length);
      if (event->kind <= OV_EVENT_RECEIVE)
        note_message (self, &scan, event);
    }
  if (event->kind == OV_EVENT_REGISTER || event->kind == OV_EVENT_UNREGISTER)
    note_name (self, found);
  else if (event->kind == OV_EVENT_EXIT)
    ov_intake_forget_names (self, event->actor);

  return ov_intake_append (self, event, found->payload, found->length);
}

/* {trace_ts, Who, Kind, …, Ns}; FALSE: it is not of a form that we know. */
static gboolean
read_vm_event (OvIntake             *self,
               const OvTraceMessage *message,
               OvTermCursor         *cursor,
               guint                 arity,
               gboolean              was_cut,
               Found                *found)
{
  char scratch[512];
  const Kind *kind;
  const char *name;
  gsize length;
  gint64 at_ns;

  if (arity < 5)
    return FALSE;

  found->event.actor = ov_intake_read_actor (self, cursor);
  if (!ov_term_cursor_get_atom (cursor, scratch, &name, &length)
      || (kind = find_kind (name, length)) == NULL
      || !read_layout (self, kind, cursor, arity - 4, was_cut, found)
      || !ov_term_cursor_get_integer (cursor, &at_ns))
    return FALSE;

  found->event.kind = kind->kind;
  found->event.at_ns = to_system_time (at_ns, message->offset_ns);
  return TRUE;
}

/* An atom or a binary. */
/* What the probe's word means. */
static OvGapReason
gap_reason_of (const char *word,
               gsize       length)
{
  for (OvGapReason reason = OV_GAP_CREDIT; reason <= OV_GAP_FOREIGN; reason++)
    {
      const char *own = ov_gap_reason_get_word (reason);

      if (strlen (own) == length && memcmp (own, word, length) == 0)
        return reason;
    }

  return OV_GAP_LOST;
}

/* {trace_gap, Why, Count, PausedNs, Ns} */
static gboolean
take_gap (OvIntake             *self,
          const OvTraceMessage *message,
          OvTermCursor         *cursor,
          guint                 arity)
{
  OvEventGap gap = { 0 };
  gint64 count, paused_ns, at_ns;
  char scratch[512];
  const char *word;
  gsize length;

  if (arity != 5 || !ov_intake_read_word (cursor, scratch, &word, &length)
      || !ov_term_cursor_get_integer (cursor, &count)
      || !ov_term_cursor_get_integer (cursor, &paused_ns)
      || !ov_term_cursor_get_integer (cursor, &at_ns))
    return FALSE;

  gap.reason = (guint32) gap_reason_of (word, length);
  gap.count = (guint64) MAX (count, 0);
  gap.paused_ns = MAX (paused_ns, 0);
  return ov_intake_append_gap (self, message->trace, to_system_time (at_ns, message->offset_ns), &gap);
}

/* {trace_level, Level, Why, Ns}; the payload is "edges: rate". */
static gboolean
take_level (OvIntake             *self,
            const OvTraceMessage *message,
            OvTermCursor         *cursor,
            guint                 arity)
{
  OvEvent event = {
    .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE, .trace = message->trace, .kind = OV_EVENT_LEVEL,
  };
  char level_scratch[512], why_scratch[512];
  g_autofree char *valid = NULL;
  g_autoptr (GString) text = NULL;
  const char *level, *why;
  gsize level_length, why_length;
  gint64 at_ns;

  if (arity != 4 || !ov_intake_read_word (cursor, level_scratch, &level, &level_length)
      || !ov_intake_read_word (cursor, why_scratch, &why, &why_length)
      || !ov_term_cursor_get_integer (cursor, &at_ns))
    return FALSE;

  text = g_string_new_len (level, (gssize) MIN (level_length, 100));
  if (why_length > 0)
    g_string_append_len (g_string_append (text, ": "), why, (gssize) MIN (why_length, 400));
  valid = g_utf8_make_valid (text->str, (gssize) text->len);
  event.at_ns = to_system_time (at_ns, message->offset_ns);
  event.size_bytes = (guint32) strlen (valid);
  return ov_intake_append (self, &event, valid, strlen (valid));
}

/* {send | 'receive' | print, {Previous, Current}, From, To, Message}: who, and what is said of the message.
 * Of other forms nothing is said. */
static void
read_hop_info (OvIntake     *self,
               OvTermCursor *cursor,
               gboolean      was_cut,
               Found        *found)
{
  OvShapeScan scan;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity != 5 || !ov_term_cursor_skip (cursor)
      || !ov_term_cursor_skip (cursor))
    return;

  found->event.actor = ov_intake_read_actor (self, cursor);
  found->event.peer = ov_intake_read_actor (self, cursor);
  if (!read_payload (cursor, was_cut, found))
    return;

  ov_shape_scan (found->payload, found->length, &scan);
  found->event.shape = ov_shape_cache_intern (self->shapes, self->store, &scan, found->payload,
                                              found->length);
  note_message (self, &scan, &found->event);
}

/* The record as the VM made it, with the view where the message was. */
static gboolean
make_hop (OvIntake     *self,
          OvTermCursor *label,
          const Found  *found)
{
  static const guint8 head[] = { 104, 4, 119, 9, 's', 'e', 'q', '_', 't', 'r', 'a', 'c', 'e' };
  static const guint8 info_head[] = { 104, 5 };
  OvTermCursor info;
  const guint8 *raw;
  gsize length;
  guint arity;

  g_byte_array_set_size (self->made, 0);
  g_byte_array_append (self->made, head, sizeof head);
  if (!ov_term_cursor_get_raw (label, &raw, &length))
    return FALSE;
  g_byte_array_append (self->made, raw, (guint) length);
  info = *label;
  if (!ov_term_cursor_enter_tuple (&info, &arity) || arity != 5)
    return FALSE;
  g_byte_array_append (self->made, info_head, sizeof info_head);
  for (guint i = 0; i < 4; i++)
    {
      if (!ov_term_cursor_get_raw (&info, &raw, &length))
        return FALSE;
      g_byte_array_append (self->made, raw, (guint) length);
    }
  g_byte_array_append (self->made, found->payload, (guint) found->length);
  if (!ov_term_cursor_skip (label) || !ov_term_cursor_get_raw (label, &raw, &length))
    return FALSE;
  g_byte_array_append (self->made, raw, (guint) length);
  return TRUE;
}

/* {seq_trace, Label, Info, Ns}; the payload is all of it. */
static gboolean
take_hop (OvIntake             *self,
          const OvTraceMessage *message,
          OvTermCursor         *cursor,
          guint                 arity,
          gboolean              was_cut,
          const guint8         *raw,
          gsize                 length)
{
  Found found = { .event = { .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE, .kind = OV_EVENT_HOP } };
  OvTermCursor label = *cursor;
  OvTermCursor info;
  gint64 at_ns;

  if (arity != 4 || !ov_term_cursor_skip (cursor))
    return FALSE;

  info = *cursor;
  if (!ov_term_cursor_skip (cursor) || !ov_term_cursor_get_integer (cursor, &at_ns))
    return FALSE;

  found.event.size_bytes = saturate (length);
  read_hop_info (self, &info, was_cut, &found);
  found.event.at_ns = to_system_time (at_ns, message->offset_ns);
  found.event.trace = message->trace;
  if ((found.event.flags & OV_EVENT_TRUNCATED) != 0 && make_hop (self, &label, &found))
    return ov_intake_append (self, &found.event, self->made->data, self->made->len);

  return ov_intake_append (self, &found.event, raw, length);
}

static gboolean
append_other (OvIntake             *self,
              const OvTraceMessage *message,
              const guint8         *raw,
              gsize                 length)
{
  const OvEvent event = {
    .at_ns = message->at_ns, .size_bytes = saturate (length), .actor = OV_ACTOR_NONE,
    .peer = OV_ACTOR_NONE, .trace = message->trace, .kind = OV_EVENT_OTHER,
  };

  return ov_intake_append (self, &event, raw, length);
}

/* One element of the list, whose bytes are known to be a whole term. */
static guint
take_event (OvIntake             *self,
            const OvTraceMessage *message,
            const guint8         *raw,
            gsize                 length)
{
  Found found = { .event = { .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE, .trace = message->trace } };
  guint64 refused = self->refused;
  gboolean was_cut;
  OvTermCursor cursor;
  guint arity;

  ov_term_cursor_init (&cursor, raw, length);
  if (ov_term_cursor_enter_tuple (&cursor, &arity))
    {
      if ((was_cut = ov_term_cursor_match_atom (&cursor, "trace_cut"))
          || ov_term_cursor_match_atom (&cursor, "trace_ts"))
        {
          if (read_vm_event (self, message, &cursor, arity, was_cut, &found))
            return append_found (self, &found);
        }
      else if (((was_cut = ov_term_cursor_match_atom (&cursor, "seq_trace_cut"))
                || ov_term_cursor_match_atom (&cursor, "seq_trace"))
               && take_hop (self, message, &cursor, arity, was_cut, raw, length))
        {
          return 1;
        }
      else if ((ov_term_cursor_match_atom (&cursor, "trace_gap")
                && take_gap (self, message, &cursor, arity))
               || (ov_term_cursor_match_atom (&cursor, "trace_level")
                   && take_level (self, message, &cursor, arity)))
        {
          return 1;
        }
    }

  return self->refused == refused && append_other (self, message, raw, length);
}

/* @n elements that a list promised and that are not there. */
static guint
append_broken (OvIntake             *self,
               const OvTraceMessage *message,
               guint                 n)
{
  const OvEventGap gap = { .count = n, .reason = OV_GAP_LOST };

  return ov_intake_append_gap (self, message->trace, message->at_ns, &gap);
}

/*< private >
 * ov_intake_take_events:
 *
 * Returns: how many events were appended
 */
guint
ov_intake_take_events (OvIntake             *self,
                       const OvTraceMessage *message)
{
  OvTermCursor cursor = message->body;
  const guint8 *raw;
  gsize length;
  guint taken = 0;
  guint n;

  if (!ov_term_cursor_enter_list (&cursor, &n))
    {
      if (!cursor.failed && ov_term_cursor_get_raw (&cursor, &raw, &length))
        return append_other (self, message, raw, length);
      return append_broken (self, message, 0);
    }

  for (guint i = 0; i < n; i++)
    {
      if (G_UNLIKELY (!ov_term_cursor_get_raw (&cursor, &raw, &length)))
        return taken + append_broken (self, message, n - i);
      taken += take_event (self, message, raw, length);
    }

  return taken;
}

/* {From, To, Shape, Count, Bytes} */
static gboolean
take_edge (OvIntake             *self,
           const OvTraceMessage *message,
           OvTermCursor         *cursor)
{
  OvEvent event = { .at_ns = message->at_ns, .trace = message->trace, .kind = OV_EVENT_FLOW };
  OvEventFlow flow = { .from_ns = message->from_ns };
  const guint8 *raw;
  OvShapeScan scan;
  gint64 count, bytes;
  gsize length;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity != 5)
    return FALSE;

  event.actor = ov_intake_read_actor (self, cursor);
  event.peer = ov_intake_read_actor (self, cursor);
  if (!ov_term_cursor_get_raw (cursor, &raw, &length)
      || !ov_term_cursor_get_integer (cursor, &count) || count < 0
      || !ov_term_cursor_get_integer (cursor, &bytes) || bytes < 0)
    return FALSE;

  ov_shape_scan (raw, length, &scan);
  event.shape = ov_shape_cache_intern (self->shapes, self->store, &scan, raw, length);
  event.flags = scan.flags;
  event.size_bytes = saturate ((guint64) bytes);
  flow.messages = GUINT64_TO_LE ((guint64) count);
  flow.bytes = GUINT64_TO_LE ((guint64) bytes);
  flow.from_ns = GINT64_TO_LE (flow.from_ns);
  return ov_intake_append (self, &event, &flow, sizeof flow);
}

/* {Caller, Callee, Ns} */
static gboolean
take_latency (OvIntake             *self,
              const OvTraceMessage *message,
              OvTermCursor         *cursor)
{
  OvEvent event = { .at_ns = message->at_ns, .trace = message->trace, .kind = OV_EVENT_LATENCY };
  gint64 ns;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity != 3)
    return FALSE;

  event.actor = ov_intake_read_actor (self, cursor);
  event.peer = ov_intake_read_actor (self, cursor);
  if (!ov_term_cursor_get_integer (cursor, &ns) || ns < 0)
    return FALSE;

  event.size_bytes = sizeof ns;
  ns = GINT64_TO_LE (ns);
  return ov_intake_append (self, &event, &ns, sizeof ns);
}

typedef gboolean (*TakeFunc) (OvIntake             *self,
                              const OvTraceMessage *message,
                              OvTermCursor         *cursor);

static guint
take_list (OvIntake             *self,
           const OvTraceMessage *message,
           OvTermCursor         *cursor,
           TakeFunc              take)
{
  const guint8 *raw;
  gsize length;
  guint taken = 0;
  guint n;

  if (!ov_term_cursor_enter_list (cursor, &n))
    return append_broken (self, message, 0);

  for (guint i = 0; i < n; i++)
    {
      guint64 refused = self->refused;
      OvTermCursor inside;

      if (!ov_term_cursor_get_raw (cursor, &raw, &length))
        return taken + append_broken (self, message, n - i);
      ov_term_cursor_init (&inside, raw, length);
      if (take (self, message, &inside))
        taken++;
      else if (self->refused == refused)
        taken += append_other (self, message, raw, length);
    }
  if (n > 0 && !ov_term_cursor_leave_list (cursor))
    taken += append_broken (self, message, 0);

  return taken;
}

/*< private >
 * ov_intake_take_flow:
 *
 * Returns: how many events were appended
 */
guint
ov_intake_take_flow (OvIntake             *self,
                     const OvTraceMessage *message)
{
  OvTermCursor cursor = message->body;
  guint taken;
  guint arity;

  ov_term_cursor_enter_tuple (&cursor, &arity);
  taken = take_list (self, message, &cursor, take_edge);
  if (!cursor.failed)
    taken += take_list (self, message, &cursor, take_latency);

  return taken;
}
