/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks the Erlang port mapper daemon.  One query is one connection:
 *
 *   connect ──► write the request ──► read until the end, or until there is enough ──► answer
 *      └───────────────┴─────────── the deadline or cancel ──► error
 *
 * Invariant: never more than MAX_ANSWER bytes are kept, whatever answers.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#epmd-protocol
 * Thread: the caller's; nothing blocks.
 */
#include "link/ov-epmd.h"

#include "link/ov-deadline-private.h"
#include "link/ov-link.h"

#include <glib/gi18n.h>

#include <string.h>

#define DEFAULT_PORT       4369
#define DEFAULT_TIMEOUT_MS 2000
#define MAX_ANSWER         (1024 * 1024)
#define CHUNK              4096

#define NAMES_REQUEST  'n' /* 110 */
#define PORT_REQUEST   'z' /* 122 */
#define PORT_ANSWER    119

typedef struct
{
  char              *host;
  char              *name;        /* NULL: all names */
  OvDeadline        *deadline;
  GSocketConnection *connection;
  GByteArray        *request;
  GByteArray        *answer;
  guint8             chunk[CHUNK];
} Query;

static void
query_free (gpointer data)
{
  Query *query = data;

  g_clear_pointer (&query->deadline, ov_deadline_free);
  g_clear_object (&query->connection);
  g_clear_pointer (&query->request, g_byte_array_unref);
  g_clear_pointer (&query->answer, g_byte_array_unref);
  g_free (query->host);
  g_free (query->name);
  g_free (query);
}

/**
 * ov_epmd_entry_free:
 * @entry: (nullable): an entry
 */
void
ov_epmd_entry_free (OvEpmdEntry *entry)
{
  if (entry == NULL)
    return;

  g_free (entry->name);
  g_free (entry);
}

/**
 * ov_epmd_get_port:
 *
 * Returns: the port to find epmd at, as OTP finds it
 */
guint16
ov_epmd_get_port (void)
{
  const char *text = g_getenv ("ERL_EPMD_PORT");
  guint64 port;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
    return (guint16) port;

  return DEFAULT_PORT;
}

/* What went wrong below, in the words of this layer. */
static void
fail (GTask  *task,
      GError *cause)
{
  Query *query = g_task_get_task_data (task);
  guint port = ov_epmd_get_port ();
  g_autoptr (GError) owned = cause;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (g_error_matches (cause, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL))
    g_task_return_error (task, g_steal_pointer (&owned));
  else if (cause->domain == G_RESOLVER_ERROR)
    g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_UNREACHABLE,
                             _("The host “%s” is not known: %s"), query->host, cause->message);
  else if (ov_deadline_has_expired (query->deadline))
    g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD,
                             query->connection == NULL
                                 ? _("epmd did not answer at %s, port %u: nothing came back at all")
                                 : _("What listens at %s, port %u does not answer as epmd does"),
                             query->host, port);
  else
    g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_NO_EPMD,
                             _("No epmd at %s, port %u: %s"), query->host, port, cause->message);
}

static void
fail_protocol (GTask *task)
{
  Query *query = g_task_get_task_data (task);

  fail (task, g_error_new (OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL,
                           _("What listens at %s, port %u is not epmd"), query->host,
                           ov_epmd_get_port ()));
}

/* One line of the answer to NAMES: "name rabbit at port 25672". */
static OvEpmdEntry *
parse_line (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 6);
  OvEpmdEntry *entry;
  guint64 port;

  if (g_strv_length (words) != 5 || strcmp (words[0], "name") != 0 || strcmp (words[2], "at") != 0
      || strcmp (words[3], "port") != 0 || *words[1] == '\0'
      || !g_utf8_validate (words[1], -1, NULL)
      || !g_ascii_string_to_unsigned (words[4], 10, 0, G_MAXUINT16, &port, NULL))
    return NULL;

  entry = g_new0 (OvEpmdEntry, 1);
  entry->name = g_strdup (words[1]);
  entry->port = (guint16) port;
  return entry;
}

static void
finish_names (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (query->answer->len < 4
      || memchr (query->answer->data + 4, '\0', query->answer->len - 4) != NULL)
    {
      fail_protocol (task);
      return;
    }
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) ov_epmd_entry_free);
  text = g_strndup ((const char *) query->answer->data + 4, query->answer->len - 4);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      OvEpmdEntry *entry = *lines[i] != '\0' ? parse_line (lines[i]) : NULL;

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
      else if (*lines[i] != '\0')
        {
          fail_protocol (task);
          return;
        }
    }

  g_task_return_pointer (task, g_steal_pointer (&entries), (GDestroyNotify) g_ptr_array_unref);
}

