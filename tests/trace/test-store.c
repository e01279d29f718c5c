/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvStore by itself: what is appended is what is read, before and after a chunk is full.
 */
#include "trace/ov-store.h"

#include <string.h>

enum { N = 100000 };

static void
test_append_and_read (void)
{
  g_autoptr (OvStore) store = ov_store_new ("shop@host", NULL);
  OvStoreFigures figures;
  OvEvent event;
  gint64 first_ns, last_ns;

  g_assert_false (ov_store_get_span (store, &first_ns, &last_ns));
  for (guint i = 0; i < N; i++)
    {
      OvPid pid = { ov_store_get_node (store), i % 100, 0, 1 };
      char payload[32];

      g_snprintf (payload, sizeof payload, "m%u", i % 1000);
      ov_store_begin (store);
      event = (OvEvent) {
        .at_ns = 1000 + i, .kind = i % 3, .actor = ov_store_intern_actor (store, &pid), .peer = OV_ACTOR_NONE,
        .shape = ov_store_intern_text (store, "{ok,_}", 6), .size_bytes = i,
      };
      g_assert_cmpuint (ov_store_append (store, &event, payload, strlen (payload)), ==, i);
      ov_store_commit (store);
    }

  g_assert_cmpuint (ov_store_get_first (store), ==, 0);
  g_assert_cmpuint (ov_store_get_end (store), ==, N);
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (GBytes) payload = ov_store_dup_payload (store, i);
      g_autofree char *wanted = g_strdup_printf ("m%u", i % 1000);

      g_assert_true (ov_store_get_event (store, i, &event));
      g_assert_cmpint (event.at_ns, ==, 1000 + i);
      g_assert_cmpuint (event.kind, ==, i % 3);
      g_assert_cmpuint (event.actor, ==, i % 100);
      g_assert_cmpuint (event.size_bytes, ==, i);
      g_assert_cmpstr (ov_store_get_text (store, event.shape), ==, "{ok,_}");
      g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), wanted, strlen (wanted));
    }
  g_assert_false (ov_store_get_event (store, N, &event));
  g_assert_cmpuint (ov_store_find_time (store, 1000 + 777), ==, 777);
  g_assert_cmpuint (ov_store_find_time (store, 0), ==, 0);
  g_assert_cmpuint (ov_store_find_time (store, G_MAXINT64), ==, N);
  g_assert_true (ov_store_get_span (store, &first_ns, &last_ns));
  g_assert_cmpint (first_ns, ==, 1000);
  g_assert_cmpint (last_ns, ==, 1000 + N - 1);
  ov_store_get_figures (store, &figures);
  g_assert_cmpuint (figures.events, ==, N);
  g_assert_cmpuint (figures.by_kind[1], ==, (N + 1) / 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/store/append-and-read", test_append_and_read);

  return g_test_run ();
}
