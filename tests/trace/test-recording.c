/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recordings: what is written is what is read; a file that was cut or changed anywhere gives what is whole in
 * it and says what is missing; everything else is refused in words.
 */
#include "trace/ov-recording.h"

#include "base/ov-error.h"
#include "naive-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
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
  if (ov_store_get_first (fixture->store) == 0)
    g_assert_cmpuint (ov_recorder_get_events (recorder), ==, ov_store_get_end (fixture->store));
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

/* ---- damaged ---- */

static GBytes *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize n;

  g_file_get_contents (path, &contents, &n, &error);
  g_assert_no_error (error);

  return g_bytes_new_take (contents, n);
}

static void
write_file (const char   *path,
            gconstpointer bytes,
            gsize         n)
{
  int fd;

  /* A new one each time: some file systems write out at once what replaces something. */
  g_unlink (path);
  fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, n), ==, n);
  close (fd);
}

/* What can be read is what was written, and with the gaps that is everything up to the end. */
static guint64
check_what_is_left (Fixture *fixture,
                    OvStore *store)
{
  guint64 at = 0;

  for (guint64 number = 0; number < ov_store_get_end (store); number++)
    {
      g_autoptr (GBytes) payload = NULL;
      OvEvent event;
      NaiveEvent *wanted;

      if (!ov_store_get_event (store, number, &event))
        continue;
      payload = ov_store_dup_payload (store, number);
      wanted = at < fixture->naive->events->len ? naive_store_get (fixture->naive, at) : NULL;
      if (event.kind == OV_EVENT_GAP && (wanted == NULL || wanted->event.tag != event.tag))
        {
          const OvEventGap *gap = g_bytes_get_data (payload, NULL);

          g_assert_cmpuint (gap->reason, ==, OV_GAP_RECORDER);
          at += gap->count;
          continue;
        }
      g_assert_nonnull (wanted);
      g_assert_cmpuint (event.tag, ==, wanted->event.tag);
      g_assert_cmpint (event.at_ns, ==, wanted->event.at_ns);
      g_assert_true (g_bytes_equal (payload, wanted->payload));
      /* A name may be lost with another block, but it is never another one. */
      g_assert_true (event.actor == wanted->event.actor || event.actor == OV_ACTOR_NONE);
      at++;
    }

  return at;
}

/* Under the address sanitizer opening a file takes thirty times as long: a part of the bytes is enough there. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 13
#else
#define STRIDE 1
#endif

/* As if the program had died at every byte of the file. */
static void
test_every_cut (Fixture       *fixture,
                gconstpointer  data)
{
  static const guint portions[] = { 3, 1, 2, 0 };
  g_autofree char *cut = g_build_filename (fixture->folder, "cut.overstory", NULL);
  g_autoptr (GBytes) whole = NULL;
  guint64 last = 0, most = 0;
  gsize size;
  gconstpointer bytes;

  record (fixture, portions);
  whole = read_file (fixture->path);
  bytes = g_bytes_get_data (whole, &size);
  for (gsize n = 0; n <= size; n += n + STRIDE <= size ? STRIDE : 1)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OvStore) store = NULL;
      OvRecordingInfo info;

      write_file (cut, bytes, n);
      store = ov_recording_open (cut, &info, &error);
      if (store == NULL)
        {
          g_assert_cmpuint (error->domain, ==, OV_RECORDING_ERROR);
          g_assert_cmpuint (most, ==, 0);
          continue;
        }
      most = check_what_is_left (fixture, store);
      g_assert_cmpuint (most, ==, info.events);
      g_assert_cmpuint (most, >=, last);
      g_assert_cmpuint (info.damaged_blocks, ==, 0);
      g_assert_cmpuint (info.lost_bytes, <, n);
      last = most;
      ov_recording_info_clear (&info);
    }
  g_assert_cmpuint (most, ==, fixture->naive->events->len);
}

