/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See table-script.h.
 */
#include "table-script.h"

#include <string.h>

OvPid
script_pid (guint id)
{
  static const char *node;

  if (id == 0)
    return OV_PID_NONE;
  if (node == NULL)
    node = g_intern_static_string (SCRIPT_NODE);

  return (OvPid) { node, id, 0, SCRIPT_CREATION };
}

OvSlice
script_slice (const char *text)
{
  return (OvSlice) { text, text != NULL ? strlen (text) : 0 };
}

static GByteArray *
encode_pids (const guint *ids,
             guint        n_max)
{
  GByteArray *bytes = g_byte_array_new ();
  OvTerm *elements[16];
  g_autoptr (OvTerm) list = NULL;
  guint n = 0;

  while (n < n_max && ids[n] != 0)
    {
      OvPid pid = script_pid (ids[n]);

      elements[n++] = ov_term_new_pid (&pid);
    }
  list = ov_term_new_list (elements, n);
  ov_term_encode (list, bytes);

  return bytes;
}

void
script_process (OvProcessTable      *table,
                const ScriptProcess *process)
{
  g_autoptr (GByteArray) links = encode_pids (process->links, 16);
  g_autoptr (GByteArray) ancestors = encode_pids (process->ancestors, 8);
  OvRecord record = {
    .type = OV_RECORD_PROCESS,
    .pid = script_pid (process->id),
    .behaviour = process->behaviour,
    .name = script_slice (process->name),
    .label = script_slice (process->label),
    .module = script_slice (process->module != NULL ? process->module : "erlang"),
    .function = script_slice ("init"),
    .arity = 1,
    .current = script_slice (process->current),
    .status = OV_STATUS_WAITING,
    .parent = script_pid (process->parent),
    .parent_name = script_slice (process->parent_name),
    .group_leader = script_pid (process->leader),
    .memory_bytes = process->memory,
    .message_queue_len = process->mailbox,
    .reductions = process->reductions,
    .at_ns = 1,
  };

  ov_term_cursor_init (&record.links, links->data, links->len);
  ov_term_cursor_init (&record.ancestors, ancestors->data, ancestors->len);
  while (record.n_links < 16 && process->links[record.n_links] != 0)
    record.n_links++;
  ov_process_table_apply (table, &record);
}

void
script_birth (OvProcessTable *table,
              guint           id,
              guint           parent,
              const char     *module,
              gint64          at_ns)
{
  OvRecord record = {
    .type = OV_RECORD_BIRTH, .at_ns = at_ns, .pid = script_pid (id), .parent = script_pid (parent),
    .module = script_slice (module), .function = script_slice ("init"), .arity = 1,
  };

  ov_process_table_apply (table, &record);
}

void
script_death (OvProcessTable *table,
              guint           id,
              const char     *reason,
              gint64          at_ns)
{
  OvRecord record = {
    .type = OV_RECORD_DEATH, .at_ns = at_ns, .pid = script_pid (id),
    .reason = script_slice (reason),
  };

  ov_process_table_apply (table, &record);
}

void
script_sample (OvProcessTable *table,
               guint           id,
               guint64         reductions,
               guint64         mailbox,
               guint64         memory,
               gint64          at_ns)
{
  OvRecord record = {
    .type = OV_RECORD_SAMPLE, .at_ns = at_ns, .pid = script_pid (id), .reductions = reductions,
    .message_queue_len = mailbox, .memory_bytes = memory, .status = OV_STATUS_WAITING,
  };

  ov_process_table_apply (table, &record);
}

void
script_name (OvProcessTable *table,
             guint           id,
             const char     *name,
             gboolean        gained)
{
  OvRecord record = {
    .type = OV_RECORD_NAME, .pid = script_pid (id), .name = script_slice (name), .gained = gained,
  };

  ov_process_table_apply (table, &record);
}

void
script_link (OvProcessTable *table,
             guint           id,
             guint           other,
             gboolean        gained)
{
  OvRecord record = {
    .type = OV_RECORD_LINK, .pid = script_pid (id), .other = script_pid (other), .gained = gained,
  };

  ov_process_table_apply (table, &record);
}

void
script_application (OvProcessTable *table,
                    const char     *name,
                    guint           master)
{
  OvRecord record = {
    .type = OV_RECORD_APPLICATION, .name = script_slice (name), .pid = script_pid (master),
  };

  ov_process_table_apply (table, &record);
}

void
script_supervisor (OvProcessTable *table,
                   guint           id,
                   OvStrategy      strategy,
                   guint           n_children)
{
  OvRecord record = {
    .type = OV_RECORD_SUPERVISOR, .pid = script_pid (id), .strategy = strategy, .intensity = 3,
    .period_s = 5, .n_children = n_children, .answer = OV_ANSWER_OK,
  };

  ov_process_table_apply (table, &record);
}

void
script_child (OvProcessTable *table,
              guint           supervisor,
              const char     *child_id,
              guint           id,
              OvRestart       restart)
{
  OvRecord record = {
    .type = OV_RECORD_CHILD, .pid = script_pid (id), .other = script_pid (supervisor),
    .id = script_slice (child_id), .restart = restart,
  };

  ov_process_table_apply (table, &record);
}

guint32
script_slot (OvProcessTable *table,
             guint           id)
{
  OvPid pid = script_pid (id);

  return ov_process_table_find_pid (table, &pid);
}

