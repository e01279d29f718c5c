/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The half of OvLink that opens: names are checked, epmd is asked, a socket is connected and
 * handed to the channel's thread.
 *
 *   check_options() ─► ov_epmd_port_async() ─► connect_port() ─► shake_hands() ─► the channel
 *                  └── the port is given ─────────┘
 *   at any time: the deadline, cancel, close() ─► ov_link_finish_opening()
 *
 * Invariant: what still comes of an attempt after it was finished finds another serial, or no
 * link any more, and is dropped.
 * Thread: main.
 */
#include "link/ov-link-private.h"

#include "link/ov-cookie.h"
#include "link/ov-deadline-private.h"
#include "link/ov-epmd.h"
#include "link/ov-node-name.h"

#include <glib/gi18n.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define OPEN_TIMEOUT_MS 5000
#define COOKIE_MAX      255 /* an atom's length */

/* The data of an opening. */
typedef struct
{
  char       *alive;
  char       *host;
  char       *cookie;
  OvDeadline *deadline;
  GSource    *cancel;   /* fires on the main thread when the caller cancels */
} Opening;

/* What an operation under way knows of its opening: nothing that would keep the link alive, since
 * GIO takes its time with what was cancelled (a look-up of a name, say). */
typedef struct
{
  GWeakRef link;
  guint    serial;
} Errand;

static Errand *
errand_new (OvLink *self)
{
  Errand *errand = g_new0 (Errand, 1);

  g_weak_ref_init (&errand->link, self);
  errand->serial = self->serial;
  return errand;
}

/* Frees @errand.  (transfer full): the link, if it still waits for this errand. */
static OvLink *
errand_return (Errand *errand)
{
  g_autoptr (OvLink) self = g_weak_ref_get (&errand->link);
  gboolean late = self == NULL || self->opening == NULL || self->serial != errand->serial;

  g_weak_ref_clear (&errand->link);
  g_free (errand);
  return late ? NULL : g_steal_pointer (&self);
}

/* Nothing of it may be under way any more. */
static void
end_attempt (Opening *opening)
{
  if (opening->cancel != NULL)
    g_source_destroy (opening->cancel);
  g_clear_pointer (&opening->cancel, g_source_unref);
  if (opening->deadline != NULL)
    g_cancellable_cancel (ov_deadline_get_cancellable (opening->deadline));
  g_clear_pointer (&opening->deadline, ov_deadline_free);
}

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  end_attempt (opening);
  g_clear_pointer (&opening->cookie, ov_cookie_free);
  g_free (opening->alive);
  g_free (opening->host);
  g_free (opening);
}

/**
 * ov_link_finish_opening:
 * @self: a link that is being opened
 * @error: (transfer full) (nullable): why it failed
 *
 * Ends the opening, one way or the other, and tells its caller.
 */
void
ov_link_finish_opening (OvLink *self,
                        GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);

  end_attempt (g_task_get_task_data (task));
  if (error != NULL)
    {
      ov_link_stop_channel (self);
      ov_link_set_state (self, OV_LINK_CLOSED);
      g_task_return_error (task, error);
    }
  else
    {
      ov_link_set_state (self, OV_LINK_UP);
      g_task_return_boolean (task, TRUE);
    }
}

/* What went wrong with connecting, in our words.  (transfer full) cause. */
static GError *
explain_connecting (OvLink  *self,
                    Opening *opening,
                    GError  *cause)
{
  g_autoptr (GError) owned = cause;

  if (cause->domain == OV_LINK_ERROR)
    return g_steal_pointer (&owned);
  if (cause->domain == G_RESOLVER_ERROR)
    return g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE,
                        _("The host “%s” is not known: %s"), opening->host, cause->message);
  if (ov_deadline_has_expired (opening->deadline)
      || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE,
                        _("%s, port %u, does not answer at all, as behind a firewall"),
                        opening->host, self->port);
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE,
                        _("Nothing listens at %s, port %u, where %s should be"), opening->host,
                        self->port, self->node);

  return g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE, _("%s, port %u: %s"), opening->host,
                      self->port, cause->message);
}

static void
shake_hands (OvLink            *self,
             Opening           *opening,
             GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  OvChannelStart start = { 0 };

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL); /* without it: only slower */
  g_socket_set_keepalive (socket, TRUE);
  start.fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 3);
  if (start.fd < 0)
    {
      ov_link_finish_opening (self, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE, "%s",
                                         g_strerror (errno)));
      return;
    }
  start.node = g_strdup (self->node);
  start.cookie = g_steal_pointer (&opening->cookie);
  start.deadline_us = ov_deadline_get_time_us (opening->deadline);
  ov_deadline_stop_clock (opening->deadline); /* the thread looks at the clock itself */
  ov_link_set_state (self, OV_LINK_SHAKING_HANDS);
  ov_channel_start (self->channel, &start, g_task_get_context (self->opening),
                    ov_link_mail_came_cb, self);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (OvLink) self = errand_return (user_data);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Opening *opening;

  connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  if (self == NULL)
    return;
  opening = g_task_get_task_data (self->opening);
  if (connection == NULL)
    ov_link_finish_opening (self, explain_connecting (self, opening, g_steal_pointer (&error)));
  else
    shake_hands (self, opening, connection);
}

