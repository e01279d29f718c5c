/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings: what is written is what is read; a file that was cut or changed anywhere gives what is whole in
 * it and says what is missing; everything else is refused in words.
 */
#include "trace/ov-recording.h"

#include "base/ov-error.h"
#include "naive-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEED 20260301
#define START_NS G_GINT64_CONSTANT (1767000000000000000)

typedef struct
{
  char       *folder, *path;
  GRand      *rand;
  OvStore    *store;
  NaiveStore *naive;
  gint64      at_ns;
  GError     *failed;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("overstory-recording-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "a.overstory", NULL);
  fixture->rand = g_rand_new_with_seed (SEED);
  fixture->store = ov_store_new ("shop@host", NULL);
  fixture->naive = naive_store_new ();
  fixture->at_ns = START_NS;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_rand_free (fixture->rand);
  ov_store_unref (fixture->store);
  naive_store_free (fixture->naive);
  g_clear_error (&fixture->failed);
}

/* ---- recording ---- */

static void
append (Fixture *fixture,
        guint    n)
{
  fixture->at_ns = append_random (fixture->store, fixture->naive, fixture->rand, fixture->at_ns, n);
}

static OvRecorder *
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OvRecorder *recorder = ov_recorder_new (fixture->store, fixture->path, 27, FALSE, &error);

  g_assert_no_error (error);

  return recorder;
}

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
stop (OvRecorder  *recorder,
      GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ov_recorder_stop_async (recorder, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return ov_recorder_stop_finish (recorder, result, error);
}

static void
wait_for_events (OvRecorder *recorder,
                 guint64     n)
{
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (ov_recorder_get_events (recorder) < n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* In several blocks: what the recorder sees is gone into a block before the next comes. */
static void
record (Fixture     *fixture,
        const guint *portions)
{
  g_autoptr (OvRecorder) recorder = start (fixture);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; portions[i] != 0; i++)
    {
      append (fixture, portions[i]);
      if (portions[i + 1] != 0)
        wait_for_events (recorder, ov_store_get_end (fixture->store));
    }
  g_assert_true (stop (recorder, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ov_recorder_get_events (recorder), ==, ov_store_get_end (fixture->store));
  g_assert_finalize_object (g_steal_pointer (&recorder));
}

static OvStore *
open_recording (Fixture         *fixture,
                OvRecordingInfo *info)
{
  g_autoptr (GError) error = NULL;
  OvStore *store = ov_recording_open (fixture->path, info, &error);

  g_assert_no_error (error);

  return store;
}

/* ---- whole ---- */

static void
test_round_trip (Fixture       *fixture,
                 gconstpointer  data)
{
  static const guint portions[] = { 100, 30000, 1, 50000, 5000, 0 };
  g_autoptr (OvStore) store = NULL;
  OvRecordingInfo info;
  gint64 first_ns, last_ns;
  struct stat facts;

  record (fixture, portions);
  g_assert_cmpint (stat (fixture->path, &facts), ==, 0);
  g_assert_cmpuint (facts.st_mode & 0777, ==, 0600);

  store = open_recording (fixture, &info);
  ov_store_get_span (fixture->store, &first_ns, &last_ns);
  g_assert_cmpstr (info.node, ==, "shop@host");
  g_assert_cmpuint (info.otp_release, ==, 27);
  g_assert_cmpuint (info.events, ==, fixture->naive->events->len);
  g_assert_cmpuint (info.lost_bytes, ==, 0);
  g_assert_cmpuint (info.damaged_blocks, ==, 0);
  g_assert_cmpint (info.started_ns, ==, first_ns);
  g_assert_cmpint (info.ended_ns, ==, last_ns);
  assert_same (store, fixture->naive, 0, fixture->naive->events->len);

  g_assert_cmpuint (ov_store_get_n_actors (store), ==, ov_store_get_n_actors (fixture->store));
  for (guint32 i = 0; i < ov_store_get_n_actors (store); i++)
    {
      OvPid a = ov_store_get_actor (store, i);
      OvPid b = ov_store_get_actor (fixture->store, i);
      g_autofree char *name = ov_store_dup_actor_name (store, i);
      g_autofree char *wanted = ov_store_dup_actor_name (fixture->store, i);

      g_assert_true (ov_pid_equal (&a, &b));
      g_assert_cmpstr (name, ==, wanted);
      if (!ov_pid_is_none (&a))
        g_assert_cmpuint (ov_store_find_actor (store, &a), ==, i);
    }
  g_assert_cmpuint (ov_store_find_text (store, "tick"), ==, ov_store_find_text (fixture->store, "tick"));
  ov_recording_info_clear (&info);
}

static void
test_closed_store (Fixture       *fixture,
                   gconstpointer  data)
{
  static const guint portions[] = { 10, 0 };
  const OvEvent event = { .kind = OV_EVENT_SEND, .actor = OV_ACTOR_NONE, .peer = OV_ACTOR_NONE };
  g_autoptr (OvStore) store = NULL;

  record (fixture, portions);
  store = open_recording (fixture, NULL);
  ov_store_begin (store);
  g_assert_cmpuint (ov_store_append (store, &event, NULL, 0), ==, OV_EVENT_NONE);
  ov_store_commit (store);
  g_assert_cmpuint (ov_store_get_end (store), ==, 10);
}

/* A payload outlives the store and the file. */
static void
test_payload_stays (Fixture       *fixture,
                    gconstpointer  data)
{
  static const guint portions[] = { 1000, 0 };
  OvStore *store;
  g_autoptr (GBytes) payload = NULL;

  record (fixture, portions);
  store = open_recording (fixture, NULL);
  payload = ov_store_dup_payload (store, 500);
  ov_store_unref (store);
  g_assert_cmpint (truncate (fixture->path, 0), ==, 0);
  g_assert_true (g_bytes_equal (payload, naive_store_get (fixture->naive, 500)->payload));
}

/* Somebody cuts the file while it is open: what is not there any more is a gap, and nothing crashes. */
static void
test_cut_while_open (Fixture       *fixture,
                     gconstpointer  data)
{
  static const guint portions[] = { 20000, 0 };
  g_autoptr (OvStore) store = NULL;
  OvStoreFigures figures;
  OvEvent event;

  record (fixture, portions);
  store = open_recording (fixture, NULL);
  g_assert_cmpint (truncate (fixture->path, 2000), ==, 0);
  g_assert_true (ov_store_get_event (store, 0, &event));
  g_assert_cmpuint (event.kind, ==, OV_EVENT_GAP);
  for (guint64 i = 1; i < 16384; i++)
    g_assert_false (ov_store_get_event (store, i, &event));
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.events, ==, 1 + 20000 - 16384);
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_open_async (Fixture       *fixture,
                 gconstpointer  data)
{
  static const guint portions[] = { 1000, 0 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OvStore) store = NULL;
  OvRecordingInfo info;

  record (fixture, portions);
  ov_recording_open_async (fixture->path, NULL, opened_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  store = ov_recording_open_finish (result, &info, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (info.events, ==, 1000);
  assert_same (store, fixture->naive, 0, 1000);
  ov_recording_info_clear (&info);
}

/* Dropped without a stop: the pool still ends the file. */
static void
test_dropped (Fixture       *fixture,
              gconstpointer  data)
{
  OvRecorder *recorder = start (fixture);
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  append (fixture, 500);
  g_assert_finalize_object (recorder);
  for (;;)
    {
      g_autoptr (OvStore) store = ov_recording_open (fixture->path, NULL, NULL);

      if (store != NULL && ov_store_get_end (store) == 500)
        break;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_thread_yield ();
    }
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
    { "/trace/recording/round-trip", test_round_trip },
    { "/trace/recording/closed-store", test_closed_store },
    { "/trace/recording/payload-stays", test_payload_stays },
    { "/trace/recording/cut-while-open", test_cut_while_open },
    { "/trace/recording/open-async", test_open_async },
    { "/trace/recording/dropped", test_dropped },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
