/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answer of `tree get`: written straight into a string, since 100,000 processes as a tree
 * of JSON nodes would cost half a second and 200 MB.
 *
 * Invariant: every live process that is not hidden by the depth stands in it exactly once.
 * Readers of JSON recurse and have limits (jq 256 levels, Python about 1,000), and a chain of
 * spawns is as deep as somebody likes: from NESTING levels on children are written beside each
 * other, each naming its true parent in "parent".
 * Thread: the table's.
 */
#include "export/ov-tree-export-private.h"

#include "export/ov-process-text.h"
#include "export/ov-tree-walk.h"

/* Each level of the tree is two of JSON. */
#define NESTING 100

typedef struct
{
  OvProcessTable  *table;
  OvStrings       *strings;
  const OvProcess *rows;
  GArray          *entries;
  GString         *out;
  GString         *scratch;
} Writer;

static void
write_text (Writer     *writer,
            const char *name,
            const char *value)
{
  g_string_append_c (writer->out, '"');
  g_string_append (writer->out, name);
  g_string_append (writer->out, "\":");
  ov_process_text_append_json (writer->out, value);
  g_string_append_c (writer->out, ',');
}

static void
write_atom (Writer     *writer,
            const char *name,
            guint32     string)
{
  const char *atom = ov_strings_get (writer->strings, string);

  g_string_truncate (writer->scratch, 0);
  if (atom != NULL)
    ov_process_text_append_atom (writer->scratch, atom);
  write_text (writer, name, atom != NULL ? writer->scratch->str : NULL);
}

static void
write_pid (Writer      *writer,
           const char  *name,
           const OvPid *pid)
{
  g_string_truncate (writer->scratch, 0);
  ov_process_text_append_pid (writer->scratch, writer->table, pid);
  write_text (writer, name, writer->scratch->str);
}

static void
write_number (Writer     *writer,
              const char *name,
              gboolean    known,
              guint64     value)
{
  if (known)
    g_string_append_printf (writer->out, "\"%s\":%" G_GUINT64_FORMAT ",", name, value);
  else
    g_string_append_printf (writer->out, "\"%s\":null,", name);
}

static const char *
get_answer_word (OvAnswer answer)
{
  return answer == OV_ANSWER_PENDING ? "pending"
         : answer == OV_ANSWER_NONE  ? "none"
                                     : "not_understood";
}

/* Up to the opening of "children". */
static void
write_process (Writer            *writer,
               const OvWalkEntry *entry)
{
  const OvProcess *row = &writer->rows[entry->slot];
  gboolean has_limits = row->behaviour == OV_BEHAVIOUR_SUPERVISOR &&
                        row->strategy != OV_STRATEGY_UNKNOWN;

  g_string_append_c (writer->out, '{');
  write_pid (writer, "pid", &row->pid);
  write_atom (writer, "name", row->name);
  write_text (writer, "label", ov_strings_get (writer->strings, row->label));
  write_text (writer, "kind", ov_behaviour_get_word (row->behaviour));
  write_atom (writer, "module", row->module);
  write_text (writer, "child_id", ov_process_text_get_child_id (writer->table, row));
  write_text (writer, "restart", ov_restart_get_word (row->restart));
  write_text (writer, "strategy", ov_strategy_get_word (row->strategy));
  write_number (writer, "intensity", has_limits, row->intensity);
  write_number (writer, "period_s", has_limits, row->period_s);
  write_text (writer, "status", ov_status_get_word (row->status));
  if (row->behaviour == OV_BEHAVIOUR_SUPERVISOR && row->answer != OV_ANSWER_OK)
    write_text (writer, "answer", get_answer_word (row->answer));
  if (entry->n_hidden > 0)
    write_number (writer, "hidden", TRUE, entry->n_hidden);
  if (entry->depth > NESTING && row->parent != OV_SLOT_NONE)
    write_pid (writer, "parent", &writer->rows[row->parent].pid);
  g_string_append (writer->out, "\"children\":[");
}

