/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvInvocation holds what a run needs until it ends, and sees to its time limit and journal.
 *
 *   made ──start()──► running ──return_…()──► ended
 *                        │  limit_reached_cb()    ▲
 *                        ├── cancelled_cb() ──────┘   (the operation's own return is dropped)
 *                        └─begin_lasting()─► lasting ──stop_cb()──► the operation returns what it has
 *
 * Invariant: the task returns exactly once, when `ended` becomes true.  The secret is wiped when
 * the run ends, not when the last reference goes.
 * Thread: main.
 */
#include "ops/ov-invocation-private.h"

#include "ops/ov-answer-text.h"
#include "ops/ov-journal.h"

#include <glib/gi18n.h>
#include <string.h>

struct _OvInvocation
{
  gatomicrefcount    ref_count;
  const OvOperation *operation;
  OvSession         *session;
  OvNode            *node;
  JsonObject        *parameters;
  char              *format;
  OvTextStyle        text;
  char              *secret;
  OvLineFunc         line_func;
  gpointer           line_data;
  GTask             *task;
  GCancellable      *cancellable; /* ours: follows the caller's, and the time limit */
  gulong             cancelled_id;
  GSource           *limit;
  gint64             started_us, deadline_us;
  guint              timeout_ms;
  GCancellable      *stop;
  gulong             stop_id;
  void             (*stopped) (OvInvocation *self, gpointer user_data);
  gpointer           stopped_data;
  gboolean           ended;
};

static void
wipe_secret (OvInvocation *self)
{
  if (self->secret != NULL)
    explicit_bzero (self->secret, strlen (self->secret));
  g_clear_pointer (&self->secret, g_free);
}

static void
write_journal (OvInvocation *self,
               const char   *outcome,
               const GError *error)
{
  const OvOperation *operation = self->operation;
  OvJournalEntry entry = {
    .operation = operation->id,
    .node = self->node != NULL ? ov_node_get_name (self->node) : ov_invocation_get_text (self, "node"),
    .parameters = self->parameters,
    .effect = ov_effect_get_word (operation->effect),
    .undo = operation->undo,
    .outcome = outcome,
    .error = error,
    .duration_ms = (g_get_monotonic_time () - self->started_us) / 1000,
  };
  g_autoptr (GError) journal_error = NULL;

  if (operation->effect < OV_EFFECT_CHANGE && !operation->journaled)
    return;
  if (ov_journal_append (ov_journal_get_default (), &entry, &journal_error))
    return;
  /* Who only reads need not hear of it at each command; who changes something must. */
  if (operation->effect >= OV_EFFECT_CHANGE)
    g_message (_("The journal could not be written: %s"), journal_error->message);
  else
    g_debug ("the journal could not be written: %s", journal_error->message);
}

static void
stop_watching (OvInvocation *self)
{
  GCancellable *outer = g_task_get_cancellable (self->task);

  if (self->limit != NULL)
    g_source_destroy (self->limit);
  g_clear_pointer (&self->limit, g_source_unref);
  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (outer, self->cancelled_id);
  self->cancelled_id = 0;
  if (self->stop_id != 0)
    g_signal_handler_disconnect (self->stop, self->stop_id);
  self->stop_id = 0;
  self->stopped = NULL;
}

static void
end (OvInvocation *self,
     OvAnswerBody *body,
     GError       *error)
{
  self->ended = TRUE;
  stop_watching (self);
  wipe_secret (self);
  write_journal (self, error == NULL ? "done" : "failed", error);
  if (error != NULL)
    g_task_return_error (self->task, error);
  else
    g_task_return_pointer (self->task, body, (GDestroyNotify) ov_answer_body_free);
}

/* Ends a run from outside of the operation, whose own return will come late and be dropped. */
static void
give_up (OvInvocation *self,
         GError       *error)
{
  if (self->ended)
    {
      g_error_free (error);
      return;
    }
  ov_invocation_ref (self);
  end (self, NULL, error);
  g_cancellable_cancel (self->cancellable);
  ov_invocation_unref (self);
}

static gboolean
limit_reached_cb (gpointer user_data)
{
  OvInvocation *self = user_data;

  give_up (self, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                              _("“%s” did not end within %.4g seconds."), self->operation->id,
                              self->timeout_ms / 1000.0));

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_idle_cb (gpointer user_data)
{
  give_up (user_data, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled.")));

  return G_SOURCE_REMOVE;
}

/* A handler must not disconnect itself from a cancellable while it runs: from an idle it may. */
static void
cancelled_cb (GCancellable *cancellable,
              OvInvocation *self)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, cancelled_idle_cb, ov_invocation_ref (self),
                         (GDestroyNotify) ov_invocation_unref);
  g_source_attach (idle, g_task_get_context (self->task));
}

