/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hand-made records.
 */
#include "tests/export/ov-test-table.h"

#include <string.h>

static OvSlice
slice (const char *text)
{
  return (OvSlice) { text != NULL ? text : "", text != NULL ? strlen (text) : 0 };
}

static void
empty_list (OvTermCursor *cursor)
{
  static const guint8 nil[] = { 106 };

  ov_term_cursor_init (cursor, nil, sizeof nil);
}

OvPid
test_pid (guint32 id)
{
  return id == 0 ? OV_PID_NONE : (OvPid) { g_intern_string (TEST_NODE), id, 0, 1 };
}

static void
fill_process (OvRecord    *record,
              guint32      id,
              OvBehaviour  behaviour,
              guint32      parent)
{
  memset (record, 0, sizeof *record);
  record->type = OV_RECORD_PROCESS;
  record->pid = test_pid (id);
  record->behaviour = behaviour;
  record->status = OV_STATUS_WAITING;
  record->parent = test_pid (parent);
  record->memory_bytes = 2688;
  record->reductions = 100;
  empty_list (&record->links);
  empty_list (&record->ancestors);
}

void
test_add_process (OvProcessTable *table,
                  guint32         id,
                  const char     *name,
                  OvBehaviour     behaviour,
                  const char     *module,
                  guint32         parent)
{
  OvRecord record;

  fill_process (&record, id, behaviour, parent);
  record.name = slice (name);
  record.module = slice (module);
  record.function = slice (module != NULL ? "init" : NULL);
  record.arity = 1;
  record.current = slice ("gen_server:loop/7");
  ov_process_table_apply (table, &record);
}

void
test_add_figures (OvProcessTable *table,
                  guint32         id,
                  guint64         memory_bytes,
                  guint64         reductions,
                  guint64         message_queue_len)
{
  OvRecord record = {
    .type = OV_RECORD_SAMPLE,
    .pid = test_pid (id),
    .status = OV_STATUS_WAITING,
    .memory_bytes = memory_bytes,
    .reductions = reductions,
    .message_queue_len = message_queue_len,
  };

  ov_process_table_apply (table, &record);
}

void
test_add_unmeasured (OvProcessTable *table,
                     guint32         id)
{
  OvRecord record;

  fill_process (&record, id, OV_BEHAVIOUR_UNKNOWN, 0);
  record.memory_bytes = OV_UNKNOWN_U64;
  record.message_queue_len = 500000;
  ov_process_table_apply (table, &record);
}

void
test_add_label (OvProcessTable *table,
                guint32         id,
                const char     *label,
                OvBehaviour     behaviour,
                guint32         parent)
{
  OvRecord record;

  fill_process (&record, id, behaviour, parent);
  record.label = slice (label);
  record.module = slice ("shop_labelled");
  record.function = slice ("init");
  record.arity = 1;
  ov_process_table_apply (table, &record);
}

void
test_add_supervisor (OvProcessTable *table,
                     guint32         id,
                     OvStrategy      strategy,
                     guint           intensity,
                     guint           period_s,
                     OvAnswer        answer,
                     guint           n_children)
{
  OvRecord record = {
    .type = OV_RECORD_SUPERVISOR,
    .pid = test_pid (id),
    .strategy = strategy,
    .intensity = intensity,
    .period_s = period_s,
    .answer = answer,
    .n_children = n_children,
  };

  ov_process_table_apply (table, &record);
}

void
test_add_child (OvProcessTable *table,
                guint32         supervisor,
                guint32         id,
                const char     *child_id,
                OvRestart       restart,
                OvBehaviour     behaviour,
                gboolean        restarting)
{
  OvRecord record = {
    .type = OV_RECORD_CHILD,
    .pid = test_pid (id),
    .other = test_pid (supervisor),
    .id = slice (child_id),
    .restart = restart,
    .behaviour = behaviour,
    .restarting = restarting,
  };

  ov_process_table_apply (table, &record);
}

void
test_add_application (OvProcessTable *table,
                      const char     *name,
                      guint32         master)
{
  OvRecord record = { .type = OV_RECORD_APPLICATION, .name = slice (name), .pid = test_pid (master) };

  ov_process_table_apply (table, &record);
}

static void
end_census (OvProcessTable *table)
{
  ov_process_table_end_census (table);
  ov_process_table_flush (table);
}