/* A child that its supervisor lists and that is no process of this node. */
static void
write_absent (Writer            *writer,
              const OvWalkEntry *entry)
{
  const OvAbsentChild *child = ov_tree_walk_get_absent (writer->table, entry);
  gboolean is_remote = child->absence == OV_ABSENCE_REMOTE;

  g_string_append_c (writer->out, '{');
  if (is_remote)
    write_pid (writer, "pid", &child->pid);
  else
    write_text (writer, "pid", NULL);
  write_text (writer, "name", NULL);
  write_text (writer, "label", NULL);
  write_text (writer, "kind", ov_behaviour_get_word (child->behaviour));
  write_text (writer, "module", NULL);
  write_text (writer, "child_id", ov_strings_get (writer->strings, child->child_id));
  write_text (writer, "restart", ov_restart_get_word (child->restart));
  write_text (writer, "strategy", NULL);
  write_number (writer, "intensity", FALSE, 0);
  write_number (writer, "period_s", FALSE, 0);
  write_text (writer, "absence", ov_absence_get_word (child->absence));
  if (child->absence == OV_ABSENCE_RESTARTING)
    g_string_append (writer->out, "\"restarting\":true,");
  g_string_append (writer->out, "\"children\":[");
}

/* Writes the entries from @from on that stand under @region; returns the one after them. */
static guint
write_run (Writer *writer,
           guint   from)
{
  guint open = 0; /* how many objects are open */

  for (; from < writer->entries->len; from++)
    {
      const OvWalkEntry *entry = &g_array_index (writer->entries, OvWalkEntry, from);
      guint level = MIN (entry->depth, NESTING);

      if (entry->kind != OV_WALK_PROCESS && entry->kind != OV_WALK_ABSENT)
        break;
      if (level <= open)
        {
          for (; open >= level; open--)
            g_string_append (writer->out, "]}");
          g_string_append_c (writer->out, ',');
        }
      if (entry->kind == OV_WALK_PROCESS)
        write_process (writer, entry);
      else
        write_absent (writer, entry);
      open = level;
    }
  for (; open > 0; open--)
    g_string_append (writer->out, "]}");

  return from;
}

static void
drop_last_comma (GString *out)
{
  if (out->len > 0 && out->str[out->len - 1] == ',')
    g_string_truncate (out, out->len - 1);
}

static void
write_head (Writer *writer)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *taken_at = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");

  g_string_append_c (writer->out, '{');
  write_text (writer, "node", ov_process_table_get_node_name (writer->table));
  write_text (writer, "taken_at", taken_at);
  write_number (writer, "process_count", TRUE, ov_process_table_get_n_alive (writer->table));
}

static void
write_tree (Writer                   *writer,
            const OvTreeSceneOptions *options)
{
  guint i = 0;

  write_head (writer);
  g_string_append (writer->out, "\"applications\":[");
  while (i < writer->entries->len &&
         g_array_index (writer->entries, OvWalkEntry, i).kind == OV_WALK_APPLICATION)
    {
      gsize start;

      g_string_append_c (writer->out, '{');
      write_atom (writer, "name", g_array_index (writer->entries, OvWalkEntry, i).name);
      g_string_append (writer->out, "\"root\":");
      start = writer->out->len;
      i = write_run (writer, i + 1);
      if (writer->out->len == start)
        g_string_append (writer->out, "null");
      g_string_append (writer->out, "},");
    }
  drop_last_comma (writer->out);
  g_string_append (writer->out, "],\"outside\":[");
  if (i < writer->entries->len)
    write_run (writer, options->root == OV_SLOT_NONE ? i + 1 : i);
  g_string_append (writer->out, "]}");
}

GString *
ov_tree_export_write_json (OvProcessTable           *table,
                           const OvTreeSceneOptions *options)
{
  guint32 n_slots;
  Writer writer = {
    .table = table,
    .strings = ov_process_table_get_strings (table),
    .rows = ov_process_table_get_rows (table, &n_slots),
    .entries = ov_tree_walk (table, options, OV_WALK_WITH_ABSENT),
    .out = g_string_sized_new (4096),
    .scratch = g_string_sized_new (256),
  };

  write_tree (&writer, options);
  g_array_unref (writer.entries);
  g_string_free (writer.scratch, TRUE);

  return writer.out;
}

JsonNode *
ov_tree_export_json (OvProcessTable           *table,
                     const OvTreeSceneOptions *options)
{
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);
  g_return_val_if_fail (options != NULL, NULL);

  text = ov_tree_export_write_json (table, options);
  node = json_from_string (text->str, &error);
  if (node == NULL) /* our own writing: a fault in this file */
    g_error ("the tree was written as JSON that cannot be read: %s", error->message);

  return node;
}
