/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree for a terminal: branches, then what it is, aligned in a second column.
 *
 *     kernel  12 processes
 *     └─ application_master:init/4    <0.46.0>  application_master
 *        └─ kernel_sup                <0.47.0>  supervisor  one_for_all, 0 in 1 s
 *           ├─ inet_db                <0.50.0>  gen_server  permanent
 *
 * Invariant: no byte that a node sent reaches the output other than through
 * ov_process_text_append_safe() or an atom's printer, so a name cannot steer the terminal.
 * Thread: the table's.
 */
#include "export/ov-process-text.h"
#include "export/ov-tree-export.h"
#include "export/ov-tree-walk.h"

#include <glib/gi18n.h>
#include <string.h>

/* The second column begins here at the latest; a longer line pushes its own to the right. */
#define WIDEST_TREE 60
/* Deeper branches are not indented further: a chain of spawns would leave the screen. */
#define DEEPEST_INDENT 40
/* In a terminal, so many equal leaves in a row are told by their number. */
#define FOLD_FROM 12
#define FOLD_SHOWN 5

typedef enum
{
  PAINT_NONE,
  PAINT_APPLICATION,
  PAINT_SUPERVISOR,
  PAINT_FAINT,
  PAINT_WARNING,
  PAINT_ERROR,
} Paint;

static const char *const paints[] = {
  [PAINT_NONE] = "",           [PAINT_APPLICATION] = "\033[1;34m", [PAINT_SUPERVISOR] = "\033[1m",
  [PAINT_FAINT] = "\033[2m",   [PAINT_WARNING] = "\033[33m",       [PAINT_ERROR] = "\033[31m",
};

typedef struct
{
  OvProcessTable    *table;
  OvStrings         *strings;
  const OvProcess   *rows;
  GArray            *entries;
  GArray            *last;     /* guint8 by entry: it is the last of its siblings */
  const OvTextStyle *style;
  guint              tree_width;
  GString           *out;
} Text;

static const OvWalkEntry *
get_entry (const Text *text,
           guint       index)
{
  return &g_array_index (text->entries, OvWalkEntry, index);
}

static gboolean
is_leaf (const Text *text,
         guint       index)
{
  return index + 1 >= text->entries->len || get_entry (text, index + 1)->parent != index;
}

static void
find_last_siblings (Text *text)
{
  g_autofree guint32 *last_child = g_new (guint32, text->entries->len + 1);

  g_array_set_size (text->last, text->entries->len);
  memset (text->last->data, 0, text->entries->len);
  memset (last_child, 0xff, (text->entries->len + 1) * sizeof *last_child);
  for (guint i = 0; i < text->entries->len; i++)
    if (get_entry (text, i)->parent != OV_WALK_NONE)
      last_child[get_entry (text, i)->parent] = i;
  for (guint i = 0; i < text->entries->len; i++)
    if (last_child[i] != G_MAXUINT32)
      g_array_index (text->last, guint8, last_child[i]) = TRUE;
}

/* The bars of the ancestors and the branch to the entry itself. */
static void
write_branches (const Text *text,
                guint       index,
                GString    *into)
{
  const char *bar = text->style->ascii ? "|  " : "│  ";
  const char *corner = text->style->ascii ? "`- " : "└─ ";
  const char *fork = text->style->ascii ? "|- " : "├─ ";
  const char *parts[DEEPEST_INDENT + 1];
  guint n = 0;
  guint at = index;

  if (get_entry (text, at)->parent == OV_WALK_NONE)
    return;
  parts[n++] = g_array_index (text->last, guint8, at) ? corner : fork;
  for (at = get_entry (text, at)->parent; get_entry (text, at)->parent != OV_WALK_NONE;
       at = get_entry (text, at)->parent)
    {
      if (n == DEEPEST_INDENT)
        {
          parts[n++] = text->style->ascii ? "..." : "⋯  ";
          break;
        }
      parts[n++] = g_array_index (text->last, guint8, at) ? "   " : bar;
    }
  while (n > 0)
    g_string_append (into, parts[--n]);
}

static void
write_title (const Text        *text,
             const OvWalkEntry *entry,
             GString           *into)
{
  if (entry->kind == OV_WALK_ABSENT)
    {
      const OvAbsentChild *child = ov_tree_walk_get_absent (text->table, entry);

      ov_process_text_append_safe (into, child->child_id != OV_STRING_NONE
                                             ? ov_strings_get (text->strings, child->child_id) : "?");
    }
  else if (entry->kind == OV_WALK_PROCESS)
    {
      g_autofree char *title = ov_process_table_dup_title (text->table, entry->slot);

      ov_process_text_append_safe (into, g_str_has_prefix (title, "Elixir.") ? title + strlen ("Elixir.")
                                                                            : title);
    }
  else if (entry->kind == OV_WALK_OUTSIDE)
    g_string_append (into, _("Outside"));
  else
    ov_process_text_append_safe (into, ov_strings_get (text->strings, entry->name));
}

