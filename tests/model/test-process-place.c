/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where processes stand: every rule of ov-process-place.c, and every oddity that real systems have.
 */
#include "table-script.h"

#define SUP OV_BEHAVIOUR_SUPERVISOR
#define SRV OV_BEHAVIOUR_GEN_SERVER
#define RAW OV_BEHAVIOUR_UNKNOWN
#define MASTER OV_BEHAVIOUR_APPLICATION_MASTER

static OvProcessTable *
new_table (void)
{
  return ov_process_table_new (SCRIPT_NODE);
}

/* A master 10, what it started 11, the top supervisor 12 of an application "shop". */
static void
add_shop (OvProcessTable *table)
{
  script_process (table, &(ScriptProcess) { 1, RAW, "init" });
  script_process (table, &(ScriptProcess) { 10, MASTER, .parent = 5, .leader = 10,
                                            .links = { 5, 11 } });
  script_process (table, &(ScriptProcess) { 11, MASTER, .parent = 10, .leader = 10,
                                            .links = { 10, 12 } });
  script_process (table, &(ScriptProcess) { 12, SUP, "shop_sup", .parent = 11, .leader = 10,
                                            .links = { 11 }, .ancestors = { 10 } });
  script_application (table, "shop", 10);
}

static void
test_application (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  add_shop (table);
  script_process (table, &(ScriptProcess) { 13, SRV, "cart", .parent_name = "shop_sup",
                                            .ancestors = { 11, 10 }, .leader = 10,
                                            .links = { 12 } });
  script_assert_tree (table, "shop:10(11(12(13=))) | 1");
  g_assert_cmpuint (ov_process_table_get_row (table, script_slot (table, 13))->place, ==,
                    OV_PLACE_CHILD);
  g_assert_cmpuint (ov_process_table_get_row (table, script_slot (table, 12))->place, ==,
                    OV_PLACE_RELATED);
  script_check (table);
  g_assert_finalize_object (g_steal_pointer (&table));
}

/* A top process that is no supervisor, and a start function that returned its own master. */
static void
test_odd_roots (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  script_process (table, &(ScriptProcess) { 10, MASTER, .leader = 10, .links = { 11 } });
  script_process (table, &(ScriptProcess) { 11, MASTER, .parent = 10, .leader = 10,
                                            .links = { 10, 12 } });
  script_process (table, &(ScriptProcess) { 12, SRV, .parent = 11, .leader = 10, .links = { 11 } });
  script_application (table, "odd", 10);
  script_process (table, &(ScriptProcess) { 20, MASTER, .leader = 20, .links = { 21 } });
  script_process (table, &(ScriptProcess) { 21, MASTER, .parent = 20, .leader = 20,
                                            .links = { 20 } });
  script_application (table, "selfish", 20);
  script_application (table, "library", 0);
  script_assert_tree (table, "odd:10(11(12)) selfish:20(21)");
  script_check (table);
}

static void
test_claims (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  add_shop (table);
  script_process (table, &(ScriptProcess) { 13, SRV, .parent = 12, .leader = 10 });
  script_process (table, &(ScriptProcess) { 14, SRV, .parent = 12, .leader = 10 });
  script_process (table, &(ScriptProcess) { 15, SRV, .parent = 12, .leader = 10 });
  /* 16 was started by somebody else and handed over; 17 is spawned by it but is no child. */
  script_process (table, &(ScriptProcess) { 16, SRV, .parent = 1, .leader = 10 });
  script_process (table, &(ScriptProcess) { 17, SRV, .parent = 12, .leader = 10 });
  script_supervisor (table, 12, OV_STRATEGY_ONE_FOR_ONE, 4);
  script_child (table, 12, "c", 15, OV_RESTART_PERMANENT);
  script_child (table, 12, "a", 13, OV_RESTART_TRANSIENT);
  script_child (table, 12, "b", 14, OV_RESTART_TEMPORARY);
  script_child (table, 12, "{d,1}", 16, OV_RESTART_PERMANENT);
  script_assert_tree (table, "shop:10(11(12(15=c 13=a 14=b 16={d,1} 17))) | 1");
  g_assert_cmpuint (ov_process_table_get_row (table, script_slot (table, 13))->restart, ==,
                    OV_RESTART_TRANSIENT);
  script_check (table);

  /* Another answer: 14 is no child any more, 17 has become one. */
  script_supervisor (table, 12, OV_STRATEGY_ONE_FOR_ONE, 2);
  script_child (table, 12, "a", 13, OV_RESTART_TRANSIENT);
  script_child (table, 12, "e", 17, OV_RESTART_TRANSIENT);
  script_assert_tree (table, "shop:10(11(12(13=a 17=e 14 15))) | 1(16)");
  script_check (table);
}

