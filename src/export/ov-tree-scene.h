/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a process table to a scene: which rows are shown, in which order, with which shape,
 * border, dots, tone, heat and label.  Shared by the tree page and by every picture export.
 */
#pragma once

#include "canvas/scene/ov-scene.h"
#include "model/ov-process-table.h"

G_BEGIN_DECLS

typedef enum { OV_OVERLAY_NONE, OV_OVERLAY_MEMORY, OV_OVERLAY_REDUCTIONS, OV_OVERLAY_MAILBOX } OvOverlay;

typedef struct
{
  OvOverlay        overlay;
  guint32          application;  /* string id: only this one; OV_STRING_NONE: all */
  guint32          root;         /* slot: only this subtree; OV_SLOT_NONE: all */
  guint            max_depth;    /* 0: no bound */
  const char      *filter;       /* the syntax of ov-process-search.h; what does not match is dimmed */
  const OvBitset  *collapsed;    /* slots; may be NULL */
  gboolean         hide_outside;
  guint32          selected;     /* slot: its links and monitors become edges */
  const OvPid     *monitors;     /* what the selected process monitors; the table does not know */
  const OvPid     *monitored_by;
  guint            n_monitors, n_monitored_by;
} OvTreeSceneOptions;

/* Everything, nothing selected: zero would mean slot 0. */
#define OV_TREE_SCENE_OPTIONS_INIT                                                                 \
  { .application = OV_STRING_NONE, .root = OV_SLOT_NONE, .selected = OV_SLOT_NONE }

/* The figures at the two ends of the heat ramp, for a legend.  Between them heat grows with the
 * logarithm; what is below or above has the colour of the end.  The high end is the greatest
 * figure shown, rounded up to 1, 2 or 5 times a power of ten, so that colours do not flicker;
 * the low end is 1/10,000 of it, never under 1. */
typedef struct
{
  double low, high;
} OvHeatRamp;

/* The id of a row in scenes: (generation, slot), never 0.  Regions have ids of their own. */
guint64   ov_tree_scene_id_of    (const OvProcess *row,
                                  guint32          slot);
guint32   ov_tree_scene_slot_of  (guint64          id); /* OV_SLOT_NONE for a region */
/* What it is; NULL: not known. */
OvShape   ov_tree_scene_shape_of (const OvProcess *row);
/* (transfer full), frozen. */
OvScene  *ov_tree_scene_build    (OvProcessTable           *table,
                                  const OvTreeSceneOptions *options) G_GNUC_WARN_UNUSED_RESULT;

/* The same, telling the ramp that was used; @ramp may be NULL. */
OvScene  *ov_tree_scene_build_with_ramp (OvProcessTable           *table,
                                         const OvTreeSceneOptions *options,
                                         OvHeatRamp               *ramp) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
