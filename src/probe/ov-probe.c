/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvProbe: attaching, what streams in, and detaching.
 *
 *   DETACHED ──attach_async──▶ ATTACHING ──▶ ATTACHED ──detach_async──▶ LEAVING ──▶ DETACHED
 *                                 │              │ link lost, ov_gone               ▲
 *                                 └──failed──────┴──────────────────────────────────┘
 *
 * One link carries answers and bulk: the probe's credit keeps at most a few megabytes on the way, so
 * that an answer waits for milliseconds, and a command that asks once pays for one handshake.
 * Thread: main; pings are answered by the inbox on the link's thread.
 */
#include "probe/ov-probe-private.h"

#include <glib/gi18n.h>

#define SLICE_US (8 * 1000)   /* batches handed over on end, before the main loop turns */
#define LEAVE_MS 3000         /* how long to wait for the node's "as it was" */
#define CENSUS_MS 60000
#define ANSWER_MARGIN_MS 1000 /* the probe's deadline comes before the link's */
#define REQUEST_MS 5000

typedef enum
{
  DETACHED,
  ATTACHING,
  ATTACHED,
  LEAVING,
} State;

struct _OvProbe
{
  GObject           parent_instance;
  State             state;
  OvLink           *link;
  OvProbeInbox     *inbox;
  OvProbeHome       home;
  OvProbeLoad      *load;        /* while ATTACHING */
  OvProbeBatchFunc  batch_func;
  gpointer          batch_data;
  OvProbeTraceFunc  trace_func;
  gpointer          trace_data;
  GTask            *census;      /* the one that is waiting */
  gint64            census_id;   /* its number */
  gboolean          census_done, census_answered;
  GTask            *leaving;
  guint             leave_timeout_id;
};

G_DEFINE_FINAL_TYPE (OvProbe, ov_probe, G_TYPE_OBJECT)

enum { LOST, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- going away ---- */

static void
finish_census (OvProbe *self,
               GError  *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->census);

  if (task == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
close_all (OvProbe *self)
{
  self->state = DETACHED;
  if (self->inbox != NULL)
    ov_probe_inbox_stop (self->inbox);
  g_clear_pointer (&self->inbox, ov_probe_inbox_unref);
  if (self->link != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->link, self);
      ov_link_close (self->link);
    }
}

static void
finish_leaving (OvProbe *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->leaving);

  g_clear_handle_id (&self->leave_timeout_id, g_source_remove);
  close_all (self);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

/* Takes @error. */
static void
lose (OvProbe *self,
      GError  *error)
{
  g_autoptr (OvProbe) alive = g_object_ref (self);
  g_autoptr (GError) owned = error;
  gboolean was_attached = self->state == ATTACHED;

  finish_census (self, g_error_copy (error));
  if (self->state == LEAVING)
    finish_leaving (self);
  else if (self->load != NULL)
    ov_probe_load_abort (g_steal_pointer (&self->load), g_error_copy (error));
  else if (was_attached)
    {
      close_all (self);
      g_signal_emit (self, signals[LOST], 0, error);
    }
}

static void
link_lost_cb (OvProbe      *self,
              const GError *error)
{
  lose (self, error != NULL ? g_error_copy (error)
                            : g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                                   _("The connection was lost")));
}

static gboolean
check_gone (OvProbe *self)
{
  g_autofree char *why = ov_probe_inbox_dup_gone (self->inbox);

  if (why == NULL)
    return FALSE;

  if (self->state == LEAVING)
    finish_leaving (self);
  else
    lose (self, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                             _("The probe on the node has ended (%s)"), why));
  return TRUE;
}

/* ---- batches ---- */

static void
acknowledge (OvProbe            *self,
             const OvProbeBatch *batch)
{
  g_autoptr (OvTerm) ack = ov_term_tuple (ov_term_new_atom ("ov_ack"),
                                          ov_term_new_integer (batch->seq), NULL);

  ov_link_send (self->link, &batch->from, ack);
}

