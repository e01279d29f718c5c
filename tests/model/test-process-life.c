/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens over time: births, deaths, restarts, graves, marks, censuses, figures, histories.
 */
#include "table-script.h"

#define SUP OV_BEHAVIOUR_SUPERVISOR
#define SRV OV_BEHAVIOUR_GEN_SERVER
#define MS ((gint64) 1000000)
#define START ((gint64) 1700000000 * 1000 * MS)

typedef struct
{
  OvProcessTable *table;
  GString        *lives;   /* "born 5, died 4, restarted 5 for 4" */
  guint           n_changes;
  guint           flags;
} Fixture;

static void
lifecycle_cb (OvProcessTable    *table,
              const OvLifecycle *life,
              Fixture           *fixture)
{
  static const char *const words[] = { "born", "died", "restarted" };
  const OvProcess *row = ov_process_table_get_row (table, life->slot);

  g_assert_nonnull (row);
  g_string_append_printf (fixture->lives, "%s%s %u", fixture->lives->len > 0 ? ", " : "",
                          words[life->kind], row->pid.id);
  if (life->old_slot != OV_SLOT_NONE)
    g_string_append_printf (fixture->lives, " for %u",
                            ov_process_table_get_row (table, life->old_slot)->pid.id);
  if (life->supervisor != OV_SLOT_NONE)
    g_string_append_printf (fixture->lives, " of %u",
                            ov_process_table_get_row (table, life->supervisor)->pid.id);
}

static void
changed_cb (OvProcessTable *table,
            guint           flags,
            Fixture        *fixture)
{
  fixture->n_changes++;
  fixture->flags |= flags;
}

/* A supervisor 1 with children 2 "a", 3 "b" and 4 "c", all seen in a census. */
static void
set_up (Fixture    *fixture,
        OvStrategy  strategy,
        OvRestart   restart)
{
  *fixture = (Fixture) { .table = ov_process_table_new (SCRIPT_NODE), .lives = g_string_new (NULL) };
  g_signal_connect (fixture->table, "lifecycle", G_CALLBACK (lifecycle_cb), fixture);
  g_signal_connect (fixture->table, "changed", G_CALLBACK (changed_cb), fixture);
  ov_process_table_set_live (fixture->table, TRUE);
  ov_process_table_begin_census (fixture->table);
  script_process (fixture->table, &(ScriptProcess) { 1, SUP, "boss" });
  for (guint id = 2; id <= 4; id++)
    script_process (fixture->table, &(ScriptProcess) { id, SRV, .parent = 1, .module = "worker",
                                                       .memory = 100, .mailbox = 1 });
  script_supervisor (fixture->table, 1, strategy, 3);
  script_child (fixture->table, 1, "a", 2, restart);
  script_child (fixture->table, 1, "b", 3, restart);
  script_child (fixture->table, 1, "c", 4, restart);
  ov_process_table_end_census (fixture->table);
  g_assert_cmpstr (fixture->lives->str, ==, "");
}

static void
tear_down (Fixture *fixture)
{
  g_assert_finalize_object (fixture->table);
  g_string_free (fixture->lives, TRUE);
}

#define assert_lives(fixture, expected) \
  G_STMT_START { \
    ov_process_table_flush ((fixture)->table); \
    g_assert_cmpstr ((fixture)->lives->str, ==, expected); \
    g_string_truncate ((fixture)->lives, 0); \
  } G_STMT_END

static const OvProcess *
row_of (Fixture *fixture,
        guint    id)
{
  return ov_process_table_get_row (fixture->table, script_slot (fixture->table, id));
}

static const char *
child_id_of (Fixture *fixture,
             guint    id)
{
  return ov_strings_get (ov_process_table_get_strings (fixture->table),
                         row_of (fixture, id)->child_id);
}

