/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How fast trace events are walked and shown on one core: an event that is nobody's business
 * is only skipped (10 million a second), one that is on the screen is printed to 80 columns
 * (3 million a second).
 *
 * The events are what a probe sends for a gen_server:call, with identifiers that differ.
 * With --check the figures must be reached.
 */
#include "term/ov-term-cursor.h"

#include <string.h>
#include <time.h>

#define N_EVENTS 1000
#define MIN_SECONDS 0.6
#define SLICE_SECONDS 0.05
#define SKIPPED_PER_SECOND 10e6
#define PRINTED_PER_SECOND 3e6

typedef struct
{
  GByteArray *bytes;
  gsize       starts[N_EVENTS + 1];
  gsize       messages[N_EVENTS]; /* where the message in the event begins */
} Events;

typedef guint64 (*Round) (const Events *events);

static OvTerm *
make_message (guint i)
{
  guint32 words[] = { 170000 + i, 2687500291u - i, 4012361236u };
  g_autofree char *key = g_strdup_printf ("item_%u", i);
  OvPid pid;

  g_assert_true (ov_pid_parse ("<0.123.0>", "shop@localhost", &pid));
  pid.id += i;
  pid.creation = 1700000000;

  return ov_term_tuple (
    ov_term_new_atom ("$gen_call"),
    ov_term_tuple (ov_term_new_pid (&pid),
                   ov_term_new_improper_list ((OvTerm *[]) { ov_term_new_atom ("alias") }, 1,
                                              ov_term_new_reference (pid.node, pid.creation, words, 3)),
                   NULL),
    ov_term_tuple (ov_term_new_atom ("get"), ov_term_new_atom (key), NULL),
    NULL);
}

static void
append_event (Events *events,
              guint   i)
{
  g_autoptr (OvTerm) event = NULL;
  OvTerm *message = make_message (i);
  OvPid from, to;
  OvTermCursor cursor;
  guint arity;

  g_assert_true (ov_pid_parse ("<0.200.0>", "shop@localhost", &from));
  to = from;
  from.id += i;
  event = ov_term_tuple (ov_term_new_atom ("trace_ts"), ov_term_new_pid (&from), ov_term_new_atom ("send"),
                         message, ov_term_new_pid (&to), ov_term_new_integer (-576460751000000000 + i), NULL);

  events->starts[i] = events->bytes->len;
  ov_term_encode (event, events->bytes);
  events->starts[i + 1] = events->bytes->len;

  ov_term_cursor_init (&cursor, events->bytes->data + events->starts[i],
                       events->starts[i + 1] - events->starts[i]);
  g_assert_true (ov_term_cursor_enter_tuple (&cursor, &arity));
  for (guint j = 0; j < 3; j++)
    g_assert_true (ov_term_cursor_skip (&cursor));
  events->messages[i] = (gsize) (cursor.at - events->bytes->data);
}

static guint64
skip_all (const Events *events)
{
  OvTermCursor cursor;
  guint64 n = 0;

  ov_term_cursor_init (&cursor, events->bytes->data, events->bytes->len);
  while (!ov_term_cursor_is_at_end (&cursor) && ov_term_cursor_skip (&cursor))
    n++;
  g_assert_cmpuint (n, ==, N_EVENTS);

  return n;
}

/* What a filter looks at: kind, sender and receiver. */
static guint64
read_heads (const Events *events)
{
  OvTermCursor cursor;
  guint64 n = 0;

  ov_term_cursor_init (&cursor, events->bytes->data, events->bytes->len);
  for (guint i = 0; i < N_EVENTS; i++)
    {
      OvPid from, to;
      gint64 time;
      guint arity;

      n += ov_term_cursor_enter_tuple (&cursor, &arity)
           && ov_term_cursor_match_atom (&cursor, "trace_ts")
           && ov_term_cursor_get_pid (&cursor, &from)
           && ov_term_cursor_match_atom (&cursor, "send")
           && ov_term_cursor_skip (&cursor)
           && ov_term_cursor_get_pid (&cursor, &to)
           && ov_term_cursor_get_integer (&cursor, &time);
    }
  g_assert_cmpuint (n, ==, N_EVENTS);

  return n;
}

static guint64
print_all (const Events     *events,
           OvTermStyle       style)
{
  OvTermFormat format = { .style = style, .max_chars = 80, .local_node = "shop@localhost" };
  g_autoptr (GString) into = g_string_sized_new (256);

  for (guint i = 0; i < N_EVENTS; i++)
    {
      g_string_truncate (into, 0);
      ov_term_print_bytes (events->bytes->data + events->messages[i], events->starts[i + 1] - events->messages[i],
                           &format, into, NULL);
    }
  g_assert_cmpuint (into->len, >, 60);

  return N_EVENTS;
}

static guint64
print_erlang (const Events *events)
{
  return print_all (events, OV_TERM_STYLE_ERLANG);
}

static guint64
print_elixir (const Events *events)
{
  return print_all (events, OV_TERM_STYLE_ELIXIR);
}

static guint64
decode_all (const Events *events)
{
  for (guint i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (OvTerm) term = ov_term_decode (events->bytes->data + events->starts[i],
                                                events->starts[i + 1] - events->starts[i], NULL, NULL, NULL);

      g_assert_nonnull (term);
    }

  return N_EVENTS;
}

static const struct
{
  const char *what;
  Round       round;
  double      wanted; /* per second; 0 where nothing was promised */
} rounds[] = {
  { "trace tuples skipped", skip_all, SKIPPED_PER_SECOND },
  { "trace tuples read by a filter", read_heads, 0 },
  { "calls printed to 80 columns, Erlang", print_erlang, PRINTED_PER_SECOND },
  { "calls printed to 80 columns, Elixir", print_elixir, 0 },
  { "trace tuples made into terms", decode_all, 0 },
};

/* Of this thread: what others do on the machine does not count. */
static double
get_cpu_seconds (void)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static double
measure (Round         round,
         const Events *events)
{
  double begin = get_cpu_seconds ();
  double best = 0;

  do
    {
      double from = get_cpu_seconds ();
      guint64 n = 0;
      double took;

      while ((took = get_cpu_seconds () - from) < SLICE_SECONDS)
        n += round (events);
      best = MAX (best, (double) n / took);
    }
  while (get_cpu_seconds () - begin < MIN_SECONDS);

  return best;
}

int
main (int   argc,
      char *argv[])
{
  gboolean check = argc > 1 && strcmp (argv[1], "--check") == 0;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Events events = { .bytes = bytes };
  gboolean reached = TRUE;

  for (guint i = 0; i < N_EVENTS; i++)
    append_event (&events, i);
  g_print ("%d events of %" G_GSIZE_FORMAT " bytes\n", N_EVENTS, events.starts[1]);

  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      double rate = measure (rounds[i].round, &events);

      g_print ("%-38s %6.1f M/s", rounds[i].what, rate / 1e6);
      if (rounds[i].wanted > 0)
        g_print ("  (wanted: %.0f M/s)", rounds[i].wanted / 1e6);
      g_print ("\n");
      reached = reached && rate >= rounds[i].wanted;
    }

  return check && !reached ? 1 : 0;
}
