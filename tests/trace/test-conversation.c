/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who said what to whom: joining, pairing, calls that were given up, labels, and documents of hostile names.
 */
#include "trace-script.h"
#include "trace/ov-conversation.h"

#include <string.h>

#define CLIENT "<0.1.0>"
#define SERVER "<0.2.0>"

static OvConversation *
talk (Script *script)
{
  const OvEventQuery query = { 0 };
  OvConversation *conversation = ov_conversation_new (script->store, &query, 0, NULL);

  g_assert_nonnull (conversation);
  return conversation;
}

/* Each step as "kind from>to label", with "=n" for its pair and "!" where no receive was seen. */
static char *
describe (OvConversation *conversation)
{
  GString *text = g_string_new (NULL);
  const OvConversationStep *steps;
  guint n;

  steps = ov_conversation_get_steps (conversation, &n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = ov_conversation_dup_label (conversation, i, 0, FALSE);
      const char *from = steps[i].from == OV_ACTOR_NONE ? "-" : (char[]) { (char) ('a' + steps[i].from), 0 };
      const char *to = steps[i].to == OV_ACTOR_NONE ? "-" : (char[]) { (char) ('a' + steps[i].to), 0 };

      g_string_append_printf (text, "%s%s %s>%s %s", i > 0 ? "; " : "", ov_step_kind_get_word (steps[i].kind),
                              from, to, label);
      if (steps[i].pair != G_MAXUINT32)
        g_string_append_printf (text, " =%u", steps[i].pair);
      if (steps[i].received_ns == 0)
        g_string_append (text, " !");
    }

  return g_string_free (text, FALSE);
}