static void
test_restart (void)
{
  Fixture fixture;
  guint32 old_slot;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  old_slot = script_slot (fixture.table, 3);
  script_death (fixture.table, 3, "{badmatch,1}", START);
  script_birth (fixture.table, 5, 1, "worker", START + 2 * MS);
  assert_lives (&fixture, "died 3 of 1, restarted 5 for 3 of 1");
  script_assert_tree (fixture.table, "| 1(2=a 3†=b 5=b 4=c)");
  g_assert_cmpuint (row_of (&fixture, 3)->mark, ==, OV_MARK_CRASHED);
  g_assert_cmpuint (row_of (&fixture, 5)->mark, ==, OV_MARK_RESTARTED);
  g_assert_cmpuint (row_of (&fixture, 5)->n_restarts, ==, 1);
  script_check (fixture.table);

  /* The supervisor's next answer says the same; nothing is told twice. */
  script_supervisor (fixture.table, 1, OV_STRATEGY_ONE_FOR_ONE, 3);
  script_child (fixture.table, 1, "a", 2, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "b", 5, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "c", 4, OV_RESTART_PERMANENT);
  assert_lives (&fixture, "");
  g_assert_cmpuint (row_of (&fixture, 5)->n_restarts, ==, 1);

  /* Again: the count goes on. Then the graves go, and their slots are used again. */
  script_death (fixture.table, 5, "boom", START + 10 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 12 * MS);
  assert_lives (&fixture, "died 5 of 1, restarted 6 for 5 of 1");
  g_assert_cmpuint (row_of (&fixture, 6)->n_restarts, ==, 2);
  g_assert_cmpuint (ov_process_table_get_n_facts (fixture.table), ==, 4);
  g_assert_cmpuint (ov_process_table_get_fact (fixture.table, 3)->old_pid.id, ==, 5);
  g_assert_null (ov_process_table_get_fact (fixture.table, 4));
  ov_process_table_set_live (fixture.table, FALSE);
  script_assert_tree (fixture.table, "| 1(2=a 6=b 4=c)");
  g_assert_null (ov_process_table_get_row (fixture.table, old_slot));
  script_birth (fixture.table, 7, 1, "other", START + 5000 * MS);
  ov_process_table_flush (fixture.table);
  g_assert_cmpuint (row_of (&fixture, 7)->generation, >, 0);
  script_check (fixture.table);
  tear_down (&fixture);
}

/* What is no restart: another call, too late, a temporary child, a child ended by its supervisor. */
static void
test_no_restart (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  script_death (fixture.table, 3, "boom", START);
  script_birth (fixture.table, 5, 1, "stranger", START + MS);
  script_birth (fixture.table, 6, 1, "worker", START + 1500 * MS);
  assert_lives (&fixture, "died 3 of 1, born 5 of 1, born 6 of 1");
  tear_down (&fixture);

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_TEMPORARY);
  script_death (fixture.table, 3, "boom", START);
  script_birth (fixture.table, 5, 1, "worker", START + MS);
  assert_lives (&fixture, "died 3 of 1, born 5 of 1");
  tear_down (&fixture);

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_TRANSIENT);
  script_death (fixture.table, 3, "normal", START);
  script_birth (fixture.table, 5, 1, "worker", START + MS);
  assert_lives (&fixture, "died 3 of 1, born 5 of 1");
  g_assert_cmpuint (row_of (&fixture, 3)->mark, ==, OV_MARK_DIED);
  tear_down (&fixture);
}

/* one_for_all: all end and are started in their order, whatever the order of their ends. */
static void
test_one_for_all (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ALL, OV_RESTART_TRANSIENT);
  script_death (fixture.table, 3, "boom", START);
  script_death (fixture.table, 4, "shutdown", START);
  script_death (fixture.table, 2, "shutdown", START);
  script_birth (fixture.table, 5, 1, "worker", START + MS);
  script_birth (fixture.table, 6, 1, "worker", START + MS);
  script_birth (fixture.table, 7, 1, "worker", START + MS);
  ov_process_table_flush (fixture.table);
  g_assert_cmpstr (child_id_of (&fixture, 5), ==, "a");
  g_assert_cmpstr (child_id_of (&fixture, 6), ==, "b");
  g_assert_cmpstr (child_id_of (&fixture, 7), ==, "c");
  tear_down (&fixture);
}

