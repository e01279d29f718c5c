/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Springs and repulsion, where what is far away counts as one body: Barnes, Hut, "A hierarchical
 * O(N log N) force-calculation algorithm" (1986), with the forces of Fruchterman and Reingold
 * (1991).
 *
 * Where nothing is fixed the beginning is a pivot MDS (Brandes, Pich 2006): it unfolds thousands of
 * points in some milliseconds, so that few rounds are left to do.  Where points are fixed they hold
 * the others. Invariant: the result depends on the springs only.  Thread: any.
 */
#include "canvas/layout/ov-force-private.h"

#include <math.h>
#include <string.h>

#define THETA      0.9
#define MAX_DEPTH  24
#define N_PIVOTS   24
#define N_POWER    40
#define NONE       G_MAXUINT32
/* How far a point may go in the first round, in units. */
#define FIRST_STEP 1.5
#define LAST_STEP  0.03

typedef struct
{
  double  x, y, mass;     /* centre of mass, after finishing */
  guint32 child[4];       /* NONE: empty */
  guint32 body;           /* a leaf's point; NONE: inner or several at one place */
} Cell;

typedef struct
{
  GArray *cells;          /* Cell; the first is the root */
  double  left, top, size;
} Tree;

static guint32
add_cell (Tree *tree)
{
  Cell cell = { 0, 0, 0, { NONE, NONE, NONE, NONE }, NONE };

  g_array_append_val (tree->cells, cell);

  return tree->cells->len - 1;
}

static inline Cell *
cell_at (Tree    *tree,
         guint32  i)
{
  return &g_array_index (tree->cells, Cell, i);
}

/* Which quarter of the square around (@x, @y) a point lies in. */
static inline guint
quarter (const OvSpot *point,
         double         x,
         double         y)
{
  return (point->x >= x ? 1 : 0) + (point->y >= y ? 2 : 0);
}

static guint32
descend (Tree          *tree,
         guint32        at,
         const OvSpot *point,
         double        *x,
         double        *y,
         double        *half)
{
  guint side = quarter (point, *x, *y);
  guint32 next = cell_at (tree, at)->child[side];

  if (next == NONE)
    {
      next = add_cell (tree);
      cell_at (tree, at)->child[side] = next;
    }
  *half /= 2;
  *x += (side & 1) != 0 ? *half : -*half;
  *y += (side & 2) != 0 ? *half : -*half;

  return next;
}

static void
insert (Tree          *tree,
        const OvSpot *points,
        guint32        body)
{
  double half = tree->size / 2, x = tree->left + half, y = tree->top + half;
  guint32 at = 0;

  for (guint depth = 0;; depth++)
    {
      Cell *cell = cell_at (tree, at);
      guint32 other = cell->body;

      if (cell->mass == 0 || depth >= MAX_DEPTH)
        {
          cell->body = cell->mass == 0 ? body : NONE;
          cell->x += points[body].x;
          cell->y += points[body].y;
          cell->mass++;
          return;
        }
      cell->x += points[body].x;
      cell->y += points[body].y;
      cell->mass++;
      if (other != NONE)
        {
          double child_x = x, child_y = y, child_half = half;
          guint32 child = descend (tree, at, &points[other], &child_x, &child_y, &child_half);

          cell_at (tree, at)->body = NONE;
          *cell_at (tree, child) = (Cell) { points[other].x, points[other].y, 1,
                                            { NONE, NONE, NONE, NONE }, other };
        }
      at = descend (tree, at, &points[body], &x, &y, &half);
    }
}

static void
build (Tree          *tree,
       const OvSpot *points,
       const guint32 *members,
       guint32        n)
{
  double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

  for (guint32 i = 0; i < n; i++)
    {
      const OvSpot *point = &points[members[i]];

      left = MIN (left, point->x);
      right = MAX (right, point->x);
      top = MIN (top, point->y);
      bottom = MAX (bottom, point->y);
    }
  tree->left = left;
  tree->top = top;
  tree->size = MAX (MAX (right - left, bottom - top), 1e-6) * 1.001;
  g_array_set_size (tree->cells, 0);
  add_cell (tree);
  for (guint32 i = 0; i < n; i++)
    insert (tree, points, members[i]);
  for (guint32 i = 0; i < tree->cells->len; i++)
    {
      Cell *cell = cell_at (tree, i);

      if (cell->mass > 0)
        {
          cell->x /= cell->mass;
          cell->y /= cell->mass;
        }
    }
}

