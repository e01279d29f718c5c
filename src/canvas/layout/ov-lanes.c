/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Minimum linear arrangement is NP-hard; this comes near it in a bounded time.  From several
 * starts (as given, and grown from a lane outwards by the strongest tie) the barycentre of each
 * lane's partners sorts the lanes, and then every lane is moved to its best place while that
 * helps.  The best of all is kept, so the answer is never worse than the order given.
 *
 * Invariant: nothing depends on addresses, time or chance.  Thread: any.
 */
#include "canvas/layout/ov-lanes.h"

#include <string.h>

#define BARYCENTRE_PASSES 12
#define MOVE_PASSES       24
/* Starts grown from a lane each; more lanes make each start dearer. */
#define MAX_STARTS        8
/* The matrix of weights is n × n; beyond this many lanes nobody compares orders. */
#define MAX_MATRIX_LANES  2048

typedef struct
{
  guint32       n;
  guint64      *weights;     /* n × n, symmetric, the diagonal is 0 */
  guint32      *position;    /* by lane, scratch */
  double       *key;         /* by lane, scratch */
  gint64       *balance;     /* by lane, of the order that is improved */
  GCancellable *cancellable;
} Lanes;

static inline guint64
weight_of (const Lanes *self,
           guint32      a,
           guint32      b)
{
  return self->weights[(gsize) a * self->n + b];
}

static void
locate (Lanes         *self,
        const guint32 *order)
{
  for (guint32 i = 0; i < self->n; i++)
    self->position[order[i]] = i;
}

static guint64
compute_cost (Lanes         *self,
              const guint32 *order)
{
  guint64 cost = 0;

  for (guint32 i = 0; i < self->n; i++)
    for (guint32 j = i + 1; j < self->n; j++)
      cost += weight_of (self, order[i], order[j]) * (j - i);

  return cost;
}

/* Stable: equal keys keep their order. */
static void
sort_by_key (Lanes   *self,
             guint32 *order)
{
  for (guint32 i = 1; i < self->n; i++)
    {
      guint32 lane = order[i], at = i;

      for (; at > 0 && self->key[order[at - 1]] > self->key[lane]; at--)
        order[at] = order[at - 1];
      order[at] = lane;
    }
}

/* Each lane wants to stand where its partners stand on the average; it goes half of the way. */
static void
pull_together (Lanes   *self,
               guint32 *order)
{
  locate (self, order);
  for (guint32 lane = 0; lane < self->n; lane++)
    {
      double sum = 0, total = 0;

      for (guint32 other = 0; other < self->n; other++)
        {
          double weight = weight_of (self, lane, other);

          sum += weight * self->position[other];
          total += weight;
        }
      self->key[lane] = self->position[lane];
      if (total > 0)
        self->key[lane] = (self->key[lane] + sum / total) / 2;
    }
  sort_by_key (self, order);
}

/* By lane: the weight of its ties to the right less that of those to the left. */
static void
compute_balance (Lanes         *self,
                 const guint32 *order)
{
  for (guint32 i = 0; i < self->n; i++)
    {
      gint64 balance = 0;

      for (guint32 j = 0; j < self->n; j++)
        balance += (j > i ? 1 : -1) * (gint64) weight_of (self, order[i], order[j]);
      self->balance[order[i]] = balance;
    }
}

/* The place of @order[@from] that costs least.  Standing at place k it costs its own ties, and one for
 * each unit of weight that spans k; from k to k + 1 both change by what lies on either side, so all places
 * together take n steps. */
static guint32
find_best (const Lanes   *self,
           const guint32 *order,
           guint32        from)
{
  guint32 lane = order[from], best = from;
  gint64 own = 0, spanning = 0, behind = 0, all = 0, least, here = 0;

  for (guint32 i = 0, at = 0; i < self->n; i++)
    if (i != from)
      {
        own += (gint64) weight_of (self, lane, order[i]) * ++at;
        all += (gint64) weight_of (self, lane, order[i]);
      }
  least = G_MAXINT64;
  for (guint32 place = 0, i = 0; place < self->n; place++)
    {
      guint32 other;
      gint64 weight;

      if (place == from)
        here = own + spanning;
      if (own + spanning < least)
        {
          least = own + spanning;
          best = place;
        }
      i += i == from;
      if (i >= self->n)
        break;
      other = order[i];
      weight = (gint64) weight_of (self, lane, other);
      spanning += self->balance[other] + (i < from ? -weight : weight);
      own += behind - (all - behind - weight);
      behind += weight;
      i++;
    }

  return least < here ? best : from;
}

static void
move (Lanes   *self,
      guint32 *order,
      guint32  from,
      guint32  to)
{
  guint32 lane = order[from];
  int step = to > from ? 1 : -1;

  for (guint32 at = from; at != to; at += step)
    {
      gint64 weight = (gint64) weight_of (self, lane, order[at + step]);

      order[at] = order[at + step];
      self->balance[order[at]] += 2 * step * weight;
      self->balance[lane] -= 2 * step * weight;
    }
  order[to] = lane;
}

static void
improve (Lanes   *self,
         guint32 *order)
{
  compute_balance (self, order);
  for (guint pass = 0; pass < MOVE_PASSES; pass++)
    {
      gboolean moved = FALSE;

      for (guint32 i = 0; i < self->n; i++)
        {
          guint32 to = find_best (self, order, i);

          if (g_cancellable_is_cancelled (self->cancellable))
            return;
          if (to != i)
            move (self, order, i, to);
          moved |= to != i;
        }
      if (!moved)
        return;
    }
}

