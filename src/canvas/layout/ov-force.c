/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A graph of groups is laid out in two passes.
 *
 *   inwards   level by level: siblings get about their places, as bodies whose size is guessed from what is in
 *             them, turned so that they face what they talk to outside of their group (this file)
 *   outwards  group by group, the innermost first: members are set down on cells of a grid as near as can be to
 *             where they should be, and the group becomes as large as that (ov-force-settle.c)
 *
 * What was there before keeps its cells; only what is new looks for a place. Invariants: siblings
 * never overlap and stand inside their group, because no cell is taken twice; nothing depends on
 * time, addresses or the order of edges.  No recursion: groups may nest as deep as they like.
 * Thread: any; a layout is immutable once it is computed.
 */
#include "canvas/layout/ov-force-private.h"

#include "canvas/layout/ov-layout-private.h"

#include <math.h>
#include <string.h>

/* Up to here all pairs are looked at. */
#define MAX_STRESS      1000
#define FIRST_ROUNDS    90
#define LIVE_ROUNDS     16
/* A group's box is larger than its members by so much, as a guess. */
#define ROOM            1.5
/* How much looser than boxes without any room between them the points of a part are. */
#define LOOSENESS       1.1
/* Wider than tall, each way. */
#define STRETCH         1.2041594578792296 /* the root of 1.45 */

/* From so many messages a second on a node is one size larger; a size is kept until it is clearly wrong. */
static const struct
{
  float from;
  int   width, height; /* cells, with the gap */
} SIZES[] = {
  { 0, 5, 4 },
  { 20, 6, 5 },
  { 2000, 7, 6 },
};
#define SIZE_SLACK 2.0f
#define MOST_TIMES 4
/* The share of a group's width that is wished for a leaf: one of few beside several, any other. */
#define BESIDE_MANY 1.0
#define BESIDE_FEW  0.42

OvBox
ov_force_box_of (const OvPlot *plot,
                 double        x,
                 double        y)
{
  return (OvBox) { x + plot->x * OV_CELL_WIDTH + OV_GRAPH_GAP / 2,
                   y + plot->y * OV_CELL_HEIGHT + OV_GRAPH_GAP / 2,
                   plot->width * OV_CELL_WIDTH - OV_GRAPH_GAP,
                   plot->height * OV_CELL_HEIGHT - OV_GRAPH_GAP };
}

static OvSiblings
get_siblings (const OvForce *self,
              guint32        group)
{
  OvSiblings siblings = { group, 0, self->n, FALSE };
  guint32 n = 0, n_known = 0;

  if (group != OV_SCENE_NONE)
    {
      siblings.first = group + 1;
      siblings.end = self->nodes[group].subtree_end;
    }
  for (guint32 i = siblings.first; i < siblings.end; i = self->nodes[i].subtree_end)
    {
      n++;
      n_known += self->old_of[i] != OV_SCENE_NONE;
    }
  siblings.known = n_known > 0 && n_known * 2 >= n;

  return siblings;
}

static guint32
find_old (const OvForce *self,
          guint32        i)
{
  const OvGraphNode *node = &self->nodes[i];
  guint32 old = self->old_graph == NULL ? OV_SCENE_NONE : ov_graph_find (self->old_graph, node->id);
  guint32 old_parent;

  if (old == OV_SCENE_NONE || old >= self->old->n)
    return OV_SCENE_NONE;
  old_parent = self->old_nodes[old].parent;
  if (old_parent == OV_SCENE_NONE || node->parent == OV_SCENE_NONE)
    return old_parent == node->parent ? old : OV_SCENE_NONE;

  return self->old_nodes[old_parent].id == self->nodes[node->parent].id ? old : OV_SCENE_NONE;
}

/* Which size a box had, and how many times that; FALSE: none of ours. */
static gboolean
recognize (const OvBox *box,
           guint       *size,
           guint       *times)
{
  for (guint at = 0; at < G_N_ELEMENTS (SIZES); at++)
    for (guint factor = 1; factor <= MOST_TIMES; factor *= 2)
      if (box->width == SIZES[at].width * factor * OV_CELL_WIDTH - OV_GRAPH_GAP
          && box->height == SIZES[at].height * factor * OV_CELL_HEIGHT - OV_GRAPH_GAP)
        {
          *size = at;
          *times = factor;
          return TRUE;
        }

  return FALSE;
}

