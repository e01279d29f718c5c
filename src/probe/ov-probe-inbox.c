/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the probe sends, between the link's thread and the main context.
 *
 * Pings are answered here, on the link's thread: a main loop that is busy keeps the lease, a
 * program that is stopped loses it.  The number of batches is bounded by the probe's credit; a
 * node that ignores it is cut off at MAX_BATCHES.
 *
 * What a running trace sends never waits for the main loop: it is handed to the trace func and
 * acknowledged here, one message at a time, so nothing of it is ever queued.
 * Thread: receive on the link's, the rest on the main one; guarded by one mutex.  The trace func runs
 * under a second one, so that it is never called again once stop has returned.
 */
#include "probe/ov-probe-private.h"

#include "base/ov-wakeup.h"

/* Credit for each stream, and a margin for streams of many short refreshes. */
#define MAX_BATCHES 8192

struct _OvProbeInbox
{
  gatomicrefcount ref_count;
  GMutex          lock;
  GQueue          batches; /* of OvProbeBatch */
  char           *gone;
  GBytes         *answer;  /* to the loading; the newest */
  OvWakeup       *wakeup;

  GMutex           trace_lock;
  OvProbeTraceFunc trace_func; /* NULL: nobody cares, or stopped */
  gpointer         trace_data;
};

OvProbeInbox *
ov_probe_inbox_new (GMainContext *context,
                    GSourceFunc   arrived,
                    gpointer      user_data)
{
  OvProbeInbox *self = g_new0 (OvProbeInbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->trace_lock);
  g_queue_init (&self->batches);
  self->wakeup = ov_wakeup_new (context, 0, arrived, user_data);

  return self;
}

OvProbeInbox *
ov_probe_inbox_ref (OvProbeInbox *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ov_probe_inbox_unref (OvProbeInbox *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->batches, (GDestroyNotify) ov_probe_batch_free);
  ov_wakeup_unref (self->wakeup);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->trace_lock);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_free (self->gone);
  g_free (self);
}

void
ov_probe_inbox_set_trace_func (OvProbeInbox     *self,
                               OvProbeTraceFunc  func,
                               gpointer          user_data)
{
  g_mutex_lock (&self->trace_lock);
  self->trace_func = func;
  self->trace_data = user_data;
  g_mutex_unlock (&self->trace_lock);
}

void
ov_probe_inbox_stop (OvProbeInbox *self)
{
  ov_wakeup_stop (self->wakeup);
  ov_probe_inbox_set_trace_func (self, NULL, NULL);
}

void
ov_probe_batch_free (OvProbeBatch *batch)
{
  g_bytes_unref (batch->message);
  g_free (batch);
}

static void
answer_ping (OvLink       *link,
             OvTermCursor *cursor)
{
  g_autoptr (OvTerm) pong = NULL;
  OvPid guard, owner;

  if (!ov_term_cursor_get_pid (cursor, &guard) || !ov_term_cursor_get_pid (cursor, &owner))
    return;

  pong = ov_term_tuple (ov_term_new_atom ("ov_pong"), ov_term_new_pid (&owner), NULL);
  ov_link_send (link, &guard, pong);
}

/* ---- traces ---- */

/* A message of a trace begins {Tag, From, Seq, Id, …}; records {Tag, From, Seq, …}. */
typedef struct
{
  OvPid  from;
  gint64 seq;
} Stream;

static gboolean
read_stream (OvTermCursor *cursor,
             Stream       *stream)
{
  return ov_term_cursor_get_pid (cursor, &stream->from)
         && ov_term_cursor_get_integer (cursor, &stream->seq);
}

static gboolean
read_trace_id (OvTermCursor *cursor,
               guint16      *id)
{
  gint64 value;

  if (!ov_term_cursor_get_integer (cursor, &value) || value < 1 || value > G_MAXUINT16)
    return FALSE;

  *id = (guint16) value;
  return TRUE;
}

static gboolean
read_pair (OvTermCursor *cursor)
{
  guint arity;

  return ov_term_cursor_enter_tuple (cursor, &arity) && arity == 2;
}

static gboolean
read_events (OvTermCursor   *cursor,
             OvTraceMessage *message)
{
  return ov_term_cursor_get_integer (cursor, &message->at_ns)
         && ov_term_cursor_get_integer (cursor, &message->offset_ns);
}

static gboolean
read_flow (OvTermCursor   *cursor,
           OvTraceMessage *message)
{
  return ov_term_cursor_get_integer (cursor, &message->from_ns)
         && ov_term_cursor_get_integer (cursor, &message->at_ns)
         && read_pair (cursor);
}

static gboolean
read_meter (OvTermCursor   *cursor,
            OvTraceMessage *message)
{
  return ov_term_cursor_get_integer (cursor, &message->at_ns);
}

static gboolean
read_end (OvTermCursor   *cursor,
          OvTraceMessage *message)
{
  return ov_term_cursor_get_integer (cursor, &message->at_ns) && read_pair (cursor);
}

typedef struct
{
  const char        *tag;
  guint              arity; /* with the tag */
  OvTraceMessageType type;
  gboolean         (*read) (OvTermCursor   *cursor,
                            OvTraceMessage *message);
} TraceLayout;

static const TraceLayout trace_layouts[] = {
  { "ov_trace", 7, OV_TRACE_MESSAGE_EVENTS, read_events },
  { "ov_flow", 7, OV_TRACE_MESSAGE_FLOW, read_flow },
  { "ov_meter", 6, OV_TRACE_MESSAGE_METER, read_meter },
  { "ov_trace_end", 6, OV_TRACE_MESSAGE_END, read_end },
};

