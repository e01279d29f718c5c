/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is a node that is gone there again?  Every two seconds the port mapper is asked; where it knows
 * nothing (old releases do not register again with a port mapper that was started anew) the
 * port of last time is tried.  Coming back is told, never acted upon: who shows the node decides.
 * Thread: main.
 */
#include "model/ov-node-private.h"

#include "link/ov-epmd.h"

#include <string.h>

#define LOOK_EVERY_S 2
#define ANSWER_MS 1500

static void
look_done (OvNode  *self,
           guint16  port)
{
  g_clear_object (&self->return_look);
  if (port != 0)
    self->return_port = port;
  ov_node_set_can_reconnect (self, port != 0);
}

static void
port_tried_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (OvNode) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
    g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* That nobody answers is what was to be found out. */
  look_done (self, connection != NULL ? self->last_port : 0);
}

static char *
dup_host (OvNode *self)
{
  const char *at = strchr (self->name, '@');

  if (self->host != NULL)
    return g_strdup (self->host);

  return g_strdup (at != NULL ? at + 1 : "127.0.0.1");
}

static void
try_port (OvNode *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *host = dup_host (self);

  g_socket_client_set_timeout (client, LOOK_EVERY_S);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, host, self->last_port, self->return_look,
                                         port_tried_cb, g_object_ref (self));
}

static void
epmd_answered_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (OvNode) self = user_data;
  g_autoptr (GError) error = NULL;
  guint16 port = ov_epmd_port_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (port == 0 && self->last_port != 0)
    try_port (self);
  else
    look_done (self, port);
}

static void
look (OvNode *self)
{
  g_autofree char *host = NULL;
  g_autofree char *alive = NULL;
  const char *at = strchr (self->name, '@');

  if (self->return_look != NULL)
    return;

  self->return_look = g_cancellable_new ();
  if (self->port != 0)
    {
      self->last_port = self->port;
      try_port (self);
      return;
    }

  host = dup_host (self);
  alive = at != NULL ? g_strndup (self->name, (gsize) (at - self->name)) : g_strdup (self->name);
  ov_epmd_port_async (host, alive, ANSWER_MS, self->return_look, epmd_answered_cb,
                      g_object_ref (self));
}

static gboolean
look_due_cb (gpointer user_data)
{
  look (user_data);

  return G_SOURCE_CONTINUE;
}

void
ov_node_start_looking (OvNode *self)
{
  if (self->return_timer != 0)
    return;

  self->return_timer = g_timeout_add_seconds (LOOK_EVERY_S, look_due_cb, self);
}

void
ov_node_stop_looking (OvNode *self)
{
  g_clear_handle_id (&self->return_timer, g_source_remove);
  g_cancellable_cancel (self->return_look);
  g_clear_object (&self->return_look);
  ov_node_set_can_reconnect (self, FALSE);
}
