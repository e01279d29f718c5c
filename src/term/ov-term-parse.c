/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Terms that a person types.
 *
 * One stack of values, and a frame for each open bracket that knows where its values begin:
 *
 *   VALUE ──leaf────────────► AFTER (a value is complete)
 *     │ └───opening bracket─► FIRST (a value, or the bracket closes at once)
 *     │                         └──► VALUE's arrows, and the closing bracket's
 *   AFTER ──comma───────────► VALUE
 *     ├─────=> (in a map)───► VALUE        the pair's second half
 *     ├─────| (in a list)───► VALUE        the tail; a list there makes one longer list
 *     ├─────closing bracket─► AFTER        its values become one
 *     └─────end of the text─► done
 *
 * Invariants: no recursion; at most MAX_TEXT_BYTES and MAX_DEPTH.
 * Threads: any.
 */
#include "term/ov-term-scan-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_TEXT_BYTES ((gsize) 4 << 20)
#define MAX_DEPTH 10000

typedef struct
{
  OvToken     kind;        /* the opening token */
  guint       base;        /* of its values on the stack */
  guint       joined;      /* lists that were opened as a tail and go on in this one */
  gboolean    key_pending; /* a map's key, or a keyword, waits for its value */
  gboolean    is_keyword;  /* in a list: the pair becomes a tuple */
  gboolean    has_tail;    /* behind a bar */
  gboolean    must_close;  /* only the closing bracket may come */
  const char *opening;
} Frame;

typedef struct
{
  OvTermScanner scanner;
  GPtrArray    *values;
  GArray       *frames;
  gboolean      after; /* a value is complete */
  gboolean      first; /* the bracket may close at once */
  gboolean      too_large;
} Parser;

static gboolean
fail (Parser     *self,
      const char *message)
{
  return ov_term_scan_fail (&self->scanner, self->scanner.begin, message);
}

static Frame *
get_top (Parser *self)
{
  return self->frames->len > 0 ? &g_array_index (self->frames, Frame, self->frames->len - 1) : NULL;
}

static OvTerm **
get_values (Parser *self,
            guint   base)
{
  return (OvTerm **) self->values->pdata + base;
}

/* Forgets the values from @base on; their owner is now another term. */
static void
release_values (Parser *self,
                guint   base)
{
  while (self->values->len > base)
    g_ptr_array_steal_index (self->values, self->values->len - 1);
}

/* A value is complete: as the second half of a keyword it closes the pair. */
static void
complete_value (Parser *self)
{
  Frame *top = get_top (self);

  self->after = TRUE;
  self->first = FALSE;
  if (top == NULL)
    return;

  if (top->is_keyword)
    {
      guint base = self->values->len - 2;
      OvTerm *pair = ov_term_new_tuple (get_values (self, base), 2);

      release_values (self, base);
      g_ptr_array_add (self->values, pair);
    }
  top->must_close = top->has_tail;
  top->key_pending = FALSE;
  top->is_keyword = FALSE;
}

static gboolean
open_bracket (Parser *self,
              OvToken kind)
{
  Frame *top = get_top (self);
  Frame frame = { kind, self->values->len, 0, FALSE, FALSE, FALSE, FALSE, self->scanner.begin };

  if (top != NULL && top->has_tail && kind == OV_TOKEN_OPEN_LIST)
    {
      top->has_tail = FALSE;
      top->joined++;
      self->first = TRUE;
      return TRUE;
    }
  if (self->frames->len >= MAX_DEPTH)
    {
      self->too_large = TRUE;
      return fail (self, _("The term is nested too deeply"));
    }

  if (kind == OV_TOKEN_OPEN_MAP && self->scanner.term != NULL)
    {
      g_ptr_array_add (self->values, ov_term_new_atom_len ("__struct__", strlen ("__struct__")));
      g_ptr_array_add (self->values, g_steal_pointer (&self->scanner.term));
    }
  g_array_append_val (self->frames, frame);
  self->first = TRUE;
  return TRUE;
}

