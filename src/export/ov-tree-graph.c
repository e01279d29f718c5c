/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree as text for graph programs: Mermaid flow charts and Graphviz DOT.
 * Shape says what it is and border says how it lives, as in the window.
 * Invariant: a label is escaped for the language it is written in; ids are p<slot>, never text
 * from a node.
 * Thread: the table's.
 * https://mermaid.js.org/syntax/flowchart.html   https://graphviz.org/doc/info/lang.html
 */
#include "export/ov-tree-export-private.h"

#include "export/ov-process-text.h"
#include "export/ov-tree-walk.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *open, *close; /* Mermaid's brackets */
  const char *dot;          /* Graphviz's shape */
} Shape;

static const Shape shapes[] = {
  [OV_BEHAVIOUR_UNKNOWN] = { "([", "])", "ellipse" },
  [OV_BEHAVIOUR_SUPERVISOR] = { "[[", "]]", "box3d" },
  [OV_BEHAVIOUR_GEN_SERVER] = { "[", "]", "box" },
  [OV_BEHAVIOUR_GEN_STATEM] = { "{{", "}}", "hexagon" },
  [OV_BEHAVIOUR_GEN_EVENT] = { "[/", "/]", "parallelogram" },
  [OV_BEHAVIOUR_TASK] = { "([", "])", "ellipse" },
  [OV_BEHAVIOUR_AGENT] = { "[", "]", "box" },
  [OV_BEHAVIOUR_APPLICATION_MASTER] = { "([", "])", "ellipse" },
  [OV_BEHAVIOUR_PROC_LIB] = { "([", "])", "ellipse" },
};

static const char *const borders[] = {
  [OV_RESTART_UNKNOWN] = "solid",
  [OV_RESTART_PERMANENT] = "solid",
  [OV_RESTART_TRANSIENT] = "dashed",
  [OV_RESTART_TEMPORARY] = "dotted",
};

typedef struct
{
  OvProcessTable  *table;
  OvStrings       *strings;
  const OvProcess *rows;
  GArray          *entries;
  GString         *out;
} Graph;

typedef void (*AppendFunc) (GString    *into,
                            const char *text);

/* Mermaid has no escapes in quoted labels but entities: "#34;". */
static void
append_mermaid (GString    *into,
                const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (c < 0x80 && !g_ascii_isalnum (c) && c != ' ' && c != '_' && c != '.' && c != '/' &&
          c != ':' && c != '-')
        g_string_append_printf (into, "#%u;", c);
      else
        g_string_append_unichar (into, c);
    }
}

static void
append_dot (GString    *into,
            const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (into, '\\');
      g_string_append_c (into, *text);
    }
}

static void
write_region_name (Graph             *graph,
                   const OvWalkEntry *entry,
                   AppendFunc         append)
{
  g_autoptr (GString) name = g_string_new (NULL);

  if (entry->kind == OV_WALK_OUTSIDE)
    g_string_append (name, _("Outside"));
  else
    ov_process_text_append_safe (name, ov_strings_get (graph->strings, entry->name));
  append (graph->out, name->str);
}

/* The title, and below it what helps to tell it from others. */
static void
write_label (Graph             *graph,
             const OvWalkEntry *entry,
             AppendFunc         append,
             const char        *line_break)
{
  const OvProcess *row = &graph->rows[entry->slot];
  g_autofree char *title = ov_process_table_dup_title (graph->table, entry->slot);
  g_autoptr (GString) words = g_string_new (NULL);

  ov_process_text_append_safe (words, title);
  append (graph->out, words->str);
  g_string_truncate (words, 0);
  ov_process_text_append_pid (words, graph->table, &row->pid);
  if (row->strategy != OV_STRATEGY_UNKNOWN)
    g_string_append_printf (words, " %s", ov_strategy_get_word (row->strategy));
  if (entry->n_hidden > 0)
    g_string_append_printf (words, " +%u", entry->n_hidden);
  g_string_append (graph->out, line_break);
  append (graph->out, words->str);
}

/* Ends the region that is open, if any. */
static void
close_region (Graph      *graph,
              gboolean   *is_open,
              const char *end)
{
  if (*is_open)
    g_string_append (graph->out, end);
  *is_open = FALSE;
}

