/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Terms as text, straight from their bytes.
 *
 * There is one printer for both a term (which is encoded first) and bytes.  It keeps a frame
 * for each open container: the first few on the C stack, so that bulk printing allocates
 * nothing but room in the string.
 *
 *   VALUE ──leaf──────────────► ITEM of the container around it
 *     │                           │
 *     └─container: push a frame─► ├─items left──► separator, then VALUE
 *                                 ├─bound hit───► "…", skip the rest, CLOSE
 *                                 └─none left───► CLOSE: pop the frame, then ITEM
 *
 * Folding: with a width, a container that stands at a place where lines may break is printed
 * flat into scratch first, but only as far as the line goes; if it fits it stays on the line,
 * otherwise its items get lines of their own.  That costs width times containers, not more.
 * Invariant: whatever the bytes are, the loop ends, since every step moves the cursor, pops a
 * frame or stops.
 * Threads: any.
 */
#include "term/ov-term-printer-private.h"

/* Bytes that may be looked at twice to recognise keyword lists, structs and the like. */
#define LOOK_AHEAD_BYTES ((gsize) 8 << 20)
#define MAX_INFLATED_BYTES ((gsize) 64 << 20)
#define MALFORMED "‹malformed›"

static const struct
{
  char  open[3];
  guint n_open;
  char  close;
} brackets[2][3] = {
  [OV_TERM_STYLE_ERLANG] = { { "{", 1, '}' }, { "[", 1, ']' }, { "#{", 2, '}' } },
  [OV_TERM_STYLE_ELIXIR] = { { "{", 1, '}' }, { "[", 1, ']' }, { "%{", 2, '}' } },
};

static void print_value (OvTermPrinter *self);

void
ov_term_printer_init (OvTermPrinter      *self,
                      const OvTermCursor *cursor,
                      const OvTermFormat *format,
                      GString            *into,
                      gsize               max)
{
  self->cursor = *cursor;
  self->format = format;
  self->elixir = format->style == OV_TERM_STYLE_ELIXIR;
  self->folding = FALSE;
  self->cut = FALSE;
  self->look_ahead = LOOK_AHEAD_BYTES;
  self->scratch = NULL;
  self->frames = self->inline_frames;
  self->n_frames = 0;
  self->n_room = INLINE_FRAMES;
  ov_term_text_init (&self->text, into, format, max);
}

void
ov_term_printer_clear (OvTermPrinter *self)
{
  if (self->frames != self->inline_frames)
    g_free (self->frames);
}

static void
push_frame (OvTermPrinter     *self,
            OvTermPrinterFrame frame)
{
  if (self->n_frames == self->n_room)
    {
      OvTermPrinterFrame *old = self->frames == self->inline_frames ? NULL : self->frames;

      self->n_room *= 2;
      self->frames = g_renew (OvTermPrinterFrame, old, self->n_room);
      if (old == NULL)
        memcpy (self->frames, self->inline_frames, sizeof self->inline_frames);
    }
  self->frames[self->n_frames++] = frame;
}

static gboolean
is_over (OvTermPrinter *self)
{
  return self->cursor.failed || ov_term_text_is_full (&self->text);
}

/* Where the items of a broken container begin. */
static guint32
get_indent (OvTermPrinter *self,
            gsize          column)
{
  gsize around = self->n_frames > 0 ? get_top (self)->indent : 0;

  if (self->elixir)
    return (guint32) MIN (around + 2, self->format->width / 2);

  if (column <= self->format->width * 3 / 4)
    return (guint32) column;

  return (guint32) MIN (around + 1, self->format->width / 2);
}

/* Writes the opening bracket and pushes a frame, unless that would be too deep.  The cursor
 * stands behind the container's head, which began at @head. */
