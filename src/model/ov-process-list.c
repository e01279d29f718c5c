/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProcessList: the slot model.
 *
 *   table "changed" ──► wait (longer for bigger tables) ──► refresh: filter, keys, radix sort,
 *                       one items-changed at the tail, "changed" of the items that are held
 *   frozen: figures only; the refresh that was put off comes with the thaw
 *
 * A sort key is one 64-bit number per row: a figure, or the rank of a string.  Rows with equal keys
 * stand in slot order, and rows without a value last in either direction.
 * Invariants: order and the items-changed that were emitted agree on the number of rows; items[k]
 * is NULL or the one object for position k; it is not owned.
 * Thread: main.
 */
#include "model/ov-process-list.h"

#include "model/ov-process-search.h"
#include "model/ov-string-ranks-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define LEAST_PAUSE_US 100000
#define MOST_PAUSE_US 1000000
/* A refresh may take this part of the time: 1 in 20. */
#define SHARE 20

struct _OvProcessItem
{
  GObject        parent_instance;
  OvProcessList *list; /* not owned; NULL once the list is gone */
  guint          position;
};

typedef struct
{
  guint32 slot, generation;
} Position;

typedef struct
{
  guint64 key;
  guint32 slot;
} Keyed;

struct _OvProcessList
{
  GObject          parent_instance;
  OvProcessTable  *table;
  GArray          *order;     /* Position */
  GArray          *positions; /* guint32 by slot */
  GPtrArray       *items;
  OvStringRanks   *ranks;
  OvProcessSearch *search;
  char            *filter;
  guint32          module;
  char            *module_name;
  OvColumn         column;
  gboolean         descending;
  gboolean         frozen;
  gboolean         put_off;
  guint            timer;
  gint64           refreshed_us;
  gint64           cost_us;
};