OvInvocation *
ov_invocation_new (const OvOperation  *operation,
                   OvSession          *session,
                   OvNode             *node,
                   JsonObject         *parameters,
                   const OvRunOptions *options,
                   GTask              *task)
{
  OvInvocation *self = g_new0 (OvInvocation, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->operation = operation;
  g_set_object (&self->session, session);
  g_set_object (&self->node, node);
  self->parameters = parameters;
  self->format = g_strdup (options->format != NULL ? options->format : "json");
  self->text = options->text;
  self->secret = g_strdup (options->secret);
  self->line_func = options->line_func;
  self->line_data = options->line_data;
  g_set_object (&self->stop, options->stop);
  self->task = task;
  self->cancellable = g_cancellable_new ();
  self->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : 5000;
  self->started_us = g_get_monotonic_time ();
  self->deadline_us = self->started_us + self->timeout_ms * G_GINT64_CONSTANT (1000);

  return self;
}

void
ov_invocation_start (OvInvocation *self)
{
  GCancellable *outer = g_task_get_cancellable (self->task);

  self->limit = g_timeout_source_new (self->timeout_ms);
  g_source_set_callback (self->limit, limit_reached_cb, self, NULL);
  g_source_attach (self->limit, g_task_get_context (self->task));
  if (outer != NULL)
    self->cancelled_id = g_signal_connect (outer, "cancelled", G_CALLBACK (cancelled_cb), self);
  if (self->operation->effect >= OV_EFFECT_CHANGE)
    write_journal (self, "started", NULL);
  self->operation->run (self);
}

OvInvocation *
ov_invocation_ref (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ov_invocation_unref (OvInvocation *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  stop_watching (self);
  wipe_secret (self);
  g_clear_object (&self->session);
  g_clear_object (&self->node);
  g_clear_object (&self->task);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stop);
  json_object_unref (self->parameters);
  g_free (self->format);
  g_free (self);
}

OvSession *
ov_invocation_get_session (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->session;
}

OvNode *
ov_invocation_get_node (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->node;
}

const char *
ov_invocation_get_format (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->format;
}

const OvTextStyle *
ov_invocation_get_text_style (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->text;
}

GCancellable *
ov_invocation_get_cancellable (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cancellable;
}

guint
ov_invocation_get_remaining_ms (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, 1);

  return MAX ((self->deadline_us - g_get_monotonic_time ()) / 1000, 1);
}

const char *
ov_invocation_get_secret (OvInvocation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->secret;
}

gboolean
ov_invocation_has (OvInvocation *self,
                   const char   *name)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return json_object_has_member (self->parameters, name);
}

const char *
ov_invocation_get_text (OvInvocation *self,
                        const char   *name)
{
  g_return_val_if_fail (self != NULL, NULL);

  return json_object_get_string_member_with_default (self->parameters, name, NULL);
}

gint64
ov_invocation_get_integer (OvInvocation *self,
                           const char   *name)
{
  g_return_val_if_fail (self != NULL, 0);

  return json_object_get_int_member_with_default (self->parameters, name, 0);
}

double
ov_invocation_get_number (OvInvocation *self,
                          const char   *name)
{
  g_return_val_if_fail (self != NULL, 0);

  return json_object_get_double_member_with_default (self->parameters, name, 0);
}

gboolean
ov_invocation_get_flag (OvInvocation *self,
                        const char   *name)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return json_object_get_boolean_member_with_default (self->parameters, name, FALSE);
}

