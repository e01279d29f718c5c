/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventList: the rows are those of the twin, whatever came meanwhile, and each change says exactly what it was.
 */
#include "trace/ov-event-list-private.h"

#include "naive-store.h"

#include <string.h>

#define SEED 20260305
#define START_NS G_GINT64_CONSTANT (1767000000000000000)
#define MIB (1024 * 1024)

typedef struct
{
  OvStore     *store;
  NaiveStore  *naive;
  GRand       *rand;
  OvEventList *list;
  gint64       at_ns;
  GArray      *mirror; /* guint64: the rows, as the changes tell of them */
  guint        n_changes;
} Fixture;

/* Whoever follows the changes has the same rows. */
static void
items_changed_cb (GListModel *list,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  Fixture *fixture = user_data;

  fixture->n_changes++;
  g_assert_cmpuint (position + removed, <=, fixture->mirror->len);
  g_assert_cmpuint (removed + added, >, 0);
  if (removed > 0)
    g_array_remove_range (fixture->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    {
      guint64 number = ov_event_list_get_number (OV_EVENT_LIST (list), position + i);

      g_assert_cmpuint (number, !=, OV_EVENT_NONE);
      g_array_insert_val (fixture->mirror, position + i, number);
    }
  g_assert_cmpuint (fixture->mirror->len, ==, g_list_model_get_n_items (list));
}

static void
set_up_with (Fixture             *fixture,
             const OvStoreLimits *limits)
{
  fixture->store = ov_store_new ("shop@host", limits);
  fixture->naive = naive_store_new ();
  fixture->rand = g_rand_new_with_seed (SEED);
  fixture->at_ns = START_NS;
  fixture->mirror = g_array_new (FALSE, FALSE, sizeof (guint64));
  fixture->list = ov_event_list_new (fixture->store);
  g_signal_connect (fixture->list, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  set_up_with (fixture, NULL);
}

static void
set_up_small (Fixture       *fixture,
              gconstpointer  data)
{
  const OvStoreLimits limits = { .memory_bytes = 2 * MIB, .disk_bytes = 6 * MIB };

  set_up_with (fixture, &limits);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->list);
  ov_store_unref (fixture->store);
  naive_store_free (fixture->naive);
  g_rand_free (fixture->rand);
  g_array_unref (fixture->mirror);
}

static void
append (Fixture *fixture,
        guint    n)
{
  fixture->at_ns = append_random (fixture->store, fixture->naive, fixture->rand, fixture->at_ns, n);
}

/* The rows that there should be: of what is kept, and the gap for what is not. */
static GArray *
list_wanted (Fixture            *fixture,
             const OvEventQuery *query,
             guint64             end)
{
  static const OvEventQuery all = { 0 };
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 first = ov_store_get_first (fixture->store);

  query = query != NULL ? query : &all;
  for (guint64 number = first; number < end; number++)
    {
      gboolean is_gap = first > 0 && number == first;

      if (is_gap ? query->kinds == 0 || (query->kinds & OV_EVENT_MASK (OV_EVENT_GAP)) != 0
                 : naive_matches (fixture->naive, fixture->store, query, number))
        g_array_append_val (wanted, number);
    }

  return wanted;
}

static void
settle (Fixture *fixture)
{
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint64 n_events;

  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_main_context_iteration (NULL, TRUE);
      g_object_get (fixture->list, "n-events", &n_events, NULL);
    }
  while (ov_event_list_is_busy (fixture->list) || n_events != ov_store_get_end (fixture->store));
}

