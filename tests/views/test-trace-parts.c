/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pages of tracing make of a store, without a display: the words of events, the graph of
 * who talks to whom, the chart of a conversation.
 */
#include "table-script.h"

#include "canvas/scene/ov-chart.h"
#include "views/ov-actor-words.h"
#include "views/ov-event-words.h"
#include "views/ov-flow-scene.h"
#include "views/ov-sequence-chart.h"

#include <string.h>

#define SECOND G_GINT64_CONSTANT (1000000000)
#define BEGIN  (1700000000 * SECOND)

typedef struct
{
  OvStore *store;
  guint32  stock, till, gone;
} Fixture;

static guint64
add (OvStore    *store,
     OvEvent     event,
     const char *erlang)
{
  g_autoptr (OvTerm) term = ov_term_parse (erlang, SCRIPT_NODE, NULL, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 number;

  g_assert_nonnull (term);
  ov_term_encode (term, bytes);
  ov_store_begin (store);
  number = ov_store_append (store, &event, bytes->data, bytes->len);
  ov_store_commit (store);

  return number;
}

static guint64
add_raw (OvStore       *store,
         OvEvent        event,
         gconstpointer  payload,
         gsize          length)
{
  guint64 number;

  ov_store_begin (store);
  number = ov_store_append (store, &event, payload, length);
  ov_store_commit (store);

  return number;
}

static guint32
intern (OvStore *store,
        guint32  id)
{
  OvPid pid = script_pid (id);
  guint32 actor;

  ov_store_begin (store);
  actor = ov_store_intern_actor (store, &pid);
  ov_store_commit (store);

  return actor;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  unused)
{
  fixture->store = ov_store_new (SCRIPT_NODE, NULL);
  fixture->stock = intern (fixture->store, 4);
  fixture->till = intern (fixture->store, 6);
  fixture->gone = intern (fixture->store, 99);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  unused)
{
  ov_store_unref (fixture->store);
}

/* Every kind has a word and an icon, and is in one group, but for what is no event to read. */
static void
test_kinds (Fixture       *fixture,
            gconstpointer  unused)
{
  guint n;
  const OvEventGroup *groups = ov_event_words_get_groups (&n);
  guint64 seen = 0;

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (seen & groups[i].kinds, ==, 0);
      seen |= groups[i].kinds;
    }
  g_assert_cmphex (seen, ==, (OV_EVENT_MASK (OV_N_EVENT_KINDS) - 1) & ~OV_EVENT_MASK (OV_EVENT_RECORDS));
  for (guint kind = 0; kind < OV_N_EVENT_KINDS; kind++)
    {
      g_assert_cmpstr (ov_event_words_of_kind (kind), !=, "");
      g_assert_nonnull (ov_event_words_get_icon (kind));
    }
}

static const struct
{
  OvEventKind kind;
  const char *payload, *erlang, *elixir;
} messages[] = {
  { OV_EVENT_SEND, "{add,tea,2}", "{add,tea,2}", "{:add, :tea, 2}" },
  { OV_EVENT_CALL, "{lists,map,[a,1]}", "lists:map(a, 1)", ":lists.map(:a, 1)" },
  { OV_EVENT_RETURN, "{{lists,map,2},ok}", "lists:map/2 → ok", ":lists.map/2 → :ok" },
  { OV_EVENT_EXCEPTION, "{{lists,map,2},{error,badarg}}", "lists:map/2 raised {error,badarg}",
    ":lists.map/2 raised {:error, :badarg}" },
  { OV_EVENT_SPAWN, "{shop,init,[]}", "shop:init()", ":shop.init()" },
  { OV_EVENT_CALL, "not_a_call", "not_a_call", ":not_a_call" },
  { OV_EVENT_CALL, "{a,b}", "{a,b}", "{:a, :b}" },
  { OV_EVENT_RETURN, "{1,2,3}", "{1,2,3}", "{1, 2, 3}" },
};

static void
test_messages (Fixture       *fixture,
               gconstpointer  unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      OvEvent event = { .at_ns = BEGIN, .actor = fixture->stock, .peer = OV_ACTOR_NONE,
                        .kind = messages[i].kind };
      guint64 number = add (fixture->store, event, messages[i].payload);
      g_autofree char *erlang = ov_event_words_message (fixture->store, number, &event,
                                                        OV_TERM_STYLE_ERLANG, 100);
      g_autofree char *elixir = ov_event_words_message (fixture->store, number, &event,
                                                        OV_TERM_STYLE_ELIXIR, 100);

      g_assert_cmpstr (erlang, ==, messages[i].erlang);
      g_assert_cmpstr (elixir, ==, messages[i].elixir);
    }
}