enum { ITEM_CHANGED, LIST_REFRESHED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE (OvProcessItem, ov_process_item, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE_WITH_CODE (OvProcessList, ov_process_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* By their words. */
static const guint8 kind_ranks[] = {
  [OV_BEHAVIOUR_AGENT] = 0,
  [OV_BEHAVIOUR_APPLICATION_MASTER] = 1,
  [OV_BEHAVIOUR_GEN_EVENT] = 2,
  [OV_BEHAVIOUR_GEN_SERVER] = 3,
  [OV_BEHAVIOUR_GEN_STATEM] = 4,
  [OV_BEHAVIOUR_UNKNOWN] = 5,
  [OV_BEHAVIOUR_PROC_LIB] = 5,
  [OV_BEHAVIOUR_SUPERVISOR] = 6,
  [OV_BEHAVIOUR_TASK] = 7,
};

static void
ov_process_item_dispose (GObject *object)
{
  OvProcessItem *self = OV_PROCESS_ITEM (object);

  if (self->list != NULL)
    self->list->items->pdata[self->position] = NULL;
  self->list = NULL;

  G_OBJECT_CLASS (ov_process_item_parent_class)->dispose (object);
}

static void
ov_process_item_class_init (OvProcessItemClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_process_item_dispose;

  /**
   * OvProcessItem::changed:
   * @self: the item
   *
   * The process of this position, or its figures, changed: write its cells anew.
   */
  signals[ITEM_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ov_process_item_init (OvProcessItem *self)
{
}

guint32
ov_process_item_get_slot (OvProcessItem *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_ITEM (self), OV_SLOT_NONE);

  return self->list != NULL ? ov_process_list_slot_at (self->list, self->position) : OV_SLOT_NONE;
}

const OvProcess *
ov_process_item_get_row (OvProcessItem *self)
{
  guint32 slot;

  g_return_val_if_fail (OV_IS_PROCESS_ITEM (self), NULL);

  slot = ov_process_item_get_slot (self);

  return slot != OV_SLOT_NONE ? ov_process_table_get_row (self->list->table, slot) : NULL;
}

static char *
dup_string (OvProcessItem *self,
            guint32        id)
{
  const char *text = ov_strings_get (ov_process_table_get_strings (self->list->table), id);

  return g_strdup (text != NULL ? text : "");
}

static char *
dup_reductions (const OvProcess *row)
{
  if (row->reductions_per_s > 0.0f)
    /* Translators: reductions a process made in a second. */
    return g_strdup_printf (_("%.0f/s"), (double) row->reductions_per_s);

  return g_strdup ("");
}

/**
 * ov_process_item_dup_text:
 * @self: an item
 * @column: which cell
 *
 * Returns: (transfer full): the cell as text
 */
char *
ov_process_item_dup_text (OvProcessItem *self,
                          OvColumn       column)
{
  const OvProcess *row;
  const char *word;

  g_return_val_if_fail (OV_IS_PROCESS_ITEM (self), NULL);

  row = ov_process_item_get_row (self);
  if (row == NULL)
    return g_strdup ("");

  switch (column)
    {
    case OV_COLUMN_TITLE:
      return ov_process_table_dup_title (self->list->table, ov_process_item_get_slot (self));
    case OV_COLUMN_PID:
      return ov_process_table_dup_pid (self->list->table, ov_process_item_get_slot (self));
    case OV_COLUMN_KIND:
      return g_strdup (ov_behaviour_get_word (row->behaviour));
    case OV_COLUMN_MODULE:
      return dup_string (self, row->module);
    case OV_COLUMN_MEMORY:
      return row->memory_bytes != OV_UNKNOWN_U64 ? g_format_size (row->memory_bytes)
                                                 : g_strdup ("");
    case OV_COLUMN_REDUCTIONS:
      return dup_reductions (row);
    case OV_COLUMN_MAILBOX:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, row->message_queue_len);
    case OV_COLUMN_STATUS:
      word = row->alive ? ov_status_get_word (row->status) : ov_mark_get_word (row->mark);
      return g_strdup (word != NULL ? word : "");
    case OV_COLUMN_APPLICATION:
      return dup_string (self, row->application);
    case OV_COLUMN_CURRENT:
      return dup_string (self, row->current);
    case OV_N_COLUMNS:
    default:
      g_return_val_if_reached (NULL);
    }
}

static guint64
rank (OvProcessList *self,
      guint32        string)
{
  return ov_string_ranks_get (self->ranks, string);
}

static guint64
title_key (OvProcessList   *self,
           const OvProcess *row,
           guint32          undefined)
{
  if (row->name != OV_STRING_NONE)
    return rank (self, row->name) << 36;
  if (row->label != OV_STRING_NONE)
    return rank (self, row->label) << 36;
  if (row->child_id != OV_STRING_NONE && row->child_id != undefined)
    return rank (self, row->child_id) << 36;

  return rank (self, row->module) << 36 | rank (self, row->function) << 8 | MIN (row->arity, 255);
}

/* The key of "nothing there"; no value reaches it. */
#define NOTHING G_MAXUINT64

static guint64
key_of (OvProcessList   *self,
        const OvProcess *row,
        guint32          undefined)
{
  guint64 key = 0;

  switch (self->column)
    {
    case OV_COLUMN_TITLE:
      key = title_key (self, row, undefined);
      return key != 0 ? key : NOTHING;
    case OV_COLUMN_PID:
      return (guint64) row->pid.serial << 32 | row->pid.id;
    case OV_COLUMN_KIND:
      return kind_ranks[MIN (row->behaviour, OV_BEHAVIOUR_PROC_LIB)];
    case OV_COLUMN_MODULE:
      key = rank (self, row->module);
      return key != 0 ? key : NOTHING;
    case OV_COLUMN_MEMORY:
      return row->memory_bytes; /* unknown is NOTHING */
    case OV_COLUMN_REDUCTIONS:
      if (row->reductions_per_s > 0.0f)
        return (G_GUINT64_CONSTANT (1) << 62) + (guint64) (row->reductions_per_s * 1000.0f);
      return MIN (row->reductions, (G_GUINT64_CONSTANT (1) << 62) - 1);
    case OV_COLUMN_MAILBOX:
      return row->message_queue_len;
    case OV_COLUMN_STATUS:
      return row->status != OV_STATUS_UNKNOWN ? row->status : NOTHING;
    case OV_COLUMN_APPLICATION:
      key = rank (self, row->application);
      return key != 0 ? key : NOTHING;
    case OV_COLUMN_CURRENT:
      key = rank (self, row->current);
      return key != 0 ? key : NOTHING;
    case OV_N_COLUMNS:
    default:
      return NOTHING;
    }
}

static gboolean
is_wanted (OvProcessList   *self,
           const OvProcess *row,
           guint32          slot)
{
  return row->alive && (self->module_name == NULL || row->module == self->module)
         && (self->search == NULL || ov_process_search_matches (self->search, slot));
}

static GArray *
collect (OvProcessList *self)
{
  GArray *rows_wanted = g_array_new (FALSE, FALSE, sizeof (Keyed));
  OvStrings *strings = ov_process_table_get_strings (self->table);
  guint32 undefined = ov_strings_find (strings, "undefined");
  const OvProcess *rows;
  guint32 n_slots;

  ov_string_ranks_update (self->ranks);
  if (self->search != NULL)
    ov_process_search_update (self->search);
  self->module = ov_strings_find (strings, self->module_name);
  rows = ov_process_table_get_rows (self->table, &n_slots);
  for (guint32 slot = 0; slot < n_slots; slot++)
    if (is_wanted (self, &rows[slot], slot))
      {
        Keyed keyed = { key_of (self, &rows[slot], undefined), slot };

        if (self->descending && keyed.key != NOTHING)
          keyed.key = ~keyed.key - 1;
        g_array_append_val (rows_wanted, keyed);
      }

  return rows_wanted;
}

/* Least significant byte first, so equal keys keep their order; bytes that are all alike cost
 * nothing. */
static void
radix_sort (GArray *keyed)
{
  g_autofree Keyed *spare = g_new (Keyed, MAX (keyed->len, 1));
  Keyed *from = (Keyed *) (gpointer) keyed->data;
  Keyed *to = spare;
  guint counts[8][256] = { 0 };

  for (guint i = 0; i < keyed->len; i++)
    for (guint byte = 0; byte < 8; byte++)
      counts[byte][from[i].key >> (8 * byte) & 0xff]++;

  for (guint byte = 0; byte < 8; byte++)
    {
      guint offsets[256];
      guint sum = 0;
      Keyed *swap = from;

      if (keyed->len == 0 || counts[byte][from[0].key >> (8 * byte) & 0xff] == keyed->len)
        continue;
      for (guint i = 0; i < 256; i++)
        {
          offsets[i] = sum;
          sum += counts[byte][i];
        }
      for (guint i = 0; i < keyed->len; i++)
        to[offsets[from[i].key >> (8 * byte) & 0xff]++] = from[i];
      from = to;
      to = swap;
    }
  if (from == spare)
    memcpy (keyed->data, spare, keyed->len * sizeof (Keyed));
}

static void
take_order (OvProcessList *self,
            GArray        *keyed)
{
  const OvProcess *rows;
  guint32 n_slots;

  rows = ov_process_table_get_rows (self->table, &n_slots);
  g_array_set_size (self->positions, n_slots);
  memset (self->positions->data, 0xff, n_slots * sizeof (guint32));
  g_array_set_size (self->order, keyed->len);
  for (guint i = 0; i < keyed->len; i++)
    {
      guint32 slot = g_array_index (keyed, Keyed, i).slot;

      g_array_index (self->order, Position, i) = (Position) { slot, rows[slot].generation };
      g_array_index (self->positions, guint32, slot) = i;
    }
}

static void
tell_items (OvProcessList *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      g_autoptr (OvProcessItem) item = NULL;

      if (self->items->pdata[i] == NULL)
        continue;
      item = g_object_ref (self->items->pdata[i]);
      g_signal_emit (item, signals[ITEM_CHANGED], 0);
    }
}

/**
 * ov_process_list_refresh:
 * @self: a list
 *
 * Sorts and filters now, also while the list is frozen: somebody asked for it.
 */
void
ov_process_list_refresh (OvProcessList *self)
{
  g_autoptr (GArray) keyed = NULL;
  gint64 start_us = g_get_monotonic_time ();
  guint n_before;
  guint n_after;

  g_return_if_fail (OV_IS_PROCESS_LIST (self));

  g_clear_handle_id (&self->timer, g_source_remove);
  self->put_off = FALSE;
  n_before = self->order->len;
  keyed = collect (self);
  radix_sort (keyed);
  take_order (self, keyed);
  n_after = self->order->len;
  if (n_after > self->items->len)
    g_ptr_array_set_size (self->items, (gint) n_after);
  if (n_before != n_after)
    g_list_model_items_changed (G_LIST_MODEL (self), MIN (n_before, n_after),
                                n_before > n_after ? n_before - n_after : 0,
                                n_after > n_before ? n_after - n_before : 0);
  tell_items (self);
  self->refreshed_us = g_get_monotonic_time ();
  self->cost_us = self->refreshed_us - start_us;
  g_signal_emit (self, signals[LIST_REFRESHED], 0);
}

static gboolean
refresh_due_cb (gpointer user_data)
{
  OvProcessList *self = user_data;

  self->timer = 0;
  if (!self->frozen)
    ov_process_list_refresh (self);
  else
    {
      self->put_off = TRUE;
      tell_items (self);
      self->refreshed_us = g_get_monotonic_time ();
    }

  return G_SOURCE_REMOVE;
}

static void
table_changed_cb (OvProcessTable *table,
                  guint           flags,
                  OvProcessList  *self)
{
  gint64 pause_us = CLAMP (self->cost_us * SHARE, LEAST_PAUSE_US, MOST_PAUSE_US);
  gint64 wait_us = self->refreshed_us + pause_us - g_get_monotonic_time ();

  if (self->timer != 0)
    return;

  self->timer = wait_us > 0 ? g_timeout_add ((guint) (wait_us / 1000) + 1, refresh_due_cb, self)
                            : g_idle_add_full (G_PRIORITY_DEFAULT, refresh_due_cb, self, NULL);
}

static GType
get_item_type (GListModel *model)
{
  return OV_TYPE_PROCESS_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return OV_PROCESS_LIST (model)->order->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  OvProcessList *self = OV_PROCESS_LIST (model);
  OvProcessItem *item;

  if (position >= self->order->len)
    return NULL;
  if (self->items->pdata[position] != NULL)
    return g_object_ref (self->items->pdata[position]);

  item = g_object_new (OV_TYPE_PROCESS_ITEM, NULL);
  item->list = self;
  item->position = position;
  self->items->pdata[position] = item;

  return item;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
ov_process_list_dispose (GObject *object)
{
  OvProcessList *self = OV_PROCESS_LIST (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  for (guint i = 0; i < self->items->len; i++)
    if (self->items->pdata[i] != NULL)
      OV_PROCESS_ITEM (self->items->pdata[i])->list = NULL;
  g_ptr_array_set_size (self->items, 0);
  g_array_set_size (self->order, 0);

  G_OBJECT_CLASS (ov_process_list_parent_class)->dispose (object);
}

static void
ov_process_list_finalize (GObject *object)
{
  OvProcessList *self = OV_PROCESS_LIST (object);

  g_clear_pointer (&self->search, ov_process_search_free);
  g_clear_pointer (&self->ranks, ov_string_ranks_free);
  g_clear_object (&self->table);
  g_clear_pointer (&self->order, g_array_unref);
  g_clear_pointer (&self->positions, g_array_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->filter, g_free);
  g_clear_pointer (&self->module_name, g_free);

  G_OBJECT_CLASS (ov_process_list_parent_class)->finalize (object);
}

static void
ov_process_list_class_init (OvProcessListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ov_process_list_dispose;
  object_class->finalize = ov_process_list_finalize;

  /**
   * OvProcessList::refreshed:
   * @self: the list
   *
   * The rows were sorted and filtered anew.
   */
  signals[LIST_REFRESHED] =
    g_signal_new ("refreshed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
ov_process_list_init (OvProcessList *self)
{
  self->order = g_array_new (FALSE, FALSE, sizeof (Position));
  self->positions = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->items = g_ptr_array_new ();
  self->column = OV_COLUMN_PID;
}

/**
 * ov_process_list_new:
 * @table: a table
 *
 * Returns: (transfer full): its live processes, in pid order
 */
OvProcessList *
ov_process_list_new (OvProcessTable *table)
{
  OvProcessList *self;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);

  self = g_object_new (OV_TYPE_PROCESS_LIST, NULL);
  self->table = g_object_ref (table);
  self->ranks = ov_string_ranks_new (ov_process_table_get_strings (table));
  g_signal_connect_object (table, "changed", G_CALLBACK (table_changed_cb), self, 0);
  ov_process_list_refresh (self);

  return self;
}

OvProcessTable *
ov_process_list_get_table (OvProcessList *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_LIST (self), NULL);

  return self->table;
}

void
ov_process_list_set_sort (OvProcessList *self,
                          OvColumn       column,
                          gboolean       descending)
{
  g_return_if_fail (OV_IS_PROCESS_LIST (self));
  g_return_if_fail (column < OV_N_COLUMNS);

  descending = descending != FALSE;
  if (self->column == column && self->descending == descending)
    return;

  self->column = column;
  self->descending = descending;
  ov_process_list_refresh (self);
}

OvColumn
ov_process_list_get_sort (OvProcessList *self,
                          gboolean      *descending)
{
  g_return_val_if_fail (OV_IS_PROCESS_LIST (self), OV_COLUMN_PID);

  if (descending != NULL)
    *descending = self->descending;

  return self->column;
}

void
ov_process_list_set_filter (OvProcessList *self,
                            const char    *filter)
{
  g_return_if_fail (OV_IS_PROCESS_LIST (self));

  if (g_strcmp0 (self->filter, filter) == 0)
    return;

  g_free (self->filter);
  self->filter = g_strdup (filter);
  g_clear_pointer (&self->search, ov_process_search_free);
  if (filter != NULL)
    self->search = ov_process_search_new (self->table, filter);
  if (self->search != NULL && ov_process_search_is_empty (self->search))
    g_clear_pointer (&self->search, ov_process_search_free);
  ov_process_list_refresh (self);
}

void
ov_process_list_set_module (OvProcessList *self,
                            const char    *module)
{
  g_return_if_fail (OV_IS_PROCESS_LIST (self));

  if (g_strcmp0 (self->module_name, module) == 0)
    return;

  g_free (self->module_name);
  self->module_name = g_strdup (module);
  ov_process_list_refresh (self);
}

void
ov_process_list_set_frozen (OvProcessList *self,
                            gboolean       frozen)
{
  g_return_if_fail (OV_IS_PROCESS_LIST (self));

  frozen = frozen != FALSE;
  if (self->frozen == frozen)
    return;

  self->frozen = frozen;
  if (!frozen && self->put_off)
    ov_process_list_refresh (self);
}

gboolean
ov_process_list_get_frozen (OvProcessList *self)
{
  g_return_val_if_fail (OV_IS_PROCESS_LIST (self), FALSE);

  return self->frozen;
}

guint32
ov_process_list_slot_at (OvProcessList *self,
                         guint          position)
{
  const OvProcess *row;
  Position at;

  g_return_val_if_fail (OV_IS_PROCESS_LIST (self), OV_SLOT_NONE);

  if (position >= self->order->len)
    return OV_SLOT_NONE;
  at = g_array_index (self->order, Position, position);
  row = ov_process_table_get_row (self->table, at.slot);

  return row != NULL && row->generation == at.generation ? at.slot : OV_SLOT_NONE;
}

guint
ov_process_list_position_of (OvProcessList *self,
                             guint32        slot)
{
  guint position;

  g_return_val_if_fail (OV_IS_PROCESS_LIST (self), G_MAXUINT);

  if (slot >= self->positions->len)
    return G_MAXUINT;
  position = g_array_index (self->positions, guint32, slot);

  return position != G_MAXUINT32 && ov_process_list_slot_at (self, position) == slot ? position
                                                                                    : G_MAXUINT;
}
