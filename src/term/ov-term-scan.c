/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cutting typed terms into tokens.
 *
 * Erlang's syntax, and of Elixir's what cannot be taken for something else in Erlang: :atom,
 * :"quoted", Module.Name, name: value, %{}, %Name{}, #PID<>, ~c"text".  A text between double
 * quotes is Erlang's: a list of characters; a binary is written <<"text">>.  An upper-case word
 * is a module of Elixir, since a variable has no value here.
 * Invariant: a token that was not taken over by the reader is freed by the next scan.
 * Threads: any, each scanner in one at a time.
 */
#include "term/ov-term-scan-private.h"

#include "term/ov-node-name-private.h"
#include "term/ov-term-text-private.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *text;
  OvToken     token;
} marks[] = {
  { "=>", OV_TOKEN_ARROW },     { "#{", OV_TOKEN_OPEN_MAP },    { "%{", OV_TOKEN_OPEN_MAP },
  { "{", OV_TOKEN_OPEN_TUPLE }, { "}", OV_TOKEN_CLOSE_BRACE },  { "[", OV_TOKEN_OPEN_LIST },
  { "]", OV_TOKEN_CLOSE_LIST }, { ",", OV_TOKEN_COMMA },        { "|", OV_TOKEN_BAR },
  { ".", OV_TOKEN_DOT },
};

gboolean
ov_term_scan_fail (OvTermScanner *self,
                   const char    *at,
                   const char    *message)
{
  self->error_at = at;
  self->message = message;
  return FALSE;
}

static gboolean
skip_prefix (OvTermScanner *self,
             const char    *prefix)
{
  gsize n = strlen (prefix);

  if ((gsize) (self->end - self->at) < n || memcmp (self->at, prefix, n) != 0)
    return FALSE;

  self->at += n;
  return TRUE;
}

static gboolean
is_name_start (gunichar c)
{
  return g_ascii_islower ((char) MIN (c, 127)) || (c >= 0xdf && c <= 0xff && c != 0xf7);
}

static gboolean
is_name_rest (gunichar c)
{
  if (c < 128)
    return g_ascii_isalnum ((char) c) || c == '_' || c == '@';

  return c >= 0xc0 && c <= 0xff && c != 0xd7 && c != 0xf7;
}

static const char *
find_end_of_name (OvTermScanner *self,
                  const char    *at,
                  gboolean       elixir)
{
  while (at < self->end)
    {
      gunichar c = g_utf8_get_char (at);

      if (!is_name_rest (c) && !(elixir && c >= 128 && (g_unichar_isalnum (c) || g_unichar_ismark (c))))
        break;
      at = g_utf8_next_char (at);
    }

  return at;
}

static gboolean
make_atom (OvTermScanner *self,
           const char    *begin,
           const char    *utf8,
           gsize          n)
{
  gsize characters = 0;

  for (gsize i = 0; i < n; i++)
    characters += ((guint8) utf8[i] & 0xc0) != 0x80;
  if (characters > OV_TERM_MAX_ATOM_CHARS)
    return ov_term_scan_fail (self, begin, _("An atom has at most 255 characters"));

  self->term = ov_term_new_atom_len (utf8, n);
  return TRUE;
}

static gboolean
scan_quoted_atom (OvTermScanner *self,
                  gboolean       elixir)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *begin = self->at;
  char quote = *self->at++;

  return ov_term_scan_quoted (self, quote, elixir, text)
         && make_atom (self, begin, text->str, text->len);
}

/* Whether an Elixir key ends here: a colon, and no second one. */
static gboolean
skip_key_colon (OvTermScanner *self)
{
  if (self->at == self->end || *self->at != ':')
    return FALSE;
  if (self->at + 1 < self->end && !g_ascii_isspace (self->at[1]))
    return FALSE;

  self->at++;
  return TRUE;
}

/* ---- texts ---- */

static OvTerm *
make_text_list (const GString *text)
{
  g_autoptr (GPtrArray) characters = g_ptr_array_new ();
  const char *end = text->str + text->len;

  for (const char *at = text->str; at < end;)
    {
      gunichar c = *at == '\0' ? 0 : g_utf8_get_char (at);

      g_ptr_array_add (characters, ov_term_new_integer (c));
      at += *at == '\0' ? 1 : g_utf8_skip[(guint8) *at];
    }

  return ov_term_new_list ((OvTerm **) characters->pdata, characters->len);
}

