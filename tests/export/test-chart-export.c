/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation as a chart: lanes in an order in which arrows are short, steps that still mean the same, and a
 * picture with the words of both.
 */
#include "trace-script.h"

#include "canvas/layout/ov-lanes.h"
#include "export/ov-chart-export.h"

#include <string.h>

#define N_PROCESSES 9

/* Each tells the next: 0 → 4 → 8 → 3 → 7 → 2 → 6 → 1 → 5; the order of appearance is another one. */
static OvConversation *
make_chain (Script *script)
{
  OvEventQuery query = { 0 };

  script_init (script);
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      guint at = i * 5 % (N_PROCESSES - 1);
      g_autofree char *event =
        g_strdup_printf ("{trace_ts,<0.%u.0>,send,{told,%u},<0.%u.0>,~}", 100 + at * 4 % N_PROCESSES, at,
                         100 + (at + 1) * 4 % N_PROCESSES);

      if (i < N_PROCESSES - 1)
        script_event (script, i + 1, event);
    }

  return ov_conversation_new (script->store, &query, 0, NULL);
}

static guint32
get_actor (OvConversation *conversation,
           guint32         lane)
{
  guint n;
  const OvConversationLane *lanes = ov_conversation_get_lanes (conversation, &n);

  return lane < n ? lanes[lane].actor : OV_ACTOR_NONE;
}

static guint64
sum_of_lengths (OvConversation *conversation)
{
  guint n;
  const OvConversationStep *steps = ov_conversation_get_steps (conversation, &n);
  guint64 sum = 0;

  for (guint i = 0; i < n; i++)
    sum += MAX (steps[i].from, steps[i].to) - MIN (steps[i].from, steps[i].to);

  return sum;
}

static void
test_order (void)
{
  Script script;
  g_autoptr (OvConversation) conversation = make_chain (&script);
  guint32 ends[N_PROCESSES][2];
  const OvConversationStep *steps;
  guint n, n_lanes;
  guint64 before;

  steps = ov_conversation_get_steps (conversation, &n);
  g_assert_cmpuint (n, ==, N_PROCESSES - 1);
  ov_conversation_get_lanes (conversation, &n_lanes);
  g_assert_cmpuint (n_lanes, ==, N_PROCESSES);
  for (guint i = 0; i < n; i++)
    {
      ends[i][0] = get_actor (conversation, steps[i].from);
      ends[i][1] = get_actor (conversation, steps[i].to);
    }
  before = sum_of_lengths (conversation);

  ov_chart_export_order (conversation, NULL);
  steps = ov_conversation_get_steps (conversation, &n);
  g_assert_cmpuint (sum_of_lengths (conversation), <, before);
  g_assert_cmpuint (sum_of_lengths (conversation), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (get_actor (conversation, steps[i].from), ==, ends[i][0]);
      g_assert_cmpuint (get_actor (conversation, steps[i].to), ==, ends[i][1]);
    }
  script_clear (&script);
}

static void
test_svg (void)
{
  Script script;
  g_autoptr (OvConversation) conversation = make_chain (&script);
  g_autoptr (OvChart) chart = ov_chart_export_chart (conversation, FALSE);
  g_autoptr (GBytes) svg = ov_chart_export_svg (conversation, FALSE);
  g_autofree char *text = g_strndup (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg));
  guint32 n;

  ov_chart_get_arrows (chart, &n);
  g_assert_cmpuint (n, ==, N_PROCESSES - 1);
  ov_chart_get_lanes (chart, &n);
  g_assert_cmpuint (n, ==, N_PROCESSES);
  g_assert_nonnull (strstr (text, "told(3)"));
  g_assert_nonnull (strstr (text, "&lt;0.104.0&gt;"));
  script_clear (&script);
}

static void
test_empty (void)
{
  Script script;
  OvEventQuery query = { 0 };
  g_autoptr (OvConversation) conversation = NULL;
  g_autoptr (GBytes) svg = NULL;

  script_init (&script);
  conversation = ov_conversation_new (script.store, &query, 0, NULL);
  ov_chart_export_order (conversation, NULL);
  svg = ov_chart_export_svg (conversation, FALSE);
  g_assert_cmpuint (g_bytes_get_size (svg), >, 100);
  script_clear (&script);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/chart-export/order", test_order);
  g_test_add_func ("/chart-export/svg", test_svg);
  g_test_add_func ("/chart-export/empty", test_empty);

  return g_test_run ();
}
