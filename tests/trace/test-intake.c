/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the probe says of a trace, as it stands in the store afterwards.
 */
#include "trace-script.h"

#include <string.h>

#define EVENTS OV_TRACE_MESSAGE_EVENTS

/* One trace message of each kind and what becomes of it. */
static const struct
{
  const char *message;
  const char *event; /* kind actor peer payload */
} kinds[] = {
  { "{trace_ts,<0.1.0>,send,{ok,1},<0.2.0>,5}", "send <0.1.0> <0.2.0> {ok,1}" },
  { "{trace_ts,<0.1.0>,send,hi,nobody,5}", "send <0.1.0> nobody hi" },
  { "{trace_ts,<0.1.0>,send,hi,{cart,'other@host'},5}", "send <0.1.0> cart@other@host hi" },
  { "{trace_ts,<0.1.0>,send,hi,{nobody,'shop@host'},5}", "send <0.1.0> nobody hi" },
  { "{trace_ts,<0.1.0>,send,hi,#Ref<0.9.9.9>,5}", "send <0.1.0> - hi" },
  { "{trace_ts,<0.1.0>,send_to_non_existing_process,hi,<0.2.0>,5}",
    "send_to_non_existing_process <0.1.0> <0.2.0> hi" },
  { "{trace_ts,<0.1.0>,'receive',hi,5}", "receive <0.1.0> - hi" },
  { "{trace_ts,<0.1.0>,'receive',hi,<0.2.0>,5}", "receive <0.1.0> <0.2.0> hi" },
  { "{trace_ts,<0.1.0>,'receive',hi,undefined,5}", "receive <0.1.0> - hi" },
  { "{trace_ts,<0.1.0>,spawn,<0.2.0>,{m,f,[1]},5}", "spawn <0.1.0> <0.2.0> {m,f,[1]}" },
  { "{trace_ts,<0.1.0>,spawned,<0.2.0>,{m,f,[1]},5}", "spawned <0.1.0> <0.2.0> {m,f,[1]}" },
  { "{trace_ts,<0.1.0>,exit,{badmatch,1},5}", "exit <0.1.0> - {badmatch,1}" },
  { "{trace_ts,<0.1.0>,link,<0.2.0>,5}", "link <0.1.0> <0.2.0>" },
  { "{trace_ts,<0.1.0>,unlink,<0.2.0>,5}", "unlink <0.1.0> <0.2.0>" },
  { "{trace_ts,<0.1.0>,getting_linked,<0.2.0>,5}", "getting_linked <0.1.0> <0.2.0>" },
  { "{trace_ts,<0.1.0>,getting_unlinked,<0.2.0>,5}", "getting_unlinked <0.1.0> <0.2.0>" },
  { "{trace_ts,<0.1.0>,call,{lists,seq,[1,3]},5}", "call <0.1.0> - {lists,seq,[1,3]}" },
  { "{trace_ts,<0.1.0>,call,{lists,seq,[1,3]},extra,5}", "call <0.1.0> - {lists,seq,[1,3],extra}" },
  { "{trace_ts,<0.1.0>,return_from,{lists,seq,2},[1,2,3],5}",
    "return <0.1.0> - {{lists,seq,2},[1,2,3]}" },
  { "{trace_ts,<0.1.0>,exception_from,{lists,nth,2},{error,function_clause},5}",
    "exception <0.1.0> - {{lists,nth,2},{error,function_clause}}" },
  { "{trace_ts,<0.1.0>,in,{m,f,1},5}", "in <0.1.0> - {m,f,1}" },
  { "{trace_ts,<0.1.0>,out,0,5}", "out <0.1.0> - 0" },
  { "{trace_ts,<0.1.0>,out_exited,0,5}", "out <0.1.0> - 0" },
  { "{trace_ts,<0.1.0>,gc_minor_start,[{heap_size,9}],5}",
    "gc_start <0.1.0> - {gc_minor_start,[{heap_size,9}]}" },
  { "{trace_ts,<0.1.0>,gc_major_end,[{heap_size,9}],5}",
    "gc_end <0.1.0> - {gc_major_end,[{heap_size,9}]}" },
  { "{trace_ts,#Port<0.5>,open,<0.2.0>,'tcp_inet',5}", "open #Port<0.5> <0.2.0> tcp_inet" },
  { "{trace_ts,#Port<0.5>,closed,normal,5}", "closed #Port<0.5> - normal" },
  { "{trace_ts,<0.1.0>,register,cart,5}", "register <0.1.0> - cart" },
  { "{trace_ts,<0.1.0>,unregister,cart,5}", "unregister <0.1.0> - cart" },
  /* Kinds and forms that we do not know are kept whole. */
  { "{trace_ts,<0.1.0>,return_to,{m,f,1},5}", "other - - {trace_ts,<0.1.0>,return_to,{m,f,1},5}" },
  { "{trace_ts,<0.1.0>,send,hi,5}", "other - - {trace_ts,<0.1.0>,send,hi,5}" },
  { "{trace_ts,<0.1.0>,exit,boom,soon}", "other - - {trace_ts,<0.1.0>,exit,boom,soon}" },
  { "{trace_ts}", "other - - {trace_ts}" },
  { "what", "other - - what" },
};

