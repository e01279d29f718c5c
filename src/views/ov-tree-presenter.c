/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvTreePresenter
 *
 *   CURRENT ──something changed──► DUE ──the timer fires──► (build, hand over) ──► CURRENT
 *                                   │
 *                                   └── present_now ──► the same, at once
 *   HELD: changes are not shown until it ends, which makes one build DUE
 *
 * Two builds are at least 100 ms apart, and at least ten times as long as the last one took: a
 * tree of a hundred thousand processes that changes all the time costs a tenth of the main loop.
 * Invariant: `collapsed` holds ids, not slots, so that a slot that is used again is not
 * collapsed by what stood there before.
 * Thread: main.
 */
#include "views/ov-tree-presenter.h"

#define MIN_INTERVAL_US 100000
#define BUILD_SHARE 10

struct _OvTreePresenter
{
  GObject         parent_instance;
  OvCanvas       *canvas; /* the page owns both */
  OvProcessTable *table;
  OvOverlay       overlay;
  OvHeatRamp      ramp;
  char           *filter;
  guint32         selected;
  GArray         *monitors, *monitored_by; /* of OvPid, of the selected one; NULL: not known */
  GHashTable     *collapsed; /* of ids, gint64 keys */
  gboolean        held;
  guint           timer;
  gint64          last_build_us; /* when it ended */
  gint64          build_took_us;
};

enum
{
  PRESENTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvTreePresenter, ov_tree_presenter, G_TYPE_OBJECT)

/* The slots of what is collapsed; what is gone for good is forgotten. */
static OvBitset *
collapsed_slots (OvTreePresenter *self)
{
  OvBitset *slots = ov_bitset_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->collapsed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint64 id = (guint64) *(gint64 *) key;
      guint32 slot = ov_tree_scene_slot_of (id);

      if (slot != OV_SLOT_NONE && ov_tree_presenter_get_id (self, slot) == id)
        ov_bitset_add (slots, slot);
      else
        g_hash_table_iter_remove (&iter);
    }

  return slots;
}

static gboolean
has_same_items (OvScene *a,
                OvScene *b)
{
  guint32 n = ov_scene_get_size (a);
  const OvSceneItem *items_a = ov_scene_get_items (a);
  const OvSceneItem *items_b = ov_scene_get_items (b);

  if (n != ov_scene_get_size (b))
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    if (items_a[i].id != items_b[i].id || items_a[i].parent != items_b[i].parent)
      return FALSE;

  return TRUE;
}

static void
build (OvTreePresenter *self)
{
  OvTreeSceneOptions options = OV_TREE_SCENE_OPTIONS_INIT;
  g_autoptr (OvScene) scene = NULL;
  g_autoptr (OvBitset) collapsed = NULL;
  OvScene *shown = ov_canvas_get_scene (self->canvas);
  gint64 start_us = g_get_monotonic_time ();

  collapsed = collapsed_slots (self);
  options.overlay = self->overlay;
  options.filter = self->filter;
  options.collapsed = collapsed;
  options.selected = self->selected;
  if (self->monitors != NULL && self->monitored_by != NULL)
    {
      options.monitors = (const OvPid *) self->monitors->data;
      options.n_monitors = self->monitors->len;
      options.monitored_by = (const OvPid *) self->monitored_by->data;
      options.n_monitored_by = self->monitored_by->len;
    }
  scene = ov_tree_scene_build_with_ramp (self->table, &options, &self->ramp);

  if (shown != NULL && has_same_items (shown, scene))
    ov_canvas_update_scene (self->canvas, scene);
  else
    ov_canvas_set_scene (self->canvas, scene);

  self->last_build_us = g_get_monotonic_time ();
  self->build_took_us = self->last_build_us - start_us;
  g_signal_emit (self, signals[PRESENTED], 0);
}

static gboolean
timer_cb (gpointer user_data)
{
  OvTreePresenter *self = user_data;

  self->timer = 0;
  if (self->table != NULL && self->canvas != NULL)
    build (self);

  return G_SOURCE_REMOVE;
}

