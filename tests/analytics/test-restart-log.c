/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Restarts and why, from scripted tables: each strategy, links, giving up and escalation, headroom, patterns.
 */
#include "analytics/ov-restart-log.h"
#include "table-script.h"

#include <math.h>

#define SUP OV_BEHAVIOUR_SUPERVISOR
#define SRV OV_BEHAVIOUR_GEN_SERVER
#define MS ((gint64) 1000000)
#define START ((gint64) 1700000000 * 1000 * MS)

typedef struct
{
  OvProcessTable *table;
  OvRestartLog   *log;
  guint           n_items, n_changed;
} Fixture;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  Fixture    *fixture)
{
  g_assert_cmpuint (position, ==, fixture->n_items);
  g_assert_cmpuint (removed, ==, 0);
  fixture->n_items += added;
}

static void
changed_cb (OvRestartLog *log,
            Fixture      *fixture)
{
  fixture->n_changed++;
}

/* A top supervisor 9 over the supervisor 1 "boss" with children 2 "a", 3 "b" and 4 "c". */
static void
set_up (Fixture    *fixture,
        OvStrategy  strategy)
{
  *fixture = (Fixture) { .table = ov_process_table_new (SCRIPT_NODE) };
  ov_process_table_set_live (fixture->table, TRUE);
  ov_process_table_begin_census (fixture->table);
  script_process (fixture->table, &(ScriptProcess) { 9, SUP, "top" });
  script_process (fixture->table, &(ScriptProcess) { 1, SUP, "boss", .parent = 9, .module = "boss" });
  for (guint id = 2; id <= 4; id++)
    script_process (fixture->table, &(ScriptProcess) { id, SRV, .parent = 1, .module = "worker", .links = { 1 } });
  script_process (fixture->table, &(ScriptProcess) { 30, SRV, "helper", .links = { 3 } });
  script_supervisor (fixture->table, 9, OV_STRATEGY_ONE_FOR_ONE, 1);
  script_child (fixture->table, 9, "boss", 1, OV_RESTART_PERMANENT);
  script_supervisor (fixture->table, 1, strategy, 3);
  script_child (fixture->table, 1, "a", 2, OV_RESTART_PERMANENT);
  script_child (fixture->table, 1, "b", 3, OV_RESTART_PERMANENT);
  script_child (fixture->table, 1, "c", 4, OV_RESTART_PERMANENT);
  ov_process_table_end_census (fixture->table);
  ov_process_table_flush (fixture->table);
  fixture->log = ov_restart_log_new (fixture->table, NULL);
  g_signal_connect (fixture->log, "items-changed", G_CALLBACK (items_changed_cb), fixture);
  g_signal_connect (fixture->log, "changed", G_CALLBACK (changed_cb), fixture);
}

static void
tear_down (Fixture *fixture)
{
  g_assert_finalize_object (fixture->log);
  g_assert_finalize_object (fixture->table);
}

/* "exit 3, supervisor 1, started 5": the causes of an entry, "~" before what is not sure. */
static char *
describe (const OvRestartEntry *entry)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entry->n_causes; i++)
    g_string_append_printf (text, "%s%s%s %u", i > 0 ? ", " : "", entry->causes[i].sure ? "" : "~",
                            ov_cause_kind_get_word (entry->causes[i].kind), entry->causes[i].pid.id);

  return g_string_free (text, FALSE);
}

/* Nothing is earlier than what it led to, and no duration is negative. */
static void
assert_order (const OvRestartEntry *entry)
{
  for (guint i = 1; i < entry->n_causes; i++)
    g_assert_cmpint (entry->causes[i - 1].at_ns, <=, entry->causes[i].at_ns);
  if (entry->n_causes > 0)
    g_assert_cmpint (entry->at_ns, ==, entry->causes[0].at_ns);
  if (entry->recovered_ns != 0)
    g_assert_cmpint (entry->at_ns, <=, entry->recovered_ns);
}

#define assert_entry(fixture, index, expected) \
  G_STMT_START { \
    g_autofree char *entry_found = NULL; \
    ov_process_table_flush ((fixture)->table); \
    g_assert_cmpuint (ov_restart_log_get_size ((fixture)->log), >, index); \
    entry_found = describe (ov_restart_log_get ((fixture)->log, index)); \
    g_assert_cmpstr (entry_found, ==, expected); \
    assert_order (ov_restart_log_get ((fixture)->log, index)); \
  } G_STMT_END

