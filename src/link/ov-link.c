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
 * RESOLVING asks epmd (unless the port is given) and connects, all with GIO on the main thread
 * (ov-link-open.c); from SHAKING_HANDS on, the socket belongs to the channel's thread.
 * Invariants: at most one opening at a time; a late result of an earlier opening is dropped
 * because its serial is not self->serial; the thread never outlives the object.
 * Thread: main, but for ov_link_send() and ov_link_send_to_name().
 */
#include "link/ov-link-private.h"

#include <glib/gi18n.h>

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

void
ov_link_set_state (OvLink      *self,
                   OvLinkState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
ov_link_stop_channel (OvLink *self)
{
  g_autoptr (GError) why = g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                                _("The link was closed"));

  ov_channel_stop (self->channel, why);
}

static void
take_end (OvLink       *self,
          const GError *why)
{
  if (self->opening != NULL)
    ov_link_finish_opening (self, g_error_copy (why));
  else if (self->state == OV_LINK_UP)
    {
      ov_link_stop_channel (self);
      ov_link_set_state (self, OV_LINK_LOST);
      g_signal_emit (self, signals[LOST], 0, why);
    }
}

gboolean
ov_link_mail_came_cb (gpointer user_data)
{
  g_autoptr (OvLink) self = g_object_ref (user_data);
  OvMail mail;

  ov_channel_take_mail (self->channel, &mail);
  if (mail.opened && self->opening != NULL)
    {
      self->release = mail.peer_version;
      ov_link_finish_opening (self, NULL);
    }
  for (guint i = 0; mail.calls != NULL && i < mail.calls->len; i++)
    ov_link_finish_call (g_ptr_array_index (mail.calls, i));
  if (mail.ended != NULL)
    take_end (self, mail.ended);
  ov_mail_clear (&mail);

  return G_SOURCE_REMOVE;
}

static void
ov_link_dispose (GObject *object)
{
  OvLink *self = OV_LINK (object);

  /* An opening holds a reference, so there is none now. */
  if (self->channel != NULL)
    ov_link_stop_channel (self);
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
      ov_link_finish_opening (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                 _("The link was closed")));
      return;
    }
  ov_link_stop_channel (self);
  ov_link_set_state (self, OV_LINK_CLOSED);
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
