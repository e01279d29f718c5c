/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See trace-script.h.
 */
#include "trace-script.h"

#include <string.h>

void
script_init (Script *script)
{
  script->store = ov_store_new (SCRIPT_NODE, NULL);
  script->intake = ov_intake_new (script->store);
}

void
script_clear (Script *script)
{
  g_clear_pointer (&script->intake, ov_intake_free);
  g_clear_pointer (&script->store, ov_store_unref);
}

GByteArray *
script_encode (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = ov_term_parse (text, SCRIPT_NODE, NULL, &error);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_no_error (error);
  ov_term_encode (term, bytes);
  return bytes;
}

guint
script_take (Script             *script,
             OvTraceMessageType  type,
             const char         *text)
{
  g_autoptr (GByteArray) bytes = script_encode (text);
  OvTraceMessage message = {
    .type = type, .trace = 7, .at_ns = SCRIPT_OFFSET + 1000 * SCRIPT_MS,
    .from_ns = SCRIPT_OFFSET + 900 * SCRIPT_MS, .offset_ns = SCRIPT_OFFSET,
  };

  ov_term_cursor_init (&message.body, bytes->data, bytes->len);
  return ov_intake_take (script->intake, &message);
}

void
script_event (Script     *script,
              double      at_ms,
              const char *text)
{
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) (at_ms * 1e6));
  g_auto (GStrv) parts = g_strsplit (text, "~", -1);
  g_autofree char *timed = g_strjoinv (time, parts);
  g_autofree char *list = g_strdup_printf ("[%s]", timed);

  g_assert_cmpuint (script_take (script, OV_TRACE_MESSAGE_EVENTS, list), >, 0);
}

OvEvent
script_get (Script *script,
            guint64 number)
{
  OvEvent event;

  g_assert_true (ov_store_get_event (script->store, number, &event));
  return event;
}

char *
script_payload (Script *script,
                guint64 number)
{
  const OvTermFormat format = { .local_node = SCRIPT_NODE };
  g_autoptr (GBytes) payload = ov_store_dup_payload (script->store, number);
  GString *text = g_string_new (NULL);
  gconstpointer bytes;
  gsize length;

  g_assert_nonnull (payload);
  bytes = g_bytes_get_data (payload, &length);
  ov_term_print_bytes (bytes, length, &format, text, NULL);
  return g_string_free (text, FALSE);
}

char *
script_name (Script *script,
             guint32 actor)
{
  return actor == OV_ACTOR_NONE ? g_strdup ("-") : ov_store_dup_actor_name (script->store, actor);
}

const char *
script_shape (Script *script,
              guint64 number)
{
  const char *shape = ov_store_get_text (script->store, script_get (script, number).shape);

  return shape != NULL ? shape : "";
}

guint32
script_actor (Script *script,
              guint   id)
{
  g_autofree char *text = g_strdup_printf ("<0.%u.0>", id);
  OvPid pid;

  g_assert_true (ov_pid_parse (text, SCRIPT_NODE, &pid));
  return ov_store_find_actor (script->store, &pid);
}
