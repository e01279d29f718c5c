/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the analysis of a trace costs on one core: the intake of single events and of counted edges, the sums of flow,
 * the graph of a range of a long recording, and a conversation of 100,000 steps.
 *
 * Time is that of this thread, so that other programs do not count; figures are medians of ROUNDS.
 * Exits with 1 when a promise is broken by more than a noisy machine explains (three times).
 */
#include "trace/ov-conversation.h"
#include "trace/ov-flow.h"
#include "trace/ov-trace-message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 500, N_EVENTS = 400000, N_PROCESSES = 1000, N_SHAPES = 40, ROUNDS = 5 };

#define NODE "shop@host"
#define START_NS G_GINT64_CONSTANT (1767000000000000000)
#define SECOND_NS G_GINT64_CONSTANT (1000000000)

static gboolean is_broken;

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double p = *(const double *) a;
  double q = *(const double *) b;

  return p < q ? -1 : p > q;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare_doubles);

  return values[ROUNDS / 2];
}

static void
judge (const char *what,
       double      found,
       double      promised,
       const char *unit)
{
  printf ("%-66s %10.3f %s (promised at most %g)\n", what, found, unit, promised);
  is_broken |= found > promised * 3;
}

static OvPid
pid_of (guint id)
{
  return (OvPid) { g_intern_static_string (NODE), 100 + id, 0, 1 };
}

static OvTerm *
new_pid (guint id)
{
  OvPid pid = pid_of (id);

  return ov_term_new_pid (&pid);
}

static OvTerm *
new_tag (guint i)
{
  const guint32 words[] = { i, 7, 9 };
  OvTerm *alias = ov_term_new_atom ("alias");

  return ov_term_new_improper_list (&alias, 1, ov_term_new_reference (NODE, 1, words, 3));
}

/* A call, its arrival, the answer and its arrival: four events a call, as gen_server makes them. */
static OvTerm *
new_event (guint i)
{
  guint call = i / 4;
  guint client = call % N_PROCESSES;
  guint server = (call * 7 + 1) % N_PROCESSES;
  const guint32 words[] = { call, 7, 9 };
  g_autofree char *name = g_strdup_printf ("add_%u", call % N_SHAPES);
  OvTerm *message;
  gint64 at_ns = (gint64) i * 10000;

  if (i % 4 < 2)
    message = ov_term_tuple (ov_term_new_atom ("$gen_call"), ov_term_tuple (new_pid (client), new_tag (call), NULL),
                             ov_term_tuple (ov_term_new_atom (name), ov_term_new_text ("tea"),
                                            ov_term_new_integer (call), NULL), NULL);
  else
    message = ov_term_tuple (new_tag (call), ov_term_tuple (ov_term_new_atom ("ok"), ov_term_new_integer (call), NULL),
                             NULL);

  switch (i % 4)
    {
    case 0:
      return ov_term_tuple (ov_term_new_atom ("trace_ts"), new_pid (client), ov_term_new_atom ("send"), message,
                            new_pid (server), ov_term_new_integer (at_ns), NULL);
    case 1:
      return ov_term_tuple (ov_term_new_atom ("trace_ts"), new_pid (server), ov_term_new_atom ("receive"), message,
                            ov_term_new_integer (at_ns), NULL);
    case 2:
      return ov_term_tuple (ov_term_new_atom ("trace_ts"), new_pid (server), ov_term_new_atom ("send"), message,
                            ov_term_new_reference (NODE, 1, words, 3), ov_term_new_integer (at_ns), NULL);
    default:
      return ov_term_tuple (ov_term_new_atom ("trace_ts"), new_pid (client), ov_term_new_atom ("receive"), message,
                            ov_term_new_integer (at_ns), NULL);
    }
}

static GPtrArray *
make_batches (void)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);

  for (guint i = 0; i < N_EVENTS; i += BATCH)
    {
      GByteArray *bytes = g_byte_array_new ();
      OvTerm *events[BATCH];
      g_autoptr (OvTerm) list = NULL;

      for (guint j = 0; j < BATCH; j++)
        events[j] = new_event (i + j);
      list = ov_term_new_list (events, BATCH);
      ov_term_encode (list, bytes);
      g_ptr_array_add (batches, bytes);
    }

  return batches;
}

static void
take (OvIntake           *intake,
      OvTraceMessageType  type,
      const GByteArray   *bytes,
      gint64              from_ns,
      gint64              at_ns)
{
  OvTraceMessage message = {
    .type = type, .trace = 1, .at_ns = at_ns, .from_ns = from_ns, .offset_ns = START_NS,
  };

  ov_term_cursor_init (&message.body, bytes->data, bytes->len);
  ov_intake_take (intake, &message);
}

