/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From (members, JSON) to text.  A member's path says where its value is: "name",
 * "memory.total_bytes", "nodes[].port"; its heading says that it is shown.
 * Invariant: every text of the answer goes through the safe printer; only our own words and
 * colours do not.
 * Thread: any.
 */
#include "ops/ov-answer-text.h"

#include "export/ov-process-text.h"
#include "ops/ov-answer-text-private.h"
#include "ops/ov-text-table-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

typedef OvAnswerWriter Writer;

char *
ov_answer_text_dup_safe (const char *text)
{
  GString *safe = g_string_new (NULL);

  if (text != NULL)
    ov_process_text_append_safe (safe, text);

  return g_string_free (safe, FALSE);
}

void
ov_answer_text_append_cut (GString    *into,
                           const char *text,
                           guint       columns,
                           gboolean    ascii)
{
  const char *at = text, *fits = text;
  guint used = 0;

  if (columns == 0 || ov_process_text_measure (text) <= columns)
    {
      g_string_append (into, text);
      return;
    }
  while (*at != '\0')
    {
      gunichar c = g_utf8_get_char (at);

      used += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      at = g_utf8_next_char (at);
      if (used > columns - 1)
        break;
      fits = at;
    }
  g_string_append_len (into, text, fits - text);
  g_string_append (into, ascii ? "~" : "…");
}

static char *
dup_bytes (double bytes)
{
  static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
  guint unit = 0;

  while (bytes >= 999.5 && unit + 1 < G_N_ELEMENTS (units))
    {
      bytes /= 1000;
      unit++;
    }

  return g_strdup_printf (unit == 0 || bytes >= 99.95 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

char *
ov_answer_text_dup_duration (double seconds)
{
  gint64 s = (gint64) seconds;

  if (seconds <= 0)
    return g_strdup ("0 s");
  if (seconds < 1)
    return seconds >= 0.001 ? g_strdup_printf ("%.3g ms", seconds * 1e3)
                            : g_strdup_printf ("%.3g µs", seconds * 1e6);
  if (s < 60)
    return g_strdup_printf ("%.3g s", seconds);
  if (s < 3600)
    return g_strdup_printf ("%d min %d s", (int) (s / 60), (int) (s % 60));
  if (s < 86400)
    return g_strdup_printf ("%d h %d min", (int) (s / 3600), (int) (s / 60 % 60));

  return g_strdup_printf ("%" G_GINT64_FORMAT " d %d h", s / 86400, (int) (s / 3600 % 24));
}

/* Groups of three: "1,234,567". */
static char *
dup_grouped (gint64 value)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  GString *text = g_string_new (NULL);
  gsize n = strlen (digits);

  for (gsize i = 0; i < n; i++)
    {
      g_string_append_c (text, digits[i]);
      if (n - i > 1 && (n - i - 1) % 3 == 0 && digits[i] != '-')
        g_string_append_c (text, ',');
    }

  return g_string_free (text, FALSE);
}

static char *
dup_rate (double rate)
{
  g_autofree char *grouped = rate >= 999.5 ? dup_grouped ((gint64) round (rate)) : NULL;

  return grouped != NULL ? g_strdup_printf ("%s/s", grouped) : g_strdup_printf ("%.3g/s", rate);
}

char *
ov_answer_text_dup_figure (const char *member,
                           JsonNode   *value)
{
  double number = json_node_get_double (value);

  if (g_str_has_suffix (member, "_bytes"))
    return dup_bytes (number);
  if (g_str_has_suffix (member, "_ns"))
    return ov_answer_text_dup_duration (number / 1e9);
  if (g_str_has_suffix (member, "_us"))
    return ov_answer_text_dup_duration (number / 1e6);
  if (g_str_has_suffix (member, "_ms"))
    return ov_answer_text_dup_duration (number / 1e3);
  if (g_str_has_suffix (member, "_per_s"))
    return dup_rate (number);
  if (g_str_has_suffix (member, "_s"))
    return ov_answer_text_dup_duration (number);
  if (g_str_has_suffix (member, "port") || json_node_get_value_type (value) != G_TYPE_INT64)
    return g_strdup_printf ("%.15g", number);

  return dup_grouped (json_node_get_int (value));
}

static char *
dup_list (const char *member,
          JsonArray  *array)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *element = ov_answer_text_dup_value (member, json_array_get_element (array, i));

      if (i > 0)
        g_string_append (text, ", ");
      g_string_append (text, element != NULL ? element : "");
    }

  return g_string_free (text, FALSE);
}

