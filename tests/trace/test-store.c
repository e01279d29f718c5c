/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStore against its naive twin: in memory, spilled, and beyond every limit; and names.
 */
#include "naive-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#define SEED 20260302
#define START_NS G_GINT64_CONSTANT (1767000000000000000)
#define MIB (1024 * 1024)

/* One whole chunk is below that. */
enum { CHUNK_BYTES = 2 * MIB };

/* ---- the same answers as the twin ---- */

static void
check_bins (OvStore    *store,
            NaiveStore *naive,
            GRand      *rand,
            guint       tolerance)
{
  static const guint numbers[] = { 1, 7, 100, 1000 };
  gint64 first_ns, last_ns;

  g_assert_true (ov_store_get_span (store, &first_ns, &last_ns));
  for (guint round = 0; round < 40; round++)
    {
      guint n = numbers[round % G_N_ELEMENTS (numbers)];
      g_autofree guint32 *bins = g_new (guint32, n);
      g_autofree guint32 *wanted = g_new (guint32, n);
      gint64 width_ns = (last_ns - first_ns) >> (round % 13);
      gint64 from_ns = first_ns + (gint64) (g_rand_double_range (rand, -0.1, 1) * (double) (last_ns - first_ns));
      guint64 kinds = round % 3 == 0 ? G_MAXUINT64
                      : round % 3 == 1 ? OV_EVENT_MASK (OV_EVENT_SEND)
                                       : (guint64) g_rand_int (rand);
      guint64 sum = 0, wanted_sum = 0;

      ov_store_count_bins (store, from_ns, from_ns + width_ns + 1, kinds, n, bins);
      naive_count_bins (naive, from_ns, from_ns + width_ns + 1, kinds, n, wanted);
      for (guint i = 0; i < n; i++)
        {
          sum += bins[i];
          wanted_sum += wanted[i];
          g_assert_cmpuint (ABS ((gint64) bins[i] - (gint64) wanted[i]), <=, tolerance);
        }
      /* Only at the two ends of the range may something have come in or gone out. */
      g_assert_cmpuint (ABS ((gint64) sum - (gint64) wanted_sum), <=, tolerance);
    }
}

static void
check_times (OvStore    *store,
             NaiveStore *naive,
             GRand      *rand)
{
  gint64 first_ns, last_ns;

  g_assert_true (ov_store_get_span (store, &first_ns, &last_ns));
  g_assert_cmpuint (ov_store_find_time (store, first_ns), ==, 0);
  g_assert_cmpuint (ov_store_find_time (store, last_ns + 1), ==, naive->events->len);
  for (guint round = 0; round < 50; round++)
    {
      gint64 at_ns = first_ns + (gint64) (g_rand_double (rand) * (double) (last_ns - first_ns));

      g_assert_cmpuint (ov_store_find_time (store, at_ns), ==, naive_find_time (naive, at_ns));
    }
}

static void
check_figures (OvStore    *store,
               NaiveStore *naive)
{
  guint64 by_kind[OV_N_EVENT_KINDS] = { 0 };
  OvStoreFigures figures;

  for (guint64 i = 0; i < naive->events->len; i++)
    by_kind[naive_store_get (naive, i)->event.kind]++;
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.events, ==, naive->events->len);
  g_assert_cmpmem (figures.by_kind, sizeof figures.by_kind, by_kind, sizeof by_kind);
}

static void
test_twin (void)
{
  g_autoptr (OvStore) store = ov_store_new ("shop@host", NULL);
  g_autoptr (NaiveStore) naive = naive_store_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  gint64 first_ns, last_ns;
  gint64 at_ns = START_NS;

  g_assert_false (ov_store_get_span (store, &first_ns, &last_ns));
  g_assert_cmpuint (ov_store_find_time (store, 0), ==, 0);
  for (guint i = 0; i < 60; i++)
    {
      at_ns = append_random (store, naive, rand, at_ns, (guint) g_rand_int_range (rand, 1, 2000));
      g_assert_cmpuint (ov_store_get_end (store), ==, naive->events->len);
    }
  assert_same (store, naive, 0, naive->events->len);
  check_times (store, naive, rand);
  check_bins (store, naive, rand, 0);
  check_figures (store, naive);
}

