/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See the header.
 */
#include "support/ov-test-trace.h"

#include <string.h>

#define MAX_TRACES 16

struct _OvTestTrace
{
  OvTestProbe *probe;
  GMutex       lock;
  GCond        free_again;
  gboolean     stuck, keeps_lines;
  guint        delay_us;
  OvTestSum    sums[MAX_TRACES];
};

static void
print_raw (OvTestSum    *sum,
           const guint8 *raw,
           gsize         length)
{
  const OvTermFormat format = { .max_chars = 2000 };

  ov_term_print_bytes (raw, length, &format, sum->lines, NULL);
  g_string_append_c (sum->lines, '\n');
}

/* {trace_gap, Why, Count, PausedNs, Ns}; FALSE: another one. */
static gboolean
take_gap (OvTestSum    *sum,
          OvTermCursor  cursor)
{
  gint64 count, paused_ns;
  gboolean is_foreign;
  guint arity;

  if (!ov_term_cursor_enter_tuple (&cursor, &arity)
      || !ov_term_cursor_match_atom (&cursor, "trace_gap"))
    return FALSE;

  is_foreign = ov_term_cursor_match_atom (&cursor, "foreign");
  if ((!is_foreign && !ov_term_cursor_skip (&cursor))
      || !ov_term_cursor_get_integer (&cursor, &count)
      || !ov_term_cursor_get_integer (&cursor, &paused_ns))
    return FALSE;

  if (is_foreign) /* processes, not events */
    sum->n_foreign += (guint) count;
  else
    sum->gap_count += (guint64) count;
  sum->gap_ns += (guint64) paused_ns;
  return TRUE;
}

static gboolean
is_level (OvTermCursor cursor)
{
  guint arity;

  return ov_term_cursor_enter_tuple (&cursor, &arity)
         && ov_term_cursor_match_atom (&cursor, "trace_level");
}

static void
take_events (OvTestTrace  *self,
             OvTestSum    *sum,
             OvTermCursor  cursor)
{
  const guint8 *raw;
  gsize length;
  guint n;

  sum->n_messages++;
  sum->bytes += (guint64) (cursor.end - cursor.at);
  if (!ov_term_cursor_enter_list (&cursor, &n))
    g_error ("events are no list");
  for (guint i = 0; i < n; i++)
    {
      OvTermCursor event = cursor;

      if (!ov_term_cursor_get_raw (&cursor, &raw, &length))
        g_error ("an event is malformed");
      if (!take_gap (sum, event) && !is_level (event))
        sum->n_events++;
      if (self->keeps_lines)
        print_raw (sum, raw, length);
    }
}

static guint64
count_of_edge (OvTermCursor cursor)
{
  gint64 count;
  guint arity;

  if (!ov_term_cursor_enter_tuple (&cursor, &arity) || arity != 5 || !ov_term_cursor_skip (&cursor)
      || !ov_term_cursor_skip (&cursor) || !ov_term_cursor_skip (&cursor)
      || !ov_term_cursor_get_integer (&cursor, &count))
    g_error ("an edge is malformed");

  return (guint64) count;
}

static void
take_flow (OvTestTrace  *self,
           OvTestSum    *sum,
           OvTermCursor  cursor)
{
  const guint8 *raw;
  gsize length;
  guint n;

  if (!ov_term_cursor_enter_list (&cursor, &n))
    g_error ("edges are no list");
  for (guint i = 0; i < n; i++)
    {
      sum->n_counted += count_of_edge (cursor);
      if (!ov_term_cursor_get_raw (&cursor, &raw, &length))
        g_error ("an edge is malformed");
      if (self->keeps_lines)
        print_raw (sum, raw, length);
    }
  if ((n > 0 && !ov_term_cursor_leave_list (&cursor)) || !ov_term_cursor_enter_list (&cursor, &n))
    g_error ("latencies are no list");
  sum->n_latencies += n;
  for (guint i = 0; i < n; i++)
    if (ov_term_cursor_get_raw (&cursor, &raw, &length) && self->keeps_lines)
      print_raw (sum, raw, length);
}

