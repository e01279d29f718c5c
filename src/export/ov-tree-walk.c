/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walk goes along the slots' own links, so that a chain of 100,000 processes, each spawned
 * by the one before, needs no stack.
 * Invariant: a row that stands in the tree is visited once, after its ancestors.
 * Thread: the table's.
 */
#include "export/ov-tree-walk.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

/* So many processes of one module outside make a group of their own. */
#define GROUP_MINIMUM 3

typedef struct
{
  OvProcessTable           *table;
  const OvTreeSceneOptions *options;
  OvWalkFlags               flags;
  const OvProcess          *rows;
  GArray                   *entries;
  guint32                   always;   /* the root of an application: one root, even if it just died */
  guint32                  *entry_of; /* by slot, of the rows that were visited */
} Walk;

static gboolean
is_shown (const Walk      *walk,
          const OvProcess *row)
{
  return row->used && (row->alive || (walk->flags & OV_WALK_WITH_DEAD) != 0 ||
                       (guint32) (row - walk->rows) == walk->always);
}

static OvWalkEntry *
get_entry (const Walk *walk,
           guint32     index)
{
  return &g_array_index (walk->entries, OvWalkEntry, index);
}

static guint32
add_entry (Walk       *walk,
           OvWalkKind  kind,
           guint32     slot,
           guint32     name,
           guint32     parent,
           guint32     depth)
{
  OvWalkEntry entry = { .kind = kind, .slot = slot, .name = name, .parent = parent, .depth = depth };

  g_array_append_val (walk->entries, entry);

  return walk->entries->len - 1;
}

/* The next slot after @slot in depth-first order within the subtree of @top, without its own. */
static guint32
go_on (const Walk *walk,
       guint32     slot,
       guint32     top)
{
  for (; slot != top; slot = walk->rows[slot].parent)
    if (walk->rows[slot].next != OV_SLOT_NONE)
      return walk->rows[slot].next;

  return OV_SLOT_NONE;
}

static void
count_hidden (const Walk  *walk,
              guint32      top,
              OvWalkEntry *entry)
{
  guint32 slot = walk->rows[top].first_child;

  while (slot != OV_SLOT_NONE)
    {
      const OvProcess *row = &walk->rows[slot];

      if (is_shown (walk, row))
        {
          entry->n_hidden++;
          entry->hidden_mark = MAX (entry->hidden_mark, row->mark);
        }
      slot = row->first_child != OV_SLOT_NONE ? row->first_child : go_on (walk, slot, top);
    }
}

static gboolean
is_closed (const Walk *walk,
           guint32     slot,
           guint32     depth)
{
  const OvTreeSceneOptions *options = walk->options;

  return (options->max_depth != 0 && depth >= options->max_depth) ||
         (options->collapsed != NULL && ov_bitset_contains (options->collapsed, slot));
}

/* The entry that a row of the subtree of @top stands under: that of its nearest ancestor shown. */
static guint32
find_entry_above (const Walk *walk,
                  guint32     slot,
                  guint32     top,
                  guint32     parent)
{
  while (slot != top)
    {
      slot = walk->rows[slot].parent;
      if (is_shown (walk, &walk->rows[slot]))
        return walk->entry_of[slot];
    }

  return parent;
}

static void
add_absent (Walk    *walk,
            guint32  slot,
            guint32  parent)
{
  guint n;

  ov_process_table_get_absent (walk->table, slot, &n);
  for (guint i = 0; i < n; i++)
    {
      guint32 depth = get_entry (walk, parent)->depth + 1;
      guint32 index = add_entry (walk, OV_WALK_ABSENT, slot, OV_STRING_NONE, parent, depth);

      get_entry (walk, index)->absent_index = i;
    }
}

/* A row of the dead that is not shown leaves its children to the one above it. */
static void
walk_subtree (Walk    *walk,
              guint32  top,
              guint32  parent)
{
  guint32 slot = top;

  while (slot != OV_SLOT_NONE)
    {
      const OvProcess *row = &walk->rows[slot];
      gboolean open = TRUE;

      if (is_shown (walk, row))
        {
          guint32 above = find_entry_above (walk, slot, top, parent);
          guint32 depth = above == OV_WALK_NONE ? 1 : get_entry (walk, above)->depth + 1;
          guint32 index = add_entry (walk, OV_WALK_PROCESS, slot, OV_STRING_NONE, above, depth);

          walk->entry_of[slot] = index;
          open = !is_closed (walk, slot, depth);
          if (!open)
            count_hidden (walk, slot, get_entry (walk, index));
          else if (row->behaviour == OV_BEHAVIOUR_SUPERVISOR &&
                   (walk->flags & OV_WALK_WITH_ABSENT) != 0)
            add_absent (walk, slot, index);
        }
      slot = open && row->first_child != OV_SLOT_NONE ? row->first_child : go_on (walk, slot, top);
    }
}

static int
compare_applications (gconstpointer a,
                      gconstpointer b,
                      gpointer      strings)
{
  const OvApplication *one = a, *other = b;

  return g_strcmp0 (ov_strings_get (strings, one->name), ov_strings_get (strings, other->name));
}