/* The ids decide over the guess, and find a restart long after. */
static void
test_ids_decide (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  script_death (fixture.table, 2, "boom", START);
  script_birth (fixture.table, 5, 1, "worker", START + 3000 * MS);
  assert_lives (&fixture, "died 2 of 1, born 5 of 1");
  script_supervisor (fixture.table, 1, OV_STRATEGY_ONE_FOR_ONE, 3);
  script_child (fixture.table, 1, "a", 5, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "b", 3, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "c", 4, OV_RESTART_PERMANENT);
  assert_lives (&fixture, "restarted 5 for 2 of 1");
  g_assert_cmpuint (row_of (&fixture, 5)->n_restarts, ==, 1);

  /* Two die; the births are guessed the wrong way round. */
  script_death (fixture.table, 3, "boom", START + 4000 * MS);
  script_death (fixture.table, 4, "boom", START + 4000 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 4001 * MS);
  script_birth (fixture.table, 7, 1, "worker", START + 4001 * MS);
  ov_process_table_flush (fixture.table);
  g_assert_cmpstr (child_id_of (&fixture, 6), ==, "b");
  script_supervisor (fixture.table, 1, OV_STRATEGY_ONE_FOR_ONE, 3);
  script_child (fixture.table, 1, "a", 5, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "b", 7, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "c", 6, OV_RESTART_PERMANENT);
  ov_process_table_flush (fixture.table);
  g_assert_cmpstr (child_id_of (&fixture, 6), ==, "c");
  g_assert_cmpstr (child_id_of (&fixture, 7), ==, "b");
  g_assert_cmpuint (row_of (&fixture, 6)->n_restarts, ==, 1);
  g_assert_cmpuint (row_of (&fixture, 7)->n_restarts, ==, 1);
  script_check (fixture.table);
  tear_down (&fixture);
}

/* Among children that are all alike a birth stands where a grave was, and the others stay. */
static void
test_dynamic_seat (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_TEMPORARY);
  script_supervisor (fixture.table, 1, OV_STRATEGY_SIMPLE_ONE_FOR_ONE, 3);
  for (guint id = 2; id <= 4; id++)
    script_child (fixture.table, 1, "undefined", id, OV_RESTART_TEMPORARY);
  script_assert_tree (fixture.table, "| 1(2=undefined 3=undefined 4=undefined)");
  script_death (fixture.table, 3, "normal", START);
  script_assert_tree (fixture.table, "| 1(2=undefined 3†=undefined 4=undefined)");
  script_birth (fixture.table, 9, 1, "worker", START + 100 * MS);
  assert_lives (&fixture, "died 3 of 1, born 9 of 1");
  script_assert_tree (fixture.table, "| 1(2=undefined 9=undefined 4=undefined)");
  script_birth (fixture.table, 10, 1, "worker", START + 200 * MS);
  script_assert_tree (fixture.table, "| 1(2=undefined 9=undefined 4=undefined 10=undefined)");

  /* A death and a birth in one frame: both are told while both have rows. */
  g_string_truncate (fixture.lives, 0);
  script_death (fixture.table, 9, "normal", START + 300 * MS);
  script_birth (fixture.table, 11, 1, "worker", START + 300 * MS);
  assert_lives (&fixture, "died 9 of 1, born 11 of 1");
  script_assert_tree (fixture.table, "| 1(2=undefined 11=undefined 4=undefined 10=undefined)");
  script_check (fixture.table);
  tear_down (&fixture);
}

/* A grave keeps what lives below it where it is, and ends by itself. */
static void
test_grave (void)
{
  Fixture fixture;
  OvSubtree sum;
  gint64 start_us = g_get_monotonic_time ();

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  script_process (fixture.table, &(ScriptProcess) { 8, SRV, .parent = 4, .ancestors = { 1 } });
  script_assert_tree (fixture.table, "| 1(2=a 3=b 4=c(8))");
  script_death (fixture.table, 4, "killed", START);
  script_assert_tree (fixture.table, "| 1(2=a 3=b 4†=c(8))");
  ov_process_table_sum (fixture.table, script_slot (fixture.table, 1), &sum);
  g_assert_cmpuint (sum.n_processes, ==, 4);
  g_assert_cmpuint (sum.memory_bytes, ==, 200);
  g_assert_cmpuint (sum.worst_mark, ==, OV_MARK_CRASHED);
  while (script_slot (fixture.table, 4) != OV_SLOT_NONE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 1500 * 1000);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10000 * 1000);
  script_assert_tree (fixture.table, "| 1(2=a 3=b 8)");
  ov_process_table_sum (fixture.table, script_slot (fixture.table, 1), &sum);
  g_assert_cmpuint (sum.worst_mark, <, OV_MARK_CRASHED);
  script_check (fixture.table);
  tear_down (&fixture);
}