static void
open_container (OvTermPrinter *self,
                Kind           kind,
                guint32        n,
                guint          flags,
                OvTermCursor   head,
                OvTermCursor  *struct_name)
{
  OvTermPrinterFrame frame = { (guint8) kind, (guint8) flags, n, 0, 0 };

  if (self->format->max_depth > 0 && self->n_frames >= self->format->max_depth)
    {
      ov_term_text_put_ellipsis (&self->text);
      self->cut = TRUE;
      self->cursor = head;
      ov_term_cursor_skip (&self->cursor);
      return;
    }

  if (self->folding && (self->n_frames == 0 || (get_top (self)->flags & BROKEN))
      && !ov_term_printer_fits (self, &head, ov_term_printer_get_room (self)))
    frame.flags |= BROKEN;

  if (struct_name != NULL)
    {
      OvTermCursor after = self->cursor;

      ov_term_text_put_char (&self->text, '%');
      self->cursor = *struct_name;
      ov_term_leaf_printers[OV_TERM_ATOM] (self);
      self->cursor = after;
      ov_term_text_put_char (&self->text, '{');
    }
  else
    ov_term_text_put (&self->text, brackets[self->elixir][kind].open,
                      brackets[self->elixir][kind].n_open);
  if (frame.flags & BROKEN)
    frame.indent = get_indent (self, ov_term_text_column (&self->text));
  push_frame (self, frame);
}

static void
close_container (OvTermPrinter *self)
{
  OvTermPrinterFrame frame = self->frames[--self->n_frames];

  if (self->elixir && (frame.flags & BROKEN))
    ov_term_text_newline (&self->text, self->n_frames > 0 ? get_top (self)->indent : 0);
  ov_term_text_put_char (&self->text, brackets[self->elixir][frame.kind].close);
  if (self->n_frames > 0)
    get_top (self)->flags &= (guint8) ~AFTER_LEAF;
}

static void
print_tuple (OvTermPrinter *self)
{
  OvTermCursor head = self->cursor;
  guint n;

  if (ov_term_cursor_enter_tuple (&self->cursor, &n))
    open_container (self, KIND_TUPLE, n, 0, head, NULL);
}

static void
print_map (OvTermPrinter *self)
{
  OvTermCursor head = self->cursor;
  OvTermCursor name;
  guint flags = 0;
  guint n;

  if (!ov_term_cursor_enter_map (&self->cursor, &n))
    return;

  if (self->elixir && ov_term_printer_is_keyword_map (self, self->cursor, n))
    flags = KEYWORDS;
  if (flags == KEYWORDS && ov_term_printer_find_struct (self, self->cursor, n, &name))
    open_container (self, KIND_MAP, n, flags | STRUCT, head, &name);
  else
    open_container (self, KIND_MAP, n, flags, head, NULL);
}

/* Characters between quotes; @ahead stands at the first of @n, or @bytes holds them. */
static void
put_text_list (OvTermPrinter *self,
               OvTermCursor   ahead,
               const guint8  *bytes,
               guint32        n)
{
  put (self, self->elixir ? "~c\"" : "\"");
  for (guint32 i = 0; i < n && !ov_term_text_is_full (&self->text); i++)
    {
      gint64 c = bytes != NULL ? bytes[i] : 0;

      if (bytes == NULL)
        ov_term_cursor_get_integer (&ahead, &c);
      ov_term_text_put_escaped (&self->text, (gunichar) c, '"');
    }
  ov_term_text_put_char (&self->text, '"');
}

/* The bytes of a short list as items of the list whose bracket is open. */
static void
put_byte_items (OvTermPrinter *self,
                const guint8  *bytes,
                gsize          n,
                guint32        shown)
{
  for (gsize i = 0; i < n && !ov_term_text_is_full (&self->text); i++, shown++)
    {
      if (shown > 0)
        ov_term_text_put (&self->text, ", ", self->elixir ? 2 : 1);
      if (self->format->max_items > 0 && shown >= self->format->max_items)
        {
          ov_term_text_put_ellipsis (&self->text);
          self->cut = TRUE;
          return;
        }
      if (self->folding && shown > 0 && ov_term_printer_get_room (self) < 4)
        ov_term_text_newline (&self->text, self->n_frames > 0 ? get_top (self)->indent : 1);
      ov_term_text_put_unsigned (&self->text, bytes[i]);
    }
}