static void
print_row (OvProcessTable *table,
           guint32         slot,
           GString        *text)
{
  const OvProcess *row = ov_process_table_get_row (table, slot);
  OvStrings *strings = ov_process_table_get_strings (table);

  g_assert_nonnull (row);
  g_string_append_printf (text, "%u", row->pid.id);
  if (!row->alive)
    g_string_append (text, "†");
  if (row->place == OV_PLACE_CHILD)
    g_string_append_printf (text, "=%s", row->child_id != OV_STRING_NONE
                                           ? ov_strings_get (strings, row->child_id) : "");
  if (row->first_child == OV_SLOT_NONE)
    return;

  g_string_append_c (text, '(');
  for (guint32 child = row->first_child; child != OV_SLOT_NONE;
       child = ov_process_table_get_row (table, child)->next)
    {
      if (child != row->first_child)
        g_string_append_c (text, ' ');
      print_row (table, child, text);
    }
  g_string_append_c (text, ')');
}

char *
script_tree (OvProcessTable *table)
{
  GString *text = g_string_new (NULL);
  const OvApplication *applications;
  const guint32 *outside;
  guint n;

  applications = ov_process_table_get_applications (table, &n);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (text, "%s%s:", text->len > 0 ? " " : "",
                              ov_strings_get (ov_process_table_get_strings (table),
                                              applications[i].name));
      print_row (table, applications[i].root, text);
    }
  outside = ov_process_table_get_outside (table, &n);
  if (n > 0)
    g_string_append (text, text->len > 0 ? " |" : "|");
  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (text, ' ');
      print_row (table, outside[i], text);
    }

  return g_string_free (text, FALSE);
}

typedef struct
{
  OvProcessTable  *table;
  const OvProcess *rows;
  guint8          *visits;
} Walk;

/* Not recursive: a tree may be as deep as it has processes. */
static void
walk_from (Walk    *walk,
           guint32  root,
           guint32  application)
{
  guint32 at = root;

  while (at != OV_SLOT_NONE)
    {
      const OvProcess *row = &walk->rows[at];
      guint32 n = 0;

      g_assert_true (row->used);
      g_assert_cmpuint (++walk->visits[at], ==, 1);
      g_assert_cmpuint (row->application, ==, application);
      for (guint32 child = row->first_child; child != OV_SLOT_NONE; child = walk->rows[child].next)
        {
          g_assert_cmpuint (walk->rows[child].parent, ==, at);
          g_assert_cmpuint (walk->rows[child].next == OV_SLOT_NONE ? row->last_child
                              : walk->rows[walk->rows[child].next].previous, ==, child);
          n++;
        }
      g_assert_cmpuint (n, ==, row->n_children);

      if (row->first_child != OV_SLOT_NONE)
        {
          at = row->first_child;
          continue;
        }
      while (at != root && walk->rows[at].next == OV_SLOT_NONE)
        at = walk->rows[at].parent;
      at = at != root ? walk->rows[at].next : OV_SLOT_NONE;
    }
}

static void
check_sums (OvProcessTable *table,
            guint32         n_slots)
{
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);
  g_autofree OvSubtree *expected = g_new0 (OvSubtree, n_slots + 1);

  for (guint32 slot = 0; slot < n_slots; slot++)
    for (guint32 at = slot; rows[slot].used && at != OV_SLOT_NONE; at = rows[at].parent)
      {
        OvSubtree *sum = &expected[at];

        sum->worst_mark = MAX (sum->worst_mark, rows[slot].mark);
        if (!rows[slot].alive)
          continue;
        sum->n_processes++;
        sum->message_queue_len += rows[slot].message_queue_len;
        if (rows[slot].memory_bytes != OV_UNKNOWN_U64)
          sum->memory_bytes += rows[slot].memory_bytes;
      }
  for (guint32 slot = 0; slot < n_slots; slot++)
    if (rows[slot].used)
      {
        OvSubtree sum;

        ov_process_table_sum (table, slot, &sum);
        g_assert_cmpuint (sum.n_processes, ==, expected[slot].n_processes);
        g_assert_cmpuint (sum.memory_bytes, ==, expected[slot].memory_bytes);
        g_assert_cmpuint (sum.message_queue_len, ==, expected[slot].message_queue_len);
        g_assert_cmpuint (sum.worst_mark, ==, expected[slot].worst_mark);
      }
}

void
script_check (OvProcessTable *table)
{
  guint32 n_slots;
  const OvProcess *rows = ov_process_table_get_rows (table, &n_slots);
  g_autofree guint8 *visits = g_new0 (guint8, n_slots + 1);
  Walk walk = { table, rows, visits };
  const OvApplication *applications;
  const guint32 *outside;
  guint n_alive = 0;
  guint n;

  applications = ov_process_table_get_applications (table, &n);
  for (guint i = 0; i < n; i++)
    walk_from (&walk, applications[i].root, applications[i].name);
  outside = ov_process_table_get_outside (table, &n);
  for (guint i = 0; i < n; i++)
    walk_from (&walk, outside[i], OV_STRING_NONE);

  for (guint32 slot = 0; slot < n_slots; slot++)
    {
      if (visits[slot] != rows[slot].used)
        g_printerr ("# %u stands nowhere: place %u, parent %u, alive %u\n", rows[slot].pid.id,
                    rows[slot].place, rows[slot].parent, rows[slot].alive);
      g_assert_cmpuint (visits[slot], ==, rows[slot].used);
      n_alive += rows[slot].alive;
    }
  g_assert_cmpuint (n_alive, ==, ov_process_table_get_n_alive (table));
  check_sums (table, n_slots);
}
