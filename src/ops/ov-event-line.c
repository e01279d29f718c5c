/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of events.  In JSON each is one object of cli.md's stream; for people it is
 *
 *   12:03:04.123456  send       orders → cart       {'$gen_call',{<0.231.0>,…},{get,17}}
 *   clock            kind       who, as wide as the widest so far       what
 *
 * Invariant: no byte that came from a node or a file reaches a terminal unless the safe printer wrote it.
 * Thread: one at a time.
 */
#include "ops/ov-event-line.h"

#include "export/ov-process-text.h"
#include "ops/ov-answer-text.h"
#include "ops/ov-event-words-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

/* Of one term in JSON, and in text that goes to no terminal. */
#define MAX_CHARS 4096
#define KIND_COLUMNS 10
#define MIN_WHO_COLUMNS 24
#define MIN_WHAT_COLUMNS 4

#define FAINT  "\033[2m"
#define PLAIN  "\033[0m"

struct _OvEventLine
{
  OvStore      *store;
  OvTermFormat  format;
  OvTextStyle   style;
  gboolean      json;
  GPtrArray    *names;     /* by actor, NULL: not asked yet; safe text in text mode */
  GString      *line, *scratch;
  guint         who_columns;
  gint64        second;    /* that clock tells */
  char          clock[16];
};

typedef struct
{
  const char *word;        /* short enough for its column */
  const char *paint;
} Kind;

static const Kind kinds[OV_N_EVENT_KINDS] = {
  [OV_EVENT_SEND] = { "send", "\033[36m" },
  [OV_EVENT_SEND_NOWHERE] = { "send lost", "\033[33m" },
  [OV_EVENT_RECEIVE] = { "receive", "\033[34m" },
  [OV_EVENT_SPAWN] = { "spawn", "\033[32m" },
  [OV_EVENT_SPAWNED] = { "spawned", "\033[32m" },
  [OV_EVENT_EXIT] = { "exit", "\033[31m" },
  [OV_EVENT_LINK] = { "link", FAINT },
  [OV_EVENT_UNLINK] = { "unlink", FAINT },
  [OV_EVENT_LINKED] = { "linked", FAINT },
  [OV_EVENT_UNLINKED] = { "unlinked", FAINT },
  [OV_EVENT_REGISTER] = { "register", "\033[32m" },
  [OV_EVENT_UNREGISTER] = { "unregister", FAINT },
  [OV_EVENT_CALL] = { "call", "\033[35m" },
  [OV_EVENT_RETURN] = { "return", "\033[35m" },
  [OV_EVENT_EXCEPTION] = { "exception", "\033[31m" },
  [OV_EVENT_IN] = { "in", FAINT },
  [OV_EVENT_OUT] = { "out", FAINT },
  [OV_EVENT_GC_START] = { "gc start", FAINT },
  [OV_EVENT_GC_END] = { "gc end", FAINT },
  [OV_EVENT_PORT_OPEN] = { "open", FAINT },
  [OV_EVENT_PORT_CLOSED] = { "closed", FAINT },
  [OV_EVENT_HOP] = { "hop", "\033[36m" },
  [OV_EVENT_FLOW] = { "flow", "\033[36m" },
  [OV_EVENT_LATENCY] = { "latency", FAINT },
  [OV_EVENT_RECORDS] = { "records", FAINT },
  [OV_EVENT_GAP] = { "gap", "\033[33m" },
  [OV_EVENT_LEVEL] = { "level", "\033[33m" },
  [OV_EVENT_OTHER] = { "other", FAINT },
};

OvEventLine *
ov_event_line_new (OvStore           *store,
                   gboolean           elixir,
                   const OvTextStyle *style)
{
  OvEventLine *self = g_new0 (OvEventLine, 1);

  self->store = ov_store_ref (store);
  self->format.style = elixir ? OV_TERM_STYLE_ELIXIR : OV_TERM_STYLE_ERLANG;
  self->format.max_chars = MAX_CHARS;
  self->format.local_node = ov_store_get_node (store);
  self->json = style == NULL;
  if (style != NULL)
    self->style = *style;
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->line = g_string_new (NULL);
  self->scratch = g_string_new (NULL);
  self->second = G_MININT64;

  return self;
}

