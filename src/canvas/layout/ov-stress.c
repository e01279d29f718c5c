/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stress by stochastic gradient descent: Zheng, Pawar, Goodman, "Graph drawing by stochastic
 * gradient descent" (2018).  All pairs are visited in a shuffled order; each is moved towards the
 * distance that it has in the graph, less and less from sweep to sweep.
 *
 * It needs all pairs, so it is for up to some 1,000 points.  Invariant: the result depends on the
 * springs only.  Thread: any.
 */
#include "canvas/layout/ov-force-private.h"

#include <math.h>

#define N_SWEEPS 24
#define EPSILON  0.1
#define SEED     0x9e3779b9u
/* Of very far pairs the exact distance does not matter. */
#define MAX_HOPS 30

typedef struct
{
  guint16 a, b;    /* among the members */
  float   wanted;
  float   weight;
} Pair;

void
ov_springs_count_hops (const OvSprings *self,
                       const guint32   *members,
                       guint32          n_members,
                       guint32          from,
                       guint32         *hops,
                       guint32         *queue)
{
  guint32 head = 0, tail = 0;

  for (guint32 i = 0; i < n_members; i++)
    hops[members[i]] = G_MAXUINT32;
  hops[from] = 0;
  queue[tail++] = from;
  while (head < tail)
    {
      guint32 at = queue[head++];

      for (guint32 i = self->starts[at]; i < self->starts[at + 1]; i++)
        if (hops[self->ends[i]] == G_MAXUINT32)
          {
            hops[self->ends[i]] = hops[at] + 1;
            queue[tail++] = self->ends[i];
          }
    }
}

/* Neighbours in the graph keep a unit between their rims. */
static double
want (const OvSprings *self,
      guint32          a,
      guint32          b,
      guint32          hops)
{
  return MIN (hops, MAX_HOPS) * self->unit + self->radii[a] + self->radii[b];
}

static Pair *
list_pairs (const OvSprings *self,
            const guint32   *members,
            guint32          n,
            guint32         *n_pairs)
{
  g_autofree guint32 *hops = g_new (guint32, self->n);
  g_autofree guint32 *queue = g_new (guint32, self->n);
  Pair *pairs = g_new (Pair, (gsize) n * (n - 1) / 2);

  *n_pairs = 0;
  for (guint32 a = 1; a < n; a++)
    {
      ov_springs_count_hops (self, members, n, members[a], hops, queue);
      for (guint32 b = 0; b < a; b++)
        {
          double wanted = want (self, members[a], members[b], hops[members[b]]);

          pairs[(*n_pairs)++] = (Pair) { a, b, wanted, 1 / (wanted * wanted) };
        }
    }

  return pairs;
}

static void
shuffle (Pair    *pairs,
         guint32  n,
         guint32 *random)
{
  for (guint32 i = n; i > 1; i--)
    {
      guint32 other = ov_random_next (random) % i;
      Pair pair = pairs[i - 1];

      pairs[i - 1] = pairs[other];
      pairs[other] = pair;
    }
}

static void
sweep (OvSprings     *self,
       const guint32 *members,
       const Pair    *pairs,
       guint32        n_pairs,
       double         eta)
{
  for (guint32 i = 0; i < n_pairs; i++)
    {
      const Pair *pair = &pairs[i];
      OvSpot *a = &self->points[members[pair->a]], *b = &self->points[members[pair->b]];
      double dx = a->x - b->x, dy = a->y - b->y, distance = sqrt (dx * dx + dy * dy) + 1e-9;
      double step = MIN (eta * pair->weight, 1) * (distance - pair->wanted) / 2 / distance;

      a->x -= step * dx;
      a->y -= step * dy;
      b->x += step * dx;
      b->y += step * dy;
    }
}

/* A sunflower: spread evenly, no two at one place. */
static void
spread (OvSprings     *self,
        const guint32 *members,
        guint32        n)
{
  for (guint32 i = 0; i < n; i++)
    {
      double radius = self->unit * sqrt (i + 0.5), angle = i * 2.399963229728653;

      self->points[members[i]] = (OvSpot) { radius * cos (angle), radius * sin (angle) };
    }
}

gboolean
ov_stress_place (OvSprings     *self,
                 const guint32 *members,
                 guint32        n_members,
                 GCancellable  *cancellable)
{
  g_autofree Pair *pairs = NULL;
  guint32 n_pairs, random = SEED;
  double least = INFINITY, most = 0, decay;

  g_assert (n_members <= G_MAXUINT16);

  spread (self, members, n_members);
  if (n_members < 2)
    return TRUE;

  pairs = list_pairs (self, members, n_members, &n_pairs);
  for (guint32 i = 0; i < n_pairs; i++)
    {
      least = MIN (least, pairs[i].weight);
      most = MAX (most, pairs[i].weight);
    }
  decay = log (EPSILON / most * least) / (N_SWEEPS - 1);
  for (guint i = 0; i < N_SWEEPS; i++)
    {
      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      shuffle (pairs, n_pairs, &random);
      sweep (self, members, pairs, n_pairs, exp (decay * i) / least);
    }

  return TRUE;
}