static void
schedule (OvTreePresenter *self)
{
  gint64 interval_us = MAX (MIN_INTERVAL_US, self->build_took_us * BUILD_SHARE);
  gint64 wait_us;

  if (self->timer != 0 || self->table == NULL || self->held)
    return;

  wait_us = MAX (0, self->last_build_us + interval_us - g_get_monotonic_time ());
  self->timer = g_timeout_add ((guint) (wait_us / 1000), timer_cb, self);
}

static void
table_changed_cb (OvProcessTable *table,
                  guint           what,
                  gpointer        user_data)
{
  OvTreePresenter *self = user_data;

  if ((what & (OV_TABLE_STRUCTURE | OV_TABLE_DETAILS)) != 0 || self->overlay != OV_OVERLAY_NONE)
    schedule (self);
}

static void
forget_monitors (OvTreePresenter *self)
{
  g_clear_pointer (&self->monitors, g_array_unref);
  g_clear_pointer (&self->monitored_by, g_array_unref);
}

static void
ov_tree_presenter_dispose (GObject *object)
{
  OvTreePresenter *self = OV_TREE_PRESENTER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->table);
  g_clear_pointer (&self->collapsed, g_hash_table_unref);
  g_clear_pointer (&self->filter, g_free);
  forget_monitors (self);
  g_clear_weak_pointer (&self->canvas);

  G_OBJECT_CLASS (ov_tree_presenter_parent_class)->dispose (object);
}

static void
ov_tree_presenter_class_init (OvTreePresenterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_tree_presenter_dispose;

  signals[PRESENTED] = g_signal_new ("presented", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                     0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ov_tree_presenter_init (OvTreePresenter *self)
{
  self->selected = OV_SLOT_NONE;
  self->collapsed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/**
 * ov_tree_presenter_new:
 * @canvas: the canvas to keep up to date; it must outlive its last use here, a weak pointer is kept
 *
 * Returns: (transfer full): a presenter without a table
 */
OvTreePresenter *
ov_tree_presenter_new (OvCanvas *canvas)
{
  OvTreePresenter *self;

  g_return_val_if_fail (OV_IS_CANVAS (canvas), NULL);

  self = g_object_new (OV_TYPE_TREE_PRESENTER, NULL);
  g_set_weak_pointer (&self->canvas, canvas);

  return self;
}

void
ov_tree_presenter_set_table (OvTreePresenter *self,
                             OvProcessTable  *table)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (self->table == table)
    return;

  if (self->table != NULL)
    g_signal_handlers_disconnect_by_data (self->table, self);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_hash_table_remove_all (self->collapsed);
  self->selected = OV_SLOT_NONE;
  g_set_object (&self->table, table);
  if (table == NULL)
    return;

  g_signal_connect_object (table, "changed", G_CALLBACK (table_changed_cb), self, 0);
  schedule (self);
}

OvProcessTable *
ov_tree_presenter_get_table (OvTreePresenter *self)
{
  g_return_val_if_fail (OV_IS_TREE_PRESENTER (self), NULL);

  return self->table;
}

void
ov_tree_presenter_set_overlay (OvTreePresenter *self,
                               OvOverlay        overlay)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (self->overlay == overlay)
    return;
  self->overlay = overlay;
  ov_tree_presenter_present_now (self);
}

OvOverlay
ov_tree_presenter_get_overlay (OvTreePresenter *self)
{
  g_return_val_if_fail (OV_IS_TREE_PRESENTER (self), OV_OVERLAY_NONE);

  return self->overlay;
}

void
ov_tree_presenter_set_filter (OvTreePresenter *self,
                              const char      *filter)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (g_strcmp0 (self->filter, filter) == 0)
    return;
  g_free (self->filter);
  self->filter = g_strdup (filter);
  schedule (self);
}

void
ov_tree_presenter_set_selected (OvTreePresenter *self,
                                guint32          slot)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (self->selected == slot)
    return;
  self->selected = slot;
  forget_monitors (self);
  schedule (self);
}

static gboolean
is_same (GArray *a,
         GArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!ov_pid_equal (&g_array_index (a, OvPid, i), &g_array_index (b, OvPid, i)))
      return FALSE;

  return TRUE;
}