static guint
choose_size (float weight)
{
  guint size = 0;

  for (guint at = 0; at < G_N_ELEMENTS (SIZES); at++)
    if (weight >= SIZES[at].from)
      size = at;

  return size;
}

/* @usual is the width wished for among groups, 0: there are none.  Beside large groups a leaf gets more
 * ground, or it could not be seen from where these can. */
static void
size_leaf (OvForce *self,
           guint32  i,
           double   usual)
{
  float weight = self->sums[i].weight;
  guint size = choose_size (weight), times = 1, old_size, old_times;

  while (times < MOST_TIMES && times * 2 * SIZES[0].width * OV_CELL_WIDTH <= usual)
    times *= 2;
  if (self->old_of[i] != OV_SCENE_NONE
      && recognize (&self->old->boxes[self->old_of[i]], &old_size, &old_times))
    {
      if (old_size < size && weight < SIZES[size].from * SIZE_SLACK)
        size--;
      else if (old_size > size && weight > SIZES[old_size].from / SIZE_SLACK)
        size = old_size;
      /* Half or twice as much is not worth a move. */
      if (old_times * 2 >= times && old_times <= times * 2)
        times = old_times;
    }
  self->plots[i].width = SIZES[size].width * times;
  self->plots[i].height = SIZES[size].height * times;
}

/* Ground for all, guessed from the inside outwards. */
static void
guess_areas (OvForce *self)
{
  g_autofree double *areas = g_new0 (double, MAX (self->n, 1));

  for (guint32 i = self->n; i-- > 0;)
    {
      double area = areas[i] * ROOM + 1e4;

      if (self->nodes[i].subtree_end == i + 1)
        area = (double) self->plots[i].width * self->plots[i].height * OV_CELL_WIDTH * OV_CELL_HEIGHT;
      self->springs.radii[i] = sqrt (area) / 2;
      if (self->nodes[i].parent != OV_SCENE_NONE)
        areas[self->nodes[i].parent] += area;
    }
}

static double
get_wished_width (const OvForce *self,
                 guint32        group)
{
  OvSiblings siblings = get_siblings (self, group);
  double sum = 0;
  guint n = 0, n_leaves = 0;

  for (guint32 i = siblings.first; i < siblings.end; i = self->nodes[i].subtree_end)
    if (self->nodes[i].subtree_end > i + 1)
      {
        sum += 2 * self->springs.radii[i] * STRETCH;
        n++;
      }
    else
      n_leaves++;

  return n == 0 ? 0 : sum / n * (n > 2 && n_leaves <= n + 2 ? BESIDE_MANY : BESIDE_FEW);
}

static void
size_leaves (OvForce *self,
             guint32  group)
{
  OvSiblings siblings = get_siblings (self, group);
  double usual = get_wished_width (self, group);

  for (guint32 i = siblings.first; i < siblings.end; i = self->nodes[i].subtree_end)
    if (self->nodes[i].subtree_end == i + 1)
      size_leaf (self, i, usual);
}

/* Leaves are sized once by themselves, and once more when it is known what they stand among. */
static void
guess_sizes (OvForce *self)
{
  for (guint32 i = 0; i < self->n; i++)
    if (self->nodes[i].subtree_end == i + 1)
      size_leaf (self, i, 0);
  guess_areas (self);
  size_leaves (self, OV_SCENE_NONE);
  for (guint32 i = self->n; i-- > 0;)
    if (self->nodes[i].subtree_end > i + 1)
      size_leaves (self, i);
  guess_areas (self);
}

