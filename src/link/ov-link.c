/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One hidden connection to one node.
 *
 *                    ┌────────────── open fails, or close() ───────────────┐
 *                    │                         │                           │
 *   CLOSED ──open_async()──► RESOLVING ──connected_cb()──► SHAKING_HANDS   │
 *     ▲  ▲                                                     │           │
 *     │  └──close()──── UP ◄──────mail: opened─────────────────┘           │
 *     │                  │                                                 │
 *     │                  └──mail: ended──► LOST ──open_async()──► RESOLVING
 *     └────────────────────────────────────────────────────────────────────┘
 *
 * RESOLVING asks epmd (unless the port is given) and connects, all with GIO on the main thread;
 * from SHAKING_HANDS on, the socket belongs to the channel's thread.
 * Invariants: at most one opening at a time; a late result of an earlier opening is dropped
 * because its task is not self->opening; the thread never outlives the object.
 * Thread: main, but for ov_link_send() and ov_link_send_to_name().
 */
#include "link/ov-link-private.h"

#include "link/ov-channel-private.h"
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

struct _OvLink
{
  GObject         parent_instance;

  OvChannel      *channel;
  OvLinkState     state;
  char           *node;
  guint16         port;
  guint           release;
  gpointer        func_data;
  GDestroyNotify  func_destroy;
  GTask          *opening;     /* owned while RESOLVING or SHAKING_HANDS */
};

/* The data of an opening. */
typedef struct
{
  char       *alive;
  char       *host;
  char       *cookie;
  OvDeadline *deadline;
  GSource    *cancel;   /* fires on the main thread when the caller cancels */
} Opening;

enum
{
  PROP_STATE = 1,
  N_PROPS,
};

enum
{
  LOST,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvLink, ov_link, G_TYPE_OBJECT)

GType
ov_link_state_get_type (void)
{
  static const GEnumValue values[] = {
    { OV_LINK_CLOSED, "OV_LINK_CLOSED", "closed" },
    { OV_LINK_RESOLVING, "OV_LINK_RESOLVING", "resolving" },
    { OV_LINK_SHAKING_HANDS, "OV_LINK_SHAKING_HANDS", "shaking-hands" },
    { OV_LINK_UP, "OV_LINK_UP", "up" },
    { OV_LINK_LOST, "OV_LINK_LOST", "lost" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("OvLinkState", values));

  return (GType) type;
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

static void
set_state (OvLink      *self,
           OvLinkState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
stop_channel (OvLink *self)
{
  g_autoptr (GError) why = g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                                _("The link was closed"));

  ov_channel_stop (self->channel, why);
}

/* (transfer full) error */
static void
finish_opening (OvLink *self,
                GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);

  end_attempt (g_task_get_task_data (task));
  if (error != NULL)
    {
      stop_channel (self);
      set_state (self, OV_LINK_CLOSED);
      g_task_return_error (task, error);
    }
  else
    {
      set_state (self, OV_LINK_UP);
      g_task_return_boolean (task, TRUE);
    }
}

static void
take_end (OvLink       *self,
          const GError *why)
{
  if (self->opening != NULL)
    finish_opening (self, g_error_copy (why));
  else if (self->state == OV_LINK_UP)
    {
      stop_channel (self);
      set_state (self, OV_LINK_LOST);
      g_signal_emit (self, signals[LOST], 0, why);
    }
}

static gboolean
mail_came_cb (gpointer user_data)
{
  g_autoptr (OvLink) self = g_object_ref (user_data);
  OvMail mail;

  ov_channel_take_mail (self->channel, &mail);
  if (mail.opened && self->opening != NULL)
    {
      self->release = mail.peer_version;
      finish_opening (self, NULL);
    }
  for (guint i = 0; mail.calls != NULL && i < mail.calls->len; i++)
    ov_link_finish_call (g_ptr_array_index (mail.calls, i));
  if (mail.ended != NULL)
    take_end (self, mail.ended);
  ov_mail_clear (&mail);

  return G_SOURCE_REMOVE;
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
      finish_opening (self, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE, "%s",
                                         g_strerror (errno)));
      return;
    }
  start.node = g_strdup (self->node);
  start.cookie = g_steal_pointer (&opening->cookie);
  start.deadline_us = ov_deadline_get_time_us (opening->deadline);
  ov_deadline_stop_clock (opening->deadline); /* the thread looks at the clock itself */
  set_state (self, OV_LINK_SHAKING_HANDS);
  ov_channel_start (self->channel, &start, g_task_get_context (self->opening), mail_came_cb, self);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvLink *self = g_task_get_source_object (task);
  Opening *opening = g_task_get_task_data (task);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  if (self->opening != task)
    return;
  if (connection == NULL)
    finish_opening (self, explain_connecting (self, opening, g_steal_pointer (&error)));
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
                                         connected_cb, g_object_ref (self->opening));
}