void
ov_event_line_free (OvEventLine *self)
{
  if (self == NULL)
    return;

  ov_store_unref (self->store);
  g_ptr_array_unref (self->names);
  g_string_free (self->line, TRUE);
  g_string_free (self->scratch, TRUE);
  g_free (self);
}

void
ov_event_line_forget_names (OvEventLine *self)
{
  g_ptr_array_set_size (self->names, 0);
}

static const char *
get_name (OvEventLine *self,
          guint32      actor)
{
  if (actor == OV_ACTOR_NONE || actor >= ov_store_get_n_actors (self->store))
    return NULL;
  if (actor >= self->names->len)
    g_ptr_array_set_size (self->names, actor + 1);
  if (g_ptr_array_index (self->names, actor) == NULL)
    {
      char *name = ov_store_dup_actor_name (self->store, actor);

      if (!self->json)
        {
          char *safe = ov_answer_text_dup_safe (name);

          g_free (name);
          name = safe;
        }
      g_ptr_array_index (self->names, actor) = name;
    }

  return g_ptr_array_index (self->names, actor);
}

/* JSON */

static void
add_text (OvEventLine *self,
          const char  *member,
          const char  *text)
{
  g_string_append_printf (self->line, ",\"%s\":", member);
  ov_process_text_append_json (self->line, text);
}

static void
add_integer (OvEventLine *self,
             const char  *member,
             gint64       value)
{
  g_string_append_printf (self->line, ",\"%s\":%" G_GINT64_FORMAT, member, value);
}

/* "pid" and "name" of an actor; one that is only a name has no pid. */
static void
add_actor (OvEventLine *self,
           const char  *pid_member,
           const char  *name_member,
           guint32      actor)
{
  const char *name = get_name (self, actor);
  OvPid pid = name != NULL ? ov_store_get_actor (self->store, actor) : OV_PID_NONE;
  g_autofree char *text = ov_pid_is_none (&pid) ? NULL : ov_pid_to_string (&pid, self->format.local_node);

  add_text (self, pid_member, text != NULL ? text : name);
  add_text (self, name_member, g_strcmp0 (text, name) != 0 ? name : NULL);
}

static void
add_term (OvEventLine        *self,
          const char         *member,
          const OvTermCursor *cursor)
{
  g_string_truncate (self->scratch, 0);
  ov_event_words_term (self->scratch, cursor, &self->format);
  add_text (self, member, self->scratch->str);
}

static void
add_bare_atom (OvEventLine        *self,
               const char         *member,
               const OvTermCursor *cursor)
{
  OvTermFormat erlang = { .style = OV_TERM_STYLE_ERLANG };

  g_string_truncate (self->scratch, 0);
  ov_event_words_term (self->scratch, cursor, &erlang);
  add_text (self, member, self->scratch->str);
}

static gboolean
add_call (OvEventLine   *self,
          const OvEvent *event,
          GBytes        *payload)
{
  OvEventCall call;
  OvTermCursor pair;
  guint n;

  if (!ov_event_call_read (&call, event->kind, payload))
    return FALSE;
  add_bare_atom (self, "module", &call.module);
  add_bare_atom (self, "function", &call.function);
  if (call.arity >= 0)
    add_integer (self, "arity", call.arity);
  else
    g_string_append (self->line, ",\"arity\":null");
  if (call.has_arguments)
    add_term (self, "arguments", &call.arguments);
  pair = call.result;
  if (event->kind == OV_EVENT_RETURN)
    add_term (self, "value", &call.result);
  else if (event->kind == OV_EVENT_EXCEPTION && ov_term_cursor_enter_tuple (&pair, &n) && n == 2)
    {
      add_term (self, "class", &pair);
      if (ov_term_cursor_skip (&pair))
        add_term (self, "reason", &pair);
    }

  return TRUE;
}

