/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How views start operations: see the header.  Thread: main.
 */
#include "config.h"

#include "views/ov-request.h"

#include "base/ov-error.h"

#include <glib/gi18n.h>
#include <stdarg.h>

JsonObject *
ov_request_parameters (const char *first_name,
                       ...)
{
  JsonObject *parameters = json_object_new ();
  const char *name = first_name;
  va_list arguments;

  va_start (arguments, first_name);
  while (name)
    {
      const char *text = va_arg (arguments, const char *);

      if (text)
        json_object_set_string_member (parameters, name, text);
      name = va_arg (arguments, const char *);
    }
  va_end (arguments);
  return parameters;
}

void
ov_request_run_async (const char          *id,
                      OvSession           *session,
                      OvNode              *node,
                      JsonObject          *parameters,
                      const char          *format,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  const OvOperation *operation = ov_operation_find (id);

  g_return_if_fail (operation != NULL);

  ov_operation_run_async (operation, session, node, parameters, format, 0, cancellable, callback,
                          user_data);
  g_clear_pointer (&parameters, json_object_unref);
}

char *
ov_request_dup_words (const GError *error)
{
  const char *hint = ov_error_get_hint (error);

  return hint ? g_strdup_printf ("%s\n%s", error->message, _(hint)) : g_strdup (error->message);
}

/* The member's node if it is a value or container that is not null. */
static JsonNode *
find_member (JsonObject *object,
             const char *member)
{
  JsonNode *node = object ? json_object_get_member (object, member) : NULL;

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

const char *
ov_json_get_text (JsonObject *object,
                  const char *member)
{
  JsonNode *node = find_member (object, member);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         ? json_node_get_string (node) : NULL;
}

gboolean
ov_json_get_integer (JsonObject *object,
                     const char *member,
                     gint64     *value)
{
  JsonNode *node = find_member (object, member);

  if (!node || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

JsonArray *
ov_json_get_array (JsonObject *object,
                   const char *member)
{
  JsonNode *node = find_member (object, member);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

JsonObject *
ov_json_get_object (JsonObject *object,
                    const char *member)
{
  JsonNode *node = find_member (object, member);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

const char *
ov_json_get_element (JsonArray  *array,
                     guint       index,
                     const char *member)
{
  JsonNode *node = json_array_get_element (array, index);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return ov_json_get_text (json_node_get_object (node), member);
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         ? json_node_get_string (node) : NULL;
}
