/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSession: what is open and what is looked at.
 *
 *                set_instant            the table of the instant is there
 *   live table ─────────────► seeking ────────────────────────────────────► past table
 *       ▲                       │  ▲ └─ another instant was asked for ─┐       │ set_instant
 *       │ OV_INSTANT_LIVE       │  └───────────────────────────────────┘◄──────┘
 *       └───────────────────────┴── the table shown stays the one before until another is there
 *
 * While a pointer drags along the time line instants come faster than tables: each that is reached is
 * shown, then the latest is sought.
 * Invariant: the current node is one of the list, or NULL; the selection is a process: it is shown by its
 * slot in the table that is shown, and is kept by its pid over tables.  In one table a selection whose slot
 * was used again since is none.
 * Thread: main.
 */
#include "model/ov-session.h"

#include "model/ov-past.h"

struct _OvSession
{
  GObject     parent_instance;
  GListStore *nodes;
  OvNode     *node;
  guint32     selected;
  guint32     selected_generation;
  OvPid       selected_pid;  /* of the selection, also where the table shown does not have it */
  char       *filter;

  gint64      instant_ns;
  gint64      from_ns, to_ns; /* 0, 0: no range */
  GHashTable *pasts;         /* OvNode -> OvPast, of nodes whose past was looked at */
  OvProcessTable *table;     /* what is shown; of a past, or the node's own */
  GCancellable *seek;        /* the one under way */
};