static gboolean
is_text_bytes (OvTermPrinter *self,
               const guint8  *bytes,
               gsize          n)
{
  for (gsize i = 0; i < n; i++)
    if (!ov_term_printer_is_character (self, bytes[i]))
      return FALSE;

  return n > 0;
}

static void
print_short_list (OvTermPrinter *self)
{
  OvTermCursor nowhere = self->cursor;
  const guint8 *bytes;
  gsize n;

  if (!ov_term_cursor_get_string (&self->cursor, &bytes, &n))
    return;

  if (!self->format->plain_strings && is_text_bytes (self, bytes, n))
    {
      put_text_list (self, nowhere, bytes, (guint32) n);
      return;
    }
  put (self, "[");
  put_byte_items (self, bytes, n, 0);
  put (self, "]");
}

static void
print_list (OvTermPrinter *self)
{
  OvTermCursor head = self->cursor;
  OvTermCursor ahead;
  guint flags = 0;
  guint32 n;

  if (!ov_term_cursor_read_list_head (&self->cursor, &n))
    return;

  ahead = self->cursor;
  if (!self->format->plain_strings && ov_term_printer_is_text_list (self, &ahead, n))
    {
      put_text_list (self, self->cursor, NULL, n);
      self->cursor = ahead;
      return;
    }
  if (self->elixir && ov_term_printer_is_keyword_list (self, self->cursor, n))
    flags = KEYWORDS;
  open_container (self, KIND_LIST, n, flags, head, NULL);
}

/* ---- items ---- */

/* Whether the next term fits on what is left of the line. */
static gboolean
fits_here (OvTermPrinter *self)
{
  return ov_term_printer_fits (self, &self->cursor, ov_term_printer_get_room (self));
}

static gboolean
is_leaf_next (const OvTermCursor *cursor)
{
  guint8 tag = cursor->at < cursor->end ? *cursor->at : 0;

  return tag != OV_TAG_SMALL_TUPLE && tag != OV_TAG_LARGE_TUPLE
         && tag != OV_TAG_LIST && tag != OV_TAG_MAP;
}

/* Between two items, and before the first when the container is broken. */
static void
put_separator (OvTermPrinter      *self,
               OvTermPrinterFrame *frame)
{
  gboolean leaf = is_leaf_next (&self->cursor) && frame->kind != KIND_MAP && !(frame->flags & KEYWORDS);
  gboolean filled;

  if (frame->shown > 0)
    ov_term_text_put_char (&self->text, ',');
  if (!(frame->flags & BROKEN))
    {
      if (frame->shown > 0 && self->elixir)
        ov_term_text_put_char (&self->text, ' ');
      return;
    }

  filled = leaf && (frame->flags & AFTER_LEAF) && fits_here (self);
  if (filled && self->elixir)
    ov_term_text_put_char (&self->text, ' ');
  else if (!filled && (frame->shown > 0 || self->elixir))
    ov_term_text_newline (&self->text, frame->indent);
  frame->flags = (guint8) (leaf ? frame->flags | AFTER_LEAF : frame->flags & ~AFTER_LEAF);
}

/* Leaves out the rest of the top container. */
static void
cut_items (OvTermPrinter      *self,
           OvTermPrinterFrame *frame)
{
  guint64 rest = frame->left;

  if (frame->shown > 0)
    ov_term_text_put (&self->text, ", ", self->elixir ? 2 : 1);
  ov_term_text_put_ellipsis (&self->text);
  self->cut = TRUE;
  if (frame->kind == KIND_MAP)
    rest *= 2;
  else if (frame->kind == KIND_LIST)
    rest += 1;
  while (rest-- > 0 && ov_term_cursor_skip (&self->cursor))
    ;
  frame->left = 0;
  frame->flags |= TAIL_DONE;
}

