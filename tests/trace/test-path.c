/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hops of a token as a tree; the hops are those that OTP 25 sent of a client, a server and its worker.
 */
#include "trace-script.h"
#include "trace/ov-path.h"

#include <string.h>

/* "from>to parent depth" of each, with "s" for a spawn and "?" where the path may go on unseen. */
static char *
describe (Script *script,
          OvPath *path)
{
  GString *text = g_string_new (NULL);
  const OvPathHop *hops;
  guint n;

  hops = ov_path_get_hops (path, &n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *from = script_name (script, hops[i].from);
      g_autofree char *to = script_name (script, hops[i].to);

      g_assert_true (hops[i].parent == G_MAXUINT32 || hops[i].parent < i);
      g_string_append_printf (text, "%s%s>%s %d %u%s%s", i > 0 ? "; " : "", from, to,
                              hops[i].parent == G_MAXUINT32 ? -1 : (int) hops[i].parent, hops[i].depth,
                              hops[i].is_spawn ? " s" : "", hops[i].lost != NULL ? " ?" : "");
    }

  return g_string_free (text, FALSE);
}

static void
test_tree (void)
{
  static const char *const hops[] = {
    "{send,{0,1},<0.82.0>,<0.81.0>,{go,<0.82.0>}}",
    "{'receive',{0,1},<0.82.0>,<0.81.0>,{go,<0.82.0>}}",
    "{send,{1,2},<0.81.0>,<0.80.0>,{x,<0.82.0>}}",
    "{send,{1,3},<0.81.0>,<0.80.0>,second}",
    "{send,{1,4},<0.81.0>,<0.83.0>,{spawn_request,#Ref<0.1.2.3>,<0.81.0>,<0.65.0>,{erlang,apply,2},[],"
    "spawn_reply,[f,[]]}}",
    "{'receive',{1,4},<0.81.0>,<0.83.0>,{spawn_request,#Ref<0.1.2.3>,<0.81.0>,<0.65.0>,{erlang,apply,2},[],"
    "spawn_reply,[f,[]]}}",
    "{send,{4,5},<0.83.0>,<0.81.0>,{spawn_reply,#Ref<0.1.2.3>,ok,<0.83.0>}}",
    "{'receive',{4,5},<0.83.0>,<0.81.0>,{spawn_reply,#Ref<0.1.2.3>,ok,<0.83.0>}}",
    "{'receive',{1,2},<0.81.0>,<0.80.0>,{x,<0.82.0>}}",
    "{send,{2,3},<0.80.0>,<0.82.0>,{#Ref<0.7.7.7>,done}}",
    "{'receive',{1,3},<0.81.0>,<0.80.0>,second}",
    "{send,{4,6},<0.83.0>,<0.82.0>,child}",
    "{'receive',{2,3},<0.80.0>,<0.82.0>,{#Ref<0.7.7.7>,done}}",
    "{'receive',{4,6},<0.83.0>,<0.82.0>,child}",
    "{send,{5,7},<0.81.0>,#Port<0.5>,{command,x}}",
    "{send,{6,7},<0.82.0>,<0.9.0>,late}",
  };
  g_autoptr (OvPath) path = NULL;
  g_autoptr (OvPath) other = NULL;
  g_autoptr (OvPath) cut = NULL;
  g_autofree char *found = NULL;
  const OvPathHop *first;
  Script script;
  guint n;

  script_init (&script);
  for (guint i = 0; i < G_N_ELEMENTS (hops); i++)
    {
      g_autofree char *event = g_strdup_printf ("{seq_trace,42,%s,~}", hops[i]);

      script_event (&script, i, event);
    }
  script_event (&script, 50, "{seq_trace,43,{send,{0,1},<0.82.0>,<0.81.0>,hi},~}");
  script_event (&script, 51, "{seq_trace,whose,{send,{0,1},<0.82.0>,<0.81.0>,hi},~}");
  path = ov_path_new (script.store, 42, 0);
  found = describe (&script, path);
  g_assert_cmpstr (found, ==,
                   "<0.82.0>><0.81.0> -1 0; "
                   "<0.81.0>><0.80.0> 0 1; <0.81.0>><0.80.0> 0 1 ?; <0.81.0>><0.83.0> 0 1 s; "
                   "<0.80.0>><0.82.0> 1 2; <0.83.0>><0.82.0> 3 2; <0.81.0>>#Port<0.5> 0 1 ?; "
                   "<0.82.0>><0.9.0> 5 3 ?");
  first = ov_path_get_hops (path, &n);
  g_assert_cmpint (first->sent_ns, ==, SCRIPT_OFFSET);
  g_assert_cmpint (first->received_ns, ==, SCRIPT_OFFSET + SCRIPT_MS);
  g_assert_false (ov_path_is_cut (path));
  other = ov_path_new (script.store, 43, 0);
  ov_path_get_hops (other, &n);
  g_assert_cmpuint (n, ==, 1);
  cut = ov_path_new (script.store, 42, 3);
  ov_path_get_hops (cut, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_true (ov_path_is_cut (cut));
  script_clear (&script);
}

/* The same serials in two branches, and hops of which only the arrival was seen. */
static void
test_odd (void)
{
  g_autoptr (OvPath) path = NULL;
  g_autoptr (OvPath) empty = NULL;
  g_autofree char *found = NULL;
  Script script;
  guint n;

  script_init (&script);
  script_event (&script, 1, "{seq_trace,1,{'receive',{0,1},<0.1.0>,<0.2.0>,go},~}");
  script_event (&script, 2, "{seq_trace,1,{send,{1,2},<0.2.0>,<0.3.0>,a},~}");
  script_event (&script, 3, "{seq_trace,1,{send,{1,3},<0.2.0>,<0.4.0>,b},~}");
  script_event (&script, 4, "{seq_trace,1,{send,{2,3},<0.3.0>,<0.5.0>,c},~}");
  script_event (&script, 5, "{seq_trace,1,{send,{3,4},<0.4.0>,<0.6.0>,d},~}");
  script_event (&script, 6, "{seq_trace,1,{send,{3,4},<0.5.0>,<0.6.0>,e},~}");
  script_event (&script, 7, "{seq_trace,1,{print,{3,4},<0.5.0>,[],note},~}");
  path = ov_path_new (script.store, 1, 0);
  found = describe (&script, path);
  g_assert_cmpstr (found, ==, "<0.1.0>><0.2.0> -1 0; <0.2.0>><0.3.0> 0 1; <0.2.0>><0.4.0> 0 1; "
                              "<0.3.0>><0.5.0> 1 2; <0.4.0>><0.6.0> 2 2 ?; <0.5.0>><0.6.0> 3 3 ?");
  empty = ov_path_new (script.store, 99, 0);
  ov_path_get_hops (empty, &n);
  g_assert_cmpuint (n, ==, 0);
  script_clear (&script);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/path/tree", test_tree);
  g_test_add_func ("/trace/path/odd", test_odd);
  return g_test_run ();
}