static void
port_found_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvLink *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  guint16 port = ov_epmd_port_finish (result, &error);

  if (self->opening != task)
    return;
  if (port == 0 && error->domain != OV_LINK_ERROR) /* only our deadline cancels it */
    {
      g_clear_error (&error);
      error = g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD,
                           _("epmd did not answer in time for %s"), self->node);
    }
  if (port == 0)
    {
      finish_opening (self, g_steal_pointer (&error));
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

  finish_opening (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
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

static void
ov_link_dispose (GObject *object)
{
  OvLink *self = OV_LINK (object);

  /* An opening holds a reference, so there is none now. */
  if (self->channel != NULL)
    stop_channel (self);
  g_clear_pointer (&self->channel, ov_channel_free);
  if (self->func_destroy != NULL)
    g_steal_pointer (&self->func_destroy) (self->func_data);

  G_OBJECT_CLASS (ov_link_parent_class)->dispose (object);
}

static void
ov_link_finalize (GObject *object)
{
  g_free (OV_LINK (object)->node);

  G_OBJECT_CLASS (ov_link_parent_class)->finalize (object);
}

static void
ov_link_get_property (GObject    *object,
                      guint       id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, ov_link_get_state (OV_LINK (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ov_link_class_init (OvLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ov_link_dispose;
  object_class->finalize = ov_link_finalize;
  object_class->get_property = ov_link_get_property;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, OV_TYPE_LINK_STATE, OV_LINK_CLOSED,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * OvLink::lost:
   * @error: why
   *
   * Emitted once when an open link is lost other than by ov_link_close().
   */
  signals[LOST] = g_signal_new ("lost", OV_TYPE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ov_link_init (OvLink *self)
{
  self->channel = ov_channel_new (self);
}

/**
 * ov_link_new:
 *
 * Returns: (transfer full): a link that is closed
 */
OvLink *
ov_link_new (void)
{
  return g_object_new (OV_TYPE_LINK, NULL);
}

/**
 * ov_link_set_message_func:
 * @self: a link that was not opened yet
 * @func: called on the link's thread; it must not wait for the main thread, nor drop the last
 *   reference to the link
 * @user_data: its argument
 * @destroy: (nullable): frees @user_data after the thread has ended, with the link
 *
 * Sets who takes the messages that are no answers.
 */
void
ov_link_set_message_func (OvLink            *self,
                          OvLinkMessageFunc  func,
                          gpointer           user_data,
                          GDestroyNotify     destroy)
{
  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (self->state == OV_LINK_CLOSED || self->state == OV_LINK_LOST);

  if (self->func_destroy != NULL)
    self->func_destroy (self->func_data);
  self->func_data = user_data;
  self->func_destroy = destroy;
  ov_channel_set_func (self->channel, func, user_data);
}

void
ov_link_set_tick_time (OvLink *self,
                       guint   tick_time_ms)
{
  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (tick_time_ms >= 20);

  ov_channel_set_tick_time (self->channel, tick_time_ms);
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
  watch_cancellable (self, opening, cancellable);
  set_state (self, OV_LINK_RESOLVING);

  if (self->port != 0)
    connect_port (self);
  else
    ov_epmd_port_async (opening->host, opening->alive, ov_deadline_get_left_ms (opening->deadline),
                        ov_deadline_get_cancellable (opening->deadline), port_found_cb,
                        g_object_ref (task));
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
ov_link_open_finish (OvLink        *self,
                     GAsyncResult  *result,
                     GError       **error)
{
  g_return_val_if_fail (OV_IS_LINK (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * ov_link_close:
 * @self: a link
 *
 * Ends the connection and the thread, without waiting for the node: no message comes any more.
 * Pending calls end with OV_LINK_ERROR_LOST, an opening ends as cancelled.
 */
void
ov_link_close (OvLink *self)
{
  g_return_if_fail (OV_IS_LINK (self));

  if (self->opening != NULL)
    {
      finish_opening (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                 _("The link was closed")));
      return;
    }
  stop_channel (self);
  set_state (self, OV_LINK_CLOSED);
}

OvLinkState
ov_link_get_state (OvLink *self)
{
  g_return_val_if_fail (OV_IS_LINK (self), OV_LINK_CLOSED);

  return self->state;
}

/**
 * ov_link_get_node_name:
 * @self: a link
 *
 * Returns: (transfer none) (nullable): the node of the last opening
 */
const char *
ov_link_get_node_name (OvLink *self)
{
  g_return_val_if_fail (OV_IS_LINK (self), NULL);

  return self->node;
}

/**
 * ov_link_get_port:
 * @self: a link
 *
 * Returns: the port the node was found at, also after the link is lost; 0 before
 */
guint16
ov_link_get_port (OvLink *self)
{
  g_return_val_if_fail (OV_IS_LINK (self), 0);

  return self->port;
}

guint
ov_link_get_release (OvLink *self)
{
  g_return_val_if_fail (OV_IS_LINK (self), 0);

  return self->release;
}

/**
 * ov_link_get_self:
 * @self: a link
 * @pid: (out caller-allocates): our pid as the node sees it
 *
 * Thread: any.
 *
 * Returns: whether the link has ever been up
 */
gboolean
ov_link_get_self (OvLink *self,
                  OvPid  *pid)
{
  g_return_val_if_fail (OV_IS_LINK (self), FALSE);
  g_return_val_if_fail (pid != NULL, FALSE);

  return ov_channel_get_self (self->channel, pid);
}

OvChannel *
ov_link_get_channel (OvLink *self)
{
  return self->channel;
}