static inline void
repel (const Cell    *cell,
       const OvSpot *point,
       double         strength,
       OvSpot       *force)
{
  double dx = point->x - cell->x, dy = point->y - cell->y;
  double push = strength * cell->mass / (dx * dx + dy * dy + 1e-6);

  force->x += dx * push;
  force->y += dy * push;
}

static OvSpot
get_repulsion (Tree          *tree,
               const OvSpot *point,
               guint32        body,
               double         strength)
{
  struct { guint32 cell; double size; } stack[4 * (MAX_DEPTH + 2)];
  OvSpot force = { 0, 0 };
  guint top = 0;

  stack[top].cell = 0;
  stack[top++].size = tree->size;
  while (top > 0)
    {
      const Cell *cell = cell_at (tree, stack[--top].cell);
      double size = stack[top].size;
      double dx = point->x - cell->x, dy = point->y - cell->y;

      if (cell->mass == 0 || cell->body == body)
        continue;
      if (cell->body != NONE || size * size < THETA * THETA * (dx * dx + dy * dy) || size < 1e-9)
        {
          repel (cell, point, strength, &force);
          continue;
        }
      for (guint i = 0; i < 4; i++)
        if (cell->child[i] != NONE)
          {
            stack[top].cell = cell->child[i];
            stack[top++].size = size / 2;
          }
    }

  return force;
}

static void
attract (const OvSprings *self,
         guint32          at,
         OvSpot         *force)
{
  for (guint32 i = self->starts[at]; i < self->starts[at + 1]; i++)
    {
      guint32 other = self->ends[i];
      double dx = self->points[other].x - self->points[at].x;
      double dy = self->points[other].y - self->points[at].y;
      double length = sqrt (dx * dx + dy * dy) / (self->unit + self->radii[at] + self->radii[other]);

      force->x += dx * length;
      force->y += dy * length;
    }
}

/* One round: all forces from the same places, then everybody moves, at most by @limit. */
static void
step (OvSprings     *self,
      Tree          *tree,
      const guint32 *members,
      guint32        n,
      OvSpot       *forces,
      double         limit)
{
  build (tree, self->points, members, n);
  for (guint32 i = 0; i < n; i++)
    {
      guint32 at = members[i];
      double strength = self->unit + 2 * self->radii[at];

      if (self->fixed[at])
        continue;
      forces[i] = get_repulsion (tree, &self->points[at], at, strength * strength);
      attract (self, at, &forces[i]);
    }
  for (guint32 i = 0; i < n; i++)
    {
      double size = hypot (forces[i].x, forces[i].y);
      double share = size > limit ? limit / size : 1;

      if (self->fixed[members[i]] || !isfinite (size))
        continue;
      self->points[members[i]].x += forces[i].x * share;
      self->points[members[i]].y += forces[i].y * share;
    }
}

/* The squared distances to a few far apart members, centred both ways. */
static void
measure_pivots (const OvSprings *self,
                const guint32   *members,
                guint32          n,
                guint32          n_pivots,
                double          *matrix)
{
  g_autofree guint32 *hops = g_new (guint32, self->n);
  g_autofree guint32 *queue = g_new (guint32, self->n);
  g_autofree guint32 *nearest = g_new (guint32, n);
  guint32 pivot = 0;

  memset (nearest, 0xff, n * sizeof (guint32));
  for (guint32 k = 0; k < n_pivots; k++)
    {
      double mean = 0;
      guint32 farthest = 0;

      ov_springs_count_hops (self, members, n, members[pivot], hops, queue);
      for (guint32 i = 0; i < n; i++)
        {
          double squared = (double) hops[members[i]] * hops[members[i]];

          matrix[(gsize) i * n_pivots + k] = squared;
          mean += squared / n;
          nearest[i] = MIN (nearest[i], hops[members[i]]);
          if (nearest[i] > nearest[farthest])
            farthest = i;
        }
      for (guint32 i = 0; i < n; i++)
        matrix[(gsize) i * n_pivots + k] -= mean;
      pivot = farthest;
    }
  for (guint32 i = 0; i < n; i++)
    {
      double mean = 0;

      for (guint32 k = 0; k < n_pivots; k++)
        mean += matrix[(gsize) i * n_pivots + k] / n_pivots;
      for (guint32 k = 0; k < n_pivots; k++)
        matrix[(gsize) i * n_pivots + k] = -(matrix[(gsize) i * n_pivots + k] - mean) / 2;
    }
}

