/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hostile messages of a probe against the intake and all that reads what it stored.
 *
 * Each input lies in a block of exactly its size, for the address sanitizer.  Whatever it is: as many events are in
 * the store as were said to be appended, each is of a known kind with a payload of its length, a list's elements are
 * all there as events or counted in gaps, times that are none break nothing, and flow, conversation, path and their
 * words end and are valid text.
 * The inputs: real messages of all kinds, every cut of them, mutations of them, random bytes.  The seed is fixed;
 * OVERSTORY_FUZZ_FACTOR multiplies the number of rounds.
 */
#include "trace/ov-conversation.h"
#include "trace/ov-flow.h"
#include "trace/ov-path.h"
#include "trace/ov-trace-message.h"

#include <stdlib.h>
#include <string.h>

#define SEED 20260601
#define MUTATION_ROUNDS 20000
#define RANDOM_ROUNDS 20000
#define READ_EVERY 200
#define NODE "shop@host"

static const struct
{
  OvTraceMessageType type;
  const char        *text;
} messages[] = {
  { OV_TRACE_MESSAGE_EVENTS,
    "[{trace_ts,<0.1.0>,send,{'$gen_call',{<0.1.0>,[alias|#Ref<0.1.2.3>]},{add,tea}},<0.2.0>,-576460751911375235},"
    "{trace_ts,<0.2.0>,'receive',{'$gen_call',{<0.1.0>,[alias|#Ref<0.1.2.3>]},{add,tea}},<0.1.0>,2},"
    "{trace_ts,<0.2.0>,send,{[alias|#Ref<0.1.2.3>],{ok,1}},#Ref<0.1.2.3>,3},"
    "{trace_ts,<0.1.0>,'receive',{[alias|#Ref<0.1.2.3>],{ok,1}},undefined,4},"
    "{trace_ts,<0.1.0>,'receive',{'DOWN',#Ref<0.1.2.3>,process,<0.2.0>,boom},5},"
    "{trace_ts,<0.1.0>,'receive',timeout,6},{trace_ts,<0.1.0>,send_to_non_existing_process,x,<0.2.0>,7}]" },
  { OV_TRACE_MESSAGE_EVENTS,
    "[{trace_ts,<0.1.0>,spawn,<0.2.0>,{m,f,[1,2]},5},{trace_ts,<0.2.0>,spawned,<0.1.0>,{m,f,[a]},5},"
    "{trace_ts,<0.1.0>,link,<0.2.0>,5},{trace_ts,<0.1.0>,register,cart,5},{trace_ts,<0.3.0>,send,x,cart,5},"
    "{trace_ts,<0.1.0>,call,{lists,seq,[1,3]},#{a=>1},5},{trace_ts,<0.1.0>,return_from,{lists,seq,2},[1,2],5},"
    "{trace_ts,<0.1.0>,exception_from,{lists,nth,2},{error,x},5},{trace_ts,<0.1.0>,in,{m,f,1},5},"
    "{trace_ts,<0.1.0>,gc_minor_start,[{heap_size,9}],5},{trace_ts,#Port<0.5>,open,<0.2.0>,tcp,5},"
    "{trace_ts,<0.1.0>,exit,{badmatch,1},5},{trace_ts,<0.1.0>,unregister,cart,5}]" },
  { OV_TRACE_MESSAGE_EVENTS,
    "[{trace_cut,<0.1.0>,send,{123456,{big,'…'}},{cart,'o@h'},5},{trace_gap,credit,120,0,5},"
    "{trace_gap,<<\"governor\">>,0,9000000,6},{trace_level,edges,rate,7},{seq_trace,42,{send,{0,1},<0.1.0>,<0.2.0>,x},8},"
    "{seq_trace_cut,42,{'receive',{0,1},<0.1.0>,<0.2.0>,{99,{x,'…'}}},9},{what},17,{trace_ts}]" },
  { OV_TRACE_MESSAGE_FLOW,
    "{[{<0.1.0>,<0.2.0>,{'$gen_call','_',get},40,4000},{[],cart,x,2,9},{<0.1.0>,{a,'b@c'},#{'__struct__'=>'Elixir.A'},1,1}],"
    "[{<0.1.0>,<0.2.0>,123456}]}" },
  { OV_TRACE_MESSAGE_RECORDS,
    "[{1,<0.1.0>,{2,shop_cart,init,1,[],[],[],[],[]},cart,1,100,1,0,1,[],[]},{1,<0.2.0>,0,[],1,100,1,0,1,[],[]},"
    "{3,5,<0.3.0>,<0.1.0>,shop_order,init,1},{4,5,<0.3.0>,{boom},false},{5,5,<0.4.0>,stock,true},{99,what}]" },
};