static void
test_one_for_one (void)
{
  g_autoptr (OvRestartItem) item = NULL;
  const OvRestartEntry *entry;
  Fixture fixture;
  guint n;
  double headroom;
  OvPid boss = script_pid (1), stranger = script_pid (77);

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  script_death (fixture.table, 3, "{badmatch,1}", START);
  script_birth (fixture.table, 5, 1, "worker", START + 2 * MS);
  assert_entry (&fixture, 0, "exit 3, supervisor 1, started 5");
  entry = ov_restart_log_get (fixture.log, 0);
  g_assert_cmpint (entry->at_ns, ==, START);
  g_assert_cmpint (entry->recovered_ns, ==, START + 2 * MS);
  g_assert_cmpstr (entry->supervisor_name, ==, "boss");
  g_assert_cmpstr (entry->child_id, ==, "b");
  g_assert_cmpstr (entry->reason, ==, "{badmatch,1}");
  g_assert_cmpuint (entry->old_pid.id, ==, 3);
  g_assert_cmpuint (entry->new_pid.id, ==, 5);
  g_assert_cmpuint (entry->strategy, ==, OV_STRATEGY_ONE_FOR_ONE);
  g_assert_cmpuint (entry->n_recent, ==, 1);
  g_assert_cmpfloat_with_epsilon (entry->headroom, 0.75, 1e-9);
  g_assert_cmpuint (fixture.n_items, ==, 1);
  item = g_list_model_get_item (G_LIST_MODEL (fixture.log), 0);
  g_assert_true (ov_restart_item_get (item) == entry);

  /* The period of five seconds, in whole seconds and with its end. */
  g_assert_true (ov_restart_log_get_headroom (fixture.log, &boss, START + 5999 * MS, &n, &headroom));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (ov_restart_log_get_headroom (fixture.log, &boss, START + 6000 * MS, &n, &headroom));
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpfloat_with_epsilon (headroom, 1, 1e-9);
  g_assert_false (ov_restart_log_get_headroom (fixture.log, &stranger, START, &n, &headroom));

  /* Another one is another entry, of another cascade. */
  script_death (fixture.table, 2, "boom", START + 100 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 102 * MS);
  assert_entry (&fixture, 1, "exit 2, supervisor 1, started 6");
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 1)->cascade, !=, ov_restart_log_get (fixture.log, 0)->cascade);
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 1)->n_recent, ==, 2);
  tear_down (&fixture);
}

static void
test_one_for_all (void)
{
  const OvRestartEntry *entry;
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ALL);
  script_death (fixture.table, 3, "boom", START);
  script_death (fixture.table, 4, "shutdown", START + 1 * MS);
  script_death (fixture.table, 2, "shutdown", START + 2 * MS);
  script_birth (fixture.table, 5, 1, "worker", START + 3 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 4 * MS);
  script_birth (fixture.table, 7, 1, "worker", START + 5 * MS);
  assert_entry (&fixture, 0, "exit 3, supervisor 1, stopped 4, stopped 2, started 5, started 6, started 7");
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 1);
  entry = ov_restart_log_get (fixture.log, 0);
  g_assert_cmpuint (entry->new_pid.id, ==, 6);
  g_assert_cmpint (entry->recovered_ns, ==, START + 5 * MS);
  g_assert_cmpuint (entry->n_recent, ==, 1);
  g_assert_cmpstr (entry->causes[1].reason, ==, "one_for_all");

  /* Again, told in pieces: it grows, and is one entry all the same. */
  script_death (fixture.table, 7, "boom", START + 100 * MS);
  script_death (fixture.table, 6, "shutdown", START + 101 * MS);
  ov_process_table_flush (fixture.table);
  script_death (fixture.table, 5, "killed", START + 102 * MS);
  script_birth (fixture.table, 10, 1, "worker", START + 103 * MS);
  ov_process_table_flush (fixture.table);
  script_birth (fixture.table, 11, 1, "worker", START + 104 * MS);
  script_birth (fixture.table, 12, 1, "worker", START + 105 * MS);
  assert_entry (&fixture, 1, "exit 7, supervisor 1, stopped 6, stopped 5, started 10, started 11, started 12");
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 2);
  g_assert_cmpuint (fixture.n_changed, >, 0);
  tear_down (&fixture);
}

