/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvPast: the table of any instant, however one comes to it.  The witnesses are the script itself (who lives,
 * and under which name) and a second past that goes to the instant in one go.
 */
#include "model/ov-past.h"
#include "record-script.h"

#include <string.h>

#define MS G_GINT64_CONSTANT (1000000)
#define BEGIN (G_GINT64_CONSTANT (1700000000) * 1000 * MS)

typedef struct
{
  gboolean done;
  GError  *error;
  OvProcessTable *table;
} Seek;

static void
sought_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Seek *seek = user_data;

  seek->table = ov_past_seek_finish (OV_PAST (source), result, &seek->error);
  seek->done = TRUE;
}

static OvProcessTable *
go (OvPast *past,
    gint64  at_ns)
{
  Seek seek = { FALSE };

  ov_past_seek_async (past, at_ns, NULL, sought_cb, &seek);
  while (!seek.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (seek.error);
  g_assert_true (seek.table == ov_past_get_table (past));
  g_assert_cmpint (ov_past_get_instant (past), ==, at_ns);
  script_check (seek.table);

  return seek.table;
}

static const OvProcess *
row_of (OvProcessTable *table,
        guint           id)
{
  guint32 slot = script_slot (table, id);

  return slot != OV_SLOT_NONE ? ov_process_table_get_row (table, slot) : NULL;
}

static gboolean
lives (OvProcessTable *table,
       guint           id)
{
  const OvProcess *row = row_of (table, id);

  return row != NULL && row->alive;
}

static void
script_census (RecordScript *script,
               OvStore      *store,
               gint64        id,
               gint64        at_ns)
{
  record_gap (script, (guint64) id, "census");
  record_batch (script, store, at_ns);
}

/* A supervisor 1 with a worker 2; 1 is the master of an application. */
static void
script_first_census (RecordScript *script,
                     OvStore      *store,
                     gint64        at_ns)
{
  script_census (script, store, 1, at_ns);
  record_application (script, "shop", 1);
  record_process (script, &(ScriptProcess) { 1, OV_BEHAVIOUR_SUPERVISOR, "sup" });
  record_process (script, &(ScriptProcess) { 2, OV_BEHAVIOUR_GEN_SERVER, "cart", 1 });
  record_batch (script, store, at_ns + 1 * MS);
  record_census_done (script, 1, 2);
  record_batch (script, store, at_ns + 2 * MS);
}

/* A batch tells of several instants; each counts from its own on. */
static void
test_within_a_batch (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (RecordScript) script = record_script_new ();
  g_autoptr (OvPast) past = NULL;
  OvProcessTable *table;

  script_first_census (script, store, BEGIN);
  record_birth (script, 3, 1, "a", BEGIN + 10 * MS);
  record_name (script, 3, "three", TRUE, BEGIN + 15 * MS);
  record_birth (script, 4, 1, "b", BEGIN + 20 * MS);
  record_death (script, 3, "kill", BEGIN + 30 * MS);
  record_birth (script, 5, 1, "c", BEGIN + 40 * MS);
  record_batch (script, store, BEGIN + 45 * MS);

  past = ov_past_new (store);
  g_assert_cmpuint (ov_process_table_get_n_alive (go (past, BEGIN - 1)), ==, 0);
  table = go (past, BEGIN + 9 * MS);
  g_assert_true (lives (table, 1) && lives (table, 2));
  g_assert_false (lives (table, 3));
  table = go (past, BEGIN + 10 * MS);
  g_assert_true (lives (table, 3));
  g_assert_cmpuint (script_slot (table, 4), ==, OV_SLOT_NONE);
  g_assert_cmpuint (row_of (table, 3)->name, ==, OV_STRING_NONE);
  table = go (past, BEGIN + 25 * MS);
  g_assert_true (lives (table, 3) && lives (table, 4));
  g_assert_cmpuint (ov_process_table_find_name (table, "three"), ==, script_slot (table, 3));
  table = go (past, BEGIN + 39 * MS);
  g_assert_false (lives (table, 3));
  g_assert_cmpint (row_of (table, 3)->died_ns, ==, BEGIN + 30 * MS);
  g_assert_cmpuint (script_slot (table, 5), ==, OV_SLOT_NONE);
  table = go (past, BEGIN + 100 * MS);
  g_assert_true (lives (table, 5));

  /* And back. */
  table = go (past, BEGIN + 12 * MS);
  g_assert_true (lives (table, 3));
  g_assert_cmpuint (script_slot (table, 4), ==, OV_SLOT_NONE);
  g_assert_cmpuint (row_of (table, 3)->name, ==, OV_STRING_NONE);
  g_assert_finalize_object (g_steal_pointer (&past));
}

/* Graves and marks last as long as they did, by the clock of the node. */
static void
test_graves (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (RecordScript) script = record_script_new ();
  g_autoptr (OvPast) past = NULL;
  OvProcessTable *table;

  script_first_census (script, store, BEGIN);
  record_birth (script, 3, 1, "a", BEGIN + 10000 * MS);
  record_death (script, 2, "kill", BEGIN + 10000 * MS);
  record_batch (script, store, BEGIN + 10001 * MS);

  past = ov_past_new (store);
  table = go (past, BEGIN + 11400 * MS);
  g_assert_nonnull (row_of (table, 2));
  g_assert_false (lives (table, 2));
  g_assert_cmpint (row_of (table, 2)->mark, ==, OV_MARK_CRASHED);
  g_assert_cmpint (row_of (table, 3)->mark, ==, OV_MARK_BORN);
  table = go (past, BEGIN + 11600 * MS);
  g_assert_null (row_of (table, 2));
  g_assert_cmpint (row_of (table, 3)->mark, ==, OV_MARK_BORN);
  table = go (past, BEGIN + 12100 * MS);
  g_assert_cmpint (row_of (table, 3)->mark, ==, OV_MARK_NONE);
  table = go (past, BEGIN + 10500 * MS);
  g_assert_nonnull (row_of (table, 2));
  g_assert_cmpint (row_of (table, 3)->mark, ==, OV_MARK_BORN);
}

/* Who a whole census does not report is dead; who a broken one does not report is not; and the end of one
 * that was given up is no end of the next. */
static void
test_censuses (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (RecordScript) script = record_script_new ();
  g_autoptr (OvPast) past = NULL;
  OvProcessTable *table;

  script_first_census (script, store, BEGIN);
  script_census (script, store, 2, BEGIN + 1000 * MS);
  record_gap (script, 2, "census-broken");
  record_batch (script, store, BEGIN + 1100 * MS);
  script_census (script, store, 3, BEGIN + 2000 * MS);
  record_process (script, &(ScriptProcess) { 1, OV_BEHAVIOUR_SUPERVISOR, "sup" });
  record_census_done (script, 2, 0);
  record_batch (script, store, BEGIN + 2100 * MS);
  record_census_done (script, 3, 1);
  record_batch (script, store, BEGIN + 2200 * MS);

  past = ov_past_new (store);
  table = go (past, BEGIN + 1500 * MS);
  g_assert_true (lives (table, 1) && lives (table, 2));
  table = go (past, BEGIN + 2150 * MS);
  g_assert_true (lives (table, 1) && lives (table, 2));
  table = go (past, BEGIN + 2250 * MS);
  g_assert_true (lives (table, 1));
  g_assert_false (lives (table, 2));
}

/* The node was started again: nobody of before is left, and no death was told. */
static void
test_other_life (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (RecordScript) script = record_script_new ();
  g_autoptr (OvPast) past = NULL;
  OvPid pid = script_pid (9);
  OvPid old = script_pid (2);
  OvProcessTable *table;

  pid.creation++;
  script_first_census (script, store, BEGIN);
  script_census (script, store, 1, BEGIN + 60000 * MS);
  g_ptr_array_add (script, ov_term_tuple (ov_term_new_integer (3),
                                          ov_term_new_integer (BEGIN + 60000 * MS),
                                          ov_term_new_pid (&pid), ov_term_new_list (NULL, 0),
                                          ov_term_new_atom ("m"), ov_term_new_atom ("f"),
                                          ov_term_new_integer (0), NULL));
  record_census_done (script, 1, 1);
  record_batch (script, store, BEGIN + 60001 * MS);

  past = ov_past_new (store);
  table = go (past, BEGIN + 70000 * MS);
  g_assert_cmpuint (ov_process_table_get_n_alive (table), ==, 1);
  g_assert_cmpuint (ov_process_table_find_pid (table, &pid), !=, OV_SLOT_NONE);
  g_assert_cmpuint (ov_process_table_find_pid (table, &old), ==, OV_SLOT_NONE);
  table = go (past, BEGIN + 30000 * MS);
  g_assert_cmpuint (ov_process_table_get_n_alive (table), ==, 2);
  g_assert_cmpuint (ov_process_table_find_pid (table, &old), !=, OV_SLOT_NONE);
}

/* ---- a long script ---- */

#define N_SUPERVISORS 8
#define N_ROUNDS 12000
#define LATE (3 * MS) /* a census and a reading are sent so much later at most */

typedef struct
{
  gint64 born_ns, died_ns; /* died 0: it lives on */
  gint64 named_ns, unnamed_ns;
  gint64 listed_ns;          /* its supervisor told its child id */
} Life;

typedef struct
{
  OvStore      *store;
  GRand        *rand;
  RecordScript *events; /* of the lifecycle stream */
  RecordScript *late;   /* a batch of it that is overtaken by the next of another stream */
  gint64        late_ns;
  RecordScript *others;
  GArray       *lives;  /* Life by number of the process */
  gint64        now_ns;
  gint64        n_censuses;
} World;

static Life *
life_of (World *world,
         guint  id)
{
  if (id >= world->lives->len)
    g_array_set_size (world->lives, id + 1);

  return &g_array_index (world->lives, Life, id);
}

static guint
supervisor_of (guint id)
{
  return 2 + id % N_SUPERVISORS;
}

static void
send_late (World *world)
{
  if (world->late->len > 0)
    record_batch (world->late, world->store, world->late_ns);
}

static void
send_events (World *world)
{
  RecordScript *sent = world->events;

  send_late (world);
  if (sent->len == 0)
    return;
  if (g_rand_boolean (world->rand))
    {
      record_batch (sent, world->store, world->now_ns);
      return;
    }
  world->events = world->late;
  world->late = sent;
  world->late_ns = world->now_ns;
}

static void
bear (World *world)
{
  guint id = MAX (world->lives->len, 2 + N_SUPERVISORS);

  life_of (world, id)->born_ns = world->now_ns;
  record_birth (world->events, id, supervisor_of (id), "worker", world->now_ns);
}

/* The youngest are in danger: many names, few that live long. */
static guint
pick (World *world)
{
  guint n = world->lives->len;
  guint id;

  if (n <= 2 + N_SUPERVISORS)
    return 0;
  id = (guint) g_rand_int_range (world->rand, (gint32) MAX (2 + N_SUPERVISORS, n > 400 ? n - 400 : 0),
                                 (gint32) n);

  return life_of (world, id)->died_ns == 0 ? id : 0;
}

static void
end_one (World *world)
{
  guint id = pick (world);

  if (id == 0)
    return;
  life_of (world, id)->died_ns = world->now_ns;
  record_death (world->events, id, g_rand_boolean (world->rand) ? "kill" : "normal", world->now_ns);
}

static void
name_one (World *world)
{
  guint id = pick (world);
  g_autofree char *name = g_strdup_printf ("w%u", id);
  Life *life;

  if (id == 0)
    return;
  life = life_of (world, id);
  if (life->named_ns == 0)
    life->named_ns = world->now_ns;
  else if (life->unnamed_ns == 0)
    life->unnamed_ns = world->now_ns;
  else
    return;
  record_name (world->events, id, name, life->unnamed_ns == 0, world->now_ns);
}

static gboolean
is_named (const Life *life,
          gint64      at_ns)
{
  return life->named_ns != 0 && life->named_ns <= at_ns
         && (life->unnamed_ns == 0 || life->unnamed_ns > at_ns);
}

static void
report (World *world,
        guint  id)
{
  g_autofree char *name = g_strdup_printf ("w%u", id);
  ScriptProcess process = { id, OV_BEHAVIOUR_GEN_SERVER };

  if (id == 1)
    process = (ScriptProcess) { 1, OV_BEHAVIOUR_APPLICATION_MASTER };
  else if (id < 2 + N_SUPERVISORS)
    process = (ScriptProcess) { id, OV_BEHAVIOUR_SUPERVISOR, NULL, 1 };
  else
    {
      process.parent = supervisor_of (id);
      process.name = is_named (life_of (world, id), world->now_ns) ? name : NULL;
    }
  process.module = "worker";
  record_process (world->others, &process);
}

/* What it says is of now, but it is sent some milliseconds later. */
static void
send_others (World *world)
{
  record_batch (world->others, world->store,
                world->now_ns + g_rand_int_range (world->rand, 0, LATE / MS) * MS);
}

static void
take_census (World *world)
{
  world->n_censuses++;
  script_census (world->others, world->store, world->n_censuses, world->now_ns);
  record_application (world->others, "world", 1);
  for (guint id = 1; id < MAX (world->lives->len, 2 + N_SUPERVISORS); id++)
    if (id < 2 + N_SUPERVISORS || life_of (world, id)->died_ns == 0)
      report (world, id);
  record_census_done (world->others, world->n_censuses, 0);
  send_others (world);
}

static void
read_supervisor (World *world)
{
  guint supervisor = (guint) g_rand_int_range (world->rand, 2, 2 + N_SUPERVISORS);
  guint n = 0;

  for (guint id = 2 + N_SUPERVISORS; id < world->lives->len; id++)
    n += life_of (world, id)->died_ns == 0 && supervisor_of (id) == supervisor;
  record_supervisor (world->others, supervisor, n);
  for (guint id = 2 + N_SUPERVISORS; id < world->lives->len; id++)
    if (life_of (world, id)->died_ns == 0 && supervisor_of (id) == supervisor)
      {
        g_autofree char *child_id = g_strdup_printf ("c%u", id);

        record_child (world->others, supervisor, child_id, id);
        if (life_of (world, id)->listed_ns == 0)
          life_of (world, id)->listed_ns = world->now_ns + LATE;
      }
  send_others (world);
}

static void
make_world (World   *world,
            OvStore *store,
            guint32  seed)
{
  *world = (World) {
    .store = store, .rand = g_rand_new_with_seed (seed), .events = record_script_new (),
    .late = record_script_new (), .others = record_script_new (), .now_ns = BEGIN,
    .lives = g_array_new (FALSE, TRUE, sizeof (Life)),
  };
  take_census (world);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint32 dice = g_rand_int_range (world->rand, 0, 1000);

      world->now_ns += g_rand_int_range (world->rand, 1, 12) * MS;
      if (dice < 420)
        bear (world);
      else if (dice < 840)
        end_one (world);
      else if (dice < 990)
        name_one (world);
      else if (dice < 997)
        read_supervisor (world);
      else
        take_census (world);
      if (g_rand_int_range (world->rand, 0, 3) == 0)
        send_events (world);
    }
  send_events (world);
  send_late (world);
}