/* Takes one lane, then always the one most strongly tied to those taken; each goes to the end
 * it is nearer to. */
static void
grow (Lanes   *self,
      guint32  seed,
      guint32 *order)
{
  g_autofree guint32 *left = g_new (guint32, self->n), *right = g_new (guint32, self->n);
  g_autofree guint64 *tie = g_new0 (guint64, self->n);
  g_autofree guint8 *taken = g_new0 (guint8, self->n);
  guint32 n_left = 0, n_right = 0, lane = seed;

  for (guint32 count = 0; count < self->n; count++)
    {
      gint64 lean = 0;

      taken[lane] = 1;
      for (guint32 i = 0; i < n_left; i++)
        lean -= weight_of (self, lane, left[i]) * (i + 1);
      for (guint32 i = 0; i < n_right; i++)
        lean += weight_of (self, lane, right[i]) * (i + 1);
      if (lean < 0)
        left[n_left++] = lane;
      else
        right[n_right++] = lane;

      for (guint32 i = 0; i < self->n; i++)
        tie[i] += weight_of (self, lane, i);
      lane = self->n;
      for (guint32 i = 0; i < self->n; i++)
        if (!taken[i] && (lane == self->n || tie[i] > tie[lane]))
          lane = i;
    }
  for (guint32 i = 0; i < n_left; i++)
    order[i] = left[n_left - 1 - i];
  memcpy (order + n_left, right, n_right * sizeof *order);
}

static void
keep_better (Lanes         *self,
             const guint32 *candidate,
             guint32       *best,
             guint64       *least)
{
  guint64 cost = compute_cost (self, candidate);

  if (cost >= *least)
    return;
  *least = cost;
  memcpy (best, candidate, self->n * sizeof *best);
}

static void
try_from (Lanes   *self,
          guint32 *candidate,
          guint32 *best,
          guint64 *least)
{
  for (guint pass = 0; pass < BARYCENTRE_PASSES; pass++)
    {
      keep_better (self, candidate, best, least);
      pull_together (self, candidate);
    }
  improve (self, candidate);
  keep_better (self, candidate, best, least);
}

static void
search (Lanes   *self,
        guint32 *order)
{
  g_autofree guint32 *candidate = g_new (guint32, self->n);
  guint64 least = compute_cost (self, order);
  guint32 n_starts = MIN (self->n, MAX_STARTS);

  memcpy (candidate, order, self->n * sizeof *order);
  improve (self, candidate);
  keep_better (self, candidate, order, &least);
  memcpy (candidate, order, self->n * sizeof *order);
  try_from (self, candidate, order, &least);
  for (guint32 i = 0; i < n_starts && !g_cancellable_is_cancelled (self->cancellable); i++)
    {
      grow (self, (guint32) ((guint64) i * self->n / n_starts), candidate);
      try_from (self, candidate, order, &least);
    }
}

/**
 * ov_lanes_order:
 * @edges: ends that are no lane and loops are passed over
 * @order: (out caller-allocates): order[position] = lane
 * @cancellable: (nullable): when cancelled, @order is the best so far
 *
 * Takes some hundred n² steps beside looking at each edge once.
 */
void
ov_lanes_order (guint32           n,
                const OvLaneEdge *edges,
                guint             n_edges,
                guint32          *order,
                GCancellable     *cancellable)
{
  Lanes self = { .n = n, .cancellable = cancellable };

  g_return_if_fail (order != NULL || n == 0);
  g_return_if_fail (edges != NULL || n_edges == 0);

  for (guint32 i = 0; i < n; i++)
    order[i] = i;
  if (n < 3 || n > MAX_MATRIX_LANES)
    return;

  self.weights = g_new0 (guint64, (gsize) n * n);
  self.position = g_new (guint32, n);
  self.key = g_new (double, n);
  self.balance = g_new (gint64, n);
  for (guint i = 0; i < n_edges; i++)
    if (edges[i].from < n && edges[i].to < n && edges[i].from != edges[i].to)
      {
        self.weights[(gsize) edges[i].from * n + edges[i].to] += edges[i].weight;
        self.weights[(gsize) edges[i].to * n + edges[i].from] += edges[i].weight;
      }
  search (&self, order);
  g_free (self.weights);
  g_free (self.position);
  g_free (self.key);
  g_free (self.balance);
}

guint64
ov_lanes_cost (guint32           n,
               const OvLaneEdge *edges,
               guint             n_edges,
               const guint32    *order)
{
  g_autofree guint32 *position = g_new0 (guint32, MAX (n, 1));
  guint64 cost = 0;

  g_return_val_if_fail (order != NULL || n == 0, 0);
  g_return_val_if_fail (edges != NULL || n_edges == 0, 0);

  for (guint32 i = 0; i < n; i++)
    if (order[i] < n)
      position[order[i]] = i;
  for (guint i = 0; i < n_edges; i++)
    if (edges[i].from < n && edges[i].to < n)
      {
        gint64 distance = (gint64) position[edges[i].from] - position[edges[i].to];

        cost += (guint64) edges[i].weight * (guint64) ABS (distance);
      }

  return cost;
}
