/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The half of OvLink that talks: messages, and requests with an answer.
 *
 *   request ──ov_channel_call()──► WAITING ──answer, time, cancel, loss──► mailbox ──► the task
 *
 * Invariant: each request's task returns exactly once, on the main thread.
 * Thread: main, but for the two send functions.
 */
#include "link/ov-link-private.h"

#include <glib/gi18n.h>

#define CALL_TIMEOUT_MS 5000
#define REASON_CHARS    400

void
ov_link_finish_call (OvCall *call)
{
  static const OvTermFormat format = { .max_chars = REASON_CHARS };
  GTask *task = call->task;

  if (call->cancel_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), call->cancel_id);
  if (call->error != NULL)
    g_task_return_error (task, g_steal_pointer (&call->error));
  else if (call->is_rpc && ov_term_is_tagged (call->value, "badrpc", 2))
    {
      g_autofree char *reason = ov_term_to_string (ov_term_get_element (call->value, 1), &format,
                                                   NULL);

      g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_REMOTE,
                               _("The call failed on the node: %s"), reason);
    }
  else
    g_task_return_pointer (task, g_steal_pointer (&call->value), (GDestroyNotify) ov_term_unref);
}

/**
 * ov_link_send:
 * @self: a link
 * @to: a process of the node
 * @message: what to send
 *
 * Sends and forgets; on a link that is not up nothing is sent. Thread: any.
 */
void
ov_link_send (OvLink       *self,
              const OvPid  *to,
              const OvTerm *message)
{
  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (to != NULL && !ov_pid_is_none (to));
  g_return_if_fail (message != NULL);

  ov_channel_send (self->channel, to, NULL, message);
}

/**
 * ov_link_send_to_name:
 * @self: a link
 * @name: a registered name of the node
 * @message: what to send
 *
 * Sends and forgets; on a link that is not up nothing is sent. @name becomes an atom on the node,
 * for ever: it must be a name of ours, never one that was typed. Thread: any.
 */
void
ov_link_send_to_name (OvLink       *self,
                      const char   *name,
                      const OvTerm *message)
{
  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (message != NULL);

  ov_channel_send (self->channel, NULL, name, message);
}

typedef struct
{
  OvChannel *channel; /* lives as long as the task's source object */
  OvCall    *call;    /* until it is finished, which disconnects */
} Cancel;

static void
call_cancelled_cb (GCancellable *cancellable,
                   gpointer      user_data)
{
  Cancel *cancel = user_data;

  ov_channel_cancel (cancel->channel, cancel->call);
}

/* (transfer full) task and request */
static void
start_call (OvLink      *self,
            GTask       *task,
            gboolean     is_rpc,
            const OvPid *to,
            OvTerm      *request,
            guint        timeout_ms)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  OvChannel *channel = self->channel;
  OvCall *call;

  g_task_set_check_cancellable (task, FALSE);
  if (ov_link_get_state (self) != OV_LINK_UP)
    {
      g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_LOST, "%s",
                               _("The node is not connected"));
      g_object_unref (task);
      ov_term_unref (request);
      return;
    }

  call = g_new0 (OvCall, 1);
  call->task = task;
  call->is_rpc = is_rpc;
  ov_channel_call (channel, call, to, to == NULL ? "rex" : NULL, request,
                   timeout_ms > 0 ? timeout_ms : CALL_TIMEOUT_MS);
  ov_term_unref (request);
  if (cancellable != NULL)
    {
      Cancel *cancel = g_new (Cancel, 1);

      *cancel = (Cancel) { channel, call };
      call->cancel_id = g_cancellable_connect (cancellable, G_CALLBACK (call_cancelled_cb), cancel,
                                               g_free);
    }
}

/**
 * ov_link_call_async:
 * @self: a link
 * @module: a module of the node
 * @function: an exported function
 * @args: (transfer none): the list of its arguments
 * @timeout_ms: how long to wait; 0 for five seconds
 * @cancellable: (nullable): gives up waiting; the function goes on
 * @callback: called on the main context of the opening
 * @user_data: its argument
 *
 * Calls a function on the node as rpc:call does. @module and @function become atoms there.
 */
void
ov_link_call_async (OvLink              *self,
                    const char          *module,
                    const char          *function,
                    const OvTerm        *args,
                    guint                timeout_ms,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  GTask *task;
  OvTerm *request;

  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (module != NULL && function != NULL);
  g_return_if_fail (args != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_link_call_async);
  request = ov_term_tuple (ov_term_new_atom ("call"), ov_term_new_atom (module),
                           ov_term_new_atom (function), ov_term_ref ((OvTerm *) args),
                           ov_term_new_atom ("user"), NULL);
  start_call (self, task, TRUE, NULL, request, timeout_ms);
}

/**
 * ov_link_ask_async:
 * @self: a link
 * @server: a process that answers as gen_server does
 * @request: (transfer none): what to ask
 * @timeout_ms: how long to wait; 0 for five seconds
 * @cancellable: (nullable): gives up waiting
 * @callback: called on the main context of the opening
 * @user_data: its argument
 *
 * gen_server:call/3; the process is monitored meanwhile, and if it ends the error is REMOTE.
 */
void
ov_link_ask_async (OvLink              *self,
                   const OvPid         *server,
                   const OvTerm        *request,
                   guint                timeout_ms,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (OV_IS_LINK (self));
  g_return_if_fail (server != NULL && !ov_pid_is_none (server));
  g_return_if_fail (request != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_link_ask_async);
  start_call (self, task, FALSE, server, ov_term_ref ((OvTerm *) request), timeout_ms);
}

/**
 * ov_link_call_finish:
 * @self: a link
 * @result: what the callback of either got
 * @error: REMOTE with the node's reason, TIMED_OUT, LOST, PROTOCOL, or cancelled
 *
 * Returns: (transfer full): the value
 */
OvTerm *
ov_link_call_finish (OvLink        *self,
                     GAsyncResult  *result,
                     GError       **error)
{
  g_return_val_if_fail (OV_IS_LINK (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
