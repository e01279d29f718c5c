/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writers and readers at once, while chunks are spilled and forgotten; and ten million events.
 *
 * Each event can be checked by itself: what it says follows from its tag, so a reader needs no twin.
 */
#include "trace/ov-event-list.h"

#include <string.h>

#define SEED 20260303
#define START_NS G_GINT64_CONSTANT (1767000000000000000)
#define MIB (1024 * 1024)

enum { N_WRITERS = 2, N_READERS = 3, BATCHES = 1500, BATCH = 200, N_ACTORS = 500 };

/* ---- events that know themselves ---- */

static guint32
mix (guint32 tag)
{
  tag *= 0x9e3779b1u;

  return tag ^ tag >> 15;
}

static gsize
make_payload (guint32 tag,
              char    payload[48])
{
  return (gsize) g_snprintf (payload, 48, "%u %.*s", tag, (int) (tag % 20), "....................");
}

static void
append_one (OvStore *store,
            guint32  tag)
{
  OvPid pid = { ov_store_get_node (store), mix (tag) % N_ACTORS, 0, 1 };
  char payload[48], text[32];
  gsize size = make_payload (tag, payload);
  OvEvent event = {
    .at_ns = START_NS + tag, .kind = (guint8) (mix (tag) % 3), .actor = ov_store_intern_actor (store, &pid),
    .peer = OV_ACTOR_NONE, .size_bytes = mix (tag), .tag = tag,
  };

  g_snprintf (text, sizeof text, "shape %u", tag % 5000);
  event.shape = ov_store_intern_text (store, text, strlen (text));
  g_assert_cmpuint (ov_store_append (store, &event, payload, size), !=, OV_EVENT_NONE);
}

static void
check_one (OvStore *store,
           guint64  number)
{
  g_autoptr (GBytes) bytes = ov_store_dup_payload (store, number);
  OvEvent event;
  OvPid pid;
  char payload[48], text[32];
  gsize size;

  /* Forgotten before we came. */
  if (!ov_store_get_event (store, number, &event) || event.kind == OV_EVENT_GAP)
    return;

  pid = ov_store_get_actor (store, event.actor);
  g_snprintf (text, sizeof text, "shape %u", event.tag % 5000);
  g_assert_cmpint (event.at_ns, ==, START_NS + event.tag);
  g_assert_cmpuint (event.kind, ==, mix (event.tag) % 3);
  g_assert_cmpuint (event.size_bytes, ==, mix (event.tag));
  g_assert_cmpuint (pid.id, ==, mix (event.tag) % N_ACTORS);
  g_assert_cmpuint (ov_store_find_actor (store, &pid), ==, event.actor);
  g_assert_cmpstr (ov_store_get_text (store, event.shape), ==, text);
  g_assert_cmpuint (ov_store_find_text (store, text), ==, event.shape);
  size = make_payload (event.tag, payload);
  /* It was fetched before the event: then it is the same, or the gap that took its place. */
  if (bytes != NULL)
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), payload, size);
}

/* ---- many threads ---- */

typedef struct
{
  OvStore *store;
  guint    number; /* of the thread */
  int     *n_writing;
} Worker;

static gpointer
write_events (gpointer data)
{
  Worker *self = data;

  for (guint batch = 0; batch < BATCHES; batch++)
    {
      ov_store_begin (self->store);
      for (guint i = 0; i < BATCH; i++)
        append_one (self->store, (batch * BATCH + i) * N_WRITERS + self->number);
      ov_store_commit (self->store);
    }
  g_atomic_int_add (self->n_writing, -1);

  return NULL;
}

static void
look_around (OvStore *store,
             GRand   *rand)
{
  const guint32 actor = (guint32) g_rand_int_range (rand, 0, N_ACTORS);
  const OvEventQuery query = { .kinds = OV_EVENT_MASK (OV_EVENT_RECEIVE), .actors = &actor, .n_actors = 1 };
  g_autoptr (OvEventFilter) filter = ov_event_filter_new (store, &query);
  guint64 end = ov_store_get_end (store);
  guint64 found = ov_event_filter_next (filter, ov_store_get_first (store), end);
  guint32 bins[64];
  OvEvent event;
  OvStoreFigures figures;

  if (found != OV_EVENT_NONE && ov_store_get_event (store, found, &event) && event.kind != OV_EVENT_GAP)
    {
      g_assert_cmpuint (event.kind, ==, OV_EVENT_RECEIVE);
      g_assert_cmpuint (event.actor, ==, actor);
    }
  ov_event_filter_previous (filter, ov_store_get_first (store), end);
  ov_store_count_bins (store, START_NS, START_NS + BATCHES * BATCH * N_WRITERS, G_MAXUINT64, 64, bins);
  ov_store_find_time (store, START_NS + g_rand_int_range (rand, 0, BATCHES * BATCH * N_WRITERS));
  ov_store_get_figures (store, &figures);
}

