/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Going back in time on a node of 10,000 processes that lived for ten minutes: how long until the table of an
 * instant is there, and for how long the main loop is held meanwhile.
 * Exits with 1 when a promise is broken by more than a noisy machine explains (three times).
 */
#include "model/ov-past.h"
#include "record-script.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 10000, SECONDS = 600, BUSY = 1000, CHURN = 20, ROUNDS = 15 };

#define MS G_GINT64_CONSTANT (1000000)
#define BEGIN (G_GINT64_CONSTANT (1700000000) * 1000 * MS)

static gboolean is_broken;
static double longest_ms; /* one turn of the main loop, of this thread's time */

/* Of this thread alone: other programs must not count. */
static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
judge (const char *what,
       double      found_ms,
       double      promised_ms)
{
  printf ("%-62s %9.2f ms (promised at most %.0f)\n", what, found_ms, promised_ms);
  is_broken |= found_ms > promised_ms * 3;
}

static void
sample (RecordScript *script,
        guint         id,
        guint         second)
{
  OvPid pid = script_pid (id);

  g_ptr_array_add (script, ov_term_tuple (ov_term_new_integer (2), ov_term_new_pid (&pid),
                                          ov_term_new_integer (1000 + second * 100),
                                          ov_term_new_integer (second % 7), ov_term_new_integer (20000),
                                          ov_term_new_integer (1), NULL));
}

static void
live_a_second (RecordScript *script,
               OvStore      *store,
               guint         second)
{
  gint64 at_ns = BEGIN + (gint64) second * 1000 * MS;

  for (guint i = 0; i < CHURN; i++)
    {
      guint id = N + second * CHURN + i;

      record_birth (script, id, 2 + id % 100, "worker", at_ns + i * MS);
      if (second > 10)
        record_death (script, id - 10 * CHURN, "normal", at_ns + i * MS);
    }
  record_batch (script, store, at_ns + 30 * MS);
  for (guint i = 0; i < BUSY; i++)
    {
      sample (script, 102 + (second * 37 + i * 7) % (N - 102), second);
      if (i % 500 == 499)
        record_batch (script, store, at_ns + 500 * MS);
    }
}

static OvStore *
new_store (void)
{
  OvStore *store = ov_store_new (SCRIPT_NODE, NULL);
  RecordScript *script = record_script_new ();

  record_gap (script, 1, "census");
  record_application (script, "bench", 1);
  for (guint id = 1; id < N; id++)
    {
      record_process (script, &(ScriptProcess) {
        id, id < 102 ? OV_BEHAVIOUR_SUPERVISOR : OV_BEHAVIOUR_GEN_SERVER, NULL,
        id == 1 ? 0 : id < 102 ? 1 : 2 + id % 100, .module = "worker" });
      if (id % 500 == 0)
        record_batch (script, store, BEGIN);
    }
  record_census_done (script, 1, N);
  record_batch (script, store, BEGIN);
  for (guint second = 1; second < SECONDS; second++)
    live_a_second (script, store, second);
  record_script_free (script);

  return store;
}

static void
sought_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  if (ov_past_seek_finish (OV_PAST (source), result, NULL) == NULL)
    abort ();
  *(gboolean *) user_data = TRUE;
}

/* What it takes of this thread. */
static double
seek (OvPast *past,
      gint64  at_ns)
{
  gboolean done = FALSE;
  double begin_ms = cpu_ms ();

  ov_past_seek_async (past, at_ns, NULL, sought_cb, &done);
  while (!done)
    {
      double turn_ms = cpu_ms ();

      g_main_context_iteration (NULL, TRUE);
      longest_ms = MAX (longest_ms, cpu_ms () - turn_ms);
    }

  return cpu_ms () - begin_ms;
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

int
main (void)
{
  OvStore *store = new_store ();
  OvPast *past = ov_past_new (store);
  gint64 end_ns = BEGIN + (gint64) SECONDS * 1000 * MS;
  double whole_ms = seek (past, end_ns);
  double back_ms[ROUNDS], step_ms[ROUNDS];
  GRand *rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < ROUNDS; i++)
    back_ms[i] = seek (past, BEGIN + (gint64) (g_rand_double (rand) * (double) (end_ns - BEGIN)));
  seek (past, BEGIN + 300000 * MS);
  for (guint i = 0; i < ROUNDS; i++)
    step_ms[i] = seek (past, BEGIN + 300000 * MS + (gint64) (i + 1) * 160 * MS);

  judge ("the whole of ten minutes, 620,000 records", whole_ms, 1500);
  judge ("to an instant anywhere in it, median", median (back_ms, ROUNDS), 150);
  median (step_ms, ROUNDS);
  judge ("on by 160 ms, the worst: a replay at ten times its pace", step_ms[ROUNDS - 1], 8);
  judge ("the longest that the main loop was held", longest_ms, 20);

  g_rand_free (rand);
  g_object_unref (past);
  ov_store_unref (store);

  return is_broken ? 1 : 0;
}
