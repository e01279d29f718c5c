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
#include "term/ov-term-text-private.h"

#define INLINE_FRAMES 32
#define MAX_CLOSERS 16
/* Bytes that may be looked at twice to recognise keyword lists, structs and the like. */
#define LOOK_AHEAD_BYTES ((gsize) 8 << 20)
#define MAX_INFLATED_BYTES ((gsize) 64 << 20)
#define MALFORMED "‹malformed›"

typedef enum
{
  KIND_TUPLE,
  KIND_LIST,
  KIND_MAP,
} Kind;

enum
{
  KEYWORDS = 1 << 0,    /* Elixir: items are "key: value" */
  BROKEN = 1 << 1,      /* items may go to lines of their own */
  VALUE_NEXT = 1 << 2,  /* a map's key was written */
  TAIL_DONE = 1 << 3,   /* an improper tail was written */
  STRUCT = 1 << 4,      /* Elixir: a map with a __struct__ key, already written */
  AFTER_LEAF = 1 << 5,  /* the last item was no container: lines are filled */
};

typedef struct
{
  guint8  kind;
  guint8  flags;
  guint32 left;   /* items still to come; pairs of a map; a list's tail not counted */
  guint32 shown;
  guint32 indent; /* of broken items */
} Frame;

typedef struct
{
  OvTermText          text;
  OvTermCursor        cursor;
  const OvTermFormat *format;
  gboolean            elixir;
  gboolean            folding;
  gboolean            cut;        /* an item or a depth bound was hit */
  gsize               look_ahead; /* bytes of budget left */
  GString            *scratch;    /* of the measuring printer */
  Frame              *frames;
  guint               n_frames;
  guint               n_room;
  Frame               inline_frames[INLINE_FRAMES];
} Printer;

static const struct
{
  const char *open;
  const char *close;
} brackets[2][3] = {
  [OV_TERM_STYLE_ERLANG] = { { "{", "}" }, { "[", "]" }, { "#{", "}" } },
  [OV_TERM_STYLE_ELIXIR] = { { "{", "}" }, { "[", "]" }, { "%{", "}" } },
};

static void print_value (Printer *self);