char *
ov_answer_text_dup_value (const char *member,
                          JsonNode   *value)
{
  if (value == NULL || JSON_NODE_HOLDS_NULL (value))
    return NULL;
  if (JSON_NODE_HOLDS_ARRAY (value))
    return dup_list (member, json_node_get_array (value));
  if (JSON_NODE_HOLDS_OBJECT (value))
    {
      g_autoptr (GList) names = json_object_get_members (json_node_get_object (value));
      GString *text = g_string_new (NULL);

      for (GList *l = names; l != NULL; l = l->next)
        g_string_append_printf (text, "%s%s", l == names ? "" : ", ", (const char *) l->data);
      return g_string_free (text, FALSE);
    }
  if (json_node_get_value_type (value) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (value));
  if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (value) ? _("yes") : _("no"));

  return ov_answer_text_dup_figure (member, value);
}

/* The value at "a.b.c". */
static JsonNode *
find_value (JsonObject *object,
            const char *path)
{
  const char *dot;

  while ((dot = strchr (path, '.')) != NULL)
    {
      g_autofree char *name = g_strndup (path, dot - path);
      JsonNode *inner = json_object_get_member (object, name);

      if (inner == NULL || !JSON_NODE_HOLDS_OBJECT (inner))
        return NULL;
      object = json_node_get_object (inner);
      path = dot + 1;
    }

  return json_object_get_member (object, path);
}

static const char *
get_last_name (const char *path)
{
  const char *dot = strrchr (path, '.');

  return dot != NULL ? dot + 1 : path;
}

static gboolean
is_column_of (const OvResultMember *member,
              const OvResultMember *array)
{
  gsize n = strlen (array->path);

  return strncmp (member->path, array->path, n) == 0 && strncmp (member->path + n, "[].", 3) == 0 &&
         member->heading != NULL;
}

static guint
count_columns (const Writer         *writer,
               const OvResultMember *array)
{
  guint n = 0;

  for (guint i = 0; i < writer->operation->n_members; i++)
    n += is_column_of (&writer->operation->members[i], array);

  return n;
}

void
ov_answer_writer_paint (Writer     *writer,
                        const char *paint,
                        const char *text)
{
  if (writer->style->colour)
    g_string_append_printf (writer->out, "%s%s" PLAIN, paint, text);
  else
    g_string_append (writer->out, text);
}

static void
write_table (Writer               *writer,
             const OvResultMember *array,
             JsonArray            *rows)
{
  const OvOperation *operation = writer->operation;
  guint n_columns = count_columns (writer, array), column = 0;
  g_autoptr (OvTextTable) table = ov_text_table_new (n_columns);

  for (guint i = 0; i < operation->n_members; i++)
    if (is_column_of (&operation->members[i], array))
      ov_text_table_set_column (table, column++, _(operation->members[i].heading),
                                g_str_has_prefix (operation->members[i].type, "integer") ||
                                  g_str_has_prefix (operation->members[i].type, "number"));
  for (guint row = 0; row < json_array_get_length (rows); row++)
    {
      JsonObject *object = json_array_get_object_element (rows, row);

      for (guint i = 0; i < operation->n_members; i++)
        if (is_column_of (&operation->members[i], array))
          {
            const char *name = operation->members[i].path + strlen (array->path) + strlen ("[].");
            g_autofree char *text = ov_answer_text_dup_value (get_last_name (name), find_value (object, name));

            ov_text_table_add (table, text);
          }
    }
  ov_text_table_write (table, writer->style, writer->out);
}

static guint
count_tables (const Writer *writer)
{
  guint n = 0;

  for (guint i = 0; i < writer->operation->n_members; i++)
    n += g_str_equal (writer->operation->members[i].type, "array") &&
         count_columns (writer, &writer->operation->members[i]) > 0;

  return n;
}

static void
write_array (Writer               *writer,
             const OvResultMember *member,
             gboolean              titled)
{
  JsonNode *value = find_value (writer->answer, member->path);
  JsonArray *rows = value != NULL && JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;

  if (titled)
    {
      if (writer->out->len > 0)
        g_string_append_c (writer->out, '\n');
      ov_answer_writer_paint (writer, BOLD, _(member->summary));
      g_string_append_c (writer->out, '\n');
    }
  if (rows == NULL || json_array_get_length (rows) == 0)
    {
      ov_answer_writer_paint (writer, FAINT, _("None."));
      g_string_append_c (writer->out, '\n');
    }
  else
    write_table (writer, member, rows);
}

static guint
measure_headings (const Writer *writer)
{
  guint width = 0;

  for (guint i = 0; i < writer->operation->n_members; i++)
    if (writer->operation->members[i].heading != NULL &&
        strstr (writer->operation->members[i].path, "[]") == NULL)
      width = MAX (width, ov_process_text_measure (_(writer->operation->members[i].heading)));

  return width;
}