/* What is missing is told with its figure and its reason; what is cut off is not read. */
static void
test_gaps (Fixture       *fixture,
           gconstpointer  unused)
{
  OvEventGap gap = { .count = GUINT64_TO_LE (1234), .reason = GUINT32_TO_LE (OV_GAP_CREDIT) };
  OvEvent event = { .at_ns = BEGIN, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE, .kind = OV_EVENT_GAP };
  guint64 whole = add_raw (fixture->store, event, &gap, sizeof gap);
  guint64 part = add_raw (fixture->store, event, &gap, 3);
  g_autofree char *words = ov_event_words_message (fixture->store, whole, &event, OV_TERM_STYLE_ERLANG, 200);
  g_autofree char *cut = ov_event_words_message (fixture->store, part, &event, OV_TERM_STYLE_ERLANG, 200);

  g_assert_nonnull (strstr (words, "1234"));
  g_assert_nonnull (strstr (words, "faster"));
  g_assert_null (strstr (cut, "1234"));
}

static void
test_durations (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autofree char *micro = ov_event_words_duration (12 * 1000);
  g_autofree char *milli = ov_event_words_duration (3400 * 1000);
  g_autofree char *second = ov_event_words_duration (2 * SECOND);

  g_assert_cmpstr (micro, ==, "12 µs");
  g_assert_cmpstr (milli, ==, "3.4 ms");
  g_assert_cmpstr (second, ==, "2.0 s");
}