static void
write_mermaid_process (Graph             *graph,
                       const OvWalkEntry *entry)
{
  const Shape *shape = &shapes[graph->rows[entry->slot].behaviour];

  g_string_append_printf (graph->out, "    p%u%s\"", entry->slot, shape->open);
  write_label (graph, entry, append_mermaid, "<br/>");
  g_string_append_printf (graph->out, "\"%s\n", shape->close);
}

static void
write_edges (Graph      *graph,
             const char *arrow,
             const char *end)
{
  for (guint i = 0; i < graph->entries->len; i++)
    {
      const OvWalkEntry *entry = &g_array_index (graph->entries, OvWalkEntry, i);
      const OvWalkEntry *above;

      if (entry->kind != OV_WALK_PROCESS || entry->parent == OV_WALK_NONE)
        continue;
      above = &g_array_index (graph->entries, OvWalkEntry, entry->parent);
      if (above->kind == OV_WALK_PROCESS)
        g_string_append_printf (graph->out, "  p%u %s p%u%s\n", above->slot, arrow, entry->slot, end);
    }
}

static void
init_graph (Graph                    *graph,
            OvProcessTable           *table,
            const OvTreeSceneOptions *options)
{
  guint32 n_slots;

  graph->table = table;
  graph->strings = ov_process_table_get_strings (table);
  graph->rows = ov_process_table_get_rows (table, &n_slots);
  graph->entries = ov_tree_walk (table, options, 0);
  graph->out = g_string_sized_new (4096);
}

GString *
ov_tree_export_write_mermaid (OvProcessTable           *table,
                              const OvTreeSceneOptions *options)
{
  Graph graph;
  gboolean is_open = FALSE;

  init_graph (&graph, table, options);
  g_string_append (graph.out, "flowchart LR\n");
  for (guint i = 0; i < graph.entries->len; i++)
    {
      const OvWalkEntry *entry = &g_array_index (graph.entries, OvWalkEntry, i);

      if (entry->kind == OV_WALK_PROCESS)
        {
          write_mermaid_process (&graph, entry);
          continue;
        }
      close_region (&graph, &is_open, "  end\n");
      g_string_append_printf (graph.out, "  subgraph r%u [\"", i);
      write_region_name (&graph, entry, append_mermaid);
      g_string_append (graph.out, "\"]\n");
      is_open = TRUE;
    }
  close_region (&graph, &is_open, "  end\n");
  write_edges (&graph, "-->", "");
  g_array_unref (graph.entries);

  return graph.out;
}

static void
write_dot_process (Graph             *graph,
                   const OvWalkEntry *entry)
{
  const OvProcess *row = &graph->rows[entry->slot];

  g_string_append_printf (graph->out, "    p%u [shape=%s, style=%s, label=\"", entry->slot,
                          shapes[row->behaviour].dot, borders[row->restart]);
  write_label (graph, entry, append_dot, "\\n");
  g_string_append (graph->out, "\"];\n");
}

GString *
ov_tree_export_write_dot (OvProcessTable           *table,
                          const OvTreeSceneOptions *options)
{
  Graph graph;
  gboolean is_open = FALSE;

  init_graph (&graph, table, options);
  g_string_append (graph.out, "digraph \"");
  append_dot (graph.out, ov_process_table_get_node_name (table));
  g_string_append (graph.out, "\" {\n"
                              "  rankdir=LR;\n"
                              "  node [fontname=\"sans-serif\", fontsize=10];\n"
                              "  edge [arrowhead=none];\n");
  for (guint i = 0; i < graph.entries->len; i++)
    {
      const OvWalkEntry *entry = &g_array_index (graph.entries, OvWalkEntry, i);

      if (entry->kind == OV_WALK_PROCESS)
        {
          write_dot_process (&graph, entry);
          continue;
        }
      close_region (&graph, &is_open, "  }\n");
      g_string_append_printf (graph.out, "  subgraph cluster_%u {\n    label=\"", i);
      write_region_name (&graph, entry, append_dot);
      g_string_append (graph.out, "\";\n");
      is_open = TRUE;
    }
  close_region (&graph, &is_open, "  }\n");
  write_edges (&graph, "->", ";");
  g_string_append (graph.out, "}\n");
  g_array_unref (graph.entries);

  return graph.out;
}