/* A second census: who is missing has ended, who is new was born; another life begins anew. */
static void
test_census (void)
{
  Fixture fixture;
  OvRecord other = { .type = OV_RECORD_PROCESS, .behaviour = SRV, .memory_bytes = 5 };

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  ov_process_table_begin_census (fixture.table);
  script_process (fixture.table, &(ScriptProcess) { 1, SUP, "boss" });
  script_process (fixture.table, &(ScriptProcess) { 2, SRV, .parent = 1, .module = "worker" });
  script_death (fixture.table, 9, "boom", START); /* before the census could report it */
  script_process (fixture.table, &(ScriptProcess) { 9, SRV, .parent = 1, .module = "late" });
  script_process (fixture.table, &(ScriptProcess) { 10, SRV, .parent = 1, .module = "new" });
  ov_process_table_end_census (fixture.table);
  assert_lives (&fixture, "born 10 of 1, died 3 of 1, died 4 of 1");
  g_assert_cmpuint (ov_process_table_get_n_alive (fixture.table), ==, 3);
  g_assert_cmpuint (script_slot (fixture.table, 9), ==, OV_SLOT_NONE);

  /* One that broke off says nothing of who is missing. */
  ov_process_table_begin_census (fixture.table);
  ov_process_table_cancel_census (fixture.table);
  g_assert_cmpuint (ov_process_table_get_n_alive (fixture.table), ==, 3);

  ov_process_table_begin_census (fixture.table);
  other.pid = script_pid (2);
  other.pid.creation = SCRIPT_CREATION + 1;
  ov_process_table_apply (fixture.table, &other);
  ov_process_table_end_census (fixture.table);
  assert_lives (&fixture, "");
  g_assert_cmpuint (ov_process_table_get_n_alive (fixture.table), ==, 1);
  script_check (fixture.table);
  tear_down (&fixture);
}

static void
test_marks (void)
{
  Fixture fixture;
  OvRecord record = { .type = OV_RECORD_SUPERVISOR, .pid = script_pid (1), .intensity = 3,
                      .period_s = 5, .n_restarts = 3, .n_children = 3,
                      .strategy = OV_STRATEGY_ONE_FOR_ONE };
  OvRecord sample = { .type = OV_RECORD_SAMPLE, .pid = script_pid (2), .memory_bytes = 100,
                      .status = OV_STATUS_SUSPENDED };

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  record.answer = OV_ANSWER_NONE;
  ov_process_table_apply (fixture.table, &record);
  ov_process_table_flush (fixture.table);
  g_assert_cmpuint (row_of (&fixture, 1)->mark, ==, OV_MARK_NOT_ANSWERING);
  g_assert_cmpstr (child_id_of (&fixture, 2), ==, "a"); /* what it said before still holds */
  record.answer = OV_ANSWER_OK;
  ov_process_table_apply (fixture.table, &record);
  ov_process_table_flush (fixture.table);
  g_assert_cmpuint (row_of (&fixture, 1)->mark, ==, OV_MARK_HEADROOM_LOW);

  sample.at_ns = START;
  ov_process_table_apply (fixture.table, &sample);
  g_assert_cmpuint (row_of (&fixture, 2)->mark, ==, OV_MARK_SUSPENDED);
  sample.status = OV_STATUS_WAITING;
  ov_process_table_apply (fixture.table, &sample);
  g_assert_cmpuint (row_of (&fixture, 2)->mark, ==, OV_MARK_NONE);

  for (guint sweep = 1; sweep <= 3; sweep++)
    {
      g_assert_cmpuint (row_of (&fixture, 3)->mark, ==, OV_MARK_NONE);
      script_sample (fixture.table, 3, sweep, sweep * 10, 100, START + sweep * 1000 * MS);
    }
  g_assert_cmpuint (row_of (&fixture, 3)->mark, ==, OV_MARK_MAILBOX_GROWING);
  script_sample (fixture.table, 3, 5, 2, 100, START + 4000 * MS);
  g_assert_cmpuint (row_of (&fixture, 3)->mark, ==, OV_MARK_NONE);
  /* Not in a row: a sweep without it lies between. */
  script_sample (fixture.table, 3, 6, 10, 100, START + 5000 * MS);
  script_sample (fixture.table, 3, 7, 20, 100, START + 6000 * MS);
  script_sample (fixture.table, 4, 7, 1, 100, START + 7000 * MS);
  script_sample (fixture.table, 3, 8, 30, 100, START + 8000 * MS);
  g_assert_cmpuint (row_of (&fixture, 3)->mark, ==, OV_MARK_NONE);
  script_check (fixture.table);
  tear_down (&fixture);
}