static void
hand_over (OvProbe            *self,
           const OvProbeBatch *batch)
{
  g_auto (OvProbeReader) reader = { 0 };
  OvRecord record;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (batch->message, &length);

  ov_probe_reader_init (&reader, bytes + batch->offset, length - batch->offset, batch->at_ns,
                        ov_link_get_node_name (self->link));
  if (self->batch_func != NULL)
    self->batch_func (self, &reader, self->batch_data);

  /* Whatever the handler left is read for the sake of a census that waits for its end. */
  while (ov_probe_reader_next (&reader, &record))
    ;
  if (reader.has_census_id && reader.census_id == self->census_id)
    self->census_done = TRUE;
}

static void
take_answer (OvProbe *self)
{
  g_autoptr (OvTerm) answer = ov_probe_inbox_pop_answer (self->inbox);

  if (answer != NULL && self->load != NULL)
    ov_probe_load_answer (self->load, answer);
}

static gboolean
arrived_cb (gpointer user_data)
{
  g_autoptr (OvProbe) self = g_object_ref (user_data);
  gint64 until = g_get_monotonic_time () + SLICE_US;

  take_answer (self);
  while (self->inbox != NULL)
    {
      g_autoptr (OvProbeBatch) batch = ov_probe_inbox_pop (self->inbox);

      if (batch == NULL)
        {
          check_gone (self);
          break;
        }
      hand_over (self, batch);
      if (self->inbox == NULL)
        break; /* detached by the handler */
      acknowledge (self, batch);
      if (self->census_done && self->census_answered)
        finish_census (self, NULL);
      if (g_get_monotonic_time () >= until)
        {
          if (self->inbox != NULL)
            ov_probe_inbox_again (self->inbox);
          break;
        }
    }

  return G_SOURCE_REMOVE;
}

/* ---- the object ---- */

static void
ov_probe_dispose (GObject *object)
{
  OvProbe *self = OV_PROBE (object);

  g_clear_handle_id (&self->leave_timeout_id, g_source_remove);
  close_all (self);
  g_clear_object (&self->link);

  G_OBJECT_CLASS (ov_probe_parent_class)->dispose (object);
}

