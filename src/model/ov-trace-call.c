/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calls as people type them, in Erlang's way or Elixir's:
 *
 *   Module [":" Function ["/" Arity]]        lists:map/2   'odd mod':'f g'/_   Elixir.Shop.Cart:add/2
 *   Alias  ["." Function ["/" Arity]]        Shop.Cart.add/2   Shop.Cart
 *   ":" Module ["." Function ["/" Arity]]    :lists.map/2
 *
 * "_" or "*" stands for any function, and for any arity.
 * Invariant: what is read to the end is one call; anything left over is an error with its column.
 * Thread: any.
 */
#include "model/ov-match-spec.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#define MAX_ATOM_CHARS 255
#define MAX_ARITY 255

typedef struct
{
  const char *text, *at;
  GError    **error;
} Reader;

/* Always FALSE. */
static gboolean
fail (Reader     *reader,
      const char *words)
{
  glong column = g_utf8_pointer_to_offset (reader->text, reader->at) + 1;

  g_set_error (reader->error, OV_TERM_ERROR, OV_TERM_ERROR_SYNTAX, _("column %ld: %s"), column, words);
  return FALSE;
}

static gboolean
is_atom_char (gunichar c)
{
  return c == '_' || c == '@' || g_unichar_isalnum (c);
}

/* 'quoted' or "quoted"; a backslash takes the next character as it is. */
static gboolean
read_quoted (Reader  *reader,
             GString *atom)
{
  char quote = *reader->at++;

  while (*reader->at != quote)
    {
      const char *next;

      if (*reader->at == '\\' && reader->at[1] != '\0')
        reader->at++;
      if (*reader->at == '\0')
        return fail (reader, _("the quoted atom does not end"));
      next = g_utf8_next_char (reader->at);
      g_string_append_len (atom, reader->at, next - reader->at);
      reader->at = next;
    }
  reader->at++;

  return TRUE;
}

static gboolean
check_length (Reader        *reader,
              const GString *atom)
{
  if (g_utf8_strlen (atom->str, (gssize) atom->len) > MAX_ATOM_CHARS)
    return fail (reader, _("an atom has at most 255 characters"));

  return TRUE;
}

/* @marks: whether Elixir's "?" and "!" may end it. */
static gboolean
read_atom (Reader   *reader,
           gboolean  marks,
           GString  *atom)
{
  const char *from = reader->at;

  if (*from == '\'' || *from == '"')
    return read_quoted (reader, atom) && check_length (reader, atom);

  while (is_atom_char (g_utf8_get_char (reader->at)))
    reader->at = g_utf8_next_char (reader->at);
  if (marks && reader->at > from && (*reader->at == '?' || *reader->at == '!'))
    reader->at++;
  if (reader->at == from || g_ascii_isdigit (*from))
    {
      reader->at = from;
      return fail (reader, _("an atom was expected here"));
    }
  g_string_append_len (atom, from, reader->at - from);

  return check_length (reader, atom);
}

/* Shop.Cart: segments that begin with an upper case letter. */
static gboolean
read_alias (Reader  *reader,
            GString *atom)
{
  do
    {
      if (atom->len > 0)
        {
          g_string_append_c (atom, '.');
          reader->at++;
        }
      if (!read_atom (reader, FALSE, atom))
        return FALSE;
    }
  while (*reader->at == '.' && g_unichar_isupper (g_utf8_get_char (reader->at + 1)));

  if (!g_str_equal (atom->str, "Elixir") && !g_str_has_prefix (atom->str, "Elixir."))
    g_string_prepend (atom, "Elixir.");

  return check_length (reader, atom);
}

/* Sets @separator to what stands between it and a function. */
static gboolean
read_module (Reader  *reader,
             GString *module,
             char    *separator)
{
  *separator = ':';
  if (*reader->at == ':')
    {
      reader->at++;
      *separator = '.';
      return read_atom (reader, FALSE, module);
    }
  if (g_unichar_isupper (g_utf8_get_char (reader->at)))
    {
      if (!read_alias (reader, module))
        return FALSE;
      *separator = *reader->at == ':' ? ':' : '.';
      return TRUE;
    }

  return read_atom (reader, FALSE, module);
}

