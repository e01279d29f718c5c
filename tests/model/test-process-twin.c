/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table against a naive twin: random little nodes live, and after each stretch the place of
 * every process is compared with what the rules give when everything is worked out anew from the
 * facts, with loops over all processes and no memory.
 */
#include "table-script.h"

enum { MAX_ID = 120, MAX_LINKS = 6, MAX_CHILDREN = 8 };

typedef struct
{
  gboolean    alive;
  gboolean    described;
  OvBehaviour behaviour;
  guint       parent, ancestors[2]; /* ids */
  const char *parent_name;
  const char *name;
  guint       leader;
  guint       links[MAX_LINKS];
  guint       memory, mailbox;
  gboolean    master;
  guint       n_children;           /* of the last answer */
  guint       children[MAX_CHILDREN];
  guint       position[MAX_CHILDREN];
  gboolean    answered;
} Fact;

typedef struct
{
  OvProcessTable *table;
  Fact            facts[MAX_ID + 1];
  guint           next_id;
} World;

static const char *const names[] = { "alpha", "beta", "gamma" };

typedef struct
{
  guint parent;
  guint rule; /* greater is stronger */
  guint order;
} Place;

static guint
find_name (World      *world,
           const char *name)
{
  for (guint id = 1; name != NULL && id <= MAX_ID; id++)
    if (world->facts[id].alive && g_strcmp0 (world->facts[id].name, name) == 0)
      return id;

  return 0;
}

static gboolean
is_alive (World *world,
          guint  id)
{
  return id != 0 && world->facts[id].alive;
}

static gboolean
has_link (const Fact *fact,
          guint       id)
{
  for (guint i = 0; i < MAX_LINKS; i++)
    if (id != 0 && fact->links[i] == id)
      return TRUE;

  return FALSE;
}

static gboolean
place_by_claim (World *world,
                guint  id,
                Place *place)
{
  for (guint sup = 1; sup <= MAX_ID; sup++) /* in pid order: the first that lists it wins */
    for (guint i = 0; world->facts[sup].alive && i < world->facts[sup].n_children; i++)
      if (world->facts[sup].children[i] == id)
        {
          if (sup == id)
            return FALSE;
          *place = (Place) { sup, 6, world->facts[sup].position[i] };
          return TRUE;
        }

  return FALSE;
}

static gboolean
place_by_facts (World *world,
                guint  id,
                Place *place)
{
  const Fact *fact = &world->facts[id];
  gboolean proc_lib = fact->behaviour != OV_BEHAVIOUR_UNKNOWN;
  guint chain[3] = { fact->parent != 0 ? fact->parent : find_name (world, fact->parent_name),
                     fact->ancestors[0], fact->ancestors[1] };

  if (fact->master)
    {
      *place = (Place) { 0, 7, G_MAXUINT };
      return TRUE;
    }
  if (place_by_claim (world, id, place))
    return TRUE;
  if (fact->described && !proc_lib)
    {
      if (!is_alive (world, chain[0]) || chain[0] == id || !has_link (fact, chain[0]))
        return FALSE;
      *place = (Place) { chain[0], 4, G_MAXUINT };
      return TRUE;
    }
  for (guint i = 0; i < 3; i++)
    if (is_alive (world, chain[i]) && chain[i] != id)
      {
        /* What comes before the first entry that is there decides how strong it is. */
        gboolean is_head = i == 0 || (i == 1 && fact->parent == 0 && fact->parent_name == NULL)
                           || (i == 2 && fact->parent == 0 && fact->parent_name == NULL
                               && fact->ancestors[0] == 0);

        *place = (Place) { chain[i], is_head ? 4 : 3, G_MAXUINT };
        return TRUE;
      }

  return FALSE;
}

