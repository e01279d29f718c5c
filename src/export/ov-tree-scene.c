/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From rows to scene items: tables say which shape, border, dots and tone a row gets; the walk
 * says which rows there are.
 * Invariant: an item's index in the scene is its entry's index in the walk.
 * Thread: the table's.  100,000 rows take some 30 ms, so texts are built in two strings that
 * are used again for every row.
 */
#include "export/ov-tree-scene.h"

#include "export/ov-process-text.h"
#include "export/ov-tree-walk.h"
#include "model/ov-process-search.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define REGION_BIT (G_GUINT64_CONSTANT (1) << 63)

/* The ramp spans four powers of ten. */
#define RAMP_SPAN 10000.0


static const guint8 shapes[] = {
  [OV_BEHAVIOUR_UNKNOWN] = OV_SHAPE_PILL,
  [OV_BEHAVIOUR_SUPERVISOR] = OV_SHAPE_HEADER,
  [OV_BEHAVIOUR_GEN_SERVER] = OV_SHAPE_PLAIN,
  [OV_BEHAVIOUR_GEN_STATEM] = OV_SHAPE_NOTCHED,
  [OV_BEHAVIOUR_GEN_EVENT] = OV_SHAPE_BARRED,
  [OV_BEHAVIOUR_TASK] = OV_SHAPE_PILL,
  [OV_BEHAVIOUR_AGENT] = OV_SHAPE_PLAIN, /* an Agent is a gen_server */
  [OV_BEHAVIOUR_APPLICATION_MASTER] = OV_SHAPE_PILL,
  [OV_BEHAVIOUR_PROC_LIB] = OV_SHAPE_PILL,
};

static const guint8 borders[] = {
  [OV_RESTART_UNKNOWN] = OV_BORDER_SOLID,
  [OV_RESTART_PERMANENT] = OV_BORDER_SOLID,
  [OV_RESTART_TRANSIENT] = OV_BORDER_DASHED,
  [OV_RESTART_TEMPORARY] = OV_BORDER_DOTTED,
};

static const guint8 dots[] = {
  [OV_STRATEGY_UNKNOWN] = OV_DOTS_UNKNOWN,
  [OV_STRATEGY_ONE_FOR_ONE] = OV_DOTS_FIRST,
  [OV_STRATEGY_ONE_FOR_ALL] = OV_DOTS_ALL,
  [OV_STRATEGY_REST_FOR_ONE] = OV_DOTS_FROM_SECOND,
  [OV_STRATEGY_SIMPLE_ONE_FOR_ONE] = OV_DOTS_STACK,
};

static const guint8 tones[] = {
  [OV_MARK_NONE] = OV_TONE_NEUTRAL,
  [OV_MARK_BORN] = OV_TONE_NEW,
  [OV_MARK_RESTARTED] = OV_TONE_RENEWED,
  [OV_MARK_SUSPENDED] = OV_TONE_WARNING,
  [OV_MARK_MAILBOX_GROWING] = OV_TONE_WARNING,
  [OV_MARK_NOT_ANSWERING] = OV_TONE_WARNING,
  [OV_MARK_HEADROOM_LOW] = OV_TONE_WARNING,
  [OV_MARK_DIED] = OV_TONE_MUTED,
  [OV_MARK_CRASHED] = OV_TONE_ERROR,
};

typedef struct
{
  OvProcessTable           *table;
  OvStrings                *strings;
  const OvTreeSceneOptions *options;
  const OvProcess          *rows;
  guint32                   n_slots;
  GArray                   *entries;
  OvScene                  *scene;
  OvHeatRamp                ramp;
  OvProcessSearch          *search; /* NULL: everything matches */
  GString                  *label, *sublabel;
} Build;

#define LOOK_UP(table, value) ((guint) (value) < G_N_ELEMENTS (table) ? (table)[value] : (table)[0])

/* OV_UNKNOWN_U64 where the figure is not known. */
static guint64
get_figure (const Build       *build,
            const OvWalkEntry *entry)
{
  const OvProcess *row = &build->rows[entry->slot];
  OvSubtree sum = { 0 };

  if (entry->n_hidden > 0)
    ov_process_table_sum (build->table, entry->slot, &sum);

  switch (build->options->overlay)
    {
    case OV_OVERLAY_MEMORY:
      return entry->n_hidden > 0 ? sum.memory_bytes : row->memory_bytes;
    case OV_OVERLAY_REDUCTIONS:
      return (guint64) (entry->n_hidden > 0 ? sum.reductions_per_s : row->reductions_per_s);
    case OV_OVERLAY_MAILBOX:
      return entry->n_hidden > 0 ? sum.message_queue_len : row->message_queue_len;
    case OV_OVERLAY_NONE:
    default:
      return OV_UNKNOWN_U64;
    }
}

static double
round_up (double value)
{
  double power = pow (10, floor (log10 (MAX (value, 1))));

  return value <= power ? power : value <= 2 * power ? 2 * power : value <= 5 * power ? 5 * power
                                                                                      : 10 * power;
}

