/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree of a process table as a flat list in the order in which it is shown, with what is
 * left out counted: the one walk behind scenes, JSON, text, Mermaid and DOT.
 */
#pragma once

#include "export/ov-tree-scene.h"

G_BEGIN_DECLS

#define OV_WALK_NONE G_MAXUINT32

typedef enum
{
  OV_WALK_APPLICATION,
  OV_WALK_OUTSIDE,
  OV_WALK_GROUP,    /* processes outside with the same module */
  OV_WALK_PROCESS,
  OV_WALK_ABSENT,   /* a child that a supervisor lists and that has no row here */
} OvWalkKind;

typedef struct
{
  OvWalkKind kind;
  guint32    slot;        /* of a process; of the supervisor that misses an absent child */
  guint32    absent_index; /* among its absent children */
  guint32    name;        /* string: of an application, of a group's module */
  guint32    parent;      /* index of the entry it stands under */
  guint32    depth;       /* of processes: 1 at the roots; 0 for the others */
  guint32    n_hidden;    /* processes below that are left out: collapsed, too deep */
  OvMark     hidden_mark; /* the worst of those */
} OvWalkEntry;

typedef enum
{
  OV_WALK_WITH_DEAD   = 1 << 0, /* rows of the dead that are still shown */
  OV_WALK_WITH_GROUPS = 1 << 1, /* what is outside by module */
  OV_WALK_WITH_ABSENT = 1 << 2, /* children without a process, before their siblings */
} OvWalkFlags;

/* (element-type OvWalkEntry): every parent before its children, subtrees in one run. */
GArray *ov_tree_walk (OvProcessTable           *table,
                      const OvTreeSceneOptions *options,
                      OvWalkFlags               flags) G_GNUC_WARN_UNUSED_RESULT;

/* Valid until the next call. */
const OvAbsentChild *ov_tree_walk_get_absent (OvProcessTable    *table,
                                              const OvWalkEntry *entry);
/* "restarting", "not running", "on another node", in the person's language. */
const char *ov_tree_walk_get_absence_text    (OvAbsence absence);

G_END_DECLS