typedef struct
{
  OvStore  *store;
  OvIntake *intake;
} World;

static guint
get_rounds (guint rounds)
{
  const char *factor = g_getenv ("OVERSTORY_FUZZ_FACTOR");

  return factor != NULL ? rounds * (guint) MAX (atoi (factor), 1) : rounds;
}

static void
world_init (World *world)
{
  world->store = ov_store_new (NODE, NULL);
  world->intake = ov_intake_new (world->store);
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->intake, ov_intake_free);
  g_clear_pointer (&world->store, ov_store_unref);
}

static GByteArray *
encode (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OvTerm) term = ov_term_parse (text, NODE, NULL, &error);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_no_error (error);
  ov_term_encode (term, bytes);
  return bytes;
}

/* The number of elements of the list that it claims to be, when it is one. */
static gboolean
get_claim (const guint8 *bytes,
           gsize         length,
           guint        *n)
{
  OvTermCursor cursor;

  ov_term_cursor_init (&cursor, bytes, length);
  return ov_term_cursor_enter_list (&cursor, n);
}

static void
check_taken (World              *world,
             OvTraceMessageType  type,
             const guint8       *bytes,
             gsize               length,
             guint64             from,
             guint               appended)
{
  guint64 accounted = 0;
  guint n;

  g_assert_cmpuint (ov_store_get_end (world->store) - from, ==, appended);
  for (guint64 i = from; i < from + appended; i++)
    {
      g_autoptr (GBytes) payload = ov_store_dup_payload (world->store, i);
      OvEvent event;
      OvEventGap gap;

      g_assert_true (ov_store_get_event (world->store, i, &event));
      g_assert_cmpuint (event.kind, <, OV_N_EVENT_KINDS);
      g_assert_nonnull (payload);
      g_assert_cmpuint (g_bytes_get_size (payload), ==, event.payload_bytes);
      accounted++;
      if (event.kind == OV_EVENT_GAP)
        {
          memcpy (&gap, g_bytes_get_data (payload, NULL), sizeof gap);
          if (GUINT32_FROM_LE (gap.reason) == OV_GAP_LOST)
            accounted += GUINT64_FROM_LE (gap.count) - 1; /* stands for those that broke off */
        }
    }
  /* A gap that the node itself tells with our own word for a loss says less of the sum than we do. */
  if (type == OV_TRACE_MESSAGE_EVENTS && get_claim (bytes, length, &n) && n > 0
      && memmem (bytes, length, "lost", 4) == NULL && memmem (bytes, length, "trace_gap", 9) == NULL)
    g_assert_cmpuint (accounted, ==, n);
}

static void
take (World              *world,
      OvTraceMessageType  type,
      const guint8       *bytes,
      gsize               length,
      gint64              offset_ns)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, length);
  OvTraceMessage message = {
    .type = type, .trace = 1, .at_ns = offset_ns, .from_ns = offset_ns, .offset_ns = offset_ns,
  };
  guint64 from = ov_store_get_end (world->store);
  guint appended;

  ov_term_cursor_init (&message.body, exact, length);
  appended = ov_intake_take (world->intake, &message);
  check_taken (world, type, exact, length, from, appended);
}