static void
init_printer (Printer            *self,
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

static void
clear_printer (Printer *self)
{
  if (self->frames != self->inline_frames)
    g_free (self->frames);
}

/* Inline, so that the length of a literal is known. */
static inline void
put (Printer    *self,
     const char *ascii)
{
  ov_term_text_put (&self->text, ascii, strlen (ascii));
}

static Frame *
get_top (Printer *self)
{
  return &self->frames[self->n_frames - 1];
}

static void
push_frame (Printer *self,
            Frame    frame)
{
  if (self->n_frames == self->n_room)
    {
      Frame *old = self->frames == self->inline_frames ? NULL : self->frames;

      self->n_room *= 2;
      self->frames = g_renew (Frame, old, self->n_room);
      if (old == NULL)
        memcpy (self->frames, self->inline_frames, sizeof self->inline_frames);
    }
  self->frames[self->n_frames++] = frame;
}

static gboolean
is_over (Printer *self)
{
  return self->cursor.failed || ov_term_text_is_full (&self->text);
}

static void
run (Printer *self);

/* ---- looking ahead ---- */

/* Whether the next term, written on one line, needs at most @room columns. */
static gboolean
fits (Printer            *self,
      const OvTermCursor *from,
      gsize               room)
{
  Printer measure;
  gboolean full;

  if (room == 0)
    return FALSE;

  g_string_truncate (self->scratch, 0);
  init_printer (&measure, from, self->format, self->scratch, room);
  measure.look_ahead = self->look_ahead;
  /* Frames above count towards the depth that is shown. */
  if (self->format->max_depth > 0 && self->n_frames >= self->format->max_depth)
    return TRUE;
  run (&measure);
  self->look_ahead = measure.look_ahead;
  full = ov_term_text_finish (&measure.text);
  clear_printer (&measure);

  return !full;
}

/* Columns left on the line, minus the brackets that close behind the next item. */
static gsize
get_room (Printer *self)
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
skip_ahead (Printer      *self,
            OvTermCursor *ahead)
{
  const guint8 *from = ahead->at;
  gsize used;

  if (self->look_ahead == 0 || !ov_term_cursor_skip (ahead))
    return FALSE;

  used = (gsize) (ahead->at - from);
  self->look_ahead -= MIN (used, self->look_ahead);
  return TRUE;
}

static gboolean
is_text_character (Printer *self,
                   gint64   c)
{
  if (c < 0 || c > 0x10ffff)
    return FALSE;
  if (self->elixir)
    return (c >= 32 && c < 127) || (c >= '\a' && c <= '\r') || c == 27;

  return ov_term_is_printable ((gunichar) c, OV_TERM_STYLE_ERLANG);
}

/* A proper list of characters; @ahead stands behind its head and moves behind its end. */
static gboolean
is_text_list (Printer      *self,
              OvTermCursor *ahead,
              guint32       n)
{
  for (guint32 i = 0; i < n; i++)
    {
      gint64 c;

      if (!ov_term_cursor_get_integer (ahead, &c) || !is_text_character (self, c))
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
static gboolean
is_keyword_list (Printer     *self,
                 OvTermCursor ahead,
                 guint32      n)
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

static gboolean
is_keyword_map (Printer     *self,
                OvTermCursor ahead,
                guint32      n)
{
  for (guint32 i = 0; i < n; i++)
    if (!is_key (&ahead) || !skip_ahead (self, &ahead))
      return FALSE;

  return n > 0;
}

/* The module of a struct: a map whose keys are atoms, one of them __struct__. */
static gboolean
find_struct_name (Printer      *self,
                  OvTermCursor  ahead,
                  guint32       n,
                  OvTermCursor *name)
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

/* ---- leaves ---- */

static void
print_atom (Printer *self)
{
  char scratch[512];
  const char *text;
  gsize n;

  if (ov_term_cursor_get_atom (&self->cursor, scratch, &text, &n))
    ov_term_text_put_atom (&self->text, text, n);
}

static void
print_integer (Printer *self)
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
print_float (Printer *self)
{
  double value;

  if (ov_term_cursor_get_float (&self->cursor, &value))
    ov_term_text_put_float (&self->text, value);
}

static void
print_pid (Printer *self)
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
print_port (Printer *self)
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
print_reference (Printer *self)
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
print_binary (Printer *self)
{
  const guint8 *bytes;
  guint last_bits = 8;
  gsize n;

  if (ov_term_cursor_get_binary (&self->cursor, &bytes, &n)
      || ov_term_cursor_get_bits (&self->cursor, &bytes, &n, &last_bits))
    ov_term_text_put_binary (&self->text, bytes, n, n > 0 ? last_bits : 8);
}

static void
print_fun (Printer *self)
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
print_export (Printer *self)
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
print_opaque (Printer *self)
{
  put (self, "#Opaque<");
  ov_term_text_put_unsigned (&self->text, (guint64) (self->cursor.end - self->cursor.at));
  put (self, " bytes>");
  self->cursor.at = self->cursor.end;
}

/* ---- containers ---- */

/* Where the items of a broken container begin. */
static guint32
get_indent (Printer *self,
            gsize    column)
{
  gsize around = self->n_frames > 0 ? get_top (self)->indent : 0;

  if (self->elixir)
    return (guint32) MIN (around + 2, self->format->width / 2);

  return (guint32) (column <= self->format->width * 3 / 4 ? column : MIN (around + 1, self->format->width / 2));
}

/* Writes the opening bracket and pushes a frame, unless that would be too deep.  The cursor
 * stands behind the container's head, which began at @head. */
static void
open_container (Printer      *self,
                Kind          kind,
                guint32       n,
                guint         flags,
                OvTermCursor  head,
                OvTermCursor *struct_name)
{
  Frame frame = { (guint8) kind, (guint8) flags, n, 0, 0 };

  if (self->format->max_depth > 0 && self->n_frames >= self->format->max_depth)
    {
      ov_term_text_put_ellipsis (&self->text);
      self->cut = TRUE;
      self->cursor = head;
      ov_term_cursor_skip (&self->cursor);
      return;
    }

  if (self->folding && (self->n_frames == 0 || (get_top (self)->flags & BROKEN))
      && !fits (self, &head, get_room (self)))
    frame.flags |= BROKEN;

  if (struct_name != NULL)
    {
      OvTermCursor after = self->cursor;

      ov_term_text_put_char (&self->text, '%');
      self->cursor = *struct_name;
      print_atom (self);
      self->cursor = after;
      ov_term_text_put_char (&self->text, '{');
    }
  else
    put (self, brackets[self->format->style][kind].open);
  if (frame.flags & BROKEN)
    frame.indent = get_indent (self, ov_term_text_column (&self->text));
  push_frame (self, frame);
}

static void
close_container (Printer *self)
{
  Frame frame = self->frames[--self->n_frames];

  if (self->elixir && (frame.flags & BROKEN))
    ov_term_text_newline (&self->text, self->n_frames > 0 ? get_top (self)->indent : 0);
  put (self, brackets[self->format->style][frame.kind].close);
  if (self->n_frames > 0)
    get_top (self)->flags &= (guint8) ~AFTER_LEAF;
}

static void
print_tuple (Printer *self)
{
  OvTermCursor head = self->cursor;
  guint n;

  if (ov_term_cursor_enter_tuple (&self->cursor, &n))
    open_container (self, KIND_TUPLE, n, 0, head, NULL);
}

static void
print_map (Printer *self)
{
  OvTermCursor head = self->cursor;
  OvTermCursor name;
  guint flags = 0;
  guint n;

  if (!ov_term_cursor_enter_map (&self->cursor, &n))
    return;

  if (self->elixir && is_keyword_map (self, self->cursor, n))
    flags = KEYWORDS;
  if (flags == KEYWORDS && find_struct_name (self, self->cursor, n, &name))
    open_container (self, KIND_MAP, n, flags | STRUCT, head, &name);
  else
    open_container (self, KIND_MAP, n, flags, head, NULL);
}

/* Characters between quotes; @ahead stands at the first of @n, or @bytes holds them. */
static void
put_text_list (Printer      *self,
               OvTermCursor  ahead,
               const guint8 *bytes,
               guint32       n)
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
put_byte_items (Printer      *self,
                const guint8 *bytes,
                gsize         n,
                guint32       shown)
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
      if (self->folding && shown > 0 && get_room (self) < 4)
        ov_term_text_newline (&self->text, self->n_frames > 0 ? get_top (self)->indent : 1);
      ov_term_text_put_unsigned (&self->text, bytes[i]);
    }
}

static gboolean
is_text_bytes (Printer      *self,
               const guint8 *bytes,
               gsize         n)
{
  for (gsize i = 0; i < n; i++)
    if (!is_text_character (self, bytes[i]))
      return FALSE;

  return n > 0;
}

static void
print_short_list (Printer *self)
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
print_list (Printer *self)
{
  OvTermCursor head = self->cursor;
  OvTermCursor ahead;
  guint flags = 0;
  guint32 n;

  if (!ov_term_cursor_read_list_head (&self->cursor, &n))
    return;

  ahead = self->cursor;
  if (!self->format->plain_strings && is_text_list (self, &ahead, n))
    {
      put_text_list (self, self->cursor, NULL, n);
      self->cursor = ahead;
      return;
    }
  if (self->elixir && is_keyword_list (self, self->cursor, n))
    flags = KEYWORDS;
  open_container (self, KIND_LIST, n, flags, head, NULL);
}

/* ---- items ---- */

static gboolean
is_leaf_next (const OvTermCursor *cursor)
{
  guint8 tag = cursor->at < cursor->end ? *cursor->at : 0;

  return tag != OV_TAG_SMALL_TUPLE && tag != OV_TAG_LARGE_TUPLE && tag != OV_TAG_LIST && tag != OV_TAG_MAP;
}

/* Between two items, and before the first when the container is broken. */
static void
put_separator (Printer *self,
               Frame   *frame)
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

  filled = leaf && (frame->flags & AFTER_LEAF) && fits (self, &self->cursor, get_room (self));
  if (filled && self->elixir)
    ov_term_text_put_char (&self->text, ' ');
  else if (!filled && (frame->shown > 0 || self->elixir))
    ov_term_text_newline (&self->text, frame->indent);
  frame->flags = (guint8) (leaf ? frame->flags | AFTER_LEAF : frame->flags & ~AFTER_LEAF);
}