static void
check_rows (Fixture            *fixture,
            const OvEventQuery *query,
            guint64             end)
{
  g_autoptr (GArray) wanted = list_wanted (fixture, query, end);
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint n;

  /* What is new is filtered in the pool, a frame later. */
  while ((n = g_list_model_get_n_items (G_LIST_MODEL (fixture->list))) < wanted->len)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (n, ==, wanted->len);
  g_assert_cmpmem (fixture->mirror->data, n * sizeof (guint64), wanted->data, n * sizeof (guint64));
  for (guint i = 0; i < n; i += 1 + n / 5000)
    {
      guint64 number = g_array_index (wanted, guint64, i);

      g_assert_cmpuint (ov_event_list_get_number (fixture->list, i), ==, number);
      g_assert_cmpuint (ov_event_list_find (fixture->list, number), ==, i);
      g_assert_cmpuint (ov_event_list_find (fixture->list, number + 1), ==, i + 1 < n ? i + 1 : G_MAXUINT);
    }
  g_assert_cmpuint (ov_event_list_get_number (fixture->list, n), ==, OV_EVENT_NONE);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (fixture->list), n));
  if (n > 0)
    {
      g_autoptr (OvEventRow) row = g_list_model_get_item (G_LIST_MODEL (fixture->list), n - 1);

      g_assert_cmpuint (ov_event_row_get_number (row), ==, g_array_index (wanted, guint64, n - 1));
      g_assert_cmpuint (ov_event_list_find (fixture->list, 0), ==, 0);
    }
}

static void
set_query (Fixture            *fixture,
           const OvEventQuery *query)
{
  g_autoptr (OvEventFilter) filter = query != NULL ? ov_event_filter_new (fixture->store, query) : NULL;

  ov_event_list_set_filter (fixture->list, filter);
}

static void
test_all (Fixture       *fixture,
          gconstpointer  data)
{
  check_rows (fixture, NULL, 0);
  for (guint i = 0; i < 30; i++)
    {
      append (fixture, (guint) g_rand_int_range (fixture->rand, 1, 4000));
      settle (fixture);
      check_rows (fixture, NULL, ov_store_get_end (fixture->store));
    }
}

static const OvEventQuery queries[] = {
  { .kinds = OV_EVENT_MASK (OV_EVENT_SEND) },
  { .kinds = OV_EVENT_MASK (OV_EVENT_EXIT) | OV_EVENT_MASK (OV_EVENT_GAP) },
  { .text = "pear" },
  { .text = "nobody has this" },
  { .actors = (guint32[]) { 3, 9 }, .n_actors = 2 },
};

static void
test_filters (Fixture       *fixture,
              gconstpointer  data)
{
  append (fixture, 30000);
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      set_query (fixture, &queries[i]);
      g_assert_true (ov_event_list_is_busy (fixture->list));
      settle (fixture);
      check_rows (fixture, &queries[i], ov_store_get_end (fixture->store));
      append (fixture, 3000);
      settle (fixture);
      check_rows (fixture, &queries[i], ov_store_get_end (fixture->store));
    }
  set_query (fixture, NULL);
  g_assert_false (ov_event_list_is_busy (fixture->list));
  check_rows (fixture, NULL, ov_store_get_end (fixture->store));
}