static OvForce *
force_new (const OvGraph       *graph,
           const OvGraph       *old_graph,
           const OvGraphLayout *old,
           GCancellable        *cancellable)
{
  OvForce *self = g_new0 (OvForce, 1);
  guint32 room;

  self->graph = graph;
  self->nodes = ov_graph_get_nodes (graph, &self->n);
  self->sums = ov_graph_get_sums (graph);
  self->cancellable = cancellable;
  if (old_graph != NULL && old != NULL)
    {
      self->old_graph = old_graph;
      self->old_nodes = ov_graph_get_nodes (old_graph, NULL);
      self->old = old;
    }
  room = MAX (self->n, 1);
  self->old_of = g_new (guint32, room);
  self->depths = g_new0 (guint32, room);
  self->centres = g_new0 (OvSpot, room);
  self->pulls = g_new0 (OvSpot, room);
  self->parts = g_new0 (guint32, room);
  self->plots = g_new0 (OvPlot, room);
  self->shifts = g_new0 (OvSpot, room);
  self->springs = (OvSprings) { self->n, g_new0 (OvSpot, room), g_new0 (double, room),
                                g_new0 (guint8, room) };
  for (guint32 i = 0; i < self->n; i++)
    {
      self->old_of[i] = find_old (self, i);
      if (self->nodes[i].parent != OV_SCENE_NONE)
        self->depths[i] = self->depths[self->nodes[i].parent] + 1;
    }
  guess_sizes (self);

  return self;
}

static void
force_free (OvForce *self)
{
  g_free (self->old_of);
  g_free (self->depths);
  g_free (self->centres);
  g_free (self->pulls);
  g_free (self->parts);
  g_free (self->plots);
  g_free (self->shifts);
  g_free (self->springs.points);
  g_free (self->springs.radii);
  g_free (self->springs.fixed);
  g_free (self->springs.starts);
  g_free (self->springs.ends);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvForce, force_free)

static void
centre (OvForce       *self,
        const guint32 *members,
        guint32        n)
{
  OvSpot mean = { 0, 0 };

  for (guint32 i = 0; i < n; i++)
    {
      mean.x += self->springs.points[members[i]].x / n;
      mean.y += self->springs.points[members[i]].y / n;
    }
  for (guint32 i = 0; i < n; i++)
    {
      self->springs.points[members[i]].x -= mean.x;
      self->springs.points[members[i]].y -= mean.y;
    }
}

/* The angle by which @members are turned to face what draws them, or to lie along the window. */
static double
find_turn (const OvForce *self,
           const guint32 *members,
           guint32        n,
           gboolean      *mirror)
{
  double straight[2] = { 0 }, mirrored[2] = { 0 }, xx = 0, yy = 0, xy = 0;

  for (guint32 i = 0; i < n; i++)
    {
      const OvSpot *p = &self->springs.points[members[i]], *q = &self->pulls[members[i]];

      straight[0] += p->x * q->x + p->y * q->y;
      straight[1] += p->x * q->y - p->y * q->x;
      mirrored[0] += p->x * q->x - p->y * q->y;
      mirrored[1] += p->x * q->y + p->y * q->x;
      xx += p->x * p->x;
      yy += p->y * p->y;
      xy += p->x * p->y;
    }
  *mirror = hypot (mirrored[0], mirrored[1]) > hypot (straight[0], straight[1]) * 1.001;
  if (*mirror)
    return atan2 (mirrored[1], mirrored[0]);
  if (hypot (straight[0], straight[1]) > 1e-6)
    return atan2 (straight[1], straight[0]);

  return -0.5 * atan2 (2 * xy, xx - yy);
}

/* Turned, as wide as the window is, and as dense as boxes can stand. */
static void
arrange_part (OvForce       *self,
              const guint32 *members,
              guint32        n)
{
  gboolean mirror;
  double turn, cosine, sine, area = 0, spread = 0, scale;

  centre (self, members, n);
  turn = find_turn (self, members, n, &mirror);
  cosine = cos (turn);
  sine = sin (turn);
  for (guint32 i = 0; i < n; i++)
    {
      OvSpot *point = &self->springs.points[members[i]];
      double x = point->x, y = mirror ? -point->y : point->y, radius = self->springs.radii[members[i]];

      *point = (OvSpot) { x * cosine - y * sine, x * sine + y * cosine };
      spread += (point->x * point->x + point->y * point->y) / n;
      area += 4 * radius * radius;
    }
  /* A disc of area A has a mean squared radius of A / 2π. */
  scale = spread <= 0 ? 1 : sqrt (area * LOOSENESS / (2 * G_PI) / spread);
  for (guint32 i = 0; i < n; i++)
    {
      self->springs.points[members[i]].x *= scale * STRETCH;
      self->springs.points[members[i]].y *= scale / STRETCH;
    }
}