static void
connect_port (OvLink *self)
{
  Opening *opening = g_task_get_task_data (self->opening);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, opening->host, self->port,
                                         ov_deadline_get_cancellable (opening->deadline),
                                         connected_cb, errand_new (self));
}

static void
port_found_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (OvLink) self = errand_return (user_data);
  g_autoptr (GError) error = NULL;
  guint16 port = ov_epmd_port_finish (result, &error);

  if (self == NULL)
    return;
  if (port == 0 && error->domain != OV_LINK_ERROR) /* only our deadline cancels it */
    {
      g_clear_error (&error);
      error = g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD,
                           _("epmd did not answer in time for %s"), self->node);
    }
  if (port == 0)
    {
      ov_link_finish_opening (self, g_steal_pointer (&error));
      return;
    }
  self->port = port;
  connect_port (self);
}

static gboolean
opening_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  OvLink *self = user_data;

  ov_link_finish_opening (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                             _("Connecting was cancelled")));
  return G_SOURCE_REMOVE;
}

/* The source goes with the opening, so it needs no reference to the link. */
static void
watch_cancellable (OvLink       *self,
                   Opening      *opening,
                   GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;

  opening->cancel = g_cancellable_source_new (cancellable);
  g_source_set_callback (opening->cancel, G_SOURCE_FUNC (opening_cancelled_cb), self, NULL);
  g_source_attach (opening->cancel, g_main_context_get_thread_default ());
}

static gboolean
check_options (const OvLinkOptions *options,
               Opening             *opening,
               GError             **error)
{
  if (!ov_node_name_split (options->node, &opening->alive, &opening->host, error))
    return FALSE;
  if (options->cookie == NULL || *options->cookie == '\0')
    {
      g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_NO_COOKIE, _("There is no cookie for %s"),
                   options->node);
      return FALSE;
    }
  if (strlen (options->cookie) > COOKIE_MAX)
    {
      g_set_error (error, OV_LINK_ERROR, OV_LINK_ERROR_BAD_COOKIE,
                   _("A cookie has at most %d characters"), COOKIE_MAX);
      return FALSE;
    }

  return TRUE;
}

/**
 * ov_link_open_async:
 * @self: a link that is closed or lost
 * @options: whom to connect to and how; copied
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context, as everything else from now on
 * @user_data: its argument
 *
 * Connects. A link that was lost can be opened again, with ov_link_get_port() as the port if the
 * node may have lost its registration.
 */
void
ov_link_open_async (OvLink              *self,
                    const OvLinkOptions *options,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  Opening *opening;

  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (options != NULL && options->node != NULL);
  g_return_if_fail (self->state == OV_LINK_CLOSED || self->state == OV_LINK_LOST);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_link_open_async);
  opening = g_new0 (Opening, 1);
  g_task_set_task_data (task, opening, opening_free);
  if (!check_options (options, opening, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (options->host != NULL)
    {
      g_free (opening->host);
      opening->host = g_strdup (options->host);
    }
  opening->cookie = g_strdup (options->cookie);
  opening->deadline = ov_deadline_new (options->timeout_ms > 0 ? options->timeout_ms
                                                               : OPEN_TIMEOUT_MS, NULL);
  g_free (self->node);
  self->node = g_strdup (options->node);
  self->port = options->port;
  self->release = 0;
  self->opening = g_object_ref (task);
  self->serial++;
  watch_cancellable (self, opening, cancellable);
  ov_link_set_state (self, OV_LINK_RESOLVING);

  if (self->port != 0)
    connect_port (self);
  else
    ov_epmd_port_async (opening->host, opening->alive, ov_deadline_get_left_ms (opening->deadline),
                        ov_deadline_get_cancellable (opening->deadline), port_found_cb,
                        errand_new (self));
}

/**
 * ov_link_open_finish:
 * @self: a link
 * @result: what the callback got
 * @error: an OV_LINK_ERROR, or cancelled
 *
 * Returns: whether the link is up
 */
gboolean
ov_link_open_finish (OvLink       *self,
                     GAsyncResult *result,
                     GError      **error)
{
  g_return_val_if_fail (OV_IS_LINK (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