static void
finish_port (GTask *task)
{
  Query *query = g_task_get_task_data (task);
  const guint8 *bytes = query->answer->data;

  if (query->answer->len < 2 || bytes[0] != PORT_ANSWER)
    fail_protocol (task);
  else if (bytes[1] != 0)
    g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_UNKNOWN_NODE,
                             _("epmd at %s does not know a node called “%s”"), query->host,
                             query->name);
  else if (query->answer->len < 4 || (bytes[2] == 0 && bytes[3] == 0))
    fail_protocol (task);
  else
    g_task_return_int (task, bytes[2] << 8 | bytes[3]);
}

/* Only the first four bytes of the answer about one node concern us. */
static gboolean
has_enough (Query *query)
{
  return query->name != NULL
         && (query->answer->len >= 4 || (query->answer->len >= 2 && query->answer->data[1] != 0));
}

static void read_more (GTask *task);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    {
      fail (task, g_steal_pointer (&error));
      return;
    }
  g_byte_array_append (query->answer, query->chunk, (guint) n);
  if (query->answer->len > MAX_ANSWER)
    fail_protocol (task);
  else if (n > 0 && !has_enough (query))
    read_more (g_steal_pointer (&task));
  else if (query->name != NULL)
    finish_port (task);
  else
    finish_names (task);
}

/* (transfer full) task */
static void
read_more (GTask *task)
{
  Query *query = g_task_get_task_data (task);

  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (query->connection)),
                             query->chunk, CHUNK, G_PRIORITY_DEFAULT,
                             ov_deadline_get_cancellable (query->deadline), read_cb, task);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    read_more (g_steal_pointer (&task));
  else
    fail (task, g_steal_pointer (&error));
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Query *query = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  query->connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result,
                                                              &error);
  if (query->connection == NULL)
    {
      fail (task, g_steal_pointer (&error));
      return;
    }
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (query->connection)),
                                   query->request->data, query->request->len, G_PRIORITY_DEFAULT,
                                   ov_deadline_get_cancellable (query->deadline), written_cb,
                                   g_steal_pointer (&task));
}

static GByteArray *
make_request (char        tag,
              const char *name)
{
  GByteArray *request = g_byte_array_new ();
  gsize length = 1 + (name != NULL ? strlen (name) : 0);
  guint8 head[] = { (guint8) (length >> 8), (guint8) length, (guint8) tag };

  g_byte_array_append (request, head, sizeof head);
  if (name != NULL)
    g_byte_array_append (request, (const guint8 *) name, (guint) strlen (name));

  return request;
}

/* (transfer full) task */
static void
start_query (GTask      *task,
             const char *host,
             const char *name,
             guint       timeout_ms)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Query *query = g_new0 (Query, 1);

  query->host = g_strdup (host);
  query->name = g_strdup (name);
  query->deadline = ov_deadline_new (timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS,
                                     g_task_get_cancellable (task));
  query->request = make_request (name != NULL ? PORT_REQUEST : NAMES_REQUEST, name);
  query->answer = g_byte_array_new ();
  g_task_set_task_data (task, query, query_free);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, host, ov_epmd_get_port (),
                                         ov_deadline_get_cancellable (query->deadline),
                                         connected_cb, task);
}

/**
 * ov_epmd_names_async:
 * @host: a host's name or address
 * @timeout_ms: the limit for everything; 0 for two seconds
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context
 * @user_data: its argument
 *
 * Asks which nodes are registered at @host.
 */
void
ov_epmd_names_async (const char          *host,
                     guint                timeout_ms,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (host != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_epmd_names_async);
  start_query (task, host, NULL, timeout_ms);
}

/**
 * ov_epmd_names_finish:
 * @result: what the callback got
 * @error: NO_EPMD, UNREACHABLE (the host is not known), PROTOCOL, or cancelled
 *
 * Returns: (transfer full) (element-type OvEpmdEntry): the nodes, possibly none
 */
GPtrArray *
ov_epmd_names_finish (GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * ov_epmd_port_async:
 * @host: a host's name or address
 * @name: a node's name without the host
 * @timeout_ms: the limit for everything; 0 for two seconds
 * @cancellable: (nullable): cancels
 * @callback: called on the thread-default context
 * @user_data: its argument
 *
 * Asks for the distribution port of one node.
 */
void
ov_epmd_port_async (const char          *host,
                    const char          *name,
                    guint                timeout_ms,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (host != NULL);
  g_return_if_fail (name != NULL && strlen (name) < G_MAXUINT16);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, ov_epmd_port_async);
  start_query (task, host, name, timeout_ms);
}

/**
 * ov_epmd_port_finish:
 * @result: what the callback got
 * @error: UNKNOWN_NODE, NO_EPMD, UNREACHABLE, PROTOCOL, or cancelled
 *
 * Returns: the port, or 0 with @error set
 */
guint16
ov_epmd_port_finish (GAsyncResult  *result,
                     GError       **error)
{
  gssize port;

  g_return_val_if_fail (g_task_is_valid (result, NULL), 0);

  port = g_task_propagate_int (G_TASK (result), error);
  return port > 0 ? (guint16) port : 0;
}