/* A batch can be seen when it is committed, not before. */
static void
test_commit (void)
{
  g_autoptr (OvStore) store = ov_store_new (NULL, NULL);
  const OvEvent event = { .at_ns = 5, .kind = OV_EVENT_SEND, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE };
  OvEvent found;

  ov_store_begin (store);
  g_assert_cmpuint (ov_store_append (store, &event, NULL, 0), ==, 0);
  g_assert_cmpuint (ov_store_get_end (store), ==, 0);
  g_assert_false (ov_store_get_event (store, 0, &found));
  ov_store_commit (store);
  g_assert_cmpuint (ov_store_get_end (store), ==, 1);
  g_assert_true (ov_store_get_event (store, 0, &found));
  g_assert_false (ov_store_get_event (store, 1, &found));
  g_assert_null (ov_store_dup_payload (store, 1));
  g_assert_false (ov_store_get_event (store, OV_EVENT_NONE, &found));
}

static void
count_cb (gpointer store,
          gpointer count)
{
  (*(guint *) count)++;
}

static void
test_watch (void)
{
  g_autoptr (OvStore) store = ov_store_new (NULL, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint a = 0, b = 0;

  ov_store_add_watch (store, count_cb, &a);
  ov_store_add_watch (store, count_cb, &b);
  append_random (store, NULL, rand, START_NS, 3);
  append_random (store, NULL, rand, START_NS, 40000);
  g_assert_cmpuint (a, ==, 2);
  /* Nothing new, nothing to tell. */
  ov_store_begin (store);
  ov_store_commit (store);
  g_assert_cmpuint (a, ==, 2);
  ov_store_remove_watch (store, count_cb, &a);
  append_random (store, NULL, rand, START_NS, 1);
  g_assert_cmpuint (a, ==, 2);
  g_assert_cmpuint (b, ==, 3);
}

/* ---- payloads ---- */

static guint64
append_payload (OvStore *store,
                gsize    size,
                guint8   fill)
{
  const OvEvent event = { .kind = OV_EVENT_RECORDS, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE };
  g_autofree guint8 *payload = g_malloc (MAX (size, 1));
  guint64 number;

  memset (payload, fill, size);
  ov_store_begin (store);
  number = ov_store_append (store, &event, payload, size);
  ov_store_commit (store);

  return number;
}

static void
check_payload (OvStore *store,
               guint64  number,
               gsize    size,
               guint8   fill)
{
  g_autoptr (GBytes) payload = ov_store_dup_payload (store, number);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (payload, &n);

  g_assert_cmpuint (n, ==, size);
  for (gsize i = 0; i < n; i += 1 + i % 97)
    g_assert_cmpuint (bytes[i], ==, fill);
}

static void
test_large_payloads (void)
{
  static const gsize sizes[] = { 0, 1, 4096, 3 * MIB, 3 * MIB, 5 * MIB, 1, 20 * MIB, 64 * MIB, 17 };
  const OvStoreLimits limits = { .memory_bytes = 8 * MIB };
  g_autoptr (OvStore) store = ov_store_new (NULL, &limits);
  OvEvent event;
  guint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_cmpuint (append_payload (store, sizes[i], (guint8) i), ==, i);
  ov_store_settle (store);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    check_payload (store, i, sizes[i], (guint8) i);

  /* What is beyond the bound is left out, and says so. */
  number = append_payload (store, 64 * MIB + 1, 1);
  g_assert_true (ov_store_get_event (store, number, &event));
  g_assert_cmpuint (event.payload_bytes, ==, 0);
  g_assert_cmpuint (event.flags & OV_EVENT_TRUNCATED, !=, 0);
}

/* The same bytes again cost no room; structs of ours stand where they can be read in place. */
static void
test_same_payloads (void)
{
  const OvStoreLimits limits = { .memory_bytes = G_GUINT64_CONSTANT (1) << 40 };
  g_autoptr (OvStore) store = ov_store_new (NULL, &limits);
  OvEvent event = { .kind = OV_EVENT_SEND, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE };
  OvEventFlow flow = { 1, 2, 3 };
  OvStoreFigures figures;
  guint8 payload[1000] = { 104, 0 };

  for (guint i = 0; i < 40000; i++)
    {
      payload[500] = i % 10;
      event.kind = i % 100 == 0 ? OV_EVENT_FLOW : OV_EVENT_SEND;
      ov_store_begin (store);
      if (event.kind == OV_EVENT_FLOW)
        ov_store_append (store, &event, &flow, sizeof flow);
      else
        ov_store_append (store, &event, payload, sizeof payload - i % 3);
      ov_store_commit (store);
    }
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.memory_bytes, <, 40000 * 100);
  for (guint i = 0; i < 40000; i += 100)
    {
      g_autoptr (GBytes) bytes = ov_store_dup_payload (store, i);

      g_assert_cmpuint ((gsize) g_bytes_get_data (bytes, NULL) % 8, ==, 0);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &flow, sizeof flow);
    }
}