/* "key: ", with the cursor on the tuple or key; moves to the value. */
static void
put_keyword (OvTermPrinter      *self,
             OvTermPrinterFrame *frame)
{
  char scratch[512];
  const char *text;
  guint arity;
  gsize n;

  if (frame->kind == KIND_LIST && !ov_term_cursor_enter_tuple (&self->cursor, &arity))
    return;
  if (ov_term_cursor_get_atom (&self->cursor, scratch, &text, &n))
    ov_term_text_put_key (&self->text, text, n);
}

/* Behind the elements of a list: its end, more of them, or what stands behind the bar. */
static void
finish_list (OvTermPrinter      *self,
             OvTermPrinterFrame *frame)
{
  const guint8 *bytes;
  gsize n;

  if ((frame->flags & TAIL_DONE) || ov_term_cursor_match_nil (&self->cursor))
    {
      close_container (self);
      return;
    }
  if (self->cursor.at < self->cursor.end && *self->cursor.at == OV_TAG_LIST)
    {
      ov_term_cursor_read_list_head (&self->cursor, &frame->left);
      return;
    }

  frame->flags |= TAIL_DONE;
  if (ov_term_cursor_get_string (&self->cursor, &bytes, &n))
    {
      put_byte_items (self, bytes, n, frame->shown);
      return;
    }
  if (frame->shown > 0)
    put (self, self->elixir ? " | " : "|");
  print_value (self);
}

/* A struct's own keys are not shown. */
static gboolean
skip_hidden_key (OvTermPrinter      *self,
                 OvTermPrinterFrame *frame)
{
  if (!ov_term_cursor_match_atom (&self->cursor, "__struct__")
      && !ov_term_cursor_match_atom (&self->cursor, "__exception__"))
    return FALSE;

  ov_term_cursor_skip (&self->cursor);
  frame->left--;
  return TRUE;
}

static void
print_map_value (OvTermPrinter      *self,
                 OvTermPrinterFrame *frame)
{
  frame->flags &= (guint8) ~VALUE_NEXT;
  put (self, " => ");
  if ((frame->flags & BROKEN) && !fits_here (self)
      && ov_term_text_column (&self->text) > self->format->width / 2)
    ov_term_text_newline (&self->text, frame->indent + 4);
  print_value (self);
}

/* One step of the container on top. */
static void
print_item (OvTermPrinter *self)
{
  OvTermPrinterFrame *frame = get_top (self);

  if (frame->flags & VALUE_NEXT)
    {
      print_map_value (self, frame);
      return;
    }
  if (frame->left == 0)
    {
      if (frame->kind == KIND_LIST)
        finish_list (self, frame);
      else
        close_container (self);
      return;
    }
  if ((frame->flags & STRUCT) && skip_hidden_key (self, frame))
    return;
  if (self->format->max_items > 0 && frame->shown >= self->format->max_items)
    {
      cut_items (self, frame);
      return;
    }

  frame->left--;
  put_separator (self, frame);
  frame->shown++;
  if (frame->flags & KEYWORDS)
    put_keyword (self, frame);
  else if (frame->kind == KIND_MAP)
    frame->flags |= VALUE_NEXT;
  print_value (self);
}

static void
print_any_list (OvTermPrinter *self)
{
  if (ov_term_cursor_match_nil (&self->cursor))
    put (self, "[]");
  else if (*self->cursor.at == OV_TAG_STRING)
    print_short_list (self);
  else
    print_list (self);
}

