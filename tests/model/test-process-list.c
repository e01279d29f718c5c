/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list and the search: order, filter, positions that stay, items that never move; and the
 * session's selection.
 */
#include "model/ov-process-list.h"
#include "model/ov-process-search.h"
#include "table-script.h"

#define SRV OV_BEHAVIOUR_GEN_SERVER

static OvProcessTable *
new_table (void)
{
  OvProcessTable *table = ov_process_table_new (SCRIPT_NODE);

  script_process (table, &(ScriptProcess) { 1, OV_BEHAVIOUR_SUPERVISOR, "Boss", .module = "sup",
                                            .memory = 30 });
  script_process (table, &(ScriptProcess) { 2, SRV, "alpha", .parent = 1, .module = "worker",
                                            .memory = 10, .mailbox = 7,
                                            .current = "gen_server:loop/7" });
  script_process (table, &(ScriptProcess) { 3, SRV, .parent = 1, .module = "worker",
                                            .memory = 20, .label = "Étage 2" });
  script_process (table, &(ScriptProcess) { 12, SRV, .module = "Elixir.Shop.Cart",
                                            .memory = OV_UNKNOWN_U64 });
  ov_process_table_flush (table);

  return table;
}

static char *
dup_order (OvProcessList *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++)
    {
      guint32 slot = ov_process_list_slot_at (list, i);

      if (slot == OV_SLOT_NONE)
        g_string_append (text, "- ");
      else
        g_string_append_printf (
          text, "%u ", ov_process_table_get_row (ov_process_list_get_table (list), slot)->pid.id);
    }

  return g_string_free (text, FALSE);
}

#define assert_order(list, expected) \
  G_STMT_START { \
    g_autofree char *order_found = dup_order (list); \
    g_assert_cmpstr (order_found, ==, expected); \
  } G_STMT_END

static void
test_sort (void)
{
  static const struct
  {
    OvColumn    column;
    const char *up, *down;
  } cases[] = {
    { OV_COLUMN_PID, "1 2 3 12 ", "12 3 2 1 " },
    { OV_COLUMN_TITLE, "2 1 12 3 ", "3 12 1 2 " },
    { OV_COLUMN_MEMORY, "2 3 1 12 ", "1 3 2 12 " }, /* unknown last, both ways */
    { OV_COLUMN_MAILBOX, "1 3 12 2 ", "2 1 3 12 " },
    { OV_COLUMN_KIND, "2 3 12 1 ", "1 2 3 12 " },
    { OV_COLUMN_MODULE, "12 1 2 3 ", "2 3 1 12 " },
    { OV_COLUMN_CURRENT, "2 1 3 12 ", "2 1 3 12 " },
  };
  g_autoptr (OvProcessTable) table = new_table ();
  g_autoptr (OvProcessList) list = ov_process_list_new (table);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ov_process_list_set_sort (list, cases[i].column, FALSE);
      assert_order (list, cases[i].up);
      ov_process_list_set_sort (list, cases[i].column, TRUE);
      assert_order (list, cases[i].down);
    }
  g_assert_cmpuint (ov_process_list_position_of (list, script_slot (table, 2)), ==, 0);
  g_assert_cmpuint (ov_process_list_position_of (list, 999), ==, G_MAXUINT);
  g_assert_finalize_object (g_steal_pointer (&list));
}

static void
test_filter (void)
{
  g_autoptr (OvProcessTable) table = new_table ();
  g_autoptr (OvProcessList) list = ov_process_list_new (table);

  ov_process_list_set_filter (list, "WORK");
  assert_order (list, "2 3 ");
  ov_process_list_set_filter (list, "work alp");
  assert_order (list, "2 ");
  ov_process_list_set_filter (list, "");
  ov_process_list_set_module (list, "worker");
  assert_order (list, "2 3 ");
  ov_process_list_set_module (list, "no_such_module");
  assert_order (list, "");
  ov_process_list_set_module (list, NULL);
  assert_order (list, "1 2 3 12 ");
}

typedef struct
{
  guint n_signals, position, removed, added;
} Changes;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  Changes    *changes)
{
  *changes = (Changes) { changes->n_signals + 1, position, removed, added };
}

static void
count_cb (OvProcessItem *item,
          guint         *count)
{
  (*count)++;
}