static void
clear_world (World *world)
{
  g_rand_free (world->rand);
  record_script_free (world->events);
  record_script_free (world->late);
  record_script_free (world->others);
  g_array_unref (world->lives);
}

/* Is the table what the world was?  (Supervisors and the master are not told of by births.) */
static void
check_world (World          *world,
             OvProcessTable *table,
             gint64          at_ns)
{
  OvStrings *strings = ov_process_table_get_strings (table);
  guint n_alive = 1 + N_SUPERVISORS;

  for (guint id = 2 + N_SUPERVISORS; id < world->lives->len; id++)
    {
      const Life *life = life_of (world, id);
      gboolean alive = life->born_ns <= at_ns && (life->died_ns == 0 || life->died_ns > at_ns);
      const OvProcess *row = row_of (table, id);

      g_assert_true (alive == (row != NULL && row->alive));
      n_alive += alive;
      if (!alive)
        continue;
      g_assert_true (is_named (life, at_ns) == (row->name != OV_STRING_NONE));
      if (row->name != OV_STRING_NONE)
        g_assert_cmpuint (g_ascii_strtoull (ov_strings_get (strings, row->name) + 1, NULL, 10), ==, id);
      g_assert_cmpuint (ov_process_table_get_row (table, row->parent)->pid.id, ==, supervisor_of (id));
      if (life->listed_ns != 0 && life->listed_ns <= at_ns)
        {
          g_autofree char *child_id = g_strdup_printf ("c%u", id);

          g_assert_cmpstr (ov_strings_get (strings, row->child_id), ==, child_id);
        }
    }
  g_assert_cmpuint (ov_process_table_get_n_alive (table), ==, n_alive);
}