static void
print_value (OvTermPrinter *self)
{
  OvTermType type;

  if (self->cursor.at < self->cursor.end && *self->cursor.at == OV_TAG_LOCAL && self->n_frames > 0)
    ov_term_cursor_fail (&self->cursor, OV_CURSOR_MALFORMED);
  if (!ov_term_cursor_peek_tag_type (&self->cursor, &type))
    return;

  if (ov_term_leaf_printers[type] != NULL)
    ov_term_leaf_printers[type] (self);
  else if (type == OV_TERM_TUPLE)
    print_tuple (self);
  else if (type == OV_TERM_MAP)
    print_map (self);
  else
    print_any_list (self);
}

void
ov_term_printer_run (OvTermPrinter *self)
{
  print_value (self);
  while (self->n_frames > 0 && !is_over (self))
    print_item (self);

  if (self->cursor.failed)
    {
      const char *word = MALFORMED;

      ov_term_text_reserve (&self->text, strlen (word));
      for (; *word != '\0'; word = g_utf8_next_char (word))
        ov_term_text_put_unichar (&self->text, g_utf8_get_char (word));
    }
}

static gboolean
print_cursor (const OvTermCursor *cursor,
              const OvTermFormat *format,
              GString            *into)
{
  OvTermPrinter self;
  gboolean full;

  ov_term_printer_init (&self, cursor, format, into, format->max_chars);
  self.folding = format->width > 0;
  if (self.folding)
    self.scratch = g_string_sized_new (format->width + 64);
  ov_term_printer_run (&self);
  full = ov_term_text_finish (&self.text);
  if (self.scratch != NULL)
    g_string_free (self.scratch, TRUE);
  ov_term_printer_clear (&self);

  return full || self.cut;
}

/**
 * ov_term_print_bytes:
 * @bytes: a term in the external format, with or without 131
 * @length: how many bytes there are
 * @format: (nullable): style and bounds
 * @into: appended to
 * @truncated: (out) (optional): whether a bound cut something off
 *
 * Never fails: where the bytes stop being a term stands "‹malformed›". What follows the term is
 * ignored. Allocates nothing beyond room in @into, except for compressed terms, folding, and
 * nesting deeper than 32. Thread: any.
 */
void
ov_term_print_bytes (gconstpointer       bytes,
                     gsize               length,
                     const OvTermFormat *format,
                     GString            *into,
                     gboolean           *truncated)
{
  static const OvTermFormat plain = { 0 };
  g_autoptr (GBytes) inflated = NULL;
  OvTermCursor cursor;
  gboolean cut;

  g_return_if_fail (bytes != NULL || length == 0);
  g_return_if_fail (into != NULL);

  ov_term_cursor_init (&cursor, bytes, length);
  if (cursor.at < cursor.end && *cursor.at == OV_TAG_COMPRESSED && cursor.at != bytes)
    {
      gsize consumed;

      /* The bytes that cannot be opened are printed as what they are: malformed. */
      inflated = ov_term_inflate (cursor.at, length - 1, MAX_INFLATED_BYTES, &consumed, NULL);
      if (inflated != NULL)
        {
          cursor.at = g_bytes_get_data (inflated, NULL);
          cursor.end = cursor.at + g_bytes_get_size (inflated);
        }
    }

  cut = print_cursor (&cursor, format != NULL ? format : &plain, into);
  if (truncated != NULL)
    *truncated = cut;
}

/**
 * ov_term_to_string:
 * @self: a term
 * @format: (nullable): style and bounds; %NULL for one line of Erlang
 * @truncated: (out) (optional): whether a bound cut something off
 *
 * Returns: (transfer full): the term as text. Thread: any.
 */
char *
ov_term_to_string (const OvTerm       *self,
                   const OvTermFormat *format,
                   gboolean           *truncated)
{
  g_autoptr (GByteArray) bytes = NULL;
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  bytes = g_byte_array_new ();
  ov_term_encode (self, bytes);
  text = g_string_new (NULL);
  ov_term_print_bytes (bytes->data, bytes->len, format, text, truncated);

  return g_string_free (text, FALSE);
}