static gboolean
place_part (OvForce       *self,
            const guint32 *members,
            guint32        n)
{
  double mean = 0;
  gboolean done;

  for (guint32 i = 0; i < n; i++)
    mean += self->springs.radii[members[i]] / n;
  self->springs.unit = 1.2 * mean;
  if (n == 1)
    {
      self->springs.points[members[0]] = (OvSpot) { 0, 0 };
      return TRUE;
    }
  done = n <= MAX_STRESS ? ov_stress_place (&self->springs, members, n, self->cancellable)
                         : ov_barnes_hut_place (&self->springs, members, n, FIRST_ROUNDS, self->cancellable);
  if (done)
    arrange_part (self, members, n);

  return done;
}

static int
compare_parts (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  const guint32 *parts = user_data;
  guint32 one = *(const guint32 *) a, two = *(const guint32 *) b;

  if (parts[one] != parts[two])
    return parts[one] < parts[two] ? -1 : 1;

  return one < two ? -1 : one > two;
}

static GArray *
list_members (const OvForce    *self,
              const OvSiblings *siblings)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 i = siblings->first; i < siblings->end; i = self->nodes[i].subtree_end)
    g_array_append_val (members, i);
  g_array_sort_with_data (members, compare_parts, self->parts);

  return members;
}

static gboolean
place_afresh (OvForce      *self,
              const GArray *members)
{
  const guint32 *list = (const guint32 *) (gpointer) members->data;

  for (guint32 from = 0, to; from < members->len; from = to)
    {
      for (to = from + 1; to < members->len && self->parts[list[to]] == self->parts[list[from]];)
        to++;
      if (!place_part (self, list + from, to - from))
        return FALSE;
    }

  return TRUE;
}

/* Where a newcomer begins: among those it talks to, else on the side of what draws it. */
static OvSpot
find_beginning (const OvForce *self,
                guint32        node,
                const OvBox   *inside)
{
  const OvSprings *springs = &self->springs;
  OvSpot sum = { 0, 0 };
  double length = hypot (self->pulls[node].x, self->pulls[node].y);
  guint n = 0;

  for (guint32 i = springs->starts[node]; i < springs->starts[node + 1]; i++)
    if (springs->fixed[springs->ends[i]])
      {
        sum.x += springs->points[springs->ends[i]].x;
        sum.y += springs->points[springs->ends[i]].y;
        n++;
      }
  if (n > 0)
    return (OvSpot) { sum.x / n, sum.y / n + 1 };

  /* Who talks to nobody here goes below the others. */
  sum = (OvSpot) { inside->x + inside->width / 2, inside->y + inside->height / 2 };
  if (length == 0)
    sum.y += inside->height / 2;
  else
    {
      sum.x += self->pulls[node].x / length * inside->width / 2;
      sum.y += self->pulls[node].y / length * inside->height / 2;
    }

  return sum;
}

/* The old boxes hold still and the new ones find their way between them. */
static gboolean
place_newcomers (OvForce          *self,
                 const OvSiblings *siblings,
                 const GArray     *members)
{
  const guint32 *list = (const guint32 *) (gpointer) members->data;
  OvBox inside = { INFINITY, INFINITY, 0, 0 };
  guint n_new = 0;
  gboolean done = TRUE, first = TRUE;
  double mean = 0;

  for (guint i = 0; i < members->len; i++)
    {
      const OvBox *old;

      mean += self->springs.radii[list[i]] / members->len;
      if (self->old_of[list[i]] == OV_SCENE_NONE)
        continue;
      old = &self->old->boxes[self->old_of[list[i]]];
      self->springs.points[list[i]] = (OvSpot) { old->x + old->width / 2, old->y + old->height / 2 };
      self->springs.fixed[list[i]] = TRUE;
      inside = first ? *old : ov_box_union (inside, *old);
      first = FALSE;
    }
  for (guint i = 0; i < members->len; i++)
    if (!self->springs.fixed[list[i]])
      {
        self->springs.points[list[i]] = find_beginning (self, list[i], &inside);
        n_new++;
        /* Nothing would hold it back: without a tie it stays where it begins. */
        self->springs.fixed[list[i]] = self->springs.starts[list[i]] == self->springs.starts[list[i] + 1];
      }
  self->springs.unit = 1.2 * mean;
  if (n_new > 0)
    done = ov_barnes_hut_place (&self->springs, list, members->len, LIVE_ROUNDS, self->cancellable);
  for (guint i = 0; i < members->len; i++)
    self->springs.fixed[list[i]] = FALSE;

  return done;
}