static void
test_random (void)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (OvPast) past = NULL;
  g_autoptr (OvPast) sought = NULL;
  World world;
  gint64 at_ns = 0;

  make_world (&world, store, seed);
  past = ov_past_new (store);
  for (guint i = 0; i < 60; i++)
    {
      OvProcessTable *table;

      /* Most looks are near the one before, as when somebody drags. */
      if (i % 4 == 0)
        at_ns = BEGIN + 20 * MS
                + (gint64) (g_rand_double (world.rand) * (double) (world.now_ns - BEGIN - 20 * MS));
      else
        at_ns = CLAMP (at_ns + g_rand_int_range (world.rand, -400, 800) * MS, BEGIN + 20 * MS,
                       world.now_ns + 1000 * MS);
      table = go (past, at_ns);
      check_world (&world, table, at_ns);
      if (i % 12 == 0)
        {
          sought = ov_past_new (store);
          check_world (&world, go (sought, at_ns), at_ns);
          g_clear_object (&sought);
        }
    }
  clear_world (&world);
}

/* What a view keeps of a row, slot and generation, never means another process after going back. */
static void
test_slots (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (OvPast) past = NULL;
  g_autofree OvProcess *before = g_new (OvProcess, 100000);
  World world;
  gint64 middle_ns;
  guint32 n_before, n_after;
  guint n_same = 0;
  OvProcessTable *table;

  make_world (&world, store, 42);
  middle_ns = BEGIN + (world.now_ns - BEGIN) / 2;
  past = ov_past_new (store);
  table = go (past, middle_ns);
  ov_process_table_get_rows (table, &n_before);
  g_assert_cmpuint (n_before, <, 100000);
  memcpy (before, ov_process_table_get_rows (table, &n_before), n_before * sizeof (OvProcess));
  go (past, world.now_ns);
  for (guint i = 0; i < 40; i++)
    {
      const OvProcess *after;

      table = go (past, middle_ns + (i % 2 == 0 ? -20 : 20) * (gint64) i * MS);
      after = ov_process_table_get_rows (table, &n_after);
      for (guint32 slot = 0; slot < MIN (n_before, n_after); slot++)
        if (before[slot].used && after[slot].used
            && before[slot].generation == after[slot].generation)
          {
            g_assert_true (ov_pid_equal (&before[slot].pid, &after[slot].pid));
            n_same++;
          }
    }
  g_assert_cmpuint (n_same, >, 40 * (1 + N_SUPERVISORS));
  clear_world (&world);
}

