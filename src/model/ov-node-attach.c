/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The states of a node.
 *
 *                    attach                 attached, nobody watches
 *   OFFLINE ────────────────► CONNECTING ────────────────────────────► LIVE ◄──┐
 *    ▲  ▲ ▲                     │    ▲  └─ attached, watched ─┐         │ ▲    │ census done
 *    │  │ └─ fails, first time ─┘    │                        ▼  census │ │    │
 *    │  │                            │ attach again   TAKING_CENSUS ◄───┘ │    │
 *    │  │ detach                     │                  │   └─────────────┴────┘
 *    │  └────────────────────────────┼──────────────────┤
 *    │ detach                        │                  │ link lost (from LIVE too)
 *    └────────────────────────────  GONE ◄──────────────┘
 *                                    ▲ └─ looked after every 2 s: "can-reconnect", "returned"
 *                                    └─── attaching again fails
 *
 * The table keeps its last picture in GONE and after a detach; the next census brings it up to date,
 * or empties it first when the node was started again meanwhile.
 * Invariant: probe is set exactly in CONNECTING, TAKING_CENSUS and LIVE.
 * Thread: main.
 */
#include "model/ov-node-private.h"

#include "link/ov-cookie.h"
#include "link/ov-node-name.h"

#include <glib/gi18n-lib.h>

static void
keep_string (char       **kept,
             const char  *text)
{
  char *copy = g_strdup (text);

  g_free (*kept);
  *kept = copy;
}

static void
keep_options (OvNode                *self,
              const OvAttachOptions *options)
{
  static const OvAttachOptions none = { 0 };

  if (options == NULL)
    options = &none;
  if (options->cookie != self->cookie)
    {
      char *cookie = g_strdup (options->cookie);

      g_clear_pointer (&self->cookie, ov_cookie_free);
      self->cookie = cookie;
    }
  keep_string (&self->cookie_file, options->cookie_file);
  keep_string (&self->host, options->host);
  self->port = options->port;
  self->timeout_ms = options->timeout_ms;
  self->is_sandbox = options->is_sandbox;
  if (options->is_sandbox)
    ov_node_set_armed (self, TRUE);
}

/* The connection is no more; whoever had it alive lets go. */
void
ov_node_drop_probe (OvNode *self)
{
  ov_node_stop_watching (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->probe != NULL)
    {
      g_clear_signal_handler (&self->lost_handler, self->probe);
      ov_probe_set_batch_func (self->probe, NULL, NULL);
    }
  g_clear_object (&self->probe);
}

static void
lost_cb (OvProbe      *probe,
         const GError *error,
         OvNode       *self)
{
  g_autoptr (GError) why = g_error_copy (error);

  ov_node_drop_probe (self);
  ov_node_note_lost (self);
  ov_node_set_state (self, OV_NODE_GONE, why);
  ov_node_start_looking (self);
}

static void
attach_failed (OvNode *self,
               GTask  *task,
               GError *error)
{
  ov_node_drop_probe (self);
  ov_node_set_state (self, self->was_attached ? OV_NODE_GONE : OV_NODE_OFFLINE, error);
  if (self->was_attached)
    ov_node_start_looking (self);
  g_task_return_error (task, error);
}

static void
probe_attached_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvNode *self = g_task_get_source_object (task);
  OvProbe *probe = OV_PROBE (source);
  GError *error = NULL;

  if (!ov_probe_attach_finish (probe, result, &error))
    {
      if (self->probe != probe) /* detached meanwhile: the state is another's by now */
        g_task_return_error (task, error);
      else
        attach_failed (self, task, error);
      return;
    }
  if (self->probe != probe)
    {
      ov_probe_detach_async (probe, NULL, NULL, NULL); /* what is left to do is the probe's own */
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                               _("The node was detached while it was being attached"));
      return;
    }

  self->was_attached = TRUE;
  self->last_port = ov_probe_get_port (probe);
  self->otp_release = ov_probe_get_otp_release (probe);
  ov_node_told_release (self);
  ov_node_note_back (self);
  ov_node_set_state (self, OV_NODE_LIVE, NULL);
  if (self->watched != OV_WATCH_NOTHING)
    ov_node_start_watching (self);
  g_task_return_boolean (task, TRUE);
}

