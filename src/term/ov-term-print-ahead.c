/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looking ahead while printing: whether a list is a text or made of keywords, whether a map is a
 * struct, whether a term fits on the rest of the line.
 *
 * Invariant: nested in each other such questions would cost a square, so what they skip is paid
 * from one budget per printing; when it is used up, the plain spelling is used.
 * Threads: any, each printer in one at a time.
 */
#include "term/ov-term-printer-private.h"

#define MAX_CLOSERS 16

/* Whether the next term, written on one line, needs at most @room columns. */
gboolean
ov_term_printer_fits (OvTermPrinter      *self,
                      const OvTermCursor *from,
                      gsize               room)
{
  OvTermPrinter measure;
  gboolean full;

  if (room == 0)
    return FALSE;

  g_string_truncate (self->scratch, 0);
  ov_term_printer_init (&measure, from, self->format, self->scratch, room);
  measure.look_ahead = self->look_ahead;
  /* Frames above count towards the depth that is shown. */
  if (self->format->max_depth > 0 && self->n_frames >= self->format->max_depth)
    return TRUE;
  ov_term_printer_run (&measure);
  self->look_ahead = measure.look_ahead;
  full = ov_term_text_finish (&measure.text);
  ov_term_printer_clear (&measure);

  return !full;
}

/* Columns left on the line, minus the brackets that close behind the next item. */
gsize
ov_term_printer_get_room (OvTermPrinter *self)
{
  gsize used = ov_term_text_column (&self->text) + 1;

  for (guint i = self->n_frames; i > 0 && self->n_frames - i < MAX_CLOSERS; i--)
    {
      if (self->frames[i - 1].left > 0)
        break;
      used++;
    }

  return used < self->format->width ? self->format->width - used : 0;
}

/* Skips one term on a look-ahead cursor, paid for from the budget. */
static gboolean
skip_ahead (OvTermPrinter *self,
            OvTermCursor  *ahead)
{
  const guint8 *from = ahead->at;
  gsize used;

  if (self->look_ahead == 0 || !ov_term_cursor_skip (ahead))
    return FALSE;

  used = (gsize) (ahead->at - from);
  self->look_ahead -= MIN (used, self->look_ahead);
  return TRUE;
}

gboolean
ov_term_printer_is_character (OvTermPrinter *self,
                              gint64         c)
{
  if (c < 0 || c > 0x10ffff)
    return FALSE;
  if (self->elixir)
    return (c >= 32 && c < 127) || (c >= '\a' && c <= '\r') || c == 27;

  return ov_term_is_printable ((gunichar) c, OV_TERM_STYLE_ERLANG);
}

/* A proper list of characters; @ahead stands behind its head and moves behind its end. */
gboolean
ov_term_printer_is_text_list (OvTermPrinter *self,
                              OvTermCursor  *ahead,
                              guint32        n)
{
  for (guint32 i = 0; i < n; i++)
    {
      gint64 c;

      if (!ov_term_cursor_get_integer (ahead, &c) || !ov_term_printer_is_character (self, c))
        return FALSE;
    }

  return n > 0 && ov_term_cursor_leave_list (ahead);
}

static gboolean
is_key (OvTermCursor *ahead)
{
  char scratch[512];
  const char *text;
  gsize n;

  return ov_term_cursor_get_atom (ahead, scratch, &text, &n)
         && !(n >= 7 && memcmp (text, "Elixir.", 7) == 0);
}

/* [{key, Value}, …]; @ahead stands behind the list's head. */
gboolean
ov_term_printer_is_keyword_list (OvTermPrinter *self,
                                 OvTermCursor   ahead,
                                 guint32        n)
{
  for (guint32 i = 0; i < n; i++)
    {
      guint arity;

      if (!ov_term_cursor_enter_tuple (&ahead, &arity) || arity != 2 || !is_key (&ahead)
          || !skip_ahead (self, &ahead))
        return FALSE;
    }

  return n > 0 && ov_term_cursor_leave_list (&ahead);
}

gboolean
ov_term_printer_is_keyword_map (OvTermPrinter *self,
                                OvTermCursor   ahead,
                                guint32        n)
{
  for (guint32 i = 0; i < n; i++)
    if (!is_key (&ahead) || !skip_ahead (self, &ahead))
      return FALSE;

  return n > 0;
}

/* The module of a struct: a map whose keys are atoms, one of them __struct__. */
gboolean
ov_term_printer_find_struct (OvTermPrinter *self,
                             OvTermCursor   ahead,
                             guint32        n,
                             OvTermCursor  *name)
{
  for (guint32 i = 0; i < n; i++)
    {
      if (ov_term_cursor_match_atom (&ahead, "__struct__"))
        {
          char scratch[512];
          const char *text;
          gsize length;

          *name = ahead;
          return ov_term_cursor_get_atom (&ahead, scratch, &text, &length)
                 && ov_term_is_elixir_alias (text, length);
        }
      if (!skip_ahead (self, &ahead) || !skip_ahead (self, &ahead))
        return FALSE;
    }

  return FALSE;
}