static void
check_text (char *text)
{
  g_assert_nonnull (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_free (text);
}

/* All that is made of a store. */
static void
read_all (World *world)
{
  const OvEventQuery query = { 0 };
  g_autoptr (OvFlow) flow = ov_flow_new (world->store);
  g_autoptr (OvFlowGraph) graph = NULL;
  g_autoptr (OvConversation) conversation = ov_conversation_new (world->store, &query, 0, NULL);
  g_autoptr (OvPath) path = ov_path_new (world->store, 42, 0);
  const OvPathHop *hops;
  guint n;

  ov_flow_update (flow, NULL);
  graph = ov_flow_get_graph (flow, 0, 0, 0);
  for (guint i = 0; i < graph->n_edges; i++)
    {
      g_assert_true (graph->edges[i].messages > 0 || graph->edges[i].calls > 0 || graph->edges[i].unanswered > 0);
      g_assert_cmpint (graph->edges[i].median_ns, <=, graph->edges[i].p99_ns);
    }
  hops = ov_path_get_hops (path, &n);
  for (guint i = 0; i < n; i++)
    g_assert_true (hops[i].parent == G_MAXUINT32 || hops[i].parent < i);
  ov_conversation_get_steps (conversation, &n);
  for (guint i = 0; i < n; i++)
    {
      char *label = ov_conversation_dup_label (conversation, i, 40, i % 2 == 0);

      g_assert_cmpint (g_utf8_strlen (label, -1), <=, 40);
      g_assert_null (strchr (label, '\n'));
      check_text (label);
    }
  check_text (ov_conversation_to_text (conversation, FALSE));
  check_text (ov_conversation_to_mermaid (conversation, TRUE));
}

static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GByteArray) bytes = encode (messages[i].text);
      World world;

      world_init (&world);
      for (guint length = 0; length <= bytes->len; length++)
        take (&world, messages[i].type, bytes->data, length, 0);
      read_all (&world);
      world_clear (&world);
    }
}

static void
mutate (GRand      *random,
        GByteArray *bytes)
{
  guint n = (guint) g_rand_int_range (random, 1, 4);
  guint8 again[16];

  for (guint i = 0; i < n && bytes->len > 1; i++)
    {
      guint at = (guint) g_rand_int_range (random, 0, (gint32) bytes->len);

      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          bytes->data[at] = (guint8) g_rand_int (random);
          break;
        case 1:
          bytes->data[at] ^= (guint8) (1u << g_rand_int_range (random, 0, 8));
          break;
        case 2:
          g_byte_array_remove_index (bytes, at);
          break;
        default:
          memcpy (again, bytes->data, MIN (at, sizeof again));
          g_byte_array_append (bytes, again, MIN (at, (guint) sizeof again));
          break;
        }
    }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  guint rounds = get_rounds (MUTATION_ROUNDS);
  World world;

  world_init (&world);
  for (guint round = 0; round < rounds; round++)
    {
      guint i = round % G_N_ELEMENTS (messages);
      g_autoptr (GByteArray) bytes = encode (messages[i].text);
      gint64 offset_ns = g_rand_int_range (random, 0, 20) == 0 ? G_MAXINT64 - g_rand_int_range (random, 0, 2000) : 0;

      mutate (random, bytes);
      take (&world, messages[i].type, bytes->data, bytes->len, offset_ns);
      if (round % READ_EVERY == READ_EVERY - 1)
        {
          read_all (&world);
          world_clear (&world);
          world_init (&world);
        }
    }
  world_clear (&world);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  guint rounds = get_rounds (RANDOM_ROUNDS);
  World world;

  world_init (&world);
  for (guint round = 0; round < rounds; round++)
    {
      guint8 bytes[256];
      gsize length = (gsize) g_rand_int_range (random, 0, sizeof bytes);

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) g_rand_int_range (random, g_rand_boolean (random) ? 70 : 0, 122);
      take (&world, (OvTraceMessageType) (round % 5), bytes, length, 0);
    }
  read_all (&world);
  world_clear (&world);
}

/* The meter is a map of anything. */
static void
test_meter (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);
  guint rounds = get_rounds (RANDOM_ROUNDS);

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GByteArray) bytes = encode ("#{level => edges, generated => 1, <<\"sent\">> => 2, cost_ppm => 3, [] => {}}");
      g_autofree guint8 *exact = NULL;
      OvTraceMeter meter;
      OvTermCursor cursor;

      mutate (random, bytes);
      exact = g_memdup2 (bytes->data, bytes->len);
      ov_term_cursor_init (&cursor, exact, bytes->len);
      if (ov_trace_meter_read (&cursor, &meter))
        g_assert_cmpuint (meter.level, <=, OV_TRACE_EVENTS);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/intake/cuts", test_cuts);
  g_test_add_func ("/fuzz/intake/mutations", test_mutations);
  g_test_add_func ("/fuzz/intake/random", test_random);
  g_test_add_func ("/fuzz/intake/meter", test_meter);
  return g_test_run ();
}
