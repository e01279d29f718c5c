/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph canvas's inside, shared by its parts: graph and layout, motion and dots, painting,
 * input.
 */
#pragma once

#include "canvas/render/ov-graph-painter.h"
#include "canvas/widget/ov-graph-canvas.h"
#include "canvas/widget/ov-stage-private.h"

G_BEGIN_DECLS

/* A message on its way. */
typedef struct
{
  guint64 from, to;
  gint64  start_us, duration_us;
  guint8  tone;
} OvTravel;

/* What is gone fades. */
typedef struct
{
  OvBox  box;
  gint64 start_us;
} OvFading;

struct _OvGraphCanvas
{
  GtkWidget        parent_instance;
  OvStage          stage;

  /* What is shown, and what waits; see ov-graph-canvas-scene.c. */
  OvGraphView     *view;
  OvGraph         *wanted;    /* being laid out */
  OvGraph         *next;      /* came meanwhile */
  GCancellable    *cancellable;
  guint64          reveal_later;

  /* What moves; see ov-graph-canvas-motion.c. */
  GArray          *travels;   /* OvTravel */
  GArray          *fadings;   /* OvFading */
  gint64           advanced_us; /* when the view last was; 0: it stands */

  /* Painting. */
  OvGraphPainter  *painter;
  cairo_surface_t *ground;    /* the picture without dots */
  GArray          *dots;      /* OvGraphDot of this frame */
  GArray          *effects;   /* OvPaintEffect of this frame */
  GArray          *stand_ins; /* guint64: what is drawn for the matches, sorted */

  /* What the user points at. */
  guint64          selected, hovered, focus_id, focused;
  guint64          hovered_edge[2], selected_edge[2], told[2]; /* told: a node and 0, or an edge */
  GArray          *matches;   /* guint64 */
  GArray          *path;      /* guint64: from, to, from, to, … */

  OvGraphDescribeFunc describe;
  gpointer            describe_data;
  GDestroyNotify      describe_destroy;
};

enum
{
  OV_GRAPH_SELECTED, OV_GRAPH_ACTIVATED, OV_GRAPH_CONTEXT_MENU, OV_GRAPH_HOVERED, OV_GRAPH_FOCUS_MOVED,
  OV_GRAPH_VIEW_CHANGED, OV_GRAPH_EDGE_SELECTED, OV_GRAPH_EDGE_HOVERED, OV_GRAPH_N_SIGNALS,
};

void     ov_graph_canvas_emit      (OvGraphCanvas *self,
                                    guint          signal,
                                    guint64        id);
void     ov_graph_canvas_emit_edge (OvGraphCanvas *self,
                                    guint          signal,
                                    const guint64 *ends);
void     ov_graph_canvas_emit_menu (OvGraphCanvas *self,
                                    guint64        id,
                                    double         x,
                                    double         y);
void     ov_graph_canvas_set_focused (OvGraphCanvas *self,
                                      guint64        id);
/* A group that is open is shut, and the other way; it stays so. */
void     ov_graph_canvas_toggle    (OvGraphCanvas *self,
                                    guint64        group);
gboolean ov_graph_canvas_is_group  (OvGraphCanvas *self,
                                    guint64        id);
/* The view decides anew what is open; it moves there, or is there at once. */
void     ov_graph_canvas_choose    (OvGraphCanvas *self);
/* Boxes and curves for the camera of now. */
void     ov_graph_canvas_update    (OvGraphCanvas *self);

/* ov-graph-canvas-scene.c */
void     ov_graph_canvas_lay_out   (OvGraphCanvas *self);
void     ov_graph_canvas_announce  (OvGraphCanvas *self);

/* ov-graph-canvas-motion.c */
gboolean ov_graph_canvas_advance   (GtkWidget *widget,
                                    gint64     time_us);
void     ov_graph_canvas_stop      (OvGraphCanvas *self);
void     ov_graph_canvas_fade      (OvGraphCanvas *self,
                                    const OvBox   *box);
/* Fills the dots and effects of a frame. */
void     ov_graph_canvas_place_dots (OvGraphCanvas *self,
                                     double         scale);
void     ov_graph_canvas_place_effects (OvGraphCanvas *self);

/* ov-graph-canvas-paint.c */
void     ov_graph_canvas_render    (GtkWidget       *widget,
                                    cairo_surface_t *image,
                                    int              scale);

/* ov-graph-canvas-input.c */
void     ov_graph_canvas_point_at  (GtkWidget *widget,
                                    double     x,
                                    double     y);
void     ov_graph_canvas_rested    (GtkWidget *widget);
void     ov_graph_canvas_clicked   (GtkWidget *widget,
                                    int        n_press,
                                    double     x,
                                    double     y);
void     ov_graph_canvas_open_menu (GtkWidget *widget,
                                    double     x,
                                    double     y);
void     ov_graph_canvas_add_keys  (OvGraphCanvas *self);

G_END_DECLS