static void
assert_talk (Script     *script,
             const char *expected)
{
  g_autoptr (OvConversation) conversation = talk (script);
  g_autofree char *found = describe (conversation);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_call (void)
{
  Script script;

  script_init (&script);
  script_event (&script, 1, "{trace_ts," CLIENT ",send,{'$gen_call',{" CLIENT ",[alias|#Ref<0.1.2.3>]},"
                            "{add,{tea,2}}}," SERVER ",~}");
  script_event (&script, 2, "{trace_ts," SERVER ",'receive',{'$gen_call',{" CLIENT ",[alias|#Ref<0.1.2.3>]},"
                            "{add,{tea,2}}},~}");
  script_event (&script, 3, "{trace_ts," SERVER ",send,{[alias|#Ref<0.1.2.3>],{ok,17}},#Ref<0.1.2.3>,~}");
  script_event (&script, 4, "{trace_ts," CLIENT ",'receive',{[alias|#Ref<0.1.2.3>],{ok,17}},~}");
  script_event (&script, 5, "{trace_ts," CLIENT ",send,{'$gen_cast',refresh}," SERVER ",~}");
  assert_talk (&script, "call a>b add({tea,2}) =1; reply b>a {ok,17} =0; cast a>b refresh !");
  script_clear (&script);
}

/* Events of one instant come in any order; equal messages are received in the order they were sent. */
static void
test_order (void)
{
  g_autoptr (OvConversation) conversation = NULL;
  const OvConversationStep *steps;
  Script script;
  guint n;

  script_init (&script);
  script_event (&script, 4, "{trace_ts," SERVER ",'receive',tick,~}");
  script_event (&script, 1, "{trace_ts," CLIENT ",send,tick," SERVER ",~}");
  script_event (&script, 2, "{trace_ts," CLIENT ",send,tick," SERVER ",~}");
  script_event (&script, 7, "{trace_ts," SERVER ",'receive',tick,~}");
  conversation = talk (&script);
  steps = ov_conversation_get_steps (conversation, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (steps[0].sent_ns, ==, SCRIPT_OFFSET + 1 * SCRIPT_MS);
  g_assert_cmpint (steps[0].received_ns, ==, SCRIPT_OFFSET + 4 * SCRIPT_MS);
  g_assert_cmpint (steps[1].received_ns, ==, SCRIPT_OFFSET + 7 * SCRIPT_MS);
  script_clear (&script);
}

/* Of equal messages, the sender that a receive names decides; who was not seen to send is not mixed up. */
static void
test_senders (void)
{
  Script script;

  script_init (&script);
  script_event (&script, 1, "{trace_ts,<0.3.0>,send,tick," SERVER ",~}");
  script_event (&script, 2, "{trace_ts," CLIENT ",send,tick," SERVER ",~}");
  script_event (&script, 3, "{trace_ts," SERVER ",'receive',tick," CLIENT ",~}");
  script_event (&script, 4, "{trace_ts," SERVER ",'receive',tick,<0.4.0>,~}");
  script_event (&script, 5, "{trace_ts," SERVER ",'receive',tick,undefined,~}");
  assert_talk (&script, "message a>b tick; message c>b tick; message d>b tick");
  script_clear (&script);
}

/* A call that timed out, its late answer, one that ended in 'DOWN', and an 'EXIT' out of nothing. */
static void
test_given_up (void)
{
  Script script;

  script_init (&script);
  script_event (&script, 1, "{trace_ts," CLIENT ",send,{'$gen_call',{" CLIENT ",#Ref<0.1.2.3>},slow}," SERVER ",~}");
  script_event (&script, 51, "{trace_ts," CLIENT ",'receive',timeout,~}");
  script_event (&script, 51.1, "{trace_ts," CLIENT ",'receive',timeout,~}");
  script_event (&script, 300, "{trace_ts," SERVER ",send,{#Ref<0.1.2.3>,late}," CLIENT ",~}");
  script_event (&script, 310, "{trace_ts," CLIENT ",send,{'$gen_call',{" CLIENT ",#Ref<0.1.2.4>},die}," SERVER ",~}");
  script_event (&script, 311, "{trace_ts," SERVER ",exit,boom,~}");
  script_event (&script, 312, "{trace_ts," CLIENT ",'receive',{'DOWN',#Ref<0.1.2.4>,process," SERVER ",boom},~}");
  script_event (&script, 313, "{trace_ts," CLIENT ",'receive',{'EXIT'," SERVER ",boom},~}");
  assert_talk (&script, "call a>b slow =1 !; timeout a>a timeout =0; reply b>a late =0 !; call a>b die =5 !; "
                        "death b>b exit boom !; exit_signal b>a DOWN: boom =3; exit_signal b>a EXIT: boom");
  script_clear (&script);
}

static void
test_notes (void)
{
  Script script;

  script_init (&script);
  script_event (&script, 1, "{trace_ts," CLIENT ",spawn," SERVER ",{cart,init,[a,b]},~}");
  script_event (&script, 2, "{trace_ts," SERVER ",spawned," CLIENT ",{cart,init,[a,b]},~}");
  script_event (&script, 3, "{trace_ts," SERVER ",register,cart,~}");
  script_event (&script, 4, "{trace_ts," CLIENT ",link," SERVER ",~}");
  script_event (&script, 5, "{trace_ts," SERVER ",getting_linked," CLIENT ",~}");
  script_event (&script, 6, "{trace_ts," SERVER ",call,{lists,seq,[1,3]},~}");
  script_event (&script, 7, "{trace_ts," SERVER ",return_from,{lists,seq,2},[1,2,3],~}");
  script_event (&script, 8, "{trace_ts," SERVER ",in,{m,f,1},~}");
  script_event (&script, 9, "{trace_gap,credit,12,0,~}");
  script_event (&script, 10, "{trace_ts," SERVER ",exit,normal,~}");
  assert_talk (&script, "spawn a>b spawn cart:init/2 !; note b>b register cart !; note a>a link <0.2.0> !; "
                        "note b>b lists:seq(1,3) !; note b>b lists:seq/2 → [1,2,3] !; "
                        "gap ->- 12 events are missing (credit) !; death b>b exit normal !");
  script_clear (&script);
}

/* Of one chosen process: the receives of those it writes to complete its sends, and nothing more is there. */
static void
test_chosen (void)
{
  g_autoptr (OvConversation) conversation = NULL;
  g_autofree char *found = NULL;
  OvEventQuery query = { 0 };
  guint32 actor;
  Script script;

  script_init (&script);
  script_event (&script, 1, "{trace_ts," CLIENT ",send,one," SERVER ",~}");
  script_event (&script, 2, "{trace_ts," SERVER ",'receive',one,~}");
  script_event (&script, 3, "{trace_ts,<0.3.0>,send,two," SERVER ",~}");
  script_event (&script, 4, "{trace_ts," SERVER ",'receive',two,~}");
  script_event (&script, 5, "{trace_ts,<0.3.0>,send,three," CLIENT ",~}");
  actor = script_actor (&script, 1);
  query.actors = &actor;
  query.n_actors = 1;
  conversation = ov_conversation_new (script.store, &query, 0, NULL);
  found = describe (conversation);
  g_assert_cmpstr (found, ==, "message a>b one; message c>a three !");
  script_clear (&script);
}

static const struct
{
  const char *message;
  const char *erlang, *elixir;
} labels[] = {
  { "{'$gen_call',{" CLIENT ",#Ref<0.1.2.3>},get}", "get", ":get" },
  { "{'$gen_call',{" CLIENT ",#Ref<0.1.2.3>},{put,key,[1,2]}}", "put(key,[1,2])", "put(:key, [1, 2])" },
  { "{'$gen_call',{" CLIENT ",#Ref<0.1.2.3>},{'Odd name',1}}", "{'Odd name',1}", "{:\"Odd name\", 1}" },
  { "{#Ref<0.1.2.3>,{ok,<<\"tea\">>}}", "{ok,<<\"tea\">>}", "{:ok, \"tea\"}" },
  { "{system,{" CLIENT ",#Ref<0.1.2.3>},get_state}", "system: get_state", "system: :get_state" },
  { "{timeout,#Ref<0.1.2.3>,tick}", "timeout: tick", "timeout: :tick" },
  { "{io_request," CLIENT ",#Ref<0.1.2.3>,{put_chars,unicode,<<\"hi\">>}}",
    "io: put_chars(unicode,<<\"hi\">>)", "io: put_chars(:unicode, \"hi\")" },
  { "<<\"line\\nbreak\">>", "<<\"line\\nbreak\">>", "\"line\\nbreak\"" },
  { "{tea,2}", "tea(2)", "tea(2)" },
};

static void
test_labels (void)
{
  Script script;

  script_init (&script);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *send = g_strdup_printf ("{trace_ts," CLIENT ",send,%s," SERVER ",~}", labels[i].message);

      script_event (&script, i, send);
    }
  {
    g_autoptr (OvConversation) conversation = talk (&script);

    for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
      {
        g_autofree char *erlang = ov_conversation_dup_label (conversation, i, 0, FALSE);
        g_autofree char *elixir = ov_conversation_dup_label (conversation, i, 0, TRUE);
        g_autofree char *cut = ov_conversation_dup_label (conversation, i, 3, FALSE);

        g_assert_cmpstr (erlang, ==, labels[i].erlang);
        g_assert_cmpstr (elixir, ==, labels[i].elixir);
        g_assert_cmpint (g_utf8_strlen (cut, -1), <=, 3);
      }
  }
  script_clear (&script);
}

/* Lines of a sequenceDiagram may hold nothing but what its grammar takes: checked by a small reader of our own. */
static void
check_mermaid (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GRegex) line = g_regex_new ("^    (participant p\\d+ as |p\\d+(-\\)|->>|-->>|--x|-x)p\\d+: "
                                         "|Note over p\\d+(,p\\d+)?: )"
                                         "([^#;:%<>\"`\\\\&@{}\\[\\]~^$\\n-]|#\\d+;)+$", 0, 0, NULL);

  g_assert_cmpstr (lines[0], ==, "sequenceDiagram");
  for (guint i = 1; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      if (!g_regex_match (line, lines[i], 0, NULL))
        g_error ("not a line of Mermaid: %s", lines[i]);
      g_assert_null (strstr (strchr (lines[i] + 4, ' '), "end"));
    }
}

