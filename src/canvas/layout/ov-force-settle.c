/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Setting siblings down on cells.
 *
 * Afresh: each connected part by itself from its middle outwards, then the parts as they are, the
 * largest in the middle, then who talks to nobody beside them, on the side of what draws them from
 * outside. Live: who was there takes the cells that were his; a group that grew pushes its
 * neighbours by as little as needed; newcomers take what is free, inside of the old outline as long
 * as there is room.
 *
 * Invariant: no cell is taken twice.  Thread: any.
 */
#include "canvas/layout/ov-force-private.h"

#include "canvas/layout/ov-layout-private.h"

#include <math.h>
#include <stdlib.h>

/* A group is not made smaller as long as its members take this share of it. */
#define KEPT_SHARE  0.35
/* A new group's box is filled to this share: there is room for some that come later. */
#define FILLED      0.8
#define MAX_SQUEEZED 400
/* For so many leaves it keeps room for one more, and for one in any case. */
#define FOR_ONE_MORE 16
#define PUSH_ROUNDS 60
#define MAX_PUSHED  600
/* The sides from which a lone node may be drawn. */
#define N_SECTORS   16
/* Cells of a strip for the label, and between groups. */
#define STRIP_CELLS 2
#define GAP_WIDTH   1
#define GAP_HEIGHT  2

/* What is tried, as long as it did not end well, where there are not many pieces. */
static const OvSpot SPREADS[] = {
  { 1, 1 }, { 0.6, 0.6 }, { 1.4, 0.8 }, { 0.7, 1.1 }, { 1.8, 0.6 }, { 0.3, 0.3 }, { 1.2, 1.2 },
};
#define GOOD_ENOUGH 1.45
#define MAX_TRIED   80

typedef struct
{
  guint32 node;
  OvPlot  plot;
  guint32 size, part; /* of the connected part it belongs to */
  double  order;      /* within its part, or the side of a lone one */
  guint8  known, moved;
} Piece;

typedef struct
{
  OvForce  *force;
  OvGround *ground, *scratch;
  GArray   *pieces;  /* Piece */
  GArray   *plots;   /* OvPlot */
  double    reach;   /* about half the width of what all pieces take */
  OvSpot    spread;  /* how much wider and higher than wished for pieces are begun with */
} Settling;

static inline Piece *
piece_at (const Settling *self,
          guint           i)
{
  return &g_array_index (self->pieces, Piece, i);
}

static int
compare_pieces (const void *a,
                const void *b)
{
  const Piece *one = a, *two = b;

  if (one->size != two->size)
    return one->size > two->size ? -1 : 1;
  if (one->size > 1 && one->part != two->part)
    return one->part < two->part ? -1 : 1;
  if (one->order != two->order)
    return one->order < two->order ? -1 : 1;

  return one->node < two->node ? -1 : one->node > two->node;
}

static void
centre_plot (OvPlot *plot,
             double  x,
             double  y)
{
  plot->x = (int) floor (x / OV_CELL_WIDTH - plot->width / 2.0 + 0.5);
  plot->y = (int) floor (y / OV_CELL_HEIGHT - plot->height / 2.0 + 0.5);
}

static void
collect (Settling         *self,
         const OvSiblings *siblings)
{
  const OvForce *force = self->force;
  double area = 0;

  for (guint32 i = siblings->first; i < siblings->end; i = force->nodes[i].subtree_end)
    {
      Piece piece = { i, force->plots[i] };

      area += (double) piece.plot.width * piece.plot.height * OV_CELL_WIDTH * OV_CELL_HEIGHT;
      g_array_append_val (self->pieces, piece);
    }
  self->reach = sqrt (area * 1.45) / 2;
}

/* The sides are few, so that those drawn to the same side stand together in their order. */
static OvSpot
get_side (const OvForce *force,
          guint32        node,
          int           *sector)
{
  const OvSpot *pull = &force->pulls[node];
  double angle;

  *sector = N_SECTORS;
  if (hypot (pull->x, pull->y) < 1e-6)
    return (OvSpot) { 0, 1 };
  *sector = (int) floor (atan2 (pull->y, pull->x) / (2 * G_PI) * N_SECTORS + 0.5);
  angle = *sector * 2 * G_PI / N_SECTORS;

  return (OvSpot) { cos (angle), sin (angle) };
}

