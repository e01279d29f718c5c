/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps and lanes in words: what was asked, answered, told, in one short line.
 *
 * A message of OTP is unwrapped: of {'$gen_call', From, {add, Tea}} the label is add(Tea), of an answer its
 * value.  Everything is printed from bytes, bounded, and has no line break.
 * Thread: any.
 */
#include "term/ov-term-cursor.h"
#include "trace/ov-conversation-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_CHARS 80
#define MAX_LABEL 4096
#define STRING_TAG 107

typedef struct
{
  GString     *text;
  OvTermFormat format;
} Writer;

/* Which element of a message is what was meant, by its first element and arity. */
static const struct
{
  const char *name;
  guint       arity;
  guint       at;
  const char *prefix; /* in front of it, in OTP's terms; NULL: nothing */
} wrapped[] = {
  { "$gen_call", 3, 2, NULL },  { "$gen_cast", 2, 1, NULL },   { "system", 3, 2, "system" },
  { "notify", 2, 1, "notify" }, { "io_request", 4, 3, "io" },  { "io_reply", 3, 2, NULL },
  { "file_request", 4, 3, NULL }, { "file_reply", 3, 2, NULL }, { "EXIT", 3, 2, "EXIT" },
  { "DOWN", 5, 4, "DOWN" },     { "timeout", 3, 2, "timeout" },
};

static void
write_term (Writer       *writer,
            OvTermCursor *cursor)
{
  const guint8 *raw;
  gsize length;

  if (ov_term_cursor_get_raw (cursor, &raw, &length))
    ov_term_print_bytes (raw, length, &writer->format, writer->text, NULL);
  else
    g_string_append (writer->text, "…");
}

static gboolean
is_plain_word (const char *word,
               gsize       length)
{
  if (length == 0 || length > 60 || !g_ascii_islower (*word))
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (word[i]) && word[i] != '_')
      return FALSE;

  return TRUE;
}

static void
write_comma (Writer *writer)
{
  g_string_append (writer->text, writer->format.style == OV_TERM_STYLE_ELIXIR ? ", " : ",");
}

/* {add, Tea, 2} as add(Tea,2); everything else as it is. */
static void
write_request (Writer       *writer,
               OvTermCursor *cursor)
{
  OvTermCursor inside = *cursor;
  char scratch[512];
  const char *name;
  gsize length;
  guint arity;

  if (!ov_term_cursor_enter_tuple (&inside, &arity) || arity < 2
      || !ov_term_cursor_get_atom (&inside, scratch, &name, &length) || !is_plain_word (name, length))
    {
      write_term (writer, cursor);
      return;
    }

  g_string_append_len (writer->text, name, (gssize) length);
  g_string_append_c (writer->text, '(');
  for (guint i = 1; i < arity && !inside.failed && writer->text->len < MAX_LABEL; i++)
    {
      if (i > 1)
        write_comma (writer);
      write_term (writer, &inside);
    }
  g_string_append_c (writer->text, ')');
}

static gboolean
skip_elements (OvTermCursor *cursor,
               guint         n)
{
  for (guint i = 0; i < n; i++)
    if (!ov_term_cursor_skip (cursor))
      return FALSE;

  return TRUE;
}

static gboolean
write_wrapped (Writer       *writer,
               OvTermCursor  cursor,
               guint         arity,
               OvStepKind    kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrapped); i++)
    {
      OvTermCursor inside = cursor;

      if (wrapped[i].arity != arity || !ov_term_cursor_match_atom (&inside, wrapped[i].name)
          || !skip_elements (&inside, wrapped[i].at - 1))
        continue;
      if (wrapped[i].prefix != NULL)
        g_string_append_printf (writer->text, "%s: ", wrapped[i].prefix);
      write_request (writer, &inside);
      return TRUE;
    }
  /* An answer {Tag, Value}, and a call of gen_event {Pid, From, Request}. */
  if ((kind == OV_STEP_REPLY && arity == 2) || (kind == OV_STEP_CALL && arity == 3))
    {
      if (!skip_elements (&cursor, arity - 1))
        return FALSE;
      if (kind == OV_STEP_REPLY)
        write_term (writer, &cursor);
      else
        write_request (writer, &cursor);
      return TRUE;
    }

  return FALSE;
}

static void
write_message (Writer       *writer,
               OvTermCursor *cursor,
               OvStepKind    kind)
{
  OvTermCursor inside = *cursor;
  guint arity;

  if (!ov_term_cursor_enter_tuple (&inside, &arity) || !write_wrapped (writer, inside, arity, kind))
    write_request (writer, cursor);
}

static void
write_atom (Writer       *writer,
            OvTermCursor *cursor)
{
  char scratch[512];
  OvTermCursor ahead = *cursor;
  const char *name;
  gsize length;

  if (ov_term_cursor_get_atom (&ahead, scratch, &name, &length) && is_plain_word (name, length))
    {
      g_string_append_len (writer->text, name, (gssize) length);
      *cursor = ahead;
    }
  else
    {
      write_term (writer, cursor);
    }
}