static OvTerm *
make_container (Parser      *self,
                const Frame *frame)
{
  OvTerm **values = get_values (self, frame->base);
  guint n = self->values->len - frame->base;

  if (frame->kind == OV_TOKEN_OPEN_TUPLE)
    return ov_term_new_tuple (values, n);
  if (frame->kind == OV_TOKEN_OPEN_MAP)
    return ov_term_new_map (values, n / 2);
  if (frame->has_tail)
    return ov_term_new_improper_list (values, n - 1, values[n - 1]);

  return ov_term_new_list (values, n);
}

static gboolean
close_bracket (Parser *self,
               OvToken token)
{
  Frame *top = get_top (self);
  gboolean in_list = top != NULL && top->kind == OV_TOKEN_OPEN_LIST;
  OvTerm *container;
  guint base;

  if (top == NULL)
    return fail (self, _("This bracket was never opened"));
  if (token != (in_list ? OV_TOKEN_CLOSE_LIST : OV_TOKEN_CLOSE_BRACE))
    return fail (self, in_list ? _("“]” is missing before this") : _("“}” is missing before this"));
  if (top->key_pending)
    return fail (self, _("A value is missing"));
  if (top->joined > 0)
    {
      top->joined--;
      top->must_close = TRUE;
      self->after = TRUE;
      self->first = FALSE;
      return TRUE;
    }

  base = top->base;
  container = make_container (self, top);
  g_array_set_size (self->frames, self->frames->len - 1);
  release_values (self, base);
  g_ptr_array_add (self->values, container);
  complete_value (self);
  return TRUE;
}

static gboolean
take_key (Parser *self)
{
  Frame *top = get_top (self);

  if (top == NULL || top->kind == OV_TOKEN_OPEN_TUPLE || top->has_tail)
    return fail (self, _("A key stands only in a list or map"));
  if (top->key_pending)
    return fail (self, _("A value is missing"));

  g_ptr_array_add (self->values, g_steal_pointer (&self->scanner.term));
  top->key_pending = TRUE;
  top->is_keyword = top->kind == OV_TOKEN_OPEN_LIST;
  self->first = FALSE;
  return TRUE;
}

static gboolean
take_value (Parser *self,
            OvToken token)
{
  switch (token)
    {
    case OV_TOKEN_LEAF:
      g_ptr_array_add (self->values, g_steal_pointer (&self->scanner.term));
      complete_value (self);
      return TRUE;
    case OV_TOKEN_KEY:
      return take_key (self);
    case OV_TOKEN_OPEN_TUPLE:
    case OV_TOKEN_OPEN_LIST:
    case OV_TOKEN_OPEN_MAP:
      return open_bracket (self, token);
    case OV_TOKEN_CLOSE_BRACE:
    case OV_TOKEN_CLOSE_LIST:
      return self->first ? close_bracket (self, token) : fail (self, _("A value is missing"));
    case OV_TOKEN_END:
      return fail (self, self->frames->len == 0 ? _("There is no term") : _("The term ends too early"));
    default:
      return fail (self, _("A value is missing"));
    }
}

/* In a map: whether the values so far end with a key. */
static gboolean
is_behind_key (Parser *self,
               Frame  *top)
{
  return top->kind == OV_TOKEN_OPEN_MAP && (self->values->len - top->base) % 2 == 1;
}

static gboolean
take_connection (Parser *self,
                 OvToken token)
{
  Frame *top = get_top (self);

  if (top == NULL)
    return fail (self, _("Something follows the end of the term"));

  switch (token)
    {
    case OV_TOKEN_ARROW:
      if (!is_behind_key (self, top))
        return fail (self, _("“=>” stands only behind a key of a map"));
      top->key_pending = TRUE;
      break;
    case OV_TOKEN_BAR:
      if (top->kind != OV_TOKEN_OPEN_LIST || top->must_close)
        return fail (self, _("“|” stands only before the tail of a list"));
      top->has_tail = TRUE;
      break;
    case OV_TOKEN_COMMA:
      if (top->must_close)
        return fail (self, _("“]” is missing before this"));
      break;
    default:
      return fail (self, _("“,” is missing before this"));
    }

  self->after = FALSE;
  return TRUE;
}