/* ---- limits ---- */

static void
test_spill (void)
{
  const OvStoreLimits limits = { .memory_bytes = 2 * MIB };
  g_autoptr (OvStore) store = ov_store_new ("shop@host", &limits);
  g_autoptr (NaiveStore) naive = naive_store_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 1);
  g_autoptr (GBytes) early = NULL;
  OvStoreFigures figures;
  gint64 at_ns = START_NS;

  for (guint i = 0; i < 300; i++)
    {
      at_ns = append_random (store, naive, rand, at_ns, 1000);
      if (i == 0)
        early = ov_store_dup_payload (store, 7);
    }
  ov_store_settle (store);
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.memory_bytes, <, limits.memory_bytes + CHUNK_BYTES);
  g_assert_cmpuint (figures.disk_bytes, >, 300000 * 41 - limits.memory_bytes - CHUNK_BYTES);
  g_assert_cmpuint (figures.forgotten, ==, 0);
  g_assert_true (g_bytes_equal (early, naive_store_get (naive, 7)->payload));

  /* Not mapped: few bins may be off by a step; mapped they are exact. */
  check_bins (store, naive, rand, 2 * 256 + 16);
  assert_same (store, naive, 0, naive->events->len);
  check_times (store, naive, rand);
  check_figures (store, naive);
}

/* What is there, the gap, and what was forgotten make up everything. */
static void
check_forgotten (OvStore    *store,
                 NaiveStore *naive)
{
  guint64 first = ov_store_get_first (store);
  guint64 end = ov_store_get_end (store);
  g_autoptr (GBytes) payload = ov_store_dup_payload (store, first);
  OvEventGap gap;
  OvEvent event;
  OvStoreFigures figures;
  gint64 first_ns, last_ns;
  gint64 least_ns = G_MAXINT64;

  g_assert_cmpuint (first, >, 0);
  g_assert_cmpuint (end, ==, naive->events->len);
  g_assert_true (ov_store_get_event (store, first, &event));
  g_assert_cmpuint (event.kind, ==, OV_EVENT_GAP);
  g_assert_cmpuint (g_bytes_get_size (payload), ==, sizeof gap);
  memcpy (&gap, g_bytes_get_data (payload, NULL), sizeof gap);
  g_assert_cmpuint (gap.reason, ==, OV_GAP_RECORDER);
  g_assert_cmpuint (gap.count, ==, first + 1);
  g_assert_false (ov_store_get_event (store, first - 1, &event));
  g_assert_null (ov_store_dup_payload (store, 0));
  assert_same (store, naive, first + 1, end);

  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.events + figures.forgotten, ==, end);
  g_assert_cmpuint (figures.forgotten, ==, first + 1);
  g_assert_true (ov_store_get_span (store, &first_ns, &last_ns));
  g_assert_true (ov_store_get_event (store, first, &event));
  least_ns = event.at_ns;
  for (guint64 i = first + 1; i < end; i++)
    least_ns = MIN (least_ns, naive_store_get (naive, i)->event.at_ns);
  g_assert_cmpint (first_ns, ==, least_ns);
  g_assert_cmpuint (ov_store_find_time (store, G_MININT64), ==, first);
}