static void
take_end (OvTestSum    *sum,
          OvTermCursor  cursor)
{
  const guint8 *why;
  gsize length;

  g_assert_null (sum->why); /* it ends once */
  if (!ov_term_cursor_get_binary (&cursor, &why, &length)
      || !ov_trace_meter_read (&cursor, &sum->meter))
    g_error ("an end is malformed");
  sum->why = g_strndup ((const char *) why, length);
}

static void
trace_cb (const OvTraceMessage *message,
          gpointer              user_data)
{
  OvTestTrace *self = user_data;
  OvTestSum *sum = &self->sums[message->trace % MAX_TRACES];
  OvTermCursor cursor = message->body;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (self->stuck)
    g_cond_wait (&self->free_again, &self->lock);
  g_usleep (self->delay_us);
  if (message->type == OV_TRACE_MESSAGE_RECORDS)
    return;

  g_assert_null (sum->why); /* the end is the last */
  switch (message->type)
    {
    case OV_TRACE_MESSAGE_EVENTS:
      take_events (self, sum, cursor);
      break;
    case OV_TRACE_MESSAGE_FLOW:
      take_flow (self, sum, cursor);
      break;
    case OV_TRACE_MESSAGE_METER:
      sum->n_meters++;
      if (!ov_trace_meter_read (&cursor, &sum->meter))
        g_error ("a meter is malformed");
      break;
    case OV_TRACE_MESSAGE_END:
      take_end (sum, cursor);
      break;
    case OV_TRACE_MESSAGE_RECORDS:
    default:
      break;
    }
}

OvTestTrace *
ov_test_trace_new (OvTestProbe *probe)
{
  OvTestTrace *self = g_new0 (OvTestTrace, 1);

  self->probe = probe;
  self->keeps_lines = TRUE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->free_again);
  for (guint i = 0; i < MAX_TRACES; i++)
    self->sums[i].lines = g_string_new (NULL);
  ov_probe_set_trace_func (probe->probe, trace_cb, self);

  return self;
}

/* After the probe was detached or freed. */
void
ov_test_trace_free (OvTestTrace *self)
{
  for (guint i = 0; i < MAX_TRACES; i++)
    {
      g_string_free (self->sums[i].lines, TRUE);
      g_free (self->sums[i].why);
    }
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->free_again);
  g_free (self);
}

void
ov_test_trace_set_keeps_lines (OvTestTrace *self,
                               gboolean     keeps_lines)
{
  g_mutex_lock (&self->lock);
  self->keeps_lines = keeps_lines;
  g_mutex_unlock (&self->lock);
}

void
ov_test_trace_set_stuck (OvTestTrace *self,
                         gboolean     stuck)
{
  g_mutex_lock (&self->lock);
  self->stuck = stuck;
  g_cond_broadcast (&self->free_again);
  g_mutex_unlock (&self->lock);
}

void
ov_test_trace_set_delay (OvTestTrace *self,
                         guint        delay_us)
{
  g_mutex_lock (&self->lock);
  self->delay_us = delay_us;
  g_mutex_unlock (&self->lock);
}

static OvTerm *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  OvTerm *term = ov_term_parse (text, NULL, NULL, &error);

  if (term == NULL)
    g_error ("%s: %s", text, error->message);

  return term;
}

OvTerm *
ov_test_trace_ask (OvTestTrace *self,
                   const char  *request,
                   const char  *format,
                   ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  OvTerm *answer;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  answer = ov_test_probe_request (self->probe, request, parse (text), &error);
  if (answer == NULL)
    g_error ("%s %s: %s", request, text, error->message);

  return answer;
}

void
ov_test_trace_refuse (OvTestTrace *self,
                      OvProbeError code,
                      const char  *request,
                      const char  *format,
                      ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) answer = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  answer = ov_test_probe_request (self->probe, request, parse (text), &error);
  g_assert_null (answer);
  g_test_message ("%s", error->message);
  g_assert_error (error, OV_PROBE_ERROR, (int) code);
}

void
ov_test_trace_start (OvTestTrace *self,
                     guint        id,
                     const char  *targets,
                     const char  *events,
                     const char  *more)
{
  g_autoptr (OvTerm) answer = ov_test_trace_ask (
      self, "trace_start",
      "#{id => %u, targets => %s, events => %s, calls => [], send_match => [], receive_match => [],"
      "  level => <<\"events\">>, automatic => false, limits => #{rate => 0}%s%s}",
      id, targets, events, *more != '\0' ? ", " : "", more);
}