/* Monitors tell of deaths in any order: the failure last, after a start that seems to be in another's place. */
static void
test_out_of_order (void)
{
  const OvRestartEntry *entry;
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_REST_FOR_ONE);
  script_death (fixture.table, 4, "shutdown", START + 1 * MS);
  script_birth (fixture.table, 5, 1, "worker", START + 2 * MS);
  ov_process_table_flush (fixture.table);
  script_death (fixture.table, 3, "boom", START + 3 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 4 * MS);
  ov_process_table_flush (fixture.table);
  assert_entry (&fixture, 0, "exit 3, supervisor 1, stopped 4, started 5, started 6");
  script_supervisor (fixture.table, 1, OV_STRATEGY_REST_FOR_ONE, 3);
  script_child (fixture.table, 1, "a", 2, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "b", 5, OV_RESTART_PERMANENT);
  script_child (fixture.table, 1, "c", 6, OV_RESTART_PERMANENT);
  assert_entry (&fixture, 0, "exit 3, supervisor 1, stopped 4, started 5, started 6");
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 1);
  entry = ov_restart_log_get (fixture.log, 0);
  g_assert_cmpuint (entry->old_pid.id, ==, 3);
  g_assert_cmpuint (entry->new_pid.id, ==, 5);
  g_assert_cmpstr (entry->reason, ==, "boom");
  tear_down (&fixture);

  /* The end of a supervisor before the failure for which it gave up. */
  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  script_death (fixture.table, 4, "shutdown", START + 1 * MS);
  script_death (fixture.table, 1, "shutdown", START + 2 * MS);
  script_birth (fixture.table, 20, 9, "boss", START + 3 * MS);
  ov_process_table_flush (fixture.table);
  script_death (fixture.table, 3, "boom", START + 4 * MS);
  ov_process_table_flush (fixture.table);
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 2);
  assert_entry (&fixture, 1, "exit 3, supervisor 1, stopped 4, ~gave_up 1");
  assert_entry (&fixture, 0, "exit 3, supervisor 1, stopped 4, ~gave_up 1, escalated 9, started 20");
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 0)->cascade, ==, ov_restart_log_get (fixture.log, 1)->cascade);
  tear_down (&fixture);
}

static void
test_rest_for_one (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_REST_FOR_ONE);
  script_death (fixture.table, 3, "boom", START);
  script_death (fixture.table, 4, "shutdown", START + 1 * MS);
  script_birth (fixture.table, 5, 1, "worker", START + 2 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 3 * MS);
  assert_entry (&fixture, 0, "exit 3, supervisor 1, stopped 4, started 5, started 6");
  tear_down (&fixture);
}

/* 30 "helper" dies, and with it the linked 3; then 2 of the same reason at once, without a link that is known. */
static void
test_links (void)
{
  const OvRestartEntry *entry;
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  script_death (fixture.table, 30, "{lost,disk}", START);
  script_death (fixture.table, 3, "{lost,disk}", START + 5 * MS);
  script_birth (fixture.table, 5, 1, "worker", START + 6 * MS);
  assert_entry (&fixture, 0, "exit 30, link 3, supervisor 1, started 5");
  entry = ov_restart_log_get (fixture.log, 0);
  g_assert_cmpint (entry->at_ns, ==, START);
  g_assert_cmpstr (entry->causes[0].name, ==, "helper");
  g_assert_cmpuint (entry->causes[1].by.id, ==, 30);
  g_assert_cmpuint (entry->old_pid.id, ==, 3);

  script_death (fixture.table, 2, "{lost,disk}", START + 6 * MS);
  script_birth (fixture.table, 6, 1, "worker", START + 7 * MS);
  assert_entry (&fixture, 1, "exit 30, link 3, ~link 2, supervisor 1, started 6");
  g_assert_cmpuint (ov_restart_log_get (fixture.log, 1)->cascade, ==, ov_restart_log_get (fixture.log, 0)->cascade);

  /* The same reason a while later is by itself. */
  script_death (fixture.table, 4, "{lost,disk}", START + 500 * MS);
  script_birth (fixture.table, 7, 1, "worker", START + 501 * MS);
  assert_entry (&fixture, 2, "exit 4, supervisor 1, started 7");
  tear_down (&fixture);
}