static void
place_anew (World *world,
            guint  id,
            Place *place)
{
  const Fact *fact = &world->facts[id];
  guint only = 0;
  guint n = 0;

  *place = (Place) { 0, 0, G_MAXUINT };
  if (place_by_facts (world, id, place))
    return;

  for (guint i = 0; i < MAX_LINKS; i++)
    {
      guint other = fact->links[i];
      Place theirs;

      if (!is_alive (world, other) || other == id || other == only)
        continue;
      if (place_by_facts (world, other, &theirs) && theirs.parent == id)
        continue;
      only = other;
      n++;
    }
  if (n == 1)
    *place = (Place) { only, 2, G_MAXUINT };
  else if (is_alive (world, fact->leader) && fact->leader != id
           && world->facts[fact->leader].master)
    *place = (Place) { fact->leader, 1, G_MAXUINT };
}

/* A loop is cut at its weakest rule, the lowest pid among equals. */
static void
cut_loops (World *world,
           Place *places)
{
  for (guint id = 1; id <= MAX_ID; id++)
    {
      guint weakest = id;
      guint at = places[id].parent;

      if (!world->facts[id].alive)
        continue;
      for (guint steps = 0; at != 0 && at != id && steps <= MAX_ID; steps++)
        at = places[at].parent;
      if (at != id)
        continue;
      for (at = places[id].parent; at != id; at = places[at].parent)
        if (places[at].rule < places[weakest].rule
            || (places[at].rule == places[weakest].rule && at < weakest))
          weakest = at;
      places[weakest].parent = 0;
    }
}

static void
compare (World   *world,
         gboolean in_order)
{
  Place places[MAX_ID + 1] = { 0 };

  for (guint id = 1; id <= MAX_ID; id++)
    if (world->facts[id].alive)
      place_anew (world, id, &places[id]);
  cut_loops (world, places);

  for (guint id = 1; id <= MAX_ID; id++)
    {
      const OvProcess *row = ov_process_table_get_row (world->table, script_slot (world->table, id));
      guint parent = 0;
      guint before = 0;

      g_assert_cmpint (row != NULL && row->alive, ==, world->facts[id].alive);
      if (row == NULL)
        continue;
      if (row->parent != OV_SLOT_NONE)
        parent = ov_process_table_get_row (world->table, row->parent)->pid.id;
      if (row->previous != OV_SLOT_NONE)
        before = ov_process_table_get_row (world->table, row->previous)->pid.id;
      if (parent != places[id].parent)
        g_printerr ("# %u stands under %u by the table, under %u by the twin\n", id, parent,
                    places[id].parent);
      g_assert_cmpuint (parent, ==, places[id].parent);
      g_assert_cmpint (row->place == OV_PLACE_APPLICATION, ==, world->facts[id].master);
      /* Who takes a dead sibling's place stands where it stood; the twin knows no restarts. */
      if (in_order && before != 0 && parent != 0)
        g_assert_true (places[before].order < places[id].order
                       || (places[before].order == places[id].order && before < id));
    }
  script_check (world->table);
}

static guint
random_id (World *world)
{
  return (guint) g_test_rand_int_range (0, (int) MIN (world->next_id + 2, MAX_ID));
}

static void
describe (World *world,
          guint  id)
{
  Fact *fact = &world->facts[id];
  ScriptProcess process = {
    .id = id, .behaviour = fact->behaviour, .name = fact->name, .parent = fact->parent,
    .parent_name = fact->parent_name, .leader = fact->leader, .memory = fact->memory,
    .mailbox = fact->mailbox,
  };
  guint n = 0;

  for (guint i = 0; i < 2 && fact->ancestors[i] != 0; i++)
    process.ancestors[i] = fact->ancestors[i];
  for (guint i = 0; i < MAX_LINKS; i++)
    if (fact->links[i] != 0)
      process.links[n++] = fact->links[i];
  fact->described = TRUE;
  script_process (world->table, &process);
}