/* The answers of a filter that is no longer asked for never show. */
static void
test_late_answers (Fixture       *fixture,
                   gconstpointer  data)
{
  append (fixture, 50000);
  for (guint i = 0; i < 200; i++)
    {
      set_query (fixture, &queries[i % G_N_ELEMENTS (queries)]);
      if (i % 7 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  set_query (fixture, &queries[0]);
  settle (fixture);
  check_rows (fixture, &queries[0], ov_store_get_end (fixture->store));
}

static void
test_forgetting (Fixture       *fixture,
                 gconstpointer  query)
{
  set_query (fixture, query);
  for (guint i = 0; i < 60; i++)
    {
      append (fixture, 5000);
      if (i % 9 == 0)
        {
          ov_store_settle (fixture->store);
          settle (fixture);
        }
      g_main_context_iteration (NULL, FALSE);
    }
  ov_store_settle (fixture->store);
  g_assert_cmpuint (ov_store_get_first (fixture->store), >, 0);
  /* One more, so that it looks once more. */
  append (fixture, 1);
  settle (fixture);
  check_rows (fixture, query, ov_store_get_end (fixture->store));

  set_query (fixture, &queries[0]);
  settle (fixture);
  check_rows (fixture, &queries[0], ov_store_get_end (fixture->store));
  set_query (fixture, NULL);
  check_rows (fixture, NULL, ov_store_get_end (fixture->store));
}

static void
test_forgetting_all (Fixture       *fixture,
                     gconstpointer  data)
{
  test_forgetting (fixture, NULL);
}

static void
test_forgetting_sends (Fixture       *fixture,
                       gconstpointer  data)
{
  test_forgetting (fixture, &queries[0]);
}

static void
test_forgetting_gaps (Fixture       *fixture,
                      gconstpointer  data)
{
  test_forgetting (fixture, &queries[1]);
}

static void
test_paused (Fixture       *fixture,
             gconstpointer  data)
{
  guint64 end;

  append (fixture, 1000);
  settle (fixture);
  end = ov_store_get_end (fixture->store);
  ov_event_list_set_paused (fixture->list, TRUE);
  append (fixture, 1000);
  settle (fixture);
  check_rows (fixture, NULL, end);

  /* Another filter while it is paused: what is there now, and no more. */
  end = ov_store_get_end (fixture->store);
  set_query (fixture, &queries[0]);
  append (fixture, 1000);
  settle (fixture);
  check_rows (fixture, &queries[0], end);
  ov_event_list_set_paused (fixture->list, FALSE);
  settle (fixture);
  check_rows (fixture, &queries[0], ov_store_get_end (fixture->store));
}

/* What came between two frames is one change. */
static void
test_once_a_frame (Fixture       *fixture,
                   gconstpointer  data)
{
  gint64 start_us = g_get_monotonic_time ();
  gint64 passed_ms;

  for (guint i = 0; i < 3000; i++)
    {
      append (fixture, 10);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  settle (fixture);
  passed_ms = (g_get_monotonic_time () - start_us) / 1000;
  g_assert_cmpuint (fixture->n_changes, <=, passed_ms / 16 + 2);
  check_rows (fixture, NULL, ov_store_get_end (fixture->store));
}

/* A list ends where its numbers do. */
static void
test_limit (Fixture       *fixture,
            gconstpointer  data)
{
  ov_event_list_set_max_shown (fixture->list, 2500);
  for (guint i = 0; i < 5; i++)
    {
      append (fixture, 1000);
      settle (fixture);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), <=, 2500);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, 2500);
  g_assert_cmpuint (ov_event_list_find (fixture->list, 4990), ==, G_MAXUINT);
  g_assert_cmpuint (ov_event_list_get_number (fixture->list, 2500), ==, OV_EVENT_NONE);
}

static void
test_limit_and_forgetting (Fixture       *fixture,
                           gconstpointer  data)
{
  ov_event_list_set_max_shown (fixture->list, 2500);
  for (guint i = 0; i < 60; i++)
    {
      append (fixture, 5000);
      if (i % 10 == 0)
        settle (fixture);
    }
  ov_store_settle (fixture->store);
  append (fixture, 1);
  settle (fixture);
  g_assert_cmpuint (fixture->mirror->len, ==, 2500);
  g_assert_cmpuint (g_array_index (fixture->mirror, guint64, 0), ==, ov_store_get_first (fixture->store));
}

/* It may go while a job of it is under way. */
static void
test_dropped (Fixture       *fixture,
              gconstpointer  data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (OvEventList) list = ov_event_list_new (fixture->store);
      g_autoptr (OvEventFilter) filter = ov_event_filter_new (fixture->store, &queries[2]);

      append (fixture, 5000);
      ov_event_list_set_filter (list, filter);
      if (i % 2 == 0)
        g_main_context_iteration (NULL, FALSE);
      g_assert_finalize_object (g_steal_pointer (&list));
    }
  settle (fixture);
  check_rows (fixture, NULL, ov_store_get_end (fixture->store));
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*set_up) (Fixture *fixture, gconstpointer data);
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/trace/event-list/all", set_up, test_all },
    { "/trace/event-list/filters", set_up, test_filters },
    { "/trace/event-list/late-answers", set_up, test_late_answers },
    { "/trace/event-list/forgetting-all", set_up_small, test_forgetting_all },
    { "/trace/event-list/forgetting-sends", set_up_small, test_forgetting_sends },
    { "/trace/event-list/forgetting-gaps", set_up_small, test_forgetting_gaps },
    { "/trace/event-list/paused", set_up, test_paused },
    { "/trace/event-list/once-a-frame", set_up, test_once_a_frame },
    { "/trace/event-list/limit", set_up, test_limit },
    { "/trace/event-list/limit-and-forgetting", set_up_small, test_limit_and_forgetting },
    { "/trace/event-list/dropped", set_up, test_dropped },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, tests[i].set_up, tests[i].test, tear_down);

  return g_test_run ();
}