static void
test_absent_children (void)
{
  g_autoptr (OvProcessTable) table = new_table ();
  OvRecord remote = { .type = OV_RECORD_CHILD, .id = script_slice ("far"), .other = script_pid (12),
                      .restart = OV_RESTART_PERMANENT };
  OvRecord restarting = { .type = OV_RECORD_CHILD, .id = script_slice ("again"),
                          .other = script_pid (12), .restarting = TRUE };
  const OvAbsentChild *absent;
  guint n;

  add_shop (table);
  script_process (table, &(ScriptProcess) { 13, SRV, .parent = 12, .leader = 10 });
  remote.pid = (OvPid) { g_intern_string ("other@host"), 88, 0, 1 };
  script_supervisor (table, 12, OV_STRATEGY_ONE_FOR_ONE, 4);
  ov_process_table_apply (table, &remote);
  script_child (table, 12, "a", 13, OV_RESTART_TRANSIENT);
  ov_process_table_apply (table, &restarting);
  script_child (table, 12, "ignored", 0, OV_RESTART_TEMPORARY);
  script_assert_tree (table, "shop:10(11(12(13=a))) | 1");

  absent = ov_process_table_get_absent (table, script_slot (table, 12), &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (absent[0].absence, ==, OV_ABSENCE_REMOTE);
  g_assert_cmpuint (absent[0].pid.id, ==, 88);
  g_assert_cmpuint (absent[0].position, ==, 0);
  g_assert_cmpuint (absent[1].absence, ==, OV_ABSENCE_RESTARTING);
  g_assert_cmpuint (absent[1].position, ==, 2);
  g_assert_cmpuint (absent[2].absence, ==, OV_ABSENCE_UNDEFINED);
  g_assert_cmpstr (ov_strings_get (ov_process_table_get_strings (table), absent[2].child_id), ==,
                   "ignored");
  g_assert_null (ov_process_table_get_absent (table, script_slot (table, 13), &n));
  g_assert_cmpuint (n, ==, 0);
}

static void
test_shared_worker (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  add_shop (table);
  script_process (table, &(ScriptProcess) { 20, SUP, .parent = 12, .leader = 10 });
  script_process (table, &(ScriptProcess) { 21, SUP, .parent = 12, .leader = 10 });
  script_process (table, &(ScriptProcess) { 30, SRV, .parent = 21, .leader = 10 });
  script_supervisor (table, 21, OV_STRATEGY_ONE_FOR_ONE, 1);
  script_child (table, 21, "mine", 30, OV_RESTART_PERMANENT);
  script_supervisor (table, 20, OV_STRATEGY_ONE_FOR_ONE, 1);
  script_child (table, 20, "ours", 30, OV_RESTART_PERMANENT);
  script_assert_tree (table, "shop:10(11(12(20=(30=ours) 21=))) | 1");
  g_assert_cmpuint (ov_process_table_get_rival (table, script_slot (table, 30)), ==,
                    script_slot (table, 21));
  script_check (table);

  script_death (table, 20, "shutdown", 5);
  script_assert_tree (table, "shop:10(11(12(21=(30=mine)))) | 1");
  g_assert_cmpuint (ov_process_table_get_rival (table, script_slot (table, 30)), ==, OV_SLOT_NONE);
  script_check (table);
}

static void
test_related (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  add_shop (table);
  script_process (table, &(ScriptProcess) { 13, SRV, .parent = 12, .leader = 10,
                                            .links = { 12, 14 } });
  /* spawned and linked; spawned, not linked; linked only; of the application only; a stranger */
  script_process (table, &(ScriptProcess) { 14, RAW, .parent = 13, .leader = 10, .links = { 13 } });
  script_process (table, &(ScriptProcess) { 15, RAW, .parent = 13, .leader = 10 });
  script_process (table, &(ScriptProcess) { 16, RAW, .parent = 99, .leader = 10, .links = { 14 } });
  script_process (table, &(ScriptProcess) { 17, RAW, .leader = 10, .links = { 13, 14 } });
  script_process (table, &(ScriptProcess) { 18, RAW, .parent = 99, .leader = 1 });
  /* the nearest ancestors are gone */
  script_process (table, &(ScriptProcess) { 19, SRV, .parent = 97, .ancestors = { 98, 13, 12 },
                                            .leader = 10 });
  script_assert_tree (table, "shop:10(11(12(13=(14(16) 19))) 15 17) | 1 18");
  script_check (table);

  /* A link that is made, and one that is removed. */
  script_link (table, 13, 15, TRUE);
  script_link (table, 16, 14, FALSE);
  script_assert_tree (table, "shop:10(11(12(13=(14 15 19))) 16 17) | 1 18");
  script_check (table);
}

static void
test_loops (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  /* by ancestors, by links, by two supervisors that list each other, and of one alone */
  script_process (table, &(ScriptProcess) { 10, SRV, .parent = 11 });
  script_process (table, &(ScriptProcess) { 11, SRV, .parent = 12 });
  script_process (table, &(ScriptProcess) { 12, SRV, .parent = 10 });
  script_process (table, &(ScriptProcess) { 20, RAW, .links = { 21 } });
  script_process (table, &(ScriptProcess) { 21, RAW, .links = { 20 } });
  script_process (table, &(ScriptProcess) { 30, SUP });
  script_process (table, &(ScriptProcess) { 31, SUP });
  script_supervisor (table, 30, OV_STRATEGY_ONE_FOR_ONE, 1);
  script_child (table, 30, "x", 31, OV_RESTART_PERMANENT);
  script_supervisor (table, 31, OV_STRATEGY_ONE_FOR_ONE, 1);
  script_child (table, 31, "y", 30, OV_RESTART_PERMANENT);
  script_process (table, &(ScriptProcess) { 40, SRV, .parent = 40, .links = { 40 } });
  script_assert_tree (table, "| 10(12(11)) 20(21) 30(31=x) 40");
  script_check (table);

  /* Whoever closed the loop goes, and the others stand where they belong. */
  script_death (table, 11, "normal", 5);
  script_assert_tree (table, "| 10(12) 20(21) 30(31=x) 40");
  script_death (table, 21, "normal", 5);
  script_assert_tree (table, "| 10(12) 20 30(31=x) 40");
  script_check (table);
}

static void
test_names_move (void)
{
  g_autoptr (OvProcessTable) table = new_table ();

  script_process (table, &(ScriptProcess) { 10, SRV, "boss" });
  script_process (table, &(ScriptProcess) { 11, SRV });
  script_process (table, &(ScriptProcess) { 12, SRV, .parent_name = "boss" });
  script_assert_tree (table, "| 10(12) 11");
  g_assert_cmpuint (ov_process_table_find_name (table, "boss"), ==, script_slot (table, 10));
  script_name (table, 10, "boss", FALSE);
  script_assert_tree (table, "| 10 11 12");
  script_name (table, 11, "boss", TRUE);
  script_assert_tree (table, "| 10 11(12)");
  script_death (table, 11, "normal", 5);
  script_assert_tree (table, "| 10 12");
  g_assert_cmpuint (ov_process_table_find_name (table, "boss"), ==, OV_SLOT_NONE);
  script_check (table);
}

static void
test_dynamic (void)
{
  g_autoptr (OvProcessTable) table = new_table ();
  OvRecord template = { .type = OV_RECORD_SUPERVISOR, .pid = script_pid (12), .n_children = 2,
                        .strategy = OV_STRATEGY_SIMPLE_ONE_FOR_ONE, .answer = OV_ANSWER_OK,
                        .child_restart = OV_RESTART_TEMPORARY };

  add_shop (table);
  script_process (table, &(ScriptProcess) { 21, SRV, .parent = 12, .leader = 10 });
  script_process (table, &(ScriptProcess) { 20, SRV, .parent = 12, .leader = 10 });
  ov_process_table_apply (table, &template);
  script_child (table, 12, "undefined", 21, OV_RESTART_TEMPORARY);
  script_child (table, 12, "undefined", 20, OV_RESTART_TEMPORARY);
  script_birth (table, 22, 12, "worker", 10);
  script_assert_tree (table, "shop:10(11(12(20=undefined 21=undefined 22=undefined))) | 1");
  g_assert_cmpuint (ov_process_table_get_row (table, script_slot (table, 22))->restart, ==,
                    OV_RESTART_TEMPORARY);
  script_check (table);
}

/* Whatever the order in which records come, the tree is the same. */
static void
test_any_order (void)
{
  static const ScriptProcess processes[] = {
    { 1, RAW, "init" },
    { 10, MASTER, .leader = 10, .links = { 11 } },
    { 11, MASTER, .parent = 10, .leader = 10, .links = { 10, 12 } },
    { 12, SUP, "shop_sup", .parent = 11, .ancestors = { 10 }, .leader = 10, .links = { 11, 13 } },
    { 13, SUP, .parent_name = "shop_sup", .ancestors = { 11, 10 }, .leader = 10 },
    { 14, SRV, .parent = 13, .leader = 10 },
    { 15, SRV, .parent = 13, .leader = 10 },
    { 16, RAW, .parent = 14, .leader = 10, .links = { 14 } },
    { 17, RAW, .links = { 16 } },
    { 18, RAW, .leader = 10 },
    { 19, SRV, .parent = 99, .ancestors = { 98, 15 } },
    { 30, SRV, .parent = 31 },
    { 31, SRV, .parent = 30 },
  };
  enum { N = G_N_ELEMENTS (processes) + 3 };
  guint order[N];

  for (guint i = 0; i < N; i++)
    order[i] = i;
  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (OvProcessTable) table = new_table ();

      for (guint i = N - 1; i > 0; i--)
        {
          guint j = (guint) g_test_rand_int_range (0, (int) i + 1);
          guint swap = order[i];

          order[i] = order[j];
          order[j] = swap;
        }
      for (guint i = 0; i < N; i++)
        {
          if (order[i] < G_N_ELEMENTS (processes))
            script_process (table, &processes[order[i]]);
          else if (order[i] == N - 1)
            script_application (table, "shop", 10);
          else if (order[i] == N - 2)
            {
              script_supervisor (table, 13, OV_STRATEGY_ONE_FOR_ALL, 2);
              script_child (table, 13, "b", 15, OV_RESTART_PERMANENT);
              script_child (table, 13, "a", 14, OV_RESTART_PERMANENT);
            }
          else
            {
              script_supervisor (table, 12, OV_STRATEGY_ONE_FOR_ALL, 2);
              script_child (table, 12, "sup", 13, OV_RESTART_PERMANENT);
              script_child (table, 12, "b", 15, OV_RESTART_PERMANENT);
            }
          if (g_test_rand_bit ())
            ov_process_table_flush (table);
        }
      script_assert_tree (table,
                          "shop:10(11(12(13=sup(14=a(16(17))) 15=b(19))) 18) | 1 30(31)");
      script_check (table);
    }
}