/* Four restarts in five seconds are too many for 3 in 5: boss gives up and top starts it again, with its children. */
static void
test_escalation (void)
{
  const OvRestartEntry *last;
  Fixture fixture;
  gint64 at = START;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  for (guint i = 0; i < 3; i++, at += 10 * MS)
    {
      script_death (fixture.table, i == 0 ? 3 : 100 + i - 1, "boom", at);
      script_birth (fixture.table, 100 + i, 1, "worker", at + MS);
      ov_process_table_flush (fixture.table);
    }
  script_death (fixture.table, 102, "boom", at);
  script_death (fixture.table, 4, "shutdown", at + 1 * MS);
  script_death (fixture.table, 2, "shutdown", at + 2 * MS);
  script_death (fixture.table, 1, "shutdown", at + 3 * MS);
  script_birth (fixture.table, 200, 9, "boss", at + 4 * MS);
  script_process (fixture.table, &(ScriptProcess) { 200, SUP, "boss", .parent = 9, .module = "boss" });
  ov_process_table_flush (fixture.table);
  script_birth (fixture.table, 201, 200, "worker", at + 5 * MS);
  script_birth (fixture.table, 202, 200, "worker", at + 6 * MS);
  script_birth (fixture.table, 203, 200, "worker", at + 7 * MS);
  assert_entry (&fixture, 2, "exit 101, supervisor 1, started 102");
  assert_entry (&fixture, 3, "exit 102, supervisor 1, stopped 4, stopped 2, gave_up 1");
  assert_entry (&fixture, 4, "exit 102, supervisor 1, stopped 4, stopped 2, gave_up 1, escalated 9, started 200, "
                             "started 201, started 202, started 203");
  last = ov_restart_log_get (fixture.log, 3);
  g_assert_true (ov_pid_is_none (&last->new_pid));
  g_assert_cmpint (last->recovered_ns, ==, 0);
  g_assert_cmpuint (last->n_recent, ==, 4);
  g_assert_cmpfloat_with_epsilon (last->headroom, 0, 1e-9);
  g_assert_cmpstr (last->causes[4].reason, ==, "3/5 s");
  last = ov_restart_log_get (fixture.log, 4);
  g_assert_cmpuint (last->cascade, ==, ov_restart_log_get (fixture.log, 3)->cascade);
  g_assert_cmpuint (last->supervisor.id, ==, 9);
  g_assert_cmpuint (last->new_pid.id, ==, 200);
  g_assert_cmpint (last->recovered_ns, ==, at + 7 * MS);
  tear_down (&fixture);
}

/* What is no restart: a temporary child, one that its supervisor was asked to stop. */
static void
test_nothing (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  script_supervisor (fixture.table, 1, OV_STRATEGY_ONE_FOR_ONE, 3);
  script_child (fixture.table, 1, "a", 2, OV_RESTART_TEMPORARY);
  script_child (fixture.table, 1, "b", 3, OV_RESTART_TRANSIENT);
  script_child (fixture.table, 1, "c", 4, OV_RESTART_PERMANENT);
  ov_process_table_flush (fixture.table);
  script_death (fixture.table, 2, "boom", START);
  script_death (fixture.table, 3, "normal", START + MS);
  script_birth (fixture.table, 5, 1, "worker", START + 2 * MS);
  /* The whole tree is stopped by the one above: nobody gave up. */
  script_death (fixture.table, 4, "shutdown", START + 3 * MS);
  script_death (fixture.table, 5, "shutdown", START + 3 * MS);
  script_death (fixture.table, 1, "shutdown", START + 4 * MS);
  ov_process_table_flush (fixture.table);
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 0);
  tear_down (&fixture);
}

/* The reason comes after the death was found by the sweep. */
static void
test_late_reason (void)
{
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  script_death (fixture.table, 3, NULL, START);
  script_birth (fixture.table, 5, 1, "worker", START + 2 * MS);
  ov_process_table_flush (fixture.table);
  g_assert_null (ov_restart_log_get (fixture.log, 0)->reason);
  script_death (fixture.table, 3, "boom", START);
  ov_process_table_flush (fixture.table);
  g_assert_cmpstr (ov_restart_log_get (fixture.log, 0)->reason, ==, "boom");
  tear_down (&fixture);
}

