/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words and figures as the window writes them: see the header.  Thread: main.
 */
#include "config.h"

#include "views/ov-words.h"

#include "model/ov-process-table.h"
#include "term/ov-term.h"
#include "views/ov-settings.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_MAX_CHARS 4096

/* U+200E, U+200F, U+202A…U+202E, U+2066…U+2069 and U+061C turn the direction of what follows. */
static gboolean
is_direction_control (gunichar c)
{
  return c == 0x061c || c == 0x200e || c == 0x200f
         || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void
append_clean (GString  *into,
              gunichar  c)
{
  if (c == '\n')
    g_string_append (into, "\\n");
  else if (c == '\t')
    g_string_append (into, "\\t");
  else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
    g_string_append_printf (into, "\\x%02x", c);
  else if (is_direction_control (c) || c == 0x2028 || c == 0x2029)
    g_string_append_printf (into, "\\x{%04x}", c);
  else
    g_string_append_unichar (into, c);
}

char *
ov_words_clean (const char *text,
               gsize       max_chars)
{
  GString *into = g_string_new (NULL);
  gsize n = 0;

  if (max_chars == 0)
    max_chars = DEFAULT_MAX_CHARS;
  while (text && *text && n++ < max_chars)
    {
      gunichar c = g_utf8_get_char_validated (text, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (into, "\\x%02x", (guchar) *text++);
          continue;
        }
      append_clean (into, c);
      text = g_utf8_next_char (text);
    }
  if (text && *text)
    g_string_append (into, "…");
  return g_string_free (into, FALSE);
}

char *
ov_words_term (const char *erlang,
              gsize       max_chars)
{
  OvTermFormat format = { .style = OV_TERM_STYLE_ELIXIR, .max_chars = max_chars };
  g_autoptr(OvTerm) term = NULL;
  g_autofree char *text = NULL;

  /* A text that is no whole term (it was cut on the node, say) stays as it came. */
  if (erlang && ov_settings_is_elixir ())
    term = ov_term_parse (erlang, NULL, NULL, NULL);
  if (!term)
    return ov_words_clean (erlang, max_chars);
  text = ov_term_to_string (term, &format, NULL);
  return ov_words_clean (text, max_chars);
}

char *
ov_words_bytes (guint64 bytes)
{
  return bytes == OV_UNKNOWN_U64 ? g_strdup ("—") : g_format_size (bytes);
}

char *
ov_words_count (guint64 count)
{
  return count == OV_UNKNOWN_U64 ? g_strdup ("—") : g_strdup_printf ("%'" G_GUINT64_FORMAT, count);
}

char *
ov_words_rate (double per_second)
{
  if (per_second < 0)
    return g_strdup ("—");
  if (per_second >= 1e6)
    /* Translators: a rate in millions per second. */
    return g_strdup_printf (_("%.1f M/s"), per_second / 1e6);
  if (per_second >= 1e4)
    /* Translators: a rate in thousands per second. */
    return g_strdup_printf (_("%.0f k/s"), per_second / 1e3);
  /* Translators: a rate per second. */
  return g_strdup_printf (_("%.0f/s"), per_second);
}

static char *
format_local (gint64      time_s,
              const char *format)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (time_s);
  char *text = time ? g_date_time_format (time, format) : NULL;

  return text ? text : g_strdup ("—");
}

char *
ov_words_clock (gint64 time_ns)
{
  return format_local (time_ns / G_GINT64_CONSTANT (1000000000), "%H:%M:%S");
}

char *
ov_words_day (gint64 time_s)
{
  g_autofree char *today = format_local (g_get_real_time () / G_USEC_PER_SEC, "%F");
  g_autofree char *day = format_local (time_s, "%F");

  if (g_str_equal (today, day))
    /* Translators: a strftime format. */
    return format_local (time_s, _("today at %H:%M"));
  /* Translators: a strftime format. */
  return format_local (time_s, _("%e %B %Y"));
}
