/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ten million events: appended, counted, filtered, listed, recorded and opened again.
 * Exits with 1 when a promise is broken by more than a noisy machine explains (three times).
 */
#include "trace/ov-event-list.h"
#include "trace/ov-recording.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { N = 10 * 1000 * 1000, BATCH = 500, N_ACTORS = 2000, BINS = 1000, ROUNDS = 15, APPEND_ROUNDS = 3 };

#define START_NS G_GINT64_CONSTANT (1767000000000000000)
#define STEP_NS 1000

static gboolean is_broken;

static double
now_ms (void)
{
  return (double) g_get_monotonic_time () / 1000;
}

/* Of this thread alone: other programs must not count. */
static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/* @found should be at most @promised, or at least when @is_least. */
static void
judge (const char *what,
       double      found,
       double      promised,
       const char *unit,
       gboolean    is_least)
{
  printf ("%-58s %10.2f %s (promised %s %.0f)\n", what, found, unit, is_least ? "at least" : "at most", promised);
  is_broken |= is_least ? found < promised / 3 : found > promised * 3;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double p = *(const double *) a;
  double q = *(const double *) b;

  return p < q ? -1 : p > q;
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare_doubles);

  return values[n / 2];
}

/* ---- append ---- */

/* {'$gen_call', {<pid>, [alias | ref]}, {add, tea, N}}: some 60 bytes that are never the same. */
static gsize
make_payload (guint8 *bytes,
              guint   i)
{
  static const guint8 form[] = {
    104, 3, 119, 9, '$', 'g', 'e', 'n', '_', 'c', 'a', 'l', 'l',
    88, 119, 9, 's', 'h', 'o', 'p', '@', 'h', 'o', 's', 't', 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0, 7,
    104, 3, 119, 3, 'a', 'd', 'd', 119, 3, 't', 'e', 'a', 98, 0, 0, 0, 0,
  };

  memcpy (bytes, form, sizeof form);
  memcpy (bytes + sizeof form - 4, &i, sizeof i);

  return sizeof form;
}

static double
fill (OvStore *store)
{
  OvPid pids[N_ACTORS];
  guint32 shape = 0;
  double start_ms = cpu_ms ();

  for (guint i = 0; i < N_ACTORS; i++)
    pids[i] = (OvPid) { ov_store_get_node (store), 100 + i, 0, 7 };

  for (guint batch = 0; batch < N / BATCH; batch++)
    {
      ov_store_begin (store);
      for (guint j = 0; j < BATCH; j++)
        {
          guint i = batch * BATCH + j;
          guint8 payload[64];
          gsize size = make_payload (payload, i);
          OvEvent event = {
            .at_ns = START_NS + (gint64) i * STEP_NS,
            .kind = i % 1000 == 0 ? OV_EVENT_EXIT : i % 2 == 0 ? OV_EVENT_SEND : OV_EVENT_RECEIVE,
            .actor = ov_store_intern_actor (store, &pids[(i * 7919) % N_ACTORS]),
            .peer = i % 2 == 0 ? ov_store_intern_actor (store, &pids[(i * 104729) % N_ACTORS]) : OV_ACTOR_NONE,
            .size_bytes = (guint32) size,
            .tag = i,
          };

          if (j == 0)
            shape = ov_store_intern_text (store, "{'$gen_call',_,{add,tea,_}}", 27);
          event.shape = shape;
          ov_store_append (store, &event, payload, size);
        }
      ov_store_commit (store);
    }

  return cpu_ms () - start_ms;
}

/* Fresh stores of the usual limits; what they promise is that of the one in the middle. */
static void
bench_append (void)
{
  double spent[APPEND_ROUNDS], passed[APPEND_ROUNDS];

  for (guint i = 0; i < APPEND_ROUNDS; i++)
    {
      g_autoptr (OvStore) store = ov_store_new ("shop@host", NULL);
      double start_ms = now_ms ();

      spent[i] = fill (store);
      passed[i] = now_ms () - start_ms;
      ov_store_settle (store);
    }
  judge ("append, with payload, by one writer", N / median (spent, APPEND_ROUNDS) / 1000, 5, "M events/s", TRUE);
  printf ("%-58s %10.2f M events/s\n", "  by the clock on the wall", N / median (passed, APPEND_ROUNDS) / 1000);
}

static void
bench_memory (OvStore *store)
{
  OvStoreFigures figures;
  guint8 payload[64];

  ov_store_settle (store);
  ov_store_get_figures (store, &figures);
  printf ("%-58s %10.2f MB memory, %.2f MB disk\n", "ten million events are kept in",
          (double) figures.memory_bytes / 1e6, (double) figures.disk_bytes / 1e6);
  judge ("an event beside its payload",
         (double) (figures.memory_bytes + figures.disk_bytes) / (double) figures.events
         - (double) make_payload (payload, 0), 48, "bytes", FALSE);
}

/* ---- look ---- */

static void
bench_bins (OvStore    *store,
            const char *what,
            double      share)
{
  gint64 width_ns = (gint64) ((double) N * STEP_NS * share);
  g_autofree guint32 *bins = g_new (guint32, BINS);
  double spent[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 from_ns = START_NS + ((gint64) N * STEP_NS - width_ns) / ROUNDS * i;
      double start_ms = cpu_ms ();

      ov_store_count_bins (store, from_ns, from_ns + width_ns,
                           OV_EVENT_MASK (OV_EVENT_SEND) | OV_EVENT_MASK (OV_EVENT_EXIT), BINS, bins);
      spent[i] = cpu_ms () - start_ms;
    }
  judge (what, median (spent, ROUNDS), 2, "ms", FALSE);
}

