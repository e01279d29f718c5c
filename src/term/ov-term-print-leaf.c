/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The leaves of a term, each from the cursor into the text.
 * Threads: any, each printer in one at a time.
 */
#include "term/ov-term-printer-private.h"

static void
print_atom (OvTermPrinter *self)
{
  char scratch[512];
  const char *text;
  gsize n;

  if (ov_term_cursor_get_atom (&self->cursor, scratch, &text, &n))
    ov_term_text_put_atom (&self->text, text, n);
}

static void
print_integer (OvTermPrinter *self)
{
  const guint8 *bytes;
  gboolean negative;
  gint64 value;
  gsize n;

  if (ov_term_cursor_get_integer (&self->cursor, &value))
    ov_term_text_put_integer (&self->text, value);
  else if (ov_term_cursor_get_big (&self->cursor, &negative, &bytes, &n))
    {
      while (n > 0 && bytes[n - 1] == 0)
        n--;
      ov_term_text_put_big (&self->text, negative, bytes, n);
    }
}

static void
print_float (OvTermPrinter *self)
{
  double value;

  if (ov_term_cursor_get_float (&self->cursor, &value))
    ov_term_text_put_float (&self->text, value);
}

static void
print_pid (OvTermPrinter *self)
{
  OvPid pid;

  if (!ov_term_cursor_get_pid (&self->cursor, &pid))
    return;

  if (self->elixir)
    put (self, "#PID<");
  else
    put (self, "<");
  ov_term_text_put_node (&self->text, pid.node);
  ov_term_text_put_char (&self->text, '.');
  ov_term_text_put_unsigned (&self->text, pid.id);
  ov_term_text_put_char (&self->text, '.');
  ov_term_text_put_unsigned (&self->text, pid.serial);
  ov_term_text_put_char (&self->text, '>');
}

static void
print_port (OvTermPrinter *self)
{
  const char *node;
  guint32 creation;
  guint64 id;

  if (!ov_term_cursor_get_port (&self->cursor, &node, &id, &creation))
    return;

  put (self, "#Port<");
  ov_term_text_put_node (&self->text, node);
  ov_term_text_put_char (&self->text, '.');
  ov_term_text_put_unsigned (&self->text, id);
  ov_term_text_put_char (&self->text, '>');
}

static void
print_reference (OvTermPrinter *self)
{
  guint32 words[OV_TERM_MAX_REFERENCE_WORDS];
  const char *node;
  guint32 creation;
  guint n;

  if (!ov_term_cursor_get_reference (&self->cursor, &node, &creation, words, &n))
    return;

  if (self->elixir)
    put (self, "#Reference<");
  else
    put (self, "#Ref<");
  ov_term_text_put_node (&self->text, node);
  for (guint i = n; i > 0; i--)
    {
      ov_term_text_put_char (&self->text, '.');
      ov_term_text_put_unsigned (&self->text, words[i - 1]);
    }
  ov_term_text_put_char (&self->text, '>');
}

static void
print_binary (OvTermPrinter *self)
{
  const guint8 *bytes;
  guint last_bits = 8;
  gsize n;

  if (ov_term_cursor_get_binary (&self->cursor, &bytes, &n)
      || ov_term_cursor_get_bits (&self->cursor, &bytes, &n, &last_bits))
    ov_term_text_put_binary (&self->text, bytes, n, n > 0 ? last_bits : 8);
}

static void
print_fun (OvTermPrinter *self)
{
  char scratch[512];
  OvTermFunHead head;

  if (!ov_term_cursor_get_fun (&self->cursor, scratch, &head))
    return;

  put (self, self->elixir ? "#Function<" : "#Fun<");
  if (!self->elixir)
    {
      ov_term_text_put_atom (&self->text, (const char *) head.module, head.module_length);
      ov_term_text_put_char (&self->text, '.');
    }
  ov_term_text_put_integer (&self->text, head.index);
  ov_term_text_put_char (&self->text, '.');
  ov_term_text_put_integer (&self->text, head.uniq);
  if (self->elixir)
    {
      ov_term_text_put_char (&self->text, '/');
      ov_term_text_put_unsigned (&self->text, head.arity);
      put (self, " in ");
      ov_term_text_put_atom (&self->text, (const char *) head.module, head.module_length);
    }
  ov_term_text_put_char (&self->text, '>');
}

static void
print_export (OvTermPrinter *self)
{
  char scratch[2][512];
  const char *module, *function;
  gsize n_module, n_function;
  gint64 arity;

  self->cursor.at++;
  if (!ov_term_cursor_get_atom (&self->cursor, scratch[0], &module, &n_module)
      || !ov_term_cursor_get_atom (&self->cursor, scratch[1], &function, &n_function)
      || !ov_term_cursor_get_integer (&self->cursor, &arity))
    {
      ov_term_cursor_fail (&self->cursor, OV_CURSOR_MALFORMED);
      return;
    }

  put (self, self->elixir ? "&" : "fun ");
  ov_term_text_put_atom (&self->text, module, n_module);
  ov_term_text_put_char (&self->text, self->elixir ? '.' : ':');
  if (self->elixir)
    ov_term_text_put_function (&self->text, function, n_function);
  else
    ov_term_text_put_atom (&self->text, function, n_function);
  ov_term_text_put_char (&self->text, '/');
  ov_term_text_put_integer (&self->text, arity);
}

static void
print_opaque (OvTermPrinter *self)
{
  put (self, "#Opaque<");
  ov_term_text_put_unsigned (&self->text, (guint64) (self->cursor.end - self->cursor.at));
  put (self, " bytes>");
  self->cursor.at = self->cursor.end;
}

const OvTermLeafPrinter ov_term_leaf_printers[] = {
  [OV_TERM_ATOM] = print_atom,
  [OV_TERM_INTEGER] = print_integer,
  [OV_TERM_BIG] = print_integer,
  [OV_TERM_FLOAT] = print_float,
  [OV_TERM_PID] = print_pid,
  [OV_TERM_PORT] = print_port,
  [OV_TERM_REFERENCE] = print_reference,
  [OV_TERM_FUN] = print_fun,
  [OV_TERM_EXPORT] = print_export,
  [OV_TERM_BINARY] = print_binary,
  [OV_TERM_BITSTRING] = print_binary,
  [OV_TERM_OPAQUE] = print_opaque,
  [OV_TERM_TUPLE] = NULL,
  [OV_TERM_LIST] = NULL,
  [OV_TERM_MAP] = NULL,
};