static void
walk_applications (Walk *walk)
{
  guint n;
  const OvApplication *applications = ov_process_table_get_applications (walk->table, &n);
  g_autofree OvApplication *sorted = g_memdup2 (applications, n * sizeof *applications);

  if (n > 0)
    g_qsort_with_data (sorted, n, sizeof *sorted, compare_applications,
                       ov_process_table_get_strings (walk->table));
  for (guint i = 0; i < n; i++)
    {
      guint32 only = walk->options->application;
      guint32 region;

      if (only != OV_STRING_NONE && only != sorted[i].name)
        continue;
      region = add_entry (walk, OV_WALK_APPLICATION, OV_SLOT_NONE, sorted[i].name, OV_WALK_NONE, 0);
      if (sorted[i].root == OV_SLOT_NONE)
        continue;
      if (walk->rows[sorted[i].root].first_child != OV_SLOT_NONE)
        walk->always = sorted[i].root;
      walk_subtree (walk, sorted[i].root, region);
      walk->always = OV_SLOT_NONE;
    }
}

typedef struct
{
  guint32 module;
  guint32 slot;
  guint32 order;
} Outsider;

static int
compare_outsiders (gconstpointer a,
                   gconstpointer b,
                   gpointer      strings)
{
  const Outsider *one = a, *other = b;

  if (one->module != other->module)
    return g_strcmp0 (ov_strings_get (strings, one->module), ov_strings_get (strings, other->module));

  return one->order < other->order ? -1 : 1;
}

/* Members of large enough groups first, by module; then the others, as they come. */
static void
walk_grouped (Walk          *walk,
              const guint32 *slots,
              guint          n,
              guint32        region)
{
  g_autofree Outsider *outsiders = g_new (Outsider, n + 1);
  g_autoptr (OvBitset) grouped = ov_bitset_new ();
  guint run;

  for (guint i = 0; i < n; i++)
    outsiders[i] = (Outsider) { walk->rows[slots[i]].module, slots[i], i };
  g_qsort_with_data (outsiders, n, sizeof *outsiders, compare_outsiders,
                     ov_process_table_get_strings (walk->table));
  for (guint i = 0; i < n; i += run)
    {
      guint32 group;

      for (run = 1; i + run < n && outsiders[i + run].module == outsiders[i].module; run++)
        continue;
      if (run < GROUP_MINIMUM || outsiders[i].module == OV_STRING_NONE)
        continue;
      group = add_entry (walk, OV_WALK_GROUP, OV_SLOT_NONE, outsiders[i].module, region, 0);
      for (guint k = i; k < i + run; k++)
        {
          ov_bitset_add (grouped, outsiders[k].slot);
          walk_subtree (walk, outsiders[k].slot, group);
        }
    }
  for (guint i = 0; i < n; i++)
    if (!ov_bitset_contains (grouped, slots[i]))
      walk_subtree (walk, slots[i], region);
}

static void
walk_outside (Walk *walk)
{
  guint n;
  const guint32 *slots = ov_process_table_get_outside (walk->table, &n);
  guint32 region;

  if (n == 0)
    return;
  region = add_entry (walk, OV_WALK_OUTSIDE, OV_SLOT_NONE, OV_STRING_NONE, OV_WALK_NONE, 0);
  if ((walk->flags & OV_WALK_WITH_GROUPS) != 0)
    walk_grouped (walk, slots, n, region);
  else
    for (guint i = 0; i < n; i++)
      walk_subtree (walk, slots[i], region);
}

GArray *
ov_tree_walk (OvProcessTable           *table,
              const OvTreeSceneOptions *options,
              OvWalkFlags               flags)
{
  g_autofree guint32 *entry_of = NULL;
  guint32 n_slots;
  Walk walk = { .table = table, .options = options, .flags = flags,
                .always = OV_SLOT_NONE };

  walk.rows = ov_process_table_get_rows (table, &n_slots);
  walk.entry_of = entry_of = g_new (guint32, n_slots + 1);
  walk.entries = g_array_sized_new (FALSE, FALSE, sizeof (OvWalkEntry), n_slots + 64);

  if (options->root != OV_SLOT_NONE)
    {
      if (options->root < n_slots && walk.rows[options->root].used)
        walk_subtree (&walk, options->root, OV_WALK_NONE);
      return walk.entries;
    }
  walk_applications (&walk);
  if (!options->hide_outside && options->application == OV_STRING_NONE)
    walk_outside (&walk);

  return walk.entries;
}

const OvAbsentChild *
ov_tree_walk_get_absent (OvProcessTable    *table,
                         const OvWalkEntry *entry)
{
  guint n;
  const OvAbsentChild *absent = ov_process_table_get_absent (table, entry->slot, &n);

  g_assert (entry->kind == OV_WALK_ABSENT && entry->absent_index < n);

  return &absent[entry->absent_index];
}

const char *
ov_tree_walk_get_absence_text (OvAbsence absence)
{
  switch (absence)
    {
    case OV_ABSENCE_RESTARTING:
      return _("restarting");
    case OV_ABSENCE_REMOTE:
      return _("on another node");
    case OV_ABSENCE_UNDEFINED:
    default:
      return _("not running");
    }
}