static void
test_forget (void)
{
  const OvStoreLimits limits = { .memory_bytes = 2 * MIB, .disk_bytes = 8 * MIB };
  g_autoptr (OvStore) store = ov_store_new ("shop@host", &limits);
  g_autoptr (NaiveStore) naive = naive_store_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 2);
  g_autoptr (GBytes) early = NULL;
  OvStoreFigures figures;
  gint64 at_ns = START_NS;

  for (guint i = 0; i < 600; i++)
    {
      at_ns = append_random (store, naive, rand, at_ns, 1000);
      if (i == 40)
        {
          ov_store_settle (store);
          early = ov_store_dup_payload (store, 7);
        }
    }
  ov_store_settle (store);
  check_forgotten (store, naive);
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.disk_bytes, <=, limits.disk_bytes);
  g_assert_cmpuint (figures.memory_bytes, <, limits.memory_bytes + CHUNK_BYTES);
  /* It was mapped from a file that nobody else holds any more. */
  g_assert_true (g_bytes_equal (early, naive_store_get (naive, 7)->payload));
}

static void
check_no_disk (void)
{
  const OvStoreLimits limits = { .memory_bytes = 4 * MIB };
  g_autoptr (OvStore) store = ov_store_new ("shop@host", &limits);
  g_autoptr (NaiveStore) naive = naive_store_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + 3);
  OvStoreFigures figures;
  gint64 at_ns = START_NS;

  for (guint i = 0; i < 400; i++)
    at_ns = append_random (store, naive, rand, at_ns, 1000);
  ov_store_settle (store);
  check_forgotten (store, naive);
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.memory_bytes, <, 2 * limits.memory_bytes + CHUNK_BYTES);
  /* Not more is forgotten than has to be. */
  g_assert_cmpuint (figures.memory_bytes, >, limits.memory_bytes);
}

/* There is a file where the folder should be. */
static void
test_no_cache_folder (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "overstory", NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (g_get_user_cache_dir (), 0700);
  g_rmdir (folder);
  g_file_set_contents (folder, "x", 1, &error);
  g_assert_no_error (error);
  check_no_disk ();
  g_remove (folder);
}

