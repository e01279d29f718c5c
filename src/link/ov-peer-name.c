/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One question is one connection:
 *
 *   connect ──► 'N' our flags and name ──► 's' ok ──► 'N' challenge with the peer's name ──► close
 *      └───────────────┴─────────────────────┴──────────── too long, too much, no node ──► error
 *
 * Our name is always the same, since a node keeps every name it has seen as an atom.
 * Invariant: never more than MAX_ANSWER bytes are read, whatever answers.
 * Format: https://www.erlang.org/doc/apps/erts/erl_dist_protocol.html#distribution-handshake
 * Thread: the caller's; nothing blocks.
 */
#include "link/ov-peer-name.h"

#include "link/ov-link.h"
#include "link/ov-node-name.h"

#include <glib/gi18n.h>

#include <string.h>

#define OUR_NAME   "overstory-looks@localhost"
#define MAX_ANSWER 1024
#define CHALLENGE_FIXED 19 /* tag, flags:64, challenge:32, creation:32, length:16 */

/* What OTP 23 to 29 demand of a peer; not published, so that we would be hidden. */
#define FLAGS \
  (G_GUINT64_CONSTANT (0x4) | 0x10 | 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x20000 | 0x40000 \
   | 0x1000000 | 0x2000000 | 0x4000000 | G_GUINT64_CONSTANT (0x400000000))

typedef struct
{
  GSocketConnection *connection;
  guint8             greeting[64];
  gsize              greeting_length;
  guint8             answer[MAX_ANSWER];
  gsize              length;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_object (&question->connection);
  g_free (question);
}

static guint8 *
put_big_endian (guint8  *at,
                guint64  value,
                guint    n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    at[i] = (guint8) (value >> (8 * (n_bytes - 1 - i)));

  return at + n_bytes;
}

static void
write_greeting (Question *question)
{
  gsize name_length = strlen (OUR_NAME);
  guint8 *at = put_big_endian (question->greeting, 1 + 8 + 4 + 2 + name_length, 2);

  *at++ = 'N';
  at = put_big_endian (at, FLAGS, 8);
  at = put_big_endian (at, 1, 4);
  at = put_big_endian (at, name_length, 2);
  memcpy (at, OUR_NAME, name_length);
  question->greeting_length = (gsize) (at - question->greeting) + name_length;
}

/* The packet at @offset, whole; NULL while some of it is missing. */
static const guint8 *
get_packet (const Question *question,
            gsize           offset,
            gsize          *length)
{
  const guint8 *at = question->answer + offset;

  if (question->length < offset + 2)
    return NULL;
  *length = (gsize) at[0] << 8 | at[1];

  return question->length >= offset + 2 + *length ? at + 2 : NULL;
}

typedef enum { WANTS_MORE, KNOWN, NO_NODE } Verdict;

static Verdict
read_answer (const Question *question,
             char          **name)
{
  const guint8 *status;
  const guint8 *challenge;
  gsize status_length = 0;
  gsize length = 0;
  gsize name_length;

  status = get_packet (question, 0, &status_length);
  if (status == NULL)
    return question->length < MAX_ANSWER ? WANTS_MORE : NO_NODE;
  if (status_length < 3 || status[0] != 's' || memcmp (status + 1, "ok", 2) != 0)
    return NO_NODE;
  challenge = get_packet (question, 2 + status_length, &length);
  if (challenge == NULL)
    return question->length < MAX_ANSWER ? WANTS_MORE : NO_NODE;
  if (length <= CHALLENGE_FIXED || challenge[0] != 'N')
    return NO_NODE;

  name_length = (gsize) challenge[17] << 8 | challenge[18];
  if (name_length == 0 || name_length > OV_NODE_NAME_MAX || CHALLENGE_FIXED + name_length > length
      || !g_utf8_validate ((const char *) challenge + CHALLENGE_FIXED, (gssize) name_length, NULL))
    return NO_NODE;
  *name = g_strndup ((const char *) challenge + CHALLENGE_FIXED, name_length);

  return ov_node_name_split (*name, NULL, NULL, NULL) ? KNOWN : NO_NODE;
}

static void read_more (GTask *task);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autofree char *name = NULL;
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    {
      g_task_return_error (task, error);
      return;
    }
  question->length += (gsize) n;
  switch (read_answer (question, &name))
    {
    case KNOWN:
      g_task_return_pointer (task, g_steal_pointer (&name), g_free);
      break;
    case WANTS_MORE:
      if (n > 0)
        {
          read_more (g_steal_pointer (&task));
          break;
        }
      G_GNUC_FALLTHROUGH;
    case NO_NODE:
    default:
      g_task_return_new_error (task, OV_LINK_ERROR, OV_LINK_ERROR_PROTOCOL,
                               _("What listens there does not say its name"));
    }
}

static void
read_more (GTask *task)
{
  Question *question = g_task_get_task_data (task);
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (question->connection));

  g_input_stream_read_async (input, question->answer + question->length,
                             MAX_ANSWER - question->length, G_PRIORITY_DEFAULT,
                             g_task_get_cancellable (task), read_cb, task);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    read_more (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;

  question->connection =
    g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  if (question->connection == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_output_stream_write_all_async (
    g_io_stream_get_output_stream (G_IO_STREAM (question->connection)), question->greeting,
    question->greeting_length, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), written_cb,
    g_object_ref (task));
}

/**
 * ov_peer_name_async:
 * @host: a host or address
 * @port: where a node listens
 * @timeout_s: how long each step may take
 * @cancellable: (nullable): gives up
 * @callback: called with the name
 * @user_data: its argument
 */
void
ov_peer_name_async (const char          *host,
                    guint16              port,
                    guint                timeout_s,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Question *question = g_new0 (Question, 1);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (host != NULL);

  g_task_set_source_tag (task, ov_peer_name_async);
  g_task_set_task_data (task, question, question_free);
  write_greeting (question);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, timeout_s);
  g_socket_client_connect_to_host_async (client, host, port, cancellable, connected_cb, task);
}

char *
ov_peer_name_finish (GAsyncResult  *result,
                     GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
