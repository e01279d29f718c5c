/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvDiscovery asks the port mapper every two seconds while somebody looks.
 *
 *   IDLE ──start──► LOOKING ──entries──► ASKING the new ones for their names ──► WAITING ──2 s──► LOOKING
 *     ▲                │                    │                                       │
 *     └──last stop─────┴────────────────────┴───────────────────────────────────────┘
 *   an answer after the last stop is dropped
 *
 * Invariant: found is ordered by name and holds no name twice; a refresh emits one items-changed for
 * the smallest range that differs.
 * Thread: main.
 */
#include "model/ov-discovery.h"

#include "link/ov-epmd.h"
#include "model/ov-found-names-private.h"

#include <string.h>

#define LOOK_EVERY_S 2
#define ANSWER_MS 1500
#define MAX_NODES 1000
#define LOOPBACK "127.0.0.1"

struct _OvFoundNode
{
  GObject parent_instance;
  char   *name;
  char   *host;
  guint   port;
};

enum { NODE_PROP_0, NODE_PROP_NAME, NODE_PROP_HOST, NODE_PROP_PORT, N_NODE_PROPERTIES };

static GParamSpec *node_properties[N_NODE_PROPERTIES];

G_DEFINE_FINAL_TYPE (OvFoundNode, ov_found_node, G_TYPE_OBJECT)

struct _OvDiscovery
{
  GObject       parent_instance;
  char         *host;
  GPtrArray    *found;
  GPtrArray    *entries;     /* of the look that is under way */
  OvKnownNames *known;
  GCancellable *cancellable; /* of a look that is under way */
  guint         timer;
  guint         n_users;
  gboolean      looked;
  gboolean      has_epmd;
};

enum { PROP_0, PROP_LOOKED, PROP_HAS_EPMD, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OvDiscovery, ov_discovery, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
ov_found_node_finalize (GObject *object)
{
  OvFoundNode *self = OV_FOUND_NODE (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->host, g_free);

  G_OBJECT_CLASS (ov_found_node_parent_class)->finalize (object);
}

static void
ov_found_node_get_property (GObject    *object,
                            guint       property,
                            GValue     *value,
                            GParamSpec *pspec)
{
  OvFoundNode *self = OV_FOUND_NODE (object);

  switch (property)
    {
    case NODE_PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case NODE_PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case NODE_PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_found_node_class_init (OvFoundNodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = ov_found_node_finalize;
  object_class->get_property = ov_found_node_get_property;
  node_properties[NODE_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  node_properties[NODE_PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, flags);
  node_properties[NODE_PROP_PORT] =
    g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  g_object_class_install_properties (object_class, N_NODE_PROPERTIES, node_properties);
}

static void
ov_found_node_init (OvFoundNode *self)
{
}

const char *
ov_found_node_get_name (OvFoundNode *self)
{
  g_return_val_if_fail (OV_IS_FOUND_NODE (self), NULL);

  return self->name;
}

const char *
ov_found_node_get_host (OvFoundNode *self)
{
  g_return_val_if_fail (OV_IS_FOUND_NODE (self), NULL);

  return self->host;
}

guint
ov_found_node_get_port (OvFoundNode *self)
{
  g_return_val_if_fail (OV_IS_FOUND_NODE (self), 0);

  return self->port;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const OvFoundNode *first = *(OvFoundNode *const *) a;
  const OvFoundNode *second = *(OvFoundNode *const *) b;

  return strcmp (first->name, second->name);
}

static GPtrArray *
make_nodes (GPtrArray  *entries,
            char      **names,
            const char *host)
{
  GPtrArray *nodes = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < entries->len && i < MAX_NODES; i++)
    {
      const OvEpmdEntry *entry = g_ptr_array_index (entries, i);
      OvFoundNode *node = g_object_new (OV_TYPE_FOUND_NODE, NULL);

      node->name = g_strdup (names[i]);
      node->host = g_strdup (host);
      node->port = entry->port;
      g_ptr_array_add (nodes, node);
    }
  g_ptr_array_sort (nodes, compare_names);

  return nodes;
}

static gboolean
is_same_node (const OvFoundNode *a,
              const OvFoundNode *b)
{
  return a->port == b->port && g_str_equal (a->name, b->name);
}

/* Objects of nodes that stayed are kept, and only the range that differs is told. */
static void
take_nodes (OvDiscovery *self,
            GPtrArray   *nodes)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->found);
  guint head = 0;
  guint tail = 0;

  self->found = g_ptr_array_ref (nodes);
  while (head < old->len && head < nodes->len
         && is_same_node (old->pdata[head], nodes->pdata[head]))
    {
      g_set_object ((OvFoundNode **) &nodes->pdata[head], OV_FOUND_NODE (old->pdata[head]));
      head++;
    }
  while (tail < old->len - head && tail < nodes->len - head
         && is_same_node (old->pdata[old->len - 1 - tail], nodes->pdata[nodes->len - 1 - tail]))
    {
      g_set_object ((OvFoundNode **) &nodes->pdata[nodes->len - 1 - tail],
                    OV_FOUND_NODE (old->pdata[old->len - 1 - tail]));
      tail++;
    }

  if (old->len != nodes->len || head + tail < old->len)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail,
                                nodes->len - head - tail);
}

