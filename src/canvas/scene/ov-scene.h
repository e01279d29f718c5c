/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OvScene: what is to be drawn, as flat arrays; it knows neither nodes nor Erlang.
 *
 * A scene is built once on the main thread, then frozen and shared with workers (layout,
 * folding) by reference; it is never changed after freezing.  Items are in depth-first order:
 * an item's parent has a lower index, its subtree is the run [i, subtree_end).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OV_SCENE_NONE G_MAXUINT32

/* Shape says what it is. */
typedef enum
{
  OV_SHAPE_PLAIN,    /* box */
  OV_SHAPE_HEADER,   /* box with a header strip and three dots */
  OV_SHAPE_NOTCHED,
  OV_SHAPE_BARRED,
  OV_SHAPE_PILL,
  OV_SHAPE_REGION,   /* hull with a label: holds others */
} OvShape;

/* Border says how it lives. */
typedef enum { OV_BORDER_SOLID, OV_BORDER_DASHED, OV_BORDER_DOTTED } OvBorder;

/* The dots in a header. */
typedef enum
{
  OV_DOTS_UNKNOWN,
  OV_DOTS_FIRST,       /* one filled */
  OV_DOTS_ALL,         /* all filled */
  OV_DOTS_FROM_SECOND, /* filled from the second on */
  OV_DOTS_STACK,
} OvDots;

/* Ordered: the worst status wins when items share a pixel. */
typedef enum
{
  OV_TONE_NEUTRAL,
  OV_TONE_NEW,       /* appeared a moment ago: accent */
  OV_TONE_RENEWED,   /* took another's place: accent, with the count */
  OV_TONE_MUTED,     /* ended quietly, fading */
  OV_TONE_WARNING,   /* amber, with a glyph */
  OV_TONE_ERROR,     /* red, with a glyph */
} OvTone;

/* Which lines are set in the monospace font. */
typedef enum { OV_MONO_NONE = 0, OV_MONO_LABEL = 1 << 0, OV_MONO_SUBLABEL = 1 << 1 } OvMono;

#define OV_HEAT_NONE 0xff

typedef struct
{
  guint64 id;           /* stable between scenes: transitions and selection go by it */
  guint32 parent;       /* index, OV_SCENE_NONE for a root */
  guint32 subtree_end;  /* index after its last descendant; set by freeze */
  guint32 label;        /* offset into the text, 0: none */
  guint32 sublabel;     /* second line, shown when there is room; 0: none */
  guint32 n_hidden;     /* descendants left out because it is collapsed */
  guint16 badge;        /* small count that stays (restarts); 0: none */
  guint8  shape, border, dots, tone;
  guint8  heat;         /* 0…254 on the ramp, OV_HEAT_NONE: no overlay */
  guint8  depth;        /* set by freeze, saturating */
  guint8  collapsed;
  guint8  dim;          /* does not match the filter */
  guint8  mono;         /* OvMono: which lines are code or a pid */
} OvSceneItem;

typedef struct
{
  guint32 from, to;     /* indexes */
  guint8  kind;         /* OvEdgeKind */
} OvSceneEdge;

/* Tree edges are implied by the parents and never listed. */
typedef enum { OV_EDGE_TREE, OV_EDGE_LINK, OV_EDGE_MONITOR } OvEdgeKind;

typedef struct _OvScene OvScene;

OvScene           *ov_scene_new       (guint32 expected_items) G_GNUC_WARN_UNUSED_RESULT;
OvScene           *ov_scene_ref       (OvScene *self);
void               ov_scene_unref     (OvScene *self);
/* Appends; the parent must have been appended before, depth first.  Text is copied. */
guint32            ov_scene_add       (OvScene           *self,
                                       const OvSceneItem *item,
                                       const char        *label,
                                       const char        *sublabel);
void               ov_scene_add_edge  (OvScene *self,
                                       guint32  from,
                                       guint32  to,
                                       guint8   kind);
void               ov_scene_freeze    (OvScene *self);
guint32            ov_scene_get_size  (const OvScene *self);
const OvSceneItem *ov_scene_get_items (const OvScene *self);
const char        *ov_scene_get_text  (const OvScene *self,
                                       guint32        offset);
const OvSceneEdge *ov_scene_get_edges (const OvScene *self,
                                       guint32       *n);
/* By item, for the whole subtree with the item itself: the worst tone, the highest heat. */
const guint8      *ov_scene_get_worst   (const OvScene *self);
const guint8      *ov_scene_get_hottest (const OvScene *self);
/* Indexes of the items in trouble (warning or worse), ascending. */
const guint32     *ov_scene_get_trouble (const OvScene *self,
                                         guint32       *n);
guint32            ov_scene_find      (const OvScene *self,
                                       guint64        id); /* after freeze; index or OV_SCENE_NONE */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OvScene, ov_scene_unref)

G_END_DECLS