static void
compute_ramp (Build *build)
{
  guint64 greatest = 0;

  if (build->options->overlay == OV_OVERLAY_NONE)
    return;
  for (guint i = 0; i < build->entries->len; i++)
    {
      const OvWalkEntry *entry = &g_array_index (build->entries, OvWalkEntry, i);
      guint64 figure;

      if (entry->kind != OV_WALK_PROCESS)
        continue;
      figure = get_figure (build, entry);
      if (figure != OV_UNKNOWN_U64)
        greatest = MAX (greatest, figure);
    }
  build->ramp.high = MAX (round_up (greatest), 10);
  build->ramp.low = MAX (build->ramp.high / RAMP_SPAN, 1);
}

static guint8
get_heat (const Build       *build,
          const OvWalkEntry *entry)
{
  guint64 figure;
  double place;

  if (build->options->overlay == OV_OVERLAY_NONE)
    return OV_HEAT_NONE;
  figure = get_figure (build, entry);
  if (figure == OV_UNKNOWN_U64)
    return OV_HEAT_NONE;
  place = log (MAX (figure, 1) / build->ramp.low) / log (build->ramp.high / build->ramp.low);

  return (guint8) lround (CLAMP (place, 0, 1) * 254);
}

static const char *
get_string (const Build *build,
            guint32      id)
{
  return ov_strings_get (build->strings, id);
}

/* Name, else label, child id, a supervisor's callback module, Module.function/arity. */
static void
write_labels (Build           *build,
              const OvProcess *row)
{
  const char *best = get_string (build, row->name);

  g_string_truncate (build->label, 0);
  g_string_truncate (build->sublabel, 0);
  if (best == NULL)
    best = get_string (build, row->label);
  if (best == NULL)
    best = ov_process_text_get_child_id (build->table, row);
  if (best == NULL)
    best = ov_process_table_get_callback (build->table, row);
  if (best != NULL)
    ov_process_text_append_safe (build->label, g_str_has_prefix (best, "Elixir.")
                                                   ? best + strlen ("Elixir.") : best);
  else
    ov_process_text_append_call (build->label, get_string (build, row->module),
                                 get_string (build, row->function), row->arity);
  ov_process_text_append_pid (build->sublabel, build->table, &row->pid);
  if (build->label->len == 0)
    g_string_append (build->label, build->sublabel->str);
  if (best != NULL && row->module != OV_STRING_NONE)
    {
      g_string_append (build->sublabel, " · ");
      ov_process_text_append_call (build->sublabel, get_string (build, row->module),
                                   get_string (build, row->function), row->arity);
    }
}

static void
fill_process (Build             *build,
              const OvWalkEntry *entry,
              OvSceneItem       *item)
{
  const OvProcess *row = &build->rows[entry->slot];
  OvMark mark = row->mark == OV_MARK_NONE && !row->alive ? OV_MARK_DIED : row->mark;

  item->id = ov_tree_scene_id_of (row, entry->slot);
  item->shape = LOOK_UP (shapes, row->behaviour);
  item->border = LOOK_UP (borders, row->restart);
  item->dots = LOOK_UP (dots, row->strategy);
  item->tone = MAX (LOOK_UP (tones, mark), LOOK_UP (tones, entry->hidden_mark));
  item->heat = get_heat (build, entry);
  item->badge = row->n_restarts;
  item->n_hidden = entry->n_hidden;
  item->collapsed = entry->n_hidden > 0;
  item->dim = build->search != NULL && !ov_process_search_matches (build->search, entry->slot);
  write_labels (build, row);
  item->mono = OV_MONO_SUBLABEL | (build->label->str[0] == '<' ? OV_MONO_LABEL : OV_MONO_NONE);
}

/* A child that is specified and not there, or not here. */
static void
fill_absent (Build             *build,
             const OvWalkEntry *entry,
             OvSceneItem       *item)
{
  const OvAbsentChild *child = ov_tree_walk_get_absent (build->table, entry);

  item->id = REGION_BIT | (guint64) entry->absent_index << 36 | (guint64) entry->kind << 32 |
             entry->slot;
  item->shape = LOOK_UP (shapes, child->behaviour);
  item->border = LOOK_UP (borders, child->restart);
  item->tone = child->absence == OV_ABSENCE_RESTARTING ? OV_TONE_WARNING : OV_TONE_MUTED;
  item->dim = build->search != NULL;
  g_string_truncate (build->label, 0);
  g_string_truncate (build->sublabel, 0);
  ov_process_text_append_safe (build->label, child->child_id != OV_STRING_NONE
                                                 ? get_string (build, child->child_id) : "?");
  g_string_append (build->sublabel, ov_tree_walk_get_absence_text (child->absence));
}

static void
fill_region (Build             *build,
             const OvWalkEntry *entry,
             OvSceneItem       *item)
{
  const char *name = get_string (build, entry->name);

  item->id = REGION_BIT | (guint64) entry->kind << 32 | entry->name;
  item->shape = OV_SHAPE_REGION;
  g_string_assign (build->label, "");
  g_string_assign (build->sublabel, "");
  if (entry->kind == OV_WALK_OUTSIDE)
    g_string_append (build->label, _("Outside"));
  else
    ov_process_text_append_safe (build->label, name == NULL ? "?"
                                               : g_str_has_prefix (name, "Elixir.")
                                                   ? name + strlen ("Elixir.") : name);
}

