/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Getting to a node: see the header.  Thread: main.
 */
#include "config.h"

#include "views/ov-attachment.h"

#include "views/ov-request.h"
#include "views/ov-settings.h"

#include <glib/gi18n.h>

#define ATTACH_TIMEOUT_MS 15000
#define DOCTOR_TIMEOUT_MS 15000
#define SANDBOX_TIMEOUT_MS 30000

/* What must outlive the request. */
typedef struct
{
  OvRecentNode recent;
  char        *notice;
} Attachment;

static void
attachment_free (Attachment *self)
{
  g_free (self->recent.name);
  g_free (self->recent.cookie_file);
  g_free (self->recent.host);
  g_free (self->notice);
  g_free (self);
}

static JsonObject *
make_parameters (const OvAttachRequest *request)
{
  JsonObject *parameters = ov_request_parameters ("node", request->name, NULL);

  if (request->cookie_file && *request->cookie_file)
    json_object_set_string_member (parameters, "cookie-file", request->cookie_file);
  if (request->host && *request->host)
    json_object_set_string_member (parameters, "host", request->host);
  if (request->port > 0)
    json_object_set_int_member (parameters, "port", request->port);
  return parameters;
}

static void
run (const char          *id,
     OvSession           *session,
     JsonObject          *parameters, /* (transfer full) */
     const char          *secret,
     guint                timeout_ms,
     GTask               *task, /* (transfer full) */
     GAsyncReadyCallback  callback)
{
  OvRunOptions options = { .parameters = parameters, .secret = secret, .timeout_ms = timeout_ms };

  ov_operation_run_full_async (ov_operation_find (id), session, NULL, &options,
                               g_task_get_cancellable (task), callback, task);
  json_object_unref (parameters);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Attachment *attachment = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);

  if (!body)
    {
      g_task_return_error (task, error);
      return;
    }
  if (attachment->recent.name)
    {
      attachment->recent.seen_s = g_get_real_time () / G_USEC_PER_SEC;
      ov_settings_remember (&attachment->recent);
    }
  if (body->json && JSON_NODE_HOLDS_OBJECT (body->json))
    attachment->notice = g_strdup (ov_json_get_text (json_node_get_object (body->json), "notice"));
  g_task_return_pointer (task, g_object_ref (body->object), g_object_unref);
}

static GTask *
make_task (GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_new0 (Attachment, 1), (GDestroyNotify) attachment_free);
  return task;
}

void
ov_attachment_attach_async (OvSession             *session,
                            const OvAttachRequest *request,
                            GCancellable          *cancellable,
                            GAsyncReadyCallback    callback,
                            gpointer               user_data)
{
  GTask *task = make_task (cancellable, callback, user_data);
  Attachment *attachment = g_task_get_task_data (task);
  JsonObject *parameters = make_parameters (request);

  attachment->recent = (OvRecentNode) {
    .name = g_strdup (request->name),
    .cookie_file = g_strdup (request->cookie_file),
    .host = g_strdup (request->host),
    .port = (guint16) request->port,
  };
  if (request->keep_cookie)
    json_object_set_boolean_member (parameters, "remember", TRUE);
  run ("node.attach", session, parameters, request->cookie, ATTACH_TIMEOUT_MS, task,
       attached_cb);
}

void
ov_attachment_again_async (OvSession           *session,
                           OvNode              *node,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task = make_task (cancellable, callback, user_data);
  JsonObject *parameters = ov_request_parameters ("node", ov_node_get_name (node), NULL);

  json_object_set_boolean_member (parameters, "again", TRUE);
  run ("node.attach", session, parameters, NULL, ATTACH_TIMEOUT_MS, task, attached_cb);
}

void
ov_attachment_example_async (OvSession           *session,
                             const char          *example,
                             const char          *language,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task = make_task (cancellable, callback, user_data);

  run ("sandbox.open", session,
       ov_request_parameters ("example", example, "language", language, NULL), NULL,
       SANDBOX_TIMEOUT_MS, task, attached_cb);
}

OvNode *
ov_attachment_finish (GAsyncResult  *result,
                      char         **notice,
                      GError       **error)
{
  Attachment *attachment;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  attachment = g_task_get_task_data (G_TASK (result));
  if (notice)
    *notice = g_steal_pointer (&attachment->notice);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
visited_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(OvAnswerBody) body = ov_operation_run_finish (result, &error);
  JsonNode *json = body ? ov_answer_body_get_json (body, &error) : NULL;

  if (json && JSON_NODE_HOLDS_OBJECT (json))
    g_task_return_pointer (task, json_node_dup_object (json), (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (task, error);
}

void
ov_attachment_visit_async (OvSession             *session,
                           const OvAttachRequest *request,
                           GCancellable          *cancellable,
                           GAsyncReadyCallback    callback,
                           gpointer               user_data)
{
  run ("node.doctor", session, make_parameters (request), request->cookie, DOCTOR_TIMEOUT_MS,
       make_task (cancellable, callback, user_data), visited_cb);
}

JsonObject *
ov_attachment_visit_finish (GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
