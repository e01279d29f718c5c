/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvRestartLog: the list of what supervisors decided, oldest first.
 *
 * Invariant: items and decisions have the same numbers; an item never moves or goes, it only grows.
 * Thread: main.
 */
#include "analytics/ov-restart-private.h"

#include <math.h>
#include <string.h>

#define SECOND_NS ((gint64) 1000000000)
#define MAX_TIMES 4096

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE (OvRestartItem, ov_restart_item, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE_WITH_CODE (OvRestartLog, ov_restart_log, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
ov_restart_item_finalize (GObject *object)
{
  OvRestartItem *self = OV_RESTART_ITEM (object);

  g_clear_pointer (&self->causes, g_array_unref);

  G_OBJECT_CLASS (ov_restart_item_parent_class)->finalize (object);
}

static void
ov_restart_item_class_init (OvRestartItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ov_restart_item_finalize;
}

static void
ov_restart_item_init (OvRestartItem *self)
{
  self->causes = g_array_new (FALSE, FALSE, sizeof (OvCause));
}

/**
 * ov_restart_item_get:
 * @self: an item
 *
 * Returns: (transfer none): what it says now; valid until the log's next "changed"
 */
const OvRestartEntry *
ov_restart_item_get (OvRestartItem *self)
{
  g_return_val_if_fail (OV_IS_RESTART_ITEM (self), NULL);

  return &self->entry;
}

static GType
get_item_type (GListModel *model)
{
  return OV_TYPE_RESTART_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return OV_RESTART_LOG (model)->items->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  OvRestartLog *self = OV_RESTART_LOG (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
decision_free (gpointer data)
{
  OvRestartDecision *decision = data;

  g_clear_pointer (&decision->stopped, g_array_unref);
  g_clear_pointer (&decision->started, g_array_unref);
  g_free (decision);
}

static void
limits_free (gpointer data)
{
  OvRestartLimits *limits = data;

  g_clear_pointer (&limits->times, g_array_unref);
  g_free (limits);
}

static void
ov_restart_log_dispose (GObject *object)
{
  OvRestartLog *self = OV_RESTART_LOG (object);

  ov_restart_replay_end (self);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->decisions, g_ptr_array_unref);
  g_clear_pointer (&self->deaths, g_array_unref);
  g_clear_pointer (&self->death_of, g_hash_table_unref);
  g_clear_pointer (&self->limits, g_hash_table_unref);
  g_clear_pointer (&self->texts, g_string_chunk_free);
  g_clear_pointer (&self->store, ov_store_unref);
  g_clear_object (&self->table);

  G_OBJECT_CLASS (ov_restart_log_parent_class)->dispose (object);
}

static void
ov_restart_log_class_init (OvRestartLogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_restart_log_dispose;

  /**
   * OvRestartLog::changed:
   *
   * An entry grew: what ov_restart_item_get() gave before is no longer valid.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ov_restart_log_init (OvRestartLog *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->decisions = g_ptr_array_new_with_free_func (decision_free);
  self->deaths = g_array_new (FALSE, FALSE, sizeof (OvRestartDeath));
  self->death_of = g_hash_table_new_full (ov_pid_hash, ov_pid_equal, g_free, NULL);
  self->limits = g_hash_table_new_full (ov_pid_hash, ov_pid_equal, NULL, limits_free);
  self->texts = g_string_chunk_new (256);
}

static void
lifecycle_cb (OvProcessTable    *table,
              const OvLifecycle *life,
              OvRestartLog      *self)
{
  ov_restart_join_facts (self, G_MAXINT64);
}

static void
table_changed_cb (OvProcessTable *table,
                  guint           flags,
                  OvRestartLog   *self)
{
  if (flags & OV_TABLE_DETAILS)
    ov_restart_join_refresh (self);
}

/**
 * ov_restart_log_new:
 * @table: a live table; what it tells from now on is joined
 * @store: (nullable): where links are looked for that the table does not know
 *
 * Returns: (transfer full): an empty log
 */
OvRestartLog *
ov_restart_log_new (OvProcessTable *table,
                    OvStore        *store)
{
  OvRestartLog *self;

  g_return_val_if_fail (OV_IS_PROCESS_TABLE (table), NULL);

  self = g_object_new (OV_TYPE_RESTART_LOG, NULL);
  self->table = g_object_ref (table);
  self->store = store != NULL ? ov_store_ref (store) : NULL;
  self->next_fact = ov_process_table_get_n_facts (table);
  g_signal_connect_object (table, "lifecycle", G_CALLBACK (lifecycle_cb), self, 0);
  g_signal_connect_object (table, "changed", G_CALLBACK (table_changed_cb), self, 0);

  return self;
}

guint
ov_restart_log_get_size (OvRestartLog *self)
{
  g_return_val_if_fail (OV_IS_RESTART_LOG (self), 0);

  return self->items->len;
}

/**
 * ov_restart_log_get:
 * @self: a log
 * @index: below ov_restart_log_get_size()
 *
 * Returns: (transfer none): the entry, valid until the next "changed"
 */
const OvRestartEntry *
ov_restart_log_get (OvRestartLog *self,
                    guint         index)
{
  g_return_val_if_fail (OV_IS_RESTART_LOG (self), NULL);
  g_return_val_if_fail (index < self->items->len, NULL);

  return &OV_RESTART_ITEM (g_ptr_array_index (self->items, index))->entry;
}

/*< private >
 * ov_restart_log_get_death:
 *
 * Returns: the death with this number, %NULL when it is forgotten
 */
OvRestartDeath *
ov_restart_log_get_death (OvRestartLog *self,
                          guint64       number)
{
  if (number < self->first_death || number - self->first_death >= self->deaths->len)
    return NULL;

  return &g_array_index (self->deaths, OvRestartDeath, number - self->first_death);
}

OvRestartDeath *
ov_restart_log_find_death (OvRestartLog *self,
                           const OvPid  *pid,
                           guint64      *number)
{
  gsize found = GPOINTER_TO_SIZE (g_hash_table_lookup (self->death_of, pid));

  *number = found == 0 ? OV_DEATH_NONE : (guint64) found - 1;
  return found == 0 ? NULL : ov_restart_log_get_death (self, *number);
}

/* While it lives the table knows best. */
static void
update_limits (OvRestartLog    *self,
               OvRestartLimits *limits)
{
  OvStrings *strings = ov_process_table_get_strings (self->table);
  guint32 slot = ov_process_table_find_pid (self->table, &limits->pid);
  const OvProcess *row = slot != OV_SLOT_NONE ? ov_process_table_get_row (self->table, slot) : NULL;

  if (row == NULL)
    return;
  if (row->name != OV_STRING_NONE)
    limits->name = ov_strings_get (strings, row->name);
  if (row->strategy == OV_STRATEGY_UNKNOWN)
    return;

  limits->strategy = row->strategy;
  limits->intensity = row->intensity;
  limits->period_s = row->period_s;
  limits->known = TRUE;
}

/*< private >
 * ov_restart_log_get_limits:
 *
 * Returns: what is known of a supervisor, also after its end
 */
OvRestartLimits *
ov_restart_log_get_limits (OvRestartLog *self,
                           const OvPid  *supervisor)
{
  OvRestartLimits *limits = g_hash_table_lookup (self->limits, supervisor);

  if (limits == NULL)
    {
      limits = g_new0 (OvRestartLimits, 1);
      limits->pid = *supervisor;
      limits->times = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_hash_table_insert (self->limits, &limits->pid, limits);
    }
  update_limits (self, limits);
  return limits;
}

/*< private >
 * ov_restart_log_inherit_limits:
 *
 * A supervisor that was started in the place of another is set up as that was, until it has been asked.
 */
void
ov_restart_log_inherit_limits (OvRestartLog *self,
                               const OvPid  *from,
                               const OvPid  *to)
{
  const OvRestartLimits *old = g_hash_table_lookup (self->limits, from);
  OvRestartLimits *limits;

  if (old == NULL || !old->known)
    return;

  limits = ov_restart_log_get_limits (self, to);
  if (limits->known)
    return;
  limits->name = limits->name != NULL ? limits->name : old->name;
  limits->strategy = old->strategy;
  limits->intensity = old->intensity;
  limits->period_s = old->period_s;
  limits->known = TRUE;
}

static gint64
whole_seconds (gint64 at_ns)
{
  return at_ns / SECOND_NS - (at_ns % SECOND_NS < 0);
}

/*< private >
 * ov_restart_count_recent:
 *
 * As OTP's supervisor counts: whole seconds, and the one that is just the period ago still counts.  Its seconds
 * begin at another instant than ours, so by one restart the count may be off.
 *
 * Returns: how many restarts until @at_ns count at @at_ns
 */
guint
ov_restart_count_recent (const OvRestartLimits *limits,
                         gint64                 at_ns)
{
  gint64 now_s = whole_seconds (at_ns);
  guint n = 0;

  for (guint i = limits->times->len; i-- > 0 && n < MAX_TIMES;)
    {
      gint64 time_ns = g_array_index (limits->times, gint64, i);

      if (time_ns <= at_ns && now_s - whole_seconds (time_ns) <= (gint64) limits->period_s)
        n++;
    }

  return n;
}

/*< private >
 * ov_restart_get_headroom:
 *
 * Returns: H = 1 - r_T / (MaxR + 1), NaN when the limits are not known
 */
double
ov_restart_get_headroom (const OvRestartLimits *limits,
                         guint                  n_recent)
{
  if (!limits->known)
    return NAN;

  return MAX (0, 1 - (double) n_recent / ((double) limits->intensity + 1));
}

/**
 * ov_restart_log_get_headroom:
 * @self: a log
 * @supervisor: a supervisor
 * @at_ns: an instant of the node's system time
 * @n_recent: (out) (optional): restarts that count at that instant, of those that this log saw
 * @headroom: (out) (optional): 1 - r / (MaxR + 1): 1 is untouched, at 0 it has given up
 *
 * Returns: %FALSE when the supervisor's limits are not known
 */
gboolean
ov_restart_log_get_headroom (OvRestartLog *self,
                             const OvPid  *supervisor,
                             gint64        at_ns,
                             guint        *n_recent,
                             double       *headroom)
{
  const OvRestartLimits *limits;
  guint n;

  g_return_val_if_fail (OV_IS_RESTART_LOG (self), FALSE);
  g_return_val_if_fail (supervisor != NULL, FALSE);

  limits = ov_restart_log_get_limits (self, supervisor);
  if (!limits->known)
    return FALSE;

  n = ov_restart_count_recent (limits, at_ns);
  if (n_recent != NULL)
    *n_recent = n;
  if (headroom != NULL)
    *headroom = ov_restart_get_headroom (limits, n);
  return TRUE;
}

/*< private >
 * ov_restart_log_grew:
 *
 * Tells that a decision is new, or that there is more of it.
 */
void
ov_restart_log_grew (OvRestartLog *self,
                     guint         number,
                     gboolean      is_new)
{
  if (is_new)
    g_ptr_array_add (self->items, g_object_new (OV_TYPE_RESTART_ITEM, NULL));
  ov_restart_fill_entry (self, number);

  if (is_new)
    g_list_model_items_changed (G_LIST_MODEL (self), number, 0, 1);
  else
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}