/* Leaves out the rest of the top container. */
static void
cut_items (Printer *self,
           Frame   *frame)
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
put_keyword (Printer *self,
             Frame   *frame)
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
finish_list (Printer *self,
             Frame   *frame)
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
skip_hidden_key (Printer *self,
                 Frame   *frame)
{
  if (!ov_term_cursor_match_atom (&self->cursor, "__struct__")
      && !ov_term_cursor_match_atom (&self->cursor, "__exception__"))
    return FALSE;

  ov_term_cursor_skip (&self->cursor);
  frame->left--;
  return TRUE;
}

static void
print_map_value (Printer *self,
                 Frame   *frame)
{
  frame->flags &= (guint8) ~VALUE_NEXT;
  put (self, " => ");
  if ((frame->flags & BROKEN) && !fits (self, &self->cursor, get_room (self))
      && ov_term_text_column (&self->text) > self->format->width / 2)
    ov_term_text_newline (&self->text, frame->indent + 4);
  print_value (self);
}

/* One step of the container on top. */
static void
print_item (Printer *self)
{
  Frame *frame = get_top (self);

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
print_value (Printer *self)
{
  OvTermType type;

  if (self->cursor.at < self->cursor.end && *self->cursor.at == OV_TAG_LOCAL && self->n_frames > 0)
    ov_term_cursor_fail (&self->cursor, OV_CURSOR_MALFORMED);
  if (!ov_term_cursor_peek_tag_type (&self->cursor, &type))
    return;

  switch (type)
    {
    case OV_TERM_ATOM:
      print_atom (self);
      break;
    case OV_TERM_INTEGER:
    case OV_TERM_BIG:
      print_integer (self);
      break;
    case OV_TERM_FLOAT:
      print_float (self);
      break;
    case OV_TERM_PID:
      print_pid (self);
      break;
    case OV_TERM_PORT:
      print_port (self);
      break;
    case OV_TERM_REFERENCE:
      print_reference (self);
      break;
    case OV_TERM_FUN:
      print_fun (self);
      break;
    case OV_TERM_EXPORT:
      print_export (self);
      break;
    case OV_TERM_TUPLE:
      print_tuple (self);
      break;
    case OV_TERM_BINARY:
    case OV_TERM_BITSTRING:
      print_binary (self);
      break;
    case OV_TERM_MAP:
      print_map (self);
      break;
    case OV_TERM_OPAQUE:
      print_opaque (self);
      break;
    case OV_TERM_LIST:
    default:
      if (ov_term_cursor_match_nil (&self->cursor))
        put (self, "[]");
      else if (*self->cursor.at == OV_TAG_STRING)
        print_short_list (self);
      else
        print_list (self);
      break;
    }
}

static void
run (Printer *self)
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
  Printer self;
  gboolean full;

  init_printer (&self, cursor, format, into, format->max_chars);
  self.folding = format->width > 0;
  if (self.folding)
    self.scratch = g_string_sized_new (format->width + 64);
  run (&self);
  full = ov_term_text_finish (&self.text);
  if (self.scratch != NULL)
    g_string_free (self.scratch, TRUE);
  clear_printer (&self);

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