/* Files may not grow: as a full disk, but for the signal, which must not end the program. */
static void
test_disk_full (void)
{
  struct rlimit limit = { 1 * MIB, RLIM_INFINITY };

  if (g_test_subprocess ())
    {
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
      check_no_disk ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* ---- names ---- */

static void
test_texts (void)
{
  g_autoptr (OvStore) store = ov_store_new (NULL, NULL);
  guint32 broken, cut;

  ov_store_begin (store);
  for (guint round = 0; round < 2; round++)
    for (guint i = 1; i <= 50000; i++)
      {
        g_autofree char *text = g_strdup_printf ("text %u", i);

        g_assert_cmpuint (ov_store_intern_text (store, text, strlen (text)), ==, i);
      }
  broken = ov_store_intern_text (store, "a\xff\xfe", 3);
  cut = ov_store_intern_text (store, "ab\0cd", 5);
  g_assert_cmpuint (ov_store_intern_text (store, "a\xff\xfe", 3), ==, broken);
  ov_store_commit (store);

  g_assert_true (g_utf8_validate (ov_store_get_text (store, broken), -1, NULL));
  g_assert_true (g_utf8_validate (ov_store_get_text (store, cut), -1, NULL));
  g_assert_cmpstr (ov_store_get_text (store, 50000), ==, "text 50000");
  g_assert_cmpuint (ov_store_find_text (store, "text 777"), ==, 777);
  g_assert_cmpuint (ov_store_find_text (store, "text"), ==, 0);
  g_assert_null (ov_store_get_text (store, 0));
  g_assert_null (ov_store_get_text (store, 4000000));
}

static void
test_actors (void)
{
  g_autoptr (OvStore) store = ov_store_new ("shop@host", NULL);
  const char *node = ov_store_get_node (store);
  OvPid found, old = { node, 5, 0, 1 }, new = { node, 5, 0, 2 }, typed = { node, 5, 0, 0 };
  OvPid unknown = { node, 50001, 0, 1 };
  guint32 name, actor;
  g_autofree char *text = NULL;

  ov_store_begin (store);
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 50000; i++)
      {
        OvPid pid = { node, i, i / 1000, 1 };

        g_assert_cmpuint (ov_store_intern_actor (store, &pid), ==, i);
      }
  g_assert_cmpuint (ov_store_intern_actor (store, &OV_PID_NONE), ==, OV_ACTOR_NONE);
  actor = ov_store_intern_actor (store, &new);
  name = ov_store_intern_name (store, "shop_cart", 9);
  g_assert_cmpuint (ov_store_intern_name (store, "shop_cart", 9), ==, name);
  ov_store_name_actor (store, 7, "bank", 4);
  ov_store_commit (store);

  g_assert_cmpuint (actor, ==, 50000);
  g_assert_cmpuint (ov_store_find_actor (store, &old), ==, 5);
  g_assert_cmpuint (ov_store_find_actor (store, &new), ==, 50000);
  /* Without a creation: the one that is there now. */
  g_assert_cmpuint (ov_store_find_actor (store, &typed), ==, 50000);
  g_assert_cmpuint (ov_store_find_actor (store, &unknown), ==, OV_ACTOR_NONE);
  g_assert_cmpuint (ov_store_find_name (store, "shop_cart"), ==, name);
  g_assert_cmpuint (ov_store_find_name (store, "bank"), ==, OV_ACTOR_NONE);
  found = ov_store_get_actor (store, name);
  g_assert_true (ov_pid_is_none (&found));
  found = ov_store_get_actor (store, 1234);
  g_assert_cmpuint (found.id, ==, 1234);

  text = ov_store_dup_actor_name (store, name);
  g_assert_cmpstr (text, ==, "shop_cart");
  g_free (text);
  text = ov_store_dup_actor_name (store, 7);
  g_assert_cmpstr (text, ==, "bank");
  g_free (text);
  text = ov_store_dup_actor_name (store, 1234);
  g_assert_cmpstr (text, ==, "<0.1234.1>");
  ov_store_begin (store);
  ov_store_name_actor (store, 7, NULL, 0);
  ov_store_commit (store);
  g_free (text);
  text = ov_store_dup_actor_name (store, 7);
  g_assert_cmpstr (text, ==, "<0.7.0>");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/store/twin", test_twin);
  g_test_add_func ("/trace/store/commit", test_commit);
  g_test_add_func ("/trace/store/watch", test_watch);
  g_test_add_func ("/trace/store/large-payloads", test_large_payloads);
  g_test_add_func ("/trace/store/same-payloads", test_same_payloads);
  g_test_add_func ("/trace/store/spill", test_spill);
  g_test_add_func ("/trace/store/forget", test_forget);
  g_test_add_func ("/trace/store/no-cache-folder", test_no_cache_folder);
  g_test_add_func ("/trace/store/disk-full", test_disk_full);
  g_test_add_func ("/trace/store/texts", test_texts);
  g_test_add_func ("/trace/store/actors", test_actors);

  return g_test_run ();
}
