/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvDiscovery: the nodes that the port mapper of a host knows, as a live GListModel.
 *
 * It looks every two seconds while somebody asked it to (start and stop are counted); nothing
 * listening on the port mapper's port means that no node runs, and is no error.
 * Thread: main.
 */
#pragma once

#include "model/ov-node.h"

G_BEGIN_DECLS

#define OV_TYPE_FOUND_NODE (ov_found_node_get_type ())
G_DECLARE_FINAL_TYPE (OvFoundNode, ov_found_node, OV, FOUND_NODE, GObject)

/* Properties: "name", "host" (strings), "port" (uint). */
const char  *ov_found_node_get_name (OvFoundNode *self); /* "rabbit@localhost" */
const char  *ov_found_node_get_host (OvFoundNode *self);
guint        ov_found_node_get_port (OvFoundNode *self);

#define OV_TYPE_DISCOVERY (ov_discovery_get_type ())
G_DECLARE_FINAL_TYPE (OvDiscovery, ov_discovery, OV, DISCOVERY, GObject)

/* Properties (notify): "looked" (boolean: at least one look is done), "has-epmd" (boolean). */
/* @host NULL: this machine.  A GListModel of OvFoundNode, ordered by name. */
OvDiscovery *ov_discovery_new          (const char *host) G_GNUC_WARN_UNUSED_RESULT;
void         ov_discovery_start        (OvDiscovery *self);
void         ov_discovery_stop         (OvDiscovery *self);
gboolean     ov_discovery_get_looked   (OvDiscovery *self);
gboolean     ov_discovery_get_has_epmd (OvDiscovery *self);

/* One look, for `node list`: (element-type OvFoundNode) (transfer full).  Here a missing port
 * mapper is the error OV_LINK_ERROR_NO_EPMD. */
void         ov_discovery_list_async   (const char          *host,
                                        guint                timeout_ms,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
GPtrArray   *ov_discovery_list_finish  (GAsyncResult  *result,
                                        GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