static void
test_kinds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *list = g_strdup_printf ("[%s]", kinds[i].message);
      g_autofree char *actor = NULL, *peer = NULL, *payload = NULL, *found = NULL;
      Script script;
      OvEvent event;

      script_init (&script);
      g_assert_cmpuint (script_take (&script, EVENTS, list), ==, 1);
      event = script_get (&script, 0);
      actor = script_name (&script, event.actor);
      peer = script_name (&script, event.peer);
      payload = event.payload_bytes > 0 ? script_payload (&script, 0) : g_strdup ("");
      found = g_strchomp (g_strdup_printf ("%s %s %s %s", ov_event_kind_get_word (event.kind), actor, peer,
                                           payload));
      g_assert_cmpstr (found, ==, kinds[i].event);
      g_assert_cmpuint (event.trace, ==, 7);
      if (event.kind != OV_EVENT_OTHER)
        g_assert_cmpint (event.at_ns, ==, SCRIPT_OFFSET + 5);
      script_clear (&script);
    }
}

/* Negative monotonic times, as a node has them, and bounded views of large terms. */
static void
test_cut (void)
{
  g_autofree char *payload = NULL;
  g_autofree char *result = NULL;
  Script script;
  OvEvent event;

  script_init (&script);
  g_assert_cmpuint (script_take (&script, EVENTS,
                                 "[{trace_cut,<0.1.0>,send,{123456,{big,'…'}},<0.2.0>,-576460751911375235},"
                                 "{trace_cut,<0.1.0>,return_from,{m,f,1},{99,['…']},-1}]"),
                    ==, 2);
  event = script_get (&script, 0);
  payload = script_payload (&script, 0);
  g_assert_cmpstr (payload, ==, "{big,'…'}");
  g_assert_cmpuint (event.size_bytes, ==, 123456);
  g_assert_cmpuint (event.flags, ==, OV_EVENT_TRUNCATED);
  g_assert_cmpint (event.at_ns, ==, SCRIPT_OFFSET - G_GINT64_CONSTANT (576460751911375235));
  g_assert_cmpstr (script_shape (&script, 0), ==, "{big,_}");
  result = script_payload (&script, 1);
  g_assert_cmpstr (result, ==, "{{m,f,1},['…']}");
  g_assert_cmpuint (script_get (&script, 1).size_bytes, ==, 99);
  script_clear (&script);
}