/* shop_sup 3 over stock 4 and till_sup 5, which is over till 6; a probe of ours beside it. */
static OvProcessTable *
make_table (void)
{
  OvProcessTable *table = ov_process_table_new (SCRIPT_NODE);
  const ScriptProcess processes[] = {
    { .id = 3, .behaviour = OV_BEHAVIOUR_SUPERVISOR, .name = "shop_sup", .module = "supervisor" },
    { .id = 4, .behaviour = OV_BEHAVIOUR_GEN_SERVER, .name = "stock", .module = "shop_stock", .parent = 3 },
    { .id = 5, .behaviour = OV_BEHAVIOUR_SUPERVISOR, .name = "till_sup", .module = "supervisor", .parent = 3 },
    { .id = 6, .behaviour = OV_BEHAVIOUR_GEN_SERVER, .name = "till", .module = "shop_till", .parent = 5 },
    { .id = 7, .behaviour = OV_BEHAVIOUR_UNKNOWN, .name = "ov_probe_guard", .module = "erlang" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (processes); i++)
    script_process (table, &processes[i]);
  ov_process_table_flush (table);

  return table;
}

static const OvGraphNode *
find_node (OvGraph *graph,
           guint64  id)
{
  guint32 n, index = ov_graph_find (graph, id);
  const OvGraphNode *nodes = ov_graph_get_nodes (graph, &n);

  return index < n ? &nodes[index] : NULL;
}

/* Groups that hold one member only are left out, what ended has a group of its own, our probe is not shown. */
static void
test_graph (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (OvProcessTable) table = make_table ();
  guint32 guard = intern (fixture->store, 7), other = intern (fixture->store, 98);
  OvFlowEdge edges[] = {
    { .from = fixture->stock, .to = fixture->till, .messages = 10, .rate = 5, .median_ns = 2000000 },
    { .from = fixture->gone, .to = fixture->stock, .messages = 1, .rate = 0.5 },
    { .from = guard, .to = fixture->stock, .messages = 1, .rate = 0.5 },
  };
  OvFlowNode nodes[] = { { .actor = fixture->stock }, { .actor = fixture->till }, { .actor = fixture->gone },
                         { .actor = other }, { .actor = guard } };
  OvFlowGraph flow = { .edges = edges, .n_edges = G_N_ELEMENTS (edges), .nodes = nodes,
                       .n_nodes = G_N_ELEMENTS (nodes) };
  OvFlowSceneOptions options = { .color = OV_FLOW_COLOR_LATENCY };
  OvFlowRamp ramp;
  g_autoptr (OvGraph) graph = ov_flow_scene_build (&flow, fixture->store, table, &options, &ramp);
  const OvGraphNode *stock = find_node (graph, ov_flow_scene_id_of (fixture->stock));
  const OvGraphNode *till = find_node (graph, ov_flow_scene_id_of (fixture->till));
  const OvGraphNode *gone = find_node (graph, ov_flow_scene_id_of (fixture->gone));
  guint32 n_edges, n_nodes;
  const OvGraphEdge *drawn = ov_graph_get_edges (graph, &n_edges);
  const OvGraphNode *all = ov_graph_get_nodes (graph, &n_nodes);

  g_assert_nonnull (stock);
  g_assert_nonnull (till);
  g_assert_nonnull (gone);
  g_assert_null (find_node (graph, ov_flow_scene_id_of (guard)));
  g_assert_cmpuint (n_edges, ==, 2);
  g_assert_cmpuint (drawn[0].heat, !=, OV_HEAT_NONE);
  g_assert_cmpuint (drawn[1].heat, ==, OV_HEAT_NONE);
  g_assert_cmpuint (stock->parent, ==, till->parent); /* till_sup would hold till alone */
  g_assert_cmpuint (stock->parent, !=, OV_SCENE_NONE);
  g_assert_true (all[stock->parent].is_group);
  g_assert_cmpstr (ov_graph_get_text (graph, all[stock->parent].label), ==, "shop_sup");
  g_assert_cmpuint (gone->parent, !=, OV_SCENE_NONE);
  g_assert_cmpuint (gone->parent, !=, stock->parent);
  g_assert_cmpfloat (ramp.low, <, ramp.high);
}

/* Ids of actors and of groups are told apart. */
static void
test_ids (Fixture       *fixture,
          gconstpointer  unused)
{
  g_assert_cmpuint (ov_flow_scene_actor_of (ov_flow_scene_id_of (0)), ==, 0);
  g_assert_cmpuint (ov_flow_scene_actor_of (ov_flow_scene_id_of (123456)), ==, 123456);
  g_assert_cmpuint (ov_flow_scene_actor_of (0), ==, OV_ACTOR_NONE);
  g_assert_cmpuint (ov_flow_scene_slot_of (ov_flow_scene_id_of (5)), ==, OV_SLOT_NONE);
}

/* A question and its answer are two arrows between two lanes, and know each other. */
static void
test_chart (Fixture       *fixture,
            gconstpointer  unused)
{
  OvEvent call = { .at_ns = BEGIN, .actor = fixture->stock, .peer = fixture->till, .kind = OV_EVENT_SEND,
                   .flags = OV_EVENT_IS_CALL, .tag = 77 };
  OvEvent reply = { .at_ns = BEGIN + 1000, .actor = fixture->till, .peer = fixture->stock,
                    .kind = OV_EVENT_SEND, .flags = OV_EVENT_IS_REPLY, .tag = 77 };
  OvEventQuery query = { 0 };
  g_autoptr (OvConversation) conversation = NULL;
  g_autoptr (OvChart) chart = NULL;
  guint32 n_lanes, n_arrows;
  const OvChartArrow *arrows;

  add (fixture->store, call, "{'$gen_call',{a,b},{add,tea}}");
  add (fixture->store, reply, "{b,ok}");
  conversation = ov_conversation_new (fixture->store, &query, 0, NULL);
  chart = ov_sequence_chart_draw (conversation, FALSE, NULL);
  ov_chart_get_lanes (chart, &n_lanes);
  arrows = ov_chart_get_arrows (chart, &n_arrows);
  g_assert_cmpuint (n_lanes, ==, 2);
  g_assert_cmpuint (n_arrows, ==, 2);
  g_assert_cmpuint (arrows[0].pair, ==, 1);
  g_assert_cmpuint (arrows[0].from, ==, arrows[1].to);
  g_assert_cmpuint (arrows[1].kind, ==, OV_ARROW_DASHED);
}

/* By part of a name, by pid, and also those whom no table knows any more. */
static void
test_matching (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (OvProcessTable) table = make_table ();
  g_autoptr (GArray) by_name = ov_actor_list_matching (table, fixture->store, "STO");
  g_autoptr (GArray) by_pid = NULL;
  g_autofree char *pid = ov_actor_dup_pid (fixture->store, fixture->gone);

  by_pid = ov_actor_list_matching (table, fixture->store, pid);
  g_assert_cmpuint (by_name->len, ==, 1);
  g_assert_cmpuint (g_array_index (by_name, guint32, 0), ==, fixture->stock);
  g_assert_cmpuint (by_pid->len, ==, 1);
  g_assert_cmpuint (g_array_index (by_pid, guint32, 0), ==, fixture->gone);
}

static const struct
{
  const char *path;
  void      (*test) (Fixture *fixture, gconstpointer unused);
} tests[] = {
  { "/views/event-words/kinds", test_kinds },
  { "/views/event-words/messages", test_messages },
  { "/views/event-words/gaps", test_gaps },
  { "/views/event-words/durations", test_durations },
  { "/views/flow-scene/graph", test_graph },
  { "/views/flow-scene/ids", test_ids },
  { "/views/sequence-chart", test_chart },
  { "/views/actor-words/matching", test_matching },
};

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