/* The pieces [from, to) are one part: their plots, relative to its middle, and where that should be. */
static void
settle_part (Settling *self,
             guint     from,
             guint     to,
             gboolean  first)
{
  const OvForce *force = self->force;
  OvSpot pull = { 0, 0 };
  double length;

  ov_ground_clear (self->scratch);
  g_array_set_size (self->plots, 0);
  for (guint i = from; i < to; i++)
    {
      Piece *piece = piece_at (self, i);
      const OvSpot *point = &force->springs.points[piece->node];

      pull.x += force->pulls[piece->node].x;
      pull.y += force->pulls[piece->node].y;
      centre_plot (&piece->plot, point->x * self->spread.x, point->y * self->spread.y);
      ov_ground_settle (self->scratch, &piece->plot, 1);
      ov_ground_take (self->scratch, &piece->plot);
      g_array_append_val (self->plots, piece->plot);
    }
  length = hypot (pull.x, pull.y);
  if (!first && length > 1e-6)
    for (guint i = 0; i < self->plots->len; i++)
      {
        OvPlot *plot = &g_array_index (self->plots, OvPlot, i);

        plot->x += (int) (pull.x / length * self->reach / OV_CELL_WIDTH);
        plot->y += (int) (pull.y / length * self->reach / OV_CELL_HEIGHT);
      }
  ov_ground_settle (self->ground, (OvPlot *) (gpointer) self->plots->data, self->plots->len);
  for (guint i = from; i < to; i++)
    {
      piece_at (self, i)->plot = g_array_index (self->plots, OvPlot, i - from);
      ov_ground_take (self->ground, &piece_at (self, i)->plot);
    }
}

static void
settle_lone (Settling *self,
             guint     from,
             gboolean  alone)
{
  double reach = self->reach * (alone ? 0.5 : 1.1);

  for (guint i = from; i < self->pieces->len; i++)
    {
      Piece *piece = piece_at (self, i);
      int sector;
      OvSpot side = get_side (self->force, piece->node, &sector);

      if (alone && sector == N_SECTORS)
        side = (OvSpot) { 0, 0 };
      centre_plot (&piece->plot, side.x * reach, side.y * reach / 1.45);
      ov_ground_settle (self->ground, &piece->plot, 1);
      ov_ground_take (self->ground, &piece->plot);
    }
}

/* Large parts first, in each from its middle outwards; then the lone ones, by the side they go to. */
static void
order_pieces (Settling *self)
{
  const OvForce *force = self->force;
  g_autofree guint32 *sizes = g_new0 (guint32, MAX (force->n, 1));

  for (guint i = 0; i < self->pieces->len; i++)
    sizes[force->parts[piece_at (self, i)->node]]++;
  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = piece_at (self, i);
      const OvSpot *point = &force->springs.points[piece->node];
      int sector;

      get_side (force, piece->node, &sector);
      piece->part = force->parts[piece->node];
      piece->size = sizes[piece->part];
      piece->order = piece->size == 1 ? sector
                     : hypot (point->x / 1.45, point->y) - force->springs.radii[piece->node];
    }
  qsort (self->pieces->data, self->pieces->len, sizeof (Piece), compare_pieces);
}

/* The pieces' plots, to be moved together. */
static OvPlot *
list_plots (Settling *self)
{
  g_array_set_size (self->plots, 0);
  for (guint i = 0; i < self->pieces->len; i++)
    g_array_append_val (self->plots, piece_at (self, i)->plot);

  return (OvPlot *) (gpointer) self->plots->data;
}

static void
try_spread (Settling     *self,
            const OvSpot *spread)
{
  guint from = 0;

  self->spread = *spread;
  ov_ground_clear (self->ground);
  while (from < self->pieces->len && piece_at (self, from)->size > 1)
    {
      guint32 n = piece_at (self, from)->size;

      settle_part (self, from, from + n, from == 0);
      from += n;
    }
  settle_lone (self, from, from == 0);
  list_plots (self);
  if (self->pieces->len <= MAX_SQUEEZED)
    ov_plots_squeeze ((OvPlot *) (gpointer) self->plots->data, self->plots->len, self->ground, FILLED);
}

/* How much larger than needed and out of the window's proportion the plots are together; 1 is best. */
static double
judge (Settling *self)
{
  double used, aspect;
  OvPlot outline = ov_plots_measure ((OvPlot *) (gpointer) self->plots->data, self->plots->len, &used);

  aspect = outline.width * OV_CELL_WIDTH / (outline.height * OV_CELL_HEIGHT * OV_LAYOUT_ASPECT);

  return outline.width * outline.height / used * pow (MAX (aspect, 1 / aspect), 1.5);
}

/* Large boxes fall into each other's way; beginning elsewhere often ends better. */
static void
settle_afresh (Settling *self)
{
  g_autofree OvPlot *best = NULL;
  double least = INFINITY;

  order_pieces (self);
  for (guint i = 0; i < G_N_ELEMENTS (SPREADS) && (i == 0 || least > GOOD_ENOUGH); i++)
    {
      double score;

      if (i > 0 && self->pieces->len > MAX_TRIED)
        break;
      try_spread (self, &SPREADS[i]);
      score = judge (self);
      if (score >= least)
        continue;
      least = score;
      g_free (best);
      best = g_memdup2 (self->plots->data, self->plots->len * sizeof (OvPlot));
    }
  for (guint i = 0; i < self->pieces->len; i++)
    piece_at (self, i)->plot = best[i];
}