/* Arguments that are all small integers come as a list of bytes in its short form (STRING_EXT). */
static gboolean
write_byte_arguments (Writer       *writer,
                      OvTermCursor *cursor,
                      gboolean      in_full)
{
  const guint8 *raw;
  gsize length, n;

  if (cursor->at >= cursor->end || *cursor->at != STRING_TAG
      || !ov_term_cursor_get_raw (cursor, &raw, &length))
    return FALSE;

  n = length - 3;
  if (!in_full)
    g_string_append_printf (writer->text, "/%" G_GSIZE_FORMAT, n);
  for (gsize i = 0; in_full && i < n && writer->text->len < MAX_LABEL; i++)
    {
      g_string_append_c (writer->text, i == 0 ? '(' : ',');
      g_string_append_printf (writer->text, "%s%u",
                              i > 0 && writer->format.style == OV_TERM_STYLE_ELIXIR ? " " : "", raw[3 + i]);
    }
  if (in_full)
    g_string_append_c (writer->text, ')');

  return TRUE;
}

static void
write_arguments (Writer       *writer,
                 OvTermCursor *cursor,
                 gboolean      in_full)
{
  guint n;

  if (write_byte_arguments (writer, cursor, in_full))
    return;
  if (!ov_term_cursor_enter_list (cursor, &n))
    {
      g_string_append (writer->text, "(…)");
      return;
    }
  if (!in_full)
    {
      g_string_append_printf (writer->text, "/%u", n);
      return;
    }

  g_string_append_c (writer->text, '(');
  for (guint i = 0; i < n && !cursor->failed && writer->text->len < MAX_LABEL; i++)
    {
      if (i > 0)
        write_comma (writer);
      write_term (writer, cursor);
    }
  g_string_append_c (writer->text, ')');
}

/* {M, F, Args} or {M, F, Arity} as M:F(…) or M:F/n. */
static gboolean
write_call (Writer       *writer,
            OvTermCursor *cursor,
            gboolean      with_arguments)
{
  gboolean elixir = writer->format.style == OV_TERM_STYLE_ELIXIR;
  gint64 number;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity < 3)
    return FALSE;

  if (elixir)
    write_term (writer, cursor);
  else
    write_atom (writer, cursor);
  g_string_append_c (writer->text, elixir ? '.' : ':');
  write_atom (writer, cursor);
  if (ov_term_cursor_get_integer (cursor, &number))
    g_string_append_printf (writer->text, "/%" G_GINT64_FORMAT, number);
  else
    write_arguments (writer, cursor, with_arguments);

  return TRUE;
}

/* {{M, F, Arity}, Value} */
static void
write_result (Writer       *writer,
              OvTermCursor *cursor,
              const char   *between)
{
  OvTermCursor whole = *cursor;
  OvTermCursor call;
  guint arity;

  if (!ov_term_cursor_enter_tuple (cursor, &arity) || arity != 2)
    {
      write_term (writer, &whole);
      return;
    }

  call = *cursor;
  if (!write_call (writer, &call, FALSE) || !ov_term_cursor_skip (cursor))
    return;
  g_string_append (writer->text, between);
  write_term (writer, cursor);
}

static void
write_note (Writer         *writer,
            OvConversation *self,
            const OvEvent  *event,
            OvTermCursor   *cursor)
{
  g_autofree char *peer = NULL;

  switch (event->kind)
    {
    case OV_EVENT_CALL:
      if (!write_call (writer, &(OvTermCursor) { cursor->at, cursor->end, FALSE }, TRUE))
        write_term (writer, cursor);
      break;
    case OV_EVENT_RETURN:
      write_result (writer, cursor, " → ");
      break;
    case OV_EVENT_EXCEPTION:
      write_result (writer, cursor, " ⚡ ");
      break;
    case OV_EVENT_LEVEL:
      g_string_append_len (writer->text, (const char *) cursor->at, cursor->end - cursor->at);
      break;
    case OV_EVENT_LINK:
    case OV_EVENT_UNLINK:
    case OV_EVENT_LINKED:
    case OV_EVENT_UNLINKED:
      peer = ov_store_dup_actor_name (self->store, event->peer);
      g_string_append_printf (writer->text, "%s %s", ov_event_kind_get_word (event->kind), peer);
      break;
    default:
      g_string_append_printf (writer->text, "%s ", ov_event_kind_get_word (event->kind));
      write_term (writer, cursor);
      break;
    }
}

