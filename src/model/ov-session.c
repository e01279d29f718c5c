/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvSession: what is open and what is looked at.
 * Invariant: the current node is one of the list, or NULL; the selection is a slot of the current
 * node's table and is dropped with it; a selection whose slot was used again since is none.
 * Thread: main.
 */
#include "model/ov-session.h"

struct _OvSession
{
  GObject     parent_instance;
  GListStore *nodes;
  OvNode     *node;
  guint32     selected;
  guint32     selected_generation;
  char       *filter;
};

enum { PROP_0, PROP_NODE, PROP_SELECTED, PROP_FILTER, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (OvSession, ov_session, G_TYPE_OBJECT)

static void
ov_session_dispose (GObject *object)
{
  OvSession *self = OV_SESSION (object);

  g_clear_object (&self->node);
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
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
ov_session_init (OvSession *self)
{
  self->nodes = g_list_store_new (OV_TYPE_NODE);
  self->selected = OV_SLOT_NONE;
  self->filter = g_strdup ("");
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
  g_object_unref (node);
}

OvNode *
ov_session_get_node (OvSession *self)
{
  g_return_val_if_fail (OV_IS_SESSION (self), NULL);

  return self->node;
}

/**
 * ov_session_set_node:
 * @self: a session
 * @node: (nullable): a node that was added
 *
 * Looks at another node; the selection ends.
 */
void
ov_session_set_node (OvSession *self,
                     OvNode    *node)
{
  g_return_if_fail (OV_IS_SESSION (self));
  g_return_if_fail (node == NULL || g_list_store_find (self->nodes, node, NULL));

  if (self->node == node)
    return;

  ov_session_set_selected (self, OV_SLOT_NONE);
  g_set_object (&self->node, node);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NODE]);
}

static const OvProcess *
get_row (OvSession *self,
         guint32    slot)
{
  if (self->node == NULL || slot == OV_SLOT_NONE)
    return NULL;

  return ov_process_table_get_row (ov_node_get_processes (self->node), slot);
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

void
ov_session_set_selected (OvSession *self,
                         guint32    slot)
{
  const OvProcess *row;
  guint32 generation;

  g_return_if_fail (OV_IS_SESSION (self));

  row = get_row (self, slot);
  generation = row != NULL ? row->generation : 0;
  slot = row != NULL ? slot : OV_SLOT_NONE;
  if (self->selected == slot && self->selected_generation == generation)
    return;

  self->selected = slot;
  self->selected_generation = generation;
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
