/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The meter of a trace, and the words of its levels.
 *
 * Invariant: a key that is missing or has another type leaves its figure at zero; only a meter that is
 * no map at all is refused.  Thread: any.
 */
#include "trace/ov-intake-private.h"

#include <string.h>

static const char *const level_words[] = {
  [OV_TRACE_OFF] = "off",
  [OV_TRACE_EDGES] = "edges",
  [OV_TRACE_EVENTS] = "events",
};

const char *
ov_trace_level_get_word (OvTraceLevel level)
{
  return (guint) level < G_N_ELEMENTS (level_words) ? level_words[level] : "unknown";
}

gboolean
ov_intake_read_word (OvTermCursor *cursor,
                     char         *scratch,
                     const char  **word,
                     gsize        *length)
{
  const guint8 *bytes;

  if (ov_term_cursor_get_atom (cursor, scratch, word, length))
    return TRUE;
  if (!ov_term_cursor_get_binary (cursor, &bytes, length))
    return FALSE;

  *word = (const char *) bytes;
  return TRUE;
}

static gboolean
is_word (const char *word,
         gsize       length,
         const char *wanted)
{
  return strlen (wanted) == length && memcmp (word, wanted, length) == 0;
}

static void
read_level (OvTermCursor *cursor,
            OvTraceMeter *meter)
{
  char scratch[512];
  const char *word;
  gsize length;

  if (!ov_intake_read_word (cursor, scratch, &word, &length))
    {
      ov_term_cursor_skip (cursor);
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (level_words); i++)
    if (is_word (word, length, level_words[i]))
      meter->level = (OvTraceLevel) i;
}

static void
read_figure (OvTermCursor *cursor,
             const char   *key,
             gsize         length,
             OvTraceMeter *meter)
{
  const struct
  {
    const char *key;
    guint64    *figure;
  } figures[] = {
    { "generated", &meter->generated }, { "sent", &meter->sent },   { "dropped", &meter->dropped },
    { "in_edges", &meter->in_edges },   { "paused_ns", &meter->paused_ns },
    { "queue", &meter->queue },         { "events_per_s", &meter->events_per_s },
  };
  gint64 value;

  if (!ov_term_cursor_get_integer (cursor, &value))
    {
      ov_term_cursor_skip (cursor);
      return;
    }

  value = MAX (value, 0);
  if (is_word (key, length, "cost_ppm"))
    meter->cost = (double) value / 1e6;
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    if (is_word (key, length, figures[i].key))
      *figures[i].figure = (guint64) value;
}

/**
 * ov_trace_meter_read:
 * @cursor: in front of the meter's map, see PROTOCOL.md
 * @meter: (out): what it says; zeroes for what it does not say
 *
 * Returns: %FALSE when no well-formed map is there
 */
gboolean
ov_trace_meter_read (OvTermCursor *cursor,
                     OvTraceMeter *meter)
{
  guint n;

  g_return_val_if_fail (cursor != NULL && meter != NULL, FALSE);

  memset (meter, 0, sizeof *meter);
  if (!ov_term_cursor_enter_map (cursor, &n))
    return FALSE;

  for (guint i = 0; i < n && !cursor->failed; i++)
    {
      char scratch[512];
      const char *key;
      gsize length;

      if (!ov_intake_read_word (cursor, scratch, &key, &length))
        {
          ov_term_cursor_skip (cursor);
          ov_term_cursor_skip (cursor);
        }
      else if (is_word (key, length, "level"))
        {
          read_level (cursor, meter);
        }
      else
        {
          read_figure (cursor, key, length, meter);
        }
    }

  return !cursor->failed;
}