OvProcessTable *
test_table_new_shop (void)
{
  OvProcessTable *table = ov_process_table_new (TEST_NODE);

  ov_process_table_begin_census (table);
  test_add_application (table, "shop", 10);
  test_add_process (table, 1, "init", OV_BEHAVIOUR_UNKNOWN, NULL, 0);
  test_add_process (table, 10, NULL, OV_BEHAVIOUR_APPLICATION_MASTER, "application_master", 0);
  test_add_process (table, 11, NULL, OV_BEHAVIOUR_APPLICATION_MASTER, "application_master", 10);
  test_add_process (table, 12, "shop_sup", OV_BEHAVIOUR_SUPERVISOR, "shop_sup", 11);
  test_add_process (table, 13, "Elixir.Shop.Cart", OV_BEHAVIOUR_GEN_SERVER, "Elixir.Shop.Cart", 12);
  test_add_process (table, 14, "evil\033[2J\"<b>&\n", OV_BEHAVIOUR_GEN_STATEM, "shop_till", 12);
  test_add_process (table, 15, NULL, OV_BEHAVIOUR_SUPERVISOR, "shop_pool", 12);
  test_add_process (table, 16, NULL, OV_BEHAVIOUR_SUPERVISOR, "shop_stuck", 12);
  test_add_process (table, 17, NULL, OV_BEHAVIOUR_PROC_LIB, "shop_worker", 15);
  test_add_process (table, 18, NULL, OV_BEHAVIOUR_PROC_LIB, "shop_worker", 15);
  test_add_label (table, 19, "{order,7}", OV_BEHAVIOUR_TASK, 15);
  test_add_process (table, 30, NULL, OV_BEHAVIOUR_UNKNOWN, "shop_stray", 0);
  test_add_supervisor (table, 12, OV_STRATEGY_ONE_FOR_ALL, 3, 10, OV_ANSWER_OK, 5);
  test_add_child (table, 12, 13, "cart", OV_RESTART_PERMANENT, OV_BEHAVIOUR_UNKNOWN, FALSE);
  test_add_child (table, 12, 14, "'the till'", OV_RESTART_TRANSIENT, OV_BEHAVIOUR_UNKNOWN, FALSE);
  test_add_child (table, 12, 15, "pool", OV_RESTART_PERMANENT, OV_BEHAVIOUR_SUPERVISOR, FALSE);
  test_add_child (table, 12, 16, "stuck", OV_RESTART_PERMANENT, OV_BEHAVIOUR_SUPERVISOR, FALSE);
  test_add_child (table, 12, 0, "flaky", OV_RESTART_PERMANENT, OV_BEHAVIOUR_UNKNOWN, TRUE);
  test_add_supervisor (table, 15, OV_STRATEGY_SIMPLE_ONE_FOR_ONE, 1, 5, OV_ANSWER_OK, 3);
  test_add_child (table, 15, 17, NULL, OV_RESTART_TEMPORARY, OV_BEHAVIOUR_UNKNOWN, FALSE);
  test_add_child (table, 15, 18, "undefined", OV_RESTART_TEMPORARY, OV_BEHAVIOUR_UNKNOWN, FALSE);
  test_add_child (table, 15, 19, NULL, OV_RESTART_TEMPORARY, OV_BEHAVIOUR_UNKNOWN, FALSE);
  test_add_supervisor (table, 16, OV_STRATEGY_UNKNOWN, 0, 0, OV_ANSWER_NONE, 0);
  end_census (table);

  return table;
}

OvProcessTable *
test_table_new_random (GRand   *rand,
                       guint32  n)
{
  OvProcessTable *table = ov_process_table_new (TEST_NODE);
  static const char *const modules[] = { "alpha", "beta", "Elixir.Gamma", NULL };

  ov_process_table_begin_census (table);
  for (guint32 id = 1; id <= n; id++)
    {
      guint32 parent = g_rand_int_range (rand, 0, 10) == 0 ? 0 : (guint32) g_rand_int_range (rand, 0, id);
      OvBehaviour behaviour = g_rand_int_range (rand, 0, OV_BEHAVIOUR_PROC_LIB + 1);

      if (behaviour == OV_BEHAVIOUR_APPLICATION_MASTER)
        {
          g_autofree char *name = g_strdup_printf ("app_%u", id);

          test_add_application (table, name, id);
          parent = 0;
        }
      test_add_process (table, id, NULL, behaviour, modules[g_rand_int_range (rand, 0, 4)], parent);
    }
  end_census (table);

  return table;
}