static void
test_hostile (void)
{
  static const char *const names[] = {
    "'a;b#c'", "'end'", "'x\\nparticipant y'", "'%%{init: {}}%%'", "'<script>'", "'-->>'", "'A@{ \"x\" }'",
    "'Ünïcode ☃'", "':wrap:'",
  };
  g_autofree char *text = NULL;
  g_autofree char *mermaid = NULL;
  g_auto (GStrv) lines = NULL;
  Script script;

  script_init (&script);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *send = g_strdup_printf ("{trace_ts," CLIENT ",send,{%s,'END ; %%%% #'},%s,~}", names[i],
                                               names[i]);

      script_event (&script, i, send);
    }
  script_event (&script, 90, "{trace_ts," CLIENT ",send_to_non_existing_process,hi," SERVER ",~}");
  script_event (&script, 91, "{trace_gap,governor,0,5000000,~}");
  {
    g_autoptr (OvConversation) conversation = talk (&script);

    mermaid = ov_conversation_to_mermaid (conversation, FALSE);
    text = ov_conversation_to_text (conversation, TRUE);
  }
  check_mermaid (mermaid);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (names) + 2 + 1);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "no such process"));
  script_clear (&script);
}

static void
test_documents (void)
{
  g_autofree char *text = NULL;
  g_autofree char *mermaid = NULL;
  Script script;

  script_init (&script);
  script_event (&script, 0, "{trace_ts," CLIENT ",register,client,~}");
  script_take (&script, OV_TRACE_MESSAGE_RECORDS, "[{5,5," CLIENT ",client,true},{5,5," SERVER ",cart,true}]");
  script_event (&script, 1, "{trace_ts," CLIENT ",send,{'$gen_call',{" CLIENT ",#Ref<0.1.2.3>},{add,tea}},cart,~}");
  script_event (&script, 3, "{trace_ts," SERVER ",send,{#Ref<0.1.2.3>,ok}," CLIENT ",~}");
  {
    g_autoptr (OvConversation) conversation = talk (&script);

    text = ov_conversation_to_text (conversation, FALSE);
    mermaid = ov_conversation_to_mermaid (conversation, FALSE);
  }
  g_assert_cmpstr (text, ==, "    0.000000  client  note  register client\n"
                             "    0.001000  client → cart  call  add(tea)\n"
                             "    0.003000  cart → client  reply  ok (2.000 ms)\n");
  g_assert_cmpstr (mermaid, ==, "sequenceDiagram\n"
                                "    participant p0 as client\n"
                                "    participant p1 as cart\n"
                                "    Note over p0: register client\n"
                                "    p0->>p1: add(tea)\n"
                                "    p1-->>p0: ok\n");
  script_clear (&script);
}

