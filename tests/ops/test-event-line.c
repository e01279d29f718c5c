/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events as lines: each line of JSON is one object with the members of the stream, whatever bytes a node sends;
 * nothing in a line of text steers a terminal, and no line is wider than it.
 */
#include "export/ov-process-text.h"
#include "ops/ov-event-line.h"
#include "term/ov-term.h"

#include <string.h>

#define NODE "shop@localhost"

typedef struct
{
  OvStore *store;
  guint32  orders, cart;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer unused)
{
  OvPid orders = { g_intern_string (NODE), 100, 0, 1 }, cart = { g_intern_string (NODE), 101, 0, 1 };

  fixture->store = ov_store_new (NODE, NULL);
  ov_store_begin (fixture->store);
  fixture->orders = ov_store_intern_actor (fixture->store, &orders);
  fixture->cart = ov_store_intern_actor (fixture->store, &cart);
  ov_store_name_actor (fixture->store, fixture->orders, "orders", 6);
  ov_store_commit (fixture->store);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer unused)
{
  ov_store_unref (fixture->store);
}

static guint64
append_bytes (Fixture       *fixture,
              OvEvent        event,
              gconstpointer  bytes,
              gsize          length)
{
  guint64 number;

  event.at_ns = G_GINT64_CONSTANT (1700000000123456789);
  ov_store_begin (fixture->store);
  number = ov_store_append (fixture->store, &event, bytes, length);
  ov_store_commit (fixture->store);

  return number;
}