static gboolean
take_after (Parser *self,
            OvToken token)
{
  Frame *top = get_top (self);

  if (top != NULL && is_behind_key (self, top) && token != OV_TOKEN_ARROW)
    return fail (self, _("“=>” and a value are missing behind the key"));

  if (token == OV_TOKEN_CLOSE_BRACE || token == OV_TOKEN_CLOSE_LIST)
    return close_bracket (self, token);
  if (token == OV_TOKEN_END && top != NULL)
    return ov_term_scan_fail (&self->scanner, top->opening, _("This bracket is never closed"));

  return take_connection (self, token);
}

static gboolean
run (Parser *self)
{
  OvToken token;

  do
    {
      if (!ov_term_scan (&self->scanner, &token))
        return FALSE;
      if (self->after && self->frames->len == 0 && token == OV_TOKEN_DOT)
        {
          const char *dot = self->scanner.begin;

          if (!ov_term_scan (&self->scanner, &token))
            return FALSE;
          if (token != OV_TOKEN_END)
            return ov_term_scan_fail (&self->scanner, dot, _("Something follows the end of the term"));
        }
      if (self->after && self->frames->len == 0 && token == OV_TOKEN_END)
        return TRUE;
      if (!(self->after ? take_after (self, token) : take_value (self, token)))
        return FALSE;
    }
  while (TRUE);
}

static void
set_error (Parser  *self,
           gsize   *error_offset,
           GError **error)
{
  const char *text = self->scanner.text;
  const char *at = self->scanner.error_at;
  const char *line = at;
  guint n_line = 1;

  while (line > text && line[-1] != '\n')
    line--;
  for (const char *c = text; c < line; c++)
    n_line += *c == '\n';

  if (error_offset != NULL)
    *error_offset = (gsize) (at - text);
  /* Translators: the last part is a sentence that says what is wrong in a typed term. */
  g_set_error (error, OV_TERM_ERROR, self->too_large ? OV_TERM_ERROR_TOO_LARGE : OV_TERM_ERROR_SYNTAX,
               _("Line %u, column %ld: %s"), n_line, g_utf8_strlen (line, at - line) + 1,
               self->scanner.message);
}

static gboolean
check_text (Parser *self)
{
  gsize n = strlen (self->scanner.text);
  const char *bad;

  self->scanner.at = self->scanner.begin = self->scanner.text;
  self->scanner.end = self->scanner.text + n;
  if (n > MAX_TEXT_BYTES)
    {
      self->too_large = TRUE;
      return fail (self, _("The text is longer than 4 MiB"));
    }
  if (!g_utf8_validate (self->scanner.text, (gssize) n, &bad))
    return ov_term_scan_fail (&self->scanner, bad, _("The text is not valid UTF-8"));

  return TRUE;
}

/**
 * ov_term_parse:
 * @text: a term as a person types it, at most 4 MiB
 * @local_node: (nullable): the node whose pids, ports and references begin with 0
 * @error_offset: (out) (optional): where in @text the error is, in bytes
 * @error: where to say what is wrong; the message begins with line and column
 *
 * Erlang's syntax with comments, a dot at the end or none; and of Elixir's :atom, :"quoted",
 * Module.Name, %{}, %Name{}, [key: value], #PID<>, #Reference<>, ~c"text". "text" is Erlang's
 * list of characters; a binary is <<"text">>. Identifiers that are typed have creation 0.
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): the term
 */
OvTerm *
ov_term_parse (const char *text,
               const char *local_node,
               gsize      *error_offset,
               GError    **error)
{
  g_autoptr (GPtrArray) values = NULL;
  g_autoptr (GArray) frames = NULL;
  Parser self = { .scanner = { .text = text, .local_node = local_node } };
  OvTerm *term = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  values = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_term_unref);
  frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self.values = values;
  self.frames = frames;

  if (check_text (&self) && run (&self))
    term = g_ptr_array_steal_index (values, 0);
  else
    set_error (&self, error_offset, error);
  g_clear_pointer (&self.scanner.term, ov_term_unref);

  return term;
}