static gboolean
read_function (Reader  *reader,
               GString *function)
{
  if (*reader->at == '*')
    {
      reader->at++;
      g_string_append_c (function, '_');
      return TRUE;
    }

  return read_atom (reader, TRUE, function);
}

static gboolean
read_arity (Reader *reader,
            int    *arity)
{
  const char *from = reader->at;
  guint64 value = 0;

  if (*from == '_' || *from == '*')
    {
      reader->at++;
      return TRUE;
    }

  for (; g_ascii_isdigit (*reader->at) && value <= MAX_ARITY; reader->at++)
    value = value * 10 + (guint64) g_ascii_digit_value (*reader->at);
  if (reader->at == from)
    return fail (reader, _("the number of arguments was expected here, or _"));
  if (value > MAX_ARITY)
    {
      reader->at = from;
      return fail (reader, _("a function has at most 255 arguments"));
    }
  *arity = (int) value;

  return TRUE;
}

static void
skip_spaces (Reader *reader)
{
  while (g_ascii_isspace (*reader->at))
    reader->at++;
}

static gboolean
read_call (Reader  *reader,
           GString *module,
           GString *function,
           int     *arity)
{
  char separator;

  if (!read_module (reader, module, &separator))
    return FALSE;
  if (*reader->at == separator)
    {
      reader->at++;
      if (!read_function (reader, function))
        return FALSE;
      if (*reader->at == '/')
        {
          reader->at++;
          if (!read_arity (reader, arity))
            return FALSE;
        }
    }
  skip_spaces (reader);
  if (*reader->at != '\0')
    return fail (reader, _("a call is written Module:Function/Arity"));
  if (*arity >= 0 && g_str_equal (function->str, "_"))
    return fail (reader, _("any function has any number of arguments: leave the number out"));

  return TRUE;
}

/**
 * ov_trace_call_parse:
 * @text: a module, function and arity as a person writes them
 * @call: (out): what it means
 * @error: (out) (optional): %OV_TERM_ERROR_SYNTAX with the column
 *
 * Returns: %TRUE; else @call is empty
 */
gboolean
ov_trace_call_parse (const char   *text,
                     OvTraceCall  *call,
                     GError      **error)
{
  Reader reader = { text, text, error };
  g_autoptr (GString) module = g_string_new (NULL);
  g_autoptr (GString) function = g_string_new (NULL);
  int arity = -1;

  g_return_val_if_fail (text != NULL && call != NULL, FALSE);

  *call = (OvTraceCall) { .arity = -1 };
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, OV_TERM_ERROR, OV_TERM_ERROR_SYNTAX, _("This is no text"));
      return FALSE;
    }
  skip_spaces (&reader);
  if (!read_call (&reader, module, function, &arity))
    return FALSE;

  call->module = g_strdup (module->str);
  call->function = g_strdup (function->len > 0 ? function->str : "_");
  call->arity = arity;

  return TRUE;
}

void
ov_trace_call_clear (OvTraceCall *call)
{
  g_return_if_fail (call != NULL);

  g_free ((char *) call->module);
  g_free ((char *) call->function);
  g_clear_pointer (&call->match, ov_term_unref);
  *call = (OvTraceCall) { .arity = -1 };
}

static char *
quote (const char *atom)
{
  g_autoptr (OvTerm) term = ov_term_new_atom (atom);
  const OvTermFormat format = { 0 };

  return g_str_equal (atom, "_") ? g_strdup (atom) : ov_term_to_string (term, &format, NULL);
}

/**
 * ov_trace_call_to_string:
 * @call: a call
 *
 * Returns: (transfer full): it in Erlang's syntax, which ov_trace_call_parse() reads
 */
char *
ov_trace_call_to_string (const OvTraceCall *call)
{
  g_autofree char *module = NULL;
  g_autofree char *function = NULL;

  g_return_val_if_fail (call != NULL && call->module != NULL, NULL);

  module = quote (call->module);
  function = quote (call->function != NULL ? call->function : "_");
  if (call->arity < 0)
    return g_strdup_printf ("%s:%s", module, function);

  return g_strdup_printf ("%s:%s/%d", module, function, call->arity);
}
