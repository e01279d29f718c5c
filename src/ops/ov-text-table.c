/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTextTable measures in terminal columns, not in bytes or characters.  A column without any
 * text is left out.  When the lines are too long for the terminal, columns of text give way: first
 * all but the first two (what it is called) become narrower, then the last ones are left out, at
 * last the first two are cut.  Numbers never are, since half a number is another number.
 * Thread: one at a time.
 */
#include "ops/ov-text-table-private.h"

#include "export/ov-process-text.h"

#define GAP 2
#define NARROWEST 10
/* These name the row. */
#define N_NAMES 2

typedef struct
{
  const char *heading;
  gboolean    right;
  gboolean    empty;
  guint       width;
} Column;

struct _OvTextTable
{
  Column    *columns;
  guint      n_columns;
  GPtrArray *cells;
};

OvTextTable *
ov_text_table_new (guint n_columns)
{
  OvTextTable *self = g_new0 (OvTextTable, 1);

  self->columns = g_new0 (Column, n_columns);
  self->n_columns = n_columns;
  self->cells = g_ptr_array_new_with_free_func (g_free);

  return self;
}

void
ov_text_table_free (OvTextTable *self)
{
  if (self == NULL)
    return;

  g_free (self->columns);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

void
ov_text_table_set_column (OvTextTable *self,
                          guint        column,
                          const char  *heading,
                          gboolean     right)
{
  g_return_if_fail (column < self->n_columns);

  self->columns[column].heading = heading;
  self->columns[column].right = right;
}

void
ov_text_table_add (OvTextTable *self,
                   const char  *text)
{
  GString *safe = g_string_new (NULL);

  if (text != NULL)
    ov_process_text_append_safe (safe, text);
  g_ptr_array_add (self->cells, g_string_free (safe, FALSE));
}

guint
ov_text_table_get_n_rows (const OvTextTable *self)
{
  return self->cells->len / self->n_columns;
}

static void
measure (OvTextTable *self)
{
  for (guint c = 0; c < self->n_columns; c++)
    {
      Column *column = &self->columns[c];

      column->width = 0;
      for (guint i = c; i < self->cells->len; i += self->n_columns)
        column->width = MAX (column->width,
                             ov_process_text_measure (g_ptr_array_index (self->cells, i)));
      column->empty = column->width == 0;
      if (column->heading != NULL)
        column->width = MAX (column->width, ov_process_text_measure (column->heading));
    }
}

static guint
get_total (const OvTextTable *self)
{
  guint total = 0;

  for (guint c = 0; c < self->n_columns; c++)
    if (!self->columns[c].empty)
      total += self->columns[c].width + (total > 0 ? GAP : 0);

  return total;
}

/* The widest text column from @first on that can become narrower. */
static Column *
find_widest (OvTextTable *self,
             guint        first)
{
  Column *widest = NULL;

  for (guint c = first; c < self->n_columns; c++)
    {
      Column *column = &self->columns[c];

      if (!column->empty && !column->right && column->width > NARROWEST &&
          (widest == NULL || column->width > widest->width))
        widest = column;
    }

  return widest;
}

static Column *
find_last_text (OvTextTable *self)
{
  for (guint c = self->n_columns; c-- > N_NAMES;)
    if (!self->columns[c].empty && !self->columns[c].right)
      return &self->columns[c];

  return NULL;
}

static void
shrink (OvTextTable *self,
        guint        columns)
{
  Column *column;

  while (get_total (self) > columns && (column = find_widest (self, N_NAMES)) != NULL)
    column->width--;
  while (get_total (self) > columns && (column = find_last_text (self)) != NULL)
    column->empty = TRUE;
  while (get_total (self) > columns && (column = find_widest (self, 0)) != NULL)
    column->width--;
}

static void
append_spaces (GString *into,
               guint    n)
{
  for (; n > 0; n--)
    g_string_append_c (into, ' ');
}

static void
append_cut (GString    *into,
            const char *text,
            guint       width)
{
  guint used = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      guint w = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

      if (used + w > width - 1)
        break;
      used += w;
      g_string_append_unichar (into, c);
    }
  g_string_append (into, "…");
  append_spaces (into, width - used - 1);
}

static void
write_cell (GString      *into,
            const Column *column,
            const char   *text)
{
  guint width = ov_process_text_measure (text);

  if (width > column->width)
    {
      append_cut (into, text, column->width);
      return;
    }
  if (column->right)
    append_spaces (into, column->width - width);
  g_string_append (into, text);
  if (!column->right)
    append_spaces (into, column->width - width);
}

static void
strip_end (GString *into)
{
  while (into->len > 0 && into->str[into->len - 1] == ' ')
    g_string_truncate (into, into->len - 1);
}

static void
write_headings (OvTextTable       *self,
                const OvTextStyle *style,
                GString           *into)
{
  gsize start = into->len;

  if (style->colour)
    g_string_append (into, "\033[1m");
  for (guint c = 0; c < self->n_columns; c++)
    {
      const Column *column = &self->columns[c];

      if (column->empty)
        continue;
      if (into->len > start + (style->colour ? 4 : 0))
        append_spaces (into, GAP);
      write_cell (into, column, column->heading != NULL ? column->heading : "");
    }
  strip_end (into);
  if (style->colour)
    g_string_append (into, "\033[0m");
  g_string_append_c (into, '\n');
}

void
ov_text_table_write (OvTextTable       *self,
                     const OvTextStyle *style,
                     GString           *into)
{
  measure (self);
  if (style->columns != 0)
    shrink (self, style->columns);
  write_headings (self, style, into);
  for (guint row = 0; row < ov_text_table_get_n_rows (self); row++)
    {
      gsize start = into->len;

      for (guint c = 0; c < self->n_columns; c++)
        {
          if (self->columns[c].empty)
            continue;
          if (into->len > start)
            append_spaces (into, GAP);
          write_cell (into, &self->columns[c], g_ptr_array_index (self->cells, row * self->n_columns + c));
        }
      strip_end (into);
      g_string_append_c (into, '\n');
    }
}