static gpointer
read_events (gpointer data)
{
  Worker *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + self->number);
  g_autoptr (GBytes) held = NULL;
  guint64 last_end = 0;

  while (g_atomic_int_get (self->n_writing) > 0)
    {
      guint64 first = ov_store_get_first (self->store);
      guint64 end = ov_store_get_end (self->store);

      g_assert_cmpuint (end, >=, last_end);
      last_end = end;
      if (end == first)
        continue;
      for (guint i = 0; i < 100; i++)
        check_one (self->store, first + (guint64) (g_rand_double (rand) * (double) (end - first)));
      check_one (self->store, first);
      check_one (self->store, end - 1);
      g_clear_pointer (&held, g_bytes_unref);
      held = ov_store_dup_payload (self->store, first + (end - first) / 2);
      look_around (self->store, rand);
    }

  return NULL;
}

static void
test_readers_and_writers (void)
{
  const OvStoreLimits limits = { .memory_bytes = 3 * MIB, .disk_bytes = 12 * MIB };
  g_autoptr (OvStore) store = ov_store_new ("shop@host", &limits);
  GThread *threads[N_WRITERS + N_READERS];
  Worker workers[N_WRITERS + N_READERS];
  int n_writing = N_WRITERS;
  OvStoreFigures figures;

  for (guint i = 0; i < N_WRITERS + N_READERS; i++)
    {
      workers[i] = (Worker) { store, i, &n_writing };
      threads[i] = g_thread_new (NULL, i < N_WRITERS ? write_events : read_events, &workers[i]);
    }
  for (guint i = 0; i < N_WRITERS + N_READERS; i++)
    g_thread_join (threads[i]);

  ov_store_settle (store);
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (ov_store_get_end (store), ==, N_WRITERS * BATCHES * BATCH);
  g_assert_cmpuint (figures.events + figures.forgotten, ==, N_WRITERS * BATCHES * BATCH);
  g_assert_cmpuint (figures.forgotten, >, 0);
  for (guint64 i = ov_store_get_first (store); i < ov_store_get_end (store); i++)
    check_one (store, i);
}

/* ---- ten million ---- */

static void
test_ten_million (void)
{
  enum { N = 10 * 1000 * 1000 };
  const OvStoreLimits limits = { .memory_bytes = 64 * MIB };
  g_autoptr (OvStore) store = ov_store_new ("shop@host", &limits);
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  g_autoptr (OvEventList) list = NULL;
  guint32 bins[1000];
  OvStoreFigures figures;
  guint64 sum = 0;

  for (guint32 tag = 0; tag < N; tag++)
    {
      if (tag % 1000 == 0)
        ov_store_begin (store);
      append_one (store, tag);
      if (tag % 1000 == 999)
        ov_store_commit (store);
    }
  ov_store_settle (store);
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.events, ==, N);
  g_assert_cmpuint (figures.forgotten, ==, 0);
  g_assert_cmpuint (figures.memory_bytes, <, limits.memory_bytes + 16 * MIB);

  for (guint i = 0; i < 20000; i++)
    {
      guint32 tag = (guint32) g_rand_int_range (rand, 0, N);
      OvEvent event;

      g_assert_true (ov_store_get_event (store, tag, &event));
      g_assert_cmpuint (event.tag, ==, tag);
      check_one (store, tag);
      g_assert_cmpuint (ov_store_find_time (store, START_NS + tag), ==, tag);
    }
  ov_store_count_bins (store, START_NS, START_NS + N, G_MAXUINT64, G_N_ELEMENTS (bins), bins);
  for (guint i = 0; i < G_N_ELEMENTS (bins); i++)
    sum += bins[i];
  g_assert_cmpuint (sum, ==, N);

  list = ov_event_list_new (store);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, N);
  g_assert_cmpuint (ov_event_list_get_number (list, 7654321), ==, 7654321);
  g_assert_cmpuint (ov_event_list_find (list, 1234567), ==, 1234567);
  g_assert_finalize_object (g_steal_pointer (&list));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/store/readers-and-writers", test_readers_and_writers);
  g_test_add_func ("/trace/store/ten-million", test_ten_million);

  return g_test_run ();
}