static void
make_facts (World *world,
            guint  id)
{
  static const OvBehaviour behaviours[] = {
    OV_BEHAVIOUR_UNKNOWN, OV_BEHAVIOUR_UNKNOWN, OV_BEHAVIOUR_SUPERVISOR, OV_BEHAVIOUR_SUPERVISOR,
    OV_BEHAVIOUR_GEN_SERVER, OV_BEHAVIOUR_PROC_LIB,
  };
  Fact *fact = &world->facts[id];
  const char *name = names[g_test_rand_int_range (0, G_N_ELEMENTS (names))];

  fact->alive = TRUE;
  fact->behaviour = behaviours[g_test_rand_int_range (0, G_N_ELEMENTS (behaviours))];
  fact->memory = (guint) g_test_rand_int_range (1, 1000);
  fact->mailbox = (guint) g_test_rand_int_range (0, 10);
  fact->leader = random_id (world);
  if (g_test_rand_int_range (0, 4) == 0)
    fact->parent_name = name;
  else
    fact->parent = random_id (world);
  if (fact->behaviour != OV_BEHAVIOUR_UNKNOWN && g_test_rand_bit ())
    fact->ancestors[0] = random_id (world);
  if (fact->ancestors[0] != 0 && g_test_rand_bit ())
    fact->ancestors[1] = random_id (world);
  for (guint i = 0; i < MAX_LINKS; i++)
    {
      guint other = g_test_rand_int_range (0, 3) == 0 ? random_id (world) : 0;

      if (!has_link (fact, other))
        fact->links[i] = other;
    }
}

static void
give_name (World      *world,
           guint       id,
           const char *name)
{
  guint owner = find_name (world, name);

  if (owner != 0)
    world->facts[owner].name = NULL;
  world->facts[id].name = name;
}

static void
step_process (World *world)
{
  guint id = world->next_id;

  if (id > MAX_ID)
    return;
  world->next_id++;
  make_facts (world, id);
  describe (world, id);
}

static void
step_birth (World *world)
{
  guint id = world->next_id;
  Fact *fact;

  if (id > MAX_ID)
    return;
  world->next_id++;
  fact = &world->facts[id];
  fact->alive = TRUE;
  fact->parent = random_id (world);
  script_birth (world->table, id, fact->parent, "m", 10);
  if (g_test_rand_bit ())
    {
      make_facts (world, id);
      fact->parent_name = fact->parent != 0 ? NULL : fact->parent_name;
      describe (world, id);
    }
}

static void
step_again (World *world)
{
  guint id = random_id (world);

  if (!is_alive (world, id))
    return;
  {
    const char *name = world->facts[id].name;
    Fact kept = world->facts[id];

    world->facts[id] = (Fact) { 0 };
    make_facts (world, id);
    world->facts[id].name = name;
    world->facts[id].master = kept.master;
    world->facts[id].n_children = kept.n_children;
    for (guint i = 0; i < kept.n_children; i++)
      {
        world->facts[id].children[i] = kept.children[i];
        world->facts[id].position[i] = kept.position[i];
      }
  }
  describe (world, id);
}

static void
step_death (World *world)
{
  guint id = random_id (world);

  if (!is_alive (world, id))
    return;
  world->facts[id] = (Fact) { 0 };
  script_death (world->table, id, g_test_rand_bit () ? "normal" : "boom", 10);
}

static void
step_name (World *world)
{
  guint id = random_id (world);
  const char *name = names[g_test_rand_int_range (0, G_N_ELEMENTS (names))];

  if (!is_alive (world, id))
    return;
  if (world->facts[id].name != NULL)
    {
      script_name (world->table, id, world->facts[id].name, FALSE);
      world->facts[id].name = NULL;
      return;
    }
  give_name (world, id, name);
  script_name (world->table, id, name, TRUE);
}

static void
add_link (Fact  *fact,
          guint  id)
{
  for (guint i = 0; !has_link (fact, id) && i < MAX_LINKS; i++)
    if (fact->links[i] == 0)
      {
        fact->links[i] = id;
        return;
      }
}