/* What the payload is called. */
static const char *
get_member (guint8 kind)
{
  switch (kind)
    {
    case OV_EVENT_SEND:
    case OV_EVENT_SEND_NOWHERE:
    case OV_EVENT_RECEIVE:
      return "message";
    case OV_EVENT_EXIT:
      return "reason";
    case OV_EVENT_REGISTER:
    case OV_EVENT_UNREGISTER:
      return "registered_name";
    case OV_EVENT_GC_START:
    case OV_EVENT_GC_END:
      return "figures";
    default:
      return "term";
    }
}

/* What a message is to OTP. */
static const char *
get_style_word (guint8 flags)
{
  static const struct
  {
    guint8      flag;
    const char *word;
  } words[] = {
    { OV_EVENT_IS_CALL, "call" },     { OV_EVENT_IS_REPLY, "reply" }, { OV_EVENT_IS_CAST, "cast" },
    { OV_EVENT_IS_SYSTEM, "system" }, { OV_EVENT_IS_EXIT, "exit" },   { OV_EVENT_IS_TIMEOUT, "timeout" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (flags & words[i].flag)
      return words[i].word;

  return NULL;
}

static void
add_payload (OvEventLine   *self,
             const OvEvent *event,
             GBytes        *payload)
{
  gboolean truncated = (event->flags & OV_EVENT_TRUNCATED) != 0;
  gboolean cut = FALSE;
  gsize length;
  gconstpointer bytes;
  guint8 kind = event->kind;

  if (payload == NULL)
    {
      g_string_append (self->line, ",\"forgotten\":true");
      return;
    }
  if (kind == OV_EVENT_SPAWN || kind == OV_EVENT_SPAWNED || kind == OV_EVENT_CALL || kind == OV_EVENT_RETURN ||
      kind == OV_EVENT_EXCEPTION || kind == OV_EVENT_IN || kind == OV_EVENT_OUT)
    {
      if (add_call (self, event, payload))
        goto size;
    }
  bytes = g_bytes_get_data (payload, &length);
  if (length == 0)
    return;
  g_string_truncate (self->scratch, 0);
  ov_term_print_bytes (bytes, length, &self->format, self->scratch, &cut);
  if (truncated && !cut && !g_str_has_suffix (self->scratch->str, "…"))
    g_string_append (self->scratch, "…");
  add_text (self, get_member (kind), self->scratch->str);

size:
  if (truncated || cut)
    g_string_append (self->line, ",\"truncated\":true");
  if (kind == OV_EVENT_SEND || kind == OV_EVENT_SEND_NOWHERE || kind == OV_EVENT_RECEIVE)
    {
      add_integer (self, "size_bytes", event->size_bytes);
      add_text (self, "style", get_style_word (event->flags));
    }
}

static gboolean
read_struct (GBytes *payload,
             gpointer into,
             gsize    size)
{
  gsize length = 0;
  gconstpointer bytes = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;

  if (length < size)
    return FALSE;
  memcpy (into, bytes, size);

  return TRUE;
}

static void
write_json_flow (OvEventLine   *self,
                 const OvEvent *event,
                 GBytes        *payload)
{
  OvEventFlow flow = { 0 };

  read_struct (payload, &flow, sizeof flow);
  g_string_append_printf (self->line, "{\"type\":\"flow\",\"at_ns\":%" G_GINT64_FORMAT, event->at_ns);
  add_integer (self, "from_ns", GINT64_FROM_LE (flow.from_ns));
  add_actor (self, "from", "from_name", event->actor);
  add_actor (self, "to", "to_name", event->peer);
  add_integer (self, "messages", (gint64) GUINT64_FROM_LE (flow.messages));
  add_integer (self, "bytes", (gint64) GUINT64_FROM_LE (flow.bytes));
  add_text (self, "label", ov_store_get_text (self->store, event->shape));
}

static void
write_json_latency (OvEventLine   *self,
                    const OvEvent *event,
                    GBytes        *payload)
{
  gint64 ns = 0;

  read_struct (payload, &ns, sizeof ns);
  g_string_append_printf (self->line, "{\"type\":\"latency\",\"at_ns\":%" G_GINT64_FORMAT, event->at_ns);
  add_actor (self, "from", "from_name", event->actor);
  add_actor (self, "to", "to_name", event->peer);
  add_integer (self, "latency_ns", GINT64_FROM_LE (ns));
}

static void
write_json_gap (OvEventLine   *self,
                const OvEvent *event,
                GBytes        *payload)
{
  OvEventGap gap = { 0 };

  read_struct (payload, &gap, sizeof gap);
  g_string_append_printf (self->line, "{\"type\":\"gap\",\"at_ns\":%" G_GINT64_FORMAT, event->at_ns);
  add_text (self, "reason", ov_gap_reason_get_word ((OvGapReason) GUINT32_FROM_LE (gap.reason)));
  add_integer (self, "count", (gint64) GUINT64_FROM_LE (gap.count));
  add_integer (self, "paused_ns", GINT64_FROM_LE (gap.paused_ns));
}

/* "edges rate" is the level, and why. */
static char *
dup_level (GBytes *payload,
           char  **why)
{
  gsize length = 0;
  const char *bytes = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;
  g_autofree char *text = g_strndup (bytes, length);
  char *space = text != NULL ? strchr (text, ' ') : NULL;

  *why = space != NULL ? g_strdup (space + 1) : NULL;
  if (space != NULL)
    *space = '\0';

  return g_steal_pointer (&text);
}

static void
write_json_level (OvEventLine   *self,
                  const OvEvent *event,
                  GBytes        *payload)
{
  g_autofree char *why = NULL;
  g_autofree char *level = dup_level (payload, &why);

  g_string_append_printf (self->line, "{\"type\":\"level\",\"at_ns\":%" G_GINT64_FORMAT, event->at_ns);
  add_text (self, "level", level);
  add_text (self, "why", why);
}

static void
write_json (OvEventLine   *self,
            const OvEvent *event,
            GBytes        *payload)
{
  switch (event->kind)
    {
    case OV_EVENT_FLOW:
      write_json_flow (self, event, payload);
      break;
    case OV_EVENT_LATENCY:
      write_json_latency (self, event, payload);
      break;
    case OV_EVENT_GAP:
      write_json_gap (self, event, payload);
      break;
    case OV_EVENT_LEVEL:
      write_json_level (self, event, payload);
      break;
    default:
      g_string_append_printf (self->line, "{\"type\":\"event\",\"at_ns\":%" G_GINT64_FORMAT ",\"kind\":\"%s\"",
                              event->at_ns, ov_event_kind_get_word (event->kind));
      add_actor (self, "pid", "name", event->actor);
      if (event->peer != OV_ACTOR_NONE)
        add_actor (self, "peer", "peer_name", event->peer);
      add_payload (self, event, payload);
      break;
    }
  g_string_append_c (self->line, '}');
}

/* Text */

static void
paint (OvEventLine *self,
       const char  *colour,
       const char  *text)
{
  if (self->style.colour && *text != '\0')
    g_string_append_printf (self->line, "%s%s" PLAIN, colour, text);
  else
    g_string_append (self->line, text);
}

static void
pad (OvEventLine *self,
     guint        columns,
     guint        used)
{
  for (; used < columns; used++)
    g_string_append_c (self->line, ' ');
}

/* Local time to the microsecond. */
static void
append_clock (OvEventLine *self,
              gint64       at_ns)
{
  gint64 second = at_ns / NS_PER_S;
  char text[24];

  if (second != self->second)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (second);
      g_autofree char *clock = time != NULL ? g_date_time_format (time, "%H:%M:%S") : NULL;

      g_strlcpy (self->clock, clock != NULL ? clock : "??:??:??", sizeof self->clock);
      self->second = second;
    }
  g_snprintf (text, sizeof text, "%s.%06d", self->clock, (int) (ABS (at_ns % NS_PER_S) / 1000));
  paint (self, FAINT, text);
  g_string_append (self->line, "  ");
}

/* "orders → cart", "→ cart" for what arrives, "cart". */
static char *
dup_who (OvEventLine   *self,
         const OvEvent *event)
{
  const char *actor = get_name (self, event->actor), *peer = get_name (self, event->peer);
  const char *arrow = self->style.ascii ? "->" : "→";

  if (event->kind == OV_EVENT_RECEIVE)
    return peer != NULL ? g_strdup_printf ("%s %s %s", peer, arrow, actor != NULL ? actor : "?")
                        : g_strdup_printf ("%s %s", arrow, actor != NULL ? actor : "?");
  if (peer == NULL)
    return g_strdup (actor != NULL ? actor : "");

  return g_strdup_printf ("%s %s %s", actor != NULL ? actor : "?", arrow, peer);
}

/* At most @columns of a safe text, with an ellipsis where it was cut. */
static void
append_cut (OvEventLine *self,
            const char  *text,
            guint        columns)
{
  const char *at = text, *fits = text;
  guint used = 0;

  if (columns == 0 || ov_process_text_measure (text) <= columns)
    {
      g_string_append (self->line, text);
      return;
    }
  while (*at != '\0')
    {
      gunichar c = g_utf8_get_char (at);

      used += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      at = g_utf8_next_char (at);
      if (used > columns - 1)
        break;
      fits = at;
    }
  g_string_append_len (self->line, text, fits - text);
  g_string_append (self->line, self->style.ascii ? "~" : "…");
}

/* Grows with what was seen, up to two fifths of the terminal: columns of one screen stand still. */
static void
append_who (OvEventLine   *self,
            const OvEvent *event)
{
  g_autofree char *who = dup_who (self, event);
  guint columns = ov_process_text_measure (who);
  guint limit = self->style.columns != 0 ? MAX (self->style.columns * 2 / 5, MIN_WHO_COLUMNS) : 60;

  self->who_columns = MIN (MAX (self->who_columns, columns), limit);
  append_cut (self, who, self->style.columns != 0 ? limit : 0);
  pad (self, self->who_columns, columns);
}

/* Of the line so far, without what colours it. */
static guint
measure_line (OvEventLine *self)
{
  guint columns = 0;

  for (const char *c = self->line->str; *c != '\0';)
    if (*c == '\033')
      {
        while (*c != '\0' && *c != 'm')
          c++;
        c += *c == 'm';
      }
    else
      {
        gunichar character = g_utf8_get_char (c);

        columns += g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
        c = g_utf8_next_char (c);
      }

  return columns;
}

static char *
dup_gap_words (GBytes *payload)
{
  OvEventGap gap = { 0 };
  g_autofree char *paused = NULL;
  guint64 count;

  read_struct (payload, &gap, sizeof gap);
  count = GUINT64_FROM_LE (gap.count);
  paused = g_strdup_printf ("%.3g", (double) GINT64_FROM_LE (gap.paused_ns) / 1e6);
  switch (GUINT32_FROM_LE (gap.reason))
    {
    case OV_GAP_CREDIT:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events were dropped: they came faster than they could be taken"), count);
    case OV_GAP_GOVERNOR:
      return g_strdup_printf (_("paused for %s ms (%" G_GUINT64_FORMAT " events dropped): over the rate limit"), paused, count);
    case OV_GAP_FUSE:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events were dropped: too much for the node, tracing is off"), count);
    case OV_GAP_RECORDER:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events could not be kept: memory or disk is full"), count);
    case OV_GAP_LOST:
      return g_strdup (_("the connection to the node was lost"));
    case OV_GAP_FOREIGN:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " processes are traced by somebody else, and left alone"), count);
    default:
      return g_strdup_printf (_("%" G_GUINT64_FORMAT " events are missing"), count);
    }
}