static const char *
display_host (const char *host)
{
  return host != NULL ? host : "localhost";
}

static void look (OvDiscovery *self);

static gboolean
look_again_cb (gpointer user_data)
{
  OvDiscovery *self = user_data;

  self->timer = 0;
  look (self);

  return G_SOURCE_REMOVE;
}

static void
set_looked (OvDiscovery *self,
            gboolean     has_epmd)
{
  if (self->has_epmd != has_epmd)
    {
      self->has_epmd = has_epmd;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_EPMD]);
    }
  if (!self->looked)
    {
      self->looked = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOOKED]);
    }
}

static void
end_one_look (OvDiscovery *self,
              GPtrArray   *nodes,
              gboolean     has_epmd)
{
  g_clear_object (&self->cancellable);
  take_nodes (self, nodes);
  set_looked (self, has_epmd);
  if (self->n_users > 0 && self->timer == 0)
    self->timer = g_timeout_add_seconds (LOOK_EVERY_S, look_again_cb, self);
}

static void
names_arrived_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (OvDiscovery) self = user_data;
  g_auto (GStrv) names = ov_found_names_finish (result, NULL); /* only being cancelled is one */
  g_autoptr (GPtrArray) nodes = NULL;

  if (names == NULL || self->cancellable == NULL)
    return;

  nodes = make_nodes (self->entries, names, display_host (self->host));
  end_one_look (self, nodes, TRUE);
}

static const char *
address_of (const char *host)
{
  return host != NULL ? host : LOOPBACK;
}

static void
entries_arrived_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (OvDiscovery) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = ov_epmd_names_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* That nothing listens, or does not answer in time, means that there is no node to show. */
  if (entries == NULL)
    {
      g_autoptr (GPtrArray) none = g_ptr_array_new_with_free_func (g_object_unref);

      end_one_look (self, none, FALSE);
      return;
    }

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  self->entries = g_ptr_array_ref (entries);
  ov_found_names_async (entries, address_of (self->host), display_host (self->host), self->known,
                        self->cancellable, names_arrived_cb, g_object_ref (self));
}

static void
look (OvDiscovery *self)
{
  if (self->cancellable != NULL)
    return;

  self->cancellable = g_cancellable_new ();
  ov_epmd_names_async (address_of (self->host), ANSWER_MS, self->cancellable, entries_arrived_cb,
                       g_object_ref (self));
}

