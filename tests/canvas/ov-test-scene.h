/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scenes for tests: trees that look like systems, and random trees of any form.
 */
#pragma once

#include "canvas/scene/ov-scene.h"

G_BEGIN_DECLS

typedef struct
{
  guint32  n_items;
  guint32  seed;
  gboolean heat;
  gboolean trouble;    /* some restarts, warnings, errors */
  guint32  error_at;   /* index of the one item in error; 0: none */
  gboolean long_names;
  guint32  skip;       /* leave out every skip-th leaf: another scene with the same ids */
} OvTestScene;

/* (transfer full), frozen: regions, in them nested headers, in them leaves of all shapes. */
OvScene *ov_test_scene_system (const OvTestScene *options);
/* (transfer full), frozen: every parent is chosen at random among the open ones. */
OvScene *ov_test_scene_random (guint32 n_items,
                               guint32 seed);

G_END_DECLS