/**
 * ov_invocation_dup_list:
 * @self: a run
 * @name: a parameter that may be many
 *
 * Returns: (transfer full): its elements
 */
char **
ov_invocation_dup_list (OvInvocation *self,
                        const char   *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  g_return_val_if_fail (self != NULL, NULL);

  array = ov_invocation_has (self, name) ? json_object_get_array_member (self->parameters, name) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));

  return g_strv_builder_end (builder);
}

static gboolean
stop_idle_cb (gpointer user_data)
{
  OvInvocation *self = user_data;
  void (*stopped) (OvInvocation *, gpointer) = g_steal_pointer (&self->stopped);

  if (!self->ended && stopped != NULL)
    stopped (self, self->stopped_data);

  return G_SOURCE_REMOVE;
}

static void
stop_cb (GCancellable *stop,
         OvInvocation *self)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, stop_idle_cb, ov_invocation_ref (self), (GDestroyNotify) ov_invocation_unref);
  g_source_attach (idle, g_task_get_context (self->task));
}

/**
 * ov_invocation_begin_lasting:
 * @self: a run of an operation that lasts
 * @stopped: called when it shall end with what it has; then the operation returns as soon as it can
 * @user_data: for @stopped
 *
 * From now on no time limit ends the run.  A stop that was asked for before comes now.
 */
void
ov_invocation_begin_lasting (OvInvocation *self,
                             void        (*stopped) (OvInvocation *self, gpointer user_data),
                             gpointer      user_data)
{
  g_return_if_fail (self != NULL && self->operation->lasts);
  g_return_if_fail (stopped != NULL);

  if (self->ended)
    return;
  if (self->limit != NULL)
    g_source_destroy (self->limit);
  g_clear_pointer (&self->limit, g_source_unref);
  self->stopped = stopped;
  self->stopped_data = user_data;
  if (self->stop == NULL)
    return;
  if (g_cancellable_is_cancelled (self->stop))
    stop_cb (self->stop, self);
  else
    self->stop_id = g_signal_connect (self->stop, "cancelled", G_CALLBACK (stop_cb), self);
}

gboolean
ov_invocation_emit (OvInvocation *self,
                    const char   *line)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (line != NULL, FALSE);

  return self->ended || self->line_func == NULL || self->line_func (line, self->line_data);
}

static void
return_body (OvInvocation *self,
             JsonNode     *json,
             GBytes       *bytes,
             const char   *content_type,
             GObject      *object,
             GError       *error)
{
  OvAnswerBody *body = g_new0 (OvAnswerBody, 1);

  if (json != NULL && JSON_NODE_HOLDS_OBJECT (json) && g_str_equal (self->format, "text"))
    {
      char *text = ov_answer_text_write (self->operation, json, &self->text);

      bytes = g_bytes_new_take (text, strlen (text));
      content_type = "text/plain";
      g_clear_pointer (&json, json_node_unref);
    }
  body->json = json;
  body->bytes = bytes;
  body->content_type = content_type;
  body->object = object;
  body->error = error;
  if (self->ended)
    ov_answer_body_free (body);
  else
    end (self, body, NULL);
  ov_invocation_unref (self);
}

void
ov_invocation_return_json (OvInvocation *self,
                           JsonNode     *json)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (json != NULL);

  return_body (self, json, NULL, "application/json", NULL, NULL);
}

void
ov_invocation_return_partial (OvInvocation *self,
                              JsonNode     *json,
                              GError       *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (json != NULL);

  return_body (self, json, NULL, "application/json", NULL, error);
}

void
ov_invocation_return_object (OvInvocation *self,
                             JsonNode     *json,
                             GObject      *object)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (json != NULL);

  return_body (self, json, NULL, "application/json", object, NULL);
}

/* @content_type is a static string. */
void
ov_invocation_return_bytes (OvInvocation *self,
                            GBytes       *bytes,
                            const char   *content_type)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (bytes != NULL);

  return_body (self, NULL, bytes, content_type, NULL, NULL);
}

void
ov_invocation_return_error (OvInvocation *self,
                            GError       *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (error != NULL);

  if (self->ended)
    g_error_free (error);
  else
    end (self, NULL, error);
  ov_invocation_unref (self);
}
