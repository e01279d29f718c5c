/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payloads in words.  They come from a node or a file: a payload of another form than its kind has is
 * printed as the term it is.
 * Thread: any.
 */
#include "ops/ov-event-words-private.h"

#include <string.h>

/* Arguments beyond are "…"; a function of the BEAM has 255 at most. */
#define MAX_ARGUMENTS 255

static void
init_cursor (OvTermCursor *cursor,
             GBytes       *payload)
{
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload, &length);

  ov_term_cursor_init (cursor, bytes, length);
}

static gboolean
skip_to (OvTermCursor *from,
         OvTermCursor *part)
{
  *part = *from;

  return ov_term_cursor_skip (from);
}

/* {Module, Function, Arity or Arguments} */
static gboolean
read_function (OvTermCursor *cursor,
               OvEventCall  *call)
{
  OvTermType type;
  guint n;

  if (!ov_term_cursor_enter_tuple (cursor, &n) || n != 3)
    return FALSE;
  if (!ov_term_cursor_peek (cursor, &type) || type != OV_TERM_ATOM || !skip_to (cursor, &call->module))
    return FALSE;
  if (!ov_term_cursor_peek (cursor, &type) || type != OV_TERM_ATOM || !skip_to (cursor, &call->function))
    return FALSE;
  if (ov_term_cursor_get_integer (cursor, &call->arity))
    return TRUE;
  call->has_arguments = TRUE;
  call->arity = -1;

  return skip_to (cursor, &call->arguments);
}

/* How many arguments there are, where the list is whole. */
static void
count_arguments (OvEventCall *call)
{
  OvTermCursor cursor = call->arguments;
  g_autoptr (OvTerm) list = ov_term_cursor_get_term (&cursor, NULL, NULL);

  if (list != NULL && ov_term_get_type (list) == OV_TERM_LIST && ov_term_get_tail (list) == NULL)
    call->arity = ov_term_get_size (list);
}

gboolean
ov_event_call_read (OvEventCall *self,
                    guint8       kind,
                    GBytes      *payload)
{
  OvTermCursor cursor;
  guint n;

  memset (self, 0, sizeof *self);
  if (payload == NULL)
    return FALSE;
  init_cursor (&cursor, payload);
  if (kind != OV_EVENT_RETURN && kind != OV_EVENT_EXCEPTION)
    {
      if (!read_function (&cursor, self))
        return FALSE;
      if (self->has_arguments)
        count_arguments (self);
      return TRUE;
    }
  self->has_result = TRUE;

  return ov_term_cursor_enter_tuple (&cursor, &n) && n == 2 && read_function (&cursor, self) &&
         skip_to (&cursor, &self->result);
}

gboolean
ov_event_hop_read (GBytes       *payload,
                   OvTermCursor *message)
{
  guint n;

  init_cursor (message, payload);
  if (!ov_term_cursor_enter_tuple (message, &n) || n != 4 || !ov_term_cursor_skip (message) ||
      !ov_term_cursor_skip (message) || !ov_term_cursor_enter_tuple (message, &n) || n != 5)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    if (!ov_term_cursor_skip (message))
      return FALSE;

  return TRUE;
}

void
ov_event_words_term (GString            *into,
                     const OvTermCursor *cursor,
                     const OvTermFormat *format)
{
  OvTermCursor at = *cursor;
  const guint8 *bytes;
  gsize length;

  if (ov_term_cursor_get_raw (&at, &bytes, &length))
    ov_term_print_bytes (bytes, length, format, into, NULL);
  else
    g_string_append (into, "‹malformed›");
}

/* Elixir writes a function without the colon of its atom. */
static void
append_function (GString            *into,
                 const OvEventCall  *call,
                 const OvTermFormat *format)
{
  gsize at;

  ov_event_words_term (into, &call->module, format);
  g_string_append_c (into, format->style == OV_TERM_STYLE_ELIXIR ? '.' : ':');
  at = into->len;
  ov_event_words_term (into, &call->function, format);
  if (format->style == OV_TERM_STYLE_ELIXIR && into->str[at] == ':')
    g_string_erase (into, at, 1);
}

static void
append_arguments (GString            *into,
                  const OvEventCall  *call,
                  const OvTermFormat *format)
{
  OvTermCursor cursor = call->arguments;
  g_autoptr (OvTerm) list = ov_term_cursor_get_term (&cursor, NULL, NULL);

  g_string_append_c (into, '(');
  for (guint i = 0; list != NULL && i < ov_term_get_size (list); i++)
    {
      g_autofree char *text = NULL;

      if (i > 0)
        g_string_append (into, ", ");
      if (i == MAX_ARGUMENTS)
        {
          g_string_append (into, "…");
          break;
        }
      text = ov_term_to_string (ov_term_get_element (list, i), format, NULL);
      g_string_append (into, text);
    }
  if (list == NULL || ov_term_get_type (list) != OV_TERM_LIST)
    g_string_append (into, "…");
  g_string_append_c (into, ')');
}

void
ov_event_words_call (GString            *into,
                     const OvEventCall  *call,
                     gboolean            with_arguments,
                     const OvTermFormat *format)
{
  append_function (into, call, format);
  if (with_arguments && call->has_arguments)
    append_arguments (into, call, format);
  else if (call->arity >= 0)
    g_string_append_printf (into, "/%" G_GINT64_FORMAT, call->arity);
}

/* {Class, Reason} as "error: badarg". */
static void
append_exception (GString            *into,
                  const OvTermCursor *result,
                  const OvTermFormat *format)
{
  OvTermCursor cursor = *result, reason;
  guint n;

  if (!ov_term_cursor_enter_tuple (&cursor, &n) || n != 2)
    {
      ov_event_words_term (into, result, format);
      return;
    }
  ov_event_words_term (into, &cursor, format);
  g_string_append (into, ": ");
  reason = cursor;
  if (ov_term_cursor_skip (&reason))
    ov_event_words_term (into, &reason, format);
}

void
ov_event_words_append (GString            *into,
                       const OvEvent      *event,
                       GBytes             *payload,
                       const OvTermFormat *format)
{
  OvEventCall call;
  OvTermCursor whole, message;

  if (payload == NULL || g_bytes_get_size (payload) == 0)
    return;
  init_cursor (&whole, payload);
  switch (event->kind)
    {
    case OV_EVENT_SPAWN:
    case OV_EVENT_SPAWNED:
    case OV_EVENT_CALL:
    case OV_EVENT_RETURN:
    case OV_EVENT_EXCEPTION:
    case OV_EVENT_IN:
    case OV_EVENT_OUT:
      if (!ov_event_call_read (&call, event->kind, payload))
        break;
      ov_event_words_call (into, &call, TRUE, format);
      if (event->kind == OV_EVENT_RETURN)
        {
          g_string_append (into, " → ");
          ov_event_words_term (into, &call.result, format);
        }
      else if (event->kind == OV_EVENT_EXCEPTION)
        {
          g_string_append (into, " ✗ ");
          append_exception (into, &call.result, format);
        }
      return;
    case OV_EVENT_HOP:
      if (ov_event_hop_read (payload, &message))
        whole = message;
      break;
    default:
      break;
    }
  ov_event_words_term (into, &whole, format);
}