/* The cells of an old box, in a group whose content began at (@x, @y). */
static OvPlot
plot_of (const OvBox *box,
         double       x,
         double       y)
{
  return (OvPlot) { (int) lround ((box->x - x) / OV_CELL_WIDTH - 0.5),
                    (int) lround ((box->y - y) / OV_CELL_HEIGHT - 1),
                    (int) lround ((box->width + OV_GRAPH_GAP) / OV_CELL_WIDTH),
                    (int) lround ((box->height + OV_GRAPH_GAP) / OV_CELL_HEIGHT) };
}

/* Where the old content began, in the world; FALSE: at the world's own origin. */
static OvSpot
get_old_origin (const OvForce    *force,
                const OvSiblings *siblings)
{
  guint32 old = siblings->group == OV_SCENE_NONE
                  ? OV_SCENE_NONE : ov_graph_find (force->old_graph, force->nodes[siblings->group].id);

  if (old == OV_SCENE_NONE)
    return (OvSpot) { 0, 0 };

  return (OvSpot) { force->old->boxes[old].x, force->old->boxes[old].y + OV_REGION_STRIP };
}

/* Takes up the old places; returns whether a piece is larger than it was. */
static gboolean
recall (Settling *self,
        OvSpot   origin)
{
  const OvForce *force = self->force;
  gboolean grown = FALSE;

  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = piece_at (self, i);
      guint32 old = force->old_of[piece->node];
      OvPlot before;

      if (old == OV_SCENE_NONE)
        continue;
      before = plot_of (&force->old->boxes[old], origin.x, origin.y);
      piece->known = TRUE;
      piece->plot.x = before.x + (int) force->shifts[piece->node].x;
      piece->plot.y = before.y + (int) force->shifts[piece->node].y;
      piece->moved = piece->plot.x != before.x || piece->plot.y != before.y
                     || piece->plot.width > before.width || piece->plot.height > before.height;
      grown = grown || piece->moved;
    }

  return grown;
}

/* The smaller of two that overlap gives way, along the shorter way out. */
static void
push (Piece *a,
      Piece *b)
{
  Piece *stays = a, *goes = b;
  int right, left, down, up, dx, dy;

  if ((double) a->plot.width * a->plot.height < (double) b->plot.width * b->plot.height)
    {
      stays = b;
      goes = a;
    }
  right = stays->plot.x + stays->plot.width - goes->plot.x;
  left = goes->plot.x + goes->plot.width - stays->plot.x;
  down = stays->plot.y + stays->plot.height - goes->plot.y;
  up = goes->plot.y + goes->plot.height - stays->plot.y;
  dx = right <= left ? right : -left;
  dy = down <= up ? down : -up;
  if (abs (dx) * OV_CELL_WIDTH <= abs (dy) * OV_CELL_HEIGHT)
    goes->plot.x += dx;
  else
    goes->plot.y += dy;
  goes->moved = TRUE;
}

static void
push_apart (Settling *self)
{
  gboolean any = TRUE;

  for (guint round = 0; round < PUSH_ROUNDS && any; round++)
    {
      any = FALSE;
      for (guint a = 0; a < self->pieces->len; a++)
        for (guint b = a + 1; b < self->pieces->len; b++)
          if (piece_at (self, a)->known && piece_at (self, b)->known
              && ov_plot_overlaps (&piece_at (self, a)->plot, &piece_at (self, b)->plot))
            {
              push (piece_at (self, a), piece_at (self, b));
              any = TRUE;
            }
    }
}

static void
settle_known (Settling *self)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->pieces->len; i++)
      {
        Piece *piece = piece_at (self, i);

        if (!piece->known || piece->moved != pass)
          continue;
        ov_ground_settle (self->ground, &piece->plot, 1);
        ov_ground_take (self->ground, &piece->plot);
      }
}

static void
settle_newcomers (Settling     *self,
                  OvSpot       origin,
                  const OvPlot *inside)
{
  const OvForce *force = self->force;

  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = piece_at (self, i);
      const OvSpot *point = &force->springs.points[piece->node];

      if (piece->known)
        continue;
      centre_plot (&piece->plot, point->x - origin.x, point->y - origin.y);
      if (inside->width == 0 || !ov_ground_settle_inside (self->ground, &piece->plot, inside))
        ov_ground_settle (self->ground, &piece->plot, 1);
      ov_ground_take (self->ground, &piece->plot);
    }
}

