/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvNode, the object: what it is asked and what it tells. Its states are drawn in
 * ov-node-attach.c.
 * Invariant: a property is notified once, after it changed.
 * Thread: main.
 */
#include "model/ov-node-private.h"

#include "base/ov-error.h"
#include "link/ov-cookie.h"

#include <glib/gi18n-lib.h>

#define FIGURES_EVERY_US (900 * 1000)

static const OvErrorWord error_words[] = {
  { OV_NODE_ERROR_RECORDING, "is-recording",
    N_("Leave --recording out to ask the node itself.") },
};

GQuark
ov_node_error_quark (void)
{
  static gsize quark = 0;

  if (g_once_init_enter (&quark))
    {
      GQuark value = g_quark_from_static_string ("ov-node-error-quark");

      ov_error_register_domain (value, error_words, G_N_ELEMENTS (error_words));
      g_once_init_leave (&quark, value);
    }

  return (GQuark) quark;
}

enum
{
  PROP_0,
  PROP_NAME,
  PROP_STATE,
  PROP_ARMED,
  PROP_OTP_RELEASE,
  PROP_ERROR,
  PROP_WATCHED,
  PROP_CAN_RECONNECT,
  PROP_RECORDER,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum { SIGNAL_RETURNED, SIGNAL_FIGURES, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (OvNode, ov_node, G_TYPE_OBJECT)

void
ov_node_set_state (OvNode       *self,
                   OvNodeState   state,
                   const GError *error)
{
  gboolean had_error = self->error != NULL;
  gboolean changed = self->state != state;

  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->state = state;
  if (had_error || error != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
ov_node_set_can_reconnect (OvNode   *self,
                           gboolean  can_reconnect)
{
  if (self->can_reconnect == can_reconnect)
    return;

  self->can_reconnect = can_reconnect;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_RECONNECT]);
  if (can_reconnect)
    g_signal_emit (self, signals[SIGNAL_RETURNED], 0);
}

void
ov_node_told_release (OvNode *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OTP_RELEASE]);
}

void
ov_node_told_figures (OvNode *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->figures_told_us < FIGURES_EVERY_US)
    return;

  self->figures_told_us = now_us;
  g_signal_emit (self, signals[SIGNAL_FIGURES], 0);
}

void
ov_node_told_recorder (OvNode *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDER]);
}

gboolean
ov_node_is_attached (OvNode *self)
{
  return self->state == OV_NODE_LIVE || self->state == OV_NODE_TAKING_CENSUS;
}

void
ov_node_return_not_attached (OvNode *self,
                             GTask  *task)
{
  if (self->is_recording)
    g_task_return_new_error (task, OV_NODE_ERROR, OV_NODE_ERROR_RECORDING,
                             _("This is a recording of %s, not the node"), self->name);
  else
    g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_LOST, _("%s is not attached"),
                             self->name);
  g_object_unref (task);
}

static void
ov_node_dispose (GObject *object)
{
  OvNode *self = OV_NODE (object);

  ov_node_stop_looking (self);
  if (self->probe != NULL && ov_node_is_attached (self))
    ov_probe_detach_async (self->probe, NULL, NULL, NULL); /* nobody waits for that any more */
  ov_node_drop_probe (self);
  ov_node_close_recording (self);
  ov_node_close_store (self);

  G_OBJECT_CLASS (ov_node_parent_class)->dispose (object);
}

static void
ov_node_finalize (GObject *object)
{
  OvNode *self = OV_NODE (object);

  g_clear_object (&self->table);
  g_clear_error (&self->error);
  g_clear_error (&self->recorder_error);
  g_clear_pointer (&self->path, g_free);
  ov_recording_info_clear (&self->info);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->cookie, ov_cookie_free);
  g_clear_pointer (&self->cookie_file, g_free);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->to_ask, ov_bitset_free);
  g_clear_pointer (&self->asked, g_array_unref);

  G_OBJECT_CLASS (ov_node_parent_class)->finalize (object);
}