void
ov_tree_presenter_set_monitors (OvTreePresenter *self,
                                GArray          *monitors,
                                GArray          *monitored_by)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));
  g_return_if_fail (monitors != NULL && monitored_by != NULL);

  if (is_same (self->monitors, monitors) && is_same (self->monitored_by, monitored_by))
    return;

  forget_monitors (self);
  self->monitors = g_array_ref (monitors);
  self->monitored_by = g_array_ref (monitored_by);
  schedule (self);
}

static gboolean
is_collapsed (OvTreePresenter *self,
              guint32          slot)
{
  gint64 id = (gint64) ov_tree_presenter_get_id (self, slot);

  return g_hash_table_contains (self->collapsed, &id);
}

static void
set_collapsed (OvTreePresenter *self,
               guint32          slot,
               gboolean         collapsed)
{
  gint64 id = (gint64) ov_tree_presenter_get_id (self, slot);

  if (collapsed)
    g_hash_table_add (self->collapsed, g_memdup2 (&id, sizeof id));
  else
    g_hash_table_remove (self->collapsed, &id);
}

void
ov_tree_presenter_toggle (OvTreePresenter *self,
                          guint32          slot)
{
  const OvProcess *row;

  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  row = self->table != NULL ? ov_process_table_get_row (self->table, slot) : NULL;
  if (row == NULL || row->first_child == OV_SLOT_NONE)
    return;

  set_collapsed (self, slot, !is_collapsed (self, slot));
  ov_tree_presenter_present_now (self);
}

/**
 * ov_tree_presenter_collapse_all:
 * @self: a presenter
 *
 * Collapses every process that has children and is not the root of an application or its
 * starter, so that the applications with their top supervisors are what remains.
 */
void
ov_tree_presenter_collapse_all (OvTreePresenter *self)
{
  const OvProcess *rows;
  guint32 n;

  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (self->table == NULL)
    return;

  rows = ov_process_table_get_rows (self->table, &n);
  for (guint32 slot = 0; slot < n; slot++)
    if (rows[slot].used && rows[slot].first_child != OV_SLOT_NONE
        && rows[slot].behaviour != OV_BEHAVIOUR_APPLICATION_MASTER)
      set_collapsed (self, slot, TRUE);
  ov_tree_presenter_present_now (self);
}

void
ov_tree_presenter_expand_all (OvTreePresenter *self)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  g_hash_table_remove_all (self->collapsed);
  ov_tree_presenter_present_now (self);
}

gboolean
ov_tree_presenter_expand_to (OvTreePresenter *self,
                             guint32          slot)
{
  gboolean expanded = FALSE;
  const OvProcess *row;

  g_return_val_if_fail (OV_IS_TREE_PRESENTER (self), FALSE);

  if (self->table == NULL)
    return FALSE;

  row = ov_process_table_get_row (self->table, slot);
  while (row != NULL && row->parent != OV_SLOT_NONE)
    {
      if (is_collapsed (self, row->parent))
        {
          set_collapsed (self, row->parent, FALSE);
          expanded = TRUE;
        }
      row = ov_process_table_get_row (self->table, row->parent);
    }
  if (expanded)
    ov_tree_presenter_present_now (self);

  return expanded;
}

guint64
ov_tree_presenter_get_id (OvTreePresenter *self,
                          guint32          slot)
{
  const OvProcess *row;

  g_return_val_if_fail (OV_IS_TREE_PRESENTER (self), 0);

  row = self->table != NULL ? ov_process_table_get_row (self->table, slot) : NULL;
  return row != NULL ? ov_tree_scene_id_of (row, slot) : 0;
}

OvHeatRamp
ov_tree_presenter_get_ramp (OvTreePresenter *self)
{
  g_return_val_if_fail (OV_IS_TREE_PRESENTER (self), ((OvHeatRamp) { 0, 0 }));

  return self->overlay != OV_OVERLAY_NONE ? self->ramp : (OvHeatRamp) { 0, 0 };
}

void
ov_tree_presenter_set_held (OvTreePresenter *self,
                            gboolean         held)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (self->held == held)
    return;

  self->held = held;
  if (held)
    g_clear_handle_id (&self->timer, g_source_remove);
  else
    schedule (self);
}

void
ov_tree_presenter_present_now (OvTreePresenter *self)
{
  g_return_if_fail (OV_IS_TREE_PRESENTER (self));

  if (self->table == NULL || self->canvas == NULL || self->held)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  build (self);
}