enum { PROP_0, PROP_NODE, PROP_SELECTED, PROP_FILTER, PROP_INSTANT, PROP_TABLE, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

enum { SIGNAL_RANGE_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvSession, ov_session, G_TYPE_OBJECT)

static void
ov_session_dispose (GObject *object)
{
  OvSession *self = OV_SESSION (object);

  g_cancellable_cancel (self->seek);
  g_clear_object (&self->seek);
  g_clear_object (&self->node);
  g_clear_object (&self->table);
  g_clear_pointer (&self->pasts, g_hash_table_unref);
  if (self->nodes != NULL)
    g_list_store_remove_all (self->nodes);

  G_OBJECT_CLASS (ov_session_parent_class)->dispose (object);
}

static void
ov_session_finalize (GObject *object)
{
  OvSession *self = OV_SESSION (object);

  g_clear_object (&self->nodes);
  g_clear_pointer (&self->filter, g_free);

  G_OBJECT_CLASS (ov_session_parent_class)->finalize (object);
}

static void
ov_session_get_property (GObject    *object,
                         guint       property,
                         GValue     *value,
                         GParamSpec *pspec)
{
  OvSession *self = OV_SESSION (object);

  switch (property)
    {
    case PROP_NODE:
      g_value_set_object (value, self->node);
      break;
    case PROP_SELECTED:
      g_value_set_uint (value, ov_session_get_selected (self));
      break;
    case PROP_FILTER:
      g_value_set_string (value, self->filter);
      break;
    case PROP_INSTANT:
      g_value_set_int64 (value, self->instant_ns);
      break;
    case PROP_TABLE:
      g_value_set_object (value, self->table);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_session_set_property (GObject      *object,
                         guint         property,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  OvSession *self = OV_SESSION (object);

  switch (property)
    {
    case PROP_NODE:
      ov_session_set_node (self, g_value_get_object (value));
      break;
    case PROP_SELECTED:
      ov_session_set_selected (self, g_value_get_uint (value));
      break;
    case PROP_FILTER:
      ov_session_set_filter (self, g_value_get_string (value));
      break;
    case PROP_INSTANT:
      ov_session_set_instant (self, g_value_get_int64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_session_class_init (OvSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = ov_session_dispose;
  object_class->finalize = ov_session_finalize;
  object_class->get_property = ov_session_get_property;
  object_class->set_property = ov_session_set_property;

  /**
   * OvSession:node: (nullable)
   *
   * The node that is looked at.
   */
  properties[PROP_NODE] = g_param_spec_object ("node", NULL, NULL, OV_TYPE_NODE, flags);
  /**
   * OvSession:selected:
   *
   * The selected process, as a slot of the node's table; %OV_SLOT_NONE for none.
   */
  properties[PROP_SELECTED] =
    g_param_spec_uint ("selected", NULL, NULL, 0, G_MAXUINT, OV_SLOT_NONE, flags);
  /**
   * OvSession:filter:
   *
   * What is searched for on all pages; never %NULL.
   */
  properties[PROP_FILTER] = g_param_spec_string ("filter", NULL, NULL, "", flags);
  /**
   * OvSession:instant:
   *
   * What is looked at on the axis of time, ns since the epoch by the node's clock; %OV_INSTANT_LIVE: now.
   */
  properties[PROP_INSTANT] = g_param_spec_int64 ("instant", NULL, NULL, G_MININT64, G_MAXINT64,
                                                 OV_INSTANT_LIVE, flags);
  /**
   * OvSession:table: (nullable)
   *
   * The processes to draw: those of the node now, or at the instant.
   */
  properties[PROP_TABLE] =
    g_param_spec_object ("table", NULL, NULL, OV_TYPE_PROCESS_TABLE,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * OvSession::range-changed:
   * @self: a session
   *
   * ov_session_get_range() says something else.
   */
  signals[SIGNAL_RANGE_CHANGED] =
    g_signal_new ("range-changed", OV_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
ov_session_init (OvSession *self)
{
  self->nodes = g_list_store_new (OV_TYPE_NODE);
  self->selected = OV_SLOT_NONE;
  self->filter = g_strdup ("");
  self->pasts = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}

OvSession *
ov_session_new (void)
{
  return g_object_new (OV_TYPE_SESSION, NULL);
}

GListModel *
ov_session_list_nodes (OvSession *self)
{
  g_return_val_if_fail (OV_IS_SESSION (self), NULL);

  return G_LIST_MODEL (self->nodes);
}

/**
 * ov_session_find_node:
 * @self: a session
 * @name: a node's name
 *
 * Returns: (transfer none) (nullable): the open node of that name
 */
OvNode *
ov_session_find_node (OvSession  *self,
                      const char *name)
{
  g_return_val_if_fail (OV_IS_SESSION (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->nodes)); i++)
    {
      g_autoptr (OvNode) node = g_list_model_get_item (G_LIST_MODEL (self->nodes), i);

      if (g_str_equal (ov_node_get_name (node), name))
        return node; /* the list keeps it */
    }

  return NULL;
}

/**
 * ov_session_add_node:
 * @self: a session
 * @node: a node
 *
 * Opens a node; the first one becomes the current. Adding a node twice changes nothing.
 */
void
ov_session_add_node (OvSession *self,
                     OvNode    *node)
{
  g_return_if_fail (OV_IS_SESSION (self));
  g_return_if_fail (OV_IS_NODE (node));

  if (g_list_store_find (self->nodes, node, NULL))
    return;

  g_list_store_append (self->nodes, node);
  if (self->node == NULL)
    ov_session_set_node (self, node);
}

void
ov_session_remove_node (OvSession *self,
                        OvNode    *node)
{
  guint position;

  g_return_if_fail (OV_IS_SESSION (self));
  g_return_if_fail (OV_IS_NODE (node));

  if (!g_list_store_find (self->nodes, node, &position))
    return;

  g_object_ref (node);
  g_list_store_remove (self->nodes, position);
  if (self->node == node)
    {
      guint n = g_list_model_get_n_items (G_LIST_MODEL (self->nodes));
      g_autoptr (OvNode) next = NULL;

      if (n > 0)
        next = g_list_model_get_item (G_LIST_MODEL (self->nodes), MIN (position, n - 1));
      ov_session_set_node (self, next);
    }
  g_hash_table_remove (self->pasts, node);
  g_object_unref (node);
}

OvNode *
ov_session_get_node (OvSession *self)
{
  g_return_val_if_fail (OV_IS_SESSION (self), NULL);

  return self->node;
}

static const OvProcess *
get_row (OvSession *self,
         guint32    slot)
{
  if (self->table == NULL || slot == OV_SLOT_NONE)
    return NULL;

  return ov_process_table_get_row (self->table, slot);
}

static gboolean
select_slot (OvSession *self,
             guint32    slot)
{
  const OvProcess *row = get_row (self, slot);
  guint32 generation = row != NULL ? row->generation : 0;

  slot = row != NULL ? slot : OV_SLOT_NONE;
  if (self->selected == slot && self->selected_generation == generation)
    return FALSE;

  self->selected = slot;
  self->selected_generation = generation;
  return TRUE;
}

/* The same process in what is shown now; it may not have lived then. */
static void
select_again (OvSession *self)
{
  guint32 slot = OV_SLOT_NONE;

  if (self->table != NULL && !ov_pid_is_none (&self->selected_pid))
    slot = ov_process_table_find_pid (self->table, &self->selected_pid);
  if (select_slot (self, slot))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

/* Also for a table that stands at another instant than before: slots may be others. */
static void
show_table (OvSession      *self,
            OvProcessTable *table)
{
  if (g_set_object (&self->table, table))
    {
      self->selected = OV_SLOT_NONE; /* a slot of the other table */
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TABLE]);
    }
  select_again (self);
}

static OvPast *
get_past (OvSession *self)
{
  OvPast *past = g_hash_table_lookup (self->pasts, self->node);

  if (past == NULL)
    {
      past = ov_past_new (ov_node_get_store (self->node));
      g_hash_table_insert (self->pasts, self->node, past);
    }

  return past;
}

static void seek (OvSession *self);

static void
sought_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (OvSession) self = user_data;
  g_autoptr (GError) error = NULL;
  OvPast *past = OV_PAST (source);
  OvProcessTable *table = ov_past_seek_finish (past, result, &error);

  if (table == NULL)
    return; /* cancelled: something else is looked at by now */

  g_clear_object (&self->seek);
  show_table (self, table);
  if (self->instant_ns != OV_INSTANT_LIVE && ov_past_get_instant (past) != self->instant_ns)
    seek (self);
}

static void
seek (OvSession *self)
{
  self->seek = g_cancellable_new ();
  ov_past_seek_async (get_past (self), self->instant_ns, self->seek, sought_cb,
                      g_object_ref (self));
}

static void
stop_seeking (OvSession *self)
{
  g_cancellable_cancel (self->seek);
  g_clear_object (&self->seek);
}

/**
 * ov_session_set_node:
 * @self: a session
 * @node: (nullable): a node that was added
 *
 * Looks at another node, at the same instant; the selection ends.
 */
void
ov_session_set_node (OvSession *self,
                     OvNode    *node)
{
  g_return_if_fail (OV_IS_SESSION (self));
  g_return_if_fail (node == NULL || g_list_store_find (self->nodes, node, NULL));

  if (self->node == node)
    return;

  stop_seeking (self);
  ov_session_set_selected (self, OV_SLOT_NONE);
  g_set_object (&self->node, node);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NODE]);
  if (self->node != node)
    return; /* a handler looked elsewhere */

  show_table (self, node != NULL ? ov_node_get_processes (node) : NULL);
  if (node != NULL && self->instant_ns != OV_INSTANT_LIVE)
    seek (self);
}

/**
 * ov_session_get_selected:
 * @self: a session
 *
 * Returns: the slot of the selected process, %OV_SLOT_NONE when nothing is selected or what was
 *   has ended and its grave is gone
 */
guint32
ov_session_get_selected (OvSession *self)
{
  const OvProcess *row;

  g_return_val_if_fail (OV_IS_SESSION (self), OV_SLOT_NONE);

  row = get_row (self, self->selected);

  return row != NULL && row->generation == self->selected_generation ? self->selected
                                                                     : OV_SLOT_NONE;
}

/**
 * ov_session_set_selected:
 * @self: a session
 * @slot: a slot of ov_session_get_table(), or %OV_SLOT_NONE
 *
 * Selects a process; it stays selected when another instant is looked at.
 */
void
ov_session_set_selected (OvSession *self,
                         guint32    slot)
{
  const OvProcess *row;

  g_return_if_fail (OV_IS_SESSION (self));

  row = get_row (self, slot);
  self->selected_pid = row != NULL ? row->pid : OV_PID_NONE;
  if (select_slot (self, slot))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

const char *
ov_session_get_filter (OvSession *self)
{
  g_return_val_if_fail (OV_IS_SESSION (self), NULL);

  return self->filter;
}

void
ov_session_set_filter (OvSession  *self,
                       const char *filter)
{
  g_return_if_fail (OV_IS_SESSION (self));

  if (filter == NULL)
    filter = "";
  if (g_str_equal (self->filter, filter))
    return;

  g_free (self->filter);
  self->filter = g_strdup (filter);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILTER]);
}

gint64
ov_session_get_instant (OvSession *self)
{
  g_return_val_if_fail (OV_IS_SESSION (self), OV_INSTANT_LIVE);

  return self->instant_ns;
}

/**
 * ov_session_set_instant:
 * @self: a session
 * @at_ns: an instant by the node's clock, or %OV_INSTANT_LIVE
 *
 * Looks at another instant. "instant" is notified at once, "table" (or, where the table is the same
 * object, its OvProcessTable::changed) when the table of that instant is there.
 */
void
ov_session_set_instant (OvSession *self,
                        gint64     at_ns)
{
  g_return_if_fail (OV_IS_SESSION (self));

  if (self->instant_ns == at_ns)
    return;

  self->instant_ns = at_ns;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INSTANT]);
  if (self->from_ns == 0 && self->to_ns == 0)
    g_signal_emit (self, signals[SIGNAL_RANGE_CHANGED], 0);
  if (self->node == NULL || self->instant_ns != at_ns)
    return;

  if (at_ns == OV_INSTANT_LIVE)
    {
      stop_seeking (self);
      show_table (self, ov_node_get_processes (self->node));
    }
  else if (self->seek == NULL)
    seek (self);
}

/**
 * ov_session_get_table:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): the processes to draw
 */
OvProcessTable *
ov_session_get_table (OvSession *self)
{
  g_return_val_if_fail (OV_IS_SESSION (self), NULL);

  return self->table;
}

/**
 * ov_session_get_range:
 * @self: a session
 * @from_ns: (out): its begin
 * @to_ns: (out): its end, which does not belong to it
 *
 * Returns: whether a range was set; else it is the last %OV_RANGE_LIVE_NS before the instant
 */
gboolean
ov_session_get_range (OvSession *self,
                      gint64    *from_ns,
                      gint64    *to_ns)
{
  g_return_val_if_fail (OV_IS_SESSION (self), FALSE);
  g_return_val_if_fail (from_ns != NULL && to_ns != NULL, FALSE);

  if (self->from_ns != 0 || self->to_ns != 0)
    {
      *from_ns = self->from_ns;
      *to_ns = self->to_ns;
      return TRUE;
    }

  *to_ns = self->instant_ns;
  if (self->instant_ns == OV_INSTANT_LIVE)
    *to_ns = self->node != NULL ? ov_node_get_now (self->node) : g_get_real_time () * 1000;
  if (*to_ns < G_MAXINT64)
    ++*to_ns; /* what happened at the instant belongs to it */
  *from_ns = *to_ns - OV_RANGE_LIVE_NS;

  return FALSE;
}

/**
 * ov_session_set_range:
 * @self: a session
 * @from_ns: its begin
 * @to_ns: its end; before the begin counts as the begin
 *
 * Sets what lists, graphs and charts show; 0 and 0 for what is around the instant.
 */
void
ov_session_set_range (OvSession *self,
                      gint64     from_ns,
                      gint64     to_ns)
{
  g_return_if_fail (OV_IS_SESSION (self));

  to_ns = MAX (from_ns, to_ns);
  if (self->from_ns == from_ns && self->to_ns == to_ns)
    return;

  self->from_ns = from_ns;
  self->to_ns = to_ns;
  g_signal_emit (self, signals[SIGNAL_RANGE_CHANGED], 0);
}