/* One wrong byte anywhere costs at most the block it is in, and what is missing is said. */
static void
test_every_wrong_byte (Fixture       *fixture,
                       gconstpointer  with_index)
{
  static const guint portions[] = { 3, 1, 2, 0 };
  g_autofree char *changed = g_build_filename (fixture->folder, "changed.overstory", NULL);
  g_autoptr (GBytes) whole = NULL;
  g_autofree guint8 *bytes = NULL;
  guint n_opened = 0;
  gsize begin, size;

  record (fixture, portions);
  whole = read_file (fixture->path);
  bytes = g_memdup2 (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  size = g_bytes_get_size (whole) - (with_index != NULL ? 0 : 32);
  /* With an index only the later part differs from without. */
  begin = with_index != NULL ? size / 2 : 0;
  for (gsize i = begin; i < size; i += STRIDE)
    {
      g_autoptr (OvStore) store = NULL;
      g_autoptr (GError) error = NULL;
      OvRecordingInfo info;
      guint64 found;

      bytes[i] ^= (guint8) (1 << g_rand_int_range (fixture->rand, 0, 8));
      write_file (changed, bytes, size);
      bytes[i] = ((const guint8 *) g_bytes_get_data (whole, NULL))[i];
      store = ov_recording_open (changed, &info, &error);
      if (store == NULL)
        {
          g_assert_nonnull (error->message);
          continue;
        }
      n_opened++;
      found = check_what_is_left (fixture, store);
      /* Without an index nobody can say what stood at the end. */
      if (info.lost_bytes == 0)
        g_assert_cmpuint (found, ==, fixture->naive->events->len);
      else
        g_assert_cmpuint (found, <=, fixture->naive->events->len);
      ov_recording_info_clear (&info);
    }
  /* All but a wrong header of the file. */
  g_assert_cmpuint ((n_opened + 1) * STRIDE, >=, size - MAX (begin, 1088));
}

static void
test_damage_in_the_middle (Fixture       *fixture,
                           gconstpointer  data)
{
  static const guint portions[] = { 16384, 16384, 16384, 0 };
  g_autoptr (GBytes) whole = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autoptr (OvStore) store = NULL;
  OvRecordingInfo info;
  OvStoreFigures figures;
  OvEvent event;

  record (fixture, portions);
  whole = read_file (fixture->path);
  bytes = g_memdup2 (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  bytes[g_bytes_get_size (whole) / 2] ^= 1;
  write_file (fixture->path, bytes, g_bytes_get_size (whole));
  store = open_recording (fixture, &info);
  g_assert_cmpuint (check_what_is_left (fixture, store), ==, fixture->naive->events->len);
  g_assert_true (ov_store_get_event (store, 16384, &event));
  g_assert_cmpuint (event.kind, ==, OV_EVENT_GAP);
  g_assert_false (ov_store_get_event (store, 16385, &event));
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.events, ==, 2 * 16384 + 1);
  ov_recording_info_clear (&info);
}

/* ---- refused ---- */

static void
check_refused (const char *path,
               GQuark      domain,
               int         code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_basename (path);

  g_assert_null (ov_recording_open (path, NULL, &error));
  g_assert_error (error, domain, code);
  /* It says which file, and what one can do. */
  g_assert_nonnull (strstr (error->message, name));
  if (domain == OV_RECORDING_ERROR)
    {
      g_assert_cmpstr (ov_error_get_word (error), !=, "failed");
      g_assert_nonnull (ov_error_get_hint (error));
    }
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  data)
{
  static const guint portions[] = { 100, 0 };
  g_autofree char *missing = g_build_filename (fixture->folder, "missing.overstory", NULL);
  g_autofree char *pipe_path = g_build_filename (fixture->folder, "pipe", NULL);
  g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);
  g_autoptr (GBytes) whole = NULL;
  g_autofree guint8 *bytes = NULL;
  guint32 version = 2;

  check_refused (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  check_refused (fixture->folder, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING);
  /* Nobody writes to it, and nobody waits. */
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  check_refused (pipe_path, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING);
  check_refused ("/dev/null", OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING);
  write_file (other, "", 0);
  check_refused (other, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING);
  write_file (other, "\x7f" "ELF and much more", 18);
  check_refused (other, OV_RECORDING_ERROR, OV_RECORDING_ERROR_NOT_A_RECORDING);

  record (fixture, portions);
  whole = read_file (fixture->path);
  bytes = g_memdup2 (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  write_file (other, bytes, 500);
  check_refused (other, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED);
  write_file (other, bytes, 1088 + 40);
  check_refused (other, OV_RECORDING_ERROR, OV_RECORDING_ERROR_DAMAGED);
  memcpy (bytes + 8, &version, sizeof version);
  write_file (other, bytes, g_bytes_get_size (whole));
  check_refused (other, OV_RECORDING_ERROR, OV_RECORDING_ERROR_VERSION);
  version = 0x04030201;
  memcpy (bytes + 12, &version, sizeof version);
  write_file (other, bytes, g_bytes_get_size (whole));
  check_refused (other, OV_RECORDING_ERROR, OV_RECORDING_ERROR_VERSION);
  if (geteuid () != 0)
    {
      g_chmod (fixture->path, 0);
      check_refused (fixture->path, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    }
}

/* ---- where it is written ---- */

static void
test_never_overwrites (Fixture       *fixture,
                       gconstpointer  data)
{
  static const guint portions[] = { 100, 0 };
  g_autofree char *precious = g_build_filename (fixture->folder, "precious", NULL);
  g_autofree char *nowhere = g_build_filename (fixture->folder, "no", "such", "folder", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OvRecorder) recorder = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (OvStore) store = NULL;
  g_autofree char *target = NULL;

  write_file (precious, "precious", 8);
  g_assert_null (ov_recorder_new (fixture->store, precious, 27, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (ov_recorder_new (fixture->store, fixture->folder, 27, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);
  g_assert_null (ov_recorder_new (fixture->store, nowhere, 27, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* A link is replaced, not what it points to. */
  g_assert_cmpint (symlink (precious, fixture->path), ==, 0);
  g_assert_null (ov_recorder_new (fixture->store, fixture->path, 27, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  recorder = ov_recorder_new (fixture->store, fixture->path, 27, TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (stop (recorder, &error));
  kept = read_file (precious);
  g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), "precious", 8);
  target = g_file_read_link (fixture->path, NULL);
  g_assert_null (target);

  /* And a file is replaced when that was said. */
  g_remove (fixture->path);
  record (fixture, portions);
  g_clear_object (&recorder);
  recorder = ov_recorder_new (fixture->store, fixture->path, 27, TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (stop (recorder, &error));
  g_clear_object (&recorder);
  store = open_recording (fixture, NULL);
  assert_same (store, fixture->naive, 0, 100);
}

static void
failed_cb (OvRecorder *recorder,
           GError     *error,
           Fixture    *fixture)
{
  g_assert_null (fixture->failed);
  fixture->failed = g_error_copy (error);
}

/* Files may not grow beyond that: as a full disk, but for the signal that must not end the program. */
static void
record_until_full (Fixture *fixture)
{
  struct rlimit limit = { 300 * 1000, RLIM_INFINITY };
  g_autoptr (OvRecorder) recorder = start (fixture);
  g_autoptr (GError) error = NULL;
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  g_signal_connect (recorder, "failed", G_CALLBACK (failed_cb), fixture);
  append (fixture, 1000);
  wait_for_events (recorder, 1000);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  append (fixture, 20000);
  while (fixture->failed == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_error (fixture->failed, OV_RECORDING_ERROR, OV_RECORDING_ERROR_FULL);
  g_assert_false (stop (recorder, &error));
  g_assert_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_FULL);
  g_clear_error (&error);
  g_assert_false (stop (recorder, &error));
  g_assert_error (error, OV_RECORDING_ERROR, OV_RECORDING_ERROR_FULL);
  g_assert_cmpuint (ov_recorder_get_events (recorder), ==, 1000);
}

static void
test_full_disk (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (OvStore) store = NULL;
  OvRecordingInfo info;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  record_until_full (fixture);
  store = open_recording (fixture, &info);
  g_assert_cmpuint (info.events, ==, 1000);
  g_assert_cmpuint (info.lost_bytes, ==, 0);
  assert_same (store, fixture->naive, 0, 1000);
  ov_recording_info_clear (&info);
}

/* What the store forgot before it was written is a gap in the file. */
static void
test_forgotten_before_written (Fixture       *fixture,
                               gconstpointer  data)
{
  const OvStoreLimits limits = { .memory_bytes = 2 * 1024 * 1024, .disk_bytes = 4 * 1024 * 1024 };
  static const guint portions[] = { 1, 0 };
  g_autoptr (OvStore) store = NULL;
  guint64 first;

  ov_store_unref (fixture->store);
  fixture->store = ov_store_new ("shop@host", &limits);
  for (guint i = 0; i < 40; i++)
    append (fixture, 10000);
  ov_store_settle (fixture->store);
  first = ov_store_get_first (fixture->store);
  g_assert_cmpuint (first, >, 0);
  record (fixture, portions);
  store = open_recording (fixture, NULL);
  g_assert_cmpuint (check_what_is_left (fixture, store), ==, fixture->naive->events->len);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
    gconstpointer data;
  } tests[] = {
    { "/trace/recording/round-trip", test_round_trip },
    { "/trace/recording/closed-store", test_closed_store },
    { "/trace/recording/payload-stays", test_payload_stays },
    { "/trace/recording/cut-while-open", test_cut_while_open },
    { "/trace/recording/open-async", test_open_async },
    { "/trace/recording/dropped", test_dropped },
    { "/trace/recording/every-cut", test_every_cut },
    { "/trace/recording/every-wrong-byte", test_every_wrong_byte },
    { "/trace/recording/every-wrong-byte-with-index", test_every_wrong_byte, "index" },
    { "/trace/recording/damage-in-the-middle", test_damage_in_the_middle },
    { "/trace/recording/refused", test_refused },
    { "/trace/recording/never-overwrites", test_never_overwrites },
    { "/trace/recording/full-disk", test_full_disk },
    { "/trace/recording/forgotten-before-written", test_forgotten_before_written },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, tests[i].data, set_up, tests[i].test, tear_down);

  return g_test_run ();
}