static void
end_look (OvDiscovery *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static GType
get_item_type (GListModel *model)
{
  return OV_TYPE_FOUND_NODE;
}

static guint
get_n_items (GListModel *model)
{
  return OV_DISCOVERY (model)->found->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  OvDiscovery *self = OV_DISCOVERY (model);

  return position < self->found->len ? g_object_ref (self->found->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
ov_discovery_dispose (GObject *object)
{
  end_look (OV_DISCOVERY (object));

  G_OBJECT_CLASS (ov_discovery_parent_class)->dispose (object);
}

static void
ov_discovery_finalize (GObject *object)
{
  OvDiscovery *self = OV_DISCOVERY (object);

  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->host, g_free);

  G_OBJECT_CLASS (ov_discovery_parent_class)->finalize (object);
}

static void
ov_discovery_get_property (GObject    *object,
                           guint       property,
                           GValue     *value,
                           GParamSpec *pspec)
{
  OvDiscovery *self = OV_DISCOVERY (object);

  switch (property)
    {
    case PROP_LOOKED:
      g_value_set_boolean (value, self->looked);
      break;
    case PROP_HAS_EPMD:
      g_value_set_boolean (value, self->has_epmd);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_discovery_class_init (OvDiscoveryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = ov_discovery_dispose;
  object_class->finalize = ov_discovery_finalize;
  object_class->get_property = ov_discovery_get_property;
  properties[PROP_LOOKED] = g_param_spec_boolean ("looked", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_EPMD] = g_param_spec_boolean ("has-epmd", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
ov_discovery_init (OvDiscovery *self)
{
  self->found = g_ptr_array_new_with_free_func (g_object_unref);
  self->known = ov_known_names_new ();
}

/**
 * ov_discovery_new:
 * @host: (nullable): whose port mapper; %NULL for this machine's
 *
 * Returns: (transfer full): a list that is empty until ov_discovery_start()
 */
OvDiscovery *
ov_discovery_new (const char *host)
{
  OvDiscovery *self = g_object_new (OV_TYPE_DISCOVERY, NULL);

  self->host = g_strdup (host);

  return self;
}

void
ov_discovery_start (OvDiscovery *self)
{
  g_return_if_fail (OV_IS_DISCOVERY (self));

  if (self->n_users++ == 0)
    look (self);
}

void
ov_discovery_stop (OvDiscovery *self)
{
  g_return_if_fail (OV_IS_DISCOVERY (self));
  g_return_if_fail (self->n_users > 0);

  if (--self->n_users == 0)
    end_look (self);
}

gboolean
ov_discovery_get_looked (OvDiscovery *self)
{
  g_return_val_if_fail (OV_IS_DISCOVERY (self), FALSE);

  return self->looked;
}

gboolean
ov_discovery_get_has_epmd (OvDiscovery *self)
{
  g_return_val_if_fail (OV_IS_DISCOVERY (self), FALSE);

  return self->has_epmd;
}

typedef struct
{
  char      *host; /* NULL: this machine */
  GPtrArray *entries;
} List;

static void
list_free (gpointer data)
{
  List *list = data;

  g_clear_pointer (&list->entries, g_ptr_array_unref);
  g_free (list->host);
  g_free (list);
}

static void
list_named_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const List *list = g_task_get_task_data (task);
  GError *error = NULL;
  g_auto (GStrv) names = ov_found_names_finish (result, &error);

  if (names == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, make_nodes (list->entries, names, display_host (list->host)),
                           (GDestroyNotify) g_ptr_array_unref);
}

static void
list_arrived_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GHashTable) known = ov_known_names_new ();
  List *list = g_task_get_task_data (task);
  GError *error = NULL;

  list->entries = ov_epmd_names_finish (result, &error);
  if (list->entries == NULL)
    g_task_return_error (task, error);
  else
    ov_found_names_async (list->entries, address_of (list->host), display_host (list->host), known,
                          g_task_get_cancellable (task), list_named_cb, g_object_ref (task));
}

void
ov_discovery_list_async (const char          *host,
                         guint                timeout_ms,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  List *list = g_new0 (List, 1);

  g_task_set_source_tag (task, ov_discovery_list_async);
  list->host = g_strdup (host);
  g_task_set_task_data (task, list, list_free);
  ov_epmd_names_async (address_of (host), timeout_ms, cancellable, list_arrived_cb, task);
}

GPtrArray *
ov_discovery_list_finish (GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