static void
tell_trace (OvProbeInbox         *self,
            const OvTraceMessage *message)
{
  g_mutex_lock (&self->trace_lock);
  if (self->trace_func != NULL)
    self->trace_func (message, self->trace_data);
  g_mutex_unlock (&self->trace_lock);
}

static void
acknowledge (OvLink       *link,
             const Stream *stream)
{
  g_autoptr (OvTerm) ack = ov_term_tuple (ov_term_new_atom ("ov_ack"),
                                          ov_term_new_integer (stream->seq), NULL);

  ov_link_send (link, &stream->from, ack);
}

/* What is malformed is acknowledged too: a message that nobody understands must not use up credit. */
static void
take_trace (OvProbeInbox      *self,
            OvLink            *link,
            const TraceLayout *layout,
            OvTermCursor      *cursor)
{
  OvTraceMessage message = { .type = layout->type };
  Stream stream;

  if (!read_stream (cursor, &stream))
    return;

  if (read_trace_id (cursor, &message.trace) && layout->read (cursor, &message))
    {
      message.body = *cursor;
      tell_trace (self, &message);
    }
  acknowledge (link, &stream);
}

static const TraceLayout *
find_trace_layout (OvTermCursor *cursor,
                   guint         arity)
{
  for (guint i = 0; i < G_N_ELEMENTS (trace_layouts); i++)
    if (trace_layouts[i].arity == arity
        && ov_term_cursor_match_atom (cursor, trace_layouts[i].tag))
      return &trace_layouts[i];

  return NULL;
}

/* ---- batches and what else there is ---- */

static void
take_batch (OvProbeInbox *self,
            OvTermCursor *cursor,
            GBytes       *message)
{
  OvProbeBatch batch = { .message = message };

  if (!ov_term_cursor_get_pid (cursor, &batch.from)
      || !ov_term_cursor_get_integer (cursor, &batch.seq)
      || !ov_term_cursor_get_integer (cursor, &batch.at_ns))
    return;

  batch.offset = (gsize) (cursor->at - (const guint8 *) g_bytes_get_data (message, NULL));
  tell_trace (self, &(OvTraceMessage) { .type = OV_TRACE_MESSAGE_RECORDS, .at_ns = batch.at_ns,
                                        .body = *cursor });
  g_mutex_lock (&self->lock);
  if (self->batches.length < MAX_BATCHES)
    {
      g_bytes_ref (message);
      g_queue_push_tail (&self->batches, g_memdup2 (&batch, sizeof batch));
    }
  g_mutex_unlock (&self->lock);
  ov_wakeup_signal (self->wakeup);
}

static void
take_farewell (OvProbeInbox *self,
               OvTermCursor *cursor)
{
  const guint8 *why;
  gsize length;

  if (!ov_term_cursor_get_binary (cursor, &why, &length))
    return;

  g_mutex_lock (&self->lock);
  if (self->gone == NULL)
    self->gone = g_utf8_make_valid ((const char *) why, (gssize) MIN (length, 200));
  g_mutex_unlock (&self->lock);
  ov_wakeup_signal (self->wakeup);
}

static void
take_answer (OvProbeInbox *self,
             GBytes       *message)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->answer, g_bytes_unref);
  self->answer = g_bytes_ref (message);
  g_mutex_unlock (&self->lock);
  ov_wakeup_signal (self->wakeup);
}

void
ov_probe_inbox_receive (OvLink   *link,
                        GBytes   *message,
                        gpointer  inbox)
{
  OvTermCursor cursor;
  guint arity;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (message, &length);
  const TraceLayout *layout;

  ov_term_cursor_init (&cursor, bytes, length);
  if (ov_term_cursor_enter_list (&cursor, &arity))
    {
      if (arity > 2 && ov_term_cursor_match_atom (&cursor, "ov_answer"))
        take_answer (inbox, message);
      return;
    }
  if (!ov_term_cursor_enter_tuple (&cursor, &arity))
    return;

  if (arity == 5 && ov_term_cursor_match_atom (&cursor, "ov_batch"))
    take_batch (inbox, &cursor, message);
  else if (arity == 3 && ov_term_cursor_match_atom (&cursor, "ov_ping"))
    answer_ping (link, &cursor);
  else if (arity == 2 && ov_term_cursor_match_atom (&cursor, "ov_gone"))
    take_farewell (inbox, &cursor);
  else if ((layout = find_trace_layout (&cursor, arity)) != NULL)
    take_trace (inbox, link, layout, &cursor);
}

OvProbeBatch *
ov_probe_inbox_pop (OvProbeInbox *self)
{
  OvProbeBatch *batch;

  g_mutex_lock (&self->lock);
  batch = g_queue_pop_head (&self->batches);
  g_mutex_unlock (&self->lock);

  return batch;
}

OvTerm *
ov_probe_inbox_pop_answer (OvProbeInbox *self)
{
  g_autoptr (GBytes) answer = NULL;
  gconstpointer bytes;
  gsize length;

  g_mutex_lock (&self->lock);
  answer = g_steal_pointer (&self->answer);
  g_mutex_unlock (&self->lock);
  if (answer == NULL)
    return NULL;

  /* Malformed is as good as no answer: the question will be late. */
  bytes = g_bytes_get_data (answer, &length);
  return ov_term_decode (bytes, length, NULL, NULL, NULL);
}

void
ov_probe_inbox_again (OvProbeInbox *self)
{
  ov_wakeup_signal (self->wakeup);
}

char *
ov_probe_inbox_dup_gone (OvProbeInbox *self)
{
  char *gone;

  g_mutex_lock (&self->lock);
  gone = g_strdup (self->gone);
  g_mutex_unlock (&self->lock);

  return gone;
}