/* "a" "b" is one text, as in Erlang; "a": is a key, as in Elixir. */
static gboolean
scan_text (OvTermScanner *self,
           gboolean       elixir,
           OvToken       *token)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *begin = self->at;
  const char *after;

  do
    {
      self->at++;
      if (!ov_term_scan_quoted (self, '"', elixir, text))
        return FALSE;
      if (skip_key_colon (self))
        {
          *token = OV_TOKEN_KEY;
          return make_atom (self, begin, text->str, text->len);
        }
      after = self->at;
      ov_term_scan_blanks (self);
    }
  while (self->at < self->end && *self->at == '"');

  self->at = after;
  self->term = make_text_list (text);
  return TRUE;
}

/* ---- identifiers ---- */

static const char *
intern_node (OvTermScanner *self,
             const char    *text,
             gsize          n)
{
  return n == 1 && *text == '0' ? ov_node_name_intern_own (self->local_node)
                                : ov_node_name_intern (text, n);
}

/* Splits "node.1.2.3" from its end, at most @most numbers; returns how many. */
static guint
split_numbers (const char  *begin,
               const char **end,
               guint        most,
               guint64     *numbers)
{
  guint n = 0;

  while (n < most)
    {
      const char *dot = *end;

      while (dot > begin && g_ascii_isdigit (dot[-1]))
        dot--;
      if (dot == *end || *end - dot > 19 || dot <= begin + 1 || dot[-1] != '.')
        break;
      numbers[n++] = g_ascii_strtoull (dot, NULL, 10);
      *end = dot - 1;
    }

  return n;
}

static gboolean
make_pid (OvTermScanner *self,
          const char    *begin,
          const char    *inside,
          const char    *end)
{
  g_autofree char *text = g_strndup (inside, (gsize) (end - inside));
  OvPid pid;

  if (!ov_pid_parse (text, self->local_node, &pid))
    return ov_term_scan_fail (self, begin, _("A pid is written <0.123.0>"));

  self->term = ov_term_new_pid_interned (&pid);
  return TRUE;
}

static gboolean
make_reference (OvTermScanner *self,
                const char    *begin,
                const char    *inside,
                const char    *end)
{
  gboolean local = g_str_has_prefix (inside, "0.");
  guint64 numbers[OV_TERM_MAX_REFERENCE_WORDS];
  guint32 words[OV_TERM_MAX_REFERENCE_WORDS];
  /* A node's name may end in numbers with dots too, so it is given three, the usual count. */
  guint n = split_numbers (inside, &end, local ? OV_TERM_MAX_REFERENCE_WORDS : 3, numbers);

  for (guint i = 0; i < n; i++)
    {
      if (numbers[i] > G_MAXUINT32)
        n = 0;
      else
        words[i] = (guint32) numbers[i];
    }
  if (n == 0 || (local && end - inside != 1))
    return ov_term_scan_fail (self, begin, _("A reference is written #Ref<0.1.2.3>"));

  self->term = ov_term_new_ref_interned (intern_node (self, inside, (gsize) (end - inside)), 0,
                                         words, n);
  return TRUE;
}

static gboolean
make_port (OvTermScanner *self,
           const char    *begin,
           const char    *inside,
           const char    *end)
{
  guint64 id;

  if (split_numbers (inside, &end, 1, &id) != 1)
    return ov_term_scan_fail (self, begin, _("A port is written #Port<0.5>"));

  self->term = ov_term_new_port (intern_node (self, inside, (gsize) (end - inside)), id, 0);
  return TRUE;
}

static const struct
{
  const char *prefix;
  gboolean (*make) (OvTermScanner *self,
                    const char    *begin,
                    const char    *inside,
                    const char    *end);
} identifiers[] = {
  { "<", make_pid },
  { "#PID<", make_pid },
  { "#Ref<", make_reference },
  { "#Reference<", make_reference },
  { "#Port<", make_port },
};

