/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Charts for tests: a story with one of each kind, and random ones of any size.
 */
#pragma once

#include "canvas/scene/ov-chart.h"

G_BEGIN_DECLS

typedef struct
{
  guint32  n_lanes, n_rows;
  guint32  seed;
  gboolean long_names;  /* 120 characters and more, other scripts, markup */
} OvTestChart;

/* (transfer full): a call with a call in it, a cast, a timer, a crash, a restart, a gap. */
OvChart *ov_test_chart_story  (void);
/* (transfer full): calls with answers, casts, self messages, outside partners, births and deaths. */
OvChart *ov_test_chart_random (const OvTestChart *options);

G_END_DECLS
