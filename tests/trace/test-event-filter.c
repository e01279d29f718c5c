/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvEventFilter against loops over its naive twin: whatever is passed over by an index, the answer is the same.
 */
#include "naive-store.h"

#include <string.h>

#define SEED 20260304
#define START_NS G_GINT64_CONSTANT (1767000000000000000)

typedef struct
{
  OvStore    *store;
  NaiveStore *naive;
  GRand      *rand;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  memory_bytes)
{
  const OvStoreLimits limits = { .memory_bytes = GPOINTER_TO_SIZE (memory_bytes) };
  gint64 at_ns = START_NS;

  fixture->store = ov_store_new ("shop@host", &limits);
  fixture->naive = naive_store_new ();
  fixture->rand = g_rand_new_with_seed (SEED);
  /* Sealed, perhaps spilled, and an open end. */
  for (guint i = 0; i < 45; i++)
    at_ns = append_random (fixture->store, fixture->naive, fixture->rand, at_ns, 1000);
  ov_store_settle (fixture->store);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  ov_store_unref (fixture->store);
  naive_store_free (fixture->naive);
  g_rand_free (fixture->rand);
}

/* From one match to the next, forth and back. */
static void
check_stretch (Fixture             *fixture,
               const OvEventQuery  *query,
               const OvEventFilter *filter,
               guint64              begin,
               guint64              end)
{
  guint64 found = ov_event_filter_next (filter, begin, end);
  guint64 previous = OV_EVENT_NONE;

  for (guint64 number = begin; number < end; number++)
    {
      if (!naive_matches (fixture->naive, fixture->store, query, number))
        continue;
      g_assert_cmpuint (found, ==, number);
      if (number % 64 == 0)
        g_assert_cmpuint (ov_event_filter_previous (filter, begin, number), ==, previous);
      previous = number;
      found = ov_event_filter_next (filter, number + 1, end);
    }
  g_assert_cmpuint (found, ==, OV_EVENT_NONE);
  g_assert_cmpuint (ov_event_filter_previous (filter, begin, end), ==, previous);
}

static void
check_query (Fixture            *fixture,
             const OvEventQuery *query)
{
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (fixture->store, query);
  guint64 end = ov_store_get_end (fixture->store);
  guint64 from, to;

  /* The twin is slow with text: then only where one chunk ends and another begins. */
  if (query->text != NULL)
    {
      check_stretch (fixture, query, filter, 16384 - 600, 16384 + 600);
      check_stretch (fixture, query, filter, end - 300, end);
    }
  else
    check_stretch (fixture, query, filter, 0, end);

  /* Parts of it. */
  for (guint i = 0; i < 20; i++)
    {
      guint64 first = OV_EVENT_NONE, last = OV_EVENT_NONE;

      from = (guint64) g_rand_int_range (fixture->rand, 0, (gint32) end);
      to = from + (guint64) g_rand_int_range (fixture->rand, 0, query->text != NULL ? 50 : 500);
      for (guint64 number = from; number < MIN (to, end); number++)
        if (naive_matches (fixture->naive, fixture->store, query, number))
          {
            first = MIN (first, number);
            last = number;
          }
      g_assert_cmpuint (ov_event_filter_next (filter, from, to), ==, first);
      g_assert_cmpuint (ov_event_filter_previous (filter, from, to), ==, last);
      if (from < to)
        g_assert_cmpint (ov_event_filter_matches (filter, from), ==, first == from);
    }
}