static void
append_words (OvEventLine   *self,
              const OvEvent *event,
              GBytes        *payload)
{
  g_autoptr (GString) words = self->scratch;
  OvEventFlow flow = { 0 };
  gint64 latency = 0;

  self->scratch = g_string_new (NULL);
  g_string_truncate (words, 0);
  if (event->kind == OV_EVENT_FLOW && read_struct (payload, &flow, sizeof flow))
    {
      const char *shape = ov_store_get_text (self->store, event->shape);

      g_string_append_printf (words, "%" G_GUINT64_FORMAT " × %s", (guint64) GUINT64_FROM_LE (flow.messages),
                              shape != NULL ? shape : "");
    }
  else if (event->kind == OV_EVENT_LATENCY && read_struct (payload, &latency, sizeof latency))
    g_string_append_printf (words, "%.3f ms", (double) GINT64_FROM_LE (latency) / 1e6);
  else if (event->kind == OV_EVENT_GAP)
    {
      g_autofree char *gap = dup_gap_words (payload);

      g_string_append (words, gap);
    }
  else if (event->kind == OV_EVENT_LEVEL)
    {
      gsize length = 0;
      const char *bytes = payload != NULL ? g_bytes_get_data (payload, &length) : NULL;

      g_string_append_len (words, bytes != NULL ? bytes : "", (gssize) length);
    }
  else
    ov_event_words_append (words, event, payload, &self->format);
  if (event->flags & OV_EVENT_TRUNCATED && event->size_bytes > 0)
    {
      g_autoptr (JsonNode) size = json_node_init_int (json_node_alloc (), event->size_bytes);
      g_autofree char *text = ov_answer_text_dup_figure ("size_bytes", size);

      g_string_append_printf (words, "  (%s)", text);
    }
  {
    g_autofree char *safe = ov_answer_text_dup_safe (words->str);
    guint used = self->style.columns != 0 ? measure_line (self) : 0;

    append_cut (self, safe, self->style.columns == 0 ? 0
                : self->style.columns > used + MIN_WHAT_COLUMNS ? self->style.columns - used : MIN_WHAT_COLUMNS);
  }
}