static void
add_items (Build *build)
{
  for (guint i = 0; i < build->entries->len; i++)
    {
      const OvWalkEntry *entry = &g_array_index (build->entries, OvWalkEntry, i);
      OvSceneItem item = { .heat = OV_HEAT_NONE };

      item.parent = entry->parent == OV_WALK_NONE ? OV_SCENE_NONE : entry->parent;
      if (entry->kind == OV_WALK_PROCESS)
        fill_process (build, entry, &item);
      else if (entry->kind == OV_WALK_ABSENT)
        fill_absent (build, entry, &item);
      else
        fill_region (build, entry, &item);
      ov_scene_add (build->scene, &item, build->label->str,
                    build->sublabel->len > 0 ? build->sublabel->str : NULL);
    }
}

static guint32
find_entry (const Build *build,
            guint32      slot)
{
  for (guint i = 0; i < build->entries->len; i++)
    if (g_array_index (build->entries, OvWalkEntry, i).kind == OV_WALK_PROCESS &&
        g_array_index (build->entries, OvWalkEntry, i).slot == slot)
      return i;

  return OV_WALK_NONE;
}

/* Edges between the selected entry and each of @pids that is shown. */
static void
add_edges_to (Build       *build,
              guint32      selected,
              const OvPid *pids,
              guint        n,
              OvEdgeKind   kind,
              gboolean     inwards)
{
  for (guint i = 0; i < n; i++)
    {
      guint32 slot = ov_process_table_find_pid (build->table, &pids[i]);
      guint32 other = slot != OV_SLOT_NONE ? find_entry (build, slot) : OV_WALK_NONE;

      if (other != OV_WALK_NONE)
        ov_scene_add_edge (build->scene, inwards ? other : selected, inwards ? selected : other,
                           (guint8) kind);
    }
}

static void
add_edges (Build *build)
{
  const OvTreeSceneOptions *options = build->options;
  guint32 selected = options->selected;
  const OvPid *links;
  guint32 from;
  guint n;

  if (selected == OV_SLOT_NONE || selected >= build->n_slots || !build->rows[selected].used)
    return;
  if ((from = find_entry (build, selected)) == OV_WALK_NONE)
    return;
  links = ov_process_table_get_links (build->table, selected, &n);
  add_edges_to (build, from, links, n, OV_EDGE_LINK, FALSE);
  add_edges_to (build, from, options->monitors, options->n_monitors, OV_EDGE_MONITOR, FALSE);
  add_edges_to (build, from, options->monitored_by, options->n_monitored_by, OV_EDGE_MONITOR, TRUE);
}

/**
 * ov_tree_scene_id_of:
 * @row: a row
 * @slot: where it is
 *
 * Returns: an id that no other process ever has in this table; never 0
 */
guint64
ov_tree_scene_id_of (const OvProcess *row,
                     guint32          slot)
{
  return ((guint64) (row->generation & G_MAXINT32) << 32) | (guint64) (slot + 1);
}

OvShape
ov_tree_scene_shape_of (const OvProcess *row)
{
  return shapes[row == NULL ? OV_BEHAVIOUR_UNKNOWN : row->behaviour];
}

guint32
ov_tree_scene_slot_of (guint64 id)
{
  return (id & REGION_BIT) != 0 || (guint32) id == 0 ? OV_SLOT_NONE : (guint32) id - 1;
}

OvScene *
ov_tree_scene_build_with_ramp (OvProcessTable           *table,
                               const OvTreeSceneOptions *options,
                               OvHeatRamp               *ramp)
{
  Build build = { .table = table, .options = options };

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);
  g_return_val_if_fail (options != NULL, NULL);

  build.strings = ov_process_table_get_strings (table);
  build.rows = ov_process_table_get_rows (table, &build.n_slots);
  build.entries = ov_tree_walk (table, options, OV_WALK_WITH_DEAD | OV_WALK_WITH_GROUPS |
                                                 OV_WALK_WITH_ABSENT);
  build.scene = ov_scene_new (build.entries->len);
  build.label = g_string_sized_new (256);
  build.sublabel = g_string_sized_new (256);
  if (options->filter != NULL && *options->filter != '\0')
    build.search = ov_process_search_new (table, options->filter);
  compute_ramp (&build);
  add_items (&build);
  add_edges (&build);
  ov_scene_freeze (build.scene);

  g_clear_pointer (&build.search, ov_process_search_free);
  g_array_unref (build.entries);
  g_string_free (build.label, TRUE);
  g_string_free (build.sublabel, TRUE);
  if (ramp != NULL)
    *ramp = build.ramp;

  return build.scene;
}

/**
 * ov_tree_scene_build:
 * @table: the processes
 * @options: what to show of them
 *
 * Returns: (transfer full): a frozen scene
 */
OvScene *
ov_tree_scene_build (OvProcessTable           *table,
                     const OvTreeSceneOptions *options)
{
  return ov_tree_scene_build_with_ramp (table, options, NULL);
}