static void
ov_node_get_property (GObject    *object,
                      guint       property,
                      GValue     *value,
                      GParamSpec *pspec)
{
  OvNode *self = OV_NODE (object);

  switch (property)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_ARMED:
      g_value_set_boolean (value, self->armed);
      break;
    case PROP_OTP_RELEASE:
      g_value_set_uint (value, self->otp_release);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_WATCHED:
      g_value_set_uint (value, self->watched);
      break;
    case PROP_CAN_RECONNECT:
      g_value_set_boolean (value, self->can_reconnect);
      break;
    case PROP_RECORDER:
      g_value_set_object (value, self->recorder);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_node_set_property (GObject      *object,
                      guint         property,
                      const GValue *value,
                      GParamSpec   *pspec)
{
  switch (property)
    {
    case PROP_ARMED:
      ov_node_set_armed (OV_NODE (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
ov_node_class_init (OvNodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = ov_node_dispose;
  object_class->finalize = ov_node_finalize;
  object_class->get_property = ov_node_get_property;
  object_class->set_property = ov_node_set_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, readable);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, OV_NODE_OFFLINE, OV_NODE_GONE,
                                             OV_NODE_OFFLINE, readable);
  properties[PROP_ARMED] = g_param_spec_boolean ("armed", NULL, NULL, FALSE, writable);
  properties[PROP_OTP_RELEASE] =
    g_param_spec_uint ("otp-release", NULL, NULL, 0, G_MAXUINT, 0, readable);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, readable);
  properties[PROP_WATCHED] = g_param_spec_uint ("watched", NULL, NULL, 0, G_MAXUINT, 0, readable);
  properties[PROP_CAN_RECONNECT] =
    g_param_spec_boolean ("can-reconnect", NULL, NULL, FALSE, readable);
  properties[PROP_RECORDER] =
    g_param_spec_object ("recorder", NULL, NULL, OV_TYPE_RECORDER, readable);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * OvNode::returned:
   * @self: a node that is gone
   *
   * Something answers in its place again; attaching again may be offered, or done.
   */
  signals[SIGNAL_RETURNED] = g_signal_new ("returned", G_TYPE_FROM_CLASS (klass),
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * OvNode::figures:
   * @self: a node
   *
   * The figures of ov_node_get_figures() are newer; at most once a second.
   */
  signals[SIGNAL_FIGURES] = g_signal_new ("figures", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ov_node_init (OvNode *self)
{
  self->to_ask = ov_bitset_new ();
  self->asked = g_array_new (FALSE, TRUE, sizeof (gint64));
}

/* Without a table and a store. */
OvNode *
ov_node_new_empty (const char *name)
{
  OvNode *self = g_object_new (OV_TYPE_NODE, NULL);

  self->name = g_strdup (name);

  return self;
}

/**
 * ov_node_new:
 * @name: "name@host", short or long
 *
 * Returns: (transfer full): a node that is not attached
 */
OvNode *
ov_node_new (const char *name)
{
  OvNode *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = ov_node_new_empty (name);
  self->table = ov_process_table_new (name);
  ov_node_open_store (self, ov_store_new (name, NULL));
  g_signal_connect_object (self->table, "lifecycle", G_CALLBACK (ov_node_lifecycle_cb), self, 0);

  return self;
}

const char *
ov_node_get_name (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->name;
}

OvNodeState
ov_node_get_state (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), OV_NODE_OFFLINE);

  return self->state;
}

guint
ov_node_get_otp_release (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), 0);

  return self->otp_release;
}

gboolean
ov_node_is_sandbox (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), FALSE);

  return self->is_sandbox;
}

gboolean
ov_node_get_armed (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), FALSE);

  return self->armed;
}

void
ov_node_set_armed (OvNode   *self,
                   gboolean  armed)
{
  g_return_if_fail (OV_IS_NODE (self));

  armed = armed != FALSE;
  if (self->armed == armed)
    return;

  self->armed = armed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ARMED]);
}

const GError *
ov_node_get_error (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->error;
}

gboolean
ov_node_can_reconnect (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), FALSE);

  return self->can_reconnect;
}

OvWatch
ov_node_get_watched (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), OV_WATCH_NOTHING);

  return self->watched;
}

/**
 * ov_node_get_figures:
 * @self: a node
 *
 * Returns: (transfer none): what the node said of itself last
 */
const OvNodeFigures *
ov_node_get_figures (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return &self->figures;
}

OvProcessTable *
ov_node_get_processes (OvNode *self)
{
  g_return_val_if_fail (OV_IS_NODE (self), NULL);

  return self->table;
}

static void
request_done_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  OvTerm *answer = ov_probe_request_finish (OV_PROBE (source), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) ov_term_unref);
  else
    g_task_return_error (task, error);
}

/**
 * ov_node_request_async:
 * @self: a node that is attached
 * @request: one of the requests of the probe's PROTOCOL.md
 * @arguments: (nullable): its arguments
 * @timeout_ms: how long to wait; 0 for 5,000
 * @cancellable: (nullable): stops waiting
 * @callback: called with the answer
 * @user_data: its data
 */
void
ov_node_request_async (OvNode              *self,
                       const char          *request,
                       const OvTerm        *arguments,
                       guint                timeout_ms,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (OV_IS_NODE (self));
  g_return_if_fail (request != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_node_request_async);
  if (!ov_node_is_attached (self))
    {
      ov_node_return_not_attached (self, task);
      return;
    }
  ov_probe_request_async (self->probe, request, arguments, timeout_ms, cancellable,
                          request_done_cb, task);
}

OvTerm *
ov_node_request_finish (OvNode        *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
