/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvWakeup: many signals from a thread become few calls, none is lost, none comes after stop.
 */
#include "base/ov-wakeup.h"

#define SIGNALS 100000

typedef struct
{
  OvWakeup  *wakeup;
  GMainLoop *loop;
  int        produced; /* atomic */
  int        seen;
  guint      calls;
} Fixture;

static gboolean
woken_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->calls++;
  fixture->seen = g_atomic_int_get (&fixture->produced);
  if (fixture->seen == SIGNALS)
    g_main_loop_quit (fixture->loop);

  return G_SOURCE_REMOVE;
}

static gpointer
produce (gpointer user_data)
{
  Fixture *fixture = user_data;

  for (guint i = 0; i < SIGNALS; i++)
    {
      g_atomic_int_inc (&fixture->produced);
      ov_wakeup_signal (fixture->wakeup);
    }

  return NULL;
}

static void
test_coalesce (void)
{
  Fixture fixture = { 0 };
  GThread *thread;

  fixture.loop = g_main_loop_new (NULL, FALSE);
  fixture.wakeup = ov_wakeup_new (NULL, 1, woken_cb, &fixture);
  thread = g_thread_new ("producer", produce, &fixture);
  g_main_loop_run (fixture.loop);
  g_thread_join (thread);

  g_assert_cmpint (fixture.seen, ==, SIGNALS);
  g_assert_cmpuint (fixture.calls, <, SIGNALS / 10);

  ov_wakeup_unref (fixture.wakeup);
  g_main_loop_unref (fixture.loop);
}

static void
test_stop (void)
{
  Fixture fixture = { 0 };

  fixture.wakeup = ov_wakeup_new (NULL, 0, woken_cb, &fixture);
  ov_wakeup_signal (fixture.wakeup);
  ov_wakeup_stop (fixture.wakeup);
  ov_wakeup_signal (fixture.wakeup);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture.calls, ==, 0);
  ov_wakeup_unref (fixture.wakeup);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/wakeup/coalesce", test_coalesce);
  g_test_add_func ("/base/wakeup/stop", test_stop);

  return g_test_run ();
}