/* The outline of a group's old content, in cells; empty for the world, which has none. */
static OvPlot
get_old_outline (const OvForce    *force,
                 const OvSiblings *siblings)
{
  guint32 old = siblings->group == OV_SCENE_NONE
                  ? OV_SCENE_NONE : ov_graph_find (force->old_graph, force->nodes[siblings->group].id);
  const OvBox *box;

  if (old == OV_SCENE_NONE)
    return (OvPlot) { 0 };
  box = &force->old->boxes[old];

  return (OvPlot) { 0, 0, (int) lround (box->width / OV_CELL_WIDTH),
                    (int) lround (box->height / OV_CELL_HEIGHT) - STRIP_CELLS };
}

static void
settle_live (Settling         *self,
             const OvSiblings *siblings,
             OvPlot           *outline)
{
  OvSpot origin = get_old_origin (self->force, siblings);
  gboolean grown = recall (self, origin);

  *outline = get_old_outline (self->force, siblings);
  if (grown && self->pieces->len <= MAX_PUSHED)
    push_apart (self);
  settle_known (self);
  settle_newcomers (self, origin, outline);
}

/* What the pieces take, and the old outline as long as they fill enough of it. */
static OvPlot
get_outline (Settling     *self,
             const OvPlot *old)
{
  double used;
  OvPlot outline = ov_plots_measure (list_plots (self), self->pieces->len, &used);

  if (used >= KEPT_SHARE * old->width * old->height && old->width > 0)
    outline = ov_plot_unite (&outline, old);

  return outline;
}

/* The largest plot of a leaf among the pieces; no width: there is none. */
static OvPlot
get_largest_leaf (const Settling *self,
                  guint32        *n)
{
  const OvGraphNode *nodes = self->force->nodes;
  OvPlot largest = { 0 };

  *n = 0;
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = piece_at (self, i);

      if (nodes[piece->node].subtree_end > piece->node + 1)
        continue;
      ++*n;
      largest.width = MAX (largest.width, piece->plot.width);
      largest.height = MAX (largest.height, piece->plot.height);
    }

  return largest;
}

/* Who comes later finds a place without anybody having to move: a new group keeps room for some more. */
static void
reserve (Settling *self,
         OvPlot   *outline)
{
  guint32 n_leaves, n_free = 0, n_wanted;
  OvPlot leaf = get_largest_leaf (self, &n_leaves);

  if (n_leaves == 0 || n_leaves > MAX_SQUEEZED)
    return;

  ov_ground_clear (self->ground);
  for (guint i = 0; i < self->pieces->len; i++)
    ov_ground_take (self->ground, &piece_at (self, i)->plot);
  n_wanted = 1 + n_leaves / FOR_ONE_MORE;
  while (n_free < n_wanted)
    {
      OvPlot place = { outline->x, outline->y, leaf.width, leaf.height };

      if (ov_ground_settle_inside (self->ground, &place, outline))
        {
          ov_ground_take (self->ground, &place);
          n_free++;
        }
      else if (outline->width * OV_CELL_WIDTH < outline->height * OV_CELL_HEIGHT * OV_LAYOUT_ASPECT)
        outline->width++;
      else
        outline->height++;
    }
}

/* The group is as large as its content, which begins at its own origin. */
static void
close_group (Settling         *self,
             const OvSiblings *siblings,
             const OvPlot     *old)
{
  OvForce *force = self->force;
  OvPlot outline = get_outline (self, old), *plot;

  if (siblings->group != OV_SCENE_NONE && !siblings->known)
    reserve (self, &outline);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = piece_at (self, i);

      force->plots[piece->node] = piece->plot;
      if (siblings->group == OV_SCENE_NONE)
        continue;
      force->plots[piece->node].x -= outline.x;
      force->plots[piece->node].y -= outline.y;
    }
  if (siblings->group == OV_SCENE_NONE)
    return;
  plot = &force->plots[siblings->group];
  plot->width = outline.width + GAP_WIDTH;
  plot->height = outline.height + STRIP_CELLS + GAP_HEIGHT;
  if (siblings->known)
    force->shifts[siblings->group] = (OvSpot) { outline.x, outline.y };
}

void
ov_force_settle (OvForce          *self,
                 const OvSiblings *siblings,
                 OvGround         *ground,
                 OvGround         *scratch)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_autoptr (GArray) plots = g_array_new (FALSE, FALSE, sizeof (OvPlot));
  Settling settling = { self, ground, scratch, pieces, plots, 0, { 1, 1 } };
  OvPlot outline = { 0 };

  ov_ground_clear (ground);
  collect (&settling, siblings);
  if (pieces->len == 0)
    return;
  if (siblings->known)
    settle_live (&settling, siblings, &outline);
  else
    settle_afresh (&settling);
  close_group (&settling, siblings, &outline);
}