/* ---- cancelling ---- */

static void
test_replaced (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (OvPast) past = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  World world;
  Seek seeks[4] = { { FALSE } };

  make_world (&world, store, 7);
  past = ov_past_new (store);
  ov_past_seek_async (past, world.now_ns, NULL, sought_cb, &seeks[0]);
  for (guint i = 0; i < 3; i++)
    g_main_context_iteration (NULL, TRUE); /* on its way */
  ov_past_seek_async (past, BEGIN + 5000 * MS, NULL, sought_cb, &seeks[1]);
  ov_past_seek_async (past, BEGIN + 9000 * MS, NULL, sought_cb, &seeks[2]);
  while (!seeks[0].done || !seeks[1].done || !seeks[2].done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (seeks[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (seeks[1].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_no_error (seeks[2].error);
  check_world (&world, seeks[2].table, BEGIN + 9000 * MS);

  ov_past_seek_async (past, world.now_ns, cancellable, sought_cb, &seeks[3]);
  g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  while (!seeks[3].done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (seeks[3].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  check_world (&world, go (past, BEGIN + 9500 * MS), BEGIN + 9500 * MS);
  check_world (&world, go (past, world.now_ns), world.now_ns);
  g_clear_error (&seeks[0].error);
  g_clear_error (&seeks[1].error);
  g_clear_error (&seeks[3].error);
  clear_world (&world);
}

/* A store may hold anything. */
static void
test_hostile (void)
{
  g_autoptr (OvStore) store = ov_store_new (SCRIPT_NODE, NULL);
  g_autoptr (RecordScript) script = record_script_new ();
  g_autoptr (OvPast) past = NULL;

  for (guint i = 0; i < 2000; i++)
    {
      guint8 bytes[64];
      gsize n = (gsize) g_test_rand_int_range (0, sizeof bytes);
      OvEvent event = { .kind = OV_EVENT_RECORDS, .at_ns = BEGIN + g_test_rand_int_range (-5, 5) * MS };

      for (gsize k = 0; k < n; k++)
        bytes[k] = (guint8) g_test_rand_int ();
      if (n > 4 && i % 2 == 0)
        memcpy (bytes, "l\0\0\0", 4);
      ov_store_begin (store);
      ov_store_append (store, &event, bytes, n);
      ov_store_commit (store);
      if (i == 1000)
        script_first_census (script, store, BEGIN);
    }
  past = ov_past_new (store);
  g_assert_true (lives (go (past, BEGIN + 10 * MS), 2));
  go (past, G_MAXINT64);
  go (past, G_MININT64 + 1);
  go (past, 0);
  g_assert_true (lives (go (past, G_MAXINT64 - 1), 2));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/past/within-a-batch", test_within_a_batch);
  g_test_add_func ("/model/past/graves", test_graves);
  g_test_add_func ("/model/past/censuses", test_censuses);
  g_test_add_func ("/model/past/other-life", test_other_life);
  g_test_add_func ("/model/past/random", test_random);
  g_test_add_func ("/model/past/slots", test_slots);
  g_test_add_func ("/model/past/replaced", test_replaced);
  g_test_add_func ("/model/past/hostile", test_hostile);

  return g_test_run ();
}