/* Sets *tried when the text looks like an identifier. */
static gboolean
scan_identifier (OvTermScanner *self,
                 gboolean      *tried)
{
  const char *begin = self->at;

  for (guint i = 0; i < G_N_ELEMENTS (identifiers); i++)
    if (skip_prefix (self, identifiers[i].prefix))
      {
        const char *inside = self->at;
        const char *end = memchr (inside, '>', (gsize) (self->end - inside));

        *tried = TRUE;
        if (end == NULL)
          return ov_term_scan_fail (self, begin, _("“>” is missing"));
        self->at = end + 1;
        return identifiers[i].make (self, begin, inside, end);
      }

  return FALSE;
}

/* ---- words ---- */

static gboolean
scan_fun_name (OvTermScanner *self,
               OvTerm       **name)
{
  if (self->at < self->end && *self->at == '\'')
    {
      if (!scan_quoted_atom (self, FALSE))
        return FALSE;
    }
  else
    {
      const char *end = find_end_of_name (self, self->at, FALSE);

      if (end == self->at || !is_name_start (g_utf8_get_char (self->at)))
        return ov_term_scan_fail (self, self->at, _("A fun is written fun module:name/arity"));
      if (!make_atom (self, self->at, self->at, (gsize) (end - self->at)))
        return FALSE;
      self->at = end;
    }

  *name = g_steal_pointer (&self->term);
  return TRUE;
}

/* Behind "fun". */
static gboolean
scan_fun (OvTermScanner *self)
{
  g_autoptr (OvTerm) module = NULL;
  g_autoptr (OvTerm) function = NULL;
  g_autoptr (OvTerm) arity = NULL;
  gint64 value;

  ov_term_scan_blanks (self);
  if (!scan_fun_name (self, &module))
    return FALSE;
  if (!skip_prefix (self, ":"))
    return ov_term_scan_fail (self, self->at, _("A fun is written fun module:name/arity"));
  if (!scan_fun_name (self, &function))
    return FALSE;
  if (!skip_prefix (self, "/") || self->at == self->end || !g_ascii_isdigit (*self->at))
    return ov_term_scan_fail (self, self->at, _("A fun is written fun module:name/arity"));
  if (!ov_term_scan_number (self))
    return FALSE;

  arity = g_steal_pointer (&self->term);
  if (!ov_term_get_integer (arity, &value) || value > 255)
    return ov_term_scan_fail (self, self->at, _("An arity is a number from 0 to 255"));

  self->term = ov_term_new_export (g_steal_pointer (&module), g_steal_pointer (&function),
                                   g_steal_pointer (&arity));
  return TRUE;
}

static gboolean
scan_word (OvTermScanner *self,
           OvToken       *token)
{
  const char *begin = self->at;
  gsize n;

  self->at = find_end_of_name (self, begin, FALSE);
  n = (gsize) (self->at - begin);
  if (self->at + 1 < self->end && (*self->at == '?' || *self->at == '!') && self->at[1] == ':')
    {
      self->at++;
      n++;
    }
  if (skip_key_colon (self))
    {
      *token = OV_TOKEN_KEY;
      return make_atom (self, begin, begin, n);
    }
  if (n == 3 && memcmp (begin, "fun", 3) == 0)
    return scan_fun (self);
  if (ov_term_is_reserved_word (begin, n))
    return ov_term_scan_fail (self, begin, _("This word is reserved: as an atom it needs quotes"));

  return make_atom (self, begin, begin, n);
}

/* Module.Name; behind a percent sign too. */
static gboolean
scan_alias (OvTermScanner *self)
{
  g_autoptr (GString) name = g_string_new ("Elixir.");
  const char *begin = self->at;

  while (self->at < self->end && g_ascii_isupper (*self->at))
    {
      const char *end = find_end_of_name (self, self->at, FALSE);

      g_string_append_len (name, self->at, end - self->at);
      self->at = end;
      if (self->at + 1 < self->end && *self->at == '.' && g_ascii_isupper (self->at[1]))
        {
          g_string_append_c (name, '.');
          self->at++;
        }
    }
  if (name->len == strlen ("Elixir.Elixir") && g_str_has_suffix (name->str, ".Elixir"))
    g_string_assign (name, "Elixir");

  return make_atom (self, begin, name->str, name->len);
}

static gboolean
scan_alias_or_key (OvTermScanner *self,
                   OvToken       *token)
{
  const char *begin = self->at;
  const char *end = find_end_of_name (self, begin, FALSE);

  self->at = end;
  if (skip_key_colon (self))
    {
      *token = OV_TOKEN_KEY;
      return make_atom (self, begin, begin, (gsize) (end - begin));
    }

  self->at = begin;
  return scan_alias (self);
}