static void
test_plain_queries (Fixture       *fixture,
                    gconstpointer  data)
{
  gint64 middle_ns = START_NS + 45 * 1000 * 225;
  const OvEventQuery queries[] = {
    { 0 },
    { .kinds = OV_EVENT_MASK (OV_EVENT_SEND) },
    { .kinds = OV_EVENT_MASK (OV_EVENT_EXIT) | OV_EVENT_MASK (OV_EVENT_RECORDS) },
    { .kinds = G_MAXUINT64 },
    { .from_ns = middle_ns, .to_ns = middle_ns + 100000 },
    { .from_ns = middle_ns, .to_ns = middle_ns },
    { .from_ns = 1, .to_ns = 2 },
    { .shape = ov_store_find_text (fixture->store, "tick") },
    { .flags = OV_EVENT_IS_CALL | OV_EVENT_IS_EXIT },
    { .actors = (guint32[]) { 1 }, .n_actors = 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    check_query (fixture, &queries[i]);
}

static void
test_texts (Fixture       *fixture,
            gconstpointer  data)
{
  static const char *const texts[] = {
    "", "apple", "APPLE", "strasse", "STRAßE", "pl", "{ok,1", "ünïCODE", "shop_CART", "<0.89.", "other@host",
    "köln", "edges", "nothing that is there", "gen_call", "'",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const OvEventQuery query = { .text = texts[i], .kinds = i % 2 == 0 ? 0 : OV_EVENT_MASK (OV_EVENT_SEND) };

      check_query (fixture, &query);
    }
}

static void
test_random_queries (Fixture       *fixture,
                     gconstpointer  data)
{
  static const char *const texts[] = { "a", "PEAR", "tick", "<0.9", "ok,7" };
  guint32 n_actors = ov_store_get_n_actors (fixture->store);

  for (guint i = 0; i < 60; i++)
    {
      GRand *rand = fixture->rand;
      guint32 actors[40];
      OvEventQuery query = { 0 };

      if (g_rand_boolean (rand))
        query.kinds = OV_EVENT_MASK (g_rand_int_range (rand, 0, OV_N_EVENT_KINDS)) | OV_EVENT_MASK (OV_EVENT_SEND);
      if (g_rand_boolean (rand))
        {
          query.actors = actors;
          query.n_actors = (guint) g_rand_int_range (rand, 1, i % 4 == 0 ? 40 : 4);
          query.both = g_rand_boolean (rand);
          for (guint j = 0; j < query.n_actors; j++)
            actors[j] = (guint32) g_rand_int_range (rand, 0, (gint32) n_actors + 3);
        }
      if (i % 3 == 0)
        {
          query.from_ns = START_NS + g_rand_int_range (rand, 0, 45 * 1000 * 450);
          query.to_ns = query.from_ns + g_rand_int_range (rand, 0, 45 * 1000 * 100);
        }
      if (i % 5 == 0)
        query.text = texts[i / 5 % G_N_ELEMENTS (texts)];
      if (i % 7 == 0)
        query.flags = (guint8) (1 << g_rand_int_range (rand, 0, 7));
      if (i % 6 == 0)
        query.shape = (guint32) g_rand_int_range (rand, 1, 12);
      check_query (fixture, &query);
    }
}

/* A name that comes later counts from then on. */
static void
test_renamed (Fixture       *fixture,
              gconstpointer  data)
{
  const OvEventQuery query = { .text = "late name" };
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (fixture->store, &query);
  guint64 end = ov_store_get_end (fixture->store);
  guint64 found;
  OvEvent event;

  g_assert_cmpuint (ov_event_filter_next (filter, 0, end), ==, OV_EVENT_NONE);
  ov_store_begin (fixture->store);
  ov_store_name_actor (fixture->store, 3, "a Late Name", 11);
  ov_store_commit (fixture->store);
  found = ov_event_filter_next (filter, 0, end);
  g_assert_cmpuint (found, !=, OV_EVENT_NONE);
  g_assert_true (ov_store_get_event (fixture->store, found, &event));
  g_assert_true (event.actor == 3 || event.peer == 3);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "plain-queries", test_plain_queries },
    { "texts", test_texts },
    { "random-queries", test_random_queries },
    { "renamed", test_renamed },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *kept = g_strconcat ("/trace/event-filter/kept/", tests[i].path, NULL);
      g_autofree char *spilled = g_strconcat ("/trace/event-filter/spilled/", tests[i].path, NULL);

      g_test_add (kept, Fixture, GSIZE_TO_POINTER (0), set_up, tests[i].test, tear_down);
      g_test_add (spilled, Fixture, GSIZE_TO_POINTER (1024 * 1024), set_up, tests[i].test, tear_down);
    }

  return g_test_run ();
}