static gboolean
place_siblings (OvForce *self,
                guint32  group)
{
  OvSiblings siblings = get_siblings (self, group);
  g_autoptr (GArray) members = list_members (self, &siblings);
  OvSpot origin = group == OV_SCENE_NONE ? (OvSpot) { 0, 0 } : self->centres[group];
  gboolean done = siblings.known ? place_newcomers (self, &siblings, members)
                                 : place_afresh (self, members);

  /* Old places are the world's, new ones are the group's. */
  for (guint i = 0; i < members->len; i++)
    {
      guint32 member = g_array_index (members, guint32, i);

      self->centres[member] = self->springs.points[member];
      if (!siblings.known)
        {
          self->centres[member].x += origin.x;
          self->centres[member].y += origin.y;
        }
    }

  return done;
}

static gboolean
place_level (OvForce *self,
             guint32  depth)
{
  ov_force_tie (self, depth);
  if (depth == 0)
    return place_siblings (self, OV_SCENE_NONE);

  for (guint32 i = 0; i < self->n; i++)
    if (self->depths[i] == depth - 1 && self->nodes[i].subtree_end > i + 1 && !place_siblings (self, i))
      return FALSE;

  return TRUE;
}

static gboolean
settle_all (OvForce *self)
{
  g_autoptr (OvGround) ground = ov_ground_new ();
  g_autoptr (OvGround) scratch = ov_ground_new ();
  OvSiblings siblings;

  for (guint32 i = self->n; i-- > 0;)
    {
      if (self->nodes[i].subtree_end == i + 1)
        continue;
      if (g_cancellable_is_cancelled (self->cancellable))
        return FALSE;
      siblings = get_siblings (self, i);
      ov_force_settle (self, &siblings, ground, scratch);
    }
  siblings = get_siblings (self, OV_SCENE_NONE);
  ov_force_settle (self, &siblings, ground, scratch);

  return TRUE;
}

static OvGraphLayout *
make_layout (const OvForce *self)
{
  OvGraphLayout *layout = g_new0 (OvGraphLayout, 1);

  layout->n = self->n;
  layout->boxes = g_new0 (OvBox, MAX (self->n, 1));
  layout->bounds = (OvBox) { 0, 0, OV_ITEM_WIDTH, OV_ITEM_HEIGHT };
  for (guint32 i = 0; i < self->n; i++)
    {
      guint32 parent = self->nodes[i].parent;
      const OvBox *group = parent == OV_SCENE_NONE ? NULL : &layout->boxes[parent];

      layout->boxes[i] = ov_force_box_of (&self->plots[i], group == NULL ? 0 : group->x,
                                          group == NULL ? 0 : group->y + OV_REGION_STRIP);
      if (group == NULL)
        layout->bounds = i == 0 ? layout->boxes[i] : ov_box_union (layout->bounds, layout->boxes[i]);
    }

  return layout;
}

/**
 * ov_force_compute:
 * @graph: a frozen graph
 * @old_graph: (nullable): the graph that @old was made for
 * @old: (nullable): places to keep
 * @cancellable: (nullable): looked at now and then
 *
 * Returns: (transfer full) (nullable): the places, or %NULL when cancelled
 */
OvGraphLayout *
ov_force_compute (const OvGraph       *graph,
                  const OvGraph       *old_graph,
                  const OvGraphLayout *old,
                  GCancellable        *cancellable)
{
  g_autoptr (OvForce) self = NULL;
  guint32 deepest = 0;

  g_return_val_if_fail (graph != NULL, NULL);

  self = force_new (graph, old_graph, old, cancellable);
  for (guint32 i = 0; i < self->n; i++)
    deepest = MAX (deepest, self->depths[i]);
  for (guint32 depth = 0; depth <= deepest; depth++)
    if (g_cancellable_is_cancelled (cancellable) || !place_level (self, depth))
      return NULL;
  if (!settle_all (self) || g_cancellable_is_cancelled (cancellable))
    return NULL;

  return make_layout (self);
}