/* A hop stands as the VM told it, its message cut or not. */
static void
test_hops (void)
{
  g_autofree char *whole = NULL;
  g_autofree char *cut = NULL;
  Script script;
  OvEvent event;

  script_init (&script);
  g_assert_cmpuint (script_take (&script, EVENTS,
                                 "[{seq_trace,42,{send,{0,1},<0.1.0>,<0.2.0>,{go,1}},5},"
                                 "{seq_trace_cut,42,{send,{0,1},<0.1.0>,<0.2.0>,{7777,{go,'…'}}},6}]"),
                    ==, 2);
  whole = script_payload (&script, 0);
  g_assert_cmpstr (whole, ==, "{seq_trace,42,{send,{0,1},<0.1.0>,<0.2.0>,{go,1}},5}");
  cut = script_payload (&script, 1);
  g_assert_cmpstr (cut, ==, "{seq_trace,42,{send,{0,1},<0.1.0>,<0.2.0>,{go,'…'}},6}");
  event = script_get (&script, 1);
  g_assert_cmpuint (event.kind, ==, OV_EVENT_HOP);
  g_assert_cmpuint (event.flags, ==, OV_EVENT_TRUNCATED);
  g_assert_cmpuint (event.size_bytes, ==, 7777);
  g_assert_cmpuint (event.actor, ==, script_actor (&script, 1));
  g_assert_cmpuint (event.peer, ==, script_actor (&script, 2));
  g_assert_cmpstr (script_shape (&script, 1), ==, "{go,_}");
  script_clear (&script);
}

/* Sends to names and to the alias of a call go to the process behind them, as far as that was seen. */
static void
test_who (void)
{
  Script script;

  script_init (&script);
  script_event (&script, 1, "{trace_ts,<0.1.0>,send,early,cart,~}");
  script_event (&script, 2, "{trace_ts,<0.2.0>,register,cart,~}");
  script_event (&script, 3, "{trace_ts,<0.1.0>,send,hi,cart,~}");
  script_event (&script, 4,
                "{trace_ts,<0.1.0>,send,{'$gen_call',{<0.1.0>,[alias|#Ref<0.1.2.3>]},get},<0.2.0>,~}");
  script_event (&script, 5,
                "{trace_ts,<0.2.0>,'receive',{'$gen_call',{<0.1.0>,[alias|#Ref<0.1.2.3>]},get},~}");
  script_event (&script, 6, "{trace_ts,<0.2.0>,send,{[alias|#Ref<0.1.2.3>],17},#Ref<0.1.2.3>,~}");
  script_event (&script, 7, "{trace_ts,<0.2.0>,exit,normal,~}");
  script_event (&script, 8, "{trace_ts,<0.1.0>,send,late,cart,~}");
  g_assert_cmpuint (script_get (&script, 0).peer, !=, script_actor (&script, 2));
  g_assert_cmpuint (script_get (&script, 2).peer, ==, script_actor (&script, 2));
  g_assert_cmpuint (script_get (&script, 4).peer, ==, script_actor (&script, 1));
  g_assert_cmpuint (script_get (&script, 5).peer, ==, script_actor (&script, 1));
  g_assert_cmpuint (script_get (&script, 5).tag, ==, script_get (&script, 3).tag);
  g_assert_cmpuint (script_get (&script, 7).peer, ==, script_get (&script, 0).peer);
  script_clear (&script);
}

static OvEventGap
get_gap (Script *script,
         guint64 number)
{
  g_autoptr (GBytes) payload = ov_store_dup_payload (script->store, number);
  OvEventGap gap;

  g_assert_cmpuint (script_get (script, number).kind, ==, OV_EVENT_GAP);
  g_assert_cmpuint (g_bytes_get_size (payload), ==, sizeof gap);
  memcpy (&gap, g_bytes_get_data (payload, NULL), sizeof gap);
  gap.count = GUINT64_FROM_LE (gap.count);
  gap.paused_ns = GINT64_FROM_LE (gap.paused_ns);
  gap.reason = GUINT32_FROM_LE (gap.reason);
  return gap;
}

static void
test_gaps_and_levels (void)
{
  g_autoptr (GBytes) level = NULL;
  Script script;
  OvEventGap gap;

  script_init (&script);
  g_assert_cmpuint (script_take (&script, EVENTS,
                                 "[{trace_gap,credit,120,0,5},{trace_gap,<<\"governor\">>,0,9000000,6},"
                                 "{trace_level,edges,rate,7}]"),
                    ==, 3);
  ov_intake_gap (script.intake, 8, OV_GAP_LOST, 0);
  gap = get_gap (&script, 0);
  g_assert_cmpuint (gap.reason, ==, OV_GAP_CREDIT);
  g_assert_cmpuint (gap.count, ==, 120);
  gap = get_gap (&script, 1);
  g_assert_cmpuint (gap.reason, ==, OV_GAP_GOVERNOR);
  g_assert_cmpint (gap.paused_ns, ==, 9000000);
  g_assert_cmpuint (script_get (&script, 2).kind, ==, OV_EVENT_LEVEL);
  level = ov_store_dup_payload (script.store, 2);
  g_assert_cmpmem (g_bytes_get_data (level, NULL), g_bytes_get_size (level), "edges: rate", 11);
  gap = get_gap (&script, 3);
  g_assert_cmpuint (gap.reason, ==, OV_GAP_LOST);
  script_clear (&script);
}