static void
ov_probe_class_init (OvProbeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ov_probe_dispose;

  /**
   * OvProbe::lost:
   * @self: a probe
   * @error: why
   *
   * The connection, or the probe on the node, went away other than by detaching.
   */
  signals[LOST] = g_signal_new ("lost", OV_TYPE_PROBE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
ov_probe_init (OvProbe *self)
{
}

/**
 * ov_probe_new:
 *
 * Returns: (transfer full): a probe that is attached to nothing
 */
OvProbe *
ov_probe_new (void)
{
  return g_object_new (OV_TYPE_PROBE, NULL);
}

/**
 * ov_probe_set_batch_func:
 * @self: a probe
 * @func: called on the main context for each batch
 * @user_data: its argument
 *
 * Call before attaching.
 */
void
ov_probe_set_batch_func (OvProbe          *self,
                         OvProbeBatchFunc  func,
                         gpointer          user_data)
{
  g_return_if_fail (OV_IS_PROBE (self));

  self->batch_func = func;
  self->batch_data = user_data;
}

/**
 * ov_probe_set_trace_func:
 * @self: a probe
 * @func: (nullable): called on the link's thread for each message of a running trace, and for each
 *   batch of records before the batch func sees it
 * @user_data: its argument
 *
 * Messages of traces are acknowledged when @func returns; it must not wait for the main loop.  It
 * is not called any more once the probe is detached or "lost" was emitted.  Call before attaching.
 */
void
ov_probe_set_trace_func (OvProbe          *self,
                         OvProbeTraceFunc  func,
                         gpointer          user_data)
{
  g_return_if_fail (OV_IS_PROBE (self));
  g_return_if_fail (self->state == DETACHED);

  self->trace_func = func;
  self->trace_data = user_data;
}

/* ---- attaching ---- */

/* Takes @task and @error. */
static void
attach_failed (GTask  *task,
               GError *error)
{
  g_autoptr (GTask) owned = task;

  close_all (g_task_get_source_object (task));
  g_task_return_error (task, error);
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvProbe *self = g_task_get_source_object (task);
  GError *error = NULL;

  self->load = NULL;
  if (!ov_probe_load_finish (result, &self->home, &error))
    {
      attach_failed (g_steal_pointer (&task), error);
      return;
    }

  self->state = ATTACHED;
  g_task_return_boolean (task, TRUE);
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvProbe *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!ov_link_open_finish (OV_LINK (object), result, &error))
    {
      attach_failed (g_steal_pointer (&task), error);
      return;
    }

  g_signal_connect_object (self->link, "lost", G_CALLBACK (link_lost_cb), self,
                           G_CONNECT_SWAPPED);
  self->load = ov_probe_load_async (self->link, g_task_get_cancellable (task), loaded_cb,
                                    g_object_ref (task));
}

/**
 * ov_probe_attach_async:
 * @self: a probe that is attached to nothing
 * @options: which node, and how to reach it
 * @cancellable: (nullable): stops attaching; the node is left as it was
 * @callback: called when attached
 * @user_data: its argument
 *
 * Opens a link and puts the probe on the node.  Batches arrive on the main context that is the
 * thread's default now.  Errors: those of OV_LINK_ERROR and OV_PROBE_ERROR.
 */
void
ov_probe_attach_async (OvProbe             *self,
                       const OvLinkOptions *options,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (OV_IS_PROBE (self));
  g_return_if_fail (options != NULL);
  g_return_if_fail (self->state == DETACHED);

  g_task_set_source_tag (task, ov_probe_attach_async);
  g_clear_object (&self->link);
  self->state = ATTACHING;
  self->link = ov_link_new ();
  self->inbox = ov_probe_inbox_new (context, arrived_cb, self);
  ov_probe_inbox_set_trace_func (self->inbox, self->trace_func, self->trace_data);
  ov_link_set_message_func (self->link, ov_probe_inbox_receive, ov_probe_inbox_ref (self->inbox),
                            (GDestroyNotify) ov_probe_inbox_unref);
  ov_link_open_async (self->link, options, cancellable, opened_cb, g_steal_pointer (&task));
}

gboolean
ov_probe_attach_finish (OvProbe       *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
leave_timeout_cb (gpointer user_data)
{
  OvProbe *self = user_data;

  self->leave_timeout_id = 0;
  finish_leaving (self);
  return G_SOURCE_REMOVE;
}

/**
 * ov_probe_detach_async:
 * @self: a probe
 * @cancellable: (nullable): unused; detaching is bounded by itself
 * @callback: called when the node is as it was, or after three seconds without an answer
 * @user_data: its argument
 *
 * Undoes everything on the node, unloads the probe, closes the link.
 */
void
ov_probe_detach_async (OvProbe             *self,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (OvTerm) leave = NULL;

  g_return_if_fail (OV_IS_PROBE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_probe_detach_async);
  if (self->state != ATTACHED)
    {
      if (self->load != NULL)
        ov_probe_load_abort (g_steal_pointer (&self->load),
                             g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                                  _("The node is being detached")));
      if (self->state != LEAVING)
        close_all (self);
      g_task_return_boolean (task, TRUE);
      return;
    }

  self->state = LEAVING;
  self->leaving = g_steal_pointer (&task);
  finish_census (self, g_error_new_literal (OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                                            _("The node is being detached")));
  leave = ov_term_new_atom ("ov_leave");
  ov_link_send (self->link, &self->home.owner, leave);
  self->leave_timeout_id = g_timeout_add (LEAVE_MS, leave_timeout_cb, self);
}

gboolean
ov_probe_detach_finish (OvProbe       *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
ov_probe_is_attached (OvProbe *self)
{
  g_return_val_if_fail (OV_IS_PROBE (self), FALSE);

  return self->state == ATTACHED;
}

guint16
ov_probe_get_port (OvProbe *self)
{
  g_return_val_if_fail (OV_IS_PROBE (self), 0);

  return self->link != NULL ? ov_link_get_port (self->link) : 0;
}

guint
ov_probe_get_otp_release (OvProbe *self)
{
  g_return_val_if_fail (OV_IS_PROBE (self), 0);

  return self->home.otp_release;
}

/* ---- requests ---- */

/* A text, or {Term}. */
static char *
dup_error_text (const OvTerm *text)
{
  const OvTermFormat format = { .max_chars = 400 };

  if (ov_term_get_type (text) == OV_TERM_TUPLE && ov_term_get_size (text) == 1)
    return ov_term_to_string (ov_term_get_element (text, 0), &format, NULL);

  return ov_term_dup_text (text);
}

/* {ok, Value} or {error, Word, Text}. */
static OvTerm *
unpack_answer (const OvTerm  *answer,
               GError       **error)
{
  g_autofree char *word = NULL;
  g_autofree char *text = NULL;

  if (ov_term_is_tagged (answer, "ok", 2))
    return ov_term_ref (ov_term_get_element (answer, 1));

  if (ov_term_is_tagged (answer, "error", 3))
    {
      word = ov_term_dup_text (ov_term_get_element (answer, 1));
      text = dup_error_text (ov_term_get_element (answer, 2));
    }
  g_set_error (error, OV_PROBE_ERROR, ov_probe_error_from_word (word), _("The node answered: %s"),
               text != NULL ? text : _("something that is not understood"));
  return NULL;
}

static void
answered_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (OvTerm) answer = NULL;
  OvTerm *value;
  GError *error = NULL;

  if ((answer = ov_link_call_finish (OV_LINK (object), result, &error)) != NULL
      && (value = unpack_answer (answer, &error)) != NULL)
    g_task_return_pointer (task, value, (GDestroyNotify) ov_term_unref);
  else
    g_task_return_error (task, error);
}

/* Takes @arguments and @task. */
static void
ask (OvProbe             *self,
     const char          *request,
     OvTerm              *arguments,
     guint                timeout_ms,
     GCancellable        *cancellable,
     GAsyncReadyCallback  callback,
     GTask               *task)
{
  g_autoptr (OvTerm) term = ov_term_tuple (ov_term_new_atom ("request"),
                                           ov_term_new_text (request), arguments,
                                           ov_term_new_integer (timeout_ms), NULL);

  ov_link_ask_async (self->link, &self->home.owner, term, timeout_ms + ANSWER_MARGIN_MS,
                     cancellable, callback, task);
}

static gboolean
check_attached (OvProbe *self,
                GTask   *task)
{
  if (self->state == ATTACHED)
    return TRUE;

  g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_LOST,
                           _("Not attached to the node"));
  return FALSE;
}

