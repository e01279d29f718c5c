/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the graph layout: springs between siblings (ov-stress.c, ov-barnes-hut.c), the
 * ground that they are set down on (ov-ground.c), and what puts them together (ov-force.c).
 */
#pragma once

#include "canvas/layout/ov-force.h"

G_BEGIN_DECLS

typedef struct
{
  double x, y;
} OvSpot;

/* Siblings and who of them is tied to whom, both ways; neighbours of i are ends[starts[i]…starts[i + 1]). */
typedef struct
{
  guint32  n;
  OvSpot  *points;   /* centres; in: where to begin, out: where to stand */
  double  *radii;
  guint8  *fixed;    /* by point, 1: does not move */
  guint32 *starts, *ends;
  double   unit;     /* wanted distance between neighbours without size */
} OvSprings;

/* Both place @members, which are one connected part, and leave the others alone; FALSE: cancelled.  Stress
 * wants all distances at once and does not look at where points are, forces go on from there. */
gboolean ov_stress_place     (OvSprings     *self,
                              const guint32 *members,
                              guint32        n_members,
                              GCancellable  *cancellable);
gboolean ov_barnes_hut_place (OvSprings     *self,
                              const guint32 *members,
                              guint32        n_members,
                              guint          n_rounds,
                              GCancellable  *cancellable);
/* Hops from @from to each of @members, by point; @queue has room for all. */
void     ov_springs_count_hops (const OvSprings *self,
                                const guint32   *members,
                                guint32          n_members,
                                guint32          from,
                                guint32         *hops,
                                guint32         *queue);

/* A number generator with nothing but its state: the same everywhere. */
static inline guint32
ov_random_next (guint32 *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;

  return *state;
}

/* A rectangle of cells. */
typedef struct
{
  int x, y, width, height;
} OvPlot;

/* Cells that are taken or free, without end in any direction. */
typedef struct _OvGround OvGround;

OvGround *ov_ground_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void      ov_ground_free (OvGround *self);
/* Frees all cells, keeps the memory. */
void      ov_ground_clear (OvGround *self);
gboolean  ov_ground_is_free (const OvGround *self,
                             const OvPlot   *plot);
void      ov_ground_take (OvGround     *self,
                          const OvPlot *plot);
/* What was taken before. */
void      ov_ground_release (OvGround     *self,
                             const OvPlot *plot);
/* Moves @plots together, as little as needed, to where all of them are free. */
void      ov_ground_settle (OvGround *self,
                            OvPlot   *plots,
                            guint32   n);
/* The same for one plot, but only inside of @inside; FALSE: there is no room. */
gboolean  ov_ground_settle_inside (OvGround     *self,
                                   OvPlot       *plot,
                                   const OvPlot *inside);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGround, ov_ground_free)

/* ov-plots.c: plots on a ground, all of them taken there. */
OvPlot    ov_plot_unite    (const OvPlot *a,
                            const OvPlot *b);
gboolean  ov_plot_overlaps (const OvPlot *a,
                            const OvPlot *b);
/* What they take together, and how many cells of it are theirs; @n is not 0. */
OvPlot    ov_plots_measure (const OvPlot *plots,
                            guint32       n,
                            double       *used);
/* Moves them together until they fill this share of their outline, or nothing gives way. */
void      ov_plots_squeeze (OvPlot   *plots,
                            guint32   n,
                            OvGround *ground,
                            double    filled);

/* A cell; its proportion makes what is near in cells near for the eye in a window of 1.45:1. */
#define OV_CELL_WIDTH  32
#define OV_CELL_HEIGHT 16

/* One layout under way; arrays are by node index. */
typedef struct
{
  const OvGraph       *graph, *old_graph;
  const OvGraphNode   *nodes, *old_nodes;
  const OvGraphSum    *sums;
  const OvGraphLayout *old;
  guint32              n;
  guint32             *old_of;   /* the same node in the same group of the old graph, OV_SCENE_NONE */
  guint32             *depths;
  OvSpot              *centres;  /* about where, world; set from the outside inwards */
  OvSpot              *pulls;    /* where what is outside of its group draws it, not normalized */
  guint32             *parts;    /* connected part among its siblings: the lowest index in it */
  OvPlot              *plots;    /* slot in its group, gap included; set from the inside outwards */
  OvSpot              *shifts;   /* of a group: cells by which its content began to stick out */
  OvSprings            springs;
  GCancellable        *cancellable;
} OvForce;

/* Siblings: the children of @group (OV_SCENE_NONE: the roots) are [first, end) and skip by subtree_end. */
typedef struct
{
  guint32  group, first, end;
  gboolean known; /* most of them were there before */
} OvSiblings;

/* ov-force-springs.c: edges between siblings at @depth, their parts, and pulls from outside. */
void       ov_force_tie          (OvForce *self,
                                  guint32  depth);
/* ov-force-settle.c: from about where to exactly where. */
void       ov_force_settle       (OvForce          *self,
                                  const OvSiblings *siblings,
                                  OvGround         *ground,
                                  OvGround         *scratch);
/* Of a slot in a group whose content begins at (@x, @y), world. */
OvBox      ov_force_box_of       (const OvPlot *plot,
                                  double        x,
                                  double        y);

G_END_DECLS