/* @text: a term as one types it */
static guint64
append (Fixture    *fixture,
        OvEvent     event,
        const char *text)
{
  g_autoptr (OvTerm) term = ov_term_parse (text, NODE, NULL, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_assert_nonnull (term);
  ov_term_encode (term, bytes);

  return append_bytes (fixture, event, bytes->data, bytes->len);
}

static JsonObject *
parse_line (OvEventLine *line,
            guint64      number)
{
  const char *text = ov_event_line_write (line, number);
  g_autoptr (JsonNode) node = NULL;

  g_assert_nonnull (text);
  g_assert_null (strchr (text, '\n'));
  node = json_from_string (text, NULL);
  g_assert_nonnull (node);

  return json_object_ref (json_node_get_object (node));
}

static void
test_json (Fixture      *fixture,
           gconstpointer unused)
{
  static const struct
  {
    OvEventKind kind;
    gboolean    has_peer;
    const char *term;
    const char *expected; /* all but type, at_ns, pid, name */
  } rows[] = {
    { OV_EVENT_SEND, TRUE, "{add,tea}",
      "{\"kind\":\"send\",\"peer\":\"<0.101.0>\",\"peer_name\":null,\"message\":\"{add,tea}\",\"size_bytes\":0,\"style\":null}" },
    { OV_EVENT_RECEIVE, FALSE, "hello", "{\"kind\":\"receive\",\"message\":\"hello\",\"size_bytes\":0,\"style\":null}" },
    { OV_EVENT_EXIT, FALSE, "{badmatch,1}", "{\"kind\":\"exit\",\"reason\":\"{badmatch,1}\"}" },
    { OV_EVENT_SPAWN, TRUE, "{shop,init,[a,1]}",
      "{\"kind\":\"spawn\",\"peer\":\"<0.101.0>\",\"peer_name\":null,\"module\":\"shop\",\"function\":\"init\",\"arity\":2,"
      "\"arguments\":\"[a,1]\"}" },
    { OV_EVENT_CALL, FALSE, "{lists,seq,[1,3]}",
      "{\"kind\":\"call\",\"module\":\"lists\",\"function\":\"seq\",\"arity\":2,\"arguments\":\"[1,3]\"}" },
    { OV_EVENT_CALL, FALSE, "{lists,seq,2}",
      "{\"kind\":\"call\",\"module\":\"lists\",\"function\":\"seq\",\"arity\":2}" },
    { OV_EVENT_RETURN, FALSE, "{{lists,seq,2},[a]}",
      "{\"kind\":\"return\",\"module\":\"lists\",\"function\":\"seq\",\"arity\":2,\"value\":\"[a]\"}" },
    { OV_EVENT_EXCEPTION, FALSE, "{{lists,seq,2},{error,badarg}}",
      "{\"kind\":\"exception\",\"module\":\"lists\",\"function\":\"seq\",\"arity\":2,\"class\":\"error\",\"reason\":\"badarg\"}" },
    { OV_EVENT_REGISTER, FALSE, "'Cart'", "{\"kind\":\"register\",\"registered_name\":\"'Cart'\"}" },
    { OV_EVENT_IN, FALSE, "0", "{\"kind\":\"in\",\"term\":\"0\"}" },
    { OV_EVENT_CALL, FALSE, "nonsense", "{\"kind\":\"call\",\"term\":\"nonsense\"}" },
    { OV_EVENT_OTHER, FALSE, "{strange,1}", "{\"kind\":\"other\",\"term\":\"{strange,1}\"}" },
  };
  g_autoptr (OvEventLine) line = ov_event_line_new (fixture->store, FALSE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OvEvent event = { .kind = rows[i].kind, .actor = fixture->orders,
                        .peer = rows[i].has_peer ? fixture->cart : OV_ACTOR_NONE };
      g_autoptr (JsonObject) found = parse_line (line, append (fixture, event, rows[i].term));
      g_autoptr (JsonNode) expected = json_from_string (rows[i].expected, NULL);
      g_autoptr (JsonNode) rest = json_node_new (JSON_NODE_OBJECT);

      g_assert_cmpstr (json_object_get_string_member (found, "type"), ==, "event");
      g_assert_cmpint (json_object_get_int_member (found, "at_ns"), ==, G_GINT64_CONSTANT (1700000000123456789));
      g_assert_cmpstr (json_object_get_string_member (found, "pid"), ==, "<0.100.0>");
      g_assert_cmpstr (json_object_get_string_member (found, "name"), ==, "orders");
      for (guint k = 0; k < 4; k++)
        json_object_remove_member (found, ((const char *[]) { "type", "at_ns", "pid", "name" })[k]);
      json_node_set_object (rest, found);
      g_test_message ("%s", rows[i].expected);
      g_assert_true (json_node_equal (rest, expected));
    }
}

static void
test_truncated (Fixture      *fixture,
                gconstpointer unused)
{
  g_autoptr (OvEventLine) line = ov_event_line_new (fixture->store, FALSE, NULL);
  OvEvent event = { .kind = OV_EVENT_SEND, .actor = fixture->orders, .peer = fixture->cart, .size_bytes = 12345,
                    .flags = OV_EVENT_TRUNCATED | OV_EVENT_IS_CAST };
  g_autoptr (JsonObject) found = parse_line (line, append (fixture, event, "{big,1}"));

  g_assert_cmpstr (json_object_get_string_member (found, "message"), ==, "{big,1}…");
  g_assert_true (json_object_get_boolean_member (found, "truncated"));
  g_assert_cmpint (json_object_get_int_member (found, "size_bytes"), ==, 12345);
  g_assert_cmpstr (json_object_get_string_member (found, "style"), ==, "cast");
}

/* Edges, gaps, levels, and how each is counted. */
static void
test_sums (Fixture      *fixture,
           gconstpointer unused)
{
  OvEventFlow flow = { .from_ns = GINT64_TO_LE (5), .messages = GUINT64_TO_LE (70), .bytes = GUINT64_TO_LE (900) };
  OvEventGap gap = { .count = GUINT64_TO_LE (9), .reason = GUINT32_TO_LE (OV_GAP_CREDIT) };
  const struct
  {
    OvEvent       event;
    gconstpointer payload;
    gsize         size;
    const char   *type;
    guint64       shown, lost;
  } rows[] = {
    { { .kind = OV_EVENT_FLOW, .actor = fixture->orders, .peer = fixture->cart }, &flow, sizeof flow, "flow", 70, 0 },
    { { .kind = OV_EVENT_GAP, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE }, &gap, sizeof gap, "gap", 0, 9 },
    { { .kind = OV_EVENT_LEVEL, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE }, "edges rate", 10, "level", 0, 0 },
    { { .kind = OV_EVENT_RECEIVE, .actor = fixture->orders, .peer = OV_ACTOR_NONE }, "\152", 1, "event", 1, 0 },
  };
  g_autoptr (OvEventLine) line = ov_event_line_new (fixture->store, FALSE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint64 number = append_bytes (fixture, rows[i].event, rows[i].payload, rows[i].size), lost;
      g_autoptr (JsonObject) found = parse_line (line, number);
      OvEvent event;

      g_assert_cmpstr (json_object_get_string_member (found, "type"), ==, rows[i].type);
      g_assert_true (ov_store_get_event (fixture->store, number, &event));
      g_assert_cmpuint (ov_event_line_count (fixture->store, number, &event, &lost), ==, rows[i].shown);
      g_assert_cmpuint (lost, ==, rows[i].lost);
      if (i == 0)
        g_assert_cmpint (json_object_get_int_member (found, "messages"), ==, 70);
      if (i == 1)
        g_assert_cmpstr (json_object_get_string_member (found, "reason"), ==, "credit");
      if (i == 2)
        g_assert_cmpstr (json_object_get_string_member (found, "why"), ==, "rate");
    }
}

/* Payloads of any bytes, for every kind. */
static void
test_any_bytes (Fixture      *fixture,
                gconstpointer unused)
{
  g_autoptr (OvEventLine) json = ov_event_line_new (fixture->store, FALSE, NULL);
  g_autoptr (OvEventLine) text = ov_event_line_new (fixture->store, TRUE, &(OvTextStyle) { .columns = 100 });

  for (guint i = 0; i < 20000; i++)
    {
      guint8 bytes[64];
      gsize n = g_test_rand_int_range (0, sizeof bytes);
      OvEvent event = { .kind = g_test_rand_int_range (0, OV_N_EVENT_KINDS), .actor = fixture->orders,
                        .peer = g_test_rand_bit () ? fixture->cart : OV_ACTOR_NONE,
                        .flags = g_test_rand_int_range (0, 256) };
      const char *line;
      guint64 number;

      for (gsize k = 0; k < n; k++)
        bytes[k] = g_test_rand_bit () ? g_test_rand_int_range (0, 256) : g_test_rand_int_range (97, 120);
      number = append_bytes (fixture, event, bytes, n);
      if ((line = ov_event_line_write (json, number)) != NULL)
        {
          g_autoptr (JsonNode) node = json_from_string (line, NULL);

          g_assert_nonnull (node);
        }
      if ((line = ov_event_line_write (text, number)) == NULL)
        continue;
      g_assert_true (g_utf8_validate (line, -1, NULL));
      for (const char *c = line; *c != '\0'; c++)
        g_assert_true ((guchar) *c >= 0x20 && *c != 0x7f);
    }
}

/* Names, messages and names of functions that want to steer the terminal. */
static void
test_unsafe (Fixture      *fixture,
             gconstpointer unused)
{
  static const char *const terms[] = {
    "'\\e[31mred'", "<<\"\\e]0;title\\a\">>", "{'\\x{9b}2J',\"\\e[2J\"}", "{'\\e[m',f,['\\e[1m']}",
  };
  static const guint8 kinds[] = { OV_EVENT_SEND, OV_EVENT_CALL, OV_EVENT_EXIT, OV_EVENT_SPAWN, OV_EVENT_REGISTER };
  g_autoptr (OvEventLine) line = ov_event_line_new (fixture->store, FALSE, &(OvTextStyle) { .columns = 0 });

  ov_store_begin (fixture->store);
  ov_store_name_actor (fixture->store, fixture->cart, "\033[2Jcart\r", 9);
  ov_store_commit (fixture->store);
  for (guint i = 0; i < G_N_ELEMENTS (terms); i++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      {
        OvEvent event = { .kind = kinds[k], .actor = fixture->orders, .peer = fixture->cart };
        const char *text = ov_event_line_write (line, append (fixture, event, terms[i]));

        g_assert_nonnull (strstr (text, "cart"));
        for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
          g_assert_false (g_unichar_iscntrl (g_utf8_get_char (c)));
      }
}

static void
test_width (Fixture      *fixture,
            gconstpointer unused)
{
  g_autoptr (GString) term = g_string_new ("{");

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (term, "%s'日本%u'", i > 0 ? "," : "", i);
  g_string_append_c (term, '}');
  for (guint columns = 60; columns <= 200; columns += 7)
    {
      g_autoptr (OvEventLine) line = ov_event_line_new (fixture->store, FALSE, &(OvTextStyle) { .columns = columns });
      OvEvent event = { .kind = OV_EVENT_SEND, .actor = fixture->orders, .peer = fixture->cart };
      const char *text = ov_event_line_write (line, append (fixture, event, term->str));

      g_assert_cmpuint (ov_process_text_measure (text), <=, columns);
      g_assert_cmpuint (ov_process_text_measure (text), >=, columns - 2);
      g_assert_true (g_str_has_suffix (text, "…"));
    }
}

static void
test_words (Fixture      *fixture,
            gconstpointer unused)
{
  static const struct
  {
    OvEventKind kind;
    const char *term, *erlang, *elixir;
  } rows[] = {
    { OV_EVENT_SEND, "{add,tea}", "send       orders → <0.101.0>  {add,tea}", "send       orders → <0.101.0>  {:add, :tea}" },
    { OV_EVENT_CALL, "{'Elixir.Shop.Cart',add,[tea,2]}", "call       orders → <0.101.0>  'Elixir.Shop.Cart':add(tea, 2)",
      "call       orders → <0.101.0>  Shop.Cart.add(:tea, 2)" },
    { OV_EVENT_RETURN, "{{lists,sum,1},6}", "return     orders → <0.101.0>  lists:sum/1 → 6",
      "return     orders → <0.101.0>  :lists.sum/1 → 6" },
    { OV_EVENT_EXCEPTION, "{{lists,sum,1},{error,badarg}}", "exception  orders → <0.101.0>  lists:sum/1 ✗ error: badarg",
      "exception  orders → <0.101.0>  :lists.sum/1 ✗ :error: :badarg" },
  };

  for (guint elixir = 0; elixir < 2; elixir++)
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        g_autoptr (OvEventLine) line = ov_event_line_new (fixture->store, elixir, &(OvTextStyle) { .columns = 0 });
        OvEvent event = { .kind = rows[i].kind, .actor = fixture->orders, .peer = fixture->cart };
        const char *text = ov_event_line_write (line, append (fixture, event, rows[i].term));

        /* The clock is the machine's. */
        g_assert_true (g_regex_match_simple ("^\\d\\d:\\d\\d:\\d\\d\\.123456  ", text, 0, 0));
        g_assert_cmpstr (text + strlen ("00:00:00.123456  "), ==, elixir ? rows[i].elixir : rows[i].erlang);
      }
}

#define TEST(name, function) g_test_add ("/ops/event-line/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  TEST ("json", test_json);
  TEST ("truncated", test_truncated);
  TEST ("sums", test_sums);
  TEST ("any-bytes", test_any_bytes);
  TEST ("unsafe", test_unsafe);
  TEST ("width", test_width);
  TEST ("words", test_words);

  return g_test_run ();
}
