/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Match specifications and calls as people type them: what passes, what does not, and where it is wrong.
 */
#include "model/ov-match-spec.h"
#include "probe/ov-probe.h"

#include <string.h>

static const struct
{
  const char *text;
  OvMatchKind kind;
  const char *wrong; /* part of the words; NULL: it is right */
} specs[] = {
  { "[{'_', [], []}]", OV_MATCH_CALLS, NULL },
  { "[{['$1', '_'], [{is_list, '$1'}], [{return_trace}]}]", OV_MATCH_CALLS, NULL },
  { "[{'$1', [{'>', {length, '$1'}, 3}], [{message, {caller}}]}]", OV_MATCH_CALLS, NULL },
  { "[{['_', {order, '$2'}], [{'andalso', {is_map, '$2'}, {'=:=', {map_get, id, '$2'}, 7}}], []}]",
    OV_MATCH_SEND, NULL },
  { "[{['_', '_', {'$gen_call', '_', get}], [], []}]", OV_MATCH_RECEIVE, NULL },
  { "[{['_', '$1'], [], [{message, {{found, '$1', '$_', '$$'}}}]}, {'_', [], [{message, false}]}]",
    OV_MATCH_SEND, NULL },
  { "[{['$1'], [{'==', '$1', {const, {a, '$9'}}}], []}]", OV_MATCH_CALLS, NULL },
  { "[{[#{id => '$1'}], [], [{message, #{id => '$1'}}]}]", OV_MATCH_CALLS, NULL },
  { "[{[], [], []}]", OV_MATCH_CALLS, NULL },

  { "[]", OV_MATCH_CALLS, "[{Head, [Guard], [Action]}]" },
  { "{'_', [], []}", OV_MATCH_CALLS, "[{Head, [Guard], [Action]}]" },
  { "[{'_', []}]", OV_MATCH_CALLS, "clause 1: a clause is" },
  { "[{'_', [], []}, {[], [], []}, {'_', [true, {is_foo, 1}], []}]", OV_MATCH_CALLS,
    "clause 3, guard 2: is_foo is no guard function" },
  { "[{'_', [], [{return_trace}, {explode}]}]", OV_MATCH_CALLS,
    "clause 1, action 2: explode is neither" },
  { "[{'_', [{return_trace}], []}]", OV_MATCH_CALLS, "guard 1: return_trace is an action" },
  { "[{['$1'], [{'>', '$2', 3}], []}]", OV_MATCH_CALLS,
    "guard 1, argument 1: the variable $2 is not in the head" },
  { "[{['$1'], [{'andalso', true, {is_pid, '$1', 2}}], []}]", OV_MATCH_CALLS,
    "guard 1, argument 2: is_pid does not take 2 arguments" },
  { "[{['$1'], is_pid, []}]", OV_MATCH_CALLS, "the guards are a list, not is_pid" },
  { "[{['$1'], [], {message, a}}]", OV_MATCH_CALLS, "the body is a list of actions" },
  { "[{foo, [], []}]", OV_MATCH_CALLS, "the head is the list of the arguments" },
  { "[{['_'], [], []}]", OV_MATCH_SEND, "[To, Message]" },
  { "[{['_', '_'], [], []}]", OV_MATCH_RECEIVE, "[Node, Sender, Message]" },
  { "[{['_'], [], []}]", OV_MATCH_MESSAGES, "the head of a message" },
  { "[{'_', [], [{return_trace}]}]", OV_MATCH_SEND, "return_trace is for calls" },
  { "[{'_', [], [{message, {get_seq_token}}]}]", OV_MATCH_RECEIVE, "not for messages that are received" },
  { "[{'_', [], [{silent, true}]}]", OV_MATCH_CALLS, "action 1: silent changes the node" },
  { "[{'_', [], [{message, {process_dump}}]}]", OV_MATCH_CALLS,
    "action 1, argument 1: process_dump changes the node" },
  { "[{'_', [], [{trace, [all], []}]}]", OV_MATCH_CALLS, "trace changes" },
  { "[{'_', [], [{enable_trace, send}]}]", OV_MATCH_CALLS, "enable_trace changes" },
  { "[{'_', [], [{set_seq_token, label, 1}]}]", OV_MATCH_CALLS, "set_seq_token changes" },
  { "[{'_', [], [{set_tcw, 1}]}]", OV_MATCH_CALLS, "set_tcw changes" },
  { "[{'_', [], [{display, 1}]}]", OV_MATCH_CALLS, "display changes" },
  { "[{['$1'], [{'==', '$1', {a, b}}], []}]", OV_MATCH_CALLS, "a is no guard function" },
  { "[{['$1'], [{'==', '$1', {1, b}}], []}]", OV_MATCH_CALLS, "{1,b} calls nothing" },
  { "[{'_', [{}], []}]", OV_MATCH_CALLS, "{} calls nothing" },
  { "[{['$1'], [{'==', '$1', [a|b]}], []}]", OV_MATCH_CALLS, "a list must end properly" },
};

static void
test_specs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvTerm) spec = ov_term_parse (specs[i].text, NULL, NULL, &error);
      gboolean ok;

      g_assert_no_error (error);
      ok = ov_match_spec_check (spec, specs[i].kind, &error);
      g_test_message ("%s: %s", specs[i].text, ok ? "ok" : error->message);
      g_assert_true (ok == (specs[i].wrong == NULL));
      if (ok)
        continue;
      g_assert_error (error, OV_PROBE_ERROR, OV_PROBE_ERROR_BAD_MATCH);
      g_assert_nonnull (strstr (error->message, specs[i].wrong));
    }
}