static void
write_text (OvEventLine   *self,
            const OvEvent *event,
            GBytes        *payload)
{
  const Kind *kind = &kinds[MIN (event->kind, OV_EVENT_OTHER)];

  append_clock (self, event->at_ns);
  paint (self, kind->paint, kind->word);
  pad (self, KIND_COLUMNS + 1, (guint) strlen (kind->word));
  if (event->kind != OV_EVENT_GAP && event->kind != OV_EVENT_LEVEL)
    {
      append_who (self, event);
      g_string_append (self->line, "  ");
    }
  append_words (self, event, payload);
  while (self->line->len > 0 && self->line->str[self->line->len - 1] == ' ')
    g_string_truncate (self->line, self->line->len - 1);
}

/* New names come with the probe's records, and with processes that register themselves. */
static gboolean
brings_names (guint8 kind)
{
  return kind == OV_EVENT_RECORDS || kind == OV_EVENT_REGISTER || kind == OV_EVENT_UNREGISTER;
}

const char *
ov_event_line_write (OvEventLine *self,
                     guint64      number)
{
  g_autoptr (GBytes) payload = NULL;
  OvEvent event;

  g_return_val_if_fail (self != NULL, NULL);

  if (!ov_store_get_event (self->store, number, &event))
    return NULL;
  if (brings_names (event.kind))
    ov_event_line_forget_names (self);
  if (event.kind == OV_EVENT_RECORDS || (event.kind == OV_EVENT_LATENCY && !self->json))
    return NULL;
  payload = ov_store_dup_payload (self->store, number);
  g_string_truncate (self->line, 0);
  if (self->json)
    write_json (self, &event, payload);
  else
    write_text (self, &event, payload);

  return self->line->str;
}

guint64
ov_event_line_count (OvStore       *store,
                     guint64        number,
                     const OvEvent *event,
                     guint64       *lost)
{
  OvEventFlow flow = { 0 };
  OvEventGap gap = { 0 };
  g_autoptr (GBytes) payload = NULL;

  *lost = 0;
  switch (event->kind)
    {
    case OV_EVENT_RECORDS:
    case OV_EVENT_LATENCY:
    case OV_EVENT_LEVEL:
      return 0;
    case OV_EVENT_FLOW:
      payload = ov_store_dup_payload (store, number);
      read_struct (payload, &flow, sizeof flow);
      return GUINT64_FROM_LE (flow.messages);
    case OV_EVENT_GAP:
      payload = ov_store_dup_payload (store, number);
      read_struct (payload, &gap, sizeof gap);
      *lost = GUINT32_FROM_LE (gap.reason) == OV_GAP_FOREIGN ? 0 : GUINT64_FROM_LE (gap.count);
      return 0;
    default:
      return 1;
    }
}
