/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvGraph: nodes in groups of groups, and directed edges with a weight, as flat arrays.
 *
 * Like OvScene it is built, frozen, shared with workers, and knows no Erlang.  Groups
 * (applications, supervisors) come before what is in them, depth first, so a group's members are
 * the run [i, subtree_end). What is folded away is decided by zoom (ov_graph_fold): a folded group
 * is one node, its edges are sums.
 */
#pragma once

#include "canvas/scene/ov-boxes.h"
#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 id;           /* stable between graphs */
  guint32 parent;       /* index of its group, OV_SCENE_NONE */
  guint32 subtree_end;  /* set by freeze */
  guint32 label, sublabel; /* offsets into the text, 0: none */
  guint8  is_group;
  guint8  shape;        /* OvShape */
  guint8  tone;         /* OvTone: WARNING is a bottleneck */
  guint8  heat;         /* 0…254, OV_HEAT_NONE */
  guint8  dim;
  guint8  mono;         /* OvMono: which lines are code or a pid */
  guint8  border;       /* OvBorder */
  guint8  reserved;
  float   weight;       /* messages a second through it: its size; of a group: its own */
} OvGraphNode;

typedef struct
{
  guint32 from, to;     /* indexes; a group that is a process itself may be one */
  float   rate;         /* messages a second: width */
  float   seconds;      /* latency (median); NAN: not known */
  guint8  heat;         /* 0…254: colour; OV_HEAT_NONE */
  guint8  dim;
  guint32 label;        /* the most frequent message; 0: none */
} OvGraphEdge;

/* What a node and all that is in it come to; derived by freeze. */
typedef struct
{
  guint32 n_leaves;     /* 1 for a leaf */
  float   weight;
  guint8  worst;        /* OvTone */
  guint8  heat;         /* the mean, by weight: of hundreds one is always hot */
  guint8  dim;          /* all of it */
  guint8  height;       /* levels of groups below it */
} OvGraphSum;

typedef struct _OvGraph OvGraph;

OvGraph           *ov_graph_new       (guint32 expected_nodes) G_GNUC_WARN_UNUSED_RESULT;
OvGraph           *ov_graph_ref       (OvGraph *self);
void               ov_graph_unref     (OvGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGraph, ov_graph_unref)
/* The node's index, OV_SCENE_NONE if the order is not depth first. */
guint32            ov_graph_add       (OvGraph           *self,
                                       const OvGraphNode *node,
                                       const char        *label,
                                       const char        *sublabel);
void               ov_graph_add_edge  (OvGraph           *self,
                                       const OvGraphEdge *edge,
                                       const char        *label);
void               ov_graph_freeze    (OvGraph *self);
const OvGraphNode *ov_graph_get_nodes (const OvGraph *self,
                                       guint32       *n);
const OvGraphEdge *ov_graph_get_edges (const OvGraph *self,
                                       guint32       *n);
const OvGraphSum  *ov_graph_get_sums  (const OvGraph *self);
const char        *ov_graph_get_text  (const OvGraph *self,
                                       guint32        offset);
guint32            ov_graph_find      (const OvGraph *self,
                                       guint64        id);

/* What is shown: some groups open, the others one node each. */
typedef struct
{
  guint32  n_shown;
  guint32 *shown;        /* indexes of nodes and groups that are drawn, parents first */
  guint32 *stands_for;   /* by node index: the shown node it is drawn as */
  OvGraphEdge *edges;    /* between shown nodes, summed, the strongest first; loops left out */
  guint32  n_edges;
} OvGraphFold;

/* @open: by node index, 1: this group shows its members. */
OvGraphFold *ov_graph_fold      (const OvGraph *self,
                                 const guint8  *open) G_GNUC_WARN_UNUSED_RESULT;
void         ov_graph_fold_free (OvGraphFold *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGraphFold, ov_graph_fold_free)

/* Where everything stands when all groups are open; canvas/layout computes it, canvas/render draws it. */
typedef struct
{
  guint32 n;
  OvBox  *boxes;   /* by node index of the graph; groups hold their members */
  OvBox   bounds;
} OvGraphLayout;

void         ov_graph_layout_free (OvGraphLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvGraphLayout, ov_graph_layout_free)

/* Kept free around each node, for its edges; a folded or small node may grow into it. */
#define OV_GRAPH_GAP 32.0

G_END_DECLS