void
ov_test_trace_stop (OvTestTrace *self,
                    guint        id)
{
  g_autoptr (OvTerm) answer = ov_test_trace_ask (self, "trace_stop", "#{id => %u}", id);
  OvTestSum sum;

  g_assert_true (ov_test_trace_wait_end (self, id, 1000));
  sum = ov_test_trace_get (self, id);
  g_test_message ("trace %u: generated %" G_GUINT64_FORMAT ", sent %" G_GUINT64_FORMAT ", dropped %"
                  G_GUINT64_FORMAT "; arrived %" G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT, id,
                  sum.meter.generated, sum.meter.sent, sum.meter.dropped, sum.n_events,
                  sum.n_counted);
  g_assert_cmpuint (sum.meter.generated, ==, sum.meter.sent + sum.meter.dropped);
  g_assert_cmpuint (sum.gap_count, ==, sum.meter.dropped);
  if (sum.n_counted == 0)
    g_assert_cmpuint (sum.n_events, ==, sum.meter.sent);
}

OvTestSum
ov_test_trace_get (OvTestTrace *self,
                   guint        id)
{
  OvTestSum sum;

  g_mutex_lock (&self->lock);
  sum = self->sums[id];
  sum.lines = NULL;
  g_mutex_unlock (&self->lock);

  return sum;
}

char *
ov_test_trace_dup_lines (OvTestTrace *self,
                         guint        id)
{
  char *lines;

  g_mutex_lock (&self->lock);
  lines = g_strdup (self->sums[id].lines->str);
  g_mutex_unlock (&self->lock);

  return lines;
}

guint
ov_test_trace_count (OvTestTrace *self,
                     guint        id,
                     const char  *text)
{
  g_autofree char *lines = ov_test_trace_dup_lines (self, id);
  g_auto (GStrv) each = g_strsplit (lines, "\n", -1);
  guint n = 0;

  for (guint i = 0; each[i] != NULL; i++)
    n += strstr (each[i], text) != NULL;

  return n;
}

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

typedef gboolean (*Condition) (OvTestTrace *self,
                               guint        id,
                               gconstpointer what,
                               guint        n);

/* What arrives on the link's thread wakes no main loop: it is looked a hundred times a second. */
static gboolean
wait_until (OvTestTrace  *self,
            guint         id,
            Condition     condition,
            gconstpointer what,
            guint         n,
            guint         timeout_ms)
{
  gboolean late = FALSE;
  guint timeout = g_timeout_add (timeout_ms, set_flag_cb, &late);
  guint tick = g_timeout_add (10, tick_cb, NULL);
  gboolean holds;

  while (!(holds = condition (self, id, what, n)) && !late)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  g_source_remove (tick);

  return holds;
}

static gboolean
has_lines (OvTestTrace  *self,
           guint         id,
           gconstpointer what,
           guint         n)
{
  return ov_test_trace_count (self, id, what) >= n;
}

static gboolean
is_at_level (OvTestTrace  *self,
             guint         id,
             gconstpointer what,
             guint         n)
{
  OvTestSum sum = ov_test_trace_get (self, id);

  return sum.n_meters > 0 && sum.meter.level == (OvTraceLevel) n;
}

static gboolean
has_ended (OvTestTrace  *self,
           guint         id,
           gconstpointer what,
           guint         n)
{
  return ov_test_trace_get (self, id).why != NULL;
}

gboolean
ov_test_trace_wait (OvTestTrace *self,
                    guint        id,
                    const char  *text,
                    guint        n,
                    guint        timeout_ms)
{
  return wait_until (self, id, has_lines, text, n, timeout_ms);
}

gboolean
ov_test_trace_wait_level (OvTestTrace *self,
                          guint        id,
                          OvTraceLevel level,
                          guint        timeout_ms)
{
  return wait_until (self, id, is_at_level, NULL, level, timeout_ms);
}

gboolean
ov_test_trace_wait_end (OvTestTrace *self,
                        guint        id,
                        guint        timeout_ms)
{
  return wait_until (self, id, has_ended, NULL, 0, timeout_ms);
}