/* Deeper than anybody writes, and than the stack would bear: in the guards, the body, the head. */
static void
test_depth (void)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      OvTerm *spec = ov_term_new_atom ("true");
      g_autoptr (OvTerm) frame = NULL;
      OvTerm *parts[3];

      for (guint depth = 0; depth < 9000; depth++)
        spec = ov_term_tuple (ov_term_new_atom ("not"), spec, NULL);
      parts[0] = i == 2 ? ov_term_list (spec, NULL) : ov_term_new_atom ("_");
      parts[1] = i == 0 ? ov_term_list (spec, NULL) : ov_term_new_list (NULL, 0);
      parts[2] = i == 1 ? ov_term_list (spec, NULL) : ov_term_new_list (NULL, 0);
      frame = ov_term_list (ov_term_new_tuple (parts, 3), NULL);
      g_assert_false (ov_match_spec_check (frame, OV_MATCH_CALLS, &error));
      g_assert_nonnull (strstr (error->message, "nested"));
    }
}

static const struct
{
  const char *text, *module, *function;
  int         arity;
  const char *printed;
} calls[] = {
  { "lists:map/2", "lists", "map", 2, "lists:map/2" },
  { "lists:map", "lists", "map", -1, "lists:map" },
  { "lists", "lists", "_", -1, "lists:_" },
  { " lists:_ ", "lists", "_", -1, "lists:_" },
  { "lists:*/_", "lists", "_", -1, "lists:_" },
  { "lists:map/_", "lists", "map", -1, "lists:map" },
  { "'weird mod':f/_", "weird mod", "f", -1, "'weird mod':f" },
  { "'it\\'s':'f g'/255", "it's", "f g", 255, "'it\\'s':'f g'/255" },
  { "Shop.Cart.add/2", "Elixir.Shop.Cart", "add", 2, "'Elixir.Shop.Cart':add/2" },
  { "Shop.Cart", "Elixir.Shop.Cart", "_", -1, "'Elixir.Shop.Cart':_" },
  { "Elixir.Shop.Cart:add/2", "Elixir.Shop.Cart", "add", 2, "'Elixir.Shop.Cart':add/2" },
  { "Shop.Cart.empty?/1", "Elixir.Shop.Cart", "empty?", 1, "'Elixir.Shop.Cart':'empty?'/1" },
  { "Shop.Cart.add!", "Elixir.Shop.Cart", "add!", -1, "'Elixir.Shop.Cart':'add!'" },
  { ":lists.map/2", "lists", "map", 2, "lists:map/2" },
  { ":\"odd mod\".f", "odd mod", "f", -1, "'odd mod':f" },
  { "gen_server:handle_call/3", "gen_server", "handle_call", 3, "gen_server:handle_call/3" },
  { "größe:läuft/0", "größe", "läuft", 0, "größe:läuft/0" },

  { "", NULL, "column 1", 0, NULL },
  { "lists:", NULL, "column 7", 0, NULL },
  { "lists:map/", NULL, "column 11", 0, NULL },
  { "lists:map/256", NULL, "column 11", 0, NULL },
  { "lists:map/99999999999999999999", NULL, "column 11", 0, NULL },
  { "lists:map/2 x", NULL, "column 13", 0, NULL },
  { "lists:_/2", NULL, "leave the number out", 0, NULL },
  { "lists.map/2", NULL, "column 6", 0, NULL },
  { "'open", NULL, "does not end", 0, NULL },
  { "1lists:map", NULL, "column 1", 0, NULL },
  { "Shop.Cart.", NULL, "column 11", 0, NULL },
  { "\xff\xfe", NULL, "no text", 0, NULL },
};

static void
test_calls (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (OvTraceCall) call = { 0 };
      g_auto (OvTraceCall) again = { 0 };
      g_autofree char *printed = NULL;
      gboolean ok = ov_trace_call_parse (calls[i].text, &call, &error);

      if (!ok)
        g_test_message ("%s: %s", calls[i].text, error->message);
      g_assert_true (ok == (calls[i].module != NULL));
      if (!ok)
        {
          g_assert_error (error, OV_TERM_ERROR, OV_TERM_ERROR_SYNTAX);
          g_assert_nonnull (strstr (error->message, calls[i].function));
          g_assert_null (call.module);
          continue;
        }
      g_assert_cmpstr (call.module, ==, calls[i].module);
      g_assert_cmpstr (call.function, ==, calls[i].function);
      g_assert_cmpint (call.arity, ==, calls[i].arity);
      printed = ov_trace_call_to_string (&call);
      g_assert_cmpstr (printed, ==, calls[i].printed);
      g_assert_true (ov_trace_call_parse (printed, &again, NULL));
      g_assert_cmpstr (again.module, ==, call.module);
      g_assert_cmpstr (again.function, ==, call.function);
      g_assert_cmpint (again.arity, ==, call.arity);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/match-spec/specs", test_specs);
  g_test_add_func ("/model/match-spec/depth", test_depth);
  g_test_add_func ("/model/match-spec/calls", test_calls);

  return g_test_run ();
}