/**
 * ov_probe_request_async:
 * @self: a probe
 * @request: one of the requests of PROTOCOL.md
 * @arguments: (nullable): a map term
 * @timeout_ms: how long it may take; 0: 5,000
 * @cancellable: (nullable): drops the answer
 * @callback: called with the answer
 * @user_data: its argument
 */
void
ov_probe_request_async (OvProbe             *self,
                        const char          *request,
                        const OvTerm        *arguments,
                        guint                timeout_ms,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OV_IS_PROBE (self));
  g_return_if_fail (request != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_probe_request_async);
  if (!check_attached (self, task))
    return;

  ask (self, request,
       arguments != NULL ? ov_term_ref ((OvTerm *) arguments) : ov_term_new_map (NULL, 0),
       timeout_ms != 0 ? timeout_ms : REQUEST_MS, cancellable, answered_cb,
       g_steal_pointer (&task));
}

OvTerm *
ov_probe_request_finish (OvProbe       *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- the census ---- */

static void
census_answered_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  OvProbe *self = g_task_get_source_object (task);
  g_autoptr (OvTerm) answer = NULL;
  g_autoptr (OvTerm) value = NULL;
  GError *error = NULL;

  if ((answer = ov_link_call_finish (OV_LINK (object), result, &error)) != NULL)
    value = unpack_answer (answer, &error);
  if (self->census != task)
    {
      g_clear_error (&error);
      return;
    }

  self->census_answered = TRUE;
  if (error != NULL || self->census_done)
    finish_census (self, error);
}