static void
open_probe (OvNode     *self,
            GTask      *task,
            const char *cookie)
{
  OvLinkOptions options = {
    .node = self->name,
    .cookie = cookie,
    .host = self->host,
    .port = self->port != 0 ? self->port : self->return_port,
    .timeout_ms = self->timeout_ms,
  };

  self->return_port = 0;
  ov_probe_attach_async (self->probe, &options, self->cancellable, probe_attached_cb, task);
}

static void
cookie_found_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvNode *self = g_task_get_source_object (task);
  OvProbe *probe = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (OvCookie) cookie = ov_cookie_find_finish (result, &error);

  if (self->probe != probe)
    {
      g_clear_error (&error); /* whatever it was, the attach was given up */
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                               _("The node was detached while it was being attached"));
      return;
    }
  if (cookie == NULL)
    {
      attach_failed (self, task, error);
      return;
    }
  open_probe (self, g_steal_pointer (&task), cookie);
}

static void
cancelled_cb (GCancellable *outer,
              GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
attach (OvNode       *self,
        GCancellable *cancellable,
        GTask        *task)
{
  GError *error = NULL;

  if (self->is_recording)
    {
      ov_node_return_not_attached (self, task);
      return;
    }
  if (self->probe != NULL)
    {
      if (ov_node_is_attached (self))
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                                 _("%s is being attached already"), self->name);
      g_object_unref (task);
      return;
    }

  ov_node_stop_looking (self);
  self->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                           g_object_ref (self->cancellable), g_object_unref);
  self->probe = ov_probe_new ();
  ov_probe_set_batch_func (self->probe, ov_node_batch_cb, self);
  ov_node_feed_from (self, self->probe);
  self->n_censuses = 0;
  self->lost_handler = g_signal_connect_object (self->probe, "lost", G_CALLBACK (lost_cb), self, 0);
  g_task_set_task_data (task, g_object_ref (self->probe), g_object_unref);
  ov_node_set_state (self, OV_NODE_CONNECTING, NULL);
  if (!ov_node_name_split (self->name, NULL, NULL, &error))
    {
      /* Before a cookie is looked for: what is no name needs none. */
      attach_failed (self, task, error);
      g_object_unref (task);
    }
  else if (self->cookie != NULL)
    open_probe (self, task, self->cookie);
  else
    ov_cookie_find_async (self->name, self->cookie_file, self->cancellable, cookie_found_cb, task);
}

/**
 * ov_node_attach_async:
 * @self: a node
 * @options: (nullable): how; kept for attaching again
 * @cancellable: (nullable): gives up
 * @callback: called when the probe is loaded, or not
 * @user_data: its data
 *
 * Attaches; a node that is attached already stays as it is. Errors are of the link's and the
 * probe's domains, and are kept as the property "error".
 */
void
ov_node_attach_async (OvNode                *self,
                      const OvAttachOptions *options,
                      GCancellable          *cancellable,
                      GAsyncReadyCallback    callback,
                      gpointer               user_data)
{
  GTask *task;

  g_return_if_fail (OV_IS_NODE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, ov_node_attach_async);
  if (self->probe == NULL)
    {
      keep_options (self, options);
      self->return_port = 0;
    }
  attach (self, cancellable, task);
}

gboolean
ov_node_attach_finish (OvNode        *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
ov_node_reattach_async (OvNode              *self,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (OV_IS_NODE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, ov_node_reattach_async);
  attach (self, cancellable, task);
}

static void
probe_detached_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (ov_probe_detach_finish (OV_PROBE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * ov_node_detach_async:
 * @self: a node
 * @cancellable: (nullable): stops waiting, not detaching
 * @callback: called when the node is as it was before
 * @user_data: its data
 *
 * Lets go of the node. It is OFFLINE at once; the probe goes on undoing what it did there.
 */
void
ov_node_detach_async (OvNode              *self,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (OvProbe) probe = NULL;
  gboolean was_attached;
  GTask *task;

  g_return_if_fail (OV_IS_NODE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, ov_node_detach_async);
  ov_node_stop_looking (self);
  was_attached = ov_node_is_attached (self);
  if (was_attached)
    {
      ov_node_lose_traces (self, "stopped");
      self->lost_ns = ov_feed_get_time (self->feed);
    }
  probe = self->probe != NULL ? g_object_ref (self->probe) : NULL;
  ov_node_drop_probe (self);
  self->was_attached = FALSE;
  ov_node_set_state (self, OV_NODE_OFFLINE, NULL);

  if (was_attached)
    ov_probe_detach_async (probe, cancellable, probe_detached_cb, task);
  else
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

gboolean
ov_node_detach_finish (OvNode        *self,
                       GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