/* Items stay, only the tail comes and goes, and what is frozen does not move. */
static void
test_slots (void)
{
  g_autoptr (OvProcessTable) table = new_table ();
  g_autoptr (OvProcessList) list = ov_process_list_new (table);
  g_autoptr (OvProcessItem) first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_autoptr (OvProcessItem) same = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_autofree char *title = NULL;
  Changes changes = { 0 };
  guint n_texts = 0;

  g_assert_true (first == same);
  g_signal_connect (list, "items-changed", G_CALLBACK (items_changed_cb), &changes);
  g_signal_connect (first, "changed", G_CALLBACK (count_cb), &n_texts);
  ov_process_list_set_sort (list, OV_COLUMN_TITLE, FALSE);
  g_assert_cmpuint (changes.n_signals, ==, 0);
  g_assert_cmpuint (n_texts, ==, 1);
  title = ov_process_item_dup_text (first, OV_COLUMN_TITLE);
  g_assert_cmpstr (title, ==, "alpha");

  script_birth (table, 20, 1, "zebra", 5);
  ov_process_table_flush (table);
  while (changes.n_signals == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (changes.position, ==, 4);
  g_assert_cmpuint (changes.removed, ==, 0);
  g_assert_cmpuint (changes.added, ==, 1);
  assert_order (list, "2 1 12 20 3 ");

  ov_process_list_set_frozen (list, TRUE);
  script_death (table, 2, "normal", 6);
  ov_process_table_flush (table);
  n_texts = 0;
  while (n_texts == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_order (list, "- 1 12 20 3 ");
  g_assert_null (ov_process_item_get_row (first));
  g_assert_cmpuint (changes.n_signals, ==, 1);
  ov_process_list_set_frozen (list, FALSE);
  assert_order (list, "1 12 20 3 ");
  g_assert_cmpuint (changes.n_signals, ==, 2);
  g_assert_cmpuint (changes.position, ==, 4);
  g_assert_cmpuint (changes.removed, ==, 1);

  g_clear_object (&same);
  g_assert_finalize_object (g_steal_pointer (&list));
  g_assert_null (ov_process_item_get_row (first)); /* an item may outlive its list */
  g_assert_finalize_object (g_steal_pointer (&first));
}

static guint
count_matches (OvProcessTable *table,
               const char     *text)
{
  g_autoptr (OvProcessSearch) search = ov_process_search_new (table, text);
  g_autoptr (GArray) slots = ov_process_search_run (search);

  return slots->len;
}

static void
test_search (void)
{
  static const struct
  {
    const char *text;
    guint       n;
  } cases[] = {
    { "", 0 }, { "   ", 0 }, { "boss", 1 }, { "BOSS", 1 }, { "worker", 2 }, { "worker alpha", 1 },
    { "name:alpha", 1 }, { "name:worker", 0 }, { "module:worker", 2 }, { "label:étage", 1 },
    { "ÉTAGE", 1 }, { "<0.12.0>", 1 }, { "0.1", 2 }, { "pid:12", 1 }, { "kind:supervisor", 1 },
    { "gen_server", 3 }, { "function:loop", 1 }, { "shop.cart.init/1", 1 }, { "worker:init/1", 2 },
    { "name:", 0 }, { "nothing at all", 0 }, { "worker <0.3.0>", 1 },
  };
  g_autoptr (OvProcessTable) table = new_table ();
  g_autoptr (OvProcessSearch) kept = ov_process_search_new (table, "newcomer");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("search for \"%s\"", cases[i].text);
      g_assert_cmpuint (count_matches (table, cases[i].text), ==, cases[i].n);
    }

  /* A search that is kept sees what comes later. */
  script_process (table, &(ScriptProcess) { 30, SRV, "a_newcomer" });
  ov_process_table_flush (table);
  ov_process_search_update (kept);
  g_assert_true (ov_process_search_matches (kept, script_slot (table, 30)));
  g_assert_false (ov_process_search_matches (kept, script_slot (table, 1)));
}

static void
test_many (void)
{
  enum { N = 3000 };
  g_autoptr (OvProcessTable) table = ov_process_table_new (SCRIPT_NODE);
  g_autoptr (OvProcessList) list = NULL;
  guint64 last = G_MAXUINT64;

  for (guint i = 1; i <= N; i++)
    script_process (table, &(ScriptProcess) { i, SRV, .memory = (guint64) g_test_rand_int () << 8 });
  ov_process_table_flush (table);
  list = ov_process_list_new (table);
  ov_process_list_set_sort (list, OV_COLUMN_MEMORY, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, N);
  for (guint i = 0; i < N; i++)
    {
      guint32 slot = ov_process_list_slot_at (list, i);
      guint64 memory = ov_process_table_get_row (table, slot)->memory_bytes;

      g_assert_cmpuint (memory, <=, last);
      g_assert_cmpuint (ov_process_list_position_of (list, slot), ==, i);
      last = memory;
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/list/sort", test_sort);
  g_test_add_func ("/model/list/filter", test_filter);
  g_test_add_func ("/model/list/slots", test_slots);
  g_test_add_func ("/model/list/many", test_many);
  g_test_add_func ("/model/list/search", test_search);

  return g_test_run ();
}