static void
bench_find_time (OvStore *store)
{
  enum { LOOKS = 10000 };
  double start_ms = cpu_ms ();

  for (guint i = 0; i < LOOKS; i++)
    ov_store_find_time (store, START_NS + (gint64) (i * 7919u % N) * STEP_NS);
  printf ("%-58s %10.3f us\n", "find an instant", (cpu_ms () - start_ms) * 1000 / LOOKS);
}

static guint64
count_matches (OvStore            *store,
               const OvEventQuery *query)
{
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, query);
  guint64 end = ov_store_get_end (store);
  guint64 n = 0;

  for (guint64 at = ov_event_filter_next (filter, 0, end); at != OV_EVENT_NONE;
       at = ov_event_filter_next (filter, at + 1, end))
    n++;

  return n;
}

static void
wait_until_idle (OvEventList *list)
{
  while (ov_event_list_is_busy (list))
    g_main_context_iteration (NULL, TRUE);
}

static void
bench_list (OvStore            *store,
            OvEventList        *list,
            const char         *what,
            const OvEventQuery *query)
{
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, query);
  double start_ms = now_ms ();
  double away_ms;

  ov_event_list_set_filter (list, filter);
  away_ms = now_ms () - start_ms;
  wait_until_idle (list);
  printf ("%-58s %10.2f ms for %u rows; main thread away %.2f ms\n", what, now_ms () - start_ms,
          g_list_model_get_n_items (G_LIST_MODEL (list)), away_ms);
}

static void
bench_lists (OvStore *store)
{
  static const guint32 two[] = { 17, 1800 };
  const OvEventQuery exits = { .kinds = OV_EVENT_MASK (OV_EVENT_EXIT) };
  const OvEventQuery sends = { .kinds = OV_EVENT_MASK (OV_EVENT_SEND) };
  const OvEventQuery actors = { .actors = two, .n_actors = 2 };
  const OvEventQuery both = { .actors = two, .n_actors = 2, .both = TRUE };
  const OvEventQuery text = { .text = "add,tea,16909060" };
  g_autoptr (OvEventList) list = NULL;
  double start_ms = now_ms ();
  guint64 n;

  list = ov_event_list_new (store);
  judge ("list of all", now_ms () - start_ms, 16, "ms", FALSE);
  if (g_list_model_get_n_items (G_LIST_MODEL (list)) != N)
    g_error ("the list has %u rows", g_list_model_get_n_items (G_LIST_MODEL (list)));
  bench_list (store, list, "list of one kind in a thousand", &exits);
  bench_list (store, list, "list of one kind in two", &sends);
  bench_list (store, list, "list of two processes", &actors);
  bench_list (store, list, "list between two processes", &both);
  bench_list (store, list, "list by text", &text);

  start_ms = cpu_ms ();
  n = count_matches (store, &actors);
  printf ("%-58s %10.2f ms for %" G_GUINT64_FORMAT "\n", "next by next, two processes", cpu_ms () - start_ms, n);
}

/* ---- file ---- */

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
bench_recording (OvStore *store)
{
  g_autofree char *folder = g_dir_make_tmp ("overstory-bench-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.overstory", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvRecorder) recorder = ov_recorder_new (store, path, 25, FALSE, &error);
  g_autofree guint32 *bins = g_new (guint32, BINS);
  double start_ms = now_ms ();
  OvStore *opened;
  struct stat facts;

  g_assert_no_error (error);
  ov_recorder_stop_async (recorder, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (ov_recorder_stop_finish (recorder, result, &error));
  stat (path, &facts);
  printf ("%-58s %10.2f MB/s for %.0f MB\n", "record",
          (double) facts.st_size / 1000 / (now_ms () - start_ms), (double) facts.st_size / 1e6);

  start_ms = now_ms ();
  opened = ov_recording_open (path, NULL, &error);
  g_assert_no_error (error);
  judge ("open a recording, for each gigabyte",
         (now_ms () - start_ms) / ((double) facts.st_size / 1e9), 2000, "ms", FALSE);
  start_ms = now_ms ();
  ov_store_count_bins (opened, START_NS, START_NS + (gint64) N * STEP_NS, G_MAXUINT64, BINS, bins);
  printf ("%-58s %10.2f ms\n", "  and its time line for the first time", now_ms () - start_ms);
  start_ms = now_ms ();
  {
    g_autoptr (OvEventList) list = ov_event_list_new (opened);
    g_autoptr (OvEventRow) row = g_list_model_get_item (G_LIST_MODEL (list), N / 2);

    printf ("%-58s %10.2f ms\n", "  and its list, with a row in the middle", now_ms () - start_ms);
  }
  ov_store_unref (opened);
  g_remove (path);
  g_rmdir (folder);
}

int
main (void)
{
  g_autoptr (OvStore) store = ov_store_new ("shop@host", NULL);
  const OvStoreLimits roomy = { .memory_bytes = G_GUINT64_CONSTANT (4) << 30 };
  g_autoptr (OvStore) memory = ov_store_new ("shop@host", &roomy);

  bench_append ();

  printf ("all in memory:\n");
  fill (memory);
  bench_memory (memory);
  bench_bins (memory, "1,000 bins of everything", 1);
  bench_bins (memory, "1,000 bins of a tenth", 0.1);
  bench_bins (memory, "1,000 bins of a hundredth", 0.01);
  bench_bins (memory, "1,000 bins of a ten thousandth", 0.0001);
  bench_find_time (memory);
  g_clear_pointer (&memory, ov_store_unref);

  printf ("within 256 MiB, the rest spilled:\n");
  fill (store);
  bench_memory (store);
  bench_bins (store, "1,000 bins of everything", 1);
  bench_bins (store, "1,000 bins of a hundredth", 0.01);
  bench_lists (store);
  bench_recording (store);

  return is_broken ? EXIT_FAILURE : EXIT_SUCCESS;
}
