/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line of JSON: one object of the stream that `trace watch` describes, written without a tree of nodes,
 * since there may be twenty thousand a second.
 * Thread: one at a time.
 */
#include "ops/ov-event-line-private.h"

#include "export/ov-process-text.h"
#include "ops/ov-event-words-private.h"

#include <string.h>

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

static void
add_actor (OvEventLine *self,
           const char  *pid_member,
           const char  *name_member,
           guint32      actor)
{
  const OvLineActor *known = ov_event_line_get_actor (self, actor);

  add_text (self, pid_member, known == NULL ? NULL : known->pid != NULL ? known->pid : known->name);
  add_text (self, name_member, known != NULL ? known->name : NULL);
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

static gboolean
is_call (guint8 kind)
{
  return kind == OV_EVENT_SPAWN || kind == OV_EVENT_SPAWNED || kind == OV_EVENT_CALL || kind == OV_EVENT_RETURN ||
         kind == OV_EVENT_EXCEPTION || kind == OV_EVENT_IN || kind == OV_EVENT_OUT;
}

static gboolean
is_message (guint8 kind)
{
  return kind == OV_EVENT_SEND || kind == OV_EVENT_SEND_NOWHERE || kind == OV_EVENT_RECEIVE;
}

/* The whole payload as one term; TRUE: it was cut. */
static gboolean
add_whole (OvEventLine   *self,
           const OvEvent *event,
           GBytes        *payload)
{
  gboolean was_cut = (event->flags & OV_EVENT_TRUNCATED) != 0, cut = FALSE;
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload, &length);

  if (length == 0)
    return FALSE;
  g_string_truncate (self->scratch, 0);
  ov_term_print_bytes (bytes, length, &self->format, self->scratch, &cut);
  if (was_cut && !cut && !g_str_has_suffix (self->scratch->str, "…"))
    g_string_append (self->scratch, "…");
  add_text (self, get_member (event->kind), self->scratch->str);

  return cut || was_cut;
}

static void
add_payload (OvEventLine   *self,
             const OvEvent *event,
             GBytes        *payload)
{
  gboolean cut = (event->flags & OV_EVENT_TRUNCATED) != 0;

  if (payload == NULL)
    {
      g_string_append (self->line, ",\"forgotten\":true");
      return;
    }
  if (!is_call (event->kind) || !add_call (self, event, payload))
    cut = add_whole (self, event, payload);
  if (cut)
    g_string_append (self->line, ",\"truncated\":true");
  if (!is_message (event->kind))
    return;
  add_integer (self, "size_bytes", event->size_bytes);
  add_text (self, "style", get_style_word (event->flags));
}

static void
write_json_flow (OvEventLine   *self,
                 const OvEvent *event,
                 GBytes        *payload)
{
  OvEventFlow flow = { 0 };

  ov_event_line_read (payload, &flow, sizeof flow);
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

  ov_event_line_read (payload, &ns, sizeof ns);
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

  ov_event_line_read (payload, &gap, sizeof gap);
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

void
ov_event_line_write_json (OvEventLine   *self,
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