/* Single events: the intake alone, then flow, a graph of the whole and a conversation. */
static void
bench_events (GPtrArray *batches)
{
  double intake_ns[ROUNDS], flow_ns[ROUNDS], talk_ms[ROUNDS];
  gsize bytes = 0;

  for (guint i = 0; i < batches->len; i++)
    bytes += ((GByteArray *) batches->pdata[i])->len;
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (OvStore) store = ov_store_new (NODE, NULL);
      g_autoptr (OvIntake) intake = ov_intake_new (store);
      g_autoptr (OvFlow) flow = ov_flow_new (store);
      g_autoptr (OvConversation) conversation = NULL;
      const OvEventQuery query = { .from_ns = START_NS, .to_ns = START_NS + 2 * SECOND_NS };
      double began = cpu_ms ();
      guint n;

      for (guint i = 0; i < batches->len; i++)
        take (intake, OV_TRACE_MESSAGE_EVENTS, batches->pdata[i], 0, START_NS);
      intake_ns[round] = (cpu_ms () - began) * 1e6 / N_EVENTS;
      began = cpu_ms ();
      ov_flow_update (flow, NULL);
      flow_ns[round] = (cpu_ms () - began) * 1e6 / N_EVENTS;
      began = cpu_ms ();
      conversation = ov_conversation_new (store, &query, 0, NULL);
      talk_ms[round] = cpu_ms () - began;
      ov_conversation_get_steps (conversation, &n);
      if (n != 100000)
        printf ("the conversation has %u steps\n", n);
    }
  printf ("%u events of %zu bytes each, %u shapes\n", N_EVENTS, bytes / N_EVENTS, N_SHAPES * 2 + 2);
  judge ("intake of single events, share of a core at 100,000/s", median (intake_ns) / 1e9 * 1e5 * 100, 5, "%");
  judge ("flow of single events, share of a core at 100,000/s", median (flow_ns) / 1e9 * 1e5 * 100, 5, "%");
  judge ("a conversation of 100,000 steps", median (talk_ms), 500, "ms");
}

/* What 100,000 messages a second are in edges: in each window of 100 ms 500 edges of 20 messages. */
static GByteArray *
make_window (void)
{
  GByteArray *bytes = g_byte_array_new ();
  OvTerm *edges[BATCH], *latencies[200];
  g_autoptr (OvTerm) body = NULL;

  for (guint i = 0; i < BATCH; i++)
    edges[i] = ov_term_tuple (new_pid (i), new_pid ((i * 7 + 1) % N_PROCESSES),
                              ov_term_tuple (ov_term_new_atom ("$gen_call"), ov_term_new_atom ("_"),
                                             ov_term_new_atom ("get"), NULL),
                              ov_term_new_integer (20), ov_term_new_integer (2000), NULL);
  for (guint i = 0; i < 200; i++)
    latencies[i] = ov_term_tuple (new_pid (i), new_pid ((i * 7 + 1) % N_PROCESSES),
                                  ov_term_new_integer (1000 + i * 100), NULL);
  body = ov_term_tuple (ov_term_new_list (edges, BATCH), ov_term_new_list (latencies, 200), NULL);
  ov_term_encode (body, bytes);
  return bytes;
}

/* An hour of it, then graphs of the whole, and of the last ten seconds. */
static void
bench_edges (void)
{
  g_autoptr (GByteArray) window = make_window ();
  const gint64 n_windows = 36000;
  double all_ms[ROUNDS], last_ms[ROUNDS];
  g_autoptr (OvStore) store = ov_store_new (NODE, NULL);
  g_autoptr (OvIntake) intake = ov_intake_new (store);
  g_autoptr (OvFlow) flow = ov_flow_new (store);
  double intake_ms = 0, flow_ms = 0;
  gint64 now_ns = START_NS;

  for (gint64 i = 0; i < n_windows; i++, now_ns += OV_FLOW_WINDOW_NS)
    {
      double began = cpu_ms ();

      take (intake, OV_TRACE_MESSAGE_FLOW, window, now_ns, now_ns + OV_FLOW_WINDOW_NS);
      intake_ms += cpu_ms () - began;
      began = cpu_ms ();
      ov_flow_update (flow, NULL);
      flow_ms += cpu_ms () - began;
    }
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (OvFlowGraph) all = NULL;
      g_autoptr (OvFlowGraph) last = NULL;
      double began = cpu_ms ();

      all = ov_flow_get_graph (flow, 0, 0, 0);
      all_ms[round] = cpu_ms () - began;
      began = cpu_ms ();
      last = ov_flow_get_graph (flow, now_ns - 10 * SECOND_NS, now_ns, 0);
      last_ms[round] = cpu_ms () - began;
      if (last->edges[0].messages != 100 * 20 || all->edges[0].messages != (guint64) n_windows * 20)
        {
          printf ("the sums are wrong: %" G_GUINT64_FORMAT " of the whole, %" G_GUINT64_FORMAT " of the end\n",
                  all->edges[0].messages, last->edges[0].messages);
          is_broken = TRUE;
        }
    }
  judge ("edges at 100,000 messages/s: intake, share of a core", intake_ms / ((double) n_windows * 100) * 100, 0.5, "%");
  judge ("edges at 100,000 messages/s: flow, share of a core", flow_ms / ((double) n_windows * 100) * 100, 0.5, "%");
  judge ("graph of the whole hour", median (all_ms), 20, "ms");
  judge ("graph of its last ten seconds", median (last_ms), 5, "ms");
}

int
main (void)
{
  g_autoptr (GPtrArray) batches = make_batches ();

  bench_events (batches);
  bench_edges ();

  return is_broken ? 1 : 0;
}