static void
test_flow (void)
{
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GBytes) latency = NULL;
  Script script;
  OvEventFlow flow;
  gint64 ns;

  script_init (&script);
  g_assert_cmpuint (script_take (&script, OV_TRACE_MESSAGE_FLOW,
                                 "{[{<0.1.0>,<0.2.0>,{'$gen_call','_',{add,'_'}},40,4000},"
                                 "{<0.2.0>,cart,x,2,9},{bad}],[{<0.1.0>,<0.2.0>,123456}]}"),
                    ==, 4);
  payload = ov_store_dup_payload (script.store, 0);
  memcpy (&flow, g_bytes_get_data (payload, NULL), sizeof flow);
  g_assert_cmpuint (script_get (&script, 0).kind, ==, OV_EVENT_FLOW);
  g_assert_cmpuint (GUINT64_FROM_LE (flow.messages), ==, 40);
  g_assert_cmpuint (GUINT64_FROM_LE (flow.bytes), ==, 4000);
  g_assert_cmpint (GINT64_FROM_LE (flow.from_ns), ==, SCRIPT_OFFSET + 900 * SCRIPT_MS);
  g_assert_cmpstr (script_shape (&script, 0), ==, "{'$gen_call',_,{add,_}}");
  g_assert_cmpuint (script_get (&script, 2).kind, ==, OV_EVENT_OTHER);
  g_assert_cmpuint (script_get (&script, 3).kind, ==, OV_EVENT_LATENCY);
  latency = ov_store_dup_payload (script.store, 3);
  memcpy (&ns, g_bytes_get_data (latency, NULL), sizeof ns);
  g_assert_cmpint (GINT64_FROM_LE (ns), ==, 123456);
  script_clear (&script);
}

/* A batch of records is one event, and gives names to the registered and to those that events have met. */
static void
test_records (void)
{
  g_autofree char *one = NULL, *two = NULL, *three = NULL, *four = NULL;
  Script script;

  script_init (&script);
  script_event (&script, 0, "{trace_ts,<0.2.0>,send,hi,<0.3.0>,~}");
  g_assert_cmpuint (script_take (&script, OV_TRACE_MESSAGE_RECORDS,
                                 "[{1,<0.1.0>,{2,shop_cart,init,1,[],[],[],[],[]},cart,1,100,1,0,1,[],[]},"
                                 "{1,<0.2.0>,0,[],1,100,1,0,1,[],[]},"
                                 "{3,5,<0.3.0>,<0.1.0>,shop_order,init,1},"
                                 "{5,5,<0.4.0>,stock,true},{3,5,<0.5.0>,<0.1.0>,shop_order,init,1},{99,what}]"),
                    ==, 1);
  g_assert_cmpuint (script_get (&script, 1).kind, ==, OV_EVENT_RECORDS);
  g_assert_cmpuint (script_actor (&script, 5), ==, OV_ACTOR_NONE);
  one = script_name (&script, script_actor (&script, 1));
  two = script_name (&script, script_actor (&script, 2));
  three = script_name (&script, script_actor (&script, 3));
  four = script_name (&script, script_actor (&script, 4));
  g_assert_cmpstr (one, ==, "cart");
  g_assert_cmpstr (two, ==, "shop_cart:init/1 <0.2.0>");
  g_assert_cmpstr (three, ==, "shop_order:init/1 <0.3.0>");
  g_assert_cmpstr (four, ==, "stock");

  /* A name that was given up, or whose process died, is nobody's. */
  script_event (&script, 1, "{trace_ts,<0.9.0>,send,hi,stock,~}");
  script_take (&script, OV_TRACE_MESSAGE_RECORDS, "[{4,5,<0.4.0>,{boom},false}]");
  script_event (&script, 2, "{trace_ts,<0.9.0>,send,hi,stock,~}");
  g_assert_cmpuint (script_get (&script, 2).peer, ==, script_actor (&script, 4));
  g_assert_cmpuint (script_get (&script, 4).peer, !=, script_actor (&script, 4));
  script_clear (&script);
}

