/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words of processes.  They are made some 100,000 times for one picture, so the common cases
 * (a local pid, an atom that needs no quotes) are written without allocating.
 * Thread: any, where the table is.
 */
#include "export/ov-process-text.h"

#include <string.h>

/* No reserved word of Erlang is longer: below this length the term printer decides. */
#define LONGEST_RESERVED_WORD 7

static void
append_number (GString *into,
               guint32  number)
{
  char digits[10];
  guint n = 0;

  do
    digits[n++] = '0' + number % 10;
  while ((number /= 10) != 0);
  while (n > 0)
    g_string_append_c (into, digits[--n]);
}

const char *
ov_process_text_get_child_id (OvProcessTable  *table,
                              const OvProcess *row)
{
  const char *id = ov_strings_get (ov_process_table_get_strings (table), row->child_id);

  return id != NULL && !g_str_equal (id, "undefined") ? id : NULL;
}

void
ov_process_text_append_pid (GString        *into,
                            OvProcessTable *table,
                            const OvPid    *pid)
{
  const char *node = ov_process_table_get_node_name (table);

  g_string_append_c (into, '<');
  if (pid->node == node || g_strcmp0 (pid->node, node) == 0)
    g_string_append_c (into, '0');
  else
    ov_process_text_append_safe (into, pid->node != NULL ? pid->node : "?");
  g_string_append_c (into, '.');
  append_number (into, pid->id);
  g_string_append_c (into, '.');
  append_number (into, pid->serial);
  g_string_append_c (into, '>');
}

static gboolean
is_plain_atom (const char *atom)
{
  gsize n = 0;

  if (!g_ascii_islower (*atom))
    return FALSE;
  for (; atom[n] != '\0'; n++)
    if (!g_ascii_isalnum (atom[n]) && atom[n] != '_' && atom[n] != '@')
      return FALSE;

  return n > LONGEST_RESERVED_WORD;
}

void
ov_process_text_append_atom (GString    *into,
                             const char *atom)
{
  g_autoptr (OvTerm) term = NULL;
  g_autofree char *text = NULL;
  OvTermFormat format = { .style = OV_TERM_STYLE_ERLANG };

  if (is_plain_atom (atom))
    {
      g_string_append (into, atom);
      return;
    }
  term = ov_term_new_atom (atom);
  text = ov_term_to_string (term, &format, NULL);
  g_string_append (into, text);
}

void
ov_process_text_append_call (GString    *into,
                             const char *module,
                             const char *function,
                             guint       arity)
{
  if (module == NULL)
    return;
  if (g_str_has_prefix (module, "Elixir."))
    {
      ov_process_text_append_safe (into, module + strlen ("Elixir."));
      g_string_append_c (into, '.');
    }
  else
    {
      ov_process_text_append_safe (into, module);
      g_string_append_c (into, ':');
    }
  ov_process_text_append_safe (into, function != NULL ? function : "?");
  g_string_append_c (into, '/');
  append_number (into, arity);
}

/* Characters that move the cursor, change direction or show nothing. */
static gboolean
is_unsafe (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static gboolean
is_ascii_printable (const char *text)
{
  for (; *text != '\0'; text++)
    if ((guchar) *text < 0x20 || (guchar) *text > 0x7e)
      return FALSE;

  return TRUE;
}

void
ov_process_text_append_safe (GString    *into,
                             const char *text)
{
  if (is_ascii_printable (text))
    {
      g_string_append (into, text);
      return;
    }
  while (*text != '\0')
    {
      gunichar c = g_utf8_get_char_validated (text, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (into, "\\x%02X", (guchar) *text++);
          continue;
        }
      if (c == '\n')
        g_string_append (into, "\\n");
      else if (c == '\t')
        g_string_append (into, "\\t");
      else if (is_unsafe (c))
        g_string_append_printf (into, c < 0x100 ? "\\x%02X" : "\\x{%X}", c);
      else
        g_string_append_unichar (into, c);
      text = g_utf8_next_char (text);
    }
}

void
ov_process_text_append_json (GString    *into,
                             const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    {
      g_string_append (into, "null");
      return;
    }
  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  g_string_append_c (into, '"');
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\')
      {
        g_string_append_c (into, '\\');
        g_string_append_c (into, *text);
      }
    else if ((guchar) *text < 0x20 || *text == 0x7f)
      g_string_append_printf (into, "\\u%04x", (guchar) *text);
    else
      g_string_append_c (into, *text);
  g_string_append_c (into, '"');
}

guint
ov_process_text_measure (const char *text)
{
  guint columns = 0;

  while (*text != '\0')
    {
      gunichar c;

      if ((guchar) *text >= 0x20 && (guchar) *text < 0x7f)
        {
          columns++; /* nearly all there is, and the tables of Unicode take their time */
          text++;
          continue;
        }
      c = g_utf8_get_char_validated (text, -1);
      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          columns++;
          text++;
          continue;
        }
      columns += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      text = g_utf8_next_char (text);
    }

  return columns;
}