static void
write_gap (Writer     *writer,
           const void *bytes,
           gsize       length)
{
  OvEventGap gap = { 0 };
  guint64 count;

  if (length >= sizeof gap)
    memcpy (&gap, bytes, sizeof gap);
  count = GUINT64_FROM_LE (gap.count);
  if (count > 0)
    g_string_append_printf (writer->text,
                            g_dngettext (NULL, "%" G_GUINT64_FORMAT " event is missing",
                                         "%" G_GUINT64_FORMAT " events are missing",
                                         (gulong) MIN (count, G_MAXULONG)),
                            count);
  else
    g_string_append_printf (writer->text, _("tracing was paused for %.3f s"),
                            (double) GINT64_FROM_LE (gap.paused_ns) / 1e9);
  g_string_append_printf (writer->text, " (%s)", ov_gap_reason_get_word (GUINT32_FROM_LE (gap.reason)));
}

static void
write_step (Writer                   *writer,
            OvConversation           *self,
            const OvConversationStep *step,
            const OvEvent            *event,
            GBytes                   *payload)
{
  gconstpointer bytes;
  OvTermCursor cursor;
  gsize length;

  bytes = g_bytes_get_data (payload, &length);
  cursor = (OvTermCursor) { bytes, bytes != NULL ? (const guint8 *) bytes + length : NULL, FALSE };
  switch (step->kind)
    {
    case OV_STEP_SPAWN:
      g_string_append (writer->text, "spawn ");
      if (!write_call (writer, &cursor, FALSE))
        g_string_append (writer->text, "…");
      break;
    case OV_STEP_DEATH:
      g_string_append (writer->text, "exit ");
      write_term (writer, &cursor);
      break;
    case OV_STEP_NOTE:
      write_note (writer, self, event, &cursor);
      break;
    case OV_STEP_GAP:
      write_gap (writer, bytes, length);
      break;
    case OV_STEP_MESSAGE:
    case OV_STEP_CALL:
    case OV_STEP_REPLY:
    case OV_STEP_CAST:
    case OV_STEP_SYSTEM:
    case OV_STEP_EXIT_SIGNAL:
    case OV_STEP_TIMEOUT:
    default:
      write_message (writer, &cursor, step->kind);
      break;
    }
}

/* One line of valid text, at most @max_chars. */
static char *
finish (GString *text,
        guint    max_chars)
{
  g_autofree char *valid = g_utf8_make_valid (text->str, (gssize) text->len);

  for (char *at = valid; *at != '\0'; at++)
    if ((guchar) *at < ' ' || *at == 0x7f)
      *at = ' ';
  if (g_utf8_strlen (valid, -1) > (glong) max_chars)
    {
      g_autofree char *cut = g_utf8_substring (valid, 0, (glong) max_chars - 1);

      return g_strconcat (cut, "…", NULL);
    }

  return g_steal_pointer (&valid);
}

/**
 * ov_conversation_dup_label:
 * @self: a conversation
 * @step: index of a step
 * @max_chars: 0: 80; a longer label ends in "…"
 * @elixir: whether terms are written as Elixir does
 *
 * Returns: (transfer full): "add({tea,2})", "ok", "EXIT: boom": one line, never empty
 */
char *
ov_conversation_dup_label (OvConversation *self,
                           guint           step,
                           guint           max_chars,
                           gboolean        elixir)
{
  const OvConversationStep *found;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GString) text = NULL;
  OvEvent event;
  Writer writer;

  g_return_val_if_fail (self != NULL && step < self->steps->len, NULL);

  max_chars = max_chars > 0 ? max_chars : DEFAULT_CHARS;
  found = &g_array_index (self->steps, OvConversationStep, step);
  text = g_string_new (NULL);
  writer = (Writer) {
    .text = text,
    .format = { .style = elixir ? OV_TERM_STYLE_ELIXIR : OV_TERM_STYLE_ERLANG, .max_chars = max_chars,
                .local_node = ov_store_get_node (self->store) },
  };
  payload = ov_store_dup_payload (self->store, found->event);
  if (payload != NULL && ov_store_get_event (self->store, found->event, &event))
    write_step (&writer, self, found, &event, payload);
  if (text->len == 0)
    g_string_append (text, "…");

  return finish (text, max_chars);
}

/**
 * ov_conversation_dup_lane_name:
 * @self: a conversation
 * @lane: index of a lane
 *
 * Returns: (transfer full): what the actor is called, one line
 */
char *
ov_conversation_dup_lane_name (OvConversation *self,
                               guint           lane)
{
  const OvConversationLane *found;
  g_autofree char *name = NULL;
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL && lane < self->lanes->len, NULL);

  found = &g_array_index (self->lanes, OvConversationLane, lane);
  if (found->actor == OV_ACTOR_NONE)
    return g_strdup (_("everybody else"));

  name = ov_store_dup_actor_name (self->store, found->actor);
  text = g_string_new (name != NULL && *name != '\0' ? name : "?");
  return finish (text, 120);
}