static void
test_pids_beyond (void)
{
  g_autoptr (OvProcessTable) table = new_table ();
  OvRecord record = { .type = OV_RECORD_PROCESS, .memory_bytes = OV_UNKNOWN_U64 };
  OvPid typed = { g_intern_string (SCRIPT_NODE), 12, 0, 0 };
  OvPid other = { g_intern_string ("other@host"), 12, 0, SCRIPT_CREATION };

  add_shop (table);
  record.pid = other; /* a process of another node is no row */
  ov_process_table_apply (table, &record);
  record.pid = script_pid (12);
  record.pid.creation = 8; /* nor is one of another life of this node, outside a census */
  ov_process_table_apply (table, &record);
  ov_process_table_flush (table);
  g_assert_cmpuint (ov_process_table_get_n_alive (table), ==, 4);
  g_assert_cmpuint (ov_process_table_find_pid (table, &typed), ==, script_slot (table, 12));
  g_assert_cmpuint (ov_process_table_find_pid (table, &other), ==, OV_SLOT_NONE);
  script_death (table, 999, "normal", 5);
  script_sample (table, 999, 1, 1, 1, 5);
  script_check (table);
}

/* Deep and wide: neither is quadratic, and neither recurses. */
static void
test_deep_and_wide (void)
{
  enum { N = 100000 };
  g_autoptr (OvProcessTable) deep = new_table ();
  g_autoptr (OvProcessTable) wide = new_table ();
  g_autoptr (GTimer) timer = g_timer_new ();
  OvSubtree sum;

  for (guint i = 1; i <= N; i++)
    script_process (deep, &(ScriptProcess) { i, SRV, .parent = i - 1, .memory = 10 });
  ov_process_table_flush (deep);
  for (guint i = N + 1; i <= N + 1000; i++)
    script_birth (deep, i, i - 1, "ring", 5);
  ov_process_table_flush (deep);
  ov_process_table_sum (deep, script_slot (deep, 1), &sum);
  g_assert_cmpuint (sum.n_processes, ==, N + 1000);
  g_assert_cmpuint (sum.memory_bytes, ==, 10 * N);
  script_death (deep, N / 2, "normal", 5);
  ov_process_table_flush (deep);
  ov_process_table_sum (deep, script_slot (deep, 1), &sum);
  g_assert_cmpuint (sum.n_processes, ==, N / 2 - 1);

  script_process (wide, &(ScriptProcess) { 1, SUP, "pool" });
  for (guint i = 2; i <= N; i++)
    script_process (wide, &(ScriptProcess) { i, SRV, .parent = 1, .memory = 10 });
  ov_process_table_flush (wide);
  for (guint i = N + 1; i <= N + 20000; i++)
    {
      script_birth (wide, i, 1, "worker", 5);
      if (i % 20 == 0)
        ov_process_table_flush (wide);
    }
  for (guint i = 1000; i < 21000; i++)
    {
      script_death (wide, i, "normal", 6);
      if (i % 20 == 0)
        ov_process_table_flush (wide);
    }
  ov_process_table_flush (wide);
  ov_process_table_sum (wide, script_slot (wide, 1), &sum);
  g_assert_cmpuint (sum.n_processes, ==, N);
  /* Quadratic work would take minutes. */
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), <, 30.0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/place/application", test_application);
  g_test_add_func ("/model/place/odd-roots", test_odd_roots);
  g_test_add_func ("/model/place/claims", test_claims);
  g_test_add_func ("/model/place/absent-children", test_absent_children);
  g_test_add_func ("/model/place/shared-worker", test_shared_worker);
  g_test_add_func ("/model/place/related", test_related);
  g_test_add_func ("/model/place/loops", test_loops);
  g_test_add_func ("/model/place/names-move", test_names_move);
  g_test_add_func ("/model/place/dynamic", test_dynamic);
  g_test_add_func ("/model/place/any-order", test_any_order);
  g_test_add_func ("/model/place/pids-beyond", test_pids_beyond);
  g_test_add_func ("/model/place/deep-and-wide", test_deep_and_wide);

  return g_test_run ();
}