/* A list that breaks off is a gap with the number of what is missing: nothing is lost silently. */
static void
test_truncated (void)
{
  g_autoptr (GByteArray) bytes = script_encode ("[{trace_ts,<0.1.0>,send,hi,<0.2.0>,5},"
                                                "{trace_ts,<0.1.0>,send,hi,<0.2.0>,6},"
                                                "{trace_ts,<0.1.0>,send,hi,<0.2.0>,7}]");

  for (guint length = 0; length < bytes->len; length++)
    {
      OvTraceMessage message = { .type = EVENTS, .offset_ns = SCRIPT_OFFSET };
      guint64 events = 0, missing = 0;
      Script script;
      guint n;

      script_init (&script);
      ov_term_cursor_init (&message.body, bytes->data, length);
      n = ov_intake_take (script.intake, &message);
      g_assert_cmpuint (n, ==, ov_store_get_end (script.store));
      for (guint64 i = 0; i < n; i++)
        if (script_get (&script, i).kind == OV_EVENT_GAP)
          missing += get_gap (&script, i).count;
        else
          events++;
      /* Without the head nobody knows how many there were; without the tail nothing is missing. */
      if (length >= 5 + 3 + 1)
        g_assert_cmpuint (events + missing, ==, 3);
      g_assert_cmpuint (n, >, 0);
      script_clear (&script);
    }
}

static void
test_meter (void)
{
  g_autoptr (GByteArray) bytes = script_encode ("#{level => <<\"edges\">>, generated => 100, sent => 60,"
                                                " dropped => 30, paused_ns => 5, queue => 10,"
                                                " events_per_s => 1000, cost_ppm => 3000, new => {a}}");
  g_autoptr (GByteArray) wrong = script_encode ("[1]");
  g_autoptr (GByteArray) odd = script_encode ("#{level => 3, generated => -5, sent => x}");
  OvTraceMeter meter;
  OvTermCursor cursor;

  ov_term_cursor_init (&cursor, bytes->data, bytes->len);
  g_assert_true (ov_trace_meter_read (&cursor, &meter));
  g_assert_cmpuint (meter.level, ==, OV_TRACE_EDGES);
  g_assert_cmpuint (meter.generated, ==, 100);
  g_assert_cmpuint (meter.sent, ==, 60);
  g_assert_cmpuint (meter.dropped, ==, 30);
  g_assert_cmpuint (meter.paused_ns, ==, 5);
  g_assert_cmpuint (meter.queue, ==, 10);
  g_assert_cmpuint (meter.events_per_s, ==, 1000);
  g_assert_cmpfloat_with_epsilon (meter.cost, 0.003, 1e-9);
  ov_term_cursor_init (&cursor, wrong->data, wrong->len);
  g_assert_false (ov_trace_meter_read (&cursor, &meter));
  ov_term_cursor_init (&cursor, odd->data, odd->len);
  g_assert_true (ov_trace_meter_read (&cursor, &meter));
  g_assert_cmpuint (meter.generated, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/intake/kinds", test_kinds);
  g_test_add_func ("/trace/intake/cut", test_cut);
  g_test_add_func ("/trace/intake/hops", test_hops);
  g_test_add_func ("/trace/intake/who", test_who);
  g_test_add_func ("/trace/intake/gaps-and-levels", test_gaps_and_levels);
  g_test_add_func ("/trace/intake/flow", test_flow);
  g_test_add_func ("/trace/intake/records", test_records);
  g_test_add_func ("/trace/intake/truncated", test_truncated);
  g_test_add_func ("/trace/intake/meter", test_meter);
  return g_test_run ();
}