/* 100,000 steps, the earliest of which are kept, and a maker that looks at its cancellable. */
static void
test_large (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (OvConversation) conversation = NULL;
  g_autoptr (OvConversation) cut = NULL;
  const OvEventQuery query = { 0 };
  Script script;
  guint n;
  gint64 began_us;

  script_init (&script);
  ov_store_begin (script.store);
  for (guint i = 0; i < 200000; i++)
    {
      OvPid a = { ov_store_get_node (script.store), 1 + i / 2 % 50, 0, 1 };
      OvPid b = { ov_store_get_node (script.store), 100 + i / 2 % 77, 0, 1 };
      const guint8 payload[] = { 98, 0, (guint8) (i / 2 >> 16), (guint8) (i / 2 >> 8), (guint8) (i / 2) };
      OvEvent event = { .at_ns = SCRIPT_OFFSET + i, .peer = OV_ACTOR_NONE };

      event.kind = i % 2 == 0 ? OV_EVENT_SEND : OV_EVENT_RECEIVE;
      event.actor = ov_store_intern_actor (script.store, i % 2 == 0 ? &a : &b);
      if (i % 2 == 0)
        event.peer = ov_store_intern_actor (script.store, &b);
      ov_store_append (script.store, &event, payload, sizeof payload);
    }
  ov_store_commit (script.store);
  began_us = g_get_monotonic_time ();
  conversation = ov_conversation_new (script.store, &query, 0, NULL);
  g_test_message ("100,000 steps in %.0f ms", (double) (g_get_monotonic_time () - began_us) / 1e3);
  ov_conversation_get_steps (conversation, &n);
  g_assert_cmpuint (n, ==, 100000);
  g_assert_false (ov_conversation_is_cut (conversation));
  cut = ov_conversation_new (script.store, &query, 1000, NULL);
  ov_conversation_get_steps (cut, &n);
  g_assert_cmpuint (n, ==, 1000);
  g_assert_true (ov_conversation_is_cut (cut));
  g_cancellable_cancel (cancellable);
  g_assert_null (ov_conversation_new (script.store, &query, 0, cancellable));
  script_clear (&script);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/conversation/call", test_call);
  g_test_add_func ("/trace/conversation/order", test_order);
  g_test_add_func ("/trace/conversation/senders", test_senders);
  g_test_add_func ("/trace/conversation/given-up", test_given_up);
  g_test_add_func ("/trace/conversation/notes", test_notes);
  g_test_add_func ("/trace/conversation/chosen", test_chosen);
  g_test_add_func ("/trace/conversation/labels", test_labels);
  g_test_add_func ("/trace/conversation/hostile", test_hostile);
  g_test_add_func ("/trace/conversation/documents", test_documents);
  g_test_add_func ("/trace/conversation/large", test_large);
  return g_test_run ();
}