/* Behind Elixir's colon. */
static gboolean
scan_colon_atom (OvTermScanner *self)
{
  const char *begin = self->at;
  gunichar c = begin < self->end ? g_utf8_get_char (begin) : 0;
  gsize n;

  if (c == '"' || c == '\'')
    return scan_quoted_atom (self, TRUE);
  if (g_unichar_isalpha (c) || c == '_')
    {
      self->at = find_end_of_name (self, begin, TRUE);
      if (self->at < self->end && (*self->at == '?' || *self->at == '!'))
        self->at++;
      return make_atom (self, begin, begin, (gsize) (self->at - begin));
    }

  n = ov_term_match_elixir_operator (begin, (gsize) (self->end - begin));
  if (n == 0)
    return ov_term_scan_fail (self, begin, _("The name of an atom is missing behind the colon"));

  self->at += n;
  return make_atom (self, begin, begin, n);
}

/* ---- tokens ---- */

static gboolean
scan_mark (OvTermScanner *self,
           OvToken       *token)
{
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (skip_prefix (self, marks[i].text))
      {
        *token = marks[i].token;
        return TRUE;
      }

  return FALSE;
}

static gboolean
scan_struct_head (OvTermScanner *self,
                  OvToken       *token)
{
  self->at++;
  if (!scan_alias (self))
    return FALSE;
  if (!skip_prefix (self, "{"))
    return ov_term_scan_fail (self, self->at, _("“{” is missing behind the name of the struct"));

  *token = OV_TOKEN_OPEN_MAP;
  return TRUE;
}

static gboolean
scan_dollar (OvTermScanner *self)
{
  gunichar c;

  self->at++;
  if (!ov_term_scan_character (self, FALSE, &c))
    return FALSE;

  self->term = ov_term_new_integer (c);
  return TRUE;
}

static gboolean
is_number_next (const OvTermScanner *self)
{
  const char *at = self->at;

  if ((*at == '-' || *at == '+') && at + 1 < self->end)
    at++;

  return g_ascii_isdigit (*at);
}

static gboolean
scan_other (OvTermScanner *self,
            OvToken       *token)
{
  gboolean tried = FALSE;
  gboolean done;

  if (skip_prefix (self, "<<"))
    return ov_term_scan_binary (self);
  if (self->end - self->at > 1 && *self->at == '%' && g_ascii_isupper (self->at[1]))
    return scan_struct_head (self, token);
  if (scan_mark (self, token))
    return TRUE;
  if (skip_prefix (self, "~c\""))
    {
      self->at--;
      return scan_text (self, TRUE, token);
    }
  if (skip_prefix (self, "#Fun<") || skip_prefix (self, "#Function<"))
    return ov_term_scan_fail (self, self->begin,
                              _("A fun cannot be typed, but for fun module:name/arity"));

  done = scan_identifier (self, &tried);
  if (done || tried)
    return done;

  return ov_term_scan_fail (self, self->begin, _("No term begins like this"));
}

/*< private >
 * ov_term_scan:
 * @token: (out): what comes next
 *
 * Returns: %FALSE with the scanner's message set when it is no token
 */
gboolean
ov_term_scan (OvTermScanner *self,
              OvToken       *token)
{
  gunichar c;

  g_clear_pointer (&self->term, ov_term_unref);
  ov_term_scan_blanks (self);
  self->begin = self->at;
  *token = OV_TOKEN_END;
  if (self->at == self->end)
    return TRUE;

  *token = OV_TOKEN_LEAF;
  c = g_utf8_get_char (self->at);
  if (c == '"')
    return scan_text (self, FALSE, token);
  if (c == '\'')
    return scan_quoted_atom (self, FALSE);
  if (c == '$')
    return scan_dollar (self);
  if (is_number_next (self))
    return ov_term_scan_number (self);
  if (is_name_start (c))
    return scan_word (self, token);
  if (g_ascii_isupper ((char) MIN (c, 127)))
    return scan_alias_or_key (self, token);
  if (c == ':' )
    {
      self->at++;
      return scan_colon_atom (self);
    }
  if (c == '_')
    return ov_term_scan_fail (self, self->begin, _("A variable has no value here"));

  return scan_other (self, token);
}
