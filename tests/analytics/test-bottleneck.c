/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose mailbox grows, and who fills it.
 */
#include "analytics/ov-bottleneck.h"
#include "table-script.h"

#define SRV OV_BEHAVIOUR_GEN_SERVER
#define SECOND_NS ((gint64) 1000000000)
#define START ((gint64) 1700000000 * SECOND_NS)

static OvHistory *
make_history (const double *mailboxes,
              guint         n)
{
  OvHistory *history = ov_history_new ();

  for (guint i = 0; i < n; i++)
    {
      const double values[OV_N_FIGURES] = { [OV_FIGURE_MAILBOX] = mailboxes[i] };

      ov_history_add (history, START + i * SECOND_NS, values);
    }

  return history;
}

static void
test_history (void)
{
  static const struct
  {
    double   mailboxes[6];
    guint    n;
    gboolean grows;
    double   growth;
  } cases[] = {
    { { 0, 10, 20, 40 }, 4, TRUE, 40.0 / 3 },
    { { 0, 10, 20 }, 3, FALSE, 0 },
    { { 9, 0, 1, 2, 3 }, 5, TRUE, 1 },
    { { 0, 10, 20, 20 }, 4, FALSE, 0 },
    { { 0, 10, 5, 20 }, 4, FALSE, 0 },
    { { 0, 10, 20, 40, 39 }, 5, FALSE, 0 },
    { { 0 }, 0, FALSE, 0 },
  };
  double growth;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (OvHistory) history = make_history (cases[i].mailboxes, cases[i].n);

      g_assert_cmpint (ov_bottleneck_check_history (history, &growth), ==, cases[i].grows);
      g_assert_cmpfloat_with_epsilon (growth, cases[i].growth, 1e-9);
    }
  g_assert_false (ov_bottleneck_check_history (NULL, &growth));
}

static void
send_to (OvStore *store,
         guint    from,
         guint    to,
         guint    n,
         gint64   at_ns)
{
  OvPid a = script_pid (from), b = script_pid (to);
  OvEvent event = { .at_ns = at_ns, .kind = OV_EVENT_SEND, .size_bytes = 10 };

  ov_store_begin (store);
  event.actor = ov_store_intern_actor (store, &a);
  event.peer = ov_store_intern_actor (store, &b);
  for (guint i = 0; i < n; i++)
    ov_store_append (store, &event, "x", 1);
  ov_store_commit (store);
}

/* The table marks a mailbox that grew in three sweeps; the flow says who sends. */
static void
test_senders (void)
{
  g_autoptr (OvProcessTable) table = ov_process_table_new (SCRIPT_NODE);
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (OvFlow) flow = ov_flow_new (store);
  g_autoptr (GArray) all = NULL;
  const OvBottleneck *found;
  OvBottleneck none;

  ov_process_table_set_live (table, TRUE);
  ov_process_table_begin_census (table);
  for (guint id = 1; id <= 4; id++)
    script_process (table, &(ScriptProcess) { id, SRV, .module = "worker" });
  ov_process_table_end_census (table);
  ov_process_table_flush (table);
  for (guint i = 1; i <= 6; i++)
    {
      OvRecord beat = { .type = OV_RECORD_NODE, .at_ns = START + i * SECOND_NS };

      script_sample (table, 1, 1000 * i, 500 * i, 1000, START + i * SECOND_NS);
      script_sample (table, 2, 1000 * i, 5, 1000, START + i * SECOND_NS);
      ov_process_table_apply (table, &beat);
      ov_process_table_flush (table);
    }
  send_to (store, 3, 1, 30, START + 5 * SECOND_NS);
  send_to (store, 4, 1, 10, START + 5 * SECOND_NS);
  send_to (store, 4, 2, 50, START + 5 * SECOND_NS);
  ov_flow_update (flow, NULL);

  all = ov_bottleneck_list (table, flow, store, 0);
  g_assert_cmpuint (all->len, ==, 1);
  found = &g_array_index (all, OvBottleneck, 0);
  g_assert_cmpuint (found->pid.id, ==, 1);
  g_assert_cmpuint (found->mailbox, ==, 3000);
  g_assert_cmpuint (found->n_senders, ==, 2);
  g_assert_cmpuint (ov_store_get_actor (store, found->senders[0].actor).id, ==, 3);
  g_assert_cmpfloat_with_epsilon (found->senders[0].share, 0.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (found->senders[1].share, 0.25, 1e-9);
  g_assert_false (ov_bottleneck_find (table, script_slot (table, 2), flow, store, &none));
  g_assert_false (ov_bottleneck_find (table, 4711, NULL, NULL, &none));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analytics/bottleneck/history", test_history);
  g_test_add_func ("/analytics/bottleneck/senders", test_senders);
  return g_test_run ();
}