static Paint
get_paint (const Text        *text,
           const OvWalkEntry *entry)
{
  if (entry->kind == OV_WALK_ABSENT)
    return PAINT_WARNING;
  if (entry->kind != OV_WALK_PROCESS)
    return PAINT_APPLICATION;
  if (text->rows[entry->slot].mark == OV_MARK_CRASHED)
    return PAINT_ERROR;

  return text->rows[entry->slot].behaviour == OV_BEHAVIOUR_SUPERVISOR ? PAINT_SUPERVISOR
                                                                      : PAINT_NONE;
}

/* "supervisor  permanent  one_for_one, 3 in 5 s". */
static void
write_kind (const Text        *text,
            const OvWalkEntry *entry,
            GString           *into)
{
  const OvProcess *row = &text->rows[entry->slot];

  g_string_append (into, ov_behaviour_get_word (row->behaviour));
  if (row->restart != OV_RESTART_UNKNOWN)
    g_string_append_printf (into, "  %s", ov_restart_get_word (row->restart));
  if (row->strategy != OV_STRATEGY_UNKNOWN)
    g_string_append_printf (into, "  %s, %u in %u s", ov_strategy_get_word (row->strategy),
                            row->intensity, row->period_s);
  if (entry->n_hidden > 0)
    g_string_append_printf (into, "  (+%u)", entry->n_hidden);
}

static const char *
get_trouble (const OvProcess *row)
{
  if (row->behaviour == OV_BEHAVIOUR_SUPERVISOR && row->answer == OV_ANSWER_NONE)
    return _("not answering");
  if (row->behaviour == OV_BEHAVIOUR_SUPERVISOR && row->answer == OV_ANSWER_NOT_UNDERSTOOD)
    return _("state not understood");
  if (row->status == OV_STATUS_SUSPENDED)
    return _("suspended");

  return NULL;
}

static void
add_painted (const Text *text,
             GString    *into,
             Paint       paint,
             const char *what)
{
  if (text->style->colour && paint != PAINT_NONE)
    g_string_append_printf (into, "%s%s\033[0m", paints[paint], what);
  else
    g_string_append (into, what);
}

static guint
count_processes (const Text *text,
                 guint       region)
{
  guint n = 0;

  for (guint i = region + 1; i < text->entries->len; i++)
    {
      const OvWalkEntry *entry = get_entry (text, i);

      if (entry->depth == 0 && entry->kind != OV_WALK_GROUP)
        break;
      n += (entry->kind == OV_WALK_PROCESS) + entry->n_hidden;
    }

  return n;
}

static void
write_region (Text  *text,
              guint  index)
{
  g_autoptr (GString) title = g_string_new (NULL);
  g_autofree char *count = NULL;
  guint n = count_processes (text, index);

  write_title (text, get_entry (text, index), title);
  count = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u process", "%u processes", n), n);
  g_string_append_c (text->out, '\n');
  add_painted (text, text->out, PAINT_APPLICATION, title->str);
  g_string_append (text->out, "  ");
  add_painted (text, text->out, PAINT_FAINT, count);
  g_string_append_c (text->out, '\n');
}

/* Cuts plain text to @columns, with a sign that it was cut. */
static void
cut (GString *line,
     guint    columns)
{
  const char *at = line->str;
  guint used = 0;

  if (columns == 0 || ov_process_text_measure (line->str) <= columns)
    return;
  while (*at != '\0')
    {
      gunichar c = g_utf8_get_char (at);
      guint width = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

      if (used + width > columns - 1)
        break;
      used += width;
      at = g_utf8_next_char (at);
    }
  g_string_truncate (line, at - line->str);
  g_string_append (line, "…");
}

static void
pad (GString *line,
     guint    from,
     guint    to)
{
  for (; from < to; from++)
    g_string_append_c (line, ' ');
}

static void
write_details (Text              *text,
               const OvWalkEntry *entry,
               GString           *details)
{
  const OvProcess *row = &text->rows[entry->slot];

  if (entry->kind == OV_WALK_ABSENT)
    {
      g_string_append (details,
                       ov_tree_walk_get_absence_text (
                         ov_tree_walk_get_absent (text->table, entry)->absence));
      return;
    }
  ov_process_text_append_pid (details, text->table, &row->pid);
  pad (details, ov_process_text_measure (details->str), 12);
  g_string_append (details, "  ");
  write_kind (text, entry, details);
}

