/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is tied to whom among siblings, level by level: an edge between two processes ties their
 * groups where these are siblings, and draws each of them towards the other's group below that.
 *
 * Of a node's many ties only the strongest few are springs, and those that hold its part together:
 * a dense graph laid out by all its edges is a ball of wool. Thread: any.
 */
#include "canvas/layout/ov-force-private.h"

#include <math.h>
#include <stdlib.h>

#define STRONGEST 4

typedef struct
{
  guint32 a, b;   /* a < b */
  float   rate;
} Tie;

static int
compare_ends (const void *x,
              const void *y)
{
  const Tie *one = x, *two = y;

  if (one->a != two->a)
    return one->a < two->a ? -1 : 1;

  return one->b < two->b ? -1 : one->b > two->b;
}

static int
compare_rates (const void *x,
               const void *y)
{
  const Tie *one = x, *two = y;

  return one->rate != two->rate ? (one->rate > two->rate ? -1 : 1) : compare_ends (x, y);
}

/* Who stands for each node at @depth: its ancestor there, or itself when it is not that deep. */
static guint32 *
list_ancestors (const OvForce *self,
                guint32        depth)
{
  guint32 *ancestors = g_new (guint32, MAX (self->n, 1));

  for (guint32 i = 0; i < self->n; i++)
    ancestors[i] = self->depths[i] <= depth ? i : ancestors[self->nodes[i].parent];

  return ancestors;
}

static void
pull (OvForce *self,
      guint32  node,
      guint32  towards,
      double   rate)
{
  guint32 group = self->nodes[node].parent;
  double dx = self->centres[towards].x - self->centres[group].x;
  double dy = self->centres[towards].y - self->centres[group].y;
  double length = hypot (dx, dy), strength = log1p (rate);

  if (length < 1e-6)
    return;
  self->pulls[node].x += dx / length * strength;
  self->pulls[node].y += dy / length * strength;
}

/* What stands at @depth in a group is drawn by whatever of the other side has a place already. */
static void
pull_from_outside (OvForce *self,
                   guint32  depth,
                   guint32  node,
                   guint32  other,
                   double   rate)
{
  guint32 towards = self->depths[other] == depth ? self->nodes[other].parent : other;

  if (self->depths[node] == depth && towards != OV_SCENE_NONE && self->nodes[node].parent != OV_SCENE_NONE)
    pull (self, node, towards, rate);
}

static GArray *
list_ties (OvForce *self,
           guint32  depth)
{
  g_autofree guint32 *ancestors = list_ancestors (self, depth);
  GArray *ties = g_array_new (FALSE, FALSE, sizeof (Tie));
  const OvGraphEdge *edges;
  guint32 n;

  edges = ov_graph_get_edges (self->graph, &n);
  for (guint32 i = 0; i < n; i++)
    {
      guint32 from = ancestors[edges[i].from], to = ancestors[edges[i].to];
      Tie tie = { MIN (from, to), MAX (from, to), edges[i].rate };

      if (from == to)
        continue;
      if (self->depths[from] == depth && self->depths[to] == depth
          && self->nodes[from].parent == self->nodes[to].parent)
        {
          g_array_append_val (ties, tie);
          continue;
        }
      pull_from_outside (self, depth, from, to, edges[i].rate);
      pull_from_outside (self, depth, to, from, edges[i].rate);
    }

  return ties;
}

static void
merge_ties (GArray *ties)
{
  guint n = 0;

  g_array_sort (ties, compare_ends);
  for (guint i = 0; i < ties->len; i++)
    {
      const Tie *tie = &g_array_index (ties, Tie, i);
      Tie *last = n == 0 ? NULL : &g_array_index (ties, Tie, n - 1);

      if (last != NULL && last->a == tie->a && last->b == tie->b)
        last->rate += tie->rate;
      else
        g_array_index (ties, Tie, n++) = *tie;
    }
  g_array_set_size (ties, n);
}

static guint32
find_part (guint32 *parts,
           guint32  i)
{
  while (parts[i] != i)
    i = parts[i] = parts[parts[i]];

  return i;
}

/* Keeps the strongest ties of each node, and the strongest that hold a part together. */
static void
thin_out (OvForce *self,
          GArray  *ties)
{
  g_autofree guint8 *kept = g_new0 (guint8, MAX (self->n, 1));
  guint n = 0;

  g_array_sort (ties, compare_rates);
  for (guint i = 0; i < ties->len; i++)
    {
      Tie tie = g_array_index (ties, Tie, i);
      guint32 one = find_part (self->parts, tie.a), two = find_part (self->parts, tie.b);

      if (one == two && kept[tie.a] >= STRONGEST && kept[tie.b] >= STRONGEST)
        continue;
      self->parts[MAX (one, two)] = MIN (one, two);
      kept[tie.a] = MIN (kept[tie.a] + 1, G_MAXUINT8);
      kept[tie.b] = MIN (kept[tie.b] + 1, G_MAXUINT8);
      g_array_index (ties, Tie, n++) = tie;
    }
  g_array_set_size (ties, n);
}

static void
index_ties (OvSprings    *springs,
            const GArray *ties)
{
  guint32 *starts = g_new0 (guint32, springs->n + 2);

  for (guint i = 0; i < ties->len; i++)
    {
      starts[g_array_index (ties, Tie, i).a + 2]++;
      starts[g_array_index (ties, Tie, i).b + 2]++;
    }
  for (guint32 i = 2; i < springs->n + 2; i++)
    starts[i] += starts[i - 1];
  g_free (springs->ends);
  springs->ends = g_new (guint32, MAX (ties->len * 2, 1));
  for (guint i = 0; i < ties->len; i++)
    {
      const Tie *tie = &g_array_index (ties, Tie, i);

      springs->ends[starts[tie->a + 1]++] = tie->b;
      springs->ends[starts[tie->b + 1]++] = tie->a;
    }
  g_free (springs->starts);
  springs->starts = starts;
}

void
ov_force_tie (OvForce *self,
              guint32  depth)
{
  g_autoptr (GArray) ties = list_ties (self, depth);

  merge_ties (ties);
  for (guint32 i = 0; i < self->n; i++)
    if (self->depths[i] == depth)
      self->parts[i] = i;
  thin_out (self, ties);
  for (guint32 i = 0; i < self->n; i++)
    if (self->depths[i] == depth)
      self->parts[i] = find_part (self->parts, i);
  index_ties (&self->springs, ties);
}