static OvTerm *
new_census_arguments (gint64   id,
                      gboolean with_supervisors,
                      guint    deadline_ms)
{
  OvTerm *pairs[4];
  guint n = 0;

  pairs[n++] = ov_term_new_atom ("id");
  pairs[n++] = ov_term_new_integer (id);
  if (with_supervisors)
    {
      pairs[n++] = ov_term_new_atom ("deadline_ms");
      pairs[n++] = ov_term_new_integer (deadline_ms);
    }

  return ov_term_new_map (pairs, n / 2);
}

/**
 * ov_probe_census_async:
 * @self: a probe
 * @with_supervisors: whether supervisors are read too, through the safe state probe
 * @deadline_ms: how long they have to answer; who has not is reported as OV_ANSWER_NONE
 * @cancellable: (nullable): drops the result; records may still arrive
 * @callback: called after the handler has seen CENSUS_DONE
 * @user_data: its argument
 *
 * One at a time; a second one fails with OV_PROBE_ERROR_BUSY.
 */
void
ov_probe_census_async (OvProbe             *self,
                       gboolean             with_supervisors,
                       guint                deadline_ms,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (OV_IS_PROBE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_probe_census_async);
  if (!check_attached (self, task))
    return;
  if (self->census != NULL)
    {
      g_task_return_new_error (task, OV_PROBE_ERROR, OV_PROBE_ERROR_BUSY,
                               _("A census is being taken already"));
      return;
    }

  self->census = g_object_ref (task);
  self->census_id++;
  self->census_done = self->census_answered = FALSE;
  ask (self, "census", new_census_arguments (self->census_id, with_supervisors, deadline_ms),
       CENSUS_MS + deadline_ms, cancellable, census_answered_cb, g_steal_pointer (&task));
}

gboolean
ov_probe_census_finish (OvProbe       *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- casts ---- */

/* Takes @message. */
static void
cast (OvProbe *self,
      OvTerm  *message)
{
  g_autoptr (OvTerm) owned = message;

  if (self->state == ATTACHED)
    ov_link_send (self->link, &self->home.owner, message);
}

static OvTerm *
new_pids (const OvPid *pids,
          guint        n_pids)
{
  g_autoptr (GPtrArray) terms = g_ptr_array_sized_new (n_pids);

  for (guint i = 0; i < n_pids; i++)
    if (!ov_pid_is_none (&pids[i]))
      g_ptr_array_add (terms, ov_term_new_pid (&pids[i]));

  return ov_term_new_list ((OvTerm **) terms->pdata, terms->len);
}

/**
 * ov_probe_watch:
 * @self: a probe
 * @what: what keeps arriving from now on
 */
void
ov_probe_watch (OvProbe *self,
                OvWatch  what)
{
  g_return_if_fail (OV_IS_PROBE (self));

  cast (self, ov_term_tuple (ov_term_new_atom ("ov_watch"), ov_term_new_integer (what), NULL));
}

/**
 * ov_probe_refresh:
 * @self: a probe
 * @pids: (array length=n_pids): processes of the node
 * @n_pids: how many
 *
 * Full PROCESS records of these arrive, DEATH records of those that are gone.
 */
void
ov_probe_refresh (OvProbe     *self,
                  const OvPid *pids,
                  guint        n_pids)
{
  g_return_if_fail (OV_IS_PROBE (self));

  cast (self, ov_term_tuple (ov_term_new_atom ("ov_refresh"), new_pids (pids, n_pids), NULL));
}

/**
 * ov_probe_read_supervisors:
 * @self: a probe
 * @pids: (array length=n_pids): supervisors of the node
 * @n_pids: how many
 * @deadline_ms: how long they have to answer
 *
 * SUPERVISOR and CHILD records of these arrive.
 */
void
ov_probe_read_supervisors (OvProbe     *self,
                           const OvPid *pids,
                           guint        n_pids,
                           guint        deadline_ms)
{
  g_return_if_fail (OV_IS_PROBE (self));

  cast (self, ov_term_tuple (ov_term_new_atom ("ov_supervisors"), new_pids (pids, n_pids),
                             ov_term_new_integer (deadline_ms), NULL));
}