static void
remove_link (Fact  *fact,
             guint  id)
{
  for (guint i = 0; i < MAX_LINKS; i++)
    if (fact->links[i] == id)
      fact->links[i] = 0;
}

static gboolean
has_room (const Fact *fact,
          guint       id)
{
  return has_link (fact, id) || has_link (fact, 0) || fact->links[MAX_LINKS - 1] == 0;
}

static void
step_link (World *world)
{
  guint a = random_id (world);
  guint b = random_id (world);
  gboolean gained = g_test_rand_bit ();

  if (!is_alive (world, a) || !is_alive (world, b) || a == b
      || !has_room (&world->facts[a], b) || !has_room (&world->facts[b], a))
    return;
  if (gained)
    {
      add_link (&world->facts[a], b);
      add_link (&world->facts[b], a);
    }
  else
    {
      remove_link (&world->facts[a], b);
      remove_link (&world->facts[b], a);
    }
  script_link (world->table, a, b, gained);
}

static void
step_application (World *world)
{
  guint id = random_id (world);
  char name[16];

  if (!is_alive (world, id) || g_test_rand_int_range (0, 4) != 0)
    return;
  world->facts[id].master = TRUE;
  g_snprintf (name, sizeof name, "app%u", id);
  script_application (world->table, name, id);
}

static void
step_supervisor (World *world)
{
  guint id = random_id (world);
  Fact *fact = &world->facts[id];
  guint n = (guint) g_test_rand_int_range (0, MAX_CHILDREN + 1);

  if (!is_alive (world, id) || fact->behaviour != OV_BEHAVIOUR_SUPERVISOR)
    return;
  fact->n_children = 0;
  script_supervisor (world->table, id, OV_STRATEGY_ONE_FOR_ONE, n);
  for (guint i = 0; i < n; i++)
    {
      guint child = random_id (world);
      gboolean twice = FALSE;
      char child_id[16];

      for (guint j = 0; j < fact->n_children; j++)
        twice |= fact->children[j] == child;
      if (twice || (child != 0 && !is_alive (world, child)))
        child = 0; /* undefined */
      if (child != 0)
        {
          fact->position[fact->n_children] = i;
          fact->children[fact->n_children++] = child;
        }
      g_snprintf (child_id, sizeof child_id, "c%u", i);
      script_child (world->table, id, child_id, child, OV_RESTART_PERMANENT);
    }
}

static void (*const steps[]) (World *) = {
  step_process, step_process, step_process, step_birth, step_birth, step_again, step_death,
  step_death, step_name, step_link, step_link, step_application, step_supervisor, step_supervisor,
};

static void
run_world (gboolean live)
{
  World world = { .table = ov_process_table_new (SCRIPT_NODE), .next_id = 1 };
  guint n_steps = (guint) g_test_rand_int_range (5, 150);

  ov_process_table_set_live (world.table, live);
  for (guint i = 0; i < n_steps; i++)
    {
      steps[g_test_rand_int_range (0, G_N_ELEMENTS (steps))](&world);
      if (g_test_rand_int_range (0, 8) != 0)
        continue;
      ov_process_table_flush (world.table);
      if (live)
        script_check (world.table); /* graves are there as well */
      else
        compare (&world, TRUE);
    }

  ov_process_table_set_live (world.table, FALSE);
  ov_process_table_flush (world.table);
  compare (&world, !live);
  g_assert_finalize_object (world.table);
}

static void
test_not_live (void)
{
  for (guint i = 0; i < 2000; i++)
    run_world (FALSE);
}

static void
test_live (void)
{
  for (guint i = 0; i < 1000; i++)
    run_world (TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/twin/not-live", test_not_live);
  g_test_add_func ("/model/twin/live", test_live);

  return g_test_run ();
}