static void
test_rates (void)
{
  Fixture fixture;
  const OvHistory *history;
  guint32 slot;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  slot = script_slot (fixture.table, 2);
  g_assert_null (ov_process_table_get_history (fixture.table, slot));
  ov_process_table_pin (fixture.table, slot);
  ov_process_table_pin (fixture.table, slot);
  script_sample (fixture.table, 2, 1000, 1, 100, START);
  script_sample (fixture.table, 2, 3000, 1, 150, START + 1000 * MS);
  g_assert_cmpfloat_with_epsilon (row_of (&fixture, 2)->reductions_per_s, 2000, 1);
  /* At rest for two sweeps: the rate is zero; then busy again: the rest is not counted. */
  script_sample (fixture.table, 3, 500, 1, 100, START + 2000 * MS);
  script_sample (fixture.table, 3, 900, 1, 100, START + 3000 * MS);
  g_assert_cmpfloat_with_epsilon (row_of (&fixture, 2)->reductions_per_s, 0, 0.001);
  script_sample (fixture.table, 3, 1000, 1, 100, START + 4000 * MS);
  script_sample (fixture.table, 2, 4000, 1, 150, START + 4001 * MS);
  g_assert_cmpfloat_with_epsilon (row_of (&fixture, 2)->reductions_per_s, 1000, 5);

  history = ov_process_table_get_history (fixture.table, slot);
  g_assert_cmpuint (ov_history_get_length (history), ==, 4);
  g_assert_cmpfloat (ov_history_get_value (history, 1, OV_FIGURE_MEMORY), ==, 150);
  g_assert_cmpfloat (ov_history_get_max (history, OV_FIGURE_REDUCTIONS), >=, 1999);
  g_assert_cmpint (ov_history_get_time (history, 0), ==, START);
  g_assert_cmpuint (ov_history_get_length (ov_process_table_get_totals (fixture.table)), ==, 4);
  ov_process_table_unpin (fixture.table, slot);
  g_assert_nonnull (ov_process_table_get_history (fixture.table, slot));
  ov_process_table_unpin (fixture.table, slot);
  g_assert_null (ov_process_table_get_history (fixture.table, slot));
  tear_down (&fixture);
}

/* Many records, one signal; and it comes by itself. */
static void
test_signals (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE, OV_RESTART_PERMANENT);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fixture.n_changes = fixture.flags = 0;
  for (guint i = 0; i < 1000; i++)
    script_sample (fixture.table, 2 + i % 3, i, i, 100, START);
  g_assert_cmpuint (fixture.n_changes, ==, 0);
  while (fixture.n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture.n_changes, ==, 1);
  g_assert_true (fixture.flags & OV_TABLE_FIGURES);
  g_assert_false (fixture.flags & OV_TABLE_STRUCTURE);
  tear_down (&fixture);
}

static void
test_titles (void)
{
  g_autoptr (OvProcessTable) table = ov_process_table_new (SCRIPT_NODE);
  static const char *const expected[] = {
    NULL, "boss", "a label", "kid", "Shop.Cart.init/1", "worker:init/1",
  };

  script_process (table, &(ScriptProcess) { 1, SUP, "boss", .label = "unused" });
  script_process (table, &(ScriptProcess) { 2, SRV, .label = "a label" });
  script_process (table, &(ScriptProcess) { 3, SRV, .parent = 1 });
  script_process (table, &(ScriptProcess) { 4, SRV, .module = "Elixir.Shop.Cart" });
  script_process (table, &(ScriptProcess) { 5, SRV, .module = "worker" });
  script_supervisor (table, 1, OV_STRATEGY_ONE_FOR_ONE, 1);
  script_child (table, 1, "kid", 3, OV_RESTART_PERMANENT);
  ov_process_table_flush (table);
  for (guint id = 1; id < G_N_ELEMENTS (expected); id++)
    {
      g_autofree char *title = ov_process_table_dup_title (table, script_slot (table, id));

      g_assert_cmpstr (title, ==, expected[id]);
    }
  g_assert_null (ov_process_table_dup_title (table, 99));
  g_assert_cmpstr (ov_behaviour_get_word (OV_BEHAVIOUR_PROC_LIB), ==, "process");
  g_assert_null (ov_mark_get_word (99));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/life/restart", test_restart);
  g_test_add_func ("/model/life/no-restart", test_no_restart);
  g_test_add_func ("/model/life/one-for-all", test_one_for_all);
  g_test_add_func ("/model/life/ids-decide", test_ids_decide);
  g_test_add_func ("/model/life/dynamic-seat", test_dynamic_seat);
  g_test_add_func ("/model/life/grave", test_grave);
  g_test_add_func ("/model/life/census", test_census);
  g_test_add_func ("/model/life/marks", test_marks);
  g_test_add_func ("/model/life/rates", test_rates);
  g_test_add_func ("/model/life/signals", test_signals);
  g_test_add_func ("/model/life/titles", test_titles);

  return g_test_run ();
}