static void
orthonormalize (double       *vector,
                const double *first,
                guint32       n)
{
  double along = 0, length = 0;

  for (guint32 i = 0; first != NULL && i < n; i++)
    along += vector[i] * first[i];
  for (guint32 i = 0; i < n; i++)
    {
      if (first != NULL)
        vector[i] -= along * first[i];
      length += vector[i] * vector[i];
    }
  length = sqrt (length) + 1e-12;
  for (guint32 i = 0; i < n; i++)
    vector[i] /= length;
}

/* Powers of the pivots' covariance, without ever writing it down: v ← Mᵀ (M v). */
static void
multiply (const double *matrix,
          guint32       n,
          guint32       n_pivots,
          double       *vector)
{
  double product[N_PIVOTS] = { 0 };

  for (guint32 i = 0; i < n; i++)
    {
      const double *row = matrix + (gsize) i * n_pivots;
      double dot = 0;

      for (guint32 k = 0; k < n_pivots; k++)
        dot += row[k] * vector[k];
      for (guint32 k = 0; k < n_pivots; k++)
        product[k] += row[k] * dot;
    }
  memcpy (vector, product, n_pivots * sizeof (double));
}

static void
unfold (OvSprings     *self,
        const guint32 *members,
        guint32        n)
{
  guint32 n_pivots = MIN (N_PIVOTS, n), random = 0x2545f491;
  g_autofree double *matrix = g_new (double, (gsize) n * n_pivots);
  double axes[2][N_PIVOTS], spread = 0, scale;

  measure_pivots (self, members, n, n_pivots, matrix);
  for (guint axis = 0; axis < 2; axis++)
    {
      for (guint32 k = 0; k < n_pivots; k++)
        axes[axis][k] = (ov_random_next (&random) % 1000) / 1000.0 - 0.5;
      for (guint round = 0; round < N_POWER; round++)
        {
          orthonormalize (axes[axis], axis == 1 ? axes[0] : NULL, n_pivots);
          multiply (matrix, n, n_pivots, axes[axis]);
        }
      orthonormalize (axes[axis], axis == 1 ? axes[0] : NULL, n_pivots);
    }
  for (guint32 i = 0; i < n; i++)
    {
      OvSpot point = { 0, 0 };

      for (guint32 k = 0; k < n_pivots; k++)
        {
          point.x += matrix[(gsize) i * n_pivots + k] * axes[0][k];
          point.y += matrix[(gsize) i * n_pivots + k] * axes[1][k];
        }
      /* Twins, tied to the same others, would stand at the same place. */
      point.x += (ov_random_next (&random) % 1000) * 1e-3;
      point.y += (ov_random_next (&random) % 1000) * 1e-3;
      self->points[members[i]] = point;
      spread += hypot (point.x, point.y) / n;
    }
  scale = self->unit * sqrt (n) * 0.7 / (spread + 1e-9);
  for (guint32 i = 0; i < n; i++)
    {
      self->points[members[i]].x *= scale;
      self->points[members[i]].y *= scale;
    }
}

gboolean
ov_barnes_hut_place (OvSprings     *self,
                     const guint32 *members,
                     guint32        n_members,
                     guint          n_rounds,
                     GCancellable  *cancellable)
{
  g_autoptr (GArray) cells = g_array_sized_new (FALSE, FALSE, sizeof (Cell), n_members * 2);
  g_autofree OvSpot *forces = g_new0 (OvSpot, n_members);
  Tree tree = { cells, 0, 0, 0 };
  gboolean held = FALSE;

  for (guint32 i = 0; i < n_members; i++)
    held = held || self->fixed[members[i]];
  if (!held)
    unfold (self, members, n_members);
  for (guint round = 0; round < n_rounds; round++)
    {
      double t = round / (double) n_rounds;

      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      step (self, &tree, members, n_members, forces,
            self->unit * FIRST_STEP * pow (LAST_STEP / FIRST_STEP, t));
    }

  return TRUE;
}