static void
test_patterns (void)
{
  g_autoptr (GPtrArray) patterns = NULL;
  const OvRestartPattern *first;
  Fixture fixture;
  guint together = 0;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *reason = g_strdup_printf ("{lost,<0.%u.0>}", i + 50);
      gint64 at = START + i * 10000 * MS;

      script_death (fixture.table, i == 0 ? 3 : 100 + i - 1, reason, at);
      script_birth (fixture.table, 100 + i, 1, "worker", at + MS);
      ov_process_table_flush (fixture.table);
      if (i < 3)
        {
          script_death (fixture.table, i == 0 ? 2 : 200 + i - 1, i == 1 ? "x" : "y", at + 20 * MS);
          script_birth (fixture.table, 200 + i, 1, "worker", at + 21 * MS);
          ov_process_table_flush (fixture.table);
        }
    }
  g_assert_cmpuint (ov_restart_log_get_size (fixture.log), ==, 9);
  patterns = ov_restart_log_list_patterns (fixture.log);
  g_assert_cmpuint (patterns->len, ==, 1);
  first = g_ptr_array_index (patterns, 0);
  g_assert_cmpuint (first->count, ==, 6);
  g_assert_cmpfloat_with_epsilon (first->period_s, 10, 0.01);
  g_assert_cmpstr (first->words, ==, "b of boss was restarted 6 times, every 10.0 s: {lost,<0.50.0>}");
  tear_down (&fixture);

  /* Two that always go together, a third that does not. */
  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  for (guint i = 0; i < 3; i++)
    {
      gint64 at = START + (i * i + 1) * 7000 * MS;

      for (guint child = 0; child < 2; child++)
        {
          g_autofree char *reason = g_strdup_printf ("r%u", i);
          guint old = i == 0 ? 2 + child : 100 + 10 * child + i - 1;

          script_death (fixture.table, old, reason, at + child * 100 * MS);
          script_birth (fixture.table, 100 + 10 * child + i, 1, "worker", at + child * 100 * MS + MS);
          ov_process_table_flush (fixture.table);
        }
    }
  g_clear_pointer (&patterns, g_ptr_array_unref);
  patterns = ov_restart_log_list_patterns (fixture.log);
  for (guint i = 0; i < patterns->len; i++)
    together += g_str_equal (((OvRestartPattern *) patterns->pdata[i])->words,
                             "a and b are restarted together, 3 times");
  g_assert_cmpuint (patterns->len, ==, 1);
  g_assert_cmpuint (together, ==, 1);
  tear_down (&fixture);
}

/* Every kind of cause is a sentence; what was concluded says so. */
static void
test_words (void)
{
  static const struct
  {
    OvCauseKind kind;
    const char *reason;
    gboolean    sure;
    const char *words;
  } sentences[] = {
    { OV_CAUSE_EXIT, "{badmatch,1}", TRUE, "orders ended: {badmatch,1}" },
    { OV_CAUSE_EXIT, NULL, TRUE, "orders ended: reason not seen" },
    { OV_CAUSE_LINK, "boom", FALSE, "orders ended with it, being linked to boss: boom (concluded, not seen)" },
    { OV_CAUSE_SUPERVISOR, "one_for_one", TRUE, "orders starts it again, and nobody else (one_for_one)" },
    { OV_CAUSE_STOPPED, "shutdown", TRUE, "orders was stopped by boss: shutdown" },
    { OV_CAUSE_STARTED, NULL, TRUE, "orders was started by boss" },
    { OV_CAUSE_GAVE_UP, "3/5 s", TRUE, "orders gave up: its restart intensity was exceeded (3/5 s)" },
    { OV_CAUSE_ESCALATED, "one_for_one", TRUE, "orders, the supervisor above, took over" },
  };
  Fixture fixture;

  set_up (&fixture, OV_STRATEGY_ONE_FOR_ONE);
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      const OvCause cause = { .kind = sentences[i].kind, .pid = script_pid (3), .by = script_pid (1),
                              .name = "orders", .reason = sentences[i].reason, .sure = sentences[i].sure };
      g_autofree char *words = ov_cause_dup_words (&cause, fixture.table);

      g_assert_cmpstr (words, ==, sentences[i].words);
    }
  tear_down (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analytics/restart/one-for-one", test_one_for_one);
  g_test_add_func ("/analytics/restart/one-for-all", test_one_for_all);
  g_test_add_func ("/analytics/restart/rest-for-one", test_rest_for_one);
  g_test_add_func ("/analytics/restart/out-of-order", test_out_of_order);
  g_test_add_func ("/analytics/restart/links", test_links);
  g_test_add_func ("/analytics/restart/escalation", test_escalation);
  g_test_add_func ("/analytics/restart/nothing", test_nothing);
  g_test_add_func ("/analytics/restart/late-reason", test_late_reason);
  g_test_add_func ("/analytics/restart/patterns", test_patterns);
  g_test_add_func ("/analytics/restart/words", test_words);
  return g_test_run ();
}