/* "Heading  value", the value's further lines below its first. */
static void
write_pair (Writer     *writer,
            const char *heading,
            const char *text,
            guint       width)
{
  guint columns = writer->style->columns > width + 24 ? writer->style->columns - width - 2 : 0;
  g_autofree char *safe = ov_answer_text_dup_safe (text);
  g_auto (GStrv) words = g_strsplit (safe, " ", -1);
  guint at = 0;

  ov_answer_writer_paint (writer, FAINT, heading);
  g_string_append_printf (writer->out, "%*s", (int) (width - ov_process_text_measure (heading) + 2), "");
  for (char **word = words; *word != NULL; word++)
    {
      guint n = ov_process_text_measure (*word);

      if (at > 0 && columns != 0 && at + 1 + n > columns)
        {
          g_string_append_printf (writer->out, "\n%*s", (int) width + 2, "");
          at = 0;
        }
      g_string_append_printf (writer->out, "%s%s", at > 0 ? " " : "", *word);
      at += n + (at > 0);
    }
  g_string_append_c (writer->out, '\n');
}

static void
write_pairs (Writer *writer)
{
  guint width = measure_headings (writer);

  for (guint i = 0; i < writer->operation->n_members; i++)
    {
      const OvResultMember *member = &writer->operation->members[i];
      g_autofree char *text = NULL;

      if (member->heading == NULL || strstr (member->path, "[]") != NULL)
        continue;
      text = ov_answer_text_dup_value (get_last_name (member->path), find_value (writer->answer, member->path));
      if (text != NULL && *text != '\0')
        write_pair (writer, _(member->heading), text, width);
    }
}

static void
write_anything (Writer *writer)
{
  gboolean titled = count_tables (writer) > 1;

  write_pairs (writer);
  for (guint i = 0; i < writer->operation->n_members; i++)
    {
      const OvResultMember *member = &writer->operation->members[i];

      if (g_str_equal (member->type, "array") && count_columns (writer, member) > 0)
        write_array (writer, member, titled || writer->out->len > 0);
    }
}

static void
write_step (Writer     *writer,
            JsonObject *step)
{
  gboolean ok = json_object_get_boolean_member_with_default (step, "ok", FALSE);
  gboolean skipped = json_object_get_boolean_member_with_default (step, "skipped", FALSE);
  const char *hint = json_object_get_string_member_with_default (step, "hint", NULL);
  g_autofree char *name =
    ov_answer_text_dup_safe (json_object_get_string_member_with_default (step, "name", ""));
  g_autofree char *message =
    ov_answer_text_dup_safe (json_object_get_string_member_with_default (step, "message", ""));

  ov_answer_writer_paint (writer, ok ? GREEN : skipped ? FAINT : RED, ok ? "✓" : skipped ? "–" : "✗");
  g_string_append_printf (writer->out, " %-13s %s\n", name, message);
  if (hint != NULL && !ok && !skipped)
    {
      g_autofree char *safe = ov_answer_text_dup_safe (hint);

      g_string_append_printf (writer->out, "%16s", "");
      ov_answer_writer_paint (writer, YELLOW, "→ ");
      g_string_append_printf (writer->out, "%s\n", safe);
    }
}

static void
write_doctor (Writer *writer)
{
  JsonArray *steps = json_object_get_array_member (writer->answer, "steps");

  for (guint i = 0; i < json_array_get_length (steps); i++)
    write_step (writer, json_array_get_object_element (steps, i));
}

/* The table, and how many there are beyond it. */
static void
write_processes (Writer *writer)
{
  gint64 matched = json_object_get_int_member_with_default (writer->answer, "matched", 0);
  guint shown = json_array_get_length (json_object_get_array_member (writer->answer, "processes"));
  g_autofree char *text = NULL;

  write_anything (writer);
  if (matched <= shown)
    return;
  text = g_strdup_printf (_("%u of %u"), shown, (guint) matched);
  ov_answer_writer_paint (writer, FAINT, text);
  g_string_append_c (writer->out, '\n');
}

static const struct
{
  const char *id;
  void      (*write) (Writer *writer);
} special[] = {
  { "node.doctor", write_doctor },
  { "process.list", write_processes },
  { "trace.watch", ov_answer_write_summary },
  { "flow.path", ov_answer_write_path },
  { "flow.watch", ov_answer_write_flow },
  { "restart.list", ov_answer_write_restarts },
};

/**
 * ov_answer_text_write:
 * @operation: what was run
 * @answer: its answer, an object
 * @style: for which terminal
 *
 * Returns: (transfer full): text that ends with a newline
 */
char *
ov_answer_text_write (const OvOperation *operation,
                      JsonNode          *answer,
                      const OvTextStyle *style)
{
  Writer writer = { .operation = operation, .style = style };
  void (*write) (Writer *writer) = write_anything;

  g_return_val_if_fail (operation != NULL, NULL);
  g_return_val_if_fail (answer != NULL && JSON_NODE_HOLDS_OBJECT (answer), NULL);

  writer.answer = json_node_get_object (answer);
  writer.out = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    if (g_str_equal (special[i].id, operation->id))
      write = special[i].write;
  write (&writer);

  return g_string_free (writer.out, FALSE);
}