static void
write_entry (Text  *text,
             guint  index)
{
  const OvWalkEntry *entry = get_entry (text, index);
  g_autoptr (GString) branches = g_string_new (NULL);
  g_autoptr (GString) title = g_string_new (NULL);
  g_autoptr (GString) details = g_string_new (NULL);
  const char *trouble = entry->kind == OV_WALK_PROCESS ? get_trouble (&text->rows[entry->slot]) : NULL;
  guint columns = text->style->columns, width, room;

  write_branches (text, index, branches);
  write_title (text, entry, title);
  width = ov_process_text_measure (branches->str);
  room = text->tree_width > width + 8 ? text->tree_width - width : 8;
  if (columns != 0)
    cut (title, room);
  g_string_append (text->out, branches->str);
  add_painted (text, text->out, get_paint (text, entry), title->str);

  width += ov_process_text_measure (title->str);
  pad (text->out, width, text->tree_width + 2);
  width = MAX (width, text->tree_width + 2);
  write_details (text, entry, details);
  if (columns > width + 1)
    cut (details, columns - width);
  add_painted (text, text->out, entry->kind == OV_WALK_ABSENT ? PAINT_WARNING : PAINT_FAINT,
               details->str);
  if (trouble != NULL)
    {
      g_string_append (text->out, "  ");
      add_painted (text, text->out, PAINT_WARNING, trouble);
    }
  g_string_append_c (text->out, '\n');
}

/* How many leaves from @index on look the same: same parent, same title but for the pid. */
static guint
count_alike (Text  *text,
             guint  index)
{
  const OvWalkEntry *first = get_entry (text, index);
  const OvProcess *model = &text->rows[first->slot];
  guint n = 0;

  if (first->kind != OV_WALK_PROCESS || model->name != OV_STRING_NONE)
    return 1;
  for (; index + n < text->entries->len && is_leaf (text, index + n); n++)
    {
      const OvWalkEntry *entry = get_entry (text, index + n);
      const OvProcess *row = &text->rows[entry->slot];

      if (entry->kind != OV_WALK_PROCESS || entry->parent != first->parent ||
          row->name != OV_STRING_NONE || row->module != model->module ||
          row->child_id != model->child_id || get_trouble (row) != NULL)
        break;
    }

  return MAX (n, 1);
}

static void
write_fold (Text  *text,
            guint  index,
            guint  n)
{
  g_autoptr (GString) line = g_string_new (NULL);

  write_branches (text, index, line);
  g_string_append (text->out, line->str);
  g_string_printf (line, g_dngettext (GETTEXT_PACKAGE, "⋯ %u more like it", "⋯ %u more like these", n),
                   n);
  add_painted (text, text->out, PAINT_FAINT, line->str);
  g_string_append_c (text->out, '\n');
}

static void
measure_tree (Text *text)
{
  guint widest = text->style->columns > 40 ? MIN (text->style->columns / 2, WIDEST_TREE) : WIDEST_TREE;

  for (guint i = 0; i < text->entries->len && text->tree_width < widest; i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      if (get_entry (text, i)->kind != OV_WALK_PROCESS)
        continue;
      write_branches (text, i, line);
      write_title (text, get_entry (text, i), line);
      text->tree_width = MAX (text->tree_width, MIN (ov_process_text_measure (line->str), widest));
    }
}

static void
write_all (Text *text)
{
  guint alike;

  for (guint i = 0; i < text->entries->len; i += alike)
    {
      OvWalkKind kind = get_entry (text, i)->kind;

      alike = 1;
      if (kind != OV_WALK_PROCESS && kind != OV_WALK_ABSENT)
        {
          write_region (text, i);
          continue;
        }
      if (text->style->fold)
        alike = count_alike (text, i);
      if (alike < FOLD_FROM)
        {
          alike = 1;
          write_entry (text, i);
          continue;
        }
      for (guint k = 0; k < FOLD_SHOWN; k++)
        write_entry (text, i + k);
      write_fold (text, i + alike - 1, alike - FOLD_SHOWN);
    }
}

static void
write_head (Text *text)
{
  g_autoptr (GString) node = g_string_new (NULL);
  g_autofree char *processes = NULL, *applications = NULL;
  guint n = ov_process_table_get_n_alive (text->table), n_applications;

  ov_process_table_get_applications (text->table, &n_applications);
  ov_process_text_append_safe (node, ov_process_table_get_node_name (text->table));
  add_painted (text, text->out, PAINT_SUPERVISOR, node->str);
  processes = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u process", "%u processes", n), n);
  applications = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u application", "%u applications",
                                               n_applications), n_applications);
  g_string_append_printf (text->out, "  %s, %s\n", processes, applications);
}

char *
ov_tree_export_text (OvProcessTable           *table,
                     const OvTreeSceneOptions *options,
                     const OvTextStyle        *style)
{
  static const OvTextStyle plain;
  guint32 n_slots;
  Text text = { .table = table, .style = style != NULL ? style : &plain };

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);
  g_return_val_if_fail (options != NULL, NULL);

  text.strings = ov_process_table_get_strings (table);
  text.rows = ov_process_table_get_rows (table, &n_slots);
  text.entries = ov_tree_walk (table, options, OV_WALK_WITH_ABSENT);
  text.last = g_array_new (FALSE, FALSE, sizeof (guint8));
  text.out = g_string_sized_new (4096);
  find_last_siblings (&text);
  measure_tree (&text);
  write_head (&text);
  write_all (&text);
  g_array_unref (text.entries);
  g_array_unref (text.last);

  return g_string_free (text.out, FALSE);
}
